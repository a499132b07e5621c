"""How fast the reader is, and what it needs, measured in one run on this machine.

    python -m evaluation.benchmarks [--jobs 2] [--articles 120]

Articles of about 500 words are made from the demonstration corpus, each another cut of it. They are coded into a fresh
ledger as `detente code --ledger` does; beside that the bare encoder (the first pass alone) reads the same sentences,
sorted by length, on as many threads. Their ratio is what holds on other machines; articles a second do not.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import numpy as np

from detente.config import Config
from detente.document import read_document
from detente.ingest import read_path
from detente.reader import Reader, packaged_folder
from detente.records import Article
from detente.windows import case_of, pad, special_ids

DEMO = Path(__file__).parent.parent / "demo" / "articles"
WORDS = 500
BATCH = 32
LEAST_SECONDS = 5.0  # of the bare encoder, repeated until then


def made_articles(number: int) -> list[Article]:
    """`number` different articles of about WORDS words, cut one after another from the demonstration corpus."""
    sentences = list(_sentences(number * WORDS))
    articles, at = [], 0
    for index in range(number):
        part: list[str] = []
        while sum(len(s.split()) for s in part) < WORDS:
            part.append(sentences[at % len(sentences)])
            at += 1
        articles.append(Article(id=f"made-{index}", text=f"Part {index}. " + " ".join(part)))
    return articles


def _sentences(words: int) -> Iterator[str]:
    texts = [found.text for found in read_path(DEMO, config=Config()) if isinstance(found, Article)]
    read = 0
    for turn in count():
        for index, text in enumerate(texts):
            for sentence in read_document(Article(id=f"{turn}-{index}", text=text)).sentences:
                yield sentence.text
                read += len(sentence.text.split())
        if read > words:
            return


def bare_encoder(articles: list[Article], *, threads: int) -> float:
    """Articles a second of the first pass alone, on the articles' sentences in batches of like length."""
    reader = Reader.load(threads=threads)
    network = reader.network
    opening, closing = special_ids(reader.tokenizer)
    sentences = [s.text for article in articles for s in read_document(article).sentences]
    encoded = sorted(
        (
            ([opening, *e.ids, closing], [0, *(case_of(text, *place) for place in e.offsets), 0])
            for text, e in zip(
                sentences, reader.tokenizer.encode_batch(sentences, add_special_tokens=False), strict=True
            )
        ),
        key=lambda pair: len(pair[0]),
    )
    batches = []
    for at in range(0, len(encoded), BATCH):
        ids, mask = pad([np.array(row, dtype=np.int64) for row, _ in encoded[at : at + BATCH]])
        cases, _ = pad([np.array(row, dtype=np.int64) for _, row in encoded[at : at + BATCH]])
        batches.append((ids, cases, mask))
    network.trunk(*batches[0])
    rounds, started = 0, time.perf_counter()
    while time.perf_counter() - started < LEAST_SECONDS:
        for batch in batches:
            network.trunk(*batch)
        rounds += 1
    return rounds * len(articles) / (time.perf_counter() - started)


def coded(articles: list[Article], *, jobs: int, folder: Path) -> tuple[float, float, int]:
    """Articles a second of `detente code --ledger`, start of its processes included and left out, and its peak KiB.

    The peak is that of its largest process.
    """
    whole, few = folder / "whole.jsonl", folder / "few.jsonl"
    for path, some in ((whole, articles), (few, articles[: 2 * jobs])):
        path.write_bytes(b"".join(msgspec.json.encode({"id": a.id, "text": a.text}) + b"\n" for a in some))
    start_up = _timed("code", str(few), "--ledger", str(folder / "few.detente"), "--jobs", str(jobs))
    seconds = _timed("code", str(whole), "--ledger", str(folder / "whole.detente"), "--jobs", str(jobs))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return len(articles) / seconds, (len(articles) - 2 * jobs) / (seconds - start_up), peak


def cold_start(article: Article, folder: Path) -> float:
    """Seconds from the command to the events of one article, the best of three."""
    path = folder / "one.txt"
    path.write_text(article.text, encoding="utf-8")
    return min(_timed("code", str(path), "--output", os.devnull) for _ in range(3))


def _timed(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "detente.cli", *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.benchmarks", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="processes to read with")
    parser.add_argument("--articles", type=int, default=120)
    options = parser.parse_args(arguments)
    articles = made_articles(options.articles)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = bare_encoder(articles, threads=options.jobs)
        with_start, running, peak = coded(articles, jobs=options.jobs, folder=folder)
        start = cold_start(articles[0], folder)
    size = sum(path.stat().st_size for path in packaged_folder().iterdir())
    print(f"{options.articles} articles of {WORDS} words, {options.jobs} processes, {os.cpu_count()} cores")
    print(f"coded into a ledger    {running:8.1f} articles/s   {with_start:.1f} with the start of the processes")
    print(f"bare encoder           {bare:8.1f} articles/s   ratio {running / bare:.2f}")
    print(f"largest process        {peak / 1024:8.0f} MB")
    print(f"first event            {start:8.2f} s from the command")
    print(f"model                  {size / 1e6:8.1f} MB")


if __name__ == "__main__":
    main()
