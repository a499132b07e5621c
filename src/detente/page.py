"""The local web page of a ledger: read-only, made on the server, without scripts and without any request elsewhere.

`ROUTES` lists the pages. Each has one function from a ledger to plain data; the template shows that data and the
page's twin, the same path with `.json`, is that data. Article text is hostile input: it is escaped everywhere, and
the headers forbid the browser to run or fetch anything but this page's own style sheet.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detente.codebook import QUAD_NAMES, STATUSES, event_type
from detente.dyads import DyadSeries, dyad_series
from detente.errors import ConfigError, LedgerError
from detente.ledger import Audit, DyadCount, Ledger, open_ledger
from detente.pagetext import render
from detente.records import Actor, Article, Event

HOST = "127.0.0.1"
NEWEST = 10  # events on the first page
DYADS = 50  # dyads on the first page
PAGE = 25  # events of one status at a time
FIRST = 5  # events of a status other than actual, where all statuses are shown
MOST_PERIODS = 120  # bars that can be told apart on a narrow screen; beyond, the step is longer

# What Starlette says in a word.
PLAIN = {
    "Not Found": "There is no page at this address.",
    "Method Not Allowed": "The page can only be read: GET and HEAD are answered.",
}

# https://www.w3.org/TR/CSP3/: nothing may load, run, embed or be embedded, but our style sheet and icon.
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
}


class Report(msgspec.Struct, frozen=True):
    """An event with what its article says about itself."""

    event: Event
    title: str | None
    publisher: str | None
    published: date | None


class Section(msgspec.Struct, frozen=True):
    """Events of one status, newest first: page `page` of `pages`, counted from 1, out of `total` events."""

    status: str
    total: int
    page: int
    pages: int
    reports: tuple[Report, ...]


class IndexPage(msgspec.Struct, frozen=True):
    """What is in a ledger: `dyads` are those with most events, `newest` the latest acts that took place."""

    ledger: str
    audit: Audit
    dyad_count: int
    dyads: tuple[DyadCount, ...]
    newest: tuple[Report, ...]


class DyadPage(msgspec.Struct, frozen=True):
    """What lies between two codes, either way.

    `counts` has the number of events by status, then by quad code 1..4. `status` is the one asked for, or None for
    all; then `series` counts the acts that took place.
    """

    pair: tuple[str, str]
    events: int
    counts: dict[str, dict[int, int]]
    series: DyadSeries | None
    status: str | None
    sections: tuple[Section, ...]


class EventPage(msgspec.Struct, frozen=True):
    """One event, what its type means, and the pairs of codes it lies between; `in_force` unless superseded."""

    event: Event
    definition: str
    quad_name: str
    article: Article | None
    in_force: bool
    dyads: tuple[tuple[str, str], ...]


class ArticlePage(msgspec.Struct, frozen=True):
    """One article with its events in force, in the order of its text."""

    article: Article
    events: tuple[Event, ...]


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no page, with the HTTP status."""

    status: int
    error: str


Query = Mapping[str, str]
Found = TypeVar("Found")


# -- data: one function for each page


def index_page(ledger: Ledger, key: str, query: Query) -> IndexPage:
    """What was read, between whom most happened, and what happened last."""
    dyads = ledger.dyads()
    newest = ledger.events(status="actual", newest_first=True, limit=NEWEST)
    return IndexPage(
        ledger=ledger.path.name,
        audit=ledger.audit(),
        dyad_count=len(dyads),
        dyads=tuple(dyads[:DYADS]),
        newest=_reports(ledger, newest),
    )


