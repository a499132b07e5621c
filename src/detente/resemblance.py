"""Whether two reports are likely to tell one act: which are compared at all, and how the facts about a pair weigh.

`telling` takes from an event what the comparison needs (`detente.likeness`). Two are compared only where they share
one of their `keys` and their `window`s overlap. The weights are log odds: those of words, names and topics are fitted
on the training topics of ECB+; those of types, parties, days, places and numbers, which ECB+ does not have, are set by
hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache

from detente.belonging import scan
from detente.codebook import read_table
from detente.likeness import FAMILY, Likeness, Telling, facts, topic_of, wording
from detente.names import fold
from detente.quantities import quantities
from detente.records import Actor, Event
from detente.stems import weight

TOLD = frozenset({"expression", "anchor", "judgement"})  # bases on which the day is the act's own
BESIDE = 1  # days before and after a told day on which another report may have it (ours)
BEFORE, AFTER = 8, 4  # days before and after publication in which an act without a told day may lie (ours)
NAMED = 3  # telling names by which an event of no country is found
BESIDES, APART = -4.0, -6.0
"""Log odds that two events of one article, of one type and of two, are one act: what the article tells again was joined
when it was read (`detente.tellings`), so what is left are mostly two acts (ours)."""
CAUTION = 2.0
"""Log odds taken from every pair of events, since two acts wrongly made one do more harm than one act left as two, and
since like acts of other days are commoner in years of news than in the topics of ECB+ (ours, from merges read)."""
OWN = 2.0  # an article must be so many times as long as a sentence for its topic to say more than the sentence (ours)
SPAN = 366  # days of a told date of which the window takes no more
MOST = 1e15  # what "more than" a number may mean: JSON knows no infinity

_topic = lru_cache(maxsize=256)(topic_of)


def telling(event: Event, published: date | None, text: str) -> Telling:
    """What the comparison needs of an event; `text` is its article's."""
    sentence = event.sentence
    around = scan(sentence.text)
    start, end = event.trigger.start - sentence.start, event.trigger.end - sentence.start
    words = wording(around.tokens, around.cues, sentence.text, (start, end))
    dated = event.date
    told = dated is not None and dated.basis in TOLD
    days = (dated.start.toordinal(), dated.end.toordinal()) if dated else (0, 0)
    if not dated and published:
        days = published.toordinal(), published.toordinal() + 1
    place = event.location
    return Telling(
        id=event.id,
        article=event.article,
        event=event.event,
        mode=next(iter(event.mode), ""),
        status=event.status,
        actors=frozenset(_party(party) for party in event.actor),
        recipients=frozenset(_party(party) for party in event.recipient),
        start=days[0],
        end=days[1],
        sure=told,
        published=published.toordinal() if published else 0,
        place=f"{place.code} {place.name}" if place and place.level != "country" and place.name else "",
        trigger=words.trigger,
        near=words.near,
        far=words.far,
        names=words.names,
        lands=words.lands,
        numbers=tuple(numbers_in(sentence.text)),
        topic=_topic(text) if len(text) > OWN * len(sentence.text) else frozenset(),
        sentence=sentence.start,
    )


def keys(told: Telling) -> tuple[str, ...]:
    """What two tellings must share one of to be compared: family of types and a party, or names where none is known."""
    family = FAMILY[told.event]
    codes = sorted(party for party in told.actors | told.recipients if party.isupper())
    if codes:
        return tuple(f"{family} {code}" for code in codes)
    named = sorted(told.names, key=lambda name: (-weight(name), name))[:NAMED]
    return tuple(f"{family} ~{name}" for name in named)


def window(told: Telling) -> tuple[int, int]:
    """The days, as ordinals and half-open, in which the act may lie."""
    if told.sure:
        return told.start - BESIDE, min(told.end, told.start + SPAN) + BESIDE
    return told.start - BEFORE, told.start + AFTER


def likeness(one: Telling, other: Telling) -> Likeness:
    """How likely two tellings are of one act, 0 to 1, with the facts that speak for it, the weightiest first."""
    weights = _weights()
    found = {fact: weights.get(fact, 0.0) for fact in facts(one, other)}
    total = sum(found.values()) + weights["any two"] - (CAUTION if one.event else 0.0)
    if one.article == other.article and one.event:
        total += BESIDES if one.event == other.event else APART
    score = 1.0 / (1.0 + math.exp(-total))
    best = sorted((fact for fact in found if found[fact] > 0), key=lambda fact: (-found[fact], fact))[:4]
    return Likeness(round(score, 4), tuple(_in_words(best, one, other)))


@cache
def _weights() -> dict[str, float]:
    return {row["fact"]: float(row["weight"]) for row in read_table("likeness", "weights")}


def _party(party: Actor) -> str:
    """A party for comparison: its country, or its own words where no country is known."""
    return party.code or fold(party.name or party.text)


def numbers_in(text: str) -> Iterator[tuple[str, float, float]]:
    """What a sentence counts, with the lower and upper bound of each number; parts of a number are left out."""
    for each in quantities(text):
        if not each.partial:
            yield f"{each.unit} {each.outcome or each.noun}", each.low, MOST if each.high is None else each.high


def _in_words(best: Iterable[str], one: Telling, other: Telling) -> Iterator[str]:
    """Facts as people say them; shared words are named."""
    both = (one.trigger | one.near | one.names) & (other.trigger | other.near | other.names)
    named = sorted(both, key=lambda word: (-weight(word), word))[:5]
    for fact in best:
        if fact.startswith(("near words", "words", "names", "topic", "event word")):
            continue
        yield fact
    if named:
        yield f"shared words: {', '.join(named)}"
