"""What becomes of the pledges in the demonstration corpus, and every closing of a ledger, to be read by eye.

    python -m evaluation.pledges [LEDGER] [--dyad JPN KOR] [--until 2022-12-31] [--acts N] [--closings N] [--seed 1]

Without a ledger the demonstration corpus is coded, and each pledge of `demo/expected_pledges.json` is looked up on its
three dates: a thread of the one who promised whose words, or those of a restatement, are the expected ones. It is
`found` if there is such a thread on the last date, `right` on a date if the state is the expected one; `false closings`
are sure states that are not. All closings, or `--closings` of them drawn at random, are printed with the sentences of
the promise and of the act. `--dyad` may be given several times; without it the acts of the ledger are one material, or
the first `--acts` of them, by which the time is measured.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from detente.coding import Tally, code_inputs
from detente.config import Config
from detente.ingest import read_paths
from detente.ledger import Ledger, open_ledger
from detente.memory import linked_events
from detente.records import Event, LinkedEvent
from detente.threads import Closing, PledgeThread, pledges

ROOT = Path(__file__).parent.parent
EXPECTED = ROOT / "demo" / "expected_pledges.json"
ARTICLES = ROOT / "demo" / "articles"
SURE = ("kept", "partly-kept", "broken", "withdrawn", "superseded")


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pledge of the corpus: who promised, patterns that its words match, and its allowed states on some dates."""

    pledge: str
    who: tuple[str, ...]
    to: tuple[str, ...]
    words: tuple[str, ...]
    opened: date
    states: dict[date, tuple[str, ...]]
    facts: tuple[str, ...]
    note: str


# -- acts ------------------------------------------------------------------------------------------------------------


def acts(
    ledger: Ledger, *, dyad: tuple[str, str] | None = None, until: date | None = None, most: int | None = None
) -> list[LinkedEvent]:
    """The acts of a ledger as it has linked them, those first told up to and with the day `until`."""
    found = linked_events(ledger, dyad=dyad)
    known = [act for act in found if until is None or (act.first_seen is not None and act.first_seen <= until)]
    return known[:most]


def coded(folder: Path, into: Path) -> Path:
    """A ledger of the articles in a folder."""
    path = into / "demo.detente"
    with open_ledger(path) as ledger:
        found = read_paths([folder], config=Config())
        for _ in code_inputs(found, config=Config(), tally=Tally(), ledger=ledger, command="evaluation.pledges"):
            pass
    return path


# -- what is expected ------------------------------------------------------------------------------------------------


def matching(threads: Iterable[PledgeThread], wanted: Expected) -> list[PledgeThread]:
    """The threads of a pledge: of the same ones, with all its words in one sentence of the opening or a restatement."""
    found = []
    for thread in threads:
        tellings = [*thread.reports, *thread.restatements]
        doers = {actor.code for report in tellings for actor in report.event.actor}
        texts = [report.event.sentence.text for report in tellings]
        if doers & set(wanted.who) and any(all(re.search(p, text) for p in wanted.words) for text in texts):
            found.append(thread)
    return found


def compare(linked: Sequence[LinkedEvent], expected: Sequence[Expected]) -> Counter[str]:
    """Print each pledge with its states; the counts."""
    days = sorted({day for each in expected for day in each.states})
    on = {day: pledges(linked, on=day) for day in days}
    counts: Counter[str] = Counter()
    for each in expected:
        line = []
        for day, allowed in each.states.items():
            threads = matching(on[day], each)
            states = [thread.state for thread in threads]
            verdict = "right" if states and states[0] in allowed else "wrong" if states else "missing"
            counts[verdict] += 1
            counts["false closings"] += sum(s in SURE and s not in allowed for s in states)
            line.append(
                f"{day} {verdict}: {', '.join(states) or '-'}{'' if verdict == 'right' else f' for {allowed[0]}'}"
            )
        counts["pledges"] += 1
        counts["found"] += bool(matching(on[max(each.states)], each))
        print(f"{each.pledge}\n    " + "\n    ".join(line))
    return counts


# -- closings to read ------------------------------------------------------------------------------------------------


def closings(threads: Iterable[PledgeThread]) -> list[tuple[PledgeThread, Closing]]:
    """The sure closings by an act, each with its thread."""
    return [(thread, each) for thread in threads for each in thread.closings if each.sense in SURE]


def show(pairs: Iterable[tuple[PledgeThread, Closing]], events: dict[str, Event]) -> None:
    """Print promises with the acts that close them, in full."""
    for number, (thread, closing) in enumerate(pairs, 1):
        act, opening = events[closing.event], events[thread.id]
        print(f"\n{number}. {closing.sense} {closing.score} ({closing.why})")
        for day, event in ((thread.opened, opening), (closing.day, act)):
            sides = ["/".join(sorted({p.code or "?" for p in side})) for side in (event.actor, event.recipient)]
            print(
                f"   {day} {event.event} {' > '.join(filter(None, sides))} [{event.trigger.text}] {event.sentence.text}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ledger", nargs="?", type=Path)
    parser.add_argument("--dyad", nargs=2, action="append", metavar=("FIRST", "SECOND"), default=[])
    parser.add_argument("--until", type=date.fromisoformat, default=None)
    parser.add_argument("--acts", type=int, default=None, metavar="N")
    parser.add_argument("--closings", type=int, default=None, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.ledger or coded(ARTICLES, Path(folder))
        with open_ledger(path, read_only=True) as ledger:
            parts = [acts(ledger, dyad=tuple(d), until=args.until) for d in args.dyad] or [
                acts(ledger, until=args.until, most=args.acts)
            ]
    found: list[tuple[PledgeThread, Closing]] = []
    states: Counter[str] = Counter()
    began = time.process_time()
    for linked in parts:
        threads = pledges(linked)
        states.update(thread.state for thread in threads)
        found += closings(threads)
    seconds = time.process_time() - began
    if args.ledger is None:
        counts = compare(parts[0], msgspec.json.decode(EXPECTED.read_bytes(), type=list[Expected]))
        print(json.dumps(counts))
    print(f"acts {sum(map(len, parts))}  threads {sum(states.values())}  processor seconds {seconds:.2f}")
    print(f"states {dict(states.most_common())}")
    if args.closings is not None and len(found) > args.closings:
        found = random.Random(args.seed).sample(found, args.closings)
    print(f"closings {len(found)}")
    show(found, {linked.id: linked.event for part in parts for linked in part})


if __name__ == "__main__":
    main()
