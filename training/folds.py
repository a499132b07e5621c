"""What the fits of linear weights share: five folds by name, and the table of weights."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from zlib import crc32

FOLDS = 5
LEAST = 0.02  # weights nearer to 0 than this are left out of the table

RowT = TypeVar("RowT")


def five_folds(rows: Sequence[RowT], *, name: Callable[[RowT], str]) -> Iterator[tuple[list[RowT], list[RowT]]]:
    """(rows to fit on, rows to measure on) five times; rows of one name are in one fold."""
    folds = [[row for row in rows if crc32(name(row).encode()) % FOLDS == fold] for fold in range(FOLDS)]
    for held_out in range(FOLDS):
        yield [row for other in range(FOLDS) if other != held_out for row in folds[other]], folds[held_out]


def write_weights(weights: Mapping[str, float], out: Path) -> None:
    """Write the weights as a table of facts, in their order."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("fact", "weight", "source"))
        writer.writerows((f, f"{w:.3f}", "fit") for f, w in sorted(weights.items()) if abs(w) >= LEAST)
