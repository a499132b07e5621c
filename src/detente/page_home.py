"""The first page: the relations that are followed, those that changed most, the map, and the newest acts."""

from __future__ import annotations

from datetime import date

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente import watchlist
from detente.changes import Change, Changes, most_changed
from detente.dyadtables import changes_table
from detente.errors import ConfigError
from detente.ledger import Ledger
from detente.memory import linked_event_of
from detente.names import country_name
from detente.pagekept import kept
from detente.pages import AS_OF, Deed, Page, Query, day_in
from detente.pairdays import LedgerDays
from detente.records import LinkedEvent
from detente.watchlist import Watched

NEWEST = 8  # acts shown
CHANGED = 8  # changed dyads shown
BUSIEST = 12  # pairs shown where nothing is followed or has changed
WEEKS = 8  # of the window in which dyads changed


class Busy(msgspec.Struct, frozen=True):
    """Two states with the number of acts between them."""

    pair: tuple[str, str]
    acts: int


class IndexPage(msgspec.Struct, frozen=True):
    """What a ledger holds, and what in it asks for attention.

    `acts` counts linked acts, `waiting` events that are not linked yet; `first` and `last` are days of publication.
    `trouble` says why the watchlist could not be read, `silent` which of its pairs have no act.
    """

    articles: int
    excluded: int
    acts: int
    waiting: int
    first: date | None
    last: date | None
    watched: tuple[Watched, ...]
    trouble: str
    silent: tuple[tuple[str, str], ...]
    changes: Changes | None
    busiest: tuple[Busy, ...]
    newest: tuple[LinkedEvent, ...]


def index_page(ledger: Ledger, key: str, query: Query) -> IndexPage:
    """The watchlist, the most changed dyads, the pairs with most acts and the newest acts, now or as of a day."""
    as_of = day_in(query, "as_of")
    articles, first, last = ledger.row(
        "SELECT coalesce(SUM(articles), 0), MIN(nullif(day, '')), MAX(day) FROM read_days WHERE articles > 0"
    ) or (0, None, None)
    (excluded,) = ledger.row("SELECT COUNT(*) FROM exclusions WHERE superseded_at IS NULL") or (0,)
    (waiting,) = ledger.row("SELECT COUNT(*) FROM unlinked_events") or (0,)
    watched, trouble = _watched(ledger)
    return IndexPage(
        articles=articles,
        excluded=excluded,
        acts=kept(ledger, "acts", lambda opened: (opened.row("SELECT COUNT(*) FROM acts") or (0,))[0]),
        waiting=waiting,
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        watched=watched,
        trouble=trouble,
        silent=tuple(each.pair for each in watched if not _has_acts(ledger, each.pair)),
        changes=_changes(ledger, as_of) if articles else None,
        busiest=kept(ledger, "busiest", _busiest),
        newest=_newest(ledger, as_of),
    )


def _watched(ledger: Ledger) -> tuple[tuple[Watched, ...], str]:
    try:
        return watchlist.read(ledger.path), ""
    except ConfigError as error:
        return (), str(error)


def _has_acts(ledger: Ledger, pair: tuple[str, str]) -> bool:
    asked = "SELECT 1 FROM act_pairs WHERE first = ? AND second = ? LIMIT 1"
    return ledger.row(asked, tuple(sorted(pair))) is not None


def _changes(ledger: Ledger, as_of: date | None) -> Changes:
    """The dyads that changed most in the last WEEKS weeks."""

    def work(opened: Ledger) -> Changes:
        return most_changed(LedgerDays(opened, as_of=as_of), weeks=WEEKS)

    found = kept(ledger, ("changes", as_of), work)
    return msgspec.structs.replace(found, changes=found.changes[:CHANGED])


def _busiest(ledger: Ledger) -> tuple[Busy, ...]:
    rows = ledger.rows(
        "SELECT first, second, COUNT(DISTINCT act) FROM act_pairs WHERE first <> second"
        " GROUP BY first, second ORDER BY 3 DESC, first, second LIMIT ?",
        (BUSIEST,),
    )
    return tuple(Busy((first, second), acts) for first, second, acts in rows)


def _newest(ledger: Ledger, as_of: date | None) -> tuple[LinkedEvent, ...]:
    """The latest acts between two states that took place."""
    known, values = ("AND first_seen <= ? AND date_start <= ?", (as_of.isoformat(),) * 2) if as_of else ("", ())
    rows = ledger.rows(
        f"SELECT id FROM acts WHERE status = 'actual' AND date_start IS NOT NULL {known}"
        " AND EXISTS (SELECT 1 FROM act_pairs WHERE act = acts.row AND first <> second)"
        " ORDER BY date_start DESC, id LIMIT ?",
        (*values, NEWEST),
    )
    return tuple(act for (id_,) in list(rows) if (act := linked_event_of(ledger, id_, as_of=as_of)) is not None)


def follow(ledger: Ledger, key: str, form: Query) -> str:
    """Put the pair of the form's `first` and `second` on the watchlist, with its `note`.

    Raises HTTPException 400 for what is the code of no state or body.
    """
    for name in ("first", "second"):
        code = form.get(name, "").strip().upper()
        if country_name(code) is None:
            raise HTTPException(400, f"{name} is {code[:80]!r}; it must be the code of a state or body, such as JPN.")
    watchlist.add(ledger.path, form.get("first", ""), form.get("second", ""), note=form.get("note", "").strip()[:200])
    return "/#watched"


def unfollow(ledger: Ledger, key: str, form: Query) -> str:
    """Take the pair of the form's `first` and `second` off the watchlist."""
    watchlist.remove(ledger.path, form.get("first", ""), form.get("second", ""))
    return "/#watched"


def _changes_table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, IndexPage)
    nothing = Changes(date.min, date.min, date.min, 0, tuple[Change, ...]())
    table: pa.Table = changes_table(page.changes or nothing).to_arrow()
    return table


def _busiest_table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, IndexPage)
    return pa.table(
        {
            "first": pa.array([each.pair[0] for each in page.busiest], pa.string()),
            "second": pa.array([each.pair[1] for each in page.busiest], pa.string()),
            "acts": pa.array([each.acts for each in page.busiest], pa.int64()),
        }
    )


PAGES = (
    Page(
        "/",
        "index.html",
        index_page,
        "The relations that are followed, those that changed most, and the newest acts",
        AS_OF,
        {"changes": _changes_table, "busiest": _busiest_table},
    ),
)
_PAIR = {"first": "a state's code", "second": "the other's"}
DEEDS = (
    Deed("/watchlist/add", follow, "Follow a pair of states", {**_PAIR, "note": "why, up to 200 characters"}),
    Deed("/watchlist/remove", unfollow, "Follow a pair no longer", _PAIR),
)
