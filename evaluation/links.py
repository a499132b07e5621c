"""How well reports are linked to acts.

    python -m evaluation.links ecb ../shared/data/ecbplus/ECBplus_xml.zip
    python -m evaluation.links demo
    python -m evaluation.links world LEDGER [--sample N] [--seed N]
    python -m evaluation.links incremental COPY [--sample N] [--seed N]

`ecb`: gold event mentions of ECB+, clustered across the documents of a topic, beside the baseline that takes mentions
of one head lemma for one event; no weight is fitted on the test topics. `demo`: the demonstration corpus against
`demo/expected.json`: two events are rightly one act where both report one fact (`told_facts`). `world`: a ledger such
as `evaluation.current_events` makes: how many reports of one day, pair of states and family of types are one act, how
large acts and the comparison become, and merges to be read by eye. `incremental`: how long it takes to link one more
article, one of the ledger told again under another id; it writes into the ledger, so give it a copy.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import msgspec

from detente.ledger import Ledger, open_ledger
from detente.likeness import FAMILY
from detente.link import LEAST, cluster
from detente.memory import linked_events, update
from detente.records import Coded, Event
from detente.resemblance import likeness
from detente.stems import stem
from evaluation.coreference import b_cubed, ceaf_e, conll, muc
from evaluation.ecb import Mention, read_mentions
from evaluation.pledges import coded

DEMO = Path(__file__).parent.parent / "demo"


class Quote(msgspec.Struct, frozen=True):
    """Words of an article of the corpus that tell a fact."""

    article: str
    quote: str


class Fact(msgspec.Struct, frozen=True):
    """An act that the corpus tells, with all of its reports."""

    fact: str
    type: str
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    reports: tuple[Quote, ...]


# -- ECB+ ------------------------------------------------------------------------------------------------------------


def by_head(mentions: Iterable[Mention]) -> list[frozenset[str]]:
    """The baseline: mentions of one topic whose last words have one stem are one event."""
    groups: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for each in mentions:
        groups[each.topic, stem(each.words[-1].lower())].add(each.id)
    return [frozenset(group) for group in groups.values()]


def by_likeness(mentions: list[Mention]) -> list[frozenset[str]]:
    """Our own: clusters within each topic."""
    topics: defaultdict[int, list[Mention]] = defaultdict(list)
    for each in mentions:
        topics[each.topic].append(each)
    found: list[frozenset[str]] = []
    for members in topics.values():
        edges = [
            (one.id, other.id, score)
            for one, other in combinations(members, 2)
            if (score := likeness(one.telling, other.telling).score) >= LEAST
        ]
        found += map(frozenset, cluster([each.id for each in members], edges))
    return found


def report_ecb(archive: Path) -> None:
    """Print the scores of both on development and test topics."""
    print(f"{'':24}{'MUC':>8}{'B³':>8}{'CEAFe':>8}{'CoNLL':>8}")
    for part in ("development", "test"):
        mentions = read_mentions(archive, part)
        gold: defaultdict[str, set[str]] = defaultdict(set)
        for each in mentions:
            gold[each.cluster].add(each.id)
        right = [frozenset(group) for group in gold.values()]
        print(f"{part}: {len(mentions)} mentions in {len(right)} clusters")
        for name, found in (("same head lemma", by_head(mentions)), ("detente", by_likeness(mentions))):
            scores = [100 * score(right, found).f1 for score in (muc, b_cubed, ceaf_e)]
            print(f"  {name:22}" + "".join(f"{each:8.1f}" for each in (*scores, 100 * conll(right, found))))


# -- the demonstration corpus ----------------------------------------------------------------------------------------


def told_facts(facts: Iterable[Fact], events: Iterable[Event]) -> dict[str, set[str]]:
    """Which facts events report, by id: of each report of a fact at most one event, the best that lies in its quote.

    An event lies in a quote that its sentence holds, and that holds its event words, where the types are one or of one
    family. Of several the one whose type is the fact's comes first, then the one with most of its parties, then the
    surest.
    """
    read: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        read[event.article].append(event)
    told: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        for report in fact.reports:
            held = [event for event in read[report.article] if _lies_in(event, fact, _plain(report.quote))]
            if held:
                best = max(held, key=lambda event: (*_fit(event, fact), event.confidence, event.id))
                told[best.id].add(fact.fact)
    return told


def _lies_in(event: Event, fact: Fact, quote: str) -> bool:
    sentence, words = _plain(event.sentence.text), _plain(event.trigger.text)
    return FAMILY[fact.type] == FAMILY[event.event] and words in quote and (quote in sentence or sentence in quote)


def _fit(event: Event, fact: Fact) -> tuple[bool, int]:
    parties = {actor.code for actor in (*event.actor, *event.recipient)}
    return event.event == fact.type, len(parties & {*fact.actors, *fact.recipients})


def _plain(text: str) -> str:
    return " ".join(text.split())


def report_demo() -> None:
    """Code the demonstration corpus and print pairwise precision, recall and F1."""
    facts = msgspec.json.decode((DEMO / "expected.json").read_bytes(), type=list[Fact])
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(coded(DEMO / "articles", Path(folder)), read_only=True) as ledger,
    ):
        acts = {report.event.id: (act.id, report.event) for act in linked_events(ledger) for report in act.reports}
    told = told_facts(facts, (event for _, event in acts.values()))
    right = found = both = 0
    for one, other in combinations(sorted(told), 2):
        same, linked = bool(told[one] & told[other]), acts[one][0] == acts[other][0]
        right, found, both = right + same, found + linked, both + (same and linked)
    precision, recall = both / max(1, found), both / max(1, right)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"{len(told)} of {len(acts)} events report a known fact; {right} pairs report one fact")
    print(f"pairs linked {found}: precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


# -- a ledger of the world -------------------------------------------------------------------------------------------


def report_world(ledger: Ledger, sample: int, seed: int) -> None:
    """Print how much is linked, and merges to read."""
    ((events,),) = ledger.rows("SELECT COUNT(*) FROM tellings")
    sizes = Counter(dict(ledger.rows("SELECT reports, COUNT(*) FROM acts GROUP BY reports ORDER BY reports")))
    print(f"{events} events are {sum(sizes.values())} acts; acts by reports: {dict(sizes)}")
    same, merged = _one_day(ledger)
    print(
        f"pairs of one day, pair of states and family: {same}, of them one act: {merged} ({merged / max(1, same):.3f})"
    )
    ((pairs, near),) = ledger.rows("SELECT COUNT(*), SUM(score >= 0.5) FROM likenesses")
    print(f"likenesses kept: {pairs}, from 0.5 on: {near}")
    merges = list(
        ledger.rows(
            "SELECT a.record, b.record, score, reasons FROM likenesses JOIN tellings x ON x.event = one"
            " JOIN tellings y ON y.event = other AND x.act = y.act JOIN events a ON a.row = one"
            " JOIN events b ON b.row = other WHERE a.article <> b.article"
            " AND a.published < '2024' AND b.published < '2024'"
        )
    )
    print(f"merges across articles before 2024: {len(merges)}")
    for one, other, score, reasons in random.Random(seed).sample(merges, min(sample, len(merges))):
        print(f"\n{score:.2f}  {'; '.join(msgspec.json.decode(reasons))}")
        for record in (one, other):
            event = msgspec.json.decode(record, type=Event)
            day = event.date.start if event.date else None
            print(f"  {event.event} {event.status} {day} [{event.trigger.text}] {event.sentence.text}")


def report_incremental(ledger: Ledger, sample: int, seed: int) -> None:
    """Store articles again under other ids, one by one, and print how long linking each took."""
    ((last,),) = ledger.rows("SELECT MAX(row) FROM articles")
    ((events,),) = ledger.rows("SELECT COUNT(*) FROM events")
    run = ledger.begin_run(coder="evaluation.links", model="", codebook="")
    spent: list[float] = []
    for row in random.Random(seed).sample(range(1, last + 1), 4 * sample):
        article = ledger.article_at(row)
        told = ledger.article_events(article.id) if article else []
        if article is None or not told or len(spent) == sample:
            continue
        again = msgspec.structs.replace(article, id=f"{article.id} told again", source="evaluation.links")
        named = [msgspec.structs.replace(event, id=f"{event.id}-again", article=again.id) for event in told]
        ledger.store(Coded(again, tuple(named)), run)
        began = time.perf_counter()
        update(ledger)
        spent.append(time.perf_counter() - began)
    ledger.end_run(run, coded=len(spent))
    spent.sort()
    half, most = spent[len(spent) // 2], spent[int(0.95 * len(spent))]
    print(f"{len(spent)} articles against {events:,} events: median {1000 * half:.0f} ms, p95 {1000 * most:.0f} ms")


def _one_day(ledger: Ledger) -> tuple[int, int]:
    """Pairs of events of one told day, two states and a family of types, and how many of them are one act."""
    groups: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    rows: Iterator[tuple[str, str, str, str, int]] = ledger.rows(
        "SELECT DISTINCT first, second, date_start, events.event, act, row FROM pairs JOIN events ON row = pairs.event"
        " JOIN tellings ON tellings.event = row WHERE first <> second AND act IS NOT NULL"
        " AND julianday(date_end) - julianday(date_start) = 1 AND published < '2024'"
    )
    for first, second, day, event, act, *_ in rows:
        groups[first, second, day, FAMILY[event]].append(act)
    same = merged = 0
    for acts in groups.values():
        same += len(acts) * (len(acts) - 1) // 2
        merged += sum(number * (number - 1) // 2 for number in Counter(acts).values())
    return same, merged


def main() -> None:
    """Run the measure that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("measure", choices=("ecb", "demo", "world", "incremental"))
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.measure == "demo":
        report_demo()
    elif args.path is None:
        parser.error(f"{args.measure} needs a path")
    elif args.measure == "ecb":
        report_ecb(args.path)
    elif args.measure == "incremental":
        with open_ledger(args.path) as ledger:
            report_incremental(ledger, args.sample or 100, args.seed)
    else:
        with open_ledger(args.path, read_only=True) as ledger:
            report_world(ledger, args.sample, args.seed)


if __name__ == "__main__":
    main()
