"""When a relation turns: its level, the mix of what is done, or how much is; with what drove it, and how sure that is.

A turn is the first period of a new state. It lasts, or it is an episode: an outbreak or a deal of at most EPISODE
periods, after which the relation is as it was before. Penalties are such that a relation that never changes has at
most one turn in so many years (`years`). A change in coverage is no turn where the exposure is given. Equations,
sources and measurements: `docs/measures.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.changepoints import EPISODE, Change, Ranges, find_changes, gains, interval, kernel_cuts, penalties, total
from detente.errors import SeriesError
from detente.eventcosts import WEIGHTS, Array, Counts, Spread, is_thin, spread_of, told
from detente.onsets import BASE, Onset, onsets
from detente.statespace import relative_exposure

CHANNELS = ("level", "mix", "volume")
ENGINES = ("own", "kernel")
# A channel changed where its gain is beyond what chance gives in one of a hundred, by half a chi-square (Wilks 1938)
# with one degree of freedom for a level or a rate and three for a mix of four.
CLEAR = np.array([3.32, 5.67, 3.32])
DAYS_A_MONTH = 365.25 / 12
DRIVING = 3  # periods from a turn on, whose events may have driven it
LULL = 2.0  # times the penalty that fewer acts alone must gain: silence is no act, and may be the news's

Pair = tuple[float | None, float | None]


class Observations(msgspec.Struct, frozen=True, eq=False):
    """What is counted of one dyad by period, T periods without a gap.

    `starts` are their first days; `n`, `total` and `squares` the number of events, the sum of their scores and of the
    squares of those; `quads` (T, 4) the number by quad code 1 to 4; `exposure` how much was read that could have told
    of the dyad, for instance all articles. Not only articles about its two states: an outbreak between them makes those
    more, and would be taken for coverage. `observe` makes observations from events.
    """

    starts: tuple[date, ...]
    n: Array
    total: Array
    squares: Array
    quads: Array
    exposure: Array


class TurningPoint(msgspec.Struct, frozen=True):
    """One turn of a relation.

    `start` is the first day of its period, `index` that period's place; with a probability of 0.8 it began
    between `earliest` and `latest`, first days of periods too. An episode does not last: it is over by `end`, which
    is None for a turn that lasts.

    `what` changed, the clearest first: level, mix, volume. `direction` is better or worse: by the level, or by the sum
    of scores in a period where only the volume changed, so that more hostile acts are worse. `size` is `after` minus
    `before`, mean scores, None where one state has no event; `rates` are events by period at typical exposure and
    `mixes` shares by quad, before and after. The state after an episode's start is the episode. `strength` is the gain
    in log-likelihood, in nats. `thin`: around it too little was read to date it or to tell calm from silence.

    `states` are the periods of both states, as half-open ranges of their places.
    """

    start: date
    index: int
    earliest: date
    latest: date
    lasting: bool
    end: date | None
    what: tuple[str, ...]
    direction: str
    before: float | None
    after: float | None
    size: float | None
    rates: tuple[float, float]
    mixes: tuple[tuple[float, ...], tuple[float, ...]]
    strength: float
    thin: bool
    states: tuple[Ranges, Ranges]


class Driver(msgspec.Struct, frozen=True):
    """Events of one act, and how much of a turn goes when they are left out.

    `influence` is the turn's size with them minus its size without them, None where there is none without them;
    `strength` is the part of the turn's strength that is lost.
    """

    ids: tuple[str, ...]
    influence: float | None
    strength: float


class Evidence(NamedTuple):
    """What is counted, how far it scatters, what each period tells (T, K), and the sums before each (T + 1, K)."""

    counts: Counts
    spread: Spread
    rows: Array
    sums: Array


def observe(
    starts: Sequence[date],
    *,
    period: ArrayLike,
    score: ArrayLike,
    quad: ArrayLike,
    exposure: ArrayLike | None = None,
) -> Observations:
    """Count events by period: their place in `starts`, score and quad code, one each; `exposure` is by period.

    >>> observe([date(2023, 3, 1), date(2023, 4, 1)], period=[0, 0], score=[2.5, -2.0], quad=[1, 3]).n
    array([2., 0.])

    Raises SeriesError for numbers that cannot be events.
    """
    place, value, code = np.asarray(period), np.asarray(score, dtype=np.float64), np.asarray(quad)
    periods = len(starts)
    if not (place.shape == value.shape == code.shape and place.ndim == 1):
        raise SeriesError(f"Events have {place.shape} periods, {value.shape} scores, {code.shape} quads: not one each.")
    if not np.isfinite(value).all():
        raise SeriesError("A score is NaN or infinite; leave out events without a score.")
    if len(place) and not (place.min() >= 0 and place.max() < periods):
        raise SeriesError(f"A period is {place.min()} or {place.max()}; there are periods 0 to {periods - 1}.")
    if not np.isin(code, (1, 2, 3, 4)).all():
        raise SeriesError(f"A quad code is {set(code.tolist()) - {1, 2, 3, 4}}; it must be 1, 2, 3 or 4.")
    place = place.astype(np.int64)
    quads = np.zeros((periods, 4))
    np.add.at(quads, (place, code.astype(np.int64) - 1), 1.0)
    return Observations(
        tuple(starts),
        np.bincount(place, minlength=periods).astype(np.float64),
        np.bincount(place, value, periods).astype(np.float64),
        np.bincount(place, value**2, periods).astype(np.float64),
        quads,
        np.ones(periods) if exposure is None else np.asarray(exposure, dtype=np.float64),
    )


def turning_points(
    observations: Observations,
    *,
    years: float = 3.0,
    seed: int = 0,
    engine: str = "own",
    evidence: Evidence | None = None,
) -> tuple[TurningPoint, ...]:
    """The turns of a relation, in order; a relation that never changes has about one in so many `years`, or fewer.

    The engine `own` is exact; `kernel` needs ruptures and finds turns that last only. The same seed gives the same
    intervals. `evidence` is `evidence_of` the observations where it is at hand.

    Raises SeriesError for an unknown engine and for numbers that cannot be a series.
    """
    if engine not in ENGINES:
        raise SeriesError(f"{engine!r} is not an engine. Known: {', '.join(ENGINES)}.")
    if not 0 < years < np.inf:
        raise SeriesError(f"One false turn in {years} years cannot be; give a positive number of years, such as 3.")
    evidence = evidence or evidence_of(observations)
    if evidence.counts.events.sum() < 2:
        return ()
    months = max((observations.starts[-1] - observations.starts[0]).days / DAYS_A_MONTH, 1.0)
    length = months / max(len(observations.starts) - 1, 1)
    shift, episode, onset, kernel = penalties(evidence.counts.events.mean() / length, years=years, length=length)
    cuts = kernel_cuts(evidence.counts, kernel) if engine == "kernel" else None
    changes = find_changes(evidence.sums, shift=shift, episode=episode, cuts=cuts)
    starts = [change.place for change in changes if change.lasting]
    bursts = onsets(evidence.counts, onset, starts) if engine == "own" else ()
    found: dict[int, TurningPoint] = {}
    for change, burst in _with_onsets(evidence, changes, bursts):
        turn = _turn(observations, evidence, change, burst, np.random.default_rng((seed, change.place)))
        if engine == "own" and _is_lull(turn) and turn.strength < LULL * shift:
            continue
        if turn.index not in found or found[turn.index].strength < turn.strength:
            found[turn.index] = turn
    return tuple(found[index] for index in sorted(found))


def drivers(
    observations: Observations,
    turn: TurningPoint,
    *,
    period: ArrayLike,
    score: ArrayLike,
    quad: ArrayLike,
    ids: Sequence[str],
    groups: Sequence[str] | None = None,
    within: int | None = DRIVING,
    evidence: Evidence | None = None,
) -> tuple[Driver, ...]:
    """The events that drive a turn, those with which most of its strength goes first.

    Events are as in `observe`, which `observations` must be made of; `ids` names each, and `groups`, where given, the
    act that it reports: reports of one act are left out together. Considered are events in the first `within` periods
    of the new state from the turn's own on; None takes all events of both states. `evidence` is `evidence_of` the
    observations where it is at hand.

    Raises SeriesError where events, ids and groups differ in number.
    """
    place, value, code = (np.asarray(x) for x in (period, score, quad))
    acts = ids if groups is None else groups
    if not len(place) == len(value) == len(code) == len(ids) == len(acts):
        raise SeriesError(f"{len(place)} events have {len(ids)} ids and {len(acts)} groups; give one each.")
    before, after = turn.states
    if within is None:
        wanted = _held(place, before) | _held(place, after)
    else:
        wanted = _held(place, after) & (place >= turn.index) & (place < turn.index + within)
    members: dict[str, list[int]] = {}
    for at in np.flatnonzero(wanted).tolist():
        members.setdefault(acts[at], []).append(at)
    evidence = evidence or evidence_of(observations)
    states = [total(evidence.sums, ranges) for ranges in turn.states]
    chosen = [at for some in members.values() for at in some]
    act = np.repeat(np.arange(len(members)), [len(some) for some in members.values()])
    owner, touched, changed = _left_out(evidence, act, place[chosen], value[chosen], code[chosen])
    left = [np.repeat(state[None], len(members), axis=0) for state in states]
    for state, ranges in zip(left, turn.states, strict=True):
        inside = _held(touched, ranges)
        np.add.at(state, owner[inside], changed[inside])
    strengths = (gains(*states) - gains(*left)) @ WEIGHTS
    size = _size(*states)
    found = [
        Driver(
            tuple(ids[at] for at in some), _difference(size, _size(left[0][number], left[1][number])), float(strength)
        )
        for number, (some, strength) in enumerate(zip(members.values(), strengths, strict=True))
    ]
    return tuple(sorted(found, key=lambda driver: -driver.strength))


def _counted(observations: Observations) -> Counts:
    """The observations as counts. Raises SeriesError where they cannot be a series."""
    periods = len(observations.starts)
    exposure = np.asarray(observations.exposure, dtype=np.float64)
    shapes = [np.shape(x) for x in (observations.n, observations.total, observations.squares, exposure)]
    if not periods or shapes != [(periods,)] * 4 or np.shape(observations.quads) != (periods, 4):
        raise SeriesError(
            f"There are {periods} periods, and numbers of {shapes}, quads of {np.shape(observations.quads)}; "
            "give one of each by period, four quads, and at least one period."
        )
    for name in ("n", "total", "squares", "quads", "exposure"):
        if not np.isfinite(getattr(observations, name)).all():
            raise SeriesError(f"A number in {name} is NaN or infinite; a period without events has zeros.")
    if (exposure < 0).any() or (observations.quads < 0).any():
        raise SeriesError("A number of events or an exposure is negative; give 0 for a period without any.")
    if not np.array_equal(observations.quads.sum(axis=1), observations.n):
        raise SeriesError("The numbers of events by quad do not add up to the numbers of events.")
    return Counts(
        observations.n, observations.total, observations.squares, observations.quads, relative_exposure(exposure)
    )


def evidence_of(observations: Observations) -> Evidence:
    counts = _counted(observations)
    spread = spread_of(counts)
    rows = told(counts, spread)
    return Evidence(counts, spread, rows, np.concatenate([np.zeros((1, rows.shape[1])), rows.cumsum(axis=0)]))


def _with_onsets(
    evidence: Evidence, changes: Sequence[Change], bursts: Sequence[Onset]
) -> list[tuple[Change, Onset | None]]:
    """Changes of state and onsets, one where both tell of the same: a lasting one then begins at its onset.

    Both tell of the same where they have one direction and begin within EPISODE periods.
    """
    left, found = list(bursts), list[tuple[Change, Onset | None]]()
    for change in changes:
        better = _is_better(evidence, change)
        near = [b for b in bursts if b.conflict != better and abs(b.start - change.place) <= EPISODE]
        if not near:
            found.append((change, None))
        else:
            burst = min(near, key=lambda b: (abs(b.start - change.place), b.start))
            recut = _begun(change, burst.start) if change.lasting else change
            if burst in left and recut is not None:
                left.remove(burst)
                found.append((recut, burst))
    periods = len(evidence.rows)
    for burst in left:
        window = (burst.start, burst.end)
        before = (max(burst.start - BASE, 0), burst.start)
        found.append((Change((before,), (window,), burst.end == periods), burst))
    return found


def _begun(change: Change, start: int) -> Change | None:
    """A lasting change that begins at `start`, where that leaves something of the state before; else None."""
    (first, end), *more = change.after
    before = tuple((a, min(b, start)) for a, b in change.before if a < start)
    if not before or start >= end:
        return None
    return Change(before if start < first else change.before, ((min(start, first), end), *more), True)


def _is_better(evidence: Evidence, change: Change) -> bool:
    before, after = (total(evidence.sums, ranges) for ranges in (change.before, change.after))
    rates = (_rate(evidence.counts, change.before), _rate(evidence.counts, change.after))
    return _direction(_what(gains(before, after)), (_level(before), _level(after)), rates) == "better"


def _is_lull(turn: TurningPoint) -> bool:
    """Whether all that changed clearly is that fewer acts are told."""
    return turn.what[0] == "volume" and turn.rates[1] < turn.rates[0]


def _turn(
    observations: Observations, evidence: Evidence, change: Change, burst: Onset | None, rng: np.random.Generator
) -> TurningPoint:
    before, after = (total(evidence.sums, ranges) for ranges in (change.before, change.after))
    gained = gains(before, after)
    what = _what(gained)
    index = _dated(evidence, change if burst is None else change._replace(after=((burst.start, burst.end),)), what)
    first, last = interval(evidence.rows, change, rng)
    first, last = min(first, index), max(last, index)
    levels = (_level(before), _level(after))
    rates = (_rate(evidence.counts, change.before), _rate(evidence.counts, change.after))
    return TurningPoint(
        start=observations.starts[index],
        index=index,
        earliest=observations.starts[first],
        latest=observations.starts[last],
        lasting=change.lasting,
        end=None if change.lasting else observations.starts[change.after[-1][1]],
        what=what,
        direction=("worse" if burst.conflict else "better") if burst else _direction(what, levels, rates),
        before=levels[0],
        after=levels[1],
        size=_difference(levels[1], levels[0]),
        rates=rates,
        mixes=(_mix(evidence.counts, change.before), _mix(evidence.counts, change.after)),
        strength=float(WEIGHTS @ gained),
        thin=bool(is_thin(evidence.counts.exposure[max(first - 1, 0) : last + 1]).any()),
        states=(change.before, change.after),
    )


def _what(gained: Array) -> tuple[str, ...]:
    """The channels that changed, the clearest first; the clearest alone where none is clear."""
    clearness = gained / CLEAR
    order = np.argsort(-clearness)
    return tuple(CHANNELS[i] for place, i in enumerate(order) if place == 0 or clearness[i] >= 1)


def _direction(what: tuple[str, ...], levels: Pair, rates: tuple[float, float]) -> str:
    """Better or worse: by level, or by the sum of scores in a period where the number of events changed most clearly.

    More hostile acts are worse, fewer are better. A state without events counts as 0.
    """
    before, after = levels
    if what[0] == "volume" or before is None or after is None:
        before, after = (rate * (level or 0.0) for rate, level in zip(rates, levels, strict=True))
    return "better" if after > before else "worse"


def _dated(evidence: Evidence, change: Change, what: tuple[str, ...]) -> int:
    """The period of a turn: that which carries most of it, if one of the first does; else the first of the new state.

    Where level or mix changed, silence before the first events of the new state is not yet of it.
    """
    start, end = change.after[0]
    before, after = (total(evidence.sums, ranges) for ranges in (change.before, change.after))
    periods = np.arange(start, min(start + DRIVING, end))
    left = gains(before, after - evidence.rows[periods]) @ WEIGHTS
    if left.min() < 0.5 * float(WEIGHTS @ gains(before, after)):
        return int(periods[left.argmin()])
    if what != ("volume",):
        return next((p for first, last in change.after for p in range(first, last) if evidence.counts.events[p]), start)
    return start


def _left_out(
    evidence: Evidence, owner: NDArray[np.int64], place: Array, score: Array, quad: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Acts with the periods that their events are in, and by how much what those tell changes when an act's events
    are left out. `owner` is the number of each event's act."""
    periods = len(evidence.rows)
    touched, inverse = np.unique(owner * periods + place.astype(np.int64), return_inverse=True)
    at = touched % periods
    number = np.bincount(inverse, minlength=len(touched)).astype(np.float64)
    quads = np.zeros((len(touched), 4))
    np.add.at(quads, (inverse, quad.astype(np.int64) - 1), 1.0)
    whole = Counts(*(part[at] for part in evidence.counts))
    less = Counts(
        whole.events - number,
        whole.total - np.bincount(inverse, score, len(touched)),
        whole.squares - np.bincount(inverse, score**2, len(touched)),
        whole.quads - quads,
        whole.exposure,
    )
    return touched // periods, at, told(less, evidence.spread) - evidence.rows[at]


