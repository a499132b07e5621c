"""How often actors get the right country and sector, with the gold's own spans and the item as the document.

    python -m evaluation.actors ../shared/gold/dev.jsonl

Prints, for all actors and recipients of the file: n, code accuracy, sector accuracy, both, and beside them the
plain baseline: country names, demonyms and capitals looked up word by word, every found country a government.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from detente.actors import Role, read_actor
from detente.names import gazetteer, tokenize
from detente.records import Article, Document, Sentence, Span


class GoldParty(msgspec.Struct):
    text: str
    code: str
    sector: str
    span: tuple[int, int]


class GoldEvent(msgspec.Struct):
    type: str
    actors: list[GoldParty]
    recipients: list[GoldParty]
    date: str | None = None


class GoldItem(msgspec.Struct):
    id: str
    published: str
    text: str
    events: list[GoldEvent]


class Case(NamedTuple):
    """One gold party and what it is read from."""

    party: GoldParty
    event: GoldEvent
    role: Role
    document: Document


def document_of(item: GoldItem) -> Document:
    """The item with plain sentences: enough for this stage, and no other stage can be to blame."""
    article = Article(id=item.id, text=item.text, published=date.fromisoformat(item.published))
    sentences: list[Sentence] = []
    start = 0
    for place, letter in enumerate(item.text):
        ends = place + 1 == len(item.text) or (
            letter in ".!?\n" and item.text[place + 1] in " \n" and _really_ends(item.text, place)
        )
        if ends:
            sentences.append(Sentence(item.text[start : place + 1], start, place + 1, len(sentences)))
            start = place + 1
    return Document(article=article, sentences=tuple(sentences))


def _really_ends(text: str, place: int) -> bool:
    word = text[:place].rsplit(None, 1)[-1] if text[:place].strip() else ""
    return text[place] != "." or not (len(word) <= 3 and word[:1].isupper())


def cases(path: Path) -> Iterator[Case]:
    for line in path.read_bytes().splitlines():
        item = msgspec.json.decode(line, type=GoldItem)
        document = document_of(item)
        for event in item.events:
            yield from (Case(party, event, "actor", document) for party in event.actors)
            yield from (Case(party, event, "recipient", document) for party in event.recipients)


def day_of(event: GoldEvent) -> date | None:
    """The event's own day where the gold has one."""
    return date.fromisoformat(event.date) if event.date and len(event.date) == 10 else None


def baseline(text: str) -> tuple[str, str]:
    """The first country name, demonym or capital in the phrase, as a government."""
    tokens = tokenize(text)
    table = gazetteer().meanings
    for first in range(len(tokens)):
        for size in (4, 3, 2, 1):
            for meaning in table.get(" ".join(token.key for token in tokens[first : first + size]), ()):
                if meaning.form in ("noun", "adjective", "people", "capital"):
                    return meaning.code, "GOV"
    return "", "UNK"


def main() -> None:
    rows = list(cases(Path(sys.argv[1])))
    right = {"detente": [0, 0, 0], "baseline": [0, 0, 0]}
    for case in rows:
        span = Span(case.party.text, *case.party.span)
        actor, _ = read_actor(
            span, document=case.document, on=day_of(case.event), event=case.event.type, role=case.role
        )
        for name, (code, sector) in (("detente", (actor.code, actor.sector)), ("baseline", baseline(span.text))):
            hits = code == case.party.code, sector == case.party.sector
            right[name] = [total + hit for total, hit in zip(right[name], (*hits, all(hits)), strict=True)]
    print(f"{sys.argv[1]}: n = {len(rows)}")
    for name, (code_hits, sector_hits, both) in right.items():
        n = max(len(rows), 1)
        print(f"{name:9} code {code_hits / n:.3f}  sector {sector_hits / n:.3f}  both {both / n:.3f}")


if __name__ == "__main__":
    main()
