"""Turns are found where relations turn and seldom elsewhere, are dated well, and name what drove them."""

from __future__ import annotations

import sys
from datetime import date
from itertools import combinations, pairwise

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from detente.changepoints import PENALTIES, Change, find_changes, gains, interval, pelt, penalties, total, without
from detente.errors import SeriesError
from detente.eventcosts import WEIGHTS, Counts, cost, dispersion_of, negative_binomial, told
from detente.turns import Observations, TurningPoint, drivers, evidence_of, observe, turning_points
from evaluation.simulations import CHANGES, Made, changed, constant, false_turns, make, observed

Array = NDArray[np.float64]


def months(number: int, first: int = 2010) -> list[date]:
    return [date(first + i // 12, i % 12 + 1, 1) for i in range(number)]


def rows(*events: tuple[int, float, int], length: int = 48, exposure: Array | None = None) -> Observations:
    """Events by month, score and quad."""
    period, score, quad = (list(part) for part in zip(*events, strict=True))
    return observe(months(length), period=period, score=score, quad=quad, exposure=exposure)


def made(name: str, seed: int, rate: float, at: int = 100, dispersion: float = 3.0) -> tuple[Made, Observations]:
    events = make(np.random.default_rng(seed), changed(name, at, rate, 180), dispersion=dispersion)
    return events, observed(events, 180)


def near(turns: tuple[TurningPoint, ...], at: int, within: int = 2) -> TurningPoint:
    """The strongest turn near a month; there must be one."""
    found = [turn for turn in turns if abs(turn.index - at) <= within]
    assert found, [turn.index for turn in turns]
    return max(found, key=lambda turn: turn.strength)


# Two years of words of conflict every month, then a deal that ten reports tell of, then words of conflict again.
CALM = tuple((month, -2.0, 3) for month in range(48))
DEAL = (*CALM, *((30, 5.0, 1) for _ in range(10)))
# Two years of cooperation, two of conflict.
BREAK = tuple((month, *((4.0, 1) if month < 24 else (-6.0, 4))) for month in range(48))


def test_events_are_counted_by_month_and_quad() -> None:
    seen = rows((0, 2.5, 1), (0, -9.0, 4), (2, -2.0, 3), length=3)
    assert seen.n.tolist() == [2, 0, 1]
    assert seen.total.tolist() == [-6.5, 0, -2]
    assert seen.squares.tolist() == [87.25, 0, 4]
    assert seen.quads.tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 0]]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ({"period": [0, 1], "score": [1.0], "quad": [1]}, "not one each"),
        ({"period": [0], "score": [np.nan], "quad": [1]}, "score is NaN"),
        ({"period": [3], "score": [1.0], "quad": [1]}, "there are periods 0 to 1"),
        ({"period": [-1], "score": [1.0], "quad": [1]}, "there are periods 0 to 1"),
        ({"period": [0], "score": [1.0], "quad": [5]}, r"quad code is \{5\}; it must be 1, 2, 3 or 4"),
    ],
)
def test_what_is_no_event(events: dict[str, list[float]], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        observe(months(2), period=events["period"], score=events["score"], quad=events["quad"])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", [1.0], "There are 2 periods"),
        ("total", [np.nan, 0.0], "number in total is NaN"),
        ("exposure", [-1.0, 1.0], "exposure is negative"),
        ("n", [2.0, 0.0], "do not add up"),
    ],
)
def test_what_are_no_observations(field: str, value: list[float], message: str) -> None:
    seen = rows((0, 1.0, 1), (1, 1.0, 1), length=2)
    broken = msgspec.structs.replace(seen, **{field: np.array(value)})
    with pytest.raises(SeriesError, match=message):
        turning_points(broken)


def test_a_level_that_breaks_is_a_lasting_turn_for_the_worse() -> None:
    [turn] = turning_points(rows(*BREAK))
    assert (turn.start, turn.index, turn.lasting, turn.end) == (date(2012, 1, 1), 24, True, None)
    assert turn.direction == "worse"
    assert set(turn.what) == {"level", "mix"}
    assert (turn.before, turn.after, turn.size) == pytest.approx((4.0, -6.0, -10.0))
    assert turn.mixes == ((1, 0, 0, 0), (0, 0, 0, 1))
    assert turn.earliest <= turn.start <= turn.latest
    assert turn.states == (((0, 24),), ((24, 48),))


def test_a_deal_is_an_episode_for_the_better() -> None:
    [turn] = turning_points(rows(*DEAL))
    assert (turn.start, turn.lasting, turn.end) == (date(2012, 7, 1), False, date(2012, 8, 1))
    assert turn.direction == "better"
    assert turn.rates[1] > 5 * turn.rates[0]
    assert turn.states == (((0, 30), (31, 48)), ((30, 31),))


