"""Rules for time words that cut a part out of a period, or widen a day to one: "the second half of", "the week of".

A vague part ("the end of", "the early days of") is not cut out: the whole is given.
"""

from __future__ import annotations

import re
from datetime import date

from detente.timenames import period
from detente.timereading import APART, read_clean
from detente.timewords import (
    DAY,
    DAY_NUMBER,
    MONTH,
    NUMBER,
    ORDINAL,
    UNIT,
    WHICH,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    day_of,
    month_of,
    moved_to_the_day,
    number_of,
    relative,
    shift_months,
    unit_of,
    week_of,
)

RULES: list[Rule] = []
_HAPPENED = (
    r"(?:began|begun|started|ended|broke out|happened|occurred|(?:was|were) \w+|took (?:place|power|office|effect))"
)
_PART = r"(?P<part>first|opening|last|final|closing|1st)"
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


@absolute(
    RULES,
    rf"(?:the )?{_PART} (?:{NUMBER} )?(?P<unit>day|week|month|quarter|year|decade)(?P<plural>s?)"
    r" (?:of|in) (?P<rest>.+)",
)
def _first_or_last_units(match: re.Match[str], setting: Setting) -> Outcome:
    """So many from its beginning or up to its end; a week is any seven days here."""
    whole = read_clean(match["rest"], setting).interval
    if whole is None or whole.granularity == "day":
        return None
    if match["plural"] and not match["n"]:
        return whole  # "the first days of" is too vague to be cut out
    first, number, unit = match["part"] in ("first", "opening", "1st"), number_of(match["n"] or "one"), match["unit"]
    start = whole.start if first else _away(whole.end, -number, unit)
    end = _away(whole.start, number, unit) if first else whole.end
    if start < whole.start or end > whole.end:
        return f"{match['rest']} has not so many {unit}s"
    return Interval(start, end, "interval" if unit == "week" or match["n"] else unit)


@absolute(RULES, rf"(?:the )?{ORDINAL} (?P<unit>day|week|month|year|decade) (?:of|in) (?P<rest>.+)")
def _nth_unit(match: re.Match[str], setting: Setting) -> Outcome:
    whole = read_clean(match["rest"], setting).interval
    if whole is None or whole.granularity == "day":
        return None
    number, unit = number_of(match["n"]), match["unit"]
    start = _away(whole.start, number - 1, unit)
    end = _away(start, 1, unit)
    return Interval(start, end, "interval" if unit == "week" else unit) if end <= whole.end else None


@absolute(RULES, r"(?:the )?same (?P<unit>day|week|month|year) (?:as|of) (?P<rest>.+)")
def _same_unit_as(match: re.Match[str], setting: Setting) -> Outcome:
    at = read_clean(match["rest"], setting).interval
    return unit_of(at.start, match["unit"]) if at else None


@absolute(RULES, rf"(?:the )?(?:{ORDINAL}|last|final) (?P<fraction>half|third|quarter) of (?P<rest>.+)")
def _fraction(match: re.Match[str], setting: Setting) -> Outcome:
    """Halves, thirds and quarters in whole months; the first half of a month ends with its 15th day."""
    whole = read_clean(match["rest"], setting).interval
    parts = {"half": 2, "third": 3, "quarter": 4}[match["fraction"]]
    number = number_of(match["n"]) if match["n"] else parts
    if whole is None or number > parts:
        return None
    if whole.granularity == "month" and parts == 2:
        middle = whole.start.replace(day=16)
        return Interval(whole.start, middle, "interval") if number == 1 else Interval(middle, whole.end, "interval")
    months = _MONTHS_IN.get(whole.granularity, 0)
    if not months or months % parts:
        return None
    size = months // parts
    granularity = "quarter" if whole.granularity == "year" and parts == 4 else "interval"
    return month_of(whole.start.year, whole.start.month + size * (number - 1), size, granularity)


@absolute(
    RULES,
    r"(?:the )?(?P<unit>week|weekend)(?P<how> (?:of|beginning|starting|commencing|ending|to)) (?:on )?(?P<rest>.+)",
)
@absolute(RULES, rf"(?:the )?(?:{NUMBER} )?{UNIT}(?P<how> (?:to|through|ending|ended)) (?:on |in )?(?P<rest>.+)")
def _unit_at(match: re.Match[str], setting: Setting) -> Outcome:
    """ "The week of" a day is that in which it lies; beginning or ending counts from the day."""
    at, unit, how = read_clean(match["rest"], setting).interval, match["unit"], match["how"].strip()
    if at is None:
        return None
    if unit == "weekend":
        saturday = week_of(at.start).start + 5 * DAY
        return Interval(saturday, saturday + 2 * DAY, "interval")
    if how in ("ending", "ended", "to", "through"):
        return Interval(_away(at.end, -number_of(match.groupdict().get("n") or "one"), unit), at.end, "interval")
    if at.granularity != "day":
        return None
    return week_of(at.start) if how == "of" else Interval(at.start, at.start + 7 * DAY, "interval")


@absolute(RULES, r"(?:the )?(?:very )?(?P<part>end|close|start|beginning|outbreak|onset|middle) of (?P<rest>.+)")
def _part_of(match: re.Match[str], setting: Setting) -> Outcome:
    """A vague part is not cut out of its period: the whole is given. Named periods have a first and a last day."""
    named = period(match["rest"])
    if named and match["part"] != "middle":
        return day_of(named.end - DAY if match["part"] in ("end", "close") else named.start)
    return read_clean(match["rest"], setting).interval


@relative(
    RULES, rf"(?!so far)(?P<rest>.+?) (?:of |in )?(?P<of>(?:{WHICH}|the|that|(?:the|that) same|the following) year)"
)
@relative(RULES, rf"(?P<of>{NUMBER} years? ago)(?: on| in)? (?P<rest>{MONTH}.*|{DAY_NUMBER} .+)")
def _of_a_year(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    year = read_clean(match["of"], setting)
    if year.interval is None:
        return None
    found = read_clean(f"{match['rest']} {year.interval.start.year}", setting)
    return found.interval if found.rule != "embedded" else None


@absolute(RULES, rf".+ {_HAPPENED}(?: (?:on|in|at|back))? (?P<rest>.+)")
def _clause(match: re.Match[str], setting: Setting) -> Outcome:
    """ "(Since) the war began last month": the words that end a clause date it."""
    return None if APART.search(match.group()[: match.start("rest")]) else read_clean(match["rest"], setting).interval


def _away(day: date, number: int, unit: str) -> date:
    return shift_months(day, 3 * number) if unit == "quarter" else moved_to_the_day(day, number, unit)
