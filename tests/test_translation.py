"""Translation by a stub command and a stub server: what comes back, the way back to the original, and what fails."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from detente import cli_ledger
from detente.config import Config, Translate, read_config
from detente.errors import ConfigError, InputError
from detente.ingest import REASONS, read_path
from detente.ledger import open_ledger
from detente.ledgerfile import MIGRATIONS, connect
from detente.pipeline import code_articles
from detente.records import Article, Coded, Exclusion
from detente.translation import (
    WINDOW,
    Translated,
    _joined,
    aligned,
    alignment,
    original_range,
    original_words,
    sentence_ranges,
    translate,
    wanted,
)
from detente.upkeep import verify
from tests.factories import make_article

KOREAN = "중국은 화요일에 미국을 규탄했다. 일본과 한국은 목요일에 도쿄에서 만났다.\n\n회담은 오월에 다시 열린다."
ENGLISH = {
    "중국은 화요일에 미국을 규탄했다.": "China condemned the United States on Tuesday.",
    "일본과 한국은 목요일에 도쿄에서 만났다.": "Japan and South Korea met in Tokyo on Thursday.",
    "회담은 오월에 다시 열린다.": "The talks go on in May.",
}
WHOLE = (
    "China condemned the United States on Tuesday. Japan and South Korea met in Tokyo on Thursday.\n\n"
    "The talks go on in May."
)
STUB = f"""
import sys
english = {ENGLISH!r}
given = sys.stdin.buffer.read().decode("utf-8").rstrip("\\n")
out = lambda text: sys.stdout.buffer.write(text.encode("utf-8"))
"""


def stub(folder: Path, body: str) -> Translate:
    """Settings with a command that does that to what it is `given`."""
    (folder / "stub.py").write_text(STUB + body, encoding="utf-8")
    return Translate(command=(sys.executable, str(folder / "stub.py"), "{from}", "{to}"), seconds=20)


def line_by_line(folder: Path) -> Translate:
    return stub(folder, "out('\\n'.join(english[line] for line in given.split('\\n')) + '\\n')")


def assert_leads_back(found: Translated, original: str) -> None:
    """Each sentence of the translation leads to its own in the original."""
    for start, end, first, last in found.spans:
        assert ENGLISH[original[first:last]] == found.text[start:end]


# -- the text and its map


def test_sentences_are_found_in_any_script() -> None:
    assert [KOREAN[start:end] for start, end in sentence_ranges(KOREAN, "ko")] == list(ENGLISH)
    japanese = "日本は木曜日に声明を発表した。韓国は「まだ早い」と述べた。"
    assert [japanese[start:end] for start, end in sentence_ranges(japanese, "ja")] == [japanese[:15], japanese[15:]]


@given(st.text(alphabet="ab あ。.!? \n\u2028\t“”\ud800", max_size=200), st.sampled_from(["ja", "ko", "xx"]))
def test_sentences_hold_every_character_that_is_no_space(text: str, language: str) -> None:
    ranges = list(sentence_ranges(text, language))
    assert ranges == sorted(ranges)
    assert all(end <= start for (_, end), (start, _) in pairwise(ranges))
    inside = {at for start, end in ranges for at in range(start, end)}
    assert all(text[at].isspace() for at in range(len(text)) if at not in inside)


def test_a_line_of_many_sentences_is_read_in_windows() -> None:
    text = "회담은 오월에 열린다. " * (WINDOW // 5)
    ranges = list(sentence_ranges(text, "ko"))
    assert {text[start:end] for start, end in ranges} == {"회담은 오월에 열린다."}


@given(st.lists(st.tuples(st.sampled_from(["가나.", "다.", "라마바."]), st.sampled_from([" ", "\n", "\n\n"]))))
def test_spans_tile_the_translation_and_keep_line_breaks(parts: list[tuple[str, str]]) -> None:
    text = "".join(sentence + gap for sentence, gap in parts).strip()
    ranges = list(sentence_ranges(text, "ko"))
    made = _joined(text, ranges, [f"S{number}." for number in range(len(ranges))], "ko")
    assert [made.text[start:end] for start, end, _, _ in made.spans] == [f"S{n}." for n in range(len(ranges))]
    assert [(first, last) for _, _, first, last in made.spans] == ranges
    assert made.text.count("\n") == text.count("\n")
    assert aligned(alignment(made.spans)) == made.spans


def test_a_range_leads_to_all_sentences_that_it_touches() -> None:
    spans = ((0, 9, 0, 4), (10, 19, 5, 9), (21, 30, 11, 20))
    assert original_range(spans, 0, 1) == (0, 4)
    assert original_range(spans, 8, 11) == (0, 9)
    assert original_range(spans, 12, 25) == (5, 20)
    assert original_range(spans, 9, 10) is None  # the space between two


# -- a command


def test_a_command_translates_sentence_by_sentence(tmp_path: Path) -> None:
    found = translate(KOREAN, "ko", line_by_line(tmp_path))
    assert found.text == WHOLE
    assert len(found.spans) == 3
    assert_leads_back(found, KOREAN)


def test_the_command_is_told_the_languages(tmp_path: Path) -> None:
    settings = stub(tmp_path, "out('\\n'.join(' '.join(sys.argv[1:]) for line in given.split('\\n')))")
    assert translate(KOREAN, "ko", settings).text.startswith("ko en ko en")


def test_a_command_that_keeps_to_no_lines_is_asked_for_each_sentence(tmp_path: Path) -> None:
    settings = stub(tmp_path, "out('\\n\\n'.join(english[line] for line in given.split('\\n')))")
    assert translate(KOREAN, "ko", settings).text == WHOLE


def test_what_has_no_letters_is_not_translated(tmp_path: Path) -> None:
    settings = stub(tmp_path, "raise SystemExit('asked')")
    assert translate("2023. 3. 16.\n* * *", "ko", settings).text.split() == "2023. 3. 16. * * *".split()
    assert translate(" \n", "ko", settings) == Translated("", (), "ko")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("sys.exit('no such model: ko')", "ended with code 1: no such model: ko"),
        ("out(given.split('\\n')[0].replace(given, ''))", "gave nothing for “중국은"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe')", "wrote something else than UTF-8"),
        ("out('\\n'.join('x' * 9999 for line in given.split('\\n')))", "gave 9,999 characters"),
    ],
)
def test_a_command_that_fails_is_a_reason(tmp_path: Path, body: str, message: str) -> None:
    sentences = "중국은 화요일에 미국을 규탄했다."
    with pytest.raises(InputError, match=message) as caught:
        translate(sentences, "ko", stub(tmp_path, body))
    assert caught.value.reason == "translation"


def test_a_missing_command_is_a_reason() -> None:
    with pytest.raises(InputError, match="'no-such-translator' cannot be run"):
        translate(KOREAN, "ko", Translate(command=("no-such-translator",)))


def test_a_slow_command_is_ended_with_what_it_started(tmp_path: Path) -> None:
    body = f"""
