"""Inputs are divided the same way everywhere, read as one process reads them, and kept as a whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from detente import coding, division, ingest, pipeline, shards
from detente.coding import Tally
from detente.config import Config
from detente.division import Piece, divide, divided, read_piece
from detente.errors import InputError, ModelError
from detente.integrity import faults
from detente.ledger import open_ledger
from detente.records import Article, Coded, Exclusion
from detente.shardledger import add_shards
from detente.shards import Job, Receipt, former_shards, make_shard, open_shards, remove_shards
from detente.shardtables import DYADS, KINDS
from detente.storage import Listed, Store, listed
from tests.factories import make_event

CONFIG = Config()
MET = "Japan met South Korea in Tokyo, number"
EMPTY = "The weather in Tokyo was mild, number"


def coder(article: Article, config: Config) -> Coded:
    """Stands in for the model: each text with "met" holds one CONSULT."""
    return Coded(article, (make_event(article),) if "met" in article.text else ())


class Counting:
    """A coder that notes what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, article: Article, config: Config) -> Coded:
        self.read.append(article.text)
        return coder(article, config)


def texts(number: int) -> list[str]:
    return [f"{MET if place % 3 else EMPTY} {place}. It was told on Monday." for place in range(number)]


def lines(path: Path, number: int) -> Path:
    rows = [json.dumps({"id": f"n{place}", "text": text}) for place, text in enumerate(texts(number))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def folder(path: Path, number: int) -> Path:
    path.mkdir()
    for place, text in enumerate(texts(number)):
        (path / f"{place:04}.txt").write_text(text, encoding="utf-8")
    return path


def pieces_of(path: Path, *, size: int = 500) -> tuple[Piece, ...]:
    return divide(str(path), config=CONFIG, size=size).pieces


def read(pieces: Iterable[Piece]) -> list[Article | Exclusion]:
    return [found for piece in pieces for found in read_piece(piece, config=CONFIG)]


def whole(path: Path) -> list[Article | Exclusion]:
    return list(ingest.read_path(path, config=CONFIG))


def made(path: Path, to: Path, *, size: int = 500, by: shards.Coder = coder, **told: Any) -> list[Receipt]:
    pieces = divided(Store(str(to)), [str(path)], config=CONFIG, size=size)
    return [make_shard(piece, Job(str(to), coder=by, **told)) for piece in pieces]


# -- how inputs are divided


def test_a_large_file_of_lines_is_read_in_runs_as_it_is_in_one(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", 40)
    with path.open("a", encoding="utf-8") as more:
        more.write('\n\nno json\n{"text": "  "}\n{"articles": [{"text": "Japan met Fiji."}, 7]}\n{"text": "The last"}')
    pieces = pieces_of(path)
    assert len(pieces) > 5
    assert read(pieces) == whole(path)
    assert {part.kind for piece in pieces for part in piece.parts} == {"jsonl"}


def test_a_large_table_is_cut_between_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["id", "text", "published"])
        for place, text in enumerate(texts(40)):
            rows.writerow([place, f'{text}\n"Güt", he said,\nand left.', "2023-03-17"])
        out.write('one,two\n7,"a" b,2023-03-17\n8,whole again,2023-03-17\n')
        rows.writerows([place, text, "2023-03-18"] for place, text in enumerate(texts(20), 100))
    pieces = pieces_of(path)
    assert len(pieces) > 5
    assert read(pieces) == whole(path)
    assert {part.kind for piece in pieces for part in piece.parts} == {"table"}


def test_a_large_parquet_file_is_cut_by_rows_within_and_across_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": texts(50), "day": [date(2023, 3, 17)] * 50})
    parquet.write_table(table.rename_columns(["text", "published"]), path, row_group_size=12)
    pieces = pieces_of(path)
    assert len(pieces) > 4
    assert read(pieces) == whole(path)
    assert any(part.start % 12 for piece in pieces for part in piece.parts)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["a.jsonl", "a.csv", "a.txt"]),
    rows=st.lists(
        st.one_of(
            st.text(max_size=60),
            st.text(max_size=60).map(lambda text: json.dumps({"text": text, "id": text[:3]})),
            st.tuples(st.text(max_size=20), st.text(max_size=20)).map(
                lambda cells: ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
            ),
            st.sampled_from(['a,"b', 'x,"y"z', "", "\r", "text,id", '{"text": "Japan met Fiji."}']),
        ),
        max_size=12,
    ),
)
def test_whatever_a_file_holds_its_runs_hold_the_same(tmp_path: Path, name: str, rows: list[str]) -> None:
    head = "text,id\n" if name == "a.csv" else ""
    path = tmp_path / name
    path.write_bytes((head + "\n".join(rows)).encode("utf-8", "replace"))
    assert read(pieces_of(path, size=40)) == whole(path)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.txt", "utf16.jsonl"])
