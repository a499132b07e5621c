"""Acts of a ledger as a table that SQL can sum, now or as they were known on a day; and how much was read by day.

Nearly all acts are taken as they are kept (`acts`, `act_pairs`). As known on a day they are too, but for those that
later reports or judgements touched: these few are made again from the reports that were known
(`detente.memory.acts_known`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from detente.ledger import Ledger
from detente.ledgerfile import stamp
from detente.memory import acts_known
from detente.records import LinkedEvent
from detente.selection import pairs_of

# One row an act, pair and direction: the columns of COLUMNS. The second part are events that are not linked yet, the
# third acts that were made again. CROSS JOIN keeps SQLite from turning the joins round.
COLUMNS = (
    "row", "id", "event", "mode", "quad", "status", "scale", "confidence", "date_start", "date_end", "sources",
    "first", "second", "direction", "day",
)  # fmt: skip
_LINKED = """
SELECT acts.row AS row, acts.id AS id, acts.event AS event, mode, quad, status, scale, confidence, date_start, date_end,
    sources, first, second, direction, day
FROM act_pairs CROSS JOIN acts ON acts.row = act_pairs.act"""
_UNLINKED = """
SELECT events.row, events.id, events.event, json_extract(record, '$.mode[0]'), quad, status, scale, confidence,
    date_start, date_end, 1, first, second, direction, ifnull(date_start, '')
