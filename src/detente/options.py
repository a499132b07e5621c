"""What the commands of the command line share: options, settings, and how they print.

Data goes to stdout, everything else to stderr. Large imports are made inside functions, so that `detente --help`
answers at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from typer.core import TyperGroup

from detente.errors import LedgerError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from detente.config import Config
    from detente.nametables import Names

DEFAULT_LEDGER = Path("detente.detente")
DEFAULT_CONFIG = Path("detente.toml")

ALL_READ, FAILED, NOTHING_USABLE, SOME_EXCLUDED, DIFFERS, INTERRUPTED = 0, 1, 2, 3, 4, 130


def parse_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; write it as YYYY-MM-DD.") from error
    if day == date.max:
        raise typer.BadParameter(f"No day follows {text}; name an earlier one.")
    return day


LedgerFile = Annotated[
    Path, typer.Option("--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="The ledger to read.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON instead of lines for people.")]
Day = Annotated[date | None, typer.Option(parser=parse_day, metavar="YYYY-MM-DD")]
Published = Annotated[
    date | None,
    typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="Day of publication where an input tells none."),
]
Publisher = Annotated[str | None, typer.Option(metavar="NAME", help="Publisher where an input tells none.")]
MinConfidence = Annotated[
    float | None, typer.Option(metavar="P", help="Leave out events less probable than this (0 to 1).")
]
ConfigFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Settings; ./detente.toml is read if it is there.")
]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", parser=parse_day, metavar="YYYY-MM-DD", help="As it was known at the end of that day."),
]


def read_settings(file: Path | None, min_confidence: float | None, ledger: Path | None = None) -> Config:
    """The settings of a file, with the own actors that lie beside a ledger before those that it names."""
    import msgspec

    from detente.config import Config, read_config
    from detente.ownactors import beside

    if file is None and DEFAULT_CONFIG.exists():
        file = DEFAULT_CONFIG
    settings = read_config(file) if file else Config()
    if ledger is not None:
        own = tuple(dict.fromkeys((*beside(ledger), *settings.actors)))
        settings = msgspec.structs.replace(settings, actors=own)
    if min_confidence is None:
        return settings
    return Config(**{**msgspec.structs.asdict(settings), "min_confidence": min_confidence})


def ledger_names(ledger: Path, config: Path | None = None) -> Names:
    """The names to identify with, own actors beside the ledger and of the settings among them."""
    from detente.nametables import names_with
    from detente.ownactors import read_own_actors

    return names_with(read_own_actors(read_settings(config, None, ledger).actors))


def existing(ledger: Path) -> Path:
    """The file of a ledger that is there: what changes one does not make one, as for a misspelt name."""
    if not ledger.exists():
        raise LedgerError(f"There is no ledger at {ledger}. `detente code … --ledger {ledger}` makes one.")
    return ledger


def pair_of(codes: tuple[str, str]) -> tuple[str, str]:
    return codes[0].upper(), codes[1].upper()


def show(console: Console, what: RenderableType) -> None:
    """Print without markup and without breaking lines: what is piped on stays as it is."""
    console.print(what, markup=False, highlight=False, soft_wrap=True)


def tell(messages: Console, line: str) -> None:
    messages.print(line, markup=False, highlight=False, soft_wrap=True)


class ShowByDefault(TyperGroup):
    """A group whose command `show` is meant where the first word is none of its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before words that name no command."""
        asks_help = bool(args) and args[0] in ("-h", "--help")
        if not asks_help and (not args or args[0] not in self.commands):
            args = ["show", *args]
        return super().parse_args(ctx, args)


class Part:
    """A file while it is being written; where it is not `whole` in the end, nothing is made of it."""

    def __init__(self, lines: BinaryIO) -> None:
        self.lines = lines
        self.whole = True


@contextmanager
def part_file(file: Path) -> Iterator[Part]:
    """A file to write, which has a temporary name beside it until it is whole; a pipe or a device is just written."""
    if not file.parent.is_dir():
        raise typer.BadParameter(f"The folder {file.parent} does not exist.", param_hint="--output")
    if file.exists() and not file.is_file():
        with file.open("wb") as lines:
            yield Part(lines)
        return
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as lines:
            part = Part(lines)
            yield part
        if part.whole:
            temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
