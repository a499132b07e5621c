"""How an act is worded: its telling words, and whether they begin or end something.

Words are compared by stems. Names of countries, months, offices and words of reporting tell nothing of what is
promised or done and are left out. How telling the others are depends on the material at hand (`Lexicon`), so that no
list is made for any one dispute.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from detente.names import fold_word, gazetteer
from detente.stems import stem, weight

# -- which words tell ------------------------------------------------------------------------------------------------

_SILENT_WORDS = (
    "a about above across after again against ago ahead all along also although always amid among an and another any"
    " are around as at away back be became because become been before being below between both but by came can cannot"
    " come could day did do does done down during each early either else even ever every few first following for"
    " former four from further gave get give go gone had has have he held her here him himself his hold how however i"
    " if in into is it its itself just last late least less like ll made make many may me mean meanwhile might month"
    " more most much must my near neither never new news next no none nor not now of off on once one only or other our"
    " out over own part per place put rather said same say second set several shall she should since so some soon"
    " still such s t take taken than that the their them then there these they thing third this those three through"
    " thus time to today together tomorrow too took towards two two-day under until up upon us use ve very via was way"
    " we week well went were what when where whether which while who whom whose why will with within without would"
    " year yesterday yet you"
    # words of any act
    " allow carry cite effort face full help include inside lead people scale target try"
    # words of reporting
    " accord agree agreement aim announce announcement ask call claim commit commitment consider continue decide"
    " decision declare expect find found intend invite issue know known matter offer order plan pledge possible promise"
    " propose reach ready report respond response show shown state statement step tell threat threaten told undertake"
    " undertook vow want warn willing work"
    # offices, states, and where and when
    " administration authorities capital central chief counterpart country democratic deputy federation foreign"
    " government head islamic kingdom leader leadership minister ministry nation national office official people"
    " premier president presidential prime relations republic secretary senior side spokesman spokesperson spokeswoman"
    " tie ties united world north south east west northern southern eastern western monday tuesday wednesday thursday"
    " friday saturday sunday january february march april june july august september october november december jan feb"
    " mar apr aug sept oct nov dec"
)
_SILENT = frozenset(_SILENT_WORDS.split()) | frozenset(map(stem, _SILENT_WORDS.split()))
# Names of countries, in any form, say who is meant and not what is promised.
_COUNTRY_FORMS = frozenset({"noun", "adjective", "people", "capital", "seat"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@lru_cache(maxsize=65536)
def telling(word: str) -> str:
    """The stem of a word, or "" for one that tells nothing of an act.

    >>> telling("Exports"), telling("withdrew") == telling("withdrawal"), telling("Japanese"), telling("would")
    ('export', True, '', '')
    """
    key = fold_word(word)
    if len(key) < 3 or key in _SILENT or _names_a_country(key):
        return ""
    found = stem(key)
    return "" if found in _SILENT else found


def _names_a_country(key: str) -> bool:
    return any(meaning.form in _COUNTRY_FORMS for meaning in gazetteer().meanings.get(key, ()))


_BOUNDARY = re.compile(
    r"[;:—]|, (?:and|but|while|which|who|whose|as|after|whereas|although|though|saying|adding|hours|days|where|when"
    r"|with|in|following|if|unless|once)\b|\b(?:but|while|whereas|although|because|after|before|despite|amid|saying|if|unless"
    r"|following|in (?:response|return|exchange|protest))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a sentence around the characters `start:end`, as characters of the sentence."""
    left = max((match.end() for match in _BOUNDARY.finditer(text, 0, start)), default=0)
    right = next((match.start() for match in _BOUNDARY.finditer(text, end)), len(text))
    return left, right


# -- whether it begins or ends ---------------------------------------------------------------------------------------


class Direction(msgspec.Struct, frozen=True):
    """Whether something ends (-1) or begins or goes on (+1); `known` is False where no word says so.

    `verb` multiplies the verbs and their nouns: "suspended the expiry" is +1. `matter` counts words for restraints as
    well: "lift the ban on exports" is -1 by its verb and +1 for the exports. `pausing`: it ends for a time only.
    `undoing`: an ending is itself ended.
    """

    verb: int = 1
    matter: int = 1
    known: bool = False
    pausing: bool = False
    undoing: bool = False

    def agrees(self, other: Direction) -> bool:
        return self.verb == other.verb or self.matter == other.matter

    def opposes(self, other: Direction) -> bool:
        """Whether the words of both are known to say opposite things."""
        return self.known and other.known and not self.agrees(other)


