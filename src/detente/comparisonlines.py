"""Comparisons of relations as tables for people, 80 columns wide. ± is half of a band of 95 %."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from detente.changes import Changes
from detente.codebook import QUAD_NAMES
from detente.comparison import Band, Comparison, Network, Partners
from detente.names import country_name
from detente.similarity import Similarities
from detente.terminal import BARS

WIDTH = 72  # periods that a line of levels shows
NOTHING = "–"


def comparison_lines(comparison: Comparison, *, last: int = WIDTH) -> RenderableType:
    """Both lines of levels over the same periods, what they have in common, and how far they are apart now."""
    one, other = (" – ".join(pair) for pair in (comparison.one, comparison.other))
    head = Text(f"{one} ({comparison.events[0]} acts) and {other} ({comparison.events[1]} acts)", style="bold")
    if not comparison.periods:
        return head
    shown = comparison.periods[-last:]
    width = max(len(one), len(other))
    lines = Text("\n")
    for name, bands in ((one, [each.one for each in shown]), (other, [each.other for each in shown])):
        known = [band for band in bands if band.value is not None]
        lines.append(f"{name:<{width}}  {_levels(bands)}  {_spread(known[-1]) if known else NOTHING}\n")
    lines.append(f"{'':<{width}}  {shown[0].start} to {shown[-1].end} by {comparison.step}, −10 to +10\n\n")
    lines.append(f"{comparison.common} {comparison.step}s in common\n")
    if comparison.correlation is not None:
        lines.append(f"correlation of levels   {comparison.correlation:+.2f}\n")
    if comparison.alike is not None:
        found = comparison.alike
        periods = f"{abs(found.lag)} {comparison.step}{'s' * (abs(found.lag) != 1)}"
        late = f", {other} {periods} {'later' if found.lag > 0 else 'earlier'}" if found.lag else ""
        lines.append(f"correlation of changes  {found.correlation:+.2f}{late} (chance {found.chance:.2f})\n")
    lines.append(f"difference of levels    {_spread(comparison.difference)} in the last {comparison.step} in common")
    return Group(head, lines)


def partners_lines(found: Partners, *, limit: int | None = None) -> RenderableType:
    """A state's partners as a table, those with most acts first."""
    head = Text(f"{_named(found.state)}: {found.events} acts, {found.since} to {found.until}", style="bold")
    head.append(f"; change is against the {found.weeks_before} weeks before", "not bold")
    table = _table("partner", "acts", "share", "conflict", "level", "change")
    for each in found.partners[:limit]:
        table.add_row(
            _named(each.code),
            str(each.events),
            f"{each.share:.0%}",
            f"{each.conflict:.0%}",
            _spread(each.level),
            Text(_spread(each.change) + (" sure" if each.sure else ""), style="bold" if each.sure else ""),
        )
    return Group(head, table, _rest(len(found.partners), limit, "partners"))


def changes_lines(found: Changes, *, limit: int | None = None) -> RenderableType:
    """The dyads that changed, the clearest first."""
    head = Text(f"changed in {found.since} to {found.until}, against {found.before} to {found.since}\n", style="bold")
    head.append(f"{len(found.changes)} of {found.asked} dyads with enough acts changed by more than noise", "not bold")
    if not found.changes:
        return head
    table = _table("dyad", "what", "acts", "level", "change", "volume (95 %)")
    for each in found.changes[:limit]:
        level = f"{_number(each.before)} → {_number(each.level)}"
        ratio = each.ratio
        times = (
            NOTHING
            if ratio.value is None
            else f"×{_times(ratio.value)} ({_times(ratio.low95)} to {_times(ratio.high95)})"
        )
        table.add_row(
            " – ".join(each.pair),
            ", ".join(each.what),
            f"{each.events[0]} → {each.events[1]}",
            level,
            _spread(each.change),
            times,
        )
    return Group(head, table, _rest(len(found.changes), limit, "dyads"))


def network_lines(found: Network, *, limit: int | None = None) -> RenderableType:
    """The states and the pairs with most acts."""
    head = Text(f"{found.events} acts between {len(found.nodes)} states, {found.since} to {found.until}", style="bold")
    nodes = _table("state", "acts", "partners")
    for node in found.nodes[:limit]:
        nodes.add_row(_named(node.code), str(node.events), str(node.partners))
    edges = _table("pair", "acts", "by quad 1 to 4", "level")
    for edge in found.edges[:limit]:
        numbers = " ".join(f"{edge.quads[quad]:>4}" for quad in QUAD_NAMES)
        edges.add_row(f"{edge.first} – {edge.second}", str(edge.events), numbers, _spread(edge.level))
    return Group(head, nodes, _rest(len(found.nodes), limit, "states"), edges, _rest(len(found.edges), limit, "pairs"))


def similar_lines(found: Similarities) -> RenderableType:
    """The dyads with the likest histories."""
    head = Text(f"{' – '.join(map(_named, found.pair))}: {found.events} acts\n", style="bold")
    head.append(f"the likest of {found.asked} histories, by quarters", style="not bold")
    if not found.similar:
        return head.append("\nno dyad has enough quarters in common with it to tell", style="not bold")
    table = _table("dyad", "acts", "quarters", "distance", "correlation", "profile")
    for each in found.similar:
        table.add_row(
            " – ".join(each.pair),
            str(each.events),
            str(each.common),
            f"{each.distance:.2f}",
            NOTHING if each.correlation is None else f"{each.correlation:+.2f}",
            NOTHING if each.profile is None else f"{each.profile:.2f}",
        )
    return Group(head, table)


def _table(first: str, *names: str) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column(first)  # on a narrow terminal it alone is broken
    for name in names:
        table.add_column(name, justify="left" if name == "what" else "right", no_wrap=True)
    return table


def _rest(number: int, limit: int | None, what: str) -> Text:
    more = number - limit if limit is not None else 0
    return Text(f"and {more} more {what}" if more > 0 else "", style="dim")


def _named(code: str) -> str:
    name = country_name(code)
    return f"{code} {name}" if name else code


def _number(band: Band) -> str:
    return NOTHING if band.value is None else f"{band.value:+.1f}"


def _spread(band: Band) -> str:
    if band.value is None:
        return NOTHING
    reach = (band.high95 - band.low95) / 2 if band.high95 is not None and band.low95 is not None else 0.0
    return f"{band.value:+.1f} ±{reach:.1f}"


def _times(ratio: float | None) -> str:
    return NOTHING if ratio is None else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _levels(bands: Sequence[Band] | Iterable[Band]) -> str:
    return "".join(
        " " if band.value is None else BARS[max(0, min(len(BARS) - 1, int((band.value + 10) / 20 * len(BARS))))]
        for band in bands
    )
