"""Feeds and sitemaps -> Feed: what a site says is new on it.

RSS, RDF and Atom are taken apart by feedparser, JSON Feed and sitemaps here. What comes out is plain text and
addresses: no markup, no scripts, no entities of a document's own, and only links to http and https.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from detente.errors import InputError
from detente.formats import clean, decode, kind_of, marked_encoding
from detente.pubdates import header_day
from detente.rows import Fault, Row, digest_of_values
from detente.webpages import plain_text

MAX_FEED = 3 * 1024 * 1024
"""Bytes of the largest feed that is read, unpacked; feedparser takes a second or more for each megabyte."""

MAX_TAGS = 50_000
"""Tags of such a feed, and a tenth of its entities; feedparser takes up to 50 microseconds for a tag. Thirty real
feeds have at most 5,000 tags."""

MAX_SITEMAP = 50 * 1024 * 1024
"""Bytes of the largest sitemap, unpacked, as https://www.sitemaps.org/protocol.html has it."""

MAX_ENTRIES = 50_000
"""Entries read of one feed or sitemap; the sitemap protocol allows as many."""

FULL_TEXT = 1_000
"""Characters from which on an entry's content is taken for the whole article. News summaries are a few hundred."""

_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|(?:continue reading|read more|read on)\W*)\s*\Z", re.I)
_ENTITY = re.compile(rb"<!ENTITY\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>?", re.I)
_GLOBAL_ID = re.compile(r"(?:https?://|tag:|urn:)\S+\Z", re.I)
_SITEMAP_NEWS = {"name": "publisher", "language": "language", "publication_date": "published", "title": "title"}


class Entry(msgspec.Struct, frozen=True):
    """One entry: plain text and days, None or "" where it says nothing.

    `link` is an absolute http or https address. `id` is the entry's own where it names it all over the world (an
    address, a tag or a urn), else None, for numbers are also given by others. `text` is its content or its
    summary, whichever is longer.
    `published` is the day as written, `updated` that of the last change, which is no day of publication.
    """

    link: str | None = None
    title: str | None = None
    published: date | None = None
    summary: str = ""
    content: str = ""
    id: str | None = None
    updated: date | None = None
    publisher: str | None = None
    language: str | None = None

    @property
    def text(self) -> str:
        return max(self.content, self.summary, key=len)

    @property
    def is_full(self) -> bool:
        """Whether the text is, by its length and its end, the whole article, so that the link need not be followed."""
        return len(self.text) >= FULL_TEXT and not _CUT_OFF.search(self.text[-40:])


class Feed(msgspec.Struct, frozen=True):
    """A feed or a sitemap. `kind` is rss, rdf, atom, cdf, json, sitemap or sitemap-index; the links of the last are
    other sitemaps. `truncated` says that entries beyond MAX_ENTRIES were left out, `damaged` that it is not well-formed
    and some may be missing."""

    kind: str
    entries: tuple[Entry, ...]
    title: str | None = None
    language: str | None = None
    truncated: bool = False
    damaged: bool = False


def read_feed(data: bytes, url: str | None = None, *, latest: date | None = None) -> Feed:
    """The feed or sitemap in these bytes, which may be packed with gzip.

    `url` is where it came from, for links that are relative; `latest` is the last day that an entry can have been
    published on, the day after today if it was just fetched: later days are taken for mistakes.

    Raises InputError, with a key of `ingest.REASONS`, for what is none or too large.
    """
    head = _unpacked(data[:65_536], 65_536)[0] if data.startswith(b"\x1f\x8b") else data[:65_536]
    kind = kind_of(head, ".xml")[0]
    if kind not in ("feed", "sitemap"):
        raise InputError("bad-feed", "It is no feed (RSS, Atom, RDF or JSON Feed) and no sitemap.")
    limit = MAX_SITEMAP if kind == "sitemap" else MAX_FEED
    if data.startswith(b"\x1f\x8b"):
        data, broken = _unpacked(data, limit + 1)
    else:
        broken = False
    if len(data) > limit:
        raise InputError("too-large", f"A {kind} of more than {limit:,} bytes.")
    if kind == "feed" and (data.count(b"<") > MAX_TAGS or data.count(b"&") > 10 * MAX_TAGS):
        raise InputError("too-large", f"A feed of more than {MAX_TAGS:,} tags or {10 * MAX_TAGS:,} entities.")
    if kind == "sitemap":
        feed = _sitemap(data, url, latest)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        feed = _json_feed(data, url, latest)
    else:
        feed = _xml_feed(data, url, latest)
    return msgspec.structs.replace(feed, damaged=True) if broken else feed


