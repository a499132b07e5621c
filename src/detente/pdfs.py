"""PDF -> text in reading order, read by PDFium.

A PDF holds glyphs at places, no paragraphs. Lines are put together from them, columns are read one after the other,
running heads and page numbers are left out, words that were divided at a line's end are joined, and lines make
paragraphs. Pictures are not read: a scan without a layer of text is excluded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from detente.formats import Peeked, clean
from detente.rows import Fault, Row, sha256, too_large

MAX_PAGES = 200
"""Pages read of one PDF. News is shorter; a report of this length takes some seconds."""

MAX_GLYPHS = 500_000
"""Glyphs after which no further page is read: a report of a hundred and fifty full pages."""

MAX_PAGE_GLYPHS = 50_000
"""Glyphs read of one page: a newspaper page in small type has some thirty thousand."""

MAX_PAGE_LINES = 1_500
"""Lines of a page above which its columns are not looked for; a newspaper page has some thousand."""

FEW_LETTERS = 20
"""Letters below which a PDF is taken for a picture of a text: less than one sentence in all its pages."""

_GUTTER = 6.0  # points; spaces between words are half as wide
_CROSSING = 0.15  # share of lines that may cross a gutter: headlines, pictures' captions
_MARGIN = 2  # lines at the head and at the foot of a page that can be running ones
_PAGE_NUMBER = re.compile(r"\W*(?:page\s*|p\.\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.I)
_ENDED = re.compile(r"[.?!:…][\"”’»)\]]*\s*\Z")
_DIVIDED = re.compile(r"([^\W\d_]+)[-\u00ad\u2010\u0002\ufffe]\Z")
_BULLET = re.compile(r"[•◦▪‣●–*]\s|\(?\d{1,2}[.)]\s|\([a-z]\)\s")
_PROGRAM_TITLE = re.compile(r"\A(?:microsoft \w+ - |untitled|.*\.(?:docx?|pdf|indd|qxd|tmp|rtf|odt)\Z)", re.I)


class _Line(NamedTuple):
    """Glyphs on one line, in points from the page's lower left corner: where they stand, and how high the type is."""

    text: str
    left: float
    right: float
    base: float
    height: float


def pdf_rows(stream: Peeked, limit: int) -> Iterator[Row | Fault]:
    """One record with the text and the title of a PDF; a Fault where there is none, or for what was left out.

    The date in a PDF is that of the file, not of publication, so it is not taken.
    """
    import pypdfium2

    data = stream.read(limit + 1)
    if len(data) > limit:
        yield too_large(limit)
        return
    digest = sha256(data)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
        reason = "encrypted" if locked else "broken-pdf"
        detail = "It is locked with a password." if locked else "It is no PDF that can be read."
        yield Fault(reason, detail, digest)
        return
    try:
        yield from _document_rows(document, digest, limit)
    finally:
        document.close()


def _document_rows(document: Any, digest: str, limit: int) -> Iterator[Row | Fault]:
    count = len(document)
    pages: list[list[_Line]] = []
    damaged = glyphs = 0
    while len(pages) < min(count, MAX_PAGES) and glyphs < MAX_GLYPHS:
        lines = _page_lines(document, len(pages))
        damaged += lines is None
        pages.append(lines or [])
        glyphs += sum(len(line.text) for line in pages[-1])
    lines = [line for page in _without_running_lines(pages) for line in _in_order(page)]
    text = clean(_paragraphs(lines))
    if sum(map(str.isalpha, text[:1000])) < FEW_LETTERS:
        reason = "broken-pdf" if damaged == len(pages) else "no-text-layer"
        detail = "None of its pages can be read." if damaged == len(pages) else "Its pages are pictures without text."
        yield Fault(reason, detail, digest)
        return
    if len(text) > limit:
        yield too_large(limit)
        return
    title = clean(document.get_metadata_value("Title") or "").strip()
    yield Row({"text": text, "title": None if _PROGRAM_TITLE.match(title) else title or None}, digest)
    if count > len(pages):
        yield Fault("too-large", f"It has {count:,} pages; the first {len(pages)} were read.", digest)
    if damaged:
        yield Fault("broken-pdf", f"{damaged} of {len(pages)} pages cannot be read; the others were.", digest)


