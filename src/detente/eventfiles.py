"""Files of event data as blocks of whole lines, plain, gzip or zip, in any encoding, in bounded memory.

Lines are counted from 1 as an editor counts them, so that a row can be found again in its file.
"""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from detente.errors import InputError
from detente.formats import marked_encoding

BLOCK = 16 * 1024 * 1024
"""Bytes read at once. Of 8, 16 and 32 MiB, 16 was the fastest on GDELT rows with two workers (evaluation.imports)."""

LONGEST = 4 * BLOCK
"""Bytes without an end of row after which an opened quote counts as one that is never closed."""

_PEEKED = 4096
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, OSError)


class Block(msgspec.Struct, frozen=True):
    """Whole rows of a file as UTF-8, the first of which is on `line`."""

    data: bytes
    line: int


class BadRow(msgspec.Struct, frozen=True):
    """A row that is not taken: `reason` is a key of `imports.REASONS`, `value` what was found there."""

    line: int
    reason: str
    value: str = ""


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The tables in a file by name: one, or each file in a zip as "a.zip!b.csv". Each is open until the next is taken.

    Raises InputError (`unreadable`) for a file that cannot be opened, `broken-archive` for a zip that is none.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise InputError("unreadable", f"Cannot read {path}: {error.strerror or error}.") from error
    if magic.startswith(b"PK\x03\x04"):
        yield from _zipped(path)
    elif magic.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as packed:
            yield path.name, cast(IO[bytes], packed)
    else:
        with path.open("rb") as file:
            yield path.name, file


def _zipped(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise InputError("broken-archive", f"{path} is no whole zip archive: {error}.") from error
    with archive:
        for member in archive.infolist():
            if member.is_dir() or member.filename.startswith("__MACOSX/"):
                continue
            if member.flag_bits & 1:
                raise InputError("unreadable", f"{path} needs a password; unpack it first.")
            with archive.open(member) as stream:
                yield f"{path.name}!{member.filename}", stream


def blocks(stream: IO[bytes], *, quoted: bool | None = None) -> Iterator[Block | BadRow]:
    """The rows of a table in blocks of about BLOCK bytes, and rows that cannot be cut out.

    `quoted`: whether a row may hold line breaks in quotes; None means where the first line begins with a quote.
    A quote that nothing closes within LONGEST bytes costs its line (`unclosed-quote`). Where an archive breaks off,
    what came before it is given, and then a `broken-archive`.
    """
    kept, line = b"", 1
    pieces = _pieces(stream)
    while True:
        piece = next(pieces, b"")
        if isinstance(piece, str):
            cut = _end_of_rows(kept, bool(quoted))  # the row in which it breaks off is none
            if cut:
                yield Block(kept[:cut], line)
            yield BadRow(line + kept.count(b"\n", 0, cut), "broken-archive", piece)
            return
        if quoted is None and piece:
            quoted = piece.startswith(b'"')
        if not piece:
            yield from _last(kept, line, bool(quoted))
            return
        kept += piece
        cut = _end_of_rows(kept, bool(quoted))
        if cut:
            yield Block(kept[:cut], line)
            line += kept.count(b"\n", 0, cut)
            kept = kept[cut:]
        elif len(kept) > LONGEST:
            bad = _first_line(kept)
            yield BadRow(line, "unclosed-quote" if quoted else "too-long", _shown(kept[:bad]))
            line += kept.count(b"\n", 0, bad)
            kept = kept[bad:]


def _last(kept: bytes, line: int, quoted: bool) -> Iterator[Block | BadRow]:
    """What is left at the end, where the last line needs no line break."""
    while kept:
        whole = kept if kept.endswith(b"\n") else kept + b"\n"
        cut = _end_of_rows(whole, quoted)
        if cut:
            yield Block(whole[:cut], line)
        else:
            cut = _first_line(whole)
            yield BadRow(line, "unclosed-quote", _shown(whole[:cut]))
        line += whole.count(b"\n", 0, cut)
        kept = whole[cut:]


def _end_of_rows(data: bytes, quoted: bool) -> int:
    """Where the last whole row ends, 0 if none does: a line break with an even number of quotes before it."""
    cut = data.rfind(b"\n") + 1
    if not quoted:
        return cut
    odd = data.count(b'"', 0, cut) % 2
    while odd and cut:
        before = data.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + data.count(b'"', before, cut)) % 2
        cut = before
    return cut


def _first_line(data: bytes) -> int:
    return data.find(b"\n") + 1 or len(data)


def _shown(data: bytes) -> str:
    return data[:200].decode("utf-8", "replace").strip()


def _pieces(stream: IO[bytes]) -> Iterator[bytes | str]:
    """About BLOCK bytes of UTF-8 at once, without a byte order mark; a str says how an archive broke off."""
    raw = _raw_pieces(stream)
    first = next(raw, b"")
    if isinstance(first, str):
        yield first
        return
    encoding = marked_encoding(first[:_PEEKED]) or ""
    if not encoding.startswith("utf-16") and not encoding.startswith("utf-32"):
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from raw
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).removeprefix("\ufeff").encode()
    for piece in raw:
        yield piece if isinstance(piece, str) else decoder.decode(piece).encode()


def _raw_pieces(stream: IO[bytes]) -> Iterator[bytes | str]:
    read = getattr(stream, "read1", stream.read)  # read() loses what it has where a gzip breaks off
    while True:
        parts, size = [], 0
        try:
            while size < BLOCK and (part := read(BLOCK - size)):
                parts.append(part)
                size += len(part)
        except _BROKEN as error:
            if parts:
                yield b"".join(parts)
            yield str(error)
            return
        if not parts:
            return
        yield b"".join(parts)


def repaired(data: bytes) -> tuple[bytes, int]:
    """The lines as UTF-8, and how many were not: those are taken for windows-1252, and for latin-1 where that fails.

    Files of ICEWS, POLECAT and ACLED hold lines of both; windows-1252 is what the Encoding Standard reads latin-1 as.

    >>> repaired("é\\n".encode() + b"\\xe9\\n")
    (b'\\xc3\\xa9\\n\\xc3\\xa9\\n', 1)
    """
    lines, count = data.split(b"\n"), 0
    for place, line in enumerate(lines):
        try:
            line.decode()
        except UnicodeDecodeError:
            lines[place] = _western(line).encode()
            count += 1
    return b"\n".join(lines), count


def _western(line: bytes) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        return line.decode("latin-1")
