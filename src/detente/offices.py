"""Offices that a title names: which countries have a president, a king or a chancellor about a day, and who it is.

Read off the terms of the people in the tables; a title that says only "leader" or "head of government" leaves the
office open. A country has an office about a day when someone held it then or in the years before.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from detente.names import Person, Term, fold
from detente.nametables import Names, heads

# Titles by which one person in a country is known, and the office that each is, for no two mean the same.
OFFICES = {
    "president": "president",
    "prime minister": "prime minister",
    "premier": "prime minister",
    "chancellor": "chancellor",
    "king": "king",
    "queen": "king",
    "emperor": "emperor",
    "emir": "emir",
    "amir": "emir",
    "sultan": "sultan",
    "pope": "pope",
}
# Titles in the sources that tell a head of state or government, but not which office it is.
UNTOLD = frozenset({"leader", "chief of state", "head of government", "head of state", "head of the government"})
# An office that nobody in the tables has held for so long is none that the country has.
LAPSED = timedelta(days=30 * 365)
_FOR_NOW = re.compile(r"^(?:(?:acting|interim|transitional|provisional|caretaker|federal|de facto) )+")
# Wikidata's name for the office of a king or a queen.
_KINGS = {"monarch": "king"}


@lru_cache(maxsize=16384)
def offices_of(title: str, code: str, names: Names) -> frozenset[str]:
    """The offices that a title of a country names: "King and Prime Minister" two, "Premier of Ontario" none."""
    found = set()
    for part in fold(title).split(" and "):
        office, _, country = _FOR_NOW.sub("", part.removeprefix("the ")).partition(" of ")
        meant = names.gazetteer.meanings.get(country.removeprefix("the "), ())
        known = OFFICES.get(office) or _KINGS.get(office)
        if known and (not country or any(m.code == code and m.form == "noun" for m in meant)):
            found.add(known)
    return frozenset(found)


@lru_cache(maxsize=1024)
def holders(names: Names, office: str, day: date) -> tuple[Person, ...]:
    """Those whose title says that they held the office, of any country, on the day."""
    return tuple({p.entity: p for p, term in heads(names, day) if office in _offices(term, names)}.values())


@lru_cache(maxsize=1024)
def likely_holders(names: Names, office: str, day: date) -> tuple[Person, ...]:
    """Heads of state and government whose title leaves open, or puts otherwise, that they held the office."""
    found = {}
    for person, term in heads(names, day):
        may_be = fold(term.title) in UNTOLD or _offices(term, names) - {office}
        if may_be and has_office(names, term.code, office, day):
            found[person.entity] = person
    return tuple(found.values())


@lru_cache(maxsize=16384)
def has_office(names: Names, code: str, office: str, day: date) -> bool:
    """Whether a country has the office about that day; True also for one that no office is known of."""
    known: set[str] = set()
    for start, until, offices in _spells(names, code):
        if start <= day <= until:
            known |= offices
    return office in known or not known


@lru_cache(maxsize=1024)
def _spells(names: Names, code: str) -> tuple[tuple[date, date, frozenset[str]], ...]:
    """The offices of each head of a country: the first day, and the last on which it is not yet lapsed."""
    terms = (term for person in names.people_of(code) for term in person.terms if term.code == code and term.rank == 1)
    return tuple((term.start, _lapses(term.end), _offices(term, names)) for term in terms)


def _lapses(end: date | None) -> date:
    return date.max if end is None or date.max - end < LAPSED else end + LAPSED


def _offices(term: Term, names: Names) -> frozenset[str]:
    return offices_of(term.title, term.code, names)
