"""What each period of a dyad tells of its state, and what a state costs.

A state is a stretch of periods with one level, one mix of quads and one rate of events. What periods tell of a state
adds up, so that a state is judged from sums over its periods, whichever they are. The cost of a state is its negative
log-likelihood at its best level, mix and rate, in nats:

    volume   the number of events, negative binomial with the rate times the exposure as its mean
    level    the mean score, normal, with a variance that falls with the number of events
    mix      the numbers by quad, multinomial, each event weighing what it adds to the others of its period

Level and mix are read off the same events, so each counts half. Equations and sources: `docs/measures.md`.
"""

from __future__ import annotations

from math import lgamma
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.statespace import FLOOR, NOISE

Array = NDArray[np.float64]

# What dyads have in common, from `python -m evaluation.simulations --ledger`: it steadies what few events tell.
NOISE_EVENTS, SHARED_PAIRS = 10.0, 12.0  # events that NOISE, and pairs of periods that FLOOR, weighs as much as
DISPERSION, DISPERSION_SPREAD = 0.8, 0.9  # the k of the negative binomial: its median, the deviation of its logarithm
DISPERSIONS = np.exp(np.linspace(np.log(0.15), np.log(150), 30))
NEAR = 9  # periods before or after one that its number of events is compared with
OUTLYING = 0.05  # share of periods whose number may be anything: changes must not pass for dispersion

RATES = 32  # candidate rates of a state, from LEAST_RATE of the mean rate up to above the highest of a period
LEAST_RATE = 0.05
THIN = 0.25  # of the median exposure; below it, a silent period tells nothing (ours)
NORMAL_MEDIAN_SQUARE = 0.4549  # the median of chi-square with one degree of freedom
LEVEL, MIX, VOLUME = slice(0, 3), slice(3, 7), slice(7, None)  # columns of what a period tells
WEIGHTS = np.array([0.5, 0.5, 1.0])  # of level, mix and volume


class Counts(NamedTuple):
    """What is counted of each of T periods; `exposure` is a multiple of the typical one, `quads` is (T, 4)."""

    events: Array
    total: Array
    squares: Array
    quads: Array
    exposure: Array


class Spread(NamedTuple):
    """How far the events of one state scatter.

    `within`: variance of scores in a period; `shared`: variance that a period's events have in common; `dispersion`:
    k of the negative binomial, whose variance is mean + mean² / k; `rates`: the candidate rates.
    """

    within: float
    shared: float
    dispersion: float
    rates: Array


def spread_of(counts: Counts) -> Spread:
    """How far events scatter in the series, robust against its changes and steadied by what dyads have in common."""
    within = _within(counts)
    least = np.maximum(counts.exposure, THIN)
    mean = max(counts.events.sum(), 1.0) / counts.exposure.sum()
    highest = max(1.2 * float((counts.events / least).max(initial=0.0)), 3 * mean)
    return Spread(
        within,
        _shared(counts, within),
        dispersion_of(counts.events, counts.exposure),
        np.exp(np.linspace(np.log(LEAST_RATE * mean), np.log(highest), RATES)),
    )


def told(counts: Counts, spread: Spread) -> Array:
    """What each period tells of a state, (T, 7 + RATES), to be added up.

    The weight of its mean score, weight times mean and weight times its square; numbers by quad, each event counted as
    what it adds; and the negative log-likelihood of the number of events at each rate, nothing in thin periods.
    """
    some = counts.events > 0
    number = np.maximum(counts.events, 1)
    mean = np.where(some, counts.total / number, 0.0)
    weight = np.where(some, 1 / (spread.shared + spread.within / number), 0.0)
    effective = (spread.within + spread.shared) * weight / number
    expected = counts.exposure[:, None] * spread.rates
    volume = -negative_binomial(counts.events[:, None], expected, spread.dispersion)
    volume = np.where(is_thin(counts.exposure)[:, None], 0.0, volume)
    score = np.stack([weight, weight * mean, weight * mean**2], axis=1)
    return np.concatenate([score, counts.quads * effective[:, None], volume], axis=1)


def is_thin(exposure: Array) -> NDArray[np.bool_]:
    """Periods in which too little was read to tell silence from calm."""
    return exposure < THIN


def channels(sums: Array) -> Array:
    """The cost of states by level, mix and volume (..., 3), from sums of what their periods tell."""
    weight, scores, squares = np.moveaxis(sums[..., LEVEL], -1, 0)
    quads = sums[..., MIX]
    level = 0.5 * (squares - scores**2 / np.maximum(weight, 1e-12))
    mix = _entropy(quads.sum(axis=-1)) - _entropy(quads).sum(axis=-1)
    return np.stack([level, mix, sums[..., VOLUME].min(axis=-1)], axis=-1)


