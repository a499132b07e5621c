"""What holds of two tellings of acts: the facts by which reports are taken for one act or for two.

A `Telling` is what an event keeps for the comparison. Two are compared by what holds of both (`facts`): type and mode,
parties, days, place, event words, the words around them, names, numbers, and what their articles are about. How much
each fact weighs, `detente.resemblance` says.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from detente.belonging import Cue, scan
from detente.codebook import HAPPENED
from detente.names import Token
from detente.stems import kin, stem, weight

NEAR = 8  # words before and after the event words that are near them (ours)
TOPIC = 16  # words that tell what an article is about, and as many names (ours)
LEAD = 60  # words at the beginning of an article that its topic words are taken from (ours)
# Overlaps of two topics at which a fact about them changes (ours).
TOPICS = (0.02, 0.05, 0.08, 0.11, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
DULL = 180  # weight of a stem (`detente.stems`) below which it tells nothing (ours)
FAMILIES = {
    "talks": "AGREE CONSULT SUPPORT COOPERATE AID",
    "yielding": "CONCEDE RETREAT",
    "words": "REQUEST ACCUSE REJECT THREATEN",
    "pressure": "SANCTION COERCE",
    "force": "ASSAULT MOBILIZE PROTEST",
}
FAMILY = {event: name for name, events in FAMILIES.items() for event in events.split()}


class Telling(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of an event for the comparison.

    `actors` and `recipients` are codes, or folded names where no country is known; `start` up to but not including
    `end` are the days as ordinals, 0 where none is known, `sure` whether they are the act's own; `published` is an
    ordinal too. `trigger` are the stems of the event words, `near` and `far` telling stems around them, `names` folded
    words with a capital, `lands` codes of countries that are named. `numbers` are what is counted with lower and upper
    bound. `topic` are the telling words of the article, `sentence` tells its sentences apart.
    """

    id: str
    article: str
    event: str = ""
    mode: str = ""
    status: str = "actual"
    actors: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    start: int = 0
    end: int = 0
    sure: bool = False
    published: int = 0
    place: str = ""
    trigger: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    far: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    lands: frozenset[str] = frozenset()
    numbers: tuple[tuple[str, float, float], ...] = ()
    topic: frozenset[str] = frozenset()
    sentence: int = 0


class Likeness(msgspec.Struct, frozen=True):
    """How likely two tellings are of one act, 0 to 1, and why, in words for people."""

    score: float
    reasons: tuple[str, ...]


LIGHT = frozenset(
    "be have do say will would could may announc make take give get go can begin continu plan report".split()
)


class Wording(msgspec.Struct, frozen=True):
    """The words of a sentence by the part that they play; fields as in `Telling`."""

    trigger: frozenset[str]
    near: frozenset[str]
    far: frozenset[str]
    names: frozenset[str]
    lands: frozenset[str]


def wording(tokens: Iterable[Token], cues: Iterable[Cue], text: str, trigger: tuple[int, int]) -> Wording:
    """The words of a sentence, whose event words are the half-open characters `trigger`; `cues` name countries."""
    tokens = list(tokens)
    land_at: dict[int, str] = {}
    for cue in cues:
        if cue.form in ("noun", "adjective", "people"):
            land_at.update(dict.fromkeys(range(cue.first, cue.last), cue.code))
    capitals = [text[t.start].isupper() for t in tokens]
    long = [c for t, c in zip(tokens, capitals, strict=True) if t.end - t.start > 3]
    headline = sum(long) > 0.7 * len(long) and len(long) > 3
    at = [n for n, t in enumerate(tokens) if t.start < trigger[1] and trigger[0] < t.end]
    first, last = (at[0], at[-1]) if at else (0, 0)
    found: dict[str, set[str]] = {"trigger": set(), "near": set(), "far": set(), "names": set(), "lands": set()}
    for n, token in enumerate(tokens):
        root = stem(token.key)
        if n in at:
            found["trigger"].add(root)
        elif n in land_at:
            found["lands"].add(land_at[n])
        elif token.key.isdigit():
            if len(token.key) == 4:
                found["names"].add(token.key)
        elif capitals[n] and not headline and (n or weight(root) > 500):
            found["names"].add(token.key)
        elif weight(root) >= DULL:
            found["near" if first - NEAR <= n <= last + NEAR else "far"].add(root)
    heavy = {w for w in found["trigger"] if w not in LIGHT and weight(w) >= DULL}
    found["trigger"] = heavy or found["trigger"]
    return Wording(*(frozenset(each) for each in found.values()))


def topic_of(text: str) -> frozenset[str]:
    """The names and the words of the lead that tell most of what an article is about."""
    tokens = scan(text).tokens
    small = {t.key for t in tokens if not text[t.start].isupper()}
    names = Counter(t.key for t in tokens if text[t.start].isupper() and t.key not in small)
    lead = {stem(t.key) for t in tokens[:LEAD]}
    return frozenset([*_telling(names, lambda n: (1 + math.log(names[n])) * weight(n)), *_telling(lead, weight)])


def _telling(words: Iterable[str], worth: Callable[[str], float]) -> list[str]:
    return sorted(words, key=lambda word: (-worth(word), word))[:TOPIC]


