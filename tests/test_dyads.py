"""Series count each event where its date allows, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.dyads import STEPS, dyad_series, period_end, period_start
from detente.errors import CodebookError
from detente.ledger import Ledger, open_ledger
from detente.records import Coded, Event
from tests.factories import make_article, make_date, make_event


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        yield opened


def fill(ledger: Ledger, *events: Event) -> None:
    run = ledger.begin_run(coder="detente 0.1.0", model="m", codebook="c")
    ledger.store(Coded(make_article(), events), run)


def event(name: str, when: date | None, *, days: int = 1, status: str = "actual") -> Event:
    dated = make_date(when, days=days) if when else None
    return make_event(make_article(), event=name, when=dated, status=status)


def test_counts_and_scores_by_month_without_gaps(ledger: Ledger) -> None:
    fill(
        ledger,
        event("CONSULT", date(2023, 1, 31)),
        event("ACCUSE", date(2023, 3, 1)),
        event("AID", date(2023, 3, 31)),
    )
    series = dyad_series(ledger, "JPN", "KOR")
    assert [(period.start, period.end) for period in series.periods] == [
        (date(2023, 1, 1), date(2023, 2, 1)),
        (date(2023, 2, 1), date(2023, 3, 1)),
        (date(2023, 3, 1), date(2023, 4, 1)),
    ]
    january, february, march = series.periods
    assert (january.events, january.net, january.mean) == (1, 2.5, 2.5)
    assert (february.events, february.net, february.mean) == (0, 0, None)
    assert (march.quads, march.net, march.mean) == ({1: 0, 2: 1, 3: 1, 4: 0}, 7.0, 3.5)
    assert (series.events, series.net, series.quads) == (3, 9.5, {1: 1, 2: 1, 3: 1, 4: 0})


def test_an_event_without_a_date_is_counted_but_falls_to_no_period(ledger: Ledger) -> None:
    fill(ledger, event("CONSULT", None), event("ACCUSE", date(2023, 3, 1)))
    series = dyad_series(ledger, "JPN", "KOR")
    assert (series.events, series.undated) == (2, 1)
    assert [period.events for period in series.periods] == [1]


def test_a_date_longer_than_the_period_falls_to_none(ledger: Ledger) -> None:
    fill(ledger, event("CONSULT", date(2023, 1, 1), days=365), event("ACCUSE", date(2023, 2, 27), days=7))
    by_month = dyad_series(ledger, "JPN", "KOR", step="month")
    assert (by_month.coarse, [period.start for period in by_month.periods]) == (1, [date(2023, 2, 1)])
    by_year = dyad_series(ledger, "JPN", "KOR", step="year")
    assert (by_year.coarse, [period.events for period in by_year.periods]) == (0, [2])


def test_only_the_statuses_asked_for_are_counted_and_the_others_told(ledger: Ledger) -> None:
    fill(
        ledger,
        event("CONSULT", date(2023, 3, 1)),
        event("AGREE", date(1965, 6, 22), status="background"),
        event("THREATEN", None, status="possible"),
    )
    series = dyad_series(ledger, "JPN", "KOR")
    assert (series.events, series.other) == (1, {"background": 1, "possible": 1})
    assert len(series.periods) == 1
    both = dyad_series(ledger, "JPN", "KOR", step="year", statuses=("actual", "background"))
    assert (both.events, both.other, len(both.periods)) == (2, {"possible": 1}, 2023 - 1965 + 1)


def test_direction(ledger: Ledger) -> None:
    fill(ledger, event("ACCUSE", date(2023, 3, 1)))
    assert dyad_series(ledger, "JPN", "KOR", directed=True).events == 1
    assert dyad_series(ledger, "KOR", "JPN", directed=True).events == 0
    assert dyad_series(ledger, "KOR", "JPN").events == 1


def test_a_dyad_without_events_has_no_periods(ledger: Ledger) -> None:
    series = dyad_series(ledger, "FRA", "DEU")
    assert (series.periods, series.events, series.net) == ((), 0, 0)


def test_the_last_year_of_the_calendar_is_no_trap(ledger: Ledger) -> None:
    fill(ledger, event("CONSULT", date(9999, 12, 30)))
    for step in STEPS:
        assert dyad_series(ledger, "JPN", "KOR", step=step).coarse == 1


def test_unknown_steps_and_statuses_list_the_known(ledger: Ledger) -> None:
    with pytest.raises(CodebookError, match=r"'decade' is not a step\. Known: day, week, month, quarter, year"):
        dyad_series(ledger, "JPN", "KOR", step="decade")
    with pytest.raises(CodebookError, match=r"'done' is not a status\. Known: actual"):
        dyad_series(ledger, "JPN", "KOR", statuses=("done",))


@given(st.dates(max_value=date(9998, 12, 31)), st.sampled_from(STEPS))
def test_periods_tile_the_calendar(day: date, step: str) -> None:
    if day < date(1, 1, 8):
        return
    start = period_start(day, step)
    end = period_end(start, step)
    assert start <= day < end
    assert period_start(start, step) == start
    assert period_start(end, step) == end
    assert period_start(end - timedelta(days=1), step) == start
