"""Races in the hall: judges who submit while the host closes, two consoles, two people with the same paper."""

from decimal import Decimal

from judging.actions import call_off_roadshow, call_team, close_slot, key_paper, submit_live
from judging.models import Assignment, EntryScore, PaperKeying, Roadshow, ScoreSheet, Slot
from portal.accounts.models import User
from tests.competition.factories import make_role
from tests.judging import roadshows
from tests.judging.factories import NOW
from tests.portal.factories import make_user

RELATED = ("stage__contest", "stage__rubric", "entry", "expert__user")


def on_stage(judges: int) -> dict:
    """A team on stage, its judges ready to submit, the host ready to close."""
    show = roadshows.make_show(experts=judges, entries=2)
    slot = show.call()
    seats = [show.seat(expert, slot.entry).pk for expert in show.experts]
    return {
        "roadshow": show.roadshow.pk,
        "host": show.host.pk,
        "seen": show.again().revision,
        "seats": seats,
        "slot": slot.pk,
    }


def act(seat: int = 0, roadshow: int = 0, host: int = 0, seen: int = 0) -> str:
    """A judge submits, or, where there is no seat, the host closes without waiting."""
    if not seat:
        found = Roadshow.objects.get(pk=roadshow)
        host_user = User.objects.get(pk=host)
        return close_slot(actor=host_user, roadshow=found, without_missing=True, seen=seen, now=NOW).status
    assignment = Assignment.objects.select_related(*RELATED).get(pk=seat)
    marks = {"C1": Decimal(80), "C2": Decimal(80)}
    return submit_live(
        actor=assignment.expert.user, assignment=assignment, revision=0, marks=marks, comment="答辩清楚", now=NOW
    ).state


def outcome(slot: int) -> dict:
    found = Slot.objects.get(pk=slot)
    sealed = ScoreSheet.objects.filter(assignment__entry=found.entry_id, state="sealed").count()
    return {"status": found.status, "sealed": sealed, "counted": EntryScore.objects.get(entry=found.entry_id).sheets}


def waiting() -> dict:
    show = roadshows.make_show(experts=1, entries=3)
    return {"roadshow": show.roadshow.pk, "host": show.host.pk, "seen": show.again().revision}


def call(roadshow: int, host: int, seen: int) -> int:
    found = Roadshow.objects.get(pk=roadshow)
    return call_team(actor=User.objects.get(pk=host), roadshow=found, slot=None, seen=seen, now=NOW).position or 0


def call_or_call_off(roadshow: int, host: int, seen: int, off: bool) -> str:
    if not off:
        return "called" if call(roadshow, host, seen) else ""
    found, person = Roadshow.objects.select_related("stage__contest").get(pk=roadshow), User.objects.get(pk=host)
    return call_off_roadshow(actor=person, roadshow=found, reason="停电", seen=seen, now=NOW).status


def hall(roadshow: int) -> dict:
    found = Roadshow.objects.get(pk=roadshow)
    return {
        "status": found.status,
        "slots": sorted(set(found.slots.values_list("status", flat=True))),
        "seats": Assignment.objects.active().filter(stage=found.stage_id).count(),
    }


def paper(keyers: int) -> dict:
    show = roadshows.make_show(experts=1, entries=1)
    slot = show.call()
    people = [make_user() for _ in range(keyers)]
    for person in people:
        make_role(person, show.contest, "organiser")
    return {"seat": show.seat(show.experts[0], slot.entry).pk, "people": [person.pk for person in people]}


def key(seat: int, person: int) -> int:
    assignment = Assignment.objects.select_related(*RELATED).get(pk=seat)
    marks = {"C1": Decimal(80), "C2": Decimal(80)}
    return key_paper(
        actor=User.objects.get(pk=person), assignment=assignment, marks=marks, comment="纸质", now=NOW
    ).turn


def keyed(seat: int) -> dict:
    turns = list(PaperKeying.objects.filter(assignment=seat).order_by("turn").values_list("turn", "keyed_by"))
    return {
        "turns": [turn for turn, _person in turns],
        "people": len({person for _turn, person in turns}),
        "sealed": ScoreSheet.objects.filter(assignment=seat, state="sealed").count(),
    }
