"""Acts go out in each format as its readers expect, and what the format can hold comes back."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

from detente.codebook import event_types, scale_of
from detente.crosswalk import cameo_of, cameo_readings
from detente.dyadrows import act_of, number_of, pairs
from detente.errors import CodebookError, ConfigError
from detente.eventtables import TABLES
from detente.flatevents import FlatAct, flat
from detente.imports import import_files
from detente.interchange import FORMATS, HAPPENED_ONLY, Exported, export
from detente.records import Actor, Event, EventDate, LinkedEvent, Location, Pledge, Report, Speaker
from tests.factories import make_article, make_event

TEXT = "Japan met South Korea in Tokyo on Thursday, the United Nations and rebels said."
SEOUL = Location("Seoul", 0, 5, "KOR", "Seoul", "city", 37.566, 126.9784, "geonames:1835848")
POLECAT_HEADER = (
    "Event ID\tEvent Date\tEvent Type\tEvent Mode\tIntensity\tQuad Code\tContexts\tActor Name\tActor Country\tActor COW"
    "\tPrimary Actor Sector\tActor Sectors\tActor Title\tActor Name Raw\tWikipedia Actor ID\tRecipient Name\t"
    "Recipient Country\tRecipient COW\tPrimary Recipient Sector\tRecipient Sectors\tRecipient Title\t"
    "Recipient Name Raw\tWikipedia Recipient ID\tPlacename\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude\t"
    "GeoNames ID\tRaw Placename\tFeature Type\tSource\tPublication Date\tStory People\tStory Organizations\t"
    "Story Locations\tLanguage\tVersion"
)
ICEWS_HEADER = (
    "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\tIntensity\tTarget Name"
    "\tTarget Sectors\tTarget Country\tStory ID\tSentence Number\tPublisher\tCity\tDistrict\tProvince\tCountry\t"
    "Latitude\tLongitude"
)
IMPORTED = {"gdelt2": "gdelt", "icews": "icews", "polecat": "polecat", "phoenix": "phoenix"}


def party(code: str, sector: str = "GOV", name: str = "") -> Actor:
    return Actor(name or code or sector, 0, 3, code, sector, name or code or sector, code or None)


def report(event: Event | None = None, **changes: Any) -> Report:
    """A report of an event, whose fields can be given instead of those of a meeting of Japan and South Korea."""
    made = event or make_event(make_article(TEXT), actors=(("Japan", "JPN"),))
    made = msgspec.structs.replace(made, **changes)
    return Report(made, date(2023, 3, 17), "The Paper", "They met", "https://example.org/a?b=1&c=2", made.article)


def written(to: str, *told: Report | LinkedEvent, **options: Any) -> tuple[str, Exported]:
    out = io.BytesIO()
    done = export(told, out, to, **options)
    return out.getvalue().decode("utf-8", "replace") if to != "parquet" else "", done


def cells(to: str, *told: Report | LinkedEvent, **options: Any) -> list[list[str]]:
    lines = written(to, *told, **options)[0].splitlines()
    return [line.split("\t") for line in lines[TABLES[to][1] :]]


# -- what is written, and what is not --------------------------------------------------------------------------------


@pytest.mark.parametrize("to", FORMATS)
def test_what_did_not_happen_is_left_out_of_formats_without_a_word_for_it(to: str) -> None:
    told = [report(status=status, location=SEOUL) for status in ("actual", "planned", "denied", "possible")]
    _, done = written(to, *told)
    if to in HAPPENED_ONLY:
        assert (done.acts, dict(done.left_out)) == (1, {"planned": 1, "denied": 1, "possible": 1})
    else:
        assert (done.acts, dict(done.left_out)) == (4, {})
    assert written(to, *told, statuses=("planned",))[1].acts == 1


@pytest.mark.parametrize("to", [*TABLES, "plover-jsonl"])
def test_undated_acts_are_left_out_and_counted(to: str) -> None:
    assert written(to, report(date=None), report())[1].left_out == {"undated": 1}


@pytest.mark.parametrize("to", TABLES)
def test_a_date_longer_than_a_day_is_left_out_unless_its_first_day_may_stand_for_it(to: str) -> None:
    month = EventDate(date(2023, 3, 1), date(2023, 4, 1), "month", "expression")
    assert written(to, report(date=month))[1].left_out == {"coarse": 1}
    assert written(to, report(date=month), max_days=31)[1].acts == 1


def test_acts_of_nobody_to_nobody_and_without_a_place_are_counted_where_they_cannot_be_held() -> None:
    assert written("icews", report(actor=(), recipient=()))[1].left_out == {"no-party": 1}
    assert written("geojson", report())[1].left_out == {"unlocated": 1}
    assert written("csv", report(actor=(), recipient=()))[1].acts == 1


def test_the_summary_says_all() -> None:
    _, done = written("gdelt2", report(), report(status="planned"))
    assert done.summary() == "1 acts in 1 rows; left out: 1 planned"


def test_unknown_formats_and_statuses_are_told_what_there_is() -> None:
    with pytest.raises(ConfigError, match=r"'cams' is no format to export to\. Known: plover-jsonl, csv"):
        written("cams", report())
    with pytest.raises(CodebookError, match="'done' is not a status"):
        written("csv", report(), statuses=("done",))


# -- pairs -----------------------------------------------------------------------------------------------------------


def test_parties_who_do_it_to_one_another_make_a_row_each_way() -> None:
    met = report(actor=(party("JPN"), party("KOR"), party("USA")), recipient=()).event
    assert [(a and a.code, b and b.code) for a, b in pairs(met)] == [
        *(("JPN", "KOR"), ("JPN", "USA"), ("KOR", "JPN"), ("KOR", "USA"), ("USA", "JPN"), ("USA", "KOR"))
    ]


def test_parties_who_do_it_to_another_make_a_row_each() -> None:
    accused = report(event=make_event(make_article(TEXT), event="ACCUSE"), actor=(party("JPN"), party("JPN")))
    assert len(pairs(accused.event)) == 1
    both = report(actor=(party("JPN"), party("USA")), recipient=(party("PRK"), party("CHN", "MIL"))).event
    assert len(pairs(both)) == 4


def test_one_who_acts_alone_has_nobody_at_the_other_end() -> None:
    alone = report(event=make_event(make_article(TEXT), event="PROTEST"), recipient=()).event
    assert [(a and a.code, b) for a, b in pairs(alone)] == [("JPN", None)]
    together = report(
        event=make_event(make_article(TEXT), event="MOBILIZE"), actor=(party("JPN"), party("USA")), recipient=()
    )
    assert [(a and a.code, b) for a, b in pairs(together.event)] == [("JPN", None), ("USA", None)]


def test_numbers_are_the_same_in_every_run_and_fit_a_float() -> None:
    rows = cells("gdelt2", report(actor=(party("JPN"), party("KOR")), recipient=()))
    assert len({row[0] for row in rows}) == 2
    assert rows == cells("gdelt2", report(actor=(party("JPN"), party("KOR")), recipient=()))
    assert all(int(float(row[0])) == int(row[0]) < 2**52 for row in rows)
    assert number_of("x") == 799419648406123


# -- columns -----------------------------------------------------------------------------------------------------------


def test_headers_and_numbers_of_columns() -> None:
    assert written("icews", report())[0].splitlines()[0] == ICEWS_HEADER
    assert written("polecat", report())[0].splitlines()[0] == POLECAT_HEADER
    assert [len(row) for row in cells("gdelt2", report())] == [61]
    assert [len(row) for row in cells("phoenix", report())] == [26]
    assert written("cameo", report())[0].splitlines()[0] == "Date\tSource\tTarget\tCode\tGoldstein\tQuadClass\tUrl"


def test_a_row_of_gdelt() -> None:
    [row] = cells("gdelt2", report(mode=("visit",), location=SEOUL))
    assert row[1:5] == ["20230316", "202303", "2023", "2023.2082"]
    assert row[5:8] == ["JPNGOV", "JAPAN", "JPN"]
    assert row[12] == "GOV"
    assert row[15:18] == ["KORGOV", "SOUTH KOREA", "KOR"]
    assert row[25:34] == ["1", "042", "042", "04", "1", "1.9", "1", "1", "1"]
    assert row[34] == ""  # AvgTone: not measured
    assert row[51:54] == ["4", "Seoul, South Korea", "KS"]
    assert row[56:58] == ["37.566", "126.9784"]
    assert row[59:] == ["20230317000000", "https://example.org/a?b=1&c=2"]


def test_gdelts_date_as_a_fraction_is_that_of_its_own_files() -> None:
    day = EventDate(date(2017, 12, 2), date(2017, 12, 3), "day", "expression")
    assert cells("gdelt2", report(date=day))[0][4] == "2017.9096"


def test_bodies_have_their_type_and_group_in_gdelt_and_no_country_in_icews() -> None:
    [row] = cells("gdelt2", report(actor=(party("UNO", "IGO"),), recipient=(party("EUR", "IGO"),)))
    assert (row[5], row[7], row[8], row[12]) == ("IGOUNO", "", "UNO", "IGO")
    assert (row[15], row[17], row[18], row[22]) == ("IGOEUREEC", "", "EEC", "IGO")
    [row] = cells("icews", report(actor=(party("UNO", "IGO", "United Nations"),)))
    assert row[2:5] == ["United Nations", "International Government Organization", ""]


def test_tabs_and_line_breaks_in_names_do_not_break_rows() -> None:
    for to in ("icews", "gdelt2", "polecat"):
        [row] = cells(to, report(actor=(party("JPN", "GOV", "Ja\tpan\n\r of  old"),)))
        assert len(row) == {"icews": 20, "gdelt2": 61, "polecat": 40}[to]
        assert "ja pan of old" in [cell.lower() for cell in row]


def test_all_reports_of_an_act_are_counted() -> None:
    first, second = report(), report(id="other")
    linked = LinkedEvent(first.event.id, first.event, (second, first), 2, {}, None, None)
    assert act_of(linked).article is first
    [row] = cells("gdelt2", linked)
    assert row[31:34] == ["2", "2", "2"]


def test_codes_of_cameo_keep_their_zeros() -> None:
    [row] = cells("cameo", report(event=make_event(make_article(TEXT), event="SUPPORT")))
    assert row[3] == "050"
    assert row[:3] == ["2023-03-16", "JPNGOV", "KORGOV"]


# -- round trips -----------------------------------------------------------------------------------------------------

TYPES = [(kind.name, mode) for kind in event_types().values() for mode in ("", *kind.modes)]


def imported(to: str, folder: Path, *told: Report) -> list[dict[str, Any]]:
    file = folder / f"out.{to}"
    with file.open("wb") as out:
        export(told, out, to)
    done = import_files(IMPORTED[to], [file], folder / "in", today=date(2030, 1, 1))
    assert not done.excluded
    [path] = (folder / "in" / IMPORTED[to] / "events").glob("*.parquet")
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("to", IMPORTED)
def test_types_parties_days_and_places_come_back(to: str, tmp_path: Path) -> None:
    told = []
    for number, (kind, mode) in enumerate(TYPES):
        day = date(2020, 1, 1) + timedelta(number)
        event = make_event(make_article(TEXT), event=kind, key=str(number))
        told.append(
            report(
                event,
                mode=(mode,) if mode else (),
                context=("economic",),
                scale=scale_of(kind, mode or None),
                date=EventDate(day, day + timedelta(1), "day", "expression"),
                actor=(party("ROU", "MIL"),),
                recipient=(party("TLS", "JRN"),),
                location=SEOUL,
            )
        )
    rows = imported(to, tmp_path, *told)
    assert len(rows) == len(TYPES)
    for row, each, (kind, mode) in zip(rows, told, TYPES, strict=True):
        assert (row["actor"], row["actor_sector"]) == ("ROU", "MIL")
        assert (row["recipient"], row["recipient_sector"]) == ("TLS", "JRN")
        assert each.event.date is not None
        assert row["day"] == each.event.date.start
        assert (row["place_code"], row["latitude"], row["longitude"]) == ("KOR", 37.566, 126.9784)
        if to == "polecat":
            assert (row["event"], row["mode"], row["scale"], row["loss"]) == (kind, mode, each.event.scale, "")
        else:
            code = cameo_of(each.event)
            assert (row["raw_type"], row["goldstein"]) == (code.code, code.goldstein)
            assert row["event"] == cameo_readings()[code.code].event


CODES = ("JPN", "KOS", "PSE", "MNE", "COD", "HKG", "UNO", "EUR", "IGO", "IMG", "")
NAMES = {"UNO": "United Nations", "EUR": "European Union", "IGO": "IAEA", "IMG": "Islamic State"}
SECTORS = "GOV MIL COP JUD LEG SPY PTY OPP REB UAF CRM BUS JRN EDU REL LAB MED REF ELI SOC CVL PRE".split()


@pytest.mark.parametrize("to", IMPORTED)
def test_any_party_comes_back_as_far_as_the_format_can_hold_it(to: str, tmp_path: Path) -> None:
    sides = [(code, "IGO" if code in ("UNO", "EUR", "IGO") else sector) for code in CODES for sector in SECTORS]
    told = [
        report(id=f"made-{number}", actor=(party(code, sector, NAMES.get(code, "")),))
        for number, (code, sector) in enumerate(sides)
    ]
    rows = imported(to, tmp_path, *told)
    for row, (code, sector) in zip(rows, sides, strict=True):
        held = "NGO" if to == "gdelt2" and (code, sector) == ("", "SOC") else code  # CAMEO has one word for both
        assert (row["actor"], row["recipient"]) == (held, "KOR")
        assert row["actor_sector"] == sector


def test_the_csv_holds_every_field() -> None:
    told = report(location=SEOUL, speaker=Speaker("rebels", 66, 72, "", "REB"), hedge=None)
    text, _ = written("csv", told)
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert tuple(row) == FlatAct.__struct_fields__
    assert (row["id"], row["actor_code"], row["date_start"]) == (told.event.id, "JPN", "2023-03-16")
    assert (row["place"], float(row["latitude"]), row["speaker"]) == ("Seoul", 37.566, "rebels")
    assert (row["url"], row["pledge_due"]) == (told.url, "")


def test_lists_in_a_csv_keep_their_order_and_length() -> None:
    text, _ = written("csv", report(actor=(party("JPN", name="a; b"), party("", name="c"), party("KOR"))))
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert [row[f"actor_{name}"].split("; ") for name in ("name", "code")] == [["a, b", "c", "KOR"], ["JPN", "", "KOR"]]


def test_parquet_holds_the_same_with_types(tmp_path: Path) -> None:
    told = [report(location=SEOUL), report(actor=(), date=None)]
    with (tmp_path / "out.parquet").open("wb") as out:
        export(told, out, "parquet")
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert rows == [msgspec.structs.asdict(flat(act_of(each))) for each in told]


def test_a_plover_record_has_the_names_of_the_manual() -> None:
    pledge = Pledge("CONSULT", "will meet", 0, 9, date(2023, 5, 1))
    told = report(location=SEOUL, pledge=pledge, mode=("visit",))
    record = json.loads(written("plover-jsonl", told)[0])
    assert (record["id"], record["date"], record["event"], record["mode"]) == (
        *(told.event.id, "2023-03-16", ["CONSULT"], ["visit"]),
    )
    assert record["actor"] == [
        {"code": "JPN", "sector": "GOV", "actor_text": "Japan", "identifier_id": "JPN", "identifier_text": "Japan"}
    ]
    assert record["event_loc"] == {
        "geonameid": 1835848,
        "name": "Seoul",
        "latitude": 37.566,
        "longitude": 126.9784,
        "cc3": "KOR",
        "level": "city",
    }
    assert (record["quad_code"], record["event_scale"]) == (1, told.event.scale)
    assert record["cite_info"]["codebook"] == "plover-2024"
    assert record["pledge"] == {"event": "CONSULT", "event_text": "will meet", "due": "2023-05-01"}
    assert "enddate" not in record
    assert "text" not in record


def test_a_plover_record_of_a_month_has_its_last_day() -> None:
    month = EventDate(date(2023, 3, 1), date(2023, 4, 1), "month", "expression")
    record = json.loads(written("plover-jsonl", report(date=month))[0])
    assert (record["date"], record["enddate"], record["granularity"]) == ("2023-03-01", "2023-03-31", "month")


TRIPLE = re.compile(r'<([^<>"\s]+)> <([^<>"\s]+)> (?:<([^<>"\s]+)>|"((?:[^"\\\n\r]|\\.)*)"(?:\^\^<([^<>"\s]+)>)?) \.')


def test_rdf_is_one_whole_statement_a_line_and_tells_the_event() -> None:
    told = report(actor=(party("JPN", "GOV", 'The "old"\\\n\tJapan'),), location=SEOUL)
    text, done = written("rdf", told)
    found = [TRIPLE.fullmatch(line) for line in text.split("\n")[:-1]]
    assert len(found) == done.rows
    said = {(each[1], each[2].rsplit("/", 1)[-1], each[3] or each[4]) for each in found if each}
    assert len(said) == len(found)
    event = f"urn:x-detente:event:{told.event.id}"
    assert (event, "sem/eventType".split("/")[1], "urn:x-detente:ns:type:CONSULT") in said
    assert (event, "hasBeginTimeStamp", "2023-03-16") in said
    assert (event, "hasEndTimeStamp", "2023-03-16") in said
    assert (f"{event}:actor:0", "rdf-schema#label", 'The \\"old\\"\\\\\\n\\tJapan') in said
    assert (f"{event}:place", "wgs84_pos#lat", "37.566") in said
    assert (event, "prov#wasDerivedFrom", f"urn:x-detente:article:{told.event.article}") in said


def test_geojson_puts_longitude_first_and_is_one_document() -> None:
    told = [report(location=SEOUL), report(id="other", location=SEOUL), report()]
    collection = json.loads(written("geojson", *told)[0])
    assert collection["type"] == "FeatureCollection"
    assert [each["id"] for each in collection["features"]] == [told[0].event.id, "other"]
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [126.9784, 37.566]}
    assert collection["features"][0]["properties"]["actor_code"] == ["JPN"]
    assert json.loads(written("geojson")[0])["features"] == []
