"""What must always hold of teams, entries and versions; `manage.py check_invariants` runs it."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Q

from competition.models import Contest
from portal.canonical import digest
from portal.slots import Invariant
from submissions.checklist import not_met
from submissions.models import (
    Case,
    CaseVerdict,
    Disqualification,
    Entry,
    EntryVersion,
    Extension,
    Membership,
    Screening,
    Team,
    Transfer,
    Upload,
)
from submissions.models.upload import place_of
from submissions.storing import verify

CHUNK = 500


def submitted_without_version() -> Iterator[str]:
    """The version that counts is one of the entry's own, and the newest."""
    newer = EntryVersion.objects.filter(entry=OuterRef("pk"), number__gt=OuterRef("current_version__number"))
    wrong = Entry.objects.filter(
        (~Q(status=Entry.Status.DRAFT) & Q(current_version__isnull=True))
        | ~Q(current_version__entry=F("pk")) & Q(current_version__isnull=False)
        | Q(Exists(newer))
    )
    for entry in wrong.iterator(chunk_size=CHUNK):
        yield f"entry {entry.public_id} ({entry.status}) does not count its own newest version"


def versions_with_gaps() -> Iterator[str]:
    """Versions of an entry are numbered 1, 2, 3 …"""
    before = EntryVersion.objects.filter(entry=OuterRef("entry"), number=OuterRef("number") - 1)
    for version in (
        EntryVersion.objects.filter(~Exists(before), number__gt=1).defer("content").iterator(chunk_size=CHUNK)
    ):
        yield f"version {version.number} of entry {version.entry_id} has none before it"


def digests_that_differ() -> Iterator[str]:
    """The digest on the receipt is that of the content."""
    for version in EntryVersion.objects.only("public_id", "content", "digest").iterator(chunk_size=CHUNK):
        if digest(version.content) != version.digest:
            yield f"version {version.public_id} does not match its digest"


def files_that_differ() -> Iterator[str]:
    """The files of a version are those of its content, name by name and hash by hash."""
    versions = EntryVersion.objects.only("public_id", "content").prefetch_related("files")
    for version in versions.iterator(chunk_size=CHUNK):
        told = sorted((file["name"], file["sha256"]) for file in version.content["files"])
        if told != sorted((file.name, file.sha256) for file in version.files.all()):
            yield f"version {version.public_id} lists other files than it has"


def bytes_that_are_gone() -> Iterator[str]:
    """Every file of a version, of a draft, and that waits for its place, is in the storage whole. (Hashes: `--deep`.)"""
    for upload in Upload.objects.in_use().iterator(chunk_size=CHUNK):
        yield from _not_whole("upload", upload.public_id, upload.storage_path, upload.size)
    waiting = Transfer.objects.filter(state=Transfer.State.WAITING)
    for transfer in waiting.iterator(chunk_size=CHUNK):
        yield from _not_whole("transfer", transfer.public_id, place_of(transfer.sha256), transfer.size)


def _not_whole(what: str, public_id: str, path: str, size: int) -> Iterator[str]:
    if not default_storage.exists(path):
        yield f"the bytes of {what} {public_id} are missing: {path}"
    elif default_storage.size(path) != size:
        yield f"the bytes of {what} {public_id} are not whole: {path}"


def contents_without_row() -> Iterator[str]:
    """What an upload names has its row, which is the lock of its bytes."""
    wrong = Upload.objects.in_use().exclude(inspection__sha256=F("sha256"))
    for upload in wrong.iterator(chunk_size=CHUNK):
        yield f"upload {upload.public_id} does not hold the row of its content"


def bytes_that_are_others() -> Iterator[str]:
    """Every file that counts still has the hash under which it is kept; each is read whole."""
    kept = Upload.objects.in_use().order_by("sha256").values_list("sha256", "size").distinct()
    for sha256, size in kept.iterator(chunk_size=CHUNK):
        try:
            verify(place_of(sha256), size=size, sha256=sha256)
        except OSError as error:
            yield str(error)


def disqualified_by_others() -> Iterator[str]:
    """What a disqualified entry names stands, and is its own; and nothing stands beside it."""
    named = Entry.objects.filter(disqualification__isnull=False).filter(
        ~Q(disqualification__entry=F("pk")) | Q(disqualification__lifted_at__isnull=False)
    )
    for entry in named.iterator(chunk_size=CHUNK):
        yield f"entry {entry.public_id} is disqualified by a decision that is not its own or was lifted"
    standing = Disqualification.objects.filter(lifted_at__isnull=True)
    for row in standing.exclude(entry__disqualification=F("pk")).iterator(chunk_size=CHUNK):
        yield f"disqualification {row.public_id} stands, and its entry takes part"


def captains_outside() -> Iterator[str]:
    """The captain is a member."""
    inside = Membership.objects.filter(team=OuterRef("pk"), user=OuterRef("captain"))
    for team in Team.objects.filter(~Exists(inside)).iterator(chunk_size=CHUNK):
        yield f"the captain of team {team.public_id} is not a member of it"