def dyad_page(ledger: Ledger, key: str, query: Query) -> DyadPage:
    """The events between two codes, `key` "JPN-KOR"; `query` may hold `status` and `page`.

    Raises HTTPException: 404 for a pair without events and for a page beyond the last, 400 for a bad `query`.
    """
    pair = _pair(key)
    counts = ledger.dyad_counts(pair) if pair else {}
    totals = {name: sum(row.values()) for name, row in counts.items()}
    if pair is None or not any(totals.values()):
        raise HTTPException(404, _no_dyad(ledger, key, pair))
    status = query.get("status")
    if status is not None and status not in STATUSES:
        raise HTTPException(400, f"{status!r} is not a status. Known: {', '.join(STATUSES)}.")
    shown = STATUSES if status is None else (status,)
    return DyadPage(
        pair=pair,
        events=sum(totals.values()),
        counts=counts,
        series=_series(ledger, pair) if status is None else None,
        status=status,
        sections=tuple(_section(ledger, pair, name, totals[name], query) for name in shown),
    )


def event_page(ledger: Ledger, key: str, query: Query) -> EventPage:
    """One event by its id, or by the only id that begins so.

    Raises HTTPException 404 where there is none, or several.
    """
    event = _only(ledger.event, key)
    if event is None:
        raise HTTPException(404, f"There is no event {key!r} in this ledger; it may lie in another one.")
    actors, recipients = _codes(event.actor), _codes(event.recipient)
    between = [(a, b) for a in actors for b in recipients or actors if a != b]
    return EventPage(
        event=event,
        definition=event_type(event.event).definition,
        quad_name=QUAD_NAMES[event.quad],
        article=ledger.article(event.article),
        in_force=any(other == event for other in ledger.events(article=event.article)),
        dyads=tuple(sorted({(min(pair), max(pair)) for pair in between})),
    )


def article_page(ledger: Ledger, key: str, query: Query) -> ArticlePage:
    """One article by its id, or by the only id that begins so.

    Raises HTTPException 404 where there is none, or several.
    """
    article = _only(ledger.article, key)
    if article is None:
        raise HTTPException(
            404, f"There is no article {key!r} in this ledger. It may be excluded, or lie in another ledger."
        )
    return ArticlePage(article, tuple(ledger.article_events(article.id)))


PageData = Callable[[Ledger, str, Query], msgspec.Struct]

ROUTES: tuple[tuple[str, str, PageData], ...] = (
    ("/", "index.html", index_page),
    ("/index.json", "index.html", index_page),
    ("/dyad/{key:path}", "dyad.html", dyad_page),
    ("/event/{key:path}", "event.html", event_page),
    ("/article/{key:path}", "article.html", article_page),
)


def _reports(ledger: Ledger, events: Iterable[Event]) -> tuple[Report, ...]:
    reports = []
    for event in events:
        article = ledger.article(event.article)
        said = (article.title, article.publisher, article.published) if article else (None, None, None)
        reports.append(Report(event, *said))
    return tuple(reports)


