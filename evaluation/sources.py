"""What `detente.sources` finds: copies in the demonstration corpus, in Reuters-21578, in ECB+, and after known edits.

    python -m evaluation.sources ../shared/data [demo] [reuters] [unsigned] [ecb] [items] [edits] [speed] [--show N]

demo      the near-verbatim copies that demo/SOURCES.md tells of, and every other relation that is found
reuters   Reuters-21578 (19,043 items with text, 1987), all of one outlet: how many pairs are found, and how many of
          those that were read by eye are right (evaluation/sources_read.csv): the words of one text come from the
          other, or of both from a third
unsigned  the same items as if nobody knew who published them, which is harder: an agency's forms count as copies then
ecb       ECB+ (982 texts on 43 topics, many independent reports of each event): the same
items     the news items of 2002 to 2022 of wp_current_events, most of 20 to 60 words: the same; later ones are held out
edits     the demonstration corpus after known edits: is the article found as a candidate, is it related, does it share
          the root, does it stand on the right one
speed     imprints a second, and pairs related a second, on Reuters-21578

Without a name all are done. `--show N` prints N random pairs of each corpus in full, for a person to judge.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import combinations, islice
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from detente.attribution import relayed_from
from detente.config import Config
from detente.document import read_document
from detente.imprints import Imprint, imprint, imprint_keys, sought_keys
from detente.ingest import read_path
from detente.lineage import roots
from detente.records import Article
from detente.sources import Relation, relate
from evaluation.current_events import articles as current_events

DEMO = Path("demo/articles")
READ = Path(__file__).with_name("sources_read.csv")
LAST_YEAR = 2022  # later items are held out
FULL = 400  # articles under one key from which on it tells nothing

# The near-verbatim copies of demo/SOURCES.md, each with the article it was made from. That of 2023-03-18 is told by its
# last line, "Meridian Wire contributed to this report".
COPIES = {
    "2018-10-31-hanriver-nippon-steel-ruling": "2018-10-30-meridian-nippon-steel-ruling",
    "2019-07-26-straits-warning-shots-missiles": "2019-07-23-meridian-warning-shots",
    "2019-09-19-straits-korea-japan-list": "2019-09-18-meridian-seoul-whitelist",
    "2022-09-23-harbour-new-york-talks": "2022-09-22-meridian-new-york-talks",
    "2023-03-18-straits-tokyo-summit": "2023-03-16-meridian-tokyo-summit",
    "2023-11-24-harbour-comfort-women-ruling": "2023-11-23-meridian-comfort-women-ruling",
}


# -- corpora


def demo() -> list[Article]:
    return [article for article in read_path(DEMO, config=Config()) if isinstance(article, Article)]


def reuters(data: Path) -> Iterator[Article]:
    """The items with a text."""
    with zipfile.ZipFile(data / "reuters" / "reuters21578_json.zip") as archive:
        for name in sorted(name for name in archive.namelist() if re.search(r"full/reuters-\d+\.json$", name)):
            for item in json.loads(archive.read(name)):
                if body := item.get("body", "").replace("\x03", "").strip():
                    text = re.sub(r"(?<!\n)\n(?!\n)", " ", re.sub(r"\n\s{4,}", "\n\n", body))
                    day = datetime.strptime(item["date"].strip()[:11].strip(), "%d-%b-%Y").date()
                    yield Article(id=item["id"], text=text, published=day, title=item.get("title"), publisher="Reuters")


def unsigned(data: Path) -> Iterator[Article]:
    return (msgspec.structs.replace(article, publisher=None) for article in reuters(data))


def ecb(data: Path) -> Iterator[Article]:
    """The texts, put together from their tokens; those of the second half begin with their address."""
    with zipfile.ZipFile(data / "ecbplus" / "ECBplus_xml.zip") as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".xml")):
            sentences: defaultdict[int, list[str]] = defaultdict(list)
            for token in ElementTree.fromstring(archive.read(name)).iter("token"):
                sentences[int(token.get("sentence", 0))].append(token.text or "")
            lines = [" ".join(words) for _, words in sorted(sentences.items())]
            url = lines.pop(0).replace(" ", "") if lines[0].startswith("http") else None
            yield Article(id=Path(name).stem, text="\n\n".join(map(_joined, lines)), url=url)


def _joined(line: str) -> str:
    """A line of tokens with its punctuation where print has it."""
    line = re.sub(r" ([,.;:!?%)\]]|['’]s\b|n['’]t\b)", r"\1", line)
    line = re.sub(r"([(\[$]) ", r"\1", line)
    return re.sub(r"(?:``|\"|“) ?([^\"“”]*?) ?(?:''|\"|”)(?!\w)", r'"\1"', line)


def items(data: Path) -> Iterator[Article]:
    return (each for each in current_events(data) if each.published and each.published.year <= LAST_YEAR)


# -- what is found in a corpus


def imprints_of(articles: Iterable[Article]) -> dict[str, Imprint]:
    return {article.id: imprint(article, relayed_from(read_document(article))[0]) for article in articles}


def candidates(marks: Mapping[str, Imprint]) -> list[tuple[str, str]]:
    """The pairs of articles of which one is found under a key that the other seeks."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for mark in marks.values():
        for key in imprint_keys(mark):
            found[key].append(mark.article)
    pairs = {
        (min(mark.article, other), max(mark.article, other))
        for mark in marks.values()
        for key in sought_keys(mark)
        if len(found.get(key, ())) <= FULL
        for other in found.get(key, ())
        if other != mark.article
    }
    return sorted(pairs)


