"""Renewing leaders and ministers from Wikidata, on recorded answers: nothing here reaches a network."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import httpx2
import pytest

from detente import wikidata
from detente.actors import resolve
from detente.cli import main
from detente.errors import UpdateError
from detente.nametables import names_with
from detente.ownactors import COLUMNS, read_own_actors

TODAY = date(2026, 11, 24)
Respond = Callable[[httpx2.Request], httpx2.Response]
Answering = Callable[[Respond], list[httpx2.Request]]


def row(office: str, code: str, entity: str, name: str, title: str, *days: str) -> dict[str, dict[str, str]]:
    """A row as the query service gives it; days are "2022-05-10", or "2022-05-10/9" with another precision."""
    cells = {
        "office": {"type": "literal", "value": office},
        "code": {"type": "literal", "value": code},
        "person": {"type": "uri", "value": f"http://www.wikidata.org/entity/{entity}"},
        "name": {"type": "literal", "xml:lang": "en", "value": name},
        "title": {"type": "literal", "xml:lang": "en", "value": title},
    }
    for column, told in zip(("start", "end"), days, strict=False):
        day, _, precision = told.partition("/")
        time = "http://www.w3.org/2001/XMLSchema#dateTime"
        cells[column] = {"type": "literal", "datatype": time, "value": f"{day}T00:00:00Z"}
        number = "http://www.w3.org/2001/XMLSchema#integer"
        cells[f"{column}Precision"] = {"type": "literal", "datatype": number, "value": precision or "11"}
    return cells


def answer(*rows: dict[str, dict[str, str]]) -> bytes:
    names = ["office", "code", "person", "name", "title", "start", "startPrecision", "end", "endPrecision"]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


HEADS = answer(
    row("head of state", "KOR", "Q16090635", "Yoon Suk Yeol", "President of South Korea", "2022-05-10", "2025-04-04"),
    row("head of state", "CHE", "Q900000001", "Marta Testova", "President of Switzerland", "2026-01-01"),
    row("head of state", "CHE", "Q900000001", "Marta Testova", "President of the Swiss Confederation", "2026-01-01"),
    row("head of government", "XKX", "Q900000002", "Agim Provues", "Prime Minister", "2026-01-01/9", "2026-10-01/10"),
    row("head of government", "GRL", "Q900000003", "Nuka Test", "Premier of Greenland", "2020-01-01"),
    row("head of state", "AUT", "genid-ab12", "Nobody", "President of Austria", "2020-01-01"),
    row("head of state", "AUT", "Q900000004", "Never Was", "President of Austria", "2020-01-02", "2020-01-01"),
    row("head of state", "AUT", "Q900000005", "No Day", "President of Austria", "t1234"),
)
MINISTERS = answer(
    row("foreign minister", "CHE", "Q900000006", "Ueli Probe", "Minister of Foreign Affairs", "2020-01-01"),
    row("foreign minister", "CHE", "Q900000007", "Reto Versuch", "Minister of Foreign Affairs", "2023-06-01"),
    row("defence minister", "KOR", "Q900000008", "Kim Sihom", "Minister of National Defense", "2024-01-01"),
)


def recorded(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, content=MINISTERS if b"Q7330070" in request.content else HEADS)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Puts an answer in place of the network, and gives the list of what is asked."""

    def install(respond: Respond) -> list[httpx2.Request]:
        asked: list[httpx2.Request] = []

        def handle(request: httpx2.Request) -> httpx2.Response:
            request.read()
            asked.append(request)
            return respond(request)

        monkeypatch.setattr(wikidata, "connect", partial(wikidata.connect, httpx2.MockTransport(handle)))
        return asked

    return install


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_an_answer_becomes_a_file_of_own_actors(tmp_path: Path, answering: Answering) -> None:
    asked = answering(recorded)
    renewed = wikidata.update_actors(tmp_path / "actors-wikidata.csv", today=TODAY)
    rows = rows_of(renewed.file)
    assert tuple(rows[0]) == COLUMNS
    assert {row["source"] for row in rows} == {"WD 2026-11-24"}
    assert [(r["code"], r["name"], r["from"], r["to"], r["rank"], r["title"]) for r in rows] == [
        ("CHE", "Ueli Probe", "2020-01-01", "2023-06-01", "2", "Minister of Foreign Affairs"),
        ("CHE", "Reto Versuch", "2023-06-01", "", "2", "Minister of Foreign Affairs"),
        ("CHE", "Marta Testova", "2026-01-01", "", "1", "President of Switzerland"),
        ("KOR", "Kim Sihom", "2024-01-01", "", "2", "Minister of National Defense"),
        ("KOR", "Yoon Suk Yeol", "2022-05-10", "2025-04-04", "1", "President of South Korea"),
        ("KOS", "Agim Provues", "2026-01-01", "2026-11-01", "1", "Prime Minister"),
    ]
    assert renewed.terms == {"foreign minister": 2, "head of state": 2, "defence minister": 1, "head of government": 1}
    assert renewed.dropped == 4
    assert [path.name for path in tmp_path.iterdir()] == ["actors-wikidata.csv"]
    assert {str(request.url) for request in asked} == {wikidata.ENDPOINT}
    assert all(request.headers["user-agent"].startswith("detente/") for request in asked)


