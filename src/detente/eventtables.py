"""Rows in the columns of other event data: GDELT 2.0, ICEWS, POLECAT, Phoenix, and plain CAMEO.

Columns and their sources are in `data/interchange/columns.csv`. What a format asks for and the record does not have is
left empty, never made up. Types go from PLOVER to CAMEO by `crosswalk.cameo_of`, the weight is CAMEO's own Goldstein.
"""

from __future__ import annotations

from collections.abc import Callable

from detente.codebook import QUAD_NAMES
from detente.crosswalk import (
    cameo_actor,
    cameo_of,
    cameo_penta,
    cameo_quad,
    columns,
    country_written,
    is_body,
    sector_written,
)
from detente.dyadrows import DyadRow, number_of
from detente.names import country_name
from detente.records import Actor, Location

Cells = dict[str, str]

# GDELT's levels of a place (GDELT event codebook 2.0, Actor1Geo_Type) by ours and whether it lies in the United States.
_GEO_TYPES = {"country": "1", "province": "5", "region": "5", "city": "4", "site": "4"}
_US_TYPES = {"country": "1", "province": "2", "region": "2", "city": "3", "site": "3"}


def gdelt2(row: DyadRow) -> Cells:
    """A row of a GDELT 2.0 events file, which has 61 columns, tabs and no header.

    Countries of places are FIPS, those of actors CAMEO. FractionDate is what the codebook says, (month * 30 + day) /
    365 with January as 0. What GDELT measures of the reporting and we do not (AvgTone) is empty.
    """
    event, day, code = row.act.event, row.day, cameo_of(row.act.event)
    published = row.act.article.published
    cells = {
        "GLOBALEVENTID": str(row.number),
        "SQLDATE": f"{day:%Y%m%d}",
        "MonthYear": f"{day:%Y%m}",
        "Year": f"{day:%Y}",
        "FractionDate": f"{day.year + ((day.month - 1) * 30 + day.day) / 365:.4f}",
        "IsRootEvent": "1" if event.sentence.index == 0 else "0",
        "EventCode": code.code,
        "EventBaseCode": code.code[:3],
        "EventRootCode": code.code[:2],
        "QuadClass": str(cameo_quad(code.code)),
        "GoldsteinScale": _number(code.goldstein),
        "NumMentions": str(row.act.mentions),
        "NumSources": str(row.act.sources),
        "NumArticles": str(row.act.articles),
        "Actor1Geo_Type": "0",
        "Actor2Geo_Type": "0",
        **_gdelt_place(event.location),
        "DATEADDED": f"{published:%Y%m%d}000000" if published else "",
        "SOURCEURL": row.act.article.url or "",
    }
    for side, party in (("Actor1", row.actor), ("Actor2", row.recipient)):
        if party is not None:
            cells |= {f"{side}{name}": value for name, value in _gdelt_actor(party).items()}
    return cells


def _gdelt_actor(party: Actor) -> Cells:
    types = [sector_written("cameo", party.sector)] if party.sector != "IGO" else []
    if party.code in ("UNO", "EUR", "IGO"):
        types = ["IGO", *types]
    elif party.code in ("NGO", "MNC", "IMG"):
        types = [party.code, *(kind for kind in types if kind != party.code)]
    return {
        "Code": cameo_actor(party.code, party.sector),
        "Name": (party.name or party.text).upper(),
        "CountryCode": country_written("cameo", party.code),
        "KnownGroupCode": country_written("group", party.code),
        **{f"Type{place}Code": kind for place, kind in enumerate(filter(None, types), start=1)},
    }


def _gdelt_place(place: Location | None) -> Cells:
    fips = country_written("fips", place.code) if place else ""
    kind = (_US_TYPES if fips == "US" else _GEO_TYPES).get(place.level, "0") if place and fips else "0"
    if place is None or kind == "0":
        return {"ActionGeo_Type": "0"}
    country = country_name(place.code) or ""
    name = place.name or place.text
    return {
        "ActionGeo_Type": kind,
        "ActionGeo_FullName": name if kind == "1" else ", ".join(filter(None, (name, country))),
        "ActionGeo_CountryCode": fips,
        "ActionGeo_ADM1Code": fips if kind == "1" else "",
        "ActionGeo_Lat": _number(place.latitude),
        "ActionGeo_Long": _number(place.longitude),
        "ActionGeo_FeatureID": fips if kind == "1" else "",
    }


def icews(row: DyadRow) -> Cells:
    """A row of ICEWS Coded Event Data, under its header. Countries and sectors are names."""
    event, code = row.act.event, cameo_of(row.act.event)
    cells = {
        "Event ID": str(row.number),
        "Event Date": row.day.isoformat(),
        "Event Text": code.name,
        "CAMEO Code": code.code,
        "Intensity": _number(code.goldstein),
        "Story ID": str(number_of(event.article)),
        "Sentence Number": str(event.sentence.index + 1),
        "Publisher": row.act.article.publisher or "",
        **_named_place(event.location),
    }
    for side, party in (("Source", row.actor), ("Target", row.recipient)):
        if party is not None:
            cells[f"{side} Name"] = party.name or party.text
            cells[f"{side} Sectors"] = sector_written("icews", party.sector)
            cells[f"{side} Country"] = _country(party.code)
    return cells


