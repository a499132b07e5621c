"""Levels are those of an independent implementation, bands hold what they say, and thin series are no trap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detente.errors import SeriesError
from detente.statespace import FLOOR, NOISE, alike, local_level, local_levels, quantile
from evaluation.simulations import band_coverage

Array = NDArray[np.float64]


def walk(seed: int, months: int = 200, *, rate: float = 1.5, drift: float = 0.3) -> tuple[Array, Array, Array]:
    """Mean scores, numbers of events and the true level by month; the first two months are silent."""
    chance = np.random.default_rng(seed)
    number = chance.poisson(rate, months).astype(np.float64)
    number[:2] = 0
    level = np.cumsum(drift * chance.normal(size=months))
    noise = NOISE * np.sqrt(1 / np.maximum(number, 1) + FLOOR) * chance.normal(size=months)
    return np.where(number > 0, level + noise, np.nan), number, level


def reference(score: Array, variance: Array) -> Any:
    """The local level model of statsmodels with an observation variance that is known but for a factor."""
    mlemodel = pytest.importorskip("statsmodels.tsa.statespace.mlemodel")

    class Model(mlemodel.MLEModel):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__(score, k_states=1, k_posdef=1, initialization="diffuse")
            for part in ("design", "transition", "selection"):
                self[part, 0, 0] = 1.0

        start_params = np.array([10.0, 0.05])

        def transform_params(self, unconstrained: Array) -> Array:
            return unconstrained**2

        def untransform_params(self, constrained: Array) -> Array:
            return np.asarray(np.sqrt(constrained))

        def update(self, params: Array, **options: Any) -> None:
            params = super().update(params, **options)
            self["obs_cov"] = (params[0] * variance)[None, None]
            self["state_cov", 0, 0] = params[1]

    return Model()


@pytest.mark.parametrize("seed", range(3))
def test_levels_variances_and_likelihood_are_those_of_statsmodels(seed: int) -> None:
    score, number, _ = walk(seed)
    exposure = np.random.default_rng(seed).uniform(50, 500, len(score))
    variance = 1 / np.maximum(number, 1) + FLOOR * np.median(exposure) / exposure
    theirs = reference(score, variance).smooth([3.5**2, 0.4**2])
    ours = local_level(score, number, exposure=exposure, parameters=(3.5, 0.4))
    assert ours.smoothed == pytest.approx(theirs.smoothed_state[0], abs=1e-6)
    assert ours.smoothed_variance == pytest.approx(theirs.smoothed_state_cov[0, 0], abs=1e-6)
    first = int(np.flatnonzero(number)[0])
    assert np.isnan(ours.filtered[:first]).all()
    assert ours.filtered[first:] == pytest.approx(theirs.filtered_state[0, first:], abs=1e-6)
    assert ours.filtered_variance[first:] == pytest.approx(theirs.filtered_state_cov[0, 0, first:], abs=1e-6)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-6)
    told = np.flatnonzero(np.isfinite(ours.innovations))
    assert told.tolist() == np.flatnonzero(number)[1:].tolist()
    assert ours.innovations[told] == pytest.approx(theirs.standardized_forecasts_error[0, told], abs=1e-6)


def test_one_number_a_month_is_the_local_level_of_unobserved_components() -> None:
    structural = pytest.importorskip("statsmodels.tsa.statespace.structural")
    score = walk(3, rate=50.0)[2] + np.random.default_rng(3).normal(size=200)
    model = structural.UnobservedComponents(score, "llevel", use_exact_diffuse=True)
    theirs = model.smooth([1.2, 0.09])
    ours = local_level(score, np.ones(200), floor=0.0, parameters=(1.2**0.5, 0.3))
    assert ours.smoothed == pytest.approx(theirs.smoothed_state[0], abs=1e-6)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_parameters_are_the_likeliest(seed: int) -> None:
    score, number, _ = walk(seed, drift=0.6)
    theirs = reference(score, 1 / np.maximum(number, 1) + FLOOR).fit(disp=False, method="nm", maxiter=400)
    ours = local_level(score, number)
    assert ours.loglik == pytest.approx(theirs.llf, abs=2e-3)
    assert (ours.noise, ours.drift) == pytest.approx(np.sqrt(theirs.params), rel=0.02)
    assert local_level(score, number, parameters=(ours.noise, ours.drift)).loglik == pytest.approx(ours.loglik)


def test_a_level_that_stands_still_has_no_drift() -> None:
    chance = np.random.default_rng(5)
    alternating = np.tile([1.0, -1.0], 60) + 0.01 * chance.normal(size=120)
    level = local_level(alternating, np.ones(120))
    assert level.drift == 0.0
    assert abs(level.smoothed).max() < 1


def test_bands_hold_what_they_say() -> None:
    narrow, wide = band_coverage(200, months=120, rate=2.0, drift=None)
    assert 0.77 <= narrow <= 0.85
    assert 0.93 <= wide <= 0.97


def test_the_wider_the_silence_the_wider_the_band() -> None:
    score, number, _ = walk(6)
    number[80:100] = 0
    low, high = local_level(score, number).band(0.95)
    assert high[90] - low[90] > 1.2 * (high[79] - low[79])
    filtered = local_level(score, number).band(0.8, filtered=True)
    assert (np.diff(filtered[1][82:100]) > 0).all()


def test_a_series_without_events_has_no_level() -> None:
    level = local_level(np.full(5, np.nan), np.zeros(5))
    assert (level.observed, level.loglik, level.noise, level.drift) == (0, 0.0, NOISE, 0.0)
    assert np.isnan(level.smoothed).all()
    assert np.isinf(level.smoothed_variance).all()
    assert np.isnan(level.band()[0]).all()


def test_one_or_two_periods_have_a_level_and_wide_bands() -> None:
    one = local_level([np.nan, 3.0, np.nan, np.nan], [0, 1, 0, 0])
    assert one.smoothed == pytest.approx(3.0)
    assert (np.diff(one.smoothed_variance[1:]) > 0).all()
    assert one.band()[1][1] - 3.0 > NOISE
    two = local_level([4.0, 2.0], [1, 1])
    assert (two.observed, two.drift) == (2, 0.0)
    assert 2 < two.smoothed[1] < two.smoothed[0] < 4


@pytest.mark.parametrize("robust", [False, True])
def test_a_constant_series_is_its_own_level(robust: bool) -> None:
    level = local_level(np.full(60, -9.0), np.ones(60), robust=robust)
    assert level.smoothed == pytest.approx(-9.0)
    assert level.noise == pytest.approx(0.5 / 12**0.5)
    assert np.isfinite(level.loglik)
    assert 0 < level.band()[1][30] + 9.0 < 1


def test_huge_numbers_of_events() -> None:
    level = local_level([1.0, -1.0, 2.0, 0.0], [1e12, 1e12, 1e12, 1])
    assert np.isfinite(level.smoothed).all()
    assert np.isfinite(level.loglik)


def test_many_levels_are_each_one_level() -> None:
    rows = [walk(seed, 60) for seed in range(5)]
    score, number = (np.stack([row[part] for row in rows]) for part in (0, 1))
    number[2] = 0
    exposure = np.linspace(100, 300, 60)
    for options in ({}, {"robust": True}, {"floor": None}, {"parameters": (4.0, 0.2)}):
        many = local_levels(score, number, exposure=exposure, chunk=2, **options)
        assert len(many) == 5
        for place in (0, 2, 4):
            one = local_level(score[place], number[place], exposure=exposure, **options)
            for field in one.__struct_fields__:
                assert getattr(many[place], field) == pytest.approx(getattr(one, field), nan_ok=True), field


def test_a_robust_level_is_moved_less_by_one_wild_month() -> None:
    chance = np.random.default_rng(8)
    score = 2.0 + 0.5 * chance.normal(size=80)
    wild = score.copy()
    wild[40] = -10.0
    moved = [
        abs(
            local_level(wild, np.ones(80), robust=r).smoothed - local_level(score, np.ones(80), robust=r).smoothed
        ).max()
        for r in (False, True)
    ]
    assert moved[1] < 0.5 * moved[0]
    assert local_level(wild, np.ones(80), robust=True).weights.argmin() == 40


def test_what_a_month_has_in_common_is_estimated_where_asked() -> None:
    chance = np.random.default_rng(9)
    number = chance.choice([1.0, 50.0], 300)
    alone = NOISE * np.sqrt(1 / number) * chance.normal(size=300)
    together = alone + NOISE * chance.normal(size=300)
    assert local_level(alone, number, floor=None).floor < 0.05
    assert local_level(together, number, floor=None).floor >= 0.5


def test_months_of_little_coverage_weigh_less() -> None:
    score, number, _ = walk(10, rate=20.0)
    exposure = np.full(200, 100.0)
    exposure[100] = 2.0
    score[100] += 8.0
    thin = local_level(score, number, exposure=exposure).smoothed[100]
    assert thin < local_level(score, number).smoothed[100] - 0.1


@pytest.mark.parametrize(
    ("y", "n", "options", "message"),
    [
        ([1.0], [1, 2], {}, r"shape \(1, 1\) and counts \(1, 2\)"),
        ([], [], {}, "at least one period"),
        ([np.inf], [1], {}, "mean score that is NaN or infinite"),
        ([np.nan], [1], {}, "mean score that is NaN or infinite"),
        ([1.0], [-1], {}, "negative, NaN or infinite; give 0"),
        ([1.0], [np.nan], {}, "negative, NaN or infinite; give 0"),
        ([1.0], [1], {"floor": -1.0}, r"floor is -1\.0; it must be 0 or more"),
        ([1.0], [1], {"parameters": (0.0, 1.0)}, "noise must be above 0"),
        ([1.0], [1], {"parameters": (1.0, 1.0), "floor": None}, "the floor must be known too"),
        ([1.0], [1], {"exposure": [1.0, 2.0]}, "give one number by period"),
        ([1.0], [1], {"exposure": [-1.0]}, "exposure is negative"),
    ],
)
def test_numbers_that_are_no_series(y: list[float], n: list[float], options: dict[str, Any], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        local_level(y, n, **options)


@given(
    st.lists(st.tuples(st.floats(-10, 10), st.integers(0, 40)), min_size=1, max_size=30),
    st.floats(-5, 5, allow_subnormal=False),
)
def test_a_scale_moved_or_turned_moves_and_turns_the_level(rows: list[tuple[float, int]], by: float) -> None:
    score, number = (np.array(part, dtype=np.float64) for part in zip(*rows, strict=True))
    given_, moved = local_level(score, number), local_level(score + by, number)
    back = local_level(score[::-1], number[::-1])
    assert moved.smoothed == pytest.approx(given_.smoothed + by, abs=1e-3, nan_ok=True)
    assert back.smoothed[::-1] == pytest.approx(given_.smoothed, abs=1e-3, nan_ok=True)
    for filtered in (False, True):
        inner, outer = given_.band(0.8, filtered=filtered), given_.band(0.95, filtered=filtered)
        known = np.isfinite(inner[0])
        assert (outer[0][known] < inner[0][known]).all()
        assert (inner[1][known] < outer[1][known]).all()


@pytest.mark.parametrize(("degrees", "reach"), [(3, 3.182), (5, 2.571), (30, 2.042), (np.inf, 1.960)])
def test_quantiles_are_those_of_the_tables(degrees: float, reach: float) -> None:
    assert quantile(0.95, degrees) == pytest.approx(reach, abs=0.004)
    with pytest.raises(SeriesError, match=r"share of a band is 95; it must lie between 0 and 1"):
        quantile(95, degrees)


def test_histories_that_move_alike_are_alike_and_by_how_much_later() -> None:
    moves = np.repeat([0.0, 6.0, -4.0, 2.0, -6.0, 1.0], 30)
    chance = np.random.default_rng(11)
    one, other = (local_level(x + 0.5 * chance.normal(size=180), np.ones(180)) for x in (moves, np.roll(moves, 3)))
    likeness = alike(one, other)
    assert likeness is not None
    assert likeness.lag == 3
    assert likeness.correlation > 0.8
    assert likeness.chance < 0.05
    against = alike(one, local_level(-moves + 0.5 * chance.normal(size=180), np.ones(180)))
    assert against is not None
    assert against.correlation < 0.3


def test_likeness_needs_levels_that_move_over_the_same_months() -> None:
    still, short = (local_level(np.full(months, 1.0), np.ones(months), parameters=(1, 0)) for months in (60, 40))
    assert alike(still, still) is None
    with pytest.raises(SeriesError, match="60 and 40 periods; likeness needs the same periods"):
        alike(still, short)