FROM unlinked_events CROSS JOIN events ON events.row = unlinked_events.event
CROSS JOIN pairs ON pairs.event = events.row
WHERE NOT EXISTS (SELECT 1 FROM tellings WHERE tellings.event = events.row AND act IS NOT NULL) AND """
_FIELDS = ", ".join(f"json_extract(value, '$[{number}]')" for number in range(len(COLUMNS)))
_AGAIN = f"SELECT {_FIELDS} FROM json_each(?)"


class ActTable(NamedTuple):
    """A table for FROM with the columns COLUMNS, and its values; `again` are the acts that were made again."""

    sql: str
    values: tuple[object, ...]
    again: tuple[LinkedEvent, ...] = ()


def act_table(
    ledger: Ledger, *, as_of: date | None = None, between: Collection[tuple[str, str]] | None = None
) -> ActTable:
    """The acts of a ledger; with `as_of`, as they were known at the end of that day (`Ledger.selection`).

    An act is in as many rows as it has pairs and directions. `day` is `date_start`, "" where there is none. With
    `between`, acts that had to be made again are not in the table but only in `again`, and of them only those that some
    report tells of one of these pairs.
    """
    if as_of is None:
        return ActTable(f"({_LINKED} UNION ALL {_UNLINKED} superseded_at IS NULL)", ())
    touched = _touched(ledger, as_of)
    reported = ledger.rows(
        "SELECT event FROM tellings WHERE act IN (SELECT value FROM json_each(?))", (_json(touched.acts),)
    )
    rows = touched.events | {row for (row,) in reported}
    again = tuple(acts_known(ledger, rows if between is None else _of_pairs(ledger, rows, between), as_of=as_of))
    known = ledger.selection(as_of=as_of)
    undated = "last_seen IS NULL OR " if touched.live else ""
    linked = f"{_LINKED} WHERE ({undated}last_seen <= ?) AND acts.row NOT IN (SELECT value FROM json_each(?))"
    unlinked = f"{_UNLINKED} {known} AND events.row NOT IN (SELECT value FROM json_each(?))"
    values = (as_of.isoformat(), _json(touched.acts), *known.values, _json(touched.events))
    if between is not None:
        return ActTable(f"({linked} UNION ALL {unlinked})", values, again)
    made = _json(_rows_of(ledger, again, rows))
    return ActTable(f"({linked} UNION ALL {unlinked} UNION ALL {_AGAIN})", (*values, made), again)


def articles_read(ledger: Ledger, *, as_of: date | None = None) -> dict[date, int]:
    """How many articles were read by their day of publication, whatever they told; each version that was read counts.

    Versions are only ever added, so that the numbers hold until there is another row; they are kept for the next call.
    """
    (last,) = ledger.row("SELECT ifnull(MAX(row), 0) FROM articles") or (0,)
    first = ledger.row("SELECT recorded_at FROM articles ORDER BY row LIMIT 1")
    which = (str(ledger.path.absolute()), first, last)
    if which not in _READ:
        counted = ledger.rows("SELECT published, COUNT(*) FROM articles WHERE published IS NOT NULL GROUP BY published")
        while len(_READ) >= _READ_KEPT:
            del _READ[next(iter(_READ))]
        _READ[which] = {date.fromisoformat(day): articles for day, articles in counted}
    read = _READ[which]
    return dict(read) if as_of is None else {day: articles for day, articles in read.items() if day <= as_of}


_READ: dict[tuple[object, ...], dict[date, int]] = {}
_READ_KEPT = 8  # ledgers whose numbers are kept


class _Touched(NamedTuple):
    """Acts and events, by row, that are not what they were at the end of a day, or may not be."""

    acts: set[int]
    events: set[int]
    live: bool


def _touched(ledger: Ledger, day: date) -> _Touched:
    began = ledger.row("SELECT started_at FROM runs ORDER BY id LIMIT 1")
    live = began is not None and day.isoformat() >= began[0][:10]
    moment = stamp(datetime.combine(day + timedelta(1), time.min, UTC))
    events = {
        row
        for (row,) in ledger.rows(
            "SELECT row FROM events WHERE id IN (SELECT subject FROM judgements"
            " WHERE kind = 'event' AND (recorded_at > ? OR superseded_at > ?))",
            (moment, moment),
        )
    }
    if live and ledger.row("SELECT 1 FROM runs WHERE ended_at IS NULL OR ended_at > ?", (moment,)):
        events |= {
            row
            for (row,) in ledger.rows(
                "SELECT row FROM events WHERE reading IN"
                " (SELECT id FROM readings WHERE recorded_at > ? OR superseded_at > ?)",
                (moment, moment),
            )
        }
    undated = (
        "SELECT act FROM tellings JOIN events ON events.row = tellings.event JOIN acts ON acts.row = act"
        " WHERE reports > 1 AND reading IN (SELECT id FROM readings WHERE superseded_at IS NULL"
        " AND article IN (SELECT row FROM articles WHERE published IS NULL))"
    )
    later = "SELECT row FROM acts WHERE reports > 1 AND first_seen <= ? AND last_seen > ?"
    acts = {row for (row,) in ledger.rows(f"{later} UNION {undated}", (day.isoformat(), day.isoformat()))}
    of_events = "SELECT act FROM tellings WHERE act IS NOT NULL AND event IN (SELECT value FROM json_each(?))"
    acts |= {row for (row,) in ledger.rows(of_events, (_json(events),))}
    return _Touched(acts, events, live)


def _of_pairs(ledger: Ledger, rows: set[int], pairs: Collection[tuple[str, str]]) -> set[int]:
    """Those of the events that are of one of the pairs; `detente.memory.acts_known` adds the others of their acts."""
    found = ledger.rows(
        "SELECT event, first, second FROM pairs WHERE event IN (SELECT value FROM json_each(?))", (_json(rows),)
    )
    return {row for row, *pair in found if tuple(pair) in pairs}


def _rows_of(ledger: Ledger, acts: Iterable[LinkedEvent], rows: set[int]) -> list[tuple[object, ...]]:
    """The acts as rows of COLUMNS; `rows` are those of all their events."""
    found = ledger.rows("SELECT id, row FROM events WHERE row IN (SELECT value FROM json_each(?))", (_json(rows),))
    numbers = dict(found)
    made: list[tuple[object, ...]] = []
    for act in acts:
        event = act.event
        start, end = (event.date.start.isoformat(), event.date.end.isoformat()) if event.date else (None, None)
        what = (
            numbers[event.id], act.id, event.event, next(iter(event.mode), None), event.quad, event.status,
            event.scale, event.confidence, start, end, act.independent_sources,
        )  # fmt: skip
        made += [(*what, *pair, start or "") for pair in sorted(pairs_of(event))]
    return made


def _json(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()
