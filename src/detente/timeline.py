"""The acts of a dyad as a list: how many there are of each kind, and any page of them, without reading the others.

What is counted and sorted are rows of the tables `acts` and `act_pairs` or, as known on a day and while events of the
two wait to be linked, those of `knownacts.act_table`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from detente.codebook import STATUSES, event_type
from detente.dyads import Side
from detente.errors import CodebookError
from detente.knownacts import COLUMNS, act_table
from detente.ledger import Ledger
from detente.memory import acts_known
from detente.records import LinkedEvent
from detente.selection import pairs_of

DIRECTIONS = {"first": 1, "second": -1, "mutual": 0}
"""Who acts: the first side on the second, the second on the first, or both on one another."""


class Wanted(msgspec.Struct, frozen=True):
    """Which acts are listed: those that meet every condition that is not None, 1 or "".

    `since` and `until` keep acts whose days overlap [since, until); undated ones then fall out. `sources` is the least
    number of independent ones, `text` must stand in the sentence that is quoted, in whatever case of ASCII letters.
    """

    status: str | None = None
    event: str | None = None
    context: str | None = None
    direction: str | None = None
    sources: int = 1
    text: str = ""
    since: date | None = None
    until: date | None = None


ALL = Wanted()


class Tally(msgspec.Struct, frozen=True):
    """How many acts there are of a status and a type."""

    status: str
    event: str
    quad: int
    acts: int


class _Query(NamedTuple):
    """A table of acts, one row an act, pair and direction, with the conditions on it, and the values of both."""

    sql: str
    values: tuple[object, ...]


def waiting(ledger: Ledger, first: Side, second: Side) -> int:
    """How many events between two sides wait to be linked."""
    pairs, codes = _pairs(first, second)
    found = ledger.row(
        "SELECT COUNT(DISTINCT pairs.event) FROM unlinked_events JOIN pairs ON pairs.event = unlinked_events.event"
        f" JOIN events ON events.row = pairs.event WHERE superseded_at IS NULL AND {pairs}",
        codes,
    )
    return int(found[0]) if found else 0


def tallies(
    ledger: Ledger, first: Side, second: Side, wanted: Wanted = ALL, *, as_of: date | None = None
) -> tuple[Tally, ...]:
    """How many acts there are by status and type, the conditions on these two themselves left out.

    Raises CodebookError for an unknown direction.
    """
    query = _query(ledger, first, second, msgspec.structs.replace(wanted, status=None, event=None), as_of)
    rows = ledger.rows(
        f"SELECT status, event, quad, COUNT(DISTINCT row) FROM {query.sql} GROUP BY status, event, quad", query.values
    )
    return tuple(Tally(*row) for row in rows)


def timeline(
    ledger: Ledger,
    first: Side,
    second: Side,
    wanted: Wanted = ALL,
    *,
    limit: int,
    offset: int = 0,
    as_of: date | None = None,
) -> tuple[LinkedEvent, ...]:
    """Acts between two sides, the newest first and the undated last: `limit` of them after the first `offset`.

    Raises CodebookError for an unknown status, type or direction.
    """
    query = _query(ledger, first, second, wanted, as_of)
    rows = [
        row
        for (row,) in ledger.rows(
            f"SELECT row FROM {query.sql} GROUP BY day, row ORDER BY day DESC, row DESC LIMIT ? OFFSET ?",
            (*query.values, limit, offset),
        )
    ]
    return in_rows(ledger, rows, as_of=as_of)


def span(ledger: Ledger, first: Side, second: Side, *, as_of: date | None = None) -> tuple[date, date] | None:
    """The first days of the first and of the last dated act that took place (`actual`); None where there is none."""
    query = _query(ledger, first, second, Wanted(status="actual"), as_of)
    found = ledger.row(f"SELECT MIN(day), MAX(day) FROM {query.sql} AND day <> ''", query.values)
    return (date.fromisoformat(found[0]), date.fromisoformat(found[1])) if found and found[0] else None


def of_ids(ledger: Ledger, ids: Sequence[str], *, as_of: date | None = None) -> dict[str, LinkedEvent]:
    """The acts of these ids, by id."""
    wanted = set(ids)
    rows = ledger.rows("SELECT row FROM events WHERE id IN (SELECT value FROM json_each(?))", (_json(ids),))
    return {act.id: act for act in acts_known(ledger, [row for (row,) in rows], as_of=as_of) if act.id in wanted}


def in_rows(ledger: Ledger, rows: Sequence[int], *, as_of: date | None = None) -> tuple[LinkedEvent, ...]:
    """The acts that the events of these rows report, in the order of the rows."""
    ids = dict(ledger.rows("SELECT id, row FROM events WHERE row IN (SELECT value FROM json_each(?))", (_json(rows),)))
    place = {row: number for number, row in enumerate(rows)}

    def first_place(act: LinkedEvent) -> int:
        found = (ids[report.event.id] for report in act.reports if report.event.id in ids)
        return min((place[row] for row in found), default=len(place))

    return tuple(sorted(acts_known(ledger, rows, as_of=as_of), key=first_place))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


# -- conditions ------------------------------------------------------------------------------------------------------


def _pairs(first: Side, second: Side) -> tuple[str, tuple[str, ...]]:
    """The condition that a row with columns `first` and `second` lies between two sides, and its values."""
    a, b = first.codes, second.codes
    if len(a) == len(b) == 1:
        return "first = ? AND second = ?", tuple(sorted((*a, *b)))  # the order of the table's key
    one, other = (", ".join("?" * len(codes)) for codes in (a, b))
    condition = f"((first IN ({one}) AND second IN ({other})) OR (first IN ({other}) AND second IN ({one})))"
    if set(a) != set(b):
        condition += " AND first <> second"
    return condition, (*a, *b, *b, *a)


def _query(ledger: Ledger, first: Side, second: Side, wanted: Wanted, as_of: date | None) -> _Query:
    pairs, codes = _pairs(first, second)
    table, values = _LINKED, tuple[object, ...]()
    if as_of is not None or waiting(ledger, first, second):
        table, values = _known(ledger, first, second, as_of)
    conditions: list[tuple[str, tuple[object, ...]]] = [(pairs, codes)]
    for side in (first, second):
        if side.sectors:
            conditions.append(_within(side))
    conditions += _labels(wanted)
    conditions += _direction(wanted.direction, first, second)
    conditions += _rest(wanted)
    where = " AND ".join(each for each, _ in conditions)
    return _Query(f"{table} listed WHERE {where}", (*values, *(v for _, given in conditions for v in given)))


# The columns of act_pairs and of acts that conditions name; SQLite reads them in the order of the key of act_pairs.
_LINKED = """(SELECT first, second, day, direction, act AS row, event, quad, status, sources, date_end
FROM act_pairs CROSS JOIN acts ON acts.row = act_pairs.act)"""


def _known(ledger: Ledger, first: Side, second: Side, as_of: date | None) -> tuple[str, tuple[object, ...]]:
    """The acts of a dyad as known at the end of a day, now where it is None, those that wait to be linked too."""
    between = {(min(a, b), max(a, b)) for a in first.codes for b in second.codes}
    table = act_table(ledger, as_of=as_of, between=between)
    ids = _json([act.id for act in table.again])
    numbers = dict(ledger.rows("SELECT id, row FROM events WHERE id IN (SELECT value FROM json_each(?))", (ids,)))
    again = [_columns(act, numbers[act.id], pair) for act in table.again for pair in sorted(pairs_of(act.event))]
    fields = ", ".join(f"json_extract(value, '$[{number}]')" for number in range(len(COLUMNS)))
    return f"(SELECT * FROM {table.sql} UNION ALL SELECT {fields} FROM json_each(?))", (*table.values, _json(again))


def _columns(act: LinkedEvent, row: int, pair: tuple[str, str, int]) -> tuple[object, ...]:
    event = act.event
    days = (event.date.start, event.date.end) if event.date else (None, None)
    told = (event.event, next(iter(event.mode), None), event.quad, event.status, event.scale, event.confidence)
    return (row, act.id, *told, *days, act.independent_sources, *pair, days[0] or "")


def _within(side: Side) -> tuple[str, tuple[object, ...]]:
    """That the act has a party of the side's sectors."""
    codes, sectors = (", ".join("?" * len(each)) for each in (side.codes, side.sectors))
    condition = f"row IN (SELECT event FROM parties WHERE code IN ({codes}) AND sector IN ({sectors}))"
    return condition, (*side.codes, *side.sectors)


