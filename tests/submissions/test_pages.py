"""The pages of a team, walked by their forms: what was typed stays, and every dead end says what to do."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from competition.models import Stage
from portal.refusals import NotAllowed
from submissions.actions import OrganisationDetails, add_partner, freeze_entries, save_answers, withdraw_entry
from submissions.invitations import token_of
from submissions.models import Answer, Entry, Inspection, Invitation, Upload
from submissions.permissions import may_see_draft
from submissions.values import LONGEST_DRAFT, seen_mark
from tests.competition.factories import NOW, make_field, make_section, make_topic, make_track, make_wanted_file
from tests.portal.factories import make_organisation, make_uscc
from tests.submissions import files
from tests.submissions.factories import (
    fill,
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
from tests.submissions.files import upload
from tests.submissions.test_answers import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def page(response, status=200):
    """The text of the page, without markup."""
    assert response.status_code == status, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def url_of(name, entry, *args):
    return reverse(name, args=[entry.public_id, *args])


# ── Registering ────────────────────────────────────────────────────────────────────────────────────────────────────
def register_url(topic):
    return reverse("register", args=[topic.track.contest.slug, topic.track.number, topic.number])


def registration(**values):
    given = {"uscc": make_uscc(), "name": "宜昌示例港务有限公司", "kind": "enterprise", "region": "42", "post": "经理"}
    return given | {"consent": "on"} | values


def test_one_form_leads_from_topic_to_hub(client):
    topic, person = make_open_topic(), make_person()
    client.force_login(person)
    response = client.post(register_url(topic), registration(), follow=True)
    entry = Entry.objects.get(team__captain=person)
    assert response.redirect_chain == [(url_of("entry", entry), 302)]
    assert "宜昌示例港务有限公司" in page(response)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"uscc": "91420100MA0000000X"}, "统一社会信用代码"),
        ({"uscc": ""}, "请填写单位的统一社会信用代码"),
        ({"name": ""}, "单位名称"),
        ({"kind": ""}, "单位性质"),
        ({"kind": "government"}, "government"),
        ({"post": ""}, "请填写您的职务"),
        ({"consent": ""}, "请阅读承诺并勾选确认"),
        ({"name": "长" * 121}, "120"),
        ({"name": "空\x00字"}, "NUL"),
    ],
)
def test_a_wrong_registration_keeps_what_was_typed_and_makes_nothing(client, values, sentence):
    topic = make_open_topic()
    client.force_login(make_person())
    response = client.post(register_url(topic), registration(**{"post": "总工程师"} | values))
    text = page(response)
    assert sentence in text
    assert "错误：" in response.content.decode()
    assert values.get("post") == "" or "总工程师" in response.content.decode()
    assert not Entry.objects.exists()


def test_a_code_is_understood_as_people_write_it(client):
    known = make_organisation()
    client.force_login(make_person())
    spaced = f" {known.uscc[:4].lower()} {known.uscc[4:]} "
    client.post(register_url(make_open_topic()), registration(uscc=spaced, name=""))
    assert Entry.objects.get().team.lead_organisation == known


def test_another_name_than_the_registered_one_is_asked_once(client):
    known, topic = make_organisation(), make_open_topic()
    client.force_login(make_person())
    data = registration(uscc=known.uscc, name="别的名字")
    first = client.post(register_url(topic), data)
    assert known.name in page(first)
    assert "readonly" in first.content.decode()
    assert client.post(register_url(topic), data | {"name": known.name}).status_code == 302
    assert Entry.objects.get().team.lead_organisation == known


def test_a_code_is_looked_up_while_one_types(client):
    client.force_login(make_person())
    known = make_organisation()
    url = reverse("find_organisation")
    found = client.get(url, {"uscc": known.uscc.lower()}).json()["known"]
    assert (found["name"], found["region_label"]) == (known.name, "湖北")
    assert client.get(url, {"uscc": make_uscc(region="310000")}).json()["region"] == "31"
    assert client.get(url, {"uscc": "nonsense"}).json()["is_code"] is False


def test_a_closed_door_says_since_when(client, clock):
    topic = make_open_topic()
    clock.move_to(topic.track.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    client.force_login(make_person())
    text = page(client.get(register_url(topic)), 403)
    assert "7月20日 14:03" in text


def test_who_is_in_a_team_already_is_led_to_it(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    response = client.get(register_url(entry.topic))
    assert url_of("entry", entry) in response.content.decode()
    assert "一人只能参加一支队伍" in page(response, 409)


# ── The hub ────────────────────────────────────────────────────────────────────────────────────────────────────────
def hub(client, entry, user=None):
    client.force_login(user or entry.team.captain)
    return client.get(url_of("entry", entry))


def test_the_hub_of_a_new_team_says_what_is_missing(client):
    entry = make_entry()
    response = hub(client, entry)
    text = page(response)
    assert "还差 3 项：项目概述、申报书、佐证材料" in text
    assert "btn-quiet btn-lg" in response.content.decode() or "btn-lg btn-quiet" in response.content.decode()
    assert response.context["done_count"] == 2


def test_the_hub_of_a_complete_draft_has_one_primary_button(client):
    response = hub(client, make_complete_entry())
    assert "btn-lg btn-primary" in response.content.decode()
    assert "请再核对一遍" in page(response)


def test_a_member_reads_who_submits(client):
    entry = make_complete_entry()
    html = hub(client, entry, make_member(entry).user).content.decode()
    assert f'由队长（<span class="cs-nowrap">{entry.team.captain}</span>）提交' in html


def test_the_hub_warns_of_changes_that_were_not_submitted(client):
    entry = make_submitted_entry()
    assert "第 1 版已提交" in page(hub(client, entry))
    organisation = OrganisationDetails(uscc=make_organisation().uscc)
    add_partner(actor=entry.team.captain, entry=entry, organisation=organisation, now=NOW)
    assert "第 1 版之后的修改尚未提交" in page(hub(client, entry))


def test_the_hub_of_a_withdrawn_entry_says_how_to_come_back(client):
    entry = make_submitted_entry()
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    text = page(hub(client, entry))
    assert "作品已撤回" in text
    assert "重新提交" in text


def test_the_hub_stays_readable_after_the_deadline_and_in_judging(client, clock):
    entry = make_submitted_entry()
    freeze_entries(actor=None, entries=[entry], now=NOW)
    assert "评审中" in page(hub(client, entry))
    draft = make_complete_entry()
    clock.move_to(draft.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    text = page(hub(client, draft))
    assert "尚未提交" in text
    assert "已于 2024年7月20日 14:03" in text


def test_the_timeline_names_people_and_leads_to_receipts(client):
    entry = make_submitted_entry()
    response = hub(client, entry)
    assert f"{entry.team.captain}创建队伍" in page(response)
    assert url_of("receipt", entry, 1) in response.content.decode()


def test_the_english_hub_has_no_chinese_of_ours(client):
    entry = make_complete_entry(title="Port data")
    client.force_login(entry.team.captain)
    text = page(client.get(f"/en{url_of('entry', entry)}"))
    assert "All tasks are done" in text
    assert "参赛任务" not in text


# ── Joining ────────────────────────────────────────────────────────────────────────────────────────────────────────
def join_url(invitation):
    return reverse("join", args=[token_of(invitation)])


@pytest.fixture
def invitation():
    return make_entry().team.invitations.get()


def test_the_link_says_what_one_joins_and_joining_is_a_click(client, invitation):
    person = make_person()
    client.force_login(person)
    text = page(client.get(join_url(invitation)))
    assert str(invitation.team.captain) in text
    assert invitation.team.contest.name in text
    assert not invitation.team.memberships.filter(user=person).exists()
    response = client.post(join_url(invitation), {"employer": "单位", "post": "工程师", "duty": ""})
    assert response.url == url_of("entry", invitation.team.entry)
    assert invitation.team.memberships.filter(user=person).exists()


def test_sentences_of_the_form_follow_each_other_without_a_blank_in_chinese(client):
    form = client.get(register_url(make_open_topic())).content.decode()
    assert "姓名和邮箱在登录时填写。按" in form
    assert "保留两小时。<a " in form


def test_a_visitor_sees_the_invitation_and_signs_in(client, invitation):
    response = client.get(join_url(invitation))
    assert f"/accounts/login/?next={join_url(invitation).replace('/', '/')}" in response.content.decode()
    assert client.post(join_url(invitation), {"employer": "x", "post": "y"}).status_code == 200
    assert invitation.team.memberships.count() == 1


def test_a_broken_link_says_so(client):
    assert "链接不完整" in page(client.get(reverse("join", args=["abc.def"])), 404)


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"revoked_at": NOW}, 410, "邀请已撤销或已更换"),
        ({"accepted_at": NOW}, 410, "邀请已被使用"),
        ({"expires_at": NOW}, 410, "邀请已过期"),
        ({"email": "else@example.cn"}, 409, "这份邀请发给了其他邮箱"),
    ],
)
def test_an_old_or_foreign_link_says_why(client, invitation, changes, status, sentence):
    Invitation.objects.filter(pk=invitation.pk).update(**changes)
    client.force_login(make_person())
    assert sentence in page(client.get(join_url(invitation)), status)
    assert client.post(join_url(invitation), {"employer": "x", "post": "y"}).status_code == status


def test_a_visitor_with_an_old_link_reads_so_before_signing_in(client, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=NOW)
    assert "邀请已撤销或已更换" in page(client.get(join_url(invitation)), 410)


def test_who_is_in_the_team_is_led_to_its_tasks(client, invitation):
    client.force_login(invitation.team.captain)
    response = client.get(join_url(invitation))
    assert "您已在这支队伍中" in page(response, 409)
    assert url_of("entry", invitation.team.entry) in response.content.decode()


def test_who_is_in_another_team_of_the_scope_is_led_there(client, invitation):
    other = make_entry(invitation.team.entry.topic)
    client.force_login(other.team.captain)
    response = client.get(join_url(invitation))
    assert "您已在参赛队伍中" in page(response, 409)
    assert url_of("entry", other) in response.content.decode()


def test_a_full_team_and_a_closed_door_have_their_pages(client, clock):
    entry = make_entry(make_open_topic(team_max=1))
    client.force_login(make_person())
    url = join_url(entry.team.invitations.get())
    assert "队伍人数已满" in page(client.get(url), 409)
    clock.move_to(entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    assert "当前不能变更成员" in page(client.get(url), 403)


def test_a_visitor_does_not_sign_in_only_to_read_that_it_is_too_late_or_too_full(client, clock):
    entry = make_entry(make_open_topic(team_max=1))
    url = reverse("join", args=[token_of(Invitation.objects.get(team=entry.team))])
    assert "最多" in page(client.get(url), 409)
    entry.contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=NOW)
    text = page(client.get(url), 403)
    assert "报名已截止" in text
    assert "登录并加入" not in text


def test_who_follows_a_link_once_judging_has_begun_reads_so(client):
    entry = make_submitted_entry()
    url = reverse("join", args=[token_of(Invitation.objects.get(team=entry.team))])
    freeze_entries(actor=None, entries=[entry], now=NOW)
    for person in (None, make_person()):
        if person:
            client.force_login(person)
        text = page(client.get(url), 409)
        assert "目前不能变更队伍" in text or "不能再修改" in text


def test_the_telephone_is_kept_and_a_wrong_one_is_said(client, invitation):
    person = make_person(phone="13900000001")
    client.force_login(person)
    url = reverse("join", args=[token_of(invitation)])
    assert 'value="13900000001"' in client.get(url).content.decode()
    given = {"employer": "某单位", "post": "工程师", "phone": "打给我"}
    answer = client.post(url, given)
    assert "请填写电话号码" in page(answer)
    assert "打给我" in answer.content.decode()
    client.post(url, given | {"phone": "027-87654321"})
    assert person.memberships.get().phone == "027-87654321"


def test_joining_with_missing_details_keeps_what_was_typed(client, invitation):
    client.force_login(make_person())
    response = client.post(join_url(invitation), {"employer": "某单位", "post": ""})
    assert "请填写职务" in page(response)
    assert 'value="某单位"' in response.content.decode()
    assert invitation.team.memberships.count() == 1


# ── Organisations and members ──────────────────────────────────────────────────────────────────────────────────────
def test_the_captain_adds_and_removes_partners_on_one_page(client):
    entry, known = make_entry(), make_organisation()
    client.force_login(entry.team.captain)
    url = url_of("entry_organisations", entry)
    assert known.name in page(client.post(url, {"uscc": known.uscc}, follow=True))
    assert "已是联合单位" in page(client.post(url, {"uscc": known.uscc}))
    client.post(url_of("remove_partner", entry, known.public_id))
    assert not entry.team.partners.exists()


def test_a_member_reads_the_organisations_and_who_may_change_them(client):
    entry = make_entry()
    client.force_login(make_member(entry).user)
    assert f"队长（{entry.team.captain}）" in page(client.get(url_of("entry_organisations", entry)))


def test_another_lead_is_chosen_by_its_code(client):
    entry, known = make_entry(), make_organisation()
    client.force_login(entry.team.captain)
    assert client.post(url_of("entry_lead", entry), {"uscc": known.uscc}).status_code == 302
    assert fresh(entry).team.lead_organisation == known


def test_the_captain_invites_by_mail_and_revokes(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    url = url_of("entry_members", entry)
    assert "new@example.cn" in page(client.post(url, {"email": "new@example.cn"}, follow=True))
    assert "完整的邮箱地址" in page(client.post(url, {"email": "nonsense"}))
    invitation = Invitation.objects.get(email="new@example.cn")
    client.post(url_of("revoke_invitation", entry, invitation.public_id))
    assert not invitation.refreshed().is_open(NOW)


def test_the_link_is_in_a_field_so_that_it_can_be_copied_without_script(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    link = f"http://testserver{join_url(entry.team.invitations.get())}"
    assert f'readonly value="{link}"' in client.get(url_of("entry_members", entry)).content.decode()


def test_a_member_changes_their_own_details_and_leaves(client):
    entry = make_entry()
    member = make_member(entry)
    client.force_login(member.user)
    url = url_of("entry_member", entry, member.public_id)
    client.post(url, {"employer": "新单位", "post": "新职务", "duty": "", "revision": 0})
    assert member.refreshed().employer == "新单位"
    stale = client.post(url, {"employer": "旧页面", "post": "新职务", "revision": 0})
    assert "旧页面" in stale.content.decode()
    assert member.refreshed().employer == "新单位"
    client.post(url_of("leave_team", entry))
    with pytest.raises(NotAllowed):
        may_see_draft(member.user, fresh(entry)).require()


# ── The form ───────────────────────────────────────────────────────────────────────────────────────────────────────
def section_url(entry, task="application"):
    return url_of("entry_section", entry, entry.contest.form_sections.filter(task=task).first().public_id)


def test_saving_goes_on_to_the_next_section_then_to_the_next_task_that_is_not_done_and_at_the_end_to_the_hub(client):
    contest = make_open_contest()
    second = make_section(contest, task="application", title="技术路线", position=3)
    make_field(second, key="route")
    entry = make_entry(make_topic(make_track(contest)))
    client.force_login(entry.team.captain)
    seen = {"seen-a-foundation": seen_mark(0, "")}
    first = client.post(section_url(entry), seen | {"a-foundation": "甲"})
    assert first.url == url_of("entry_section", entry, second.public_id)
    again = client.post(
        section_url(entry), {"seen-a-foundation": seen_mark(1, "甲"), "a-foundation": "甲", "back": "1"}
    )
    assert again.url == url_of("entry", entry)
    last = client.post(first.url, {"seen-a-route": seen_mark(0, ""), "a-route": "乙"})
    assert last.url == url_of("entry_files", entry)
    fill(entry, title="项目")
    done = client.post(first.url, {"seen-a-route": seen_mark(1, "乙"), "a-route": "乙"})
    assert done.url == url_of("entry", entry)


def test_where_all_files_are_there_the_page_leads_on(client):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    link = f'href="{url_of("entry_check", entry)}">核对并提交'
    assert link in client.get(url_of("entry_files", entry)).content.decode()
    make_wanted_file(entry.contest, task="commitment", label="盖章承诺书")
    html = client.get(url_of("entry_files", entry)).content.decode()
    assert link not in html
    assert f'href="{url_of("entry_commitment", entry)}">下一步：承诺书' in html
    assert link not in client.get(url_of("entry_commitment", entry)).content.decode()


def test_a_text_that_is_too_long_is_said_and_saved(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    text = "字" * 3001
    response = client.post(section_url(entry), {"seen-a-foundation": seen_mark(0, ""), "a-foundation": text})
    assert "请删减 1 字" in page(response)
    assert "您填写的内容都已保存" in page(response)
    assert Answer.objects.get().value == text
    assert "请删减 1 字" in page(client.get(section_url(entry)))


def test_a_text_that_is_too_long_to_keep_stays_on_the_page_and_is_said_not_to_be_saved(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    text = "字" * (LONGEST_DRAFT + 1)
    response = client.post(section_url(entry), {"seen-a-foundation": seen_mark(0, ""), "a-foundation": text})
    assert "其余内容已保存。以上各处尚未保存" in page(response)
    assert text in page(response)
    assert not Answer.objects.exists()


def test_two_members_see_both_texts_side_by_side(client):
    entry = make_entry()
    other = make_member(entry).user
    save(entry, other, foundation="乙方的文字")
    client.force_login(entry.team.captain)
    mine = {"seen-a-foundation": seen_mark(0, ""), "a-foundation": "甲方的文字"}
    response = client.post(section_url(entry), mine)
    text = page(response)
    assert "乙方的文字" in text
    assert "甲方的文字" in text
    assert f"{other}保存的内容" in text
    seen = re.search(r'name="seen-a-foundation" value="([^"]+)"', response.content.decode())[1]
    settled = {"seen-a-foundation": seen, "compared-a-foundation": "1", "choice-a-foundation": "mine"}
    assert client.post(section_url(entry), settled | {"a-foundation": "合并的文字"}).status_code == 302
    assert Answer.objects.get().value == "合并的文字"


def test_a_section_that_closed_meanwhile_keeps_what_was_typed_on_the_page(client, clock):
    entry = make_entry()
    client.force_login(entry.team.captain)
    clock.move_to(entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    data = {"seen-a-foundation": seen_mark(0, ""), "a-foundation": "晚了一步的文字"}
    response = client.post(section_url(entry), data)
    assert "晚了一步的文字" in page(response, 403)
    assert not Answer.objects.exists()


def test_the_project_name_stands_on_the_first_page_of_the_overview(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    assert client.get(url_of("entry_overview", entry)).url == section_url(entry, "overview")
    data = {
        "title": "  港口数据  协同 ",
        "seen-title": seen_mark(0, ""),
        "a-summary": "",
        "seen-a-summary": seen_mark(0, ""),
    }
    client.post(section_url(entry, "overview"), data)
    assert fresh(entry).title == "港口数据 协同"


def test_a_contest_without_an_overview_still_asks_for_the_name(client):
    entry = make_entry(make_topic(make_track(make_open_contest(form=False))))
    client.force_login(entry.team.captain)
    url = url_of("entry_overview", entry)
    assert "项目名称" in page(client.get(url))
    assert client.post(url, {"title": "名称", "seen-title": seen_mark(0, "")}).url == url_of("entry", entry)
    assert fresh(entry).title == "名称"


# ── Files ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def send(client, entry, content, name="证明.pdf", replaces=""):
    wanted = entry.contest.wanted_files.get()
    data = {"wanted": wanted.public_id, "file": upload(content, name), "replaces": replaces}
    return client.post(url_of("entry_files", entry), data)


def test_a_file_is_uploaded_shown_and_taken_down_under_its_chinese_name(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    content = files.pdf()
    assert send(client, entry, content).status_code == 302
    stored = Upload.objects.get()
    assert stored.name in page(client.get(url_of("entry_files", entry)))
    response = client.get(url_of("upload_file", entry, stored.public_id))
    assert response.getvalue() == content
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=utf-8''%E8%AF%81%E6%98%8E.pdf" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/pdf"


def test_a_bad_file_is_said_beside_its_place_and_what_was_there_stays(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    send(client, entry, files.pdf())
    stored = Upload.objects.get()
    response = send(client, entry, files.docx(), "其实不是.pdf", replaces=stored.public_id)
    assert "“其实不是.pdf”" in page(response, 409)
    assert stored.refreshed().state == Upload.State.STORED


def test_sending_no_file_says_so(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    response = client.post(url_of("entry_files", entry), {"wanted": entry.contest.wanted_files.get().public_id})
    assert "请先选择文件" in page(response, 409)


# ── Check, submit, receipt ─────────────────────────────────────────────────────────────────────────────────────────
def test_everything_is_read_back_before_it_is_submitted(client):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    response = client.get(url_of("entry_check", entry))
    text = page(response)
    for expected in (entry.title, "项目摘要的内容。", "材料.pdf", entry.team.lead_organisation.uscc):
        assert expected in text
    assert f'name="revision" value="{entry.revision}"' in response.content.decode()


def test_a_print_names_version_and_time_and_an_invitation_does_not(client):
    entry = make_submitted_entry()
    version = entry.current_version
    client.force_login(entry.team.captain)
    assert f"{entry.number}，最近提交为第 1 版" in page(client.get(url_of("entry", entry)))
    assert version.digest[:8] in page(client.get(url_of("entry_check", entry)))
    invitation = Invitation.objects.filter(team=entry.team).first()
    client.force_login(make_person())
    seen = page(client.get(reverse("join", args=[token_of(invitation)])))
    assert entry.number not in seen
    assert version.digest[:8] not in seen


def test_what_is_missing_is_listed_with_its_places(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    response = client.post(url_of("entry_check", entry), {"revision": entry.revision})
    text = page(response, 409)
    assert "提交前还需补齐 4 处" in text
    assert section_url(entry) + "#id_a-foundation" in response.content.decode()


def test_submitting_leads_to_the_receipt_and_twice_to_the_same(client):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    data = {"revision": entry.revision}
    first = client.post(url_of("entry_check", entry), data)
    again = client.post(url_of("entry_check", entry), data, follow=True)
    assert first.url == url_of("receipt", entry, 1) == again.redirect_chain[0][0]
    text = page(again)
    assert "第 1 版已经收到" in text
    entry = fresh(entry)
    assert entry.number in text
    digest = entry.current_version.digest
    assert digest[:8] in text
    assert digest[-8:] in text
    assert "2024年7月17日 14:03:00" in text


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 30, "٣"])
def test_a_revision_that_makes_no_sense_submits_nothing(client, revision):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    assert "请重新核对后再提交" in page(client.post(url_of("entry_check", entry), {"revision": revision}), 409)
    assert fresh(entry).status == Entry.Status.DRAFT


def test_a_late_submission_says_since_when(client, clock):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    clock.move_to(entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    assert "7月20日 14:03" in page(client.post(url_of("entry_check", entry), {"revision": entry.revision}), 403)


def test_an_earlier_receipt_says_which_version_counts(client):
    entry = make_submitted_entry()
    organisation = OrganisationDetails(uscc=make_organisation().uscc)
    add_partner(actor=entry.team.captain, entry=entry, organisation=organisation, now=NOW)
    submit(entry)
    client.force_login(entry.team.captain)
    assert "以第 2 版为准" in page(client.get(url_of("receipt", entry, 1)))
    assert client.get(url_of("receipt", entry, 3)).status_code == 404


def test_the_pages_of_a_file_are_told_before_it_is_submitted_where_they_were_counted(client):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    assert "共 12 页" not in page(client.get(url_of("entry_check", entry)))
    assert Inspection.objects.update(pages=12) == 1
    assert "共 12 页" in page(client.get(url_of("entry_check", entry)))


def test_withdrawing_is_asked_and_done(client):
    entry = make_submitted_entry()
    client.force_login(entry.team.captain)
    assert "确定撤回作品" in page(client.get(url_of("withdraw_entry", entry)))
    client.post(url_of("withdraw_entry", entry))
    assert fresh(entry).status == Entry.Status.WITHDRAWN


def test_every_page_of_the_flow_speaks_english_completely(client):
    entry = make_submitted_entry(title="Port data")
    client.force_login(entry.team.captain)
    pages = [("entry", ()), ("entry_members", ()), ("entry_files", ()), ("entry_check", ()), ("receipt", (1,))]
    with translation.override("en"):
        urls = [url_of(name, entry, *args) for name, args in pages]
    for url in urls:
        assert url.startswith("/en/")
        text = page(client.get(url))
        for word in ("参赛任务", "团队成员", "提交", "回执", "邀请"):
            assert word not in text, (url, word)


def test_nothing_of_a_draft_is_saved_by_looking(client):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    for name in ("entry", "entry_check", "entry_members", "entry_organisations", "entry_files"):
        client.get(url_of(name, entry))
    assert fresh(entry).revision == entry.revision


def test_saving_by_the_page_and_by_the_action_are_one(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    client.post(section_url(entry), {"seen-a-foundation": seen_mark(0, ""), "a-foundation": "甲"})
    assert save_answers(actor=entry.team.captain, entry=entry, section=None, typed=[], now=NOW).keys == []
    assert Answer.objects.get().value == "甲"