def test_what_cannot_be_cut_is_one_piece(tmp_path: Path, name: str) -> None:
    content = lines(tmp_path / "plain.jsonl", 100).read_bytes()
    packed = {
        "a.jsonl.gz": gzip.compress(content, 0),
        "a.txt": content[1:],
        "utf16.jsonl": content.decode().encode("utf-16"),
    }
    path = tmp_path / name
    path.write_bytes(packed[name])
    [piece] = pieces_of(path)
    assert read([piece]) == whole(path)


def test_a_folder_is_divided_into_groups_that_hold_all_of_it_in_order(tmp_path: Path) -> None:
    path = folder(tmp_path / "news", 60)
    lines(path / "0030-large.jsonl", 30)
    (path / "0010").mkdir()
    (path / "0010" / "deep.txt").write_text("Deep. Japan met Fiji.", encoding="utf-8")
    (path / ".hidden").write_text("x", encoding="utf-8")
    (path / "linked").symlink_to(path / "0010")
    pieces = pieces_of(path, size=2048)
    assert 5 < len(pieces) < 40
    assert pieces == pieces_of(path, size=2048)
    found, expected = read(pieces), whole(path)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert [item for item in found if isinstance(item, Article)] == [i for i in expected if isinstance(i, Article)]


def test_one_more_file_changes_only_the_pieces_around_it(tmp_path: Path) -> None:
    path = folder(tmp_path / "news", 300)
    before = {piece.name for piece in pieces_of(path, size=8192)}
    (path / "0000a.txt").write_text("Japan met Fiji.", encoding="utf-8")
    after = {piece.name for piece in pieces_of(path, size=8192)}
    assert len(before) > 15
    assert len(after - before) <= 3


def test_a_file_that_was_cut_before_is_not_read_again_to_cut_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lines(tmp_path / "a.jsonl", 40)
    former = divide(str(path), config=CONFIG, size=500)
    monkeypatch.setattr(division, "open_input", lambda path: pytest.fail("it was read again"))
    assert divide(str(path), config=CONFIG, size=500, former=former) == former


def test_a_folder_without_files_and_a_path_that_is_not_there_are_told_as_one_process_tells_them(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere"):
        [excluded] = read(pieces_of(path))
        assert [excluded] == whole(path)


@pytest.mark.parametrize("path", ["-", "https://example.org/news"])
def test_what_has_no_files_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="Use `detente code`"):
        divide(path, config=CONFIG)


# -- making them


