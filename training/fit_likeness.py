"""Fit the weights by which two reports are found to tell one act.

    python -m training.fit_likeness ../shared/data/ecbplus/ECBplus_xml.zip

Pairs of event mentions of one topic, from the training and development topics of ECB+ (never those of the test), by
logistic regression with a penalty on the squares of the weights. Facts that ECB+ cannot tell (types, parties, days,
places, numbers) are set by hand in HAND. Writes `src/detente/data/likeness/weights.csv`.
"""

from __future__ import annotations

import csv
import sys
from itertools import combinations, groupby
from pathlib import Path

import numpy as np

from detente.likeness import facts
from evaluation.ecb import Mention, read_mentions

WEIGHTS = Path(__file__).parent.parent / "src" / "detente" / "data" / "likeness" / "weights.csv"
PENALTY = 3.0
STEPS = 60

# What ECB+ cannot tell. "unknown" and "none" weigh nothing: nothing is known then.
HAND: dict[str, float] = {
    "type same": 1.0, "type same, mode unknown": 0.6, "type same, mode apart": -1.0,
    "type of one family": -0.6, "type of one side": -2.0, "type apart": -3.5,
    "actors same": 0.7, "actors shared": 0.0, "actors apart": -2.2, "actors unknown": -0.2,
    "recipients same": 0.7, "recipients shared": 0.0, "recipients apart": -1.5, "recipients unknown": -0.2,
    "parties same, two or more": 0.8, "parties same, one": 0.2, "parties shared": -0.3, "parties apart": -4.0,
    "status same": 0.3, "status happened": 0.2,
    "status denied and happened": 0.0, "status happened and planned": -3.0, "status happened and possible": -0.8,
    "days told 0": 1.3, "days told within": 0.3, "days told 1": -1.6, "days told 2-3": -3.0, "days told 4-7": -4.5,
    "days told 8-30": -6.0, "days told 31-366": -7.0, "days told more": -8.0,
    "days half told 0": 0.6, "days half told within": 0.0, "days half told 1": 0.2, "days half told 2-3": -1.2,
    "days half told 4-7": -3.0, "days half told 8-30": -5.0, "days half told 31-366": -6.0, "days half told more": -7.0,
    "days taken 0": 0.5, "days taken 1": -0.3, "days taken 2-3": -1.6, "days taken 4-7": -3.0, "days taken 8-30": -5.0,
    "days taken 31-366": -5.0, "days taken more": -6.0, "days taken within": 0.0,
    "place same": 0.6, "place apart": -1.5,
    "numbers fit": 0.7, "numbers apart": -2.0,
}  # fmt: skip
SAME_SENTENCE = -2.5  # two events of one sentence are two acts, or the reader would have told one


def pairs(mentions: list[Mention]) -> list[tuple[Mention, Mention]]:
    """All pairs of mentions of one topic."""
    ordered = sorted(mentions, key=lambda m: m.topic)
    return [pair for _, group in groupby(ordered, key=lambda m: m.topic) for pair in combinations(list(group), 2)]


def fit(told: list[list[str]], same: np.ndarray) -> dict[str, float]:
    """Weights by fact, and that of "any two" for the intercept."""
    names = ["any two", *sorted({fact for each in told for fact in each} - HAND.keys())]
    place = {name: index for index, name in enumerate(names)}
    rows = [np.array([0, *(place[fact] for fact in each if fact in place)]) for each in told]
    width = max(map(len, rows))
    index = np.full((len(rows), width), len(names))  # a column of nothing fills up the rows
    for row, found in enumerate(rows):
        index[row, : len(found)] = found
    weights, first, second = np.zeros(len(names) + 1), np.zeros(len(names) + 1), np.zeros(len(names) + 1)
    for step in range(1, 1 + STEPS * 10):
        chance = 1 / (1 + np.exp(-weights[index].sum(axis=1)))
        slope = np.bincount(index.ravel(), np.repeat(chance - same, width), len(names) + 1) + PENALTY * weights
        slope[-1] = 0.0
        slope /= len(rows)
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        rate = 0.1 * (1 - step / (STEPS * 10 + 1))
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    return dict(zip(names, weights[:-1].tolist(), strict=True))


def main() -> None:
    """Fit and write the table."""
    archive = Path(sys.argv[1])
    mentions = read_mentions(archive, "train") + read_mentions(archive, "development")
    found = pairs(mentions)
    told = [facts(one.telling, other.telling) for one, other in found]
    same = np.array([one.cluster == other.cluster for one, other in found], dtype=float)
    weights = fit(told, same)
    source = "fit: ECB+ topics 1 to 35 (CC-BY-3.0), training/fit_likeness.py"
    with WEIGHTS.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["fact", "weight", "source"])
        for fact, weight in sorted(weights.items()):
            if fact == "sentence same":
                table.writerow([fact, SAME_SENTENCE, "hand: ours"])
            elif not fact.endswith(("unknown", "none")) or fact == "names unknown":
                table.writerow([fact, f"{weight:.3f}", source])
        table.writerows([fact, weight, "hand: ours"] for fact, weight in sorted(HAND.items()))
    print(f"{len(found)} pairs, {int(same.sum())} of one event; {WEIGHTS}", file=sys.stderr)


if __name__ == "__main__":
    main()
