"""The draft as a whole: everything that a submission freezes, loaded in a fixed number of queries.

`load_draft` is for the pages that need the answers themselves (check, form, submission); `progress` answers how far each
task is without reading a single answer.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import Q, QuerySet

from competition.models import FormField, FormSection, WantedFile
from portal.accounts.models import Organisation
from submissions.models import Answer, Entry, Membership, Transfer, Upload
from submissions.permissions import members_of
from submissions.values import Value, empty_value, problem_of, shown


@dataclass(frozen=True)
class Question:
    """A question with its draft answer."""

    field: FormField
    answer: Answer | None

    @property
    def value(self) -> Value:
        return self.answer.value if self.answer else empty_value(self.field)

    @property
    def revision(self) -> int:
        return self.answer.revision if self.answer else 0

    @property
    def shown(self) -> str:
        return shown(self.value, self.field.unit)

    @cached_property
    def problem(self) -> str:
        """What is wrong with what stands there; an answer that is missing is not wrong."""
        return problem_of(self.field, self.value)


@dataclass(frozen=True)
class Page:
    """A section with its questions."""

    section: FormSection
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True)
class FilePlace:
    """A file that is asked for, and the upload that stands there."""

    wanted: WantedFile
    upload: Upload | None
    transfers: list[Transfer] = field(default_factory=list)


@dataclass(frozen=True)
class Draft:
    """What the team has so far."""

    entry: Entry
    members: list[Membership]
    partners: list[Organisation]
    pages: list[Page]
    files: list[FilePlace]

    def pages_of(self, task: str) -> list[Page]:
        return [page for page in self.pages if page.section.task == task]


def load_draft(entry: Entry) -> Draft:
    """Six queries, however many rows. `entry` has its topic's track at hand."""
    return Draft(
        entry=entry,
        members=members_of(entry.team),
        partners=list(entry.team.partners.order_by("name", "pk")),
        pages=load_pages(entry),
        files=load_files(entry),
    )


def load_pages(entry: Entry, *, section: FormSection | None = None) -> list[Page]:
    """The sections in their order (overview first) with the questions of this entry's track and their answers."""
    fields = fields_of(entry).select_related("section")
    if section is not None:
        fields = fields.filter(section=section)
    answers = {
        answer.field_id: answer
        for answer in Answer.objects.filter(entry=entry, field__in=fields).select_related("saved_by")
    }
    pages: dict[int, Page] = {}
    for form_field in sorted(fields, key=place_of_field):
        page = pages.setdefault(form_field.section_id, Page(form_field.section))
        page.questions.append(Question(form_field, answers.get(form_field.pk)))
    return list(pages.values())


def fields_of(entry: Entry) -> QuerySet[FormField]:
    """The questions of the contest, and those of the entry's track (of a direction: also of the track it belongs to)."""
    return FormField.objects.filter(_for_track_of(entry), section__contest=entry.contest_id)


def wanted_of(entry: Entry) -> QuerySet[WantedFile]:
    """The files that the contest asks of every team, and those of the entry's track."""
    return WantedFile.objects.filter(_for_track_of(entry), contest=entry.contest_id)


def is_wanted(wanted: WantedFile, entry: Entry) -> bool:
    """Does the contest ask this entry for this file?"""
    return wanted.contest_id == entry.contest_id and is_of_track(wanted, entry)


def is_of_track(asked: FormField | WantedFile, entry: Entry) -> bool:
    """Is it asked of every team, or of the track of this one?"""
    return asked.track_id in (None, *_tracks_of(entry))


def _for_track_of(entry: Entry) -> Q:
    return Q(track__isnull=True) | Q(track__in=_tracks_of(entry))


def _tracks_of(entry: Entry) -> list[int]:
    """The entry's track, and the one of which it is a direction."""
    track = entry.topic.track
    return [pk for pk in (track.pk, track.parent_id) if pk]


def load_files(entry: Entry, *, task: str = "") -> list[FilePlace]:
    """The files asked for in their order, each with what stands there."""
    stored = Upload.objects.filter(entry=entry, state=Upload.State.STORED).select_related(
        "uploaded_by", "inspection", "letter_reading"
    )
    uploads = {upload.wanted_id: upload for upload in stored}
    return [FilePlace(place, uploads.get(place.pk)) for place in files_of(entry, task=task)]


def files_of(entry: Entry, *, task: str = "") -> list[WantedFile]:
    """What is asked for in its order, the evidence first."""
    wanted = wanted_of(entry).order_by("position", "pk")
    if task:
        wanted = wanted.filter(task=task)
    return sorted(wanted, key=lambda place: place.task != WantedFile.Task.EVIDENCE)


def with_transfers(entry: Entry, places: list[FilePlace]) -> list[FilePlace]:
    """The same places with what is still on its way to each: for the page of the files, not for a submission."""
    coming: dict[int, list[Transfer]] = {}
    for transfer in entry.transfers.filter(state__in=Transfer.UNFINISHED).select_related("begun_by"):
        coming.setdefault(transfer.wanted_id, []).append(transfer)
    return [replace(place, transfers=coming.get(place.wanted.pk, [])) for place in places]


def place_of_field(form_field: FormField) -> tuple[bool, int, int, int, int]:
    """Where a question stands: the overview first, then by section and position."""
    section = form_field.section
    return (
        section.task != FormSection.Task.OVERVIEW,
        section.position,
        section.pk,
        form_field.position,
        form_field.pk,
    )
