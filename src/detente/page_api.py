"""The page of addresses: every page with its parameters and twins, every form, and the same as an OpenAPI description.

The description follows OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1.html); what a `.json` twin holds is
described by the record that the page is made of.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from detente.ledger import Ledger
from detente.pages import Deed, Page, Query, Trouble, Upload
from detente.pagesafety import COOKIE

OPENAPI = "3.1.1"
MEDIA = {
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
_GIVEN = {"html": "the page", "json": "its data", "csv": "one of its tables", "parquet": "one of its tables"}
CSRF = "the secret of the running page: the hidden field `csrf` of any of its forms"
# What the key in an address is, and an example of it, by how the address begins.
KEYS = {
    "dyad": ("two codes of states or bodies, in either order", "JPN-KOR"),
    "event": ("an event's id, or as much of its beginning as no other has", "0123456789"),
    "follow": ("an event's id, or as much of its beginning as no other has", "0123456789"),
    "article": ("an article's id", "0123456789"),
    "state": ("the code of a state", "JPN"),
    "actor": ("the code of a state, body or person", "JPN"),
}
UNKNOWN_KEY = ("what the page is about", "")


class Address(msgspec.Struct, frozen=True):
    """A page: its path with `{key}` where it is about something, what that is, an address to try, and what it answers.

    `twins` are the addresses of the same as data; `tables` those that the twins `.csv` and `.parquet` can give.
    """

    path: str
    summary: str
    key: str
    example: str
    query: dict[str, str]
    twins: dict[str, str]
    tables: tuple[str, ...]


class Form(msgspec.Struct, frozen=True):
    """A form: where it is sent by POST, what it does, its fields, and whether it may carry files."""

    path: str
    summary: str
    fields: dict[str, str]
    files: bool


class ApiPage(msgspec.Struct, frozen=True):
    """All pages and forms."""

    pages: tuple[Address, ...]
    forms: tuple[Form, ...]


class OpenApi(msgspec.Struct, frozen=True):
    """An OpenAPI description."""

    openapi: str
    info: dict[str, str]
    servers: tuple[dict[str, str], ...]
    security: tuple[dict[str, list[str]], ...]
    paths: dict[str, dict[str, Any]]
    components: dict[str, dict[str, Any]]


def pages(known: Iterable[Page], deeds: Iterable[Deed], uploads: Iterable[Upload]) -> tuple[Page, ...]:
    """The pages that describe those, and themselves."""

    def api_page(ledger: Ledger, key: str, query: Query) -> ApiPage:
        return ApiPage(tuple(map(_address, everything)), tuple(map(_form, forms)))

    def openapi_page(ledger: Ledger, key: str, query: Query) -> OpenApi:
        return described()

    @cache
    def described() -> OpenApi:
        return openapi(everything, forms)

    forms: tuple[Deed | Upload, ...] = (*deeds, *uploads)
    own = (
        Page("/api", "api.html", api_page, "Every page's address, its parameters, and the same as data"),
        Page("/api/openapi", "openapi.html", openapi_page, "The addresses as OpenAPI describes them, for programs"),
    )
    everything = (*known, *own)
    return own


def openapi(known: Iterable[Page], forms: Iterable[Deed | Upload]) -> OpenApi:
    """Those pages and forms, described."""
    known = tuple(known)
    kinds = tuple(dict.fromkeys([*map(_record, known), Trouble]))
    found, named = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schemas = dict(zip(kinds, found, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for page in known:
        address = _address(page)
        paths[address.path] = {"get": _get(page, address, "html", {"type": "string"}, schemas[Trouble])}
        for twin, path in address.twins.items():
            schema = schemas[_record(page)] if twin == "json" else {}
            paths[path] = {"get": _get(page, address, twin, schema, schemas[Trouble])}
    for form in map(_form, forms):
        paths.setdefault(form.path, {})["post"] = _post(form)
    return OpenApi(
        OPENAPI,
        {
            "title": "detente",
            "version": version("detente"),
            "description": "What a ledger of events between states holds, and each number's sources.",
        },
        ({"url": "/"},),
        ({}, {"token": []}),
        paths,
        {"schemas": named, "securitySchemes": {"token": {"type": "apiKey", "in": "cookie", "name": COOKIE}}},
    )


def _record(page: Page) -> type[msgspec.Struct]:
    """The record that the page's data is, as its function says."""
    given = typing.get_type_hints(page.data)["return"]
    assert isinstance(given, type)
    assert issubclass(given, msgspec.Struct)
    return given


