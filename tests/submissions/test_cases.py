"""Verdicts on possible duplicates, and the pages on which people find them."""

from itertools import combinations

import pytest
from django.urls import reverse

from portal.journal.recording import events_of
from submissions.actions import compare_entry, decide_case, pass_check
from submissions.invariants import cases_without_their_verdict
from submissions.models import Case, Entry
from submissions.views.cases import cases_beside
from tests.budgets import check_list
from tests.competition.factories import NOW, make_role, make_topic, make_track
from tests.portal.factories import make_organisation
from tests.submissions.copying import make_entry_saying, paragraphs, say
from tests.submissions.factories import fresh, make_member, make_open_contest, make_person, make_submitted_entry, submit
from tests.submissions.files import pdf
from tests.submissions.test_pages import page
from tests.submissions.test_teams import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
REASON = "两份材料出自同一课题组，正文各自独立撰写。"


@pytest.fixture
def contest():
    return make_open_contest()


@pytest.fixture
def topic(contest):
    return make_topic(make_track(contest, name="交通运输"))


@pytest.fixture
def pair(topic):
    """Two entries, of which the second has copied half of the first."""
    mine, others = paragraphs("mine", 8), paragraphs("others", 8)
    return (
        make_entry_saying("\n".join(mine), topic),
        make_entry_saying("\n".join([*others[:4], *mine[2:6]]), topic),
    )


@pytest.fixture
def case(pair):
    compare(*pair)
    return Case.objects.get()


def compare(*entries):
    for entry in entries:
        compare_entry(pk=entry.pk, now=NOW)


def holder(contest, role):
    person = make_person()
    make_role(person, contest, role)
    return person


@pytest.fixture
def screener(contest):
    return holder(contest, "screener")


def decide(case, actor, verdict="related", reason=REASON, revision=None):
    seen = Case.objects.get(pk=case.pk).revision if revision is None else revision
    return decide_case(actor=actor, case=case, verdict=verdict, reason=reason, revision=seen, now=NOW)


# ── The verdict ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_verdict_is_kept_with_its_reason_and_the_evidence_and_changes_no_entry(case, screener, pair):
    before = list(Entry.objects.order_by("pk").values())
    journal = [events_of(entry).count() for entry in pair]
    said = decide(case, screener, "confirmed")
    case.refresh_from_db()
    assert (case.status, case.verdict, said.number) == ("confirmed", said, 1)
    assert said.marks.keys() == {"text"}
    event = events_of(case).first()
    assert (event.kind, event.body.actor, event.body.payload["verdict"]) == (
        "case.decided",
        screener.public_id,
        "confirmed",
    )
    assert REASON not in str(event.body.payload)
    assert list(Entry.objects.order_by("pk").values()) == before
    assert [events_of(entry).count() for entry in pair] == journal
    assert pass_check(actor=screener, version=pair[0].current_version, seen=0, now=NOW).verdict == "passed"


def test_a_verdict_needs_a_reason_a_choice_and_somebody_who_checks(case, contest, screener, pair):
    assert code_of(decide, case, screener, reason="") == "no_reason"
    assert code_of(decide, case, screener, verdict="open") == "no_verdict"
    for role in ("supervisor", "observer"):
        assert code_of(decide, case, holder(contest, role)) == "not_allowed"
    assert code_of(decide, case, pair[0].team.captain) == "not_allowed"
    assert not case.verdicts.exists()


def test_whoever_is_in_one_of_the_teams_does_not_know_of_the_case(client, case, contest, screener, pair):
    make_member(pair[1], user=screener)
    assert code_of(decide, case, screener) == "not_allowed"
    client.force_login(screener)
    assert client.get(url_of(case)).status_code == 404
    assert pair[0].number not in page(client.get(reverse("cases", args=[contest.slug])))
    assert cases_beside(screener, fresh(pair[0]))["count"] == 0


def test_of_two_who_saw_the_same_the_second_is_told_to_look_again(case, screener, contest):
    seen = case.revision
    decide(case, screener, revision=seen)
    assert code_of(decide, case, holder(contest, "organiser"), verdict="confirmed", revision=seen) == "stale"
    assert case.verdicts.count() == 1


