"""Keeping a ledger: a copy of it while others write, a look at all that it holds, and its file made small again.

What SQLite does is told at https://sqlite.org/backup.html, https://sqlite.org/lang_vacuum.html and
https://sqlite.org/wal.html.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec

from detente.errors import LedgerError
from detente.integrity import RESTORE, Fault, faults
from detente.ledger import Ledger, _article, _version, open_ledger
from detente.ledgerfile import APPLICATION_ID, explained
from detente.pipeline import event_id, text_digest
from detente.records import Article, Event
from detente.selection import pairs_of
from detente.translation import aligned

COUNTED = ("articles", "readings", "events", "judgements", "exclusions", "runs")
"""Tables whose rows are told: what was read, what people judged, what was left out, and who did it."""

PAGES = 4096
"""Pages that a backup copies between two looks at whether it is to stop: 16 MiB."""

CODE_AGAIN = "Code the article again: `detente code` of its source, or of the record that `detente article` writes."

_SIDE_FILES = ("-wal", "-shm", "-journal")


class Backup(msgspec.Struct, frozen=True):
    """A copy that is whole: its file, its bytes, and how many rows it has of each table in COUNTED."""

    path: str
    bytes: int
    rows: dict[str, int]


class Verified(msgspec.Struct, frozen=True):
    """How much was looked at, and what is wrong with it; `spans` are quoted words compared with their text."""

    rows: dict[str, int]
    spans: int
    faults: tuple[Fault, ...]


class Compacted(msgspec.Struct, frozen=True):
    """Bytes of a ledger's file and its WAL before and after."""

    before: int
    after: int


Free = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """Bytes that are free on the disk of a folder."""
    return shutil.disk_usage(folder).free


# -- backup ----------------------------------------------------------------------------------------------------------


def back_up(path: Path, to: Path, *, overwrite: bool = False, free: Free = free_bytes) -> Backup:
    """Copy a ledger as it is at this moment, whatever others write meanwhile; `to` is a file, or a folder for one.

    The copy is looked over (SQLite's integrity check, references, number of rows) under a temporary name and only then
    takes its own: a file there is a whole one. It has no side files and can be opened like any ledger.

    Raises LedgerError for a ledger that is none, for a file that is there already unless `overwrite`, for a disk
    without room, and for a copy with faults.
    """
    target = to / path.name if to.is_dir() else to
    if not target.parent.is_dir():
        raise LedgerError(f"The folder {target.parent} does not exist. Make it, or name another.")
    if target.resolve() == path.resolve():
        raise LedgerError(f"{target} is the ledger itself. Name another file.")
    if target.exists() and not overwrite:
        raise LedgerError(f"{target} is there already. Name another file, or overwrite it with --overwrite.")
    with explained(path), closing(_as_it_is(path, mode="ro")) as source:
        source.execute("BEGIN")  # what is read from here on is what is there now
        size = _size_in_pages(source)
        if free(target.parent) < size:
            raise LedgerError(
                f"{target.parent} has {free(target.parent):,} bytes free, and the copy needs {size:,}."
                " Free some space, or name another folder."
            )
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        try:
            rows = _copied(source, part)
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            for leftover in ("", *_SIDE_FILES):
                part.with_name(part.name + leftover).unlink(missing_ok=True)
    return Backup(str(target), target.stat().st_size, rows)


def _copied(source: sqlite3.Connection, part: Path) -> dict[str, int]:
    """Copy what a connection reads into a new file and look it over; how many rows it has."""
    with explained(part), closing(sqlite3.connect(part, isolation_level=None)) as copy:
        source.backup(copy, pages=PAGES, progress=lambda *_: None)  # between calls of it, Ctrl-C is heard
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without side files
        wrong = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
        wrong += [f"a row of {table} refers to none" for table, *_ in copy.execute("PRAGMA foreign_key_check")]
        rows = _rows(lambda query: copy.execute(query).fetchone())
        there = _rows(lambda query: source.execute(query).fetchone())
        if rows != there:
            wrong.append(f"it has {rows}, the ledger {there}")
    if wrong:
        raise LedgerError(
            f"The copy is not whole, and was not kept: {'; '.join(wrong[:3])}. Look at the ledger itself with"
            " `detente ledger verify`, and at the disk."
        )
    return rows


def _rows(first: Callable[[str], tuple[int, ...] | None]) -> dict[str, int]:
    """How many rows the tables in COUNTED have; one that an older version did not have yet is left out."""
    counts = {}
    for table in COUNTED:
        if first(f"SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{table}'"):
            found = first(f"SELECT COUNT(*) FROM {table}")
            counts[table] = found[0] if found else 0
    return counts


