"""Event data of others in: files of GDELT, ICEWS, POLECAT, ACLED, UCDP and Phoenix into Parquet, and series of it.

Each origin is kept apart, in a folder of its own (`eventshards`), and never mixed with what we read ourselves. Rows are
mapped to PLOVER and to our country codes, with what that loses flagged in each; a row that cannot be used is kept aside
with its file, line and reason. A file whose content was imported before changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import pyarrow
import pyarrow.compute as compute

from detente import cameoorigins, otherorigins
from detente.crosswalk import columns
from detente.errors import ConfigError, InputError
from detente.eventcolumns import Layout, Rows, canonical, cells_of, read_rows
from detente.eventfiles import BadRow, Block, blocks, members
from detente.eventids import SeenIds
from detente.eventrows import COLUMNS, Origin
from detente.eventshards import ROWS, UNIT_ROWS, Folder, Input, Unit
from detente.formats import delimiter_of
from detente.records import Exclusion

ORIGINS: dict[str, Origin] = {each.name: each for each in (*cameoorigins.ORIGINS, *otherorigins.ORIGINS)}

REASONS = {
    "unreadable": "the file cannot be opened, or needs a password",
    "unknown-layout": "its columns are none that the origin is known to have",
    "broken-archive": "a gzip or zip that breaks off or does not fit its checksum; rows before that are kept",
    "columns": "a row with more or fewer cells than the header",
    "unclosed-quote": "a quote that nothing closes",
    "too-long": "a line longer than 64 MiB",
    "no-id": "a row without an id",
    "bad-day": "a day that is none",
    "day-too-early": "a day before the origin begins; dates of GDELT can be a hundred years off",
    "day-too-late": "a day after that on which the row was added, or after today",
    "duplicate-id": "an id that an earlier row has, in this file or another; the first is kept",
}
"""Why a row or a file is not taken."""

_SHOWN = 8  # cells of an excluded row that are kept to find it by
WORKERS = 2
"""Threads that read blocks; reading and writing a block share the work about evenly."""


class Imported(msgspec.Struct):
    """What an import did. `already` counts files whose content was there, `unread` are files that could not be read.

    `loss` counts kept rows by what they lost on the way, `western` lines that were not UTF-8.
    """

    origin: str
    files: int = 0
    already: int = 0
    rows: int = 0
    kept: int = 0
    western: int = 0
    excluded: Counter[str] = msgspec.field(default_factory=Counter)
    loss: Counter[str] = msgspec.field(default_factory=Counter)
    unread: list[Exclusion] = msgspec.field(default_factory=list)

    def summary(self) -> str:
        """Lines for people."""
        lines = [f"{self.origin}: {self.files:,} files, {self.rows:,} rows, {self.kept:,} kept"]
        if self.already:
            lines.append(f"imported before: {self.already:,} files")
        for name, counts in (("excluded", self.excluded), ("lost on the way", self.loss)):
            if counts:
                lines.append(f"{name}: " + ", ".join(f"{count:,} {key}" for key, count in counts.most_common()))
        if self.western:
            lines.append(f"not UTF-8, read as windows-1252: {self.western:,} lines")
        return "\n".join(lines)


def import_files(
    origin: str,
    paths: Iterable[Path],
    into: Path,
    *,
    today: date | None = None,
    watch: Callable[[Path], None] | None = None,
) -> Imported:
    """Import files of an origin (a key of ORIGINS) into a folder; memory stays bounded whatever their size.

    `watch` is called with each file before it is read. `today` is the last day that an event can be of.

    Raises ConfigError for an unknown origin, InputError where another import is writing there. A file that cannot be
    read does not stop the others: it is in `Imported.unread`.
    """
    if origin not in ORIGINS:
        raise ConfigError(f"{origin!r} is no origin to import from. Known: {', '.join(ORIGINS)}.")
    folder, done = Folder(into, origin), Imported(origin)
    with folder.writing():
        known = {each.sha256 for receipt in folder.receipts() for each in receipt.inputs}
        importer = _Importer(ORIGINS[origin], folder, done, today or date.today())
        try:
            for path in paths:
                if watch is not None:
                    watch(path)
                importer.take(path, known)
            importer.finish()
        finally:
            importer.close()
        folder.merge_days()
    return done


class _Part(msgspec.Struct, frozen=True):
    """A block that was read: kept rows, the others, and how many rows there were."""

    rows: int
    table: Any
    bad: list[BadRow]
    western: int


class _Importer:
    """Reads blocks on threads and takes their rows in order."""

    def __init__(self, origin: Origin, folder: Folder, done: Imported, today: date) -> None:
        self._origin, self._folder, self._done, self._today = origin, folder, done, today
        self._pool = ThreadPoolExecutor(WORKERS)
        self._unit = Unit(folder)
        self._seen: SeenIds | None = None

    def take(self, path: Path, known: set[str]) -> None:
        """Import one file, unless one of its content is known."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            self._unread(path, "unreadable", f"Cannot read {path}: {error.strerror or error}.", "")
            return
        self._done.files += 1
        if digest in known:
            self._done.already += 1
            return
        known.add(digest)
        self._seen = self._seen or self._folder.seen()
        told, strange = Input(path.name, digest), []
        try:
            for name, stream in members(path):
                try:
                    self._member(name, stream, told)
                except InputError as error:  # its layout is unknown
                    self._unread(path, error.reason, str(error), digest)
                    strange.append((name, BadRow(1, error.reason, str(error))))
        except InputError as error:
            self._unread(path, error.reason, str(error), digest)
        if told.rows:
            self._record(told, strange)
        else:  # nothing of it was read, so a later version may
            known.discard(digest)
            self._done.excluded.update([*told.excluded, *(bad.reason for _, bad in strange)])
            for reason in told.excluded:
                self._unread(path, reason, f"No row of {path} could be read: {REASONS[reason]}.", digest)

    def _record(self, told: Input, strange: list[tuple[str, BadRow]]) -> None:
        """Note a file of which rows were read, in its unit and in what is told; `strange` are members that were not."""
        for name, bad in strange:
            told.excluded[bad.reason] = told.excluded.get(bad.reason, 0) + 1
            self._unit.exclude(name, bad)
        self._unit.inputs.append(told)
        for total, part in ((self._done.excluded, told.excluded), (self._done.loss, told.loss)):
            total.update(part)
        self._done.rows += told.rows
        self._done.kept += told.kept
        self._done.western += told.western
        if self._unit.rows >= UNIT_ROWS:
            self.finish()

    def finish(self) -> None:
        """Close the unit and begin another."""
        self._unit.finish()
        self._unit = Unit(self._folder)

    def close(self) -> None:
        self._unit.discard()
        self._pool.shutdown(cancel_futures=True)

    def _unread(self, path: Path, reason: str, detail: str, digest: str) -> None:
        self._done.unread.append(Exclusion(str(path), reason, detail, digest))

    def _member(self, name: str, stream: IO[bytes], told: Input) -> None:
        """Read one table; parts are taken in the order of the file. Raises InputError for an unknown layout."""
        waiting: deque[Future[_Part] | BadRow] = deque()
        for work in self._work(name, stream):
            waiting.append(work if isinstance(work, BadRow) else self._pool.submit(self._read, *work))
            if len(waiting) > WORKERS:
                self._store(waiting.popleft(), name, told)
        while waiting:
            self._store(waiting.popleft(), name, told)

    def _work(self, name: str, stream: IO[bytes]) -> Iterator[tuple[Block, Layout] | BadRow]:
        layout: Layout | None = None
        for block in blocks(stream, quoted=self._origin.quoted):
            if isinstance(block, BadRow):
                yield block
                continue
            if layout is None:
                layout, block = layout_of(self._origin, name, block)
            if block.data:
                yield block, layout

    def _read(self, block: Block, layout: Layout) -> _Part:
        rows = read_rows(block, layout)
        table, bad = checked(self._origin, rows, self._today)
        bad = [*rows.bad, *bad]
        return _Part(len(table) + len(bad), table, bad, rows.western)

    def _store(self, done: Future[_Part] | BadRow, name: str, told: Input) -> None:
        if isinstance(done, BadRow):
            part = _Part(int(done.reason in ("unclosed-quote", "too-long")), None, [done], 0)
        else:
            part = done.result()
        told.rows += part.rows
        told.western += part.western
        bad = list(part.bad)
        if part.table is not None and len(part.table):
            assert self._seen is not None
            table, again = part.table, ~self._seen.add(part.table["id"].combine_chunks())
            if again.any():
                doubled = table.filter(pyarrow.array(again))
                lines, ids = doubled["line"].to_pylist(), doubled["id"].to_pylist()
                bad += [BadRow(line, "duplicate-id", key) for line, key in zip(lines, ids, strict=True)]
                table = table.filter(pyarrow.array(~again))
            named = pyarrow.DictionaryArray.from_arrays(np.zeros(len(table), dtype=np.int32), [name])
            self._unit.add(table.append_column("file", named).select(ROWS.names).cast(ROWS))
            told.kept += len(table)
            for flag, count in _losses(table["loss"]).items():
                told.loss[flag] = told.loss.get(flag, 0) + count
        for row in sorted(bad, key=lambda each: each.line):
            told.excluded[row.reason] = told.excluded.get(row.reason, 0) + 1
            self._unit.exclude(name, row)


