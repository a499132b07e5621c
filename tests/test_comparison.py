"""Comparisons tell what was put in, and call no noise a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from detente.changes import most_changed
from detente.cli_compare import app
from detente.comparison import compare, network, partners
from detente.dyads import acts_between, counted_acts, dyad_series, side_of
from detente.errors import CodebookError
from detente.judgements import judge
from detente.knownacts import articles_read
from detente.ledger import Ledger, open_ledger
from detente.memory import update
from detente.pairdays import LedgerDays, PairDays, pair_days_of
from detente.records import Coded, Event
from detente.similarity import similar, warped
from detente.windowsums import BLOCK, blocks_of, edges_back, means_of, within_variance
from tests.factories import make_article, make_event

START = date(2021, 1, 4)
NAMES = {"JPN": "Japan", "KOR": "South Korea", "CHN": "China", "USA": "United States"}


class Made:
    """A source of made-up acts: (first, second, day, score); as many articles are read every day."""

    def __init__(self, acts: Iterable[tuple[str, str, date, float]], *, days: int, read: int = 10) -> None:
        self._acts = [(min(a, b), max(a, b), day, score) for a, b, day, score in acts]
        self._read = {START + timedelta(n): read for n in range(days)}

    def pair_days(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        one: Sequence[str] = (),
        other: Sequence[str] = (),
    ) -> PairDays:
        rows = []
        for first, second, day, score in self._acts:
            ways = [(first, second), (second, first)]
            if not any((not one or a in one) and (not other or b in other) for a, b in ways):
                continue
            if (since is None or day >= since) and (until is None or day < until):
                quads = [int(score > 0), 0, 0, int(score <= 0)]
                rows.append((first, second, day.isoformat(), 1, 1, score, score**2, *quads))
        return pair_days_of(rows)

    def read(self) -> dict[date, int]:
        return self._read

    def last_day(self) -> date | None:
        return max(self._read)


def every(
    days: int, pair: tuple[str, str], score: float, first: int, last: int
) -> Iterator[tuple[str, str, date, float]]:
    """An act every so many days."""
    for n in range(first, last, days):
        yield (*pair, START + timedelta(n), score)


def noise(pairs: int, seed: int, days: int = 420) -> list[tuple[str, str, date, float]]:
    """Pairs whose scores and days are drawn from one distribution throughout."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(pairs):
        pair = ("AAA", f"{chr(66 + number // 26)}{chr(65 + number % 26)}Z")
        for day in rng.integers(0, days, size=40).tolist():
            found.append((*pair, START + timedelta(day), round(float(rng.normal(-1, 4.2)), 1)))
    return found


def text_of(pair: tuple[str, str], number: int) -> str:
    return f"{NAMES[pair[0]]} met {NAMES[pair[1]]}, report {number}."


def fill(ledger: Ledger, acts: Iterable[tuple[tuple[str, str], date, str]]) -> list[Event]:
    """One article and event each: pair, day and type; published the day after."""
    run = ledger.begin_run(coder="detente test", model="m", codebook="c")
    events = []
    for number, (pair, day, event) in enumerate(acts):
        text = text_of(pair, number)
        article = make_article(text, id=f"a{number:04}", published=day + timedelta(1))
        made = make_event(
            article, event=event, actors=((NAMES[pair[0]], pair[0]),), recipients=((NAMES[pair[1]], pair[1]),), when=day
        )
        ledger.store(Coded(article, (made,)), run)
        events.append(made)
    ledger.end_run(run)
    return events


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        yield opened


JPN_KOR, JPN_CHN = ("JPN", "KOR"), ("JPN", "CHN")


def test_the_sums_of_a_ledger_are_those_of_its_series(ledger: Ledger) -> None:
    fill(ledger, [(JPN_KOR, START, "ACCUSE"), (JPN_CHN, START, "AID"), (JPN_KOR, START + timedelta(3), "AID")])
    unlinked = LedgerDays(ledger).pair_days(one=("KOR",), other=("JPN",))
    update(ledger)
    found = LedgerDays(ledger).pair_days(one=("KOR",), other=("JPN",))
    series = dyad_series(ledger, "JPN", "KOR")
    assert [each.tolist() for each in found] == [each.tolist() for each in unlinked]
    assert found.sums[:, 0].sum() == series.events == 2
    assert found.sums[:, 1].sum() == series.net
    assert set(zip(found.first, found.second, strict=True)) == {("JPN", "KOR")}