def _sync_folder(folder: Path) -> None:
    """Have a new name in a folder outlive a power cut; where folders cannot be opened, the system sees to it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# -- verify ----------------------------------------------------------------------------------------------------------


def verify(path: Path) -> Verified:
    """Look at all that a ledger holds, its history too.

    SQLite's integrity check and references; the rules of `integrity`; the hash of every version of an article; of every
    event its id, the words that it quotes, the columns that it is searched by; and what judgements are about.
    Raises LedgerError for a file that is no ledger of this version or an older one.
    """
    findings, rows = _Findings(), dict[str, int]()
    try:
        with open_ledger(path, read_only=True) as ledger:
            findings.faults += faults(ledger, thorough=True)
            rows = _rows(ledger.row)
            _verify_articles(ledger, findings)
            _verify_events(ledger, findings)
            _verify_judgements(ledger, findings)
    except LedgerError as error:  # what comes behind a damaged page cannot be read
        if not _is_damage(error.__cause__):
            raise
        findings.add("a part of the file cannot be read", str(error), RESTORE)
    return Verified(rows, findings.spans, findings.collected())


def _is_damage(cause: BaseException | None) -> bool:
    """Whether SQLite found a page that is none, or text that is none, for which it has no code."""
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return isinstance(cause, sqlite3.Error) and code & 0xFF == sqlite3.SQLITE_CORRUPT


class _Findings:
    """What was found so far; each kind of fault is counted, and shown by its first three."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.spans = 0
        self._found: dict[tuple[str, str], list[str]] = {}

    def add(self, what: str, example: str, remedy: str) -> None:
        self._found.setdefault((what, remedy), []).append(example)

    def collected(self) -> tuple[Fault, ...]:
        found = (
            Fault(what, len(examples), tuple(examples[:3]), remedy) for (what, remedy), examples in self._found.items()
        )
        return (*self.faults, *found)


def _verify_articles(ledger: Ledger, findings: _Findings) -> None:
    columns = ", ".join(Article.__struct_fields__)
    for *fields, version in ledger.rows(f"SELECT {columns}, version FROM articles"):
        try:
            article = _article(tuple(fields))
        except msgspec.ValidationError as error:
            findings.add("an article's record cannot be read", f"{fields[0]}: {error}", RESTORE)
            continue
        if _version(article) != version:
            what = "an article's text, or what it says about itself, is not what its hash was made of"
            findings.add(what, article.id, RESTORE)
        if not _is_aligned(article):
            findings.add("an article's sentences do not lie in its original", article.id, RESTORE)


def _is_aligned(article: Article) -> bool:
    """Whether each sentence of a translation, and of what it was made from, lies in its text."""
    texts = len(article.text), len(article.original or "")
    return all(
        0 <= start <= end <= texts[0] and 0 <= first <= last <= texts[1]
        for start, end, first, last in aligned(article.alignment or "")
    )


def _verify_events(ledger: Ledger, findings: _Findings) -> None:
    """Events lie beside others of their reading, so each text is hashed about once."""
    at, digest = None, ""
    for row, event_row, text, record, *columns in ledger.rows(
        "SELECT articles.row, events.row, articles.text, events.record, events.id, events.article, articles.id,"
        " events.event, quad, status, scale, confidence, date_start, date_end"
        " FROM events JOIN readings ON readings.id = events.reading JOIN articles ON articles.row = readings.article"
    ):
        if row != at:
            at, digest = row, text_digest(text)
        try:
            event = msgspec.json.decode(record, type=Event)
        except (msgspec.DecodeError, UnicodeDecodeError):
            findings.add("an event's record cannot be read", columns[0], CODE_AGAIN)
            continue
        _verify_event(event, text, digest, findings)
        if tuple(columns) != _columns_of(event):
            findings.add("an event is searched by other values than its record has", event.id, RESTORE)
        _verify_parties(ledger, event, event_row, findings)


def _verify_event(event: Event, text: str, digest: str, findings: _Findings) -> None:
    """The event's id, if this software gave it, and its words."""
    if event.coder.startswith("detente ") and event.id != event_id(
        event.article,
        digest,
        trigger=event.trigger,
        event=event.event,
        sides=(event.actor, event.recipient),
        scale_version=event.scale_version,
    ):
        findings.add("an event's id is not the hash of what it says", event.id, CODE_AGAIN)
    for words, start, end in quoted(event):
        findings.spans += 1
        if not 0 <= start <= end <= len(text) or text[start:end] != words:
            findings.add("an event quotes words that do not stand at their place", f"{event.id}: “{words}”", CODE_AGAIN)


def quoted(event: Event) -> Iterator[tuple[str, int, int]]:
    """All words that an event quotes from its article, with the half-open range where they stand."""
    steps = (step.words for step in event.steps)
    one = (event.trigger, event.sentence, event.hedge, event.speaker, event.pledge, event.location)
    for part in (*one, *event.mentions, *event.actor, *event.recipient, *steps):
        if part is not None:
            yield part.text, part.start, part.end


