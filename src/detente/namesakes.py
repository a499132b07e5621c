"""Which person a phrase names: by full name, by a surname after a full mention, by office and day, by sound.

A title without a country ("President Yun") still tells much: only some countries have that office, and one person
in each holds it on a day, so that a near spelling can leave one person in the world. Where it leaves two, nobody is
taken.

People who never held office are in no table; for them the text itself may say what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import msgspec

from detente.belonging import Scan
from detente.names import Person, fold, nouns, skeleton, word_list
from detente.nametables import heads, office_holders
from detente.offices import OFFICES, has_office, holders, likely_holders, offices_of
from detente.phrases import INTERNATIONAL, Phrase, read_phrase

# Heads that belong to a person who is named, but are someone else: "Navalny's lawyer", "daughter of the president".
_SOMEONE_ELSE = word_list("someone-else")
# Words that stand before a surname and are no given name.
_BEFORE_SURNAME = word_list("before-surname")


# Words of meetings between states: a name that such a text does not introduce is a leader's, if one bears it.
_MEETINGS = word_list("meeting")
_PLACES = 20  # mentions of a name at which a longer one is looked for
_PLACED = frozenset("in at near from to inside outside around of".split())


class Found(msgspec.Struct, frozen=True):
    """The person a phrase names, or None, and why; `considered` are all who came into question.

    `codes` are the countries left where more than one person fits.
    """

    person: Person | None = None
    why: str = ""
    considered: tuple[Person, ...] = ()
    codes: tuple[str, ...] = ()


def is_someone_else(phrase: Phrase) -> bool:
    """Whether the phrase names a person only to say whose someone or something else is."""
    possessive = any(
        h.people and phrase.tokens[h.last - 1].possessive and h.last < len(phrase.tokens) for h in phrase.hits
    )
    return possessive or phrase.head.rpartition(" ")[2] in _SOMEONE_ELSE


def told_of_name(phrase: Phrase, scan: Scan, article: str) -> tuple[str, bool]:
    """What the text says of an unknown person beside the name: (sector, whether former), ("", False) for nothing.

    Before it, "human rights lawyer Abdallah Khalil"; after it, "Daud Muzamil, the governor of Balkh".
    """
    for place in scan.words.get(phrase.name_words[-1], ()):
        first = place
        while first and scan.tokens[first - 1].capital and scan.tokens[first - 1].key in phrase.name_words:
            first -= 1
        start, end = scan.tokens[first].start, scan.tokens[place].end
        title = _CLAUSE.split(article[max(0, start - _REACH) : start].rstrip(' ,"“'))[-1]
        if title and (near := read_phrase(title, phrase.names)).strong and _ends_in_head(near):
            return near.sector, near.former
        apposed = _APPOSED.match(article[end : end + _REACH])
        if apposed and (near := read_phrase(apposed.group(1), phrase.names)).head:
            return near.sector, near.former
    return "", False


def _ends_in_head(phrase: Phrase) -> bool:
    """Whether the head noun is the last word, so that a name right after it is its bearer's."""
    return bool(phrase.tokens) and phrase.tokens[-1].key[:4] == phrase.head.rpartition(" ")[2][:4]


# How many characters before and after a name are looked at for what its bearer is.
_REACH = 80
_CLAUSE = re.compile(r"[.;:,()\n]|\b(?:that|by|of|against|and|with|from|to|for|arrests?|killed|kills)\b")
_APPOSED = re.compile(r"\s*,\s+((?:an?|the|former|who (?:is|was) (?:an?|the))?\s*[^,.;()]{4,80})")


