"""Documentation that can fail: every command, setting and field is in the docs, and every link leads somewhere."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import detente
from detente import records
from detente.cli import app
from detente.config import Config

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CONFIDENCE = re.compile(r"\b[01]\.\d\d\b")  # int8 products round a little differently on other processors
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
MODULES = sorted(path.stem for path in (ROOT / "src" / "detente").glob("*.py") if path.stem != "__init__")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def first_column(path: Path) -> set[str]:
    cells = re.findall(r"^\| ([^|]+) \|", read(path), flags=re.MULTILINE)
    return {word.strip("` ") for cell in cells for word in cell.split(",")}


def test_every_command_is_documented() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert len(commands) >= 6
    for name in commands:
        assert f"`detente {name}" in read(DOCS / "cli.md"), f"docs/cli.md says nothing of `detente {name}`"


def test_every_setting_is_documented() -> None:
    assert set(Config.__struct_fields__) <= first_column(DOCS / "config.md")


@pytest.mark.parametrize("record", ["Article", "Event", "Actor", "EventDate", "Span", "Step"])
def test_every_field_of_a_record_is_in_the_glossary(record: str) -> None:
    known = first_column(DOCS / "glossary.md")
    for field in getattr(records, record).__struct_fields__:
        assert field in known, f"docs/glossary.md has no line for {field}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", read(page)):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"detente.{name}")).failed == 0


def test_the_readme_shows_what_its_command_prints(tmp_path: Path) -> None:
    [block] = re.findall(r"```console\n\$ (.*?)\n```", read(ROOT / "README.md"), flags=re.DOTALL)
    command, printed = re.split(r"(?<!\\)\n", block, maxsplit=1)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert CONFIDENCE.sub("~", done.stdout.strip()) == CONFIDENCE.sub("~", printed.strip())


def test_the_python_in_the_readme_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    [code] = re.findall(r"```python\n(.*?)```", read(ROOT / "README.md"), flags=re.DOTALL)
    exec(code, {})
    assert f"# {capsys.readouterr().out.strip()}" in code


def test_public_names_are_there_and_no_others() -> None:
    for name in detente.__all__:
        assert getattr(detente, name) is not None
    with pytest.raises(AttributeError, match="Public names: Actor, Article"):
        detente.no_such_name  # noqa: B018
