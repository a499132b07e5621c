"""On what an act rests: its reports, what joins them, and the chain from each article to the source of its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from detente.judgements import judgements
from detente.ledger import Ledger
from detente.lineage import Root
from detente.memory import linked_event_of
from detente.records import Judgement, LinkedEvent


class Joint(msgspec.Struct, frozen=True):
    """What joins two reports of an act: how alike they are (0..1) and why; ids of events."""

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True):
    """An act with its reports, the surest joints that hold them together, and the root of each article.

    There is one joint fewer than reports, or less where people merged some; `judgements` are those on its events.
    """

    linked: LinkedEvent
    roots: tuple[Root, ...]
    joints: tuple[Joint, ...]
    judgements: tuple[Judgement, ...]


def evidence_of(ledger: Ledger, event_id: str, *, as_of: date | None = None) -> Evidence | None:
    """The evidence for the act that this event, or the only one whose id begins so, reports; None where there is none.

    Raises LedgerError where several ids begin so.
    """
    linked = linked_event_of(ledger, event_id, as_of=as_of)
    if linked is None:
        return None
    ids = [report.event.id for report in linked.reports]
    articles = dict.fromkeys(report.event.article for report in linked.reports)
    return Evidence(
        linked=linked,
        roots=tuple(_root(ledger, article) for article in articles),
        joints=_joints(ledger, ids),
        judgements=tuple(j for j in judgements(ledger, as_of=as_of) if j.subject in ids or j.about in ids),
    )


def _root(ledger: Ledger, article: str) -> Root:
    stored = ledger.row(
        "SELECT root FROM imprints JOIN articles ON articles.row = imprints.article"
        " WHERE articles.id = ? AND superseded_at IS NULL AND root IS NOT NULL",
        (article,),
    )
    if stored is None:  # not traced yet, or superseded
        return Root(article, article, None, "own", 1.0, ())
    return msgspec.json.decode(stored[0], type=Root)


def _joints(ledger: Ledger, ids: list[str]) -> tuple[Joint, ...]:
    """The likenesses that hold the reports together: the surest first, without those that close a circle."""
    group = {id_: {id_} for id_ in ids}
    held = []
    for joint in sorted(_likenesses(ledger, ids), key=lambda each: (-each.score, each.one, each.other)):
        if group[joint.one] is not group[joint.other]:
            held.append(joint)
            both = group[joint.one] | group[joint.other]
            group.update(dict.fromkeys(both, both))
    return tuple(held)


def _likenesses(ledger: Ledger, ids: list[str]) -> Iterator[Joint]:
    """What is kept of how alike events of these ids are, the one that comes first in `ids` first."""
    place = {id_: number for number, id_ in enumerate(ids)}
    marks = ", ".join("?" * len(ids))
    rows = f"SELECT row FROM events WHERE id IN ({marks}) AND superseded_at IS NULL"
    found = ledger.rows(
        "SELECT ones.id, others.id, score, reasons FROM likenesses"
        " JOIN events ones ON ones.row = likenesses.one JOIN events others ON others.row = likenesses.other"
        f" WHERE likenesses.one IN ({rows}) AND likenesses.other IN ({rows})",
        (*ids, *ids),
    )
    for one, other, score, reasons in found:
        first, second = sorted((one, other), key=place.__getitem__)
        yield Joint(first, second, float(score), tuple(msgspec.json.decode(reasons)))
