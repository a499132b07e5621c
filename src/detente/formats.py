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
from typing import Any

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "article_id", "guid"),
    "text": ("text", "body", "content", "article", "full_text", "fulltext", "maintext"),
    "title": ("title", "headline"),
    "published": (
        *("published", "published_at", "date", "publication_date", "publish_date", "date_publish", "pubdate"),
    ),
    "url": ("url", "link"),
    "publisher": ("publisher", "source", "outlet", "publication"),
    "language": ("language", "lang"),
}
"""Fields of a record and the names they go by in input, in any case; the first that is there and filled counts."""

FORMATS = ("text", "page", "json", "jsonl", "table", "parquet")

FIELD_OF = {name: field for field, names in COLUMNS.items() for name in names}

SNIFF = 65_536  # bytes looked at to tell a format; pages and tables show theirs well before
_DAMAGE = 0.1  # UTF-8 with up to one damaged byte in ten characters above ASCII is still taken for UTF-8
_WESTERN = 0.05  # share of bytes above ASCII up to which a Latin text is taken for windows-1252

_UNSUPPORTED = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "an RTF document"),
    (b"WARC/", "a WARC"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"SQLite format 3", "a SQLite database"),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_PROLOGUE = r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*"
_FEED = re.compile(_PROLOGUE + r"(?:<\?[^>]*>\s*)*<(?:rss|feed|rdf:RDF|opml)\b", re.S)
_PAGE = re.compile(
    _PROLOGUE + r"<(?:!doctype\s+html|html|head|body|article|main|section|div|p|h1|meta|title)\b", re.S | re.I
)
_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w-]{3,30})", re.I)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def kind_of(head: bytes, suffix: str) -> tuple[str, str]:
    """One of FORMATS, or a key of `ingest.REASONS` and the sentence for people.

    `suffix` is the end of the file's name, with its dot and in lower case.
    """
    if not head:
        return "empty", "It has no bytes."
    if head.startswith(b"PAR1"):
        return "parquet", ""
    for magic, name in _UNSUPPORTED:
        if head.startswith(magic):
            return "unsupported", f"It is {name}; turn it into text, HTML or JSONL first."
    text = head.decode(marked_encoding(head) or "latin-1", "replace").lstrip("\ufeff \t\r\n")
    if _is_binary(text):
        return "binary", "Its bytes are no text in any encoding."
    if _FEED.match(text):
        return "unsupported", "It is a feed, not an article."
    if _PAGE.match(text) or (suffix in (".html", ".htm", ".xhtml") and re.search(r"<[a-zA-Z]", text)):
        return "page", ""
    if re.match(r"<(?:\?xml|!doctype)", text, re.I):
        return "unsupported", "It is XML of a kind that is not read; turn it into text, HTML or JSONL first."
    return _kind_of_text(text, suffix), ""


def _kind_of_text(text: str, suffix: str) -> str:
    """json, jsonl, table or text."""
    first = text.partition("\n")[0]
    line_by_line = suffix in (".jsonl", ".ndjson") and first.strip() not in ("{", "[")
    if re.match(r"\{\s*[\"}]", text):
        return "jsonl" if line_by_line or first.rstrip().endswith("}") or len(first) == len(text) else "json"
    if re.match(r"\[\s*[{\]]", text) or suffix in (".json", ".jsonl", ".ndjson"):
        return "jsonl" if line_by_line else "json"
    cells = [cell.strip('" \r').lower() for cell in first.split(delimiter_of(first))]
    known = [FIELD_OF[cell] for cell in cells if cell in FIELD_OF]
    header = len(cells) > 1 and "text" in known and 2 * len(known) > len(cells)
    return "table" if header or suffix in (".csv", ".tsv", ".tab") else "text"


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

    Where `rest` is a gzip stream that breaks off, this one ends there, and `broken` says how.
    """

    def __init__(self, head: bytes, rest: io.BufferedIOBase) -> None:
        self.head, self.rest = head, rest
        self._joined = _Joined(head, rest)
        super().__init__(self._joined, SNIFF)

    @property
    def broken(self) -> str:
        return self._joined.broken


class _Joined(io.RawIOBase):
    """Bytes, and then those of a stream."""

    def __init__(self, head: bytes, rest: io.BufferedIOBase) -> None:
        super().__init__()
        self._head, self._rest, self.broken = head, rest, ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            piece = self._next(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def _next(self, size: int) -> bytes:
        try:
            return self._rest.read1(size)  # not read(), which loses what it has when a gzip breaks off
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = str(error)
            return b""
