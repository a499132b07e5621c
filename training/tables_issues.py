"""Build `src/detente/data/issues/words.csv`, how common words are in news between states.

    python -m training.tables_issues ../shared/data --parser en_core_web_sm

`items` counts the current-events items up to 2022 that name two countries or more and have the word, `news` the
sentences of general news (Reuters 1987, PolNeAR) with it; `kind` is what it is used as most, by the tagger of a spaCy
pipeline: n for a noun or name, a for an adjective, x for anything else. The row `*` has the totals. Counts only, no
text. `lists.csv` beside it is kept by hand.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import spacy

from detente.names import fold_word, tokenize
from detente.phrases import INTERNATIONAL, find_hits
from training.sources import current_events, newswire, political_articles

OUT = Path("src/detente/data/issues/words.csv")
LEAST_ITEMS, LEAST_NEWS = 4, 20  # a rarer word is left out: the table stays small
NEWS_ITEMS = 6000  # newswire items drawn at random: what changes after so many is the tenth of a percent
SOURCE = "count"
_LETTERS = re.compile(r"[a-z]{2,}")
_SENTENCE = re.compile(r"(?<=[.!?\"”])\s+(?=[A-Z\"“])|\n{2,}")


class Counts:
    """What the table is made of."""

    def __init__(self) -> None:
        self.items: Counter[str] = Counter()
        self.news: Counter[str] = Counter()
        self.tags: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.total_items = self.total_news = 0

    def between_states(self, texts: Iterable[str]) -> list[str]:
        """Count the texts that name two countries or more, and return them."""
        kept = []
        for text in texts:
            tokens = tokenize(text)
            hits = find_hits(text, tokens)
            named = {hit.meanings[0].code for hit in hits if hit.meanings and len(hit.codes) == 1}
            named -= INTERNATIONAL
            if len(named) < 2:
                continue
            kept.append(text)
            self.total_items += 1
            self.items.update({token.key for token in tokens})
        return kept

    def general(self, texts: Iterable[str]) -> list[str]:
        """Count the sentences of general news, and return them."""
        kept = []
        for sentence in chain.from_iterable(map(_SENTENCE.split, texts)):
            words = [token.key for token in tokenize(sentence)]
            if len(words) < 5:
                continue
            kept.append(sentence)
            self.total_news += 1
            self.news.update(set(words))
        return kept

    def tag(self, nlp: spacy.language.Language, texts: Iterable[str]) -> None:
        for doc in nlp.pipe(texts, batch_size=256):
            for token in doc:
                self.tags[fold_word(token.text)][token.pos_] += 1

    def kind(self, word: str) -> str:
        """What most uses of the word are; a word that was never tagged is a name."""
        uses = self.tags.get(word)
        if not uses:
            return "n"
        shares = {"n": uses["NOUN"] + uses["PROPN"], "a": uses["ADJ"]}
        shares["x"] = uses.total() - sum(shares.values())
        return max(shares, key=lambda kind: (shares[kind], kind))

    def rows(self) -> Iterator[tuple[object, ...]]:
        yield "*", self.total_items, self.total_news, "x", SOURCE
        for term in sorted({*self.items, *self.news}):
            if not _LETTERS.fullmatch(term):
                continue
            items, news = self.items[term], self.news[term]
            if items >= LEAST_ITEMS or news >= LEAST_NEWS:
                yield term, items, news, self.kind(term), SOURCE


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--parser", required=True, help="name or folder of a spaCy pipeline with a tagger")
    args = parser.parse_args()
    counts = Counts()
    texts = counts.between_states(source.text for source in current_events(args.data))
    wire = [source.text for source in newswire(args.data)]
    random.Random(0).shuffle(wire)
    general = counts.general([*wire[:NEWS_ITEMS], *(source.text for source in political_articles(args.data))])
    nlp = spacy.load(args.parser, exclude=["parser", "ner", "lemmatizer"])
    counts.tag(nlp, [*texts, *general[::4]])
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow("term items news kind source".split())
        writer.writerows(counts.rows())


if __name__ == "__main__":
    main()
