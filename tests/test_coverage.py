"""The coverage script: what it asks, from a few rows in the shape of its sources, and what it prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evaluation.coverage import (
    Answer,
    Probe,
    ask,
    country_told,
    factbook_probes,
    made_documents,
    middle,
    minister_probes,
    report,
    state_probes,
)

CODES = (
    "ISO3166-1-Alpha-3,ISO3166-1-Alpha-2,FIPS,is_independent,CLDR display name,UNTERM English Short,"
    "UNTERM English Formal,official_name_en,Capital\n"
    "JPN,JP,JA,Yes,Japan,Japan,Japan,Japan,Tokyo\n"
    "KOR,KR,KS,Yes,South Korea,Republic of Korea (the),the Republic of Korea,Republic of Korea,Seoul\n"
    "TWN,TW,TW,Yes,Taiwan,,,Taiwan,Taipei\n"
    "AUS,AU,AS,Yes,Australia,Australia,Australia,Australia,Canberra\n"
)
FACTBOOK = "gec,nationality_adj\nJA,Japanese\nKS,Korean\nAS,Australian\n"
LEADERS = (
    "iso2,country,entity_type,role,rank,title,name,surname,since,until_approx,first_seen,last_seen\n"
    'KR,"Korea, South",sovereign,chief_of_state,1,President,YUN Suk Yeol,YUN,2022-05-10,2025-04-04,2022,2025\n'
    "JP,Japan,sovereign,head_of_government,2,,Taro NOBODY,NOBODY,2022-05-10,2025-04-04,2022,2025\n"
    "AU,Australia,sovereign,chief_of_state,1,Queen,ELIZABETH II,ELIZABETH II,1952-02-06,2022-09-08,1990,2022\n"
    "KR,Korea,sovereign,head_of_government,1,Prime Minister,Ram rez L PEZ,PEZ,2022-05-10,2025-04-04,2022,2025\n"
)
MINISTERS = (
    "country_repo,position,person,wikidata_id,start,end,is_current_file\n"
    "japan,Minister of Foreign Affairs,Taro Kono,Q1,2017-08-03,2019-09-11,0\n"
    "japan,Minister of Finance,Taro Aso,Q2,2012-12-26,2021-10-04,0\n"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, text in (
        ("country_codes/country-codes.csv", CODES),
        ("countries_factbook/countries_factbook_2026.csv", FACTBOOK),
        ("leaders_factbook/leaders_factbook_1990_2026.csv", LEADERS),
        ("ministers_wikidata/ministers_wikidata_2000_2023.csv", MINISTERS),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_members_are_asked_by_five_kinds_of_name(data: Path) -> None:
    probes = [probe for probe in state_probes(data) if probe.code == "KOR"]
    assert {probe.group for probe in probes} == {"short", "long", "adjective", "capital", "alternative"}
    assert {"South Korea", "the Republic of Korea", "South Korean government", "Seoul", "ROK"} <= {
        probe.text for probe in probes
    }


def test_states_that_are_no_members_are_not_asked(data: Path) -> None:
    assert {probe.code for probe in state_probes(data)} == {"JPN", "KOR", "AUS"}


def test_leaders_are_asked_in_the_middle_of_their_term(data: Path) -> None:
    full, titled = factbook_probes(data)
    assert (full.text, full.code, full.on) == ("Yun Suk Yeol", "KOR", date(2023, 10, 22))
    assert titled.text == "President Yun"
    assert "South Korea" in titled.context


def test_only_foreign_and_defence_ministers_are_asked(data: Path) -> None:
    assert [(probe.text, probe.code) for probe in minister_probes(data)] == [("Taro Kono", "JPN")]


def test_a_term_without_end_is_asked_thirty_days_in() -> None:
    assert middle(date(2020, 1, 1), None) == date(2020, 1, 31)


@pytest.mark.parametrize(("name", "told"), [("Korea, South", "South Korea"), ("Japan", "Japan")])
def test_country_names_are_put_in_spoken_order(name: str, told: str) -> None:
    assert country_told(name) == told


def test_answers_say_whether_someone_in_particular_was_found() -> None:
    country, person = ask(
        [Probe("short", "Japan", "JPN"), Probe("leader by full name", "Tony Blair", "GBR", "", date(2003, 3, 18))]
    )
    assert (country.right, country.known) == (True, False)
    assert (person.right, person.known, person.sector) == (True, True, "GOV")


def test_the_report_tells_what_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    probe = Probe("short", "Atlantis", "ATL")
    report([Answer(probe, "", "", False, "no such country")], failures=True)
    printed = capsys.readouterr().out
    assert "missed" in printed
    assert "Atlantis: ATL wanted, none found: no such country" in printed


def test_made_documents_hold_each_mention_at_its_place() -> None:
    made = made_documents([Probe("short", f"Nation {number}", "JPN") for number in range(24)])
    assert len(made) == 2
    for document, spans in made:
        assert len(spans) == 12
        assert all(document.article.text[span.start : span.end] == span.text for span in spans)
