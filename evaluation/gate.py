"""Refuse a reader below its floors: score it on the gold development sets and compare with `floors.json`.

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
from detente.evaluate import code_items, read_gold
from detente.scoring import Scores, gold_readings, score

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
SLACK = 0.01  # what floats and thread counts may move a figure by


def measure(path: Path) -> Scores:
    """The measures of the packaged model on one gold file."""
    items = read_gold(path)
    return score([gold_readings(item) for item in items], code_items(items, config=Config()))


def shortfalls(name: str, digest: str, scores: Scores, floors: dict[str, dict[str, object]]) -> list[str]:
    """What is wrong with a set's scores, a sentence each; nothing where every floor holds."""
    pinned = floors.get(name)
    if pinned is None:
        return [f"{name} has no floors; set them with --update."]
    if pinned["sha256"] != digest:
        return [f"{name} is not the file that the floors were set on; set them anew by removing its entry."]
    values = pinned["floors"]
    assert isinstance(values, dict)
    return [
        f"{name}: {key} is {scores[key].f1:.3f}, below its floor {floor:.3f}."
        for key, floor in values.items()
        if scores[key].f1 < floor
    ]


def raised(digest: str, scores: Scores, old: dict[str, object] | None) -> dict[str, object]:
    """Floors a little under what was measured, none below the old ones."""
    before = old["floors"] if old and old["sha256"] == digest else {}
    assert isinstance(before, dict)
    new = {key: math.floor((scores[key].f1 - SLACK) * 1000) / 1000 for key in MEASURES}
    return {"sha256": digest, "floors": {key: max(value, before.get(key, 0.0)) for key, value in new.items()}}


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
        scores = measure(path)
        print(f"{name:20}", "  ".join(f"{key} {scores[key].f1:.3f}" for key in MEASURES))
        if options.update:
            floors[name] = raised(digest, scores, floors.get(name))
        problems += shortfalls(name, digest, scores, floors)
    if options.update:
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