def test_the_file_is_used(tmp_path: Path, answering: Answering) -> None:
    answering(recorded)
    names = names_with(read_own_actors([str(wikidata.update_actors(tmp_path / "new.csv", today=TODAY).file)]))
    found = resolve("President Tostova", context="A visit to Tokyo.", on=TODAY, names=names)
    assert (found.code, found.sector, found.name, found.entity) == ("CHE", "GOV", "Marta Testova", "Q900000001")
    yoon = {day: resolve("Yoon Suk-yeol", on=day, names=names).sector for day in (date(2025, 3, 1), date(2025, 5, 1))}
    assert list(yoon.values()) == ["GOV", "ELI"]
    assert resolve("Yoon Suk-yeol", on=date(2020, 1, 1), names=names).sector == "JUD"


def test_the_queries_ask_for_the_columns_that_are_read() -> None:
    for query in wikidata.QUERIES.values():
        head, _, body = query.partition("WHERE")
        for column in ("office", "code", "person", "name", "title", "start", "startPrecision", "end", "endPrecision"):
            assert f"?{column}" in head
            assert f"?{column}" in body
        assert body.count("{") == body.count("}")


def refusal(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(429, headers={"retry-after": "30"})


def failing(error: Exception) -> Respond:
    def respond(request: httpx2.Request) -> httpx2.Response:
        raise error

    return respond


def with_content(content: bytes) -> Respond:
    return lambda request: httpx2.Response(200, content=content)


@pytest.mark.parametrize(
    ("respond", "message"),
    [
        (refusal, "HTTP status 429, not 200. Try again in 30 seconds."),
        (lambda request: httpx2.Response(500), "HTTP status 500, not 200. Try again later."),
        (
            failing(httpx2.ReadTimeout("")),
            "did not answer the query on heads of state and government within 90 seconds",
        ),
        (failing(httpx2.ConnectTimeout("")), "did not answer"),
        (failing(httpx2.ConnectError("Name or service not known")), r"Cannot reach https://query.*: Name or service"),
        (with_content(b"<html>Log in to the network</html>"), "is not what was asked for"),
        (with_content(HEADS[:-40]), "is not what was asked for .* It may be cut off"),
        (with_content(b'{"results": {"bindings": [{"code": "KOR"}]}}'), "is not what was asked for"),
        (with_content(answer()), "holds no term"),
    ],
    ids=["busy", "failure", "late", "unconnected", "offline", "page", "cut", "shape", "empty"],
)
def test_what_goes_wrong_is_told_and_the_old_file_stays(
    tmp_path: Path, answering: Answering, respond: Respond, message: str
) -> None:
    answering(respond)
    into = tmp_path / "actors-wikidata.csv"
    into.write_text("as it was")
    with pytest.raises(UpdateError, match=message):
        wikidata.update_actors(into, today=TODAY)
    assert into.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [into]


def test_an_answer_that_is_too_large_is_not_taken(
    tmp_path: Path, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(recorded)
    monkeypatch.setattr(wikidata, "MAX_BYTES", 100)
    with pytest.raises(UpdateError, match="larger than 100 bytes"):
        wikidata.update_actors(tmp_path / "a.csv", today=TODAY)


def test_an_answer_that_trickles_is_given_up(
    tmp_path: Path, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(recorded)
    monkeypatch.setattr(wikidata, "SECONDS", -1.0)
    monkeypatch.setattr(httpx2, "Timeout", lambda *_, **__: None)
    with pytest.raises(UpdateError, match="did not answer"):
        wikidata.update_actors(tmp_path / "a.csv", today=TODAY)


def test_nothing_is_asked_where_nothing_can_be_written(tmp_path: Path, answering: Answering) -> None:
    asked = answering(recorded)
    with pytest.raises(UpdateError, match=r"does not end in \.csv"):
        wikidata.update_actors(tmp_path / "a.txt", today=TODAY)
    with pytest.raises(UpdateError, match="does not exist"):
        wikidata.update_actors(tmp_path / "nowhere" / "a.csv", today=TODAY)
    assert asked == []


# ---- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DETENTE_LEDGER", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(["actors", "update", *arguments])
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


def test_the_command_writes_beside_the_ledger(
    folder: Path, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(recorded)
    (folder / "kept").mkdir()
    code, out, err = run(capsys, "--ledger", "kept/news.detente")
    assert (code, out) == (0, "")
    assert "6 terms (2 of a head of state, 1 of a head of government, 2 of a foreign minister, 1 of a defence" in err
    assert len(rows_of(folder / "kept" / "actors-wikidata.csv")) == 6


def test_the_command_without_a_network_fails_in_one_line(
    folder: Path, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(failing(httpx2.ConnectError("Network is unreachable")))
    code, out, err = run(capsys, "--into", "mine.csv")
    assert (code, out) == (1, "")
    assert err.startswith(f"error: Cannot reach {wikidata.ENDPOINT}: Network is unreachable.")
    assert err.count("\n") == 1
    assert not (folder / "mine.csv").exists()


def test_the_command_without_its_library_says_what_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    code, _, err = run(capsys)
    assert code == 1
    assert "pip install 'detente[update]'" in err
