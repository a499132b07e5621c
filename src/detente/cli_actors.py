"""Commands about actors: who a name is read as, and renewing who holds which office."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from detente.options import DEFAULT_LEDGER, ConfigFile, Json, ledger_names, parse_day, show, tell

app = typer.Typer(help="Say who a name is read as, and renew who holds which office.", no_args_is_help=True)


@app.command("explain")
def explain_actor(
    text: Annotated[str, typer.Argument(metavar="TEXT", help='A name as it stands in news, "President Yun".')],
    on: Annotated[
        date | None, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="The day on which it is said.")
    ] = None,
    context: Annotated[str, typer.Option(metavar="TEXT", help="Text around the name.")] = "",
    ledger: Annotated[
        Path,
        typer.Option(
            "--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="Use the own actors beside this ledger."
        ),
    ] = DEFAULT_LEDGER,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Show who a name is read as: every candidate, the rule that decided, the role on the day, or why it abstains.

    Example: detente actors explain "President Yun" --on 2023-03-17 --context "Tokyo visit"
    """
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.actors import explain

    told = explain(text, context=context, on=on, names=ledger_names(ledger, config))
    if json:
        print(msgspec.json.encode(told).decode())
    else:
        show(Console(), terminal.explanation_lines(told))


@app.command("update")
def update_actors(
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The CSV file to write; without it, one beside the ledger.")
    ] = None,
    ledger: Annotated[
        Path,
        typer.Option("--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="The ledger that it is to lie beside."),
    ] = DEFAULT_LEDGER,
) -> None:
    """Renew leaders and foreign and defence ministers since 1990 from Wikidata's query service.

    Needs a network and the extra detente[update]. A ledger's own actors then include the file written beside it;
    `actors.csv`, `actors.toml` and files named in the settings overrule it.

    Example: detente actors update --ledger news.detente
    """
    from rich.console import Console

    from detente import wikidata
    from detente.ownactors import RENEWED

    file = into or ledger.parent / RENEWED
    renewed = wikidata.update_actors(file, today=date.today())
    messages = Console(stderr=True)
    counts = ", ".join(f"{renewed.terms.get(office, 0)} of a {office}" for office in wikidata.RANKS)
    tell(messages, f"{file}: {sum(renewed.terms.values())} terms ({counts}); {renewed.dropped} rows were of no use.")
    if into is not None:
        tell(messages, f"It is used where it is named in the setting `actors`, or lies beside a ledger as {RENEWED}.")
