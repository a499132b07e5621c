"""Records as lines for people, with colours where they are shown on a terminal and marks where they are not.

Everything that comes from an article is passed through `plain`: its text may hold control characters that a
terminal would obey.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from detente import ingest
from detente.codebook import QUAD_NAMES
from detente.records import Actor, Article, Event, EventDate, Exclusion, Location, Pledge, Sentence, Span, Speaker

if TYPE_CHECKING:  # what only names types is not loaded for a list of events
    from detente.actors import Explanation
    from detente.coding import Tally
    from detente.dyads import DyadSeries, Period
    from detente.ledger import Audit
    from detente.why import Replay, Source

Inputs = Iterable[Article | Exclusion]

QUAD_STYLES = {1: "cyan", 2: "green", 3: "yellow", 4: "red"}
BARS = "▁▂▃▄▅▆▇█"
NO_EVENTS = "·"

# C0 but tab and newline, DEL, C1, and the marks that change the direction of text.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text with each character that a terminal would obey replaced by one that is shown; the length stays."""
    return _OBEYED.sub("\ufffd", text)


def event_lines(event: Event) -> Text:
    """One event in two lines: what it is, and the sentence that says so, its id and its article's."""
    line = Text(f"{_day(event.date):<23} ")
    line.append(" ".join((event.event, *event.mode)), style=f"bold {QUAD_STYLES[event.quad]}")
    line.append(f"  {sides(event.actor, event.recipient)}")
    notes = [] if event.status == "actual" else [event.status]
    if event.speaker:
        stance = f" ({event.speaker.stance})" if event.speaker.stance in ("own", "opponent") else ""
        notes.append(f"says {plain(event.speaker.text)}{stance}")
    if event.hedge:
        notes.append(f"hedged: {one_line(event.hedge.text)}")
    if event.relayed_from and not (event.speaker and event.speaker.text == event.relayed_from):
        notes.append(f"relayed from {plain(event.relayed_from)}")
    if event.pledge:
        notes.append(f"pledges {event.pledge.event}: {one_line(event.pledge.text)}")
    line.append(f"  {event.confidence:.2f}", style="dim")
    line.append(f"  [{'; '.join(notes)}]\n" if notes else "\n", style="italic")
    line.append(" " * 4)
    line.append_text(quoted(event))
    line.append(f"  {event.id} in {plain(event.article)}", style="dim")
    return line


def marked_article(article: Article, events: Sequence[Event]) -> Text:
    """The article's text with the words of each event marked and numbered in the order of `events`.

    The marks are brackets, coloured on a terminal: `Japan [1 met] South Korea`. Words of two events that overlap
    in part are marked once, for the earlier.
    """
    numbers: dict[tuple[int, int], list[int]] = {}
    for number, event in enumerate(events, 1):
        numbers.setdefault((event.trigger.start, event.trigger.end), []).append(number)
    quads = {(event.trigger.start, event.trigger.end): event.quad for event in events}
    shown, done = Text(), 0
    for start, end in sorted(numbers):
        if start < done:
            continue
        shown.append(plain(article.text[done:start]))
        label = ",".join(map(str, numbers[start, end]))
        shown.append(f"[{label} {plain(article.text[start:end])}]", style=f"bold {QUAD_STYLES[quads[start, end]]}")
        done = end
    shown.append(plain(article.text[done:]))
    return shown


def article_head(article: Article) -> Text:
    """What an article says about itself, one line each."""
    known = {
        "article": article.id,
        "title": article.title,
        "published": article.published and f"{article.published} ({article.published_basis})",
        "publisher": article.publisher,
        "url": article.url,
        "source": article.source,
    }
    return Text("\n".join(f"{name:<10} {plain(str(value))}" for name, value in known.items() if value))


def why_lines(event: Event, origins: Sequence[Source]) -> Text:
    """An event's sentence with event words and parties marked, its steps in order, and where each field is from."""
    lines = Text(f"{event.id} in {plain(event.article)}, by {plain(event.coder)}\n", style="dim")
    lines.append_text(_marked_sentence(event))
    lines.append("\n\nsteps" if event.steps else "\n\nno steps are recorded", style="bold")
    for number, step in enumerate(event.steps, 1):
        lines.append(f"\n{number:>4} {plain(step.stage):<12}")
        lines.append(f"{plain(step.field or '-'):<13} {one_line(step.value) or '-'}", style="bold")
        lines.append(f"  {_spot(step.words)}" if step.words else "")
        lines.append(f"  ({plain(step.by)}{f': {one_line(step.why)}' if step.why else ''})", style="dim")
    lines.append("\n\nfields", style="bold")
    for origin in origins:
        numbers = f"step{'s' * (len(origin.steps) > 1)} {', '.join(map(str, origin.steps))}"
        from_ = numbers if origin.steps else origin.note or "no step sets it"
        lines.append(f"\n     {origin.field:<13} {_brief(getattr(event, origin.field))}")
        lines.append(f"  ({from_})", style="dim")
    return lines


