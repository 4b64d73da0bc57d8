"""The check of an export agrees with the portal wherever a ranking is more than sealed sheets in order: votes, third
opinions, seats that were taken, entries that left the contest, and sheets from paper."""

import io
import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import judging.events
import submissions.events
from competition.models import Role
from judging import ranking, voting
from judging.actions import (
    announce_lots,
    call_off_roadshow,
    close_slot,
    dismiss_conflict,
    draw_lots,
    export_proofs,
    key_paper,
    open_arbitration,
    pin_pair,
    record_vote,
    reopen_sheet,
)
from judging.aggregation import ScoredEntry
from judging.models import Assignment, EntryScore, Seal
from judging.proofs import receipt_of
from judging.reading.results import read_ranking, read_rankings
from judging.reading.running import next_reveal, standing
from judging.reading.statistics import read_panel
from judging.reading.ties import ranked_track
from portal.journal import verify_ranking
from portal.journal.checkpoints import signer
from submissions.actions import disqualify_entry, reinstate_entry
from tests.competition.factories import make_role
from tests.judging.factories import NOW, make_expert, make_panel, score, score_and_seal, seal, sign_pledges
from tests.judging.roadshows import make_show, plan
from tests.judging.test_proofs import findings, signed_anew, verify
from tests.portal.factories import make_user

AFTER = NOW + timedelta(days=10)
NAMES = {"C1": "一", "C2": "二"}


