"""What two texts have in common word for word.

What is compared are a text's own words: quotations are left out, since two reporters who quote one speech have not
copied from each other. Texts become candidates by a sketch, a sample of the hashes of all groups of SHINGLE words
(A. Broder, "On the resemblance and containment of documents", 1997, the sketch modulo m). Unlike the MinHash
signatures that the same paper proposes, it also finds a short text within a long one. What two texts share is then
found exactly, as runs of words. Sketches are stored, so they are the same on every machine and in every version.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby, pairwise, product

import msgspec

from detente.names import Token, tokenize
from detente.stems import stem, weight

SHINGLE = 5
"""Words in a group. Reports of one event that were written apart have few groups of five words in common."""

SAMPLE = 12
"""One group in so many is in a sketch: of texts with 50 words in a row in common, 98 in 100 share a hash."""

FEWEST, MOST = 4, 96
"""Hashes in a sketch, where a text has as many: short texts keep their lowest, long texts no more than MOST."""

SCARE = 4
"""Words between quotation marks up to which they are a name or a term ("comfort women") and no quotation."""

OFTEN = 8
"""A group that one text has more often, as tables and refrains do, is a sign of nothing."""

GAP, GAPS = 6, 3
"""Words at most in a gap between two runs in which a form is filled, and such gaps (or numbers) at least to tell."""

FEW_NAMES, FEW_NUMBERS, FILLED, NAMELESS = 0.6, 0.5, 0.5, 3
"""Two texts look like two fillings of one form where they have less than so much of their names in common, or of their
numbers, where more than so much of the gaps have other names or numbers, or where the runs hold fewer names than that.
Set on Reuters-21578, where bond issues, weekly auctions and money markets are forms."""

NOT_FORM, NOT_FORM_RUN = 0.8, 36
"""Texts that share so much, or so many words in a row, are one text with other numbers and not two fillings."""

_QUOTED = re.compile(
    r"“[^“”\n]+(?:”|$)|\"[^\"\n]+(?:\"|$)|«[^«»\n]+(?:»|$)|(?<!\w)[‘'](?=\w)[^‘\n]{0,600}?(?<=[\w.,!?])[’'](?!\w)",
    re.MULTILINE,
)
_NOTICE = re.compile(
    r"^.{0,300}?(?:all rights reserved|may not be (?:published|reproduced)|©|^copyright\b).*$",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"\w+")
_COUNTS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve dozen dozens hundred hundreds thousand thousands"
    " million billion first second third fourth fifth sixth seventh eighth ninth tenth".split()
)


class Wording(msgspec.Struct, frozen=True):
    """The words of a text, folded, each with its half-open range in the text; `marked` are those with a capital or
    a digit."""

    keys: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    marked: tuple[bool, ...]


class Run(msgspec.Struct, frozen=True):
    """Words that two texts have in common: `one[start:end]` and `other[other_start:other_end]`, `words` of them, not
    counting quotations that stand between."""

    start: int
    end: int
    other_start: int
    other_end: int
    words: int


class Overlap(msgspec.Struct, frozen=True):
    """What two texts share: the runs in the order of the first, the share (0..1) of the groups of words of each that
    lie in them, and how many words the longest has.

    `signs`, 0 to 4, tells how far they look like two fillings of one form: other names, other numbers, other names or
    numbers between the same words, and no names in these.
    """

    runs: tuple[Run, ...]
    one: float
    other: float
    longest: int
    signs: int


class _Match(msgspec.Struct, frozen=True):
    """`words` words from word `one` of the first text and from word `other` of the second."""

    one: int
    other: int
    words: int


@lru_cache(maxsize=512)
def own_words(text: str) -> Wording:
    """The words of a text outside its quotations and copyright notices, folded as names are.

    >>> own_words('He said "we will never again talk to them" and left.').keys
    ('he', 'said', 'and', 'left')
    """
    return _wording(tokenize(_NOTICE.sub(_blank, _QUOTED.sub(_blank_quotation, text))))


@lru_cache(maxsize=512)
def all_words(text: str) -> Wording:
    """The words of a text, folded, with its quotations."""
    return _wording(tokenize(text))


@lru_cache(maxsize=512)
def matter(text: str) -> frozenset[str]:
    """What a text is about, as far as single words tell: the stems of its words, quotations too."""
    return frozenset(map(stem, all_words(text).keys))


def same_matter(one: frozenset[str], other: frozenset[str]) -> float:
    """How far two texts are about one thing, 0..1: the cosine of their stems, each with its weight."""
    norms = [math.sqrt(sum(weight(word) ** 2 for word in words)) for words in (one, other)]
    return sum(weight(word) ** 2 for word in one & other) / (norms[0] * norms[1]) if all(norms) else 0.0


def sketch(words: Wording) -> tuple[int, ...]:
    """Hashes (48 bits) of a sample of the shingles, the lowest first; none for a text without words.

    Whether a shingle is in the sample depends on its own hash alone: the sketch of a passage lies in that of the whole,
    but for what FEWEST adds and MOST takes away.
    """
    if not words.keys:
        return ()
    last = max(1, len(words.keys) - SHINGLE + 1)
    hashes = sorted({_hash(words.keys[start : start + SHINGLE]) for start in range(last)})
    sampled = [value for value in hashes if value < 2**48 // SAMPLE]
    return tuple(sampled[:MOST] if len(sampled) >= FEWEST else hashes[:FEWEST])


def compare(one: Wording, other: Wording) -> Overlap:
    """What two texts share word for word."""
    matches = _matches(one, other)
    shared = sum(match.words - SHINGLE + 1 for match in matches)
    shares = [shared / max(1, len(words.keys) - SHINGLE + 1) for words in (one, other)]
    longest = max((match.words for match in matches), default=0)
    signs = (
        _other_names(one, other),
        _other_numbers(one, other),
        _fills_gaps(one, other, matches),
        _few_names_shared(one, other, matches),
    )
    return Overlap(
        runs=tuple(_run(match, one, other) for match in matches),
        one=shares[0],
        other=shares[1],
        longest=longest,
        signs=sum(signs) if max(shares) < NOT_FORM and longest < NOT_FORM_RUN else 0,
    )


# -- words


def _wording(tokens: tuple[Token, ...]) -> Wording:
    return Wording(
        keys=tuple(token.key for token in tokens),
        starts=tuple(token.start for token in tokens),
        ends=tuple(token.end for token in tokens),
        marked=tuple(token.capital for token in tokens),
    )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blank_quotation(match: re.Match[str]) -> str:
    return match[0] if len(_WORD.findall(match[0])) <= SCARE else " " * len(match[0])


def _hash(shingle: tuple[str, ...]) -> int:
    return int.from_bytes(blake2b(" ".join(shingle).encode(), digest_size=6).digest(), "big")


# -- runs


def _matches(one: Wording, other: Wording) -> list[_Match]:
    """Runs of words that two texts have in common, in the order of the first; none overlap in either. The longest
    first, each takes what is still free of it, if that is SHINGLE words or more in a row."""
    there = _places(other)
    diagonals: defaultdict[int, list[int]] = defaultdict(list)
    for shingle, starts in _places(one).items():
        for i, j in product(starts, there.get(shingle, ())):
            diagonals[i - j].append(i)
    found = [
        _Match(first, first - offset, count + SHINGLE - 1)
        for offset, starts in diagonals.items()
        for first, count in _rows(sorted(starts))
    ]
    found.sort(key=lambda match: (-match.words, match.one + match.other, match.one))
    taken: tuple[set[int], set[int]] = (set(), set())
    kept = []
    for match in found:
        free = (n for n in range(match.words) if match.one + n not in taken[0] and match.other + n not in taken[1])
        first, words = max(_rows(free), key=lambda row: row[1], default=(0, 0))
        if words >= SHINGLE:
            kept.append(_Match(match.one + first, match.other + first, words))
            taken[0].update(range(kept[-1].one, kept[-1].one + words))
            taken[1].update(range(kept[-1].other, kept[-1].other + words))
    return sorted(kept, key=lambda match: match.one)


def _places(words: Wording) -> dict[tuple[str, ...], list[int]]:
    """Where each shingle begins, without those that come too often."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for start in range(len(words.keys) - SHINGLE + 1):
        places[words.keys[start : start + SHINGLE]].append(start)
    return {shingle: starts for shingle, starts in places.items() if len(starts) <= OFTEN}


