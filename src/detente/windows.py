"""What the reader's model sees of an article: windows of tokens, and how its tokens become words again.

Offsets are half-open characters of the article's text.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from detente.records import Document, Span

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CORE_TOKENS = 96  # tokens of a window that are read for events; the gold items' longest is 120
CONTEXT_TOKENS = 32  # tokens before them, read so that pronouns find their noun
_ARTICLES = {"the", "a", "an"}
_CALENDAR = {*calendar.day_name, *calendar.month_name}
_NAME_GOES_ON = re.compile(r" (?P<word>[A-Z][\w-]*[a-z])\b")
_OFFICE = re.compile(
    r"\b(?:president|premier|minister|chancellor|secretary|leader|king|queen|emir|ambassador|envoy|spokes(?:man|woman|person)"
    r"|chief|head|director|commander|governor|mayor|speaker|chair(?:man|woman)?|commissioner)(?: of [\w ]+)?$",
    re.IGNORECASE,
)
_HOLDER = re.compile(r"[A-Z][\w’'-]*(?: [\w’'-]+){0,2} [A-Z][\w’'-]*")
_PIECES = re.compile(r"[\s-]*|\s(?:of|of the|for the|in the)\s")
_TRIM = " \t\n\r,.;:'\"“”‘’()[]–—-"


class Window(NamedTuple):
    """One stretch of an article as the model reads it.

    `ids` and `cases` are shape (tokens,), with the tokenizer's first and last special tokens; `starts` and `ends`
    are the tokens' characters in the article (0, 0 for special tokens). Events are taken from tokens whose start
    lies in [core_start, core_end).
    """

    ids: Ints
    cases: Ints
    starts: Ints
    ends: Ints
    core_start: int
    core_end: int


def make_windows(
    document: Document, tokenizer: Tokenizer, *, core: int = CORE_TOKENS, context: int = CONTEXT_TOKENS
) -> list[Window]:
    """Cut a document into windows; every token of it is in the core of exactly one.

    `core` and `context` are the most tokens that a window has of each.
    """
    text = document.article.text
    encoded = tokenizer.encode_batch([s.text for s in document.sentences], add_special_tokens=False)
    ids: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    bounds = [0]
    for sentence, encoding in zip(document.sentences, encoded, strict=True):
        ids.extend(encoding.ids)
        starts.extend(sentence.start + start for start, _ in encoding.offsets)
        ends.extend(sentence.start + end for _, end in encoding.offsets)
        bounds.append(len(ids))
    cases = [case_of(text, start, end) for start, end in zip(starts, ends, strict=True)]
    first_special, last_special = special_ids(tokenizer)
    windows = []
    for first, last in _cores(bounds, core):
        before = _context_start(bounds, first, context)
        window = Window(
            ids=np.array([first_special, *ids[before:last], last_special], dtype=np.int64),
            cases=np.array([0, *cases[before:last], 0], dtype=np.int64),
            starts=np.array([0, *starts[before:last], 0], dtype=np.int64),
            ends=np.array([0, *ends[before:last], 0], dtype=np.int64),
            core_start=starts[first],
            core_end=ends[last - 1],
        )
        windows.append(window)
    return windows


def _cores(bounds: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Token ranges [first, last) of the cores: whole sentences up to `most` tokens, pieces of longer ones."""
    first = 0
    for start, end in pairwise(bounds):
        if end - first > most and start > first:
            yield first, start
            first = start
        while end - first > most:
            yield first, first + most
            first += most
    if bounds[-1] > first:
        yield first, bounds[-1]


def _context_start(bounds: Sequence[int], first: int, most: int) -> int:
    """Where the context of a core starting at token `first` starts: at a sentence if one starts near enough."""
    earliest = max(0, first - most)
    near = [bound for bound in bounds if earliest <= bound < first]
    return near[0] if near else earliest


