"""One seat is judged by what concerns it alone, and comes out as it would among everything else."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from competition.models import Contest, Stage
from judging.assignment import Pair, Rules
from judging.assignment.legality import Table
from judging.models import Assignment, Expert, FormerPost, Pledge, Recusal
from judging.problem import read_situation
from submissions.models import Entry
from tests.competition.factories import make_track
from tests.judging.factories import NOW, make_entry, make_expert, make_panel, score_and_seal
from tests.portal.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

RULES = Rules(main_per_panel=1, most_per_region=2)


@dataclass
class Mixed:
    """A stage in which everything that can stand in the way does so somewhere."""

    stage: Stage
    beside: list[Pair]


def mixed(seed: int) -> Mixed:
    chance = Random(seed)
    panel = make_panel(experts=7, entries=5, seats=3)
    contest, stage = panel.contest, panel.stage
    Contest.objects.filter(pk=contest.pk).update(recusal_region=chance.random() < 0.3)
    other = make_track(contest)
    houses = [make_organisation() for _ in range(3)]
    late = [
        make_entry(
            chance.choice([panel.track, other]), partners=chance.sample(houses, chance.randrange(3)), passed=passed
        )
        for passed in (True, True, True, False)
    ]
    for _ in range(6):
        expert = make_expert(
            contest,
            *chance.sample([panel.track, other], chance.randint(1, 2)),
            level=chance.randint(1, 3),
            organisation=chance.choice([*houses, None]),
            region=chance.choice(["42", "11", ""]),
            max_load=chance.choice([None, None, 1, 2]),
        )
        if chance.random() < 0.4:
            house = chance.choice(houses)
            FormerPost.objects.create(expert=expert, organisation=house, name=house.name, until_year=contest.edition)
        if chance.random() < 0.4:
            ticked = [chance.choice(houses).public_id]
            Pledge.objects.create(expert=expert, stage=stage, text_version="1", ticked=ticked, signed_at=NOW)
    everybody = list(Expert.objects.filter(contest=contest).order_by("pk"))
    seats = list(Assignment.objects.filter(stage=stage).select_related("stage__rubric", "expert__user", "entry"))
    score_and_seal(chance.choice(seats), 30, 50)
    for seat, status in zip(chance.sample(seats, 3), list(Assignment.Status)[1:], strict=True):
        if not hasattr(seat.refreshed(), "sheet"):
            Assignment.objects.filter(pk=seat.pk).update(status=status, reason="换人", ended_at=NOW)
    for expert in chance.sample(everybody, 3):
        entry = chance.choice([*panel.entries, *late])
        state = chance.choice([Recusal.State.DETECTED, Recusal.State.PINNED, Recusal.State.DISMISSED])
        Recusal.objects.create(
            contest=contest, expert=expert, entry=entry, kind=Recusal.Kind.ORGANISER, state=state, reason="亲属",
            decided_by=make_user(), decided_at=NOW, found_at=NOW,
        )  # fmt: skip
    away, gone = chance.sample(everybody, 2)
    Expert.objects.filter(pk=away.pk).update(available_until_on=(stage.opens_at - timedelta(days=2)).date())
    Expert.objects.filter(pk=gone.pk).update(status=Expert.Status.DECLINED)
    Entry.objects.filter(pk=chance.choice(panel.entries).pk).update(status=Entry.Status.WITHDRAWN)
    drafted = [(entry.public_id, chance.choice(everybody).code) for entry in [*panel.entries, *late] for _ in range(2)]
    stage.contest.refresh_from_db()
    return Mixed(stage, list(dict.fromkeys(drafted)) if chance.random() < 0.5 else [])


@pytest.mark.parametrize("seed", range(5))
def test_a_seat_read_alone_is_as_legal_as_among_all_the_others(seed: int) -> None:
    world = mixed(seed)
    whole = read_situation(world.stage, "s", rules=RULES)
    table = Table(whole.problem, world.beside)
    everybody = set(Expert.objects.values_list("code", flat=True)) | {"J?"}
    found = set()
    for entry in [*Entry.objects.values_list("public_id", flat=True), "unknown"]:
        own = [pair for pair in world.beside if pair[0] == entry]
        alone = read_situation(world.stage, "s", rules=RULES, only=entry, beside=world.beside)
        assert set(alone.entries) == {entry} & set(whole.entries)
        assert alone.problem.pinned == {pair for pair in whole.problem.pinned if pair[0] == entry}
        assert alone.sealed == {pair for pair in whole.sealed if pair[0] == entry}
        assert alone.held == whole.held
        for judge in everybody:
            obstacle = table.obstacle(entry, judge)
            found.add(obstacle)
            assert Table(alone.problem, own).obstacle(entry, judge) == obstacle
            asked = [judge, *(code for _entry, code in own)]
            narrow = read_situation(world.stage, "s", rules=RULES, only=entry, of=asked, beside=world.beside)
            assert Table(narrow.problem, own).obstacle(entry, judge) == obstacle
            if (entry, judge) in whole.problem.affinity:
                assert narrow.worth(entry, judge) == alone.worth(entry, judge) == whole.worth(entry, judge)
    assert {"", "conflict", "seated", "unknown"} <= found


def test_a_seat_reads_as_little_whatever_else_there_is(django_assert_num_queries) -> None:
    panel = make_panel(experts=3, entries=2)
    stage = Stage.objects.select_related("contest").get(pk=panel.stage.pk)
    entry, judge = panel.entries[0].public_id, panel.experts[0].code
    for _ in range(2):
        with django_assert_num_queries(9):
            alone = read_situation(stage, only=entry, of=[judge])
        assert set(alone.experts) == {expert.code for expert in panel.experts}
        for _more in range(5):
            make_expert(panel.contest, panel.track)
            make_entry(panel.track)
