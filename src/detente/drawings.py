"""Charts of a relation as the server draws them: for the first paint, for browsers without scripts, and to be kept.

A drawing is WIDE units wide and stretched to the width of the page; what must not be stretched, its words and marks,
is placed in percent of the width (`Tick.at` of days) or in pixels of the height (of values).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from math import ceil, floor
from typing import Protocol

import msgspec

from detente.dyads import Period
from detente.relations import LevelOn, Turn

WIDE = 1000
LEVEL_HEIGHT = 220
QUADS_HEIGHT = 130
YEAR_LABELS = 8  # as many as fit side by side at 360 pixels
EDGE = 4  # pixels above and below the outermost values


class Tick(msgspec.Struct, frozen=True):
    """A line of the grid with its label."""

    at: float
    label: str


class Mark(msgspec.Struct, frozen=True):
    """A turn: its number from 1, where it stands in percent, which way it goes, and whether it lasts."""

    number: int
    at: float
    direction: str
    lasting: bool


class LevelDrawing(msgspec.Struct, frozen=True):
    """The level as SVG paths, with its bands, in pixels of `height`."""

    height: int
    band95: str
    band80: str
    line: str
    zero: float
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]
    marks: tuple[Mark, ...]


class QuadDrawing(msgspec.Struct, frozen=True):
    """Counts by quad code 1..4 as one SVG path each: cooperation above `zero`, conflict below."""

    height: int
    paths: dict[int, str]
    zero: float
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]


def level_drawing(levels: Sequence[LevelOn], turns: Sequence[Turn] = (), height: int = LEVEL_HEIGHT) -> LevelDrawing:
    """The level of one period or more."""
    known = [value for each in levels for value in (each.level, each.low95, each.high95) if value is not None]
    low, high = max(-10.0, min(0.0, *known, 0.0)), min(10.0, max(0.0, *known, 0.0))
    step = _round_step(max(high - low, 1.0))
    low, high = step * floor(low / step), step * max(ceil(high / step), 1)
    unit = (height - 2 * EDGE) / (high - low)

    def y(value: float) -> float:
        return round(EDGE + (high - value) * unit, 1)

    def band(x: float, least: float | None, most: float | None) -> tuple[float, float, float] | None:
        return None if least is None or most is None else (x, y(least), y(most))

    place = _places(levels)
    where = {each.start: at for each, at in zip(levels, place, strict=True)}
    return LevelDrawing(
        height=height,
        band95=_band([band(x, each.low95, each.high95) for x, each in zip(place, levels, strict=True)]),
        band80=_band([band(x, each.low80, each.high80) for x, each in zip(place, levels, strict=True)]),
        line=_line([(x, y(e.level)) if e.level is not None else None for x, e in zip(place, levels, strict=True)]),
        zero=y(0),
        values=tuple(Tick(y(value), _signed(value)) for value in _steps(low, high, step)),
        days=_years(levels),
        marks=tuple(
            Mark(number, round(where[turn.point.start] * 100 / WIDE, 2), turn.point.direction, turn.point.lasting)
            for number, turn in enumerate(turns, 1)
            if turn.point.start in where
        ),
    )


def quad_drawing(periods: Sequence[Period], height: int = QUADS_HEIGHT) -> QuadDrawing:
    """The counts of one period or more."""
    up = max(max(each.quads[1] + each.quads[2] for each in periods), 1)
    down = max(max(each.quads[3] + each.quads[4] for each in periods), 1)
    unit = (height - 2 * EDGE) / (up + down)
    zero = round(EDGE + up * unit, 1)
    share = WIDE / len(periods)
    width = round(share * 0.86, 2)
    paths: dict[int, list[str]] = {quad: [] for quad in (1, 2, 3, 4)}
    for x, each in zip(_places(periods), periods, strict=True):
        for full, light, side in ((2, 1, -1), (4, 3, 1)):
            middle = zero + side * each.quads[full] * unit
            end = middle + side * each.quads[light] * unit
            for quad, one, other in ((full, zero, middle), (light, middle, end)):
                if each.quads[quad]:
                    paths[quad].append(f"M{x:g} {one:.1f}h{width:g}V{other:.1f}h-{width:g}z")
    step = max(1.0, _round_step(up + down))
    return QuadDrawing(
        height=height,
        paths={quad: "".join(path) for quad, path in paths.items()},
        zero=zero,
        values=tuple(
            Tick(round(zero - value * unit, 1), f"{abs(value):g}")
            for value in _steps(-step * floor(down / step), step * floor(up / step), step)
        ),
        days=_years(periods),
    )


def _places(periods: Sequence[LevelOn | Period]) -> list[float]:
    """Where each period begins, in units of the width."""
    first, last = periods[0].start, periods[-1].end
    whole = max((last - first).days, 1)
    return [round((each.start - first).days * WIDE / whole, 1) for each in periods]


def _runs(points: Iterable[tuple[float, ...] | None]) -> Iterable[list[tuple[float, ...]]]:
    """Points that follow one another without a gap."""
    for known, run in itertools.groupby(points, key=lambda point: point is not None):
        if known:
            yield [point for point in run if point is not None]


def _line(points: Iterable[tuple[float, ...] | None]) -> str:
    return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in run) for run in _runs(points))


def _band(points: Iterable[tuple[float, ...] | None]) -> str:
    found = []
    for run in _runs(points):
        there = "L".join(f"{x:g} {high:g}" for x, _, high in run)
        back = "L".join(f"{x:g} {low:g}" for x, low, _ in reversed(run))
        found.append(f"M{there}L{back}z")
    return "".join(found)


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


def _steps(low: float, high: float, step: float) -> list[float]:
    return [step * number for number in range(round(low / step), round(high / step) + 1)]


def _round_step(extent: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50, … of which four make the extent, halves where that is less than two."""
    if extent <= 2:
        return 0.5
    steps = (digit * 10**power for power in itertools.count() for digit in (1, 2, 5))
    return float(next(step for step in steps if 4 * step >= extent))


