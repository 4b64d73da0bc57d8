"""Finding entries that share something: a person decides, nothing is rejected by itself."""

from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from portal.journal.recording import events_of
from submissions.actions import compare_all, compare_entry, withdraw_entry
from submissions.actions.comparing import awaited_comparisons
from submissions.likeness import samples
from submissions.models import Case, CaseVerdict, CommonMark, Comparison, Entry, Sign, SignKind, Trace
from submissions.signs import LEAST_SAMPLES, MOST_ENTRIES, signs_between
from submissions.signs import carried as signs_of
from submissions.tasks import compare as compare_task
from submissions.tasks import sweep
from tests.competition.factories import NOW, make_topic, make_track
from tests.portal.factories import make_organisation
from tests.submissions.copying import make_entry_saying, paragraph, paragraphs, say
from tests.submissions.factories import fresh, make_member, make_open_contest, make_open_topic, make_person, submit
from tests.submissions.files import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def topic():
    return make_open_topic(uniqueness_scope="topic", partners_max=3)


@pytest.fixture
def most(monkeypatch):
    """What more than five entries carry is common: twenty would take long to make."""
    monkeypatch.setattr("submissions.signs.MOST_ENTRIES", 5)
    return 5


def text(seed, count=8):
    return "\n".join(paragraphs(seed, count))


def compare(*entries):
    for entry in entries:
        compare_entry(pk=entry.pk, now=NOW)


def signs(case):
    return {sign.kind: sign for sign in case.signs.all()}


def picture():
    """All that is known of a contest's cases, whatever the keys."""
    return sorted(
        (
            case.first_id,
            case.second_id,
            case.status,
            case.strength,
            sorted((sign.kind, sign.strength, sign.marks) for sign in case.signs.all()),
        )
        for case in Case.objects.all()
    )


def test_a_copied_text_makes_one_case_of_the_pair_in_order(topic):
    one, other = make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    compare(other, one)
    case = Case.objects.get()
    assert (case.first, case.second) == (one, other)
    assert signs(case).keys() == {"text"}
    assert signs(case)["text"].strength == 100
    assert [event.kind for event in events_of(case)] == ["case.found"]


def test_unrelated_entries_make_no_case(topic):
    compare(*(make_entry_saying(text(place), topic) for place in range(4)))
    assert not Case.objects.exists()
    assert Trace.objects.exists()


def test_half_a_text_a_changed_paragraph_and_another_order_are_found(topic):
    original, others = paragraphs("a", 8), paragraphs("b", 8)
    copies = {
        "half": [*original[:4], *others[:4]],
        "changed": [*original[:3], others[0], *original[4:]],
        "shuffled": original[::-1],
    }
    first = make_entry_saying("\n".join(original), topic)
    found = {name: make_entry_saying("\n".join(copy), topic) for name, copy in copies.items()}
    compare(first, *found.values())
    strengths = {
        name: signs(Case.objects.between(first.pk, entry.pk).get())["text"].strength for name, entry in found.items()
    }
    assert 25 <= strengths["half"] <= 75
    assert strengths["changed"] >= 70
    assert strengths["shuffled"] >= 80


def test_the_same_file_the_same_person_the_same_telephone_and_the_same_organisation_are_signs(topic):
    lead = make_organisation()
    elsewhere = make_topic(topic.track)
    one = make_entry_saying(text(1), topic, file=pdf(note="the same"), lead_organisation=lead)
    other = make_entry_saying(text(2), topic, file=pdf(note="the same"), lead_organisation=lead)
    person = make_person()
    third = make_entry_saying(text(3), topic, captain=person)
    fourth = make_entry_saying(text(4), elsewhere, captain=person)
    for entry, phone in ((third, "+86 138-0000-1111"), (one, "13800001111")):
        entry.team.memberships.update(phone=phone)
    compare(one, other, third, fourth)
    assert signs(Case.objects.between(one.pk, other.pk).get()).keys() == {"file", "org"}
    assert signs(Case.objects.between(third.pk, fourth.pk).get()).keys() == {"member"}
    shared_phone = signs(Case.objects.between(one.pk, third.pk).get())
    assert shared_phone.keys() == {"phone"}
    assert "13800001111" not in str(shared_phone["phone"].marks)
    assert Case.objects.count() == 3


