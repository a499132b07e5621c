"""What names mean: countries, places, bodies, people and the common nouns for kinds of actors.

Reads `data/actors/*.csv` (see `data/SOURCES.md`), once, on first use. A name is looked up by its folded words
(`fold`), so that case, accents, hyphens and apostrophes do not matter; a name that means two things keeps both
meanings, and it is for the caller to choose or to abstain.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache

import msgspec

from detente.codebook import read_table

# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
# British spellings that occur in names of bodies and in titles.
_AMERICAN = {
    "defence": "defense",
    "organisation": "organization",
    "organisations": "organizations",
    "labour": "labor",
    "programme": "program",
    "centre": "center",
    "theatre": "theater",
    "labourers": "laborers",
    "mobilisation": "mobilization",
}
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}|\b[A-Z]\.[A-Z]\b")
_WORD = re.compile(r"[^\W_]+(?:['’ʼʻ`][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_APOSTROPHE = re.compile(r"['’ʼʻ`]")


class Token(msgspec.Struct, frozen=True):
    """One word: `key` is folded, without a possessive s; `start:end` are its characters in the text."""

    key: str
    start: int
    end: int
    capital: bool
    upper: bool
    possessive: bool


class Meaning(msgspec.Struct, frozen=True):
    """One thing a name can mean.

    `form`: noun (a country's name), adjective, people, capital, seat, region (a part of a country), place (a city
    or province), body (an organisation) or person. `code` is "" where the name alone does not tell the country;
    `sector` is "" for forms that have none of their own. `also`: "PTY" for an armed body that talks as a party,
    or the days ("start/end", end exclusive) on which it governed.
    """

    form: str
    code: str
    sector: str
    entity: str
    name: str
    also: str = ""


class Term(msgspec.Struct, frozen=True):
    """An office held from `start` up to but not including `end` (None: still held, or the end is not known).

    `rank`: 1 for a head of state or government, 2 for the offices next to it, 3 for the rest.
    """

    code: str
    start: date
    end: date | None
    sector: str
    rank: int
    title: str

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


class Person(msgspec.Struct, frozen=True):
    """Someone who held office: `entity` is a Wikidata id or a made one, `terms` are in order of their start."""

    entity: str
    name: str
    terms: tuple[Term, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(term.code for term in self.terms)


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """One word without case, accents, apostrophes or a possessive s.

    >>> fold_word("Erdoğan's"), fold_word("N'Djamena"), fold_word("U.S.")
    ('erdogan', 'ndjamena', 'us')
    """
    bare = _APOSTROPHE.sub("", _POSSESSIVE.sub("", word)).replace(".", "")
    if bare.isascii():
        lower = bare.lower()
        return _AMERICAN.get(lower, lower)
    marked = unicodedata.normalize("NFKD", bare.casefold().translate(_PLAIN))
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def tokenize(text: str) -> tuple[Token, ...]:
    """The words of a text, in order. "U.S." is one word, "al-Shabaab" two.

    >>> [token.key for token in tokenize("the U.S. and al-Shabaab")]
    ['the', 'us', 'and', 'al', 'shabaab']
    """
    dotted = {match.start(): match.end() for match in _INITIALS.finditer(text)} if "." in text else {}
    tokens: list[Token] = []
    skip_to = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        if start < skip_to:
            continue
        end = skip_to = max(end, dotted.get(start, end))
        word = text[start:end]
        possessive = word[-2:] in ("'s", "’s") or (word[-1] in "sS" and text[end : end + 1] in ("'", "’"))
        if text[end : end + 2] in ("'s", "’s"):
            possessive, skip_to = True, end + 2
        tokens.append(
            Token(fold_word(word), start, end, word[0].isupper() or word[0].isdigit(), _is_upper(word), possessive)
        )
    return tuple(tokens)


def _is_upper(word: str) -> bool:
    bare = _POSSESSIVE.sub("", word)
    return bare.isupper() and len(bare) > 1


def fold(text: str) -> str:
    """The folded words of a name, joined by spaces: the key under which it is looked up.

    >>> fold("Côte d’Ivoire"), fold("Guinea-Bissau")
    ('cote divoire', 'guinea bissau')
    """
    return " ".join(token.key for token in tokenize(text))


def skeleton(word: str) -> str:
    """The consonants of a folded word, with spellings of one sound made one, to compare transliterations.

    >>> skeleton("yoon") == skeleton("yun"), skeleton("zelenskyy") == skeleton("zelensky")
    (True, True)
    """
    for spelling, sound in (
        ("kh", "k"),
        ("gh", "g"),
        ("ph", "f"),
        ("ck", "k"),
        ("q", "k"),
        ("c", "k"),
        ("dh", "d"),
        ("w", "v"),
        ("j", "y"),
    ):
        word = word.replace(spelling, sound)
    head = word[:1] if word[:1] not in "aeiou" else "a"
    tail = re.sub(r"[aeiouhy]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", head + tail)


# ---- tables ------------------------------------------------------------------------------------------------------

# Forms in the order in which they are preferred when one name has several: "Washington" is the seat, not the city.
_FORMS = ("noun", "adjective", "people", "seat", "capital", "body", "region", "place")


class Gazetteer(msgspec.Struct, frozen=True):
    """Meanings by folded name, and for each first word how many words the longest name has that starts with it."""

    meanings: dict[str, tuple[Meaning, ...]]
    longest: dict[str, int]
    country_names: dict[str, str]


@cache
def gazetteer() -> Gazetteer:
    """All names but people's. A name that several countries share keeps a meaning for each."""
    found: dict[str, list[Meaning]] = {}
    shown: dict[str, str] = {}
    for table in ("aliases", "countries"):
        for row in read_table("actors", table):
            codes = row["code"].split()
            if row["form"] == "shown":
                shown.setdefault(row["code"], row["name"])
                continue
            key = fold(row["name"])
            for code in codes:
                found.setdefault(key, []).append(Meaning(row["form"], code, "", code, row["name"]))
                if row["form"] == "adjective" and key[-1] in "anikbtc":
                    found.setdefault(f"{key}s", []).append(Meaning("people", code, "", code, f"{row['name']}s"))
    for row in read_table("actors", "bodies"):
        entity = fold(row["name"]).replace(" ", "-")
        meaning = Meaning("body", row["code"], row["sector"], entity if row["code"] else "", row["name"], row["also"])
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            found.setdefault(fold(name), []).append(meaning)
            if "cooperation" in (key := fold(name)):
                found.setdefault(key.replace("cooperation", "co operation"), []).append(meaning)
            if "co operation" in key:
                found.setdefault(key.replace("co operation", "cooperation"), []).append(meaning)
    for row in read_table("actors", "places"):
        if (key := row["key"]) not in found:
            found[key] = [Meaning("place", row["code"], "", row["code"], row["name"])]
    longest: dict[str, int] = {}
    for key in found:
        first, _, rest = key.partition(" ")
        longest[first] = max(longest.get(first, 0), rest.count(" ") + 2 if rest else 1)
    meanings = {
        key: tuple(each) if len(each) == 1 else tuple(sorted(set(each), key=_order)) for key, each in found.items()
    }
    return Gazetteer(meanings, longest, shown)


