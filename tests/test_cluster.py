"""Many processes make the same shards as one; what dies loses nothing and doubles nothing; poison ends as exclusion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from detente import cluster, pipeline, shards
from detente.cli_cluster import app, ledger_app
from detente.cluster import Failure, make_shards, own_share
from detente.config import Config
from detente.division import Piece, divided
from detente.errors import ConfigError, InputError
from detente.integrity import faults
from detente.ledger import open_ledger
from detente.records import Article, Coded
from detente.shards import Job, Receipt, open_shards
from detente.storage import Store
from tests.factories import make_event

CONFIG = Config()
COMMANDS = typer.Typer()
COMMANDS.registered_commands += app.registered_commands
COMMANDS.add_typer(ledger_app, name="ledger")


def coder(article: Article, config: Config) -> Coded:
    """Stands in for the model: each text with "met" holds one CONSULT."""
    return Coded(article, (make_event(article),) if "met" in article.text else ())


def slow(article: Article, config: Config) -> Coded:
    time.sleep(0.03)
    return coder(article, config)


def deadly(article: Article, config: Config) -> Coded:
    """What some library may do with some document: the process ends without a word."""
    if "poison" in article.text:
        os._exit(1)
    return coder(article, config)


def news(path: Path, number: int, *, poison: tuple[int, ...] = ()) -> list[str]:
    """A file of articles; gives their ids."""
    with path.open("w", encoding="utf-8") as out:
        for place in range(number):
            text = f"Japan met South Korea{' over poison' * (place in poison)} for the {place}th time."
            out.write(json.dumps({"id": f"n{place:03}", "text": text}) + "\n")
    return [f"n{place:03}" for place in range(number)]


def pieces_of(path: Path, to: Path, *, size: int = 800) -> list[Piece]:
    return divided(Store(str(to)), [str(path)], config=CONFIG, size=size)


def run(path: Path, to: Path, *, by: shards.Coder = coder, **how: Any) -> list[Receipt | Failure]:
    return list(make_shards(pieces_of(path, to), Job(str(to), coder=by), **how))


def rows(to: Path, query: str) -> list[tuple[Any, ...]]:
    with open_shards(to).connect() as connection:
        found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
        return found


def articles(to: Path) -> list[str]:
    return [name for (name,) in rows(to, "SELECT id FROM articles ORDER BY id")]


def records(to: Path) -> list[tuple[Any, ...]]:
    return rows(to, "SELECT id, record FROM events ORDER BY id")


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as made:
        made.wait_for_workers(2)
        yield made


@pytest.fixture
def address(dask: Any) -> str:
    return str(dask.scheduler_address).replace("tcp://", "dask://")


# -- shares


def test_the_shares_of_n_workers_are_all_of_the_work_and_each_piece_once() -> None:
    pieces = [Piece(str(number), ()) for number in range(11)]
    shares = [own_share(pieces, f"{place}/4") for place in (1, 2, 3, 4)]
    assert sorted(chain(*shares), key=lambda piece: int(piece.name)) == pieces
    assert {len(share) for share in shares} == {2, 3}


@pytest.mark.parametrize("share", ["0/4", "5/4", "1", "a/b", "-1/4", "1/0", ""])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(ConfigError, match="write i/n"):
        own_share([], share)


# -- processes


def test_processes_that_die_at_a_document_go_on_without_it(tmp_path: Path) -> None:
    ids = news(tmp_path / "a.jsonl", 40, poison=(7,))
    outcomes = run(tmp_path / "a.jsonl", tmp_path / "out", by=deadly, jobs=2)
    assert [each for each in outcomes if isinstance(each, Failure)] == []
    assert articles(tmp_path / "out") == [name for name in ids if name != "n007"]
    [(source, reason)] = rows(tmp_path / "out", "SELECT source, reason FROM exclusions")
    assert (source, reason) == (f"{tmp_path / 'a.jsonl'}:8", "killed")
    assert open_shards(tmp_path / "out").waiting == 0


def test_a_process_that_always_dies_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "TRIES", 2)
    news(tmp_path / "a.jsonl", 5, poison=(0, 1, 2, 3, 4))
    [failure] = run(tmp_path / "a.jsonl", tmp_path / "out", by=deadly, jobs=1)
    assert isinstance(failure, Failure)
    assert "died 2 times" in failure.detail
    assert failure.source.endswith("a.jsonl")
    assert open_shards(tmp_path / "out").waiting == 1


def test_a_failure_of_one_piece_does_not_stop_the_others(tmp_path: Path) -> None:
    news(tmp_path / "a.jsonl", 40)
    pieces = pieces_of(tmp_path / "a.jsonl", tmp_path / "out")
    [part] = pieces[1].parts
    pieces[1] = msgspec.structs.replace(pieces[1], parts=(msgspec.structs.replace(part, stamp="another"),))
    outcomes = list(make_shards(pieces, Job(str(tmp_path / "out"), coder=coder), jobs=0))
    assert [isinstance(each, Failure) for each in outcomes] == [place == 1 for place in range(len(pieces))]


def test_another_version_of_detente_is_refused(tmp_path: Path) -> None:
    news(tmp_path / "a.jsonl", 3)
    [piece] = pieces_of(tmp_path / "a.jsonl", tmp_path / "out")
    who = msgspec.structs.replace(pipeline.provenance(), coder="detente 99")
    with pytest.raises(ConfigError, match="Install the same version"):
        shards.make_shard(piece, Job(str(tmp_path / "out"), coder=coder, who=who))


def test_processes_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    news(tmp_path / "a.jsonl", 400)
    code = (
        "from tests.test_cluster import *\nif __name__ == '__main__':\n"
        f" for _ in run(Path({str(tmp_path / 'a.jsonl')!r}), Path({str(tmp_path / 'out')!r}), by=slow, jobs=1): pass"
    )
    (tmp_path / "main.py").write_text(code, encoding="utf-8")
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    main = subprocess.Popen(
        [sys.executable, str(tmp_path / "main.py")], start_new_session=True, env=path, stderr=subprocess.DEVNULL
    )
    assert _soon(lambda: any((tmp_path / "out" / "receipts").glob("*.json")))
    main.kill()
    main.wait()
    assert _soon(lambda: not _alive(main.pid))
    assert open_shards(tmp_path / "out").receipts != ()


def _soon(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def _alive(group: int) -> bool:
    """Whether a group of processes has any left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# -- Dask


