"""Whom a reminder can reach, who has had one today, and the mail as it will be read."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from competition.models import Stage
from judging.actions.chasing import chase_context
from judging.models import Expert
from judging.notices import JUDGE_CHASED
from judging.reading.progress import judge_rows, judges_in, unfinished
from portal.notices.kinds import Channel
from portal.notices.models import Notice
from portal.notices.paths import unprefixed
from portal.notices.rendering import Words, mail_text, words
from portal.states import State
from portal.web.dates import local

MOST = 200


@dataclass(frozen=True)
class Chased:
    """A judge with sheets to seal; `today` when they have been reminded today, which lasts until midnight."""

    expert: Expert
    left: int
    state: State
    last_saved: datetime | None
    today: bool
    is_chosen: bool


def to_chase(stage: Stage, chosen: AbstractSet[str], now: datetime) -> list[Chased]:
    """Judges with sheets that are not sealed, those named in `chosen` ticked, or everybody where nobody is named."""
    experts = list(unfinished(judges_in(stage)).select_related("user")[:MOST])
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    reminded = set(
        Notice.objects.filter(
            kind=JUDGE_CHASED.key,
            contest_id=stage.contest.public_id,
            channel=Channel.MAIL,
            created_at__gte=midnight,
            path=unprefixed(reverse("judge_queue", args=[stage.public_id])),
        ).values_list("recipient_id", flat=True)
    )
    return [
        Chased(
            expert=expert,
            left=row.seats - row.sealed,
            state=row.state,
            last_saved=row.last_saved,
            today=expert.user_id in reminded,
            is_chosen=expert.user_id not in reminded and (not chosen or expert.code in chosen),
        )
        for expert, row in zip(experts, judge_rows(experts, stage, now), strict=True)
    ]


def preview(stage: Stage, row: Chased, now: datetime) -> Words:
    """Subject and whole text of the mail to this judge, in their language; nothing is stored."""
    expert = row.expert
    language = expert.user.locale if expert.user else ""
    context = chase_context(stage, expert)
    notice = Notice(
        kind=JUDGE_CHASED.key,
        recipient=expert.user,
        address=expert.email,
        language=language,
        context=context | {"closes_at": stage.closes_at.isoformat()},
        path=unprefixed(reverse("judge_queue", args=[stage.public_id])),
        created_at=now,
    )
    said = words(notice, language=language)
    return Words(said.subject, mail_text(notice, text=said.text, language=language))
