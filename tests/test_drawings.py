"""What the server draws stays in its frame, breaks where nothing is known, and puts each side where it belongs."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from detente.drawings import WIDE, level_drawing, quad_drawing
from detente.dyads import Period
from detente.relations import LevelOn

Quads = tuple[int, int, int, int]


def month(number: int) -> tuple[date, date]:
    year, place = divmod(number, 12)
    following, after = divmod(number + 1, 12)
    return date(2020 + year, place + 1, 1), date(2020 + following, after + 1, 1)


def level(number: int, value: float | None, spread: float = 1.0) -> LevelOn:
    if value is None:
        return LevelOn(*month(number), None, None, None, None, None)
    return LevelOn(*month(number), value, value - spread, value + spread, value - 2 * spread, value + 2 * spread)


def period(number: int, quads: Quads) -> Period:
    counts = dict(enumerate(quads, 1))
    events = sum(quads)
    return Period(*month(number), events, counts, {}, 0.0, 0.0 if events else None, None, events, 0.0, 1, False)


def _ys(path: str) -> list[float]:
    return [float(y) for y in re.findall(r"[ML][\d.e-]+ ([\d.e-]+)", path)]


def test_the_line_breaks_where_nothing_is_known() -> None:
    drawn = level_drawing([level(0, 1.0), level(1, 2.0), level(2, None), level(3, -1.0), level(4, 0.0)])
    assert drawn.line.count("M") == 2
    assert drawn.band80.count("z") == drawn.band95.count("z") == 2
    first, second, third, fourth = _ys(drawn.line)
    assert second < first < drawn.zero < third
    assert fourth == drawn.zero


def test_cooperation_goes_up_and_conflict_down() -> None:
    drawn = quad_drawing([period(0, (2, 1, 0, 3)), period(1, (0, 0, 1, 0))])
    ends = {quad: [float(end) for end in re.findall(r"V([\d.]+)", path)] for quad, path in drawn.paths.items()}
    assert max(ends[1] + ends[2]) < drawn.zero < min(ends[3] + ends[4])
    assert ends[1][0] < ends[2][0]
    assert len(ends[3]) == len(ends[4]) == 1
    assert [tick.label for tick in drawn.values] == ["2", "0", "2"]


@given(st.lists(st.floats(-9.5, 9.5), min_size=1, max_size=60), st.integers(1, 10))
def test_levels_stay_in_the_frame(values: list[float], spread: int) -> None:
    drawn = level_drawing([level(number, value, spread / 10) for number, value in enumerate(values)])
    inner = [*_ys(drawn.line), *(tick.at for tick in drawn.values)]
    assert all(0 <= y <= drawn.height for y in inner)
    assert 2 <= len(drawn.values) <= 12
    assert len(drawn.days) <= 8
    assert all(0 <= tick.at < 100 for tick in drawn.days)


@given(st.lists(st.tuples(*[st.integers(0, 10_000)] * 4), min_size=1, max_size=60))
def test_counts_stay_in_the_frame(quads: list[Quads]) -> None:
    drawn = quad_drawing([period(number, each) for number, each in enumerate(quads)])
    ends = [float(end) for path in drawn.paths.values() for end in re.findall(r"V([\d.]+)", path)]
    starts = [float(x) for path in drawn.paths.values() for x in re.findall(r"M([\d.]+)", path)]
    assert all(0 <= y <= drawn.height for y in ends)
    assert all(0 <= x < WIDE for x in starts)
    assert 0 < drawn.zero < drawn.height
