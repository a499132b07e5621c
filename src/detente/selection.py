"""Which events of a ledger are meant: conditions on its tables, and what makes an event one of a dyad's."""

from __future__ import annotations

from datetime import datetime

from detente.codebook import STATUSES, event_type
from detente.errors import CodebookError
from detente.ledgerfile import stamp

# Types in which several actors without a recipient act on one another: met, agreed, signed, clashed, accused
# each other. 409 of the 423 training events with actors of several countries and no recipient are of these.
RECIPROCAL = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "RETREAT", "ACCUSE", "SANCTION", "ASSAULT",
)  # fmt: skip

# Pairs of different codes with their number of events in force. Values: RECIPROCAL.
PAIRS = f"""
SELECT first, second, COUNT(*) FROM (
    SELECT events.row, min(a.code, b.code) AS first, max(a.code, b.code) AS second FROM events
    JOIN parties a ON a.event = events.row AND a.side = 'actor'
    JOIN parties b ON b.event = events.row AND b.side = 'recipient'
    WHERE events.superseded_at IS NULL AND a.code <> '' AND b.code <> '' AND a.code <> b.code
    UNION
    SELECT events.row, a.code, b.code FROM events
    JOIN parties a ON a.event = events.row AND a.side = 'actor'
    JOIN parties b ON b.event = events.row AND b.side = 'actor'
    WHERE events.superseded_at IS NULL AND events.event IN ({", ".join("?" * len(RECIPROCAL))})
    AND a.code <> '' AND a.code < b.code
    AND NOT EXISTS (SELECT 1 FROM parties r WHERE r.event = events.row AND r.side = 'recipient')
) GROUP BY first, second ORDER BY COUNT(*) DESC, first, second
"""


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
        first, second = pair
        one_way = (
            "row IN (SELECT event FROM parties WHERE code = ? AND side = 'actor'"
            " INTERSECT SELECT event FROM parties WHERE code = ? AND side = 'recipient')"
        )
        choices, values = [one_way], [first, second]
        if not directed:
            choices, values = [one_way, one_way], [first, second, second, first]
        if first != second:
            choices.append(
                "row IN (SELECT event FROM parties WHERE code = ? AND side = 'actor'"
                " INTERSECT SELECT event FROM parties WHERE code = ? AND side = 'actor')"
                f" AND event IN ({', '.join('?' * len(RECIPROCAL))}) AND NOT EXISTS"
                " (SELECT 1 FROM parties WHERE parties.event = events.row AND side = 'recipient')"
            )
            values += [first, second, *RECIPROCAL]
        self.add(f"(({') OR ('.join(choices)}))", *values)
