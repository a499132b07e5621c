"""Events of a ledger by dyad and month, for all dyads at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from detente.codebook import goldstein_of
from detente.ledger import open_ledger
from detente.records import Coded, Event
from evaluation.dyad_months import DyadMonths, month_number, month_of, read_months
from tests.factories import make_article, make_date, make_event

TEXT = "Japan met South Korea in Tokyo and France accused Japan on Thursday."
FRANCE = {"actors": (("France", "FRA"),), "recipients": (("Japan", "JPN"),), "trigger": "accused", "event": "ACCUSE"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two articles: three events of JPN-KOR that count, one of FRA-JPN, and three that do not count."""
    path = tmp_path / "made.detente"
    article, later = make_article(TEXT), make_article(TEXT + " Again.", published=date(2023, 4, 2))
    first: tuple[Event, ...] = (
        make_event(article, when=date(2023, 3, 16), key="a"),
        make_event(article, when=make_date(date(2023, 3, 1), days=31, granularity="month"), key="b"),
        make_event(article, when=make_date(date(2023, 1, 1), days=365, granularity="year"), key="coarse"),
        make_event(article, when=None, key="undated"),
        make_event(article, when=date(2023, 3, 16), status="planned", key="planned"),
        make_event(article, when=date(2023, 4, 1), key="c", **FRANCE),  # type: ignore[arg-type]
    )
    second = (make_event(later, when=date(2023, 4, 30), key="d"),)
    with open_ledger(path) as written:
        run = written.begin_run(coder="detente test", model="m", codebook="c")
        written.store_all([Coded(article, first), Coded(later, second)], run)
        written.end_run(run)
    return path


def months_of(path: Path) -> DyadMonths:
    return read_months(path, date(2023, 2, 1), date(2023, 5, 1))


def test_events_are_counted_by_month_with_their_scores(ledger: Path) -> None:
    months = months_of(ledger)
    assert months.dyads == (("FRA", "JPN"), ("JPN", "KOR"))
    assert months.months == (date(2023, 2, 1), date(2023, 3, 1), date(2023, 4, 1))
    assert months.events.tolist() == [[0, 0, 1], [0, 2, 1]]
    assert months.score.tolist() == [[0, 0, -3], [0, 5, 2.5]]
    assert months.squares.tolist() == [[0, 0, 9], [0, 12.5, 6.25]]
    assert months.quads[0, 2].tolist() == [0, 0, 1, 0]
    assert months.goldstein[1].tolist() == [0, 2 * goldstein_of("CONSULT"), goldstein_of("CONSULT")]
    assert months.articles.tolist() == [0, 1, 1]


def test_a_dyad_without_events_has_no_row(ledger: Path) -> None:
    assert months_of(ledger).row(("CHN", "USA")) is None


def test_months_are_numbered_across_years() -> None:
    assert month_number("2023-01") - month_number("2022-12") == 1
    assert month_of(month_number(date(2022, 12, 31))) == date(2022, 12, 1)
