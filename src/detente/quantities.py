"""How many: numbers in news English as intervals, with what is counted and what became of it.

"at least five soldiers were killed" is five or more soldiers, killed; "$2.5 billion in aid" lies between 2.45 and
2.55 billion dollars of aid. Words that leave a number open leave its interval open, so that two quantities can only
contradict each other where no number fits both. Years, days, hours, ages, scores and the numbers of names ("Boeing
757", "Resolution 1441") are no quantities.
"""

from __future__ import annotations

import re
from typing import NamedTuple

APPROXIMATE = 0.1  # "about 3,000" may be a tenth more or less (ours)
ROUND = 0.05  # a bare number of 100 or more that ends in two zeros is taken as rounded (ours)
ALMOST = 0.15  # how far below its number "nearly" may lie (ours)

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: value for value, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
_WORD = rf"(?:{'|'.join(sorted(_SMALL, key=len, reverse=True))})"
_BIG = r"(?:dozen|hundred|thousand|million|billion|trillion)"
_SPELT = rf"(?:{_WORD}|an?(?= {_BIG}\b)|half an?(?= {_BIG}\b))(?:(?:[ -]| and )(?:{_WORD}|{_BIG}))*"
_SCALE_WORD = re.compile(r"dozen|hundred|thousand|million|billion|trillion|bn|mn|tn|[mk]\b", re.IGNORECASE)
_NUMBER = rf"(?:{_DIGITS})(?:(?:bn|mn|tn|m|k)\b|[ -]{_BIG}\b)*|{_SPELT}\b|several(?: {_BIG})+\b"

# Plural number words, as the least and the most that they are said of (ours; "millions" seldom of a hundred).
_VAGUE: dict[str, tuple[float, float]] = {
    "tens of thousands": (2e4, 99_999), "hundreds of thousands": (2e5, 999_999), "tens of millions": (2e7, 99_999_999),
    "hundreds of millions": (2e8, 999_999_999), "dozens": (24, 99), "scores": (40, 199), "hundreds": (200, 999),
    "thousands": (2000, 99_999), "millions": (2e6, 99_999_999), "billions": (2e9, 999e9), "a handful": (3, 9),
    "several": (3, 19), "a few": (2, 9), "a couple": (2, 3),
}  # fmt: skip
_LEAST = (
    r"at least|no (?:fewer|less) than|a minimum of|more than|over|above|in excess of|upwards? of|well over|exceeding"
)
_MOST = r"at most|no more than|up to|as many as|as much as|a maximum of|fewer than|less than|under|below"
_NEARLY = r"nearly|almost|close to|just under|just short of"
_ABOUT = r"about|around|approximately|roughly|some|an estimated|estimated|circa|an average of|more or less"
_MONEY = r"US ?\$|A\$|C\$|HK\$|NZ\$|\$|€|£|¥"
_CURRENCIES = {
    "$": "USD", "US$": "USD", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "NZ$": "NZD", "€": "EUR", "£": "GBP", "¥": "JPY",
    "dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "won": "KRW", "yuan": "CNY", "ruble": "RUB",
    "rouble": "RUB", "rupee": "INR",
}  # fmt: skip

