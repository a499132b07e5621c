"""How well the rules find who is said to say something, on PolNeAR: with and without weights fitted on its train part.

    python -m evaluation.polnear ../shared/data/polnear/polnear_train_dev.zip

PolNeAR (Newell, Margolin and Ruths 2018) marks in US political news every source of an attribution, of thoughts and
wishes as well as of words. Given the text only, `detente.claims.told_in` finds sources; precision is the share of
those that lie on a marked one, recall the share of the marked that one lies on ("exact": with the same words, save an
article). The fitted scorer, a logistic regression, chooses among more candidates: whatever stands as the subject of a
word that the train part has as a cue. Where several people annotated an article, the first by name counts.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np

from detente.claims import PRONOUNS, subject_of, told_in
from detente.records import Sentence, Span
from evaluation.attribution import read_sentences

MIN_CUES = 3  # times that a word must end a cue of the train part to count as one
# Of the regression: penalty, times that a fact must hold, steps and rate of Adam, and the log odds from which a
# candidate counts: of -1.5 to 0.5 in halves, the best F1 on the train part. The others are not tuned.
PENALTY, RARE, STEPS, RATE, THRESHOLD = 2.0, 5, 150, 0.1, -0.5
_PRONOUN = re.compile(r"(?:^|[ “”\"(])(?P<who>[Ww]ho|[Ww]hich|I|[Ww]e|[Yy]ou|[Mm]any|[Ss]ome|[Oo]thers)$")
_FUNCTION = frozenset(
    "that to for of on in as by the a an it he she they his her their its about if whether how what why with not"
    " at".split()
)

Range = tuple[int, int]


class Part(NamedTuple):
    """One article: its text, where its sources stand, and its cues' words."""

    text: str
    sources: frozenset[Range]
    cues: tuple[str, ...]


class Candidate(NamedTuple):
    """One who may be a source: where in which article, whether a rule finds it, and what holds of it."""

    article: int
    who: Span
    by_rule: bool
    facts: frozenset[str]


# -- the corpus ------------------------------------------------------------------------------------------------------


def read_part(path: Path, part: str) -> list[Part]:
    """The articles of one part, "train" or "dev", each with its first annotation."""
    found: dict[str, Part] = {}
    with ZipFile(path) as archive:
        names = set(archive.namelist())
        folder = f"data/{part}/attributions/"
        for name in sorted(name for name in names if name.startswith(folder) and name.endswith(".ann")):
            article = name.removeprefix(folder).rpartition("_")[0]
            text_name = f"data/{part}/text/{article}.txt"
            if article not in found and text_name in names:
                text = archive.read(text_name).decode("utf-8")
                found[article] = Part(text, *_marked(archive.read(name).decode("utf-8")))
    return list(found.values())


def _marked(standoff: str) -> tuple[frozenset[Range], tuple[str, ...]]:
    """The sources and the cues of a brat file: `T` lines are spans, `E` lines attributions of them."""
    lines = [line.split("\t") for line in standoff.splitlines()]
    spans = {line[0]: line for line in lines if len(line) > 2 and line[0].startswith("T")}
    told = [part.split(":") for line in lines if len(line) > 1 and line[0].startswith("E") for part in line[1].split()]
    by_role = [(role.rstrip("0123456789"), spans[name]) for role, name in told if name in spans]
    pieces = [piece.split() for role, span in by_role if role == "Source" for piece in _offsets(span[1])]
    cues = tuple(span[2].casefold() for role, span in by_role if role == "Cue")
    return frozenset((int(start), int(end)) for start, end in pieces), cues


def _offsets(label: str) -> list[str]:
    return label.partition(" ")[2].split(";")


# -- candidates ------------------------------------------------------------------------------------------------------


def cue_words(parts: Sequence[Part]) -> re.Pattern[str]:
    """A pattern for the words that end the cues of the train part."""
    ends = Counter(words[-1] for part in parts for cue in part.cues if (words := re.findall(r"[a-z]+", cue)))
    kept = [word for word, count in ends.items() if count >= MIN_CUES and len(word) > 2 and word not in _FUNCTION]
    any_of = "|".join(sorted(kept, key=len, reverse=True))
    return re.compile(rf" (?P<cue>(?:(?:is|are|was|were|has|have|had|also|not|[a-z]+ly) )*(?P<last>{any_of}))\b")


def candidates(parts: Sequence[Part], cues: re.Pattern[str]) -> list[Candidate]:
    """Who may be a source in each article, each place once."""
    found = []
    for article, part in enumerate(parts):
        seen: set[Range] = set()
        for sentence in read_sentences(part.text):
            for who, by_rule, rule, cue in _in_sentence(sentence, cues):
                if (who.start, who.end) not in seen:
                    seen.add((who.start, who.end))
                    facts = frozenset(_facts(sentence, who, rule, cue))
                    found.append(Candidate(article, who, by_rule, facts))
    return found