def test_a_changed_mind_is_a_further_row_and_the_same_verdict_is_none(case, screener):
    decide(case, screener, "unfounded")
    assert code_of(decide, case, screener, "unfounded") == "same_verdict"
    second = decide(case, screener, "confirmed", reason="又核对了附件")
    case.refresh_from_db()
    assert (second.number, case.verdict, case.verdicts.count()) == (2, second, 2)


def test_new_evidence_opens_a_decided_case_again_and_keeps_the_old_verdict(case, screener, pair, client):
    said = decide(case, screener)
    for entry in pair:
        say(entry, "\n".join(paragraphs("mine", 8)) if entry == pair[0] else "各自撰写。" * 50, file=pdf(note="same"))
        submit(entry)
    compare(*pair)
    case.refresh_from_db()
    assert (case.status, case.verdict, case.reopened_at) == ("open", None, NOW)
    assert case.verdicts.get() == said
    assert events_of(case).first().kind == "case.open_again"
    client.force_login(screener)
    shown = page(client.get(url_of(case)))
    assert "重新打开：有新线索" in shown
    assert REASON in shown
    decide(case, screener, "confirmed")
    case.refresh_from_db()
    assert (case.status, case.reopened_at) == ("confirmed", None)


def test_the_invariant_finds_a_case_that_counts_another_verdict_than_its_last(case, screener):
    first = decide(case, screener, "unfounded")
    decide(case, screener, "confirmed")
    assert list(cases_without_their_verdict()) == []
    Case.objects.filter(pk=case.pk).update(verdict=first, status="unfounded")
    assert len(list(cases_without_their_verdict())) == 1


def test_what_goes_away_or_was_known_opens_nothing(case, screener, pair):
    decide(case, screener)
    say(pair[1], "\n".join(paragraphs("quite another", 8)))
    submit(pair[1])
    compare(pair[1])
    case.refresh_from_db()
    assert case.status == "related"
    say(pair[1], "\n".join([*paragraphs("others", 8)[:4], *paragraphs("mine", 8)[2:6]]))
    submit(pair[1])
    compare(pair[1])
    case.refresh_from_db()
    assert (case.status, case.reopened_at) == ("related", None)


def test_evidence_that_changed_while_somebody_looked_at_it_is_looked_at_again(case, screener, pair):
    seen = case.revision
    for entry in pair:
        text = "\n".join(paragraphs("mine", 8))
        say(entry, text, file=pdf(note="same"))
        submit(entry)
    compare(*pair)
    assert code_of(decide, case, screener, revision=seen) == "stale"


# ── The list ───────────────────────────────────────────────────────────────────────────────────────────────────────
def url_of(case):
    return reverse("case", args=[case.contest.slug, case.public_id])


def listed(client, contest, query=""):
    return [row[0][0] for row in client.get(reverse("cases", args=[contest.slug]) + query).context["rows"]]


def test_the_list_shows_the_strongest_first_and_is_narrowed_by_sign_state_and_track(client, case, contest, screener):
    other_track = make_topic(make_track(contest, name="医疗健康"))
    same = [make_entry_saying("各自撰写。" * 30, other_track, file=pdf(note="the same")) for _turn in range(2)]
    compare(*same)
    by_file = Case.objects.between(same[0].pk, same[1].pk).get()
    pairs = [f"{one.first.number} × {one.second.number}" for one in (by_file, case)]
    client.force_login(screener)
    assert listed(client, contest) == pairs
    assert listed(client, contest, "?sign=text") == pairs[1:]
    assert listed(client, contest, "?sign=file") == pairs[:1]
    assert listed(client, contest, f"?track={other_track.track.number}") == pairs[:1]
    decide(case, screener)
    assert listed(client, contest) == pairs[:1]
    assert listed(client, contest, "?state=related") == pairs[1:]
    assert listed(client, contest, "?state=") == pairs
    assert "文字相近" in page(client.get(reverse("cases", args=[contest.slug]) + "?state=related"))


def test_an_empty_list_says_when_pairs_appear(client, contest, screener):
    client.force_login(screener)
    assert "暂无疑似重复" in page(client.get(reverse("cases", args=[contest.slug])))


