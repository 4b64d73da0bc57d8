"""One place of a draft with all that saving it asks for, in one query: autosaves come by the hundred in a second.

Read are the entry with its contest's doors and whether the person is in its team, the question as the entry's track is
asked it, and the answer that stands there. The query is written out, because putting it together anew for every save took
twice as long as everything else that a save does; its columns are still those of the models.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from competition.models import Contest, FormField, FormSection, Stage
from portal.accounts.models import User
from portal.lookups import NUL
from portal.refusals import NotAllowed
from submissions.draft import Page, Question
from submissions.models import Answer, Entry, Membership, Team

#: Nothing but names of columns is put into it; what people send goes in as parameters: person, question, entry.
_STATEMENT = """
    SELECT {columns}
    FROM submissions_entry e
    JOIN submissions_team t ON t.id = e.team_id
    JOIN submissions_membership m ON m.team_id = e.team_id AND m.user_id = %s
    JOIN competition_contest c ON c.id = e.contest_id
    JOIN competition_topic topic ON topic.id = e.topic_id
    JOIN competition_track track ON track.id = topic.track_id
    LEFT JOIN competition_formfield f
        ON f.public_id = %s AND (f.track_id IS NULL OR f.track_id = track.id OR f.track_id = track.parent_id)
    LEFT JOIN competition_formsection s ON s.id = f.section_id AND s.contest_id = e.contest_id
    LEFT JOIN submissions_answer a ON a.field_id = f.id AND a.entry_id = e.id
    LEFT JOIN competition_stage registration
        ON registration.contest_id = e.contest_id AND registration.kind = 'registration'
    LEFT JOIN competition_stage submission
        ON submission.contest_id = e.contest_id AND submission.kind = 'submission'
    WHERE e.public_id = %s
"""


@dataclass(frozen=True)
class Spot:
    """A question of an entry with its answer; without a question, the project name."""

    entry: Entry
    question: Question | None

    @property
    def page(self) -> Page | None:
        return Page(self.question.field.section, [self.question]) if self.question else None


def find_spot(entry: str, question: str, *, actor: User) -> Spot:
    """The spot by the public ids of entry and question (none: the project name); NotAllowed where there is none."""
    if NUL in question + entry:  # no statement of PostgreSQL may hold it
        raise NotAllowed
    sql, columns = _statement(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [actor.pk, question, entry])
        values = cursor.fetchone()
    if values is None:
        raise NotAllowed
    found, team, contest, section, field, answer, *doors = _rows(columns, values)
    found.team, found.contest = team, contest
    # What the permissions look at: this person's place in the team, and the doors.
    team.__dict__["_members"] = [Membership(team=team, user=actor)]
    contest.__dict__["_stages"] = [door for door in doors if door is not None]
    if not question:
        return Spot(found, None)
    if section is None:
        raise NotAllowed
    field.section = section
    return Spot(found, Question(field, answer))


class _Columns:
    """The columns of a table under its alias in the statement, and the row of its model that they make."""

    def __init__(self, model: type[models.Model], alias: str, *names: str) -> None:
        self.model = model
        self.fields = [field for field in model._meta.concrete_fields if not names or field.name in names]
        self.selected = [f'{alias}."{field.column}"' for field in self.fields]
        self.converters = [
            [*connection.ops.get_db_converters(field.cached_col), *field.get_db_converters(connection)]
            for field in self.fields
        ]
        self.pk = next(place for place, field in enumerate(self.fields) if field.primary_key)

    def row(self, values: tuple[Any, ...]) -> Any:
        if values[self.pk] is None:
            return None
        converted = []
        for value, field, converters in zip(values, self.fields, self.converters, strict=True):
            for convert in converters:
                value = convert(value, field.cached_col, connection)
            converted.append(value)
        return self.model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in self.fields], converted)


def _rows(columns: list[_Columns], values: tuple[Any, ...]) -> Iterator[Any]:
    begin = 0
    for table in columns:
        end = begin + len(table.fields)
        yield table.row(values[begin:end])
        begin = end


@cache
def _statement(_vendor: str) -> tuple[str, list[_Columns]]:
    """The statement, and what its columns make."""
    columns = [
        _Columns(
            Entry, "e", "id", "public_id", "team", "contest", "status", "frozen_at", "extension", "correction", "revision", "title",
            "title_revision", "title_saved_at", "title_saved_by",
        ),
        _Columns(Team, "t", "id", "captain"),
        _Columns(Contest, "c", "id", "public_id"),
        _Columns(FormSection, "s"),
        _Columns(FormField, "f"),
        _Columns(Answer, "a"),
        _Columns(Stage, "registration", "id", "kind", "opens_at", "closes_at"),
        _Columns(Stage, "submission", "id", "kind", "opens_at", "closes_at"),
    ]  # fmt: skip
    return _STATEMENT.format(columns=", ".join(column for table in columns for column in table.selected)), columns
