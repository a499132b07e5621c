"""The names a text is read with: the packaged tables, and a user's own actors laid over them.

A `Names` is handed down from the caller and is part of the key of everything that is cached, so two configurations
in one process never mix. On the days and under the names that own actors tell of, they alone count; all else stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache, reduce

from detente.names import (
    Gazetteer,
    Meaning,
    People,
    Person,
    Term,
    fold,
    gazetteer,
    indexed,
    longest_names,
    ordered,
    packaged_people,
    read_person,
    source_of,
)
from detente.ownactors import NO_OWN_ACTORS, OwnActor, OwnActors

# Countries whose people are commonly written family name first.
FAMILY_NAME_FIRST = frozenset({"CHN", "KOR", "PRK", "TWN", "VNM", "KHM"})
# Two terms of one country and rank that begin within so many days of each other are one term told twice.
TOLD_TWICE = 366
# Stands for "since always" in a person's term without a first day.
ALWAYS = date.min


class Names:
    """What names mean: the packaged tables, with a user's own actors laid over them.

    Nothing is read before it is asked for. Two are equal only where they are the same object; `names_with` gives
    the same one for the same own actors.
    """

    def __init__(self, own: OwnActors = NO_OWN_ACTORS) -> None:
        self._own = own
        self._persons: dict[int, Person] = {}
        self._spells: dict[tuple[OwnActor, ...], Names] = {}
        self._dated = tuple(actor for file in own.files for actor in file if actor.dated and actor.kind != "person")

    def on(self, day: date | None) -> Names:
        """The names as they are on a day: without own bodies and aliases of other days. None: all of them."""
        if day is None or not self._dated:
            return self
        gone = tuple(actor for actor in self._dated if not actor.covers(day))
        if gone not in self._spells:
            left = tuple(tuple(actor for actor in file if actor not in gone) for file in self._own.files)
            spell = Names(OwnActors(self._own.key, left))
            spell._dated, spell._persons, spell.people = (), self._persons, self.people
            self._spells[gone] = spell
        return self._spells[gone]

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return reduce(with_own_names, self._own.files, gazetteer())

    @cached_property
    def people(self) -> People:
        return reduce(with_own_people, self._own.files, packaged_people())

    def person(self, place: int) -> Person:
        """The person of one of the rows."""
        if place not in self._persons:
            self._persons[place] = read_person(self.people.rows[place])
        return self._persons[place]

    def people_named(self, key: str) -> tuple[Person, ...]:
        """Those whose full name, folded, is `key`."""
        return tuple(map(self.person, self.people.by_key.get(key, ())))

    def people_surnamed(self, key: str) -> tuple[Person, ...]:
        """Those whose surname, or the one name they go by, is `key`."""
        return tuple(map(self.person, self.people.by_surname.get(key, ())))

    def people_of(self, code: str) -> tuple[Person, ...]:
        """Everyone who held an office of a country."""
        return tuple(map(self.person, self.people.by_country.get(code, ())))

    def longest_person_name(self, first_word: str) -> int:
        """How many words the longest full name has that starts with this folded word; 0 for none."""
        return self.people.longest.get(first_word, 0)


PACKAGED = Names()


@lru_cache(maxsize=8)
def names_with(own: OwnActors) -> Names:
    """The packaged names with a user's own actors laid over them."""
    return Names(own) if own.files else PACKAGED


@lru_cache(maxsize=4096)
def office_holders(names: Names, code: str, day: date) -> tuple[Person, ...]:
    """Heads of state and government and the ministers next to them (rank 1 and 2) of a country on that day."""
    return tuple(
        p for p in names.people_of(code) if any(t.code == code and t.rank < 3 and t.covers(day) for t in p.terms)
    )


@lru_cache(maxsize=256)
def heads(names: Names, day: date) -> tuple[tuple[Person, Term], ...]:
    """Every head of state and government of that day (rank 1), with the term that covers it."""
    return tuple((person, term) for person, term in first_terms(names) if term.covers(day))


@lru_cache(maxsize=8)
def first_terms(names: Names) -> tuple[tuple[Person, Term], ...]:
    """Every term of a head of state or government, with its holder."""
    found = map(names.person, names.people.heads)
    return tuple((p, term) for p in found for term in p.terms if term.rank == 1)


# ---- laying own actors over the packaged tables -------------------------------------------------------------------


def with_own_names(base: Gazetteer, actors: Iterable[OwnActor]) -> Gazetteer:
    """The names, with the own bodies and aliases in place of whatever had their names."""
    own = defaultdict[str, list[Meaning]](list)
    people: set[str] = set()
    for actor in actors:
        if actor.kind == "person":
            people |= {key for key in map(fold, actor.names) if " " in key}
            continue
        form, entity = ("noun", actor.code) if actor.kind == "alias" else ("body", fold(actor.name).replace(" ", "-"))
        for name in actor.names:
            own[fold(name)].append(Meaning(form, actor.code, actor.sector, entity, actor.name, "", actor.source))
    meanings = {key: each for key, each in base.meanings.items() if key not in people}
    meanings |= {key: ordered(each) for key, each in own.items()}
    return Gazetteer(meanings, longest_names(meanings), base.country_names)


