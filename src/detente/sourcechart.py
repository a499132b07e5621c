"""The chains of sources of an act as a small drawing: each article right of the one that it stands on, roots at the
left. Only places are worked out here, in pixels; the template draws them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from detente.lineage import Link, Root

COLUMN, ROW, MARGIN = 300, 54, 14  # pixels
MOST = 24  # articles that are drawn; more cannot be told apart
LABEL = 26  # characters of a name that fit beside its dot


class Shown(msgspec.Struct, frozen=True):
    """What an article in a chain says of itself."""

    id: str
    title: str | None
    publisher: str | None
    published: date | None


class Dot(msgspec.Struct, frozen=True):
    """An article, or a medium whose own report is not at hand (`kind`: root, article or outlet), at `x`, `y`.

    `id` is the article's, "" for a medium; `report` says whether it reports the act itself.
    """

    id: str
    kind: str
    x: int
    y: int
    label: str
    name: str
    day: date | None
    report: bool


class Line(msgspec.Struct, frozen=True):
    """From the dot at `x`, `y` back to what it stands on at `from_x`, `from_y`; `label` says how."""

    x: int
    y: int
    from_x: int
    from_y: int
    label: str
    why: str


class SourceChart(msgspec.Struct, frozen=True):
    """Dots and lines in a picture of that size; `left_out` articles are not in it."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    left_out: int


def source_chart(roots: Iterable[Root], shown: Mapping[str, Shown]) -> SourceChart | None:
    """The chains of the articles of an act; None where each stands on itself alone and there is only one.

    `shown` tells of the articles in the chains by id; one that it lacks is drawn by its id.
    """
    every = tuple(roots)
    some = every[:MOST]
    stands: dict[str, Link] = {link.article: link for root in some for link in root.chain}
    ends = dict.fromkeys(root.source for root in some)
    if not some or (len(some) == 1 and not stands):
        return None
    children: dict[str, list[str]] = {}
    for name, link in sorted(stands.items()):
        children.setdefault(link.on, []).append(name)
    reports = {root.article for root in every}
    places: dict[str, tuple[int, int]] = {}
    waiting = [(name, 0) for name in reversed(ends)]
    while waiting:
        name, depth = waiting.pop()
        if name not in places:
            places[name] = (MARGIN + COLUMN * depth, MARGIN + ROW * len(places) + ROW // 3)
            waiting += [(child, depth + 1) for child in reversed(children.get(name, ()))]
    dots = tuple(_dot(name, place, shown, name in reports, name in ends) for name, place in places.items())
    lines = tuple(_line(link, places) for name, link in stands.items() if name in places and link.on in places)
    width = max(x for x, _ in places.values()) + COLUMN
    return SourceChart(width, 2 * MARGIN + ROW * len(places), dots, lines, len(every) - len(some))


def _dot(name: str, place: tuple[int, int], shown: Mapping[str, Shown], report: bool, root: bool) -> Dot:
    told = shown.get(name)
    if name.startswith("outlet:"):
        full, kind, id_ = name.removeprefix("outlet:"), "outlet", ""
    else:
        full, kind, id_ = (told and (told.publisher or told.title)) or name, "root" if root else "article", name
    label = full if len(full) <= LABEL else f"{full[: LABEL - 1]}…"
    return Dot(id_, kind, *place, label, full, told.published if told else None, report)


def _line(link: Link, places: Mapping[str, tuple[int, int]]) -> Line:
    return Line(*places[link.article], *places[link.on], f"{link.kind} {link.score:.0%}", link.why)
