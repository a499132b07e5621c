"""Sentences: where they end in news, and that no character is lost or counted twice."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.document import WINDOW, read_document, sentence_spans
from detente.records import Article

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
]

# Texts that look like news more often than random ones do: words, stops, quotes, brackets, line breaks.
MARKS = [". ", "? ", "! ", "… ", "“", "”", '"', "‘", "’", "(", ")", " — ", "。", "- ", "• ", "1. ", "\x00", "\ud800"]
BREAKS = ["\n", "\n\n", "\r\n", "\u2028", "\x85", "\t"]
WORDS = ["Gen. ", "U.S. ", "Talks failed", "he said", "3.5", "No. 3", "é", "😀"]
PIECES = st.sampled_from([*MARKS, *BREAKS, *WORDS])
NEWSLIKE = st.lists(PIECES, max_size=60).map("".join)


def sentences_of(text: str, *, title: str | None = None, language: str | None = None) -> list[str]:
    """The sentences of a text, checked against their spans."""
    document = read_document(Article(id="a", text=text, title=title, language=language))
    for index, sentence in enumerate(document.sentences):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.index == index
    return [sentence.text for sentence in document.sentences]


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_sentences_end_where_a_reader_would_end_them(case: dict[str, str], request: pytest.FixtureRequest) -> None:
    if case.get("known_failure"):
        request.applymarker(pytest.mark.xfail(strict=True))
    expected = [piece.strip() for piece in case["marked"].split("|") if piece.strip()]
    assert sentences_of(case["marked"].replace("|", "")) == expected


def assert_covered(text: str) -> None:
    """Spans in order, none overlapping, none beginning or ending in whitespace, nothing but whitespace between."""
    end_of_last = 0
    for start, end in sentence_spans(text):
        assert end_of_last <= start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert not text[end_of_last:start].strip()
        end_of_last = end
    assert not text[end_of_last:].strip()


@given(st.one_of(st.text(), NEWSLIKE))
def test_every_character_that_is_not_whitespace_lies_in_exactly_one_sentence(text: str) -> None:
    assert_covered(text)


@settings(max_examples=25)
@given(NEWSLIKE)
def test_the_same_holds_where_a_paragraph_is_longer_than_a_window(text: str) -> None:
    assert_covered("word " * (WINDOW // 5 - 10) + text.replace("\n", " ") * 3)


def test_a_sentence_across_two_windows_stays_whole() -> None:
    first = "The talks went on" + " and on" * (WINDOW // 7) + "."
    assert sentences_of(f"{first} Nobody left. Then they did.") == [first, "Nobody left.", "Then they did."]


def test_sentences_in_later_windows_are_those_of_a_short_text() -> None:
    short = "Gen. Ortega left the U.S. on Nov. 3. He rests. “We tried. We failed,” he said. "
    assert sentences_of(short * 1000) == sentences_of(short) * 1000


def test_a_title_in_front_is_a_sentence_of_its_own() -> None:
    text = "Ministers meet in  Oslo The two ministers met. They agreed."
    assert sentences_of(text, title="Ministers meet in Oslo") == [
        "Ministers meet in  Oslo",
        "The two ministers met.",
        "They agreed.",
    ]


@pytest.mark.parametrize("title", ["Ministers mee", "Another headline", "", "   "])
def test_a_title_that_the_text_does_not_open_with_changes_nothing(title: str) -> None:
    assert sentences_of("Ministers meet in Oslo. They agreed.", title=title) == [
        "Ministers meet in Oslo.",
        "They agreed.",
    ]


@pytest.mark.parametrize("language", [None, "en", "en-GB", "EN_us", "zz", "", "\ud800", "x" * 99])
def test_an_unknown_language_means_english_rules(language: str | None) -> None:
    assert sentences_of("Gen. Ruiz left. He rests.", language=language) == ["Gen. Ruiz left.", "He rests."]


def test_the_language_chooses_the_abbreviations() -> None:
    text = "Er traf ihn am 3. Oktober in Bonn. Sie sprachen lange."
    assert sentences_of(text, language="de") == ["Er traf ihn am 3. Oktober in Bonn.", "Sie sprachen lange."]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "\u2028"])
def test_a_text_of_whitespace_has_no_sentences(text: str) -> None:
    assert sentences_of(text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["word ", "a", "“a. ", '"a. ', "(a. ", "‘a. B ", "U.S. ", "… ", "• ", "ab cd\n", "Ab cd. ", "\n"]
)
def test_time_grows_with_length_whatever_is_repeated(piece: str) -> None:
    """Four times the text in at most eight times the time: quadratic growth would take sixteen."""

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        list(sentence_spans(text))
        return time.process_time() - start

    seconds(10_000)
    short = min(seconds(50_000) for _ in range(3))
    assert seconds(200_000) < 8 * short + 0.2
