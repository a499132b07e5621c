"""Which of the places that a sentence names is where an event happened, or none of them.

Every place named in the sentence is a candidate, and so is "none"; each gets the sum of the weights of what holds of
it: the preposition that governs it, how far it stands from the event words and on which side, what clause boundaries
lie between, what other places stand nearer. The weights, in `data/places/links.csv`, are fitted by
`training/fit_links.py` on sentences in which event words are linked to places.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

from detente.codebook import read_table
from detente.names import Token
from detente.placewords import LOCATIVE, Mention, read_tokens

_CLAUSE = frozenset("that which who whose whom where when while because but although though if so whether what".split())
_TIME_CLAUSE = frozenset("after before as since until during following amid".split())
_SAID = frozenset("said says say told reported according announced added reports saying claimed".split())
_NO_VERB = frozenset("armed united red wounded injured hundred indeed evening morning killing including during".split())
_DASH = re.compile(r"--|[;:—–\"“”]|\s-\s")
_DATELINE = re.compile(r"\s*(?:,[^.()]{2,40}?)?\s*(?:\([A-Z][A-Za-z. ]+\)\s*)?(?:--|—|–)")
_BUCKETS = ((0, "0"), (1, "1"), (2, "2"), (4, "4"), (7, "7"), (12, "12"), (20, "20"))
NEAREST = 12  # candidates weighed, those nearest to the event words


def facts(text: str, found: Sequence[Mention], event: tuple[int, int]) -> list[tuple[str, ...]]:
    """What holds of each of the mentions, and last of "none", as names of weights.

    `event` are the characters of the event words in `text`.
    """
    tokens = read_tokens(text)
    first = bisect_left(tokens, event[0], key=lambda token: token.end - 1)
    last = max(bisect_left(tokens, event[1], key=lambda token: token.start), first + 1)
    held = []
    for place, mention in enumerate(found):
        plain = list(_facts(text, tokens, found, place, (first, last)))
        side = plain[0]
        lead = f"{mention.lead or '-'}+{mention.via}" if mention.via else mention.lead or "-"
        crossed = [f"{side}|{fact}" for fact in plain[1:]] + [
            f"{fact}|{lead}" for fact in plain[1:] if fact in _CROSSED
        ]
        held.append((*plain, *crossed))
    held.append(tuple(_none(tokens, found, (first, last))))
    return held


_CROSSED = frozenset({"nearest", "nearest-side", "clause", "time-clause", "verb", "led-between", "object", "opens"})


def _facts(
    text: str, tokens: tuple[Token, ...], found: Sequence[Mention], place: int, event: tuple[int, int]
) -> Iterator[str]:
    mention = found[place]
    first, last = event
    after = mention.first >= last
    yield "after" if after else "before" if mention.last <= first else "inside"
    low, high = (last, mention.first) if after else (mention.last, first)
    between = tokens[low:high]
    yield f"far:{next((name for most, name in _BUCKETS if len(between) <= most), 'most')}"
    yield f"lead:{mention.lead}"
    yield f"lead:{mention.lead}+{mention.via}"
    yield f"via:{mention.via}"
    yield f"level:{mention.level}"
    yield f"level:{mention.level}|{mention.lead}"
    if mention.kind:
        yield "kind"
    if mention.lead in LOCATIVE:
        yield "led"
    yield from _order(found, place, event)
    yield from _barriers(text, tokens, between, low, high)
    following = tokens[mention.last] if mention.last < len(tokens) else None
    gap = text[mention.end : following.start] if following else "."
    if mention.possessive:
        yield "possessive"
    elif gap == " " and following and not following.capital and following.key.isalpha() and len(following.key) > 3:
        yield "modifies" if following.key not in _NO_NOUN else f"then:{following.key}"
    elif gap == "-":
        yield "hyphen"
    if "," in gap:
        yield "comma-after"
    if mention.first <= 1 and _DATELINE.match(text, mention.end):
        yield "dateline"
    if mention.first <= 5 and mention.lead and tokens[0].key == mention.lead:
        yield "opens"
    if after and not mention.lead and len(between) <= 4:
        yield "object"
    if place + 1 < len(found) and found[place + 1].via == "nest":
        yield "nests"


_NO_NOUN = frozenset(
    "where when while after before from with since during that which were have against over early late under last "
    "this into between near through between their they amid early because also said wednesday".split()
)


def _order(found: Sequence[Mention], place: int, event: tuple[int, int]) -> Iterator[str]:
    """How a mention stands among the others: nearest, first, how many of them stand between."""
    mention = found[place]
    distances = [_distance(each, event) for each in found]
    mine = distances[place]
    side = [each for each in found if (each.first >= event[1]) == (mention.first >= event[1])]
    if mine == min(distances):
        yield "nearest"
    if mine == min(_distance(each, event) for each in side):
        yield "nearest-side"
    nearer = sum(_distance(each, event) < mine for each in side)
    yield f"nearer:{min(nearer, 3)}"
    if any(each.lead in LOCATIVE and each.via != "nest" and _distance(each, event) < mine for each in side):
        yield "led-between"
    if place == 0:
        yield "first"
    if len(found) == 1:
        yield "only"
        yield f"only|{mention.lead or '-'}"
    led = [each for each in found if each.lead in LOCATIVE and each.via not in ("nest", "compass")]
    if mention in led:
        yield f"led:{min(len(led), 3)}"
        if mine == min(_distance(each, event) for each in led):
            yield "nearest-led"


def _distance(mention: Mention, event: tuple[int, int]) -> int:
    return mention.first - event[1] if mention.first >= event[1] else max(event[0] - mention.last, 0)


def _barriers(text: str, tokens: tuple[Token, ...], between: tuple[Token, ...], low: int, high: int) -> Iterator[str]:
    """What lies between the event words and a mention that could divide them."""
    keys = [token.key for token in between]
    start = tokens[low - 1].end if low else 0
    stop = tokens[high].start if high < len(tokens) else len(text)
    words = text[start:stop] if start < stop else ""
    yield f"commas:{min(words.count(','), 3)}"
    if _DASH.search(words):
        yield "dash"
    if not _CLAUSE.isdisjoint(keys):
        yield "clause"
    if not _TIME_CLAUSE.isdisjoint(keys):
        yield "time-clause"
    if not _SAID.isdisjoint(keys):
        yield "said"
    if any(_verbal(token) for token in between):
        yield "verb"
    if "and" in keys:
        yield "and"
    if not keys or (len(keys) <= 3 and "," not in words):
        yield "close"


def _verbal(token: Token) -> bool:
    return not token.capital and len(token.key) > 4 and token.key[-2:] == "ed" and token.key not in _NO_VERB


def _none(tokens: tuple[Token, ...], found: Sequence[Mention], event: tuple[int, int]) -> Iterator[str]:
    yield "none"
    led = sum(each.lead in LOCATIVE and each.via != "nest" for each in found)
    yield f"none:{min(len(found), 3)}"
    yield f"none:led:{min(led, 3)}"
    word = tokens[event[0]].key if event[0] < len(tokens) else ""
    yield f"none:{word[-2:]}"
    if word in _SAID or word in _STATES:
        yield "none:state"
    before = tokens[event[0] - 1].key if event[0] else ""
    if before in ("the", "a", "his", "their", "of"):
        yield "none:noun"
    if before in ("to", "will", "would", "could", "may", "might", "not"):
        yield "none:not-yet"
    if event[0] and before in ("was", "were", "been", "be", "being"):
        yield "none:passive"


_STATES = frozenset("is are was were be been has have had do does did".split())


@cache
def weights() -> dict[str, float]:
    """Log-odds weights by name."""
    return {row["fact"]: float(row["weight"]) for row in read_table("places", "links")}


def choose(text: str, found: Sequence[Mention], event: tuple[int, int]) -> Mention | None:
    """The mention that the event words belong to; None where "none" fits best or nothing is named."""
    if not found:
        return None
    middle = event[0]
    near = sorted(sorted(found, key=lambda m: min(abs(m.start - middle), abs(m.end - middle)))[:NEAREST], key=_start)
    known = weights()
    scores = [sum(known.get(fact, 0.0) for fact in held) for held in facts(text, near, event)]
    best = scores.index(max(scores))
    return near[best] if best < len(near) else None


def _start(mention: Mention) -> int:
    return mention.start
