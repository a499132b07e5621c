"""What two states quarrel about: each dispute with its sides, their positions, its moves, and how it stands on a day.

`issues.find_issues` finds what the sentences of conflict between the two have in common and what it is called; every
act that a sentence of an issue tells is a move in it, by the type of the act (`kind_of`). How a dispute stands follows
from its moves alone, by the rules of `standings.standing`. Nothing that was published after the day counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from detente.document import sentence_spans
from detente.issues import HEADLINE, Issue, Told, find_issues
from detente.issuewords import Background, packaged_background
from detente.records import Event, LinkedEvent, Report
from detente.standings import CONFLICT, SETTLING, Kind, Move, Standing, standing
from detente.wording import clause, direction_of

FORCE = 2 / 3
"""Share of its moves up to which an issue may be made of force used and still be a dispute; from there it is a place
of fighting (ours)."""
POSITIONS = 5
"""Positions of a side that are shown, at most (ours)."""
QUOTE = 240
"""Characters up to which a sentence is quoted whole, and not only the clause around the event's words (ours)."""

PHRASE = 30
"""Characters after an event word that tell what it is done to (ours)."""

DISPUTING = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN", "SANCTION", "PROTEST", "COERCE"})
"""Types by whose sentences an issue is found."""
_FORCE = frozenset({"MOBILIZE", "ASSAULT"})
_KINDS: dict[str, Kind] = {
    "REQUEST": "demand",
    "REJECT": "refusal",
    "ACCUSE": "accusation",
    "THREATEN": "threat",
    "PROTEST": "protest",
    "SANCTION": "measure",
    "COERCE": "measure",
    "MOBILIZE": "measure",
    "ASSAULT": "measure",
    "CONCEDE": "concession",
    "RETREAT": "concession",
    "AID": "concession",
    "CONSULT": "talks",
    "COOPERATE": "talks",
}
_VERBAL = frozenset({"demand", "refusal", "accusation", "threat"})
_ANNOUNCED = frozenset({"SANCTION", "COERCE", "MOBILIZE", "PROTEST"})
_TALKING = re.compile(
    r"\b(?:talk\w*|dialogue|meet\w*|visit\w*|summits?|negotiat\w+|consult\w*|discuss\w*|continue|arrange|hold)\b",
    re.IGNORECASE,
)


class Position(msgspec.Struct, frozen=True):
    """What a side said or did, in the words of a report: `quote` stands in the sentence of the event."""

    quote: str
    event: str
    day: date
    kind: Kind


class Side(msgspec.Struct, frozen=True):
    """One of the two states, with its positions: those whose words name the issue first, of these the newest."""

    code: str
    positions: tuple[Position, ...]


class Dispute(msgspec.Struct, frozen=True):
    """An issue between two states. `phrases` are all that it is called, the name first; `moves` are in order of day."""

    name: str
    phrases: tuple[str, ...]
    pair: tuple[str, str]
    sides: tuple[Side, Side]
    moves: tuple[Move, ...]
    standing: Standing


class _Act(NamedTuple):
    """A linked event as far as it was known on the day."""

    id: str
    event: Event
    reports: tuple[Report, ...]


def disputes(
    linked: Sequence[LinkedEvent],
    pair: tuple[str, str],
    *,
    on: date | None = None,
    texts: Mapping[str, str] | None = None,
    background: Background | None = None,
) -> tuple[Dispute, ...]:
    """The disputes between two states, that of most moves first.

    `linked` are the acts between the two, in any order. With `on`, only reports published up to and with that day
    count, and the state is that of the day; None is all reports, and the day of the last. `texts` are texts of
    articles by their ids: with them, the other sentences of the articles help to tell what the acts are about.
    `background` is how common words are in the news, None for the packaged counts.

    A dispute has two acts or more or an act of two reports or more, an act of conflict among them, and is not made
    of force alone.
    """
    acts = [act for each in linked if (act := _known(each, on))]
    today = on or max((r.published for act in acts for r in act.reports if r.published), default=date.min)
    told, owners = _told(acts, frozenset(pair), texts or {})
    outlets = {report.publisher for act in acts for report in act.reports if report.publisher}
    issues = find_issues(told, pair, background or packaged_background(), outlets=outlets)
    found = []
    for issue, members in zip(issues, _members(issues, owners), strict=True):
        if dispute := _dispute(issue, [acts[number] for number in members], pair, today):
            found.append(dispute)
    return tuple(sorted(found, key=lambda d: (-len(d.moves), d.name)))


