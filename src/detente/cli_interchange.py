"""Commands that exchange event data with others: export, import."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from detente.options import (
    ALL_READ,
    DEFAULT_LEDGER,
    INTERRUPTED,
    NOTHING_USABLE,
    SOME_EXCLUDED,
    AsOf,
    Day,
    LedgerFile,
    pair_of,
    part_file,
    tell,
)

app = typer.Typer()


@app.command("export")
def export_acts(
    to: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="plover-jsonl, csv, parquet, polecat, icews, gdelt2, phoenix, cameo, rdf or geojson.",
        ),
    ],
    ledger: LedgerFile = DEFAULT_LEDGER,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write; else standard output.")] = None,
    dyad: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Only between these two, for instance JPN KOR.")
    ] = None,
    directed: Annotated[bool, typer.Option("--directed", help="With --dyad: only what A does to B.")] = False,
    types: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this type.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(metavar="STATUS", help="Only this status; else what the format has a word for."),
    ] = None,
    since: Day = None,
    until: Day = None,
    min_confidence: Annotated[float | None, typer.Option(metavar="P")] = None,
    max_days: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Take the first day of dates up to N days long, where a format has only a day."
        ),
    ] = 1,
    as_of: AsOf = None,
) -> None:
    """Write acts in a format of other event data, or in one of our own. Each act is written once.

    What a format cannot hold is left out and counted on stderr. Days: from --since up to but not including --until.

    Example: detente export --format gdelt2 --dyad JPN KOR --output jpn-kor.tsv
    """
    from rich.console import Console

    from detente.interchange import export
    from detente.ledger import open_ledger
    from detente.memory import linked_events

    with open_ledger(ledger, read_only=True) as opened, _stream(output) as out:
        acts = linked_events(
            opened,
            dyad=pair_of(dyad) if dyad else None,
            directed=directed,
            event=tuple(name.upper() for name in types) if types else None,
            since=since,
            until=until,
            min_confidence=min_confidence,
            as_of=as_of,
        )
        done = export(acts, out, to, statuses=tuple(status) if status else None, max_days=max_days)
    tell(Console(stderr=True), done.summary())


@contextmanager
def _stream(file: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears when it is whole."""
    if file is None or str(file) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with part_file(file) as part:
        yield part.lines


@app.command("import")
def import_events(
    origin: Annotated[str, typer.Argument(metavar="ORIGIN", help="gdelt, icews, polecat, acled, ucdp or phoenix.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, plain, gzip or zip.")],
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="Where imported event data is kept.")],
) -> None:
    """Import event data of others, to hold series against ours; it is kept apart by origin and never mixed with ours.

    A file whose content was imported before changes nothing. Rows that cannot be used are kept in ORIGIN/excluded.
    Exit code: 0 all taken, 3 some rows or files excluded, 2 nothing usable, 130 interrupted.

    Example: detente import gdelt downloads/*.export.CSV.zip --into others
    """
    from rich.console import Console

    from detente.imports import import_files

    messages = Console(stderr=True)
    try:
        with messages.status(f"importing {len(files)} files") as shown:
            done = import_files(origin, files, into, watch=lambda path: shown.update(f"importing {path.name}"))
    except KeyboardInterrupt:
        tell(messages, "interrupted. To go on, run the same command again: files that are done are not read again.")
        raise typer.Exit(INTERRUPTED) from None
    for each in done.unread:
        tell(messages, f"excluded {each.source}: {each.reason}: {each.detail}")
    tell(messages, done.summary())
    if not done.kept and not done.already:
        raise typer.Exit(NOTHING_USABLE)
    raise typer.Exit(SOME_EXCLUDED if done.excluded or done.unread else ALL_READ)
