"""Words that mark the report of an event as unconfirmed: "allegedly", "is believed to have", "unconfirmed reports".

A hedge counts for one event only where it is in the event's own clause, or where the event is what the hedge says:
in "The group, which allegedly has ties to the army, shelled the port" the shelling is not hedged. That an act is only
planned or possible is its status, not a hedge.
"""

from __future__ import annotations

import re

from detente.records import Sentence, Span

REACH = 160  # characters between a hedge and the event words that it governs
ATTRIBUTE = 40  # characters between an adjective and its noun

_DOUBTED = r"(?:said|believed|thought|reported|alleged|rumou?red|feared|suspected|presumed|understood|claimed|reputed)"
_BE = r"(?:is|are|was|were|has been|have been|had been|being)"
# "Reports that" and "claims that" are nouns after these words, and at the beginning.
_INTRODUCING = "amid after following despite about over on of by to are were with denied denies reject rejected".split()
_BEFORE_NOUN = "|".join(rf"(?<=\b{word} )" for word in _INTRODUCING)
# Stand anywhere in a clause and hedge it.
_ADVERB = re.compile(
    r"\b(?:allegedly|reportedly|purportedly|supposedly|apparently|seemingly|ostensibly|reputedly|presumably)\b", re.I
)
# Stand before what they hedge: an infinitive or a clause.
_GOVERNING = (
    re.compile(rf"\b{_BE} (?:also |now |still |widely |\w+ly )?{_DOUBTED} to(?: have| be)?\b", re.I),
    re.compile(r"\b(?:appear|seem)(?:s|ed)? to have\b|\bclaim(?:s|ed|ing)? to (?:have|be)\b", re.I),
    re.compile(rf"\bit {_BE} (?:also |now |\w+ly )?{_DOUBTED} (?:\w+ )?that\b", re.I),
    re.compile(
        r"\b(?:unconfirmed|unverified|conflicting|initial|early|some) (?:media |press |news |local )?"
        r"(?:reports?|claims?|rumou?rs?|accounts?)"
        r"(?: (?:say(?:ing)?|said|suggest(?:s|ed|ing)?|indicate(?:s|d)?|claim(?:s|ed)?))?"
        r"(?= that| of| the| [A-Z]|\b)",
        re.I,
    ),
    re.compile(r"\b(?:rumou?rs?|allegations?|suspicions?|speculation) (?:that|of)\b", re.I),
    re.compile(rf"(?:{_BEFORE_NOUN}|^)(?:reports|claims) (?:that|of)\b", re.I),
    re.compile(r"\b(?:suspected of|on suspicion of|(?:in )?what appear(?:s|ed) to be)\b", re.I),
)
# Hedge the sentence from its end or its beginning.
_SOURCED = re.compile(
    r"\baccording to (?:unconfirmed|unverified|initial|early|some) (?:[\w-]+ )?"
    r"(?:reports?|claims?|accounts?|rumou?rs?)\b",
    re.I,
)
# Hedge the noun that they stand before.
_ADJECTIVE = re.compile(
    r"\b(?:alleged|suspected|purported|supposed|apparent|reported|rumou?red|presumed|claimed)\b", re.I
)

# Verbs that tell of a doubt when they introduce what someone says.
_DOUBTING = re.compile(r"\b(?:claim(?:s|ed)?|alleg(?:es?|ed))$")
_LEAVES = re.compile(
    r"[;:—–]|,? (?:but|while|whereas|which|who|whose|although|though|because|when|where|following|since|before|after"
    r"|amid|during|as)\b|, (?:and|or|with)\b| and (?=[A-Z]|the |an? |its |their |his |her )"
)
_ENDS_CONTENT = re.compile(
    r"[;—–]|,? (?:but|while|whereas|although|though)\b|, (?:which|who|whose|where|and|after|when|as)\b"
)
_IN_NOUN = re.compile(r" ?(?:[\w'’-]+ ){0,3}")
_NO_NOUN = re.compile(r"\b(?:of|in|on|at|by|to|for|from|with|and|or|that|who|is|are|was|were|has|have|had|the|an?)\b")
_VERB = re.compile(r"[a-z]+ed\b|(?:is|are|was|were|has|have|had|will|would)\b")
_RELATIVE = re.compile(r"\b(?:who|which|whose|where)\b[^,]*$")
_ATTRIBUTIVE = re.compile(r"\b(?:an?|the|its|their|his|her|some|two|three|several|other) $", re.I)
_AFTERTHOUGHT = re.compile(r"\s*(?:[,.;)”\"]|$|(?:by|from|with|in|at|on|over|for|to|because|after|near|using)\b)")


