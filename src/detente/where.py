"""Place words -> Location: where an event happened, at the level that the words bear out, or nowhere with the reason.

Three steps. `placewords` finds what names a place; `placelinks` decides which of these the event belongs to; here the
name is resolved: what the words beside it say ("Tripoli, Lebanon", "Homs province") decides, then the countries that
the article is about, then how large or known a place is. Where two places fit about equally well, and where a small
town lies in a country that the article never names, the stage abstains. What several states claim gets no country and
all its names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import log10

import msgspec

from detente.codebook import PLEDGING
from detente.names import Token, fold, gazetteer
from detente.placelinks import choose
from detente.places import Place, nation, places_named
from detente.placewords import KINDS, LOCATIVE, PREPOSITIONS, Mention, mentions, read_tokens
from detente.records import Document, Frame, Location, Span, Step

CLOSE = 0.7
"""Margin below which two places fit equally well; a factor of five in inhabitants counts as much."""
SMALL = 100_000
"""Inhabitants below which a town is taken only where the text names its country, or no other place has its name."""
PLACING = frozenset("in at near outside inside off aboard within across around throughout beside along".split())
"""Prepositions that can only tell where a state's act was done; "sanctions on Belarus" tells at whom."""
PHYSICAL = frozenset({"ASSAULT", "COERCE", "MOBILIZE", "PROTEST", "RETREAT", "AID", "COOPERATE"})
UNRESOLVED = "unresolved"

_DATELINE = re.compile(r"\s*([A-Z][A-Z' .-]{2,30}?)(?:,[^.\n]{2,40}?)?\s*(?:\([A-Za-z .]+\)\s*)?(?:--|—|–|-)\s")
_HERE = re.compile(r"\b(?:here|in (?:this|the) (?:city|capital|town))\b")
_TOWN_KINDS = frozenset("city cities town towns village villages hamlet capital camp port suburb hometown".split())
_PROVINCE_KINDS = frozenset(
    "province provinces governorate governate state region oblast prefecture county department countryside".split()
)


class Choice(msgspec.Struct, frozen=True):
    """The place that a name was taken for, None where none was, and why."""

    place: Place | None
    by: str
    why: str


# ---- the stage ---------------------------------------------------------------------------------------------------


def locate(frame: Frame, document: Document) -> tuple[Location | None, Step]:
    """Where the event of a frame happened, and the step that says why there or why nowhere.

    A location without a country code and with the level "unresolved" is one whose words no table knows, or which may
    be one of several places; its words still are the article's. Places named as actor, recipient or speaker are none,
    save what is visited or attacked; nor are those inside the words of a pledge.
    """
    sentence = document.sentences[frame.sentence]
    found = mentions(sentence.text)
    event = frame.trigger.start - sentence.start, frame.trigger.end - sentence.start
    free = [each for each in found if not _taken(each, frame, sentence.start, sentence.text)]
    chosen, by = choose(sentence.text, free, event), "link"
    if target := _target(found, frame, sentence.start):
        chosen, by = target, "target"
    if chosen is None:
        if dateline := _from_dateline(sentence.text, event, document):
            return dateline, Step(stage="where", by="dateline", why=f"“here” is the dateline’s {dateline.text}")
        names = ", ".join(sentence.text[each.start : each.end] for each in found)
        why = f"none of {names} belongs to it" if names else "its sentence names no place"
        return None, Step(stage="where", by="none", why=why)
    words = sentence.text[chosen.start : chosen.end]
    if by == "link" and _bare(chosen, frame):
        return None, Step(stage="where", by="none", why=f"no preposition says that it was in or near {words}")
    choice = _resolved(chosen, sentence.text, found, document.article.text)
    location = _location(choice.place, Span(words, chosen.start + sentence.start, chosen.end + sentence.start))
    return location, Step(stage="where", by=f"{by}:{choice.by}", why=choice.why)


