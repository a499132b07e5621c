"""WARC -> the web pages in it, and where it is damaged.

Records are read by FastWARC, plain or packed with gzip, lz4 or zstd, as Common Crawl, wget and web archives write
them. A WARC that breaks off ends in silence for its readers, so each record's length is compared with what its head
promises, and behind a break reading goes on at the next record that can be found.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from datetime import date
from typing import Any, BinaryIO

from detente.formats import Peeked, kind_of, on_disk
from detente.rows import Fault, Page, sha256, too_large

MAX_BREAKS = 100
"""Breaks in one file after which the rest of it is given up."""

_CHUNK = 1 << 20
_HEAD = 32_768  # of a record; FastWARC reads no longer one
_SLACK = 8  # line ends between records, of which there should be two
_PAGES = ("text/html", "application/xhtml+xml")
_GZIP = b"\x1f\x8b\x08"
_ONLY_PACKED = (b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd")  # lz4 and zstd, which pack anything
_MARKS = {  # how a record begins, by how the file does
    _GZIP: _GZIP,
    **{mark: mark for mark in _ONLY_PACKED},
    b"WARC/": b"\nWARC/1.",
}


def warc_pages(stream: Peeked, limit: int) -> Iterator[Page | Fault]:
    """The pages that were answered with status 200, in their order, numbered by their record's place in the file.

    `limit` is the largest record that is taken, packed and unpacked. Each break is a Fault that says at which byte;
    what can be read of a page before a break comes out as well. The last Fault counts the records that hold no page.
    A stream that cannot be sought in, such as a pipe, is read up to its first break.
    """
    return _Archive(stream, limit).pages()


class _Archive:
    """One WARC while it is read. `at` is the place of the last record, `due` that where the next should begin, which
    is known of plain ones only."""

    def __init__(self, stream: Peeked, limit: int) -> None:
        self.stream, self.limit = stream, limit
        self.file = on_disk(stream)
        self.mark = next((mark for start, mark in _MARKS.items() if stream.head.startswith(start)), b"")
        self.skipped: Counter[str] = Counter()
        self.breaks = self.records = 0
        self.at, self.due = 0, 0

    def pages(self) -> Iterator[Page | Fault]:
        start: int | None = 0
        unplaced = ""  # a break behind the last record, as long as it is not known how far
        while start is not None and self.breaks < MAX_BREAKS:
            before, last = self.records, self.at
            why, inside = yield from self._stretch(start)
            if not self.records and self.mark in _ONLY_PACKED:
                yield Fault("unsupported", "It is packed with lz4 or zstd and holds no WARC; unpack it first.")
                return
            if unplaced and self.records > before:
                yield self._broken(last, unplaced, "behind the record ")
            unplaced = ""
            if why and self._is_packed and self.records == before:
                self.at = start
                if self.mark == _GZIP:
                    yield from self._salvaged(start)
                yield self._broken(start, why)
            elif why and self._is_packed and not inside:
                unplaced = why
            elif why:
                yield self._broken(self.at if inside or self._is_packed else self.due, why)
            start = self._next_record(self.at + 1)
        if unplaced:
            yield self._broken(self.at, unplaced, "behind the record ")
        yield from self._summary()

    @property
    def _is_packed(self) -> bool:
        return not self.mark.startswith(b"\n")

    def _broken(self, at: int, why: str, place: str = "") -> Fault:
        self.breaks += 1
        rest = f" It is the {MAX_BREAKS}th break; the rest was not read." if self.breaks == MAX_BREAKS else ""
        return Fault("broken-warc", f"It breaks {place}at byte {at:,}: {why}.{rest}", number=at)

    def _summary(self) -> Iterator[Fault]:
        if not self.records and not self.breaks:
            yield Fault("broken-warc", "There is no WARC record in it.")
        if self.skipped:
            counts = ", ".join(f"{count} {what}" for what, count in self.skipped.most_common())
            yield Fault("no-page", f"{sum(self.skipped.values())} records hold no page: {counts[:400]}.")

    def _stretch(self, start: int) -> Generator[Page | Fault, None, tuple[str, bool]]:
        """The pages from `start` up to the end or a break: why, "" at the end, and whether it is inside a record."""
        from fastwarc.warc import ArchiveIterator

        source: Any = _Forward(self.stream) if self.file is None else _Window(self.file, start)
        self.due = start
        try:
            for record in ArchiveIterator(source, parse_http=False):
                place = start + record.stream_pos
                if self._is_plain_file and place - self.due > _SLACK:
                    yield self._broken(self.due, f"up to byte {place:,} there is no record")
                    if self.breaks >= MAX_BREAKS:
                        return "", False
                self.at, self.records = place, self.records + 1
                self.due = self._end(place, record.content_length)
                short = yield from _record(record, place, self.limit, self.skipped)
                if short:
                    return short, True
        except (OSError, ValueError) as error:
            return str(error)[:200], False
        return self._unread(), False

    def _unread(self) -> str:
        """What is wrong with the end of the file, behind where FastWARC fell silent; "" if nothing is."""
        if self.file is None or (self._is_packed and self.mark != _GZIP):
            return ""
        size = self.file.seek(0, io.SEEK_END)
        if self._is_plain_file:
            return f"the last {size - self.due:,} bytes are no record" if size - self.due > _SLACK else ""
        self.file.seek(self.at)
        unpacker, left = zlib.decompressobj(31), b""
        while not unpacker.eof and (packed := left or self.file.read(_CHUNK)):
            unpacker.decompress(packed, _CHUNK)
            left = unpacker.unconsumed_tail
        rest = len(unpacker.unused_data) + size - self.file.tell()
        if unpacker.eof:
            return f"the last {rest:,} bytes, from byte {size - rest:,} on, are no record" if rest else ""
        return "its packing breaks off" if self.at < size else ""

    @property
    def _is_plain_file(self) -> bool:
        return self.file is not None and not self._is_packed

    def _end(self, place: int, length: int) -> int:
        """Where the record behind the one at `place` should begin; known of plain files only."""
        if self.file is None or self._is_packed:
            return place
        self.file.seek(place)
        head = self.file.read(_HEAD)
        ends = [head.find(gap) + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if gap in head]
        return place + min(ends, default=0) + length

    def _salvaged(self, start: int) -> Iterator[Page | Fault]:
        """What a packed record holds before its damage."""
        from fastwarc.warc import ArchiveIterator

        if self.file is None:
            return
        self.file.seek(start)
        unpacker, pieces, size = zlib.decompressobj(31), [], 0
        try:
            while size <= self.limit and not unpacker.eof and (packed := self.file.read(256)):
                pieces.append(unpacker.decompress(packed))
                size += len(pieces[-1])
        except zlib.error:
            pass  # it is what it is here for
        try:
            for record in ArchiveIterator(io.BytesIO(b"".join(pieces)), parse_http=False):
                self.records += 1
                yield from _record(record, start, self.limit, self.skipped)
        except (OSError, ValueError):
            return

    def _next_record(self, start: int) -> int | None:
        """Where the next record begins at or behind `start`, None where none does or it cannot be looked for."""
        if self.file is None or not self.mark:
            return None
        base, window = max(start, self.due) if not self._is_packed else start, b""
        self.file.seek(base)
        while piece := self.file.read(_CHUNK):
            window += piece
            found = window.find(self.mark)
            while found >= 0:
                if self.mark != _GZIP or _holds_record(_at(self.file, base + found)):
                    return base + found + (not self._is_packed)
                found = window.find(self.mark, found + 1)
            keep = len(self.mark) - 1
            base, window = base + len(window) - keep, window[-keep:]
        return None


class _Window:
    """A file read from a place on, for FastWARC, while the file itself is read elsewhere in between."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file, self._start, self._at = file, start, start

    def read(self, size: int) -> bytes:
        self._file.seek(self._at)
        piece = self._file.read(size)
        self._at += len(piece)
        return piece

    def tell(self) -> int:
        return self._at - self._start

    def seek(self, place: int, whence: int = 0) -> int:
        base = {0: self._start, 1: self._at, 2: self._file.seek(0, 2)}[whence]
        self._at = base + place
        return self._at - self._start