def _plain(path: str) -> str:
    """
    >>> _plain("/dyad/{key:path}")
    '/dyad/{key}'
    """
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def _key(path: str) -> tuple[str, str]:
    return KEYS.get(path.split("/")[1], UNKNOWN_KEY) if "{key" in path else ("", "")


def _address(page: Page) -> Address:
    path, (key, example) = _plain(page.path), _key(page.path)
    stem = "/index" if path == "/" else path
    forms = ("json", "csv", "parquet") if page.tables else ("json",)
    return Address(
        path=path,
        summary=page.summary,
        key=key,
        example=path.replace("{key}", example),
        query=dict(page.query),
        twins={form: f"{stem}.{form}" for form in forms},
        tables=tuple(page.tables),
    )


def _form(deed: Deed | Upload) -> Form:
    return Form(_plain(deed.path), deed.summary, dict(deed.fields), isinstance(deed, Upload))


def _get(page: Page, address: Address, form: str, schema: Mapping[str, Any], trouble: Mapping[str, Any]) -> Any:
    """The operation that gives a page as a `form` of MEDIA."""
    parameters = _key_parameters(address.path)
    parameters += [
        {"name": name, "in": "query", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in page.query.items()
    ]
    if form in ("csv", "parquet"):
        parameters.append(
            {
                "name": "table",
                "in": "query",
                "description": f"which table; else {address.tables[0]}",
                "schema": {"type": "string", "enum": list(address.tables)},
            }
        )
    error = {MEDIA["json"]: {"schema": trouble}} if form == "json" else {MEDIA["html"]: {"schema": {"type": "string"}}}
    return {
        "operationId": _operation("get", address.twins.get(form, address.path)),
        "summary": page.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": _GIVEN[form], "content": {MEDIA[form]: {"schema": schema}}},
            "400": {"description": "a parameter that cannot be, with what can", "content": error},
            "404": {"description": "no such thing, or none known on that day", "content": error},
        },
    }


def _post(form: Form) -> dict[str, Any]:
    fields = {"csrf": CSRF, **form.fields}
    properties: dict[str, Any] = {name: {"type": "string", "description": said} for name, said in fields.items()}
    if form.files:
        one = {"type": "string", "contentMediaType": "application/octet-stream"}
        properties["files"] = {"type": "array", "items": one}
    media = "multipart/form-data" if form.files else "application/x-www-form-urlencoded"
    schema = {"type": "object", "properties": properties, "required": ["csrf"]}
    return {
        "operationId": _operation("post", form.path),
        "summary": form.summary,
        "parameters": _key_parameters(form.path),
        "requestBody": {"required": True, "content": {media: {"schema": schema}}},
        "responses": {
            "303": {"description": "done; the page to show next is told by Location"},
            "400": {"description": "a field that cannot be, with what can"},
            "403": {"description": "the secret is missing or old, or another site asked"},
        },
    }


def _key_parameters(path: str) -> list[dict[str, Any]]:
    if "{key}" not in path:
        return []
    meaning, _ = _key(path)
    return [{"name": "key", "in": "path", "required": True, "description": meaning, "schema": {"type": "string"}}]


def _operation(method: str, path: str) -> str:
    """
    >>> _operation("get", "/dyad/{key}/series.json")
    'get_dyad_key_series_json'
    """
    return "_".join([method, *re.findall(r"\w+", path)])
