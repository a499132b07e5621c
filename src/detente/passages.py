"""An article's words cut wherever one of them begins or ends to play a part in an event; parts may overlap."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from detente.records import Event, Span

ROLES = ("trigger", "mention", "actor", "recipient", "date", "place", "speaker", "pledge", "hedge")
"""What words can be in an event: its event words, those of another telling of it, a party, and the words that tell its
day, its place, on whose word it stands, what is pledged, and that it is unconfirmed."""


class Part(msgspec.Struct, frozen=True):
    """That words are `role`, one of ROLES, in the event of that number, counted from 1."""

    role: str
    number: int


class Passage(msgspec.Struct, frozen=True):
    """Words with all parts that they play, the one to show them by first, and the numbers of the events whose event
    words end with them."""

    text: str
    parts: tuple[Part, ...]
    ending: tuple[int, ...]


class _Mark(msgspec.Struct, frozen=True):
    start: int
    end: int
    part: Part


def passages(text: str, start: int, events: Sequence[Event], *, first: int = 1) -> tuple[Passage, ...]:
    """The text, which begins at `start` in its article, cut at the marks of the events.

    The events are numbered from `first` on. Marks that lie partly outside are cut off.
    """
    end = start + len(text)
    marks = [mark for number, event in enumerate(events, first) for mark in _marks(event, number)]
    waiting = sorted(
        (
            _within(mark, start, end)
            for mark in marks
            if mark.start < end and mark.end > start and mark.start < mark.end
        ),
        key=lambda mark: mark.start,
        reverse=True,
    )
    cuts = sorted({start, end} | {at for mark in waiting for at in (mark.start, mark.end)})
    found, over = [], list[_Mark]()
    for begin, stop in itertools.pairwise(cuts):
        while waiting and waiting[-1].start == begin:
            over.append(waiting.pop())
        parts = (mark.part for mark in sorted(over, key=_first))
        ending = sorted({mark.part.number for mark in over if mark.end == stop and mark.part.role == "trigger"})
        found.append(Passage(text[begin - start : stop - start], tuple(dict.fromkeys(parts)), tuple(ending)))
        over = [mark for mark in over if mark.end > stop]
    return tuple(found)


def _first(mark: _Mark) -> tuple[bool, int, int, int]:
    """Event words before others, then the shorter, the role in order, and the event."""
    return mark.part.role != "trigger", mark.end - mark.start, ROLES.index(mark.part.role), mark.part.number


def _within(mark: _Mark, start: int, end: int) -> _Mark:
    return _Mark(max(mark.start, start), min(mark.end, end), mark.part)


def _marks(event: Event, number: int) -> Iterator[_Mark]:
    yield _Mark(event.trigger.start, event.trigger.end, Part("trigger", number))
    sides: tuple[tuple[str, Iterable[Span | None]], ...] = (
        ("mention", event.mentions),
        ("actor", (Span(party.text, party.start, party.end) for party in event.actor)),
        ("recipient", (Span(party.text, party.start, party.end) for party in event.recipient)),
        ("date", (step.words for step in event.steps if step.field == "date")),
        ("hedge", (event.hedge,)),
    )
    for role, spans in sides:
        for span in spans:
            if span is not None:
                yield _Mark(span.start, span.end, Part(role, number))
    for role, told in (("place", event.location), ("speaker", event.speaker), ("pledge", event.pledge)):
        if told is not None:
            yield _Mark(told.start, told.end, Part(role, number))
