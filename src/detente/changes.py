"""Which relations changed of late: in level or in volume, and by more than noise explains.

Tests, their sources and their constants: `docs/comparison.md`.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import numpy as np

from detente.comparison import Band, band_of, end_of
from detente.eventcosts import DISPERSIONS
from detente.pairdays import DaySource
from detente.windowsums import (
    BLOCK,
    Array,
    Blocks,
    blocks_of,
    chance,
    dispersions,
    edges_back,
    exposure_of,
    means_of,
    passing,
    tail,
    within_variance,
)

BEFORE = 52  # weeks that a window is held against
FALSE = 0.1  # share of the changes reported that may be noise
LEAST = 5  # acts that a pair has in a window and before it together, for its change to be asked after


class Change(msgspec.Struct, frozen=True):
    """A dyad that changed beyond what noise explains.

    `what` changed, the clearer first: level, volume. `level` and `before` are those of the window and of the weeks
    before it, `change` the one less the other. `rates` are acts a week at the usual reading, before and in the window;
    `ratio` is the second by the first. `chance` is how often noise alone gives a change as clear.
    """

    pair: tuple[str, str]
    what: tuple[str, ...]
    events: tuple[int, int]
    before: Band
    level: Band
    change: Band
    rates: tuple[float, float]
    ratio: Band
    chance: float


class Changes(msgspec.Struct, frozen=True):
    """The dyads that changed, the clearest first, out of `asked` with enough acts; a share FALSE of them may be noise.

    The window is [since, until), what came before is [before, since).
    """

    before: date
    since: date
    until: date
    asked: int
    changes: tuple[Change, ...]


def most_changed(
    source: DaySource, *, weeks: int = 8, before: int = BEFORE, until: date | None = None, rate: float = FALSE
) -> Changes:
    """The dyads that changed most clearly in the `weeks` before `until`, held against the weeks `before` those.

    A dyad is reported where its level or its volume changed by more than noise explains, so that a share `rate` of the
    dyads reported is noise at most (Benjamini and Hochberg 1995, over all dyads with any act; those with fewer than
    LEAST are not reported). Volumes are held against how much was read. `until` None is the day after the last of which
    anything is known.
    """
    end = until or end_of(source)
    since = end - timedelta(weeks=weeks)
    edges = [*edges_back(since, 7 * before)[:-1], *edges_back(end, 7 * weeks)]
    blocks = blocks_of(source.pair_days(since=edges[0], until=end), source.read(), edges)
    turn = edges.index(since)
    asked = enough_acts(blocks)
    found = changes_of(asked, turn, rate, len(blocks.pairs)) if asked.pairs else []
    return Changes(edges[0], since, end, len(asked.pairs), tuple(found))


def enough_acts(blocks: Blocks) -> Blocks:
    """The pairs that have LEAST acts."""
    enough = blocks.sums[:, :, 0].sum(axis=1) >= LEAST
    pairs = tuple(pair for pair, asked in zip(blocks.pairs, enough, strict=True) if asked)
    return Blocks(pairs, blocks.sums[enough], blocks.read, blocks.days)


def changes_of(blocks: Blocks, turn: int, rate: float, tests: int) -> list[Change]:
    """The changes beyond noise at the block `turn`, the clearest first; see `most_changed`.

    There is one pair or more; `tests` is the number of pairs that they were chosen from.
    """
    parts = blocks.part(0, turn), blocks.part(turn, len(blocks.read))
    within, degrees = within_variance(blocks)
    was, now = (means_of(part, within) for part in parts)
    change, scatter = now.mean - was.mean, now.variance + was.variance
    clear = np.where(np.isfinite(scatter), change, 0.0) / np.sqrt(np.where(np.isfinite(scatter), scatter, 1.0))
    level = np.array([chance(float(z), float(free)) for z, free in zip(clear, degrees, strict=True)])
    growth, spread, volume = _growth(blocks, turn)
    least = np.minimum(1.0, 2 * np.minimum(level, volume))  # two tests a dyad (Bonferroni)
    passed = passing(least, rate, tests)
    bar = float(least[passed].max(initial=0.0)) / 2
    read = [exposure_of(part) * BLOCK / 7 for part in parts]
    found = []
    for at in sorted(np.flatnonzero(passed).tolist(), key=lambda at: (least[at], blocks.pairs[at])):
        clear_in = sorted((test, name) for test, name in ((level[at], "level"), (volume[at], "volume")) if test <= bar)
        grown = band_of(growth[at], spread[at], np.inf)
        found.append(
            Change(
                blocks.pairs[at],
                tuple(name for _, name in clear_in),
                (int(was.events[at]), int(now.events[at])),
                band_of(was.mean[at], was.variance[at], degrees[at]),
                band_of(now.mean[at], now.variance[at], degrees[at]),
                band_of(change[at], scatter[at], degrees[at]),
                (round(float(was.events[at]) / read[0], 3), round(float(now.events[at]) / read[1], 3)),
                Band(*(None if x is None else round(float(np.exp(x)), 3) for x in msgspec.structs.astuple(grown))),
                float(least[at]),
            )
        )
    return found


def _growth(blocks: Blocks, turn: int) -> tuple[Array, Array, Array]:
    """The logarithm of how the volumes changed, its variance (delta method), and how often noise changes one so much.

    Volumes are negative binomial. How far they are dispersed is not known for sure, so that the chances are averaged
    over what the numbers before the turn allow; sought only where a Poisson number would hardly change so, since
    elsewhere it makes no change clear.
    """
    number, exposure = blocks.sums[..., 0], blocks.read * blocks.days
    was, now = number[:, :turn].sum(axis=1), number[:, turn:].sum(axis=1)
    parts = exposure[:turn], exposure[turn:]
    uneven = [float((part**2).sum() / part.sum() ** 2) for part in parts]
    growth = np.log((now + 0.5) / parts[1].sum()) - np.log((was + 0.5) / parts[0].sum())
    spread, chances = 1 / (was + 0.5) + 1 / (now + 0.5), np.ones(len(was))
    for at in np.flatnonzero(np.abs(growth) > 1.64 * np.sqrt(spread)).tolist():
        likely = dispersions(number[at, :turn], parts[0])
        expected = (was[at] + 0.5) / parts[0].sum() * parts[1].sum()
        unsure = sum(uneven) / DISPERSIONS + 1 / (was[at] + 0.5)
        spread[at] += float(likely @ (sum(uneven) / DISPERSIONS))
        chances[at] = likely @ [tail(float(now[at]), float(expected), float(1 / each)) for each in unsure]
    return growth, spread, chances
