"""The ledger: one SQLite file (WAL) of articles, what was read from them, what was not, and by whom.

Rows are appended and superseded, never overwritten or deleted. An article's version is its text with what
it says about itself (title, date, address, publisher, language); a changed one supersedes the older. Each
version has one reading in force; reading it again with another coder, model, codebook or settings supersedes
the former, which stays readable with `history=True` or `as_of`. Storing the same reading twice changes
nothing.

Writers take turns, readers never wait. A process that is killed loses at most the transaction it was in;
after a power cut the last few may be missing, the file stays whole (https://sqlite.org/wal.html, with
synchronous=NORMAL).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from detente.codebook import QUAD_NAMES, STATUSES
from detente.errors import LedgerError, LedgerReadOnly
from detente.ledgerfile import connect, explained, now
from detente.records import Actor, Article, Coded, Event, Exclusion
from detente.selection import PAIRS, Selection, pairs_of

Stored = Literal["new", "revised", "unchanged"]


class Run(msgspec.Struct, frozen=True):
    """One call that wrote to the ledger. `state` is running, done, interrupted or failed; one that was killed
    stays running with no end."""

    id: int
    coder: str
    model: str
    codebook: str
    settings: str
    command: str
    started_at: str
    ended_at: str | None
    state: str
    coded: int
    empty: int
    excluded: int
    skipped: int


class Audit(msgspec.Struct, frozen=True):
    """What became of every input: `inputs == coded + empty + excluded`.

    Articles and events are those in force; `reasons` counts exclusions, `superseded` past readings.
    """

    inputs: int
    coded: int
    empty: int
    excluded: int
    reasons: dict[str, int]
    events: int
    superseded: int
    undated: int
    runs: tuple[Run, ...]


class DyadCount(msgspec.Struct, frozen=True):
    """Two codes, in alphabetical order, and how many events in force lie between them, either way."""

    pair: tuple[str, str]
    events: int


def open_ledger(path: str | os.PathLike[str], *, read_only: bool = False) -> Ledger:
    """The ledger in that file; a new file is made unless `read_only`.

    Raises LedgerReadOnly for a file that cannot be written (open it with `read_only`), LedgerTooNew for one
    that a later version of detente wrote, LedgerError for a missing file with `read_only` and for a file that
    is no ledger.
    """
    path = Path(path)
    return Ledger(path, connect(path, read_only=read_only), read_only=read_only)


class Ledger:
    """An open ledger; made by `open_ledger`. As a context manager it closes at the end of the block."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the ledger cannot be used after."""
        self._connection.close()

    # -- writing

    def begin_run(self, *, coder: str, model: str, codebook: str, command: str = "", settings: str = "") -> int:
        """Open a run and return its number; `settings`: those that change what is read, or ""."""
        with self.transaction():
            cursor = self._connection.execute(
                "INSERT INTO runs (coder, model, codebook, settings, command, started_at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, 'running')",
                (coder, model, codebook, settings, command, now()),
            )
        return int(cursor.lastrowid or 0)

    def end_run(
        self,
        run: int,
        *,
        state: Literal["done", "interrupted", "failed"] = "done",
        coded: int = 0,
        empty: int = 0,
        excluded: int = 0,
        skipped: int = 0,
    ) -> None:
        """Close a run with its counts."""
        with self.transaction():
            self._connection.execute(
                "UPDATE runs SET ended_at = ?, state = ?, coded = ?, empty = ?, excluded = ?, skipped = ? WHERE id = ?",
                (now(), state, coded, empty, excluded, skipped, run),
            )

    def has_reading(self, article: Article, *, coder: str, model: str, codebook: str, settings: str = "") -> bool:
        """Whether this version of the article has a reading by just this coder in force."""
        return (
            self.row(
                "SELECT 1 FROM articles JOIN readings ON readings.article = articles.row"
                " WHERE articles.id = ? AND articles.version = ? AND articles.superseded_at IS NULL"
                " AND readings.superseded_at IS NULL"
                " AND (coder, model, codebook, settings) = (?, ?, ?, ?)",
                (article.id, _version(article), coder, model, codebook, settings),
            )
            is not None
        )

    def store(self, coded: Coded, run: int) -> Stored:
        """Keep one article and its events, in one transaction; `store_all` with one."""
        return self.store_all([coded], run)[0]

    def store_all(self, batch: Iterable[Coded], run: int) -> list[Stored]:
        """Keep articles and their events, all or none of them.

        For each: `new`; `unchanged` where this reading of this version is in force already; `revised` where
        it superseded another reading or an older version of the article.

        Raises LedgerFull where the disk is full (nothing of the batch is kept, the ledger stays usable).
        """
        with self.transaction():
            return [self._store(coded, run) for coded in batch]

    def exclude(self, exclusion: Exclusion, run: int) -> bool:
        """Note an input that was not coded; False where just this is noted already.

        It is superseded when an article with other bytes is later stored from the same source or, where its language
        was the reason, when an article is.
        """
        with self.transaction():
            cursor = self._connection.execute(
                "INSERT INTO exclusions (source, reason, detail, digest, run, recorded_at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (exclusion.source, exclusion.reason, exclusion.detail, exclusion.digest, run, now()),
            )
        return cursor.rowcount > 0

    def _store(self, coded: Coded, run: int) -> Stored:
        who = self._connection.execute(
            "SELECT coder, model, codebook, settings FROM runs WHERE id = ?", (run,)
        ).fetchone()
        if who is None:
            raise LedgerError(f"Run {run} is not in {self.path}; open one with begin_run.")
        moment = now()
        row, known = self._current_version(coded.article, run, moment)
        reading = self._connection.execute(
            "SELECT id, coder, model, codebook, settings FROM readings WHERE article = ? AND superseded_at IS NULL",
            (row,),
        ).fetchone()
        if reading is not None and reading[1:] == who:
            return "unchanged"
        if reading is not None:
            self._supersede_readings("id = ?", reading[0], moment)
        self._add_reading(coded, row, (*who, run), moment)
        self._connection.execute(
            "UPDATE exclusions SET superseded_at = ? WHERE source = ? AND superseded_at IS NULL"
            " AND (digest <> ? OR reason GLOB 'language:*' OR reason GLOB 'translation:*')",
            (moment, coded.article.source, coded.article.digest),
        )
        return "revised" if known else "new"

    def _current_version(self, article: Article, run: int, moment: str) -> tuple[int, bool]:
        """The row of this version, added if need be, and whether the article was known before."""
        found = self._connection.execute(
            "SELECT row, version FROM articles WHERE id = ? AND superseded_at IS NULL", (article.id,)
        ).fetchone()
        this = _version(article)
        if found is not None and found[1] == this:
            return int(found[0]), True
        if found is not None:
            self._connection.execute("UPDATE articles SET superseded_at = ? WHERE row = ?", (moment, found[0]))
            self._connection.execute("INSERT OR IGNORE INTO unlinked_articles VALUES (?)", (found[0],))
            self._supersede_readings("article = ?", found[0], moment)
        cursor = self._connection.execute(
            f"INSERT INTO articles ({', '.join(_ARTICLE)}, version, run, recorded_at)"
            f" VALUES ({', '.join('?' * (len(_ARTICLE) + 3))})",
            (*(_plain(getattr(article, name)) for name in _ARTICLE), this, run, moment),
        )
        return int(cursor.lastrowid or 0), found is not None

    def _supersede_readings(self, condition: str, value: int, moment: str) -> None:
        """Mark readings in force, and their events, as history."""
        current = f"SELECT id FROM readings WHERE {condition} AND superseded_at IS NULL"
        self._connection.execute(
            "INSERT OR IGNORE INTO unlinked_events SELECT row FROM events"
            f" WHERE superseded_at IS NULL AND reading IN ({current})",
            (value,),
        )
        self._connection.execute(
            f"UPDATE events SET superseded_at = ? WHERE superseded_at IS NULL AND reading IN ({current})",
            (moment, value),
        )
        self._connection.execute(
            f"UPDATE readings SET superseded_at = ? WHERE {condition} AND superseded_at IS NULL",
            (moment, value),
        )

    def _add_reading(self, coded: Coded, article: int, run: tuple[Any, ...], moment: str) -> None:
        reading = self._connection.execute(
            "INSERT INTO readings (article, coder, model, codebook, settings, run, state, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (article, *run, "coded" if coded.events else "empty", moment),
        ).lastrowid
        self._connection.execute("INSERT OR IGNORE INTO unlinked_articles VALUES (?)", (article,))
        for event in {event.id: event for event in coded.events}.values():
            row = self._connection.execute(
                "INSERT INTO events (id, reading, article, record, event, quad, status, scale, confidence,"
                " date_start, date_end, recorded_at, published) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    event.id, reading, coded.article.id, msgspec.json.encode(event).decode(), event.event,
                    event.quad, event.status, event.scale, event.confidence,
                    _plain(event.date and event.date.start), _plain(event.date and event.date.end), moment,
                    _plain(coded.article.published),
                ),
            ).lastrowid  # fmt: skip
            self._connection.executemany(
                "INSERT INTO parties VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(row, *party) for party in _parties(event)],
            )
            self._connection.executemany(
                "INSERT INTO pairs VALUES (?, ?, ?, ?)",
                [(first, second, row, direction) for first, second, direction in pairs_of(event)],
            )
            self._connection.execute("INSERT INTO unlinked_events VALUES (?)", (row,))

    # -- reading

    def events(
        self,
        *,
        dyad: tuple[str, str] | None = None,
        directed: bool = False,
        event: str | tuple[str, ...] | None = None,
        status: str | tuple[str, ...] | None = None,
        since: date | None = None,
        until: date | None = None,
        article: str | None = None,
        min_confidence: float | None = None,
        limit: int | None = None,
        offset: int = 0,
        newest_first: bool = False,
        history: bool = False,
        as_of: date | datetime | None = None,
    ) -> Iterator[Event]:
        """Events in force that meet every condition, in the order stored, or by date with the undated last.

        `dyad` (a, b): one is an actor and the other a recipient, or both are actors of an act of a
        `RECIPROCAL` type that has no recipient; with `directed`, only what a does to b, and reciprocal acts.
        `since` and `until` keep events whose days overlap [since, until); undated ones then fall out.
        `limit` events are given after the first `offset`.
        `history` adds what was superseded; `as_of` gives what was in force at that moment instead, or, for a day, what
        was known at its end (`selection`).

        Raises CodebookError for an unknown type or status.
        """
        where = self.selection(history=history, as_of=as_of)
        if dyad is not None:
            where.dyad(dyad, directed=directed)
        where.labels(event, status)
        where.given("date_end > ?", _plain(since))
        where.given("date_start < ?", _plain(until))
        where.given("article = ?", article)
        where.given("confidence >= ?", min_confidence)
        order = "date_start IS NULL, date_start DESC, row DESC" if newest_first else "row"
        rows = self.rows(
            f"SELECT record FROM events WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            (*where.values, -1 if limit is None else limit, offset),
        )
        return (msgspec.json.decode(record, type=Event) for (record,) in rows)

    def selection(self, *, history: bool = False, as_of: date | datetime | None = None) -> Selection:
        """The condition that events are in force: now, at a moment, or as known at the end of a day.

        Known on a day is what had been published by then. From the day of the ledger's first run on, what it had
        not yet recorded by then is left out as well, and what it has since superseded is in force as it was; before
        that day the ledger knew nothing, and the dates of publication alone decide.
        """
        where = Selection()
        if as_of is None or isinstance(as_of, datetime):
            where.in_force(history=history, as_of=as_of)
        else:
            began = self.row("SELECT started_at FROM runs ORDER BY id LIMIT 1")
            where.known(as_of, live=began is not None and as_of.isoformat() >= began[0][:10])
        return where

    def event(self, event_id: str) -> Event | None:
        """The event of that id, or of the only id that begins so; of several readings, the one in force.

        Raises LedgerError where several ids begin so.
        """
        found = self._only_id("events", event_id)
        record = found and self.row(
            "SELECT record FROM events WHERE id = ? ORDER BY superseded_at IS NOT NULL, row DESC", (found,)
        )
        return msgspec.json.decode(record[0], type=Event) if record else None

    def article(self, article_id: str, *, as_of: datetime | None = None) -> Article | None:
        """The article of that id, or of the only id that begins so: the version in force now or at `as_of`.

        Raises LedgerError where several ids begin so.
        """
        found = self._only_id("articles", article_id)
        if found is None:
            return None
        where = Selection()
        where.in_force(history=False, as_of=as_of)
        where.given("id = ?", found)
        row = self.row(f"SELECT {', '.join(_ARTICLE)} FROM articles WHERE {where}", tuple(where.values))
        return _article(row) if row else None

    def article_at(self, row: int) -> Article | None:
        """The article of that row of the table, None where it is superseded."""
        found = self.row(f"SELECT {', '.join(_ARTICLE)} FROM articles WHERE row = ? AND superseded_at IS NULL", (row,))
        return _article(found) if found else None

    def article_of(self, event_id: str) -> Article | None:
        """The version of its article that the event of that id was read from; see `event` for several readings."""
        row = self.row(
            f"SELECT {', '.join(f'articles.{name}' for name in _ARTICLE)} FROM events"
            " JOIN readings ON readings.id = events.reading JOIN articles ON articles.row = readings.article"
            " WHERE events.id = ? ORDER BY events.superseded_at IS NOT NULL, events.row DESC",
            (event_id,),
        )
        return _article(row) if row else None

    def article_events(self, article_id: str) -> list[Event]:
        """The events in force of one article, in the order of its text."""
        return sorted(self.events(article=article_id), key=lambda event: (event.trigger.start, event.id))

    def dyad_counts(self, dyad: tuple[str, str]) -> dict[str, dict[int, int]]:
        """How many events in force lie between two codes (see `events`), by status, then by quad code 1..4."""
        where = Selection()
        where.in_force(history=False, as_of=None)
        where.dyad(dyad, directed=False)
        counts = {status: dict.fromkeys(QUAD_NAMES, 0) for status in STATUSES}
        for status, quad, events in self.rows(
            f"SELECT status, quad, COUNT(*) FROM events WHERE {where} GROUP BY status, quad", tuple(where.values)
        ):
            counts[status][quad] = events
        return counts

    def dyads(self) -> list[DyadCount]:
        """Pairs of different codes with the number of events between them (see `events`), most first."""
        rows = self.rows(PAIRS)
        return [DyadCount((first, second), events) for first, second, events in rows]

    def audit(self) -> Audit:
        """What became of every input, and which runs did it, the latest first."""
        states = dict(self.rows("SELECT state, COUNT(*) FROM readings WHERE superseded_at IS NULL GROUP BY state"))
        reasons = dict(
            self.rows(
                "SELECT reason, COUNT(*) FROM exclusions WHERE superseded_at IS NULL GROUP BY reason ORDER BY 2 DESC, 1"
            )
        )
        ((events, dated),) = self.rows("SELECT COUNT(*), COUNT(date_start) FROM events WHERE superseded_at IS NULL")
        ((superseded,),) = self.rows("SELECT COUNT(*) FROM readings WHERE superseded_at IS NOT NULL")
        runs = self.rows(f"SELECT {', '.join(Run.__struct_fields__)} FROM runs ORDER BY id DESC")
        coded, empty, excluded = states.get("coded", 0), states.get("empty", 0), sum(reasons.values())
        return Audit(
            inputs=coded + empty + excluded,
            coded=coded,
            empty=empty,
            excluded=excluded,
            reasons=reasons,
            events=events,
            superseded=superseded,
            undated=events - dated,
            runs=tuple(Run(*run) for run in runs),
        )

    # -- the connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or, after any error or interrupt, nothing of it."""
        if self.read_only:
            raise LedgerReadOnly(f"{self.path} was opened to be read only; open it without read_only to write.")
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """One statement that changes the file, inside a `transaction`."""
        return self._connection.execute(statement, values)

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as they are read."""
        with explained(self.path):
            yield from self._connection.execute(query, values)

    def row(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, None where it has none."""
        return next(self.rows(query, values), None)

    def _only_id(self, table: str, start: str) -> str | None:
        """The id itself if it exists, else the only one that begins so."""
        if not start:
            return None
        found = [
            row[0]
            for row in self.rows(
                f"SELECT DISTINCT id FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 4",
                (start, start + "\U0010ffff"),
            )
        ]
        if start in found or len(found) == 1:
            return str(found[0])
        if found:
            raise LedgerError(f"{start!r} begins several ids: {', '.join(map(str, found))}. Give more of it.")
        return None


_ARTICLE = Article.__struct_fields__


def _article(row: tuple[Any, ...]) -> Article:
    return msgspec.convert(dict(zip(_ARTICLE, row, strict=True)), Article, strict=False)


def _parties(event: Event) -> Iterator[tuple[Any, ...]]:
    sides: tuple[tuple[str, tuple[Actor, ...]], ...] = (
        ("actor", event.actor),
        ("recipient", event.recipient),
    )
    for side, actors in sides:
        for position, actor in enumerate(actors):
            yield (
                side, position, actor.code, actor.sector, actor.entity, actor.name,
                actor.start, actor.end, actor.text,
            )  # fmt: skip


def _version(article: Article) -> str:
    """A digest of what was read: the text and what the article says about itself, not where it lay."""
    fields = (
        article.text, article.title, article.url, article.publisher, article.language, article.published,
    )  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
