"""The one table that event data of every origin is read into, and the pieces that all readers of origins share.

Types become PLOVER's, countries ours; what the way loses is flagged in each row (`loss`). Nothing is guessed: a party
whose country the origin does not give has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow
import pyarrow.compute as compute

from detente.codebook import event_types, scale_of
from detente.crosswalk import NO_READING, Reading, cameo_readings, country_named
from detente.eventcolumns import MISSING, Distinct, Rows, decimals

LOSSES = ("type", "distinction", "code", "actor", "recipient", "several", "swapped", "place", "days")
"""What a row can lose on the way, in the order in which `loss` names it (docs/imports.md tells each)."""

_WORDS = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
COLUMNS = pyarrow.schema(
    [
        ("id", pyarrow.string()),
        ("day", pyarrow.date32()),
        ("actor", _WORDS),
        ("actor_sector", _WORDS),
        ("actor_name", _WORDS),
        ("actor_raw", _WORDS),
        ("recipient", _WORDS),
        ("recipient_sector", _WORDS),
        ("recipient_name", _WORDS),
        ("recipient_raw", _WORDS),
        ("event", _WORDS),
        ("mode", _WORDS),
        ("context", _WORDS),
        ("quad", pyarrow.int8()),
        ("scale", pyarrow.float64()),
        ("raw_type", _WORDS),
        ("raw_quad", _WORDS),
        ("goldstein", pyarrow.float64()),
        ("reports", pyarrow.int32()),
        ("deaths", pyarrow.int32()),
        ("place", _WORDS),
        ("place_code", _WORDS),
        ("latitude", pyarrow.float64()),
        ("longitude", pyarrow.float64()),
        ("source", pyarrow.string()),
        ("loss", _WORDS),
    ]
)
"""The columns of an event row. `raw_type` and `raw_quad` are the origin's own labels, `actor_raw` its own code."""


class Origin(msgspec.Struct, frozen=True):
    """An origin: its formats in `data/interchange/columns.csv`, what a header must have, and how rows are read.

    `latest` gives, where rows tell it, the last day that an event of theirs can be of (the day they were added).
    """

    name: str
    layouts: tuple[str, ...]
    needs: tuple[str, ...]
    wanted: list[str]
    earliest: date
    read: Callable[[Rows], dict[str, Any]]
    latest: Callable[[Rows], Any] | None = None
    quoted: bool | None = None


class Party(msgspec.Struct, frozen=True):
    """One side of a row as columns; `lost` where the origin gives a country that is none of ours."""

    code: Any
    sector: Any
    name: Any
    raw: Any
    lost: Any
    several: Any = None


def event_row(
    rows: Rows, parties: tuple[Party, Party], types: dict[str, Any], losses: dict[str, Any], rest: dict[str, Any]
) -> dict[str, Any]:
    """The columns of a block, with the parties in their places and the flags as words."""
    first, second = parties
    flags = {"actor": first.lost, "recipient": second.lost, **losses}
    for party in parties:
        if party.several is not None:
            flags["several"] = flags.get("several", False) | party.several
    columns = {**types, **rest}
    for side, party in (("actor", first), ("recipient", second)):
        columns |= {
            side: party.code,
            f"{side}_sector": party.sector,
            f"{side}_name": party.name,
            f"{side}_raw": party.raw,
        }
    swapped = flags.get("swapped")
    if swapped is not None and swapped.any():
        for name in ("", "_sector", "_name", "_raw"):
            one, other = columns[f"actor{name}"], columns[f"recipient{name}"]
            columns[f"actor{name}"], columns[f"recipient{name}"] = _exchanged(one, other, swapped)
        flags["actor"], flags["recipient"] = (
            np.where(swapped, flags["recipient"], flags["actor"]),
            np.where(swapped, flags["actor"], flags["recipient"]),
        )
    return {**columns, "loss": _loss(flags, len(rows.columns))}


def _exchanged(one: Any, other: Any, where: Any) -> tuple[Any, Any]:
    mask, first, second = pyarrow.array(where), one.cast(pyarrow.string()), other.cast(pyarrow.string())
    return (
        compute.if_else(mask, second, first).dictionary_encode(),
        compute.if_else(mask, first, second).dictionary_encode(),
    )


def _loss(flags: dict[str, Any], count: int) -> Any:
    """A dictionary column of the names of the flags that are set, joined by spaces."""
    bits = np.zeros(count, dtype=np.int32)
    for place, name in enumerate(LOSSES):
        if name in flags:
            bits |= flags[name].astype(np.int32) << place
    kinds, codes = np.unique(bits, return_inverse=True)
    words = [" ".join(name for place, name in enumerate(LOSSES) if kind >> place & 1) for kind in kinds.tolist()]
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes.astype(np.int32)), words)


