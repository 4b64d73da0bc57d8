"""Disputed scores, third opinions and votes: which are found, who may judge, what is added, and what the ranking reads."""

from copy import deepcopy
from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from judging import ranking, voting
from judging.actions import note_deliberation, open_arbitration, record_vote, recuse_judge
from judging.aggregation import Rules, ScoredEntry, entry_score
from judging.disputes import CUT, DISAGREEMENT, RANGE, find_disputes
from judging.events import ARBITRATION_OPENED, VOTE_RECORDED
from judging.models import Arbitration, Assignment, EntryScore, Expert, PanelVote
from judging.notices import ARBITRATION_ASKED
from judging.permissions import may_score
from judging.reading.disputes import arbitrations_of, read_disputes, signs_of
from judging.reading.results import read_ranking
from judging.reading.third_opinions import third_judges
from judging.reading.ties import shared_ranks
from judging.reading.voters import voters_of
from judging.scoring import rules_of
from portal.journal.models import Event
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal
from tests.competition.factories import make_track
from tests.judging.factories import NOW, make_expert, make_panel, score, score_and_seal, sign_pledges
from tests.portal.factories import make_user
from tests.scenes import once_per_module

AFTER = NOW + timedelta(days=10)  # the stage is closed
DUE = AFTER + timedelta(days=3)


def scored(code, *totals, trim=5):
    known = {f"J{place}": Fraction(total) for place, total in enumerate(totals)}
    score, dropped = entry_score(known, Rules(trim))
    return ScoredEntry(code, known, score, dropped, {"C1": Fraction(0)})


def find(*entries, limit=None, places=None, trim=5):
    results = ranking.rank(entries, (ranking.AllTotals(),))
    return {found.code: found.signs for found in find_disputes(results, limit=limit, places=places, rules=Rules(trim))}


class TestFindingDisputes:
    def test_a_range_above_the_limit_is_disputed_and_one_of_just_the_limit_is_not(self):
        assert find(scored("A", 70, "85.01"), scored("B", 70, 85), limit=Fraction(15)) == {"A": (RANGE,)}

    def test_an_entry_that_one_judge_lifts_over_the_line_is_disputed_with_the_one_it_displaces(self):
        lifted, steady, low = scored("A", 95, 70, 70), scored("B", 75, 75, 75), scored("C", 60, 60, 60)
        assert find(lifted, steady, low, places=1) == {"A": (CUT,)}

    def test_nothing_is_disputed_at_the_line_when_everybody_goes_on(self):
        assert find(scored("A", 95, 70, 70), scored("B", 75, 75, 75), places=2) == {}

    def test_an_entry_on_which_judges_differ_by_more_than_their_noise_is_disputed(self):
        results = ranking.rank([scored("A", 60, 75, 90), scored("B", 70, 71, 72)], (ranking.AllTotals(),))
        found = find_disputes(results, limit=None, places=None, rules=Rules(5), disagreeing={"A"})
        assert [(one.code, one.signs) for one in found] == [("A", (DISAGREEMENT,))]

    def test_one_total_is_no_dispute(self):
        assert find(scored("A", 95), scored("B", 94), limit=Fraction(1), places=1) == {}


class TestVoting:
    def test_the_majority_of_each_pair_decides(self):
        assert voting.points(["A", "B"], [["B", "A"], ["B", "A"], ["A", "B"]]) == {"A": 0, "B": 2}

    def test_a_circle_decides_nothing(self):
        circle = [["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"]]
        found = voting.points(["A", "B", "C"], circle)
        assert set(found.values()) == {2}
        assert not voting.decides(found)

    @pytest.mark.parametrize("ballot", [[], ["A"], ["A", "A"], ["A", "C"], ["A", "B", "C"]])
    def test_a_ballot_that_does_not_place_every_entry_is_refused(self, ballot):
        with pytest.raises(voting.InvalidBallotError):
            voting.points(["A", "B"], [["A", "B"], ballot])

    @given(st.lists(st.permutations(["A", "B", "C", "D"]), min_size=1, max_size=9))
    def test_points_always_add_up_to_two_for_each_pair(self, ballots):
        assert sum(voting.points(["A", "B", "C", "D"], ballots).values()) == 12

    @given(st.lists(st.permutations(["A", "B", "C"]), min_size=1, max_size=9))
    def test_who_is_first_on_every_ballot_has_the_most_points(self, ballots):
        led = [["X", *ballot] for ballot in ballots]
        found = voting.points(["A", "B", "C", "X"], led)
        assert found["X"] == 6 > max(points for code, points in found.items() if code != "X")


