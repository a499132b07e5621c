"""Whose words an article stands on: copies, wire stories, excerpts, relays, updates and corrections.

`relate` says how two articles hang together and which stands on which; `detente.lineage` follows that to where each
comes from.

Who stands on whom, in this order: the one that names the other's outlet, the one without an agency's credit on the one
with it, the later on the earlier, and of one day the one that is more contained in the other, then the one whose id
comes later. In an update it is the later, the one with a notice, the longer, then the one whose id comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from heapq import nlargest

import msgspec

from detente.copies import Overlap, Run, all_words, compare, matter, names_and_numbers, own_words, same_matter
from detente.imprints import RELAY_DAYS, SHORT, Imprint, credited, outlets_named

KINDS = ("update", "wire", "copy", "excerpt", "relay")
"""How one article stands on another: a later version of it; both print an agency's story; the greater part of its words
are the other's; a part of them; it says that it relays the other's outlet, and is about the same."""

TELLING = 10
"""Words below which a text tells too little to be the same as another: a heading, a name."""

NEAR = 0.8
"""Share of the groups of words that short texts have in common at least, with the same names and numbers. One word in
30 that is another leaves 0.8 of the groups."""

PLAIN = 25
"""Words in a row, beyond any formula of news, with which a short text shows that it is an excerpt of a longer one."""

PASSAGE = 60
"""Words in a row that days later are still an excerpt."""

COPY = 0.5
"""Share of the groups of words from which on a text is a copy. With one word in ten changed it is 0.6."""

LIKE, LONG = 0.2, 12
"""Share of the groups of words of the shorter text, and words in the longest run, from which on two texts have words
from one another. On ECB+, pairs of independent reports stay below, but for names and formulas of law."""

ROOTED = 0.25
"""Share of its words from which on an article counts as standing on the other as a whole, and shares its root."""

KEPT = 40
"""Runs of words that a relation keeps, the longest."""

CLOSE = 3
"""Days apart up to which two short texts, or two texts of one outlet, can be one report and not a recurrent one."""

MATTER = 0.25
"""Cosine of the stems from which on two texts are about one thing. On ECB+ seven in ten pairs of reports of one event
have it, and one in ten of pairs of reports of two events of one kind."""


class Relation(msgspec.Struct, frozen=True):
    """That `article` stands on `on`, as one of KINDS.

    `score` is the share of its words (for a relay: of the matter) that the two have in common, `back` that of the words
    of the other, both 0..1. `runs` are the words in common: start and end in the article, other_start and other_end in
    the other. `whole` says that the article shares the other's root, `firm` that the texts show who stands on whom, and
    not the days alone. `corrects` and `retracts` say that an update takes back what the other says.
    """

    article: str
    on: str
    kind: str
    score: float
    back: float
    reasons: tuple[str, ...]
    runs: tuple[Run, ...] = ()
    whole: bool = False
    firm: bool = False
    corrects: bool = False
    retracts: bool = False


class _Side(msgspec.Struct, frozen=True):
    """One of two articles: its imprint and text, and the share of its words that the other has."""

    imprint: Imprint
    text: str
    share: float


class _Pair(msgspec.Struct, frozen=True):
    """Two articles, the one that stands on the other first, and the reasons for this order."""

    article: _Side
    on: _Side
    overlap: Overlap
    why: str
    firm: bool


def relate(one: Imprint, other: Imprint, text_one: str, text_other: str) -> Relation | None:
    """How two articles hang together, None where they do not; the order in which they are given does not matter."""
    if one.article == other.article:
        return None
    if one.article > other.article:
        one, other, text_one, text_other = other, one, text_other, text_one
    short = min(one.words, other.words) < SHORT
    words = all_words if short else own_words
    overlap = compare(words(text_one), words(text_other))
    sides = _Side(one, text_one, overlap.one), _Side(other, text_other, overlap.other)
    alike = (_nearly_equal if short else _have_words_in_common)(*sides, overlap)
    if one.url is not None and one.url == other.url:
        return _update(*sides, overlap, "the same address")
    if one.outlet is not None and one.outlet == other.outlet:
        near = alike and max(overlap.one, overlap.other) >= COPY and close(one, other) and not overlap.signs
        return _update(*sides, overlap, f"both of {one.outlet}") if near else None
    if alike:
        return _shared_text(*sides, overlap)
    return None if short else _shared_matter(*sides, overlap)


def _have_words_in_common(one: _Side, other: _Side, overlap: Overlap) -> bool:
    """Whether one text has words from the other.

    Days later, a part of the words must be a long passage, or it is background that an agency's reports repeat; and one
    sign of a form is enough to take the two for that, where within days it takes two.
    """
    share = max(overlap.one, overlap.other)
    if share < LIKE or overlap.longest < LONG:
        return False
    if close(one.imprint, other.imprint):
        return overlap.signs < 2
    return overlap.signs == 0 and (share >= COPY or overlap.longest >= PASSAGE)


def _nearly_equal(one: _Side, other: _Side, overlap: Overlap) -> bool:
    """Whether two texts, at least one of them short, are one but for a word, or the longer holds all of the shorter;
    names and numbers are the same, and titles share a word."""
    words = all_words(one.text), all_words(other.text)
    titles = [{word for word in (side.imprint.title or "").split() if len(word) > 3} for side in (one, other)]
    if all(titles) and titles[0].isdisjoint(titles[1]):
        return False
    if min(len(words[0].keys), len(words[1].keys)) < TELLING or not close(one.imprint, other.imprint):
        return False
    told = names_and_numbers(words[0]), names_and_numbers(words[1])
    if min(overlap.one, overlap.other) >= NEAR:
        return told[0] == told[1]
    held = max(overlap.one, overlap.other) >= NEAR and overlap.longest >= PLAIN
    return held and (told[0] <= told[1] or told[1] <= told[0])


def _days(one: Imprint, other: Imprint) -> int | None:
    """Days from the publication of the other to that of the one, None where a day is not known."""
    return (one.published - other.published).days if one.published and other.published else None


def close(one: Imprint, other: Imprint) -> bool:
    """Whether two articles were published within CLOSE days of each other, as far as that is known."""
    days = _days(one, other)
    return days is None or abs(days) <= CLOSE


def _update(one: _Side, other: _Side, overlap: Overlap, why: str) -> Relation:
    """The later version on the earlier one."""

    def version(side: _Side) -> tuple[date, bool, int, str]:
        mark = side.imprint
        return mark.published or date.min, mark.notice is not None, mark.words, mark.article

    dated = one.imprint.published and other.imprint.published
    later = version(one) > version(other) if dated else version(one)[1:] > version(other)[1:]
    noticed = (one.imprint.notice is None) != (other.imprint.notice is None)
    pair = _ordered(
        one, other, overlap, later, _apart(one, other), firm=bool(_days(one.imprint, other.imprint)) or noticed
    )
    notice = pair.article.imprint.notice
    said = (f"it says so: “{notice.words}”",) if notice else ()
    return _relation(
        pair, "update", 1.0, (why, *said), whole=True,
        corrects=notice is not None and notice.kind == "corrects",
        retracts=notice is not None and notice.kind == "retracts",
    )  # fmt: skip


def _shared_text(one: _Side, other: _Side, overlap: Overlap) -> Relation:
    """The relation of two texts of different outlets that have words in common."""
    agencies = [_credit(side) for side in (one, other)]
    pair = _naming(one, other, overlap) or _uncredited(one, other, overlap) or _by_day(one, other, overlap)
    names_it = pair.on.imprint.outlet in outlets_named(pair.article.imprint)
    if any(agencies) and (None in agencies or agencies[0] == agencies[1] or names_it):
        kind = "wire"
    elif names_it:
        kind = "relay"
    else:
        kind = "copy" if pair.article.share >= COPY else "excerpt"
    whole = pair.article.share >= ROOTED or names_it
    return _relation(pair, kind, pair.article.share, tuple(filter(None, map(_credit_words, (one, other)))), whole=whole)


def _shared_matter(one: _Side, other: _Side, overlap: Overlap) -> Relation | None:
    """The relation of an article to one of the outlet that it names, on close days and about the same; or of two that
    credit one agency."""
    pair = _naming(one, other, overlap)
    if pair is None and (_credit(one) is None or _credit(one) != _credit(other)):
        return None
    pair = pair or _by_day(one, other, overlap)
    days = _days(pair.article.imprint, pair.on.imprint)
    if days is None or not -1 <= days <= RELAY_DAYS:
        return None
    shared = same_matter(matter(one.text), matter(other.text))
    if shared < MATTER:
        return None
    named = _credit(pair.article) is not None
    why = f"about the same: {shared:.2f} of the matter"
    relation = _relation(
        pair, "wire" if named else "relay", shared, (*filter(None, map(_credit_words, (one, other))), why), whole=True
    )
    return msgspec.structs.replace(relation, back=shared)


# -- who stands on whom


def _naming(one: _Side, other: _Side, overlap: Overlap) -> _Pair | None:
    """The one that names the other's outlet on the other; None where neither does, or both."""
    names = [there.imprint.outlet in outlets_named(here.imprint) for here, there in ((one, other), (other, one))]
    if names[0] == names[1]:
        return None
    on = other if names[0] else one
    return _ordered(
        one, other, overlap, names[0], f"it names {on.imprint.outlet}, which published the other", firm=True
    )


