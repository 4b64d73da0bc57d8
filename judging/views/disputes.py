"""Settling what the scores leave open: disputed entries, third opinions, notes of the deliberation, votes on shared ranks."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.models import Stage, Track
from judging.actions import note_deliberation, open_arbitration, record_vote
from judging.actions.arbitration import third_judges
from judging.actions.votes import voters_of
from judging.forms.disputes import ArbitrationForm, NoteForm, VoteForm
from judging.models import EntryScore
from judging.permissions import may_organise
from judging.reading.disputes import arbitrations_of, notes_of, read_disputes, signs_of
from judging.reading.figures import two_places
from judging.reading.panels import plan_of
from judging.reading.results import tracks_and_criteria
from judging.reading.ties import SharedRank, shared_ranks
from judging.reading.votes import votes_on
from judging.scoring import scored_entry
from judging.views.results import chosen_track, overseen_stage
from judging.voting import MOST_ENTRIES
from portal.db import snapshot
from portal.refusals import Refusal
from portal.web.chips import Chip
from portal.web.dates import local
from portal.web.forms import show_refusal
from portal.web.requests import now_of


@login_required
@never_cache
@require_safe
def disputes(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """The disputed entries and the shared ranks of one track."""
    stage, now = overseen_stage(request, slug, stage_id), now_of(request)
    with snapshot():
        tracks, _criteria = tracks_and_criteria(stage)
        chosen = chosen_track(request, tracks)
        track = Track(pk=chosen.pk, number=chosen.number, name=chosen.name, contest=stage.contest) if chosen else None
        found, votes = (read_disputes(stage, track, now), votes_on(stage, track)) if track else (None, [])
    context = {
        "contest": stage.contest,
        "workspace_here": "disputes",
        "stage": stage,
        "track": track,
        "tracks": [
            Chip(f"{one.number} {one.name}", f"?track={one.number}", current=one == chosen, count=one.entries)
            for one in tracks
        ],
        "found": found,
        "votes": votes,
        "may_organise": may_organise(request.user, stage.contest),
        "most": MOST_ENTRIES,
    }
    return render(request, "judging/disputes.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, slug: str, stage_id: str, entry_id: str) -> HttpResponse:
    """One entry: its totals, third opinions and notes; organisers ask for a third opinion and write notes."""
    stage = overseen_stage(request, slug, stage_id)
    score = get_object_or_404(
        EntryScore.objects.select_related("entry", "track").annotate(plan=Subquery(plan_of(stage, OuterRef("entry")))),
        stage=stage,
        entry__public_id=entry_id,
    )
    score.stage = stage
    organises = may_organise(request.user, stage.contest)
    if request.method == "POST":
        organises.require()
    candidates = third_judges(stage, score.entry) if organises else []
    asks, notes = "ask" in request.POST, "note" in request.POST
    ask = ArbitrationForm(request.POST if asks else None, candidates=candidates, prefix="ask")
    note = NoteForm(request.POST if notes else None, prefix="note")
    if (asks and _ask(request, score, ask)) or (notes and _note(request, score, note)):
        return redirect("dispute", slug, stage_id, entry_id)
    entry = scored_entry(score.entry.number, score.score, score.totals, score.dropped, score.means)
    context = {
        "contest": stage.contest,
        "workspace_here": "disputes",
        "stage": stage,
        "entry": score.entry,
        "track": score.track,
        "score": two_places(entry.score),
        "spread": two_places(entry.spread),
        "totals": [
            (judge, two_places(total), judge not in entry.dropped)
            for judge, total in sorted(entry.totals.items(), key=lambda item: (item[1], item[0]))
        ],
        "opinions": arbitrations_of(score, now_of(request)),
        "notes": notes_of(score),
        "ask": ask,
        "note": note,
        "candidates": candidates,
        "plan": score.plan if organises else None,  # type: ignore[attr-defined]
        "may_organise": organises,
        "has_errors": ask.errors or note.errors,
    }
    return render(request, "judging/dispute.html", context)


def _ask(request: HttpRequest, score: EntryScore, form: ArbitrationForm) -> bool:
    """Ask for the third opinion; False leaves the reason in the form."""
    if not form.is_valid():
        return False
    try:
        opened = open_arbitration(
            actor=request.user,
            score=score,
            judge=form.cleaned_data["judge"],
            signs=signs_of(score.stage, score),
            reason=form.cleaned_data["reason"],
            due_at=form.due_at(),
            now=now_of(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    text = _("{name} has been asked for a third opinion.")
    messages.success(request, text.format(name=opened.assignment.expert.name))
    return True


def _note(request: HttpRequest, score: EntryScore, form: NoteForm) -> bool:
    if not form.is_valid():
        return False
    try:
        note_deliberation(actor=request.user, score=score, text=form.cleaned_data["text"], now=now_of(request))
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("The note is kept."))
    return True


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def panel_vote(request: HttpRequest, slug: str, stage_id: str, track: int, rank: int) -> HttpResponse:
    """Record the committee's ballots on the entries that share this rank."""
    stage = overseen_stage(request, slug, stage_id)
    may_organise(request.user, stage.contest).require()
    found = get_object_or_404(Track, contest=stage.contest, number=track)
    tied = next((group for group in shared_ranks(stage, found) if group.rank == rank), None)
    if tied is None:
        raise Http404
    form = VoteForm(
        request.POST or None,
        voters=voters_of(stage, found, tied.numbers),
        numbers=tied.numbers,
        initial={"held_on": local(now_of(request)).date()},
    )
    if request.method == "POST" and form.is_valid() and _record(request, stage, found, tied, form):
        return redirect(f"{reverse('disputes', args=[slug, stage_id])}?track={track}")
    context: dict[str, Any] = {
        "contest": stage.contest,
        "workspace_here": "disputes",
        "stage": stage,
        "track": found,
        "tied": tied,
        "form": form,
        "too_many": len(tied.numbers) > MOST_ENTRIES,
        "most": MOST_ENTRIES,
    }
    return render(request, "judging/panel_vote.html", context)


def _record(request: HttpRequest, stage: Stage, track: Track, tied: SharedRank, form: VoteForm) -> bool:
    try:
        vote = record_vote(
            actor=request.user,
            stage=stage,
            track=track,
            entries=tied.numbers,
            ballots=form.ballots(),
            minutes=form.cleaned_data["minutes"],
            held_on=form.cleaned_data["held_on"],
            now=now_of(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    decided = len(set(vote.points.values())) == len(vote.points)
    text = _("The vote is recorded.") if decided else _("The vote is recorded; some entries still share a rank.")
    messages.success(request, text)
    return True
