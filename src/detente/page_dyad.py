"""The page of a dyad: where it stands, how it went and turned, and its acts one by one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.codebook import QUAD_NAMES, STATUSES, contexts, event_types
from detente.dyads import Side, period_end, period_start, side_of
from detente.errors import CodebookError
from detente.importedseries import imported_origins
from detente.ledger import Ledger
from detente.names import country_name
from detente.pagekept import kept
from detente.pages import AS_OF, Page, Paging, Query, choice_in, day_in, paging
from detente.records import LinkedEvent
from detente.relations import LevelOn, Relation, relation
from detente.timeline import DIRECTIONS, Tally, Wanted, of_ids, span, tallies, timeline, waiting

PAGE = 25  # acts on one page
MOST = 1000  # acts on one page that may be asked for, as for a table
STEPS = ("week", "month", "quarter", "year")
MOST_PERIODS = 600  # that are drawn; beyond, the step is longer
OTHERS = ("others", "imports", ".")  # folders beside the ledger that `detente import --into` may have filled
DRIVERS = 3  # acts shown with a turn


class DyadPage(msgspec.Struct, frozen=True):
    """What lies between two sides, either way: `key` names them in addresses, `names` in words.

    `states` says whether each side is one state as a whole, `others` whether imported event data lies beside the
    ledger. `events` are all acts, `counts` their number by status, then by quad code 1..4; `waiting` events are not
    linked yet and count as acts of their own. `relation` is by `step`, one of `steps`; `driving` has the acts that
    drive its turns, by id. `acts` are those `wanted` on this page, newest first; `tallies` count what is wanted by
    status and type, whatever status and type are wanted.
    """

    key: str
    sides: tuple[Side, Side]
    names: tuple[str, str]
    states: bool
    others: bool
    as_of: date | None
    events: int
    waiting: int
    counts: dict[str, dict[int, int]]
    newest: date | None
    step: str
    steps: tuple[str, ...]
    relation: Relation
    driving: dict[str, LinkedEvent]
    wanted: Wanted
    tallies: tuple[Tally, ...]
    paging: Paging
    size: int
    acts: tuple[LinkedEvent, ...]
    types: tuple[str, ...]
    contexts: tuple[str, ...]


def dyad_page(ledger: Ledger, key: str, query: Query) -> DyadPage:
    """The acts between two sides, `key` "JPN-KOR" or "DEU+FRA-RUS:MIL".

    Raises HTTPException: 404 for a pair without acts and for a page beyond the last, 400 for a bad `query`.
    """
    sides, as_of = sides_in(ledger, key), day_in(query, "as_of")
    counted, days, waits = overview(ledger, sides, as_of)
    steps, step = _steps(ledger, sides, as_of, query)
    wanted, size = wanted_in(query), _size(query)
    found = counted if wanted == Wanted(wanted.status) else tallies(ledger, *sides, wanted, as_of=as_of)
    total = sum(
        each.acts for each in found if wanted.status in (None, each.status) and wanted.event in (None, each.event)
    )
    page = paging(query, total, size)
    how, driving = picture(ledger, sides, step, as_of)
    return DyadPage(
        key=key_of(sides),
        sides=sides,
        names=(name_of(sides[0]), name_of(sides[1])),
        states=are_states(sides),
        others=others_folder(ledger) is not None,
        as_of=as_of,
        events=sum(each.acts for each in counted),
        waiting=waits,
        counts=_by_quad(counted),
        newest=days[1] if days else None,
        step=step,
        steps=steps,
        relation=how,
        driving=driving,
        wanted=wanted,
        tallies=found,
        paging=page,
        size=size,
        acts=timeline(ledger, *sides, wanted, limit=size, offset=(page.page - 1) * size, as_of=as_of),
        types=tuple(event_types()),
        contexts=contexts(),
    )


# -- what other pages of a dyad share --------------------------------------------------------------------------------


def sides_in(ledger: Ledger, key: str) -> tuple[Side, Side]:
    """The two sides that a key names. Raises HTTPException 404 where it names none, or sides without any act."""
    codes = key.upper().split("-")
    try:
        if len(codes) != 2:
            raise CodebookError(f"{key!r} is not a pair of codes such as JPN-KOR.")
        sides = side_of(codes[0]), side_of(codes[1])
    except CodebookError as error:
        raise HTTPException(404, f"{error}{_some(ledger, ())}") from error
    if not overview(ledger, sides, None).counted:
        said = f"There is no event between {codes[0]} and {codes[1]} in this ledger."
        raise HTTPException(404, said + _some(ledger, (*sides[0].codes, *sides[1].codes)))
    return sides


def _some(ledger: Ledger, codes: tuple[str, ...]) -> str:
    """Some pairs that there are, those of the codes if there are any."""
    query = "SELECT DISTINCT first, second FROM pairs WHERE first <> second"
    near = list(ledger.rows(f"{query} AND first IN ({', '.join('?' * len(codes))}) LIMIT 5", codes))
    some = near or list(ledger.rows(f"{query} LIMIT 5"))
    return f" It has: {', '.join('-'.join(pair) for pair in some)}." if some else " It holds no pair of states yet."


def key_of(sides: tuple[Side, Side]) -> str:
    return f"{sides[0]}-{sides[1]}"


def name_of(side: Side) -> str:
    """A side in words: "Germany + France", "Russia: MIL"."""
    names = " + ".join(country_name(code) or code for code in side.codes)
    return names + (f": {', '.join(side.sectors)}" if side.sectors else "")


def others_folder(ledger: Ledger) -> Path | None:
    """The folder beside the ledger that holds imported event data, None where there is none."""
    beside = (ledger.path.parent / name for name in OTHERS)
    return next((folder for folder in beside if imported_origins(folder)), None)


def are_states(sides: tuple[Side, Side]) -> bool:
    """Whether each side is one state as a whole."""
    return all(len(side.codes) == 1 and not side.sectors for side in sides)


class Overview(NamedTuple):
    """How many acts there are by status and type, the days that those that took place span (`timeline.span`), and how
    many events wait to be linked."""

    counted: tuple[Tally, ...]
    days: tuple[date, date] | None
    waiting: int


def overview(ledger: Ledger, sides: tuple[Side, Side], as_of: date | None) -> Overview:
    """What there is between two sides; kept until the ledger changes."""

    def work(opened: Ledger) -> Overview:
        found = tallies(opened, *sides, as_of=as_of)
        return Overview(found, span(opened, *sides, as_of=as_of), waiting(opened, *sides))

    return kept(ledger, ("overview", sides, as_of), work, stale=0)


def picture(
    ledger: Ledger, sides: tuple[Side, Side], step: str, as_of: date | None
) -> tuple[Relation, dict[str, LinkedEvent]]:
    """The relation, and the acts that drive its turns by id; kept until the ledger changes."""

    def work(opened: Ledger) -> tuple[Relation, dict[str, LinkedEvent]]:
        how = relation(opened, str(sides[0]), str(sides[1]), step=step, as_of=as_of)
        ids = [each.id for turn in how.turns for each in turn.drivers[:DRIVERS]]
        return how, of_ids(opened, ids, as_of=as_of)

    return kept(ledger, ("picture", sides, step, as_of), work, stale=0)


def step_in(ledger: Ledger, sides: tuple[Side, Side], as_of: date | None, query: Query) -> str:
    """The step that the query asks for, else the shortest from a month on that can be drawn."""
    return _steps(ledger, sides, as_of, query)[1]


def _steps(ledger: Ledger, sides: tuple[Side, Side], as_of: date | None, query: Query) -> tuple[tuple[str, ...], str]:
    asked = choice_in(query, "step", STEPS)
    days = overview(ledger, sides, as_of).days
    short = [each for each in STEPS if days is None or _periods(*days, each) <= MOST_PERIODS]
    steps = tuple(short or STEPS[-1:])
    if asked and asked not in steps:
        raise HTTPException(400, f"A {asked} is too short a step for so many years. Take one of: {', '.join(steps)}.")
    return steps, asked or next((each for each in steps if each != "week"), steps[0])


def _periods(first: date, last: date, step: str) -> float:
    start = period_start(first, step)
    return (last - first).days / (period_end(start, step) - start).days


# -- the query -------------------------------------------------------------------------------------------------------


def wanted_in(query: Query) -> Wanted:
    """The acts that the query asks for. Raises HTTPException 400 for a bad value."""
    until = day_in(query, "to")
    return Wanted(
        status=choice_in(query, "status", STATUSES),
        event=choice_in(query, "type", event_types()),
        context=choice_in(query, "context", contexts()),
        direction=choice_in(query, "direction", DIRECTIONS),
        sources=_number(query, "sources", 1, 99),
        text=query.get("text", "").strip()[:200],
        since=day_in(query, "from"),
        until=min(until, date.max - timedelta(1)) + timedelta(1) if until else None,
    )


def _size(query: Query) -> int:
    return _number(query, "size", PAGE, MOST)


def _number(query: Query, name: str, default: int, most: int) -> int:
    given = query.get(name, "").strip() or str(default)
    if not (given.isascii() and given.isdigit() and len(given) < 9 and 1 <= int(given) <= most):
        raise HTTPException(400, f"{name} is {given!r}; it must be a number from 1 to {most}.")
    return int(given)


def _by_quad(counted: tuple[Tally, ...]) -> dict[str, dict[int, int]]:
    counts = {status: dict.fromkeys(QUAD_NAMES, 0) for status in STATUSES}
    for each in counted:
        counts[each.status][each.quad] += each.acts
    return counts


# -- the figures -----------------------------------------------------------------------------------------------------


class SeriesPage(msgspec.Struct, frozen=True):
    """The figures of a dyad's charts."""

    key: str
    names: tuple[str, str]
    as_of: date | None
    step: str
    relation: Relation


