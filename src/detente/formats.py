"""What the bytes of an input are: their format, their encoding, the text in them.

The bytes decide; a file's name only helps where they leave it open.
"""

from __future__ import annotations

import gzip
import io
import logging
import re
import unicodedata
import zlib
from collections.abc import Iterable
from typing import Any, BinaryIO, NamedTuple, cast

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "article_id", "guid", "stories_id"),
    "text": ("text", "body", "content", "article", "full_text", "fulltext", "maintext"),
    "title": ("title", "headline"),
    "published": (
        *("published", "published_at", "date", "publication_date", "publish_date", "date_publish", "pubdate"),
        *("publishedat", "seendate"),
    ),
    "url": ("url", "link"),
    "publisher": ("publisher", "source", "outlet", "publication", "media_name", "domain"),
    "language": ("language", "lang"),
}
"""Fields of a record and the names they go by in input, in any case; the first that is there and filled counts."""

FORMATS = (
    *("text", "page", "json", "jsonl", "table", "parquet"),
    *("feed", "sitemap", "warc", "pdf", "mail", "zip"),
)

FIELD_OF = {name: field for field, names in COLUMNS.items() for name in names}


class Preset(NamedTuple):
    """A list of articles that another service gives out: the columns that it is told by, and those that hold its text.

    Of several columns of texts the longest is taken.
    """

    service: str
    marks: frozenset[str]
    text: tuple[str, ...]


PRESETS = (
    # https://newsapi.org/docs/endpoints/everything: `content` ends after 200 characters in "[+1234 chars]"
    Preset("NewsAPI", frozenset({"urltoimage", "publishedat"}), ("content", "description")),
    # https://search.mediacloud.org, and the API of before 2023: titles and addresses, no texts
    Preset("Media Cloud", frozenset({"media_name", "publish_date", "url"}), ("title",)),
    # https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/: the artlist mode as JSON, and as CSV
    Preset("GDELT", frozenset({"seendate", "domain", "url"}), ("title",)),
    Preset("GDELT", frozenset({"url", "mobileurl", "date", "title"}), ("title",)),
)
"""Lists of articles by services: their texts are what they give, an excerpt or no more than the headline."""


def preset_of(names: Iterable[str]) -> Preset | None:
    """The preset that columns of these names, in lower case, are of."""
    known = set(names)
    return next((preset for preset in PRESETS if preset.marks <= known), None)


SNIFF = 65_536  # bytes looked at to tell a format; pages and tables show theirs well before
_DAMAGE = 0.1  # UTF-8 with up to one damaged byte in ten characters above ASCII is still taken for UTF-8
_WESTERN = 0.05  # share of bytes above ASCII up to which a Latin text is taken for windows-1252

_UNSUPPORTED = (
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "an RTF document"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"SQLite format 3", "a SQLite database"),
)
_BINARY = (
    (b"PAR1", "parquet"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # without a file in it
    (b"WARC/", "warc"),
    (b"\x04\x22\x4d\x18", "warc"),  # lz4 and zstd are read where they pack a WARC
    (b"\x28\xb5\x2f\xfd", "warc"),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_PROLOGUE = r"(?:\s+|<\?[^>]*>|<!--(?:(?!-->).)*-->)*+"  # possessive: what is passed over is not tried again
_DOCTYPE = r"(?:<!doctype\b(?!\s+html\b)[^>\[]*(?:\[[^\]]*\]\s*)?>)?+"
_ROOT = re.compile(_PROLOGUE + _DOCTYPE + _PROLOGUE + r"<([\w:]{1,40})\b", re.S | re.I)
_FEEDS = {"rss", "feed", "rdf:rdf", "channel"}
_SITEMAPS = {"urlset", "sitemapindex"}
_JSON_FEED = re.compile(r"https?:\\?/\\?/jsonfeed\.org\\?/version")
_PAGE = re.compile(
    _PROLOGUE + r"<(?:!doctype\s+html|html|head|body|article|main|section|div|p|h1|meta|title)\b", re.S | re.I
)
_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w-]{3,30})", re.I)
_MAIL_FIELDS = {
    *("received", "return-path", "delivered-to", "message-id", "mime-version", "dkim-signature", "list-id"),
}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def kind_of(head: bytes, suffix: str) -> tuple[str, str]:
    """One of FORMATS, or a key of `ingest.REASONS` and the sentence for people.

    `suffix` is the end of the file's name, with its dot and in lower case.
    """
    if not head:
        return "empty", "It has no bytes."
    for magic, kind in _BINARY:
        if head.startswith(magic):
            return kind, ""
    for magic, name in _UNSUPPORTED:
        if head.startswith(magic):
            return "unsupported", f"It is {name}; turn it into text, HTML or JSONL first."
    text = head.decode(marked_encoding(head) or "latin-1", "replace").lstrip("\ufeff \t\r\n")
    if _is_binary(text):
        return "binary", "Its bytes are no text in any encoding."
    root = _ROOT.match(text)
    name = root[1].lower() if root else ""
    if name in _FEEDS:
        return "feed", ""
    if name.rpartition(":")[2] in _SITEMAPS:
        return "sitemap", ""
    if name == "opml":
        return "unsupported", "It is a list of feeds (OPML), not an article."
    if _PAGE.match(text) or (suffix in (".html", ".htm", ".xhtml") and re.search(r"<[a-zA-Z]", text)):
        return "page", ""
    if re.match(r"<(?:\?xml|!doctype)", text, re.I):
        return "unsupported", "It is XML of a kind that is not read; turn it into text, HTML or JSONL first."
    return _kind_of_text(text, suffix), ""