def replay_lines(found: Replay, event: Event) -> Text:
    """Whether an event's steps still give its record, and if not, each field that is otherwise."""
    coder = "" if found.coder == event.coder else f" ({plain(event.coder)} recorded it, this is {plain(found.coder)})"
    if found.same:
        return Text(f"replay: the steps give the same record{coder}")
    lines = Text(f"replay: the record is no longer the same{coder}; it was recorded by other rules or tables")
    for difference in found.differences:
        lines.append(f"\n     {difference.field}", style="bold")
        lines.append(f"\n       recorded  {_json(difference.recorded)}\n       now       {_json(difference.now)}")
    return lines


def explanation_lines(told: Explanation) -> Text:
    """Who a name was read as, by which rule and in which role, and all that came into question, the chosen marked."""
    asked = f"“{one_line(told.text)}”{f' on {told.on}' if told.on else ''}"
    lines = Text(asked + (f", beside “{one_line(told.context)}”\n" if told.context else "\n"))
    known = f"{told.name or told.code}{f' ({told.entity})' if told.entity else ''}"
    answer = f"{told.code} {told.sector}  {plain(known)}" if told.code else "no country: it abstains"
    lines.append(answer, style="bold")
    role = told.role if told.code else f"{told.sector or 'UNK'} of an unknown country"
    for label, value in (("rule", told.rule), ("role", role), ("reason", told.reason)):
        lines.append(f"\n  {label:<8}{one_line(value) or '-'}")
    lines.append("\ncandidates" if told.candidates else "\nno candidates", style="bold")
    for each in told.candidates:
        lines.append(f"\n{'*' if each.chosen else ' '} {plain(each.name)}", style="bold" if each.chosen else "")
        lines.append(f"  {' '.join(filter(None, (each.code, each.sector))) or '-'}  {one_line(each.note)}")
        lines.append(f"  [{plain(each.source)}]", style="dim")
    return lines


def quad_lines(quads: dict[int, int]) -> Text:
    """Counts by quad code, one line each."""
    lines = Text()
    for quad, count in quads.items():
        lines.append(f"{QUAD_NAMES[quad]:<22}", style=QUAD_STYLES[quad])
        lines.append(f"{count:>7}\n")
    lines.rstrip()
    return lines


def sparkline(periods: Sequence[Period]) -> str:
    """Net score by period, one character each: the lower half is conflict, the upper cooperation, · no events."""
    most = max((abs(period.net) for period in periods), default=0.0) or 1.0
    marks = [int((period.net / most + 1) / 2 * (len(BARS) - 1) + 0.5) for period in periods]
    return "".join(BARS[mark] if period.events else NO_EVENTS for mark, period in zip(marks, periods, strict=True))


def series_lines(series: DyadSeries, *, last: int = 36) -> Text:
    """A dyad's counts, what no period holds, and its latest periods as a sparkline."""
    first, second = series.pair
    arrow = "→" if series.directed else "–"
    lines = Text(f"{first} {arrow} {second}", style="bold")
    lines.append(f"  {series.events} {' or '.join(series.statuses)} events, net score {series.net:+g}\n", "not bold")
    lines.append_text(quad_lines(series.quads))
    shown = series.periods[-last:]
    if shown:
        lines.append(f"\n\nnet score by {series.step}, {shown[0].start} to {shown[-1].end}\n{sparkline(shown)}")
        nets = [period.net for period in shown if period.events]
        lines.append(f"  lowest {min(nets):+g}, highest {max(nets):+g}")
    apart = {"undated": series.undated, f"longer than a {series.step}": series.coarse}
    told = [f"{count} {name}" for name, count in apart.items() if count]
    if told:
        lines.append(f"\nin no {series.step}: {', '.join(told)}")
    if series.other:
        lines.append(f"\nnot counted: {', '.join(f'{count} {name}' for name, count in series.other.items())}")
    return lines


def audit_lines(audit: Audit) -> Text:
    """What became of the inputs, with the latest runs."""
    lines = Text(f"{audit.inputs} inputs\n", style="bold")
    lines.append(f"  {audit.coded:>7} coded, {audit.events} events ({audit.undated} without a date)\n", "not bold")
    lines.append(f"  {audit.empty:>7} empty\n  {audit.excluded:>7} excluded\n", "not bold")
    for reason, count in audit.reasons.items():
        lines.append(f"          {count:>7} {reason}\n", "not bold")
    lines.append(
        f"{audit.superseded} past readings are kept\n{len(audit.runs)} run{'s' * (len(audit.runs) != 1)}\n", "not bold"
    )
    for run in audit.runs[:5]:
        counts = f"{run.coded} coded, {run.empty} empty, {run.excluded} excluded, {run.skipped} skipped"
        who = f"{run.coder}, {run.model}, {run.codebook}{f', {run.settings}' if run.settings else ''}"
        lines.append(f"  {run.started_at[:19]} {run.state:<11} {counts} ({who})\n", "not bold")
    lines.rstrip()
    return lines


