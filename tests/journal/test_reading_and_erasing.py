"""The journal is read as sentences, verified by hand and forgets only on record."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal import guards
from portal.accounts import actions as account_actions
from portal.journal.actions import erase
from portal.journal.kinds import EventKind, all_kinds, event_kind, find_kind
from portal.journal.models import Erasure, Event, EventBody
from portal.journal.recording import record
from portal.journal.timeline import describe, events_about, timeline
from portal.refusals import NotAllowed, Refusal
from portal.slots import Invariant, invariants
from tests.portal.factories import HAPPENED, NOW, make_event, make_superuser, make_user

pytestmark = pytest.mark.django_db


def run(command):
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def change_name(user, name="陈立"):
    return account_actions.change_profile(
        actor=user, revision=user.revision, name=name, phone="", locale="zh-hans", now=NOW
    )


def tamper(event):
    guards.lift(connection)
    EventBody.objects.filter(event=event).update(payload={"what": "another thing"})
    guards.install(connection)


def test_a_timeline_tells_who_did_what_and_when_in_two_queries(django_assert_num_queries):
    user = make_user(name="周敏")
    user = change_name(user)
    change_name(user, "陈丽")
    with transaction.atomic():
        record(HAPPENED, actor=None, subject=user, now=NOW)
    with django_assert_num_queries(2):
        found = timeline(user)
    assert [(line.who, line.text) for line in found][1:] == [("陈丽", "修改了个人信息")] * 2
    assert found[0].row == (NOW, "test.happened")


def test_a_kind_is_declared_once():
    known = all_kinds()[0]
    with pytest.raises(ValueError, match=known.key):
        event_kind(known.key, "something else")
    assert find_kind(known.key) is known


def test_an_event_without_what_its_sentence_names_is_told_with_a_gap():
    kind = EventKind("test.gap", "{name} joined {team}")
    assert kind.describe({"name": "周敏"}) == "周敏 joined "


def test_an_event_whose_kind_nobody_declares_any_more_shows_its_key():
    assert find_kind("test.forgotten").describe({}) == "test.forgotten"


def test_an_erased_event_stays_in_the_timeline_without_its_words():
    user = make_user()
    change_name(user)
    (sequence,) = events_about(user)
    erase(actor=make_superuser(), sequences=[sequence], reason="asked to be forgotten", now=NOW)
    event = Event.objects.get(pk=sequence)
    assert describe(event) == "（已删除）"
    assert not hasattr(event, "body")


def test_erasing_is_itself_on_record_and_the_journal_still_verifies():
    root = make_superuser()
    wanted = [make_event(n=number).pk for number in range(3)]
    kept = make_event()
    done = erase(actor=root, sequences=wanted[:2], reason="  asked to be forgotten ", now=NOW)
    assert [erasure.event_id for erasure in done] == wanted[:2]
    assert set(EventBody.objects.values_list("event_id", flat=True)) >= {wanted[2], kept.pk}
    last = Event.objects.select_related("body").first()
    assert (last.kind, last.body.payload["sequences"]) == ("journal.erased", wanted[:2])
    assert Erasure.objects.get(event=wanted[0]).reason == "asked to be forgotten"
    assert "2 of them erased" in run("verify_journal")
    assert erase(actor=root, sequences=wanted[:2], reason="again", now=NOW) == []


def test_only_an_administrator_erases_and_says_why():
    event = make_event()
    with pytest.raises(NotAllowed):
        erase(actor=make_user(is_staff=True), sequences=[event.pk], reason="because", now=NOW)
    with pytest.raises(Refusal):
        erase(actor=make_superuser(), sequences=[event.pk], reason=" ", now=NOW)
    assert EventBody.objects.filter(event=event).exists()


def test_verifying_names_the_first_event_that_was_tampered_with():
    first, second, third = (make_event(n=number) for number in range(3))
    assert run("verify_journal").startswith("3 events, all as they were written")
    tamper(third)
    tamper(second)
    with pytest.raises(CommandError, match=f"^event {second.sequence} does not match its hash$") as caught:
        run("verify_journal")
    assert caught.value.returncode == 1
    assert first.sequence < second.sequence


def test_a_body_that_vanished_without_an_erasure_is_found():
    event = make_event()
    guards.lift(connection)
    EventBody.objects.filter(event=event).delete()
    guards.install(connection)
    with pytest.raises(CommandError, match="lost its body"):
        run("verify_journal")


def test_sound_data_holds_every_invariant():
    make_event()
    make_user()
    said = run("check_invariants")
    assert "BROKEN" not in said
    assert "Every event of the journal gives its hash" in said


def test_an_invariant_that_does_not_hold_ends_the_command_with_its_lines():
    tamper(make_event())
    broken = Invariant("Nothing is ever wrong", lambda: iter([f"place {number}" for number in range(25)]))
    before = list(invariants)
    invariants.register(broken)
    out = StringIO()
    try:
        with pytest.raises(CommandError) as caught:
            call_command("check_invariants", stdout=out)
    finally:
        invariants._items[:] = before
    assert caught.value.returncode == 1
    assert "does not match its hash" in out.getvalue()
    assert "place 19\n       and 5 more" in out.getvalue()


def test_an_address_that_strayed_from_the_account_is_found():
    user = make_user()
    type(user).objects.filter(pk=user.pk).update(email="other@example.cn")
    with pytest.raises(CommandError):
        run("check_invariants")
