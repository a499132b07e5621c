"""How two states stand, as lines for people: the level with its band, turns with what drove them, and the counts."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from detente.records import LinkedEvent
from detente.relations import LevelOn, Relation, Turn
from detente.terminal import BARS, event_lines, one_line, series_lines

WIDTH = 72  # periods that a line of levels shows
TURN_STYLES = {"better": "green", "worse": "red", "more": "cyan", "less": "yellow"}


def relation_lines(how: Relation, acts: Mapping[str, LinkedEvent], *, last: int = WIDTH) -> Text:
    """A dyad's counts, its level now, the line of levels with turns marked, and each turn with the acts behind it.

    `acts` are those between the two, by id.
    """
    lines = series_lines(how.series)
    known = [each for each in how.levels if each.level is not None]
    if not known:
        return lines
    now = known[-1]
    lines.append("\n\nlevel", style="bold")
    lines.append(f"  {now.level:+.1f}  (80 %: {now.low80:+.1f} to {now.high80:+.1f}; 95 %: {now.low95:+.1f} to")
    lines.append(f" {now.high95:+.1f})  in the {how.series.step} from {now.start}")
    if how.trend is not None:
        sure = "sure" if how.sure else "not sure"
        lines.append(f"\n       {how.trend:+.1f} over the last twelve months ({sure}: 80 % bands)")
    shown = how.levels[-last:]
    turns = {turn.point.start: turn for turn in how.turns}
    lines.append(f"\n{_line(shown)}  {shown[0].start} to {shown[-1].end}, −10 to +10")
    marks = "".join("│" if each.start in turns else " " for each in shown)
    lines.append(f"\n{marks}  turns" if marks.strip() else "")
    for turn in how.turns:
        lines.append("\n")
        lines.append_text(_turn(turn, acts))
    return lines


def _line(levels: tuple[LevelOn, ...]) -> str:
    return "".join(
        " " if each.level is None else BARS[min(len(BARS) - 1, int((each.level + 10) / 20 * len(BARS)))]
        for each in levels
    )


def _turn(turn: Turn, acts: Mapping[str, LinkedEvent]) -> Text:
    point = turn.point
    line = Text(f"{point.start}", style="bold")
    line.append(f"  {point.direction:<7}", style=f"bold {TURN_STYLES[point.direction]}")
    size = f"{point.size:+.1f}" if point.size is not None else "   "
    spell = f", until {point.end}" if point.end else ""
    line.append(f"{size}  {', '.join(point.what)}  ({point.earliest} to {point.latest}{spell})", style="not bold")
    for driver in turn.drivers[:3]:
        if (act := acts.get(driver.id)) is not None:
            first = event_lines(act.event).plain.split("\n")[0]
            line.append(f"\n    {one_line(first)}  {act.id[:12]}", style="not bold dim")
    return line
