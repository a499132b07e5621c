"""Series of two countries in imported event data, by origin, to be held against our own and never mixed with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow

from detente.codebook import QUAD_NAMES
from detente.dyaddays import pair_days
from detente.errors import CodebookError

_WEEK = np.datetime64("1970-01-05")  # a Monday

# For each step the number of a day's period, and the first day of the period of a number; both of whole columns.
_PERIODS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "day": (lambda days: days.astype("M8[D]").astype(int), lambda numbers: numbers.astype("M8[D]")),
    "week": (lambda days: (days - _WEEK).astype(int) // 7, lambda numbers: _WEEK + numbers * 7),
    "month": (lambda days: days.astype("M8[M]").astype(int), lambda numbers: numbers.astype("M8[M]").astype("M8[D]")),
    "quarter": (
        lambda days: days.astype("M8[M]").astype(int) // 3,
        lambda numbers: (numbers * 3).astype("M8[M]").astype("M8[D]"),
    ),
    "year": (lambda days: days.astype("M8[Y]").astype(int), lambda numbers: numbers.astype("M8[Y]").astype("M8[D]")),
}


class ImportedPeriod(msgspec.Struct, frozen=True):
    """The days from `start` up to but not including `end`, and what an origin has of them.

    `quads` counts events by PLOVER's quad code 1..4, as the origin's types are read; events of no PLOVER type are in
    none. `goldstein` is the mean of the origin's own weights, `scale` that of PLOVER's scale, None without any.
    `lossy` counts events whose type lost a distinction on the way.
    """

    start: date
    end: date
    events: int
    quads: dict[int, int]
    goldstein: float | None
    scale: float | None
    lossy: int


class ImportedSeries(msgspec.Struct, frozen=True):
    """What one origin has of a pair: periods without a gap from its first event to its last."""

    origin: str
    pair: tuple[str, str]
    directed: bool
    step: str
    periods: tuple[ImportedPeriod, ...]
    events: int


def imported_origins(folder: Path) -> list[str]:
    """The origins that there are series of in a folder, in alphabetical order; none where there is no folder."""
    return sorted(path.parent.name for path in folder.glob("*/days.parquet"))


def imported_days(folder: Path, origin: str, first: str, second: str, *, directed: bool = False) -> Any:
    """An Arrow table of the pair's sums by day (`dyaddays.SUMS`): both ways, or what the first does to the second."""
    path = folder / origin / "days.parquet"
    tables = [pair_days(path, first, second)]
    if not directed and first != second:
        tables.append(pair_days(path, second, first))
    return pyarrow.concat_tables(tables).sort_by("day")


def imported_series(
    folder: Path, first: str, second: str, step: str = "month", *, directed: bool = False
) -> tuple[ImportedSeries, ...]:
    """The pair's series, one for each origin in the folder that has any event of it.

    Raises CodebookError for an unknown step.
    """
    if step not in _PERIODS:
        raise CodebookError(f"{step!r} is not a step. Known: {', '.join(_PERIODS)}.")
    found = []
    for origin in imported_origins(folder):
        days = imported_days(folder, origin, first, second, directed=directed)
        if len(days):
            periods = _periods(days, step)
            found.append(
                ImportedSeries(origin, (first, second), directed, step, periods, sum(each.events for each in periods))
            )
    return tuple(found)


def _periods(days: Any, step: str) -> tuple[ImportedPeriod, ...]:
    number, first_day = _PERIODS[step]
    numbers = number(days["day"].to_numpy())
    begin, end = int(numbers.min()), int(numbers.max()) + 1
    starts = first_day(np.arange(begin, end + 1)).astype(object)

    def total(name: str) -> list[float]:
        summed: list[float] = np.bincount(
            numbers - begin, weights=days[name].to_numpy(), minlength=end - begin
        ).tolist()
        return summed

    counts = {name: list(map(int, total(name))) for name in ("events", "q1", "q2", "q3", "q4", "lossy")}
    weighed, goldstein, scaled, scale = (total(name) for name in ("weighed", "goldstein", "scaled", "scale"))
    return tuple(
        ImportedPeriod(
            start=starts[place],
            end=starts[place + 1],
            events=counts["events"][place],
            quads={quad: counts[f"q{quad}"][place] for quad in QUAD_NAMES},
            goldstein=_mean(goldstein[place], weighed[place]),
            scale=_mean(scale[place], scaled[place]),
            lossy=counts["lossy"][place],
        )
        for place in range(end - begin)
    )


def _mean(total: float, count: float) -> float | None:
    return round(total / count, 3) if count else None