def cost(sums: Array) -> Array:
    """The cost of states, from sums of what their periods tell."""
    return np.asarray(channels(sums) @ WEIGHTS)


def dispersion_of(events: Array, exposure: Array, *, spread: float = DISPERSION_SPREAD) -> float:
    """k of the negative binomial, of highest probability given what dyads have in common, DISPERSION and `spread`.

    Each period is compared with those before or those after it, either being as likely, so that a lasting change
    touches few; and any period may be an outlier with a probability of OUTLYING, so that a burst does not pass for
    dispersion.
    """
    mean = events.sum() / exposure.sum()
    if not mean:
        return DISPERSION
    sides = [(_sums(events, *near), _sums(exposure, *near)) for near in ((-NEAR, 0), (1, NEAR + 1))]
    expected = [exposure * (number + 2 * mean) / (read + 2) for number, read in sides]
    weight = [read / (sides[0][1] + sides[1][1]) if len(events) > 1 else 0.5 for _, read in sides]
    anything = OUTLYING / (events.max() + 1)
    value = []
    for k in DISPERSIONS:
        likely = sum(w * np.exp(negative_binomial(events, e, k)) for w, e in zip(weight, expected, strict=True))
        prior = 0.5 * (np.log(k / DISPERSION) / spread) ** 2
        value.append(np.log((1 - OUTLYING) * likely + anything).sum() - prior)
    return float(DISPERSIONS[int(np.argmax(value))])


def negative_binomial(number: Array, mean: Array, dispersion: float) -> Array:
    """The log-probability of a number of events, its variance being mean + mean² / dispersion."""
    mean = np.maximum(mean, 1e-12)
    orders = _log_gamma(number + dispersion) - _log_gamma(number + 1) - lgamma(dispersion)
    ratio = np.log(dispersion / (dispersion + mean))
    return np.asarray(orders + dispersion * ratio + number * np.log(mean / (dispersion + mean)))


def _log_gamma(x: Array) -> Array:
    """The logarithm of the gamma function of positive numbers, within 1e-10 (Abramowitz and Stegun 1964, 6.1.41)."""
    far = x + 7
    series = (far - 0.5) * np.log(far) - far + 0.5 * np.log(2 * np.pi) + 1 / (12 * far) - 1 / (360 * far**3)
    steps = x * (x + 1) * (x + 2) * (x + 3) * (x + 4) * (x + 5) * (x + 6)
    return np.asarray(series + 1 / (1260 * far**5) - np.log(steps))


def _entropy(numbers: Array) -> Array:
    return np.asarray(numbers * np.log(np.maximum(numbers, 1e-12)))


def _within(counts: Counts) -> float:
    """The pooled variance of scores within periods; changes between periods do not touch it."""
    several = counts.events > 1
    number = counts.events[several]
    squares = (counts.squares[several] - counts.total[several] ** 2 / number).sum()
    return float((squares + NOISE_EVENTS * NOISE**2) / ((number - 1).sum() + NOISE_EVENTS))


def _shared(counts: Counts, within: float) -> float:
    """The variance that a period's events share: what makes the median difference of successive means come out right.

    A median is not moved by changes, as long as they are few.
    """
    some = counts.events > 0
    means, number = counts.total[some] / counts.events[some], counts.events[some]
    squares, known = np.diff(means) ** 2, within * (1 / number[1:] + 1 / number[:-1])
    low, high = 0.0, 4 * 100.0  # the scale is twenty wide
    for _ in range(40 if len(squares) else 0):
        middle = (low + high) / 2
        too_low = np.median(squares / (known + 2 * middle)) > NORMAL_MEDIAN_SQUARE
        low, high = (middle, high) if too_low else (low, middle)
    return (len(squares) * low + SHARED_PAIRS * FLOOR * within) / (len(squares) + SHARED_PAIRS)


def _sums(numbers: Array, first: int, end: int) -> Array:
    """The sum over the periods from `first` up to but not including `end` after each, as far as there are any."""
    cumulative = np.concatenate([[0.0], np.cumsum(numbers)])
    place = np.arange(len(numbers))
    starts, ends = (np.clip(place + by, 0, len(numbers)) for by in (first, end))
    return np.asarray(cumulative[ends] - cumulative[starts])
