"""Rules for time words that tell where an event stands to another: before, after, near or into it, or its anniversary.

The other event must be dated: by words inside, by its name, or by a sentence of the text around.
"""

from __future__ import annotations

import re
from datetime import date

from detente import timecounts, timedates
from detente.timenames import period
from detente.timereading import read_clean
from detente.timewords import (
    DAY,
    DAYTIME,
    NO_ANCHOR,
    NO_PUBLICATION,
    NUMBER,
    ORDINAL,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    day_of,
    month_of,
    moved,
    moved_to_the_day,
    number_of,
    shift_months,
    year_of,
)

RULES: list[Rule] = []
BEFORE = r"before|prior to|ahead of|leading up to|preceding"
AFTER = r"after|following|since"
_VAGUE = r"(?:several|some|(?:a )?few|many|final|first|last|early|immediate)"
_SAME_EVENT = {
    "meeting": "met",
    "talks": "talk",
    "election": "vote",
    "vote": "vot",
    "signing": "sign",
    "attack": "attack",
}


def event_day(words: str, setting: Setting) -> date | None:
    """The day of a date, or of an event: "the vote" is that of the last sentence before that has the word and one day.

    Dated sentences are those of `setting.dated`. A named period stands for its last day.
    """
    named = period(words)
    if named:
        return named.end - DAY
    found = read_clean(words, setting).interval
    if found is not None:
        return found.start if found.granularity == "day" else None
    event = re.fullmatch(r"(?:the|that|this|its|their|his|her)? ?(?:[a-z-]+ ){0,3}?(?P<noun>[a-z-]{3,})", words)
    if event is None:
        return None
    noun = event["noun"]
    stems = (noun.removesuffix("s"), _SAME_EVENT.get(noun, noun))
    return next(
        (
            day.start
            for text, day in setting.dated
            if any(re.search(rf"\b{stem}(?:s|e|es|d|ed|ing)?\b", text) for stem in stems)
        ),
        None,
    )


@absolute(
    RULES,
    r"(?:around|about|circa|(?:shortly|immediately) (?:before|after)|soon after|ahead of|in the wake of)"
    rf" (?!{DAYTIME} |.* ago$)(?P<rest>.+)",
)
@absolute(RULES, rf"(?:just |only )?(?:in )?(?:the )?(?:{_VAGUE} )?(?:days|weeks) (?:{BEFORE}|{AFTER}) (?P<rest>.+)")
@absolute(RULES, r"(?:in |during )?the (?:run-?up|lead-?up|build-?up|aftermath) (?:to|of) (?P<rest>.+)")
def _near(match: re.Match[str], setting: Setting) -> Outcome:
    """Near a day is somewhere in its month, near a month somewhere in its year; near a year says nothing."""
    near = read_clean(match["rest"], setting).interval
    if near is None:
        day = event_day(match["rest"], setting)
        return month_of(day.year, day.month) if day else None
    if near.granularity == "day":
        return month_of(near.start.year, near.start.month)
    return year_of(near.start.year) if near.granularity == "month" else "the words are too vague"


@absolute(RULES, rf"(?:mere |just |only )?(?:hours|minutes|moments) (?P<side>{BEFORE}|{AFTER}) (?P<rest>.+)")
def _hours_from(match: re.Match[str], setting: Setting) -> Outcome:
    """It may be that day or the one beside it."""
    day = event_day(match["rest"], setting)
    if day is None:
        return NO_ANCHOR
    after = re.fullmatch(AFTER, match["side"])
    return Interval(day, day + 2 * DAY, "interval") if after else Interval(day - DAY, day + DAY, "interval")


@absolute(RULES, r"(?:on )?the (?:very )?(?P<how>eve|day) of (?P<rest>.+)")
def _day_of_event(match: re.Match[str], setting: Setting) -> Outcome:
    day = event_day(match["rest"], setting)
    if day is None:
        return NO_ANCHOR if match["how"] == "eve" else None
    return day_of(day - DAY if match["how"] == "eve" else day)


