"""The Parquet files of one shard: events, dyads, articles and exclusions, their columns and how they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import msgspec

from detente.dyadrows import act_of
from detente.flatevents import arrow_schema, flat
from detente.records import Article, Coded, Event, Exclusion, Report
from detente.selection import pairs_of
from detente.storage import Store

KINDS = ("events", "dyads", "articles", "exclusions")
DYADS: dict[str, str] = {
    "id": "the event's id",
    "article": "the id of the article that tells it",
    "published": "the day of publication, null where it is not known",
    "first": "the code of the state that acts",
    "second": "the code of the state that it acts on; the same one for an act within a state",
    "mutual": "whether both act on one another; the codes are then in alphabetical order, and there is one row of both",
    "event": "the PLOVER type",
    "mode": "the first of its modes, null where it has none",
    "quad": "the quad code, 1 to 4",
    "scale": "the weight on the scale from -10 to 10",
    "status": "actual, background, planned, possible or denied",
    "confidence": "the probability that the reader gives it",
    "date_start": "the first of its days, null where no date is known",
    "date_end": "the day after the last",
}
"""The columns of `dyads`, and what they mean."""

_BATCH = 256  # articles and exclusions held before their rows are written


class Tables:
    """The Parquet files of one shard while they are written; nothing of them is there before the block ends."""

    def __init__(self, store: Store, shard: str) -> None:
        self._store, self._shard = store, shard
        self._rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        self._writers: dict[str, Any] = {}
        self._files = ExitStack()
        self._reasons: Counter[str] = Counter()
        self._coded = self._empty = self._events = 0

    def __enter__(self) -> Tables:
        from pyarrow import parquet

        self._files.__enter__()
        for kind in KINDS:
            part = self._files.enter_context(self._store.writing(f"{kind}/{self._shard}.parquet"))
            writer = parquet.ParquetWriter(part, schema(kind), compression="zstd")
            self._writers[kind] = self._files.enter_context(writer)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool | None:
        if kind is None:
            self._write()
        return self._files.__exit__(kind, error, trace)

    def add(self, position: int, found: Coded | Exclusion) -> None:
        """Add what came of one input."""
        rows = self._rows
        if isinstance(found, Exclusion):
            self._reasons[found.reason] += 1
            rows["exclusions"].append({"position": position, **msgspec.structs.asdict(found)})
        else:
            self._add_coded(position, found)
        if len(rows["articles"]) + len(rows["exclusions"]) >= _BATCH:
            self._write()

    def _add_coded(self, position: int, found: Coded) -> None:
        rows = self._rows
        self._coded += bool(found.events)
        self._empty += not found.events
        self._events += len(found.events)
        rows["articles"].append({"position": position, **msgspec.structs.asdict(found.article)})
        for event in found.events:
            rows["events"].append({"position": position, **_event_row(event, found.article)})
            rows["dyads"].extend(_dyad_rows(event, found.article))

    def counts(self) -> dict[str, Any]:
        """The counts of the receipt."""
        return {
            "articles": self._coded + self._empty,
            "coded": self._coded,
            "empty": self._empty,
            "excluded": self._reasons.total(),
            "reasons": dict(self._reasons),
            "events": self._events,
        }

    def _write(self) -> None:
        import pyarrow

        for kind, rows in self._rows.items():
            if rows:
                self._writers[kind].write_table(pyarrow.Table.from_pylist(rows, schema=schema(kind)))
                rows.clear()


def schema(kind: str) -> Any:
    """The columns of a kind of file, as a `pyarrow.Schema`."""
    import pyarrow

    position = pyarrow.field("position", pyarrow.int64())
    if kind == "events":
        return arrow_schema().insert(0, position).append(pyarrow.field("record", pyarrow.string()))
    if kind == "dyads":
        types = {
            **dict.fromkeys(DYADS, pyarrow.string()),
            **dict.fromkeys(("published", "date_start", "date_end"), pyarrow.date32()),
            **dict.fromkeys(("scale", "confidence"), pyarrow.float64()),
            "mutual": pyarrow.bool_(),
            "quad": pyarrow.int64(),
        }
        return pyarrow.schema(list(types.items()))
    record = Article if kind == "articles" else Exclusion
    types = {**dict.fromkeys(record.__struct_fields__, pyarrow.string())}
    if record is Article:
        types["published"] = pyarrow.date32()
    return pyarrow.schema([position, *types.items()])


def _event_row(event: Event, article: Article) -> dict[str, Any]:
    report = Report(event, article.published, article.publisher, article.title, article.url, root=article.id)
    return {**msgspec.structs.asdict(flat(act_of(report))), "record": msgspec.json.encode(event).decode()}


def _dyad_rows(event: Event, article: Article) -> Iterator[dict[str, Any]]:
    """One row for each pair that `selection.pairs_of` tells, the one that acts first."""
    for one, other, direction in sorted(pairs_of(event)):
        first, second = (one, other) if direction >= 0 else (other, one)
        yield {
            "id": event.id,
            "article": article.id,
            "published": article.published,
            "first": first,
            "second": second,
            "mutual": direction == 0,
            "event": event.event,
            "mode": event.mode[0] if event.mode else None,
            "quad": event.quad,
            "scale": event.scale,
            "status": event.status,
            "confidence": event.confidence,
            "date_start": event.date.start if event.date else None,
            "date_end": event.date.end if event.date else None,
        }
