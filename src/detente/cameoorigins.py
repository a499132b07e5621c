"""Readers of the origins whose types are CAMEO's: GDELT, ICEWS and Phoenix."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pyarrow
import pyarrow.compute as compute

from detente.crosswalk import body_named, country_named, country_of, sector_of
from detente.eventcolumns import MISSING, Distinct, Rows, decimals
from detente.eventrows import (
    Origin,
    Party,
    cameo_typed,
    days,
    days_of,
    event_row,
    first_word,
    is_empty,
    named_place,
    plain,
    words,
)

# ---- GDELT -------------------------------------------------------------------------------------------------------


def _gdelt_party(rows: Rows, side: str) -> Party:
    """By country, else by known group (the European Union has a region as its country), else by type."""
    country = Distinct(rows.column(f"{side}countrycode"))
    group = Distinct(rows.column(f"{side}knowngroupcode"))
    kinds = [Distinct(rows.column(f"{side}type{place}code")) for place in (1, 2)]
    raw = Distinct(rows.column(f"{side}code"))
    coded = first_word(
        country.words(lambda value: country_of("cameo", value) or ""),
        group.words(lambda value: country_of("group", value) or ""),
        kinds[0].words(lambda value: value if value in ("IGO", "NGO", "MNC", "IMG") else ""),
    )
    sector = first_word(
        kinds[0].words(lambda value: "" if value == "IMG" else cameo_sector(value)),
        kinds[1].words(cameo_sector),
        kinds[0].words(cameo_sector),
    )
    lost = country.flags(bool) & is_empty(coded)
    return Party(coded, sector, words(rows, f"{side}name"), raw.words(str), lost)


@cache
def cameo_sector(value: str) -> str:
    return sector_of("cameo", (value,))


def _gdelt(rows: Rows) -> dict[str, Any]:
    types, losses = cameo_typed(rows, "eventcode")
    place = Distinct(rows.column("actiongeocountrycode"))
    return event_row(
        rows,
        (_gdelt_party(rows, "actor1"), _gdelt_party(rows, "actor2")),
        types,
        losses,
        {
            "id": rows.column("globaleventid"),
            "day": days(rows, "sqldate", "day"),
            "raw_quad": words(rows, "quadclass"),
            "goldstein": decimals(rows.column("goldsteinscale")),
            "reports": decimals(rows.column("numarticles")),
            "place": words(rows, "actiongeofullname"),
            "place_code": place.words(lambda value: country_of("fips", value) or ""),
            "latitude": decimals(rows.column("actiongeolat")),
            "longitude": decimals(rows.column("actiongeolong")),
            "source": rows.column("sourceurl"),
        },
    )


def _gdelt_latest(rows: Rows) -> Any:
    """The day after a row was added: its event cannot be later, wherever on earth it was added."""
    added = days(rows, "dateadded").cast(pyarrow.int32())
    return compute.add(added, pyarrow.scalar(1, pyarrow.int32())).cast(pyarrow.date32())


# ---- ICEWS ----------------------------------------------------------------------------------------------------------


def _icews_party(rows: Rows, side: str) -> Party:
    country, sectors = Distinct(rows.column(f"{side}country")), Distinct(rows.column(f"{side}sectors"))
    name = Distinct(rows.column(f"{side}name"))
    sector = sectors.words(lambda value: sector_of("icews", tuple(part.strip() for part in value.split(","))))
    coded = first_word(
        country.words(lambda value: "" if value in MISSING else country_named(value) or ""),
        name.words(body_named),
        sectors.words(lambda value: "IGO" if "International Government Organization" in value else ""),
    )
    lost = country.given & is_empty(coded)
    return Party(coded, sector, name.words(plain), country.words(plain), lost)


def _icews(rows: Rows) -> dict[str, Any]:
    types, losses = cameo_typed(rows, "cameocode")
    return event_row(
        rows, (_icews_party(rows, "source"), _icews_party(rows, "target")), types, losses,
        {
            "id": rows.column("eventid"),
            "day": days(rows, "eventdate"),
            "goldstein": decimals(rows.column("intensity")),
            "source": rows.column("publisher"),
            **named_place(rows),
        },
    )  # fmt: skip


# ---- Phoenix -----------------------------------------------------------------------------------------------------


def _phoenix_party(rows: Rows, side: str) -> Party:
    """By the country or body of the root, by a known group (UNO, EEC) in the rest."""
    root = Distinct(rows.column(f"{side}actorentity", f"{side}root"))
    rest = Distinct(rows.column(f"{side}actorattribute", f"{side}others"))
    agent = Distinct(rows.column(f"{side}actorrole", f"{side}agent"))
    full = Distinct(rows.column(f"{side}actorfull", side))
    coded = first_word(
        root.words(lambda value: country_of("cameo", value) or ""),
        rest.words(_group),
        root.words(lambda value: value if value in ("IGO", "NGO", "IMG", "MNC") else ""),
    )
    sector = first_word(
        agent.words(cameo_sector), rest.words(lambda value: sector_of("cameo", tuple(value.split(";")))),
        root.words(cameo_sector),
    )  # fmt: skip
    return Party(coded, sector, full.words(lambda _: ""), full.words(plain), root.given & is_empty(coded))


def _group(value: str) -> str:
    return next((code for part in value.split(";") if (code := country_of("group", part))), "")


def _phoenix(rows: Rows) -> dict[str, Any]:
    types, losses = cameo_typed(rows, "eventcode", "code")
    place = Distinct(rows.column("countrycode", "countryname"))
    parts = [rows.column(name) for name in ("year", "month", "day")]
    together = compute.binary_join_element_wise(*parts, "-")
    return event_row(
        rows, (_phoenix_party(rows, "source"), _phoenix_party(rows, "target")), types, losses,
        {
            "id": rows.column("eventid", "eid"),
            "day": days_of(together),
            "raw_quad": words(rows, "pentaclass", "quadclass"),
            "goldstein": decimals(rows.column("goldsteinscore", "goldstein")),
            "place": words(rows, "locationname", "placename"),
            "place_code": place.words(lambda value: country_of("cameo", value) or country_named(value) or ""),
            "latitude": decimals(rows.column("lat")),
            "longitude": decimals(rows.column("lon")),
            "source": rows.column("urls", "aid"),
        },
    )  # fmt: skip


ORIGINS = (
    Origin(
        name="gdelt",
        layouts=("gdelt2", "gdelt1"),
        needs=("globaleventid", "eventcode"),
        wanted=(
            "globaleventid sqldate day eventcode quadclass goldsteinscale numarticles actiongeofullname"
            " actiongeocountrycode actiongeolat actiongeolong dateadded sourceurl actor1code actor1name"
            " actor1countrycode actor1knowngroupcode actor1type1code actor1type2code actor2code actor2name"
            " actor2countrycode actor2knowngroupcode actor2type1code actor2type2code"
        ).split(),
        earliest=date(1979, 1, 1),  # where GDELT begins (GDELT event codebook 2.0)
        read=_gdelt,
        latest=_gdelt_latest,
        quoted=False,
    ),
    Origin(
        name="icews",
        layouts=("icews",),
        needs=("eventid", "eventdate", "cameocode"),
        wanted=(
            "eventid eventdate sourcename sourcesectors sourcecountry cameocode intensity targetname targetsectors"
            " targetcountry publisher city district province country latitude longitude"
        ).split(),
        earliest=date(1995, 1, 1),  # first day of ICEWS Coded Event Data
        read=_icews,
    ),
    Origin(
        name="phoenix",
        layouts=("phoenix", "cline"),
        needs=("year", "month", "day"),
        wanted=(
            "eventid eid year month day eventcode code pentaclass quadclass goldsteinscore goldstein lat lon"
            " locationname placename countrycode countryname urls aid sourceactorfull sourceactorentity"
            " sourceactorrole sourceactorattribute source sourceroot sourceagent sourceothers targetactorfull"
            " targetactorentity targetactorrole targetactorattribute target targetroot targetagent targetothers"
        ).split(),
        earliest=date(1945, 1, 1),  # first year of the Cline Center's historical Phoenix
        read=_phoenix,
    ),
)
