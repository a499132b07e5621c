"""The page that adds articles: pasted text, an address, or files. They are coded in the background, one lot at a time.

What was sent is kept in memory until it is coded; the page tells how far it is, then what came out.
"""

from __future__ import annotations

import io
import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from starlette.exceptions import HTTPException

from detente import coding, ingest
from detente.config import Config
from detente.errors import DetenteError
from detente.ledger import Ledger, open_ledger
from detente.pages import Page, Query, Sent, Upload, day_in
from detente.records import Article, Coded, Exclusion

SHOWN = 200  # articles and exclusions of one lot that are told one by one
KEPT = 20  # lots that are remembered while the page is served
TEXT = 2_000_000  # characters of pasted text

Read = Iterator[Article | Exclusion]


class Made(msgspec.Struct, frozen=True):
    """An article of a lot that was read, and how many events it has."""

    id: str
    title: str | None
    events: int


class LeftOut(msgspec.Struct, frozen=True):
    """An input of a lot that was excluded, and why."""

    source: str
    reason: str
    detail: str


class Lot(msgspec.Struct):
    """What was sent in one go. `state` is waiting, coding, done or failed; then `error` says why."""

    number: int
    what: str
    state: str = "waiting"
    error: str = ""
    coded: int = 0
    empty: int = 0
    skipped: int = 0
    excluded: int = 0
    events: int = 0
    made: list[Made] = []
    left_out: list[LeftOut] = []


class AddPage(msgspec.Struct, frozen=True):
    """The form, and the lots sent since the page was started, the latest first; `lot` is the one asked for."""

    lot: Lot | None
    lots: tuple[Lot, ...]


class _Work(NamedTuple):
    lot: Lot
    read: Callable[[], Read]
    config: Config


class Workshop:
    """Codes lots into one ledger, in the order in which they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lots: dict[int, Lot] = {}
        self._numbers = itertools.count(1)
        self._waiting: queue.Queue[_Work] = queue.Queue()
        self._begun = False
        self._lock = threading.Lock()

    def lots(self) -> tuple[Lot, ...]:
        with self._lock:
            return tuple(reversed(self._lots.values()))

    def lot(self, number: int) -> Lot | None:
        return self._lots.get(number)

    def take(self, what: str, read: Callable[[], Read], config: Config) -> Lot:
        """Put a lot at the end of the queue."""
        with self._lock:
            lot = Lot(next(self._numbers), what)
            self._lots[lot.number] = lot
            for number in list(self._lots)[:-KEPT]:
                if self._lots[number].state in ("done", "failed"):
                    del self._lots[number]
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._work, daemon=True).start()
        self._waiting.put(_Work(lot, read, config))
        return lot

    def _work(self) -> None:
        while True:
            work = self._waiting.get()
            work.lot.state = "coding"
            try:
                self._code(work)
                work.lot.state = "done"
            except DetenteError as error:
                work.lot.state, work.lot.error = "failed", str(error)
            except Exception as error:  # noqa: BLE001 -- the page stays up, and says what a fault of ours was
                work.lot.state, work.lot.error = "failed", f"a fault in detente: {error!r}"

    def _code(self, work: _Work) -> None:
        lot, tally = work.lot, coding.Tally()
        with open_ledger(self._path) as ledger:
            results = coding.code_inputs(
                work.read(), config=work.config, tally=tally, ledger=ledger, command=f"page: {lot.what}"
            )
            with closing(results):
                for found in results:
                    _note(lot, found)
                    lot.coded, lot.empty, lot.skipped = tally.coded, tally.empty, tally.skipped
                    lot.excluded, lot.events = tally.excluded, tally.events


def _note(lot: Lot, found: Coded | Exclusion) -> None:
    if isinstance(found, Exclusion):
        if len(lot.left_out) < SHOWN:
            lot.left_out.append(LeftOut(found.source, found.reason, found.detail))
    elif len(lot.made) < SHOWN:
        lot.made.append(Made(found.article.id, found.article.title, len(found.events)))


@cache
def workshop(path: Path) -> Workshop:
    """The one workshop of a ledger's file in this process."""
    return Workshop(path)


def add_page(ledger: Ledger, key: str, query: Query) -> AddPage:
    """The form, and how far the lots are. Raises HTTPException 404 for a `lot` that is not known (any more)."""
    lots = workshop(ledger.path.absolute()).lots()
    given = query.get("lot", "")
    lot = next((each for each in lots if str(each.number) == given), None)
    if given and lot is None:
        raise HTTPException(
            404, f"There is no lot {given!r} since the page was started; what it coded is in the ledger."
        )
    return AddPage(lot, lots)


def add(ledger: Ledger, key: str, sent: Sent) -> str:
    """Take what was sent: the form's `text`, `url` or files, with `published` and `publisher` where they tell none.

    Raises HTTPException 400 where there is nothing to read.
    """
    published = day_in(sent.fields, "published")
    publisher = sent.fields.get("publisher", "").strip()[:200] or None
    text, url = sent.fields.get("text", "").strip(), sent.fields.get("url", "").strip()
    files = [file for file in sent.files if file.content]
    if sum(map(bool, (text, url, files))) != 1:
        raise HTTPException(400, "Give one of the three: a text, an address, or files.")
    if len(text) > TEXT:
        raise HTTPException(
            413, f"The text has {len(text):,} characters; up to {TEXT:,} can be pasted. Send it as a file."
        )
    if url and not url.startswith(("http://", "https://")):
        raise HTTPException(400, f"The address is {url[:200]!r}; it must begin with http:// or https://.")
    config = sent.config

    def read() -> Read:
        if url:
            yield from ingest.read_path(url, config=config, published=published, publisher=publisher)
            return
        streams = [("pasted text", text.encode("utf-8", "replace"))] if text else [(f.name, f.content) for f in files]
        for name, content in streams:
            stream = io.BytesIO(content)
            yield from ingest.read_stream(stream, source=name, config=config, published=published, publisher=publisher)

    what = url or ("pasted text" if text else ", ".join(file.name for file in files)[:200])
    lot = workshop(ledger.path.absolute()).take(what, read, config)
    return f"/add?lot={lot.number}"


PAGES = (
    Page(
        "/add",
        "add.html",
        add_page,
        "Add articles, and what became of those that were added",
        {"lot": "the number of the lot to show"},
    ),
)
UPLOADS = (
    Upload(
        "/add",
        add,
        "Add a text, an address or files; they are coded in the background",
        {
            "text": f"an article's text, up to {TEXT:,} characters",
            "url": "or the address of one, http or https",
            "published": "the day for what tells none, YYYY-MM-DD",
            "publisher": "the publisher for what tells none",
        },
    ),
)
