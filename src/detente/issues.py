"""What two states quarrel about: the issues that sentences about the two have in common, and what each is called.

A phrase tells an issue where the sentences about the two have it far more often than news between states has it
(`issuewords.Background`). Phrases that stand in the same sentences and beside one another, or share telling words, are
of one issue: they are joined two by two, the likest first, as long as they are more alike than chance makes them
(agglomerative clustering with average linkage: R. R. Sokal, C. D. Michener, "A statistical method for evaluating
systematic relationships", 1958). A sentence is about the issue whose phrases in it and around it tell most, and an
issue is called by its most telling phrase, as the texts write it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from detente.issuephrases import Key, Reader
from detente.issuewords import Background, is_town

SMALL = 10
"""Sentences added to those of a pair of states, so that in a handful not every word tells (ours)."""
TELLING = 2.0
"""Bits from which a word tells anything: it is four times as frequent between the two as in the news (ours)."""
FOUNDING = 3.0
"""Bits from which a phrase can found an issue and give it its name, and a sentence its issue (ours)."""
TWICE = 5.0
"""Bits from which a phrase of only two sentences can (ours)."""
CONTESTING = 0.25
"""Share of the sentences of a founding phrase that tell of a conflict or stand beside one that does (ours)."""
OFTEN = 3
"""Sentences with a single common word or the name of a town, of two articles or more, for it to found an issue
(ours)."""
SWALLOWED = 0.75
"""Share of a phrase's sentences in which it stands in a longer one, from which only the longer one counts (ours)."""
ALIKE = 0.14
"""How far two groups of phrases are alike beyond chance, 0..1, to be of one issue (tuned on `demo/articles`)."""
SHARING = 0.6
"""What is added for groups whose telling words are the same (tuned)."""
BESIDE = 0.7
"""What it counts that a phrase stands beside a sentence, or above it in the headline, and not in it (ours)."""
OWN = 2
"""Sentences about the two states, or headlines, that have a single common word or the name of a town, at least, for
it to found an issue (ours)."""
REACH = 2
"""Sentences of an article that stand beside one another (ours)."""
MOST = 400
"""Phrases that issues are made of, the most telling ones: more would take long and add little (ours)."""
COMMON = 0.6
"""How good a name a single common word or a town's is, beside a name or a phrase that tells as much (ours)."""
MOST_PHRASES = 8
"""Phrases that an issue is shown with (ours)."""
HEADLINE = -1
"""The place of a headline."""
Matrix = npt.NDArray[np.float64]


class Told(msgspec.Struct, frozen=True):
    """One sentence of an article with sentences about the two states, or its headline.

    `place` counts the sentences of the article, from 0; that of a headline is HEADLINE. `own`: whether it is about the
    two, `conflict`: whether it tells of a conflict between them.
    """

    text: str
    article: str
    place: int
    own: bool = True
    conflict: bool = False


class Issue(msgspec.Struct, frozen=True):
    """An issue: its name, and all that it is called, the name first and then the most telling.

    `told` are the places of its sentences in the sequence that was given.
    """

    name: str
    phrases: tuple[str, ...]
    told: tuple[int, ...]


class _Feature(NamedTuple):
    """A phrase that tells: `at` are the sentences it stands in, as bits; `stems` those of its words that tell by
    themselves; `own` are how many sentences about the two states and headlines have it, `articles` how many articles;
    `bare`: whether it is a single common word or a town's name."""

    key: Key
    stems: frozenset[str]
    at: int
    conflicts: int
    bits: float
    own: int
    articles: int
    bare: bool

    @property
    def sentences(self) -> int:
        return self.at.bit_count()

    @property
    def score(self) -> float:
        """How much it tells: bits a sentence, those without a conflict counted half."""
        return (self.conflicts + (self.sentences - self.conflicts) / 2) * self.bits

    @property
    def founds(self) -> bool:
        """Whether it can found an issue: it tells enough and is told with conflict; bare words more so."""
        if (self.bare and self.own < OWN) or self.conflicts < CONTESTING * self.sentences:
            return False
        if self.bits < (FOUNDING if self.sentences >= OFTEN else TWICE):
            return False
        return not self.bare or (self.articles > 1 and self.sentences >= OFTEN and self.score >= OFTEN * FOUNDING)


