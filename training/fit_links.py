"""Fit the weights by which event words are linked to the place where the event happened.

    python -m training.fit_links ../shared/data/event_location/labeled_text.jsonl.zip

A conditional logit over the places named in the sentence and "none", with an L2 penalty, fitted by full-batch Adam on
the records that `evaluation.where` does not hold out; prints five-fold results before it writes
`src/detente/data/places/links.csv`. Where several places are marked, their shares add up.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detente.placelinks import NEAREST, facts
from detente.placewords import mentions
from evaluation.where import Record, read_training
from training.folds import five_folds, write_weights

OUT = Path("src/detente/data/places/links.csv")
# Chosen by five-fold F1 on the training records.
PENALTY, RARE, STEPS, RATE = 2.0, 5, 200, 0.05
Fitted = dict[str, float]


class Row(NamedTuple):
    """One record: what holds of each candidate ("none" last), which are right, and how many places are marked."""

    held: list[tuple[str, ...]]
    right: list[bool]
    marked: int
    name: str


def example(record: Record) -> Row:
    found = mentions(record.text)
    near = sorted(found, key=lambda m: min(abs(m.start - record.verb[0]), abs(m.end - record.verb[0])))[:NEAREST]
    near.sort(key=lambda m: m.start)
    right = [any(m.start < end and start < m.end for start, end in record.places) for m in near]
    return Row(
        facts(record.text, near, record.verb), [*right, not record.places], len(record.places), record.text.strip()
    )


def fit(rows: list[Row]) -> Fitted:
    """Weights by name. Records whose marked place is no candidate teach nothing."""
    rows = [row for row in rows if any(row.right) and len(row.held) > 1]
    count = Counter(fact for row in rows for held in row.held for fact in set(held))
    names = {fact: place + 1 for place, fact in enumerate(sorted(f for f, times in count.items() if times >= RARE))}
    size, most = max(len(row.held) for row in rows), max(len(held) for row in rows for held in row.held)
    index = np.zeros((len(rows), size, most), dtype=np.int32)
    mask = np.full((len(rows), size), -1e9)
    right = np.zeros((len(rows), size), dtype=bool)
    for place, row in enumerate(rows):
        right[place, : len(row.right)] = row.right
        mask[place, : len(row.held)] = 0
        for at, held in enumerate(row.held):
            known = [names[fact] for fact in held if fact in names]
            index[place, at, : len(known)] = known
    weight = _descend(index, mask, right, len(names) + 1)
    return {name: float(weight[place]) for name, place in names.items()}


def _descend(
    index: npt.NDArray[np.int32], mask: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], size: int
) -> npt.NDArray[np.float64]:
    weight, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, STEPS + 1):
        score = weight[index].sum(axis=2) + mask
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        among = share * right
        among /= np.maximum(among.sum(axis=1, keepdims=True), 1e-12)
        error = np.repeat((share - among)[:, :, None], index.shape[2], axis=2)
        slope = np.bincount(index.ravel(), weights=error.ravel(), minlength=size) + PENALTY * weight
        slope[0] = 0
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weight -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-6)
    return weight


def f1(weights: Fitted, rows: list[Row]) -> float:
    found = right = marked = 0
    for row in rows:
        scores = [sum(weights.get(fact, 0.0) for fact in held) for held in row.held]
        best = scores.index(max(scores))
        found += best < len(row.held) - 1
        right += best < len(row.held) - 1 and row.right[best]
        marked += row.marked
    return 2 * right / max(1, found + marked)


def main() -> None:
    rows = [example(record) for record in read_training(Path(sys.argv[1]))]
    found = [f1(fit(known), rest) for known, rest in five_folds(rows, name=lambda row: row.name)]
    reachable = sum(any(row.right) for row in rows) / len(rows)
    print(f"n = {len(rows)}, reachable {reachable:.3f}, five-fold F1 {np.mean(found):.3f}")
    weights = fit(rows)
    write_weights(weights, OUT)
    print(f"{len(weights)} weights, F1 {f1(weights, rows):.3f} on the training records themselves")


if __name__ == "__main__":
    main()