# -- from glyphs to lines


def _page_lines(document: Any, index: int) -> list[_Line] | None:
    """The lines of a page in the order in which they are drawn; None where it cannot be read."""
    import pypdfium2

    try:
        page = document[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    try:
        return [line for glyphs in _runs(text.raw) if (line := _line(glyphs)).text]
    finally:
        text.close()
        page.close()


class _Glyph(NamedTuple):
    character: str
    left: float
    right: float
    base: float
    height: float


def _runs(page: Any) -> Iterator[list[_Glyph]]:
    """The glyphs of a page, line by line."""
    run: list[_Glyph] = []
    space = False
    for glyph in _glyphs(page):
        if glyph.character.isspace():
            space = True
            continue
        if run and _breaks(run[-1], glyph):
            yield run
            run = []
        elif run and space:
            run.append(run[-1]._replace(character=" ", left=run[-1].right, right=glyph.left))
        run.append(glyph)
        space = False
    if run:
        yield run


def _glyphs(page: Any) -> Iterator[_Glyph]:
    from pypdfium2 import raw

    box, x, base = raw.FS_RECTF(), c_double(), c_double()
    for index in range(min(raw.FPDFText_CountChars(page), MAX_PAGE_GLYPHS)):
        code = raw.FPDFText_GetUnicode(page, index)
        if not (0 < code < 0x110000 and raw.FPDFText_GetLooseCharBox(page, index, byref(box))):
            continue
        raw.FPDFText_GetCharOrigin(page, index, byref(x), byref(base))
        character = "-" if raw.FPDFText_IsHyphen(page, index) == 1 else chr(code)
        yield _Glyph(character, box.left, box.right, base.value, max(abs(box.top - box.bottom), 0.1))


def _breaks(last: _Glyph, glyph: _Glyph) -> bool:
    """Whether a glyph stands on another line, or in another column of it, than the one drawn before it."""
    height = max(last.height, glyph.height)
    return (
        abs(last.base - glyph.base) > 0.5 * height
        or glyph.left < last.left - height
        or glyph.left > last.right + 2 * height
    )


def _line(glyphs: Sequence[_Glyph]) -> _Line:
    return _Line(
        text="".join(glyph.character for glyph in glyphs).strip(),
        left=min(glyph.left for glyph in glyphs),
        right=max(glyph.right for glyph in glyphs),
        base=median(glyph.base for glyph in glyphs),
        height=median(glyph.height for glyph in glyphs),
    )


# -- from lines to text


def _without_running_lines(pages: Sequence[list[_Line]]) -> Iterator[list[_Line]]:
    """The pages without page numbers, and without what stands at the head or foot of half of them, at least of two."""
    margins = [_margins(page) for page in pages]
    counts = Counter(text for margin in margins for text in {_numberless(line) for line in margin})
    often = max(2, len(pages) / 2)
    for page, margin in zip(pages, margins, strict=True):
        running = {line for line in margin if counts[_numberless(line)] >= often or _PAGE_NUMBER.fullmatch(line.text)}
        yield [line for line in page if line not in running]


def _margins(page: Sequence[_Line]) -> list[_Line]:
    down = sorted(page, key=lambda line: -line.base)
    return down if len(down) <= 2 * _MARGIN else [*down[:_MARGIN], *down[-_MARGIN:]]


def _numberless(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())


def _in_order(lines: Sequence[_Line], depth: int = 6) -> list[_Line]:
    """The lines in reading order: what crosses all columns parts the page, between that column by column."""
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return _down(lines)
    ordered: list[_Line] = []
    crossing = _down([line for line in lines if line.left < gutter < line.right])
    rest = [line for line in lines if not line.left < gutter < line.right]
    for bar in [*crossing, None]:
        above = [line for line in rest if bar is None or line.base > bar.base]
        rest = [line for line in rest if bar is not None and line.base <= bar.base]
        for side in ([line for line in above if line.right <= gutter], [line for line in above if line.left >= gutter]):
            ordered += _in_order(side, depth - 1)
        ordered += [bar] if bar else []
    return ordered


def _down(lines: Sequence[_Line]) -> list[_Line]:
    """The lines from top to bottom; those that stand on about the same height from left to right."""
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda line: -line.base):
        if rows and rows[-1][0].base - line.base < 0.4 * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]


