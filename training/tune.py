"""Set the thresholds and the calibration of an exported model on gold items that it never trained on.

python -m training tune --model src/detente/model/events-en --gold ../shared/gold
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from detente.document import read_document
from detente.reader import Labels, Reader, read_labels, write_labels
from detente.records import Article
from detente.scoring import Reading, frame_reading, gold_readings, outcomes, score
from training.train import held_out

GRID = [(weight, accept) for weight in (0.0, 0.2, 0.4, 0.6) for accept in (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)]


def tune(model: Path, *, gold: Path) -> None:
    """Rewrite the labels.json of `model` with what reads the held-out items best, by type and roles F1."""
    items, _ = held_out(gold)
    documents = [read_document(Article(id=item["id"], text=item["text"])) for item in items]
    truth = [gold_readings(item) for item in items]
    plain = msgspec.structs.replace(read_labels(model), propose=0.1, calibration=(1.0, 0.0))
    loaded = Reader.load(model)

    def read(labels: Labels) -> list[list[Reading]]:
        frames = Reader(loaded.network, loaded.tokenizer, labels).read_many(documents)
        return [[frame_reading(frame) for frame in of_one] for of_one in frames]

    best, most = plain, -1.0
    for weight, accept in GRID:
        labels = msgspec.structs.replace(plain, trunk_weight=weight, accept=accept)
        scores = score(truth, read(labels))
        quality = scores["type"].f1 + scores["roles"].f1
        print(f"trunk_weight {weight}, accept {accept}: type {scores['type'].f1:.3f}, roles {scores['roles'].f1:.3f}")
        if quality > most:
            best, most = labels, quality
    calibration = fit(outcomes(truth, read(best)))
    print(f"best: trunk_weight {best.trunk_weight}, accept {best.accept}, calibration {calibration}", file=sys.stderr)
    write_labels(msgspec.structs.replace(best, calibration=calibration), model)


def fit(results: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and intercept on log odds of (probability, right) by maximum likelihood (Platt 1999), by Newton steps."""
    probabilities, right = zip(*results, strict=True)
    inside = np.clip(np.asarray(probabilities, dtype=float), 1e-6, 1 - 1e-6)
    features = np.stack([np.log(inside / (1 - inside)), np.ones(len(inside))], axis=1)
    target = np.asarray(right, dtype=float)
    weights = np.array([1.0, 0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (target - chance)
        curvature = (features * (chance * (1 - chance))[:, None]).T @ features + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return round(float(weights[0]), 4), round(float(weights[1]), 4)
