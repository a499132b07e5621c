"""Commands about the watchlist: the dyads that are followed, and how each stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.options import DEFAULT_LEDGER, Json, LedgerFile, ShowByDefault, show, tell

app = typer.Typer(cls=ShowByDefault, help="Follow dyads: list, add and remove them.")

First = Annotated[str, typer.Argument(metavar="A", help="A state by its code, for instance JPN.")]
Second = Annotated[str, typer.Argument(metavar="B", help="Another, for instance KOR.")]


@app.command("show")
def show_watchlist(ledger: LedgerFile = DEFAULT_LEDGER, json: Json = False) -> None:
    """List the dyads with level, change over the last weeks of the ledger, newest act and overdue pledges.

    Example: detente watchlist
    """
    import msgspec
    from rich.console import Console

    from detente import watchlist
    from detente.ledger import open_ledger
    from detente.relationlines import glance_table

    watched = watchlist.read(ledger)
    if not watched:
        if json:
            print("[]")
        tell(Console(stderr=True), "The watchlist is empty; `detente watchlist add JPN KOR` follows a dyad.")
        return
    with open_ledger(ledger, read_only=True) as opened:
        found = [watchlist.glance(opened, each) for each in watched]
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        show(Console(), glance_table(found, weeks=watchlist.WEEKS))


@app.command("add")
def add_dyad(
    first: First,
    second: Second,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why it is followed.")] = "",
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Follow a dyad, or give one that is followed another note.

    Example: detente watchlist add JPN KOR --note "export curbs"
    """
    from rich.console import Console

    from detente import watchlist

    added = watchlist.add(ledger, first, second, note=note)
    tell(Console(stderr=True), f"{' '.join(added.pair)} is followed, in {_shown(ledger)}.")


@app.command("remove")
def remove_dyad(first: First, second: Second, ledger: LedgerFile = DEFAULT_LEDGER) -> None:
    """Follow a dyad no longer.

    Example: detente watchlist remove JPN KOR
    """
    from rich.console import Console

    from detente import watchlist

    was = watchlist.remove(ledger, first, second)
    said = "is followed no longer" if was else "was not followed"
    tell(Console(stderr=True), f"{first.upper()} {second.upper()} {said}, in {_shown(ledger)}.")


def _shown(ledger: Path) -> str:
    from detente import watchlist

    return str(watchlist.file_of(ledger))