_BOUND = rf"(?:(?P<bound>{_LEAST}|{_MOST}|{_NEARLY}|{_ABOUT}) )?(?:the )?(?P<again>another |a further |an additional )?"
_QUANTITY = re.compile(
    rf"(?<![\w.,$€£¥/:–-]){_BOUND}(?P<money>{_MONEY})?"
    rf"(?:(?P<vague>{'|'.join(sorted(_VAGUE, key=len, reverse=True))})\b(?! {_BIG})"
    rf"|(?:between |from )?(?P<one>{_NUMBER})(?:(?: to | and | or |–|-)(?:{_MONEY})?(?P<two>{_NUMBER}))?)"
    rf"(?P<after> or more| or so|-plus|\+)?(?P<percent>%| per ?cent\b| percentage points?\b)?(?![\w%]|[.,:]\d|-year)",
    re.IGNORECASE,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATED_BEFORE = re.compile(rf"(?:\b{_MONTH}|\b(?:since|year|aged|age|No\.|number|at|[Cc]hapter|[Pp]art))\s*$")
_DATED_AFTER = re.compile(rf"\s*(?:{_MONTH}\b|[ap]\.?m\b|(?:st|nd|rd|th)\b|years? old|o'clock)")
_NAMED = re.compile(r"[A-Z][\w'’]* $")  # "Boeing 757", but not "Monday 12 people"
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d|21\d\d")

# -- what is counted

_PLURALS = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "police": "police",
    "troops": "soldier", "personnel": "soldier", "aircraft": "aircraft", "lives": "person", "dead": "person",
    "victims": "person", "servicemen": "soldier", "policemen": "police", "policewomen": "police", "gunmen": "gunman",
    "fishermen": "fisherman", "soldiers": "soldier", "deaths": "person", "fatalities": "person", "bodies": "person",
    "casualties": "casualty", "injuries": "person", "jets": "aircraft", "planes": "aircraft", "warplanes": "aircraft",
}  # fmt: skip
_MEASURES = frozenset(
    "year years month months week weeks day days hour hours minute minutes second seconds kilometres kilometers km mile"
    " miles metres meters feet degrees times time tonnes tons barrels points seats votes goals percent cents pages"
    " months-old cases cents occasions rounds countries nations states members parties provinces places decade decades"
    " century centuries side sides".split()
)
_STOP = re.compile(
    r"(?:of|in|on|at|by|from|to|for|with|and|or|but|as|after|before|during|who|which|that|were|was|are|is|be|been|have"
    r"|has|had|will|would|could|may|it|its|their|the|a|an|this|killed|injured|wounded|dead|died|missing|arrested"
    r"|detained|hurt|including|since|when|while|near|against|into|over|inside|outside)$",
    re.IGNORECASE,
)
_COUNTED_ONE = frozenset(
    "person man woman child soldier civilian officer policeman missile rocket diplomat ship vessel drone aircraft plane"
    " helicopter boat tank journalist worker militant hostage prisoner shell bomb".split()
)
_PARTIAL_BEFORE = re.compile(
    r"\b(?:includ(?:ing|es?|ed)|among (?:them|whom|those)|of (?:them|whom|which|these|those)|another|other|additional"
    r"|further|more|(?:each|every)(?! of)|per|since|compris\w+|previous|earlier)(?: \w+){0,3} ?$"
    r"|\b(?:last|next|final|(?<!at )first) $",
    re.IGNORECASE,
)
_PARTIAL_AFTER = re.compile(
    r"^ ?(?:(?:\w+ ){0,2}(?:others?|more|of (?:them|whom|the|these|those|its|their))\b|each\b|in each\b"
    r"|[^.;]{0,60}\b(?:each|apiece|since|so far this|per (?:day|week|month|year)|in total since)\b)",
    re.IGNORECASE,
)

# -- what became of them

_BY_VERB = {  # the verb stands before the number, or a noun of it
    "killed": r"kill(?:s|ed|ing)|claim(?:s|ed|ing)|(?:death toll|toll|deaths?)(?: [\w'’-]+){0,7}",
    "injured": r"injur(?:es|ed|ing)|wound(?:s|ed|ing)|hurt(?:s|ing)?",
    "arrested": r"arrest(?:s|ed|ing)?|detain(?:s|ed|ing)|round(?:s|ed|ing) up",
    "expelled": r"expel(?:s|led|ling)|expulsion of",
    "abducted": r"abduct(?:s|ed|ing)|kidnap(?:s|ped|ping)|captur(?:es|ed|ing)",
    "released": r"releas(?:es|ed|ing)|free(?:s|d|ing)|pardon(?:s|ed|ing)",
    "displaced": r"displac(?:es|ed|ing)|evacuat(?:es|ed|ing)",
}
_BY_STATE = {  # it stands after what is counted
    "killed": r"killed|dead|die|dies|died|deaths|fatalities|dying|lost their lives|perished",
    "injured": r"injured|wounded|hurt|injuries",
    "missing": r"missing|unaccounted",
    "arrested": r"arrested|detained",
    "expelled": r"expelled",
    "abducted": r"abducted|kidnapped|captured|held hostage|taken hostage",
    "released": r"released|freed|pardoned",
    "displaced": r"displaced|evacuated|homeless",
}
_BEFORE = {
    name: re.compile(rf"\b(?:{verb})(?: (?:a total of|the|their|its))? ?$", re.IGNORECASE)
    for name, verb in _BY_VERB.items()
}
_AFTER = {
    name: re.compile(rf"^(?: [\w'’-]+){{0,6}}? (?:{state})\b", re.IGNORECASE) for name, state in _BY_STATE.items()
}
_MONEY_FOR = re.compile(
    r"\b(aid|assistance|loans?|fines?|ransom|compensation|damages|contract|bail-?out|debt|grant|reward|arms|weapons"
    r"|reparations?|investments?|budget|credit|relief|deal|package|fund)\b",
    re.IGNORECASE,
)
_PRISON = re.compile(
    r"^ (years?|months?)(?: (?:in|of) (?:prison|jail|hard labou?r)|['’] imprisonment| in custody| prison)"
)
_TERM = re.compile(r"^ (years?|months?)\b")
_WORD_AFTER = re.compile(r"[ -]([^\W\d]\w*)")
_SENTENCED = re.compile(r"\bsentenced(?: [\w'’-]+){0,6} to $")
_CLAUSE_END = re.compile(
    r"[.;:()—]|, (?:and|but|while|with|as|which|who|after)\b|\b(?:but|while|whereas|although|after)\b"
)


