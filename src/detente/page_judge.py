"""What a person may judge on the page of an act: its record, which reports tell it, and what became of a pledge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from detente import memory
from detente.errors import LedgerError
from detente.judgements import judge, judgements, withdraw
from detente.ledger import Ledger
from detente.pages import Deed, Query, day_in, only
from detente.pagetext import in_path
from detente.records import LinkedEvent

SOON = 400  # articles and events waiting up to which they are linked at once; more would keep the browser waiting
LONGEST_NAME, LONGEST_REASON = 80, 400  # characters
MOST_PARTED = 60  # reports that one is parted from, at most

Form = Mapping[str, str]


def do_judge(ledger: Ledger, key: str, form: Query) -> str:
    """Do what a form of the page of an act says in `deed`, then link again what changed.

    `deed` is right, not-an-event, type, status, date, party, merge, pledge, "unmerge ID" or "withdraw MOMENT"; the
    fields beside it say what; `subject` names the report that is judged, if it is not the one of the address.

    Raises HTTPException: 404 for an event that is not there, 400 for what cannot be done, with what to do instead.
    """
    asked = only(ledger.event, key)
    if asked is None:
        raise HTTPException(404, f"There is no event {key!r} in this ledger; it may lie in another one.")
    what, _, told = form.get("deed", "").partition(" ")
    try:
        if what == "withdraw":
            _withdraw(ledger, told)
        elif what == "unmerge":
            _part(ledger, told, form)
        else:
            kind, subject, about, value = _judged(what, form, asked.id)
            judge(ledger, kind, subject, about, value, **_judge_of(form))
        _link(ledger)
    except LedgerError as error:
        raise HTTPException(400, str(error)) from error
    who = form.get("who", "").strip()
    return f"/event/{in_path(asked.id)}{'?' if who else ''}{urlencode({'who': who} if who else {})}#judged"


def _judged(what: str, form: Form, asked: str) -> tuple[str, str, str, str]:
    """Kind, subject, about and value of the judgement that a form makes."""
    subject = form.get("subject", "").strip() or asked
    match what:
        case "right" | "not-an-event":
            return "event", subject, "", what
        case "type" | "status":
            return "event", subject, what, form.get(what, "")
        case "date":
            return "event", subject, "date", _days(form)
        case "party":
            return "event", subject, form.get("side", ""), _parties(form.get("party", ""))
        case "merge":
            return "merge", subject, _given(form, "other", "Choose or write the id of the other act."), ""
        case "pledge":
            return "pledge", _given(form, "pledge", "Choose a pledge."), "", form.get("state", "")
    raise HTTPException(400, f"deed is {what!r}; use the form on the page of the event.")


def _days(form: Form) -> str:
    """The days from `first` to `last`, which is included, as judgements write them."""
    first, last = day_in(form, "first"), day_in(form, "last")
    if first is None:
        raise HTTPException(400, "Give the day of the act, YYYY-MM-DD.")
    return f"{first}/{last + timedelta(1)}" if last else first.isoformat()


def _parties(text: str) -> str:
    """Parties as judgements write them; "" is nobody, which has to be said."""
    told = text.strip().upper()
    if not told:
        raise HTTPException(400, 'Write who it was by code and sector, as in "JPN GOV, USA", or "none" for nobody.')
    return "" if told == "NONE" else told


def _given(form: Form, name: str, help_: str) -> str:
    given = form.get(f"{name}_id", "").strip() or form.get(name, "").strip()
    if not given:
        raise HTTPException(400, help_)
    return given


def _judge_of(form: Form) -> dict[str, str]:
    """Who judges and why."""
    given = {name: form.get(name, "").strip() for name in ("who", "why")}
    for name, most in (("who", LONGEST_NAME), ("why", LONGEST_REASON)):
        if len(given[name]) > most:
            raise HTTPException(400, f"{name} has {len(given[name])} characters; write {most} at most.")
    return given


def _part(ledger: Ledger, report: str, form: Form) -> None:
    """Part a report from every other one of its act; the rules then find where it belongs."""
    act = only(lambda id_: memory.linked_event_of(ledger, id_), report)
    former = {other.event.id for other in act.reports if other.event.id != report} if act else set()
    if not former:
        raise HTTPException(400, f"Event {report} stands alone already.")
    for _ in range(MOST_PARTED):
        others = _others(act, report) & former
        if not others:
            return
        lead = act.event.id if act and act.event.id in others else min(others)
        judge(ledger, "unmerge", report, lead, **_judge_of(form))
        if not _link(ledger):
            return
        act = memory.linked_event_of(ledger, report)


def _others(act: LinkedEvent | None, report: str) -> set[str]:
    return {other.event.id for other in act.reports} - {report} if act else set()


def _withdraw(ledger: Ledger, moment: str) -> None:
    for each in judgements(ledger):
        if each.recorded_at == moment:
            withdraw(ledger, each)
            return
    raise HTTPException(400, "This judgement is not in force any more; it was withdrawn or another took its place.")


def _link(ledger: Ledger) -> bool:
    """Link again where little waits; False where `detente link` has to do it."""
    if sum(memory.unlinked(ledger)) > SOON:
        return False
    memory.update(ledger)
    return True


FIELDS = {
    "deed": "right, not-an-event, type, status, date, party, merge, pledge, `unmerge ID`, or `withdraw` and the moment",
    "who": "the name of the one who judges",
    "why": "the reason",
    "subject": "the report that is judged, if not the event of the address",
    "type": "for type: the right one",
    "status": "for status: the right one",
    "first": "for date: its first day, YYYY-MM-DD",
    "last": "for date: its last day, if it is longer",
    "side": "for party: actor or recipient",
    "party": "for party: code and sector of each, as in `JPN GOV, USA`, or `none`",
    "other": "for merge: the other act; `other_id` goes before it",
    "pledge": "for pledge: the act that made it",
    "state": "for pledge: what became of it",
}
DEEDS = (
    Deed(
        "/event/{key:path}/judge",
        do_judge,
        "Judge an act, merge or part its reports, or withdraw a judgement",
        FIELDS,
    ),
)
PAGES = ()
