"""Readers of the origins with types of their own: POLECAT, which has PLOVER's, ACLED and UCDP."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

import pyarrow.compute as compute

from detente.codebook import contexts, event_types
from detente.crosswalk import NO_READING, Reading, acled_readings, country_named, country_of, sector_of
from detente.eventcolumns import MISSING, Distinct, Rows, decimals
from detente.eventrows import (
    Origin,
    Party,
    days,
    event_row,
    first_word,
    is_empty,
    named_place,
    plain,
    read_day,
    typed,
    words,
)

# ---- POLECAT --------------------------------------------------------------------------------------------------------


def _listed(value: str) -> list[str]:
    """The values of a cell of POLECAT, whose lists have ";" or "|" between them."""
    return [part for part in map(str.strip, re.split("[;|]", value)) if part not in MISSING]


def _polecat_country(value: str) -> str:
    """Alpha-3 or a name; our codes that are no countries are POLECAT's as well, but for the EU."""
    if value in ("IGO", "NGO", "MNC", "IMG", "UNO", "EUR"):
        return value
    return (country_of("cameo", value) if len(value) == 3 else country_named(value)) or ""


def _polecat_party(rows: Rows, side: str) -> Party:
    country = Distinct(rows.column(f"{side}country"))
    sectors = Distinct(rows.column(f"primary{side}sector", f"{side}sectors"))
    told = {value: [*dict.fromkeys(map(_polecat_country, _listed(value)))] for value in country.values}
    coded = country.words(lambda value: (told[value] or [""])[0])
    sector = sectors.words(lambda value: (_listed(value) or [""])[0])
    lost = country.given & is_empty(coded)
    several = country.flags(lambda value: len(told[value]) > 1)
    return Party(coded, sector, words(rows, f"{side}name"), country.words(plain), lost, several)


def _polecat_reading(value: str) -> Reading:
    """ "EVENT\\nmodes\\ncontexts" as one value; a mode of another type and an unknown context are dropped."""
    event, modes, told = value.split("\n")
    kind = event_types().get(event.strip().upper())
    if kind is None:
        return NO_READING
    listed = [mode.lower() for mode in _listed(modes)]
    known = [mode for mode in listed if mode in kind.modes]
    context = tuple(name for name in map(str.lower, _listed(told)) if name in contexts())
    return Reading(kind.name, (known or [""])[0], context, lossy=len(listed) > 1 or listed != known)


def _polecat(rows: Rows) -> dict[str, Any]:
    labels = [rows.column(name) for name in ("eventtype", "eventmode", "contexts")]
    types, losses = typed(Distinct(compute.binary_join_element_wise(*labels, "\n")), _polecat_reading)
    types["raw_type"] = words(rows, "eventtype")
    return event_row(
        rows, (_polecat_party(rows, "actor"), _polecat_party(rows, "recipient")), types, losses,
        {
            "id": rows.column("eventid"),
            "day": days(rows, "eventdate"),
            "raw_quad": words(rows, "quadcode"),
            "source": rows.column("source"),
            **named_place(rows),
        },
    )  # fmt: skip


# ---- ACLED, UCDP -------------------------------------------------------------------------------------------------

_FORCES = re.compile(r"(?:Military|Police) Forces of (?:the )?([^(:]+?)(?: \(|:|$)")
_BRACKETS = re.compile(r"\(([^()]+)\)")


@lru_cache(maxsize=65536)
def acled_country(actor: str) -> str:
    """The country that ACLED's name of an actor tells, "" where it tells none.

    >>> acled_country("Military Forces of Russia (2000-)"), acled_country("Protesters (South Korea)")
    ('RUS', 'KOR')
    >>> acled_country("Al Shabaab")
    ''
    """
    if found := _FORCES.match(actor):
        return country_named(found[1]) or ""
    told = [country_named(name) for name in _BRACKETS.findall(actor)]
    return next((code for code in reversed(told) if code), "")


def _acled_party(rows: Rows, number: int) -> Party:
    name, kind = Distinct(rows.column(f"actor{number}")), Distinct(rows.column(f"inter{number}"))
    coded = name.words(acled_country)
    police = name.words(lambda value: "COP" if value.startswith("Police Forces of") else "")
    sector = first_word(police, kind.words(lambda value: sector_of("acled", (value.removesuffix(".0"),))))
    lost = name.given & is_empty(coded)
    return Party(coded, sector, name.words(plain), kind.words(plain), lost)


def _acled_reading(value: str) -> Reading:
    kind, sub = value.lower().split("\n")
    return acled_readings().get((kind.strip(), sub.strip()), NO_READING)


