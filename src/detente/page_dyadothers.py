"""Imported event data of two states beside our own: the same pair as others have it, by period and never mixed."""

from __future__ import annotations

from datetime import date

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.importedseries import ImportedSeries, imported_series
from detente.ledger import Ledger
from detente.page_dyad import others_folder, picture, step_in
from detente.page_dyadparts import Head, Reach, head_of
from detente.pages import AS_OF, Page, Query


class Point(msgspec.Struct, frozen=True):
    """The mean score of a period, None where it has no act."""

    start: date
    value: float | None


class Line(msgspec.Struct, frozen=True):
    """One series: ours, or that of an origin; `events` are our acts, or an origin's rows."""

    name: str
    events: int
    points: tuple[Point, ...]


class OthersPage(msgspec.Struct, frozen=True):
    """Mean scores by period on PLOVER's scale, ours first; `folder` is where the others' lie, beside the ledger,
    None where there are none."""

    head: Head
    reach: Reach
    step: str
    folder: str | None
    lines: tuple[Line, ...]


def others_page(ledger: Ledger, key: str, query: Query) -> OthersPage:
    """Our mean scores and those of imported event data, by year or by another `step`.

    Raises HTTPException 404 for what are not two states.
    """
    head = head_of(ledger, key, query)
    folder = others_folder(ledger)
    if not head.states:
        raise HTTPException(404, "Imported event data is of two states. Choose one state for each side, as in JPN-KOR.")
    sides = head.sides
    step = step_in(ledger, sides, head.as_of, query if query.get("step") else {**query, "step": "year"})
    series = picture(ledger, sides, step, head.as_of)[0].series
    own = Line("ours", series.events, tuple(Point(each.start, each.mean) for each in series.periods))
    found = imported_series(folder, sides[0].codes[0], sides[1].codes[0], step) if folder else ()
    name = folder.name if folder else None
    return OthersPage(head, Reach(series.events, series.events, None), step, name, (own, *map(_line, found)))


def _line(series: ImportedSeries) -> Line:
    return Line(series.origin, series.events, tuple(Point(each.start, each.scale) for each in series.periods))


def line_table(page: msgspec.Struct) -> pa.Table:
    """All points, one a row."""
    assert isinstance(page, OthersPage)
    return pa.Table.from_pylist(
        [{"series": line.name, "start": each.start, "mean": each.value} for line in page.lines for each in line.points]
    )


PAGES = (
    Page(
        "/dyad/{key}/others", "dyad_others.html", others_page, "Imported event data of two states beside our own",
        {"step": "week, month, quarter or year", **AS_OF}, {"means": line_table},
    ),
)  # fmt: skip
