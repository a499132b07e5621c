"""Clusters are the same for any order of their input, and people's judgements win."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.acts import linked_event
from detente.link import CAP, LINK, Edge, cluster
from detente.records import Event, Report
from detente.resemblance import keys, likeness, telling, window
from tests.factories import make_article, make_date, make_event

MET = "Japan met South Korea in Tokyo on Thursday to talk about export controls, officials said."
NAMES = "abcdefgh"
EDGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.floats(0, 1)).map(
        lambda e: (min(e[:2]), max(e[:2]), e[2])
    ),
    unique_by=lambda edge: edge[:2],
    max_size=20,
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=4)


def event(text: str = MET, *, day: date = date(2023, 3, 16), article: str = "one", **fields: object) -> Event:
    told = make_event(make_article(text, id=article), when=day)
    return msgspec.structs.replace(told, **fields)


def alike(one: Event, other: Event, published: int = 0) -> float:
    days = date(2023, 3, 17), date(2023, 3, 17) + timedelta(published)
    tellings = [telling(e, day, e.sentence.text) for e, day in zip((one, other), days, strict=True)]
    assert likeness(*tellings) == likeness(*tellings[::-1])
    return likeness(*tellings).score


@given(edges=EDGES, must=PAIRS, cannot=PAIRS, seed=st.randoms())
def test_the_order_of_the_input_changes_nothing(
    edges: list[Edge], must: list[tuple[str, str]], cannot: list[tuple[str, str]], seed: object
) -> None:
    found = cluster(NAMES, edges, must, cannot)
    shuffled = [list(each) for each in (NAMES, edges, must, cannot)]
    for each in shuffled:
        seed.shuffle(each)  # type: ignore[attr-defined]
    assert cluster(*shuffled) == found  # type: ignore[arg-type]
    assert sorted("".join(map("".join, found))) == list(NAMES)


@given(edges=EDGES, must=PAIRS, cannot=PAIRS)
def test_what_people_parted_is_never_together(
    edges: list[Edge], must: list[tuple[str, str]], cannot: list[tuple[str, str]]
) -> None:
    for members in cluster(NAMES, edges, must, cannot):
        assert not any(pair in cannot or pair[::-1] in cannot for pair in combinations(members, 2))


@given(edges=EDGES, must=PAIRS)
def test_what_people_merged_is_together(edges: list[Edge], must: list[tuple[str, str]]) -> None:
    home = {name: members for members in cluster(NAMES, edges, must) for name in members}
    assert all(home[one] == home[other] for one, other in must)


def test_one_weak_bridge_does_not_join_two_acts() -> None:
    edges = [("a", "b", 0.9), ("c", "d", 0.9), ("b", "c", 0.6)]
    assert cluster("abcd", edges) == (("a", "b"), ("c", "d"))


def test_what_hangs_together_without_end_is_cut_by_a_raised_bar() -> None:
    names = [f"{number:05d}" for number in range(2 * CAP)]
    edges = [(one, other, 0.52) for one, other in pairwise(names)]
    assert max(map(len, cluster(names, edges))) <= 2


def test_the_same_act_in_other_words_is_alike_and_another_type_is_less() -> None:
    one = event()
    other = event("Japan met South Korea on Thursday in Tokyo over export controls, a spokesman said.", article="two")
    assert alike(one, other) > 0.5
    assert alike(one, event(day=date(2023, 3, 18), article="two")) < alike(one, other)
    assert alike(one, event(event="ASSAULT", article="two")) < alike(one, event(article="two"))


def test_two_types_in_one_article_are_two_acts() -> None:
    assert alike(event(), event(event="AGREE", id="other")) < LINK


def test_candidates_share_a_party_and_their_days() -> None:
    one, other = telling(event(), date(2023, 3, 17), MET), telling(event(article="two"), date(2023, 3, 18), MET)
    assert set(keys(one)) & set(keys(other))
    assert window(one)[0] < window(other)[1]
    later = telling(event(day=date(2023, 3, 20), article="two"), date(2023, 3, 21), MET)
    assert window(one)[1] <= window(later)[0]
    undated = telling(event(date=None), date(2023, 3, 17), MET)
    assert window(undated)[0] < date(2023, 3, 12).toordinal() < window(undated)[1]


def test_an_act_has_the_record_of_its_fullest_report_whatever_their_order() -> None:
    bare = event(recipient=(), article="a")
    full = event(article="b")
    reports = [
        Report(bare, date(2023, 3, 17), "Gazette", None, None, "a"),
        Report(full, date(2023, 3, 18), "Courier", None, None, "a"),
        Report(event(article="c", status="denied"), None, None, None, None, "c"),
    ]
    act = linked_event(reports)
    assert act == linked_event(reports[::-1])
    assert (act.id, act.event, act.independent_sources) == (full.id, full, 2)
    assert (act.first_seen, act.last_seen) == (date(2023, 3, 17), date(2023, 3, 18))
    assert act.agreement["status"] == pytest.approx(0.67)
    assert act.agreement["date"] == 1.0


def test_dates_that_overlap_agree_and_others_do_not() -> None:
    month = event(article="b", date=make_date(date(2023, 3, 1), days=31, granularity="month"))
    apart = event(article="c", date=make_date(date(2023, 5, 1)))
    told = [Report(e, None, None, None, None, e.article) for e in (event(), month, apart)]
    assert linked_event(told).agreement["date"] == pytest.approx(0.67)


def test_no_act_without_a_report() -> None:
    with pytest.raises(ValueError, match="needs a report"):
        linked_event([])
