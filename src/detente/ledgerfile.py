"""The ledger's file: its tables and how they came to be, how it is opened, and what SQLite's errors mean.

Tables are made and changed by numbered migrations, each applied once and noted in the table `migrations`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from detente.errors import LedgerError, LedgerFull, LedgerReadOnly, LedgerTooNew

BUSY_SECONDS = 30
APPLICATION_ID = 0x44544E54  # "DTNT" in the file's header tells a ledger from other SQLite files

_MIGRATIONS_TABLE = """
CREATE TABLE migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL, detente TEXT NOT NULL
)
"""
_INITIAL = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    coder TEXT NOT NULL, model TEXT NOT NULL, codebook TEXT NOT NULL, settings TEXT NOT NULL,
    command TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, state TEXT NOT NULL,
    coded INTEGER NOT NULL DEFAULT 0, empty INTEGER NOT NULL DEFAULT 0,
    excluded INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE articles (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL, version TEXT NOT NULL, text TEXT NOT NULL,
    title TEXT, url TEXT, publisher TEXT, language TEXT, published TEXT, published_basis TEXT NOT NULL,
    digest TEXT NOT NULL, source TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs, recorded_at TEXT NOT NULL, superseded_at TEXT
);
CREATE INDEX article_ids ON articles (id);
CREATE UNIQUE INDEX one_version_in_force ON articles (id) WHERE superseded_at IS NULL;
CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (row),
    coder TEXT NOT NULL, model TEXT NOT NULL, codebook TEXT NOT NULL, settings TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('coded', 'empty')),
    run INTEGER NOT NULL REFERENCES runs, recorded_at TEXT NOT NULL, superseded_at TEXT
);
CREATE UNIQUE INDEX one_reading_in_force ON readings (article) WHERE superseded_at IS NULL;
CREATE TABLE events (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL, reading INTEGER NOT NULL REFERENCES readings, article TEXT NOT NULL,
    record TEXT NOT NULL,
    event TEXT NOT NULL, quad INTEGER NOT NULL, status TEXT NOT NULL, scale REAL NOT NULL,
    confidence REAL NOT NULL, date_start TEXT, date_end TEXT,
    recorded_at TEXT NOT NULL, superseded_at TEXT,
    UNIQUE (reading, id)
);
CREATE INDEX event_ids ON events (id);
CREATE INDEX event_articles ON events (article);
CREATE INDEX event_days ON events (date_start, event);
CREATE TABLE parties (
    event INTEGER NOT NULL REFERENCES events (row),
    side TEXT NOT NULL CHECK (side IN ('actor', 'recipient')), position INTEGER NOT NULL,
    code TEXT NOT NULL, sector TEXT NOT NULL, entity TEXT, name TEXT,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (event, side, position)
) WITHOUT ROWID;
CREATE INDEX party_codes ON parties (code, side, event);
CREATE TABLE exclusions (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, digest TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs, recorded_at TEXT NOT NULL, superseded_at TEXT
);
CREATE UNIQUE INDEX one_exclusion_in_force ON exclusions (source, reason, digest) WHERE superseded_at IS NULL;
"""