def _country(code: str) -> str:
    """The country's name as ICEWS has it; it has none for bodies, which are known by their own name and sector."""
    return "" if is_body(code) else country_written("icews", code) or country_name(code) or ""


def polecat(row: DyadRow) -> Cells:
    """A row of POLECAT Weekly Data, under its header: PLOVER types, the scale as Intensity, COW numbers."""
    event, article = row.act.event, row.act.article
    cells = {
        "Event ID": row.id,
        "Event Date": row.day.isoformat(),
        "Event Type": event.event,
        "Event Mode": "; ".join(event.mode),
        "Intensity": _number(event.scale),
        "Quad Code": QUAD_NAMES[event.quad].upper(),
        "Contexts": "; ".join(event.context),
        **_named_place(event.location),
        "Source": article.publisher or "",
        "Publication Date": article.published.isoformat() if article.published else "",
        "Version": event.coder,
    }
    for side, party in (("Actor", row.actor), ("Recipient", row.recipient)):
        if party is not None:
            cells |= {
                f"{side} Name": party.name or party.text,
                f"{side} Country": party.code,
                f"{side} COW": country_written("cow", party.code),
                f"Primary {side} Sector": party.sector,
                f"{side} Sectors": party.sector,
                f"{side} Name Raw": party.text,
            }
    if event.location:
        cells["Placename"] = event.location.name or event.location.text
        cells["Raw Placename"] = event.location.text
        cells["GeoNames ID"] = (event.location.gazetteer or "").removeprefix("geonames:")
    return cells


def _named_place(place: Location | None) -> Cells:
    if place is None or not (place.code or place.latitude is not None):
        return {}
    name = place.name or place.text
    return {
        "City": name if place.level in ("city", "site") else "",
        "Province": name if place.level in ("province", "region") else "",
        "Country": _country(place.code),
        "Latitude": _number(place.latitude),
        "Longitude": _number(place.longitude),
    }


def phoenix(row: DyadRow) -> Cells:
    """A row of the daily Phoenix data, which has 26 columns, tabs and no header; PentaClass runs from 0 to 4."""
    event, day, code = row.act.event, row.day, cameo_of(row.act.event)
    cells = {
        "EventID": str(row.number),
        "Date": f"{day:%Y%m%d}",
        "Year": f"{day:%Y}",
        "Month": f"{day:%m}",
        "Day": f"{day:%d}",
        "EventCode": code.code,
        "EventRootCode": code.code[:2],
        "PentaClass": str(cameo_penta(code.code)),
        "GoldsteinScore": _number(code.goldstein),
        "SentenceID": f"{event.article}_{event.sentence.index}",
        "URLs": row.act.article.url or "",
        "NewsSources": row.act.article.publisher or "",
    }
    for side, party in (("Source", row.actor), ("Target", row.recipient)):
        if party is not None:
            full = cameo_actor(party.code, party.sector)
            agent = sector_written("cameo", party.sector)
            country = country_written("cameo", party.code)
            cells |= {
                f"{side}ActorFull": full,
                f"{side}ActorEntity": country or (full[:3] if party.code else ""),
                f"{side}ActorRole": agent,
                f"{side}ActorAttribute": {"UNO": "UNO", "EUR": "EUR;EEC"}.get(party.code, ""),
            }
    place = event.location
    if place is not None and place.latitude is not None:
        cells |= {
            "Lat": _number(place.latitude),
            "Lon": _number(place.longitude),
            "LocationName": place.name or place.text,
            "CountryCode": country_written("cameo", place.code),
        }
    return cells


def cameo(row: DyadRow) -> Cells:
    """Date, source, target and CAMEO code, as KEDS data has them, with weight, quad code and address."""
    code = cameo_of(row.act.event)
    return {
        "Date": row.day.isoformat(),
        "Source": cameo_actor(row.actor.code, row.actor.sector) if row.actor else "",
        "Target": cameo_actor(row.recipient.code, row.recipient.sector) if row.recipient else "",
        "Code": code.code,
        "Goldstein": _number(code.goldstein),
        "QuadClass": str(cameo_quad(code.code)),
        "Url": row.act.article.url or "",
    }


def _number(value: float | None) -> str:
    """A number as short as it can be; "" for none.

    >>> _number(2.0), _number(-0.4), _number(None)
    ('2', '-0.4', '')
    """
    return "" if value is None else f"{value:.10g}"


TABLES: dict[str, tuple[Callable[[DyadRow], Cells], bool]] = {
    "gdelt2": (gdelt2, False),
    "icews": (icews, True),
    "polecat": (polecat, True),
    "phoenix": (phoenix, False),
    "cameo": (cameo, True),
}
"""The formats of others that are tables: how a row is made, and whether a header stands above it."""


def line(name: str, row: DyadRow) -> str:
    """A row as a line with tabs. A tab or a line break in a cell becomes a space: none of the formats has quotes."""
    cells = TABLES[name][0](row)
    return "\t".join(" ".join(cells.get(column, "").split()) for column in columns(name))


def head(name: str) -> str:
    """The line above the rows, "" for a format without a header."""
    return "\t".join(columns(name)) if TABLES[name][1] else ""
