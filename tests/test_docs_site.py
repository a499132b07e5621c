"""The documentation's site: made from the code, whole, and asking nothing of other machines."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
import typer.main

import detente
from detente import records
from detente.cli import app
from detente.watchfile import read_watchfile

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def load(name: str) -> ModuleType:
    """A script of `docs/`, which is no package."""
    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(DOCS))


reference, notebook, offline, build, pictures = map(load, ("reference", "notebook", "offline", "build", "pictures"))


# -- what is made from the code


def commands_of(group: Any, words: str = "detente") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, f"{words} {name}")
        else:
            yield f"{words} {name}".removesuffix(" show"), command


def test_every_command_is_there_with_all_its_options() -> None:
    page = reference.commands_page()
    parts = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", page, flags=re.DOTALL | re.MULTILINE))
    found = dict(commands_of(typer.main.get_command(app)))
    assert parts.keys() == found.keys()
    for words, command in found.items():
        for option in (option for param in command.params for option in param.opts if option.startswith("--")):
            assert option in parts[words], f"{words} {option}"


def test_every_field_of_every_record_is_there() -> None:
    page = reference.records_page()
    for name, record in vars(records).items():
        if isinstance(record, type) and issubclass(record, msgspec.Struct) and record.__module__ == "detente.records":
            part = page.split(f"## {name}\n")[1].split("\n## ")[0]
            for field in msgspec.structs.fields(record):
                assert f"| `{field.name}` |" in part, f"{name}.{field.name}"


def test_every_public_name_and_every_name_that_a_page_imports_is_explained() -> None:
    page, kept = reference.python_page(), reference.records_page()
    for name in detente.__all__:
        assert f"`{name}`" in page
        assert re.search(rf"^#+ {name}$", page + kept, flags=re.MULTILINE) or name == "DetenteError", name
    for module, names in reference.documented().items():
        assert f"## {module}\n" in page
        for name in names:
            assert f"### {name}\n" in page, f"{module}.{name}"
    assert " object at 0x" not in page


def test_every_label_of_the_codebook_is_there() -> None:
    page = reference.labels_page()
    for label in ("`AGREE`", "third-party", "`GOV`", "`background`", "`reparations`", "material conflict"):
        assert label in page


def test_figures_come_with_their_commands_and_nothing_is_lost() -> None:
    pages = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in build.sources()}
    page = build.figures_page(pages)
    assert "articles_dev.jsonl" in page
    for command in ("evaluation.card", "evaluation.sentences", "evaluation.simulations", "evaluation.turns"):
        assert f"python -m {command}" in page
    assert "](measures.md" not in page, "links are from the page's own place"


def test_a_section_without_figures_is_left_out() -> None:
    text = "# A\n\n## One\n\n`python -m evaluation.a X` helps.\n\n## Two\n\n`python -m evaluation.b` gives 0.9.\n"
    page = build.figures_page({"a.md": text})
    assert "evaluation.b" in page
    assert "evaluation.a" not in page


def test_links_out_of_the_documentation_become_names_of_files() -> None:
    pages = {"a.md": "", "guides/b.md": ""}
    told = build.without_links_out("[a](../a.md#x) [r](../../README.md) [w](https://a.example)", "guides/b.md", pages)
    assert told == "[a](../a.md#x) r (`README.md`) [w](https://a.example)"


# -- pictures and the notebook


@pytest.mark.parametrize("name", ["event", "status"])
def test_pictures_show_what_is_read(name: str) -> None:
    assert (DOCS / "concepts" / f"{name}.svg").read_text(encoding="utf-8") == getattr(pictures, f"{name}_picture")()


def test_pictures_are_light_and_named() -> None:
    drawn = sorted((DOCS / "concepts").glob("*.svg"))
    assert len(drawn) == 4
    for path in drawn:
        text = path.read_text(encoding="utf-8")
        assert len(text) < 8_000
        assert "<title>" in text
        assert f"({path.name})" in path.with_suffix(".md").read_text(encoding="utf-8")


def test_the_notebook_shows_what_its_cells_give(demo_ledger: Path) -> None:
    for needed in ("altair", "vl_convert", "pandas", "statsmodels"):
        pytest.importorskip(needed, reason=f"{needed} is not installed (extras: plot, dev)")
    kept = json.loads((DOCS / "relation.ipynb").read_text(encoding="utf-8"))
    parts = [(cell["cell_type"], "".join(cell["source"])) for cell in kept["cells"]]
    assert parts == notebook.cells((DOCS / "relation.py").read_text(encoding="utf-8")), "run docs/notebook.py again"
    made = notebook.executed(parts, demo_ledger)
    shown = [output for cell in made["cells"] for output in cell.get("outputs", ())]
    assert any("image/svg+xml" in output.get("data", {}) for output in shown)
    for before, now in zip(kept["cells"], made["cells"], strict=True):
        assert shape(before) == shape(now), f"the output of {before['id']} has another form; run docs/notebook.py again"


def shape(cell: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Of which kinds the outputs of a cell are: numbers and acts move with the model, and are not compared."""
    return [(output["output_type"], sorted(output.get("data", ()))) for output in cell.get("outputs", ())]


