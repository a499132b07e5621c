"""The page of an article: its words with the parts they play in events, whose words they are, and its versions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.conflicts import find_conflicts
from detente.errors import LedgerError
from detente.imprints import Imprint
from detente.judgements import corrected, judgements
from detente.ledger import Ledger
from detente.ledgerfile import stamp
from detente.lineage import Root
from detente.page_follow import ShownConflict, shown_conflict
from detente.pages import AS_OF, Page, Paging, Query, day_in, paging
from detente.passages import Passage, passages
from detente.records import Article, Coded, Event, Exclusion, Judgement
from detente.selection import Selection
from detente.sourcechart import Shown
from detente.sources import Relation

PART = 30_000  # characters of the text on one page
EARLIER = 500  # characters before its end within which a page may end at a line or a word
LONGEST = 20_000  # characters up to which an article is searched for conflicts with itself
TIES = 40  # other articles with words in common, the surest

_ARTICLE = Article.__struct_fields__


class Tie(msgspec.Struct, frozen=True):
    """Another article that has words in common: `stands` says whether this one stands on it, or it on this one."""

    other: Shown
    kind: str
    stands: bool
    score: float
    reasons: tuple[str, ...]
    corrects: bool
    retracts: bool


class Version(msgspec.Struct, frozen=True):
    """The article as it was between two moments; `number` counts from 1, the oldest."""

    number: int
    recorded_at: str
    superseded_at: str | None
    title: str | None
    published: date | None
    characters: int


class ArticlePage(msgspec.Struct, frozen=True):
    """One article with its events in the order of its text.

    A long text is shown in parts: `article.text` holds its characters from `start` on, out of `characters`, and
    `events` are those whose event words lie there, as people put them right, numbered from `first` on out of
    `event_count`; of a translation, `article.original` holds the beginning. `passages` are the words with the parts
    they play. `version` is the number of the one shown.
    `conflicts` are None where the text is too long to be searched for them.
    """

    article: Article
    events: tuple[Event, ...]
    passages: tuple[Passage, ...]
    start: int
    characters: int
    paging: Paging
    first: int
    event_count: int
    version: int
    versions: tuple[Version, ...]
    imprint: Imprint | None
    root: Root | None
    ties: tuple[Tie, ...]
    articles: dict[str, Shown]
    conflicts: tuple[ShownConflict, ...] | None
    exclusions: tuple[Exclusion, ...]


def article_page(ledger: Ledger, key: str, query: Query) -> ArticlePage:
    """One article by its id, or by the only id that begins so; `event` opens the part that holds that event.

    Raises HTTPException 404 where there is none, or several, or no such version or part.
    """
    id_ = _only_id(ledger, key)
    as_of = day_in(query, "as_of")
    rows, versions = _versions(ledger, id_)
    number = _chosen(query, versions, as_of)
    row, characters = rows[number - 1], versions[number - 1].characters
    where = _in_force(ledger, id_, row, as_of, alone="version" in query)
    asked = dict(query) | ({"page": _part_of(ledger, row, query["event"])} if query.get("event") else {})
    part = paging(asked, characters, PART)
    start, text = _text(ledger, row, part.page, characters)
    article = _read(ledger, row, text)
    events = _put_right(ledger, _events(ledger, where, start, start + len(text)), as_of)
    first = 1 + _count(ledger, where, start) if start else 1
    imprint, root, ties = _sources(ledger, row)
    return ArticlePage(
        article=article,
        events=events,
        passages=passages(text, start, events, first=first),
        start=start,
        characters=characters,
        paging=part,
        first=first,
        event_count=_count(ledger, where),
        version=number,
        versions=versions,
        imprint=imprint,
        root=root,
        ties=ties,
        articles={tie.other.id: tie.other for tie in ties} | _named(ledger, root),
        conflicts=_conflicts(article, events) if characters <= LONGEST else None,
        exclusions=_exclusions(ledger, article.source),
    )


# -- which article, version and part


def _only_id(ledger: Ledger, key: str) -> str:
    """The id itself if it exists, in force or not, else the only one that begins so."""
    if ledger.row("SELECT 1 FROM articles WHERE id = ?", (key,)):
        return key
    try:
        found = ledger.article(key)
    except LedgerError as error:
        raise HTTPException(404, str(error)) from error
    if found is None:
        excluded = _exclusions(ledger, key)
        why = f" It was excluded: {excluded[0].reason}. {excluded[0].detail}" if excluded else ""
        may = "" if excluded else " It may be excluded, or lie in another ledger."
        raise HTTPException(404, f"There is no article {key!r} in this ledger.{why}{may}")
    return found.id


def _versions(ledger: Ledger, id_: str) -> tuple[list[int], tuple[Version, ...]]:
    """The rows of the table and the versions that they are, the oldest first."""
    found = ledger.rows(
        "SELECT row, recorded_at, superseded_at, title, published, length(text) FROM articles"
        " WHERE id = ? ORDER BY row",
        (id_,),
    )
    rows, versions = [], []
    for number, (row, recorded, superseded, title, published, length) in enumerate(found, 1):
        rows.append(row)
        versions.append(Version(number, recorded, superseded, title, _day(published), length))
    return rows, tuple(versions)


def _chosen(query: Query, versions: tuple[Version, ...], as_of: date | None) -> int:
    """The number of the version asked for, else of the last one that was recorded by the day, or the last at all."""
    if given := query.get("version"):
        if given.isascii() and given.isdecimal() and 1 <= int(given) <= len(versions):
            return int(given)
        raise HTTPException(404, f"There is no version {given}; this article has {len(versions)}.")
    if as_of is None:
        return len(versions)
    moment = stamp(datetime.combine(as_of + timedelta(1), time.min, UTC))
    return max((each.number for each in versions if each.recorded_at <= moment), default=1)


def _part_of(ledger: Ledger, row: int, event: str) -> str:
    """The number of the part of a text in which an event's words lie, "1" where there is no such event."""
    found = ledger.row("SELECT json_extract(record, '$.trigger.start') FROM events WHERE id = ?", (event,))
    if found is None:
        return "1"
    number = found[0] // PART + 1
    ((characters,),) = ledger.rows("SELECT length(text) FROM articles WHERE row = ?", (row,))
    start, text = _text(ledger, row, number, characters)
    return str(number + 1 if found[0] >= start + len(text) else number)


