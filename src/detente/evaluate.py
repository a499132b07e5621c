"""How well the packaged reader does on gold items and on given pairs of parties: `detente evaluate`."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from detente.config import Config
from detente.errors import InputError
from detente.pipeline import code_articles
from detente.reader import Reader
from detente.records import Article
from detente.scoring import (
    Reading,
    Score,
    Scores,
    calibration_error,
    event_reading,
    gold_readings,
    outcomes,
    root_of,
    score,
    score_pairs,
    score_types,
)

_MARK = re.compile(r"</?[st]>")


class Evaluation(NamedTuple):
    """Scores on a gold file, those of each event type, and how far confidence is from the share that is right."""

    scores: Scores
    types: Scores
    calibration_error: float


def evaluate_gold(path: Path, *, config: Config, jobs: int = 1) -> Evaluation:
    """How the whole pipeline reads a gold file."""
    items = read_gold(path)
    gold = [gold_readings(item) for item in items]
    found = code_items(items, config=config, jobs=jobs)
    return Evaluation(score(gold, found), score_types(gold, found), calibration_error(outcomes(gold, found)))


def evaluate_pairs(path: Path) -> tuple[int, dict[str, float]]:
    """The number of rows in a file of marked sentences, and how well `Reader.relate` classifies them."""
    rows, roots = read_pairs(path)
    if not rows:
        raise InputError("empty", f"{path} has no rows.")
    return len(rows), score_pairs(roots, Reader.load().relate(rows))


def score_table(scores: Scores, *, title: str) -> str:
    """Scores as aligned lines: measure, precision, recall, F1, and how many were right, predicted and in gold."""
    head = f"{title:28} precision  recall      F1    right predicted    gold"

    def line(name: str, value: Score) -> str:
        figures = f"{value.precision:9.3f} {value.recall:7.3f} {value.f1:7.3f}"
        return f"{name:28} {figures}  {value.right:7d} {value.predicted:9d} {value.gold:7d}"

    return "\n".join([head, *(line(name, value) for name, value in scores.items())])


def read_gold(path: Path) -> list[dict[str, Any]]:
    """The items of a gold file: one JSON object a line with `id`, `text`, `published` and `events`.

    Raises InputError, naming the line, for anything else.
    """
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        item = _decode(line, path, number)
        if not isinstance(item, dict) or not {"id", "text", "events"} <= set(item):
            raise InputError("bad-gold", f"{path}:{number}: a gold item needs id, text and events.")
        items.append(item)
    return items


def _decode(line: str, path: Path, number: int) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError("bad-json", f"{path}:{number}: not JSON ({error}).") from error


def code_items(items: Sequence[dict[str, Any]], *, config: Config, jobs: int = 1) -> list[list[Reading]]:
    """Code the texts of gold items by the whole pipeline; the readings of each item, in the items' order."""
    articles = [
        Article(
            id=item["id"],
            text=item["text"],
            published=date.fromisoformat(item["published"]) if item.get("published") else None,
            published_basis="record" if item.get("published") else "none",
            title=item.get("title"),
        )
        for item in items
    ]
    coded = code_articles(articles, config=config, jobs=jobs)
    return [[event_reading(event) for event in one.events] for one in coded]


PairRow = tuple[str, tuple[int, int], tuple[int, int]]


def read_pairs(path: Path) -> tuple[list[PairRow], list[str]]:
    """Rows of a tab-separated file with `marked_sentence` and `gold_root`, for `Reader.relate`, and their roots.

    `<s>…</s>` stands around the actor and `<t>…</t>` around the recipient; the marks are taken out of the text.
    Raises InputError, naming the line, where a column or a mark is missing.
    """
    rows, roots = [], []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            if not row.get("marked_sentence") or not row.get("gold_root"):
                raise InputError("bad-row", f"{path}:{number}: needs the columns marked_sentence and gold_root.")
            rows.append(_unmark(row["marked_sentence"], path, number))
            roots.append(root_of(row["gold_root"].strip().upper()))
    return rows, roots


def _unmark(marked: str, path: Path, number: int) -> PairRow:
    places: dict[str, int] = {}
    text = ""
    at = 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        places.setdefault(mark.group(), len(text))
        at = mark.end()
    text += marked[at:]
    missing = [mark for mark in ("<s>", "</s>", "<t>", "</t>") if mark not in places]
    if missing:
        raise InputError("bad-row", f"{path}:{number}: the marked sentence lacks {' '.join(missing)}.")
    return text, (places["<s>"], places["</s>"]), (places["<t>"], places["</t>"])
