"""A user's own actors: people, bodies and names of countries that a file adds to the packaged tables or sets right.

A file is CSV with a header, or TOML with one `[[actor]]` table an actor. Both have these columns:

    name      as it stands in news; case, accents and hyphens do not matter
    aliases   other names, separated by | (in TOML a list will do too)
    code      country code (ISO 3166 alpha-3) or one of the codebook's for bodies, such as IGO
    sector    sector of the codebook; none for an alias
    from, to  the days on which this holds, YYYY-MM-DD, the second exclusive; empty for no limit
    kind      person, body or alias (another name of a country); without it, body where there is a sector, else alias
    title     a person's office, for instance Minister of Foreign Affairs
    rank      1 for a head of state or government, 2 for the offices next to it, 3 (the default) for the rest
    entity    a person's Wikidata id, if there is one
    source    where it is known from

Only `name` and `code` must be filled in.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import msgspec

from detente.codebook import read_table, sectors
from detente.errors import ConfigError

COLUMNS = ("name", "aliases", "code", "sector", "from", "to", "kind", "title", "rank", "entity", "source")
KINDS = ("person", "body", "alias")
# What `detente actors update` writes; the files below it, written by hand, overrule it.
RENEWED = "actors-wikidata.csv"
# Files of own actors that are taken from a ledger's folder, a later one overruling an earlier one.
BESIDE_A_LEDGER = (RENEWED, "actors.csv", "actors.toml")


class OwnActor(msgspec.Struct, frozen=True):
    """One row of a file: what a name means from `start` up to but not including `end` (None: no limit)."""

    name: str
    aliases: tuple[str, ...]
    code: str
    sector: str
    start: date | None
    end: date | None
    kind: str
    title: str
    rank: int
    entity: str
    source: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def dated(self) -> bool:
        return self.start is not None or self.end is not None

    def covers(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


class OwnActors(msgspec.Struct, frozen=True, eq=False):
    """The actors of all files of one configuration, file by file; what a later file says overrules an earlier one.

    `key` is a hash of the files' content, "" for no files. Two are equal where their files' content is.
    """

    key: str = ""
    files: tuple[tuple[OwnActor, ...], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnActors) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


NO_OWN_ACTORS = OwnActors()


def beside(ledger: Path) -> tuple[str, ...]:
    """The files of own actors that lie in the folder of a ledger, in the order in which they count."""
    return tuple(str(path) for name in BESIDE_A_LEDGER if (path := ledger.parent / name).is_file())


def read_own_actors(files: Iterable[str]) -> OwnActors:
    """The actors of all the files, in their order.

    Raises ConfigError for a file that cannot be read and for a row with a value that is not allowed.
    """
    digest, found = hashlib.sha256(), list[tuple[OwnActor, ...]]()
    for file in map(Path, files):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ConfigError(
                f"Cannot read actors from {file}: {error.strerror}. Give the file that is meant in the setting "
                "`actors`, or leave that out."
            ) from error
        digest.update(f"{file.suffix.lower()}:{len(content)}:".encode() + content)
        found.append(tuple(_actors_in(file, content)))
    return OwnActors(digest.hexdigest()[:12], tuple(found)) if any(found) else NO_OWN_ACTORS


def _actors_in(file: Path, content: bytes) -> Iterator[OwnActor]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file} is not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8."
        ) from None
    rows = {".toml": _toml_rows, ".csv": _csv_rows}.get(file.suffix.lower())
    if rows is None:
        raise ConfigError(f"Actors are read from .toml and .csv files; {file} is neither. Rename or convert it.")
    for where, row in rows(file, text):
        yield _actor(f"{file}, {where}", row, file.name)


def _csv_rows(file: Path, text: str) -> Iterator[tuple[str, dict[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="")
    header = [column.strip().lower() for column in reader.fieldnames or ()]
    _check_columns(f"{file}, line 1", header)
    if missing := [column for column in ("name", "code") if column not in header]:
        raise ConfigError(
            f"{file}, line 1: the header has no column {' and no column '.join(missing)}. "
            f"Columns: {', '.join(COLUMNS)}; name and code are needed."
        )
    reader.fieldnames = header
    for row in _told(file, reader):
        if "" in row:
            raise ConfigError(
                f"{file}, line {reader.line_num}: more values than the header has columns. "
                "Put a value that holds a comma in double quotes."
            )
        yield f"line {reader.line_num}", {column: value or "" for column, value in row.items()}


def _told(file: Path, reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise ConfigError(f"{file}, line {reader.line_num}: not CSV: {error}. Save it as CSV with commas.") from error


def _toml_rows(file: Path, text: str) -> Iterator[tuple[str, dict[str, object]]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {error}.") from error
    rows = tables.get("actor", [])
    if set(tables) - {"actor"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        known = ", ".join(sorted(set(tables) - {"actor"})) or "actor"
        raise ConfigError(f"{file}: {known} is not a list of actors. Write each actor as a table headed [[actor]].")
    for number, row in enumerate(rows, 1):
        _check_columns(f"{file}, actor {number}", row)
        yield f"actor {number}", row


def _check_columns(where: str, names: Iterable[str]) -> None:
    if unknown := sorted(set(names) - set(COLUMNS)):
        raise ConfigError(f"{where}: unknown column {', '.join(unknown)}. Known: {', '.join(COLUMNS)}.")


# ---- one row -----------------------------------------------------------------------------------------------------


def _actor(where: str, row: dict[str, object], file: str) -> OwnActor:
    told = {column: _words(where, column, row.get(column, "")) for column in COLUMNS if column != "aliases"}
    if not any(letter.isalnum() for letter in told["name"]):
        raise ConfigError(f"{where}: name is {told['name']!r}; it must hold letters. Fill it in or remove the row.")
    where = f"{where} ({told['name']})"
    kind = told["kind"].lower() or ("body" if told["sector"] else "alias")
    _check(where, "kind", kind, KINDS)
    _check(
        where, "code", told["code"], known_codes(), shown="an ISO 3166 alpha-3 code such as KOR, or IGO, NGO and so on"
    )
    if kind == "alias" and told["sector"]:
        raise ConfigError(
            f"{where}: sector is {told['sector']!r}, but an alias is a name of a country and has none. "
            "Leave the sector empty, or make the kind body or person."
        )
    if kind != "alias":
        _check(where, "sector", told["sector"], tuple(sectors()))
    start, end = _day(where, "from", told["from"]), _day(where, "to", told["to"])
    if start and end and start >= end:
        raise ConfigError(f"{where}: from is {start} and to is {end}; to must be a later day, the first not included.")
    _check(where, "rank", told["rank"] or "3", ("1", "2", "3"))
    return OwnActor(
        name=told["name"],
        aliases=_aliases(where, row.get("aliases", "")),
        code=told["code"],
        sector=told["sector"],
        start=start,
        end=end,
        kind=kind,
        title=told["title"].replace(";", ","),
        rank=int(told["rank"] or 3),
        entity=told["entity"],
        source=f"{file} ({told['source']})" if told["source"] else file,
    )


def _words(where: str, column: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | date):
        raise ConfigError(f"{where}: {column} is {value!r}; it must be text. Write it in quotes.")
    return str(value).strip()


def _aliases(where: str, value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else _words(where, "aliases", value).split("|")
    words = tuple(_words(where, "aliases", name) for name in names)
    return tuple(name for name in words if any(letter.isalnum() for letter in name))


def _day(where: str, column: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError(
            f"{where}: {column} is {text!r}; it must be a day written YYYY-MM-DD, or empty for no limit."
        ) from None


def _check(where: str, column: str, value: str, allowed: Iterable[str], *, shown: str = "") -> None:
    known = tuple(allowed)
    if value in known:
        return
    near = [*get_close_matches(value.upper(), known, n=1), *get_close_matches(value.lower(), known, n=1)]
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ConfigError(f"{where}: {column} is {value!r}; it must be {shown or 'one of ' + ', '.join(known)}.{hint}")


@cache
def known_codes() -> frozenset[str]:
    """Every code that the packaged tables use: countries, former states, and the codes for bodies of many countries."""
    tables = ("countries", "aliases", "bodies")
    return frozenset(code for table in tables for row in read_table("actors", table) for code in row["code"].split())