@pytest.mark.parametrize(("scope", "is_sign"), [("topic", False), ("track", True), ("contest", True)])
def test_one_organisation_under_two_topics_is_a_sign_where_the_contests_rule_reaches(scope, is_sign):
    track = make_track(make_open_contest(uniqueness_scope=scope))
    lead = make_organisation()
    compare(*(make_entry_saying(text(place), make_topic(track), lead_organisation=lead) for place in range(2)))
    assert Case.objects.exists() is is_sign


def test_contests_are_compared_apart(topic):
    compare(make_entry_saying(text("a"), topic), make_entry_saying(text("a")))
    assert not Case.objects.exists()


def test_a_file_of_more_than_so_many_entries_is_common_and_no_sign(topic, most):
    template = pdf(note="blank template")
    entries = [make_entry_saying(text(place), topic, file=template) for place in range(most)]
    compare(*entries)
    assert Case.objects.open().count() == most * (most - 1) // 2
    compare(make_entry_saying(text("one more"), topic, file=template))
    compare_awaited()
    assert Case.objects.count() == most * (most - 1) // 2
    assert {case.status for case in Case.objects.all()} == {"gone"}


def compare_awaited():
    """As the sweep does it."""
    while waiting := awaited_comparisons():
        for pk in waiting:
            compare_entry(pk=pk, now=NOW)


def test_a_paragraph_that_everybody_was_given_is_no_sign_and_does_not_hide_a_copy(topic, most):
    given = text("given to all", 4)
    entries = [make_entry_saying(given + text(place, 4), topic) for place in range(most + 1)]
    copy = make_entry_saying(given + text(3, 4), topic)
    compare(*entries, copy)
    compare_awaited()
    case = Case.objects.open().get()
    assert {case.first, case.second} == {entries[3], copy}
    assert signs(case)["text"].strength >= 90
    assert 35 <= Comparison.objects.get(entry=copy).common <= 65


def pairs_found():
    return set(Case.objects.open().values_list("first", "second"))


def test_a_ring_of_copies_makes_a_pair_of_each_with_the_first(topic, most):
    entries = [make_entry_saying(text("copied"), topic) for _turn in range(most + 3)]
    ring = {(entries[0].pk, entry.pk) for entry in entries[1:]}
    compare(*entries[: most - 1])
    assert len(pairs_found()) == (most - 1) * (most - 2) // 2
    compare(*entries[most - 1 :])
    compare_awaited()
    assert pairs_found() == ring
    assert signs(Case.objects.open().first())["text"].strength == 100
    clear()
    compare(*entries[::-1])
    compare_awaited()
    assert pairs_found() == ring
    clear()
    compare_all(contest=topic.track.contest, now=NOW)
    assert pairs_found() == ring


def test_a_ring_that_loses_its_first_has_the_next_one(topic, most):
    entries = [make_entry_saying(text("copied"), topic) for _turn in range(most + 3)]
    compare(*entries)
    compare_awaited()
    withdraw_entry(actor=entries[0].team.captain, entry=fresh(entries[0]), now=NOW)
    compare_awaited()
    assert pairs_found() == {(entries[1].pk, entry.pk) for entry in entries[2:]}


def test_one_by_one_in_any_order_finds_what_the_whole_finds(topic, most):
    original, others = paragraphs("a", 8), paragraphs("b", 8)
    shared = pdf(note="blank template")
    entries = [make_entry_saying(text(place), topic, file=shared) for place in range(most - 1)]
    entries += [
        make_entry_saying("\n".join(original), topic, file=shared),
        make_entry_saying("\n".join([*original[:4], *others[:4]]), topic, file=shared),
        make_entry_saying("\n".join(others), topic),
    ]
    compare(*entries[::-1])
    compare_awaited()
    backwards = [row for row in picture() if row[2] != "gone"]
    clear()
    compare(*entries)
    compare_awaited()
    forwards = [row for row in picture() if row[2] != "gone"]
    clear()
    assert compare_all(contest=topic.track.contest, now=NOW) == 2
    assert picture() == forwards == backwards
    assert len(forwards) == 2


