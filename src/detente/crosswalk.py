"""What the codes of other event data mean in ours, and ours in theirs: countries, sectors, types of events.

Reads `data/interchange/{codes,sectors,columns}.csv` and `data/codebook/{plover_cameo,acled}.csv`, which name the
source of every row (`data/SOURCES.md`), once, on first use. Codes are strings: "010" is not 10.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

import msgspec

from detente.codebook import CameoCode, cameo_codes, read_table
from detente.names import fold, gazetteer
from detente.records import Event

# Quad codes by the first two digits of a CAMEO code, as GDELT gives them (GDELT event codebook 2.0, QuadClass).
_QUADS = {
    **dict.fromkeys(("01", "02", "03", "04", "05"), 1),
    **dict.fromkeys(("06", "07", "08"), 2),
    **dict.fromkeys(("09", "10", "11", "12", "13"), 3),
    **dict.fromkeys(("14", "15", "16", "17", "18", "19", "20"), 4),
}
# Phoenix has a fifth class, 0, for statements and appeals, and puts 16 with verbal conflict (phoenix_pipeline).
_PENTA = {**_QUADS, "01": 0, "02": 0, "16": 3}

# Codes of ours that are no country, as CAMEO writes their actors.
_BODIES = {"UNO": "IGOUNO", "EUR": "IGOEUREEC", "IGO": "IGO", "NGO": "NGO", "MNC": "MNC", "IMG": "IMG"}


class Reading(msgspec.Struct, frozen=True):
    """What PLOVER makes of a type of others. `event` is "" where it has no type for it.

    `lossy` says that the reading drops a distinction, `swapped` that the two parties change places.
    """

    event: str
    mode: str
    context: tuple[str, ...]
    lossy: bool
    swapped: bool = False


NO_READING = Reading("", "", (), True)


class _Value(msgspec.Struct, frozen=True):
    code: str
    start: date | None
    end: date | None

    def holds(self, day: date | None) -> bool:
        if day is None:
            return self.end is None
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


# ---- countries ---------------------------------------------------------------------------------------------------


@cache
def _codes() -> dict[str, dict[str, tuple[_Value, ...]]]:
    found: dict[str, dict[str, tuple[_Value, ...]]] = {}
    for row in read_table("interchange", "codes"):
        value = _Value(row["code"], *(date.fromisoformat(row[end]) if row[end] else None for end in ("start", "end")))
        values = found.setdefault(row["system"], {})
        values[row["value"]] = (*values.get(row["value"], ()), value)
    return found


@cache
def _written() -> dict[tuple[str, str], str]:
    return {(row["system"], row["code"]): row["value"] for row in read_table("interchange", "codes") if row["written"]}


def country_of(system: str, value: str, day: date | None = None) -> str | None:
    """Our code for a country code of a system: fips, cameo, group (CAMEO's known groups), cow, gw or icews (names).

    "" for a code that is known to be no country (a region), None for one that is not known. `day` decides where one
    number is of two states; without it, the later one is taken.

    >>> country_of("fips", "KS"), country_of("cameo", "ROM"), country_of("cow", "365", date(1985, 1, 1))
    ('KOR', 'ROU', 'SUN')
    >>> country_of("cameo", "AFR"), country_of("cameo", "???")
    ('', None)
    """
    for each in _codes()[system].get(value, ()):
        if each.holds(day):
            return each.code
    return None


def country_written(system: str, code: str) -> str:
    """How a system writes a code of ours; "" where it has nothing for it.

    >>> country_written("fips", "JPN"), country_written("cow", "JPN"), country_written("icews", "RUS")
    ('JA', '740', 'Russian Federation')
    """
    return _written().get((system, code), "")


@lru_cache(maxsize=65536)
def country_named(name: str) -> str | None:
    """The code of a country by its English name, in ICEWS's spelling or any that `names` knows; None if there is none.

    >>> country_named("Russian Federation"), country_named("Ivory Coast"), country_named("Atlantis")
    ('RUS', 'CIV', None)
    """
    known = country_of("icews", name)
    if known is not None:
        return known
    codes = {meaning.code for meaning in gazetteer().meanings.get(fold(name), ()) if meaning.form == "noun"}
    return codes.pop() if len(codes) == 1 else None


@lru_cache(maxsize=65536)
def body_named(name: str) -> str:
    """The code (UNO, EUR, IGO, NGO, MNC, IMG) of a body by its name; "" where the name is of none, or of several.

    >>> body_named("United Nations"), body_named("European Union"), body_named("Japan")
    ('UNO', 'EUR', '')
    """
    codes = {meaning.code for meaning in gazetteer().meanings.get(fold(name), ())}
    return codes.pop() if len(codes) == 1 and codes <= set(_BODIES) else ""


# ---- sectors, actors ---------------------------------------------------------------------------------------------


@cache
def _sectors() -> dict[str, dict[str, tuple[int, str]]]:
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for row in read_table("interchange", "sectors"):
        found.setdefault(row["system"], {})[row["value"]] = (int(row["rank"]), row["sector"])
    return found


@cache
def _sectors_written() -> dict[tuple[str, str], str]:
    rows = read_table("interchange", "sectors")
    return {(row["system"], row["sector"]): row["value"] for row in rows if row["written"]}


def sector_of(system: str, values: tuple[str, ...]) -> str:
    """Our sector for what a system (cameo, icews or acled) says of an actor; "" where it says nothing that is known.

    Of several, the one that stands first in the table is taken.

    >>> sector_of("icews", ("Military", "Government")), sector_of("cameo", ("MED",))
    ('MIL', 'JRN')
    """
    table = _sectors()[system]
    ranked = [table[value] for value in values if value in table]
    return min(ranked)[1] if ranked else ""


def sector_written(system: str, sector: str) -> str:
    """How a system writes a sector of ours; "" where it has nothing for it."""
    return _sectors_written().get((system, sector), "")


def is_body(code: str) -> bool:
    """Whether a code of ours stands for no country but a body or a kind of bodies."""
    return code in _BODIES


def cameo_actor(code: str, sector: str) -> str:
    """The CAMEO actor code of a code and sector of ours.

    >>> cameo_actor("JPN", "GOV"), cameo_actor("ROU", "MED"), cameo_actor("UNO", "IGO"), cameo_actor("", "REB")
    ('JPNGOV', 'ROMHLH', 'IGOUNO', 'REB')
    """
    if is_body(code):
        agent = sector_written("cameo", sector)
        return _BODIES[code] + ("" if agent in ("IGO", "NGO", "") else agent)
    return country_written("cameo", code) + sector_written("cameo", sector)


# ---- types of events ---------------------------------------------------------------------------------------------


@cache
def cameo_readings() -> dict[str, Reading]:
    """What PLOVER makes of each CAMEO code, with or without the 0 of a root: "04" and "040" are both there.

    CAMEO's 043 has the host first, PLOVER the visitor: there the parties change places.
    """
    return {
        code: Reading(each.event or "", each.mode or "", each.context, each.lossy, swapped=code == "043")
        for code, each in cameo_codes().items()
    }


@cache
def acled_readings() -> dict[tuple[str, str], Reading]:
    """What PLOVER makes of ACLED's event and sub-event types, in lower case."""
    return {
        (row["event_type"].lower(), row["sub_event_type"].lower()): Reading(
            row["event"], row["mode"], tuple(row["context"].split()), row["lossy"] == "yes"
        )
        for row in read_table("codebook", "acled")
    }


@cache
def _back() -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_table("codebook", "plover_cameo"):
        rows.setdefault(row["event"], []).append(row)
    return rows


def cameo_of(event: Event) -> CameoCode:
    """The CAMEO code nearest to an event: that of the first row for its type whose mode, pledge and context it has."""
    pledged = event.pledge.event if event.pledge else ""
    for row in _back()[event.event]:
        if (
            (not row["mode"] or row["mode"] in event.mode)
            and (not row["pledge"] or row["pledge"] == pledged)
            and (not row["context"] or row["context"] in event.context)
        ):
            return cameo_codes()[row["code"]]
    raise AssertionError(f"plover_cameo.csv has no last row for {event.event}")  # a broken table, not a user's error


def cameo_quad(code: str) -> int:
    """GDELT's quad code of a CAMEO code, 0 where it is none."""
    return _QUADS.get(code[:2], 0)


def cameo_penta(code: str) -> int | None:
    """Phoenix's class of a CAMEO code, 0 to 4; None where it is no CAMEO code."""
    return _PENTA.get(code[:2])


# ---- columns -----------------------------------------------------------------------------------------------------


@cache
def columns(name: str) -> tuple[str, ...]:
    """The columns of a format in order: gdelt2, gdelt1, icews, polecat, phoenix, cline, ucdp, acled or cameo."""
    rows = [row for row in read_table("interchange", "columns") if row["format"] == name]
    return tuple(row["column"] for row in sorted(rows, key=lambda row: int(row["position"])))
