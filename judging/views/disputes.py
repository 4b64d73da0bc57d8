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
from competition.reading import read_surroundings
from judging.actions import note_deliberation, open_arbitration, record_vote
from judging.actions.arbitration import WITH_TEAM
from judging.actions.votes import may_not_vote
from judging.forms.disputes import ArbitrationForm, NoteForm, VoteForm, VotersForm
from judging.models import EntryScore, Expert
from judging.permissions import may_organise, may_oversee_judging
from judging.reading.disputes import arbitrations_of, notes_of, read_disputes, signs_of, to_settle
from judging.reading.figures import two_places
from judging.reading.panels import plan_of
from judging.reading.results import tracks_and_criteria
from judging.reading.standard import form_name
from judging.reading.third_opinions import third_judges
from judging.reading.ties import SharedRank, entries_beside, ranked_tracks, score_in_track, shared_ranks
from judging.reading.voters import named_voters, voters_of
from judging.reading.votes import votes_on
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
    """The disputed entries and the shared ranks of one track: of the first that has any, unless the address names one."""
    stage, now = overseen_stage(request, slug, stage_id), now_of(request)
    with snapshot():
        tracks, _criteria = tracks_and_criteria(stage)
        places = ranked_tracks(stage)
        counts = {one.pk: to_settle(stage, places.get(one.pk, ())) for one in tracks}
        first = next((one for one in tracks if counts[one.pk]), None)
        chosen = first if first and "track" not in request.GET else chosen_track(request, tracks)
        track = Track(pk=chosen.pk, number=chosen.number, name=chosen.name, contest=stage.contest) if chosen else None
        found = read_disputes(stage, track, now, places.get(track.pk, ())) if track else None
        votes = votes_on(stage, track) if track else []
    context = {
        "contest": stage.contest,
        "workspace_here": "disputes",
        "stage": stage,
        "track": track,
        "tracks": [
            Chip(f"{one.number} {one.name}", f"?track={one.number}", current=one == chosen, count=counts[one.pk])
            for one in tracks
        ],
        "found": found,
        "votes": votes,
        "may_organise": may_organise(request.user, stage.contest),
        "most": MOST_ENTRIES,
    }
    return render(request, "judging/disputes.html", context)


def _overseen_score(request: HttpRequest, slug: str, stage_id: str, entry_id: str) -> EntryScore:
    """The score of an entry with its stage, its team and the plan of its seats, for somebody who may oversee the judging."""
    scores = EntryScore.objects.filter(stage__kind__in=Stage.JUDGED).select_related(
        "stage__contest__parent", "stage__rubric", "track", *WITH_TEAM
    )
    score: EntryScore = get_object_or_404(
        scores.annotate(plan=Subquery(plan_of(OuterRef("stage"), OuterRef("entry")))),
        stage__public_id=stage_id,
        stage__contest__slug=slug,
        entry__public_id=entry_id,
    )
    may_oversee_judging(request.user, score.stage.contest).require()
    read_surroundings(score.stage.contest, "stages", now=now_of(request))
    return score


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, slug: str, stage_id: str, entry_id: str) -> HttpResponse:
    """One entry: its totals, third opinions and notes; organisers ask for a third opinion and write notes."""
    score = _overseen_score(request, slug, stage_id, entry_id)
    stage = score.stage
    organises = may_organise(request.user, stage.contest)
    if request.method == "POST":
        organises.require()
    beside = entries_beside(score)
    candidates = third_judges(score, beside) if organises else []
    asks, notes = "ask" in request.POST, "note" in request.POST
    ask = ArbitrationForm(request.POST if asks else None, candidates=candidates, prefix="ask")
    note = NoteForm(request.POST if notes else None, prefix="note")
    if (asks and _ask(request, score, ask)) or (notes and _note(request, score, note)):
        return redirect("dispute", slug, stage_id, entry_id)
    entry = score_in_track(score, beside)
    context = {
        "contest": stage.contest,
        "workspace_here": "disputes",
        "stage": stage,
        "entry": score.entry,
        "track": score.track,
        "score": two_places(entry.score),
        "score_name": form_name(is_standard=entry.standards is not None),
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
    """Record the committee's ballots on the entries that share this rank; `codes` in the address names who votes."""
    stage = overseen_stage(request, slug, stage_id)
    may_organise(request.user, stage.contest).require()
    found = get_object_or_404(Track, contest=stage.contest, number=track)
    tied = next((group for group in shared_ranks(stage, found) if group.rank == rank), None)
    if tied is None:
        raise Http404
    choice, voters = _voters(request, stage, found, tied)
    form = VoteForm(
        request.POST or None,
        voters=voters,
        entries=tied.pairs,
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
        "choice": choice,
        "too_many": len(tied.numbers) > MOST_ENTRIES,
        "most": MOST_ENTRIES,
    }
    return render(request, "judging/panel_vote.html", context)


def _voters(request: HttpRequest, stage: Stage, track: Track, tied: SharedRank) -> tuple[VotersForm, list[Expert]]:
    """Who votes, and the form that says so: an error in it names those who may not."""
    choice = VotersForm(request.GET or None)
    named = choice.named() if choice.is_valid() else []
    if not named:
        voters = voters_of(stage, track, tied.numbers)
        if not choice.errors:
            choice = VotersForm(initial={"codes": ", ".join(voter.code for voter in voters)})
        return choice, voters
    voters = named_voters(stage, tied.numbers, named)
    if wrong := sorted(set(named) - {voter.code for voter in voters}):
        choice.add_error("codes", may_not_vote(wrong))
    return choice, voters


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
