"""How readings of events are compared: precision, recall and F1.

Every measure is micro-averaged over items. Events of an item are compared as multisets, so one that is found twice
is one right and one wrong:

- `type`: the event type alone;
- `actor`: type and the set of actor codes;
- `directed`: type, the set of actor codes and the set of recipient codes; `cross-border` is the same over events
  that involve at least two different known codes;
- `roles`: type, as many actors and as many recipients, each sharing a word with one of the other side's.

Labels are measured on matched events: pairs of one type, those with overlapping event words and parties first.
`status`, `mode` and `pledge` are accuracies, `date` the share of gold intervals found exactly, `speaker` and `when`
F1 over words in common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from detente.codebook import STATUSES, event_type
from detente.records import Actor, Event, Frame, Span

_FILLERS = {"the", "a", "an", "of", "in", "on", "and", "at", "to", "for", "from", "by", "s"}


class Party(msgspec.Struct, frozen=True):
    """A party as it is compared: its words and its country code."""

    text: str
    code: str = ""


class Reading(msgspec.Struct, frozen=True):
    """One event as it is compared, from gold or from detente; `date` is a half-open interval.

    `confidence` is None for gold.
    """

    event: str
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    start: int
    end: int
    status: str
    mode: str | None
    pledge: str | None
    speaker: str | None
    when: str | None
    date: tuple[date, date] | None
    context: frozenset[str]
    confidence: float | None = None


class Score(msgspec.Struct, frozen=True):
    """Counts of what was right, predicted and in gold."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.predicted + self.gold) if self.predicted + self.gold else 0.0

    def __str__(self) -> str:
        return f"{self.f1:.3f}"


Scores = dict[str, Score]


# -- readings --------------------------------------------------------------------------------------------------------


def gold_readings(item: dict[str, Any]) -> list[Reading]:
    """The events of a gold item."""
    return [_gold_reading(event) for event in item["events"]]


def _gold_reading(event: dict[str, Any]) -> Reading:
    def words(value: dict[str, Any] | None) -> str | None:
        return value["text"] if value else None

    start, end = event["trigger"]["span"]
    return Reading(
        event=event["type"],
        actors=tuple(Party(a["text"], a["code"]) for a in event["actors"]),
        recipients=tuple(Party(a["text"], a["code"]) for a in event["recipients"]),
        start=start,
        end=end,
        status=event["status"],
        mode=event["mode"],
        pledge=event["pledge"]["type"] if event["pledge"] else None,
        speaker=words(event["speaker"]),
        when=words(event["when"]),
        date=parse_interval(event["date"]) if event["date"] else None,
        context=frozenset(event["contexts"]),
    )


def parse_interval(text: str) -> tuple[date, date]:
    """A gold date as the half-open days it covers: YYYY, YYYY-MM, YYYY-MM-DD, or start/end (end exclusive).

    >>> parse_interval("2023-02")
    (datetime.date(2023, 2, 1), datetime.date(2023, 3, 1))
    """
    if "/" in text:
        start, end = text.split("/")
        return parse_interval(start)[0], parse_interval(end)[0]
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0] + 1, 1, 1)
    if len(parts) == 2:
        year, month = parts
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    day = date(*parts)
    return day, day + timedelta(days=1)


def event_reading(event: Event) -> Reading:
    """A coded event as it is compared; a date that only repeats publication is no date of the text."""

    def parties(actors: Sequence[Actor]) -> tuple[Party, ...]:
        return tuple(Party(a.text, a.code) for a in actors)

    told = event.date is not None and event.date.basis != "publication"
    return Reading(
        event=event.event,
        actors=parties(event.actor),
        recipients=parties(event.recipient),
        start=event.trigger.start,
        end=event.trigger.end,
        status=event.status,
        mode=event.mode[0] if event.mode else None,
        pledge=event.pledge.event if event.pledge else None,
        speaker=event.speaker.text if event.speaker else None,
        when=event.date.text if event.date and told else None,
        date=(event.date.start, event.date.end) if event.date and told else None,
        context=frozenset(event.context),
        confidence=event.confidence,
    )


def frame_reading(frame: Frame) -> Reading:
    """A frame as it is compared; its parties have no codes yet."""

    def parties(spans: Sequence[Span]) -> tuple[Party, ...]:
        return tuple(Party(s.text) for s in spans)

    return Reading(
        event=frame.event,
        actors=parties(frame.actors),
        recipients=parties(frame.recipients),
        start=frame.trigger.start,
        end=frame.trigger.end,
        status=frame.status,
        mode=frame.mode,
        pledge=frame.pledge_event,
        speaker=frame.speaker.text if frame.speaker else None,
        when=frame.when.text if frame.when else None,
        date=None,
        context=frozenset(frame.context),
        confidence=frame.confidence,
    )


