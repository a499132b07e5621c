"""How found turning points are held against the list, and the baselines, on made-up months."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from evaluation.dyad_months import DyadMonths, month_number, month_of
from evaluation.turn_baselines import Cut, bursts, pelt_of_net
from evaluation.turns import (
    READ,
    Ground,
    Known,
    Turn,
    as_many,
    baselines,
    covered,
    judged,
    matches,
    missed,
    off_list,
    ours,
    read_known,
    report,
)

PAIR = ("JPN", "KOR")
START = month_number("2009-01")
TURN = month_number("2012-01")


def months_of(conflict: list[int]) -> DyadMonths:
    """Two cooperative events a month between Japan and Korea, and so many of conflict."""
    number = np.array([conflict], dtype=float)
    quads = np.zeros((1, len(conflict), 4))
    quads[0, :, 0], quads[0, :, 3] = 2, number
    return DyadMonths(
        dyads=(PAIR,),
        months=tuple(month_of(START + place) for place in range(len(conflict))),
        events=number + 2,
        score=5 - 7 * number,
        squares=12.5 + 49 * number,
        goldstein=5 - 7 * number,
        quads=quads,
        articles=np.full(len(conflict), 100.0),
    )


@pytest.fixture
def ground() -> Ground:
    """Calm for three years, five acts of conflict a month from 2012 on; one turn known, one of another dyad."""
    known = [
        Known(Turn(PAIR, TURN, False), "Conflict begins."),
        Known(Turn(("CHN", "USA"), TURN, False), "Not in the ledger."),
    ]
    return Ground(months_of([0] * 36 + [5] * 36), known)


def turn(month: str, *, better: bool = False) -> Turn:
    return Turn(PAIR, month_number(month), better)


def test_a_turn_is_found_within_two_months_and_in_its_direction() -> None:
    listed = [turn("2012-01")]
    assert matches([turn("2011-11")], listed) == {listed[0]: turn("2011-11")}
    assert matches([turn("2012-04")], listed) == {}
    assert matches([turn("2012-01", better=True)], listed) == {}
    assert matches([Turn(("CHN", "JPN"), TURN, False)], listed) == {}


def test_each_turning_point_serves_one_turn_the_closest_first() -> None:
    listed = [turn("2012-01"), turn("2012-02")]
    assert matches([turn("2012-03")], listed) == {listed[1]: turn("2012-03")}
    both = [turn("2012-03"), turn("2012-01")]
    assert matches(both, listed) == {listed[0]: both[1], listed[1]: both[0]}


def test_months_count_where_enough_is_told_around_them() -> None:
    months = months_of([0] * 60)
    sparse = np.zeros((1, 60))
    sparse[0, 30] = 20
    seen = covered(DyadMonths(**{f: getattr(months, f) for f in months.__struct_fields__} | {"events": sparse}))
    assert np.flatnonzero(seen[0]).tolist() == list(range(18, 43))


def test_turns_of_dyads_that_are_not_covered_are_not_eligible(ground: Ground) -> None:
    assert [each.what for each in ground.eligible] == ["Conflict begins."]
    assert not ground.holds(Turn(("CHN", "USA"), TURN, False))
    assert not ground.holds(turn("2030-01"))


def test_a_system_is_judged_by_what_it_finds_and_what_else_it_claims(ground: Ground) -> None:
    did = ground.judge([turn("2012-02"), turn("2013-06"), turn("2014-06", better=True), turn("2030-01")])
    assert (did.hits, did.listed, did.turns, did.years) == (1, 1, 3, 6.0)
    assert [did.recall, did.precision, did.f1] == pytest.approx([1, 1 / 3, 1 / 2])


def test_nothing_found_is_no_error(ground: Ground) -> None:
    did = ground.judge([])
    assert (did.recall, did.precision, did.f1) == (0.0, 0.0, 0.0)


def test_chance_finds_a_turn_as_often_as_months_are_near_it(ground: Ground) -> None:
    # one turning point in one of 72 months, five of which are near enough
    assert ground.by_chance([turn("2010-01")] * 1) == pytest.approx(5 / 72, abs=0.08)
    assert ground.by_chance([turn("2010-01", better=True)]) == 0.0


def test_ours_finds_the_change(ground: Ground) -> None:
    assert turn("2012-01") in ours(ground)


def test_the_baselines_find_it_with_as_many_turning_points(ground: Ground) -> None:
    for _, found in baselines(ground, 1):
        assert found == [turn("2012-01")]


def test_the_penalty_is_the_one_that_finds_nearest_to_as_many(ground: Ground) -> None:
    found = {1.0: [turn("2012-01")] * 1, 2.0: [turn("2012-01"), turn("2013-01"), turn("2014-01")], 3.0: []}
    assert as_many(lambda penalty: found[penalty], found, ground, 2)[0] == 1.0
    assert as_many(lambda penalty: found[penalty], found, ground, 3)[0] == 2.0


def test_the_report_says_what_was_looked_for(ground: Ground) -> None:
    known = [*ground.eligible, Known(Turn(("CHN", "USA"), TURN, False), "Not in the ledger.")]
    lines = list(report(ground, known, [("made", [turn("2012-01")])]))
    assert "listed 2 of 2 dyads; eligible 1 of 1 dyads, not eligible 1" in lines[0]
    assert lines[2].split() == ["made", "1", "0.17", "1", "1.000", *lines[2].split()[5:6], "1.000", "1.000"]


def test_what_is_missed_is_told_with_what_lies_near(ground: Ground) -> None:
    assert list(missed(ground, [turn("2012-01")])) == []
    assert list(missed(ground, [turn("2012-06")])) == [
        "missed JPN-KOR 2012-01 worse: Conflict begins. Near: 2012-06 worse."
    ]


def test_pelt_finds_where_the_mean_changes() -> None:
    chance = np.random.default_rng(1)
    net = np.concatenate([np.zeros(40), np.full(40, -6.0), np.full(40, 3.0)]) + chance.normal(size=120)
    assert pelt_of_net(net, 15) == [Cut(40, False), Cut(80, True)]
    assert pelt_of_net(net, 1e6) == []
    assert pelt_of_net(np.zeros(30), 5) == []


def test_a_burst_is_told_once_with_what_bursts() -> None:
    quads = np.ones((40, 4))
    quads[20:22, 3] = 9
    quads[35, 0] = 9
    assert bursts(quads, 3.0) == [Cut(20, False), Cut(35, True)]
    assert bursts(quads, 50.0) == []
    assert bursts(quads[:12], 3.0) == []


def test_the_list_is_read_with_its_months_and_directions() -> None:
    known = {each.turn for each in read_known()}
    assert Turn(("CUB", "USA"), month_number("2014-12"), True) in known
    assert Turn(("RUS", "UKR"), month_number(date(2022, 2, 24)), False) in known


def test_the_verdicts_by_eye_are_carried_over_to_what_was_not_read(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "read.csv"
    verdicts = (
        "JPN,KOR,2013-06,worse,true,a\nJPN,KOR,2014-06,better,false,b\nJPN,KOR,2009-06,better,false,no longer found\n"
    )
    path.write_text(f"first,second,month,direction,verdict,what\n{verdicts}", encoding="utf-8")
    found = [turn("2012-01"), turn("2013-06"), turn("2014-06", better=True), turn("2013-01"), turn("2013-03")]
    assert off_list(ground, ground.eligible, found) == sorted(found[1:])
    assert list(judged(ground, ground.eligible, found, path)) == [
        "not on the list: 4 turns, 2 read: 1 true, 1 false",
        "so about 2 of 5 turns are false, 1.00 for a dyad in three years; precision with the reading 0.600",
    ]


def test_the_file_of_verdicts_is_whole() -> None:
    with READ.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [(row["first"], row["second"], row["month"], row["direction"]) for row in rows]
    assert len(set(keys)) == len(keys) > 0
    for row in rows:
        assert row["verdict"] in ("true", "false"), row
        assert row["month"] <= "2023-12", row
        assert row["what"], row
