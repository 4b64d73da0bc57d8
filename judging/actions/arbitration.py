"""A third opinion on a disputed entry, and notes of the panel's deliberation.

The third judge is chosen among those who may judge the entry (qualified, without a conflict of interest, not of the
organisation of a judge who has it, never seated on it in this stage). The seat is added; every sealed sheet stays, and the
stored score is computed anew by the rules of the stage when the third judge seals. Where scores are standard scores only judges
who have scored enough entries of the track are asked: one who has not would take the standard score from the whole track.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from judging.aggregation import ScoredEntry
from judging.events import ARBITRATION_OPENED, DELIBERATION_NOTED
from judging.models import Arbitration, Assignment, DeliberationNote, EntryScore, Expert, ScoreSheet
from judging.notices import ARBITRATION_ASKED
from judging.permissions import may_organise
from judging.reading.third_opinions import eligible_judges, experienced_judges
from judging.reading.ties import entries_beside, score_in_track
from judging.standard_scores import FEWEST_ENTRIES
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal
from submissions.models import Entry

REASON_MAX = 1000
NOTE_MAX = 4000
WITH_TEAM = ("entry__team__lead_organisation", "entry__topic__track")


@transaction.atomic
def open_arbitration(
    *, actor: Any, score: EntryScore, judge: str, signs: Sequence[str], reason: str, due_at: datetime, now: datetime
) -> Arbitration:
    """Ask the judge with this code for a third opinion on the entry of `score`, to be sealed before `due_at`.

    Under the lock of the entry's stored score, so that two organisers do not ask twice. Adds the seat, keeps why and the
    figures of the moment, records an event and tells the judge.
    """
    locked = EntryScore.objects.select_related("stage__contest", "track", *WITH_TEAM).lock(pk=score.pk)
    stage, entry = locked.stage, locked.entry
    may_organise(actor, stage.contest).require()
    reason = _reason(reason)
    _require_disputable(locked)
    if due_at <= now:
        raise Refusal(
            _("Choose a date in the future: the judge needs time for a third opinion."), code="due", field="due_at"
        )
    beside = entries_beside(locked)
    _require_askable(locked, judge, beside)
    scored = score_in_track(locked, beside)
    expert = Expert.objects.select_related("user").get(contest=stage.contest_id, code=judge)
    opened = Arbitration.objects.create(
        stage=stage,
        entry=entry,
        assignment=_add_seat(locked, expert, now),
        signs=[sign for sign in Arbitration.Sign.values if sign in signs] or [Arbitration.Sign.OTHER],
        reason=reason,
        figures={
            "score": "" if scored.score is None else str(scored.score),
            "totals": locked.totals,
            "dropped": list(scored.dropped),
        },
        opened_at=now,
        opened_by=actor,
        due_at=due_at,
    )
    event = record(
        ARBITRATION_OPENED,
        actor=actor,
        now=now,
        contest=stage.contest,
        subject=opened,
        number=entry.number,
        entry=entry.public_id,
        code=expert.code,
        signs=opened.signs,
        reason=reason,
        figures=opened.figures,
    )
    _tell_judge(opened, expert, event, now)
    return opened


@transaction.atomic
def note_deliberation(*, actor: Any, score: EntryScore, text: str, now: datetime) -> DeliberationNote:
    """Keep what the panel said of the entry; a note is never changed, a correction is another note."""
    may_organise(actor, score.stage.contest).require()
    text = text.strip()
    if not text:
        raise Refusal(_("Write what the panel said."), code="no_text", field="text")
    if len(text) > NOTE_MAX:
        raise Refusal(_("Shorten the note to {most} characters.").format(most=NOTE_MAX), code="too_long", field="text")
    note = DeliberationNote.objects.create(
        stage=score.stage, entry=score.entry, text=text, written_at=now, written_by=actor
    )
    record(
        DELIBERATION_NOTED,
        actor=actor,
        now=now,
        contest=score.stage.contest,
        subject=note,
        number=score.entry.number,
        entry=score.entry.public_id,
        text=text,
    )
    return note


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refusal(_("Say why a third opinion is needed: it stays on record."), code="no_reason", field="reason")
    if len(text) > REASON_MAX:
        raise Refusal(
            _("Shorten the reason to {most} characters.").format(most=REASON_MAX), code="too_long", field="reason"
        )
    return text


def _require_disputable(score: EntryScore) -> None:
    if score.entry.status != Entry.Status.SUBMITTED:
        raise Refusal(_("This entry is no longer in the contest."), code="entry_left")
    if score.sheets < 2:
        raise Refusal(
            _("A third opinion needs two that differ: fewer than two sheets of this entry are sealed."), code="too_few"
        )
    waiting = Arbitration.objects.filter(
        stage=score.stage, entry=score.entry, assignment__status=Assignment.Status.ACTIVE
    ).exclude(assignment__sheet__state=ScoreSheet.State.SEALED)
    if waiting.exists():
        raise Refusal(
            _("A third opinion on this entry has been asked for and is not sealed yet. Wait for it."), code="waiting"
        )


def _require_askable(score: EntryScore, judge: str, beside: Sequence[ScoredEntry]) -> None:
    if judge not in {one.code for one in eligible_judges(score.stage, score.entry)}:
        raise Refusal(
            _("This judge may not judge the entry. Choose one of the list; it may have changed meanwhile."),
            code="not_eligible",
            field="judge",
        )
    experienced = experienced_judges(beside)
    if experienced is not None and judge not in experienced:
        raise Refusal(
            _(
                "This judge has sealed fewer than {fewest} entries of the track: one sheet more, and its scores could not be "
                "standard scores. Choose one of the list."
            ).format(fewest=FEWEST_ENTRIES),
            code="too_new",
            field="judge",
        )


def _add_seat(score: EntryScore, expert: Expert, now: datetime) -> Assignment:
    """One more seat, of the version that the others judge, at the end of the judge's queue."""
    first = Assignment.objects.filter(stage=score.stage, entry=score.entry).order_by("pk").first()
    assert first is not None, "an entry has a stored score because it was assigned"  # noqa: S101
    last = Assignment.objects.filter(stage=score.stage, expert=expert).aggregate(last=Max("position"))["last"] or 0
    return Assignment.objects.create(
        plan_id=first.plan_id,
        stage=score.stage,
        entry=score.entry,
        version_id=first.version_id,
        expert=expert,
        title=first.title,
        position=last + 1,
        assigned_at=now,
    )


def _tell_judge(opened: Arbitration, expert: Expert, event: Event, now: datetime) -> None:
    stage = opened.stage
    send(
        ARBITRATION_ASKED,
        to=[expert.user] if expert.user else [expert.email],
        now=now,
        dedupe=opened.public_id,
        contest=stage.contest,
        path=reverse("desk", args=[opened.assignment.public_id]),
        events=[event],
        contest_name=stage.contest.name,
        stage_kind=stage.kind,
        stage_name=stage.name,
        number=opened.entry.number,
        due_at=opened.due_at,
    )
