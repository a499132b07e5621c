"""Who does what to whom in plain text, by a dependency parser: training items for the second pass, without types.

    python -m training clauses --parser en_core_web_md --data ../shared/data --out checkpoints/clauses.jsonl

A small encoder learns from a few thousand gold events what an attack is, but hardly how English says who attacked. A
parser (spaCy, Honnibal and Montani 2017) knows that: subjects and objects, passives, shared and controlled subjects,
the nouns that name an act, whom a clause is ascribed to, and the words that date it. Items have the form of gold items
with `type` null; the network learns their roles before it sees gold.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc, Token

from detente.codebook import read_table
from detente.evaluate import read_gold
from training.sources import Source

SUBJECTS = {"nsubj", "nsubjpass", "csubj"}
AGENT_ENTITIES = {"PERSON", "NORP", "GPE", "ORG"}
ADDRESSED = {"to", "with", "against", "on", "at", "of", "for", "from", "over", "toward", "towards", "into"}
OBJECT_CONTROL = {
    "urge",
    "ask",
    "order",
    "force",
    "tell",
    "persuade",
    "request",
    "allow",
    "accuse",
    "call",
    "warn",
    "invite",
}
SAYING = frozenset(
    "say report state announce claim tell confirm declare add allege argue insist admit note write suggest warn".split()
)
NEVER = {"accord", "be", "have", "do", "become", "seem", "get", "go", "come", "make", "take", "include", "see", "know"}


def clause_items(sources: Iterable[Source], *, parser: Path | str, acts: Path) -> Iterator[dict[str, Any]]:
    """An item for each text in which the parser finds an act with a party.

    `acts` is a gold file; nouns that are event words in it twice or more are looked for as acts.
    """
    nlp = spacy.load(parser)
    nouns = _act_nouns(nlp, acts)
    people = {row["noun"] for row in read_table("actors", "nouns")}
    for doc, name in nlp.pipe(((source.text, source.id) for source in sources), as_tuples=True, batch_size=128):
        events = [event for token in doc if (event := _event(token, nouns, people)) is not None]
        if events:
            yield {"id": name, "text": doc.text, "events": events}


def sampled(sources: Iterable[Source], *, skip: Iterable[str], count: int, seed: int) -> list[Source]:
    """A random sample of texts of a news item's length; those in `skip` are left out."""
    left_out = {_key(text) for text in skip}
    rows = [s for s in sources if _key(s.text) not in left_out and 50 <= len(s.text) <= 600]
    random.Random(seed).shuffle(rows)
    return rows[:count]


def write_items(items: Iterable[dict[str, Any]], out: Path) -> int:
    """Write items a line each; the number written."""
    written = 0
    with out.open("w", encoding="utf-8") as file:
        for item in items:
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
            written += 1
    return written


def _key(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())[:80]


def _act_nouns(nlp: spacy.language.Language, acts: Path) -> set[str]:
    triggers = [event["trigger"]["text"] for item in read_gold(acts) for event in item["events"]]
    heads = Counter(doc[:].root.lemma_.lower() for doc in nlp.pipe(triggers) if doc[:].root.pos_ == "NOUN")
    return {lemma for lemma, count in heads.items() if count >= 2}


def _event(act: Token, nouns: set[str], people: set[str]) -> dict[str, Any] | None:
    if act.pos_ == "VERB" and act.lemma_.lower() not in NEVER:
        actors, recipients = _verb_parties(act, people)
    elif act.pos_ == "NOUN" and act.lemma_.lower() in nouns:
        actors, recipients = _noun_parties(act, people)
    else:
        return None
    recipients = [token for token in recipients if token not in actors]
    if not actors and not recipients:
        return None
    speaker = _speaker(act, people)
    return {
        "type": None,
        "trigger": _words(act.doc, act.i, act.i + 1),
        "actors": [_phrase(token) for token in actors],
        "recipients": [_phrase(token) for token in recipients],
        "speaker": _phrase(speaker) if speaker is not None and speaker not in actors else None,
        "when": _when(act),
    }


# -- parties ---------------------------------------------------------------------------------------------------------


def _verb_parties(verb: Token, people: set[str]) -> tuple[list[Token], list[Token]]:
    subject = _subject(verb)
    by = [o for child in verb.children if child.dep_ == "agent" for o in _members(_objects(child))]
    passive = _is_passive(verb)
    subjects = _members([subject]) if subject is not None else []
    addressed = _addressed(verb, people)
    if passive:
        return _acting(by, people), _acting(subjects, people) or addressed
    direct = [child for child in verb.children if child.dep_ in {"dobj", "dative", "obj", "iobj"}]
    recipients = _acting(_members(direct), people) or addressed
    if not recipients:
        recipients = [party for thing in direct for party in _addressed(thing, people)]
    return _acting(subjects, people), recipients


def _is_passive(verb: Token) -> bool:
    """Whether a verb's subject is whom it is done to; a participle is as passive as what it is coordinated with."""
    if any(child.dep_ in {"auxpass", "nsubjpass"} for child in verb.children):
        return True
    if verb.tag_ != "VBN" or any(child.dep_ in {"aux", *SUBJECTS} for child in verb.children):
        return False
    if verb.dep_ in {"acl", "xcomp", "oprd"}:
        return True
    return verb.dep_ == "conj" and verb.head.pos_ == "VERB" and _is_passive(verb.head)


