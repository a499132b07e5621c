"""What the statistics of a relation do on dyads whose truth is known, since they are made up.

    python -m evaluation.simulations [--dyads 60] [PART ...]
    python -m evaluation.simulations --ledger LEDGER

Parts: `false` counts turns of relations that never change, also where coverage does; `found` how many real changes are
found, beside two baselines; `dates` how often the interval of a turn holds its true month; `bands` how often the bands
of a level hold it; `speed` what it takes; `calibrate` the false turns by penalty, from which the penalties in
`detente.turns` are read. Without a part all but the last run.

With `--ledger`, what dyads of current events of 2002 to 2022 have in common is printed: the constants of
`detente.statespace` and `detente.eventcosts`, and FREQUENCIES below.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.changepoints import find_changes, kernel_cuts
from detente.codebook import event_type, event_types
from detente.eventcosts import DISPERSION, DISPERSION_SPREAD, dispersion_of
from detente.ledger import open_ledger
from detente.statespace import FLOOR, NOISE, local_level, local_levels, relative_exposure
from detente.turns import Observations, evidence_of, observe, turning_points
from evaluation.dyad_months import month_number, month_of, read_months
from evaluation.turn_baselines import bursts, pelt_of_net

Array = NDArray[np.float64]

# How often acts between states are of each type, in thousandths: current events of 2002 to 2022.
FREQUENCIES = {
    "AGREE": 85, "CONSULT": 81, "SUPPORT": 44, "CONCEDE": 38, "COOPERATE": 14, "AID": 23, "RETREAT": 23, "REQUEST": 76,
    "ACCUSE": 140, "REJECT": 47, "THREATEN": 33, "PROTEST": 17, "SANCTION": 82, "MOBILIZE": 19, "COERCE": 69,
    "ASSAULT": 210,
}  # fmt: skip
MONTHS = 240
FIRST = month_number("2002-01")
MONTHLY_SWING = 0.5  # standard deviation of a month's log-odds of conflict around the state's
TOLD_AGAIN = 0.15  # share of events that are of one kind with the one before them, in the same month
MISREAD = 0.03  # share of events read as of any kind, a source of heavy tails
RATES = (0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 50.0, 200.0)  # events a month
TOLERANCE = 2  # months within which a change counts as found
YEARS = 3.0


class Made(NamedTuple):
    """Made-up events: their months, scores and quad codes, one each."""

    period: NDArray[np.int64]
    score: Array
    quad: NDArray[np.int64]


class Truth(NamedTuple):
    """The state of a made-up relation by month: expected events (T,), shares by quad (T, 4), and where it changes."""

    rates: Array
    mixes: Array
    at: int


def mix_of(conflict: float, material: float = 0.4) -> Array:
    """Shares by quad code, from the share of conflict and that of material acts in either kind."""
    return np.outer([1 - conflict, conflict], [1 - material, material]).ravel()


def make(chance: np.random.Generator, truth: Truth, *, dispersion: float, exposure: Array | None = None) -> Made:
    """Events of a relation; `exposure` multiplies the expected number by month, as a multiple of its median."""
    months = len(truth.rates)
    seen = np.ones(months) if exposure is None else exposure / np.median(exposure)
    number = chance.poisson(truth.rates * seen * chance.gamma(dispersion, 1 / dispersion, months))
    period = np.repeat(np.arange(months), number)
    shares = truth.mixes[period] * np.where([False, False, True, True], _swing(chance, months)[period][:, None], 1)
    shares = shares / shares.sum(axis=1, keepdims=True)
    shares[chance.random(len(period)) < MISREAD] = 0.25
    quad = 1 + (chance.random(len(period))[:, None] > shares.cumsum(axis=1)[:, :3]).sum(axis=1)
    again = (chance.random(len(period)) < TOLD_AGAIN) & (np.diff(period, prepend=-1) == 0)
    for place in np.flatnonzero(again):
        quad[place] = quad[place - 1]
    return Made(period, _scores(chance, quad), quad)


def _swing(chance: np.random.Generator, months: int) -> Array:
    return np.exp(MONTHLY_SWING * chance.normal(size=months))


def _scores(chance: np.random.Generator, quad: NDArray[np.int64]) -> Array:
    """The score of a type of each event's quad, types as frequent as in FREQUENCIES."""
    score = np.empty(len(quad))
    for code in (1, 2, 3, 4):
        types = [event_type(name) for name in FREQUENCIES if event_type(name).quad == code]
        share = np.array([FREQUENCIES[each.name] for each in types], dtype=np.float64)
        of_code = quad == code
        score[of_code] = chance.choice([each.scale for each in types], size=int(of_code.sum()), p=share / share.sum())
    return score