def _in_sentence(sentence: Sentence, cues: re.Pattern[str]) -> Iterator[tuple[Span, bool, str, Span]]:
    claims = told_in(sentence)
    for claim in claims:
        yield claim.who, True, claim.rule, claim.cue
    for match in cues.finditer(sentence.text):
        left = sentence.text[: match.start()].rstrip()
        if pronoun := _PRONOUN.search(left):
            start = sentence.start + pronoun.start("who")
            who: Span | None = Span(pronoun["who"], start, start + len(pronoun["who"]))
        else:
            who = subject_of(sentence, match.start())
        if who is not None and who.text:
            start, end = match.span("cue")
            yield who, False, "cue", Span(match["cue"], sentence.start + start, sentence.start + end)


def _facts(sentence: Sentence, who: Span, rule: str, cue: Span) -> Iterator[str]:
    """What holds of a candidate: its rule and cue, what follows the cue, what kind of words it is."""
    rest = sentence.text[cue.end - sentence.start :]
    next_word = re.match(r"[ ,:]*([\w’']+)", rest)
    word = next_word[1] if next_word else ""
    follows = (
        "quotation"
        if re.match(r"[ ,:]*[“\"]", rest)
        else "end"
        if re.match(r"[.,;:]|$", rest)
        else word.casefold()
        if word.casefold() in _FUNCTION
        else "capital"
        if word[:1].isupper()
        else "word"
    )
    last = re.findall(r"\w+", cue.text.casefold())[-1]
    low = who.text.casefold()
    known = low in PRONOUNS or _PRONOUN.fullmatch(who.text)
    kind = low if known else "name" if who.text[:1].isupper() else "noun"
    quoted = "quoted" if re.search('[“"]', sentence.text) else "plain"
    yield from ("always", f"rule:{rule}", f"cue:{last}", f"follows:{follows}", f"kind:{kind}", quoted)
    yield from (f"cue:{last}|{follows}", f"kind:{kind}|{last}", f"{quoted}|{rule}", f"{quoted}|{last}")
    yield from (f"words:{min(len(who.text.split()), 8)}", f"comma:{',' in who.text}")
    yield f"gap:{'none' if abs(cue.start - who.end) <= 1 else 'some'}"
    if re.match(r"(?:is|are|was|were) ", cue.text):
        yield f"passive|{last}"


# -- the scorer ------------------------------------------------------------------------------------------------------


def fit(found: Sequence[Candidate], right: Sequence[bool]) -> dict[str, float]:
    """The weights of a logistic regression with an L2 penalty, by full-batch Adam."""
    counts = Counter(fact for each in found for fact in each.facts)
    places = {fact: at for at, fact in enumerate(sorted(fact for fact, times in counts.items() if times >= RARE))}
    held = [(row, places[fact]) for row, each in enumerate(found) for fact in sorted(each.facts) if fact in places]
    rows, columns = np.array(held).T
    truth = np.array(right, dtype=float)
    weight, first, second = (np.zeros(len(places)) for _ in range(3))
    for step in range(1, STEPS + 1):
        score = np.bincount(rows, weight[columns], len(found))
        slope = np.bincount(columns, (1 / (1 + np.exp(-score)) - truth)[rows], len(places)) + PENALTY * weight
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weight -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return {fact: float(weight[at]) for fact, at in places.items()}


def is_source(each: Candidate, parts: Sequence[Part]) -> bool:
    return any(each.who.start < end and start < each.who.end for start, end in parts[each.article].sources)


def report(name: str, found: Sequence[Candidate], parts: Sequence[Part]) -> str:
    """One line: precision, recall and F1 of these candidates."""
    marked = [(article, start, end) for article, part in enumerate(parts) for start, end in part.sources]
    covered = {
        (each.article, start, end)
        for each in found
        for start, end in parts[each.article].sources
        if each.who.start < end and start < each.who.end
    }
    bare = {(a, re.sub(r"(?i)^(?:the|an?) ", "", parts[a].text[s:e]), e) for a, s, e in marked}
    exact = sum((each.article, each.who.text, each.who.end) in bare for each in found)
    loose = _scores(sum(is_source(each, parts) for each in found), len(covered), len(found), len(marked))
    return f"{name:<26} n={len(found):>5}  overlapping {loose}  exact {_scores(exact, exact, len(found), len(marked))}"


def _scores(right: int, covered: int, found: int, marked: int) -> str:
    precision, recall = right / max(1, found), covered / max(1, marked)
    return f"{precision:.3f}/{recall:.3f}/{2 * precision * recall / max(1e-9, precision + recall):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    train, dev = (read_part(parser.parse_args().archive, part) for part in ("train", "dev"))
    cues = cue_words(train)
    learned = candidates(train, cues)
    weights = fit(learned, [is_source(each, train) for each in learned])
    offered = candidates(dev, cues)
    scored = [each for each in offered if sum(weights.get(fact, 0.0) for fact in each.facts) > THRESHOLD]
    print(f"PolNeAR dev: {len(dev)} articles, {sum(len(p.sources) for p in dev)} sources; precision/recall/F1")
    print(report("rules alone", [each for each in offered if each.by_rule], dev))
    print(report("all candidates", offered, dev))
    print(report(f"fitted on {len(train)} articles", scored, dev))


if __name__ == "__main__":
    main()