def test_a_shard_holds_articles_events_dyads_exclusions_and_a_receipt(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", 6)
    with path.open("a", encoding="utf-8") as more:
        more.write("no json\n")
    [receipt] = made(path, tmp_path / "out", size=9999)
    assert (receipt.articles, receipt.coded, receipt.empty, receipt.excluded, receipt.events) == (6, 4, 2, 1, 4)
    assert receipt.reasons == {"bad-json": 1}
    tables = {kind: parquet.read_table(tmp_path / "out" / kind / f"{receipt.shard}.parquet") for kind in KINDS}
    assert [table.num_rows for table in tables.values()] == [4, 4, 6, 1]
    assert tables["dyads"].column_names == list(DYADS)
    row = tables["dyads"].to_pylist()[0]
    assert (row["first"], row["second"], row["mutual"], row["event"]) == ("JPN", "KOR", False, "CONSULT")
    assert (row["date_start"], row["date_end"]) == (date(2023, 3, 16), date(2023, 3, 17))
    record = msgspec.json.decode(tables["events"]["record"][0].as_py())
    assert record["id"] == tables["events"]["id"][0].as_py() == row["id"]
    assert not list((tmp_path / "out").rglob("*.part"))
    assert not list((tmp_path / "out" / "attempts").iterdir())


def test_a_whole_shard_is_not_made_again_but_for_other_inputs_or_settings(tmp_path: Path) -> None:
    path, out, by = lines(tmp_path / "a.jsonl", 6), tmp_path / "out", Counting()
    first = made(path, out, size=9999, by=by)
    assert made(path, out, size=9999, by=by) == first
    assert len(by.read) == 6
    os.utime(path, (1, 1))
    [touched] = made(path, out, size=9999, by=by)
    assert len(by.read) == 6
    assert touched.digest == first[0].digest
    assert touched.inputs != first[0].inputs
    made(path, out, size=9999, by=by, publisher="The Lantern")
    assert len(by.read) == 12
    lines(path, 7)
    [changed] = made(path, out, size=9999, by=by, publisher="The Lantern")
    assert (len(by.read), changed.articles, changed.shard) == (19, 7, first[0].shard)


def test_an_input_that_was_unreadable_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = lines(tmp_path / "a.jsonl", 3), tmp_path / "out"
    with monkeypatch.context() as broken:
        broken.setattr(shards, "read_piece", lambda *_, **__: iter([Exclusion("a.jsonl", "unreadable", "Stale.")]))
        assert made(path, out)[0].reasons == {"unreadable": 1}
    assert made(path, out)[0].articles == 3


def test_another_coder_makes_a_shard_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, by = lines(tmp_path / "a.jsonl", 3), Counting()
    made(path, tmp_path / "out", by=by)
    who = msgspec.structs.replace(pipeline.provenance(), model="events-en.v99")
    monkeypatch.setattr(pipeline, "provenance", lambda: who)
    assert made(path, tmp_path / "out", by=by)[0].model == "events-en.v99"
    assert len(by.read) == 6


def test_a_document_on_which_the_coder_fails_is_excluded_and_the_others_are_read(tmp_path: Path) -> None:
    def failing(article: Article, config: Config) -> Coded:
        if "number 4." in article.text:
            raise RecursionError("too deep")
        return coder(article, config)

    [receipt] = made(lines(tmp_path / "a.jsonl", 6), tmp_path / "out", size=9999, by=failing)
    assert (receipt.articles, receipt.reasons) == (5, {"failed": 1})
    [row] = parquet.read_table(tmp_path / "out" / "exclusions").to_pylist()
    assert row["source"].endswith("a.jsonl:5")
    assert row["detail"] == "RecursionError: too deep."
    assert receipt.reasons.keys() <= ingest.REASONS.keys()


def test_a_coder_that_cannot_work_at_all_leaves_no_shard(tmp_path: Path) -> None:
    def broken(article: Article, config: Config) -> Coded:
        raise ModelError("The model is missing.")

    with pytest.raises(ModelError):
        made(lines(tmp_path / "a.jsonl", 6), tmp_path / "out", by=broken)
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.suffix in (".parquet", ".part")] == []


def test_articles_at_which_the_process_died_twice_are_left_out_and_others_are_not(tmp_path: Path) -> None:
    path, out = lines(tmp_path / "a.jsonl", 8), tmp_path / "out"
    [piece] = divided(Store(str(out)), [str(path)], config=CONFIG, size=9999)
    (out / "attempts").mkdir()
    note = out / "attempts" / f"{piece.name}.json"
    note.write_text('{"begun": 5, "deaths": {"1": 2, "4": 1, "6": 1}, "at": 4}', encoding="utf-8")
    noted = []

    def noting(article: Article, config: Config) -> Coded:
        noted.append(json.loads(note.read_bytes())["at"])
        return coder(article, config)

    receipt = make_shard(piece, Job(str(out), coder=noting))
    assert (receipt.articles, receipt.reasons) == (6, {"killed": 2})
    assert noted == [0, 2, 3, 5, 6, 7]
    sources = parquet.read_table(out / "exclusions")["source"].to_pylist()
    assert [source.rpartition(":")[2] for source in sources] == ["2", "5"]
    assert not note.exists()


def test_the_packaged_pipeline_makes_the_events_that_it_makes_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("TOKYO, March 17 - Japan and South Korea agreed to resume regular visits.", encoding="utf-8")
    made(path, tmp_path / "out", by=shards.code_article)
    [straight] = pipeline.code_articles(ingest.read_path(path, config=CONFIG), config=CONFIG)  # type: ignore[arg-type]
    rows = parquet.read_table(tmp_path / "out" / "events")["record"].to_pylist()
    assert rows == [msgspec.json.encode(event).decode() for event in straight.events]
    assert rows


def test_an_interrupt_is_no_death(tmp_path: Path) -> None:
    def stopping(article: Article, config: Config) -> Coded:
        raise KeyboardInterrupt

    path, out = lines(tmp_path / "a.jsonl", 6), tmp_path / "out"
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            made(path, out, size=9999, by=stopping)
    assert made(path, out, size=9999)[0].reasons == {}


