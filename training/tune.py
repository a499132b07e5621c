"""Set the thresholds and the calibration of an exported model on gold items that it never trained on.

python -m training tune --model src/detente/model/events-en --gold ../shared/gold
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from detente.doctor import write_checksums
from detente.document import read_document
from detente.reader import Labels, Reader, read_labels, write_labels
from detente.records import Article
from detente.scoring import Reading, frame_reading, gold_readings, outcomes, score
from training.labelled import read_labelled
from training.sources import all_sources
from training.train import held_out

HELD_OUT_ARTICLES = Path(__file__).with_name("labels") / "held_out" / "articles.jsonl"
LEANS = (0.0, 0.5, 1.0, 1.5)
PROPOSE = (0.15, 0.2, 0.25, 0.3)  # the second pass has less to read with each
CHEAPER = 0.002  # of the sum of type and roles F1 that is given for that
GRID = [(weight, accept) for weight in (0.0, 0.2, 0.4, 0.6) for accept in (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)]


def tune(model: Path, *, gold: Path, data: Path) -> None:
    """Rewrite the labels.json of `model` with what reads the held-out items best, by type and roles F1."""
    items, _ = held_out(gold)
    truth = [gold_readings(item) for item in items]
    plain = msgspec.structs.replace(read_labels(model), propose=0.1, lean=0.0, calibration=(1.0, 0.0))
    loaded = Reader.load(model)

    def read(labels: Labels, some: Sequence[dict[str, Any]] = items) -> list[list[Reading]]:
        documents = [read_document(Article(id=item["id"], text=item["text"])) for item in some]
        frames = Reader(loaded.network, loaded.tokenizer, labels).read_many(documents)
        return [[frame_reading(frame) for frame in of_one] for of_one in frames]

    best, most = plain, -1.0
    for weight, accept in GRID:
        labels = msgspec.structs.replace(plain, trunk_weight=weight, accept=accept)
        if (quality := _quality(truth, read(labels))) > most:
            best, most = labels, quality
    for least in PROPOSE:
        labels = msgspec.structs.replace(best, propose=least)
        if _quality(truth, read(labels)) >= most - CHEAPER:
            best = labels
    texts = {source.id: (source.published, source.text) for source in all_sources(data)}
    articles = list(read_labelled([HELD_OUT_ARTICLES], texts))
    told = [gold_readings(item) for item in articles]
    leans = {lean: _quality(told, read(msgspec.structs.replace(best, lean=lean), articles)) for lean in LEANS}
    best = msgspec.structs.replace(best, lean=max(leans, key=lambda lean: leans[lean]))
    calibration = fit(outcomes(truth, read(best)))
    write_labels(msgspec.structs.replace(best, calibration=calibration), model)
    write_checksums(model)


def _quality(truth: Sequence[Sequence[Reading]], found: Sequence[Sequence[Reading]]) -> float:
    scores = score(truth, found)
    print(f"type {scores['type'].f1:.3f}, roles {scores['roles'].f1:.3f}", file=sys.stderr)
    return scores["type"].f1 + scores["roles"].f1


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
