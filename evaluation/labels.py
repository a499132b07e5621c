"""How well the labels that the reader was trained on agree with gold.

    python -m evaluation.labels ../shared/gold

Hidden among the items that were labelled for training (`training/labels`) were items of gold's `train.jsonl`. This
compares the labels given to those, `controls.jsonl`, with gold's, as `detente evaluate` compares a reader's.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from detente.evaluate import read_gold, score_table
from detente.scoring import Scores, gold_readings, score
from training.labelled import unpack

CONTROLS = Path(__file__).with_name("controls.jsonl")


def agreement(gold: Path) -> tuple[int, Scores]:
    """The number of control items, and the scores of their labels against gold's."""
    known = {item["id"]: item for item in read_gold(gold / "train.jsonl")}
    lines = [json.loads(line) for line in CONTROLS.read_text(encoding="utf-8").splitlines()]
    items = [known[line["id"]] for line in lines]
    given = [unpack(line, text=item["text"], published="") for line, item in zip(lines, items, strict=True)]
    return len(items), score([gold_readings(item) for item in items], [gold_readings(item) for item in given])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.labels", description=__doc__)
    parser.add_argument("gold", type=Path, help="folder of the gold files")
    options = parser.parse_args(arguments)
    count, scores = agreement(options.gold)
    print(score_table(scores, title=f"{count} control items"))


if __name__ == "__main__":
    main()