def exported(actor, stage):
    """The files of an export."""
    with zipfile.ZipFile(io.BytesIO(export_proofs(actor=actor, stage=stage, now=AFTER))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def facts_of(files):
    return json.loads(files["stage.json"])


def altered(files, facts):
    """The export as somebody who holds the key would sign it with other facts."""
    return signed_anew(files | {"stage.json": json.dumps(facts).encode()})


def fill(panel, *totals):
    """Every judge gives an entry the same total, or each the one in the list."""
    for entry, given_totals in zip(panel.entries, totals, strict=True):
        each = given_totals if isinstance(given_totals, list) else [given_totals] * len(panel.experts)
        for expert, total in zip(panel.experts, each, strict=False):
            score_and_seal(panel.assignment(expert, entry), total, total)
    return panel


def vote(panel, *orders, entries=(0, 1)):
    """A ballot for each judge: the entries in order, by their places in the panel."""
    numbers = [entry.number for entry in panel.entries]
    return record_vote(
        actor=panel.organiser,
        stage=panel.stage,
        track=panel.track,
        entries=[numbers[place] for place in entries],
        ballots={
            expert.code: [numbers[place] for place in order]
            for expert, order in zip(panel.experts, orders, strict=False)
        },
        minutes="到会三人，投票",
        held_on=date(2024, 8, 9),
        now=AFTER,
    )


def pin(panel, seat):
    return pin_pair(
        actor=panel.organiser, contest=panel.contest, expert=seat.expert, entry=seat.entry, reason="亲属", now=AFTER
    )


def disqualify(panel, entry):
    return disqualify_entry(actor=panel.organiser, entry=entry, seen=1, reason="与往届获奖作品相同", now=AFTER)


def places(files):
    return {row["entry"]: row["rank"] for row in facts_of(files)["results"]}


@pytest.mark.django_db
class TestVotes:
    @pytest.fixture
    def panel(self):
        """Three entries that nothing tells apart, a fourth below; voted on twice, the first time drawn."""
        panel = fill(make_panel(experts=3, entries=4, places=1), 80, 80, 80, 70)
        vote(panel, (0, 1, 2), (1, 2, 0), (2, 0, 1), entries=(0, 1, 2))
        vote(panel, (2, 0, 1), (2, 1, 0), (1, 2, 0), entries=(0, 1, 2))
        return panel

    def test_part_what_is_equal_in_the_check_too(self, panel):
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        first, second, third, fourth = (entry.number for entry in panel.entries)
        assert places(files) == {third: 1, second: 2, first: 3, fourth: 4}

    def test_hold_no_more_once_a_score_has_changed(self, panel):
        seat = panel.assignment(panel.experts[0], panel.entries[2])
        reopen_sheet(actor=panel.organiser, sheet=seat.sheet, revision=seat.sheet.revision, reason="笔误", now=NOW)
        seal(score(seat, 79, 79))
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        assert list(places(files).values()) == [1, 1, 3, 4]

    def test_of_an_earlier_stage_decide_nothing_here(self, panel):
        other = fill(make_panel(experts=3, entries=2), 80, 80)
        vote(other, (1, 0))
        assert findings(exported(panel.organiser, panel.stage)) == []
        assert findings(exported(other.organiser, other.stage)) == []

    def test_that_were_changed_left_out_or_moved_are_found(self, panel):
        files = exported(panel.organiser, panel.stage)
        first, _second, third, _fourth = (entry.number for entry in panel.entries)

        def swapped(facts):
            """Another winner, with the points that would make it so."""
            points = facts["votes"][1]["points"]
            points[first], points[third] = points[third], points[first]
            rows = {row["entry"]: row for row in facts["results"]}
            rows[first]["rank"], rows[third]["rank"] = rows[third]["rank"], rows[first]["rank"]

        def dropped(facts):
            facts["votes"].pop()
            for row in facts["results"][:3]:
                row["rank"] = 1

        for change, sentence in (
            (swapped, "is another in the journal"),
            (dropped, "is not accounted for"),
            (lambda facts: facts["votes"].reverse(), "not listed once and in order"),
            (lambda facts: facts["votes"][0].update(index=None), "no checkpoint holds"),
            (lambda facts: facts["votes"][0].update(track=9), "is another in the journal"),
        ):
            facts = facts_of(files)
            change(facts)
            assert any(sentence in found for found in findings(altered(files, facts))), sentence

    def test_whose_ballots_were_edited_are_found(self, panel):
        files = exported(panel.organiser, panel.stage)
        lines = files["events.jsonl"].splitlines(keepends=True)
        held = max(place for place, line in enumerate(lines) if b"judging.vote_recorded" in line)
        row = json.loads(lines[held])
        ballots = row["event"]["payload"]["ballots"]
        ballots[panel.experts[0].code].reverse()
        lines[held] = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        found = findings(signed_anew(files | {"events.jsonl": b"".join(lines)}))
        assert any("does not give the leaf" in one for one in found)

    def test_are_read_alike_by_the_ranking_its_export_and_the_statistics(self, panel):
        expected = places(exported(panel.organiser, panel.stage))
        pages = (
            [(row.number, row.rank) for row in read_ranking(panel.stage, panel.track.pk, NAMES).rows],
            [(row.number, row.rank) for row in read_rankings(panel.stage, NAMES)[panel.track.pk].rows],
            [(line.row.number, line.row.rank) for line in read_panel(panel.stage, panel.track.pk, NAMES).lines],
            [(result.entry.code, result.rank) for result in ranked_track(panel.stage, panel.track)],
        )
        for page in pages:
            assert dict(page) == expected

    def test_are_named_by_the_statistics_where_they_settle_the_line(self, panel):
        tie = read_panel(panel.stage, panel.track.pk, NAMES, top=1).tie
        assert tie.entries == [panel.entries[place].number for place in (2, 1, 0)]
        assert (tie.settled, tie.rules[-1][1:]) == (True, (["第 1 名", "第 2 名", "第 3 名"], "decided"))


class TestCounting:
    numbers = ("A", "B", "C")

    @given(st.lists(st.permutations(numbers), min_size=1, max_size=7))
    def test_ballots_gives_the_points_of_the_portal(self, ballots):
        assert verify_ranking.points_of(ballots, self.numbers) == voting.points(self.numbers, ballots)

    @given(st.lists(st.lists(st.permutations(numbers), min_size=1, max_size=4), max_size=3))
    def test_the_last_vote_parts_as_in_the_portal(self, held):
        votes = [dict(voting.points(self.numbers, ballots)) for ballots in held]
        totals = {"J": Decimal(80)}
        equal = [ScoredEntry(code, totals, Decimal(80), (), {}) for code in self.numbers]
        shared: dict[int, set[str]] = {}
        for result in ranking.rank(equal, (), votes):
            shared.setdefault(result.rank, set()).add(result.entry.code)
        groups = verify_ranking.parted(list(self.numbers), votes)
        assert [set(group) for group in groups] == [shared[rank] for rank in sorted(shared)]

    def test_a_vote_whose_event_says_other_points_than_its_ballots_is_found(self):
        payload = {"stage": "s", "track": 1, "points": {"A": 2, "B": 0}, "ballots": {"J1": ["B", "A"]}}
        facts = {"stage": "s", "votes": [{"index": 3, "track": 1, "points": {"A": 2, "B": 0}}]}
        found = list(verify_ranking.check_votes(facts, {3: {"kind": verify_ranking.VOTED, "payload": payload}}))
        assert found == ["the vote at place 3 says other points than its ballots give"]

    def test_knows_the_kinds_of_the_journal(self):
        known = {
            kind.key
            for kind in (*vars(judging.events).values(), *vars(submissions.events).values())
            if hasattr(kind, "key")
        }
        named = {
            verify_ranking.SEALED,
            verify_ranking.VOTED,
            verify_ranking.PUBLISHED,
            verify_ranking.REINSTATED,
            *verify_ranking.OPENED,
        }
        assert named | verify_ranking.CHECKED | set(verify_ranking.SEATS) | set(verify_ranking.ENTRIES) <= known
        assert {*verify_ranking.SEATS.values()} - {""} < set(Assignment.Status.values)


@pytest.mark.django_db
class TestStandardScores:
    @pytest.fixture
    def panel(self):
        """Sixteen entries, two judges on scales of their own; one of them has one entry less."""
        panel = make_panel(experts=2, entries=16, scoring="standard")
        for place, entry in enumerate(panel.entries):
            score_and_seal(panel.assignment(panel.experts[0], entry), 60 + 2 * place, 60 + place * 5 % 7)
            if place:
                score_and_seal(panel.assignment(panel.experts[1], entry), 80 + place * 3 % 4, 70 + place)
        return panel

    def test_come_out_in_the_check_as_in_the_portal(self, panel):
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        facts = facts_of(files)
        assert facts["rules"]["scoring"] == "standard"
        assert facts["tracks"] == [{"track": 1, "scores": "standard", "why": "", "judges": []}]
        assert max(Fraction(row["score"]).denominator for row in facts["results"]) > 10**20

    def test_with_one_byte_changed_are_found(self, panel):
        files = exported(panel.organiser, panel.stage)
        score = facts_of(files)["results"][3]["score"]
        above = score.partition("/")[0]
        other = above[:-1] + str((int(above[-1]) + 1) % 10)
        for before, after in (
            (score, score.replace(above, other)),
            ('"scoring": "standard"', '"scoring": "standarD"'),
            ('"scores": "standard"', '"scores": "standarD"'),
        ):
            changed = files["stage.json"].decode().replace(before, after)
            assert changed != files["stage.json"].decode()
            assert findings(signed_anew(files | {"stage.json": changed.encode()})), before

    def test_are_found_where_another_form_is_made_up(self, panel):
        """Whoever holds the key says that the mean counts, with the ranking that follows from it."""
        honest = exported(panel.organiser, panel.stage)
        with_means = [
            row | {"score": EntryScore.objects.get(entry__number=row["entry"]).score}
            for row in facts_of(honest)["results"]
        ]
        facts = facts_of(honest) | {"results": with_means}
        facts["tracks"][0].update(scores="mean", why="flat")
        assert any("others than the sheets give" in found for found in findings(altered(honest, facts)))

    def test_give_way_to_the_mean_in_the_check_too_where_a_judge_has_too_few_ranked_entries(self, panel, tmp_path):
        disqualify(panel, panel.entries[5])
        archive = export_proofs(actor=panel.organiser, stage=panel.stage, now=AFTER)
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            files = {name: packed.read(name) for name in packed.namelist()}
        assert findings(files) == []
        facts, code = facts_of(files), panel.experts[1].code
        assert facts["tracks"] == [{"track": 1, "scores": "mean", "why": "few", "judges": [code]}]
        (tmp_path / "export.zip").write_bytes(archive)
        told, output = verify(tmp_path / "export.zip")
        assert told == 0
        assert (
            f"Track 1: the mean of the totals counts, not the standard score: judges with fewer than 15 ranked entries: {code}."
            in output
        )
        facts["tracks"][0]["judges"] = []
        assert "stage.json: the scores of a track are others than the sheets give" in findings(altered(files, facts))


@pytest.mark.django_db
class TestRules:
    """Whoever holds the key changes the rules after the marks are known, and the ranking so that it follows from them."""

    @pytest.fixture
    def files(self):
        panel = fill(make_panel(experts=5, entries=2), [95, 75, 70, 72, 60], [80, 74, 74, 73, 72])
        return exported(panel.organiser, panel.stage)

    def test_are_those_that_the_journal_named_before_the_first_mark(self, files):
        assert findings(files) == []

    @pytest.mark.parametrize("changed", [{"trim_from": None}, {"ties": ["C2"]}, {"scoring": "standard"}])
    def test_that_are_others_than_the_journal_named_are_found(self, files, changed):
        facts = facts_of(files)
        facts["rules"] |= changed
        told = "stage.json: the rules are others than those that the journal named before the first mark"
        assert told in findings(altered(files, facts))

    def test_that_the_journal_does_not_name_are_found(self, files):
        facts, events = facts_of(files), {}
        assert list(verify_ranking.check_rules(facts, events)) == [
            "stage.json: the journal names no rules for this stage"
        ]


@pytest.mark.django_db
class TestThirdOpinion:
    @pytest.fixture
    def panel(self):
        """Four judges, and a fifth who makes the highest and the lowest drop out."""
        panel = fill(make_panel(experts=4, entries=2), [95, 75, 70, 72], 80)
        panel.experts.append(make_expert(panel.contest, panel.track))
        score_row = EntryScore.objects.select_related("stage__contest", "entry").get(entry=panel.entries[0])
        opened = open_arbitration(
            actor=panel.organiser,
            score=score_row,
            judge=panel.experts[4].code,
            signs=["range"],
            reason="分差过大",
            due_at=AFTER + timedelta(days=1),
            now=AFTER,
        )
        sign_pledges(panel.stage)
        seat = Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert").get(
            pk=opened.assignment_id
        )
        score_and_seal(seat, 74, 74, now=AFTER)
        return panel

    def test_counts_like_every_other_sheet(self, panel):
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        assert [row["score"] for row in facts_of(files)["results"]] == ["80", "221/3"]

    def test_that_is_left_out_is_found(self, panel):
        files = exported(panel.organiser, panel.stage)
        facts = facts_of(files)
        facts["sheets"] = [one for one in facts["sheets"] if one["judge"] != panel.experts[4].code]
        next(row for row in facts["results"] if row["score"] == "221/3")["score"] = "78"
        assert any("is not accounted for" in found for found in findings(altered(files, facts)))


