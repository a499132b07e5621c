"""Whether a ledger is whole: what must hold of its tables, checked one by one.

Each check is a query that gives what breaks the rule; a whole ledger gives nothing. A process that was killed leaves
no such rows, only work that waits (`detente.memory.unlinked`).
"""

from __future__ import annotations

import msgspec

from detente.ledger import Ledger

RESTORE = "Restore the last backup that `detente ledger verify` calls whole, and code what came after it again."
RELINK = "Run `detente link --again`: links are made anew from articles, events and judgements."

# What is broken, what to do then, and the query for ids that show it.
CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "an article in force has no reading in force",
        RESTORE,
        "SELECT id FROM articles WHERE superseded_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM readings WHERE readings.article = articles.row AND readings.superseded_at IS NULL)",
    ),
    (
        "a superseded article has a reading in force",
        RESTORE,
        "SELECT articles.id FROM articles JOIN readings ON readings.article = articles.row"
        " WHERE articles.superseded_at IS NOT NULL AND readings.superseded_at IS NULL",
    ),
    (
        "an event is in force and its reading is not, or the other way round",
        RESTORE,
        "SELECT events.id FROM events JOIN readings ON readings.id = events.reading"
        " WHERE (events.superseded_at IS NULL) <> (readings.superseded_at IS NULL)",
    ),
    (
        "a reading that found events has none, or one that found none has some",
        RESTORE,
        "SELECT readings.id FROM readings WHERE (state = 'coded') <>"
        " EXISTS (SELECT 1 FROM events WHERE events.reading = readings.id)",
    ),
    (
        "an event is in force twice",
        RESTORE,
        "SELECT id FROM events WHERE superseded_at IS NULL GROUP BY id HAVING COUNT(*) > 1",
    ),
    (
        "an article is neither traced nor waiting",
        RELINK,
        "SELECT id FROM articles WHERE superseded_at IS NULL AND row NOT IN (SELECT article FROM imprints)"
        " AND row NOT IN (SELECT article FROM unlinked_articles)",
    ),
    (
        "an event is neither linked nor waiting, and nobody judged that it is none",
        RELINK,
        "SELECT id FROM events WHERE superseded_at IS NULL AND row NOT IN (SELECT event FROM tellings)"
        " AND row NOT IN (SELECT event FROM unlinked_events) AND id NOT IN (SELECT subject FROM judgements"
        " WHERE kind = 'event' AND value = 'not-an-event' AND superseded_at IS NULL)",
    ),
    (
        "a superseded event is still linked and does not wait",
        RELINK,
        "SELECT id FROM tellings JOIN events ON events.row = tellings.event WHERE superseded_at IS NOT NULL"
        " AND row NOT IN (SELECT event FROM unlinked_events)",
    ),
    (
        "an event that does not wait is of no act",
        RELINK,
        "SELECT events.id FROM tellings JOIN events ON events.row = tellings.event"
        " WHERE (act IS NULL OR act NOT IN (SELECT row FROM acts))"
        " AND tellings.event NOT IN (SELECT event FROM unlinked_events)",
    ),
    (
        "an act does not count its reports right",
        RELINK,
        "SELECT id FROM acts WHERE reports <> (SELECT COUNT(*) FROM tellings WHERE tellings.act = acts.row)",
    ),
    (
        "a likeness is of an event that is not linked",
        RELINK,
        "SELECT one FROM likenesses WHERE one NOT IN (SELECT event FROM tellings)"
        " OR other NOT IN (SELECT event FROM tellings)",
    ),
)


class Fault(msgspec.Struct, frozen=True):
    """A rule that is broken: what it is, how often, the first ids that show it, and what to do about it."""

    what: str
    times: int
    examples: tuple[str, ...]
    remedy: str


def faults(ledger: Ledger, *, thorough: bool = False) -> tuple[Fault, ...]:
    """The rules that the ledger breaks; none where it is whole.

    `thorough` has SQLite compare its indexes with the tables too (https://sqlite.org/pragma.html#pragma_quick_check).
    """
    found = []
    check = "integrity_check" if thorough else "quick_check"
    damage = [str(row[0]) for row in ledger.rows(f"PRAGMA {check}") if row[0] != "ok"]
    if damage:
        found.append(Fault("the file is damaged", len(damage), tuple(damage[:3]), RESTORE))
    loose = [f"{table} {row}" for table, row, *_ in ledger.rows("PRAGMA foreign_key_check")]
    if loose:
        found.append(Fault("a row refers to one that is not there", len(loose), tuple(loose[:3]), RESTORE))
    for what, remedy, query in CHECKS:
        ids = [str(row[0]) for row in ledger.rows(query)]
        if ids:
            found.append(Fault(what, len(ids), tuple(ids[:3]), remedy))
    return tuple(found)