def test_what_a_killed_writer_left_is_removed_once_it_is_surely_dead(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    dead, living = tmp_path / "events" / "a.parquet.host.7.part", tmp_path / "events" / "b.parquet.host.8.part"
    for part in (dead, living):
        part.write_bytes(b"half")
    os.utime(dead, (1, 1))
    Store(str(tmp_path)).tidy()
    assert [path.name for path in (tmp_path / "events").iterdir()] == [living.name]
    assert Store(str(tmp_path)).names("events") == set()


def test_a_file_that_is_not_the_one_that_was_divided_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", 6)
    [piece] = pieces_of(path, size=9999)
    lines(path, 7)
    with pytest.raises(InputError, match="is not the file that was divided"):
        make_shard(piece, Job(str(tmp_path / "out"), coder=coder))


# -- reading them


def test_shards_are_open_to_queries_each_event_once(tmp_path: Path) -> None:
    path, out = folder(tmp_path / "news", 30), tmp_path / "out"
    (path / "twice.txt").write_bytes((path / "0001.txt").read_bytes())
    made(path, out, size=4096)
    opened = open_shards(out)
    assert opened.waiting == 0
    assert len(opened.receipts) > 3
    with opened.connect() as connection:
        counts = [connection.execute(f"SELECT COUNT(*) FROM {kind}").fetchone()[0] for kind in KINDS]
        assert counts == [20, 20, 31, 0]
        asked = "SELECT date_start, COUNT(*) FROM dyads WHERE first = 'JPN' AND second = 'KOR' GROUP BY ALL"
        assert connection.execute(asked).fetchall() == [(date(2023, 3, 16), 20)]


def test_pieces_that_are_not_made_are_counted_and_former_ones_left_aside(tmp_path: Path) -> None:
    path, out = lines(tmp_path / "a.jsonl", 40), tmp_path / "out"
    receipts = made(path, out)
    (out / "receipts" / f"{receipts[2].shard}.json").unlink()
    assert open_shards(out).waiting == 1
    assert [each.shard for each in open_shards(out).receipts] == [
        each.shard for each in receipts if each != receipts[2]
    ]
    lines(path, 3)
    divided(Store(str(out)), [str(path)], config=CONFIG, size=500)
    assert (len(open_shards(out).receipts), open_shards(out).waiting) == (0, 1)
    assert len(former_shards(out)) == len(receipts)
    remove_shards(out, former_shards(out))
    assert [file for file in out.rglob("*") if file.is_file() and file.parent.name != "divisions"] == []
    with pytest.raises(InputError, match="no whole shards"):
        open_shards(out).connect()


def test_a_folder_that_holds_no_shards_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder of shards"):
        open_shards(tmp_path)


# -- into a ledger


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    def code_articles(articles: Iterable[Article], *, config: Config, jobs: int = 1) -> Iterator[Coded]:
        return (coder(article, config) for article in articles)

    monkeypatch.setattr(pipeline, "code_articles", code_articles)


def content(path: Path) -> dict[str, list[Any]]:
    """What a ledger tells, but for when and by which run."""
    fields = ", ".join((*Article.__struct_fields__, "version"))
    queries = {
        "articles": f"SELECT {fields} FROM articles WHERE superseded_at IS NULL",
        "readings": "SELECT version, coder, model, codebook, settings, state FROM readings"
        " JOIN articles ON articles.row = article WHERE readings.superseded_at IS NULL",
        "events": "SELECT id, article, record, date_start, published FROM events WHERE superseded_at IS NULL",
        "exclusions": "SELECT source, reason, detail, digest FROM exclusions WHERE superseded_at IS NULL",
        "acts": "SELECT id, reports, sources, agreement, first_seen, last_seen FROM acts",
    }
    with open_ledger(path, read_only=True) as ledger:
        assert faults(ledger) == ()
        return {name: sorted(ledger.rows(query), key=repr) for name, query in queries.items()}


@pytest.mark.usefixtures("stub")
def test_shards_in_a_ledger_are_what_one_process_would_have_kept(tmp_path: Path) -> None:
    path, out = folder(tmp_path / "news", 20), tmp_path / "out"
    lines(path / "more.jsonl", 30)
    (path / "broken.json").write_text("{", encoding="utf-8")
    (path / "twice.txt").write_bytes((path / "0001.txt").read_bytes())
    with open_ledger(tmp_path / "one.detente") as ledger:
        inputs = ingest.read_path(path, config=CONFIG)
        list(coding.code_inputs(inputs, config=CONFIG, tally=(straight := Tally()), ledger=ledger))
    made(path, out, size=2048)
    with open_ledger(tmp_path / "two.detente") as ledger:
        added = list(add_shards(ledger, open_shards(out), tally=(tally := Tally())))
    assert len(added) > 3
    assert tally == straight
    assert content(tmp_path / "two.detente") == content(tmp_path / "one.detente")
    with open_ledger(tmp_path / "two.detente") as ledger:
        list(add_shards(ledger, open_shards(out), tally=(again := Tally())))
        assert [run.state for run in ledger.audit().runs] == ["done", "done"]
    assert (again.coded, again.empty, again.skipped) == (0, 0, 51)
    assert content(tmp_path / "two.detente") == content(tmp_path / "one.detente")


@pytest.mark.usefixtures("stub")
def test_one_shard_may_be_added_and_a_stopped_run_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    receipts = made(lines(tmp_path / "a.jsonl", 40), out)
    one = open_shards(out / "receipts" / f"{receipts[1].shard}.json")
    assert one.receipts == (receipts[1],)
    with open_ledger(tmp_path / "l.detente") as ledger:
        assert list(add_shards(ledger, one, tally=Tally())) == [receipts[1]]
        adding = add_shards(ledger, open_shards(out), tally=Tally())
        next(adding)
        adding.close()  # type: ignore[attr-defined]
        assert ledger.audit().runs[0].state == "interrupted"
        list(add_shards(ledger, open_shards(out), tally=(tally := Tally())))
        assert tally.skipped == receipts[0].articles + receipts[1].articles
        assert ledger.audit().inputs == 40
        assert faults(ledger) == ()


@pytest.mark.usefixtures("stub")
def test_an_article_that_failed_is_no_exclusion_once_it_is_read(tmp_path: Path) -> None:
    def failing(article: Article, config: Config) -> Coded:
        raise ValueError("not today")

    path, out = lines(tmp_path / "a.jsonl", 3), tmp_path / "out"
    made(path, out, by=failing)
    with open_ledger(tmp_path / "l.detente") as ledger:
        list(add_shards(ledger, open_shards(out), tally=Tally()))
        assert ledger.audit().reasons == {"failed": 3}
        made(path, out, publisher="The Lantern")
        list(add_shards(ledger, open_shards(out), tally=Tally()))
        assert (ledger.audit().inputs, ledger.audit().reasons) == (3, {})


# -- in a store


def test_inputs_and_shards_may_lie_in_a_store(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.store.clear()
    for name, text in zip(("b/1.txt", "a.txt", "a/2.txt", ".hidden"), texts(4), strict=True):
        memory.pipe_file(f"/news/{name}", text.encode())
    memory.pipe_file("/news/c.jsonl", lines(tmp_path / "c.jsonl", 30).read_bytes())
    names = [each.path for each in listed("memory://news") if isinstance(each, Listed)]
    assert names == [f"memory:///news/{name}" for name in ("a/2.txt", "a.txt", "b/1.txt", "c.jsonl")]
    store = Store("memory://out")
    pieces = divided(store, ["memory://news", "memory://nowhere"], config=CONFIG, size=1500)
    job = Job("memory://out", coder=coder)
    receipts = [make_shard(piece, job) for piece in pieces]
    assert [make_shard(piece, job) for piece in pieces] == receipts
    assert sum(each.articles for each in receipts) == 33
    with open_shards("memory://out").connect() as connection:
        assert connection.execute("SELECT COUNT(*) FROM dyads").fetchone() == (22,)
        assert connection.execute("SELECT reason FROM exclusions").fetchall() == [("missing",)]
    assert not [name for name in memory.find("/out") if name.endswith(".part")]


def test_a_parquet_file_in_a_store_is_read_where_it_lies(tmp_path: Path) -> None:
    import fsspec

    held = io.BytesIO()
    parquet.write_table(pyarrow.table({"text": texts(50)}), held)
    fsspec.filesystem("memory").pipe_file("/tables/a.parquet", held.getvalue())
    pieces = divide("memory://tables", config=CONFIG, size=500).pieces
    assert len(pieces) > 3
    assert [found.text for found in read(pieces) if isinstance(found, Article)] == texts(50)


def test_a_store_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="s3fs for s3://"):
        list(listed("s3://bucket/news"))
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(InputError, match=r"pip install 'detente\[cluster\]'"):
        Store("memory://out")
