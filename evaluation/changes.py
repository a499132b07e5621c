"""How often `detente changed` reports noise, and whether known turns are among what it reports.

    python -m evaluation.changes news.detente [--last 2022-12-31]

On days through the ledger's time, a window of 8 weeks is held against the year before it, once as it was and once with
each dyad's blocks of 28 days in random order, so that nothing can have changed but by chance. Of such shuffled days, a
share of `changes.FALSE` at most should report anything.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from detente.changes import BEFORE, FALSE, changes_of, enough_acts
from detente.ledger import open_ledger
from detente.pairdays import LedgerDays
from detente.windowsums import Blocks, blocks_of, edges_back

WEEKS, APART = 8, 56  # of a window; days from one to the next
SHUFFLES = 5


def shuffled(blocks: Blocks, rng: np.random.Generator) -> Blocks:
    """Each pair's blocks in an order of its own. What was read is taken as even, since acts leave their blocks."""
    order = rng.permuted(np.tile(np.arange(len(blocks.read)), (len(blocks.pairs), 1)), axis=1)
    sums = np.take_along_axis(blocks.sums, order[:, :, None], axis=1)
    return blocks._replace(sums=sums, read=np.ones_like(blocks.read))


def main() -> None:
    """Print how many dyads are reported as they were, and in shuffled order."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--last", type=date.fromisoformat, default=date(2022, 12, 31), metavar="YYYY-MM-DD")
    args = parser.parse_args()
    with open_ledger(args.ledger, read_only=True) as ledger:
        source = LedgerDays(ledger)
        days, read = source.pair_days(until=args.last), source.read()
    rng = np.random.default_rng(0)
    asked = reported = runs = false_runs = false_reports = 0
    end, first = args.last, min(read) + timedelta(7 * (WEEKS + BEFORE))
    while end > first:
        since = end - timedelta(7 * WEEKS)
        edges = [*edges_back(since, 7 * BEFORE)[:-1], *edges_back(end, 7 * WEEKS)]
        every, turn = blocks_of(days, read, edges), edges.index(since)
        blocks, tests = enough_acts(every), len(every.pairs)
        if blocks.pairs:
            asked += len(blocks.pairs)
            reported += len(changes_of(blocks, turn, FALSE, tests))
            for _ in range(SHUFFLES):
                found = len(changes_of(shuffled(blocks, rng), turn, FALSE, tests))
                runs, false_runs, false_reports = runs + 1, false_runs + bool(found), false_reports + found
        end -= timedelta(APART)
    windows = runs // SHUFFLES
    print(f"{windows} windows up to {args.last}, {asked / max(windows, 1):.0f} dyads asked of in one")
    print(f"as it was   {reported / max(windows, 1):.2f} dyads reported a window")
    print(
        f"shuffled    {false_reports / max(runs, 1):.2f}, in {100 * false_runs / max(runs, 1):.1f} % of the windows any"
    )


if __name__ == "__main__":
    main()
