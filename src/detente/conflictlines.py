"""Conflicts as lines for people: what is in dispute, and each claim with its words marked and where it stands."""

from __future__ import annotations

from rich.text import Text

from detente.conflicts import Conflict
from detente.statements import Claim, shown
from detente.terminal import one_line, plain

STYLES = {"contradiction": "bold red", "update": "bold yellow", "variants": "bold cyan"}
SOURCES = {True: "independent sources", False: "one source", None: "sources not known to be independent"}


def conflict_lines(conflict: Conflict) -> Text:
    """What is in dispute and why, then each claim: its answer, its sentence with the words marked, and its source."""
    lines = Text(conflict.verdict, style=STYLES[conflict.verdict])
    lines.append(f"  {conflict.kind}: {one_line(conflict.about)}", style="bold")
    lines.append(f"  [{conflict.rule}; {SOURCES[conflict.independent]}]\n", style="italic not bold")
    lines.append(f"    {one_line(conflict.why)}\n", style="not bold")
    for claim in conflict.claims:
        lines.append_text(_claim_line(claim))
    return lines


def _claim_line(claim: Claim) -> Text:
    line = Text(f"    {one_line(shown(claim.value)):<22} “")
    start, end = claim.words.start - claim.sentence.start, claim.words.end - claim.sentence.start
    line.append(one_line(claim.sentence.text[:start]))
    line.append(f"[{one_line(claim.sentence.text[start:end])}]", style="bold")
    line.append(f"{one_line(claim.sentence.text[end:])}”")
    source = claim.source
    told = [f"says {source.speaker}"] if source.speaker else []
    if source.relayed_from and source.relayed_from != source.speaker:
        told.append(f"relayed from {source.relayed_from}")
    if source.publisher:
        told.append(source.publisher)
    line.append(f"  {one_line('; '.join(told))}" if told else "", style="italic")
    line.append(f"  {claim.published or 'no date'} in {plain(source.article)}\n", style="dim")
    return line