def _losses(column: Any) -> Counter[str]:
    """How many rows have each flag."""
    counted: Counter[str] = Counter()
    for each in column.cast(pyarrow.string()).value_counts().to_pylist():
        counted.update(dict.fromkeys(each["values"].split(), each["counts"]))
    return counted


def layout_of(origin: Origin, name: str, block: Block) -> tuple[Layout, Block]:
    """The layout of a table by its first line, and the block without the line where that is a header.

    Raises InputError (`unknown-layout`) where it is none that the origin has.
    """
    first, _, rest = block.data.partition(b"\n")
    text = first.decode("utf-8", "replace").rstrip("\r")
    delimiter = delimiter_of(text)
    cells = cells_of(text, delimiter)
    header = [canonical(cell) for cell in cells]
    quoted = bool(origin.quoted) if origin.quoted is not None else text.startswith('"')
    if all(need in header for need in origin.needs):
        names = tuple(cell if header.index(cell) == place else f"{cell} {place}" for place, cell in enumerate(header))
        return _layout(origin, names, delimiter, quoted), Block(rest, block.line + 1)
    for each in origin.layouts:
        names = tuple(map(canonical, columns(each)))
        if each == "gdelt1" and len(cells) == len(names) - 1:  # before 2013-04-01, without an address
            names = names[:-1]
        if len(cells) == len(names) and not set(header) & set(names):
            return _layout(origin, names, delimiter, quoted), block
    raise InputError(
        "unknown-layout",
        f"{name} is not read as {origin.name}: its first line has {len(cells)} cells, {text[:80]!r}. "
        f"Needed is a header with {', '.join(origin.needs)}, or the columns of {' or '.join(origin.layouts)}.",
    )


