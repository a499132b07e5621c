"""What is kept of an article to find those that share its words: who published it, whom it credits, and a sketch.

An `Imprint` is stored beside the article, about a kilobyte of JSON. It is found under its `imprint_keys`; the articles
that an article may stand on, or that may stand on it, are those found under its `sought_keys`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from detente.copies import own_words, sketch
from detente.credits import Credit, credit_of, outlet_name
from detente.names import fold
from detente.records import Article

RELAY_DAYS = 3
"""Days after a report in which others relay it. They can be dated a day before it, by the clock of another country."""

SHORT = 60
"""Words outside quotations below which a text is short: it has too few for common phrases, or a subject in common, to
tell anything, and is related to nearly equal texts only."""

LEAD = 600
"""Characters at the beginning of a text in which a notice of correction stands, and as many at its end."""

_TRACKING = re.compile(
    r"(?:utm_|at_|ns_|mc_|hsa_|pk_|vero_|oly_)\w*|(?:fb|g|dc|ms|tw|yc|i)clid|gbraid|wbraid|ref(?:errer|_src|_url)?|source|src"
    r"|cmpid|cmp|cid|smid|smtyp|partner|ito|ocid|rss|feed|share\w*|amp|outputtype|emc|taid|xtor|ftag|mbid|s_cid",
    re.IGNORECASE,
)
_FRONT = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_AMP = re.compile(r"^/amp(?=/)|/amp(?=/|$)|\.amp(?=\.html?$|$)|/(?:index|default)\.\w{3,5}$")
_THIS = r"\b[Tt]his (?:article|story|report|version|piece|headline)[^.\n]{0,60}? (?:has been|was|is) "
_CORRECTS = re.compile(
    r"\A\W*(?:\w+ ?\d? ?- ?)?(?:CORRECTED\b|CORRECTION(?= ?[:\])–—-])|Correct(?:ion|ed)(?= ?[:\])–—-]))"
    r"|\b(?:Correction|Clarification):|\([Cc]orrects? [^)]{3,}\)"
    rf"|{_THIS}(?:corrected|amended|updated to correct)"
    r"|\b[Aa]n earlier version of this (?:article|story|report|piece)[^.\n]{0,80}?"
    r"(?:misstat|incorrect|wrong|said|stated|misspell|misidentif|gave)",
)
_RETRACTS = re.compile(
    r"\A\W*(?:RETRACT(?:ED|ION)|WITHDRAWN|STORY REMOVED|KILL(?=:))\b|\A\W*Retract(?:ion|ed)(?= ?[:\])–—-])"
    rf"|{_THIS}(?:retracted|withdrawn|removed)\b|\b[Ww]ithdrawn by (?:its |the )?publisher\b"
    r"|\b[Ww]e (?:have )?(?:retract|withdr[ae]w)n? (?:this|the) (?:article|story|report)\b"
)


class Notice(msgspec.Struct, frozen=True):
    """Words that say that an article `corrects` or `retracts` what it said before."""

    kind: str
    words: str


class Imprint(msgspec.Struct, frozen=True):
    """What is kept of an article to find whose words it stands on.

    `outlet` is the common name of its publisher, or the host of its address, `url` its address in one form, `title` its
    folded title. `credit` is the outlet that it credits, `relays` the one whose report it says it relays. `words` is
    how many words it has outside quotations, and `sketch` a sample of them.
    """

    article: str
    published: date | None = None
    publisher: str | None = None
    outlet: str | None = None
    url: str | None = None
    title: str | None = None
    language: str | None = None
    credit: Credit | None = None
    relays: str | None = None
    notice: Notice | None = None
    words: int = 0
    sketch: tuple[int, ...] = ()


def imprint(article: Article, relayed_from: str | None) -> Imprint:
    """The imprint of an article; `relayed_from` is the outlet that it relays as `attribution.relayed_from` finds it."""
    words = own_words(article.text)
    url = canonical_url(article.url)
    outlet = outlet_name(article.publisher) if article.publisher else url and url.partition("/")[0]
    relays = outlet_name(relayed_from) if relayed_from else None
    return Imprint(
        article=article.id,
        published=article.published,
        publisher=article.publisher,
        outlet=outlet,
        url=url,
        title=(fold(article.title) or None) if article.title else None,
        language=article.language,
        credit=credit_of(article.text, article.publisher),
        relays=None if relays == outlet else relays,
        notice=notice_of(article.title, article.text),
        words=len(words.keys),
        sketch=sketch(words),
    )


def credited(imprint: Imprint) -> str | None:
    """The outlet that an article credits for the whole of it."""
    return imprint.credit.outlet if imprint.credit and imprint.credit.part != "contributed" else None


def outlets_named(imprint: Imprint) -> tuple[str, ...]:
    """The outlets whose report an article as a whole says it is, a credit before a relay."""
    return tuple(dict.fromkeys(name for name in (credited(imprint), imprint.relays) if name))


def imprint_keys(imprint: Imprint) -> tuple[str, ...]:
    """The keys under which an article is found: its sketch, its address and, unless it is short, its outlet with its
    day, and each outlet that it names with its day."""
    keys = list(_word_keys(imprint))
    if imprint.published and imprint.words >= SHORT:
        day = imprint.published.toordinal()
        keys += [f"by:{imprint.outlet}:{day}"] if imprint.outlet else []
        keys += [f"of:{outlet}:{day}" for outlet in outlets_named(imprint)]
    return tuple(keys)


def sought_keys(imprint: Imprint) -> tuple[str, ...]:
    """The keys under which the articles are found that an article may be related to.

    It goes both ways: what one finds by the keys that it seeks finds the one by those that it seeks.
    """
    keys = list(_word_keys(imprint))
    if imprint.published and imprint.words >= SHORT:
        day, later = imprint.published.toordinal(), range(-1, RELAY_DAYS + 1)
        keys += [f"by:{outlet}:{day - days}" for outlet in outlets_named(imprint) for days in later]
        keys += [f"of:{imprint.outlet}:{day + days}" for days in later] if imprint.outlet else []
    return tuple(keys)


def _word_keys(imprint: Imprint) -> Iterator[str]:
    yield from (f"w:{value:012x}" for value in imprint.sketch)
    if imprint.url:
        yield f"u:{imprint.url}"


def canonical_url(url: str | None) -> str | None:
    """One form of an address: without scheme, fragment, tracking parameters, and marks of mobile or printed pages.

    None where it is no web address, or that of a site and not of an article.

    >>> canonical_url("http://m.example.org/news/a-1/?utm_source=x&page=2#top")
    'example.org/news/a-1?page=2'
    """
    try:
        parts = urlsplit((url or "").strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host:
        return None
    path = _AMP.sub("", re.sub(r"/{2,}", "/", parts.path)).rstrip("/")
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0]))
    if not path and not query:
        return None
    return _FRONT.sub("", host) + path + (f"?{urlencode(query)}" if query else "")


def notice_of(title: str | None, text: str) -> Notice | None:
    """What an article says of itself in its title, at its beginning or at its end; a retraction before a correction.

    >>> notice_of("CORRECTED - Minister to visit Ankara", "The minister ...")
    Notice(kind='corrects', words='CORRECTED')
    """
    places = [title or "", text[:LEAD], text[max(LEAD, len(text) - LEAD) :]]
    for kind, pattern in (("retracts", _RETRACTS), ("corrects", _CORRECTS)):
        for place in places:
            if match := pattern.search(place):
                return Notice(kind, " ".join(match.group().split()))
    return None