def related(articles: Mapping[str, Article], marks: Mapping[str, Imprint]) -> list[Relation]:
    pairs = candidates(marks)
    found = [relate(marks[a], marks[b], articles[a].text, articles[b].text) for a, b in pairs]
    relations = [relation for relation in found if relation is not None]
    kinds = Counter(f"{relation.kind}{'' if relation.whole else ' (a small part)'}" for relation in relations)
    print(f"  {len(articles)} texts, {len(pairs)} candidate pairs, {len(relations)} relations")
    print("".join(f"  {count:6} {kind}\n" for kind, count in sorted(kinds.items())), end="")
    return relations


def report(corpus: str, articles: Iterable[Article], show: int, seed: int) -> None:
    """What is found, what was read of it by eye, and some of it in full."""
    by_id = {article.id: article for article in articles}
    print(f"\n{corpus}")
    marks = imprints_of(by_id.values())
    relations = related(by_id, marks)
    if corpus == "ecb":
        report_topics(by_id, marks, relations)
    sources = Counter(root.source for root in roots(marks.values(), relations).values())
    print(f"  {len(sources)} roots; the largest has {max(sources.values())} texts")
    with READ.open(encoding="utf-8", newline="") as lines:
        read = {(row["one"], row["other"]): row["verdict"] for row in csv.DictReader(lines) if row["corpus"] == corpus}
    judged = [read[pair] for relation in relations if (pair := _pair(relation)) in read]
    if judged:
        gone = len(read) - len(judged)
        print(f"  of {len(judged)} read by eye {judged.count('right')} are right; {gone} read before are not found now")
    for relation in random.Random(seed).sample(relations, min(show, len(relations))):
        print(
            f"\n  {relation.kind}: {relation.article} on {relation.on}, {relation.score:.2f}, back {relation.back:.2f}"
        )
        print("".join(f"    - {reason}\n" for reason in relation.reasons), end="")
        for id_ in (relation.article, relation.on):
            text = " ".join(by_id[id_].text.split())
            print(f"    {by_id[id_].published} {by_id[id_].title or ''} | {text[:500]}")


def report_topics(articles: Mapping[str, Article], marks: Mapping[str, Imprint], relations: list[Relation]) -> None:
    """How many of the relations within the topics of ECB+, which the names begin with, the keys lead to."""
    found = {_pair(relation) for relation in relations}
    pairs = combinations(sorted(articles), 2)
    topical = [(a, b) for a, b in pairs if a.partition("_")[0] == b.partition("_")[0]]
    all_ = {(a, b) for a, b in topical if relate(marks[a], marks[b], articles[a].text, articles[b].text)}
    print(f"  of {len(all_)} that comparing all {len(topical)} pairs of one topic finds, {len(all_ & found)}")


def _pair(relation: Relation) -> tuple[str, str]:
    return min(relation.article, relation.on), max(relation.article, relation.on)


def report_demo(show: int) -> None:
    """The copies that demo/SOURCES.md tells of, and all else that is found."""
    articles = {article.id: article for article in demo()}
    marks = imprints_of(articles.values())
    print("demo")
    relations = related(articles, marks)
    found = {relation.article: relation.on for relation in relations}
    right = sum(found.get(copy) == source for copy, source in COPIES.items())
    print(f"  copies found, on the right article: {right} of {len(COPIES)}; other relations: {len(relations) - right}")
    for root in roots(marks.values(), relations).values():
        if root.kind != "own":
            print(f"  {root.kind:6} {root.score:.2f}  {root.article} -> {root.source}")
    for relation in relations[:show]:
        print(f"  {relation.article}: {'; '.join(relation.reasons)}")


# -- known edits

Edit = Callable[[str, random.Random], str]


def cut(share: float) -> Edit:
    """Only so much of the paragraphs, from the first on."""

    def edit(text: str, chance: random.Random) -> str:
        paragraphs = text.split("\n\n")
        return "\n\n".join(paragraphs[: max(1, round(share * len(paragraphs)))])

    return edit


def swap(text: str, chance: random.Random) -> str:
    """The sentences in another order."""
    sentences = [sentence.text for sentence in read_document(Article(id="", text=text)).sentences]
    chance.shuffle(sentences)
    return " ".join(sentences)