class Quantity(NamedTuple):
    """A number at the characters `start:end` of a text, its bounds included, and what it counts.

    It is at least `low` and at most `high` (None: any more). `unit`: "" for a count, "%", "years" of prison, or a
    currency. `noun` is what is counted, in the singular ("person" for people of no kind in particular, "" unknown),
    `outcome` what became of them ("killed", "" unknown). `partial` where the words make it a part of another number.
    `words_end` is where the words that it was read from end.
    """

    start: int
    end: int
    low: float
    high: float | None
    unit: str
    noun: str
    outcome: str
    partial: bool
    words_end: int


def quantities(text: str) -> list[Quantity]:
    """The quantities in a sentence, in order.

    >>> [(q.low, q.high, q.noun, q.outcome) for q in quantities("At least five soldiers were killed.")]
    [(5.0, None, 'soldier', 'killed')]
    """
    matches = [match for match in _QUANTITY.finditer(text) if not _is_no_quantity(match, text)]
    found = []
    for place, match in enumerate(matches):
        stops = [stop.end() for stop in _CLAUSE_END.finditer(text, 0, match.start())]
        left = max(matches[place - 1].end() if place else 0, stops[-1] if stops else 0)
        right = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        if quantity := _quantity(match, text[left : match.start()], text[match.end() : right]):
            found.append(quantity)
    return found


