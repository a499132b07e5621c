"""The command line: one command a verb. Data goes to stdout, everything else to stderr.

Large imports are made inside the commands, so that `detente --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from detente import (
    cli_actors,
    cli_cluster,
    cli_compare,
    cli_doctor,
    cli_interchange,
    cli_ledger,
    cli_memory,
    cli_relations,
    cli_watch,
    cli_watchlist,
)
from detente.errors import DetenteError
from detente.options import (
    ALL_READ,
    DEFAULT_LEDGER,
    FAILED,
    INTERRUPTED,
    NOTHING_USABLE,
    SOME_EXCLUDED,
    ConfigFile,
    Json,
    LedgerFile,
    MinConfidence,
    Published,
    Publisher,
    part_file,
    read_settings,
    show,
    tell,
)

if TYPE_CHECKING:
    from rich.console import Console

    from detente.records import Coded, Exclusion

app = typer.Typer(
    help="Read news about relations between states into an accountable ledger: who did what to whom.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error made on purpose becomes one line on stderr and exit code 1."""
    try:
        app(args=arguments, prog_name="detente")
    except DetenteError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(FAILED)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"detente {version('detente')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""


# -- code


@app.command()
def code(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help='Files, folders and addresses; "-" is standard input.')
    ],
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="Keep articles and events there."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Write one JSON event a line; "-" is standard output.')
    ] = None,
    published: Published = None,
    publisher: Publisher = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes to read with.")] = 1,
    min_confidence: MinConfidence = None,
    config: ConfigFile = None,
) -> None:
    """Read articles and say who did what to whom.

    With --ledger, articles that were read before are not read again: a rerun goes on where it stopped.
    Exit code: 0 all read, 3 some inputs excluded, 2 nothing usable, 130 interrupted.

    Example: detente code news/ --ledger news.detente
    """
    import time

    from rich.console import Console

    from detente import coding, ingest, terminal
    from detente.ledger import open_ledger

    settings = read_settings(config, min_confidence, ledger)
    messages, tally, start = Console(stderr=True), coding.Tally(), time.perf_counter()
    stopped = False
    with (
        open_ledger(ledger) if ledger else nullcontext() as kept,
        _output(output, rendering=ledger is None) as write,
        terminal.progress(messages, [Path(path) for path in paths if "://" not in path]) as watched,
    ):
        inputs = ingest.read_paths(paths, config=settings, published=published, publisher=publisher)
        results = coding.code_inputs(
            watched(inputs),
            config=settings,
            tally=tally,
            jobs=jobs,
            ledger=kept,
            command=" ".join(["detente", "code", *map(str, paths)]),
        )
        try:
            with closing(results):
                for found in results:
                    write(found, messages)
        except KeyboardInterrupt:
            stopped = True
            write.discard()
    tell(messages, ("interrupted: " if stopped else "") + terminal.summary(tally, time.perf_counter() - start))
    if stopped:
        tell(
            messages,
            f"To go on, run the same command again: what is in {ledger} is not read again."
            if ledger
            else "Nothing was kept. With --ledger FILE, a rerun goes on where it stopped.",
        )
        raise typer.Exit(INTERRUPTED)
    if not tally.articles:
        raise typer.Exit(NOTHING_USABLE)
    raise typer.Exit(SOME_EXCLUDED if tally.excluded else ALL_READ)


class _Writer:
    """Where the results of `code` go: lines of JSON, lines for people, or only the ledger."""

    def __init__(self, lines: BinaryIO | None, console: Console | None) -> None:
        self._lines = lines
        self._console = console
        self.whole = True

    def __call__(self, found: Coded | Exclusion, messages: Console) -> None:
        import msgspec

        from detente import terminal
        from detente.records import Exclusion

        if isinstance(found, Exclusion):
            tell(messages, f"excluded {terminal.plain(f'{found.source}: {found.reason}: {found.detail}')}")
            return
        if self._lines is not None:
            self._lines.writelines(msgspec.json.encode(event) + b"\n" for event in found.events)
        if self._console is not None:
            show(self._console, terminal.article_head(found.article))
            for event in found.events or ():
                show(self._console, terminal.event_lines(event))
            show(self._console, "" if found.events else "no events\n")

    def discard(self) -> None:
        """The results are not complete: a file is not to be made of them."""
        self.whole = False


