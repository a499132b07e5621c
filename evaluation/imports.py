"""How fast event data of others is imported, in how much memory, what is excluded and what the mapping loses.

    python -m evaluation.imports [--data ../shared/data] [--rows 5000000] [--days 10000000] [--folder FOLDER]
    python -m evaluation.imports --many 100000000 [--folder FOLDER]

First the real samples in DATA/importer_samples. Then a file of GDELT 2.0 rows, made by repeating the real one of 2,414
rows with new ids and days moved back, half of it and whole, each in a process of its own, so that the peak memory of
both can be compared. Then series from a made file of sums by as many pairs and days as --days says.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow

from detente.codebook import read_table
from detente.dyaddays import SUMS, write_sums
from detente.eventshards import Folder
from detente.importedseries import imported_series
from detente.imports import Imported, import_files

SAMPLES = (
    ("gdelt", "gdelt2_20180101000000.export.CSV"),
    ("gdelt", "gdelt1_events_58col_sample.csv"),
    ("icews", "icews_events.2018.sample.tab"),
    ("acled", "acled_sample_3000.csv"),
)
TYPE_LOSSES = ("type", "distinction", "code")
SPREAD = 3650  # days over which the repetitions of a row are spread
EACH = 5_000_000  # rows of each of many files
AGAIN = 5  # times a series is read; the median counts


def made_lines(sample: Path, rows: int) -> Iterator[str]:
    """That many rows of GDELT: those of the sample again and again, a day earlier each time, with ids of their own."""
    cells = [line.split("\t") for line in sample.read_text(encoding="utf-8").splitlines()]
    days = [date(int(row[1][:4]), int(row[1][4:6]), int(row[1][6:])) for row in cells]
    for number in range(rows):
        turn, place = divmod(number, len(cells))
        day = f"{days[place] - timedelta(turn % SPREAD):%Y%m%d}"
        row = cells[place]
        yield "\t".join((str(100_000_000 + number), day, day[:6], day[:4], *row[4:59], f"{day}000000", row[60]))


def made_sums(rows: int, path: Path) -> None:
    """A sorted file of sums: countries as often as 1/rank, ten years of days."""
    codes = np.array(sorted({row["code"] for row in read_table("interchange", "codes") if row["code"]}))
    random = np.random.default_rng(1)
    order = np.concatenate([np.flatnonzero(codes == "USA"), random.permutation(np.flatnonzero(codes != "USA"))])
    weight = 1 / np.arange(1, len(codes) + 1)
    actor, recipient = (order[random.choice(len(codes), rows, p=weight / weight.sum())] for _ in range(2))
    keys = np.unique((actor * len(codes) + recipient) * 3653 + random.integers(0, 3653, rows))
    pair, day = np.divmod(keys, 3653)
    ones = np.ones(len(keys), dtype=np.int32)
    named = pyarrow.array(codes)
    columns = {
        "actor": named.take(pyarrow.array(pair // len(codes))),
        "recipient": named.take(pyarrow.array(pair % len(codes))),
        "day": pyarrow.array((day + 16_000).astype(np.int32)).cast(pyarrow.date32()),
        **dict.fromkeys(SUMS.names[3:], ones),
    }
    path.parent.mkdir(parents=True)
    write_sums(pyarrow.table(columns).cast(SUMS), path)
    print(f"{len(keys):,} pairs and days, {path.stat().st_size / 1e6:.0f} MB: ", end="")


def timed(origin: str, file: Path, into: Path) -> tuple[Imported, float]:
    """What an import did, and the rows a second."""
    started = time.perf_counter()
    done = import_files(origin, [file], into)
    return done, done.rows / (time.perf_counter() - started)


def told(origin: str, name: str, done: Imported) -> None:
    """One sample's line: what was kept, why not, and the share of rows by what they lost."""
    print(f"{origin:8} {name}: {done.rows:,} rows, {done.kept:,} kept, excluded {dict(done.excluded) or 'none'}")
    shares = {name: count / done.kept for name, count in sorted(done.loss.items())}
    print(f"{'':8} lost: {', '.join(f'{name} {share:.1%}' for name, share in shares.items()) or 'none'}")


def samples(data: Path, folder: Path) -> None:
    """Import the real samples and say what became of them."""
    all_losses: Counter[str] = Counter()
    kept = 0
    for origin, name in SAMPLES:
        done, _ = timed(origin, data / "importer_samples" / name, folder)
        told(origin, name, done)
        all_losses.update(done.loss)
        kept += done.kept
    lost = sum(count for name, count in all_losses.items() if name in TYPE_LOSSES)
    print(f"rows whose type is read with a loss: {lost / kept:.1%} of {kept:,}")
    pairs = [(each.origin, each.events) for each in imported_series(folder, "USA", "PRK", "year")]
    print(f"USA and PRK in the samples: {dict(pairs)}")


