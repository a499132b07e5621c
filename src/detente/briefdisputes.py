"""Disputes in a brief: how each stands, and a position of each side in the words of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from detente.briefwords import Statement, clean_quote, count, country, day, listed, month, number, on_day, sentence
from detente.disputes import Dispute
from detente.names import fold
from detente.records import EventDate, LinkedEvent
from detente.standings import CONFLICT

DISPUTES, DORMANT = 4, 5  # disputes told one by one, and named as dormant (ours)
CITED = 3  # moves cited for how a dispute stands
OLD = timedelta(days=366)  # moves so long before the first report are history, not news (ours)


def live_disputes(disputes: Sequence[Dispute], acts: Sequence[LinkedEvent]) -> Iterator[Statement]:
    """Live disputes with the positions of both sides, then the settled and the dormant ones by name.

    Moves before the first report are history that reports recall: they are not counted.
    """
    first = min((act.first_seen for act in acts if act.first_seen), default=date.max) - OLD
    dates = {report.event.id: report.event.date for act in acts for report in act.reports}
    moved = ((each, tuple(move for move in each.moves if move.day >= first)) for each in disputes)
    found = [msgspec.structs.replace(each, moves=moves) for each, moves in moved if moves]
    live = [each for each in found if each.standing.state in ("escalating", "open", "easing")]
    order = {"escalating": 0, "open": 1, "easing": 2}
    for each in sorted(live, key=lambda d: (order[d.standing.state], -len(d.moves)))[:DISPUTES]:
        yield _dispute(each)
        yield from _positions(each, first, dates)
    quiet = [each for each in found if each.standing.state == "dormant"]
    if not live and quiet:
        yield _dispute(quiet[0])
        yield from _positions(quiet[0], first, dates)
        quiet = quiet[1:]
    for each in [each for each in found if each.standing.state == "settled"][:2]:
        yield _dispute(each)
    if quiet:
        names = [f"“{each.name}” (last move {day(each.moves[-1].day)})" for each in quiet[:DORMANT]]
        events = tuple(each.moves[-1].event for each in quiet[:DORMANT])
        yield Statement(sentence(f"Without a move for half a year or more: {listed(names)}"), events)


def _dispute(each: Dispute) -> Statement:
    moves, last = each.moves, each.moves[-1].day
    since = f"{count(len(moves), 'move')} since {month(moves[0].day)}" if len(moves) > 1 else f"of {month(last)}"
    recent = [move for move in moves if move.event in each.standing.events]
    when = recent[0].day if recent else last
    measure = recent[-1].day if recent else last
    hostile = sum(move.kind in CONFLICT for move in moves)
    how = {
        "open": f"is open; {number(hostile)} of its moves are of conflict, and the last is of {day(last)}",
        "escalating": f"is escalating: no concession has followed the measure of {day(measure)}",
        "easing": f"is easing: no measure has followed the concession of {day(when)}",
        "settled": f"counts as settled since {day(when)}: no move of conflict followed",
        "dormant": f"is dormant: its last move is of {day(last)}",
    }[each.standing.state]
    cited = each.standing.events or tuple(move.event for move in moves[-2:])
    return Statement(sentence(f"The dispute over “{clean_quote(each.name)}” ({since}) {how}"), cited[-CITED:])


def _positions(each: Dispute, first: date, dates: Mapping[str, EventDate | None]) -> Iterator[Statement]:
    """One position of each side that names the matter; one sentence is told for one side only."""
    kinds = {
        "demand": "made a demand", "refusal": "refused", "accusation": "voiced criticism", "threat": "made a threat",
        "protest": "protested", "measure": "took a measure", "concession": "made a concession",
        "talks": "held talks", "settlement": "agreed",
    }  # fmt: skip
    seen: set[str] = set()
    for side in each.sides:
        for position in side.positions:
            if position.day < first or position.quote in seen or fold(each.name) not in fold(position.quote):
                continue
            seen.add(position.quote)
            when = on_day(dates.get(position.event)) or f"On {day(position.day)}"
            yield Statement(
                sentence(
                    f"{country(side.code)} {kinds[position.kind]} {when[0].lower()}{when[1:]}:"
                    f" “{clean_quote(position.quote)}”"
                ),
                (position.event,),
            )
            break
