"""Acts summed by pair of states and day: what comparisons of relations are made of, wherever the acts are kept.

`DaySource` is what a comparison asks for. `LedgerDays` sums a ledger's acts in SQL; `detente.shardrollup` gives the
same from folders of Parquet shards. Counted are acts that happened (`actual`), each once a pair, both ways together, on
their first day; acts within one state are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from detente.knownacts import act_table, articles_read
from detente.ledger import Ledger

SUMS = ("events", "total", "squares", "q1", "q2", "q3", "q4")
"""What is summed: the number of acts, their scores, the squares of these, and the number by quad code."""

LONGEST = 366
"""Days of the longest date that any period can hold; acts with a longer one are in no period and are left out."""


class PairDays(NamedTuple):
    """N rows, one a pair, day and length of the date.

    `first` and `second` (N,) are codes in alphabetical order, `day` (N,) datetime64[D], `length` (N,) the days of the
    date, `sums` (N, 7) the numbers of SUMS.
    """

    first: NDArray[np.str_]
    second: NDArray[np.str_]
    day: NDArray[np.datetime64]
    length: NDArray[np.int64]
    sums: NDArray[np.float64]


class DaySource(Protocol):
    """Where sums by pair and day come from, as they are known on one day or now."""

    def pair_days(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        one: Sequence[str] = (),
        other: Sequence[str] = (),
    ) -> PairDays:
        """The sums of the days in [since, until), of pairs with one state in `one` and the other in `other`; none named
        is any."""

    def read(self) -> dict[date, int]:
        """How many articles were read by day of publication; empty where that is not known."""

    def last_day(self) -> date | None:
        """The last day of which anything is known, None where there is nothing."""


class LedgerDays:
    """The acts of a ledger; with `as_of`, as they were known at the end of that day (`detente.knownacts`)."""

    def __init__(self, ledger: Ledger, *, as_of: date | None = None) -> None:
        self._ledger, self._as_of = ledger, as_of
        self._table = act_table(ledger, as_of=as_of)

    def pair_days(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        one: Sequence[str] = (),
        other: Sequence[str] = (),
    ) -> PairDays:
        """As `DaySource.pair_days`."""
        where, values = between(one, other)
        where += " AND day >= ? AND day < ?"  # the day of an undated act is "", before any other
        values += [since.isoformat() if since else "0", until.isoformat() if until else "A"]
        acts = (
            "SELECT DISTINCT row, first, second, day, scale, quad,"
            " CAST(julianday(date_end) - julianday(date_start) AS INTEGER) AS length"
            f" FROM {self._table.sql} WHERE status = 'actual' AND {where}"
        )
        quads = ", ".join(f"SUM(quad = {quad})" for quad in (1, 2, 3, 4))
        query = (
            f"SELECT first, second, day, length, COUNT(*), SUM(scale), SUM(scale * scale), {quads} FROM ({acts})"
            f" WHERE length <= {LONGEST} GROUP BY first, second, day, length"
        )
        return pair_days_of(list(self._ledger.rows(query, (*self._table.values, *values))))

    def read(self) -> dict[date, int]:
        """As `DaySource.read`."""
        return articles_read(self._ledger, as_of=self._as_of)

    def last_day(self) -> date | None:
        """The last day of publication."""
        return max(self.read(), default=None)


def between(one: Sequence[str], other: Sequence[str]) -> tuple[str, list[Any]]:
    """The SQL condition that of `first` and `second` one is in `one` and the other in `other`, and its values."""
    if not one and not other:
        return "first <> second", []
    if len(one) == len(other) == 1:
        return "first = ? AND second = ? AND first <> second", sorted((one[0], other[0]))
    ways = []
    values: list[Any] = []
    for some, rest in ((one, other), (other, one)):
        sides = [
            f"{column} IN ({', '.join('?' * len(codes))})"
            for column, codes in (("first", some), ("second", rest))
            if codes
        ]
        ways.append(" AND ".join(sides))
        values += [*some, *rest]
    return f"first <> second AND (({ways[0]}) OR ({ways[1]}))", values


def pair_days_of(rows: Sequence[tuple[Any, ...]]) -> PairDays:
    """The sums of rows of first, second, day as ISO text, length, and the numbers of SUMS."""
    first, second, day, length = ([row[place] for row in rows] for place in range(4))
    return PairDays(
        np.array(first, dtype="U3"),
        np.array(second, dtype="U3"),
        np.array(day, dtype="M8[D]"),
        np.array(length, dtype=np.int64),
        np.array([row[4:] for row in rows], dtype=np.float64).reshape(len(rows), len(SUMS)),
    )
