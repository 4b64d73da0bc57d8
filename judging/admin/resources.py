"""The table of experts: one row each, organisations by their code, tracks by their numbers in one column per level.

An organisation that is not known yet is added with the name, region and kind that stand in the row. Former posts stand in
one column, one after the other with their years: 华中科技大学 2015-2022；烽火通信 2024. A column that the table does not have
leaves what is there. Importing the same table twice changes nothing; experts who are not in it stay as they are.
"""

import re
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

from competition.admin.resources import ContestScopedResource, ContestWidget, TextWidget
from competition.models import Track
from judging.models import Expert, ExpertTrack, FormerPost
from judging.models.expert import FIRST_YEAR, LAST_YEAR, MOST_LOAD
from portal.accounts.models import Organisation
from portal.accounts.regions import Region
from portal.accounts.uscc import normal_uscc, validate_uscc

LEVELS = {
    "main_tracks": ExpertTrack.Level.MAIN,
    "second_tracks": ExpertTrack.Level.SECOND,
    "adjacent_tracks": ExpertTrack.Level.ADJACENT,
}


class WordWidget(Widget):
    """One of a fixed set, as its value or as its word in any language of the site."""

    def __init__(self, choices: Any, label: Any) -> None:
        super().__init__()
        self.choices, self.label = choices, label

    def clean(self, value: Any, row: Any = None, **options: Any) -> str:
        text = TextWidget().clean(value)
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                for known, word in self.choices.choices:
                    if text.lower() in {str(known).lower(), str(word).lower()}:
                        return str(known)
        words = ", ".join(str(word) for _known, word in self.choices.choices[:6])
        sentence = _("“%(text)s” is not known under “%(column)s”. Write one of: %(words)s …")
        raise ValueError(sentence % {"text": text[:40], "column": self.label, "words": words})

    def render(self, value: Any, obj: Any = None, **options: Any) -> str:
        return str(dict(self.choices.choices).get(value, value or ""))


