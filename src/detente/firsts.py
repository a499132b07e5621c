"""The first since when: claims that nothing of the kind had happened for a time, as the years in which it last did.

"The first visit in a century" and "the first since 2011" cannot both be true of one visit: the one puts the last
visit about a hundred years back, the other in 2011. "First ever" puts it nowhere. Superlatives that reach back
("the deadliest attack in a decade") are read in the same way.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NEVER = -9999  # the year of what had never happened before

# What happens again and again between states, by the words for it; the names are ours.
_ACTS = {
    "visit": r"visit\w*|trips?|travel\w*|tours?|arriv\w+|sets? foot|go(?:es|ing)? to|invited|welcomed|hosted",
    "meeting": r"meet\w*|met|summits?|talks|negotiat\w+|dialogue|sat down|sits? down",
    "test": r"tests?|tested|testing|launch\w*|fir(?:es?|ed|ing)",
    "attack": r"attack\w*|strikes?|struck|bomb\w*|raids?|shell\w*|assaults?|offensive|shooting|massacre",
    "flight": r"flights?|flew|fly",
    "execution": r"execut\w+|hang\w+",
    "call": r"phone|telephone\w*|calls?",
    "election": r"elections?|vote|polls?|referend\w+",
    "sanction": r"sanctions?|embargo",
    "exercise": r"exercises?|drills?|manoeuvres|maneuvers",
}
_ACT_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _ACTS.items()}

# Wars and turns that news counts from, as the years in which they ended (ours; general knowledge).
_LANDMARKS = {
    "world war ii": 1945, "second world war": 1945, "world war two": 1945,
    "world war i": 1918, "first world war": 1918, "world war one": 1918,
    "korean war": 1953, "vietnam war": 1975, "cold war": 1991, "gulf war": 1991,
    "soviet union": 1991, "berlin wall": 1989, "falklands war": 1982,
    "islamic revolution": 1979, "iranian revolution": 1979, "september 11": 2001,
    "9/11": 2001, "cuban missile crisis": 1962, "yom kippur war": 1973,
    "six-day war": 1967, "cuban revolution": 1959, "good friday agreement": 1998,
}  # fmt: skip
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty".split(),
        1,
    )
} | {"a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SPANS = {"year": 1, "decade": 10, "century": 100, "centurie": 100, "generation": 30}
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}|half a|several|many|a few)"

_SUPERLATIVE = r"(?:first|worst|most \w+|(?:deadli|bloodi|heavi|larg|bigg|great|high|low|strong|harsh|fierc|long)\w*st)"
_KIND = re.compile(rf"\b(?P<kind>{_SUPERLATIVE})\b(?:[- ](?P<ever>ever)\b)?", re.IGNORECASE)
_LAST = re.compile(
    r"\bsince (?P<since>(?:(?! (?:that|when|who|which|after|as)\b)[^,.;()“”\"]){2,60})"
    rf"|\b(?:in|for) (?:(?P<more>more than|over|at least|well over)|(?P<less>nearly|almost|close to)|about|around"
    rf"|the last|the past)? ?(?:{_N} )?(?P<span>year|decade|centur(?:y|ie)|generation)s?\b(?! (?:of|to|in prison))"
    r"|\b(?P<never>ever|in (?:its|their|his|her|the country['’]s|modern|recorded|living|the)? ?(?:history|memory))\b",
    re.IGNORECASE,
)
_DECADE = re.compile(r"\b(?:the )?(?:(early|mid|late)[- ])?(1[5-9]\d0|20[0-2]0)s\b")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_AGO = re.compile(rf"\b{_N} (?P<span>year|decade|centur(?:y|ie))s? (?:ago|earlier|before)\b", re.IGNORECASE)
_NOT_ALL = re.compile(
    r"\bfirst (?:round|half|quarter|lady|vice|deputy|minister|secretary|phase|stage|class|aid|day|week|hours?|step|part"
    r"|team|case|cases|person|woman|man|black|female|openly|batch|leg|term|part)\b|\bat first\b|\bfirst of\b",
    re.IGNORECASE,
)
_NO_ORDINAL = re.compile(r"(?:\bat |\w-)$", re.IGNORECASE)  # "at first", "twenty-first"
_CLAUSE_END = re.compile(r"[.;]\s|[.;]?$")
_SCOPED = re.compile(r"\b(?:his|her|their|its|my|our) (?:very )?$", re.IGNORECASE)
_ROLES = {
    "leader": r"leaders?",
    "president": r"presidents?",
    "premier": r"prime minister|premier|chancellor|taoiseach",
    "monarch": r"king|queen|emperor|monarch|prince",
    "minister": r"minister|secretary|diplomat",
    "pope": r"pope|pontiff",
}
_ROLE_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _ROLES.items()}
_LEADING = frozenset({"president", "premier", "monarch"})


class First(NamedTuple):
    """A claim that something is the first of its kind for a time, at the characters `start:end` of a sentence.

    It last happened in a year from `low` to `high`, both included; both are `NEVER` where it never did. `kind` is
    "first" or another superlative, `act` what happened ("visit", "" unknown), `role` the office of who did it, `own`
    whether it is the first for one person only ("his first visit").
    """

    start: int
    end: int
    kind: str
    act: str
    role: str
    low: int
    high: int
    own: bool


def firsts(text: str, year: int | None) -> list[First]:
    """What a sentence calls the first, or the most, since a time; `year` is that of publication, if it is known.

    >>> [(first.act, first.low, first.high) for first in firsts("It is the first visit to Japan in 12 years.", 2023)]
    [('visit', 2010, 2012)]
    """
    found = []
    for kind in _KIND.finditer(text):
        if _NOT_ALL.match(text, kind.start()) or _NO_ORDINAL.search(text[: kind.start()]):
            continue
        stop = _CLAUSE_END.search(text, kind.end())
        clause_end = stop.start() if stop else len(text)
        last = None if kind["ever"] else _LAST.search(text, kind.end(), clause_end)
        span = (NEVER, NEVER) if kind["ever"] else last and _last_time(last, year)
        if not span:
            continue
        act, role = _act(text, kind.end(), clause_end), _role(text[kind.start() : clause_end])
        own = bool(_SCOPED.search(text[: kind.start()]))
        end = last.end() if last else kind.end()
        found.append(First(kind.start(), end, kind["kind"].lower(), act, role, *span, own))
    return found


def _act(text: str, start: int, end: int) -> str:
    """The first act named after the superlative, else the last before it."""
    found = [(match.start(), name) for name, words in _ACT_PATTERNS.items() for match in words.finditer(text, 0, end)]
    after = [each for each in found if each[0] >= start]
    return min(after)[1] if after else max(found)[1] if found else ""


def _role(words: str) -> str:
    found = [(match.start(), name) for name, role in _ROLE_PATTERNS.items() if (match := role.search(words))]
    return min(found)[1] if found else ""


def same_role(one: str, other: str) -> bool:
    """Whether two offices can be one: any may be unsaid, and a leader may be a president, a premier or a monarch."""
    return not one or not other or one == other or ("leader" in (one, other) and bool({one, other} & _LEADING))


def _last_time(match: re.Match[str], year: int | None) -> tuple[int, int] | None:
    """The years in which it last happened, from the words behind a superlative; None where they do not tell."""
    if match["never"]:
        return NEVER, NEVER
    if match["since"]:
        return _since(match["since"], year)
    return _ago(match, year)


def _since(words: str, year: int | None) -> tuple[int, int] | None:
    decade, named = _DECADE.search(words), _YEAR.search(words)
    exact = re.match(r"(?:(?:early|mid|late|\w+)[ -])?(?:the )?(?:year )?(?:1[5-9]|20)\d\d\b(?! \w)", words)
    told = exact or any(pattern.search(words) for pattern in _ACT_PATTERNS.values())
    if decade:
        begin = int(decade[2])
        first, last = {"early": (0, 4), "mid": (3, 7), "late": (5, 9)}.get((decade[1] or "").lower(), (0, 9))
        return begin + first, begin + last
    if named:  # "since 2011", "since his visit in 2011", but "since independence in 2011" is some time before
        return int(named[1]) if told else NEVER, int(named[1])
    for landmark, year_of_end in _LANDMARKS.items():
        if landmark in words.lower().replace("the ", ""):
            return NEVER, year_of_end
    if year is not None and re.match(r"last year\b", words):
        return year - 1, year - 1
    ago = _AGO.search(words)
    return _ago(ago, year) if ago else None


def _ago(match: re.Match[str], year: int | None) -> tuple[int, int] | None:
    """The years so many years back, with room for rounding: "in 12 years" is 11 to 13 years back, "in a century" is
    about a hundred years back or any more."""
    if year is None:
        return None
    told, groups = (match["n"] or "").lower(), match.groupdict()
    unit = _SPANS[match["span"].lower()]
    plural = match[0].lower().endswith("s")
    if told == "half a":
        number, slack = unit // 2, unit // 10
    elif told in ("several", "many", "a few") or (not told and plural):
        return NEVER, year - 2 * unit
    else:
        count = int(told) if told.isdigit() else _NUMBERS.get(told, 1)
        number, slack = count * unit, max(1, count * unit // 10)
    if groups.get("more"):
        return year - number - max(unit, number // 4), year - number + 1
    if groups.get("less"):
        return year - number, year - number + slack
    loose = unit > 1 and not told.isdigit()
    return NEVER if loose else year - number - slack, year - number + slack