def observed(made: Made, months: int = MONTHS, exposure: Array | None = None) -> Observations:
    """The events counted by month."""
    starts = [month_of(FIRST + month) for month in range(months)]
    return observe(starts, period=made.period, score=made.score, quad=made.quad, exposure=exposure)


def constant(chance: np.random.Generator, rate: float, months: int = MONTHS) -> Truth:
    """A relation that never changes, with any mix."""
    mix = mix_of(chance.uniform(0.2, 0.8), chance.uniform(0.2, 0.7))
    return Truth(np.full(months, rate), np.tile(mix, (months, 1)), -1)


def some_dispersion(chance: np.random.Generator) -> float:
    """A dispersion such as dyads have."""
    return float(np.clip(DISPERSION * np.exp(DISPERSION_SPREAD * chance.normal()), 0.15, 20.0))


# -- relations that change ---------------------------------------------------------------------------------------------

# What changes: shares of conflict and of material acts before and in the new state, by how much the rate is multiplied,
# events that are added to it, and the months that the new state lasts (None: on to the end).
CHANGES: dict[str, tuple[tuple[float, float], tuple[float, float], float, float, int | None]] = {
    "cools, conflict .3 to .7": ((0.3, 0.4), (0.7, 0.4), 1, 0, None),
    "thaws, conflict .8 to .2": ((0.8, 0.4), (0.2, 0.4), 1, 0, None),
    "from words to deeds": ((0.6, 0.2), (0.6, 0.8), 1, 0, None),
    "three times as many": ((0.5, 0.4), (0.5, 0.4), 3, 0, None),
    "outbreak of six months": ((0.5, 0.4), (0.9, 0.8), 6, 0, 6),
    "crisis of two months": ((0.4, 0.4), (0.95, 0.5), 4, 3, 2),
    "a deal in one month": ((0.7, 0.4), (0.05, 0.3), 4, 3, 1),
}


def changed(name: str, at: int, rate: float, months: int = MONTHS) -> Truth:
    """A relation that changes in that way at that month."""
    before, after, times, added, lasts = CHANGES[name]
    end = months if lasts is None else at + lasts
    rates, mixes = np.full(months, rate), np.tile(mix_of(*before), (months, 1))
    rates[at:end] = rate * times + added
    mixes[at:end] = mix_of(*after)
    return Truth(rates, mixes, at)


_TYPES = """
SELECT event, COUNT(*) FROM (
    SELECT DISTINCT events.row, events.event AS event FROM pairs JOIN events ON events.row = pairs.event
    WHERE superseded_at IS NULL AND status = 'actual' AND first <> '' AND first < second
    AND date_start >= '2002-07-01' AND date_start < '2023-01-01'
) GROUP BY event
"""

System = Callable[[Observations], list[int]]


