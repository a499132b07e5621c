"""Records one by one: their values, numbers and digests, and what cannot be read."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from detente.formats import Peeked
from detente.rows import Fault, Row, Rows, json_line_rows, json_rows, table_rows, too_large


def stream(content: bytes) -> Peeked:
    return Peeked(content[:65_536], io.BytesIO(content[65_536:]))


def numbers(rows: Rows) -> list[tuple[int | str | None, str]]:
    """The number of each row, and the reason of each fault or ""."""
    return [(row.number, row.reason if isinstance(row, Fault) else "") for row in rows]


def test_a_single_object_has_no_number_and_items_of_an_array_have_their_position() -> None:
    assert numbers(json_rows(stream(b'{"a": 1}'), 99)) == [(None, "")]
    assert numbers(json_rows(stream(b'[{"a": 1}, 2, {"a": 3}]'), 99)) == [(1, ""), (2, "bad-json"), (3, "")]


def test_the_digest_of_a_line_is_that_of_its_bytes() -> None:
    (row, fault) = json_line_rows(stream(b'{"a": 1} \r\n{\n'), 99)
    assert row.digest == hashlib.sha256(b'{"a": 1} \r\n').hexdigest()
    assert fault.digest == hashlib.sha256(b"{\n").hexdigest()


def test_the_digest_of_an_item_does_not_depend_on_how_it_is_written() -> None:
    first, second = json_rows(stream(b'[{"a": 1, "b": "\\u00e9"}, {"b":"\xc3\xa9","a":1}]'), 99)
    assert first.digest == second.digest


def test_a_row_of_several_lines_is_numbered_by_its_first_and_hashed_whole() -> None:
    first, second = table_rows(stream(b'id,text\n1,"a\nb"\n2,c\n'), 99)
    assert isinstance(first, Row)
    assert (first.values, first.number, second.number) == ({"id": "1", "text": "a\nb"}, 2, 4)
    assert first.digest == hashlib.sha256(b'1,"a\nb"\n').hexdigest()


@pytest.mark.parametrize("content", [b"", b"id,text\n", b"\n"])
def test_a_table_without_rows_has_none_or_no_text(content: bytes) -> None:
    assert {reason for _, reason in numbers(table_rows(stream(content), 99))} <= {"no-text"}


def test_a_header_with_broken_quoting_is_a_fault() -> None:
    assert numbers(table_rows(stream(b'id,"text\n1,a\n'), 99)) == [(1, "bad-row")]


def test_the_limit_for_fields_of_a_table_follows_max_bytes() -> None:
    row = b"1," + b"a" * 200_000
    assert numbers(table_rows(stream(b"id,text\n" + row), 300_000)) == [(2, "")]
    assert csv.field_size_limit() == 300_000


def test_a_line_that_is_too_large_is_skipped_to_its_end() -> None:
    content = b'{"a": "' + b"x" * 200_000 + b'"}\n{"a": 1}\n'
    assert numbers(json_line_rows(stream(content), 100)) == [(1, "too-large"), (2, "")]
    assert "100" in too_large(100).detail