def _gutter(lines: Sequence[_Line]) -> float | None:
    """The middle of the widest strip from top to bottom with columns of three lines on either side; None without one.

    A few lines may cross it.
    """
    if not 6 <= len(lines) <= MAX_PAGE_LINES:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    widest, found = 0.0, None
    run: list[float] = []
    steps = min(int((end - start) / 2), 1000)
    for place in [start + 2 * step for step in range(1, steps)] + [end]:
        crossed = sum(line.left < place < line.right for line in lines)
        left = sum(line.right <= place for line in lines)
        if place < end and crossed <= _CROSSING * len(lines) and left >= 3 and len(lines) - left - crossed >= 3:
            run.append(place)
            continue
        if run and run[-1] - run[0] + 2 >= max(widest, _GUTTER):
            widest, found = run[-1] - run[0] + 2, (run[0] + run[-1]) / 2
        run = []
    return found


def _paragraphs(lines: Sequence[_Line]) -> str:
    """The lines as text, paragraphs a blank line apart."""
    if not lines:
        return ""
    words = Counter(re.findall(r"[\w-]+", " ".join(line.text for line in lines).casefold()))
    steps = [step for last, line in pairwise(lines) if 0 < (step := last.base - line.base) < 60]
    step = median(steps) if steps else 12.0
    paragraphs = [[lines[0].text]]
    for last, line in pairwise(lines):
        if _begins(last, line, step):
            paragraphs.append([line.text])
        else:
            paragraphs[-1] += _joined(paragraphs[-1].pop(), line.text, words)
    return "\n\n".join("".join(pieces) for pieces in paragraphs)


def _begins(last: _Line, line: _Line, step: float) -> bool:
    """Whether a line begins a paragraph."""
    down = last.base - line.base
    if down < -line.height or down > 4 * step:  # another column or page: the sentence goes on if it has not ended
        return bool(_ENDED.search(last.text)) or line.height > 1.25 * last.height
    bigger = max(last.height, line.height) > 1.25 * min(last.height, line.height) and down > 1
    indented = line.left > last.left + 0.7 * line.height and bool(_ENDED.search(last.text))
    return down > 1.4 * step or bigger or indented or bool(_BULLET.match(line.text)) or _had_room(last, line)


def _had_room(last: _Line, line: _Line) -> bool:
    """Whether a line ends although the next one's first word, a new beginning, would have stood on it: as headings,
    items of lists and the last lines of paragraphs do."""
    word = line.text.split(maxsplit=1)[0]
    width = (line.right - line.left) / max(1, len(line.text))
    return not word[0].islower() and line.right - last.right > (len(word) + 1.5) * width


def _joined(last: str, line: str, words: Counter[str]) -> tuple[str, str]:
    """A line and the next, to be put together. A hyphen between them goes unless the word has it elsewhere."""
    divided = _DIVIDED.search(last)
    following = re.match(r"[^\W\d_]+", line)
    if not divided or not following:
        return f"{last} ", line
    first, second = divided[1], following[0]
    hyphened = words[f"{first}-{second}".casefold()] > words[f"{first}{second}".casefold()]
    return last[:-1] + ("-" if hyphened or not second[0].islower() else ""), line
