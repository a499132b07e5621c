"""The ledger keeps everything once, supersedes without forgetting, and survives what disks and processes do."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from detente import ledgerfile
from detente.codebook import STATUSES
from detente.errors import CodebookError, LedgerError, LedgerFull, LedgerReadOnly, LedgerTooNew
from detente.ledger import Ledger, open_ledger
from detente.records import Actor, Coded, Span
from tests.factories import make_article, make_coded, make_date, make_event, make_exclusion

TABLES = ("articles", "readings", "events", "parties", "exclusions")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with open_ledger(path) as opened:
        yield opened


def begin(ledger: Ledger, *, model: str = "events-en.v1", settings: str = "") -> int:
    return ledger.begin_run(coder="detente 0.1.0", model=model, codebook="plover-2024", settings=settings)


def rows(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    try:
        return {table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES}
    finally:
        connection.close()


def moment() -> datetime:
    time.sleep(0.001)
    return datetime.now(UTC)


# -- keeping and finding


def test_what_is_stored_comes_back_equal(ledger: Ledger) -> None:
    coded = make_coded(events=2)
    assert ledger.store(coded, begin(ledger)) == "new"
    assert ledger.article(coded.article.id) == coded.article
    assert list(ledger.events()) == list(coded.events)
    assert ledger.event(coded.events[0].id) == coded.events[0]


def test_words_of_stored_events_are_where_they_say(ledger: Ledger) -> None:
    text = "\ufeff«Ἀθήνα» 🇯🇵 Japan met South Korea\r\n한국 \x00 café"
    coded = make_coded(text)
    ledger.store(coded, begin(ledger))
    (event,) = ledger.events()
    article = ledger.article(event.article)
    assert article is not None
    assert article.text == text
    spans: list[Span | Actor] = [event.trigger, *event.actor, *event.recipient]
    for span in spans:
        assert article.text[span.start : span.end] == span.text


def test_storing_twice_changes_nothing(ledger: Ledger, path: Path) -> None:
    coded = make_coded(events=3)
    run = begin(ledger)
    ledger.store(coded, run)
    before = rows(path)
    assert ledger.store(coded, run) == "unchanged"
    assert ledger.store(coded, begin(ledger)) == "unchanged"
    assert rows(path) == before
    assert before == {"articles": 1, "readings": 1, "events": 3, "parties": 6, "exclusions": 0}


def test_an_article_without_events_is_empty_and_not_read_again(ledger: Ledger) -> None:
    coded = make_coded(events=0)
    ledger.store(coded, begin(ledger))
    assert ledger.has_reading(coded.article, coder="detente 0.1.0", model="events-en.v1", codebook="plover-2024")
    assert ledger.audit().empty == 1


@pytest.mark.parametrize(
    "other", [{"model": "events-en.v2"}, {"settings": "min_confidence=0.5"}], ids=["model", "settings"]
)
def test_another_reading_supersedes_and_the_former_stays(ledger: Ledger, other: dict[str, str]) -> None:
    article = make_article()
    former = Coded(article, (make_event(article, event="AGREE"),))
    latter = Coded(article, (make_event(article, event="CONSULT"),))
    ledger.store(former, begin(ledger))
    between = moment()
    assert ledger.store(latter, begin(ledger, **other)) == "revised"
    assert [event.event for event in ledger.events()] == ["CONSULT"]
    assert [event.event for event in ledger.events(history=True)] == ["AGREE", "CONSULT"]
    assert [event.event for event in ledger.events(as_of=between)] == ["AGREE"]
    assert ledger.event(former.events[0].id) == former.events[0]
    audit = ledger.audit()
    assert (audit.coded, audit.events, audit.superseded) == (1, 1, 1)


def test_an_event_that_two_readings_share_is_given_once_and_in_force(ledger: Ledger) -> None:
    coded = make_coded()
    ledger.store(coded, begin(ledger))
    ledger.store(coded, begin(ledger, model="events-en.v2"))
    assert list(ledger.events()) == list(coded.events)
    assert len(list(ledger.events(history=True))) == 2
    assert ledger.event(coded.events[0].id) == coded.events[0]


def test_a_changed_text_is_a_new_version_and_the_old_stays(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.store(make_coded("Japan met South Korea.", id="a1"), run)
    between = moment()
    assert ledger.store(make_coded("Later: Japan met South Korea.", id="a1"), run) == "revised"
    now, then = ledger.article("a1"), ledger.article("a1", as_of=between)
    assert now is not None
    assert then is not None
    assert (now.text, then.text) == ("Later: Japan met South Korea.", "Japan met South Korea.")
    (event,) = ledger.article_events("a1")
    assert now.text[event.trigger.start : event.trigger.end] == "met"
    assert ledger.audit().inputs == 1


def test_a_text_that_goes_back_to_an_earlier_version_is_read_again(ledger: Ledger) -> None:
    run = begin(ledger)
    for text in ("Japan met South Korea.", "Japan met South Korea!", "Japan met South Korea."):
        ledger.store(make_coded(text, id="a1"), run)
    article = ledger.article("a1")
    assert article is not None
    assert article.text == "Japan met South Korea."
    assert len(list(ledger.events(history=True))) == 3


def test_a_corrected_publication_date_is_a_new_version(ledger: Ledger) -> None:
    article = make_article()
    ledger.store(Coded(article, ()), begin(ledger))
    corrected = msgspec.structs.replace(article, published=date(2023, 3, 18))
    who = {"coder": "detente 0.1.0", "model": "events-en.v1", "codebook": "plover-2024"}
    assert ledger.has_reading(article, **who)
    assert not ledger.has_reading(corrected, **who)
    moved = msgspec.structs.replace(article, source="elsewhere.txt")
    assert ledger.has_reading(moved, **who)


def test_an_exclusion_is_noted_once(ledger: Ledger) -> None:
    run = begin(ledger)
    assert ledger.exclude(make_exclusion(), run)
    assert not ledger.exclude(make_exclusion(), begin(ledger))
    assert ledger.exclude(make_exclusion(reason="too-large"), run)
    assert ledger.exclude(make_exclusion("other.pdf"), run)
    assert ledger.audit().reasons == {"unreadable": 2, "too-large": 1}


def test_an_exclusion_is_superseded_once_its_source_holds_something_else(ledger: Ledger) -> None:
    run = begin(ledger)
    coded = make_coded()
    ledger.exclude(make_exclusion(coded.article.source), run)
    ledger.exclude(make_exclusion("other.pdf"), run)
    ledger.store(coded, run)
    audit = ledger.audit()
    assert (audit.inputs, audit.coded, audit.excluded) == (2, 1, 1)
    assert ledger.exclude(make_exclusion(coded.article.source), run)


def test_audit_accounts_for_every_input(ledger: Ledger) -> None:
    run = begin(ledger)
    article = make_article("Japan met South Korea, undated.")
    ledger.store_all(
        [make_coded(events=2), make_coded("Nothing.", events=0), Coded(article, (make_event(article, when=None),))],
        run,
    )
    ledger.exclude(make_exclusion(), run)
    ledger.end_run(run, coded=2, empty=1, excluded=1)
    audit = ledger.audit()
    assert (audit.inputs, audit.coded, audit.empty, audit.excluded) == (4, 2, 1, 1)
    assert (audit.events, audit.undated) == (3, 1)
    (done,) = audit.runs
    assert (done.state, done.coded, done.model) == ("done", 2, "events-en.v1")
    assert done.ended_at is not None


def test_ids_may_be_shortened_while_only_one_begins_so(ledger: Ledger) -> None:
    run = begin(ledger)
    for name in ("abc1", "abc2", "abd", "abd1234"):
        ledger.store(make_coded(f"Japan met South Korea {name}.", id=name), run)
    for given, meant in (("abc2", "abc2"), ("abd", "abd"), ("abd12", "abd1234")):
        article = ledger.article(given)
        assert article is not None
        assert article.id == meant
    with pytest.raises(LedgerError, match=r"'abc' begins several ids: abc1, abc2\. Give more of it"):
        ledger.article("abc")
    assert ledger.article("x") is None
    assert ledger.event("") is None


# -- selecting


Parties = tuple[tuple[str, str], ...]
DYAD_TEXT = "Japan, South Korea and China met; they agreed, sent and fired."


@pytest.fixture
def dyads(ledger: Ledger) -> Ledger:
    japan, korea, china = ("Japan", "JPN"), ("South Korea", "KOR"), ("China", "CHN")

    def event(name: str, trigger: str, actors: Parties, recipients: Parties) -> Coded:
        own = make_article(DYAD_TEXT, id=f"{name}-{len(actors)}-{len(recipients)}")
        return Coded(own, (make_event(own, event=name, trigger=trigger, actors=actors, recipients=recipients),))

    ledger.store_all(
        [
            event("ACCUSE", "sent", actors=(japan,), recipients=(korea,)),
            event("REQUEST", "sent", actors=(korea,), recipients=(japan, china)),
            event("CONSULT", "met", actors=(japan, korea), recipients=()),
            event("MOBILIZE", "fired", actors=(japan, korea), recipients=()),
            event("AGREE", "agreed", actors=(japan, korea), recipients=(china,)),
        ],
        begin(ledger),
    )
    return ledger


def found(ledger: Ledger, pair: tuple[str, str], *, directed: bool = False) -> list[str]:
    return [event.event for event in ledger.events(dyad=pair, directed=directed)]


def test_a_dyad_holds_acts_either_way_and_reciprocal_ones(dyads: Ledger) -> None:
    assert found(dyads, ("JPN", "KOR")) == ["ACCUSE", "REQUEST", "CONSULT"]
    assert found(dyads, ("KOR", "JPN")) == ["ACCUSE", "REQUEST", "CONSULT"]


def test_a_directed_dyad_holds_what_one_does_to_the_other(dyads: Ledger) -> None:
    assert found(dyads, ("JPN", "KOR"), directed=True) == ["ACCUSE", "CONSULT"]
    assert found(dyads, ("KOR", "JPN"), directed=True) == ["REQUEST", "CONSULT"]


def test_side_by_side_is_no_dyad(dyads: Ledger) -> None:
    assert "MOBILIZE" not in found(dyads, ("JPN", "KOR"))
    assert found(dyads, ("JPN", "CHN")) == ["AGREE"]


def test_a_code_with_itself_needs_it_on_both_sides(ledger: Ledger) -> None:
    article = make_article(DYAD_TEXT)
    japan = ("Japan", "JPN")
    ledger.store(
        Coded(
            article,
            (
                make_event(article, event="COERCE", actors=(japan,), recipients=(japan,)),
                make_event(article, event="CONSULT", actors=(japan,), recipients=()),
            ),
        ),
        begin(ledger),
    )
    assert found(ledger, ("JPN", "JPN")) == ["COERCE"]
    assert ledger.dyads() == []


def test_a_dyad_is_counted_by_status_and_quad(dated: Ledger) -> None:
    for pair in (("JPN", "KOR"), ("KOR", "JPN")):
        counts = dated.dyad_counts(pair)
        assert list(counts) == list(STATUSES)
        assert counts["actual"] == {1: 2, 2: 0, 3: 1, 4: 0}
        assert counts["possible"] == {1: 0, 2: 0, 3: 1, 4: 0}
        assert not any(counts["denied"].values())
    assert not any(any(row.values()) for row in dated.dyad_counts(("JPN", "USA")).values())


def test_pairs_are_counted_as_their_dyads_are(dyads: Ledger) -> None:
    pairs = {counted.pair: counted.events for counted in dyads.dyads()}
    assert pairs == {("JPN", "KOR"): 3, ("CHN", "KOR"): 2, ("CHN", "JPN"): 1}
    for pair, events in pairs.items():
        assert len(found(dyads, pair)) == events


@pytest.fixture
def dated(ledger: Ledger) -> Ledger:
    article = make_article()
    ledger.store(
        Coded(
            article,
            (
                make_event(article, when=date(2023, 3, 16), confidence=0.5),
                make_event(article, event="AGREE", when=make_date(date(2023, 3, 1), days=31, granularity="month")),
                make_event(article, event="THREATEN", when=None, status="possible"),
                make_event(article, event="ACCUSE", when=date(2023, 4, 2)),
            ),
        ),
        begin(ledger),
    )
    return ledger


def test_days_overlap_half_open(dated: Ledger) -> None:
    def names(since: date | None, until: date | None) -> list[str]:
        return [event.event for event in dated.events(since=since, until=until)]

    assert names(date(2023, 3, 16), date(2023, 3, 17)) == ["CONSULT", "AGREE"]
    assert names(date(2023, 3, 17), None) == ["AGREE", "ACCUSE"]
    assert names(None, date(2023, 3, 1)) == []
    assert names(date(2023, 4, 1), date(2023, 4, 2)) == []


def test_events_are_chosen_by_type_status_and_confidence(dated: Ledger) -> None:
    assert [event.event for event in dated.events(event="ACCUSE")] == ["ACCUSE"]
    assert [event.event for event in dated.events(event=("AGREE", "ACCUSE"))] == ["AGREE", "ACCUSE"]
    assert [event.event for event in dated.events(status="possible")] == ["THREATEN"]
    assert [event.event for event in dated.events(min_confidence=0.6)] == ["AGREE", "THREATEN", "ACCUSE"]


def test_newest_first_puts_the_undated_last(dated: Ledger) -> None:
    order = [event.event for event in dated.events(newest_first=True)]
    assert order == ["ACCUSE", "CONSULT", "AGREE", "THREATEN"]
    assert [event.event for event in dated.events(newest_first=True, limit=2)] == order[:2]
    assert [event.event for event in dated.events(newest_first=True, limit=2, offset=1)] == order[1:3]
    assert [event.event for event in dated.events(newest_first=True, offset=3)] == order[3:]
    assert list(dated.events(limit=0)) == []


def test_unknown_labels_are_refused_at_once(ledger: Ledger) -> None:
    with pytest.raises(CodebookError, match="'ATTACK' is not a PLOVER event type"):
        ledger.events(event="ATTACK")
    with pytest.raises(CodebookError, match=r"'true' is not a status\. Known: actual, background"):
        ledger.events(status="true")


# -- files that are no ledger, or not ours to write


def test_a_missing_ledger_is_not_made_for_reading(path: Path) -> None:
    with pytest.raises(LedgerError, match=r"There is no ledger at .*news\.detente"):
        open_ledger(path, read_only=True)
    assert not path.exists()


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("Japan met South Korea. " * 100)
    with pytest.raises(LedgerError, match="is not a ledger"):
        open_ledger(path)
    assert path.read_text() == "Japan met South Korea. " * 100


def test_another_programs_database_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="an SQLite file of another program"):
        open_ledger(path)
    assert path.read_bytes() == before


def test_a_folder_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="is a folder; a ledger is one file"):
        open_ledger(tmp_path)
    with pytest.raises(LedgerError, match=r"the folder .*nowhere does not exist"):
        open_ledger(tmp_path / "nowhere" / "news.detente")


def test_a_ledger_of_a_later_version_is_refused_with_both_versions(path: Path) -> None:
    open_ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO migrations VALUES (7, 'later', '2030-01-01', '9.1.0')")
    connection.commit()
    connection.close()
    for read_only in (False, True):
        with pytest.raises(LedgerTooNew, match=r"of version 7, written by detente 9\.1\.0; this is detente 0\.\d"):
            open_ledger(path, read_only=read_only)


def test_migrations_are_applied_once_and_noted(path: Path) -> None:
    for _ in range(2):
        open_ledger(path).close()
    connection = sqlite3.connect(path)
    noted = connection.execute("SELECT number, name FROM migrations").fetchall()
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    assert noted == [(1, "initial"), (2, "memory"), (3, "search"), (4, "originals"), (5, "sums")]
    assert mode == "wal"


def as_version_1(path: Path, old: Path) -> None:
    """Write what a ledger holds as the first version would have written it."""
    connection = sqlite3.connect(old)
    connection.executescript(ledgerfile._MIGRATIONS_TABLE + ";" + ledgerfile._INITIAL)
    connection.execute("INSERT INTO migrations VALUES (1, 'initial', '2023-01-01', '0.1.0')")
    connection.execute(f"PRAGMA application_id = {ledgerfile.APPLICATION_ID}")
    connection.execute("ATTACH ? AS new", (str(path),))
    for table in ("runs", *TABLES):
        columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})"))
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new.{table}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_ledger_of_the_first_version_is_read(ledger: Ledger, path: Path, tmp_path: Path, read_only: bool) -> None:
    met = make_article()
    visit = make_event(met, actors=(("Japan", "JPN"), ("South Korea", "KOR")), recipients=())
    ledger.store(Coded(met, (visit, make_event(met, event="AID"))), begin(ledger))
    ledger.close()
    old = tmp_path / "old.detente"
    as_version_1(path, old)
    with open_ledger(old, read_only=read_only) as opened:
        assert len(list(opened.events(dyad=("KOR", "JPN")))) == 2
        assert len(list(opened.events(dyad=("JPN", "KOR"), directed=True))) == 2
        assert len(list(opened.events(dyad=("KOR", "JPN"), directed=True))) == 1
        assert len(list(opened.events(as_of=date(2023, 3, 17)))) == 2
        assert list(opened.events(as_of=date(2023, 3, 16))) == []
        assert len(list(opened.rows("SELECT * FROM unlinked_events"))) == 2
    noted = sqlite3.connect(old).execute("SELECT MAX(number) FROM migrations").fetchone()
    assert noted == (1 if read_only else len(ledgerfile.MIGRATIONS),)


def test_a_day_that_the_ledger_was_there_gives_what_it_had_recorded(ledger: Ledger) -> None:
    ledger.store(make_coded(), begin(ledger))
    today = datetime.now(UTC).date()
    assert len(list(ledger.events(as_of=today))) == 1
    assert len(list(ledger.events(as_of=date(2023, 3, 17)))) == 1  # before its first run: by publication
    with ledger.transaction():
        ledger.execute("UPDATE runs SET started_at = '2023-03-01T00:00:00.000000+00:00'")
    assert list(ledger.events(as_of=date(2023, 3, 17))) == []  # it ran already, and had not recorded it


def test_a_ledger_opened_for_reading_is_not_written(ledger: Ledger, path: Path) -> None:
    ledger.store(make_coded(), begin(ledger))
    with open_ledger(path, read_only=True) as reader:
        assert len(list(reader.events())) == 1
        with pytest.raises(LedgerReadOnly, match="was opened to be read only"):
            begin(reader)


UNPRIVILEGED = """
import os, sys
from detente.ledger import open_ledger
from detente.errors import LedgerReadOnly
if os.geteuid() == 0:
    os.setuid(65534)
