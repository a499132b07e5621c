"""Scores of clusters of mentions against the right ones: MUC, B-cubed, CEAF-e, and their mean, the CoNLL score.

A clustering is any number of disjoint sets. Mentions that only one side has (`twinless`) lower the recall or the
precision where the measure counts mentions; with gold mentions there are none. Single mentions are clusters of one.

- MUC: M. Vilain et al., "A model-theoretic coreference scoring scheme", MUC-6, 1995. Counts links.
- B-cubed: A. Bagga and B. Baldwin, "Algorithms for scoring coreference chains", LREC workshop, 1998. Counts mentions.
- CEAF-e: X. Luo, "On coreference resolution performance metrics", HLT/EMNLP 2005, with his phi4. Counts clusters.
- CoNLL: S. Pradhan et al., "CoNLL-2012 shared task", 2012: the mean of the three F1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

Clusters = Sequence[frozenset[Hashable]]


class Score(NamedTuple):
    """Recall and precision, 0..1; F1 is 0 where both are."""

    recall: float
    precision: float

    @property
    def f1(self) -> float:
        total = self.recall + self.precision
        return 2 * self.recall * self.precision / total if total else 0.0


def muc(right: Clusters, found: Clusters) -> Score:
    """Links kept: of each cluster's least number of links, those that are left when the other side cuts it up."""
    return Score(_links_kept(right, found), _links_kept(found, right))


def _links_kept(clusters: Clusters, other: Clusters) -> float:
    place = _places(other)
    kept = total = 0
    for cluster in clusters:
        parts = {place[each] for each in cluster if each in place}
        alone = sum(each not in place for each in cluster)
        kept += len(cluster) - len(parts) - alone
        total += len(cluster) - 1
    return kept / total if total else 0.0


def b_cubed(right: Clusters, found: Clusters) -> Score:
    """For each mention, the share of its cluster that stands with it on the other side, averaged."""
    return Score(_shares(right, found), _shares(found, right))


def _shares(clusters: Clusters, other: Clusters) -> float:
    place = _places(other)
    share = total = 0.0
    for cluster in clusters:
        together = Counter(place[each] for each in cluster if each in place)
        share += sum(count * count for count in together.values()) / len(cluster)
        total += len(cluster)
    return share / total if total else 0.0


def ceaf_e(right: Clusters, found: Clusters) -> Score:
    """The best one-to-one pairing of clusters by phi4 = 2 |shared| / (|one| + |other|), over each side's number."""
    place = _places(found)
    worth: dict[tuple[int, int], float] = {}
    for row, cluster in enumerate(right):
        for column, count in Counter(place[each] for each in cluster if each in place).items():
            worth[row, column] = 2 * count / (len(cluster) + len(found[column]))
    best = best_pairing(worth)
    return Score(best / len(right) if right else 0.0, best / len(found) if found else 0.0)


def conll(right: Clusters, found: Clusters) -> float:
    """The mean F1 of MUC, B-cubed and CEAF-e."""
    return sum(measure(right, found).f1 for measure in (muc, b_cubed, ceaf_e)) / 3


def _places(clusters: Clusters) -> dict[Hashable, int]:
    return {each: number for number, cluster in enumerate(clusters) for each in cluster}


def best_pairing(worth: dict[tuple[int, int], float]) -> float:
    """The greatest sum of worths, each row and each column used at most once; pairs not given are worth 0.

    The assignment problem is solved for each connected part by itself.
    """
    return sum(_assigned(part) for part in _parts(worth))


def _parts(worth: dict[tuple[int, int], float]) -> Iterable[dict[tuple[int, int], float]]:
    by_node: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for row, column in worth:
        by_node.setdefault(("row", row), []).append((row, column))
        by_node.setdefault(("column", column), []).append((row, column))
    seen: set[tuple[str, int]] = set()
    for start in by_node:
        if start in seen:
            continue
        part, waiting = {}, [start]
        seen.add(start)
        while waiting:
            for row, column in by_node[waiting.pop()]:
                part[row, column] = worth[row, column]
                for node in (("row", row), ("column", column)):
                    if node not in seen:
                        seen.add(node)
                        waiting.append(node)
        yield part


def _assigned(worth: dict[tuple[int, int], float]) -> float:
    """The Hungarian algorithm with potentials (H. Kuhn 1955, J. Munkres 1957), on costs of minus the worth."""
    rows, columns = sorted({r for r, _ in worth}), sorted({c for _, c in worth})
    if len(rows) > len(columns):
        rows, columns, worth = columns, rows, {(c, r): value for (r, c), value in worth.items()}
    cost = [[-worth.get((r, c), 0.0) for c in columns] for r in rows]
    size = len(columns)
    row_potential, potential = [0.0] * (len(rows) + 1), [0.0] * (size + 1)
    match = [0] * (size + 1)  # the row of each column, from 1; 0 for none
    for row in range(1, len(rows) + 1):
        match[0], column = row, 0
        least, came, used = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        while match[column]:
            used[column] = True
            here, delta, following = match[column], float("inf"), 0
            for c in range(1, size + 1):
                if not used[c]:
                    slack = cost[here - 1][c - 1] - row_potential[here] - potential[c]
                    if slack < least[c]:
                        least[c], came[c] = slack, column
                    if least[c] < delta:
                        delta, following = least[c], c
            for c in range(size + 1):
                if used[c]:
                    row_potential[match[c]] += delta
                    potential[c] -= delta
                else:
                    least[c] -= delta
            column = following
        while column:
            match[column], column = match[came[column]], came[column]
    return sum(-cost[match[c] - 1][c - 1] for c in range(1, size + 1) if match[c])