def _subject(verb: Token, depth: int = 0) -> Token | None:
    """The subject of a verb, also one that it shares with or owes to the verb or noun it hangs on."""
    own = [child for child in verb.children if child.dep_ in SUBJECTS]
    if own:
        subject = own[0]
        if subject.tag_ in {"WDT", "WP"} and verb.dep_ == "relcl":
            return verb.head
        return subject
    above = verb.head
    if above == verb or depth > 4:
        return None
    if verb.dep_ == "acl":
        return above if verb.tag_ in {"VBG", "VBN"} else None
    if verb.dep_ == "xcomp" and above.lemma_ in OBJECT_CONTROL:
        objects = [child for child in above.children if child.dep_ == "dobj"]
        return objects[0] if objects else _subject(above, depth + 1)
    if verb.dep_ in {"conj", "xcomp", "oprd", "advcl", "pcomp"}:
        if above.pos_ == "ADP":
            above = above.head
        return _subject(above, depth + 1) if above.pos_ in {"VERB", "AUX"} else None
    return None


def _noun_parties(noun: Token, people: set[str]) -> tuple[list[Token], list[Token]]:
    owners = [c for c in noun.children if c.dep_ in {"poss", "compound", "amod"} and c.ent_type_ in AGENT_ENTITIES]
    owners += [o for c in noun.children if c.dep_ == "prep" and c.lower_ == "by" for o in _members(_objects(c))]
    owners += [o for c in noun.children if c.dep_ == "prep" and c.lower_ == "between" for o in _members(_objects(c))]
    actors = _acting(owners, people)
    light = noun.head if noun.dep_ in {"dobj", "nsubjpass"} and noun.head.pos_ == "VERB" else None
    if not actors and light is not None and noun.dep_ == "dobj" and (subject := _subject(light)) is not None:
        actors = _acting(_members([subject]), people)
    if not actors and light is not None:
        by = [o for child in light.children if child.dep_ == "agent" for o in _members(_objects(child))]
        actors = _acting(by, people)
    recipients = _addressed(noun, people)
    if not recipients and light is not None:
        recipients = _addressed(light, people)
    return actors, recipients


def _addressed(word: Token, people: set[str]) -> list[Token]:
    """The acting nouns after the first preposition of a word that has any."""
    for child in word.children:
        if child.dep_ in {"prep", "dative"} and child.lower_ in ADDRESSED:
            found = _acting(_members(_objects(child)), people)
            if found:
                return found
    return []


def _objects(preposition: Token) -> list[Token]:
    return [child for child in preposition.children if child.dep_ == "pobj"]


def _members(heads: Iterable[Token]) -> list[Token]:
    """Each head with the nouns that are coordinated with it."""
    found: list[Token] = []
    for head in heads:
        found += [head, *(token for token in head.conjuncts if token.i > head.i)]
    return found


def _acting(tokens: Iterable[Token], people: set[str]) -> list[Token]:
    """The tokens that can act: names, and nouns for people and bodies; a pronoun stands for nothing here."""
    return [
        token
        for token in tokens
        if token.pos_ != "PRON" and (token.ent_type_ in AGENT_ENTITIES or token.lemma_.lower() in people)
    ]


# -- whose word, when, and the words ---------------------------------------------------------------------------------


def _speaker(act: Token, people: set[str]) -> Token | None:
    """Whom a clause is ascribed to: the subject of the verb of saying above it, or "according to X"."""
    top = act
    while top.head != top:
        above = top.head
        if top.dep_ == "ccomp" and above.lemma_.lower() in SAYING:
            subject = _subject(above)
            found = _acting([subject], people) if subject is not None else []
            return found[0] if found else None
        top = above
    for child in top.children:
        if child.lower_ == "according":
            objects = [o for to in child.children for o in _objects(to)]
            found = _acting(objects, people)
            return found[0] if found else None
    return None


def _when(act: Token) -> dict[str, Any] | None:
    """The date phrase that hangs on the act, with its preposition."""
    for child in act.children:
        inner = _objects(child) if child.dep_ == "prep" else [child] if child.dep_ == "npadvmod" else []
        for token in inner:
            if token.ent_type_ in {"DATE", "TIME"}:
                words = [t.i for t in token.subtree if t.ent_type_ in {"DATE", "TIME"}]
                first = min([*words, child.i])
                return _words(act.doc, first, max(words) + 1)
    return None


def _phrase(head: Token) -> dict[str, Any]:
    """The words of a noun: its name or what stands before it, without article, owner and what follows but "of X"."""
    left = [t for t in head.lefts if t.dep_ in {"compound", "amod", "nummod", "nmod", "quantmod", "poss"}]
    first = min([head.i, *(t.left_edge.i for t in left)])
    last = head.i + 1
    for child in head.rights:
        if child.dep_ == "prep" and child.lower_ == "of" and child.i == last:
            objects = _objects(child)
            last = objects[0].i + 1 if objects and objects[0].i - child.i <= 4 else last
    if head.ent_type_:
        while first > 0 and head.doc[first - 1].ent_type_ == head.ent_type_ and head.doc[first].ent_iob_ == "I":
            first -= 1
    while first < last - 1 and head.doc[first].pos_ in {"DET", "PUNCT"}:
        first += 1
    return _words(head.doc, first, last)


def _words(doc: Doc, first: int, last: int) -> dict[str, Any]:
    span = doc[first:last]
    return {"text": span.text, "span": [span.start_char, span.end_char]}