def systems(rate: float, dyads: int) -> Iterator[tuple[str, System]]:
    """Ours, the kernel's, and the baselines with the penalty that gives them one false turn in YEARS years."""
    yield "ours", lambda seen: [turn.index for turn in turning_points(seen)]
    yield "kernel", lambda seen: [turn.index for turn in turning_points(seen, engine="kernel")]
    calm = []
    for seed in range(dyads):
        chance = np.random.default_rng((1, seed))
        calm.append(observed(make(chance, constant(chance, rate), dispersion=some_dispersion(chance))))

    def at_budget(find: Callable[[Observations, float], list[int]], penalties: Array) -> System:
        years = dyads * MONTHS / 12
        fitting = (p for p in penalties.tolist() if sum(len(find(seen, p)) for seen in calm) <= years / YEARS)
        penalty = next(fitting, float(penalties[-1]))
        return lambda seen: find(seen, penalty)

    yield (
        "PELT of net score",
        at_budget(lambda seen, p: [cut.place for cut in pelt_of_net(seen.total, p)], np.geomspace(1, 200, 60)),
    )
    yield (
        "bursts of counts",
        at_budget(lambda seen, p: [cut.place for cut in bursts(seen.quads, p)], np.linspace(0.25, 15, 60)),
    )


def found(dyads: int) -> Iterator[str]:
    """How many changes each system finds within TOLERANCE months, at one false turn in YEARS years."""
    for rate in (0.3, 1.0, 5.0, 50.0):
        compared = list(systems(rate, dyads))
        yield f"changes found, {rate:g} events a month, {dyads} dyads" + "".join(f"{name:>19}" for name, _ in compared)
        for name in CHANGES:
            hits = dict.fromkeys((label for label, _ in compared), 0)
            for seed in range(dyads):
                chance = np.random.default_rng((2, seed))
                truth = changed(name, int(chance.integers(48, MONTHS - 48)), rate)
                seen = observed(make(chance, truth, dispersion=some_dispersion(chance)))
                for label, system in compared:
                    hits[label] += any(abs(place - truth.at) <= TOLERANCE for place in system(seen))
            yield f"    {name:39}" + "".join(f"{hits[label] / dyads:19.2f}" for label, _ in compared)


# -- relations that do not change --------------------------------------------------------------------------------------


def coverages(months: int) -> dict[str, Array]:
    """Exposures by month: steady, doubled or halved midway, a month in two years all but unread, growing tenfold."""
    late = np.arange(months) >= months // 2
    return {
        "steady": np.ones(months),
        "doubles": np.where(late, 2.0, 1.0),
        "halves": np.where(late, 0.5, 1.0),
        "gaps": np.where(np.arange(months) % 24 == 12, 0.02, 1.0),
        "grows tenfold": 10 ** (np.arange(months) / months),
    }


def false_turns(
    rate: float,
    dyads: int,
    *,
    coverage: str = "steady",
    years: float = YEARS,
    months: int = MONTHS,
    engine: str = "own",
) -> float:
    """Turns in YEARS years of a relation that never changes, on average; see `turning_points` for the rest."""
    exposure = coverages(months)[coverage]
    number = 0
    for seed in range(dyads):
        chance = np.random.default_rng((3, seed))
        made = make(chance, constant(chance, rate, months), dispersion=some_dispersion(chance), exposure=exposure)
        number += len(turning_points(observed(made, months, exposure), years=years, engine=engine))
    return number / (dyads * months / 12 / YEARS)


def false(dyads: int) -> Iterator[str]:
    """False turns by how many events there are, by coverage, and for other budgets."""
    yield f"false turns in {YEARS:g} years of a relation that never changes, {dyads} dyads of {MONTHS} months"
    names = list(coverages(MONTHS))
    yield f"    {'events a month':16}" + "".join(f"{name:>15}" for name in [*names, "two years only"])
    for rate in RATES:
        row = [false_turns(rate, dyads, coverage=name) for name in names]
        row.append(false_turns(rate, 5 * dyads, months=24))
        yield f"    {rate:<16g}" + "".join(f"{value:15.2f}" for value in row)
    for years in (1.0, 10.0, 30.0):
        row = [false_turns(rate, dyads, years=years) / YEARS * years for rate in RATES]
        yield f"    asked for one in {years:g} years: " + " ".join(f"{value:.2f}" for value in row)
    row = [false_turns(rate, dyads, engine="kernel") for rate in RATES]
    yield "    engine kernel: " + " ".join(f"{value:.2f}" for value in row)


