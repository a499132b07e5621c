"""The two commands of the README, as a user types them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", *arguments], cwd=folder, capture_output=True, text=True, check=False, env=os.environ, timeout=300
    )


@pytest.fixture(autouse=True)
def _in_the_project_environment() -> None:
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip(f"the scripts use {ROOT / '.venv'}, these tests run in {sys.prefix}")


def test_the_demonstration_shows_how_japan_and_south_korea_stand(tmp_path: Path) -> None:
    shown = run(str(ROOT / "scripts/demo"), "--no-serve", "--ledger", str(tmp_path / "d.detente"), folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "JPN – KOR" in shown.stdout
    assert "68 coded" in shown.stdout
    assert "68 articles read" in shown.stderr


def test_paths_given_are_read_instead(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("China condemned the United States on Tuesday.", encoding="utf-8")
    shown = run(str(ROOT / "scripts/demo"), "--no-serve", "one.txt", "none.txt", folder=tmp_path)
    assert shown.returncode == 3
    assert "ACCUSE" in shown.stdout
    assert "1 excluded" in shown.stdout
    assert (tmp_path / "articles.detente").exists()


def test_an_unknown_option_is_explained(tmp_path: Path) -> None:
    shown = run(str(ROOT / "scripts/demo"), "--serve-not", folder=tmp_path)
    assert shown.returncode == 2
    assert "Usage: sh scripts/demo [--no-serve]" in shown.stderr
