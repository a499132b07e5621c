"""The phrases by which an issue between two states could be called, as they stand in sentences about the two.

A phrase is a run of up to four nouns, names and adjectives that ends in a noun ("export controls", "Line of Control")
and has a word that tells by itself, so that "serious concern" is none. A name written out counts as its abbreviation
where the texts have that too, and a place as the one that it is, whichever side's name it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from detente.issuewords import Background, NamedThings, claimed_places, silent_stems, words_in
from detente.names import Token, fold, tokenize
from detente.nametables import PACKAGED, Names
from detente.stems import stem
from detente.wording import initials

LONGEST = 4
"""Words in a phrase, without "of" and "the" (ours)."""
_NAME_LINKS = frozenset("al bin da de del der dos el ibn la van von".split())
_WRITTEN_OUT = re.compile(r"\b[A-Z][\w'’]*(?:(?: |-)(?:(?:of|on|for|and|in|the) )*[A-Z][\w'’]*){2,}")
_ACRONYM = re.compile(r"\b[A-Z]{3,8}\b")
_CLOSE, _LOOSE = frozenset({" ", "-"}), frozenset({"/", " “", " ‘", ' "', " '"})
Key = tuple[str, ...]


class Word(NamedTuple):
    """A word that could tell an issue: `share` is that of its `key` in the news, `name` whether it is capitalised.

    An adjective `tells` by itself only where its noun does not: "nuclear program".
    """

    stem: str
    key: str
    share: float
    name: bool
    tells: bool = True


class Phrase(NamedTuple):
    """A phrase at the characters `start:end` of a text.

    `key` are the stems of its words, a claimed place as one; `stems` are those of them that tell by themselves.
    """

    key: Key
    stems: frozenset[str]
    start: int
    end: int


class Read(NamedTuple):
    """A text with the words in it that could tell an issue, each once, and its phrases."""

    text: str
    words: tuple[Word, ...]
    phrases: tuple[Phrase, ...]


class _Scan:
    """The words of a text and what each is.

    `gaps[n]` is 2 where word n stands right after the one before, 1 where a quotation mark or a stroke is between, 0
    elsewhere. `kinds` are n, a or x as in `Background`; P, c or t as in `NamedThings`; p an office holder; o "of" or
    "the", s a word that ends a phrase. `places` are the claimed places that sides call differently: from their first
    word, where each ends and what it is known as.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: tuple[Token, ...] = tokenize(text)
        self.gaps = [0] * len(self.tokens)
        for place in range(1, len(self.tokens)):
            between = text[self.tokens[place - 1].end : self.tokens[place].start]
            self.gaps[place] = 2 if between in _CLOSE else 1 if between in _LOOSE else 0
        self.kinds: list[str] = []
        self.places: dict[int, tuple[int, str]] = {}


