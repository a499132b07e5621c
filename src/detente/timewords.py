"""The vocabulary of time words: how they are spelt, what a rule for them is, and the calendar behind them.

Patterns are for the output of `clean`. Every interval is half-open, in days. Weeks run from Monday to Monday.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

Tense = Literal["past", "future"]

DAY = timedelta(days=1)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # first month; northern, meteorological
_CARDINALS = [
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
]
_ORDINALS = [
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    *("nineteenth", "twentieth", "twenty-first"),
]
_NUMBERS = {word: number for words in (_CARDINALS, _ORDINALS) for number, word in enumerate(words, 1)}
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_NUMBERS |= {"a": 1, "an": 1, **_TENS, "a hundred": 100, "one hundred": 100, "hundred": 100}

MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DAY_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>1\d{3}|2[01]\d{2})"
WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?"
    r"|sun(?:day)?)"
)
NUMBER = rf"(?P<n>\d{{1,4}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
ORDINAL = rf"(?P<n>\d{{1,3}}(?:st|nd|rd|th)|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
UNIT = r"(?P<unit>day|week|fortnight|month|year|decade|century|centurie)s?"
WHICH = r"(?P<which>last|this past|past|previous|this coming|this|next|coming|upcoming)"

_ZONE_TIME = (
    r"(?!(?:this|that|same|some|first|second|last|next|any|one|long|the|what|which) )[a-z]+"
    r" (?:standard |summer |daylight )?time"
)
_ZONE = rf"(?:gmt|utc|hours|local|[a-z]?[sd]t|{_ZONE_TIME})"
_HOUR = rf"(?:\d{{1,2}}(?::\d\d)? ?(?:am|pm)?(?: {_ZONE})?|\d{{4}} {_ZONE})"
DAYTIME = (
    r"(?:(?:pre-?)?dawn|dusk|noon|midday|midnight|sunrise|sunset|daybreak|lunchtime|morning|afternoon|evening|night"
    rf"|night-?time|{_HOUR})"
)
AROUND_AN_HOUR = rf"(?:(?:shortly|just|soon) )?(?:around|about|approximately|before|after) {DAYTIME}"
_HOURS = rf"(?:between|from) {DAYTIME} (?:and|to|until) {DAYTIME}"
_LEADING = (
    *("on", "in", "at", "by", "during", "over", "for", "from", "of", "within", "throughout", "(?:not )?until", "till"),
    *("up (?:until|to)", "(?:midway |halfway )?through", "towards?", "as of", r"as (?:early|soon|late|far back) as"),
    *(
        "(?:no|not) later than",
        "only",
        "the",
        "just",
        "both",
        "(?:every|each) day",
        "daily",
        "once",
        "twice",
        "(?:all|much|most|part|the whole) of",
        "all day",
    ),
    *("back", "(?:beginning|starting|commencing)(?: from)?", "effective(?: from)?", "with effect", "due"),
    *(r"dat(?:ing|es|ed) (?:back )?(?:to|from)", "(?:scheduled|set) for", "some ?time", "at (?:some|one) point"),
    *(
        "possibly",
        "probably",
        "exactly",
        "mid-to-late",
        "early-to-mid",
        "overnight",
        "earlier",
        "later",
        "early",
        "late",
    ),
    *("mid", "middle", "end", "years?", "ad", "(?:wee|small|early|late|pre-?dawn|final|closing|opening) hours(?: of)?"),
    *(_HOURS, rf"{DAYTIME}(?: of)?", AROUND_AN_HOUR),
)
_TRAILING = (
    rf"(?:(?:in|during|late at|(?:early|late) in) (?:the )?)?{DAYTIME}",
    rf"(?:at|by|at around|at about) {DAYTIME}",
    *(AROUND_AN_HOUR, _HOURS, _ZONE_TIME, "overnight", "onwards?", "ad", "alone", "itself", "only"),
)
# What says no more than the date beside it does; one is taken off at a time, from either side.
QUALIFIER = re.compile(rf"^(?:{'|'.join(_LEADING)})[ -]| (?:{'|'.join(_TRAILING)})$")
# The lower-case verb or noun, unless a number or a word that goes before dates stands beside it.
_NOT_A_MONTH = re.compile(
    r"(?<!\bin )(?<!\blast )(?<!\bnext )(?<!\bsince )(?<!\bearly )(?<!\blate )(?<!\bmid-)(?<!\bof )(?<!\bby )"
    r"(?<!\d )(?<!\dth )(?<!\dst )(?<!\dnd )(?<!\drd )(?<!\buntil )\b(may|march)\b(?! \d)"
)


_SIZES = {"day": 0, "week": 1, "fortnight": 1, "month": 2, "quarter": 3, "season": 3, "year": 4}
_SIZES |= {"decade": 5, "century": 6, "centurie": 6, "interval": 7}


class Interval(NamedTuple):
    """The days from `start` up to but not including `end`; `granularity` as in records.EventDate."""

    start: date
    end: date
    granularity: str


class Setting(NamedTuple):
    """What words are read against: the day of publication, if known, and whether what they date is over or to come.

    `anchors` are the dates that the text gives before them, the nearest first; `dated` the sentences around them that
    name a single day, in lower case, with that day; `context` is the text around them. `home` is the country, ISO 3166
    alpha-3, whose customs hold for what the words leave open (see `timehomes`).
    """

    published: date | None
    tense: Tense = "past"
    anchors: tuple[Interval, ...] = ()
    dated: tuple[tuple[str, Interval], ...] = ()
    context: str = ""
    home: str = ""

    def anchor(self, unit: str) -> Interval | None:
        """The nearest date before the words that is at least as exact as that unit."""
        return next((anchor for anchor in self.anchors if _SIZES[anchor.granularity] <= _SIZES[unit]), None)


Outcome = Interval | str | None  # an interval, the reason for none, or None: another rule may still fit
Absolute = Callable[[re.Match[str], Setting], Outcome]
Relative = Callable[[re.Match[str], Setting, date], Outcome]
NO_DATE = "the words name no day, week, month or year"
NO_PUBLICATION = "the words count from publication, whose date is not known"
NO_ANCHOR = "the words count from another event, which the text does not date before them"


class Rule(NamedTuple):
    """One way in which words name a date: `pattern` fits a whole cleaned phrase, `apply` works the date out."""

    name: str
    pattern: re.Pattern[str]
    apply: Absolute


def absolute(rules: list[Rule], pattern: str) -> Callable[[Absolute], Absolute]:
    """Add a rule to a list; rules are tried in the order of the list, decorators of one function from below."""

    def register(apply: Absolute) -> Absolute:
        rules.append(Rule(apply.__name__.strip("_"), re.compile(pattern), apply))
        return apply

    return register


def relative(rules: list[Rule], pattern: str) -> Callable[[Relative], Relative]:
    """The same for a rule that counts from the day of publication, which it gets as its third argument."""

    def register(apply: Relative) -> Relative:
        def counted(match: re.Match[str], setting: Setting) -> Outcome:
            return NO_PUBLICATION if setting.published is None else apply(match, setting, setting.published)

        rules.append(Rule(apply.__name__.strip("_"), re.compile(pattern), counted))
        return apply

    return register


def clean(words: str) -> str:
    """Lower case, plain dashes and quotes, no commas, brackets, abbreviation dots or possessives.

    Verbs that are spelt like months become words that no rule knows.

    >>> clean("Sept. 27, 2010"), clean("Thursday’s"), clean("they may march")
    ('sept 27 2010', 'thursday', 'they ~may ~march')
    """
    text = _NOT_A_MONTH.sub(r"~\1", words.replace("’", "'").replace("‘", "'"))
    text = re.sub(r"[–—−‐‑]", "-", text).lower()
    text = re.sub(r"'s\b|s'(?= |$)|[,()\[\]\"“”;]", "", text).replace("&", "and")
    text = re.sub(r"(?<!\d)\.|\.(?!\d)", "", text)
    text = re.sub(r" +- +", "-", text)
    text = re.sub(r"(?<=\d)-?(?=(?:years?|yrs?|days?|weeks?|months?)\b)", " ", text)
    text = re.sub(rf"\b({'|'.join(_TENS)}|twenty)-({'|'.join(_CARDINALS[:9])})\b", _spelt_out, text)
    return re.sub(r"\s+", " ", text).strip(" !?:'-")


def _spelt_out(match: re.Match[str]) -> str:
    return str(_NUMBERS[match[1]] + _NUMBERS[match[2]])


DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}
YEARS_IN = {"year": 1, "decade": 10, "century": 100, "centurie": 100}


# -- calendar --------------------------------------------------------------------------------------------------


def day_of(day: date) -> Interval:
    """That day alone."""
    return Interval(day, day + DAY, "day")


def week_of(day: date, shift: int = 0) -> Interval:
    """The Monday-to-Monday week of that day, `shift` weeks on."""
    monday = day - day.weekday() * DAY + 7 * shift * DAY
    return Interval(monday, monday + 7 * DAY, "week")


def month_of(year: int, month: int, months: int = 1, granularity: str = "month") -> Interval:
    """`months` whole months from that one on; a `month` outside 1..12 counts into other years."""
    return Interval(first_of_month(year, month), first_of_month(year, month + months), granularity)


def year_of(year: int, years: int = 1, granularity: str = "year") -> Interval:
    """`years` whole years from that one on."""
    return Interval(date(year, 1, 1), date(year + years, 1, 1), granularity)


def unit_of(day: date, unit: str, turn: int = 0) -> Interval:
    """The calendar unit with that day in it, or the one before (-1) or after (+1).

    >>> unit_of(date(2023, 3, 17), "quarter", -1).start
    datetime.date(2022, 10, 1)
    """
    if unit == "day":
        return day_of(day + turn * DAY)
    if unit == "week":
        return week_of(day, turn)
    if unit == "month":
        return month_of(day.year, day.month + turn)
    if unit == "quarter":
        return month_of(day.year, (day.month - 1) // 3 * 3 + 1 + 3 * turn, 3, "quarter")
    size = {"year": 1, "decade": 10, "century": 100}[unit]
    offset = 1 if unit == "century" else 0
    return year_of((day.year - offset) // size * size + offset + size * turn, size, unit)


def moved(day: date, number: int, unit: str) -> Interval:
    """So many days, weeks, months, years ... from a day on, to the unit's own precision (weeks to the day)."""
    if unit in DAYS_IN:
        return day_of(day + number * DAYS_IN[unit] * DAY)
    if unit == "month":
        return month_of(day.year, day.month + number)
    if unit == "year":
        return year_of(day.year + number)
    return unit_of(day.replace(year=day.year + number * YEARS_IN[unit], day=1), singular(unit))


