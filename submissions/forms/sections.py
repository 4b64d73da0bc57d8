"""One section of the application form, made from the contest's questions.

For each question there are up to six names in a post: `a-KEY` the answer, `seen-a-KEY` the mark of what was shown, after
a conflict `compared-a-KEY` and `choice-a-KEY`, and where the question may not apply `na-a-KEY` with the reason in
`why-a-KEY`. The project name goes by `title`, which no question's name is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.texts import count_characters
from portal.web.fields import PlainText
from submissions.actions import Conflict, Typed
from submissions.actions.answers import TITLE
from submissions.draft import Page, Question
from submissions.items import holds, of_question
from submissions.models import Answer, Entry
from submissions.values import (
    LONGEST_DRAFT,
    LONGEST_REASON,
    NOT_APPLICABLE,
    Plain,
    Value,
    form_field,
    is_waiver,
    problem_of,
    seen_mark,
    shown,
    waiver,
    written,
)


@dataclass(frozen=True)
class Row:
    """One question as the page draws it."""

    key: str
    bound: BoundField
    seen: str
    saved_by: User | None
    saved_at: datetime | None
    conflict: Conflict | None
    theirs: str
    question: str
    may_not_apply: bool = False
    is_waived: bool = False
    reason: str = ""
    longest_reason: int = LONGEST_REASON
    is_locked: bool = False


class SectionForm(forms.Form):
    """Nothing is required while it is a draft; what is wrong is said, and kept all the same where the draft can hold it."""

    use_required_attribute = False
    summary_apart = True

    data: Mapping[str, Any]

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        entry: Entry,
        page: Page | None,
        with_title: bool,
        returned: Collection[str] | None = None,
    ) -> None:
        super().__init__(data, auto_id="id_%s")
        self.entry, self.page, self.with_title = entry, page, with_title
        self.questions: dict[str, Question] = {
            question.field.key: question for question in (page.questions if page else [])
        }
        if with_title:
            self.fields[name_of(TITLE)] = PlainText(
                lines=False,
                longest=Entry._meta.get_field("title").max_length or 60,
                label=_("Project name"),
                help_text=_(
                    "It stands on the receipt, in lists and on certificates. No names of organisations or people."
                ),
                initial=entry.title,
            )
        for key, question in self.questions.items():
            field = form_field(question.field)
            field.initial = written(question.field, question.value)
            self.fields[name_of(key)] = field
        self.locked = self._lock(returned)

    def _lock(self, returned: Collection[str] | None) -> set[str]:
        """In a correction, what was not returned is shown and cannot be typed into; the action refuses it as well."""
        if returned is None:
            return set()
        section = self.page.section if self.page else None
        locked = {
            name_of(key)
            for key, question in self._asked()
            if not holds(
                returned, of_question(question.field if question else None), section=section if question else None
            )
        }
        for name in locked:
            self.fields[name].disabled = True
        return locked

    def add_error(self, field: str | None, error: Any) -> None:
        """An answer that is missing is no error in a draft."""
        if field is not None and isinstance(error, ValidationError) and getattr(error, "code", "") == "required":
            self.cleaned_data[field] = [] if isinstance(self.fields[field], forms.MultipleChoiceField) else ""
            return
        super().add_error(field, error)

    def clean(self) -> None:
        """Where “not applicable” is ticked, the reason is looked at, and no longer what stands in the control."""
        for key, question in self.questions.items():
            name = name_of(key)
            if self._is_waived(name):
                self.errors.pop(name, None)
                if problem := problem_of(question.field, waiver(self._reason(name), instead_of="")):
                    self.add_error(name, ValidationError(problem, code="waiver"))

    def _is_waived(self, name: str) -> bool:
        """Ticked on the page; of a page that was not sent, in the draft."""
        if self.is_bound:
            return bool(self.data.get(f"na-{name}"))
        question = self.questions.get(name.removeprefix("a-"))
        return question is not None and is_waiver(question.value)

    def _reason(self, name: str) -> str:
        if self.is_bound:
            return str(self.data.get(f"why-{name}", ""))
        question = self.questions.get(name.removeprefix("a-"))
        return str(question.value[NOT_APPLICABLE]) if question and is_waiver(question.value) else ""

    def typed(self) -> list[Typed]:
        """What goes into the draft; an answer that the draft cannot hold, or that was not posted, is left out."""
        found = []
        for key, question in self._asked():
            name = name_of(key)
            if f"seen-{name}" not in self.data or name in self.locked:
                continue
            value = self._storable(name)
            if value is None:
                continue
            found.append(
                Typed(
                    question=question.field if question else None,
                    value=value,
                    is_good=name not in self.errors,
                    seen=str(self.data.get(f"seen-{name}", "")),
                    was_compared=bool(self.data.get(f"compared-{name}")),
                    choice=str(self.data.get(f"choice-{name}", "")),
                )
            )
        return found

    def _asked(self) -> list[tuple[str, Question | None]]:
        title: list[tuple[str, Question | None]] = [(TITLE, None)] if self.with_title else []
        return [*title, *self.questions.items()]

    def _storable(self, name: str) -> Value | None:
        """The cleaned value; of a wrong one what was typed, if the draft can hold it; else None."""
        if self._is_waived(name):
            return waiver(self._reason(name), instead_of=self._kept(name))
        if name not in self.errors:
            value: Value = self.cleaned_data[name]
            return value
        field = self.fields[name]
        codes = {error.code for error in self.errors[name].as_data()}
        is_title = name == name_of(TITLE)
        if not isinstance(field, PlainText) or codes & {"nul", "beyond_draft"} or is_title:
            return None
        text = field.to_python(self.data.get(name, ""))
        return text if count_characters(text) <= LONGEST_DRAFT else None

    def _kept(self, name: str) -> Plain:
        """What stands in the control beside “not applicable”: a draft keeps it, where it is an answer at all."""
        field = self.fields[name]
        given = field.widget.value_from_datadict(self.data, {}, name)
        try:
            kept: Plain = field.clean(given)
        except ValidationError:
            return ""
        return kept

    @property
    def unkept(self) -> list[str]:
        """Names of fields whose content is not in the draft."""
        return [name for name in self.errors if name in self.fields and self._storable(name) is None]

    @property
    def saved_note(self) -> str:
        """What the error summary says of what was typed."""
        if self.unkept:
            return _("Everything else is saved. What stands in these places is not: correct it and save again.")
        return _("Everything you entered is saved. Correct the above before you submit.")

    def rows(self, conflicts: Mapping[str, Conflict] | None = None, *, is_saved: bool = True) -> list[Row]:
        """The questions to draw, with the marks of what the draft holds now; `is_saved`: what is drawn is what it holds."""
        found = []
        for key, question in self._asked():
            conflict, name = (conflicts or {}).get(key), name_of(key)
            value: Value = question.value if question else self.entry.title
            revision = question.revision if question else self.entry.title_revision
            saved_by, saved_at = self._last_save(question) if is_saved else (None, None)
            if not conflict:
                # The counter under a long text says when and by whom it was saved.
                self.fields[name].saved_at, self.fields[name].saver = saved_at, saved_by  # type: ignore[attr-defined]
            found.append(
                Row(
                    key=name,
                    bound=self[name],
                    seen=conflict.seen if conflict else seen_mark(revision, value),
                    saved_by=saved_by,
                    saved_at=saved_at,
                    conflict=conflict,
                    theirs=shown(conflict.theirs) if conflict else "",
                    question=question.field.public_id if question else "",
                    may_not_apply=question is not None and (question.field.may_not_apply or self._is_waived(name)),
                    is_waived=self._is_waived(name),
                    reason=self._reason(name),
                    is_locked=name in self.locked,
                )
            )
        return found

    def _last_save(self, question: Question | None) -> tuple[User | None, datetime | None]:
        if question is None:
            return self.entry.title_saved_by, self.entry.title_saved_at
        answer = question.answer
        return (answer.saved_by, answer.saved_at) if answer else (None, None)


def name_of(key: str) -> str:
    """The name of a control: the project name is `title`, a question `a-KEY`."""
    return "title" if key == TITLE else f"a-{key}"


def draft_as_data(form: SectionForm) -> dict[str, Any] | None:
    """The stored answers as if they had been posted, when one of them is wrong: the page then says so on arrival."""
    questions = form.questions.values()
    if not any(question.answer and question.answer.state == Answer.State.WRONG for question in questions):
        return None
    data: dict[str, Any] = {}
    for key, question in form.questions.items():
        name, value = name_of(key), question.value
        data[name] = written(question.field, value)
        if is_waiver(value):
            data |= {f"na-{name}": "on", f"why-{name}": value[NOT_APPLICABLE]}
    return data | ({name_of(TITLE): form.entry.title} if form.with_title else {})