@pytest.mark.django_db
class TestSeatsThatWereTaken:
    @pytest.fixture
    def panel(self):
        return fill(make_panel(experts=3, entries=2), [95, 75, 70], 80)

    def test_do_not_count_and_the_check_says_so(self, panel):
        pin(panel, panel.assignment(panel.experts[0], panel.entries[0]))
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        assert [one["why"] for one in facts_of(files)["sheets"] if not one["counts"]] == ["quarantine"]
        assert [row["score"] for row in facts_of(files)["results"]] == ["80", "145/2"]

    def test_count_again_when_they_were_put_back(self, panel):
        pinned = pin(panel, panel.assignment(panel.experts[0], panel.entries[0]))
        dismiss_conflict(actor=panel.organiser, recusal=pinned, reason="核实无关", now=AFTER)
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        assert all(one["counts"] for one in facts_of(files)["sheets"])

    def test_counted_nevertheless_are_found(self, panel):
        honest = exported(panel.organiser, panel.stage)
        pin(panel, panel.assignment(panel.experts[0], panel.entries[0]))
        files = exported(panel.organiser, panel.stage)
        before = facts_of(honest)
        facts = facts_of(files) | {"sheets": before["sheets"], "results": before["results"]}
        assert any("counts or not against the journal" in found for found in findings(altered(files, facts)))

    def test_are_not_made_up(self, panel):
        """A sheet that somebody does not like is said to be quarantined."""
        honest = exported(panel.organiser, panel.stage)
        facts = facts_of(honest)
        worst = next(one for one in facts["sheets"] if one["judge"] == panel.experts[2].code)
        for why in ("quarantine", "recused", "withdrawn"):
            worst.update(counts=False, why=why)
            assert any("counts or not against the journal" in found for found in findings(altered(honest, facts))), why