def feed_rows(feed: Feed) -> Iterator[Row | Fault]:
    """The entries as records, for those who have a feed and not its pages: each with its own text, or its title."""
    for number, entry in enumerate(feed.entries, 1):
        if not (entry.text or entry.title):
            yield Fault("no-text", "The entry has neither a text nor a title.", number=number)
            continue
        values = {
            "id": entry.id,
            "text": entry.text or entry.title,
            "title": entry.title,
            "published": entry.published,
            "url": entry.link,
            "publisher": entry.publisher or feed.title,
            "language": entry.language or feed.language,
        }
        yield Row(values, digest_of_values(values), number)


def _unpacked(data: bytes, limit: int) -> tuple[bytes, bool]:
    """The first `limit` bytes that a gzip holds, and whether it breaks off before."""
    pieces: list[bytes] = []
    size = 0
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        while size < limit:
            try:
                piece = packed.read1(min(limit - size, 1 << 20))
            except (EOFError, zlib.error, gzip.BadGzipFile):
                return b"".join(pieces), True
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
    return b"".join(pieces), False


def web_link(link: object, base: str | None = None) -> str | None:
    """An absolute http or https address, resolved against the address of what it stands in; None for anything else."""
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        absolute = urljoin(base or "", clean(link).strip())
        parts = urlsplit(absolute)
    except ValueError:
        return None
    return absolute if parts.scheme in ("http", "https") and parts.netloc and len(absolute) <= 2048 else None


def _line(value: object) -> str | None:
    """A title or a name as one line of plain text."""
    if not isinstance(value, str):
        return None
    return " ".join(plain_text(clean(value)).split())[:1000] or None


