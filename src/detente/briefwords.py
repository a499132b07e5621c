"""The grammar of a brief in plain English: countries, days, numbers, lists, articles, quotations and sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from detente.names import country_name, fold
from detente.records import Event, EventDate

QUOTE = 180  # characters up to which a sentence is quoted whole, and not only the clause around its event words


class Statement(msgspec.Struct, frozen=True):
    """One sentence, and the ids of the events that it rests on; each is in the ledger."""

    text: str
    events: tuple[str, ...]


class Rephrasing(msgspec.Struct, frozen=True):
    """What a writer made of a sentence: `proposed` is None where no sentence came, `refused` says why it is not used,
    "" where it is; `events` are those that the sentence cites."""

    original: str
    proposed: str | None
    refused: str
    events: tuple[str, ...]


_POSSESSIVE = {"USA": "the US", "GBR": "the British", "ARE": "the Emirati"}
NUMBER_WORDS = (
    "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
).split()
_DETERMINED = frozenset(NUMBER_WORDS) | frozenset("several some many both all the an a more dozens hundreds".split())
_COLLECTIVE = frozenset("people police troops staff media thousands".split())
_VOWEL = re.compile(
    r"(?!(?:uni(?!n)|[Uu]k|use|US\b|U\.S|eu|one\b|once))[aeiouAEIOU]|hour|honest|heir|(?:FBI|MP|NGO|SUV)\b"
)
_DATELINE = re.compile(
    r"\s*(?:[-–•*] )?(?:[A-Z][A-Z .'/-]{2,}(?:, [A-Z][\w .]{2,20}?)?(?: \([^)]{2,30}\))?"
    r"(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})? ?[—–-]+ )?"
)
"""A dateline ("TOKYO, Dec. 22 —") or the mark of a list before a sentence."""
_BODIES = {"UNO": "United Nations", "EUR": "European Union", "IGO": "international bodies"}
_MONTHS = "January February March April May June July August September October November December".split()


def country(code: str) -> str:
    """The common name of a country or body by its code; the code where the tables have none.

    >>> country("KOR"), country("UNO")
    ('South Korea', 'the United Nations')
    """
    name = _BODIES.get(code) or country_name(code) or code
    return f"the {name}" if re.match(r"United |Netherlands|Philippines|European Union|Czech Republic", name) else name


def quoted(event: Event) -> str:
    """The sentence of an event in quotation marks, or the clause around its event words where it is long.

    The place and day that open a report are left out, and quotation marks within become single ones.
    """
    text = event.sentence.text
    opening = dateline_end(text)
    first, last = event.trigger.start - event.sentence.start, event.trigger.end - event.sentence.start
    head = opening if opening <= first else 0
    if len(text) - head <= QUOTE:
        return f"“{clean_quote(text[head:])}”"
    room = max(0, (QUOTE - (last - first)) // 2)
    left = max(
        (m.end() for m in re.finditer(r"[;:,]\s|\s", text[: max(0, first - room)]) if m.end() > head), default=head
    )
    right = re.search(r"[;:,.]?\s", text[min(len(text), last + room) :])
    stop = min(len(text), last + room) + right.start() if right else len(text)
    return f"“{'…' if left > head else ''}{clean_quote(text[left:stop])}{'…' if stop < len(text) else ''}”"


def dateline_end(text: str) -> int:
    """Where the place and day that open a report end in its first sentence, 0 where there are none.

    >>> dateline_end("TOKYO, Dec. 22 — Japan said")
    17
    """
    match = _DATELINE.match(text)
    return match.end() if match else 0


def clean_quote(words: str) -> str:
    """Words to stand between double quotation marks: even blanks, and single quotation marks within.

    >>> clean_quote('the "big"  one')
    'the ‘big’ one'
    """
    even = re.sub(r'"([^"]*)"', "‘\\1’", " ".join(words.split()))
    return even.replace('"', "’").replace("“", "‘").replace("”", "’")


def on_day(dated: EventDate | None) -> str:
    """When, as it stands at the head of a sentence: "On 16 March 2023", "In March 2023"; "" where it is not known.

    >>> on_day(EventDate(date(2023, 3, 1), date(2023, 4, 1), "month", "expression"))
    'In March 2023'
    """
    if dated is None:
        return ""
    last = dated.end - timedelta(1)
    if dated.start == last:
        return f"On {day(dated.start)}"
    if dated.granularity == "month":
        return f"In {month(dated.start)}"
    if dated.granularity == "year":
        return f"In {dated.start.year}"
    return f"Between {day(dated.start)} and {day(last)}"


def day(when: date) -> str:
    """A day as it is written in English.

    >>> day(date(2023, 3, 16))
    '16 March 2023'
    """
    return f"{when.day} {month(when)}"


def month(when: date) -> str:
    """A month with its year."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def possessive(code: str) -> str:
    """A state as it stands before what is its own.

    >>> possessive("KOR"), possessive("USA"), possessive("NLD")
    ("South Korea's", 'the US', "the Netherlands'")
    """
    name = country(code)
    return _POSSESSIVE.get(code) or name + ("'" if name.endswith("s") else "'s")


def listed(items: Sequence[str]) -> str:
    """Items as a list in a sentence.

    >>> listed(["Japan", "China", "South Korea"])
    'Japan, China and South Korea'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def number(value: int) -> str:
    """A number as it stands in a sentence: up to twelve in words.

    >>> number(3), number(30), number(1200)
    ('three', '30', '1,200')
    """
    return NUMBER_WORDS[value] if 0 <= value <= 12 else f"{value:,}"


def count(value: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun; small numbers are words.

    >>> count(1, "report"), count(12, "report"), count(30, "party", "parties")
    ('one report', 'twelve reports', '30 parties')
    """
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def is_or_are(value: int) -> str:
    return "is" if value == 1 else "are"


def signed(level: float) -> str:
    """A level with its sign, to one decimal place; the minus is one.

    >>> signed(1.04), signed(-2.5), signed(-0.01)
    ('+1.0', '−2.5', '0.0')
    """
    told = f"{level:+.1f}"
    return "0.0" if float(told) == 0 else told.replace("-", "−")


def sentence(text: str) -> str:
    """A sentence with a capital and a full stop."""
    text = " ".join(text.split())
    ended = text.endswith((".", "!", "?", ".”", "!”", "?”", ".’”"))
    return f"{text[:1].upper()}{text[1:]}{'' if ended else '.'}"


def articled(words: str) -> str:
    """A common noun with its article; numbers and plurals stay.

    >>> articled("hour"), articled("US envoy"), articled("uniform"), articled("two ships"), articled("thousands")
    ('an hour', 'a US envoy', 'a uniform', 'two ships', 'thousands')
    """
    first = words.split(" ", 1)[0]
    head = re.split(r" (?:of|in|from|on|at|for|with|to|between|who|which|near) ", words)[0].rsplit(" ", 1)[-1]
    plural = head.endswith("men") or (head.endswith("s") and not head.endswith(("ss", "us", "is")))
    if first[:1].isdigit() or plural or fold(first) in _DETERMINED or fold(head) in _COLLECTIVE:
        return words
    return f"{'an' if _VOWEL.match(words) else 'a'} {words}"
