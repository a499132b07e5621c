"""The chains of sources are drawn with each article right of the one that it stands on."""

from __future__ import annotations

from datetime import date

import pytest

from detente.lineage import Link, Root
from detente.sourcechart import COLUMN, LABEL, MOST, Dot, Shown, source_chart


def root(article: str, *on: str) -> Root:
    links = [Link(one, other, "copy", 0.9, "its words") for one, other in zip((article, *on), on, strict=False)]
    return Root(article, on[-1] if on else article, None, "copy" if on else "own", 0.9, tuple(links))


def shown(*ids: str) -> dict[str, Shown]:
    return {id_: Shown(id_, f"Title {id_}", f"Paper {id_}", date(2023, 3, 17)) for id_ in ids}


def test_one_article_on_its_own_needs_no_drawing() -> None:
    assert source_chart([root("a")], shown("a")) is None
    assert source_chart([], {}) is None


def test_a_chain_runs_from_the_root_to_the_right() -> None:
    chart = source_chart([root("c", "b", "a"), root("b", "a"), root("z")], shown("a", "b", "c", "z"))
    assert chart is not None
    dots = {dot.id: dot for dot in chart.dots}
    assert [dots[id_].x - dots["a"].x for id_ in "abcz"] == [0, COLUMN, 2 * COLUMN, 0]
    assert len({dot.y for dot in chart.dots}) == 4
    assert {dot.id: dot.kind for dot in chart.dots} == {"a": "root", "b": "article", "c": "article", "z": "root"}
    ends = {(line.x, line.y): (line.from_x, line.from_y) for line in chart.lines}
    assert ends == {(dots[a].x, dots[a].y): (dots[b].x, dots[b].y) for a, b in (("c", "b"), ("b", "a"))}
    assert all(dot.x < chart.width and dot.y < chart.height for dot in chart.dots)
    assert [dots[id_].report for id_ in "abcz"] == [False, True, True, True]


def test_a_medium_that_is_not_at_hand_and_an_article_that_is_not_known_have_a_name() -> None:
    chart = source_chart([root("a", "outlet:Kyodo"), root("b")], {})
    assert chart is not None
    assert [(dot.label, dot.kind, dot.id) for dot in chart.dots] == [
        ("Kyodo", "outlet", ""), ("a", "article", "a"), ("b", "root", "b"),
    ]  # fmt: skip


def test_long_names_are_cut_and_told_whole() -> None:
    name = "A very long name of a newspaper in the north"
    chart = source_chart([root("a"), root("b")], {"a": Shown("a", None, name, None)})
    assert chart is not None
    (dot,) = (dot for dot in chart.dots if dot.id == "a")
    assert (len(dot.label), dot.name) == (LABEL, name)


@pytest.mark.parametrize("count", [MOST, MOST + 5])
def test_more_than_can_be_told_apart_are_left_out(count: int) -> None:
    chart = source_chart([root(f"a{number:03}") for number in range(count)], {})
    assert chart is not None
    assert (len(chart.dots), chart.left_out) == (MOST, count - MOST)
    assert all(isinstance(dot, Dot) for dot in chart.dots)