def _layout(origin: Origin, names: tuple[str, ...], delimiter: str, quoted: bool) -> Layout:
    return Layout(names, tuple(name for name in names if name in origin.wanted), delimiter, quoted)


def checked(origin: Origin, rows: Rows, today: date) -> tuple[Any, list[BadRow]]:
    """The rows in the common columns, with their lines, and those that cannot be used."""
    columns = origin.read(rows)
    table = pyarrow.table([_filled(columns.get(field.name), field, len(rows.columns)) for field in COLUMNS], COLUMNS)
    table = table.append_column("line", rows.lines)
    day, key = table["day"], table["id"]
    last: Any = pyarrow.scalar(today, pyarrow.date32())
    if origin.latest is not None:
        last = compute.min_element_wise(origin.latest(rows), last)
    problems = {
        "no-id": compute.equal(key, ""),
        "bad-day": day.is_null(),
        "day-too-early": compute.less(day, pyarrow.scalar(origin.earliest, pyarrow.date32())),
        "day-too-late": compute.greater(day, last),
    }
    refused = np.zeros(len(table), dtype=bool)
    bad: list[BadRow] = []
    for reason, found in problems.items():
        here = compute.fill_null(found, False).to_numpy() & ~refused
        refused |= here
        if here.any():
            bad += _bad_rows(rows, here, reason)
    return (table.filter(pyarrow.array(~refused)) if refused.any() else table), bad


def _bad_rows(rows: Rows, where: Any, reason: str) -> list[BadRow]:
    """The rows where a mask is true, with the first cells of each to find it by; empty lines are no rows."""
    mask = pyarrow.array(where)
    columns = [column.combine_chunks() for column in rows.columns.filter(mask).columns]
    shown = compute.binary_join_element_wise(*columns[:_SHOWN], " | ")
    filled = compute.not_equal(compute.binary_join_element_wise(*columns, ""), "").to_pylist()
    lines = rows.lines.filter(mask).to_pylist()
    values = compute.utf8_slice_codeunits(shown, 0, 200).to_pylist()
    together = zip(lines, values, filled, strict=True)
    return [BadRow(line, reason, value) for line, value, told in together if told]


def _filled(column: Any, field: Any, count: int) -> Any:
    """The column, or one without values."""
    if column is not None:
        return compute.cast(column, field.type, safe=not pyarrow.types.is_integer(field.type))
    if pyarrow.types.is_dictionary(field.type):
        return pyarrow.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int32), [""])
    return pyarrow.nulls(count, field.type)
