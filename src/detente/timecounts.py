"""Rules for time words that count: from publication ("last week"), or from another event ("a day later").

Ours, where the codebook (section 6) leaves it open: weekends are Saturday and Sunday; "last week" is the calendar
week before, "the past week" the seven days up to publication.
"""

from __future__ import annotations

import re
from datetime import date

from detente.timedates import chosen
from detente.timehomes import hours_ahead
from detente.timewords import (
    DAY,
    DAYS_IN,
    DAYTIME,
    NO_ANCHOR,
    NO_PUBLICATION,
    NUMBER,
    ORDINAL,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    WHICH,
    YEARS_IN,
    Interval,
    Outcome,
    Rule,
    Setting,
    absolute,
    day_of,
    month_of,
    moved,
    number_of,
    relative,
    shift_months,
    turn_of,
    unit_of,
    week_of,
)

RULES: list[Rule] = []
HALF_A_WORKING_DAY = 6  # hours by which a place must be ahead of home for its evening news to be tomorrow's

# "Black Friday" and "the third Friday" are no weekday before publication.
_NAMING = ("black", "bloody", "good", "first", "second", "third", "fourth", "fifth")
_NO_NAME = "".join(f"(?<!{word} )" for word in _NAMING)
# The words that point from publication and may stand among others, as in "at last week's summit".
EMBEDDED = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "?:", rf"\b{pattern}\b")
        for pattern in (
            rf"{_NO_NAME}(?:{WHICH} )?{WEEKDAY}",
            rf"{WHICH} (?:week|month|year|weekend|quarter)",
            "yesterday|today|tomorrow",
        )
    )
)


# -- from publication ------------------------------------------------------------------------------------------


