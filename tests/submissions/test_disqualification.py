"""Taking an entry out of the contest with a reason, and letting it back in: who may, what follows, what people read."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from competition.models import Stage
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from submissions.actions import disqualify_entry, freeze_entries, pass_check, reinstate_entry, withdraw_entry
from submissions.actions.comparing import awaited_comparisons, compare_entry
from submissions.invariants import disqualified_by_others
from submissions.items import TITLE
from submissions.models import Case, Disqualification, Entry
from submissions.papers.verification import code_of
from tests.competition.factories import NOW, make_role, make_stage
from tests.submissions.factories import (
    disqualify,
    fresh,
    make_correction,
    make_entry,
    make_member,
    make_passed_entry,
    make_person,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_pages import page
from tests.submissions.test_submission import change

pytestmark = pytest.mark.django_db
REASON, LIFTED = "与往届获奖作品相同", "核对后系同一团队的延续项目"


@pytest.fixture
def entry():
    return make_submitted_entry()


@pytest.fixture
def organiser(entry):
    return with_role(entry, "organiser")


def with_role(entry, role):
    person = make_person()
    make_role(person, entry.contest, role)
    return person


def out(entry, organiser, **given):
    return disqualify_entry(**{"actor": organiser, "entry": entry, "seen": 1, "reason": REASON, "now": NOW} | given)


def back(row, organiser, **given):
    return reinstate_entry(**{"actor": organiser, "row": row, "reason": LIFTED, "now": NOW} | given)


def code_of_refusal(action, *args, **given):
    with pytest.raises(Refusal) as caught:
        action(*args, **given)
    return caught.value.code


def test_a_disqualified_entry_takes_no_part_and_the_team_reads_why(entry, organiser):
    pass_check(actor=organiser, version=entry.current_version, seen=0, now=NOW)
    row = out(entry, organiser)
    entry = fresh(entry)
    assert (entry.status, entry.disqualification) == (Entry.Status.DISQUALIFIED, row)
    assert not Entry.objects.passed_check().filter(pk=entry.pk).exists()
    assert not Entry.objects.in_check().filter(pk=entry.pk).exists()
    notice = Notice.objects.get(kind="submissions.entry_disqualified", recipient=entry.team.captain, channel="mail")
    assert notice.context["reason"] == REASON
    payload = events_of(entry).get(kind="entry.disqualified").body.payload
    assert (payload["version"], payload["disqualification"]) == (1, row.public_id)
    assert list(disqualified_by_others()) == []


def test_whoever_is_let_in_again_stands_where_they_stood(entry, organiser):
    pass_check(actor=organiser, version=entry.current_version, seen=0, now=NOW)
    row = back(out(entry, organiser), organiser)
    assert (row.lifted_by, row.lifted_reason, row.lifted_at) == (organiser, LIFTED, NOW)
    entry = fresh(entry)
    assert (entry.status, entry.disqualification) == (Entry.Status.SUBMITTED, None)
    assert entry in Entry.objects.passed_check()
    assert Notice.objects.get(kind="submissions.entry_reinstated", channel="mail").context["reason"] == LIFTED
    assert events_of(entry).filter(kind="entry.reinstated").exists()


def test_a_correction_that_ran_goes_on(entry, organiser):
    entry = make_correction(entry, items=[TITLE], until=NOW + timedelta(days=1))
    correction = entry.correction
    row = out(entry, organiser)
    assert fresh(entry).correction is None
    back(row, organiser)
    assert (fresh(entry).status, fresh(entry).correction) == (Entry.Status.RETURNED, correction)


def test_the_team_can_change_nothing(entry, organiser):
    out(entry, organiser)
    assert code_of_refusal(submit, fresh(entry)) == "disqualified"
    assert code_of_refusal(change, fresh(entry)) == "disqualified"
    assert code_of_refusal(withdraw_entry, actor=entry.team.captain, entry=entry, now=NOW) == "disqualified"
    assert code_of_refusal(make_member, fresh(entry)) == "disqualified"
    assert not Entry.objects.alive().filter(pk=entry.pk).exists()


def test_it_is_not_checked_either(entry, organiser):
    out(entry, organiser)
    given = {"actor": organiser, "version": entry.current_version, "seen": 0, "now": NOW}
    assert code_of_refusal(pass_check, **given) == "disqualified"


def test_what_is_being_judged_can_be_disqualified():
    entry = make_passed_entry()
    organiser = with_role(entry, "organiser")
    freeze_entries(actor=None, entries=[entry], now=NOW)
    back(out(entry, organiser), organiser)
    assert (fresh(entry).status, fresh(entry).frozen_at) == (Entry.Status.SUBMITTED, NOW)


@pytest.mark.parametrize("role", ["screener", "supervisor", "observer"])
def test_only_organisers_decide(entry, role):
    with pytest.raises(NotAllowed):
        out(entry, with_role(entry, role))
    with pytest.raises(NotAllowed):
        out(entry, entry.team.captain)


def test_nobody_decides_on_their_own_team(entry):
    member = make_member(entry).user
    make_role(member, entry.contest, "organiser")
    assert code_of_refusal(out, entry, member) == "own_team"


def test_both_ways_need_a_reason(entry, organiser):
    assert code_of_refusal(out, entry, organiser, reason="") == "no_reason"
    row = out(entry, organiser)
    assert code_of_refusal(back, row, organiser, reason="") == "no_reason"
    with pytest.raises(DatabaseError), transaction.atomic():
        Disqualification.objects.filter(pk=row.pk).update(lifted_at=NOW)


def test_what_is_not_submitted_cannot_be_disqualified(entry, organiser):
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert code_of_refusal(out, entry, organiser) == "not_submitted"
    draft = make_entry(entry.topic)
    assert code_of_refusal(out, draft, organiser) == "not_submitted"


def test_a_version_that_nobody_looked_at_is_not_disqualified(entry, organiser):
    submit(change(entry))
    with pytest.raises(Stale):
        out(entry, organiser)
    out(entry, organiser, seen=2)


def test_a_decision_is_lifted_once_and_an_older_one_never(entry, organiser):
    first = out(entry, organiser)
    back(first, organiser)
    assert code_of_refusal(back, first, organiser) == "not_disqualified"
    out(entry, organiser)
    with pytest.raises(Stale):
        back(first, organiser)


def test_when_the_results_are_final_who_takes_part_is_settled(entry, organiser):
    stage = make_stage(entry.contest, Stage.Kind.PUBLICITY)
    row = out(entry, organiser, now=stage.closes_at - timedelta(microseconds=1))
    with pytest.raises(Closed):
        back(row, organiser, now=stage.closes_at)


def test_the_database_keeps_what_was_decided(entry, organiser):
    row = out(entry, organiser)
    for attempt in (
        lambda: Disqualification.objects.filter(pk=row.pk).update(reason="别的"),
        row.delete,
        lambda: Entry.objects.filter(pk=entry.pk).update(status="submitted"),
        lambda: Disqualification.objects.create(
            entry=entry, version=entry.current_version, reason="再次", decided_by=organiser, decided_at=NOW
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    back(row, organiser)
    with pytest.raises(DatabaseError), transaction.atomic():
        Disqualification.objects.filter(pk=row.pk).update(lifted_reason="别的")


def test_a_copy_of_what_was_disqualified_is_still_found(entry, organiser):
    out(entry, organiser)
    other = make_submitted_entry(entry.topic, lead_organisation=entry.team.lead_organisation)
    for pk in (entry.pk, other.pk):
        compare_entry(pk=pk, now=NOW)
    assert entry.pk not in awaited_comparisons()
    assert Case.objects.between(entry.pk, other.pk).exists()


# ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def url_of(entry):
    return reverse("disqualification", args=[entry.contest.slug, entry.public_id])


def test_the_organiser_disqualifies_and_lifts_on_one_page(client, clock, entry, organiser):
    client.force_login(organiser)
    assert "取消该作品的参赛资格？" in page(client.get(url_of(entry)))
    response = client.post(url_of(entry), {"seen": "1", "reason": ""})
    assert "请填写取消参赛资格的理由" in page(response, 409)
    assert client.post(url_of(entry), {"seen": "1", "reason": REASON}).status_code == 302
    row = Disqualification.objects.get()
    assert REASON in page(client.get(url_of(entry)))
    screening = reverse("screening", args=[entry.contest.slug, entry.public_id])
    assert REASON in page(client.get(screening))
    assert client.post(url_of(entry), {"seen": "1", "reason": REASON}).status_code == 409
    assert client.post(url_of(entry), {"seen": row.public_id, "lift": "1", "reason": LIFTED}).status_code == 302
    assert fresh(entry).status == Entry.Status.SUBMITTED
    assert LIFTED in page(client.get(url_of(entry)))


def test_a_page_that_names_no_version_changes_nothing(client, clock, entry, organiser):
    client.force_login(organiser)
    for seen in ("", "x", "9" * 12, "２"):
        assert client.post(url_of(entry), {"seen": seen, "reason": REASON}).status_code == 409
    assert fresh(entry).status == Entry.Status.SUBMITTED


def test_the_team_reads_the_reason_on_its_hub_and_receipt(client, clock, entry):
    disqualify(entry)
    client.force_login(entry.team.captain)
    for url in (entry.get_absolute_url(), reverse("receipt", args=[entry.public_id, 1])):
        text = page(client.get(url))
        assert REASON in text
        assert "作品已被取消参赛资格" in text
    assert "该作品已被取消参赛资格" in page(client.get(entry.get_absolute_url()))


def test_whoever_checks_the_receipt_learns_it_without_the_reason(client, clock, entry):
    row = disqualify(entry)
    text = page(client.get(reverse("verify", args=[code_of(row.version)])))
    assert "该作品已被取消参赛资格" in text
    assert REASON not in text


def test_the_list_of_entries_finds_it(client, clock, entry, organiser):
    disqualify(entry)
    client.force_login(organiser)
    response = client.get(reverse("entry_list", args=[entry.contest.slug]), {"state": "disqualified"})
    assert entry.number in page(response)
    assert client.get(reverse("screening_queue", args=[entry.contest.slug])).context["rows"] == []
