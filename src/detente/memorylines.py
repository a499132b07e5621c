"""What a ledger remembers as lines for people: reports and their sources, judgements."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from detente.disputes import Dispute
from detente.evidence import Evidence
from detente.integrity import Fault
from detente.lineage import Root
from detente.records import Judgement, LinkedEvent, Report
from detente.revisions import Change
from detente.terminal import event_lines, one_line, plain, quoted, sides
from detente.threads import PledgeThread

PLEDGE_STYLES = {"kept": "green", "partly-kept": "green", "broken": "red", "overdue": "red", "open": "cyan"}
DISPUTE_STYLES = {"open": "yellow", "escalating": "red", "easing": "cyan", "settled": "green", "dormant": "white"}
CHANGE_STYLES = {"new": "green", "gone": "red", "changed": "yellow", "more-reports": "cyan"}


def linked_lines(linked: LinkedEvent) -> Text:
    """An act in the lines of its leading event, and how many reports and sources it rests on."""
    lines = event_lines(linked.event)
    if len(linked.reports) > 1:
        lines.append(f"\n    {_counts(linked)}", style="italic")
    return lines


def source_lines(evidence: Evidence) -> Text:
    """An act, each of its reports with the chain to the source of its words, and what joins the reports."""
    linked = evidence.linked
    lines = event_lines(linked.event)
    lines.append(f"\n{_counts(linked)}", style="bold")
    if linked.agreement:
        shares = ", ".join(f"{field} {share:.0%}" for field, share in sorted(linked.agreement.items()))
        lines.append(f"\nreports agree on: {shares}")
    roots = {root.article: root for root in evidence.roots}
    for report in linked.reports:
        lines.append("\n\n")
        lines.append_text(_report_lines(report, roots.get(report.event.article)))
    if evidence.joints:
        lines.append("\n\njoined by", style="bold")
    for joint in evidence.joints:
        lines.append(
            f"\n  {joint.one[:8]} – {joint.other[:8]}  {joint.score:.2f}  {one_line('; '.join(joint.reasons))}"
        )
    for judgement in evidence.judgements:
        lines.append("\n  ")
        lines.append_text(judgement_line(judgement))
    return lines


def judgement_line(judged: Judgement) -> Text:
    """One judgement: what about which event, by whom, when and why."""
    line = Text(f"{judged.recorded_at[:16]}  {judged.kind}", style="bold")
    about = " ".join(filter(None, (judged.subject[:12], judged.about[:12], judged.value)))
    line.append(f"  {plain(about)}  by {plain(judged.who)}", style="not bold")
    line.append(f"  ({one_line(judged.why)})" if judged.why else "", style="not bold dim")
    return line


def _report_lines(report: Report, root: Root | None) -> Text:
    event = report.event
    line = Text(str(report.published or "no date").ljust(12), style="bold")
    line.append(f"{plain(report.publisher or 'publisher unknown')}  {plain(event.article)}\n", style="bold")
    line.append("    ")
    line.append_text(quoted(event))
    line.append(f"  {event.id}", style="dim")
    for link in root.chain if root else ():
        line.append(f"\n    {link.kind} of {plain(link.on)}  {link.score:.2f}  ({one_line(link.why)})", style="italic")
    return line


def _counts(linked: LinkedEvent) -> str:
    reports, sources = len(linked.reports), linked.independent_sources
    seen = f", {linked.first_seen} to {linked.last_seen}" if linked.first_seen != linked.last_seen else ""
    return f"{reports} report{'s' * (reports != 1)} from {sources} independent source{'s' * (sources != 1)}{seen}"


def pledge_lines(pledge: PledgeThread) -> Text:
    """A pledge with its state, the acts that closed it or may have, and who judged it."""
    since = f" since {pledge.since}" if pledge.since != pledge.opened else ""
    lines = Text(f"{pledge.state}{since}", style=f"bold {PLEDGE_STYLES.get(pledge.state, 'yellow')}")
    lines.append(f"  {pledge.opened}  {pledge.event}", style="bold")
    lines.append(f"  {sides(pledge.actor, pledge.recipient)}", style="not bold")
    lines.append(f"\n    {'not ' * pledge.refrains}{pledge.promised}: “{one_line(pledge.words.text)}”")
    notes = [f"due {pledge.due}"] if pledge.due else []
    notes += [f"on condition: {one_line(words.text)}" for words in pledge.conditions]
    if pledge.speaker:
        notes.append(f"says {plain(pledge.speaker.text)}")
    if pledge.restatements:
        notes.append(f"made again {len(pledge.restatements)} time{'s' * (len(pledge.restatements) != 1)}")
    lines.append(f"  [{'; '.join(notes)}]" if notes else "", style="italic")
    lines.append(f"  {pledge.id} in {plain(pledge.article)}", style="dim")
    for closing in pledge.closings:
        lines.append(f"\n    {closing.sense}", style=PLEDGE_STYLES.get(closing.sense, "yellow"))
        lines.append(f" {closing.day} by “{one_line(closing.trigger.text)}”  {closing.score:.2f}")
        lines.append(f"  ({one_line(closing.why)})")
        lines.append(f"  {closing.event} in {plain(closing.article)}", style="dim")
    if pledge.judgement:
        lines.append("\n    ")
        lines.append_text(judgement_line(pledge.judgement))
    return lines


def dispute_lines(dispute: Dispute, *, moves: int = 12) -> Text:
    """A dispute: how it stands and by which rule, each side's positions, and its latest moves."""
    standing = dispute.standing
    lines = Text(dispute.name, style="bold")
    lines.append(f"  {standing.state}", style=f"bold {DISPUTE_STYLES[standing.state]}")
    lines.append(f"  on {standing.day}  [{standing.rule}: {one_line(standing.why)}]", style="not bold italic")
    others = [phrase for phrase in dispute.phrases if phrase != dispute.name]
    lines.append(f"\n    also: {one_line(', '.join(others))}" if others else "", style="not bold")
    for side in dispute.sides:
        for position in side.positions:
            lines.append(f"\n    {side.code}  {position.day}  {position.kind:<12}", style="not bold")
            lines.append(f"“{one_line(position.quote)}”", style="not bold")
            lines.append(f"  {position.event}", style="not bold dim")
    earlier = len(dispute.moves) - moves
    lines.append(f"\n  {earlier} earlier moves" if earlier > 0 else "", style="not bold dim")
    for move in dispute.moves[-moves:]:
        told = f"  ({move.reports} reports)" if move.reports > 1 else ""
        lines.append(
            f"\n  {move.day}  {'+'.join(move.who):<8} {move.kind:<12} {one_line(move.words)}{told}", "not bold"
        )
        lines.append(f"  {move.event}", style="not bold dim")
    return lines


def change_lines(change: Change) -> Text:
    """One thing that is known otherwise: what it was, what it is, and where to look."""
    lines = Text(f"{change.kind} {change.what}", style=f"bold {CHANGE_STYLES[change.kind]}")
    lines.append(f"  {', '.join(change.events[:3])}", style="not bold dim")
    for sign, told in (("-", change.before), ("+", change.after)):
        lines.append(f"\n  {sign} {one_line(told)}" if told else "", style="not bold")
    return lines


def integrity_lines(articles: int, events: int, broken: Sequence[Fault]) -> Text:
    """What waits to be linked, and the rules that are broken with ids that show it."""
    lines = Text("whole: every rule holds" if not broken else "")
    for fault in broken:
        lines.append(
            f"fault: {fault.what} ({fault.times}): {', '.join(map(plain, fault.examples))}\n", style="bold red"
        )
    if articles or events:
        lines.append(
            f"\nnot linked yet: {articles} articles, {events} events; `detente link` does it", style="not bold"
        )
    lines.rstrip()
    return lines
