"""The pages of a state and of an actor: with whom they deal and how, what they did and what was done to them.

Acts are counted that took place, news or history, between two parties; those that are only planned, possible or denied
are listed and not counted. With `as_of`, acts are left out that no report had told by then; the others count as they
are known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.codebook import HAPPENED, STATUSES, sectors
from detente.ledger import Ledger
from detente.memory import unlinked
from detente.names import Person, Term, country_name
from detente.nametables import PACKAGED
from detente.pagekept import kept
from detente.pages import AS_OF, Page, Paging, Query, choice_in, day_in, paging
from detente.records import Event

PARTNERS = 30  # partners on one page
ACTS = 20  # acts on one page
MOST_PAGES = 100_000  # pages of acts that may be asked for
SPELLINGS = 60  # ways of writing an actor, the most common
YEARS = 30  # years drawn, up to the last
SORTS = ("acts", "conflict", "mean", "name")
# Acts of a state or an actor with each other party: `way` is 1 where it acts, -1 where it is acted on, 0 where both do;
# `again` marks the second row of an act in which each acts on the other.
_AGAIN = (
    "direction = -1 AND EXISTS (SELECT 1 FROM act_pairs other WHERE other.first = pair.first"
    " AND other.second = pair.second AND other.day = pair.day AND other.act = pair.act AND other.direction = 1)"
)
_STATE_FIRST = f"""
SELECT act, second partner, day, direction way, {_AGAIN} again FROM act_pairs pair WHERE first = :key AND second <> :key
"""
_STATE_SECOND = f"""
SELECT act, first partner, day, -direction way, {_AGAIN} again FROM act_pairs pair WHERE second = :key AND first <> :key
"""
_ACTOR = f"""
SELECT act, CASE WHEN first = code THEN second ELSE first END partner, day,
    CASE WHEN first = code THEN direction ELSE -direction END way, {_AGAIN} again
FROM parties JOIN act_pairs pair ON pair.act = parties.event
WHERE entity = :key AND code IN (first, second)
    AND (direction = 0 OR (side = 'actor') = (CASE WHEN first = code THEN direction = 1 ELSE direction = -1 END))
"""
_OF_STATE, _OF_ACTOR = (_STATE_FIRST, _STATE_SECOND), (_ACTOR,)
_NOW = "9999"  # after any day: all that is known
_KNOWN = "ifnull(first_seen, '') <= :as_of"

# The sums of those acts by partner, year, quad, way and status: how many, how many but for `again`, and their scales.
_COUNTED = f"""
SELECT partner, substr(pairs.day, 1, 4), quad, way, status, COUNT(*), SUM(NOT again), SUM((NOT again) * scale)
FROM ({{}}) pairs JOIN acts ON acts.row = act WHERE {_KNOWN} GROUP BY 1, 2, 3, 4, 5
"""

# The same as they are kept, for all acts.
_KEPT = """
SELECT partner, year, quad, way, status, SUM(ways), SUM(acts), SUM(scale) FROM (
    SELECT second partner, year, quad, direction way, status, ways, acts, scale FROM pair_years
    WHERE first = :key AND second <> :key
    UNION ALL
    SELECT first, year, quad, -direction, status, ways, acts, scale FROM pair_years
    WHERE second = :key AND first <> :key
) GROUP BY 1, 2, 3, 4, 5
"""


class Year(msgspec.Struct, frozen=True):
    """A year's acts with a partner, and those of them that are conflict."""

    year: int
    acts: int
    conflict: int


class Partner(msgspec.Struct, frozen=True):
    """Another state or body with the acts between the two: `conflict` is their share of verbal and material conflict,
    `mean` their mean scale, `years` those that have any."""

    code: str
    name: str
    acts: int
    conflict: float
    mean: float
    years: tuple[Year, ...]


class Way(msgspec.Struct, frozen=True):
    """Acts by quad code 1 to 4: those that it did, that were done to it, or that both did."""

    name: str
    quads: tuple[int, int, int, int]


class Office(msgspec.Struct, frozen=True):
    """An office of a state and who held it from `start` up to but not including `end`; `entity` leads to the holder."""

    entity: str
    name: str
    title: str
    code: str
    start: date
    end: date | None
    rank: int


class Act(msgspec.Struct, frozen=True):
    """An act in a list, as its leading report tells it."""

    id: str
    event: Event
    reports: int
    sources: int


class Written(msgspec.Struct, frozen=True):
    """A way in which an actor is written, or a code and sector that it had, with how often."""

    text: str
    times: int
    meaning: str = ""