def test_a_cluster_makes_the_events_of_one_process(tmp_path: Path, address: str) -> None:
    news(tmp_path / "a.jsonl", 60)
    run(tmp_path / "a.jsonl", tmp_path / "one", jobs=0)
    outcomes = run(tmp_path / "a.jsonl", tmp_path / "two", cluster=address)
    assert len(outcomes) == len(open_shards(tmp_path / "one").receipts) > 4
    assert records(tmp_path / "two") == records(tmp_path / "one")
    assert len(records(tmp_path / "two")) == 60


def test_a_worker_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, dask: Any, address: str) -> None:
    ids = news(tmp_path / "a.jsonl", 80)
    victim, _ = _workers(address)
    outcomes: list[Receipt | Failure] = []
    pieces = pieces_of(tmp_path / "a.jsonl", tmp_path / "out")
    for outcome in make_shards(pieces, Job(str(tmp_path / "out"), coder=slow), cluster=address):
        if not outcomes:
            os.kill(victim, signal.SIGKILL)
        outcomes.append(outcome)
    assert [each for each in outcomes if isinstance(each, Failure)] == []
    assert sorted(each.shard for each in outcomes) == sorted(piece.name for piece in pieces)
    assert articles(tmp_path / "out") == ids
    assert rows(tmp_path / "out", "SELECT COUNT(*) FROM exclusions") == [(0,)]
    dask.wait_for_workers(2)


def _workers(address: str) -> list[int]:
    import distributed

    with distributed.Client(address.replace("dask://", "tcp://")) as client:  # type: ignore[no-untyped-call]
        return list(client.run(os.getpid).values())