# `pairs` are the dyads of an event as `detente.selection.pairs_of` gives them. The tables from `unlinked_articles` on
# are what `detente.memory` makes of articles, events and judgements; a row of `acts` has that of its leading event.
_MEMORY = """
ALTER TABLE events ADD COLUMN published TEXT;
UPDATE events SET published = (
    SELECT articles.published FROM readings JOIN articles ON articles.row = readings.article
    WHERE readings.id = events.reading
);
CREATE TABLE pairs (
    first TEXT NOT NULL, second TEXT NOT NULL, event INTEGER NOT NULL REFERENCES events (row),
    direction INTEGER NOT NULL CHECK (direction IN (-1, 0, 1)),
    PRIMARY KEY (first, second, event, direction)
) WITHOUT ROWID;
CREATE INDEX pair_events ON pairs (event);
INSERT OR IGNORE INTO pairs
    SELECT min(a.code, b.code), max(a.code, b.code), a.event, CASE WHEN a.code <= b.code THEN 1 ELSE -1 END
    FROM parties a JOIN parties b ON b.event = a.event AND b.side = 'recipient'
    WHERE a.side = 'actor' AND a.code <> '' AND b.code <> '';
INSERT OR IGNORE INTO pairs
    SELECT a.code, b.code, a.event, 0
    FROM parties a JOIN parties b ON b.event = a.event AND b.side = 'actor' JOIN events ON events.row = a.event
    WHERE a.side = 'actor' AND a.code <> '' AND a.code < b.code
    AND events.event IN
    ('AGREE', 'CONSULT', 'SUPPORT', 'CONCEDE', 'COOPERATE', 'RETREAT', 'ACCUSE', 'SANCTION', 'ASSAULT')
    AND NOT EXISTS (SELECT 1 FROM parties r WHERE r.event = a.event AND r.side = 'recipient');
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'unmerge', 'pledge', 'event')),
    subject TEXT NOT NULL, about TEXT NOT NULL, value TEXT NOT NULL,
    who TEXT NOT NULL, why TEXT NOT NULL, recorded_at TEXT NOT NULL, superseded_at TEXT
);
CREATE UNIQUE INDEX one_judgement_in_force ON judgements (kind, subject, about) WHERE superseded_at IS NULL;
CREATE INDEX judgement_abouts ON judgements (about);
CREATE TABLE unlinked_articles (article INTEGER PRIMARY KEY REFERENCES articles (row));
CREATE TABLE unlinked_events (event INTEGER PRIMARY KEY REFERENCES events (row));
INSERT INTO unlinked_articles SELECT row FROM articles WHERE superseded_at IS NULL;
INSERT INTO unlinked_events SELECT row FROM events WHERE superseded_at IS NULL;
CREATE TABLE imprints (article INTEGER PRIMARY KEY REFERENCES articles (row), imprint TEXT NOT NULL, root TEXT);
CREATE TABLE imprint_keys (
    key TEXT NOT NULL, article INTEGER NOT NULL REFERENCES imprints (article), PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE INDEX imprint_articles ON imprint_keys (article);
CREATE TABLE relations (
    one INTEGER NOT NULL REFERENCES imprints (article), other INTEGER NOT NULL REFERENCES imprints (article),
    relation TEXT NOT NULL, PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX relation_others ON relations (other);
CREATE TABLE tellings (event INTEGER PRIMARY KEY REFERENCES events (row), telling TEXT NOT NULL, act INTEGER);
CREATE INDEX telling_acts ON tellings (act);
CREATE TABLE telling_keys (
    key TEXT NOT NULL, start INTEGER NOT NULL, event INTEGER NOT NULL REFERENCES tellings (event),
    "end" INTEGER NOT NULL, PRIMARY KEY (key, start, event)
) WITHOUT ROWID;
CREATE INDEX telling_events ON telling_keys (event);
CREATE TABLE likenesses (
    one INTEGER NOT NULL REFERENCES tellings (event), other INTEGER NOT NULL REFERENCES tellings (event),
    score REAL NOT NULL, reasons TEXT NOT NULL, PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX likeness_others ON likenesses (other);
CREATE TABLE acts (
    row INTEGER PRIMARY KEY REFERENCES events (row), id TEXT NOT NULL UNIQUE,
    event TEXT NOT NULL, mode TEXT, quad INTEGER NOT NULL, status TEXT NOT NULL, scale REAL NOT NULL,
    confidence REAL NOT NULL, date_start TEXT, date_end TEXT,
    reports INTEGER NOT NULL, sources INTEGER NOT NULL, agreement TEXT NOT NULL, first_seen TEXT, last_seen TEXT
);
CREATE INDEX act_days ON acts (date_start, event);
CREATE INDEX act_seen ON acts (first_seen);
CREATE TABLE act_pairs (
    first TEXT NOT NULL, second TEXT NOT NULL, day TEXT NOT NULL, act INTEGER NOT NULL REFERENCES acts (row),
    direction INTEGER NOT NULL, PRIMARY KEY (first, second, day, act, direction)
) WITHOUT ROWID;
CREATE INDEX paired_acts ON act_pairs (act);
CREATE TABLE told (
    code TEXT NOT NULL, day TEXT NOT NULL, article INTEGER NOT NULL REFERENCES articles (row),
    PRIMARY KEY (code, day, article)
) WITHOUT ROWID;
CREATE INDEX told_articles ON told (article);
CREATE INDEX article_days ON articles (published);
"""

