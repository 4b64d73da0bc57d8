"""Possible duplicates, for those who check: the list of a contest, and one pair side by side with its verdict."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.models import Contest
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from competition.words import enumeration
from portal.refusals import Refusal
from portal.web.chips import choice_chips
from portal.web.dates import moment
from portal.web.forms import show_refusal
from portal.web.keyset import paginate
from portal.web.requests import now_of, user_of
from submissions.actions import decide_case
from submissions.case_filters import CaseFilter
from submissions.filters import count_by, track_choices
from submissions.forms import CaseForm
from submissions.models import Case, CommonMark, Comparison, Entry, Screening, Sign, SignKind
from submissions.permissions import may_decide_case, may_see_cases, members_of
from submissions.sidebyside import compare
from submissions.signs import MOST_ENTRIES, state_of_strength
from submissions.standing import state_of
from submissions.views.base import place_of, surround

STRONGEST_FIRST = ("-strength", "pk")
OPEN = Case.Status.OPEN.value
MOST_COMMON = 5
MOST_BESIDE = 3
COLUMNS = (
    "pk", "public_id", "status", "strength", "reopened_at", "found_at", "first__number", "second__number", "first__title",
    "second__title", "first__topic__track__name", "second__topic__track__name",
)  # fmt: skip


# ── The list ───────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@never_cache
@require_safe
def case_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The strongest first; those of the person's own teams are for others."""
    contest, user = contest_or_404(request, slug), user_of(request)
    may_see_cases(user, contest).require()
    read_surroundings(contest, "stages", now=now_of(request))
    query = request.GET.copy()
    state = str(query.setdefault("state", OPEN))
    cases = CaseFilter(query, queryset=Case.objects.filter(contest=contest).not_of_member(user))
    counts = count_by(cases.narrowed(without=["state"]), "status")
    page = paginate(cases.narrowed().values(*COLUMNS), request.GET, order=STRONGEST_FIRST)
    signs = _signs_of([row["pk"] for row in page.rows])
    states = [(status.value, status.label) for status in Case.Status if counts.get(status) or state == status]
    context = {
        "contest": contest,
        "workspace_here": "screening",
        "crumbs": [(_("Formal check"), reverse("screening_queue", args=[slug])), (_("Possible duplicates"), None)],
        "columns": [
            (_("Entries"), "nowrap"), _("Project names"), _("What they share"), _("Strength"), (_("Track"), "nowrap"), (pgettext("column", "Found"), "nowrap"), _("State"),
        ],
        "rows": [_row(contest, row, signs.get(row["pk"], [])) for row in page.rows],
        "page": replace(page, rows=[]),
        "open": counts.get(OPEN, 0),
        "is_filtered": any(request.GET.get(name) for name in ("state", "sign", "track")),
        "state_chips": choice_chips(query, "state", states, everything=_("All"), counts=counts),
        "sign_chips": choice_chips(request.GET, "sign", SignKind.choices, everything=_("All signs")),
        "track_chips": choice_chips(request.GET, "track", track_choices(contest), everything=_("All tracks")),
        "most": MOST_ENTRIES,
        "common": [(mark.get_kind_display(), mark.label, mark.entries) for mark in CommonMark.objects.filter(contest=contest)[:MOST_COMMON]],
        "mostly_common": _mostly_common(contest),
    }  # fmt: skip
    return render(request, "submissions/cases.html", context)


def _signs_of(cases: list[int]) -> dict[int, list[tuple[str, int]]]:
    """Case → its signs, strongest first: one query."""
    found: dict[int, list[tuple[str, int]]] = {}
    for case, kind, strength in Sign.objects.filter(case__in=cases).values_list("case", "kind", "strength"):
        found.setdefault(case, []).append((kind, strength))
    return found


def _row(contest: Contest, row: dict[str, Any], signs: list[tuple[str, int]]) -> list[Any]:
    tracks = dict.fromkeys((row["first__topic__track__name"], row["second__topic__track__name"]))
    return [
        (
            f"{row['first__number']} × {row['second__number']}",
            reverse("case", args=[contest.slug, row["public_id"]]),
        ),
        " / ".join(dict.fromkeys((row["first__title"], row["second__title"]))),
        enumeration([_in_short(kind, strength) for kind, strength in signs]),
        state_of_strength(row["strength"]),
        " / ".join(tracks),
        moment(row["found_at"], year=False),
        Case(status=row["status"], reopened_at=row["reopened_at"]).state,
    ]


def _in_short(kind: str, strength: int) -> str:
    """Similar text 63 %."""
    label = str(SignKind(kind).label)
    return _("%(sign)s %(percent)d%%") % {"sign": label, "percent": strength} if kind == SignKind.TEXT else label


