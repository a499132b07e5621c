"""How many known turning points between states are found, and how many are found that are not on the list.

    python -m evaluation.turns LEDGER [--errors] [--sample 50]

A turn of `turning_points.csv` can be looked for where its dyad has at least LEAST events within REACH months; it is
found where a turning point lies within TOLERANCE months and has its direction, each serving one turn. Turning points
are counted in the same months, those with LEAST events within REACH, up to the end of the list. Both baselines get the
penalty, of a fine grid, with which they find as many turning points as ours, so that what is compared is where they
lie. Acts are counted, as the ledger has linked them; eligible is what enough reports tell of. All is printed for both
halves of dyads too, of which only one was looked at when the method was improved. The list is far from whole: precision
by it is a floor, and `--sample` prints what is not on it, to be judged.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from detente.turns import Observations, TurningPoint, drivers, observe, turning_points
from evaluation.dyad_months import DyadMonths, Pair, month_number, month_of, read_events, read_months
from evaluation.turn_baselines import Cut, bursts, pelt_of_net

LIST = Path(__file__).parent / "turning_points.csv"
READ = Path(__file__).parent / "turns_read.csv"
FIRST, LAST = date(2002, 7, 1), date(2024, 1, 1)  # the months in which turning points are counted, half-open
SERIES_END = date(2025, 1, 1)  # the series go on for a year, so that the last turns can be seen
LEAST, REACH, TOLERANCE = 20, 12, 2
SHOWN = 5  # sentences of each sampled turning point
DRAWS = 100  # random systems, for what chance would find


class Turn(NamedTuple):
    """A turning point of a dyad: `month` as `month_number` counts, `better` or worse."""

    pair: Pair
    month: int
    better: bool


class Known(NamedTuple):
    """A turn of the list and what happened."""

    turn: Turn
    what: str


class Found(NamedTuple):
    """How a system did: `hits` of `listed` turns with `turns` turning points in `years` dyad-years."""

    hits: int
    listed: int
    turns: int
    years: float

    @property
    def recall(self) -> float:
        return self.hits / self.listed if self.listed else 0.0

    @property
    def precision(self) -> float:
        return self.hits / self.turns if self.turns else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.turns + self.listed) if self.turns + self.listed else 0.0


def read_known(path: Path = LIST) -> list[Known]:
    """The turns of the list, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Known(_turn(row), row["what"]) for row in csv.DictReader(file)]


def _turn(row: dict[str, str]) -> Turn:
    return Turn((row["first"], row["second"]), month_number(row["month"]), row["direction"] == "better")


def covered(months: DyadMonths) -> NDArray[np.bool_]:
    """By dyad and month, whether there are LEAST events within REACH months, in the months that are counted."""
    total = np.cumsum(np.pad(months.events, ((0, 0), (REACH + 1, REACH))), axis=1)
    near = total[:, 2 * REACH + 1 :] - total[:, : -2 * REACH - 1]
    counted = np.array([FIRST <= month < LAST for month in months.months])
    return np.asarray((near >= LEAST) & counted, dtype=bool)


def matches(found: Iterable[Turn], listed: Iterable[Turn]) -> dict[Turn, Turn]:
    """For each listed turn that is found, its turning point: the closest pairs first, each serving one."""
    alike: dict[tuple[Pair, bool], list[Turn]] = {}
    for one in found:
        alike.setdefault((one.pair, one.better), []).append(one)
    pairs = sorted(
        (abs(one.month - known.month), known, one)
        for known in listed
        for one in alike.get((known.pair, known.better), ())
        if abs(one.month - known.month) <= TOLERANCE
    )
    used: set[Turn] = set()
    result: dict[Turn, Turn] = {}
    for _, known, one in pairs:
        if known not in result and one not in used:
            result[known] = one
            used.add(one)
    return result


def _of(months: DyadMonths, dyads: tuple[Pair, ...]) -> DyadMonths:
    """The rows of those dyads, in their order; zeros for a dyad without any."""
    rows = {dyad: row for row, dyad in enumerate(months.dyads)}
    places = np.array([rows.get(dyad, len(rows)) for dyad in dyads])
    counted = ("events", "score", "squares", "goldstein", "quads")
    parts = {name: np.concatenate([part := getattr(months, name), np.zeros_like(part[:1])])[places] for name in counted}
    return msgspec.structs.replace(months, dyads=dyads, **parts)


def half(pair: Pair) -> int:
    """The half that a dyad is in, 0 or 1, by a hash: 0 was looked at when the method was improved, 1 was not."""
    return hashlib.sha256("-".join(pair).encode()).digest()[0] % 2


