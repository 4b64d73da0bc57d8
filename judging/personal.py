"""What a judge's copy of their data holds of judging, and what becomes of it when the judge is forgotten.

Told is what the judge gave: the profile in the pool, the pledges, the marks. What others found out about them is not: it would
name the people of entries that are judged blind.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.models import Assignment, Expert, Mark, Pledge, ScoreSheet
from portal.accounts.copying import json_bytes
from portal.accounts.models import Organisation, User
from portal.journal.recording import stamp
from portal.slots import Obstacle, PersonalPart


def judge_parts(user: User) -> Iterator[PersonalPart]:
    """Each contest in a folder: the profile with its pledges, and every entry that was assigned with its marks."""
    experts = Expert.objects.filter(user=user).select_related("contest", "organisation").order_by("pk")
    for expert in experts:
        folder = f"judging/{expert.contest.slug}"
        yield PersonalPart(f"{folder}/expert.json", partial(_profile, expert))
        yield PersonalPart(f"{folder}/sheets.json", partial(_sheets, expert))


def obstacles(user: User, now: datetime) -> list[Obstacle]:
    """Whoever is still awaited finishes first, or leaves, so that somebody else can judge."""
    sealed = ScoreSheet.objects.filter(assignment=OuterRef("pk"), state=ScoreSheet.State.SEALED)
    awaited = Assignment.objects.filter(
        ~Exists(sealed), expert__user=user, status=Assignment.Status.ACTIVE, stage__closes_at__gt=now
    )
    stages = awaited.order_by("stage").values_list("stage__public_id", "stage__name").annotate(count=Count("pk"))
    return [
        Obstacle(
            ngettext(
                "Judge the %(count)d entry that awaits you in “%(stage)s” first, or leave it to another judge.",
                "Judge the %(count)d entries that await you in “%(stage)s” first, or leave them to another judge.",
                count,
            )
            % {"count": count, "stage": name},
            reverse("judge_queue", args=[public_id]),
        )
        for public_id, name, count in stages
    ]


def kept(user: User) -> list[str]:
    """Draws and scores are checked against the pool as it was."""
    judged = _(
        "Your marks, comments and sealed sheets in “%(contest)s” with your name: the record of the contest, which its results"
        " rest on and must be checked against."
    )
    listed = _(
        "Your profile in the pool of experts of “%(contest)s”: draws and assignments must be checked against it."
    )
    seats = Assignment.objects.filter(expert=OuterRef("pk"))
    experts = (
        Expert.objects.filter(user=user).select_related("contest").annotate(has_seats=Exists(seats)).order_by("pk")
    )
    return [
        text % {"contest": expert.contest.name}
        for expert in experts
        for text in ([judged, listed] if expert.has_seats else [listed])
    ]


def _profile(expert: Expert) -> Iterator[bytes]:
    yield json_bytes(
        {
            "contest": expert.contest.name,
            "code": expert.code,
            "name": expert.name,
            "email": expert.email,
            "phone": expert.phone,
            "organisation": {"uscc": expert.organisation.uscc, "name": expert.organisation.name},
            "region": expert.region,
            "title": expert.title,
            "keywords": expert.keywords,
            "available_from": expert.available_from_on and expert.available_from_on.isoformat(),
            "available_until": expert.available_until_on and expert.available_until_on.isoformat(),
            "entries_at_least": expert.min_load,
            "entries_at_most": expert.max_load,
            "status": expert.status,
            "invited_at": _stamp(expert.invited_at),
            "answered_at": _stamp(expert.answered_at),
            "decline_reason": expert.decline_reason,
            "tracks": [
                {"track": track.name, "level": level}
                for track, level in ((row.track, row.level) for row in expert.tracks.select_related("track"))
            ],
            "former_posts": list(expert.former_posts.values("name", "from_year", "until_year")),
            "pledges": [_pledge(pledge) for pledge in expert.pledges.select_related("stage").order_by("pk")],
        }
    )


def _pledge(pledge: Pledge) -> dict[str, Any]:
    """What was declared; the organisations that were only shown belong to teams."""
    ticked = Organisation.objects.filter(public_id__in=pledge.ticked).order_by("pk").values_list("name", flat=True)
    return {
        "stage": pledge.stage.name,
        "text_version": pledge.text_version,
        "interest_in": list(ticked),
        "note": pledge.note,
        "signed_at": stamp(pledge.signed_at),
    }


def _sheets(expert: Expert) -> Iterator[bytes]:
    """In the order of the queue; the entry by its number alone, as the desk shows it."""
    marks: dict[int, dict[str, str | None]] = defaultdict(dict)
    given = Mark.objects.filter(sheet__assignment__expert=expert).order_by("criterion")
    for sheet, key, value in given.values_list("sheet", "criterion__code", "value"):
        marks[sheet][key] = None if value is None else str(value)
    seats = Assignment.objects.filter(expert=expert).select_related("stage", "entry", "sheet")
    yield json_bytes([_seat(seat, marks) for seat in seats.order_by("stage", "position", "pk")])


def _seat(seat: Assignment, marks: dict[int, dict[str, str | None]]) -> dict[str, Any]:
    """A mark of null is “not applicable”."""
    sheet = getattr(seat, "sheet", None)
    return {
        "stage": seat.stage.name,
        "entry": seat.entry.number,
        "status": seat.status,
        "assigned_at": stamp(seat.assigned_at),
        "ended_at": _stamp(seat.ended_at),
        "sheet": sheet
        and {
            "state": sheet.state,
            "marks": marks[sheet.pk],
            "comment": sheet.comment,
            "total": sheet.total,
            "saved_at": stamp(sheet.saved_at),
            "sealed_at": _stamp(sheet.sealed_at),
        },
    }


def _stamp(instant: datetime | None) -> str | None:
    return stamp(instant) if instant else None
