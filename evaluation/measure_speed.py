"""How long it takes to tell how relations stand, on a large ledger and on large Parquet shards.

    python -m evaluation.large_ledger news.detente million.detente
    python -m evaluation.measure_speed million.detente [--rounds 5]
    python -m evaluation.measure_speed million.detente --rows 100000000 --folder FOLDER

Each line is the median of some rounds, the file's pages being in memory, the slowest, and the median of the processor's
time, which others at work on the machine do not touch. With `--rows`, the ledger's acts are repeated to as many Parquet
rows, other days each time, and what is asked of those is measured, in a folder that is removed after.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from detente.changes import most_changed
from detente.comparison import compare, network, partners
from detente.knownacts import act_table
from detente.ledger import Ledger, open_ledger
from detente.pairdays import LedgerDays
from detente.relations import relation
from detente.shardrollup import ShardDays, rollup
from detente.similarity import similar

DYADS = (("JPN", "KOR"), ("CHN", "USA"), ("IRN", "USA"), ("RUS", "UKR"), ("ISR", "PSE"))
SHARDS = 20  # files that the rows are divided into


def timed(what: str, rounds: int, run: Callable[[], Any]) -> None:
    """Run once to warm, then some rounds; print the median, the slowest, and the processor's median."""
    run()
    seconds, worked = [], []
    for _ in range(rounds):
        began, at_work = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - began)
        worked.append(time.process_time() - at_work)
    times = (statistics.median(seconds), max(seconds), statistics.median(worked))
    print(f"{what:<64}" + "".join(f"{1000 * each:>8.0f} ms" for each in times), flush=True)


def measure_ledger(ledger: Ledger, rounds: int) -> None:
    """What the commands and pages ask of a ledger."""
    (events,) = ledger.row("SELECT COUNT(*) FROM events WHERE superseded_at IS NULL") or (0,)
    (acts,) = ledger.row("SELECT COUNT(*) FROM acts") or (0,)
    last = LedgerDays(ledger).last_day() or date.max
    then = last - timedelta(365)
    print(f"{ledger.path.name}: {events} events, {acts} acts, last day {last}")
    print(f"{'':<64}{'median':>11}{'slowest':>11}{'processor':>11}")
    for pair in DYADS:
        found = relation(ledger, *pair)
        what = f"{'-'.join(pair)} by months ({found.series.events} acts, {len(found.turns)} turns)"
        timed(f"series, bands, turns: {what}", rounds, partial(relation, ledger, *pair))
    timed(f"the same of CHN-USA as of {then}", rounds, lambda: relation(ledger, "CHN", "USA", as_of=then))
    timed("two dyads compared", rounds, lambda: compare(LedgerDays(ledger), DYADS[0], DYADS[1]))
    timed("partners of USA, 52 weeks", rounds, lambda: partners(LedgerDays(ledger), "USA"))
    timed("partners of JPN, 52 weeks", rounds, lambda: partners(LedgerDays(ledger), "JPN"))
    timed("network, 52 weeks", rounds, lambda: network(LedgerDays(ledger)))
    timed("network, 12 weeks", rounds, lambda: network(LedgerDays(ledger), weeks=12))
    timed(f"network, 12 weeks, as of {then}", rounds, lambda: network(LedgerDays(ledger, as_of=then), weeks=12))
    timed("most changed, 8 weeks", rounds, lambda: most_changed(LedgerDays(ledger)))
    timed("histories like CHN-USA", max(1, rounds // 3), lambda: similar(LedgerDays(ledger), "CHN", "USA"))


def measure_shards(ledger: Ledger, folder: Path, rows: int, rounds: int) -> None:
    """What is asked of Parquet shards of so many rows."""
    began = time.perf_counter()
    made = make_shards(ledger, folder, rows)
    size = sum(path.stat().st_size for path in folder.glob("dyads/*.parquet")) / 1e9
    print(f"\n{made} Parquet rows, {size:.1f} GB, made in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    path = rollup(folder)
    print(f"sums by pair and day: {path.stat().st_size / 1e6:.0f} MB, made in {time.perf_counter() - began:.0f} s")
    then = (ShardDays(folder).last_day() or date.max) - timedelta(3650)
    timed("one dyad's days: CHN-USA", rounds, lambda: ShardDays(folder).pair_days(one=("CHN",), other=("USA",)))
    timed("two dyads compared by months", rounds, lambda: compare(ShardDays(folder), DYADS[0], DYADS[1]))
    timed("partners of USA, 52 weeks", rounds, lambda: partners(ShardDays(folder), "USA"))
    timed("network, 52 weeks", rounds, lambda: network(ShardDays(folder)))
    timed("most changed, 8 weeks", 1, lambda: most_changed(ShardDays(folder)))
    timed(
        f"one dyad's days as of {then}", 1,
        lambda: ShardDays(folder, as_of=then).pair_days(one=("CHN",), other=("USA",)),
    )  # fmt: skip


def make_shards(ledger: Ledger, folder: Path, rows: int) -> int:
    """Repeat the dated acts of a ledger as rows of shards, each time other days; gives the number of rows."""
    import duckdb
    import pyarrow

    table = act_table(ledger)
    columns = (
        "id",
        "first",
        "second",
        "event",
        "mode",
        "quad",
        "scale",
        "status",
        "confidence",
        "date_start",
        "date_end",
    )
    told = f"SELECT {', '.join(columns)} FROM {table.sql} WHERE day <> '' LIMIT 500000"
    found = list(zip(*ledger.rows(told, table.values), strict=True))
    acts = pyarrow.table({name: list(found[place]) for place, name in enumerate(columns)})
    connection = duckdb.connect()
    connection.register("acts", acts)
    (folder / "dyads").mkdir(parents=True)
    copies = -(-rows // (len(acts) * SHARDS))
    shifted = "CAST({day} AS DATE) - CAST((copy * 37 + {shard} * 11) % 8000 AS INTEGER)"
    for shard in range(SHARDS):
        start, end = (shifted.format(day=day, shard=shard) for day in ("date_start", "date_end"))
        connection.execute(
            f"COPY (SELECT id || '-{shard}-' || copy AS id, id || '-{shard}-' || copy AS article, {end} AS published,"
            f" first, second, false AS mutual, event, mode, quad, scale, status, confidence, {start} AS date_start,"
            f" {end} AS date_end FROM range({copies}) copies(copy), acts)"
            f" TO '{folder / 'dyads' / f'{shard:02}.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
    return len(acts) * copies * SHARDS


def main() -> None:
    """Print the times of a ledger or, where asked, of shards."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=0, help="rows of Parquet shards to make and measure")
    parser.add_argument("--folder", type=Path, default=None, help="where to make them; else a temporary folder")
    args = parser.parse_args()
    with open_ledger(args.ledger, read_only=True) as ledger:
        if not args.rows:
            measure_ledger(ledger, args.rounds)
        else:
            folder = Path(tempfile.mkdtemp(prefix="shards-", dir=args.folder))
            try:
                measure_shards(ledger, folder / "shards", args.rows, args.rounds)
            finally:
                shutil.rmtree(folder)


if __name__ == "__main__":
    main()