def _text(ledger: Ledger, row: int, number: int, characters: int) -> tuple[int, str]:
    """Where a part of the text begins, and its words. It begins and ends after a line or a word, if one ends there."""
    begin, end = PART * (number - 1), PART * number
    from_ = max(0, begin - EARLIER)
    ((text,),) = ledger.rows("SELECT substr(text, ?, ?) FROM articles WHERE row = ?", (from_ + 1, end - from_, row))
    start = _cut(text, begin - from_) if begin else 0
    stop = _cut(text, end - from_) if end < characters else len(text)
    return from_ + start, text[start:stop]


def _cut(text: str, at: int) -> int:
    """The last place up to EARLIER characters before `at` that follows a line, else a word, else `at` itself."""
    since = max(0, at - EARLIER)
    return max(text.rfind("\n", since, at), -1) + 1 or text.rfind(" ", since, at) + 1 or at


def _read(ledger: Ledger, row: int, text: str) -> Article:
    """What is kept of a version, with these of its words, the beginning of its original and no alignment."""
    columns = [name for name in _ARTICLE if name not in ("text", "original", "alignment")]
    found = ledger.row(f"SELECT {', '.join(columns)}, substr(original, 1, ?) FROM articles WHERE row = ?", (PART, row))
    assert found is not None
    told = dict(zip([*columns, "original"], found, strict=True))
    return msgspec.convert({**told, "text": text}, Article, strict=False)


# -- its events


def _in_force(ledger: Ledger, id_: str, row: int, as_of: date | None, *, alone: bool) -> Selection:
    """The condition on events of the article: those in force or known on the day or, `alone`, of that version."""
    if not alone:
        where = ledger.selection(as_of=as_of)
        where.add("article = ?", id_)
        return where
    where = Selection()
    where.add("article = ?", id_)
    where.add(
        "reading = (SELECT max(events.reading) FROM events JOIN readings ON readings.id = events.reading"
        " WHERE events.article = ? AND readings.article = ?)",
        id_, row,
    )  # fmt: skip
    return where


def _events(ledger: Ledger, where: Selection, start: int, end: int) -> tuple[Event, ...]:
    found = ledger.rows(
        "SELECT record FROM (SELECT record, json_extract(record, '$.trigger.start') place, id FROM events"
        f" WHERE {where}) WHERE place >= ? AND place < ? ORDER BY place, id",
        (*where.values, start, end),
    )
    return tuple(msgspec.json.decode(record, type=Event) for (record,) in found)