class Ground:
    """The dyad-months in which turning points are counted, and the listed turns that lie there."""

    def __init__(self, months: DyadMonths, known: Sequence[Known], acts: DyadMonths | None = None) -> None:
        """What is eligible is told by `months`; turning points are sought in `acts`, or in them where it is None."""
        self.months = months if acts is None else _of(acts, months.dyads)
        listed = {each.turn.pair for each in known}
        self.covered = covered(months) & np.array([pair in listed for pair in months.dyads], dtype=bool)[:, None]
        self.rows = {months.dyads[row]: int(row) for row in np.flatnonzero(self.covered.any(axis=1))}
        self.start = month_number(months.months[0])
        self.eligible = [each for each in known if self.holds(each.turn)]

    def holds(self, turn: Turn) -> bool:
        """Whether a turn lies in a month that is counted."""
        row, column = self.rows.get(turn.pair), turn.month - self.start
        return row is not None and 0 <= column < self.covered.shape[1] and bool(self.covered[row, column])

    def judge(self, found: Iterable[Turn]) -> Found:
        """The figures of a system that finds these turning points; those that are not counted are left out."""
        inside = [turn for turn in found if self.holds(turn)]
        hits = matches(inside, [each.turn for each in self.eligible])
        return Found(len(hits), len(self.eligible), len(inside), float(self.covered.sum()) / 12)

    def by_chance(self, found: Sequence[Turn], *, seed: int = 1) -> float:
        """The recall of as many turning points of the same dyads and directions in random months of theirs."""
        chance = np.random.default_rng(seed)
        inside = [turn for turn in found if self.holds(turn)]
        months = {pair: np.flatnonzero(self.covered[row]) + self.start for pair, row in self.rows.items()}
        recalls = []
        for _ in range(DRAWS):
            moved = [turn._replace(month=int(chance.choice(months[turn.pair]))) for turn in inside]
            recalls.append(self.judge(moved).recall)
        return float(np.mean(recalls))


def ours(ground: Ground) -> dict[Turn, TurningPoint]:
    """Our turning points of the dyads that can be judged."""
    return {
        Turn(pair, month_number(point.start), point.direction == "better"): point
        for pair, row in ground.rows.items()
        for point in turning_points(observations(ground.months, row))
    }


def observations(months: DyadMonths, row: int) -> Observations:
    """What is counted of the dyad of a row; the exposure is all articles of the month."""
    return Observations(
        starts=months.months,
        n=months.events[row],
        total=months.score[row],
        squares=months.squares[row],
        quads=months.quads[row],
        exposure=months.articles,
    )


def as_many(
    system: Callable[[float], list[Turn]], penalties: Iterable[float], ground: Ground, wanted: int
) -> tuple[float, list[Turn]]:
    """The penalty with which a system finds as nearly as many counted turning points as wanted, and these."""
    tried = [(penalty, system(penalty)) for penalty in penalties]
    return min(tried, key=lambda each: (abs(ground.judge(each[1]).turns - wanted), each[0]))


def baselines(ground: Ground, wanted: int) -> Iterator[tuple[str, list[Turn]]]:
    """Both baselines, named with their penalties, which give them as many turning points as wanted."""

    def turns_of(find: Callable[[int], list[Cut]]) -> list[Turn]:
        return [
            Turn(pair, ground.start + cut.place, cut.better) for pair, row in ground.rows.items() for cut in find(row)
        ]

    months = ground.months
    penalty, found = as_many(
        lambda value: turns_of(lambda row: pelt_of_net(months.goldstein[row], value)),
        np.geomspace(1, 60, 60).tolist(), ground, wanted,
    )  # fmt: skip
    yield f"PELT on net Goldstein, penalty {penalty:.2f}", found
    threshold, found = as_many(
        lambda value: turns_of(lambda row: bursts(months.quads[row], value)),
        np.linspace(0.25, 12, 160).tolist(), ground, wanted,
    )  # fmt: skip
    yield f"bursts of counts, threshold {threshold:.2f}", found


def report(ground: Ground, known: Sequence[Known], systems: Iterable[tuple[str, list[Turn]]]) -> Iterator[str]:
    """What was looked for, and a line for each system."""
    yield (
        f"turns listed {len(known)} of {_dyads(known)} dyads; eligible {len(ground.eligible)} of"
        f" {_dyads(ground.eligible)} dyads, not eligible {len(known) - len(ground.eligible)}"
        f" (fewer than {LEAST} events within {REACH} months)"
    )
    yield f"{'':42}{'turns':>7}{'a dyad-year':>13}{'found':>7}{'recall':>8}{'by chance':>11}{'precision':>11}{'F1':>7}"
    for name, turns in systems:
        did = ground.judge(turns)
        yield (
            f"{name:42}{did.turns:7}{did.turns / did.years:13.2f}{did.hits:7}{did.recall:8.3f}"
            f"{ground.by_chance(turns):11.3f}{did.precision:11.3f}{did.f1:7.3f}"
        )


