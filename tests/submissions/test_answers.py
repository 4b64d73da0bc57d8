"""Drafts: nothing typed is lost, nothing is overwritten, and what is wrong is said."""

from datetime import timedelta

import pytest

from competition.models import FormField
from portal.refusals import Closed, NotAllowed, Refusal
from submissions.actions import Typed, freeze_entries, save_answers
from submissions.actions.answers import TITLE
from submissions.draft import load_pages
from submissions.forms import SectionForm
from submissions.models import Answer
from submissions.progress import DONE, NOT_STARTED, OPTIONAL, UNDER_WAY, asked_of, groups_of, sum_up, title_asked
from submissions.values import problem_of, seen_mark, shown
from tests.competition.factories import NOW, make_field, make_section, make_stage, make_track
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_entry,
    make_member,
    make_open_contest,
    make_open_topic,
    make_person,
    make_submitted_entry,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    """A draft in a contest with one section of every kind of question."""
    contest = make_open_contest(form=False)
    section = make_section(contest, task="application", title="数据基础")
    kinds = FormField.Kind
    for kind in kinds:
        make_field(
            section,
            key=kind,
            label=f"题目{kind}",
            kind=kind,
            max_length=10 if "text" in kind else None,
            choices=["甲", "乙"],
        )
    return make_entry(make_topic(make_track(contest)))


def question_of(entry, key):
    return FormField.objects.get(section__contest=entry.contest, key=key)


def save(entry, actor=None, *, now=NOW, **values):
    """Save values by key as somebody who saw the empty draft; `seen`, `choice` … by a dictionary."""
    typed = []
    for key, given in values.items():
        value, options = given if isinstance(given, tuple) else (given, {})
        question = None if key == "title" else question_of(entry, key)
        empty = [] if key == "choices" else ""
        typed.append(Typed(question=question, value=value, **{"is_good": True, "seen": seen_mark(0, empty)} | options))
    return save_answers(actor=actor or entry.team.captain, entry=entry, section=None, typed=typed, now=now)


def stored(entry, key="text"):
    return Answer.objects.get(entry=entry, field__key=key)


def post(entry, **values):
    """A form as it comes back from the page, with the marks of what the draft holds now."""
    page = load_pages(entry)[0]
    data = {}
    for question in page.questions:
        name = f"a-{question.field.key}"
        data[f"seen-{name}"] = seen_mark(question.revision, question.value)
        data[name] = values.get(question.field.key, question.value)
    return SectionForm(data, entry=entry, page=page, with_title=False)


# ── Compare and set ────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_answer_is_saved_with_who_and_when_and_raises_the_drafts_revision(entry):
    saved = save(entry, text="甲")
    answer = stored(entry)
    assert saved.keys == ["text"]
    assert (answer.value, answer.revision, answer.saved_by, answer.saved_at) == ("甲", 1, entry.team.captain, NOW)
    assert fresh(entry).revision == entry.revision + 1


def test_saving_the_same_again_changes_nothing(entry):
    save(entry, text="甲")
    revision = fresh(entry).revision
    assert save(entry, text="甲").keys == []
    assert fresh(entry).revision == revision


def test_empty_answers_leave_no_rows(entry):
    save(entry, text="", choices=[])
    assert not Answer.objects.exists()


def test_an_answer_that_another_changed_is_a_conflict_and_stays(entry):
    other = make_member(entry).user
    save(entry, other, text="乙方写的")
    saved = save(entry, text="甲方写的")
    conflict = saved.conflicts["text"]
    assert stored(entry).value == "乙方写的"
    assert (conflict.theirs, conflict.saved_by) == ("乙方写的", other)


def test_what_one_did_not_touch_is_no_conflict(entry):
    other = make_member(entry).user
    save(entry, other, text="乙方写的")
    saved = save(entry, text="", long_text="甲方写的另一处")
    assert not saved.conflicts
    assert stored(entry).value == "乙方写的"
    assert stored(entry, "long_text").value == "甲方写的另一处"


