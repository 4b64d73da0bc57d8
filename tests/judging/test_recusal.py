"""Conflicts of interest: found, pinned, dismissed, remembered; a late one quarantines the marks."""

from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction

from judging.actions import (
    dismiss_conflict,
    give_seat,
    look_for_conflicts,
    pin_conflict,
    pin_pair,
    recuse_judge,
    sign_pledge,
)
from judging.conflicts import read_conflicts
from judging.models import Assignment, EntryScore, Expert, FormerPost, Recusal
from judging.problem import read_situation
from judging.reading.organisations import letter_of, organisations_to_show, pinyin_key
from portal.journal.models import Event
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal, Stale
from submissions.models import Membership
from tests.judging.factories import NOW, make_entry, make_expert, make_panel, score, score_and_seal
from tests.portal.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db
Kind, State = Recusal.Kind, Recusal.State


@pytest.fixture
def panel():
    return make_panel(experts=0, entries=0, publish=False, seats=2)


def look(panel):
    return look_for_conflicts(actor=panel.organiser, contest=panel.contest, now=NOW)


def kinds(panel):
    return sorted(kind for found in read_conflicts(panel.contest).reasons.values() for kind in found)


def member(entry, **fields):
    Membership.objects.filter(team=entry.team).update(**fields)


class TestFinding:
    def test_the_same_organisation(self, panel):
        expert = make_expert(panel.contest, panel.track)
        make_entry(panel.track, lead=expert.organisation)
        assert kinds(panel) == ["organisation"]

    def test_a_group(self, panel):
        top = make_organisation()
        make_expert(panel.contest, panel.track, organisation=make_organisation(parent=top))
        make_entry(panel.track, partners=[make_organisation(parent=top)])
        assert kinds(panel) == ["group"]

    @pytest.mark.parametrize(("until", "found"), [(2022, ["former"]), (2021, ["former"]), (2020, [])])
    def test_a_former_post_within_the_years_of_the_contest(self, panel, until, found):
        assert panel.contest.edition - panel.contest.recusal_years == 2021
        expert, house = make_expert(panel.contest, panel.track), make_organisation()
        FormerPost.objects.create(expert=expert, name=house.name, organisation=house, until_year=until)
        make_entry(panel.track, lead=house)
        assert kinds(panel) == found

    def test_a_former_post_that_is_known_by_its_name_alone(self, panel):
        expert = make_expert(panel.contest, panel.track)
        FormerPost.objects.create(expert=expert, name="东风（武汉）数据有限公司", until_year=2024)
        make_entry(panel.track, lead=make_organisation(name="东风(武汉)数据股份有限公司"))
        assert kinds(panel) == ["former"]

    @pytest.mark.parametrize("employer", ["华科", "HUST", "华中科技大学（本部）"])
    def test_a_members_employer_in_another_form(self, panel, employer):
        house = make_organisation(name="华中科技大学", aliases="HUST、华科")
        make_expert(panel.contest, panel.track, organisation=house)
        member(make_entry(panel.track), employer=employer)
        assert kinds(panel) == ["alike"]

    def test_a_mail_domain_unless_it_is_public(self, panel):
        make_expert(panel.contest, panel.track, email="wang@mail.hust.edu.cn")
        make_expert(panel.contest, panel.track, email="li@qq.com")
        make_entry(panel.track, captain=make_user(email="student@hust.edu.cn"))
        make_entry(panel.track, captain=make_user(email="somebody@qq.com"))
        assert kinds(panel) == ["domain"]

    @pytest.mark.parametrize("written", ["+86 138-0013-8000", "0086 13800138000"])
    def test_a_telephone_however_it_is_written(self, panel, written):
        make_expert(panel.contest, panel.track, phone=written)
        member(make_entry(panel.track), phone="１３８００１３８０００")
        assert kinds(panel) == ["phone"]

    def test_a_name(self, panel):
        make_expert(panel.contest, panel.track, name="欧阳 海")
        make_entry(panel.track, captain=make_user(name="欧阳海"))
        assert kinds(panel) == ["name"]

    def test_who_is_in_the_team_is_told_once_and_not_also_by_name_telephone_and_mail(self, panel):
        user = make_user(name="欧阳海", email="ouyang@hust.edu.cn")
        make_expert(panel.contest, panel.track, user=user, name=user.name, phone="13800138000")
        member(make_entry(panel.track, captain=user), phone="13800138000")
        assert kinds(panel) == ["member"]

    def test_who_has_no_name_is_nobodys_namesake(self, panel):
        make_expert(panel.contest, panel.track, name="　")
        make_entry(panel.track, captain=make_user(name=" "))
        assert kinds(panel) == []

    def test_the_region_where_the_contest_says_so(self, panel):
        make_expert(panel.contest, panel.track, region="42")
        make_entry(panel.track, lead=make_organisation(region="42"))
        make_entry(panel.track, lead=make_organisation(region="43"))
        assert kinds(panel) == []
        panel.contest.recusal_region = True
        panel.contest.save()
        assert kinds(panel) == ["region"]

    def test_keeps_each_finding_once_with_its_evidence(self, panel):
        expert = make_expert(panel.contest, panel.track, name="欧阳海")
        entry = make_entry(panel.track, captain=make_user(name="欧阳海"))
        assert look(panel).new == 1
        assert look(panel).new == 0
        row = Recusal.objects.get()
        assert (row.expert, row.entry, row.kind, row.state) == (expert, entry, Kind.NAME, State.DETECTED)
        assert row.evidence == [["欧阳海", "欧阳海", ""]]

    def test_is_for_organisers(self, panel):
        with pytest.raises(NotAllowed):
            look_for_conflicts(actor=make_user(), contest=panel.contest, now=NOW)

    def test_takes_as_many_queries_for_many_rows(self, panel, django_assert_num_queries):
        for _ in range(2):
            make_expert(panel.contest, panel.track)
            make_entry(panel.track)
            with django_assert_num_queries(5):
                read_conflicts(panel.contest)


