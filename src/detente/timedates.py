"""Rules for time words that name a place in the calendar: dates, months, years, decades, centuries, quarters, seasons.

Where the year is not said, it is taken from publication and tense. What may mean two dates is not dated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from detente.timehomes import fiscal_start, written_order
from detente.timewords import (
    DAY,
    DAY_NUMBER,
    MONTH,
    NO_PUBLICATION,
    ORDINAL,
    SEASONS,
    WEEKDAY,
    WEEKDAYS,
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


@absolute(
    RULES,
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[t ]\d\d:?\d\d(?::?\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?",
)
@absolute(RULES, r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})")
@absolute(RULES, r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
def _numeric(match: re.Match[str], setting: Setting) -> Outcome:
    """Year first as in ISO 8601; between dots the day comes first, as in German (DIN 5008) and Russian."""
    day = day_if_any(int(match["year"]), int(match["month"]), int(match["day"]))
    return day_of(day) if day else f"there is no day {match.group()}"


@absolute(RULES, rf"(?P<first>\d{{1,2}})[/-](?P<second>\d{{1,2}})[/-]{YEAR}")
def _numeric_either_order(match: re.Match[str], setting: Setting) -> Outcome:
    """Day/month or month/day: read where a single day can be meant, else in the order of the article's home."""
    year, first, second = (int(match[name]) for name in ("year", "first", "second"))
    days = [day for day in (day_if_any(year, second, first), day_if_any(year, first, second)) if day]
    if not days:
        return f"there is no day {match.group()}"
    if days[0] == days[-1]:
        return day_of(days[0])
    order = written_order(setting.home)
    return day_of(days[order == "mdy"]) if order else f"{match.group()} may be day/month or month/day"


@absolute(RULES, r"(?:between )?(?P<first>1[5-9]\d\d|20\d\d)[-/](?P<last>\d\d)")
def _years_or_month(match: re.Match[str], setting: Setting) -> Outcome:
    """ "1998-99" is two years, "2019-03" a month; "2003-09" may be either."""
    year, last = int(match["first"]), int(match["last"])
    follows = last > year % 100
    if follows and 1 <= last <= 12:
        return f"{match.group()} may be a month or a span of years"
    if follows:
        return year_of(year, last - year % 100 + 1, "interval")
    return month_of(year, last) if 1 <= last <= 12 else f"there is no month {match.group()}"


@absolute(RULES, rf"(?:{WEEKDAY} )?(?:the )?{DAY_NUMBER}(?: (?:of )?|-){MONTH}(?:(?: (?:of |in )?|-){YEAR})?")
@absolute(RULES, rf"(?:{WEEKDAY} )?(?:{YEAR} )?{MONTH} (?:the )?{DAY_NUMBER}")
@absolute(RULES, rf"(?:{WEEKDAY} )?{MONTH} (?:the )?{DAY_NUMBER}(?: (?:of )?{YEAR})?")
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


