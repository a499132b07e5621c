"""The command line: one command a verb. Data goes to stdout, everything else to stderr.

Large imports are made inside the commands, so that `detente --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from detente.errors import DetenteError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from detente.config import Config
    from detente.records import Coded, Exclusion

DEFAULT_LEDGER = Path("detente.detente")
DEFAULT_CONFIG = Path("detente.toml")

ALL_READ, FAILED, NOTHING_USABLE, SOME_EXCLUDED, INTERRUPTED = 0, 1, 2, 3, 130

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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; write it as YYYY-MM-DD.") from error


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"detente {version('detente')}")
        raise typer.Exit


LedgerFile = Annotated[
    Path, typer.Option("--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="The ledger to read.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON instead of lines for people.")]
Day = Annotated[date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD")]


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
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help='Files and folders; "-" is standard input.')],
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="Keep articles and events there."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Write one JSON event a line; "-" is standard output.')
    ] = None,
    published: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Day of publication where an input tells none."),
    ] = None,
    publisher: Annotated[str | None, typer.Option(metavar="NAME", help="Publisher where an input tells none.")] = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes to read with.")] = 1,
    min_confidence: Annotated[
        float | None, typer.Option(metavar="P", help="Leave out events less probable than this (0 to 1).")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings; ./detente.toml is read if it is there.")
    ] = None,
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

    settings = _settings(config, min_confidence)
    messages, tally, start = Console(stderr=True), coding.Tally(), time.perf_counter()
    stopped = False
    with (
        open_ledger(ledger) if ledger else nullcontext() as kept,
        _output(output, rendering=ledger is None) as write,
        terminal.progress(messages, paths) as watched,
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
    _tell(messages, ("interrupted: " if stopped else "") + terminal.summary(tally, time.perf_counter() - start))
    if stopped:
        _tell(
            messages,
            f"To go on, run the same command again: what is in {ledger} is not read again."
            if ledger
            else "Nothing was kept. With --ledger FILE, a rerun goes on where it stopped.",
        )
        raise typer.Exit(INTERRUPTED)
    if not tally.articles:
        raise typer.Exit(NOTHING_USABLE)
    raise typer.Exit(SOME_EXCLUDED if tally.excluded else ALL_READ)


def _settings(file: Path | None, min_confidence: float | None) -> Config:
    import msgspec

    from detente.config import Config, read_config

    if file is None and DEFAULT_CONFIG.exists():
        file = DEFAULT_CONFIG
    settings = read_config(file) if file else Config()
    if min_confidence is None:
        return settings
    return Config(**{**msgspec.structs.asdict(settings), "min_confidence": min_confidence})


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
            _tell(messages, f"excluded {terminal.plain(f'{found.source}: {found.reason}: {found.detail}')}")
            return
        if self._lines is not None:
            self._lines.writelines(msgspec.json.encode(event) + b"\n" for event in found.events)
        if self._console is not None:
            _show(self._console, terminal.article_head(found.article))
            for event in found.events or ():
                _show(self._console, terminal.event_lines(event))
            _show(self._console, "" if found.events else "no events\n")

    def discard(self) -> None:
        """The results are not complete: a file is not to be made of them."""
        self.whole = False


@contextmanager
def _output(file: Path | None, *, rendering: bool) -> Iterator[_Writer]:
    """The writer for --output. A file has a temporary name beside it until it is whole."""
    from rich.console import Console

    if file is None:
        yield _Writer(None, Console() if rendering else None)
        return
    if str(file) == "-":
        yield _Writer(sys.stdout.buffer, None)
        sys.stdout.buffer.flush()
        return
    if not file.parent.is_dir():
        raise typer.BadParameter(f"The folder {file.parent} does not exist.", param_hint="--output")
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as lines:
            writer = _Writer(lines, None)
            yield writer
        if writer.whole:
            part.replace(file)
    finally:
        part.unlink(missing_ok=True)


# -- reading a ledger


@app.command()
def events(
    ledger: LedgerFile = DEFAULT_LEDGER,
    dyad: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Only between these two, for instance JPN KOR.")
    ] = None,
    directed: Annotated[bool, typer.Option("--directed", help="With --dyad: only what A does to B.")] = False,
    types: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this type.")] = None,
    status: Annotated[list[str] | None, typer.Option(metavar="STATUS", help="Only this status.")] = None,
    since: Day = None,
    until: Day = None,
    min_confidence: Annotated[float | None, typer.Option(metavar="P")] = None,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    json: Json = False,
) -> None:
    """List events, the newest first. Days: from --since up to but not including --until.

    Example: detente events --dyad JPN KOR --type CONSULT --since 2023-01-01
    """
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.ledger import open_ledger

    with open_ledger(ledger, read_only=True) as opened:
        found = opened.events(
            dyad=_pair(dyad) if dyad else None,
            directed=directed,
            event=tuple(name.upper() for name in types) if types else None,
            status=tuple(status) if status else None,
            since=since,
            until=until,
            min_confidence=min_confidence,
            limit=limit,
            newest_first=True,
        )
        console, none = Console(), True
        for event in found:
            none = False
            if json:
                print(msgspec.json.encode(event).decode())
            else:
                _show(console, terminal.event_lines(event))
    if none:
        _tell(Console(stderr=True), "No events match.")


@app.command()
def article(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="An article's id, or enough of its beginning.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    json: Json = False,
) -> None:
    """Show an article with the words of its events marked, and what they were read as."""
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.errors import LedgerError
    from detente.ledger import open_ledger
    from detente.records import Coded

    with open_ledger(ledger, read_only=True) as opened:
        found = opened.article(article_id)
        if found is None:
            raise LedgerError(f"There is no article {article_id!r} in {ledger}; `detente events` shows ids.")
        read = opened.article_events(found.id)
    if json:
        print(msgspec.json.encode(Coded(found, tuple(read))).decode())
        return
    console = Console()
    _show(console, terminal.article_head(found))
    _show(console, "")
    _show(console, terminal.marked_article(found, read))
    _show(console, "")
    for number, event in enumerate(read, 1):
        _show(console, f"[{number}]")
        _show(console, terminal.event_lines(event))


@app.command()
def dyad(
    first: Annotated[str, typer.Argument(metavar="A", help="A code, for instance JPN.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, for instance KOR.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    step: Annotated[str, typer.Option(metavar="STEP", help="day, week, month, quarter or year.")] = "month",
    directed: Annotated[bool, typer.Option("--directed", help="Only what A does to B.")] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Latest events shown of each kind.")] = 5,
    json: Json = False,
) -> None:
    """Show how two states stand to one another: counts, net score by month, and the latest events.

    What happened, history, plans, possible and denied acts are shown apart; only what happened is counted.

    Example: detente dyad JPN KOR
    """
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.codebook import STATUSES
    from detente.dyads import dyad_series
    from detente.ledger import open_ledger

    pair = _pair((first, second))
    with open_ledger(ledger, read_only=True) as opened:
        series = dyad_series(opened, *pair, step=step, directed=directed)
        latest = {
            status: list(opened.events(dyad=pair, directed=directed, status=status, limit=limit, newest_first=True))
            for status in STATUSES
        }
        others = [] if any(latest.values()) else opened.dyads()[:5]
    if json:
        print(msgspec.json.encode({"series": series, "latest": latest}).decode())
        return
    console = Console()
    _show(console, terminal.series_lines(series))
    for status, found in latest.items():
        if found:
            _show(console, f"\n{status}, latest first")
        for event in found:
            _show(console, terminal.event_lines(event))
    if others:
        known = ", ".join(f"{' '.join(other.pair)} ({other.events})" for other in others)
        _tell(Console(stderr=True), f"No events between {' and '.join(pair)}. Most events: {known}.")


@app.command()
def audit(ledger: LedgerFile = DEFAULT_LEDGER, json: Json = False) -> None:
    """Account for every input: coded, empty or excluded and why, and for every run."""
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.ledger import open_ledger

    with open_ledger(ledger, read_only=True) as opened:
        found = opened.audit()
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(Console(), terminal.audit_lines(found))


@app.command()
def serve(
    ledger: LedgerFile = DEFAULT_LEDGER,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port on this computer; 0 takes any free one.")
    ] = 8642,
) -> None:
    """Show a ledger in the browser, on this computer only, until Ctrl-C.

    Example: detente serve --ledger news.detente
    """
    from rich.console import Console

    from detente.page import serve_page

    messages = Console(stderr=True)
    serve_page(
        ledger, port=port, ready=lambda address: _tell(messages, f"{ledger} is shown at {address} (Ctrl-C ends it)")
    )


@app.command()
def evaluate(
    gold: Annotated[list[Path] | None, typer.Argument(metavar="GOLD...", help="Gold files, JSON lines.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Marked sentences (TSV) to classify, parties given.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes to read with.")] = 1,
    min_confidence: Annotated[
        float | None, typer.Option(metavar="P", help="Leave out events less probable than this (0 to 1).")
    ] = None,
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
    config = _settings(None, min_confidence)
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


def _pair(codes: tuple[str, str]) -> tuple[str, str]:
    return codes[0].upper(), codes[1].upper()


def _show(console: Console, what: RenderableType) -> None:
    """Print without markup and without breaking lines: what is piped on stays as it is."""
    console.print(what, markup=False, highlight=False, soft_wrap=True)


def _tell(messages: Console, line: str) -> None:
    messages.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