class TestDeciding:
    @pytest.fixture
    def finding(self, panel):
        make_expert(panel.contest, panel.track, name="欧阳海")
        make_entry(panel.track, captain=make_user(name="欧阳海"))
        look(panel)
        return Recusal.objects.select_related("contest", "expert").get()

    def dismiss(self, panel, finding, reason="同名不同人", **seen):
        return dismiss_conflict(actor=panel.organiser, recusal=finding, reason=reason, now=NOW, **seen)

    def test_a_finding_blocks_until_it_is_dismissed(self, panel, finding):
        pair = (finding.entry.public_id, finding.expert.code)
        assert pair in read_situation(panel.stage).problem.conflicts
        self.dismiss(panel, finding)
        assert read_situation(panel.stage).problem.conflicts == frozenset()

    def test_a_dismissed_finding_is_not_opened_by_the_same_evidence(self, panel, finding):
        self.dismiss(panel, finding)
        assert look(panel).reopened == 0
        assert finding.refreshed().state == State.DISMISSED

    def test_new_evidence_opens_it_again(self, panel, finding):
        self.dismiss(panel, finding)
        user = finding.entry.team.captain
        user.name = "欧阳　海"
        user.save()
        assert (finding.entry.public_id, finding.expert.code) in read_conflicts(panel.contest).pairs
        assert look(panel).reopened == 1
        again = finding.refreshed()
        assert again.state == State.DETECTED
        assert again.evidence == [["欧阳海", "欧阳海", ""], ["欧阳海", "欧阳　海", ""]]

    def test_evidence_that_the_page_did_not_show_is_not_dismissed(self, panel, finding):
        with pytest.raises(Stale):
            self.dismiss(panel, finding, seen=["0" * 16])

    def test_a_pinned_one_stands_when_its_facts_are_gone(self, panel, finding):
        pin_conflict(actor=panel.organiser, recusal=finding, reason="师生关系", now=NOW)
        user = finding.entry.team.captain
        user.name = "别人"
        user.save()
        look(panel)
        assert kinds(panel) == ["name"]
        assert finding.refreshed().state == State.PINNED

    def test_new_evidence_joins_what_nobody_has_decided(self, panel, finding):
        user = finding.entry.team.captain
        user.name = "欧阳　海"
        user.save()
        assert look(panel).reopened == 0
        again = finding.refreshed()
        assert (again.state, len(again.evidence)) == (State.DETECTED, 2)
        assert Recusal.objects.count() == 1

    @pytest.mark.parametrize(("reason", "code"), [("  ", "no_reason"), ("长" * 501, "too_long")])
    def test_a_reason_is_asked_for_and_not_too_long(self, panel, finding, reason, code):
        with pytest.raises(Refusal) as refusal:
            self.dismiss(panel, finding, reason=reason)
        assert (refusal.value.code, refusal.value.field) == (code, "reason")
        assert finding.refreshed().state == State.DETECTED

    def test_each_decision_is_taken_once(self, panel, finding):
        self.dismiss(panel, finding)
        with pytest.raises(Refusal) as refusal:
            self.dismiss(panel, finding, reason="再次忽略")
        assert refusal.value.code == "dismissed"
        assert finding.refreshed().reason == "同名不同人"
        pin_conflict(actor=panel.organiser, recusal=finding, reason="确为本人", now=NOW)
        with pytest.raises(Refusal) as refusal:
            pin_conflict(actor=panel.organiser, recusal=finding, reason="再次确认", now=NOW)
        assert refusal.value.code == "stands"
        assert finding.refreshed().reason == "确为本人"

    @pytest.mark.parametrize("kind", ["organisation", "member"])
    def test_a_fact_is_not_dismissed(self, panel, kind):
        expert = make_expert(panel.contest, panel.track)
        captain = expert.user if kind == "member" else None
        make_entry(panel.track, lead=expert.organisation if kind == "organisation" else None, captain=captain)
        look(panel)
        with pytest.raises(Refusal) as refusal:
            self.dismiss(panel, Recusal.objects.get(kind=kind))
        assert refusal.value.code == "firm"
        with pytest.raises(DatabaseError), transaction.atomic():
            Recusal.objects.filter(kind=kind).update(state=State.DISMISSED, reason="x", decided_at=NOW)

    def test_others_decide_nothing(self, panel, finding):
        with pytest.raises(NotAllowed):
            dismiss_conflict(actor=make_user(), recusal=finding, reason="不是", now=NOW)

    def test_nothing_is_ever_deleted_or_moved_to_another_pair(self, panel, finding):
        with pytest.raises(DatabaseError), transaction.atomic():
            Recusal.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Recusal.objects.update(kind=Kind.PHONE)

    def test_both_decisions_are_in_the_journal_with_the_evidence(self, panel, finding):
        self.dismiss(panel, finding)
        pin_conflict(actor=panel.organiser, recusal=finding, reason="确为本人", now=NOW)
        events = Event.objects.filter(kind__startswith="judging.conflict_").order_by("sequence")
        assert [event.kind for event in events] == ["judging.conflict_dismissed", "judging.conflict_pinned"]
        assert events[0].body.payload["evidence"] == [["欧阳海", "欧阳海", ""]]