def test_as_of_a_day_nothing_later_counts(ledger: Ledger) -> None:
    fill(ledger, [(JPN_KOR, START + timedelta(7 * n), "CONSULT") for n in range(10)])
    update(ledger)
    for weeks in (0, 3, 20):
        day = START + timedelta(7 * weeks + 1)
        source = LedgerDays(ledger, as_of=day)
        assert source.pair_days().sums[:, 0].sum() == min(weeks + 1, 10)
        assert source.last_day() == min(day, START + timedelta(64))
    assert LedgerDays(ledger, as_of=START).pair_days().sums.sum() == 0


def test_acts_known_on_a_day_are_those_that_their_reports_of_then_tell(ledger: Ledger) -> None:
    first, second = fill(ledger, [(JPN_KOR, START, "CONSULT"), (JPN_KOR, START, "CONSULT")])
    late = make_article(text_of(JPN_CHN, 7), id="late", published=START + timedelta(30))
    told = make_event(
        late, event="AID", actors=(("Japan", "JPN"),), recipients=(("China", "CHN"),), when=START, confidence=0.99
    )
    run = ledger.begin_run(coder="detente test", model="m", codebook="c")
    ledger.store(Coded(late, (told,)), run)
    ledger.end_run(run)
    for other in (second, told):
        judge(ledger, "merge", first.id, other.id, who="a tester")
    update(ledger)
    now = LedgerDays(ledger)
    assert now.pair_days().second.tolist() == ["JPN"]  # the surest report leads: CHN and JPN
    then = LedgerDays(ledger, as_of=START + timedelta(10))
    assert then.pair_days().first.tolist() == ["JPN"]
    assert then.pair_days().sums[:, 0].tolist() == [1.0]
    for day in (START + timedelta(n) for n in (0, 1, 10, 30, 10_000)):
        for pair in (("JPN", "KOR"), ("JPN", "CHN")):
            sides = side_of(pair[0]), side_of(pair[1])
            slow = {act.id: act.independent_sources for act in acts_between(ledger, *sides, as_of=day)}
            assert {act.id: act.sources for act in counted_acts(ledger, *sides, as_of=day)} == slow


def test_a_judgement_after_a_day_does_not_change_what_was_known_on_it(ledger: Ledger) -> None:
    (event,) = fill(ledger, [(JPN_KOR, START, "CONSULT")])
    update(ledger)
    judge(ledger, "event", event.id, "type", "AID", who="a tester")
    update(ledger)
    sides = side_of("JPN"), side_of("KOR")
    assert [act.event for act in counted_acts(ledger, *sides)] == ["AID"]
    assert [act.event for act in counted_acts(ledger, *sides, as_of=START + timedelta(5))] == ["CONSULT"]


def test_articles_that_are_added_are_read(ledger: Ledger) -> None:
    fill(ledger, [(JPN_KOR, START, "CONSULT")])
    assert articles_read(ledger) == {START + timedelta(1): 1}
    articles_read(ledger)[START] = 5  # what was handed out is the caller's own
    fill(ledger, [(JPN_CHN, START, "CONSULT"), (JPN_CHN, START + timedelta(1), "CONSULT")])
    assert sum(articles_read(ledger).values()) == 3
    assert articles_read(ledger, as_of=START) == {}


def test_two_dyads_are_held_against_each_other_over_the_same_periods() -> None:
    acts = [*every(2, JPN_KOR, 5.0, 0, 360), *every(2, ("USA", "CHN"), -5.0, 60, 420)]
    found = compare(Made(acts, days=420), ("JPN", "KOR"), ("CHN", "USA"))
    assert [(a.end, b.start) for a, b in pairwise(found.periods) if a.end != b.start] == []
    assert found.events == (180, 180)
    assert found.common == 10  # March to December
    last = found.difference
    assert last.value == pytest.approx(10, abs=0.5)
    assert last.low95 is not None
    assert last.low95 > 0
    assert found.alike is None