_PAUSES = re.compile(r"(?:suspen\w+|paus\w+|fr[eo]z\w+|halt\w*|stay(?:s|ed|ing)?|shelv\w+|postpon\w*|delay\w*)$")
_ENDS = re.compile(
    r"(?:end(?:s|ed|ing)?|expir\w+|terminat\w+|laps\w+|lift(?:s|ed|ing)?|withdr[ae]w\w*|remov\w+|drop(?:s|ped|ping)?"
    r"|stop(?:s|ped|ping)?|scrap\w*|cancel\w*|retract\w*|revo[kc]\w+|rescind\w*|repeal\w*|abolish\w*|annul\w*"
    r"|ceas(?:e|es|ed|ing)|eas(?:e|es|ed|ing)|relax\w*|loosen\w*|dismantl\w+|clos(?:e|es|ed|ing|ure)|quit\w*"
    r"|shut(?:s|ting|down)?|dissol\w+|disband\w*|abandon\w*|discontinu\w+|delist\w*|strip(?:s|ped|ping)?|cut(?:s|ting)?"
    r"|reduc\w+|sever(?:s|ed|ing)?|wound|downgrad\w+|revers\w+|undo\w*|undid|waiv\w+|pull(?:s|ed|ing)?|strik(?:e|es|ing)"
    r"|struck|tak(?:e|en)|renounc\w+|forgo\w*|leav(?:e|es|ing)|br[eo]k\w*|break(?:s|ing)?|expel\w*)$"
)
_STARTS = re.compile(
    r"(?:start\w*|beg[iau]n\w*|resum\w+|restart\w*|reopen\w*|restor\w+|reinstat\w+|renew\w*|exten[ds]\w*|reviv\w+"
    r"|impos\w+|introduc\w+|tighten\w*|establish\w*|launch\w*|normali[sz]\w+|return\w*|(?:re)?activat\w+|ke[ep]p\w*"
    r"|maintain\w*|continu\w+|uph[oe]ld\w*|open(?:s|ed|ing)?|sign(?:s|ed|ing)?|expan[ds]\w*|increas\w+|strengthen\w*"
    r"|deploy\w*|sen[dt]s?|build\w*|built|creat\w+|adopt\w*|join\w*|rejoin\w*|provid\w+|suppl(?:y|ies|ied)|conduct\w*)$"
)
# Words that are of ending only with another word: "struck X off a list", "take off", "wind up", "break off".
_ONLY_WITH = re.compile(r"(?:pull(?:s|ed|ing)?|strik(?:e|es|ing)|struck|tak(?:e|en)|wound|br[eo]k\w*|break(?:s|ing)?)$")
_WITH = re.compile(r"\b(?:off|up|out|back|from)\b")
_RESTRAINTS = re.compile(
    r"(?:bans?|embargo\w*|sanction\w*|restrictions?|curbs?|controls?|blockades?|siege|tariffs?|moratorium|boycotts?"
    r"|limits?|barriers?|curfew)$"
)
_NOT = re.compile(r"(?:not|never|neither|refus\w+|declin\w+|cannot|n['’]t)$|.*n['’]t$")
# Where words of another act begin.
_OTHER_ACT = re.compile(
    r"(?<=\w)(?:\W+(?:which|who|whose|that (?:had|has|have|was|were|is|are)|in order to|so as to|aimed at"
    r"|designed to)\b|,)"
)
_NO_VERB = re.compile(r"\b(?:the )?(?:end|ends|close|start|beginning) of\b|['’]s end\b|\byear ends\b|\bput\b.*\bback\b")


@lru_cache(maxsize=65536)
def direction_of(words: str) -> Direction:
    """The direction of the first words that say what is done.

    >>> direction_of("suspended the expiry of a pact").verb, direction_of("will lift the ban on exports").matter
    (1, 1)
    >>> direction_of("would not renew a pact").verb, direction_of("met").known
    (-1, False)
    """
    words = words.replace("no longer", "not")
    text = _NO_VERB.sub(lambda m: "restore" if m.group().startswith("put") else " ", _OTHER_ACT.split(words)[0])
    verb = matter = 1
    known = pausing = False
    ends = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if match.start() and word[0].isupper():
            continue  # a name, as in "the START treaty" and "the Gaza Strip"
        word = word.lower()
        pauses = bool(_PAUSES.match(word))
        if _NOT.match(word):
            verb, matter, known = -verb, -matter, known or word in ("not", "never")
        elif pauses or (_ENDS.match(word) and (not _ONLY_WITH.match(word) or _WITH.search(text))):
            verb, matter, known, pausing, ends = -verb, -matter, True, pausing or pauses, ends + 1
        elif _STARTS.match(word):
            known = True
        elif _RESTRAINTS.match(word):
            matter = -matter
    return Direction(verb, matter, known, pausing, ends > 1)


_TURNING = frozenset(
    map(
        stem,
        "end expire expiry terminate termination lapse lift withdraw remove drop stop scrap cancel retract revoke"
        " rescind repeal abolish cease ease relax loosen close cut reduce strip strike suspend suspension pause freeze"
        " halt stay start begin resume resumption restart reopen restore reinstate renew extend revive impose introduce"
        " tighten establish launch normalise normalize return activate keep maintain uphold open increase send provide"
        " turn".split(),
    )
)

# -- how telling they are --------------------------------------------------------------------------------------------

