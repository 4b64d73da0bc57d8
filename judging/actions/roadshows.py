"""Planning a roadshow, announcing the lots, drawing the running order.

planned → committed (what decides is published) → drawn (the number is known) → live → over; the last two are the host's
(`hosting.py`). Until it is live, place and time can be changed (`rescheduling.py`), or the whole is called off
(`calling_off.py`). The seats of the panel are ordinary assignments, made by publishing a plan of the roadshow's own, so
that recusals, freezing, ranking and export work as everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Stage
from judging.actions.publishing import publish_plan
from judging.events import LOTS_ANNOUNCED, LOTS_DRAWN, ROADSHOW_PLANNED
from judging.lots import commitment, running_order, seed_of
from judging.models import AssignmentPlan, Expert, Roadshow, Slot
from judging.notices import ROADSHOW_ORDER
from judging.permissions import may_organise
from judging.planned import summary
from judging.problem import read_situation
from judging.rubrics import require_usable
from portal.accounts.models import User
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.kinds import NoticeKind
from portal.notices.outbox import send
from portal.refusals import Refusal, Stale
from submissions.models import Entry

SOURCE_MAX, NUMBER_MAX = 200, 64
MOST_TEAMS, MOST_JUDGES = 200, 15


@dataclass(frozen=True)
class Schedule:
    """When and how: what the organisers lay down for one roadshow."""

    name: str
    place: str
    starts_at: datetime
    presentation_seconds: int
    question_seconds: int
    scoring_seconds: int
    reveal: str


@transaction.atomic
def plan_roadshow(
    *, actor: Any, stage: Stage, schedule: Schedule, entries: Sequence[str], judges: Sequence[str], now: datetime
) -> Roadshow:
    """Plan a roadshow for the entries with these numbers before the judges with these codes; the panel gets its seats.

    A judge with a conflict of interest, or not qualified for the track, gets no seat on that entry and leaves the room. The
    rubric and the rules of the stage are frozen, as with every assignment, and the judges hear of it once.
    """
    may_organise(actor, stage.contest).require()
    locked = Stage.objects.select_related("contest", "rubric").lock(pk=stage.pk)
    if locked.kind != Stage.Kind.ROADSHOW:
        raise Refusal(_("A roadshow belongs to a stage of its kind. Choose that stage."), code="not_a_roadshow")
    require_usable(locked)
    found = _entries(locked, entries)
    panel = _panel(locked, judges)
    roadshow = Roadshow.objects.create(
        stage=locked, created_at=now, created_by=actor, **{name: getattr(schedule, name) for name in SCHEDULED}
    )
    roadshow.panel.set(panel)
    try:
        with transaction.atomic():
            Slot.objects.bulk_create(Slot(roadshow=roadshow, stage=locked, entry=entry) for entry in found)
    except IntegrityError as error:
        raise Refusal(
            _("One of these entries already has its turn in a roadshow of this stage. Nothing was planned."),
            code="slot_taken",
            field="entries",
        ) from error
    _seat(actor, roadshow, found, panel, now)
    record(
        ROADSHOW_PLANNED,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=roadshow,
        name=roadshow.name,
        teams=len(found),
        judges=len(panel),
        entries=[entry.number for entry in found],
        panel=[expert.code for expert in panel],
    )
    return roadshow


SCHEDULED = tuple(Schedule.__dataclass_fields__)


@transaction.atomic
def announce_lots(*, actor: Any, roadshow: Roadshow, source: str, now: datetime) -> Roadshow:
    """Say what will decide the running order, before anybody can know it; list and words are hashed and stay."""
    locked = lock_roadshow(actor, roadshow)
    source = source.strip()
    if locked.status != Roadshow.Status.PLANNED:
        raise Refusal(_("What decides the lots has been announced already."), code="announced")
    if not source or len(source) > SOURCE_MAX:
        raise Refusal(
            _("Say in at most {most} characters which number will decide, and where everybody can see it.").format(
                most=SOURCE_MAX
            ),
            code="source",
            field="source",
        )
    locked.source, locked.commitment = source, commitment(_numbers(locked), source)
    locked.status, locked.committed_at = Roadshow.Status.COMMITTED, now
    save_roadshow(locked, "source", "commitment", "status", "committed_at")
    record(
        LOTS_ANNOUNCED,
        actor=actor,
        now=now,
        contest=locked.stage.contest,
        subject=locked,
        name=locked.name,
        source=source,
        commitment=locked.commitment,
    )
    return locked


@transaction.atomic
def draw_lots(*, actor: Any, roadshow: Roadshow, number: str, now: datetime) -> Roadshow:
    """Draw the running order with the number that has become known; every team hears of its place."""
    locked = lock_roadshow(actor, roadshow)
    number = number.strip()
    if locked.status == Roadshow.Status.PLANNED:
        raise Refusal(_("Announce first what decides the lots."), code="not_announced")
    if locked.status != Roadshow.Status.COMMITTED:
        raise Refusal(_("The running order has been drawn already."), code="drawn")
    if not number or len(number) > NUMBER_MAX:
        raise Refusal(
            _("Enter the number that decides, of at most {most} characters.").format(most=NUMBER_MAX),
            code="number",
            field="number",
        )
    seed = seed_of(locked.commitment, number)
    order = running_order(_numbers(locked), seed)
    slots = {slot.entry.number: slot for slot in Slot.objects.filter(roadshow=locked).select_related("entry")}
    for position, entry in enumerate(order, 1):
        slots[entry].position = position
    Slot.objects.bulk_update(slots.values(), ["position"])
    locked.number, locked.status, locked.drawn_at = number, Roadshow.Status.DRAWN, now
    save_roadshow(locked, "number", "status", "drawn_at")
    event = record(
        LOTS_DRAWN,
        actor=actor,
        now=now,
        contest=locked.stage.contest,
        subject=locked,
        name=locked.name,
        commitment=locked.commitment,
        number=number,
        seed=seed,
        order=order,
    )
    for entry in order:
        _tell_team(locked, slots[entry], len(order), event, now)
    return locked


def lock_roadshow(actor: Any, roadshow: Roadshow, seen: int | None = None) -> Roadshow:
    """The roadshow, locked for an organiser; one that was called off is refused, whatever is wanted of it.

    `seen` is the revision that the page showed; Stale when another one stands.
    """
    locked: Roadshow = Roadshow.objects.select_related("stage__contest").lock(pk=roadshow.pk)
    may_organise(actor, locked.stage.contest).require()
    if locked.is_called_off:
        raise Refusal(
            _("This roadshow was called off: nothing more is done with it. Plan another one."), code="called_off"
        )
    if seen is not None and locked.revision != seen:
        raise Stale(_("The roadshow has moved on since this page was shown. Look at it again; nothing was done."))
    return locked


def save_roadshow(roadshow: Roadshow, *fields: str) -> None:
    roadshow.revision += 1  # of a locked row
    roadshow.save(update_fields=[*fields, "revision"])


def _numbers(roadshow: Roadshow) -> list[str]:
    return list(Slot.objects.filter(roadshow=roadshow).values_list("entry__number", flat=True))


def _entries(stage: Stage, numbers: Sequence[str]) -> list[Entry]:
    wanted = set(numbers)
    if not wanted or len(wanted) > MOST_TEAMS:
        raise Refusal(
            _("Name the entries that present, from 1 to {most}.").format(most=MOST_TEAMS),
            code="entries",
            field="entries",
        )
    found = list(
        Entry.objects.filter(contest=stage.contest_id, number__in=wanted).passed_check().order_by("number").distinct()
    )
    if missing := sorted(wanted - {entry.number for entry in found}):
        raise Refusal(
            _("No entry of this contest that passed the formal check has the number {numbers}.").format(
                numbers=", ".join(missing[:5])
            ),
            code="unknown_entry",
            field="entries",
        )
    return found


def _panel(stage: Stage, codes: Sequence[str]) -> list[Expert]:
    wanted = set(codes)
    if not wanted or len(wanted) > MOST_JUDGES:
        raise Refusal(
            _("Name the judges of the panel by their codes, from 1 to {most}.").format(most=MOST_JUDGES),
            code="judges",
            field="judges",
        )
    found = list(
        Expert.objects.filter(contest=stage.contest_id, code__in=wanted, status=Expert.Status.ACCEPTED).order_by("code")
    )
    if missing := sorted(wanted - {expert.code for expert in found}):
        raise Refusal(
            _("No expert who accepted has the code {codes}.").format(codes=", ".join(missing[:5])),
            code="unknown_judge",
            field="judges",
        )
    return found


def _seat(actor: Any, roadshow: Roadshow, entries: Sequence[Entry], panel: Sequence[Expert], now: datetime) -> None:
    """Everybody of the panel on every entry, but for conflicts and tracks; by publishing a plan of that."""
    stage, seed = roadshow.stage, roadshow.public_id
    situation = read_situation(stage, seed)
    problem = situation.problem
    seats = [
        (entry.public_id, expert.code)
        for entry in entries
        for expert in panel
        if (entry.public_id, expert.code) in problem.affinity
        and (entry.public_id, expert.code) not in problem.conflicts
        and (entry.public_id, expert.code) not in problem.pinned
    ]
    if bare := sorted({entry.number for entry in entries} - {situation.entries[e].number for e, _judge in seats}):
        raise Refusal(
            _("Nobody of this panel may judge {numbers}: not qualified for the track, or with an interest.").format(
                numbers=", ".join(bare[:5])
            ),
            code="no_judge",
            field="judges",
        )
    plan = AssignmentPlan.objects.create(
        contest=stage.contest,
        stage=stage,
        seed=seed,
        seats=[list(seat) for seat in seats],
        result=summary(situation, seats),
        created_at=now,
        created_by=actor,
    )
    publish_plan(actor=actor, plan=plan, now=now)


def members_of(slot: Slot) -> list[User]:
    """Everybody of the team that presents."""
    return list(User.objects.filter(memberships__team=slot.entry.team_id).order_by("pk"))


def tell(
    kind: NoticeKind,
    roadshow: Roadshow,
    people: list[User],
    *,
    dedupe: str,
    path: str,
    event: Event,
    now: datetime,
    **words: Any,
) -> None:
    """A notice about a roadshow: its contest and name, and these words."""
    contest = roadshow.stage.contest
    send(
        kind,
        to=people,
        now=now,
        dedupe=dedupe,
        contest=contest,
        path=path,
        events=[event],
        contest_name=contest.name,
        roadshow_name=roadshow.name,
        **words,
    )


def _tell_team(roadshow: Roadshow, slot: Slot, teams: int, event: Event, now: datetime) -> None:
    position = slot.position or 0
    tell(
        ROADSHOW_ORDER,
        roadshow,
        members_of(slot),
        dedupe=slot.public_id,
        path=reverse("entry", args=[slot.entry.public_id]),
        event=event,
        now=now,
        number=slot.entry.number,
        position=position,
        teams=teams,
        place=roadshow.place,
        expected_at=roadshow.expected_at(position),
        presentation=minutes(roadshow.presentation_seconds),
        questions=minutes(roadshow.question_seconds),
    )


def minutes(seconds: int) -> str:
    """8, or 7:30 where it is no whole number."""
    whole, rest = divmod(seconds, 60)
    return f"{whole}:{rest:02}" if rest else str(whole)