def _put_right(ledger: Ledger, events: tuple[Event, ...], as_of: date | None) -> tuple[Event, ...]:
    judged: dict[str, list[Judgement]] = {}
    for each in judgements(ledger, kind="event", as_of=as_of):
        judged.setdefault(each.subject, []).append(each)
    right = (corrected(event, judged.get(event.id, ())) for event in events)
    return tuple(event for event in right if event is not None)


def _count(ledger: Ledger, where: Selection, before: int | None = None) -> int:
    """How many events there are, or before a place of the text."""
    more = "" if before is None else f" AND json_extract(record, '$.trigger.start') < {int(before)}"
    ((events,),) = ledger.rows(f"SELECT COUNT(*) FROM events WHERE {where}{more}", tuple(where.values))
    return int(events)


def _conflicts(article: Article, events: tuple[Event, ...]) -> tuple[ShownConflict, ...]:
    return tuple(shown_conflict(each) for each in find_conflicts([Coded(article, events)]))


# -- whose words


def _sources(ledger: Ledger, row: int) -> tuple[Imprint | None, Root | None, tuple[Tie, ...]]:
    kept = ledger.row("SELECT imprint, root FROM imprints WHERE article = ?", (row,))
    if kept is None:
        return None, None, ()
    root = msgspec.json.decode(kept[1], type=Root) if kept[1] else None
    return msgspec.json.decode(kept[0], type=Imprint), root, _ties(ledger, row)


def _ties(ledger: Ledger, row: int) -> tuple[Tie, ...]:
    found = ledger.rows(
        "SELECT id, title, publisher, published, relation FROM (SELECT other row, relation FROM relations WHERE one = ?"
        " UNION ALL SELECT one, relation FROM relations WHERE other = ?) ties JOIN articles ON articles.row = ties.row"
        " LIMIT 500",
        (row, row),
    )
    ties = [_tie(_shown(told), msgspec.json.decode(relation, type=Relation)) for *told, relation in found]
    return tuple(sorted(ties, key=lambda tie: (not tie.stands, -tie.score, tie.other.id))[:TIES])


def _tie(other: Shown, relation: Relation) -> Tie:
    stands = relation.on == other.id
    return Tie(other, relation.kind, stands, relation.score, relation.reasons, relation.corrects, relation.retracts)


def _named(ledger: Ledger, root: Root | None) -> dict[str, Shown]:
    """What the articles on the way to the root say of themselves."""
    ids = tuple(link.on for link in root.chain if not link.on.startswith("outlet:")) if root else ()
    marks = ", ".join("?" * len(ids))
    rows = ledger.rows(
        f"SELECT id, title, publisher, published FROM articles WHERE superseded_at IS NULL AND id IN ({marks})", ids
    )
    return {told[0]: _shown(told) for told in rows}


def _shown(told: Iterable[Any]) -> Shown:
    id_, title, publisher, published = told
    return Shown(id_, title, publisher, _day(published))


def _exclusions(ledger: Ledger, source: str) -> tuple[Exclusion, ...]:
    """What was left out of the same source, if it is told."""
    rows = ledger.rows(
        "SELECT source, reason, detail, digest FROM exclusions WHERE source = ? AND superseded_at IS NULL LIMIT 20",
        (source,),
    )
    return tuple(Exclusion(*row) for row in rows) if source else ()


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


_EVENTS = pa.schema(
    [
        ("event", pa.string()), ("type", pa.string()), ("status", pa.string()), ("trigger", pa.string()),
        ("start", pa.int64()), ("end", pa.int64()), ("sentence", pa.string()), ("date_start", pa.date32()),
        ("date_end", pa.date32()), ("scale", pa.float64()),
    ]
)  # fmt: skip


def _events_table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, ArticlePage)
    rows = []
    for event in page.events:
        days = (event.date.start, event.date.end) if event.date else (None, None)
        words = (event.trigger.text, event.trigger.start, event.trigger.end, event.sentence.text)
        rows.append((event.id, event.event, event.status, *words, *days, event.scale))
    return pa.Table.from_pylist([dict(zip(_EVENTS.names, row, strict=True)) for row in rows], schema=_EVENTS)


PAGES = (
    Page(
        "/article/{key:path}",
        "article.html",
        article_page,
        "One article, with the words of its events marked",
        {
            "page": "which part of a long text, from 1",
            "event": "the part with this event",
            "version": "an earlier version, from 1",
            **AS_OF,
        },
        {"events": _events_table},
    ),
)