def calibrate(dyads: int) -> Iterator[str]:
    """False turns in YEARS years by penalty: lasting ones, episodes, and those of the kernel."""
    grid = np.arange(2.0, 7.5, 0.5)
    fine = np.arange(0.2, 2.2, 0.2)
    yield f"false turns in {YEARS:g} years by penalty, {dyads} dyads of {MONTHS} months: lasting, episodes"
    yield "    penalty        " + "".join(f"{value:12.1f}" for value in grid)
    for rate in RATES:
        lasting, episodes, kernel = np.zeros(len(grid)), np.zeros(len(grid)), np.zeros(len(fine))
        for seed in range(dyads):
            chance = np.random.default_rng((4, seed))
            seen = observed(make(chance, constant(chance, rate), dispersion=some_dispersion(chance)))
            evidence = evidence_of(seen)
            if evidence.counts.events.sum() < 2:
                continue
            for place, value in enumerate(grid):
                lasting[place] += len(find_changes(evidence.sums, shift=value, episode=np.inf))
                few = find_changes(evidence.sums, shift=4.0, episode=value)
                episodes[place] += sum(not change.lasting for change in few)
            kernel += [len(kernel_cuts(evidence.counts, value)) for value in fine]
        scale = dyads * MONTHS / 12 / YEARS
        pairs = "".join(f"{a / scale:6.2f}{b / scale:6.2f}" for a, b in zip(lasting, episodes, strict=True))
        yield f"    {rate:<15g}{pairs}"
        yield "      kernel, 0.2, 0.4, … " + " ".join(f"{value / scale:.2f}" for value in kernel)


# -- dates, bands, speed -----------------------------------------------------------------------------------------------


def dates(dyads: int) -> Iterator[str]:
    """How often the interval of a found turn holds the month in which the relation changed, and how wide it is."""
    yield f"intervals of found turns, asked for 0.80, {dyads} dyads"
    for rate in (0.3, 1.0, 5.0, 50.0):
        for name in CHANGES:
            held, exact, widths = [], [], []
            for seed in range(dyads):
                chance = np.random.default_rng((5, seed))
                truth = changed(name, int(chance.integers(48, MONTHS - 48)), rate)
                seen = observed(make(chance, truth, dispersion=some_dispersion(chance)))
                near = [turn for turn in turning_points(seen) if abs(turn.index - truth.at) <= 6]
                for turn in near[:1]:
                    first, last = (seen.starts.index(day) for day in (turn.earliest, turn.latest))
                    held.append(first <= truth.at <= last)
                    exact.append(abs(turn.index - truth.at) <= 1)
                    widths.append(last - first + 1)
            if held:
                yield (
                    f"    {rate:5g} a month, {name:26} {len(held):4} found in half a year, {np.mean(held):.2f} held,"
                    f" {np.mean(exact):.2f} within a month, width {np.median(widths):.0f}"
                )


def band_coverage(dyads: int, *, months: int, rate: float, drift: float | None, seed: int = 6) -> tuple[float, float]:
    """How often the smoothed 80 and 95 % bands hold the level; `drift` in units of NOISE, None draws one each."""
    chance = np.random.default_rng((seed, months))
    drifts = np.full((dyads, 1), drift) if drift is not None else 10 ** chance.uniform(-1.5, -0.5, size=(dyads, 1))
    number = chance.poisson(rate * chance.gamma(1.0, 1.0, size=(dyads, months)))
    level = np.cumsum(NOISE * drifts * chance.normal(size=(dyads, months)), axis=1)
    spread = NOISE * np.sqrt(1 / np.maximum(number, 1) + FLOOR)
    score = level + spread * chance.normal(size=(dyads, months))
    levels = local_levels(score, number)
    held = []
    for share in (0.8, 0.95):
        inside = 0.0
        for row in range(dyads):
            low, high = levels[row].band(share)
            inside += float(np.mean((low <= level[row]) & (level[row] <= high)))
        held.append(inside / dyads)
    return held[0], held[1]