def clear():
    for model in (Sign, Case, Trace, Comparison):
        model.objects.all().delete()


def test_comparing_again_changes_nothing(topic):
    one, other = make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    compare(one, other)
    before = (picture(), Case.objects.get().revision, list(Trace.objects.order_by("pk").values_list("pk", flat=True)))
    compare(one, other)
    compare_all(contest=topic.track.contest, now=NOW)
    assert (
        picture(),
        Case.objects.get().revision,
        list(Trace.objects.order_by("pk").values_list("pk", flat=True)),
    ) == before
    assert awaited_comparisons() == []


def test_what_becomes_common_changes_the_strength_and_nothing_that_was_decided_upon(topic, most):
    given, own = paragraphs("given", 4), paragraphs("own", 5)
    one, other = (make_entry_saying("\n".join([*given, *paragraphs(name, 3), *own]), topic) for name in "bc")
    compare(one, other)
    before = Case.objects.get()
    for place in range(most - 1):
        compare(make_entry_saying("\n".join([*given, *paragraphs(place, 6)]), topic))
    compare(one, other)
    after = Case.objects.between(one.pk, other.pk).get()
    assert 50 <= after.strength < before.strength
    assert signs(after)["text"].strength == after.strength
    assert (after.revision, after.changed_at) == (before.revision, before.changed_at)


def test_a_sentence_that_both_say_is_no_sign_beside_the_file_that_is_one(topic):
    sentence, file = paragraph(Random(1), 75), pdf(note="the same")
    one, other = (make_entry_saying("\n".join([sentence, text(n)]), topic, file=file) for n in range(2))
    assert 0 < len(samples([sentence])) < LEAST_SAMPLES
    compare(one, other)
    assert signs(Case.objects.get()).keys() == {"file"}


def test_a_new_version_without_the_copy_leaves_the_case_as_gone_and_the_copy_brings_it_back(topic):
    one, other = make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    compare(one, other)
    change_text(other, text("b"))
    assert awaited_comparisons() == [other.pk]
    compare(other)
    assert Case.objects.get().status == "gone"
    assert Case.objects.get().second_version.number == 1
    change_text(other, text("a"))
    compare(other)
    case = Case.objects.get()
    assert (case.status, case.second_version.number) == ("open", 3)


def change_text(entry, words):
    say(fresh(entry), words)
    submit(entry)


def test_what_is_withdrawn_is_compared_no_longer_and_again_when_it_is_back(topic):
    one, other = make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    compare(one, other)
    withdraw_entry(actor=other.team.captain, entry=fresh(other), now=NOW)
    assert awaited_comparisons() == [other.pk]
    compare(other)
    assert Case.objects.get().status == "gone"
    assert not Trace.objects.filter(entry=other).exists()
    assert awaited_comparisons() == []
    submit(other)
    compare(other)
    assert Case.objects.get().status == "open"


def test_submitting_and_withdrawing_have_the_entry_compared_once_they_are_safe(
    topic, django_capture_on_commit_callbacks, monkeypatch
):
    given = []
    monkeypatch.setattr(compare_task, "apply_async", lambda arguments, **_: given.append(arguments[0]))
    with django_capture_on_commit_callbacks(execute=True):
        entry = make_entry_saying(text("a"), topic)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert given == [entry.pk, entry.pk]


def test_the_sweep_finds_what_a_missing_broker_left(topic, monkeypatch):
    entry = make_entry_saying(text("a"), topic)
    given = []
    monkeypatch.setattr(compare_task, "apply_async", lambda arguments, **_: given.append(arguments[0]))
    sweep()
    assert given == [entry.pk]
    compare_task(entry.pk)
    sweep()
    assert given == [entry.pk]