def large(data: Path, rows: int, folder: Path) -> None:
    """Make the large file and import half of it and all of it, each in a process of its own."""
    sample = data / "importer_samples" / SAMPLES[0][1]
    peaks = []
    for count in (rows // 2, rows):
        file = folder / f"made-{count}.csv"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in made_lines(sample, count))
        command = [sys.executable, "-m", "evaluation.imports", "--one", str(file), str(folder / f"in-{count}")]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(f"{count:>12,} rows of GDELT, {file.stat().st_size / 1e9:.1f} GB: {output.strip()}")
        peaks.append(float(output.split(" MB")[0].split()[-1]))
        file.unlink()
    growth = (peaks[1] - peaks[0]) / (rows - rows // 2) * 1e8
    print(f"at 100 million rows by that growth: {peaks[1] + growth:,.0f} MB")


def one(file: Path, into: Path) -> None:
    """Import one file of GDELT and print rate, peak memory and size of what was written; then import it again."""
    before = time.process_time()
    done, rate = timed("gdelt", file, into)
    spent = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in Folder(into, "gdelt").path.rglob("*.parquet"))
    started = time.perf_counter()
    again = import_files("gdelt", [file], into)
    assert (again.already, again.rows) == (1, 0)
    print(
        f"{rate:,.0f} rows/s, {done.rows / spent:,.0f} a second of one core, peak {peak:.0f} MB,"
        f" {size / 1e6:.0f} MB written; again: {time.perf_counter() - started:.1f} s"
    )


def many(data: Path, rows: int, folder: Path) -> None:
    """Import so many rows, in files of EACH, in one go, and print rate and peak memory.

    A file is made while the one before it is imported, and is deleted then, since all together would fill the disk.
    """
    sample = data / "importer_samples" / SAMPLES[0][1]
    count = -(-rows // EACH)

    def made() -> Iterator[Path]:
        with ProcessPoolExecutor(1) as maker:
            making = maker.submit(make_file, sample, 0, folder / "many-0.csv")
            for number in range(count):
                making.result()
                path = folder / f"many-{number}.csv"
                if number + 1 < count:
                    making = maker.submit(make_file, sample, number + 1, folder / f"many-{number + 1}.csv")
                yield path
                path.unlink()

    started = time.perf_counter()
    done = import_files("gdelt", made(), folder / "in-many")
    spent = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in Folder(folder / "in-many", "gdelt").path.rglob("*.parquet"))
    print(
        f"{done.rows:,} rows of GDELT in {count} files, {done.kept:,} kept: {done.rows / spent:,.0f} rows/s while the"
        f" next file was made beside, peak {peak:,.0f} MB, {size / 1e9:.1f} GB written"
    )


def make_file(sample: Path, number: int, path: Path) -> None:
    """The file of that number: EACH rows with ids that no other has."""
    with path.open("w", encoding="utf-8") as out:
        for line in made_lines(sample, EACH):
            identity, rest = line.split("\t", 1)
            out.write(f"{int(identity) + number * EACH}\t{rest}\n")


def series(rows: int, folder: Path) -> None:
    """Read series of pairs, large and small, from a made file of sums."""
    made_sums(rows, folder / "gdelt" / "days.parquet")
    for pair in (("USA", "CHN"), ("JPN", "KOR"), ("USA", "USA")):
        times, found = [], imported_series(folder, *pair)
        for _ in range(AGAIN):
            started = time.perf_counter()
            imported_series(folder, *pair)
            times.append(time.perf_counter() - started)
        events = found[0].events if found else 0
        print(f"{'-'.join(pair)} {events:,} events {1000 * sorted(times)[AGAIN // 2]:.0f} ms", end="  ")
    print()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.imports", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of the large file")
    parser.add_argument("--days", type=int, default=10_000_000, help="pairs and days of the made sums")
    parser.add_argument("--folder", type=Path, help="where to write; else a temporary folder")
    parser.add_argument("--many", type=int, help="instead, import that many rows in files of 5 million")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        one(*options.one)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        if options.many:
            many(options.data, options.many, folder)
            return
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        samples(options.data, folder / "samples")
        large(options.data, options.rows, folder)
        series(options.days, folder / "sums")


if __name__ == "__main__":
    main()
