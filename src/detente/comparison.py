"""Relations held against one another: two dyads, a state's partners, and the network on a day.

Everything is made of sums by pair and day (`detente.pairdays`), so that it is the same from a ledger and from Parquet
shards, now or as known on a day. Counted are acts that happened. A level is a mean score on PLOVER's scale, -10 to +10;
by periods it is that of the local level model (`detente.statespace`), over a window the mean of its acts, with the band
that noise alone gives it (`detente.windowsums`). Equations and sources: `docs/comparison.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from detente.dyads import STEPS, Side, period_end, period_start, side_of
from detente.errors import CodebookError
from detente.pairdays import SUMS, DaySource, PairDays
from detente.statespace import Level, Levels, Likeness, alike, local_levels, quantile
from detente.windowsums import Array, blocks_of, edges_back, means_of, within_variance

WEEKS = 52  # of a window where none is asked for
LIKENESS_PERIODS = 24  # periods in common from which on the likeness of changes is told


class Band(msgspec.Struct, frozen=True):
    """A number, and where it lies with a probability of 0.8 and of 0.95; all None where nothing is known."""

    value: float | None
    low80: float | None
    high80: float | None
    low95: float | None
    high95: float | None


class ComparedPeriod(msgspec.Struct, frozen=True):
    """One period of two dyads: acts, mean score (None without acts) and level of each, and the first level less the
    second. `start` up to but not including `end`."""

    start: date
    end: date
    events: tuple[int, int]
    mean: tuple[float | None, float | None]
    one: Band
    other: Band
    difference: Band


class Comparison(msgspec.Struct, frozen=True):
    """Two dyads over the same periods, from the first act of either to the last.

    `common` counts the periods that both histories reach over, `correlation` is that of their levels in these, None
    where it cannot be told; `alike` says how alike their changes are (`statespace.alike`), None for short histories.
    `difference` is that of the levels in the last common period.
    """

    one: tuple[str, str]
    other: tuple[str, str]
    step: str
    periods: tuple[ComparedPeriod, ...]
    events: tuple[int, int]
    common: int
    correlation: float | None
    alike: Likeness | None
    difference: Band


class Partner(msgspec.Struct, frozen=True):
    """How a state stands with another in a window: acts, their share of the state's, and by quad code.

    `conflict` is the share of acts of quad 3 and 4. `change` is the level less that of the weeks before; it is `sure`
    where its 95 % band leaves out 0.
    """

    code: str
    events: int
    share: float
    quads: dict[int, int]
    conflict: float
    level: Band
    change: Band
    sure: bool


class Partners(msgspec.Struct, frozen=True):
    """A state's partners in the days from `since` up to but not including `until`, those with most acts first."""

    state: str
    since: date
    until: date
    weeks_before: int
    events: int
    partners: tuple[Partner, ...]


class Node(msgspec.Struct, frozen=True):
    """A state with the number of acts that it has a part in, and with how many others."""

    code: str
    events: int
    partners: int


class Edge(msgspec.Struct, frozen=True):
    """Two states with the acts between them, by quad code, and their level."""

    first: str
    second: str
    events: int
    quads: dict[int, int]
    level: Band


class Network(msgspec.Struct, frozen=True):
    """States and what is between them in the days from `since` up to but not including `until`; most acts first."""

    since: date
    until: date
    events: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


# -- two dyads -------------------------------------------------------------------------------------------------------


def compare(source: DaySource, one: tuple[str, str], other: tuple[str, str], *, step: str = "month") -> Comparison:
    """Two dyads held against each other by periods. Sides are as in `detente.dyads.side_of`, but without sectors.

    Raises CodebookError for an unknown side or step.
    """
    if step not in STEPS:
        raise CodebookError(f"{step!r} is not a step. Known: {', '.join(STEPS)}.")
    sides = [tuple(whole_side(side) for side in pair) for pair in (one, other)]
    found = [_binned(source.pair_days(one=a.codes, other=b.codes), step) for a, b in sides]
    names = [(str(a), str(b)) for a, b in sides]
    some = [bins for bins in found if bins]
    if not some:
        return Comparison(names[0], names[1], step, (), (0, 0), 0, None, None, _NOTHING)
    starts = _tiled(min(map(min, some)), max(map(max, some)), step)
    sums = np.stack([_placed(each, starts) for each in found])
    read = read_by_period(source, starts, step)
    levels = levels_of_sums(sums, read)
    reach = [(starts.index(min(bins)), starts.index(max(bins)) + 1) if bins else (0, 0) for bins in found]
    first, end = max(low for low, _ in reach), min(high for _, high in reach)
    common = max(end - first, 0)
    periods = _compared(starts, step, sums, levels)
    return Comparison(
        names[0],
        names[1],
        step,
        periods,
        (int(sums[0, :, 0].sum()), int(sums[1, :, 0].sum())),
        common,
        correlation(levels.smoothed[0][first:end], levels.smoothed[1][first:end]) if common > 2 else None,
        alike(_cut(levels[0], first, end), _cut(levels[1], first, end)) if common >= LIKENESS_PERIODS else None,
        periods[end - 1].difference if common else _NOTHING,
    )


