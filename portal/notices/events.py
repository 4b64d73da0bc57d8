"""What the journal says of notices."""

from django.utils.translation import gettext_lazy as _

from portal.journal.kinds import event_kind

SENT_AGAIN = event_kind("notice.sent_again", _("had a mail sent again that had been {state}"))
