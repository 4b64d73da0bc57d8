"""Until when an entry may be changed and submitted, and why: every page, button, mail and countdown asks here.

Three things open the door of an entry, asked of rows and the instant of the request:

- the *stage* of submission of its contest, exclusive of its last instant;
- an *extension* that an organiser granted this team: from the stage's end until then everything stays open to it;
- a *correction*: a returned entry opens again for the items that were returned, until the date that was named.

The *term* of an entry is the end that matters now, with its reason. Bounds are exclusive: at the bound itself it is closed.

A file that began to arrive before the end may finish within the *grace* of the stage, and what the draft holds with it may be
submitted until then; nothing else of the draft changes any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import DateTimeField, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from competition.doors import find_stage, registration_door, submission_door
from competition.models import Contest, FormSection, Stage
from portal.decisions import ALLOWED, Decision, refused
from portal.refusals import Closed
from submissions import items
from submissions.models import Entry, Invitation, Transfer, Upload

#: How long after its deadline a team may still ask for more time.
ASKING_LASTS = timedelta(hours=24)


class Why(StrEnum):
    STAGE = "stage"
    EXTENSION = "extension"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Term:
    """The end that matters for an entry; `stage_closes_at` is the one of everybody, `items` what a correction opens."""

    closes_at: datetime
    why: Why
    stage_closes_at: datetime
    items: tuple[str, ...] = ()

    @property
    def is_extended(self) -> bool:
        return self.why == Why.EXTENSION

    @property
    def is_correction(self) -> bool:
        return self.why == Why.CORRECTION

    @property
    def asking_until(self) -> datetime:
        """Until when more time may be asked for."""
        return self.closes_at + ASKING_LASTS


@dataclass(frozen=True)
class Grace:
    """After the end: a file begun in time is still arriving, or has arrived and may be submitted."""

    closed_at: datetime
    until: datetime
    has_arrived: bool


def ordinary_term(entry: Entry) -> Term | None:
    """The stage's end, or the team's later one; None while the contest names no dates."""
    return _ordinary(entry, find_stage(entry.contest, Stage.Kind.SUBMISSION))


def _ordinary(entry: Entry, stage: Stage | None) -> Term | None:
    if stage is None:
        return None
    extension = entry.extension
    if extension is not None and extension.until is not None and extension.until > stage.closes_at:
        return Term(extension.until, Why.EXTENSION, stage.closes_at)
    return Term(stage.closes_at, Why.STAGE, stage.closes_at)


def term_of(entry: Entry) -> Term | None:
    """The end that the entry's pages show: that of a correction where it is the later one."""
    return _with_correction(entry, ordinary_term(entry))


def _with_correction(entry: Entry, term: Term | None) -> Term | None:
    correction = entry.correction
    if term and correction and correction.until and correction.until > term.closes_at:
        return Term(correction.until, Why.CORRECTION, term.stage_closes_at, tuple(correction.items))
    return term


def ordinary_door(entry: Entry, now: datetime) -> Decision:
    """May everything of the entry be changed and submitted? The stage's door, and the team's own extension of it."""
    door, term = submission_door(entry.contest, now), ordinary_term(entry)
    if door or term is None or not term.is_extended or now < term.stage_closes_at:
        return door
    if now < term.closes_at:
        return ALLOWED
    late = _("The extension of your team has ended. Your draft and files can still be read.")
    return Decision(Closed(late, closed_at=term.closes_at))


def submit_door(entry: Entry, now: datetime) -> Decision:
    """May the entry be submitted? While its draft is open as a whole, in a correction, and within the grace of a file."""
    door = ordinary_door(entry, now)
    if not door and not _is_ahead(door) and is_returned(entry):
        door = correction_door(entry, now)
    grace = None if door else _grace(entry, door, now)
    if grace is None:
        return door
    if grace.has_arrived:
        return ALLOWED
    waits = _("A file of your team began to arrive in time and is not here yet. Submit when it has arrived.")
    return Decision(Closed(waits, closed_at=grace.closed_at))


def draft_door(entry: Entry, now: datetime, item: str = "", *, section: FormSection | None = None) -> Decision:
    """May this item of the draft be changed; without an item: anything at all?

    Drafts may be worked on from registration on, also where the dates of submission are not known yet.
    """
    door = ordinary_door(entry, now)
    if not door and _is_ahead(door) and registration_door(entry.contest, now):
        return ALLOWED
    if door or not is_returned(entry):
        return door
    return correction_door(entry, now, item, section=section)


def team_closes_at(entry: Entry) -> datetime | None:
    """Until when somebody may join, as far as the dates go: the end of `team_door`, None while none is named."""
    stage = find_stage(entry.contest, Stage.Kind.REGISTRATION)
    term = ordinary_term(entry)
    ends = stage.closes_at if stage else term.closes_at if term else None
    correction = entry.correction
    if ends and is_returned(entry) and correction and correction.until and items.MEMBERS in correction.items:
        return max(ends, correction.until)
    return ends


def usable_until(invitation: Invitation, entry: Entry) -> datetime:
    """Until when an invitation leads into the team: its own end, or that of forming teams where it comes first."""
    closes_at = team_closes_at(entry)
    return min(invitation.expires_at, closes_at) if closes_at else invitation.expires_at


