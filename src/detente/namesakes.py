"""Which person a phrase names: by full name, by a surname after a full mention, by office and day, by sound.

People who never held office are in no table; for them the text itself may say what they are.
"""

from __future__ import annotations

import re
from datetime import date

from detente.belonging import Scan
from detente.names import Person, nouns, office_holders, people_surnamed, skeleton, tokenize, word_list
from detente.phrases import Phrase, read_phrase

# Heads that belong to a person who is named, but are someone else: "Navalny's lawyer", "daughter of the president".
_SOMEONE_ELSE = word_list("someone-else")
# Words that stand before a surname and are no given name.
_BEFORE_SURNAME = word_list("before-surname")


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
        if title and (near := read_phrase(title)).strong and _ends_in_head(near):
            return near.sector, near.former
        apposed = _APPOSED.match(article[end : end + _REACH])
        if apposed and (near := read_phrase(apposed.group(1))).head:
            return near.sector, near.former
    return "", False


def _ends_in_head(phrase: Phrase) -> bool:
    """Whether the head noun is the last word, so that a name right after it is its bearer's."""
    return bool(phrase.tokens) and phrase.tokens[-1].key[:4] == phrase.head.rpartition(" ")[2][:4]


# How many characters before and after a name are looked at for what its bearer is.
_REACH = 80
_CLAUSE = re.compile(r"[.;:,()\n]|\b(?:that|by|of|against|and|with|from|to|for|arrests?|killed|kills)\b")
_APPOSED = re.compile(r"\s*,\s+((?:an?|the|former|who (?:is|was) (?:an?|the))?\s*[^,.;()]{4,80})")


def named_person(phrase: Phrase, scan: Scan, around: date | None) -> tuple[Person | None, str]:
    """The office holder that the phrase names, if the name, the document and the day leave one."""
    for hit in phrase.hits:
        if hit.people:
            if len(hit.people) == 1:
                return hit.people[0], f"full name of {hit.people[0].name}"
            return _one_of(hit.people, phrase, scan, around)
    if not phrase.name_words:
        return None, ""
    for size in (3, 2, 1):
        if len(phrase.name_words) < size:
            continue
        key = " ".join(phrase.name_words[-size:])
        if size == 1 and (seen := scan.people.get(key)):
            return (seen[0], f"full name earlier: {seen[0].name}") if len(seen) == 1 else (None, "")
        if size == 1 and (alike := _heard_earlier(phrase, scan)):
            return alike, f"sounds like {alike.name}, named earlier"
        if size == 1 and (other := _other_bearer(key, phrase, scan)):
            return None, other
        if found := people_surnamed(key):
            return _one_of(found, phrase, scan, around)
    return _misspelled(phrase, scan, around)


def _heard_earlier(phrase: Phrase, scan: Scan) -> Person | None:
    """The one person fully named in the text whose name sounds like this one ("Yun" after "Yoon Suk Yeol")."""
    sounds = [skeleton(word) for word in phrase.name_words]
    near = {person.entity: person for each in scan.people.values() for person in each}
    alike = [person for person in near.values() if _sounds_like(sounds, person)]
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


def _one_of(found: tuple[Person, ...], phrase: Phrase, scan: Scan, around: date | None) -> tuple[Person | None, str]:
    """One of several of that name: by the country told, by who held office about that day, by rank."""
    told = {code for hit in phrase.owners if hit.meanings for code in hit.codes}
    if told:
        found = tuple(person for person in found if person.codes & told)
    serving = [p for p in found if around and any(t.covers(around) for t in p.terms)]
    if len(phrase.name_words) > 1 and not told:
        # a full name that no table knows, whose surname some office holder has
        return None, ""
    heads = [p for p in serving if around and any(t.rank == 1 and t.covers(around) for t in p.terms)]
    for group in (heads, serving, list(found)):
        here = [p for p in group if told or any(scan.counts.get(code) for code in p.codes)]
        if len(here) == 1:
            return here[0], f"the one {here[0].name} of {', '.join(sorted(here[0].codes))} about then"
        if group is heads and len(heads) == 1 and not phrase.strong:
            return heads[0], f"{heads[0].name}, in office about then"
        if here:
            break
    return None, ""


def _misspelled(phrase: Phrase, scan: Scan, around: date | None) -> tuple[Person | None, str]:
    """Someone whose name sounds like this one: fully named in the text, or in office in the country told."""
    if person := _heard_earlier(phrase, scan):
        return person, f"sounds like {person.name}, named earlier"
    sounds = [skeleton(word) for word in phrase.name_words]
    told = {code for hit in phrase.owners if hit.meanings for code in hit.codes}
    serving = [person for code in sorted(told) if around for person in office_holders(code, around)]
    alike = [person for person in serving if _sounds_like(sounds, person)]
    if len(alike) == 1 and phrase.sector in ("", "GOV"):
        return alike[0], f"sounds like {alike[0].name}, in office then"
    return None, ""


def _sounds_like(sounds: list[str], person: Person) -> bool:
    own = [skeleton(token.key) for token in tokenize(person.name)]
    return bool(sounds) and all(sound in own for sound in sounds)
