"""Totals as arrays, the additive model, and reliability: published examples, dense algebra, and invented truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.calibration.totals import Totals, components
from judging.statistics.additive import Additive, Variances
from judging.statistics.reliability import alpha, icc, judges_needed, phi, reliability, seats

#: Six targets, four judges: Shrout and Fleiss (1979), table 2.
SHROUT_FLEISS = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]


def table(rows: list[tuple[float, ...]]) -> Totals:
    return Totals.of(
        (f"E{entry}", f"J{judge}", value) for entry, row in enumerate(rows) for judge, value in enumerate(row)
    )


@st.composite
def unbalanced(draw: st.DrawFn) -> Totals:
    """Up to 12 entries with 1 to 4 of 6 judges each, whole marks."""
    rows = []
    for entry in range(draw(st.integers(min_value=2, max_value=12))):
        panel = draw(st.lists(st.integers(min_value=0, max_value=5), min_size=1, max_size=4, unique=True))
        rows += [
            (f"E{entry:02d}", f"J{judge}", float(draw(st.integers(min_value=50, max_value=100)))) for judge in panel
        ]
    return Totals.of(rows)


def reachable(totals: Totals) -> set[frozenset[str]]:
    """The components, found by walking."""
    neighbours: dict[str, set[str]] = {}
    for entry, judge, _ in totals.rows():
        neighbours.setdefault(entry, set()).add(judge)
        neighbours.setdefault(judge, set()).add(entry)
    found = set()
    for start in neighbours:
        seen, todo = {start}, [start]
        while todo:
            for other in neighbours[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        found.add(frozenset(seen))
    return found


@given(unbalanced())
def test_components_are_what_a_walk_from_judge_to_entry_reaches(totals: Totals) -> None:
    assert {frozenset((*part.judges, *part.entries)) for part in components(totals)} == reachable(totals)


def test_a_long_chain_is_one_component() -> None:
    rows = [
        row
        for n in range(200)
        for row in ((f"E{n:03d}", f"J{n:03d}", 1.0), (f"E{n:03d}", f"J{(n * 77 + 1) % 200:03d}", 2.0))
    ]
    totals = Totals.of(dict.fromkeys(rows))
    assert {frozenset((*part.judges, *part.entries)) for part in components(totals)} == reachable(totals)


def test_two_totals_of_one_judge_for_one_entry_are_refused() -> None:
    with pytest.raises(ValueError, match="two totals"):
        Totals.of([("E", "J", 1.0), ("E", "J", 2.0)])


@given(unbalanced(), st.randoms(use_true_random=False))
def test_the_order_of_totals_changes_nothing(totals: Totals, chance: object) -> None:
    rows = totals.rows()
    chance.shuffle(rows)  # type: ignore[attr-defined]
    assert Totals.of(rows).rows() == totals.rows()


def test_icc_is_that_of_shrout_and_fleiss() -> None:
    single, averaged = icc(table(SHROUT_FLEISS))
    assert single == pytest.approx(0.1657, abs=5e-4)
    assert averaged == pytest.approx(0.4428, abs=5e-4)


def test_variance_components_are_those_of_the_two_way_analysis() -> None:
    # Mean squares of the same table: 11.24 between targets, 32.49 between judges, 1.02 rest.
    variances = Additive(table(SHROUT_FLEISS)).variances
    assert variances is not None
    assert variances.rest == pytest.approx(1.0194, abs=1e-3)
    assert variances.entries == pytest.approx((11.2417 - 1.0194) / 4, abs=1e-3)
    assert variances.judges == pytest.approx((32.4861 - 1.0194) / 6, abs=1e-3)
    # ICC(2,4) of the paper is Φ of four judges.
    assert phi(variances, 4) == pytest.approx(0.6201, abs=5e-4)


def test_alpha_is_that_of_krippendorff_for_intervals() -> None:
    # The reliability data of Krippendorff's "Computing alpha": four coders, twelve units, some missing.
    data = [
        (1, 1, None, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4), (4, 4, 4, 4), (1, 1, 2, 1),
        (2, 2, 2, 2), (None, 5, 5, 5), (None, None, 1, 1), (None, None, 3, None),
    ]  # fmt: skip
    rows = [
        (f"E{unit:02d}", f"J{coder}", float(value))
        for unit, values in enumerate(data)
        for coder, value in enumerate(values)
        if value is not None
    ]
    assert alpha(Totals.of(rows)) == pytest.approx(0.849, abs=5e-4)


def test_k_is_the_number_of_seats_and_less_than_their_mean_where_they_differ() -> None:
    assert seats(table(SHROUT_FLEISS)) == 4
    uneven = Totals.of([("E1", "J1", 1.0), ("E1", "J2", 2.0), ("E1", "J3", 3.0), ("E2", "J1", 1.0)])
    assert seats(uneven) == pytest.approx((4 - 10 / 4) / 1)


def test_the_judges_needed_reach_the_target_and_one_fewer_do_not() -> None:
    variances = Variances(entries=36.0, judges=25.0, rest=36.0)
    needed = judges_needed(variances)
    assert needed == 7
    assert (phi(variances, 7) or 0) >= 0.8 > (phi(variances, 6) or 1)
    assert judges_needed(Variances(10.0, 0.0, 10.0)) == 4  # exactly the target: no fifth
    assert judges_needed(Variances(0.0, 1.0, 1.0)) is None


@pytest.mark.parametrize(
    "rows",
    [[("E1", "J1", 80.0)], [("E1", "J1", 80.0), ("E2", "J2", 81.0)], [("E1", "J1", 80.0), ("E1", "J2", 80.0)]],
)
def test_what_cannot_be_told_is_left_open(rows: list[tuple[str, str, float]]) -> None:
    figures = reliability(Additive(Totals.of(rows)))
    assert (figures.phi, figures.alpha, figures.enough) == (None, None, None)


@given(unbalanced())
def test_the_fit_is_that_of_least_squares_on_the_whole_design(totals: Totals) -> None:
    count = len(totals)
    design = np.zeros((count, len(totals.entries) + len(totals.judges)))
    design[np.arange(count), totals.entry] = 1
    design[np.arange(count), len(totals.entries) + totals.judge] = 1
    fitted = design @ np.linalg.lstsq(design, totals.value, rcond=None)[0]
    additive = Additive(totals)
    assert additive.residuals == pytest.approx(totals.value - fitted, abs=1e-6)
    assert additive.freedom == count - np.linalg.matrix_rank(design)


@given(
    unbalanced(),
    st.floats(min_value=1, max_value=50),
    st.floats(min_value=1, max_value=50),
    st.floats(min_value=1, max_value=50),
)
def test_blup_is_that_of_the_covariances_written_out(
    totals: Totals, entries: float, judges: float, rest: float
) -> None:
    additive = Additive(totals)
    additive.__dict__["variances"] = Variances(entries, judges, rest)
    count = len(totals)
    of_entry = (totals.entry[:, None] == totals.entry[None, :]) * entries
    of_judge = (totals.judge[:, None] == totals.judge[None, :]) * judges
    inverse = np.linalg.inv(of_entry + of_judge + rest * np.eye(count))
    ones = np.ones(count)
    mean = (ones @ inverse @ totals.value) / (ones @ inverse @ ones)
    membership = (totals.entry[:, None] == np.arange(len(totals.entries))[None, :]).astype(float)
    expected = mean + entries * membership.T @ inverse @ (totals.value - mean)
    assert additive.blup == pytest.approx(expected, abs=1e-6)


def test_leniency_is_found_within_its_error() -> None:
    chance = np.random.default_rng(3)
    truth = chance.normal(0, 4, 12)
    truth -= truth.mean()
    rows = []
    for entry in range(200):
        quality = chance.normal(75, 6)
        rows += [
            (f"E{entry:03d}", f"J{judge:02d}", quality + truth[judge] + chance.normal(0, 5))
            for judge in chance.choice(12, 5, replace=False)
        ]
    additive = Additive(Totals.of(rows))
    off = np.abs(additive.leniency - truth) / additive.leniency_error
    assert (off < 3.5).all()
    assert (off < 1.96).mean() >= 0.75
    assert additive.leniency.sum() == pytest.approx(0, abs=1e-9)
