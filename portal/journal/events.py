"""What the journal says of itself."""

from django.utils.translation import gettext_lazy as _

from portal.journal.kinds import event_kind

ERASED = event_kind("journal.erased", _("erased what {number} entries of the journal said: {reason}"))
