"""Write the figures of the packaged model into its card, `src/detente/model/card.md`.

    python -m evaluation.card ../shared/gold            write them
    python -m evaluation.card ../shared/gold --check    only say whether the card holds them; exit 1 if not

Between the card's `<!-- figures -->` and `<!-- end of figures -->`: each measure on both development sets with its
95 % interval (percentile bootstrap over items, Efron 1979, SAMPLES resamples), type by type, and given pairs; between
`<!-- errors -->` and `<!-- end of errors -->`: ten cases of our own that it reads wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from detente.config import Config
from detente.evaluate import code_items, read_gold
from detente.reader import Reader, packaged_labels
from detente.scoring import (
    Reading,
    calibration_error,
    gold_readings,
    outcomes,
    score,
    score_pairs,
    score_types,
)
from evaluation.gate import CEILING, MEASURES, SETS
from evaluation.pairs import pairs_of

ROOT = Path(__file__).parent.parent
CARD = ROOT / "src" / "detente" / "model" / "card.md"
FAILURES = ROOT / "tests" / "cases" / "known_failures.jsonl"
SAMPLES = 1000
EXAMPLES = 10

Readings = Sequence[Sequence[Reading]]


def intervals(gold: Readings, found: Readings, *, seed: int = 1) -> dict[str, tuple[float, float]]:
    """The 95 % interval of each measure's F1 when items are drawn anew with replacement."""
    each = [score([truth], [claims]) for truth, claims in zip(gold, found, strict=True)]
    drawn = np.random.default_rng(seed).integers(len(each), size=(SAMPLES, len(each)))
    result = {}
    for name in MEASURES:
        counts = np.array([[s[name].right, s[name].predicted, s[name].gold] for s in each], dtype=float)
        right, predicted, total = counts[drawn].sum(axis=1).T
        f1 = 2 * right / np.maximum(predicted + total, 1)
        low, high = np.percentile(f1, [2.5, 97.5])
        result[name] = (float(low), float(high))
    return result


def figures(folder: Path) -> str:
    """The figures of the packaged model on the development sets of `folder`, as Markdown."""
    columns, types = [], {}
    for name in SETS:
        items = read_gold(folder / name)
        gold, found = [gold_readings(item) for item in items], code_items(items, config=Config())
        columns.append(_column(name, gold, found))
        types[name] = score_types(gold, found)
    names = list(columns[0])[1:]
    lines = ["| | " + " | ".join(column["set"] for column in columns) + " |", "|---|---|---|"]
    lines += [f"| {name} | " + " | ".join(column[name] for column in columns) + " |" for name in names]
    dev = types[SETS[0]]
    lines += ["", f"Type by type on {SETS[0]}:", "", "| type | precision | recall | F1 | events in gold |"]
    lines += ["|---|---|---|---|---|"]
    lines += [f"| {t} | {s.precision:.2f} | {s.recall:.2f} | {s.f1:.2f} | {s.gold} |" for t, s in dev.items()]
    rows, roots = pairs_of(read_gold(folder / SETS[0]))
    given = score_pairs(roots, Reader.load().relate(rows))
    told = ", ".join(f"{name} {value:.3f}" for name, value in given.items())
    return "\n".join([*lines, "", f"Given pairs of parties from {SETS[0]} ({len(rows)} pairs): {told}."])


def _column(name: str, gold: Readings, found: Readings) -> dict[str, str]:
    scores, ranges = score(gold, found), intervals(gold, found)
    events = sum(map(len, gold))
    column = {"set": f"{name} ({len(gold)} items, {events} events)"}
    column |= {key: f"{scores[key].f1:.3f} ({ranges[key][0]:.2f}–{ranges[key][1]:.2f})" for key in MEASURES}
    return column | {CEILING: f"{calibration_error(outcomes(gold, found)):.3f}"}


def errors() -> str:
    """Ten known failures, every so many of the file, with the comment that says what they test."""
    cases = [json.loads(line) for line in FAILURES.read_text(encoding="utf-8").splitlines()]
    short = [case for case in cases if len(case["text"]) < 240]
    chosen = short[:: max(1, len(short) // EXAMPLES)][:EXAMPLES]
    return "\n".join(f"- “{' '.join(c['text'].split())}” Right: {_right(c)}. ({c['comment']})" for c in chosen)


def _right(case: dict[str, object]) -> str:
    events = case["events"]
    assert isinstance(events, list)
    told = []
    for event in events:
        sides = [" ".join(event[side]) or "nobody" for side in ("actors", "recipients") if side in event]
        told.append(" ".join([event["type"], " → ".join(sides), event.get("status", "")]).strip())
    return "; ".join(told) or "no event"


def filled(card: str, parts: dict[str, str]) -> str:
    """The card with each named part, between its two comments, replaced."""
    for name, text in parts.items():
        head, rest = card.split(f"<!-- {name} -->")
        _, tail = rest.split(f"<!-- end of {name} -->")
        card = f"{head}<!-- {name} -->\n{text}\n<!-- end of {name} -->{tail}"
    return card


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.card", description=__doc__)
    parser.add_argument("gold", type=Path, help="folder of the gold files")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the card is out of date")
    options = parser.parse_args(arguments)
    old = CARD.read_text(encoding="utf-8")
    new = filled(old, {"figures": figures(options.gold), "errors": errors()})
    if options.check:
        if old != new or packaged_labels().name not in old:
            print("The card does not hold the packaged model's figures; run it without --check.", file=sys.stderr)
        return int(old != new)
    CARD.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
