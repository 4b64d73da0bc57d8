"""What the frame of every page needs: language and its alternate, colour theme, larger text, the numbers at the foot.

Nothing here asks the database when a page is made for a visitor; the count of unread notices is asked only when the
frame draws it for a person who is signed in.
"""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from portal.notices.models import Notice
from portal.web.preferences import CARE_COOKIE, THEME_COOKIE, THEMES

ENGLISH_PREFIX = "/en/"


class Frame:
    """The face that this request asked for; templates read it as `frame`."""

    icp = settings.SITE_ICP
    police = settings.SITE_POLICE
    site_code = settings.SITE_CODE

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.is_english = (get_language() or "").startswith("en")
        self.lang = "en" if self.is_english else "zh-Hans"
        self.other_lang = "zh-Hans" if self.is_english else "en"
        self.other_label = "中文" if self.is_english else "English"
        theme = request.COOKIES.get(THEME_COOKIE, "")
        self.theme = theme if theme in THEMES else ""  # empty: as the reader's system has it
        self.care = request.COOKIES.get(CARE_COOKIE) == "on"

    @property
    def here(self) -> str:
        """This page with its query, to come back to after a preference is set."""
        return self._request.get_full_path()

    @property
    def address(self) -> str:
        """Where this page stands, for a print of it; without its query, which may hold what is nobody else's."""
        return settings.SITE_URL + self._request.path

    @property
    def other_url(self) -> str:
        """The same page in the other language: Chinese has no prefix, English lives under /en/."""
        here = self.here
        if self.is_english and here.startswith(ENGLISH_PREFIX):
            return here[len(ENGLISH_PREFIX) - 1 :]
        return here if self.is_english else ENGLISH_PREFIX + here.lstrip("/")

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not opened."""
        user = self._request.user
        return Notice.objects.inbox_of(user).unread().order_by().count() if user.is_authenticated else 0


def site(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
