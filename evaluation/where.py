"""How well event words are linked to the place where the event happened, and places to countries.

    python -m evaluation.where ../shared/data/event_location/labeled_text.jsonl.zip [--errors]

Reads `event_location` (Halterman 2019, MIT): sentences with one marked event verb each and the places that belong to
it. A fifth of its documents (by a checksum of their name) is held out and measured; `training/fit_links.py` uses the
rest. A find counts where it overlaps a marked place; recall is over all marked places. "Nearest" takes the place named
nearest to the verb, "first" the first of the sentence; both choose among the same names of places as ours. Countries
are compared with `evaluation/where_countries.csv`, in which the places of a sample of the held-out records were given
their country by hand, reading the sentence.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from detente.placewords import mentions
from detente.records import Article, Document, Frame, Location, Sentence, Span
from detente.where import link, locate

COUNTRIES = Path(__file__).with_name("where_countries.csv")
# Its annotators left the place blank in nine of ten sentences about killings that name it: not for fitting.
BLANK = "Masdar_RA"
GOLD = "RELABEL"
_DOCUMENT = re.compile(r"([A-Z]+_ENG_\d+\.\d+)_")


class Record(NamedTuple):
    """One sentence with its event verb and the places that belong to it, as half-open character ranges.

    `name` is made from the text: the data's own ids are not unique.
    """

    name: str
    source: str
    text: str
    verb: tuple[int, int]
    places: tuple[tuple[int, int], ...]
    held_out: bool


def read_records(path: Path) -> list[Record]:
    """All usable records, each sentence and verb once; the relabelled ones where both are there."""
    with zipfile.ZipFile(path) as archive:
        raw = json.loads(archive.read("labeled_text.jsonl"))
    chosen: dict[tuple[str, int], Record] = {}
    for each in sorted(raw, key=lambda each: each.get("source") != GOLD):
        record = _record(each)
        if record is not None:
            chosen.setdefault((record.text.strip(), record.verb[0]), record)
    held_out = {record.text.strip() for record in chosen.values() if record.held_out}
    return [record._replace(held_out=record.text.strip() in held_out) for record in chosen.values()]


def _record(raw: dict[str, Any]) -> Record | None:
    # Of a sixth of the places start and end count words, not characters; the numbers of the tokens always hold.
    tokens = raw.get("tokens", ())
    spans = [
        (span["label"], tokens[span["token_start"]]["start"], tokens[span["token_end"]]["end"])
        for span in raw.get("spans", ())
        if span["token_end"] < len(tokens)
    ]
    verbs = [(start, end) for label, start, end in spans if label == "VERB"]
    if len(verbs) != 1:
        return None
    places = tuple((start, end) for label, start, end in spans if label == "LOCATION")
    text = raw["text"].strip()
    document = _DOCUMENT.match(str(raw["_id"]))
    held_out = crc32((document[1] if document else text).encode()) % 5 == 0
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Record(name, raw["source"], raw["text"], verbs[0], places, held_out)


# ---- links -------------------------------------------------------------------------------------------------------


def ours(record: Record) -> Span | None:
    return link(record.text, (0, len(record.text)), record.verb)


def nearest(record: Record) -> Span | None:
    start, end = record.verb
    found = mentions(record.text)
    best = min(found, key=lambda m: max(m.start - end, start - m.end, 0), default=None)
    return Span(record.text[best.start : best.end], best.start, best.end) if best else None


def first(record: Record) -> Span | None:
    found = mentions(record.text)
    return Span(record.text[found[0].start : found[0].end], found[0].start, found[0].end) if found else None


class Links(NamedTuple):
    """Counts over records: places found, found right, found with exactly the marked words, marked, records right."""

    found: int
    right: int
    exact: int
    marked: int
    records: int
    agreed: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.found + self.marked)


def score(records: list[Record], finder: Callable[[Record], Span | None]) -> Links:
    found = right = exact = marked = agreed = 0
    for record in records:
        span = finder(record)
        marked += len(record.places)
        found += span is not None
        hit = span is not None and any(span.start < end and start < span.end for start, end in record.places)
        right += hit
        exact += span is not None and (span.start, span.end) in record.places
        agreed += hit if record.places else span is None
    return Links(found, right, exact, marked, len(records), agreed)


def print_links(title: str, records: list[Record]) -> None:
    print(f"{title}: {len(records)} records, {sum(len(r.places) for r in records)} marked places")
    for name, finder in (("ours", ours), ("nearest", nearest), ("first", first)):
        links = score(records, finder)
        precision, recall = links.right / max(1, links.found), links.right / max(1, links.marked)
        print(
            f"  {name:8} precision {precision:.3f}  recall {recall:.3f}  F1 {links.f1:.3f}"
            f"  exact words {links.exact / max(1, links.right):.3f}  records right {links.agreed / links.records:.3f}"
            f"  abstains {1 - links.found / links.records:.3f}"
        )


# ---- countries ---------------------------------------------------------------------------------------------------


def located(record: Record) -> Location | None:
    """The location of an event with that verb and no roles, in an article of that one sentence."""
    words = Span(record.text[slice(*record.verb)], *record.verb)
    document = Document(Article(record.name, record.text), (Sentence(record.text, 0, len(record.text), 0),))
    return locate(Frame("ASSAULT", words, 0, "actual"), document)[0]


def print_countries(records: list[Record], *, errors: bool) -> None:
    """Accuracy of the country of places linked as marked, among those that get one."""
    by_name = {(record.name, start, end): record for record in records for start, end in record.places}
    total = linked = given = right = told = 0
    for row in csv.DictReader(COUNTRIES.open(encoding="utf-8")):
        start, end = int(row["start"]), int(row["end"])
        record = by_name[row["record"], start, end]
        total += 1
        place = located(record)
        if place is None or not (place.start < end and start < place.end):
            continue
        linked += 1
        told += bool(row["code"])
        given += bool(place.code)
        right += bool(place.code) and place.code == row["code"]
        if errors and place.code != row["code"]:
            print(f"    {place.text!r}: {place.code or 'none'}, by hand {row['code'] or 'none'} ({record.name})")
    print(
        f"countries of {total} marked places: {linked} are linked as marked, {told} of them tell a country to a reader;"
    )
    print(f"  {given} get one, {right / max(1, given):.3f} of these right")


def print_resolved(records: list[Record]) -> None:
    """How many of the places that we link are resolved, and to which level."""
    levels: dict[str, int] = {}
    linked = [place for record in records if (place := located(record))]
    for place in linked:
        levels[place.level] = levels.get(place.level, 0) + 1
    shares = "  ".join(f"{level} {count / max(1, len(linked)):.3f}" for level, count in sorted(levels.items()))
    print(f"levels of {len(linked)} linked places, from one sentence each: {shares}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("--errors", action="store_true", help="print what comes out otherwise")
    options = parser.parse_args()
    held_out = [record for record in read_records(options.records) if record.held_out]
    usable = [record for record in held_out if record.source != BLANK]
    print_links("held out", usable)
    print_links("of these relabelled", [record for record in usable if record.source == GOLD])
    print_links(f"held out with {BLANK}", held_out)
    print_resolved(usable)
    print_countries(held_out, errors=options.errors)
    if options.errors:
        print_errors(usable)


def print_errors(records: list[Record]) -> None:
    for record in records:
        span = ours(record)
        marked = [record.text[start:end] for start, end in record.places]
        if (span.text not in marked) if span else bool(marked):
            verb = record.text[slice(*record.verb)]
            print(f"[{verb}] marked {marked} found {span.text if span else None!r}: {record.text.strip()[:260]}")


def read_training(path: Path) -> Iterator[Record]:
    """The records that weights are fitted on."""
    for record in read_records(path):
        if not record.held_out and record.source != BLANK:
            yield record


if __name__ == "__main__":
    main()
