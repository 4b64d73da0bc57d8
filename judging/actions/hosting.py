"""What the host of a roadshow does: call a team, run the clock, close the scoring, show the score.

Each of them carries the revision that the console showed (`seen`): a double click, or two consoles, do a thing once. All
take the lock of the roadshow, which a judge's submission takes too (`doors.slot_door`), so that what was submitted before
the host closed counts, and nothing after it does.
"""

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from judging.actions.roadshows import lock_roadshow
from judging.aggregation import shown
from judging.events import SLOT_ABSENT, SLOT_CALLED, SLOT_CLOSED, SLOT_REVEALED
from judging.models import Assignment, EntryScore, Roadshow, ScoreSheet, Slot
from judging.reading.running import next_reveal
from portal.journal.kinds import EventKind
from portal.journal.recording import record
from portal.refusals import Refusal, Stale

NEXT_PHASE = {Slot.Status.PRESENTING: Slot.Status.QUESTIONS, Slot.Status.QUESTIONS: Slot.Status.SCORING}


@transaction.atomic
def call_team(*, actor: Any, roadshow: Roadshow, slot: Slot | None, seen: int, now: datetime) -> Slot:
    """Call the next team of the running order on stage, or `slot` where a team that was absent has come after all.

    The clock stands at the full time of the presentation until the host starts it.
    """
    locked = lock_roadshow(actor, roadshow, seen)
    _require_drawn(locked)
    slots = Slot.objects.filter(roadshow=locked)
    if slots.filter(status__in=Slot.ON_STAGE).exists():
        raise Refusal(_("A team is on stage. Close its scoring first."), code="on_stage")
    if locked.reveal == Roadshow.Reveal.EACH and slots.filter(status="closed", revealed_at=None).exists():
        raise Refusal(_("Show the score of the team before, then call the next one."), code="not_shown")
    if slot is None:
        called = slots.filter(status=Slot.Status.WAITING).select_related("entry").order_by("position").first()
    else:
        called = slots.filter(pk=slot.pk, status=Slot.Status.ABSENT).select_related("entry").first()
    if called is None:
        raise Refusal(_("No team is waiting."), code="nobody_waits")
    called.status, called.called_at = Slot.Status.PRESENTING, now
    called.running_since, called.elapsed_ms = None, 0
    called.save(update_fields=["status", "called_at", "running_since", "elapsed_ms"])
    _touch(locked, Roadshow.Status.LIVE)
    _record(SLOT_CALLED, actor, locked, called, now)
    return called


@transaction.atomic
def run_clock(*, actor: Any, roadshow: Roadshow, running: bool, seen: int, now: datetime) -> Slot:
    """Start the clock of the phase, or hold it."""
    locked = lock_roadshow(actor, roadshow, seen)
    slot = _on_stage(locked)
    if running == (slot.running_since is not None):
        raise Stale
    if running:
        slot.running_since = now
    else:
        slot.elapsed_ms, slot.running_since = slot.elapsed(now), None
    slot.save(update_fields=["running_since", "elapsed_ms"])
    _touch(locked)
    return slot


@transaction.atomic
def next_phase(*, actor: Any, roadshow: Roadshow, seen: int, now: datetime) -> Slot:
    """From the presentation to the questions, from there to the scoring; the clock of the new phase runs at once."""
    locked = lock_roadshow(actor, roadshow, seen)
    slot = _on_stage(locked)
    following = NEXT_PHASE.get(Slot.Status(slot.status))
    if following is None:
        raise Refusal(_("This is the last phase. Close the scoring."), code="last_phase")
    slot.status, slot.running_since, slot.elapsed_ms = following, now, 0
    slot.save(update_fields=["status", "running_since", "elapsed_ms"])
    _touch(locked)
    return slot


