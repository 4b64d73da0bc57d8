"""Tables of set-up data in and out: rows of the person's own contests, errors in sentences, no formulas.

A row is known by what people know it by (contest, track, number), never by a database key; a second import of the same
file changes nothing, and nothing is deleted. The heads of the columns may be in any language of the site. Cells that a
spreadsheet would take for a formula leave with an apostrophe before them, and lose it again on the way in.
"""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import Diff, ModelResource
from import_export.results import Result
from import_export.widgets import Widget
from tablib import Dataset

from competition import events
from competition.admin.scope import CHANGE, SEE, contest_id_of, path_of, scope, within
from competition.icons import CHOICES, DEFAULT, is_icon
from competition.import_plan import relied_on
from competition.models import Contest, Topic, Track
from portal.journal.recording import record
from portal.texts import clean_text
from portal.web.administration import MOST_IN_SMALL_INTEGER
from portal.web.cells import guarded, unguarded

MOST_ROWS = 5000
FIRST_LINE = 2  # under the heads


def _plain(cell: Any) -> str:
    return str("" if cell is None else cell).strip().lower()


class TextWidget(Widget):
    """Words as they stand, without blanks around them; a number in the cell is read as its digits."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return unguarded(clean_text(str("" if value is None else value)))


class IconWidget(TextWidget):
    """The name of an icon, the plain one where the cell is empty."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> str:
        name = super().clean(value) or DEFAULT
        if not is_icon(name):
            sentence = _("There is no icon “%(name)s”. Write one of %(known)s, or leave the cell empty.")
            known = ", ".join(icon for icon, _words in CHOICES)
            raise ValueError(sentence % {"name": name[:40], "known": known})
        return name


class NumberWidget(Widget):
    """A whole number from 1 on; the sentence names the column."""

    def __init__(self, label: str | Promise, *, optional: bool = False) -> None:
        super().__init__()
        self.label, self.optional = label, optional

    def clean(self, value: Any, row: Any = None, **options: Any) -> int | None:
        text = str("" if value is None else value).strip()
        if not text and self.optional:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(0)
        if not number.is_finite() or number != number.to_integral_value() or not 1 <= number <= MOST_IN_SMALL_INTEGER:
            raise ValueError(_("Write a whole number from 1 on under “%(column)s”.") % {"column": self.label})
        return int(number)


class PlainDiff(Diff):
    """Old and new side by side as plain elements: the library's own carries styles, which the content policy refuses."""

    def as_html(self) -> list[str]:
        return [self._cell(before, after) for before, after in zip(self.left, self.right, strict=False)]

    def _cell(self, before: Any, after: Any) -> str:
        if self.new or before == after:
            return format_html("<ins>{}</ins>" if self.new and after else "{}", after)
        return format_html("<del>{}</del> <ins>{}</ins>", before, after)


class SheetResult(Result):
    """Counts rows as the sheet does, with its head and its empty rows, so that the person finds the line."""

    def __init__(self, lines: list[int]) -> None:
        super().__init__()
        self.lines = lines

    def row_errors(self) -> list[tuple[int, Any]]:
        return [(self.lines[number - 1], errors) for number, errors in super().row_errors()]

    def append_invalid_row(self, number: int, row: Any, validation_error: Any) -> None:
        super().append_invalid_row(self.lines[number - 1], row, validation_error)


