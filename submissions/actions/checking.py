"""The formal check: verdicts on versions. The last one counts; a changed mind is a further row with its reason.

Where the contest asks for a second look, a first verdict waits: nothing moves and nobody is told until another person has
confirmed it or decided otherwise.

Each verdict keeps what was ticked on the contest's checklist; an entry passes only when every item that must be met is.

A verdict that is no pass names the items that it is about (`submissions.items`), so that the team is led to them. A return
for correction opens these, and nothing else, until its date. When the date has passed without a new version, whoever checks
decides on the version that is there, or returns it again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from competition.doors import find_stage
from competition.models import Contest, Stage
from portal.accounts.models import User
from portal.canonical import digest
from portal.journal.models import Event
from portal.journal.recording import record, stamp
from portal.refusals import Refusal, Stale
from portal.web.dates import deadline
from submissions import events, notices
from submissions.actions.locking import lock_entry
from submissions.actions.submission import move
from submissions.checklist import Line, Mark, Tick, Ticked, checklist_of, marks_of, record_of, refuse_open_items
from submissions.concerns import concerns_of
from submissions.correction import groups_of, labels_of
from submissions.models import Entry, EntryVersion, Screening
from submissions.permissions import may_check, may_look_again, may_pass_several

EVENTS = {
    Screening.Verdict.PASSED: events.CHECK_PASSED,
    Screening.Verdict.FAILED: events.CHECK_FAILED,
    Screening.Verdict.RETURNED: events.CHECK_RETURNED,
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """A verdict as somebody gives it. `taken_over` is the first verdict whose answers are taken over as they are."""

    verdict: str
    reason: str = ""
    items: Collection[str] = ()
    until: datetime | None = None
    ticked: Ticked | None = None
    taken_over: Screening | None = None
    in_bulk: bool = False


@dataclass(frozen=True)
class Looks:
    """What was decided on a version before: the last verdict, and the one that waits for a second look, if it does."""

    last: Screening | None
    first: Screening | None

    def confirms(self, verdict: str) -> bool:
        return self.first is not None and self.first.verdict == verdict


def pass_check(
    *, actor: User, version: EntryVersion, seen: int, now: datetime, reason: str = "", ticked: Ticked | None = None
) -> Screening:
    """The version may be judged. `seen` is how many verdicts the person saw; a reason is needed to change one.

    Refuses while an item of the checklist that must be met is not answered, or is not met.
    """
    return _decide(actor, version, seen, Given(verdict=Screening.Verdict.PASSED, reason=reason, ticked=ticked), now)


def fail_check(
    *,
    actor: User,
    version: EntryVersion,
    seen: int,
    now: datetime,
    reason: str,
    items: Collection[str] = (),
    ticked: Ticked | None = None,
) -> Screening:
    """The version may not be judged; the team reads why, and which items it is about. What can be mended by nobody, such as
    an entry that may not take part, names none.
    """
    if not reason:
        raise Refusal(_("Say why the entry does not pass: the team reads it."), code="no_reason", field="reason")
    given = Given(verdict=Screening.Verdict.FAILED, reason=reason, items=items, ticked=ticked)
    return _decide(actor, version, seen, given, now)


def return_for_correction(
    *,
    actor: User,
    version: EntryVersion,
    seen: int,
    items: Collection[str],
    until: datetime,
    reason: str,
    now: datetime,
    ticked: Ticked | None = None,
) -> Screening:
    """Give the entry back to its team, who may change these items until then, and read the reason.

    `until` is an exclusive bound within the stage of the formal check.
    """
    if not reason:
        raise Refusal(_("Say what is to be corrected: the team reads it."), code="no_reason", field="reason")
    if not items:
        raise Refusal(_("Choose at least one thing that the team is to correct."), code="no_items", field="items")
    given = Given(verdict=Screening.Verdict.RETURNED, reason=reason, items=items, until=until, ticked=ticked)
    return _decide(actor, version, seen, given, now)


@transaction.atomic
def pass_with_others(*, actor: User, version: EntryVersion, seen: int, list_seen: str, now: datetime) -> Screening:
    """One of several entries that pass at once: nobody has looked at it before, and nothing stands against it.

    The person has answered once for all of them that everything on the list (of the fingerprint `list_seen`) is met that
    must be; the verdict keeps that it was answered so.
    """
    entry = lock_entry(version.entry)
    may_pass_several(actor, entry.contest, now).require()
    if seen:
        raise Refusal(_("This entry has been looked at already: check it by itself."), code="looked_at")
    if found := concerns_of([entry]).get(entry.pk):
        raise Refusal(found[0], code="concern")
    ticks = [Tick(item.public_id, Mark.MET) for item in checklist_of(entry.contest) if item.required]
    given = Given(verdict=Screening.Verdict.PASSED, ticked=Ticked(list_seen, ticks), in_bulk=True)
    return _decide(actor, version, seen, given, now)


@transaction.atomic
def confirm_verdict(*, actor: User, version: EntryVersion, seen: int, now: datetime) -> Screening:
    """The first verdict on the version, as it is: from now on it counts, and the team is told. For another person."""
    first = version.screenings.awaiting_second_look().first()
    if first is None:
        raise Stale(_("Somebody else has checked this entry meanwhile. Read their verdict first."))
    given = Given(verdict=first.verdict, reason=first.reason, items=first.items, until=first.until, taken_over=first)
    return _decide(actor, version, seen, given, now)


@transaction.atomic
def _decide(actor: User, version: EntryVersion, seen: int, given: Given, now: datetime) -> Screening:
    """Ask who may, and what was seen; keep the verdict; and where it counts, let it take effect."""
    entry = lock_entry(version.entry)
    may_check(actor, entry, now).require()
    looks = _looks_at(entry, version, seen)
    if looks.first:
        may_look_again(actor, entry, looks.first, now).require()
    answers = given.taken_over.answers if given.taken_over else _answers(entry, given)
    _refuse_wrong_items(entry, given.items)
    if given.until is not None:
        _refuse_wrong_end(entry, given.until, now)
    _refuse_needless_change(looks, given)
    screening = Screening.objects.create(
        version=version,
        number=seen + 1,
        verdict=given.verdict,
        reason=given.reason,
        items=sorted(given.items),
        answers=answers,
        until=given.until,
        in_bulk=given.in_bulk,
        in_force=looks.first is not None or not _needs_second_look(entry.contest, given.verdict),
        first=looks.first,
        screened_by=actor,
        screened_at=now,
    )
    event = _record(entry, screening)
    if screening.in_force:
        _take_effect(entry, screening, event)
    return screening


def _looks_at(entry: Entry, version: EntryVersion, seen: int) -> Looks:
    """What was decided before; stale where that, or the version, is not what the person saw."""
    if entry.current_version_id != version.pk:
        raise Stale(_("The team has submitted a newer version meanwhile. Check that one."))
    last = version.screenings.order_by("-number").first()
    if (last.number if last else 0) != seen:
        raise Stale(_("Somebody else has checked this entry meanwhile. Read their verdict first."))
    return Looks(last, last if last and not last.in_force else None)


def _refuse_needless_change(looks: Looks, given: Given) -> None:
    """A changed mind changes something, and says why; returning an entry again gives it another date."""
    if given.until is None and looks.last and looks.last.in_force and looks.last.verdict == given.verdict:
        raise Refusal(_("This is the verdict already."), code="same_verdict")
    if looks.last and not given.reason and not looks.confirms(given.verdict):
        raise Refusal(_("Say why you change the verdict: the team reads it."), code="no_reason", field="reason")


def _answers(entry: Entry, given: Given) -> list[Line]:
    """What the verdict keeps of the checklist; an entry passes only when everything is met that must be."""
    checklist = checklist_of(entry.contest)
    answers = record_of(checklist, given.ticked)
    if given.verdict == Screening.Verdict.PASSED:
        refuse_open_items(checklist, answers)
    return answers


def _needs_second_look(contest: Contest, verdict: str) -> bool:
    asked = contest.second_look
    return asked == Contest.SecondLook.ALL or (
        asked == Contest.SecondLook.FAILURES and verdict == Screening.Verdict.FAILED
    )


def _record(entry: Entry, screening: Screening) -> Event:
    """What the journal says: the verdict where it counts, else that somebody has looked at the entry."""
    verdict, counts = Screening.Verdict(screening.verdict), screening.in_force
    return record(
        EVENTS[verdict] if counts else events.CHECK_LOOKED_AT,
        actor=screening.screened_by,
        now=screening.screened_at,
        contest=entry.contest,
        subject=entry,
        version=screening.version.number,
        screening=screening.public_id,
        **({} if counts else {"verdict": verdict}),
        **({"in_bulk": True} if screening.in_bulk else {}),
        **({"first": screening.first.public_id} if screening.first else {}),
        **({"until": stamp(screening.until)} if screening.until else {}),
        **({"items": screening.items} if screening.items else {}),
        **(
            {"answers": marks_of(screening.answers), "answers_digest": digest(screening.answers)}
            if screening.answers
            else {}
        ),
    )


def _take_effect(entry: Entry, screening: Screening, event: Event) -> None:
    """The entry goes where the verdict sends it, and its team is told."""
    if screening.until is not None:
        move(entry, Entry.Status.RETURNED, correction=screening)
    elif entry.status == Entry.Status.RETURNED:
        move(entry, Entry.Status.SUBMITTED)
    labels = labels_of(entry, screening.items) if screening.items else []
    notices.tell_checked(entry=entry, screening=screening, event=event, now=screening.screened_at, items=labels)


def _refuse_wrong_items(entry: Entry, items: Collection[str]) -> None:
    """The items are the entry's own."""
    if not items:
        return
    known = {item for group in groups_of(entry) for item in (group.whole, *dict(group.items))}
    if not known.issuperset(items):
        raise Refusal(
            _("The form has changed meanwhile. Choose anew what the team is to correct."),
            code="bad_items",
            field="items",
        )


def _refuse_wrong_end(entry: Entry, until: datetime, now: datetime) -> None:
    """The date lies ahead and within the stage."""
    stage = find_stage(entry.contest, Stage.Kind.SCREENING)
    if until <= now:
        raise Refusal(_("Choose a time that lies ahead."), code="past", field="until_on")
    if stage and until > stage.closes_at:
        raise Refusal(
            _("The formal check closes on %(date)s: choose a time until then.") % {"date": deadline(stage.closes_at)},
            code="beyond_stage",
            field="until_on",
        )
