"""What a linked act says that matters for promises: who, when, on what, and whether it begins or ends something.

A `Deed` is one linked act as far as it is known on a day, with its telling words and its direction; a `Promise` is a
deed that announces another: what is promised, by when, on which conditions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from detente.codebook import PLEDGING
from detente.records import Actor, Event, EventDate, LinkedEvent, Report, Sentence, Span
from detente.when import resolve
from detente.wording import Direction, Lexicon, clause, direction_of, telling

CLAUSE_SHARE, SENTENCE_SHARE, TITLE_SHARE = 0.5, 0.4, 0.3
"""How much a word tells of the act where it stands in the clause of the promise but not in its words, elsewhere in the
sentence, and in the title of the article only; the words of the act itself count 1 (ours)."""
BESIDE = 70  # characters from the event words within which a word of its clause tells of the act as such (ours)
VERB_REACH = 45  # characters after the event words in which words of ending or beginning are looked for (ours)
OFFICIAL = frozenset("GOV MIL COP JUD LEG SPY PRM ELI".split())  # sectors that act for a state
DAY = timedelta(1)


class Deed(msgspec.Struct, frozen=True):
    """A linked act as far as it is known on a day.

    `event` is the fullest report of those then known, `reports` are these, `known` is the first day of publication.
    `start` and `end` (exclusive) are when it was done; where the record has no date (`dated` is False), that is the day
    of publication. `doers` and `others` are the codes of its two sides, `persons` the entities of people among them;
    `official` says that one of the doers is of a state, `known_doer` that one is known by name, `nominal` that the act
    is named as a thing ("Israel's blockade"). `verbs` are the stems of the event words, or of the first words of what
    is promised; `words` are stems, with how much each tells of the act (0..1).
    """

    id: str
    event: Event
    reports: tuple[Report, ...]
    known: date | None
    start: date
    end: date
    dated: bool
    doers: frozenset[str]
    others: frozenset[str]
    persons: frozenset[str]
    official: bool
    known_doer: bool
    nominal: bool
    verbs: frozenset[str]
    words: dict[str, float]
    direction: Direction

    @property
    def everyone(self) -> frozenset[str]:
        return self.doers | self.others

    @property
    def articles(self) -> frozenset[str]:
        return frozenset(report.event.article for report in self.reports)


class Promise(msgspec.Struct, frozen=True):
    """A deed that announces another act, of the type `promised`, in the words `span`.

    `due` is the last day by which it is to be done, `conditions` the words on which it hangs. `refrains`: it is
    promised not to be done.
    """

    deed: Deed
    promised: str
    span: Span
    due: date | None
    conditions: tuple[Span, ...]
    refrains: bool


# -- deeds -----------------------------------------------------------------------------------------------------------


def read_deeds(linked: Iterable[LinkedEvent], *, on: date | None) -> tuple[list[Deed], Lexicon]:
    """The acts as far as reports published up to and with `on` tell them (None: all), and the words of those reports.

    An act is left out none of whose reports was published by then, that has no day at all, that is denied or, but for
    promises, only possible, or that concerns no one who promises anything.
    """
    told = [(each, [r for r in each.reports if _published(r, on)]) for each in linked]
    events = [report.event for _, reports in told for report in reports]
    promising = {code for e in events if e.pledge or e.status == "planned" for code in _codes(e.actor)}
    told = [(each, [r for r in reports if _tells(r.event)]) for each, reports in told]
    known = [(each, reports) for each, reports in told if any(_everyone(r.event) & promising for r in reports)]
    beside: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for _, reports in known:
        for report in reports:
            beside[report.event.article, report.event.sentence.start].add(report.event.trigger.start)
    lexicon = Lexicon(report.event.sentence.text for _, reports in known for report in reports)
    deeds = (_deed(each, reports, lexicon, beside) for each, reports in known if reports)
    return [deed for deed in deeds if deed is not None], lexicon


def _tells(event: Event) -> bool:
    """Whether an event can keep or break a promise, or be one."""
    return event.status != "denied" and (event.status != "possible" or event.pledge is not None)


def _published(report: Report, on: date | None) -> bool:
    return on is None or (report.published is not None and report.published <= on)


_Beside = Mapping[tuple[str, int], set[int]]  # where the event words in each sentence start


def _deed(linked: LinkedEvent, reports: list[Report], lexicon: Lexicon, beside: _Beside) -> Deed | None:
    fullest = next((r for r in reports if r.event.id == linked.event.id), None) or max(reports, key=_fullness)
    event = fullest.event
    known = min((r.published for r in reports if r.published is not None), default=None)
    told = _when_done(event, reports)
    start = told.start if told else known
    if start is None:
        return None
    words: dict[str, float] = {}
    for report in reports:
        for word, share in _words(report, lexicon, beside).items():
            words[word] = max(words.get(word, 0.0), share)
    parties = (*event.actor, *event.recipient)
    return Deed(
        id=linked.id,
        event=event,
        reports=tuple(reports),
        known=known,
        start=start,
        end=told.end if told else start + DAY,
        dated=told is not None,
        doers=_codes(event.actor),
        others=_done_to(event, reports),
        persons=frozenset(p.entity for p in parties if p.entity and _PERSON.fullmatch(p.entity)),
        official=any(actor.sector in OFFICIAL for actor in event.actor if actor.code),
        known_doer=any(actor.entity for actor in event.actor),
        verbs=_verbs(event),
        nominal=bool(_NOMINAL.search(event.sentence.text[: event.trigger.start - event.sentence.start])),
        words=words,
        direction=_direction(event),
    )


_NOMINAL = re.compile(
    r"(?:['’]s?|\b(?:the|an?|its|their|his|of|over|against|further|stop|halt|end|cease|despite|condemn\w*|prevent\w*|avoid"
    r"|avert)) (?:\w+(?:ed|al|ic|ary|ous|ent) )?$"
)
_BASES = ("expression", "anchor", "sentence", "article", "dateline", "publication")  # the surest first


def _when_done(event: Event, reports: list[Report]) -> EventDate | None:
    """The date of an act that is told with the surest basis, the earliest of these; none of what is only planned."""
    dates = [r.event.date for r in reports if r.event.date is not None and r.event.status == event.status]
    if event.status == "planned":
        return None
    return min(dates, key=lambda d: (_BASES.index(d.basis) if d.basis in _BASES else 0, d.start), default=event.date)


_PERSON = re.compile(r"Q\d+")  # entities of people are Wikidata ids, those of states their codes


def _fullness(report: Report) -> tuple[int, float]:
    return len(report.event.actor) + len(report.event.recipient), report.event.confidence


def _done_to(event: Event, reports: list[Report]) -> frozenset[str]:
    """The codes of those an act was done to; of what several did together, only those that most reports name."""
    codes = _codes(event.recipient)
    if len(_codes(event.actor)) < 2:
        return codes
    return frozenset(c for c in codes if sum(c in _codes(r.event.recipient) for r in reports) * 2 > len(reports))


def _everyone(event: Event) -> frozenset[str]:
    return _codes(event.actor) | _codes(event.recipient)


def _codes(parties: Sequence[Actor]) -> frozenset[str]:
    return frozenset(party.code for party in parties if party.code)


def _words(report: Report, lexicon: Lexicon, beside: _Beside) -> dict[str, float]:
    """Stems of what a report says of an act, with how much each tells of it, without names of people and states."""
    event, base = report.event, report.event.sentence.start
    known = [party for party in (*event.actor, *event.recipient) if _is_known(party)]
    own = [(each.start - base, each.end - base) for each in (*known, *((event.speaker,) if event.speaker else ()))]
    doers = [(actor.start - base, actor.end - base) for actor in event.actor]
    act = event.pledge or event.trigger
    first, last = act.start - base, act.end - base
    left, right = _own_part(event, [start - base for start in beside[event.article, base]])
    found: dict[str, float] = {}
    for word, place in lexicon.stems(event.sentence.text):
        if any(start <= place < end for start, end in own):
            continue
        if any(start <= place < end for start, end in doers):
            share = 0.0 if event.pledge else SENTENCE_SHARE
        elif event.pledge:
            share = 1.0 if first <= place < last else CLAUSE_SHARE if first <= place < right else SENTENCE_SHARE
        else:
            share = _nearness(event, place + base) if left <= place < right else SENTENCE_SHARE
        if share:
            found[word] = max(found.get(word, 0.0), share)
    for word, _ in lexicon.stems(report.title or ""):
        found.setdefault(word, TITLE_SHARE)
    return found


def _is_known(party: Actor) -> bool:
    """Whether a party is named as a state or a known person: words that say who, and not what ("Russian films")."""
    person = bool(party.entity and _PERSON.fullmatch(party.entity))
    return person or (party.entity == party.code != "" and party.text == party.text.title())


def _nearness(event: Event, place: int) -> float:
    """How much a word of an act's clause tells of it: all beside the event words, less far from them."""
    away = event.trigger.start - place if place < event.trigger.start else place - event.trigger.end
    return 1.0 if away <= BESIDE else 0.7 if away <= 2 * BESIDE else SENTENCE_SHARE