def case_of(text: str, start: int, end: int) -> int:
    """What an uncased vocabulary loses: 0 lower case or none, 1 capitalised, 2 all capitals, 3 digits."""
    word = text[start:end]
    if word[:1].isdigit():
        return 3
    if len(word) > 1 and word.isupper():
        return 2
    return 1 if word[:1].isupper() else 0


def special_ids(tokenizer: Tokenizer) -> tuple[int, int]:
    """The ids of the tokens that open and close an input of this tokenizer."""
    opening, closing = tokenizer.encode("").ids
    return opening, closing


def pad(rows: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Rows of token values as one array padded with 0, and its mask (1 where a value is); shape (rows, longest)."""
    longest = max(len(row) for row in rows)
    out = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for index, row in enumerate(rows):
        out[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return out, mask


def joined_tokens(text: str, window: Window, length: int) -> Flags:
    """Which tokens of a window, padded to `length`, go on the word of the token before."""
    starts, ends = window.starts, window.ends
    joined = np.zeros(length, dtype=np.bool_)
    for index in np.flatnonzero((starts[1:] == ends[:-1]) & (ends[1:] > starts[1:])) + 1:
        at = int(starts[index])
        joined[index] = at > 0 and text[at - 1].isalnum() and text[at].isalnum()
    return joined


def span_of(text: str, window: Window, first: int, last: int) -> Span:
    """The words of tokens [first, last), widened to whole words."""
    start, end = int(window.starts[first]), int(window.ends[last - 1])
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return Span(text[start:end], start, end)


def clean_span(text: str, window: Window, first: int, last: int) -> Span | None:
    """The words of a party without leading article, possessive ending and punctuation; None if nothing is left."""
    span = span_of(text, window, first, last)
    start, end = span.start, span.end
    words = text[start:end]
    head = words.split(maxsplit=1)
    if len(head) == 2 and head[0].lower() in _ARTICLES:
        start += words.index(head[1], len(head[0]))
    for ending in ("'s", "’s"):
        if text[start:end].endswith(ending):
            end -= len(ending)
    while start < end and text[start] in _TRIM:
        start += 1
    while start < end and text[end - 1] in _TRIM and not _is_initial(text[start:end]):
        end -= 1
    return Span(text[start:end], start, end) if start < end else None


def whole_parties(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Parties of one role whose words were tagged in part or in pieces, put together again.

    A name goes on over the capitalised words right behind it ("White" of "White House"). Pieces with nothing but a
    space, a hyphen or "of" between them are one party. So are an office and its holder with a comma between them: "the
    outgoing speaker, Dimeji Bankole", "Prime Minister of Japan, Fumio Kishida".
    """
    whole: list[Span] = []
    for span in sorted((_whole_name(text, span) for span in spans), key=lambda s: s.start):
        if whole and span.end <= whole[-1].end:
            continue
        if whole and (_is_piece(text, whole[-1], span) or _is_apposed(text, whole[-1], span)):
            start = whole[-1].start
            whole[-1] = Span(text[start : span.end], start, span.end)
        else:
            whole.append(span)
    return tuple(whole)


def _whole_name(text: str, span: Span) -> Span:
    if not span.text.split()[-1][:1].isupper():
        return span
    end = span.end
    while (more := _NAME_GOES_ON.match(text, end)) and more["word"] not in _CALENDAR:
        end = more.end()
    return Span(text[span.start : end], span.start, end)


def _is_piece(text: str, one: Span, next_one: Span) -> bool:
    return _PIECES.fullmatch(text[one.end : next_one.start]) is not None


def _is_apposed(text: str, office: Span, holder: Span) -> bool:
    if text[office.end : holder.start] != ", " or _OFFICE.search(holder.text):
        return False
    return _OFFICE.search(office.text) is not None and _HOLDER.fullmatch(holder.text) is not None


def _is_initial(words: str) -> bool:
    """Whether words end in an abbreviation such as "U.S.", whose last stop belongs to it."""
    last = words.split()[-1]
    return last.count(".") > 1 and last.endswith(".")
