"""Records one by one: JSON, CSV and Parquet -> Row, or Fault where one cannot be read.

Each reader is a generator over a stream and goes on after a Fault wherever the format lets it. `limit` is the largest
record that is taken, in bytes; only Parquet from a pipe and JSON that is not one object a line are held in memory
whole, so for them it bounds the input.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import chain, count
from typing import Any, TextIO

import msgspec

from detente.formats import (
    FIELD_OF,
    SNIFF,
    Peeked,
    decode,
    delimiter_of,
    encoding_of,
    marked_encoding,
    preset_of,
    seekable,
)

_BATCH = 64  # rows of a Parquet file in memory at once
_LISTS = ("articles", "stories")  # what NewsAPI, GDELT and Media Cloud call the list that their answers hold


class Row(msgspec.Struct, frozen=True):
    """One record: its values by the names that the input gives them, and the SHA-256 of its bytes.

    `number` is its line in JSONL and tables, its position in a JSON array, a Parquet file, a feed or a mailbox, all
    from 1, and None where the input is this one record. A Parquet row has no bytes of its own, nor has an item of an
    array: the digest is then that of its values as JSON.
    """

    values: Mapping[Any, object]
    digest: str
    number: int | str | None = None


class Page(msgspec.Struct, frozen=True):
    """A web page that came in something else: its bytes, and what that says of it.

    `crawled` is the day on which it was fetched, before which it was published; `number` is as in `Row`.
    """

    html: bytes
    digest: str
    url: str | None = None
    charset: str | None = None
    crawled: date | None = None
    number: int | str | None = None


class Fault(msgspec.Struct, frozen=True):
    """What could not be read: `reason` is a key of `ingest.REASONS`, `detail` a sentence for people."""

    reason: str
    detail: str
    digest: str = ""
    number: int | str | None = None


Rows = Iterator[Row | Fault]


def too_large(limit: int, number: int | str | None = None) -> Fault:
    detail = f"Larger than max_bytes ({limit:,}). Split it, or raise max_bytes in the settings."
    return Fault("too-large", detail, number=number)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def json_rows(stream: Peeked, limit: int) -> Rows:
    """One JSON object, an array of them, or, where that fails, one object a line."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        yield too_large(limit)
        return
    value, error = _json(data)
    lines = data.split(b"\n") if error else []
    if error and 2 * sum(line.lstrip().startswith(b"{") for line in lines) > len(lines):
        yield from json_line_rows(Peeked(data, io.BytesIO()), limit)
    elif error:
        yield Fault("bad-json", f"It is not JSON: {error}.", sha256(data))
    elif isinstance(value, list):
        yield from _items(value)
    elif isinstance(value, dict) and (items := _listed(value)) is not None:
        yield from _items(items)
    else:
        yield _object(value, sha256(data), None)


def _items(items: list[Any], line: int | None = None) -> Rows:
    """The objects of an array, numbered from 1; where it stands on a line among others, behind the line's number."""
    if items and not any(isinstance(item, dict) for item in items):
        yield Fault("bad-json", "No item of the array is an object.", digest_of_values(items), line)
        return
    for number, item in enumerate(items, start=1):
        yield _object(item, digest_of_values(item), number if line is None else f"{line}.{number}")


def _listed(value: dict[str, Any]) -> list[Any] | None:
    """The list of articles in a service's answer, None where the object is something else."""
    lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
    has_text = any(FIELD_OF.get(name.strip().lower()) == "text" for name in value)
    return lists[0] if len(lists) == 1 and not has_text else None


def json_line_rows(stream: Peeked, limit: int, *, before: int = 0) -> Rows:
    """One JSON object a line; a line that is none is a Fault, and reading goes on with the next.

    `before`: lines of the file that come before this stream, where it is only a run of them.
    """
    if (marked_encoding(stream.head) or "utf-8").startswith(("utf-16", "utf-32")):  # lines cannot be told in bytes
        data = stream.read(limit + 1)
        if len(data) > limit:
            yield too_large(limit)
            return
        stream = Peeked((decode(data) or "").encode(), io.BytesIO())
    for number in count(before + 1):
        line = stream.readline(limit + 1)
        if not line:
            return
        if len(line) > limit:
            yield too_large(limit, number)
            while line and not line.endswith(b"\n"):
                line = stream.readline(SNIFF)
        elif line.strip():
            value, error = _json(line)
            if error:
                yield Fault("bad-json", f"Line {number} is not JSON: {error}.", sha256(line), number)
            elif isinstance(value, dict) and (items := _listed(value)) is not None:
                yield from _items(items, number)
            else:
                yield _object(value, sha256(line), number)


def _json(data: bytes) -> tuple[Any, str]:
    """The value and "", or None and what is wrong with it."""
    text = decode(data) or ""
    # msgspec refuses half of a surrogate pair, which the standard library lets through
    load: Callable[[str], Any] = json.loads if "\\ud" in text or "\\uD" in text else msgspec.json.decode
    try:
        return load(text), ""
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return None, str(error)