def test_more_hostile_acts_are_worse_and_fewer_better() -> None:
    hostile = [(month, -9.0, 4) for month in range(60) for _ in range(9 if 20 <= month < 40 else 1)]
    onset, end = turning_points(observe(months(60), **Made(*map(np.array, zip(*hostile, strict=True)))._asdict()))
    assert [(turn.index, turn.what, turn.direction) for turn in (onset, end)] == [
        (20, ("volume",), "worse"),
        (40, ("volume",), "better"),
    ]
    assert onset.size == pytest.approx(0.0)


def test_a_turn_after_silence_is_dated_to_its_first_event() -> None:
    quarrel = [(month, -6.0, 4) for month in range(20) for _ in range(3)]
    thaw = [(month, 5.0, 1) for month in range(30, 48, 3)]
    [turn] = [t for t in turning_points(rows(*quarrel, *thaw)) if "level" in t.what]
    assert (turn.index, turn.direction) == (30, "better")
    assert turn.earliest < turn.start


def test_a_turn_is_dated_to_the_month_that_carries_it() -> None:
    quiet = [(month, 2.5, 1) for month in range(0, 40, 8)]
    war = [(24, -2.0, 3), *((25, -9.0, 4) for _ in range(60)), *((month, -9.0, 4) for month in range(26, 36, 2))]
    turn = near(turning_points(rows(*quiet, *war)), 25)
    assert turn.index == 25


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("rate", [4.0, 100.0])
def test_changes_are_found_within_two_months(name: str, rate: float) -> None:
    hits = []
    for seed in range(3):
        _, seen = made(name, seed, rate)
        found = [turn for turn in turning_points(seen) if abs(turn.index - 100) <= 2]
        hits.append(bool(found))
    assert sum(hits) >= 2


def test_a_sparse_relation_turns_too() -> None:
    """Twenty events in two years, of which the last half are of another kind."""
    scores = [(2 * i, 4.0, 1) for i in range(6)] + [(12 + i, -6.0, 4) for i in range(12)] + [(0, 2.5, 1), (4, 5.0, 1)]
    turn = near(turning_points(rows(*scores, length=24)), 12, within=1)
    assert turn.direction == "worse"


@pytest.mark.parametrize("rate", [1.0, 50.0])
def test_a_relation_that_never_changes_seldom_turns_whatever_the_coverage(rate: float) -> None:
    """In three years it has at most one, which is the rate that the penalties are set for."""
    for coverage in ("doubles", "halves"):
        assert false_turns(rate, 6, coverage=coverage, months=120) <= 1.0


def test_coverage_that_is_told_is_no_turn_and_untold_is_one() -> None:
    chance = np.random.default_rng(3)
    exposure = np.where(np.arange(120) < 60, 100.0, 800.0)
    events = make(chance, constant(chance, 8.0, 120), dispersion=20.0, exposure=exposure)
    assert near(turning_points(observed(events, 120)), 60).what == ("volume",)
    assert not [t for t in turning_points(observed(events, 120, exposure)) if abs(t.index - 60) <= 3]


def test_silence_in_months_hardly_read_is_no_turn() -> None:
    events = [(month, 2.5, 1) for month in range(48) for _ in range(6) if not 20 <= month < 30]
    exposure = np.where((np.arange(48) >= 20) & (np.arange(48) < 30), 1.0, 100.0)
    assert near(turning_points(rows(*events)), 20).direction == "worse"
    assert turning_points(rows(*events, exposure=exposure)) == ()


def test_a_turn_beside_months_hardly_read_is_thin() -> None:
    exposure = np.full(48, 100.0)
    [sure] = turning_points(rows(*BREAK, exposure=exposure))
    exposure[22:24] = 0
    [thin] = turning_points(rows(*(event for event in BREAK if event[0] not in (22, 23)), exposure=exposure))
    assert (sure.thin, thin.thin) == (False, True)


@pytest.mark.parametrize(
    "events",
    [[], [(5, -9.0, 4)], [(month, 2.5, 1) for month in range(48)], [(month, 2.5, 1) for month in range(48)] * 300],
    ids=["none", "one", "constant", "constant and huge"],
)
def test_what_never_changes_has_no_turns(events: list[tuple[int, float, int]]) -> None:
    seen = rows(*events) if events else observe(months(48), period=[], score=[], quad=[])
    assert turning_points(seen) == ()


def test_one_month_has_no_turns() -> None:
    assert turning_points(rows((0, 1.0, 1), (0, -9.0, 4), (0, 2.0, 2), length=1)) == ()


