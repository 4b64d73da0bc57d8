"""The tasks of the hub: what each says of itself while a team is at work."""

from datetime import timedelta

import pytest
from django.utils import translation

from submissions.hub import Finding, Task, tasks_of
from submissions.items import MEMBERS, ORGANISATIONS, TITLE, of_file, of_question
from submissions.models import Answer, Entry
from tests.competition.factories import NOW, make_field, make_section, make_wanted_file
from tests.portal.factories import make_organisation
from tests.submissions.factories import (
    fill,
    fresh,
    make_complete_entry,
    make_entry,
    make_member,
    make_open_topic,
)
from tests.submissions.test_answers import save

pytestmark = pytest.mark.django_db


def tasks(entry: Entry, finding: Finding | None = None) -> dict[str, Task]:
    entry = fresh(entry)
    members = list(entry.team.memberships.select_related("user"))
    partners = entry.team.partners.count()
    with translation.override("zh-hans"):
        return {task.key: task for task in tasks_of(entry, members, partners=partners, finding=finding)}


def test_the_organisations_are_the_lead_and_the_number_of_its_partners():
    entry = make_entry()
    lead = entry.team.lead_organisation.name
    assert tasks(entry)["organisations"].hint == lead
    entry.team.partners.add(make_organisation(), make_organisation())
    assert tasks(entry)["organisations"].hint == f"{lead} · 联合单位 2 家"


def test_the_members_are_counted_until_there_are_enough_and_each_is_described():
    entry = make_entry(make_open_topic(team_min=2))
    assert tasks(entry)["members"].hint == "1 人，至少需要 2 人"
    assert not tasks(entry)["members"].is_done
    member = make_member(entry)
    assert tasks(entry)["members"].hint == "2 人"
    assert tasks(entry)["members"].is_done
    type(member).objects.filter(pk=member.pk).update(employer="")
    assert tasks(entry)["members"].hint == "2 人，其中 1 人的信息待补充"
    assert not tasks(entry)["members"].is_done


def test_the_overview_names_four_questions_and_then_says_that_there_are_more():
    entry = make_entry()
    section = entry.contest.form_sections.get(task="overview")
    assert tasks(entry)["overview"].hint == "项目名称、项目摘要"
    for number in range(3):
        make_field(section, label=f"问题{number}", position=10 + number)
    assert tasks(entry)["overview"].hint == "项目名称、项目摘要、问题0、问题1等"


def test_the_application_says_how_many_sections_are_done_and_which_one_is_being_written():
    entry = make_complete_entry()
    assert tasks(entry)["application"].hint == "共 1 节，已完成 1 节"
    section = make_section(entry.contest, task="application", title="数据应用", position=3)
    make_field(section, key="use", label="应用说明")
    make_field(section, key="effect", label="成效说明")
    assert tasks(entry)["application"].hint == "共 2 节，已完成 1 节"
    save(fresh(entry), use="一项应用")
    assert tasks(entry)["application"].hint == "共 2 节，已完成 1 节，正在填写：数据应用"


def test_files_are_counted_apart_as_required_and_optional():
    entry = make_entry()
    assert tasks(entry)["evidence"].hint == "必交 1 个，已上传 0 个"
    make_wanted_file(entry.contest, task="evidence", required=False)
    assert tasks(entry)["evidence"].hint == "必交 1 个，选交 1 个，已上传 0 个"
    fill(entry, title="项目", now=NOW)
    assert tasks(entry)["evidence"].hint == "必交 1 个，选交 1 个，已上传 1 个"


def test_the_letter_says_what_to_do_until_it_is_there():
    entry = make_entry()
    make_wanted_file(entry.contest, task="commitment", label="盖章承诺书")
    assert tasks(entry)["commitment"].hint == "由牵头单位签字盖章后扫描上传"
    fill(entry, title="项目", now=NOW)
    assert tasks(entry)["commitment"].hint == "必交 1 个，已上传 1 个"


def test_a_task_that_was_returned_is_to_be_corrected_until_it_is_saved_again():
    entry = make_complete_entry()
    field = entry.contest.form_sections.get(task="application").fields.first()
    finding = Finding(at=NOW + timedelta(hours=1), items=[of_question(field)])
    task = tasks(entry, finding)["application"]
    assert (task.is_done, task.why) == (False, f"待补正：{field.label}")
    assert tasks(entry, finding)["overview"].is_done
    Answer.objects.filter(entry=entry, field=field).update(saved_at=NOW + timedelta(hours=2))
    assert tasks(entry, finding)["application"].is_done


@pytest.mark.parametrize("item", [TITLE, MEMBERS, ORGANISATIONS])
def test_the_name_the_members_and_the_organisations_can_be_to_correct(item):
    key = "overview" if item == TITLE else item
    found = tasks(make_complete_entry(), Finding(at=NOW + timedelta(hours=1), items=[item]))
    assert [task.key for task in found.values() if task.is_to_correct] == [key]


def test_several_items_mark_each_its_own_task():
    entry = make_complete_entry()
    letter = make_wanted_file(entry.contest, task="commitment", label="盖章承诺书", required=False)
    found = tasks(entry, Finding(at=NOW + timedelta(hours=1), items=[of_file(letter), MEMBERS]))
    assert [task.key for task in found.values() if task.is_to_correct] == ["members", "commitment"]