def series_page(ledger: Ledger, key: str, query: Query) -> SeriesPage:
    """The level, its bands, counts and turns by period."""
    sides, as_of = sides_in(ledger, key), day_in(query, "as_of")
    step = step_in(ledger, sides, as_of, query)
    names = name_of(sides[0]), name_of(sides[1])
    return SeriesPage(key_of(sides), names, as_of, step, picture(ledger, sides, step, as_of)[0])


def period_table(page: msgspec.Struct) -> pa.Table:
    """The periods of a page with a relation, one a row."""
    assert isinstance(page, SeriesPage | DyadPage)
    empty = LevelOn(date.min, date.min, None, None, None, None, None)
    levels = {each.start: each for each in page.relation.levels}
    rows = []
    for each in page.relation.series.periods:
        level = levels.get(each.start, empty)
        bands = {name: getattr(level, name) for name in ("level", "low80", "high80", "low95", "high95")}
        quads = {f"quad{quad}": each.quads[quad] for quad in QUAD_NAMES}
        told = {"acts": each.events, **quads, "net": each.net, "mean": each.mean, "goldstein": each.goldstein}
        rows.append(
            {"start": each.start, "end": each.end, **told, **bands, "articles": each.articles, "thin": each.thin}
        )
    return pa.Table.from_pylist(rows)