@pytest.mark.django_db
def test_a_roadshow_that_was_called_off_leaves_nothing_behind_in_the_ranking_of_the_one_held_instead():
    show = make_show(experts=2, entries=2)
    off = show.press(call_off_roadshow, reason="停电")
    show.roadshow = plan(show, name="第二会场")
    announced = announce_lots(actor=show.host, roadshow=show.roadshow, source="另一期", now=NOW)
    draw_lots(actor=show.host, roadshow=announced, number="1", now=NOW)
    for marks in ((80, 84), (70, 74)):
        show.perform(*marks)
    files = exported(show.host, show.stage)
    assert findings(files) == []
    assert sorted(row["score"] for row in facts_of(files)["results"]) == ["72", "82"]
    assert off.status == "called_off"


@pytest.mark.django_db
class TestEntriesThatLeft:
    @pytest.fixture
    def panel(self):
        return fill(make_panel(experts=3, entries=3), 90, 80, 70)

    def test_have_no_place_and_have_it_again_when_they_are_let_in(self, panel):
        row = disqualify(panel, panel.entries[0])
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        assert list(places(files).values()) == [1, 2]
        assert [one["why"] for one in facts_of(files)["entries"]] == ["disqualified", "", ""]
        reinstate_entry(actor=panel.organiser, row=row, reason="查无此事", now=AFTER)
        files = exported(panel.organiser, panel.stage)
        assert findings(files) == []
        assert list(places(files).values()) == [1, 2, 3]

    def test_ranked_nevertheless_are_found(self, panel):
        before = facts_of(exported(panel.organiser, panel.stage))
        disqualify(panel, panel.entries[0])
        files = exported(panel.organiser, panel.stage)
        facts = facts_of(files) | {"entries": before["entries"], "results": before["results"]}
        assert any("ranked or not against the journal" in found for found in findings(altered(files, facts)))

    def test_are_not_made_up(self, panel):
        files = exported(panel.organiser, panel.stage)
        facts = facts_of(files)
        facts["results"].pop(0)
        for row in facts["results"]:
            row["rank"] -= 1
        facts["entries"][0].update(ranked=False, why="disqualified")
        assert any("ranked or not against the journal" in found for found in findings(altered(files, facts)))
        del facts["entries"][0]
        assert any("is left out" in found for found in findings(altered(files, facts)))