def summary(tally: Tally, seconds: float) -> str:
    """One line on a finished or interrupted run."""
    here = tally.coded + tally.empty
    rate = f", {here / seconds:.1f} articles/s" if here and seconds > 0 else ""
    notes = [f"{tally.skipped} read before"] if tally.skipped else []
    if tally.revised:
        notes.append(f"{tally.revised} replaced an older version or reading")
    return (
        f"{here} articles read ({tally.coded} with events, {tally.empty} without), {tally.excluded} excluded,"
        f" {tally.events} events{rate}{'; ' + ', '.join(notes) if notes else ''}"
    )


@contextmanager
def progress(messages: Console, paths: list[Path]) -> Iterator[Callable[[Inputs], Inputs]]:
    """Show on a terminal how much of the inputs is read; gives a function that watches an iterator of them.

    Several files are counted by file, a single one by the bytes of its text, if it is not packed.
    """
    if not messages.is_terminal:
        yield lambda inputs: inputs
        return
    sizes = ingest.count_inputs(path for path in paths if str(path) != "-")
    packed = "-" in map(str, paths) or (sizes.files == 1 and any(path.suffix == ".gz" for path in paths))
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bar:
        total = None if packed else sizes.files if sizes.files > 1 else sizes.bytes
        task = bar.add_task("reading", total=total)

        def watched(inputs: Inputs) -> Inputs:
            file, files, size = "", -1, 0
            for count, found in enumerate(inputs, 1):
                here = found.source.rpartition(":")[0] or found.source
                file, files = here, files + (here != file)
                size += len(getattr(found, "text", "").encode("utf-8", "replace"))
                speed = count / (bar.tasks[0].elapsed or 1)
                bar.update(
                    task,
                    completed=files if sizes.files > 1 else min(size, sizes.bytes),
                    description=f"{count} articles, {speed:.1f}/s",
                )
                yield found

        yield watched


def _day(dated: EventDate | None) -> str:
    if dated is None:
        return "no date"
    if dated.granularity == "day":
        return f"{dated.start}{'' if dated.basis == 'expression' else '?'}"
    return f"{dated.start}/{dated.end}"


def sides(acting: Iterable[Actor], receiving: Iterable[Actor]) -> str:
    """Who does something to whom, on one line."""
    actors, recipients = _parties(acting), _parties(receiving)
    if not recipients:
        return actors or "nobody named"
    return f"{actors or 'nobody named'} → {recipients}"


def _parties(actors: Iterable[Actor]) -> str:
    return ", ".join(f"{actor.code or '---'} {actor.sector} {one_line(actor.text)}" for actor in actors)


def quoted(event: Event) -> Text:
    sentence, trigger = event.sentence, event.trigger
    start, end = trigger.start - sentence.start, trigger.end - sentence.start
    quoted = Text("“")
    if not 0 <= start < end <= len(sentence.text):
        return quoted.append(f"{one_line(sentence.text)}”")
    quoted.append(one_line(sentence.text[:start]))
    quoted.append(f"[{one_line(sentence.text[start:end])}]", style=f"bold {QUAD_STYLES[event.quad]}")
    return quoted.append(f"{one_line(sentence.text[end:])}”")


def _marked_sentence(event: Event) -> Text:
    """The sentence with `[event words]`, `[actor: words]` and `[recipient: words]` where they stand in it.

    Words that overlap others are not marked; the event words always are.
    """
    sentence, trigger = event.sentence, event.trigger
    parties = [("actor: ", party) for party in event.actor] + [("recipient: ", party) for party in event.recipient]
    marks: list[tuple[str, Span | Actor]] = [("", trigger)]
    marks += [(role, party) for role, party in parties if party.end <= trigger.start or trigger.end <= party.start]
    shown, done = Text("“"), sentence.start
    for label, words in sorted(marks, key=lambda mark: (mark[1].start, mark[1].end)):
        if words.start < done or words.end > sentence.end:
            continue
        shown.append(one_line(sentence.text[done - sentence.start : words.start - sentence.start]))
        style = f"bold {QUAD_STYLES[event.quad]}" if not label else "bold"
        shown.append(f"[{label}{one_line(words.text)}]", style=style)
        done = words.end
    return shown.append(f"{one_line(sentence.text[done - sentence.start :])}”")


def _spot(words: Span) -> str:
    return f"“{one_line(words.text)}” {words.start}:{words.end}"


def _brief(value: object) -> str:
    """A field's value on one line: the words of spans and parties, the days of a date, labels as they are."""
    match value:
        case None | ():
            return "-"
        case tuple():
            return ", ".join(map(_brief, value))
        case Actor() | Speaker():
            return f"“{one_line(value.text)}” {value.code or '---'} {value.sector}"
        case EventDate():
            return f"{value.start}/{value.end} ({value.basis})"
        case Pledge():
            return f"{value.event} “{one_line(value.text)}”{f', due {value.due}' if value.due else ''}"
        case Span() | Sentence():
            return _spot(Span(value.text, value.start, value.end))
        case Location():
            return f"“{one_line(value.text)}” {value.code} {plain(value.name or '')}"
        case _:
            return one_line(str(value))


def _json(value: object) -> str:
    return plain(msgspec.json.encode(value).decode())


def one_line(text: str) -> str:
    return plain(re.sub(r"\s+", " ", text))
