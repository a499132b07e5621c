"""One act told several times in an article is one event with several mentions (codebook, section 1).

Headlines, leads and later paragraphs tell the same act again, in part or in full. Two events of one article are taken
for one act where type and standing agree, the parties of one are among the other's, their dates do not part them, and
their event words share a stem; meetings of the same two need no common stem, since "met", "talks" and "summit" are
one. The fullest telling stays, and the event words of the others are its `mentions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from detente.codebook import HAPPENED
from detente.records import Actor, Event, Step

LIGHT = frozenset(
    "also announce announced announces been could declared from have having said says should that their they this told"
    " were when will with would".split()
)
STEM = 4  # letters that two words of one stem share at least, unless one is shorter
ENDING = 3  # letters at most in which the shorter of them differs: "urge|d", "sanction|s", "negotiat|ion"


def together(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events of one article, in order, each act once."""
    acts: list[list[Event]] = []
    for event in events:
        told = next((act for act in acts if any(is_same_act(event, other) for other in act)), None)
        if told is None:
            acts.append([event])
        else:
            told.append(event)
    return tuple(sorted(map(_merged, acts), key=lambda e: (e.trigger.start, e.trigger.end)))


def is_same_act(one: Event, other: Event) -> bool:
    """Whether two events of one article tell one act."""
    if one.event == "CONSULT" and one.mode != other.mode:
        return False  # a visit and the meeting on it are two acts
    if one.event != other.event or not _same_standing(one, other) or not _dates_agree(one, other):
        return False
    if not (_agree(one.actor, other.actor) and _agree(one.recipient, other.recipient)):
        return False
    shared = _names(one.actor + one.recipient) & _names(other.actor + other.recipient)
    if one.event == "CONSULT" and len(shared) >= 2:
        return True
    return bool(shared) and _share_stem(one.trigger.text, other.trigger.text)


def _merged(tellings: list[Event]) -> Event:
    fullest = max(tellings, key=lambda e: (len(e.actor) + len(e.recipient), e.confidence, -e.trigger.start))
    others = [e.trigger for e in tellings if e is not fullest]
    if not others:
        return fullest
    step = Step(
        "tellings", "same-act", "the same act is told again in this article", field="mentions",
        value=", ".join(f"“{words.text}”" for words in others),
    )  # fmt: skip
    return msgspec.structs.replace(fullest, mentions=tuple(others), steps=(*fullest.steps, step))


def _same_standing(one: Event, other: Event) -> bool:
    return one.status == other.status or {one.status, other.status} <= HAPPENED


def _dates_agree(one: Event, other: Event) -> bool:
    dates = [e.date for e in (one, other) if e.date is not None and e.date.basis == "expression"]
    return len(dates) < 2 or (dates[0].start < dates[1].end and dates[1].start < dates[0].end)


def _agree(one: tuple[Actor, ...], other: tuple[Actor, ...]) -> bool:
    """Whether the parties of one side are among those of the other, in either direction; nobody agrees with all."""
    names, others = _names(one), _names(other)
    return names <= others or others <= names


def _names(parties: Iterable[Actor]) -> set[str]:
    """Who the parties are: country and sector where the country is known, else their words."""
    return {f"{p.code} {p.sector}" if p.code else p.text.lower() for p in parties}


def _share_stem(one: str, other: str) -> bool:
    return any(_one_stem(a, b) for a in _telling_words(one) for b in _telling_words(other))


def _telling_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if len(word) > ENDING and word not in LIGHT]


def _one_stem(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    least = max(min(STEM, len(short)), len(short) - ENDING)
    return short[:least] == long[:least]
