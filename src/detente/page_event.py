"""The page of an act: what it was, who says so and on whose words, what people judged, and how it was read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.briefcast import Cast
from detente.briefdeeds import deed
from detente.codebook import HAPPENED, QUAD_NAMES, event_type, event_types, scale_of, sectors
from detente.evidence import Joint, evidence_of
from detente.judgements import judgements
from detente.ledger import Ledger
from detente.lineage import Root
from detente.names import country_name
from detente.nametables import PACKAGED
from detente.pages import AS_OF, Page, Paging, Query, day_in, only, paging
from detente.pagetext import days
from detente.records import Actor, Event, Judgement, LinkedEvent
from detente.resemblance import TOLD, numbers_in
from detente.selection import pairs_of
from detente.sourcechart import Shown, SourceChart, source_chart
from detente.why import Source, sources

REPORTS = 25  # reports on one page
NEAR_DAYS = 3  # days before and after, within which an act of the same two may be the same one
NEAR = 30  # acts offered to be merged with
_HEAD = "id, title, publisher, published"


class Party(msgspec.Struct, frozen=True):
    """Who acted or was acted on: `role` is the office that the tables give a person that day, `sector` in words."""

    side: str
    actor: Actor
    country: str | None
    role: str | None
    sector: str


class Told(msgspec.Struct, frozen=True):
    """What some reports of an act tell: ids of events."""

    value: str
    events: tuple[str, ...]
    leading: bool


class Difference(msgspec.Struct, frozen=True):
    """A field that reports of one act tell otherwise; `agreement` is the share that tells it like the leading one."""

    field: str
    agreement: float
    answers: tuple[Told, ...]


class Nearby(msgspec.Struct, frozen=True):
    """Another act of the same two about the same day."""

    id: str
    event: str
    day: str
    words: str


class EventPage(msgspec.Struct, frozen=True):
    """One act. `asked` is the event whose id was given, `event` the act's leading record as people put it right.

    `act` holds all reports, of which those from `first` up to but not including `until` are shown. It is None for an
    event that is only history, or that a person judged to be none (`no_event`). `linked` says whether other reports of
    the act were looked for already.
    """

    asked: str
    event: Event
    sentence: str | None
    definition: str
    quad_name: str
    scale_note: str
    in_force: bool
    no_event: bool
    linked: bool
    act: LinkedEvent | None
    paging: Paging
    first: int
    until: int
    parties: tuple[Party, ...]
    dyads: tuple[tuple[str, str], ...]
    differences: tuple[Difference, ...]
    chart: SourceChart | None
    roots: tuple[Root, ...]
    joints: tuple[Joint, ...]
    articles: dict[str, Shown]
    judgements: tuple[Judgement, ...]
    nearby: tuple[Nearby, ...]
    origins: tuple[Source, ...]
    types: tuple[str, ...]


def event_page(ledger: Ledger, key: str, query: Query) -> EventPage:
    """The act that an event, given by its id or by the only id that begins so, reports.

    Raises HTTPException 404 where there is none, or several, or none was known at the end of `as_of`.
    """
    asked = only(ledger.event, key)
    if asked is None:
        raise HTTPException(404, f"There is no event {key!r} in this ledger; it may lie in another one.")
    as_of = day_in(query, "as_of")
    found = evidence_of(ledger, asked.id, as_of=as_of)
    if found is None and as_of is not None:
        raise HTTPException(404, f"Event {asked.id} was not known at the end of {as_of}.")
    act = found.linked if found else None
    event = act.event if act else asked
    roots = found.roots if found else ()
    articles = _articles(ledger, {event.article, *(id_ for root in roots for id_ in _along(root))})
    judged = found.judgements if found else _judged(ledger, asked.id)
    shown = paging(query, len(act.reports) if act else 1, REPORTS)
    in_force = (
        act is not None
        or ledger.row("SELECT 1 FROM events WHERE id = ? AND superseded_at IS NULL", (asked.id,)) is not None
    )
    return EventPage(
        asked=asked.id,
        event=event,
        sentence=deed(event, Cast()),
        definition=event_type(event.event).definition,
        quad_name=QUAD_NAMES[event.quad],
        scale_note=_scale_note(event),
        in_force=in_force,
        no_event=any(each.kind == "event" and each.value == "not-an-event" for each in judged),
        linked=_is_linked(ledger, event.id),
        act=act,
        paging=shown,
        first=(shown.page - 1) * REPORTS,
        until=shown.page * REPORTS,
        parties=_parties(event),
        dyads=_dyads(event),
        differences=_differences(act) if act else (),
        chart=source_chart(roots, articles),
        roots=roots,
        joints=found.joints if found else (),
        articles=articles,
        judgements=judged,
        nearby=_nearby(ledger, act) if act and as_of is None else (),
        origins=sources(event),
        types=tuple(event_types()),
    )


def _judged(ledger: Ledger, id_: str) -> tuple[Judgement, ...]:
    return tuple(each for each in judgements(ledger) if id_ in (each.subject, each.about))


def _is_linked(ledger: Ledger, id_: str) -> bool:
    found = ledger.row(
        "SELECT 1 FROM events JOIN tellings ON tellings.event = events.row WHERE id = ? AND act IS NOT NULL", (id_,)
    )
    return found is not None


def _along(root: Root) -> tuple[str, ...]:
    return (root.article, *(link.on for link in root.chain))


def _articles(ledger: Ledger, ids: Iterable[str]) -> dict[str, Shown]:
    """What the articles say of themselves, by id; media whose report is not at hand are left out."""
    known = tuple(sorted(id_ for id_ in ids if not id_.startswith("outlet:")))
    marks = ", ".join("?" * len(known))
    rows = ledger.rows(f"SELECT {_HEAD} FROM articles WHERE superseded_at IS NULL AND id IN ({marks})", known)
    return {row[0]: Shown(row[0], row[1], row[2], row[3] and date.fromisoformat(row[3])) for row in rows}


def _scale_note(event: Event) -> str:
    """Where an act's score comes from, in words."""
    kind = event_type(event.event)
    mode = next(
        (mode for mode in event.mode if mode in kind.modes and scale_of(event.event, mode) == event.scale), None
    )
    of = f"{event.event} {mode}" if mode else event.event if event.scale == kind.scale else "what its coder gave it"
    return f"from −10, most hostile, to +10, most friendly; that of {of}, by {event.scale_version}"