@pytest.mark.django_db
class TestRoadshows:
    @pytest.fixture
    def show(self):
        """Two teams; of the second, one judge's sheet is keyed from paper."""
        show = make_show(experts=3, entries=2, reveal="end")
        show.perform(70, 80, 90)
        slot = show.call()
        for expert in show.experts[1:]:
            show.submit(expert, slot.entry, 85)
        for keyer in (make_user(), make_user()):
            make_role(keyer, show.contest, Role.Name.ORGANISER)
            key_paper(
                actor=keyer,
                assignment=show.seat(show.experts[0], slot.entry),
                marks={"C1": Decimal(88), "C2": Decimal("91.5")},
                comment="纸质评语",
                now=NOW,
            )
        show.press(close_slot, without_missing=True)
        return show

    def test_sheets_from_paper_count_like_every_other(self, show):
        files = exported(show.host, show.stage)
        assert findings(files) == []
        assert len(facts_of(files)["sheets"]) == 6

    def test_a_sheet_from_paper_with_another_mark_is_found(self, show):
        files = exported(show.host, show.stage)
        content = files["events.jsonl"].replace(b'"C2":"91.5"', b'"C2":"99.5"')
        assert content != files["events.jsonl"]
        assert findings(signed_anew(files | {"events.jsonl": content}))

    def test_who_left_the_contest_has_no_place_on_the_wall_and_is_shown_before_the_places(self, show):
        _low, high = (slot.entry for slot in show.slots())
        disqualify_entry(actor=show.host, entry=high, seen=1, reason="与往届获奖作品相同", now=NOW)
        assert [(result.entry.code, result.rank) for result in standing(show.again())] == [
            (show.slots()[0].entry.number, 1)
        ]
        assert next_reveal(show.again()).entry.number == high.number
        assert findings(exported(show.host, show.stage)) == []