def _kind_of_text(text: str, suffix: str) -> str:
    """json, jsonl, feed, table, mail or text."""
    first = text.partition("\n")[0]
    if text.startswith("{") and _JSON_FEED.search(text, 0, 2000):
        return "feed"
    line_by_line = suffix in (".jsonl", ".ndjson") and first.strip() not in ("{", "[")
    if re.match(r"\{\s*[\"}]", text):
        return "jsonl" if line_by_line or first.rstrip().endswith("}") or len(first) == len(text) else "json"
    if re.match(r"\[\s*[{\]]", text) or suffix in (".json", ".jsonl", ".ndjson"):
        return "jsonl" if line_by_line else "json"
    cells = [cell.strip('" \r').lower() for cell in first.split(delimiter_of(first))]
    known = [FIELD_OF[cell] for cell in cells if cell in FIELD_OF]
    header = len(cells) > 1 and "text" in known and 2 * len(known) > len(cells)
    if header or preset_of(cells) or suffix in (".csv", ".tsv", ".tab"):
        return "table"
    return "mail" if _is_mail(text, suffix) else "text"


def _is_mail(text: str, suffix: str) -> bool:
    """Whether a text opens with the header of an e-mail, on its own or under the "From " line of an mbox.

    A text that only has a sender and a subject on top can be an article of its own; the name or a field that mail
    programs add (RFC 5322, section 3.6) decides.
    """
    lines = text[:SNIFF].split("\n", 200)[:200]
    boxed = lines[0].startswith("From ")
    names = set()
    for line in lines[boxed:]:
        if not line.strip():
            break
        name, colon, _ = line.partition(":")
        if colon and re.fullmatch(r"[!-9;-~]{1,70}", name):
            names.add(name.lower())
        elif not line.startswith((" ", "\t", ">")):
            return False
    told = {"from", "subject", "date"} & names
    return bool(told) and (boxed or suffix in (".eml", ".mbox") or (len(told) > 1 and bool(_MAIL_FIELDS & names)))


def delimiter_of(header: str) -> str:
    """What separates most cells of a header line: a tab, a comma or a semicolon."""
    return max("\t,;", key=header.count)


def _is_binary(text: str) -> bool:
    """More than one control character in twenty: text has hardly any, packed data every tenth byte."""
    narrow = text.encode("latin-1", "replace")
    controls = len(narrow) - len(narrow.translate(None, _CONTROL))
    return controls * 20 > len(narrow)


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark names, or that the NULs of UTF-16 give away."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    even, odd, half = data[:SNIFF:2].count(0), data[1:SNIFF:2].count(0), min(len(data), SNIFF) // 2
    if half >= 4 and max(even, odd) * 3 > half and min(even, odd) * 20 < half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def declared_encoding(page: bytes) -> str | None:
    """What a page's own `<meta charset>` says, in its first 4096 bytes."""
    declared = _CHARSET.search(page, 0, 4096)
    return declared[1].decode("ascii", "replace") if declared else None