class TestALateConflict:
    @pytest.fixture
    def panel(self):
        return make_panel(experts=3, entries=2)

    @pytest.fixture
    def seat(self, panel):
        return panel.assignment(panel.experts[0], panel.entries[0])

    def pin(self, panel, seat, reason="亲属"):
        return pin_pair(
            actor=panel.organiser, contest=panel.contest, expert=seat.expert, entry=seat.entry, reason=reason, now=NOW
        )

    def test_keeps_the_sheet_and_takes_its_total_out_of_the_score(self, panel, seat):
        for place, expert in enumerate(panel.experts):
            score_and_seal(panel.assignment(expert, panel.entries[0]), 60 + 10 * place, 60 + 10 * place)
        before = EntryScore.objects.get(entry=seat.entry)
        assert Fraction(before.score) == 70
        self.pin(panel, seat)
        after = EntryScore.objects.get(entry=seat.entry)
        assert (Fraction(after.score), after.sheets) == (75, 2)
        seat = seat.refreshed()
        assert (seat.status, seat.reason, seat.ended_at) == (Assignment.Status.QUARANTINED, "亲属", NOW)
        assert seat.sheet.marks.count() == 2

    def test_is_found_by_the_search_as_well(self, panel, seat):
        team = seat.entry.team
        team.partners.add(seat.expert.organisation)
        assert look(panel).quarantined == 1
        assert seat.refreshed().status == Assignment.Status.QUARANTINED
        assert look(panel).quarantined == 0

    def test_counts_again_when_it_is_dismissed(self, panel, seat):
        score_and_seal(seat, 60, 60)
        pinned = self.pin(panel, seat)
        _row, *seats = dismiss_conflict(actor=panel.organiser, recusal=pinned, reason="核实无关", now=NOW)
        assert seats == [1, 0]
        assert seat.refreshed().status == Assignment.Status.ACTIVE
        assert EntryScore.objects.get(entry=seat.entry).sheets == 1

    def test_stays_out_where_somebody_else_has_the_seat_by_now(self):
        panel = make_panel(experts=3, entries=1, seats=2)
        seat = Assignment.objects.select_related("expert", "entry").first()
        pinned = self.pin(panel, seat)
        (idle,) = set(panel.contest.experts.all()) - {one.expert for one in Assignment.objects.select_related("expert")}
        entry = panel.entries[0].public_id
        give_seat(actor=panel.organiser, plan=panel.plan, entry=entry, judge=idle.code, reason="补位", now=NOW)
        _row, *seats = dismiss_conflict(actor=panel.organiser, recusal=pinned, reason="核实无关", now=NOW)
        assert seats == [0, 1]
        assert seat.refreshed().status == Assignment.Status.QUARANTINED
        assert Assignment.objects.active().count() == 2

    def test_stays_out_while_another_reason_stands(self, panel, seat):
        pinned = self.pin(panel, seat)
        seat.entry.team.partners.add(seat.expert.organisation)
        _row, *seats = dismiss_conflict(actor=panel.organiser, recusal=pinned, reason="核实无关", now=NOW)
        assert seats == [0, 0]
        assert seat.refreshed().status == Assignment.Status.QUARANTINED

    def test_organisers_and_the_judge_hear_of_it_once(self, panel, seat):
        self.pin(panel, seat)
        to_organisers = Notice.objects.filter(kind="judging.seats_quarantined", channel="inbox")
        assert [notice.recipient for notice in to_organisers] == [panel.organiser]
        to_judge = Notice.objects.filter(kind="judging.seat_taken", channel="inbox").get()
        assert to_judge.recipient == seat.expert.user
        assert to_judge.context["numbers"] == [seat.entry.number]
        assert "亲属" not in str(to_judge.context)

    def test_closes_the_entry_to_the_judge(self, panel, seat):
        self.pin(panel, seat)
        with pytest.raises(Refusal) as refusal:
            score(seat, 80, 80)
        assert refusal.value.code == "not_assigned"

    def test_the_same_conflict_is_pinned_once(self, panel, seat):
        self.pin(panel, seat)
        with pytest.raises(Refusal) as refusal:
            self.pin(panel, seat)
        assert refusal.value.code == "stands"

    def test_one_that_was_dismissed_is_pinned_again_in_its_place(self, panel, seat):
        pinned = self.pin(panel, seat)
        dismiss_conflict(actor=panel.organiser, recusal=pinned, reason="核实无关", now=NOW)
        assert self.pin(panel, seat, reason="确系亲属").pk == pinned.pk
        row = Recusal.objects.get()
        assert (row.state, row.reason) == (State.PINNED, "确系亲属")
        assert seat.refreshed().status == Assignment.Status.QUARANTINED

    def test_takes_the_seat_of_a_judge_who_is_no_longer_in_the_pool_and_has_no_account(self, panel, seat):
        """Nobody is there to be told; the seat is taken and the organisers hear of it all the same."""
        Expert.objects.filter(pk=seat.expert_id).update(status=Expert.Status.DECLINED, user=None)
        self.pin(panel, seat)
        assert seat.refreshed().status == Assignment.Status.QUARANTINED
        assert not Notice.objects.filter(kind="judging.seat_taken").exists()
        assert Notice.objects.filter(kind="judging.seats_quarantined", channel="inbox").exists()

    def test_an_entry_of_another_contest_is_refused(self, panel):
        other = make_panel(experts=1, entries=1)
        with pytest.raises(Refusal) as refusal:
            pin_pair(
                actor=panel.organiser,
                contest=panel.contest,
                expert=panel.experts[0],
                entry=other.entries[0],
                reason="亲属",
                now=NOW,
            )
        assert refusal.value.code == "other_contest"

    def test_recusing_at_the_desk_is_remembered(self, panel, seat):
        recuse_judge(actor=seat.expert.user, assignment=seat, reason="合作", now=NOW)
        row = Recusal.objects.get()
        assert (row.kind, row.state, row.reason) == (Kind.DECLARED, State.DECLARED, "合作")


