"""Which histories of relations are alike: levels by dynamic time warping and correlation, shares of quads by distance.

Histories are by quarters. Measures and their sources: `docs/comparison.md`.
"""

from __future__ import annotations

from datetime import date

import msgspec
import numpy as np

from detente.comparison import correlation, levels_of_sums, read_by_period, whole_side
from detente.pairdays import SUMS, DaySource, PairDays
from detente.windowsums import Array

ALIKE_LEAST = 30  # acts of a dyad whose history is held against others'
WARP = 4  # quarters by which one history may run ahead of the other
QUARTER = 92  # days of the longest one


class Similar(msgspec.Struct, frozen=True):
    """How alike a dyad's history is to that of another, over `common` quarters.

    `distance` is that of the levels by dynamic time warping, in points of the scale a quarter; `correlation` that of
    the levels; `profile` the Euclidean distance of the shares by quad, year by year, 0 to 1.41.
    """

    pair: tuple[str, str]
    events: int
    common: int
    distance: float
    correlation: float | None
    profile: float | None


class Similarities(msgspec.Struct, frozen=True):
    """The dyads whose histories are most like one's, the likest first, out of `asked`."""

    pair: tuple[str, str]
    events: int
    asked: int
    similar: tuple[Similar, ...]


def similar(source: DaySource, first: str, second: str, *, limit: int = 10, least: int = ALIKE_LEAST) -> Similarities:
    """The dyads whose histories are most like that of two states, of those with `least` acts; by quarters.

    The likest is the one at the least distance of levels by dynamic time warping (Sakoe and Chiba 1978): the mean
    difference of levels along the best alignment, which may run up to WARP quarters ahead or behind, over the quarters
    that both histories reach over. Raises CodebookError for an unknown state.
    """
    sides = whole_side(first), whole_side(second)
    own = source.pair_days(one=sides[0].codes, other=sides[1].codes)
    others = source.pair_days()
    pairs, sums, starts = _quarters(
        own, others, {(min(a, b), max(a, b)) for a in sides[0].codes for b in sides[1].codes}, least
    )
    name, events = (str(sides[0]), str(sides[1])), int(own.sums[:, 0].sum())
    if len(sums) < 2 or not sums[0, :, 0].any():
        return Similarities(name, events, 0, ())
    levels = levels_of_sums(sums, read_by_period(source, starts, "quarter")).smoothed
    found = []
    number = sums[..., 0] > 0
    reach = [(int(row.argmax()), len(row) - int(row[::-1].argmax())) for row in number]
    for at in range(1, len(sums)):
        low, high = max(reach[0][0], reach[at][0]), min(reach[0][1], reach[at][1])
        if high - low >= 2 * WARP:
            one, other = levels[0, low:high], levels[at, low:high]
            found.append(
                Similar(
                    pairs[at - 1],
                    int(sums[at, :, 0].sum()),
                    high - low,
                    round(warped(one, other, WARP), 3),
                    correlation(one, other),
                    _profile(sums[0, low:high], sums[at, low:high]),
                )
            )
    found.sort(key=lambda each: (each.distance, each.pair))
    return Similarities(name, events, len(found), tuple(found[:limit]))


def _quarters(
    own: PairDays, others: PairDays, skip: set[tuple[str, str]], least: int
) -> tuple[list[tuple[str, str]], Array, list[date]]:
    """Pairs with enough acts other than those in `skip`, sums by quarter (1 + D, T, 7) with one's own first, and the
    quarters."""
    quarter = [each.day.astype("M8[M]").astype(int) // 3 for each in (own, others)]
    if not len(quarter[0]):
        return [], np.zeros((0, 0, len(SUMS))), []
    first, last = int(quarter[0].min()), int(quarter[0].max())
    inside = (quarter[1] >= first) & (quarter[1] <= last) & (others.length <= QUARTER)
    names, pair = np.unique(np.char.add(others.first[inside], others.second[inside]), return_inverse=True)
    sums = np.zeros((1 + len(names), last - first + 1, len(SUMS)))
    np.add.at(sums[0], quarter[0] - first, own.sums * (own.length <= QUARTER)[:, None])
    np.add.at(sums, (1 + pair, quarter[1][inside] - first), others.sums[inside])
    pairs = [(name[:3], name[3:]) for name in names.tolist()]
    kept = [at for at, each in enumerate(pairs) if each not in skip and sums[1 + at, :, 0].sum() >= least]
    starts = np.arange(first * 3, (last + 1) * 3, 3).astype("M8[M]").astype("M8[D]").astype(object).tolist()
    return [pairs[at] for at in kept], sums[[0, *(1 + at for at in kept)]], starts


def warped(one: Array, other: Array, window: int) -> float:
    """The mean difference of two series of one length along their best alignment, which leads neither more than
    `window` places ahead: dynamic time warping with the symmetric steps of Sakoe and Chiba (1978).

    >>> warped(np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 1, 1]), 1)
    0.0
    """
    size = len(one)
    cost = np.full((size + 1, size + 1), np.inf)
    cost[0, 0] = 0.0
    apart = np.abs(one[:, None] - other[None]).tolist()
    rows: list[list[float]] = cost.tolist()
    for i in range(1, size + 1):
        above, row = rows[i - 1], rows[i]
        for j in range(max(1, i - window), min(size, i + window) + 1):
            step = apart[i - 1][j - 1]
            row[j] = min(above[j - 1] + 2 * step, above[j] + step, row[j - 1] + step)
    return rows[size][size] / (2 * size)


def _profile(one: Array, other: Array) -> float | None:
    """The root of the mean squared Euclidean distance of the shares by quad, over years in which both have acts."""
    years = range(0, len(one), 4)
    quads = [np.array([each[year : year + 4, 3:].sum(axis=0) for year in years]) for each in (one, other)]
    whole = [each.sum(axis=1, keepdims=True) for each in quads]
    both = ((whole[0] > 0) & (whole[1] > 0))[:, 0]
    if not both.any():
        return None
    shares = [each[both] / total[both] for each, total in zip(quads, whole, strict=True)]
    return round(float(np.sqrt(((shares[0] - shares[1]) ** 2).sum(axis=1).mean())), 3)