def encoding_of(data: bytes, declared: str | None = None) -> str | None:
    """The encoding of a text, or None where none fits.

    In this order: a byte order mark, UTF-8 (also with slight damage), the encoding that a page declares, and the
    best guess of charset-normalizer.
    """
    marked = marked_encoding(data)
    if marked:
        return marked
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    high = len(text) - len(data.translate(None, bytes(range(128, 256)))) - damaged
    if damaged <= _DAMAGE * high:
        return "utf-8"
    return declared if declared and _fits(data, declared) else _guess(data)


def decode(data: bytes, declared: str | None = None) -> str | None:
    """The text in the bytes by `encoding_of`, with U+FFFD for what is damaged, or None where no encoding fits."""
    encoding = encoding_of(data, declared)
    return None if encoding is None else data.decode(encoding, "replace").removeprefix("\ufeff")


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _guess(data: bytes) -> str | None:
    """The likeliest encoding of bytes that are not UTF-8.

    A Latin text with few letters above ASCII is taken for windows-1252, by far the commonest of them and what the
    Encoding Standard reads "latin1" as (https://encoding.spec.whatwg.org/#names-and-labels): with so few letters
    to go by, the guesses are of eastern European code pages.
    """
    from charset_normalizer import from_bytes

    logging.getLogger("charset_normalizer").setLevel(logging.CRITICAL)
    sample = data if len(data) <= 4 * SNIFF else data[: data.rfind(b"\n", 0, 4 * SNIFF) + 1 or 4 * SNIFF]
    best = from_bytes(sample).best()
    if best is None:
        return None
    high = [character for character in str(best) if character > "\x7f" and character.isalpha()]
    latin = all(unicodedata.name(character, "").startswith("LATIN") for character in set(high))
    if latin and len(high) < _WESTERN * len(sample) and _fits(data, "cp1252"):
        return "cp1252"
    return best.encoding


def clean(text: str) -> str:
    """The text as it is, but with "\\n" for "\\r\\n", and U+FFFD for NUL and for lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\0", "\ufffd")
    return _SURROGATE.sub("\ufffd", text)


class Peeked(io.BufferedReader):
    """A stream whose first bytes, `head`, were looked at, and that still starts with them.

    Where `rest` is a gzip stream that breaks off, this one ends there, and `broken` says how. It also ends after
    `most` bytes, if that is given, and `cut` says so.
    """

    def __init__(self, head: bytes, rest: io.BufferedIOBase, *, most: int | None = None) -> None:
        self.head, self.rest = head, rest
        self._joined = _Joined(head, rest, most)
        super().__init__(self._joined, SNIFF)

    @property
    def broken(self) -> str:
        return self._joined.broken

    @property
    def cut(self) -> bool:
        return self._joined.cut


class _Joined(io.RawIOBase):
    """Bytes, and then those of a stream."""

    def __init__(self, head: bytes, rest: io.BufferedIOBase, most: int | None) -> None:
        super().__init__()
        self._head, self._rest, self._most = head, rest, most
        self.broken, self.cut, self._given = "", False, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            piece = self._next(len(buffer))
        buffer[: len(piece)] = piece
        self._given += len(piece)
        return len(piece)

    def _next(self, size: int) -> bytes:
        if self._most is not None and self._given > self._most:
            self.cut = True
            return b""
        try:
            return self._rest.read1(size)  # not read(), which loses what it has when a gzip breaks off
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = str(error)
            return b""


def on_disk(stream: Peeked) -> BinaryIO | None:
    """The file that a stream is of, at its start, if it can be sought in; None for pipes and for what is unpacked."""
    if not (isinstance(stream.rest, io.BufferedReader) and stream.rest.seekable()):
        return None
    stream.rest.seek(0)
    return cast(BinaryIO, stream.rest)


def seekable(stream: Peeked, limit: int) -> BinaryIO | None:
    """The whole input as a file that can be sought in, at its start: the one on disk, else its bytes in memory.

    None where it would have to be held in memory and is larger than `limit`.
    """
    file = on_disk(stream)
    if file is None:
        data = stream.read(limit + 1)
        file = io.BytesIO(data) if len(data) <= limit else None
    return file
