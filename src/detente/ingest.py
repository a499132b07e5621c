"""Anything -> Article: text, pages, JSON, CSV and Parquet, from files, folders and standard input.

Nothing is dropped without a reason: every input, and every record in one, comes out as an Article or as an
Exclusion whose reason is in REASONS. What an input is, its bytes decide; its name only helps where they leave it
open. Large libraries are imported by the functions that need them, so that starting up stays fast.
"""

from __future__ import annotations

import gzip
import io
import logging
import os
import re
import sys
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from detente.config import Config
from detente.formats import COLUMNS, SNIFF, Peeked, clean, declared_encoding, decode, kind_of
from detente.records import Article, Exclusion
from detente.rows import Row, Rows, json_line_rows, json_rows, parquet_rows, sha256, table_rows, too_large

REASONS: dict[str, str] = {
    "missing": "there is no such file or folder",
    "unreadable": "the system refuses to read it, or reading broke off",
    "link": "a link to a folder inside a folder; name it yourself to have it read",
    "unsupported": "a format that is not read, such as PDF or a feed",
    "empty": "no bytes, nothing but whitespace, no records, or a folder without files",
    "too-large": "larger than max_bytes of the settings, after unpacking",
    "binary": "bytes that are no text in any encoding",
    "encoding": "text in an encoding that cannot be told",
    "broken-gzip": "the packed file breaks off or is damaged; what came before the break was read",
    "broken-parquet": "not a Parquet file that can be read",
    "bad-json": "not JSON, or not an object",
    "bad-row": "a row of a table with too few or too many fields, or broken quoting",
    "no-text": "a record without text, or a table without a column of texts",
    "bad-date": "a publication date that is not YYYY-MM-DD or an ISO 8601 datetime",
    "no-article": "a page in which no article was found",
}
"""Why an input is not coded: `Exclusion.reason` is a key, the value says what it means."""

NO_ENCODING = "Its encoding cannot be told; save it as UTF-8."

DATE_FORMS = "YYYY-MM-DD or an ISO 8601 datetime such as 2023-03-16T09:30:00Z"

_FRONT_MATTER = re.compile(r"---[ \t]*\n((?:[A-Za-z_][\w -]*:.*\n|[ \t]*\n){1,40})---[ \t]*(?:\n|\Z)")
_LANGUAGE = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.I)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATELINE = re.compile(  # a place; what it lies in, and a day; an agency; a dash
    r"\s*[A-Z][\w.'’ -]{1,40}, *([A-Z0-9][\w., ]{6,60}?),?\s*(?:\([^)]{1,30}\)\s*)?(?:—|–|--|-\s)"
)

Read = Iterator[Article | Exclusion]


class Origin(msgspec.Struct, frozen=True):
    """Where an input comes from, and what the caller says about it.

    `published` and `publisher` fill in where the input itself says nothing. `suffix` is the end of the file's name.
    """

    source: str
    config: Config
    suffix: str = ""
    published: date | None = None
    publisher: str | None = None


class Inputs(msgspec.Struct, frozen=True):
    """How much there is to read: files, and their bytes on disk (standard input counts as one file of 0 bytes)."""

    files: int
    bytes: int


def read_paths(
    paths: Iterable[Path | str], *, config: Config, published: date | None = None, publisher: str | None = None
) -> Read:
    """Every article under the paths, in order; see `read_path`."""
    for path in paths:
        yield from read_path(path, config=config, published=published, publisher=publisher)


def read_path(path: Path | str, *, config: Config, published: date | None = None, publisher: str | None = None) -> Read:
    """Every article in a file, in a folder (recursively, sorted by name), or, for "-", on standard input.

    `published` and `publisher` are used for articles that name none themselves. In a folder, hidden files and
    folders are skipped and links to folders are not followed; a file or folder that you name is read whatever it is.
    Files with one record a line are read in a stream: `config.max_bytes` bounds each record, not the file.

    Raises nothing for bad input: each failure is an Exclusion, and reading goes on.
    """
    for found in _walk(path):
        if isinstance(found, Exclusion):
            yield found
        else:
            suffix = Path(found.name.lower().removesuffix(".gz")).suffix
            yield from _read_file(found, Origin(_printable(found), config, suffix, published, publisher))


def count_inputs(paths: Iterable[Path | str]) -> Inputs:
    """How many files `read_paths` will open and how many bytes they hold, without opening one."""
    sizes = [_size(found) for path in paths for found in _walk(path) if isinstance(found, Path)]
    return Inputs(files=len(sizes), bytes=sum(sizes))


# -- from paths to bytes


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _printable(path: Path) -> str:
    """The path as text that can be encoded, whatever bytes the file system has in its names."""
    return os.fsencode(path).decode("utf-8", "replace")