def _held(places: NDArray[Any], ranges: Ranges) -> NDArray[np.bool_]:
    """Which places are in the ranges."""
    return np.asarray(np.any([(places >= start) & (places < end) for start, end in ranges], axis=0))


def _level(state: Array) -> float | None:
    """The mean score of a state, periods weighing by what they tell; None without events."""
    return float(state[1] / state[0]) if state[0] > 1e-9 else None


def _size(before: Array, after: Array) -> float | None:
    return _difference(_level(after), _level(before))


def _difference(one: float | None, other: float | None) -> float | None:
    """One less the other, None where either is."""
    return None if one is None or other is None else one - other


def _rate(counts: Counts, ranges: Ranges) -> float:
    """Events by period at typical exposure, thin periods left out where there are others."""
    inside = np.concatenate([np.arange(*r) for r in ranges])
    told_of = inside[~is_thin(counts.exposure[inside])]
    inside = told_of if len(told_of) else inside
    return float(counts.events[inside].sum() / counts.exposure[inside].sum())


def _mix(counts: Counts, ranges: Ranges) -> tuple[float, ...]:
    """Shares of events by quad, zeros without events."""
    numbers = np.sum([counts.quads[start:end].sum(axis=0) for start, end in ranges], axis=0)
    return tuple(float(share) for share in numbers / max(numbers.sum(), 1.0))