def _order(meaning: Meaning) -> tuple[int, str, str]:
    return _FORMS.index(meaning.form), meaning.code, meaning.name


def country_name(code: str) -> str | None:
    """The English name of a country code; None for a code that is no country."""
    return gazetteer().country_names.get(code)


@cache
def nouns() -> dict[str, tuple[str, bool]]:
    """Common nouns for kinds of actors, folded: sector, and whether the noun alone decides it."""
    return {fold(row["noun"]): (row["sector"], row["strength"] == "strong") for row in read_table("actors", "nouns")}


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    for row in read_table("actors", "words"):
        lists.setdefault(row["list"], set()).add(row["word"])
    return {name: frozenset(each) for name, each in lists.items()}


def word_list(name: str) -> frozenset[str]:
    """One of the lists of function words and the like in `data/actors/words.csv`, folded."""
    return _word_lists()[name]


class _People(msgspec.Struct, frozen=True):
    rows: list[dict[str, str]]
    by_key: dict[str, list[int]]
    by_surname: dict[str, list[int]]
    longest: dict[str, int]


@cache
def _people() -> _People:
    rows = read_table("actors", "people")
    by_key: dict[str, list[int]] = {}
    by_surname: dict[str, list[int]] = {}
    longest: dict[str, int] = {}
    for place, row in enumerate(rows):
        for key in row["keys"].split("|"):
            if key:
                by_key.setdefault(key, []).append(place)
                first, _, rest = key.partition(" ")
                longest[first] = max(longest.get(first, 0), rest.count(" ") + 2)
        for surname in row["surnames"].split("|"):
            by_surname.setdefault(surname, []).append(place)
    return _People(rows, by_key, by_surname, longest)


@lru_cache(maxsize=16384)
def _person(place: int) -> Person:
    row = _people().rows[place]
    terms = []
    for told in row["terms"].split(";"):
        code, start, end, sector, rank, title = told.split(" ", 5)
        until = date.fromisoformat(end) if end else None
        terms.append(Term(code, date.fromisoformat(start), until, sector, int(rank), title))
    return Person(row["entity"], row["name"], tuple(terms))


@lru_cache(maxsize=16384)
def people_named(key: str) -> tuple[Person, ...]:
    """Those whose full name, folded, is `key`."""
    return tuple(_person(place) for place in _people().by_key.get(key, ()))


@lru_cache(maxsize=16384)
def people_surnamed(key: str) -> tuple[Person, ...]:
    """Those whose surname, or the one name they go by, is `key`."""
    return tuple(_person(place) for place in _people().by_surname.get(key, ()))


def longest_person_name(first_word: str) -> int:
    """How many words the longest full name has that starts with this folded word; 0 for none."""
    return _people().longest.get(first_word, 0)


@lru_cache(maxsize=4096)
def office_holders(code: str, day: date) -> tuple[Person, ...]:
    """Heads of state and government and the ministers next to them (rank 1 and 2) of a country on that day."""
    found = (_person(place) for place in _by_country().get(code, ()))
    return tuple(p for p in found if any(t.code == code and t.rank < 3 and t.covers(day) for t in p.terms))


@cache
def _by_country() -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, row in enumerate(_people().rows):
        for code in {told[:3] for told in row["terms"].split(";")}:
            places.setdefault(code, []).append(place)
    return places