def _walk(path: Path | str) -> Iterator[Path | Exclusion]:
    """The files under a path in the order of their names, and what is left out, with the reason."""
    root = Path(path)
    if not root.is_dir():
        yield root
        return
    waiting, files = [root], 0
    while waiting:
        here = waiting.pop()
        if here != root and here.is_symlink() and here.is_dir():
            yield _excluded(_printable(here), "link", "A link to a folder; name it yourself to have it read.")
        elif here.is_dir():
            try:
                names = os.listdir(here)
            except OSError as error:
                yield _excluded(_printable(here), "unreadable", f"{error.strerror}.")
                continue
            waiting.extend(here / name for name in sorted(names, reverse=True) if not name.startswith("."))
        elif here.exists() and not here.is_file():
            yield _excluded(_printable(here), "unsupported", "A device, socket or pipe in a folder.")
        else:
            files += 1
            yield here
    if not files:
        yield _excluded(_printable(root), "empty", "No files in this folder; hidden ones are not read.")


def _read_file(path: Path, origin: Origin) -> Read:
    """The articles of one file, or the reason why it cannot be opened or read to its end."""
    try:
        opened = nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        yield _excluded(origin.source, "missing", "There is no such file or folder.")
        return
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        yield _excluded(origin.source, "unreadable", f"It cannot be opened: {error}.")
        return
    with opened as stream:
        try:
            yield from _read_stream(cast(io.BufferedIOBase, stream), origin)
        except OSError as error:
            yield _excluded(origin.source, "unreadable", f"Reading broke off: {error}.")


def _read_stream(stream: io.BufferedIOBase, origin: Origin, *, packed: bool = False) -> Read:
    """The articles in a stream of bytes, whatever their format; `packed` says that it came out of a gzip."""
    head = stream.read(SNIFF)
    whole = Peeked(head, stream)
    if head.startswith(b"\x1f\x8b") and not packed:
        unpacked = Peeked(b"", gzip.GzipFile(fileobj=whole))
        yield from _read_stream(unpacked, origin, packed=True)
        if unpacked.broken:
            yield _excluded(origin.source, "broken-gzip", f"{unpacked.broken}. What came before it was read.")
        return
    kind, detail = kind_of(head, origin.suffix)
    if kind in REASONS:
        yield _excluded(origin.source, kind, detail)
    else:
        yield from _READERS[kind](whole, origin)


def _whole(stream: Peeked, origin: Origin) -> bytes | Exclusion:
    """All bytes of an input that has to be read at once."""
    limit = origin.config.max_bytes
    data = stream.read(limit + 1)
    return data if len(data) <= limit else _excluded(origin.source, "too-large", too_large(limit).detail)


def _excluded(source: str, reason: str, detail: str, digest: str = "") -> Exclusion:
    return Exclusion(source=source, reason=reason, detail=clean(detail), digest=digest)


# -- records


def _record(row: Mapping[Any, object], *, source: str, digest: str, origin: Origin) -> Article | Exclusion:
    """The article in a record whose fields go by the names in COLUMNS."""
    fields = _fields(row)
    text = fields["text"]
    if not isinstance(text, str) or not text.strip():
        names = ", ".join(str(name) for name in row)[:200]
        detail = f"No text. Its fields: {names}; the text is taken from {', '.join(COLUMNS['text'])}."
        return _excluded(source, "no-text", detail, digest)
    if len(text) > origin.config.max_bytes:
        return _excluded(source, "too-large", too_large(origin.config.max_bytes).detail, digest)
    try:
        day = _day(fields["published"])
    except ValueError:
        detail = f"The publication date is {str(fields['published'])[:60]!r}; allowed: {DATE_FORMS}."
        return _excluded(source, "bad-date", detail, digest)
    return _article(clean(text), fields, day, "record", source=source, digest=digest, origin=origin)


def _fields(row: Mapping[Any, object]) -> dict[str, object]:
    """The values of a record by field; None where no column of that field is filled."""
    lowered = {str(name).strip().lower(): value for name, value in row.items() if not _is_missing(value)}
    return {field: next((lowered[name] for name in names if name in lowered), None) for field, names in COLUMNS.items()}