def test_a_cell_gives_what_it_prints_and_then_its_last_value() -> None:
    printed, value = notebook.run("print('one')\n1 + 1", {}, 3)
    assert printed == {"name": "stdout", "output_type": "stream", "text": ["one\n"]}
    assert value["data"] == {"text/plain": ["2"]}
    assert value["execution_count"] == 3
    assert notebook.run("x = 1", {}, 1) == []


def test_the_feeds_of_the_guide_are_such_as_can_be_watched(tmp_path: Path) -> None:
    text = (DOCS / "guides" / "following.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "feeds.toml").write_text(block, encoding="utf-8")
    watched = read_watchfile(tmp_path / "feeds.toml")
    assert (len(watched.feeds), len(watched.folders), len(watched.alerts)) == (1, 1, 2)
    assert watched.alerts[1].min_sources == 2


# -- the site


def entries(nav: Any) -> Iterator[str]:
    for entry in nav:
        for target in entry.values():
            if isinstance(target, str):
                yield target
            else:
                yield from entries(target)


NAV = list(entries(tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]))


def test_every_page_has_its_place_in_the_navigation() -> None:
    written = {path.relative_to(DOCS).as_posix() for path in build.sources()}
    made = {f"reference/{name}" for name in (*reference.pages(), "figures.md")}
    made |= {"guides/notebook.md", "changes.md"}
    assert sorted(NAV) == sorted(written | made)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, as `scripts/docs` builds it, in a folder of its own."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("zensical is not installed (extra: docs)")
    folder = tmp_path_factory.mktemp("documentation")
    shutil.copy(ROOT / "zensical.toml", folder)
    build.main(folder / "build" / "docs")
    zensical = [str(Path(sys.executable).with_name("zensical")), "build", "--clean", "--strict"]
    done = subprocess.run(zensical, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    offline.main(folder / "site")
    return folder / "site"


class Targets(HTMLParser):
    """What a page links to or loads, and the names of places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.found.add(value)
            if name in ("id", "name") and value:
                self.names.add(value)


def test_the_site_asks_nothing_of_other_machines(site: Path) -> None:
    assert offline.requests_elsewhere(site) == []
    assert offline.SHIM not in (site / "index.html").read_text(encoding="utf-8")
    assert (site / offline.OUR_SHIM).exists()


def test_every_page_of_the_site_is_there_and_every_link_within_it_leads_somewhere(site: Path) -> None:
    for page in NAV:
        assert (site / page).with_suffix(".html").exists(), page
    read = {path: Targets(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if path.name != "404.html"}
    for path, targets in read.items():
        for target in targets.found:
            if re.match(r"[a-z]+:", target):
                continue
            file, _, place = unquote(target).partition("#")
            there = (path.parent / file).resolve() if file else path
            there = there / "index.html" if there.is_dir() else there
            assert there.exists(), f"{path.name} leads to {target}"
            assert not place or there not in read or place in read[there].names, f"{path.name} leads to {target}"


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<link rel="preconnect" href="https://fonts.example">',
        '<img src=" HTTPS://img.example/a.png">',
        '<p style="background: url(https://img.example/a.png)">',
        "<style>@import 'https://fonts.example/a.css';</style>",
    ],
)
def test_what_would_be_asked_of_other_machines_is_found(planted: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(f"<html>{planted}</html>", encoding="utf-8")
    assert len(offline.requests_elsewhere(tmp_path)) == 1


def test_links_to_follow_and_pictures_of_the_site_are_no_requests(tmp_path: Path) -> None:
    text = '<a href="https://a.example">a</a><img src="a.png"><link rel="canonical" href="https://a.example">'
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    assert offline.requests_elsewhere(tmp_path) == []
