"""Event data of others comes in whole: mapped, with losses flagged, bad rows kept aside, twice the same as once."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from detente import eventfiles, eventshards
from detente.crosswalk import columns
from detente.dyaddays import SUMS, added_up, merge, pair_days, write_sums
from detente.dyads import period_end, period_start
from detente.errors import CodebookError, ConfigError, InputError
from detente.eventfiles import BadRow, Block, blocks
from detente.eventids import SeenIds
from detente.eventrows import LOSSES, read_day
from detente.importedseries import imported_origins, imported_series
from detente.imports import ORIGINS, REASONS, Imported, import_files

TODAY = date(2024, 1, 1)
ICEWS_HEADER = "\t".join(columns("icews"))


def gdelt(number: int, **cells: str) -> str:
    """A line of GDELT 2.0: Japan consults South Korea on 2018-01-02, but for what is given."""
    told = {
        "GLOBALEVENTID": str(number),
        "SQLDATE": "20180102",
        "DATEADDED": "20180102061500",
        "EventCode": "040",
        "Actor1Code": "JPNGOV",
        "Actor1Name": "JAPAN",
        "Actor1CountryCode": "JPN",
        "Actor1Type1Code": "GOV",
        "Actor2Code": "KOR",
        "Actor2Name": "SOUTH KOREA",
        "Actor2CountryCode": "KOR",
        "QuadClass": "1",
        "GoldsteinScale": "1.0",
        "NumArticles": "3",
        "ActionGeo_FullName": "Tokyo, Japan",
        "ActionGeo_CountryCode": "JA",
        "ActionGeo_Lat": "35.685",
        "ActionGeo_Long": "139.751",
        "SOURCEURL": "u",
        **cells,
    }
    return "\t".join(told.get(name, "") for name in columns("gdelt2"))


def write(path: Path, *lines: str, end: str = "\n") -> Path:
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


def take(origin: str, into: Path, *files: Path) -> Imported:
    return import_files(origin, files, into, today=TODAY)


def rows_of(into: Path, origin: str, kind: str = "events") -> list[dict[str, Any]]:
    found = sorted((into / origin / kind).glob("*.parquet"))
    return [row for path in found for row in parquet.read_table(path).to_pylist()]


def excluded(into: Path, origin: str) -> list[tuple[str, int, str]]:
    return [(row["file"], row["line"], row["reason"]) for row in rows_of(into, origin, "excluded")]


def tree(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# -- GDELT -----------------------------------------------------------------------------------------------------------


def test_a_row_of_gdelt_in_our_terms(tmp_path: Path) -> None:
    file = write(tmp_path / "20180102.export.CSV", gdelt(7))
    done = take("gdelt", tmp_path / "in", file)
    assert (done.files, done.rows, done.kept) == (1, 1, 1)
    [row] = rows_of(tmp_path / "in", "gdelt")
    assert (row["id"], row["day"], row["file"], row["line"]) == ("7", date(2018, 1, 2), "20180102.export.CSV", 1)
    assert (row["actor"], row["actor_sector"], row["actor_name"], row["actor_raw"]) == ("JPN", "GOV", "JAPAN", "JPNGOV")
    assert (row["recipient"], row["recipient_sector"]) == ("KOR", "")
    assert (row["event"], row["quad"], row["scale"], row["raw_type"], row["raw_quad"]) == (
        "CONSULT",
        1,
        2.5,
        "040",
        "1",
    )
    assert (row["goldstein"], row["reports"], row["deaths"]) == (1.0, 3, None)
    assert (row["place"], row["place_code"], row["latitude"]) == ("Tokyo, Japan", "JPN", 35.685)
    assert (row["source"], row["loss"]) == ("u", "")


@pytest.mark.parametrize(
    ("cells", "actor", "loss"),
    [
        ({"Actor1CountryCode": "ROM"}, "ROU", ""),
        ({"Actor1CountryCode": "EUR", "Actor1KnownGroupCode": "EEC", "Actor1Type1Code": "IGO"}, "EUR", ""),
        ({"Actor1CountryCode": "AFR"}, "", "actor"),
        ({"Actor1CountryCode": "", "Actor1KnownGroupCode": "UNO", "Actor1Type1Code": "IGO"}, "UNO", ""),
        ({"Actor1CountryCode": "", "Actor1Type1Code": "NGO"}, "NGO", ""),
        ({"Actor1CountryCode": "", "Actor1Code": "", "Actor1Name": "", "Actor1Type1Code": ""}, "", ""),
        ({"Actor1CountryCode": "PRI"}, "USA", ""),
    ],
)
def test_actors_of_gdelt(cells: dict[str, str], actor: str, loss: str, tmp_path: Path) -> None:
    take("gdelt", tmp_path / "in", write(tmp_path / "a.csv", gdelt(1, **cells)))
    [row] = rows_of(tmp_path / "in", "gdelt")
    assert (row["actor"], row["loss"]) == (actor, loss)


@pytest.mark.parametrize(
    ("code", "event", "mode", "loss"),
    [
        ("010", "", "", "type"),
        ("10", "REQUEST", "", "distinction"),
        ("0314", "AGREE", "", ""),
        ("1764", "COERCE", "", "code"),
        ("xx", "", "", "type code"),
        ("112", "ACCUSE", "allege", ""),
    ],
)
def test_codes_of_cameo_are_strings_and_losses_are_flagged(
    code: str, event: str, mode: str, loss: str, tmp_path: Path
) -> None:
    take("gdelt", tmp_path / "in", write(tmp_path / "a.csv", gdelt(1, EventCode=code)))
    [row] = rows_of(tmp_path / "in", "gdelt")
    assert (row["raw_type"], row["event"], row["mode"], row["loss"]) == (code, event, mode, loss)
    assert (row["quad"] is None) == (event == "")


def test_a_host_of_cameo_is_the_recipient_of_a_visit(tmp_path: Path) -> None:
    lines = [gdelt(1, EventCode="043"), gdelt(2, EventCode="042")]
    take("gdelt", tmp_path / "in", write(tmp_path / "a.csv", *lines))
    hosted, visited = rows_of(tmp_path / "in", "gdelt")
    assert (hosted["actor"], hosted["actor_raw"], hosted["recipient"]) == ("KOR", "KOR", "JPN")
    assert "swapped" in hosted["loss"].split()
    assert (visited["actor"], visited["recipient"]) == ("JPN", "KOR")


def test_bad_rows_are_kept_aside_with_file_line_and_reason(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        gdelt(1),
        gdelt(2, SQLDATE="19180102"),  # a hundred years off
        gdelt(3, SQLDATE="20180132"),
        "1\t2\t3",
        "",
        gdelt(1, EventCode="112"),
        gdelt(4, SQLDATE="20180104"),  # two days after it was added
        gdelt(5).replace("5\t", "\t", 1),
        gdelt(6, SQLDATE="20180103"),
    )
    done = take("gdelt", tmp_path / "in", file)
    assert (done.rows, done.kept, done.excluded.total()) == (8, 2, 6)
    assert excluded(tmp_path / "in", "gdelt") == [
        ("a.csv", 2, "day-too-early"),
        ("a.csv", 3, "bad-day"),
        ("a.csv", 4, "columns"),
        ("a.csv", 6, "duplicate-id"),
        ("a.csv", 7, "day-too-late"),
        ("a.csv", 8, "no-id"),
    ]
    assert [row["line"] for row in rows_of(tmp_path / "in", "gdelt")] == [1, 9]
    assert "19180102" in rows_of(tmp_path / "in", "gdelt", "excluded")[0]["value"]


def test_an_id_of_an_earlier_file_or_import_is_a_duplicate(tmp_path: Path) -> None:
    first = write(tmp_path / "1.csv", gdelt(1), gdelt(2))
    second, third = (
        write(tmp_path / "2.csv", gdelt(2), gdelt(3)),
        write(tmp_path / "3.csv", gdelt(3), gdelt(1), gdelt(4)),
    )
    take("gdelt", tmp_path / "in", first, second)
    done = take("gdelt", tmp_path / "in", third)
    assert (done.kept, done.excluded) == (1, Counter({"duplicate-id": 2}))
    assert sorted(row["id"] for row in rows_of(tmp_path / "in", "gdelt")) == ["1", "2", "3", "4"]


def test_gdelt_1_is_read_with_and_without_addresses(tmp_path: Path) -> None:
    names = columns("gdelt2")
    cells = dict(zip(names, gdelt(1, DATEADDED="20180102").split("\t"), strict=True))
    line = "\t".join(cells[name] for name in columns("gdelt1"))
    take("gdelt", tmp_path / "a", write(tmp_path / "a.csv", line))
    take("gdelt", tmp_path / "b", write(tmp_path / "b.csv", line.rpartition("\t")[0]))
    assert [rows_of(tmp_path / name, "gdelt")[0]["place_code"] for name in "ab"] == ["JPN", "JPN"]
    assert [rows_of(tmp_path / name, "gdelt")[0]["source"] for name in "ab"] == ["u", ""]


# -- files -----------------------------------------------------------------------------------------------------------


def test_gzip_and_zip_are_read_and_members_named(tmp_path: Path) -> None:
    packed, archive = tmp_path / "a.gz", tmp_path / "b.zip"
    packed.write_bytes(gzip.compress(gdelt(1).encode() + b"\n"))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("x.export.CSV", gdelt(2) + "\n")
        out.writestr("readme.txt", "about this\n")
        out.writestr("y.export.CSV", gdelt(3))
    done = take("gdelt", tmp_path / "in", packed, archive)
    assert {row["file"] for row in rows_of(tmp_path / "in", "gdelt")} == {
        "a.gz",
        "b.zip!x.export.CSV",
        "b.zip!y.export.CSV",
    }
    assert done.excluded == {"unknown-layout": 1}
    assert [each.reason for each in done.unread] == ["unknown-layout"]
    assert excluded(tmp_path / "in", "gdelt") == [("b.zip!readme.txt", 1, "unknown-layout")]


def test_a_gzip_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"{gdelt(number)}\n" for number in range(4000)).encode(), compresslevel=0)
    file = tmp_path / "a.gz"
    file.write_bytes(whole[: len(whole) // 2])
    done = take("gdelt", tmp_path / "in", file)
    assert done.kept > 1000
    assert done.excluded["broken-archive"] == 1
    [(_, line, _)] = [row for row in excluded(tmp_path / "in", "gdelt") if row[2] == "broken-archive"]
    assert abs(line - done.kept) <= 2


def test_a_gzip_of_which_nothing_can_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.gz"
    file.write_bytes(gzip.compress(gdelt(1).encode())[:12])
    done = take("gdelt", tmp_path / "in", file)
    assert [each.reason for each in done.unread] == ["broken-archive"]
    assert done.excluded == {"broken-archive": 1}


def test_files_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 no archive")
    done = take(
        "gdelt", tmp_path / "in", tmp_path / "missing.csv", tmp_path / "no.zip", write(tmp_path / "a.csv", gdelt(1))
    )
    assert done.kept == 1
    assert [each.reason for each in done.unread] == ["unreadable", "broken-archive"]


def test_a_file_of_another_layout_says_what_is_needed(tmp_path: Path) -> None:
    done = take("icews", tmp_path / "in", write(tmp_path / "a.tab", "a\tb\tc", "1\t2\t3"))
    assert "Needed is a header with eventid, eventdate, cameocode" in done.unread[0].detail
    assert done.excluded == {"unknown-layout": 1}
    assert not list((tmp_path / "in").rglob("*.json"))


@pytest.mark.parametrize("content", ["", "\n\n", ICEWS_HEADER, ICEWS_HEADER + "\n\n", ICEWS_HEADER + "\n\0\n\r\n"])
def test_files_without_rows_have_none(content: str, tmp_path: Path) -> None:
    file = tmp_path / "a.tab"
    file.write_text(content, encoding="utf-8")
    done = take("icews", tmp_path / "in", file)
    assert (done.files, done.kept) == (1, 0)
    assert imported_series(tmp_path / "in", "JPN", "KOR") == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_with_a_mark_or_without(encoding: str, tmp_path: Path) -> None:
    text = f"{ICEWS_HEADER}\r\n1\t2018-06-01\tCôte d’Ivoire\t\tCote d'Ivoire\t\t040\t1\tB\t\tJapan" + "\t" * 9 + "\r\n"
    file = tmp_path / "a.tab"
    file.write_bytes(text.encode(encoding))
    done = take("icews", tmp_path / "in", file)
    [row] = rows_of(tmp_path / "in", "icews")
    assert (row["actor"], row["actor_name"], row["recipient"], done.western) == ("CIV", "Côte d’Ivoire", "JPN", 0)


def test_lines_that_are_not_utf_8_are_read_as_windows_1252_and_counted(tmp_path: Path) -> None:
    line = "{}\t2018-06-01\tS\u00e3o Tom\u00e9 \u20ac\t\tJapan\t\t040\t1\tB\t\tJapan" + "\t" * 9 + "\n"
    file = tmp_path / "a.tab"
    file.write_bytes(ICEWS_HEADER.encode() + b"\n" + line.format(1).encode() + line.format(2).encode("cp1252"))
    done = take("icews", tmp_path / "in", file)
    assert [row["actor_name"] for row in rows_of(tmp_path / "in", "icews")] == ["S\u00e3o Tom\u00e9 \u20ac"] * 2
    assert done.western == 1


@pytest.mark.parametrize("bad", [b"\xe9\t1", b"\xe9\t1\r\n", b"caf\xe9 \xff"])
def test_rows_that_neither_fit_nor_are_utf_8_are_not_lost(bad: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(gdelt(1).encode() + b"\n" + bad.strip() + b"\n" + gdelt(2).encode())
    done = take("gdelt", tmp_path / "in", file)
    assert (done.rows, done.kept, done.western) == (3, 2, 1)
    assert excluded(tmp_path / "in", "gdelt") == [("a.csv", 2, "columns")]


def test_a_carriage_return_within_a_row_is_no_end_of_it(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", gdelt(1, Actor1Name="JA\rPAN"), gdelt(2), end="\r\n")
    take("gdelt", tmp_path / "in", file)
    assert [(row["actor_name"], row["line"]) for row in rows_of(tmp_path / "in", "gdelt")] == [
        ("JA PAN", 1),
        ("JAPAN", 2),
    ]


@given(
    lines=st.lists(st.text("ab\t", max_size=6), min_size=1, max_size=30),
    size=st.integers(1, 12),
    last=st.booleans(),
)
def test_blocks_are_whole_lines_and_keep_count(lines: list[str], size: int, last: bool) -> None:
    text = "\n".join(lines) + "\n" * last
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eventfiles, "BLOCK", size)
        found = list(blocks(io.BytesIO(text.encode()), quoted=False))
    whole = [block for block in found if isinstance(block, Block)]
    assert len(whole) == len(found)
    ended = text if text.endswith("\n") or not text else text + "\n"
    assert b"".join(block.data for block in whole) == ended.encode()
    read = 1
    for block in whole:
        assert block.line == read
        assert block.data.endswith(b"\n")
        read += block.data.count(b"\n")


@given(
    rows=st.lists(st.lists(st.text('a"\n,', max_size=4), min_size=2, max_size=2), min_size=1, max_size=12),
    size=st.integers(1, 12),
)
def test_blocks_are_not_cut_within_quotes(rows: list[list[str]], size: int) -> None:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eventfiles, "BLOCK", size)
        found = list(blocks(io.BytesIO("".join(lines).encode()), quoted=True))
    starts = {1 + "".join(lines[:number]).count("\n") for number in range(len(lines))}
    assert all(isinstance(block, Block) and block.line in starts for block in found)
    assert b"".join(block.data for block in found if isinstance(block, Block)) == "".join(lines).encode()


def test_a_quote_that_is_never_closed_costs_its_line_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventfiles, "BLOCK", 8)
    monkeypatch.setattr(eventfiles, "LONGEST", 32)
    text = '"a",1\n"b,2\n' + "".join(f"{number},3\n" for number in range(40))
    found = list(blocks(io.BytesIO(text.encode()), quoted=True))
    assert [each.line for each in found if isinstance(each, BadRow)] == [2]
    assert sum(block.data.count(b"\n") for block in found if isinstance(block, Block)) == 41


def test_many_small_blocks_give_what_one_large_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [gdelt(number % 90, EventCode=("040", "043", "190")[number % 3]) for number in range(100)]
    file = write(tmp_path / "a.csv", *lines)
    take("gdelt", tmp_path / "one", file)
    monkeypatch.setattr(eventfiles, "BLOCK", 1000)
    monkeypatch.setattr(eventshards, "ROW_GROUP", 7)
    take("gdelt", tmp_path / "many", file)
    assert rows_of(tmp_path / "one", "gdelt") == rows_of(tmp_path / "many", "gdelt")
    assert sorted(excluded(tmp_path / "one", "gdelt")) == sorted(excluded(tmp_path / "many", "gdelt"))
    assert imported_series(tmp_path / "one", "JPN", "KOR") == imported_series(tmp_path / "many", "JPN", "KOR")


# -- the other origins -----------------------------------------------------------------------------------------------


def test_a_row_of_icews_with_old_names_of_columns(tmp_path: Path) -> None:
    header = ICEWS_HEADER.replace(" ", ".")
    line = (
        "9\t2018-06-01\tMilitary (North Korea)\tMilitary,Government\tNorth Korea\tMobilize\t154\t-7.2\tNA\tNULL\tNA\t5"
        "\t1\tPress\tPyongyang\tNA\tNA\tNorth Korea\t39.0\t125.7"
    )
    take("icews", tmp_path / "in", write(tmp_path / "a.tab", header, line))
    [row] = rows_of(tmp_path / "in", "icews")
    assert (row["actor"], row["actor_sector"], row["recipient"], row["recipient_name"]) == ("PRK", "MIL", "", "")
    assert (row["event"], row["mode"], row["goldstein"]) == ("MOBILIZE", "troops", -7.2)
    assert (row["place"], row["place_code"], row["source"], row["line"]) == ("Pyongyang", "PRK", "Press", 2)


def test_icews_with_quotes_and_names_of_bodies(tmp_path: Path) -> None:
    quoted = "\t".join(f'"{name}"' for name in columns("icews"))
    cells = ["2018-06-01", "UN Security Council", "International Government Organization", "", "", "010", "0", "Zembla"]
    line = "\t".join(["1", *(f'"{cell}"' for cell in (*cells, "", "Zembla", *[""] * 9))])
    take("icews", tmp_path / "in", write(tmp_path / "a.tab", quoted, line))
    [row] = rows_of(tmp_path / "in", "icews")
    assert (row["actor"], row["actor_sector"], row["raw_type"]) == ("UNO", "IGO", "010")
    assert (row["recipient"], row["loss"]) == ("", "type recipient")


def test_a_row_of_polecat(tmp_path: Path) -> None:
    told = {
        "Event ID": "20190801-1_ASSAULT_",
        "Event Date": "2019-08-01",
        "Event Type": "ASSAULT",
        "Event Mode": "aerial",
        "Contexts": "military; terrorism",
        "Actor Name": "A",
        "Actor Country": "USA; FRA",
        "Primary Actor Sector": "MIL",
        "Recipient Name": "B",
        "Recipient Country": "Syria",
        "Quad Code": "MATERIAL CONFLICT",
        "Intensity": "-9",
        "Recipient Sectors": "CVL",
        "Country": "None",
        "City": "None",
        "Latitude": "None",
    }
    line = "\t".join(told.get(name, "") for name in columns("polecat"))
    take("polecat", tmp_path / "in", write(tmp_path / "a.txt", "\t".join(columns("polecat")), line))
    [row] = rows_of(tmp_path / "in", "polecat")
    assert (row["actor"], row["actor_sector"], row["recipient"]) == ("USA", "MIL", "SYR")
    assert (row["event"], row["mode"], row["context"], row["quad"]) == ("ASSAULT", "aerial", "military terrorism", 4)
    assert (row["goldstein"], row["scale"], row["place"], row["latitude"]) == (None, -9.5, "", None)
    assert row["loss"] == "several"


def acled(**cells: str) -> str:
    told = {
        "event_id_cnty": "UKR1",
        "event_date": "2022-04-30",
        "time_precision": "1",
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "actor1": "Military Forces of Russia (2000-)",
        "inter1": "1",
        "actor2": "Civilians (Ukraine)",
        "inter2": "7",
        "country": "Ukraine",
        "location": "Izium",
        "fatalities": "2",
        **cells,
    }
    return ",".join('"' + told.get(name, "").replace('"', '""') + '"' for name in columns("acled"))


def test_acled_with_line_breaks_in_its_notes(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        ",".join(columns("acled")),
        acled(notes='On "30 April",\nshelling.\n'),
        acled(event_id_cnty="UKR2", event_date="16 May 2022", inter1="Rebel group", actor1="Al Shabaab", notes="x"),
        acled(event_id_cnty="UKR3", event_date="31 April 2022"),
        acled(event_id_cnty="UKR4", sub_event_type="Other", event_type="Strategic developments", time_precision="3"),
        acled(event_id_cnty="UKR5", event_date="05/11/2020", inter1="1.0", actor1="Police Forces of Kenya (2013-)"),
    )
    take("acled", tmp_path / "in", file)
    first, second, fourth, fifth = rows_of(tmp_path / "in", "acled")
    assert (first["actor"], first["actor_sector"], first["recipient"], first["recipient_sector"]) == (
        *("RUS", "MIL", "UKR", "CVL"),
    )
    assert (first["event"], first["raw_type"], first["deaths"]) == ("ASSAULT", "Battles: Armed clash", 2)
    assert (second["actor"], second["actor_sector"], second["day"]) == ("", "REB", date(2022, 5, 16))
    assert [row["line"] for row in (first, second, fourth, fifth)] == [2, 5, 7, 8]
    assert excluded(tmp_path / "in", "acled") == [("a.csv", 6, "bad-day")]
    assert set(fourth["loss"].split()) == {"type", "days"}
    assert (fifth["actor"], fifth["actor_sector"], fifth["day"]) == ("KEN", "COP", date(2020, 11, 5))


def test_rows_of_ucdp(tmp_path: Path) -> None:
    def line(number: int, **cells: str) -> str:
        told = {
            "id": str(number),
            "type_of_violence": "1",
            "date_start": "1990-05-01 00:00:00.000",
            "country_id": "365",
            "side_a": "Government of Russia (Soviet Union)",
            "gwnoa": "365",
            "side_b": "APF",
            "best": "7",
            "date_end": "1990-05-01 00:00:00.000",
            "number_of_sources": "2",
            **cells,
        }
        return ",".join(f'"{told.get(name, "")}"' for name in columns("ucdp"))

    second = line(2, type_of_violence="3", side_b="Civilians", date_start="2001-02-03", date_end="2001-02-05")
    take("ucdp", tmp_path / "in", write(tmp_path / "a.csv", ",".join(columns("ucdp")), line(1), second))
    one, two = rows_of(tmp_path / "in", "ucdp")
    assert (one["actor"], one["actor_sector"], one["recipient"], one["recipient_sector"]) == ("SUN", "GOV", "", "REB")
    assert (one["day"], one["deaths"], one["reports"]) == (date(1990, 5, 1), 7, 2)
    assert (two["actor"], two["recipient"], two["recipient_sector"]) == ("RUS", "RUS", "CVL")
    assert set(two["loss"].split()) == {"distinction", "place", "days"}


def test_phoenix_of_the_cline_center(tmp_path: Path) -> None:
    told = {
        "eid": "NYT1",
        "year": "1950",
        "month": "6",
        "day": "25",
        "source": "PRKMIL",
        "source_root": "PRK",
        "source_agent": "MIL",
        "target": "IGOUNO",
        "target_root": "IGO",
        "target_others": "UNO",
        "code": "190",
        "goldstein": "-10.0",
        "quad_class": "4",
        "countryname": "KOR",
        "aid": "7",
    }
    line = ",".join(told.get(name, "") for name in columns("cline"))
    take("phoenix", tmp_path / "in", write(tmp_path / "a.csv", ",".join(columns("cline")), line))
    [row] = rows_of(tmp_path / "in", "phoenix")
    assert (row["day"], row["actor"], row["actor_sector"], row["recipient"]) == (date(1950, 6, 25), "PRK", "MIL", "UNO")
    assert (row["event"], row["raw_quad"], row["place_code"], row["source"]) == ("ASSAULT", "4", "KOR", "7")


@pytest.mark.parametrize(
    "value",
    ["", "NA", "2022-02-30", "20221301", "1 Foo 2020", "31/02/2020", "2022", "2022-02", "yesterday", "20220101x"],
)
def test_what_is_no_day_is_none(value: str) -> None:
    assert read_day(value) is None


# -- kept whole, and once --------------------------------------------------------------------------------------------


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.csv", gdelt(ord(name)), gdelt(1)) for name in "ab"]
    take("gdelt", tmp_path / "in", *files)
    before = tree(tmp_path / "in")
    renamed = files[0].rename(tmp_path / "other.csv")
    done = take("gdelt", tmp_path / "in", renamed, files[1], files[1])
    assert tree(tmp_path / "in") == before
    assert (done.files, done.already, done.rows) == (3, 3, 0)


def test_an_import_that_dies_leaves_nothing_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = write(tmp_path / "1.csv", gdelt(1)), write(tmp_path / "2.csv", gdelt(2), gdelt(3))
    take("gdelt", tmp_path / "in", one)
    before = tree(tmp_path / "in")

    def die(*_: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:  # after the shards have their names, before the receipt has
        patch.setattr("msgspec.json.format", die)
        with pytest.raises(KeyboardInterrupt):
            take("gdelt", tmp_path / "in", two)
    assert set(tree(tmp_path / "in")) > set(before)
    assert imported_series(tmp_path / "in", "JPN", "KOR")[0].events == 1
    done = take("gdelt", tmp_path / "in", two)
    assert (done.already, done.kept) == (0, 2)
    assert sorted(row["id"] for row in rows_of(tmp_path / "in", "gdelt")) == ["1", "2", "3"]
    assert imported_series(tmp_path / "in", "JPN", "KOR")[0].events == 3
    take("gdelt", tmp_path / "twice", one)
    take("gdelt", tmp_path / "twice", two)
    assert tree(tmp_path / "in") == tree(tmp_path / "twice")


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    file = write(tmp_path / "a.csv", gdelt(1))
    with (
        eventshards.Folder(tmp_path / "in", "gdelt").writing(),
        pytest.raises(InputError, match="Another import is writing"),
    ):
        take("gdelt", tmp_path / "in", file)


def test_large_inputs_make_several_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.imports.UNIT_ROWS", 2)
    files = [write(tmp_path / f"{number}.csv", gdelt(2 * number), gdelt(2 * number + 1)) for number in range(3)]
    take("gdelt", tmp_path / "in", *files)
    assert len(list((tmp_path / "in" / "gdelt" / "receipts").glob("*.json"))) == 3
    assert imported_series(tmp_path / "in", "JPN", "KOR")[0].events == 6


def test_an_unknown_origin_is_told_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'cameo' is no origin to import from\. Known: gdelt, icews"):
        take("cameo", tmp_path)


def test_every_reason_and_every_loss_is_in_the_docs() -> None:
    text = (Path(__file__).parent.parent / "docs" / "imports.md").read_text(encoding="utf-8")
    assert {name for name in (*REASONS, *LOSSES, *ORIGINS) if f"`{name}`" not in text} == set()


# -- ids and sums ----------------------------------------------------------------------------------------------------

IDS = st.lists(st.sampled_from(["1", "2", "01", "8388607", "8388608", "9999999999", "12345678901", "A1", "B2", "-3"]))


@given(columns_of_ids=st.lists(IDS, max_size=6))
def test_seen_ids_are_a_set(columns_of_ids: list[list[str]]) -> None:
    seen, known = SeenIds(), set()
    for ids in columns_of_ids:
        expected = []
        for key in ids:
            expected.append(key not in known)
            known.add(key)
        assert seen.add(pyarrow.array(ids, pyarrow.string())).tolist() == expected


SUM_ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC"), st.integers(0, 3), st.integers(1, 5)), max_size=20
)


def sums(rows: list[tuple[str, str, int, int]]) -> Any:
    told = [
        {
            "actor": actor,
            "recipient": recipient,
            "day": date(2020, 1, 1) + timedelta(day),
            "events": count,
            **dict.fromkeys(("q1", "weighed", "scaled", "lossy"), count),
            **dict.fromkeys(("q2", "q3", "q4"), 0),
            "goldstein": 0.5 * count,
            "scale": -1.0 * count,
        }
        for actor, recipient, day, count in rows
    ]
    return added_up(pyarrow.Table.from_pylist(told, schema=SUMS))


@settings(max_examples=20)
@given(parts=st.lists(SUM_ROWS, min_size=1, max_size=3))
def test_merged_files_hold_what_their_parts_hold(
    parts: list[list[tuple[str, str, int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("merged")
    paths = [folder / f"{number}.parquet" for number in range(len(parts))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.dyaddays.ROW_GROUP", 2)
        patch.setattr("detente.dyaddays._AT_ONCE", 3)
        for path, part in zip(paths, parts, strict=True):
            write_sums(sums(part), path)
        merge(paths, folder / "all.parquet", {"units": "x"})
    whole = sums([row for part in parts for row in part])
    assert parquet.read_table(folder / "all.parquet").to_pylist() == whole.to_pylist()
    for actor in "ABC":
        for recipient in "ABCD":
            found = pair_days(folder / "all.parquet", actor, recipient).to_pylist()
            assert found == [row for row in whole.to_pylist() if (row["actor"], row["recipient"]) == (actor, recipient)]


# -- series ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def series_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("series")
    lines = []
    for number in range(60):
        day = date(2016, 12, 20) + timedelta(number * 11)
        back = {"Actor1CountryCode": "KOR", "Actor2CountryCode": "JPN"} if number % 4 == 0 else {}
        code = ("040", "010", "112", "190")[number % 4]
        weight = ("1.0", "", "-2.0", "-10.0")[number % 4]
        lines.append(
            gdelt(number, SQLDATE=f"{day:%Y%m%d}", EventCode=code, GoldsteinScale=weight, DATEADDED="20231231", **back)
        )
    take("gdelt", folder / "in", write(folder / "a.csv", *lines, gdelt(99, Actor2CountryCode="")))
    icews = "1\t2018-06-01\tJapan\t\tJapan\t\t040\t1\tB\t\tSouth Korea" + "\t" * 9
    take("icews", folder / "in", write(folder / "a.tab", ICEWS_HEADER, icews))
    return folder / "in"


@pytest.mark.parametrize("step", ["day", "week", "month", "quarter", "year"])
def test_series_are_sums_of_the_rows_by_the_periods_of_our_own_series(series_folder: Path, step: str) -> None:
    ours, _ = imported_series(series_folder, "JPN", "KOR", step)
    rows = [row for row in rows_of(series_folder, "gdelt") if row["recipient"]]
    assert ours.events == len(rows) == 60
    start = period_start(min(row["day"] for row in rows), step)
    for period in ours.periods:
        assert (period.start, period.end) == (start, period_end(start, step))
        within = [row for row in rows if period.start <= row["day"] < period.end]
        weights = [row["goldstein"] for row in within if row["goldstein"] is not None]
        scales = [row["scale"] for row in within if row["scale"] is not None]
        assert period.events == len(within)
        assert period.quads == {quad: sum(row["quad"] == quad for row in within) for quad in (1, 2, 3, 4)}
        assert period.goldstein == (round(sum(weights) / len(weights), 3) if weights else None)
        assert period.scale == (round(sum(scales) / len(scales), 3) if scales else None)
        start = period.end


def test_origins_are_kept_apart_and_directions_can_be(series_folder: Path) -> None:
    assert imported_origins(series_folder) == ["gdelt", "icews"]
    both = imported_series(series_folder, "JPN", "KOR", "year")
    assert [(each.origin, each.events) for each in both] == [("gdelt", 60), ("icews", 1)]
    assert both == tuple(
        type(each)(each.origin, ("JPN", "KOR"), False, each.step, each.periods, each.events)
        for each in imported_series(series_folder, "KOR", "JPN", "year")
    )
    [one] = imported_series(series_folder, "KOR", "JPN", "year", directed=True)
    assert (one.origin, one.events) == ("gdelt", 15)


def test_no_series_where_there_is_nothing(series_folder: Path, tmp_path: Path) -> None:
    assert imported_series(series_folder, "JPN", "FRA") == ()
    assert imported_series(tmp_path, "JPN", "KOR") == ()
    with pytest.raises(CodebookError, match="'decade' is not a step"):
        imported_series(series_folder, "JPN", "KOR", "decade")
