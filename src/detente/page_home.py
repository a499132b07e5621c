"""The first page: what was read, between whom most happened, and what happened last."""

from __future__ import annotations

import msgspec

from detente.ledger import Audit, DyadCount, Ledger
from detente.pages import Page, Query, Report, reports_of

NEWEST = 10  # events on the first page
DYADS = 50  # dyads on the first page


class IndexPage(msgspec.Struct, frozen=True):
    """What is in a ledger: `dyads` are those with most events, `newest` the latest acts that took place."""

    ledger: str
    audit: Audit
    dyad_count: int
    dyads: tuple[DyadCount, ...]
    newest: tuple[Report, ...]


def index_page(ledger: Ledger, key: str, query: Query) -> IndexPage:
    """What was read, between whom most happened, and what happened last."""
    dyads = ledger.dyads()
    newest = ledger.events(status="actual", newest_first=True, limit=NEWEST)
    return IndexPage(
        ledger=ledger.path.name,
        audit=ledger.audit(),
        dyad_count=len(dyads),
        dyads=tuple(dyads[:DYADS]),
        newest=reports_of(ledger, newest),
    )


PAGES = (Page("/", "index.html", index_page, "What was read, and what happened last"),)
