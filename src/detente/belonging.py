"""Whose an actor is when its own words do not say: the country that the text around it tells.

"Police fired on protesters in Tunis": both are Tunisian, though neither phrase names a country. Every country
named in the document is a candidate, and so is "none"; each gets the sum of the weights of what holds of it (how
near, before or after, as adjective, noun or place, how often). The weights, in `data/actors/belonging.csv`, are
fitted on training items by `training/fit_belonging.py`; where the two best are too close the answer is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec

from detente.codebook import read_table
from detente.names import Person, Token, tokenize, word_list
from detente.nametables import PACKAGED, Names
from detente.phrases import INTERNATIONAL, Phrase, find_hits

NONE = ""
# Margin in log odds below which two candidates count as fitting equally well.
CLOSE = 0.1


class Cue(msgspec.Struct, frozen=True):
    """A country named at the characters `start:end` of a document; `placed` after a word like "in"."""

    code: str
    start: int
    end: int
    form: str
    placed: bool
    first: int
    last: int


class Scan(msgspec.Struct, frozen=True):
    """All names in a document: `cues` in order, how often each code is named, and people by each word of their name.

    `words` are the places (in tokens) of each folded word.
    """

    tokens: tuple[Token, ...]
    cues: tuple[Cue, ...]
    starts: list[int]
    counts: dict[str, int]
    people: dict[str, tuple[Person, ...]]
    words: dict[str, list[int]]


class Belonging(msgspec.Struct, frozen=True):
    """The country told by the text around ("" for none), the runner-up, and the reason in words.

    `ranked` are all countries that came into question, best first, with their log odds; "" is none of them.
    """

    code: str
    second: str
    why: str
    ranked: tuple[tuple[str, float], ...] = ()


@lru_cache(maxsize=64)
def scan(text: str, names: Names = PACKAGED) -> Scan:
    """Everything that is named in a text."""
    tokens = tokenize(text)
    cues: list[Cue] = []
    counts: dict[str, int] = {}
    people: dict[str, dict[str, Person]] = {}
    for hit in find_hits(text, tokens, names):
        if hit.people and len(hit.people) == 1:
            for token in tokens[hit.first : hit.last]:
                people.setdefault(token.key, {})[hit.people[0].entity] = hit.people[0]
        if hit.loose or hit.generic or len(hit.codes) != 1:
            continue
        (code,) = hit.codes
        counts[code] = counts.get(code, 0) + 1
        placed = hit.first > 0 and tokens[hit.first - 1].key in _PLACING
        cues.append(Cue(code, tokens[hit.first].start, tokens[hit.last - 1].end, hit.form, placed, hit.first, hit.last))
    words: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        words.setdefault(token.key, []).append(place)
    return Scan(
        tokens,
        tuple(cues),
        [cue.start for cue in cues],
        counts,
        {key: tuple(each.values()) for key, each in people.items()},
        words,
    )


_PLACING = frozenset("in at near inside across around throughout outside".split())
_TOWARDS = frozenset("to against with by from for on".split())
_POSSESSIVES = frozenset("its their his her".split())

# Words of many countries at once, or of none.
_WIDE = word_list("wide")
# Events that one side does to another, so that their recipient is seldom of the country that stands as the doer.
_AIMED = frozenset({"ASSAULT", "COERCE", "SANCTION", "ACCUSE", "PROTEST", "RETREAT"})

# ---- what holds of a candidate -----------------------------------------------------------------------------------

_GROUPS = {
    "GOV": "state",
    "LEG": "state",
    "PTY": "state",
    "OPP": "state",
    "SPY": "state",
    "ELI": "state",
    "MIL": "force",
    "COP": "order",
    "JUD": "order",
    "REB": "armed",
    "UAF": "armed",
    "CRM": "armed",
    "PRM": "armed",
    "CVL": "people",
    "REF": "people",
    "BUS": "trade",
}


def group_of(phrase: Phrase) -> str:
    """The kind of phrase, as far as it matters for where its country is told."""
    if phrase.name_words and not phrase.head:
        return "name"
    kind = _GROUPS.get(phrase.sector, "other")
    return f"{kind}-name" if phrase.name_words else kind


def candidates(
    phrase: Phrase, start: int, bounds: tuple[int, int], text: str, role: str, event: str
) -> dict[str, tuple[str, ...]]:
    """For each country named in the text, and for none, what holds of it, as names of weights."""
    around = scan(text, phrase.names)
    end = start + len(phrase.text)
    group = group_of(phrase)
    by_code: dict[str, list[Cue]] = {}
    for cue in around.cues:
        if not (start <= cue.start < end):
            by_code.setdefault(cue.code, []).append(cue)
    told = _told_of_head(phrase, around, start)
    sentence = [cue for cue in around.cues if bounds[0] <= cue.start < bounds[1] and not start <= cue.start < end]
    owned = _owned(around, start)
    part = f"{role}:{event}" if event in _AIMED and role == "recipient" else role
    held: dict[str, tuple[str, ...]] = {}
    for code, cues in by_code.items():
        facts = list(_facts(code, cues, start, end, bounds, around, sentence, text))
        facts += told.get(code, ())
        if owned and sentence and cues and sentence[0].code == code and sentence[0].start < start:
            facts.append("its")
        held[code] = tuple(facts + [f"{fact}|{group}" for fact in facts] + [f"{fact}|{part}" for fact in facts])
    none = ["none", f"none:{phrase.head}", f"none:{len(by_code)}" if len(by_code) < 3 else "none:3"]
    none += ["none:wide"] * any(token.key in _WIDE for token in phrase.tokens)
    none += ["none:plural"] * phrase.head.endswith("s")
    held[NONE] = (*none, f"none|{group}", f"none|{part}", f"none|{group}|{part}")
    return held


def _facts(
    code: str,
    cues: list[Cue],
    start: int,
    end: int,
    bounds: tuple[int, int],
    around: Scan,
    sentence: list[Cue],
    text: str,
) -> Iterator[str]:
    if code in INTERNATIONAL:
        yield "international"
    here = [cue for cue in cues if bounds[0] <= cue.start < bounds[1]]
    if not here:
        yield "elsewhere"
        yield f"elsewhere:{'before' if cues[-1].start < start else 'after'}"
    nearest = min(here or cues, key=lambda cue: _gap(cue, start, end))
    gap, side = _gap(nearest, start, end), "before" if nearest.start < start else "after"
    if here:
        bucket = next((str(most) for most in (8, 20, 45, 90, 160) if gap <= most), "far")
        yield f"{side}:{bucket}"
        yield f"{side}:{nearest.form}"
        if all(gap <= _gap(cue, start, end) for cue in sentence):
            yield "nearest"
            yield f"nearest:{nearest.form}"
        same_side = [cue for cue in sentence if (cue.start < start) == (side == "before")]
        if nearest in (same_side[-1:] if side == "before" else same_side[:1]):
            yield f"nearest:{side}"
        if sentence and sentence[0].code == code:
            yield "first"
        for cue in here:
            if cue.placed:
                yield f"placed:{'after' if cue.start >= end else 'before'}"
                if 0 <= cue.start - end <= 12:
                    yield "placed:next"
        for cue in {id(each): each for each in (nearest, *here[:4])}.values():
            if kind := _apposed(text, cue, start, end):
                yield f"apposed:{kind}"
                yield f"apposed:{kind}:{cue.form}"
                break
        if nearest.first and around.tokens[nearest.first - 1].key in _TOWARDS:
            yield f"towards:{side}"
    if around.cues and around.cues[0].code == code:
        yield "opens"
    total, most = around.counts[code], max(around.counts.values())
    if len(around.counts) == 1:
        yield "only"
    elif total == most and sum(count == most for count in around.counts.values()) == 1:
        yield "most"
    if any(cue.form in ("place", "region") for cue in cues):
        yield "has:place"
    if any(cue.form == "capital" and cue.placed for cue in cues):
        yield "has:capital"
    if all(cue.form == "adjective" for cue in cues):
        yield "all:adjective"
    if all(cue.form in ("person", "body") for cue in cues):
        yield "all:other"


def _apposed(text: str, cue: Cue, start: int, end: int) -> str:
    """Whether the country stands in an apposition to the phrase: "X, a Syrian doctor" or "the Syrian doctor, X"."""
    between = text[end : cue.start] if cue.start >= end else text[cue.end : start]
    if len(between) > 45 or any(mark in between for mark in ".;:"):
        return ""
    if cue.start >= end:
        return "after" if _OPENS.match(between) else ""
    return (
        "before"
        if between.count(",") == 1 and between.rstrip().endswith(",")
        else "run"
        if _NAMES.fullmatch(between)
        else ""
    )


_OPENS = re.compile(r"\s*[,(–-]\s*(?:(?:an?|the|who|which|one|is|was)\s)?")
_NAMES = re.compile(r"(?:['’]s)?(?:\s+(?!and\b|in\b|to\b|of\b|on\b|by\b|for\b)[\w'’-]+){0,4}\s+")


def _gap(cue: Cue, start: int, end: int) -> int:
    return start - cue.end if cue.end <= start else max(cue.start - end, 0)


def _told_of_head(phrase: Phrase, around: Scan, start: int) -> dict[str, list[str]]:
    """Countries that stand before the same head noun, or beside the same name, elsewhere in the text."""
    found: dict[str, list[str]] = {}
    head = phrase.head.rpartition(" ")[2]
    for kind, word in [("head", head)] * bool(head) + [("name", word) for word in phrase.name_words[-1:]]:
        for place in around.words.get(word, ()):
            at = around.tokens[place].start
            if start <= at < start + len(phrase.text):
                before, after = _beside(around, start, start + len(phrase.text))
            else:
                before, after = _beside(around, at, around.tokens[place].end)
            reach = 2 if kind == "head" else 5
            inside = start <= at < start + len(phrase.text)
            name = "self" if inside else kind
            first = _first_token(around, start) if inside else place
            last = _last_token(around, start + len(phrase.text)) if inside else place + 1
            if before is not None and first - before.last <= reach:
                found.setdefault(before.code, []).append(f"{name}:before")
            if after is not None and after.first - last <= reach and (kind == "name" or after.placed):
                found.setdefault(after.code, []).append(f"{name}:after")
    return found


def _beside(around: Scan, start: int, end: int) -> tuple[Cue | None, Cue | None]:
    place = bisect_left(around.starts, start)
    before = around.cues[place - 1] if place else None
    later = bisect_left(around.starts, end)
    after = around.cues[later] if later < len(around.cues) else None
    return before, after


def _first_token(around: Scan, start: int) -> int:
    return bisect_left(around.tokens, start, key=lambda token: token.start)


_last_token = _first_token


def _owned(around: Scan, start: int) -> bool:
    place = _first_token(around, start)
    return place > 0 and around.tokens[place - 1].key in _POSSESSIVES


def _just_before(start: int, text: str, around: Scan) -> str:
    """The country whose name or adjective stands directly before the phrase ("South Korea's | opposition leader")."""
    place = bisect_left(around.starts, start) - 1
    cue = around.cues[place] if place >= 0 else None
    if cue is None or cue.code in INTERNATIONAL or cue.form not in ("noun", "adjective"):
        return ""
    between = text[cue.end : start].replace("’", "'")
    owning = between == "'s " or (
        between == " " and (cue.form == "adjective" or text[cue.end - 2 : cue.end].replace("’", "'") == "'s")
    )
    return cue.code if owning else ""


# ---- the choice --------------------------------------------------------------------------------------------------


@cache
def weights() -> dict[str, float]:
    """Log-odds weights by name."""
    return {row["fact"]: float(row["weight"]) for row in read_table("actors", "belonging")}


def belongs_to(
    phrase: Phrase,
    start: int,
    bounds: tuple[int, int],
    text: str,
    *,
    role: str,
    event: str,
    among: tuple[str, ...] = (),
    without: frozenset[str] = frozenset(),
) -> Belonging:
    """The country that the text around tells for a phrase at `start`, in the sentence `bounds`.

    `among` are the only countries that come into question, where the phrase itself narrows them down; `without`
    are countries that it rules out.
    """
    around = scan(text, phrase.names)
    if owner := _just_before(start, text, around):
        return Belonging(owner, NONE, f"{owner} stands directly before it", ((owner, 0.0),))
    known = weights()
    held = candidates(phrase, start, bounds, text, role, event)
    held = {code: facts for code, facts in held.items() if code not in without}
    if among:
        held = {code: facts for code, facts in held.items() if code in among} or {NONE: ()}
    scores = {code: sum(known.get(fact, 0.0) for fact in facts) for code, facts in held.items()}
    ranked = tuple(sorted(scores.items(), key=lambda each: (-each[1], each[0])))
    code, second, why = _chosen(ranked, held, around.counts, narrowed=bool(among))
    return Belonging(code, second, why, ranked)


def _chosen(
    ranked: tuple[tuple[str, float], ...], held: dict[str, tuple[str, ...]], counts: dict[str, int], *, narrowed: bool
) -> tuple[str, str, str]:
    """The best (or none, where the next is too close), the second, and why."""
    (best, score), (second, next_score) = ranked[0], ranked[1] if len(ranked) > 1 else (NONE, 0.0)
    if best == NONE:
        return NONE, second, "the text around tells no country for it" if held else "no country in the text"
    if narrowed and second != NONE and score - next_score < CLOSE:
        best, second = sorted((best, second), key=lambda code: -counts[code])
        if counts[best] >= 2 * counts[second]:
            return best, second, f"of {best} and {second} the text names {best} far more often"
    if second != NONE and score - next_score < CLOSE:
        return NONE, second, f"{best} and {second} fit equally well"
    told = ", ".join(sorted({_SAID[fact.partition(":")[0]] for fact in held[best] if fact.partition(":")[0] in _SAID}))
    return best, second, f"{best} from the text around: {told or 'best of those named'}"


_SAID = {
    "nearest": "nearest",
    "only": "the only country named",
    "most": "most named",
    "placed": "named as the place",
    "first": "first in the sentence",
    "head": "said of the same noun elsewhere",
    "name": "said of the same name elsewhere",
    "self": "stands beside it",
    "its": "owner in the sentence",
}