def named_person(phrase: Phrase, scan: Scan, around: date | None, article: str) -> Found:
    """The office holder that the phrase names, if the name, the article (its text) and the day leave one."""
    for hit in phrase.hits:
        if hit.people:
            if len(hit.people) == 1:
                return Found(hit.people[0], f"full name of {hit.people[0].name}", hit.people)
            return _one_of(hit.people, phrase, scan, around)
    words = _own_words(phrase)
    if not words:
        return Found()
    for size in (3, 2, 1):
        if len(words) < size:
            continue
        key = " ".join(words[-size:])
        if size == 1 and (found := _told_earlier(key, phrase, scan) or _titled(phrase, scan, around)):
            return found
        if len(words) == 1 and (found := _told_longer(key, phrase, scan, around, article)):
            return found
        if surnamed := phrase.names.people_surnamed(key):
            return _one_of(surnamed, phrase, scan, around)
    return _misspelled(phrase, scan, around)


def _own_words(phrase: Phrase) -> list[str]:
    """The words of the name without those of the title: of "Prime Minister Kishida" the last."""
    return [word for word in phrase.name_words if word not in phrase.head.split()]


def _told_earlier(key: str, phrase: Phrase, scan: Scan) -> Found | None:
    """The bearer of the name who is fully named in the text; nobody, where the text names another bearer."""
    if seen := scan.people.get(key):
        return Found(seen[0], f"full name earlier: {seen[0].name}", seen) if len(seen) == 1 else Found(None, "", seen)
    if alike := _heard_earlier(phrase, scan):
        return Found(alike, f"sounds like {alike.name}, named earlier", (alike,))
    if other := _other_bearer(key, phrase, scan):
        return Found(None, other)
    return None


def _told_longer(key: str, phrase: Phrase, scan: Scan, around: date | None, article: str) -> Found | None:
    """The one person that longer mentions of the name in the text stand for: "President Yun Suk-yeol" for "Mr Yun"."""
    bearers: dict[str, Person] = {}
    for place in scan.words.get(key, ())[:_PLACES]:
        longer = read_phrase(_name_around(place, scan, article), phrase.names)
        words = _own_words(longer)
        if len(words) > 1 and key in words and (person := named_person(longer, scan, around, article).person):
            bearers[person.entity] = person
    if len(bearers) != 1:
        return None
    ((_, person),) = bearers.items()
    return Found(person, f"{person.name}, named more fully in the text", (person,))


def _name_around(place: int, scan: Scan, article: str) -> str:
    """The words with a capital, and those joined to them by a hyphen, around a word of the text."""
    first = last = place
    while first and _goes_on(scan, first - 1, first, article) and scan.tokens[first - 1].key not in _BEFORE_SURNAME:
        first -= 1
    while last + 1 < len(scan.tokens) and _goes_on(scan, last + 1, last, article):
        last += 1
    return article[scan.tokens[first].start : scan.tokens[last].end]


def _goes_on(scan: Scan, other: int, place: int, article: str) -> bool:
    """Whether a name at `place` goes on with the word beside it."""
    one, two = sorted((scan.tokens[other], scan.tokens[place]), key=lambda token: token.start)
    between = article[one.end : two.start]
    return between in ("-", "‑") or (between == " " and scan.tokens[other].capital and not one.possessive)


# ---- by title, in the whole world --------------------------------------------------------------------------------


def ruled_out(phrase: Phrase, scan: Scan, day: date | None) -> frozenset[str]:
    """Countries named in the text that have no such office as the phrase's title about that day."""
    office = OFFICES.get(phrase.head)
    if office is None or day is None or phrase.former:
        return frozenset()
    codes = scan.counts.keys() - INTERNATIONAL
    return frozenset(code for code in codes if not has_office(phrase.names, code, office, day))


def _titled(phrase: Phrase, scan: Scan, around: date | None) -> Found | None:
    """The one holder in the world of the office that the title names, whose name this is or sounds like."""
    office = OFFICES.get(phrase.head)
    if office is None or around is None or phrase.former or any(hit.meanings for hit in phrase.owners):
        return None
    words = _own_words(phrase)
    known = holders(phrase.names, office, around)
    likely = likely_holders(phrase.names, office, around)
    surnamed = phrase.names.people_surnamed(words[-1]) if words else ()
    near, near_likely = (_told_of(people, office, around, scan, phrase) for people in (known, likely))
    for bearers, told in (
        (
            [p for p in known if _is_named(words, p) and (p in surnamed or p in near)],
            "the only {0} of that name on {1}",
        ),
        ([p for p in near_likely if _is_named(words, p)], "the only head of state or government of that name on {1}"),
        ([p for p in near if _sounds_like(words, p)], "the only {0} on {1} whose name sounds so"),
    ):
        if bearers:
            return _in_one_country(bearers, scan, told.format(phrase.head, around), around, office, phrase)
    return None