def whole_side(text: str) -> Side:
    """A state or a bloc (`detente.dyads.side_of`). Raises CodebookError where sectors are named."""
    side = side_of(text)
    if side.sectors:
        raise CodebookError(f"{text!r} names sectors; comparisons are of whole states: write {'+'.join(side.codes)!r}.")
    return side


def _binned(found: PairDays, step: str) -> dict[date, Array]:
    """Sums by the first day of the period; dates longer than their period are left out."""
    days, which = np.unique(found.day, return_inverse=True)
    first = [period_start(day, step) for day in days.astype(object).tolist()]
    room = np.array([(period_end(start, step) - start).days for start in first], dtype=np.int64)
    starts = sorted(set(first))
    number = {start: index for index, start in enumerate(starts)}
    place = np.array([number[start] for start in first], dtype=np.int64)
    fits = found.length <= room[which]
    sums = np.zeros((len(starts), len(SUMS)))
    np.add.at(sums, place[which[fits]], found.sums[fits])
    return {start: row for start, row in zip(starts, sums, strict=True) if row[0]}


def _tiled(first: date, last: date, step: str) -> list[date]:
    starts = [first]
    while starts[-1] < last:
        starts.append(period_end(starts[-1], step))
    return starts


def _placed(bins: dict[date, Array], starts: Sequence[date]) -> Array:
    nothing = np.zeros(len(SUMS))
    return np.array([bins.get(start, nothing) for start in starts])


def read_by_period(source: DaySource, starts: Sequence[date], step: str) -> Array | None:
    """Articles read by period; None where none is known of."""
    place = {start: index for index, start in enumerate(starts)}
    read = np.zeros(len(starts))
    for day, articles in source.read().items():
        index = place.get(period_start(day, step))
        if index is not None:
            read[index] += articles
    return read if read.any() else None


def levels_of_sums(sums: Array, read: Array | None) -> Levels:
    """The levels of D relations from sums (D, T, 7)."""
    number = sums[..., 0]
    return local_levels(np.where(number > 0, sums[..., 1] / np.maximum(number, 1), 0.0), number, exposure=read)


def _compared(starts: Sequence[date], step: str, sums: Array, levels: Levels) -> tuple[ComparedPeriod, ...]:
    number = sums[..., 0]
    mean = np.where(number > 0, sums[..., 1] / np.maximum(number, 1), np.nan)
    apart = levels.smoothed[0] - levels.smoothed[1]
    scatter = levels.smoothed_variance.sum(axis=0)
    degrees = float(levels.degrees.min())
    return tuple(
        ComparedPeriod(
            start,
            period_end(start, step),
            (int(number[0, at]), int(number[1, at])),
            (_number(mean[0, at]), _number(mean[1, at])),
            band_of(levels.smoothed[0, at], levels.smoothed_variance[0, at], float(levels.degrees[0])),
            band_of(levels.smoothed[1, at], levels.smoothed_variance[1, at], float(levels.degrees[1])),
            band_of(apart[at], scatter[at], degrees),
        )
        for at, start in enumerate(starts)
    )


def _cut(level: Level, first: int, end: int) -> Level:
    return msgspec.structs.replace(level, smoothed=level.smoothed[first:end])


def correlation(one: Array, other: Array) -> float | None:
    """Pearson's correlation of two series where both are known; None of fewer than three or of one that is still."""
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3 or one[known].std() < 1e-9 or other[known].std() < 1e-9:
        return None
    return round(float(np.corrcoef(one[known], other[known])[0, 1]), 3)


# -- partners, changes, the network ----------------------------------------------------------------------------------