def _mostly_common(contest: Contest) -> list[tuple[str, str]]:
    """Entries of which most stands in so many others that it makes no case: number and address."""
    found = Comparison.objects.filter(common__gte=50, entry__contest=contest).exclude(version=None).order_by("pk")
    return [
        (number, reverse("screening", args=[contest.slug, public_id]))
        for number, public_id in found.values_list("entry__number", "entry__public_id")[:MOST_COMMON]
    ]


# ── One pair ───────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Both entries beside each other, what they share, and what people found. Nothing about the entries changes here."""
    found, user, now = _find(slug, public_id), user_of(request), now_of(request)
    may_decide_case(user, found).require()
    contest = found.contest
    form = CaseForm(
        request.POST if request.method == "POST" else None, initial={"revision": found.revision, "verdict": ""}
    )
    refused = False
    if request.method == "POST" and form.is_valid():
        try:
            _decide(user, found, form, now)
            messages.success(request, _("Recorded. The entries stand as they did; the teams are not told."))
            return redirect("case", slug, public_id)
        except Refusal as refusal:
            refused = True
            show_refusal(form, refusal)
    surround(contest, now)
    compared = compare(found, [members_of(found.first.team), members_of(found.second.team)])
    context = {
        "contest": contest,
        "workspace_here": "screening",
        "crumbs": [
            (_("Formal check"), reverse("screening_queue", args=[slug])),
            (_("Possible duplicates"), reverse("cases", args=[slug])),
            (f"{found.first.number} × {found.second.number}", None),
        ],
        "case": found,
        "sides": [
            _side(contest, found.first, found.first_version.content, found.first_verdict),  # type: ignore[attr-defined]
            _side(contest, found.second, found.second_version.content, found.second_verdict),  # type: ignore[attr-defined]
        ],
        "signs": [
            (sign.get_kind_display(), state_of_strength(sign.strength), compared.things.get(sign.kind, []), sign.kind)
            for sign in found.signs.all()
        ],
        "compared": compared,
        "most": MOST_ENTRIES,
        "verdicts": list(found.verdicts.select_related("decided_by").order_by("-number")),
        "is_gone": found.status == Case.Status.GONE,
        "form": form,
    }
    return render(request, "submissions/case.html", context, status=409 if refused else 200)


def _find(slug: str, public_id: str) -> Case:
    """The case with both entries as they were compared, and what the formal check says of them now: two queries."""
    verdict = Screening.objects.order_by("-number").values("verdict")
    found = (
        Case.objects.select_related(
            "contest__parent",
            "first__team",
            "second__team",
            "first__topic__track__parent",
            "second__topic__track__parent",
            "first_version",
            "second_version",
        )
        .defer("first__topic__description", "second__topic__description")
        .prefetch_related(Prefetch("signs", Sign.objects.order_by("-strength", "kind")))
        .annotate(
            first_verdict=Subquery(verdict.filter(version=OuterRef("first__current_version"))[:1]),
            second_verdict=Subquery(verdict.filter(version=OuterRef("second__current_version"))[:1]),
        )
        .filter(contest__slug=slug, public_id=public_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _decide(user: Any, found: Case, form: CaseForm, now: datetime) -> None:
    data = form.cleaned_data
    decide_case(
        actor=user,
        case=found,
        verdict=data["verdict"],
        reason=data["reason"],
        revision=data["revision"],
        now=now,
    )


def _side(contest: Contest, entry: Entry, content: dict[str, Any], verdict: str | None) -> dict[str, Any]:
    """The head of one column, by the version that was compared."""
    return {
        "number": entry.number,
        "title": content["entry"]["title"],
        "place": place_of(entry),
        "version": content["version"],
        "lead": content["lead_organisation"],
        "submitted_at": entry.submitted_at,
        "state": state_of(entry.status, verdict=verdict, frozen=bool(entry.frozen_at)),
        "url": reverse("screening", args=[contest.slug, entry.public_id]),
    }


# ── Beside the formal check ────────────────────────────────────────────────────────────────────────────────────────
def cases_beside(user: Any, entry: Entry) -> dict[str, Any] | None:
    """The cases of an entry in short, strongest first; None for whoever must not know. Two queries."""
    if not may_see_cases(user, entry.contest):
        return None
    cases = Case.objects.of(entry).exclude(status=Case.Status.GONE).not_of_member(user)
    rows = list(cases.select_related("first", "second").order_by(*STRONGEST_FIRST))
    signs = _signs_of([case.pk for case in rows[:MOST_BESIDE]])
    return {
        "count": len(rows),
        "open": sum(case.status == Case.Status.OPEN for case in rows),
        "rows": [
            {
                "other": case.second.number if case.first_id == entry.pk else case.first.number,
                "url": reverse("case", args=[entry.contest.slug, case.public_id]),
                "signs": enumeration([_in_short(kind, strength) for kind, strength in signs.get(case.pk, [])]),
                "strength": state_of_strength(case.strength),
                "state": case.state,
            }
            for case in rows[:MOST_BESIDE]
        ],
    }
