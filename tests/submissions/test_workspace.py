"""The organisers' list, the queue and the page of the formal check, and the export."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from portal.journal.models import Event
from portal.web.cells import guarded
from submissions.actions import fail_check, pass_check, withdraw_entry
from submissions.models import Screening
from tests.competition.factories import NOW, make_role, make_topic, make_track
from tests.portal.factories import make_organisation
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_member,
    make_open_contest,
    make_person,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_pages import page
from tests.submissions.test_submission import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def contest():
    return make_open_contest()


@pytest.fixture
def topics(contest):
    return [make_topic(make_track(contest, name=name)) for name in ("交通运输", "医疗健康")]


def person_in(contest, role):
    person = make_person()
    make_role(person, contest, role)
    return person


def rows_of(response):
    heads = [row[0] for row in response.context["rows"]]
    return [head[0] if isinstance(head, tuple) else str(getattr(head, "label", head)) for head in heads]


# ── The list ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def entries(topics):
    """One of each standing, in the order in which they were made."""
    found = {
        "waiting": make_submitted_entry(topics[0], title="港口数据协同"),
        "passed": make_submitted_entry(topics[1], title="胸痛急救"),
        "failed": make_submitted_entry(topics[1], title="检验互认"),
        "withdrawn": make_submitted_entry(topics[1], title="居家监测"),
        "draft": make_complete_entry(topics[0], title="铁水联运"),
    }
    screener = person_in(topics[0].track.contest, "screener")
    pass_check(actor=screener, version=found["passed"].current_version, seen=0, now=NOW)
    fail_check(actor=screener, version=found["failed"].current_version, seen=0, reason="缺章", now=NOW)
    withdraw_entry(actor=found["withdrawn"].team.captain, entry=found["withdrawn"], now=NOW)
    return found


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


def test_an_empty_list_says_what_will_come(client, contest, organiser):
    assert "队伍报名后即出现在这里" in page(listed(client, contest))
    assert "没有符合条件的作品" in page(listed(client, contest, "?q=x"))


def test_pages_follow_each_other(client, contest, organiser, topics):
    numbers = [make_submitted_entry(topics[0]).number for _turn in range(52)]
    first = listed(client, contest)
    assert rows_of(first) == numbers[:1:-1]
    second = client.get(reverse("entry_list", args=[contest.slug]) + first.context["page"].next_url)
    assert rows_of(second) == [numbers[1], numbers[0]]


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


def test_text_of_people_is_never_a_formula(client, contest, organiser, topics):
    lead = make_organisation(name="@SUM(A1)")
    make_submitted_entry(topics[0], title="=HYPERLINK(1)", lead_organisation=lead)
    cells = [cell for row in load_workbook(io.BytesIO(export(client, contest).getvalue())).active.rows for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {"'=HYPERLINK(1)", "'@SUM(A1)"} <= {cell.value for cell in cells}
    assert guarded("普通文字") == "普通文字"


# ── The queue ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def screener(client, contest):
    person = person_in(contest, "screener")
    client.force_login(person)
    return person


def queue(client, contest, query=""):
    return client.get(reverse("screening_queue", args=[contest.slug]) + query)


def test_who_waits_longest_stands_first(client, contest, topics, screener):
    late = make_submitted_entry(topics[0])
    early = make_complete_entry(topics[0])
    submit(early, now=NOW - timedelta(hours=1))
    assert rows_of(queue(client, contest)) == [fresh(early).number, late.number]


def test_the_queue_leaves_out_ones_own_team(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    make_member(entry, user=person_in(contest, "organiser"))
    other = make_member(make_submitted_entry(topics[0])).user
    make_role(other, contest, "screener")
    assert len(rows_of(queue(client, contest))) == 2
    client.force_login(other)
    assert rows_of(queue(client, contest)) == [entry.number]


def test_the_queue_shows_the_others_when_asked(client, contest, topics, screener, entries):
    assert rows_of(queue(client, contest)) == [entries["waiting"].number]
    assert rows_of(queue(client, contest, "?state=failed")) == [entries["failed"].number]
    assert len(rows_of(queue(client, contest, "?state="))) == 3
    assert rows_of(queue(client, contest, "?track=2")) == []


def test_an_empty_queue_of_one_track_leads_to_all_tracks(client, contest, topics, screener):
    narrowed = page(queue(client, contest, "?track=2"))
    assert "该赛道没有符合条件的作品" in narrowed
    assert "查看全部赛道" in narrowed
    assert "没有待办作品" in page(queue(client, contest))


# ── One entry ──────────────────────────────────────────────────────────────────────────────────────────────────────
def screening_url(entry):
    return reverse("screening", args=[entry.contest.slug, entry.public_id])


def verdict(client, entry, verdict, *, seen=0, version=1, reason=""):
    data = {"verdict": verdict, "version": version, "seen": seen, "reason": reason}
    return client.post(screening_url(entry), data)


def test_the_page_shows_the_frozen_version_and_its_checklist(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    text = page(client.get(screening_url(entry)))
    for expected in (entry.title, "项目摘要的内容。", "材料.pdf", entry.team.lead_organisation.uscc, "已提交"):
        assert expected in text


def test_passing_leads_to_the_next_that_waits_and_then_to_the_queue(client, contest, topics, screener):
    first, second = make_submitted_entry(topics[0]), make_submitted_entry(topics[0])
    assert verdict(client, first, "passed").url == screening_url(second)
    assert verdict(client, second, "failed", reason="缺章").url == reverse("screening_queue", args=[contest.slug])
    assert [screening.verdict for screening in Screening.objects.order_by("pk")] == ["passed", "failed"]


def test_failing_without_a_reason_says_so_beside_the_field(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    response = verdict(client, entry, "failed")
    assert "请写明不通过的原因" in page(response, 409)
    assert not Screening.objects.exists()


def test_a_reason_that_is_too_long_is_kept_on_the_page(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    response = verdict(client, entry, "failed", reason="长" * 1001)
    assert "请删减 1 字" in page(response, 409)
    assert "长" * 1001 in response.content.decode()


def test_a_verdict_on_an_older_version_or_after_another_is_stale(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    submit(change(entry))
    assert "请审查新版本" in page(verdict(client, entry, "passed", version=1), 409)
    verdict(client, entry, "passed", version=2)
    assert "请先查看" in page(verdict(client, entry, "failed", version=2, reason="缺章"), 409)
    assert Screening.objects.count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"verdict": "maybe", "version": 1, "seen": 0}, {"verdict": "passed", "version": "x"}]
)
def test_a_post_that_makes_no_sense_changes_nothing(client, contest, topics, screener, data):
    entry = make_submitted_entry(topics[0])
    assert client.post(screening_url(entry), data).status_code == 409
    assert not Screening.objects.exists()


def test_a_version_that_does_not_exist_changes_nothing(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    assert verdict(client, entry, "passed", version=7).status_code in {404, 409}
    assert not Screening.objects.exists()


def test_overseers_read_and_do_not_decide(client, contest, topics):
    entry = make_submitted_entry(topics[0])
    client.force_login(person_in(contest, "supervisor"))
    response = client.get(screening_url(entry))
    assert "项目摘要的内容。" in page(response)
    assert 'name="verdict"' not in response.content.decode()
    assert verdict(client, entry, "passed").status_code == 404