def _labels(wanted: Wanted) -> list[tuple[str, tuple[object, ...]]]:
    found: list[tuple[str, tuple[object, ...]]] = []
    if wanted.status is not None:
        if wanted.status not in STATUSES:
            raise CodebookError(f"{wanted.status!r} is not a status. Known: {', '.join(STATUSES)}.")
        found.append(("status = ?", (wanted.status,)))
    if wanted.event is not None:
        found.append(("event = ?", (event_type(wanted.event).name,)))
    return found


def _direction(direction: str | None, first: Side, second: Side) -> list[tuple[str, tuple[object, ...]]]:
    if direction is None:
        return []
    if direction not in DIRECTIONS:
        raise CodebookError(f"{direction!r} is not a direction. Known: {', '.join(DIRECTIONS)}.")
    one, other = (", ".join("?" * len(side.codes)) for side in (first, second))
    way = f"CASE WHEN first IN ({one}) AND second IN ({other}) THEN direction ELSE -direction END = ?"
    return [(way, (*first.codes, *second.codes, DIRECTIONS[direction]))]


def _rest(wanted: Wanted) -> list[tuple[str, tuple[object, ...]]]:
    found: list[tuple[str, tuple[object, ...]]] = []
    if wanted.sources > 1:
        found.append(("sources >= ?", (wanted.sources,)))
    if wanted.since is not None:
        found.append(("date_end > ?", (wanted.since.isoformat(),)))
    if wanted.until is not None:
        found.append(("day <> '' AND day < ?", (wanted.until.isoformat(),)))
    if wanted.context:
        context = "EXISTS (SELECT 1 FROM json_each(record, '$.context') WHERE value = ?)"
        found.append(
            (f"EXISTS (SELECT 1 FROM events told WHERE told.row = listed.row AND {context})", (wanted.context,))
        )
    if wanted.text:
        raw = _json(wanted.text)[1:-1]
        told = "record LIKE ? ESCAPE '~' AND json_extract(record, '$.sentence.text') LIKE ? ESCAPE '~'"
        values = tuple(f"%{_literal(text)}%" for text in (raw, wanted.text))
        found.append((f"EXISTS (SELECT 1 FROM events told WHERE told.row = listed.row AND {told})", values))
    return found


def _literal(text: str) -> str:
    return text.replace("~", "~~").replace("%", "~%").replace("_", "~_")
