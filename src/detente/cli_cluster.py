"""Commands for runs that are too large for one process: shards, and what they hold into a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from detente.options import (
    ALL_READ,
    DEFAULT_LEDGER,
    FAILED,
    INTERRUPTED,
    NOTHING_USABLE,
    SOME_EXCLUDED,
    ConfigFile,
    LedgerFile,
    MinConfidence,
    Published,
    Publisher,
    read_settings,
    tell,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from detente.cluster import Failure
    from detente.shards import Receipt

app = typer.Typer()
ledger_app = typer.Typer(help="Keep a ledger.", no_args_is_help=True)

_MEGA = 1024 * 1024
_TOLD = 20  # failures of shards that are printed


@app.command("shards")
def make(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files and folders, on disk or as s3://… and the like.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="FOLDER", help="Where the shards go; all workers must see it.")],
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes on this machine.")] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help='A Dask scheduler, dask://HOST:PORT, or "local" with --jobs processes.'),
    ] = None,
    share: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Make only the I-th of every N shards, I from 1.")
    ] = None,
    size: Annotated[float, typer.Option(min=0.001, metavar="MB", help="Input that goes into one shard.")] = 4.0,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove shards of inputs that are no longer there, or divided otherwise.")
    ] = False,
    published: Published = None,
    publisher: Publisher = None,
    min_confidence: MinConfidence = None,
    config: ConfigFile = None,
) -> None:
    """Read articles into Parquet shards, in many processes or on a cluster. A rerun makes only what is missing.

    Exit code: 0 all read, 3 some inputs excluded, 2 nothing usable, 1 some shards could not be made, 130 interrupted.

    Example: detente shards news/ --to shards --jobs 8
    """
    import time

    from rich.console import Console

    from detente.cluster import make_shards, own_share
    from detente.division import divided
    from detente.shards import Job, former_shards, remove_shards
    from detente.storage import Store

    settings = read_settings(config, min_confidence)
    messages, start = Console(stderr=True), time.perf_counter()
    pieces = divided(Store(to), paths, config=settings, size=int(size * _MEGA))
    if share is not None:
        pieces = own_share(pieces, share)
    job = Job(to, settings, published=published, publisher=publisher)
    done = _Done(start)
    stopped = False
    with _progress(messages, "shards", len(pieces)) as bar:
        try:
            for outcome in make_shards(pieces, job, jobs=jobs, cluster=cluster):
                done.add(outcome)
                bar.update(bar.task_ids[0], advance=1, description=done.rate())
        except KeyboardInterrupt:
            stopped = True
    for failure in done.failures[:_TOLD]:
        tell(messages, f"not made {failure.shard} ({failure.source}): {failure.detail}")
    if len(done.failures) > _TOLD:
        tell(messages, f"and {len(done.failures) - _TOLD} more that were not made")
    tell(messages, ("interrupted: " if stopped else "") + done.summary(len(pieces)))
    if stopped:
        tell(messages, "To go on, run the same command again: shards that are whole are not made again.")
        raise typer.Exit(INTERRUPTED)
    if former := former_shards(to):
        if prune:
            remove_shards(to, former)
        told = "are removed" if prune else "are still in the folder and not read; --prune removes them"
        tell(messages, f"{len(former)} shards of inputs that are gone or divided otherwise {told}.")
    raise typer.Exit(done.code())


class _Done:
    """What is made so far, and what was whole before."""

    def __init__(self, start: float) -> None:
        from datetime import UTC, datetime

        self._start = start
        self._began = datetime.now(UTC).isoformat()
        self.receipts: list[Receipt] = []
        self.failures: list[Failure] = []

    def add(self, outcome: Receipt | Failure) -> None:
        from detente.cluster import Failure

        if isinstance(outcome, Failure):
            self.failures.append(outcome)
        else:
            self.receipts.append(outcome)

    def rate(self) -> str:
        """How many articles were read now, and how many a second."""
        import time

        now = sum(each.articles for each in self.receipts if each.made_at >= self._began)
        return f"{now:,} articles, {now / max(time.perf_counter() - self._start, 1e-9):.1f}/s"

    def summary(self, wanted: int) -> str:
        before = sum(each.made_at < self._began for each in self.receipts)
        counts = {name: sum(getattr(each, name) for each in self.receipts) for name in ("articles", "excluded")}
        events = sum(each.events for each in self.receipts)
        return (
            f"{len(self.receipts)} of {wanted} shards are whole ({before} were before): {counts['articles']:,}"
            f" articles, {counts['excluded']:,} excluded, {events:,} events; now {self.rate()}"
        )

    def code(self) -> int:
        if self.failures:
            return FAILED
        if self.receipts and not any(each.articles for each in self.receipts):
            return NOTHING_USABLE
        return SOME_EXCLUDED if any(each.excluded for each in self.receipts) else ALL_READ


@ledger_app.command("add")
def add(
    shards: Annotated[
        list[str], typer.Argument(metavar="FOLDER...", help="Folders of shards, or receipts of single ones.")
    ],
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Put what shards hold into a ledger, as `detente code` on the same inputs would have, and link it.

    Adding twice changes nothing. Exit code: 0 all added, 3 some inputs excluded or shards still missing, 2 nothing
    usable, 130 interrupted.

    Example: detente ledger add shards --ledger news.detente
    """
    import time

    from rich.console import Console

    from detente import terminal
    from detente.coding import Tally
    from detente.ledger import open_ledger
    from detente.shardledger import add_shards
    from detente.shards import open_shards

    messages, tally, start = Console(stderr=True), Tally(), time.perf_counter()
    opened = [open_shards(path) for path in shards]
    waiting = sum(each.waiting for each in opened)
    with (
        open_ledger(ledger) as kept,
        _progress(messages, "adding", sum(len(each.receipts) for each in opened)) as bar,
    ):
        try:
            for each in opened:
                for _ in add_shards(kept, each, tally=tally, command=f"detente ledger add {each.folder}"):
                    bar.advance(bar.task_ids[0])
        except KeyboardInterrupt:
            tell(messages, "interrupted. To go on, run the same command again; what is added is not added twice.")
            raise typer.Exit(INTERRUPTED) from None
    tell(messages, terminal.summary(tally, time.perf_counter() - start))
    if waiting:
        tell(messages, f"{waiting} shards are not made yet: run `detente shards` again, and then this.")
    if not tally.articles:
        raise typer.Exit(NOTHING_USABLE)
    raise typer.Exit(SOME_EXCLUDED if tally.excluded or waiting else ALL_READ)


@contextmanager
def _progress(messages: Console, what: str, total: int) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal) as bar:
        bar.add_task(what, total=total)
        yield bar
