"""The chart of a level: its line lies where the level is, within its width, and turns stand under their day."""

from __future__ import annotations

from datetime import date

import pytest

from detente.levelchart import AXIS, level_chart
from detente.relations import LevelOn, Turn
from detente.turns import TurningPoint


def month(number: int) -> date:
    return date(2020 + number // 12, number % 12 + 1, 1)


def rising(many: int = 48, *, gap: int | None = None) -> list[LevelOn]:
    """Levels from −6 to +6, with a band of one to each side."""
    found = []
    for number in range(many):
        level = -6 + 12 * number / (many - 1)
        values = (None,) * 5 if number == gap else (level, level - 1, level + 1, level - 2, level + 2)
        found.append(LevelOn(month(number), month(number + 1), *values))
    return found


def turn(start: date, direction: str = "better") -> Turn:
    point = TurningPoint(
        start=start, index=0, earliest=start, latest=start, lasting=True, end=None, what=("level",),
        direction=direction, before=0.0, after=1.0, size=1.0, rates=(1.0, 1.0), mixes=((), ()), strength=1.0,
        thin=False, states=((), ()),
    )  # fmt: skip
    return Turn(point, ())


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("width", [20, 80, 160])
def test_it_keeps_to_its_width_and_height(width: int, ascii_only: bool) -> None:
    lines = level_chart(rising(), [turn(month(9))], width=width, height=7, ascii_only=ascii_only)
    assert len(lines) == 7 + 2 + 1
    assert all(line.cell_len <= width for line in lines)
    assert ascii_only == all(line.plain.isascii() for line in lines)


def test_the_line_rises_from_the_lower_left_to_the_upper_right() -> None:
    rows = [line.plain for line in level_chart(rising(), [], width=60, height=10, ascii_only=True)[:10]]
    places = [row.index("*") for row in rows if "*" in row]
    assert places == sorted(places, reverse=True)
    assert rows[0].startswith("   +7 ")
    assert rows[-1].startswith("   -7 ")
    assert sum("0 " in row[:AXIS] for row in rows) == 1


def test_the_colour_tells_on_which_side_the_band_lies() -> None:
    spans = [str(span.style) for line in level_chart(rising(), [], width=60, height=10) for span in line.spans]
    assert {style.rpartition(" ")[2] for style in spans if "bold" in style} == {"red", "yellow", "green"}


def test_turns_stand_under_their_periods_and_do_not_hide_one_another() -> None:
    turns = [turn(month(0)), turn(month(24), "worse"), turn(month(24)), turn(date(1999, 1, 1))]
    arrows, numbers = (line.plain for line in level_chart(rising(49), turns, width=AXIS + 49, ascii_only=True)[-3:-1])
    assert arrows[AXIS] == "^"
    assert arrows[AXIS + 24 : AXIS + 26] == "v^"
    assert numbers.split() == ["1", "23"]


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    lines = level_chart(rising(49, gap=24), [], width=AXIS + 49, height=10, ascii_only=True)
    assert all(line.plain[AXIS + 24] in " -" for line in lines[:10])
    unknown = [LevelOn(month(0), month(1), *(None,) * 5)]
    assert level_chart(unknown, [], width=80) == []
    assert level_chart([], [], width=80) == []


def test_one_period_is_drawn_too() -> None:
    lines = level_chart(rising(48)[:1], [turn(month(0))], width=40, height=5)
    assert lines[-1].plain.strip() == "2020-01"


def test_years_stand_where_they_begin() -> None:
    calendar = level_chart(rising(49), [], width=AXIS + 49)[-1].plain
    assert calendar[AXIS:].startswith("2020-01")
    assert calendar.index("2022") == AXIS + 24
