"""Two plain ways to find turning points in monthly event data, to compare ours with."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from evaluation.dyad_months import Array

WINDOW = 12  # months that a month is compared with


class Cut(NamedTuple):
    """The place of a month from which on a series is different, and whether for the better."""

    place: int
    better: bool


def pelt_of_net(net: Array, penalty: float) -> list[Cut]:
    """Changes in the mean of a series of T monthly sums, by PELT (Killick, Fearnhead and Eckley 2012).

    The cost of a segment is its squared deviation from its mean over the variance of the noise, which is half that of
    the differences of successive months; each change costs `penalty`.
    """
    noise = float(np.mean(np.diff(net) ** 2)) / 2
    if not noise:
        return []
    sums, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (net, net**2))

    def cost(starts: Array, end: int) -> Array:
        part = (sums[end] - sums[starts]) ** 2 / (end - starts)
        return np.asarray((squares[end] - squares[starts] - part) / noise)

    best, opened = np.zeros(len(net) + 1), np.zeros(len(net) + 1, dtype=np.int64)
    best[0] = -penalty
    candidates = np.array([0])
    for end in range(1, len(net) + 1):
        value = best[candidates] + cost(candidates, end)
        least = int(value.argmin())
        best[end], opened[end] = value[least] + penalty, candidates[least]
        candidates = np.append(candidates[value <= best[end]], end)
    ends = [len(net)]
    while opened[ends[-1]] > 0:
        ends.append(int(opened[ends[-1]]))
    bounds = [0, *ends[::-1]]
    means = [net[start:end].mean() for start, end in pairwise(bounds)]
    return [
        Cut(place, bool(after > before)) for place, (before, after) in zip(bounds[1:-1], pairwise(means), strict=True)
    ]


def bursts(quads: Array, threshold: float) -> list[Cut]:
    """Months in which events of conflict or of cooperation burst out, from the numbers by quad code, (T, 4).

    A month bursts where its number is above the mean of the WINDOW months before by more than `threshold` times their
    standard deviation, at least 1; the first month of a burst counts, with the kind that bursts more.
    """
    kinds = np.stack([quads[:, 2:].sum(axis=1), quads[:, :2].sum(axis=1)], axis=1)
    if len(kinds) <= WINDOW:
        return []
    before = sliding_window_view(kinds[:-1], WINDOW, axis=0)
    excess = (kinds[WINDOW:] - before.mean(axis=2)) / np.maximum(before.std(axis=2), 1.0)
    above = excess.max(axis=1) > threshold
    first = np.flatnonzero(above & ~np.concatenate([[False], above[:-1]]))
    return [Cut(int(place) + WINDOW, bool(excess[place, 1] > excess[place, 0])) for place in first]
