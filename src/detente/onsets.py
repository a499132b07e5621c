"""When acts of conflict or of cooperation burst out: months with far more of either than the two years before.

A scan statistic (Kulldorff 2001, prospective in time): each window of at most EPISODE periods is compared with the BASE
periods before it, by the likelihood ratio of two rates over one, the numbers being negative binomial. Conflict and
cooperation are scanned apart, so that a truce stands out in a war. Exposure multiplies the expected number, and so a
change in coverage is no onset. The penalty: `docs/measures.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.changepoints import EPISODE
from detente.eventcosts import LEAST_RATE, RATES, THIN, Array, Counts, dispersion_of, is_thin, negative_binomial

BASE = 24  # periods before a window that it is compared with, or as many as there are
LEAST_BASE = 6  # with fewer periods before it, nothing is known to be much
CONFLICT = np.array([False, False, True, True])  # by quad


class Onset(NamedTuple):
    """Periods [start, end) with more acts of conflict, or of cooperation, than before, and the gain in nats."""

    start: int
    end: int
    conflict: bool
    gain: float


def onsets(counts: Counts, penalty: float, starts: Sequence[int] = ()) -> tuple[Onset, ...]:
    """The windows that gain more than the penalty, the clearest first; none is near a clearer one of its kind.

    `starts` are the first periods of lasting states: a window is compared with periods of its own state only, those at
    its beginning with the state before.
    """
    bases = _bases(len(counts.events), starts)
    kinds = [_scanned(counts.quads[:, kind].sum(axis=1), counts.exposure, bases) for kind in (CONFLICT, ~CONFLICT)]
    gained = np.stack([gain for gain, _ in kinds])
    found: list[Onset] = []
    while True:
        kind, start = (int(at) for at in np.unravel_index(gained.argmax(), gained.shape))
        gain = float(gained[kind, start])
        if gain <= penalty:
            return tuple(found)
        found.append(Onset(start, start + int(kinds[kind][1][start]), kind == 0, gain))
        gained[kind, max(start - EPISODE, 0) : start + EPISODE + 1] = 0.0
        gained[:, start] = 0.0


def _bases(periods: int, starts: Sequence[int]) -> NDArray[np.int64]:
    """By period, the first of those that a window which starts there is compared with."""
    places = np.arange(periods)
    bases = np.maximum(places - BASE, 0)
    for start in starts:
        bases[start + EPISODE + 1 :] = np.maximum(bases[start + EPISODE + 1 :], start)
    return bases


def _scanned(number: Array, exposure: Array, bases: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
    """By period, the highest gain of a window that starts there with a higher rate than before, and its length."""
    rates = _rates(number, exposure)
    told = -negative_binomial(number[:, None], exposure[:, None] * rates, dispersion_of(number, exposure))
    told = np.where(is_thin(exposure)[:, None], 0.0, told)
    sums = np.concatenate([np.zeros((1, len(rates))), told.cumsum(axis=0)])
    gained, lengths = np.zeros(len(number)), np.ones(len(number), dtype=np.int64)
    for length in range(1, EPISODE + 1):
        starts = np.arange(LEAST_BASE, len(number) - length + 1)
        if not len(starts):
            break
        inside = sums[starts + length] - sums[starts]
        before = sums[starts] - sums[bases[starts]]
        gain = (before + inside).min(axis=1) - before.min(axis=1) - inside.min(axis=1)
        gain[inside.argmin(axis=1) <= before.argmin(axis=1)] = 0.0
        longer = gain > gained[starts]
        gained[starts[longer]], lengths[starts[longer]] = gain[longer], length
    return gained, lengths


def _rates(number: Array, exposure: Array) -> Array:
    mean = max(number.sum(), 1.0) / exposure.sum()
    highest = max(1.2 * float((number / np.maximum(exposure, THIN)).max(initial=0.0)), 3 * mean)
    return np.exp(np.linspace(np.log(LEAST_RATE * mean), np.log(highest), RATES))
