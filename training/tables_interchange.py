"""Make the tables by which event data of others is read and written.

    python -m training.tables_interchange ../shared/data

Writes `{codes,sectors,columns}.csv` into `src/detente/data/interchange` and `{plover_cameo,acled}.csv` into
`src/detente/data/codebook`, from `country_codes`, `state_lists` and `importer_samples` in that folder and from the
choices in `training/choices_interchange.py`. Sources and their licences are listed in `src/detente/data/SOURCES.md`.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

from detente.codebook import cameo_codes, event_types, sectors
from detente.names import fold, gazetteer
from training import choices_interchange as choices
from training.tables_actors import SOVEREIGN

DATA = Path("src/detente/data")

CC = "github.com/datasets/country-codes caa72d1"
COW = "COW State System Membership v2016"
GW = "Gleditsch and Ward, list of independent states, 2017"
DEDI = "github.com/philip-schrodt/ICEWS-to-jsonl 113325c countrynames-DEDI.txt"
TOO_OLD = 1945  # event data begins later; states that had ended by then are left out

Row = tuple[str, ...]


def main() -> None:
    """Write the five tables; the folder of shared data is the only argument."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data = Path(sys.argv[1])
    write("interchange", "codes", ("system", "value", "code", "written", "start", "end", "source"), code_rows(data))
    write("interchange", "sectors", ("system", "value", "sector", "rank", "written", "source"), sector_rows())
    write("interchange", "columns", ("format", "position", "column", "source"), column_rows(data))
    write("codebook", "plover_cameo", ("event", "mode", "pledge", "context", "code", "lossy", "source"), back_rows())
    header = ("event_type", "sub_event_type", "event", "mode", "context", "lossy", "note", "source")
    write("codebook", "acled", header, acled_rows())


def write(folder: str, name: str, header: Row, rows: Iterable[Row]) -> None:
    path = DATA / folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(header)
        for row in rows:
            assert len(row) == len(header), row
            table.writerow(row)
            count += 1
    print(f"{folder}/{name}.csv: {count} rows")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# ---- codes of countries ------------------------------------------------------------------------------------------


def code_rows(data: Path) -> Iterable[Row]:
    """system, value, our code ("" for a region), whether to write it, from and up to which day, source."""
    countries = [row["ISO3166-1-Alpha-3"] for row in read(data / "country_codes" / "country-codes.csv")]
    yield from fips_rows(data)
    yield from cameo_rows(countries)
    yield from number_rows("cow", COW, read(data / "state_lists" / "cow_states.csv"), "statenme", "ccode", "endyear")
    yield from number_rows("gw", GW, read(data / "state_lists" / "gw_states.csv"), "statename", "gwcode", "enddate")
    yield from icews_rows(data)


def yes(written: bool) -> str:
    return "yes" if written else ""


def fips_rows(data: Path) -> Iterable[Row]:
    for row in read(data / "country_codes" / "country-codes.csv"):
        code, values = row["ISO3166-1-Alpha-3"], row["FIPS"].strip()
        if len(values) == 2 and code not in choices.FIPS_OTHERWISE:
            yield "fips", values, SOVEREIGN.get(code, code), yes(code not in SOVEREIGN), "", "", CC
    for value, code, written in choices.FIPS:
        yield "fips", value, code, yes(written), "", "", "hand: FIPS 10-4 and what GDELT writes"


def cameo_rows(countries: list[str]) -> Iterable[Row]:
    other = {code for _, code, written in choices.CAMEO_COUNTRIES if written}
    for code in countries:
        ours = SOVEREIGN.get(code, code)
        yield "cameo", code, ours, yes(code == ours and code not in other), "", "", f"{CC} (ISO alpha-3)"
    for value, code, written in choices.CAMEO_COUNTRIES:
        yield "cameo", value, code, yes(written), "", "", "hand: CAMEO 1.1b3, actor codes"
    for value in choices.CAMEO_REGIONS.split():
        yield "cameo", value, "", "", "", "", "hand: CAMEO 1.1b3, regions"
    for value, code, written in choices.CAMEO_GROUPS:
        yield "group", value, code, yes(written), "", "", "hand: CAMEO 1.1b3, known groups"


