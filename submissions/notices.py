"""Who hears of what happens to teams and entries; docs/notices.md is the table of all kinds.

Contexts hold plain values, and instants under names that end in `_at`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from competition.models import Role, Topic
from portal.accounts.models import User
from portal.journal.models import Event
from portal.notices.kinds import NoticeKind, notice_kind
from portal.notices.outbox import send
from submissions.doors import usable_until
from submissions.invitations import token_of
from submissions.models import (
    Disqualification,
    Entry,
    EntryVersion,
    Extension,
    Invitation,
    Membership,
    Screening,
    Upload,
)
from submissions.permissions import members_of
from submissions.progress import COMMITMENT

_TEMPLATES = "submissions/notices"
_MEMBERS = _("every member of the team")

TEAM_INVITATION = notice_kind(
    "submissions.team_invitation",
    event=_("invited to a team"),
    audience=_("the person invited"),
    template=f"{_TEMPLATES}/team_invitation",
)
MEMBER_JOINED = notice_kind(
    "submissions.member_joined", event=_("a member joined"), audience=_MEMBERS, template=f"{_TEMPLATES}/member_joined"
)
MEMBER_REMOVED = notice_kind(
    "submissions.member_removed",
    event=_("a member was removed by the captain"),
    audience=_("the person removed"),
    template=f"{_TEMPLATES}/member_removed",
)
CAPTAINCY_OFFERED = notice_kind(
    "submissions.captaincy_offered",
    event=_("captaincy offered"),
    audience=_("the member who is to take over"),
    template=f"{_TEMPLATES}/captaincy_offered",
)
CAPTAIN_CHANGED = notice_kind(
    "submissions.captain_changed",
    event=_("another member became captain"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/captain_changed",
)
TOPIC_CHANGED = notice_kind(
    "submissions.topic_changed", event=_("topic changed"), audience=_MEMBERS, template=f"{_TEMPLATES}/topic_changed"
)
ENTRY_SUBMITTED = notice_kind(
    "submissions.entry_submitted",
    event=_("entry submitted: the receipt"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/entry_submitted",
)
ENTRY_RESUBMITTED = notice_kind(
    "submissions.entry_resubmitted",
    event=_("entry submitted again: the new receipt"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/entry_resubmitted",
)
FILE_INFECTED = notice_kind(
    "submissions.file_infected",
    event=_("the virus scan found something in a file"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/file_infected",
)
ENTRY_WITHDRAWN = notice_kind(
    "submissions.entry_withdrawn",
    event=_("entry withdrawn"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/entry_withdrawn",
)
CHECK_PASSED = notice_kind(
    "submissions.check_passed", event=_("formal check passed"), audience=_MEMBERS, template=f"{_TEMPLATES}/check_passed"
)
CHECK_FAILED = notice_kind(
    "submissions.check_failed",
    event=_("formal check not passed"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/check_failed",
)
CHECK_RETURNED = notice_kind(
    "submissions.check_returned",
    event=_("entry returned for correction"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/check_returned",
)
ENTRY_DISQUALIFIED = notice_kind(
    "submissions.entry_disqualified",
    event=_("entry disqualified"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/entry_disqualified",
)
ENTRY_REINSTATED = notice_kind(
    "submissions.entry_reinstated",
    event=_("disqualification lifted"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/entry_reinstated",
)
EXTENSION_ASKED = notice_kind(
    "submissions.extension_asked",
    event=_("a team asked for more time"),
    audience=_("the organisers of the contest"),
    template=f"{_TEMPLATES}/extension_asked",
)
EXTENSION_GRANTED = notice_kind(
    "submissions.extension_granted",
    event=_("more time granted to the team"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/extension_granted",
)
EXTENSION_DECLINED = notice_kind(
    "submissions.extension_declined",
    event=_("more time declined"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/extension_declined",
)
DRAFT_COMPLETE = notice_kind(
    "submissions.draft_complete",
    event=_("7 days, 3 days, 24 hours and 2 hours before the team's deadline: complete, not submitted"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/draft_complete",
)
DRAFT_INCOMPLETE = notice_kind(
    "submissions.draft_incomplete",
    event=_("7 days, 3 days, 24 hours and 2 hours before the team's deadline: something is missing"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/draft_incomplete",
)
CORRECTION_NEAR = notice_kind(
    "submissions.correction_near",
    event=_("24 hours and 2 hours before the end of a correction: not submitted again"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/correction_near",
)


DRAFT_DELETED = notice_kind(
    "submissions.draft_deleted",
    event=_("draft deleted with its team"),
    audience=_MEMBERS,
    template=f"{_TEMPLATES}/draft_deleted",
)


def invite(person: User | str, *, entry: Entry, invitation: Invitation, by: User, event: Event, now: datetime) -> None:
    """A person with or without an account; without one in the language of the captain."""
    _send(
        TEAM_INVITATION,
        [person],
        entry=entry,
        event=event,
        now=now,
        dedupe=invitation.public_id,
        path=reverse("join", args=[token_of(invitation)]),
        language=by.locale,
        by=str(by),
        topic=entry.topic.title,
        expires_at=usable_until(invitation, entry),
    )


def tell_joined(*, entry: Entry, member: Membership, event: Event, now: datetime) -> None:
    _send(
        MEMBER_JOINED,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=f"{member.public_id}",
        path=reverse("entry", args=[entry.public_id]),
        who=str(member.user),
        employer=member.employer,
        count=len(members_of(entry.team)),
    )


def tell_removed(person: User, *, entry: Entry, by: User, event: Event, now: datetime) -> None:
    dedupe = f"{entry.public_id}:{event.pk}"
    path = reverse("contest", args=[entry.contest.slug])
    _send(MEMBER_REMOVED, [person], entry=entry, event=event, now=now, dedupe=dedupe, path=path, by=str(by))


def tell_offered(person: User, *, entry: Entry, by: User, event: Event, now: datetime) -> None:
    dedupe = f"{entry.public_id}:{event.pk}"
    path = reverse("take_over", args=[entry.public_id])
    _send(CAPTAINCY_OFFERED, [person], entry=entry, event=event, now=now, dedupe=dedupe, path=path, by=str(by))


def tell_captain(*, entry: Entry, before: User, event: Event, now: datetime) -> None:
    _send(
        CAPTAIN_CHANGED,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=f"{entry.public_id}:{event.pk}",
        path=reverse("entry", args=[entry.public_id]),
        captain=str(entry.team.captain),
        before=str(before),
    )


def tell_topic(*, entry: Entry, before: Topic, by: User, event: Event, now: datetime) -> None:
    _send(
        TOPIC_CHANGED,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=f"{entry.public_id}:{event.pk}",
        path=reverse("entry", args=[entry.public_id]),
        by=str(by),
        before=before.title,
        topic=entry.topic.title,
    )


def tell_submitted(
    *, entry: Entry, version: EntryVersion, members: list[Membership], event: Event, now: datetime
) -> None:
    """The receipt, to every member."""
    _send(
        ENTRY_SUBMITTED if version.number == 1 else ENTRY_RESUBMITTED,
        _people(members),
        entry=entry,
        event=event,
        now=now,
        dedupe=version.public_id,
        path=reverse("receipt", args=[entry.public_id, version.number]),
        version=version.number,
        by=str(version.submitted_by),
        submitted_at=version.submitted_at,
        digest=version.digest,
        files=[{"name": file["name"], "sha256": file["sha256"]} for file in version.content["files"]],
    )


def tell_withdrawn(*, entry: Entry, by: User, event: Event, now: datetime) -> None:
    _send(
        ENTRY_WITHDRAWN,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=f"{entry.public_id}:{event.pk}",
        path=reverse("entry", args=[entry.public_id]),
        by=str(by),
        withdrawn_at=now,
    )


def tell_deleted(*, entry: Entry, members: list[Membership], by: User, event: Event, now: datetime) -> None:
    _send(
        DRAFT_DELETED,
        _people(members),
        entry=entry,
        event=event,
        now=now,
        dedupe=entry.public_id,
        path=reverse("contest", args=[entry.contest.slug]),
        by=str(by),
        deleted_at=now,
    )


def tell_infected(*, upload: Upload, finding: str, event: Event, now: datetime) -> None:
    """A file that stands in the draft: it has to be replaced before the entry can be submitted."""
    entry = upload.entry
    _send(
        FILE_INFECTED,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=upload.public_id,
        path=reverse("entry_commitment" if upload.wanted.task == COMMITMENT else "entry_files", args=[entry.public_id]),
        name=upload.name,
        finding=finding,
    )


_CHECKED = {
    Screening.Verdict.PASSED: CHECK_PASSED,
    Screening.Verdict.FAILED: CHECK_FAILED,
    Screening.Verdict.RETURNED: CHECK_RETURNED,
}


def tell_checked(*, entry: Entry, screening: Screening, event: Event, now: datetime, items: Iterable[str] = ()) -> None:
    """The verdict with its reason; `items` says in words what it is about."""
    _send(
        _CHECKED[Screening.Verdict(screening.verdict)],
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=screening.public_id,
        path=reverse("entry", args=[entry.public_id]),
        version=screening.version.number,
        reason=screening.reason,
        checked_at=now,
        **({"items": list(items)} if screening.verdict != Screening.Verdict.PASSED else {}),
        **({"until_at": screening.until} if screening.until else {}),
    )


def tell_disqualified(*, entry: Entry, row: Disqualification, event: Event, now: datetime) -> None:
    _tell_decision(ENTRY_DISQUALIFIED, entry, row, event, now, reason=row.reason)


def tell_reinstated(*, entry: Entry, row: Disqualification, event: Event, now: datetime) -> None:
    _tell_decision(ENTRY_REINSTATED, entry, row, event, now, reason=row.lifted_reason)


def _tell_decision(
    kind: NoticeKind, entry: Entry, row: Disqualification, event: Event, now: datetime, *, reason: str
) -> None:
    _send(
        kind,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=row.public_id,
        path=reverse("entry", args=[entry.public_id]),
        reason=reason,
        decided_at=now,
    )


def tell_extension_asked(*, entry: Entry, extension: Extension, event: Event, now: datetime) -> None:
    roles = Role.objects.filter(contest=entry.contest_id, role=Role.Name.ORGANISER).select_related("user")
    _send(
        EXTENSION_ASKED,
        [role.user for role in roles],
        entry=entry,
        event=event,
        now=now,
        dedupe=extension.public_id,
        path=reverse("extension", args=[entry.contest.slug, entry.public_id]),
        organisation=entry.team.lead_organisation.name,
        reason=extension.reason,
    )


def tell_extension_granted(*, entry: Entry, extension: Extension, event: Event, now: datetime) -> None:
    _tell_extension(EXTENSION_GRANTED, entry, extension, event, now, until_at=extension.until)


def tell_extension_declined(*, entry: Entry, extension: Extension, event: Event, now: datetime) -> None:
    _tell_extension(EXTENSION_DECLINED, entry, extension, event, now)


def _tell_extension(
    kind: NoticeKind, entry: Entry, extension: Extension, event: Event, now: datetime, **context: Any
) -> None:
    _send(
        kind,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=extension.public_id,
        path=reverse("entry", args=[entry.public_id]),
        note=extension.note,
        **context,
    )


def remind(kind: NoticeKind, *, entry: Entry, hours: int, closes_at: datetime, event: Event, now: datetime) -> None:
    """One occasion: so many hours before this deadline of the team."""
    _send(
        kind,
        _people(members_of(entry.team)),
        entry=entry,
        event=event,
        now=now,
        dedupe=f"{entry.public_id}:{closes_at.isoformat()}:{hours}",
        path=reverse("entry", args=[entry.public_id]),
        captain=str(entry.team.captain),
        closes_at=closes_at,
    )


def _send(
    kind: NoticeKind,
    to: Iterable[User | str],
    *,
    entry: Entry,
    event: Event,
    now: datetime,
    dedupe: str,
    path: str,
    **context: Any,
) -> None:
    """Every notice names the contest, the entry and its number."""
    send(
        kind,
        to=to,
        now=now,
        dedupe=dedupe,
        contest=entry.contest,
        path=path,
        events=[event],
        contest_name=entry.contest.name,
        title=entry.title or entry.topic.title,
        number=entry.number,
        **context,
    )


def _people(members: Iterable[Membership]) -> list[User]:
    return [member.user for member in members]
