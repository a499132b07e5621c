"""Whether an act keeps, breaks or takes back a promise: types, words, parties, amounts and days weighed together.

Evidence is added up as log odds, each piece with a weight that is written here; what comes out is a score from 0 to 1.
A promise and an act are never matched by type alone: words that are rare in the material must be shared. Meetings have
few words of their own and are weighed in `meetings`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal

import msgspec

from detente.promises import CLAUSE_SHARE, Deed, Promise, conditions
from detente.quantities import Quantity, quantities
from detente.stems import kin
from detente.wording import Lexicon

SURE, POSSIBLE = 0.8, 0.6
"""From which score a match closes a promise, and from which it is shown to a person to judge (ours)."""
JUST_BELOW = SURE - 0.001  # the score of what would be sure, but for one thing that it lacks
GRACE = 7
"""Days after the due day on which an act still counts as in time: reports come some days late (ours)."""
HURTING = frozenset({"THREATEN", "REJECT", "ACCUSE", "PROTEST", "SANCTION", "COERCE", "ASSAULT", "MOBILIZE"})
"""Types that are done against someone: not to do them is to drop the threat, never to break a promise."""
Sense = Literal["kept", "broken", "withdrawn"]

# -- types -----------------------------------------------------------------------------------------------------------


class Fulfilment(msgspec.Struct, frozen=True):
    """Types that acts can have besides the promised one: of what was promised, and of its contrary; and why."""

    fulfils: frozenset[str]
    contrary: frozenset[str]
    why: str


def _row(fulfils: str, contrary: str, why: str) -> Fulfilment:
    return Fulfilment(frozenset(fulfils.split()), frozenset(contrary.split()), why)


FULFILMENT: dict[str, Fulfilment] = {
    "AGREE": _row("SUPPORT COOPERATE CONCEDE", "REJECT SANCTION", "an agreement to come is signed, or acted upon"),
    "CONSULT": _row("", "REJECT", "a meeting is kept by meeting, and called off in words"),
    "SUPPORT": _row(
        "COOPERATE CONSULT AGREE CONCEDE", "REJECT SANCTION", "signing is also told as agreeing or meeting"
    ),
    "CONCEDE": _row(
        "RETREAT SUPPORT COOPERATE AID", "SANCTION COERCE REJECT ASSAULT", "yielding is also told as its deed"
    ),
    "COOPERATE": _row(
        "SUPPORT CONSULT AID AGREE CONCEDE", "REJECT SANCTION COERCE", "working together begins on paper"
    ),
    "AID": _row(
        "COOPERATE RETREAT SUPPORT", "REJECT SANCTION COERCE", "what is given is also told as shared or let go"
    ),
    "RETREAT": _row(
        "CONCEDE AID COOPERATE SUPPORT", "ASSAULT MOBILIZE COERCE REJECT", "letting go is also told as easing"
    ),
    "REQUEST": _row("ACCUSE", "CONCEDE", "a complaint is asked for, and lodged"),
    "ACCUSE": _row("REQUEST SANCTION", "CONCEDE REJECT", "a complaint is also a request; a trial ends in a sentence"),
    "REJECT": _row("SANCTION COERCE", "AGREE SUPPORT CONCEDE", "a refusal takes effect as a bar"),
    "THREATEN": _row("SANCTION COERCE", "CONCEDE SUPPORT", "what was announced comes into force"),
    "PROTEST": _row("COERCE", "CONCEDE AGREE", "a protest is held, or settled"),
    "SANCTION": _row(
        "COERCE REJECT CONCEDE", "CONCEDE SUPPORT AGREE", "a restriction is also told as a bar; or lifted"
    ),
    "MOBILIZE": _row("ASSAULT COOPERATE", "RETREAT CONCEDE", "force is shown, also with others; or goes home"),
    "COERCE": _row("SANCTION ASSAULT", "CONCEDE RETREAT", "a measure is also told as a restriction; or lifted"),
    "ASSAULT": _row("COERCE", "CONCEDE RETREAT AGREE", "force is used, or a truce made instead"),
}
"""By the type of what was promised (ours: the codebook's definitions, and what the reader takes for each other)."""

# Log odds (ours; set on the demonstration corpus and on news of 2002 to 2022, by reading what closed).
PRIOR = -2.6
COVERED = 4.4  # times the share of the promise's telling words that the act has
SAME_COVERED = 3.4  # the same between two promises
ALIKE = 0.5  # of the share of a word that in this material, or in meaning, is near to words of the act
RARE = 1.1  # times how telling the shared words are together, up to 2
SAME_TYPE, KIN_TYPE, OTHER_TYPE = 0.8, 0.2, -1.6
TURNED_TYPE = -0.5  # another type, where words say that the same thing ends
UNLIKELY = -1.0  # a type that is rather the contrary, done to no one or to someone else
SAME_DIRECTION, HAZY_DIRECTION, BOTH_PAUSE = 1.2, -0.6, 0.4
TO_THE_SAME, TO_OTHERS = 0.5, -1.4
ON_THE_DAY, IN_TIME, SOON, LATE, VERY_LATE = 2.2, 0.6, 0.5, -1.2, -2.5
BY_HISTORY = -0.5  # told as history without a day: it may lie before the promise
AS_PROMISED = 1.5  # the report says that it was promised, or that a promise was broken
SAME_AMOUNT, OTHER_AMOUNT = 1.0, -1.5  # both name a sum or a number of the same
NOT_OFFICIAL = -1.2  # a state promised and a company or a crowd acted, or the other way round
OFTEN, OFTEN_DONE = -0.7, frozenset({"ASSAULT", "MOBILIZE", "COERCE"})  # what enemies do all the time

LEAST, ENOUGH, TELLING = 0.4, 0.8, 0.2
"""How telling the words shared with the act itself must be to look at it, how telling they must be together for a match
to be sure, and by how much less where the direction, or an amount, is the same as well (ours)."""
DATED_WITHIN = 62  # days before the due day within which a promise is for that very day (ours)
MONTH, YEAR, THREE_YEARS = 31, 366, 1096
UNDONE_WITHIN = 183  # days after which a contrary act is another story (ours)
RETOLD = 0.7  # share of all words of two sentences that makes one a copy of the other (ours)
COUNTED = 10  # from which number on numbers are compared; smaller ones count days and sides (ours)
WORDS_ONLY = frozenset({"AGREE", "THREATEN", "REQUEST", "ACCUSE"})
"""Types that keep a promise only where they are what was promised, or where the report says that it was kept."""

COMPLAINTS = frozenset({"REQUEST", "ACCUSE"})  # types that take back or break nothing

_AS_PROMISED = re.compile(
    r"\bas (?:\w+ ){0,3}(?:promised|agreed|pledged|announced|planned|vowed|threatened|scheduled)\b|\bas part of an? \w*"
    r" ?(?:deal|agreement|accord)|\bunder (?:a|an|the) (?:\w+ ){0,3}(?:deal|agreement|accord|pact|truce|plan)\b"
    r"|\bkept an? promise|\b(?:carr(?:y|ies|ied) out|ke(?:ep|eps|pt)|honou?r(?:s|ed)?|fulfil(?:s|led|ling)?"
    r"|ma(?:kes?|de) good|implement\w*) (?:\w+ ){0,3}(?:pledge|promise|threat|undertaking|agreement|deal|accord"
    r"|what)\b",
    re.IGNORECASE,
)
_BREACH = re.compile(
    r"\b(?:in (?:violation|breach) of|br[eo]k\w*|breach\w*|violat\w+|reneg\w+|despite|backtrack\w*|contrary to)\b",
    re.IGNORECASE,
)
_PARTLY = re.compile(
    r"\b(?:partly|partially|in part|some of|(?<!as )part of|first (?:batch|group|phase|stage|tranche|round)|half of"
    r"|other \d+ have|only (?:some|a few|\d+))\b",
    re.IGNORECASE,
)
_POSTPONES = re.compile(r"\b(?:postpon\w*|delay\w*|put(?:s|ting)? off)\b", re.IGNORECASE)
_DENIES = re.compile(r"\bden(?:y|ies|ied)\b", re.IGNORECASE)


# -- an act against a promise ----------------------------------------------------------------------------------------


class Match(msgspec.Struct, frozen=True):
    """How well an act fits a promise: what it makes of it, the score (0..1), why, and the stems that both have."""

    sense: Sense
    score: float
    why: str
    words: tuple[str, ...] = ()
    partly: bool = False


def weigh(promise: Promise, deed: Deed, lexicon: Lexicon) -> Match | None:
    """How an act stands to a promise that was made before; None where it has nothing to do with it.

    It must be done by one of those who promised, share words with the promise, and not be told in its own sentence.
    """
    if not promise.deed.doers & deed.doers:
        return None
    if deed.event.event in COMPLAINTS and deed.event.event != promise.promised and not said_so(deed, kept=True):
        return None
    if is_retold(promise.deed, deed):
        return None
    shared = shared_words(promise, deed, lexicon)
    if shared.strong < LEAST:
        return None
    sense, kind, turned = _sense(promise, deed)
    said = said_so(deed, kept=sense == "kept")
    if sense == "kept":
        possible = said or deed.event.event not in WORDS_ONLY or deed.event.event == promise.promised
    else:
        possible = _can_undo(promise, deed)
    if not possible:
        return None
    odds = PRIOR + COVERED * shared.cover + RARE * min(shared.told, 2.0) + kind + turned + said
    odds += _recipients(promise, deed) + _timing(promise, deed) + _amounts(promise, deed)
    odds += NOT_OFFICIAL if promise.deed.official != deed.official else 0.0
    score = probability(odds + (OFTEN if promise.promised in OFTEN_DONE else 0.0))
    needed = _needed(promise, deed, turned) if sense == "kept" else ENOUGH
    if kind == OTHER_TYPE or shared.told < needed or _is_doubtful(promise, deed, shared, sense):
        score = min(score, JUST_BELOW)
    return Match(
        sense, score, reason(promise, deed, shared.words), shared.words, sense == "kept" and _partly(promise, deed)
    )


def _needed(promise: Promise, deed: Deed, turned: float) -> float:
    """How telling the shared words must be together: less where more than they speaks for a match."""
    direct = TELLING if turned == SAME_DIRECTION else 0.0
    counted = TELLING if _amounts(promise, deed) == SAME_AMOUNT else 0.0
    to_the_same = TELLING / 2 if _recipients(promise, deed) == TO_THE_SAME else 0.0
    return ENOUGH - direct - counted - to_the_same - (TELLING / 2 if _timing(promise, deed) >= SOON else 0.0)


def _is_doubtful(promise: Promise, deed: Deed, shared: Shared, sense: Sense) -> bool:
    """Whether something keeps a match from being sure, however well its words fit."""
    days = (deed.start - promise.deed.start).days
    late = days > YEAR if promise.conditions else days > DATED_WITHIN and promise.deed.verbs.issuperset(shared.words)
    unknown = sense == "withdrawn" and not deed.known_doer
    return late or unknown or deed.nominal or bool(_POSTPONES.search(deed.event.trigger.text))


def _sense(promise: Promise, deed: Deed) -> tuple[Sense, float, float]:
    """Whether an act is what was promised or its contrary, and the log odds of its type and its direction."""
    row, act, mine, its = FULFILMENT[promise.promised], deed.event.event, promise.deed.direction, deed.direction
    kind = SAME_TYPE if act == promise.promised else KIN_TYPE if act in row.fulfils | row.contrary else OTHER_TYPE
    by_type = act != promise.promised and act in row.contrary and act not in row.fulfils
    both, opposed = mine.known and its.known, mine.opposes(its)
    ending = mine.verb == its.verb == -1
    ended = promise.promised in HURTING and its.known and its.verb == -1 and not (mine.known or mine.agrees(its))
    if promise.deed.verbs & deed.verbs and not opposed and not ended:
        contrary, turned, kind = promise.refrains, SAME_DIRECTION if both else 0.0, max(kind, KIN_TYPE)
    elif both and (opposed or not by_type or (ending and mine.matter == its.matter)):
        contrary, turned = opposed, SAME_DIRECTION
        kind = max(kind, TURNED_TYPE) if opposed or ending else kind
        kind += BOTH_PAUSE if mine.pausing and its.pausing and not opposed else 0.0
    else:
        contrary = (by_type or ended) != (promise.refrains and not mine.known)
        turned = HAZY_DIRECTION if not mine.agrees(its) and not ended else 0.0
    if not contrary:
        unlikely = act != promise.promised and act in row.contrary and _recipients(promise, deed) != TO_THE_SAME
        return "kept", kind + (UNLIKELY if unlikely else 0.0), turned
    taken_back = both and its.undoing
    in_words = taken_back or promise.promised in HURTING or act not in HURTING or act in ("REJECT", "ACCUSE")
    return "withdrawn" if in_words else "broken", kind, turned


def _can_undo(promise: Promise, deed: Deed) -> bool:
    """Whether an act can break a promise or take it back: soon enough, and not only by complaints or on conditions."""
    if deed.event.event in COMPLAINTS or _DENIES.search(deed.event.trigger.text):
        return False
    if deed.event.event == "THREATEN" and conditions(deed.event.sentence, deed.event.trigger):
        return False
    return (deed.start - max(promise.deed.start, promise.due or promise.deed.start)).days <= UNDONE_WITHIN


def _recipients(promise: Promise, deed: Deed) -> float:
    mine, theirs = promise.deed.others - promise.deed.doers, deed.others - deed.doers
    if not mine or not theirs:
        return 0.0
    return TO_THE_SAME if mine & theirs else TO_OTHERS


def _timing(promise: Promise, deed: Deed) -> float:
    made, due = promise.deed.start, promise.due
    if deed.event.status == "background" and not deed.dated:
        return BY_HISTORY
    if due is not None:
        if deed.start == due and (due - made).days <= DATED_WITHIN:
            return ON_THE_DAY
        return IN_TIME if (deed.start - due).days <= GRACE else LATE
    days = (deed.start - made).days
    return SOON if days <= MONTH else 0.0 if days <= YEAR else LATE if days <= THREE_YEARS else VERY_LATE


def _partly(promise: Promise, deed: Deed) -> bool:
    """Whether only a part of a promise was kept: by the words, by one of two who promised, or in a smaller number."""
    alone = promise.promised in ("AID", "RETREAT", "CONCEDE") and len(promise.deed.doers) == 2
    if alone and not promise.deed.doers <= deed.everyone:
        return True
    smaller = any(b.high is not None and b.high < a.low for a, b in _counted_alike(promise, deed))
    return (smaller and _amounts(promise, deed) == OTHER_AMOUNT) or bool(_PARTLY.search(deed.event.sentence.text))


def said_so(deed: Deed, *, kept: bool) -> float:
    """The log odds of a report's own word that a promise was kept, or broken."""
    return AS_PROMISED if (_AS_PROMISED if kept else _BREACH).search(deed.event.sentence.text) else 0.0


def is_retold(one: Deed, other: Deed) -> bool:
    """Whether two acts stand in the same sentence, or in one and a copy of it."""
    mine, its = one.event.sentence.text, other.event.sentence.text
    if mine == its:
        return True
    words, others = _all_words(mine), _all_words(its)
    return len(words & others) >= RETOLD * len(words | others)


@lru_cache(maxsize=65536)
def _all_words(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sentence.lower()))