# -- scores ----------------------------------------------------------------------------------------------------------


def score(gold: Sequence[Sequence[Reading]], found: Sequence[Sequence[Reading]]) -> Scores:
    """All measures over items; `gold` and `found` hold the events of the same items in the same order."""

    def keyed(key: Callable[[Reading], object], *, keep: Callable[[Reading], bool] = lambda _: True) -> Score:
        right = predicted = total = 0
        for truth, claims in zip(gold, found, strict=True):
            wanted = Counter(key(r) for r in truth if keep(r))
            given = Counter(key(r) for r in claims if keep(r))
            right += (wanted & given).total()
            predicted += given.total()
            total += wanted.total()
        return Score(right, predicted, total)

    scores = {
        "type": keyed(lambda r: r.event),
        "roles": _roles(gold, found),
        "actor": keyed(lambda r: (r.event, _codes(r.actors))),
        "directed": keyed(_direction),
        "cross-border": keyed(_direction, keep=_crosses_border),
    }
    matched = [pair for truth, claims in zip(gold, found, strict=True) for pair in match(truth, claims)]
    return scores | _label_scores(matched)


def score_types(gold: Sequence[Sequence[Reading]], found: Sequence[Sequence[Reading]]) -> Scores:
    """Type F1 for each event type that occurs."""
    names = sorted({r.event for items in (gold, found) for readings in items for r in readings})
    scores = {}
    for name in names:
        counts = [
            (sum(r.event == name for r in truth), sum(r.event == name for r in claims))
            for truth, claims in zip(gold, found, strict=True)
        ]
        scores[name] = Score(
            right=sum(min(pair) for pair in counts),
            predicted=sum(claims for _, claims in counts),
            gold=sum(truth for truth, _ in counts),
        )
    return scores


def _codes(parties: Iterable[Party]) -> frozenset[str]:
    return frozenset(party.code for party in parties)


def _direction(reading: Reading) -> tuple[str, frozenset[str], frozenset[str]]:
    return reading.event, _codes(reading.actors), _codes(reading.recipients)


def _crosses_border(reading: Reading) -> bool:
    return len((_codes(reading.actors) | _codes(reading.recipients)) - {""}) >= 2


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - _FILLERS


def _same_parties(one: Sequence[Party], other: Sequence[Party]) -> bool:
    """Whether the two lists are as long and can be paired so that each pair shares a word."""
    if len(one) != len(other):
        return False
    if not one:
        return True
    return any(
        _words(one[0].text) & _words(party.text) and _same_parties(one[1:], [*other[:i], *other[i + 1 :]])
        for i, party in enumerate(other)
    )


def _roles(gold: Sequence[Sequence[Reading]], found: Sequence[Sequence[Reading]]) -> Score:
    right = 0
    for truth, claims in zip(gold, found, strict=True):
        left = list(claims)
        for reading in truth:
            same = next((c for c in left if _same_roles(reading, c)), None)
            if same is not None:
                left.remove(same)
                right += 1
    return Score(right, sum(map(len, found)), sum(map(len, gold)))


def _same_roles(one: Reading, other: Reading) -> bool:
    return (
        one.event == other.event
        and _same_parties(one.actors, other.actors)
        and _same_parties(one.recipients, other.recipients)
    )


def match(gold: Sequence[Reading], found: Sequence[Reading]) -> list[tuple[Reading, Reading]]:
    """Pairs of one type, each event in one pair at most, the most alike first."""

    def likeness(one: Reading, other: Reading) -> float:
        together = min(one.end, other.end) > max(one.start, other.start)
        shared = [
            bool(_words(" ".join(p.text for p in a)) & _words(" ".join(p.text for p in b)))
            for a, b in ((one.actors, other.actors), (one.recipients, other.recipients))
        ]
        return 3.0 * together + sum(shared) - min(abs(one.start - other.start), 10_000) / 1e5

    pairs = [
        (likeness(truth, claim), i, j)
        for i, truth in enumerate(gold)
        for j, claim in enumerate(found)
        if truth.event == claim.event
    ]
    used_gold: set[int] = set()
    used_found: set[int] = set()
    matched = []
    for _, i, j in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
        if i not in used_gold and j not in used_found:
            used_gold.add(i)
            used_found.add(j)
            matched.append((gold[i], found[j]))
    return matched