def moved_to_the_day(day: date, number: int, unit: str) -> date:
    """The same, as the single day to which a count "to the day" leads."""
    if unit in DAYS_IN:
        return day + number * DAYS_IN[unit] * DAY
    return shift_months(day, number * (1 if unit == "month" else 12 * YEARS_IN[unit]))


def singular(unit: str) -> str:
    """The unit that UNIT matched: it takes the s off and leaves "centurie"."""
    return "century" if unit == "centurie" else unit


def shift_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it is shorter."""
    first = first_of_month(day.year, day.month + months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def first_of_month(year: int, month: int) -> date:
    """Its first day; a `month` outside 1..12 counts into other years."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def day_if_any(year: int, month: int, day: int) -> date | None:
    """That day, or None where the calendar has none (31 April, month 13)."""
    return date(year, month, day) if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] else None


def number_of(word: str) -> int:
    """The value of what NUMBER or ORDINAL matched: "3", "three", "third", "3rd"."""
    digits = re.match(r"\d+", word)
    return int(digits.group()) if digits else _NUMBERS[word]


def month_number(match: re.Match[str]) -> int:
    """1 to 12, from what MONTH matched."""
    return MONTHS.index(match["month"][:3]) + 1


def turn_of(which: str) -> int:
    """-1 for last, 0 for this, +1 for next, from what WHICH matched."""
    return {"last": -1, "past": -1, "this past": -1, "previous": -1, "this": 0}.get(which, 1)
