"""Backup while others write, verification that finds each kind of damage, and compaction that harms nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente import cli_doctor, memory
from detente.doctor import check_ledger, worst
from detente.errors import LedgerError
from detente.judgements import judge
from detente.ledger import open_ledger
from detente.pipeline import code
from detente.records import Coded
from detente.upkeep import back_up, compact, verify
from tests.factories import make_article, make_event

TEXT = (
    "China condemned the United States on Tuesday. Japan and South Korea met in Tokyo on Thursday, Kyodo said."
    " Seoul allegedly promised to lift export controls by June."
)
app = cli_doctor.ledger_app


@pytest.fixture(scope="module")
def coded() -> Coded:
    return code(TEXT, published="2023-03-17", publisher="Kyodo")


@pytest.fixture
def ledger_file(tmp_path: Path, coded: Coded) -> Path:
    """A linked ledger with the text's events and a judgement."""
    path = tmp_path / "made.detente"
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder=coded.events[0].coder, model="m", codebook="c")
        ledger.store(coded, run)
        ledger.end_run(run, coded=1)
        judge(ledger, "event", coded.events[0].id, value="right", who="tester")
        memory.update(ledger)
    return path


def change(path: Path, statement: str, *values: object) -> None:
    """Change a ledger behind its back, as damage does."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


# -- verify


def test_a_whole_ledger_has_no_faults(ledger_file: Path, coded: Coded) -> None:
    found = verify(ledger_file)
    assert found.faults == ()
    assert found.rows == {
        "articles": 1, "readings": 1, "events": len(coded.events), "judgements": 1, "exclusions": 0, "runs": 1,
    }  # fmt: skip
    assert found.spans > 8 * len(coded.events) > 8


def replaced(old: str, new: str) -> Callable[[Path], None]:
    return lambda path: change(path, "UPDATE events SET record = replace(record, ?, ?)", old, new)


def told(statement: str) -> Callable[[Path], None]:
    return lambda path: change(path, statement)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (told("UPDATE articles SET text = text || ' '"), "not what its hash was made of"),
        (told("UPDATE articles SET title = 'Another'"), "not what its hash was made of"),
        (told("UPDATE articles SET text = 'Q' || substr(text, 2)"), "quotes words that do not stand"),
        (replaced('"CHN"', '"RUS"'), "id is not the hash"),
        (replaced('"text":"condemned","start":6', '"text":"condemned","start":7'), "quotes words that do not stand"),
        (replaced('"status":"actual"', '"status":"denied"'), "searched by other values"),
        (told("UPDATE events SET date_start = '1999-01-01'"), "searched by other values"),
        (told("UPDATE events SET record = substr(record, 1, 90)"), "record cannot be read"),
        (told("UPDATE articles SET published = 'soon'"), "article's record cannot be read"),
        (told("UPDATE articles SET text = CAST(x'4aff' AS TEXT)"), "a part of the file cannot be read"),
        (told("DELETE FROM parties WHERE side = 'recipient'"), "found by other parties"),
        (told("DELETE FROM pairs"), "found by other parties"),
        (told("UPDATE judgements SET subject = 'gone'"), "is about an event that is not there"),
        (told("INSERT INTO unlinked_events VALUES (999)"), "refers to one that is not there"),
        (told("UPDATE acts SET reports = reports + 1"), "does not count its reports right"),
    ],
)
def test_damage_is_found_and_what_to_do_is_said(ledger_file: Path, damage: Callable[[Path], None], what: str) -> None:
    damage(ledger_file)
    found = [fault for fault in verify(ledger_file).faults if what in fault.what]
    assert len(found) == 1
    assert found[0].times >= 1
    assert found[0].examples
    assert "`detente " in found[0].remedy


def test_history_is_verified_too(ledger_file: Path, coded: Coded) -> None:
    with open_ledger(ledger_file) as ledger:
        run = ledger.begin_run(coder="another", model="m2", codebook="c")
        ledger.store(coded, run)
    assert verify(ledger_file).faults == ()
    change(ledger_file, "UPDATE events SET record = replace(record, '\"CHN\"', '\"RUS\"') WHERE superseded_at NOT NULL")
    assert any("id is not the hash" in fault.what for fault in verify(ledger_file).faults)


def test_ids_of_other_coders_are_their_own(tmp_path: Path) -> None:
    article = make_article()
    with open_ledger(tmp_path / "other.detente") as ledger:
        run = ledger.begin_run(coder="by hand", model="", codebook="c")
        ledger.store(Coded(article, (make_event(article, coder="by hand"),)), run)
    assert verify(tmp_path / "other.detente").faults == ()


@pytest.mark.parametrize("page", [2, 20, 40])
def test_overwritten_pages_are_a_fault(ledger_file: Path, page: int) -> None:
    compact(ledger_file)
    data = bytearray(ledger_file.read_bytes())
    data[page * 4096 : (page + 20) * 4096] = b"\xff" * (20 * 4096)
    ledger_file.write_bytes(data)
    assert worst(check_ledger(ledger_file)) == "fail"
    found = verify(ledger_file).faults
    assert found
    assert any("Restore the last backup" in fault.remedy for fault in found)


# -- backup


def test_a_backup_is_the_ledger_in_one_file(ledger_file: Path, tmp_path: Path) -> None:
    made = back_up(ledger_file, tmp_path / "copy.detente")
    assert made.rows == verify(ledger_file).rows
    assert verify(tmp_path / "copy.detente").faults == ()
    with open_ledger(ledger_file, read_only=True) as one, open_ledger(made.path, read_only=True) as other:
        assert list(one.events()) == list(other.events())
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.detente"]


def test_a_backup_goes_into_a_folder_under_the_ledger_s_name(ledger_file: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    assert back_up(ledger_file, tmp_path / "kept").path == str(tmp_path / "kept" / "made.detente")


def test_a_backup_takes_no_other_file_s_place_unless_told(ledger_file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.detente"
    there.write_text("mine", encoding="utf-8")
    with pytest.raises(LedgerError, match="is there already"):
        back_up(ledger_file, there)
    assert there.read_text(encoding="utf-8") == "mine"
    back_up(ledger_file, there, overwrite=True)
    assert verify(there).faults == ()


def test_a_ledger_is_not_backed_up_onto_itself(ledger_file: Path) -> None:
    with pytest.raises(LedgerError, match="Name another file"):
        back_up(ledger_file, ledger_file, overwrite=True)
    with pytest.raises(LedgerError, match="Name another file"):
        back_up(ledger_file, ledger_file.parent, overwrite=True)


def test_a_ledger_is_reached_through_a_link(ledger_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.detente"
    link.symlink_to(ledger_file)
    with pytest.raises(LedgerError, match="is the ledger itself"):
        back_up(link, ledger_file, overwrite=True)
    assert compact(link).after == ledger_file.stat().st_size
    assert link.is_symlink()
    assert verify(link).faults == ()


def test_what_is_no_ledger_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        back_up(tmp_path / "none.detente", tmp_path / "copy.detente")
    change(tmp_path / "other.db", "CREATE TABLE t (a)")
    with pytest.raises(LedgerError, match="of another program"):
        back_up(tmp_path / "other.db", tmp_path / "copy.detente")
    with pytest.raises(LedgerError, match="does not exist"):
        back_up(tmp_path / "other.db", tmp_path / "nowhere" / "copy.detente")


def test_a_backup_wants_room(ledger_file: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="1,000 bytes free"):
        back_up(ledger_file, tmp_path / "copy.detente", free=lambda _: 1000)
    assert not list(tmp_path.glob("copy*"))


def test_a_backup_with_faults_is_not_kept(ledger_file: Path, tmp_path: Path) -> None:
    change(ledger_file, "INSERT INTO unlinked_events VALUES (999)")
    with pytest.raises(LedgerError, match="The copy is not whole, and was not kept: a row of unlinked_events"):
        back_up(ledger_file, tmp_path / "copy.detente")
    assert not list(tmp_path.glob("copy*"))


def test_backups_are_whole_while_another_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.upkeep.PAGES", 4)  # many steps, so that writing goes on between them
    path, stop, written = tmp_path / "busy.detente", threading.Event(), list[int]()
    begun = threading.Event()

    def write() -> None:
        with open_ledger(path) as ledger:
            run = ledger.begin_run(coder="detente test", model="m", codebook="c")
            while not stop.is_set():
                ledger.store(Coded(make_article("Japan waited. " * 200 + str(len(written))), ()), run)
                written.append(1)
                if len(written) == 20:
                    begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(20)
        before = len(written)
        made = [back_up(path, tmp_path / f"copy{number}.detente") for number in range(3)]
        after = len(written)
    finally:
        stop.set()
        thread.join()
    counts = [each.rows["articles"] for each in made]
    assert counts == sorted(counts)
    assert before <= counts[0] <= counts[-1] <= after + 1
    assert after > before
    for each in made:
        assert verify(Path(each.path)).faults == ()


# -- compact


def test_compacting_gives_room_back_and_changes_nothing(ledger_file: Path) -> None:
    with open_ledger(ledger_file) as ledger, ledger.transaction():
        ledger.execute("CREATE TABLE filler (text TEXT)")
        ledger.execute("INSERT INTO filler VALUES (?)", ("x" * 2_000_000,))
        ledger.execute("DROP TABLE filler")
    before = verify(ledger_file)
    done = compact(ledger_file)
    assert done.after < done.before - 1_900_000
    assert done.after == ledger_file.stat().st_size
    assert verify(ledger_file) == before
    with open_ledger(ledger_file) as ledger:
        assert next(ledger.rows("PRAGMA journal_mode")) == ("wal",)


def test_a_ledger_that_another_has_open_is_left_as_it_is(ledger_file: Path) -> None:
    data = ledger_file.read_bytes()
    with open_ledger(ledger_file) as ledger:
        with ledger.transaction(), pytest.raises(LedgerError, match="has it open"):
            compact(ledger_file)
        with pytest.raises(LedgerError, match="has it open"):  # between two of its transactions
            compact(ledger_file)
    assert ledger_file.read_bytes() == data
    compact(ledger_file)


def test_compacting_wants_room(ledger_file: Path) -> None:
    with pytest.raises(LedgerError, match="1,000 bytes free, and making"):
        compact(ledger_file, free=lambda _: 1000)


def test_compacting_what_is_no_ledger_fails(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        compact(tmp_path / "none.detente")


# -- the commands


def test_the_commands_say_what_they_did(ledger_file: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    made = run(app, ["backup", str(ledger_file), str(tmp_path / "copy.detente")])
    assert made.exit_code == 0, made.output
    assert "1 articles" in made.stdout
    assert "whole" in made.stdout
    verified = run(app, ["verify", str(tmp_path / "copy.detente")])
    assert verified.exit_code == 0
    assert "whole: no fault found" in verified.stdout
    small = run(app, ["compact", str(ledger_file), "--json"])
    assert json.loads(small.stdout)["after"] == ledger_file.stat().st_size


def test_faults_are_exit_code_1(ledger_file: Path) -> None:
    change(ledger_file, "UPDATE judgements SET subject = 'gone'")
    found = CliRunner().invoke(app, ["verify", str(ledger_file)])
    assert found.exit_code == 1
    assert "fault: a judgement is about an event that is not there (1): event of" in found.stdout
    assert "→ Restore the last backup" in found.stdout


def test_own_actors_are_told_not_to_be_in_a_backup(ledger_file: Path, tmp_path: Path) -> None:
    (ledger_file.parent / "actors.csv").write_text("name,code\n", encoding="utf-8")
    made = CliRunner().invoke(app, ["backup", str(ledger_file), str(tmp_path / "copy.detente")])
    assert "actors.csv" in made.output