# What the page looks up: words of sentences and articles (https://sqlite.org/fts5.html, without a copy of the text),
# and how many articles in force were read by day and by publisher's month; triggers keep them true.
_SEARCH = """
CREATE VIRTUAL TABLE event_words USING fts5 (words, content = '', tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE article_words USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO event_words (rowid, words) SELECT row, json_extract(record, '$.sentence.text') FROM events;
INSERT INTO article_words (rowid, title, text) SELECT row, title, text FROM articles;
CREATE TRIGGER event_words_kept AFTER INSERT ON events BEGIN
    INSERT INTO event_words (rowid, words) VALUES (new.row, json_extract(new.record, '$.sentence.text')); END;
CREATE TRIGGER article_words_kept AFTER INSERT ON articles BEGIN
    INSERT INTO article_words (rowid, title, text) VALUES (new.row, new.title, new.text); END;
CREATE TABLE read_days (day TEXT PRIMARY KEY, articles INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE read_months (
    publisher TEXT NOT NULL, month TEXT NOT NULL, articles INTEGER NOT NULL, PRIMARY KEY (publisher, month)
) WITHOUT ROWID;
INSERT INTO read_days
    SELECT coalesce(published, ''), COUNT(*) FROM articles WHERE superseded_at IS NULL GROUP BY 1;
INSERT INTO read_months
    SELECT coalesce(publisher, ''), substr(coalesce(published, ''), 1, 7), COUNT(*) FROM articles
    WHERE superseded_at IS NULL GROUP BY 1, 2;
CREATE TRIGGER read_days_kept AFTER INSERT ON articles BEGIN
    INSERT INTO read_days VALUES (coalesce(new.published, ''), 1)
    ON CONFLICT DO UPDATE SET articles = articles + 1; END;
CREATE TRIGGER read_months_kept AFTER INSERT ON articles BEGIN
    INSERT INTO read_months VALUES (coalesce(new.publisher, ''), substr(coalesce(new.published, ''), 1, 7), 1)
    ON CONFLICT DO UPDATE SET articles = articles + 1; END;
CREATE TRIGGER read_days_taken AFTER UPDATE OF superseded_at ON articles
    WHEN old.superseded_at IS NULL AND new.superseded_at IS NOT NULL BEGIN
    UPDATE read_days SET articles = articles - 1 WHERE day = coalesce(new.published, ''); END;
CREATE TRIGGER read_months_taken AFTER UPDATE OF superseded_at ON articles
    WHEN old.superseded_at IS NULL AND new.superseded_at IS NOT NULL BEGIN
    UPDATE read_months SET articles = articles - 1
    WHERE publisher = coalesce(new.publisher, '') AND month = substr(coalesce(new.published, ''), 1, 7); END;
CREATE TABLE saved_searches (name TEXT PRIMARY KEY, query TEXT NOT NULL, saved_at TEXT NOT NULL) WITHOUT ROWID;
"""

_ORIGINALS = """
ALTER TABLE articles ADD COLUMN original TEXT;
ALTER TABLE articles ADD COLUMN translated_from TEXT;
ALTER TABLE articles ADD COLUMN alignment TEXT;
"""

# What pages of states and actors sum: acts by pair, year, direction, status and quad code. `ways` counts directions;
# `acts` and `scale` count an act once a pair. Triggers keep them true.
_SUMS = """
CREATE INDEX act_pair_firsts ON act_pairs (first, day);
CREATE INDEX act_pair_seconds ON act_pairs (second, day);
CREATE INDEX party_entities ON parties (entity, code) WHERE entity IS NOT NULL;
CREATE TABLE pair_years (
    first TEXT NOT NULL, second TEXT NOT NULL, year TEXT NOT NULL, direction INTEGER NOT NULL,
    status TEXT NOT NULL, quad INTEGER NOT NULL, ways INTEGER NOT NULL, acts INTEGER NOT NULL, scale REAL NOT NULL,
    PRIMARY KEY (first, second, year, direction, status, quad)
) WITHOUT ROWID;
CREATE INDEX pair_year_seconds ON pair_years (second);
INSERT INTO pair_years
    SELECT first, second, substr(day, 1, 4), direction, status, quad, COUNT(*), SUM(lead), SUM(lead * scale) FROM (
        SELECT pair.*, direction = (SELECT MIN(direction) FROM act_pairs other WHERE other.first = pair.first
            AND other.second = pair.second AND other.day = pair.day AND other.act = pair.act) lead FROM act_pairs pair
    ) pair JOIN acts ON acts.row = pair.act GROUP BY 1, 2, 3, 4, 5, 6;
CREATE TRIGGER pair_years_kept AFTER INSERT ON act_pairs BEGIN
    INSERT INTO pair_years
        SELECT new.first, new.second, substr(new.day, 1, 4), new.direction, status, quad, 1, lead, lead * scale FROM (
            SELECT status, quad, scale, NOT EXISTS (SELECT 1 FROM act_pairs WHERE first = new.first
                AND second = new.second AND day = new.day AND act = new.act AND direction <> new.direction) lead
            FROM acts WHERE row = new.act
        ) WHERE TRUE
        ON CONFLICT DO UPDATE SET
            ways = ways + 1, acts = acts + excluded.acts, scale = scale + excluded.scale; END;
CREATE TRIGGER pair_years_taken AFTER DELETE ON act_pairs BEGIN
    UPDATE pair_years SET ways = ways - 1,
        acts = acts - NOT EXISTS (SELECT 1 FROM act_pairs WHERE first = old.first AND second = old.second
            AND day = old.day AND act = old.act),
        scale = pair_years.scale - acts.scale * NOT EXISTS (SELECT 1 FROM act_pairs WHERE first = old.first
            AND second = old.second AND day = old.day AND act = old.act)
    FROM acts WHERE acts.row = old.act AND (first, second, year, direction)
        = (old.first, old.second, substr(old.day, 1, 4), old.direction)
        AND pair_years.status = acts.status AND pair_years.quad = acts.quad; END;
"""

