"""The slow parts of a dyad's page, each a page of its own: pledges, disputes, contradictions, the brief, one file.

They read acts with all their words, so they take only the newest (`reach`) unless asked for more, and say so; what was
read is kept until the ledger changes.
"""

from __future__ import annotations

from datetime import date

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.accounts import ledger_conflicts
from detente.brief import Brief, markdown, write_brief
from detente.codebook import STATUSES
from detente.conflicts import Conflict
from detente.disputes import Dispute, disputes
from detente.dyads import Side
from detente.judgements import judgements
from detente.ledger import Ledger
from detente.memory import links, texts_of
from detente.page_dyad import are_states, key_of, name_of, overview, picture, sides_in, step_in
from detente.pagekept import kept
from detente.pages import AS_OF, Page, Query, day_in
from detente.records import LinkedEvent
from detente.relations import Relation
from detente.statements import shown
from detente.threads import PledgeThread, pledges
from detente.timeline import Wanted, timeline

ACTS = 500  # newest acts that pledges and disputes are looked for in: about a second
ARTICLES_OF = 150  # newest acts whose articles are searched for contradictions
BRIEF = 300  # acts up to which a brief is written without being asked for
MOST = 20_000  # acts that may be asked for
IN_FILE = {"actual": 60, "background": 10, "planned": 20, "possible": 10, "denied": 10}  # acts of each status in a file

# States of pledges in the order of the board.
BOARD = (
    ("Open", ("open",)),
    ("Overdue", ("overdue",)),
    ("Perhaps kept or broken: for you to judge", ("possibly-kept", "possibly-broken")),
    ("Kept", ("kept", "partly-kept")),
    ("Broken", ("broken",)),
    ("Taken back or replaced", ("withdrawn", "superseded")),
)


class Reach(msgspec.Struct, frozen=True):
    """How much was read: the newest `acts` of `total`, which go back to the day `since`, None where all were read."""

    acts: int
    total: int
    since: date | None


class Head(msgspec.Struct, frozen=True):
    """Whose page it is; `states` says whether each side is one state as a whole."""

    key: str
    sides: tuple[Side, Side]
    names: tuple[str, str]
    as_of: date | None
    states: bool


class PledgesPage(msgspec.Struct, frozen=True):
    """Pledges by column of the board, in each the newest first."""

    head: Head
    reach: Reach
    columns: dict[str, tuple[PledgeThread, ...]]


class DisputesPage(msgspec.Struct, frozen=True):
    """Disputes between two states, that of most moves first."""

    head: Head
    reach: Reach
    disputes: tuple[Dispute, ...]


class Answer(msgspec.Struct, frozen=True):
    """A claim that contradicts others: its answer, and the sentence around its `words`."""

    answer: str
    before: str
    words: str
    after: str
    event: str | None
    article: str
    publisher: str | None
    published: date | None


class Contradiction(msgspec.Struct, frozen=True):
    """One conflict (`detente.conflicts.Conflict`) in words."""

    kind: str
    about: str
    verdict: str
    why: str
    independent: bool | None
    answers: tuple[Answer, ...]


class ConflictsPage(msgspec.Struct, frozen=True):
    """What reports of two states say differently: contradictions first, then updates and spellings."""

    head: Head
    reach: Reach
    conflicts: tuple[Contradiction, ...]


class BriefPage(msgspec.Struct, frozen=True):
    """A brief and its Markdown; both None where so many acts would have to be read that it has to be asked for."""

    head: Head
    reach: Reach
    brief: Brief | None
    text: str | None


class SharePage(msgspec.Struct, frozen=True):
    """A dyad as one file: its relation, the acts that drive its turns, and its newest acts by status."""

    head: Head
    made: date
    ledger: str
    events: int
    step: str
    relation: Relation
    driving: dict[str, LinkedEvent]
    counts: dict[str, int]
    acts: dict[str, tuple[LinkedEvent, ...]]