class ContestScopedResource(ModelResource):
    """Base of every table. `user` and `now` come from the request; a command gives a user of its own."""

    #: field → head of its column, in the order of the columns
    labels: dict[str, Any] = {}
    #: columns without which a row means nothing
    required: tuple[str, ...] = ()

    def __init__(self, *, user: Any, now: datetime, **options: Any) -> None:
        super().__init__(**options)
        self.user, self.now = user, now
        self._tally: dict[int, Counter[str]] = defaultdict(Counter)
        self._is_new = False
        self._lines: list[int] = []
        for name, field in self.fields.items():
            field.column_name = name
            if hasattr(field.widget, "user"):
                field.widget.user = user

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    @property
    def path(self) -> str:
        return path_of(self._meta.model) or ""

    def get_diff_class(self) -> type[Diff]:
        return PlainDiff

    def get_result_class(self) -> Any:
        return partial(SheetResult, self._lines)

    def get_queryset(self) -> QuerySet:
        """Rows that an import may change."""
        return within(super().get_queryset(), self.path, scope(self.user, CHANGE))

    def filter_export(self, queryset: QuerySet, **options: Any) -> QuerySet:
        return within(queryset, self.path, scope(self.user, SEE))

    # ── Columns ────────────────────────────────────────────────────────────────────────────────────────────────
    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [str(self.labels.get(name, name)) for name in self.get_export_order()]

    def get_diff_headers(self) -> list[str]:
        return [str(self.labels.get(field.column_name, field.column_name)) for field in self.get_import_fields()]

    def get_user_visible_fields(self) -> list[Field]:
        """What the page of the import names: the heads, not our names for them."""
        return [Field(column_name=str(label)) for label in self.labels.values()]

    def export_field(self, field: Field, instance: Model, **options: Any) -> Any:
        return guarded(super().export_field(field, instance, **options))

    def before_import(self, dataset: Dataset, **options: Any) -> None:
        """Understand the heads, pass over empty rows, and refuse what is not such a table."""
        known = self._known_heads()
        heads = [known.get(_plain(head), str(head or "")) for head in dataset.headers or []]
        filled = [(line, list(row)) for line, row in enumerate(dataset, FIRST_LINE) if any(map(_plain, row))]
        self._lines[:] = [line for line, _row in filled]
        rows = [row for _line, row in filled]
        dataset.wipe()  # what is refused below leaves no rows to complain of
        contests = scope(self.user, CHANGE)
        if "contest" in self.required and "contest" not in heads and contests is not None and len(contests) == 1:
            slug = Contest.objects.values_list("slug", flat=True).get(pk=next(iter(contests)))
            heads, rows = [*heads, "contest"], [[*row, slug] for row in rows]
        missing = [name for name in self.required if name not in heads]
        if missing:
            columns = ", ".join(f"“{self.labels[name]}”" for name in missing)
            raise ValueError(_("The table lacks the column %(columns)s.") % {"columns": columns})
        if len(rows) > MOST_ROWS:
            raise ValueError(_("The table has more than %(most)d rows. Divide it.") % {"most": MOST_ROWS})
        dataset.headers = heads
        for row in rows:
            dataset.append(row)

    def _known_heads(self) -> dict[str, str]:
        known = {name: name for name in self.labels}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                known |= {_plain(label): name for name, label in self.labels.items()}
        return known

    # ── What was done ──────────────────────────────────────────────────────────────────────────────────────────
    def after_init_instance(self, instance: Model, new: bool, row: Any, **options: Any) -> None:
        self._is_new = new

    def after_save_instance(self, instance: Model, row: Any, **options: Any) -> None:
        contest_id = contest_id_of(instance, self.path)
        contests = scope(self.user, CHANGE)
        if contest_id is None or (contests is not None and contest_id not in contests):
            raise ValueError(_("This row belongs to a contest that you do not organise."))
        self._tally[contest_id]["added" if self._is_new else "changed"] += 1

    def after_import(self, dataset: Dataset, result: Any, **options: Any) -> None:
        """One event for each contest, in the transaction of the import."""
        super().after_import(dataset, result, **options)
        if options.get("dry_run") or result.has_errors():
            return
        with translation.override(settings.LANGUAGE_CODE):
            what = str(self._meta.model._meta.verbose_name_plural)
        for contest in Contest.objects.filter(pk__in=list(self._tally)):
            counts = self._tally[contest.pk]
            record(
                events.IMPORTED,
                actor=self.user,
                now=self.now,
                contest=contest,
                subject=contest,
                model=self._meta.model._meta.label_lower,
                what=what,
                added=counts["added"],
                changed=counts["changed"],
            )