def probability(odds: float) -> float:
    """Log odds as a probability, with three digits."""
    return round(1 / (1 + math.exp(-odds)), 3)


def reason(promise: Promise, deed: Deed, words: tuple[str, ...]) -> str:
    """Why an act is held against a promise, for a person."""
    days, act = (deed.start - promise.deed.start).days, deed.event.event
    row = FULFILMENT[promise.promised]
    known = f" ({row.why})" if act in row.fulfils else ""
    what = "the same type" if act == promise.promised else f"{act} for {promise.promised}{known}"
    shared = f"; both have {', '.join(words[:6])}" if words else ""
    return f"{what}, {days} day{'' if days == 1 else 's'} after it{shared}"


# -- words -----------------------------------------------------------------------------------------------------------


class Shared(msgspec.Struct, frozen=True):
    """The words of a promise that an act has, the most telling first.

    `cover` is the share of all that the promise tells, `told` how telling the words are together, with those that
    stand elsewhere in the act's sentence or title counting less; `strong` is that of the words of the act itself.
    """

    words: tuple[str, ...] = ()
    cover: float = 0.0
    told: float = 0.0
    strong: float = 0.0


def shared_words(promise: Promise, deed: Deed, lexicon: Lexicon, *, silent: frozenset[str] = frozenset()) -> Shared:
    """The telling words of a promise that an act has, but for the `silent` ones."""
    own = {w: share for w, share in promise.deed.words.items() if share >= CLAUSE_SHARE and w not in silent}
    found = sorted(((lexicon.weight(w), w) for w in own if w in deed.words), reverse=True)
    if not found:
        return Shared()
    told = strong = 0.0
    for place, (weight, word) in enumerate(found):
        # A word tells little that always stands with one before it ("Gaza", "Strip").
        fresh = weight * (1 - max((lexicon.likeness(word, w) for _, w in found[:place]), default=0.0))
        told += fresh * deed.words[word]
        strong += fresh if deed.words[word] == 1.0 else 0.0
    cover = sum(own[word] * deed.words[word] * weight for weight, word in found)
    if strong >= LEAST:
        others = [word for word, share in deed.words.items() if share == 1.0]
        cover += ALIKE * sum(
            own[w] * lexicon.weight(w) * _nearest(w, others, lexicon) for w in own if w not in deed.words
        )
    whole = max(0.1, sum(share * lexicon.weight(word) for word, share in own.items()))
    return Shared(tuple(word for _, word in found), min(1.0, cover / whole), told, strong)


