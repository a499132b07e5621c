"""Commands that look after an installation and a ledger: doctor, and the ledger's backup, verify and compact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.options import DEFAULT_LEDGER, FAILED, ConfigFile, Json, read_settings, show, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.text import Text

    from detente.doctor import Check

app = typer.Typer()
ledger_app = typer.Typer(no_args_is_help=True, help="Keep a ledger: copy it, look at all of it, make it compact.")

Ledger = Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's file.")]

STATE_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@app.command()
def doctor(
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help=f"The ledger; {DEFAULT_LEDGER} if it is there."
        ),
    ] = None,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Check this installation, and a ledger: what is right, what is not, and what to do next.

    Exit code: 0 nothing failed (a warning is no failure), 1 something did.

    Example: detente doctor --ledger news.detente
    """
    import msgspec
    from rich.console import Console

    from detente.doctor import worst

    if ledger is None and DEFAULT_LEDGER.exists():
        ledger = DEFAULT_LEDGER
    console, found = Console(), []
    for check in _checks(ledger, config):
        found.append(check)
        if not json:
            show(console, _line(check))
    if json:
        print(msgspec.json.encode(found).decode())
    raise typer.Exit(FAILED if worst(found) == "fail" else 0)


def _checks(ledger: Path | None, config: Path | None) -> Iterator[Check]:
    from detente.config import Config
    from detente.doctor import Check, check_installation, check_ledger
    from detente.errors import ConfigError

    try:
        settings = read_settings(config, None, ledger)
    except ConfigError as error:
        yield Check("settings", "fail", str(error), "Correct the settings file, or name another with --config.")
        settings = Config()
    yield from check_installation(settings)
    if ledger is not None:
        yield from check_ledger(ledger)


def _line(check: Check) -> Text:
    from rich.text import Text

    from detente.terminal import plain

    line = Text(f"{check.state:<4}  ", style=STATE_STYLES[check.state])
    line.append(f"{check.name:<12} {plain(check.found)}", style="not bold default")
    if check.advice:
        line.append(f"\n{'':6}{'':12} → {plain(check.advice)}", style="not bold default")
    return line


@ledger_app.command()
def backup(
    ledger: Ledger,
    to: Annotated[Path, typer.Argument(metavar="TO", help="The file to make, or a folder for one of that name.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Take the place of an earlier backup.")] = False,
    json: Json = False,
) -> None:
    """Copy a ledger as it is now, while others may write to it. The copy is checked and appears when it is whole.

    Example: detente ledger backup news.detente /backups
    """
    import msgspec
    from rich.console import Console

    from detente.ownactors import beside
    from detente.upkeep import back_up

    made = back_up(ledger, to, overwrite=overwrite)
    if json:
        print(msgspec.json.encode(made).decode())
    else:
        show(Console(), f"{made.path}: {made.bytes:,} bytes, {_counts(made.rows)}; whole")
    if files := beside(ledger):
        tell(Console(stderr=True), f"Not in it, since they are files of their own: {', '.join(files)}")


@ledger_app.command()
def verify(ledger: Ledger, json: Json = False) -> None:
    """Look at all that a ledger holds: file, hashes of texts, ids, quoted words, links, judgements. Changes nothing.

    Exit code: 0 all is whole, 1 there are faults.

    Example: detente ledger verify news.detente
    """
    import msgspec
    from rich.console import Console
    from rich.text import Text

    from detente import upkeep
    from detente.terminal import plain

    found = upkeep.verify(ledger)
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        console = Console()
        show(console, f"{_counts(found.rows)}; {found.spans:,} quoted words compared with their texts")
        for fault in found.faults:
            line = Text(f"fault: {fault.what} ({fault.times}): {', '.join(map(plain, fault.examples))}", "bold red")
            show(console, line.append(f"\n  → {plain(fault.remedy)}", style="not bold default"))
        show(console, f"{len(found.faults)} kinds of faults" if found.faults else "whole: no fault found")
    if found.faults:
        raise typer.Exit(FAILED)


@ledger_app.command()
def compact(ledger: Ledger, json: Json = False) -> None:
    """Write a ledger's file anew without unused pages and empty its WAL. Nobody else may have it open meanwhile.

    Example: detente ledger compact news.detente
    """
    import msgspec
    from rich.console import Console

    from detente import upkeep

    done = upkeep.compact(ledger)
    if json:
        print(msgspec.json.encode(done).decode())
    else:
        show(Console(), f"{ledger}: {done.before:,} bytes before, {done.after:,} after")


def _counts(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {table}" for table, count in rows.items())
