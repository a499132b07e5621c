"""Who is meant where the event's own words name nobody or a place: "the two leaders", the host of a visit, and a
place that only stands in what is promised; and which of the parties that the reader found belong together.

The reader finds these words' neighbours, not whom they refer to; that takes the events told before.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from detente.records import Actor, Document, Frame, Span, Step

_PAIR = re.compile(
    r"\b(?:the two|both) "
    r"(?:countries|governments|leaders|ministers|nations|neighbou?rs|parties|powers|presidents|sides)\b",
    re.IGNORECASE,
)
_OF_PAIR = re.compile(r"(?<=\bof )(?:the two|both) (?:countries|governments|nations|neighbou?rs|powers|sides|states)\b")
_PLACE = re.compile(r"\s+(?:(?:in|to|at)\s+)?(?:the\s+)?(?P<name>[A-Z]\w+(?:[ -][A-Z]\w+)*)")
_PLACE_INSIDE = re.compile(r"\b(?:in|to|at)\s+(?:the\s+)?(?P<name>[A-Z]\w+(?:[ -][A-Z]\w+)*)$")
_FORUM = re.compile(r"\b(?:at|before) (?:the )?$")
_JOINED = re.compile(
    r"(?:'s|’s)?[\s,]*(?:(?:and|or|with|as well as|along with|but also|&)[\s,]+)?"
    r"(?:(?:the|an?|both|his|her|its|their)\s+)?"
)
_BEHIND = re.compile(
    r" (?:(?:on|to|at|against|with|upon|of|for) )?(?:the )?"
    r"(?P<name>[A-Z][\w.’'-]*(?:(?: (?:of|the|for|de|al|bin))* [A-Z][\w.’'-]*)*)"
)
_NAME_ENDS = re.compile(r"[’']s$|[.’'-]+$")
_OPEN = re.compile(r"(?i)\b(?:an?|the|its|their|his|her)$")  # what follows is the act's object: "signed a Treaty"
_NO_PARTY = {*calendar.day_name, *calendar.month_name, "I"}
_MUTUAL = frozenset({"CONSULT", "COOPERATE", "AGREE", "SUPPORT"})  # done together, so told of parties that stand apart
_ALONE = frozenset({"CONSULT", "COOPERATE"})  # done together, so without recipient (codebook, section 3)
REACH = 40  # characters between the subject and its event words; what stands further off is another clause's


def actors_together(frame: Frame, document: Document) -> tuple[Frame, tuple[Step, ...]]:
    """The frame with only those of several actors that one list in the text names: "Peru and Chile".

    Of lists that stand apart it is the last that ends before the event words, else the first. What several do to one
    another is left as it is, for they need not stand together. A step tells of each one that is left out.
    """
    if frame.event in _MUTUAL or len(frame.actors) < 2:
        return frame, ()
    lists = _lists(frame.actors, document)
    before = [each for each in lists if each[-1].end <= frame.trigger.start]
    kept = before[-1] if before else lists[0]
    steps = tuple(_apart(span, kept[0], "actor") for span in frame.actors if span not in kept)
    return msgspec.structs.replace(frame, actors=kept), steps


def recipients_together(
    recipients: Sequence[Actor], frame: Frame, document: Document
) -> tuple[tuple[Actor, ...], tuple[Step, ...]]:
    """Only those of several recipients that one list in the text names.

    Of lists that stand apart it is the first that starts behind the event words, else the last before them. A step
    tells of each one that is left out.
    """
    if len(recipients) < 2:
        return tuple(recipients), ()
    lists = _lists([Span(r.text, r.start, r.end) for r in recipients], document)
    behind = [each for each in lists if each[0].start >= frame.trigger.end]
    chosen = behind[0] if behind else lists[-1]
    places = {(span.start, span.end) for span in chosen}
    kept = tuple(r for r in recipients if (r.start, r.end) in places)
    left = (Span(r.text, r.start, r.end) for r in recipients if r not in kept)
    return kept, tuple(_apart(span, chosen[0], "recipient") for span in left)


def _apart(span: Span, kept: Span, role: str) -> Step:
    return _step("apart", f"“{span.text}” stands apart from “{kept.text}”, which is nearer; left out", role, span)


def _lists(spans: Sequence[Span], document: Document) -> list[tuple[Span, ...]]:
    """Mentions in their order, those with no more than a comma, "and" or the like between them together."""
    lists: list[tuple[Span, ...]] = []
    for span in sorted(spans, key=lambda span: span.start):
        between = document.article.text[lists[-1][-1].end : span.start] if lists else None
        if between is not None and _JOINED.fullmatch(between):
            lists[-1] = (*lists[-1], span)
        else:
            lists.append((span,))
    return lists


def named_behind(frame: Frame, document: Document) -> tuple[Frame, tuple[Step, ...]]:
    """The frame of an event without recipient with the name right behind its words: "criticised Peru", "appealed to
    the European Union"."""
    if frame.recipients or frame.event in _ALONE or _OPEN.search(frame.trigger.text):
        return frame, ()
    found = _BEHIND.match(document.article.text, frame.trigger.end, document.sentences[frame.sentence].end)
    name = _NAME_ENDS.sub("", found["name"]) if found else ""
    if found is None or name.split()[0] in _NO_PARTY:
        return frame, ()
    words = Span(name, found.start("name"), found.start("name") + len(name))
    taken = (*frame.actors, *filter(None, [frame.when]))
    if any(words.start < other.end and other.start < words.end for other in taken):
        return frame, ()
    step = _step("behind", f"“{name}” stands right behind the event's words", "recipient", words, name)
    return msgspec.structs.replace(frame, recipients=(words,)), (step,)


