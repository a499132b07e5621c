"""Where articles come from: chains of who stands on whom, back to their roots.

A root is an article or, where the report of a medium is not at hand, `outlet:` and its name. Articles of one root are
one source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from detente.errors import LedgerError
from detente.imprints import Imprint, credited, outlets_named
from detente.sources import KINDS, ROOTED, Relation, close


class Link(msgspec.Struct, frozen=True):
    """One step towards a root: `article` stands on `on`, an article or `outlet:` and a name."""

    article: str
    on: str
    kind: str
    score: float
    why: str


class Root(msgspec.Struct, frozen=True):
    """Where an article comes from: `source` is an article's id, its own if it stands on none, or `outlet:` and a name.

    `outlet` is the medium of that source, `kind` one of KINDS or "own", `score` that of the weakest link of the chain.
    """

    article: str
    source: str
    outlet: str | None
    kind: str
    score: float
    chain: tuple[Link, ...]


class Node(msgspec.Struct, frozen=True):
    """An article, or a medium whose own report is not at hand (`kind`: article or outlet), with its root."""

    id: str
    kind: str
    root: str


class Edge(msgspec.Struct, frozen=True):
    """That one node stands on another; `chosen` are the edges of the chains to the roots."""

    start: str
    end: str
    kind: str
    score: float
    why: str
    chosen: bool


class Graph(msgspec.Struct, frozen=True):
    """Articles and what they stand on, to be drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def roots(imprints: Iterable[Imprint], relations: Iterable[Relation]) -> dict[str, Root]:
    """Where each article comes from, by id; the order in which either is given does not matter.

    Every article stands on one other at most: relations are taken from the surest on, by what the texts show before
    what the days show, then by score, and one that would close a circle is left out. Where an article stands already on
    another, a copy by day alone, within CLOSE days, may be taken the other way round.

    Raises LedgerError where a relation names an article of which there is no imprint.
    """
    marks = {mark.article: mark for mark in imprints}
    links: dict[str, Link] = {}
    for relation in sorted((r for r in relations if r.whole), key=_surest):
        for id_ in (relation.article, relation.on):
            if id_ not in marks:
                raise LedgerError(f"A relation names {id_!r}, of which there is no imprint. Give one for each article.")
        for link in _ways(relation, marks):
            if link.article not in links and _chain(link.on, links)[1] != link.article:
                links[link.article] = link
                break
    return {id_: _root(mark, marks, links) for id_, mark in sorted(marks.items())}


def _surest(relation: Relation) -> tuple[bool, float, int, str, str, tuple[str, ...]]:
    return (
        not relation.firm,
        -relation.score,
        KINDS.index(relation.kind),
        relation.article,
        relation.on,
        relation.reasons,
    )


def _ways(relation: Relation, marks: Mapping[str, Imprint]) -> Iterator[Link]:
    """The link of a relation and, where it is sure only that they share their words, the one the other way round."""
    why = "; ".join(relation.reasons)
    yield Link(relation.article, relation.on, relation.kind, relation.score, why)
    loose = relation.kind in ("copy", "wire") and not relation.firm and relation.back >= ROOTED
    if loose and close(marks[relation.article], marks[relation.on]):
        yield Link(relation.on, relation.article, relation.kind, relation.back, why)


def _chain(article: str, links: Mapping[str, Link]) -> tuple[tuple[Link, ...], str]:
    """The links from an article on, and where they end."""
    found: list[Link] = []
    while link := links.get(article):
        found.append(link)
        article = link.on
    return tuple(found), article


def _root(mark: Imprint, marks: Mapping[str, Imprint], links: Mapping[str, Link]) -> Root:
    chain, end = _chain(mark.article, links)
    source, outlet = end, marks[end].outlet
    if named := outlets_named(marks[end]):
        outlet, source = named[0], f"outlet:{named[0]}"
        chain = (*chain, _medium_link(marks[end], source))
    return Root(
        article=mark.article,
        source=source,
        outlet=outlet,
        kind=chain[0].kind if chain else "own",
        score=min((link.score for link in chain), default=1.0),
        chain=chain,
    )


def _medium_link(mark: Imprint, source: str) -> Link:
    """The link of an article to the medium that it names."""
    if mark.credit and credited(mark):
        return Link(mark.article, source, "wire", 1.0, f"credits it: “{mark.credit.words}” at {mark.credit.start}")
    return Link(mark.article, source, "relay", 1.0, "says that it relays it")


def graph(roots: Mapping[str, Root], relations: Iterable[Relation]) -> Graph:
    """Articles, the media behind them, and what stands on what, in an order that does not depend on the input's."""
    chosen = {(link.article, link.on): link for root in roots.values() for link in root.chain}
    edges = {pair: Edge(*pair, link.kind, link.score, link.why, chosen=True) for pair, link in chosen.items()}
    for relation in sorted(relations, key=_surest):
        pair = relation.article, relation.on
        if pair not in edges and pair[::-1] not in edges:
            edges[pair] = Edge(*pair, relation.kind, relation.score, "; ".join(relation.reasons), chosen=False)
    nodes = {id_: Node(id_, "article", root.source) for id_, root in roots.items()}
    media = {root.source for root in roots.values() if root.source not in roots}
    nodes |= {name: Node(name, "outlet", name) for name in media}
    return Graph(tuple(nodes[id_] for id_ in sorted(nodes)), tuple(edges[pair] for pair in sorted(edges)))
