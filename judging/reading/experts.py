"""The list of a contest's experts as plain rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competition.models import Stage
from competition.words import track_label
from judging.models import Expert, ExpertTrack
from portal.refusals import Text
from portal.states import State
from portal.web.dates import NBSP, day, period
from submissions.models import Entry


@dataclass(frozen=True)
class ExpertRow:
    """One line; `may_invite` and `may_resend` say which button stands there."""

    public_id: str
    code: str
    name: str
    title: str
    email: str
    organisation: str
    tracks: list[tuple[int, str, Text]]
    state: State
    since: datetime | None
    reason: str
    may_invite: bool
    may_resend: bool
    change_url: str
    limits: str
    letter_url: str


def expert_rows(experts: Sequence[Expert]) -> list[ExpertRow]:
    """One query for the tracks; organisations are at hand."""
    tracks: dict[int, list[tuple[int, str, Text]]] = defaultdict(list)
    for expert, number, name, level in (
        ExpertTrack.objects.filter(expert__in=[expert.pk for expert in experts])
        .order_by("-level", "track__number")
        .values_list("expert_id", "track__number", "track__name", "level")
    ):
        tracks[expert].append((number, name, ExpertTrack.Level(level).label))
    return [
        ExpertRow(
            public_id=expert.public_id,
            code=expert.code,
            name=expert.name,
            title=expert.title,
            email=expert.email,
            organisation=expert.organisation.name,
            tracks=tracks[expert.pk],
            state=expert.state,
            since=expert.answered_at or expert.invited_at,
            reason=expert.decline_reason,
            may_invite=expert.status in (Expert.Status.LISTED, Expert.Status.DECLINED),
            may_resend=expert.status == Expert.Status.INVITED,
            change_url=reverse("admin:judging_expert_change", args=[expert.pk]),
            limits=limits_in_words(expert),
            letter_url=reverse("appointment_letter", args=[expert.public_id])
            if expert.status == Expert.Status.ACCEPTED
            else "",
        )
        for expert in experts
    ]


def limits_in_words(expert: Expert) -> str:
    """8月1日 – 8月9日 · at least 5, at most 20; nothing where there are no limits."""
    parts = []
    if expert.available_from_on or expert.available_until_on:
        first = day(expert.available_from_on, year=False) if expert.available_from_on else ""
        last = day(expert.available_until_on, year=False) if expert.available_until_on else ""
        parts.append(f"{first} – {last}".strip())
    if expert.min_load:
        parts.append(_("at least %(n)s entries") % {"n": expert.min_load})
    if expert.max_load:
        parts.append(_("at most %(n)s entries") % {"n": expert.max_load})
    return " · ".join(parts)


def invitation_facts(expert: Expert) -> list[tuple[Text, str]]:
    """What an invited expert has to know before the answer, as far as it is known: (what, how it is). Three queries."""
    contest = expert.contest
    stages = contest.stages.filter(kind__in=Stage.JUDGED).order_by("opens_at", "pk")
    tracks = list(expert.tracks.order_by("track__number").values_list("track_id", "track__number", "track__name"))
    entries = Entry.objects.submitted().filter(contest=contest, topic__track__in=[pk for pk, _number, _name in tracks])
    facts: list[tuple[Text, str]] = [
        (
            _("When"),
            "\n".join(
                f"{stage.label} {_whole(period(stage.opens_at, stage.closes_at, year=True))}" for stage in stages
            ),
        ),
        (_("Your tracks"), "\n".join(f"{track_label(number)} {name}" for _pk, number, name in tracks)),
        (_("Entries in these tracks so far"), _entries(entries.count()) if tracks else ""),
        (_("Most entries for you, per stage"), str(expert.max_load or "")),
        (_("Questions to"), "\n".join(filter(None, (contest.contact_phone, contest.contact_email)))),
    ]
    return [(what, how) for what, how in facts if how]


def _whole(days: str) -> str:
    """Each day stays on one line: a period breaks behind its dash and nowhere else."""
    return days.replace(" ", NBSP).replace(f"–{NBSP}", "– ")


def _entries(count: int) -> str:
    return ngettext("%(count)s entry", "%(count)s entries", count) % {"count": count}