def facts(one: Telling, other: Telling) -> list[str]:
    """What holds of two tellings, as names of weights."""
    found = [
        _of_type(one, other),
        *_of_trigger(one, other),
        *_of_words(one, other),
        _of_sides("actors", one.actors, other.actors),
        _of_sides("recipients", one.recipients, other.recipients),
        _of_parties(one, other),
        _of_status(one.status, other.status),
        _of_days(one, other),
        _of_publication(one, other),
        _of_place(one, other),
        _of_topic(one, other),
        _of_article(one, other),
    ]
    found += _of_numbers(one, other)
    return found


def _of_type(one: Telling, other: Telling) -> str:
    if not one.event or not other.event:
        return "type unknown"
    if one.event == other.event:
        if one.mode == other.mode:
            return "type same"
        return "type same, mode unknown" if not (one.mode and other.mode) else "type same, mode apart"
    if FAMILY[one.event] == FAMILY[other.event]:
        return "type of one family"
    good = ("talks", "yielding")
    return "type of one side" if (FAMILY[one.event] in good) == (FAMILY[other.event] in good) else "type apart"


def _of_trigger(one: Telling, other: Telling) -> Iterator[str]:
    shared = one.trigger & other.trigger
    if shared:
        yield "event words same" if one.trigger == other.trigger else "event words shared"
        yield f"event word told by {min(4, max(map(weight, shared)) // 150)}"
        return
    near = max((kin(a, b) for a in one.trigger for b in other.trigger), default=0.0)
    if near:
        yield f"event words near {int(near * 20) / 20:.2f}"
    elif one.trigger & (other.near | other.names) or other.trigger & (one.near | one.names):
        yield "event words among words"
    else:
        yield "event words apart"


def _dice(one: frozenset[str], other: frozenset[str]) -> tuple[int, float]:
    shared = sum(map(weight, one & other))
    total = sum(map(weight, one)) + sum(map(weight, other))
    return shared, 2 * shared / total if total else 0.0


def _of_words(one: Telling, other: Telling) -> Iterator[str]:
    a, b = one.near | one.trigger, other.near | other.trigger
    shared, dice = _dice(a - one.trigger - other.trigger, b - one.trigger - other.trigger)
    yield f"near words {min(9, int(dice * 10))}"
    a, b = a | one.far | one.names, b | other.far | other.names
    shared, dice = _dice(a, b)
    yield f"words {min(9, int(dice * 10))}"
    yield f"words worth {min(8, shared // 600)}"
    if not one.names or not other.names:
        yield "names unknown"
        return
    both = one.names & other.names
    worth = sum(map(weight, both))
    left, right = sum(map(weight, one.names - both)), sum(map(weight, other.names - both))
    yield f"names {min(5, (worth + 399) // 400)}"
    yield f"names apart {min(4, min(left, right) // 400)}{'' if both else ', none shared'}"
    if one.lands or other.lands:
        yield "lands same" if one.lands == other.lands else "lands shared" if one.lands & other.lands else "lands apart"


def _of_sides(name: str, one: frozenset[str], other: frozenset[str]) -> str:
    if not one or not other:
        return f"{name} unknown" if one or other else f"{name} none"
    if one == other:
        return f"{name} same"
    return f"{name} shared" if one & other else f"{name} apart"


def _of_parties(one: Telling, other: Telling) -> str:
    a, b = one.actors | one.recipients, other.actors | other.recipients
    if not a or not b:
        return "parties unknown"
    if a == b:
        return "parties same, two or more" if len(a) > 1 else "parties same, one"
    return "parties shared" if a & b else "parties apart"


def _of_status(one: str, other: str) -> str:
    if one == other:
        return "status same"
    if {one, other} <= HAPPENED:
        return "status happened"
    return "status " + " and ".join(sorted({"happened" if each in HAPPENED else each for each in (one, other)}))


def _bin(days: int) -> str:
    for limit, name in ((0, "0"), (1, "1"), (3, "2-3"), (7, "4-7"), (30, "8-30"), (366, "31-366")):
        if days <= limit:
            return name
    return "more"


def _of_days(one: Telling, other: Telling) -> str:
    if not one.end or not other.end:
        return "days unknown"
    gap = max(0, one.start - other.end + 1, other.start - one.end + 1)
    kind = "told" if one.sure and other.sure else "half told" if one.sure or other.sure else "taken"
    if not gap and kind != "taken" and max(one.end - one.start, other.end - other.start) > 3:
        return f"days {kind} within"
    return f"days {kind} {_bin(gap)}"


def _of_publication(one: Telling, other: Telling) -> str:
    if not one.published or not other.published:
        return "published unknown"
    return f"published {_bin(abs(one.published - other.published))}"


def _of_place(one: Telling, other: Telling) -> str:
    if not one.place or not other.place:
        return "place unknown"
    return "place same" if one.place == other.place else "place apart"


def _of_topic(one: Telling, other: Telling) -> str:
    if not one.topic or not other.topic:
        return "topic unknown"
    return f"topic {bisect(TOPICS, _dice(one.topic, other.topic)[1])}"


def _of_article(one: Telling, other: Telling) -> str:
    if one.article != other.article:
        return "article other"
    return "sentence same" if one.sentence == other.sentence else "article same"


def _of_numbers(one: Telling, other: Telling) -> list[str]:
    found = set()
    theirs = {key: (low, high) for key, low, high in other.numbers}
    for key, low, high in one.numbers:
        if key in theirs:
            fit = low <= theirs[key][1] and theirs[key][0] <= high
            found.add("numbers fit" if fit else "numbers apart")
    return sorted(found)
