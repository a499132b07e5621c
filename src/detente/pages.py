"""What a page of the web page is: an address, a template, and the function that gives its data.

A module of pages (`page_home`, `page_dyad`, …) lists its `PAGES` and, where a person may change something, its `DEEDS`;
`page` makes one application of them. The data of a page is a frozen record: the template shows it, the same address
with `.json` is it, and with `.csv` or `.parquet` one of its tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.config import Config
from detente.errors import LedgerError
from detente.ledger import Ledger
from detente.records import Event

Query = Mapping[str, str]
PageData = Callable[[Ledger, str, Query], msgspec.Struct]
Doing = Callable[[Ledger, str, Query], str]
Found = TypeVar("Found")

AS_OF = {"as_of": "as the ledger knew it at the end of that day, YYYY-MM-DD"}


class Page(NamedTuple):
    """One kind of page.

    `path` is Starlette's, "/dyad/{key:path}" for a page about something; `data` is called with the ledger (read-only),
    that key ("" without) and the query, and raises HTTPException with a plain `detail` where there is no such page.
    `query` says what each parameter of the address means; another one is not an error. `tables` are those of its data
    that `.csv` and `.parquet` give, `?table=` naming another than the first.
    """

    path: str
    template: str
    data: PageData
    summary: str
    query: Mapping[str, str] = {}
    tables: Mapping[str, Callable[[msgspec.Struct], pa.Table]] = {}


class Deed(NamedTuple):
    """Something that a person may do: a form sent to `path`.

    `do` is called with the ledger (to be written), the key and the form's fields, and gives the address to show next.
    `fields` says what each field means.
    """

    path: str
    do: Doing
    summary: str
    fields: Mapping[str, str] = {}


class Attached(NamedTuple):
    """A file that was sent: its name without folders, and its bytes."""

    name: str
    content: bytes


class Sent(NamedTuple):
    """What a form with files sent: its fields, its files, and the settings that the page is served with."""

    fields: Query
    files: tuple[Attached, ...]
    config: Config


class Upload(NamedTuple):
    """Like a deed, of a form that may carry files."""

    path: str
    do: Callable[[Ledger, str, Sent], str]
    summary: str
    fields: Mapping[str, str] = {}


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no page, with the HTTP status."""

    status: int
    error: str


class Report(msgspec.Struct, frozen=True):
    """An event with what its article says about itself."""

    event: Event
    title: str | None
    publisher: str | None
    published: date | None


class Paging(msgspec.Struct, frozen=True):
    """Page `page` of `pages`, counted from 1, out of `total` things."""

    total: int
    page: int
    pages: int


def paging(query: Query, total: int, size: int) -> Paging:
    """Which page of `total` things, `size` a page, the query asks for by `page`.

    Raises HTTPException: 400 for what is not a number, 404 for a page beyond the last.
    """
    pages = max(1, -(-total // size))
    given = query.get("page", "1")
    if not re.fullmatch("[0-9]{1,9}", given):
        raise HTTPException(400, f"page is {given!r}; it must be a number from 1 to {pages}.")
    if not 1 <= int(given) <= pages:
        raise HTTPException(404, f"There is no page {given}; this list has {pages}.")
    return Paging(total, int(given), pages)


def day_in(query: Query, name: str) -> date | None:
    """The day that a parameter names, None where it is missing or empty. Raises HTTPException 400 for another value."""
    given = query.get(name, "").strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise HTTPException(400, f"{name} is {given!r}; it must be a day, YYYY-MM-DD.") from error


def choice_in(query: Query, name: str, known: Iterable[str]) -> str | None:
    """One of the known values, None where the parameter is missing or empty. Raises HTTPException 400 for another."""
    given = query.get(name, "").strip()
    if given and given not in (allowed := tuple(known)):
        raise HTTPException(400, f"{name} is {given!r}; known: {', '.join(allowed)}.")
    return given or None


def only(find: Callable[[str], Found | None], key: str) -> Found | None:
    """What `find` finds, or a 404 with its message where the key begins several ids."""
    try:
        return find(key)
    except LedgerError as error:
        raise HTTPException(404, str(error)) from error