class TestRankingWithVotes:
    same = (scored("A", 80, 80), scored("B", 80, 80), scored("C", 70, 70))

    def places(self, *votes):
        results = ranking.rank(self.same, (ranking.AllTotals(),), votes)
        return {result.entry.code: (result.rank, result.shared, result.decided_by) for result in results}

    def test_without_a_vote_the_rank_is_shared(self):
        assert self.places() == {"A": (1, True, None), "B": (1, True, None), "C": (3, False, None)}

    def test_a_vote_parts_them_and_is_named_as_the_reason(self):
        vote = ranking.CommitteeVote()
        assert self.places({"A": 0, "B": 2}) == {"B": (1, False, vote), "A": (2, False, vote), "C": (3, False, None)}

    def test_of_two_votes_the_later_holds(self):
        assert self.places({"A": 0, "B": 2}, {"A": 2, "B": 0})["A"][0] == 1

    def test_a_vote_that_was_drawn_leaves_the_rank_shared(self):
        assert self.places({"A": 1, "B": 1})["B"] == (1, True, None)

    def test_a_vote_on_other_entries_holds_no_more(self):
        assert self.places({"A": 2, "B": 1, "C": 0})["A"] == (1, True, None)


def disputed():
    """Three judges, two entries of which the first is disputed, and two experts without a seat."""
    panel = make_panel(experts=3, entries=2)
    panel.experts += [make_expert(panel.contest, panel.track), make_expert(panel.contest, panel.track, level=1)]
    for entry, totals in zip(panel.entries, ([95, 75, 70], [80, 80, 80]), strict=True):
        for expert, total in zip(panel.experts, totals, strict=False):
            score_and_seal(panel.assignment(expert, entry), total, total)
    return panel


made = once_per_module(disputed)


@pytest.fixture
def panel(made):
    return deepcopy(made)


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def score_of(panel, entry=0):
    return EntryScore.objects.select_related("stage__contest", "entry", "track").get(
        stage=panel.stage, entry=panel.entries[entry]
    )


