"""Code the current-events items of 2002 to 2026 into one ledger, and say how long it took.

    python -m evaluation.current_events ../shared/data news.detente [--jobs 2] [--first N --last M]

Each line of `wp_current_events` is an article: its day of publication is the line's, its publisher the first outlet
that it cites. Items dated 2024 or later are for running only; nothing is trained or tuned on them. The ledger is what
`evaluation.turns`, `evaluation.validity` and `evaluation.links` read. A rerun goes on where the last one stopped.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from detente.coding import Tally, code_inputs
from detente.config import Config
from detente.ledger import open_ledger
from detente.records import Article

FILE = Path("wp_current_events") / "wp_current_events_2002_2026.jsonl.gz"


def articles(data: Path) -> Iterator[Article]:
    """The items as articles, in the order of the file; ids count its lines."""
    with gzip.open(data / FILE, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            item = json.loads(line)
            yield Article(
                id=f"ce-{number:06d}",
                text=item["text"],
                published=date.fromisoformat(item["date"]),
                published_basis="record",
                publisher=next(iter(item["sources"]), None),
                source=f"{FILE.name}:{number + 1}",
            )


def main() -> None:
    """Code what was asked for; one line of progress every 1,000 items goes to stderr."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", type=int, default=0, metavar="LINE")
    parser.add_argument("--last", type=int, default=None, metavar="LINE")
    args = parser.parse_args()
    tally, began = Tally(), time.monotonic()
    with open_ledger(args.ledger) as ledger:
        chosen = islice(articles(args.data), args.first, args.last)
        coding = code_inputs(
            chosen, config=Config(), tally=tally, jobs=args.jobs, ledger=ledger, command="evaluation.current_events"
        )
        for done, _ in enumerate(coding, 1):
            if done % 1000 == 0:
                rate = done / (time.monotonic() - began)
                print(f"{done} items, {rate:.1f} a second", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    print(f"items {tally.articles}  coded {tally.coded}  empty {tally.empty}  read before {tally.skipped}")
    print(f"events {tally.events}  seconds {seconds:.0f}  items/s {tally.articles / max(seconds, 1e-9):.1f}")


if __name__ == "__main__":
    main()