# Numbered from 1. A migration that has been released is never changed: add another.
MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("initial", _INITIAL),
    ("memory", _MEMORY),
    ("search", _SEARCH),
    ("originals", _ORIGINALS),
    ("sums", _SUMS),
)


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to a ledger that is brought up to this version; a new file is made unless `read_only`.

    Raises LedgerError, LedgerReadOnly and LedgerTooNew as `detente.ledger.open_ledger` says.
    """
    if read_only and not path.exists():
        raise LedgerError(f"There is no ledger at {path}. `detente code … --ledger {path}` makes one.")
    if not path.parent.is_dir():
        raise LedgerError(f"Cannot make a ledger at {path}: the folder {path.parent} does not exist.")
    if path.is_dir():
        raise LedgerError(f"{path} is a folder; a ledger is one file.")
    with explained(path):
        connection = _open(path, read_only=read_only)
        try:
            _check_kind(connection, path)
            if read_only:
                connection = _readable(connection, path)
            else:
                _use_wal(connection)
                _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with what to do next. Codes: https://sqlite.org/rescode.html"""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise LedgerFull(
                f"The disk that holds {path} is full. Nothing of the last batch was kept, nothing before it"
                " is lost: free some space and run the same command again, it goes on where it stopped."
            ) from error
        if code == sqlite3.SQLITE_READONLY:
            raise LedgerReadOnly(
                f"{path} cannot be written: the file or its folder is read-only. It can still be read; to"
                " write, copy it to a folder of yours or change its permissions."
            ) from error
        if code == sqlite3.SQLITE_NOTADB:
            raise LedgerError(f"{path} is not a ledger (no SQLite file). Give another file.") from error
        if code == sqlite3.SQLITE_BUSY:
            raise LedgerError(
                f"Another process has been writing to {path} for {BUSY_SECONDS} seconds. Try again when it has ended."
            ) from error
        raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def now() -> str:
    return stamp(datetime.now(UTC))


def _open(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection in autocommit, foreign keys on.

    A WAL file on read-only storage, closed in good order, has no side files and SQLite cannot make them: it
    is then opened as immutable (https://sqlite.org/wal.html#read_only_databases).
    """
    address = "file:" + quote(str(path.absolute()))
    try:
        connection = _configured(f"{address}?mode={'ro' if read_only else 'rwc'}")
        if read_only:
            connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        wal = path.with_name(path.name + "-wal")
        if not read_only or (wal.exists() and wal.stat().st_size):
            raise
        connection = _configured(f"{address}?immutable=1")
    return connection


def _configured(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION_ID:
        raise LedgerError(f"{path} is an SQLite file of another program, not a ledger. Give another file.")


def _readable(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The ledger as it is or, where an older version wrote it, a temporary copy that is brought to this one."""
    if _checked_version(connection, path) == len(MIGRATIONS):
        return connection
    copy = sqlite3.connect("", isolation_level=None)  # https://sqlite.org/inmemorydb.html#temp_db
    connection.backup(copy)
    connection.close()
    _migrate(copy, path)
    return copy


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    at, by = _applied(connection)
    if at > len(MIGRATIONS):
        raise LedgerTooNew(
            f"{path} is a ledger of version {at}, written by detente {by}; this is detente"
            f" {version('detente')}, which reads up to version {len(MIGRATIONS)}. Upgrade detente to open it."
        )
    return at


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to this version, all in one transaction."""
    _checked_version(connection, path)
    connection.execute("BEGIN IMMEDIATE")  # also tells at once whether the file can be written
    try:
        at, _ = _applied(connection)
        if at == 0:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(_MIGRATIONS_TABLE)
        for number, (name, script) in enumerate(MIGRATIONS[at:], at + 1):
            for statement in filter(str.strip, script.split(";\n")):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?, ?, ?)", (number, name, now(), version("detente")))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _applied(connection: sqlite3.Connection) -> tuple[int, str]:
    """The number of the last migration, and the detente that applied it; 0 for a file that is still empty."""
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").fetchone()
    last = known and connection.execute("SELECT number, detente FROM migrations ORDER BY number DESC").fetchone()
    return last or (0, "")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite needs the file alone for it and does not wait by itself, so we wait here."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