def _own_part(event: Event, triggers: list[int]) -> tuple[int, int]:
    """The characters of its sentence that tell of an act: its clause, up to what is told of other acts in it."""
    text, base = event.sentence.text, event.sentence.start
    start, end = event.trigger.start - base, max(event.trigger.end, event.pledge.end if event.pledge else 0) - base
    left, right = clause(text, start, end)
    if event.status == "planned" and not event.pledge:
        return start, _end_of_announced(event)
    if not event.pledge and _AS.search(text[:left]) and _SAID.search(event.trigger.text):
        return clause(text, left - 4, end)[0], right  # "held the ceremony, as it had promised" tells of the ceremony
    for other in triggers:
        if left <= other < start and _JOINED.search(text, other, start):
            left = start
        elif end < other < right and (joined := _JOINED.search(text, end, other)):
            right = joined.start()
    return left, right


_AS = re.compile(r", as$")
_JOINED = re.compile(r",| and | or |[;:—]")


def _verbs(event: Event) -> frozenset[str]:
    """The stems of the event words; of a promise, of the first telling word of its own words."""
    if event.pledge is None:
        return frozenset(filter(None, map(telling, event.trigger.text.split())))
    return frozenset(list(filter(None, map(telling, event.pledge.text.split())))[:1])


def _direction(event: Event) -> Direction:
    text, base = event.sentence.text, event.sentence.start
    start, end = event.trigger.start - base, event.trigger.end - base
    if event.pledge is None:
        _, last = clause(text, start, end)
        return direction_of(text[start : min(last, end + VERB_REACH)])
    first = event.pledge.start - base
    _, last = clause(text, first, event.pledge.end - base)
    if start < first <= end + VERB_REACH // 4:  # "will not | impose", "agreed to | stop"
        first = start
    return direction_of(text[first : min(last, max(first, end) + VERB_REACH)])


