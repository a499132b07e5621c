"""Shards into a ledger, which then holds what `coding.code_inputs` on the same inputs would have put there."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import asdict
from itertools import groupby, islice
from typing import Any, cast

import msgspec

from detente import memory
from detente.coding import State, Tally
from detente.errors import InputError, LedgerError
from detente.ledger import Ledger
from detente.records import Article, Coded, Event, Exclusion
from detente.shards import Receipt, Shards
from detente.storage import Store

_BATCH = 64  # articles added in one transaction


def add_shards(ledger: Ledger, shards: Shards, *, tally: Tally, command: str = "") -> Iterator[Receipt]:
    """Keep what shards hold in a ledger as `coding.code_inputs` would have, and link it; twice is once.

    Gives the receipt of each shard that is added, and brings `tally` up to date. Each batch of articles is a
    transaction: whatever stops this, doing it again goes on. Raises InputError where a file of a shard is missing.
    """
    store = Store(shards.folder)
    for who, receipts in groupby(shards.receipts, key=_version):
        run = ledger.begin_run(**who, command=command)
        here, state = Tally(), "failed"
        try:
            for receipt in receipts:
                _add(ledger, run, _held(store, receipt), here)
                memory.update(ledger)
                yield receipt
            state = "done"
        except (KeyboardInterrupt, GeneratorExit):
            state = "interrupted"
            raise
        finally:
            counts = {name: getattr(here, name) for name in ("coded", "empty", "excluded", "skipped")}
            with suppress(LedgerError) if state == "failed" else nullcontext():  # the first error is the one to tell
                ledger.end_run(run, state=cast(State, state), **counts)
            for name, count in asdict(here).items():
                setattr(tally, name, getattr(tally, name) + count)


def _version(receipt: Receipt) -> dict[str, str]:
    return {name: getattr(receipt, name) for name in ("coder", "model", "codebook", "settings")}


def _add(ledger: Ledger, run: int, found: Iterable[Coded | Exclusion], tally: Tally) -> None:
    for excluding, some in groupby(found, key=lambda each: isinstance(each, Exclusion)):
        if excluding:
            for exclusion in some:
                ledger.exclude(cast(Exclusion, exclusion), run)
                tally.excluded += 1
            continue
        waiting = cast(Iterator[Coded], some)
        while batch := list(islice(waiting, _BATCH)):
            for coded, stored in zip(batch, ledger.store_all(batch, run), strict=True):
                tally.events += len(coded.events)
                tally.revised += stored == "revised"
                tally.skipped += stored == "unchanged"
                tally.coded += stored != "unchanged" and bool(coded.events)
                tally.empty += stored != "unchanged" and not coded.events


def _held(store: Store, receipt: Receipt) -> Iterator[Coded | Exclusion]:
    """What a shard holds, in the order of its inputs."""
    events: dict[int, list[Event]] = {}
    for row in _rows(store, "events", receipt.shard, ["position", "record"]):
        events.setdefault(row["position"], []).append(msgspec.json.decode(row["record"], type=Event))
    rows = [*_rows(store, "articles", receipt.shard), *_rows(store, "exclusions", receipt.shard)]
    for row in sorted(rows, key=lambda row: row["position"]):
        position = row.pop("position")
        if "reason" in row:
            yield Exclusion(**row)
        else:
            yield Coded(Article(**row), tuple(events.get(position, ())))


def _rows(store: Store, kind: str, shard: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    from pyarrow import parquet

    name = f"{kind}/{shard}.parquet"
    content = store.read(name)
    if content is None:
        detail = f"{store.address(name)} is not there. Remove the shard's receipt and make it again."
        raise InputError("missing", detail)
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(content), columns=columns).to_pylist()
    return rows
