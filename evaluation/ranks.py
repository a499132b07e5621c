"""Statistics of ranks, in which equal values share the mean of their ranks, and intervals by redrawing groups.

Spearman 1904; the area under the ROC curve as the Mann-Whitney statistic (Hanley and McNeil 1982); the cluster
bootstrap redraws whole groups (Cameron, Gelbach and Miller 2008), since the years of one dyad are not independent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def midranks(values: ArrayLike) -> Array:
    """Ranks from 1, equal values sharing the mean of theirs.

    >>> midranks([30, 10, 10, 20]).tolist()
    [4.0, 1.5, 1.5, 3.0]
    """
    _, group, sizes = np.unique(np.asarray(values, dtype=float), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return np.asarray((last - (sizes - 1) / 2)[group], dtype=float)


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """The rank correlation of two series, -1 to 1; NaN where one of them never changes.

    >>> round(spearman([1, 2, 3, 4], [1, 3, 2, 4]), 2)
    0.8
    """
    one, other = midranks(first), midranks(second)
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else float("nan")


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """How probably a positive case has a higher score than a negative one, a tie counting half; NaN without either.

    >>> auc([1, 2, 3, 4], [False, True, False, True])
    0.75
    """
    chosen = np.asarray(positive, dtype=bool)
    wins, losses = int(chosen.sum()), int((~chosen).sum())
    if not wins or not losses:
        return float("nan")
    return float(midranks(scores)[chosen].sum() - wins * (wins + 1) / 2) / (wins * losses)


def interval(
    statistic: Callable[[NDArray[np.int64]], float], groups: ArrayLike, *, samples: int = 500, seed: int = 1
) -> tuple[float, float]:
    """The 95 % interval of a statistic of rows when whole groups of rows are drawn anew, with replacement.

    `statistic` takes the numbers of the drawn rows. Draws in which it is NaN are left out;
    where it always is, so are the bounds.
    """
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    rows = [np.flatnonzero(group == index) for index in range(group.max() + 1)]
    chance = np.random.default_rng(seed)
    drawn = [
        statistic(np.concatenate([rows[i] for i in chance.integers(len(rows), size=len(rows))])) for _ in range(samples)
    ]
    known = [value for value in drawn if not np.isnan(value)]
    low, high = np.percentile(known or [np.nan], [2.5, 97.5])
    return float(low), float(high)