@pytest.mark.django_db
def test_a_checkpoint_that_was_sent_and_a_receipt_find_the_sheet_that_the_export_does_not_tell_of():
    """Whoever holds the key can leave out both the event and its sheet, and sign a checkpoint that counts one event less; the
    supervisor who has the true one, and the judge who sealed the sheet, cannot be told so."""
    panel = fill(make_panel(experts=3, entries=2), [95, 75, 70], 82)
    given_out = Seal.objects.get(sheet__assignment__expert=panel.experts[2], marks__C1="70")
    whole = exported(panel.organiser, panel.stage)
    lines = whole["events.jsonl"].splitlines(keepends=True)
    place = next(one for one, line in enumerate(lines) if given_out.sheet.assignment.public_id.encode() in line)
    index = json.loads(lines.pop(place))["index"]
    facts = facts_of(whole)
    facts["sheets"] = [one for one in facts["sheets"] if one["index"] != index]
    top = next(row for row in facts["results"] if row["rank"] == 2)
    top.update(rank=1, score="85")
    next(row for row in facts["results"] if row is not top).update(rank=2)
    files = altered(whole | {"events.jsonl": b"".join(lines)}, facts)
    (name,) = (name for name in files if name.startswith("checkpoints/"))
    counted = f"{len(lines)} events of the contest up to {{}}, which counts {len(lines) + 1}"
    assert findings(files) == [f"events.jsonl: {counted.format(name)}"]

    note = files[name].decode()
    text = note.partition("\n\n")[0] + "\n"
    contest, public_id = panel.contest.reference
    kept = f"{contest} {public_id} {len(lines) + 1}\n"
    assert text.endswith(kept)
    anew = signer().sign(text.removesuffix(kept) + f"{contest} {public_id} {len(lines)}\n")
    files = signed_anew(files | {name: anew.encode()})
    assert findings(files) == []
    assert findings(files, checkpoints={"sent": note}) == [f"events.jsonl: {counted.format('sent')}"]
    assert findings(whole, receipts={"r": receipt_of(given_out)}) == []
    assert findings(files, receipts={"r": receipt_of(given_out)}) == ["r: this export does not tell of its sheet"]
