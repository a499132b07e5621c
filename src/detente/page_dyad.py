"""The page of a dyad."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException

from detente.codebook import STATUSES
from detente.dyads import DyadSeries, dyad_series
from detente.ledger import Ledger
from detente.pages import Page, Query, Report, choice_in, paging, reports_of

PAGE = 25  # events of one status at a time
FIRST = 5  # events of a status other than actual, where all statuses are shown
MOST_PERIODS = 120  # bars that can be told apart on a narrow screen; beyond, the step is longer


class Section(msgspec.Struct, frozen=True):
    """Events of one status, newest first: page `page` of `pages`, counted from 1, out of `total` events."""

    status: str
    total: int
    page: int
    pages: int
    reports: tuple[Report, ...]


class DyadPage(msgspec.Struct, frozen=True):
    """What lies between two codes, either way.

    `counts` has the number of events by status, then by quad code 1..4. `status` is the one asked for, or None for
    all; then `series` counts the acts that took place.
    """

    pair: tuple[str, str]
    events: int
    counts: dict[str, dict[int, int]]
    series: DyadSeries | None
    status: str | None
    sections: tuple[Section, ...]


def dyad_page(ledger: Ledger, key: str, query: Query) -> DyadPage:
    """The events between two codes, `key` "JPN-KOR"; `query` may hold `status` and `page`.

    Raises HTTPException: 404 for a pair without events and for a page beyond the last, 400 for a bad `query`.
    """
    pair = _pair(key)
    counts = ledger.dyad_counts(pair) if pair else {}
    totals = {name: sum(row.values()) for name, row in counts.items()}
    if pair is None or not any(totals.values()):
        raise HTTPException(404, _no_dyad(ledger, key, pair))
    status = choice_in(query, "status", STATUSES)
    shown = STATUSES if status is None else (status,)
    return DyadPage(
        pair=pair,
        events=sum(totals.values()),
        counts=counts,
        series=_series(ledger, pair) if status is None else None,
        status=status,
        sections=tuple(_section(ledger, pair, name, totals[name], query) for name in shown),
    )


def _section(ledger: Ledger, pair: tuple[str, str], status: str, total: int, query: Query) -> Section:
    alone = query.get("status") is not None
    size = PAGE if alone or status == "actual" else FIRST
    pages = max(1, -(-total // size))
    page = paging(query, total, size).page if alone else 1
    shown = ledger.events(dyad=pair, status=status, newest_first=True, limit=size, offset=(page - 1) * size)
    return Section(status, total, page, pages, reports_of(ledger, shown))


def _series(ledger: Ledger, pair: tuple[str, str]) -> DyadSeries:
    """By the shortest of month, quarter and year that does not give too many periods to see."""
    for step in ("month", "quarter"):
        series = dyad_series(ledger, *pair, step=step)
        if len(series.periods) <= MOST_PERIODS:
            return series
    return dyad_series(ledger, *pair, step="year")


def _pair(key: str) -> tuple[str, str] | None:
    codes = key.upper().split("-")
    return (codes[0], codes[1]) if len(codes) == 2 and all(codes) else None


def _no_dyad(ledger: Ledger, key: str, pair: tuple[str, str] | None) -> str:
    known = ledger.dyads()
    near = [count for count in known if pair and set(pair) & set(count.pair)] or known
    some = ", ".join("-".join(count.pair) for count in near[:5])
    what = f"There is no event between {pair[0]} and {pair[1]} in this ledger." if pair else (
        f"{key!r} is not a pair of codes such as JPN-KOR."
    )  # fmt: skip
    return f"{what} It has: {some}." if some else f"{what} It holds no pair of states yet."


PAGES = (
    Page(
        "/dyad/{key:path}",
        "dyad.html",
        dyad_page,
        "What lies between two states",
        {"status": "only events of that status", "page": "which page of them, from 1"},
    ),
)