def test_the_same_seed_gives_the_same_turns_and_fewer_years_give_more() -> None:
    _, seen = made("outbreak of six months", 2, 2.0)
    assert turning_points(seen, seed=5) == turning_points(seen, seed=5)
    assert len(turning_points(seen, years=0.2)) > len(turning_points(seen)) >= len(turning_points(seen, years=300))
    with pytest.raises(SeriesError, match="give a positive number of years"):
        turning_points(seen, years=0)
    with pytest.raises(SeriesError, match=r"'pelt' is not an engine\. Known: own, kernel"):
        turning_points(seen, engine="pelt")


def test_turns_are_plain_records() -> None:
    [turn] = turning_points(rows(*DEAL))
    assert msgspec.json.decode(msgspec.json.encode(turn), type=TurningPoint) == turn


def test_the_kernel_finds_what_lasts() -> None:
    pytest.importorskip("ruptures")
    _, seen = made("from words to deeds", 1, 20.0)
    assert near(turning_points(seen, engine="kernel"), 100).lasting
    assert turning_points(rows(*CALM), engine="kernel") == ()


def test_the_kernel_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruptures", None)
    with pytest.raises(SeriesError, match=r"Run: pip install 'detente\[kernel\]', or use the engine 'own'"):
        turning_points(rows(*DEAL), engine="kernel")


def test_a_truce_stands_out_in_a_war_and_a_war_is_told_once() -> None:
    war = [(month, -9.0, 4) for month in range(60) for _ in range(9 if month >= 30 else 1)]
    truce = [(45, 4.0, 1)] * 5
    onset, deal = turning_points(rows(*war, *truce, length=60))
    assert [(turn.index, turn.direction) for turn in (onset, deal)] == [(30, "worse"), (45, "better")]


# -- drivers -----------------------------------------------------------------------------------------------------------


def test_the_events_of_the_deal_drive_its_turn() -> None:
    seen = rows(*DEAL)
    [turn] = turning_points(seen)
    period, score, quad = (np.array(part) for part in zip(*DEAL, strict=True))
    ids = [f"e{place}" for place in range(len(DEAL))]
    found = drivers(seen, turn, period=period, score=score, quad=quad, ids=ids)
    assert {driver.ids[0] for driver in found[:10]} == set(ids[48:])
    assert all(driver.strength > 0 and driver.influence is not None and driver.influence > 0 for driver in found[:10])
    assert found[10].ids == ("e30",)
    acts = [*(f"act {place}" for place in range(48)), *["the deal"] * 10]
    [deal, quarrel] = drivers(seen, turn, period=period, score=score, quad=quad, ids=ids, groups=acts)
    assert (deal.ids, quarrel.ids) == (tuple(ids[48:]), ("e30",))
    assert deal.strength > 5 * found[0].strength
    with pytest.raises(SeriesError, match="58 events have 1 ids and 1 groups"):
        drivers(seen, turn, period=period, score=score, quad=quad, ids=["e"])


