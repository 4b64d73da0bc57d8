"""Message catalogues: ours are complete, and the check that says so can say otherwise."""

import gettext
from pathlib import Path

import polib
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext as translate

from portal import wording
from portal.catalogues import APPS, catalogue_path
from portal.catalogues.checking import placeholders
from portal.catalogues.extraction import messages_of

MODULE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

TITLE = _("Hello %(name)s")
# Translators: shown in the calendar
MONTH = pgettext("month", "May")


def count(n):
    return ngettext("one entry", "%(n)d entries", n)
"""
TEMPLATE = """{% load i18n %}
    <p>{% translate "100% ready" %}</p>
  {% blocktranslate trimmed with name=user.name %}
      Written by {{ name }}
  {% endblocktranslate %}
{{ value|default:_("nothing yet") }} an unbalanced ( and "
"""


@pytest.fixture
def project(tmp_path: Path, settings: django_settings) -> Path:
    """A small project of its own, with one module and one template."""
    (tmp_path / "competition").mkdir()
    (tmp_path / "competition" / "words.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "templates" / "competition").mkdir(parents=True)
    (tmp_path / "templates" / "competition" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    settings.BASE_DIR = tmp_path
    return tmp_path


def translate_everything(project: Path) -> None:
    """Answer every message of every app so that the check has nothing to say."""
    for app in APPS:
        path = catalogue_path(project, app)
        catalogue = polib.pofile(str(path), wrapwidth=100_000)
        for entry in catalogue:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: entry.msgid_plural}
            else:
                entry.msgstr = entry.msgstr or entry.msgid
        catalogue.save()


def change(project: Path, spoiled: str, /, **values: object) -> None:
    """Spoil one entry of the competition's catalogue."""
    path = catalogue_path(project, "competition")
    catalogue = polib.pofile(str(path), wrapwidth=100_000)
    entry = next(entry for entry in catalogue if entry.msgid == spoiled)
    for name, value in values.items():
        setattr(entry, name, value)
    catalogue.save()


def test_every_message_of_every_app_is_translated(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogues", "check")
    assert "all in order" in capsys.readouterr().out


def test_finds_messages_of_modules_and_templates(project: Path) -> None:
    assert set(messages_of(project, "competition")) == {
        ("", "Hello %(name)s"),
        ("month", "May"),
        ("", "one entry"),
        ("", "100%% ready"),  # doubled, as Django looks it up
        ("", "Written by %(name)s"),
        ("", "nothing yet"),
    }
    assert messages_of(project, "competition")["month", "May"].comments == {"shown in the calendar"}


def test_gives_the_portal_what_no_app_owns(project: Path) -> None:
    (project / "templates" / "account").mkdir()
    (project / "templates" / "account" / "login.html").write_text('{% load i18n %}{% translate "Come in" %}')
    (project / "templates" / "404.html").write_text('{% load i18n %}{% translate "Not here" %}')
    assert set(messages_of(project, "portal")) == {("", "Come in"), ("", "Not here")}


def test_keeps_translations_and_writes_the_same_file_twice(project: Path) -> None:
    call_command("catalogues", "update", "competition")
    change(project, "May", msgstr="五月")
    call_command("catalogues", "update", "competition")
    first = catalogue_path(project, "competition").read_text()
    call_command("catalogues", "update", "competition")
    assert catalogue_path(project, "competition").read_text() == first
    assert 'msgstr "五月"' in first
    assert "POT-Creation-Date" not in first
    assert "#: competition/words.py\n" in first


def test_carries_what_installed_packages_leave_untranslated(project: Path) -> None:
    call_command("catalogues", "update", "portal")
    entries = {entry.msgid: entry for entry in polib.pofile(str(catalogue_path(project, "portal")))}
    assert entries["All"].msgstr == "全部"
    assert "django_filters" in entries["All"].comment


def test_suggests_what_another_app_says_already(project: Path) -> None:
    call_command("catalogues", "update", "competition")
    change(project, "May", msgstr="五月")
    (project / "judging").mkdir()
    (project / "judging" / "words.py").write_text(MODULE, encoding="utf-8")
    call_command("catalogues", "update", "judging")
    entries = {entry.msgid: entry for entry in polib.pofile(str(catalogue_path(project, "judging")))}
    assert entries["May"].msgstr == "五月"
    assert entries["Hello %(name)s"].msgstr == ""


def test_accepts_a_complete_project(project: Path) -> None:
    call_command("catalogues", "update")
    translate_everything(project)
    call_command("catalogues", "check")
    assert catalogue_path(project, "competition").is_file()


@pytest.mark.parametrize(
    ("msgid", "values", "complaint"),
    [
        ("May", {"msgstr": ""}, "not translated: 'May' (month)"),
        ("Hello %(name)s", {"flags": ["fuzzy"]}, "marked fuzzy"),
        ("Hello %(name)s", {"msgstr": "你好"}, "places none instead of %(name)s"),
        ("Hello %(name)s", {"msgstr": "你好%(user)s"}, "places %(user)s instead of %(name)s"),
        ("one entry", {"msgstr_plural": {0: "若干作品"}}, "places none instead of %(n)d"),
        ("one entry", {"msgid_plural": "other"}, "has another plural"),
        ("nothing yet", {"obsolete": True}, "missing: 'nothing yet'"),
        ("nothing yet", {"msgid": "nothing more"}, "no source asks for: 'nothing more'"),
    ],
)
def test_names_what_is_wrong(
    project: Path, capsys: pytest.CaptureFixture[str], msgid: str, values: dict[str, object], complaint: str
) -> None:
    call_command("catalogues", "update")
    translate_everything(project)
    change(project, msgid, **values)
    with pytest.raises(CommandError, match="not in order"):
        call_command("catalogues", "check")
    assert complaint in capsys.readouterr().out


def test_names_a_message_that_two_apps_translate_differently(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "judging").mkdir()
    (project / "judging" / "words.py").write_text(MODULE, encoding="utf-8")
    call_command("catalogues", "update")
    translate_everything(project)
    change(project, "May", msgstr="五月")
    with pytest.raises(CommandError):
        call_command("catalogues", "check")
    assert "judging: 'May' (month) is “May” here and “五月” in competition" in capsys.readouterr().out


def test_compiles_what_is_out_of_date_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogues", "update", "competition")
    change(project, "May", msgstr="五月")
    call_command("catalogues", "compile")
    assert "1 catalogues compiled" in capsys.readouterr().out
    call_command("catalogues", "compile")
    assert "up to date" in capsys.readouterr().out
    with catalogue_path(project, "competition").with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).pgettext("month", "May") == "五月"


def test_tells_places_from_percent_signs() -> None:
    assert placeholders("100% sure, 5%% of %(n)d and {name:.2f}, {{ braces }}") == ["%(n)d", "{name}"]


def test_english_rewords_what_packages_say_and_keeps_its_places():
    path = Path(django_settings.BASE_DIR, "locale/portal/en/LC_MESSAGES/django.po")
    listed = {*wording.REWORDED, *wording.ALLAUTH, *wording.ADMINISTRATION, *wording.EXCHANGE}
    for entry in polib.pofile(str(path)):
        sayings = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert entry.msgid_plural or entry.msgid in listed
        assert all(saying and placeholders(saying) == placeholders(entry.msgid) for saying in sayings)


def test_english_is_spoken_in_the_portals_case():
    with translation.override("en"):
        assert translate("Change Password") == "Change the password"