def partners(source: DaySource, state: str, *, weeks: int = WEEKS, until: date | None = None) -> Partners:
    """A state's partners in the `weeks` before `until`, and how each level changed since as many weeks before.

    `until` None is the day after the last of which anything is known. Raises CodebookError for an unknown state.
    """
    side = whole_side(state)
    end = until or end_of(source)
    edges = [*edges_back(end - timedelta(weeks=weeks), 7 * weeks)[:-1], *edges_back(end, 7 * weeks)]
    days = _seen_from(side, source.pair_days(since=edges[0], until=end, one=side.codes))
    blocks = blocks_of(days, source.read(), edges)
    half = (len(edges) - 1) // 2
    within, degrees = within_variance(blocks)
    now, before = (means_of(part, within) for part in (blocks.part(half, 2 * half), blocks.part(0, half)))
    change, scatter = now.mean - before.mean, now.variance + before.variance
    quads = blocks.sums[:, half:, 3:].sum(axis=1)
    whole = float(now.events.sum())
    found = []
    for at in _most(now.events):
        moved = band_of(change[at], scatter[at], degrees[at])
        found.append(
            Partner(
                blocks.pairs[at][1],
                int(now.events[at]),
                round(float(now.events[at]) / whole, 4),
                _quads(quads[at]),
                round(float(quads[at, 2:].sum() / now.events[at]), 3),
                band_of(now.mean[at], now.variance[at], degrees[at]),
                moved,
                moved.low95 is not None and moved.high95 is not None and not moved.low95 <= 0 <= moved.high95,
            )
        )
    return Partners(str(side), edges[half], end, weeks, int(whole), tuple(found))


def _seen_from(side: Side, days: PairDays) -> PairDays:
    """The rows with the side, under its first code, before the partner; what is within a bloc is left out."""
    ours = [np.isin(codes, side.codes) for codes in (days.first, days.second)]
    partner = np.where(ours[0], days.second, days.first)
    outside = ours[0] != ours[1]
    whole = PairDays(np.full(len(days.day), side.codes[0]), partner, *days[2:])
    return PairDays(*(part[outside] for part in whole))


def network(source: DaySource, *, on: date | None = None, weeks: int = WEEKS, most: int | None = None) -> Network:
    """States and the acts between them in the `weeks` up to and with the day `on`; of the edges, the `most` with most
    acts, None for all. `on` None is the last day of which anything is known."""
    end = on + timedelta(1) if on else end_of(source)
    edges = edges_back(end, 7 * weeks)
    blocks = blocks_of(source.pair_days(since=edges[0], until=end), source.read(), edges)
    within, degrees = within_variance(blocks)
    now = means_of(blocks, within)
    quads = blocks.sums[..., 3:].sum(axis=1)
    drawn = [
        Edge(
            *blocks.pairs[at],
            int(now.events[at]),
            _quads(quads[at]),
            band_of(now.mean[at], now.variance[at], degrees[at]),
        )
        for at in _most(now.events)[:most]
    ]
    volume: dict[str, int] = {}
    ties: dict[str, int] = {}
    for edge in drawn:
        for code in (edge.first, edge.second):
            volume[code] = volume.get(code, 0) + edge.events
            ties[code] = ties.get(code, 0) + 1
    nodes = [Node(code, volume[code], ties[code]) for code in sorted(volume, key=lambda code: (-volume[code], code))]
    return Network(edges[0], end, int(now.events.sum()), tuple(nodes), tuple(drawn))


def end_of(source: DaySource) -> date:
    """The day after the last of which anything is known."""
    return (source.last_day() or date.today()) + timedelta(1)


def _most(events: Array) -> list[int]:
    return [int(at) for at in np.argsort(-events, kind="stable") if events[at] > 0]


# -- numbers ---------------------------------------------------------------------------------------------------------

_NOTHING = Band(None, None, None, None, None)


def band_of(value: Any, variance: Any, degrees: float) -> Band:
    """A number with its bands, by Student's t; nothing where the number or its variance is not finite."""
    if not (np.isfinite(value) and np.isfinite(variance)):
        return _NOTHING
    reach80, reach95 = (quantile(share, float(degrees)) * float(np.sqrt(variance)) for share in (0.8, 0.95))
    return Band(*(round(float(value + by), 3) for by in (0.0, -reach80, reach80, -reach95, reach95)))


def _number(value: Any) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None


def _quads(numbers: NDArray[np.float64]) -> dict[int, int]:
    return {quad: int(number) for quad, number in enumerate(numbers, 1)}