def _section(ledger: Ledger, pair: tuple[str, str], status: str, total: int, query: Query) -> Section:
    alone = query.get("status") is not None
    size = PAGE if alone or status == "actual" else FIRST
    pages = max(1, -(-total // size))
    page = _page_number(query.get("page", "1"), pages) if alone else 1
    shown = ledger.events(dyad=pair, status=status, newest_first=True, limit=size, offset=(page - 1) * size)
    return Section(status, total, page, pages, _reports(ledger, shown))


def _page_number(given: str, pages: int) -> int:
    if not re.fullmatch("[0-9]{1,9}", given):
        raise HTTPException(400, f"page is {given!r}; it must be a number from 1 to {pages}.")
    if not 1 <= int(given) <= pages:
        raise HTTPException(404, f"There is no page {given}; these events have {pages}.")
    return int(given)


def _series(ledger: Ledger, pair: tuple[str, str]) -> DyadSeries:
    """By the shortest of month, quarter and year that does not give too many periods to see."""
    for step in ("month", "quarter"):
        series = dyad_series(ledger, *pair, step=step)
        if len(series.periods) <= MOST_PERIODS:
            return series
    return dyad_series(ledger, *pair, step="year")


def _pair(key: str) -> tuple[str, str] | None:
    codes = key.upper().split("-")
    return (codes[0], codes[1]) if len(codes) == 2 and all(codes) else None


def _no_dyad(ledger: Ledger, key: str, pair: tuple[str, str] | None) -> str:
    known = ledger.dyads()
    near = [count for count in known if pair and set(pair) & set(count.pair)] or known
    some = ", ".join("-".join(count.pair) for count in near[:5])
    what = f"There is no event between {pair[0]} and {pair[1]} in this ledger." if pair else (
        f"{key!r} is not a pair of codes such as JPN-KOR."
    )  # fmt: skip
    return f"{what} It has: {some}." if some else f"{what} It holds no pair of states yet."


def _only(find: Callable[[str], Found | None], key: str) -> Found | None:
    """What `find` finds, or a 404 with its message where the key begins several ids."""
    try:
        return find(key)
    except LedgerError as error:
        raise HTTPException(404, str(error)) from error


def _codes(actors: tuple[Actor, ...]) -> list[str]:
    return [actor.code for actor in actors if actor.code]


# -- the application


def page_app(ledger_path: Path) -> Starlette:
    """The pages of that ledger as an ASGI application. The file is opened for each request, to be read only."""
    routes = [Route(path, _endpoint(ledger_path, template, data)) for path, template, data in ROUTES]
    return Starlette(
        routes=[*routes, Mount("/static", StaticFiles(packages=[("detente", "static")]))],
        middleware=[
            Middleware(_Headers),
            # A name of another site that resolves to this machine is not answered (DNS rebinding).
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False),
        ],
        exception_handlers=dict.fromkeys((HTTPException, LedgerError, Exception), _trouble),
    )


def serve_page(ledger_path: Path, *, port: int = 8642, ready: Callable[[str], None] | None = None) -> None:
    """Serve the page to this machine until interrupted; port 0 takes any free one.

    `ready` is called with the address once the port is ours. Raises ConfigError for a port that cannot be had,
    LedgerError for a ledger that cannot be read.
    """
    open_ledger(ledger_path, read_only=True).close()
    with _listen(port) as listener:
        if ready is not None:
            ready(f"http://{HOST}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            page_app(ledger_path), log_level="error", access_log=False, server_header=False, lifespan="off"
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ConfigError(f"port is {port}; it must lie between 0 and 65535.")
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise ConfigError(
            f"Port {port} on {HOST} {why}. Take another with --port N; --port 0 takes any free one."
        ) from error


def _endpoint(ledger_path: Path, template: str, data: PageData) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        key = request.path_params.get("key", "")
        if _is_twin(request):
            key = key.removesuffix(".json")
        with open_ledger(ledger_path, read_only=True) as ledger:
            return _answer(request, template, data(ledger, key, request.query_params))

    return endpoint


def _is_twin(request: Request) -> bool:
    """Whether the `.json` is asked for. An id that ends so itself is written `%2Ejson` (`pagetext.in_path`)."""
    return bytes(request.scope["raw_path"]).endswith(b".json")


def _answer(request: Request, template: str, page: msgspec.Struct, *, status: int = 200) -> Response:
    if _is_twin(request):
        return Response(msgspec.json.encode(page), status_code=status, media_type="application/json")
    path = bytes(request.scope["raw_path"]).decode("ascii", "replace")
    query = f"?{request.url.query}" if request.url.query else ""
    twin = ("/index" if path == "/" else path) + f".json{query}" if status == 200 else None
    return HTMLResponse(render(template, page=page, twin=twin), status_code=status)


def _trouble(request: Request, error: Exception) -> Response:
    """Says what went wrong. A fault of ours is raised again after this and passes by the middleware."""
    match error:
        case HTTPException():
            page = Trouble(error.status_code, PLAIN.get(error.detail, error.detail))
        case LedgerError():
            page = Trouble(503, str(error))
        case _:
            page = Trouble(500, "A fault in detente, not in the ledger, which is only read here.")
    response = _answer(request, "error.html", page, status=page.status)
    response.headers.update({**HEADERS, **(getattr(error, "headers", None) or {})})
    return response


class _Headers:
    """Adds HEADERS to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)
