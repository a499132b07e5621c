"""Whether hostile and damaged inputs are read without a crash, a hang or a growing memory.

    python -m evaluation.fuzz ../shared/data [--inputs 20000] [--seed 7]

Real pages, feeds and WARCs (`article_pages`, `feeds`, `warc_samples`), and a PDF, a Word document, an archive, mails
and records of our own, are damaged in ways drawn with a fixed seed, and read as `detente code` would; the hostile
inputs of `evaluation.hostile` are read as well, many of them just below a limit. Every input has to end in articles
or in exclusions whose reasons are known, within LONGEST seconds of the processor's time; one article in CODED is also
coded to its end. A worker of its own reads them, so that even one that kills its process is counted.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from detente.config import Config
from detente.ingest import REASONS, read_path
from detente.records import Article, Exclusion
from evaluation.hostile import Input, hostile
from tests.inputs import MAIL, PAGE, column, docx, http, pdf, record, warc, zipped

LONGEST = 5.0
"""Seconds in which an input of whatever kind has to be read."""

STUCK = 120
"""Seconds after which a worker is ended by its own alarm, on a machine that has other things to do as well."""

CODED = 40
SHORT = 5_000  # characters of an article that is coded too; longer ones only take longer

# Bytes that mean something in one format or another, one a line with Python's escapes.
_TOKENS = [
    line.encode().decode("unicode_escape").encode("latin-1")
    for line in r"""