def _dyads(known: Sequence[Known]) -> int:
    return len({each.turn.pair for each in known})


def missed(ground: Ground, found: Sequence[Turn]) -> Iterator[str]:
    """The eligible turns that are not found, each with the turning points of its dyad within a year."""
    hits = matches([turn for turn in found if ground.holds(turn)], [each.turn for each in ground.eligible])
    for each in ground.eligible:
        if each.turn not in hits:
            near = sorted(t for t in found if t.pair == each.turn.pair and abs(t.month - each.turn.month) <= REACH)
            yield f"missed {shown(each.turn)}: {each.what} Near: {', '.join(shown(t)[8:] for t in near) or 'none'}."


def shown(turn: Turn) -> str:
    """A turn in words, as "JPN-KOR 2019-07 worse"."""
    return f"{'-'.join(turn.pair)} {month_of(turn.month):%Y-%m} {'better' if turn.better else 'worse'}"


def sample(
    path: Path, ground: Ground, known: Sequence[Known], found: dict[Turn, TurningPoint], size: int
) -> Iterator[str]:
    """Random counted turning points that are on no line of the list, each with the sentences of what drove it.

    Sentences are shown up to the end of the list only.
    """
    unlisted = off_list(ground, known, found)
    for turn in sorted(random.Random(2023).sample(unlisted, min(size, len(unlisted)))):
        point = found[turn]
        yield f"{shown(turn)} ({point.direction}: {', '.join(point.what)}; {'lasts' if point.lasting else 'episode'})"
        events = read_events(path, turn.pair, FIRST, LAST)
        sentences = {each.id: each.sentence for each in events}
        period = [each.month - ground.start for each in events]
        score, quad = [each.score for each in events], [each.quad for each in events]
        months = ground.months
        driving = drivers(
            observe(months.months, period=period, score=score, quad=quad, exposure=months.articles),
            point,
            period=period,
            score=score,
            quad=quad,
            ids=[each.id for each in events],
            groups=[each.sentence for each in events],
        )
        yield from (f"    {driver.strength:5.2f}  {sentences[driver.ids[0]]}" for driver in driving[:SHOWN])


def judged(ground: Ground, known: Sequence[Known], found: Sequence[Turn], path: Path = READ) -> Iterator[str]:
    """What a reading of turning points that are on no line of the list says, and the false ones that follow from it."""
    with path.open(encoding="utf-8", newline="") as file:
        verdicts = {_turn(row): row["verdict"] == "true" for row in csv.DictReader(file)}
    unlisted = off_list(ground, known, found)
    read = [verdicts[turn] for turn in unlisted if turn in verdicts]
    yield f"not on the list: {len(unlisted)} turns, {len(read)} read: {sum(read)} true, {read.count(False)} false"
    if read:
        did = ground.judge(found)
        false = len(unlisted) * read.count(False) / len(read)
        yield (
            f"so about {false:.0f} of {did.turns} turns are false, {3 * false / did.years:.2f} for a dyad in three"
            f" years; precision with the reading {1 - false / did.turns:.3f}"
        )


def off_list(ground: Ground, known: Sequence[Known], found: Iterable[Turn]) -> list[Turn]:
    """The counted turning points that match no turn of the whole list, eligible or not, in order."""
    inside = [turn for turn in found if ground.holds(turn)]
    listed = set(matches(inside, [each.turn for each in known]).values())
    return sorted(set(inside) - listed)


def main() -> None:
    """Print the figures; with options, what was missed and what is on no list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--errors", action="store_true", help="print the listed turns that are missed")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N random turns that are not listed")
    args = parser.parse_args()
    known = read_known()
    reports = read_months(args.ledger, FIRST, SERIES_END)
    acts = read_months(args.ledger, FIRST, SERIES_END, acts=True)
    ground = Ground(reports, known, acts)
    found = ours(ground)
    systems = [("ours", list(found)), *baselines(ground, ground.judge(found).turns)]
    print("\n".join(report(ground, known, systems)))
    for number, name in enumerate(("looked at when tuning", "not looked at")):
        print(f"\nthe half of dyads {name}")
        some = [each for each in known if half(each.turn.pair) == number]
        part = Ground(reports, some, acts)
        print("\n".join(report(part, some, [(name, turns) for name, turns in systems])))
    print("\n".join(judged(ground, known, list(found))))
    if args.errors:
        print("\n".join(missed(ground, list(found))))
    if args.sample:
        print("\n".join(sample(args.ledger, ground, known, found, args.sample)))


if __name__ == "__main__":
    main()