def turn_table(page: msgspec.Struct) -> pa.Table:
    """The turns of a page with a relation, one a row."""
    assert isinstance(page, SeriesPage | DyadPage)
    names = (
        "start",
        "earliest",
        "latest",
        "end",
        "lasting",
        "direction",
        "before",
        "after",
        "size",
        "strength",
        "thin",
    )
    return pa.Table.from_pylist(
        [
            {
                **{name: getattr(turn.point, name) for name in names},
                "what": " ".join(turn.point.what),
                "acts": " ".join(each.id for each in turn.drivers),
            }
            for turn in page.relation.turns
        ]
    )


def act_table(page: msgspec.Struct) -> pa.Table:
    """The acts of the page, one a row, with the words of each."""
    assert isinstance(page, DyadPage)
    return pa.Table.from_pylist([_row(act) for act in page.acts])


def _row(act: LinkedEvent) -> dict[str, object]:
    event = act.event
    lead = next((report for report in act.reports if report.event.id == act.id), act.reports[0])
    return {
        "id": act.id,
        "start": event.date.start if event.date else None,
        "end": event.date.end if event.date else None,
        "basis": event.date.basis if event.date else None,
        "type": event.event,
        "mode": " ".join(event.mode),
        "status": event.status,
        "scale": event.scale,
        "actor": _parties(act, "actor"),
        "recipient": _parties(act, "recipient"),
        "context": " ".join(event.context),
        "confidence": event.confidence,
        "reports": len(act.reports),
        "sources": act.independent_sources,
        "first_seen": act.first_seen,
        "quote": " ".join(event.sentence.text.split()),
        "publisher": lead.publisher,
        "url": lead.url,
    }


def _parties(act: LinkedEvent, side: str) -> str:
    return "; ".join(f"{party.code or '---'} {party.sector} {party.text}" for party in getattr(act.event, side))


FILTERS = {
    "status": "only acts of that status",
    "type": "only acts of that type",
    "context": "only acts in that context",
    "direction": "first, second or mutual: who acts on whom",
    "sources": "only acts with so many independent sources",
    "text": "only acts whose quoted sentence holds these words",
    "from": "only acts from that day on, YYYY-MM-DD",
    "to": "only acts up to and with that day",
    "size": f"acts on one page, up to {MOST}",
    "page": "which page of them, from 1",
}
STEP = {"step": f"of the charts: {', '.join(STEPS)}"}

PAGES = (
    Page(
        "/dyad/{key}/series", "dyad_series.html", series_page, "The figures of a dyad's charts", {**STEP, **AS_OF},
        {"periods": period_table, "turns": turn_table},
    ),
    Page(
        "/dyad/{key:path}", "dyad.html", dyad_page, "What lies between two sides", {**FILTERS, **STEP, **AS_OF},
        {"acts": act_table, "periods": period_table, "turns": turn_table},
    ),
)  # fmt: skip
