"""Who hears of requests to be forgotten."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import notice_kind

ERASURE_ASKED = notice_kind(
    "accounts.erasure_asked",
    event=_("somebody asks to have their data erased"),
    audience=_("every administrator"),
    template="portal/accounts/notices/erasure_asked",
)
ERASURE_DECIDED = notice_kind(
    "accounts.erasure_decided",
    event=_("a request for erasure is decided"),
    audience=_("the person who asked"),
    template="portal/accounts/notices/erasure_decided",
)
