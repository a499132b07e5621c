"""News outlets, and the places in a text where one is said to report something.

`data/actors/outlets.csv` lists agencies, broadcasters, papers, magazines and sites with their country. Outlets that
are not in it are known by how their names end ("Harbour Gazette"). The table is read once, on first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from detente.codebook import read_table
from detente.records import Span

CREDIT_REACH = 300  # characters at the end of a text in which its credits stand

_ENDING = (
    r"(?:Times|Post|Gazette|Wire|Courier|Journal|Herald|Tribune|Telegraph|Guardian|Chronicle|Daily|Mail|Globe|Mirror"
    r"|Express|Dispatch|Bulletin|Examiner|Inquirer|Independent|Newspaper|Radio|TV|Television|News"
    r"|Broadcasting Corporation|(?:News|Press) Agency)"
)
_NAMED_SO = rf"(?:(?:(?!The |A |State-|Source)[A-Z][\w'’&-]*\.? ){{1,4}}{_ENDING}|The {_ENDING})"
_NO_OUTLET = re.compile(r"\b(?:Minist|President|Secretary|Director|Spokes|Editor)|^(?:In|On|At|But|And|According|For) ")
_KIND = re.compile(
    r"\b(?:newspapers?|dailies|daily|weekly|magazine|tabloid|broadcaster|television|radio|tv (?:station|channel)"
    r"|news (?:agency|agencies|channel|network|site|website|outlet|outlets|service)|press agency|state media|media"
    r"|local press|state news|news outlets?)$",
    re.IGNORECASE,
)


def is_outlet(words: str) -> bool:
    """Whether words name a news outlet, or say that it is one.

    >>> is_outlet("BBC News"), is_outlet("Harbour Gazette"), is_outlet("state media"), is_outlet("Defence Ministry")
    (True, True, True, False)
    """
    bare = re.sub(r"^(?:[Tt]he|an?) ", "", words.strip())
    named = re.fullmatch(rf"{_NAMED_SO}", bare) is not None and not _NO_OUTLET.search(bare)
    return outlet_key(bare) in _keys() or named or _KIND.search(bare) is not None


def outlet_key(name: str) -> str:
    """One key for the ways to write an outlet: "the BBC", "BBC News" -> "bbc"."""
    return re.sub(r"^(?:the|a) | (?:news|world service|news agency)$", "", name.strip().casefold())


def reports_named(text: str) -> Iterator[tuple[Span, Span]]:
    """Each place where an outlet is said to report: the outlet without article, and the words with their cue."""
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
    """A pattern for outlets. Those listed with "The" are only read after it: "the Hill", not "Hill"."""
    names = sorted(_listed(), key=len, reverse=True)
    plain = "|".join(re.escape(name) for name in names if not name.startswith("The "))
    after_the = "|".join(re.escape(name[4:]) for name in names if name.startswith("The "))
    known = rf"(?:{plain})|(?<=\b[Tt]he )(?:{after_the})"
    return rf"(?P<outlet>(?:{known})(?: (?:News|World Service|news agency))?|{_NAMED_SO})(?![\w-])"


@cache
def _listed() -> frozenset[str]:
    rows = read_table("actors", "outlets")
    return frozenset(name for row in rows for name in (row["name"], *row["aliases"].split("|")) if name)


@cache
def _keys() -> frozenset[str]:
    return frozenset(map(outlet_key, _listed()))
