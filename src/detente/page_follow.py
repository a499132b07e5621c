"""What an act stands among: the pledges it made, kept or broke, and what its reports and others say differently.

It takes longer than the page of the act, which fetches it when it has been shown; without scripts it is a page of its
own.
"""

from __future__ import annotations

from datetime import date

import msgspec
from starlette.exceptions import HTTPException

from detente.codebook import PLEDGING
from detente.conflicts import Conflict, find_conflicts
from detente.judgements import PLEDGE_STATES, judgements
from detente.ledger import Ledger
from detente.memory import acts_known, linked_event_of, linked_events
from detente.pages import AS_OF, Page, Query, day_in, only
from detente.records import Coded, LinkedEvent
from detente.selection import pairs_of
from detente.statements import shown
from detente.threads import PledgeThread, pledges

WHOLE = 300  # acts of two states up to which all are followed; of more, those nearest in time
NEAREST = 120  # acts on each side that are followed then
READ = 12  # articles that are set against each other
LONGEST = 60_000  # characters up to which an article is set against others


class Answer(msgspec.Struct, frozen=True):
    """One claim's answer in few words, with its sentence cut around the words that say so."""

    answer: str
    before: str
    words: str
    after: str
    article: str
    publisher: str | None
    speaker: str | None
    published: date | None


class ShownConflict(msgspec.Struct, frozen=True):
    """A conflict with each of its claims; see `detente.conflicts.Conflict`."""

    kind: str
    about: str
    verdict: str
    why: str
    independent: bool | None
    answers: tuple[Answer, ...]


class FollowPage(msgspec.Struct, frozen=True):
    """The pledges and conflicts of an act. `followed` acts were looked at out of `between` that the same states have;
    `unread` articles were too long, or too many, to be set against each other."""

    id: str
    name: str
    pledges: tuple[PledgeThread, ...]
    followed: int
    between: int
    conflicts: tuple[ShownConflict, ...]
    unread: int
    states: tuple[str, ...]


def follow_page(ledger: Ledger, key: str, query: Query) -> FollowPage:
    """The pledges and conflicts of an act. Raises HTTPException 404 where there is no such act."""
    as_of = day_in(query, "as_of")
    act = only(lambda id_: linked_event_of(ledger, id_, as_of=as_of), key)
    if act is None:
        raise HTTPException(404, f"There is no event {key!r} in this ledger; it may lie in another one.")
    near, between = _acts_around(ledger, act, as_of)
    judged = judgements(ledger, kind="pledge", as_of=as_of)
    threads = tuple(each for each in pledges(near, on=as_of, judgements=judged) if _concerns(each, act))
    conflicts, unread = _conflicts(ledger, act)
    name = f"{act.event.event}: {act.event.trigger.text}"
    return FollowPage(act.id, name, threads, len(near), between, conflicts, unread, PLEDGE_STATES)


# -- pledges


def _acts_around(ledger: Ledger, act: LinkedEvent, as_of: date | None) -> tuple[list[LinkedEvent], int]:
    """Acts between the states of an act, in time, and how many there are: all, or those nearest to it."""
    pairs = sorted({(first, second) for first, second, _ in pairs_of(act.event)}, key=lambda pair: pair[0] == pair[1])
    found, total = {act.id: act}, 0
    for pair in [pair for pair in pairs if pair[0] != pair[1]][:3] or pairs[:1]:
        ((size,),) = ledger.rows("SELECT COUNT(DISTINCT act) FROM act_pairs WHERE first = ? AND second = ?", pair)
        total += size
        if size <= WHOLE:
            found |= {each.id: each for each in linked_events(ledger, dyad=pair, as_of=as_of)}
        else:
            found |= {each.id: each for each in acts_known(ledger, _nearest(ledger, pair, act), as_of=as_of)}
    return list(found.values()), max(total, len(found))


def _nearest(ledger: Ledger, pair: tuple[str, str], act: LinkedEvent) -> list[int]:
    """Rows of the promises before an act and, if it is one, of the acts after it, the nearest in time."""
    day = act.event.date.start if act.event.date else act.first_seen
    if day is None:
        return []
    promises = ", ".join("?" * len(PLEDGING))
    base = (
        "SELECT DISTINCT acts.row, day FROM act_pairs JOIN acts ON acts.row = act_pairs.act"
        " WHERE first = ? AND second = ?"
    )
    before = ledger.rows(
        f"{base} AND day <= ? AND day > '' AND event IN ({promises}) ORDER BY day DESC LIMIT ?",
        (*pair, day.isoformat(), *PLEDGING, NEAREST),
    )
    found = [row for row, _ in before]
    if act.event.event in PLEDGING:
        rows = ledger.rows(f"{base} AND day >= ? ORDER BY day LIMIT ?", (*pair, day.isoformat(), NEAREST))
        found += [row for row, _ in rows]
    return found


def _concerns(thread: PledgeThread, act: LinkedEvent) -> bool:
    """Whether a pledge was made, made again, kept or broken by the act."""
    ids = {report.event.id for report in act.reports}
    told = {report.event.id for report in (*thread.reports, *thread.restatements)}
    return thread.id in ids or bool(told & ids) or any(closing.event in ids for closing in thread.closings)


# -- conflicts


def _conflicts(ledger: Ledger, act: LinkedEvent) -> tuple[tuple[ShownConflict, ...], int]:
    """What the reports of an act say differently about it, and how many of its articles were not read for it."""
    ids = dict.fromkeys(report.event.article for report in act.reports)
    read: list[Coded] = []
    for id_ in list(ids)[:READ]:
        size = ledger.row("SELECT length(text) FROM articles WHERE id = ? AND superseded_at IS NULL", (id_,))
        article = ledger.article(id_) if size and size[0] <= LONGEST else None
        if article is not None:
            read.append(Coded(article, tuple(ledger.article_events(id_))))
    found = find_conflicts(read, linked={report.event.id: act.id for report in act.reports})
    return tuple(shown_conflict(each) for each in found if _is_about(each, act)), len(ids) - len(read)


def _is_about(conflict: Conflict, act: LinkedEvent) -> bool:
    ids = {report.event.id for report in act.reports}
    sentences = {(report.event.article, report.event.sentence.start) for report in act.reports}
    return any(
        claim.event in ids or (claim.source.article, claim.sentence.start) in sentences for claim in conflict.claims
    )


def shown_conflict(conflict: Conflict) -> ShownConflict:
    """A conflict as the pages show it."""
    answers = []
    for claim in conflict.claims:
        start, end = claim.words.start - claim.sentence.start, claim.words.end - claim.sentence.start
        text, source = claim.sentence.text, claim.source
        answers.append(
            Answer(
                shown(claim.value), text[:start], text[start:end], text[end:],
                source.article, source.publisher, source.speaker, claim.published,
            )
        )  # fmt: skip
    return ShownConflict(
        conflict.kind, conflict.about, conflict.verdict, conflict.why, conflict.independent, tuple(answers)
    )


PAGES = (
    Page(
        "/follow/{key:path}",
        "follow.html",
        follow_page,
        "The pledges an act made, kept or broke, and what its reports say differently",
        dict(AS_OF),
    ),
)
