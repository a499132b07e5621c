"""The addresses: the list tells all of them, the OpenAPI description holds together, and what it lists answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from detente import memory
from detente.ledger import open_ledger
from detente.page import DEEDS, PAGES, UPLOADS, page_app
from detente.pages import Deed, Upload
from detente.records import Coded
from tests.factories import make_article, make_event

jsonschema: Any = pytest.importorskip("jsonschema", reason="comes with altair (extra: dev)")

METHODS = {"get", "post"}
FORMS: tuple[Deed | Upload, ...] = (*DEEDS, *UPLOADS)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A small ledger's path, and what the keys of addresses may be in it."""
    path = tmp_path_factory.mktemp("api") / "news.detente"
    article = make_article(id="talks")
    event = make_event(article)
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store(Coded(article, (event,)), run)
        ledger.end_run(run, coded=1)
        memory.update(ledger)
    return {
        "ledger": str(path), "dyad": "JPN-KOR", "event": event.id, "follow": event.id, "article": "talks",
        "state": "JPN", "actor": "JPN",
    }  # fmt: skip


@pytest.fixture(scope="module")
def client(keys: dict[str, str]) -> TestClient:
    return TestClient(page_app(Path(keys["ledger"])), base_url="http://127.0.0.1:8642")


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/api/openapi.json").json())


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str(target), **rest}:
            yield target
            yield from references(rest)
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


def test_every_page_twin_and_form_is_described(described: dict[str, Any]) -> None:
    methods = {(path, method) for path, method, _ in operations(described)}
    for page in PAGES:
        path = page.path.replace(":path", "")
        stem = "/index" if path == "/" else path
        forms = ("json", "csv", "parquet") if page.tables else ("json",)
        assert {(path, "get"), *((f"{stem}.{form}", "get") for form in forms)} <= methods
    assert {(form.path.replace(":path", ""), "post") for form in FORMS} <= methods
    assert {method for _, method in methods} == METHODS


def test_the_description_holds_together(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.1"
    assert {"title", "version"} <= set(described["info"])
    names = []
    for path, _, operation in operations(described):
        assert path.startswith("/")
        names.append(operation["operationId"])
        assert operation["responses"]
        within = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert within == set(re.findall(r"\{(\w+)\}", path)), path
        assert all(each["required"] for each in operation["parameters"] if each["in"] == "path")
        asked = [(each["in"], each["name"]) for each in operation["parameters"]]
        assert len(asked) == len(set(asked)), path
        assert all(each["description"] and each["schema"] for each in operation["parameters"])
    assert len(names) == len(set(names))
    schemas = described["components"]["schemas"]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in schemas)
    targets = set(references(described))
    assert targets
    assert targets <= {f"#/components/schemas/{name}" for name in schemas}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_page_that_is_listed_answers_with_what_was_said(
    client: TestClient, described: dict[str, Any], keys: dict[str, str]
) -> None:
    for path, method, operation in operations(described):
        if method != "get":
            continue
        answer = client.get(path.replace("{key}", keys.get(path.split("/")[1].split(".")[0], "")))
        assert answer.status_code == 200, path
        (media, content) = next(iter(operation["responses"]["200"]["content"].items()))
        assert answer.headers["content-type"].split(";")[0] == media, path
        if media == "application/json":
            whole = {**content["schema"], "components": described["components"]}
            jsonschema.validate(answer.json(), whole, cls=jsonschema.Draft202012Validator)


def test_an_address_that_leads_nowhere_answers_as_described(client: TestClient, described: dict[str, Any]) -> None:
    answer = client.get("/event/nothing.json")
    assert answer.status_code == 404
    error = described["paths"]["/event/{key}.json"]["get"]["responses"]["404"]["content"]["application/json"]
    jsonschema.validate(
        answer.json(), {**error["schema"], "components": described["components"]}, cls=jsonschema.Draft202012Validator
    )


def test_the_page_tells_people_the_same(client: TestClient) -> None:
    page = client.get("/api").text
    assert "which page of 25, from 1" in page  # a parameter of search
    assert "/dyad/{key}/series.parquet" in page
    assert "/watchlist/add" in page
    assert "multipart/form-data" in page
    listed = client.get("/api.json").json()
    assert {each["path"] for each in listed["forms"]} == {form.path.replace(":path", "") for form in FORMS}
    assert 'href="/api"' in client.get("/").text
    for example in (each["example"] for each in listed["pages"] if "0123456789" not in each["example"]):
        assert client.get(example).status_code == 200, example