class TestThePledge:
    @pytest.fixture
    def panel(self):
        made = make_panel(experts=2, entries=3)
        Assignment.objects.update(pledged_at=None)
        return made

    def sign(self, panel, expert, *organisations, note="", pledged=True):
        shown = organisations_to_show(expert, panel.stage)
        return sign_pledge(
            actor=expert.user,
            stage=panel.stage,
            ticked=[one.public_id for one in organisations],
            note=note,
            pledged=pledged,
            shown=shown.fingerprint,
            now=NOW,
        )

    def test_nothing_is_scored_before_it_is_signed(self, panel):
        seat = panel.assignment(panel.experts[0], panel.entries[0])
        with pytest.raises(Refusal) as refusal:
            score(seat, 80, 80)
        assert refusal.value.code == "no_pledge"
        self.sign(panel, panel.experts[0])
        assert score(seat.refreshed(), 80, 80).total == "80"

    def test_an_interest_takes_the_entries_and_is_remembered_for_later_ones(self, panel):
        expert, entry = panel.experts[0], panel.entries[0]
        lead = entry.team.lead_organisation
        self.sign(panel, expert, lead)
        assert panel.assignment(expert, entry).status == Assignment.Status.RECUSED
        assert Recusal.objects.get().kind == Kind.DECLARED
        later = make_entry(panel.track, partners=[lead])
        assert (later.public_id, expert.code) in read_conflicts(panel.contest).pairs

    def test_what_was_declared_stays_as_it_was_declared(self, panel):
        self.sign(panel, panel.experts[0], panel.entries[0].team.lead_organisation)
        before = Recusal.objects.values().get()
        assert look(panel).new == 0
        assert Recusal.objects.values().get() == before

    def test_lists_whole_tracks_in_the_order_of_pinyin(self, panel):
        for name in ("重庆数据院", "长沙数据院", "安庆数据院"):
            make_entry(panel.track, lead=make_organisation(name=name))
        names = [row.name for row in organisations_to_show(panel.experts[0], panel.stage).rows]
        assert [name for name in names if name.endswith("数据院")] == ["安庆数据院", "长沙数据院", "重庆数据院"]
        assert len(names) == 6

    def test_a_list_that_has_changed_is_looked_through_again(self, panel):
        expert = panel.experts[0]
        with pytest.raises(Stale):
            sign_pledge(actor=expert.user, stage=panel.stage, ticked=[], note="", pledged=True, shown="old", now=NOW)

    def test_the_promise_is_needed(self, panel):
        with pytest.raises(Refusal) as refusal:
            self.sign(panel, panel.experts[0], pledged=False)
        assert refusal.value.code == "no_pledge"

    def test_is_signed_once_until_more_is_assigned(self, panel):
        self.sign(panel, panel.experts[0])
        with pytest.raises(Refusal) as refusal:
            self.sign(panel, panel.experts[0])
        assert refusal.value.code == "signed"

    def test_nobody_signs_for_another(self, panel):
        with pytest.raises(NotAllowed):
            sign_pledge(actor=panel.organiser, stage=panel.stage, ticked=[], note="", pledged=True, shown="", now=NOW)


def test_names_that_begin_with_letters_or_figures_have_their_place():
    assert [letter_of(pinyin_key(name)) for name in ("Alpha", "重庆", "3M", "")] == ["A", "C", "#", "#"]