def _is_missing(value: object) -> bool:
    """None, NaN, or a string of nothing but whitespace."""
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _day(value: object) -> date | None:
    """The day that a value names, as it is written: a time zone does not move it. ValueError for other forms."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip()).date()
    raise ValueError(value)


def _article(
    text: str,
    fields: Mapping[str, object],
    day: date | None,
    basis: str,
    *,
    source: str,
    digest: str,
    origin: Origin,
) -> Article:
    """The article: what its record says, else what the caller says, else what its page or its text tells."""
    if basis != "record" or day is None:
        if origin.published:
            day, basis = origin.published, "given"
        elif day is None:
            day, basis = _dateline_day(text), "dateline"
    publisher, url = _label(fields.get("publisher")) or origin.publisher, _label(fields.get("url"))
    return Article(
        id=_label(fields.get("id")) or content_id(text, publisher=publisher, url=url),
        text=text,
        published=day,
        published_basis=basis if day else "none",
        title=_label(fields.get("title")),
        url=url,
        publisher=publisher,
        language=_label(fields.get("language")),
        digest=digest,
        source=source,
    )


def content_id(text: str, *, publisher: str | None = None, url: str | None = None) -> str:
    """The id of an article that brings none: "a" and 16 hex digits of the SHA-256 of its text, outlet and address.

    So one text in two outlets is two articles, and a text that is read again with another date is a new version.
    """
    parts = [text, *(part for part in (publisher, url) if part)]
    return "a" + sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))[:16]


def _label(value: object) -> str | None:
    """A short field as text: strings and numbers; a list or an object in its place says nothing."""
    return clean(str(value)).strip() or None if isinstance(value, str | int | float) else None


def _dateline_day(text: str) -> date | None:
    """The day of a dateline that has its year, such as "TOKYO, March 16, 2023 (Agency) —", in the first lines."""
    matches = (_DATELINE.match(line) for line in text[:1000].split("\n")[:5])
    return next((day for match in matches if match and (day := _day_in_words(match[1]))), None)


def _day_in_words(words: str) -> date | None:
    """The day that the words end in, as in "Japan, Thursday, Mar. 16, 2023" or "16 March 2023"; None without one."""
    parts = re.findall(r"[^\W\d]+|\d+", words)[-3:]
    days = [int(part) for part in parts if part.isdecimal() and len(part) <= 2]
    months = [_MONTHS.index(part[:3].lower()) + 1 for part in parts if part[:3].lower() in _MONTHS]
    years = [int(part) for part in parts if part.isdecimal() and len(part) == 4]
    if not (days and months and years):
        return None
    year, month, day = years[0], months[0], days[0]
    return date(year, month, day) if year and 1 <= day <= monthrange(year, month)[1] else None


# -- readers: one for each format


def _read_text(stream: Peeked, origin: Origin) -> Read:
    """Plain text, with or without front matter."""
    data = _whole(stream, origin)
    if isinstance(data, Exclusion):
        yield data
        return
    digest, decoded = sha256(data), decode(data)
    if decoded is None:
        yield _excluded(origin.source, "encoding", NO_ENCODING, digest)
        return
    text, row = clean(decoded), {}
    front = _FRONT_MATTER.match(text)
    if front:
        pairs = (line.partition(":") for line in front[1].splitlines())
        row = {key: value.strip().strip("\"'") for key, _, value in pairs}
        text = text[front.end() :]
    if text.strip():
        yield _record({**row, "text": text}, source=origin.source, digest=digest, origin=origin)
    else:
        yield _excluded(origin.source, "empty", "Nothing but whitespace.", digest)


def _read_page(stream: Peeked, origin: Origin) -> Read:
    """A web page: its main text, and what it says about itself."""
    data = _whole(stream, origin)
    if isinstance(data, Exclusion):
        yield data
        return
    digest, html = sha256(data), decode(data, declared_encoding(data))
    if html is None:
        yield _excluded(origin.source, "encoding", NO_ENCODING, digest)
        return
    page = _main_text(html)
    text = clean(page.text or "") if page else ""
    if not text.strip():
        yield _excluded(origin.source, "no-article", "No article was found in this page.", digest)
        return
    language = _LANGUAGE.search(html, 0, SNIFF)
    publisher = page.sitename or page.hostname
    fields = {"title": page.title, "url": page.url, "publisher": publisher, "language": language and language[1]}
    day = date.fromisoformat(page.date) if page.date else None
    yield _article(text, fields, day, "page", source=origin.source, digest=digest, origin=origin)


def _main_text(html: str) -> Any:
    """What trafilatura makes of a page: its text, title, url, date, sitename and hostname; None if nothing."""
    from lxml.etree import LxmlError
    from trafilatura import bare_extraction

    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they have to say, our reasons say
    dates = {"original_date": True, "extensive_search": True}
    try:
        return bare_extraction(html, include_comments=False, with_metadata=True, date_extraction_params=dates)
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):  # hostile pages
        return None


def _read_records(rows: Callable[[Peeked, int], Rows]) -> Callable[[Peeked, Origin], Read]:
    """The reader of a format with many records, from a function that takes them apart."""

    def read(stream: Peeked, origin: Origin) -> Read:
        row = None
        for row in rows(stream, origin.config.max_bytes):
            source = origin.source if row.number is None else f"{origin.source}:{row.number}"
            if isinstance(row, Row):
                yield _record(row.values, source=source, digest=row.digest, origin=origin)
            else:
                yield _excluded(source, row.reason, row.detail, row.digest)
        if row is None:
            yield _excluded(origin.source, "empty", "There are no records in it.")

    return read


_READERS: dict[str, Callable[[Peeked, Origin], Read]] = {
    "text": _read_text,
    "page": _read_page,
    "json": _read_records(json_rows),
    "jsonl": _read_records(json_line_rows),
    "table": _read_records(table_rows),
    "parquet": _read_records(parquet_rows),
}
