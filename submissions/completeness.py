"""Which of many drafts are complete: the same question as `submissions.readiness`, asked of a whole batch at once.

A fixed number of queries however many entries. A test holds the two answers together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from competition.models import Contest, FormField, WantedFile
from submissions.models import Answer, Entry, Membership, Upload
from submissions.readiness import is_complete, is_eligible
from submissions.stamps import is_of_another


def complete_among(contest: Contest, entries: Sequence[Entry]) -> set[int]:
    """The primary keys of entries of this contest in which nothing is missing; each has its topic's track and its team's
    lead organisation at hand. Five queries.
    """
    chosen = [entry.pk for entry in entries]
    answered, wrong = _answers(chosen)
    stored, spoilt = _stored({entry.pk: entry for entry in entries})
    people, lacking = _people(entry.team_id for entry in entries)
    fields = FormField.objects.filter(section__contest=contest, required=True).values_list("pk", "track")
    required: dict[int | None, set[int]] = defaultdict(set)
    for field, of_track in fields:
        required[of_track].add(field)
    files: dict[int | None, set[int]] = defaultdict(set)
    for wanted, of_track in WantedFile.objects.filter(contest=contest, required=True).values_list("pk", "track"):
        files[of_track].add(wanted)
    found = set()
    for entry in entries:
        track = entry.topic.track
        asked = required[None] | required[track.pk] | (required[track.parent_id] if track.parent_id else set())
        if (
            entry.title
            and entry.pk not in wrong
            and asked <= answered[entry.pk]
            and entry.pk not in spoilt
            and files[None] | files[track.pk] | files[track.parent_id or track.pk] <= stored[entry.pk]
            and contest.team_min <= people[entry.team_id] <= contest.team_max
            and entry.team_id not in lacking
            and is_eligible(entry.team.lead_organisation, contest)
        ):
            found.add(entry.pk)
    return found


def _answers(entries: list[int]) -> tuple[dict[int, set[int]], set[int]]:
    """Which questions have an answer in order, by entry; and the entries that have a wrong one."""
    answered: dict[int, set[int]] = defaultdict(set)
    wrong = set()
    rows = Answer.objects.filter(entry__in=entries).exclude(state=Answer.State.EMPTY)
    for entry, field, state in rows.values_list("entry", "field", "state"):
        if state == Answer.State.GOOD:
            answered[entry].add(field)
        else:
            wrong.add(entry)
    return answered, wrong


def _stored(entries: dict[int, Entry]) -> tuple[dict[int, set[int]], set[int]]:
    """Which files are there, by entry; and the entries that have one which must be replaced."""
    stored: dict[int, set[int]] = defaultdict(set)
    spoilt = set()
    rows = Upload.objects.filter(entry__in=entries, state=Upload.State.STORED)
    for upload in rows.select_related("inspection", "letter_reading"):
        stored[upload.entry_id].add(upload.wanted_id)
        infected = upload.inspection is not None and upload.inspection.is_infected
        if infected or is_of_another(upload, entries[upload.entry_id]):
            spoilt.add(upload.entry_id)
    return stored, spoilt


def _people(teams: Iterable[int]) -> tuple[Counter[int], set[int]]:
    """How many members by team, and the teams of which somebody has not said who they are."""
    counts: Counter[int] = Counter()
    lacking = set()
    for member in Membership.objects.filter(team__in=list(teams)).select_related("user"):
        counts[member.team_id] += 1
        if not is_complete(member):
            lacking.add(member.team_id)
    return counts, lacking
