"""Charts are files that hold everything and need no network."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli_compare import app
from detente.comparison import compare
from detente.errors import ConfigError
from detente.ledger import open_ledger
from detente.plots import comparison_chart, level_chart, quads_chart, relation_chart, save
from detente.relations import Relation, relation
from tests.test_comparison import JPN_CHN, JPN_KOR, START, Made, every, fill

pytest.importorskip("altair")
pytest.importorskip("vl_convert")


@pytest.fixture
def how(tmp_path: Path) -> Relation:
    acts = [(JPN_KOR, START + timedelta(3 * n), "AID" if n < 60 else "ASSAULT") for n in range(120)]
    with open_ledger(tmp_path / "news.detente") as ledger:
        fill(ledger, acts)
        return relation(ledger, "JPN", "KOR")


def test_a_level_with_its_bands_and_turns(how: Relation, tmp_path: Path) -> None:
    assert how.turns
    chart = level_chart(how).to_dict()
    assert {"low95", "low80", "level", "mean"} <= {layer["encoding"]["y"]["field"] for layer in chart["layer"][:4]}
    values = [layer["data"]["values"] for layer in chart["layer"] if "data" in layer]
    assert [turn.point.start.isoformat() for turn in how.turns] in [[row["start"] for row in rows] for rows in values]
    save(level_chart(how), tmp_path / "level.svg")
    svg = (tmp_path / "level.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "Japan – South Korea" in svg


def test_acts_by_quad(how: Relation, tmp_path: Path) -> None:
    values = quads_chart(how.series).to_dict()["data"]["values"]
    up, down = (sum(row["high"] - row["low"] for row in values if way * row["high"] > 0) for way in (1, -1))
    quads = how.series.quads
    assert (up, down) == (quads[1] + quads[2], -quads[3] - quads[4])
    save(quads_chart(how.series), tmp_path / "quads.png")
    assert (tmp_path / "quads.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_two_dyads_in_a_page_that_fetches_nothing(tmp_path: Path) -> None:
    acts = [*every(3, JPN_KOR, 4.0, 0, 200), *every(3, JPN_CHN, -4.0, 0, 200)]
    save(comparison_chart(compare(Made(acts, days=200), JPN_KOR, JPN_CHN)), tmp_path / "both.html")
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "<script src=" not in page
    assert r"Japan \u2013 China" in page


def test_level_and_acts_above_each_other(how: Relation, tmp_path: Path) -> None:
    assert len(relation_chart(how).to_dict()["vconcat"]) == 2
    save(relation_chart(how), tmp_path / "both.svg")
    assert "conflict downward" in (tmp_path / "both.svg").read_text(encoding="utf-8")


def test_other_kinds_of_files_and_missing_packages_are_told(
    how: Relation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"end it with \.html, \.svg, \.png"):
        save(level_chart(how), tmp_path / "level.gif")
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ConfigError, match=r"pip install 'detente\[plot\]'"):
        level_chart(how)
    assert list(tmp_path.glob("*level*")) == []


def test_the_command_draws(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "news.detente") as ledger:
        fill(ledger, [(pair, START + timedelta(9 * n), "AID") for n in range(20) for pair in (JPN_KOR, JPN_CHN)])
    words = ["compare", "JPN", "KOR", "JPN", "CHN", "--ledger", str(tmp_path / "news.detente")]
    done = CliRunner().invoke(app, [*words, "--plot", str(tmp_path / "both.svg")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "both.svg").read_text(encoding="utf-8").startswith("<svg")