# -- promises --------------------------------------------------------------------------------------------------------

_REFRAINS = re.compile(
    r"\b(?:not|never|no longer|neither|\w+n['’]t|refrain\w*|abstain\w*|rul(?:e|es|ed) out)\b", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\b(?:only if|(?<!as )if|unless|(?<!at )once(?! (?:more|again|a|every)\b)|provid(?:ed|ing) that"
    r"|on (?:the )?condition that|(?:as|so) long as|in (?:return|exchange) for|subject to"
    r"|(?<=, )should)\b[^;.”\"]{3,160}?(?=[,;.”\"]|$)",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:agree|promis|pledg|announc|offer|vow|said|say|told|undert|commit|threat|warn|propos|invit|declar|decid|plan)\w*",
    re.I,
)
_ALREADY = re.compile(r"\b(?:had|has|have)(?: \w+ly)? $")
_RELATIVE = re.compile(r"\b(?:which|who|whose|that (?:had|has|have|was|were|is))\b")
_ATTACHED = re.compile(r"(?<=\w) (?:which|who|whose|that)\b")
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_PERIOD = r"(?:week|month|year|spring|summer|autumn|winter|weekend)"
_TIME = re.compile(
    rf"\b(?:(?:the )?end of (?:(?:the|this|next) )?(?:week|month|year|{_MONTH})|(?:year|month)['’]s end|the year ends"
    rf"|tomorrow|(?:next |this )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    rf"|(?:(?:next|this|early|late|in|mid) )?{_MONTH}(?: \d{{1,2}}\b)?(?: ?(?:to|and|-|–) ?(?:{_MONTH} )?\d{{1,2}}\b)?"
    rf"(?:,? 20\d\d)?"
    rf"|\d{{1,2}} {_MONTH}(?:,? 20\d\d)?|(?:this|next) {_PERIOD}|the (?:summer|autumn|winter|spring)"
    rf"|(?:in|by) 20\d\d|within \w+ (?:days|weeks|months|years))\b"
)


