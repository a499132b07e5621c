"""What single words tell about what two states quarrel over.

How common a word is in news between states, and what it is used as, is counted in `data/issues/words.csv`, made by
`training/tables_issues.py`; words that any quarrel has are in `data/issues/lists.csv`. Names of the two states and of
third countries, of their office holders and bodies, and of media name no issue; places that states claim do.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import combinations

import msgspec

from detente.codebook import read_table
from detente.names import fold, gazetteer
from detente.nametables import Names
from detente.phrases import INTERNATIONAL
from detente.stems import stem

UNLISTED = 2
"""Items taken to have a word that the table leaves out, since four or more would have brought it in."""
CONTESTED = frozenset({"TWN", "HKG", "PSE", "KOS"})
"""Codes of the codebook whose statehood is itself at issue: as third parties they can name an issue."""
_COUNTRY_FORMS = frozenset({"noun", "adjective", "people", "capital", "seat"})
_ENDINGS = {"x": ("ed", "ing", "ly"), "a": ("able", "ible", "ous", "ful", "ive", "ical", "less")}


class Background(msgspec.Struct, frozen=True):
    """How common words are in news between states, and what they are used as.

    `shares` are shares (0..1) of texts with a word, `rare` that of a word that is not in it; `kinds` is n for a noun
    or name, a for an adjective, x for anything else.
    """

    shares: dict[str, float]
    kinds: dict[str, str]
    rare: float

    def share(self, word: str) -> float:
        return self.shares.get(word, self.rare)

    def kind(self, word: str) -> str:
        """What a word is used as; of one that is not counted, as far as its ending tells."""
        return self.kinds.get(word) or next((k for k, ends in _ENDINGS.items() if word.endswith(ends)), "n")


@cache
def packaged_background() -> Background:
    """The counts of `data/issues/words.csv`."""
    rows = {row["term"]: row for row in read_table("issues", "words")}
    total = rows.pop("*")
    items, news = int(total["items"]), int(total["news"])
    shares = {
        term: max(int(row["items"]) / items, int(row["news"]) / news, UNLISTED / items) for term, row in rows.items()
    }
    return Background(shares, {term: row["kind"] for term, row in rows.items()}, UNLISTED / items)


@cache
def words_in(name: str) -> frozenset[str]:
    """One of the lists of `data/issues/lists.csv`, folded.

    `stop` end a phrase, `generic` are what any quarrel has, `office` are titles before names.
    """
    return frozenset(row["word"] for row in read_table("issues", "lists") if row["list"] == name)


@cache
def silent_stems() -> frozenset[str]:
    """Stems of words that tell no issue by themselves: those of any quarrel, and titles."""
    return frozenset(stem(word) for name in ("generic", "office") for word in words_in(name))


@cache
def claimed_places() -> dict[str, str]:
    """The folded names of places in `data/places/special.csv`: of one that sides call differently, each with the name
    that stands for all; "" for the others.

    >>> claimed_places()["dokdo"] == claimed_places()["liancourt rocks"], claimed_places()["kashmir"]
    (True, '')
    """
    found: dict[str, str] = {}
    for row in read_table("places", "special"):
        names = [row["name"].partition(" (")[0], *filter(None, row["names"].split("|"))]
        words = [set(fold(name).split()) for name in names]
        differ = any(one.isdisjoint(other) for one, other in combinations(words, 2))
        for name in names:
            found.setdefault(fold(name), row["name"] if differ else "")
    return found


class NamedThings:
    """What names stand for in sentences about two states, with the sizes in words of names by their first word."""

    def __init__(self, pair: tuple[str, str], names: Names, outlets: Iterable[str]) -> None:
        self._pair = frozenset(pair)
        self._meanings = names.gazetteer.meanings
        self._outlets = {fold(outlet) for outlet in outlets}
        self._known: dict[str, str] = {}
        self.people = frozenset(word for code in pair for word in people_words(names, code))
        self.longest = {**names.gazetteer.longest}
        for name in (*claimed_places(), *self._outlets):
            first, _, rest = name.partition(" ")
            self.longest[first] = max(self.longest.get(first, 0), rest.count(" ") + 2 if rest else 1)

    def what(self, name: str) -> str:
        """What a folded name stands for: P one of the two states, c a third country, a body or a medium, t a claimed
        place, "" nothing of these."""
        known = self._known.get(name)
        if known is None:
            if name not in self._meanings and name not in claimed_places() and name not in self._outlets:
                return ""
            known = self._known[name] = self._what(name)
        return known

    def _what(self, name: str) -> str:
        meanings = self._meanings.get(name, ())
        codes = {meaning.code for meaning in meanings if meaning.form in _COUNTRY_FORMS}
        if name in claimed_places() and not any(meaning.form == "seat" for meaning in meanings):
            return "t"
        bodies = [meaning for meaning in meanings if meaning.form == "body"]
        if name in self._outlets or any(m.sector == "JRN" or m.code in INTERNATIONAL | self._pair for m in bodies):
            return "c"
        if codes & self._pair:
            return "P"
        return "" if not codes else "t" if codes <= CONTESTED else "c"


@lru_cache(maxsize=64)
def people_words(names: Names, code: str) -> frozenset[str]:
    """The words of the names of those who held office in a country, but for words that are places in it as well."""
    found: set[str] = set()
    for person in names.people.by_country.get(code, ()):
        row = names.people.rows[person]
        found.update(word for key in (*row["keys"].split("|"), *row["surnames"].split("|")) for word in key.split())
    meanings = names.gazetteer.meanings
    return frozenset(
        word
        for word in found
        if word not in claimed_places()
        and not any(m.form in ("region", "place") and m.code == code for m in meanings.get(word, ()))
    )


@lru_cache(maxsize=65536)
def is_town(name: str) -> bool:
    """Whether a folded name is that of a town or province, and not of a claimed place."""
    meanings = gazetteer().meanings.get(name, ())
    return name not in claimed_places() and any(meaning.form == "place" for meaning in meanings)
