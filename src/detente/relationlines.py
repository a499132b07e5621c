"""How two states stand on one screen: the level with its band as a chart, turns with what drove them, pledges, disputes
and the latest acts; and the dyads of a watchlist as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from detente.briefcast import Cast
from detente.briefdeeds import said
from detente.briefpledges import pledged
from detente.briefwords import quoted, signed
from detente.disputes import Dispute
from detente.levelchart import TURN_STYLES, arrow, level_chart
from detente.memorylines import DISPUTE_STYLES, PLEDGE_STYLES
from detente.records import Event, LinkedEvent
from detente.relations import Relation, Turn
from detente.terminal import QUAD_STYLES, one_line, plain, sides, sparkline
from detente.threads import PledgeThread
from detente.watchlist import Glance

HEIGHT, LOW_HEIGHT = 9, 7  # lines of a chart, and of one on a low terminal
ROOM = 50  # lines of a terminal from which on parts are set apart by blank lines
MOST = 160  # characters of the widest chart
TWO_COLUMNS = 110  # characters from which on pledges and disputes stand side by side
TURNS, DRIVERS, LINES = 3, 1, 4  # turns with the acts behind each, and lines of pledges and of disputes
APART = ("planned", "possible", "denied")  # statuses of acts that did not happen, or not yet
PERIODS = 36  # of the line of net scores


class Screen:
    """Lines for one console of `width` and `height` characters, its bars and arrows in ASCII where it knows no more.

    With `cut`, lines end at the width, and only the newest of each part are shown, so that it is one screen; without
    it all is shown in whole lines, and the chart is in ASCII.
    """

    def __init__(self, *, width: int = 80, height: int = 40, cut: bool = False, ascii_only: bool = False) -> None:
        self.width, self.cut, self.ascii_only = width, cut, ascii_only
        self.low = cut and height < ROOM
        self.turns, self.lines = (TURNS - 1, LINES - 1) if self.low else (TURNS, LINES)

    def relation(
        self, how: Relation, acts: Mapping[str, LinkedEvent], pledges: Sequence[PledgeThread],
        disputes: Sequence[Dispute], latest: Mapping[str, Sequence[LinkedEvent]],
    ) -> Text:  # fmt: skip
        """How two states stand. `acts` are those between the two, by id, `latest` the newest by status."""
        blocks = [self._head(how), self._chart(how), self._turns(how, acts)]
        told = self._pledges(pledges), self._disputes(disputes)
        if all(told) and self.cut and self.width >= TWO_COLUMNS:
            blocks.append(self._beside(*told))
        else:
            blocks += told
        pair = (how.series.pair[0], how.series.pair[1])
        blocks += self._latest(latest, pair)
        return Text("\n" if self.low else "\n\n").join(
            Text("\n").join(map(self._fit, block)) for block in blocks if block
        )

    def _latest(self, latest: Mapping[str, Sequence[LinkedEvent]], pair: tuple[str, str]) -> Iterator[list[Text]]:
        """The newest acts; of those that did not happen, a screen has one of each status."""
        for status, found in latest.items():
            if found and (status == "actual" or not self.cut):
                yield [_heading(f"{status}, latest first"), *(self._act(act, pair) for act in found)]
        if self.cut:
            apart = [(status, latest[status][0]) for status in APART if latest.get(status)]
            lines = [_led(f"{status:<9}", "bold").append_text(self._act(act, pair)) for status, act in apart]
            if lines:
                yield [_heading("planned, possible or denied"), *lines]

    def _head(self, how: Relation) -> list[Text]:
        series = how.series
        between = "→" if series.directed else "–"
        line = _led(f"{series.pair[0]} {between} {series.pair[1]}", "bold")
        line.append(f"  {series.events} {' or '.join(series.statuses)} events, net score {series.net:+g}")
        quads = series.quads
        line.append(f"  cooperation {quads[1] + quads[2]}", "green")
        line.append(f"  conflict {quads[3] + quads[4]}", "red")
        lines = [line]
        known = [each for each in how.levels if each.level is not None]
        if known and (now := known[-1]).level is not None:
            told = _led("level ", "bold")
            told.append(signed(now.level), f"bold {_sureness(now.low80, now.high80)}")
            told.append(f"  80 %: {signed(now.low80 or 0)} to {signed(now.high80 or 0)}")
            told.append(f"  95 %: {signed(now.low95 or 0)} to {signed(now.high95 or 0)}", "dim")
            told.append(f"  in the {series.step} from {now.start}")
            lines.append(told)
        if how.trend is not None:
            sure = "more than chance" if how.sure else "chance may explain it"
            lines.append(Text(f"{signed(how.trend)} over the last twelve months ({sure})"))
        return lines

    def _chart(self, how: Relation) -> list[Text]:
        width = min(self.width, MOST)
        plain_only = self.ascii_only or not self.cut
        height = LOW_HEIGHT if self.low else HEIGHT
        lines = level_chart(how.levels, how.turns, width=width, height=height, ascii_only=plain_only)
        shown = how.series.periods[-PERIODS:]
        if shown:
            lines.append(Text(f"net score by {how.series.step}, {shown[0].start} to {shown[-1].end}"))
            spark = Text(_plain_bars(sparkline(shown)) if self.ascii_only else sparkline(shown))
            nets = [period.net for period in shown if period.events]
            spark.append(f"  lowest {min(nets):+g}, highest {max(nets):+g}")
            lines.append(spark)
        series = how.series
        counts = {"undated": series.undated, f"longer than a {series.step}": series.coarse}
        apart = [f"{count} {name}" for name, count in counts.items() if count]
        notes = [f"in no {series.step}: {', '.join(apart)}"] if apart else []
        others = [f"{count} {name}" for name, count in series.other.items()]
        notes += [f"not counted: {', '.join(others)}"] if others else []
        return [*lines, Text("; ".join(notes), style="dim")] if notes else lines

    def _turns(self, how: Relation, acts: Mapping[str, LinkedEvent]) -> list[Text]:
        if not how.turns:
            return []
        pair = (how.series.pair[0], how.series.pair[1])
        first = max(0, len(how.turns) - self.turns) if self.cut else 0
        lines = [_heading("turns")]
        for number, turn in enumerate(how.turns[first:], first + 1):
            lines.append(self._turn(number, turn))
            drivers = [acts[driver.id] for driver in turn.drivers if driver.id in acts]
            lines += [Text("   ") + self._act(act, pair) for act in drivers[: DRIVERS if self.cut else 3]]
        return lines

    def _turn(self, number: int, turn: Turn) -> Text:
        point = turn.point
        sign = arrow(point.direction, ascii_only=self.ascii_only or not self.cut)
        line = _led(f"{sign}{number} {point.start:%Y-%m-%d} {point.direction}", f"bold {TURN_STYLES[point.direction]}")
        size = f" {signed(point.size)}" if point.size is not None and "level" in point.what else ""
        spell = f", until {point.end}" if point.end else ""
        line.append(f"{size}  {', '.join(point.what)}")
        line.append(f"  (between {point.earliest} and {point.latest}{spell})", style="dim")
        return line

    def _pledges(self, pledges: Sequence[PledgeThread]) -> list[Text]:
        """Overdue ones, then open ones, then those that ended, each the newest first."""
        order = {"overdue": 0, "open": 1}
        found = sorted(pledges, key=lambda p: (order.get(p.state, 2), -max(p.since, p.opened).toordinal()))
        if not found:
            return []
        counts = {state: sum(each.state == state for each in pledges) for state in ("overdue", "open")}
        head = _heading("pledges")
        head.append(f"  {counts['overdue']} overdue, {counts['open']} open, {len(pledges)} in all", "dim")
        lines = [head]
        for each in found[: self.lines if self.cut else len(found)]:
            line = _led(f"{each.state:<8} ", f"bold {PLEDGE_STYLES.get(each.state, 'yellow')}")
            words = pledged(each, Cast()) or f"{sides(each.actor, each.recipient)}: “{each.words.text}”"
            due = f"due {each.due}" if each.due and each.state in ("overdue", "open") else str(each.opened)
            line.append(f"{due}  {plain(one_line(words))}")
            line.append(f"  {each.id[:12]}", style="dim")
            lines.append(line)
        return lines

    def _disputes(self, disputes: Sequence[Dispute]) -> list[Text]:
        """Live ones first, those of most moves first among them."""
        if not disputes:
            return []
        order = ("escalating", "open", "easing", "settled", "dormant")
        found = sorted(disputes, key=lambda d: (order.index(d.standing.state), -len(d.moves)))
        lines = [_heading("disputes")]
        for each in found[: self.lines if self.cut else len(found)]:
            line = _led(f"{each.standing.state:<10} ", f"bold {DISPUTE_STYLES[each.standing.state]}")
            moves = f"{len(each.moves)} move{'s' * (len(each.moves) != 1)}"
            line.append(f"{plain(one_line(each.name))}  {moves}, last {each.moves[-1].day}")
            lines.append(line)
        return lines

    def _act(self, act: LinkedEvent, pair: tuple[str, str]) -> Text:
        """An act on one line: day, type, what was done in words, sources, and its id."""
        event = act.event
        line = Text(f"{_day(event) or act.first_seen or 'no date'!s:<11}")
        line.append(" ".join((event.event, *event.mode)), style=f"bold {QUAD_STYLES[event.quad]}")
        done = event.status not in APART  # a phrase would say that it was done
        words = said(event, Cast(), pair) if done else None
        told = words if words and "“" in words else f"{words}: {quoted(event)}" if words else quoted(event)
        line.append(f"  {plain(one_line(told))}")
        line.append(f"  {act.independent_sources} sources" if act.independent_sources > 1 else "", style="italic")
        line.append(f"  {act.id[:12]}", style="dim")
        return line

    def _beside(self, left: list[Text], right: list[Text]) -> list[Text]:
        half = (self.width - 3) // 2
        lines = []
        for place in range(max(len(left), len(right))):
            one, other = (side[place].copy() if place < len(side) else Text() for side in (left, right))
            one.truncate(half, overflow="ellipsis", pad=True)
            other.truncate(half, overflow="ellipsis")
            lines.append(Text("   ").join((one, other)))
        return lines

    def _fit(self, line: Text) -> Text:
        if self.cut:
            line.truncate(self.width, overflow="ellipsis")
        return line


def _heading(words: str) -> Text:
    return _led(words, "bold underline")


def _led(words: str, style: str) -> Text:
    """A line that begins with words of a style, which what is appended does not have."""
    return Text().append(words, style)


def _day(event: Event) -> date | None:
    return event.date.start if event.date else None


def _sureness(low: float | None, high: float | None) -> str:
    """Green for a band above 0, red for one below, yellow for one around it."""
    return "green" if (low or 0) > 0 else "red" if (high or 0) < 0 else "yellow"


def _plain_bars(bars: str) -> str:
    """A line of bars in ASCII: digits from 1 to 8, a point for no events."""
    return bars.translate(str.maketrans("▁▂▃▄▅▆▇█·", "12345678."))


def glance_table(found: Sequence[Glance], *, weeks: int) -> Table:
    """The dyads of a watchlist, one a row: level with its band, change, newest act, overdue pledges, and the note."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head, side in (("dyad", "left"), ("level", "right"), ("80 %", "left"), (f"{weeks} weeks", "right")):
        table.add_column(head, justify="right" if side == "right" else "left", no_wrap=True)
    table.add_column("acts", justify="right", no_wrap=True)
    table.add_column("overdue", justify="right", no_wrap=True)
    table.add_column("newest act", ratio=1)
    for each in found:
        band = "" if each.low80 is None or each.high80 is None else f"{signed(each.low80)} to {signed(each.high80)}"
        change = "–" if each.change is None else signed(each.change)
        style = "" if not each.change else "green" if each.change > 0 else "red"
        newest = _newest(each)
        newest.append(f"\n{one_line(each.note)}" if each.note else "", style="italic")
        table.add_row(
            Text(" ".join(each.pair), style="bold"),
            "" if each.level is None else signed(each.level),
            band,
            Text(change, style=style),
            str(each.acts),
            Text(str(len(each.overdue)), style="red" if each.overdue else ""),
            newest,
        )
    return table


def _newest(glance: Glance) -> Text:
    act = glance.newest
    if act is None:
        return Text("none", style="dim")
    words = said(act.event, Cast(), glance.pair) or quoted(act.event)
    line = Text(f"{_day(act.event) or act.first_seen or 'no date'} ")
    line.append(act.event.event, style=f"bold {QUAD_STYLES[act.event.quad]}")
    return line.append(f" {plain(one_line(words))}")
