"""Article -> Document: the sentences of an article, each with its place in the article's own text.

Paragraphs are found here, sentences within a paragraph by `sentencex` (rules for some 300 languages); a thin layer
of ours corrects what it gets wrong in news: stops inside quotations and brackets, a few titles, clock times.
`evaluation/sentences.py` measures it against other splitters on `tests/cases/sentences.jsonl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

import sentencex

from detente.records import Article, Document, Sentence

WINDOW = 10_000
"""Characters given to the splitter at once. It takes quadratic time in opening quotation marks that are never
closed; a window bounds that. A sentence longer than a window is kept whole."""

WRAP_WIDTHS = range(30, 121)
"""Widths, in characters, that a hard-wrapped text can have; a longer line is a paragraph that its author did not
break. 72 to 80 are usual, 120 leaves room for wide terminals."""

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_LINE_BREAK = re.compile(r"[\n\r\v\f\x85\u2028\u2029]")
_BULLET = re.compile(r"\A\s*(?:[-–•*·▪◦‣●○■]\s|\(?\d{1,3}[.)]\s|\(?[a-z]\)\s)")
_ENCLOSED = re.compile(
    r"“([^“”]{1,2000})”|\"([^\"]{1,2000})\"|«([^«»]{1,2000})»|\(([^()]{1,2000})\)|(?<!\w)‘([^‘]{1,2000}?)’(?!\w)"
)
_MISSED_STOP = re.compile(
    r"…[\"”’»)]?\s+(?=[\"“‘«(]?[A-Z])"  # an ellipsis, then a capital
    r"|[a-z]{3}[.?!][\"”’»]?(?=[A-Z][a-z]+[ ,])"  # a stop without a space, as pages glue paragraphs
    r"|\s(?=•\s)"  # list items that a page ran together
    r"|[.?!][\"”’»]?\s+(?=\([A-Z][^()]{1,500}[.?!]\))"  # a whole sentence in brackets follows
    r"|\([A-Z][^()]{1,500} [^()]{0,50}[a-z]{3}[.?!]\)\s+(?=[\"“‘«(]?[A-Z])"  # and ends
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
_FALSE_STOPS = (
    (re.compile(r"(?<!\w)(?:Amb|Atty|Dep|Ft|Ms|Mx|Spc|Ste)\.\s*$"), re.compile(r"\S")),
    (re.compile(r"(?<!\w)(?:approx|est|vol|Vol)\.\s*$"), re.compile(r"[\d$€£¥]")),
    (re.compile(r"(?<!\w)[ap]\.m\.\s*$"), re.compile(rf"{_DAY}|[A-Z]{{1,3}}T\b|UTC\b|[A-Z]\w+ time\b|\(")),
    (re.compile(r"•\s*$"), re.compile(r"\S")),
    (re.compile(r"\.\.\.\s*$"), re.compile(r"\(?[a-z]")),
    (re.compile(r"[.?!…]\s*$"), re.compile(r"[,;]")),
    (re.compile(r"[\w.][.?!]$"), re.compile(r"[A-Za-z0-9]")),
)
"""Pairs (what ends before a false stop, what begins after it). The last: no space behind the stop, as in U.|S."""


def read_document(article: Article) -> Document:
    """The article with its sentences.

    Sentences come in reading order, do not overlap, and `article.text[s.start:s.end] == s.text`, a half-open range.
    No sentence begins or ends in whitespace, and every other character of the text lies in exactly one of them.
    Lines, list items and headings end a sentence; lines of a hard-wrapped paragraph do not. The title is a sentence
    of its own where the text opens with it. A text of nothing but whitespace has no sentences.

    >>> article = Article(id="a", text="Gen. Ortega left the U.S. on Nov. 3. He rests.")
    >>> [sentence.text for sentence in read_document(article).sentences]
    ['Gen. Ortega left the U.S. on Nov. 3.', 'He rests.']
    """
    spans = sentence_spans(article.text, language=article.language, title=article.title)
    sentences = tuple(
        Sentence(text=article.text[start:end], start=start, end=end, index=index)
        for index, (start, end) in enumerate(spans)
    )
    return Document(article=article, sentences=sentences)


def sentence_spans(text: str, *, language: str | None = None, title: str | None = None) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the sentences of `text`, as `read_document` defines them.

    `language` is an ISO 639 code, with or without a region (`pt-BR`); unknown or None means English rules.
    """
    known = re.match(r"[a-z]{2,3}(?![a-z])", (language or "").lower())
    code = known[0] if known else "en"
    body = _end_of_title(text, title)
    if body:
        yield _stripped(text, 0, body)
    for start, end in paragraphs(text, body):
        yield from _paragraph_sentences(text, start, end, code)


