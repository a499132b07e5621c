"""What `detente.conflicts` finds on an article with known discrepancies, and its alarms on random news items.

    python -m evaluation.conflicts ARTICLE ITEMS [--items 200] [--seed 2023] [--days N] [--without-events]

ARTICLE is one JSON object with `text`, `published`, `discrepancies` (each with its `claims`, sentences of the text) and
`names` (each with the `variants` of one person's name). ITEMS are JSON lines (or .gz) with `date` and `text`, of which
those of 2002 to 2022 are drawn at random; with `--days`, all items of as many random days are taken instead, which is
harder, since reports of one day tell of like things. Events are read by the packaged model, or left out. Every alarm
is printed in full, for a person to judge: the items are short and edited, so nearly all are false.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from detente.config import Config
from detente.conflictlines import conflict_lines
from detente.conflicts import Conflict, find_conflicts
from detente.pipeline import code_articles
from detente.records import Article, Coded

FIRST_YEAR, LAST_YEAR = 2002, 2022  # later items are held out


def read_items(path: Path) -> list[dict[str, Any]]:
    """The items of the years that may be looked at, in the order of the file."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [json.loads(line) for line in content.decode("utf-8").splitlines()]
    return [row for row in rows if FIRST_YEAR <= int(row["date"][:4]) <= LAST_YEAR]


def drawn(rows: list[dict[str, Any]], *, items: int, days: int, seed: int) -> list[Article]:
    """So many random items, or all items of so many random days."""
    chance = random.Random(seed)
    if days:
        chosen = set(chance.sample(sorted({row["date"] for row in rows}), days))
        picked = [row for row in rows if row["date"] in chosen]
    else:
        picked = chance.sample(rows, items)
    return [
        Article(
            id=f"item-{place}",
            text=row["text"],
            published=date.fromisoformat(row["date"]),
            published_basis="given",
            publisher=next(iter(row.get("sources", ())), None),
        )
        for place, row in enumerate(picked)
    ]


def readings(articles: Iterable[Article], *, events: bool) -> Iterator[Coded]:
    """The articles with their events, or with none."""
    return code_articles(articles, config=Config()) if events else (Coded(article, ()) for article in articles)


def found_of(article: dict[str, Any], found: tuple[Conflict, ...]) -> Iterator[tuple[str, bool]]:
    """Each discrepancy and each name with variants of an article, and whether one conflict holds all its sides."""
    for each in article["discrepancies"]:
        wanted = set(each["claims"])
        yield each["about"], any(wanted <= {claim.sentence.text for claim in conflict.claims} for conflict in found)
    for each in article["names"]:
        if len(each["variants"]) > 1:
            forms = [
                {claim.words.text for claim in conflict.claims} for conflict in found if conflict.kind == "spelling"
            ]
            held = any(all(any(v.endswith(form) for form in written) for v in each["variants"]) for written in forms)
            most = max((len(written) for written in forms), default=0)
            yield f"{len(each['variants'])} ways of writing {each['person']}", held and most >= len(each["variants"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("article", type=Path)
    parser.add_argument("items", type=Path)
    parser.add_argument("--items", dest="number", type=int, default=200, help="how many random items")
    parser.add_argument("--days", type=int, default=0, help="all items of so many random days instead")
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--without-events", action="store_true", help="do not run the model")
    options = parser.parse_args()
    told = json.loads(options.article.read_text(encoding="utf-8"))
    article = Article(id=told["id"], text=told["text"], published=date.fromisoformat(told["published"]))
    found = find_conflicts(readings([article], events=not options.without_events))
    print(f"{options.article.name}: {len(found)} conflicts")
    for conflict in found:
        print(conflict_lines(conflict).plain)
    for about, held in found_of(told, found):
        print(f"{'found' if held else 'MISSED'}: {about}")
    articles = drawn(read_items(options.items), items=options.number, days=options.days, seed=options.seed)
    alarms = find_conflicts(readings(articles, events=not options.without_events))
    counts = Counter((alarm.kind, alarm.verdict) for alarm in alarms)
    print(f"\n{options.items.name}: {len(articles)} items, seed {options.seed}: {len(alarms)} alarms")
    print("".join(f"  {count:4} {kind} {verdict}\n" for (kind, verdict), count in counts.most_common()))
    for conflict in alarms:
        print(conflict_lines(conflict).plain)


if __name__ == "__main__":
    main()
