"""Web pages and pieces of HTML -> text.

A page's main text, title and date are found by trafilatura; a piece of HTML, such as a feed's summary or a mail's
body, is all text already and is only taken out of its tags.
"""

from __future__ import annotations

import logging
import re
from datetime import date
from typing import Any

import msgspec

from detente.formats import SNIFF, clean

MAX_PAGE = 2 * 1024 * 1024
"""Characters of the largest page that is read: the largest of 181 news pages has 1.5 million. The worst take htmldate
and trafilatura, which look a page through many times, two seconds for each million."""

MAX_TAGS = 25_000
"""Tags of such a page: eight times the most in 181 news pages. Each takes trafilatura up to 100 microseconds."""

_LANGUAGE = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.I)
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0]+")
_BLANK = re.compile(r" *\n *(?:\n\s*)?")
_HIDDEN = {"script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg", "math", "select"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
    *("nav", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


class WebPage(msgspec.Struct, frozen=True):
    """What a page holds and says about itself; `text` is never blank. What it does not say is None."""

    text: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: date | None = None
    language: str | None = None


def is_too_large(html: str) -> bool:
    """Whether a page is larger than any article's, so that it is not read."""
    return len(html) > MAX_PAGE or html.count("<") > MAX_TAGS


def main_text(html: str, *, url: str | None = None, crawled: date | None = None) -> WebPage | None:
    """The article in a page and what the page says of it; None where none is found.

    `url` is where the page came from, if known; `crawled` the day on which it came, so that no later day is taken for
    that of its publication. The page should not be `is_too_large`.
    """
    from lxml.etree import LxmlError
    from trafilatura import bare_extraction

    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they have to say, our reasons say
    dates: dict[str, Any] = {"original_date": True, "extensive_search": True}
    if crawled:
        dates["max_date"] = crawled.isoformat()
    try:
        page: Any = bare_extraction(
            html, url=url, include_comments=False, with_metadata=True, date_extraction_params=dates
        )
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):  # hostile pages
        return None
    text = clean(page.text or "") if page else ""
    if not text.strip():
        return None
    language = _LANGUAGE.search(html, 0, SNIFF)
    return WebPage(
        text=text,
        title=page.title,
        url=page.url,
        publisher=page.sitename or page.hostname,
        published=date.fromisoformat(page.date) if page.date else None,
        language=language and language[1],
    )


def plain_text(html: str) -> str:
    """All text of a piece of HTML, its paragraphs a blank line apart; "" where there is none.

    Scripts, styles and comments are left out, entities are resolved once. Nothing is loaded.

    >>> plain_text("<p>One &amp; two.</p><p>Three.<script>four()</script></p>")
    'One & two.\\n\\nThree.'
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    from lxml.etree import LxmlError, iterwalk
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(clean(html).encode(), parser=parser)
    except (LxmlError, ValueError, AssertionError):  # nothing in it
        return ""
    pieces: list[str] = []
    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _HIDDEN:
                walk.skip_subtree()
                continue
            pieces.append("\n\n" if element.tag in _BLOCKS else "\n" if element.tag == "br" else "")
            pieces.append(_SPACE.sub(" ", element.text or ""))
        else:
            pieces.append("\n\n" if element.tag in _BLOCKS else "")
            pieces.append(_SPACE.sub(" ", element.tail or ""))
    return _BLANK.sub(lambda gap: "\n\n" if gap[0].count("\n") > 1 else "\n", "".join(pieces)).strip()
