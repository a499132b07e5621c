"""A ledger made larger is whole, and its columns and records agree."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from detente.dyads import dyad_series
from detente.integrity import faults
from detente.ledger import open_ledger
from detente.memory import unlinked, update
from detente.records import Event
from evaluation.large_ledger import DAYS_APART, repeat
from evaluation.measure_speed import make_shards
from tests.test_comparison import JPN_CHN, JPN_KOR, START, fill


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "news.detente"
    with open_ledger(path) as ledger:
        fill(ledger, [(pair, START + timedelta(9 * n), "AID") for n in range(4) for pair in (JPN_KOR, JPN_CHN)])
        update(ledger)
    return path


def test_a_larger_ledger_is_whole(source: Path, tmp_path: Path) -> None:
    assert repeat(source, tmp_path / "large.detente", 20) == (3, 24)
    with open_ledger(tmp_path / "large.detente", read_only=True) as ledger, open_ledger(source) as small:
        assert faults(ledger) == ()
        assert ledger.audit().inputs == 24
        assert sum(unlinked(ledger)) == 0
        series, before = dyad_series(ledger, "JPN", "KOR"), dyad_series(small, "JPN", "KOR")
        assert series.events == 3 * before.events
        columns = ledger.rows("SELECT id, article, date_start, date_end, record FROM events")
        for id_, article, start, end, record in columns:
            event = msgspec.json.decode(record, type=Event)
            assert event.date is not None
            assert (event.id, event.article) == (id_, article)
            assert (event.date.start.isoformat(), event.date.end.isoformat()) == (start, end)
        days = {event.date.start for event in ledger.events() if event.date}
        assert min(days) == START - timedelta(2 * DAYS_APART)
        assert all(name.startswith("Outlet ") for (name,) in ledger.rows("SELECT publisher FROM articles"))


def test_a_ledger_without_events_cannot_be_made_larger(tmp_path: Path) -> None:
    open_ledger(tmp_path / "empty.detente").close()
    with pytest.raises(ValueError, match="has 0 events"):
        repeat(tmp_path / "empty.detente", tmp_path / "large.detente", 20)


def test_rows_are_made_for_shards(source: Path, tmp_path: Path) -> None:
    with open_ledger(source, read_only=True) as ledger:
        assert make_shards(ledger, tmp_path / "shards", 1000) >= 1000
    assert len(list((tmp_path / "shards" / "dyads").glob("*.parquet"))) == 20
