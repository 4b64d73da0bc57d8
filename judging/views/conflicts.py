"""Conflicts of interest for organisers: the list with its filters, and one of them with the evidence side by side."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.models import Contest
from competition.reading import read_surroundings
from judging.actions import begin_search, dismiss_conflict, pin_conflict, pin_pair
from judging.conflicts import fingerprint
from judging.filters import RecusalFilter
from judging.forms.pool import DecisionForm, PinPairForm
from judging.interests import Evidence
from judging.models import Assignment, ConflictSearch, Expert, Pledge, Recusal
from judging.permissions import may_organise
from judging.reading.conflicts import conflict_rows, evidence_rows
from judging.views.base import REFRESH, workspace_contest
from portal.refusals import NotAllowed, Refusal
from portal.web.chips import choice_chips
from portal.web.forms import show_refusal
from portal.web.keyset import paginate
from portal.web.requests import now_of
from submissions.models import Entry

NOTES_SHOWN = 20
STEPS = {
    "reading": lambda: _("reading experts and teams"),
    "comparing": lambda: _("comparing every expert with every team"),
    "keeping": lambda: _("keeping what was found"),
}
SEATS = (("held", gettext_lazy("Seat held")), ("quarantined", gettext_lazy("Seat quarantined")))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest, slug: str) -> HttpResponse:
    """What was declared, found, pinned and dismissed; a POST looks anew, or pins a pair that only people know of."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    form = PinPairForm(request.POST if "pin" in request.POST else None)
    if request.method == "POST":
        if "pin" not in request.POST:
            return _look(request, contest)
        if form.is_valid() and _pin(request, contest, form):
            return redirect("conflicts", slug)
    rows = with_seats(Recusal.objects.filter(contest=contest))
    found = RecusalFilter(request.GET, queryset=rows).qs
    page = paginate(found.select_related("expert__organisation", "entry"), request.GET, order=("-found_at", "-pk"))
    counts = whole = _counts(Recusal.objects.filter(contest=contest))
    if any(request.GET.get(name) for name in ("q", "kind", "seat")):
        others = request.GET.copy()
        others.pop("state", None)
        counts = _counts(RecusalFilter(others, queryset=rows).qs)
    search = ConflictSearch.objects.filter(contest=contest).order_by("-pk").first()
    context = {
        "contest": contest,
        "workspace_here": "experts",
        "pool_here": "conflicts",
        "page": replace(page, rows=[]),
        "columns": [(_("Expert and entry"), "nowrap"), pgettext("conflict", "Kind"), _("Expert’s side"), _("Team’s side"), _("Seat"), _("State")],
        "rows": conflict_rows(contest, page.rows),
        "state_chips": choice_chips(request.GET, "state", Recusal.State.choices, everything=_("All"), counts=counts),
        "kind_chips": choice_chips(request.GET, "kind", Recusal.Kind.choices, everything=_("All kinds")),
        "seat_chips": choice_chips(request.GET, "seat", SEATS, everything=_("All seats")),
        "open": whole.get(Recusal.State.DETECTED, 0),
        "total": sum(whole.values()),
        "q": request.GET.get("q", ""),
        "kept": [(name, request.GET[name]) for name in ("state", "kind", "seat") if request.GET.get(name)],
        "form": form,
        "search": search,
        "step": STEPS.get(search.step, lambda: _("waiting for the worker"))() if search and search.is_under_way else "",
        "refresh": REFRESH,
        "notes": Pledge.objects.filter(expert__contest=contest).exclude(note="").select_related("expert")[:NOTES_SHOWN],
        "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "judging/conflicts.html", context)


def _counts(recusals: QuerySet[Recusal]) -> dict[str, int]:
    counted = recusals.order_by().values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in counted}


