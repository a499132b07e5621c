"""Documentation that can fail: every command, setting and field is in the docs, and every link leads somewhere."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest
import typer.main

import detente
from detente import records
from detente.cli import app
from detente.config import Config

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("*/*.md"))]
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", read(page)):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"detente.{name}")).failed == 0


def test_public_names_are_there_and_no_others() -> None:
    for name in detente.__all__:
        assert getattr(detente, name) is not None
    with pytest.raises(AttributeError, match="Public names: Actor, Article"):
        detente.no_such_name  # noqa: B018