def pair_words(frame: Frame, document: Document) -> Span | None:
    """Words such as "the two leaders" that stand as the subject right before the event words, in their clause."""
    sentence = document.sentences[frame.sentence]
    start = max(sentence.start, frame.trigger.start - REACH)
    before = document.article.text[start : frame.trigger.start]
    found = list(_PAIR.finditer(before))
    if not found or re.search(r"[,;:]", before[found[-1].end() :]):
        return None
    return Span(found[-1].group(), start + found[-1].start(), start + found[-1].end())


def resolve_pair(frame: Frame, document: Document, pair: tuple[Span, ...]) -> tuple[Frame, tuple[Step, ...]]:
    """The frame with the two of `pair`, mentions told before, as the actors that "the two leaders" stands for."""
    both = pair_words(frame, document)
    if both is None:
        return frame, ()
    if not pair:
        return frame, (_step("none", f"“{both.text}”: no event before is between two countries", "actor", both),)
    return _with_pair(frame, pair, both, "of the event before")


def _with_pair(frame: Frame, pair: tuple[Span, ...], words: Span, origin: str) -> tuple[Frame, tuple[Step, ...]]:
    """The frame with the two of `pair` as the actors that `words` stand for; `origin` says where they were told."""
    named = " and ".join(span.text for span in pair)
    step = _step("pair", f"“{words.text}” are {named}, {origin}", "actor", words, named)
    return msgspec.structs.replace(frame, actors=pair), (step,)


def people_of_pair(
    frame: Frame, document: Document, acting: Sequence[Actor], told: Sequence[tuple[Span, ...]]
) -> tuple[Frame, tuple[Step, ...]]:
    """The frame with two countries as actors where its own are of no known one and its sentence says whose they are:
    "the officials of the two countries will meet".

    They are those between whom most events of `told`, mentions of two each, were.
    """
    if not told or not acting or any(actor.code for actor in acting):
        return frame, ()
    start = document.sentences[frame.sentence].start
    found = _OF_PAIR.search(document.article.text, start, frame.trigger.start)
    if found is None:
        return frame, ()
    counts = Counter(frozenset(span.text for span in pair) for pair in told)
    pair = max(reversed(told), key=lambda pair: counts[frozenset(span.text for span in pair)])
    return _with_pair(frame, pair, Span(found.group(), found.start(), found.end()), "of most events before")