class StandingPage(msgspec.Struct, frozen=True):
    """A state or an actor among others. `partners` are those of `partner_paging`, `listed` the acts of
    page `page` of the list, and whether there are `more`. `acts` counts an act with two others for each of them.

    `first_year` to `last_year` are the years to draw, YEARS at most up to the last in which an act took place.
    `waiting` events are not linked yet. `spellings`, `roles` and `states` are told of an actor alone, `within` (acts
    inside it) of a state.
    """

    key: str
    name: str
    kind: str
    acts: int
    within: int
    ways: tuple[Way, ...]
    partners: tuple[Partner, ...]
    partner_paging: Paging
    first_year: int | None
    last_year: int | None
    offices: tuple[Office, ...]
    listed: tuple[Act, ...]
    page: int
    more: bool
    status: str | None
    sort: str
    spellings: tuple[Written, ...]
    roles: tuple[Written, ...]
    states: tuple[str, ...]
    waiting: int


class _Sums(msgspec.Struct):
    """What is added up: acts that took place with one partner, and those among them that are conflict, by year too."""

    acts: int = 0
    conflict: int = 0
    scale: float = 0.0
    years: dict[int, list[int]] = {}


def state_page(ledger: Ledger, key: str, query: Query) -> StandingPage:
    """A state or international body by its code. Raises HTTPException 404 for a code that is none and has no act."""
    code = key.upper()
    named = country_name(code)
    ((within,),) = ledger.rows("SELECT COUNT(*) FROM act_pairs WHERE first = ? AND second = ?", (code, code))
    known = named or within or ledger.row("SELECT 1 FROM parties WHERE code = ? LIMIT 1", (code,))
    if not code or not known:
        raise HTTPException(404, f"There is no state or body {key!r}: write its code of three letters, such as KOR.")
    offices = _offices(PACKAGED.people_of(code), code)
    return _standing(ledger, code, named or code, "state", _OF_STATE, query, offices, within=within)


def actor_page(ledger: Ledger, key: str, query: Query) -> StandingPage:
    """A person, a body or a state by its entity, such as Q76. Raises HTTPException 404 for one that is nowhere."""
    asked = dict(query)
    question = ("actor", key, *sorted(asked.items()))
    return kept(ledger, question, lambda opened: _actor(opened, key, asked), stale=0)


def _actor(ledger: Ledger, key: str, query: Query) -> StandingPage:
    rows = list(
        ledger.rows(
            "SELECT code, sector, name, text, COUNT(*) FROM parties WHERE entity = ? GROUP BY code, sector, name, text",
            (key,),
        )
    )
    if not key or not rows:
        raise HTTPException(404, f"There is no actor {key!r} in this ledger; pages of events lead to their actors.")
    names = _tally((name or text, times) for _, _, name, text, times in rows)
    codes = tuple(code for code in _tally((row[0], row[4]) for row in rows) if code)
    person = next((p for code in codes for p in PACKAGED.people_of(code) if p.entity == key), None)
    spellings = _tally((" ".join(text.split()), times) for *_, text, times in rows)
    roles = _tally((f"{code or '?'} {sector}", times) for code, sector, _, _, times in rows)
    return msgspec.structs.replace(
        _standing(ledger, key, next(iter(names)), "actor", _OF_ACTOR, query, _offices([person] if person else [])),
        spellings=tuple(Written(text, times) for text, times in list(spellings.items())[:SPELLINGS] if text),
        roles=tuple(Written(role, times, sectors().get(role[-3:], "")) for role, times in roles.items()),
        states=codes,
    )


def _standing(
    ledger: Ledger, key: str, name: str, kind: str, arms: tuple[str, ...], query: Query, offices: tuple[Office, ...],
    *, within: int = 0,
) -> StandingPage:  # fmt: skip
    status, sort = choice_in(query, "status", STATUSES), choice_in(query, "sort", SORTS) or "acts"
    as_of = day_in(query, "as_of")
    values = {"key": key, "as_of": as_of.isoformat() if as_of else _NOW, "status": status or ""}
    partners, ways = _sums(ledger, arms, values)
    ordered = sorted(partners, key=_ORDERS[sort])
    which = paging({"page": query.get("partners", "1")}, len(ordered), PARTNERS)
    page = paging(query, MOST_PAGES * ACTS, ACTS).page
    listed = _acts(ledger, arms, values, page)
    if page > 1 and not listed:
        raise HTTPException(404, f"There is no page {page}; this list is shorter.")
    years = [each.year for partner in partners for each in partner.years]
    return StandingPage(
        key=key,
        name=name,
        kind=kind,
        acts=sum(partner.acts for partner in partners),
        within=within,
        ways=ways,
        partners=tuple(ordered[(which.page - 1) * PARTNERS : which.page * PARTNERS]),
        partner_paging=which,
        first_year=max(min(years), max(years) - YEARS + 1) if years else None,
        last_year=max(years, default=None),
        offices=offices,
        listed=listed[:ACTS],
        page=page,
        more=len(listed) > ACTS,
        status=status,
        sort=sort,
        spellings=(),
        roles=(),
        states=(),
        waiting=unlinked(ledger).events,
    )


_ORDERS: Mapping[str, Any] = {
    "acts": lambda partner: (-partner.acts, partner.code),
    "conflict": lambda partner: (-partner.conflict, -partner.acts, partner.code),
    "mean": lambda partner: (partner.mean, -partner.acts, partner.code),
    "name": lambda partner: partner.name,
}


