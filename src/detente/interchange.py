"""Everything out: acts in the formats of other event data, and in ones of our own.

| format | what | holds |
|---|---|---|
| `plover-jsonl` | PLOVER JSON, one record a line | `ploverjson` |
| `csv`, `parquet` | one row an act, all fields | `flatevents` |
| `polecat`, `icews`, `gdelt2`, `phoenix`, `cameo` | one row for each pair of parties, tabs | `eventtables` |
| `rdf` | N-Triples | `rdf` |
| `geojson` | one feature an act that has a place on the map | `flatevents` |

Formats of others have no word for what did not happen, so of those only acts that are `actual` are written unless
`statuses` says otherwise. Whatever is left out is counted.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from detente.dyadrows import MAX_DAYS, Act, acts, dyad_rows
from detente.errors import ConfigError
from detente.eventtables import TABLES, head, line
from detente.flatevents import FlatAct, arrow_schema, cells, flat
from detente.ploverjson import plover
from detente.rdf import triples
from detente.records import LinkedEvent, Report

FORMATS = ("plover-jsonl", "csv", "parquet", "polecat", "icews", "gdelt2", "phoenix", "cameo", "rdf", "geojson")
HAPPENED_ONLY = ("plover-jsonl", *TABLES)
"""Formats of others, which are read as telling what happened."""

_BATCH = 10_000  # rows of a Parquet file in memory at once


class Exported(msgspec.Struct):
    """What was written and what not: `rows` lines or records of `acts`; `left_out` counts acts by the reason.

    Reasons: a status, `undated`, `coarse` (a date longer than the format's day), `no-party` and `unlocated`.
    """

    acts: int = 0
    rows: int = 0
    left_out: Counter[str] = msgspec.field(default_factory=Counter)

    def summary(self) -> str:
        """One line for people.

        >>> Exported(2, 3, Counter(planned=1)).summary()
        '2 acts in 3 rows; left out: 1 planned'
        """
        told = ", ".join(f"{count:,} {reason}" for reason, count in self.left_out.most_common())
        return f"{self.acts:,} acts in {self.rows:,} rows; left out: {told or 'none'}"


def export(
    told: Iterable[Report | LinkedEvent],
    out: BinaryIO,
    to: str,
    *,
    statuses: tuple[str, ...] | None = None,
    max_days: int = MAX_DAYS,
) -> Exported:
    """Write acts to a stream and say what was written and left out; acts are taken one by one.

    `statuses`: which to write; None means those the format has a word for, `actual` for HAPPENED_ONLY and else all.
    `max_days`: acts dated longer than this are left out of a format that has only a day, others get their first day.

    Raises ConfigError for an unknown format, CodebookError for an unknown status.
    """
    if to not in FORMATS:
        raise ConfigError(f"{to!r} is no format to export to. Known: {', '.join(FORMATS)}.")
    done = Exported()
    if statuses is None and to in HAPPENED_ONLY:
        statuses = ("actual",)
    wanted = acts(told, statuses=statuses, left_out=done.left_out)
    if to in TABLES:
        _write_table(wanted, out, to, done, max_days)
    else:
        _WRITERS[to](wanted, out, done)
    return done


def _write_table(wanted: Iterable[Act], out: BinaryIO, to: str, done: Exported, max_days: int) -> None:
    if head(to):
        out.write(head(to).encode() + b"\n")
    last = ""
    for row in dyad_rows(wanted, max_days=max_days, left_out=done.left_out):
        out.write(line(to, row).encode("utf-8", "replace") + b"\n")
        done.rows += 1
        done.acts += row.act.event.id != last
        last = row.act.event.id


def _counted(wanted: Iterable[Act], done: Exported) -> Iterator[Act]:
    for act in wanted:
        done.acts += 1
        done.rows += 1
        yield act


def _write_plover(wanted: Iterable[Act], out: BinaryIO, done: Exported) -> None:
    def dated(those: Iterable[Act]) -> Iterator[Act]:
        for act in those:
            if act.event.date is None:
                done.left_out["undated"] += 1
            else:
                yield act

    for act in _counted(dated(wanted), done):
        out.write(msgspec.json.encode(plover(act)) + b"\n")


def _write_csv(wanted: Iterable[Act], out: BinaryIO, done: Exported) -> None:
    lines = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="")
    rows = csv.writer(lines, lineterminator="\n")
    rows.writerow(FlatAct.__struct_fields__)
    for act in _counted(wanted, done):
        rows.writerow(cells(flat(act)))
    lines.flush()
    lines.detach()


def _write_parquet(wanted: Iterable[Act], out: BinaryIO, done: Exported) -> None:
    import pyarrow
    from pyarrow import parquet

    schema = arrow_schema()
    rows = _counted(wanted, done)
    with parquet.ParquetWriter(out, schema, compression="zstd") as file:
        while batch := [msgspec.structs.asdict(flat(act)) for act in islice(rows, _BATCH)]:
            file.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def _write_rdf(wanted: Iterable[Act], out: BinaryIO, done: Exported) -> None:
    for act in wanted:
        done.acts += 1
        for statement in triples(act):
            out.write(statement.encode("utf-8", "replace") + b"\n")
            done.rows += 1


def _write_geojson(wanted: Iterable[Act], out: BinaryIO, done: Exported) -> None:
    """One FeatureCollection, a feature a line; positions are [longitude, latitude] (RFC 7946)."""

    def located(those: Iterable[Act]) -> Iterator[Act]:
        for act in those:
            place = act.event.location
            if place is None or place.latitude is None or place.longitude is None:
                done.left_out["unlocated"] += 1
            else:
                yield act

    features = (msgspec.json.encode(_feature(act)) for act in _counted(located(wanted), done))
    out.write(b'{"type": "FeatureCollection", "features": [\n')
    for number, feature in enumerate(features):
        out.write((b",\n" if number else b"") + feature)
    out.write(b"\n]}\n")


def _feature(act: Act) -> dict[str, Any]:
    properties = msgspec.structs.asdict(flat(act))
    position = [properties.pop("longitude"), properties.pop("latitude")]
    return {
        "type": "Feature",
        "id": act.event.id,
        "geometry": {"type": "Point", "coordinates": position},
        "properties": properties,
    }


_WRITERS: dict[str, Callable[[Iterable[Act], BinaryIO, Exported], None]] = {
    "plover-jsonl": _write_plover,
    "csv": _write_csv,
    "parquet": _write_parquet,
    "rdf": _write_rdf,
    "geojson": _write_geojson,
}
