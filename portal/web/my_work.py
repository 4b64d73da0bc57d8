"""“My work”: what waits for this person, gathered from what each app registers, one section per role.

The page itself asks the database about the second factor only, and only for people with privileges; the count of unread
notices is the frame's.
"""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts.permissions import is_privileged
from portal.slots import work_sections
from portal.web.requests import now_of, user_of

#: What stands before a line, by the key of its section; other sections get the plain arrow.
ICONS = {
    "entries": "file-text",
    "invitations": "mail-open",
    "judging": "scale",
    "screening": "clipboard-check",
    "contests": "layout-dashboard",
}
PLAIN_ICON = "circle-arrow-right"


@login_required
@never_cache
@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """The landing page of everybody who has signed in."""
    user, now = user_of(request), now_of(request)
    sections = [
        {"key": section.key, "title": section.title, "items": section.items, "more_url": section.more_url, "icon": icon}
        for compose in work_sections
        for section in compose(user, now)
        if section.items or section.more_url
        for icon in [ICONS.get(section.key, PLAIN_ICON)]
    ]
    context = {
        "nav_here": "work",
        "sections": sections,
        "lacks_details": not (user.name and user.phone),
        "lacks_second_factor": is_privileged(user) and not is_mfa_enabled(user),
        "now": now,
    }
    return render(request, "portal/my_work.html", context)
