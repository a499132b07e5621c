"""Where a series changes its state: the cheapest division into states, episodes within them, and how sure a date is.

Works on what each period tells (`eventcosts.told`), summed: `sums` (T + 1, K) are the sums over the periods before
each, so that a range of periods [a, b) tells `sums[b] - sums[a]`. The division is by PELT (Killick, Fearnhead and
Eckley 2012). An episode is a short range that differs from the state around it, which goes on after it; such ranges
are the collective anomalies of Fisch, Eckley and Fearnhead (2022). Dates are bootstrapped as by Hušková and Kirch
(2008). Equations: `docs/measures.md`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import SeriesError
from detente.eventcosts import THIN, WEIGHTS, Array, Counts, channels, cost

EPISODE = 3  # periods; what is over within a quarter of months is an episode
REPLICATES, REACH = 99, 24  # bootstrap replicates, and periods to either side of a change that they are drawn from
# Of the replicates, the middle DRAWN are taken for an interval that holds the true period with a probability of SHARE:
# the bootstrap alone is too sure of itself (`python -m evaluation.simulations dates`).
SHARE, DRAWN = 0.8, 0.9

Range = tuple[int, int]
Ranges = tuple[Range, ...]

# What a lasting change, an episode, an onset and a cut of the kernel must gain, by events a month, so that a relation
# that never changes has at most one turn in PENALTY_YEARS (`python -m evaluation.simulations false`). Those of lasting
# changes and episodes are read from `calibrate`, and 1.0 and 1.3 higher, since onsets take most of the budget. With
# fewer events than in the first row its penalties hold, and false turns are fewer. A penalty higher by 1 makes false
# turns fewer by the factor exp(FALLS), for the kernel exp(KERNEL_FALLS). No penalty is below LEAST_GAIN.
PENALTIES = np.array([
    [0.3, 4.7, 5.0, 2.7, 0.9], [1, 5.1, 5.2, 2.7, 1.4], [3, 5.4, 5.4, 2.7, 1.4], [10, 5.6, 6.2, 2.7, 1.4],
    [50, 5.2, 6.5, 2.7, 1.45], [200, 5.0, 6.3, 2.7, 1.5],
])  # fmt: skip
PENALTY_YEARS, FALLS, KERNEL_FALLS = 3.0, 1.0, 4.5
LEAST_GAIN = np.array([1.0, 1.0, 0.5, 0.1])


class Change(NamedTuple):
    """The ranges of periods before and after; `after` is the episode itself for one that does not last."""

    before: Ranges
    after: Ranges
    lasting: bool

    @property
    def place(self) -> int:
        """The first period of the new state."""
        return self.after[0][0]


def find_changes(sums: Array, *, shift: float, episode: float, cuts: list[int] | None = None) -> tuple[Change, ...]:
    """All changes of state, in order: those that gain more than the penalty `shift` in nats, episodes `episode`.

    `cuts` are those of another method, in place of PELT's; no further episodes are sought then.
    """
    found = pelt(sums, shift) if cuts is None else cuts
    states, episodes = _without_returns(sums, found, shift)
    if cuts is None:
        starts = [state[0][0] for state in states[1:]]
        episodes += [window for state in states for window in _episodes(sums, state, starts, episode)]
    calm = [without(state, episodes) for state in states]
    if cuts is None:
        calm = _kept_apart(sums, calm, shift)
    changes = [Change(one, other, True) for one, other in pairwise(calm)]
    for around in calm:
        changes += [Change(around, (w,), False) for w in episodes if around[0][0] < w[0] < around[-1][1]]
    return tuple(sorted(changes, key=lambda change: change.place))


def penalties(rate: float, *, years: float, length: float = 1.0) -> tuple[float, float, float, float]:
    """Penalties of a lasting change, of an episode, of an onset and of the kernel, for one false turn in so many years.

    `rate` is the mean number of events a month, `length` that of a period in months.
    """
    number = np.log(np.clip(rate, *PENALTIES[[0, -1], 0]))
    usual = [np.interp(number, np.log(PENALTIES[:, 0]), column) for column in PENALTIES.T[1:]]
    stricter = np.log(years / PENALTY_YEARS / length) / np.array([FALLS, FALLS, FALLS, KERNEL_FALLS])
    shift, episode, onset, kernel = np.maximum(usual + stricter, LEAST_GAIN).tolist()
    return shift, episode, onset, kernel


def pelt(sums: Array, penalty: float) -> list[int]:
    """Where the cheapest division into states is cut, in order; a cut is the first period of the state after it.

    Each cut costs the penalty. The division is exact: a state costs at least what its parts do (PELT's condition with
    K = 0), since rates are from one list.
    """
    periods = len(sums) - 1
    best = np.full(periods + 1, -penalty, dtype=np.float64)
    opened = np.zeros(periods + 1, dtype=np.int64)
    candidates = np.array([0])
    for end in range(1, periods + 1):
        value = best[candidates] + cost(sums[end] - sums[candidates])
        least = int(value.argmin())
        best[end], opened[end] = value[least] + penalty, candidates[least]
        candidates = np.append(candidates[value <= best[end]], end)
    cuts, end = [], periods
    while opened[end] > 0:
        end = int(opened[end])
        cuts.append(end)
    return cuts[::-1]


def kernel_cuts(counts: Counts, penalty: float) -> list[int]:
    """Cuts by kernel change point detection, radial kernel, on logarithms of 1 + events by quad at typical exposure.

    The method is that of Arlot, Celisse and Harchaoui (2019), by the library ruptures (Truong, Oudre and Vayatis 2020).

    Raises SeriesError where that is not installed.
    """
    try:
        from ruptures import KernelCPD
    except ImportError as error:
        raise SeriesError(
            "The engine 'kernel' needs the library ruptures, which is not installed. "
            "Run: pip install 'detente[kernel]', or use the engine 'own'."
        ) from error
    signal = np.log1p(counts.quads / np.maximum(counts.exposure, THIN)[:, None])
    if len(signal) < 2 or (signal == signal[0]).all():
        return []
    return [int(cut) for cut in KernelCPD(kernel="rbf", min_size=1).fit_predict(signal, pen=penalty)[:-1]]


def total(sums: Array, ranges: Ranges) -> Array:
    """What the periods of some ranges tell together."""
    return np.asarray(np.sum([sums[end] - sums[start] for start, end in ranges], axis=0))


def gains(before: Array, after: Array) -> Array:
    """What two states explain better than one would, by level, mix and volume in nats (..., 3), from their sums."""
    return channels(before + after) - channels(before) - channels(after)


def without(ranges: Ranges, windows: list[Range]) -> Ranges:
    """The ranges with those windows cut out that lie inside one of them."""
    left = list(ranges)
    for start, end in windows:
        for place, (first, last) in enumerate(left):
            if first <= start and end <= last:
                left[place : place + 1] = [(a, b) for a, b in ((first, start), (end, last)) if a < b]
                break
    return tuple(left)


def interval(rows: Array, change: Change, rng: np.random.Generator) -> Range:
    """The first and the last period in which the new state may have begun, with a probability of SHARE together.

    Periods of each state, at most REACH to either side, are drawn anew among themselves, and the change is sought
    again. Only periods of the two states are candidates.
    """
    before, after = (np.concatenate([np.arange(*r) for r in ranges]) for ranges in (change.before, change.after))
    if change.lasting:
        before = before[before < change.place][-REACH:]
        after = after[:REACH]
        places = np.concatenate([before, after])
        drawn = np.concatenate([_drawn(rows, before, rng), _drawn(rows, after, rng)], axis=1)
        starts = _likeliest_cut(drawn)
    else:
        ahead, behind = before[before < change.place][-REACH:], before[before > change.place][:REACH]
        places = np.concatenate([ahead, after, behind])
        drawn = np.concatenate([_drawn(rows, part, rng) for part in (ahead, after, behind)], axis=1)
        starts = _likeliest_window(drawn, len(after))
    ordered = np.sort(places[starts])
    out = round(REPLICATES * (1 - DRAWN) / 2)
    return int(ordered[out]), int(ordered[-1 - out])


def _drawn(rows: Array, places: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """Rows at places drawn with replacement, (REPLICATES, len(places), K)."""
    return np.asarray(rows[places[rng.integers(0, max(len(places), 1), size=(REPLICATES, len(places)))]])


def _likeliest_cut(drawn: Array) -> Array:
    """The place of the best single cut of each replicate."""
    sums = drawn.cumsum(axis=1)
    before, whole = sums[:, :-1], sums[:, -1:]
    return np.asarray(1 + (cost(before) + cost(whole - before)).argmin(axis=1))


def _likeliest_window(drawn: Array, length: int) -> Array:
    """The start of the best window of so many periods in each replicate."""
    sums = np.concatenate([np.zeros_like(drawn[:, :1]), drawn.cumsum(axis=1)], axis=1)
    inside, whole = sums[:, length:] - sums[:, :-length], sums[:, -1:]
    return np.asarray((cost(inside) + cost(whole - inside)).argmin(axis=1))


def _without_returns(sums: Array, cuts: list[int], penalty: float) -> tuple[list[Ranges], list[Range]]:
    """States, with short ones taken out as episodes where the states on either side of them are one.

    They are one where dividing them gains less than the penalty; the likest go first.
    """
    edges = [0, *cuts, len(sums) - 1]
    states: list[Ranges] = [((a, b),) for a, b in pairwise(edges)]
    episodes: list[Range] = []
    while True:
        returns = [
            (float(WEIGHTS @ gains(total(sums, states[i - 1]), total(sums, states[i + 1]))), i)
            for i in range(1, len(states) - 1)
            if len(states[i]) == 1 and states[i][0][1] - states[i][0][0] <= EPISODE
        ]
        gain, place = min(returns, default=(penalty, 0))
        if gain >= penalty:
            return states, episodes
        episodes.append(states[place][0])
        states[place - 1 : place + 2] = [states[place - 1] + states[place + 1]]


def _kept_apart(sums: Array, states: list[Ranges], penalty: float) -> list[Ranges]:
    """States, with neighbours joined that gain less than the penalty by being two; the likest first."""
    while len(states) > 1:
        parting = [float(WEIGHTS @ gains(total(sums, a), total(sums, b))) for a, b in pairwise(states)]
        place = int(np.argmin(parting))
        if parting[place] >= penalty:
            break
        states = [*states[:place], states[place] + states[place + 1], *states[place + 2 :]]
    return states


def _episodes(sums: Array, state: Ranges, starts: list[int], penalty: float) -> list[Range]:
    """Ranges of at most EPISODE periods in a state that gain more than the penalty by standing out; the clearest first.

    Within EPISODE periods of the start of a lasting state they are its beginning and no episodes of their own; nor are
    those at the end of a state, which go over into the next, or at the start of the series.
    """
    free = np.zeros(len(sums), dtype=bool)
    for start, end in state:
        free[start:end] = True
    for start in starts:
        free[start : start + EPISODE] = False
    free[[0, state[-1][1] - 1]] = False
    around = total(sums, state)
    found: list[Range] = []
    while True:
        best = (penalty, 0, 0)
        for length in range(1, min(EPISODE, len(sums) - 1) + 1):
            places = np.flatnonzero(np.lib.stride_tricks.sliding_window_view(free[:-1], length).all(axis=1))
            if len(places):
                inside = sums[places + length] - sums[places]
                gained = cost(around) - cost(around - inside) - cost(inside)
                top = int(gained.argmax())
                best = max(best, (float(gained[top]), int(places[top]), length))
        _, start, length = best
        if not length:
            return found
        found.append((start, start + length))
        free[start : start + length] = False
        around = around - (sums[start + length] - sums[start])