def _acled(rows: Rows) -> dict[str, Any]:
    labels = Distinct(compute.binary_join_element_wise(rows.column("eventtype"), rows.column("subeventtype"), "\n"))
    types, losses = typed(labels, _acled_reading)
    types["raw_type"] = labels.words(lambda value: value.replace("\n", ": "))
    country = Distinct(rows.column("country"))
    precision = Distinct(rows.column("timeprecision"))
    return event_row(
        rows, (_acled_party(rows, 1), _acled_party(rows, 2)), types,
        {**losses, "days": precision.flags(lambda value: value.removesuffix(".0") in ("2", "3"))},
        {
            "id": rows.column("eventidcnty", "dataid"),
            "day": days(rows, "eventdate"),
            "deaths": decimals(rows.column("fatalities")),
            "place": words(rows, "location"),
            "place_code": country.words(lambda value: country_named(value) or ""),
            "latitude": decimals(rows.column("latitude")),
            "longitude": decimals(rows.column("longitude")),
            "source": rows.column("source"),
        },
    )  # fmt: skip


_KILLED = Reading("ASSAULT", "", ("military",), lossy=True)  # a deadly fight or attack; the means is not told


def _ucdp_party(rows: Rows, side: str) -> Party:
    """A state by its number of Gleditsch and Ward on that day; civilians by the country they were attacked in."""
    name = rows.column(f"side{side}")
    numbers = rows.column(f"gwno{side}")
    civil = compute.if_else(compute.equal(name, "Civilians"), rows.column("countryid"), "")
    keys = Distinct(
        compute.binary_join_element_wise(numbers, compute.utf8_slice_codeunits(rows.column("datestart"), 0, 10), "\n")
    )
    civilians, names = Distinct(civil), Distinct(name)
    coded = first_word(keys.words(_ucdp_state), civilians.words(lambda value: _state(value, None)))
    state = Distinct(numbers)
    sector = first_word(
        names.words(lambda value: "CVL" if value == "Civilians" else ""),
        state.words(lambda value: "" if value in MISSING else "GOV"),
        names.words(lambda value: "" if value in MISSING else "REB"),
    )
    return Party(coded, sector, names.words(plain), state.words(plain), names.given & is_empty(coded))


@lru_cache(maxsize=65536)
def _ucdp_state(key: str) -> str:
    number, day = key.split("\n")
    return _state(number, read_day(day, month_first=True))


def _state(value: str, day: date | None) -> str:
    """The state of a number; several (a coalition's) are given by their first."""
    number = re.split("[,;]", value)[0].strip().removesuffix(".0")
    return country_of("gw", number, day) or country_of("cow", number, day) or ""


def _ucdp(rows: Rows) -> dict[str, Any]:
    types, losses = typed(Distinct(rows.column("typeofviolence")), lambda _: _KILLED)
    first = days(rows, "datestart", month_first=True)
    last = days(rows, "dateend", month_first=True)
    longer = compute.fill_null(compute.not_equal(first, last), False).to_numpy(zero_copy_only=False)
    civil = Distinct(rows.column("sideb")).flags(lambda value: value == "Civilians")
    several = [Distinct(rows.column(f"gwno{side}")).flags(lambda value: "," in value or ";" in value) for side in "ab"]
    country = Distinct(rows.column("countryid"))
    return event_row(
        rows, (_ucdp_party(rows, "a"), _ucdp_party(rows, "b")), types,
        {**losses, "days": longer, "place": civil, "several": several[0] | several[1]},
        {
            "id": rows.column("id"),
            "day": first,
            "reports": decimals(rows.column("numberofsources")),
            "deaths": decimals(rows.column("best")),
            "place": first_word(*(words(rows, name) for name in ("wherecoordinates", "adm2", "adm1", "country"))),
            "place_code": country.words(lambda value: _state(value, None)),
            "latitude": decimals(rows.column("latitude")),
            "longitude": decimals(rows.column("longitude")),
            "source": rows.column("sourceoffice", "sourcearticle"),
        },
    )  # fmt: skip


ORIGINS = (
    Origin(
        name="polecat",
        layouts=("polecat",),
        needs=("eventid", "eventdate", "eventtype"),
        wanted=(
            "eventid eventdate eventtype eventmode quadcode contexts actorname actorcountry primaryactorsector"
            " actorsectors recipientname recipientcountry primaryrecipientsector recipientsectors city district"
            " province country latitude longitude source"
        ).split(),
        earliest=date(1945, 1, 1),  # its files begin in 2018, but events are dated by the words of articles
        read=_polecat,
        quoted=False,
    ),
    Origin(
        name="acled",
        layouts=("acled",),
        needs=("eventdate", "eventtype", "actor1"),
        wanted=(
            "eventidcnty dataid eventdate timeprecision eventtype subeventtype actor1 inter1 actor2 inter2 country"
            " location latitude longitude source fatalities"
        ).split(),
        earliest=date(1997, 1, 1),  # where ACLED begins
        read=_acled,
        quoted=True,
    ),
    Origin(
        name="ucdp",
        layouts=("ucdp",),
        needs=("id", "typeofviolence", "datestart"),
        wanted=(
            "id typeofviolence datestart dateend sidea sideb gwnoa gwnob countryid country numberofsources best"
            " wherecoordinates adm1 adm2 latitude longitude sourceoffice sourcearticle"
        ).split(),
        earliest=date(1946, 1, 1),  # first year of UCDP; GED begins in 1989
        read=_ucdp,
        quoted=True,
    ),
)
