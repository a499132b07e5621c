"""What changed in what is known of two states between two days: acts, their reports, pledges and disputes."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from detente.disputes import Dispute, disputes
from detente.judgements import judgements
from detente.ledger import Ledger
from detente.memory import linked_events, texts_of
from detente.records import LinkedEvent
from detente.threads import PledgeThread, pledges

Kind = Literal["new", "gone", "changed", "more-reports"]
FIELDS = ("event", "mode", "status", "date", "actor", "recipient")
"""Fields of an act's leading record whose change is told."""


class Change(msgspec.Struct, frozen=True):
    """One thing that is known otherwise.

    `what`: act, pledge or dispute, `kind` how it changed, `id` which one: an act's or a pledge's id, a dispute's name.
    `before` and `after` say in words what was and is known, "" where there was or is nothing. `events` are ids of
    events to look at.
    """

    what: Literal["act", "pledge", "dispute"]
    kind: Kind
    id: str
    before: str
    after: str
    events: tuple[str, ...]


class Known(msgspec.Struct, frozen=True):
    """What was known at the end of a day; None is now."""

    acts: tuple[LinkedEvent, ...]
    pledges: tuple[PledgeThread, ...]
    disputes: tuple[Dispute, ...]


def changes(ledger: Ledger, pair: tuple[str, str], *, since: date, as_of: date | None = None) -> tuple[Change, ...]:
    """What is known of two states at the end of `as_of` (now where it is None) and was not at the end of `since`.

    Acts come first, in the order of their days, then pledges, then disputes.
    """
    return changes_between(known(ledger, pair, since), known(ledger, pair, as_of, not_before=since))


def changes_between(before: Known, after: Known) -> tuple[Change, ...]:
    """What is known otherwise, as `changes` gives it."""
    return (
        *_acts(before.acts, after.acts),
        *_pledges(before.pledges, after.pledges),
        *_disputes(before.disputes, after.disputes),
    )


def known(ledger: Ledger, pair: tuple[str, str], day: date | None, *, not_before: date | None = None) -> Known:
    """The acts, pledges and disputes of two states as known at the end of a day, now where it is None.

    How pledges and disputes stand now is measured against the last day of publication; where that is before
    `not_before`, against that day, so that what grew old by then is no younger now.
    """
    acts = tuple(linked_events(ledger, dyad=pair, as_of=day))
    judged = judgements(ledger, kind="pledge", as_of=day)
    on = day
    if day is None and not_before is not None:
        published = (report.published for act in acts for report in act.reports if report.published)
        on = not_before if max(published, default=date.min) < not_before else None
    return Known(
        acts, pledges(acts, on=on, judgements=judged), disputes(acts, pair, on=on, texts=texts_of(ledger, acts))
    )


def _acts(before: tuple[LinkedEvent, ...], after: tuple[LinkedEvent, ...]) -> list[Change]:
    """Acts are the same where they share a report; one whose leading report changed keeps its place."""
    known = {report.event.id: act for act in before for report in act.reports}
    found: list[Change] = []
    kept: set[str] = set()
    for act in after:
        was = next((known[report.event.id] for report in act.reports if report.event.id in known), None)
        told = act_in_words(act)
        if was is None:
            found.append(Change("act", "new", act.id, "", told, (act.event.id,)))
            continue
        kept.add(was.id)
        fields = [field for field in FIELDS if getattr(was.event, field) != getattr(act.event, field)]
        if fields and act_in_words(was) != told:
            found.append(Change("act", "changed", act.id, act_in_words(was), told, (was.event.id, act.event.id)))
        elif len(act.reports) != len(was.reports):
            counts = [f"{len(each.reports)} reports, {each.independent_sources} sources" for each in (was, act)]
            new = {report.event.id for report in act.reports} - {report.event.id for report in was.reports}
            found.append(Change("act", "more-reports", act.id, counts[0], f"{counts[1]}: {told}", tuple(sorted(new))))
    gone = [act for act in before if act.id not in kept]
    return found + [Change("act", "gone", act.id, act_in_words(act), "", (act.event.id,)) for act in gone]


def _pledges(before: tuple[PledgeThread, ...], after: tuple[PledgeThread, ...]) -> list[Change]:
    known = {each.id: each for each in before}
    now = {each.id: each for each in after}
    found = []
    for each in after:
        was = known.get(each.id)
        events = (each.id, *(closing.event for closing in each.closings[-1:]))
        if was is None:
            found.append(Change("pledge", "new", each.id, "", f"{each.state}: {each.words.text}", events))
        elif was.state != each.state:
            words = each.words.text
            told = f"{was.state}: {words}", f"{each.state}: {words}"
            found.append(Change("pledge", "changed", each.id, *told, events))
    gone = [was for id_, was in known.items() if id_ not in now]
    return found + [_gone("pledge", was.id, f"{was.state}: {was.words.text}", was.id) for was in gone]


def _disputes(before: tuple[Dispute, ...], after: tuple[Dispute, ...]) -> list[Change]:
    """Disputes are the same where they share a move; their names may change as more is known."""
    known = {move.event: each for each in before for move in each.moves}
    found, kept = [], set()
    for each in after:
        was = next((known[move.event] for move in each.moves if move.event in known), None)
        events = tuple(move.event for move in each.moves[-3:])
        if was is None:
            found.append(Change("dispute", "new", each.name, "", _stands(each), events))
            continue
        kept.add(was.name)
        if was.standing.state != each.standing.state:
            told = _stands(was), _stands(each)
            found.append(Change("dispute", "changed", each.name, *told, events))
    return found + [_gone("dispute", was.name, _stands(was)) for was in before if was.name not in kept]


def _stands(dispute: Dispute) -> str:
    return f"{dispute.standing.state}: {dispute.name}"


def _gone(what: Literal["act", "pledge", "dispute"], id_: str, before: str, *events: str) -> Change:
    return Change(what, "gone", id_, before, "", events)


def act_in_words(act: LinkedEvent) -> str:
    """An act's record on one line: day, type, status and parties, as it is compared and shown."""
    event = act.event
    day = f"{event.date.start}" if event.date else "no date"
    if event.date and event.date.granularity != "day":
        day = f"{event.date.start}/{event.date.end}"
    sides = (", ".join(f"{p.code or '---'} {p.sector}" for p in side) for side in (event.actor, event.recipient))
    parties = " → ".join(filter(None, sides))
    return f"{day} {' '.join((event.event, *event.mode))} {parties} ({event.status}): {event.trigger.text}"
