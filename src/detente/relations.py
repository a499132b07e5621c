"""How a relation stands and where it turned: a dyad's series with its level, bands, turning points and their acts."""

from __future__ import annotations

from datetime import date

import msgspec
import numpy as np

from detente.dyads import (
    Counted,
    DyadSeries,
    counted_acts,
    period_of,
    series_of,
    side_of,
)
from detente.knownacts import articles_read
from detente.ledger import Ledger
from detente.statespace import local_level
from detente.turns import TurningPoint, drivers, evidence_of, observe, turning_points

DRIVERS = 5  # acts told with a turn


class LevelOn(msgspec.Struct, frozen=True):
    """The level in one period, on the scale of -10 to +10, and where it lies with a probability of 0.8 and of 0.95.

    `start` up to but not including `end` are the period's days; all else is None where nothing is known of it.
    """

    start: date
    end: date
    level: float | None
    low80: float | None
    high80: float | None
    low95: float | None
    high95: float | None


class Driving(msgspec.Struct, frozen=True):
    """An act that drives a turn: its id, and how much of the turn's size goes when it is left out, None where all."""

    id: str
    influence: float | None
    strength: float


class Turn(msgspec.Struct, frozen=True):
    """A turning point (`detente.turns.TurningPoint`) with the acts that drive it, the strongest first."""

    point: TurningPoint
    drivers: tuple[Driving, ...]


class Relation(msgspec.Struct, frozen=True):
    """A dyad's series, its level by period, and its turns.

    `trend` is the change of the level over the last twelve months of the series, None where it is not known; it is
    `sure` where the 80 % bands of its two ends do not overlap.
    """

    series: DyadSeries
    levels: tuple[LevelOn, ...]
    turns: tuple[Turn, ...]
    trend: float | None
    sure: bool


def relation(
    ledger: Ledger,
    first: str,
    second: str,
    *,
    step: str = "month",
    directed: bool = False,
    robust: bool = False,
    engine: str = "own",
    as_of: date | None = None,
) -> Relation:
    """How two sides stand to each other by what happened (`actual`), and where that turned.

    Sides, step, `directed` and `as_of` are as in `detente.dyads.dyad_series`, `robust` as in `statespace.local_level`,
    `engine` as in `turns.turning_points`. Raises CodebookError for an unknown side or step.
    """
    sides = side_of(first), side_of(second)
    found = counted_acts(ledger, *sides, directed=directed, as_of=as_of)
    exposure = articles_read(ledger, as_of=as_of)
    series = series_of(found, sides, exposure, step=step, directed=directed)
    if not series.periods:
        return Relation(series, (), (), None, False)
    levels = levels_of(series, robust=robust)
    trend, sure = _trend(levels)
    return Relation(series, levels, _turns(series, found, engine), trend, sure)


def levels_of(series: DyadSeries, *, robust: bool = False) -> tuple[LevelOn, ...]:
    """The level in each period of a series, one or more; `robust` as in `statespace.local_level`."""
    periods = series.periods
    mean = [0.0 if period.mean is None else period.net / period.events for period in periods]
    read = [period.articles for period in periods]
    fitted = local_level(
        mean, [period.events for period in periods], exposure=read if any(read) else None, robust=robust
    )
    rows = np.column_stack([fitted.smoothed, *fitted.band(0.8), *fitted.band(0.95)])
    return tuple(
        LevelOn(period.start, period.end, *(round(float(x), 3) if np.isfinite(x) else None for x in row))
        for period, row in zip(periods, rows, strict=True)
    )


def _trend(levels: tuple[LevelOn, ...]) -> tuple[float | None, bool]:
    last = levels[-1]
    year = [each for each in levels if (last.start - each.start).days <= 366]
    first = year[0]
    if last.level is None or first.level is None or len(year) < 2:
        return None, False
    apart = (
        first.high80 is not None
        and last.high80 is not None
        and first.low80 is not None
        and last.low80 is not None
        and (first.high80 < last.low80 or last.high80 < first.low80)
    )
    return round(last.level - first.level, 2), apart


def _turns(series: DyadSeries, found: list[Counted], engine: str) -> tuple[Turn, ...]:
    starts = [period.start for period in series.periods]
    place = {start: index for index, start in enumerate(starts)}
    acts = [
        (place[start], act)
        for act in found
        if act.status in series.statuses and act.days and (start := period_of(act.days, series.step)) is not None
    ]
    period, score, quad = ([row[0] for row in acts], [act.scale for _, act in acts], [act.quad for _, act in acts])
    read = [float(each.articles) for each in series.periods]
    observations = observe(starts, period=period, score=score, quad=quad, exposure=read if any(read) else None)
    ids = [act.id for _, act in acts]
    evidence = evidence_of(observations)
    turns = []
    for point in turning_points(observations, engine=engine, evidence=evidence):
        driving = drivers(observations, point, period=period, score=score, quad=quad, ids=ids, evidence=evidence)
        told = tuple(Driving(each.ids[0], each.influence, each.strength) for each in driving[:DRIVERS])
        turns.append(Turn(point, told))
    return tuple(turns)
