"""Reading inputs: each comes out as an article or as an exclusion with its reason, and one bad file stops nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.config import Config
from detente.ingest import REASONS, Inputs, count_inputs, read_path, read_paths
from detente.records import Article, Exclusion
from tests.inputs import PAGE

TEXT = "Japan met South Korea in Tokyo on Thursday.\n\nThey agreed to meet again."
DAY = date(2023, 3, 17)


def read(
    path: Path | str, *, max_bytes: int = 64 * 1024 * 1024, published: date | None = None
) -> list[Article | Exclusion]:
    """All that comes out of a path; what holds for every output is checked here."""
    config = Config(max_bytes=max_bytes, languages=())
    found = list(read_path(path, config=config, published=published))
    for item in found:
        item.source.encode()
        if isinstance(item, Exclusion):
            assert item.reason in REASONS
            assert item.detail
            item.detail.encode()
        else:
            assert item.id
            assert len(item.digest) == 64
            assert item.text.strip()
            item.text.encode()
            assert (item.published is None) == (item.published_basis == "none")
    return found


def one_article(path: Path | str, *, published: date | None = None) -> Article:
    (item,) = read(path, published=published)
    assert isinstance(item, Article)
    return item


def one_exclusion(path: Path | str, *, max_bytes: int = 64 * 1024 * 1024) -> Exclusion:
    (item,) = read(path, max_bytes=max_bytes)
    assert isinstance(item, Exclusion)
    return item


def reasons(found: list[Article | Exclusion]) -> list[str]:
    """The reason of each exclusion, and "" for each article."""
    return [item.reason if isinstance(item, Exclusion) else "" for item in found]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# -- plain text


def test_a_text_keeps_every_character_and_is_named_by_its_content(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", f"\n {TEXT}\n\n")
    article = one_article(path)
    assert article.text == f"\n {TEXT}\n\n"
    assert article.id == "a" + hashlib.sha256(article.text.encode()).hexdigest()[:16]
    assert article.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (article.source, article.published_basis) == (str(path), "none")


def test_windows_line_ends_become_one_character(tmp_path: Path) -> None:
    assert one_article(written(tmp_path, "a.txt", "One.\r\nTwo.\rThree.")).text == "One.\nTwo.\rThree."


def test_what_cannot_be_stored_as_utf8_or_shown_is_replaced_one_for_one(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "A line of text with a NUL \0 and a bell \a in it.")
    assert one_article(path).text == "A line of text with a NUL \ufffd and a bell \a in it."


def test_front_matter_is_read_and_taken_off(tmp_path: Path) -> None:
    front = "---\r\ntitle: Ministers meet: day two\r\npublished: 2023-03-16\r\nTags: peace\r\nurl: 'https://a.example/b'\r\n---\r\n"
    article = one_article(written(tmp_path, "a.txt", front + TEXT), published=DAY)
    assert article.text == TEXT
    assert (article.title, article.url) == ("Ministers meet: day two", "https://a.example/b")
    assert (article.published, article.published_basis) == (date(2023, 3, 16), "record")


@pytest.mark.parametrize("text", ["---\nNot a field.\n---\nBody.", "---\ntitle: never closed\nBody.", "--- a dash ---"])
def test_a_rule_that_is_no_front_matter_stays_in_the_text(tmp_path: Path, text: str) -> None:
    assert one_article(written(tmp_path, "a.txt", text)).text == text


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b" \n\t\n", "empty"), (b"---\ntitle: a\n---\n \n", "empty")]
)
def test_a_file_without_text_is_empty(tmp_path: Path, content: bytes, reason: str) -> None:
    assert one_exclusion(written(tmp_path, "a.txt", content)).reason == reason


# -- encodings

ENGLISH = "The café talks with Mr. Müller failed on Monday. “Nobody said why,” an official told reporters. " * 3
FRENCH = "Le président de la République a été reçu à Genève, où les deux pays ont signé un traité. " * 3
JAPANESE = "両国の外相は東京で会談し、協議を続けることで合意した。" * 3
RUSSIAN = "Президент встретился с министром в Москве. Переговоры продолжатся завтра. " * 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TEXT, "utf-8-sig"),
        (ENGLISH, "utf-8"),
        (ENGLISH, "cp1252"),
        (FRENCH, "latin-1"),
        (TEXT, "utf-16"),
        (ENGLISH, "utf-16-le"),
        (ENGLISH, "utf-16-be"),
        (TEXT, "utf-32"),
        (JAPANESE, "shift_jis"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp1251"),
    ],
)
def test_text_in_other_encodings_reads_the_same(tmp_path: Path, text: str, encoding: str) -> None:
    assert one_article(written(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_a_damaged_byte_in_utf8_does_not_change_the_encoding(tmp_path: Path) -> None:
    content = FRENCH.encode().replace("ç".encode(), b"\xff", 1)
    assert one_article(written(tmp_path, "a.txt", content)).text == FRENCH.replace("ç", "\ufffd", 1)


NOISE = Random(7)


@pytest.mark.parametrize(
    "content",
    [NOISE.randbytes(5000), bytes(300), b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9],
    ids=["noise", "zeros", "image"],
)
def test_bytes_that_are_no_text_are_binary(tmp_path: Path, content: bytes) -> None:
    assert one_exclusion(written(tmp_path, "a.txt", content)).reason == "binary"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"BZh91AY&SY", "bzip2"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"<?xml version='1.0'?>\n<opml version='2.0'></opml>", "OPML"),
        (b"<?xml version='1.0'?><nitf></nitf>", "XML"),
    ],
)
def test_formats_that_are_not_read_are_named(tmp_path: Path, content: bytes, named: str) -> None:
    exclusion = one_exclusion(written(tmp_path, "a.txt", content))
    assert (exclusion.reason, named in exclusion.detail) == ("unsupported", True)


# -- pages


@pytest.mark.parametrize("name", ["a.html", "a.txt", "no-suffix"])
def test_a_page_gives_its_article_and_what_it_says_about_itself(tmp_path: Path, name: str) -> None:
    article = one_article(written(tmp_path, name, PAGE))
    assert "They agreed to reopen the crossing" in article.text
    assert "Privacy" not in article.text
    assert (article.title, article.publisher, article.language) == ("Ministers meet in Oslo", "Orbit News", "en-GB")
    assert article.url == "https://orbit.example/2023/oslo"
    assert (article.published, article.published_basis) == (date(2023, 3, 16), "page")


def test_the_given_date_wins_over_one_found_in_a_page(tmp_path: Path) -> None:
    article = one_article(written(tmp_path, "a.html", PAGE), published=DAY)
    assert (article.published, article.published_basis) == (DAY, "given")


def test_one_text_in_two_outlets_is_two_articles(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "The leaders met.")
    read = [found for name in (None, "Orbit", "Comet") for found in read_path(path, config=Config(), publisher=name)]
    ids = {article.id for article in read if isinstance(article, Article)}
    assert len(ids) == 3
    assert one_article(path, published=DAY).id in ids


def test_a_page_in_the_encoding_it_declares(tmp_path: Path) -> None:
    page = PAGE.replace("utf-8", "windows-1250").replace("Southland", "Żółwia")
    assert "Żółwia" in one_article(written(tmp_path, "a.html", page.encode("cp1250"))).text


@pytest.mark.parametrize(
    "content",
    [
        "<html><body></body></html>",
        "<!doctype html><html><head><title>Moved</title></head></html>",
        "<html><body><script>var a = 1;</script></body></html>",
        "<html" + "<div>" * 20_000,
    ],
    ids=["empty", "title", "script", "deep"],
)
def test_a_page_without_an_article_is_excluded(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    assert one_exclusion(written(tmp_path, "a.html", content)).reason == "no-article"
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


# -- JSON


def record(**fields: object) -> str:
    return json.dumps({"text": TEXT, **fields})


def test_json_lines_are_read_one_by_one_and_a_broken_one_is_named(tmp_path: Path) -> None:
    lines = [record(id="one", published="2023-03-16", title="T", publisher="P", url="U", language="en"), "{oops", ""]
    lines += [record(id=7, published=None), "[1]", '"text"', record(published="2023-03-16T23:30:00-05:00")]
    path = written(tmp_path, "a.jsonl", "\n".join(lines))
    found = read(path)
    assert reasons(found) == ["", "bad-json", "", "bad-json", "bad-json", ""]
    assert [item.source.removeprefix(str(path)) for item in found] == [":1", ":2", ":4", ":5", ":6", ":7"]
    first, broken, second, *_, last = found
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert isinstance(last, Article)
    assert isinstance(broken, Exclusion)
    assert (first.id, first.title, first.publisher, first.url, first.language) == ("one", "T", "P", "U", "en")
    assert first.digest == hashlib.sha256((lines[0] + "\n").encode()).hexdigest()
    assert "Line 2" in broken.detail
    assert (second.id, second.published) == ("7", None)
    assert last.published == date(2023, 3, 16)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_object_or_an_array_is_read_whatever_its_name(tmp_path: Path, name: str, indent: int | None) -> None:
    item = {"id": "x", "text": TEXT}
    assert one_article(written(tmp_path, name, json.dumps(item, indent=indent))).id == "x"
    found = read(written(tmp_path, name, json.dumps([item, item, 3], indent=indent)))
    assert reasons(found) == (["", "", "bad-json"] if name != "a.jsonl" or indent else ["bad-json"])


def test_broken_json_that_is_no_list_of_lines_is_one_exclusion(tmp_path: Path) -> None:
    broken = json.dumps({"text": TEXT, "more": list(range(50))}, indent=2)[:-5]
    assert one_exclusion(written(tmp_path, "a.json", broken)).reason == "bad-json"


def test_json_lines_called_json_are_read(tmp_path: Path) -> None:
    assert reasons(read(written(tmp_path, "a.json", f'{record()}\n{{"broken\n{record()}\n'))) == ["", "bad-json", ""]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_json_lines_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    lines = "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in (ENGLISH, TEXT))
    found = read(written(tmp_path, "a.jsonl", lines.encode(encoding)))
    assert [item.text for item in found if isinstance(item, Article)] == [ENGLISH, TEXT]


def test_half_a_surrogate_pair_in_json_is_replaced_and_a_whole_one_kept(tmp_path: Path) -> None:
    line = r'{"text": "Half \ud83d here, whole \ud83d\ude00 there.", "title": "\udc00 title"}'
    article = one_article(written(tmp_path, "a.jsonl", line))
    assert (article.text, article.title) == ("Half \ufffd here, whole 😀 there.", "\ufffd title")


def test_hostile_json_is_reported_and_reading_goes_on(tmp_path: Path) -> None:
    lines = ["[" * 100_000, '{"a":' * 100_000, '{"id": ' + "9" * 6000 + ', "text": "T."}', record()]
    assert reasons(read(written(tmp_path, "a.jsonl", "\n".join(lines))))[-1] == ""


@pytest.mark.parametrize("text", [None, "", "  ", 5, ["a"]])
def test_a_record_without_text_says_which_fields_it_has(tmp_path: Path, text: object) -> None:
    exclusion = one_exclusion(written(tmp_path, "a.jsonl", json.dumps({"id": "x", "text": text, "heading": "H"})))
    assert exclusion.reason == "no-text"
    assert "heading" in exclusion.detail


# -- dates


@pytest.mark.parametrize("value", ["16/03/2023", "March 2023", "2023-02-30", 1678924800, ["2023-03-16"], "yesterday"])
def test_a_bad_date_excludes_the_record_and_names_the_value(tmp_path: Path, value: object) -> None:
    exclusion = one_exclusion(written(tmp_path, "a.jsonl", record(published=value)))
    assert exclusion.reason == "bad-date"
    assert str(value) in exclusion.detail
    assert "YYYY-MM-DD" in exclusion.detail


@pytest.mark.parametrize("value", ["2023-03-16", "2023-03-16T09:30:00Z", " 2023-03-16 09:30:00.5+09:00 "])
def test_dates_of_a_record_win_over_the_given_one(tmp_path: Path, value: str) -> None:
    article = one_article(written(tmp_path, "a.jsonl", record(published=value)), published=DAY)
    assert (article.published, article.published_basis) == (date(2023, 3, 16), "record")


@pytest.mark.parametrize("value", [None, "", " "])
def test_the_given_date_fills_in_where_the_record_has_none(tmp_path: Path, value: str | None) -> None:
    article = one_article(written(tmp_path, "a.jsonl", record(published=value)), published=DAY)
    assert (article.published, article.published_basis) == (DAY, "given")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("TOKYO, March 16, 2023 (Orbit) — The leaders met.", date(2023, 3, 16)),
        ("Leaders meet\n\nTOKYO, Japan, Thursday, Mar. 16, 2023 -- The leaders met.", date(2023, 3, 16)),
        ("Paris, 16 March 2023 – The leaders met.", date(2023, 3, 16)),
        ("TOKYO, March 16 (Orbit) — The leaders met.", None),
        ("TOKYO, February 30, 2023 — The leaders met.", None),
        ("TOKYO, March 2023 — The leaders met.", None),
        ("In Tokyo, on March 16, 2023, the leaders met.", None),
    ],
)
def test_a_dateline_dates_an_article_only_with_its_year(tmp_path: Path, text: str, day: date | None) -> None:
    article = one_article(written(tmp_path, "a.txt", text))
    assert (article.published, article.published_basis) == (day, "dateline" if day else "none")
    assert one_article(tmp_path / "a.txt", published=DAY).published_basis == "given"


# -- tables

ROWS = [
    {"id": "1", "text": 'He said "no",\nand left.', "published": "2023-03-16", "publisher": "Orbit"},
    {"id": "2", "text": "Talks failed.", "published": "", "publisher": ""},
]


def table(delimiter: str, header: str) -> str:
    lines = [header.replace(",", delimiter)]
    for row in ROWS:
        quoted = ['"' + value.replace('"', '""') + '"' for value in row.values()]
        lines.append(delimiter.join(quoted))
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.tsv", "\t"), ("a.csv", ";"), ("a.txt", ",")])
@pytest.mark.parametrize("header", ["id,text,published,publisher", "Article_ID, BODY ,Date,Source"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_with_a_header(tmp_path: Path, name: str, delimiter: str, header: str, encoding: str) -> None:
    path = written(tmp_path, name, table(delimiter, header).encode(encoding))
    first, second = read(path, published=DAY)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.id, first.text, first.published, first.publisher) == (
        "1",
        ROWS[0]["text"],
        date(2023, 3, 16),
        "Orbit",
    )
    assert (second.published, second.published_basis, second.publisher) == (DAY, "given", None)
    assert [item.source for item in (first, second)] == [f"{path}:2", f"{path}:4"]


def test_rows_that_do_not_fit_the_header_are_excluded_and_reading_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'id,text\n1,One.\n2\n\n3,Three.,x\n4,"Fo"ur."\n5,Five.\n6,"never closed\n')
    found = read(path)
    assert reasons(found) == ["", "bad-row", "bad-row", "bad-row", "", "bad-row"]
    assert [item.source.rpartition(":")[2] for item in found] == ["2", "3", "5", "6", "7", "8"]


def test_a_table_without_texts_names_its_columns(tmp_path: Path) -> None:
    exclusion = one_exclusion(written(tmp_path, "a.csv", "iso,name\nJPN,Japan\n"))
    assert (exclusion.reason, "iso, name" in exclusion.detail) == ("no-text", True)


def test_prose_with_commas_is_no_table(tmp_path: Path) -> None:
    text = "Date, text and source were wrong, the ministry said.\nIt gave no others."
    assert one_article(written(tmp_path, "a.txt", text)).text == text


def parquet(path: Path) -> Path:
    import pyarrow
    from pyarrow import parquet

    columns = {
        "id": pyarrow.array([1, 2, 3, 4]),
        "content": pyarrow.array([b"One.", b"Two.", None, b"Four."], pyarrow.binary()),
        "date": pyarrow.array([1678959000123456789, None, 0, 0], pyarrow.timestamp("ns")),
        "other": pyarrow.array([[1], [2], [3], [4]]),
    }
    parquet.write_table(pyarrow.table(columns), path)
    return path


def test_parquet_is_read_from_a_file_and_from_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(tmp_path / "a.parquet")
    found = read(path)
    assert reasons(found) == ["", "", "no-text", ""]
    first = found[0]
    assert isinstance(first, Article)
    assert (first.id, first.text, first.published, first.source) == ("1", "One.", date(2023, 3, 16), f"{path}:1")
    packed = written(tmp_path, "b.parquet.gz", gzip.compress(path.read_bytes()))
    assert [getattr(item, "text", None) for item in read(packed)] == ["One.", "Two.", None, "Four."]


@pytest.mark.parametrize("keep", [4, 40, -10])
def test_a_broken_parquet_file_is_excluded(tmp_path: Path, keep: int) -> None:
    content = parquet(tmp_path / "a.parquet").read_bytes()
    assert one_exclusion(written(tmp_path, "b.parquet", content[:keep])).reason == "broken-parquet"


# -- packed files, sizes


@pytest.mark.parametrize("name", ["a.txt.gz", "a.gz", "a.txt"])
def test_a_packed_file_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert one_article(written(tmp_path, name, gzip.compress(TEXT.encode()))).text == TEXT


def test_a_packed_file_that_breaks_off_is_read_up_to_the_break(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"{number} " + NOISE.randbytes(300).hex()}) for number in range(400)]
    whole = gzip.compress("\n".join(lines).encode())
    found = read(written(tmp_path, "a.jsonl.gz", whole[: len(whole) // 2]))
    texts = [item.text for item in found if isinstance(item, Article)]
    assert 100 < len(texts) < 300
    assert texts == [json.loads(line)["text"] for line in lines[: len(texts)]]
    assert reasons(found)[-1] == "broken-gzip"


def test_a_packed_file_with_a_wrong_checksum_is_reported(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(TEXT.encode()))
    content[-6] ^= 255
    assert reasons(read(written(tmp_path, "a.txt.gz", bytes(content)))) == ["", "broken-gzip"]


def test_a_bomb_is_stopped_at_max_bytes(tmp_path: Path) -> None:
    bomb = gzip.compress(b"a" * 50_000_000)
    assert one_exclusion(written(tmp_path, "a.txt.gz", bomb), max_bytes=100_000).reason == "too-large"
    bomb = gzip.compress(b'{"text": "' + b"a" * 50_000_000 + b'"}\n' + record().encode())
    assert reasons(read(written(tmp_path, "a.jsonl.gz", bomb), max_bytes=100_000)) == ["too-large", ""]
    bomb = gzip.compress(b"id,text\n1," + b"a" * 50_000_000 + b"\n")
    assert reasons(read(written(tmp_path, "a.csv.gz", bomb), max_bytes=100_000)) == ["bad-row"]


def test_a_line_of_twenty_megabytes_is_read(tmp_path: Path) -> None:
    text = "word and more words " * 1_000_000
    assert one_article(written(tmp_path, "a.txt", text)).text == text


@pytest.mark.parametrize(("name", "content"), [("a.txt", TEXT), ("a.html", PAGE), ("a.json", f"[{record()}]")])
def test_max_bytes_is_the_largest_that_is_read(tmp_path: Path, name: str, content: str) -> None:
    path = written(tmp_path, name, content)
    size = path.stat().st_size
    assert reasons(read(path, max_bytes=size)) == [""]
    exclusion = one_exclusion(path, max_bytes=size - 1)
    assert (exclusion.reason, f"{size - 1:,}" in exclusion.detail) == ("too-large", True)


def test_max_bytes_bounds_each_line_and_not_the_file(tmp_path: Path) -> None:
    lines = [record(id=str(number)) for number in range(100)]
    lines[50] = record(title="x" * 500)
    found = read(written(tmp_path, "a.jsonl", "\n".join(lines)), max_bytes=300)
    assert reasons(found) == [""] * 50 + ["too-large"] + [""] * 49


# -- paths


def test_a_folder_is_walked_in_order_without_hidden_files_and_links_to_folders(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y/x.txt", ".hidden/h.txt", "a/.h.txt", "c.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        written(tmp_path, name, b"\0" * 50 if name == "c.bin" else f"Text of {name}.")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "d.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "e.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "f.txt")
    found = read(tmp_path)
    names = [
        (Path(item.source).relative_to(tmp_path).as_posix(), reason)
        for item, reason in zip(found, reasons(found), strict=True)
    ]
    assert names == [
        ("a/loop", "link"),
        ("a/y/x.txt", ""),
        ("a/z.txt", ""),
        ("b.txt", ""),
        ("c.bin", "binary"),
        ("d.txt", ""),
        ("e.txt", "missing"),
        ("f.txt", "unsupported"),
    ]


def test_a_folder_without_files_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    written(tmp_path, ".hidden", TEXT)
    assert one_exclusion(tmp_path).reason == "empty"


@pytest.mark.parametrize("name", ["nowhere.txt", "a.txt/inside.txt"])
def test_a_path_that_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    written(tmp_path, "a.txt", TEXT)
    assert one_exclusion(tmp_path / name).reason == "missing"


def test_a_path_that_no_system_has_is_unreadable() -> None:
    assert one_exclusion("a\0b").reason == "unreadable"


def test_a_file_that_may_not_be_opened_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = written(tmp_path, "a.txt", TEXT), written(tmp_path, "b.txt", TEXT)
    opened = Path.open

    def refusing(self: Path, mode: str = "r") -> object:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, mode)

    monkeypatch.setattr(Path, "open", refusing)
    found = list(read_paths([path, other], config=Config()))
    assert reasons(found) == ["unreadable", ""]
    assert isinstance(found[0], Exclusion)
    assert "Permission denied" in found[0].detail


def test_a_folder_that_may_not_be_listed_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "listdir", refusing)
    assert reasons(read(tmp_path))[0] == "unreadable"


def test_reading_that_breaks_off_is_reported_after_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", lambda self, mode: Failing((record() + "\n").encode() * 2000))
    found = read("a.jsonl")
    assert len(found) > 100
    assert set(reasons(found)[:-1]) == {""}
    assert reasons(found)[-1] == "unreadable"


def test_a_name_that_is_not_utf8_can_be_reported(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    Path(os.fsdecode(path)).write_text(TEXT, encoding="utf-8")
    assert one_article(Path(os.fsdecode(path))).source.endswith("caf\ufffd.txt")


@pytest.mark.parametrize("content", [TEXT.encode(), gzip.compress(TEXT.encode()), record().encode()])
def test_standard_input_is_read_in_any_format(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    article = one_article("-")
    assert (article.text, article.source.partition(":")[0]) == (TEXT, "-")


def test_inputs_are_counted_without_being_read(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "12345")
    written(tmp_path, "b.bin", b"\0\0\0")
    written(tmp_path, ".hidden", "12345")
    assert count_inputs([tmp_path, tmp_path / "a.txt", tmp_path / "nowhere", "-"]) == Inputs(files=5, bytes=13)


# -- whatever comes


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_end_as_articles_or_exclusions(tmp_path: Path, content: bytes) -> None:
    for name in ("a.txt", "a.jsonl", "a.csv", "a.json"):
        assert read(written(tmp_path, name, content))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prefix=st.sampled_from([b"\x1f\x8b\x08", b"PAR1", b"<html>", b'{"text":"', b"id,text\n", b"---\n", b"\xff\xfe"]),
    content=st.binary(max_size=200),
)
def test_any_bytes_behind_the_mark_of_a_format_do(tmp_path: Path, prefix: bytes, content: bytes) -> None:
    assert read(written(tmp_path, "a", prefix + content))


def test_every_reason_is_documented() -> None:
    documented = (Path(__file__).parent.parent / "docs" / "ingest.md").read_text(encoding="utf-8")
    assert [reason for reason in REASONS if f"`{reason}`" not in documented] == []


def test_starting_up_imports_nothing_large() -> None:
    large = [
        *("trafilatura", "pyarrow", "htmldate", "charset_normalizer", "lxml", "httpx2", "httpcore2", "feedparser"),
        *("fastwarc", "pypdfium2", "py3langid", "protego"),
    ]
    code = f"import sys, detente.ingest; print([name for name in {large} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
