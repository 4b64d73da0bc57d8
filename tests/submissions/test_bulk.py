"""Passing several entries at once: which can, what is said of the others, and that a second click changes nothing."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from competition.models import Stage
from portal.journal.recording import events_of
from portal.refusals import Closed, NotAllowed, Refusal
from submissions.actions import Chosen, fail_check, freeze_entries, pass_several, raise_caution
from submissions.checklist import checklist_of, fingerprint
from submissions.concerns import concerns_of
from submissions.models import Case, Entry, Inspection, Screening
from tests.competition.factories import NOW, make_check_item, make_role, make_wanted_file
from tests.submissions.factories import fresh, make_member, make_open_topic, make_person, make_submitted_entry, submit
from tests.submissions.test_pages import page
from tests.submissions.test_submission import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def topic():
    topic = make_open_topic(bulk_pass=True)
    make_check_item(topic.track.contest, text="承诺书已盖章")
    make_check_item(topic.track.contest, text="佐证齐全", required=False)
    return topic


@pytest.fixture
def contest(topic):
    return topic.track.contest


@pytest.fixture
def screener(contest):
    return person_in(contest)


def person_in(contest, role="screener"):
    person = make_person()
    make_role(person, contest, role)
    return person


def chosen(*entries):
    return [Chosen(entry.public_id, entry.current_version.number, 0) for entry in entries]


def passed(actor, contest, *entries, **kwargs):
    given = {"list_seen": fingerprint(checklist_of(contest)), "looked": True, "now": NOW}
    return pass_several(actor=actor, contest=contest, chosen=chosen(*entries), **given | kwargs)


def why_not(actor, contest, entry, **kwargs):
    (outcome,) = passed(actor, contest, entry, **kwargs)
    assert outcome.screening is None
    return outcome.why_not


# ── Passing ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_several_pass_and_each_verdict_keeps_that_it_was_answered_with_others(topic, contest, screener):
    entries = [make_submitted_entry(topic) for _turn in range(3)]
    outcomes = passed(screener, contest, *entries)
    assert [outcome.entry for outcome in outcomes] == entries
    for entry in entries:
        screening = entry.current_version.screenings.get()
        assert (screening.in_bulk, screening.verdict, screening.screened_by) == (True, "passed", screener)
        assert [(line["text"], line["mark"]) for line in screening.answers] == [("承诺书已盖章", "met")]
        assert entry in Entry.objects.passed_check()
        assert events_of(entry).first().body.payload["in_bulk"] is True


def test_a_second_click_passes_nothing_twice_and_says_the_same(topic, contest, screener):
    entry = make_submitted_entry(topic)
    first, again = passed(screener, contest, entry), passed(screener, contest, entry)
    assert first == again
    assert Screening.objects.count() == 1
    assert why_not(person_in(contest), contest, entry)


def test_one_that_cannot_pass_holds_up_no_other(topic, contest, screener):
    good, stale, judged, own = (make_submitted_entry(topic) for _turn in range(4))
    seen = chosen(stale)
    submit(change(stale))
    freeze_entries(actor=None, entries=[judged], now=NOW)
    make_member(own, user=screener)
    outcomes = pass_several(
        actor=screener, contest=contest, chosen=[*seen, *chosen(judged, own, good)], looked=True,
        list_seen=fingerprint(checklist_of(contest)), now=NOW,
    )  # fmt: skip
    assert {outcome.entry: bool(outcome.screening) for outcome in outcomes} == {
        stale: False, judged: False, own: False, good: True,
    }  # fmt: skip
    assert all(outcome.why_not for outcome in outcomes if not outcome.screening)


def test_what_was_looked_at_before_is_checked_by_itself(topic, contest, screener):
    entry = make_submitted_entry(topic)
    fail_check(actor=screener, version=entry.current_version, seen=0, reason="缺章", now=NOW)
    assert why_not(screener, contest, entry)
    assert Screening.objects.count() == 1


def test_a_list_that_changed_meanwhile_passes_nothing(topic, contest, screener):
    entry = make_submitted_entry(topic)
    seen = fingerprint(checklist_of(contest))
    make_check_item(contest, text="又一项")
    assert "审查清单已有变动" in why_not(screener, contest, entry, list_seen=seen)


def test_where_every_verdict_is_confirmed_those_wait_too(topic, contest, screener):
    type(contest).objects.filter(pk=contest.pk).update(second_look="all")
    entry = make_submitted_entry(topic)
    (outcome,) = passed(screener, contest, entry)
    assert outcome.screening.in_force is False
    assert entry not in Entry.objects.passed_check()


def test_it_is_for_those_who_check_where_the_contest_allows_it_and_while_the_check_is_open(topic, contest, screener):
    entry = make_submitted_entry(topic)
    for person in (entry.team.captain, person_in(contest, "observer"), make_person()):
        with pytest.raises(NotAllowed):
            passed(person, contest, entry)
    closes_at = contest.stages.get(kind=Stage.Kind.SCREENING).closes_at
    with pytest.raises(Closed):
        passed(screener, contest, entry, now=closes_at)
    with pytest.raises(Refusal) as caught:
        passed(screener, contest, entry, looked=False)
    assert caught.value.code == "not_looked"
    contest.bulk_pass = False
    contest.save()
    with pytest.raises(Refusal) as caught:
        passed(screener, contest, entry)
    assert caught.value.code == "one_by_one"
    assert not Screening.objects.exists()


def test_entries_of_another_contest_are_not_found(topic, contest, screener):
    assert passed(screener, contest, make_submitted_entry(make_open_topic(bulk_pass=True))) == []


def test_the_database_keeps_that_only_passes_are_given_together(topic, screener):
    version = make_submitted_entry(topic).current_version
    with pytest.raises(DatabaseError), transaction.atomic():
        Screening.objects.create(
            version=version, verdict="failed", reason="缺章", in_bulk=True, screened_by=screener, screened_at=NOW
        )


# ── What stands against it ─────────────────────────────────────────────────────────────────────────────────────────
def inspected(entry, verdict):
    found = Inspection.objects.filter(uploads__entry=entry)
    assert found.update(verdict=verdict, scanned_at=NOW if verdict != "unknown" else None)


def test_malware_stands_against_an_entry(topic, contest, screener):
    bad, good = make_submitted_entry(topic), make_submitted_entry(topic)
    inspected(bad, "infected")
    assert list(concerns_of([fresh(bad), fresh(good)])) == [bad.pk]
    assert "恶意程序" in why_not(screener, contest, bad)


def test_a_file_that_was_not_scanned_stands_against_it_where_there_is_a_scanner(topic, settings):
    entry = fresh(make_submitted_entry(topic))
    inspected(entry, "unknown")
    assert concerns_of([entry]) == {}
    settings.CLAMD_URL = "tcp://127.0.0.1:3310"
    assert "病毒扫描" in concerns_of([entry])[entry.pk][0]
    inspected(entry, "clean")
    assert concerns_of([entry]) == {}


def test_a_required_file_that_is_missing_stands_against_it_if_this_entry_is_asked_for_it(topic, contest):
    entry = fresh(make_submitted_entry(topic))
    elsewhere = contest.tracks.create(number=9, name="另一赛道")
    make_wanted_file(contest, label="他赛道材料", track=elsewhere)
    make_wanted_file(contest, label="选交材料", required=False)
    assert concerns_of([entry]) == {}
    make_wanted_file(contest, label="补充协议")
    assert concerns_of([entry]) == {entry.pk: ["缺少材料：补充协议"]}


def test_a_private_note_on_those_behind_it_stands_against_it(topic, contest, screener):
    noted, person, clear = (fresh(make_submitted_entry(topic)) for _turn in range(3))
    organiser = person_in(contest, "organiser")
    raise_caution(actor=organiser, entry=noted, on=noted.team.lead_organisation, reason="公告", now=NOW)
    raise_caution(actor=organiser, entry=person, on=person.team.captain, reason="公告", now=NOW)
    assert set(concerns_of([noted, person, clear])) == {noted.pk, person.pk}
    assert "备注" in why_not(screener, contest, noted)


# ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_entries_are_ticked_in_the_queue_confirmed_and_passed(client, topic, contest, screener):
    good, bad = make_submitted_entry(topic, title="港口协同"), make_submitted_entry(topic, title="胸痛急救")
    inspected(bad, "infected")
    client.force_login(screener)
    queue = client.get(reverse("screening_queue", args=[contest.slug])).content.decode()
    assert f'value="{good.public_id}"' in queue
    assert f'value="{bad.public_id}"' not in queue  # it carries a flag
    url = reverse("pass_several", args=[contest.slug])
    text = page(client.get(url, {"entry": [good.public_id, bad.public_id, "nothing"]}))
    for expected in ("1 件作品可以通过", "1 件作品须逐件审查", "恶意程序", "承诺书已盖章"):
        assert expected in text
    data = {"chosen": f"{good.public_id}:1:0", "list_seen": fingerprint(checklist_of(contest))}
    assert "请确认已对每件作品" in page(client.post(url, data), 409)
    assert not Screening.objects.exists()
    for _click in range(2):
        assert "已通过 1 件作品" in page(client.post(url, data | {"looked": "on"}))
    assert Screening.objects.count() == 1


@pytest.mark.parametrize("given", [[], ["nothing"], ["0123456789ab:0:0"], ["0123456789ab:1:0"] * 51])
def test_a_choice_that_makes_no_sense_changes_nothing(client, topic, contest, screener, given):
    client.force_login(screener)
    url = reverse("pass_several", args=[contest.slug])
    assert client.post(url, {"chosen": given, "looked": "on"}).status_code == 409


def test_where_it_is_not_allowed_the_queue_offers_nothing(client, topic, contest, screener):
    entry = make_submitted_entry(topic)
    type(contest).objects.filter(pk=contest.pk).update(bulk_pass=False)
    client.force_login(screener)
    assert entry.public_id not in client.get(reverse("screening_queue", args=[contest.slug])).content.decode().replace(
        f"/{entry.public_id}/", ""
    )
    assert client.get(reverse("pass_several", args=[contest.slug])).status_code == 409


def test_the_queue_names_the_next_one_and_what_the_person_has_looked_at(client, topic, contest, screener):
    first, second = make_submitted_entry(topic), make_submitted_entry(topic)
    client.force_login(screener)
    queue = reverse("screening_queue", args=[contest.slug])
    assert client.get(queue).context["next_url"].endswith(f"/{first.public_id}/")
    passed(screener, contest, first)
    response = client.get(queue)
    assert response.context["next_url"].endswith(f"/{second.public_id}/")
    chips = {str(chip.label): chip.count for chip in response.context["state_chips"]}
    assert (chips["待审"], chips["我审查的"], chips["全部"]) == (1, 1, 2)
    mine = client.get(f"{queue}?state=mine")
    assert [row[0][0] for row in mine.context["rows"]] == [first.number]
    client.force_login(person_in(contest))
    assert client.get(f"{queue}?state=mine").context["rows"] == []


def test_an_open_case_of_a_possible_duplicate_stands_against_both(topic, contest, screener):
    one, other, clear = (fresh(make_submitted_entry(topic)) for _turn in range(3))
    sides = {
        "first": one,
        "first_version": one.current_version,
        "second": other,
        "second_version": other.current_version,
    }
    case = Case.objects.create(contest=contest, strength=90, found_at=NOW, changed_at=NOW, **sides)
    assert set(concerns_of([one, other, clear])) == {one.pk, other.pk}
    assert "疑似重复" in why_not(screener, contest, one)
    Case.objects.filter(pk=case.pk).delete()
    assert concerns_of([one, other]) == {}
