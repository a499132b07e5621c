"""Refuse a reader below its floors: score it on the gold development sets and compare with `floors.json`.

The expected calibration error has a ceiling instead.

    python -m evaluation.gate ../shared/gold            exit 1 where a measure lies below its floor
    python -m evaluation.gate ../shared/gold --update   raise floors to what was measured; never lowers one

`floors.json` also pins the SHA-256 of each set, so that a floor is only ever compared on the data it was set on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from pathlib import Path

from detente.config import Config
from detente.evaluate import Evaluation, evaluate_gold

FLOORS = Path(__file__).with_name("floors.json")
SETS = ("dev.jsonl", "articles_dev.jsonl")
MEASURES = (
    "type",
    "roles",
    "actor",
    "directed",
    "cross-border",
    "status",
    "mode",
    "pledge",
    "date",
    "speaker",
    "when",
)
CEILING = "calibration error"
SLACK = 0.01  # what floats and thread counts may move a figure by


def shortfalls(name: str, digest: str, measured: Evaluation, floors: dict[str, dict[str, object]]) -> list[str]:
    """What is wrong with a set's measures, a sentence each; nothing where every floor and the ceiling hold."""
    pinned = floors.get(name)
    if pinned is None:
        return [f"{name} has no floors; set them with --update."]
    if pinned["sha256"] != digest:
        return [f"{name} is not the file that the floors were set on; set them anew by removing its entry."]
    values, ceiling = pinned["floors"], pinned[CEILING]
    assert isinstance(values, dict)
    assert isinstance(ceiling, float)
    low = [
        f"{name}: {key} is {measured.scores[key].f1:.3f}, below its floor {floor:.3f}."
        for key, floor in values.items()
        if measured.scores[key].f1 < floor
    ]
    error = measured.calibration_error
    return low + ([f"{name}: {CEILING} is {error:.3f}, above its ceiling {ceiling:.3f}."] if error > ceiling else [])


def raised(digest: str, measured: Evaluation, old: dict[str, object] | None) -> dict[str, object]:
    """Floors a little under what was measured, none below the old ones; the ceiling a little over, none above."""
    known = old if old and old["sha256"] == digest else {}
    before, ceiling = known.get("floors", {}), known.get(CEILING, 1.0)
    assert isinstance(before, dict)
    assert isinstance(ceiling, float)
    new = {key: math.floor((measured.scores[key].f1 - SLACK) * 1000) / 1000 for key in MEASURES}
    return {
        "sha256": digest,
        "floors": {key: max(value, before.get(key, 0.0)) for key, value in new.items()},
        CEILING: min(math.ceil((measured.calibration_error + SLACK) * 1000) / 1000, ceiling),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.gate", description=__doc__)
    parser.add_argument("gold", type=Path, help="folder of the gold files")
    parser.add_argument("--update", action="store_true", help="raise the floors to what is measured now")
    options = parser.parse_args(arguments)
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    problems = []
    for name in SETS:
        path = options.gold / name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        measured = evaluate_gold(path, config=Config())
        figures = [f"{key} {measured.scores[key].f1:.3f}" for key in MEASURES]
        print(f"{name:20}", "  ".join(figures), f" {CEILING} {measured.calibration_error:.3f}")
        if options.update:
            floors[name] = raised(digest, measured, floors.get(name))
        problems += shortfalls(name, digest, measured, floors)
    if options.update:
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