def _global_id(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 2048 and _GLOBAL_ID.match(clean(value)) else None


# -- RSS, RDF, Atom


def _xml_feed(data: bytes, url: str | None, latest: date | None) -> Feed:
    import feedparser

    logging.getLogger("feedparser").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own changes to come
            # a stream, for it would open bytes that are the name of a file; plain_text takes all markup off
            read = feedparser.parse(
                io.BytesIO(_without_entities(data)), sanitize_html=False, resolve_relative_uris=False
            )
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise InputError("bad-feed", f"It breaks off feedparser: {type(error).__name__}.") from error
    version = str(_field(read, "version") or "")
    if not version:  # feedparser makes something of any page
        raise InputError("bad-feed", "It begins like a feed, and is none.")
    about = read.get("feed", {})
    found = read.get("entries", [])
    kind = "rdf" if version in ("rss10", "rss090") else re.sub(r"\d.*", "", version)
    return Feed(
        kind=kind,
        entries=tuple(_entry(entry, url, latest) for entry in found[:MAX_ENTRIES]),
        title=_line(_field(about, "title")),
        language=_line(_field(about, "language")),
        truncated=len(found) > MAX_ENTRIES,
        damaged=bool(read.get("bozo")) and not _is_declaration(read),
    )


def _without_entities(data: bytes) -> bytes:
    """The feed without declarations of entities, by which a few lines can be blown up to gigabytes."""
    if (marked_encoding(data) or "").startswith(("utf-16", "utf-32")):
        data = b"\xef\xbb\xbf" + (decode(data) or "").encode("utf-8", "replace")
    return _ENTITY.sub(b"", data)


def _is_declaration(read: Mapping[str, Any]) -> bool:
    """Whether all that is wrong is that the feed names another encoding than it has, or none."""
    return type(read.get("bozo_exception")).__name__ in ("CharacterEncodingOverride", "NonXMLContentType")


def _entry(entry: Mapping[str, Any], url: str | None, latest: date | None) -> Entry:
    contents = [plain_text(str(item.get("value") or "")) for item in _field(entry, "content") or ()]
    published, updated = (_text(_field(entry, name)) for name in ("published", "updated"))
    return Entry(
        link=web_link(_field(entry, "link"), url),
        title=_line(_field(entry, "title")),
        # Dublin Core's date, all that an RDF feed has, comes as `updated`
        published=header_day(published, latest=latest) if published else header_day(updated, latest=latest),
        summary=plain_text(_text(_field(entry, "summary")) or ""),
        content=max(contents, key=len, default=""),
        id=_global_id(_field(entry, "id")),
        updated=header_day(updated, latest=latest),
        publisher=_line(_field(_field(entry, "source"), "title")),
    )


def _field(fields: object, name: str) -> Any:
    """A field as it is: asked otherwise, feedparser puts another in the place of some that are missing."""
    return dict.get(fields, name) if isinstance(fields, dict) else None


def _text(value: object) -> str | None:
    return clean(value) if isinstance(value, str) else None


# -- JSON Feed, https://www.jsonfeed.org/version/1.1/


def _json_feed(data: bytes, url: str | None, latest: date | None) -> Feed:
    try:
        feed = json.loads(decode(data) or "")
    except (ValueError, RecursionError) as error:
        raise InputError("bad-json", f"It is not JSON: {error}.") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise InputError("bad-feed", "A JSON feed without a list of items.")
    entries = tuple(_json_entry(item, url, latest) for item in items[:MAX_ENTRIES] if isinstance(item, dict))
    return Feed(
        kind="json",
        entries=entries,
        title=_line(feed.get("title")),
        language=_line(feed.get("language")),
        truncated=len(items) > MAX_ENTRIES,
    )


def _json_entry(item: Mapping[str, Any], url: str | None, latest: date | None) -> Entry:
    plain = _text(item.get("content_text")) or ""
    published, updated = (_text(item.get(name)) for name in ("date_published", "date_modified"))
    return Entry(
        link=web_link(item.get("url"), url) or web_link(item.get("external_url"), url),
        title=_line(item.get("title")),
        published=header_day(published, latest=latest),
        summary=_text(item.get("summary")) or "",
        content=plain.strip() or plain_text(_text(item.get("content_html")) or ""),
        id=_global_id(item.get("id")),
        updated=header_day(updated, latest=latest),
        language=_line(item.get("language")),
    )


# -- sitemaps, https://www.sitemaps.org/protocol.html, with the news of
#    https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap


def _sitemap(data: bytes, url: str | None, latest: date | None) -> Feed:
    from lxml.etree import LxmlError, iterparse

    entries: list[Entry] = []
    index = truncated = damaged = False
    fields: dict[str, str] = {}
    parsing = iterparse(
        io.BytesIO(data), events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False,
        load_dtd=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in parsing:
            name = str(element.tag).rpartition("}")[2]
            if name in ("url", "sitemap"):
                if len(entries) >= MAX_ENTRIES:
                    truncated = True
                    break
                index = index or name == "sitemap"
                entries.append(_sitemap_entry(fields, url, latest))
                fields = {}
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            elif name in ("loc", "lastmod", *_SITEMAP_NEWS):
                fields.setdefault(name, clean(str(element.text or "")).strip())
    except LxmlError:
        damaged = True
    damaged = damaged or len(parsing.error_log) > 0
    kind = "sitemap-index" if index else "sitemap"
    return Feed(kind=kind, entries=tuple(entries), truncated=truncated, damaged=damaged)


def _sitemap_entry(fields: Mapping[str, str], url: str | None, latest: date | None) -> Entry:
    return Entry(
        link=web_link(fields.get("loc"), url),
        title=fields.get("title", "")[:1000] or None,
        published=header_day(fields.get("publication_date"), latest=latest),
        updated=header_day(fields.get("lastmod"), latest=latest),
        publisher=fields.get("name", "")[:200] or None,
        language=fields.get("language", "")[:20] or None,
    )
