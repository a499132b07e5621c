"""How two states stand to one another over time: events of a ledger, counted by period.

A period is a day, an ISO week (from Monday), a month, a quarter or a year, as a half-open interval of days. The
score is the PLOVER scale of each event (`detente.codebook`), -10 to +10. Counts are of reports: an act told by
two articles counts twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from detente.codebook import QUAD_NAMES, STATUSES
from detente.errors import CodebookError
from detente.ledger import Ledger
from detente.records import Event, EventDate

STEPS = ("day", "week", "month", "quarter", "year")


class Period(msgspec.Struct, frozen=True):
    """The days from `start` up to but not including `end`, and what happened in them.

    `quads` counts events by quad code 1..4; `net` is the sum of their scores and `mean` the average, None
    without events.
    """

    start: date
    end: date
    events: int
    quads: dict[int, int]
    net: float
    mean: float | None


class DyadSeries(msgspec.Struct, frozen=True):
    """Periods without a gap from the first counted event to the last; none where nothing could be counted.

    `quads` and `net` are over all counted events, with those that no period holds: `undated` ones, and `coarse`
    ones, whose date is longer than a period. `other` counts events of the statuses left out.
    """

    pair: tuple[str, str]
    directed: bool
    step: str
    statuses: tuple[str, ...]
    periods: tuple[Period, ...]
    events: int
    quads: dict[int, int]
    net: float
    undated: int
    coarse: int
    other: dict[str, int]


def dyad_series(
    ledger: Ledger,
    first: str,
    second: str,
    *,
    step: str = "month",
    statuses: tuple[str, ...] = ("actual",),
    directed: bool = False,
) -> DyadSeries:
    """Events between two codes by period; which events those are, `Ledger.events` says.

    An event falls into the period of its first day. One without a date falls into none, nor does one whose date
    is longer than the period ("in 2011" by months): it is not known when in it the act was.

    Raises CodebookError for an unknown step or status.
    """
    if step not in STEPS:
        raise CodebookError(f"{step!r} is not a step. Known: {', '.join(STEPS)}.")
    unknown = [status for status in statuses if status not in STATUSES]
    if unknown:
        raise CodebookError(f"{unknown[0]!r} is not a status. Known: {', '.join(STATUSES)}.")
    found = list(ledger.events(dyad=(first, second), directed=directed))
    counted = [event for event in found if event.status in statuses]
    dated: dict[date, list[Event]] = {}
    coarse = 0
    for event in counted:
        start = _period_of(event.date, step) if event.date else None
        if start is not None:
            dated.setdefault(start, []).append(event)
        elif event.date:
            coarse += 1
    return DyadSeries(
        pair=(first, second),
        directed=directed,
        step=step,
        statuses=statuses,
        periods=_periods(dated, step),
        events=len(counted),
        quads=_quads(counted),
        net=_net(counted),
        undated=sum(event.date is None for event in counted),
        coarse=coarse,
        other=dict(Counter(event.status for event in found if event.status not in statuses)),
    )


def period_start(day: date, step: str) -> date:
    """The first day of the period that holds the day.

    >>> period_start(date(2023, 3, 16), "quarter"), period_start(date(2023, 3, 16), "week")
    (datetime.date(2023, 1, 1), datetime.date(2023, 3, 13))
    """
    match step:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def period_end(start: date, step: str) -> date:
    """The first day after the period that begins on `start`."""
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[step]
    return start + timedelta(days=days) if step in ("day", "week") else period_start(start + timedelta(days), step)


def _period_of(dated: EventDate, step: str) -> date | None:
    """The start of the period of the date's first day, or None where the date is longer than that period."""
    if dated.start.year == date.max.year:  # no calendar day follows it; no report is from then
        return None
    start = period_start(dated.start, step)
    return start if dated.end - dated.start <= period_end(start, step) - start else None


def _periods(dated: dict[date, list[Event]], step: str) -> tuple[Period, ...]:
    periods = []
    start = min(dated, default=None)
    while start is not None and start <= max(dated):
        events, end = dated.get(start, []), period_end(start, step)
        net = _net(events)
        periods.append(
            Period(start, end, len(events), _quads(events), net, round(net / len(events), 2) if events else None)
        )
        start = end
    return tuple(periods)


def _quads(events: Iterable[Event]) -> dict[int, int]:
    counts = Counter(event.quad for event in events)
    return {quad: counts[quad] for quad in QUAD_NAMES}


def _net(events: Iterable[Event]) -> float:
    return round(sum(event.scale for event in events), 2)