@relative(RULES, r"today|now|the present|tonight|this (?:morning|afternoon|evening)|(?:dawn|dusk|noon)")
@relative(RULES, r"(?:earlier |later )?in the day")
def _today(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return day_of(today)


@relative(RULES, r"yesterday|(?:last|the previous|the past|previous|past) (?:night|evening)")
def _yesterday(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return day_of(today - DAY)


@relative(RULES, r"tomorrow")
def _tomorrow(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return day_of(today + DAY)


@relative(RULES, r"(?:the )?day (?:(?P<before>before yesterday)|after tomorrow)")
def _two_days_off(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return day_of(today - 2 * DAY if match["before"] else today + 2 * DAY)


@relative(RULES, r"overnight")
def _overnight(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """The night before publication: it may be on either day."""
    return Interval(today - DAY, today + DAY, "interval")


@relative(RULES, rf"(?:{WHICH} )?{WEEKDAY}")
@relative(RULES, rf"{WEEKDAY} (?P<which>last|next)")
def _weekday(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """Bare: the nearest not after publication, for the future not before it; last and next exclude that day."""
    number, which = WEEKDAYS.index(match["weekday"][:3]), match["which"]
    if which == "this":
        return day_of(week_of(today).start + number * DAY)
    turn = turn_of(which) if which else (1 if setting.tense == "future" else -1)
    return nearest_weekday(number, today + turn * DAY if which else today, turn)


def nearest_weekday(number: int, origin: date, turn: int) -> Interval:
    """The first such day not after the origin (-1) or not before it (+1); Monday has number 0."""
    away = (number - origin.weekday()) % 7 if turn > 0 else -((origin.weekday() - number) % 7)
    return day_of(origin + away * DAY)


@relative(RULES, rf"{WEEKDAY}(?: [a-z-]+)?(?: in (?P<place>[a-z ]+)| (?P<zone>[a-z ]+) time)")
def _weekday_elsewhere(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """Where the clock is far ahead of the article's home, it may already be the day after publication."""
    ahead = hours_ahead(match["place"] or match["zone"], setting.home)
    if setting.tense == "future" or ahead < HALF_A_WORKING_DAY:
        return None
    return nearest_weekday(WEEKDAYS.index(match["weekday"][:3]), today + DAY, -1)


@relative(RULES, rf"{NUMBER} (?P<unit>week)s? ago (?:on )?{WEEKDAY}")
@relative(RULES, rf"{WEEKDAY} {NUMBER} (?P<unit>week)s? ago")
@relative(RULES, rf"(?:the )?{WEEKDAY} (?P<n>)before last")
@relative(RULES, rf"{NUMBER} {WEEKDAY}s(?P<counted>) ago")
def _weekday_weeks_ago(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """Counted from the nearest such day; before last, from the last one before publication.

    "Two Fridays ago" counts the Fridays before publication.
    """
    counted = match.groupdict().get("counted") is not None
    origin = today - DAY if counted or not match["n"] else today
    nearest = nearest_weekday(WEEKDAYS.index(match["weekday"][:3]), origin, -1)
    return day_of(nearest.start - 7 * (number_of(match["n"] or "one") - counted) * DAY)


@relative(RULES, rf"{NUMBER} (?P<unit>week)s? (?:from|on|after) {WEEKDAY}")
@relative(RULES, rf"(?P<n>){WEEKDAY} week")
def _weekday_weeks_ahead(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    nearest = nearest_weekday(WEEKDAYS.index(match["weekday"][:3]), today, 1)
    return day_of(nearest.start + 7 * number_of(match["n"] or "one") * DAY)


@relative(RULES, rf"(?:on )?{WEEKDAY}(?: (?:of|in))? {WHICH} week")
@relative(RULES, rf"{WHICH} week (?:on )?{WEEKDAY}")
def _weekday_of_week(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    week = week_of(today, turn_of(match["which"]))
    return day_of(week.start + WEEKDAYS.index(match["weekday"][:3]) * DAY)


@relative(RULES, rf"(?:{WHICH} |the )?weekend")
def _weekend(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return _weekends(today, None if match["which"] == "this" else match["which"], setting)


def _weekends(today: date, which: str | None, setting: Setting) -> Interval | None:
    saturdays = [week_of(today, shift).start + 5 * DAY for shift in (-2, -1, 0, 1, 2)]
    return chosen([Interval(day, day + 2 * DAY, "interval") for day in saturdays], which, setting, today)


@relative(RULES, r"(?P<side>earlier|later) (?:this|in the) week")
def _part_of_week(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    week = week_of(today)
    if match["side"] == "earlier":
        return Interval(week.start, max(today, week.start + DAY), "interval")
    return Interval(min(today + DAY, week.end - DAY), week.end, "interval")


@relative(RULES, r"so far this (?P<unit>week|month|year)")
@relative(RULES, r"this (?P<unit>week|month|year) so far")
def _so_far(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    begun = unit_of(today, match["unit"])
    return Interval(begun.start, max(today, begun.start + DAY), "interval")


@relative(RULES, rf"(?:the )?(?:past|last|previous) {NUMBER} (?P<unit>hour|day|week|fortnight|month|year|decade)s?")
@relative(RULES, r"(?:the (?:past|last)|past) (?P<n>)(?P<unit>day|week|fortnight|month|year|decade)")
def _rolling(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """So many units up to publication: to the day for days, weeks and one month, else in whole months."""
    number, unit = number_of(match["n"] or "one"), match["unit"]
    if unit == "hour":
        days = number // 24
        return Interval(today - days * DAY, today, "interval") if days else "the words span less than a day"
    if unit in DAYS_IN:
        return Interval(moved(today, -number, unit).start, today, "interval")
    months = number * {"month": 1, "year": 12, "decade": 120}[unit]
    if months == 1:
        return Interval(shift_months(today, -1), today, "interval")
    return month_of(today.year, today.month - months, months, "interval")


@relative(RULES, rf"(?:{WHICH}|the) (?P<unit>week|month|quarter|year|decade|century)")
def _calendar_unit(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return unit_of(today, match["unit"], turn_of(match["which"]) if match["which"] else 0)


@relative(RULES, r"(?:the )?(?P<unit>week|month|quarter|year|decade|weekend|night) (?P<side>before last|after next)")
def _one_further(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    turn = -2 if match["side"] == "before last" else 2
    if match["unit"] == "night":
        return day_of(today + turn * DAY)
    if match["unit"] != "weekend":
        return unit_of(today, match["unit"], turn)
    one = _weekends(today, "last" if turn < 0 else "next", setting)
    return Interval(one.start + 7 * DAY * (turn // 2), one.end + 7 * DAY * (turn // 2), "interval") if one else None


@relative(RULES, rf"(?:(?:{WHICH}|the) )?(?P<unit>week|month|quarter|year)[ -]end")
@relative(RULES, r"(?P<which>)mid-?(?P<unit>week|month|year)")
def _end_of_unit(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """A vague part is not cut out of its period: the whole is given."""
    return unit_of(today, match["unit"], turn_of(match["which"]) if match["which"] else 0)


@relative(RULES, r"this time (?:last|a) (?P<unit>week|month|year)(?: ago)?")
def _this_time_last(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    unit = match["unit"]
    return (
        unit_of(today, "week", -1)
        if unit == "week"
        else month_of(today.year, today.month - (1 if unit == "month" else 12))
    )


_ROUGHLY = r"(?:nearly|almost|about|around|some|roughly|exactly|precisely|approximately)"


@relative(RULES, rf"(?:{_ROUGHLY} )?{NUMBER} (?P<unit>day|week|fortnight|month|year)s? ago")
@relative(RULES, rf"{NUMBER} (?P<unit>decade|century|centurie)s? ago")
def _ago(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return moved(today, -number_of(match["n"]), match["unit"])


@relative(RULES, rf"(?:{_ROUGHLY} )?{NUMBER} and a half (?P<unit>month|year|decade|centurie)s ago")
@relative(RULES, rf"(?:{_ROUGHLY} )?{NUMBER} (?P<unit>month|year|decade|century) and a half ago")
@relative(RULES, r"half (?:a|an) (?P<n>)(?P<unit>year|decade|century) ago")
def _halves_ago(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """To the unit's own precision; half of one to that of the next smaller."""
    unit = match["unit"]
    if unit == "month":
        return unit_of(shift_months(today, -number_of(match["n"])) - 15 * DAY, "month")
    months = 12 * YEARS_IN[unit]
    day = shift_months(today, -months // 2 - months * (number_of(match["n"]) if match["n"] else 0))
    return unit_of(day, "month" if unit == "year" and not match["n"] else "year")


@relative(RULES, rf"{NUMBER} (?P<unit>year|month)s? ago (?:today|this week|this month)")
def _ago_today(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    day = shift_months(today, -number_of(match["n"]) * (12 if match["unit"] == "year" else 1))
    ending = match.group().rpartition(" ")[2]
    return unit_of(day, "day" if ending == "today" else ending)


@relative(RULES, rf"(?P<how>in|within) {NUMBER} {UNIT}(?: time)?(?: (?:from|of) (?:now|today))?")
@relative(RULES, rf"{NUMBER} {UNIT} from (?P<how>now|today)")
@relative(RULES, rf"(?:the )?(?P<how>next|coming) {NUMBER} (?:{UNIT}|(?P<hours>hours))")
def _ahead(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """Within, and over the next so many: from publication through the last of them."""
    number, unit = number_of(match["n"]), match["unit"]
    if unit is None:
        number, unit = number // 24, "day"
    ahead = moved(today, number, unit)
    return Interval(today, ahead.end, "interval") if match["how"] in ("within", "next", "coming") else ahead


@relative(RULES, rf"(?:the )?{ORDINAL} anniversary")
@relative(RULES, rf"(?:the )?{NUMBER}[ -]years? (?:anniversary|since)")
def _anniversary(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """What is remembered happened on this day so many years before."""
    return day_of(shift_months(today, -12 * number_of(match["n"])))


# -- from another event ----------------------------------------------------------------------------------------


@absolute(RULES, rf"(?:just |only )?{NUMBER} {UNIT} (?P<side>earlier|before|prior|previously|after)")
@absolute(RULES, rf"(?:just |only )?{NUMBER} {UNIT} (?P<side>later|afterwards?|on)")
@absolute(RULES, r"(?:the )?(?P<n>)(?P<unit>day|week|month|year) (?P<side>before|prior|earlier|after|later)")
@absolute(RULES, r"the (?P<side>next|following|previous|preceding) (?P<n>)(?P<unit>day|week|month|year)")
@absolute(RULES, r"(?P<side>next|following|previous|preceding) (?P<n>)(?P<unit>day)")
def _counted_from_anchor(match: re.Match[str], setting: Setting) -> Outcome:
    """From the anchor; without one, what is said to be earlier counts back from the news, that is publication.

    "N days after" as the words that date an act is that case too: "the vote comes four days after the attack".
    """
    earlier = match["side"] in ("earlier", "before", "prior", "previously", "previous", "preceding")
    number, unit = number_of(match["n"] or "one"), match["unit"]
    counts_back = earlier or (match["n"] and match["side"] == "after")
    anchor, published = setting.anchor(unit), setting.published
    if anchor is not None:
        found = moved(anchor.start, -number if earlier else number, unit)
        if published is None or found.start <= published or setting.tense == "future" or not counts_back:
            return found
    if not counts_back:
        return NO_ANCHOR
    return moved(published, -number, unit) if published else NO_PUBLICATION


@absolute(RULES, rf"the (?P<side>following|next|previous|preceding) {WEEKDAY}")
@absolute(RULES, rf"the {WEEKDAY} (?P<side>after|before)")
@absolute(RULES, rf"(?P<side>that) {WEEKDAY}")
def _weekday_from_anchor(match: re.Match[str], setting: Setting) -> Outcome:
    anchor = setting.anchor("day")
    if anchor is None:
        return None if match["side"] == "next" else NO_ANCHOR
    if match["side"] == "that":
        return day_of(week_of(anchor.start).start + WEEKDAYS.index(match["weekday"][:3]) * DAY)
    turn = 1 if match["side"] in ("following", "next", "after") else -1
    return nearest_weekday(WEEKDAYS.index(match["weekday"][:3]), anchor.start + turn * DAY, turn)


@absolute(RULES, r"(?:(?:the|that) (?:very )?same|(?:the|that) very|same|that) (?P<unit>day|week|month|year)")
@absolute(RULES, r"(?:that same|the same|that) (?P<unit>)(?:morning|afternoon|evening|night)")
def _same_as_anchor(match: re.Match[str], setting: Setting) -> Outcome:
    unit = match["unit"] or "day"
    anchor = setting.anchor(unit)
    return unit_of(anchor.start, unit) if anchor else NO_ANCHOR


@absolute(RULES, rf"(?P<side>before|after|prior to|following) (?!{DAYTIME} ).+")
def _open_ended(match: re.Match[str], setting: Setting) -> Outcome:
    return f"the words say only that it was {match['side']} something else"