def test_influence_is_what_leaving_out_changes() -> None:
    events, seen = made("thaws, conflict .8 to .2", 4, 5.0)
    turn = near(turning_points(seen), 100, within=4)
    ids = [str(place) for place in range(len(events.period))]
    evidence = evidence_of(seen)
    found = drivers(seen, turn, **events._asdict(), ids=ids, within=None)
    assert len(found) == sum(np.isin(events.period, np.concatenate([np.arange(*r) for s in turn.states for r in s])))
    for driver in (found[0], found[len(found) // 2], found[-1]):
        kept = np.array([place not in driver.ids for place in ids])
        less = observed(Made(*(part[kept] for part in events)), 180)
        rest = Counts(less.n, less.total, less.squares, less.quads, evidence.counts.exposure)
        sums = np.concatenate([np.zeros((1, evidence.rows.shape[1])), told(rest, evidence.spread).cumsum(axis=0)])
        before, after = (total(sums, state) for state in turn.states)
        size = after[1] / after[0] - before[1] / before[0]
        assert turn.size is not None
        assert driver.influence == pytest.approx(turn.size - size)
        assert driver.strength == pytest.approx(turn.strength - float(WEIGHTS @ gains(before, after)))


def test_a_turn_of_one_event_has_no_size_without_it() -> None:
    events = [*((month, -6.0, 4) for month in range(40) for _ in range(2)), (42, 9.5, 2)]
    seen = rows(*events)
    turn = turning_points(seen, years=0.2)[-1]
    assert turn.index == 42
    period, score, quad = (np.array(part) for part in zip(*events, strict=True))
    ids = [str(place) for place in range(len(events))]
    [driver] = drivers(seen, turn, period=period, score=score, quad=quad, ids=ids)
    assert (driver.ids, driver.influence) == (("80",), None)


# -- the division ------------------------------------------------------------------------------------------------------


def sums_of(seed: int, length: int = 9) -> Array:
    chance = np.random.default_rng(seed)
    events = make(chance, changed("a deal in one month", length // 2, 3.0, length), dispersion=1.0)
    return evidence_of(observed(events, length)).sums


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("penalty", [0.3, 1.0, 3])
def test_the_division_is_the_cheapest_of_all(seed: int, penalty: float) -> None:
    sums = sums_of(seed)
    periods = len(sums) - 1

    def price(cuts: tuple[int, ...]) -> float:
        edges = [0, *cuts, periods]
        parts = pairwise(edges)
        return penalty * len(cuts) + sum(float(cost(sums[b] - sums[a])) for a, b in parts)

    every = (cuts for size in range(periods) for cuts in combinations(range(1, periods), size))
    assert price(tuple(pelt(sums, penalty))) == pytest.approx(min(map(price, every)))


def test_a_state_costs_at_least_what_its_parts_do() -> None:
    sums = sums_of(1, 60)
    for cut in range(1, 60):
        assert (gains(sums[cut] - sums[0], sums[-1] - sums[cut]) >= -1e-9).all()


def test_windows_are_cut_out_of_ranges() -> None:
    assert without(((0, 10), (12, 20)), [(3, 5), (12, 13), (30, 31)]) == ((0, 3), (5, 10), (13, 20))


@pytest.mark.parametrize("seed", range(4))
def test_changes_are_in_order_and_their_states_apart(seed: int) -> None:
    sums = sums_of(seed, 120)
    changes = find_changes(sums, shift=1.0, episode=1.0)
    assert {change.lasting for change in changes} == {True, False}
    assert [change.place for change in changes] == sorted(change.place for change in changes)
    for change in changes:
        before, after = (
            {month for first, end in ranges for month in range(first, end)} for ranges in (change.before, change.after)
        )
        assert before.isdisjoint(after)
        if not change.lasting:
            assert change.place + len(after) <= max(before)
            assert min(before) < change.place
            assert len(after) <= 3


def test_a_sharp_change_is_dated_sharply_and_a_faint_one_is_not() -> None:
    widths = []
    for after in (-9.0, 1.0):
        chance = np.random.default_rng(4)
        scores = np.where(np.arange(80) < 40, 4.0, after) + chance.normal(size=80)
        quads = np.where(scores > 0, 1, 4)
        seen = observe(months(80), period=np.arange(80), score=scores, quad=quads)
        first, last = interval(evidence_of(seen).rows, Change(((0, 40),), ((40, 80),), True), chance)
        assert first <= 40 <= last
        widths.append(last - first)
    assert widths[0] == 0 < widths[1]


def test_penalties_follow_the_table_the_years_and_the_length_of_a_period() -> None:
    assert penalties(3.0, years=3.0) == pytest.approx(PENALTIES[2, 1:].tolist())
    assert penalties(0.001, years=3.0) == pytest.approx(PENALTIES[0, 1:].tolist())
    for stricter in (penalties(3.0, years=10.0), penalties(3.0, years=3.0, length=0.25)):
        assert (np.array(stricter) > PENALTIES[2, 1:]).all()


# -- how events scatter ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dispersion", [0.3, 1.0, 20.0])
def test_the_negative_binomial_has_its_moments(dispersion: float) -> None:
    number = np.arange(4000.0)
    share = np.exp(negative_binomial(number, np.full(4000, 6.0), dispersion))
    mean = float(share @ number)
    assert share.sum() == pytest.approx(1.0)
    assert mean == pytest.approx(6.0)
    assert share @ (number - mean) ** 2 == pytest.approx(6.0 + 36.0 / dispersion)


@pytest.mark.parametrize("dispersion", [0.3, 1.0, 5.0])
def test_dispersion_is_found_through_changes_and_coverage(dispersion: float) -> None:
    chance = np.random.default_rng(6)
    exposure = np.where(np.arange(240) < 120, 1.0, 3.0)
    rate = np.where((np.arange(240) > 60) & (np.arange(240) < 180), 40.0, 4.0) * exposure
    events = chance.poisson(rate * chance.gamma(dispersion, 1 / dispersion, 240)).astype(np.float64)
    events[[30, 200]] = 900
    assert dispersion_of(events, exposure) == pytest.approx(dispersion, rel=0.35)