def with_seats(recusals: QuerySet[Recusal]) -> QuerySet[Recusal]:
    """Whether the pair holds a seat, and whether one is quarantined."""
    seats = Assignment.objects.filter(expert=OuterRef("expert"), entry=OuterRef("entry"))
    return recusals.annotate(
        is_held=Exists(seats.filter(status=Assignment.Status.ACTIVE)),
        is_quarantined=Exists(seats.filter(status=Assignment.Status.QUARANTINED)),
    )


def _is_filled(found: Any) -> bool:
    """Whether the pair (annotated `with_seats`) has a quarantined seat, and others have all the places of its entry."""
    if not found.is_quarantined:
        return False
    seats = Assignment.objects.filter(expert=found.expert_id, entry=found.entry_id)
    return not seats.filter(status=Assignment.Status.QUARANTINED).with_room().exists()


def _look(request: HttpRequest, contest: Contest) -> HttpResponse:
    try:
        begin_search(actor=request.user, contest=contest, now=now_of(request))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(request.get_full_path())


def _pin(request: HttpRequest, contest: Contest, form: PinPairForm) -> bool:
    expert = Expert.objects.filter(contest=contest, code__iexact=form.cleaned_data["expert"]).first()
    entry = Entry.objects.filter(contest=contest, number__iexact=form.cleaned_data["entry"]).first()
    if expert is None:
        form.add_error("expert", _("This contest has no expert with this code."))
    if entry is None:
        form.add_error("entry", _("This contest has no entry with this number."))
    if expert is None or entry is None:
        return False
    try:
        pin_pair(
            actor=request.user,
            contest=contest,
            expert=expert,
            entry=entry,
            reason=form.cleaned_data["reason"],
            now=now_of(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(
        request, _("Pinned: {code} does not judge {number}.").format(code=expert.code, number=entry.number)
    )
    return True


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, slug: str, conflict_id: str) -> HttpResponse:
    """The evidence side by side, and the decision."""
    related = (
        "contest__parent",
        "expert__organisation",
        "entry__team__lead_organisation",
        "entry__topic__track",
        "decided_by",
    )
    found = get_object_or_404(
        with_seats(Recusal.objects.select_related(*related)), contest__slug=slug, public_id=conflict_id
    )
    may_organise(request.user, found.contest).require()
    seen = [fingerprint(Evidence(*one)) for one in found.evidence]
    form = DecisionForm(request.POST or None, initial={"seen": " ".join(seen)})
    if request.method == "POST" and form.is_valid() and _decide(request, found, form):
        return redirect("conflict", slug, conflict_id)
    read_surroundings(found.contest, "stages", now=now_of(request))
    context = {
        "contest": found.contest,
        "workspace_here": "experts",
        "conflict": found,
        "evidence": evidence_rows(found),
        "is_filled": _is_filled(found),
        "form": form,
        "may_pin": found.state in (Recusal.State.DETECTED, Recusal.State.DISMISSED),
        "may_dismiss": not found.is_firm and found.state != Recusal.State.DISMISSED,
        "has_errors": bool(form.errors),
    }
    return render(request, "judging/conflict.html", context)


def _decide(request: HttpRequest, found: Recusal, form: DecisionForm) -> bool:
    given: dict[str, Any] = {"actor": request.user, "recusal": found, "reason": form.cleaned_data["reason"]}
    try:
        if "dismiss" in request.POST:
            _row, back, filled = dismiss_conflict(**given, seen=form.cleaned_data["seen"].split(), now=now_of(request))
            said = _dismissed(back, filled)
        elif "pin" in request.POST:
            pin_conflict(**given, now=now_of(request))
            said = _("Pinned: it stands whatever the facts become.")
        else:
            form.add_error(None, _("Choose: pin or dismiss."))
            return False
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, said)
    return True


def _dismissed(back: int, filled: int) -> str:
    if back:
        return _("Dismissed. The judge’s marks count again.")
    if filled:
        return _("Dismissed. Somebody else has the judge’s seat by now: the judge stays off this entry.")
    return _("Dismissed.")
