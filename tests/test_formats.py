"""What the bytes of an input are told to be."""

from __future__ import annotations

import gzip
import io

import pytest

from detente.formats import COLUMNS, FIELD_OF, FORMATS, Peeked, decode, encoding_of, kind_of


@pytest.mark.parametrize(
    ("head", "suffix", "kind"),
    [
        (b"Plain words.", "", "text"),
        (b"Plain words.", ".html", "text"),
        (b"  \n<!-- a --><!DOCTYPE HTML><html>", "", "page"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC ''><html>", "", "page"),
        (b"Words <b>in</b> bold.", ".html", "page"),
        (b"Words <b>in</b> bold.", ".txt", "text"),
        (b'{"text": "a"}\n{"text": "b"}', "", "jsonl"),
        (b'{"text": "a",\n "id": 1}', "", "json"),
        (b'{\n  "text": "a"}', ".jsonl", "json"),
        (b'[{"text": "a"}]', "", "json"),
        (b"[Tokyo] The leaders met.", "", "text"),
        (b"{Tokyo} The leaders met.", "", "text"),
        (b"id,text\n1,a", "", "table"),
        (b"id\tbody\tremark\n", "", "table"),
        (b"iso,name\n", "", "text"),
        (b"iso,name\n", ".csv", "table"),
        (b"Text, date, and three more words, it said.", "", "text"),
        (b"PAR1\x15\x04", "", "parquet"),
        (b"", ".jsonl", "empty"),
        (b"\x00\x01\x02\x03", ".txt", "binary"),
        ("Plain words.".encode("utf-16-le"), "", "text"),
    ],
)
def test_the_bytes_decide_what_an_input_is(head: bytes, suffix: str, kind: str) -> None:
    assert kind_of(head, suffix)[0] == kind
    assert kind in {*FORMATS, "empty", "binary"}


def test_no_name_stands_for_two_fields() -> None:
    assert len(FIELD_OF) == sum(map(len, COLUMNS.values()))


@pytest.mark.parametrize(
    ("data", "declared", "encoding"),
    [
        (b"plain", None, "utf-8"),
        (b"", None, "utf-8"),
        ("é".encode() * 10 + b"\xff", None, "utf-8"),
        (b"\xef\xbb\xbfa", None, "utf-8-sig"),
        ("Łódź i Gdańsk".encode("cp1250"), "windows-1250", "windows-1250"),
        ("Łódź i Gdańsk".encode(), "windows-1250", "utf-8"),
    ],
)
def test_the_encoding_is_told_in_a_fixed_order(data: bytes, declared: str | None, encoding: str) -> None:
    assert encoding_of(data, declared) == encoding


def test_an_encoding_that_is_declared_and_does_not_exist_is_passed_over() -> None:
    text = "Le café est fermé. " * 9
    assert decode(text.encode("cp1252"), "x-none") == text


def test_a_peeked_stream_starts_with_its_head_and_ends_with_the_rest() -> None:
    rest = io.BytesIO(b"head and tail")
    stream = Peeked(rest.read(4), rest)
    assert (stream.head, stream.read(), stream.broken) == (b"head", b"head and tail", "")


def test_a_peeked_gzip_that_breaks_off_ends_there_and_says_so() -> None:
    packed = gzip.compress(b"words " * 1000)[:-12]
    stream = Peeked(b"", gzip.GzipFile(fileobj=io.BytesIO(packed)))
    assert stream.read().startswith(b"words words ")
    assert "end-of-stream" in stream.broken
