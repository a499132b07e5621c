"""The doctor: what is right is called right, and each thing that is broken is named with what to do next."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from detente import cli_doctor, doctor
from detente.config import Config, Translate
from detente.doctor import (
    LARGE_WAL,
    MODEL_SUMS,
    Check,
    check_file_system,
    check_installation,
    check_ledger,
    check_model,
    check_packages,
    check_python,
    check_reading,
    check_room,
    check_settings,
    check_threads,
    check_translator,
    check_wal,
    check_writable,
    worst,
    write_checksums,
)
from detente.ledger import open_ledger
from detente.reader import packaged_folder
from detente.records import Coded
from tests.factories import make_article, make_coded, make_exclusion

app = typer.Typer()
app.registered_commands += cli_doctor.app.registered_commands
app.callback()(lambda: None)


def make_ledger(folder: Path) -> Path:
    """A ledger with an article, its event and an exclusion."""
    path = folder / "made.detente"
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="m", codebook="c", command="detente code made.txt")
        ledger.store(make_coded(), run)
        ledger.exclude(make_exclusion(), run)
        ledger.end_run(run, coded=1, excluded=1)
    return path


def named(checks: list[Check], name: str) -> Check:
    [found] = [check for check in checks if check.name == name]
    return found


def test_a_check_that_is_not_ok_says_what_to_do(tmp_path: Path) -> None:
    checks = [*check_installation(Config()), *check_ledger(make_ledger(tmp_path))]
    assert len({check.name for check in checks}) == len(checks)
    for check in checks:
        assert (check.state == "ok") == (check.advice == ""), check


def test_this_installation_reads_as_released() -> None:
    checks = list(check_installation(Config()))
    assert {check.name: check.state for check in checks if check.name not in ("threads", "extras")} == {
        "python": "ok", "packages": "ok", "settings": "ok", "translator": "ok", "model": "ok", "reading": "ok",
    }  # fmt: skip
    assert "ACCUSE CHN USA 2023-03-14" in named(checks, "reading").found


def test_the_worst_state_counts() -> None:
    assert worst([]) == "ok"
    assert worst([Check("a", "warn", ""), Check("b", "ok", "")]) == "warn"
    assert worst([Check("a", "fail", ""), Check("b", "warn", "")]) == "fail"


# -- the installation


def test_an_old_python_fails() -> None:
    assert check_python("3.10.4").state == "fail"
    assert check_python("3.14.0rc1").state == "ok"


def test_a_missing_and_an_old_package_are_named() -> None:
    def installed(name: str) -> str:
        if name == "rich":
            raise PackageNotFoundError(name)
        return "1.0.0" if name == "numpy" else version(name)

    found = check_packages(installed)
    assert found.state == "fail"
    assert "rich is not installed" in found.found
    assert "numpy is 1.0.0, numpy>=2 is asked for" in found.found


def test_own_actors_that_cannot_be_read_fail(tmp_path: Path) -> None:
    found = check_settings(Config(actors=(str(tmp_path / "none.csv"),)))
    assert found.state == "fail"
    assert "none.csv" in found.found


def test_a_translator_that_is_not_there_fails() -> None:
    assert check_translator(Translate()).found == "none"
    assert check_translator(Translate(command=("no-such-translator", "{from}"))).state == "fail"
    assert check_translator(Translate(command=("sh", "translate.sh"))).found == "sh translate.sh"


def test_a_changed_and_a_missing_file_of_the_model_are_named(tmp_path: Path) -> None:
    for name in ("labels.json", "tokenizer.json"):
        shutil.copyfile(packaged_folder() / name, tmp_path / name)
    assert check_model(tmp_path).state == "fail"  # no checksums
    write_checksums(tmp_path)
    assert check_model(tmp_path).state == "ok"
    with (tmp_path / "labels.json").open("ab") as file:
        file.write(b" ")
    (tmp_path / "tokenizer.json").unlink()
    found = check_model(tmp_path)
    assert found.state == "fail"
    assert "labels.json has other bytes" in found.found
    assert "tokenizer.json is missing" in found.found


def test_the_recorded_checksums_cover_the_whole_model() -> None:
    told = {line.split()[1] for line in (packaged_folder() / MODEL_SUMS).read_text(encoding="ascii").splitlines()}
    assert told == {path.name for path in packaged_folder().iterdir()} - {MODEL_SUMS}


@pytest.mark.parametrize(
    ("threads", "cores", "quota", "state"),
    [(0, 4, None, "ok"), (4, 4, None, "ok"), (8, 4, None, "warn"), (0, 16, 2.0, "warn"), (2, 16, 2.0, "ok")],
)
def test_more_threads_than_cores_are_a_warning(threads: int, cores: int, quota: float | None, state: str) -> None:
    assert check_threads(threads, cores=cores, quota=quota).state == state


def test_a_reading_that_is_otherwise_or_breaks_off_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SENTENCE", "The soup was warm.")
    found = check_reading(Config())
    assert found.state == "fail"
    assert "is read as no events, and should be as ACCUSE CHN USA" in found.found

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such operator")

    monkeypatch.setattr("detente.pipeline.code", broken)
    assert "RuntimeError: no such operator" in check_reading(Config()).found


# -- a ledger


def test_a_whole_ledger_is_ok(tmp_path: Path) -> None:
    checks = list(check_ledger(make_ledger(tmp_path)))
    assert "2 inputs, 1 events in force" in named(checks, "whole").found
    assert {check.name for check in checks if check.state != "ok"} <= {"links", "disk"}
    assert named(checks, "links").found == "1 articles and 1 events wait"


def test_no_ledger_and_another_file_fail(tmp_path: Path) -> None:
    [found] = check_ledger(tmp_path / "none.detente")
    assert (found.name, found.state) == ("file", "fail")
    (tmp_path / "text.detente").write_text("no database " * 99, encoding="utf-8")
    [found] = check_ledger(tmp_path / "text.detente")
    assert "is not a ledger" in found.found


def test_rows_written_later_than_now_fail(tmp_path: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(1)
    checks = list(check_ledger(make_ledger(tmp_path), now=yesterday))
    assert named(checks, "clock").state == "fail"


def test_articles_of_the_future_are_a_warning(tmp_path: Path) -> None:
    path, today = make_ledger(tmp_path), datetime.now(UTC).date()
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="m", codebook="c")
        for number, days in enumerate((0, 1, 30)):
            ledger.store(Coded(make_article(id=f"day{number}", published=today + timedelta(days)), ()), run)
    checks = list(check_ledger(path))
    assert named(checks, "publication").state == "warn"
    assert named(checks, "publication").found.startswith("1 articles")
    assert "day2" in named(checks, "publication").found
    assert named(checks, "runs").state == "warn"  # the run has no end


def test_a_broken_rule_fails(tmp_path: Path) -> None:
    path = make_ledger(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM unlinked_events")
    connection.close()
    found = named(list(check_ledger(path)), "whole")
    assert found.state == "fail"
    assert "neither linked nor waiting" in found.found
    assert "detente ledger verify" in found.advice


def test_little_room_is_told(tmp_path: Path) -> None:
    path = make_ledger(tmp_path)
    assert check_room(path, free=1000).state == "fail"
    assert check_room(path, free=10**9).state == "ok"
    with path.open("ab") as file:
        file.truncate(10**9)
    assert check_room(path, free=10**9).state == "warn"


def test_a_large_wal_is_told(tmp_path: Path) -> None:
    path = make_ledger(tmp_path)
    assert check_wal(path).state == "ok"
    with path.with_name(path.name + "-wal").open("wb") as file:
        file.truncate(LARGE_WAL)
    assert check_wal(path).state == "warn"


def test_a_writer_at_work_is_told(tmp_path: Path) -> None:
    path = make_ledger(tmp_path)
    assert check_writable(path).found == "possible"
    with open_ledger(path) as ledger, ledger.transaction():
        assert "another process is writing" in check_writable(path).found


def test_a_network_file_system_fails(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/a {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    assert check_file_system(tmp_path / "x.detente", mounts).state == "fail"
    assert check_file_system(Path("/var/x.detente"), mounts).found == "ext4"
    assert check_file_system(tmp_path / "x.detente", tmp_path / "none").state == "ok"


# -- the command


def test_the_command_tells_every_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["doctor", "--ledger", str(make_ledger(tmp_path)), "--json"])
    assert told.exit_code == 0, told.stdout
    checks = json.loads(told.stdout)
    assert {"python", "packages", "model", "reading", "whole"} <= {check["name"] for check in checks}


def test_without_a_ledger_only_the_installation_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DETENTE_LEDGER", "")
    told = CliRunner().invoke(app, ["doctor"])
    assert told.exit_code == 0, told.stdout
    assert "reading" in told.stdout
    assert "whole" not in told.stdout


def test_a_failure_is_exit_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "detente.toml").write_text("treads = 2", encoding="utf-8")
    told = CliRunner().invoke(app, ["doctor", "--ledger", "none.detente"])
    assert told.exit_code == 1
    assert "unknown setting treads" in told.stdout
    assert "There is no ledger at none.detente" in told.stdout
    assert "→ Correct the settings file" in told.stdout
