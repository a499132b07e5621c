"""Time words and the publication date -> when an event happened, as a half-open interval of days, or why not.

Definitions are the codebook's (section 6); the reading of the words themselves is in `timephrases`. History is
never dated to publication, nor is a promise dated to its fulfilment; `due_date` gives the latter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from detente.codebook import PLEDGING
from detente.records import Document, EventDate, Frame, Span, Step
from detente.timephrases import Reading, read
from detente.timewords import DAY, NUMBER, UNIT, Interval, Setting, Tense

ANCHOR_REACH = 600  # characters before the words
_DURATION = re.compile(rf"(?i){NUMBER} {UNIT}")
_DURATION_FOLLOWER = re.compile(r"\s+(?:ago|earlier|later|after|afterwards|before|prior|since)\b")

_MONTH_NAME = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY_NAME = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WHICH = r"(?:[Ll]ast|[Nn]ext|[Tt]his)"
_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_FOUR_DIGITS = r"(?:1[5-9]|20)\d\d"
# Time words in running text. Month names count with a capital only, bare years only after a word that dates.
_TIME_WORDS = re.compile(
    "|".join(
        rf"\b{pattern}\b"
        for pattern in (
            rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH_NAME}(?:,? {_FOUR_DIGITS})?",
            rf"{_MONTH_NAME} \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_FOUR_DIGITS})?",
            rf"{_MONTH_NAME},? {_FOUR_DIGITS}",
            rf"(?:{_WHICH}|in|by|since) {_MONTH_NAME}",
            r"\d{4}-\d\d-\d\d",
            rf"(?:[Ii]n|[Ss]ince|[Bb]y|[Ff]rom|[Uu]ntil|[Oo]f) {_FOUR_DIGITS}",
            rf"(?:{_WHICH} )?{_DAY_NAME}",
            r"(?:[Yy]esterday|[Tt]oday|[Tt]omorrow)",
            r"(?:the )?end of (?:the|this|next) (?:week|month|year)",
            rf"{_WHICH} (?:week|month|year|weekend|spring|summer|autumn|winter)",
            rf"(?:[Ii]n|[Ww]ithin) {_NUMBER} (?:day|week|month|year)s?",
        )
    )
)
# "the first time since 2011": the date stands for something other than the event.
_OTHER_DATE = re.compile(r"(?i)\b(?:since|until|till|before|after|than|by|of)\s*$|^(?:since|until|by|of)\b")


def resolve(words: str, *, published: date | None, context: str = "", tense: Tense = "past") -> EventDate | None:
    """Resolve time words against the publication date; None where they name no day, week, month or year.

    `context` is the text around the words: "two days later" counts from the last day named before them in it
    (basis "anchor"). With `published` None only words that name their year resolve. A weekday or a date without
    year is the nearest not after publication, for the future not before it.

    >>> resolve("last Sunday", published=date(2012, 6, 20)).start
    datetime.date(2012, 6, 17)
    """
    reading = _read(words, published=published, context=context, tense=tense)
    return _event_date(reading, words)


def date_event(frame: Frame, document: Document) -> tuple[EventDate | None, Step]:
    """When the event of a frame happened, and by which rule that is known, or why it is not.

    The frame's own time words decide where it has any, also inside its event words. Without words, history
    ("background") takes the one full date of its sentence or none, what is reported as done or under way the
    publication date, and what is planned, possible or denied none.
    """
    inside = list(_time_words(frame.trigger))
    words = frame.when or (inside[0] if len(inside) == 1 else None)
    if words is not None:
        return _from_words(frame, words, document)
    if frame.status == "background":
        return _from_sentence(frame, document)
    if frame.status == "actual":
        return _from_publication(document, "no words date it; it is reported as news")
    return None, _step("none", f"no words date it, and what is {frame.status} has no day of its own")


def due_date(frame: Frame, document: Document) -> date | None:
    """The last day by which a pledge is to be fulfilled, as its own words say ("by the end of the year")."""
    if frame.pledge is None:
        return None
    pledge = frame.pledge
    words = [frame.when] if frame.when and _within(frame.when, pledge) else list(_time_words(pledge))
    published = document.article.published
    context = _context(pledge, document)
    found = {_read(w.text, published=published, context=context, tense="future").interval for w in words}
    due = found.pop() if len(found) == 1 else None
    return due.end - DAY if due is not None and (published is None or due.end > published) else None


def _from_words(frame: Frame, words: Span, document: Document) -> tuple[EventDate | None, Step]:
    published = document.article.published
    pledges = frame.event in PLEDGING
    if pledges and frame.pledge is not None and _within(words, frame.pledge):
        return _promised(frame, words, document)
    tense: Tense = "future" if frame.status in ("planned", "possible") and not pledges else "past"
    reading = _read(words.text, published=published, context=_context(words, document), tense=tense)
    if pledges and reading.interval and published and reading.interval.start > published:
        return _promised(frame, words, document)
    if reading.interval is None:
        return None, _step(reading.rule, f"“{words.text}”: {reading.why}")
    return _event_date(reading, words.text), _step(reading.rule, f"the words “{words.text}”, read as {tense}")


def _promised(frame: Frame, words: Span, document: Document) -> tuple[EventDate | None, Step]:
    why = f"“{words.text}” dates what is promised, not the promise"
    if frame.status == "actual":
        return _from_publication(document, f"{why}, which is reported as news")
    return None, _step("none", f"{why}, which no words date")


def _from_sentence(frame: Frame, document: Document) -> tuple[EventDate | None, Step]:
    sentence = document.sentences[frame.sentence]
    spans = list(_time_words(Span(sentence.text, sentence.start, sentence.end)))
    readings = [(span, _read(span.text, published=None, context="", tense="past")) for span in spans]
    dated = [(span, reading) for span, reading in readings if reading.interval is not None]
    if len(dated) != 1:
        why = "its sentence has no full date" if not dated else "its sentence has several dates"
        return None, _step("none", f"it is told as history, without time words of its own, and {why}")
    span, reading = dated[0]
    before = sentence.text[: span.start - sentence.start]
    if _OTHER_DATE.search(before) or _OTHER_DATE.match(span.text):
        return None, _step("none", f"it is told as history, and “{span.text}” may date something else")
    return _event_date(reading, span.text), _step("sentence", f"“{span.text}” is the only date of its sentence")


def _from_publication(document: Document, why: str) -> tuple[EventDate | None, Step]:
    article = document.article
    if article.published is None:
        return None, _step("none", f"{why}, but the article's date is not known")
    basis = "dateline" if article.published_basis == "dateline" else "publication"
    day = EventDate(start=article.published, end=article.published + DAY, granularity="day", basis=basis)
    return day, _step("publication", why)


def _read(words: str, *, published: date | None, context: str, tense: Tense) -> Reading:
    at = context.rfind(words)
    before, after = (context[:at], context[at + len(words) :]) if at >= 0 else (context, "")
    cut_short = _DURATION_FOLLOWER.match(after) if _DURATION.fullmatch(words) else None
    setting = Setting(published, tense, _last_day_named(before, published), context)
    return read(words + cut_short.group() if cut_short else words, setting)


def _last_day_named(text: str, published: date | None) -> Interval | None:
    """The anchor that a text gives: the last time words in it that name a day."""
    near = text[-ANCHOR_REACH:]
    for span in reversed(list(_time_words(Span(near, 0, len(near))))):
        interval = read(span.text, Setting(published)).interval
        if interval is not None and interval.granularity == "day":
            return interval
    return None


def _time_words(span: Span) -> Iterator[Span]:
    for match in _TIME_WORDS.finditer(span.text):
        yield Span(match.group(), span.start + match.start(), span.start + match.end())


def _context(words: Span, document: Document) -> str:
    """The sentence of the words with the one before, where "two days later" finds what it counts from."""
    index = next((s.index for s in document.sentences if s.start <= words.start < s.end), 0)
    around = document.sentences[max(0, index - 1) : index + 1]
    return document.article.text[around[0].start : around[-1].end] if around else ""


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _event_date(reading: Reading, words: str) -> EventDate | None:
    if reading.interval is None:
        return None
    start, end, granularity = reading.interval
    basis = "anchor" if reading.anchored else "expression"
    return EventDate(start=start, end=end, granularity=granularity, basis=basis, text=words)


def _step(rule: str, why: str) -> Step:
    return Step(stage="when", by=rule, why=why)