def hedge_on(trigger: Span, sentence: Sentence, cues: tuple[Span, ...] = ()) -> Span | None:
    """The words of a sentence that hedge the event with these event words; None for none.

    `cues` are the verbs by which someone says that the event happened: "claimed" and "alleges" among them are hedges.
    Of several hedges the nearest to the event words counts; words that are no more than a hedge are not their own.
    """
    start, end = trigger.start - sentence.start, trigger.end - sentence.start
    found = [
        *(m for m in _ADVERB.finditer(sentence.text) if _in_clause(m, sentence.text, start, end)),
        *(m for pattern in _GOVERNING for m in pattern.finditer(sentence.text) if _governs(m, start, end)),
        *(m for m in _ADJECTIVE.finditer(sentence.text) if _before_noun(m, start)),
        *_SOURCED.finditer(sentence.text),
    ]
    spans = [Span(m.group(), sentence.start + m.start(), sentence.start + m.end()) for m in found]
    spans += [Span(m.group(), cue.start + m.start(), cue.end) for cue in cues if (m := _DOUBTING.search(cue.text))]
    spans = [span for span in spans if not (span.start <= trigger.start and trigger.end <= span.end)]
    return min(spans, key=lambda span: (_gap(span, trigger), span.start), default=None)


def _gap(span: Span, trigger: Span) -> int:
    return max(trigger.start - span.end, span.start - trigger.end, 0)


def _in_clause(hedge: re.Match[str], text: str, start: int, end: int) -> bool:
    """Whether an adverb is in the clause of the event words."""
    if hedge.start() < end and start < hedge.end():
        return True
    if hedge.end() <= start:
        between = text[hedge.end() : start]
        alone = between.startswith(",") and text[: hedge.start()].rstrip().endswith(",")
        between = between.removeprefix(",") if alone else between
        if _is_aside(hedge, between) or _ATTRIBUTIVE.search(text[: hedge.start()]):
            return False
        return not _LEAVES.search(between)
    between = text[end : hedge.start()]
    return bool(_AFTERTHOUGHT.match(text, hedge.end())) and not _LEAVES.search(between)


def _is_aside(hedge: re.Match[str], after: str) -> bool:
    """Whether a hedge is in a phrase between commas, or a relative clause, that ends before the event words."""
    before = hedge.string[: hedge.start()]
    return "," in after and (before.endswith(", ") or _RELATIVE.search(before) is not None)


def _governs(hedge: re.Match[str], start: int, end: int) -> bool:
    """Whether the event words are in, or in what follows, words like "is believed to have"."""
    if hedge.start() < end and start < hedge.end():
        return True
    between = hedge.string[hedge.end() : start]
    return (
        hedge.end() <= start <= hedge.end() + REACH
        and not _is_aside(hedge, between)
        and not _ENDS_CONTENT.search(between)
    )


def _before_noun(hedge: re.Match[str], start: int) -> bool:
    """Whether the event words are the noun, or begin with it, that an adjective like "alleged" stands before."""
    if hedge.start() <= start < hedge.end():
        return True
    between = hedge.string[hedge.end() : start]
    if between.strip() and _VERB.match(hedge.string, start):
        return False
    return 0 < start - hedge.end() <= ATTRIBUTE and bool(_IN_NOUN.fullmatch(between)) and not _NO_NOUN.search(between)