def test_nothing_about_an_entry_changes_by_being_found(topic):
    one, other = make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    before = list(Entry.objects.order_by("pk").values())
    journal = [events_of(entry).count() for entry in (one, other)]
    compare(one, other)
    assert list(Entry.objects.order_by("pk").values()) == before
    assert [events_of(entry).count() for entry in (one, other)] == journal


def test_a_person_in_both_teams_of_one_topic_cannot_be_but_members_of_two_topics_are_told(topic):
    person = make_person()
    one, other = make_entry_saying(text(1), topic), make_entry_saying(text(2), make_topic(topic.track))
    for entry in (one, other):
        make_member(entry, user=person)
        submit(entry)
    compare(one, other)
    assert signs(Case.objects.get())["member"].marks == [person.public_id]


def test_the_command_says_how_far_it_is_and_what_it_found(topic, capsys):
    make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    call_command("find_duplicates", contest=topic.track.contest.slug)
    told = capsys.readouterr().out
    assert "made findable: 2 of 2 entries" in told
    assert "looked at closely: 1 of 1 pairs" in told
    assert "1 possible duplicates, 1 to be looked at" in told
    with pytest.raises(CommandError):
        call_command("find_duplicates", contest="nowhere")


def test_the_database_keeps_the_pair_in_order_once_and_a_verdict_with_its_reason(topic):
    one, other = make_entry_saying(text("a"), topic), make_entry_saying(text("a"), topic)
    compare(one, other)
    case = Case.objects.get()
    versions = {"first_version": case.first_version, "second_version": case.second_version}
    base = versions | {"contest": case.contest, "strength": 1, "found_at": NOW, "changed_at": NOW}
    for wrong in (
        {"first": other, "second": one},
        {"first": one, "second": one},
        {"first": one, "second": other},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.create(**base | wrong)
    for change in ({"status": "confirmed"}, {"strength": 101}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)
    said = {
        "case": case,
        "number": 1,
        "verdict": "confirmed",
        "reason": "抄袭",
        "decided_by": one.team.captain,
        "decided_at": NOW,
    }
    for wrong in ({"reason": ""}, {"verdict": "open"}, {"decided_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseVerdict.objects.create(**said | wrong)
    verdict = CaseVerdict.objects.create(**said)
    for wrong in (lambda: CaseVerdict.objects.filter(pk=verdict.pk).update(reason="别的"), verdict.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    assert set(SignKind.values) == {"file", "text", "member", "phone", "org"}


def test_an_entry_that_is_gone_is_compared_with_nothing(topic):
    compare_entry(pk=0, now=NOW)
    assert not Comparison.objects.exists()


def test_a_person_and_an_organisation_of_very_many_entries_are_told_by_name(topic, most):
    lead, person = make_organisation(), make_person(name="赵一鸣")
    elsewhere = [make_topic(topic.track) for _ in range(most + 1)]
    entries = [make_entry_saying(text(n), where, captain=person) for n, where in enumerate(elsewhere)]
    entries += [make_entry_saying(text(f"o{n}"), topic, lead_organisation=lead) for n in range(most + 1)]
    compare(*entries)
    told = set(CommonMark.objects.values_list("kind", "label"))
    assert {(SignKind.MEMBER, "赵一鸣"), (SignKind.ORGANISATION, lead.name)} <= told
    assert all(count > most for count in CommonMark.objects.values_list("entries", flat=True))


@pytest.mark.parametrize(("mine", "theirs"), [(8, 5), (0, 0)])
def test_in_a_ring_only_who_says_nearly_all_of_it_is_a_copy(topic, mine, theirs):
    one = make_entry_saying(text("ring", mine) or "短", topic)
    other = make_entry_saying(text("ring", theirs) or "短", topic)
    carried = [signs_of(entry, entry.current_version) for entry in (one, other)]
    common = dict.fromkeys({*carried[0].values, *carried[1].values}, MOST_ENTRIES + 1)
    assert signs_between(*carried, common, stands_for_ring=True) == []