def find_issues(
    told: Sequence[Told], pair: tuple[str, str], background: Background, *, outlets: Iterable[str] = ()
) -> tuple[Issue, ...]:
    """The issues of two states, that of most sentences first; the order of `told` makes no difference to them.

    `outlets` are names of media, which name no issue.
    """
    page = _Page(told, pair, background, outlets)
    groups = [group for group in _grouped(page) if any(each.founds for each in group)]
    placed = page.placed(groups)
    found = []
    for number, group in enumerate(groups):
        sentences = [text for text, issue in placed.items() if issue == number]
        if issue := page.issue(group, sentences):
            found.append(issue)
    return tuple(sorted(found, key=lambda each: (-len(each.told), each.name)))


# -- the sentences -----------------------------------------------------------------------------------------------------


class _Page:
    """All different sentences, in the order of the alphabet, with the phrases in them that tell."""

    def __init__(
        self, told: Sequence[Told], pair: tuple[str, str], background: Background, outlets: Iterable[str]
    ) -> None:
        self._background = background
        self._told: defaultdict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(told):
            self._told[each.text].append(place)
        self.texts = sorted(self._told)
        self.size = len(self.texts)
        self.reads = Reader(pair, background=background, outlets=outlets).read(self.texts)
        where = {text: number for number, text in enumerate(self.texts)}
        self._near = self._neighbours(told, where)
        self._articles = defaultdict[int, set[str]](set)
        for each in told:
            self._articles[where[each.text]].add(each.article)
        self.conflicts = self.beside(_bits(where[each.text] for each in told if each.conflict))
        self._own = _bits(where[each.text] for each in told if each.own or each.place == HEADLINE)
        self.times = self._times()
        self.features = self._features()

    def _neighbours(self, told: Sequence[Told], where: dict[str, int]) -> list[int]:
        """For each sentence those within REACH of it in an article, and its headlines; itself included, as bits."""
        articles = defaultdict[str, set[tuple[int, int]]](set)
        for each in told:
            articles[each.article].add((each.place, where[each.text]))
        near = [1 << number for number in range(self.size)]
        for places in articles.values():
            for (one, first), (two, second) in combinations(sorted(places), 2):
                if one == HEADLINE or two - one <= REACH:
                    near[first] |= 1 << second
                    near[second] |= 1 << first
        return near

    def beside(self, at: int) -> int:
        """The sentences that are among these or stand beside one of them, as bits."""
        found = at
        for number in _places(at):
            found |= self._near[number]
        return found

    def _times(self) -> dict[str, float]:
        """How many times as frequent each word is as in the news, by its stem."""
        counts: Counter[str] = Counter()
        shares: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for read in self.reads:
            for word in read.words:
                counts[word.stem] += 1
                shares[word.stem][word.key] = word.share
        return {stem: self._rate(count) / sum(shares[stem].values()) for stem, count in counts.items()}

    def _rate(self, count: int) -> float:
        return count / (self.size + SMALL)

    def _features(self) -> list[_Feature]:
        """The most telling phrases of two sentences or more, without those that a longer one swallows."""
        at: defaultdict[Key, int] = defaultdict(int)
        stems: dict[Key, frozenset[str]] = {}
        named: Counter[Key] = Counter()
        towns = {word.stem for read in self.reads for word in read.words if word.name and is_town(word.key)}
        for number, read in enumerate(self.reads):
            for phrase in read.phrases:
                at[phrase.key] |= 1 << number
                stems[phrase.key] = phrase.stems
                named[phrase.key] += read.text[phrase.start].isupper()
        found: dict[Key, _Feature] = {}
        for key, sentences in at.items():
            count = sentences.bit_count()
            conflicts = (sentences & self.conflicts).bit_count()
            if count > 1 and conflicts and (bits := self._bits_of(key, count)) >= TELLING:
                bare = len(key) == 1 and (key[0] in towns or named[key] * 2 < count)
                articles = {article for number in _places(sentences) for article in self._articles[number]}
                own = (sentences & self._own).bit_count()
                found[key] = _Feature(key, stems[key], sentences, conflicts, bits, own, len(articles), bare)
        for key in sorted(found, key=lambda k: (-len(k), k)):
            if key in found:
                for part in _parts(key):
                    if part in found and found[part].sentences * SWALLOWED <= found[key].sentences:
                        del found[part]
        return sorted(found.values(), key=lambda f: (-f.score, f.key))[:MOST]

    def _bits_of(self, key: Key, count: int) -> float:
        """How telling a phrase is: of several words, as its words make it, and no more than if none else had it."""
        times = math.prod(max(1.0, self.times.get(stem, 1.0)) for stem in set(key))
        if len(key) > 1:
            times = min(times, self._rate(count) / self._background.rare)
        return math.log2(times)

    def placed(self, groups: Sequence[Sequence[_Feature]]) -> dict[int, int]:
        """The group of each sentence that is about one: that whose words in it and around it tell most."""
        weights = np.zeros((len(groups), self.size))
        for number, group in enumerate(groups):
            for feature in group:
                weights[number, list(_places(feature.at))] += feature.bits
        placed = {}
        for number in range(self.size):
            around = [other for other in _places(self._near[number]) if other != number]
            told = weights[:, number]
            if around:
                told = told + BESIDE * weights[:, around].max(axis=1)
            if len(groups) and told.max() >= (TELLING * BESIDE if around else FOUNDING):
                placed[number] = int(told.argmax())
        return placed

    # -- what an issue is called

    def issue(self, group: Sequence[_Feature], sentences: Sequence[int]) -> Issue | None:
        """The issue of a group of phrases and the sentences about it; None where no phrase in them can found it."""
        written: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        for number in sentences:
            read = self.reads[number]
            for phrase in read.phrases:
                written[phrase.key][read.text[phrase.start : phrase.end]] += 1
        ranked = sorted((f for f in group if f.key in written), key=lambda f: (not f.founds, -_naming(f), f.key))
        if not ranked or not ranked[0].founds:
            return None
        names: list[str] = []
        for feature in ranked:
            words = min(written[feature.key].items(), key=lambda pair: (-pair[1], pair[0]))[0]
            if not any(words.lower() in name.lower() for name in names):
                names.append(words)
        places = sorted(place for number in sentences for place in self._told[self.texts[number]])
        return Issue(names[0], tuple(names[:MOST_PHRASES]), tuple(places))