def promise_of(deed: Deed) -> Promise | None:
    """What a deed promises, or None.

    An AGREE, CONCEDE or THREATEN promises what its pledge says, unless its words tell it as done ("had permitted");
    where it is only `possible`, words must say on which condition it will be done. An act of another type that is
    `planned` is an announcement, and so a promise of this act.
    """
    event = deed.event
    if event.status == "denied" or not deed.doers:
        return None
    base, text = event.sentence.start, event.sentence.text
    if event.pledge is not None and event.event in PLEDGING:
        span, promised = Span(event.pledge.text, event.pledge.start, event.pledge.end), event.pledge.event
        act = span if _SAID.search(event.trigger.text) else event.trigger
        if _ALREADY.search(text[: max(0, act.start - base)]):
            return None
    elif event.status == "planned" and event.event not in PLEDGING:
        words = text[event.trigger.start - base : _end_of_announced(event)].rstrip(" .,")
        span, promised = Span(words, event.trigger.start, event.trigger.start + len(words)), event.event
    else:
        return None
    hangs = conditions(event.sentence, span)
    if event.status == "possible" and not hangs:
        return None
    said = text[max(0, min(event.trigger.start, span.start) - base) : span.end - base]
    return Promise(deed, promised, span, due_day(event, deed.known, span), hangs, bool(_REFRAINS.search(said)))


def _end_of_announced(event: Event) -> int:
    """Where in its sentence the words end of an act that is announced without a pledge being marked."""
    text, base = event.sentence.text, event.sentence.start
    _, last = clause(text, event.trigger.start - base, event.trigger.end - base)
    comma = text.find(",", event.trigger.end - base, last)
    relative = _RELATIVE.search(text, event.trigger.end - base, last)
    return min(last, comma if comma > 0 else last, relative.start() if relative else last)


def _dates_the_plan(event: Event) -> bool:
    """Whether the time words of what is planned stand after its event words, or first, and so date what is to come."""
    place = event.sentence.text.find(event.date.text or "") if event.date else -1
    return place < 4 or place >= event.trigger.start - event.sentence.start


def conditions(sentence: Sentence, span: Span) -> tuple[Span, ...]:
    """The words on which a promise hangs, from its part of the sentence; parts end with a semicolon."""
    text, at = sentence.text, max(0, span.start - sentence.start)
    left, right = text.rfind(";", 0, at) + 1, text.find(";", at)
    found = []
    for match in _CONDITION.finditer(text, left, len(text) if right < 0 else right):
        words, start = match.group().rstrip(), sentence.start + match.start()
        found.append(Span(words, start, start + len(words)))
    return tuple(found)


def due_day(event: Event, published: date | None, span: Span) -> date | None:
    """The last day by which the promised act is to be done: as the record says, else by the time words after it."""
    if event.pledge is not None and event.pledge.due is not None:
        return event.pledge.due
    if event.status == "planned" and event.date is not None and _dates_the_plan(event):
        return event.date.end - DAY
    if event.status == "background":
        return None
    text, first = event.sentence.text, max(0, span.start - event.sentence.start)
    _, last = clause(text, first, max(first, span.end - event.sentence.start))
    told = {match.group() for match in _TIME.finditer(_ATTACHED.split(text[first:last])[0])}
    if published is None or len(told) != 1:
        return None
    words = told.pop().replace("the year ends", "the end of the year")
    interval = resolve(words, published=published, context=text, tense="future")
    return interval.end - DAY if interval and interval.end > published else None