def resolve(words: str, *, context: str = "") -> Location | None:
    """The place that a phrase names; offsets are half-open characters of `words`. None for no or no clear place.

    `context` is text around it, whose countries decide between places of one name.

    >>> place = resolve("Paris, Texas")
    >>> place.code, place.level, place.text
    ('USA', 'city', 'Paris')
    """
    found = mentions(words)
    if not found:
        key = fold(words)
        bare = (Mention(0, len(read_tokens(words)), 0, len(words), key, "name", "", "", ""),)
        found = bare if places_named(key) else ()
    if not found:
        return None
    choice = _resolved(found[0], words, found, context)
    if choice.place is None:
        return None
    return _location(choice.place, Span(words[found[0].start : found[0].end], found[0].start, found[0].end))


def link(text: str, bounds: tuple[int, int], event: tuple[int, int]) -> Span | None:
    """The place, among those named in the sentence `bounds` of a text, that the event words belong to, or None.

    All ranges are half-open characters of `text`; no roles are needed.
    """
    start, end = bounds
    sentence = text[start:end]
    chosen = choose(sentence, mentions(sentence), (event[0] - start, event[1] - start))
    return Span(sentence[chosen.start : chosen.end], start + chosen.start, start + chosen.end) if chosen else None


def _location(place: Place | None, words: Span) -> Location:
    if place is None:
        return Location(words.text, words.start, words.end, level=UNRESOLVED)
    return Location(
        words.text,
        words.start,
        words.end,
        place.code,
        place.name,
        place.level,
        place.latitude,
        place.longitude,
        place.gazetteer,
    )


# ---- which mentions come into question ---------------------------------------------------------------------------


def _taken(mention: Mention, frame: Frame, offset: int, sentence: str) -> bool:
    """Whether a place is part of the words of a party, without a preposition of place in them, or of a pledge."""
    start, end = mention.start + offset, mention.end + offset
    speaker = (frame.speaker,) if frame.speaker else ()
    for party in (*frame.actors, *frame.recipients, *speaker):
        if party.start < end and start < party.end:
            before = fold(sentence[max(party.start - offset, 0) : mention.start]).split()
            return LOCATIVE.isdisjoint(before)
    pledge = frame.pledge if frame.event in PLEDGING else None
    return pledge is not None and pledge.start <= start and end <= pledge.end


def _target(found: Sequence[Mention], frame: Frame, offset: int) -> Mention | None:
    """The place that the event is done to, where it happens there by its meaning: attacked, entered or visited."""
    visited = frame.event == "CONSULT" and frame.mode == "visit"
    if not (visited or frame.event == "ASSAULT" or (frame.event == "COERCE" and frame.mode == "seize")):
        return None
    for party in frame.recipients:
        for mention in found:
            if (
                mention.level != "name"
                and abs(mention.start + offset - party.start) <= 4
                and (party.end - 4 <= mention.end + offset <= party.end + 4)
            ):
                return mention
    return None


def _bare(mention: Mention, frame: Frame) -> bool:
    """Whether no preposition makes a name the place of what states do in words: "Moscow accused Kyiv" is no place."""
    return frame.event not in PHYSICAL and mention.lead not in PLACING


def _from_dateline(sentence: str, event: tuple[int, int], document: Document) -> Location | None:
    """The place of the dateline, where the sentence says after its event words that it was "here"."""
    text = document.article.text
    opened = _DATELINE.match(text)
    here = _HERE.search(sentence, event[1])
    if opened is None or here is None or "," in sentence[event[1] : here.start()]:
        return None
    choice = _chosen(fold(opened[1]), (), "", focus_of(text, fold(opened[1])))
    return _location(choice.place, Span(opened[1], *opened.span(1))) if choice.place else None


# ---- what a name means -------------------------------------------------------------------------------------------


def _resolved(mention: Mention, sentence: str, found: Sequence[Mention], text: str) -> Choice:
    """The place of a mention, else the one that the words around say it lies in."""
    around = tuple(_around(mention, sentence, found))
    focus = focus_of(text or sentence, mention.key)
    choice = _chosen(mention.key, around, mention.kind, focus)
    if choice.place is not None:
        return choice
    for outer in around:
        within = _chosen(outer.key, tuple(each for each in around if each != outer), outer.kind, focus)
        if within.place is not None:
            return Choice(within.place, "within", f"{choice.why}; it is said to be in {within.place.name}")
    return choice