def _rows(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers in rows without a gap: the first of each row, and how many it has."""
    for _, row in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in row]
        yield members[0], len(members)


def _run(match: _Match, one: Wording, other: Wording) -> Run:
    return Run(
        start=one.starts[match.one],
        end=one.ends[match.one + match.words - 1],
        other_start=other.starts[match.other],
        other_end=other.ends[match.other + match.words - 1],
        words=match.words,
    )


# -- forms


def _other_names(one: Wording, other: Wording) -> bool:
    return _few_in_common(_names(one), _names(other), FEW_NAMES)


def _other_numbers(one: Wording, other: Wording) -> bool:
    here, there = numbers(one.keys), numbers(other.keys)
    return min(len(here), len(there)) >= GAPS and _few_in_common(here, there, FEW_NUMBERS)


def _few_in_common(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    return len(one & other) < share * min(len(one), len(other))


def _fills_gaps(one: Wording, other: Wording, matches: list[_Match]) -> bool:
    """Whether most short gaps between one run and the next hold names or numbers in both texts, and not the same."""
    gaps = filled = 0
    for match, following in pairwise(matches):
        here = range(match.one + match.words, following.one)
        there = range(match.other + match.words, following.other)
        if len(here) <= GAP and len(there) <= GAP and match.other < following.other:
            told = [{text.keys[n] for n in gap if text.marked[n]} for text, gap in ((one, here), (other, there))]
            gaps += 1
            filled += bool(told[0] and told[1]) and told[0] != told[1]
    return gaps >= GAPS and filled > FILLED * gaps


def _few_names_shared(one: Wording, other: Wording, matches: list[_Match]) -> bool:
    shared = {key for match in matches for key in one.keys[match.one : match.one + match.words]}
    return len(shared & _names(one) & _names(other)) < NAMELESS


def _names(words: Wording) -> frozenset[str]:
    """The words of more than three letters that have a capital wherever they stand."""
    small = {key for key, marked in zip(words.keys, words.marked, strict=True) if not marked}
    capital = {key for key, marked in zip(words.keys, words.marked, strict=True) if marked and not key[0].isdigit()}
    return frozenset(key for key in capital - small if len(key) > 3)


def numbers(words: Iterable[str]) -> frozenset[str]:
    """The words that have a digit."""
    return frozenset(word for word in words if any(letter.isdigit() for letter in word))


def names_and_numbers(words: Wording) -> frozenset[str]:
    """The words of a text by which two reports of one wording are about different things: "the first case in Spain"
    and "the second case in Finland"."""
    return _names(words) | numbers(words.keys) | _COUNTS.intersection(words.keys)
