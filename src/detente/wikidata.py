"""Renewing the leaders and ministers from Wikidata's query service, as a file of own actors.

The only part of detente that asks another machine for something by itself, and only when it is told to. It needs
the extra `update` (httpx2). What comes is facts under CC0; how a term is dated follows `data/SOURCES.md`: the day a
term ends is the day after which another holds the office, the first of the next month or year where the source
knows only the month or the year.
"""

from __future__ import annotations

import csv
import io
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from detente.errors import UpdateError
from detente.ownactors import COLUMNS, known_codes, read_own_actors

if TYPE_CHECKING:
    import httpx2

ENDPOINT = "https://query.wikidata.org/sparql"
# The service itself gives up on a query after 60 seconds.
SECONDS = 90.0
MAX_BYTES = 64 * 1024 * 1024
# Codes of Wikidata's (P298) that the codebook writes otherwise.
CODES = {"XKX": "KOS", "XXK": "KOS"}
RANKS = {"head of state": 1, "head of government": 1, "foreign minister": 2, "defence minister": 2}

# P298 code of a country, P580 start, P582 end; wikibase:timePrecision 9 is a year, 10 a month, 11 a day.
_TERM = """
  ?term pqv:P580 [ wikibase:timeValue ?start ; wikibase:timePrecision ?startPrecision ] .
  OPTIONAL { ?term pqv:P582 [ wikibase:timeValue ?end ; wikibase:timePrecision ?endPrecision ] }
  FILTER(!BOUND(?end) || YEAR(?end) >= 1990)
  MINUS { ?term wikibase:rank wikibase:DeprecatedRank }
  ?person rdfs:label ?name . FILTER(LANG(?name) = "en")
"""
_ASKED = "SELECT DISTINCT ?office ?code ?person ?name ?title ?start ?startPrecision ?end ?endPrecision WHERE {"
QUERIES = {
    # P35 head of state and P6 head of government of a country; P1906 and P1313 are the names of these offices.
    "heads of state and government": f"""{_ASKED}
  VALUES (?claim ?value ?named ?office) {{
    (p:P35 ps:P35 wdt:P1906 "head of state")
    (p:P6 ps:P6 wdt:P1313 "head of government")
  }}
  ?country wdt:P298 ?code ; ?claim ?term .
  ?term ?value ?person .
  OPTIONAL {{ ?country ?named ?post . ?post rdfs:label ?title . FILTER(LANG(?title) = "en") }}
  {_TERM}}}""",
    # P39 positions held; the positions are kinds (P279) of foreign or defence minister, of one country (P1001).
    "foreign and defence ministers": f"""{_ASKED}
  VALUES (?class ?office) {{ (wd:Q7330070 "foreign minister") (wd:Q2518691 "defence minister") }}
  ?post wdt:P279* ?class ; wdt:P1001 ?country ; rdfs:label ?title . FILTER(LANG(?title) = "en")
  ?country wdt:P298 ?code .
  ?term ps:P39 ?post .
  ?person p:P39 ?term .
  {_TERM}}}""",
}


class Office(msgspec.Struct, frozen=True):
    """One term of office; `end` is exclusive, None while it lasts."""

    office: str
    code: str
    entity: str
    name: str
    title: str
    start: date
    end: date | None


class Renewed(msgspec.Struct, frozen=True):
    """What was written: the file, terms by office, and how many rows of the answer could not be used."""

    file: Path
    terms: dict[str, int]
    dropped: int


class _Cell(msgspec.Struct):
    value: str


class _Rows(msgspec.Struct):
    bindings: list[dict[str, _Cell]]


class _Answer(msgspec.Struct):
    """The SPARQL 1.1 query results in JSON, as far as they are used here."""

    results: _Rows


def update_actors(into: Path, *, today: date) -> Renewed:
    """Fetch the holders of the offices of `RANKS` with terms since 1990 and write them into a CSV file.

    The file appears when it is whole; a file that is there already stays where anything goes wrong. Raises
    UpdateError without httpx2, without a network, and for an answer that cannot be used.
    """
    if into.suffix.lower() != ".csv":
        raise UpdateError(f"The actors are written as CSV; {into} does not end in .csv. Give --into FILE.csv.")
    if not into.parent.is_dir():
        raise UpdateError(f"The folder {into.parent} does not exist. Make it, or give --into another file.")
    offices: set[Office] = set()
    dropped = 0
    with connect() as client:
        for what, query in QUERIES.items():
            read = list(offices_in(fetch(query, client=client, what=what), what=what))
            if not any(read):
                raise UpdateError(f"Wikidata's answer on {what} holds no term. {into} is as it was. Try again later.")
            dropped += sum(office is None for office in read)
            offices |= {office for office in read if office}
    settled = ended_by_successors(one_title_each(offices))
    _write(into, settled, today)
    return Renewed(into, dict(Counter(office.office for office in settled)), dropped)


# ---- fetching ----------------------------------------------------------------------------------------------------


