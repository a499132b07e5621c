"""Scores against records of disputes: how lists are read, and what is compared, on made-up states."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from detente.ledger import open_ledger
from detente.records import Coded
from evaluation.dyad_months import DyadMonths, month_number, month_of
from evaluation.validity import (
    CONFLICT,
    Records,
    difference,
    dyad_years,
    named_states,
    read_records,
    read_states,
    read_words,
    report,
    within,
)
from tests.factories import make_article

YEARS = range(2010, 2013)
PAIR, CALM = ("JPN", "PRK"), ("FRA", "GBR")


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Small lists in the layout of the real ones."""
    states = "ccode,statenme,endyear\n740,Japan,2016\n731,North Korea,2016\n200,United Kingdom,2016\n220,France,2016\n"
    disputes = (
        "ccode1,ccode2,year,hostlev1,hostlev2\n740,731,2011,1,4\n731,740,2011,4,1\n740,731,1999,4,4\n2,20,2011,4,4\n"
    )
    (tmp_path / "cow_states.csv").write_text(states + "255,German Democratic Republic,1990\n", encoding="utf-8")
    (tmp_path / "cow_mid_dirdisps.csv.gz").write_bytes(gzip.compress(disputes.encode()))
    (tmp_path / "tss_rivalries.csv").write_text("ccode1,ccode2,start,end\n731,740,1950,2011\n", encoding="utf-8")
    alliances = "ccode1,ccode2,year,atop_defense\n200,220,2010,1\n200,220,2011,0\n"
    (tmp_path / "atop_alliance_1945on.csv.gz").write_bytes(gzip.compress(alliances.encode()))
    return tmp_path


def made_months() -> DyadMonths:
    """Four events a month, of conflict between Japan and North Korea, of cooperation between France and Britain."""
    shape = (2, 12 * len(YEARS))
    quads = np.zeros((*shape, 4))
    quads[0, :, 0], quads[1, :, 3] = 4, 4
    score = np.array([[10.0], [-28.0]]) * np.ones(shape)
    start = month_number("2010-01")
    return DyadMonths(
        dyads=(CALM, PAIR),
        months=tuple(month_of(start + place) for place in range(shape[1])),
        events=np.full(shape, 4.0),
        score=score,
        squares=score**2 / 4,
        goldstein=score,
        quads=quads,
        articles=np.full(shape[1], 50.0),
    )


def test_states_are_those_still_there_under_our_codes(lists: Path) -> None:
    assert read_states(lists) == {740.0: "JPN", 731.0: "PRK", 200.0: "GBR", 220.0: "FRA"}


def test_a_state_that_no_country_has_the_name_of_is_an_error(lists: Path) -> None:
    (lists / "cow_states.csv").write_text("ccode,statenme,endyear\n1,Ruritania,2016\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'Ruritania' is the name of no country"):
        read_states(lists)


def test_records_are_read_for_the_years_by_pair(lists: Path) -> None:
    records = read_records(lists, YEARS)
    assert records.hostility == {(PAIR, 2011): 4.0}
    assert records.rivals == {(PAIR, 2010), (PAIR, 2011)}
    assert records.allies == {(CALM, 2010)}


def test_states_are_found_by_name_people_and_capital() -> None:
    assert named_states("Pyongyang answered the Japanese minister.") == {"JPN", "PRK"}
    assert named_states("Nothing of the kind.") == frozenset()


def test_words_of_conflict_are_whole_words_or_beginnings() -> None:
    assert CONFLICT.findall("Bombings and sanctions; the warden rowed to Warsaw.") == ["Bombings", "sanctions"]
    assert CONFLICT.findall("A war of words.") == ["war"]


def test_items_that_name_both_states_are_counted_with_their_words(tmp_path: Path) -> None:
    path = tmp_path / "made.detente"
    texts = ("Japan condemned a North Korean missile.", "Japan and North Korea talked.", "Japan won the match.")
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="m", codebook="c")
        ledger.store_all([Coded(make_article(text), ()) for text in texts], run)
        ledger.end_run(run)
    assert read_words(path, range(2023, 2024)) == {((PAIR), 2023): (2, 1, 2)}
    assert read_words(path, range(2020, 2021)) == {}


def test_a_year_of_a_dyad_has_its_measures_and_its_records(lists: Path) -> None:
    data = dyad_years(made_months(), read_records(lists, YEARS), {(PAIR, 2011): (4, 3, 6)}, YEARS, least=20)
    assert data.dyads == (CALM,) * 3 + (PAIR,) * 3
    assert data.years.tolist() == [2010, 2011, 2012] * 2
    assert data.hostility.tolist() == [0, 0, 0, 0, 4, 0]
    assert data.hostility_next[3:5].tolist() == [4, 0]
    assert np.isnan(data.hostility_next[[2, 5]]).all()
    assert data.measures["net score"].tolist() == [-120.0] * 3 + [336.0] * 3
    assert data.measures["conflict events"].tolist() == [0] * 3 + [48] * 3
    assert data.measures["conflict words"].tolist() == [0, 0, 0, 0, 6, 0]
    assert data.measures["items with such"].tolist() == [0, 0, 0, 0, 0.75, 0]
    assert data.measures["level"][0] == pytest.approx(-2.5, abs=0.2)
    assert data.measures["level so far"][5] == pytest.approx(7, abs=0.5)


def test_dyads_with_few_events_or_outside_the_system_are_left_out(lists: Path) -> None:
    records = read_records(lists, YEARS)
    assert not dyad_years(made_months(), records, {}, YEARS, least=1000).dyads
    outside = Records(frozenset({"JPN", "PRK"}), {}, frozenset(), frozenset())
    assert set(dyad_years(made_months(), outside, {}, YEARS, least=20).dyads) == {PAIR}


def test_the_report_gives_sizes_and_a_line_for_each_measure(lists: Path) -> None:
    data = dyad_years(made_months(), read_records(lists, YEARS), {}, YEARS, least=20)
    lines = list(report(data, samples=20))
    assert lines[0] == "2 dyads, 6 dyad-years, 2010-2012: 1 with a dispute, 2 of rivals, 1 of allies"
    assert len([line for line in lines if "[" in line]) == len(data.measures)
    [level] = [line for line in lines if line.strip().startswith("level ") and "so far" not in line]
    assert level.split().count("-") == 2  # it knows the next year, so it forecasts nothing


def test_the_difference_is_in_standard_deviations() -> None:
    values = np.array([1.0, 1.0, 3.0, 3.0])  # mean 2, deviation 1
    assert difference(values, np.array([False, False, True, True])) == 2.0
    assert np.isnan(difference(values, np.array([True] * 4)))


def test_within_compares_years_of_one_dyad_only() -> None:
    groups = np.array(["a", "a", "b", "b"])
    # between the groups first and second go together, within each they go apart
    first, second = np.array([1.0, 2.0, 11.0, 12.0]), np.array([2.0, 1.0, 12.0, 11.0])
    assert within(first, second, groups, np.arange(4)) == pytest.approx(-1)
