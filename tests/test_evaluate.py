from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.errors import InputError
from detente.evaluate import read_gold, read_pairs, score_table
from detente.scoring import Score


def pairs_file(folder: Path, *rows: tuple[str, str]) -> Path:
    path = folder / "pairs.tsv"
    lines = ["marked_sentence\tgold_root", *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_marks_are_taken_out_and_give_the_spans(tmp_path: Path) -> None:
    path = pairs_file(tmp_path, ('<s>Japan</s> told "<t>Seoul</t>" off.', "accuse"), ("<t>A</t> by <s>B</s>", "DEMAND"))
    [(text, actor, recipient), (second, *spans)], roots = read_pairs(path)
    assert text == 'Japan told "Seoul" off.'
    assert (text[slice(*actor)], text[slice(*recipient)]) == ("Japan", "Seoul")
    assert [second[slice(*span)] for span in spans] == ["B", "A"]
    assert roots == ["ACCUSE", "REQUEST"]


def test_concede_and_retreat_are_one_root(tmp_path: Path) -> None:
    marked = "<s>A</s> left <t>B</t>"
    _, roots = read_pairs(pairs_file(tmp_path, (marked, "CONCEDE"), (marked, "RETREAT"), (marked, "YIELD")))
    assert roots == ["YIELD"] * 3


def test_a_row_without_a_mark_is_named(tmp_path: Path) -> None:
    path = pairs_file(tmp_path, ("<s>A</s> met <t>B</t>", "CONSULT"), ("<s>A</s> met B", "CONSULT"))
    with pytest.raises(InputError, match=r"pairs\.tsv:3: the marked sentence lacks <t> </t>"):
        read_pairs(path)


def test_a_file_without_the_columns_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("sentence\troot\nx\ty\n", encoding="utf-8")
    with pytest.raises(InputError, match="needs the columns marked_sentence and gold_root"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", r"gold\.jsonl:2: not JSON"), ('{"id": "x"}', r"gold\.jsonl:2: a gold item needs id, text and events")],
)
def test_a_broken_gold_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    good = json.dumps({"id": "a", "text": "", "events": []})
    path.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_gold(path)


def test_a_table_shows_each_measure_with_its_counts() -> None:
    head, line = score_table({"type": Score(right=3, predicted=4, gold=6)}, title="dev.jsonl").splitlines()
    assert head.split()[:4] == ["dev.jsonl", "precision", "recall", "F1"]
    assert line.split() == ["type", "0.750", "0.500", "0.600", "3", "4", "6"]