import subprocess
subprocess.Popen([{sys.executable!r}, "-c", "import time; time.sleep(60)"])
"""
    settings = Translate(command=stub(tmp_path, body).command, seconds=1.0)
    started = time.monotonic()
    with pytest.raises(InputError, match="took longer than `seconds`"):
        translate(KOREAN, "ko", settings)
    assert time.monotonic() - started < 20


# -- a server

Answer = Callable[[dict[str, object]], tuple[int, bytes]]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """A server on this machine that answers each request so; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answer({**wish, "path": self.path})
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def test_a_server_translates_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.translation.BATCH", 2)
    monkeypatch.setenv("TRANSLATOR_KEY", "k")
    wishes: list[dict[str, object]] = []

    def answer(wish: dict[str, object]) -> tuple[int, bytes]:
        wishes.append(wish)
        asked = wish["q"]
        assert isinstance(asked, list)
        return 200, json.dumps({"translatedText": [ENGLISH[sentence] for sentence in asked]}).encode()

    with server(answer) as address:
        found = translate(KOREAN, "ko", Translate(endpoint=f"{address}/", key_env="TRANSLATOR_KEY"))
    assert found.text == WHOLE
    assert_leads_back(found, KOREAN)
    assert [wish["path"] for wish in wishes] == ["/translate", "/translate"]
    assert {(wish["source"], wish["target"], wish["format"], wish["api_key"]) for wish in wishes} == {
        ("ko", "en", "text", "k")
    }


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, b'{"error": "ko is not supported"}', "status 400: ko is not supported"),
        (200, b'{"translatedText": ["one"]}', "gave 1 translations for 3 sentences"),
        (502, b"<html>", "status 502 and no JSON"),
        (200, b'{"translatedText": ["' + b"x" * 90_000 + b'"]}', "gave an answer of over"),
    ],
)
def test_a_server_that_fails_is_a_reason(status: int, body: bytes, message: str) -> None:
    with server(lambda _: (status, body)) as address, pytest.raises(InputError, match=message) as caught:
        translate(KOREAN, "ko", Translate(endpoint=address))
    assert caught.value.reason == "translation"


def test_a_key_that_is_not_set_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRANSLATOR_KEY", raising=False)
    with pytest.raises(InputError, match="TRANSLATOR_KEY is to hold"):
        translate(KOREAN, "ko", Translate(endpoint="http://127.0.0.1:9", key_env="TRANSLATOR_KEY"))


def test_a_slow_server_is_a_reason() -> None:
    def answer(_: dict[str, object]) -> tuple[int, bytes]:
        time.sleep(0.5)
        return 200, b"{}"

    with server(answer) as address, pytest.raises(InputError, match="took longer"):
        translate(KOREAN, "ko", Translate(endpoint=address, seconds=0.1))


def test_a_server_that_is_not_there_is_a_reason() -> None:
    with server(lambda _: (200, b"{}")) as address:
        pass
    with pytest.raises(InputError, match="Is the server running"):
        translate(KOREAN, "ko", Translate(endpoint=address))


# -- settings


