"""Series, levels and comparisons as tables: Arrow, and from there pandas or polars where they are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

import pyarrow

from detente.changes import Changes
from detente.codebook import QUAD_NAMES
from detente.comparison import Band, Comparison, Network, Partners
from detente.dyads import DyadSeries
from detente.errors import DetenteError
from detente.relations import LevelOn, Turn
from detente.similarity import Similarities

_TEXT, _DAY, _COUNT, _NUMBER, _YES = (
    pyarrow.string(), pyarrow.date32(), pyarrow.int64(), pyarrow.float64(), pyarrow.bool_(),
)  # fmt: skip
Column = tuple[str, Any, Callable[[Any], object]]  # name, Arrow type, and how a record gives its value


class Frame:
    """A table that is given in the form that is wanted."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`."""
        return self._table

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`. Raises DetenteError where pandas is not installed."""
        _needed("pandas")
        return self._table.to_pandas()

    def to_polars(self) -> Any:
        """A `polars.DataFrame`. Raises DetenteError where polars is not installed."""
        return _needed("polars").from_arrow(self._table)


def _needed(package: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        raise DetenteError(
            f"This needs the package {package}, which is not installed. Run: pip install {package}, or take to_arrow()."
        ) from error


def series_table(series: DyadSeries) -> Frame:
    """One row a period of a dyad (`detente.dyads.Period`), with a column for each quad code; `types` are left out."""
    return _frame(
        series.periods,
        [
            ("start", _DAY, lambda p: p.start),
            ("end", _DAY, lambda p: p.end),
            ("events", _COUNT, lambda p: p.events),
            *_quads(lambda p: p.quads),
            ("net", _NUMBER, lambda p: p.net),
            ("mean", _NUMBER, lambda p: p.mean),
            ("goldstein", _NUMBER, lambda p: p.goldstein),
            ("daily", _COUNT, lambda p: p.daily),
            ("daily_net", _NUMBER, lambda p: p.daily_net),
            ("articles", _COUNT, lambda p: p.articles),
            ("thin", _YES, lambda p: p.thin),
        ],
    )


def levels_table(levels: Sequence[LevelOn]) -> Frame:
    """One row a period with its level and bands."""
    return _frame(
        levels,
        [
            ("start", _DAY, lambda on: on.start),
            ("end", _DAY, lambda on: on.end),
            ("level", _NUMBER, lambda on: on.level),
            ("low80", _NUMBER, lambda on: on.low80),
            ("high80", _NUMBER, lambda on: on.high80),
            ("low95", _NUMBER, lambda on: on.low95),
            ("high95", _NUMBER, lambda on: on.high95),
        ],
    )


def turns_table(turns: Sequence[Turn]) -> Frame:
    """One row a turning point, with the ids of the acts that drive it."""
    return _frame(
        turns,
        [
            ("start", _DAY, lambda turn: turn.point.start),
            ("earliest", _DAY, lambda turn: turn.point.earliest),
            ("latest", _DAY, lambda turn: turn.point.latest),
            ("end", _DAY, lambda turn: turn.point.end),
            ("direction", _TEXT, lambda turn: turn.point.direction),
            ("what", _TEXT, lambda turn: " ".join(turn.point.what)),
            ("before", _NUMBER, lambda turn: turn.point.before),
            ("after", _NUMBER, lambda turn: turn.point.after),
            ("size", _NUMBER, lambda turn: turn.point.size),
            ("strength", _NUMBER, lambda turn: turn.point.strength),
            ("thin", _YES, lambda turn: turn.point.thin),
            ("drivers", pyarrow.list_(_TEXT), lambda turn: [driver.id for driver in turn.drivers]),
        ],
    )


def comparison_table(comparison: Comparison) -> Frame:
    """One row a period of two dyads; columns of the second end in `_other`."""
    return _frame(
        comparison.periods,
        [
            ("start", _DAY, lambda p: p.start),
            ("end", _DAY, lambda p: p.end),
            ("events", _COUNT, lambda p: p.events[0]),
            ("events_other", _COUNT, lambda p: p.events[1]),
            ("mean", _NUMBER, lambda p: p.mean[0]),
            ("mean_other", _NUMBER, lambda p: p.mean[1]),
            *_band("level", lambda p: p.one),
            *_band("level_other", lambda p: p.other),
            *_band("difference", lambda p: p.difference),
        ],
    )


def partners_table(found: Partners) -> Frame:
    """One row a partner."""
    return _frame(
        found.partners,
        [
            ("code", _TEXT, lambda p: p.code),
            ("events", _COUNT, lambda p: p.events),
            ("share", _NUMBER, lambda p: p.share),
            *_quads(lambda p: p.quads),
            ("conflict", _NUMBER, lambda p: p.conflict),
            *_band("level", lambda p: p.level),
            *_band("change", lambda p: p.change),
            ("sure", _YES, lambda p: p.sure),
        ],
    )


def changes_table(found: Changes) -> Frame:
    """One row a dyad that changed."""
    return _frame(
        found.changes,
        [
            ("first", _TEXT, lambda c: c.pair[0]),
            ("second", _TEXT, lambda c: c.pair[1]),
            ("what", _TEXT, lambda c: " ".join(c.what)),
            ("events_before", _COUNT, lambda c: c.events[0]),
            ("events", _COUNT, lambda c: c.events[1]),
            *_band("before", lambda c: c.before),
            *_band("level", lambda c: c.level),
            *_band("change", lambda c: c.change),
            ("rate_before", _NUMBER, lambda c: c.rates[0]),
            ("rate", _NUMBER, lambda c: c.rates[1]),
            *_band("ratio", lambda c: c.ratio),
            ("chance", _NUMBER, lambda c: c.chance),
        ],
    )


def nodes_table(found: Network) -> Frame:
    """One row a state of a network."""
    return _frame(
        found.nodes,
        [
            ("code", _TEXT, lambda node: node.code),
            ("events", _COUNT, lambda node: node.events),
            ("partners", _COUNT, lambda node: node.partners),
        ],
    )


def edges_table(found: Network) -> Frame:
    """One row a pair of states of a network."""
    return _frame(
        found.edges,
        [
            ("first", _TEXT, lambda edge: edge.first),
            ("second", _TEXT, lambda edge: edge.second),
            ("events", _COUNT, lambda edge: edge.events),
            *_quads(lambda edge: edge.quads),
            *_band("level", lambda edge: edge.level),
        ],
    )


def similar_table(found: Similarities) -> Frame:
    """One row a dyad whose history is like another's."""
    return _frame(
        found.similar,
        [
            ("first", _TEXT, lambda each: each.pair[0]),
            ("second", _TEXT, lambda each: each.pair[1]),
            ("events", _COUNT, lambda each: each.events),
            ("common", _COUNT, lambda each: each.common),
            ("distance", _NUMBER, lambda each: each.distance),
            ("correlation", _NUMBER, lambda each: each.correlation),
            ("profile", _NUMBER, lambda each: each.profile),
        ],
    )


def _frame(records: Iterable[Any], columns: Sequence[Column]) -> Frame:
    rows = list(records)
    arrays = [pyarrow.array([value(row) for row in rows], type_) for _, type_, value in columns]
    return Frame(pyarrow.table(arrays, names=[name for name, _, _ in columns]))


def _quads(quads: Callable[[Any], dict[int, int]]) -> list[Column]:
    def number(quad: int) -> Column:
        return f"q{quad}", _COUNT, lambda row: quads(row)[quad]

    return [number(quad) for quad in QUAD_NAMES]


def _band(name: str, band: Callable[[Any], Band]) -> list[Column]:
    def end(field: str) -> Column:
        return f"{name}_{field}", _NUMBER, lambda row: getattr(band(row), field)

    return [(name, _NUMBER, lambda row: band(row).value), *map(end, ("low80", "high80", "low95", "high95"))]
