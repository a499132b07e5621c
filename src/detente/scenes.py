"""What a sentence is about, as far as its words and its event tell: by this, claims that no one linked are compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from detente.belonging import Cue
from detente.records import Event, Sentence


class Scene(msgspec.Struct, frozen=True):
    """What a claim's sentence is about, as far as its words and its event tell.

    `parties` are the codes of the event's actors and of its recipients, `countries` all that the sentence names,
    `places` other names that stand after "in", "at" and the like, `spot` those right after a number, `incident` the
    kinds of incident it tells of, `topic` its telling words, `years` the years in it. `start` and `end` (exclusive) are
    the event's days where words date it. `apart` says that the words set it apart from what was told before ("another
    attack"), `updated` that they give a number that is not final, `disputed` that the sentence sets two accounts
    against each other.
    """

    event: str = ""
    parties: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    spot: tuple[str, ...] = ()
    incident: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    apart: bool = False
    updated: bool = False
    disputed: bool = False


_APART = re.compile(
    r"\b(?:another|separate(?:ly)?|elsewhere|meanwhile|second|third|also|later|unrelated|similar"
    r"|different|similarly|in addition|other|this year|nationwide"
    r"|(?:past|last) (?:\w+ )?(?:hours|days|weeks?|months?|years?|decades?)"
    r"|worldwide|overall|bring(?:s|ing) (?:the|its|his))\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\b(?:so far|ris(?:es|en|ing)|rose|climb(?:s|ed)?|increas\w+|now|reach\w*|revis\w+|initial(?:ly)?|at first|earlier"
    r"|previous\w*|up from|preliminary|update\w*|bring(?:s|ing)|brought|thus far|as of|toll|feared|expected to)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"\b(?:says?|said|according to|claim(?:s|ed)?|report(?:s|ed)?|puts? the|count(?:s|ed)?|estimate[sd]?|insist\w*)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"\b(?:but|while|whereas|although|though|however|by contrast|against)\b", re.IGNORECASE)
_INCIDENTS = {
    "attack": r"attack|bomb|blast|explo|shell|strike|struck|raid|rocket|missile|gunm|gunfire|shoot|shot|ambush|assault",
    "clash": r"clash|battle|fight|firefight|protest|riot|demonstrat|rally|crackdown",
    "crash": r"crash|collision|collid|derail|capsiz|sank|sink|overturn|plane|train|bus\b|ferry",
    "quake": r"quake|aftershock|tsunami",
    "weather": r"flood|storm|typhoon|hurricane|cyclone|landslide|mudslide|tornado|avalanche|heat ?wave",
    "fire": r"\bfires?\b|blaze|wildfire",
    "disease": r"virus|outbreak|epidemic|pandemic|cholera|ebola|covid|infect|cases",
}
_INCIDENT = {name: re.compile(rf"\b(?:{words})", re.IGNORECASE) for name, words in _INCIDENTS.items()}
_PLACED = re.compile(
    r"\b(?:in|at|near|outside|around|from|on|of|hit|hits|towards?|inside|off) (?:(?:the|nearby|central|downtown"
    r"|northern|southern|eastern|western|city|town|village|province|of) )*((?:[A-Z][\w'’-]+ ?)+)"
)
_NOT_PLACE = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_COMMON = frozenset(
    "about after again against agreed also among announced announces before being between could country during first"
    " following from government have having including into more most other over president minister said says since some"
    " than that their them then there these they this those through under until were when where which while will with"
    " would year years state states leader leaders".split()
)


def scene_of(sentence: Sentence, event: Event | None, *, cues: Sequence[Cue], spot: str = "") -> Scene:
    """The scene of a sentence with its event, if it has one; `cues` are the countries named in it."""
    words = [(cue, sentence.text[cue.start - sentence.start : cue.end - sentence.start].lower()) for cue in cues]
    named = {text for cue, text in words if cue.form in ("noun", "adjective", "people")}
    places = {match[1].strip() for match in _PLACED.finditer(sentence.text)}
    dated = event is not None and event.date is not None and event.date.basis == "expression"
    return Scene(
        event=event.event if event else "",
        parties=_sides(event),
        countries=tuple(sorted({cue.code for cue in cues})),
        places=tuple(sorted(p.lower() for p in places if p.lower() not in named and not _NOT_PLACE.match(p))),
        spot=(spot,) if spot else (),
        incident=tuple(name for name, words in _INCIDENT.items() if words.search(sentence.text)),
        topic=_topic(sentence.text, named),
        years=tuple(sorted(set(_YEAR.findall(sentence.text)))),
        start=event.date.start if dated and event and event.date else None,
        end=event.date.end if dated and event and event.date else None,
        apart=bool(_APART.search(sentence.text)),
        updated=bool(_UPDATED.search(sentence.text)),
        disputed=len(_SAYS.findall(sentence.text)) > 1 and bool(_AGAINST.search(sentence.text)),
    )


def _sides(event: Event | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if event is None:
        return (), ()
    actors, recipients = ({a.code for a in side if a.code} for side in (event.actor, event.recipient))
    return tuple(sorted(actors)), tuple(sorted(recipients))


def _topic(text: str, named: set[str]) -> tuple[str, ...]:
    """The telling words of a sentence, cut to stems of six letters, without those of countries."""
    words = re.findall(r"[a-z]{4,}", " ".join(re.findall(r"[\w'’-]+", text)).lower())
    countries = set(re.findall(r"[a-z]+", " ".join(named)))
    return tuple(sorted({word[:6] for word in words if word not in _COMMON and word not in countries}))