def with_own_people(base: People, actors: Iterable[OwnActor]) -> People:
    """The people, with the own ones: someone who is in both has the own terms and, on other days, the old.

    A full name that an own person has is nobody else's any more.
    """
    rows, by_entity = list(base.rows), {row["entity"]: place for place, row in enumerate(base.rows)}
    for told in _by_person(actors):
        keys, surnames = _names_of(told)
        place = by_entity.get(told[0].entity, _namesake(base, keys, told))
        merged = _merged(rows[place] if place is not None else None, told, keys, surnames)
        for other in {at for key in keys for at in base.by_key.get(key, ())} - {place}:
            left = set(rows[other]["keys"].split("|")) - keys
            rows[other] = {**rows[other], "keys": "|".join(sorted(left))}
        if place is None:
            rows.append(merged)
        else:
            rows[place] = merged
    return indexed(rows)


def _namesake(base: People, keys: set[str], told: list[OwnActor]) -> int | None:
    """The one known person of the same full name and country, unless the two have different ids of Wikidata's."""
    found = set()
    for place in {at for key in keys for at in base.by_key.get(key, ())}:
        row = base.rows[place]
        others = told[0].entity and row["entity"].startswith("Q")
        if not others and {term[:3] for term in row["terms"].split(";")} & {actor.code for actor in told}:
            found.add(place)
    return found.pop() if len(found) == 1 else None


def _merged(old: dict[str, str] | None, told: list[OwnActor], keys: set[str], surnames: set[str]) -> dict[str, str]:
    """A row of `people.csv` for a person, with what an older row says and the own rows leave."""
    last, sources = told[0], " and ".join(dict.fromkeys(actor.source for actor in told))
    made = f"{last.code}:{fold(last.name).replace(' ', '-')}"
    if old is None:
        old = {"entity": made, "keys": "", "surnames": "", "terms": ""}
    else:
        sources += f" over {old.get('told by') or source_of('people', old)}"
    return {
        "entity": last.entity or old["entity"],
        "name": last.name,
        "keys": "|".join(sorted((keys | set(old["keys"].split("|"))) - {""})),
        "surnames": "|".join(sorted((surnames | set(old["surnames"].split("|"))) - {""})),
        "terms": ";".join(_terms(told, [term for term in old["terms"].split(";") if term])),
        "told by": sources,
    }


def _by_person(actors: Iterable[OwnActor]) -> list[list[OwnActor]]:
    """Rows on one person together: of one Wikidata id, or of one name and country; the last row's name first."""
    found: dict[str, list[OwnActor]] = {}
    for actor in actors:
        if actor.kind == "person":
            found.setdefault(actor.entity or f"{actor.code}:{fold(actor.name)}", []).insert(0, actor)
    return list(found.values())


def _names_of(told: list[OwnActor]) -> tuple[set[str], set[str]]:
    """Full names and surnames, folded. A name of one word is a surname; a full name has it last, or first in
    the countries that write it so."""
    folded = {(fold(name), actor.code) for actor in told for name in actor.names}
    keys = {key for key, _ in folded if " " in key}
    return keys, {key.split()[0 if code in FAMILY_NAME_FIRST else -1] for key, code in folded}


def _terms(told: list[OwnActor], old: list[str]) -> list[str]:
    """The own terms, and of the old ones what the own leave."""
    own = [
        Term(a.code, a.start or ALWAYS, a.end, a.sector, a.rank, a.title or f"{a.sector} by {a.source}") for a in told
    ]
    kept = list(own)
    for text in old:
        code, start, end, sector, rank, title = text.split(" ", 5)
        term = Term(code, date.fromisoformat(start), date.fromisoformat(end) if end else None, sector, int(rank), title)
        twice = (o for o in own if (o.code, o.rank) == (term.code, term.rank))
        if not any(abs((o.start - term.start).days) < TOLD_TWICE for o in twice):
            kept += _outside(term, own)
    return [
        f"{t.code} {t.start} {t.end or ''} {t.sector} {t.rank} {t.title}"
        for t in sorted(kept, key=lambda t: (t.start, t.rank))
    ]


def _outside(term: Term, others: list[Term]) -> list[Term]:
    """The parts of a term on whose days no other term holds."""
    parts: list[tuple[date, date | None]] = [(term.start, term.end)]
    for other in others:
        left: list[tuple[date, date | None]] = []
        for start, end in parts:
            if start < other.start:
                left.append((start, min(end or other.start, other.start)))
            if other.end and (end is None or other.end < end):
                left.append((max(start, other.end), end))
        parts = left
    return [Term(term.code, start, end, term.sector, term.rank, term.title) for start, end in parts]
