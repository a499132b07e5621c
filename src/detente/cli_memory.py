"""Commands about what a ledger remembers: which reports tell one act, on whose words, and what people judged."""

from __future__ import annotations

import getpass
from datetime import date
from typing import Annotated

import typer

from detente.options import (
    DEFAULT_LEDGER,
    AsOf,
    Json,
    LedgerFile,
    ShowByDefault,
    existing,
    pair_of,
    parse_day,
    show,
    tell,
)

app = typer.Typer()

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="An event's id, or enough of its beginning.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another event's id.")]
Who = Annotated[str | None, typer.Option(metavar="NAME", help="Who judges; your login name if not given.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="Why, for those who read it later.")]


@app.command()
def link(
    ledger: LedgerFile = DEFAULT_LEDGER,
    again: Annotated[bool, typer.Option("--again", help="Link everything again, as after a new version.")] = False,
) -> None:
    """Find which articles stand on one source and which reports tell one act.

    `detente code --ledger` does it by itself; this goes on where it was interrupted.

    Example: detente link --again
    """
    from rich.console import Console

    from detente import memory
    from detente.ledger import open_ledger

    with open_ledger(existing(ledger)) as opened:
        if again:
            memory.relink(opened)
        done = memory.update(opened)
        (acts,) = next(opened.rows("SELECT COUNT(*) FROM acts"))
    tell(Console(stderr=True), f"{done.articles} articles traced, {done.events} events linked; {acts} acts in all.")


@app.command()
def sources(
    event_id: EventId,
    ledger: LedgerFile = DEFAULT_LEDGER,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show all reports of an act, what joins them, and on whose words each of them stands.

    Example: detente sources 4be1c09f
    """
    import msgspec
    from rich.console import Console

    from detente.errors import LedgerError
    from detente.evidence import evidence_of
    from detente.ledger import open_ledger
    from detente.memorylines import source_lines

    with open_ledger(ledger, read_only=True) as opened:
        found = evidence_of(opened, event_id, as_of=as_of)
    if found is None:
        raise LedgerError(f"There is no event {event_id!r} in {ledger}; `detente events` shows ids.")
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        show(Console(), source_lines(found))


# -- judgements, as commands of `detente events`


def merge(event_id: EventId, other: Other, ledger: LedgerFile = DEFAULT_LEDGER, who: Who = None, why: Why = "") -> None:
    """Say that two events are reports of one act, whatever the rules found.

    Example: detente events merge 4be1c09f 93ab02ee --why "the same call"
    """
    _judge("merge", event_id, other, "", ledger=ledger, who=who, why=why)


def unmerge(
    event_id: EventId, other: Other, ledger: LedgerFile = DEFAULT_LEDGER, who: Who = None, why: Why = ""
) -> None:
    """Say that two events are two acts, whatever the rules found.

    Example: detente events unmerge 4be1c09f 93ab02ee
    """
    _judge("unmerge", event_id, other, "", ledger=ledger, who=who, why=why)


def judge(
    event_id: EventId,
    verdict: Annotated[
        str, typer.Argument(metavar="VERDICT", help='right, not-an-event, or a field put right: "status=denied".')
    ],
    ledger: LedgerFile = DEFAULT_LEDGER,
    who: Who = None,
    why: Why = "",
) -> None:
    """Say whether an event's record is right, or put a field of it right: type, status, date, actor, recipient.

    Example: detente events judge 4be1c09f "recipient=KOR GOV" --why "the next sentence says so"
    """
    field, equals, value = verdict.partition("=")
    _judge("event", event_id, field if equals else "", value if equals else field, ledger=ledger, who=who, why=why)


def judged(
    ledger: LedgerFile = DEFAULT_LEDGER,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List the judgements in force: on which event, by whom, when and why."""
    import msgspec
    from rich.console import Console

    from detente.judgements import judgements
    from detente.ledger import open_ledger
    from detente.memorylines import judgement_line

    with open_ledger(ledger, read_only=True) as opened:
        found = judgements(opened, as_of=as_of)
    console = Console()
    for each in found:
        if json:
            print(msgspec.json.encode(each).decode())
        else:
            show(console, judgement_line(each))
    if not found:
        tell(Console(stderr=True), "No judgements.")


def withdraw(
    event_id: EventId,
    other: Annotated[str, typer.Argument(metavar="[OTHER]", help="The other event of a merge or unmerge.")] = "",
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Withdraw the judgements on an event, or those that merge or part it and another; the rules count again."""
    from rich.console import Console

    from detente import judgements, memory
    from detente.errors import LedgerError
    from detente.ledger import open_ledger

    with open_ledger(existing(ledger)) as opened:
        found = list(judgements.judgements(opened))
        for start in filter(None, (event_id, other)):
            begun = {id_ for each in found for id_ in (each.subject, each.about) if id_.startswith(start)}
            if start in begun:
                begun = {start}
            if len(begun) > 1:
                raise LedgerError(f"{start!r} begins several ids: {', '.join(sorted(begun))}. Give more of it.")
            found = [each for each in found if begun & {each.subject, each.about}]
        if not found:
            raise LedgerError("No judgement in force is on that; `detente events judged` lists them.")
        for each in found:
            judgements.withdraw(opened, each)
        memory.update(opened)
    tell(Console(stderr=True), f"{len(found)} judgement{'s' * (len(found) != 1)} withdrawn.")


def _judge(kind: str, subject: str, about: str, value: str, *, ledger: LedgerFile, who: str | None, why: str) -> None:
    from rich.console import Console

    from detente import judgements, memory
    from detente.ledger import open_ledger
    from detente.memorylines import judgement_line

    with open_ledger(existing(ledger)) as opened:
        made = judgements.judge(opened, kind, subject, about, value, who=who or getpass.getuser(), why=why)
        memory.update(opened)
    show(Console(), judgement_line(made))


# -- pledges


pledges_app = typer.Typer(
    cls=ShowByDefault,
    help="Show what two promised or threatened each other and what became of it, or judge it yourself.",
    no_args_is_help=True,
)
First = Annotated[str, typer.Argument(metavar="A", help="A code, for instance JPN.")]
Second = Annotated[str, typer.Argument(metavar="B", help="Another, for instance KOR.")]


@pledges_app.command("show")
def show_pledges(
    first: First,
    second: Second,
    ledger: LedgerFile = DEFAULT_LEDGER,
    state: Annotated[
        list[str] | None, typer.Option(metavar="STATE", help="Only those that are: open, kept, broken, overdue …")
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show the pledges between two states, each with what closed it and why.

    Example: detente pledges JPN KOR --state open --as-of 2019-08-31
    """
    import msgspec
    from rich.console import Console

    from detente.errors import CodebookError
    from detente.judgements import PLEDGE_STATES, judgements
    from detente.ledger import open_ledger
    from detente.memory import linked_events
    from detente.memorylines import pledge_lines
    from detente.threads import pledges

    for wanted in state or ():
        if wanted not in PLEDGE_STATES:
            raise CodebookError(f"{wanted!r} is not a state of a pledge. Known: {', '.join(PLEDGE_STATES)}.")
    with open_ledger(ledger, read_only=True) as opened:
        linked = linked_events(opened, dyad=pair_of((first, second)), as_of=as_of)
        judged = judgements(opened, kind="pledge", as_of=as_of)
    found = [each for each in pledges(linked, on=as_of, judgements=judged) if not state or each.state in state]
    console = Console()
    for each in found:
        if json:
            print(msgspec.json.encode(each).decode())
        else:
            show(console, pledge_lines(each))
    if not found:
        tell(Console(stderr=True), "No pledges.")


@pledges_app.command("judge")
def judge_pledge(
    event_id: Annotated[str, typer.Argument(metavar="PLEDGE", help="A pledge's id, that of the event that made it.")],
    state: Annotated[str, typer.Argument(metavar="STATE", help="kept, broken, withdrawn …")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    who: Who = None,
    why: Why = "",
) -> None:
    """Say what became of a pledge, whatever the rules found.

    Example: detente pledges judge 4be1c09f kept --why "the list was changed on 21 July"
    """
    _judge("pledge", event_id, "", state, ledger=ledger, who=who, why=why)


# -- disputes


@app.command()
def disputes(
    first: First,
    second: Second,
    ledger: LedgerFile = DEFAULT_LEDGER,
    state: Annotated[
        list[str] | None, typer.Option(metavar="STATE", help="Only those that are: open, escalating, easing …")
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show what two states quarrel about: each side's position, the moves in order, and how it stands.

    Example: detente disputes JPN KOR --as-of 2019-08-31
    """
    import msgspec
    from rich.console import Console

    from detente.disputes import disputes as disputes_of
    from detente.errors import CodebookError
    from detente.ledger import open_ledger
    from detente.memory import linked_events, texts_of
    from detente.memorylines import dispute_lines
    from detente.standings import STATES

    for wanted in state or ():
        if wanted not in STATES:
            raise CodebookError(f"{wanted!r} is not a state of a dispute. Known: {', '.join(STATES)}.")
    pair = pair_of((first, second))
    with open_ledger(ledger, read_only=True) as opened:
        linked = linked_events(opened, dyad=pair, as_of=as_of)
        texts = texts_of(opened, linked)
    found = disputes_of(linked, pair, on=as_of, texts=texts)
    if state:
        found = tuple(each for each in found if each.standing.state in state)
    console = Console()
    for each in found:
        if json:
            print(msgspec.json.encode(each).decode())
        else:
            show(console, dispute_lines(each))
    if not found:
        tell(Console(stderr=True), "No disputes.")


# -- what changed


@app.command()
def diff(
    first: First,
    second: Second,
    since: Annotated[date, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="What was known at its end.")],
    ledger: LedgerFile = DEFAULT_LEDGER,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show what changed in what is known of two states since a day: new acts, corrections, pledges, disputes.

    Example: detente diff JPN KOR --since 2023-03-01
    """
    import msgspec
    from rich.console import Console

    from detente.ledger import open_ledger
    from detente.memorylines import change_lines
    from detente.revisions import changes

    with open_ledger(ledger, read_only=True) as opened:
        found = changes(opened, pair_of((first, second)), since=since, as_of=as_of)
    console = Console()
    for each in found:
        if json:
            print(msgspec.json.encode(each).decode())
        else:
            show(console, change_lines(each))
    if not found:
        tell(Console(stderr=True), "Nothing changed.")