class _Forward:
    """A stream that can only be read on, as FastWARC wants it: it asks where it is, and seeks there."""

    def __init__(self, stream: Peeked) -> None:
        self._stream, self._at = stream, 0

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._at += len(piece)
        return piece

    def tell(self) -> int:
        return self._at

    def seek(self, place: int, whence: int = 0) -> int:
        if (place, whence) not in ((self._at, 0), (0, 1)):
            raise OSError("This stream can only be read on.")
        return self._at


def _record(record: Any, at: int, limit: int, skipped: Counter[str]) -> Generator[Page | Fault, None, str]:
    """The page in a record, if there is one; what is wrong with its length, or ""."""
    if record.headers.get("Content-Length") is None:
        return "the record's head breaks off"
    kind = str(record.record_type)
    if kind != "response":
        skipped[kind] += 1
        return _short(record.consume(), record.content_length)
    if record.content_length > limit:
        yield too_large(limit, at)
        return ""
    length = record.content_length  # parsing changes it
    block, why = _bytes(record.reader, limit)
    yield from _page(record, block, at, limit, skipped)
    return why or _short(len(block), length)


def _short(read: int, promised: int) -> str:
    return f"the record ends after {read:,} of its {promised:,} bytes" if read < promised else ""


def _bytes(reader: Any, limit: int) -> tuple[bytes, str]:
    """What can be read, up to one byte more than `limit`, and what reading broke on, or ""."""
    pieces: list[bytes] = []
    size = 0
    while size <= limit:
        try:
            piece = reader.read(min(65_536, limit + 1 - size))
        except (OSError, ValueError) as error:
            return b"".join(pieces), str(error)[:200]
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces), ""