class Outer(msgspec.Struct, frozen=True):
    """A name beside a mention that says what it lies in, and the noun ("province") beside that name."""

    key: str
    kind: str


def _around(mention: Mention, sentence: str, found: Sequence[Mention]) -> Iterator[Outer]:
    """The names that the words beside a mention say it lies in, nearest first."""
    at, tokens, last = found.index(mention), read_tokens(sentence), mention
    for other in found[at + 1 : at + 4]:
        between = [token.key for token in tokens[last.last : other.first]]
        if _leads_in(between) or (other.via == "nest" and _closes(sentence, tokens, other)):
            yield Outer(other.key, other.kind)
        elif not (other.via == "and" and last is mention):
            break
        last = other
    before = found[at - 1] if at else None
    if before is not None and before.possessive and _is_owned([t.key for t in tokens[before.last : mention.first]]):
        yield Outer(before.key, before.kind)
    for place in range(mention.first - 1, max(mention.first - 6, -1), -1):
        meanings = gazetteer().meanings.get(tokens[place].key, ())
        if meanings and meanings[0].form == "adjective" and tokens[place].capital:
            if _is_owned([token.key for token in tokens[place + 1 : mention.first]]):
                yield Outer(tokens[place].key, "")
            break


def _closes(sentence: str, tokens: tuple[Token, ...], outer: Mention) -> bool:
    """Whether "Beirut, Lebanon" ends there; in "in Beirut, Lebanon said" the second name begins a clause."""
    following = tokens[outer.last] if outer.last < len(tokens) else None
    if following is None or sentence[outer.end : following.start].strip():
        return True
    return following.capital or following.key in PREPOSITIONS or following.key in KINDS or following.key in _AFTER_NEST


_AFTER_NEST = frozenset("when where while who which that and or but last early late this next yesterday today".split())


def _leads_in(between: list[str]) -> bool:
    """Whether words lead from a place straight into what it lies in: "village in the northern …"."""
    while between and between[0] in KINDS:
        between = between[1:]
    rest = between[1:]
    return between[:1] in (["in"], ["of"]) and len(rest) <= 3 and PREPOSITIONS.isdisjoint(rest)


def _is_owned(between: list[str]) -> bool:
    """Whether the words between an owner and a place keep the two in one phrase: "'s northern city of"."""
    return (
        len(between) <= 4
        and (PREPOSITIONS - {"of"}).isdisjoint(between)
        and ("of" not in between or between[-1] == "of")
    )


def _chosen(key: str, around: Sequence[Outer], kind: str, focus: dict[str, int]) -> Choice:
    """The best of all places of that name."""
    candidates = places_named(key)
    if not candidates:
        return Choice(None, "unknown", f"“{key}” is in no table of places")
    inside = [said for outer in around if (said := _meant(outer.key)).holds(candidates)]
    if around and not inside and _meant(around[0].key).only_province:
        return Choice(None, "elsewhere", f"no known “{key}” lies in “{around[0].key}”")
    scored = sorted(((_score(place, kind, inside, focus), place) for place in candidates), key=_by_score)
    (best, place), rest = scored[0], scored[1:]
    rivals = [other for score, other in rest if best - score < CLOSE]
    if any((other.code, other.province) != (place.code, place.province) for other in rivals):
        codes = {other.code for other in (place, *rivals)}
        if len(codes) == 1 and place.code:
            return Choice(nation(place.code), "country", f"several places of that name, all in {place.code}")
        return Choice(None, "ambiguous", f"“{key}” may be in {', '.join(sorted(codes - {''}))} or elsewhere")
    backed = place.code in focus or any(said.fits(place) for said in inside)
    small = not backed and _is_small(place)
    if small and (focus or len({each.code for each in candidates}) > 1):
        why = f"{place.name} ({place.code}) is small, and the text does not name its country"
        return Choice(None, "small", why)
    by = "words" if any(said.fits(place) for said in inside) else "focus" if place.code in focus else "known"
    if len(candidates) == 1:
        return Choice(place, "only", f"the only {place.level} of that name")
    told = {"words": "the words beside it say so", "focus": "the text names its country", "known": "best known"}[by]
    return Choice(place, by, f"{place.name}, {place.level}, {place.code or 'no one country'}: {told}")


