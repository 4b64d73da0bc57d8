"""What stands against passing an entry together with others, without looking at it by itself.

A *concern* is a sentence for whoever checks. Each source is asked once for many entries, so that a page of them costs the
same as one; what else finds out something about entries registers a source of its own.
"""

from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from competition.models import WantedFile
from portal.slots import Slot
from submissions.models import Case, Caution, Entry, Inspection, Membership, Team, VersionFile
from submissions.stamps import NO_CODE, OTHER_CONTENT, OTHER_ENTRY, OWN, READING, mark_of, stamp_of

Found = Iterable[tuple[int, str]]

#: From entries (with their team and the track of their topic at hand) to pairs of an entry's key and a concern.
sources: Slot[Callable[[Sequence[Entry]], Found]] = Slot("what stands against passing an entry with others")


def concerns_of(entries: Sequence[Entry]) -> dict[int, list[str]]:
    """Entry → its concerns; entries without any are left out."""
    found: dict[int, list[str]] = {}
    for source in sources:
        for pk, sentence in source(entries):
            found.setdefault(pk, []).append(sentence)
    return found


@sources.register
def files_in_doubt(entries: Sequence[Entry]) -> Found:
    """Files with malware or not scanned yet, and required files that are missing: two queries."""
    handed_in = VersionFile.objects.filter(version__in=[entry.current_version_id for entry in entries])
    places: dict[int, set[int]] = {}
    for entry, wanted, verdict in handed_in.values_list(
        "version__entry", "upload__wanted", "upload__inspection__verdict"
    ):
        places.setdefault(entry, set()).add(wanted)
        if verdict == Inspection.Verdict.INFECTED:
            yield entry, _("Malware was found in a file.")
        elif settings.CLAMD_URL and verdict != Inspection.Verdict.CLEAN:
            yield entry, _("A file has not been scanned for malware yet.")
    required = WantedFile.objects.filter(contest__in={entry.contest_id for entry in entries}, required=True)
    asked = list(required.order_by("position", "pk"))
    for one in entries:
        tracks = (None, one.topic.track_id, one.topic.track.parent_id)
        for place in asked:
            missing = place.pk not in places.get(one.pk, set())
            if missing and place.contest_id == one.contest_id and place.track_id in tracks:
                yield one.pk, _("Missing: %(file)s") % {"file": place.label}


@sources.register
def letters_in_doubt(entries: Sequence[Entry]) -> Found:
    """Stamped letters that are not known to belong to what they were handed in with: one query."""
    asked = VersionFile.objects.filter(
        version__in=[entry.current_version_id for entry in entries], upload__wanted__task=WantedFile.Task.COMMITMENT
    )
    letters = asked.exclude(upload__wanted__letter="").select_related("version", "upload__letter_reading")
    sentences = {
        READING: _("The code of the commitment letter has not been read yet."),
        NO_CODE: _("No code could be read off the commitment letter."),
        OTHER_CONTENT: _("The commitment letter was stamped for other content."),
        OTHER_ENTRY: _("The commitment letter is that of another entry."),
    }
    for letter in letters.order_by("version__entry", "pk"):
        content = letter.version.content
        stamp = stamp_of(letter.upload, entry_code=content["entry"]["public_id"], mark=mark_of(content))
        if stamp is not OWN:
            yield letter.version.entry_id, sentences[stamp]


@sources.register
def private_notes(entries: Sequence[Entry]) -> Found:
    """Something is noted on an organisation or a person behind the entry: one query where nothing is noted, else three."""
    standing = Caution.objects.standing().filter(contest__in={entry.contest_id for entry in entries})
    noted = list(standing.values_list("organisation", "person"))
    if not noted:
        return
    organisations = {organisation for organisation, _person in noted} - {None}
    people = {person for _organisation, person in noted} - {None}
    teams = {entry.team_id: entry.pk for entry in entries}
    behind = Q(lead_organisation__in=organisations) | Q(partners__in=organisations)
    concerned = set(Team.objects.filter(behind, pk__in=teams).values_list("pk", flat=True))
    concerned |= set(Membership.objects.filter(team__in=teams, user__in=people).values_list("team", flat=True))
    for team in sorted(concerned):
        yield teams[team], _("There is a private note on those behind it.")


@sources.register
def open_cases(entries: Sequence[Entry]) -> Found:
    """A possible duplicate that nobody has looked at: one query."""
    chosen = {entry.pk for entry in entries}
    cases = Case.objects.open().filter(Q(first__in=chosen) | Q(second__in=chosen))
    for pk in sorted({side for pair in cases.values_list("first", "second") for side in pair} & chosen):
        yield pk, _("It may be a duplicate: the case is open.")