def _known(linked: LinkedEvent, on: date | None) -> _Act | None:
    """The act with the reports of it up to a day, and the fullest of their records; None where there is none."""
    reports = tuple(r for r in linked.reports if on is None or (r.published is not None and r.published <= on))
    if not reports:
        return None
    events = [report.event for report in reports]
    if any(event.id == linked.event.id for event in events):
        return _Act(linked.id, linked.event, reports)
    fullest = max(events, key=lambda e: (len(e.actor) + len(e.recipient), e.confidence, e.id))
    return _Act(linked.id, fullest, reports)


def _told(acts: Sequence[_Act], pair: frozenset[str], texts: Mapping[str, str]) -> tuple[list[Told], list[int | None]]:
    """The sentences of the acts, the headlines above them and the other sentences of their articles, and for each the
    act that it tells, None where it tells none."""
    told: list[Told] = []
    owners: list[int | None] = []
    others: dict[Told, None] = {}
    for number, act in enumerate(acts):
        for report in act.reports:
            event = report.event
            conflict = event.event in DISPUTING and not _stand_together(event, pair)
            told.append(Told(event.sentence.text, event.article, event.sentence.index, conflict=conflict))
            owners.append(number)
            if report.title:
                others[Told(report.title, event.article, HEADLINE, own=False)] = None
            if text := texts.get(event.article):
                spans = sentence_spans(text, title=report.title)
                others.update(
                    (Told(text[a:b], event.article, place, False), None) for place, (a, b) in enumerate(spans)
                )
    known = {each.text for each in told}
    for each in others:
        if each.text not in known:
            told.append(each)
            owners.append(None)
    return told, owners


def _members(issues: Sequence[Issue], owners: Sequence[int | None]) -> list[list[int]]:
    """For each issue its acts: an act is of the issue that most of its sentences are of, of two the first."""
    told: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for number, issue in enumerate(issues):
        for owner in (owners[place] for place in issue.told):
            if owner is not None:
                told[owner][number] += 1
    members: list[list[int]] = [[] for _ in issues]
    for act, counts in told.items():
        members[max(counts, key=lambda number: (counts[number], -number))].append(act)
    return members


def _dispute(issue: Issue, acts: Sequence[_Act], pair: tuple[str, str], today: date) -> Dispute | None:
    moves = [(move, act) for act in acts if (move := _move(act, frozenset(pair)))]
    moves.sort(key=lambda each: _order(*each))
    conflicts = [act for move, act in moves if move.kind in CONFLICT]
    if not any(act.event.event in DISPUTING for act in conflicts):
        return None
    if len(moves) < 2 and sum(len(act.reports) for _, act in moves) < 2:
        return None
    if sum(act.event.event in _FORCE for _, act in moves) > FORCE * len(moves):
        return None
    in_order = tuple(move for move, _ in moves)
    sides = (_side(pair[0], moves, issue), _side(pair[1], moves, issue))
    return Dispute(issue.name, issue.phrases, pair, sides, in_order, standing(in_order, pair, today))


# -- moves -------------------------------------------------------------------------------------------------------------


def _stand_together(event: Event, pair: frozenset[str]) -> bool:
    """Whether the two act as one towards a third: both among three states or more that act on nobody named, or both
    against somebody else."""
    actors = {actor.code for actor in event.actor} - {""}
    recipients = {actor.code for actor in event.recipient} - {""}
    return pair <= actors and (len(actors) > len(pair) or bool(recipients - actors))


