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
    from detente.nametables import Names
    from detente.records import Coded, Exclusion

DEFAULT_LEDGER = Path("detente.detente")
DEFAULT_CONFIG = Path("detente.toml")

ALL_READ, FAILED, NOTHING_USABLE, SOME_EXCLUDED, DIFFERS, INTERRUPTED = 0, 1, 2, 3, 4, 130

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

    settings = _settings(config, min_confidence, ledger)
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


def _settings(file: Path | None, min_confidence: float | None, ledger: Path | None = None) -> Config:
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
def why(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="An event's id, or enough of its beginning.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    replay: Annotated[
        bool, typer.Option("--replay", help="Make the record again from its steps and say what is otherwise.")
    ] = False,
    json: Json = False,
) -> None:
    """Show why an event says what it says: its words, the steps in order, and where each field comes from.

    With --replay, exit code 4 if the steps no longer give the same record.

    Example: detente why 4be1c09f --replay
    """
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente import why as reasons
    from detente.errors import LedgerError
    from detente.ledger import open_ledger

    with open_ledger(ledger, read_only=True) as opened:
        event = opened.event(event_id)
        article = opened.article_of(event.id) if event else None
    if event is None or article is None:
        raise LedgerError(f"There is no event {event_id!r} in {ledger}; `detente events` shows ids.")
    origins = reasons.sources(event)
    found = reasons.compare(event, reasons.replay(event, article, names=_names(ledger))) if replay else None
    if json:
        print(msgspec.json.encode({"event": event, "sources": origins, "replay": found}).decode())
    else:
        console = Console()
        _show(console, terminal.why_lines(event, origins))
        if found is not None:
            _show(console, "")
            _show(console, terminal.replay_lines(found, event))
    if found is not None and not found.same:
        raise typer.Exit(DIFFERS)


def _names(ledger: Path, config: Path | None = None) -> Names:
    """The names to identify with, own actors beside the ledger and of the settings among them."""
    from detente.nametables import names_with
    from detente.ownactors import read_own_actors

    return names_with(read_own_actors(_settings(config, None, ledger).actors))


@app.command()
def conflicts(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARTICLE|EVENT|FILE]...", help="Ids or enough of their beginnings, or files to read."),
    ] = None,
    ledger: LedgerFile = DEFAULT_LEDGER,
    dyad: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Only between these two, for instance JPN KOR.")
    ] = None,
    published: Annotated[
        date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Day of publication where a file tells none.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what reports say differently: numbers, who to whom, whether it happened, "first since", spellings.

    Without targets, all articles of the ledger that hold events are set against each other. Two events or more are
    taken as reports of one.

    Example: detente conflicts --dyad JPN KOR
    """
    import msgspec
    from rich.console import Console

    from detente.accounts import conflicts_of, ledger_conflicts
    from detente.conflictlines import conflict_lines
    from detente.conflicts import find_conflicts
    from detente.ledger import open_ledger

    if targets and dyad:
        raise typer.BadParameter("Give ids or files, or a dyad, not both.", param_hint="--dyad")
    files = [Path(target) for target in targets or () if Path(target).is_file()]
    ids = [target for target in targets or () if not Path(target).is_file()]
    read = _read_now(files, published)
    if files and not ids:
        found = find_conflicts(read)
    else:
        with open_ledger(ledger, read_only=True) as opened:
            if ids:
                found = conflicts_of(opened, ids, also=read)
            else:
                found = ledger_conflicts(opened, dyad=_pair(dyad) if dyad else None)
    console = Console()
    for conflict in found:
        if json:
            print(msgspec.json.encode(conflict).decode())
        else:
            _show(console, conflict_lines(conflict))
    if not found:
        _tell(Console(stderr=True), "No conflicts.")


def _read_now(files: list[Path], published: date | None) -> list[Coded]:
    """The articles of files, coded; what cannot be read is told on stderr."""
    from rich.console import Console

    from detente import ingest, terminal
    from detente.pipeline import code_articles
    from detente.records import Article

    articles, settings = [], _settings(None, None)
    for each in ingest.read_paths(files, config=settings, published=published) if files else ():
        if isinstance(each, Article):
            articles.append(each)
        else:
            _tell(Console(stderr=True), f"excluded {terminal.plain(f'{each.source}: {each.reason}: {each.detail}')}")
    return list(code_articles(articles, config=settings)) if articles else []


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


# -- actors


actors_app = typer.Typer(help="Say who a name is read as, and renew who holds which office.", no_args_is_help=True)
app.add_typer(actors_app, name="actors")


@actors_app.command("explain")
def explain_actor(
    text: Annotated[str, typer.Argument(metavar="TEXT", help='A name as it stands in news, "President Yun".')],
    on: Annotated[
        date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="The day on which it is said.")
    ] = None,
    context: Annotated[str, typer.Option(metavar="TEXT", help="Text around the name.")] = "",
    ledger: Annotated[
        Path,
        typer.Option(
            "--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="Use the own actors beside this ledger."
        ),
    ] = DEFAULT_LEDGER,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings; ./detente.toml is read if it is there.")
    ] = None,
    json: Json = False,
) -> None:
    """Show who a name is read as: every candidate, the rule that decided, the role on the day, or why it abstains.

    Example: detente actors explain "President Yun" --on 2023-03-17 --context "Tokyo visit"
    """
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.actors import explain

    told = explain(text, context=context, on=on, names=_names(ledger, config))
    if json:
        print(msgspec.json.encode(told).decode())
    else:
        _show(Console(), terminal.explanation_lines(told))


@actors_app.command("update")
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
    _tell(messages, f"{file}: {sum(renewed.terms.values())} terms ({counts}); {renewed.dropped} rows were of no use.")
    if into is not None:
        _tell(messages, f"It is used where it is named in the setting `actors`, or lies beside a ledger as {RENEWED}.")


def _pair(codes: tuple[str, str]) -> tuple[str, str]:
    return codes[0].upper(), codes[1].upper()


def _show(console: Console, what: RenderableType) -> None:
    """Print without markup and without breaking lines: what is piped on stays as it is."""
    console.print(what, markup=False, highlight=False, soft_wrap=True)


def _tell(messages: Console, line: str) -> None:
    messages.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