def team_door(entry: Entry, now: datetime, item: str) -> Decision:
    """May who is in the team be changed? While teams form; later what was returned, and, where forming a team and
    submitting are one stage, in the time that was added to it.
    """
    door = registration_door(entry.contest, now)
    if door or _is_ahead(door):
        return door
    if find_stage(entry.contest, Stage.Kind.REGISTRATION) is None and ordinary_door(entry, now):
        return ALLOWED
    return correction_door(entry, now, item) if is_returned(entry) else door


def correction_door(entry: Entry, now: datetime, item: str = "", *, section: FormSection | None = None) -> Decision:
    """Is the correction still running, and was this item returned?"""
    correction = entry.correction
    assert correction is not None and correction.until is not None, "the database holds it"  # noqa: S101
    if now >= correction.until:
        late = _("The time for the correction has ended. The organisers decide on the version that was submitted.")
        return Decision(Closed(late, closed_at=correction.until))
    if item and not items.holds(correction.items, item, section=section):
        return refused(_("This was not returned for correction, so it stays as it was submitted."), code="not_returned")
    return ALLOWED


def upload_door(entry: Entry, item: str, *, begun_at: datetime, now: datetime) -> Decision:
    """May a file that began to arrive at `begun_at` be taken now? Begun in time, it may finish within the stage's grace."""
    door = draft_door(entry, now, item)
    until = None if door else _grace_until(entry, door)
    return ALLOWED if until and now < until and draft_door(entry, begun_at, item) else door


def grace_of(entry: Entry, now: datetime) -> Grace | None:
    """The grace that runs for this entry now, because of a file that began to arrive in time; asks nothing before the end."""
    door = draft_door(entry, now)
    return None if door else _grace(entry, door, now)


def _grace(entry: Entry, door: Decision, now: datetime) -> Grace | None:
    until, refusal = _grace_until(entry, door), door.refusal
    if until is None or now >= until or not isinstance(refusal, Closed) or refusal.closed_at is None:
        return None
    closed_at = refusal.closed_at
    arrived = entry.uploads.filter(state=Upload.State.STORED, uploaded_at__gte=closed_at)
    arriving = entry.transfers.filter(state__in=Transfer.UNFINISHED, begun_at__lt=closed_at)
    if arrived.exists():
        return Grace(closed_at, until, has_arrived=True)
    return Grace(closed_at, until, has_arrived=False) if arriving.exists() else None


def _grace_until(entry: Entry, door: Decision) -> datetime | None:
    """The end of the grace after the end that this door tells of; None where it tells of none."""
    stage, refusal = find_stage(entry.contest, Stage.Kind.SUBMISSION), door.refusal
    if stage is None or not isinstance(refusal, Closed) or refusal.closed_at is None:
        return None
    return refusal.closed_at + timedelta(minutes=stage.grace_minutes)


def asking_door(entry: Entry, now: datetime) -> Decision:
    """May the team ask for more time? While submission is open to it, and a day longer."""
    door, term = ordinary_door(entry, now), ordinary_term(entry)
    if door or term is None or _is_ahead(door) or now < term.asking_until:
        return ALLOWED if term and not _is_ahead(door) else door
    late = _("More time could be asked for until 24 hours after the deadline.")
    return Decision(Closed(late, closed_at=term.asking_until))


def exclusion_door(contest: Contest, now: datetime) -> Decision:
    """May an entry be taken out of the contest, or let in again? Until the public notice of the results is over."""
    stage = find_stage(contest, Stage.Kind.PUBLICITY)
    if stage is None or now < stage.closes_at:
        return ALLOWED
    return Decision(Closed(_("The results are final: who takes part is settled."), closed_at=stage.closes_at))


def is_returned(entry: Entry) -> bool:
    return entry.status == Entry.Status.RETURNED


def returned_alone(entry: Entry, now: datetime) -> tuple[str, ...] | None:
    """The items to which a change is confined, because the correction alone keeps the door open; None where all may change."""
    if not is_returned(entry) or ordinary_door(entry, now):
        return None
    return tuple(entry.correction.items) if entry.correction else ()


def is_lapsed(entry: Entry, now: datetime) -> bool:
    """Returned, and the team let the date pass: the screener decides."""
    return is_returned(entry) and bool(entry.correction and entry.correction.until and now >= entry.correction.until)


def closes_for_entry() -> Greatest:
    """`ordinary_term(…).closes_at` in SQL, over entries: for lists and for what looks at many at once."""
    stage = Stage.objects.filter(contest=OuterRef("contest"), kind=Stage.Kind.SUBMISSION).values("closes_at")[:1]
    closes_at = Subquery(stage, output_field=DateTimeField())
    return Greatest(closes_at, Coalesce(F("extension__until"), closes_at), output_field=DateTimeField())


def returned_until() -> Greatest:
    """`term_of(…).closes_at` in SQL, over returned entries: the end of the correction, or what the team has anyway where
    that is longer.
    """
    until = F("correction__until")
    return Greatest(until, Coalesce(closes_for_entry(), until), output_field=DateTimeField())


def terms_of(entries: Iterable[Entry]) -> dict[int, Term]:
    """The terms of entries that have their extension and correction at hand, by primary key: one query."""
    rows = list(entries)
    contests = {entry.contest_id for entry in rows}
    stages = {row.contest_id: row for row in Stage.objects.filter(contest__in=contests, kind=Stage.Kind.SUBMISSION)}
    terms = {entry.pk: _with_correction(entry, _ordinary(entry, stages.get(entry.contest_id))) for entry in rows}
    return {pk: term for pk, term in terms.items() if term}


def _is_ahead(decision: Decision) -> bool:
    return decision.refusal is not None and decision.refusal.code in ("not_open_yet", "no_stage")
