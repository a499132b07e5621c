"""Rules for time words that count: from publication ("last week"), or from another event ("a day later").

Ours, where the codebook (section 6) leaves it open: weekends are Saturday and Sunday; "last week" is the calendar
week before, "the past week" the seven days up to publication.
"""

from __future__ import annotations

import re
from datetime import date

from detente.timedates import chosen
from detente.timewords import (
    DAY,
    NO_ANCHOR,
    NO_PUBLICATION,
    NUMBER,
    ORDINAL,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    WHICH,
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
ANCHORED = {"counted_from_anchor", "same_as_anchor"}  # rules that count from the anchor where there is one


# -- from publication ------------------------------------------------------------------------------------------


@relative(RULES, r"today|now|the present|tonight|this (?:morning|afternoon|evening)|at (?:dawn|dusk|noon)")
@relative(RULES, r"(?:earlier |later )?in the day")
def _today(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return day_of(today)


@relative(RULES, r"yesterday|(?:last|the previous) (?:night|evening)")
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
    origin = today + turn * DAY if which else today
    away = (number - origin.weekday()) % 7 if turn > 0 else -((origin.weekday() - number) % 7)
    return day_of(origin + away * DAY)


@relative(RULES, rf"{WEEKDAY} (?:of )?{WHICH} week")
@relative(RULES, rf"{WHICH} week {WEEKDAY}")
def _weekday_of_week(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    week = week_of(today, turn_of(match["which"]))
    return day_of(week.start + WEEKDAYS.index(match["weekday"][:3]) * DAY)


@relative(RULES, rf"(?:{WHICH} |the )?weekend")
def _weekend(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    saturdays = [week_of(today, shift).start + 5 * DAY for shift in (-2, -1, 0, 1, 2)]
    weekends = [Interval(saturday, saturday + 2 * DAY, "interval") for saturday in saturdays]
    return chosen(weekends, None if match["which"] == "this" else match["which"], setting, today)


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


@relative(RULES, rf"(?:the )?(?:past|last|previous) {NUMBER} (?P<unit>hour|day|week|month|year|decade)s?")
@relative(RULES, r"(?:the (?:past|last)|past) (?P<n>)(?P<unit>day|week|month|year|decade)")
def _rolling(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """So many units up to publication: to the day for days, weeks and one month, else in whole months."""
    number, unit = number_of(match["n"] or "one"), match["unit"]
    if unit == "hour":
        days = number // 24
        return Interval(today - days * DAY, today, "interval") if days else "the words span less than a day"
    if unit in ("day", "week"):
        return Interval(moved(today, -number, unit).start, today, "interval")
    months = number * {"month": 1, "year": 12, "decade": 120}[unit]
    if months == 1:
        return Interval(shift_months(today, -1), today, "interval")
    return month_of(today.year, today.month - months, months, "interval")


@relative(RULES, rf"(?:{WHICH}|the) (?P<unit>week|month|quarter|year|decade|century)")
def _calendar_unit(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return unit_of(today, match["unit"], turn_of(match["which"]) if match["which"] else 0)


@relative(RULES, rf"(?:nearly |almost |about |around |some |roughly |exactly )?{NUMBER} {UNIT} ago")
def _ago(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    return moved(today, -number_of(match["n"]), match["unit"])


@relative(RULES, rf"{NUMBER} (?P<unit>year|month)s? ago (?:today|this week|this month)")
def _ago_today(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    day = shift_months(today, -number_of(match["n"]) * (12 if match["unit"] == "year" else 1))
    ending = match.group().rpartition(" ")[2]
    return unit_of(day, "day" if ending == "today" else ending)


@relative(RULES, rf"(?P<how>in|within) {NUMBER} {UNIT}(?: time)?")
@relative(RULES, rf"{NUMBER} {UNIT} from (?P<how>now|today)")
def _ahead(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    ahead = moved(today, number_of(match["n"]), match["unit"])
    return Interval(today, ahead.end, "interval") if match["how"] == "within" else ahead


@relative(RULES, rf"on (?:the |its |their )?{ORDINAL} anniversary(?: of .+)?")
def _on_anniversary(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """What is done on an anniversary is reported on it."""
    return day_of(today)


@relative(RULES, rf"(?:the )?{ORDINAL} anniversary")
@relative(RULES, rf"(?:the )?{NUMBER}[ -]years? (?:anniversary|since)")
def _anniversary(match: re.Match[str], setting: Setting, today: date) -> Outcome:
    """What is remembered happened on this day so many years before."""
    return day_of(shift_months(today, -12 * number_of(match["n"])))


# -- from another event ----------------------------------------------------------------------------------------


@absolute(RULES, rf"(?:just |only )?{NUMBER} {UNIT} (?P<side>earlier|before|prior|previously|after)")
@absolute(RULES, rf"(?:just |only )?{NUMBER} {UNIT} (?P<side>later|afterwards?|on)")
@absolute(RULES, r"(?:the )?(?P<n>)(?P<unit>day|week|month|year) (?P<side>before|prior|earlier|after|later)")
@absolute(RULES, r"the (?P<side>next|following|previous) (?P<n>)(?P<unit>day|week|month|year)")
@absolute(RULES, r"(?P<side>next|following|previous) (?P<n>)(?P<unit>day)")
def _counted_from_anchor(match: re.Match[str], setting: Setting) -> Outcome:
    """From the anchor; without one, what is said to be earlier counts back from the news, that is publication.

    "N days after" as the words that date an act is that case too: "the vote comes four days after the attack".
    """
    earlier = match["side"] in ("earlier", "before", "prior", "previously", "previous")
    number, unit = number_of(match["n"] or "one"), match["unit"]
    counts_back = earlier or (match["n"] and match["side"] == "after")
    anchor, published = setting.anchor, setting.published
    if anchor is not None and anchor.granularity == "day":
        found = moved(anchor.start, -number if earlier else number, unit)
        if published is None or found.start <= published or setting.tense == "future" or not counts_back:
            return found
    if not counts_back:
        return NO_ANCHOR
    return moved(published, -number, unit) if published else NO_PUBLICATION


@absolute(RULES, r"(?:the )?(?:very )?(?:same|that) (?P<unit>day|week|month|year)")
def _same_as_anchor(match: re.Match[str], setting: Setting) -> Outcome:
    return unit_of(setting.anchor.start, match["unit"]) if setting.anchor else NO_ANCHOR


@absolute(RULES, r"(?P<side>before|after|prior to|following) .+")
def _open_ended(match: re.Match[str], setting: Setting) -> Outcome:
    return f"the words say only that it was {match['side']} something else"