\0
\xff
\xed\xa0\x80
\xe2\x80\xae
\xef\xbb\xbf
\r\n\r\n
<
>
&
]]>
<![CDATA[
<!--
-->
<script>
</html>
<!DOCTYPE x [<!ENTITY a "b">]>
&a;
"
'
{
}
[
]
WARC/1.0\r\n
Content-Length: 99999999999\r\n
Content-Length: -1\r\n
Transfer-Encoding: chunked\r\n
PK\x01\x02
PK\x03\x04
PK\x05\x06
\x1f\x8b\x08
endobj
stream\n
/Kids [2 0 R]
From \x20
--b\n
=?utf-8?b?
charset=utf-7
<meta charset=utf-16>
2023-99-99
1e999
\\ud800
%s%n
../../../../..
""".strip().splitlines()
]


class Outcome(NamedTuple):
    """What came of an input: seconds, the process's largest memory so far in megabytes, how many of what."""

    name: str
    seconds: float
    megabytes: float
    counts: dict[str, int]
    error: str


# -- inputs


def own_seeds() -> list[Input]:
    """Small inputs of every format, made here."""
    lines = [
        "The foreign ministers of Northland and Southland met in Oslo on Thurs-",
        "day, and agreed to reopen the crossing at the river.",
    ]
    good = record(http(PAGE.encode()))
    packed = record(http(gzip.compress(PAGE.encode()), "Content-Encoding: gzip"))
    paragraph = "<w:p><w:r><w:t>The ministers met in Oslo and agreed to meet again.</w:t></w:r></w:p>"
    rows = [{"id": n, "text": f"The ministers met {n} times.", "published": "2023-03-16"} for n in range(5)]
    table = "id,text,published\n" + "".join(f'{row["id"]},"{row["text"]}",2023-03-16\n' for row in rows)
    return [
        Input("page", ".html", PAGE.encode()),
        Input("text", ".txt", b"---\ntitle: Talks\n---\nOSLO, March 16, 2023 -- The ministers met."),
        Input("jsonl", ".jsonl", "\n".join(map(json.dumps, rows)).encode()),
        Input("json", ".json", json.dumps({"articles": rows}, indent=1).encode()),
        Input("table", ".csv", table.encode()),
        Input("mail", ".eml", MAIL),
        Input("mbox", ".mbox", (b"From a@b.example Thu Mar 16 23:30:00 2023\n" + MAIL + b"\n") * 2),
        Input("pdf", ".pdf", pdf([column(72, 700, *lines), column(72, 700, *lines[1:])], title="Talks")),
        Input("docx", ".docx", docx(paragraph * 3, title="Talks")),
        Input("zip", ".zip", zipped({"a.txt": "The ministers met.", "b/c.html": PAGE, "d.jsonl": json.dumps(rows[0])})),
        Input("warc", ".warc", warc(good, packed, record(b"x", kind="metadata"), good)),
        Input("warc.gz", ".warc.gz", warc(good, packed, record(b"x", kind="metadata"), good, packed=True)),
    ]  # fmt: skip


@cache
def real_seeds(data: Path) -> list[Input]:
    """Pages, feeds and WARCs from the folder of data, none above 400,000 bytes."""
    seeds = [
        Input(path.name, "".join(path.suffixes[-2:]), path.read_bytes())
        for folder in ("feeds", "warc_samples")
        for path in sorted((data / folder).iterdir())
        if path.suffix in (".rss", ".atom", ".gz", ".warc", ".lz4")
    ]
    for file in ("article_pages/aeb_html.zip", "feeds/feedparser_tests.zip"):
        with zipfile.ZipFile(data / file) as archive:
            for name in sorted(archive.namelist()):
                content = archive.read(name)
                if name.endswith(".html.gz"):
                    seeds.append(Input(name[-20:], ".html", gzip.decompress(content)))
                elif name.endswith(".xml"):
                    seeds.append(Input(name, ".xml", content))
    return [seed for seed in seeds if 0 < len(seed.content) <= 400_000]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content with one to six damages: bytes changed, cut out, doubled, moved, added, or its end cut off."""
    made = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(made) + 1)
        length = rng.choice((1, 2, 8, 64, 512, 4_096))
        match rng.randrange(7):
            case 0:
                for at in range(place, min(len(made), place + length)):
                    made[at] = rng.randrange(256)
            case 1:
                del made[place : place + length]
            case 2:
                made[place:place] = made[place : place + length] * rng.choice((1, 2, 50))
            case 3:
                made[place:place] = rng.choice(_TOKENS) * rng.choice((1, 1, 3, 300))
            case 4:
                made[place:place] = rng.randbytes(length)
            case 5:
                start = rng.randrange(len(made) + 1)
                made[place:place] = made[start : start + length]
            case 6:
                made = made[:place] if rng.random() < 0.3 else made
    return bytes(made[:4_000_000])


# -- reading them


def read(made: Input, folder: Path, *, code: bool = False) -> Outcome:
    """What comes of an input; `error` names what should never happen."""
    path = folder / f"input{made.suffix}"
    path.write_bytes(made.content)
    counts: Counter[str] = Counter()
    error = ""
    start = time.process_time()
    try:
        for found in read_path(path, config=Config()):
            error = error or _wrong(found)
            counts["article" if isinstance(found, Article) else found.reason.partition(":")[0]] += 1
            if code and isinstance(found, Article) and len(found.text) <= SHORT:
                counts["coded" if _code(found) else "without events"] += 1
                code = False
    except BaseException as raised:
        if isinstance(raised, KeyboardInterrupt):
            raise
        error = f"{type(raised).__name__}: {raised}"[:300]
    if not counts and not error:
        error = "nothing came out"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Outcome(made.name, time.process_time() - start, memory, dict(counts), error)


def _wrong(found: Article | Exclusion) -> str:
    """What is wrong with an output, "" if nothing is."""
    try:
        found.source.encode()
        if isinstance(found, Exclusion):
            found.detail.encode()
            known = found.reason.partition(":")[0] in REASONS and bool(found.detail)
            return "" if known else f"an exclusion as {found.reason!r}"
        found.text.encode()
        f"{found.title}{found.url}{found.publisher}{found.language}".encode()
    except UnicodeEncodeError as error:
        return f"text that cannot be stored: {error}"[:200]
    return "" if found.text.strip() and found.id else "an article without a text or an id"


def _code(article: Article) -> bool:
    from detente.pipeline import code_articles

    return bool(next(code_articles([article], config=Config())).events)


def mutated(data: Path, seed: int, number: int) -> Input:
    """The input of this number: a real or an own one, damaged."""
    rng = random.Random(f"{seed}:{number}")
    own = own_seeds()
    chosen = rng.choice(own if rng.random() < 0.4 else real_seeds(data))
    suffix = chosen.suffix if rng.random() < 0.8 else rng.choice((".txt", ".html", ".json", ".csv", ""))
    return Input(f"{number} {chosen.name}", suffix, damaged(chosen.content, rng))


def _work(data: Path, seed: int, first: int, last: int) -> None:
    """Read inputs and print an outcome a line; the hostile ones have numbers below 0."""
    bad = list(hostile()) if first < 0 else []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, last):
            made = bad[-number - 1] if number < 0 else mutated(data, seed, number)
            signal.alarm(STUCK)
            print(json.dumps(read(made, Path(folder), code=number > 0 and number % CODED == 0)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with article_pages, feeds and warc_samples")
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--work", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        _work(options.data, options.seed, *options.work)
        return
    start = time.perf_counter()
    outcomes: list[Outcome] = []
    number, last = -sum(1 for _ in hostile()), options.inputs
    while number < last:
        done = list(_watched(options.data, options.seed, number, min(last, (number // 1000 + 1) * 1000)))
        outcomes += done
        number += len(done)
    raise SystemExit(_report(outcomes, time.perf_counter() - start))


def _watched(data: Path, seed: int, first: int, last: int) -> Iterator[Outcome]:
    """The outcomes of a worker of its own; where it dies, one more that says so."""
    command = [sys.executable, "-m", "evaluation.fuzz", str(data), "--seed", str(seed), "--work", str(first), str(last)]
    number = first
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        for line in worker.stdout or io.StringIO():
            yield Outcome(*json.loads(line))
            number += 1
    if worker.returncode:
        yield Outcome(f"{number}", 0.0, 0.0, {}, f"the process ended with {worker.returncode}")


def _report(outcomes: list[Outcome], seconds: float) -> int:
    """Print the figures; 1 if there is a crash or a hang among them."""
    ended = Counter(reason for outcome in outcomes for reason in outcome.counts)
    slow = [outcome for outcome in outcomes if outcome.seconds > LONGEST]
    wrong = [outcome for outcome in outcomes if outcome.error]
    print(
        f"{len(outcomes):,} inputs in {seconds / 60:.0f} minutes; crashes {len(wrong)}, over {LONGEST:g} s {len(slow)}"
    )
    print(f"slowest {max(outcome.seconds for outcome in outcomes):.1f} s;", end=" ")
    print(f"largest memory of a worker {max(outcome.megabytes for outcome in outcomes):,.0f} MB")
    print("inputs with", ", ".join(f"{reason} {count:,}" for reason, count in ended.most_common()))
    for outcome in [*wrong, *slow][:50]:
        print(f"  {outcome.name}: {outcome.error or f'{outcome.seconds:.1f} s'}")
    return 1 if wrong or slow else 0


if __name__ == "__main__":
    main()