def _nearest(word: str, others: list[str], lexicon: Lexicon) -> float:
    """How near a word is to one of others, by where they stand in this material or by meaning."""
    return max((max(lexicon.likeness(word, other), kin(word, other)) for other in others), default=0.0)


# -- amounts ---------------------------------------------------------------------------------------------------------


def _amounts(promise: Promise, deed: Deed) -> float:
    """The log odds of sums and numbers of the same that both name: whether any two agree."""
    pairs = _counted_alike(promise, deed)
    if not pairs:
        return 0.0
    return SAME_AMOUNT if any(_overlap(a, b) for a, b in pairs) else OTHER_AMOUNT


def _counted_alike(promise: Promise, deed: Deed) -> list[tuple[Quantity, Quantity]]:
    mine, its = _quantities(promise.deed.event.sentence.text), _quantities(deed.event.sentence.text)
    return [(a, b) for a in mine for b in its if (a.unit, a.noun) == (b.unit, b.noun)]


@lru_cache(maxsize=4096)
def _quantities(sentence: str) -> tuple[Quantity, ...]:
    return tuple(found for found in quantities(sentence) if found.low >= COUNTED)


def _overlap(one: Quantity, other: Quantity) -> bool:
    return max(one.low, other.low) <= min(one.high or math.inf, other.high or math.inf)


