"""The level of a relation as a state that moves: the local level model with as much noise as there are few events.

    score_t = level_t + error_t       error_t  ~ N(0, noise² · (1 / n_t + floor · typical exposure / exposure_t))
    level_t+1 = level_t + change_t    change_t ~ N(0, drift²)

`score_t` is the mean PLOVER score of the n_t events of period t; a period without events says nothing, and there the
level only diffuses. Filter and smoother are those of Kalman with an exact diffuse start (Harvey 1989; Durbin and
Koopman 2012, chapters 2 and 5); levels given all periods join a pass forward and a pass backward (Fraser and Potter
1969). Parameters are those of highest likelihood, with the noise concentrated out. Bands are averaged over the drifts
that the data allow, since a single drift makes them too narrow (Hamilton 1986). Equations: `docs/measures.md`.

Levels, noise and drift are in units of the scale (-10 to +10), drift by period; variances in their squares.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import kalman
from detente.errors import SeriesError
from detente.kalman import SOMETHING, Array

# What dyads have in common, from `python -m evaluation.simulations --ledger` on current events of 2002 to 2022.
NOISE = 4.2  # standard deviation of scores within one dyad's month
FLOOR = 0.15  # variance that events of one month share, as a part of NOISE²
NOISE_DEGREES = 3.0  # periods that NOISE weighs in the bands: enough to bound them where one or two are observed
LEAST_NOISE = 0.5 / 12**0.5  # scores are given in halves (Sheppard's correction)
T_DEGREES = 4.0  # of the errors where `robust`: heavy tails that still have a variance (Lange and others 1989)
ROBUST_ROUNDS = 6

# Drift² / noise² that the bands are averaged over, all alike, by half decades: from a drift of about a point in five
# years of months to one beyond the noise of single events. No relation is quite still, so 0 is not among them.
RATIOS = np.logspace(-3, 0.5, 8)
STEADIEST, WILDEST, SEARCH_STEPS = 1e-6, 1e4, 11  # where and how finely the ratio of highest likelihood is sought
FLOORS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0])


class Level(msgspec.Struct, frozen=True, eq=False):
    """The level of one relation by period, T periods.

    `smoothed` is the level given all periods, `filtered` given those up to each; both with their variance, and NaN
    with infinite variance where nothing is known. `innovations` are standardised one-step errors, NaN in the first
    observed period and in those without events. `weights` (0..about 1) say how far a robust fit trusts a period.
    `observed` counts periods with events. `loglik` is the diffuse log-likelihood at `noise`, `drift` and `floor`.
    """

    smoothed: Array
    smoothed_variance: Array
    filtered: Array
    filtered_variance: Array
    innovations: Array
    weights: Array
    noise: float
    drift: float
    floor: float
    loglik: float
    observed: int
    degrees: float

    def band(self, share: float = 0.95, *, filtered: bool = False) -> tuple[Array, Array]:
        """Lower and upper bound of the level, T each, that hold it with the given probability."""
        level = self.filtered if filtered else self.smoothed
        variance = self.filtered_variance if filtered else self.smoothed_variance
        reach = quantile(share, self.degrees) * np.sqrt(variance)
        return level - reach, level + reach


class Levels(msgspec.Struct, frozen=True, eq=False):
    """The levels of D relations over the same T periods; fields as in `Level`, with one more axis in front."""

    smoothed: Array
    smoothed_variance: Array
    filtered: Array
    filtered_variance: Array
    innovations: Array
    weights: Array
    noise: Array
    drift: Array
    floor: Array
    loglik: Array
    observed: NDArray[np.int64]
    degrees: Array

    def __len__(self) -> int:
        return len(self.noise)

    def __getitem__(self, index: int) -> Level:
        """The level of one relation."""
        fields = {name: getattr(self, name)[index] for name in self.__struct_fields__}
        return Level(**{n: f if f.ndim else f.item() for n, f in fields.items()})


class Likeness(msgspec.Struct, frozen=True):
    """How alike two histories move: the highest correlation of their changes, and by how many periods the second
    comes later. `chance` is the share of misaligned pairs that are as alike; below 0.05 it is hardly one.
    """

    correlation: float
    lag: int
    chance: float


def local_level(
    y: ArrayLike,
    n: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    floor: float | None = FLOOR,
    robust: bool = False,
    parameters: tuple[float, float] | None = None,
) -> Level:
    """The level of one relation: `y` mean score and `n` number of events by period, T each; `y` is unused where n is 0.

    `exposure` is how much was read by period. `floor` None has it estimated. `robust` takes errors from Student's t.
    `parameters` are noise and drift where they are known; nothing is estimated then, and bands are normal.

    Raises SeriesError for numbers that cannot be a series.
    """
    rows = [np.asarray(x, dtype=np.float64)[None] for x in (y, n)]
    seen = None if exposure is None else np.asarray(exposure, dtype=np.float64)[None]
    return local_levels(*rows, exposure=seen, floor=floor, robust=robust, parameters=parameters)[0]


def local_levels(
    y: ArrayLike,
    n: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    floor: float | None = FLOOR,
    robust: bool = False,
    parameters: tuple[float, float] | None = None,
    chunk: int = 128,
) -> Levels:
    """The levels of D relations over the same T periods, as `local_level` of each; `y` and `n` are (D, T).

    `exposure` is (T,) or (D, T). Works on `chunk` relations at once, which is as many as fit a processor's cache.
    """
    score, count, seen = _checked(y, n, exposure, floor, parameters)
    parts = [
        _levels(score[i : i + chunk].T, count[i : i + chunk].T, seen[i : i + chunk].T, floor, robust, parameters)
        for i in range(0, max(len(score), 1), chunk)
    ]
    if len(parts) == 1:
        return parts[0]
    joined = {f: np.concatenate([getattr(part, f) for part in parts]) for f in Levels.__struct_fields__}
    return Levels(**joined)


def quantile(share: float, degrees: float) -> float:
    """How many standard errors hold the middle `share` of Student's t with so many degrees of freedom.

    From the normal quantile by the expansion of Abramowitz and Stegun (1964), 26.7.5; within 0.004 from 3 degrees on.

    >>> round(quantile(0.95, float("inf")), 3), round(quantile(0.95, 10), 3)
    (1.96, 2.228)
    """
    if not 0 < share < 1:
        raise SeriesError(f"The share of a band is {share}; it must lie between 0 and 1, for instance 0.95.")
    z = NormalDist().inv_cdf((1 + share) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees**power for power, term in enumerate(terms, 1))


def alike(one: Level, other: Level, *, most: int = 6) -> Likeness | None:
    """How alike two relations move over the same periods, by the changes of their smoothed levels.

    The cross-correlation at up to `most` periods' lag either way; None where a level does not move. Its chance is
    counted over all circular shifts of the second series by more than `most` periods.

    Raises SeriesError where the series differ in length or are shorter than 4 · `most` periods.
    """
    if len(one.smoothed) != len(other.smoothed) or len(one.smoothed) < 4 * most:
        raise SeriesError(
            f"Levels of {len(one.smoothed)} and {len(other.smoothed)} periods; likeness needs the same periods, at "
            f"least {4 * most} with lags of up to {most}. Give both series over the same months, or a smaller `most`."
        )
    first, second = (np.diff(np.nan_to_num(level.smoothed)) for level in (one, other))
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first @ first) * (second @ second)))
    if size < 1e-12:
        return None
    lags = range(-most, most + 1)
    found = np.array([_overlap(first, second, lag) for lag in lags]) / size
    best = int(found.argmax())
    shifts = range(most + 1, len(first) - most)
    by_chance = [max(_overlap(first, np.roll(second, s), lag) for lag in lags) / size for s in shifts]
    return Likeness(float(found[best]), lags[best], float(np.mean(np.array(by_chance) >= found[best])))


def _overlap(first: Array, second: Array, lag: int) -> float:
    """The product of the first series with the second moved to come `lag` periods earlier."""
    end = len(first) - abs(lag)
    return float(first[:end] @ second[lag:]) if lag >= 0 else float(first[-lag:] @ second[:end])


def _checked(
    y: ArrayLike, n: ArrayLike, exposure: ArrayLike | None, floor: float | None, parameters: tuple[float, float] | None
) -> tuple[Array, Array, Array]:
    """Scores (0 where there are none), counts, and exposure as a multiple of each series' typical one: (D, T)."""
    score, count = np.asarray(y, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if score.shape != count.shape or score.ndim != 2 or score.shape[1] == 0:
        raise SeriesError(
            f"Scores have shape {score.shape} and counts {count.shape}; both must be alike, with at least one period."
        )
    if not (np.isfinite(count).all() and (count >= 0).all()):
        raise SeriesError("A number of events is negative, NaN or infinite; give 0 for a period without events.")
    if not np.isfinite(score[count > 0]).all():
        raise SeriesError("A period with events has a mean score that is NaN or infinite; give 0 events where none is.")
    if floor is not None and not 0 <= floor < np.inf:
        raise SeriesError(f"The floor is {floor}; it must be 0 or more, or None to have it estimated.")
    if parameters is not None and not (0 < parameters[0] < np.inf and 0 <= parameters[1] < np.inf):
        raise SeriesError(f"Noise and drift are {parameters}; noise must be above 0, drift 0 or more.")
    if parameters is not None and floor is None:
        raise SeriesError("With known noise and drift the floor must be known too; it is None.")
    if exposure is None:
        return np.where(count > 0, score, 0.0), count, np.ones_like(count)
    seen = np.asarray(exposure, dtype=np.float64)
    if seen.shape not in (count.shape, count.shape[1:]):
        raise SeriesError(f"Exposure has shape {seen.shape} for counts of {count.shape}; give one number by period.")
    if not (np.isfinite(seen).all() and (seen >= 0).all()):
        raise SeriesError("An exposure is negative, NaN or infinite; give 0 for a period in which nothing was read.")
    return np.where(count > 0, score, 0.0), count, relative_exposure(np.broadcast_to(seen, count.shape))


def relative_exposure(exposure: Array) -> Array:
    """Exposure as a multiple of the median over the periods that have any, at least a hundredth of it; (..., T)."""
    some = exposure > 0
    known = np.where(some.any(axis=-1, keepdims=True), np.where(some, exposure, np.nan), 1.0)
    return np.asarray(np.maximum(exposure / np.nanmedian(known, axis=-1, keepdims=True), 0.01))


def _levels(
    score: Array,
    count: Array,
    seen: Array,
    floor: float | None,
    robust: bool,
    parameters: tuple[float, float] | None,
) -> Levels:
    """The levels of D series at once; arrays are (T, D)."""
    trust = np.ones_like(count)
    for turn in range(ROBUST_ROUNDS if robust else 1):
        shared = _best_floor(score, count, seen, trust) if floor is None else np.full(count.shape[1], floor)
        precision = _precision(count, seen, shared)
        found = (
            _estimated(score, trust * precision)
            if parameters is None
            else _given(score, trust * precision, *parameters)
        )
        if robust and turn < ROBUST_ROUNDS - 1:
            errors = (score - found.smoothed) ** 2 + found.smoothed_variance
            trust = np.where(count > 0, _t_weight(errors * precision / found.noise**2), 1.0)
    return _record(score, trust * precision, found, trust, shared)


def _t_weight(squares: Array) -> Array:
    """The weight of a squared standardised error under Student's t (Lange, Little and Taylor 1989)."""
    return (T_DEGREES + 1) / (T_DEGREES + squares)


def _precision(count: Array, seen: Array, floor: Array) -> Array:
    """1 / variance of each period's mean score in units of 1 / noise²; 0 without events."""
    with np.errstate(divide="ignore"):
        return np.where(count > 0, 1 / (1 / count + floor / seen), 0.0)


class _Estimate(NamedTuple):
    """Levels with variances (T, D); drift² / noise², noise, and the degrees of freedom that it is known to (D)."""

    smoothed: Array
    smoothed_variance: Array
    filtered: Array
    filtered_variance: Array
    ratio: Array
    noise: Array
    degrees: Array


def _given(score: Array, precision: Array, noise: float, drift: float) -> _Estimate:
    """Levels at known parameters."""
    series = score.shape[1]
    passes = kalman.passes(score, precision, np.full((1, series), (drift / noise) ** 2))
    level, variance, filtered, filtered_variance = (x[:, 0] for x in kalman.states(score, precision, passes))
    of_all = [np.full(series, value) for value in ((drift / noise) ** 2, noise, np.inf)]
    return _Estimate(level, variance * noise**2, filtered, filtered_variance * noise**2, *of_all)


def _estimated(score: Array, precision: Array) -> _Estimate:
    """Levels averaged over RATIOS by what the data say of each, and the parameters of highest likelihood.

    The noise is integrated out: with its prior of NOISE_DEGREES periods, a level has Student's t given the ratio.
    """
    passes = kalman.passes(score, precision, np.repeat(RATIOS[:, None], score.shape[1], axis=1))
    fit = kalman.fit(score, precision, passes.ahead)
    degrees = fit.errors + NOISE_DEGREES
    squares = fit.squares + NOISE_DEGREES * NOISE**2
    evidence = -0.5 * fit.logdet - 0.5 * degrees * np.log(squares)
    share = np.exp(evidence - evidence.max(axis=0))
    share = share / share.sum(axis=0)
    level, variance, filtered, filtered_variance = kalman.states(score, precision, passes)
    ratio, mean_square = _likeliest(score, precision, _profile(fit))
    return _Estimate(
        *_mixture(share, level, variance * squares / degrees),
        *_mixture(share, filtered, filtered_variance * squares / degrees),
        ratio,
        np.sqrt(mean_square),
        degrees[0],
    )


def _mixture(share: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
    """Mean and variance (T, D) of a mixture over the second axis of (T, C, D), by shares (C, D).

    Where nothing is known of one part of it, nothing is of any: NaN with infinite variance.
    """
    middle = (share * mean).sum(axis=1)
    with np.errstate(invalid="ignore"):
        spread = (share * (variance + (mean - middle[:, None]) ** 2)).sum(axis=1)
    return middle, np.where(np.isnan(middle), np.inf, spread)


def _likeliest(score: Array, precision: Array, profile: Array) -> tuple[Array, Array]:
    """The ratio of highest likelihood and its noise² (D); `profile` (C, D) is the likelihood of RATIOS.

    Sought among SEARCH_STEPS candidates around the best of them, then at the top of the parabola through the best
    three. Where none is likelier than the boundary, and where fewer than two errors tell, it is 0.
    """
    bounds = np.log(np.concatenate([[STEADIEST], RATIOS, [WILDEST]]))
    best = profile.argmax(axis=0)
    low, high = bounds[best], bounds[best + 2]
    places = low + (high - low) * np.linspace(0, 1, SEARCH_STEPS)[:, None]
    ratios = np.concatenate([np.zeros((1, len(low))), np.exp(places)])
    fit = kalman.fit(score, precision, kalman.ahead(score, precision, ratios))
    likely = _profile(fit)
    top = likely[None].argmax(axis=1)
    inner = np.clip(top - 1, 1, SEARCH_STEPS - 2)
    below, middle, above = (np.take_along_axis(likely[1:], inner + step, axis=0)[0] for step in (-1, 0, 1))
    curve = np.where(below - 2 * middle + above < 0, below - 2 * middle + above, -np.inf)
    shift = np.clip(0.5 * (below - above) / curve, -0.5, 0.5) * (high - low) / (SEARCH_STEPS - 1)
    at_boundary = (top[0] == 0) | (fit.errors[0] < 2)
    ratio = np.where(at_boundary, 0.0, np.exp(np.take_along_axis(places, inner, axis=0)[0] + shift))
    return ratio, np.take_along_axis(_mean_square(fit), top, axis=0)[0]


def _best_floor(score: Array, count: Array, seen: Array, trust: Array) -> Array:
    """The floor of highest likelihood (D) among FLOORS, with the ratio and the noise at their best for each."""
    ratios = np.repeat(RATIOS[:, None], score.shape[1], axis=1)
    best = np.full((len(FLOORS), score.shape[1]), -np.inf)
    for place, floor in enumerate(FLOORS):
        precision = trust * _precision(count, seen, np.full(score.shape[1], floor))
        best[place] = _profile(kalman.fit(score, precision, kalman.ahead(score, precision, ratios))).max(axis=0)
    return np.asarray(FLOORS[best.argmax(axis=0)])


def _profile(fit: kalman.Fit) -> Array:
    """The log-likelihood (C, D) up to a constant, at the best noise for each candidate."""
    mean_square = _mean_square(fit)
    return -0.5 * (fit.errors * np.log(mean_square) + fit.logdet + fit.squares / mean_square)


def _mean_square(fit: kalman.Fit) -> Array:
    """The noise² of highest likelihood (C, D), that of dyads in general where nothing tells."""
    return np.where(fit.errors > 0, np.maximum(fit.squares / np.maximum(fit.errors, 1), LEAST_NOISE**2), NOISE**2)


def _record(score: Array, precision: Array, found: _Estimate, trust: Array, floor: Array) -> Levels:
    """The estimate with its one-step errors and log-likelihood; the noise is the best at its ratio, unless known."""
    ahead = kalman.ahead(score, precision, found.ratio[None])
    fit = kalman.fit(score, precision, ahead)
    noise = np.where(np.isinf(found.degrees), found.noise, np.sqrt(_mean_square(fit)[0]))
    level, known = (part[:, 0] for part in ahead)
    with np.errstate(divide="ignore"):
        spread = noise * np.sqrt(1 / known + 1 / precision)
    innovations = np.where((precision > 0) & (known > SOMETHING), (score - level) / spread, np.nan)
    observed = (precision > 0).sum(axis=0)
    loglik = -0.5 * (
        observed * np.log(2 * np.pi) + fit.errors[0] * 2 * np.log(noise) + fit.logdet[0] + fit.squares[0] / noise**2
    )
    return Levels(
        found.smoothed.T, found.smoothed_variance.T, found.filtered.T, found.filtered_variance.T,
        innovations.T, trust.T, noise, noise * np.sqrt(found.ratio), floor, loglik, observed, found.degrees,
    )  # fmt: skip