def head_of(ledger: Ledger, key: str, query: Query) -> Head:
    """Raises HTTPException as `page_dyad.sides_in` does."""
    sides = sides_in(ledger, key)
    names = name_of(sides[0]), name_of(sides[1])
    return Head(key_of(sides), sides, names, day_in(query, "as_of"), are_states(sides))


def _states(head: Head) -> tuple[str, str]:
    if not head.states:
        raise HTTPException(404, "This is told of two states only. Choose one state for each side, such as JPN-KOR.")
    return head.sides[0].codes[0], head.sides[1].codes[0]


# -- how much is read ------------------------------------------------------------------------------------------------


def _reach(query: Query, usual: int) -> int:
    """How many acts to read. Raises HTTPException 400 for what is no number."""
    given = query.get("reach", "").strip() or str(usual)
    if given == "all":
        return MOST
    if not (given.isascii() and given.isdigit() and len(given) < 9 and 1 <= int(given) <= MOST):
        raise HTTPException(400, f"reach is {given!r}; it must be a number of acts from 1 to {MOST}, or all.")
    return int(given)


def _reached(ledger: Ledger, head: Head, acts: tuple[LinkedEvent, ...]) -> Reach:
    total = sum(each.acts for each in overview(ledger, head.sides, head.as_of).counted)
    days = [act.event.date.start for act in acts if act.event.date]
    return Reach(len(acts), total, min(days, default=None) if len(acts) < total else None)


def _newest(ledger: Ledger, head: Head, reach: int) -> tuple[LinkedEvent, ...]:
    def work(opened: Ledger) -> tuple[LinkedEvent, ...]:
        return timeline(opened, *head.sides, limit=reach, as_of=head.as_of)

    return kept(ledger, ("newest", head.sides, head.as_of, reach), work, stale=0)


# -- pledges and disputes --------------------------------------------------------------------------------------------


def pledges_page(ledger: Ledger, key: str, query: Query) -> PledgesPage:
    """What two sides promised or threatened each other, and what became of it."""
    head = head_of(ledger, key, query)
    acts = _newest(ledger, head, _reach(query, ACTS))
    judged = judgements(ledger, kind="pledge", as_of=head.as_of)
    found = sorted(pledges(acts, on=head.as_of, judgements=judged), key=lambda each: each.opened, reverse=True)
    columns = {title: tuple(each for each in found if each.state in states) for title, states in BOARD}
    return PledgesPage(head, _reached(ledger, head, acts), columns)


def disputes_page(ledger: Ledger, key: str, query: Query) -> DisputesPage:
    """What two states quarrel about."""
    head = head_of(ledger, key, query)
    pair = _states(head)
    acts = _newest(ledger, head, _reach(query, ACTS))
    found = disputes(acts, pair, on=head.as_of, texts=texts_of(ledger, acts))
    return DisputesPage(head, _reached(ledger, head, acts), found)


def pledge_table(page: msgspec.Struct) -> pa.Table:
    """Pledges, one a row."""
    assert isinstance(page, PledgesPage)
    names = ("id", "event", "promised", "article", "opened", "due", "refrains", "state", "since")
    return pa.Table.from_pylist(
        [
            {
                **{name: getattr(each, name) for name in names},
                "words": each.words.text,
                "closed_by": " ".join(closing.event for closing in each.closings),
            }
            for column in page.columns.values()
            for each in column
        ]
    )


def move_table(page: msgspec.Struct) -> pa.Table:
    """Moves of all disputes, one a row."""
    assert isinstance(page, DisputesPage)
    return pa.Table.from_pylist(
        [
            {
                "dispute": each.name, "state": each.standing.state, "day": move.day, "who": " ".join(move.who),
                "kind": move.kind, "words": move.words, "reports": move.reports, "event": move.event,
            }
            for each in page.disputes
            for move in each.moves
        ]
    )  # fmt: skip


# -- contradictions --------------------------------------------------------------------------------------------------