class OrganisationWidget(Widget):
    """An organisation by its unified social credit code; a new one is made from the other columns of the row."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Organisation:
        code = normal_uscc(TextWidget().clean(value))
        try:
            validate_uscc(code)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error
        if (found := Organisation.objects.filter(uscc=code).first()) is not None:
            return found
        name = TextWidget().clean(row.get("organisation_name"))
        kind = TextWidget().clean(row.get("organisation_kind"))
        if not name or not kind:
            sentence = _("The organisation %(code)s is not known yet: fill in its name and its kind as well.")
            raise ValueError(sentence % {"code": code})
        return Organisation.objects.create(
            uscc=code,
            name=name[:120],
            kind=WordWidget(Organisation.Kind, ExpertResource.labels["organisation_kind"]).clean(kind),
            region=WordWidget(Region, ExpertResource.labels["region"]).clean(row.get("region")),
        )

    def render(self, value: Any, obj: Any = None, **options: Any) -> str:
        return value.uscc if value else ""


class DayWidget(Widget):
    """A day as a spreadsheet holds it, or as 2026-08-01; empty for none."""

    def __init__(self, label: Any) -> None:
        super().__init__()
        self.label = label

    def clean(self, value: Any, row: Any = None, **options: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = TextWidget().clean(value).replace("/", "-").replace(".", "-")
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            sentence = _("Write a day like 2026-08-01 under “%(column)s”, or leave it empty.")
            raise ValueError(sentence % {"column": self.label}) from error

    def render(self, value: Any, obj: Any = None, **options: Any) -> str:
        return value.isoformat() if value else ""


class LoadWidget(Widget):
    """A number of entries, or empty."""

    def __init__(self, label: Any) -> None:
        super().__init__()
        self.label = label

    def clean(self, value: Any, row: Any = None, **options: Any) -> int | None:
        text = TextWidget().clean(value)
        if not text:
            return None
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST_LOAD:
            sentence = _("Write a whole number from 1 to %(most)s under “%(column)s”, or leave it empty.")
            raise ValueError(sentence % {"column": self.label, "most": MOST_LOAD})
        return int(text)

    def render(self, value: Any, obj: Any = None, **options: Any) -> str:
        return "" if value is None else str(value)


class ExpertResource(ContestScopedResource):
    """Experts by contest and code."""

    labels = {
        "contest": gettext_lazy("contest"),
        "code": pgettext_lazy("expert", "code"),
        "name": pgettext_lazy("expert", "name"),
        "email": gettext_lazy("e-mail"),
        "title": gettext_lazy("title (post)"),
        "organisation": gettext_lazy("organisation code"),
        "organisation_name": gettext_lazy("organisation"),
        "organisation_kind": gettext_lazy("kind of organisation"),
        "region": gettext_lazy("region"),
        "main_tracks": gettext_lazy("main tracks"),
        "second_tracks": gettext_lazy("second tracks"),
        "adjacent_tracks": gettext_lazy("adjacent tracks"),
        "phone": gettext_lazy("mobile number"),
        "keywords": gettext_lazy("keywords"),
        "available_from_on": gettext_lazy("available from"),
        "available_until_on": gettext_lazy("available until"),
        "min_load": gettext_lazy("least entries per stage"),
        "max_load": gettext_lazy("most entries per stage"),
        "former_posts": gettext_lazy("former posts (organisation and years)"),
    }
    required = ("contest", "code", "name", "email", "organisation", "region", "main_tracks")
    contest = Field("contest", widget=ContestWidget())
    code = Field("code", widget=TextWidget())
    name = Field("name", widget=TextWidget())
    email = Field("email", widget=TextWidget())
    title = Field("title", widget=TextWidget(), default="")
    organisation = Field("organisation", widget=OrganisationWidget())
    organisation_name = Field("organisation__name", readonly=True)
    organisation_kind = Field(
        "organisation__kind", widget=WordWidget(Organisation.Kind, labels["organisation_kind"]), readonly=True
    )
    region = Field("region", widget=WordWidget(Region, labels["region"]))
    main_tracks = Field(widget=TextWidget())
    second_tracks = Field(widget=TextWidget())
    adjacent_tracks = Field(widget=TextWidget())
    phone = Field("phone", widget=TextWidget(), default="")
    keywords = Field("keywords", widget=TextWidget(), default="")
    available_from_on = Field("available_from_on", widget=DayWidget(labels["available_from_on"]))
    available_until_on = Field("available_until_on", widget=DayWidget(labels["available_until_on"]))
    min_load = Field("min_load", widget=LoadWidget(labels["min_load"]))
    max_load = Field("max_load", widget=LoadWidget(labels["max_load"]))
    former_posts = Field(widget=TextWidget())

    class Meta(ContestScopedResource.Meta):
        model = Expert
        import_id_fields = ("contest", "code")
        fields = export_order = (
            "contest",
            "code",
            "name",
            "email",
            "title",
            "organisation",
            "organisation_name",
            "organisation_kind",
            "region",
            *LEVELS,
            "phone",
            "keywords",
            "available_from_on",
            "available_until_on",
            "min_load",
            "max_load",
            "former_posts",
        )

    def dehydrate_main_tracks(self, expert: Expert) -> str:
        return _numbers(expert, ExpertTrack.Level.MAIN)

    def dehydrate_second_tracks(self, expert: Expert) -> str:
        return _numbers(expert, ExpertTrack.Level.SECOND)

    def dehydrate_adjacent_tracks(self, expert: Expert) -> str:
        return _numbers(expert, ExpertTrack.Level.ADJACENT)

    def dehydrate_former_posts(self, expert: Expert) -> str:
        return "；".join(_post_words(*post) for post in sorted(_held_posts(expert)))

    def before_save_instance(self, instance: Expert, row: Any, **options: Any) -> None:
        """Tracks and former posts are read before anything is written, so that their sentence names the row."""
        try:
            self._tracks, self._posts = _wanted(instance, row), _wanted_posts(row)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def skip_row(self, instance: Expert, original: Expert, row: Any, import_validation_errors: Any = None) -> bool:
        if not super().skip_row(instance, original, row, import_validation_errors):
            return False
        if import_validation_errors or original.pk is None:
            return bool(import_validation_errors)
        try:
            posts = _wanted_posts(row)
            return _wanted(original, row) == _held(original) and posts in (None, _held_posts(original))
        except ValueError:
            return False  # saving says what is wrong

    def after_save_instance(self, instance: Any, row: Any, **options: Any) -> None:
        super().after_save_instance(instance, row, **options)
        wanted, held = self._tracks, _held(instance)
        instance.tracks.exclude(track__in=wanted).delete()
        for track, level in wanted.items():
            if held.get(track) != level:
                ExpertTrack.objects.update_or_create(expert=instance, track_id=track, defaults={"level": level})
        if self._posts is not None and self._posts != _held_posts(instance):
            _write_posts(instance, self._posts)


def _numbers(expert: Expert, level: int) -> str:
    if expert.pk is None:
        return ""
    rows = expert.tracks.filter(level=level).order_by("track__number").values_list("track__number", flat=True)
    return ", ".join(map(str, rows))


def _held(expert: Expert) -> dict[int, int]:
    return dict(expert.tracks.values_list("track_id", "level")) if expert.pk else {}


def _wanted(expert: Expert, row: Any) -> dict[int, int]:
    """Track → level of the row; raises ValueError with what to do."""
    known = dict(Track.objects.filter(contest=expert.contest_id).values_list("number", "pk"))
    wanted: dict[int, int] = {}
    for column, level in LEVELS.items():
        label = ExpertResource.labels[column]
        for text in re.split(r"[\s,，、;；]+", TextWidget().clean(row.get(column))):
            if not text:
                continue
            if not text.isdecimal() or int(text) not in known:
                raise ValueError(
                    _("The contest has no track “%(text)s” (column “%(column)s”).")
                    % {"text": text[:20], "column": label}
                )
            if known[int(text)] in wanted:
                raise ValueError(
                    _("Track %(number)s stands twice in this row. Name it at one level only.") % {"number": text}
                )
            wanted[known[int(text)]] = level
    if not wanted:
        raise ValueError(_("Name at least one track: without it the expert cannot be assigned."))
    return wanted


Post = tuple[str, int, int]
YEARS = re.compile(r"^(?P<name>.*?\S)[\s(（]*(?:(?P<first>\d{4})\s*[-–—~～至]\s*)?(?P<last>\d{4})\s*年?[)）]?$")


def _wanted_posts(row: Any) -> set[Post] | None:
    """(name, from year or 0, until year) of each former post in the row; None where the table has no such column."""
    if "former_posts" not in row:
        return None
    found: set[Post] = set()
    for text in re.split(r"[;；\n]+", TextWidget().clean(row.get("former_posts"))):
        if not text.strip():
            continue
        match = YEARS.match(text.strip())
        first, last = (int(match["first"] or 0), int(match["last"])) if match else (0, 0)
        if match is None or not FIRST_YEAR <= last <= LAST_YEAR or (first and not FIRST_YEAR <= first <= last):
            sentence = _("Write each former post with its years, for example 华中科技大学 2015-2022: “%(text)s”.")
            raise ValueError(sentence % {"text": text.strip()[:40]})
        found.add((match["name"][:120], first, last))
    return found


def _held_posts(expert: Expert) -> set[Post]:
    if expert.pk is None:
        return set()
    return {
        (name, first or 0, last)
        for name, first, last in expert.former_posts.values_list("name", "from_year", "until_year")
    }


def _post_words(name: str, first: int, last: int) -> str:
    return f"{name} {first}-{last}" if first else f"{name} {last}"


def _write_posts(expert: Expert, wanted: set[Post]) -> None:
    """The row's posts in place of the others; a name that is exactly one registered organisation's is tied to it."""
    known: dict[str, int | None] = {}
    for pk, name in Organisation.objects.filter(name__in={name for name, _first, _last in wanted}).values_list(
        "pk", "name"
    ):
        known[name] = None if name in known else pk
    expert.former_posts.all().delete()
    FormerPost.objects.bulk_create(
        FormerPost(expert=expert, name=name, organisation_id=known.get(name), from_year=first or None, until_year=last)
        for name, first, last in sorted(wanted)
    )