def _told_of(people: Iterable[Person], office: str, day: date, scan: Scan, phrase: Phrase) -> list[Person]:
    """Those of the countries that the text names; all, where none of these has such an office, and so a holder."""
    told = scan.counts.keys() - INTERNATIONAL
    if not any(has_office(phrase.names, code, office, day) for code in told):
        return list(people)
    return [person for person in people if not person.codes.isdisjoint(told)]


def _in_one_country(bearers: Iterable[Person], scan: Scan, told: str, day: date, office: str, phrase: Phrase) -> Found:
    """The person, where all are of one country, or of only one that the text names; else none, and the countries."""
    by_code: dict[str, list[Person]] = {}
    for person in bearers:
        for code in _serves(person, day, office, phrase):
            by_code.setdefault(code, []).append(person)
    considered = tuple({p.entity: p for each in by_code.values() for p in each}.values())
    named = [code for code in by_code if scan.counts.get(code)]
    if len(by_code) > 1 and len(named) != 1:
        names = ", ".join(f"{p.name} ({code})" for code, each in sorted(by_code.items()) for p in each[:1])
        return Found(None, f"two or more fit on {day}: {names}", considered, tuple(sorted(by_code)))
    code = named[0] if len(by_code) > 1 else next(iter(by_code))
    holding = [p for p in by_code[code] if p in holders(phrase.names, office, day)]
    if len(by_code[code]) > 1 and not holding:
        return Found(None, f"{len(by_code[code])} of that name lead {code} on {day}", considered, (code,))
    # One holds the office at a time, so two rows are one person twice; the one with an id of Wikidata's is fuller.
    person = min(by_code[code], key=lambda p: (not p.entity.startswith("Q"), p.entity))
    return Found(person, f"{person.name}, {told}", considered)


def _serves(person: Person, day: date, office: str, phrase: Phrase) -> list[str]:
    """The countries that someone heads on the day, in the office if that is told of any."""
    terms = [term for term in person.terms if term.rank == 1 and term.covers(day)]
    exact = [term for term in terms if office in offices_of(term.title, term.code, phrase.names)]
    return sorted({term.code for term in exact or terms})


def _is_named(words: list[str], person: Person) -> bool:
    own = fold(person.name).split()
    return bool(words) and all(word in own for word in words)


def _heard_earlier(phrase: Phrase, scan: Scan) -> Person | None:
    """The one person fully named in the text whose name sounds like this one ("Yun" after "Yoon Suk Yeol")."""
    near = {person.entity: person for each in scan.people.values() for person in each}
    alike = [person for person in near.values() if _sounds_like(_own_words(phrase), person)]
    return alike[0] if len(alike) == 1 else None


def _other_bearer(key: str, phrase: Phrase, scan: Scan) -> str:
    """Whether the text gives a given name to this surname that no table knows; then nobody in the tables is meant."""
    for place in scan.words.get(key, ()):
        before = scan.tokens[place - 1] if place else None
        if (
            before
            and before.capital
            and not before.upper
            and before.end + 1 == scan.tokens[place].start
            and before.key not in nouns()
            and not any(cue.first <= place - 1 < cue.last for cue in scan.cues)
            and before.key not in _BEFORE_SURNAME
            and before.key not in phrase.name_words
        ):
            return f"another {key}: {before.key} {key}"
    return ""