@transaction.atomic
def close_slot(*, actor: Any, roadshow: Roadshow, without_missing: bool, seen: int, now: datetime) -> Slot:
    """End the scoring of the team on stage: nothing is submitted from now on.

    Refused while a judge has not submitted, unless the host says `without_missing`; then the score is that of those who did.
    """
    locked = lock_roadshow(actor, roadshow, seen)
    slot = _on_stage(locked)
    seats = Assignment.objects.active().filter(stage=locked.stage_id, entry=slot.entry_id)
    total, sealed = seats.count(), seats.filter(sheet__state=ScoreSheet.State.SEALED).count()
    if sealed < total and not without_missing:
        raise Refusal(
            _("{n} of {total} judges have submitted. Wait for the others, or close without them.").format(
                n=sealed, total=total
            ),
            code="missing",
        )
    slot.status, slot.closed_at = Slot.Status.CLOSED, now
    slot.elapsed_ms, slot.running_since = slot.elapsed(now), None
    slot.save(update_fields=["status", "closed_at", "elapsed_ms", "running_since"])
    _touch(locked)
    _record(SLOT_CLOSED, actor, locked, slot, now, sheets=sealed, seats=total)
    return slot


@transaction.atomic
def reveal_score(*, actor: Any, roadshow: Roadshow, seen: int, now: datetime) -> Slot:
    """Show the next score on the wall: that of the team just closed, or at the end the lowest that is not shown yet.

    With the last score the roadshow is over.
    """
    locked = lock_roadshow(actor, roadshow, seen)
    slot = next_reveal(locked)
    if slot is None:
        sentence = (
            _("Scores are shown at the end: first every team has its turn.")
            if locked.reveal == Roadshow.Reveal.END
            else _("There is no score to show now.")
        )
        raise Refusal(sentence, code="nothing_to_show")
    slot.revealed_at = now
    slot.save(update_fields=["revealed_at"])
    left = Slot.objects.filter(roadshow=locked, revealed_at=None).exclude(status=Slot.Status.ABSENT)
    _touch(locked, None if left.exists() else Roadshow.Status.OVER)
    score = (
        EntryScore.objects.filter(stage=locked.stage_id, entry=slot.entry_id).values_list("score", flat=True).first()
    )
    _record(
        SLOT_REVEALED,
        actor,
        locked,
        slot,
        now,
        score=str(shown(Fraction(score))) if score else "",
        exact=score or "",
    )
    return slot


@transaction.atomic
def mark_absent(*, actor: Any, roadshow: Roadshow, seen: int, now: datetime) -> Slot:
    """The next team, or the one that was just called, is not there; it can be called again later."""
    locked = lock_roadshow(actor, roadshow, seen)
    _require_drawn(locked)
    slots = Slot.objects.filter(roadshow=locked).select_related("entry").order_by("position")
    slot = slots.filter(status__in=Slot.ON_STAGE).first() or slots.filter(status=Slot.Status.WAITING).first()
    if slot is None:
        raise Refusal(_("No team is waiting."), code="nobody_waits")
    sealed = ScoreSheet.objects.filter(
        assignment__stage=locked.stage_id, assignment__entry=slot.entry_id, state=ScoreSheet.State.SEALED
    )
    if slot.is_on_stage and sealed.exists():
        raise Refusal(_("This team has been scored: it cannot be absent. Close its scoring."), code="scored")
    slot.status, slot.running_since, slot.elapsed_ms = Slot.Status.ABSENT, None, 0
    slot.save(update_fields=["status", "running_since", "elapsed_ms"])
    _touch(locked, Roadshow.Status.LIVE)
    _record(SLOT_ABSENT, actor, locked, slot, now)
    return slot


def _require_drawn(roadshow: Roadshow) -> None:
    if roadshow.status in (Roadshow.Status.PLANNED, Roadshow.Status.COMMITTED):
        raise Refusal(_("Draw the running order before you call a team."), code="not_drawn")


def _on_stage(roadshow: Roadshow) -> Slot:
    slot = Slot.objects.filter(roadshow=roadshow, status__in=Slot.ON_STAGE).select_related("entry").first()
    if slot is None:
        raise Refusal(_("No team is on stage. Call the next one."), code="nobody_on_stage")
    return slot


def _touch(roadshow: Roadshow, status: str | None = None) -> None:
    """The locked roadshow has changed."""
    roadshow.revision += 1
    if status is not None:
        roadshow.status = status
    roadshow.save(update_fields=["revision", "status"])


def _record(kind: EventKind, actor: Any, roadshow: Roadshow, slot: Slot, now: datetime, **payload: Any) -> None:
    record(
        kind,
        actor=actor,
        now=now,
        contest=roadshow.stage.contest,
        subject=roadshow,
        number=slot.entry.number,
        entry=slot.entry.public_id,
        position=slot.position,
        **payload,
    )