def _years(periods: Sequence[LevelOn | Period]) -> tuple[Tick, ...]:
    first, last = periods[0].start, periods[-1].end
    whole = max((last - first).days, 1)
    years = [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    found = [day for day in years if first <= day < last] or [first]
    every = ceil(len(found) / YEAR_LABELS)
    return tuple(Tick(round((day - first).days * 100 / whole, 2), str(day.year)) for day in found[::every])


class Counted(Protocol):
    """A month, YYYY-MM, and a number of articles."""

    @property
    def month(self) -> str: ...

    @property
    def articles(self) -> int: ...


class Bar(msgspec.Struct, frozen=True):
    """A bar: `x` and `width` in percent of the drawing's width, `y` and `height` in pixels, and what it says."""

    x: float
    width: float
    y: float
    height: float
    label: str


class MonthDrawing(msgspec.Struct, frozen=True):
    """Bars of months, up from the bottom, and the beginnings of years."""

    bars: tuple[Bar, ...]
    years: tuple[Tick, ...]


def month_drawing(months: Sequence[Counted], height: int = 122) -> MonthDrawing:
    """The articles of months in the order of time, months without any left free."""
    places = [int(each.month[:4]) * 12 + int(each.month[5:7]) - 1 for each in months]
    first, whole = places[0], places[-1] - places[0] + 1
    most = max(each.articles for each in months)
    share = 100 / whole
    bars = []
    for each, place in zip(months, places, strict=True):
        tall = round(max(1.0, each.articles * (height - 2) / most), 2)
        label = f"{each.month}: {each.articles:,}"
        bars.append(Bar(round((place - first) * share, 3), round(0.9 * share, 3), height - tall, tall, label))
    turns = [place for place in range(first, first + whole) if place % 12 == 0] or [first]
    every = ceil(len(turns) / YEAR_LABELS)
    years = tuple(Tick(round((place - first) * share, 3), str(place // 12)) for place in turns[::every])
    return MonthDrawing(tuple(bars), years)
