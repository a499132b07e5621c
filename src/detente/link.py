"""Which reports tell one act: events clustered by how alike they are, whatever the order in which they came.

Clusters are joined from the most alike pair on, as long as their reports are alike on average (average linkage; Sokal
and Michener 1958): one report that is like two different acts does not make them one. Clusters with reports that people
merged are then one; reports that they parted are in no cluster together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

Pair = tuple[str, str]
Edge = tuple[str, str, float]

LINK = 0.5  # mean likeness from which on reports tell one act
LEAST = 0.1  # likeness below which a pair counts as not alike at all
CAP = 500  # reports that hang together from which on the bar is raised, so that work stays bounded
STEP = 0.05
_ONE = 1_000_000  # likenesses are counted in millionths: sums of whole numbers do not depend on their order


def cluster(
    ids: Iterable[str],
    edges: Iterable[Edge],
    must: Iterable[Pair] = (),
    cannot: Iterable[Pair] = (),
    *,
    least: float = LINK,
) -> tuple[tuple[str, ...], ...]:
    """Clusters of ids, each sorted, in order; the same for any order of the input.

    `edges` are pairs with their likeness (0..1); pairs that are not there are not alike. `must` pairs bring their whole
    clusters together and `cannot` pairs are apart; where both cannot be, the `must` that comes later in order of ids is
    left out.
    """
    names = sorted(set(ids))
    scores: dict[Pair, int] = {}
    for one, other, score in edges:
        if one != other:
            pair = _pair(one, other)
            scores[pair] = max(scores.get(pair, 0), round(score * _ONE))
    apart = {_pair(*pair) for pair in cannot}
    bar = round(least * _ONE)
    found: list[list[str]] = []
    for part in _parts(names, scores, bar):
        found += _Agglomeration(part, scores, apart).clusters(bar)
    return tuple(sorted(map(tuple, _merged(found, must, apart))))


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def _merged(clusters: Iterable[list[str]], must: Iterable[Pair], apart: set[Pair]) -> list[list[str]]:
    """The clusters, those together that people put together."""
    home = {name: members for members in map(sorted, clusters) for name in members}
    for one, other in sorted({_pair(*pair) for pair in must}):
        if one not in home or other not in home or home[one] is home[other]:
            continue
        if not any(_pair(a, b) in apart for a in home[one] for b in home[other]):
            both = sorted(home[one] + home[other])
            home.update(dict.fromkeys(both, both))
    return [members for name, members in home.items() if name == members[0]]


def _parts(names: Sequence[str], scores: Mapping[Pair, int], least: int) -> Iterator[list[str]]:
    """Names that hang together; of more than CAP only those that do by likenesses above a raised bar."""
    todo = [(list(names), least)]
    while todo:
        some, bar = todo.pop()
        for part in _connected(some, scores, bar):
            if len(part) > CAP and bar < _ONE:
                todo.append((part, min(_ONE, bar + round(STEP * _ONE))))
            else:
                yield part


def _connected(names: Sequence[str], scores: Mapping[Pair, int], bar: int) -> list[list[str]]:
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for (one, other), score in scores.items():
        if score >= bar and one in parent and other in parent:
            parent[root(one)] = root(other)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        found[root(name)].append(name)
    return [sorted(part) for part in found.values()]


class _Agglomeration:
    """Clusters of one part while they are being joined; each goes by its first name.

    `_sums` are the likenesses between two clusters, summed over pairs of reports.
    """

    def __init__(self, part: Sequence[str], scores: Mapping[Pair, int], apart: set[Pair]) -> None:
        self._members = {name: [name] for name in part}
        self._sums: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._barred: defaultdict[str, set[str]] = defaultdict(set)
        for (one, other), score in scores.items():
            if one in self._members and other in self._members:
                self._sums[one][other] = self._sums[other][one] = score
        for one, other in apart:
            if one in self._members and other in self._members:
                self._barred[one].add(other)
                self._barred[other].add(one)

    def clusters(self, least: int) -> list[list[str]]:
        """Join the two most alike clusters as long as they are at least so alike."""
        heap = [self._entry(x, y) for x in self._sums for y in self._sums[x] if x < y]
        heapify(heap)
        while heap:
            value, x, y = heappop(heap)
            if -value < least:
                break
            known = x in self._members and y in self._members and y not in self._barred[x]
            if known and self._entry(x, y)[0] == value:
                self._join(x, y)
                for other in self._sums[x]:
                    heappush(heap, self._entry(x, other))
        return list(self._members.values())

    def _entry(self, one: str, other: str) -> tuple[float, str, str]:
        x, y = _pair(one, other)
        return -self._sums[x][y] / (len(self._members[x]) * len(self._members[y])), x, y

    def _join(self, x: str, y: str) -> None:
        """The second into the first, whose name comes first."""
        self._members[x] = sorted(self._members[x] + self._members.pop(y))
        for other, score in self._sums.pop(y).items():
            del self._sums[other][y]
            if other != x:
                self._sums[x][other] = self._sums[other][x] = self._sums[x].get(other, 0) + score
        for other in self._barred.pop(y, ()):
            self._barred[other].discard(y)
            self._barred[other].add(x)
            self._barred[x].add(other)