def _uncredited(one: _Side, other: _Side, overlap: Overlap) -> _Pair | None:
    """The one without credit on the one that credits an agency."""
    if (_credit(one) is None) == (_credit(other) is None):
        return None
    agency = _credit(one) or _credit(other)
    return _ordered(one, other, overlap, _credit(one) is None, f"the other credits {agency} for it", firm=True)


def _by_day(one: _Side, other: _Side, overlap: Overlap) -> _Pair:
    days = _days(one.imprint, other.imprint) or 0
    order = (days, one.share, one.imprint.article) > (0, other.share, other.imprint.article)
    return _ordered(one, other, overlap, order, _apart(one, other), firm=False)


def _ordered(one: _Side, other: _Side, overlap: Overlap, order: bool, why: str, *, firm: bool) -> _Pair:
    """The pair with the one first if `order`, else with the other first."""
    if order:
        return _Pair(one, other, overlap, why, firm)
    turned = sorted(
        (Run(r.other_start, r.other_end, r.start, r.end, r.words) for r in overlap.runs), key=lambda run: run.start
    )
    overlap = msgspec.structs.replace(overlap, one=overlap.other, other=overlap.one, runs=tuple(turned))
    return _Pair(other, one, overlap, why, firm)


def _apart(one: _Side, other: _Side) -> str:
    days = _days(one.imprint, other.imprint)
    if days is None:
        return "not both days of publication are known"
    return f"published {abs(days)} day{'s'[: abs(days) != 1]} later" if days else "published on one day"