def change(share: float, words: list[str]) -> Edit:
    """Another word of the corpus for so many of the words, at random."""

    def edit(text: str, chance: random.Random) -> str:
        return re.sub(r"[A-Za-z]+", lambda m: chance.choice(words) if chance.random() < share else m[0], text)

    return edit


def within(texts: list[str]) -> Edit:
    """In the middle of another article."""

    def edit(text: str, chance: random.Random) -> str:
        other = chance.choice([each for each in texts if each != text]).split("\n\n")
        middle = len(other) // 2
        return "\n\n".join((*other[:middle], text, *other[middle:]))

    return edit


def credit(text: str, chance: random.Random) -> str:
    return f"SEOUL (Northern Press Agency) — {text}"


def both(*edits: Edit) -> Edit:
    def edit(text: str, chance: random.Random) -> str:
        for each in edits:
            text = each(text, chance)
        return text

    return edit


def report_edits(seed: int) -> None:
    """What is found of the demonstration corpus after known edits, each article printed once more, a day later."""
    articles = [article for article in demo() if article.id not in COPIES]
    texts = [article.text for article in articles]
    words = re.findall(r"[A-Za-z]+", " ".join(texts))
    edits: dict[str, Edit] = {
        "nothing changed": both(),
        "an agency's credit added": credit,
        "first 3/4 of the paragraphs": cut(0.75),
        "first half": cut(0.5),
        "first quarter": cut(0.25),
        "inside another article": within(texts),
        "sentences in another order": swap,
        **{f"{share} % of words changed": change(share / 100, words) for share in (5, 10, 20, 30)},
        "half, 10 % changed, credit": both(cut(0.5), change(0.1, words), credit),
    }
    print(f"\nedits: {len(articles)} articles of the demonstration corpus")
    print(f"  {'':28} candidate  related  one root  right way")
    for name, edit in edits.items():
        chance, counts = random.Random(seed), Counter[str]()
        for article in articles:
            counts.update(_found(article, edit(article.text, chance)))
        shares = (counts[what] / len(articles) for what in ("candidate", "related", "root", "way"))
        print(f"  {name:28}" + "".join(f"{share:10.2f}" for share in shares))


def _found(article: Article, text: str) -> Iterator[str]:
    """What is found of an article and its edited text."""
    later = article.published + timedelta(days=1) if article.published else None
    edited = msgspec.structs.replace(
        article, id="edited", text=text, publisher="Other Paper", published=later, title=None
    )
    marks = imprints_of([article, edited])
    one, other = marks[article.id], marks["edited"]
    if not set(imprint_keys(one)).isdisjoint(sought_keys(other)):
        yield "candidate"
        if relation := relate(one, other, article.text, text):
            yield "related"
            sources = roots([one, other], [relation])
            if sources["edited"].source == sources[article.id].source:
                yield "root"
            # The one that credits an agency is nearer to the source; otherwise the later stands on the earlier.
            if (relation.article == "edited") == (other.credit is None):
                yield "way"


def report_speed(data: Path) -> None:
    articles = list(islice(reuters(data), 4000))
    words = sum(len(article.text.split()) for article in articles)
    began = time.perf_counter()
    marks = {article.id: imprint(article, None) for article in articles}
    seconds = time.perf_counter() - began
    print(f"\nspeed: {len(articles)} texts of {words // len(articles)} words on average")
    print(f"  {len(articles) / seconds:.0f} imprints a second, {words / seconds:.0f} words a second")
    size = sum(len(msgspec.json.encode(mark)) for mark in marks.values()) / len(marks)
    print(f"  {size:.0f} bytes of JSON an imprint")
    texts = {article.id: article.text for article in articles}
    pairs = candidates(marks)
    began = time.perf_counter()
    for one, other in pairs:
        relate(marks[one], marks[other], texts[one], texts[other])
    print(f"  {len(pairs) / (time.perf_counter() - began):.0f} pairs related a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ("demo", "reuters", "unsigned", "ecb", "items", "edits", "speed")
    parser.add_argument("data", type=Path)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"any of {', '.join(names)}")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many pairs in full")
    parser.add_argument("--seed", type=int, default=1987)
    options = parser.parse_args()
    if unknown := set(options.what) - set(names):
        parser.error(f"{sorted(unknown)[0]!r} is not known. Known: {', '.join(names)}.")
    for name in options.what or names:
        if name == "demo":
            report_demo(options.show)
        elif name == "edits":
            report_edits(options.seed)
        elif name == "speed":
            report_speed(options.data)
        else:
            corpus = {"reuters": reuters, "unsigned": unsigned, "ecb": ecb, "items": items}[name]
            report(name, corpus(options.data), options.show, options.seed)


if __name__ == "__main__":
    main()
