"""Given-party sentences built from gold, and how well `Reader.relate` classifies them.

    python -m evaluation.pairs ../shared/gold/dev.jsonl              print accuracy and macro-F1
    python -m evaluation.pairs ../shared/gold/dev.jsonl --out dev.tsv   also write them for `detente evaluate --pairs`

A pair is every actor and recipient of an event that share its sentence, and the first two actors of an act without
recipient (codebook, section 3: reciprocal acts). Pairs that gold gives more than one type are left out, since the
text with its two parties does not say which is asked for.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

from detente.document import read_document
from detente.evaluate import PairRow, read_gold
from detente.reader import Reader
from detente.records import Article
from detente.scoring import root_of, score_pairs


def pairs_of(items: list[dict[str, Any]]) -> tuple[list[PairRow], list[str]]:
    """Rows for `Reader.relate`, each with the sentence as its text, and their roots."""
    rows, roots = [], []
    for item in items:
        document = read_document(Article(id=item["id"], text=item["text"]))
        for sentence in document.sentences:
            found: dict[tuple[tuple[int, int], tuple[int, int]], set[str]] = defaultdict(set)
            for event in item["events"]:
                if sentence.start <= event["trigger"]["span"][0] < sentence.end:
                    for actor, recipient in _parties(event, sentence.start, sentence.end):
                        found[actor, recipient].add(root_of(event["type"]))
            for (actor, recipient), types in found.items():
                if len(types) == 1:
                    rows.append((sentence.text, actor, recipient))
                    roots.append(next(iter(types)))
    return rows, roots


def _parties(event: dict[str, Any], start: int, end: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans of actor and recipient within a sentence [start, end) of the text, counted from its start."""

    def inside(key: str) -> list[tuple[int, int]]:
        spans = [party["span"] for party in event[key]]
        return [(s - start, e - start) for s, e in spans if start <= s and e <= end]

    actors, recipients = inside("actors"), inside("recipients")
    if recipients or event["recipients"]:
        return [(actor, recipient) for actor in actors for recipient in recipients if actor != recipient]
    return [(actors[0], actors[1])] if len(actors) > 1 else []


def marked(row: PairRow) -> str:
    """A pair as `detente evaluate --pairs` reads it, its actor in <s> and its recipient in <t>."""
    text, actor, recipient = row
    marks = sorted([(actor[0], 1, "<s>"), (actor[1], 0, "</s>"), (recipient[0], 1, "<t>"), (recipient[1], 0, "</t>")])
    for place, _, mark in reversed(marks):
        text = text[:place] + mark + text[place:]
    return text.replace("\t", " ").replace("\n", " ")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.pairs", description=__doc__)
    parser.add_argument("gold", type=Path, help="a gold file")
    parser.add_argument("--out", type=Path, help="write the pairs there, tab-separated")
    options = parser.parse_args(arguments)
    rows, roots = pairs_of(read_gold(options.gold))
    if options.out:
        lines = [
            "marked_sentence\tgold_root",
            *(f"{marked(row)}\t{root}" for row, root in zip(rows, roots, strict=True)),
        ]
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{options.gold.name}: {len(rows)} pairs")
    for name, value in score_pairs(roots, Reader.load().relate(rows)).items():
        print(f"{name:28} {value:9.3f}")


if __name__ == "__main__":
    main()
