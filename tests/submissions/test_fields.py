"""What may stand in an answer: bounds, safe links, “not applicable”, and whatever people may type."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competition.models import FormField, FormSection
from portal.canonical import digest
from portal.counting import count_text
from submissions.actions import save_answers, submit_entry
from submissions.draft import Page, Question, load_draft, load_pages
from submissions.forms import SectionForm
from submissions.forms.sections import draft_as_data
from submissions.models import Answer, Entry
from submissions.progress import DONE, UNDER_WAY, asked_of, groups_of
from submissions.readiness import missing_in
from submissions.values import (
    INSTEAD_OF,
    LONGEST_DRAFT,
    LONGEST_REASON,
    empty_value,
    form_field,
    frozen,
    is_waiver,
    problem_of,
    seen_mark,
    shown,
    waiver,
    written,
)
from tests.competition.factories import NOW, make_field, make_section, make_topic, make_track, make_wanted_file
from tests.submissions.factories import fresh, make_complete_entry, make_entry, make_open_contest

KINDS = FormField.Kind


def question(kind, **fields):
    given = {"key": "q", "label": "题目", "kind": kind, "choices": ["甲", "乙"] if "choice" in kind else []}
    return FormField(**given | fields)


def problem(field, value):
    with translation.override("en"):
        return problem_of(field, value)


# ── Numbers and links ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("least", "most", "value", "part"),
    [
        (0, None, "-0.01", "from 0 upwards"),
        (None, 100, "100.5", "at most 100"),
        (Decimal("0.5"), Decimal("99.5"), "0.49", "from 0.5 to 99.5"),
        (0, 100, "100", ""),
        (0, 100, "0", ""),
        (None, None, "-99999999999999999999.5", ""),
    ],
)
def test_numbers_stay_within_their_bounds(least, most, value, part):
    found = problem(question(KINDS.NUMBER, least=least, most=most), value)
    assert part in found
    assert bool(part) == bool(found)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_a_number_within_bounds_is_good_and_kept_as_it_was_written(number):
    field = question(KINDS.NUMBER, least=-(10**12), most=10**12)
    text = f"{number:f}"
    assert form_field(field).clean(text) == text
    assert problem_of(field, text) == ""


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://example.org/a?b=1", True),
        ("https://数据.中国/", True),
        ("http://example.org/", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org/", False),
        ("https://bank.example@elsewhere.example/", False),
        ("https://user:secret@example.org/", False),
        ("https://exa mple.org/", False),
    ],
)
def test_links_lead_where_they_say_and_over_https(address, is_good):
    assert bool(problem(question(KINDS.LINK), address)) != is_good


def test_a_long_text_is_limited_as_people_count():
    field = question(KINDS.LONG_TEXT, max_length=3)
    assert not problem(field, "data elements multiply")
    assert "4" in problem(field, "数据要素")


def test_a_text_beyond_what_a_draft_can_hold_is_refused(db):
    entry = make_entry()
    page = load_pages(entry)[0]
    data = {"a-summary": "长" * (LONGEST_DRAFT + 1), "seen-a-summary": seen_mark(0, "")}
    form = SectionForm(data, entry=entry, page=page, with_title=False)
    assert not form.is_valid()
    assert form.typed() == []


def test_bounds_are_in_order_by_the_database_too(db):
    section = make_section(make_open_contest())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_field(section, kind=KINDS.NUMBER, least=2, most=1)


# ── Not applicable ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def entry(db):
    contest = make_open_contest(form=False)
    section = make_section(contest, task="application", title="机制创新")
    make_field(section, key="mechanism", label="机制创新", may_not_apply=True, max_length=50)
    make_field(section, key="sources", label="数据来源", kind="choices", choices=["甲", "乙"], may_not_apply=True)
    make_field(section, key="always", label="项目背景", required=False)
    return make_entry(make_topic(make_track(contest)))


def send(entry, **data):
    """The page as a browser sends it; returns the form and the answers by key."""
    page = load_pages(entry)[0]
    seen = {f"seen-a-{one.field.key}": seen_mark(one.revision, one.value) for one in page.questions}
    form = SectionForm(seen | data, entry=entry, page=page, with_title=False)
    form.is_valid()
    save_answers(actor=entry.team.captain, entry=entry, section=None, typed=form.typed(), now=NOW)
    return form, {answer.field.key: answer for answer in Answer.objects.filter(entry=entry).select_related("field")}


def test_what_does_not_apply_is_done_with_a_reason(entry):
    form, answers = send(entry, **{"na-a-mechanism": "on", "why-a-mechanism": "公立医院 不涉及收益分配"})
    assert not form.errors
    assert answers["mechanism"].state == Answer.State.GOOD
    with translation.override("zh-hans"):
        assert shown(answers["mechanism"].value) == "不适用：公立医院 不涉及收益分配"
    send(entry, **{"na-a-sources": "on", "why-a-sources": "没有数据", "a-mechanism": "写了"})
    assert [group.state for group in groups_of(asked_of(fresh(entry)))] == [DONE]


def test_without_a_reason_it_is_kept_and_said(entry):
    form, answers = send(entry, **{"na-a-mechanism": "on", "a-mechanism": "原来写的"})
    assert "机制创新" in str(form.errors["a-mechanism"])
    assert answers["mechanism"].state == Answer.State.WRONG
    assert groups_of(asked_of(fresh(entry)))[0].state is UNDER_WAY
    # On the next visit the tick, what stood there before and the sentence are all still there.
    page = load_pages(fresh(entry))[0]
    data = draft_as_data(SectionForm(None, entry=entry, page=page, with_title=False))
    again = SectionForm(data, entry=entry, page=page, with_title=False)
    row = again.rows()[0]
    assert (row.is_waived, row.bound.value()) == (True, "原来写的")
    assert again.errors


def test_a_reason_longer_than_a_sentence_is_said(entry):
    form, answers = send(entry, **{"na-a-mechanism": "on", "why-a-mechanism": "长" * (LONGEST_REASON + 1)})
    assert "机制创新" in str(form.errors["a-mechanism"])
    field = answers["mechanism"].field
    assert str(LONGEST_REASON) in problem(field, waiver("长" * (LONGEST_REASON + 1), instead_of=""))
    assert problem(field, waiver("长" * LONGEST_REASON, instead_of="")) == ""


def test_what_stood_there_before_comes_back_when_the_tick_is_taken_away(entry):
    send(entry, **{"a-mechanism": "原来写的"})
    _form, answers = send(entry, **{"a-mechanism": "原来写的", "na-a-mechanism": "on", "why-a-mechanism": "不涉及"})
    assert answers["mechanism"].value[INSTEAD_OF] == "原来写的"
    row = SectionForm(None, entry=entry, page=load_pages(entry)[0], with_title=False).rows()[0]
    assert (row.is_waived, row.reason, row.bound.value()) == (True, "不涉及", "原来写的")
    _form, answers = send(entry, **{"a-mechanism": "原来写的"})
    assert answers["mechanism"].value == "原来写的"


def test_a_question_that_applies_to_all_takes_no_waiver(entry):
    form, answers = send(entry, **{"na-a-always": "on", "why-a-always": "不想写"})
    assert form.errors
    assert answers["always"].state == Answer.State.WRONG
    assert [line for line in missing_in(load_draft(fresh(entry))) if "项目背景" in line.text]


def test_a_version_keeps_the_reason_and_how_everything_read(db):
    entry = make_complete_entry()
    Answer.objects.filter(entry=entry, field__key="summary").update(value=waiver("不涉及", instead_of="原来写的"))
    FormField.objects.filter(key="summary").update(may_not_apply=True)
    with translation.override("en"):
        version = submit_entry(actor=entry.team.captain, entry=entry, revision=fresh(entry).revision, now=NOW)
    summary = version.content["sections"][0]["answers"][0]
    assert summary["value"] == {"not_applicable": "不涉及"}
    assert (summary["label"], summary["text"]) == ("项目摘要", "不适用：不涉及")


def test_a_version_stays_as_it_was_when_the_form_changes(db):
    entry = make_complete_entry()
    version = submit_entry(actor=entry.team.captain, entry=entry, revision=fresh(entry).revision, now=NOW)
    before = digest(version.content)
    FormField.objects.filter(key="summary").update(label="新的题目", kind="choices", choices=["甲"])
    FormSection.objects.filter(contest=entry.contest).update(title="新的标题")
    version.refresh_from_db()
    assert digest(version.content) == before == version.digest
    assert version.content["sections"][0]["answers"][0]["label"] == "项目摘要"


@pytest.mark.parametrize(("kind", "value"), [("choices", "原来的文字"), ("text", ["甲", "乙"]), ("number", "约十")])
def test_an_answer_to_a_question_whose_kind_was_changed_is_still_shown_and_said(db, kind, value):
    entry = make_complete_entry()
    Answer.objects.filter(entry=entry, field__key="summary").update(value=value)
    FormField.objects.filter(key="summary").update(kind=kind, choices=["甲", "乙"], max_length=2)
    form = SectionForm(None, entry=entry, page=load_pages(fresh(entry))[0], with_title=False)
    assert form.rows()[0].bound.value()
    assert [line for line in missing_in(load_draft(fresh(entry))) if "项目摘要" in line.text]


# ── Files of one track ─────────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_of_one_track_is_asked_of_its_teams_alone(db):
    contest = make_open_contest()
    track, other = make_track(contest), make_track(contest)
    make_wanted_file(contest, key="licence", label="执业许可证", track=track)
    asked = [place.wanted.key for place in load_draft(make_entry(make_topic(track))).files]
    assert "licence" in asked
    entry = make_entry(make_topic(other))
    assert "licence" not in [place.wanted.key for place in load_draft(entry).files]
    assert "执业许可证" not in [row.label for row in asked_of(entry)]


# ── Whatever people may type ───────────────────────────────────────────────────────────────────────────────────────
TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.one_of(TYPED, st.lists(TYPED, max_size=4))


@given(kind=st.sampled_from([*KINDS.values]), typed=VALUES, waived=st.booleans(), reason=TYPED)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_typed_is_either_kept_with_its_sentence_or_refused_with_one(kind, typed, waived, reason):
    """No input makes the form fail, and what it keeps is stable: sent again as it is shown, it is the same value."""
    field = question(kind, may_not_apply=True, max_length=20 if "text" in kind else None)
    page = Page(FormSection(title="节"), [Question(field, None)])
    data = {"a-q": typed, "seen-a-q": "0-x", "why-a-q": reason} | ({"na-a-q": "on"} if waived else {})
    form = SectionForm(data, entry=Entry(), page=page, with_title=False)
    form.is_valid()
    kept = form.typed()
    if not kept:
        assert form.errors
        return
    value = kept[0].value
    digest(value)  # it can be hashed: no float, nothing that JSON does not know
    assert kept[0].is_good == (not form.errors)
    assert not value or kept[0].is_good == (problem_of(field, value) == "")
    assert isinstance(shown(frozen(value)), str)
    assert is_waiver(value) == waived
    again = {"a-q": written(field, value), "seen-a-q": "0-x"}
    if is_waiver(value):
        again |= {"na-a-q": "on", "why-a-q": value["not_applicable"]}
    assert [one.value for one in _typed_again(page, again)] == [value]


def _typed_again(page, data):
    form = SectionForm(data, entry=Entry(), page=page, with_title=False)
    form.is_valid()
    return form.typed()


@given(TYPED.filter(lambda text: "\x00" not in text))
def test_a_long_text_that_is_good_fits_its_limit_and_is_read_back_as_it_was_kept(typed):
    field = question(KINDS.LONG_TEXT, max_length=10, required=False)
    control = form_field(field)
    value = control.to_python(typed)
    assert (problem_of(field, value) == "") == (count_text(value) <= 10)
    assert shown(value) == value


@pytest.mark.parametrize("kind", KINDS.values)
def test_nothing_is_no_answer_and_nothing_wrong(kind):
    field = question(kind)
    assert problem_of(field, empty_value(field)) == ""


@pytest.mark.parametrize("kind", [KINDS.NUMBER, KINDS.LINK, KINDS.DATE])
def test_a_question_that_may_stay_empty_is_good_when_it_is(kind):
    assert form_field(question(kind, required=False)).clean(" ") == ""