def test_a_dyad_is_all_alike_to_itself() -> None:
    acts = [(*JPN_KOR, START + timedelta(day), float(score)) for day, score in zip(
        range(0, 1400, 2), np.random.default_rng(1).normal(0, 1, 700).cumsum().clip(-9, 9), strict=True
    )]  # fmt: skip
    found = compare(Made(acts, days=1400), JPN_KOR, JPN_KOR)
    assert found.correlation == 1
    assert found.alike is not None
    assert (found.alike.lag, round(found.alike.correlation, 6)) == (0, 1.0)
    assert {period.difference.value for period in found.periods} == {0.0}


def test_dyads_without_acts_and_unknown_steps() -> None:
    assert compare(Made([], days=3), JPN_KOR, JPN_CHN).periods == ()
    with pytest.raises(CodebookError, match="not a step"):
        compare(Made([], days=3), JPN_KOR, JPN_CHN, step="fortnight")
    with pytest.raises(CodebookError, match="sectors"):
        compare(Made([], days=3), ("JPN:MIL", "KOR"), JPN_CHN)


def test_partners_are_ranked_by_volume_and_shares_add_up() -> None:
    acts = [
        *every(3, JPN_KOR, -6.0, 0, 364), *every(3, JPN_KOR, 6.0, 364, 728),
        *every(9, JPN_CHN, -4.0, 0, 728), *every(2, ("USA", "CHN"), 1.0, 0, 728),
    ]  # fmt: skip
    found = partners(Made(acts, days=728), "JPN", weeks=52)
    assert [each.code for each in found.partners] == ["KOR", "CHN"]
    korea, china = found.partners
    assert (found.until - found.since).days == 364
    assert sum(each.share for each in found.partners) == pytest.approx(1, abs=1e-3)
    assert (korea.conflict, china.conflict) == (0.0, 1.0)
    assert (korea.level.value, korea.change.value, korea.sure) == (6.0, 12.0, True)
    assert china.level.value == -4.0
    assert not china.sure


def test_partners_of_a_bloc_are_none_of_its_own() -> None:
    acts = [*every(3, JPN_KOR, 1.0, 0, 300), *every(3, JPN_CHN, 1.0, 0, 300), *every(3, ("KOR", "CHN"), 1.0, 0, 300)]
    [china] = partners(Made(acts, days=300), "JPN+KOR", weeks=40).partners
    assert (china.code, china.events) == ("CHN", 2 * 93)


def test_a_change_of_level_and_one_of_volume_are_found_among_still_dyads() -> None:
    acts = [
        *noise(20, seed=3),
        *every(2, JPN_KOR, 5.0, 0, 364), *every(2, JPN_KOR, -6.0, 364, 420),
        *every(28, JPN_CHN, -3.0, 0, 364), *every(1, JPN_CHN, -3.0, 364, 420),
    ]  # fmt: skip
    found = most_changed(Made(acts, days=420), weeks=8)
    told = {each.pair: each for each in found.changes}
    assert (found.until - found.since).days == 56
    assert found.asked == 22
    assert set(told) == {("JPN", "KOR"), ("CHN", "JPN")}
    korea, china = told["JPN", "KOR"], told["CHN", "JPN"]
    assert korea.what[0] == "level"
    assert korea.change.value == pytest.approx(-11)
    assert china.what == ("volume",)
    assert china.events == (13, 56)
    assert china.ratio.value == pytest.approx(28, rel=0.1)
    assert [each.chance for each in found.changes] == sorted(each.chance for each in found.changes)


def test_noise_is_hardly_ever_called_a_change() -> None:
    reported = [len(most_changed(Made(noise(30, seed=seed), days=420), weeks=8).changes) for seed in range(12)]
    assert sum(number > 0 for number in reported) <= 3, "a share of 0.1 of such runs may report one"


def test_more_acts_because_more_was_read_are_no_change() -> None:
    acts = [*every(4, JPN_KOR, 2.0, 0, 364), *every(1, JPN_KOR, 2.0, 364, 420)]
    read = {START + timedelta(n): 10 if n < 364 else 40 for n in range(420)}
    source = Made(acts, days=420)
    assert [each.what for each in most_changed(source, weeks=8).changes] == [("volume",)]
    source._read = read
    assert most_changed(source, weeks=8).changes == ()


