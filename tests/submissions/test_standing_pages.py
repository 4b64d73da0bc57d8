"""What the pages of an entry say of where it stands: what happened, why, and what can be done now."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from competition.models import Stage
from submissions.actions import fail_check, invite_by_email, return_for_correction, withdraw_entry
from submissions.items import of_file
from submissions.models import Answer
from tests.competition.factories import NOW, make_field, make_role, make_stage, make_topic, make_track, make_wanted_file
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_entry,
    make_member,
    make_open_contest,
    make_open_topic,
    make_person,
    make_submitted_entry,
    submit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = timedelta(days=1)
REASON = "佐证材料第 2 页缺少单位公章。"


def url_of(name, entry, *args):
    return reverse(name, args=[entry.public_id, *args])


def get(client, entry, name, *args):
    client.force_login(entry.team.captain)
    return client.get(url_of(name, entry, *args)).content.decode()


def primary(html):
    """The words on the primary buttons of the page, and where they lead."""
    found = re.findall(r'<a class="btn[^"]*btn-primary[^"]*" href="([^"]*)">(.*?)</a>', html, re.S)
    return [(href, re.sub(r"<[^>]+>", "", text).strip()) for href, text in found]


@pytest.fixture
def screener():
    return make_person()


def failed_entry(screener, *, reason=REASON, names_file=True):
    entry = make_submitted_entry()
    make_role(screener, entry.contest, "screener")
    make_stage(entry.contest, Stage.Kind.PUBLICITY)
    items = [of_file(entry.contest.wanted_files.get(key="proof"))] if names_file else []
    fail_check(actor=screener, version=entry.current_version, seen=0, reason=reason, items=items, now=NOW)
    return fresh(entry)


# ── Not passed ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_hub_of_an_entry_that_did_not_pass_leads_to_what_the_verdict_names(client, screener):
    entry = failed_entry(screener)
    html = get(client, entry, "entry")
    assert primary(html) == [(url_of("entry_files", entry), "去补正：佐证材料")]
    assert "待补正：佐证材料" in html
    assert "涉及以下内容：" in html
    assert "结果公示" not in html


def test_where_the_verdict_names_no_task_the_hub_leads_to_all_answers(client, screener):
    entry = failed_entry(screener, reason="佐证材料表明不符合参赛条件", names_file=False)
    assert primary(get(client, entry, "entry")) == [(url_of("entry_check", entry), "核对并修改")]


def test_after_the_deadline_an_entry_that_did_not_pass_has_no_next_step(client, clock, screener):
    entry = failed_entry(screener)
    clock.move_to(entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    for name, args in (("entry", ()), ("receipt", (1,))):
        html = get(client, entry, name, *args)
        assert "不进入后续环节" in html
        assert "结果公示" not in html
        assert "待补正" not in html


def test_the_receipt_of_an_entry_that_did_not_pass_says_so_and_announces_nothing(client, screener):
    entry = failed_entry(screener)
    html = get(client, entry, "receipt", 1)
    assert "形式审查未通过" in html
    assert REASON in html
    assert "作品已提交" not in html
    assert "接下来" not in html
    assert primary(html)[0] == (entry.get_absolute_url(), "修改后重新提交")


def test_the_receipt_of_a_withdrawn_entry_announces_nothing(client):
    entry = make_submitted_entry()
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert "接下来" not in get(client, entry, "receipt", 1)


# ── Returned ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_hub_of_a_returned_entry_leads_to_what_was_returned(client, screener):
    entry = make_submitted_entry()
    make_role(screener, entry.contest, "screener")
    wanted = entry.contest.wanted_files.get(key="proof")
    return_for_correction(
        actor=screener,
        version=entry.current_version,
        seen=0,
        items=[of_file(wanted)],
        until=NOW + DAY,
        reason=REASON,
        now=NOW,
    )
    html = get(client, entry, "entry")
    assert primary(html) == [(url_of("entry_files", entry), "去补正：佐证材料")]
    assert "待补正：佐证材料" in html
    assert "待补正" in get(client, entry, "receipt", 1)


# ── A draft ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_missing_is_the_primary_button_of_a_draft(client):
    entry = make_complete_entry()
    make_wanted_file(entry.contest, task="commitment", label="盖章承诺书")
    assert primary(get(client, entry, "entry")) == [(url_of("entry_commitment", entry), "下一步：承诺书")]


def test_numbers_are_read_back_with_their_unit_and_details_under_their_labels(client):
    entry = make_complete_entry()
    section = entry.contest.form_sections.get(task="application")
    field = make_field(section, key="scale", label="数据规模", kind="number", unit="万条", required=False)
    Answer.objects.create(
        entry=entry, field=field, value="1200", state=Answer.State.GOOD, saved_by=entry.team.captain, saved_at=NOW
    )
    html = get(client, entry, "entry_check")
    assert "1200 万条" in html
    assert f"统一社会信用代码：{entry.team.lead_organisation.uscc}" in html
    assert "职务：项目经理" in html
    answers = [row for part in submit(entry).content["sections"] for row in part["answers"]]
    assert next(row["text"] for row in answers if row["key"] == "scale") == "1200 万条"


# ── Members and doors ──────────────────────────────────────────────────────────────────────────────────────────────
def test_an_invitation_is_not_said_to_hold_longer_than_teams_may_form(client):
    entry = make_entry()
    invite_by_email(actor=entry.team.captain, entry=entry, email="new@example.cn", now=NOW)
    text = re.sub("<[^>]+>", "", get(client, entry, "entry_members"))
    assert "持有链接的人可在 2024年7月20日 14:03（北京时间）前加入" in text
    assert "有效期至 7月20日 14:03" in text


def test_a_page_that_only_the_captain_may_open_leads_back_to_the_tasks(client):
    entry = make_entry()
    client.force_login(make_member(entry).user)
    answer = client.get(url_of("entry_lead", entry))
    assert primary(answer.content.decode()) == [(entry.get_absolute_url(), "返回参赛任务")]
    assert "只有队长可以更换牵头单位" in answer.content.decode()
    assert entry.contest.short_name in answer.content.decode(), "the page stands in the frame of the contest"


def test_a_closed_registration_says_so_in_its_title_and_leads_back_to_the_topic(client, clock):
    topic = make_open_topic()
    contest = topic.track.contest
    clock.move_to(contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    client.force_login(make_person())
    html = client.get(reverse("register", args=[contest.slug, topic.track.number, topic.number])).content.decode()
    assert primary(html) == [(topic.get_absolute_url(), "返回赛题")]
    assert '<h1 class="cs-h1">报名已截止</h1>' in html.replace("\n", "")


def test_nobody_is_called_to_enter_who_is_in_a_team_or_at_it(client):
    contest = make_open_contest()
    topic = make_topic(make_track(contest))
    entry = make_entry(topic)
    url = reverse("register", args=[contest.slug, topic.track.number, topic.number])
    for person in (make_person(), entry.team.captain):
        client.force_login(person)
        assert ">我要报名<" not in client.get(url).content.decode()


def test_a_member_checks_the_entry_with_only_the_links_that_they_may_use_and_the_captain_submits(client):
    entry = make_complete_entry()
    mine = make_member(entry)
    client.force_login(mine.user)
    html = client.get(url_of("entry_check", entry)).content.decode()
    assert url_of("entry_organisations", entry) not in html
    assert url_of("entry_member", entry, mine.public_id) in html
    others = entry.team.memberships.get(user=entry.team.captain)
    assert url_of("entry_member", entry, others.public_id) not in html
    assert f'由队长（<span class="cs-nowrap">{entry.team.captain}</span>）提交作品' in html
    assert "核对并提交" not in html


def test_every_link_to_change_something_on_the_page_of_a_member_leads_where_they_may_go(client):
    entry = make_complete_entry()
    client.force_login(make_member(entry).user)
    html = client.get(url_of("entry_check", entry)).content.decode()
    links = re.findall(r'class="cs-summary-do"><a href="([^"#]+)', html)
    assert links
    assert {client.get(link, follow=True).status_code for link in links} == {200}


def test_a_file_that_is_missing_stands_out_and_its_link_leads_to_its_place(client):
    contest = make_open_contest()
    wanted = make_wanted_file(contest, required=True)
    entry = make_entry(make_topic(make_track(contest)))
    html = get(client, entry, "entry_check")
    assert re.search(r'cs-is-amber">.{1,400}未上传</span>', html)
    assert re.search(rf'href="[^"]+#{wanted.public_id}">上传<', html)


def test_an_entry_that_failed_its_check_is_withdrawn_in_words_of_its_own(client, screener):
    assert "将不再参赛" in get(client, make_submitted_entry(), "withdraw_entry")
    entry = failed_entry(screener)
    html = get(client, entry, "withdraw_entry")
    assert "未通过形式审查" in html
    assert "将不再参赛" not in html
    assert entry.title in html


def test_who_deletes_a_draft_reads_who_loses_the_team(client):
    entry = make_entry()
    member = make_member(entry).user
    html = get(client, entry, "delete_draft")
    assert str(member) in html
    assert "以下成员将随之失去队伍" in html


def test_the_work_of_a_team_says_until_when_a_failed_entry_can_be_corrected(client, screener):
    in_check, failed = make_submitted_entry(), failed_entry(screener)
    client.force_login(in_check.team.captain)
    assert "截止" not in client.get(reverse("my_work")).content.decode()
    client.force_login(failed.team.captain)
    assert "截止" in client.get(reverse("my_work")).content.decode()


def test_the_details_of_a_member_begin_with_the_telephone_of_their_own_account_alone(client):
    entry = make_entry()
    captain, member = entry.team.memberships.get(), make_member(entry)
    for person in (captain.user, member.user):
        type(person).objects.filter(pk=person.pk).update(phone="13800000000")
    assert 'value="13800000000"' in get(client, entry, "entry_member", captain.public_id)
    assert 'value="13800000000"' not in get(client, entry, "entry_member", member.public_id)


def test_another_lead_is_entered_over_the_data_of_the_present_one(client):
    entry = make_entry()
    lead = entry.team.lead_organisation
    html = get(client, entry, "entry_lead")
    assert f'value="{lead.uscc}"' in html
    assert f'value="{lead.name}"' in html


def test_the_nearest_topics_are_looked_for_by_what_the_draft_says(client):
    entry = make_complete_entry()
    answer = Answer.objects.get(entry=entry, field__key="summary")
    assert str(answer.value) in get(client, entry, "entry_topic")