def teams_without_entry() -> Iterator[str]:
    """Each team has its entry, in the same contest, on a topic of that contest."""
    for team in Team.objects.filter(entry__isnull=True).iterator(chunk_size=CHUNK):
        yield f"team {team.public_id} has no entry"
    strays = Entry.objects.filter(~Q(contest=F("team__contest")) | ~Q(contest=F("topic__track__contest")))
    for entry in strays.iterator(chunk_size=CHUNK):
        yield f"entry {entry.public_id}, its team and its topic are not of one contest"


def scopes_that_differ() -> Iterator[str]:
    """What a person may be in only once follows from the contest's rule."""
    scopes = Contest.UniquenessScope
    members = Membership.objects.values_list(
        "public_id",
        "scope_key",
        "team__contest__uniqueness_scope",
        "team__contest__public_id",
        "team__entry__topic__track__public_id",
        "team__entry__topic__track__parent__public_id",
        "team__entry__topic__public_id",
    )
    for public_id, key, scope, contest, track, parent, topic in members.iterator(chunk_size=CHUNK):
        right = {
            scopes.CONTEST: f"contest:{contest}",
            scopes.TRACK: f"track:{parent or track}",
            scopes.TOPIC: f"topic:{topic}",
        }
        if key != right[scopes(scope)]:
            yield f"membership {public_id} is kept under {key}, not under {right[scopes(scope)]}"


def verdicts_with_gaps() -> Iterator[str]:
    """Verdicts on a version are numbered 1, 2, 3 …"""
    before = Screening.objects.filter(version=OuterRef("version"), number=OuterRef("number") - 1)
    for screening in Screening.objects.filter(~Exists(before), number__gt=1).iterator(chunk_size=CHUNK):
        yield f"verdict {screening.public_id} has none before it"


def passed_against_the_list() -> Iterator[str]:
    """No verdict passes an entry in which something was not met that must be."""
    for screening in Screening.objects.filter(verdict=Screening.Verdict.PASSED).iterator(chunk_size=CHUNK):
        if any(line["required"] for line in not_met(screening.answers, internal=True)):
            yield f"verdict {screening.public_id} passes what its checklist does not"


def extensions_of_others() -> Iterator[str]:
    """The extension that counts is one of the entry's own, and was granted."""
    wrong = Entry.objects.filter(extension__isnull=False).exclude(
        extension__entry=F("pk"), extension__status=Extension.Status.GRANTED
    )
    for entry in wrong.iterator(chunk_size=CHUNK):
        yield f"entry {entry.public_id} counts an extension that was not granted to it"


def corrections_of_others() -> Iterator[str]:
    """What a returned entry is to correct was said of the version that counts."""
    wrong = Entry.objects.filter(correction__isnull=False).exclude(
        correction__version=F("current_version"), correction__verdict=Screening.Verdict.RETURNED
    )
    for entry in wrong.iterator(chunk_size=CHUNK):
        yield f"entry {entry.public_id} is returned by a verdict that did not return it"


def cases_without_their_verdict() -> Iterator[str]:
    """A decided case counts its own last verdict, and both entries are of its contest."""
    later = CaseVerdict.objects.filter(case=OuterRef("pk"), number__gt=OuterRef("verdict__number"))
    wrong = Case.objects.filter(
        Q(verdict__isnull=False) & (~Q(verdict__case=F("pk")) | ~Q(verdict__verdict=F("status")) | Q(Exists(later)))
        | ~Q(first__contest=F("contest"))
        | ~Q(second__contest=F("contest"))
    )
    for case in wrong.iterator(chunk_size=CHUNK):
        yield f"possible duplicate {case.public_id} ({case.status}) does not count its own last verdict, or spans contests"


INVARIANTS = (
    Invariant("an entry that was submitted counts its newest version", submitted_without_version),
    Invariant("versions of an entry have no gap", versions_with_gaps),
    Invariant("the digest of a version is that of its content", digests_that_differ),
    Invariant("the files of a version are those of its content", files_that_differ),
    Invariant("the bytes of every file are there", bytes_that_are_gone),
    Invariant("the bytes of every file have its hash", bytes_that_are_others, deep=True),
    Invariant("the captain is a member of the team", captains_outside),
    Invariant("a team has one entry in its own contest", teams_without_entry),
    Invariant("one team per person follows the contest's rule", scopes_that_differ),
    Invariant("verdicts on a version have no gap", verdicts_with_gaps),
    Invariant("a decided possible duplicate counts its last verdict", cases_without_their_verdict),
    Invariant("what passed the check met its checklist", passed_against_the_list),
    Invariant("an extension that counts was granted to the entry", extensions_of_others),
    Invariant("a returned entry was returned by its verdict", corrections_of_others),
    Invariant("a disqualified entry has its decision", disqualified_by_others),
    Invariant("what an upload names has the row of its content", contents_without_row),
)