def _credit(side: _Side) -> str | None:
    return credited(side.imprint)


def _credit_words(side: _Side) -> str:
    credit, relays = side.imprint.credit, side.imprint.relays
    if credit:
        return f"{side.imprint.article} credits {credit.outlet}: “{credit.words}” at {credit.start}"
    return f"{side.imprint.article} relays {relays}" if relays else ""


def _relation(
    pair: _Pair, kind: str, score: float, reasons: tuple[str, ...], *, whole: bool,
    corrects: bool = False, retracts: bool = False,
) -> Relation:  # fmt: skip
    return Relation(
        article=pair.article.imprint.article,
        on=pair.on.imprint.article,
        kind=kind,
        score=round(score, 4),
        back=round(pair.on.share, 4),
        reasons=(*reasons, *_run_words(pair), pair.why),
        runs=tuple(sorted(nlargest(KEPT, pair.overlap.runs, key=lambda run: run.words), key=lambda run: run.start)),
        whole=whole,
        firm=pair.firm,
        corrects=corrects,
        retracts=retracts,
    )


def _run_words(pair: _Pair) -> Iterator[str]:
    if pair.overlap.runs:
        run = max(pair.overlap.runs, key=lambda run: run.words)
        words = " ".join(pair.article.text[run.start : run.end].split())
        yield (
            f"{pair.article.share:.0%} of its words are in the other; the longest run has {run.words}, at {run.start}–"
            f"{run.end}, there {run.other_start}–{run.other_end}: “{words[:80]}{'…' if len(words) > 80 else ''}”"
        )


def borrowed_from(relations: Iterable[Relation], article: str, start: int, end: int) -> tuple[str, ...]:
    """The articles from which an article has most of its characters from `start` up to but not including `end`."""
    found = set()
    for relation in relations:
        if relation.article == article:
            shared = sum(max(0, min(run.end, end) - max(run.start, start)) for run in relation.runs)
            if 2 * shared > end - start:
                found.add(relation.on)
    return tuple(sorted(found))
