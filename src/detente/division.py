"""How inputs are divided into pieces, each of which becomes one shard: the same way on every machine.

A small file stays with its neighbours, a large one is cut into runs: of lines (JSONL), of rows (CSV and TSV with their
header, Parquet), where its format allows it. Every other large file is a piece of its own.

Which files are together, their names decide: a group ends where the checksum of the next name says so, or when it is
full. A file more or less in a folder so changes the groups around it, not all that follow (content-defined chunking:
Muthitacharoen, Chen and Mazières, "A Low-bandwidth Network File System", SOSP 2001, section 3.1).
"""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from detente import ingest
from detente.config import Config
from detente.errors import InputError
from detente.formats import SNIFF, Peeked, delimiter_of, encoding_of, kind_of, marked_encoding
from detente.records import Article, Exclusion
from detente.rows import has_text, json_line_rows, parquet_rows, table_rows
from detente.storage import MISSING, Listed, Store, is_remote, listed, open_input

SHARD_BYTES = 4 * 1024 * 1024
"""Bytes of input in a piece: about 1,300 articles of 500 words, a minute of one core."""

FILE_BYTES = 1024
"""What a small file counts at least, so that a folder of tiny files is divided too."""

FULL = 2
"""Times its size at which a group of small files ends, whatever the names say."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file, or a run of one.

    `kind` is "" for a whole file. For a run it is `jsonl`, `table` or `parquet`; [start, end) are then bytes, for
    Parquet rows. `before` counts the lines before the run, those of a table's header not among them, which is the
    first `header` bytes.
    """

    path: str
    stamp: str
    kind: str = ""
    start: int = 0
    end: int = 0
    before: int = 0
    header: int = 0


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes one shard: parts of the input, or what was left out of a folder when it was listed.

    `name` is made of the names of what is in it, not of their content.
    """

    name: str
    parts: tuple[Part, ...]
    excluded: tuple[Exclusion, ...] = ()


class Division(msgspec.Struct, frozen=True):
    """The pieces of one input path, in order."""

    root: str
    size: int
    pieces: tuple[Piece, ...]


def divide(root: str, *, config: Config, size: int = SHARD_BYTES, former: Division | None = None) -> Division:
    """The pieces of what lies under a path, each of about `size` bytes.

    Large files are read once to find where they can be cut; those that a `former` division has cut, and that were
    not written again since, are not. Raises InputError as `storage.listed` does, and OSError where a large file
    cannot be read.
    """
    found = list(listed(root))
    files = [each for each in found if isinstance(each, Listed)]
    small = [each.bytes for each in files if each.bytes <= size]
    every = _power_of_two(size / (max(FILE_BYTES, sum(small) / len(small)) if small else 1))
    known = _runs_of(former) if former is not None and former.size == size else {}
    pieces: list[Piece] = []
    group: list[Part] = []
    filled = 0
    for file in files:
        if file.bytes > size:
            runs = known.get((file.path, file.stamp)) or _cut(file, size, config.max_bytes)
            pieces += [*_piece(group), *(piece for run in runs for piece in _piece([run]))]
            group, filled = [], 0
            continue
        mark = zlib.crc32(file.path.removeprefix(root).encode())
        if group and (mark % every == 0 or filled >= FULL * size):
            pieces += _piece(group)
            group, filled = [], 0
        group.append(Part(file.path, file.stamp))
        filled += max(file.bytes, FILE_BYTES)
    pieces += _piece(group)
    left_out = tuple(each for each in found if isinstance(each, Exclusion))
    if left_out:
        pieces.insert(0, Piece(_name("left out", *(f"{each.source}:{each.reason}" for each in left_out)), (), left_out))
    return Division(root, size, tuple(pieces))


def divided(folder: Store, roots: Iterable[str], *, config: Config, size: int = SHARD_BYTES) -> list[Piece]:
    """The pieces of all roots, which are noted in the folder, so that what is whole there can be told."""
    pieces: list[Piece] = []
    for root in roots:
        name = f"divisions/{_name(root)}.json"
        noted = folder.read(name)
        former = None if noted is None else msgspec.json.decode(noted, type=Division)
        division = divide(root, config=config, size=size, former=former)
        if division != former:
            folder.write(name, msgspec.json.encode(division))
        pieces += division.pieces
    return list({piece.name: piece for piece in pieces}.values())


def divisions(folder: Store) -> list[Division]:
    """The divisions that are noted in a folder, by the names of their roots."""
    noted = (folder.read(f"divisions/{name}") for name in folder.names("divisions") if name.endswith(".json"))
    found = [msgspec.json.decode(each, type=Division) for each in noted if each is not None]
    return sorted(found, key=lambda each: each.root)


def read_piece(
    piece: Piece, *, config: Config, published: date | None = None, publisher: str | None = None
) -> Iterator[Article | Exclusion]:
    """What `ingest.read_path` gives of these inputs, with the same sources.

    Raises InputError where a file is not the one that was divided, and OSError where one cannot be read that is
    read in runs or from a store.
    """
    yield from piece.excluded
    for part in piece.parts:
        yield from _read_part(part, config, published, publisher)


def _read_part(part: Part, config: Config, published: date | None, publisher: str | None) -> ingest.Read:
    if not part.kind and (not is_remote(part.path) or part.stamp == MISSING):
        yield from ingest.read_path(part.path, config=config, published=published, publisher=publisher)
        return
    with open_input(part.path) as stream:
        if not part.kind:
            yield from ingest.read_stream(
                stream, source=part.path, config=config, published=published, publisher=publisher
            )
            return
        rows = {"jsonl": _json_lines, "table": _table_lines, "parquet": _parquet_lines}[part.kind]
        yield from ingest.read_rows(
            rows(stream, part, config.max_bytes),
            source=part.path,
            config=config,
            published=published,
            publisher=publisher,
        )


def _json_lines(stream: io.BufferedReader, part: Part, limit: int) -> Iterator[Any]:
    return json_line_rows(Peeked(b"", _run(stream, part)), limit, before=part.before)


def _table_lines(stream: io.BufferedReader, part: Part, limit: int) -> Iterator[Any]:
    header = stream.read(part.header)
    return table_rows(Peeked(header, _run(stream, part)), limit, before=part.before)


def _parquet_lines(stream: io.BufferedReader, part: Part, limit: int) -> Iterator[Any]:
    return parquet_rows(Peeked(b"", stream), limit, start=part.start, end=part.end)


def _run(stream: io.BufferedReader, part: Part) -> io.BufferedReader:
    stream.seek(part.start)
    return io.BufferedReader(_Run(stream, part.end - part.start), SNIFF)


class _Run(io.RawIOBase):
    """So many bytes of a stream, from where it stands."""

    def __init__(self, stream: io.BufferedReader, size: int) -> None:
        super().__init__()
        self._stream, self._left = stream, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


# -- where files are cut


def _piece(parts: list[Part]) -> list[Piece]:
    """The piece of these parts, none where there are none."""
    return [Piece(_name(*(f"{part.path}:{part.start}:{part.end}" for part in parts)), tuple(parts))] * bool(parts)


def _name(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _power_of_two(number: float) -> int:
    """The largest power of two up to a number, at least 1: it stays the same while a folder grows a little."""
    return 1 << max(0, int(number).bit_length() - 1)


def _runs_of(division: Division) -> dict[tuple[str, str], list[Part]]:
    runs: dict[tuple[str, str], list[Part]] = {}
    for piece in division.pieces:
        for part in piece.parts:
            if part.kind:
                runs.setdefault((part.path, part.stamp), []).append(part)
    return runs


def _cut(file: Listed, size: int, limit: int) -> list[Part]:
    """The runs of a large file, or all of it where it cannot be cut."""
    whole = [Part(file.path, file.stamp)]
    try:
        opened = open_input(file.path)
    except PermissionError:
        return whole  # reading it will tell
    with opened as stream:
        head = stream.read(SNIFF)
        kind, _ = kind_of(head, PurePosixPath(file.path.lower()).suffix)
        stream.seek(0)
        cut = {"jsonl": _cut_lines, "table": _cut_table, "parquet": _cut_parquet}.get(kind)
        narrow = kind == "parquet" or not (marked_encoding(head) or "").startswith(("utf-16", "utf-32"))
        return (cut(file, stream, size, limit) if cut and narrow else []) or whole


def _cut_lines(file: Listed, stream: io.BufferedReader, size: int, limit: int) -> list[Part]:
    runs, start, at, before, lines = [], 0, 0, 0, 0
    while read := stream.readline(SNIFF):
        at += len(read)
        if read.endswith(b"\n"):
            lines += 1
            if at - start >= size:
                runs.append(Part(file.path, file.stamp, "jsonl", start, at, before))
                start, before = at, lines
    if at > start:
        runs.append(Part(file.path, file.stamp, "jsonl", start, at, before))
    return runs


def _cut_table(file: Listed, stream: io.BufferedReader, size: int, limit: int) -> list[Part]:
    """Runs of rows; none where lines end in a way in which bytes and text cannot be matched, or are too long.

    Bytes are read as Latin-1: quotes, separators and ends of lines are the same in every encoding of one byte and in
    UTF-8.
    """
    if encoding_of(stream.peek(SNIFF)[:SNIFF]) not in ("utf-8", "utf-8-sig"):
        return []
    csv.field_size_limit(limit)
    lines = _Lines(stream, limit)
    first = next(lines, "")
    rows = csv.reader(chain([first], lines), delimiter=delimiter_of(first), strict=True)
    try:
        names = next(rows, [])
    except csv.Error:
        return []
    if not has_text(names):
        return []
    header, header_lines = lines.at, rows.line_num
    runs, start, before = [], header, 0
    more = True
    while more:
        try:
            more = next(rows, None) is not None
        except csv.Error:
            continue  # a row that the reader of tables will exclude; the next one begins on the next line
        if lines.at - start >= size:
            runs.append(Part(file.path, file.stamp, "table", start, lines.at, before, header))
            start, before = lines.at, rows.line_num - header_lines
    if lines.at > start:
        runs.append(Part(file.path, file.stamp, "table", start, lines.at, before, header))
    return [] if lines.odd else runs


class _Lines(Iterator[str]):
    """The lines of a table as text; `at` counts their bytes, `odd` says that it ended at a line it cannot match."""

    def __init__(self, stream: io.BufferedReader, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.at, self.odd = 0, False

    def __next__(self) -> str:
        line = self._stream.readline(self._limit + 1)
        self.odd |= len(line) > self._limit or b"\r" in line.rstrip(b"\r\n") or line.endswith(b"\r\r\n")
        if self.odd or not line:
            raise StopIteration
        self.at += len(line)
        return line.decode("latin-1")


def _cut_parquet(file: Listed, stream: io.BufferedReader, size: int, limit: int) -> list[Part]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(cast(Any, stream))
    except (pyarrow.ArrowException, OSError):
        return []
    if not has_text(table.schema_arrow.names):
        return []
    metadata = table.metadata
    rows = metadata.num_rows
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    step = max(1, int(size * rows / max(unpacked, 1)))
    return [Part(file.path, file.stamp, "parquet", at, min(at + step, rows)) for at in range(0, rows, step)]


def check_parts(piece: Piece, stamps: Iterable[str]) -> None:
    """Raise InputError where files are not those that were divided: they changed, or another machine sees others."""
    for part, stamp in zip(piece.parts, stamps, strict=True):
        if stamp != part.stamp:
            detail = (
                f"{part.path} is not the file that was divided (it was {part.stamp}, it is {stamp}): it was"
                " written since, or this machine does not see the same files. Run the command again."
            )
            raise InputError("unreadable", detail)
