"""Rules for days, feasts, eras and periods that have a name: "New Year's Eve", "Easter Monday", "during the Cold War".

A feast whose day is announced or observed, as in the moon calendars, is not dated, and the reason is given. So is a
day that different countries keep on different dates ("Independence Day").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple

from detente.timedates import nearest
from detente.timewords import (
    DAY,
    NO_PUBLICATION,
    ORDINAL,
    WHICH,
    YEAR,
    Absolute,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    day_if_any,
    day_of,
    number_of,
    turn_of,
    year_of,
)

RULES: list[Rule] = []

# -- days of the year ------------------------------------------------------------------------------------------

# Month and day of days that have the same date wherever the name is used.
_FIXED_DAYS = {
    "new year(?: day)?": (1, 1),
    "epiphany": (1, 6),
    "orthodox christmas": (1, 7),
    "valentine(?: day)?": (2, 14),
    "international women day": (3, 8),
    "(?:international workers day|may day)": (5, 1),
    "europe day": (5, 9),
    "(?:the )?(?:fourth of july|july fourth)": (7, 4),
    "bastille day": (7, 14),
    r"hallowe'?en": (10, 31),
    "(?:all saints|all hallows) day": (11, 1),
    "(?:armistice|remembrance) day": (11, 11),
    "human rights day": (12, 10),
    "christmas eve": (12, 24),
    "christmas(?: day)?": (12, 25),
    "boxing day": (12, 26),
    "new year eve": (12, 31),
}
# Days from Easter Sunday.
_EASTER_DAYS = {
    "ash wednesday": -46,
    "palm sunday": -7,
    "(?:maundy|holy) thursday": -3,
    "good friday": -2,
    "(?:holy|easter) saturday": -1,
    "easter(?: sunday| day)?": 0,
    "easter monday": 1,
    "ascension(?: day| thursday)?": 39,
    "(?:pentecost|whit sunday)": 49,
    "whit monday": 50,
}
# Where part or all of the people keep Easter by the Julian calendar.
_EASTERN = re.compile(
    r"(?i)\b(?:orthodox|russia|ukrain|gree(?:ce|k)|serbia|bulgaria|romania|georgia|belarus|moldov|ethiopia|eritrea|copt|"
    r"egypt|moscow|kyiv|kiev|athens|belgrade|tbilisi)"
)
_YEAR_SAID = rf"(?:,? (?:of |in )?(?:{YEAR}|{WHICH} year))?"
_UNSETTLED = {
    "its month begins when the new moon is seen, which differs by country and is announced": (
        r"ramadan|eid|eid[ -]al[ -](?:fitr|adha)|muharram|ashura|mawlid|(?:the )?hajj|arbaeen|\w+ \d+ ah|\d{4} ah"
    ),
    "its day is found by observing moon or sun, for which we have no rule": (
        r"(?:lunar|chinese) new year|spring festival|tet|seollal|chuseok|mid-autumn festival|diwali|vesak|nowruz|nauryz"
        r"|passover|rosh hashanah|yom kippur|hanukkah|purim|songkran"
    ),
    "countries keep it on different days": (
        r"(?:independence|liberation|national|victory|labou?r|constitution|republic|veterans|army|navy|memorial|mother"
        r"|election) day|thanksgiving(?: day)?"
    ),
    "the year of that calendar lies across two of ours": (
        r"(?:year )?1[34]\d\d (?:sh|hs|in the (?:iranian|persian) calendar)"
    ),
    "years before Christ are not dated": r".*\b(?:bc|bce|before christ)",
    "it says only that it was after or before a war": r"(?:immediate |early )?(?:post|pre)-?war(?: \w+)?",
}


def _yearly(day_in: Callable[[int], date | None]) -> Absolute:
    """A rule for a day that comes once a year: that of the year that is said, else the nearest."""

    def named_day(match: re.Match[str], setting: Setting) -> Outcome:
        today = setting.published
        if match["year"]:
            day = day_in(int(match["year"]))
            return day_of(day) if day else f"there is no day {match.group()}"
        if today is None:
            return NO_PUBLICATION
        if match["which"]:
            day = day_in(today.year + turn_of(match["which"]))
            return day_of(day) if day else f"there is no day {match.group()}"
        days = [day_of(day) for year in range(today.year - 1, today.year + 2) if (day := day_in(year))]
        return nearest(days, setting, today)

    return named_day


def _day_of_year(year: int, *, month: int, day: int) -> date | None:
    return day_if_any(year, month, day)


for _words, (_month, _day) in _FIXED_DAYS.items():
    absolute(RULES, _words + _YEAR_SAID)(_yearly(partial(_day_of_year, month=_month, day=_day)))


# -- Easter ----------------------------------------------------------------------------------------------------


def easter(year: int, *, orthodox: bool = False) -> date:
    """Easter Sunday in the Gregorian calendar, by the rules of the western or of the orthodox churches.

    J. Meeus, Astronomical Algorithms (1991), chapter 8.

    >>> easter(2024), easter(2024, orthodox=True)
    (datetime.date(2024, 3, 31), datetime.date(2024, 5, 5))
    """
    golden = year % 19
    if orthodox:
        moon = (19 * golden + 15) % 30
        number = moon + (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7 + 114
        return date(year, number // 31, number % 31 + 1) + (year // 100 - year // 400 - 2) * DAY
    century, rest = divmod(year, 100)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    number = moon + weekday - 7 * ((golden + 11 * moon + 22 * weekday) // 451) + 114
    return date(year, number // 31, number % 31 + 1)


def _from_easter(year: int, *, days: int, orthodox: bool) -> date:
    return easter(year, orthodox=orthodox) + days * DAY


def _of_easter(first: int, days: int = 1) -> Absolute:
    """A rule for `days` days from the one `first` days after Easter Sunday, of the church that words and text tell."""

    def feast(match: re.Match[str], setting: Setting) -> Outcome:
        found = []
        for orthodox in (True, False):
            day = _yearly(partial(_from_easter, days=first, orthodox=orthodox))(match, setting)
            if not isinstance(day, Interval):
                return day
            found.append(Interval(day.start, day.start + days * DAY, "day" if days == 1 else "interval"))
        eastern, western = found
        if match["church"] == "orthodox" or f"orthodox {match.group()}" in setting.context.lower():
            return eastern
        if match["church"] is None and eastern != western and _EASTERN.search(setting.context):
            return "it may be the western or the orthodox Easter"
        return western

    return feast


_CHURCH = r"(?:the )?(?:(?P<church>orthodox|western|catholic) )?"
for _words, _shift in _EASTER_DAYS.items():
    absolute(RULES, _CHURCH + _words + _YEAR_SAID)(_of_easter(_shift))
absolute(RULES, rf"(?:over )?{_CHURCH}easter (?:weekend|holidays?){_YEAR_SAID}")(_of_easter(-2, 4))
absolute(RULES, rf"over {_CHURCH}easter{_YEAR_SAID}")(_of_easter(-2, 4))


# -- eras ------------------------------------------------------------------------------------------------------

# The year before the first of each count. Japan: Cabinet Order 143 of 2019 and those before it; Thailand: the Buddhist
# era, whose years are those of our calendar since 2484 (1941); North Korea's Juche and Taiwan's Republic from 1912.
_ERAS = {
    "meiji": 1867,
    "taisho": 1911,
    "showa": 1925,
    "heisei": 1988,
    "reiwa": 2018,
    "juche": 1911,
    "minguo": 1911,
    "buddhist era": -543,
    "buddhist year": -543,
    "be": -543,
}
_ERA = rf"(?P<era>{'|'.join(_ERAS)})"


@absolute(RULES, rf"(?:the )?(?:year )?{_ERA} (?:year )?(?P<n>\d{{1,4}})")
@absolute(RULES, rf"(?:the )?{ORDINAL} year of (?:the )?{_ERA}(?: era)?")
@absolute(RULES, rf"(?:year )?(?P<n>2[45]\d\d) {_ERA}")
def _era_year(match: re.Match[str], setting: Setting) -> Outcome:
    number, before = number_of(match["n"]), _ERAS[match["era"]]
    if before < 0 and number < 2484:
        return "years of the Buddhist era before 2484 lie across two of ours"
    return year_of(before + number)


# -- periods ---------------------------------------------------------------------------------------------------


class Period(NamedTuple):
    """A stretch of time with a name: its first and last day, and what sets them."""

    words: str
    first: date
    last: date
    source: str


PERIODS = (
    Period(
        "(?:first )?sino-japanese war",
        date(1894, 8, 1),
        date(1895, 4, 17),
        "declarations of war; Treaty of Shimonoseki",
    ),
    Period("russo-japanese war", date(1904, 2, 8), date(1905, 9, 5), "attack on Port Arthur; Treaty of Portsmouth"),
    Period(
        r"(?:japanese (?:colonial|imperial) (?:rule|period|era)|japanese occupation) (?:of|in) korea",
        date(1910, 8, 29),
        date(1945, 8, 15),
        "proclamation of the annexation treaty; broadcast of Japan's surrender",
    ),
    Period(
        r"(?:world war (?:i|1|one)|wwi|ww1|first world war|great war)",
        date(1914, 7, 28),
        date(1918, 11, 11),
        "Austria-Hungary's declaration of war on Serbia; Armistice of Compiègne",
    ),
    Period(
        r"(?:interwar|inter-war) (?:period|years|era)",
        date(1918, 11, 11),
        date(1939, 8, 31),
        "Armistice of Compiègne; the day before Germany attacked Poland",
    ),
    Period(
        r"(?:world war (?:ii|2|two)|wwii|ww2|second world war)",
        date(1939, 9, 1),
        date(1945, 9, 2),
        "Germany's attack on Poland; Japan's instrument of surrender",
    ),
    Period(
        "pacific war",
        date(1941, 12, 7),
        date(1945, 9, 2),
        "attack on Pearl Harbor; Japan's instrument of surrender",
    ),
    Period(
        "cold war(?: era| years| period)?",
        date(1947, 3, 12),
        date(1991, 12, 26),
        "Truman's address to Congress; declaration 142-N of the Supreme Soviet",
    ),
    Period(
        "berlin (?:blockade|airlift)", date(1948, 6, 24), date(1949, 5, 12), "Soviet closing and opening of the roads"
    ),
    Period("korean war", date(1950, 6, 25), date(1953, 7, 27), "Security Council resolution 82; Armistice Agreement"),
    Period("suez crisis", date(1956, 10, 29), date(1956, 11, 7), "Israel's attack; British and French cease-fire"),
    Period(
        "cuban missile crisis",
        date(1962, 10, 16),
        date(1962, 10, 28),
        "briefing of Kennedy; Khrushchev's broadcast letter",
    ),
    Period(
        "vietnam war",
        date(1955, 11, 1),
        date(1975, 4, 30),
        "38 U.S.C. 101(29)(A); fall of Saigon",
    ),
    Period(
        "(?:six-day war|six day war)", date(1967, 6, 5), date(1967, 6, 10), "first strikes; cease-fire under S/RES/235"
    ),
    Period("(?:yom kippur|october) war", date(1973, 10, 6), date(1973, 10, 25), "first strikes; S/RES/340"),
    Period("iran hostage crisis", date(1979, 11, 4), date(1981, 1, 20), "seizure of the embassy; Algiers Accords"),
    Period("iran-iraq war", date(1980, 9, 22), date(1988, 8, 20), "Iraq's attack; cease-fire under S/RES/598"),
    Period(
        "falklands (?:war|conflict)", date(1982, 4, 2), date(1982, 6, 14), "Argentine landing; surrender at Stanley"
    ),
    Period("(?:persian )?gulf war", date(1990, 8, 2), date(1991, 2, 28), "S/RES/660; suspension of operations"),
    Period(
        "bosnian war", date(1992, 4, 6), date(1995, 12, 14), "siege of Sarajevo; Paris signing of the Dayton agreement"
    ),
    Period("kosovo war", date(1998, 2, 28), date(1999, 6, 10), "clashes in Drenica; S/RES/1244"),
    Period(
        r"(?:9/11|september 11|sept 11|11 september)(?: (?:terror(?:ist)? )?attacks)",
        date(2001, 9, 11),
        date(2001, 9, 11),
        "S/RES/1368",
    ),
    Period("9/11", date(2001, 9, 11), date(2001, 9, 11), "S/RES/1368"),
    Period("fall of the berlin wall", date(1989, 11, 9), date(1989, 11, 9), "opening of the crossings"),
)
_PERIODS = [(re.compile(rf"(?:the )?(?:{period.words})"), period) for period in PERIODS]


def period(phrase: str) -> Interval | None:
    """The days of the period that a cleaned phrase names, or None.

    >>> period("the korean war")
    Interval(start=datetime.date(1950, 6, 25), end=datetime.date(1953, 7, 28), granularity='interval')
    """
    for pattern, (_, first, last, _) in _PERIODS:
        if pattern.fullmatch(phrase):
            return Interval(first, last + DAY, "day" if first == last else "interval")
    return None


@absolute(RULES, rf"(?:the )?(?:{'|'.join(known.words for known in PERIODS)})")
def _named_period(match: re.Match[str], setting: Setting) -> Outcome:
    return period(match.group())


def _unsettled(why: str) -> Absolute:
    def unsettled_day(match: re.Match[str], setting: Setting) -> Outcome:
        return why

    return unsettled_day


for _why, _words in _UNSETTLED.items():
    absolute(RULES, rf"(?:the )?(?:(?:holy )?month of )?(?:{_words})")(_unsettled(_why))
