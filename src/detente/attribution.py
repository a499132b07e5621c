"""On whose word: the speaker of one event, and the outlet that an article as a whole relays.

Definitions are the codebook's (section 7, rulings 13 and 18). The reader's learned speaker wins; the rules here
fill in where it is silent, on the plain constructions of news English: "according to X", "X said that …",
"…, X said", "it was announced by X", "X accused Y of …". Where a construction does not show clearly who speaks,
the rules keep silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from detente.codebook import read_table
from detente.records import Document, Frame, Sentence, Span, Step

OWN_WORDS = ("ACCUSE", "REQUEST", "THREATEN")  # in reported speech mostly the speaker's own act
SPEECH = ("AGREE", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN")  # acts done by saying them
MAX_WORDS = 14  # of a speaker's name with its titles; what is longer is a clause
MAX_CHARACTERS = 240  # how far before its verb a speaker is looked for
MAX_SENTENCE = 2000  # characters; what is longer is a list or a table
REACH = 2  # sentences that a pronoun or an open quotation reaches over
CREDIT_REACH = 300  # characters at the end of a text in which its credits stand
LEAD = 3  # sentences; enough for a headline, a summary and the first sentence of the text

_ADVERB = r"(?:(?:also|later|earlier|has|have|had|further|publicly|officially|then|\w+ly) )*"
_SURE_VERB = r"says?|said|t(?:ells|old) [\w ]{2,30}?"
_OTHER_VERB = (  # also nouns or participles: only before what must be a clause
    r"reports?|reported|announce[sd]?|confirm(?:s|ed)?|reveal(?:s|ed)?|alleges?|alleged|adds|added"
    r"|insist(?:s|ed)|acknowledge[sd]?|admit(?:s|ted)|assert(?:s|ed)?|claim(?:s|ed)?|state[sd]?|den(?:y|ies|ied)"
    r"|disclose[sd]?|notes|noted|estimates|estimated|reiterated"
)
_CLAUSE = r"(?:that|the|an?|it|its|their|they|he|she|there|at least|more than)\b|[A-Z\d“\"]"
_LEADING = re.compile(
    rf" (?P<verb>{_ADVERB}(?:(?:{_SURE_VERB})(?![.;])|(?:{_OTHER_VERB})(?= (?:{_CLAUSE})|,? that\b)))(?=[\s,:])"
)
_WHEN = r"(?: (?:on|in|at|late|early|last|this|earlier|yesterday|today|to)\b[^,;:“”\"]{0,60}?)?"
_TRAILING = re.compile(
    rf" (?P<verb>{_ADVERB}(?:says?|said|reports?|reported|announced|added|confirmed|claimed)){_WHEN}(?=[.,;]|$)"
)
_INVERTED = re.compile(r"[,”\"] (?:said|says|reported|added|announced) (?P<who>[^,;:()“”\"\n]{2,90}?)(?=[.,;]|$)")
_ACCORDING = re.compile(r"\b(?:[Aa]ccording to|as reported by|as announced by) (?P<who>[^;:()“”\"\n]+)")
_PASSIVE = re.compile(
    r"\b(?:was|is|were|are|been) (?:announced|reported|claimed|confirmed|revealed|disclosed|stated) by "
    r"(?P<who>[^,;:()“”\"\n]{2,90}?)(?= that\b|[,.]|$)"
)
_ACCUSED = re.compile(rf" (?P<verb>{_ADVERB}(?:accuse[sd]?|blame[sd]?)) [^,;]+? (?:of|for) ")

_BOUNDARY = re.compile(
    r"^|[,;:—–“”\"(]+\s*| - | (?:and|but|while|whereas|as|after|because|although|though|amid|that|when|with) "
)
_LEAD_IN = re.compile(r"(?:Meanwhile|However|But|And|Also|Separately|Earlier|Later|Yesterday|Today|In addition),? ")
_ARTICLE = re.compile(r"(?:the|a|an) ", re.IGNORECASE)
_NOT_IN_NAME = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|could|should|may|might|who|which|that|what|where|not|to"
    r"|said|says|say|he|she|they|it|his|her|him|their|its|if|how|why|because|after|before|than|there|i|we|you|this)\b",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"(?<![\w-])(?!(?:unnamed|retired|armed|exiled|united|disgraced|red)\b)[a-z]+(?:ed|ing)\b")
# A name in capitals or a common noun for those who speak to the press.
_CAN_SPEAK = re.compile(
    r"[A-Z]\w|\b(?:officials?|police|witness(?:es)?|sources?|military|army|government|authorities|media|minist(?:er|ers|ry)"
    r"|spokes(?:man|woman|person|men|people)|rebels?|activists?|residents|protest[eo]rs|survivors|prosecutors?|court"
    r"|opposition|doctors|diplomats?|analysts|observers|experts|lawyers?|groups?|newspapers?|agency|president|leaders?"
    r"|members|scientists|investigators|commanders?|soldiers|militants|insurgents|union|speakers?|reports?)\b"
)
_PREPOSITION = re.compile(r"(?:in|on|at|for|of|by|from|with|during|and|but|or|as|an?|the)\b", re.IGNORECASE)
_DANGLING = re.compile(r"(?:^| )(?:with|of|and|the|in|on|amid|after|as|to|for|from|by|because|while)$")
_PRONOUN = re.compile(r"(?:^|[ “”\"])(?P<who>[Hh]e|[Ss]he|[Tt]hey)$")
_AFTER_NAME = re.compile(
    r",? (?:who|which|that|after|while|but|as|citing|quoting|when|following)\b.*$| (?:on|last|yesterday|today)\b.*$"
)
_HEDGE = re.compile(r"(?i)\b(?:allegedly|reportedly|purportedly|supposedly|unconfirmed (?:reports?|claims?))\b")


# Agencies, broadcasters and papers that others quote by these names, which no ending gives away.
_AGENCIES = (
    *("Reuters", "AP", "AFP", "BBC", "CNN", "NPR", "UPI", "EFE", "ANSA", "DPA", "PTI", "ANI", "NHK", "ABC", "CBS"),
    *("NBC", "Associated Press", "Agence France-Presse", "Xinhua", "TASS", "Itar-Tass", "Interfax", "RIA Novosti"),
    *("KCNA", "SANA", "Yonhap", "Kyodo", "Jiji", "IRNA", "ISNA", "Anadolu", "Antara", "Bernama", "Ukrinform"),
    *("Al Jazeera", "Al Arabiya", "Deutsche Welle", "Der Spiegel", "Le Monde", "El País", "Haaretz", "Bloomberg"),
    *("Axios", "Politico", "CGTN", "CCTV"),
)
# Other outlets are known by how their names end.
_ENDING = (
    r"(?:Times|Post|Gazette|Wire|Courier|Journal|Herald|Tribune|Telegraph|Guardian|Chronicle|Daily|Mail|Globe|Mirror"
    r"|Express|Dispatch|Bulletin|Examiner|Inquirer|Independent|Newspaper|Radio|TV|Television|News"
    r"|Broadcasting Corporation|(?:News|Press) Agency)"
)
_OUTLET_NAME = rf"(?:(?:(?!The |A |State-|Source)[A-Z][\w'’&-]*\.? ){{1,4}}{_ENDING}|The {_ENDING})"
_NO_OUTLET = re.compile(r"\b(?:Minist|President|Secretary|Director|Spokes|Editor)|^(?:In|On|At|But|And|According|For) ")
# Between "said" and an event word these show that it is taken for granted, or only part of another act.
_PRESUPPOSED = re.compile(r"\b(?:as|after|following|who|which|since|for|over|because|despite|will|would|to)\b")


class Claim(NamedTuple):
    """Someone says something in a sentence: the words of the one, and where what is said starts and ends."""

    who: Span
    start: int
    end: int
    rule: str


def speaker_of(frame: Frame, document: Document) -> tuple[Span | None, Step]:
    """The words of the one to whom the report of this event is attributed, and by which rule; None where the
    article itself reports it, or where the actor of a speech act would be its own speaker.

    The span has no leading article, and lies in the event's sentence or, for pronouns and quotations that run on,
    up to REACH sentences away. Hedges ("allegedly") are told in the step's `why`.
    """
    sentence = document.sentences[frame.sentence]
    hedge = _HEDGE.search(sentence.text)
    note = f"; hedged: “{hedge.group()}”" if hedge else ""
    if frame.speaker is not None:
        return frame.speaker, Step("attribution", "reader", f"the reader's speaker{note}")
    claim = _claim_on(frame, document)
    if claim is None:
        return None, Step("attribution", "none", f"the article itself reports it{note}")
    if frame.event in SPEECH and _is_actor(claim.who, frame):
        return None, Step("attribution", "none", f"“{claim.who.text}” is the actor of what is said{note}")
    return claim.who, Step("attribution", claim.rule, f"“{claim.who.text}” says so{note}")


def _claim_on(frame: Frame, document: Document) -> Claim | None:
    """The claim with the event word in what is said: the nearest before it, else the nearest after it."""
    sentence = document.sentences[frame.sentence]
    at = frame.trigger
    claims = [c for c in claims_in(sentence, document) if c.start <= at.start and at.end <= c.end]
    claims = [c for c in claims if not (c.who.start < at.end and at.start < c.who.end)]
    claims = [c for c in claims if _is_content(c, frame, document)]
    if claims:
        before = [c for c in claims if c.who.start < at.start]
        return max(before, key=lambda c: c.start) if before else min(claims, key=lambda c: c.who.start)
    return _running_quote(frame, document)


def _is_content(claim: Claim, frame: Frame, document: Document) -> bool:
    """Whether the event is what is said, and not what the speaker does by saying it or takes for granted."""
    if not claim.rule.startswith(("said", "accused")) or claim.rule.startswith("said-after"):
        return True
    own = SPEECH if claim.rule.startswith("accused") else OWN_WORDS
    between = document.article.text[claim.start : frame.trigger.start]
    return frame.event not in own and not _PRESUPPOSED.search(between)


def claims_in(sentence: Sentence, document: Document) -> list[Claim]:
    """Everyone who is said to say something in a sentence, in the order of the rules."""
    named = [claim for claim in _claims(sentence) if claim.who.text]
    return [resolved for claim in named if (resolved := _without_pronoun(claim, sentence, document))]


def _claims(sentence: Sentence) -> Iterator[Claim]:
    text, end = sentence.text, sentence.end
    if len(text) > MAX_SENTENCE:
        return
    for match in _ACCORDING.finditer(text):
        who = match["who"]
        if match.start() <= 1:
            who = who.partition(",")[0]
        if span := _name(sentence, match.start("who"), who):
            yield Claim(span, sentence.start, end, "according-to")
    for match in _PASSIVE.finditer(text):
        if span := _name(sentence, match.start("who"), match["who"]):
            yield Claim(span, sentence.start, end, "passive")
    for pattern, rule in ((_LEADING, "said"), (_ACCUSED, "accused")):
        for match in pattern.finditer(text):
            if span := _subject(sentence, match.start()):
                yield Claim(span, sentence.start + match.end(), end, rule)
    for match in _TRAILING.finditer(text):
        span = _subject(sentence, match.start(), after_comma=True)
        if span is not None:
            yield Claim(span, sentence.start, span.start, "said-after")
    for match in _INVERTED.finditer(text):
        if span := _name(sentence, match.start("who"), match["who"]):
            yield Claim(span, sentence.start, span.start, "said-after")


def _subject(sentence: Sentence, verb: int, *, after_comma: bool = False) -> Span | None:
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
        if comma and not (apposition and "," not in rest):
            continue
        if comma and re.match(r"(?:who|which|in|on|at|during|speaking)\b", rest):
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
    if _NOT_IN_NAME.search(words) or _PARTICIPLE.search(words) or _PREPOSITION.match(words) or _DANGLING.search(words):
        return None
    return Span(words, sentence.start + start, sentence.start + start + len(words))


def _without_pronoun(claim: Claim, sentence: Sentence, document: Document) -> Claim | None:
    """The claim with the name for its pronoun: the last one who spoke in the sentences just before."""
    if claim.who.text.lower() not in ("he", "she", "they"):
        return claim
    for earlier in reversed(document.sentences[max(0, sentence.index - REACH) : sentence.index]):
        spoken = [c for c in _claims(earlier) if c.who.text.lower() not in ("he", "she", "they")]
        if spoken:
            return claim._replace(who=spoken[-1].who, rule=f"{claim.rule}-pronoun")
    return None


def _running_quote(frame: Frame, document: Document) -> Claim | None:
    """The speaker of a quotation over several sentences: named where it opens, or where it closes."""
    index = frame.sentence
    before = document.sentences[max(0, index - REACH) : index]
    opened = [s for s in before if _is_open(s.text)]
    if opened and not _is_open("".join(s.text for s in before[: before.index(opened[-1])])):
        spoken = [c for c in claims_in(opened[-1], document) if c.rule.startswith("said") and c.start > c.who.end]
        if spoken:
            return spoken[-1]._replace(rule="quotation")
    if _is_open(document.sentences[index].text):
        for later in document.sentences[index + 1 : index + 1 + REACH]:
            spoken = [c for c in claims_in(later, document) if c.rule.startswith("said-after")]
            if spoken:
                return spoken[0]._replace(rule="quotation")
    return None


def _is_open(text: str) -> bool:
    """Whether a quotation that starts in this text goes on after it."""
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1


def _is_actor(who: Span, frame: Frame) -> bool:
    """Whether the one who speaks is an actor: the same place, or names with the same last word."""
    surname = who.text.casefold().split()[-1]
    return any(
        (who.start < actor.end and actor.start < who.end) or actor.text.casefold().split()[-1:] == [surname]
        for actor in frame.actors
    )


# -- the outlet that an article as a whole relays --------------------------------------------------------------


def relayed_from(document: Document) -> tuple[str | None, Span | None, Step | None]:
    """The outlet whose report an article relays, with the words that show it and the step; three Nones otherwise.

    An outlet counts each time the text says that it reported something. One is relayed if it is named so in the
    lead (the first LEAD sentences), at least twice, or in the credit that ends the text, and at least twice as
    often as any other; where two are named about equally, none is. The article's own publisher is never one.
    """
    found: dict[str, list[tuple[Span, Span]]] = {}
    publisher = _outlet_key(document.article.publisher or "")
    for outlet, words in sorted(_reports_named(document), key=lambda pair: pair[1].start):
        if (key := _outlet_key(outlet.text)) != publisher:
            found.setdefault(key, []).append((outlet, words))
    ranked = sorted(found.values(), key=len, reverse=True)
    if not ranked or (len(ranked) > 1 and len(ranked[0]) < 2 * len(ranked[1])):
        return None, None, None
    outlet, words = ranked[0][0]
    lead = document.sentences[min(LEAD, len(document.sentences)) - 1].end if document.sentences else 0
    credit = not re.search(r"\w", document.article.text[words.end :])
    if len(ranked[0]) < 2 and words.start >= lead and not credit:
        return None, None, None
    others = f", {len(ranked) - 1} other outlets less often" if len(ranked) > 1 else ""
    why = f"“{words.text}”; named {len(ranked[0])} times as reporting{others}"
    return outlet.text, words, Step("attribution", "relay", why)


def _reports_named(document: Document) -> Iterator[tuple[Span, Span]]:
    """Each place where an outlet is said to report: the outlet, and the words with their cue."""
    text = document.article.text
    ending = max(0, len(text) - CREDIT_REACH)
    places = [(pattern, 0) for pattern in _told_patterns()] + [(pattern, ending) for pattern in _credit_patterns()]
    for pattern, begin in places:
        for match in pattern.finditer(text, begin):
            if not _NO_OUTLET.search(match["outlet"]):
                outlet = Span(match["outlet"], match.start("outlet"), match.end("outlet"))
                yield outlet, Span(match.group(), match.start(), match.end())


@cache
def _told_patterns() -> tuple[re.Pattern[str], ...]:
    """An outlet with a verb or a preposition that says it reported."""
    the = r"(?:[Tt]he |[Aa] )?(?:[\w-]+ )?(?:newspaper |daily |broadcaster |(?:news )?agency |magazine )?"
    return (
        re.compile(rf"(?:\b[Aa]ccording to|\b(?:[Ff]irst )?[Rr]eported (?:by|in)) {the}{_outlet()}"),
        re.compile(
            rf"(?<![\w@])(?:[Tt]he )?{_outlet()} (?:has |had |also |first |earlier )*"
            r"(?:reports?|reported|says|said|writes|wrote|quoted|quotes|contributed|analy[sz]ed|learned|revealed)\b"
        ),
    )


@cache
def _credit_patterns() -> tuple[re.Pattern[str], ...]:
    """An outlet as the credit that ends a text."""
    return (
        re.compile(rf"\b(?:Source|Via|Credit|With reporting by)s?:? (?:the )?{_outlet()}(?=\W*$)"),
        re.compile(rf"[(\[](?:[Tt]he )?{_outlet()}(?:/[\w ]+)?[)\]](?=(?:[\s,.]*\([^()]*\))*[\s,.]*$)"),
    )


@cache
def _outlet() -> str:
    known = "|".join(re.escape(name) for name in sorted(_known_outlets(), key=len, reverse=True))
    return rf"(?P<outlet>(?:{known})(?: (?:News|World Service|news agency))?|{_OUTLET_NAME})(?![\w-])"


@cache
def _known_outlets() -> frozenset[str]:
    table = files("detente").joinpath("data", "actors", "outlets.csv")
    listed = {row["name"].removeprefix("The ") for row in read_table("actors", "outlets")} if table.is_file() else set()
    return frozenset(listed | set(_AGENCIES))


def _outlet_key(name: str) -> str:
    """One key for the ways to write an outlet: "the BBC", "BBC News" -> "bbc"."""
    return re.sub(r"^(?:the|a) | (?:news|world service|news agency)$", "", name.strip().casefold())
