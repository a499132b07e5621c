"""Commands that read a ledger: events, an article, why, conflicts, the audit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli_memory import judge, judged, merge, unmerge, withdraw
from detente.options import (
    DEFAULT_LEDGER,
    DIFFERS,
    FAILED,
    AsOf,
    Day,
    Json,
    LedgerFile,
    ledger_names,
    pair_of,
    parse_day,
    read_settings,
    show,
    tell,
)

if TYPE_CHECKING:
    from detente.records import Coded

app = typer.Typer()
events_app = typer.Typer(invoke_without_command=True)
for command in (merge, unmerge, judge, judged, withdraw):
    events_app.command()(command)


@events_app.callback()
def events(
    context: typer.Context,
    ledger: LedgerFile = DEFAULT_LEDGER,
    dyad: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Only between these two, for instance JPN KOR.")
    ] = None,
    directed: Annotated[bool, typer.Option("--directed", help="With --dyad: only what A does to B.")] = False,
    types: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this type.")] = None,
    status: Annotated[list[str] | None, typer.Option(metavar="STATUS", help="Only this status.")] = None,
    since: Day = None,
    until: Day = None,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, metavar="P")] = None,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List events, the newest first, or judge them. Days: from --since up to but not including --until.

    Example: detente events --dyad JPN KOR --type CONSULT --since 2023-01-01
    """
    if context.invoked_subcommand is not None:
        return
    if directed and dyad is None:
        raise typer.BadParameter("It needs --dyad.", param_hint="--directed")
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter(f"{until} is not after --since {since}.", param_hint="--until")
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.ledger import open_ledger

    with open_ledger(ledger, read_only=True) as opened:
        found = opened.events(
            dyad=pair_of(dyad) if dyad else None,
            directed=directed,
            event=tuple(name.upper() for name in types) if types else None,
            status=tuple(status) if status else None,
            since=since,
            until=until,
            min_confidence=min_confidence,
            limit=limit,
            newest_first=True,
            as_of=as_of,
        )
        console, none = Console(), True
        for event in found:
            none = False
            if json:
                print(msgspec.json.encode(event).decode())
            else:
                show(console, terminal.event_lines(event))
    if none:
        tell(Console(stderr=True), "No events match.")


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
    show(console, terminal.article_head(found))
    show(console, "")
    show(console, terminal.marked_article(found, read))
    show(console, "")
    for number, event in enumerate(read, 1):
        show(console, f"[{number}]")
        show(console, terminal.event_lines(event))


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
    from detente.translation import original_words

    with open_ledger(ledger, read_only=True) as opened:
        event = opened.event(event_id)
        article = opened.article_of(event.id) if event else None
    if event is None or article is None:
        raise LedgerError(f"There is no event {event_id!r} in {ledger}; `detente events` shows ids.")
    origins, original = reasons.sources(event), original_words(article, event.sentence.start, event.sentence.end)
    found = reasons.compare(event, reasons.replay(event, article, names=ledger_names(ledger))) if replay else None
    if json:
        told = {"event": event, "sources": origins, "replay": found, "original": original}
        print(msgspec.json.encode(told).decode())
    else:
        console = Console()
        show(console, terminal.why_lines(event, origins))
        if original is not None:
            place = f"[{original.start}, {original.end})"
            show(console, f"translated from {article.translated_from}: “{terminal.plain(original.text)}” {place}")
        if found is not None:
            show(console, "")
            show(console, terminal.replay_lines(found, event))
    if found is not None and not found.same:
        raise typer.Exit(DIFFERS)


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
        date | None,
        typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="Day of publication where a file tells none."),
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show what reports say differently: numbers, who to whom, whether it happened, "first since", spellings.

    Without targets, all articles of the ledger that hold events are set against each other; events that are linked are
    reports of one act, and two events or more that you name are taken as such.

    Example: detente conflicts --dyad JPN KOR
    """
    import msgspec
    from rich.console import Console

    from detente.accounts import conflicts_of, ledger_conflicts
    from detente.conflictlines import conflict_lines
    from detente.conflicts import find_conflicts
    from detente.ledger import open_ledger
    from detente.memory import links

    if targets and dyad:
        raise typer.BadParameter("Give ids or files, or a dyad, not both.", param_hint="--dyad")
    files = [Path(target) for target in targets or () if Path(target).is_file()]
    ids = [target for target in targets or () if not Path(target).is_file()]
    read = _read_now(files, published)
    if files and not ids:
        found = find_conflicts(read)
    else:
        with open_ledger(ledger, read_only=True) as opened:
            linked = links(opened, dyad=pair_of(dyad) if dyad else None)
            if ids:
                found = conflicts_of(opened, ids, also=read, linked=linked)
            else:
                found = ledger_conflicts(opened, dyad=pair_of(dyad) if dyad else None, linked=linked, as_of=as_of)
    console = Console()
    for conflict in found:
        if json:
            print(msgspec.json.encode(conflict).decode())
        else:
            show(console, conflict_lines(conflict))
    if not found:
        tell(Console(stderr=True), "No conflicts.")


def _read_now(files: list[Path], published: date | None) -> list[Coded]:
    """The articles of files, coded; what cannot be read is told on stderr."""
    from rich.console import Console

    from detente import ingest, terminal
    from detente.pipeline import code_articles
    from detente.records import Article

    articles, settings = [], read_settings(None, None)
    for each in ingest.read_paths(files, config=settings, published=published) if files else ():
        if isinstance(each, Article):
            articles.append(each)
        else:
            tell(Console(stderr=True), f"excluded {terminal.plain(f'{each.source}: {each.reason}: {each.detail}')}")
    return list(code_articles(articles, config=settings)) if articles else []


@app.command()
def audit(ledger: LedgerFile = DEFAULT_LEDGER, json: Json = False) -> None:
    """Account for every input: coded, empty or excluded and why, for every run, and check that the ledger is whole.

    Exit code 1 where a rule is broken that must hold of a ledger.
    """
    import msgspec
    from rich.console import Console

    from detente import terminal
    from detente.integrity import faults
    from detente.ledger import open_ledger
    from detente.memory import unlinked
    from detente.memorylines import integrity_lines

    with open_ledger(ledger, read_only=True) as opened:
        found, waiting, broken = opened.audit(), unlinked(opened), faults(opened)
    if json:
        print(msgspec.json.encode({**msgspec.to_builtins(found), "unlinked": waiting, "faults": broken}).decode())
    else:
        console = Console()
        show(console, terminal.audit_lines(found))
        show(console, integrity_lines(waiting.articles, waiting.events, broken))
    if broken:
        raise typer.Exit(FAILED)