def _one_of(found: tuple[Person, ...], phrase: Phrase, scan: Scan, around: date | None) -> Found:
    """One of several of that name: by the country told, by who held office about that day, by rank."""
    considered = found
    told = {code for hit in phrase.owners if hit.meanings for code in hit.codes}
    if told:
        found = tuple(person for person in found if person.codes & told)
    serving = [p for p in found if around and any(t.covers(around) for t in p.terms)]
    if len(_own_words(phrase)) > 1 and not told:
        # a full name that no table knows, whose surname some office holder has
        return _misspelled(phrase, scan, around, considered)
    leading = [p for p in serving if around and any(t.rank == 1 and t.covers(around) for t in p.terms)]
    for group in (leading, serving, list(found)):
        here = [p for p in group if told or any(scan.counts.get(code) for code in p.codes)]
        if len(here) == 1:
            why = f"the one {here[0].name} of {', '.join(sorted(here[0].codes))} about then"
            return Found(here[0], why, considered)
        if group is leading and len(leading) == 1 and not phrase.strong:
            return Found(leading[0], f"{leading[0].name}, in office about then", considered)
        if here:
            break
    return Found(None, "", considered)


def _misspelled(phrase: Phrase, scan: Scan, around: date | None, considered: tuple[Person, ...] = ()) -> Found:
    """Someone whose name sounds like this one: in office in the country told, or a leader where none is told."""
    told = {code for hit in phrase.owners if hit.meanings for code in hit.codes}
    if not told:
        return _leader_by_sound(phrase, scan, around, considered)
    serving = [p for code in sorted(told) if around for p in office_holders(phrase.names, code, around)]
    alike = tuple(person for person in serving if _sounds_like(_own_words(phrase), person))
    if len(alike) == 1 and phrase.sector in ("", "GOV"):
        return Found(alike[0], f"sounds like {alike[0].name}, in office then", alike)
    return Found(None, "", considered or alike)


def _leader_by_sound(phrase: Phrase, scan: Scan, around: date | None, considered: tuple[Person, ...]) -> Found:
    """The one head of state or government in the world whose name sounds like a bare one ("Yun Suk-yeol").

    A single word is too little, but in a text of a meeting between states.
    """
    words = _bare_name(phrase)
    if around is None or not words or (len(words) == 1 and not _at_a_meeting(words[0], scan)):
        return Found(considered=considered)
    alike = {
        p.entity: p
        for p, term in heads(phrase.names, around)
        if offices_of(term.title, term.code, phrase.names) and _sounds_like(words, p)
    }
    if len(alike) != 1:
        why = f"two or more leaders on {around} sound so: {', '.join(p.name for p in alike.values())}" if alike else ""
        return Found(None, why, considered or tuple(alike.values()))
    (person,) = alike.values()
    return Found(person, f"{person.name}, the only leader in office on {around} whose name sounds so", (person,))


def _bare_name(phrase: Phrase) -> list[str]:
    """The words of a phrase that is nothing but an unknown name, folded; none for any other phrase."""
    if phrase.hits or phrase.head or phrase.sector:
        return []
    linked = (phrase.text[token.start - 1 : token.start] in ("-", "‑") for token in phrase.tokens)
    names = all(token.key in phrase.name_words or joined for token, joined in zip(phrase.tokens, linked, strict=True))
    return [token.key for token in phrase.tokens] if names and all(len(t.key) > 1 for t in phrase.tokens) else []


def _at_a_meeting(word: str, scan: Scan) -> bool:
    """Whether a text tells of a meeting between states, and does not use the word as a place's name."""
    before = (scan.tokens[place - 1].key for place in scan.words.get(word, ()) if place)
    return not _MEETINGS.isdisjoint(scan.words) and _PLACED.isdisjoint(before)


def _sounds_like(words: Iterable[str], person: Person) -> bool:
    own = _sounds(person.name)
    sounds = [skeleton(word) for word in words]
    return bool(sounds) and all(sound in own for sound in sounds)


@lru_cache(maxsize=16384)
def _sounds(name: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in fold(name).split())
