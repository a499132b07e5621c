"""How a dispute stands on a day: open, escalating, easing, settled or dormant, by rules on its moves alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, get_args

import msgspec

Kind = Literal["demand", "refusal", "accusation", "threat", "protest", "measure", "concession", "talks", "settlement"]
State = Literal["open", "escalating", "easing", "settled", "dormant"]
STATES: tuple[State, ...] = get_args(State)

DORMANT = timedelta(days=183)
"""Without a move for longer a dispute is dormant: a militarised dispute ends after six months without an incident
(D. M. Jones, S. A. Bremer, J. D. Singer, "Militarized Interstate Disputes, 1816-1992", 1996)."""
WINDOW = timedelta(days=92)
"""The last days of which the moves tell whether a dispute escalates or eases: a quarter (ours)."""
SETTLING = re.compile(
    r"\b(?:settl\w+|resolv\w+|normali[sz]\w+|sign(?:s|ed|ing)?|ratif\w+|conclud\w+|accords?|treat(?:y|ies)|deal"
    r"|end(?:s|ed|ing)?|lift(?:s|ed|ing)?|restor\w+|withdr[ae]w\w*)\b",
    re.IGNORECASE,
)
"""Words by which an agreement or a concession ends a matter."""
CONFLICT = frozenset({"demand", "refusal", "accusation", "threat", "protest", "measure"})


class Move(msgspec.Struct, frozen=True):
    """One act in a dispute. `event` is its id, `who` the codes of the sides that did it, `words` its event words.

    `day` is when it was done or, where it is only announced or undated, when it was first reported; `reports` how
    many reports tell it.
    """

    event: str
    day: date
    who: tuple[str, ...]
    kind: Kind
    words: str
    reports: int


class Standing(msgspec.Struct, frozen=True):
    """How a dispute stands on a day: `rule` names the rule that says so, `why` says it in words, `events` are the ids
    of the moves that it rests on."""

    state: State
    day: date
    rule: str
    why: str
    events: tuple[str, ...]


def standing(moves: Sequence[Move], pair: tuple[str, str], on: date) -> Standing:
    """How a dispute with these moves, one or more, stands on a day, by the first rule that holds.

    Conflict moves are demands, refusals, accusations, threats, protests and measures; the others are friendly.

    - `settled-by-agreement`: there is a settlement, and no conflict move on a later day.
    - `settled-by-withdrawal`: both sides made concessions on or after the day of the last conflict move, and the
      words of one of these end the matter (SETTLING).
    - `dormant`: no move for more than DORMANT.
    - `escalating`: in WINDOW there is a measure with no concession or settlement on a later day, and there are more
      conflict moves than friendly ones.
    - `easing`: in WINDOW there is a concession or settlement with no measure on a later day, and the conflict moves
      on later days are not more than the friendly moves of the window.
    - `open`: everything else.
    """
    known = [move for move in moves if move.day <= on]
    for rule in (_settled_by_agreement, _settled_by_withdrawal, _dormant, _escalating, _easing):
        if found := rule(known, pair, on):
            return found
    last = known[-1:]
    return Standing("open", on, "open", "no other rule holds", tuple(move.event for move in last))


def _settled_by_agreement(moves: Sequence[Move], pair: tuple[str, str], on: date) -> Standing | None:
    quarrel = max((move.day for move in moves if move.kind in CONFLICT), default=date.min)
    settling = [move for move in moves if move.kind == "settlement" and move.day >= quarrel]
    if not settling:
        return None
    why = f"agreed on {settling[0].day} (“{settling[0].words}”), no conflict move on a later day"
    return Standing("settled", on, "settled-by-agreement", why, tuple(move.event for move in settling))


def _settled_by_withdrawal(moves: Sequence[Move], pair: tuple[str, str], on: date) -> Standing | None:
    quarrel = max((move.day for move in moves if move.kind in CONFLICT), default=date.min)
    yielding = [move for move in moves if move.kind == "concession" and move.day >= quarrel]
    ending = any(SETTLING.search(move.words) for move in yielding)
    if not ending or not set(pair) <= {code for move in yielding for code in move.who}:
        return None
    why = f"both sides conceded from {yielding[0].day} on, no conflict move on a later day than {quarrel}"
    return Standing("settled", on, "settled-by-withdrawal", why, tuple(move.event for move in yielding))


def _dormant(moves: Sequence[Move], pair: tuple[str, str], on: date) -> Standing | None:
    last = moves[-1] if moves else None
    if last and on - last.day <= DORMANT:
        return None
    why = f"no move for more than {DORMANT.days} days" + (f" since {last.day} (“{last.words}”)" if last else "")
    return Standing("dormant", on, "dormant", why, (last.event,) if last else ())


def _escalating(moves: Sequence[Move], pair: tuple[str, str], on: date) -> Standing | None:
    recent = _recent(moves, on)
    measures = [move for move in recent if move.kind == "measure"]
    yielding = [move.day for move in recent if move.kind in ("concession", "settlement")]
    conflicts = sum(move.kind in CONFLICT for move in recent)
    if not measures or max(yielding, default=date.min) > measures[-1].day or conflicts * 2 <= len(recent):
        return None
    why = (
        f"{conflicts} of {len(recent)} moves in {WINDOW.days} days are of conflict, the last measure"
        f" (“{measures[-1].words}”, {measures[-1].day}) with no concession after it"
    )
    return Standing("escalating", on, "escalating", why, tuple(move.event for move in measures))


def _easing(moves: Sequence[Move], pair: tuple[str, str], on: date) -> Standing | None:
    recent = _recent(moves, on)
    yielding = [move for move in recent if move.kind in ("concession", "settlement")]
    if not yielding:
        return None
    last = yielding[-1].day
    later = [move for move in recent if move.kind in CONFLICT and move.day > last]
    friendly = sum(move.kind not in CONFLICT for move in recent)
    if any(move.kind == "measure" for move in later) or len(later) > friendly:
        return None
    why = f"the last concession (“{yielding[-1].words}”, {last}) has no measure after it"
    return Standing("easing", on, "easing", why, tuple(move.event for move in yielding))


def _recent(moves: Iterable[Move], on: date) -> list[Move]:
    return [move for move in moves if on - WINDOW < move.day <= on]
