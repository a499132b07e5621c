"""Who is meant: an entity's identity whatever the spelling, then its country and sector on a day.

A phrase is read in two steps. `identify` says which entity or country the words name, using earlier, fuller
mentions in the document. `role_on` says what that entity was on the day of the event: a
president becomes a former official. `read_actor` joins the two and applies the codebook's section 3 and its
rulings 10.12, 10.14, 10.16, 10.19 and 10.22. Nothing is taken because it came first: where two readings fit
equally well the code stays empty and the `Step` says which they were.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from detente.belonging import Scan, belongs_to
from detente.belonging import scan as scan_text
from detente.names import Person, country_name, word_list
from detente.namesakes import is_someone_else, named_person, told_of_name
from detente.phrases import INTERNATIONAL, Hit, Phrase, read_phrase
from detente.records import Actor, Document, Span, Step

# Former states, the day from which they were no more, and the state that went on (Correlates of War state list).
SUCCESSORS = {
    "SUN": (date(1991, 12, 26), "RUS"),
    "DDR": (date(1990, 10, 3), "DEU"),
    "YUG": (date(2003, 2, 4), "SCG"),
    "SCG": (date(2006, 6, 5), "SRB"),
}
# Sectors whose holders become former officials (ELI) when their term ends.
OFFICES = frozenset({"GOV", "LEG", "JUD", "MIL", "COP", "SPY", "IGO"})
# A resignation or dismissal is reported on the last day in office or soon after; until then the office is the role.
LEAVING_DAYS = 5
# Events that are spoken or agreed, in which a people stands for its government.
SPOKEN = frozenset({"AGREE", "CONSULT", "ACCUSE", "REJECT", "SANCTION", "THREATEN", "CONCEDE", "SUPPORT"})
# Heads that say only that it is a human being.
ANYBODY = word_list("anybody")
# Words of arrest and trial: those they are said of are suspects (ruling 10.22).
CRIME = re.compile(
    r"\b(arrest|detain|convict|sentenc|charged|guilty|suspect|accused of|extradit|jail|murder|prison|trial|court)",
    re.IGNORECASE,
)
# Events whose recipients are mostly private people when only a name is known.
HARMED = frozenset({"ASSAULT", "COERCE", "RETREAT", "SANCTION", "AID"})
# Events that people, not a government, undergo in a place.
SUFFERED = frozenset({"ASSAULT", "COERCE", "AID", "AGREE"})

Role = Literal["actor", "recipient", "speaker"]


class Identity(msgspec.Struct, frozen=True):
    """Who a mention names, at no time in particular.

    `codes` are the countries that fit: one where it is known, several where the words leave it open, none where
    they do not tell. `person` is set where one office holder is meant; `sector` is what the words say, "" where
    they say nothing. `rule` and `why` tell how.
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


class ActorRole(msgspec.Struct, frozen=True):
    """What an entity was on a day: its country code ("" unknown) and sector ("UNK" unknown), and why."""

    code: str
    sector: str
    why: str


class Place(msgspec.Struct, frozen=True):
    """Where a mention stands: its event, its role in it, the day, and its sentence."""

    event: str
    role: str
    day: date | None
    sentence: str


class Resolution(msgspec.Struct, frozen=True):
    """A lone phrase resolved: `code` is "" where it abstains, and `reason` says why in either case."""

    code: str
    sector: str
    name: str | None
    entity: str | None
    reason: str


# ---- identity ----------------------------------------------------------------------------------------------------


def identify(span: Span, document: Document) -> Identity:
    """Which entity or country a mention names, with the help of the document.

    What it is on a day is left to `role_on`; the day of publication only tells namesakes apart.
    """
    return _identify(span.text, span.start, document.article.text, document.article.published)


@lru_cache(maxsize=16384)
def _identify(text: str, start: int, article: str, around: date | None) -> Identity:
    phrase = read_phrase(text)
    scan = scan_text(article)
    person, person_why = named_person(phrase, scan, around)
    owner, codes, why = _owner(phrase, scan, start)
    if person is not None and is_someone_else(phrase):
        codes = codes or tuple(sorted(person.codes))
        base = Identity(codes=codes, sector=phrase.sector, strong=phrase.strong, former=phrase.former)
        return msgspec.structs.replace(base, rule=f"person:{person.name}", why=f"belongs to {person.name}")
    base = Identity(sector=phrase.sector, strong=phrase.strong, former=phrase.former, person=person)
    if person is None and not phrase.head and not phrase.sector and phrase.name_words:
        sector, former = told_of_name(phrase, scan, article)
        base = msgspec.structs.replace(base, sector=sector, strong=bool(sector), former=former)
    if owner is not None and len(codes) == 1:
        return _named(base, owner, codes[0], why)
    if person is not None:
        known = tuple(sorted(person.codes))
        return _with_person(msgspec.structs.replace(base, codes=known, rule=f"person:{person.name}", why=person_why))
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
    if identity.rule.startswith("body:"):
        code = successor(code, on)
    if person is None:
        return ActorRole(code, identity.sector or "UNK", identity.why)
    terms = [term for term in person.terms if on and term.covers(on)]
    current = min(terms, key=lambda term: term.rank, default=None)
    if current is not None:
        sector = identity.sector if identity.sector and identity.strong else current.sector
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


def _last_code(person: Person | None, on: date | None) -> str:
    if person is None:
        return ""
    begun = [term.code for term in person.terms if on is None or term.start <= on]
    return successor(begun[-1] if begun else person.terms[0].code, on)


# ---- the stage ---------------------------------------------------------------------------------------------------