def typed(column: Distinct, read: Callable[[str], Reading]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of the type that a raw label is read as, and the flags of what that loses."""
    readings = {value: read(value) for value in column.values}
    columns = {
        "event": column.words(lambda value: readings[value].event),
        "mode": column.words(lambda value: readings[value].mode),
        "context": column.words(lambda value: " ".join(readings[value].context)),
        "quad": column.numbers(lambda value: _quad(readings[value]), pyarrow.int8()),
        "scale": column.numbers(lambda value: _scale(readings[value])),
        "raw_type": column.words(lambda value: value),
    }
    flags = {
        "type": column.flags(lambda value: not readings[value].event),
        "distinction": column.flags(lambda value: bool(readings[value].event) and readings[value].lossy),
        "swapped": column.flags(lambda value: readings[value].swapped),
    }
    return columns, flags


def _quad(reading: Reading) -> int | None:
    return event_types()[reading.event].quad if reading.event else None


def _scale(reading: Reading) -> float | None:
    return scale_of(reading.event, reading.mode or None) if reading.event else None


def cameo_reading(value: str) -> Reading:
    """A CAMEO code that is not in the list is read as what it belongs to: 1764 as 176, as 17."""
    known = cameo_readings()
    return next((known[value[:size]] for size in (len(value), 3, 2) if value[:size] in known), NO_READING)


def cameo_typed(rows: Rows, *names: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns and flags of types that are CAMEO's."""
    column = Distinct(compute.utf8_trim_whitespace(rows.column(*names)))
    columns, flags = typed(column, cameo_reading)
    return columns, {**flags, "code": column.flags(lambda value: value not in cameo_readings())}


def plain(value: str) -> str:
    """The value, "" for what stands for none."""
    return "" if value in MISSING else value


def words(rows: Rows, *names: str) -> Any:
    """A dictionary column of the words, with "" for what stands for none."""
    return Distinct(rows.column(*names)).words(plain)


# ---- days --------------------------------------------------------------------------------------------------------

_EPOCH = date(1970, 1, 1)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_YMD = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?$")
_NAMED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]*[ -](\d{4})$")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?: .*)?$")


@lru_cache(maxsize=65536)
def read_day(value: str, *, month_first: bool = False) -> date | None:
    """The day in any of the forms that event data has; None if it is none.

    >>> read_day("2022-02-23"), read_day("20180101000000"), read_day("16 May 2025")
    (datetime.date(2022, 2, 23), datetime.date(2018, 1, 1), datetime.date(2025, 5, 16))
    >>> read_day("05/11/2020"), read_day("05/11/2020", month_first=True), read_day("20181301")
    (datetime.date(2020, 11, 5), datetime.date(2020, 5, 11), None)
    """
    value = value.strip()
    if found := _YMD.match(value) or _COMPACT.match(value):
        year, month, day = map(int, found.groups())
    elif found := _NAMED.match(value):
        year, month, day = int(found[3]), _MONTHS.get(found[2].lower(), 0), int(found[1])
    elif found := _SLASHED.match(value):
        one, two, year = map(int, found.groups())
        month, day = (one, two) if month_first else (two, one)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days(rows: Rows, *names: str, month_first: bool = False) -> Any:
    """A column of days, null where a value is none."""
    return days_of(rows.column(*names), month_first=month_first)


def days_of(texts: Any, *, month_first: bool = False) -> Any:
    """The days of a column of text, null where a text is none."""
    column = Distinct(texts)
    read = [read_day(value, month_first=month_first) for value in column.values]
    numbers = [None if day is None else (day - _EPOCH).days for day in read]
    told = dict(zip(column.values, numbers, strict=True))
    return column.numbers(told.__getitem__, pyarrow.int32()).cast(pyarrow.date32())


# ---- pieces of a party, of a place ---------------------------------------------------------------------------------


def first_word(*columns: Any) -> Any:
    """For each row the first of the columns' words that is not empty."""
    filled = [column for column in columns if len(column.dictionary) > 1 or column.dictionary.to_pylist() != [""]]
    if len(filled) < 2:
        return (filled or columns)[0]
    words: dict[str, int] = {"": 0}
    codes = np.zeros(len(columns[0]), dtype=np.int32)
    for column in filled:
        moved = [words.setdefault(word, len(words)) for word in column.dictionary.to_pylist()]
        own = np.array(moved, dtype=np.int32)[column.indices.to_numpy()]
        codes = np.where(codes == 0, own, codes)
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes), pyarrow.array(list(words)))


def is_empty(column: Any) -> Any:
    """Where a dictionary column has "", as a numpy array."""
    empty = np.array([word == "" for word in column.dictionary.to_pylist()], dtype=bool)
    return empty[column.indices.to_numpy()]


def named_place(rows: Rows) -> dict[str, Any]:
    """The place of a row of ICEWS or POLECAT, whose countries are names."""
    country = Distinct(rows.column("country"))
    return {
        "place": first_word(*(words(rows, name) for name in ("city", "district", "province", "country"))),
        "place_code": country.words(lambda value: "" if value in MISSING else country_named(value) or ""),
        "latitude": decimals(rows.column("latitude")),
        "longitude": decimals(rows.column("longitude")),
    }
