"""Anything -> Article: text, pages, records, feeds, archives, PDF and mail, from files, folders, the web and a pipe.

Nothing is dropped without a reason: every input, and every record in one, comes out as an Article or as an
Exclusion whose reason is in REASONS. What an input is, its bytes decide; its name only helps where they leave it
open. Large libraries are imported by the functions that need them, so that starting up stays fast.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, nullcontext
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import cast
from urllib.parse import urlsplit

import msgspec

from detente.archives import docx_rows, office_kind, zip_members
from detente.articles import NO_ENCODING, Origin, article_of_page, article_of_record, excluded, place_in
from detente.articles import content_id as content_id  # part of this module's interface
from detente.config import Config
from detente.errors import InputError
from detente.feeds import MAX_ENTRIES, feed_rows, read_feed
from detente.fetch import Fetched, Fetcher
from detente.formats import SNIFF, Peeked, clean, decode, kind_of, seekable
from detente.mails import mail_rows
from detente.pdfs import pdf_rows
from detente.records import Article, Exclusion
from detente.rows import Fault, Page, Row, json_line_rows, json_rows, parquet_rows, sha256, table_rows, too_large
from detente.warcs import warc_pages

REASONS: dict[str, str] = {
    "missing": "there is no such file or folder",
    "unreadable": "the system refuses to read it, or reading broke off",
    "link": "a link to a folder inside a folder; name it yourself to have it read",
    "unsupported": "a format that is not read, such as a spreadsheet or an archive in an archive",
    "empty": "no bytes, nothing but whitespace, no records, or a folder without files",
    "too-large": "larger than max_bytes of the settings, after unpacking, or than any article's page or feed",
    "binary": "bytes that are no text in any encoding",
    "encoding": "text in an encoding that cannot be told",
    "encrypted": "locked with a password",
    "broken-gzip": "the packed file breaks off or is damaged; what came before the break was read",
    "broken-zip": "no archive or document that can be unpacked; what came before a break was read",
    "broken-parquet": "not a Parquet file that can be read",
    "broken-warc": "a WARC breaks off or is damaged; the detail says at which byte, and all that can be read was read",
    "broken-pdf": "not a PDF that can be read, or pages of one that cannot",
    "broken-mail": "not an e-mail that can be read",
    "broken-body": "the answer of a server cannot be unpacked, or is damaged",
    "bad-json": "not JSON, or not an object",
    "bad-row": "a row of a table with too few or too many fields, or broken quoting",
    "bad-feed": "begins like a feed or a sitemap and is none, or is not well-formed, so that entries may be missing",
    "bad-date": "a publication date that is not YYYY-MM-DD or an ISO 8601 datetime",
    "no-text": "a record without text, or a table without a column of texts",
    "no-text-layer": "a PDF of pictures, such as a scan",
    "no-article": "a page in which no article was found",
    "no-page": "records of a WARC that hold no page; the detail counts them",
    "links-only": "a sitemap: it names pages and holds no text",
    "attachment": "what is attached to an e-mail; the detail counts and names it",
    "language": "in a language that is not read; it is told behind a colon, as in language:es",
    "translation": "in another language, and the translator of the settings failed; as in translation:ko",
    "bad-url": "no address of the web that is asked: scheme, host, port, or a password in it",
    "private-address": "an address on this machine or its network, by its name, its number or its DNS",
    "robots": "the site's robots.txt forbids it, or cannot be had",
    "wait": "the host wants more quiet than fetch_wait of the settings",
    "unreachable": "the host has no address, does not answer, or its certificate is wrong",
    "too-slow": "the answer took longer than fetch_seconds of the settings",
    "over-packed": "the answer unpacks to more than any text does",
    "redirects": "too many redirects, or one to nowhere",
    "http-status": "the server answers that it has not got it, or that it is in trouble",
    "content-type": "the server says that it is a picture, a sound or the like",
    "failed": "the coder cannot read it: it ends in an error, which the detail names",
    "killed": "the process that read it died, twice at this article",
}
"""Why an input is not coded: `Exclusion.reason`, up to a colon, is a key; the value says what it means."""

_FRONT_MATTER = re.compile(r"---[ \t]*\n((?:[A-Za-z_][\w -]*:.*\n|[ \t]*\n){1,40})---[ \t]*(?:\n|\Z)")
_URL = re.compile(r"https?://", re.I)
_PATH_OF_URL = re.compile(r"(https?):/(?=[^/])", re.I)

Read = Iterator[Article | Exclusion]


class Inputs(msgspec.Struct, frozen=True):
    """How much there is to read: files, and their bytes on disk (a pipe and an address count as one file of 0)."""

    files: int
    bytes: int


def read_paths(
    paths: Iterable[Path | str],
    *,
    config: Config,
    published: date | None = None,
    publisher: str | None = None,
    fetcher: Fetcher | None = None,
) -> Read:
    """Every article under the paths, in order; see `read_path`. Addresses of one host are asked in turn."""
    with closing(Fetcher(config)) if fetcher is None else nullcontext(fetcher) as shared:
        for path in paths:
            yield from read_path(path, config=config, published=published, publisher=publisher, fetcher=shared)


def read_path(
    path: Path | str,
    *,
    config: Config,
    published: date | None = None,
    publisher: str | None = None,
    fetcher: Fetcher | None = None,
) -> Read:
    """Every article in a file, in a folder (recursively, sorted by name), at an address, or, for "-", from a pipe.

    `published` and `publisher` are used for articles that name none themselves. In a folder, hidden files and
    folders are skipped and links to folders are not followed; a file or folder that you name is read whatever it is.
    Files with one record a line are read in a stream: `config.max_bytes` bounds each record, not the file.
    An address begins with http:// or https:// and is asked by `fetcher`, None for one with these settings.

    Raises nothing for bad input: each failure is an Exclusion, and reading goes on.
    """
    url = _url(path)
    if url:
        with closing(Fetcher(config)) if fetcher is None else nullcontext(fetcher) as asked:
            yield from _read_url(url, asked, Origin(clean(url), config, "", published, publisher))
        return
    for found in files_under(path):
        if isinstance(found, Exclusion):
            yield found
        else:
            yield from _read_file(found, Origin(_printable(found), config, _suffix(found.name), published, publisher))


def read_fetched(
    fetched: Fetched, *, source: str, config: Config, published: date | None = None, publisher: str | None = None
) -> Read:
    """Every article in what was fetched: a page, a feed, or any other format. `source` is the address asked for."""
    origin = Origin(
        source=clean(source),
        config=config,
        suffix=_suffix(urlsplit(fetched.url).path),
        published=published,
        publisher=publisher,
        url=clean(fetched.url),
        charset=fetched.charset,
        fetched=fetched.day,
    )
    yield from _read_stream(io.BufferedReader(cast(io.RawIOBase, io.BytesIO(fetched.body))), origin)


def read_stream(
    stream: io.BufferedIOBase,
    *,
    source: str,
    config: Config,
    published: date | None = None,
    publisher: str | None = None,
) -> Read:
    """Every article in a stream of bytes, whatever their format; `source` is where it lies, by name.

    Raises OSError where reading breaks off.
    """
    yield from _read_stream(stream, Origin(source, config, _suffix(source), published, publisher))


def read_rows(
    rows: Iterable[Row | Page | Fault],
    *,
    source: str,
    config: Config,
    published: date | None = None,
    publisher: str | None = None,
) -> Read:
    """The articles in records that were taken from an input, such as a run of its lines."""
    yield from _articles(rows, Origin(source, config, _suffix(source), published, publisher))


def count_inputs(paths: Iterable[Path | str]) -> Inputs:
    """How many files `read_paths` will open and how many bytes they hold, without opening one."""
    sizes = [
        0 if _url(path) else _size(found)
        for path in paths
        for found in ([Path(path)] if _url(path) else files_under(path))
        if isinstance(found, Path)
    ]
    return Inputs(files=len(sizes), bytes=sum(sizes))


# -- from paths to bytes


def _url(path: Path | str) -> str | None:
    """The address that a path is, if it is one. A Path has lost a slash of it, unless there is such a folder."""
    text = str(path)
    if isinstance(path, str):
        return text if _URL.match(text) else None
    return _PATH_OF_URL.sub(r"\1://", text, count=1) if _PATH_OF_URL.match(text) and not path.exists() else None


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower().removesuffix(".gz")).suffix


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _printable(path: Path) -> str:
    """The path as text that can be encoded, whatever bytes the file system has in its names."""
    return os.fsencode(path).decode("utf-8", "replace")


def files_under(path: Path | str) -> Iterator[Path | Exclusion]:
    """The files under a path in the order of their names, and what is left out, with the reason."""
    root = Path(path)
    if not root.is_dir():
        yield root
        return
    waiting, files = [root], 0
    while waiting:
        here = waiting.pop()
        if here != root and here.is_symlink() and here.is_dir():
            yield excluded(_printable(here), "link", "A link to a folder; name it yourself to have it read.")
        elif here.is_dir():
            try:
                names = os.listdir(here)
            except OSError as error:
                yield excluded(_printable(here), "unreadable", f"{error.strerror}.")
                continue
            waiting.extend(here / name for name in sorted(names, reverse=True) if not name.startswith("."))
        elif here.exists() and not here.is_file():
            yield excluded(_printable(here), "unsupported", "A device, socket or pipe in a folder.")
        else:
            files += 1
            yield here
    if not files:
        yield excluded(_printable(root), "empty", "No files in this folder; hidden ones are not read.")


def _read_file(path: Path, origin: Origin) -> Read:
    """The articles of one file, or the reason why it cannot be opened or read to its end."""
    try:
        opened = nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        yield excluded(origin.source, "missing", "There is no such file or folder.")
        return
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        yield excluded(origin.source, "unreadable", f"It cannot be opened: {error}.")
        return
    with opened as stream:
        try:
            yield from _read_stream(cast(io.BufferedIOBase, stream), origin)
        except OSError as error:
            yield excluded(origin.source, "unreadable", f"Reading broke off: {error}.")


def _read_url(url: str, fetcher: Fetcher, origin: Origin) -> Read:
    try:
        fetched = fetcher.fetch(url)
    except InputError as error:
        yield excluded(origin.source, error.reason, str(error))
        return
    yield from read_fetched(
        fetched, source=url, config=origin.config, published=origin.published, publisher=origin.publisher
    )


def _read_stream(stream: io.BufferedIOBase, origin: Origin, *, packed: bool = False) -> Read:
    """The articles in a stream of bytes, whatever their format; `packed` says that it came out of a gzip."""
    head = stream.read(SNIFF)
    whole = Peeked(head, stream)
    if head.startswith(b"\x1f\x8b") and not packed and not _packs_warc(head):
        # what comes from others may be made to unpack without end
        most = origin.config.max_bytes if origin.url or origin.depth else None
        unpacked = Peeked(b"", gzip.GzipFile(fileobj=whole), most=most)
        yield from _read_stream(unpacked, origin, packed=True)
        if unpacked.broken:
            yield excluded(origin.source, "broken-gzip", f"{unpacked.broken}. What came before it was read.")
        if unpacked.cut:
            yield excluded(origin.source, "too-large", too_large(origin.config.max_bytes).detail)
        return
    kind, detail = kind_of(head, origin.suffix) if not head.startswith(b"\x1f\x8b") or packed else ("warc", "")
    if kind in REASONS:
        yield excluded(origin.source, kind, detail)
    else:
        yield from _READERS[kind](whole, origin)


def _packs_warc(head: bytes) -> bool:
    """Whether a gzip holds a WARC, whose records are packed one by one and read as they lie."""
    try:
        return zlib.decompressobj(31).decompress(head, 16).startswith(b"WARC/")
    except zlib.error:
        return False


def _whole(stream: Peeked, origin: Origin) -> bytes | Exclusion:
    """All bytes of an input that has to be read at once."""
    limit = origin.config.max_bytes
    data = stream.read(limit + 1)
    return data if len(data) <= limit else excluded(origin.source, "too-large", too_large(limit).detail)


# -- readers: one for each format


def _read_text(stream: Peeked, origin: Origin) -> Read:
    """Plain text, with or without front matter."""
    data = _whole(stream, origin)
    if isinstance(data, Exclusion):
        yield data
        return
    digest, decoded = sha256(data), decode(data, origin.charset)
    if decoded is None:
        yield excluded(origin.source, "encoding", NO_ENCODING, digest)
        return
    text, row = clean(decoded), {}
    front = _FRONT_MATTER.match(text)
    if front:
        pairs = (line.partition(":") for line in front[1].splitlines())
        row = {key: value.strip().strip("\"'") for key, _, value in pairs}
        text = text[front.end() :]
    if text.strip():
        yield article_of_record(Row({**row, "text": text}, digest), origin)
    else:
        yield excluded(origin.source, "empty", "Nothing but whitespace.", digest)


def _read_page(stream: Peeked, origin: Origin) -> Read:
    """A web page: its main text, and what it says about itself."""
    data = _whole(stream, origin)
    if isinstance(data, Exclusion):
        yield data
    else:
        page = Page(data, sha256(data), url=origin.url, charset=origin.charset, crawled=origin.fetched)
        yield article_of_page(page, origin)


def _read_feed(stream: Peeked, origin: Origin) -> Read:
    """A feed: its entries by their own texts. A sitemap, which has none."""
    data = _whole(stream, origin)
    if isinstance(data, Exclusion):
        yield data
        return
    latest = origin.fetched + timedelta(days=1) if origin.fetched else None
    try:
        feed = read_feed(data, origin.url, latest=latest)
    except InputError as error:
        yield excluded(origin.source, error.reason, str(error), sha256(data))
        return
    if feed.kind.startswith("sitemap"):
        detail = (
            f"It is a {feed.kind} of {len(feed.entries):,} addresses and holds no text; it is for following a site."
        )
        yield excluded(origin.source, "links-only", detail, sha256(data))
        return
    yield from _articles(feed_rows(feed), origin)
    if not feed.entries:
        yield excluded(origin.source, "empty", "There are no entries in this feed.", sha256(data))
    if feed.damaged:
        yield excluded(origin.source, "bad-feed", "It is not well-formed; entries may be missing.", sha256(data))
    if feed.truncated:
        yield excluded(origin.source, "too-large", f"It has more than {MAX_ENTRIES:,} entries; the rest was not read.")


def _read_zip(stream: Peeked, origin: Origin) -> Read:
    """An archive: each file in it by its own format. A Word document, which is one."""
    limit = origin.config.max_bytes
    file = seekable(stream, limit)
    if file is None:
        yield excluded(origin.source, "too-large", too_large(limit).detail)
        return
    office = office_kind(file)
    if office == "docx":
        yield from _articles(docx_rows(file, limit), origin)
    elif office or origin.depth:
        detail = f"It is {office or 'an archive in an archive'}; unpack it or turn it into text first."
        yield excluded(origin.source, "unsupported", detail)
    else:
        for member in zip_members(file, limit):
            if isinstance(member, Fault):
                yield from _articles([member], origin)
                continue
            inside = msgspec.structs.replace(
                origin, source=place_in(origin.source, member.name), suffix=_suffix(member.name), depth=origin.depth + 1
            )
            yield from _read_stream(member.stream, inside)


def _articles(rows: Iterable[Row | Page | Fault], origin: Origin) -> Read:
    """What the parts of an input come to."""
    for row in rows:
        match row:
            case Row():
                yield article_of_record(row, origin)
            case Page():
                yield article_of_page(row, origin)
            case Fault():
                yield excluded(place_in(origin.source, row.number), row.reason, row.detail, row.digest)


def _read_parts(
    rows: Callable[[Peeked, int], Iterator[Row | Page | Fault]],
) -> Callable[[Peeked, Origin], Read]:
    """The reader of a format with many records, from a function that takes them apart."""

    def read(stream: Peeked, origin: Origin) -> Read:
        found = None
        for found in _articles(rows(stream, origin.config.max_bytes), origin):
            yield found
        if found is None:
            yield excluded(origin.source, "empty", "There are no records in it.")

    return read


_READERS: dict[str, Callable[[Peeked, Origin], Read]] = {
    "text": _read_text,
    "page": _read_page,
    "json": _read_parts(json_rows),
    "jsonl": _read_parts(json_line_rows),
    "table": _read_parts(table_rows),
    "parquet": _read_parts(parquet_rows),
    "feed": _read_feed,
    "sitemap": _read_feed,
    "warc": _read_parts(warc_pages),
    "pdf": _read_parts(pdf_rows),
    "mail": _read_parts(mail_rows),
    "zip": _read_zip,
}
