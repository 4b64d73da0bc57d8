"""The sections of the application form, the project overview among them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.models import FormSection
from portal.refusals import NotAllowed, Refusal
from portal.web.requests import now_of, user_of
from submissions.actions import Saved, save_answers
from submissions.doors import returned_alone
from submissions.draft import Page, load_pages
from submissions.forms import SectionForm
from submissions.forms.sections import draft_as_data
from submissions.models import Entry
from submissions.onward import onward_from
from submissions.permissions import may_edit_draft
from submissions.progress import (
    APPLICATION,
    OVERVIEW,
    TITLE_GROUP,
    GroupProgress,
    asked_of,
    groups_of,
    latest,
    title_asked,
)
from submissions.views.base import closing, entry_of_member, find_entry, frame_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    """The first section of the overview with the project name; the name alone where the contest has no such section."""
    entry = entry_of_member(request, public_id)
    groups = _groups(entry, OVERVIEW)
    if groups and groups[0].group != TITLE_GROUP:
        return redirect("entry_section", public_id, groups[0].group)
    return _page(request, entry, section=None, groups=groups)


@login_required
@never_cache
@require_safe
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    """To the first section that is not done, else to the first."""
    groups = _groups(entry_of_member(request, public_id), APPLICATION)
    if not groups:
        raise Http404
    first = next((group for group in groups if not group.is_done), groups[0])
    return redirect("entry_section", public_id, first.group)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, public_id: str, section: str) -> HttpResponse:
    """One section: what is posted is saved, whatever its state; then on to the next."""
    entry = entry_of_member(request, public_id)
    found = get_object_or_404(FormSection, public_id=section, contest=entry.contest_id)
    groups = _groups(entry, found.task)
    if not any(group.group == section for group in groups):
        raise Http404  # a section with questions for other tracks only
    return _page(request, entry, section=found, groups=groups)


def _groups(entry: Entry, task: str) -> list[GroupProgress]:
    groups = groups_of(asked_of(entry), with_title=title_asked(entry, str(entry.title_saved_by or "")))
    return [group for group in groups if group.task == task]


def _page(
    request: HttpRequest, entry: Entry, *, section: FormSection | None, groups: list[GroupProgress]
) -> HttpResponse:
    now = now_of(request)
    returned = returned_alone(entry, now)
    with_title = section is None or (section.task == OVERVIEW and groups[0].group == section.public_id)
    page = _load(entry, section)
    form = SectionForm(
        request.POST if request.method == "POST" else None,
        entry=entry,
        page=page,
        with_title=with_title,
        returned=returned,
    )
    saved: Saved | None = None
    refusal: Refusal | None = None
    if request.method == "POST":
        form.is_valid()
        try:
            saved = save_answers(actor=user_of(request), entry=entry, section=section, typed=form.typed(), now=now)
        except NotAllowed:
            raise
        except Refusal as caught:
            refusal = caught  # the page says why, and what was typed stays on it
        if saved and not form.errors and not saved.conflicts:
            messages.success(request, _("Saved."))
            return redirect(_next_url(request, entry, section, groups))
        # What is drawn now are the typed texts with the marks of what the draft holds after this save.
        entry = find_entry(entry.public_id)
        page = _load(entry, section)
        form = SectionForm(request.POST, entry=entry, page=page, with_title=with_title, returned=returned)
        groups = _groups(entry, section.task if section else OVERVIEW)
    elif data := draft_as_data(form):
        form = SectionForm(data, entry=entry, page=page, with_title=with_title, returned=returned)
    context = _context(request, entry, section, groups, form, saved, refusal)
    return render(request, "submissions/section.html", context, status=refusal.status if refusal else 200)


def _load(entry: Entry, section: FormSection | None) -> Page | None:
    return load_pages(entry, section=section)[0] if section else None


def _context(
    request: HttpRequest,
    entry: Entry,
    section: FormSection | None,
    groups: list[GroupProgress],
    form: SectionForm,
    saved: Saved | None,
    refusal: Refusal | None,
) -> dict[str, Any]:
    now = now_of(request)
    here = section.public_id if section else TITLE_GROUP
    last = latest(groups)
    return frame_of(entry, now) | {
        "form": form,
        "rows": form.rows(saved.conflicts if saved else None, is_saved=refusal is None),
        "is_confined": bool(form.locked),
        "conflicts": len(saved.conflicts) if saved else 0,
        "section": section,
        "is_overview": section is None or section.task == OVERVIEW,
        "groups": [_link(entry, group, here) for group in groups],
        "place": next(place for place, group in enumerate(groups, 1) if group.group == here),
        "done_count": sum(group.is_done for group in groups),
        "saved_at": now if saved and saved.keys else last.saved_at if last and not refusal else None,
        "saver": last.saver if last else "",
        "refusal": refusal,
        "door": closing(may_edit_draft(request.user, entry, now)),
        "has_errors": bool(refusal or (form.is_bound and form.errors) or (saved and saved.conflicts)),
    }


def _link(entry: Entry, group: GroupProgress, here: str) -> dict[str, Any]:
    url = (
        reverse("entry_section", args=[entry.public_id, group.group])
        if group.group != TITLE_GROUP
        else reverse("entry_overview", args=[entry.public_id])
    )
    return {"group": group, "url": url, "current": group.group == here}


def _next_url(request: HttpRequest, entry: Entry, section: FormSection | None, groups: list[GroupProgress]) -> str:
    """The next section of the task, after the last one the next task in which something is missing; the hub where there is
    none, or where the person asked for it.
    """
    places = [group.group for group in groups]
    at = places.index(section.public_id) + 1 if section else len(places)
    if "back" in request.POST:
        return entry.get_absolute_url()
    if at >= len(places):
        onward = onward_from(entry, section.task if section else OVERVIEW)
        return onward.url if onward else entry.get_absolute_url()
    return reverse("entry_section", args=[entry.public_id, places[at]])