def _page(record: Any, block: bytes, at: int, limit: int, skipped: Counter[str]) -> Iterator[Page | Fault]:
    """The page in the block of a response record, chunks and packing undone."""
    try:
        record.set_bytes_content(block)
        record.parse_http(auto_decode="all")
        status, kind = record.http_headers.status_code, record.http_content_type
        body, broken = _bytes(record.reader, limit)
    except (OSError, ValueError, AttributeError):
        skipped["response that is no HTTP"] += 1
        return
    if status != 200:
        skipped[f"response {status or 'without status'}"] += 1
    elif kind not in _PAGES and (kind or kind_of(body[:65_536], "")[0] != "page"):
        skipped[f"response of type {(kind or 'unknown')[:60]}"] += 1
    elif len(body) > limit:
        yield too_large(limit, at)
    elif body:
        yield Page(
            html=body,
            digest=sha256(body),
            url=record.headers.get("WARC-Target-URI"),
            charset=record.http_charset,
            crawled=_day(record),
            number=at,
        )
        if broken:
            yield Fault("broken-body", f"The answer is damaged: {broken}. What came before was read.", number=at)
    else:
        skipped["empty response"] += 1


def _day(record: Any) -> date | None:
    """The day of WARC-Date: that of the crawl, not of publication."""
    try:
        return date.fromisoformat(str(record.headers.get("WARC-Date"))[:10])
    except ValueError:
        return None


def _at(file: BinaryIO, place: int) -> bytes:
    """Some bytes from a place, without moving on."""
    here = file.tell()
    file.seek(place)
    found = file.read(512)
    file.seek(here)
    return found


def _holds_record(packed: bytes) -> bool:
    """Whether what begins like a gzip holds a WARC record, and is not just three bytes of something packed."""
    try:
        return zlib.decompressobj(31).decompress(packed[:512], 16).startswith(b"WARC/")
    except zlib.error:
        return False
