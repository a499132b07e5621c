"""Acts of Parquet shards summed by pair and day, in a file that is sorted so that a pair is found fast.

    FOLDER/dyads/*.parquet, or FOLDER/*.parquet     one row an event and pair, with the columns of NEEDED
           articles/*.parquet                       the articles, for how much was read; without them, those that the
                                                    rows name are counted, within some per cent
           rollup/pair_days.parquet                 the sums, made once and again when a shard was added or changed
                  read.parquet                      articles by day

Rows of imported event data (`detente.eventshards`: FOLDER/events/*.parquet with `actor`, `recipient`, `day`) are read
too. Files are written under a temporary name and renamed. What is asked as known on a day is summed from the rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import InputError
from detente.pairdays import LONGEST, SUMS, PairDays, between

NEEDED = ("id", "article", "published", "first", "second", "quad", "scale", "status", "date_start", "date_end")
"""The columns of a shard that are read."""

IMPORTED = ("id", "day", "actor", "recipient", "quad", "scale")
"""Those of imported event data, in place of them."""

_AT_ONCE = 5_000_000  # rows that are summed at once: what fits in memory with the rows told apart by id
_IMPORTED_AS = (
    "SELECT id, NULL AS article, day AS published, actor AS first, recipient AS second, quad, scale,"
    " 'actual' AS status, day AS date_start, day + 1 AS date_end FROM ({rows}) WHERE actor <> '' AND recipient <> ''"
)


class ShardDays:
    """The acts of a folder of Parquet shards, a `detente.pairdays.DaySource`; with `as_of`, those published by the end
    of that day.

    Opening it brings the rollup up to date, unless `as_of` is given. Raises InputError (`unreadable`) where the folder
    has no shard, or one without the columns of NEEDED.
    """

    def __init__(self, folder: Path, *, as_of: date | None = None) -> None:
        self._folder, self._as_of = folder, as_of
        self._files, self._imported = shards_in(folder)
        self._connection = _connected(folder)
        self._rollup = rollup(folder) if as_of is None else None

    def pair_days(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        one: Sequence[str] = (),
        other: Sequence[str] = (),
    ) -> PairDays:
        """As `detente.pairdays.DaySource.pair_days`."""
        where, values = between(one, other)
        where += " AND day >= ? AND day < ?"
        values += [since or date.min, until or date.max]
        if self._rollup is not None:
            query = f"SELECT * FROM read_parquet(?) WHERE {where}"
            return _pair_days(self._connection.sql(query, params=[str(self._rollup), *values]))
        query = f"SELECT * FROM ({_summed(_rows(self._imported), 'published <= ?')}) WHERE {where}"
        return _pair_days(self._connection.sql(query, params=[_names(self._files), self._as_of, *values]))

    def read(self) -> dict[date, int]:
        """Articles by day of publication."""
        path = self._folder / "rollup" / "read.parquet"
        if self._rollup is None or not path.exists():
            query, values = _read(self._folder, self._files, self._imported)
        else:
            query, values = "SELECT * FROM read_parquet(?)", [str(path)]
        until = self._as_of or date.max
        found = self._connection.execute(query, values).fetchall()
        return {day: int(articles) for day, articles in found if day is not None and day <= until}

    def last_day(self) -> date | None:
        """The last day of publication."""
        return max(self.read(), default=None)


def shards_in(folder: Path) -> tuple[list[Path], bool]:
    """The Parquet files of a folder, in order, and whether they are imported event data.

    Raises InputError (`unreadable`) where there are none, or one has not the columns that are needed.
    """
    for files in (sorted(folder.glob(pattern)) for pattern in ("dyads/*.parquet", "events/*.parquet", "*.parquet")):
        if files:
            break
    else:
        raise InputError("unreadable", f"{folder} has no Parquet shards; give a folder with dyads/*.parquet in it.")
    from pyarrow import parquet

    known = set(parquet.read_schema(files[0]).names)
    for needed, imported in ((NEEDED, False), (IMPORTED, True)):
        if known.issuperset(needed):
            return files, imported
    missing = ", ".join(name for name in NEEDED if name not in known)
    raise InputError("unreadable", f"{files[0]} has no column {missing}; a shard has {', '.join(NEEDED)}.")


def rollup(folder: Path) -> Path:
    """Make the sums of a folder's shards unless they are there for just these files; gives where they are.

    Raises InputError as `shards_in`, and where the folder cannot be written.
    """
    files, imported = shards_in(folder)
    stamp = _stamp(files)
    target = folder / "rollup" / "pair_days.parquet"
    if target.exists() and _stamped(target) == stamp:
        return target
    try:
        target.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError("unreadable", f"{folder} cannot be written, and has no sums by day yet: {error}.") from error
    connection = _connected(folder)
    columns = "first VARCHAR, second VARCHAR, day DATE, length BIGINT, " + ", ".join(f"{name} DOUBLE" for name in SUMS)
    connection.execute(f"CREATE TABLE parts ({columns})")
    for some in _batches(files):
        connection.execute(f"INSERT INTO parts {_summed(_rows(imported))}", [_names(some)])
    added = ", ".join(f"SUM({name}) AS {name}" for name in SUMS)
    keys = "first, second, day, length"
    _copied(connection, f"SELECT {keys}, {added} FROM parts GROUP BY {keys} ORDER BY {keys}", [], target, stamp)
    query, values = _read(folder, files, imported)
    _copied(connection, query, values, target.with_name("read.parquet"), stamp)
    connection.close()
    return target


def _connected(folder: Path) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = '{str(folder / 'rollup' / 'spilled').replace(chr(39), chr(39) * 2)}'")
    return connection


def _rows(imported: bool) -> str:
    rows = f"SELECT {', '.join(IMPORTED if imported else NEEDED)} FROM read_parquet(?)"
    return _IMPORTED_AS.format(rows=rows) if imported else rows


def _summed(rows: str, condition: str = "TRUE") -> str:
    """The statement that sums rows: each event once a pair."""
    told = (
        "SELECT DISTINCT id, least(first, second) AS first, greatest(first, second) AS second, date_start AS day,"
        " date_diff('day', date_start, date_end) AS length, scale, quad"
        f" FROM ({rows}) WHERE status = 'actual' AND first <> second AND scale IS NOT NULL AND quad IS NOT NULL"
        f" AND date_start IS NOT NULL AND date_end IS NOT NULL AND {condition}"
    )
    quads = ", ".join(f"COUNT(*) FILTER (quad = {quad})" for quad in (1, 2, 3, 4))
    return (
        f"SELECT first, second, day, length, COUNT(*), SUM(scale), SUM(scale * scale), {quads} FROM ({told})"
        f" WHERE length <= {LONGEST} GROUP BY first, second, day, length"
    )


def _read(folder: Path, files: Sequence[Path], imported: bool) -> tuple[str, list[Any]]:
    """The statement that counts articles by day, and its values."""
    articles = sorted((folder / "articles").glob("*.parquet"))
    if articles:
        query = (
            "SELECT published AS day, COUNT(*) AS articles FROM read_parquet(?) WHERE published IS NOT NULL GROUP BY 1"
        )
        return query, [_names(articles)]
    counted = "day, COUNT(*)" if imported else "published AS day, approx_count_distinct(article)"
    return f"SELECT {counted} AS articles FROM read_parquet(?) GROUP BY 1", [_names(files)]


def _copied(connection: Any, query: str, values: list[Any], target: Path, stamp: str) -> None:
    """Write what a query gives under a temporary name and rename it."""
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        connection.execute(
            f"COPY ({query}) TO '{str(part).replace(chr(39), chr(39) * 2)}'"
            f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, KV_METADATA {{shards: '{stamp}'}})",
            values,
        )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    from pyarrow import parquet

    held: list[Path] = []
    rows = 0
    for path in files:
        held.append(path)
        rows += parquet.read_metadata(path).num_rows
        if rows >= _AT_ONCE:
            yield held
            held, rows = [], 0
    if held:
        yield held


def _stamp(files: Sequence[Path]) -> str:
    """A digest of the files' names, sizes and times."""
    told = "\n".join(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256(told.encode()).hexdigest()


def _stamped(path: Path) -> str:
    from pyarrow import parquet

    known: dict[bytes, bytes] = parquet.read_metadata(path).metadata or {}
    return known.get(b"shards", b"").decode()


def _names(files: Sequence[Path]) -> list[str]:
    return [str(path) for path in files]


def _pair_days(result: Any) -> PairDays:
    table = result.to_arrow_table()
    columns = [table.column(place).to_numpy() for place in range(len(table.column_names))]
    return PairDays(
        columns[0].astype("U3"),
        columns[1].astype("U3"),
        columns[2].astype("M8[D]"),
        columns[3].astype(np.int64),
        np.stack([column.astype(np.float64) for column in columns[4:]], axis=1),
    )
