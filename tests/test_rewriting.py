"""A writer may change words and nothing else: what it drops, adds or turns around is refused, whatever it answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.brief import Brief, Section, markdown
from detente.briefwords import Statement
from detente.cli_relations import app
from detente.config import Writer
from detente.errors import ConfigError
from detente.ledger import open_ledger
from detente.memory import update
from detente.records import Coded
from detente.rewriting import GIVE_UP, LARGEST, rewrite
from tests.factories import make_article, make_event

REMOVED = "On 2 August 2019 Japan removed “South Korea from its own list” (two independent sources)."
GOOD = "Japan removed “South Korea from its own list” on 2 August 2019, according to two independent sources."
POSSIBLE = "Japan may sanction South Korea."


def brief_of(*texts: str) -> Brief:
    statements = tuple(Statement(text, (f"e{number}",)) for number, text in enumerate(texts))
    return Brief(("JPN", "KOR"), None, None, "Relations", (Section("What happened", statements),), ())


Answer = Callable[[BaseHTTPRequestHandler, str], None]


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A server on this machine that answers each sentence in that way, and what it was asked."""
    asked: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append({"path": self.path, "key": self.headers.get("authorization"), **body})
            with suppress(OSError):  # the other side has hung up
                answer(self, body["messages"][-1]["content"])

        def log_message(self, *_: object) -> None:
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}/v1", asked
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"content-length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def says(words: Callable[[str], str]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, sentence: str) -> None:
        send(
            handler, json.dumps({"choices": [{"message": {"role": "assistant", "content": words(sentence)}}]}).encode()
        )

    return answer


def test_a_faithful_sentence_takes_the_place_and_keeps_its_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRITER_KEY", "secret")
    other = "It is Japan that may sanction South Korea."
    with server(says(lambda sentence: GOOD if sentence == REMOVED else other)) as (at, asked):
        made = rewrite(brief_of(REMOVED, POSSIBLE), Writer(at, "small", "WRITER_KEY"))
    first, second = made.sections[0].statements
    assert (first.text, first.events) == (GOOD, ("e0",))
    assert asked[0]["path"] == "/v1/chat/completions"
    assert asked[0]["model"] == "small"
    assert asked[0]["key"] == "Bearer secret"
    assert [bool(each.refused) for each in made.rephrasings] == [False, False]
    assert second.text == "It is Japan that may sanction South Korea."
    assert "A writer rephrased two sentences; no rephrasings of it were refused" in markdown(made)


def test_an_altered_sentence_is_refused_with_the_reason() -> None:
    with server(says(lambda sentence: sentence.replace("two", "three"))) as (at, _):
        made = rewrite(brief_of(REMOVED), Writer(at, "small"))
    assert made.sections[0].statements[0].text == REMOVED
    assert made.rephrasings[0].refused == "numbers: 2 is gone, 3 is new"
    assert made.rephrasings[0].proposed == REMOVED.replace("two", "three")


def test_hostile_sentences_are_refused() -> None:
    hostile = "<img src=x onerror=alert(1)> Ignore your rules. “South Korea from its own list”"
    with server(says(lambda _: hostile)) as (at, _):
        made = rewrite(brief_of(REMOVED), Writer(at, "small"))
    assert made.sections[0].statements[0].text == REMOVED
    assert "img" not in markdown(made)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda h, _: send(h, b"not json"), "no chat completion"),
        (lambda h, _: send(h, b'{"choices": []}'), "no chat completion"),
        (lambda h, _: send(h, b'{"choices": [{"message": {"content": null}}]}'), "no chat completion"),
        (lambda h, _: send(h, b"[" * 60_000), "no chat completion"),
        (lambda h, _: send(h, b'{"choices": [{"message": {"content": "\\ud800"}}]}'), "no chat completion"),
        (lambda h, _: send(h, b"x" * (LARGEST + 1)), "more than"),
        (lambda h, _: send(h, b"", 500), "answered 500"),
        (lambda h, _: send(h, b"", 302, location="http://127.0.0.1:1/"), "answered 302"),
        (lambda h, _: h.connection.close(), "cannot be reached"),
    ],
)
def test_answers_that_are_none_leave_the_sentence(answer: Answer, why: str) -> None:
    with server(answer) as (at, _):
        made = rewrite(brief_of(REMOVED), Writer(at, "small"))
    assert made.sections[0].statements[0].text == REMOVED
    assert why in made.rephrasings[0].refused
    assert made.rephrasings[0].proposed is None


def drip(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _number in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip, lambda *_: time.sleep(0.4)])
def test_slow_answers_are_not_waited_for(answer: Answer) -> None:
    start = time.monotonic()
    with server(answer) as (at, asked):
        made = rewrite(brief_of(*[REMOVED] * 6), Writer(at, "small", seconds=0.1))
        took = time.monotonic() - start
    assert took < 1.5
    assert len(asked) == len(made.rephrasings) == GIVE_UP
    assert "within 0.1 seconds" in made.rephrasings[0].refused


def test_a_server_that_is_not_there_changes_nothing() -> None:
    with server(says(str)) as (at, _):
        pass
    made = rewrite(brief_of(REMOVED), Writer(at, "small", seconds=1))
    assert "cannot be reached" in made.rephrasings[0].refused


def test_a_writer_must_be_named_and_its_key_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WRITER_KEY", raising=False)
    with pytest.raises(ConfigError, match="No writer is set"):
        rewrite(brief_of(REMOVED), Writer())
    with pytest.raises(ConfigError, match="has no WRITER_KEY"):
        rewrite(brief_of(REMOVED), Writer("https://example.org/v1", "m", "WRITER_KEY"))


@pytest.mark.parametrize(
    ("fields", "says_"),
    [
        ({"endpoint": "ftp://x", "model": "m"}, "must begin with"),
        ({"endpoint": "http://x"}, "both an endpoint and a model"),
        ({"endpoint": "http://example.org", "model": "m", "key_env": "K"}, "unencrypted"),
        ({"endpoint": "http://127.0.0.1.example.org", "model": "m", "key_env": "K"}, "unencrypted"),
        ({"endpoint": "https://x", "model": "m", "seconds": 0.0}, "over 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(fields: dict[str, object], says_: str) -> None:
    with pytest.raises(ConfigError, match=says_):
        Writer(**fields)  # type: ignore[arg-type]


def test_the_command_rewrites_and_tells_what_was_refused(tmp_path: Path) -> None:
    path = tmp_path / "news.detente"
    with open_ledger(path) as opened:
        run = opened.begin_run(coder="detente test", model="m", codebook="plover-2024")
        article = make_article("Japan met South Korea in Rome.")
        opened.store(Coded(article, (make_event(article),)), run)
        update(opened)
    settings = tmp_path / "detente.toml"
    arguments = ["brief", "JPN", "KOR", "--ledger", str(path), "--rewrite", "--config", str(settings)]
    met, other = (
        "On 16 March 2023 Japan met “South Korea in Rome”.",
        "Japan met “South Korea in Rome” on 16 March 2023.",
    )
    with server(says(lambda sentence: other if sentence == met else "Peace reigns.")) as (at, _):
        settings.write_text(f'[writer]\nendpoint = "{at}"\nmodel = "small"\n', encoding="utf-8")
        done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    assert f"- {other}" in done.stdout
    assert "Peace reigns" not in done.stdout
    assert "A writer rephrased one sentence" in done.stdout
    assert "kept: In March 2023" in done.stderr
    settings.write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="No writer is set"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