def test_the_rest_of_the_page_is_saved_beside_a_conflict(entry):
    save(entry, text="先写的")
    saved = save(entry, text="后写的", long_text="另一处")
    assert list(saved.conflicts) == ["text"]
    assert saved.keys == ["long_text"]


@pytest.mark.parametrize(
    ("choice", "expected", "is_conflict"), [("mine", "我的", False), ("theirs", "他的", False), ("", "他的", True)]
)
def test_a_conflict_is_settled_by_choosing(entry, choice, expected, is_conflict):
    save(entry, text="他的")
    conflict = save(entry, text="我的").conflicts["text"]
    options = {"seen": conflict.seen, "was_compared": True, "choice": choice}
    saved = save(entry, text=("我的", options))
    assert stored(entry).value == expected
    assert bool(saved.conflicts) == is_conflict


def test_a_choice_made_for_an_older_text_is_asked_again(entry):
    save(entry, text="第一份")
    conflict = save(entry, text="我的").conflicts["text"]
    save(entry, text=("第二份", {"seen": seen_mark(1, "第一份")}))
    options = {"seen": conflict.seen, "was_compared": True, "choice": "mine"}
    assert save(entry, text=("我的", options)).conflicts
    assert stored(entry).value == "第二份"


def test_emptying_an_answer_is_a_change_like_any_other(entry):
    save(entry, text="甲")
    save(entry, text=("", {"seen": seen_mark(1, "甲")}))
    assert (stored(entry).value, stored(entry).state) == ("", Answer.State.EMPTY)
    assert save(entry, text=("乙", {"seen": seen_mark(1, "甲")})).conflicts


def test_the_project_name_is_compared_too(entry):
    save(entry, title="甲项目")
    saved = save(entry, title="乙项目")
    assert saved.conflicts[TITLE].theirs == "甲项目"
    assert fresh(entry).title == "甲项目"


def test_drafts_belong_to_members(entry):
    assert save(entry, make_member(entry).user, text="甲").keys == ["text"]
    with pytest.raises(NotAllowed):
        save(entry, make_person(), text="乙")


def test_drafts_close_with_submission_and_with_judging(entry):
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    assert save(entry, text="甲", now=closes_at - timedelta(microseconds=1)).keys
    with pytest.raises(Closed):
        save(entry, long_text="乙", now=closes_at)
    submitted = make_submitted_entry()
    freeze_entries(actor=None, entries=[submitted], now=NOW)
    with pytest.raises(Refusal) as caught:
        save(submitted, summary="新的")
    assert caught.value.code == "frozen"


def test_drafts_may_be_worked_on_from_registration_before_submission_is_planned_or_open(entry):
    submission = entry.contest.stages.get(kind="submission")
    make_stage(entry.contest, "registration", opens_at=NOW - timedelta(days=9), closes_at=NOW + timedelta(days=2))
    assert save(entry, text="甲", now=submission.opens_at - timedelta(hours=1)).keys
    submission.delete()
    assert save(entry, long_text="乙").keys
    with pytest.raises(Closed):
        save(entry, link="https://a.cn", now=NOW + timedelta(days=2))


# ── What may stand in an answer ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("text", "  两端\t空格 ", "两端 空格"),
        ("long_text", "一\r\n二\x0b三", "一\n二\n三"),
        ("number", "１，２００", "1200"),
        ("number", "1,200.50", "1200.50"),
        ("number", "-3", "-3"),
        ("date", "2024年7月20日", "2024-07-20"),
        ("date", "2024/7/5", "2024-07-05"),
        ("link", "https://a.cn", "https://a.cn"),
        ("choice", "甲", "甲"),
        ("choices", ["甲", "乙"], ["甲", "乙"]),
    ],
)
def test_good_answers_are_kept_in_one_form(entry, key, typed, value):
    form = post(entry, **{key: typed})
    assert form.is_valid(), form.errors
    found = next(one for one in form.typed() if one.key == key)
    assert (found.value, found.is_good) == (value, True)


