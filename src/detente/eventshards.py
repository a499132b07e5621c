"""Where imported rows are kept: one folder an origin, in units that are there as a whole or not at all.

    INTO/gdelt/events/UNIT.parquet      rows (`eventrows.COLUMNS`, with the file and line each is from)
               excluded/UNIT.parquet    rows that were not taken: file, line, reason, what was found
               days/UNIT-0.parquet      sums by pair and day (`dyaddays`)
               receipts/UNIT.json       what went in, by content, and what came of it; written last
               days.parquet             the sums of all units

A unit is some input files, or one large one. Files are written under a temporary name and renamed; a unit without a
receipt is none, and is removed by the next import.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow
from pyarrow import parquet

from detente.dyaddays import added_up, merge, merged_units, sums_of, write_sums
from detente.errors import InputError
from detente.eventfiles import BadRow
from detente.eventids import SeenIds
from detente.eventrows import COLUMNS

UNIT_ROWS = 2_000_000
"""Rows after which the next input file begins a new unit."""

ROW_GROUP = 250_000
"""Rows of a Parquet row group: what is held before it is written."""

_SUMS_HELD = 500_000  # rows of sums in memory before they are written as a part of the unit's
_WORDS = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
ROWS = COLUMNS.append(pyarrow.field("file", _WORDS)).append(pyarrow.field("line", pyarrow.int64()))
_EXCLUDED = pyarrow.schema(
    [("file", _WORDS), ("line", pyarrow.int64()), ("reason", _WORDS), ("value", pyarrow.string())]
)


class Input(msgspec.Struct):
    """One input file: its name, the SHA-256 of its bytes, and what came of its rows."""

    name: str
    sha256: str
    rows: int = 0
    kept: int = 0
    western: int = 0
    excluded: dict[str, int] = msgspec.field(default_factory=dict)
    loss: dict[str, int] = msgspec.field(default_factory=dict)


class Receipt(msgspec.Struct):
    """What a unit holds."""

    unit: str
    origin: str
    inputs: list[Input]


class Folder:
    """The folder of one origin, open for writing or only for reading."""

    def __init__(self, into: Path, origin: str) -> None:
        self.path, self.origin = into / origin, origin
        self.days = self.path / "days.parquet"

    def receipts(self) -> list[Receipt]:
        """The receipts, in the order of their units' names; a file that is none is left aside."""
        found = sorted((self.path / "receipts").glob("*.json"))
        return [msgspec.json.decode(path.read_bytes(), type=Receipt) for path in found]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make the folders, keep others from writing, and remove what a killed import left.

        Raises InputError (`unreadable`) where another import is writing there.
        """
        for name in ("events", "excluded", "days", "receipts"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            if not _locked(lock):
                raise InputError("unreadable", f"Another import is writing to {self.path}; wait until it is done.")
            self._tidy()
            yield

    def _tidy(self) -> None:
        known = {path.stem for path in (self.path / "receipts").glob("*.json")}
        for path in [*self.path.glob("*/*"), *self.path.glob("*.part")]:
            if path.suffix == ".part" or path.name.split(".")[0].split("-")[0] not in known:
                path.unlink()

    def seen(self) -> SeenIds:
        """The ids of all rows that are kept."""
        seen = SeenIds()
        for path in sorted((self.path / "events").glob("*.parquet")):
            for batch in parquet.ParquetFile(path).iter_batches(batch_size=ROW_GROUP, columns=["id"]):
                seen.add(batch.column(0))
        return seen

    def merge_days(self) -> None:
        """Bring `days.parquet` up to the units that have receipts; what is merged already is not read again."""
        units = {receipt.unit for receipt in self.receipts()}
        done = merged_units(self.days)
        if units == done:
            return
        old = [self.days] if done and done <= units else []
        new = units - done if old else units
        parts = sorted(path for path in (self.path / "days").glob("*.parquet") if path.stem.split("-")[0] in new)
        part = self.path / f"days.{os.getpid()}.part"
        merge([*old, *parts], part, {"units": " ".join(sorted(units)), "origin": self.origin})
        part.replace(self.days)


def _locked(lock: Any) -> bool:
    """Whether the lock could be had; always on systems that have no such locks."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Unit:
    """One unit being written; nothing of it is there before `finish`."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.inputs: list[Input] = []
        self.rows = 0
        self._parts: dict[str, Path] = {}  # kind of file -> where it is being written
        self._held: list[Any] = []
        self._events: Any = None
        self._bad: list[tuple[str, BadRow]] = []
        self._excluded: Any = None
        self._sums: list[Any] = []

    def add(self, table: Any) -> None:
        """Add rows that are kept."""
        self._held.append(table)
        self.rows += len(table)
        self._sums.append(sums_of(table))
        if sum(map(len, self._held)) >= ROW_GROUP:
            self._write_rows()
        if sum(map(len, self._sums)) > _SUMS_HELD:
            self._sums = [added_up(pyarrow.concat_tables(self._sums))]
            if len(self._sums[0]) > _SUMS_HELD / 2:
                self._write_sums()

    def exclude(self, file: str, bad: BadRow) -> None:
        """Note a row that is not."""
        self._bad.append((file, bad))
        if len(self._bad) >= ROW_GROUP:
            self._write_excluded()

    def finish(self) -> None:
        """Give the files their names and write the receipt; a unit without inputs leaves nothing."""
        self._write_rows()
        self._write_excluded()
        self._write_sums()
        for writer in (self._events, self._excluded):
            if writer is not None:
                writer.close()
        if not self.inputs:
            return self.discard()
        unit = hashlib.sha256("\n".join(each.sha256 for each in self.inputs).encode()).hexdigest()[:16]
        for kind, part in self._parts.items():
            folder, _, suffix = kind.partition("-")
            part.replace(self._folder.path / folder / f"{unit}{'-' if suffix else ''}{suffix}.parquet")
        receipt = self._folder.path / "receipts" / f"{unit}.json"
        part = receipt.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(msgspec.json.format(msgspec.json.encode(Receipt(unit, self._folder.origin, self.inputs))))
        part.replace(receipt)
        return None

    def discard(self) -> None:
        """Remove what was written."""
        for part in self._parts.values():
            part.unlink(missing_ok=True)

    def _part(self, kind: str) -> Path:
        self._parts[kind] = self._folder.path / f"{kind}.{os.getpid()}.part"
        return self._parts[kind]

    def _write_rows(self) -> None:
        if not self._held:
            return
        if self._events is None:
            self._events = parquet.ParquetWriter(
                self._part("events"), ROWS, compression="zstd", compression_level=1, write_page_index=False
            )
        self._events.write_table(pyarrow.concat_tables(self._held), row_group_size=ROW_GROUP * 2)
        self._held = []

    def _write_excluded(self) -> None:
        if not self._bad:
            return
        if self._excluded is None:
            self._excluded = parquet.ParquetWriter(self._part("excluded"), _EXCLUDED, compression="zstd")
        files, rows = [file for file, _ in self._bad], [bad for _, bad in self._bad]
        columns = [
            pyarrow.array(files).dictionary_encode(),
            pyarrow.array(np.array([bad.line for bad in rows])),
            pyarrow.array([bad.reason for bad in rows]).dictionary_encode(),
            pyarrow.array([bad.value for bad in rows], pyarrow.string()),
        ]
        self._excluded.write_table(pyarrow.table(columns, schema=_EXCLUDED))
        self._bad = []

    def _write_sums(self) -> None:
        if not self._sums:
            return
        number = sum(kind.startswith("days-") for kind in self._parts)
        write_sums(added_up(pyarrow.concat_tables(self._sums)), self._part(f"days-{number}"))
        self._sums = []
