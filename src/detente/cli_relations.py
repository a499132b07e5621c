"""Commands about relations: how two states stand, and a brief on them in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from detente.options import (
    DEFAULT_LEDGER,
    AsOf,
    ConfigFile,
    Json,
    LedgerFile,
    pair_of,
    parse_day,
    part_file,
    read_settings,
    show,
    tell,
)

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
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw it too: .html, .svg or .png (extra `plot`).")
    ] = None,
    json: Json = False,
) -> None:
    """Show how two states stand on one screen: level with its band, turns and what drove them, pledges, disputes, acts.

    On a terminal lines are cut to its width; elsewhere they are whole, and the chart is in ASCII. What happened,
    history, plans, possible and denied acts are shown apart; only what happened is counted.

    Example: detente dyad JPN KOR
    """
    import sys
    from io import TextIOWrapper

    import msgspec
    from rich.console import Console

    from detente.codebook import STATUSES
    from detente.disputes import disputes
    from detente.dyads import acts_between, side_of
    from detente.judgements import judgements
    from detente.ledger import open_ledger
    from detente.memory import texts_of
    from detente.relationlines import Screen
    from detente.relations import relation
    from detente.threads import pledges

    pair = pair_of((first, second))
    sides = side_of(pair[0]), side_of(pair[1])
    with open_ledger(ledger, read_only=True) as opened:
        how = relation(opened, *pair, step=step, directed=directed, as_of=as_of)
        acts = acts_between(opened, *sides, as_of=as_of)
        threads = pledges(acts, on=as_of, judgements=judgements(opened, kind="pledge", as_of=as_of))
        states = all(len(side.codes) == 1 and not side.sectors for side in sides)
        quarrels = disputes(acts, pair, on=as_of, texts=texts_of(opened, acts)) if states else ()
        others = [] if acts else opened.dyads()[:5]
    if plot is not None:
        from detente.plots import relation_chart, save

        save(relation_chart(how), plot)
    latest = {status: [act for act in reversed(acts) if act.event.status == status][:limit] for status in STATUSES}
    if json:
        found = {"relation": how, "latest": latest, "pledges": threads, "disputes": quarrels}
        print(msgspec.json.encode(found).decode())
        return
    console = Console()
    plain_only = not console.encoding.lower().startswith("utf")
    if plain_only and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    screen = Screen(width=console.width, height=console.height, cut=console.is_terminal, ascii_only=plain_only)
    show(console, screen.relation(how, {act.id: act for act in acts}, threads, quarrels, latest))
    if others:
        known = ", ".join(f"{' '.join(other.pair)} ({other.events})" for other in others)
        by = f" known by the end of {as_of}" if as_of else ""
        tell(
            Console(stderr=True),
            f"No events between {' and '.join(pair)}{by}. Most events{' now' * bool(by)}: {known}.",
        )


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
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Let the writer of the settings rephrase it; what it changes is refused.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Write the state of relations of two states in words; every sentence names the events it rests on.

    Example: detente brief JPN KOR --since 2023-01-01 --format html --output brief.html
    """
    from detente.brief import as_json, html, markdown, write_brief
    from detente.ledger import open_ledger
    from detente.terminal import plain

    forms = {"md": markdown, "html": html, "json": as_json}
    if form not in forms:
        raise typer.BadParameter(f"{form!r} is not a format. Known: {', '.join(forms)}.", param_hint="--format")
    with open_ledger(ledger, read_only=True) as opened:
        found = write_brief(opened, *pair_of((first, second)), since=since, as_of=as_of, changes_since=changes_since)
    if rewrite:
        from rich.console import Console

        from detente.rewriting import rewrite as rephrase

        found = rephrase(found, read_settings(config, None).writer)
        for each in found.rephrasings:
            if each.refused:
                tell(Console(stderr=True), f"kept: {plain(each.original)}\n  {plain(each.refused)}")
    text = forms[form](found)
    if output is None:
        print(text, end="")
    else:
        with part_file(output) as part:
            part.lines.write(text.encode())
