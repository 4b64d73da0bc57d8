"""The files of an entry as its judges see them: under the labels by which they were asked for, page by page where pictures
of the pages exist, a film as a film.
"""

from dataclasses import dataclass

from django.urls import reverse

from judging.models import Assignment
from judging.reading.blindness import seen_files


@dataclass(frozen=True)
class SeenFile:
    """A file of the entry under its label; `number` counts the files of the entry from one."""

    number: int
    label: str
    kind: str
    size: int
    url: str
    pictures: list[tuple[int, str]]
    pages: int | None
    film: str

    @property
    def is_part(self) -> bool:
        """Can it be read here, without fetching it?"""
        return bool(self.pictures or self.film)

    @property
    def unseen(self) -> int:
        """Pages without a picture."""
        return max(0, (self.pages or 0) - len(self.pictures))


def files_of(assignment: Assignment) -> list[SeenFile]:
    """One query."""
    columns = ("pk", "label", "upload__kind", "size", "upload__inspection__pages", "upload__inspection__pictures")
    rows = seen_files(assignment).order_by("pk").values_list(*columns)
    found = []
    for number, (pk, label, kind, size, pages, pictures) in enumerate(rows, 1):
        url = reverse("desk_file", args=[assignment.public_id, pk])
        found.append(
            SeenFile(
                number=number,
                label=label,
                kind=kind,
                size=size,
                url=url,
                pictures=[(page, f"{url}pages/{page}/") for page in range(1, (pictures or 0) + 1)],
                pages=pages,
                film=f"{url}film/" if kind == "mp4" else "",
            )
        )
    return found