class Reader:
    """Reads sentences about two states. What it learns from the titles before names, it applies to all of them."""

    def __init__(
        self, pair: tuple[str, str], *, background: Background, names: Names = PACKAGED, outlets: Iterable[str] = ()
    ) -> None:
        self._background = background
        self._things = NamedThings(pair, names, outlets)
        self._kinds: dict[str, str] = {}
        self._nouns: dict[tuple[str, bool], Word | None] = {}

    def read(self, texts: Sequence[str]) -> list[Read]:
        """Each text with its words and phrases."""
        titled: set[str] = set()
        lower: set[str] = set()
        scans = [_Scan(text) for text in texts]
        for scan in scans:
            scan.kinds = [self._kind_of(token) for token in scan.tokens]
            self._mark_names(scan)
            self._mark_people(scan)
            titled.update(token.key for token, kind in zip(scan.tokens, scan.kinds, strict=True) if kind == "p")
            lower.update(token.key for token in scan.tokens if not token.capital)
        persons = titled - lower
        short = set(_ACRONYM.findall(" ".join(texts)))
        return [self._read(scan, persons, short) for scan in scans]

    # -- what each word is

    def _kind_of(self, token: Token) -> str:
        if token.capital and token.key in self._things.people:
            return "p"
        kind = self._kinds.get(token.key)
        if kind is None:
            kind = self._kinds[token.key] = self._common(token.key)
        return "n" if kind == "x" and token.upper else kind

    def _common(self, key: str) -> str:
        if key in ("of", "the"):
            return "o"
        if key in words_in("stop") or len(key) < 2 or not key.isalpha():
            return "s"
        return self._background.kind(key)

    def _mark_names(self, scan: _Scan) -> None:
        """Mark names of countries, bodies, media and claimed places, the longest from the left."""
        place = 0
        while place < len(scan.tokens):
            first = scan.tokens[place]
            size = self._things.longest.get(first.key, 0) if first.capital else 0
            last = place + 1
            while last < min(len(scan.tokens), place + size) and scan.gaps[last] == 2:
                last += 1
            while size and last > place:
                name = " ".join([token.key for token in scan.tokens[place:last]])
                if kind := self._things.what(name):
                    scan.kinds[place:last] = [kind] * (last - place)
                    if kind == "t" and (known_as := claimed_places().get(name)):
                        scan.places[place] = (last, known_as)
                    break
                last -= 1
            place = max(last, place + 1)

    def _mark_people(self, scan: _Scan) -> None:
        """Mark the names after titles ("President of France Emmanuel Macron"), and what goes on a name."""
        state = ""  # "title": a name may follow; "of": a country may
        for place, token in enumerate(scan.tokens):
            kind, near = scan.kinds[place], scan.gaps[place] == 2
            if not near:
                state = ""
            if token.key in words_in("office"):
                state = "title"
            elif state == "title" and token.key == "of":
                state = "of"
            elif (state and kind in "Pc") or (state == "of" and token.key == "the"):
                state = "of" if kind == "o" else "title"
            else:
                titled = state == "title" and token.capital and kind != "t"
                if titled or (near and scan.kinds[place - 1] == "p" and self._goes_on(scan, place)):
                    scan.kinds[place] = "p"
                else:
                    state = ""

    def _goes_on(self, scan: _Scan, place: int) -> bool:
        """Whether a word after a person's name belongs to it: "Jae-in", "Fernández de Kirchner"."""
        token = scan.tokens[place]
        hyphen = scan.text[token.start - 1] == "-"
        return hyphen or token.key in _NAME_LINKS or (token.capital and token.key in self._things.people)

    # -- words and phrases

    def _read(self, scan: _Scan, persons: set[str], short: set[str]) -> Read:
        for place, token in enumerate(scan.tokens):
            if token.capital and scan.kinds[place] in "na" and token.key in persons:
                scan.kinds[place] = "p"
        told: list[Word | None] = [
            self._noun(token) if kind in "nt" else None for token, kind in zip(scan.tokens, scan.kinds, strict=True)
        ]
        for first, (last, name) in scan.places.items():
            share = min(self._background.share(token.key) for token in scan.tokens[first:last])
            told[first:last] = [Word(f"@{name}", name, share, True)] * (last - first)
        for place, kind in enumerate(scan.kinds):
            if kind == "a":
                told[place] = self._adjective(scan, told, place)
        phrases = [*self._phrases(scan, told), *self._abbreviated(scan.text, short)]
        words = {word.stem: word for word in sorted(filter(None, told), key=lambda word: word.tells)}
        for phrase in phrases:
            for found in phrase.stems - words.keys():
                words[found] = Word(found, found, self._background.rare, True)
        return Read(scan.text, tuple(words.values()), tuple(phrases))

    def _noun(self, token: Token) -> Word | None:
        """The noun as a word that could tell, None for one that any quarrel has."""
        key = token.key, token.capital
        if key not in self._nouns:
            base = stem(token.key)
            word = Word(base, token.key, self._background.share(token.key), token.capital)
            self._nouns[key] = None if base in silent_stems() else word
        return self._nouns[key]

    def _adjective(self, scan: _Scan, told: Sequence[Word | None], place: int) -> Word | None:
        """The adjective; it tells where it stands before nouns that do not tell what they are about."""
        word = self._noun(scan.tokens[place])
        if word is None:
            return None
        nouns = 0
        for other in range(place + 1, min(len(scan.tokens), place + LONGEST)):
            if scan.kinds[other] not in "na" or not scan.gaps[other]:
                break
            if (after := told[other]) and after.tells:
                return word._replace(name=False, tells=False)
            nouns += scan.kinds[other] == "n"
        return word._replace(name=False, tells=nouns > 0)

    def _phrases(self, scan: _Scan, told: Sequence[Word | None]) -> Iterator[Phrase]:
        kinds, tokens = scan.kinds, scan.tokens
        inside = {place for first, (last, _) in scan.places.items() for place in range(first + 1, last)}
        for first, start in enumerate(kinds):
            if start not in "nact" or first in inside:
                continue
            key: list[str] = []
            stems: set[str] = set()
            for last in range(first, len(tokens)):
                kind, word = kinds[last], told[last]
                if kind not in "nacto" or (last > first and not scan.gaps[last]):
                    break
                if kind != "o" and last not in inside:
                    if len(key) == LONGEST:
                        break
                    key.append(word.stem if word else stem(tokens[last].key))
                if word and word.tells:
                    stems.add(word.stem)
                if kind in "nt" and stems and last + 1 not in inside:
                    yield Phrase(tuple(key), frozenset(stems), tokens[first].start, tokens[last].end)

    def _abbreviated(self, text: str, short: set[str]) -> Iterator[Phrase]:
        """Names written out of which the texts have the abbreviation, as that."""
        for match in _WRITTEN_OUT.finditer(text) if short else ():
            for letters in sorted(initials(match.group()) & short):
                if self._things.what(fold(match.group())) in ("", "t"):
                    key = stem(letters.lower())
                    yield Phrase((key,), frozenset({key}), match.start(), match.end())
