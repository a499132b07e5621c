"""What people decide: rows with who, when and why, which win over every rule until they are withdrawn.

Two events are one act or are not (`merge`, `unmerge`); a record is right, is no event, or has another type, status,
date or party than was read (`event`); a pledge has become this or that (`pledge`). A judgement on the same thing
supersedes the one before it; nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

import msgspec

from detente.codebook import STATUSES, event_type, scale_of, sectors
from detente.errors import CodebookError, LedgerError
from detente.ledger import Ledger
from detente.ledgerfile import now, stamp
from detente.records import Actor, Event, EventDate, Judgement, Step

KINDS = ("merge", "unmerge", "pledge", "event")
FIELDS = ("", "type", "status", "date", "actor", "recipient")
"""What of a record may be judged; "" is the record as a whole, whose verdict is one of WHOLE."""
WHOLE = ("right", "not-an-event")
PledgeState = Literal[
    "open", "kept", "partly-kept", "broken", "withdrawn", "superseded", "overdue", "possibly-kept", "possibly-broken"
]
PLEDGE_STATES: tuple[PledgeState, ...] = get_args(PledgeState)
"""What may have become of a pledge; see `detente.threads`."""

_COLUMNS = ", ".join(Judgement.__struct_fields__)


def judge(
    ledger: Ledger, kind: str, subject: str, about: str = "", value: str = "", *, who: str, why: str = ""
) -> Judgement:
    """Keep a judgement and mark its events to be linked again.

    `subject` and, for `merge` and `unmerge`, `about` are ids of events or enough of their beginnings; for `event`,
    `about` is the field (FIELDS) and `value` its verdict. Judging again what is judged so already changes nothing.

    Raises LedgerError for an id that is none, CodebookError for a value that is not allowed.
    """
    subject = _event_id(ledger, subject)
    if kind in ("merge", "unmerge"):
        subject, about = sorted((subject, _event_id(ledger, about)))
        if subject == about:
            raise LedgerError(f"{subject} is one event; name two to {kind}.")
    _check(kind, about, value)
    if not who.strip():
        raise LedgerError("A judgement needs the name of the one who judges.")
    judged = Judgement(kind, subject, about, value, who, why, now())
    for standing in judgements(ledger, subject=subject):
        if msgspec.structs.replace(judged, recorded_at=standing.recorded_at) == standing:
            return standing
    with ledger.transaction():
        _supersede(ledger, judged)
        marks = ", ".join("?" * len(Judgement.__struct_fields__))
        ledger.execute(f"INSERT INTO judgements ({_COLUMNS}) VALUES ({marks})", msgspec.structs.astuple(judged))
        _link_again(ledger, judged)
    return judged


def withdraw(ledger: Ledger, judged: Judgement) -> bool:
    """End a judgement; the rules count again. False where it is not in force."""
    with ledger.transaction():
        ended = _supersede(ledger, judged)
        _link_again(ledger, judged)
    return ended


def judgements(
    ledger: Ledger, *, kind: str | None = None, subject: str | None = None, as_of: date | None = None
) -> tuple[Judgement, ...]:
    """Judgements in force, the oldest first: now or, with `as_of`, at the end of that day (UTC)."""
    conditions, values = ["superseded_at IS NULL"], []
    if as_of is not None:
        moment = stamp(datetime.combine(as_of + timedelta(1), time.min, UTC))
        conditions, values = ["recorded_at <= ? AND (superseded_at IS NULL OR superseded_at > ?)"], [moment, moment]
    for column, wanted in (("kind", kind), ("subject", subject)):
        if wanted is not None:
            conditions.append(f"{column} = ?")
            values.append(wanted)
    rows = ledger.rows(f"SELECT {_COLUMNS} FROM judgements WHERE {' AND '.join(conditions)} ORDER BY id", tuple(values))
    return tuple(Judgement(*row) for row in rows)


def corrected(event: Event, judged: Iterable[Judgement]) -> Event | None:
    """The event as people have put it right, with a step for each judgement; None where it is no event.

    `judged` are judgements in force on this event; those of other kinds than `event` say nothing here.
    """
    for each in judged:
        if each.kind != "event" or each.subject != event.id:
            continue
        if each.value == "not-an-event":
            return None
        step = Step("judgement", f"{each.who}", each.why or "judged by a person", field=each.about, value=each.value)
        event = msgspec.structs.replace(_put_right(event, each), steps=(*event.steps, step))
    return event


def _put_right(event: Event, judged: Judgement) -> Event:
    replace = msgspec.structs.replace
    match judged.about:
        case "type":
            kind = event_type(judged.value)
            return replace(event, event=kind.name, mode=(), quad=kind.quad, scale=scale_of(kind.name, None))
        case "status":
            return replace(event, status=judged.value)
        case "date":
            start, end = _days(judged.value)
            granularity = "day" if end - start == timedelta(1) else "interval"
            return replace(event, date=EventDate(start, end, granularity, "judgement"))
        case "actor":
            return replace(event, actor=_parties(judged.value, event.trigger.start))
        case "recipient":
            return replace(event, recipient=_parties(judged.value, event.trigger.start))
    return event


def _check(kind: str, about: str, value: str) -> None:
    allowed: tuple[str, ...] | None = None
    if kind == "pledge":
        allowed = PLEDGE_STATES
    elif kind == "event" and about == "":
        allowed = WHOLE
    elif kind == "event" and about == "status":
        allowed = STATUSES
    elif kind == "event" and about == "type":
        event_type(value)
    elif kind == "event" and about == "date":
        _days(value)
    elif kind == "event" and about in ("actor", "recipient"):
        _parties(value, 0)
    elif kind == "event":
        raise CodebookError(f"{about!r} cannot be judged. Known: {', '.join(FIELDS[1:])}.")
    elif kind not in KINDS:
        raise CodebookError(f"{kind!r} is no kind of judgement. Known: {', '.join(KINDS)}.")
    if allowed is not None and value not in allowed:
        raise CodebookError(f"{value!r} is not a verdict here. Known: {', '.join(allowed)}.")


def _days(value: str) -> tuple[date, date]:
    """The half-open interval that "2023-03-16" or "2023-03-01/2023-04-01" names."""
    first, _, last = value.partition("/")
    try:
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else start + timedelta(1)
    except (ValueError, OverflowError):
        start = end = date.min
    if start >= end:
        raise CodebookError(
            f"{value!r} is no date: write YYYY-MM-DD, or two such days with / between, the end excluded."
        )
    return start, end


def _parties(value: str, at: int) -> tuple[Actor, ...]:
    """Parties named as "JPN GOV, USA"; they have no words in the text, so their range is empty. "" is none."""
    parties = []
    for each in filter(None, map(str.strip, value.split(","))):
        code, _, sector = each.partition(" ")
        sector = sector.strip() or "GOV"
        if not (len(code) == 3 and code.isascii() and code.isupper()) or sector not in sectors():
            raise CodebookError(f'{each!r} is no party: write a code of three letters and a sector, as in "JPN GOV".')
        parties.append(Actor("", at, at, code=code, sector=sector, name=code, entity=code))
    return tuple(parties)


def _event_id(ledger: Ledger, start: str) -> str:
    event = ledger.event(start)
    if event is None:
        raise LedgerError(f"There is no event {start!r} in {ledger.path}; `detente events` shows ids.")
    return event.id


def _supersede(ledger: Ledger, judged: Judgement) -> bool:
    """End what is in force on the same thing; a merge ends an unmerge of the same two."""
    kinds = ("merge", "unmerge") if judged.kind in ("merge", "unmerge") else (judged.kind, judged.kind)
    cursor = ledger.execute(
        "UPDATE judgements SET superseded_at = ? WHERE kind IN (?, ?) AND subject = ? AND about = ?"
        " AND superseded_at IS NULL",
        (now(), *kinds, judged.subject, judged.about),
    )
    return cursor.rowcount > 0


def _link_again(ledger: Ledger, judged: Judgement) -> None:
    if judged.kind != "pledge":
        ledger.execute(
            "INSERT OR IGNORE INTO unlinked_events SELECT row FROM events WHERE id IN (?, ?) AND superseded_at IS NULL",
            (judged.subject, judged.about),
        )