def _is_no_quantity(match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if match["vague"] or match["money"] or match["percent"]:
        return False
    if _DATED_BEFORE.search(before) or _DATED_AFTER.match(after):
        return True
    bare = match["one"].isdigit() and not match["bound"]
    return bare and (bool(_YEAR.fullmatch(match["one"])) or (len(match["one"]) > 2 and bool(_NAMED.search(before))))


def _quantity(match: re.Match[str], before: str, after: str) -> Quantity | None:
    low, high = _bounds(match)
    clause = _CLAUSE_END.search(after)
    within = after[: clause.start()] if clause else after
    unit, noun, outcome, words = "", "", "", 0
    if currency := _currency(match, after):
        topic = _MONEY_FOR.search(f"{before[-60:]} | {within[:60]}")
        unit, noun = currency, topic[1].lower().rstrip("s") if topic else ""
    elif match["percent"]:
        unit, noun = "%", " ".join(re.findall(r"\w+", within.lower())[:3])
    elif term := _PRISON.match(after) or (_TERM.match(after) if _SENTENCED.search(before) else None):
        unit, noun, words = term[1].rstrip("s") + "s", "prison", term.end()
    elif (word := _WORD_AFTER.match(after)) and word[1].lower() in _MEASURES:
        return None
    else:
        outcome = _outcome(before, within)
        noun, words = _noun(within, low)
        if not noun and not outcome:
            return None
        noun = noun or "person"
    partial = bool(match["again"] or _PARTIAL_BEFORE.search(before) or _PARTIAL_AFTER.match(within))
    return Quantity(match.start(), match.end(), low, high, unit, noun, outcome, partial, match.end() + words)


def _currency(match: re.Match[str], after: str) -> str:
    if match["money"]:
        return _CURRENCIES[match["money"].upper().replace(" ", "")]
    named = re.match(r" (?:US )?(dollar|euro|pound|yen|won|yuan|ruble|rouble|rupee)s?\b", after, re.IGNORECASE)
    return _CURRENCIES[named[1].lower()] if named else ""


def _outcome(before: str, after: str) -> str:
    """What became of what is counted: as the word next to it says, else the verb before it, else a word after it."""
    told = {name: found for name, state in _AFTER.items() if (found := state.match(after))}
    for name, found in told.items():
        if len(found[0].split()) <= 2:
            return name
    for name, verb in _BEFORE.items():
        if verb.search(before):
            return name
    return next((name for name, found in told.items() if " and " not in found[0]), "")


def _noun(after: str, low: float) -> tuple[str, int]:
    """What is counted, in the singular, and how far after the number its word ends; ("", 0) where no word tells.

    It is the first plural, else the last word before one that cannot belong to it ("14 Taliban in", "four Guard were").
    """
    place, found, last = 0, "", ("", 0)
    for word in re.finditer(r"(?: of)? ([^\W\d][\w'’-]*)|.", after):
        key = (word[1] or "").lower()
        if word.start() != place or not key or place > 60:
            return last
        if key in _MEASURES:
            return "", 0
        if _STOP.match(key):
            return ("person", word.end()) if key == "dead" else last
        place = word.end()
        found = _PLURALS.get(key, "")
        if not found and key.endswith("s") and not key.endswith(("ss", "'s", "’s", "us", "sis")):
            found = _singular(key)
        if not found and low == 1 and key in _COUNTED_ONE:
            found = key
        if found:
            return found, place
        last = key, place
    return last


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


# -- the number itself


def _bounds(match: re.Match[str]) -> tuple[float, float | None]:
    bound = (match["bound"] or "").lower()
    if match["vague"]:
        low, high = _VAGUE[match["vague"].lower()]
        return low, None if re.fullmatch(_LEAST, bound) else high
    low, high = _single(match["one"])
    if match["two"]:
        second = _single(match["two"])
        scale = _SCALE_WORD.search(match["two"])
        if scale and high < 1000 and not _SCALE_WORD.search(match["one"]):  # "2 to 3 million"
            low *= _SCALES[scale[0].lower()]
        low, high = min(low, second[0]), max(second[1], high)
    return _widened(low, high, bound, (match["after"] or "").strip().lower())


def _widened(low: float, high: float, bound: str, after: str) -> tuple[float, float | None]:
    if re.fullmatch(_LEAST, bound) or after in ("or more", "-plus", "+"):
        return low, None
    if re.fullmatch(_MOST, bound):
        return 0.0, high
    if re.fullmatch(_NEARLY, bound):
        return low * (1 - ALMOST), high
    if bound or after == "or so":
        middle = (low + high) / 2
        slack = max(1.0, APPROXIMATE * middle)
        return max(0.0, min(low, middle - slack)), max(high, middle + slack)
    return low, high


def _single(words: str) -> tuple[float, float]:
    """The number in words or digits, from the least to the most that it may be rounded from.

    >>> _single("3,000"), _single("2.5 million"), _single("twenty-one"), _single("a dozen")
    ((2850.0, 3150.0), (2450000.0, 2550000.0), (21.0, 21.0), (12.0, 12.0))
    """
    parts = re.findall(rf"{_DIGITS}|[a-z]+", words.lower())
    if parts[0] == "several":
        scale = _product(parts[1:])
        return 3 * scale, 9.99 * scale
    if re.match(r"\d", parts[0]):
        digits = parts[0].replace(",", "")
        scale, value = _product(parts[1:]), float(digits)
        if scale >= 1e6:
            half = 0.5 * 10 ** -len(digits.partition(".")[2])
            return (value - half) * scale, (value + half) * scale
        return _rounded(value * scale)
    return _rounded(_spelt(parts))


def _product(scales: list[str]) -> float:
    result = 1.0
    for scale in scales:
        result *= _SCALES[scale]
    return result


def _rounded(value: float) -> tuple[float, float]:
    if value >= 100 and value % 100 == 0:
        return value * (1 - ROUND), value * (1 + ROUND)
    return value, value


def _spelt(parts: list[str]) -> float:
    total, current = 0.0, 0.0
    for part in parts:
        if part == "half":
            current = 0.5
        elif part in ("a", "an"):
            current = current or 1.0
        elif part in _SMALL:
            current += _SMALL[part]
        elif part in ("dozen", "hundred"):
            current *= _SCALES[part]
        elif part in _SCALES:
            total, current = total + current * _SCALES[part], 0.0
    return total + current
