"""Who is meant where the event's own words name nobody or a place: "the two leaders", the host of a visit, and a
place that only stands in what is promised.

The reader finds these words' neighbours, not whom they refer to; that takes the events told before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from detente.records import Actor, Document, Frame, Span

_PAIR = re.compile(
    r"\b(?:the two|both) "
    r"(?:countries|governments|leaders|ministers|nations|neighbou?rs|parties|powers|presidents|sides)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\s+(?:(?:in|to|at)\s+)?(?:the\s+)?(?P<name>[A-Z]\w+(?:[ -][A-Z]\w+)*)")
REACH = 40  # characters between the subject and its event words; what stands further off is another clause's


def pair_words(frame: Frame, document: Document) -> Span | None:
    """Words such as "the two leaders" that stand as the subject right before the event words, in their clause."""
    sentence = document.sentences[frame.sentence]
    start = max(sentence.start, frame.trigger.start - REACH)
    before = document.article.text[start : frame.trigger.start]
    found = list(_PAIR.finditer(before))
    if not found or re.search(r"[,;:]", before[found[-1].end() :]):
        return None
    return Span(found[-1].group(), start + found[-1].start(), start + found[-1].end())


def pair_of(actors: Sequence[Actor], recipients: Sequence[Actor]) -> tuple[Span, ...]:
    """One mention for each of the two countries of an event; nothing where it has more or fewer."""
    by_code: dict[str, Span] = {}
    for party in (*actors, *recipients):
        if party.code:
            by_code.setdefault(party.code, Span(party.text, party.start, party.end))
    return tuple(by_code.values()) if len(by_code) == 2 else ()


def visited_place(frame: Frame, document: Document) -> Span | None:
    """The name right after the words of a visit that has no recipient yet: "arrived in Tokyo".

    A visitor is the actor and the host the recipient (codebook, section 3); the place stands for its government.
    """
    if frame.event != "CONSULT" or frame.mode != "visit" or frame.recipients:
        return None
    sentence = document.sentences[frame.sentence]
    found = _PLACE.match(document.article.text, frame.trigger.end, sentence.end)
    return Span(found["name"], found.start("name"), found.end("name")) if found else None


def without_promised_places(
    recipients: Sequence[Actor], actors: Sequence[Actor], pledge: Span | None
) -> tuple[Actor, ...]:
    """The recipients without the actor's own country inside the words of a pledge: "invited Yoon to visit Tokyo".

    It stays where it is the only recipient.
    """
    own = {actor.code for actor in actors}
    left = tuple(
        r for r in recipients if not (pledge and pledge.start <= r.start and r.end <= pledge.end and r.code in own)
    )
    return left or tuple(recipients)
