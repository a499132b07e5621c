"""Commands do what they say: data on stdout, the rest on stderr, exit codes that tell, and reruns that go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from detente import pipeline
from detente.cli import main
from detente.config import Config
from detente.ledger import open_ledger
from detente.memory import update
from detente.pipeline import Provenance
from detente.records import Article, Coded, Pledge
from detente.revisions import known
from tests.factories import make_article, make_coded, make_event, make_exclusion

Run = Callable[..., tuple[int, str, str]]

MET = "Japan met South Korea in Tokyo."


class Pipeline:
    """Stands in for the model: each text with "met" holds one CONSULT. `read` lists what was coded."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.model = "stub.v1"
        self.stop_after: int | None = None

    def provenance(self) -> Provenance:
        return Provenance("detente test", self.model, "plover-2024")

    def code_articles(self, articles: Iterable[Article], *, config: Config, jobs: int) -> Iterator[Coded]:
        ahead: list[Article] = []  # like the real one, read some articles before the first result
        for article in articles:
            ahead.append(article)
            if len(ahead) == 3:
                yield from map(self.code, ahead)
                ahead.clear()
        yield from map(self.code, ahead)

    def code(self, article: Article) -> Coded:
        if self.stop_after is not None and len(self.read) == self.stop_after:
            raise KeyboardInterrupt
        self.read.append(article.text)
        return Coded(article, (make_event(article),) if "met" in article.text else ())


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    made = Pipeline()
    monkeypatch.setattr(pipeline, "provenance", made.provenance)
    monkeypatch.setattr(pipeline, "code_articles", made.code_articles)
    return made


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DETENTE_LEDGER", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return int(exit_.value.code or 0), out.decode(), err.decode()

    return call


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(7):
        (folder / f"{number}.txt").write_text(f"{MET} Report {number}.")
    return folder


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The ledger that the reading commands find by default."""
    path = tmp_path / "detente.detente"
    article = make_article("Japan met South Korea. \x1b[31mSouth Korea\u202e accused Japan.", id="a1")
    events = (
        make_event(article, when=date(2023, 3, 16)),
        make_event(article, event="ACCUSE", trigger="accused", when=date(2023, 1, 2)),
        make_event(article, event="AGREE", when=None, status="possible"),
    )
    with open_ledger(path) as ledger:
        opened = ledger.begin_run(coder="detente test", model="stub.v1", codebook="plover-2024")
        ledger.store_all([Coded(article, events), make_coded("Nothing.", events=0, id="b1")], opened)
        ledger.exclude(make_exclusion(), opened)
        ledger.end_run(opened, coded=1, empty=1, excluded=1)
    return path


# -- code


def test_events_are_shown_when_nothing_else_is_asked_for(run: Run, stub: Pipeline, news: Path) -> None:
    code, out, err = run("code", news / "0.txt", "--published", "2023-03-17")
    assert code == 0
    assert "CONSULT  JPN GOV Japan → KOR GOV South Korea" in out
    assert "“Japan [met] South Korea in Tokyo. Report 0.”" in out
    assert "published  2023-03-17 (given)" in out
    assert "1 articles read (1 with events, 0 without), 0 excluded, 1 events" in err


def test_output_is_one_event_a_line_in_the_order_of_the_inputs(run: Run, stub: Pipeline, news: Path) -> None:
    code, out, _ = run("code", news, "--output", "-")
    assert code == 0
    sentences = [json.loads(line)["sentence"]["text"] for line in out.splitlines()]
    assert sentences == [f"{MET} Report {number}." for number in range(7)]


def test_an_output_file_appears_when_it_is_whole(run: Run, stub: Pipeline, news: Path, tmp_path: Path) -> None:
    target = tmp_path / "events.jsonl"
    target.write_text("old")
    stub.stop_after = 5
    code, out, err = run("code", news, "--output", target)
    assert (code, out) == (130, "")
    assert "Nothing was kept. With --ledger FILE" in err
    assert target.read_text() == "old"
    stub.stop_after = None
    assert run("code", news, "--output", target)[0] == 0
    assert len(target.read_text().splitlines()) == 7
    assert list(tmp_path.glob("*.part")) == []


def test_an_output_that_is_a_pipe_or_a_device_stays_one(run: Run, stub: Pipeline, news: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(pipe.read_text().splitlines()))
    reader.start()
    assert run("code", news, "--output", pipe)[0] == 0
    reader.join(10)
    assert len(read) == 7
    assert pipe.is_fifo()


def test_a_rerun_reads_nothing_again(run: Run, stub: Pipeline, news: Path) -> None:
    code, out, err = run("code", news, "--ledger", "news.detente")
    assert (code, out) == (0, "")
    stub.read.clear()
    code, _, err = run("code", news, "--ledger", "news.detente")
    assert (code, stub.read) == (0, [])
    assert "0 articles read (0 with events, 0 without), 0 excluded, 7 events; 7 read before" in err


def test_an_interrupted_run_says_how_to_go_on_and_does(run: Run, stub: Pipeline, news: Path) -> None:
    stub.stop_after = 4
    code, _, err = run("code", news, "--ledger", "news.detente")
    assert code == 130
    assert "interrupted: 4 articles read" in err
    assert "run the same command again" in err
    stub.stop_after = None
    stub.read.clear()
    code, out, _ = run("code", news, "--ledger", "news.detente", "--output", "-")
    assert code == 0
    assert stub.read == [f"{MET} Report {number}." for number in (4, 5, 6)]
    assert [json.loads(line)["sentence"]["text"][-2:] for line in out.splitlines()] == [
        f"{number}." for number in range(7)
    ]
    with open_ledger("news.detente", read_only=True) as ledger:
        assert [done.state for done in ledger.audit().runs] == ["done", "interrupted"]


@pytest.mark.parametrize("change", ["model", "settings"])
def test_another_model_or_setting_reads_again(run: Run, stub: Pipeline, news: Path, change: str) -> None:
    run("code", news, "--ledger", "news.detente")
    stub.read.clear()
    if change == "model":
        stub.model = "stub.v2"
    options = ["--min-confidence", "0.5"] if change == "settings" else []
    _, _, err = run("code", news, "--ledger", "news.detente", *options)
    assert len(stub.read) == 7
    assert "7 replaced an older version or reading" in err


def test_changed_actors_beside_the_ledger_read_again(run: Run, stub: Pipeline, news: Path, tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_text("name,code\nOldland,CHE\n")
    run("code", news, "--ledger", "news.detente")
    run("code", news, "--ledger", "news.detente")
    assert len(stub.read) == 7
    (tmp_path / "actors.csv").write_text("name,code\nOldland,AUT\n")
    run("code", news, "--ledger", "news.detente")
    assert len(stub.read) == 14
    with open_ledger("news.detente", read_only=True) as ledger:
        settings = [done.settings for done in ledger.audit().runs]
    assert settings[1] == settings[2] != settings[0]


def test_broken_actors_stop_the_run_before_it_reads(run: Run, stub: Pipeline, news: Path, tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_text("name,code\nOldland,XXX\n")
    code, out, err = run("code", news, "--ledger", "news.detente")
    assert (code, out, stub.read) == (1, "", [])
    assert "error: actors.csv, line 2 (Oldland): code is 'XXX'" in err


def test_an_article_that_comes_twice_is_kept_once(run: Run, stub: Pipeline, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(MET)
    _, _, err = run("code", "one.txt", "two.txt", "--ledger", "news.detente")
    assert "1 articles read (1 with events" in err
    with open_ledger("news.detente", read_only=True) as ledger:
        assert ledger.audit().inputs == 1


def test_exclusions_are_told_and_kept(run: Run, stub: Pipeline, news: Path) -> None:
    (news / "bad.json").write_text("{")
    code, out, err = run("code", news, "--ledger", "news.detente")
    assert (code, out) == (3, "")
    assert f"excluded {news / 'bad.json'}" in err
    assert ": bad-json: " in err
    with open_ledger("news.detente", read_only=True) as ledger:
        assert ledger.audit().reasons == {"bad-json": 1}


def test_nothing_usable_has_its_own_exit_code(run: Run, stub: Pipeline, tmp_path: Path) -> None:
    code, out, err = run("code", tmp_path / "nowhere.txt")
    assert (code, out) == (2, "")
    assert "nowhere.txt: missing: There is no such file or folder." in err
    (tmp_path / "empty").mkdir()
    assert run("code", tmp_path / "empty")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--published", "17 March"], "'17 March' is not a day; write it as"),
        (["--min-confidence", "2"], "min_confidence is 2.0; it must lie between 0 and 1."),
        (["--config", "missing.toml"], "Cannot read settings from missing.toml"),
        (["--output", "nowhere/events.jsonl"], "The folder nowhere does not exist."),
        (["--jobs", "0"], "greater than or equal to 1"),
    ],
)
def test_wrong_options_are_told_on_stderr(
    run: Run, stub: Pipeline, news: Path, arguments: list[str], message: str
) -> None:
    code, out, err = run("code", news, *arguments)
    assert code in (1, 2)
    assert out == ""
    assert message in err.replace("\n", " ")
    assert "Traceback" not in err
    assert stub.read == []


def test_settings_are_read_from_the_folder(run: Run, stub: Pipeline, news: Path, tmp_path: Path) -> None:
    (tmp_path / "detente.toml").write_text("max_bytes = 10\n")
    code, _, err = run("code", news)
    assert code == 2
    assert "too-large" in err


# -- reading commands


def test_events_lists_the_newest_first(run: Run, filled: Path) -> None:
    code, out, _ = run("events")
    assert code == 0
    heads = [line for line in out.splitlines() if not line.startswith(" ")]
    assert [line.split()[0] for line in heads] == ["2023-03-16", "2023-01-02", "no"]
    assert "[possible]" in heads[2]
    assert out.count(" in a1\n") == 3


def test_events_are_chosen_and_written_as_json(run: Run, filled: Path) -> None:
    _, out, _ = run("events", "--dyad", "kor", "jpn", "--type", "accuse", "--until", "2023-02-01", "--json")
    (line,) = out.splitlines()
    assert json.loads(line)["event"] == "ACCUSE"
    assert len(run("events", "--json", "--limit", 2)[1].splitlines()) == 2
    code, out, err = run("events", "--since", "2024-01-01")
    assert (code, out, err) == (0, "", "No events match.\n")


def test_unknown_labels_name_the_known(run: Run, filled: Path) -> None:
    code, out, err = run("events", "--type", "ATTACK")
    assert (code, out) == (1, "")
    assert err.startswith("error: 'ATTACK' is not a PLOVER event type. Known: AGREE")


def test_an_article_is_shown_with_its_events_marked(run: Run, filled: Path) -> None:
    code, out, _ = run("article", "a")
    assert code == 0
    assert "Japan [1,2 met] South Korea." in out
    assert "[3 accused] Japan." in out
    assert out.count("CONSULT") == 1


def test_nothing_from_an_article_is_obeyed_by_the_terminal(run: Run, filled: Path) -> None:
    for arguments in (["article", "a1"], ["events"], ["dyad", "JPN", "KOR"]):
        out = run(*arguments)[1]
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\ufffd[31mSouth Korea\ufffd" in out


def test_an_unknown_article_is_told(run: Run, filled: Path) -> None:
    code, out, err = run("article", "zzz")
    assert (code, out) == (1, "")
    assert "error: There is no article 'zzz' in detente.detente" in err


def test_a_dyad_shows_what_happened_apart_from_what_may(run: Run, filled: Path) -> None:
    code, out, _ = run("dyad", "jpn", "kor")
    assert code == 0
    assert "JPN – KOR  2 actual events, net score -0.5" in out
    assert "net score by month, 2023-01-01 to 2023-04-01\n▁·▇" in out
    assert "not counted: 1 possible" in out
    assert out.index("actual, latest first") < out.index("CONSULT") < out.index("possible, latest first")


def test_a_dyad_as_json(run: Run, filled: Path) -> None:
    found = json.loads(run("dyad", "JPN", "KOR", "--step", "quarter", "--json")[1])
    assert [period["net"] for period in found["relation"]["series"]["periods"]] == [-0.5]
    assert found["relation"]["series"]["quads"] == {"1": 1, "2": 0, "3": 1, "4": 0}
    assert [act["event"]["event"] for act in found["latest"]["possible"]] == ["AGREE"]


def test_an_empty_dyad_names_pairs_that_have_events(run: Run, filled: Path) -> None:
    code, _, err = run("dyad", "FRA", "DEU")
    assert code == 0
    assert err == "No events between FRA and DEU. Most events: JPN KOR (3).\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dyad", "JPN", "KOR", "--step", "decade"], "'decade' is not a step. Known: day, week, month"),
        (["dyad", "JPN", "KOR", "--as-of", "9999-12-31"], "No day follows 9999-12-31"),
        (["disputes", "JPN", "KOR", "--state", "warm"], "'warm' is not a state of a dispute. Known: open"),
        (["brief", "JPN", "KOR", "--output", "nowhere/brief.md"], "The folder nowhere does not exist."),
        (["events", "--directed"], "It needs --dyad."),
        (["events", "--since", "2024-01-01", "--until", "2023-01-01"], "2023-01-01 is not after --since 2024-01-01"),
        (["events", "--min-confidence", "7"], "--min-confidence"),
        (["events", "withdraw", "abc"], "No judgement in force is on that"),
    ],
)
def test_what_cannot_be_asked_of_a_ledger_is_told(run: Run, filled: Path, arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert code in (1, 2)
    assert out == ""
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", [["link"], ["events", "judge", "abc", "right"], ["events", "withdraw", "abc"]])
def test_a_misspelt_ledger_is_not_made(run: Run, tmp_path: Path, command: list[str]) -> None:
    code, _, err = run(*command, "--ledger", "misspelt.detente")
    assert code == 1
    assert "There is no ledger at misspelt.detente" in err
    assert not (tmp_path / "misspelt.detente").exists()


def test_an_empty_dyad_of_a_past_day_names_the_day(run: Run, filled: Path) -> None:
    _, _, err = run("dyad", "JPN", "KOR", "--as-of", "2001-01-01")
    assert err == ("No events between JPN and KOR known by the end of 2001-01-01. Most events now: JPN KOR (3).\n")


def test_what_fell_due_before_a_day_has_not_changed_since(run: Run, tmp_path: Path) -> None:
    article = make_article("Japan agreed to visit South Korea by June.", id="a1", published=date(2023, 3, 16))
    pledge = Pledge("CONSULT", "visit South Korea", 16, 33, due=date(2023, 6, 1))
    promised = msgspec.structs.replace(make_event(article, event="AGREE", trigger="agreed"), pledge=pledge)
    with open_ledger(tmp_path / "detente.detente") as ledger:
        opened = ledger.begin_run(coder="detente test", model="stub.v1", codebook="plover-2024")
        ledger.store_all([Coded(article, (promised,))], opened)
        ledger.end_run(opened, coded=1)
        update(ledger)
        assert [each.state for each in known(ledger, ("JPN", "KOR"), None).pledges] == ["open"]
    code, out, err = run("diff", "JPN", "KOR", "--since", "2100-01-01")
    assert (code, out, err) == (0, "", "Nothing changed.\n")


def test_withdraw_takes_back_the_judgements_on_one_event(run: Run, filled: Path) -> None:
    ids = [json.loads(line)["id"] for line in run("events", "--json")[1].splitlines()]
    for each in ids[:2]:
        assert run("events", "judge", each, "right", "--who", "tester")[0] == 0
    assert run("events", "withdraw", ids[0])[2] == "1 judgement withdrawn.\n"
    assert ids[1][:12] in run("events", "judged")[1]


def test_audit_accounts_for_every_input(run: Run, filled: Path) -> None:
    _, out, _ = run("audit")
    assert "3 inputs" in out
    assert "1 coded, 3 events (1 without a date)" in out
    assert "1 unreadable" in out
    found = json.loads(run("audit", "--json")[1])
    assert (found["inputs"], found["coded"], found["empty"], found["excluded"]) == (3, 1, 1, 1)


def test_the_ledger_may_come_from_the_environment(
    run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = filled.rename(tmp_path / "elsewhere.detente")
    code, out, err = run("audit")
    assert (code, out) == (1, "")
    assert err.startswith("error: There is no ledger at detente.detente.")
    monkeypatch.setenv("DETENTE_LEDGER", str(elsewhere))
    assert run("audit")[0] == 0
    assert run("audit", "--ledger", filled)[0] == 1


def test_version(run: Run) -> None:
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("detente 0.")


def test_help_names_every_command(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from detente.cli import main; main(['--help'])"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env={**os.environ, "COLUMNS": "100"}
    )
    for name in ("code", "events", "article", "why", "dyad", "audit", "evaluate", "serve"):
        assert f" {name} " in done.stdout


def test_starting_up_imports_no_large_library() -> None:
    check = "import sys, detente.cli; print([n for n in ('numpy', 'onnxruntime', 'trafilatura') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
