"""Races around deadlines: asking for more time, granting it, returning, reminding, submitting."""

from datetime import datetime, timedelta

from competition.models import Stage
from portal.accounts.models import User
from portal.notices.models import Notice
from submissions.actions import (
    ask_extension,
    disqualify_entry,
    grant_extension,
    pass_check,
    submit_entry,
    withdraw_entry,
)
from submissions.actions.reminding import remind_teams
from submissions.invariants import disqualified_by_others
from submissions.items import TITLE
from submissions.models import Entry, Extension, Reminder
from tests.competition.factories import NOW, make_role
from tests.submissions import factories
from tests.submissions.test_submission import change

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def late_draft(asked: bool = True) -> dict:
    """A complete draft an hour after the deadline, with an organiser and perhaps a request."""
    entry = factories.make_complete_entry()
    closes_at = entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at
    organiser = factories.make_person()
    make_role(organiser, entry.contest, "organiser")
    now = closes_at + HOUR
    if asked:
        ask_extension(actor=entry.team.captain, entry=entry, reason="断电", now=now)
    return {"entry": entry.pk, "organiser": organiser.pk, "now": now.isoformat()}


def ask(entry: int, now: str, **_scene: object) -> str:
    found = factories.fresh(Entry.objects.get(pk=entry))
    return ask_extension(
        actor=found.team.captain, entry=found, reason="断电", now=datetime.fromisoformat(now)
    ).public_id


def grant(entry: int, organiser: int, now: str, days: int = 1) -> str:
    found, at = Entry.objects.get(pk=entry), datetime.fromisoformat(now)
    request = Extension.objects.filter(entry=entry, asked_at__isnull=False).first()
    granted = grant_extension(
        actor=User.objects.get(pk=organiser), entry=found, request=request, until=at + days * DAY, note="", now=at
    )
    return granted.public_id


def grant_or_submit(part: str, **scene: object) -> str:
    if part == "grant":
        return grant(**scene)  # type: ignore[arg-type]
    found = factories.fresh(Entry.objects.get(pk=scene["entry"]))
    now = datetime.fromisoformat(str(scene["now"]))
    submit_entry(actor=found.team.captain, entry=found, revision=found.revision, now=now)
    return "submitted"


def state_of(entry: int) -> dict:
    found = Entry.objects.get(pk=entry)
    return {
        "status": found.status,
        "versions": found.versions.count(),
        "extensions": list(found.extensions.values_list("status", flat=True)),
        "counts": found.extension_id is not None,
        "corrected": found.correction_id is None,
    }


def lapsing_correction() -> dict:
    """A returned entry at the last microsecond of its date."""
    entry = factories.make_submitted_entry()
    entry.contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=NOW + HOUR)
    screener = factories.make_person()
    make_role(screener, entry.contest, "screener")
    until = NOW + DAY
    factories.make_correction(factories.fresh(entry), items=[TITLE], until=until, screener=screener)
    return {"entry": entry.pk, "screener": screener.pk, "until": until.isoformat()}


def submit_or_pass(part: str, entry: int, screener: int, until: str) -> str:
    found, end = factories.fresh(Entry.objects.get(pk=entry)), datetime.fromisoformat(until)
    if part == "submit":
        submit_entry(
            actor=found.team.captain, entry=found, revision=found.revision, now=end - timedelta(microseconds=1)
        )
    else:
        version = found.current_version
        pass_check(actor=User.objects.get(pk=screener), version=version, seen=1, reason="逾期", now=end)
    return part


def drafts_before_the_deadline(teams: int) -> dict:
    first = factories.make_complete_entry()
    for _turn in range(teams - 1):
        factories.make_complete_entry(first.topic)
    Entry.objects.update(created_at=NOW - 9 * DAY)
    return {"now": (first.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at - DAY).isoformat()}


def remind(now: str) -> int:
    return remind_teams(now=datetime.fromisoformat(now))


def reminded() -> list:
    mails = Notice.objects.filter(kind="submissions.draft_complete", channel="mail")
    return [Reminder.objects.count(), mails.count()]


def changed_after_submission() -> dict:
    """A submitted entry with a change that its captain may submit, and an organiser."""
    entry = factories.make_submitted_entry()
    change(entry)
    organiser = factories.make_person()
    make_role(organiser, entry.contest, "organiser")
    return {"entry": entry.pk, "organiser": organiser.pk}


def disqualify_or_go_on(part: str, entry: int, organiser: int) -> str:
    """The organiser takes the first version out, while the captain submits the next or withdraws."""
    found = factories.fresh(Entry.objects.get(pk=entry))
    captain = found.team.captain
    if part == "disqualify":
        person = User.objects.get(pk=organiser)
        disqualify_entry(actor=person, entry=found, seen=1, reason="与往届获奖作品相同", now=NOW)
    elif part == "submit":
        submit_entry(actor=captain, entry=found, revision=found.revision, now=NOW)
    else:
        withdraw_entry(actor=captain, entry=found, now=NOW)
    return part


def disqualified(entry: int) -> dict:
    found = Entry.objects.get(pk=entry)
    return {
        "status": found.status,
        "versions": found.versions.count(),
        "decisions": found.disqualifications.count(),
        "wrong": list(disqualified_by_others()),
    }