def _object(value: object, digest: str, number: int | str | None) -> Row | Fault:
    if isinstance(value, dict):
        return Row(value, digest, number)
    return Fault("bad-json", f"An object was expected, this is {type(value).__name__}.", digest, number)


def digest_of_values(value: object) -> str:
    """The digest of a record without bytes of its own: that of its values as JSON, in the order of their names."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode())


def table_rows(stream: Peeked, limit: int, *, before: int = 0) -> Rows:
    """CSV or TSV under a header; a row that does not fit the header is a Fault.

    `before`: lines of the file that stand between the header and the rows, where these are only a run of its rows.
    """
    csv.field_size_limit(limit)
    head = stream.head[: stream.head.rfind(b"\n") + 1] or stream.head  # not to end within a character
    lines = io.TextIOWrapper(stream, encoding_of(head) or "utf-8", "replace", newline="")
    first = lines.readline(limit)
    seen: list[str] = []
    rows = csv.reader(chain([first], _bounded(lines, limit, seen)), delimiter=delimiter_of(first), strict=True)
    try:
        header = next(rows, [])
    except csv.Error as error:
        yield Fault("bad-row", f"The header: {error}.", sha256(first.encode()), 1)
        return
    if not has_text(header):
        yield _no_text(header)
        return
    while True:
        seen.clear()
        number = before + rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Fault("bad-row", f"{error}.", sha256("".join(seen).encode()), number)
            continue
        digest = sha256("".join(seen).encode())
        if row is None:
            return
        if len(row) == len(header):
            yield Row(dict(zip(header, row, strict=True)), digest, number)
        elif row:
            yield Fault("bad-row", f"{len(row)} fields under a header of {len(header)}.", digest, number)


def _bounded(lines: TextIO, limit: int, seen: list[str]) -> Iterator[str]:
    """The lines of a table, each also put on `seen`; csv.Error at one longer than `limit`, and then no more."""
    while line := lines.readline(limit + 1):
        if len(line) > limit:
            raise csv.Error(f"a line longer than max_bytes ({limit:,}); the rest of the table was not read")
        seen.append(line)
        yield line


def has_text(names: list[str]) -> bool:
    """Whether a table with columns of these names holds texts."""
    lowered = [name.strip().lower() for name in names]
    return any(FIELD_OF.get(name) == "text" for name in lowered) or preset_of(lowered) is not None


def _no_text(names: list[str]) -> Fault:
    known = ", ".join(name for name, field in FIELD_OF.items() if field == "text")
    detail = f"No column holds a text. Its columns: {', '.join(names)[:200]}; a text is taken from {known}."
    return Fault("no-text", detail)


def parquet_rows(stream: Peeked, limit: int, *, start: int = 0, end: int | None = None) -> Rows:
    """The rows of a Parquet file, of the columns that are known; read where it lies if it is a file on disk.

    Of a file that is read in runs, only the rows from `start` up to but not including `end`, counted from 0.
    """
    import pyarrow
    from pyarrow import parquet

    source = seekable(stream, limit)
    if source is None:
        yield too_large(limit)
        return
    try:
        table = parquet.ParquetFile(source)
    except (pyarrow.ArrowException, OSError) as error:
        yield Fault("broken-parquet", f"{error}.")
        return
    names = table.schema_arrow.names
    if not has_text(names):
        yield _no_text(names)
        return
    preset = preset_of(name.strip().lower() for name in names)
    wanted = {*FIELD_OF, *(preset.marks | set(preset.text) if preset else ())}
    columns = [name for name in names if name.strip().lower() in wanted]
    groups, number = _row_groups(table.metadata, start, end)
    batches = table.iter_batches(batch_size=_BATCH, row_groups=groups, columns=columns)
    while True:
        try:
            batch = next(batches, None)
            values = _parquet_values(batch) if batch is not None and number + len(batch) > start else []
        except (pyarrow.ArrowException, OSError) as error:
            yield Fault("broken-parquet", f"After row {number}: {error}.")
            return
        if batch is None:
            return
        for place, row in enumerate(values, number):
            if start <= place and (end is None or place < end):
                yield Row(row, digest_of_values(row), place + 1)
        number += len(batch)


def _row_groups(metadata: Any, start: int, end: int | None) -> tuple[list[int], int]:
    """The row groups that hold rows of [start, end), and the number of rows before the first of them."""
    groups, before, number = [], 0, 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if number + rows <= start:
            before = number + rows
        elif end is None or number < end:
            groups.append(group)
        number += rows
    return groups, before


def _parquet_values(batch: Any) -> list[dict[str, object]]:
    """The rows of a batch as Python values: bytes as text, timestamps cut to microseconds, which Python can hold."""
    import pyarrow

    columns = []
    for column in batch.columns:
        if pyarrow.types.is_timestamp(column.type):
            column = column.cast(pyarrow.timestamp("us", tz=column.type.tz), safe=False)
        elif pyarrow.types.is_binary(column.type) or pyarrow.types.is_large_binary(column.type):
            column = pyarrow.array(
                [value and value.decode("utf-8", "replace") for value in column.to_pylist()], pyarrow.string()
            )
        columns.append(column)
    rows: list[dict[str, object]] = pyarrow.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
    return rows