def kind_of(event: Event, pair: frozenset[str]) -> Kind | None:
    """What kind of move an act is in a dispute, None for one that is none.

    What is only possible, or denied, is no move; nor is what is planned, unless it is a measure announced. An
    agreement of both sides settles if its words say so ("settle", "lift", "sign"), else it is talks; a promise or
    praise by one side is a concession, unless it is to meet; so is a SANCTION whose words put off an end. Both sides
    acting as one towards a third is no move.
    """
    if event.status in ("possible", "denied") or _stand_together(event, pair):
        return None
    if event.status == "planned" and event.event not in _ANNOUNCED:
        return None
    if event.event == "SANCTION" and _puts_off_an_end(event):
        return "concession"
    if event.event not in ("AGREE", "SUPPORT"):
        return _KINDS.get(event.event)
    words = f"{event.trigger.text} {event.pledge.text if event.pledge else ''}"
    meeting = (event.pledge is not None and event.pledge.event == "CONSULT") or bool(_TALKING.search(words))
    if len(_who(event, pair)) == 2:
        return "settlement" if SETTLING.search(words) and not meeting else "talks"
    return "talks" if meeting else "concession"


def _puts_off_an_end(event: Event) -> bool:
    """Whether the words say that something goes on after all: "suspended the expiry of the pact"."""
    start = event.trigger.start - event.sentence.start
    direction = direction_of(event.sentence.text[start : start + len(event.trigger.text) + PHRASE])
    return direction.pausing and direction.verb > 0


def _who(event: Event, pair: frozenset[str]) -> tuple[str, ...]:
    """The sides that act: of those named on both sides of the act, none, unless all are."""
    actors = {actor.code for actor in event.actor} & pair
    recipients = {actor.code for actor in event.recipient} & pair
    return tuple(sorted(actors - recipients or actors))


def _move(act: _Act, pair: frozenset[str]) -> Move | None:
    kind, day = kind_of(act.event, pair), _day(act)
    who = _who(act.event, pair)
    if kind is None or day is None or not who:
        return None
    return Move(act.id, day, who, kind, act.event.trigger.text, len(act.reports))


def _day(act: _Act) -> date | None:
    """When an act was done; told as history without a date, None; else, undated or announced, when it was reported."""
    known = min((report.published for report in act.reports if report.published), default=None)
    dated = act.event.date.start if act.event.date else None
    if act.event.status == "background":
        return dated
    if dated is None or act.event.status == "planned" or (known and dated > known):
        return known or dated
    return dated


def _order(move: Move, act: _Act) -> tuple[date, date, str, int, str]:
    known = min((report.published for report in act.reports if report.published), default=date.max)
    return move.day, known, act.event.article, act.event.trigger.start, move.event


def _side(code: str, moves: Sequence[tuple[Move, _Act]], issue: Issue) -> Side:
    """A side with what it said; where it is known to have said nothing, with what it did."""
    own = [(move, act) for move, act in moves if move.who == (code,)]
    chosen = [each for each in own if each[0].kind in _VERBAL] or [each for each in own if each[0].kind in CONFLICT]
    names = [phrase.lower() for phrase in issue.phrases]
    shown: dict[str, Position] = {}
    for move, act in reversed(chosen or own):
        quote = _quote(act.event)
        shown.setdefault(quote, Position(quote, act.event.id, move.day, move.kind))
    ranked = sorted(shown.values(), key=lambda p: not any(name in p.quote.lower() for name in names))
    return Side(code, tuple(ranked[:POSITIONS]))


def _quote(event: Event) -> str:
    """The sentence of an event or, of a long one, the clause around the event's words."""
    text = event.sentence.text
    if len(text) <= QUOTE:
        return text
    start = event.trigger.start - event.sentence.start
    first, last = clause(text, start, start + len(event.trigger.text))
    return text[first:last].strip()