def _label_scores(matched: Sequence[tuple[Reading, Reading]]) -> Scores:
    def share(pairs: Sequence[tuple[Reading, Reading]], same: Callable[[Reading, Reading], bool]) -> Score:
        return Score(sum(same(truth, claim) for truth, claim in pairs), len(pairs), len(pairs))

    def in_common(words: Callable[[Reading], str | None]) -> Score:
        both = [(words(truth) or "", words(claim) or "") for truth, claim in matched]
        return Score(
            right=sum(bool(_words(truth) & _words(claim)) for truth, claim in both),
            predicted=sum(bool(claim) for _, claim in both),
            gold=sum(bool(truth) for truth, _ in both),
        )

    with_mode = [p for p in matched if event_type(p[0].event).modes]
    scores = {
        "status": share(matched, lambda t, c: t.status == c.status),
        "mode": share(with_mode, lambda t, c: t.mode == c.mode),
        "pledge": share([p for p in matched if p[0].pledge], lambda t, c: t.pledge == c.pledge),
        "date": share([p for p in matched if p[0].date], lambda t, c: t.date == c.date),
        "speaker": in_common(lambda r: r.speaker),
        "when": in_common(lambda r: r.when),
        "context": Score(
            right=sum(len(t.context & c.context) for t, c in matched),
            predicted=sum(len(c.context) for _, c in matched),
            gold=sum(len(t.context) for t, _ in matched),
        ),
    }
    for status in STATUSES:
        of_status = [p for p in matched if p[0].status == status]
        scores[f"status {status} recall"] = share(of_status, lambda t, c: t.status == c.status)
    return scores


# -- calibration -----------------------------------------------------------------------------------------------------


def outcomes(gold: Sequence[Sequence[Reading]], found: Sequence[Sequence[Reading]]) -> list[tuple[float, bool]]:
    """The confidence of every event found, and whether gold has an event of its type to match it."""
    results = []
    for truth, claims in zip(gold, found, strict=True):
        matched = {id(claim) for _, claim in match(truth, claims)}
        results += [(c.confidence, id(c) in matched) for c in claims if c.confidence is not None]
    return results


def calibration_error(results: Sequence[tuple[float, bool]], *, bins: int = 10) -> float:
    """Expected calibration error: how far, on average, confidence is from the share that is right.

    Over `bins` equal intervals of confidence, weighted by their number of events (Guo et al. 2017, section 2). 0 where
    there is nothing to judge.
    """
    groups: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in results:
        groups.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, right))
    apart = (abs(sum(confidence - right for confidence, right in group)) for group in groups.values())
    return sum(apart) / len(results) if results else 0.0


# -- given parties ---------------------------------------------------------------------------------------------------

PAIR_ROOTS = {"CONCEDE": "YIELD", "RETREAT": "YIELD", "INVESTIGATE": "ACCUSE", "DEMAND": "REQUEST"}


def root_of(event: str) -> str:
    return PAIR_ROOTS.get(event, event)


def score_pairs(roots: Sequence[str], found: Sequence[dict[str, float]]) -> dict[str, float]:
    """Accuracy and macro-F1 for root, quad and binary (cooperation or conflict), over the classes in `roots`.

    `found` holds type probabilities as `Reader.relate` gives them; those of one root are added.
    """
    claims = []
    for probabilities in found:
        by_root: Counter[str] = Counter()
        for event, probability in probabilities.items():
            by_root[root_of(event)] += probability  # type: ignore[assignment]
        claims.append(max(by_root, key=lambda root: (by_root[root], root)))
    results = {}
    for name, level in (("root", str), ("quad", _quad), ("binary", _side)):
        truth = [str(level(root)) for root in roots]
        claim = [str(level(root)) for root in claims]
        results[f"{name} accuracy"] = sum(map(str.__eq__, truth, claim)) / len(truth)
        results[f"{name} macro-F1"] = _macro_f1(truth, claim)
    return results


def _quad(root: str) -> int:
    """The quad of a root; YIELD is verbal cooperation in its larger part, CONCEDE."""
    return event_type("CONCEDE" if root == "YIELD" else root).quad


def _side(root: str) -> str:
    return "cooperation" if _quad(root) <= 2 else "conflict"


def _macro_f1(truth: Sequence[str], claim: Sequence[str]) -> float:
    scores = [
        Score(
            right=sum(t == c == name for t, c in zip(truth, claim, strict=True)),
            predicted=claim.count(name),
            gold=truth.count(name),
        ).f1
        for name in sorted(set(truth))
    ]
    return sum(scores) / len(scores)
