"""The network of relations on a day, and the map of one state's relations."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.comparison import Network, Partners, network, partners
from detente.dyadtables import edges_table, nodes_table, partners_table
from detente.errors import CodebookError
from detente.ledger import Ledger
from detente.pagekept import kept
from detente.pages import AS_OF, Page, Query, day_in
from detente.pairdays import LedgerDays

EDGES = 150  # ties drawn, those with most acts
SPANS = (4, 13, 26, 52, 104)  # weeks to choose from
SPAN = 52


class Reach(msgspec.Struct, frozen=True):
    """The days of publication that a ledger has, None where it is empty."""

    first: date | None
    last: date | None


class NetworkPage(msgspec.Struct, frozen=True):
    """States and ties in the `weeks` up to and with `on`; `shown` ties are drawn of `ties`."""

    on: date | None
    weeks: int
    spans: tuple[int, ...]
    reach: Reach
    ties: int
    network: Network | None


class MapPage(msgspec.Struct, frozen=True):
    """One state's relations in the `weeks` up to and with `on`; `states` are those to choose from, busiest first."""

    state: str
    on: date | None
    weeks: int
    spans: tuple[int, ...]
    reach: Reach
    states: tuple[str, ...]
    partners: Partners | None


def network_page(ledger: Ledger, key: str, query: Query) -> NetworkPage:
    """The network on the day `on`, or at the end of what was read. Raises HTTPException 400 for a bad day or span."""
    on, weeks, reach = _asked(ledger, query)
    found = _network(ledger, on, weeks, day_in(query, "as_of")) if reach.last else None
    ties = len(found.edges) if found else 0
    if found:
        drawn = found.edges[:EDGES]
        codes = {code for edge in drawn for code in (edge.first, edge.second)}
        nodes = tuple(node for node in found.nodes if node.code in codes)
        found = msgspec.structs.replace(found, edges=drawn, nodes=nodes)
    return NetworkPage(on, weeks, SPANS, reach, ties, found)


def map_page(ledger: Ledger, key: str, query: Query) -> MapPage:
    """The relations of the state `state`, else of the busiest. Raises HTTPException 400 for what is no state."""
    on, weeks, reach = _asked(ledger, query)
    as_of = day_in(query, "as_of")
    known = _network(ledger, None, SPAN, as_of) if reach.last else None
    states = tuple(node.code for node in known.nodes) if known else ()
    state = query.get("state", "").strip().upper() or next(iter(states), "")
    if not state:
        return MapPage("", on, weeks, SPANS, reach, (), None)

    def work(opened: Ledger) -> Partners:
        until = on + timedelta(1) if on else None
        return partners(LedgerDays(opened, as_of=as_of), state, weeks=weeks, until=until)

    try:
        found = kept(ledger, ("partners", state, on, weeks, as_of), work)
    except CodebookError as error:
        raise HTTPException(400, str(error)) from error
    return MapPage(state, on, weeks, SPANS, reach, states if state in states else (state, *states), found)


def _network(ledger: Ledger, on: date | None, weeks: int, as_of: date | None) -> Network:
    def work(opened: Ledger) -> Network:
        return network(LedgerDays(opened, as_of=as_of), on=on, weeks=weeks)

    return kept(ledger, ("network", on, weeks, as_of), work)


def _asked(ledger: Ledger, query: Query) -> tuple[date | None, int, Reach]:
    given = query.get("weeks", "") or str(SPAN)
    if given not in map(str, SPANS):
        raise HTTPException(400, f"weeks is {given!r}; known: {', '.join(map(str, SPANS))}.")
    first, last = ledger.row("SELECT MIN(nullif(day, '')), MAX(nullif(day, '')) FROM read_days WHERE articles > 0") or (
        None,
        None,
    )
    reach = Reach(*(date.fromisoformat(day) if day else None for day in (first, last)))
    return day_in(query, "on"), int(given), reach


def _edges(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, NetworkPage)
    return edges_table(page.network or _NOTHING).to_arrow()


def _nodes(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, NetworkPage)
    return nodes_table(page.network or _NOTHING).to_arrow()


def _partners(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, MapPage)
    return partners_table(page.partners or Partners(page.state, date.min, date.min, 0, 0, ())).to_arrow()


_NOTHING = Network(date.min, date.min, 0, (), ())
QUERY = {
    "on": "the last day of the window, YYYY-MM-DD; else the last day that was read",
    "weeks": f"how long the window is: {', '.join(map(str, SPANS))}",
    **AS_OF,
}
PAGES = (
    Page(
        "/network",
        "network.html",
        network_page,
        "States and what lies between them in the weeks before a day",
        QUERY,
        {"edges": _edges, "nodes": _nodes},
    ),
    Page(
        "/map",
        "map.html",
        map_page,
        "One state's relations in the weeks before a day",
        {"state": "the state, by its code", **QUERY},
        {"partners": _partners},
    ),
)