def test_a_document_that_kills_workers_is_not_tried_for_ever(tmp_path: Path, dask: Any, address: str) -> None:
    ids = news(tmp_path / "a.jsonl", 30, poison=(4,))
    outcomes = run(tmp_path / "a.jsonl", tmp_path / "out", by=deadly, cluster=address)
    assert [each for each in outcomes if isinstance(each, Failure)] == []
    assert articles(tmp_path / "out") == [name for name in ids if name != "n004"]
    assert rows(tmp_path / "out", "SELECT reason FROM exclusions") == [("killed",)]
    dask.wait_for_workers(2)


def test_a_run_goes_on_after_its_scheduler_is_gone(tmp_path: Path, address: str) -> None:
    import distributed

    ids = news(tmp_path / "a.jsonl", 60)
    pieces = pieces_of(tmp_path / "a.jsonl", tmp_path / "out")
    job = Job(str(tmp_path / "out"), coder=slow)
    other = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0")  # type: ignore[no-untyped-call]
    making = make_shards(pieces, job, cluster=str(other.scheduler_address))
    first = [next(making), next(making)]
    threading.Thread(target=other.close).start()
    with pytest.raises(ConfigError, match="went away"):
        first.extend(making)
    assert 2 <= len(first) < len(pieces)
    outcomes = list(make_shards(pieces, job, cluster=address))
    assert [each for each in outcomes if each in first] != []
    assert {each.shard for each in outcomes} == {piece.name for piece in pieces}
    assert articles(tmp_path / "out") == ids


@pytest.mark.parametrize("address", ["cluster.example.org", "http://127.0.0.1:8786"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="dask://HOST:PORT"):
        list(make_shards([], Job(str(tmp_path), coder=coder), cluster=address))


def test_without_dask_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    news(tmp_path / "a.jsonl", 3)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install 'detente\[cluster\]'"):
        run(tmp_path / "a.jsonl", tmp_path / "out", cluster="local")


# -- commands


def test_the_shards_of_a_slurm_array_go_into_a_ledger_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "code_article", coder)
    monkeypatch.setattr(cluster, "_in_processes", lambda pieces, job, jobs: _here(pieces, job))
    news(tmp_path / "a.jsonl", 60)
    where = ["shards", str(tmp_path / "a.jsonl"), "--to", str(tmp_path / "out"), "--size", "0.001"]
    ledger = ["--ledger", str(tmp_path / "news.detente")]
    told = CliRunner().invoke(COMMANDS, [*where, "--shard", "2/3"])
    assert told.exit_code == 0, told.output
    assert "shards are whole (0 were before)" in told.stderr
    added = CliRunner().invoke(COMMANDS, ["ledger", "add", str(tmp_path / "out"), *ledger])
    assert added.exit_code == 3
    assert "shards are not made yet" in added.stderr
    for share in ("1/3", "3/3", "2/3"):
        assert CliRunner().invoke(COMMANDS, [*where, "--shard", share]).exit_code == 0
    for _ in range(2):
        added = CliRunner().invoke(COMMANDS, ["ledger", "add", str(tmp_path / "out"), *ledger])
        assert added.exit_code == 0, added.output
    with open_ledger(tmp_path / "news.detente", read_only=True) as opened:
        assert (opened.audit().inputs, opened.audit().events) == (60, 60)
        assert faults(opened) == ()
    news(tmp_path / "a.jsonl", 8)
    told = CliRunner().invoke(COMMANDS, where)
    assert "are still in the folder and not read" in told.stderr
    told = CliRunner().invoke(COMMANDS, [*where, "--prune"])
    assert "are removed" in told.stderr
    assert len(list((tmp_path / "out" / "dyads").iterdir())) == len(open_shards(tmp_path / "out").receipts)
    assert isinstance(CliRunner().invoke(COMMANDS, [*where, "--shard", "9/3"]).exception, ConfigError)
    assert isinstance(CliRunner().invoke(COMMANDS, ["ledger", "add", str(tmp_path), *ledger]).exception, InputError)


def _here(pieces: list[Piece], job: Job) -> Iterator[Receipt]:
    return (shards.make_shard(piece, msgspec.structs.replace(job, coder=coder)) for piece in pieces)