@relative(RULES, rf"(?:{WEEKDAY} )?the (?P<day>\d{{1,2}})(?:st|nd|rd|th)(?: of (?:{WHICH}|the) month)?")
def _day_of_month(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """The 15th is the nearest on the side of the tense; of this month, if that is said."""
    shifts = (turn_of(match["which"] or "this"),) if "month" in match.group() else (-2, -1, 0, 1, 2)
    months = [month_of(today.year, today.month + shift).start for shift in shifts]
    days = [day_of(day) for first in months if (day := day_if_any(first.year, first.month, int(match["day"])))]
    return days[0] if len(shifts) == len(days) == 1 else nearest(days, setting, today)


@absolute(RULES, rf"(?:the )?(?:{ORDINAL}|last|final) {WEEKDAY} (?:of|in) {MONTH}(?: {YEAR})?")
def _weekday_of_month(match: re.Match[str], setting: Setting) -> Outcome:
    if not match["year"] and setting.published is None:
        return NO_PUBLICATION
    years = (
        [int(match["year"])] if match["year"] else [(setting.published or date.max).year + turn for turn in (-1, 0, 1)]
    )
    found = [day for year in years if (day := _nth_weekday(match, month_of(year, month_number(match))))]
    if match["year"] or setting.published is None:
        return found[0] if found else f"there is no {match.group()}"
    return _named_without_year(found, setting, setting.published) if found else None


def _nth_weekday(match: re.Match[str], month: Interval) -> Interval | None:
    number = WEEKDAYS.index(match["weekday"][:3])
    first = month.start + (number - month.start.weekday()) % 7 * DAY
    if match["n"] is None:
        return day_of(max(day for week in range(5) if (day := first + 7 * week * DAY) < month.end))
    day = first + 7 * (number_of(match["n"]) - 1) * DAY
    return day_of(day) if day < month.end else None


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


_DECADE = re.compile(r"(?:the )?(?P<part>early|mid|late)?[ -]?(?:the )?'?(?P<hundreds>1\d|20)?(?P<ten>\d)0'?s")


@relative(RULES, r"'(?P<short>\d\d)")
def _short_year(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """The last year that ended so."""
    year = today.year // 100 * 100 + int(match["short"])
    return year_of(year if year <= today.year else year - 100)


@absolute(RULES, _DECADE.pattern)
def _decade(match: re.Match[str], setting: Setting) -> Outcome:
    """Early is the first four years, late the last four. "1800s" is the century; "90s" is of the 1900s."""
    hundreds, ten = int(match["hundreds"] or 19), int(match["ten"])
    if match["hundreds"] is None and ten < 3:
        return f"{match.group()} may be of this century or of the last"
    if match["hundreds"] and ten == 0 and hundreds < 20:
        return year_of(hundreds * 100, 100, "century")
    first = hundreds * 100 + ten * 10
    if match["part"] is None:
        return year_of(first, 10, "decade")
    return year_of(first + {"early": 0, "mid": 3, "late": 6}[match["part"]], 4, "interval")


_TENS = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")


@absolute(RULES, rf"(?:the )?(?P<part>early|mid|late)?[ -]?(?P<nineteen>nineteen[ -])?(?P<tens>{'|'.join(_TENS)})")
def _decade_in_words(match: re.Match[str], setting: Setting) -> Outcome:
    digits = f"{'19' if match['nineteen'] else ''}{_TENS.index(match['tens']) + 2}0s"
    in_digits = _DECADE.fullmatch(f"{match['part'] or ''} {digits}".strip())
    return _decade(in_digits, setting) if in_digits else None


@absolute(RULES, rf"(?:the )?(?P<part>early|mid|late)?[ -]?(?:the )?{ORDINAL}[ -]century")
def _century(match: re.Match[str], setting: Setting) -> Outcome:
    """The 19th century runs from 1801 to 1900; early, mid and late are its thirds."""
    first = number_of(match["n"]) * 100 - 99
    if match["part"] is None:
        return year_of(first, 100, "century")
    return year_of(first + {"early": 0, "mid": 33, "late": 66}[match["part"]], 34, "interval")


# -- fiscal years, quarters, halves, seasons -------------------------------------------------------------------


_FISCAL = r"(?:the )?(?:fiscal|financial|budget)(?: year)?"
_LAST_YEAR = r"(?:[-/](?P<last>\d\d|\d{4}))?"
_FISCAL_PART = rf"(?:(?:the )?(?:{ORDINAL} quarter|q(?P<q>[1-4])|(?P<half>h[12]))(?: of)? )?"
NO_FISCAL_YEAR = "the text does not tell whose fiscal year is meant"


@absolute(RULES, rf"{_FISCAL_PART}{_FISCAL} {YEAR}{_LAST_YEAR}")
@absolute(RULES, rf"{_FISCAL_PART}fy ?(?:{YEAR}|(?P<short>\d\d)){_LAST_YEAR}")
def _fiscal_year(match: re.Match[str], setting: Setting) -> Outcome:
    """Whose fiscal year it is must stand in the text around; if that leaves two beginnings, it is not dated."""
    start = fiscal_start(setting.context, setting.home)
    if start is None:
        return NO_FISCAL_YEAR
    year = int(match["year"] or 2000 + int(match["short"])) + (0 if match["last"] else start[1])
    if match["half"]:
        return month_of(year, start[0] + 6 * int(match["half"][1]) - 6, 6, "interval")
    quarter = match["q"] or match["n"]
    if quarter is None:
        return month_of(year, start[0], 12, "year")
    number = number_of(quarter)
    return month_of(year, start[0] + 3 * number - 3, 3, "quarter") if number <= 4 else "no such quarter"


@relative(RULES, rf"(?:{WHICH}|the|(?:the )?current) (?:fiscal|financial|budget) year")
def _fiscal_year_around(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    start = fiscal_start(setting.context, setting.home)
    if start is None:
        return NO_FISCAL_YEAR
    began = today.year if today.month >= start[0] else today.year - 1
    return month_of(began + (turn_of(match["which"]) if match["which"] else 0), start[0], 12, "year")


@absolute(RULES, rf"{_FISCAL} (?:ending|ended|to|that ended)(?: in| on)? {MONTH}(?: \d\d)? {YEAR}")
def _fiscal_year_to(match: re.Match[str], setting: Setting) -> Outcome:
    return month_of(int(match["year"]) - 1, month_number(match) + 1, 12, "year")


@absolute(RULES, rf"(?:the )?(?:{ORDINAL}|final|last)[ -]quarter(?: of)? {YEAR}")
@absolute(RULES, rf"(?P<n>[1-4])q (?:of )?{YEAR}")
@absolute(RULES, rf"q(?P<n>[1-4]) (?:of )?{YEAR}")
@absolute(RULES, rf"{YEAR}[ -]?q(?P<n>[1-4])")
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
@absolute(RULES, rf"h(?P<n>[12]) (?:of )?{YEAR}")
@absolute(RULES, rf"(?P<n>[12])h (?:of )?{YEAR}")
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


@relative(RULES, r"(?:the )?(?P<season>spring|summer|autumn|fall|winter) before last")
def _season_before_last(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    first = SEASONS[match["season"]]
    over = [
        season for shift in range(-3, 1) if (season := month_of(today.year + shift, first, 3, "season")).end <= today
    ]
    return over[-2]


# -- turns -----------------------------------------------------------------------------------------------------


@absolute(RULES, rf"(?:the )?turn of (?:the )?{ORDINAL} century")
def _turn_of_century(match: re.Match[str], setting: Setting) -> Outcome:
    """Ours: the five years on either side of its beginning."""
    return year_of(number_of(match["n"]) * 100 - 104, 10, "interval")


@relative(RULES, r"(?:the )?turn of (?:the (?:new )?|this )(?P<unit>century|millennium|year)")
def _turn(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """Of the century that it is; of the year, December and January."""
    if match["unit"] != "year":
        return year_of((today.year - 1) // 100 * 100 - 4, 10, "interval")
    turns = [month_of(today.year + shift, 12, 2, "interval") for shift in (-2, -1, 0)]
    return nearest(turns, setting, today)
