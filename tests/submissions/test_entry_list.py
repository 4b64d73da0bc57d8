"""The organisers' list of entries, narrowed and exported."""

import io
from copy import deepcopy

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from portal.journal.models import Event
from portal.web.cells import guarded
from submissions.actions import fail_check, pass_check, withdraw_entry
from tests.competition.factories import NOW, make_role, make_topic, make_track
from tests.portal.factories import make_organisation
from tests.scenes import once_per_module
from tests.submissions.factories import (
    make_complete_entry,
    make_open_contest,
    make_person,
    make_submitted_entry,
)
from tests.submissions.test_pages import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def person_in(contest, role):
    person = make_person()
    make_role(person, contest, role)
    return person


def rows_of(response):
    heads = [row[0] for row in response.context["rows"]]
    return [head[0] if isinstance(head, tuple) else str(getattr(head, "label", head)) for head in heads]


def of_each_standing():
    """A contest with one entry of each standing, in the order in which they were made."""
    contest = make_open_contest()
    topics = [make_topic(make_track(contest, name=name)) for name in ("交通运输", "医疗健康")]
    found = {
        "waiting": make_submitted_entry(topics[0], title="港口数据协同"),
        "passed": make_submitted_entry(topics[1], title="胸痛急救"),
        "failed": make_submitted_entry(topics[1], title="检验互认"),
        "withdrawn": make_submitted_entry(topics[1], title="居家监测"),
        "draft": make_complete_entry(topics[0], title="铁水联运"),
    }
    screener = person_in(contest, "screener")
    pass_check(actor=screener, version=found["passed"].current_version, seen=0, now=NOW)
    fail_check(actor=screener, version=found["failed"].current_version, seen=0, reason="缺章", now=NOW)
    withdraw_entry(actor=found["withdrawn"].team.captain, entry=found["withdrawn"], now=NOW)
    return contest, found


made = once_per_module(of_each_standing)


@pytest.fixture
def scene(made):
    return deepcopy(made)


@pytest.fixture
def contest(scene):
    return scene[0]


@pytest.fixture
def entries(scene):
    return scene[1]


@pytest.fixture
def organiser(client, contest):
    person = person_in(contest, "organiser")
    client.force_login(person)
    return person


def listed(client, contest, query=""):
    return client.get(reverse("entry_list", args=[contest.slug]) + query)


@pytest.mark.parametrize("standing", ["waiting", "passed", "failed", "withdrawn"])
def test_the_list_is_narrowed_by_standing(client, contest, organiser, entries, standing):
    response = listed(client, contest, f"?state={standing}")
    assert rows_of(response) == [entries[standing].number]
    assert response.context["total"] == 1


def test_the_list_counts_each_standing(client, contest, organiser, entries):
    response = listed(client, contest)
    chips = {str(chip.label): chip.count for chip in response.context["state_chips"]}
    assert chips == {"全部": 5, "草稿": 1, "形式审查中": 1, "形式审查通过": 1, "形式审查未通过": 1, "已撤回": 1}
    assert len(response.context["rows"]) == 5


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=港口", ["waiting"]),
        ("?q=胸痛+急救", ["passed"]),
        ("?track=2&state=failed", ["failed"]),
        ("?track=1", ["draft", "waiting"]),
        ("?q=没有", []),
        ("?state=nonsense&track=x", ["draft", "withdrawn", "failed", "passed", "waiting"]),
        ("?after=broken", ["draft", "withdrawn", "failed", "passed", "waiting"]),
    ],
)
def test_filters_live_in_the_address_and_nonsense_is_passed_over(client, contest, organiser, entries, query, expected):
    titles = [row[1] for row in listed(client, contest, query).context["rows"]]
    assert titles == [entries[name].title for name in expected]


def test_entries_are_found_by_number_and_by_organisation(client, contest, organiser, entries):
    entry = entries["waiting"]
    lead = entry.team.lead_organisation
    for words in (entry.number, entry.number[-7:], lead.name, lead.uscc.lower()):
        assert entry.number in rows_of(listed(client, contest, f"?q={words}"))


def test_a_draft_has_no_page_that_others_open(client, contest, organiser, entries):
    draft = entries["draft"]
    response = listed(client, contest)
    assert draft.public_id not in response.content.decode()
    assert client.get(reverse("screening", args=[contest.slug, draft.public_id])).status_code == 404


def test_an_empty_list_says_what_will_come(client, organiser):
    contest = make_open_contest()
    make_role(organiser, contest, "organiser")
    assert "队伍报名后即出现在这里" in page(listed(client, contest))
    assert "没有符合条件的作品" in page(listed(client, contest, "?q=x"))


def test_pages_follow_each_other(client, organiser):
    contest = make_open_contest()
    make_role(organiser, contest, "organiser")
    topic = make_topic(make_track(contest))
    numbers = [make_submitted_entry(topic).number for _turn in range(52)]
    first = listed(client, contest)
    assert rows_of(first) == numbers[:1:-1]
    second = client.get(reverse("entry_list", args=[contest.slug]) + first.context["page"].next_url)
    assert rows_of(second) == [numbers[1], numbers[0]]


def queue(client, contest, query=""):
    return client.get(reverse("screening_queue", args=[contest.slug]) + query)


def test_the_queue_shows_the_others_when_asked(client, contest, entries):
    client.force_login(person_in(contest, "screener"))
    assert rows_of(queue(client, contest)) == [entries["waiting"].number]
    assert rows_of(queue(client, contest, "?state=failed")) == [entries["failed"].number]
    assert len(rows_of(queue(client, contest, "?state="))) == 3
    assert rows_of(queue(client, contest, "?track=2")) == []


# ── The export ─────────────────────────────────────────────────────────────────────────────────────────────────────
def export(client, contest, query=""):
    return client.post(reverse("export_entries", args=[contest.slug]) + query)


def test_the_export_holds_what_the_list_shows_and_the_journal_remembers_it(client, contest, organiser, entries):
    response = export(client, contest, "?state=waiting")
    rows = list(load_workbook(io.BytesIO(response.getvalue())).active.values)
    entry = entries["waiting"]
    assert [row[0] for row in rows[1:]] == [entry.number]
    assert entry.team.lead_organisation.uscc in rows[1]
    assert entry.team.captain.email in rows[1]
    assert rows[1][7].isoformat() == "2024-07-17T14:03:00"
    event = Event.objects.get(kind="entries.exported")
    assert (event.body.actor, event.body.payload) == (organiser.public_id, {"filters": {"state": "waiting"}})


def test_text_of_people_is_never_a_formula(client, contest, organiser, entries):
    lead = make_organisation(name="@SUM(A1)")
    make_submitted_entry(entries["waiting"].topic, title="=HYPERLINK(1)", lead_organisation=lead)
    cells = [cell for row in load_workbook(io.BytesIO(export(client, contest).getvalue())).active.rows for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {"'=HYPERLINK(1)", "'@SUM(A1)"} <= {cell.value for cell in cells}
    assert guarded("普通文字") == "普通文字"
