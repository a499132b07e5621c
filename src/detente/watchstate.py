"""What `watch` remembers, in one SQLite file beside the ledger: `news.detente` has `news.detente.watch`.

It holds what each feed said last and when it is looked at next, every entry that was seen and what became of it, when
each host may be asked again, and what alerts have told. An entry goes through `waiting` (to be fetched), `fetched` (to
be coded; its article lies here until the ledger has it) to `coded`, `empty` or `excluded`; `old` ones are not followed.
Each step is one transaction that is written before the next begins, so a process that is killed goes on where it was:
at most, an answer is asked for again or an article given to the ledger again, which has it already.

One object serves several threads.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from zlib import crc32

import msgspec

from detente.errors import InputError, LedgerError
from detente.feeds import Entry
from detente.fetch import Validators
from detente.ledgerfile import BUSY_SECONDS, explained
from detente.records import Article, Exclusion

MOST_FETCHED = 256
"""Articles that may wait to be coded; with more, no further entries are followed until there are fewer (ours)."""

LONGEST_QUIET = 86_400.0
"""Seconds of quiet that a host can have: what it asks for beyond, or a clock that was wrong, is not kept (ours)."""

_TABLES = """
CREATE TABLE feeds (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, address TEXT NOT NULL, host TEXT NOT NULL, parent TEXT,
    active INTEGER NOT NULL DEFAULT 1, validators TEXT, title TEXT, first_success REAL, next_poll REAL NOT NULL,
    last_poll REAL, last_success REAL, error_at REAL, reason TEXT, detail TEXT, failures INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX feed_polls ON feeds (next_poll) WHERE active;
CREATE TABLE entries (
    row INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, feed TEXT NOT NULL, link TEXT, host TEXT NOT NULL,
    state TEXT NOT NULL, entry TEXT, fetched TEXT, version TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    next_try REAL NOT NULL, first_seen REAL NOT NULL, done_at REAL, reason TEXT, detail TEXT
);
CREATE INDEX entry_links ON entries (link) WHERE link IS NOT NULL;
CREATE INDEX entry_states ON entries (feed, state);
CREATE INDEX waiting_entries ON entries (host, next_try) WHERE state = 'waiting';
CREATE INDEX fetched_entries ON entries (row) WHERE state = 'fetched';
CREATE TABLE about (ledger TEXT NOT NULL);
CREATE TABLE hosts (host TEXT PRIMARY KEY, worker INTEGER NOT NULL, not_before REAL NOT NULL DEFAULT 0);
CREATE INDEX host_turns ON hosts (worker, not_before);
CREATE TABLE alerts (alert TEXT PRIMARY KEY, conditions TEXT NOT NULL, seen INTEGER NOT NULL, checked_at REAL NOT NULL);
CREATE TABLE facts (
    id INTEGER PRIMARY KEY, alert TEXT NOT NULL, text TEXT NOT NULL, record TEXT NOT NULL, found_at REAL NOT NULL
);
CREATE TABLE fact_keys (alert TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (alert, key)) WITHOUT ROWID;
CREATE TABLE deliveries (
    fact INTEGER NOT NULL REFERENCES facts (id), way TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
    next_try REAL NOT NULL, done_at REAL, detail TEXT, PRIMARY KEY (fact, way)
) WITHOUT ROWID;
CREATE INDEX open_deliveries ON deliveries (next_try) WHERE state = 'open';
"""
_VERSION = 1


class Source(msgspec.Struct, frozen=True):
    """A feed or a folder as it is remembered. `address` is where it is asked now, `parent` the sitemap that named it,
    `first_success` the first time that it could be read."""

    key: str
    kind: str
    address: str
    parent: str | None
    validators: Validators | None
    title: str | None
    first_success: float | None
    failures: int


class Seen(msgspec.Struct, frozen=True):
    """An entry as it is remembered. `entry` is what the feed said, None for a file; `tries` have failed."""

    row: int
    key: str
    feed: str
    link: str | None
    tries: int
    entry: Entry | None = None


class Fresh(msgspec.Struct, frozen=True):
    """An entry as a feed names it now. `version` tells a changed one: a later one of an entry, another one of a file,
    which has no host; `old` ones are only noted."""

    key: str
    link: str | None
    host: str
    version: str
    entry: Entry | None
    old: bool = False


def state_path(ledger: Path) -> Path:
    """Where `watch` keeps what it remembers about a ledger."""
    return ledger.with_name(ledger.name + ".watch")


def host_worker(host: str, workers: int) -> int:
    """The thread that asks a host, so that no two ask it at once."""
    return crc32(host.encode()) % workers


class State:
    """The open file; a context manager. `clock` gives seconds since 1970.

    Raises LedgerError for a file that is none of these, or of a later version.
    """

    def __init__(self, path: Path, *, read_only: bool = False, clock: Callable[[], float] = time.time) -> None:
        if read_only and not path.exists():
            raise LedgerError(f"There is no {path}: nothing has been watched into this ledger yet.")
        self.path, self.clock, self.workers = path, clock, 1
        self._lock = threading.RLock()
        with explained(path):
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA synchronous = NORMAL")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                self._connection.close()
                raise LedgerError(f"{path} was written by a later version of detente; update detente to go on with it.")
            if version == 0 and not read_only:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it; other threads wait."""
        with self._lock, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def execute(self, statement: str, *values: object) -> int:
        """One statement, a transaction of its own outside of one; gives the number of rows that it changed."""
        with self._lock, explained(self.path):
            return self._connection.execute(statement, values).rowcount

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, explained(self.path):
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of a query, None where there is none."""
        found = self.rows(query, *values)
        return found[0] if found else None

    def belongs(self, ledger: str) -> None:
        """Note which ledger this is about, by the moment of its first run, "" where there has been none.

        Raises LedgerError where it is about another one: what is coded there would be missing here.
        """
        known = self.row("SELECT ledger FROM about")
        if known is None and ledger:
            self.execute("INSERT INTO about VALUES (?)", ledger)
        elif known is not None and known[0] != ledger:
            raise LedgerError(
                f"{self.path} remembers what was coded into another ledger, which lay here before. Bring that back, or"
                f" delete {self.path} to follow everything anew."
            )

    # -- what is watched

    def set_sources(self, sources: Iterable[tuple[str, str, str]], workers: int) -> None:
        """From now on these are watched, each as key, kind and host; others rest with all that is known of them."""
        self.workers = workers
        with self.transaction():
            self.execute("UPDATE feeds SET active = 0")
            for key, kind, host in sources:
                self.add_source(key, kind, host)
            children = "UPDATE feeds SET active = 1 WHERE parent IN (SELECT key FROM feeds WHERE active) AND NOT active"
            while self.execute(children):
                pass
            for (host,) in self.rows("SELECT host FROM hosts"):
                self.execute("UPDATE hosts SET worker = ? WHERE host = ?", host_worker(host, workers), host)
            self.execute("UPDATE hosts SET not_before = min(not_before, ?)", self.clock() + LONGEST_QUIET)
            self.execute("UPDATE feeds SET next_poll = min(next_poll, ?)", self.clock() + LONGEST_QUIET)

    def add_source(self, key: str, kind: str, host: str, parent: str | None = None) -> None:
        """Watch one more, from now on; inside a transaction."""
        self._add_host(host)
        self.execute(
            "INSERT INTO feeds (key, kind, address, host, parent, next_poll) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET active = 1",
            *(key, kind, key, host, parent, self.clock()),
        )

    def _add_host(self, host: str) -> None:
        self.execute("INSERT OR IGNORE INTO hosts VALUES (?, ?, 0)", host, host_worker(host, self.workers))

    def due_source(self, worker: int) -> Source | None:
        """What is to be looked at next by a worker, if its time and its host's turn have come."""
        now = self.clock()
        return self._source(
            "INDEXED BY feed_polls CROSS JOIN hosts ON hosts.host = feeds.host"
            " WHERE worker = ? AND not_before <= ? AND active AND next_poll <= ? ORDER BY next_poll LIMIT 1",
            *(worker, now, now),
        )

    def source(self, key: str) -> Source:
        """A feed or folder that is or was watched."""
        found = self._source("WHERE key = ?", key)
        assert found is not None
        return found

    def _source(self, which: str, *values: object) -> Source | None:
        query = "SELECT key, kind, address, parent, validators, title, first_success, failures FROM feeds"
        found = self.row(f"{query} {which}", *values)
        if found is None:
            return None
        key, kind, address, parent, validators, title, first, failures = found
        known = msgspec.json.decode(validators, type=Validators) if validators else None
        return Source(key, kind, address, parent, known, title, first, failures)

    def polled(
        self,
        source: Source,
        fresh: Iterable[Fresh],
        *,
        next_poll: float,
        children: Sequence[tuple[str, str]] = (),
        address: tuple[str, str] | None = None,
        validators: Validators | None = None,
        title: str | None = None,
    ) -> int:
        """Keep what a feed said, all or nothing of it; gives the number of entries that are new or changed.

        `address` and its host are where it has moved to, `children` sitemaps that it names, with their hosts.
        """
        now, new = self.clock(), 0
        with self.transaction():
            for each in fresh:
                new += self._see(source.key, each, now)
            for child, host in children:
                self.add_source(child, "feed", host, source.key)
            if address is not None:
                self._add_host(address[1])
                self.execute("UPDATE feeds SET address = ?, host = ? WHERE key = ?", *address, source.key)
            self.execute(
                "UPDATE feeds SET validators = ?, title = ifnull(?, title), first_success = ifnull(first_success, ?),"
                " last_poll = ?, last_success = ?, next_poll = ?, failures = 0 WHERE key = ?",
                *(_json(validators) if validators else None, title, now, now, now, next_poll, source.key),
            )
        return new

    def _see(self, feed: str, fresh: Fresh, now: float) -> bool:
        """Note an entry, or that it has changed. It is known by its key, or by its link from another feed or where one
        of the two has no id of its own."""
        known = self.row("SELECT row, version, state, feed FROM entries WHERE key = ?", fresh.key)
        if known is None and fresh.link is not None:
            query = "SELECT row, version, state, feed FROM entries WHERE link = ? AND (feed <> ? OR link IN (key, ?))"
            known = self.row(query, fresh.link, feed, fresh.key)
        state = "old" if fresh.old else "waiting"
        entry = _json(fresh.entry) if fresh.entry and not fresh.old else None
        if known is None:
            self._add_host(fresh.host)
            self.execute(
                "INSERT INTO entries (key, feed, link, host, state, entry, version, next_try, first_seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(fresh.key, feed, fresh.link, fresh.host, state, entry, fresh.version, now, now),
            )
            return not fresh.old
        row, version, before, owner = known
        changed = fresh.version > version if fresh.host else fresh.version != version
        if not changed or fresh.old or owner != feed or before in ("waiting", "fetched"):
            return False
        self.execute(
            "UPDATE entries SET state = 'waiting', entry = ?, version = ?, tries = 0, next_try = ? WHERE row = ?",
            *(entry, fresh.version, now, row),
        )
        return True

    def poll_failed(self, source: Source, error: InputError, *, next_poll: float, host: str) -> None:
        """Note why a feed could not be read; at the third failure it is looked for at its first address, on `host`."""
        now = self.clock()
        self.execute(
            "UPDATE feeds SET last_poll = ?, error_at = ?, reason = ?, detail = ?, failures = failures + 1,"
            " next_poll = ?, address = CASE WHEN failures >= 2 THEN key ELSE address END,"
            " host = CASE WHEN failures >= 2 THEN ? ELSE host END WHERE key = ?",
            *(now, now, error.reason, str(error)[:500], next_poll, host, source.key),
        )

    # -- entries

    def due_entry(self, worker: int) -> Seen | None:
        """The next entry that a worker may follow: of the host that has been left alone longest, the oldest."""
        (fetched,) = self.rows("SELECT COUNT(*) FROM entries INDEXED BY fetched_entries WHERE state = 'fetched'")[0]
        if fetched >= MOST_FETCHED:
            return None
        now = self.clock()
        found = self.row(
            "SELECT row, key, feed, link, tries, entry FROM hosts CROSS JOIN entries"
            " INDEXED BY waiting_entries ON entries.host = hosts.host"
            " WHERE worker = ? AND not_before <= ? AND hosts.host <> '' AND state = 'waiting' AND next_try <= ?"
            " ORDER BY not_before LIMIT 1",
            *(worker, now, now),
        )
        return _seen(found) if found else None

    def fetched(self, seen: Seen, found: Article | Exclusion, *, note: InputError | None = None) -> None:
        """Keep what an entry led to until it is coded; `note` is why it is the entry's own text, where it is."""
        kind = "article" if isinstance(found, Article) else "exclusion"
        self.execute(
            "UPDATE entries SET state = 'fetched', fetched = ?, entry = NULL, tries = 0, reason = ?, detail = ?"
            " WHERE row = ?",
            f"{kind} {_json(found)}",
            *((note.reason, str(note)[:500]) if note else (None, None)),
            seen.row,
        )

    def try_later(self, seen: Seen, error: InputError, *, next_try: float, counts: bool = True) -> None:
        """Note why an entry could not be had yet; a host's quiet counts as no try."""
        self.execute(
            "UPDATE entries SET tries = tries + ?, next_try = ?, reason = ?, detail = ? WHERE row = ?",
            *(counts, next_try, error.reason, str(error)[:500], seen.row),
        )

    def to_code(self, most: int) -> list[tuple[Seen, Article | Exclusion]]:
        """What has been fetched, the oldest first."""
        rows = self.rows(
            "SELECT row, key, feed, link, tries, fetched FROM entries INDEXED BY fetched_entries"
            " WHERE state = 'fetched' ORDER BY row LIMIT ?",
            most,
        )
        found: list[tuple[Seen, Article | Exclusion]] = []
        for *seen, fetched in rows:
            kind, _, text = fetched.partition(" ")
            read: type[Article | Exclusion] = Article if kind == "article" else Exclusion
            found.append((_seen((*seen, None)), msgspec.json.decode(text, type=read)))
        return found

    def to_read(self, most: int) -> list[Seen]:
        """Files that wait to be read."""
        rows = self.rows(
            "SELECT row, entries.key, feed, link, tries FROM entries INDEXED BY waiting_entries"
            " JOIN feeds ON feeds.key = feed AND kind = 'folder'"
            " WHERE entries.host = '' AND state = 'waiting' AND next_try <= ? ORDER BY next_try LIMIT ?",
            *(self.clock(), most),
        )
        return [Seen(*row) for row in rows]

    @contextmanager
    def reading(self, seen: Seen) -> Iterator[None]:
        """While an article or a file is read it has one more of `tries`; so that at which a process dies is known."""
        self.execute("UPDATE entries SET tries = tries + 1 WHERE row = ?", seen.row)
        try:
            yield
        finally:
            self.execute("UPDATE entries SET tries = tries - 1 WHERE row = ?", seen.row)

    def done(self, seen: Seen, state: str, reason: tuple[str, str] | None = None) -> None:
        """What became of an entry: coded, empty or excluded. The article is the ledger's now."""
        self.execute(
            "UPDATE entries SET state = ?, fetched = NULL, entry = NULL, done_at = ?, reason = ifnull(?, reason),"
            " detail = ifnull(?, detail) WHERE row = ?",
            *(state, self.clock(), *(reason or (None, None)), seen.row),
        )

    # -- a look at everything

    def look_now(self) -> None:
        """All feeds and folders are due, but for those that failed the last time: they wait for their next try."""
        self.execute("UPDATE feeds SET next_poll = ? WHERE active AND failures = 0", self.clock())

    def is_idle(self, patience: float) -> bool:
        """Whether nothing is to be done: no feed is due and no entry waits, but on hosts quiet for `patience` yet."""
        with self._lock:  # so that nothing becomes due between the clock and the queries
            return self._is_idle(self.clock(), patience)

    def _is_idle(self, now: float, patience: float) -> bool:
        due = self.row(
            "SELECT 1 FROM feeds JOIN hosts USING (host) WHERE active AND next_poll <= ? AND not_before <= ? LIMIT 1",
            *(now, now + patience),
        )
        waiting = self.row(
            "SELECT 1 FROM hosts CROSS JOIN entries INDEXED BY waiting_entries ON entries.host = hosts.host"
            " WHERE state = 'waiting' AND next_try <= ? AND not_before <= ? LIMIT 1",
            *(now, now + patience),
        )
        return not (
            due
            or waiting
            or self.row("SELECT 1 FROM entries INDEXED BY fetched_entries WHERE state = 'fetched' LIMIT 1")
        )


def _seen(row: Sequence[Any]) -> Seen:
    number, key, feed, link, tries, entry = row
    return Seen(number, key, feed, link, tries, msgspec.json.decode(entry, type=Entry) if entry else None)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
