"""Who is meant: an entity's identity whatever the spelling, then its country and sector on a day.

A phrase is read in two steps. `identify` says which entity or country the words name, using earlier, fuller
mentions in the document. `role_on` says what that entity was on the day of the event. `read_actor` joins the two
and applies the codebook's section 3 and its rulings 10.12, 10.14, 10.16, 10.19 and 10.22. Nothing is taken because
it came first: where two readings fit equally well the code stays empty and the `Step` says which they were.

`explain` tells all that came into question for a lone phrase; `resolve` is its short form.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from detente.belonging import Belonging, belongs_to
from detente.belonging import scan as scan_text
from detente.identity import ActorRole, Identity, identify, identity_of, role_on
from detente.names import country_name
from detente.namesakes import ruled_out
from detente.nametables import PACKAGED, Names
from detente.phrases import Phrase, read_phrase
from detente.records import Actor, Document, Span, Step
from detente.rulings import Place, sector_of

__all__ = [
    "ActorRole",
    "Candidate",
    "Explanation",
    "Identity",
    "Resolution",
    "Role",
    "explain",
    "identify",
    "needs_context",
    "read_actor",
    "resolve",
    "role_on",
    "sentence_bounds",
]

Role = Literal["actor", "recipient", "speaker"]


class Judgement(msgspec.Struct, frozen=True):
    """A mention read, with what led to it; `told` is what the text around says, where it was asked."""

    actor: Actor
    step: Step
    phrase: Phrase
    identity: Identity
    role: ActorRole
    told: Belonging | None
    ruled_out: frozenset[str]


def read_actor(
    span: Span, *, document: Document, on: date | None, event: str, role: Role, names: Names = PACKAGED
) -> tuple[Actor, Step]:
    """The actor that a mention names, in its role on the day `on` (None: the day of publication stands in).

    `event` is the PLOVER type it takes part in; `names` are the tables to read with, for instance
    `names_with(own)`. The code is "" and the sector "UNK" where the text does not tell.
    """
    day = on or document.article.published
    bounds = sentence_bounds(document, span.start)
    read = _judge(span.text, span.start, bounds, document.article.text, day, event, role, names.on(day))
    return msgspec.structs.replace(read.actor, start=span.start, end=span.end), read.step


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
    return not role_on(identity_of(text, start, document.article.text, day, PACKAGED), day).code


@lru_cache(maxsize=16384)
def _judge(
    text: str,
    start: int,
    bounds: tuple[int, int],
    article: str,
    day: date | None,
    event: str,
    role: Role,
    names: Names,
) -> Judgement:
    """A mention at `start` of an article, in the sentence `bounds`, read for `read_actor` and for `explain`."""
    identity = identity_of(text, start, article, day, names)
    what = role_on(identity, day)
    code, why, rule = what.code, identity.why or what.why, identity.rule
    phrase = read_phrase(text, names)
    barred = ruled_out(phrase, scan_text(article, names), day)
    told = None
    if not code and not why.startswith("both "):
        told = belongs_to(phrase, start, bounds, article, role=role, event=event, among=identity.codes, without=barred)
        code, rule, why = told.code, f"context:{told.code or 'none'}", _why_not(told, identity, barred, phrase, day)
    place = Place(event, role, day, article[bounds[0] : bounds[1]])
    actor = Actor(
        text=text,
        start=start,
        end=start + len(text),
        code=code,
        sector=sector_of(
            phrase, what.sector, place, code=code, also=identity.also, is_person=identity.person is not None
        ),
        name=identity.name,
        entity=identity.entity,
    )
    step = Step(stage="actors", by=rule, why=why if what.why in why else f"{why}; {what.why}".strip("; "))
    return Judgement(actor, step, phrase, identity, what, told, barred)


def _why_not(told: Belonging, identity: Identity, barred: frozenset[str], phrase: Phrase, day: date | None) -> str:
    """The reason that the text around gives, with the countries that the title rules out where it gives none."""
    if told.code:
        return told.why
    reasons = [identity.why] * bool(identity.codes) + [told.why]
    return "; ".join([*reasons, *(f"{code} has no {phrase.head} about {day}" for code in sorted(barred))])


# ---- a lone phrase, with everything that came into question -------------------------------------------------------

AROUND = "the text around"


class Candidate(msgspec.Struct, frozen=True):
    """Something that the words could mean.

    `code` and `sector` are those of the day, "" where there are none; `source` is the table or file that it stands
    in, or `AROUND`; `note` says what it was on the day or what speaks for or against it.
    """

    name: str
    entity: str | None
    code: str
    sector: str
    source: str
    note: str
    chosen: bool


class Explanation(msgspec.Struct, frozen=True):
    """A lone phrase resolved: `code` is "" where it abstains.

    `rule` is what decided, `role` what the entity was on the day, and `reason` tells why in either case.
    """

    text: str
    context: str
    on: date | None
    code: str
    sector: str
    name: str | None
    entity: str | None
    rule: str
    role: str
    reason: str
    candidates: tuple[Candidate, ...]


class Resolution(msgspec.Struct, frozen=True):
    """The short form of an `Explanation`."""

    code: str
    sector: str
    name: str | None
    entity: str | None
    reason: str


def explain(text: str, *, context: str = "", on: date | None = None, names: Names = PACKAGED) -> Explanation:
    """Who a phrase names, with the text around it if there is any, and all that came into question.

    >>> told = explain("President Yun", context="Tokyo visit", on=date(2023, 3, 17))
    >>> told.code, told.sector, told.name
    ('KOR', 'GOV', 'Yoon Suk-yeol')
    """
    start = context.find(text)
    article = context if start >= 0 else f"{text}\n{context}" if context else text
    read = _judge(text, max(start, 0), (0, len(article)), article, on, "", "actor", names.on(on))
    actor = read.actor
    return Explanation(
        text=text,
        context=context,
        on=on,
        code=actor.code,
        sector=actor.sector if actor.code or actor.sector != "UNK" else "",
        name=actor.name,
        entity=actor.entity,
        rule=read.step.by,
        role=read.role.why,
        reason=read.step.why,
        candidates=tuple(_candidates(read, on)),
    )


def resolve(text: str, *, context: str = "", on: date | None = None, names: Names = PACKAGED) -> Resolution:
    """Resolve a lone phrase, with the text around it if there is any.

    >>> resolve("South Korean President Yoon Suk Yeol", on=date(2023, 3, 16)).code
    'KOR'
    """
    told = explain(text, context=context, on=on, names=names)
    return Resolution(told.code, told.sector, told.name, told.entity, told.reason)


def _candidates(read: Judgement, on: date | None) -> Iterator[Candidate]:
    """First what the words name, then the people, then the countries of the text around."""
    person = read.identity.person
    for hit in read.phrase.hits:
        for meaning in hit.meanings:
            chosen = read.told is None and person is None and meaning.code == read.actor.code != ""
            note = f"{meaning.form}, not whose it is" if hit.loose else meaning.form
            yield Candidate(
                meaning.name, meaning.entity or None, meaning.code, meaning.sector, meaning.source, note, chosen
            )
    for each in read.identity.considered:
        role = role_on(Identity(person=each), on)
        chosen = person is not None and each.entity == person.entity
        yield Candidate(each.name, each.entity, role.code, role.sector, each.source, role.why, chosen)
    for code, score in read.told.ranked if read.told else ():
        name, note = country_name(code) or code or "no country", f"log odds {score:+.2f}"
        yield Candidate(name, code or None, code, "", AROUND, note, bool(code) and code == read.actor.code)
    for code in sorted(read.ruled_out):
        note = f"has no {read.phrase.head} about {on}"
        yield Candidate(country_name(code) or code, code, code, "", AROUND, note, chosen=False)
