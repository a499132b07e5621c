"""The local web page of a ledger: one application of all its pages, made on the server; scripts only enhance it.

Each page has twins with its data: the same address with `.json`, and for its tables `.csv` and `.parquet`. Article
text is hostile input: it is escaped everywhere, and the headers forbid the browser to run or fetch anything but our own
files.
"""

from __future__ import annotations

import errno
import io
import re
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from detente import (
    page_add,
    page_api,
    page_article,
    page_coverage,
    page_dyad,
    page_dyadothers,
    page_dyadparts,
    page_event,
    page_follow,
    page_home,
    page_judge,
    page_network,
    page_search,
    page_states,
)
from detente.config import Config
from detente.errors import ConfigError, DetenteError, LedgerError
from detente.ledger import open_ledger
from detente.pageassets import serve_asset
from detente.pages import Attached, Deed, Page, Sent, Trouble, Upload
from detente.pagesafety import HEADERS, LOOPBACK, SafeHeaders, TokenGate, refusal
from detente.pagetext import TWINS, render

HOST = "127.0.0.1"
MODULES = (
    page_home,
    page_dyadparts,
    page_dyadothers,
    page_dyad,
    page_event,
    page_follow,
    page_judge,
    page_article,
    page_states,
    page_search,
    page_coverage,
    page_add,
    page_network,
)
_PAGES: tuple[Page, ...] = tuple(page for module in MODULES for page in module.PAGES)
DEEDS: tuple[Deed, ...] = tuple(deed for module in MODULES for deed in getattr(module, "DEEDS", ()))
UPLOADS: tuple[Upload, ...] = tuple(upload for module in MODULES for upload in getattr(module, "UPLOADS", ()))
PAGES = (*_PAGES, *page_api.pages(_PAGES, DEEDS, UPLOADS))
UPLOAD_BYTES = 64 * 1024 * 1024  # of one form, all its files together
UPLOAD_FILES = 200

# What Starlette says in a word.
PLAIN = {
    "Not Found": "There is no page at this address.",
    "Method Not Allowed": "This address is not for that: pages answer GET and HEAD, and forms POST.",
}
MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class Site(NamedTuple):
    """What all pages of one ledger share: its file, the secret of our forms, and the settings to code with."""

    ledger: Path
    csrf: str
    config: Config


def page_app(
    ledger_path: Path, *, hosts: Sequence[str] = LOOPBACK, token: str | None = None, config: Config | None = None
) -> Starlette:
    """The pages of that ledger as an ASGI application. The file is opened for each request, to be read only for pages.

    It answers to the names in `hosts`; with a `token`, only to who brings it. What is added is coded by `config`.
    """
    site = Site(ledger_path, secrets.token_urlsafe(24), config or Config())
    routes = [Route("/static/{name:path}", serve_asset)]
    for page in PAGES:
        routes += [Route(path, _page_endpoint(site, page)) for path in _paths(page.path)]
    routes += [Route(deed.path, _deed_endpoint(site, deed), methods=["POST"]) for deed in DEEDS]
    routes += [Route(upload.path, _upload_endpoint(site, upload), methods=["POST"]) for upload in UPLOADS]
    gate = [Middleware(TokenGate, token=token)] if token else []
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=[host.strip("[]") for host in hosts], www_redirect=False),
            *gate,
            Middleware(GZipMiddleware, minimum_size=2048, compresslevel=4),
        ],
        exception_handlers={known: _trouble(site) for known in (HTTPException, DetenteError, Exception)},
    )


