"""Every address of the administration: each model × each of its pages, on a row of ours that nothing depends on."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from openpyxl import Workbook

from competition.models import Contest
from portal.journal.models import Event
from portal.notices.kinds import Channel
from portal.notices.models import Notice
from submissions.models import Entry, EntryVersion, Extension, Screening
from tests.competition import factories
from tests.pages import Form, Page
from tests.permissions.addresses import Address, at
from tests.portal.factories import make_organisation, make_uscc, make_user
from tests.submissions.files import upload
from tests.world import World

WORKBOOK = "workbook.xlsx"
PREVIEWED = "0" * 32
#: model → the field in which a change is made
CHANGED = {
    "announcement": "title",
    "checkitem": "text",
    "contest": "theme",
    "download": "title",
    "expert": "title",
    "formsection": "title",
    "organisation": "name",
    "question": "question",
    "rubric": "name",
    "stage": "name",
    "topic": "title",
    "track": "name",
    "user": "phone",
    "wantedfile": "label",
}
ACTIONS = {"notice": "send_again", "user": "drop_second_factor"}


def administration(world: World) -> dict[str, Address]:
    spare = spare_rows(world)
    labels = {model._meta.model_name: model for model in admin.site._registry}
    assert set(labels) == set(spare), "every model of the administration has a row to knock at"
    found = _site(world)
    client = Client()
    client.force_login(world.administrator, backend="django.contrib.auth.backends.ModelBackend")
    for name, row in spare.items():
        found.update({f"{name} {page}": address for page, address in _model(world, client, name, row)})
    return found


def spare_rows(world: World) -> dict[str, Model]:
    """model name → a row of our contest; one that may go, where rows may go at all."""
    contest, mark = world.ours.contest, world.ours.mark
    expert = contest.experts.get(code="J4")
    track = factories.make_track(contest, number=5, name=mark.track)
    track.name = f"{mark.track} 5"
    track.save()  # so that it has a history to look at
    return {
        "announcement": contest.announcements.filter(title=mark.announcement).get(),
        "checkitem": factories.make_check_item(contest, text=mark.checkitem),
        "contest": contest,
        "download": contest.downloads.get(),
        "entry": world.ours.entry,
        "entryversion": EntryVersion.objects.filter(entry=world.ours.entry).get(),
        "event": Event.objects.filter(body__contest_id=contest.public_id).latest("sequence"),
        "expert": expert,
        "extension": Extension.objects.filter(entry=world.ours.rival).get(),
        "formsection": factories.make_section(contest, title=mark.section),
        "notice": _failed_mail(contest),
        "organisation": make_organisation(name="独立机构"),
        "question": contest.questions.get(),
        "role": factories.make_role(make_user(name=mark.sparename), contest, "observer"),
        "rubric": factories.make_rubric(contest, name=mark.rubric, version=2),
        "screening": Screening.objects.filter(version__entry=world.ours.rival).get(),
        "stage": factories.make_stage(contest, "publicity"),
        "team": world.ours.entry.team,
        "topic": factories.make_topic(track, title=mark.topic),
        "track": factories.make_track(contest, number=6, name=mark.track),
        "user": world.ours.people["member"],
        "wantedfile": factories.make_wanted_file(contest, label=mark.wanted, required=False),
    }


def _failed_mail(contest: Contest) -> Notice:
    notice = Notice.objects.filter(contest_id=contest.public_id, channel=Channel.MAIL).latest("pk")
    notice.state = Notice.State.FAILED
    notice.save()
    return notice


# ── What belongs to no model ─────────────────────────────────────────────────────────────────────────────────────────
def _site(world: World) -> dict[str, Address]:
    asked = "?app_label=competition&model_name=track&field_name=contest&term="
    kind = ContentType.objects.get_for_model(Entry)
    return {
        "index": at("admin:index"),
        "app": at("admin:app_list", "competition"),
        "login": at("admin:login"),
        "logout": at("admin:logout"),
        "password": at("admin:password_change"),
        "password changed": at("admin:password_change_done"),
        "search for a choice": at("admin:autocomplete", query=asked),
        "search for a choice with its contest": at("admin:competition_choose", query=asked),
        "words for scripts": at("admin:jsi18n"),
        "page of a row": at("admin:view_on_site", kind.pk, world.theirs.entry.pk),
        "another's password": at("admin:auth_user_password_change", world.ours.people["member"].pk),
        "anything else": Address(f"{reverse('admin:index')}nothing/at/all/"),
    }


# ── What every model has ─────────────────────────────────────────────────────────────────────────────────────────────
def _model(world: World, client: Client, name: str, row: Model) -> Iterator[tuple[str, Address]]:
    base = f"admin:{row._meta.app_label}_{name}"
    selected = {"action": ACTIONS.get(name, "delete_selected"), "_selected_action": row.pk, "post": "yes"}
    yield "changelist", at(f"{base}_changelist", post=lambda: selected)
    adding, changing = reverse(f"{base}_add"), reverse(f"{base}_change", args=[row.pk])
    added, changed = _added(world, name), _changed(name)
    yield "add", Address(adding, _posting(client, adding, added))
    yield "change", Address(changing, _posting(client, changing, changed))
    yield "delete", at(f"{base}_delete", row.pk, post=lambda: {"post": "yes"})
    yield "history", at(f"{base}_history", row.pk)
    yield "row", Address(changing.removesuffix("change/"))
    if hasattr(row, "history"):
        yield "version", at(f"{base}_simple_history", row.pk, row.history.latest().pk)
    else:
        yield from _if_served("version", f"{base}_simple_history", row.pk, 1)
    yield from _if_served("export", f"{base}_export")
    yield from _if_served("import", f"{base}_import", post=_importing(world, name))
    yield from _if_served("import confirmed", f"{base}_process_import", post=_confirming(world, name))


def _if_served(page: str, name: str, *arguments: Any, **options: Any) -> Iterator[tuple[str, Address]]:
    try:
        yield page, at(name, *arguments, **options)
    except NoReverseMatch:
        return


def _posting(client: Client, url: str, words: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """What a browser would send from that page, with these words in it."""
    response = client.get(url)
    forms: list[Form] = Page(response.content.decode()).posting_forms() if response.status_code == 200 else []
    form = max(forms, key=lambda one: len(one.fields), default=None)
    data = {**(form.data() if form else {}), **words}
    data.pop("csrfmiddlewaretoken", None)
    return lambda: {name: value() if callable(value) else value for name, value in data.items()}


def _changed(name: str) -> dict[str, Any]:
    words: dict[str, Any] = (
        {CHANGED[name]: "13900000008" if name == "user" else "改过的文字"} if name in CHANGED else {}
    )
    if name == "download":
        words["file"] = lambda: upload(b"another", "guide.txt")
    return words


def _added(world: World, name: str) -> dict[str, Any]:
    """What a new row needs beside what the page proposes."""
    ours = world.ours
    contest, mark = ours.contest.pk, ours.mark
    return {
        "checkitem": {"contest": contest, "text": mark.checkitem},
        "announcement": {"contest": contest, "title": mark.announcement, "body": "正文。"},
        "contest": {
            "name": "新大赛", "short_name": "新赛", "slug": "another", "code": "NEW", "level": "city", "edition": "2024",
            "eligible_kinds": "enterprise",
        },
        "download": {"contest": contest, "title": mark.download, "file": lambda: upload(b"another", "guide.txt")},
        "expert": {
            "contest": contest, "code": "J9", "name": "新专家", "email": "j9@example.cn", "organisation": ours.lead.pk,
            "region": "42",
        },
        "formsection": {"contest": contest, "title": mark.section},
        "organisation": {"name": "新机构", "uscc": make_uscc(9_000_001), "region": "42", "kind": "enterprise"},
        "question": {"contest": contest, "question": mark.faq, "answer": "回答。"},
        "role": {"contest": contest, "role": "screener", "email": ours.people["rival"].email},
        "rubric": {"contest": contest, "name": "新评分表"},
        "stage": {
            "contest": contest, "kind": "promotion", "opens_at_0": "2024-09-01", "opens_at_1": "00:00:00",
            "closes_at_0": "2024-09-02", "closes_at_1": "00:00:00",
        },
        "topic": {"track": ours.second.pk, "number": "30", "title": mark.topic, "description": "正文。"},
        "track": {"contest": contest, "number": "30", "name": mark.track},
        "user": {"email": "newcomer@example.cn", "name": "新人", "locale": "zh-hans"},
        "wantedfile": {"contest": contest, "key": "another", "label": mark.wanted, "kinds": "pdf"},
    }.get(name, {})  # fmt: skip


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _table(world: World, name: str) -> bytes:
    """A workbook with one new row for our contest."""
    slug = world.ours.contest.slug
    row = {
        "track": {"contest": slug, "number": 40, "name": "新赛道"},
        "topic": {"contest": slug, "track": world.ours.second.number, "number": 40, "title": "新赛题", "description": "正文。"},
        "expert": {
            "contest": slug, "code": "J40", "name": "新专家", "email": "j40@example.cn",
            "organisation code": world.ours.lead.uscc, "region": "42", "main_tracks": str(world.ours.second.number),
        },
    }[name]  # fmt: skip
    book = Workbook()
    book.active.append(list(row))
    book.active.append(list(row.values()))
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _importing(world: World, name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"import_file": upload(_table(world, name), WORKBOOK), "format": "0", "resource": "0"}


def _confirming(world: World, name: str) -> Callable[[], dict[str, Any]]:
    """As after the preview: the file waits in the storage."""

    def data() -> dict[str, Any]:
        place = f"django-import-export/{PREVIEWED}"
        default_storage.delete(place)
        default_storage.save(place, ContentFile(_table(world, name)))
        return {"import_file_name": PREVIEWED, "original_file_name": WORKBOOK, "format": "0", "resource": "0"}

    return data