def _sums(ledger: Ledger, arms: tuple[str, ...], values: dict[str, str]) -> tuple[list[Partner], tuple[Way, ...]]:
    """What lies between the one of the page and each other, and acts by who acts and quad."""
    sums: dict[str, _Sums] = {}
    ways = {way: [0, 0, 0, 0] for way in (1, -1, 0)}
    whole = arms == _OF_STATE and values["as_of"] == _NOW
    counted = _KEPT if whole else _COUNTED.format(" UNION ALL ".join(arms))
    for code, year, quad, way, status, told, acts, scale in _rows(ledger, counted, values):
        if status not in HAPPENED:
            continue
        ways[way][quad - 1] += told
        own = sums.setdefault(code, _Sums(years={}))
        conflict = acts if quad > 2 else 0
        own.acts, own.conflict, own.scale = own.acts + acts, own.conflict + conflict, own.scale + scale
        if year:
            one = own.years.setdefault(int(year), [0, 0])
            one[0], one[1] = one[0] + acts, one[1] + conflict
    partners = [_partner(code, own) for code, own in sums.items() if own.acts]
    names = {1: "it did", -1: "done to it", 0: "both did"}
    return partners, tuple(Way(names[way], (q[0], q[1], q[2], q[3])) for way, q in ways.items())


def _rows(ledger: Ledger, query: str, values: dict[str, str]) -> Iterable[tuple[Any, ...]]:
    """The rows of a query whose values have names."""
    return ledger.rows(query, values)  # type: ignore[arg-type]


def _partner(code: str, own: _Sums) -> Partner:
    years = tuple(Year(year, *told) for year, told in sorted(own.years.items()) if told[0])
    return Partner(
        code,
        country_name(code) or code,
        own.acts,
        round(own.conflict / own.acts, 4),
        round(own.scale / own.acts, 3),
        years,
    )


def _acts(ledger: Ledger, arms: tuple[str, ...], values: dict[str, str], page: int) -> tuple[Act, ...]:
    """Acts of a page of the list and one more, if there is one, the latest first, the undated last."""
    status = "JOIN acts ON acts.row = act" if values["status"] or values["as_of"] < "9999" else ""
    where = f"NOT again{f' AND {_KNOWN}' if status else ''}{' AND status = :status' if values['status'] else ''}"
    newest = f"ORDER BY day DESC, act DESC LIMIT {ACTS * page + 1}"
    each = (f"SELECT * FROM (SELECT act, day FROM ({arm}) {status} WHERE {where} {newest})" for arm in arms)
    rows = _rows(
        ledger,
        f"SELECT acts.id, record, reports, sources FROM (SELECT DISTINCT act, day FROM ({' UNION ALL '.join(each)})"
        f" ORDER BY day DESC, act DESC LIMIT {ACTS + 1} OFFSET {ACTS * (page - 1)}) newest"
        " JOIN acts ON acts.row = act JOIN events ON events.row = act ORDER BY newest.day DESC, act DESC",
        values,
    )
    return tuple(
        Act(id_, msgspec.json.decode(record, type=Event), reports, sources) for id_, record, reports, sources in rows
    )


def _offices(people: Iterable[Person], code: str | None = None) -> tuple[Office, ...]:
    """Offices of rank 1 and 2 of a state or, without `code`, all that these people held; the latest first."""

    def counts(term: Term) -> bool:
        return code is None or (term.code == code and term.rank < 3)

    found = (
        Office(person.entity, person.name, term.title, term.code, term.start, term.end, term.rank)
        for person in people
        for term in person.terms
        if counts(term)
    )
    return tuple(sorted(found, key=lambda held: (held.rank, -held.start.toordinal(), held.name)))


def _tally(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sums by text, the most first."""
    sums: dict[str, int] = {}
    for text, times in pairs:
        sums[text] = sums.get(text, 0) + times
    return dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))


# -- tables


def _partners_table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, StandingPage)
    columns = ("code", "name", "acts", "conflict", "mean")
    return pa.table({name: [getattr(partner, name) for partner in page.partners] for name in columns})


def _years_table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, StandingPage)
    rows = [(partner.code, *msgspec.structs.astuple(year)) for partner in page.partners for year in partner.years]
    names = ("partner", "year", "acts", "conflict")
    return pa.table({name: [row[number] for row in rows] for number, name in enumerate(names)})


_TABLES = {"partners": _partners_table, "years": _years_table}
_QUERY = {
    "sort": f"order of the partners: {', '.join(SORTS)}",
    "partners": "which page of partners, from 1",
    "status": "only acts of that status in the list",
    "page": "which page of acts, from 1",
    **AS_OF,
}
PAGES = (
    Page("/state/{key:path}", "standing.html", state_page, "One state and all it deals with", _QUERY, _TABLES),
    Page("/actor/{key:path}", "standing.html", actor_page, "One person, body or state", _QUERY, _TABLES),
)
