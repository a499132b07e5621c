"""Rules for time words that name a place in the calendar: dates, months, years, decades, centuries, quarters, seasons.

Where the year is not said, it is taken from publication and tense. What may mean two dates is not dated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from detente.timewords import (
    DAY_NUMBER,
    MONTH,
    NO_PUBLICATION,
    ORDINAL,
    SEASONS,
    WEEKDAY,
    WHICH,
    YEAR,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    day_if_any,
    day_of,
    month_number,
    month_of,
    number_of,
    relative,
    turn_of,
    year_of,
)

RULES: list[Rule] = []

# First month of a government's fiscal year N, and the years from N to where it begins. United States: 31 U.S.C. 1102;
# Japan: Public Finance Act, art. 11; India: General Clauses Act 1897, s. 3(21); United Kingdom: Interpretation
# Act 1978, sch. 1; Australia: Public Governance, Performance and Accountability Act 2013, s. 8.
_FISCAL_YEARS = (
    (r"\b(?:US|U\.S\.|United States|Americans?|Washington|Pentagon)(?!\w)", 10, -1),
    (r"\b(?:Japan|Japanese|Tokyo|Indian?|New Delhi|UK|U\.K\.|British|Britain|United Kingdom)(?!\w)", 4, 0),
    (r"\b(?:Australian?|Canberra)\b", 7, -1),
)

# The calendar dates that may stand among other words, as in "during the 1971 war".
EMBEDDED = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "?:", rf"\b{pattern}\b")
        for pattern in (
            rf"{MONTH} {DAY_NUMBER}(?: {YEAR})?",
            rf"{DAY_NUMBER} (?:of )?{MONTH}(?: {YEAR})?",
            rf"{MONTH} {YEAR}",
            r"(?:1[5-9]|20)\d\d",
        )
    )
)


def nearest(intervals: Sequence[Interval], setting: Setting, today: date) -> Interval | None:
    """The latest that has begun by today; for the future the first that is not over before today."""
    if setting.tense == "future":
        return min((i for i in intervals if i.end > today), default=None)
    return max((i for i in intervals if i.start <= today), default=None)


def chosen(intervals: Sequence[Interval], which: str | None, setting: Setting, today: date) -> Interval | None:
    """The one meant by last (over by today), this (of this year), next (not begun by today), or by the bare name."""
    if which is None:
        return nearest(intervals, setting, today)
    turn = turn_of(which)
    if turn < 0:
        return max((i for i in intervals if i.end <= today), default=None)
    if turn > 0:
        return min((i for i in intervals if i.start > today), default=None)
    of_this_year = [i for i in intervals if i.start.year == today.year]
    return next((i for i in intervals if i.start <= today < i.end), of_this_year[0] if of_this_year else None)


# -- days, months, years ---------------------------------------------------------------------------------------


@absolute(RULES, r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
@absolute(RULES, r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})")
@absolute(RULES, r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
def _numeric(match: re.Match[str], setting: Setting) -> Outcome:
    """Year first as in ISO 8601; between dots the day comes first, as in German (DIN 5008) and Russian."""
    day = day_if_any(int(match["year"]), int(match["month"]), int(match["day"]))
    return day_of(day) if day else f"there is no day {match.group()}"


@absolute(RULES, rf"(?P<first>\d{{1,2}})[/-](?P<second>\d{{1,2}})[/-]{YEAR}")
def _numeric_either_order(match: re.Match[str], setting: Setting) -> Outcome:
    """Day/month or month/day: read only where a single day can be meant."""
    year, first, second = (int(match[name]) for name in ("year", "first", "second"))
    days = [day for day in (day_if_any(year, second, first), day_if_any(year, first, second)) if day]
    if not days:
        return f"there is no day {match.group()}"
    return day_of(days[0]) if days[0] == days[-1] else f"{match.group()} may be day/month or month/day"


@absolute(RULES, r"(?P<first>1[5-9]\d\d|20\d\d)[-/](?P<last>\d\d)")
def _years_or_month(match: re.Match[str], setting: Setting) -> Outcome:
    """ "1998-99" is two years, "2019-03" a month; "2003-09" may be either."""
    year, last = int(match["first"]), int(match["last"])
    follows = last > year % 100
    if follows and 1 <= last <= 12:
        return f"{match.group()} may be a month or a span of years"
    if follows:
        return year_of(year, last - year % 100 + 1, "interval")
    return month_of(year, last) if 1 <= last <= 12 else f"there is no month {match.group()}"


@absolute(RULES, rf"(?:{WEEKDAY} )?(?:the )?{DAY_NUMBER} (?:of )?{MONTH}(?: (?:of )?{YEAR})?")
@absolute(RULES, rf"(?:{WEEKDAY} )?{MONTH} (?:the )?{DAY_NUMBER}(?: {YEAR})?")
def _day_and_month(match: re.Match[str], setting: Setting) -> Outcome:
    month, number = month_number(match), int(match["day"])
    if match["year"]:
        day = day_if_any(int(match["year"]), month, number)
        return day_of(day) if day else f"there is no day {match.group()}"
    if setting.published is None:
        return NO_PUBLICATION
    years = range(setting.published.year - 8, setting.published.year + 9)  # two leap years on either side
    days = [day_of(day) for year in years if (day := day_if_any(year, month, number))]
    return _named_without_year(days, setting, setting.published) or f"there is no day {match.group()}"


@relative(RULES, rf"(?:{WHICH} )?{MONTH}")
def _month(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    months = [month_of(today.year + shift, month_number(match)) for shift in (-2, -1, 0, 1, 2)]
    if match["which"]:
        return chosen(months, match["which"], setting, today)
    return _named_without_year(months, setting, today)


def _named_without_year(intervals: Sequence[Interval], setting: Setting, today: date) -> Interval | None:
    """The nearest on the side of the tense, but not over nine months back: writers add the year before that."""
    found = nearest(intervals, setting, today)
    if found and (today.year - found.start.year) * 12 + today.month - found.start.month > 9:
        return nearest(intervals, setting._replace(tense="future"), today)
    return found


@absolute(RULES, rf"{MONTH} (?:of )?{YEAR}")
@absolute(RULES, rf"{YEAR} {MONTH}")
def _month_and_year(match: re.Match[str], setting: Setting) -> Outcome:
    return month_of(int(match["year"]), month_number(match))


@absolute(RULES, YEAR)
def _year(match: re.Match[str], setting: Setting) -> Outcome:
    return year_of(int(match["year"]))


@absolute(RULES, r"(?:the )?(?P<part>early|mid|late)?[ -]?'?(?P<hundreds>1\d|20)?(?P<ten>\d)0'?s")
def _decade(match: re.Match[str], setting: Setting) -> Outcome:
    """Early is the first four years, late the last four. "1800s" is the century; "90s" is of the 1900s."""
    hundreds, ten = int(match["hundreds"] or 19), int(match["ten"])
    if match["hundreds"] and ten == 0 and hundreds < 20:
        return year_of(hundreds * 100, 100, "century")
    first = hundreds * 100 + ten * 10
    if match["part"] is None:
        return year_of(first, 10, "decade")
    return year_of(first + {"early": 0, "mid": 3, "late": 6}[match["part"]], 4, "interval")


@absolute(RULES, rf"(?:the )?(?P<part>early|mid|late)?[ -]?(?:the )?{ORDINAL}[ -]century")
def _century(match: re.Match[str], setting: Setting) -> Outcome:
    """The 19th century runs from 1801 to 1900; early, mid and late are its thirds."""
    first = number_of(match["n"]) * 100 - 99
    if match["part"] is None:
        return year_of(first, 100, "century")
    return year_of(first + {"early": 0, "mid": 33, "late": 66}[match["part"]], 34, "interval")


# -- fiscal years, quarters, halves, seasons -------------------------------------------------------------------


@absolute(RULES, rf"(?:the )?(?:fiscal|financial|budget)(?: year)? {YEAR}(?:[-/](?P<last>\d\d|\d{{4}}))?")
@absolute(RULES, rf"fy ?{YEAR}(?:[-/](?P<last>\d\d|\d{{4}}))?")
def _fiscal_year(match: re.Match[str], setting: Setting) -> Outcome:
    """Whose fiscal year it is must stand in the text around; if that leaves two beginnings, it is not dated."""
    kinds = {(month, shift) for names, month, shift in _FISCAL_YEARS if re.search(names, setting.context)}
    if len(kinds) != 1:
        return "the text does not tell whose fiscal year is meant"
    month, shift = kinds.pop()
    return month_of(int(match["year"]) + (0 if match["last"] else shift), month, 12, "year")


@absolute(RULES, rf"(?:the )?(?:{ORDINAL}|final|last)[ -]quarter(?: of)? {YEAR}")
@absolute(RULES, rf"q(?P<n>[1-4]) (?:of )?{YEAR}")
@absolute(RULES, rf"{YEAR} q(?P<n>[1-4])")
def _quarter_of_year(match: re.Match[str], setting: Setting) -> Outcome:
    number = number_of(match["n"] or "4")
    return month_of(int(match["year"]), 3 * number - 2, 3, "quarter") if number <= 4 else "no such quarter"


@relative(RULES, rf"(?:the )?{ORDINAL}[ -]quarter")
@relative(RULES, r"q(?P<n>[1-4])")
def _quarter(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    number = number_of(match["n"])
    quarters = [month_of(today.year + shift, 3 * number - 2, 3, "quarter") for shift in (-1, 0, 1)]
    return nearest(quarters, setting, today) if number <= 4 else "no such quarter"


@absolute(RULES, rf"(?:the )?{ORDINAL}[ -]half(?: of)? {YEAR}")
def _half_of_year(match: re.Match[str], setting: Setting) -> Outcome:
    half = number_of(match["n"])
    return month_of(int(match["year"]), 6 * half - 5, 6, "interval") if half <= 2 else "no such half"


@absolute(RULES, rf"(?:the )?(?P<season>spring|summer|autumn|fall|winter) (?:of )?{YEAR}(?:[-/]\d\d(?:\d\d)?)?")
def _season_of_year(match: re.Match[str], setting: Setting) -> Outcome:
    """A winter is named by the year it begins in."""
    return month_of(int(match["year"]), SEASONS[match["season"]], 3, "season")


@relative(RULES, rf"(?:{WHICH} |the )?(?P<season>spring|summer|autumn|winter)")
@relative(RULES, rf"(?:{WHICH} |the )(?P<season>fall)")
def _season(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    first = SEASONS[match["season"]]
    seasons = [month_of(today.year + shift, first, 3, "season") for shift in (-2, -1, 0, 1, 2)]
    return chosen(seasons, match["which"], setting, today)