@absolute(
    RULES, rf"(?:in |during |over )?the (?:{NUMBER} )?{UNIT} (?P<side>{BEFORE}|{AFTER}) (?P<rest>(?!(?:last|next)$).+)"
)
def _span_beside_event(match: re.Match[str], setting: Setting) -> Outcome:
    """ "In the week before" an event is the seven days that end with the day before it."""
    day = event_day(match["rest"], setting)
    if day is None:
        return NO_ANCHOR
    number = number_of(match["n"] or "one")
    granularity = "day" if number == 1 and match["unit"] == "day" else "interval"
    if re.fullmatch(BEFORE, match["side"]):
        return Interval(moved_to_the_day(day, -number, match["unit"]), day, granularity)
    return Interval(day + DAY, moved_to_the_day(day, number, match["unit"]) + DAY, granularity)


@absolute(
    RULES,
    rf"(?P<exactly>exactly |precisely )?(?:just |only )?{NUMBER} {UNIT} (?P<exact>to the day )?"
    rf"(?P<side>{BEFORE}|{AFTER}|from) (?P<rest>.+)",
)
def _counted_from_a_date(match: re.Match[str], setting: Setting) -> Outcome:
    number, unit = number_of(match["n"]), match["unit"]
    signed = -number if re.fullmatch(BEFORE, match["side"]) else number
    day = event_day(match["rest"], setting)
    if day is not None:
        exact = match["exact"] or match["exactly"]
        return day_of(moved_to_the_day(day, signed, unit)) if exact else moved(day, signed, unit)
    near = read_clean(match["rest"], setting).interval
    if near is not None and near.granularity == "year" and unit == "year":
        return moved(near.start, signed, unit)
    if near is None and match["side"] == "since" and unit == "year" and setting.published:
        return day_of(shift_months(setting.published, -12 * number))  # "five years since her death" is said that day
    return NO_ANCHOR


@absolute(RULES, rf"(?:on )?the {WEEKDAY} (?P<side>{BEFORE}|{AFTER}) (?P<rest>(?!(?:last|next)$).+)")
def _weekday_beside_event(match: re.Match[str], setting: Setting) -> Outcome:
    day = event_day(match["rest"], setting)
    turn = -1 if re.fullmatch(BEFORE, match["side"]) else 1
    number = WEEKDAYS.index(match["weekday"][:3])
    return timecounts.nearest_weekday(number, day + turn * DAY, turn) if day else NO_ANCHOR


@absolute(RULES, rf"{NUMBER} {UNIT} into (?P<rest>.+)")
@absolute(RULES, rf"(?P<within>within) {NUMBER} {UNIT} (?:of|from|after) (?P<rest>.+)")
def _into_event(match: re.Match[str], setting: Setting) -> Outcome:
    if re.fullmatch("now|today", match["rest"]):
        return None
    day = event_day(match["rest"], setting)
    if day is None:
        return NO_ANCHOR
    there = moved(day, number_of(match["n"]), match["unit"])
    return Interval(day, there.end, "interval") if "within" in match.groupdict() else there


@absolute(RULES, rf"(?P<on>on )?(?:the |its |their )?(?:{ORDINAL} )?anniversary of (?P<rest>.+)")
@absolute(RULES, rf"(?P<on>on )?(?:the |its |their )?{NUMBER}[ -]years? anniversary of (?P<rest>.+)")
@absolute(RULES, rf"(?P<on>on) (?:the |its |their )?{ORDINAL} anniversary(?P<rest>)")
def _anniversary_of(match: re.Match[str], setting: Setting) -> Outcome:
    """What is done on an anniversary: so many years after what is remembered, and else the day of the report."""
    number = match["n"]
    past = period(match["rest"]) or read_clean(match["rest"], setting).interval
    today = setting.published
    if past and past.granularity == "day":
        if number and re.search(YEAR, match["rest"]):
            return day_of(shift_months(past.start, 12 * number_of(number)))
        if today is None:
            return NO_PUBLICATION
        years = today.year - past.start.year
        return timedates.nearest(
            [day_of(shift_months(past.start, 12 * (years + turn))) for turn in (-1, 0, 1)], setting, today
        )
    if match["on"]:
        return day_of(today) if today else NO_PUBLICATION
    return year_of(past.start.year + number_of(number)) if past and number and past.granularity == "year" else None


@absolute(RULES, rf"for {NUMBER} {UNIT} (?:from|starting|beginning)(?: from| on)? (?P<rest>.+)")
def _stretch_from(match: re.Match[str], setting: Setting) -> Outcome:
    day = event_day(match["rest"], setting)
    return Interval(day, moved_to_the_day(day, number_of(match["n"]), match["unit"]), "interval") if day else NO_ANCHOR
