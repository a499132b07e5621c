"""The tables by which event data of others is read and written: complete, in step with one another, and sourced."""

from __future__ import annotations

from collections import Counter
from datetime import date

import msgspec
import pytest

from detente.codebook import cameo_codes, event_types, read_table, scale_of, sectors
from detente.crosswalk import (
    acled_readings,
    body_named,
    cameo_actor,
    cameo_of,
    cameo_penta,
    cameo_quad,
    cameo_readings,
    columns,
    country_named,
    country_of,
    sector_of,
    sector_written,
)
from detente.records import Event, Pledge
from tests.factories import make_article, make_event

SYSTEMS = ("fips", "cameo", "group", "cow", "gw", "icews")
READ_AS_ANOTHER_TYPE = {("RETREAT", ""), ("RETREAT", "resign")}  # CAMEO has only "yield" for them, which is CONCEDE


def event_with(kind: str, mode: str = "", context: tuple[str, ...] = (), pledge: str = "") -> Event:
    event = make_event(make_article(), event=kind)
    return msgspec.structs.replace(
        event,
        mode=(mode,) if mode else (),
        context=context,
        pledge=Pledge(pledge, "met", 6, 9) if pledge else None,
    )


@pytest.mark.parametrize("folder_and_name", ["interchange/codes", "interchange/sectors", "interchange/columns"])
def test_every_row_names_its_source(folder_and_name: str) -> None:
    folder, name = folder_and_name.split("/")
    assert all(row["source"] for row in read_table(folder, name))


def test_a_code_is_written_in_one_way_and_comes_back_as_itself() -> None:
    rows = [row for row in read_table("interchange", "codes") if row["written"]]
    assert max(Counter((row["system"], row["code"]) for row in rows).values()) == 1
    for row in rows:
        assert country_of(row["system"], row["value"]) == row["code"]


@pytest.mark.parametrize(
    ("system", "value", "code"),
    [
        ("fips", "KS", "KOR"),
        ("fips", "KN", "PRK"),
        ("fips", "CH", "CHN"),
        ("fips", "GM", "DEU"),
        ("fips", "AS", "AUS"),
        ("fips", "GZ", "PSE"),
        ("fips", "RQ", "USA"),
        ("cameo", "ROM", "ROU"),
        ("cameo", "GLP", "FRA"),
        ("cameo", "EUR", ""),
        ("group", "EEC", "EUR"),
        ("group", "NAT", "IGO"),
        ("cow", "2", "USA"),
        ("cow", "740", "JPN"),
        ("cow", "316", "CZE"),
        ("gw", "260", "DEU"),
        ("gw", "340", "SRB"),
        ("icews", "Occupied Palestinian Territory", "PSE"),
        ("icews", "Congo", "COG"),
    ],
)
def test_codes_of_others(system: str, value: str, code: str) -> None:
    assert country_of(system, value) == code


def test_a_number_of_two_states_is_told_apart_by_the_day() -> None:
    assert [country_of("cow", "345", date(year, 1, 1)) for year in (1995, 2005, 2010)] == ["YUG", "SCG", "SRB"]
    assert country_of("gw", "365", date(1991, 12, 25)) == "SUN"
    assert country_of("gw", "365", date(1991, 12, 26)) == "RUS"


def test_unknown_codes_are_none_and_regions_are_empty() -> None:
    assert country_of("cameo", "XXX") is None
    assert country_of("cameo", "AFR") == ""


def test_countries_and_bodies_by_name() -> None:
    assert country_named("Ivory Coast") == "CIV"
    assert country_named("Moldova, Republic of") == "MDA"
    assert country_named("United Nations") is None
    assert body_named("United Nations") == "UNO"
    assert body_named("Japan") == ""


def test_sectors_written_are_read_back() -> None:
    for system in ("cameo", "icews"):
        for sector in sectors():
            written = sector_written(system, sector)
            assert not written or sector_of(system, (written,)) == sector


def test_the_more_particular_sector_wins() -> None:
    assert sector_of("icews", ("Government", "Military")) == "MIL"
    assert sector_of("icews", ("Parties", "Executive", "Legislative / Parliamentary")) == "GOV"
    assert sector_of("icews", ("no such sector",)) == ""


@pytest.mark.parametrize(
    ("code", "sector", "written"),
    [
        ("JPN", "GOV", "JPNGOV"),
        ("KOR", "JRN", "KORMED"),
        ("KOR", "MED", "KORHLH"),
        ("TLS", "MIL", "TMPMIL"),
        ("EUR", "IGO", "IGOEUREEC"),
        ("UNO", "IGO", "IGOUNO"),
        ("", "REB", "REB"),
        ("JPN", "UNK", "JPN"),
        ("", "UNK", ""),
    ],
)
def test_cameo_actor_codes(code: str, sector: str, written: str) -> None:
    assert cameo_actor(code, sector) == written


@pytest.mark.parametrize("kind", list(event_types()))
def test_every_type_and_mode_has_a_cameo_code_that_reads_as_the_type(kind: str) -> None:
    for mode in ("", *event_types()[kind].modes):
        code = cameo_of(event_with(kind, mode))
        back = cameo_readings()[code.code]
        expected = "CONCEDE" if (kind, mode) in READ_AS_ANOTHER_TYPE else kind
        assert back.event == expected, (mode, code.code)
        assert code.goldstein is not None
        assert not back.swapped


def test_rows_that_are_not_lossy_come_back_exactly() -> None:
    rows = [row for row in read_table("codebook", "plover_cameo") if row["lossy"] == "no"]
    assert len(rows) > 40
    for row in rows:
        back = cameo_readings()[row["code"]]
        assert (back.event, back.mode, back.lossy) == (row["event"], row["mode"], False)


def test_what_is_promised_and_what_it_is_about_choose_the_code() -> None:
    assert cameo_of(event_with("AGREE", pledge="CONSULT")).code == "036"
    assert cameo_of(event_with("AGREE", pledge="AID", context=("military",))).code == "0332"
    assert cameo_of(event_with("AGREE", context=("economic",))).code == "0311"
    assert cameo_of(event_with("AGREE")).code == "030"


def test_codes_stay_strings() -> None:
    assert all(isinstance(code, str) and code.isdigit() for code in cameo_codes())
    assert cameo_codes()["010"].name != cameo_codes()["10"].name
    assert {row["code"] for row in read_table("codebook", "plover_cameo")} <= set(cameo_codes())


def test_quad_codes_of_cameo_roots() -> None:
    assert [cameo_quad(code) for code in ("010", "057", "061", "0871", "112", "163", "2042", "xx")] == [
        *(1, 1, 2, 2, 3, 4, 4, 0)
    ]
    assert [cameo_penta(code) for code in ("010", "023", "030", "163", "190", "xx")] == [0, 0, 1, 3, 4, None]


def test_acleds_types_are_all_read() -> None:
    readings = acled_readings()
    assert len(readings) == 25
    for reading in readings.values():
        if reading.event:
            scale_of(reading.event, reading.mode or None)
        else:
            assert reading.lossy


def test_formats_have_as_many_columns_as_their_files() -> None:
    counts = {name: len(columns(name)) for name in ("gdelt2", "gdelt1", "icews", "polecat", "phoenix", "cline")}
    assert counts == {"gdelt2": 61, "gdelt1": 58, "icews": 20, "polecat": 40, "phoenix": 26, "cline": 25}
    assert (len(columns("acled")), len(columns("ucdp"))) == (31, 49)
