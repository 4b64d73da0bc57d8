"""What judges hear when an entry leaves the contest, or comes back. Their seats and sheets stay as they are: queues and
scores leave out who does not take part.
"""

from datetime import datetime
from itertools import groupby

from django.urls import reverse

from judging.models import Assignment
from judging.notices import ENTRY_STANDING
from portal.journal.models import Event
from portal.notices.outbox import send
from submissions.models import Entry


def tell_judges_of_standing(entry: Entry, event: Event, now: datetime) -> None:
    """Each judge who has the entry in a stage that is not over; they read no reason, which is the team's alone."""
    if entry.status not in (Entry.Status.SUBMITTED, Entry.Status.DISQUALIFIED):
        return  # let in again in the middle of a correction, it stands in no queue
    seats = (
        Assignment.objects.filter(
            entry=entry, status=Assignment.Status.ACTIVE, stage__closes_at__gt=now, expert__user__isnull=False
        )
        .select_related("stage__contest", "expert__user")
        .order_by("stage_id", "expert_id")
    )
    for stage, mine in groupby(seats, key=lambda seat: seat.stage):
        send(
            ENTRY_STANDING,
            to=[seat.expert.user for seat in mine if seat.expert.user],
            now=now,
            dedupe=f"{event.leaf_hash}/{stage.public_id}",
            contest=stage.contest,
            path=reverse("judge_queue", args=[stage.public_id]),
            events=[event],
            contest_name=stage.contest.name,
            stage_kind=stage.kind,
            stage_name=stage.name,
            number=entry.number,
            takes_part=entry.status == Entry.Status.SUBMITTED,
        )
