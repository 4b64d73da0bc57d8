"""Places in the journal's tree, signed roots, and what the invariant finds when somebody changed the database by hand."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal import guards
from portal.journal.actions import erase
from portal.journal.checkpoints import broken, make_checkpoint, placed, proof_of, signer
from portal.journal.models import Block, Checkpoint, Event, Leaf
from portal.journal.notes import checkpoint_text, counts_in
from portal.journal.tree import BLOCK, EMPTY_ROOT, included, root_of
from tests.competition.factories import make_contest
from tests.portal.factories import NOW, make_event, make_superuser

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def by_hand():
    """The triggers are lifted, as whoever owns the database can do."""
    guards.lift(connection)
    yield
    guards.install(connection)


def grow(count):
    for _turn in range(count):
        make_event()


def leaf_hashes():
    return [bytes.fromhex(leaf) for leaf in Event.objects.order_by("sequence").values_list("leaf_hash", flat=True)]


def test_a_journal_without_events_has_the_empty_root():
    assert make_checkpoint(now=NOW).root == EMPTY_ROOT.hex()
    assert list(broken()) == []


def test_every_event_gets_its_place_once_and_in_order():
    grow(3)
    first = make_checkpoint(now=NOW)
    grow(2)
    second = make_checkpoint(now=LATER)
    assert (first.size, second.size) == (3, 5)
    assert second.root == root_of(leaf_hashes()).hex()
    order = list(Leaf.objects.order_by("index").values_list("event__sequence", flat=True))
    assert order == sorted(order)
    assert list(broken()) == []


def test_where_nothing_is_new_the_last_checkpoint_stands():
    grow(2)
    assert make_checkpoint(now=NOW) == make_checkpoint(now=LATER)
    assert Checkpoint.objects.count() == 1


def test_complete_blocks_are_kept_and_prove_the_same(django_assert_max_num_queries):
    grow(2 * BLOCK + 3)
    checkpoint = make_checkpoint(now=NOW)
    assert Block.objects.count() == 2
    for event in (Event.objects.order_by("sequence")[0], Event.objects.order_by("sequence")[BLOCK + 1]):
        with django_assert_max_num_queries(12):  # one for each level within a block
            proof = proof_of(event.leaf_hash)
        leaf, root = bytes.fromhex(event.leaf_hash), bytes.fromhex(checkpoint.root)
        assert included(leaf, proof.index, checkpoint.size, proof.path, root)


def test_an_event_has_no_proof_before_its_first_checkpoint():
    grow(1)
    event = Event.objects.get()
    assert proof_of(event.leaf_hash) is None
    assert placed([event.leaf_hash]) == {}
    make_checkpoint(now=NOW)
    assert placed([event.leaf_hash]) == {event.leaf_hash: 0}
    assert proof_of(event.leaf_hash).lines == []


@pytest.mark.usefixtures("by_hand")
def test_a_missing_place_is_found():
    grow(3)
    make_checkpoint(now=NOW)
    Leaf.objects.filter(index=1).delete()
    assert list(broken()) == ["leaf 1 of the journal's tree is missing"]


@pytest.mark.usefixtures("by_hand")
def test_events_that_changed_places_are_found():
    grow(3)
    make_checkpoint(now=NOW)
    first, second = Event.objects.order_by("sequence")[:2]
    Event.objects.filter(pk=first.pk).update(leaf_hash="0" * 64)
    Event.objects.filter(pk=second.pk).update(leaf_hash=first.leaf_hash)
    Event.objects.filter(pk=first.pk).update(leaf_hash=second.leaf_hash)
    assert list(broken()) == ["the checkpoint of 3 leaves does not match the journal"]


@pytest.mark.usefixtures("by_hand")
def test_a_journal_that_was_cut_short_is_found():
    grow(3)
    make_checkpoint(now=NOW)
    Leaf.objects.filter(index=2).delete()
    assert list(broken()) == ["the checkpoint of 3 leaves has more than the journal"]
    with pytest.raises(CommandError):
        call_command("verify_journal")


def test_a_text_that_does_not_end_its_line_is_not_signed():
    with pytest.raises(ValueError, match="line feed"):
        signer().sign("chengshu receipt")


def test_a_checkpoint_of_nothing_still_matches_when_the_journal_has_grown():
    make_checkpoint(now=NOW)
    grow(1)
    make_checkpoint(now=LATER)
    assert list(broken()) == []
    assert Checkpoint.objects.count() == 2


class TestCounts:
    """A checkpoint says how many events are of which contest."""

    def test_grow_with_each_checkpoint_and_keep_what_was_erased_later(self):
        first, second = make_contest(), make_contest()
        grow(2)
        events = [make_event(contest=contest) for contest in (first, second, first)]
        made = make_checkpoint(now=NOW)
        assert counts_in(made.note) == {first.reference: 2, second.reference: 1}
        erase(actor=make_superuser(), sequences=[events[0].sequence], reason="R-1", now=NOW)
        make_event(contest=second)
        assert counts_in(make_checkpoint(now=LATER).note) == {first.reference: 2, second.reference: 2}

    def test_begin_with_all_events_where_the_last_checkpoint_counted_none(self, by_hand):
        contest = make_contest()
        make_event(contest=contest)
        latest = make_checkpoint(now=NOW)
        Checkpoint.objects.all().delete()
        note = signer().sign(checkpoint_text(signer().name, latest.size, bytes.fromhex(latest.root), {}))
        Checkpoint.objects.create(size=latest.size, root=latest.root, note=note, at=NOW)
        make_event(contest=contest)
        assert counts_in(make_checkpoint(now=LATER).note) == {contest.reference: 2}
