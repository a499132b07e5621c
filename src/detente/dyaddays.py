"""Event rows of others summed by directed pair of codes and day, in a file that is sorted so that a pair is found fast.

`days.parquet` of an origin is sorted by actor, recipient and day. Rows with a party whose country is not told are in no
pair. Sums, not means, are kept, so that days add up to any period.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute as compute
from pyarrow import parquet

_COUNT, _SUM = pyarrow.int32(), pyarrow.float64()
KEYS = ("actor", "recipient", "day")
SUMS = pyarrow.schema(
    [
        ("actor", pyarrow.string()),
        ("recipient", pyarrow.string()),
        ("day", pyarrow.date32()),
        ("events", _COUNT),
        ("q1", _COUNT),
        ("q2", _COUNT),
        ("q3", _COUNT),
        ("q4", _COUNT),
        ("lossy", _COUNT),
        ("weighed", _COUNT),
        ("goldstein", _SUM),
        ("scaled", _COUNT),
        ("scale", _SUM),
    ]
)
"""`events` rows of the pair on the day, `q1` to `q4` of them by PLOVER's quad code (those of no type are in none),
`lossy` those whose type lost something; `goldstein` is the sum of the origin's own weights of the `weighed` rows,
`scale` that of PLOVER's scale of the `scaled` ones."""

ROW_GROUP = 65_536
"""Rows of the sorted file that are read together: a pair lies in one or two such groups."""


def sums_of(table: Any) -> Any:
    """The sums of a table of event rows (`eventrows.COLUMNS`), sorted."""
    told = [compute.not_equal(table[side].cast(pyarrow.string()), "") for side in ("actor", "recipient")]
    both = table.filter(compute.and_(*told))
    quad, loss = both["quad"].to_numpy(), both["loss"].cast(pyarrow.string())
    ones = np.ones(len(both), dtype=np.int32)
    lossy = compute.match_substring_regex(loss, r"\b(type|distinction|code)\b").to_numpy().astype(np.int32)
    columns = {
        **{name: both[name].cast(SUMS.field(name).type) for name in KEYS},
        "events": ones,
        **{f"q{code}": (quad == code).astype(np.int32) for code in (1, 2, 3, 4)},
        "lossy": lossy,
        "weighed": both["goldstein"].is_valid().to_numpy().astype(np.int32),
        "goldstein": compute.fill_null(both["goldstein"], 0.0),
        "scaled": both["scale"].is_valid().to_numpy().astype(np.int32),
        "scale": compute.fill_null(both["scale"], 0.0),
    }
    return added_up(pyarrow.table(columns))


def added_up(sums: Any) -> Any:
    """Rows of one pair and day made one, sorted by pair and day."""
    names = [name for name in SUMS.names if name not in KEYS]
    grouped = sums.group_by(list(KEYS), use_threads=False).aggregate([(name, "sum") for name in names])
    grouped = grouped.rename_columns([name.removesuffix("_sum") for name in grouped.column_names])
    return grouped.select(SUMS.names).cast(SUMS).sort_by([(name, "ascending") for name in KEYS])


# ---- files -------------------------------------------------------------------------------------------------------


def write_sums(sums: Any, path: Path, known: dict[str, str] | None = None) -> None:
    """Write sorted sums; `known` are words kept in the file's metadata."""
    with _writer(path, known) as file:
        if len(sums):  # a row group of no rows has no first and last actor
            file.write_table(sums, row_group_size=ROW_GROUP)


def _writer(path: Path, known: dict[str, str] | None) -> Any:
    schema = SUMS.with_metadata(known or {})
    return parquet.ParquetWriter(path, schema, compression="zstd", use_dictionary=["actor", "recipient"])


def merge(paths: Iterable[Path], into: Path, known: dict[str, str]) -> int:
    """Merge sorted files into one, actor by actor, so that only one actor's rows are in memory; rows written."""
    files = [_Sorted(path) for path in paths]
    rows = 0
    with _writer(into, known) as out:
        for actors in _batches(files):
            parts = [part for file in files for part in [file.between(actors[0], actors[-1])] if len(part)]
            merged = added_up(pyarrow.concat_tables(parts))
            out.write_table(merged, row_group_size=ROW_GROUP)
            rows += len(merged)
    return rows


_AT_ONCE = 2_000_000  # rows merged at once, unless one actor has more


def _batches(files: list[_Sorted]) -> Iterator[list[str]]:
    """The actors of the files in order, in runs of about _AT_ONCE rows."""
    counts: dict[str, int] = {}
    for file in files:
        for actor, count in file.actors().items():
            counts[actor] = counts.get(actor, 0) + count
    run: list[str] = []
    held = 0
    for actor in sorted(counts):
        if run and held + counts[actor] > _AT_ONCE:
            yield run
            run, held = [], 0
        run.append(actor)
        held += counts[actor]
    if run:
        yield run


class _Sorted:
    """A sorted file of sums, read by row groups that can hold what is asked for."""

    def __init__(self, path: Path) -> None:
        self._file = parquet.ParquetFile(path)
        metadata = self._file.metadata
        groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
        stats = [group.column(0).statistics for group in groups]
        self._first = [each.min for each in stats]
        self._last = [each.max for each in stats]
        self._groups = groups

    def actors(self) -> dict[str, int]:
        """The actors with their number of rows."""
        counted: dict[str, int] = {}
        for batch in self._file.iter_batches(columns=["actor"]):
            for each in batch.column(0).value_counts().to_pylist():
                counted[each["values"]] = counted.get(each["values"], 0) + each["counts"]
        return counted

    def between(self, first: str, last: str) -> Any:
        """The rows of the actors from `first` to `last`, both included."""
        table = self._read(self._holding(first, last))
        actor = table["actor"]
        return table.filter(compute.and_(compute.greater_equal(actor, first), compute.less_equal(actor, last)))

    def pair(self, actor: str, recipient: str) -> Any:
        """The rows of one pair."""
        table = self._read([group for group in self._holding(actor, actor) if self._can_hold(group, recipient)])
        return table.filter(
            compute.and_(compute.equal(table["actor"], actor), compute.equal(table["recipient"], recipient))
        )

    def _holding(self, first: str, last: str) -> range:
        """The row groups that can hold actors from `first` to `last`."""
        return range(bisect_left(self._last, first), bisect_right(self._first, last))

    def _can_hold(self, group: int, recipient: str) -> bool:
        """Whether a row group can hold a recipient: within one actor's rows, recipients are in order."""
        if self._first[group] != self._last[group]:
            return True
        stats = self._groups[group].column(1).statistics
        return bool(stats.min <= recipient <= stats.max)

    def _read(self, groups: Sequence[int]) -> Any:
        return self._file.read_row_groups(list(groups)).cast(SUMS) if groups else SUMS.empty_table()


def pair_days(path: Path, actor: str, recipient: str) -> Any:
    """The sums of what one does to the other, by day."""
    return _Sorted(path).pair(actor, recipient)


def merged_units(path: Path) -> set[str]:
    """The units whose sums are in a merged file, as its metadata tells; none where there is no file."""
    if not path.exists():
        return set()
    known = parquet.read_schema(path).metadata or {}
    return set(known.get(b"units", b"").decode().split())