def read_actor(span: Span, *, document: Document, on: date | None, event: str, role: Role) -> tuple[Actor, Step]:
    """The actor that a mention names, in its role on the day `on` (None: the day of publication stands in).

    `event` is the PLOVER type it takes part in. The code is "" and the sector "UNK" where the text does not tell.
    """
    day = on or document.article.published
    bounds = sentence_bounds(document, span.start)
    actor, step = _read(span.text, span.start, bounds, document.article.text, day, event, role)
    return msgspec.structs.replace(actor, start=span.start, end=span.end), step


def sentence_bounds(document: Document, start: int) -> tuple[int, int]:
    """The characters of the sentence that the character `start` is in; the whole text where there are none."""
    if not document.sentences:
        return 0, len(document.article.text)
    place = bisect_right(document.sentences, start, key=lambda sentence: sentence.end)
    sentence = document.sentences[min(place, len(document.sentences) - 1)]
    return sentence.start, sentence.end


def needs_context(text: str, start: int, document: Document) -> bool:
    """Whether a mention's own words and the person they name leave its country to the text around."""
    day = document.article.published
    return not role_on(_identify(text, start, document.article.text, day), day).code


@lru_cache(maxsize=16384)
def _read(
    text: str, start: int, bounds: tuple[int, int], article: str, day: date | None, event: str, role: Role
) -> tuple[Actor, Step]:
    identity = _identify(text, start, article, day)
    what = role_on(identity, day)
    code, why, rule = what.code, identity.why or what.why, identity.rule
    phrase = read_phrase(text)
    if not code and not why.startswith("both "):
        told = belongs_to(phrase, start, bounds, article, role=role, event=event, among=identity.codes)
        code, rule, why = told.code, f"context:{told.code or 'none'}", told.why
    place = Place(event, role, day, article[bounds[0] : bounds[1]])
    sector = _sector_of(phrase, identity, what, place, code)
    actor = Actor(
        text=text,
        start=start,
        end=start + len(text),
        code=code,
        sector=sector,
        name=identity.name,
        entity=identity.entity,
    )
    return actor, Step(stage="actors", by=rule, why=why if what.why in why else f"{why}; {what.why}".strip("; "))


def _also(also: str, place: Place) -> str:
    """PTY for an armed body that talks (ruling 10.12), GOV on the days on which it governed."""
    day = place.day
    if also == "PTY":
        return "PTY" if place.event in ("AGREE", "CONSULT", "SUPPORT") else ""
    for told in also.split():
        start, _, end = told.partition("/")
        if day and start <= day.isoformat() and (not end or day.isoformat() < end):
            return "GOV"
    return ""


def _sector_of(phrase: Phrase, identity: Identity, what: ActorRole, place: Place, code: str) -> str:
    """The sector by the codebook: what the words say, else what the form of the phrase means in this event."""
    if code in ("UNO", "EUR", "IGO"):
        return "IGO"
    if code == "MNC":
        return "BUS"
    if phrase.head == "security forces" and place.event in ("COERCE", "PROTEST"):
        return "COP"
    if identity.also and not phrase.strong and (sector := _also(identity.also, place)):
        return sector
    if what.sector not in ("UNK", "CVL") or (what.sector == "CVL" and phrase.head not in ANYBODY):
        return what.sector
    if phrase.whole is not None and what.sector == "UNK":
        return _of_country(phrase.whole, place, counted=phrase.whole.last - phrase.whole.first < len(phrase.tokens))
    if identity.person is None and (what.sector == "CVL" or phrase.name_words):
        return _of_anybody(place, named=what.sector == "UNK")
    if place.role == "recipient" and place.event == "ASSAULT":
        return "CVL"
    return what.sector


def _of_country(whole: Hit, place: Place, *, counted: bool) -> str:
    """Sector of a phrase that is only a country's, people's or place's name (ruling 10.16)."""
    recipient = place.role == "recipient"
    if whole.form == "people" or (whole.form == "adjective" and counted):
        return "GOV" if not recipient and place.event in SPOKEN and not counted else "CVL"
    if not recipient and place.event == "PROTEST":
        return "CVL"
    if whole.form == "adjective" and not recipient and place.event in ("ASSAULT", "MOBILIZE"):
        return "MIL"
    if recipient and place.event == "ASSAULT" and whole.form in ("adjective", "capital", "seat"):
        return "CVL"
    if whole.form in ("region", "place"):
        return "CVL" if recipient and place.event in SUFFERED else "GOV"
    return "GOV" if whole.form in ("noun", "adjective", "seat", "capital") else "UNK"


def _of_anybody(place: Place, *, named: bool) -> str:
    """Sector of a man, people, or a name that nothing is known of: what is done by or to them tells (10.12, 10.22)."""
    crime = bool(CRIME.search(place.sentence))
    if place.role == "actor" and place.event == "ASSAULT":
        return "CRM" if crime else "UAF" if not named else "UNK"
    if place.role == "recipient" and crime and place.event in ("COERCE", "SANCTION", "ACCUSE"):
        return "CRM"
    if not named or place.event == "PROTEST" or (place.role == "recipient" and place.event in HARMED):
        return "CVL"
    return "UNK"


def resolve(text: str, *, context: str = "", on: date | None = None) -> Resolution:
    """Resolve a lone phrase, with the text around it if there is any.

    >>> resolve("South Korean President Yoon Suk Yeol", on=date(2023, 3, 16)).code
    'KOR'
    """
    start = context.find(text)
    article = context if start >= 0 else text if not context else f"{text}\\n{context}"
    actor, step = _read(text, max(start, 0), (0, len(article)), article, on, "", "actor")
    return Resolution(
        actor.code, actor.sector if actor.code or actor.sector != "UNK" else "", actor.name, actor.entity, step.why
    )
