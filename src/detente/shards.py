"""Shards: one piece of the input each, coded and kept as Parquet, that are there as a whole or not at all.

    FOLDER/divisions/ROOT.json         how an input path was divided
           events/SHARD.parquet        one row an event: `flatevents.FlatAct`, `position` and `record`, the event's JSON
           dyads/SHARD.parquet         one row an event and pair of states (`shardtables.DYADS`)
           articles/SHARD.parquet      the articles with their texts (`records.Article`) and `position`
           exclusions/SHARD.parquet    what was not coded, and why (`records.Exclusion`)
           receipts/SHARD.json         what went in and what came of it (`Receipt`); written last
           attempts/SHARD.json         only while a shard is made, or after its process died

`position` is the place of an article in its shard. A shard with a receipt for the same inputs, coder and settings is
not made again. An article at which the process died twice is excluded as `killed`, one on which the coder ends in an
error as `failed`; so no document stops a run, or is tried for ever.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from detente import pipeline
from detente.articles import excluded
from detente.coding import settings_of
from detente.config import Config
from detente.division import Piece, check_parts, divisions, read_piece
from detente.errors import ConfigError, DetenteError, InputError
from detente.ledgerfile import now
from detente.pipeline import Provenance
from detente.records import Article, Coded, Exclusion
from detente.shardtables import KINDS, Tables
from detente.storage import Store, stamp_of

DEATHS = 2
"""Deaths of a process at one article after which it is left out. One can be anything: a machine switched off."""

# Settings that decide which articles there are. The others are in `settings_of`, or change nothing in a reading.
_READING = sorted(
    name
    for name in Config.__struct_fields__
    if name not in ("min_confidence", "actors", "threads", "batch_windows") and not name.startswith("fetch_")
)
Coder = Callable[[Article, Config], Coded]


class Input(msgspec.Struct, frozen=True):
    """One input of a shard, or a run of it (`division.Part`), with the stamp that its file had."""

    path: str
    stamp: str
    start: int
    end: int


class Receipt(msgspec.Struct, frozen=True):
    """What a shard holds. `digest` is the SHA-256 of all that was read from the inputs, articles and exclusions.

    `settings` are those that are noted with a reading, `reading` all that decides beside it what becomes of an input.
    """

    shard: str
    inputs: tuple[Input, ...]
    digest: str
    coder: str
    model: str
    codebook: str
    settings: str
    reading: str
    articles: int
    coded: int
    empty: int
    excluded: int
    reasons: dict[str, int]
    events: int
    seconds: float
    made_at: str


def code_article(article: Article, config: Config) -> Coded:
    """The packaged pipeline, for one article."""
    return next(pipeline.code_articles([article], config=config))


class Job(msgspec.Struct, frozen=True):
    """How shards are made, the same for all of them: where they go, and how inputs are read and coded."""

    folder: str
    config: Config = Config()
    published: date | None = None
    publisher: str | None = None
    coder: Coder = code_article
    who: Provenance | None = None  # of the one that gave the job; a worker with another one refuses it

    def reading(self) -> str:
        """What decides, beside coder and settings, what becomes of an input."""
        told = [self.published, self.publisher, *(getattr(self.config, name) for name in _READING)]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


# -- making one ------------------------------------------------------------------------------------------------------


def make_shard(piece: Piece, job: Job) -> Receipt:
    """The shard of one piece: made now, or left as it is where it is whole already.

    Raises InputError where an input is not the one that was divided, ConfigError where this process has another
    version of detente than the one that gave the job.
    """
    started = time.perf_counter()
    who, settings = pipeline.provenance(), settings_of(job.config)
    if job.who is not None and who != job.who:
        raise ConfigError(
            f"This process has {who}, the one that gave it work has {job.who}. Install the same version of detente on"
            " all machines."
        )
    check_parts(piece, [stamp_of(part.path) for part in piece.parts])
    store = Store(job.folder)
    made = read_receipt(store, piece.name)
    version = {**msgspec.structs.asdict(who), "settings": settings, "reading": job.reading()}
    if made is not None and "unreadable" in made.reasons:
        made = None  # it may have passed
    if made is not None and all(getattr(made, name) == value for name, value in version.items()):
        if _stamps(made) == [part.stamp for part in piece.parts]:
            return made
        if made.digest == _digest(piece, job):
            return _kept(store, msgspec.structs.replace(made, inputs=_inputs(piece)))
    counts, digest = _fill(piece, job, store)
    receipt = Receipt(
        shard=piece.name,
        inputs=_inputs(piece),
        digest=digest,
        **version,
        **counts,
        seconds=round(time.perf_counter() - started, 3),
        made_at=now(),
    )
    _kept(store, receipt)
    store.remove(f"attempts/{piece.name}.json")
    return receipt


def read_receipt(store: Store, name: str) -> Receipt | None:
    """The receipt of a shard, None where there is none or it is of another version of this file."""
    found = store.read(f"receipts/{name}.json")
    try:
        return None if found is None else msgspec.json.decode(found, type=Receipt)
    except msgspec.ValidationError:
        return None


def is_made(piece: Piece, receipt: Receipt) -> bool:
    """Whether a receipt is for a piece as it is divided now."""
    return receipt.shard == piece.name and _stamps(receipt) == [part.stamp for part in piece.parts]


def _stamps(receipt: Receipt) -> list[str]:
    return [each.stamp for each in receipt.inputs]


def _inputs(piece: Piece) -> tuple[Input, ...]:
    return tuple(Input(part.path, part.stamp, part.start, part.end) for part in piece.parts)


def _kept(store: Store, receipt: Receipt) -> Receipt:
    store.write(f"receipts/{receipt.shard}.json", msgspec.json.format(msgspec.json.encode(receipt)))
    return receipt


def _read(piece: Piece, job: Job) -> Iterator[Article | Exclusion]:
    return read_piece(piece, config=job.config, published=job.published, publisher=job.publisher)


def _digest(piece: Piece, job: Job) -> str:
    digest = hashlib.sha256()
    for found in _read(piece, job):
        digest.update(msgspec.json.encode(found))
    return digest.hexdigest()


def _fill(piece: Piece, job: Job, store: Store) -> tuple[dict[str, Any], str]:
    """Code a piece and write its files; what `Receipt` counts, and the digest of what was read."""
    digest = hashlib.sha256()
    store.remove(f"receipts/{piece.name}.json")  # of the files that are replaced now
    attempt = _Attempt(store, piece.name)
    with Tables(store, piece.name) as tables, attempt:
        for position, found in enumerate(_read(piece, job)):
            digest.update(msgspec.json.encode(found))
            if isinstance(found, Article) and attempt.deaths(position) >= DEATHS:
                detail = f"The process that read it died {DEATHS} times at this article."
                found = excluded(found.source, "killed", detail)  # without digest: another version may read it
            if isinstance(found, Article):
                attempt.at(position)
            tables.add(position, _coded(found, job) if isinstance(found, Article) else found)
    return tables.counts(), digest.hexdigest()


def _coded(article: Article, job: Job) -> Coded | Exclusion:
    try:
        return job.coder(article, job.config)
    except (DetenteError, OSError, MemoryError):
        raise  # not of this article's making
    except Exception as error:  # noqa: BLE001 - whatever a document does to the coder, the others are still read
        return excluded(article.source, "failed", f"{type(error).__name__}: {error}.")


class _Attempt:
    """What is noted of a shard's making, so that the next attempt knows at which article this process died.

    The first attempt notes only that it began. Where it is found unfinished, the next ones note each article before
    they read it.
    """

    class Note(msgspec.Struct):
        """Attempts that began, deaths by the position of the article, and the one that is being read."""

        begun: int = 0
        deaths: dict[str, int] = msgspec.field(default_factory=dict)
        at: int | None = None

    def __init__(self, store: Store, shard: str) -> None:
        self._store, self._name = store, f"attempts/{shard}.json"
        found = store.read(self._name)
        self._note = self.Note() if found is None else msgspec.json.decode(found, type=self.Note)
        if self._note.at is not None:
            self._note.deaths[str(self._note.at)] = self.deaths(self._note.at) + 1
        self._note.begun += 1
        self._write(None)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """An error or an interrupt that Python told of is no death."""
        if kind is not None:
            self._note.begun -= 1
            self._write(None)

    def deaths(self, position: int) -> int:
        return self._note.deaths.get(str(position), 0)

    def at(self, position: int) -> None:
        """The article of that position is read now."""
        if self._note.begun > 1:
            self._write(position)

    def _write(self, at: int | None) -> None:
        self._note.at = at
        self._store.write(self._name, msgspec.json.encode(self._note))


# -- reading them ----------------------------------------------------------------------------------------------------


class Shards(msgspec.Struct, frozen=True):
    """The whole shards of a folder, in the order of their inputs; `waiting` counts the pieces that are not made yet.

    What no division names any more is not among them.
    """

    folder: str
    receipts: tuple[Receipt, ...]
    waiting: int = 0

    def files(self, kind: str) -> list[str]:
        """The Parquet files of a kind: `events`, `dyads`, `articles` or `exclusions`; see `shardtables` for columns."""
        store = Store(self.folder)
        return [store.address(f"{kind}/{receipt.shard}.parquet") for receipt in self.receipts]

    def connect(self) -> Any:
        """A DuckDB connection in memory with a view for each kind of file, which are read where they lie.

        The view `dyads` has one row for each event and pair of states, columns as in `shardtables.DYADS`: id, article,
        published, first (the code of the one that acts), second, mutual, event, mode, quad, scale, status, confidence,
        date_start and date_end (half-open). An event that several shards hold, because an article came twice, is in
        it, and in `events`, once. Reports of one act are not linked here; that a ledger does.

        Raises InputError where there are no whole shards.
        """
        import duckdb

        if not self.receipts:
            detail = f"There are no whole shards in {self.folder}. `detente shards PATH --to {self.folder}` makes them."
            raise InputError("missing", detail)
        connection = duckdb.connect()
        if (system := Store(self.folder).system) is not None:
            connection.register_filesystem(system)
        once = {"events": " QUALIFY row_number() OVER (PARTITION BY id) = 1"}
        once["dyads"] = once["events"].replace("id", "id, first, second")
        for kind in KINDS:
            files = ", ".join("'{}'".format(file.replace("'", "''")) for file in self.files(kind))
            connection.execute(f"CREATE VIEW {kind} AS SELECT * FROM read_parquet([{files}]){once.get(kind, '')}")
        return connection


def former_shards(folder: str | Path) -> list[str]:
    """The names of shards whose files are in a folder and that no division names any more."""
    store = Store(str(folder))
    wanted = {piece.name for division in divisions(store) for piece in division.pieces}
    there = {name.partition(".")[0] for kind in (*KINDS, "receipts") for name in store.names(kind)}
    return sorted(there - wanted)


def remove_shards(folder: str | Path, shards: Iterable[str]) -> None:
    """Remove the files of shards from a folder, receipts first."""
    store = Store(str(folder))
    for shard in shards:
        for name in (f"receipts/{shard}.json", *(f"{kind}/{shard}.parquet" for kind in KINDS)):
            store.remove(name)


def open_shards(path: str | Path) -> Shards:
    """The shards of a folder, or the one of a receipt in it (`FOLDER/receipts/SHARD.json`).

    Raises InputError for a path that is neither.
    """
    folder, _, name = str(path).rstrip("/").rpartition("/receipts/")
    store = Store(folder or str(path))
    pieces = {piece.name: piece for division in divisions(store) for piece in division.pieces}
    if not pieces:
        raise InputError("missing", f"{path} is no folder of shards. `detente shards PATH --to {path}` makes one.")
    if folder:
        pieces = {shard: piece for shard, piece in pieces.items() if f"{shard}.json" == name}
    whole = store.names("receipts")
    receipts = []
    for shard, piece in pieces.items():
        receipt = read_receipt(store, shard) if f"{shard}.json" in whole else None
        if receipt is not None and is_made(piece, receipt):
            receipts.append(receipt)
    if folder and not receipts:
        raise InputError("missing", f"{path} is no receipt of a shard that is whole and still wanted.")
    return Shards(store.path, tuple(receipts), len(pieces) - len(receipts))