def _naming(feature: _Feature) -> float:
    """How good a name a phrase is: what it tells in all its sentences, less of a single common word."""
    return feature.score * (COMMON if feature.bare else 1.0)


# -- grouping ----------------------------------------------------------------------------------------------------------


def _grouped(page: _Page) -> list[list[_Feature]]:
    """The phrases in groups."""
    features = page.features
    if not features:
        return []
    scores = np.array([feature.score for feature in features])
    near, shared = _likeness(page) * np.outer(scores, scores), _shared(page)
    groups = [[feature] for feature in features]
    while len(groups) > 1:
        lengths = np.sqrt(np.maximum(np.diagonal(shared), 1e-9))
        alike = near / np.outer(scores, scores) + SHARING * shared / np.outer(lengths, lengths)
        np.fill_diagonal(alike, -1.0)
        one, other = sorted(divmod(int(alike.argmax()), len(groups)))
        if alike[one, other] < ALIKE:
            break
        near, shared = _joined(near, one, other), _joined(shared, one, other)
        scores[one] += scores[other]
        scores = np.delete(scores, other)
        groups[one] += groups.pop(other)
    return groups


def _joined(sums: Matrix, one: int, other: int) -> Matrix:
    """Sums over each two groups after one took in the other."""
    sums[one] += sums[other]
    sums[:, one] += sums[:, other]
    return np.delete(np.delete(sums, other, 0), other, 1)


def _likeness(page: _Page) -> Matrix:
    """For each two phrases, the cosine of the sentences they stand in and beside, less what it would be by chance."""
    vectors = np.zeros((len(page.features), page.size))
    for row, feature in enumerate(page.features):
        vectors[row, list(_places(page.beside(feature.at)))] = BESIDE
        vectors[row, list(_places(feature.at))] = 1.0
    lengths, shares = np.linalg.norm(vectors, axis=1), (vectors > 0).mean(axis=1)
    chance = np.minimum(np.sqrt(np.outer(shares, shares)), 0.99)
    likeness: Matrix = (vectors @ vectors.T / np.outer(lengths, lengths) - chance) / (1 - chance)
    return likeness


def _shared(page: _Page) -> Matrix:
    """For each two phrases, the product of what they tell by the same words."""
    telling = {stem for feature in page.features for stem in feature.stems if page.times.get(stem, 0) >= 2**TELLING}
    columns = {stem: column for column, stem in enumerate(sorted(telling))}
    told = np.zeros((len(page.features), len(columns)))
    for row, feature in enumerate(page.features):
        for stem in feature.stems & columns.keys():
            told[row, columns[stem]] = math.log2(page.times[stem]) * feature.sentences
    return np.asarray(told @ told.T)


def _parts(key: Key) -> Iterator[Key]:
    for first in range(len(key)):
        for last in range(first + 1, len(key) + 1):
            if last - first < len(key):
                yield key[first:last]


def _bits(places: Iterable[int]) -> int:
    found = 0
    for place in places:
        found |= 1 << place
    return found


def _places(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