def test_what_too_many_entries_carry_is_told_and_makes_no_pair(client, contest, topic, screener, monkeypatch):
    monkeypatch.setattr("submissions.signs.MOST_ENTRIES", 3)
    given, template = paragraphs("given", 4), pdf(note="blank template")
    texts = ["\n".join(given + paragraphs(turn, 4)) for turn in range(4)]
    entries = [make_entry_saying(text, topic, file=template) for text in texts]
    compare(*entries, *entries)
    assert not Case.objects.open().exists()
    client.force_login(screener)
    shown = page(client.get(reverse("cases", args=[contest.slug])))
    assert "材料.pdf" in shown
    assert entries[0].number in shown


# ── One pair ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_page_marks_what_both_texts_say_and_leaves_out_what_only_one_says(client, case, screener):
    client.force_login(screener)
    response = client.get(url_of(case))
    compared = response.context["compared"]
    assert 45 <= compared.first_share <= 55
    assert 45 <= compared.second_share <= 55
    (row,) = [row for row in compared.rows if row.label == "数据基础说明"]
    for side in (row.first, row.second):
        assert [piece.kind for piece in side if piece.kind == "same"]
        shown = "".join(piece.text for piece in side)
        assert len(shown) < 1800
    shown = response.content.decode()
    assert "<mark>" in shown
    for entry in (case.first, case.second):
        assert reverse("screening", args=[case.contest.slug, entry.public_id]) in shown


def test_the_page_names_files_people_telephones_and_organisations_of_both_sides(client, topic, screener, contest):
    person = make_person(name="赵一鸣")
    one, other = (
        make_entry_saying("各自撰写。" * 30, where, file=pdf(note="same"), captain=person)
        for where in (topic, make_topic(topic.track))
    )
    for entry in (one, other):
        entry.team.memberships.update(phone="13800001111")
    compare(one, other)
    client.force_login(screener)
    shown = page(client.get(url_of(Case.objects.get())))
    assert "赵一鸣" in shown
    assert "13800001111" not in shown
    assert shown.count("佐证材料：材料.pdf") == 2


def test_an_organisation_of_both_is_told_and_a_shared_one_that_is_no_sign_stands_apart(client, screener, topic):
    lead = make_organisation(name="示例航运公司")
    one, other = (
        make_entry_saying("各自撰写。" * 30, where, file=pdf(note="same"), lead_organisation=lead)
        for where in (topic, make_topic(topic.track))
    )
    compare(one, other)
    client.force_login(screener)
    compared = client.get(url_of(Case.objects.get())).context["compared"]
    assert set(compared.things) == {"file"}
    # Under two topics one house may enter twice: the rule of the contest reaches no further.
    assert [shared.first for _label, shared in compared.no_signs] == ["示例航运公司（牵头单位）"]


def test_what_was_copied_into_another_answer_is_shown_under_both_questions(client, screener, topic):
    words = "\n".join(paragraphs("mine", 4))
    one, other = make_entry_saying(words, topic), make_entry_saying("各自撰写。" * 30, topic)
    say(other, words, key="summary")
    submit(other)
    compare(one, other)
    client.force_login(screener)
    rows = client.get(url_of(Case.objects.get())).context["compared"].rows
    sides = {row.label: [{piece.kind for piece in side} for side in (row.first, row.second)] for row in rows}
    assert sides.keys() == {"项目摘要", "数据基础说明"}
    assert sides["项目摘要"][0] == sides["数据基础说明"][1] == set()
    assert "same" in sides["项目摘要"][1] & sides["数据基础说明"][0]


def test_of_very_long_copies_the_page_shows_as_much_as_can_be_read(client, screener, topic, monkeypatch):
    monkeypatch.setattr("submissions.sidebyside.MOST_SHOWN", 300)
    words = "\n".join(paragraphs("long", 8))
    one, other = make_entry_saying(words, topic), make_entry_saying(words, topic)
    compare(one, other)
    client.force_login(screener)
    (row, *_rest) = client.get(url_of(Case.objects.get())).context["compared"].rows
    assert row.first[-1].kind == "gap"
    assert sum(len(piece.text) for piece in row.first if piece.kind != "gap") <= 300