# -- one promise told twice ------------------------------------------------------------------------------------------


def same_promise(one: Promise, other: Promise, lexicon: Lexicon) -> float:
    """How likely a later promise is the earlier one again, from 0 to 1, whether changed or not."""
    if not one.deed.doers & other.deed.doers or one.refrains != other.refrains:
        return 0.0
    if one.deed.direction.opposes(other.deed.direction):
        return 0.0
    there, back = shared_words(one, other.deed, lexicon), shared_words(other, one.deed, lexicon)
    days = (other.deed.start - one.deed.start).days
    told_as = FULFILMENT[one.promised].fulfils | FULFILMENT[other.promised].fulfils
    odds = PRIOR + SAME_COVERED * max(there.cover, back.cover) + RARE * min(max(there.told, back.told), 2.0)
    odds += SAME_TYPE if one.promised == other.promised else KIN_TYPE if other.promised in told_as else -0.6
    odds += _recipients(one, other.deed) + (SOON if days <= MONTH else 0.0 if days <= YEAR else VERY_LATE)
    odds += min(0.0, _amounts(one, other.deed))
    copied = one.promised == other.promised and is_retold(one.deed, other.deed)
    if copied:
        return probability(odds + COPIED)
    score = probability(odds)
    return score if max(there.strong, back.strong) >= ENOUGH else min(score, JUST_BELOW)


COPIED = 3.0  # two promises of one type in one sentence, or in one and its copy
