"""What is to be told: acts, changes of a level, overdue pledges and contradictions that are new in a ledger.

An alert tells what is new from when it is first set. A fact is known by its keys (the reports of an act, the first
claims of a contradiction, the month of a change); whatever shares a key with it is the same fact and is told once.
Facts are kept, with what is to be delivered of them (`deliveries`), before any of it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from detente.accounts import ledger_conflicts
from detente.conflicts import Conflict
from detente.judgements import judgements
from detente.ledger import Ledger
from detente.memory import linked_event_of, linked_events, links
from detente.records import Actor, LinkedEvent, Report
from detente.relations import relation
from detente.selection import pairs_of
from detente.statements import shown
from detente.terminal import one_line, sides
from detente.threads import PledgeThread, pledges
from detente.watchfile import AlertSettings
from detente.watchstate import State

RECHECK = 60.0
"""Seconds between two looks at levels, pledges and contradictions while articles keep coming (ours)."""

CLAIMS_SHOWN = 4
"""Claims of a contradiction that its line shows (ours)."""

WAYS = ("stdout", "file", "webhook", "command")
"""How a fact can be delivered."""


_NEW_EVENTS = """
SELECT id FROM events WHERE row > ? AND row <= ? AND superseded_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM events old JOIN readings before ON before.id = old.reading
    JOIN readings now ON now.id = events.reading AND now.article = before.article AND now.id <> before.id
    WHERE old.article = events.article AND old.row < events.row
) ORDER BY row
"""


class Fact(msgspec.Struct, frozen=True):
    """Something to be told once: its keys, a line for people, and what is delivered as JSON."""

    keys: tuple[str, ...]
    text: str
    record: Mapping[str, object]


def set_alerts(state: State, ledger: Ledger, alerts: Sequence[AlertSettings]) -> None:
    """Note alerts that are new or ask for something else now; what holds of the ledger already is not told."""
    for alert in alerts:
        conditions = _conditions(alert)
        known = state.row("SELECT conditions FROM alerts WHERE alert = ?", alert.name)
        if known is not None and known[0] == conditions:
            continue
        seen = _last_event(ledger)
        facts = [] if alert.on == "event" else list(_standing(ledger, alert, _today(state)))
        with state.transaction():
            for fact in facts:
                _is_new(state, alert.name, fact)
            state.execute(
                "INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?)", alert.name, conditions, seen, state.clock()
            )


def look_for_facts(state: State, ledger: Ledger, alerts: Sequence[AlertSettings], *, at_once: bool = False) -> int:
    """Look what is new for each alert and keep it to be delivered; gives the number of new facts.

    `at_once`: also where the last look at levels, pledges and contradictions was less than RECHECK ago.
    """
    new, top = 0, _last_event(ledger)
    for alert in alerts:
        seen, checked = state.rows("SELECT seen, checked_at FROM alerts WHERE alert = ?", alert.name)[0]
        if alert.on == "event":
            if top <= seen:
                continue
            facts = list(_new_acts(ledger, alert, seen, top))
        elif (at_once or state.clock() - checked >= RECHECK) and _is_due(state, ledger, alert, seen, top, checked):
            facts = list(_standing(ledger, alert, _today(state)))
        else:
            continue
        with state.transaction():
            new += sum(_keep(state, alert, fact) for fact in facts)
            state.execute("UPDATE alerts SET seen = ?, checked_at = ? WHERE alert = ?", top, state.clock(), alert.name)
    return new


def ways_of(alert: AlertSettings) -> tuple[str, ...]:
    """How an alert is delivered, of WAYS."""
    wanted = {"stdout": alert.stdout, "file": alert.file, "webhook": alert.webhook, "command": alert.command}
    return tuple(way for way in WAYS if wanted[way])


# -- keeping facts


def _keep(state: State, alert: AlertSettings, fact: Fact) -> bool:
    """Keep a fact and what is to be delivered of it, if it is new; inside a transaction."""
    if not _is_new(state, alert.name, fact):
        return False
    now = state.clock()
    id_ = "f" + hashlib.sha256(f"{alert.name}\x1f{min(fact.keys)}".encode()).hexdigest()[:16]
    head = {"id": id_, "alert": alert.name, "on": alert.on, "text": fact.text, "found_at": _moment(now)}
    state.execute(
        "INSERT INTO facts (alert, text, record, found_at) VALUES (?, ?, ?, ?)",
        *(alert.name, fact.text, msgspec.json.encode({**head, **fact.record}).decode(), now),
    )
    [(row,)] = state.rows("SELECT last_insert_rowid()")
    for way in ways_of(alert):
        state.execute("INSERT INTO deliveries VALUES (?, ?, 'open', 0, ?, NULL, NULL)", row, way, now)
    return True


def _is_new(state: State, alert: str, fact: Fact) -> bool:
    """Note the keys of a fact; whether none of them was known."""
    added = sum(state.execute("INSERT OR IGNORE INTO fact_keys VALUES (?, ?)", alert, key) for key in set(fact.keys))
    return added == len(set(fact.keys))


def _conditions(alert: AlertSettings) -> str:
    """What an alert asks for, without how it is delivered."""
    asked = ("on", "dyad", "directed", "event", "status", "min_confidence", "min_sources", "min_change", "over")
    return msgspec.json.encode([getattr(alert, name) for name in asked]).decode()


def _last_event(ledger: Ledger) -> int:
    [(row,)] = ledger.rows("SELECT ifnull(max(row), 0) FROM events")
    return int(row)


def _is_due(state: State, ledger: Ledger, alert: AlertSettings, seen: int, top: int, checked: float) -> bool:
    """Whether there are new events between the two, or a new day on which a pledge may be overdue."""
    if _day(checked) != _today(state):
        return True
    assert alert.dyad is not None
    first, second = sorted(alert.dyad)
    query = "SELECT 1 FROM pairs WHERE first = ? AND second = ? AND event > ? AND event <= ? LIMIT 1"
    return ledger.row(query, (first, second, seen, top)) is not None


def _today(state: State) -> date:
    return _day(state.clock())


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


def _moment(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


# -- acts


def _new_acts(ledger: Ledger, alert: AlertSettings, seen: int, top: int) -> Iterator[Fact]:
    """Acts with reports of which the ledger did not know before; an article that is only read anew brings none."""
    rows = list(ledger.rows(_NEW_EVENTS, (seen, top)))
    done: set[str] = set()
    for (id_,) in rows:
        act = linked_event_of(ledger, id_) if id_ not in done else None
        if act is not None:
            done |= {report.event.id for report in act.reports}
            if _is_wanted(act, alert):
                yield _act_fact(act, alert)


def _is_wanted(act: LinkedEvent, alert: AlertSettings) -> bool:
    told = act.event
    if alert.dyad is not None:
        first, second = sorted(alert.dyad)
        ways = {0, 1 if alert.dyad[0] == first else -1} if alert.directed else {-1, 0, 1}
        if not any((first, second, way) in pairs_of(told) for way in ways):
            return False
    return (
        (not alert.event or told.event in alert.event)
        and (not alert.status or told.status in alert.status)
        and told.confidence >= alert.min_confidence
        and act.independent_sources >= alert.min_sources
    )


def _act_fact(act: LinkedEvent, alert: AlertSettings) -> Fact:
    told = act.event
    day = f"{told.date.start}" if told.date else "no date"
    notes = f"{told.status}, {_count(len(act.reports), 'report')}, {_count(act.independent_sources, 'source')}"
    label = " ".join((told.event, *told.mode))
    text = f"{alert.name}: {day} {label} {sides(told.actor, told.recipient)} [{notes}] “{told.sentence.text}” {act.id}"
    record = {
        "act": act.id,
        "event": told.event,
        "mode": told.mode,
        "status": told.status,
        "start": told.date and told.date.start,
        "end": told.date and told.date.end,
        "confidence": told.confidence,
        "sources": act.independent_sources,
        **_parties(told.actor, told.recipient),
        "sentence": told.sentence.text,
        "reports": _reports(act.reports),
    }
    return Fact(tuple(report.event.id for report in act.reports), one_line(text), record)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _parties(acting: Iterable[Actor], receiving: Iterable[Actor]) -> dict[str, list[str]]:
    return {"actor": [f"{a.code} {a.sector}" for a in acting], "recipient": [f"{a.code} {a.sector}" for a in receiving]}


def _reports(reports: Iterable[Report]) -> list[dict[str, object]]:
    return [
        {"event": r.event.id, "publisher": r.publisher, "title": r.title, "url": r.url, "published": r.published}
        for r in reports
    ]


# -- what stands between two states


def _standing(ledger: Ledger, alert: AlertSettings, today: date) -> Iterator[Fact]:
    """All facts of an alert on levels, pledges or contradictions that hold now."""
    assert alert.dyad is not None
    if alert.on == "level":
        yield from _level(ledger, alert, alert.dyad)
    elif alert.on == "overdue":
        judged = judgements(ledger, kind="pledge")
        for thread in pledges(linked_events(ledger, dyad=alert.dyad), on=today, judgements=judged):
            if thread.state == "overdue":
                yield _overdue_fact(thread, alert)
    else:
        linked = links(ledger, dyad=alert.dyad)
        for conflict in ledger_conflicts(ledger, dyad=alert.dyad, linked=linked):
            if conflict.verdict == "contradiction":
                yield _contradiction_fact(conflict, alert)


def _level(ledger: Ledger, alert: AlertSettings, pair: tuple[str, str]) -> Iterator[Fact]:
    levels = relation(ledger, *pair).levels
    if len(levels) <= alert.over:
        return
    now, before = levels[-1], levels[-1 - alert.over]
    if now.level is None or before.level is None or abs(now.level - before.level) < alert.min_change:
        return
    change = round(now.level - before.level, 2)
    way = "better" if change > 0 else "worse"
    text = (
        f"{alert.name}: the level of {pair[0]} and {pair[1]} is {now.level:+.1f} in the month from {now.start},"
        f" {change:+.1f} since the month from {before.start} ({way})"
    )
    yield Fact((f"{now.start}:{way}",), text, {"dyad": pair, "change": change, "now": now, "before": before})


def _overdue_fact(thread: PledgeThread, alert: AlertSettings) -> Fact:
    text = (
        f"{alert.name}: overdue since {thread.since}: {sides(thread.actor, thread.recipient)} pledged"
        f" {thread.promised} on {thread.opened}, due {thread.due}: “{thread.words.text}” {thread.id}"
    )
    record = {
        "pledge": thread.id,
        "event": thread.event,
        "promised": thread.promised,
        "words": thread.words.text,
        "opened": thread.opened,
        "due": thread.due,
        "since": thread.since,
        **_parties(thread.actor, thread.recipient),
        "reports": _reports(thread.reports),
    }
    return Fact((thread.id, *(report.event.id for report in thread.reports)), one_line(text), record)


def _contradiction_fact(conflict: Conflict, alert: AlertSettings) -> Fact:
    answers = [
        f"{shown(claim.value)} ({claim.source.publisher or claim.source.article})"
        for claim in conflict.claims[:CLAIMS_SHOWN]
    ]
    text = f"{alert.name}: contradiction, {conflict.kind}, {conflict.about}: {' / '.join(answers)}; {conflict.why}"
    keys = tuple(
        f"{conflict.kind}:{claim.source.article}:{claim.words.start}:{claim.words.end}" for claim in conflict.claims
    )
    return Fact(keys, one_line(text), {"conflict": conflict})
