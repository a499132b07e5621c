"""Countries whose customs settle what time words leave open: clock, order of day and month, fiscal year.

An article's home is the country of its publisher's web address, else that of its dateline. In the table:

- `hours` is the standard time of the capital, ahead of UTC (IANA time zone database). Summer time is not kept: only
  differences of half a working day and more are used.
- `order` is how a date of numbers alone is written in the country's main language (Unicode CLDR, short date format):
  "dmy", "mdy", or "" where newspapers do not agree or write the year first.
- `fiscal` is the first month of the government's fiscal year N, and the years from N to where it begins. Its law is in
  `law`; None where we have not looked the law up.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Home(NamedTuple):
    """One country: `names` is a pattern for its names and places in running text."""

    names: str
    domain: str
    hours: float
    order: str
    fiscal: tuple[int, int] | None = None
    law: str = ""


HOMES = {
    "USA": Home(
        r"U\.?S\.?|United States|Americans?|Washington|Pentagon|New York|White House",
        "gov",
        -5,
        "mdy",
        (10, -1),
        "31 U.S.C. 1102",
    ),
    "CAN": Home(
        "Canada|Canadian|Ottawa|Toronto",
        "ca",
        -5,
        "",
        (4, 0),
        "Financial Administration Act (R.S.C. 1985 c. F-11), s. 2",
    ),
    "GBR": Home(
        r"U\.?K\.?|British|Britain|United Kingdom|London", "uk", 0, "dmy", (4, 0), "Interpretation Act 1978, sch. 1"
    ),
    "FRA": Home("France|French|Paris", "fr", 1, "dmy", (1, 0), "Loi organique 2001-692, art. 1"),
    "DEU": Home("Germany?|Germans|Berlin", "de", 1, "dmy", (1, 0), "Bundeshaushaltsordnung, § 4"),
    "UKR": Home("Ukraine|Ukrainian|Kyiv|Kiev", "ua", 2, "dmy"),
    "ISR": Home("Israelis?|Israel|Jerusalem|Tel Aviv", "il", 2, "dmy"),
    "EGY": Home("Egypt|Egyptian|Cairo", "eg", 2, "dmy"),
    "RUS": Home("Russian?|Moscow|Kremlin", "ru", 3, "dmy", (1, 0), "Budget Code, art. 12"),
    "TUR": Home("Turkey|Türkiye|Turkish|Ankara|Istanbul", "tr", 3, "dmy"),
    "IRN": Home("Iranian|Iran|Tehran", "ir", 3.5, ""),
    "PAK": Home("Pakistani?|Islamabad", "pk", 5, "dmy", (7, -1), "Constitution of 1973, art. 260"),
    "IND": Home("Indian?|New Delhi", "in", 5.5, "dmy", (4, 0), "General Clauses Act 1897, s. 3(21)"),
    "THA": Home("Thailand|Thai|Bangkok", "th", 7, "dmy"),
    "VNM": Home("Vietnam|Vietnamese|Hanoi", "vn", 7, "dmy"),
    "CHN": Home("China|Chinese|Beijing|Shanghai", "cn", 8, "", (1, 0), "Budget Law (2018), art. 18"),
    "TWN": Home("Taiwan|Taiwanese|Taipei", "tw", 8, ""),
    "PHL": Home("Philippines|Philippine|Filipino|Manila", "ph", 8, "mdy"),
    "JPN": Home("Japan|Japanese|Tokyo", "jp", 9, "", (4, 0), "Public Finance Act, art. 11"),
    "KOR": Home("South Korean?|Seoul", "kr", 9, "", (1, 0), "National Finance Act, art. 2"),
    "PRK": Home("North Korean?|Pyongyang", "kp", 9, ""),
    "AUS": Home(
        "Australian?|Canberra|Sydney",
        "au",
        10,
        "dmy",
        (7, -1),
        "Public Governance, Performance and Accountability Act 2013, s. 8",
    ),
}
_NAMES = {code: re.compile(rf"(?<![\w.])(?:{home.names})(?!\w)", re.IGNORECASE) for code, home in HOMES.items()}
_CASED = {code: re.compile(rf"(?<![\w.])(?:{home.names})(?!\w)") for code, home in HOMES.items()}
# A dateline: a place in capitals or the like, at will a day and an agency, and a dash.
_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][A-Za-z .'’-]{2,30}?)(?:,[^\n—–]{0,40}?)?(?: ?\([^)\n]{2,40}\))?\s?(?:—|–|--| - )"
)
_HOST = re.compile(r"(?i)^(?:https?://)?[^/?#:]*?\.([a-z]+)(?:[/?#:]|$)")


def home_of(text: str, url: str | None = None) -> str:
    """The country by whose customs an article is written, or "" where neither address nor dateline tells.

    >>> home_of("SEOUL, March 16 (Agency) — The two states met."), home_of("They met.", "https://news.example.co.uk/1")
    ('KOR', 'GBR')
    """
    host = _HOST.match(url or "")
    by_address = [code for code, home in HOMES.items() if host and home.domain == host[1].lower()]
    if by_address:
        return by_address[0]
    dateline = _DATELINE.match(text[:200])
    return country_of(dateline["place"]) if dateline else ""


def country_of(place: str) -> str:
    """The country that a place or an adjective names alone, in any case, or ""."""
    return next((code for code, names in _NAMES.items() if names.fullmatch(place.strip())), "")


def named_in(text: str) -> list[Home]:
    """The countries that a text names."""
    return [HOMES[code] for code, names in _CASED.items() if names.search(text)]


def fiscal_start(text: str, home: str) -> tuple[int, int] | None:
    """First month and shift of the fiscal year meant: of the one kind that the text names, else that of its home.

    >>> fiscal_start("Tokyo raised its budget.", "USA"), fiscal_start("Tokyo and Washington met.", "USA")
    ((4, 0), None)
    """
    kinds = {country.fiscal for country in named_in(text) if country.fiscal}
    if not kinds and home in HOMES:
        return HOMES[home].fiscal
    return kinds.pop() if len(kinds) == 1 else None


def written_order(home: str) -> str:
    """The order in which a date of numbers alone is written there: "dmy", "mdy", or "" where it is not settled."""
    return HOMES[home].order if home in HOMES else ""


def hours_ahead(place: str, home: str) -> float:
    """By how many hours the clock of a place is ahead of home; 0 where either is not known."""
    country = country_of(place)
    return HOMES[country].hours - HOMES[home].hours if country and home in HOMES else 0
