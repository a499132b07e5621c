"""What one report says that another could contradict: numbers, firsts, exports, whether it happened, names, dates.

Each `Claim` has its words, on whose word it stands, and a `Scene`: what the sentence is about, by which claims of
two reports are found to be about one thing as long as no one has linked their events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

import msgspec

from detente.belonging import Cue, scan
from detente.codebook import HAPPENED
from detente.document import read_document
from detente.firsts import NEVER, First, firsts
from detente.names import country_name
from detente.nametables import PACKAGED, Names
from detente.phrases import INTERNATIONAL
from detente.quantities import Quantity, quantities
from detente.records import Article, Event, Sentence, Span
from detente.scenes import Scene, scene_of
from detente.spellings import written_names

Kind = Literal["number", "first", "party", "status", "date", "place", "spelling"]
OBJECT_REACH = 60  # characters between an event word and the number of what it governs (ours)
BESIDE = "beside"  # part of the key of a number that the event's words do not govern


class Amount(msgspec.Struct, frozen=True, tag="amount"):
    """A number from `low` to `high`, both included (None: any more); `unit` as in `quantities.Quantity`."""

    low: float
    high: float | None
    unit: str = ""


class Years(msgspec.Struct, frozen=True, tag="years"):
    """When it last happened, from one year to another, both included; `low` None: or any earlier; both None: never."""

    low: int | None
    high: int | None


class Days(msgspec.Struct, frozen=True, tag="days"):
    """The days from `start` up to but not including `end`."""

    start: date
    end: date


class Written(msgspec.Struct, frozen=True, tag="written"):
    """A way of writing a name, how often it stands in the article, and whether it is only the short of another."""

    text: str
    times: int
    short: bool = False


class Label(msgspec.Struct, frozen=True, tag="label"):
    """A value that is the same or is not: a country, a place, whether it happened."""

    name: str


Value = Amount | Years | Days | Written | Label


class Source(msgspec.Struct, frozen=True):
    """On whose word a claim stands: the article and, where they are told, who speaks in it and whom it relays."""

    article: str
    publisher: str | None = None
    speaker: str | None = None
    relayed_from: str | None = None


class Claim(msgspec.Struct, frozen=True):
    """Something that an article says: claims of one `kind` and `key` answer one question, `value` is the answer.

    `about` is the question in words. `words` and `sentence` are places in the article; `event` is the id of the event
    that the claim is about, None where it is about none that was read.
    """

    kind: Kind
    key: tuple[str, ...]
    about: str
    value: Value
    words: Span
    sentence: Sentence
    source: Source
    published: date | None
    event: str | None
    scene: Scene


def shown(value: Value) -> str:
    """A claim's answer in few words.

    >>> shown(Amount(5, None)), shown(Amount(2.45e9, 2.55e9, "USD")), shown(Years(None, 1933)), shown(Years(2011, 2011))
    ('5 or more', '2450000000–2550000000 USD', 'until 1933', '2011')
    """
    match value:
        case Amount():
            number = (
                f"{value.low:.12g} or more" if value.high is None else _span(f"{value.low:.12g}", f"{value.high:.12g}")
            )
            return f"{number} {value.unit}".strip()
        case Years():
            if value.high is None:
                return "never"
            return _span(str(value.low), str(value.high)) if value.low is not None else f"until {value.high}"
        case Days():
            return f"{value.start}/{value.end}"
        case Written():
            return f"{value.text} ({value.times}{', short' if value.short else ''})"
        case Label():
            return value.name


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def claims_in(article: Article, events: Iterable[Event], *, names: Names = PACKAGED) -> tuple[Claim, ...]:
    """All that the article says which another report, or another of its own sentences, could say differently.

    `events` are those read from this article; without them there are claims that need none: numbers of people killed
    and the like, firsts, and names.
    """
    told = _Telling(article, tuple(events), names)
    found: list[Claim] = []
    for sentence in told.sentences:
        found += _numbers(told, sentence)
        found += _firsts(told, sentence)
    for event in told.events:
        found += _of_event(told, event)
    found += _names(told)
    return tuple(found)


class _Telling:
    """An article with what its claims share: its sentences, the countries named in it, and its events."""

    def __init__(self, article: Article, events: tuple[Event, ...], names: Names) -> None:
        self.article = article
        self.events = events
        self.names = names
        self.sentences = read_document(article).sentences
        self._cues = scan(article.text, names).cues

    def cues(self, sentence: Sentence) -> list[Cue]:
        return [c for c in self._cues if sentence.start <= c.start < sentence.end and c.code not in INTERNATIONAL]

    def countries(self, sentence: Sentence) -> tuple[str, ...]:
        return tuple(sorted({cue.code for cue in self.cues(sentence)}))

    def scene(self, sentence: Sentence, event: Event | None, *, spot: str = "") -> Scene:
        return scene_of(sentence, event, cues=self.cues(sentence), spot=spot)

    def sentence_at(self, start: int) -> Sentence:
        return next(each for each in reversed(self.sentences) if each.start <= start)

    def nearest(self, sentence: Sentence, start: int) -> Event | None:
        """The event of the sentence whose words stand nearest to a place in it."""
        here = [e for e in self.events if sentence.start <= e.trigger.start < sentence.end]
        return min(here, key=lambda e: abs(e.trigger.start - start), default=None)

    def source(self, event: Event | None) -> Source:
        speaker = event.speaker.text if event and event.speaker else None
        relayed = next((e.relayed_from for e in self.events if e.relayed_from), None)
        return Source(self.article.id, self.article.publisher, speaker, relayed)

    def claim(
        self, kind: Kind, key: tuple[str, ...], about: str, value: Value, words: Span, scene: Scene, event: Event | None
    ) -> Claim:
        return Claim(
            kind, key, about, value, words, self.sentence_at(words.start), self.source(event), self.article.published,
            event.id if event else None, scene,
        )  # fmt: skip


# -- numbers and firsts ----------------------------------------------------------------------------------------------


_SPOT = re.compile(r"(?: (?:people|dead|killed|injured|wounded))? in (?:(?:the|[a-z]+ern) )*((?:[A-Z][\w'’-]+ ?)+)")


def _numbers(told: _Telling, sentence: Sentence) -> Iterator[Claim]:
    for found in quantities(sentence.text):
        start, end = sentence.start + found.start, sentence.start + found.words_end
        event = told.nearest(sentence, start)
        if found.partial or not (key := _number_key(found, start, end, event)):
            continue
        words = Span(told.article.text[start:end], start, end)
        value, spot = Amount(found.low, found.high, found.unit), _SPOT.match(sentence.text, found.words_end)
        scene = told.scene(sentence, event, spot=spot[1].strip().lower() if spot else "")
        yield told.claim("number", key, _counted(found), value, words, scene, event)


def _number_key(found: Quantity, start: int, end: int, event: Event | None) -> tuple[str, ...]:
    """What is counted; () where the words do not make two such numbers the answer to one question.

    A count of which nothing is told is a party's to the event, or of what the event word governs, or stands beside it.
    """
    if found.outcome or found.unit not in ("", "%"):
        return (found.outcome, found.noun, found.unit) if found.noun else ()
    if event is None or not found.noun:
        return ()
    if any(side.start < end and start < side.end for side in event.actor):
        return (event.event, found.noun, found.unit, "actor")
    done_to = any(side.start < end and start < side.end for side in event.recipient)
    governed = event.trigger.start <= start <= event.trigger.end + OBJECT_REACH
    return (event.event, found.noun, found.unit, *(() if done_to or governed else (BESIDE,)))


def _counted(found: Quantity) -> str:
    if found.unit not in ("", "%", "years", "months"):
        return f"{found.unit} of {found.noun}"
    unit = f"{found.unit} " if found.unit else ""
    return f"number of {unit}{found.noun}{f' {found.outcome}' if found.outcome else ''}"


def _firsts(told: _Telling, sentence: Sentence) -> Iterator[Claim]:
    year = told.article.published.year if told.article.published else None
    for found in firsts(sentence.text, year):
        if not found.act:
            continue
        start, end = sentence.start + found.start, sentence.start + found.end
        event = told.nearest(sentence, start)
        scene = told.scene(sentence, event)
        if len(scene.countries) < 2 and sentence.index:
            before = told.countries(told.sentences[sentence.index - 1])
            scene = msgspec.structs.replace(scene, countries=tuple(sorted({*scene.countries, *before})))
        key = (found.kind, found.act, found.role, "own" if found.own else "", *_goals(told, sentence))
        words = Span(told.article.text[start:end], start, end)
        value = Years(*(None if year == NEVER else year for year in (found.low, found.high)))
        yield told.claim("first", key, _first_of(found), value, words, scene, event)


def _first_of(found: First) -> str:
    if found.kind == "first":
        return f"when the last {found.act} was"
    return f"since when the {found.act} is the {found.kind}"


def _goals(told: _Telling, sentence: Sentence) -> list[str]:
    """The countries that the sentence is about going to."""
    text = told.article.text
    to = re.compile(r"\b(?:to|visit(?:s|ed|ing)?|in|on) (?:the )?$")
    return sorted({cue.code for cue in told.cues(sentence) if to.search(text[max(0, cue.start - 16) : cue.start])})


# -- what events say -------------------------------------------------------------------------------------------------

_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied|ial)|did not|didn['’]t|has not|have not|had not|was not|were not|never|reject\w*|refut\w*"
    r"|dismiss\w*|false|baseless|untrue|no)\b",
    re.IGNORECASE,
)
# Types done by one side to another, so that two reports with the sides exchanged cannot both be right.
_ONE_WAY = frozenset({"AID", "CONCEDE", "RETREAT", "REJECT", "SANCTION", "COERCE", "ASSAULT"})
_TRADE = re.compile(
    r"(?P<items>(?:[a-z][\w-]+ ){0,3})(?P<flow>exports?|imports?|shipments?)\b(?: of (?P<of>[\w -]{3,40}?))?"
    r" (?P<way>from|to) (?:the )?$"
)
_FREE = frozenset("its the their ban bans curb curbs some all restrictions controls other and of on".split())


def _of_event(told: _Telling, event: Event) -> Iterator[Claim]:
    sentence = told.sentence_at(event.trigger.start)
    scene = told.scene(sentence, event)
    act = f"{event.event} by {', '.join(map(_shown, scene.parties[0])) or 'nobody named'}"
    denies = bool(_DENIAL.search(sentence.text))
    if (event.status in HAPPENED and not denies) or (event.status == "denied" and denies):
        value, about = Label("denied" if denies else "happened"), f"whether {act} happened"
        yield told.claim("status", (event.event,), about, value, event.trigger, scene, event)
    if event.status not in HAPPENED:
        return
    actors, recipients = scene.parties
    if len(actors) == len(recipients) == 1 and actors != recipients and event.event in _ONE_WAY:
        key = (event.event, *sorted((*actors, *recipients)))
        value = Label(f"{_shown(actors[0])} to {_shown(recipients[0])}")
        yield told.claim("party", key, f"who did this ({event.event}) to whom", value, event.trigger, scene, event)
    if event.date is not None and event.date.basis == "expression":
        days, words = Days(event.date.start, event.date.end), event.trigger
        if event.date.text and (place := told.article.text.find(event.date.text, sentence.start, sentence.end)) >= 0:
            words = Span(event.date.text, place, place + len(event.date.text))
        yield told.claim("date", (event.event,), f"when {act} was", days, words, scene, event)
    if (where := event.location) is not None:
        words = Span(where.text, where.start, where.end)
        named = Label(where.name or where.text)
        yield told.claim("place", (event.event, where.level), f"where {act} was", named, words, scene, event)
    yield from _exporter(told, sentence, scene, event)


def _shown(code: str) -> str:
    return country_name(code) or code


def _exporter(told: _Telling, sentence: Sentence, scene: Scene, event: Event) -> Iterator[Claim]:
    """Whose exports an act between two states is about: "exports from B", "exports to B", "imports from B"."""
    pair = tuple(sorted({*scene.parties[0], *scene.parties[1]}))
    if len(pair) != 2:
        return
    for cue in told.cues(sentence):
        match = _TRADE.search(told.article.text[sentence.start : cue.start].lower())
        if match is None or cue.code not in pair:
            continue
        other = pair[0] if cue.code == pair[1] else pair[1]
        exporter = cue.code if match["way"] == "from" else other
        items = set(re.findall(r"\w+", f"{match['items']} {match['of'] or ''}")) - _FREE
        start = sentence.start + match.start("flow")
        words = Span(told.article.text[start : cue.end], start, cue.end)
        goods = msgspec.structs.replace(scene, topic=tuple(sorted(items)))
        about = f"whose {' '.join(goods.topic) or 'goods'} are traded"
        yield told.claim("party", ("exports", *pair), about, Label(_shown(exporter)), words, goods, event)


def _names(told: _Telling) -> Iterator[Claim]:
    for name in written_names(told.article.text, told.names):
        at = [told.sentence_at(form.start) for form in name.forms]
        scene = Scene(countries=tuple(sorted({code for sentence in at for code in told.countries(sentence)})))
        about = f"how {name.forms[0].text} is written"
        for form, sentence in zip(name.forms, at, strict=True):
            words, value = Span(form.text, form.start, form.end), Written(form.text, form.times, form.short)
            yield told.claim("spelling", name.keys, about, value, words, scene, told.nearest(sentence, form.start))


def near(one: Claim, other: Claim, *, days: int) -> bool:
    """Whether two claims were published, or date their event, within so many days; unknown days are near none."""
    if one.source.article == other.source.article:
        return True
    spans = [_days_of(claim) for claim in (one, other)]
    slack = timedelta(days=days)
    if spans[0] is None or spans[1] is None:
        return False
    return spans[0][0] <= spans[1][1] + slack and spans[1][0] <= spans[0][1] + slack


def _days_of(claim: Claim) -> tuple[date, date] | None:
    if claim.scene.start and claim.scene.end:
        return claim.scene.start, claim.scene.end - timedelta(days=1)
    return (claim.published, claim.published) if claim.published else None
