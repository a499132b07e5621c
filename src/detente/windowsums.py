"""The level and the volume of many relations over a window of days, with how far noise alone would move them.

A window is cut into blocks of up to BLOCK days, counted back from its end. The model is that of `detente.statespace`:
the acts of one block share a part FLOOR of the variance, more where less was read, and the rest is their own; volumes
scatter as in `detente.eventcosts`. Equations: `docs/comparison.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import erfc, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.eventcosts import DISPERSION, DISPERSION_SPREAD, DISPERSIONS, NOISE_EVENTS, negative_binomial
from detente.pairdays import SUMS, PairDays
from detente.statespace import FLOOR, LEAST_NOISE, NOISE, relative_exposure

Array = NDArray[np.float64]

BLOCK = 28  # days: FLOOR is known by month; whole weeks, so that no block has more Sundays
MONTH = 31  # days of the longest date that is kept: one that names a month


class Blocks(NamedTuple):
    """D pairs in B blocks, the oldest first.

    `sums` (D, B, 7) are those of `pairdays.SUMS`; `read` (B,) the articles read a day as a multiple of the usual,
    `days` (B,) the length of each block as a part of BLOCK.
    """

    pairs: tuple[tuple[str, str], ...]
    sums: Array
    read: Array
    days: Array

    def part(self, first: int, end: int) -> Blocks:
        """The blocks from `first` up to but not including `end`."""
        return Blocks(self.pairs, self.sums[:, first:end], self.read[first:end], self.days[first:end])


class Means(NamedTuple):
    """Of D pairs, the number of acts, their mean score (NaN without any), and its variance by noise (infinite then)."""

    events: Array
    mean: Array
    variance: Array


def edges_back(end: date, days: int) -> list[date]:
    """The edges of the blocks of the `days` before `end`, the oldest first; the oldest block may be shorter.

    >>> edges_back(date(2023, 3, 29), 30)
    [datetime.date(2023, 2, 27), datetime.date(2023, 3, 1), datetime.date(2023, 3, 29)]
    """
    steps = [*range(0, days, BLOCK), days]
    return [end - timedelta(step) for step in reversed(steps)]


def blocks_of(found: PairDays, read: Mapping[date, int], edges: list[date]) -> Blocks:
    """Sums by pair and block; `edges` are B + 1 days in order. Acts whose date is longer than MONTH are left out."""
    bounds = np.array(edges, dtype="M8[D]")
    inside = (found.day >= bounds[0]) & (found.day < bounds[-1]) & (found.length <= MONTH)
    names = np.char.add(found.first[inside], found.second[inside])
    known, pair = np.unique(names, return_inverse=True)
    block = np.searchsorted(bounds, found.day[inside], side="right") - 1
    sums = np.zeros((len(known), len(edges) - 1, len(SUMS)))
    np.add.at(sums, (pair, block), found.sums[inside])
    length = np.diff(bounds).astype(np.float64)
    return Blocks(
        tuple((name[:3], name[3:]) for name in known.tolist()), sums, _read_a_day(read, bounds, length), length / BLOCK
    )


def _read_a_day(read: Mapping[date, int], bounds: NDArray[np.datetime64], length: Array) -> Array:
    if not read:
        return np.ones(len(length))
    days = np.array(list(read), dtype="M8[D]")
    inside = (days >= bounds[0]) & (days < bounds[-1])
    block = np.searchsorted(bounds, days[inside], side="right") - 1
    articles = np.bincount(block, np.array(list(read.values()), dtype=np.float64)[inside], len(length))
    return relative_exposure(articles / length)


def within_variance(blocks: Blocks) -> tuple[Array, Array]:
    """The variance of scores within a pair's blocks, steadied by what all have in common, and degrees of freedom."""
    number, total, squares = (blocks.sums[..., place] for place in range(3))
    apart = np.where(number > 0, squares - total**2 / np.maximum(number, 1), 0.0).sum(axis=1)
    degrees = np.maximum(number - 1, 0).sum(axis=1) + NOISE_EVENTS
    return np.maximum((apart + NOISE_EVENTS * NOISE**2) / degrees, LEAST_NOISE**2), degrees


def means_of(blocks: Blocks, within: Array) -> Means:
    """The mean score of all acts of a window, and the variance that noise gives it."""
    number = blocks.sums[..., 0]
    events = number.sum(axis=1)
    some = np.maximum(events, 1)
    shared = FLOOR * ((number / some[:, None]) ** 2 / blocks.read).sum(axis=1)
    mean = np.where(events > 0, blocks.sums[..., 1].sum(axis=1) / some, np.nan)
    return Means(events, mean, np.where(events > 0, within * (1 / some + shared), np.inf))


def exposure_of(blocks: Blocks) -> float:
    """How much was read in a window: in blocks of the usual reading."""
    return float((blocks.read * blocks.days).sum())


def chance(score: float, degrees: float = np.inf) -> float:
    """How often chance alone gives a score as far from 0, either way, by Student's t with so many degrees of freedom.

    By the normal approximation of Wallace (1959); within some per cent of itself from 10 degrees on.

    >>> round(chance(1.96), 3), round(chance(2.228, 10), 3), round(chance(4.587, 10), 4)
    (0.05, 0.05, 0.001)
    """
    if np.isfinite(degrees):
        score = (8 * degrees + 1) / (8 * degrees + 3) * sqrt(degrees * log1p(score**2 / degrees))
    return erfc(abs(score) / sqrt(2))


def tail(number: float, mean: float, dispersion: float) -> float:
    """How often a negative binomial number of this mean, with the variance mean + mean² / dispersion, lies as far out,
    either way: twice the smaller of the two tails, 1 at most.

    >>> round(tail(0, 3.0, 1e9), 3)
    0.1
    """
    upto = np.exp(negative_binomial(np.arange(number + 1), np.array(mean), dispersion))
    below, here = float(upto[:-1].sum()), float(upto[-1])
    return min(1.0, 2 * min(below + here, max(1 - below, 1e-15)))


def dispersions(number: Array, exposure: Array) -> Array:
    """How likely each of `eventcosts.DISPERSIONS` is for numbers of one mean, given what dyads have in common."""
    mean = (number.sum() + 0.5) / exposure.sum() * exposure
    value = np.array([negative_binomial(number, mean, each).sum() for each in DISPERSIONS])
    value -= 0.5 * (np.log(DISPERSIONS / DISPERSION) / DISPERSION_SPREAD) ** 2
    likely = np.exp(value - value.max())
    return np.asarray(likely / likely.sum())


def passing(chances: Array, rate: float, tests: int = 0) -> NDArray[np.bool_]:
    """Which of many tests pass so that, of those that do, a share `rate` at most is expected to be false.

    Benjamini and Hochberg (1995). `tests` is the number of all tests where those given are chosen from more.

    >>> passing(np.array([0.001, 0.02, 0.9, 0.04]), 0.05)
    array([ True,  True, False, False])
    """
    order = np.argsort(chances)
    below = chances[order] <= rate * np.arange(1, len(chances) + 1) / max(len(chances), tests, 1)
    last = int(np.flatnonzero(below).max(initial=-1))
    passed = np.zeros(len(chances), dtype=bool)
    passed[order[: last + 1]] = True
    return passed
