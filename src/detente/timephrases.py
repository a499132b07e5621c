"""Time words of the news -> a half-open interval of days, by a list of rules tried in order.

`read` tries each rule on the whole phrase, then takes one leading or trailing qualifier off ("early", "morning")
and tries again. A rule gives an interval, or the reason why the words give none; nothing is guessed.
Here are also the rules for phrases with other time words inside. Ours, where the codebook (section 6) leaves it
open: the later end of a range is included ("from 7 to 11 September" ends with the 11th); "since" a month or year
gives that month or year, the onset; "since" a day runs up to and with publication.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from detente import timecounts, timedates
from detente.timewords import (
    DAY,
    DAY_NUMBER,
    MONTH,
    NO_ANCHOR,
    NO_DATE,
    NO_PUBLICATION,
    NUMBER,
    QUALIFIER,
    UNIT,
    WHICH,
    YEAR,
    Absolute,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    clean,
    day_of,
    month_of,
    moved,
    number_of,
    relative,
    shift_months,
    turn_of,
    year_of,
)

# The last day of a period that ranges are said to run to ("until World War II"). By itself such a name dates
# nothing (codebook, section 6: null if the text does not say). Armistice of Compiègne; Japan's surrender.
_PERIOD_ENDS = {
    r"(?:the )?(?:end of )?(?:the )?(?:world war (?:i|1|one)|first world war)": date(1918, 11, 11),
    r"(?:the )?(?:end of )?(?:the )?(?:world war (?:ii|2|two)|second world war)": date(1945, 9, 2),
}
_POINTING = re.compile(r"\b(?:now|present|today|yesterday|tomorrow|last|this|next)\b")
_TO = r"(?:-|to|and|until|till|through)"
_LAST = r"(?P<last>\d{1,2})(?:st|nd|rd|th)?"
_COMPOUND: list[Rule] = []
MAX_LENGTH = 160  # characters; the longest time words of the training items have 70


class Reading(NamedTuple):
    """What `read` made of some words: the interval or None, the rule, and why there is none.

    `anchored` says that the interval was counted from an anchor in the text instead of from publication.
    """

    interval: Interval | None
    rule: str
    why: str = ""
    anchored: bool = False


def read(words: str, setting: Setting) -> Reading:
    """Read time words as the rules say.

    >>> read("between 2003 and 2009", Setting(None)).interval
    Interval(start=datetime.date(2003, 1, 1), end=datetime.date(2010, 1, 1), granularity='interval')
    """
    if len(words) > MAX_LENGTH:
        return Reading(None, "none", f"the words are longer than {MAX_LENGTH} characters")
    return _read(clean(words), setting)


def _read(phrase: str, setting: Setting) -> Reading:
    rest = phrase
    while rest:
        for rule in RULES:
            match = rule.pattern.fullmatch(rest)
            outcome = _applied(rule.apply, match, setting) if match else None
            if outcome is not None:
                return _reading(rule.name, outcome, setting)
        shorter = QUALIFIER.sub("", rest, count=1).strip(" -")
        if shorter == rest:
            break
        rest = shorter
    embedded = _embedded(phrase, setting)
    return Reading(embedded, "embedded") if embedded else Reading(None, "none", NO_DATE)


def _applied(apply: Absolute, match: re.Match[str], setting: Setting) -> Outcome:
    try:
        return apply(match, setting)
    except (ValueError, OverflowError):  # raised by datetime.date alone
        return "the words count out of the calendar (years 1 to 9999)"


def _reading(rule: str, outcome: Interval | str, setting: Setting) -> Reading:
    if isinstance(outcome, str):
        return Reading(None, rule, outcome)
    if outcome.start >= outcome.end:
        return Reading(None, rule, "the words give an end before their beginning")
    return Reading(outcome, rule, anchored=rule in timecounts.ANCHORED and setting.anchor is not None)


def _embedded(phrase: str, setting: Setting) -> Interval | None:
    """The one calendar date among other words, as in "during the 1971 war"; None if there is none or several."""
    dates = set(timedates.EMBEDDED.findall(phrase))
    return _read(dates.pop(), setting).interval if len(dates) == 1 and phrase not in dates else None


# -- ranges ----------------------------------------------------------------------------------------------------


@absolute(_COMPOUND, rf"(?:from |between )?{MONTH} {DAY_NUMBER} ?{_TO} ?{_LAST}(?: {YEAR})?")
@absolute(_COMPOUND, rf"(?:from |between )?(?:the )?{DAY_NUMBER} ?{_TO} ?(?:the )?{_LAST} (?:of )?{MONTH}(?: {YEAR})?")
def _days_of_one_month(match: re.Match[str], setting: Setting) -> Outcome:
    year = f" {match['year']}" if match["year"] else ""
    end = _read(f"{match['month']} {match['last']}{year}", setting)
    if end.interval is None:
        return end.why
    begin = _read(f"{match['month']} {match['day']} {end.interval.start.year}", setting)
    return Interval(begin.interval.start, end.interval.end, "interval") if begin.interval else begin.why


@absolute(_COMPOUND, r"(?:from|between) (?P<first>.+?) (?:to|and|until|till|through|up to) (?P<last>.+)")
@absolute(_COMPOUND, r"(?P<first>.+?) (?:to|and|until|till|through) (?P<last>.+)")
@absolute(_COMPOUND, r"(?P<first>[a-z]+(?: \d+)?|\d{4})-(?P<last>[a-z]+(?: \d+)?|\d{4})")
def _range(match: re.Match[str], setting: Setting) -> Outcome:
    """Each end is read against the other where it says less: "from May to September 2018", "March 3 to Friday"."""
    first, last = match["first"], match["last"]
    for period, day in _PERIOD_ENDS.items():
        if re.fullmatch(period, last):
            last = day.isoformat()
    alone = Setting(None, setting.tense)
    begin, end = _read(first, alone).interval, _read(last, alone).interval
    if begin is None and (end is not None or setting.tense == "past"):
        end = end or _read(last, setting).interval
        begin = _beside(first, Setting(end.end - DAY, "past"), setting) if end else None
    else:
        begin = begin or _read(first, setting).interval
        end = end or (_beside(last, Setting(begin.start, "future"), setting) if begin else None)
    return Interval(begin.start, end.end, "interval") if begin and end else None


def _beside(words: str, other_end: Setting, setting: Setting) -> Interval | None:
    """One end of a range read against the other, but against publication where the words point from there."""
    return _read(words, setting if _POINTING.search(words) else other_end).interval


# -- what widens or moves the date inside ----------------------------------------------------------------------


@absolute(_COMPOUND, r"(?:ever )?since (?P<rest>.+)")
def _since(match: re.Match[str], setting: Setting) -> Outcome:
    begun = _read(match["rest"], setting._replace(tense="past"))
    if begun.interval is None:
        return begun.why
    start, end, granularity = begun.interval
    if setting.published and start > setting.published:  # a month or day without year, read as the coming one
        start, end = shift_months(start, -12), shift_months(end, -12)
    if granularity != "day":
        return Interval(start, end, granularity)
    return Interval(start, setting.published + DAY, "interval") if setting.published else NO_PUBLICATION


@absolute(_COMPOUND, r"(?:around|about|circa|shortly (?:before|after)|soon after) (?P<rest>.+)")
@absolute(_COMPOUND, r"(?:just |only )?(?:days|weeks) (?:before|after) (?P<rest>.+)")
def _near(match: re.Match[str], setting: Setting) -> Outcome:
    """Near a day is somewhere in its month, near a month somewhere in its year; near a year says nothing."""
    near = _read(match["rest"], setting).interval
    if near is None:
        return None
    if near.granularity == "day":
        return month_of(near.start.year, near.start.month)
    return year_of(near.start.year) if near.granularity == "month" else "the words are too vague"


@absolute(_COMPOUND, rf"{NUMBER} {UNIT} (?P<side>after|before|prior to|following|since) (?P<rest>.+)")
def _counted_from_a_date(match: re.Match[str], setting: Setting) -> Outcome:
    number, unit = number_of(match["n"]), match["unit"]
    origin = _read(match["rest"], setting).interval
    if origin is not None and origin.granularity == "day":
        return moved(origin.start, -number if match["side"] in ("before", "prior to") else number, unit)
    if origin is None and match["side"] == "since" and unit == "year" and setting.published:
        return day_of(shift_months(setting.published, -12 * number))  # "five years since her death" is said that day
    return NO_ANCHOR


@relative(_COMPOUND, rf"(?!so far)(?P<rest>.+?) (?:of |in )?(?:{WHICH}|the) year")
def _of_a_year(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    year = today.year + (turn_of(match["which"]) if match["which"] else 0)
    return _read(f"{match['rest']} {year}", setting).interval


@absolute(_COMPOUND, r"(?:the )?(?:very )?(?:end|close|start|beginning|middle) of (?P<rest>.+)")
def _part_of(match: re.Match[str], setting: Setting) -> Outcome:
    """A vague part is not cut out of its period: the whole is given."""
    return _read(match["rest"], setting).interval


RULES: tuple[Rule, ...] = (*_COMPOUND, *timedates.RULES, *timecounts.RULES)
