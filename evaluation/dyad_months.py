"""Events between states by dyad and month, as arrays, read from a ledger in one pass.

Counted are events in force that happened (`actual`), in the month of their first day; one whose date is longer than
that month, or is not known, is in none. An act that several articles report counts each time, or once where acts are
asked for.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from detente.codebook import goldstein_of
from detente.ledger import open_ledger

Pair = tuple[str, str]
Array = NDArray[np.float64]

# Events with their dyads, each once, that happened in one month between two days.
_COUNTED = """
    SELECT DISTINCT first, second, events.row, events.id AS id, substr(date_start, 1, 7) AS month, quad, scale,
        events.event AS event, json_extract(record, '$.mode[0]') AS mode,
        json_extract(record, '$.sentence.text') AS told
    FROM pairs JOIN events ON events.row = pairs.event
    WHERE superseded_at IS NULL AND status = 'actual' AND first < second AND first <> ''
    AND date_start >= ? AND date_start < ?
    AND julianday(date_end) - julianday(date_start)
        <= julianday(date_start, 'start of month', '+1 month') - julianday(date_start, 'start of month')
"""
# The same of acts, each once however many articles report it.
_ACTS_COUNTED = """
    SELECT DISTINCT first, second, acts.row, substr(date_start, 1, 7) AS month, quad, scale, event, mode
    FROM act_pairs JOIN acts ON acts.row = act_pairs.act
    WHERE status = 'actual' AND first < second AND first <> '' AND date_start >= ? AND date_start < ?
    AND julianday(date_end) - julianday(date_start)
        <= julianday(date_start, 'start of month', '+1 month') - julianday(date_start, 'start of month')
"""
_MONTHS_OF_DYADS = """
SELECT first, second, month, event, mode, quad, COUNT(*), SUM(scale), SUM(scale * scale) FROM ({})
GROUP BY 1, 2, 3, 4, 5, 6
"""
_EVENTS_OF_DYAD = f"{_COUNTED} AND first = ? AND second = ? ORDER BY date_start, events.row"
_ARTICLES = """
SELECT substr(published, 1, 7), COUNT(*) FROM articles
WHERE superseded_at IS NULL AND published >= ? AND published < ? GROUP BY 1
"""


class DyadMonths(msgspec.Struct, frozen=True, eq=False):
    """D dyads over T months: `events`, `score`, `squares` (sums of PLOVER scores and of their squares) and `goldstein`
    (sum of Goldstein weights) are (D, T), `quads` is (D, T, 4), and `articles` (T,) counts those published in a month.
    """

    dyads: tuple[Pair, ...]
    months: tuple[date, ...]
    events: Array
    score: Array
    squares: Array
    goldstein: Array
    quads: Array
    articles: Array

    def row(self, dyad: Pair) -> int | None:
        """The row of a dyad; None for one without events."""
        try:
            return self.dyads.index(dyad)
        except ValueError:
            return None

    def mean(self) -> Array:
        """The mean score by dyad and month, NaN without events."""
        with np.errstate(invalid="ignore"):
            return self.score / np.where(self.events > 0, self.events, np.nan)


class Told(NamedTuple):
    """One counted event of a dyad: its month as `month_number` counts, and the sentence that tells of it."""

    id: str
    month: int
    score: float
    quad: int
    sentence: str


def month_number(month: date | str) -> int:
    """Months since the year 0, of a day or of "YYYY-MM".

    >>> month_number("2023-03") - month_number(date(2022, 12, 31))
    3
    """
    day = date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
    return day.year * 12 + day.month - 1


def month_of(number: int) -> date:
    """The first day of a month that `month_number` counts.

    >>> month_of(month_number("2023-03"))
    datetime.date(2023, 3, 1)
    """
    return date(number // 12, number % 12 + 1, 1)


def read_months(path: Path, start: date, end: date, *, acts: bool = False) -> DyadMonths:
    """The dyad-months of a ledger from the month of `start` up to but not including that of `end`.

    `acts` counts acts, as the ledger has linked their reports, in place of reports.
    """
    first = month_number(start)
    months = month_number(end) - first
    bounds = start.isoformat(), end.isoformat()
    with open_ledger(path, read_only=True) as ledger:
        counted = list(ledger.rows(_MONTHS_OF_DYADS.format(_ACTS_COUNTED if acts else _COUNTED), bounds))
        published = list(ledger.rows(_ARTICLES, bounds))
    dyads = sorted({(row[0], row[1]) for row in counted})
    at = {dyad: index for index, dyad in enumerate(dyads)}
    shape = (len(dyads), months)
    events, score, squares, goldstein = np.zeros((4, *shape))
    quads = np.zeros((*shape, 4))
    for one, other, month, event, mode, quad, number, total, square in counted:
        place = at[one, other], month_number(month) - first
        events[place] += number
        score[place] += total
        squares[place] += square
        goldstein[place] += number * goldstein_of(event, mode)
        quads[(*place, quad - 1)] += number
    articles = np.zeros(months)
    for month, number in published:
        articles[month_number(month) - first] = number
    named = tuple(month_of(first + index) for index in range(months))
    return DyadMonths(tuple(dyads), named, events, score, squares, goldstein, quads, articles)


def read_events(path: Path, dyad: Pair, start: date, end: date) -> list[Told]:
    """The events that `read_months` counts for one dyad, in order of their days."""
    with open_ledger(path, read_only=True) as ledger:
        rows = list(ledger.rows(_EVENTS_OF_DYAD, (start.isoformat(), end.isoformat(), *dyad)))
    return [
        Told(id_, month_number(month), scale, quad, told)
        for _, _, _, id_, month, quad, scale, _, _, told in rows
    ]  # fmt: skip
