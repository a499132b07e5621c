"""The day of publication, as records, feeds, mails and datelines write it.

It is always the day as it is written: a time zone does not move it, since "on Thursday" in a text is counted from
the day on which its author stood.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from email.utils import parsedate_tz

DATE_FORMS = "YYYY-MM-DD or an ISO 8601 datetime such as 2023-03-16T09:30:00Z"

EARLIEST = 1900
"""The year before which a date in a feed or a mail is a program's mistake (1899-12-30, 0001-01-01), not a day."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATELINE = re.compile(  # a place; what it lies in, and a day; an agency; a dash
    r"\s*[A-Z][\w.'’ -]{1,40}, *([A-Z0-9][\w., ]{6,60}?),?\s*(?:\([^)]{1,30}\)\s*)?(?:—|–|--|-\s)"
)
_ISO_DAY = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?!\d)", re.ASCII)


def record_day(value: object) -> date | None:
    """The day of a record's value; None for None. ValueError for other forms than a date and `DATE_FORMS`."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip()).date()
    raise ValueError(value)


def header_day(words: str | None, *, latest: date | None = None) -> date | None:
    """The day in a field of a feed or a mail: RFC 5322 ("Thu, 16 Mar 2023 23:30:00 -0500") or ISO 8601.

    None for other forms, which are not guessed at; for days before `EARLIEST`; and for days after `latest`, the day
    on which it was read: no clock is more than a day ahead of another, so give the day after today.

    >>> header_day("Thu, 16 Mar 2023 23:30:00 -0500")
    datetime.date(2023, 3, 16)
    """
    if not words:
        return None
    iso = _ISO_DAY.match(words)
    try:
        parts = None if iso else parsedate_tz(words[:100])
        day = date.fromisoformat(iso[1]) if iso else date(*parts[:3]) if parts else None
    except (ValueError, IndexError, TypeError, OverflowError):  # parsedate_tz is not made for every string
        return None
    if day is None or day.year < EARLIEST or (latest and day > latest):
        return None
    return day


def dateline_day(text: str) -> date | None:
    """The day of a dateline that has its year, such as "TOKYO, March 16, 2023 (Agency) —", in the first lines."""
    matches = (_DATELINE.match(line) for line in text[:1000].split("\n")[:5])
    return next((day for match in matches if match and (day := _day_in_words(match[1]))), None)


def _day_in_words(words: str) -> date | None:
    """The day that the words end in, as in "Japan, Thursday, Mar. 16, 2023" or "16 March 2023"; None without one."""
    parts = re.findall(r"[^\W\d]+|\d+", words)[-3:]
    days = [int(part) for part in parts if part.isdecimal() and len(part) <= 2]
    months = [_MONTHS.index(part[:3].lower()) + 1 for part in parts if part[:3].lower() in _MONTHS]
    years = [int(part) for part in parts if part.isdecimal() and len(part) == 4]
    if not (days and months and years):
        return None
    year, month, day = years[0], months[0], days[0]
    return date(year, month, day) if year and 1 <= day <= monthrange(year, month)[1] else None