def test_the_network_on_a_day_has_the_acts_of_the_window_alone() -> None:
    acts = [*every(2, JPN_KOR, 4.0, 0, 100), *every(5, JPN_CHN, -4.0, 0, 400)]
    found = network(Made(acts, days=400), on=START + timedelta(149), weeks=10)
    assert (found.since, found.until) == (START + timedelta(80), START + timedelta(150))
    assert [(edge.first, edge.second, edge.events) for edge in found.edges] == [("CHN", "JPN", 14), ("JPN", "KOR", 10)]
    assert [(node.code, node.events, node.partners) for node in found.nodes] == [
        ("JPN", 24, 2), ("CHN", 14, 1), ("KOR", 10, 1),
    ]  # fmt: skip
    assert found.edges[0].quads == {1: 0, 2: 0, 3: 0, 4: 14}
    assert len(network(Made(acts, days=400), weeks=50, most=1).edges) == 1


def test_the_variance_of_a_mean_is_that_of_its_noise() -> None:
    rng = np.random.default_rng(5)
    acts = [
        ("AAA", f"{chr(65 + n // 26)}{chr(65 + n % 26)}Z", START + timedelta(28 * block + day), float(score + shift))
        for n in range(200)
        for block in range(6)
        for shift in rng.normal(0, 4.2 * 0.15**0.5, size=1)
        for day, score in zip(rng.integers(0, 28, size=8).tolist(), rng.normal(0, 4.2, size=8), strict=True)
    ]
    source = Made(acts, days=6 * BLOCK)
    edges = edges_back(START + timedelta(6 * BLOCK), 6 * BLOCK)
    blocks = blocks_of(source.pair_days(), source.read(), edges)
    within, _ = within_variance(blocks)
    found = means_of(blocks, within)
    assert float(np.median(found.variance)) == pytest.approx(float(found.mean.var()), rel=0.2)


def test_histories_that_move_alike_are_the_likest() -> None:
    def history(pair: tuple[str, str], turn: int) -> list[tuple[str, str, date, float]]:
        return [*every(4, pair, 6.0, 0, turn), *every(4, pair, -6.0, turn, 2000)]

    acts = [
        *history(JPN_KOR, 1000), *history(JPN_CHN, 1100),
        *every(4, ("USA", "CHN"), 6.0, 0, 2000), *every(4, ("USA", "KOR"), -6.0, 0, 2000),
    ]  # fmt: skip
    found = similar(Made(acts, days=2000), "KOR", "JPN")
    assert found.asked == 3
    first = found.similar[0]
    assert first.pair == ("CHN", "JPN")
    assert first.distance < 0.5 * found.similar[1].distance
    assert first.correlation is not None
    assert first.correlation > 0.8
    assert first.profile is not None
    assert found.similar[1].profile is not None
    assert first.profile < found.similar[1].profile


def test_warping_costs_nothing_where_one_series_only_lags() -> None:
    steps = np.repeat([0.0, 3.0, 1.0], 6)
    assert warped(steps, np.roll(steps, 2), 0) > 0
    late = np.concatenate([steps[:1], steps[:1], steps[:-2]])
    assert warped(steps, late, 2) == pytest.approx(0)
    assert warped(steps, steps + 2, 2) == warped(steps + 2, steps, 2)


def test_the_commands_print_tables_and_json(tmp_path: Path) -> None:
    path = tmp_path / "news.detente"
    with open_ledger(path) as ledger:
        fill(ledger, [(JPN_KOR, START + timedelta(4 * n), "CONSULT" if n < 40 else "ACCUSE") for n in range(50)])
        fill(ledger, [(JPN_CHN, START + timedelta(4 * n), "AID") for n in range(50)])
        update(ledger)
    asked = {
        "compare": ["JPN", "KOR", "JPN", "CHN"], "partners": ["jpn"], "changed": ["--weeks", "6"],
        "network": ["--on", "2021-07-01"], "similar": ["JPN", "KOR"],
    }  # fmt: skip
    for command, words in asked.items():
        shown = CliRunner().invoke(app, [command, *words, "--ledger", str(path)])
        assert shown.exit_code == 0, shown.output
        assert "JPN" in shown.output or "dyads" in shown.output
        assert max(map(len, shown.output.splitlines())) <= 100
        data = CliRunner().invoke(app, [command, *words, "--ledger", str(path), "--json", "--as-of", "2021-06-01"])
        assert isinstance(msgspec.json.decode(data.output), dict), data.output
