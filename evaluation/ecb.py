"""The gold event mentions of ECB+, and what our linking gets to see of them.

ECB+ (A. Cybulska and P. Vossen, "Using a sledgehammer to crack a nut?", LREC 2014, CC-BY-3.0): 43 topics of two
subtopics each, two like events reported by several documents ("ecb" and "ecbplus"). The usual split: topics 36 to 45
are the test, of the others eight are for development. Of test and development only the sentences count whose
annotation was checked by its authors (`ecb_sentences.csv`, from their list): 1,780 mentions in 805 clusters, and 1,245
in 409. Mentions that stand in no relation are clusters of one.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from detente.belonging import scan
from detente.likeness import Telling, topic_of, wording

SENTENCES = Path(__file__).with_name("ecb_sentences.csv")
DEVELOPMENT = frozenset({2, 5, 12, 18, 21, 23, 34, 35})
TEST = frozenset(range(36, 46))
EVENT = ("ACTION_", "NEG_ACTION_")


class Mention(NamedTuple):
    """An event mention: its topic, its document, its cluster, and the words that the comparison sees."""

    id: str
    topic: int
    document: str
    cluster: str
    words: tuple[str, ...]
    telling: Telling


def read_mentions(path: Path, part: str) -> list[Mention]:
    """The event mentions of "train", "development" or "test", in the order of topics and documents."""
    checked = _checked()
    found: list[Mention] = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".xml")):
            topic = int(Path(name).parent.name)
            if part == ("test" if topic in TEST else "development" if topic in DEVELOPMENT else "train"):
                found += _read(archive.read(name), topic, Path(name).stem, checked)
    return found


def _checked() -> dict[str, frozenset[int]]:
    with SENTENCES.open(encoding="utf-8") as lines:
        return {
            f"{row['topic']}_{row['file']}": frozenset(map(int, row["sentences"].split()))
            for row in csv.DictReader(lines)
        }


def _read(data: bytes, topic: int, document: str, checked: dict[str, frozenset[int]]) -> Iterator[Mention]:
    root = ElementTree.fromstring(data)
    tokens = {t.get("t_id", ""): (int(t.get("sentence", "0")), t.text or "") for t in root.iter("token")}
    texts, places = _sentences(tokens)
    address = document.endswith("plus")  # their first sentence is where they were found
    topic_words = topic_of(" ".join(text for number, text in texts.items() if number or not address))
    markables, relations = root.find("Markables"), root.find("Relations")
    assert markables is not None
    assert relations is not None
    related = {
        source.get("m_id"): (
            relation.get("note") if relation.tag == "CROSS_DOC_COREF" else f"{document} {relation.get('r_id')}"
        )
        for relation in relations
        for source in relation.iter("source")
    }
    allowed = checked.get(document, frozenset())
    for markable in markables:
        anchors = [a.get("t_id", "") for a in markable.iter("token_anchor")]
        if not anchors or not markable.tag.startswith(EVENT):
            continue
        sentence = tokens[anchors[0]][0]
        if sentence not in allowed:
            continue
        number = markable.get("m_id")
        id_ = f"{document}/{number}"
        start, end = places[anchors[0]][0], places[anchors[-1]][1]
        around = scan(texts[sentence])
        words = wording(around.tokens, around.cues, texts[sentence], (start, end))
        telling = Telling(
            id_, document, trigger=words.trigger, near=words.near, far=words.far, names=words.names, lands=words.lands,
            topic=topic_words, sentence=sentence,
        )  # fmt: skip
        cluster = related.get(number) or id_
        yield Mention(id_, topic, document, str(cluster), tuple(tokens[a][1] for a in anchors), telling)


def _sentences(tokens: dict[str, tuple[int, str]]) -> tuple[dict[int, str], dict[str, tuple[int, int]]]:
    """The text of each sentence, its tokens joined by spaces, and the half-open place of each token in it."""
    texts: dict[int, str] = {}
    places: dict[str, tuple[int, int]] = {}
    for id_, (sentence, word) in tokens.items():
        before = texts.get(sentence, "")
        start = len(before) + bool(before)
        texts[sentence] = f"{before} {word}" if before else word
        places[id_] = (start, start + len(word))
    return texts, places
