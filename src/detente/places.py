"""The gazetteer: which places a name can mean, with coordinates and level.

Reads `data/places/*.csv` (see `data/SOURCES.md`). The two large tables are kept as sorted lines and searched by
bisection, so that the first look-up costs a few milliseconds and no place is parsed that nobody asks for. Names of
countries are those of `detente.names`.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from detente.codebook import read_table
from detente.names import country_name, fold, gazetteer

NEAR = 2.0  # degrees
LONGEST = 5  # words of the longest name that is looked up: "Great Hall of the People"


class Place(msgspec.Struct, frozen=True):
    """A place on earth. `level`: country, province, city, site (a building, base or quarter), region or sea.

    `code` is the country it lies in (codebook, section 3), "" for waters and for what several states claim.
    `province` is GeoNames' code of its first-order division ("SY.11"), `people` how many live there (0: not known).
    `spelled` says that the name looked up is another spelling than the place's own.
    """

    name: str
    level: str
    code: str
    latitude: float | None = None
    longitude: float | None = None
    province: str = ""
    people: int = 0
    gazetteer: str | None = None
    capital: bool = False
    spelled: bool = False
    special: bool = False


@cache
def _lines(table: str) -> list[str]:
    """The rows of a table as lines, in the order of their first column, without the header."""
    text = files("detente").joinpath("data", "places", f"{table}.csv").read_text(encoding="utf-8")
    return text.split("\n")[1:-1]


def _first(line: str) -> str:
    return line[: line.index(",")]


def _rows(table: str, key: str) -> Iterator[list[str]]:
    """The rows whose first column is `key`; no key holds a comma or a quotation mark, being folded."""
    lines = _lines(table)
    at = bisect_left(lines, key, key=_first)
    while at < len(lines) and lines[at].startswith(f"{key},"):
        yield next(csv.reader([lines[at]]))
        at += 1


@cache
def _special() -> dict[str, Place]:
    found = {}
    for row in read_table("places", "special"):
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
        place = Place(row["name"], row["level"], row["code"], latitude, longitude, special=True)
        found.update({fold(name): place for name in row["names"].split("|")})
    return found


@cache
def _nations() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read_table("places", "nations")}


def nation(code: str) -> Place:
    """The country of that code, without coordinates where it is none on the map of today (SUN, YUG)."""
    name, row = country_name(code) or code, _nations().get(code)
    if row is None:
        return Place(name, "country", code)
    point = float(row["latitude"]), float(row["longitude"])
    people, number = int(row["people"]), row["geoname"]
    return Place(name, "country", code, *point, people=people, gazetteer=f"geonames:{number}")


@lru_cache(maxsize=65536)
def places_named(key: str) -> tuple[Place, ...]:
    """All that a folded name can mean, hand-kept places first, then countries, then GeoNames' by size.

    >>> [(place.level, place.code) for place in places_named("georgia")]
    [('country', 'GEO'), ('province', 'USA')]
    """
    if not key:
        return ()
    special = _special().get(key)
    meanings = gazetteer().meanings.get(key, ())
    countries = (nation(meaning.code) for meaning in meanings if meaning.form == "noun")
    found = [] if special is None else [special]
    found += [place for place in countries if special is None or place.code != special.code]
    towns = [_place(row) for row in _rows("places", key)]
    for _, of, number, _ in _rows("spellings", key):
        for row in _rows("places", of):
            if row[8] == number:
                towns.append(msgspec.structs.replace(_place(row), spelled=True))
    if special is not None:
        towns = [town for town in towns if not _beside(town, special)]
    found += sorted(towns, key=lambda town: (-town.people, town.gazetteer or ""))
    if not found:
        found = [Place(m.name, "region" if m.form == "region" else "site", m.code) for m in meanings if _placed(m.form)]
    return tuple(found)


def _beside(town: Place, special: Place) -> bool:
    """Whether a place of GeoNames is within 2 degrees of a hand-kept one of its name, which tells it more carefully."""
    if town.latitude is None or town.longitude is None or special.latitude is None or special.longitude is None:
        return False
    return abs(town.latitude - special.latitude) < NEAR and abs(town.longitude - special.longitude) < NEAR


def _placed(form: str) -> bool:
    return form in ("region", "seat")


def _place(row: list[str]) -> Place:
    _, name, level, code, province, latitude, longitude, people, number, _ = row
    return Place(
        name,
        "city" if level == "capital" else level,
        code,
        float(latitude),
        float(longitude),
        province,
        int(people),
        f"geonames:{number}",
        capital=level == "capital",
    )


def is_place(key: str) -> bool:
    """Whether a folded name is one of a place."""
    return bool(places_named(key))
