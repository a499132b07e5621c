"""Fit the weights by which an actor without a country gets one from the text around it.

    python -m training.fit_belonging ../shared/gold/train.jsonl

A conditional logit over the countries named in the item and "none", with an L2 penalty, fitted by full-batch
Adam; prints five-fold accuracy before it writes `src/detente/data/actors/belonging.csv`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from detente.actors import needs_context, sentence_bounds
from detente.belonging import candidates
from detente.phrases import read_phrase
from evaluation.actors import cases
from training.folds import five_folds, write_weights

OUT = Path("src/detente/data/actors/belonging.csv")
# Chosen by five-fold accuracy on the training items.
PENALTY, RARE, STEPS, RATE = 3.0, 6, 200, 0.1


def examples(path: Path) -> list[tuple[list[tuple[str, ...]], int, str]]:
    """(what holds of each candidate, the right one, the item's id) of every phrase that leaves it to the text."""
    found = []
    for case in cases(path):
        start = case.party.span[0]
        if not needs_context(case.party.text, start, case.document):
            continue
        phrase = read_phrase(case.party.text)
        held = candidates(
            phrase, start, sentence_bounds(case.document, start), case.document.article.text, case.role, case.event.type
        )
        codes = list(held)
        right = codes.index(case.party.code) if case.party.code in held else -1
        found.append(([held[code] for code in codes], right, case.document.article.id))
    return found


def fit(rows: list[tuple[list[tuple[str, ...]], int, str]]) -> dict[str, float]:
    rows = [row for row in rows if row[1] >= 0]
    count = Counter(fact for held, _, _ in rows for facts in held for fact in set(facts))
    names = {fact: place for place, fact in enumerate(sorted(f for f, times in count.items() if times >= RARE))}
    size = max(len(held) for held, _, _ in rows)
    table = np.zeros((len(rows), size, len(names)), dtype=np.float32)
    mask = np.full((len(rows), size), -1e9, dtype=np.float32)
    right = np.array([row[1] for row in rows])
    for place, (held, _, _) in enumerate(rows):
        for at, facts in enumerate(held):
            mask[place, at] = 0
            for fact in facts:
                if fact in names:
                    table[place, at, names[fact]] += 1
    weight, first, second = (np.zeros(len(names), dtype=np.float32) for _ in range(3))
    truth = np.zeros((len(rows), size), dtype=np.float32)
    truth[np.arange(len(rows)), right] = 1
    for step in range(1, STEPS + 1):
        score = table @ weight + mask
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        slope = np.einsum("ij,ijk->k", share - truth, table) + PENALTY * weight
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weight -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-6)
    return {name: float(weight[place]) for name, place in names.items()}


def accuracy(weights: dict[str, float], rows: list[tuple[list[tuple[str, ...]], int, str]]) -> float:
    hits = 0
    for held, right, _ in rows:
        scores = [sum(weights.get(fact, 0.0) for fact in facts) for facts in held]
        hits += scores.index(max(scores)) == right
    return hits / max(len(rows), 1)


def main() -> None:
    rows = examples(Path(sys.argv[1]))
    found = [accuracy(fit(known), rest) for known, rest in five_folds(rows, name=lambda row: row[2])]
    print(
        f"n = {len(rows)}, reachable {sum(row[1] >= 0 for row in rows) / len(rows):.3f}, five-fold {np.mean(found):.3f}"
    )
    weights = fit(rows)
    write_weights(weights, OUT)
    print(f"{len(weights)} weights, {accuracy(weights, rows):.3f} on the training items themselves")


if __name__ == "__main__":
    main()
