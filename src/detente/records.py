"""The nouns of detente, one frozen record each: no logic, no input or output.

Offsets are half-open character positions in the article's own text: `text[start:end]` is the words.
Dates are half-open day intervals. What is not known is None or empty, and a `Step` says why.
`msgspec.json.encode(event)` is the interchange form of an event, one a line in `--output`.
"""

from __future__ import annotations

from datetime import date

import msgspec


class Span(msgspec.Struct, frozen=True):
    """Words of an article: `article.text[start:end] == text`."""

    text: str
    start: int
    end: int


class Sentence(msgspec.Struct, frozen=True):
    """One sentence of an article; `index` counts from 0 in reading order."""

    text: str
    start: int
    end: int
    index: int


class Article(msgspec.Struct, frozen=True):
    """One report as it came in.

    `id` is the input's own where it has one, else made from the text. `text` is what all offsets refer to.
    `published_basis` is how the date is known: given, record, page, dateline, or none.
    `digest` is the SHA-256 of the bytes that were read, `source` where they were read from.
    Where `text` is a translation, `original` is the text that came in, `translated_from` its language (ISO 639-1), and
    `alignment` says which sentence of one is which of the other (`translation.alignment`).
    """

    id: str
    text: str
    published: date | None = None
    published_basis: str = "none"
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    language: str | None = None
    digest: str = ""
    source: str = ""
    original: str | None = None
    translated_from: str | None = None
    alignment: str | None = None


class Document(msgspec.Struct, frozen=True):
    """An article with its sentences, in order, none overlapping."""

    article: Article
    sentences: tuple[Sentence, ...]


class Frame(msgspec.Struct, frozen=True):
    """What the reader finds for one event word, before anyone is identified or dated.

    Labels are codebook labels; `pledge_event` is set with `pledge`. Probabilities lie in 0..1.
    """

    event: str
    trigger: Span
    sentence: int
    status: str
    mode: str | None = None
    actors: tuple[Span, ...] = ()
    recipients: tuple[Span, ...] = ()
    speaker: Span | None = None
    when: Span | None = None
    pledge_event: str | None = None
    pledge: Span | None = None
    context: tuple[str, ...] = ()
    confidence: float = 0.0


class Actor(msgspec.Struct, frozen=True):
    """A party to an event, in its role on the event's day.

    `code` is the country (ISO 3166 alpha-3 and the codebook's additions) or "" where the text does not tell;
    `entity` is who it is whatever the spelling; `name` is how that entity is commonly written.
    """

    text: str
    start: int
    end: int
    code: str = ""
    sector: str = "UNK"
    name: str | None = None
    entity: str | None = None


class Speaker(msgspec.Struct, frozen=True):
    """The one on whose word an event is reported.

    `stance` is how it stands to the event: own (one of the actors or of their state), opponent (one of the
    recipients or of theirs), outlet (a news medium) or third; None in records that were made before there was one.
    """

    text: str
    start: int
    end: int
    code: str = ""
    sector: str = "UNK"
    name: str | None = None
    stance: str | None = None


class Pledge(msgspec.Struct, frozen=True):
    """The act that an AGREE, CONCEDE or THREATEN announces: its type, its words, and by when."""

    event: str
    text: str
    start: int
    end: int
    due: date | None = None


class EventDate(msgspec.Struct, frozen=True):
    """When an event happened: the days from `start` up to but not including `end`.

    `granularity`: day, week, month, quarter, season, year, decade, century or interval.
    `basis`: expression (the words in `text`), anchor (counted from a date in the text around), sentence or article (a
    date that the sentence or the report names for something else), dateline or publication.
    """

    start: date
    end: date
    granularity: str
    basis: str
    text: str | None = None


class Location(msgspec.Struct, frozen=True):
    """Where an event happened, and at which level that is known."""

    text: str
    start: int
    end: int
    code: str = ""
    name: str | None = None
    level: str = "country"
    latitude: float | None = None
    longitude: float | None = None
    gazetteer: str | None = None


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision behind an event: which stage took it, by which rule or model, and why.

    `field` is the field of the event that it is about ("pledge.due" is one of a field's own), `words` those that it
    was taken on, `value` what was read from them, in a form for people; "" where nothing was.
    """

    stage: str
    by: str
    why: str = ""
    field: str = ""
    value: str = ""
    words: Span | None = None


class Event(msgspec.Struct, frozen=True):
    """One act that one article reports: who did what to whom, when, whether it happened, on whose word.

    `hedge` are the words that mark the report as unconfirmed ("allegedly"), if there are any. `mentions` are the event
    words of the act's other tellings in the article; the record is that of its fullest one.
    """

    id: str
    article: str
    event: str
    mode: tuple[str, ...]
    quad: int
    scale: float
    scale_version: str
    actor: tuple[Actor, ...]
    recipient: tuple[Actor, ...]
    trigger: Span
    sentence: Sentence
    status: str
    pledge: Pledge | None
    date: EventDate | None
    location: Location | None
    speaker: Speaker | None
    relayed_from: str | None
    context: tuple[str, ...]
    confidence: float
    steps: tuple[Step, ...]
    coder: str
    hedge: Span | None = None
    mentions: tuple[Span, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """One article's telling of an act, with what is needed to weigh it.

    `root` names the source that the article's words come from: an article's id, or `outlet:` and the name of a medium
    whose own report is not at hand. Reports of one root are one source.
    """

    event: Event
    published: date | None
    publisher: str | None
    title: str | None
    url: str | None
    root: str


class LinkedEvent(msgspec.Struct, frozen=True):
    """One act as all its reports tell it.

    `event` is the record of its fullest report and gives the act its `id`; the id of any report leads to the act.
    `reports` are in the order of publication. `agreement` is, for date, parties, status and numbers, the share (0..1)
    of the reports telling it that tell it like `event`; a field that fewer than two reports tell has none.
    `first_seen` and `last_seen` are the first and last day of publication, None where no report has one.
    """

    id: str
    event: Event
    reports: tuple[Report, ...]
    independent_sources: int
    agreement: dict[str, float]
    first_seen: date | None
    last_seen: date | None


class Judgement(msgspec.Struct, frozen=True):
    """What a person decided, which wins over every rule until it is withdrawn.

    `kind`: `merge` and `unmerge` (two events are or are not one act), `pledge` (what became of one), `event` (whether
    a record is right). `subject` is an event's id, `about` the other event's, the field that is judged, or "", and
    `value` the verdict, "" for a merge.
    """

    kind: str
    subject: str
    about: str
    value: str
    who: str
    why: str
    recorded_at: str


class Exclusion(msgspec.Struct, frozen=True):
    """An input, or a part of one, that was not coded: `reason` is a short code, `detail` the sentence."""

    source: str
    reason: str
    detail: str
    digest: str = ""


class Coded(msgspec.Struct, frozen=True):
    """One article with the events read from it; an article without events is empty, not lost."""

    article: Article
    events: tuple[Event, ...]


class Dyad(msgspec.Struct, frozen=True):
    """An ordered pair of codes: what `actor` does to `recipient`."""

    actor: str
    recipient: str
