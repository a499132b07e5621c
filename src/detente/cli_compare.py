"""Commands that hold relations against one another: two dyads, a state's partners, changes, the network, likeness."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.options import DEFAULT_LEDGER, AsOf, Json, LedgerFile, pair_of, parse_day, show

if TYPE_CHECKING:
    from detente.pairdays import DaySource

app = typer.Typer()

Code = Annotated[str, typer.Argument(metavar="A", help="A state (JPN), or several (DEU+FRA).")]
Other = Annotated[str, typer.Argument(metavar="B", help="Another.")]
Shards = Annotated[
    Path | None, typer.Option("--shards", metavar="FOLDER", help="Parquet shards to read in place of a ledger.")
]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="Lines shown; JSON has all.")]
Until = Annotated[
    date | None,
    typer.Option("--until", parser=parse_day, metavar="YYYY-MM-DD", help="The day after the last that counts."),
]
Weeks = Annotated[int, typer.Option(min=1, max=520, metavar="N", help="Weeks that count.")]


@app.command()
def compare(
    first: Code,
    second: Other,
    third: Annotated[str, typer.Argument(metavar="C", help="A side of the other dyad.")],
    fourth: Annotated[str, typer.Argument(metavar="D", help="Its other side.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    shards: Shards = None,
    step: Annotated[str, typer.Option(metavar="STEP", help="day, week, month, quarter or year.")] = "month",
    as_of: AsOf = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw it: .html, .svg or .png (extra `plot`).")
    ] = None,
    json: Json = False,
) -> None:
    """Hold the relation of A and B against that of C and D: levels over the same periods, and how they differ.

    Example: detente compare USA CHN USA RUS --plot levels.svg
    """
    from detente.comparison import compare as compared
    from detente.comparisonlines import comparison_lines

    with _source(ledger, shards, as_of) as source:
        found = compared(source, pair_of((first, second)), pair_of((third, fourth)), step=step)
    if plot is not None:
        from detente.plots import comparison_chart, save

        save(comparison_chart(found), plot)
    _told(found, comparison_lines(found), json)


@app.command()
def partners(
    state: Code,
    ledger: LedgerFile = DEFAULT_LEDGER,
    shards: Shards = None,
    weeks: Weeks = 52,
    until: Until = None,
    limit: Limit = 20,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List all partners of a state, those with most acts first: level, change, and the share of conflict.

    Example: detente partners JPN --weeks 26
    """
    from detente.comparison import partners as partners_of
    from detente.comparisonlines import partners_lines

    with _source(ledger, shards, as_of) as source:
        found = partners_of(source, state.upper(), weeks=weeks, until=until)
    _told(found, partners_lines(found, limit=limit), json)


@app.command()
def changed(
    ledger: LedgerFile = DEFAULT_LEDGER,
    shards: Shards = None,
    weeks: Weeks = 8,
    before: Annotated[int, typer.Option(min=4, max=520, metavar="N", help="Weeks before that are the measure.")] = 52,
    until: Until = None,
    limit: Limit = 20,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List the dyads that changed most clearly of late, in level or in volume, by more than noise explains.

    Example: detente changed --weeks 8 --as-of 2023-04-01
    """
    from detente.changes import most_changed
    from detente.comparisonlines import changes_lines

    with _source(ledger, shards, as_of) as source:
        found = most_changed(source, weeks=weeks, before=before, until=until)
    _told(found, changes_lines(found, limit=limit), json)


@app.command()
def network(
    ledger: LedgerFile = DEFAULT_LEDGER,
    shards: Shards = None,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=parse_day, metavar="YYYY-MM-DD", help="The last day; else the last that is known."),
    ] = None,
    weeks: Weeks = 52,
    limit: Limit = 20,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show which states stood in relations on a day, and how, by the acts of the weeks up to it.

    Example: detente network --on 2023-04-01 --json
    """
    from detente.comparison import network as network_on
    from detente.comparisonlines import network_lines

    with _source(ledger, shards, as_of) as source:
        found = network_on(source, on=on, weeks=weeks)
    _told(found, network_lines(found, limit=limit), json)


@app.command()
def similar(
    first: Code,
    second: Other,
    ledger: LedgerFile = DEFAULT_LEDGER,
    shards: Shards = None,
    limit: Limit = 10,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List the dyads whose histories are most like that of A and B, by quarters.

    Example: detente similar USA CHN
    """
    from detente.comparisonlines import similar_lines
    from detente.similarity import similar as similar_to

    with _source(ledger, shards, as_of) as source:
        found = similar_to(source, *pair_of((first, second)), limit=limit)
    _told(found, similar_lines(found), json)


@contextmanager
def _source(ledger: Path, shards: Path | None, as_of: date | None) -> Iterator[DaySource]:
    """The acts of the ledger or, where one is given, of a folder of shards."""
    if shards is not None:
        from detente.shardrollup import ShardDays

        yield ShardDays(shards, as_of=as_of)
        return
    from detente.ledger import open_ledger
    from detente.pairdays import LedgerDays

    with open_ledger(ledger, read_only=True) as opened:
        yield LedgerDays(opened, as_of=as_of)


def _told(found: object, lines: object, json: bool) -> None:
    import msgspec
    from rich.console import Console

    if json:
        print(msgspec.json.encode(found).decode())
    else:
        show(Console(), lines)  # type: ignore[arg-type]
