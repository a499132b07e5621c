"""Inputs made to crash, hang or fill the memory of those who read them; `evaluation.fuzz` reads them.

`share` scales them: at 1 they are as large as they have to be to do harm, many of them just below a limit of ours.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import NamedTuple

from detente import feeds, webpages
from tests.inputs import MAIL, column, docx, http, pdf, record, zipped

_BOMB = '<!DOCTYPE x [<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12)) + "]>"
_TAGS = ("div", "span", "b", "table><tr><td", "ul><li", "blockquote", "p", "br", "a href=x", "svg", "form")
_IN_PAGES = ("<", "&", "<!--", "&amp;", "2021-01-01 ", "1", "a ", " ", "\n", "<p>", "\u202e", "\u0301", "\u200d")
_IN_TEXTS = (
    *("“", '"', "(", "A. ", "U.S. ", "... ", "- \n", "a\n", "\n\n", "---\n", "a: b\n", "Ab, Jan 1, ", "\u202e", "\0"),
)


class Input(NamedTuple):
    name: str
    suffix: str
    content: bytes


def hostile(share: float = 1.0) -> Iterator[Input]:
    """All of them, in a fixed order."""
    million = int(1_000_000 * share)
    yield from _archives(million)
    yield from _entities()
    yield from _pages(share)
    yield from _texts(million)
    yield from _records(million)
    yield from _feeds(share)
    yield from _mails(million)
    yield from _documents(million)
    yield from _warcs(million)


def _archives(million: int) -> Iterator[Input]:
    yield Input("gzip bomb", ".txt.gz", gzip.compress(b"a" * 100 * million))
    yield Input("gzip bomb of lines", ".jsonl.gz", gzip.compress(b'{"text": "' + b"a" * 100 * million))
    yield Input("gzip in gzip", ".gz", gzip.compress(gzip.compress(gzip.compress(bytes(10 * million)))))
    yield Input("zip bomb", ".zip", zipped({f"{n}.txt": b"a" * million for n in range(100)}))
    yield Input("zip of one file many times", ".zip", _overlapping(b"word " * 2 * million, 500))
    yield Input("zip in zip", ".zip", zipped({"a.zip": zipped({"b.zip": zipped({"c.txt": b"a" * million})})}))
    yield Input("zip with names that lead out", ".zip", zipped({"../../a.txt": "A.", "/etc/b": "B.", "C:\\c": "C."}))
    files = {f"{n}.txt": "The ministers met." for n in range(million // 100)}
    yield Input("zip of very many files", ".zip", zipped(files))


def _overlapping(content: bytes, times: int) -> bytes:
    """An archive whose table of contents names the same packed bytes many times."""
    archive = zipped({"a.txt": content})
    start, end = archive.index(b"PK\x01\x02"), archive.index(b"PK\x05\x06")
    table = archive[start:end] * times
    tail = bytearray(archive[end:])
    tail[8:12] = times.to_bytes(2, "little") * 2
    tail[12:16] = len(table).to_bytes(4, "little")
    return archive[:start] + table + bytes(tail)


def _entities() -> Iterator[Input]:
    paragraph = "<w:p><w:r><w:t>&e12;</w:t></w:r></w:p>"
    yield Input("entities in a word document", ".docx", docx(paragraph, doctype=_BOMB))
    for name, text in (
        ("rss", "<rss version='2.0'><channel><item><title>&e12;</title></item></channel></rss>"),
        ("atom", "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>&e12;</title></entry></feed>"),
        ("sitemap", "<urlset><url><loc>&e12;</loc></url></urlset>"),
        ("html", "<html><body><p>&e12;</p></body></html>"),
    ):
        for encoding in ("utf-8", "utf-16"):
            yield Input(f"entities in {name}, {encoding}", ".xml", (_BOMB + text).encode(encoding))


def _pages(share: float) -> Iterator[Input]:
    tags, characters = int(webpages.MAX_TAGS * share) - 3, int(webpages.MAX_PAGE * share) - 99
    for tag in _TAGS:
        times = tags // (1 + tag.count("<"))
        yield Input(f"deep {tag}", ".html", f"<html><body>{f'<{tag}>' * times}text".encode())
        yield Input(f"many {tag}", ".html", f"<html><body>{f'<{tag}>text.' * times}".encode())
    for text in _IN_PAGES:
        times = tags if "<" in text else characters // len(text)
        yield Input(f"page of {text!r}", ".html", f"<html><body><p>{text * times}".encode())


def _texts(million: int) -> Iterator[Input]:
    for text in _IN_TEXTS:
        yield Input(f"text of {text!r}", ".txt", (text * (2 * million // len(text))).encode())
    yield Input("front matter", ".txt", b"---\n" + b"a: b\n" * (million // 2) + b"---\n")
    yield Input("dateline", ".txt", b"A" + b"a, Jan " * 200 + b"--")
    yield Input("lone surrogates", ".txt", b"The ministers \xed\xa0\x80\xed\xb0\x80 met. " * 1_000)


def _records(million: int) -> Iterator[Input]:
    line = b'{"text": "The \\ud800 ministers \\udc00 met."}\n'
    yield Input("lone surrogates in json", ".jsonl", line * (million // 1_000))
    yield Input("deep json", ".json", b"[" * million)
    yield Input("deep json object", ".json", b'{"a":' * million)
    yield Input("wide json", ".json", b"[" + b"1," * million + b"1]")
    yield Input("long number", ".json", b'{"text": "a", "id": ' + b"9" * million + b"}")
    yield Input("wide table", ".csv", b"text," * (million // 5) + b"\n" + b"a," * (million // 5))
    yield Input("table of quotes", ".csv", b"id,text\n" + b'1,"' * (million // 3))


def _feeds(share: float) -> Iterator[Input]:
    tags, start = int(feeds.MAX_TAGS * share) - 9, b"<rss version='2.0'>"
    yield Input("deep feed", ".xml", start + b"<a>" * tags)
    yield Input("feed of many entries", ".xml", start + b"<channel>" + b"<item><title>a</title></item>" * (tags // 4))
    yield Input("feed of amps", ".xml", start + b"<channel><item><title>" + b"&" * (10 * tags))
    urls = b"<url><loc>https://a.example/</loc></url>" * int(1_000_000 * share)
    yield Input("sitemap of many", ".xml", b"<urlset>" + urls)


def _mails(million: int) -> Iterator[Input]:
    head = b"From: a@b.example\nMessage-ID: <1>\nSubject: a\nMIME-Version: 1.0\n"
    layers = (b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(million // 200))
    yield Input("deep mail", ".eml", head + b"".join(layers) + b"\nThe ministers met.")
    yield Input("mail of many parts", ".eml", MAIL.split(b"--b\n")[0] + b"--b\n\na\n" * (million // 20))
    header = b"=?utf-8?q?a?= " * (million // 5)
    yield Input("mail of one long header", ".eml", b"From: a\nMessage-ID: <1>\nSubject: " + header)
    yield Input("mbox of many", ".mbox", b"From a\nSubject: a\n\nThe ministers met.\n\n" * (million // 50))


def _documents(million: int) -> Iterator[Input]:
    yield Input("word bomb", ".docx", docx("<w:p/>" * million))
    yield Input("larger word bomb", ".docx", docx("<w:p/>" * 10 * million))
    yield Input("deep word", ".docx", docx("<w:p>" * (million // 10)))
    yield Input("pdf of itself", ".pdf", pdf([column(72, 700, "a")]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"))
    yield Input("pdf of many pages", ".pdf", pdf([column(72, 700, "The ministers met.")] * (million // 300)))
    words = [(n % 600, n / 300 % 700, 2, f"word{n}") for n in range(million // 10)]
    yield Input("pdf of many words", ".pdf", pdf([words]))


def _warcs(million: int) -> Iterator[Input]:
    yield Input("warc of many heads", ".warc", b"WARC/1.0\r\n" * (million // 5))
    yield Input("warc of breaks", ".warc", (record(b"a") + b"??WARC/1.0\r\n\r\n") * (million // 200))
    bomb = http(gzip.compress(bytes(200 * million)), "Content-Encoding: gzip")
    yield Input("warc of a bomb", ".warc", record(bomb))
    chunks = http(b"fffffffff\r\n" * million, "Transfer-Encoding: chunked")
    yield Input("warc of a bomb in chunks", ".warc", record(chunks))
