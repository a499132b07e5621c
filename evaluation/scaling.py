"""How many articles a second one worker and two read, as processes and on Dask, and what that means for many.

    python -m evaluation.scaling [--articles 240] [--rounds 2]

Articles of about 500 words (`evaluation.benchmarks`) are made into shards, on one core a worker. Two rates are told:
articles a second, by the clock, and articles a second that a core worked, which holds also where other programs take
their share of the machine. Both are of the shards after each worker's first, so that the start of the processes is left
out. Each way is run several times in turn, each time in a process of its own, and the fastest run counts: another
program only slows one. The events of all runs must be the same.

The table says how many hours so many cores take, by what a core did when two worked; that more cores stay as good as
two is assumed, since workers share nothing but files.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from detente.cluster import Failure, make_shards
from detente.config import Config
from detente.division import divided
from detente.shards import Job, Shards, open_shards
from detente.storage import Store
from evaluation.benchmarks import WORDS, made_articles

SHARD_ARTICLES = 10  # few, so that both workers have work until the end
WAYS = ("jobs", "dask")
WORKERS = (1, 2)
LARGE = (1_000_000, 100_000_000, 1_000_000_000)
CORES = (16, 256, 4096)


class Measured(msgspec.Struct, frozen=True):
    """One run: articles a second, also of a core's work, the peak MB of its largest worker, a digest of its events."""

    rate: float
    core: float
    peak: float
    events: int
    digest: str


def measured(file: Path, to: Path, way: str, workers: int) -> Measured:
    """Make shards of a file and say how fast it went."""
    config = Config(threads=1)
    size = file.stat().st_size * SHARD_ARTICLES // sum(1 for _ in file.open("rb"))
    pieces = divided(Store(str(to)), [str(file)], config=config, size=size)
    job, cluster = Job(str(to), config), "local" if way == "dask" else None
    for _ in make_shards(pieces[:workers], job, jobs=workers, cluster=cluster):
        pass  # one shard a worker: what starting costs
    started = _work_of_children()
    arrived: list[tuple[float, int]] = []
    for outcome in make_shards(pieces[workers:], job, jobs=workers, cluster=cluster):
        if isinstance(outcome, Failure):
            raise SystemExit(f"{outcome.source}: {outcome.detail}")
        arrived.append((time.perf_counter(), outcome.articles))
    work = _work_of_children() - 2 * started
    # Shards of one worker come one after another: what comes after the first of each is read while all are at work.
    (start, _), (end, _) = arrived[workers - 1], arrived[-1]
    articles = sum(articles for _, articles in arrived[workers:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Measured(articles / (end - start), articles / work, peak, *events_of(open_shards(to)))


def _work_of_children() -> float:
    """Seconds that cores worked for processes that this one started, once they have ended."""
    deadline = time.monotonic() + 10
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def events_of(shards: Shards) -> tuple[int, str]:
    """How many events there are, and a digest of their records."""
    with shards.connect() as connection:
        records = [record for (record,) in connection.execute("SELECT record FROM events ORDER BY id").fetchall()]
    return len(records), hashlib.sha256("\n".join(records).encode()).hexdigest()


def in_a_process(file: Path, to: Path, way: str, workers: int) -> Measured:
    """`measured`, in a process of its own, so that the peak memory is of its workers alone."""
    command = [sys.executable, "-m", "evaluation.scaling", "--one", str(file), str(to), way, str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way} with {workers} workers ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Measured)


def table(rate: float) -> None:
    """Hours for so many articles on so many cores."""
    print(f"\nhours at {rate:.1f} articles a second of a core")
    print(f"{'articles':>15}{'core-hours':>14}" + "".join(f"{f'{cores:,} cores':>14}" for cores in CORES))
    for number in LARGE:
        hours = number / rate / 3600
        print(f"{number:>15,}{hours:>14,.0f}" + "".join(f"{hours / cores:>14,.2f}" for cores in CORES))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.scaling", description=__doc__)
    parser.add_argument("--articles", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=2, help="runs of each way, of which the fastest counts")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        file, to, way, workers = options.one
        print(msgspec.json.encode(measured(Path(file), Path(to), way, int(workers))).decode())
        return
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "articles.jsonl"
        rows = ({"id": each.id, "text": each.text} for each in made_articles(options.articles))
        file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
        print(f"{options.articles} articles of {WORDS} words, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        runs: dict[tuple[str, int], list[Measured]] = {}
        for turn in range(options.rounds):
            for way in WAYS:
                for workers in WORKERS:
                    to = Path(name) / f"{way}-{workers}-{turn}"
                    runs.setdefault((way, workers), []).append(in_a_process(file, to, way, workers))
        found = {(each.events, each.digest) for some in runs.values() for each in some}
        told = "the same" if len(found) == 1 else "DIFFERENT"
        print(f"events {sorted(count for count, _ in found)}, {told} in all runs")
    for way in WAYS:
        told_rates(way, runs[way, 1], runs[way, 2])
    print(f"load now {os.getloadavg()[0]:.1f}")
    table(min(max(each.core for each in runs[way, 2]) for way in WAYS))


def told_rates(way: str, one: list[Measured], two: list[Measured]) -> None:
    """The rates of one way with one worker and with two."""
    for name, what in (("rate", "by the clock"), ("core", "of a core")):
        alone, both = (max(getattr(each, name) for each in runs) for runs in (one, two))
        times = both / alone * (1 if name == "rate" else WORKERS[-1])
        print(f"{way:5} {what:13} {alone:6.1f} articles/s with 1 worker, {both:6.1f} with 2: {times:.2f} times as much")
    print(f"{way:5} {max(each.peak for each in [*one, *two]):.0f} MB a worker")


if __name__ == "__main__":
    main()