class ContestWidget(Widget):
    """A contest by its address; only one that the person organises."""

    def __init__(self) -> None:
        super().__init__()
        self.user: Any = None

    def clean(self, value: Any, row: Any = None, **options: Any) -> Contest:
        return find_contest(self.user, value)

    def render(self, value: Any, obj: Any = None, **options: Any) -> str:
        return value.slug if value else ""


def find_contest(user: Any, value: Any) -> Contest:
    """The person's contest at this address; the sentence names theirs, never others'."""
    slug = TextWidget().clean(value)
    own = within(Contest.objects.all(), "", scope(user, CHANGE))
    found = own.filter(slug=slug).first()
    if found is None:
        known = ", ".join(own.order_by("slug").values_list("slug", flat=True)[:5])
        sentence = _("You organise no contest with the address “%(slug)s”; yours are: %(known)s.")
        raise ValueError(sentence % {"slug": slug, "known": known})
    return found


class TrackWidget(Widget):
    """A track by its number, in the contest that the row names."""

    def __init__(self, label: Any, *, optional: bool = False) -> None:
        super().__init__()
        self.number = NumberWidget(label, optional=optional)
        self.user: Any = None

    def clean(self, value: Any, row: Any = None, **options: Any) -> Track | None:
        number = self.number.clean(value)
        if number is None:
            return None
        contest = find_contest(self.user, row["contest"])
        found = Track.objects.filter(contest=contest, number=number).first()
        if found is None:
            sentence = _("The contest “%(contest)s” has no track %(number)d. Import its tracks first.")
            raise ValueError(sentence % {"contest": contest.slug, "number": number})
        return found

    def render(self, value: Any, obj: Any = None, **options: Any) -> int | str:
        return value.number if value else ""


class TrackResource(ContestScopedResource):
    """Tracks: contest, number, name, icon, and the track of which it is a direction."""

    labels = {
        "contest": gettext_lazy("contest"),
        "number": gettext_lazy("number"),
        "name": gettext_lazy("name"),
        "icon": gettext_lazy("icon"),
        "parent": gettext_lazy("direction of"),
    }
    required = ("contest", "number", "name")
    contest = Field("contest", widget=ContestWidget())
    number = Field("number", widget=NumberWidget(labels["number"]))
    name = Field("name", widget=TextWidget())
    icon = Field("icon", widget=IconWidget(), default=DEFAULT)
    parent = Field("parent", widget=TrackWidget(labels["parent"], optional=True))

    class Meta(ContestScopedResource.Meta):
        model = Track
        import_id_fields = ("contest", "number")
        fields = export_order = ("contest", "number", "name", "icon", "parent")


class TopicResource(ContestScopedResource):
    """Topics: contest and track by number, number, title, text."""

    labels = {
        "contest": gettext_lazy("contest"),
        "track": gettext_lazy("track"),
        "number": gettext_lazy("number"),
        "title": gettext_lazy("title"),
        "description": gettext_lazy("description"),
    }
    required = ("contest", "track", "number", "title", "description")
    contest = Field("track__contest__slug", readonly=True)
    track = Field("track", widget=TrackWidget(labels["track"]))
    number = Field("number", widget=NumberWidget(labels["number"]))
    title = Field("title", widget=TextWidget())
    description = Field("description", widget=TextWidget())

    class Meta(ContestScopedResource.Meta):
        model = Topic
        import_id_fields = ("track", "number")
        fields = export_order = ("contest", "track", "number", "title", "description")

    def before_save_instance(self, instance: Topic, row: Any, **options: Any) -> None:
        """As with a guide: the words of a topic that teams have entered stay."""
        if instance.pk and relied_on([instance]):
            sentence = _("Teams have entered topic %(track)d.%(number)d, so its words stay as they are.")
            raise ValidationError(sentence % {"track": instance.track.number, "number": instance.number})