@contextmanager
def _output(file: Path | None, *, rendering: bool) -> Iterator[_Writer]:
    """The writer for --output. A file appears when it is whole."""
    from rich.console import Console

    if file is None:
        yield _Writer(None, Console() if rendering else None)
        return
    if str(file) == "-":
        yield _Writer(sys.stdout.buffer, None)
        sys.stdout.buffer.flush()
        return
    with part_file(file) as part:
        writer = _Writer(part.lines, None)
        yield writer
        part.whole = writer.whole


@app.command()
def serve(
    ledger: LedgerFile = DEFAULT_LEDGER,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port on this computer; 0 takes any free one.")
    ] = 8642,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; beyond this computer a token is needed.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", envvar="DETENTE_TOKEN", help="Answer only who brings it; made where needed."),
    ] = None,
) -> None:
    """Show a ledger in the browser until Ctrl-C; on this computer only, unless --host says otherwise.

    Example: detente serve --ledger news.detente
    """
    from rich.console import Console

    from detente.page import serve_page

    messages = Console(stderr=True)
    serve_page(
        ledger,
        port=port,
        host=host,
        token=token,
        config=read_settings(None, None, ledger),
        ready=lambda address: tell(messages, f"{ledger} is shown at {address} (Ctrl-C ends it)"),
    )


@app.command()
def evaluate(
    gold: Annotated[list[Path] | None, typer.Argument(metavar="GOLD...", help="Gold files, JSON lines.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Marked sentences (TSV) to classify, parties given.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes to read with.")] = 1,
    min_confidence: MinConfidence = None,
    json: Json = False,
) -> None:
    """Measure the reader against gold events, or on sentences with given parties.

    Accuracies (status, mode, pledge, date) show as precision. See docs/evaluate.md for each measure.

    Example: detente evaluate gold/dev.jsonl
    """
    import msgspec

    from detente import evaluate as measuring

    if not gold and pairs is None:
        raise typer.BadParameter("Name a gold file, or sentences with --pairs.", param_hint="GOLD")
    config = read_settings(None, min_confidence)
    results: dict[str, object] = {}
    for path in gold or ():
        found = measuring.evaluate_gold(path, config=config, jobs=jobs)
        results[str(path)] = found._asdict()
        if not json:
            print(measuring.score_table(found.scores, title=path.name), end="\n\n")
            print(measuring.score_table(found.types, title="type by type"), end="\n\n")
            print(f"expected calibration error {found.calibration_error:.3f}", end="\n\n")
    if pairs is not None:
        rows, figures = measuring.evaluate_pairs(pairs)
        results[str(pairs)] = {"rows": rows, "scores": figures}
        if not json:
            print(f"{pairs.name}: {rows} rows")
            print("\n".join(f"{name:28} {value:9.3f}" for name, value in figures.items()))
    if json:
        print(msgspec.json.encode(results).decode())


app.registered_commands[1:1] = [
    command
    for part in (
        cli_ledger,
        cli_memory,
        cli_relations,
        cli_compare,
        cli_watch,
        cli_interchange,
        cli_cluster,
        cli_doctor,
    )
    for command in part.app.registered_commands
]
app.add_typer(cli_ledger.events_app, name="events")
app.add_typer(cli_memory.pledges_app, name="pledges")
app.add_typer(cli_actors.app, name="actors")
cli_doctor.ledger_app.registered_commands += cli_cluster.ledger_app.registered_commands
app.add_typer(cli_doctor.ledger_app, name="ledger")
app.add_typer(cli_watchlist.app, name="watchlist")


if __name__ == "__main__":
    main()
