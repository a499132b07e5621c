"""Commands about relations: how two states stand, and a brief on them in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from detente.options import DEFAULT_LEDGER, AsOf, Json, LedgerFile, pair_of, parse_day, show, tell

app = typer.Typer()


@app.command()
def dyad(
    first: Annotated[str, typer.Argument(metavar="A", help="A state (JPN), several (DEU+FRA), or sectors (RUS:MIL).")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    step: Annotated[str, typer.Option(metavar="STEP", help="day, week, month, quarter or year.")] = "month",
    directed: Annotated[bool, typer.Option("--directed", help="Only what A does to B.")] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Latest acts shown of each kind.")] = 5,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show how two states stand to one another: counts, level with bands, turns and what drove them, latest acts.

    What happened, history, plans, possible and denied acts are shown apart; only what happened is counted.

    Example: detente dyad JPN KOR
    """
    import msgspec
    from rich.console import Console

    from detente.codebook import STATUSES
    from detente.dyads import acts_between, side_of
    from detente.ledger import open_ledger
    from detente.memorylines import linked_lines
    from detente.relationlines import relation_lines
    from detente.relations import relation

    pair = pair_of((first, second))
    with open_ledger(ledger, read_only=True) as opened:
        how = relation(opened, *pair, step=step, directed=directed, as_of=as_of)
        acts = acts_between(opened, side_of(pair[0]), side_of(pair[1]), as_of=as_of)
        others = [] if acts else opened.dyads()[:5]
    latest = {status: [act for act in reversed(acts) if act.event.status == status][:limit] for status in STATUSES}
    if json:
        print(msgspec.json.encode({"relation": how, "latest": latest}).decode())
        return
    console = Console()
    show(console, relation_lines(how, {act.id: act for act in acts}))
    for status, found in latest.items():
        if found:
            show(console, f"\n{status}, latest first")
        for act in found:
            show(console, linked_lines(act))
    if others:
        known = ", ".join(f"{' '.join(other.pair)} ({other.events})" for other in others)
        tell(Console(stderr=True), f"No events between {' and '.join(pair)}. Most events: {known}.")


@app.command()
def brief(
    first: Annotated[str, typer.Argument(metavar="A", help="A code, for instance JPN.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, for instance KOR.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    since: Annotated[
        date | None, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="Tell what happened from that day on.")
    ] = None,
    as_of: AsOf = None,
    changes_since: Annotated[
        date | None, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="Say first what is new since that day.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="md, html or json.")] = "md",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write; else standard output.")] = None,
) -> None:
    """Write the state of relations of two states in words; every sentence names the events it rests on.

    Example: detente brief JPN KOR --since 2023-01-01 --format html --output brief.html
    """
    from detente.brief import as_json, html, markdown, write_brief
    from detente.ledger import open_ledger

    forms = {"md": markdown, "html": html, "json": as_json}
    if form not in forms:
        raise typer.BadParameter(f"{form!r} is not a format. Known: {', '.join(forms)}.", param_hint="--format")
    with open_ledger(ledger, read_only=True) as opened:
        found = write_brief(opened, *pair_of((first, second)), since=since, as_of=as_of, changes_since=changes_since)
    text = forms[form](found)
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")