def connect(transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """A client that names this software, as Wikidata asks of programs, and waits no longer than `SECONDS`.

    `transport` is what carries its requests; None is the network.
    """
    try:
        import httpx2
    except ImportError as error:
        raise UpdateError(
            "Renewing actors needs the library httpx2, which is not installed. Run: pip install 'detente[update]'"
        ) from error
    headers = {
        "User-Agent": f"detente/{version('detente')} (event data; detente actors update) httpx2/{httpx2.__version__}",
        "Accept": "application/sparql-results+json",
    }
    return httpx2.Client(timeout=httpx2.Timeout(SECONDS, connect=15.0), headers=headers, transport=transport)


def fetch(query: str, *, client: httpx2.Client, what: str) -> bytes:
    """The answer to a query; at most `MAX_BYTES`, and within `SECONDS`."""
    import httpx2

    started, body = time.monotonic(), bytearray()
    late = f"Wikidata did not answer the query on {what} within {SECONDS:.0f} seconds. Try again later."
    try:
        with client.stream("POST", ENDPOINT, data={"query": query}) as response:
            if response.status_code != 200:
                raise UpdateError(_refused(response, what))
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise UpdateError(f"Wikidata's answer on {what} is larger than {MAX_BYTES} bytes; it is not taken.")
                if time.monotonic() - started > SECONDS:
                    raise UpdateError(late)
    except httpx2.TimeoutException as error:
        raise UpdateError(late) from error
    except httpx2.HTTPError as error:
        raise UpdateError(
            f"Cannot reach {ENDPOINT}: {error or type(error).__name__}. Is this machine on the network, and is a proxy "
            "needed (HTTPS_PROXY)? Everything else in detente works without."
        ) from error
    return bytes(body)


def _refused(response: httpx2.Response, what: str) -> str:
    wait = response.headers.get("retry-after", "")
    later = f"Try again in {wait} seconds." if wait.isdigit() else "Try again later."
    return f"Wikidata answered the query on {what} with HTTP status {response.status_code}, not 200. {later}"


# ---- reading the answer ------------------------------------------------------------------------------------------


def offices_in(answer: bytes, *, what: str) -> Iterator[Office | None]:
    """The terms in an answer; None for a row that cannot be used (no such country here, no id, no proper day)."""
    try:
        rows = msgspec.json.decode(answer, type=_Answer).results.bindings
    except msgspec.DecodeError as error:
        raise UpdateError(
            f"Wikidata's answer on {what} is not what was asked for ({error}). It may be cut off or come from a "
            "proxy. Try again later."
        ) from error
    for row in rows:
        yield _office({name: cell.value for name, cell in row.items()})


def _office(row: dict[str, str]) -> Office | None:
    code = CODES.get(row.get("code", ""), row.get("code", ""))
    entity = row.get("person", "").rpartition("/")[2]
    start = _day(row.get("start", ""), row.get("startPrecision", ""), after=False)
    end = _day(row.get("end", ""), row.get("endPrecision", ""), after=True)
    office, name = row.get("office", ""), row.get("name", "").strip()
    named = re.fullmatch(r"Q\d+", entity) and any(letter.isalpha() for letter in name)
    if office not in RANKS or code not in known_codes() or not named or start is None or ("end" in row and not end):
        return None
    if end is not None and end <= start:
        return None
    return Office(office, code, entity, name, row.get("title", "") or office, start, end)


def _day(text: str, precision: str, *, after: bool) -> date | None:
    """The first day that a time means or, with `after`, the first day after it; an exact day ends on itself."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    if precision == "11":
        return day
    if precision == "10":
        return day.replace(
            year=day.year + after * (day.month // 12), month=day.month % 12 + 1 if after else day.month, day=1
        )
    return day.replace(year=day.year + after, month=1, day=1) if precision == "9" else None


def one_title_each(offices: set[Office]) -> list[Office]:
    """One row a term: a country may give an office several names, of which the shortest is taken."""
    found: dict[tuple[str, ...], Office] = {}
    for office in sorted(offices, key=lambda o: (len(o.title), o.title, str(o.end))):
        found.setdefault((office.office, office.code, office.entity, str(office.start)), office)
    return sorted(found.values(), key=lambda o: (o.code, o.office, o.start, o.entity))


def ended_by_successors(offices: list[Office]) -> list[Office]:
    """Ministers' terms without an end, ended where the next of that country and title began."""
    settled = []
    for office in offices:
        later = [
            other.start
            for other in offices
            if RANKS[office.office] > 1
            and office.end is None
            and (other.code, other.office, other.title) == (office.code, office.office, office.title)
            and other.start > office.start
        ]
        settled.append(msgspec.structs.replace(office, end=min(later)) if later else office)
    return settled


def _write(into: Path, offices: list[Office], today: date) -> None:
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for office in offices:
        writer.writerow(
            {
                "name": office.name,
                "code": office.code,
                "sector": "GOV",
                "from": office.start,
                "to": office.end or "",
                "kind": "person",
                "title": office.title,
                "rank": RANKS[office.office],
                "entity": office.entity,
                "source": f"WD {today}",
            }
        )
    part = into.with_name(f".{into.stem}.{os.getpid()}.csv")
    try:
        part.write_text(lines.getvalue(), encoding="utf-8")
        read_own_actors((str(part),))  # what cannot be read is not to take the place of what can
        part.replace(into)
    except OSError as error:
        raise UpdateError(f"Cannot write {into}: {error.strerror}. Give --into another file.") from error
    finally:
        part.unlink(missing_ok=True)
