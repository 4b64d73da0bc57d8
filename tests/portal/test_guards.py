"""The database itself refuses to change what must stay."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from portal import guards
from portal.clock import now
from portal.journal.kinds import EventKind
from portal.journal.models import Erasure, Event, EventBody
from portal.journal.recording import record, tampered
from portal.slots import Slot

HAPPENED = EventKind("test.happened", "something happened")


@pytest.fixture
def event(db):
    with transaction.atomic():
        return record(HAPPENED, actor=None, now=now(), what="a test")


def test_every_declared_guard_is_installed(db):
    assert guards.installed(connection) == {guard.name for guard in guards.guards}
    assert list(guards.missing()) == []


def test_a_missing_guard_is_reported(db):
    with connection.cursor() as cursor:
        table = ' ON "journal_event"' if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "guard_journal_event_delete"{table}')
    assert [line for line in guards.missing() if "guard_journal_event_delete" in line]
    guards.install(connection)
    assert list(guards.missing()) == []


@pytest.mark.parametrize("table", ["journal_event", "journal_eventbody"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_journal_refuses_updates_and_deletes(event, table, statement):
    column = "kind" if table == "journal_event" else "salt"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))
    assert Event.objects.filter(pk=event.pk, body__isnull=False).exists()


def test_a_body_goes_only_with_a_recorded_erasure(event):
    Erasure.objects.create(event=event, reason="the person asked to be forgotten", at=now())
    EventBody.objects.filter(event=event).delete()
    assert Event.objects.filter(pk=event.pk, body__isnull=True).exists()
    assert list(tampered()) == []


def test_a_changed_body_no_longer_matches_its_hash(event):
    guards.lift(connection)
    EventBody.objects.filter(event=event).update(payload={"what": "another thing"})
    guards.install(connection)
    assert list(tampered()) == [f"event {event.sequence} does not match its hash"]


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(DatabaseError):
        record(HAPPENED, actor=None, now=now())
    assert not Event.objects.exists()


def test_a_guard_waits_until_its_table_exists(db, monkeypatch):
    """The first apps are migrated before the tables of the later ones stand."""
    declared = Slot("triggers of an app that is not migrated yet")
    for guard in (*guards.guards, guards.Guard("not_yet", "DELETE", "stays")):
        declared.register(guard)
    monkeypatch.setattr(guards, "guards", declared)
    guards.lift(connection)
    guards.install(connection)
    assert list(guards.missing()) == ["the trigger guard_not_yet_delete is missing; `manage.py migrate` installs it"]
