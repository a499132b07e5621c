"""Acts as other event data tells them: who, to whom, on which day, one row for each pair of parties.

Event data of others has one source, one target and one day in a row. An act with several parties becomes one row for
each actor with each recipient; an act that parties do to one another (`selection.RECIPROCAL`, with several actors and
no recipient) one row for each ordered pair of them, as ICEWS and GDELT have it. A party that is missing stays empty.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product

import msgspec

from detente.codebook import STATUSES
from detente.errors import CodebookError
from detente.records import Actor, Event, LinkedEvent, Report
from detente.selection import RECIPROCAL

MAX_DAYS = 1
"""Longest date, in days, of which the first day may stand for all in a format that has one day for an act."""

_DIGITS = 52  # bits of a number made of an id: what a float and so every spreadsheet and R can hold


class Act(msgspec.Struct, frozen=True):
    """An act with what its reports tell of it: `article` the report whose record it is, counts of all of them."""

    event: Event
    article: Report
    articles: int
    sources: int
    mentions: int


class DyadRow(msgspec.Struct, frozen=True):
    """One pair of parties of an act; `id` is made of the act's and the pair's place in it, None is no party."""

    id: str
    act: Act
    day: date
    actor: Actor | None
    recipient: Actor | None

    @property
    def number(self) -> int:
        """The id as a number that other tools can hold, the same for the same row in every export."""
        return number_of(self.id)


def number_of(words: str) -> int:
    """A number under 2**52 made of the SHA-256 of some words."""
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") >> (64 - _DIGITS)


def act_of(told: Report | LinkedEvent) -> Act:
    """One report, or all the reports of one act, with the counts that event data gives."""
    if isinstance(told, Report):
        return Act(told.event, told, 1, 1, 1 + len(told.event.mentions))
    mentions = sum(1 + len(report.event.mentions) for report in told.reports)
    fullest = next((report for report in told.reports if report.event.id == told.event.id), told.reports[0])
    return Act(told.event, fullest, len(told.reports), told.independent_sources, mentions)


def acts(
    told: Iterable[Report | LinkedEvent], *, statuses: tuple[str, ...] | None, left_out: Counter[str]
) -> Iterator[Act]:
    """The acts of those statuses (None: of all); of the others, `left_out` counts the status.

    Raises CodebookError for an unknown status.
    """
    unknown = [status for status in statuses or () if status not in STATUSES]
    if unknown:
        raise CodebookError(f"{unknown[0]!r} is not a status. Known: {', '.join(STATUSES)}.")
    for each in told:
        act = act_of(each)
        if statuses is None or act.event.status in statuses:
            yield act
        else:
            left_out[act.event.status] += 1


def dyad_rows(those: Iterable[Act], *, max_days: int, left_out: Counter[str]) -> Iterator[DyadRow]:
    """The rows of acts that have a day.

    `left_out` counts the others: those that are `undated`, `coarse` ones, whose date is longer than `max_days`, and
    those with `no-party`.
    """
    for act in those:
        dated = act.event.date
        if dated is None:
            left_out["undated"] += 1
        elif (dated.end - dated.start).days > max_days:
            left_out["coarse"] += 1
        elif not (act.event.actor or act.event.recipient):
            left_out["no-party"] += 1
        else:
            for place, (actor, recipient) in enumerate(pairs(act.event)):
                yield DyadRow(f"{act.event.id}-{place}" if place else act.event.id, act, dated.start, actor, recipient)


def pairs(event: Event) -> list[tuple[Actor | None, Actor | None]]:
    """Who does it to whom, each pair once: parties of the same code, sector and name are one."""
    acting, receiving = _distinct(event.actor), _distinct(event.recipient)
    if not receiving and len(acting) > 1 and event.event in RECIPROCAL:
        return [(a, b) for a in acting for b in acting if a is not b]
    sides: tuple[list[Actor | None], list[Actor | None]] = ([*acting] or [None], [*receiving] or [None])
    return list(product(*sides))


def _distinct(parties: tuple[Actor, ...]) -> list[Actor]:
    return list({(each.code, each.sector, each.name or each.text): each for each in parties}.values())
