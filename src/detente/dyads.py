"""How two actors stand to one another over time: acts of a ledger, counted by period.

A period is a day, an ISO week (from Monday), a month, a quarter or a year, as a half-open interval of days. What is
counted are acts, each once however many articles report it (`detente.memory`). The score is the PLOVER scale of each
act (`detente.codebook`), -10 to +10; Goldstein's weight, by way of CAMEO, stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import msgspec

from detente.codebook import QUAD_NAMES, STATUSES, goldstein_of, sectors
from detente.errors import CodebookError
from detente.eventcosts import THIN
from detente.knownacts import ActTable, act_table, articles_read
from detente.ledger import Ledger
from detente.memory import linked_events
from detente.records import LinkedEvent
from detente.selection import pairs_of

STEPS = ("day", "week", "month", "quarter", "year")
WEIGHTS = ("sources", "confidence")


class Side(msgspec.Struct, frozen=True):
    """One side of a dyad: a state, or several as a bloc, and of those only some sectors where any are named."""

    codes: tuple[str, ...]
    sectors: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "+".join(self.codes) + (":" + "+".join(self.sectors) if self.sectors else "")


class Period(msgspec.Struct, frozen=True):
    """The days from `start` up to but not including `end`, and what happened in them.

    `quads` counts acts by quad code 1..4, `types` by type; `net` is the sum of their scores and `mean` the average,
    `goldstein` the average of Goldstein's weights, None without acts. `daily` counts, of acts of one type on one day in
    one direction, only the first, as event data are often filtered; `daily_net` is their sum. `articles` is the
    exposure: how many articles published in the period were read, whatever they told. Not only those that tell of the
    two: an outbreak between them makes these more, and would pass for coverage. `thin` marks a period of which so few
    were read that silence says nothing.
    """

    start: date
    end: date
    events: int
    quads: dict[int, int]
    types: dict[str, int]
    net: float
    mean: float | None
    goldstein: float | None
    daily: int
    daily_net: float
    articles: int
    thin: bool


class DyadSeries(msgspec.Struct, frozen=True):
    """Periods without a gap from the first counted act to the last; none where nothing could be counted.

    `quads` and `net` are over all counted acts, with those that no period holds: `undated` ones, and `coarse` ones,
    whose date is longer than a period. `other` counts acts of the statuses left out. `weights` are those that `net` and
    the means were taken with.
    """

    pair: tuple[str, str]
    directed: bool
    step: str
    statuses: tuple[str, ...]
    weights: tuple[str, ...]
    periods: tuple[Period, ...]
    events: int
    quads: dict[int, int]
    net: float
    undated: int
    coarse: int
    other: dict[str, int]


class Counted(NamedTuple):
    """One act as far as it is counted: `days` are those it may have happened on, None where it is not dated.

    `ways` are the directions, 1 from the first side to the second, -1 back, 0 both on one another.
    """

    id: str
    event: str
    mode: str | None
    quad: int
    status: str
    scale: float
    confidence: float
    days: tuple[date, date] | None
    sources: int
    ways: frozenset[int]


def side_of(text: str) -> Side:
    """The side that a text names: "JPN", a bloc "DEU+FRA", or sectors within it "RUS:MIL+SPY".

    Raises CodebookError for what is no code, or no sector.

    >>> side_of("deu+fra:gov")
    Side(codes=('DEU', 'FRA'), sectors=('GOV',))
    """
    codes, _, within = text.upper().partition(":")
    side = Side(tuple(dict.fromkeys(codes.split("+"))), tuple(filter(None, dict.fromkeys(within.split("+")))))
    for code in side.codes:
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise CodebookError(f'{text!r} names no side: write codes of three letters, as in "JPN" or "DEU+FRA".')
    for sector in side.sectors:
        if sector not in sectors():
            raise CodebookError(f"{sector!r} is not a sector. Known: {', '.join(sectors())}.")
    return side


def dyad_series(
    ledger: Ledger,
    first: str,
    second: str,
    *,
    step: str = "month",
    statuses: tuple[str, ...] = ("actual",),
    directed: bool = False,
    weights: tuple[str, ...] = (),
    as_of: date | None = None,
) -> DyadSeries:
    """Acts between two sides (`side_of`) by period; with `directed`, what the first does to the second.

    An act falls into the period of its first day. One without a date falls into none, nor does one whose date is longer
    than the period ("in 2011" by months): it is not known when in it the act was. With `weights` an act counts in `net`
    and the means as often as it has independent sources, or by the reader's confidence, or by the product. With `as_of`
    only what was known at the end of that day counts (`Ledger.selection`).

    Raises CodebookError for an unknown side, step, status or weight.
    """
    sides = side_of(first), side_of(second)
    _check("a step", step, STEPS)
    for status in statuses:
        _check("a status", status, STATUSES)
    for weight in weights:
        _check("a weight", weight, WEIGHTS)
    found = counted_acts(ledger, *sides, directed=directed, as_of=as_of)
    exposure = articles_read(ledger, as_of=as_of)
    return series_of(found, sides, exposure, step=step, statuses=statuses, directed=directed, weights=weights)


def series_of(
    found: Iterable[Counted],
    sides: tuple[Side, Side],
    exposure: Mapping[date, int],
    *,
    step: str,
    statuses: tuple[str, ...] = ("actual",),
    directed: bool = False,
    weights: tuple[str, ...] = (),
) -> DyadSeries:
    """The series of acts as `counted_acts` and `articles_read` give them; see `dyad_series`."""
    _check("a step", step, STEPS)
    found = list(found)
    acts = [act for act in found if act.status in statuses]
    dated: dict[date, list[Counted]] = {}
    coarse = 0
    for act in acts:
        start = period_of(act.days, step) if act.days else None
        if start is not None:
            dated.setdefault(start, []).append(act)
        elif act.days:
            coarse += 1
    return DyadSeries(
        pair=(str(sides[0]), str(sides[1])),
        directed=directed,
        step=step,
        statuses=statuses,
        weights=weights,
        periods=_periods(dated, step, weights, exposure),
        events=len(acts),
        quads=_quads(acts),
        net=round(sum(act.scale * _weight(act, weights) for act in acts), 2),
        undated=sum(act.days is None for act in acts),
        coarse=coarse,
        other=dict(Counter(act.status for act in found if act.status not in statuses)),
    )


def _check(what: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise CodebookError(f"{value!r} is not {what}. Known: {', '.join(known)}.")


# -- which acts ------------------------------------------------------------------------------------------------------


def counted_acts(
    ledger: Ledger, first: Side, second: Side, *, directed: bool = False, as_of: date | None = None
) -> list[Counted]:
    """Acts between two sides, of every status, in no order."""
    table = act_table(ledger, as_of=as_of, between=_pairs(first, second))
    acts: dict[str, Counted] = {}
    for act in chain(_kept_acts(ledger, table, first, second), _counted_all(table.again, first, second)):
        told = acts.get(act.id)
        acts[act.id] = act if told is None else act._replace(ways=told.ways | act.ways)
    return [act for act in acts.values() if not directed or act.ways & {0, 1}]


def _kept_acts(ledger: Ledger, table: ActTable, first: Side, second: Side) -> Iterator[Counted]:
    pairs = _pairs(first, second)
    codes = [sorted({pair[place] for pair in pairs}) for place in (0, 1)]
    marks = [", ".join("?" * len(some)) for some in codes]
    query = (
        "SELECT row, id, event, mode, quad, status, scale, confidence, date_start, date_end, sources, first, second,"
        f" direction FROM {table.sql} WHERE first IN ({marks[0]}) AND second IN ({marks[1]})"
    )
    within = _within_sectors(ledger, first, second)
    for found in ledger.rows(query, (*table.values, *codes[0], *codes[1])):
        row, id_, event, mode, quad, status, scale, confidence, start, end, sources, one, other, direction = found
        if (one, other) in pairs and (within is None or row in within):
            days = (date.fromisoformat(start), date.fromisoformat(end)) if start else None
            way = direction if one in first.codes and other in second.codes else -direction
            yield Counted(id_, event, mode, quad, status, scale, confidence, days, sources, _WAYS[way])


_WAYS = {way: frozenset({way}) for way in (-1, 0, 1)}


def _pairs(first: Side, second: Side) -> set[tuple[str, str]]:
    """The pairs of codes, each in alphabetical order, that the acts of two sides are of."""
    same = set(first.codes) == set(second.codes)
    return {(min(a, b), max(a, b)) for a in first.codes for b in second.codes if a != b or same}


def _within_sectors(ledger: Ledger, first: Side, second: Side) -> set[int] | None:
    """Rows of events that have a party of the named sectors on each side; None where no sector is named."""
    found: set[int] | None = None
    for side in (first, second):
        if side.sectors:
            codes, within = ("?" + ", ?" * (len(each) - 1) for each in (side.codes, side.sectors))
            rows = ledger.rows(
                f"SELECT event FROM parties WHERE code IN ({codes}) AND sector IN ({within})",
                (*side.codes, *side.sectors),
            )
            events = {row for (row,) in rows}
            found = events if found is None else found & events
    return found


def acts_between(ledger: Ledger, first: Side, second: Side, *, as_of: date | None = None) -> list[LinkedEvent]:
    """Acts between two sides with their reports, each once, in the order of `linked_events`."""
    found: dict[str, LinkedEvent] = {}
    for one in first.codes:
        for other in second.codes:
            if one != other or set(first.codes) == set(second.codes):
                found |= {act.id: act for act in linked_events(ledger, dyad=(one, other), as_of=as_of)}
    return [act for act in found.values() if _counted(act, first, second)]


def _counted_all(acts: Iterable[LinkedEvent], first: Side, second: Side) -> Iterator[Counted]:
    pairs = _pairs(first, second)
    for act in acts:
        if any((one, other) in pairs for one, other, _ in pairs_of(act.event)) and (
            counted := _counted(act, first, second)
        ):
            yield counted


def _counted(linked: LinkedEvent, first: Side, second: Side) -> Counted | None:
    event = linked.event
    acting = [party for party in event.actor if party.code]
    receiving = [party for party in event.recipient if party.code]
    ways = set()
    for way, one, other in ((1, acting, receiving), (-1, receiving, acting)) if receiving else ((0, acting, acting),):
        sides = [
            any(p.code in side.codes and (not side.sectors or p.sector in side.sectors) for p in parties)
            for side, parties in ((first, one), (second, other))
        ]
        if all(sides):
            ways.add(way)
    days = (event.date.start, event.date.end) if event.date else None
    if not ways:
        return None
    return Counted(
        linked.id, event.event, next(iter(event.mode), None), event.quad, event.status, event.scale, event.confidence,
        days, linked.independent_sources, frozenset(ways),
    )  # fmt: skip


# -- periods ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
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


@lru_cache(maxsize=65_536)
def period_of(days: tuple[date, date], step: str) -> date | None:
    """The start of the period of the first day, or None where the date is longer than that period."""
    first, end = days
    if first.year == date.max.year:  # no calendar day follows it; no report is from then
        return None
    start = period_start(first, step)
    return start if end - first <= period_end(start, step) - start else None


def _periods(
    dated: dict[date, list[Counted]], step: str, weights: tuple[str, ...], exposure: Mapping[date, int]
) -> tuple[Period, ...]:
    if not dated:
        return ()
    read: Counter[date] = Counter()
    for day, articles in exposure.items():
        read[period_start(day, step)] += articles
    starts, start = [], min(dated)
    while start <= max(dated):
        starts.append(start)
        start = period_end(start, step)
    usual = sorted(read[start] for start in starts)[len(starts) // 2]
    return tuple(
        _period(start, period_end(start, step), dated.get(start, []), weights, read[start], read[start] < THIN * usual)
        for start in starts
    )


def _period(start: date, end: date, acts: list[Counted], weights: tuple[str, ...], articles: int, thin: bool) -> Period:
    share = [_weight(act, weights) for act in acts]
    whole = sum(share)
    net = sum(act.scale * part for act, part in zip(acts, share, strict=True))
    goldstein = sum(goldstein_of(act.event, act.mode) * part for act, part in zip(acts, share, strict=True))
    daily = {(act.days, act.event, act.ways): act.scale for act in reversed(acts)}
    return Period(
        start=start,
        end=end,
        events=len(acts),
        quads=_quads(acts),
        types=dict(sorted(Counter(act.event for act in acts).items())),
        net=round(net, 2),
        mean=round(net / whole, 2) if whole else None,
        goldstein=round(goldstein / whole, 2) if whole else None,
        daily=len(daily),
        daily_net=round(sum(daily.values()), 2),
        articles=articles,
        thin=thin,
    )


def _weight(act: Counted, weights: tuple[str, ...]) -> float:
    weight = 1.0
    if "sources" in weights:
        weight *= act.sources
    if "confidence" in weights:
        weight *= act.confidence
    return weight


def _quads(acts: Iterable[Counted]) -> dict[int, int]:
    counts = Counter(act.quad for act in acts)
    return {quad: counts[quad] for quad in QUAD_NAMES}
