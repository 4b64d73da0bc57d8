"""How a reader likes the pages: light or dark, larger text. Kept in cookies, so that the server draws it at once.

Larger text is 关怀模式, the care mode of Chinese public sites. Nothing about the person is stored; without a cookie
the page follows the reader's system.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEME_COOKIE = "theme"
CARE_COOKIE = "care"
THEMES = ("light", "dark")
YEAR = 60 * 60 * 24 * 365


@require_POST
def set_preferences(request: HttpRequest) -> HttpResponseBase:
    """Set what was sent (`theme`: light, dark or auto; `care`: on or off) and go back to the page it came from."""
    response = HttpResponseRedirect(_way_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    elif theme == "auto":
        response.delete_cookie(THEME_COOKIE)
    care = request.POST.get("care", "")
    if care == "on":
        _keep(response, CARE_COOKIE, "on")
    elif care == "off":
        response.delete_cookie(CARE_COOKIE)
    return response


def _keep(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def _way_back(request: HttpRequest) -> str:
    """The page named in the form, if it is one of ours; else the home page."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return "/"