def _columns_of(event: Event) -> tuple[object, ...]:
    days = (event.date.start.isoformat(), event.date.end.isoformat()) if event.date else (None, None)
    return (
        event.id, event.article, event.article, event.event, event.quad, event.status, event.scale, event.confidence,
        *days,
    )  # fmt: skip


def _verify_parties(ledger: Ledger, event: Event, row: int, findings: _Findings) -> None:
    kept = list(ledger.rows("SELECT side, code FROM parties WHERE event = ? ORDER BY side, position", (row,)))
    told = [("actor", party.code) for party in event.actor] + [("recipient", party.code) for party in event.recipient]
    pairs = set(ledger.rows("SELECT first, second, direction FROM pairs WHERE event = ?", (row,)))
    if kept != told or pairs != set(pairs_of(event)):
        findings.add("an event is found by other parties than its record has", event.id, RESTORE)


def _verify_judgements(ledger: Ledger, findings: _Findings) -> None:
    rows = ledger.rows(
        "SELECT kind, subject, about, recorded_at, subject IN (SELECT id FROM events),"
        " kind NOT IN ('merge', 'unmerge') OR about IN (SELECT id FROM events) FROM judgements"
    )
    for kind, subject, about, recorded, subject_there, about_there in rows:
        missing = [each for each, there in ((subject, subject_there), (about, about_there)) if not there]
        for each in missing:
            remedy = f"{RESTORE} Where that event was never there, withdraw it: `detente events withdraw {subject}`."
            findings.add("a judgement is about an event that is not there", f"{kind} of {recorded}: {each}", remedy)


# -- compact ---------------------------------------------------------------------------------------------------------


def compact(path: Path, *, free: Free = free_bytes) -> Compacted:
    """Write a ledger's file anew without unused pages, and empty its WAL. What it holds stays the same.

    It takes the ledger for itself meanwhile. Raises LedgerError where another process has it open, for a disk without
    room, and for a file that is no ledger; LedgerReadOnly for one that cannot be written.
    """
    path = path.resolve()  # beside which SQLite puts its files
    with explained(path), closing(_as_it_is(path, mode="rw")) as connection:
        before = _size_on_disk(path)
        _check_room(path, _size_in_pages(connection), free)
        try:
            # Leaving WAL needs the file alone, and moves what is in the WAL to the file.
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise LedgerError(
                f"{path} was left as it is: another process has it open. End what writes to it or reads it, such as"
                " `detente code` or `detente serve`, and try again."
            ) from error
        try:
            connection.execute("VACUUM")
        finally:
            connection.execute("PRAGMA journal_mode = WAL")
    return Compacted(before, _size_on_disk(path))


def _check_room(path: Path, size: int, free: Free) -> None:
    """The new file is written where temporary ones lie; the old pages are kept beside the ledger until it is whole."""
    needed: dict[int, tuple[Path, int]] = {}
    for folder in (path.absolute().parent, temporary_folder()):
        disk = folder.stat().st_dev
        needed[disk] = (needed.get(disk, (folder, 0))[0], needed.get(disk, (folder, 0))[1] + size)
    for folder, most in needed.values():
        if free(folder) < most:
            raise LedgerError(
                f"The disk of {folder} has {free(folder):,} bytes free, and making {path} compact may take {most:,}."
                " Free some space; SQLITE_TMPDIR names another folder for temporary files."
            )


def temporary_folder() -> Path:
    """Where SQLite puts temporary files (https://sqlite.org/tempfiles.html, section 5)."""
    named = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp")
    usable: Iterable[Path] = (Path(name) for name in named if name)
    return next((folder for folder in usable if folder.is_dir() and os.access(folder, os.W_OK)), Path.cwd())


# -- the file --------------------------------------------------------------------------------------------------------


def _as_it_is(path: Path, *, mode: str) -> sqlite3.Connection:
    """A connection to a ledger of any version, which is not brought to this one, and which waits for nobody."""
    if not path.is_file():
        raise LedgerError(f"There is no ledger at {path}. Name the file of one.")
    address = f"file:{quote(str(path.absolute()))}"
    connection = sqlite3.connect(f"{address}?mode={mode}", uri=True, timeout=0, isolation_level=None)
    try:
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
        except sqlite3.OperationalError:
            wal = path.with_name(path.name + "-wal")
            if mode != "ro" or (wal.exists() and wal.stat().st_size):
                raise
            # Closed in good order on read-only storage: https://sqlite.org/wal.html#read_only_databases
            connection.close()
            connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
            (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION_ID:
            raise LedgerError(f"{path} is an SQLite file of another program, not a ledger. Give another file.")
    except BaseException:
        connection.close()
        raise
    return connection


def _size_in_pages(connection: sqlite3.Connection) -> int:
    (pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * size)


def _size_on_disk(path: Path) -> int:
    files = (path.with_name(path.name + suffix) for suffix in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
