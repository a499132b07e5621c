"""Whose report a text says that it is: agency credits in datelines, bylines and last lines.

"TOKYO, March 16 (Kyodo) --", "By CHOE SANG-HUN, Associated Press", "(Reuters)" after a paragraph, "Copyright 2012 AFP"
say that the text is another's; "Yonhap contributed to this report" says it only of a part. An outlet of the table
`data/actors/outlets.csv` is known by any of its names and called by the first, others are known by how they end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from detente.codebook import read_table
from detente.outlets import CREDIT_REACH, is_outlet, outlet_key

HEAD = 400
"""Characters at the beginning of a text in which its dateline and byline stand."""

PARTS = ("dateline", "byline", "credit", "contributed")
"""Where a credit stands; the words of "contributed" say it of a part of the text only."""

_WORD = r"(?<![\w.&'’-])(?!(?:Staff|Writers?|Correspondents?|Reporters?)\b)[A-Z][\w'’&-]{0,40}(?:\.\w{1,40}){0,4}"
_NAME = rf"(?:[Tt]he )?(?P<outlet>{_WORD}(?: (?:of |de )?{_WORD}){{0,4}})"
_BRACKETS = rf"[(\[]{_NAME}(?:[/,;] ?[\w .]+)?[)\]]"
_DASH = r"(?:—|–|-{1,2})"
_STORY = r"(?:story|article|report|piece)"
_HEAD_PATTERNS = (
    ("dateline", rf"^[^\n()]{{0,60}}{_BRACKETS} *(?:{_DASH}|:)"),
    ("dateline", rf"\A\s*{_BRACKETS}\s"),
    ("byline", rf"^(?:By|BY|From|FROM) (?:[^\n]{{2,60}}?(?:, ?| ?[|/] ?| for | of ))??{_NAME}(?: \w+)?$"),
)
_AGENCY_HEAD_PATTERNS = (("dateline", rf"\A\s*{_NAME} *{_DASH} "), ("byline", rf"^{_NAME}$"))
_END_PATTERNS = (
    ("credit", rf"^(?:Source|Via|Credit|Courtesy)s?(?: of)?:? {_NAME}\W*$"),
    ("credit", rf"(?:©|\([cC]\)|Copyright)[\s\d©,-]*(?:by )?{_NAME}"),
)
_AGENCY_END_PATTERNS = (("credit", rf"(?:^|(?<=[.”\"!?])) ?{_DASH} ?{_NAME}\W*$"), ("credit", rf"^{_NAME}$"))
_ANY_PATTERNS = (
    ("credit", rf"(?<=[.”\"!?]) ?{_BRACKETS}[.\s]*$"),
    (
        "credit",
        rf"\b[Tt]his {_STORY} (?:was |is |has been )?(?:(?:first|originally) )?"
        rf"(?:published|produced|provided|distributed|written|appeared) (?:by|in|on|from) {_NAME}",
    ),
    ("contributed", rf"{_NAME} contributed (?:to this {_STORY}|reporting)\b"),
    ("contributed", rf"\b(?:[Ww]ith|[Aa]dditional) (?:inputs?|report(?:s|ing)|files|material) (?:from|by) {_NAME}"),
)


class Credit(msgspec.Struct, frozen=True):
    """The outlet that a text credits, by its common name, in which of PARTS, and the words: `text[start:end]`."""

    outlet: str
    part: str
    words: str
    start: int
    end: int


def credit_of(text: str, publisher: str | None = None) -> Credit | None:
    """The first outlet that a text credits for itself, one for the whole of it before one for a part; never its own
    publisher, and None where there is none.

    >>> credit_of("TOKYO, March 16 (Kyodo) -- The leaders met.", "Harbour Gazette")
    Credit(outlet='Kyodo', part='dateline', words='TOKYO, March 16 (Kyodo) --', start=0, end=26)
    """
    own = outlet_name(publisher or "")
    found = [credit for credit in _credits(text) if credit.outlet != own]
    return min(found, key=lambda credit: (credit.part == "contributed", credit.start, credit.end), default=None)


def outlet_name(words: str) -> str:
    """The common name of an outlet: that of the table, else the words without article.

    >>> outlet_name("the AP"), outlet_name("BBC News"), outlet_name("The Harbour Gazette")
    ('Associated Press', 'BBC', 'Harbour Gazette')
    """
    bare = re.sub(r"^(?:the|a) ", "", words.strip(), flags=re.IGNORECASE)
    return _names().get(outlet_key(bare), bare)


def _credits(text: str) -> Iterator[Credit]:
    tail = max(0, len(text) - CREDIT_REACH)
    for patterns, begin, end, allowed in (
        (_HEAD_PATTERNS, 0, HEAD, is_outlet),
        (_AGENCY_HEAD_PATTERNS, 0, HEAD, _is_agency),
        (_END_PATTERNS, tail, len(text), is_outlet),
        (_AGENCY_END_PATTERNS, tail, len(text), _is_agency),
        (_ANY_PATTERNS, 0, len(text), is_outlet),
    ):
        for part, pattern in patterns:
            for match in re.compile(pattern, re.MULTILINE).finditer(text, begin, end):
                if allowed(match["outlet"]):
                    words = match.group().strip()
                    start = text.index(words, match.start())
                    yield Credit(outlet_name(match["outlet"]), part, words, start, start + len(words))


def _is_agency(words: str) -> bool:
    return outlet_name(words) in _agencies()


@cache
def _agencies() -> frozenset[str]:
    return frozenset(row["name"] for row in read_table("actors", "outlets") if row["kind"] == "agency")


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in read_table("actors", "outlets"):
        for name in (row["name"], *row["aliases"].split("|")):
            names.setdefault(outlet_key(name), row["name"])
    del names[""]
    return names