def serve_page(
    ledger_path: Path,
    *,
    port: int = 8642,
    host: str = HOST,
    token: str | None = None,
    config: Config | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until interrupted, to this machine alone unless `host` says otherwise; port 0 takes any free one.

    Beyond this machine a token is needed; one is made where none is given. `ready` is called with the address, token
    and all, once the port is ours. Raises ConfigError for a port or host that cannot be had, LedgerError for a ledger
    that cannot be read.
    """
    open_ledger(ledger_path, read_only=True).close()
    alone = host in ("127.0.0.1", "localhost", "::1")
    if not alone and token is None:
        token = secrets.token_urlsafe(24)
    with _listen(host, port) as listener:
        if ready is not None:
            shown = HOST if host in ("0.0.0.0", "localhost", "::") else host
            address = f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}/"
            ready(address + (f"?{urlencode({'token': token})}" if token else ""))
        app = page_app(ledger_path, hosts=LOOPBACK if alone else ("*",), token=token, config=config)
        settings = uvicorn.Config(app, log_level="error", access_log=False, server_header=False, lifespan="off")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(settings).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ConfigError(f"port is {port}; it must lie between 0 and 65535.")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except socket.gaierror as error:
        raise ConfigError(f"host is {host!r}, which is no address of this machine: {error.strerror}.") from error
    except OSError as error:
        why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise ConfigError(
            f"Port {port} on {host} {why}. Take another with --port N; --port 0 takes any free one."
        ) from error


def _paths(path: str) -> tuple[str, ...]:
    """The addresses of a page and its twins. Where the address ends with a key, they are told by the end of that."""
    if path.endswith("}"):
        return (path,)
    return (path, *(f"{'/index' if path == '/' else path}.{form}" for form in TWINS))


def _page_endpoint(site: Site, page: Page) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        key, form = request.path_params.get("key", ""), _twin(request)
        if form:
            key = key.removesuffix(f".{form}")
        with open_ledger(site.ledger, read_only=True) as ledger:
            data = page.data(ledger, key, request.query_params)
        if form in ("csv", "parquet"):
            return _table(page, data, request.query_params.get("table"), form)
        return _answer(site, request, page.template, data)

    return endpoint


def _deed_endpoint(site: Site, deed: Deed) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=50) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if why := refusal(request.headers, site.csrf, fields.pop("csrf", None)):
            raise HTTPException(403, why)
        return RedirectResponse(await run_in_threadpool(_do, site, deed, request, fields), status_code=303)

    return endpoint


def _upload_endpoint(site: Site, upload: Upload) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        size = request.headers.get("content-length", "")
        if not size.isdigit():
            raise HTTPException(411, "The request does not tell its length.")
        if int(size) > UPLOAD_BYTES:
            raise HTTPException(
                413, f"That is {int(size):,} bytes; up to {UPLOAD_BYTES:,} can be sent. `detente code` reads any size."
            )
        async with request.form(max_files=UPLOAD_FILES, max_fields=50, max_part_size=UPLOAD_BYTES) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            sent = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            files = tuple([Attached(_file_name(file.filename), await file.read()) for file in sent])
        if why := refusal(request.headers, site.csrf, fields.pop("csrf", None)):
            raise HTTPException(403, why)
        return RedirectResponse(
            await run_in_threadpool(_take, site, upload, Sent(fields, files, site.config)), status_code=303
        )

    return endpoint


def _file_name(given: str | None) -> str:
    """The last part of a name, whatever the system it comes from."""
    return re.split(r"[/\\]", given or "")[-1][:200] or "file"


def _take(site: Site, upload: Upload, sent: Sent) -> str:
    with open_ledger(site.ledger) as ledger:
        return upload.do(ledger, "", sent)


def _do(site: Site, deed: Deed, request: Request, fields: Mapping[str, str]) -> str:
    with open_ledger(site.ledger) as ledger:
        return deed.do(ledger, request.path_params.get("key", ""), fields)


def _twin(request: Request) -> str | None:
    """The form that is asked for. An id that ends so itself is written `%2Ejson` (`pagetext.in_path`)."""
    path = bytes(request.scope["raw_path"]).decode("ascii", "replace")
    return next((form for form in TWINS if path.endswith(f".{form}")), None)


def _table(page: Page, data: msgspec.Struct, name: str | None, form: str) -> Response:
    known = ", ".join(page.tables)
    if not known or (name is not None and name not in page.tables):
        what = f"no table {name!r}" if name else "no table"
        raise HTTPException(404, f"This page has {what}{f'; it has {known}' if known else ''}.")
    table: pa.Table = page.tables[name or next(iter(page.tables))](data)
    out = io.BytesIO()
    if form == "csv":
        pyarrow.csv.write_csv(table, out)
    else:
        pyarrow.parquet.write_table(table, out)
    return Response(out.getvalue(), media_type=MEDIA[form], headers={"content-disposition": "attachment"})


def _answer(site: Site, request: Request, template: str, page: msgspec.Struct, *, status: int = 200) -> Response:
    if _twin(request) == "json":
        return Response(msgspec.json.encode(page), status_code=status, media_type=MEDIA["json"])
    path = bytes(request.scope["raw_path"]).decode("ascii", "replace")
    stem = "/index" if path == "/" else path
    theme = request.cookies.get("theme", "")

    def twin(form: str, **changed: object) -> str:
        return _with_query(f"{stem}.{form}", request, changed)

    def here(**changed: object) -> str:
        return _with_query(path, request, changed)

    def link(path: str, **query: object) -> str:
        as_of = request.query_params.get("as_of")
        given = {name: str(value) for name, value in query.items() if value not in (None, "")}
        asked = urlencode(given | ({"as_of": as_of} if as_of and "as_of" not in query else {}))
        return f"{path}?{asked}" if asked else path

    html = render(
        template,
        page=page,
        ledger_name=site.ledger.name,
        csrf=site.csrf,
        theme=theme if theme in ("light", "dark") else "",
        as_of=request.query_params.get("as_of", ""),
        query=dict(request.query_params),
        path=path,
        ok=status == 200,
        twin=twin,
        here=here,
        link=link,
    )
    return HTMLResponse(html, status_code=status)


def _with_query(path: str, request: Request, changed: Mapping[str, object]) -> str:
    """That path with the request's own query, some parameters changed; None takes one away."""
    query = {**request.query_params, **changed}
    asked = urlencode({name: str(value) for name, value in query.items() if value not in (None, "")}, quote_via=quote)
    return f"{path}?{asked}" if asked else path


def _trouble(site: Site) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        """Says what went wrong. A fault of ours is raised again after this and passes by the middleware."""
        match error:
            case HTTPException():
                page = Trouble(error.status_code, PLAIN.get(error.detail, error.detail))
            case LedgerError():
                page = Trouble(503, str(error))
            case DetenteError():
                page = Trouble(400, str(error))
            case _:
                page = Trouble(500, "A fault in detente, not in the ledger, which is as it was.")
        response = _answer(site, request, "error.html", page, status=page.status)
        response.headers.update({**HEADERS, **(getattr(error, "headers", None) or {})})
        return response

    return answer
