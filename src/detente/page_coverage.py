"""The page of coverage: what was read, from whom and when, where nothing was, and what was excluded and why."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pyarrow as pa

from detente.ledger import Ledger, Run
from detente.pagekept import kept
from detente.pages import Page, Paging, Query, paging

PUBLISHERS = 30  # publishers shown, those with most articles
GAPS = 20  # longest gaps shown
GAP = 7  # days without an article from which on they are a gap: a week, as newspapers rest on single days
RUNS = 10  # latest runs shown
SIZE = 25  # exclusions on a page


class Month(msgspec.Struct, frozen=True):
    """A month, YYYY-MM, and how many articles in force were published in it."""

    month: str
    articles: int


class Publisher(msgspec.Struct, frozen=True):
    """Articles in force of one publisher, "" where none is told, and the months of the first and the last."""

    publisher: str
    articles: int
    first: str
    last: str


class Gap(msgspec.Struct, frozen=True):
    """Days from `start` up to but not including `end`, between others with articles, of which none was read."""

    start: date
    end: date
    days: int


class Excluded(msgspec.Struct, frozen=True):
    """An input that was left out: where it came from, why, and when that was noted."""

    source: str
    reason: str
    detail: str
    recorded_at: str


class CoveragePage(msgspec.Struct, frozen=True):
    """What a ledger has read.

    `undated` counts articles whose day is not known; `states` counts articles that the runs coded and found empty;
    `reasons` counts exclusions in force by reason, of which `excluded` shows one page.
    """

    articles: int
    undated: int
    first: date | None
    last: date | None
    states: dict[str, int]
    months: tuple[Month, ...]
    publishers: tuple[Publisher, ...]
    publisher_count: int
    gaps: tuple[Gap, ...]
    gap_count: int
    reasons: dict[str, int]
    reason: str
    excluded: tuple[Excluded, ...]
    paging: Paging
    runs: tuple[Run, ...]


def coverage_page(ledger: Ledger, key: str, query: Query) -> CoveragePage:
    """What was read by month and publisher, gaps, and exclusions, those of one `reason` where it is asked for."""
    days = dict[str, int](ledger.rows("SELECT day, articles FROM read_days WHERE articles > 0"))
    undated = days.pop("", 0)
    months = Counter[str]()
    for day, number in days.items():
        months[day[:7]] += number
    publishers, publisher_count = kept(ledger, "publishers", _most_read)
    gaps = _gaps(sorted(days))
    reasons = dict(
        ledger.rows(
            "SELECT reason, COUNT(*) FROM exclusions WHERE superseded_at IS NULL GROUP BY reason ORDER BY 2 DESC, 1"
        )
    )
    reason = query.get("reason", "")
    pages = paging(query, reasons.get(reason, 0) if reason else sum(reasons.values()), SIZE)
    return CoveragePage(
        articles=sum(days.values()) + undated,
        undated=undated,
        first=date.fromisoformat(min(days)) if days else None,
        last=date.fromisoformat(max(days)) if days else None,
        states=_states(ledger),
        months=tuple(Month(*row) for row in sorted(months.items())),
        publishers=publishers,
        publisher_count=publisher_count,
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.days, gap.start))[:GAPS]),
        gap_count=len(gaps),
        reasons=reasons,
        reason=reason,
        excluded=_excluded(ledger, reason, pages),
        paging=pages,
        runs=tuple(
            Run(*row)
            for row in ledger.rows(
                f"SELECT {', '.join(Run.__struct_fields__)} FROM runs ORDER BY id DESC LIMIT ?", (RUNS,)
            )
        ),
    )


def _most_read(ledger: Ledger) -> tuple[tuple[Publisher, ...], int]:
    """The publishers with most articles, and how many there are at all."""
    rows = ledger.rows(
        "SELECT publisher, SUM(articles), coalesce(MIN(nullif(month, '')), ''), MAX(month) FROM read_months"
        " WHERE articles > 0 GROUP BY publisher ORDER BY 2 DESC, 1"
    )
    publishers = [Publisher(*row) for row in rows]
    return tuple(publishers[:PUBLISHERS]), len(publishers)


def _states(ledger: Ledger) -> dict[str, int]:
    """How many articles were coded and empty, as the runs counted them: what a later run revised counts again."""
    row = ledger.row("SELECT SUM(coded), SUM(empty) FROM runs")
    coded, empty = row or (0, 0)
    return {"coded": coded or 0, "empty": empty or 0}


def _gaps(days: list[str]) -> list[Gap]:
    """Stretches of GAP days and more without an article between days with some."""
    found = []
    dated = [date.fromisoformat(day) for day in days]
    for before, after in pairwise(dated):
        missing = (after - before).days - 1
        if missing >= GAP:
            found.append(Gap(before + timedelta(1), after, missing))
    return found


def _excluded(ledger: Ledger, reason: str, pages: Paging) -> tuple[Excluded, ...]:
    wanted, values = ("AND reason = ?", (reason,)) if reason else ("", ())
    rows = ledger.rows(
        f"SELECT source, reason, detail, recorded_at FROM exclusions WHERE superseded_at IS NULL {wanted}"
        " ORDER BY id DESC LIMIT ? OFFSET ?",
        (*values, SIZE, (pages.page - 1) * SIZE),
    )
    return tuple(Excluded(*row) for row in rows)


def _months(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, CoveragePage)
    return pa.table(
        {
            "month": pa.array([each.month for each in page.months], pa.string()),
            "articles": pa.array([each.articles for each in page.months], pa.int64()),
        }
    )


def _publishers(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, CoveragePage)
    fields = {"publisher": pa.string(), "articles": pa.int64(), "first": pa.string(), "last": pa.string()}
    return pa.table(
        {name: pa.array([getattr(each, name) for each in page.publishers], kind) for name, kind in fields.items()}
    )


def _exclusions(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, CoveragePage)
    names = Excluded.__struct_fields__
    return pa.table({name: pa.array([getattr(each, name) for each in page.excluded], pa.string()) for name in names})


PAGES = (
    Page(
        "/coverage",
        "coverage.html",
        coverage_page,
        "What was read, from whom and when, gaps, and exclusions",
        {"reason": "only exclusions for that reason", "page": "which page of exclusions, from 1"},
        {"months": _months, "publishers": _publishers, "exclusions": _exclusions},
    ),
)
