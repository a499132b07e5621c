"""Tables hold what the records hold, and Parquet shards give the same as a ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pytest
from pyarrow import parquet

from detente.changes import most_changed
from detente.comparison import compare, network, partners
from detente.dyadtables import (
    changes_table,
    comparison_table,
    edges_table,
    levels_table,
    nodes_table,
    partners_table,
    series_table,
    similar_table,
    turns_table,
)
from detente.errors import DetenteError, InputError
from detente.ledger import Ledger, open_ledger
from detente.pairdays import LedgerDays
from detente.relations import relation
from detente.shardrollup import ShardDays, rollup
from detente.shardtables import schema
from detente.similarity import similar
from tests.test_comparison import JPN_CHN, JPN_KOR, START, fill

ACTS = [
    (pair, START + timedelta(5 * n), "CONSULT" if n % 3 else "ACCUSE") for n in range(40) for pair in (JPN_KOR, JPN_CHN)
]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        fill(opened, ACTS)  # not linked: every report is an act of its own, as in shards
        yield opened


def shards(folder: Path, ledger: Ledger, name: str = "one") -> Path:
    """The events of a ledger as one shard."""
    rows = [
        {
            "id": event.id, "article": event.article, "published": event.date.end if event.date else None,
            "first": event.actor[0].code, "second": event.recipient[0].code, "mutual": False, "event": event.event,
            "mode": None, "quad": event.quad, "scale": event.scale, "status": event.status,
            "confidence": event.confidence, "date_start": event.date and event.date.start,
            "date_end": event.date and event.date.end,
        }
        for event in ledger.events()
    ]  # fmt: skip
    (folder / "dyads").mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema("dyads")), folder / "dyads" / f"{name}.parquet")
    return folder


def test_a_series_as_a_table(ledger: Ledger) -> None:
    how = relation(ledger, "JPN", "KOR")
    table = series_table(how.series).to_arrow()
    assert table.column("start").to_pylist() == [period.start for period in how.series.periods]
    assert table.column("q1").to_pylist() == [period.quads[1] for period in how.series.periods]
    assert table.schema.field("mean").type == pyarrow.float64()
    levels = levels_table(how.levels).to_arrow()
    assert levels.column("low95").to_pylist() == [level.low95 for level in how.levels]
    assert turns_table(how.turns).to_arrow().num_rows == len(how.turns)


def test_comparisons_as_tables(ledger: Ledger) -> None:
    source = LedgerDays(ledger)
    found = compare(source, JPN_KOR, JPN_CHN)
    table = comparison_table(found).to_arrow()
    assert table.column("difference_low80").to_pylist() == [period.difference.low80 for period in found.periods]
    state = partners(source, "JPN")
    rows = partners_table(state).to_arrow().to_pylist()
    assert [(row["code"], row["events"], row["level"]) for row in rows] == [
        (each.code, each.events, each.level.value) for each in state.partners
    ]
    drawn = network(source)
    assert edges_table(drawn).to_arrow().column("events").to_pylist() == [edge.events for edge in drawn.edges]
    assert nodes_table(drawn).to_arrow().num_rows == 3
    likest = similar(source, "JPN", "KOR", least=5)
    assert similar_table(likest).to_arrow().num_rows == len(likest.similar) == 0
    changes = most_changed(source, weeks=4, before=20)
    assert changes_table(changes).to_arrow().num_rows == len(changes.changes)


def test_tables_for_pandas_and_polars(ledger: Ledger) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    frame = series_table(relation(ledger, "JPN", "KOR").series)
    assert list(frame.to_pandas()["events"]) == frame.to_polars()["events"].to_list()


def test_a_package_that_is_not_there_is_named(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = series_table(relation(ledger, "JPN", "KOR").series)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(DetenteError, match="pip install polars"):
        frame.to_polars()


def test_shards_give_what_the_ledger_gives(ledger: Ledger, tmp_path: Path) -> None:
    source, kept = ShardDays(shards(tmp_path / "shards", ledger)), LedgerDays(ledger)
    assert (
        source.pair_days(one=("JPN",), other=("KOR",)).sums.sum()
        == kept.pair_days(one=("JPN",), other=("KOR",)).sums.sum()
    )
    assert source.last_day() == kept.last_day()
    assert compare(source, JPN_KOR, JPN_CHN) == compare(kept, JPN_KOR, JPN_CHN)
    assert network(source) == network(kept)
    assert partners(source, "JPN") == partners(kept, "JPN")
    day = START + timedelta(61)
    then = ShardDays(tmp_path / "shards", as_of=day)
    assert then.pair_days().sums.sum() == LedgerDays(ledger, as_of=day).pair_days().sums.sum() > 0
    assert compare(then, JPN_KOR, JPN_CHN) == compare(LedgerDays(ledger, as_of=day), JPN_KOR, JPN_CHN)


def test_sums_are_made_once_and_again_when_a_shard_is_added(ledger: Ledger, tmp_path: Path) -> None:
    folder = shards(tmp_path / "shards", ledger)
    made = rollup(folder).stat().st_mtime_ns
    assert rollup(folder).stat().st_mtime_ns == made
    before = ShardDays(folder).pair_days().sums[:, 0].sum()
    table = parquet.read_table(folder / "dyads" / "one.parquet")
    other = table.set_column(0, "id", pyarrow.array([f"other {n}" for n in range(len(table))]))
    parquet.write_table(other, folder / "dyads" / "two.parquet")
    assert ShardDays(folder).pair_days().sums[:, 0].sum() == 2 * before
    assert {path.name for path in (folder / "rollup").iterdir()} == {"pair_days.parquet", "read.parquet"}


def test_an_act_with_both_directions_counts_once(ledger: Ledger, tmp_path: Path) -> None:
    folder = shards(tmp_path / "shards", ledger)
    path = folder / "dyads" / "one.parquet"
    table = parquet.read_table(path)
    back = table.set_column(3, "first", table["second"]).set_column(4, "second", table["first"])
    before = ShardDays(folder).pair_days().sums
    parquet.write_table(pyarrow.concat_tables([table, back]), path)
    assert ShardDays(folder).pair_days().sums.sum() == before.sum()


def test_imported_rows_are_read_too(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "1", "day": START, "actor": "JPN", "recipient": "KOR", "quad": 1, "scale": 3.0},
        {"id": "2", "day": START, "actor": "KOR", "recipient": "JPN", "quad": 4, "scale": -5.0},
        {"id": "3", "day": START, "actor": "KOR", "recipient": "", "quad": 4, "scale": -5.0},
        {"id": "4", "day": START, "actor": "KOR", "recipient": "USA", "quad": None, "scale": None},
    ]
    (tmp_path / "gdelt" / "events").mkdir(parents=True)
    types = [("id", pyarrow.string()), ("day", pyarrow.date32()), ("actor", pyarrow.string()),
             ("recipient", pyarrow.string()), ("quad", pyarrow.int8()), ("scale", pyarrow.float64())]  # fmt: skip
    parquet.write_table(
        pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(types)), tmp_path / "gdelt" / "events" / "u.parquet"
    )
    found = ShardDays(tmp_path / "gdelt").pair_days()
    assert found.first.tolist() == ["JPN"]
    assert found.sums.tolist() == [[2.0, -2.0, 34.0, 1.0, 0.0, 0.0, 1.0]]
    assert ShardDays(tmp_path / "gdelt").read() == {START: 4}


def test_a_folder_that_has_no_shards_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Parquet shards"):
        ShardDays(tmp_path)
    parquet.write_table(pyarrow.table({"id": ["1"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="no column article, published"):
        rollup(tmp_path)


def test_records_and_tables_go_into_json(ledger: Ledger) -> None:
    found = partners(LedgerDays(ledger), "JPN", until=date(2021, 6, 1))
    assert msgspec.json.decode(msgspec.json.encode(found))["until"] == "2021-06-01"
