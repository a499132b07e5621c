"""Time words of the news -> a half-open interval of days, by a list of rules tried in order.

`read` tries each rule on the whole phrase, then takes one leading or trailing qualifier off ("early", "morning")
and tries again. A rule gives an interval, or the reason why the words give none; nothing is guessed.
Here are also the rules for phrases with other time words inside. Ours, where the codebook (section 6) leaves it
open: the later end of a range is included ("from 7 to 11 September" ends with the 11th); "since" a month or year
gives that month or year, the onset; "since" a day or an event ("since the war in 2003") runs from there up to and
with publication.
"""

from __future__ import annotations

import re

from detente import timecounts, timedates, timeevents, timenames, timeparts
from detente.timenames import period
from detente.timereading import RULES, Reading, read_clean
from detente.timewords import (
    DAY,
    DAY_NUMBER,
    MONTH,
    NO_PUBLICATION,
    WEEKDAY,
    YEAR,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    clean,
    shift_months,
)

_POINTING = re.compile(r"\b(?:now|present|today|yesterday|tomorrow|last|this|next)\b")
_TO = r"(?:-|to|and|or|until|till|through|into)"
_UP_TO_NOW = re.compile(r"(?:the )?(?:date|present(?: day| time)?|time of writing)")
_EVENT_RULES = ("embedded", "clause")  # rules for words that name an event with its date
_LAST = r"(?P<last>\d{1,2})(?:st|nd|rd|th)?"
_MORE = r"(?: \d{1,2}(?:st|nd|rd|th)?)*"
_NAME = re.sub(r"\?P<\w+>", "?:", f"{WEEKDAY}|{MONTH}|{YEAR}")  # one of a list, as in "May, June and July"
_RANGES: list[Rule] = []
MAX_LENGTH = 160  # characters; the longest time words of the training items have 70


def read(words: str, setting: Setting) -> Reading:
    """Read time words as the rules say.

    >>> read("between 2003 and 2009", Setting(None)).interval
    Interval(start=datetime.date(2003, 1, 1), end=datetime.date(2010, 1, 1), granularity='interval')
    """
    if len(words) > MAX_LENGTH:
        return Reading(None, "none", f"the words are longer than {MAX_LENGTH} characters")
    phrase = clean(words)
    reading = read_clean(phrase, setting)
    if reading.interval is None or not (setting.anchors or setting.dated):
        return reading
    alone = read_clean(phrase, setting._replace(anchors=(), dated=()))
    return reading._replace(anchored=alone.interval != reading.interval)


# -- ranges ----------------------------------------------------------------------------------------------------


@absolute(_RANGES, rf"(?:from |between )?{MONTH} {DAY_NUMBER}{_MORE} ?{_TO} ?(?:the )?{_LAST}(?: {YEAR})?")
@absolute(
    _RANGES,
    rf"(?:from |between )?(?:the )?{DAY_NUMBER}{_MORE} ?{_TO} ?(?:the )?{_LAST} (?:of )?{MONTH}(?: (?:of )?{YEAR})?",
)
def _days_of_one_month(match: re.Match[str], setting: Setting) -> Outcome:
    year = f" {match['year']}" if match["year"] else ""
    end = read_clean(f"{match['month']} {match['last']}{year}", setting)
    if end.interval is None:
        return end.why
    begin = read_clean(f"{match['month']} {match['day']} {end.interval.start.year}", setting)
    return Interval(begin.interval.start, end.interval.end, "interval") if begin.interval else begin.why


@absolute(_RANGES, r"(?:from|between) (?P<first>.+?) (?:to|and|until|till|through|up to) (?P<last>.+)")
@absolute(_RANGES, r"(?P<first>.+?) (?P<join>to|and|or|until|till|through|into) (?P<last>.+)")
@absolute(_RANGES, rf"(?P<first>{_NAME})(?: (?:{_NAME}))+ (?:and|or) (?P<last>{_NAME})")
@absolute(
    _RANGES, r"(?P<first>\d+ [a-z]+|[a-z]+(?: \d+)?|\d{4})[-/](?P<last>\d+ [a-z]+(?: \d{4})?|[a-z]+(?: \d+){0,2}|\d{4})"
)
def _range(match: re.Match[str], setting: Setting) -> Outcome:
    """Each end is read against the other where it says less: "from May to September 2018", "March 3 to Friday"."""
    first, last = match["first"], match["last"]
    if _UP_TO_NOW.fullmatch(last):
        last = "now"
    if last.endswith(" centuries"):
        first, last = f"{first} century", last.removesuffix("centuries") + "century"
    alone = Setting(None, setting.tense)
    begin, end = read_clean(first, alone).interval, read_clean(last, alone).interval
    if begin is None and (end is not None or setting.tense == "past"):
        end = end or read_clean(last, setting).interval
        begin = _beside(first, Setting(end.end - DAY, "past"), setting) if end else None
    else:
        begin = begin or read_clean(first, setting).interval
        end = end or (_beside(last, Setting(begin.start, "future"), setting) if begin else None)
    if not begin or not end:
        return None
    if match.groupdict().get("join") in ("and", "or") and begin.end < end.start:
        return "the words name two dates apart"
    return Interval(begin.start, end.end, "interval")


def _beside(words: str, other_end: Setting, setting: Setting) -> Interval | None:
    """One end of a range read against the other, but against publication where the words point from there."""
    return read_clean(words, setting if _POINTING.search(words) else other_end).interval


# -- what widens or moves the date inside ----------------------------------------------------------------------


@absolute(_RANGES, r"(?:ever )?since (?P<rest>.+)")
def _since(match: re.Match[str], setting: Setting) -> Outcome:
    begun = read_clean(match["rest"], setting._replace(tense="past"))
    if match["rest"] in ("then", "that time"):
        begun = read_clean("that day", setting)
    if begun.interval is None:
        return begun.why
    start, end, granularity = begun.interval
    if period(match["rest"]):
        start, granularity = end - DAY, "day"  # "since the war" is since its end
    if setting.published and start > setting.published:  # a month or day without year, read as the coming one
        start, end = shift_months(start, -12), shift_months(end, -12)
    if granularity != "day" and begun.rule not in _EVENT_RULES:
        return Interval(start, end, granularity)
    return Interval(start, setting.published + DAY, "interval") if setting.published else NO_PUBLICATION


@absolute(_RANGES, r".*\b(?:first|last|only|second) time (?:since|in (?!\d{4}|[a-z]+ \d{4}|the \d{4}s)).*")
def _time_since(match: re.Match[str], setting: Setting) -> Outcome:
    return "the words say when it was so before"


RULES.extend((*_RANGES, *timeevents.RULES, *timeparts.RULES, *timenames.RULES, *timedates.RULES, *timecounts.RULES))
