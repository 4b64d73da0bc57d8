"""Submitting, withdrawing, freezing.

    draft ──submit──▶ submitted ──submit──▶ submitted (next version)
                       submitted ──withdraw──▶ withdrawn ──submit──▶ submitted (next version)
                       submitted ──return──▶ returned ──submit──▶ submitted (next version)
                                              returned ──withdraw──▶ withdrawn
                                              returned ──verdict, once the time is over──▶ submitted | returned
                       submitted | returned ──disqualify──▶ disqualified ──reinstate──▶ where it was

Returning is done by the formal check (`actions.checking`), disqualifying by organisers (`actions.disqualifying`). After the deadline a returned entry takes over from the draft
what was returned, and everything else from the version before it.
A version freezes the draft at one revision. Submitting the same revision twice is one submission.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from competition.models import Contest, Track
from portal.accounts.models import User
from portal.canonical import digest
from portal.journal.recording import record
from portal.refusals import Refusal, Stale
from submissions import events, notices
from submissions.actions.comparing import expect_comparison
from submissions.actions.locking import lock_entry, touch_draft
from submissions.correction import corrected
from submissions.doors import returned_alone
from submissions.draft import load_draft
from submissions.models import Entry, EntrySeries, EntryVersion, Upload, VersionFile
from submissions.permissions import may_submit, may_withdraw
from submissions.readiness import Missing, still_missing
from submissions.snapshot import content_of

Status = Entry.Status
TRANSITIONS: dict[str, tuple[str, ...]] = {
    Status.DRAFT: (Status.SUBMITTED,),
    Status.SUBMITTED: (Status.SUBMITTED, Status.WITHDRAWN, Status.RETURNED, Status.DISQUALIFIED),
    Status.RETURNED: (Status.SUBMITTED, Status.WITHDRAWN, Status.RETURNED, Status.DISQUALIFIED),
    Status.WITHDRAWN: (Status.SUBMITTED,),
    Status.DISQUALIFIED: (Status.SUBMITTED, Status.RETURNED),
}


class AlreadySubmitted(Refusal):
    """Exactly this has been submitted: a double click, or nothing changed since; `version` is what is in."""

    def __init__(self, version: EntryVersion) -> None:
        super().__init__(
            _("Version %(number)d is already in, and nothing has changed since. There is nothing more to do.")
            % {"number": version.number},
            code="already_submitted",
        )
        self.version = version


class NotReady(Refusal):
    """Something is still missing; `missing` says what and where."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__(_("Not submitted yet: complete what is missing, then submit."), code="not_ready")
        self.missing = missing


@transaction.atomic
def submit_entry(*, actor: User, entry: Entry, revision: int, now: datetime) -> EntryVersion:
    """Freeze the draft at the revision that the captain checked into the next version, and tell every member.

    Raises Closed after the deadline, NotReady with what is missing, AlreadySubmitted for the same revision again, Stale
    when somebody changed the draft since it was checked. Gives the entry its number with the first version.
    """
    entry = lock_entry(entry)
    may_submit(actor, entry, now).require()
    current = entry.current_version
    if current and entry.status == Status.SUBMITTED and current.draft_revision == entry.revision:
        raise AlreadySubmitted(current)
    if revision != entry.revision:
        raise Stale(
            _("The draft changed after you opened this page. Nothing was submitted: check it again, then submit.")
        )
    draft = load_draft(entry)
    returned = returned_alone(entry, now)
    if missing := still_missing(draft, returned):
        raise NotReady(missing)
    number = entry.number or next_number(entry.contest, entry.topic.track)
    last = EntryVersion.objects.filter(entry=entry).aggregate(last=Max("number"))["last"] or 0
    content = content_of(draft, number=number, version=last + 1, submitted_by=actor, now=now)
    if returned is not None and current:
        content = corrected(current.content, content, draft=draft, items=returned)
    version = EntryVersion.objects.create(
        entry=entry,
        number=last + 1,
        draft_revision=entry.revision,
        content=content,
        digest=digest(content),
        submitted_at=now,
        submitted_by=actor,
    )
    _list_files(version)
    move(entry, Status.SUBMITTED, number=number, current_version=version, submitted_at=now)
    event = record(
        events.SUBMITTED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        number=number,
        version=version.number,
        digest=version.digest,
    )
    notices.tell_submitted(entry=entry, version=version, members=draft.members, event=event, now=now)
    expect_comparison(entry)
    return version


def _list_files(version: EntryVersion) -> None:
    """The files of the content, each with the upload that it came by."""
    files = version.content["files"]
    uploads = Upload.objects.filter(public_id__in=[file["upload"] for file in files]).in_bulk(field_name="public_id")
    VersionFile.objects.bulk_create(
        VersionFile(
            version=version,
            upload=uploads[file["upload"]],
            label=file["label"],
            name=file["name"],
            size=file["size"],
            sha256=file["sha256"],
        )
        for file in files
    )


@transaction.atomic
def withdraw_entry(*, actor: User, entry: Entry, now: datetime) -> Entry:
    """Take the entry back until it is submitted again; every version stays. Members are told."""
    entry = lock_entry(entry)
    may_withdraw(actor, entry, now).require()
    move(entry, Status.WITHDRAWN)
    touch_draft(entry)  # a page that was checked before must not submit it again by itself
    event = record(events.WITHDRAWN, actor=actor, now=now, contest=entry.contest, subject=entry, number=entry.number)
    notices.tell_withdrawn(entry=entry, by=actor, event=event, now=now)
    expect_comparison(entry)
    return entry


@transaction.atomic
def freeze_entries(*, actor: User | None, entries: Iterable[Entry], now: datetime) -> int:
    """Judging begins: these submitted entries of one contest take no further version. Returns how many were newly frozen.

    For `judging`, in the transaction that publishes assignments; it has asked whether the person may.
    """
    chosen = list(entries)
    free = Entry.objects.filter(pk__in=[entry.pk for entry in chosen], status=Status.SUBMITTED, frozen_at__isnull=True)
    if count := free.update(frozen_at=now):
        contest = chosen[0].contest
        record(events.FROZEN, actor=actor, now=now, contest=contest, subject=contest, count=count)
    return count


def next_number(contest: Contest, track: Track) -> str:
    """The next entry number of a track, such as HB24-03-0127; no gap and no double, by the lock of the series."""
    EntrySeries.objects.get_or_create(track=track)
    series = EntrySeries.objects.lock(track=track)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{contest.code}-{track.number:02d}-{series.last:04d}"


def move(entry: Entry, status: str, **changes: object) -> None:
    """Change the status along the table of transitions, and nothing else without it; a correction ends with its status, as a
    disqualification does.
    """
    if status not in TRANSITIONS[entry.status]:
        raise ValueError(f"an entry does not go from {entry.status} to {status}")
    changes = {"correction": None, "disqualification": None} | changes
    Entry.objects.filter(pk=entry.pk).update(status=status, **changes)
    for name, value in {"status": status, **changes}.items():
        setattr(entry, name, value)
