"""Who may do what with notices."""

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.decisions import ALLOWED, Decision, hidden, refused
from portal.notices.kinds import Channel
from portal.notices.models import Notice


def may_read(user: User, notice: Notice) -> Decision:
    """One's own notices in the inbox; another's do not exist."""
    return ALLOWED if notice.channel == Channel.INBOX and notice.recipient_id == user.pk else hidden()


def may_send_again(user: User, notice: Notice) -> Decision:
    """An administrator may repeat a mail that failed, or of which nobody knows."""
    if not user.is_superuser:
        return hidden()
    if notice.channel != Channel.MAIL or notice.state not in (Notice.State.FAILED, Notice.State.UNCERTAIN):
        return refused(_("Only mails that failed or are uncertain can be sent again."), code="not_repeatable")
    return ALLOWED
