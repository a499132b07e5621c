"""Search, coverage and adding: what the page finds, accounts for, and takes in."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from detente.ledger import open_ledger
from detente.page import UPLOAD_BYTES, page_app
from detente.page_coverage import GAP
from detente.records import Coded
from tests.factories import make_article, make_event, make_exclusion

TEXT = "Japan met South Korea in Tokyo on Thursday. The São Paulo <b>accord</b> was signed."


def browse(path: Path) -> TestClient:
    return TestClient(page_app(path), base_url="http://127.0.0.1:8642")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "news.detente"
    first = msgspec.structs.replace(make_article(TEXT, id="a"), title="Talks in Tokyo", publisher="Meridian Wire")
    later = msgspec.structs.replace(
        make_article("Iran fired missiles near a base. Nobody was hurt.", id="b"), published=date(2023, 4, 2)
    )
    met = make_event(first, actors=(("Japan", "JPN"), ("South Korea", "KOR")), recipients=())
    fired = make_event(later, event="ASSAULT", actors=(("Iran", "IRN"),), recipients=(), trigger="fired missiles")
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all((Coded(first, (met,)), Coded(later, (fired,))), run)
        ledger.exclude(make_exclusion(), run)
        ledger.end_run(run, coded=2, excluded=1)
    return path


def found(client: TestClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/search.json?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def events(client: TestClient, query: str) -> list[str]:
    return [each["event"]["event"] for each in found(client, query)["events"]]


# -- search


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("q=thursday", ["CONSULT"]),
        ("q=THURSDAY+tokyo", ["CONSULT"]),
        ("q=missil*", ["ASSAULT"]),
        ("q=missil", []),
        ('q="in+tokyo"', ["CONSULT"]),
        ('q="tokyo+in"', []),
        ("q=thursday+missiles", []),
        ("q=tokyo&dyad=KOR-JPN", ["CONSULT"]),
        ("q=tokyo&dyad=IRN", []),
        ("q=missiles&type=ASSAULT&status=actual", ["ASSAULT"]),
        ("q=missiles&type=CONSULT", []),
        ("q=missiles&since=2023-04-02&until=2023-04-02", ["ASSAULT"]),
        ("q=missiles&since=2023-04-03", []),
        ("q=missiles&as_of=2023-04-01", []),
        ('q="OR+AND+NOT+NEAR(x)+^+col:y', []),
        ("q=%22%22+-+*", []),
    ],
)
def test_sentences_are_found_by_words_and_filters(path: Path, query: str, types: list[str]) -> None:
    assert events(browse(path), query) == types


def test_articles_are_found_without_accents_with_the_words_around(path: Path) -> None:
    (article,) = found(browse(path), "q=sao+paulo&in=articles")["articles"]
    assert article["id"] == "a"
    assert article["events"] == 1
    assert "São Paulo <b>accord</b>" in article["passage"]
    page = browse(path).get("/search?q=sao+paulo&in=articles").text
    assert "&lt;b&gt;accord&lt;/b&gt;" in page
    assert '<mark class="hit">São</mark>' in page


def test_a_superseded_reading_is_not_found(path: Path) -> None:
    changed = make_article("Iran fired flares near a base.", id="b")
    flared = make_event(changed, event="MOBILIZE", actors=(("Iran", "IRN"),), recipients=(), trigger="fired flares")
    with open_ledger(path) as ledger:
        ledger.store(Coded(changed, (flared,)), ledger.begin_run(coder="c", model="m", codebook="b"))
    assert events(browse(path), "q=missiles") == []
    assert events(browse(path), "q=flares") == ["MOBILIZE"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=x&type=HUG", "type is &#39;HUG&#39;; known: AGREE"),
        ("q=x&dyad=japan", "it must be a code such as KOR"),
        ("q=x&page=0", "it must be a number from 1 on"),
        ("q=x&since=then", "since is &#39;then&#39;; it must be a day, YYYY-MM-DD"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_with_what_can(path: Path, query: str, says: str) -> None:
    answer = browse(path).get(f"/search?{query}")
    assert answer.status_code == 400
    assert says in answer.text


def test_a_search_is_kept_and_forgotten(path: Path) -> None:
    client = browse(path)
    secret = csrf(client, "/search?q=tokyo&type=CONSULT")
    kept = {"csrf": secret, "name": "Talks <i>", "query": "q=tokyo&type=CONSULT"}
    assert client.post("/search/keep", data={**kept, "csrf": "guessed"}).status_code == 403
    assert client.post("/search/keep", data={**kept, "name": " "}).status_code == 400
    assert client.post("/search/keep", data=kept).url.query == b"q=tokyo&type=CONSULT"
    page = client.get("/search").text
    assert 'href="/search?q=tokyo&amp;type=CONSULT"><bdi>Talks &lt;i&gt;</bdi>' in page
    client.post("/search/forget", data={"csrf": secret, "name": "Talks <i>"})
    assert "Talks" not in client.get("/search").text


def csrf(client: TestClient, address: str) -> str:
    match = re.search(r'name="csrf" value="([^"]+)"', client.get(address).text)
    assert match
    return match[1]


def test_what_is_found_is_given_as_a_table(path: Path) -> None:
    lines = browse(path).get("/search.csv?q=missiles").text.splitlines()
    assert lines[0].startswith('"id","event","status","actors"')
    assert '"ASSAULT","actual","IRN"' in lines[1]
    assert browse(path).get("/search.csv?q=nothing").status_code == 200


# -- coverage


def test_coverage_counts_by_month_and_publisher_and_names_gaps(path: Path) -> None:
    page = browse(path).get("/coverage.json").json()
    assert page["months"] == [{"month": "2023-03", "articles": 1}, {"month": "2023-04", "articles": 1}]
    assert {(each["publisher"], each["articles"]) for each in page["publishers"]} == {("Meridian Wire", 1), ("", 1)}
    assert page["gaps"] == [{"start": "2023-03-18", "end": "2023-04-02", "days": 15}]
    assert page["gaps"][0]["days"] >= GAP
    assert page["reasons"] == {"unreadable": 1}
    assert (page["articles"], page["undated"]) == (2, 0)


def test_coverage_follows_corrections(path: Path) -> None:
    changed = msgspec.structs.replace(make_article("Iran did nothing.", id="b"), published=date(2023, 5, 2))
    with open_ledger(path) as ledger:
        ledger.store(Coded(changed, ()), ledger.begin_run(coder="c", model="m", codebook="b"))
    months = {each["month"]: each["articles"] for each in browse(path).get("/coverage.json").json()["months"]}
    assert months == {"2023-03": 1, "2023-05": 1}


def test_coverage_of_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    open_ledger(tmp_path / "empty.detente").close()
    page = browse(tmp_path / "empty.detente").get("/coverage").text
    assert "detente code ARTICLES --ledger empty.detente" in page


def test_exclusions_are_shown_by_reason(path: Path) -> None:
    client = browse(path)
    assert client.get("/coverage.json?reason=unreadable").json()["paging"]["total"] == 1
    assert client.get("/coverage.json?reason=other").json()["excluded"] == []
    assert client.get("/coverage?page=2").status_code == 404
    assert '"unreadable"' in client.get("/coverage.csv?table=exclusions").text


# -- adding


def finished(client: TestClient, address: str) -> dict[str, Any]:
    """The lot of an address, once it is done."""
    for _ in range(300):
        lot = client.get(address.replace("/add?", "/add.json?")).json()["lot"]
        if lot["state"] in ("done", "failed"):
            return dict(lot)
        time.sleep(0.05)
    raise AssertionError("it takes too long")


def send(client: TestClient, files: list[tuple[str, bytes]], **fields: str) -> Any:
    sent = [("files", (name, content)) for name, content in files] or [("files", ("", b""))]
    return client.post("/add", data={"csrf": csrf(client, "/add"), **fields}, files=sent)


@pytest.mark.slow
def test_a_text_that_is_pasted_is_coded(path: Path) -> None:
    client = browse(path)
    answer = send(client, [], text="Japan met South Korea in Tokyo.", published="2023-03-16", publisher="Desk")
    lot = finished(client, str(answer.url))
    assert (lot["state"], lot["coded"], lot["what"]) == ("done", 1, "pasted text")
    article = client.get(f"/article/{lot['made'][0]['id']}.json").json()["article"]
    assert (article["published"], article["publisher"]) == ("2023-03-16", "Desk")
    assert lot["made"][0]["id"] in {each["event"]["article"] for each in found(client, "q=japan+met")["events"]}


@pytest.mark.slow
def test_files_are_coded_or_excluded_with_a_reason(path: Path) -> None:
    client = browse(path)
    files = [("../../up.txt", b"Iran met Iraq in Baghdad."), ("noise.bin", bytes(range(256)) * 9)]
    lot = finished(client, str(send(client, files).url))
    assert (lot["coded"], lot["excluded"], lot["what"]) == (1, 1, "up.txt, noise.bin")
    assert [(each["source"], each["reason"]) for each in lot["left_out"]] == [("noise.bin", "binary")]
    assert "noise.bin" in client.get("/coverage").text


@pytest.mark.slow
@pytest.mark.parametrize("url", ["http://127.0.0.1:8642/", "http://localhost/", "http://[::1]/", "http://10.0.0.1/"])
def test_an_address_on_this_machine_is_never_asked(path: Path, url: str) -> None:
    client = browse(path)
    lot = finished(client, str(send(client, [], url=url).url))
    assert lot["coded"] == 0
    assert {each["reason"] for each in lot["left_out"]} <= {"private-address", "bad-url"}
    assert lot["excluded"] == 1


def test_what_cannot_be_taken_is_refused(path: Path) -> None:
    client = browse(path)
    assert send(client, []).status_code == 400
    assert send(client, [], text="a", url="https://example.org").status_code == 400
    assert send(client, [], url="file:///etc/passwd").status_code == 400
    assert send(client, [], text="a", published="then").status_code == 400
    assert client.post("/add", data={"csrf": "guessed", "text": "a"}).status_code == 403
    huge = client.build_request("POST", "/add", headers={"content-length": str(UPLOAD_BYTES + 1)}, content=b"")
    assert client.send(huge).status_code == 413
    assert client.get("/add?lot=7").status_code == 404