def test_a_passage_of_many_entries_is_marked_as_such(client, contest, topic, screener, monkeypatch):
    monkeypatch.setattr("submissions.signs.MOST_ENTRIES", 3)
    given, own = paragraphs("given", 5), paragraphs("own", 5)
    for place in range(3):
        compare(make_entry_saying("\n".join([*given, *paragraphs(place, 5)]), topic))
    one, other = (make_entry_saying("\n".join([*given, *own][::step]), topic) for step in (1, -1))
    compare(one, other)
    client.force_login(screener)
    response = client.get(url_of(Case.objects.between(one.pk, other.pk).get()))
    kinds = {piece.kind for row in response.context["compared"].rows for piece in row.first}
    assert {"common", "same"} <= kinds


def test_a_person_gives_a_verdict_on_the_page(client, case, screener):
    client.force_login(screener)
    assert "请选择核实结果" in page(client.post(url_of(case), {"revision": case.revision, "reason": REASON}))
    assert "请写明理由，便于" in page(client.post(url_of(case), {"revision": case.revision, "verdict": "related"}))
    data = {"revision": case.revision, "verdict": "related", "reason": REASON}
    assert "结论已记录" in page(client.post(url_of(case), data, follow=True))
    response = client.post(url_of(case), data | {"verdict": "confirmed"})
    assert response.status_code == 409
    assert REASON in page(response, 409)
    assert Case.objects.get().status == "related"


def test_a_case_of_another_contest_is_not_found_under_this_one(client, case):
    elsewhere = make_open_contest()
    client.force_login(holder(elsewhere, "organiser"))
    assert client.get(reverse("case", args=[elsewhere.slug, case.public_id])).status_code == 404
    assert client.get(url_of(case)).status_code == 404


# ── Elsewhere ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_formal_check_shows_the_cases_of_its_entry_to_those_who_check(client, case, contest, screener, pair):
    url = reverse("screening", args=[contest.slug, pair[0].public_id])
    client.force_login(screener)
    response = client.get(url)
    assert url_of(case) in response.content.decode()
    assert f"待核实 1 对 {pair[1].number}" in page(response)
    client.force_login(holder(contest, "observer"))
    assert "疑似重复" not in page(client.get(url))
    client.force_login(pair[0].team.captain)
    assert "疑似重复" not in page(client.get(reverse("entry", args=[pair[0].public_id])))
    third = make_submitted_entry(make_topic(make_track(contest)))
    assert cases_beside(screener, third) == {"count": 0, "open": 0, "rows": []}


def test_the_board_counts_what_is_to_be_looked_at(client, case, contest, screener):
    client.force_login(screener)
    board = reverse("workspace", args=[contest.slug])

    def queue():
        return next(queue for queue in client.get(board).context["queues"] if queue.key == "duplicates")

    assert (queue().count, len(queue().rows)) == (1, 1)
    decide(case, screener)
    assert (queue().count, queue().rows) == (0, [])
    client.force_login(holder(contest, "observer"))
    assert "duplicates" not in [queue.key for queue in client.get(board).context["queues"]]


def make_cases(topic, entries=11):
    """Every pair of so many entries: 55 cases of eleven."""
    found = [make_submitted_entry(topic) for _turn in range(entries)]
    Case.objects.bulk_create(
        Case(
            contest=one.contest,
            first=one,
            second=other,
            first_version=one.current_version,
            second_version=other.current_version,
            strength=80 - (place % 3),
            found_at=NOW,
            changed_at=NOW,
        )
        for place, (one, other) in enumerate(combinations(found, 2))
    )


def test_the_next_page_goes_on_where_the_last_one_ended(client, contest, topic, screener):
    make_cases(topic)
    client.force_login(screener)
    first = client.get(reverse("cases", args=[contest.slug]))
    second = client.get(reverse("cases", args=[contest.slug]) + first.context["page"].next_url)
    seen = [row[0][0] for response in (first, second) for row in response.context["rows"]]
    assert (len(first.context["rows"]), len(seen), len(set(seen))) == (50, 55, 55)


def test_list_and_pair_keep_their_budget(client, contest, topic, screener, case):
    client.force_login(screener)
    assert check_list(client, reverse("cases", args=[contest.slug]), "cases", lambda: make_cases(topic))

    def grow():
        for entry in (case.first, case.second):
            for _turn in range(3):
                make_member(fresh(entry))
            say(entry, "\n".join(paragraphs("mine", 12)), file=pdf(note="same"))
            submit(entry)
        compare(case.first, case.second)
        decide(case, holder(contest, "organiser"))

    assert check_list(client, url_of(case), "case", grow)
