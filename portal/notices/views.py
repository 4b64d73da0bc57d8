"""The in-app inbox. Looking changes nothing: a notice is read when the person opens it with its button, or says so."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.notices import actions, rendering
from portal.notices.models import Notice
from portal.notices.paths import prefixed
from portal.web.chips import choice_chips
from portal.web.keyset import paginate
from portal.web.requests import now_of, user_of

ORDER = ("-created_at", "-pk")


@login_required
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first; all, or those not read yet."""
    notices = Notice.objects.inbox_of(user_of(request))
    if request.GET.get("show") == "unread":
        notices = notices.unread()
    page = paginate(notices.select_related("recipient"), request.GET, order=ORDER)
    context = {
        "page": page,
        "rows": [(notice, _subject(notice)) for notice in page.rows],
        "newest": page.rows[0] if page.rows else None,
        "chips": choice_chips(request.GET, "show", [("unread", _("Unread"))], everything=_("All notices")),
        "unread_only": request.GET.get("show") == "unread",
    }
    return render(request, "portal/notices/inbox.html", context)


@login_required
@never_cache
@require_safe
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """One notice in full, with the way to what it is about."""
    found = _mine(request, public_id)
    language = get_language()
    try:
        words = rendering.words(found, language=language)
    except rendering.RENDERING_ERRORS as error:
        raise Http404 from error
    context = {"notice": found, "words": words, "url": prefixed(found.path, language)}
    return render(request, "portal/notices/notice.html", context)


@login_required
@require_POST
def open_notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark as read, then show it."""
    found = actions.mark_read(actor=user_of(request), notice=_mine(request, public_id), now=now_of(request))
    return redirect("notice", found.public_id)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that the person had before their eyes, and what is older."""
    newest = _mine(request, request.POST.get("newest", ""))
    actions.mark_all_read(actor=user_of(request), newest=newest, now=now_of(request))
    return redirect("inbox")


def _mine(request: HttpRequest, public_id: str) -> Notice:
    mine = Notice.objects.inbox_of(user_of(request)).select_related("recipient")
    return get_object_or_404(mine, public_id=public_id)


def _subject(notice: Notice) -> str:
    """The subject in the language of the page; a notice whose kind is gone keeps its place in the list."""
    try:
        return rendering.subject(notice)
    except rendering.RENDERING_ERRORS:
        return _("Notice")