with open_ledger(sys.argv[1], read_only=True) as ledger:
    print(len(list(ledger.events())))
try:
    open_ledger(sys.argv[1])
except LedgerReadOnly as error:
    print(error)
"""


def test_a_file_that_cannot_be_written_can_be_read() -> None:
    folder = Path(tempfile.mkdtemp())
    path = folder / "news.detente"
    try:
        with open_ledger(path) as ledger:
            ledger.store(make_coded(), begin(ledger))
        path.chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED, str(path)], capture_output=True, text=True, check=False
        )
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
    assert done.stderr == ""
    events, message = done.stdout.splitlines()
    assert events == "1"
    assert "cannot be written: the file or its folder is read-only" in message


# -- full disks, other writers, and kills


def test_a_full_disk_loses_nothing_and_the_ledger_stays_usable(ledger: Ledger, path: Path) -> None:
    run = begin(ledger)
    ledger.store(make_coded(), run)
    before = rows(path)
    (pages,) = ledger._connection.execute("PRAGMA page_count").fetchone()
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    big = [make_coded(f"Japan met South Korea {number}. " + "x" * 4000, events=3) for number in range(20)]
    with pytest.raises(LedgerFull, match=r"The disk that holds .* is full"):
        ledger.store_all(big, run)
    assert rows(path) == before
    assert len(list(ledger.events())) == 1
    ledger._connection.execute("PRAGMA max_page_count = 1000000")
    assert ledger.store_all(big, run) == ["new"] * 20


def test_an_error_in_a_batch_undoes_the_batch(ledger: Ledger, path: Path) -> None:
    run = begin(ledger)
    before = rows(path)

    def batch() -> Iterator[Coded]:
        yield make_coded()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.store_all(batch(), run)
    assert rows(path) == before
    assert ledger.store(make_coded(), run) == "new"


def test_a_run_that_does_not_exist_is_told(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="Run 99 is not in"):
        ledger.store(make_coded(), 99)


WRITER = """
import sys
from detente.ledger import open_ledger
from tests.factories import make_coded
name, count = sys.argv[2], int(sys.argv[3])
with open_ledger(sys.argv[1]) as ledger:
    run = ledger.begin_run(coder="detente 0.1.0", model="m", codebook="c")
    print("ready", flush=True)
    for number in range(count):
        ledger.store(make_coded(f"Japan met South Korea, {name} {number}."), run)
    ledger.end_run(run, coded=count)
"""


def start_writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(path), name, str(count)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_make_and_fill_one_ledger_both_finish(path: Path) -> None:
    writers = [start_writer(path, name, 100) for name in ("one", "two")]
    for writer in writers:
        assert writer.communicate(timeout=60)[0].strip() == "ready"
        assert writer.returncode == 0
    with open_ledger(path, read_only=True) as ledger:
        audit = ledger.audit()
    assert (audit.coded, audit.events) == (200, 200)
    assert [run.state for run in audit.runs] == ["done", "done"]


def test_a_killed_writer_leaves_whole_articles_and_a_usable_ledger(path: Path) -> None:
    writer = start_writer(path, "killed", 100_000)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(0.3)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with open_ledger(path) as ledger:
        (check,) = ledger._connection.execute("PRAGMA integrity_check").fetchone()
        assert check == "ok"
        assert ledger._connection.execute("PRAGMA foreign_key_check").fetchall() == []
        audit = ledger.audit()
        assert 0 < audit.coded < 100_000
        assert audit.events == audit.coded
        assert audit.runs[0].ended_at is None
        assert ledger.store(make_coded(), begin(ledger)) == "new"
