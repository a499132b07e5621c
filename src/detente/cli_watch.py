"""The command that follows feeds, sitemaps and folders."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.options import (
    DEFAULT_LEDGER,
    FAILED,
    INTERRUPTED,
    ConfigFile,
    Json,
    read_settings,
    show,
    tell,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from detente.watchhealth import AlertHealth, Health

app = typer.Typer()


@app.command()
def watch(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FEEDS.toml|FOLDER|URL]...", help="What to watch: a file of settings, folders, feeds."),
    ] = None,
    ledger: Annotated[
        Path, typer.Option("--ledger", metavar="FILE", envvar="DETENTE_LEDGER", help="Keep articles and events there.")
    ] = DEFAULT_LEDGER,
    once: Annotated[bool, typer.Option("--once", help="Look at everything once and end, as for cron.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Show how each feed fares, and end.")] = False,
    every: Annotated[
        str, typer.Option(metavar="TIME", help="Between two looks at a feed or folder named here: 90s, 15m, 2h, 1d.")
    ] = "15m",
    publisher: Annotated[str | None, typer.Option(metavar="NAME", help="Who publishes what is named here.")] = None,
    full_text: Annotated[
        bool, typer.Option("--full-text/--no-full-text", help="Follow links of entries that do not hold all.")
    ] = True,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Follow feeds, sitemaps and folders into a ledger until Ctrl-C, and tell what alerts ask for.

    What was seen is remembered beside the ledger, so it can be ended and begun again at any time. Alerts go to
    standard output or where feeds.toml says. With --once the exit code is 1 where a feed could not be read.

    Example: detente watch feeds.toml --ledger news.detente
    """
    from rich.console import Console

    from detente.deliveries import Ways
    from detente.watch import watch as follow
    from detente.watchfile import watch_of
    from detente.watchhealth import health
    from detente.watchstate import State, state_path

    if status:
        _show_status(ledger, json=json)
        return
    if not sources:
        raise typer.BadParameter("Name a feeds.toml, a folder or a URL, or ask for --status.", param_hint="SOURCES")
    watched = watch_of(sources, every=every, publisher=publisher, full_text=full_text)
    settings = read_settings(config, None, ledger)
    messages, stop, signalled = Console(stderr=True), threading.Event(), threading.Event()

    def end(*_: object) -> None:
        signalled.set()
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    tally = follow(
        ledger,
        watched,
        config=settings,
        ways=Ways(lambda line: print(line, flush=True), contact=settings.fetch_contact),
        once=once,
        tell=lambda line: _tell_plain(messages, line),
        stop=stop,
    )
    read = f"{tally.articles:,} articles read, {tally.excluded:,} excluded, {tally.events:,} events"
    tell(messages, f"{'ended: ' if signalled.is_set() else ''}{read}")
    if signalled.is_set():
        raise typer.Exit(INTERRUPTED)
    with State(state_path(ledger), read_only=True) as state:
        if once and any(each.failures for each in health(state)):
            raise typer.Exit(FAILED)


def _tell_plain(messages: Console, line: str) -> None:
    from detente.terminal import one_line

    tell(messages, one_line(line))


def _show_status(ledger: Path, *, json: bool) -> None:
    import msgspec
    from rich.console import Console

    from detente.watchhealth import alert_health, health
    from detente.watchstate import State, state_path
    from detente.watchturns import is_watched

    with State(state_path(ledger), read_only=True) as state:
        feeds, alerts = health(state), alert_health(state)
    running = is_watched(ledger)
    if json:
        print(msgspec.json.encode({"running": running, "feeds": feeds, "alerts": alerts}).decode())
        return
    console = Console()
    show(console, f"{ledger} is {'being watched into' if running else 'not being watched into now'}")
    for feed in feeds:
        show(console, _feed_lines(feed))
    for alert in alerts:
        show(console, _alert_line(alert))


def _feed_lines(feed: Health) -> Text:
    from rich.text import Text

    from detente.terminal import one_line, plain

    lines = Text(f"\n{plain(feed.source)}\n", style="bold red" if feed.failures else "bold")
    numbers = {"coded": feed.coded, "empty": feed.empty, "excluded": feed.excluded, "old": feed.old}
    counted = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
    lines.append(f"    {feed.seen:,} entries seen: {counted}, {feed.waiting:,} waiting\n", style="not bold")
    lines.append(
        f"    last success {_when(feed.last_success)}, last look {_when(feed.last_poll)}, next {_when(feed.next_poll)}",
        style="not bold",
    )
    if feed.error_at is not None:
        times = f", {feed.failures} in a row" if feed.failures > 1 else "" if feed.failures else ", over since"
        why = f"{feed.reason}: {one_line(feed.detail or '')}"
        lines.append(f"\n    last error {_when(feed.error_at)}{times}: {why}", style="not bold")
    if feed.reasons:
        told = ", ".join(f"{number:,} {plain(reason)}" for reason, number in feed.reasons.items())
        lines.append(f"\n    excluded: {told}", style="not bold")
    return lines


def _alert_line(alert: AlertHealth) -> Text:
    from rich.text import Text

    from detente.terminal import one_line

    line = Text(f"\nalert {alert.alert}: {alert.facts:,} told", style="bold")
    counts = f"{alert.done:,} delivered, {alert.open:,} waiting, {alert.failed:,} given up"
    line.append(f"; {counts}{f'; {one_line(alert.detail)}' if alert.detail else ''}", style="not bold")
    return line


def _when(moment: float | None) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(moment).isoformat(" ", "seconds") if moment is not None else "never"
