"""Who is said to say something in a sentence: the constructions of news English that attribute a report.

"X said that …", "…, X said", "according to X", "it was announced by X", "X accused Y of …", "X quoted Y as saying
…", "…, citing X". `told_in` finds the words where they stand; pronouns and quotations that run over sentences are
for the caller. A construction that does not show clearly who speaks gives no claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from detente.records import Sentence, Span

MAX_WORDS = 14  # of a speaker's name with its titles; what is longer is a clause
MAX_CHARACTERS = 240  # how far before its verb a speaker is looked for
MAX_SENTENCE = 2000  # characters; what is longer is a list or a table
PRONOUNS = frozenset({"he", "she", "they", "it"})

_ADVERB = r"(?:(?:also|later|earlier|has|have|had|further|publicly|officially|then|[a-z]+ly) )*"
_TOLD = r"t(?:ells|old) (?:[\w'’]+ ){0,5}?[\w'’]+"
_SURE_VERB = rf"says?|said|{_TOLD}"
_OTHER_VERB = (  # also nouns or participles: only before what must be a clause
    r"reports?|reported|announce[sd]?|confirm(?:s|ed)?|reveal(?:s|ed)?|alleges?|alleged|adds|added"
    r"|insist(?:s|ed)|acknowledge[sd]?|admit(?:s|ted)|assert(?:s|ed)?|claim(?:s|ed)?|state[sd]?|den(?:y|ies|ied)"
    r"|disclose[sd]?|notes|noted|estimates|estimated|reiterated"
)
_CLAUSE = r"(?:that|the|an?|it|its|their|they|he|she|there|at least|more than)\b|[A-Z\d“\"]"
_LEADING = re.compile(
    rf" (?P<verb>{_ADVERB}(?:(?:{_SURE_VERB})(?![.;])|(?:{_OTHER_VERB})(?= (?:{_CLAUSE})|,? that\b)))(?=[\s,:])"
)
_WHEN = r"(?: (?:on|in|at|late|early|last|this|earlier|yesterday|today|to)\b(?:(?! that\b)[^,;:“”\"]){0,60}?)?"
_HEARERS = r" (?:reporters|journalists|the press|[\w'’ ]{2,40}?)"
_TRAILING = re.compile(
    rf" (?P<verb>{_ADVERB}(?:says?|said|reports?|reported|announced|added|confirmed|claimed|t(?:ells|old){_HEARERS}))"
    rf"{_WHEN}(?=[.,;]|$)"
)
_INVERTED = re.compile(r"[,”\"] (?P<verb>said|says|reported|added|announced) (?P<who>[^,;:()“”\"\n]{2,90}?)(?=[.,;]|$)")
_ACCORDING = re.compile(r"\b(?P<verb>[Aa]ccording to|as reported by|as announced by) (?P<who>[^;:()“”\"\n]+)")
_PASSIVE = re.compile(
    r"\b(?P<verb>(?:was|is|were|are|been) (?:announced|reported|claimed|confirmed|revealed|disclosed|stated)) by "
    r"(?P<who>[^,;:()“”\"\n]{2,90}?)(?= that\b|[,.]|$)"
)
_ACCUSED = re.compile(rf" (?P<verb>{_ADVERB}(?:accuse[sd]?|blame[sd]?)) [^,;]+? (?:of|for) ")
_QUOTED = re.compile(r" (?P<verb>quot(?:es|ed|ing)) (?P<who>[^,;:()“”\"\n]{2,90}?) as (?:having )?sa(?:ying|id)\b")
_IS_QUOTED = re.compile(
    r" (?P<verb>(?:was|were|is|are) (?:also )?(?:quoted|cited|reported)(?: by [^,;:()“”\"\n]{2,60}?)? as saying)"
    r"(?=[\s,:])"
)
_CITED = re.compile(
    r", (?P<verb>citing|quoting) (?P<who>[^,;:()“”\"\n]{2,90}?)"
    r"(?=, (?:also |has |had )?(?:sa(?:ys|id)|report|alleg|claim))"
)
IMPERSONAL = re.compile(
    r"\b[Ii]t (?:has been|had been|was|is) (?:\w+ly |also |later )?"
    r"(?:announced|reported|revealed|confirmed|disclosed|stated|alleged|claimed|rumou?red|said) (?:\w+ )?that\b"
)

_BOUNDARY = re.compile(
    r"^|[,;:—–“”\"(]+\s*| - "
    r"| (?:and|but|while|whereas|as|after|because|although|though|despite|amid|that|when|with|until|before) "
)
_LEAD_IN = re.compile(r"(?:Meanwhile|However|But|And|Also|Separately|Earlier|Later|Yesterday|Today|In addition),? ")
_ARTICLE = re.compile(r"(?:the|a|an) ", re.IGNORECASE)
_NOT_IN_NAME = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|could|should|may|might|who|which|that|what|where|not|to"
    r"|said|says|say|he|she|they|it|his|her|him|their|its|if|how|why|because|after|before|than|there|i|we|you|this)\b",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(
    r"(?<![\w-])(?!(?:unnamed|retired|armed|exiled|united|disgraced|monitoring|ruling|leading|red)\b)[a-z]+(?:ed|ing)\b"
)
# A name in capitals or a common noun for those who speak to the press.
_CAN_SPEAK = re.compile(
    r"[A-Z]\w|\b(?:officials?|police|witness(?:es)?|sources?|military|army|government|authorities|media|minist(?:er|ers|ry)"
    r"|spokes(?:man|woman|person|men|people)|rebels?|activists?|residents|protest[eo]rs|survivors|prosecutors?|court"
    r"|opposition|doctors|diplomats?|analysts|observers|experts|lawyers?|groups?|newspapers?|agency|president|leaders?"
    r"|members|scientists|investigators|commanders?|soldiers|militants|insurgents|union|speakers?|reports?|delegates"
    r"|statement|paper|release|report|medics|relatives|villagers|locals|senators?|lawmakers?|monitors?|aides?"
    r"|mayor|governor|coast guard|judge|ambassador|envoy|general|chairman|chief|director|navy|hospital|company|family"
    r"|organi[sz]ers|campaigners|workers|refugees|premier|parliament|coalition|commission)\b"
)
_ENDS_SENTENCE = re.compile(r"[“”\"]|[a-z)]{3}[.?!] ")
_PREPOSITION = re.compile(r"(?:in|on|at|for|of|by|from|with|during|and|but|or|as|an?|the)\b", re.IGNORECASE)
_DANGLING = re.compile(r"(?:^| )(?:with|of|and|the|in|on|amid|after|as|to|for|from|by|because|while)$")
_PRONOUN = re.compile(r"(?:^|[ “”\"])(?P<who>[Hh]e|[Ss]he|[Tt]hey|[Ii]t)$")
_PROPER = re.compile(r"(?:[A-Z][\w'’.-]+ ){0,5}(?:al-)?[A-Z][\w'’.-]+")
_NO_APPOSITION = re.compile(r"(?:who|which|in|on|at|during|speaking|citing|quoting)\b")
_AFTER_NAME = re.compile(
    r",? (?:who|which|that|after|while|but|as|citing|quoting|when|following)\b.*$| (?:on|last|yesterday|today)\b.*$"
)


class Claim(NamedTuple):
    """Someone says something in a sentence: the words of the one, and where what is said starts and ends.

    `rule` names the construction, `cue` are the words that say that it is said.
    """

    who: Span
    start: int
    end: int
    rule: str
    cue: Span


@lru_cache(maxsize=64)  # asked for the speaker and the hedge of each event of a sentence in turn
def told_in(sentence: Sentence) -> tuple[Claim, ...]:
    """Everyone who is said to say something in a sentence, pronouns as they stand, in the order of the rules."""
    if len(sentence.text) > MAX_SENTENCE:
        return ()
    found = (*_told_of(sentence), *_told_by(sentence), *_relayed_by_another(sentence))
    return tuple(claim for claim in found if claim.who.text)


def is_pronoun(claim: Claim) -> bool:
    return claim.who.text.lower() in PRONOUNS


def _cue(match: re.Match[str], sentence: Sentence) -> Span:
    return Span(match["verb"], sentence.start + match.start("verb"), sentence.start + match.end("verb"))


def _told_of(sentence: Sentence) -> Iterator[Claim]:
    """ "According to X", "announced by X": the name comes after its cue, and speaks for the whole sentence."""
    text = sentence.text
    for match in _ACCORDING.finditer(text):
        who = match["who"]
        if match.start() <= 1 or text[: match.start()].endswith(", "):
            who = who.partition(",")[0]
        if span := _name(sentence, match.start("who"), who):
            yield Claim(span, sentence.start, sentence.end, "according-to", _cue(match, sentence))
    for match in _PASSIVE.finditer(text):
        if span := _name(sentence, match.start("who"), match["who"]):
            yield Claim(span, sentence.start, sentence.end, "passive", _cue(match, sentence))


def _told_by(sentence: Sentence) -> Iterator[Claim]:
    """ "X said …" and "…, X said": the name is the subject of its verb."""
    text, end = sentence.text, sentence.end
    for pattern, rule in ((_LEADING, "said"), (_IS_QUOTED, "said"), (_ACCUSED, "accused")):
        for match in pattern.finditer(text):
            if span := subject_of(sentence, match.start()):
                yield Claim(span, sentence.start + match.end(), end, rule, _cue(match, sentence))
    for match in _TRAILING.finditer(text):
        span = subject_of(sentence, match.start(), after_comma=True)
        if span is not None:
            yield Claim(span, sentence.start, span.start, "said-after", _cue(match, sentence))
    for match in _INVERTED.finditer(text):
        if span := _name(sentence, match.start("who"), match["who"]):
            yield Claim(span, sentence.start, span.start, "said-after", _cue(match, sentence))


def _relayed_by_another(sentence: Sentence) -> Iterator[Claim]:
    """ "Y quoted X as saying …", "Y, citing X, reported …": X says so, by way of Y."""
    for match in _QUOTED.finditer(sentence.text):
        if span := _name(sentence, match.start("who"), match["who"]):
            yield Claim(span, sentence.start + match.end(), sentence.end, "quoted", _cue(match, sentence))
    for match in _CITED.finditer(sentence.text):
        if span := _name(sentence, match.start("who"), match["who"]):
            yield Claim(span, sentence.start, sentence.end, "cited", _cue(match, sentence))


def subject_of(sentence: Sentence, verb: int, *, after_comma: bool = False) -> Span | None:
    """The subject of the verb that starts at `verb`: the longest run of words up to it that can be a name.

    A name may be followed by an apposition between commas. With `after_comma` it must stand after a comma or a
    quotation, as in "…, officials said".
    """
    left = sentence.text[:verb].rstrip()
    if pronoun := _PRONOUN.search(left):
        return Span(pronoun["who"], sentence.start + pronoun.start("who"), sentence.start + pronoun.end())
    if _DANGLING.search(left):
        return None
    apposition = left.endswith(",")
    left = left.rstrip(",")
    for boundary in _BOUNDARY.finditer(left, max(0, len(left) - MAX_CHARACTERS)):
        if after_comma and not re.match(r"[,“”\"]", boundary.group()):
            continue
        words = left[boundary.end() :]
        name, comma, rest = words.partition(", ")
        if comma and not (apposition and rest.count(",") <= (1 if _PROPER.fullmatch(name) else 0)):
            continue
        if comma and ("," in rest or _NO_APPOSITION.match(rest)):
            words = name
        if span := _name(sentence, boundary.end(), words):
            return span
    return None


def _name(sentence: Sentence, start: int, words: str) -> Span | None:
    """The span of a name that starts at `start` of a sentence, without article and what follows; None for clauses."""
    for opening in (_LEAD_IN, _ARTICLE):
        if match := opening.match(words):
            words, start = words[match.end() :], start + match.end()
    words = _AFTER_NAME.sub("", words).rstrip(" ,.'’")
    if not _CAN_SPEAK.search(words) or len(words.split()) > MAX_WORDS or not (words[0] + words[-1]).isalnum():
        return None
    if (
        _ENDS_SENTENCE.search(words)
        or _NOT_IN_NAME.search(words)
        or _PARTICIPLE.search(words)
        or _PREPOSITION.match(words)
        or _DANGLING.search(words)
    ):
        return None
    return Span(words, sentence.start + start, sentence.start + start + len(words))
