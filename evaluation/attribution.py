"""How well the rules for speakers do by themselves, without the reader's learned speaker.

    python -m evaluation.attribution ../shared/gold/dev.jsonl [--errors]

Each gold event is turned into a frame without speaker; what `detente.attribution.speaker_of` finds is compared with
the gold speaker. A find counts where it overlaps the gold words, or has the same words elsewhere ("exact": equal).
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from detente.attribution import speaker_of
from detente.records import Article, Document, Frame, Sentence, Span

_SENTENCE_END = re.compile(r"(?<=[.!?][”\"’])\s+(?=[A-Z“\"])|(?<=[a-z\d)][.!?])\s+(?=[A-Z“\"])|\n+")


class Answer(NamedTuple):
    """One gold event: who speaks by the rules and by the annotators, and the step."""

    item: str
    event: str
    found: Span | None
    gold: Span | None
    rule: str
    sentence: str


def read_document(item: dict[str, Any]) -> Document:
    """A gold item as a document."""
    return Document(Article(id=item["id"], text=item["text"]), read_sentences(item["text"]))


def read_sentences(text: str) -> tuple[Sentence, ...]:
    """A text cut into sentences at stops before capitals and at line ends."""
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    ends = [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    pairs = [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]
    return tuple(Sentence(text[s:e], s, e, i) for i, (s, e) in enumerate(pairs))


def read_answers(path: Path) -> Iterator[Answer]:
    """What the rules find for each event of a gold file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        document = read_document(item)
        for event in item["events"]:
            trigger = _span(event["trigger"])
            index = max((s.index for s in document.sentences if s.start <= trigger.start), default=0)
            frame = Frame(
                event=event["type"],
                trigger=trigger,
                sentence=index,
                status=event["status"],
                actors=tuple(_span(actor) for actor in event["actors"] if actor["span"]),
                recipients=tuple(_span(other) for other in event["recipients"] if other["span"]),
            )
            found, step = speaker_of(frame, document)
            gold = _span(event["speaker"]) if event["speaker"] else None
            yield Answer(item["id"], event["type"], found, gold, step.by, document.sentences[index].text)


def _span(marked: dict[str, Any]) -> Span:
    return Span(marked["text"], *marked["span"])


def overlaps(found: Span, gold: Span) -> bool:
    """Whether two spans name one speaker: they overlap, or their words are equal."""
    return (found.start < gold.end and gold.start < found.end) or found.text.casefold() == gold.text.casefold()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--errors", action="store_true", help="print what comes out otherwise")
    options = parser.parse_args()
    answers = list(read_answers(options.gold))
    found = [a for a in answers if a.found]
    gold = sum(a.gold is not None for a in answers)
    right = [a for a in found if a.found and a.gold and overlaps(a.found, a.gold)]
    exact = sum(a.found == a.gold for a in right)
    precision, recall = len(right) / max(1, len(found)), len(right) / max(1, gold)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"{options.gold.name}: {len(answers)} events, {gold} with a speaker; found {len(found)}, right {len(right)}")
    print(f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  exact words {exact}/{len(right)}")
    for rule in sorted({a.rule for a in found}):
        of_rule = [a for a in found if a.rule == rule]
        print(f"  {rule:20} {sum(a in right for a in of_rule)}/{len(of_rule)}")
    if options.errors:
        for a in answers:
            if bool(a.found) != bool(a.gold) or (a.found and a.gold and not overlaps(a.found, a.gold)):
                words = [span.text if span else "none" for span in (a.gold, a.found)]
                print(f"{a.item} {a.event} gold {words[0]!r} found {words[1]!r} by {a.rule}: {a.sentence[:220]}")


if __name__ == "__main__":
    main()
