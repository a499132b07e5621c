"""Which events of a ledger are meant: conditions on its tables, and what makes an event one of a dyad's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from detente.codebook import STATUSES, event_type
from detente.errors import CodebookError
from detente.ledgerfile import stamp
from detente.records import Event

# Types in which several actors without a recipient act on one another: met, agreed, signed, clashed, accused
# each other. 409 of the 423 training events with actors of several countries and no recipient are of these.
RECIPROCAL = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "RETREAT", "ACCUSE", "SANCTION", "ASSAULT",
)  # fmt: skip

# Pairs of different codes with their number of events in force.
PAIRS = """
SELECT first, second, COUNT(DISTINCT events.row) FROM pairs JOIN events ON events.row = pairs.event
WHERE events.superseded_at IS NULL AND first <> second
GROUP BY first, second ORDER BY 3 DESC, first, second
"""


def pairs_of(event: Event) -> set[tuple[str, str, int]]:
    """Whose dyad an event belongs to: two codes in alphabetical order, and 1 where the first acts on the second, -1
    where the second acts on the first, 0 where they do it to one another. An act within one state has its code twice.
    """
    acting = {party.code for party in event.actor if party.code}
    if event.recipient:
        receiving = {party.code for party in event.recipient if party.code}
        return {(min(a, b), max(a, b), 1 if a <= b else -1) for a in acting for b in receiving}
    if event.event not in RECIPROCAL:
        return set()
    return {(a, b, 0) for a in acting for b in acting if a < b}


class Selection:
    """Conditions on the table events, joined by AND, and their values in order."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.values: list[object] = []

    def __str__(self) -> str:
        return " AND ".join(self._conditions) or "TRUE"

    def add(self, condition: str, *values: object) -> None:
        self._conditions.append(condition)
        self.values.extend(values)

    def given(self, condition: str, value: object) -> None:
        """A condition on one value, left out where the value is None."""
        if value is not None:
            self.add(condition, value)

    def in_force(self, *, history: bool, as_of: datetime | None) -> None:
        if as_of is not None:
            moment = stamp(as_of)
            self.add("recorded_at <= ? AND (superseded_at IS NULL OR superseded_at > ?)", moment, moment)
        elif not history:
            self.add("superseded_at IS NULL")

    def known(self, day: date, *, live: bool) -> None:
        """Events that were known at the end of the day: published by then and, in a ledger that was `live` (had its
        first run) by then, also recorded by then and not yet superseded."""
        self.add("published <= ?" if not live else "(published IS NULL OR published <= ?)", day.isoformat())
        if live:
            self.in_force(history=False, as_of=datetime.combine(day + timedelta(1), time.min, UTC))
        else:
            self.in_force(history=False, as_of=None)

    def labels(self, event: str | tuple[str, ...] | None, status: str | tuple[str, ...] | None) -> None:
        for column, wanted in (("event", event), ("status", status)):
            if wanted is None:
                continue
            labels = (wanted,) if isinstance(wanted, str) else wanted
            for label in labels:
                if column == "event":
                    event_type(label)
                elif label not in STATUSES:
                    raise CodebookError(f"{label!r} is not a status. Known: {', '.join(STATUSES)}.")
            self.add(f"{column} IN ({', '.join('?' * len(labels))})", *labels)

    def dyad(self, pair: tuple[str, str], *, directed: bool) -> None:
        first, second = sorted(pair)
        condition = "row IN (SELECT event FROM pairs WHERE first = ? AND second = ?"
        if not directed:
            self.add(f"{condition})", first, second)
        else:
            self.add(f"{condition} AND direction IN (0, ?))", first, second, 1 if pair[0] <= pair[1] else -1)
