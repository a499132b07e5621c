"""How often time words resolve to exactly the interval that annotators gave.

    python -m evaluation.when ../shared/gold/dev.jsonl [--errors]

Words are the annotators' own, so this measures `detente.when.resolve` alone, without the reader. Two figures: exact
intervals among words with a gold date, and abstentions among words that annotators left undated.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from detente.codebook import PLEDGING
from detente.records import EventDate
from detente.scoring import parse_interval
from detente.timewords import Tense
from detente.when import resolve

CONTEXT_BEFORE, CONTEXT_AFTER = 300, 60  # characters around the words, about two sentences


class Case(NamedTuple):
    """One event with time words: `gold` is its half-open interval, or None where the words say no date."""

    item: str
    words: str
    published: date
    context: str
    future: bool
    gold: tuple[date, date] | None


def read_cases(path: Path) -> Iterator[Case]:
    """The events of a gold file that have time words."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for event in item["events"]:
            if not event["when"]:
                continue
            start, end = event["when"]["span"]
            yield Case(
                item=item["id"],
                words=event["when"]["text"],
                published=date.fromisoformat(item["published"]),
                context=item["text"][max(0, start - CONTEXT_BEFORE) : end + CONTEXT_AFTER],
                future=event["status"] in ("planned", "possible") and event["type"] not in PLEDGING,
                gold=parse_interval(event["date"]) if event["date"] else None,
            )


def resolved(case: Case) -> EventDate | None:
    """What `resolve` makes of a case."""
    tense: Tense = "future" if case.future else "past"
    return resolve(case.words, published=case.published, context=case.context, tense=tense)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--errors", action="store_true", help="print the words that come out otherwise")
    options = parser.parse_args()
    cases = list(read_cases(options.gold))
    answers = [(case, resolved(case)) for case in cases]
    dated = [(c, a) for c, a in answers if c.gold is not None]
    undated = [(c, a) for c, a in answers if c.gold is None]
    exact = [a is not None and (a.start, a.end) == c.gold for c, a in dated]
    abstained = [a is None for _, a in undated]
    given = sum(a is not None for _, a in dated)
    print(f"{options.gold.name}: {len(cases)} events with time words")
    print(f"exact interval  {_share(exact)} of those with a gold date; an answer for {given}")
    print(f"abstained       {_share(abstained)} of those without")
    if options.errors:
        for case, answer in answers:
            got = (answer.start, answer.end) if answer else None
            if got != case.gold:
                where = f"{case.item}  {case.published:%a %Y-%m-%d}  {case.words!r}"
                print(f"{where}  gold {_show(case.gold)}  got {_show(got)}")


def _share(hits: list[bool]) -> str:
    return f"{sum(hits)}/{len(hits)} = {sum(hits) / len(hits):.3f}" if hits else "0/0"


def _show(interval: tuple[date, date] | None) -> str:
    return f"{interval[0]}/{interval[1]}" if interval else "none"


if __name__ == "__main__":
    main()
