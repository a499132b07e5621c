"""How rules are tried on a phrase: on the whole of it, then without one qualifier after the other ("early", "morning").

A rule gives an interval, or the reason why the words give none; nothing is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from detente import timecounts, timedates
from detente.timewords import (
    NO_DATE,
    QUALIFIER,
    Absolute,
    Interval,
    Outcome,
    Rule,
    Setting,
)

# Words that put what they date before, after or far from the date beside them.
APART = re.compile(
    r"\b(?:before|after|since|until|till|prior|following|ahead|later|earlier|within|than|eve|anniversary|ago|wake|run-?up"
    r"|between|from|every|each|most|resolution|flight|article|number|no|commemorat\w+|mark(?:ing|ed))\b"
)
RULES: list[Rule] = []  # filled by `timephrases`, which knows all rules


class Reading(NamedTuple):
    """What `read` made of some words: the interval or None, the rule, and why there is none.

    `anchored` says that the interval was counted from a date in the text around instead of from publication.
    """

    interval: Interval | None
    rule: str
    why: str = ""
    anchored: bool = False


@lru_cache(maxsize=4096)  # rules that read a part of the words may come to the same part by many ways
def read_clean(phrase: str, setting: Setting) -> Reading:
    """Read a cleaned phrase; what the rules call on the parts of theirs."""
    rest = phrase
    while rest:
        for rule in RULES:
            match = rule.pattern.fullmatch(rest)
            outcome = _applied(rule.apply, match, setting) if match else None
            if outcome is not None:
                return _reading(rule.name, outcome)
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


def _reading(rule: str, outcome: Interval | str) -> Reading:
    if isinstance(outcome, str):
        return Reading(None, rule, outcome)
    if outcome.start >= outcome.end:
        return Reading(None, rule, "the words give an end before their beginning")
    return Reading(outcome, rule)


def _embedded(phrase: str, setting: Setting) -> Interval | None:
    """The one date among other words, as in "during the 1971 war"; None if there is none, several, or one apart."""
    for words in (timedates.EMBEDDED, timecounts.EMBEDDED):
        dates = set(words.findall(phrase))
        if dates:
            said = dates.pop()
            before, _, after = phrase.partition(said)
            a_last_one = said.startswith("last") and re.match(r" (?:before|after)\b", after)
            apart = dates or said == phrase or APART.search(before) or a_last_one
            return None if apart else read_clean(said, setting).interval
    return None
