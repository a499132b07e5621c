"""The recursions of the local level model, for many series and many candidate parameters at once.

    score_t = level_t + error_t,  level_t+1 = level_t + change_t,  var(change) = ratio · noise²,
    var(error_t) = noise² / precision_t,  and a precision of 0 where there is no score.

The filter is that of Kalman with an exact diffuse start (Durbin and Koopman 2012, chapters 2 and 5). Levels given all
periods join a pass forward and a pass backward (Fraser and Potter 1969). Arrays are (T, D), scores by period and
series, or (T, C, D) with candidate ratios between them; all variances are in units of noise², precisions of 1 / noise².
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NOTHING, SOMETHING = 1e-200, 1e-100  # the precision of what is not known at all, and below any that is


class Ahead(NamedTuple):
    """Level and its precision before each period's events are seen: (T, C, D) for C candidate ratios.

    A ratio is drift² / noise²; precisions are in units of 1 / noise².
    """

    level: Array
    precision: Array


class Passes(NamedTuple):
    """What the periods before each period say of it, and what those after it say."""

    ahead: Ahead
    back: Ahead


class Fit(NamedTuple):
    """For C candidates and D series: squares of the errors, log-determinants, and how many errors there are."""

    squares: Array
    logdet: Array
    errors: Array


def passes(score: Array, precision: Array, ratio: Array) -> Passes:
    """The Kalman filter forward and backward at once; score and precision (T, D), ratio (C, D)."""
    series = score.shape[1]
    both, weight = (np.concatenate([x, x[::-1]], axis=1) for x in (score, precision))
    level, known = ahead(both, weight, np.concatenate([ratio, ratio], axis=1))
    return Passes(
        Ahead(level[:, :, :series], known[:, :, :series]), Ahead(level[::-1, :, series:], known[::-1, :, series:])
    )


def ahead(score: Array, precision: Array, ratio: Array) -> Ahead:
    """The pass forward of the Kalman filter; score and precision (T, D), ratio (C, D).

    Precisions are carried in place of variances, so that nothing known (0) is exact and not a large number.
    """
    levels, precisions = np.zeros((2, len(score) + 1, *ratio.shape))
    variance, step = np.empty((2, *ratio.shape))
    for mean, weight, level, known, level_after, known_after in zip(
        score, precision + NOTHING, levels[:-1], precisions[:-1], levels[1:], precisions[1:], strict=True
    ):
        np.add(known, weight, out=variance)
        np.reciprocal(variance, out=variance)
        np.subtract(mean, level, out=step)
        step *= weight
        step *= variance
        np.add(level, step, out=level_after)
        variance += ratio
        np.reciprocal(variance, out=known_after)
    return Ahead(levels[:-1], precisions[:-1])


def fit(score: Array, precision: Array, ahead: Ahead) -> Fit:
    """How well the pass forward foretells each period, (C, D); the first observed period has no forecast."""
    weight = precision[:, None]
    counted = (weight > 0) & (ahead.precision > SOMETHING)
    with np.errstate(divide="ignore"):
        variance = np.where(counted, 1 / ahead.precision + 1 / weight, 1.0)
    errors = np.where(counted, score[:, None] - ahead.level, 0.0)
    return Fit((errors**2 / variance).sum(axis=0), np.log(variance).sum(axis=0), counted.sum(axis=0).astype(np.float64))


def states(score: Array, precision: Array, passes: Passes) -> tuple[Array, Array, Array, Array]:
    """Smoothed level and variance, filtered level and variance, (T, C, D); variances in units of noise²."""
    weight = precision[:, None]
    ahead, back = passes
    known = ahead.precision + weight
    pulled = ahead.precision * ahead.level + weight * score[:, None]
    whole = known + back.precision
    with np.errstate(divide="ignore", invalid="ignore"):
        filtered_variance, variance = (np.where(x > SOMETHING, 1 / x, np.inf) for x in (known, whole))
        filtered = np.where(np.isfinite(filtered_variance), pulled / known, np.nan)
        level = np.where(np.isfinite(variance), (pulled + back.precision * back.level) / whole, np.nan)
    return level, variance, filtered, filtered_variance
