"""Saving in the background: one answer at a time, at little cost, over nobody's text."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from competition.models import FormField
from portal.journal.models import Event
from submissions.actions import freeze_entries
from submissions.models import Answer, Entry
from submissions.values import seen_mark
from tests.budgets import check_action
from tests.competition.factories import NOW, make_field, make_section, make_track
from tests.submissions.factories import (
    fresh,
    make_entry,
    make_member,
    make_open_contest,
    make_person,
    make_submitted_entry,
    make_topic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
JSON = "application/json"


@pytest.fixture
def entry():
    return make_entry()


@pytest.fixture
def captain(client, entry):
    client.force_login(entry.team.captain)
    return client


def question_of(entry, key="summary"):
    return FormField.objects.get(section__contest=entry.contest, key=key)


def save(client, entry, value, *, key="summary", seen=None, **more):
    """Send one answer as the script does; by default from a page that showed what stands there now."""
    url, body = prepared(entry, value, key=key, seen=seen)
    return client.post(url, body | more, headers={"Accept": JSON})


def prepared(entry, value, *, key="summary", seen=None):
    name = "title" if key == "title" else f"a-{key}"
    if seen is None:
        seen = _seen_now(entry, key)
    body = {"question": "" if key == "title" else question_of(entry, key).public_id, name: value, f"seen-{name}": seen}
    return reverse("autosave", args=[entry.public_id]), body


def _seen_now(entry, key):
    if key == "title":
        found = fresh(entry)
        return seen_mark(found.title_revision, found.title)
    answer = Answer.objects.filter(entry=entry, field__key=key).first()
    return seen_mark(answer.revision, answer.value) if answer else seen_mark(0, "")


def stored(entry, key="summary"):
    return Answer.objects.get(entry=entry, field__key=key)


def test_an_answer_is_kept_with_who_and_when(captain, entry):
    response = save(captain, entry, "摘要")
    assert response.json() == {
        "state": "saved",
        "seen": seen_mark(1, "摘要"),
        "savedAt": "14:03:00",
        "problem": "",
    }
    answer = stored(entry)
    assert (answer.value, answer.saved_by, answer.saved_at) == ("摘要", entry.team.captain, NOW)
    assert fresh(entry).revision == entry.revision + 1


def test_the_project_name_is_kept_like_an_answer(captain, entry):
    assert save(captain, entry, "项目", key="title").json()["seen"] == seen_mark(1, "项目")
    assert fresh(entry).title == "项目"
    response = save(captain, entry, "后来的项目", key="title", seen=seen_mark(0, ""))
    assert (response.status_code, response.json()["theirs"]) == (409, "项目")
    assert fresh(entry).title == "项目"


def test_what_is_wrong_is_kept_and_said(captain, entry):
    make_field(entry.contest.form_sections.first(), key="scale", label="规模", kind="number", least=0, most=100)
    with translation.override("zh-hans"):
        response = save(captain, entry, "101", key="scale")
    assert response.json()["state"] == "saved"
    assert "0 到 100" in response.json()["problem"]
    assert (stored(entry, "scale").value, stored(entry, "scale").state) == ("101", Answer.State.WRONG)


def test_what_cannot_be_kept_is_said(captain, entry):
    response = save(captain, entry, "长" * 61, key="title")
    assert (response.status_code, response.json()["state"]) == (422, "unkept")
    assert response.json()["problem"]
    assert fresh(entry).title == ""


def test_a_post_without_the_mark_of_what_was_seen_keeps_nothing(captain, entry):
    url = reverse("autosave", args=[entry.public_id])
    response = captain.post(url, {"question": question_of(entry).public_id, "a-summary": "摘要"})
    assert (response.status_code, response.json()["state"]) == (422, "unkept")
    assert not Answer.objects.exists()


def test_another_persons_text_is_shown_and_never_overwritten(captain, entry, client):
    other = make_member(entry).user
    save(captain, entry, "队长写的")
    client.force_login(other)
    response = save(client, entry, "队员写的", seen=seen_mark(0, ""))
    assert (response.status_code, response.json()["theirs"]) == (409, "队长写的")
    assert "队长写的" in response.json()["html"]
    assert "队员写的" in response.json()["html"]
    assert stored(entry).value == "队长写的"


@pytest.mark.parametrize(("choice", "left"), [("mine", "第二份"), ("theirs", "第一份")])
def test_a_conflict_is_settled_by_choosing(captain, entry, choice, left):
    save(captain, entry, "第一份")
    assert save(captain, entry, "第二份", seen=seen_mark(0, "")).status_code == 409
    response = save(captain, entry, "第二份", **{"compared-a-summary": "1", "choice-a-summary": choice})
    assert response.json()["state"] == "saved"
    assert left in response.json()["html"]
    assert "cs-conflict" not in response.json()["html"]
    assert stored(entry).value == left


def test_a_choice_made_for_an_older_text_is_asked_again(captain, entry):
    save(captain, entry, "第一份")
    older = _seen_now(entry, "summary")
    save(captain, entry, "第二份")
    choice = {"compared-a-summary": "1", "choice-a-summary": "mine"}
    assert save(captain, entry, "我的", seen=older, **choice).status_code == 409
    assert stored(entry).value == "第二份"


def test_a_save_that_was_not_answered_may_be_sent_again(captain, entry):
    save(captain, entry, "摘要", seen=seen_mark(0, ""))
    response = save(captain, entry, "摘要", seen=seen_mark(0, ""))
    assert response.json()["state"] == "saved"
    assert stored(entry).revision == 1


# ── The journal ────────────────────────────────────────────────────────────────────────────────────────────────────
def saves_told():
    return Event.objects.filter(kind="entry.answers_saved").count()


def test_the_journal_hears_once_of_each_sitting_at_an_answer(captain, entry, clock):
    for text in ("一", "一二", "一二三"):
        save(captain, entry, text)
    assert saves_told() == 1
    clock.shift(timedelta(minutes=9))
    save(captain, entry, "还在写")
    assert saves_told() == 1
    clock.shift(timedelta(minutes=10))
    save(captain, entry, "歇了一会儿")
    assert saves_told() == 2
    save(captain, entry, "另一处", key="title")
    assert saves_told() == 3


def test_the_journal_hears_when_another_person_goes_on(captain, entry, client):
    other = make_member(entry).user
    save(captain, entry, "队长写的")
    client.force_login(other)
    save(client, entry, "队员接着写")
    assert saves_told() == 2


# ── Who, when, what ────────────────────────────────────────────────────────────────────────────────────────────────
def test_without_a_session_it_says_so_and_keeps_nothing(client, entry):
    response = save(client, entry, "摘要")
    assert (response.status_code, response.json()) == (401, {"state": "signed_out"})
    assert not Answer.objects.exists()


def test_a_page_made_for_another_person_saves_nothing_in_this_ones_name(captain, entry):
    other = make_member(entry).user
    response = save(captain, entry, "摘要", **{"as": other.public_id})
    assert response.status_code == 401
    assert not Answer.objects.exists()


def test_strangers_learn_nothing(client, entry):
    client.force_login(make_person())
    assert save(client, entry, "摘要").status_code == 404


def test_closed_doors_are_said_and_change_nothing(captain, entry, clock):
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    clock.move_to(closes_at - timedelta(microseconds=1))
    assert save(captain, entry, "来得及").status_code == 200
    clock.move_to(closes_at)
    response = save(captain, entry, "晚了一步")
    assert (response.status_code, response.json()["state"]) == (403, "refused")
    assert stored(entry).value == "来得及"


def test_an_entry_that_is_judged_stays(client, clock):
    entry = make_submitted_entry()
    client.force_login(entry.team.captain)
    freeze_entries(actor=None, entries=[entry], now=NOW)
    assert save(client, entry, "新的").status_code == 409


def test_questions_of_other_tracks_and_contests_do_not_exist(captain, entry):
    other_track = make_track(entry.contest)
    make_field(make_section(entry.contest), key="beds", track=other_track)
    assert save(captain, entry, "200", key="beds").status_code == 404
    stranger = make_field(make_section(make_open_contest()), key="elsewhere")
    url = reverse("autosave", args=[entry.public_id])
    body = {"question": stranger.public_id, "a-elsewhere": "甲", "seen-a-elsewhere": seen_mark(0, "")}
    assert captain.post(url, body).status_code == 404
    assert not Answer.objects.exists()


def test_a_direction_is_asked_what_its_track_is_asked(client):
    contest = make_open_contest()
    track = make_track(contest)
    make_field(make_section(contest), key="beds", track=track)
    entry = make_entry(make_topic(make_track(contest, parent=track)))
    client.force_login(entry.team.captain)
    assert save(client, entry, "200", key="beds").status_code == 200


# ── What it costs ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_save_costs_five_queries_and_no_session(captain, entry):
    save(captain, entry, "第一次")
    url, body = prepared(entry, "第二次")
    response = check_action(lambda: captain.post(url, body), "autosave")
    assert response.json()["state"] == "saved"
    assert not response.cookies


def test_a_save_that_changes_nothing_writes_nothing(captain, entry):
    save(captain, entry, "第一次")
    seen = _seen_now(entry, "summary")
    url, body = prepared(entry, "第一次")
    response = check_action(lambda: captain.post(url, body), "autosave_of_nothing_new")
    assert response.json()["seen"] == seen
    assert Entry.objects.get(pk=entry.pk).revision == entry.revision + 1


def test_nothing_is_left_of_a_save_that_was_overtaken(captain, entry, monkeypatch):
    """Somebody else comes through between reading and writing: what was written so far is undone, then it is a conflict."""
    save(captain, entry, "先有的")
    from submissions.views import autosave as view

    genuine, overtaken = view.find_spot, []

    def find_and_be_overtaken(*arguments, **options):
        spot = genuine(*arguments, **options)
        if not overtaken:
            overtaken.append(True)
            Answer.objects.filter(entry=entry).update(value="他人写的", revision=2)
        return spot

    monkeypatch.setattr(view, "find_spot", find_and_be_overtaken)
    revision = fresh(entry).revision
    response = save(captain, entry, "我写的")
    assert (response.status_code, response.json()["theirs"]) == (409, "他人写的")
    assert fresh(entry).revision == revision
    assert connection.in_atomic_block