def _is_small(place: Place) -> bool:
    """Whether a place is so little known that its name alone does not tell it; another spelling tells less still."""
    if place.capital or place.special or place.level not in ("city", "province"):
        return False
    least = 3 * SMALL if place.spelled else SMALL
    return place.people < least and (place.level == "city" or place.spelled)


def _by_score(scored: tuple[float, Place]) -> tuple[float, str, str]:
    return -scored[0], scored[1].code, scored[1].gazetteer or ""


class Within(msgspec.Struct, frozen=True):
    """What a name beside a place says: the countries it can be, and the provinces (GeoNames' codes) it can be in."""

    countries: frozenset[str]
    provinces: frozenset[str]
    only_province: bool

    def fits(self, place: Place) -> bool:
        return place.code in self.countries or (bool(place.province) and place.province in self.provinces)

    def holds(self, places: Sequence[Place]) -> bool:
        return any(self.fits(place) for place in places)


@lru_cache(maxsize=4096)
def _meant(key: str) -> Within:
    meanings = gazetteer().meanings.get(key, ())
    codes = {meaning.code for meaning in meanings if meaning.form in ("noun", "adjective", "region") and meaning.code}
    places = places_named(key)
    codes |= {place.code for place in places if place.code and place.level in ("country", "region")}
    codes |= {place.code for place in places if place.special and place.level == "province"}
    divisions = {place.province for place in places if place.level == "province"}
    towns = {place.province for place in places if place.level == "city"} if not codes and not divisions else set()
    return Within(frozenset(codes), frozenset(divisions | towns), bool(divisions) and not codes)


def _score(place: Place, kind: str, inside: Sequence[Within], focus: dict[str, int]) -> float:
    """How well a place fits: fame, then the article's countries, then the words beside it.

    The figures are ours: one is a factor of ten in inhabitants; words beside a name outweigh any fame.
    """
    score = log10(max(place.people, 1)) if not place.special else 8.0
    if place.level == "country":
        score += 2.0
    elif place.level == "province":
        score += 2.0 if kind in _PROVINCE_KINDS else -2.0 if kind in _TOWN_KINDS else -1.0
    elif place.level == "city":
        score -= 2.0 if kind in _PROVINCE_KINDS else 0.0
    score += 0.7 * place.capital - 1.0 * place.spelled
    score += sum(7.0 if said.fits(place) else -3.0 for said in inside)
    if focus and place.code:
        share = focus.get(place.code, 0) / sum(focus.values())
        score += 1.0 + 2.5 * share if share else -1.0
    return score


# ---- what the article is about -----------------------------------------------------------------------------------

_TELLING = ("noun", "adjective", "people", "capital", "seat", "region")


@lru_cache(maxsize=256)
def focus_of(text: str, without: str = "") -> dict[str, int]:
    """How often a text names each country, by its name, people, capital, or a large place in it.

    The folded name `without` is left out: a name is no witness for itself.
    """
    counts: dict[str, int] = {}
    tokens = read_tokens(text)
    table = gazetteer()
    place = 0
    while place < len(tokens):
        size, code = 1, ""
        if tokens[place].capital:
            for size in range(min(table.longest.get(tokens[place].key, 1), len(tokens) - place), 0, -1):
                key = " ".join(token.key for token in tokens[place : place + size])
                code = _code_named(key) if key != without else ""
                if code or key == without:
                    break
        if code:
            counts[code] = counts.get(code, 0) + 1
        place += max(size, 1)
    return counts


@lru_cache(maxsize=16384)
def _code_named(key: str) -> str:
    """The one country that a name stands for, as far as it tells what a text is about."""
    codes = {meaning.code for meaning in gazetteer().meanings.get(key, ()) if meaning.form in _TELLING}
    if not codes:
        large = [place for place in places_named(key) if place.people >= 3 * SMALL or place.level == "province"]
        codes = {place.code for place in large if not place.spelled}
    return codes.pop() if len(codes) == 1 else ""