def _end_of_title(text: str, title: str | None) -> int:
    """Where the title ends in a text that opens with it, else 0; runs of whitespace count as one space."""
    words = (title or "").split()
    if not words:
        return 0
    found = re.match(r"\s*" + r"\s+".join(map(re.escape, words)) + r"(?!\w)[.?!]*", text)
    return found.end() if found else 0


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the whitespace at its two ends; empty (start == end) where nothing is left."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())


def paragraphs(text: str, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the paragraphs of `text[begin:]`: one line each, or the lines of a hard-wrapped one."""
    for block in _blocks(text, begin):
        wrapped = _is_hard_wrapped(text, block)
        start = block[0][0]
        for previous, line in pairwise(block):
            if not _goes_on(text, previous, line, wrapped=wrapped):
                yield start, previous[1]
                start = line[0]
        yield start, block[-1][1]


def _blocks(text: str, begin: int) -> Iterator[list[tuple[int, int]]]:
    """The lines of `text[begin:]` that are not blank, as ranges, grouped by the blank lines between them."""
    block: list[tuple[int, int]] = []
    for match in _LINE.finditer(text, begin):
        start, end = match.span()
        after_blank = bool(block) and len(text[block[-1][1] : start].replace("\r\n", "\n")) > 1
        blank = match[0].isspace()
        if block and (after_blank or blank):
            yield block
            block = []
        if not blank:
            block.append((start, end))
    if block:
        yield block


def _is_hard_wrapped(text: str, block: list[tuple[int, int]]) -> bool:
    """Whether someone broke one paragraph into these lines at a fixed width.

    So it is where no line but the last had room for the first word of the next. Two such lines can be chance (a
    long headline over a text); three, or one that begins in lower case, are taken as proof.
    """
    width = max(end - start for start, end in block)
    if len(block) < 2 or width not in WRAP_WIDTHS:
        return False
    followers = [text[start:end].split(maxsplit=1)[0] for start, end in block[1:]]
    no_room = all(end - start + 1 + len(word) > width for (start, end), word in zip(block, followers, strict=False))
    return no_room and (len(block) > 2 or followers[0][0].islower())


def _goes_on(text: str, previous: tuple[int, int], line: tuple[int, int], *, wrapped: bool) -> bool:
    """Whether a sentence can run from `previous` into the next `line`."""
    before, after = text[slice(*previous)], text[slice(*line)]
    indented = len(after) - len(after.lstrip()) > len(before) - len(before.lstrip())
    if indented or _BULLET.match(after):
        return False
    unfinished = len(before) in WRAP_WIDTHS and before.rstrip()[-1] not in ".?!:;…"
    return wrapped or (unfinished and after.lstrip()[0].islower())


def _paragraph_sentences(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Ranges of the sentences of one paragraph, read a window at a time.

    A window that is not the last may end inside a sentence: reading goes on from where its last sentence begins, or,
    where it is all one sentence, from its end without a break.
    """
    begin = position = start
    while position < end:
        stop = min(position + WINDOW, end)
        for cut in _cuts(text[position:stop], language):
            yield _stripped(text, begin, position + cut)
            begin = position + cut
        position = begin if position < begin and stop < end else stop
    yield _stripped(text, begin, end)


def _cuts(window: str, language: str) -> list[int]:
    """Positions strictly inside `window` at which a new sentence begins, in order."""
    line = _LINE_BREAK.sub(" ", window)
    flat = _BULLET.sub(_blank, line, count=1).replace("•", " ")
    cuts = _library_cuts(flat, language)
    for match in _ENCLOSED.finditer(flat):
        inside = match.start(match.lastindex or 0)
        cuts.update(inside + cut for cut in _library_cuts(match[match.lastindex or 0], language))
    kept = {cut for cut in cuts if not _is_false_stop(line, cut)}
    kept.update(match.end() for match in _MISSED_STOP.finditer(line))
    return sorted(cut for cut in kept if line[:cut].strip() and line[cut:].strip())


def _blank(match: re.Match[str]) -> str:
    """Spaces for a list mark: the library takes all that follows one as a single sentence."""
    return " " * len(match[0])


def _library_cuts(piece: str, language: str) -> set[int]:
    """The same as `sentencex` alone has them; it returns the sentences with the whitespace behind them."""
    encodable = piece.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate becomes one "?"
    return set(accumulate(map(len, sentencex.segment(language, encodable)[:-1])))


def _is_false_stop(window: str, cut: int) -> bool:
    """Whether the cut is one of those that the library makes and news does not mean."""
    before = window[max(0, cut - 16) : cut]
    return any(end.search(before) and start.match(window, cut) for end, start in _FALSE_STOPS)