@pytest.mark.parametrize(
    ("key", "typed", "part"),
    [
        ("text", "一二三四五六七八九十一", "11"),
        ("long_text", "十" * 12, "12"),
        ("number", "约 1200", "1200"),
        ("number", "1e5", "1200"),
        ("number", "NaN", "1200"),
        ("date", "去年", "2024-07-20"),
        ("date", "2024-02-30", "2024-07-20"),
        ("link", "不是网址", "https://"),
        ("link", "javascript:alert(1)", "https://"),
    ],
)
def test_wrong_answers_are_said_and_kept_in_the_draft(entry, key, typed, part):
    form = post(entry, **{key: typed})
    assert not form.is_valid()
    assert part in str(form.errors[f"a-{key}"][0])
    saved = save_answers(actor=entry.team.captain, entry=entry, section=None, typed=form.typed(), now=NOW)
    assert key in saved.keys
    answer = stored(entry, key)
    assert (answer.value, answer.state) == (typed, Answer.State.WRONG)
    assert problem_of(answer.field, answer.value)


@pytest.mark.parametrize(("key", "typed"), [("text", "a\x00b"), ("choice", "丙"), ("choices", ["甲", "丙"])])
def test_what_cannot_be_stored_is_said_and_changes_nothing(entry, key, typed):
    form = post(entry, **{key: typed})
    assert not form.is_valid()
    assert form.unkept == [f"a-{key}"]
    assert key not in {one.key for one in form.typed()}


def test_nothing_is_required_of_a_draft(entry):
    form = post(entry)
    assert form.is_valid(), form.errors


def test_an_answer_that_was_not_posted_stays(entry):
    save(entry, text="甲")
    page = load_pages(entry)[0]
    form = SectionForm(
        {"a-long_text": "乙", "seen-a-long_text": seen_mark(0, "")}, entry=entry, page=page, with_title=False
    )
    form.is_valid()
    assert [one.key for one in form.typed()] == ["long_text"]


def test_a_project_name_that_is_too_long_is_not_stored(entry):
    form = SectionForm({"title": "长" * 61, "seen-title": seen_mark(0, "")}, entry=entry, page=None, with_title=True)
    assert not form.is_valid()
    assert form.typed() == []


def test_several_choices_are_read_back_as_a_list():
    assert shown(["甲", "乙"]) in {"甲、乙", "甲, 乙"}


# ── How far ────────────────────────────────────────────────────────────────────────────────────────────────────────
def states(entry):
    return [group.state for group in groups_of(asked_of(entry), with_title=title_asked(entry, ""))]


def test_tasks_go_from_not_started_to_done():
    entry = make_entry()
    assert states(entry) == [NOT_STARTED, NOT_STARTED, NOT_STARTED]
    save(entry, title="项目")
    assert states(fresh(entry)) == [UNDER_WAY, NOT_STARTED, NOT_STARTED]
    save(entry, summary="摘要")
    assert states(fresh(entry)) == [DONE, NOT_STARTED, NOT_STARTED]
    assert states(make_complete_entry()) == [DONE, DONE, DONE]


def test_what_is_wrong_keeps_a_section_open_even_when_it_is_optional(entry):
    section = make_section(entry.contest, title="选填", position=9)
    make_field(section, key="extra", kind="number", required=False)
    assert states(entry)[-1] is OPTIONAL
    save(entry, extra=("约十", {"is_good": False}))
    assert states(entry)[-1] is UNDER_WAY
    assert sum_up(groups_of(asked_of(entry))) is UNDER_WAY


def test_questions_of_other_tracks_are_not_asked():
    topic = make_open_topic()
    contest = topic.track.contest
    section = make_section(contest, title="医院", position=5)
    other = make_track(contest)
    make_field(section, key="beds", track=other)
    entry = make_entry(topic)
    assert "beds" not in [question.field.key for page in load_pages(entry) for question in page.questions]
    assert "beds" in [
        question.field.key for page in load_pages(make_entry(make_topic(other))) for question in page.questions
    ]


def test_a_direction_is_asked_what_its_track_is_asked():
    contest = make_open_contest()
    track = make_track(contest)
    make_field(make_section(contest, title="医院", position=5), key="beds", track=track)
    entry = make_entry(make_topic(make_track(contest, parent=track)))
    assert "beds" in [question.field.key for page in load_pages(entry) for question in page.questions]
