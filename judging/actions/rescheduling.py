"""Moving a roadshow: another place, another hour, other lengths, as long as nobody is on stage.

Who presents and who judges stays: their seats and, once it is drawn, the running order stand on it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from judging.actions.roadshows import SCHEDULED, Schedule, lock_roadshow, members_of, minutes, save_roadshow, tell
from judging.events import ROADSHOW_MOVED
from judging.models import Roadshow, Slot
from judging.notices import ROADSHOW_MOVED_NOTICE
from portal.accounts.models import User
from portal.journal.models import Event
from portal.journal.recording import record
from portal.refusals import Refusal

#: What a change of these means to nobody but the host.
OWN = {"name", "reveal"}


@transaction.atomic
def move_roadshow(*, actor: Any, roadshow: Roadshow, schedule: Schedule, seen: int, now: datetime) -> Roadshow:
    """Give the roadshow this schedule. The panel hears of another place, hour or length, and so do the teams that were told
    theirs; the same schedule changes nothing and tells nobody."""
    locked = lock_roadshow(actor, roadshow, seen)
    if locked.status not in Roadshow.NOT_BEGUN:
        raise Refusal(_("The roadshow has begun: its place and time can no longer be changed."), code="begun")
    before = {name: getattr(locked, name) for name in SCHEDULED if getattr(locked, name) != getattr(schedule, name)}
    if not before:
        return locked
    for name in before:
        setattr(locked, name, getattr(schedule, name))
    save_roadshow(locked, *before)
    event = record(
        ROADSHOW_MOVED,
        actor=actor,
        now=now,
        contest=locked.stage.contest,
        subject=locked,
        name=locked.name,
        before={name: str(value) for name, value in before.items()},
        after={name: str(getattr(locked, name)) for name in before},
    )
    if set(before) - OWN:
        _tell(locked, event, now)
    return locked


def _tell(roadshow: Roadshow, event: Event, now: datetime) -> None:
    panel = list(User.objects.filter(expert_in__roadshows=roadshow).distinct().order_by("pk"))
    _send(roadshow, panel, "panel", reverse("judge_queue", args=[roadshow.stage.public_id]), None, event, now)
    if roadshow.status != Roadshow.Status.DRAWN:
        return
    for slot in Slot.objects.filter(roadshow=roadshow).select_related("entry").order_by("position"):
        expected = roadshow.expected_at(slot.position or 1)
        path = reverse("entry", args=[slot.entry.public_id])
        _send(roadshow, members_of(slot), slot.public_id, path, expected, event, now)


def _send(
    roadshow: Roadshow,
    people: list[User],
    whose: str,
    path: str,
    expected_at: datetime | None,
    event: Event,
    now: datetime,
) -> None:
    tell(
        ROADSHOW_MOVED_NOTICE,
        roadshow,
        people,
        dedupe=f"{roadshow.public_id}:{roadshow.revision}:{whose}",
        path=path,
        event=event,
        now=now,
        place=roadshow.place,
        starts_at=roadshow.starts_at,
        expected_at=expected_at,
        presentation=minutes(roadshow.presentation_seconds),
        questions=minutes(roadshow.question_seconds),
    )
