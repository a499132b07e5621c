"""How feeds, folders and alerts fare that are watched: what they brought, and what is wrong with them."""

from __future__ import annotations

import msgspec

from detente.watchstate import State

OUTCOMES = ("coded", "empty", "excluded", "old")
"""What became of an entry."""


class Health(msgspec.Struct, frozen=True):
    """How a feed or folder fares; moments are seconds since 1970. `waiting` are entries to be fetched or coded,
    `reasons` why others were excluded, most first."""

    source: str
    kind: str
    last_poll: float | None
    last_success: float | None
    next_poll: float
    failures: int
    error_at: float | None
    reason: str | None
    detail: str | None
    seen: int
    coded: int
    empty: int
    excluded: int
    old: int
    waiting: int
    reasons: dict[str, int]


class AlertHealth(msgspec.Struct, frozen=True):
    """How an alert fares: facts that it found, deliveries of them by what became of them, and the last trouble."""

    alert: str
    facts: int
    done: int
    open: int
    failed: int
    detail: str | None


def health(state: State) -> list[Health]:
    """How each feed and folder that is watched fares, in the order of their addresses."""
    counts: dict[str, dict[str, int]] = {}
    for feed, outcome, number in state.rows("SELECT feed, state, COUNT(*) FROM entries GROUP BY feed, state"):
        counts.setdefault(feed, {})[outcome] = number
    reasons: dict[str, dict[str, int]] = {}
    for feed, reason, number in state.rows(
        "SELECT feed, reason, COUNT(*) FROM entries WHERE state = 'excluded' GROUP BY 1, 2 ORDER BY 3 DESC, 2"
    ):
        reasons.setdefault(feed, {})[reason] = number
    found = []
    for row in state.rows(
        "SELECT key, kind, last_poll, last_success, next_poll, failures, error_at, reason, detail FROM feeds"
        " WHERE active ORDER BY key"
    ):
        n = counts.get(row[0], {})
        counted = [sum(n.values()), *(n.get(outcome, 0) for outcome in OUTCOMES)]
        waiting = n.get("waiting", 0) + n.get("fetched", 0)
        found.append(Health(*(*row, *counted, waiting, reasons.get(row[0], {}))))
    return found


def alert_health(state: State) -> list[AlertHealth]:
    """How each alert fares that was ever set, by name."""
    rows = state.rows(
        "SELECT alerts.alert, COUNT(DISTINCT facts.id), COUNT(*) FILTER (WHERE state = 'done'),"
        " COUNT(*) FILTER (WHERE state = 'open'), COUNT(*) FILTER (WHERE state IN ('failed', 'dropped')),"
        " max(detail) FROM alerts LEFT JOIN facts ON facts.alert = alerts.alert"
        " LEFT JOIN deliveries ON fact = facts.id GROUP BY 1 ORDER BY 1"
    )
    return [AlertHealth(*row) for row in rows]
