"""The level of a relation as a chart of characters: a line in its band, turns marked below, the calendar under it.

The line is of braille dots, two by four in a character, in a band of shade; where a terminal has only ASCII it is of
stars in a band of dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from detente.relations import LevelOn, Turn

AXIS = 6  # characters of the labels on the left
LEAST_SPAN = 4.0  # of the scale that a chart shows at least, so that a calm relation looks calm (ours)
TURN_STYLES = {"better": "green", "worse": "red", "more": "cyan", "less": "yellow"}
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # bits of a braille cell, by row and column
_ARROWS = {"better": "▲", "worse": "▼", "more": "▲", "less": "▼"}
_PLAIN_ARROWS = {"better": "^", "worse": "v", "more": "^", "less": "v"}

Array = NDArray[np.float64]


def level_chart(
    levels: Sequence[LevelOn], turns: Sequence[Turn], *, width: int = 80, height: int = 10, ascii_only: bool = False
) -> list[Text]:
    """The chart in lines of at most `width` characters: `height` of the level, then marks of turns, then dates.

    Turns are marked by their number from 1 on, with an arrow; one outside of the levels is not. Without a level there
    are no lines.
    """
    known = [each for each in levels if each.level is not None]
    columns = width - AXIS
    if not known or columns < 8 or height < 3:
        return []
    fine = 1 if ascii_only else 2
    line, low, high = (_sampled(levels, field, columns * fine) for field in ("level", "low80", "high80"))
    bottom, top = _range(low, high)
    lines = []
    dots = _dots(line, bottom, top, columns, height, ascii_only)
    for row in range(height):
        upper, lower = top - (top - bottom) * row / height, top - (top - bottom) * (row + 1) / height
        text = Text(_label(row, height, bottom, top), style="dim")
        for column in range(columns):
            here = slice(column * fine, (column + 1) * fine)
            text.append(*_cell(dots[row][column], line[here], low[here], high[here], upper, lower, ascii_only))
        lines.append(text)
    starts = [each.start for each in levels]
    marked = _marks(starts, turns, columns, ascii_only)
    return [*lines, *marked, _calendar(starts, levels[-1].end, columns)]


def arrow(direction: str, *, ascii_only: bool = False) -> str:
    return (_PLAIN_ARROWS if ascii_only else _ARROWS)[direction]


def _sampled(levels: Sequence[LevelOn], field: Literal["level", "low80", "high80"], many: int) -> Array:
    """A line through the periods at evenly spaced places; NaN where the nearest period has none."""
    values = np.array([np.nan if getattr(each, field) is None else getattr(each, field) for each in levels])
    places = np.linspace(0, len(values) - 1, many)
    known = np.flatnonzero(np.isfinite(values))
    drawn = np.interp(places, known, values[known]) if len(known) else np.full(many, np.nan)
    drawn[~np.isfinite(values[np.rint(places).astype(int)])] = np.nan
    return np.asarray(drawn, dtype=np.float64)


def _range(low: Array, high: Array) -> tuple[float, float]:
    """Whole numbers between which the band lies, within −10 and +10."""
    bottom, top = np.floor(np.nanmin(low)), np.ceil(np.nanmax(high))
    missing = max(0.0, LEAST_SPAN - (top - bottom)) / 2
    bottom, top = max(-10.0, np.floor(bottom - missing)), min(10.0, np.ceil(top + missing))
    return float(bottom), float(top)


def _dots(line: Array, bottom: float, top: float, columns: int, height: int, ascii_only: bool) -> list[list[int]]:
    """For each cell the dots of the line in it, as bits; neighbours are joined."""
    across, down = (1, 1) if ascii_only else (2, 4)
    cells = [[0] * columns for _ in range(height)]
    scaled = (top - line) / (top - bottom) * (height * down)
    rows = np.clip(np.floor(np.nan_to_num(scaled, nan=-1.0)), 0, height * down - 1).astype(int)
    before: int | None = None
    for place, row in enumerate(rows.tolist()):
        if not np.isfinite(line[place]):
            before = None
            continue
        start = row if before is None else before + (1 if row > before else -1 if row < before else 0)
        for dot in range(min(start, row), max(start, row) + 1):
            bit = 1 if ascii_only else _BRAILLE[dot % down][place % across]
            cells[dot // down][place // across] |= bit
        before = row
    return cells


def _cell(
    dots: int, line: Array, low: Array, high: Array, upper: float, lower: float, ascii_only: bool
) -> tuple[str, str]:
    """The character of a cell and its style: the line, else the band, else the zero line, else nothing."""
    if dots:
        sure = "green" if np.nanmean(low) > 0 else "red" if np.nanmean(high) < 0 else "yellow"
        return "*" if ascii_only else chr(0x2800 + dots), f"not dim bold {sure}"
    middle = (upper + lower) / 2
    if np.isfinite(line).any() and np.nanmean(low) <= middle <= np.nanmean(high):
        return "." if ascii_only else "░", "dim"
    if lower <= 0 < upper:
        return "-" if ascii_only else "┄", "dim"
    return " ", ""


def _label(row: int, height: int, bottom: float, top: float) -> str:
    """The value at the upper edge of the first row, at the lower edge of the last, and 0 where it lies between."""
    upper, lower = top - (top - bottom) * row / height, top - (top - bottom) * (row + 1) / height
    if row == 0:
        told = f"{top:+.0f}" if top else "0"
    elif row == height - 1:
        told = f"{bottom:+.0f}" if bottom else "0"
    else:
        told = "0" if lower <= 0 < upper else ""
    return f"{told:>{AXIS - 1}} "


def _marks(starts: Sequence[date], turns: Sequence[Turn], columns: int, ascii_only: bool) -> list[Text]:
    """Two lines with an arrow and a number where each turn begins; none without turns."""
    taken: dict[int, tuple[str, str, str]] = {}
    for number, turn in enumerate(turns, 1):
        if turn.point.start not in starts:
            continue
        column = _column(starts.index(turn.point.start), len(starts), columns)
        while column in taken and column < columns - 1:
            column += 1
        shown = str(number) if number < 10 else "+"
        sign = arrow(turn.point.direction, ascii_only=ascii_only)
        taken[column] = sign, shown, TURN_STYLES[turn.point.direction]
    if not taken:
        return []
    lines = [Text(" " * AXIS), Text(" " * AXIS)]
    for column in range(max(taken) + 1):
        sign, shown, style = taken.get(column, (" ", " ", ""))
        lines[0].append(sign, style)
        lines[1].append(shown, f"bold {style}".strip())
    return lines


def _column(index: int, periods: int, columns: int) -> int:
    return round(index / max(periods - 1, 1) * (columns - 1))


def _calendar(starts: Sequence[date], end: date, columns: int) -> Text:
    """Years where they begin, as many as there is room for; months at both ends of a short series."""
    row = [" "] * columns
    years = [index for index, start in enumerate(starts) if index == 0 or start.year != starts[index - 1].year]
    labels = [(index, str(starts[index].year)) for index in years[1:]] if len(years) > 2 else []
    labels = [(0, f"{starts[0]:%Y-%m}"), *labels]
    if not years[2:]:
        labels.append((len(starts) - 1, f"{starts[-1]:%Y-%m}"))
    for index, label in labels:
        column = min(_column(index, len(starts), columns), columns - len(label))
        space = range(max(0, column - 1), min(columns, column + len(label) + 1))
        if column >= 0 and all(row[place] == " " for place in space):
            row[column : column + len(label)] = label
    return Text(" " * AXIS + "".join(row).rstrip(), style="dim")