TURNING = (
    0.3  # of the weight of other words, for stems of beginning and ending: the direction says what they say (ours)
)
NAMED, NAME = (
    0.8,
    1.3,
)  # share of its places where a word has a capital that makes it a name, and how much more it tells
COMMON = 550  # hundredths of `stems.weight` below which a word of the news at large tells less, in proportion (ours)
SMALL = 50  # sentences that a small material is counted as, so that in it not every word is rare (ours)
COMPOUND = 8  # letters of a word from which its last part is looked for (ours)
_ABBREVIATION = re.compile(r"\b[A-Z]{3,8}\b")
_TITLED = re.compile(r"\b[A-Z][\w'’]*(?:(?: |-)(?:(?:of|on|for|and|in|the) )*[A-Z][\w'’]*)+")
_LOWER = re.compile(r"\b[a-z]{3,}\b")


class Lexicon:
    """The words of the material at hand.

    `weight(stem)` says how telling a stem is: ln((n + 1) / (df + 0.5)) / ln(n + 1) for n sentences of which df have
    it, less for words that are common in the news at large and for those of beginning and ending, more for names; rare
    words are near 1, words of every report near 0. Where both occur, names written out are read as their abbreviation
    ("General Security of Military Information Agreement", "GSOMIA"), and compounds have their last part as a second
    stem ("whitelist", "list").
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        texts = sorted(set(sentences))
        self._written_out = _written_out(texts)
        longest = sorted(map(re.escape, self._written_out), key=len, reverse=True)
        self._names = re.compile("|".join(longest)) if longest else None
        self._tails = _tails({word for text in texts for word in _LOWER.findall(text)})
        self._stems: dict[str, tuple[tuple[str, int], ...]] = {}
        self._places: defaultdict[str, set[int]] = defaultdict(set)
        capitals: Counter[str] = Counter()
        for place, text in enumerate(texts):
            for word, start in self.stems(text):
                self._places[word].add(place)
                capitals[word] += start > 0 and text[start].isupper()
        self._called = {word for word, times in capitals.items() if times >= NAMED * len(self._places[word])}
        self._size = max(len(texts), SMALL)
        self._weights: dict[str, float] = {}
        self._likeness: dict[tuple[str, str], float] = {}

    def stems(self, text: str) -> tuple[tuple[str, int], ...]:
        """The stems of the telling words of a text, each with where its word starts; a hyphen parts two words."""
        if text not in self._stems:
            self._stems[text] = tuple(self._read(text))
        return self._stems[text]

    def weight(self, word: str) -> float:
        """How telling a stem is, from 0 to 1."""
        if word not in self._weights:
            told = math.log((self._size + 1) / (len(self._places[word]) + 0.5)) / math.log(self._size + 1)
            if word in _TURNING:
                told *= TURNING
            elif word in self._called:
                told *= NAME
            else:
                told *= min(1.0, weight(word) / COMMON)
            self._weights[word] = min(1.0, max(0.0, told))
        return self._weights[word]

    def likeness(self, one: str, other: str) -> float:
        """How much two stems stand in the same sentences, from 0 to 1: the cosine of where they stand.

        0 for stems that stand together less than three times: a promise and its act alone say nothing of it.
        """
        pair = (one, other) if one < other else (other, one)
        if pair not in self._likeness:
            here, there = self._places[one], self._places[other]
            both = len(here & there)
            self._likeness[pair] = both / math.sqrt(len(here) * len(there)) if both > 2 else 0.0
        return self._likeness[pair]

    def _read(self, text: str) -> Iterator[tuple[str, int]]:
        skip_to = 0
        names = list(self._names.finditer(text)) if self._names else []
        for match in _WORD.finditer(text):
            if match.start() < skip_to:
                continue
            if names and names[0].start() <= match.start():
                name = names.pop(0)
                skip_to = name.end()
                yield self._written_out[name.group()], name.start()
            elif found := telling(match.group()):
                yield found, match.start()
                if tail := self._tails.get(match.group()):
                    yield tail, match.start()


def _tails(words: set[str]) -> dict[str, str]:
    """The stem of the last part of each compound, where both parts are words of the texts."""
    return {
        word: telling(word[cut:])
        for word in words
        if len(word) >= COMPOUND
        for cut in range(3, len(word) - 3)
        if word[cut:] in words and word[:cut] in words and telling(word[cut:])
    }


def _written_out(texts: Iterable[str]) -> dict[str, str]:
    """Names written out, with the stem of the abbreviation that stands in the texts as well."""
    known = {short for text in texts for short in _ABBREVIATION.findall(text)}
    names = {name.removeprefix("The ") for text in texts for name in _TITLED.findall(text)}
    pairs = ((name, short) for name in names for short in initials(name) & known)
    return {name: telling(short) for name, short in sorted(pairs) if telling(short)}


def initials(name: str) -> set[str]:
    """What a name can be abbreviated to: the first letters of all its words, or of those with a capital.

    >>> "GSOMIA" in initials("General Security of Military Information Agreement"), initials("World Trade Organization")
    (True, {'WTO'})
    """
    words = [word for word in re.split(r"[ -]", name) if word]
    return {"".join(word[0] for word in words).upper(), "".join(word[0] for word in words if word[0].isupper())}