def ask(panel, *, judge=3, entry=0, actor=None, reason="分差过大", due_at=DUE, now=AFTER):
    opened = open_arbitration(
        actor=actor or panel.organiser,
        score=score_of(panel, entry),
        judge=panel.experts[judge].code,
        signs=["range"],
        reason=reason,
        due_at=due_at,
        now=now,
    )
    sign_pledges(panel.stage)
    opened.assignment.refresh_from_db()
    return opened


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_the_list_names_what_the_test_for_disagreement_finds():
    panel = make_panel(experts=3, entries=8, range_limit=40)
    for place, entry in enumerate(panel.entries):
        middle = 70 + 2 * place
        totals = (middle - 12, middle, middle + 12) if place == 3 else (middle + 1, middle, middle + place % 2)
        for expert, total in zip(panel.experts, totals, strict=True):
            score_and_seal(panel.assignment(expert, entry), total, total)
    (row,) = read_disputes(panel.stage, panel.track, AFTER).rows
    assert (row.number, row.signs) == (panel.entries[3].number, ["Judges do not agree"])
    assert signs_of(panel.stage, score_of(panel, 3)) == [DISAGREEMENT]


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestThirdOpinion:
    def test_is_added_and_replaces_nothing(self, panel):
        before = score_of(panel)
        seat = ask(panel).assignment
        score_and_seal(seat, 80, 80, now=AFTER + timedelta(hours=1))
        after = score_of(panel)
        assert after.sheets == 4
        assert before.totals.items() <= after.totals.items()
        assert Fraction(after.score) == Fraction(95 + 75 + 70 + 80, 4)

    def test_follows_the_rule_of_the_stage_once_there_are_enough_totals(self):
        panel = make_panel(experts=4, entries=1)
        panel.experts.append(make_expert(panel.contest, panel.track))
        for expert, total in zip(panel.experts, [95, 75, 70, 72], strict=False):
            score_and_seal(panel.assignment(expert, panel.entries[0]), total, total)
        assert Fraction(score_of(panel).score) == Fraction(95 + 75 + 70 + 72, 4)
        score_and_seal(ask(panel, judge=4).assignment, 74, 74, now=AFTER)
        assert rules_of(panel.stage).trim_from == 5
        assert Fraction(score_of(panel).score) == Fraction(75 + 72 + 74, 3)

    def test_is_open_after_the_stage_has_closed_and_until_its_own_date_for_this_judge_alone(self, panel):
        seat = ask(panel).assignment
        other = panel.assignment(panel.experts[0], panel.entries[1])
        assert may_score(seat.expert.user, seat, None, DUE - timedelta(seconds=1))
        assert not may_score(seat.expert.user, seat, None, DUE)
        assert not may_score(other.expert.user, other, None, AFTER)

    def test_is_given_by_a_judge_without_a_conflict_who_never_sat_on_the_entry(self, panel):
        kin = make_expert(panel.contest, panel.track, organisation=panel.entries[0].team.lead_organisation)
        colleague = make_expert(panel.contest, panel.track, organisation=panel.experts[0].organisation)
        stranger = make_expert(panel.contest)
        codes = [one.code for one in third_judges(score_of(panel), [])]
        assert codes == [panel.experts[3].code, panel.experts[4].code]
        for expert in (kin, colleague, stranger, panel.experts[0]):
            panel.experts.append(expert)
            with pytest.raises(Refusal, match="may not judge the entry"):
                ask(panel, judge=-1)
        assert not Arbitration.objects.exists()

    def test_keeps_why_the_figures_of_the_moment_and_who_asked(self, panel):
        opened = ask(panel)
        assert opened.figures["score"] == "80"
        assert sorted(opened.figures["totals"].values()) == ["70", "75", "95"]
        event = Event.objects.get(kind=ARBITRATION_OPENED.key)
        assert event.body.payload["reason"] == "分差过大"
        assert event.body.actor == panel.organiser.public_id
        assert set(Notice.objects.filter(kind=ARBITRATION_ASKED.key).values_list("recipient", flat=True)) == {
            panel.experts[3].user.pk
        }

    def test_is_asked_for_once_while_one_is_awaited_and_again_when_its_judge_has_left(self, panel):
        seat = ask(panel).assignment
        with pytest.raises(Refusal, match="asked for and is not sealed yet"):
            ask(panel, judge=4)
        recuse_judge(actor=seat.expert.user, assignment=seat, reason="合作", now=AFTER)
        assert panel.experts[3].code not in [one.code for one in third_judges(score_of(panel), [])]
        ask(panel, judge=4)
        states = [row.state.label for row in arbitrations_of(score_of(panel), AFTER)]
        assert [str(state) for state in states] == ["Awaiting the third opinion", "The judge left"]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"reason": "  "}, "Say why"),
            ({"reason": "长" * 1001}, "Shorten the reason"),
            ({"due_at": AFTER}, "Choose a date in the future"),
        ],
    )
    def test_refuses_what_is_not_filled_in_with_one_sentence_and_changes_nothing(self, panel, changed, sentence):
        with pytest.raises(Refusal, match=sentence):
            ask(panel, **changed)
        assert Assignment.objects.filter(entry=panel.entries[0]).count() == 3

    def test_needs_two_totals_that_can_differ(self):
        panel = make_panel(experts=2, entries=1)
        panel.experts.append(make_expert(panel.contest, panel.track))
        score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80)
        with pytest.raises(Refusal, match="fewer than two"):
            ask(panel, judge=2)

    def test_is_the_organisers_to_ask_for(self, panel):
        for person in (make_user(), panel.experts[3].user):
            with pytest.raises(NotAllowed):
                ask(panel, actor=person)

    def test_stays_on_record_as_it_was(self, panel):
        opened = ask(panel)
        for change in (lambda: opened.delete(), lambda: Arbitration.objects.update(reason="另有原因")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestNotes:
    def test_are_kept_in_order_and_never_changed(self, panel):
        note = note_deliberation(actor=panel.organiser, score=score_of(panel), text=" 专家组认为成效可信 ", now=NOW)
        assert note.text == "专家组认为成效可信"
        with pytest.raises(DatabaseError), transaction.atomic():
            type(note).objects.update(text="x")

    @pytest.mark.parametrize("text", ["", " \n", "长" * 4001])
    def test_of_nothing_or_too_much_are_refused(self, panel, text):
        with pytest.raises(Refusal):
            note_deliberation(actor=panel.organiser, score=score_of(panel), text=text, now=NOW)


@pytest.fixture
def tied():
    """Two entries that nothing tells apart, and a third below them."""
    panel = make_panel(experts=3, entries=3, places=1)
    for entry, total in zip(panel.entries, (80, 80, 70), strict=True):
        for expert in panel.experts:
            score_and_seal(panel.assignment(expert, entry), total, total)
    return panel


def vote(panel, orders, *, entries=None, minutes="到会三人，投票", actor=None):
    """`orders`: for each judge the entries in order, by their places in the panel."""
    numbers = [entry.number for entry in panel.entries]
    return record_vote(
        actor=actor or panel.organiser,
        stage=panel.stage,
        track=panel.track,
        entries=[numbers[place] for place in (entries or (0, 1))],
        ballots={
            expert.code: [numbers[place] for place in order]
            for expert, order in zip(panel.experts, orders, strict=False)
        },
        minutes=minutes,
        held_on=date(2024, 8, 9),
        now=AFTER,
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestRecordedVotes:
    def rows(self, panel):
        return [
            (row.number, row.rank, row.decided_by)
            for row in read_ranking(panel.stage, panel.track.pk, {"C1": "一", "C2": "二"}).rows
        ]

    def test_part_entries_that_share_a_rank_and_the_ranking_says_so(self, tied):
        first, second, third = (entry.number for entry in tied.entries)
        assert [group.at_cut for group in shared_ranks(tied.stage, tied.track)] == [True]
        vote(tied, [(1, 0), (1, 0), (0, 1)])
        word = "the committee’s vote"
        assert self.rows(tied) == [(second, 1, word), (first, 2, word), (third, 3, "")]
        assert shared_ranks(tied.stage, tied.track) == []

    def test_keep_a_row_for_every_voter_and_every_ballot_in_the_journal(self, tied):
        recorded = vote(tied, [(1, 0), (0, 1)])
        assert recorded.ballots.count() == 2
        event = Event.objects.get(kind=VOTE_RECORDED.key)
        assert set(event.body.payload["ballots"]) == {expert.code for expert in tied.experts[:2]}
        for rows in (recorded.ballots.all(), PanelVote.objects.all()):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.delete()

    def test_of_a_draw_leave_the_rank_shared_and_may_be_held_again(self, tied):
        vote(tied, [(1, 0), (0, 1)])
        assert len(shared_ranks(tied.stage, tied.track)) == 1
        vote(tied, [(1, 0), (1, 0)])
        assert shared_ranks(tied.stage, tied.track) == []

    def test_are_refused_on_entries_that_do_not_share_a_rank(self, tied):
        with pytest.raises(Refusal, match="do not share a rank"):
            vote(tied, [(0, 2)], entries=(0, 2))
        vote(tied, [(1, 0)])
        with pytest.raises(Refusal, match="do not share a rank"):
            vote(tied, [(0, 1)])

    def test_refuse_a_ballot_that_leaves_an_entry_out_and_name_the_voter(self, tied):
        with pytest.raises(Refusal, match=tied.experts[1].name):
            vote(tied, [(1, 0), (0,)])
        assert not PanelVote.objects.exists()

    def test_may_be_given_by_any_accepted_expert_of_the_contest(self, tied):
        tied.experts.insert(0, make_expert(tied.contest))
        vote(tied, [(1, 0)])
        assert PanelVote.objects.get().ballots.get().voter == tied.experts[0]

    def test_refuse_a_voter_with_an_interest_in_one_of_the_entries(self, tied):
        kin = make_expert(tied.contest, tied.track, organisation=tied.entries[1].team.lead_organisation)
        tied.experts.insert(0, kin)
        with pytest.raises(Refusal, match=f"{kin.code} may not vote on these entries. Name experts"):
            vote(tied, [(1, 0)])
        assert kin.code not in [voter.code for voter in voters_of(tied.stage, tied.track, tied.entries[:1])]

    def test_refuse_a_voter_who_left_one_of_the_entries(self, tied):
        panel = make_panel(experts=3, entries=2)
        leaving, *others = panel.experts
        recuse_judge(actor=leaving.user, assignment=panel.assignment(leaving, panel.entries[0]), reason="合作", now=NOW)
        for expert in others:
            for entry in panel.entries:
                score_and_seal(panel.assignment(expert, entry), 80, 80)
        score_and_seal(panel.assignment(leaving, panel.entries[1]), 80, 80)
        numbers = [entry.number for entry in panel.entries]
        assert voters_of(panel.stage, panel.track, numbers) == others
        with pytest.raises(Refusal, match=f"{leaving.code} may not vote"):
            vote(panel, [(1, 0)])

    def test_refuse_a_voter_who_has_not_accepted_or_belongs_to_another_contest(self, tied):
        invited = make_expert(tied.contest, tied.track, status=Expert.Status.INVITED)
        elsewhere = make_expert(make_panel().contest)
        for stranger in (invited, elsewhere):
            tied.experts.insert(0, stranger)
            with pytest.raises(Refusal, match="may not vote"):
                vote(tied, [(1, 0)])

    def test_are_not_closed_to_a_judge_whose_seat_was_once_taken_back_with_its_plan(self, tied):
        seat = tied.assignment(tied.experts[0], tied.entries[0])
        again = {name: getattr(seat, name) for name in ("plan", "stage", "entry", "version", "expert")}
        Assignment.objects.create(**again, assigned_at=NOW, status="withdrawn", reason="重新分配", ended_at=NOW)
        assert voters_of(tied.stage, tied.track, [one.number for one in tied.entries[:2]]) == tied.experts

    def test_need_minutes_and_a_ballot(self, tied):
        with pytest.raises(Refusal, match="Write the minutes"):
            vote(tied, [(1, 0)], minutes=" ")
        with pytest.raises(Refusal, match="at least one ballot"):
            vote(tied, [])

    def test_are_the_organisers_to_record(self, tied):
        with pytest.raises(NotAllowed):
            vote(tied, [(1, 0)], actor=tied.experts[0].user)

    def test_never_part_more_than_four(self):
        panel = make_panel(experts=2, entries=5)
        for entry in panel.entries:
            for expert in panel.experts:
                score_and_seal(panel.assignment(expert, entry), 80, 80)
        with pytest.raises(Refusal, match="at most 4 entries"):
            vote(panel, [range(5)], entries=range(5))


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestPages:
    @pytest.fixture(autouse=True)
    def closed(self):
        with time_machine.travel(AFTER, tick=False):
            yield

    def address(self, name, panel, *rest):
        return "/en" + reverse(name, args=[panel.contest.slug, panel.stage.public_id, *rest]).removeprefix("/en")

    def test_the_list_names_the_disputed_entry_with_why(self, client, panel):
        client.force_login(panel.organiser)
        page = client.get(self.address("disputes", panel)).content.decode()
        assert panel.entries[0].number in page
        assert f"disputes/{panel.entries[0].public_id}/" in page
        assert f"disputes/{panel.entries[1].public_id}/" not in page
        assert "Totals lie too far apart" in page

    def test_the_list_opens_on_the_first_track_that_has_any_and_counts_them(self, client, panel):
        other = make_track(panel.contest)
        client.force_login(panel.organiser)
        response = client.get(self.address("disputes", panel))
        assert response.context["track"].pk == panel.track.pk
        counts = {chip.label: chip.count for chip in response.context["tracks"]}
        found = response.context["found"]
        listed = len(found.rows) + len(found.ties)
        assert listed > 0
        assert counts == {f"{panel.track.number} {panel.track.name}": listed, f"{other.number} {other.name}": 0}

    def test_a_third_opinion_is_asked_for_and_shown(self, client, panel):
        client.force_login(panel.organiser)
        address = self.address("dispute", panel, panel.entries[0].public_id)
        given = {"ask": "1", "ask-judge": panel.experts[3].code, "ask-reason": "分差过大", "ask-due_on": "2024-08-12"}
        assert "Choose a judge" in client.post(address, given | {"ask-judge": ""}).content.decode()
        page = client.post(address, given, follow=True).content.decode()
        assert "Awaiting the third opinion" in page
        assert Arbitration.objects.get().signs == ["range"]
        listed = read_disputes(panel.stage, panel.track, AFTER).rows[0]
        assert str(listed.state.label) == "Awaiting the third opinion"

    def test_a_third_opinion_is_sealed_from_the_page_after_the_stage_has_closed_and_nothing_else_is(
        self, client, panel
    ):
        unsealed = make_expert(panel.contest, panel.track)
        forgotten = ask(panel, judge=4, entry=1, now=NOW, due_at=AFTER).assignment  # its date has passed
        score(forgotten, 80, 80)
        seat = ask(panel).assignment
        judge = seat.expert
        for address in ("judge_queue", "seal_sheets"):
            client.force_login(judge.user)
            page = client.get(reverse(address, args=[panel.stage.public_id])).content.decode()
            assert (address == "seal_sheets") or reverse("desk", args=[seat.public_id]) in page
        sheet = score(seat, 80, 80, now=AFTER)
        address = reverse("seal_sheets", args=[panel.stage.public_id])
        assert 'name="signature"' in client.get(address).content.decode()
        given = {"sheet": f"{seat.public_id}:{sheet.revision}", "signature": judge.name}
        assert client.post(address, given).status_code == 302
        assert score_of(panel).sheets == 4
        client.force_login(forgotten.expert.user)
        assert 'name="signature"' not in client.get(address).content.decode()
        client.force_login(unsealed.user)
        assert client.get(address).status_code == 404

    def test_a_vote_is_recorded_from_the_table_of_ballots(self, client, tied):
        client.force_login(tied.organiser)
        first, second = (entry.number for entry in tied.entries[:2])
        boxes = {}
        for expert in tied.experts[:2]:
            boxes |= {f"place_{expert.code}_{first}": "2", f"place_{expert.code}_{second}": "1"}
        address = self.address("panel_vote", tied, tied.track.number, 1)
        given = {"held_on": "2024-08-09", "minutes": "到会三人"} | boxes
        half = client.post(address, given | {f"place_{tied.experts[0].code}_{first}": ""})
        assert "give every entry its own place" in half.content.decode()
        page = client.post(address, given, follow=True).content.decode()
        assert "The vote is recorded." in page
        assert f"{second} &gt; {first}" in page

    def test_the_organisers_name_who_votes_and_read_who_may_not(self, client, tied):
        client.force_login(tied.organiser)
        first, second = (entry.number for entry in tied.entries[:2])
        chair = make_expert(tied.contest)
        kin = make_expert(tied.contest, organisation=tied.entries[0].team.lead_organisation)
        address = self.address("panel_vote", tied, tied.track.number, 1)
        page = client.get(address).content.decode()
        assert f'value="{", ".join(expert.code for expert in tied.experts)}"' in page
        page = client.get(address, {"codes": f"{chair.code}，{kin.code} J9999"}).content.decode()
        assert f"{kin.code}, J9999 may not vote on these entries" in page
        assert f"place_{chair.code}_{first}" in page
        assert f"place_{kin.code}_" not in page
        assert f"place_{tied.experts[0].code}_" not in page
        ballot = {f"place_{chair.code}_{first}": "2", f"place_{chair.code}_{second}": "1"}
        given = {"held_on": "2024-08-09", "minutes": "组委会主任一人投票"} | ballot
        client.post(f"{address}?codes={chair.code}", given)
        assert [one.voter for one in PanelVote.objects.get().ballots.all()] == [chair]

    def test_the_vote_does_not_exist_for_anybody_but_an_organiser(self, client, tied):
        for person in (tied.experts[0].user, make_user(), make_panel(experts=1, entries=1).organiser):
            client.force_login(person)
            assert client.get(self.address("panel_vote", tied, tied.track.number, 1)).status_code == 404
            assert client.post(self.address("panel_vote", tied, tied.track.number, 1), {}).status_code == 404

    def test_a_rank_that_nobody_shares_has_no_vote(self, client, tied):
        client.force_login(tied.organiser)
        assert client.get(self.address("panel_vote", tied, tied.track.number, 3)).status_code == 404
