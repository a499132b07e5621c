"""What names mean: countries, places, bodies, people and the common nouns for kinds of actors.

Reads `data/actors/*.csv` (see `data/SOURCES.md`), once, on first use. A name is looked up by its folded words
(`fold`), so that case, accents, hyphens and apostrophes do not matter; a name that means two things keeps both
meanings, and it is for the caller to choose or to abstain.
These are the packaged tables; a text is read with `nametables.Names`, which can have a user's own actors as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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
    or the days ("start/end", end exclusive) on which it governed. `source` is the table and the row's source.
    """

    form: str
    code: str
    sector: str
    entity: str
    name: str
    also: str = ""
    source: str = ""


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
    source: str = ""

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


@lru_cache(maxsize=65536)
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
    """All packaged names but people's. A name that several countries share keeps a meaning for each."""
    found: dict[str, list[Meaning]] = {}
    shown: dict[str, str] = {}
    for table in ("aliases", "countries"):
        for row in read_table("actors", table):
            codes, source = row["code"].split(), source_of(table, row)
            if row["form"] == "shown":
                shown.setdefault(row["code"], row["name"])
                continue
            key = fold(row["name"])
            for code in codes:
                found.setdefault(key, []).append(Meaning(row["form"], code, "", code, row["name"], "", source))
                if row["form"] == "adjective" and key[-1] in "anikbtc":
                    people = Meaning("people", code, "", code, f"{row['name']}s", "", source)
                    found.setdefault(f"{key}s", []).append(people)
    for row in read_table("actors", "bodies"):
        entity = fold(row["name"]).replace(" ", "-") if row["code"] else ""
        source = source_of("bodies", row)
        meaning = Meaning("body", row["code"], row["sector"], entity, row["name"], row["also"], source)
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            found.setdefault(fold(name), []).append(meaning)
            if "cooperation" in (key := fold(name)):
                found.setdefault(key.replace("cooperation", "co operation"), []).append(meaning)
            if "co operation" in key:
                found.setdefault(key.replace("co operation", "cooperation"), []).append(meaning)
    for row in read_table("actors", "outlets"):
        entity, source = fold(row["name"]).replace(" ", "-"), source_of("outlets", row)
        meaning = Meaning("body", row["code"], "JRN", entity, row["name"], "", source)
        for key in map(fold, (row["name"], *filter(None, row["aliases"].split("|")))):
            if all(other.sector == "JRN" for other in found.get(key, ())):
                found.setdefault(key, []).append(meaning)
    for row in read_table("actors", "places"):
        if (key := row["key"]) not in found:
            found[key] = [Meaning("place", row["code"], "", row["code"], row["name"], "", source_of("places", row))]
    meanings = {key: tuple(each) if len(each) == 1 else ordered(each) for key, each in found.items()}
    return Gazetteer(meanings, longest_names(found), shown)


def source_of(table: str, row: dict[str, str]) -> str:
    """Where a row stands and where it is from, in words."""
    return f"{table}.csv ({row['source']})"


def ordered(meanings: Iterable[Meaning]) -> tuple[Meaning, ...]:
    """The meanings in order of preference, each once, whichever source it is from."""
    first: dict[tuple[str, ...], Meaning] = {}
    for each in meanings:
        first.setdefault((each.form, each.code, each.sector, each.entity, each.name, each.also), each)
    return tuple(sorted(first.values(), key=_order))


def longest_names(keys: Iterable[str]) -> dict[str, int]:
    """For each first word, how many words the longest key has that starts with it."""
    longest: dict[str, int] = {}
    for key in keys:
        first, _, rest = key.partition(" ")
        longest[first] = max(longest.get(first, 0), rest.count(" ") + 2 if rest else 1)
    return longest


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


# ---- people ------------------------------------------------------------------------------------------------------


class People(msgspec.Struct, frozen=True):
    """Rows as in `data/actors/people.csv`, and where each full name, surname and country is among them."""

    rows: list[dict[str, str]]
    by_key: dict[str, list[int]]
    by_surname: dict[str, list[int]]
    by_country: dict[str, list[int]]
    heads: list[int]
    longest: dict[str, int]


@cache
def packaged_people() -> People:
    return indexed(read_table("actors", "people"))


def indexed(rows: list[dict[str, str]]) -> People:
    """The rows with their indices; `heads` are those who were a head of state or government some day."""
    people = People(rows, {}, {}, {}, [], {})
    for place, row in enumerate(rows):
        for key in filter(None, row["keys"].split("|")):
            people.by_key.setdefault(key, []).append(place)
        for surname in row["surnames"].split("|"):
            people.by_surname.setdefault(surname, []).append(place)
        told = [term.split(" ", 5) for term in row["terms"].split(";")]
        for code in {term[0] for term in told}:
            people.by_country.setdefault(code, []).append(place)
        if any(term[4] == "1" for term in told):
            people.heads.append(place)
    people.longest.update(longest_names(people.by_key))
    return people


def read_person(row: dict[str, str]) -> Person:
    """The person of a row; `told by` in it is the source of rows that are no packaged ones."""
    terms = []
    for told in row["terms"].split(";"):
        code, start, end, sector, rank, title = told.split(" ", 5)
        until = date.fromisoformat(end) if end else None
        terms.append(Term(code, date.fromisoformat(start), until, sector, int(rank), title))
    return Person(row["entity"], row["name"], tuple(terms), row.get("told by") or source_of("people", row))