def number_rows(
    system: str, source: str, rows: list[dict[str, str]], name: str, number: str, end: str
) -> Iterable[Row]:
    """Numbers of states that lived after 1945. One number of two of our codes has the days of each."""
    names = {str(int(float(row[number]))): row[name] for row in rows}
    ends: dict[str, int] = {}
    for row in rows:  # a state that was occupied or united for a while has several rows
        value = str(int(float(row[number])))
        ends[value] = max(ends.get(value, 0), int(float(row[end][:4])))
    for value, last in ends.items():
        if last < TOO_OLD:
            continue
        if value in choices.NUMBERS_BY_DAY:
            for code, since, until, written in choices.NUMBERS_BY_DAY[value]:
                if (system, value, code) not in choices.NOT_IN:
                    yield system, value, code, yes(written), since, until, f"{source}; days by public record"
            continue
        code = choices.NUMBERED.get((system, value)) or choices.NUMBERED.get(("", value)) or code_of_name(names[value])
        yield system, value, code, yes(last >= 2016), "", "", source


def code_of_name(name: str) -> str:
    """The one code of a country's name; "Sri Lanka (Ceylon)" is looked up without what is in brackets as well."""
    for part in (name, name.partition(" (")[0], name.partition("/")[0]):
        codes = {meaning.code for meaning in gazetteer().meanings.get(fold(part), ()) if meaning.form == "noun"}
        if len(codes) == 1:
            return codes.pop()
    raise SystemExit(f"No one code for {name!r}: {codes}. Add it to choices_interchange.")


def icews_rows(data: Path) -> Iterable[Row]:
    """Names of countries as ICEWS writes them; where it has several, the first that is not in NOT_WRITTEN."""
    seen, done = set(), set()
    lines = (data / "importer_samples" / "countrynames-DEDI.txt").read_text(encoding="utf-8").splitlines()
    for name, cameo, _ in (line.split("\t") for line in lines):
        if name in seen or cameo in ("---", "ANT"):
            continue
        seen.add(name)
        code = choices.ICEWS_CODES.get(cameo, cameo[:3] if len(cameo) == 6 else cameo)
        code = choices.ICEWS_NAMES.get(name, SOVEREIGN.get(code, code))
        dependent = len(cameo) == 6 or SOVEREIGN.get(cameo, cameo) != cameo
        written = not dependent and code not in done and name not in choices.NOT_WRITTEN
        done |= {code} if written else set()
        yield "icews", name, code, yes(written), "", "", DEDI


# ---- sectors, columns --------------------------------------------------------------------------------------------


def sector_rows() -> Iterable[Row]:
    for system, table in choices.SECTORS.items():
        for rank, (value, sector, written) in enumerate(table):
            assert sector in sectors() or not sector, sector
            yield system, value, sector, str(rank), yes(written), choices.SECTOR_SOURCES[system]


def column_rows(data: Path) -> Iterable[Row]:
    labels = data / "importer_samples" / "GDELT_2.0_Events_Column_Labels_Header_Row_Sep2016.csv"
    gdelt = [row["tableId"] for row in read(labels)]
    source = "github.com/linwoodc3/gdelt2HeaderRows 0a00e9a"
    yield from numbered("gdelt2", gdelt, source)
    # GDELT 1.0 (daily files since 2013-04-01) is without the second administrative divisions; older ones also
    # without the address.
    older = [name for name in gdelt if not name.endswith("_ADM2Code")]
    yield from numbered("gdelt1", older, "github.com/reed9999/gdelt-demo 61494a4, events_column_names.csv")
    for name, (columns, told) in choices.COLUMNS.items():
        yield from numbered(name, columns, told)


def numbered(name: str, columns: Iterable[str], source: str) -> Iterable[Row]:
    return ((name, str(position), column, source) for position, column in enumerate(columns))


# ---- types -------------------------------------------------------------------------------------------------------


def back_rows() -> Iterable[Row]:
    """The CAMEO code of a PLOVER event: the first row whose filled cells all fit. `lossy` where it comes back other."""
    for line in choices.PLOVER_CAMEO.strip().splitlines():
        event, *rest, code = line.split()
        cells = dict(cell.split("=") for cell in rest)
        assert set(cells) <= {"mode", "pledge", "context"}, line
        kind, there = event_types()[event], cameo_codes()[code]
        mode = cells.get("mode", "")
        assert not mode or mode in kind.modes, line
        back = (there.event, there.mode or "")
        exact = back == (event, mode) and not there.lossy
        source = f"ours: the nearest of CAMEO{'' if there.event == event else f', read back as {there.event}'}"
        yield event, mode, cells.get("pledge", ""), cells.get("context", ""), code, "no" if exact else "yes", source


def acled_rows() -> Iterable[Row]:
    for kind, sub, event, mode, context, note in choices.ACLED:
        assert not event or event in event_types()
        assert not mode or mode in event_types()[event].modes, (event, mode)
        yield (
            kind,
            sub,
            event,
            mode,
            context,
            "yes" if note else "no",
            note,
            "ours: ACLED codebook 2023, types of events",
        )


if __name__ == "__main__":
    main()
