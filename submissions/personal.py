"""What a person's copy of their data holds of entries, and what becomes of entries when the person is forgotten."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.copying import json_bytes
from portal.accounts.models import User
from portal.canonical import canonical_json
from portal.journal.recording import stamp
from portal.refusals import Way
from portal.slots import Obstacle, PersonalPart
from submissions.actions.locking import RELATED
from submissions.draft import load_draft
from submissions.models import Entry, EntryVersion, Membership, Upload
from submissions.papers.entry import entry_pdf
from submissions.snapshot import content_of

CHUNK = 64 * 1024


def entry_parts(user: User) -> Iterator[PersonalPart]:
    """Each team in a folder: who the person is there, the draft, every version, every file once."""
    memberships = Membership.objects.filter(user=user).select_related("team").order_by("pk")
    entries = {
        entry.team_id: entry for entry in Entry.objects.select_related(*RELATED).filter(team__memberships__user=user)
    }
    for membership in memberships:
        yield from _parts_of(entries[membership.team_id], membership)


def obstacles(user: User, _now: datetime) -> list[Obstacle]:
    """Drafts are settled first: whoever leads one deletes it, whoever is in one leaves."""
    drafts = Entry.objects.of_member(user).filter(current_version=None).select_related("team", "topic")
    others = Membership.objects.filter(team=OuterRef("team")).exclude(user=user)
    return [
        _obstacle(entry, leads=entry.team.captain_id == user.pk) for entry in drafts.annotate(others=Exists(others))
    ]


def _obstacle(entry: Entry, *, leads: bool) -> Obstacle:
    """A captain who is not alone may also leave the draft to the others."""
    instead = None
    if leads:
        text, page = _("Delete the draft “%(title)s” first, with its team."), "delete_draft"
        if entry.others:  # type: ignore[attr-defined]
            instead = Way(
                _("Hand the captaincy over, then leave the team"), reverse("hand_over", args=[entry.public_id])
            )
    else:
        text, page = _("Leave the team of the draft “%(title)s” first."), "leave_team"
    address = reverse(page, args=[entry.public_id])
    return Obstacle(text % {"title": entry.title or entry.topic.title}, address, instead)


def kept(user: User) -> list[str]:
    """Submitted versions stay as they were frozen, names and all."""
    numbers = (
        Entry.objects.of_member(user).exclude(current_version=None).order_by("pk").values_list("number", flat=True)
    )
    return [
        _(
            "The submitted versions of entry %(number)s with their files and the names of the team: the record of the contest,"
            " which its results rest on and must be checked against."
        )
        % {"number": number}
        for number in numbers
    ]


def _parts_of(entry: Entry, membership: Membership) -> Iterator[PersonalPart]:
    folder = f"entries/{entry.number or entry.public_id}"
    yield PersonalPart(f"{folder}/you.json", lambda: [json_bytes(_membership(membership))])
    yield PersonalPart(f"{folder}/draft.json", lambda: [json_bytes(_draft(entry))])
    for number in EntryVersion.objects.filter(entry=entry).order_by("number").values_list("number", flat=True):
        yield PersonalPart(f"{folder}/version-{number}/content.json", partial(_content, entry, number))
        yield PersonalPart(f"{folder}/version-{number}/entry.pdf", partial(_paper, entry, number))
    seen: set[str] = set()
    for upload in Upload.objects.filter(entry=entry).in_use().order_by("pk"):
        if upload.sha256 not in seen:
            seen.add(upload.sha256)
            yield PersonalPart(f"{folder}/files/{upload.sha256[:8]}-{upload.name}", partial(_bytes, upload))


def _membership(membership: Membership) -> dict[str, Any]:
    return {
        "employer": membership.employer,
        "post": membership.post,
        "duty": membership.duty,
        "phone": membership.phone,
        "joined_at": stamp(membership.joined_at),
    }


def _draft(entry: Entry) -> dict[str, Any]:
    """In the shape of a version, without what a submission adds."""
    content = content_of(
        load_draft(entry), number=entry.number, version=0, submitted_by=entry.team.captain, now=entry.created_at
    )
    return {key: value for key, value in content.items() if key not in ("version", "submitted_at", "submitted_by")}


def _version(entry: Entry, number: int) -> EntryVersion:
    return EntryVersion.objects.get(entry=entry, number=number)


def _content(entry: Entry, number: int) -> Iterable[bytes]:
    """The canonical bytes, whose SHA-256 is the fingerprint on the receipt."""
    return [canonical_json(_version(entry, number).content)]


def _paper(entry: Entry, number: int) -> Iterable[bytes]:
    return [entry_pdf(_version(entry, number))]


def _bytes(upload: Upload) -> Iterator[bytes]:
    with default_storage.open(upload.storage_path) as file:
        yield from file.chunks(CHUNK)
