"""Return for correction: only what was returned opens, until its date; the new version goes back to the queue."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from competition.models import Stage
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, Refusal
from submissions.actions import (
    Typed,
    change_member,
    fail_check,
    invite_by_email,
    pass_check,
    remove_upload,
    return_for_correction,
    save_answers,
    upload_file,
    withdraw_entry,
)
from submissions.actions.membership import MemberDetails
from submissions.draft import load_draft
from submissions.items import MEMBERS, ORGANISATIONS, TITLE, of_file, of_question
from submissions.models import Answer, Entry, Upload
from submissions.values import seen_mark
from tests.competition.factories import NOW, make_field, make_role
from tests.submissions.factories import fresh, make_correction, make_person, make_submitted_entry, submit
from tests.submissions.files import pdf, upload
from tests.submissions.test_pages import page
from tests.submissions.test_submission import change

pytestmark = pytest.mark.django_db
MICROSECOND, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
UNTIL = NOW + DAY
OTHER = MemberDetails(employer="另一单位", post="主任")


@pytest.fixture
def entry():
    """Submitted; submission has closed since, the formal check has not."""
    entry = make_submitted_entry(now=NOW - 3 * HOUR)
    entry.contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=NOW - HOUR)
    return fresh(entry)


@pytest.fixture
def screener(entry):
    person = make_person()
    make_role(person, entry.contest, "screener")
    return person


def question_of(entry, task="application"):
    return entry.contest.form_sections.get(task=task).fields.get()


def give_back(entry, screener, **kwargs):
    given = {"items": [TITLE], "until": UNTIL, "reason": "项目名称含单位名称，请修改。", "seen": 0, "now": NOW}
    return return_for_correction(actor=screener, version=entry.current_version, **given | kwargs)


def code_of(action, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        action(*args, **kwargs)
    return caught.value.code


def save_title(entry, title="更正后的项目名称", now=NOW):
    typed = Typed(question=None, value=title, is_good=True, seen=seen_mark(entry.title_revision, entry.title))
    return save_answers(actor=entry.team.captain, entry=entry, section=None, typed=[typed], now=now)


def save_answer(entry, question, value="更正后的回答", now=NOW):
    answer = Answer.objects.get(entry=entry, field=question)
    typed = Typed(question=question, value=value, is_good=True, seen=seen_mark(answer.revision, answer.value))
    return save_answers(actor=entry.team.captain, entry=entry, section=question.section, typed=[typed], now=now)


# ── Returning ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_returned_entry_names_what_until_when_and_why(entry, screener):
    screening = give_back(entry, screener)
    entry = fresh(entry)
    assert (entry.status, entry.correction) == (Entry.Status.RETURNED, screening)
    assert (screening.items, screening.until) == ([TITLE], UNTIL)
    assert entry not in Entry.objects.passed_check()
    notice = Notice.objects.get(kind="submissions.check_returned", channel="mail")
    assert notice.context["items"] == ["项目名称"]
    assert notice.context["until_at"] == UNTIL.isoformat()
    assert events_of(entry).first().kind == "entry.check_returned"


def test_a_return_needs_a_reason_an_item_and_a_date_within_the_stage(entry, screener):
    closes_at = entry.contest.stages.get(kind=Stage.Kind.SCREENING).closes_at
    assert code_of(give_back, entry, screener, reason="") == "no_reason"
    assert code_of(give_back, entry, screener, items=[]) == "no_items"
    assert code_of(give_back, entry, screener, items=["question:nothing"]) == "bad_items"
    assert code_of(give_back, entry, screener, until=NOW) == "past"
    assert code_of(give_back, entry, screener, until=closes_at + MICROSECOND) == "beyond_stage"
    assert give_back(entry, screener, until=closes_at).until == closes_at


def test_the_database_keeps_status_and_correction_together(entry, screener):
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(status=Entry.Status.RETURNED)
    give_back(entry, screener)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(correction=None)


def test_while_the_team_has_it_nobody_decides(entry, screener):
    give_back(entry, screener)
    decide = {
        "actor": screener,
        "version": entry.current_version,
        "seen": 1,
        "reason": "好",
        "now": UNTIL - MICROSECOND,
    }
    assert code_of(pass_check, **decide) == "with_team"
    assert code_of(fail_check, **decide) == "with_team"


# ── What opens ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_was_returned_may_be_changed_until_the_date(entry):
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    with pytest.raises(Closed):
        save_title(entry, now=UNTIL)
    assert save_title(entry, now=UNTIL - MICROSECOND).keys == [":title"]


def test_what_was_not_returned_stays_locked_in_every_action(entry):
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    captain, stored = entry.team.captain, Upload.objects.get(entry=entry)
    member = entry.team.memberships.get()
    attempts = [
        lambda: save_answer(entry, question_of(entry)),
        lambda: remove_upload(actor=captain, upload=stored, now=NOW),
        lambda: upload_file(
            actor=captain,
            entry=entry,
            wanted=stored.wanted,
            file=upload(pdf(note="x")),
            replaces=stored.public_id,
            now=NOW,
        ),
        lambda: change_member(actor=captain, member=member, revision=0, details=OTHER, now=NOW),
        lambda: invite_by_email(actor=captain, entry=entry, email="x@example.cn", now=NOW),
        lambda: change(entry),
    ]
    assert [code_of(attempt) for attempt in attempts] == ["not_returned"] * len(attempts)
    assert fresh(entry).revision == entry.revision


def test_each_kind_of_item_opens_its_own_thing(entry):
    question, stored = question_of(entry), Upload.objects.get(entry=entry)
    items = [of_question(question), of_file(stored.wanted), MEMBERS, ORGANISATIONS]
    entry = make_correction(entry, items=items, until=UNTIL)
    captain, member = entry.team.captain, entry.team.memberships.get()
    assert save_answer(entry, question).keys == [question.key]
    assert remove_upload(actor=captain, upload=stored, now=NOW).state == Upload.State.REMOVED
    assert change_member(actor=captain, member=member, revision=0, details=OTHER, now=NOW).post == "主任"
    assert change(entry).team.partners.count() == 1
    assert code_of(save_title, entry) == "not_returned"


# ── The next version ───────────────────────────────────────────────────────────────────────────────────────────────
def test_submitting_again_makes_the_next_version_and_goes_back_to_the_queue(entry):
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    save_title(entry)
    with pytest.raises(Closed):
        submit(entry, now=UNTIL)
    version = submit(entry, now=UNTIL - MICROSECOND)
    entry = fresh(entry)
    assert (version.number, entry.status, entry.correction) == (2, Entry.Status.SUBMITTED, None)
    assert version.content["entry"]["title"] == "更正后的项目名称"
    assert entry in Entry.objects.awaiting_check()


def test_changes_that_nobody_returned_do_not_slip_into_the_new_version():
    entry = make_submitted_entry()
    first = entry.current_version.content
    question = question_of(entry)
    save_answer(entry, question, "截止前改过、没有提交的回答")
    stored = Upload.objects.get(entry=entry)
    remove_upload(actor=entry.team.captain, upload=stored, now=NOW)
    entry.contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=NOW + HOUR)
    later = NOW + 2 * HOUR
    entry = make_correction(fresh(entry), items=[TITLE], until=UNTIL)
    save_title(entry, now=later)
    version = submit(entry, now=later)
    assert version.content["sections"] == first["sections"]
    assert version.content["files"] == first["files"]
    assert [file.sha256 for file in version.files.all()] == [stored.sha256]
    assert version.content["entry"]["title"] == "更正后的项目名称"
    assert Answer.objects.get(entry=entry, field=question).value == "截止前改过、没有提交的回答"


def test_a_question_added_since_does_not_stop_a_correction_that_is_not_about_it(entry):
    make_field(entry.contest.form_sections.get(task="application"), key="new", label="新增问题")
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    save_title(entry)
    assert submit(entry).number == 2


def test_what_was_returned_and_emptied_stops_the_submission(entry):
    stored = Upload.objects.get(entry=entry)
    entry = make_correction(entry, items=[of_file(stored.wanted)], until=UNTIL)
    remove_upload(actor=entry.team.captain, upload=stored, now=NOW)
    assert code_of(submit, entry) == "not_ready"


def test_a_correction_after_the_deadline_is_not_withdrawn_because_it_could_not_come_back(entry):
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    assert code_of(withdraw_entry, actor=entry.team.captain, entry=entry, now=NOW) == "closed"


def test_withdrawing_a_returned_entry_in_time_ends_the_correction():
    entry = make_submitted_entry()
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert (fresh(entry).status, fresh(entry).correction) == (Entry.Status.WITHDRAWN, None)


# ── The date has passed ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("decide", [pass_check, fail_check])
def test_when_the_date_has_passed_the_screener_decides_on_what_is_there(entry, screener, decide):
    give_back(entry, screener)
    decide(actor=screener, version=entry.current_version, seen=1, reason="逾期未补正", now=UNTIL)
    entry = fresh(entry)
    assert (entry.status, entry.correction) == (Entry.Status.SUBMITTED, None)
    assert (entry in Entry.objects.passed_check()) is (decide is pass_check)


def test_or_returns_it_again(entry, screener):
    give_back(entry, screener)
    again = give_back(entry, screener, seen=1, until=UNTIL + HOUR, now=UNTIL)
    assert fresh(entry).correction == again


# ── Pages ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("clock")
def test_the_screener_returns_on_a_page_and_the_team_reads_what_to_do(client, entry, screener):
    client.force_login(screener)
    url = reverse("screening", args=[entry.contest.slug, entry.public_id])
    posted = {"verdict": "returned", "version": 1, "seen": 0, "reason": "请改名称", "until_on": "2024-07-18"}
    wrong = page(client.post(url, posted), 409)
    assert "请至少勾选一项需要补正的内容" in wrong
    assert "请改名称" in wrong
    assert client.post(url, posted | {"items": [TITLE]}).status_code == 302
    queue = reverse("screening_queue", args=[entry.contest.slug])
    assert entry.title in page(client.get(queue, {"state": "returned"}))
    assert entry.title not in page(client.get(queue))
    client.force_login(entry.team.captain)
    hub = page(client.get(entry.get_absolute_url()))
    for words in ("退回补正", "请改名称", "项目名称", "7月18日 24:00"):
        assert words in hub
    assert "7月18日 24:00" in page(client.get(reverse("my_work")))
    assert "第 1 版的原样" in page(client.get(reverse("entry_check", args=[entry.public_id])))


@pytest.mark.usefixtures("clock")
def test_a_form_shows_what_is_locked_and_saves_what_is_open(client, entry):
    section = entry.contest.form_sections.get(task="overview")
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    client.force_login(entry.team.captain)
    url = reverse("entry_section", args=[entry.public_id, section.public_id])
    content = client.get(url).content.decode()
    assert "seen-title" in content
    assert "seen-a-summary" not in content
    assert "disabled" in content
    seen = {
        "seen-title": seen_mark(entry.title_revision, entry.title),
        "seen-a-summary": seen_mark(1, "项目摘要的内容。"),
    }
    client.post(url, {"title": "新的名称", "a-summary": "偷改的摘要"} | seen)
    draft = load_draft(fresh(entry))
    assert draft.entry.title == "新的名称"
    assert draft.pages[0].questions[0].value == "项目摘要的内容。"


@pytest.mark.usefixtures("clock")
def test_files_that_were_not_returned_have_no_button(client, entry):
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    client.force_login(entry.team.captain)
    response = client.get(reverse("entry_files", args=[entry.public_id]))
    assert "保持已提交的原样" in page(response)
    assert 'type="file"' not in response.content.decode()


def test_a_lapsed_correction_stands_in_the_queue_and_on_both_sides(client, clock, entry, screener):
    entry = make_correction(entry, items=[TITLE], until=UNTIL)
    clock.move_to(UNTIL)
    client.force_login(screener)
    queue = reverse("screening_queue", args=[entry.contest.slug])
    assert "1 件补正已逾期" in page(client.get(queue))
    assert entry.title in page(client.get(queue, {"state": "lapsed"}))
    text = page(client.get(reverse("screening", args=[entry.contest.slug, entry.public_id])))
    assert "未在 2024年7月18日 14:03 （北京时间）前提交补正" in text
    client.force_login(entry.team.captain)
    assert "补正期已截止" in page(client.get(entry.get_absolute_url()))
