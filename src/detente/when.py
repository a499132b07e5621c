"""Time words and the publication date -> when an event happened, as a half-open interval of days, or why not.

Definitions are the codebook's (section 6); the reading of the words themselves is in `timephrases`. History is
never dated to publication, nor is a promise dated to its fulfilment; `due_date` gives the latter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from detente.codebook import PLEDGING
from detente.records import Document, EventDate, Frame, Sentence, Span, Step
from detente.timehomes import country_of, home_of
from detente.timephrases import read
from detente.timereading import Reading
from detente.timewords import DAY, NUMBER, UNIT, Interval, Setting, Tense

ANCHOR_REACH = 600  # characters before the words
NEWS = 14 * DAY  # what a report is about lies no further back than this
HISTORY = 30 * DAY
REACH = 30  # characters after incomplete time words in which the date stands that they belong to
_DURATION = re.compile(rf"(?i){NUMBER} {UNIT}")
_DURATION_FOLLOWER = re.compile(r"\s+(?:ago|earlier|later|after|afterwards|before|prior|since)\b")
_PLACE_FOLLOWER = re.compile(
    r"(?:\s+(?:morning|afternoon|evening|night))?\s+(?:in (?P<place>[A-Z]\w+(?: [A-Z]\w+)?)|local time)"
)

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
            rf"(?:the )?(?:spring|summer|autumn|fall|winter|beginning|start|middle|end) of {_FOUR_DIGITS}",
            rf"(?:{_WHICH}|in|by|since) {_MONTH_NAME}",
            r"\d{4}-\d\d-\d\d",
            rf"(?:[Ii]n|[Ss]ince|[Bb]y|[Ff]rom|[Uu]ntil|[Oo]f) {_FOUR_DIGITS}",
            rf"(?:{_WHICH} |the following |the previous )?{_DAY_NAME}",
            rf"{_NUMBER} (?:days|weeks|months|years) ago",
            r"(?:[Yy]esterday|[Tt]oday|[Tt]omorrow)",
            r"(?:the )?end of (?:the|this|next) (?:week|month|year)",
            rf"{_WHICH} (?:week|month|year|weekend|spring|summer|autumn|winter)",
            rf"(?:[Ii]n|[Ww]ithin) {_NUMBER} (?:day|week|month|year)s?",
        )
    )
)
# Words with which a clause begins that may have a time of its own.
_NEW_CLAUSE = re.compile(
    r"(?i)\b(?:that|who|whom|whose|which|where|when|while|after|before|since|because|although|though|but|as|if|whether"
    r"|following|said|says|saying|told|according)\b|[;:“”\"]"
)
_OPENING = re.compile(r"(?i)\W*(?:(?:late|early|earlier)? ?(?:on|in|at)? ?(?:late|early)?)\W*$")
_AT_A_TIME = re.compile(r"(?i)\W*(?:when|as|once)\b[^,]*$")
# Between event words and a date that is theirs: at most an object of a few words, "annexed Korea in 1910".
_NEAR_BEFORE = re.compile(
    r"(?i)(?: (?!for\b|over\b|to\b|by\b|with\b|involving\b|in\b|at\b|of\b)[\w'’-]+){0,3} (?:(?:on|in) )?"
)
_PRESENT = re.compile(r"(?i)\b(?:is|are|be|being|to|will|would|may|might|could|should)(?: \w+ly)? $")
_BEFORE_THAT = re.compile(r"(?i)\bhad\b[^,]*$")
_COORDINATED = re.compile(r"(?i)^,? and (?:(?:then|also|later|\w+ly) )?$")
# A verb that tells in the past. Bare and "-s" forms may be the headlines' present, which tells of publication.
_PAST = re.compile(
    r"(?i)^(?:\w+ed|met|shot|held|fled|sent|won|fought|struck|went|came|left|broke|took|told|gave|made|began|hit|flew|sought"
    r"|drew|threw|withdrew|brought|paid|sank|fell|rose|seized|was|were|had)\b"
)
# A day that dates a main clause: "met on Thursday", not "following Thursday's attack" or "is to start on Thursday".
_BEFORE_A_DAY = re.compile(r"(?i)(?:^\W*|\bon )(?:early |late )?$")
_AFTER_A_DAY = re.compile(
    r"(?:$|[,.]|\s+(?:in|at|to|for|from|with|and|by|on|near|over|against|morning|afternoon|evening|night)\b)"
)
_TO_COME = re.compile(r"(?i)\b(?:will|would|shall|to (?:be )?\w+ (?:\w+ ){0,3}(?:on )?$)")
# "the first time since 2011": the date stands for something other than the event.
_OTHER_DATE = re.compile(r"(?i)\b(?:since|until|till|before|after|than|by|of)\s*$|^(?:since|until|by|of)\b")


def resolve(
    words: str, *, published: date | None, context: str = "", tense: Tense = "past", home: str = ""
) -> EventDate | None:
    """Resolve time words against the publication date; None where they name no day, week, month or year.

    `context` is the text around the words: "two days later" counts from the last day named before them in it
    (basis "anchor"). With `published` None only words that name their year resolve. A weekday or a date without
    year is the nearest not after publication, for the future not before it. `home` is the country, ISO 3166 alpha-3,
    whose customs settle "3/4/2021", a fiscal year without owner and "Tuesday in Seoul" (see `timehomes.home_of`).

    >>> resolve("last Sunday", published=date(2012, 6, 20)).start
    datetime.date(2012, 6, 17)
    """
    reading = _read(words, published=published, context=context, tense=tense, home=home)
    return _event_date(reading, words)


def date_event(frame: Frame, document: Document) -> tuple[EventDate | None, Step]:
    """When the event of a frame happened, and by which rule that is known, or why it is not.

    The frame's own time words decide where it has any, also inside its event words. Without words, history
    ("background") takes the date of its clause or the one full date of its sentence, or none (basis "sentence"). What
    is reported as done or under way takes the date of its clause ("sentence"), else the one day that the report is
    about ("article"), else the publication date. What is planned, possible or denied takes none.
    """
    inside = list(_time_words(frame.trigger))
    words = _whole(frame.when, document) if frame.when else inside[0] if len(inside) == 1 else None
    if words is not None:
        return _from_words(frame, words, document)
    if frame.status == "background":
        return _from_clause(frame, document) or _from_sentence(frame, document)
    if frame.status == "actual":
        around = _from_clause(frame, document) or _from_article(frame, document)
        return around or _from_publication(document, "no words date it; it is reported as news")
    return _dated(None, "none", f"no words date it, and what is {frame.status} has no day of its own")


def standing(status: str, days: EventDate | None, published: date | None) -> tuple[str, Step | None]:
    """The status of an event whose own date makes it history, else as it is read; with the step that says so.

    The codebook's "background" begins with what was done over HISTORY days before the report (section 4).
    """
    own = days is not None and days.basis in ("expression", "anchor", "sentence")
    if status != "actual" or days is None or published is None or not own:
        return status, None
    if days.end > published - HISTORY or _OTHER_DATE.match(days.text or ""):
        return status, None
    why = f"it was done over {HISTORY.days} days before the report of {published}"
    return "background", Step("when", "history", why, field="status", value="background")


def due_date(frame: Frame, document: Document) -> tuple[date | None, Step]:
    """The last day by which a pledge is to be fulfilled, as its own words say ("by the end of the year"), or None;
    with the step that says how that is known, or why not."""
    if frame.pledge is None:
        return None, _due(None, "nothing is promised")
    pledge = frame.pledge
    words = [frame.when] if frame.when and _within(frame.when, pledge) else list(_time_words(pledge))
    published, home = document.article.published, _home(document)
    context = _context(pledge, document)
    found = {_read(w.text, published=published, context=context, tense="future", home=home).interval for w in words}
    if not words:
        return None, _due(None, "the promise has no words that say by when")
    told = " and ".join(f"“{span.text}”" for span in words)
    due = found.pop() if len(found) == 1 else None
    if due is None:
        return None, _due(None, f"{told} tell no single time", words[0])
    if published is not None and due.end <= published:
        return None, _due(None, f"{told} had passed when it was reported", words[0])
    return due.end - DAY, _due(due.end - DAY, f"{told} in what is promised", words[0])


def _from_words(frame: Frame, words: Span, document: Document) -> tuple[EventDate | None, Step]:
    published = document.article.published
    pledges = frame.event in PLEDGING
    if pledges and frame.pledge is not None and _within(words, frame.pledge):
        return _promised(frame, words, document)
    tense: Tense = "future" if frame.status in ("planned", "possible") and not pledges else "past"
    reading = _read(
        words.text, published=published, context=_context(words, document), tense=tense, home=_home(document)
    )
    if pledges and reading.interval and published and reading.interval.start > published:
        return _promised(frame, words, document)
    if reading.interval is None:
        return _dated(None, reading.rule, f"“{words.text}”: {reading.why}", words)
    why = f"the words “{words.text}”, read as {tense}"
    return _dated(_event_date(reading, words.text), reading.rule, why, words)


def _promised(frame: Frame, words: Span, document: Document) -> tuple[EventDate | None, Step]:
    why = f"“{words.text}” dates what is promised, not the promise"
    if frame.status == "actual":
        return _from_publication(document, f"{why}, which is reported as news", words)
    return _dated(None, "none", f"{why}, which no words date", words)


def _from_sentence(frame: Frame, document: Document) -> tuple[EventDate | None, Step]:
    sentence = document.sentences[frame.sentence]
    spans = list(_time_words(Span(sentence.text, sentence.start, sentence.end)))
    readings = [(span, _read(span.text, published=None, context="", tense="past")) for span in spans]
    dated = [(span, reading) for span, reading in readings if reading.interval is not None]
    if len(dated) != 1:
        why = "its sentence has no full date" if not dated else "its sentence has several dates"
        return _dated(None, "none", f"it is told as history, without time words of its own, and {why}")
    span, reading = dated[0]
    before = sentence.text[: span.start - sentence.start]
    if _OTHER_DATE.search(before) or _OTHER_DATE.match(span.text):
        return _dated(None, "none", f"it is told as history, and “{span.text}” may date something else", span)
    why = f"“{span.text}” is the only date of its sentence"
    return _dated(_event_date(reading, span.text, "sentence"), "sentence", why, span)


def _whole(words: Span, document: Document) -> Span:
    """The time words; where they name nothing by themselves ("on"), with the date that they touch ("on July 11")."""
    published, home = document.article.published, _home(document)
    if read(words.text, Setting(published, home=home)).interval is not None:
        return words
    text = document.article.text
    for span in _time_words(Span(text[words.start : words.end + REACH], words.start, words.end + REACH)):
        if words.start <= span.start and not text[words.end : span.start].strip() and span.end > words.end:
            return Span(text[words.start : span.end], words.start, span.end)
    return words


def _from_clause(frame: Frame, document: Document) -> tuple[EventDate | None, Step] | None:
    """The one date of the sentence, where it belongs to the clause of the event words.

    It opens that clause, or that joined to it; or it follows the event words in their clause; or, of what lies long
    back, it opens the sentence, or stands in a clause "When …," before.
    """
    sentence = document.sentences[frame.sentence]
    spans = list(_time_words(Span(sentence.text, sentence.start, sentence.end)))
    published = document.article.published
    if published is None or len(spans) != 1 or (frame.pledge is not None and _within(spans[0], frame.pledge)):
        return None
    span, text = spans[0], sentence.text
    reading = _read(span.text, published=published, context=text, tense="past", home=_home(document))
    latest = published - NEWS if frame.status == "background" else published
    if reading.interval is None or reading.interval.start > latest:
        return None
    if _OTHER_DATE.search(text[: span.start - sentence.start]) or _OTHER_DATE.match(span.text):
        return None
    where = _belongs(span, frame.trigger, sentence, old=reading.interval.end <= published - HISTORY)
    if where is None:
        return None
    why = f"“{span.text}” is the only date of its sentence, and {where}"
    return _dated(_event_date(reading, span.text, "sentence"), "sentence", why, span)


def _belongs(span: Span, trigger: Span, sentence: Sentence, *, old: bool) -> str | None:
    """How time words belong to the clause of event words, or None; `old` are those of what lies long back."""
    text, start = sentence.text, sentence.start
    if not _PAST.match(trigger.text) or _PRESENT.search(text[: trigger.start - start]):
        return None
    if trigger.end <= span.start:
        near = _NEAR_BEFORE.fullmatch(text[trigger.end - start : span.start - start])
        return "follows in its clause" if near else None
    if span.end > trigger.start:
        return None
    before, between = text[: span.start - start], text[span.end - start : trigger.start - start]
    opens = _OPENING.fullmatch(before)
    if (opens and not _NEW_CLAUSE.search(between)) or _COORDINATED.search(between):
        return "opens its clause or the one joined to it"
    if old and "," in between and (opens or _AT_A_TIME.match(before)) and not _BEFORE_THAT.search(between):
        return "tells the time of the whole sentence"
    return None


def _from_article(frame: Frame, document: Document) -> tuple[EventDate | None, Step] | None:
    """The day of the lead, for what is told in the past tense."""
    article = document.article
    if article.published is None or not document.sentences or not _PAST.match(frame.trigger.text):
        return None
    found = _topic(article.text, document.sentences[0].end, article.published, _home(document))
    if found is None:
        return None
    span, day = found
    why = f"no words date it; “{span.text}” is the only day that the report names, in its first sentence"
    return _dated(EventDate(day.start, day.end, "day", "article", span.text), "article", why, span)


@lru_cache(maxsize=16)  # asked for each event of an article in turn
def _topic(text: str, lead: int, published: date, home: str) -> tuple[Span, Interval] | None:
    """The only day of the last two weeks that a text names, if it stands in the main clause of the first sentence."""
    days: dict[Interval, Span] = {}
    for span in _time_words(Span(text, 0, len(text))):
        day = read(span.text, Setting(published, home=home)).interval
        if day is not None and day.granularity == "day" and published - NEWS < day.start:
            days.setdefault(day, span)
    if len(days) != 1:
        return None
    day, span = days.popitem()
    before, after = text[: span.start], text[span.end :]
    in_main_clause = _BEFORE_A_DAY.search(before) and _AFTER_A_DAY.match(after) and not _NEW_CLAUSE.search(before)
    if span.end > lead or day.start > published or not in_main_clause or _TO_COME.search(before):
        return None
    return span, day


def _from_publication(document: Document, why: str, words: Span | None = None) -> tuple[EventDate | None, Step]:
    """`words` are those that date something else."""
    article = document.article
    if article.published is None:
        return _dated(None, "none", f"{why}, but the article's date is not known", words)
    basis = "dateline" if article.published_basis == "dateline" else "publication"
    day = EventDate(start=article.published, end=article.published + DAY, granularity="day", basis=basis)
    return _dated(day, "publication", why, words)


def _read(words: str, *, published: date | None, context: str, tense: Tense, home: str = "") -> Reading:
    places = list(re.finditer(re.escape(words), context, re.IGNORECASE)) if words else []
    before, after = (context[: places[-1].start()], context[places[-1].end() :]) if places else (context, "")
    follower = _DURATION_FOLLOWER.match(after) if _DURATION.fullmatch(words) else _place_after(words, after)
    anchors = tuple(interval for _, interval in _dates_in(before[-ANCHOR_REACH:], published, home))[::-1]
    dated = _dated_sentences(context, words, published, home)
    setting = Setting(published, tense, anchors, dated, context, home)
    return read(words + follower.group() if follower else words, setting)


def _place_after(words: str, after: str) -> re.Match[str] | None:
    """Where "on Tuesday" goes on with "in Seoul": words that may tell whose Tuesday it is."""
    match = _PLACE_FOLLOWER.match(after) if re.search(rf"{_DAY_NAME}$", words) else None
    return match if match and (match["place"] is None or country_of(match["place"])) else None


def _dated_sentences(context: str, words: str, published: date | None, home: str) -> tuple[tuple[str, Interval], ...]:
    """The sentences of the text around that name one day, without those of the words themselves; the last first."""
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])", context):
        days = [interval for _, interval in _dates_in(sentence, published, home) if interval.granularity == "day"]
        if words.lower() not in sentence.lower() and len(days) == 1:
            found.append((sentence.lower(), days[0]))
    return tuple(found[::-1])


def _dates_in(text: str, published: date | None, home: str) -> Iterator[tuple[Span, Interval]]:
    """The time words in a text that read on their own, in order."""
    for span in _time_words(Span(text, 0, len(text))):
        interval = read(span.text, Setting(published, home=home)).interval
        if interval is not None:
            yield span, interval


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


def _home(document: Document) -> str:
    return home_of(document.article.text, document.article.url)


def _event_date(reading: Reading, words: str, basis: str = "expression") -> EventDate | None:
    if reading.interval is None:
        return None
    start, end, granularity = reading.interval
    if reading.anchored and basis == "expression":
        basis = "anchor"
    return EventDate(start=start, end=end, granularity=granularity, basis=basis, text=words)


def _dated(days: EventDate | None, rule: str, why: str, words: Span | None = None) -> tuple[EventDate | None, Step]:
    """A date, or None, with its step."""
    value = f"{days.start}/{days.end}" if days else ""
    return days, Step("when", rule, why, field="date", value=value, words=words)


def _due(due: date | None, why: str, words: Span | None = None) -> Step:
    return Step("when", "due" if due else "none", why, field="pledge.due", value=str(due or ""), words=words)
