"""How well and how fast splitters find sentences in news.

    python -m evaluation.sentences [--text FILE] [--errors]

Agreement: the share of the cases in `tests/cases/sentences.jsonl` (our own sentences) whose every boundary is as
marked. Speed: characters a second on `--text` (default: the cases, repeated), and on one long line without a stop.
Each library is measured as it comes, on whole texts, and once more on the paragraphs that `detente.document` finds,
which is how it would be used; those that are not installed are named and skipped.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from detente.document import paragraphs, sentence_spans

CASES = Path(__file__).parent.parent / "tests" / "cases" / "sentences.jsonl"
SIZE = 200_000  # characters of text for the speed of each; the slowest needs about a second for them

Spans = list[tuple[int, int]]
Split = Callable[[str], Iterable[tuple[int, int]]]


class Case(NamedTuple):
    comment: str
    text: str
    spans: Spans


def read_cases(path: Path = CASES) -> list[Case]:
    """The cases, with the ranges of the sentences that `|` marks in them."""
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans, position = [], 0
        for piece in row["marked"].split("|"):
            spans.append((position, position + len(piece)))
            position += len(piece)
        text = row["marked"].replace("|", "")
        cases.append(Case(row["comment"], text, trimmed(text, spans)))
    return cases


def trimmed(text: str, spans: Iterable[tuple[int, int]]) -> Spans:
    """The ranges without the whitespace at their ends, and without those that are nothing else."""
    pieces = ((start, text[start:end]) for start, end in spans)
    inner = ((start + len(piece) - len(piece.lstrip()), piece.strip()) for start, piece in pieces)
    return [(start, start + len(piece)) for start, piece in inner if piece]


def in_turn(sentences: Iterable[str], text: str) -> Spans:
    """Ranges of sentences that a splitter returned as strings only, looked for one after the other."""
    spans, position = [], 0
    for sentence in sentences:
        start = text.find(sentence, position)
        if start >= 0:
            position = start + len(sentence)
            spans.append((start, position))
    return spans


def by_paragraph(split: Split) -> Split:
    """The splitter on each paragraph by itself."""

    def split_paragraphs(text: str) -> Spans:
        return [
            (start + first, start + last) for start, end in paragraphs(text) for first, last in split(text[start:end])
        ]

    return split_paragraphs


def _syntok(module: Any) -> Split:
    def split(text: str) -> Spans:
        sentences = (sentence for paragraph in module.analyze(text) for sentence in paragraph)
        return [(s[0].offset, s[-1].offset + len(s[-1].value)) for s in sentences]

    return split


def _pysbd(module: Any) -> Split:
    segmenter = module.Segmenter("en", clean=False, char_span=True)
    return lambda text: [(piece.start, piece.end) for piece in segmenter.segment(text)]


SPLITTERS: dict[str, tuple[str, Callable[[Any], Split]]] = {
    "sentencex": ("sentencex", lambda module: lambda text: in_turn(module.segment("en", text), text)),
    "nupunkt": ("nupunkt", lambda module: module.sent_spans),
    "syntok": ("syntok.segmenter", _syntok),
    "pysbd": ("pysbd", _pysbd),
    "blingfire": ("blingfire", lambda module: lambda text: module.text_to_sentences_and_offsets(text)[1]),
}
"""Name -> the module to import, and what makes of it a function from a text to ranges."""


def agreement(split: Split, cases: list[Case]) -> tuple[int, list[str]]:
    """How many cases come out as marked, and the comments of the others."""
    wrong = [case.comment for case in cases if trimmed(case.text, split(case.text)) != case.spans]
    return len(cases) - len(wrong), wrong


def speed(split: Split, text: str) -> float:
    """Characters a second."""
    start = time.perf_counter()
    list(split(text))
    return len(text) / (time.perf_counter() - start)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, help="a text file for the speed")
    parser.add_argument("--errors", action="store_true", help="list the cases that come out otherwise")
    options = parser.parse_args(arguments)
    cases = read_cases()
    text = options.text.read_text(encoding="utf-8") if options.text else "\n\n".join(case.text for case in cases)
    text = (text * (SIZE // len(text) + 1))[:SIZE]
    line = "word and more words " * (SIZE // 20)
    print(f"{len(cases)} cases; speed on {len(text):,} characters and on one line of {len(line):,}")
    print(f"{'splitter':32}{'agree':>6}{'share':>7}{'M chars/s':>11}{'one line':>10}")
    splits: dict[str, Split] = {"detente.document": sentence_spans}
    for name, (module, make) in SPLITTERS.items():
        try:
            split = make(importlib.import_module(module))
        except ImportError:
            print(f"{name:32} not installed")
            continue
        splits |= {name: split, f"{name}, by paragraph": by_paragraph(split)}
    for name, split in splits.items():
        right, wrong = agreement(split, cases)
        rate, line_rate = speed(split, text) / 1e6, speed(split, line) / 1e6
        print(f"{name:32}{right:6}{right / len(cases):7.3f}{rate:11.2f}{line_rate:10.2f}")
        if options.errors:
            print(*(f"    {comment}" for comment in wrong), sep="\n")


if __name__ == "__main__":
    main()