def bands(dyads: int) -> Iterator[str]:
    """Coverage of the bands by length, number of events and drift."""
    yield f"share of months whose level the 80 and the 95 % band hold, {5 * dyads} dyads"
    for months in (24, 60, 240):
        for rate in (0.3, 2.0, 50.0):
            row = [band_coverage(5 * dyads, months=months, rate=rate, drift=d) for d in (0.0, 0.03, 0.1, 0.3, None)]
            yield f"    {months:4} months, {rate:4g} events a month; drift 0, .03, .1, .3, any: " + "  ".join(
                f"{low:.2f} {high:.3f}" for low, high in row
            )


def speed(dyads: int) -> Iterator[str]:
    """Processor time of one level, of one dyad's turns, and of many levels."""
    chance = np.random.default_rng(7)
    seen = observed(make(chance, changed("outbreak of six months", 120, 3.0, 300), dispersion=1.0), 300)
    mean = seen.total / np.maximum(seen.n, 1)
    yield f"one level, 300 months         {1000 * _best(lambda: local_level(mean, seen.n)):8.1f} ms"
    yield f"the same, robust              {1000 * _best(lambda: local_level(mean, seen.n, robust=True)):8.1f} ms"
    yield f"turns of a dyad, 300 months   {1000 * _best(lambda: turning_points(seen)):8.1f} ms"
    number = chance.poisson(1.0, size=(10_000, 290))
    score = chance.normal(size=number.shape)
    yield f"10,000 levels of 290 months   {_best(lambda: local_levels(score, number), 1):8.2f} s"


def _best(call: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        started = time.process_time()
        call()
        taken.append(time.process_time() - started)
    return min(taken)


# -- what dyads have in common -----------------------------------------------------------------------------------------


def in_common(path: Path, *, least: int = 30) -> Iterator[str]:
    """The constants that stand for what dyads have in common, from the dyads with at least so many events."""
    months = read_months(path, date(2002, 7, 1), date(2023, 1, 1))
    squares = degrees = shared = weight = 0.0
    dispersions = []
    for row in np.flatnonzero(months.events.sum(axis=1) >= least):
        events, score = months.events[row], months.score[row]
        dispersions.append(dispersion_of(events, relative_exposure(months.articles), spread=10.0))
        several, some = events > 1, events > 0
        squares += float((months.squares[row][several] - score[several] ** 2 / events[several]).sum())
        degrees += float((events[several] - 1).sum())
        mean, number = score[some] / events[some], events[some]
        shared += float(np.sum(np.diff(mean) ** 2 / 2 - (squares / degrees) * (1 / number[1:] + 1 / number[:-1]) / 2))
        weight += len(number) - 1
    within = squares / degrees
    yield f"dyads with {least} events or more: {len(dispersions)}"
    yield f"NOISE {within**0.5:.2f}  FLOOR {shared / weight / within:.2f}"
    logs = np.log(dispersions)
    yield f"DISPERSION {np.exp(np.median(logs)):.2f}  DISPERSION_SPREAD {logs.std():.2f}, estimated without a prior"
    yield "FREQUENCIES " + str(_frequencies(path))


def _frequencies(path: Path) -> dict[str, int]:
    """Acts between states by type, in thousandths."""
    with open_ledger(path, read_only=True) as ledger:
        counted = {str(event): int(number) for event, number in ledger.rows(_TYPES)}
    return {name: round(1000 * counted.get(name, 0) / sum(counted.values())) for name in event_types()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = {each.__name__: each for each in (false, found, dates, bands, speed, calibrate)}
    parser.add_argument("parts", nargs="*", choices=[*parts, []], metavar="PART")
    parser.add_argument("--dyads", type=int, default=60, help="how many dyads are made up for each figure")
    parser.add_argument("--ledger", type=Path, help="print what the dyads of this ledger have in common instead")
    options = parser.parse_args()
    if options.ledger:
        lines = in_common(options.ledger)
        for line in lines:
            print(line)
        return
    for name in options.parts or [name for name in parts if name != "calibrate"]:
        for line in parts[name](options.dyads):
            print(line, flush=True)


if __name__ == "__main__":
    main()
