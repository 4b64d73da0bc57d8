"""More time for one team: asking for it, and the organisers' answer."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.doors import find_stage
from competition.models import Contest, Stage
from competition.permissions import may_organise
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from portal.refusals import NotAllowed, Refusal
from portal.web.dates import last_day, moment, until
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.actions import ask_extension, decline_extension, grant_extension
from submissions.doors import ASKING_LASTS, Term, term_of
from submissions.filters import EntryFilter, with_standing
from submissions.forms import AnswerForm, AskForm
from submissions.models import Entry, Extension
from submissions.permissions import captain_alone, may_ask_extension, may_extend
from submissions.views.base import closing, entry_of_member, find_entry, frame_of, place_of, surround

MOST_DECIDED = 50
MOST_FOUND = 20


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """The captain asks; every member reads what was asked and answered."""
    entry, now, user = entry_of_member(request, public_id), now_of(request), user_of(request)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_extension(actor=user, entry=entry, reason=form.cleaned_data["reason"], now=now)
            messages.success(request, _("The organisers have your request. You will get a mail with their answer."))
            return redirect("ask_extension", public_id)
        except NotAllowed:
            raise
        except Refusal as refusal:
            show_refusal(form, refusal)
    rows = list(entry.extensions.select_related("asked_by").order_by("-pk"))
    context = frame_of(entry, now) | {
        "form": form,
        "rows": rows,
        "is_open": any(row.status == Extension.Status.ASKED for row in rows),
        "door": closing(may_ask_extension(user, entry, now)),
        "is_captain": bool(captain_alone(user, entry.team)),
        "asking_hours": int(ASKING_LASTS.total_seconds() // 3600),
    }
    return render(request, "submissions/ask_extension.html", context, status=409 if form.errors else 200)


@login_required
@never_cache
@require_safe
def extensions(request: HttpRequest, slug: str) -> HttpResponse:
    """Who waits for an answer, what was answered, and a search for the team that is to have more time unasked."""
    contest = contest_or_404(request, slug)
    may_organise(request.user, contest).require()
    read_surroundings(contest, "stages", now=now_of(request))
    query = request.GET.get("q", "").strip()
    rows = Extension.objects.filter(entry__contest=contest).select_related(
        "entry__topic", "entry__team__lead_organisation", "decided_by"
    )
    waiting = rows.filter(status=Extension.Status.ASKED).order_by("asked_at", "pk")
    decided = rows.exclude(status=Extension.Status.ASKED).order_by("-decided_at", "-pk")[:MOST_DECIDED]
    context = {
        "contest": contest,
        "workspace_here": "extensions",
        "waiting": [(row, _url(contest, row.entry)) for row in waiting],
        "columns": [
            _("Team"),
            _("Project"),
            pgettext("a request", "Answer"),
            (_("Until"), "nowrap"),
            _("Answered by"),
            (_("Decided"), "nowrap"),
        ],
        "decided": [_cells(contest, row) for row in decided],
        "query": query,
        "found": [(entry, _url(contest, entry)) for entry in _found(request, contest)] if query else [],
    }
    return render(request, "submissions/extensions.html", context)


def _found(request: HttpRequest, contest: Contest) -> Any:
    entries = Entry.objects.filter(contest=contest).select_related("topic", "team__lead_organisation")
    filtered = EntryFilter({"q": request.GET["q"]}, queryset=with_standing(entries, now_of(request)))
    return filtered.narrowed().order_by("pk")[:MOST_FOUND]


def _cells(contest: Contest, row: Extension) -> list[Any]:
    assert row.decided_at is not None, "the database holds it"  # noqa: S101 - narrows the type
    return [
        (row.entry.team.lead_organisation.name, _url(contest, row.entry)),
        row.entry.title or row.entry.topic.title,
        row.state,
        until(row.until, year=False) if row.until else "",
        str(row.decided_by),
        moment(row.decided_at, year=False),
    ]


def _url(contest: Contest, entry: Entry) -> str:
    return reverse("extension", args=[contest.slug, entry.public_id])


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """One team: what it asks, what was answered before, and the answer."""
    contest, now, user = contest_or_404(request, slug), now_of(request), user_of(request)
    may_organise(user, contest).require()
    entry = find_entry(public_id)
    if entry.contest_id != contest.pk:
        raise Http404
    rows = list(entry.extensions.select_related("asked_by", "decided_by").order_by("-pk"))
    waiting = next((row for row in rows if row.status == Extension.Status.ASKED), None)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _answer(user, entry, form, now)
            messages.success(request, _("Recorded; the team is told."))
            return redirect("extensions", slug)
        except NotAllowed:
            raise
        except Refusal as refusal:
            show_refusal(form, refusal)
    surround(entry.contest, now)
    term = term_of(entry)
    if not form.is_bound and term:
        form.initial = {"until_on": _proposal(entry.contest, term, now)}
    context = {
        "contest": entry.contest,
        "workspace_here": "extensions",
        "crumbs": [(_("More time"), reverse("extensions", args=[slug])), (entry.team.lead_organisation.name, None)],
        "entry": entry,
        "place": place_of(entry),
        "term": term,
        "waiting": waiting,
        "earlier": [row for row in rows if row is not waiting],
        "form": form,
        "door": closing(may_extend(user, entry)),
        "screening_stage": find_stage(entry.contest, Stage.Kind.SCREENING),
    }
    return render(request, "submissions/extension.html", context, status=409 if form.errors else 200)


def _proposal(contest: Contest, term: Term, now: datetime) -> date | None:
    """One day more than the team has; nothing where that leaves no day for the formal check."""
    proposed = last_day(max(term.closes_at, now)) + timedelta(days=1)
    screening = find_stage(contest, Stage.Kind.SCREENING)
    return None if screening and proposed >= last_day(screening.closes_at) else proposed


def _answer(user: Any, entry: Entry, form: AnswerForm, now: datetime) -> Extension:
    data = form.cleaned_data
    asked = get_object_or_404(entry.extensions, public_id=data["request"]) if data["request"] else None
    if data["answer"] == AnswerForm.GRANT:
        return grant_extension(actor=user, entry=entry, request=asked, until=form.until, note=data["note"], now=now)
    if asked is None:
        raise Http404
    return decline_extension(actor=user, request=asked, note=data["note"], now=now)