def pair_of(actors: Sequence[Actor], recipients: Sequence[Actor]) -> tuple[Span, ...]:
    """One mention for each of the two countries of an event; nothing where it has more or fewer."""
    by_code: dict[str, Span] = {}
    for party in (*actors, *recipients):
        if party.code:
            by_code.setdefault(party.code, Span(party.text, party.start, party.end))
    return tuple(by_code.values()) if len(by_code) == 2 else ()


def visited_place(frame: Frame, document: Document) -> tuple[Frame, tuple[Step, ...]]:
    """The frame of a visit without recipient with the name at the end of its words or right behind: "arrived in Tokyo".

    A visitor is the actor and the host the recipient (codebook, section 3); the place stands for its government.
    """
    if frame.event != "CONSULT" or frame.mode != "visit" or frame.recipients:
        return frame, ()
    sentence = document.sentences[frame.sentence]
    text = document.article.text
    inside = _PLACE_INSIDE.search(text, frame.trigger.start, frame.trigger.end)
    found = inside or _PLACE.match(text, frame.trigger.end, sentence.end)
    if found is None:
        return frame, ()
    host = Span(found["name"], found.start("name"), found.end("name"))
    step = _step(
        "host", f"“{host.text}” stands with the words of a visit: the host's place", "recipient", host, host.text
    )
    return msgspec.structs.replace(frame, recipients=(host,)), (step,)


def abroad(recipients: Sequence[Actor], actors: Sequence[Actor]) -> tuple[tuple[Actor, ...], tuple[Step, ...]]:
    """The hosts of a visit, if each belongs to a known country that is none of the visitors'; else nobody."""
    own = {actor.code for actor in actors if actor.code}
    if all(party.code and party.code not in own for party in recipients):
        return tuple(recipients), ()
    return (), tuple(
        _dropped("not-abroad", f"“{r.text}” is {'at home' if r.code in own else 'of no known country'}", r)
        for r in recipients
    )


def without_promised_places(
    recipients: Sequence[Actor], actors: Sequence[Actor], pledge: Span | None
) -> tuple[tuple[Actor, ...], tuple[Step, ...]]:
    """The recipients without the actor's own country inside the words of a pledge: "invited Yoon to visit Tokyo".

    It stays where it is the only recipient. A step tells of each one that is left out.
    """
    own = {actor.code for actor in actors if actor.code}
    inside = [r for r in recipients if pledge and pledge.start <= r.start and r.end <= pledge.end and r.code in own]
    if len(inside) == len(recipients):
        return tuple(recipients), ()
    why = "is the actor's own country, named only in what is promised"
    return tuple(r for r in recipients if r not in inside), tuple(
        _dropped("promised-place", f"“{r.text}” {why}", r) for r in inside
    )


def without_forums(recipients: Sequence[Actor], text: str) -> tuple[tuple[Actor, ...], tuple[Step, ...]]:
    """The recipients without the body before which one acts on another: "its complaint against Japan at the WTO".

    It stays where it is the only recipient. A step tells of each one that is left out.
    """
    forums = [r for r in recipients if r.sector == "IGO" and _FORUM.search(text, max(0, r.start - REACH), r.start)]
    if len(forums) == len(recipients):
        return tuple(recipients), ()
    return tuple(r for r in recipients if r not in forums), tuple(
        _dropped("forum", f"“{r.text}” is where it is done, not to whom", r) for r in forums
    )


def _dropped(rule: str, why: str, party: Actor) -> Step:
    return _step(rule, f"{why}; left out", "recipient", Span(party.text, party.start, party.end))


def _step(rule: str, why: str, field: str, words: Span, value: str = "") -> Step:
    return Step("references", rule, why, field=field, value=value, words=words)
