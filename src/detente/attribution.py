"""On whose word: the speaker of one event and how it stands to the parties, hedges, and the outlet that is relayed.

Definitions are the codebook's (section 7, rulings 13 and 18). The reader's learned speaker wins; the rules here
fill in where it is silent, on the plain constructions of news English (`claims`): "according to X", "X said that …",
"…, X said", "it was announced by X", "X accused Y of …". Where a construction does not show clearly who speaks,
the rules keep silent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from detente.claims import IMPERSONAL, Claim, is_pronoun, told_in
from detente.hedges import hedge_on
from detente.outlets import is_outlet, outlet_key, reports_named
from detente.records import Actor, Document, Frame, Sentence, Span, Speaker, Step

OWN_WORDS = ("ACCUSE", "REQUEST", "THREATEN")  # in reported speech mostly the speaker's own act
SPEECH = ("AGREE", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN")  # acts done by saying them
REACH = 2  # sentences that a pronoun reaches over
QUOTE_REACH = 8  # sentences that a quotation runs over
CHAIN = 8  # sentences in a row that go on with "he said"
LEAD = 3  # sentences; enough for a headline, a summary and the first sentence of the text

# Between "said" and an event word these show that it is taken for granted, or only part of another act.
_PRESUPPOSED = re.compile(r"\b(?:as|after|following|who|which|since|for|over|because|despite|will|would|to)\b")
# Sectors that speak for a state, and those whose members speak for one another.
_STATE = frozenset({"GOV", "MIL", "COP", "SPY", "LEG", "JUD"})
_SIDES = frozenset({"REB", "PTY", "OPP", "PRM"})


def speaker_of(frame: Frame, document: Document) -> tuple[Span | None, Step]:
    """The words of the one to whom the report of this event is attributed, and by which rule; None where the
    article itself reports it, or where the actor of a speech act would be its own speaker.

    The span has no leading article, and lies in the event's sentence or, for pronouns and quotations that run on,
    some sentences away. Where one tells what another said, the innermost speaks, and the step's `why` names the outer.
    """
    if frame.speaker is not None:
        return frame.speaker, Step("attribution", "reader", "the reader's speaker")
    claims = _claims_on(frame, document)
    others = [c for c in claims if not (frame.event in SPEECH and _is_actor(c.who, frame))]
    if others:
        claim, *outer = others
        told = [words for words in dict.fromkeys(c.who.text for c in outer) if words != claim.who.text]
        by_way = f", as told by {' and '.join(f'“{words}”' for words in told)}" if told else ""
        return claim.who, Step("attribution", claim.rule, f"“{claim.who.text}” says so: “{claim.cue.text}”{by_way}")
    if claims:
        return None, Step("attribution", "none", f"“{claims[0].who.text}” is the actor of what is said")
    before = document.article.text[document.sentences[frame.sentence].start : frame.trigger.start]
    if told_so := IMPERSONAL.search(before):
        return None, Step("attribution", "impersonal", f"“{told_so.group()}” does not say by whom")
    return None, Step("attribution", "none", "the article itself reports it")


def hedge_of(frame: Frame, document: Document) -> tuple[Span, Step] | tuple[None, None]:
    """The words that mark the report of this event as unconfirmed ("allegedly", "claimed") with the step; two Nones
    where there are none."""
    cues = tuple(claim.cue for claim in _claims_on(frame, document))
    hedge = hedge_on(frame.trigger, document.sentences[frame.sentence], cues)
    if hedge is None:
        return None, None
    return hedge, Step("attribution", "hedge", f"“{hedge.text}” makes it less than certain")


def stance_of(speaker: Speaker, acting: Sequence[Actor], receiving: Sequence[Actor]) -> tuple[str, Step]:
    """How a speaker stands to the event, and why: own, opponent, outlet or third.

    own: it is one of the actors or of their state; opponent: one of the recipients or of their state;
    outlet: a news medium; third: anyone else, or nobody knows.
    """
    if speaker.sector == "JRN" or is_outlet(speaker.text):
        return "outlet", Step("attribution", "stance", f"“{speaker.text}” is a news outlet")
    for stance, side, role in (("own", acting, "actor"), ("opponent", receiving, "recipient")):
        for party in side:
            if why := _speaks_for(speaker, party, stance):
                return stance, Step("attribution", "stance", f"“{speaker.text}” {why} the {role} “{party.text}”")
    return "third", Step("attribution", "stance", f"“{speaker.text}” is not known to be on either side")


def _speaks_for(speaker: Speaker, party: Actor, stance: str) -> str:
    """Why a speaker is on a party's side; "" where it is not."""
    if speaker.start < party.end and party.start < speaker.end:
        return "is"
    if speaker.text.casefold() == party.text.casefold() or (speaker.name and speaker.name == party.name):
        return "is"
    if not speaker.code or speaker.code != party.code:
        return ""
    if speaker.sector in _STATE and party.sector in _STATE:
        return "speaks for the state of"
    if stance == "opponent" and speaker.sector in _STATE and party.sector in ("CVL", "BUS", "UNK"):
        return "speaks for the country of"
    return "is on the side of" if speaker.sector == party.sector and party.sector in _SIDES else ""