def _parties(event: Event) -> tuple[Party, ...]:
    sides = (("actor", event.actor), ("recipient", event.recipient))
    day = event.date.start if event.date else None
    return tuple(
        Party(side, actor, country_name(actor.code), _role(actor, day), sectors().get(actor.sector, actor.sector))
        for side, actors in sides
        for actor in actors
    )


def _role(actor: Actor, day: date | None) -> str | None:
    """The office that a person held on the day by the tables, the highest where there were several."""
    if not actor.entity or not actor.code or day is None or actor.entity == actor.code:
        return None
    person = next((p for p in PACKAGED.people_of(actor.code) if p.entity == actor.entity), None)
    held = [term for term in person.terms if term.covers(day)] if person else []
    return min(held, key=lambda term: term.rank).title if held else None


def _dyads(event: Event) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({(first, second) for first, second, _ in pairs_of(event)}, key=lambda pair: pair[0] == pair[1]))


# -- where reports differ


def _differences(act: LinkedEvent) -> tuple[Difference, ...]:
    """The fields of `LinkedEvent.agreement` that not all reports tell alike, with what each tells."""
    found = []
    for field, agreement in act.agreement.items():
        told: dict[str, list[str]] = {}
        for report in act.reports:
            if value := _told(field, report.event):
                told.setdefault(value, []).append(report.event.id)
        if agreement < 1 and len(told) > 1:
            answers = (Told(value, tuple(ids), act.event.id in ids) for value, ids in told.items())
            found.append(Difference(field, agreement, tuple(sorted(answers, key=lambda a: (not a.leading, a.value)))))
    return tuple(found)


def _told(field: str, event: Event) -> str:
    match field:
        case "date":
            return days(event.date) if event.date is not None and event.date.basis in TOLD else ""
        case "parties":
            sides = [
                " ".join(sorted({party.code for party in side if party.code}))
                for side in (event.actor, event.recipient)
            ]
            return " → ".join(filter(None, sides))
        case "status":
            return "happened" if event.status in HAPPENED else event.status
        case "numbers":
            numbers = (
                f"{low:.12g}{'' if low == high else f'–{high:.12g}'} {what}" for what, low, high in _numbers(event)
            )
            return ", ".join(numbers)
    return ""


def _numbers(event: Event) -> list[tuple[str, float, float]]:
    return sorted(numbers_in(event.sentence.text))


# -- acts to merge with


def _nearby(ledger: Ledger, act: LinkedEvent) -> tuple[Nearby, ...]:
    """Acts of the same two within NEAR_DAYS, the nearest first."""
    day = act.event.date.start if act.event.date else act.first_seen
    pairs = sorted({(first, second) for first, second, _ in pairs_of(act.event)})
    if day is None or not pairs:
        return ()
    since, until = (f"{day + timedelta(step):%Y-%m-%d}" for step in (-NEAR_DAYS, NEAR_DAYS + 1))
    found: dict[str, Nearby] = {}
    for first, second in pairs[:3]:
        rows = ledger.rows(
            "SELECT DISTINCT acts.id, acts.event, day, record FROM act_pairs JOIN acts ON acts.row = act_pairs.act"
            " JOIN events ON events.row = acts.row WHERE first = ? AND second = ? AND day >= ? AND day < ?"
            " AND acts.id <> ? ORDER BY abs(julianday(day) - julianday(?)), acts.row LIMIT ?",
            (first, second, since, until, act.id, day.isoformat(), NEAR),
        )
        for id_, kind, on, record in rows:
            words = " ".join(msgspec.json.decode(record, type=Event).sentence.text.split())
            found.setdefault(id_, Nearby(id_, kind, on, words if len(words) <= 90 else f"{words[:89]}…"))
    return tuple(list(found.values())[:NEAR])


# -- tables


_REPORTS = pa.schema(
    [
        ("act", pa.string()), ("event", pa.string()), ("article", pa.string()), ("publisher", pa.string()),
        ("published", pa.date32()), ("type", pa.string()), ("status", pa.string()), ("sentence", pa.string()),
        ("trigger", pa.string()), ("root", pa.string()), ("url", pa.string()),
    ]
)  # fmt: skip


def _reports_table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, EventPage)
    rows = []
    for report in page.act.reports if page.act else ():
        event = report.event
        told = (event.id, event.article, report.publisher, report.published, event.event, event.status)
        rows.append((page.event.id, *told, event.sentence.text, event.trigger.text, report.root, report.url))
    return pa.Table.from_pylist([dict(zip(_REPORTS.names, row, strict=True)) for row in rows], schema=_REPORTS)


PAGES = (
    Page(
        "/event/{key:path}",
        "event.html",
        event_page,
        "One act: its reports, their sources, and how it was read",
        {"page": "which page of its reports, from 1", "who": "the name to judge under", **AS_OF},
        {"reports": _reports_table},
    ),
)
