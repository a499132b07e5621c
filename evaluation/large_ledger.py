"""Make a large ledger out of a linked one, for measuring how fast things are on a million events.

    python -m evaluation.large_ledger news.detente million.detente [--events 1000000]

The contents are repeated under new ids, each time DAYS_APART days earlier, until there are so many events; columns and
the JSON of records agree. The words of the articles stay as they are, so a text that names a date no longer names the
day of its events: such a ledger is good for speed and for nothing else. Articles without a publisher get one, so that
tables by publisher have rows. Nothing waits to be linked in it. The file appears when it is whole.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from detente.ledgerfile import MIGRATIONS, connect

DAYS_APART = 37  # a prime, so that copies begin on other days of the week and in other months
OUTLETS = 40  # publishers that are made up

# What every copy takes of a table, by column where that is not the column itself. `:a`, `:e`, `:r` are what is added to
# the numbers of articles, events and readings; the functions are those of `Shift`.
COPIED: dict[str, dict[str, str]] = {
    "articles": {
        "row": "row + :a", "id": "new_article(id)", "publisher": "new_publisher(publisher, row)",
        "published": "shifted(published)",
        "version": "new_version(text, title, url, new_publisher(publisher, row), language, shifted(published))",
    },
    "readings": {"id": "id + :r", "article": "article + :a"},
    "events": {
        "row": "row + :e", "id": "new_event(id)", "reading": "reading + :r", "article": "new_article(article)",
        "record": "new_record(record)", "date_start": "shifted(date_start)", "date_end": "shifted(date_end)",
        "published": "shifted(published)",
    },
    "parties": {"event": "event + :e"},
    "pairs": {"event": "event + :e"},
    "imprints": {"article": "article + :a", "imprint": "new_imprint(imprint, article)", "root": "new_root(root)"},
    "imprint_keys": {"article": "article + :a"},
    "relations": {"one": "one + :a", "other": "other + :a", "relation": "new_relation(relation)"},
    "tellings": {"event": "event + :e", "telling": "new_telling(telling)", "act": "act + :e"},
    "telling_keys": {"event": "event + :e", "start": "start - :days", "end": '"end" - :days'},
    "likenesses": {"one": "one + :e", "other": "other + :e"},
    "acts": {
        "row": "row + :e", "id": "new_event(id)", "date_start": "shifted(date_start)", "date_end": "shifted(date_end)",
        "first_seen": "shifted(first_seen)", "last_seen": "shifted(last_seen)",
    },
    "act_pairs": {"act": "act + :e", "day": "shifted(day)"},
    "told": {"article": "article + :a", "day": "shifted(day)"},
}  # fmt: skip


class Shift:
    """The functions that make the contents of copy number `copy`."""

    def __init__(self, copy: int) -> None:
        self.copy, self.days = copy, copy * DAYS_APART

    def functions(self) -> list[Callable[..., Any]]:
        return [
            self.shifted, self.new_article, self.new_event, self.new_publisher, self.new_version, self.new_record,
            self.new_imprint, self.new_root, self.new_relation, self.new_telling,
        ]  # fmt: skip

    def shifted(self, day: str | None) -> str | None:
        """A day so much earlier; one at the beginning of the calendar stays."""
        if not day:
            return day
        try:
            return (date.fromisoformat(day) - timedelta(self.days)).isoformat()
        except OverflowError:
            return day

    def new_article(self, id_: str) -> str:
        return f"{id_}.{self.copy}" if self.copy else id_

    def new_event(self, id_: str) -> str:
        return hashlib.sha256(f"{id_}.{self.copy}".encode()).hexdigest()[: len(id_)] if self.copy else id_

    def new_publisher(self, publisher: str | None, row: int) -> str:
        return publisher or f"Outlet {row % OUTLETS + 1}"

    def new_version(self, *fields: str | None) -> str:
        """As `detente.ledger` makes it: a digest of the text and what the article says about itself."""
        return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()

    def new_record(self, record: str) -> str:
        event = msgspec.json.decode(record)
        event["id"], event["article"] = self.new_event(event["id"]), self.new_article(event["article"])
        if event["date"]:
            event["date"] |= {side: self.shifted(event["date"][side]) for side in ("start", "end")}
        if event["pledge"] and event["pledge"]["due"]:
            event["pledge"]["due"] = self.shifted(event["pledge"]["due"])
        for step in event["steps"]:
            if step.get("field") == "date" and "/" in step.get("value", ""):
                step["value"] = "/".join(str(self.shifted(day)) for day in step["value"].split("/"))
        return _json(event)

    def new_imprint(self, imprint: str, row: int) -> str:
        made = msgspec.json.decode(imprint)
        made |= {
            "article": self.new_article(made["article"]), "published": self.shifted(made["published"]),
            "publisher": self.new_publisher(made["publisher"], row),
        }  # fmt: skip
        return _json(made)

    def new_root(self, root: str | None) -> str | None:
        if root is None:
            return None
        made = msgspec.json.decode(root)
        made["article"] = self.new_article(made["article"])
        if not made["source"].startswith("outlet:"):
            made["source"] = self.new_article(made["source"])
        made["chain"] = [self.new_article(each) if isinstance(each, str) else each for each in made["chain"]]
        return _json(made)

    def new_relation(self, relation: str) -> str:
        made = msgspec.json.decode(relation)
        made |= {side: self.new_article(made[side]) for side in ("article", "on")}
        return _json(made)

    def new_telling(self, telling: str) -> str:
        """`detente.likeness.Telling` is an array: id, article, …, and the ordinals start, end, …, published."""
        made = msgspec.json.decode(telling)
        made[0], made[1] = self.new_event(made[0]), self.new_article(made[1])
        for place in (7, 8, 10):
            made[place] -= self.days if made[place] > self.days else 0
        return _json(made)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def repeat(source: Path, target: Path, events: int) -> tuple[int, int]:
    """Make the ledger; gives the number of copies and of events. Replaces what is at `target`.

    Raises ValueError where the source has no events or was not brought to this version.
    """
    part = target.with_suffix(".part")
    for leftover in part.parent.glob(part.name + "*"):
        leftover.unlink()
    connect(part, read_only=False).close()
    connection = sqlite3.connect(f"file:{part}", uri=True, isolation_level=None)
    connection.execute("ATTACH ? AS old", (f"file:{source}?mode=ro",))
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
        connection.execute(f"PRAGMA main.{pragma}")
    copies = _fill(connection, source, events)
    (made,) = connection.execute("SELECT COUNT(*) FROM events").fetchone()
    connection.execute("DETACH old")
    connection.execute("PRAGMA main.journal_mode = WAL")
    connection.close()
    os.replace(part, target)
    return copies, made


def _fill(connection: sqlite3.Connection, source: Path, events: int) -> int:
    """Add the copies; indexes are made again at the end, which is faster than to keep them."""
    connection.execute("BEGIN")
    (version,) = connection.execute("SELECT MAX(number) FROM old.migrations").fetchone()
    most = {
        key: connection.execute(f"SELECT ifnull(MAX({column}), 0) FROM old.{table}").fetchone()[0]
        for key, table, column in (("a", "articles", "row"), ("e", "events", "row"), ("r", "readings", "id"))
    }
    (there,) = connection.execute("SELECT COUNT(*) FROM old.events").fetchone()
    if version != len(MIGRATIONS) or not there:
        raise ValueError(f"{source} has {there} events and version {version}; give a linked ledger of this version.")
    indexes = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    for name, _ in (kept := indexes.fetchall()):
        connection.execute(f"DROP INDEX {name}")
    for table in ("runs", "exclusions", "judgements"):
        connection.execute(f"INSERT INTO {table} SELECT * FROM old.{table}")
    copies = -(-events // int(there))
    for copy in range(copies):
        shift = Shift(copy)
        for function in shift.functions():
            connection.create_function(function.__name__, -1, function)
        numbers = {key: number * copy for key, number in most.items()} | {"days": shift.days}
        for table, changed in COPIED.items():
            _copy(connection, table, changed, numbers)
        print(f"copy {copy + 1} of {copies}", file=sys.stderr, flush=True)
    for _, sql in kept:
        connection.execute(sql)
    connection.execute("COMMIT")
    return copies


def _copy(connection: sqlite3.Connection, table: str, changed: dict[str, str], numbers: dict[str, int]) -> None:
    """One table's rows as the functions at hand change them, in the order of the key."""
    columns = [(row[1], row[5]) for row in connection.execute(f"PRAGMA main.table_info({table})")]
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(changed.get(name, f'"{name}"') for name, _ in columns)
    used = {name: number for name, number in numbers.items() if f":{name}" in values}
    key = ", ".join(f'"{name}"' for name, place in sorted(columns, key=lambda each: each[1]) if place)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM old.{table} ORDER BY {key}", used)


def main() -> None:
    """Make it and say how large it is and how long it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000, metavar="N", help="at least so many events")
    args = parser.parse_args()
    began = time.monotonic()
    copies, events = repeat(args.source, args.target, args.events)
    size = args.target.stat().st_size / 1e9
    print(f"copies {copies}  events {events}  GB {size:.1f}  seconds {time.monotonic() - began:.0f}")


if __name__ == "__main__":
    main()
