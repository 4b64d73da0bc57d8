"""The checklist of the formal check: what is ticked, what an entry passes with, and what the team reads."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from competition.models import CheckItem
from portal.canonical import digest
from portal.journal.recording import events_of
from portal.refusals import Refusal, Stale
from submissions.actions import fail_check, pass_check, return_for_correction
from submissions.checklist import (
    Mark,
    Tick,
    Ticked,
    checklist_of,
    field_of,
    fingerprint,
    proposed_items,
    proposed_reason,
    record_of,
    unsaid,
)
from submissions.invariants import passed_against_the_list
from submissions.items import MEMBERS, TITLE, of_file, of_section
from submissions.models import Screening
from tests.competition.factories import NOW, make_check_item, make_role
from tests.submissions.factories import fresh, make_member, make_person, make_submitted_entry, tick
from tests.submissions.test_pages import page
from tests.submissions.test_returning import UNTIL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
STAMP, TOPIC, PROOF, SECRET = "承诺书已加盖公章", "作品与赛题相符", "佐证材料齐全", "未发现雷同"


@pytest.fixture
def entry():
    """A submitted entry in a contest whose checklist has two required items, an optional and an internal one."""
    entry = make_submitted_entry()
    contest = entry.contest
    wanted = contest.wanted_files.get()
    make_check_item(contest, text=TOPIC, position=1)
    make_check_item(contest, text=STAMP, position=2, part=MEMBERS, hint="看第 2 页。")
    make_check_item(contest, text=PROOF, position=3, required=False, wanted_file=wanted)
    make_check_item(contest, text=SECRET, position=4, internal=True)
    return entry


@pytest.fixture
def screener(entry):
    person = make_person()
    make_role(person, entry.contest, "screener")
    return person


def decide(action, entry, screener, ticked, **kwargs):
    given = {"version": entry.current_version, "seen": 0, "now": NOW, "ticked": ticked}
    return action(actor=screener, **given | kwargs)


def refusal_of(*args, **kwargs):
    with pytest.raises(Refusal) as caught:
        decide(*args, **kwargs)
    return caught.value


# ── Passing ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_entry_passes_when_all_that_must_be_met_is_met(entry, screener):
    screening = decide(pass_check, entry, screener, tick(entry.contest))
    assert [(line["text"], line["mark"]) for line in screening.answers] == [
        (text, "met") for text in (TOPIC, STAMP, PROOF, SECRET)
    ]


def test_an_entry_does_not_pass_while_a_required_item_is_not_answered_and_is_told_which(entry, screener):
    refusal = refusal_of(pass_check, entry, screener, None)
    assert (refusal.code, TOPIC in str(refusal)) == ("open_item", True)
    whole = tick(entry.contest)
    stamp = CheckItem.objects.get(text=STAMP)
    without = Ticked(whole.seen, [one for one in whole.ticks if one.item != stamp.public_id])
    refusal = refusal_of(pass_check, entry, screener, without)
    assert (refusal.code, refusal.field, STAMP in str(refusal)) == ("open_item", field_of(stamp), True)
    assert not Screening.objects.exists()


def test_an_entry_does_not_pass_with_a_required_item_that_is_not_met(entry, screener):
    refusal = refusal_of(pass_check, entry, screener, tick(entry.contest, **{SECRET: "与另一作品相近"}))
    assert (refusal.code, SECRET in str(refusal)) == ("open_item", True)


def test_an_optional_item_that_is_not_met_and_a_required_one_that_does_not_apply_stop_nothing(entry, screener):
    whole = tick(entry.contest, **{PROOF: "未提交"})
    first = Tick(whole.ticks[0].item, Mark.NOT_APPLICABLE)
    assert decide(pass_check, entry, screener, Ticked(whole.seen, [first, *whole.ticks[1:]])).verdict == "passed"


def test_a_list_that_changed_meanwhile_is_gone_through_once_more(entry, screener):
    seen = tick(entry.contest)
    CheckItem.objects.filter(text=STAMP).update(text="承诺书已签字并加盖公章")
    with pytest.raises(Stale):
        decide(pass_check, entry, screener, seen)
    assert decide(pass_check, entry, screener, tick(entry.contest)).verdict == "passed"


def test_an_answer_to_what_is_not_on_the_list_is_not_kept(entry, screener):
    whole = tick(entry.contest)
    screening = decide(pass_check, entry, screener, Ticked(whole.seen, [*whole.ticks, Tick("nothing", Mark.NOT_MET)]))
    assert len(screening.answers) == 4


# ── What is kept ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_answers_stay_as_they_were_whatever_becomes_of_the_list(entry, screener):
    screening = decide(pass_check, entry, screener, tick(entry.contest))
    entry.contest.check_items.all().delete()
    assert [line["text"] for line in Screening.objects.get(pk=screening.pk).answers] == [TOPIC, STAMP, PROOF, SECRET]
    with pytest.raises(DatabaseError), transaction.atomic():
        Screening.objects.filter(pk=screening.pk).update(answers=[])


def test_the_journal_holds_the_marks_and_the_digest_of_the_answers(entry, screener):
    screening = decide(fail_check, entry, screener, tick(entry.contest, **{STAMP: "缺公章"}), reason="缺公章")
    payload = events_of(entry).first().body.payload
    stamp = CheckItem.objects.get(text=STAMP)
    assert payload["answers"][stamp.public_id] == "not_met"
    assert payload["answers_digest"] == digest(screening.answers)


def test_an_entry_that_passed_against_its_list_breaks_the_invariant(entry, screener):
    decide(pass_check, entry, screener, tick(entry.contest))
    assert list(passed_against_the_list()) == []
    record = record_of(checklist_of(entry.contest), tick(entry.contest, **{STAMP: "缺公章"}))
    Screening.objects.create(
        version=entry.current_version, number=2, verdict="passed", answers=record, screened_by=screener, screened_at=NOW
    )
    assert len(list(passed_against_the_list())) == 1


# ── What is proposed ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_reason_is_proposed_from_what_is_not_met_without_what_is_internal(entry):
    items = checklist_of(entry.contest)
    one = record_of(items, tick(entry.contest, **{STAMP: "第 2 页缺公章", SECRET: "与 3 号相近"}))
    assert proposed_reason(one) == f"{STAMP}：第 2 页缺公章"
    two = record_of(items, tick(entry.contest, **{TOPIC: "", STAMP: "第 2 页缺公章"}))
    assert proposed_reason(two) == f"1. {TOPIC}\n2. {STAMP}：第 2 页缺公章"
    assert proposed_reason(record_of(items, tick(entry.contest))) == ""


def test_what_an_item_concerns_is_proposed_for_correction(entry):
    contest = entry.contest
    section, wanted = contest.form_sections.first(), contest.wanted_files.get()
    make_check_item(contest, text="本节填写完整", position=5, section=section)
    make_check_item(contest, text="名称规范", position=6, part=TITLE)
    missed = {"本节填写完整": "", "名称规范": "", PROOF: "", TOPIC: ""}
    record = record_of(checklist_of(contest), tick(contest, **missed))
    assert proposed_items(checklist_of(contest), record) == sorted([of_section(section), of_file(wanted), TITLE])


def test_the_team_is_told_what_the_reason_does_not_say_yet(entry):
    record = record_of(
        checklist_of(entry.contest), tick(entry.contest, **{STAMP: "缺公章", PROOF: "缺页", SECRET: "像"})
    )
    assert [line["text"] for line in unsaid(record, f"{STAMP}：缺公章")] == [PROOF]


def test_an_item_concerns_one_thing_and_the_database_says_so(entry):
    section, wanted = entry.contest.form_sections.first(), entry.contest.wanted_files.get()
    for concerned in ({"part": TITLE, "section": section}, {"section": section, "wanted_file": wanted}):
        with pytest.raises(DatabaseError), transaction.atomic():
            make_check_item(entry.contest, **concerned)


# ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def url_of(entry):
    return reverse("screening", args=[entry.contest.slug, entry.public_id])


def posted(entry, verdict, marks=None, **fields):
    items = checklist_of(entry.contest)
    data = {field_of(item): "met" for item in items} | {"list_seen": fingerprint(items)}
    for text, note in (marks or {}).items():
        item = next(one for one in items if one.text == text)
        data |= {field_of(item): "not_met", f"note-{item.public_id}": note}
    return data | {"verdict": verdict, "version": 1, "seen": 0, "reason": ""} | fields


def test_the_screener_ticks_the_list_and_the_entry_passes(client, entry, screener):
    client.force_login(screener)
    text = page(client.get(url_of(entry)))
    for expected in (TOPIC, STAMP, "看第 2 页。", "符合", "不符合", "不适用"):
        assert expected in text
    assert client.post(url_of(entry), posted(entry, "passed")).status_code == 302
    assert Screening.objects.get().answers[0]["mark"] == "met"


def test_what_is_missing_is_said_beside_the_item_and_nothing_is_lost(client, entry, screener):
    client.force_login(screener)
    missing = posted(entry, "passed", {PROOF: "第 3 页看不清"})
    missing.pop(field_of(CheckItem.objects.get(text=STAMP)))
    response = client.post(url_of(entry), missing)
    assert f"请先填写“{STAMP}”的审查意见" in page(response, 409)
    assert "第 3 页看不清" in response.content.decode()
    assert not Screening.objects.exists()


def test_without_a_script_the_reason_is_proposed_and_sent_with_the_second_press(client, entry, screener):
    client.force_login(screener)
    data = posted(entry, "failed", {STAMP: "第 2 页缺公章"})
    response = client.post(url_of(entry), data)
    assert "请核对" in page(response, 409)
    form = response.context["form"]
    assert form["reason"].value() == f"{STAMP}：第 2 页缺公章"
    assert form.chosen == [MEMBERS]
    assert client.post(url_of(entry), data | {"reason": form["reason"].value()}).status_code == 302
    assert Screening.objects.get().reason == f"{STAMP}：第 2 页缺公章"


def test_a_list_that_changed_meanwhile_is_said_on_the_page(client, entry, screener):
    client.force_login(screener)
    for verdict in ("passed", "failed"):
        old = posted(entry, verdict, list_seen="0" * 16, reason="缺章")
        assert "审查清单已有变动" in page(client.post(url_of(entry), old), 409)
    assert "请填写不通过的原因" not in page(client.post(url_of(entry), old | {"reason": ""}), 409)
    assert not Screening.objects.exists()


def test_the_history_shows_what_was_ticked_and_begins_the_next_look_with_it(client, entry, screener):
    decide(fail_check, entry, screener, tick(entry.contest, **{SECRET: "与 3 号相近"}), reason="详见电话说明")
    client.force_login(screener)
    response = client.get(url_of(entry))
    assert "与 3 号相近" in page(response)
    assert [point["chosen"] for point in response.context["form"].points] == ["met", "met", "met", "not_met"]


def test_the_team_reads_what_is_not_met_on_its_hub_and_receipt_but_nothing_internal(client, entry, screener):
    ticked = tick(entry.contest, **{STAMP: "第 2 页缺公章", SECRET: "与 3 号相近"})
    decide(fail_check, entry, screener, ticked, reason="材料不合要求")
    client.force_login(entry.team.captain)
    for url in (entry.get_absolute_url(), reverse("receipt", args=[entry.public_id, 1])):
        text = page(client.get(url))
        assert f"{STAMP}" in text
        assert "第 2 页缺公章" in text
        assert "与 3 号相近" not in text
        assert SECRET not in text


def test_a_returned_team_reads_what_is_not_met(client, entry, screener):
    ticked = tick(entry.contest, **{STAMP: "第 2 页缺公章"})
    decide(return_for_correction, entry, screener, ticked, reason="请补正", items=[TITLE], until=UNTIL)
    client.force_login(entry.team.captain)
    text = page(client.get(fresh(entry).get_absolute_url()))
    assert "第 2 页缺公章" in text


def test_whoever_is_in_the_team_reads_nothing_internal_even_with_a_role(client, entry, screener):
    decide(fail_check, entry, screener, tick(entry.contest, **{SECRET: "与 3 号相近"}), reason="材料不合要求")
    member = make_member(entry).user
    make_role(member, entry.contest, "organiser")
    client.force_login(member)
    assert "与 3 号相近" not in page(client.get(url_of(entry)))