def test_only_named_languages_are_translated() -> None:
    assert not wanted("ko", Translate())
    assert wanted("ko", Translate(command=("argos-translate",)))
    some = Translate(endpoint="http://127.0.0.1:5000", languages=("ko", "ja"))
    assert (wanted("ja", some), wanted("fr", some)) == (True, False)


def test_the_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "detente.toml"
    path.write_text(
        'threads = 1\n[translate]\ncommand = ["argos-translate", "--from", "{from}"]\nlanguages = ["ko"]\n',
        encoding="utf-8",
    )
    assert read_config(path).translate == Translate(("argos-translate", "--from", "{from}"), languages=("ko",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('command = ["a"]\nendpoint = "http://b"', "both a command and an endpoint"),
        ('languages = ["ko"]', "neither a command nor an endpoint"),
        ('endpoint = "ftp://b"', "must begin with http://"),
        ('endpoint = "http://b"\nkey_env = "K"', "would send a key unencrypted"),
        ('command = ["a"]\nseconds = 0', "seconds over 0"),
        ('comand = ["a"]', "unknown field `comand`"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "detente.toml"
    path.write_text(f"[translate]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_config(path)


# -- from a file to events


def read(folder: Path, settings: Translate) -> list[Article | Exclusion]:
    (folder / "korean.txt").write_text(KOREAN, encoding="utf-8")
    return list(read_path(folder / "korean.txt", config=Config(translate=settings)))


def test_an_article_in_another_language_is_read_in_english(tmp_path: Path) -> None:
    [article] = read(tmp_path, line_by_line(tmp_path))
    assert isinstance(article, Article)
    assert article.text == WHOLE
    assert article.language == "en"
    assert (article.original, article.translated_from) == (KOREAN, "ko")
    [coded] = code_articles([article], config=Config())
    assert [event.event for event in coded.events][:2] == ["ACCUSE", "CONSULT"]
    for event in coded.events:
        assert article.text[event.trigger.start : event.trigger.end] == event.trigger.text


def test_another_translation_is_another_version_of_the_same_article(tmp_path: Path) -> None:
    [one] = read(tmp_path, line_by_line(tmp_path))
    [other] = read(tmp_path, stub(tmp_path, "out('\\n'.join(english[line].upper() for line in given.split('\\n')))"))
    assert isinstance(one, Article)
    assert isinstance(other, Article)
    assert one.id == other.id
    assert one.text != other.text


def test_what_is_not_translated_is_excluded_with_the_reason(tmp_path: Path) -> None:
    [unwanted] = read(tmp_path, Translate(command=("argos-translate",), languages=("ja",)))
    [failed] = read(tmp_path, Translate(command=("no-such-translator",)))
    for found, reason in ((unwanted, "language:ko"), (failed, "translation:ko")):
        assert isinstance(found, Exclusion)
        assert found.reason == reason
        assert found.reason.partition(":")[0] in REASONS
    assert isinstance(failed, Exclusion)
    assert "Install it, or name another" in failed.detail


def test_an_event_leads_to_its_sentence_in_the_original(tmp_path: Path) -> None:
    [article] = read(tmp_path, line_by_line(tmp_path))
    assert isinstance(article, Article)
    [coded] = code_articles([article], config=Config())
    told = [original_words(article, event.trigger.start, event.trigger.end) for event in coded.events]
    assert [words.text for words in told if words][:2] == list(ENGLISH)[:2]
    for words in told:
        assert words is not None
        assert KOREAN[words.start : words.end] == words.text
    assert original_words(make_article(), 0, 5) is None


def test_why_shows_the_sentence_in_the_original(tmp_path: Path) -> None:
    [article] = read(tmp_path, line_by_line(tmp_path))
    assert isinstance(article, Article)
    [coded] = code_articles([article], config=Config())
    with open_ledger(tmp_path / "news.detente") as ledger:
        ledger.store(coded, ledger.begin_run(coder="detente test", model="m", codebook="c"))
    app = typer.Typer()
    app.registered_commands += cli_ledger.app.registered_commands
    told = CliRunner().invoke(app, ["why", coded.events[0].id, "--ledger", str(tmp_path / "news.detente")])
    assert told.exit_code == 0, told.output
    assert "translated from ko: “중국은 화요일에 미국을 규탄했다.” [0, 18)" in told.stdout


def test_the_ledger_keeps_the_original_and_ends_the_exclusion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "news.detente"
    with monkeypatch.context() as earlier:
        earlier.setattr("detente.ledgerfile.MIGRATIONS", MIGRATIONS[:2])
        connect(path, read_only=False).close()
    [left_out] = read(tmp_path, Translate())
    [article] = read(tmp_path, line_by_line(tmp_path))
    assert isinstance(left_out, Exclusion)
    assert isinstance(article, Article)
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="m", codebook="c")
        ledger.exclude(left_out, run)
        ledger.store(Coded(article, ()), run)
        assert ledger.article(article.id) == article
        assert ledger.audit().excluded == 0
    assert verify(path).faults == ()
    with open_ledger(path) as ledger, ledger.transaction():
        ledger.execute("UPDATE articles SET original = substr(original, 1, 9)")
    assert "an article's sentences do not lie in its original" in [fault.what for fault in verify(path).faults]
