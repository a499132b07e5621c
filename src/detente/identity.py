"""Which entity or country a mention names, and what that entity was on a day.

`identify` is at no time in particular: any spelling of one thing is one thing. `role_on` says what it was on the
day of the event: a president becomes a former official, a former state gives way to its successor.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec

from detente.belonging import Scan
from detente.belonging import scan as scan_text
from detente.names import Person, country_name
from detente.namesakes import is_someone_else, named_person, told_of_name
from detente.nametables import PACKAGED, Names
from detente.phrases import INTERNATIONAL, Hit, Phrase, read_phrase
from detente.records import Document, Span

# Former states, the day from which they were no more, and the state that went on (Correlates of War state list).
SUCCESSORS = {
    "SUN": (date(1991, 12, 26), "RUS"),
    "DDR": (date(1990, 10, 3), "DEU"),
    "YUG": (date(2003, 2, 4), "SCG"),
    "SCG": (date(2006, 6, 5), "SRB"),
}
# For states with the capital of a former one: until when which state had it (same list).
BEFORE = {
    "RUS": ((date(1991, 12, 26), "SUN"),),
    "CZE": ((date(1993, 1, 1), "CSK"),),
    "SRB": ((date(2003, 2, 4), "YUG"), (date(2006, 6, 5), "SCG")),
}
# Sectors whose holders become former officials (ELI) when their term ends.
OFFICES = frozenset({"GOV", "LEG", "JUD", "MIL", "COP", "SPY", "IGO"})
# A resignation or dismissal is reported on the last day in office or soon after; until then the office is the role.
LEAVING_DAYS = 5


class Identity(msgspec.Struct, frozen=True):
    """Who a mention names, at no time in particular.

    `codes` are the countries that fit: one where it is known, several where the words leave it open, none where
    they do not tell. `person` is set where one office holder is meant; `sector` is what the words say, "" where
    they say nothing. `rule` and `why` tell how; `considered` are all people who came into question.
    """

    codes: tuple[str, ...] = ()
    sector: str = ""
    strong: bool = False
    former: bool = False
    person: Person | None = None
    name: str | None = None
    entity: str | None = None
    also: str = ""
    rule: str = "none"
    why: str = ""
    considered: tuple[Person, ...] = ()


class ActorRole(msgspec.Struct, frozen=True):
    """What an entity was on a day: its country code ("" unknown) and sector ("UNK" unknown), and why."""

    code: str
    sector: str
    why: str


# ---- identity ----------------------------------------------------------------------------------------------------


def identify(span: Span, document: Document, *, names: Names = PACKAGED) -> Identity:
    """Which entity or country a mention names, with the help of the document.

    What it is on a day is left to `role_on`; the day of publication only tells namesakes apart.
    """
    day = document.article.published
    return identity_of(span.text, span.start, document.article.text, day, names.on(day))


@lru_cache(maxsize=16384)
def identity_of(text: str, start: int, article: str, around: date | None, names: Names) -> Identity:
    """The identity of the words at `start` of an article; `around` is a day about which it is told."""
    phrase = read_phrase(text, names)
    scan = scan_text(article, names)
    found = named_person(phrase, scan, around, article)
    person = found.person
    owner, codes, why = _owner(phrase, scan, start)
    base = Identity(sector=phrase.sector, strong=phrase.strong, former=phrase.former, considered=found.considered)
    if person is not None and is_someone_else(phrase):
        codes = codes or tuple(sorted(person.codes))
        return msgspec.structs.replace(base, codes=codes, rule=f"person:{person.name}", why=f"belongs to {person.name}")
    base = msgspec.structs.replace(base, person=person)
    if person is None and not phrase.head and not phrase.sector and phrase.name_words:
        sector, former = told_of_name(phrase, scan, article)
        base = msgspec.structs.replace(base, sector=sector, strong=bool(sector), former=former)
    if owner is not None and len(codes) == 1:
        return _named(base, owner, codes[0], why)
    if person is not None:
        known = tuple(sorted(person.codes))
        return _with_person(msgspec.structs.replace(base, codes=known, rule=f"person:{person.name}", why=found.why))
    codes, why = (codes, why) if codes else (found.codes, found.why)
    if codes:
        return msgspec.structs.replace(base, codes=codes, rule=f"ambiguous:{'+'.join(codes)}", why=why)
    return base


def _with_person(identity: Identity) -> Identity:
    if identity.person is None:
        return identity
    return msgspec.structs.replace(identity, name=identity.person.name, entity=identity.person.entity)


def _named(base: Identity, owner: Hit, code: str, why: str) -> Identity:
    if base.person is not None and code not in base.person.codes:
        base = msgspec.structs.replace(base, person=None)
    if base.person is not None:
        return _with_person(msgspec.structs.replace(base, codes=(code,), rule=f"{owner.form}:{code}", why=why))
    if owner.form == "body" and owner.meanings:
        meaning = next(m for m in owner.meanings if m.code == code)
        return msgspec.structs.replace(
            base,
            codes=(code,),
            name=meaning.name,
            entity=meaning.entity,
            also=meaning.also,
            rule=f"body:{meaning.name}",
            why=why,
        )
    whole = not base.sector
    name = owner.meanings[0].name if owner.meanings else None
    return msgspec.structs.replace(
        base,
        codes=(code,),
        name=country_name(code) if whole else None,
        entity=code if whole else None,
        rule=f"{owner.form}:{name or code}",
        why=why,
    )


def _owner(phrase: Phrase, scan: Scan, start: int) -> tuple[Hit | None, tuple[str, ...], str]:
    """The name in the phrase that tells whose the actor is, and its code or codes."""
    owners = [hit for hit in phrase.owners if hit.meanings and hit.codes and _stands(hit, phrase, scan, start)]
    for hit in owners:
        if hit.codes & INTERNATIONAL and hit.form == "body":
            return hit, tuple(hit.codes), f"{hit.meanings[0].name} is international"
    country = [hit for hit in owners if hit.form != "body"]
    bodies = [hit for hit in owners if hit.form == "body"]
    if len(country) > 1 and (two := _coordinated(country[0], country[1], phrase)):
        return None, two, f"both {two[0]} and {two[1]} are named"
    for hit in [*country, *(b for b in bodies if not b.generic), *bodies]:
        codes = tuple(sorted(hit.codes))
        if len(codes) == 1 and not hit.generic:
            return hit, codes, f"{hit.meanings[0].name} is named in the phrase"
        chosen = [code for code in codes if scan.counts.get(code)]
        if len(chosen) == 1:
            return hit, (chosen[0],), f"of {', '.join(codes)} only {chosen[0]} is named elsewhere in the text"
        if not hit.generic:
            return hit, codes, f"can be {', '.join(codes)}"
    return None, (), ""


def _coordinated(one: Hit, two: Hit, phrase: Phrase) -> tuple[str, ...]:
    """The codes of two countries that share one head ("French and British troops"); none where one owns the other."""
    codes = one.codes | two.codes
    link = phrase.text[phrase.tokens[one.last - 1].end : phrase.tokens[two.first].start].strip()
    return tuple(sorted(codes)) if len(codes) == 2 and link in ("and", "or", ",", "&") else ()


def _stands(hit: Hit, phrase: Phrase, scan: Scan, start: int) -> bool:
    """Whether a place in the phrase is read as one in the text too: "Garcia" is none where a President Garcia is."""
    at = start + phrase.tokens[hit.first].start
    return hit.form != "place" or any(cue.start <= at < cue.end for cue in scan.cues)


# ---- role --------------------------------------------------------------------------------------------------------


def role_on(identity: Identity, on: date | None) -> ActorRole:
    """Country and sector of an identity on a day; without a day, what holds whenever."""
    person = identity.person
    code = identity.codes[0] if len(identity.codes) == 1 else ""
    if identity.former and identity.sector in ("", "GOV", "LEG", "JUD", "SPY", "MIL", "OPP"):
        return ActorRole(code or _last_code(person, on), "ELI", "called former in the phrase")
    if identity.rule.startswith("body:") or person is not None:
        code = successor(code, on)
    if identity.rule.startswith(("seat:", "capital:")):
        code = predecessor(code, on)
    if person is None:
        return ActorRole(code, identity.sector or "UNK", identity.why)
    terms = [term for term in person.terms if on and term.covers(on)]
    current = min(terms, key=lambda term: term.rank, default=None)
    if current is not None:
        # who leads a state is its government, whatever the rank in its army ("Colonel Gaddafi")
        leads = current.rank == 1 and identity.sector == "MIL"
        sector = identity.sector if identity.sector and identity.strong and not leads else current.sector
        return ActorRole(code or current.code, sector, f"{current.title} on {on}")
    before = [term for term in person.terms if on and term.end and term.end <= on]
    just = [term for term in before if on and term.end and (on - term.end).days <= LEAVING_DAYS]
    if just and not (identity.sector and identity.strong):
        return ActorRole(code or just[-1].code, just[-1].sector, f"{just[-1].title} until {just[-1].end}")
    told = code or _last_code(person, on)
    if identity.sector and (identity.strong or on is None):
        return ActorRole(told, identity.sector, f"called {identity.sector} in the phrase")
    if before and before[-1].sector not in OFFICES:
        return ActorRole(told, before[-1].sector, f"{before[-1].title} until {before[-1].end}")
    if before:
        return ActorRole(told, "ELI", f"no longer {before[-1].title} on {on}")
    return ActorRole(
        told, identity.sector or ("UNK" if on else person.terms[-1].sector), "no office known for that day"
    )


def successor(code: str, on: date | None) -> str:
    """The state that a former state's bodies and people belong to on a day: SUN until 1991, then RUS."""
    while on and code in SUCCESSORS and on >= SUCCESSORS[code][0]:
        code = SUCCESSORS[code][1]
    return code


def predecessor(code: str, on: date | None) -> str:
    """The state whose government sat in a capital on a day: Moscow was Soviet, Prague Czechoslovak.

    >>> predecessor("RUS", date(1985, 3, 12)), predecessor("SRB", date(2004, 5, 1)), predecessor("RUS", None)
    ('SUN', 'SCG', 'RUS')
    """
    for last, former in BEFORE.get(code, ()):
        if on and on < last:
            return former
    return code


def _last_code(person: Person | None, on: date | None) -> str:
    if person is None:
        return ""
    begun = [term.code for term in person.terms if on is None or term.start <= on]
    return successor(begun[-1] if begun else person.terms[0].code, on)
