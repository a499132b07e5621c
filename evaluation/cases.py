"""The hand-written cases of the whole pipeline: which pass, and the file of those that do not yet.

    python -m evaluation.cases [--sort] [--failing] [FOLDER]

`in_the_wild`, `negative` and `synthetic` are texts with the events that the codebook asks for; `known_failures` holds
whole cases of these three that are not read so yet, each with its origin. Prints how many of each origin pass. With
`--sort`, cases that fail move to `known_failures.jsonl`, and known failures that pass move back to their origin.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from detente.codebook import STATUSES, event_type
from detente.config import Config
from detente.ingest import content_id
from detente.pipeline import code_articles
from detente.records import Actor, Article, Event

FOLDER = Path(__file__).parent.parent / "tests" / "cases"
ORIGINS = ("in_the_wild", "negative", "synthetic")
KNOWN_FAILURES = "known_failures"


class Expected(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An event as a case wants it: None leaves a field untested.

    `actors` and `recipients` are the known codes on that side, in any order; empty means that none is known.
    """

    type: str
    actors: frozenset[str] | None = None
    recipients: frozenset[str] | None = None
    status: str | None = None

    def __post_init__(self) -> None:
        event_type(self.type)
        if self.status not in (None, *STATUSES):
            raise ValueError(f"Status {self.status!r} is none of {', '.join(STATUSES)}.")


class Case(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of a case file. Without `exactly` the text may have further events.

    `comment` says what the case tests. `origin` is the file that a known failure belongs to.
    """

    text: str
    published: date
    events: tuple[Expected, ...]
    comment: str
    exactly: bool = True
    origin: str | None = None


def read_cases(folder: Path = FOLDER) -> dict[str, list[Case]]:
    """The cases of each of the four files. Raises msgspec.ValidationError for a line that is no case."""
    return {
        name: msgspec.json.Decoder(Case).decode_lines((folder / f"{name}.jsonl").read_bytes())
        for name in (*ORIGINS, KNOWN_FAILURES)
    }


def write_cases(cases: Mapping[str, Sequence[Case]], folder: Path = FOLDER) -> None:
    """Write one file for each name, the fields of a line in the order of `Case`, codes in alphabetical order."""
    for name, rows in cases.items():
        built = [msgspec.to_builtins(case, order="deterministic") for case in rows]
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in built)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def code_cases(cases: Sequence[Case]) -> list[tuple[Event, ...]]:
    """The events that the pipeline finds in each case, in one pass, on one thread: texts this short gain by none."""
    articles = [
        Article(id=content_id(case.text), text=case.text, published=case.published, published_basis="given")
        for case in cases
    ]
    return [coded.events for coded in code_articles(articles, config=Config(threads=1))]


# -- does a case pass ------------------------------------------------------------------------------------------------


def passes(case: Case, found: Sequence[Event]) -> bool:
    """Whether each expected event is a found one, no two the same, and, if `exactly`, nothing else was found."""
    if case.exactly and len(found) != len(case.events):
        return False
    return _all_paired([[at for at, event in enumerate(found) if fits(want, event)] for want in case.events])


def fits(want: Expected, event: Event) -> bool:
    """Whether the event has the type and every other field that the case gives."""
    return (
        want.type == event.event
        and want.actors in (None, _codes(event.actor))
        and want.recipients in (None, _codes(event.recipient))
        and want.status in (None, event.status)
    )


def _codes(parties: Sequence[Actor]) -> frozenset[str]:
    return frozenset(party.code for party in parties if party.code)


def _all_paired(choices: Sequence[Sequence[int]], taken: frozenset[int] = frozenset()) -> bool:
    """Whether every row can take one of its numbers and no number is taken twice."""
    if not choices:
        return True
    return any(_all_paired(choices[1:], taken | {choice}) for choice in choices[0] if choice not in taken)


def describe(event: Event) -> str:
    """The event in the terms of a case, for messages."""
    sides = (",".join(sorted(_codes(side))) or "-" for side in (event.actor, event.recipient))
    return f"{event.event} {' > '.join(sides)} {event.status} {event.trigger.text!r}"


# -- sorting ---------------------------------------------------------------------------------------------------------


def sort_cases(cases: Mapping[str, Sequence[Case]], passed: Mapping[str, Sequence[bool]]) -> dict[str, list[Case]]:
    """The same cases, each where it belongs: those that pass in their origin, the others among the known failures.

    A case that stays in its file keeps its place; one that moves comes last.
    """
    kept: dict[str, list[Case]] = {name: [] for name in cases}
    moved: dict[str, list[Case]] = {name: [] for name in cases}
    for name, rows in cases.items():
        for case, right in zip(rows, passed[name], strict=True):
            origin = case.origin or name
            belongs = origin if right else KNOWN_FAILURES
            placed = msgspec.structs.replace(case, origin=None if right else origin)
            (kept if belongs == name else moved)[belongs].append(placed)
    return {name: kept[name] + moved[name] for name in cases}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.cases", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="folder of the four files")
    parser.add_argument("--sort", action="store_true", help="move cases to where they belong")
    parser.add_argument("--failing", action="store_true", help="print what is wrong with each case that fails")
    options = parser.parse_args(arguments)
    cases = read_cases(options.folder)
    found = {name: code_cases(rows) for name, rows in cases.items()}
    passed = {name: [passes(*pair) for pair in zip(rows, found[name], strict=True)] for name, rows in cases.items()}
    for origin in ORIGINS:
        rights = [
            right
            for name, rows in cases.items()
            for case, right in zip(rows, passed[name], strict=True)
            if (case.origin or name) == origin
        ]
        print(f"{origin:12} {sum(rights):4} of {len(rights)} pass")
    if options.failing:
        print_failing(cases, found)
    if options.sort:
        write_cases(sort_cases(cases, passed), options.folder)


def print_failing(cases: Mapping[str, Sequence[Case]], found: Mapping[str, Sequence[tuple[Event, ...]]]) -> None:
    """For each case that fails: its text, what it wants, and what was found."""
    for name, rows in cases.items():
        for case, events in zip(rows, found[name], strict=True):
            if not passes(case, events):
                print(f"\n{case.origin or name}: {case.text[:200]}")
                print("  wants", json.dumps([msgspec.to_builtins(want, order="deterministic") for want in case.events]))
                print("  finds", "; ".join(map(describe, events)) or "nothing")


if __name__ == "__main__":
    main()
