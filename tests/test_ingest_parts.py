"""Articles in other things: feeds, WARCs, PDFs, mails, Word documents, archives, lists of services, the web."""

from __future__ import annotations

import gzip
import io
import json
import re
import socket
from datetime import date
from pathlib import Path
from typing import cast

import httpx2
import pytest

from detente.config import Config
from detente.fetch import Fetcher
from detente.ingest import REASONS, Inputs, count_inputs, read_path, read_paths
from detente.politeness import Politeness
from detente.records import Article, Exclusion
from tests.inputs import MAIL, PAGE, SPANISH, column, docx, http, pdf, record, warc, zipped

Found = list[Article | Exclusion]
TEXT = "Japan met South Korea in Tokyo on Thursday.\n\nThey agreed to meet again."


def read(folder: Path, name: str, content: bytes | str, *, max_bytes: int = 64 * 1024 * 1024) -> Found:
    """All that comes out of a file with this content; what holds for every output is checked here."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = list(read_path(path, config=Config(max_bytes=max_bytes)))
    for item in found:
        assert item.source.startswith(str(path))
        item.source.encode()
        if isinstance(item, Exclusion):
            assert item.reason.partition(":")[0] in REASONS
            item.detail.encode()
        else:
            assert item.text.strip()
            item.text.encode()
    return found


def articles(found: Found) -> list[Article]:
    return [item for item in found if isinstance(item, Article)]


def reasons(found: Found) -> list[str]:
    return [item.reason for item in found if isinstance(item, Exclusion)]


def details(found: Found) -> str:
    return " ".join(item.detail for item in found if isinstance(item, Exclusion))


# -- feeds and sitemaps

RSS = """<rss version="2.0"><channel><title>Orbit</title>
<item><title>Ministers meet</title><link>https://orbit.example/1</link><guid>https://orbit.example/1</guid>
<pubDate>Thu, 16 Mar 2023 09:00:00 GMT</pubDate><description>The ministers met in Oslo.</description></item>
<item><title>Talks go on</title><link>https://orbit.example/2</link></item><item/>
</channel></rss>"""


def test_a_feed_is_read_by_the_texts_of_its_own_entries(tmp_path: Path) -> None:
    found = read(tmp_path, "feed.xml", RSS)
    first, second = articles(found)
    assert (first.text, first.title, first.url) == (
        "The ministers met in Oslo.",
        "Ministers meet",
        "https://orbit.example/1",
    )
    assert (first.id, first.publisher, first.source[-2:]) == ("https://orbit.example/1", "Orbit", ":1")
    assert (first.published, first.published_basis) == (date(2023, 3, 16), "record")
    assert (second.text, second.published) == ("Talks go on", None)
    assert reasons(found) == ["no-text"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<rss version='2.0'><channel></channel></rss>", ["empty"]),
        (RSS[:300], ["bad-feed"]),
        ("<rss>", ["empty", "bad-feed"]),
        ("<channel>of words", ["bad-feed"]),
        ("<urlset><url><loc>https://orbit.example/1</loc></url></urlset>", ["links-only"]),
        ("<sitemapindex></sitemapindex>", ["links-only"]),
    ],
)
def test_what_a_feed_does_not_hold_is_told(tmp_path: Path, content: str, told: list[str]) -> None:
    assert set(reasons(read(tmp_path, "feed.xml", content))) <= {*told, "no-text"}
    assert reasons(read(tmp_path, "feed.xml", content))


# -- WARC

GOOD = record(http(PAGE.encode(), "Content-Length: 9"))


@pytest.mark.parametrize("packed", [False, True])
def test_each_page_of_a_warc_is_read_and_the_rest_is_counted(tmp_path: Path, packed: bool) -> None:
    content = warc(
        record(b"software: test", kind="warcinfo"),
        GOOD,
        record(b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record(http(b"", status="404 Not Found")),
        record(http(b"\x89PNG", kind="image/png")),
        record(http(b"", status="304 Not Modified"), kind="revisit"),
        record(b"fetched in: 7 ms", kind="metadata"),
        packed=packed,
    )
    found = read(tmp_path, "a.warc.gz" if packed else "a.warc", content)
    (article,) = articles(found)
    assert "They agreed to reopen the crossing" in article.text
    assert (article.title, article.url) == ("Ministers meet in Oslo", "https://orbit.example/2023/oslo")
    assert article.published == date(2023, 3, 16)  # the page's own day, not that of the crawl
    assert reasons(found) == ["no-page"]
    for what in ("6 records", "1 warcinfo", "1 request", "1 revisit", "response 404", "image/png", "1 metadata"):
        assert what in details(found)


def test_the_day_of_the_crawl_bounds_that_of_publication(tmp_path: Path) -> None:
    page = PAGE.replace("2023-03-16", "2024-03-16")
    (article,) = articles(read(tmp_path, "a.warc", warc(record(http(page.encode())))))
    assert article.published is None or article.published <= date(2023, 3, 20)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(PAGE.encode()), ["Transfer-Encoding: chunked"]),
        (gzip.compress(PAGE.encode()), ["Content-Encoding: gzip"]),
        (chunked(gzip.compress(PAGE.encode())), ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        (PAGE.replace("utf-8", "x").encode("utf-16"), []),
    ],
)
def test_chunks_and_packing_are_undone(tmp_path: Path, body: bytes, headers: list[str]) -> None:
    (article,) = articles(read(tmp_path, "a.warc", warc(record(http(body, *headers)))))
    assert "They agreed to reopen the crossing" in article.text


def test_the_charset_of_the_answer_counts(tmp_path: Path) -> None:
    page = PAGE.replace('<meta charset="utf-8">', "").replace("Southland", "Żółwia").encode("cp1250")
    (article,) = articles(read(tmp_path, "a.warc", warc(record(http(page, kind="text/html; charset=windows-1250")))))
    assert "Żółwia" in article.text


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("keep", [0.05, 0.3, 0.6, 0.95])
def test_a_warc_that_breaks_off_is_read_up_to_there_and_the_place_is_told(
    tmp_path: Path, packed: bool, keep: float
) -> None:
    content = warc(GOOD, GOOD, packed=packed)
    half = len(content) // 2
    found = read(tmp_path, "a.warc", content[: half + int(half * keep)])
    assert len(articles(found)) in (1, 2)
    assert set(reasons(found)) - {"no-article"} == {"broken-warc"}
    assert f"{half:,}" in details(found)


@pytest.mark.parametrize("packed", [False, True])
def test_behind_a_break_reading_goes_on(tmp_path: Path, packed: bool) -> None:
    other = record(http(PAGE.replace("nine hours", "ten hours").encode()))
    parts = [warc(each, packed=packed) for each in (GOOD, record(b"x" * 500, kind="metadata"), other)]
    damaged = bytearray(parts[1])
    damaged[:40] = b"?" * 40
    found = read(tmp_path, "a.warc", parts[0] + bytes(damaged) + parts[2])
    assert ["nine" in article.text for article in articles(found)] == [True, False]
    assert reasons(found) == ["broken-warc"]


def test_what_a_packed_record_holds_before_its_damage_is_read(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(record(http(PAGE.encode() + b"<!-- -->" * 9))))
    packed[-8:-4] = b"????"  # the checksum
    found = read(tmp_path, "a.warc.gz", warc(GOOD, packed=True) + bytes(packed))
    assert len(articles(found)) == 2
    assert reasons(found) == ["broken-warc"]


def test_a_warc_on_standard_input_is_read_to_its_first_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.BufferedReader):
        def seekable(self) -> bool:
            return False

    content = warc(GOOD, packed=True) + b"?" * 90 + warc(GOOD, packed=True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Pipe(cast(io.RawIOBase, io.BytesIO(content)))))
    found = list(read_path("-", config=Config()))
    assert len(articles(found)) == 1
    assert reasons(found) == ["broken-warc"]


def test_a_record_larger_than_max_bytes_is_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, "a.warc", warc(record(http(b" " * 9000)), GOOD), max_bytes=4000)
    assert len(articles(found)) == 1
    assert reasons(found) == ["too-large"]


def test_a_bomb_in_an_answer_is_stopped_at_max_bytes(tmp_path: Path) -> None:
    bomb = record(http(gzip.compress(b"<p>" + bytes(50_000_000)), "Content-Encoding: gzip"))
    found = read(tmp_path, "a.warc", warc(bomb, GOOD), max_bytes=200_000)
    assert len(articles(found)) == 1
    assert reasons(found) == ["too-large"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"WARC/1.0\r\n", "broken-warc"),
        (b"\x04\x22\x4d\x18" + bytes(50), "unsupported"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "unsupported"),
    ],
)
def test_what_only_begins_like_a_warc_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    assert set(reasons(read(tmp_path, "a.warc", content))) == {told}


# -- PDF

LEFT = (
    "The foreign ministers of Northland and",
    "Southland met in Oslo on Thurs-",
    "day, and agreed to reopen the cross-",
)
RIGHT = ("A long-", "term plan is to be signed in May. The", "long-term aim is peace, and it will take")


def test_a_pdf_is_read_column_by_column_without_heads_and_numbers(tmp_path: Path) -> None:
    def page(number: int, *parts: list[tuple[float, float, float, str]]) -> list[tuple[float, float, float, str]]:
        head = (72.0, 760.0, 9.0, f"The Northland Gazette  {number} March 2023")
        return [head, *(line for part in parts for line in part), (300.0, 30.0, 9.0, f"- {number} -")]

    first = page(
        1,
        column(72, 700, "Ministers meet in Oslo after years of silence and talk", size=20),
        column(72, 660, *LEFT, "ing at the river.", size=11),
        column(330, 660, *RIGHT, "years, she added, and"),
    )
    second = page(
        2, column(72, 700, "nobody knows how it will end.", "The talks go on."), column(72, 600, "A new part.")
    )
    (article,) = articles(read(tmp_path, "a.pdf", pdf([first, second], title="Ministers meet")))
    assert article.title == "Ministers meet"
    assert article.text == (
        "Ministers meet in Oslo after years of silence and talk\n\n"
        "The foreign ministers of Northland and Southland met in Oslo on Thursday, and agreed to reopen the crossing at"
        " the river.\n\n"
        "A long-term plan is to be signed in May. The long-term aim is peace, and it will take years, she added, and"
        " nobody knows how it will end. The talks go on.\n\n"
        "A new part."
    )


@pytest.mark.parametrize("title", ["Microsoft Word - draft7.doc", "report.pdf", "Untitled"])
def test_a_title_that_a_program_made_is_none(tmp_path: Path, title: str) -> None:
    (article,) = articles(read(tmp_path, "a.pdf", pdf([column(72, 700, *LEFT)], title=title)))
    assert article.title is None


LOCK = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (pdf([[]]), "no-text-layer"),
        (pdf([column(72, 700, "12")]), "no-text-layer"),
        (pdf([column(72, 700, *LEFT)], trailer=LOCK), "encrypted"),
        (b"%PDF-1.7 ...", "broken-pdf"),
        (pdf([column(72, 700, *LEFT)])[:200], "broken-pdf"),
    ],
    ids=["empty", "number", "locked", "nonsense", "cut"],
)
def test_a_pdf_without_a_text_that_can_be_read_is_excluded(tmp_path: Path, content: bytes, told: str) -> None:
    assert reasons(read(tmp_path, "a.pdf", content)) == [told]


def test_a_pdf_of_very_many_pages_is_read_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.pdfs.MAX_PAGES", 3)
    found = read(tmp_path, "a.pdf", pdf([column(72, 700, f"The minister said {word} times.") for word in RIGHT * 2]))
    assert len(articles(found)) == 1
    assert reasons(found) == ["too-large"]
    assert "first 3" in details(found)


# -- mail


@pytest.mark.parametrize("name", ["a.eml", "no-suffix"])
def test_a_mail_gives_its_plain_text_sender_subject_and_day_and_counts_what_is_attached(
    tmp_path: Path, name: str
) -> None:
    found = read(tmp_path, name, MAIL)
    (article,) = articles(found)
    assert article.text == "The ministers met – again.\n\nThey agreed to meet in May."
    assert (article.title, article.publisher) == ("Ministers meet – again", "Orbit News – Daily")
    assert (article.published, article.published_basis) == (date(2023, 3, 16), "record")
    assert reasons(found) == ["attachment"]
    assert "1 (report.pdf)" in details(found)


def test_a_mail_of_html_gives_its_text(tmp_path: Path) -> None:
    start, end = MAIL.index(b"--c\nContent-Type: text/plain"), MAIL.index(b"--c\nContent-Type: text/html")
    (article,) = articles(read(tmp_path, "a.eml", MAIL[:start] + MAIL[end:]))
    assert article.text == "The ministers met.\n\nIn HTML."


def test_the_mails_of_a_mailbox_are_numbered(tmp_path: Path) -> None:
    quoted = MAIL.replace(b"They agreed", b">From here on they agreed")
    quoted = quoted.replace(b"again.\n", b"again.\n\nFrom now on.\n")
    box = b"".join(b"From daily@orbit.example Thu Mar 16 23:30:00 2023\n" + mail + b"\n" for mail in (MAIL, quoted))
    found = read(tmp_path, "daily.mbox", box)
    first, second = articles(found)
    assert (first.source[-2:], second.source[-2:]) == (":1", ":2")
    assert "\nFrom here on" in second.text
    assert reasons(found) == ["attachment", "attachment"]
    assert reasons(read(tmp_path, "daily.mbox", box, max_bytes=800)) == ["too-large", "too-large"]


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@b.example\nSubject: x\nMessage-ID: <1>\n\n",
        b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: image/png\n\nabc",
        b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n--q--\n",
    ],
)
def test_a_mail_without_text_is_told(tmp_path: Path, content: bytes) -> None:
    assert reasons(read(tmp_path, "a.eml", content))[0] == "no-text"


def test_a_text_with_a_subject_on_top_is_no_mail(tmp_path: Path) -> None:
    text = "From: our correspondent\nSubject: the talks\n\nThe ministers met."
    (article,) = articles(read(tmp_path, "a.txt", text))
    assert article.text == text


@pytest.mark.parametrize("header", ["=?utf-8?b?%%%?=", "=?nonsense?q?a?=", "=?u\xfft?q?a?=", "\xff\xfe", "a" * 5000])
def test_damaged_headers_do_no_harm(tmp_path: Path, header: str) -> None:
    mail = MAIL.replace(b"=?utf-8?b?TWluaXN0ZXJzIG1lZXQg4oCTIGFnYWlu?=", header.encode("latin-1"))
    assert len(articles(read(tmp_path, "a.eml", mail))) == 1


# -- Word documents and archives


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def test_a_word_document_gives_its_text_and_title(tmp_path: Path) -> None:
    body = paragraph("The min", "isters met.") + "<w:p/>" + paragraph("They &amp; others agreed.")
    body += "<w:p><w:del><w:r><w:delText>Deleted.</w:delText></w:r></w:del>"
    body += "<w:r><w:t>Kept.</w:t><w:br/><w:t>On.</w:t></w:r></w:p>"
    (article,) = articles(read(tmp_path, "a.docx", docx(body, title="Ministers meet")))
    assert article.text == "The ministers met.\n\nThey & others agreed.\n\nKept.\nOn."
    assert (article.title, article.published) == ("Ministers meet", None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (docx(""), ["empty"]),
        (docx("<w:p>"), ["broken-zip"]),
        (docx(paragraph("x" * 5000)), ["too-large"]),
        (zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), ["unsupported"]),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": ""}), ["unsupported"]),
        (zipped({}), ["empty"]),
        (b"PK\x03\x04....", ["broken-zip"]),
    ],
    ids=["empty", "malformed", "large", "sheet", "odt", "no files", "nonsense"],
)
def test_documents_and_archives_without_a_text_are_told(tmp_path: Path, content: bytes, told: list[str]) -> None:
    assert reasons(read(tmp_path, "a.zip", content, max_bytes=2000)) == told


def test_entities_in_a_word_document_are_not_opened(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "word">]>'
    found = read(tmp_path, "a.docx", docx(paragraph("The ministers met &a;&b;."), doctype=doctype))
    assert all("root:" not in article.text for article in articles(found))


def test_each_file_of_an_archive_is_read_by_its_own_format(tmp_path: Path) -> None:
    content = zipped(
        {
            "a.txt": TEXT,
            "pages/b.html": PAGE,
            "pages/": "",
            "c.jsonl": json.dumps({"text": "One."}) + "\n" + json.dumps({"text": "Two."}),
            "d.txt.gz": gzip.compress(b"Packed twice."),
            "e.docx": docx(paragraph("From Word.")),
            "f.zip": zipped({"g.txt": "Too deep."}),
            ".hidden": "Hidden.",
            "__MACOSX/._a.txt": "Hidden.",
            "h.bin": bytes(100),
        }
    )
    found = read(tmp_path, "news.zip", content)
    names = [article.source.removeprefix(str(tmp_path / "news.zip")) for article in articles(found)]
    assert names == [":a.txt", ":pages/b.html", ":c.jsonl:1", ":c.jsonl:2", ":d.txt.gz", ":e.docx"]
    assert reasons(found) == ["unsupported", "binary"]


@pytest.mark.parametrize(
    "name", ["../../outside.txt", "/etc/outside.txt", "C:\\outside.txt", "a\r\nb\x1b[2J\u202e.txt"]
)
def test_names_in_an_archive_lead_nowhere(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    found = read(inside, "a.zip", zipped({name: TEXT}))
    (article,) = articles(found)
    assert article.text == TEXT
    assert article.source.isprintable()
    assert [path.name for path in tmp_path.rglob("*")] == ["inside", "a.zip"]


def test_an_archive_that_unpacks_to_too_much_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.archives.MAX_RATIO", 2)
    bomb = zipped({f"{number}.txt": TEXT * 3_000 for number in range(90)} | {"z.txt": TEXT})
    found = read(tmp_path, "bomb.zip", bomb, max_bytes=100_000)
    assert set(reasons(found)) == {"too-large"}
    assert len(found) < 20
    assert "files were not read whole" in details(found)


def test_a_packed_file_in_an_archive_is_bounded_as_a_whole(tmp_path: Path) -> None:
    lines = b'{"text": "One."}\n' * 100_000
    found = read(tmp_path, "a.zip", zipped({"a.jsonl.gz": gzip.compress(lines)}), max_bytes=10_000)
    assert 100 < len(articles(found)) < 10_000
    assert reasons(found)[-1] == "too-large"


def damaged(content: bytes) -> bytes:
    place = content.index(b"a.txt") + 20
    return content[:place] + b"????" + content[place + 4 :]


def test_a_damaged_file_in_an_archive_does_not_stop_the_others(tmp_path: Path) -> None:
    found = read(tmp_path, "a.zip", damaged(zipped({"a.txt": TEXT * 50, "b.txt": TEXT})))
    assert articles(found)[-1].text == TEXT
    assert "broken-zip" in reasons(found)


def test_a_locked_file_in_an_archive_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": TEXT}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    found = read(tmp_path, "a.zip", bytes(content))
    assert (reasons(found), found[0].source[-6:]) == (["encrypted"], ":a.txt")


def test_an_archive_with_an_endless_table_of_contents_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.archives.MAX_DIRECTORY", 1000)
    assert reasons(read(tmp_path, "a.zip", zipped({f"{n}.txt": "a" for n in range(100)}))) == ["too-large"]


def test_an_archive_with_a_way_of_packing_that_is_not_known(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": TEXT}))
    content[8] = content[content.index(b"PK\x01\x02") + 10] = 77
    assert reasons(read(tmp_path, "a.zip", bytes(content))) == ["broken-zip"]


def test_an_archive_in_memory_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(zipped({"a.txt": TEXT}))))
    assert [article.text for article in articles(list(read_path("-", config=Config())))] == [TEXT]


# -- lists of services


def test_an_answer_of_newsapi_gives_its_excerpts(tmp_path: Path) -> None:
    item = {
        "source": {"id": None, "name": "Orbit"},
        "author": "A. Writer",
        "title": "Ministers meet",
        "description": "The ministers met.",
        "url": "https://orbit.example/1",
        "urlToImage": None,
        "publishedAt": "2023-03-16T09:30:00Z",
        "content": "The ministers of both countries met in Oslo… [+1234 chars]",
    }
    answer = {"status": "ok", "totalResults": 2, "articles": [item, {**item, "content": None}]}
    for content in (json.dumps(answer), json.dumps(answer, indent=1)):
        first, second = articles(read(tmp_path, "a.json", content))
        assert first.text == "The ministers of both countries met in Oslo…"
        assert (second.text, second.title, second.publisher) == ("The ministers met.", "Ministers meet", "Orbit")
        assert (first.published, first.url) == (date(2023, 3, 16), "https://orbit.example/1")


MEDIA_CLOUD = """id,indexed_date,language,media_name,media_url,publish_date,title,url
77,2023-03-17 01:02:03.5,en,orbit.example,orbit.example,2023-03-16,"Ministers meet, at last",https://orbit.example/1
"""
OLD_MEDIA_CLOUD = """stories_id,publish_date,title,url,language,ap_syndicated,themes,media_id,media_name,media_url
78,2016-03-16 09:30:00,Ministers meet,https://orbit.example/1,en,False,,1,Orbit,https://orbit.example
"""
GDELT_CSV = """\ufeffURL,MobileURL,Date,Title
https://orbit.example/1,,2023-03-16 09:30:00,Ministers meet
"""
GDELT_ITEM = {
    "url": "https://orbit.example/1",
    "url_mobile": "",
    "title": "Ministers meet",
    "seendate": "20230316T093000Z",
    "domain": "orbit.example",
    "language": "English",
}
GDELT_JSON = json.dumps({"articles": [GDELT_ITEM]})


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("mc.csv", MEDIA_CLOUD, ("Ministers meet, at last", "orbit.example", date(2023, 3, 16))),
        ("no-suffix", MEDIA_CLOUD, ("Ministers meet, at last", "orbit.example", date(2023, 3, 16))),
        ("mc.csv", OLD_MEDIA_CLOUD, ("Ministers meet", "Orbit", date(2016, 3, 16))),
        ("gdelt.csv", GDELT_CSV, ("Ministers meet", None, date(2023, 3, 16))),
        ("gdelt.json", GDELT_JSON, ("Ministers meet", "orbit.example", date(2023, 3, 16))),
    ],
)
def test_lists_without_texts_are_read_by_their_headlines(
    tmp_path: Path, name: str, content: str, told: tuple[str, str | None, date]
) -> None:
    (article,) = articles(read(tmp_path, name, content))
    assert (article.text, article.publisher, article.published) == told
    assert (article.title, article.url) == (article.text, "https://orbit.example/1")


def test_a_list_of_articles_on_each_line_is_numbered_by_line_and_place(tmp_path: Path) -> None:
    line = json.dumps({"articles": [{"text": "One."}, {"text": "Two."}]})
    found = articles(read(tmp_path, "a.jsonl", f"{line}\n{line}\n"))
    assert [article.source.rpartition(":")[2] for article in found] == ["1.1", "1.2", "2.1", "2.2"]


def test_an_object_with_a_text_and_a_list_is_an_article(tmp_path: Path) -> None:
    (article,) = articles(read(tmp_path, "a.json", json.dumps({"text": "One.", "articles": [{"text": "Two."}]})))
    assert article.text == "One."


# -- languages


def test_an_article_that_the_reader_cannot_read_is_excluded_with_its_language(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.txt", SPANISH)
    assert isinstance(found, Exclusion)
    assert found.reason == "language:es"
    assert len(found.digest) == 64
    items = [{"text": TEXT}, {"text": SPANISH}]
    found_in_lines = read(tmp_path, "a.jsonl", "\n".join(map(json.dumps, items)))
    assert (len(articles(found_in_lines)), reasons(found_in_lines)) == (1, ["language:es"])


@pytest.mark.parametrize("languages", [("en", "es"), ()])
def test_the_languages_that_are_read_can_be_set(tmp_path: Path, languages: tuple[str, ...]) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SPANISH, encoding="utf-8")
    assert articles(list(read_path(path, config=Config(languages=languages))))


@pytest.mark.parametrize(
    "text",
    [
        SPANISH[:60],  # too short to tell
        f"{TEXT} {TEXT} {SPANISH}",  # mixed
        "0x7f 12 34 56 " * 40,  # no language
        "Ahmadinejad, Netanyahu, Zelenskyy, Tshisekedi and Ouattara met in Ouagadougou, Kigali and Bujumbura.",
    ],
    ids=["short", "mixed", "numbers", "names"],
)
def test_what_is_short_mixed_or_doubtful_is_read(tmp_path: Path, text: str) -> None:
    assert articles(read(tmp_path, "a.txt", text))


def test_a_long_text_is_read_if_any_part_of_it_can_be(tmp_path: Path) -> None:
    assert articles(read(tmp_path, "a.txt", f"{SPANISH}\n" * 9 + f"{TEXT}\n" * 30))
    assert reasons(read(tmp_path, "a.txt", f"{SPANISH}\n" * 30)) == ["language:es"]


# -- the web


class Web(httpx2.BaseTransport):
    def __init__(self, answers: dict[str, tuple[str, bytes]]) -> None:
        self.answers = answers

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        kind, body = self.answers.get(str(request.url), ("", b""))
        return httpx2.Response(200 if kind else 404, headers={"Content-Type": kind}, content=body)


def fetcher(answers: dict[str, tuple[str, bytes]]) -> Fetcher:
    def resolver(host: str, port: int) -> list[str]:
        if host != "orbit.example":
            raise socket.gaierror(-2, "Name or service not known")
        return ["93.184.216.34"]

    return Fetcher(
        Config(),
        politeness=Politeness(clock=lambda: 0.0, sleep=lambda seconds: None),
        transport=Web(answers),
        resolver=resolver,
        today=lambda: date(2023, 3, 20),
    )


def test_addresses_are_read_like_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    page = PAGE.replace('<meta charset="utf-8">', "").replace("Southland", "Żółwia").encode("cp1250")
    web = fetcher(
        {
            "https://orbit.example/2023/oslo": ("text/html; charset=windows-1250", page),
            "https://orbit.example/feed": ("application/rss+xml", RSS.replace("16 Mar 2023", "16 Mar 2033").encode()),
            "https://orbit.example/b.txt.gz": ("application/gzip", gzip.compress(TEXT.encode())),
            "https://orbit.example/c.pdf": ("application/pdf", pdf([column(72, 700, *LEFT)])),
        }
    )
    urls = [f"https://orbit.example/{name}" for name in ("2023/oslo", "feed", "b.txt.gz", "c.pdf", "none", "a?b=1")]
    paths: list[Path | str] = [tmp_path / "a.txt", *urls, "https://elsewhere.example/"]
    found = list(read_paths(paths, config=Config(), fetcher=web))
    first, oslo, feed, *_ = articles(found)
    assert first.text == TEXT
    assert "Żółwia" in oslo.text
    assert (oslo.url, oslo.source, oslo.publisher) == (urls[0], urls[0], "Orbit News")
    assert (feed.text, feed.published) == ("The ministers met in Oslo.", None)  # a day after it was fetched
    assert feed.source == f"{urls[1]}:1"
    assert [item.source for item in articles(found)[-2:]] == urls[2:4]
    assert reasons(found) == ["no-text", "http-status", "http-status", "unreachable"]


def test_a_page_cannot_say_that_it_is_of_another_site() -> None:
    web = fetcher(
        {"https://orbit.example/x": ("text/html", PAGE.replace("orbit.example/2023", "comet.example").encode())}
    )
    (article,) = articles(list(read_path("https://orbit.example/x", config=Config(), fetcher=web)))
    assert article.url == "https://orbit.example/x"


def test_an_address_that_is_refused_is_an_exclusion_without_a_fetcher_too() -> None:
    for url in ("http://127.0.0.1/", "HTTP://localhost/", "https://user:word@orbit.example/"):
        (found,) = read_path(url, config=Config())
        assert isinstance(found, Exclusion)
        assert found.reason in ("private-address", "bad-url")


def test_a_path_that_was_made_of_an_address_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    web = fetcher({"https://orbit.example/x": ("text/plain", TEXT.encode())})
    (article,) = articles(list(read_path(Path("https://orbit.example/x"), config=Config(), fetcher=web)))
    assert article.source == "https://orbit.example/x"
    local = tmp_path / "https:" / "orbit.example" / "x"
    local.parent.mkdir(parents=True)
    local.write_text("From disk.", encoding="utf-8")
    (article,) = articles(list(read_path(Path("https://orbit.example/x"), config=Config(), fetcher=web)))
    assert article.text == "From disk."


def test_an_address_counts_as_a_file_without_bytes() -> None:
    assert count_inputs(["https://orbit.example/x", Path("https://orbit.example/y")]) == Inputs(files=2, bytes=0)


def test_a_page_with_more_tags_than_any_article_is_not_read(tmp_path: Path) -> None:
    assert reasons(read(tmp_path, "a.html", "<html><body>" + "<br>" * 60_000)) == ["too-large"]


@pytest.mark.parametrize("page", ["ingest.md", "fetch.md"])
def test_the_examples_in_the_docs_print_what_they_say(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parent.parent / "docs" / page).read_text(encoding="utf-8")
    examples = re.findall(r"```python\n((?:(?!```).)*)```\n\n```\n((?:(?!```).)*)```", text, re.DOTALL)
    assert examples
    for code, printed in examples:
        exec(code, {})
        assert capsys.readouterr().out == printed