def conflicts_page(ledger: Ledger, key: str, query: Query) -> ConflictsPage:
    """What reports say differently of two states."""
    head = head_of(ledger, key, query)
    pair = _states(head)
    acts = _newest(ledger, head, _reach(query, ARTICLES_OF))
    reach = _reached(ledger, head, acts)
    found = _conflicts(ledger, pair, reach.since, head.as_of)
    order = ("contradiction", "update", "variants")
    told = tuple(_told(each) for each in sorted(found, key=lambda each: order.index(each.verdict)))
    return ConflictsPage(head, reach, told)


def _conflicts(ledger: Ledger, pair: tuple[str, str], since: date | None, as_of: date | None) -> tuple[Conflict, ...]:
    def work(opened: Ledger) -> tuple[Conflict, ...]:
        return ledger_conflicts(opened, dyad=pair, linked=links(opened, dyad=pair), since=since, as_of=as_of)

    return kept(ledger, ("conflicts", pair, since, as_of), work, stale=0)


def _told(conflict: Conflict) -> Contradiction:
    answers = []
    for claim in conflict.claims:
        start, end = claim.words.start - claim.sentence.start, claim.words.end - claim.sentence.start
        text = claim.sentence.text
        source = claim.source
        answers.append(
            Answer(
                shown(claim.value), text[:start], text[start:end], text[end:], claim.event, source.article,
                source.publisher, claim.published,
            )
        )  # fmt: skip
    return Contradiction(
        conflict.kind, conflict.about, conflict.verdict, conflict.why, conflict.independent, tuple(answers)
    )


# -- the brief and the file ------------------------------------------------------------------------------------------


def brief_page(ledger: Ledger, key: str, query: Query) -> BriefPage:
    """The state of relations in words; of more than BRIEF acts only where `reach` is `all`."""
    head = head_of(ledger, key, query)
    pair, since = _states(head), day_in(query, "from")
    total = sum(each.acts for each in overview(ledger, head.sides, head.as_of).counted)
    if total > _reach(query, BRIEF):
        return BriefPage(head, Reach(0, total, None), None, None)

    def work(opened: Ledger) -> Brief:
        return write_brief(opened, *pair, since=since, as_of=head.as_of)

    brief = kept(ledger, ("brief", pair, since, head.as_of), work, stale=0)
    return BriefPage(head, Reach(total, total, None), brief, markdown(brief))


def share_page(ledger: Ledger, key: str, query: Query) -> SharePage:
    """A dyad as one file that needs nothing else."""
    head = head_of(ledger, key, query)
    step = step_in(ledger, head.sides, head.as_of, query)
    how, driving = picture(ledger, head.sides, step, head.as_of)
    counted = overview(ledger, head.sides, head.as_of).counted
    return SharePage(
        head=head,
        made=date.today(),
        ledger=ledger.path.name,
        events=sum(each.acts for each in counted),
        step=step,
        relation=how,
        driving=driving,
        counts={status: sum(each.acts for each in counted if each.status == status) for status in STATUSES},
        acts={
            status: timeline(ledger, *head.sides, Wanted(status=status), limit=IN_FILE[status], as_of=head.as_of)
            for status in STATUSES
        },
    )


REACH = {"reach": f"how many of the newest acts are read, up to {MOST}, or all"}

PAGES = (
    Page(
        "/dyad/{key}/pledges", "dyad_pledges.html", pledges_page, "What two sides promised or threatened each other",
        {**REACH, **AS_OF}, {"pledges": pledge_table},
    ),
    Page(
        "/dyad/{key}/disputes", "dyad_disputes.html", disputes_page, "What two states quarrel about",
        {**REACH, **AS_OF}, {"moves": move_table},
    ),
    Page(
        "/dyad/{key}/conflicts", "dyad_conflicts.html", conflicts_page, "Where reports of two states contradict",
        {**REACH, **AS_OF},
    ),
    Page(
        "/dyad/{key}/brief", "dyad_brief.html", brief_page, "The state of relations of two states in words",
        {"reach": "all: write it however many acts have to be read", "from": "acts from that day on", **AS_OF},
    ),
    Page("/dyad/{key}/share", "dyad_share.html", share_page, "A dyad as one file that needs nothing else", AS_OF),
)  # fmt: skip
