"""The disputes found in the demonstration corpus against those written down for it, and those of real dyads.

    python -m evaluation.disputes [--ledger demo.detente] [--world news.detente] [--pairs JPN-KOR CHN-JPN …]

Without `--ledger`, the articles of `demo/articles` are read by the packaged model first (half a minute). A dispute of
`demo/expected_disputes.json` counts as found if one of its phrases is among the phrases of a dispute, as named well if
one is in the name; its states are those of three days, each as known on that day. Another dispute with a phrase of an
expected one is a piece of it; one that has none, and none of the `others`, is spurious. Moves are counted against the
facts of `demo/expected.json`: a move is right where its sentence has the words of a fact of the issue. All is counted
twice, with the sentences of the acts alone and with the articles' texts.

With `--world`, a ledger made by `evaluation.current_events`, the disputes of the pairs are printed, from items up to
2022 only, for a person to judge, and how long it takes to find those of 5,000 acts.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from detente.config import Config
from detente.disputes import Dispute, disputes
from detente.ingest import read_paths
from detente.ledger import open_ledger
from detente.memory import linked_events
from detente.names import fold
from detente.records import Article, LinkedEvent
from evaluation.pledges import coded

DEMO = Path("demo")
PAIRS = "JPN-KOR CHN-JPN IND-PAK USA-IRN GRC-TUR RUS-UKR ARM-AZE USA-CHN SRB-KOS GBR-ARG ETH-EGY CHN-AUS".split()
FIRST_HELD = date(2023, 1, 1)  # items from this day on are not looked at
MANY = 5000


def texts_of(folder: Path) -> dict[str, str]:
    """The texts of the articles in a folder, by their ids."""
    read = read_paths([folder], config=Config())
    return {each.id: each.text for each in read if isinstance(each, Article)}


def holds(dispute: Dispute, phrases: Iterable[str], *, name: bool) -> bool:
    """Whether one of the phrases stands in the name of a dispute, or in one of all its phrases."""
    written = [f" {fold(each)} " for each in (dispute.phrases[:1] if name else dispute.phrases)]
    return any(f" {fold(phrase)} " in each for phrase in phrases for each in written)


def best(found: Iterable[Dispute], phrases: Iterable[str]) -> Dispute | None:
    """The dispute of most moves that one of the phrases names, or else that has one of them."""
    wanted = list(phrases)
    having = [each for each in found if holds(each, wanted, name=False)]
    return max(having, key=lambda d: (holds(d, wanted, name=True), len(d.moves)), default=None)


def facts_of(linked: Iterable[LinkedEvent]) -> dict[str, set[str]]:
    """The facts that the sentence of each act tells."""
    by_article: dict[str, list[tuple[str, str]]] = {}
    for fact in json.loads((DEMO / "expected.json").read_text(encoding="utf-8")):
        for report in fact["reports"]:
            by_article.setdefault(report["article"], []).append((fact["fact"], report["quote"]))
    told = {}
    for each in linked:
        sentence, words = each.event.sentence.text, each.event.trigger.text
        quotes = by_article.get(each.event.article, ())
        told[each.id] = {fact for fact, quote in quotes if quote in sentence and words in quote} or {
            fact for fact, quote in quotes if quote in sentence
        }
    return told


def demo(linked: list[LinkedEvent], texts: dict[str, str], expected: dict[str, Any]) -> None:
    """Print how the demonstration corpus is read."""
    pair = (expected["pair"][0], expected["pair"][1])
    found = disputes(linked, pair, texts=texts)
    facts = facts_of(linked)
    counts: Counter[str] = Counter()
    known: set[str] = set()
    for each in expected["disputes"]:
        dispute = best(found, each["phrases"])
        own = {id_ for id_, told in facts.items() if told & set(each["facts"])}
        counts["facts"] += len(own)
        line = "MISSED"
        if dispute:
            known.add(dispute.name)
            members = {move.event for move in dispute.moves if facts[move.event]}
            named = holds(dispute, each["phrases"], name=True)
            counts.update(found=1, named=int(named), moves=len(members), right=len(members & own))
            line = f"{'named' if named else 'found, called'} {dispute.name!r}: "
            line += f"{len(members & own)} of {len(members)} moves right"
        print(f"{each['issue']}: {line}")
        for day, state in each["states"].items():
            then = best(disputes(linked, pair, on=date.fromisoformat(day), texts=texts), each["phrases"])
            right = then is not None and then.standing.state == state
            counts.update(states=1, stood=int(right))
            got = f"{then.standing.state}: {then.standing.why}" if then else "not found"
            print(f"    {day} {'right' if right else f'WRONG, is {state}'}  {got}")
    left = [each for each in found if each.name not in known]
    left = [each for each in left if not any(holds(each, o["phrases"], name=False) for o in expected["others"])]
    pieces = [each for each in left if any(holds(each, d["phrases"], name=False) for d in expected["disputes"])]
    for dispute in left:
        print(f"{'piece' if dispute in pieces else 'spurious'}: {described(dispute)}")
    print(
        f"disputes {len(expected['disputes'])}: found {counts['found']}, named well {counts['named']}; states right"
        f" {counts['stood']} of {counts['states']}; of {len(found)} told, {len(pieces)} are pieces of these and"
        f" {len(left) - len(pieces)} spurious\n"
        f"moves right {counts['right']} of {counts['moves']}; acts of the issues that are placed right"
        f" {counts['right']} of {counts['facts']}\n"
    )


def described(dispute: Dispute) -> str:
    """A dispute in one line."""
    moves, others = dispute.moves, "; ".join(dispute.phrases[1:])
    years = f"{moves[0].day.year}-{moves[-1].day.year}"
    return f"{dispute.name} [{dispute.standing.state}] {len(moves)} moves {years}  {others}"


def world(path: Path, pairs: Iterable[str]) -> None:
    """Print the disputes of real dyads, and the time for many acts."""
    with open_ledger(path, read_only=True) as ledger:
        most: list[LinkedEvent] = []
        for named in pairs:
            first, _, second = named.partition("-")
            linked = [
                each
                for each in linked_events(ledger, dyad=(first, second))
                if (each.last_seen or FIRST_HELD) < FIRST_HELD
            ]
            most = max(most, linked, key=len)
            began = time.perf_counter()
            found = disputes(linked, (first, second))
            print(f"\n{named}: {len(linked)} acts, {len(found)} disputes, {time.perf_counter() - began:.2f} s")
            for dispute in found:
                print(f"  {described(dispute)}")
    many = list(copies(most, MANY))
    sides = sorted({party.code for each in many for party in each.event.actor} - {""})[:2]
    began, used = time.perf_counter(), time.process_time()
    disputes(many, (sides[0], sides[-1]))
    took = time.perf_counter() - began
    print(f"\n{len(many)} acts: {took:.2f} s, {time.process_time() - used:.2f} s of them at work")


def copies(linked: list[LinkedEvent], number: int) -> Iterator[LinkedEvent]:
    """So many acts: these, and then these again in other articles, each sentence with a number after it."""
    for place in range(number):
        each = linked[place % len(linked)]
        again = place // len(linked)
        sentence = each.event.sentence
        event = msgspec.structs.replace(
            each.event,
            id=f"{each.id}-{again}",
            article=f"{each.event.article}-{again}",
            sentence=msgspec.structs.replace(sentence, text=f"{sentence.text} No. {again}"),
        )
        report = msgspec.structs.replace(each.reports[0], event=event)
        yield msgspec.structs.replace(each, id=event.id, event=event, reports=(report,))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ledger", type=Path, help="a ledger of demo/articles")
    parser.add_argument("--world", type=Path, help="a ledger of the current-events items")
    parser.add_argument("--pairs", nargs="+", default=PAIRS)
    args = parser.parse_args()
    expected = json.loads((DEMO / "expected_disputes.json").read_text(encoding="utf-8"))
    pair = (expected["pair"][0], expected["pair"][1])
    with tempfile.TemporaryDirectory() as folder:
        path = args.ledger or coded(DEMO / "articles", Path(folder))
        with open_ledger(path, read_only=True) as ledger:
            linked = list(linked_events(ledger, dyad=pair))
    print("by the sentences of the acts and the headlines")
    demo(linked, {}, expected)
    print("with the texts of the articles")
    demo(linked, texts_of(DEMO / "articles"), expected)
    if args.world:
        world(args.world, args.pairs)


if __name__ == "__main__":
    main()