# -- what is said in a text -----------------------------------------------------------------------------------------


def _claims_on(frame: Frame, document: Document) -> list[Claim]:
    """The claims with the event words in what is said, the innermost first."""
    at = frame.trigger
    sentence = document.sentences[frame.sentence]
    claims = [c for c in claims_in(sentence, document) if c.start <= at.start and at.end <= c.end]
    claims = [c for c in claims if not (c.who.start < at.end and at.start < c.who.end)]
    claims = [c for c in claims if _is_content(c, frame, document)]
    claims.sort(key=lambda c: _nesting(c, at))
    return claims or _running_quote(frame, document)


def _nesting(claim: Claim, at: Span) -> tuple[int, int]:
    """Orders claims on one event: who is quoted by another, then the nearest before it, then the nearest after it."""
    if claim.rule in ("quoted", "cited"):
        return 0, 0
    return (1, -claim.start) if claim.who.start < at.start else (2, claim.who.start)


def _is_content(claim: Claim, frame: Frame, document: Document) -> bool:
    """Whether the event is what is said, and not what the speaker does by saying it or takes for granted."""
    if claim.rule.partition("-pronoun")[0] not in ("said", "accused"):
        return True
    own = SPEECH if claim.rule.startswith("accused") else OWN_WORDS
    between = document.article.text[claim.start : frame.trigger.start]
    return frame.event not in own and not _PRESUPPOSED.search(between)


def claims_in(sentence: Sentence, document: Document) -> list[Claim]:
    """Everyone who is said to say something in a sentence, in the order of the rules, with names for pronouns."""
    return [resolved for claim in told_in(sentence) if (resolved := _without_pronoun(claim, sentence, document))]


def _without_pronoun(claim: Claim, sentence: Sentence, document: Document) -> Claim | None:
    """The claim with the name for its pronoun: the last one who spoke in the sentences just before, or further
    back where those between go on with pronouns."""
    if not is_pronoun(claim):
        return claim
    left, chain = REACH, CHAIN
    for earlier in reversed(document.sentences[: sentence.index]):
        if left == 0 or chain == 0:
            return None
        told = told_in(earlier)
        if spoken := [c for c in told if not is_pronoun(c)]:
            return claim._replace(who=spoken[-1].who, rule=f"{claim.rule}-pronoun")
        left, chain = (REACH, chain - 1) if told else (left - 1, chain)
    return None


# -- quotations over several sentences ---------------------------------------------------------------------------------


def _running_quote(frame: Frame, document: Document) -> list[Claim]:
    """The speaker of the quotation that the event is in, where its own sentence names none: named in the sentence in
    which it opens, else in the one in which it closes, else by the quotations and the sentence just before it."""
    sentences = document.sentences
    first = _opening(frame, document)
    if first is None:
        return []
    if first.index < frame.sentence and (spoken := _said_in(first, document)):
        return [spoken[-1]._replace(rule="quotation")]
    for later in sentences[frame.sentence + 1 : frame.sentence + 1 + QUOTE_REACH]:
        if not _runs_on(first.start, later.start, document.article.text):
            break
        if spoken := [c for c in claims_in(later, document) if c.rule.startswith("said-after")]:
            return [spoken[0]._replace(rule="quotation")]
    for index in range(first.index, max(0, first.index - QUOTE_REACH), -1):
        if sentences[index].text.lstrip()[:1] not in ("“", '"'):
            break
        if spoken := _said_in(sentences[index - 1], document):
            return [spoken[-1]._replace(rule="quotation")]
    return []


def _opening(frame: Frame, document: Document) -> Sentence | None:
    """The sentence in which the quotation opens that the event is in; None where it is in none."""
    sentence, text = document.sentences[frame.sentence], document.article.text
    before = document.sentences[max(0, sentence.index - QUOTE_REACH) : sentence.index]
    opened = next((s for s in reversed(before) if _is_open(s.text)), None)
    if opened is not None and _runs_on(opened.start, sentence.start, text):
        return opened
    return sentence if _is_open(text[sentence.start : frame.trigger.start]) else None


def _runs_on(start: int, end: int, text: str) -> bool:
    """Whether a quotation that opens in the sentence at `start` still runs at `end`.

    Over a new paragraph it runs on only where that opens with a quotation mark, as printers do. Marks that do not
    tell opening from closing are trusted over less than a paragraph.
    """
    paragraphs = text[start : end + 1].splitlines()
    new = any(part.lstrip()[:1] not in ("“", '"') for part in paragraphs[1:] if part.strip())
    return not new and _is_open(text[start:end]) and ("“" in text[start:end] or len(paragraphs) == 1)


def _said_in(sentence: Sentence, document: Document) -> list[Claim]:
    return [c for c in claims_in(sentence, document) if c.rule.startswith("said")]


def _is_open(text: str) -> bool:
    """Whether a quotation that starts in this text goes on after it; a new paragraph of it may open once more."""
    return text.rfind("“") > text.rfind("”") or text.count('"') % 2 == 1


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
    publisher = outlet_key(document.article.publisher or "")
    for outlet, words in sorted(reports_named(document.article.text), key=lambda pair: pair[1].start):
        if (key := outlet_key(outlet.text)) != publisher:
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
