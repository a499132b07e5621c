"""How often English news is turned away for its language, and how surely other languages are found.

    python -m evaluation.language ../shared/data

English: 5,000 of the current-events items up to 2022, drawn with a fixed seed, and the English sentences of
un_quadclass; Spanish and Arabic: its sentences in these. A sentence counts where it has enough letters to tell.
Speed is by the time of the processor; memory is what loading the detector adds to a process that has numpy already.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np  # noqa: F401 - loaded before memory is measured, as in a process that codes

from detente.language import ENOUGH, foreign_language

ITEMS, SEED, LAST_DAY = 5_000, 7, "2022-12-31"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with wp_current_events and un_quadclass")
    data = parser.parse_args().data
    before, resident = _megabytes(), _resident()
    foreign_language("The detector is loaded with the first text that is long enough to tell its language by. " * 2)
    print(f"memory: {_megabytes() - before:.0f} MB at the peak of loading, {_resident() - resident:.0f} MB that stay")
    for name, texts, own in _sets(data):
        start = time.process_time()
        told = [foreign_language(text) for text in texts]
        seconds = time.process_time() - start
        enough = [language for text, language in zip(texts, told, strict=True) if _letters(text) >= ENOUGH]
        away = sum(language is not None for language in enough)
        named = sum(language == own for language in enough)
        print(
            f"{name}: {len(texts):,} texts, {len(enough):,} with enough letters; turned away {away:,}"
            f" ({away / len(enough):.2%})"
            + (f", named {own} {named / len(enough):.2%}" if own != "en" else "")
            + f"; {len(texts) / seconds:,.0f} texts/s"
        )
    article = " ".join(_current_events(data))[:2_000]
    start = time.process_time()
    for _ in range(500):
        foreign_language(article)
    print(f"articles of 2,000 characters: {500 / (time.process_time() - start):,.0f} a second")


def _sets(data: Path) -> Iterator[tuple[str, list[str], str]]:
    yield f"current events to {LAST_DAY}", _current_events(data), "en"
    for language in ("en", "es", "ar"):
        yield f"un_quadclass {language}", _un_sentences(data, language), language


def _current_events(data: Path) -> list[str]:
    with gzip.open(data / "wp_current_events" / "wp_current_events_2002_2026.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [item["text"] for item in map(json.loads, file) if item["date"] <= LAST_DAY]
    return random.Random(SEED).sample(texts, ITEMS)


def _un_sentences(data: Path, language: str) -> list[str]:
    path = data / "un_quadclass" / f"{language}_quad.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [row[language] for row in csv.DictReader(file)]


def _letters(text: str) -> int:
    return len("".join(filter(str.isalpha, text)).encode("utf-8", "replace"))


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
