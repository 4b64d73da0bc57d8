"""Where a contest stands at an instant."""

from datetime import UTC, datetime, timedelta

import pytest

from competition.course import standing, steps
from competition.models import Stage

NOW = datetime(2024, 7, 17, tzinfo=UTC)


def stage(opens, closes, kind=Stage.Kind.SUBMISSION):
    return Stage(kind=kind, opens_at=NOW + timedelta(hours=opens), closes_at=NOW + timedelta(hours=closes))


@pytest.mark.parametrize(
    ("windows", "phase", "leading"),
    [
        ([], "unplanned", None),
        ([(-5, -1)], "over", 0),
        ([(1, 5)], "upcoming", 0),
        ([(-1, 5), (-1, 2)], "running", 1),
        ([(-5, -1), (3, 5), (2, 5)], "upcoming", 2),
        ([(-5, 0)], "over", 0),
        ([(0, 5)], "running", 0),
    ],
)
def test_the_stage_shown_large_is_the_open_one_that_closes_first(windows, phase, leading):
    stages = [stage(*window) for window in windows]
    found = standing(stages, now=NOW)
    assert found.phase == phase
    assert found.stage is (None if leading is None else stages[leading])


def test_what_else_is_open_and_what_follows_is_said():
    stages = [stage(-1, 2), stage(-1, 5, Stage.Kind.SCREENING), stage(9, 10, Stage.Kind.ROADSHOW), stage(6, 7)]
    found = standing(stages, now=NOW)
    assert found.also_open == (stages[1],)
    assert found.next is stages[3]


def test_a_step_knows_how_much_of_its_time_has_passed():
    found = steps([stage(-3, -1), stage(-1, 3), stage(1, 2)], now=NOW)
    assert [(step.state, step.share) for step in found] == [("done", 100), ("now", 25), ("ahead", 0)]
