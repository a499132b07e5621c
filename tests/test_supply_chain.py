"""What detente is made of: locked versions with hashes, allowed licences, and no connection that nobody asked for."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
DOC = ROOT / "docs" / "supply-chain.md"
VENDOR = ROOT / "src" / "detente" / "static" / "vendor"

# Any use of a socket is an audit event (https://docs.python.org/3/library/audit_events.html); what native code opens
# is seen among the process's files.
OFFLINE = """
import json, os, pkgutil, sys
used = []
sys.addaudithook(lambda event, _: used.append(event) if event.startswith("socket.") else None)
import detente, importlib
for module in pkgutil.iter_modules(detente.__path__):
    if module.name != "__main__":
        importlib.import_module(f"detente.{module.name}")
from detente import coding, memory
from detente.config import Config
from detente.ingest import read_path
from detente.ledger import open_ledger
with open_ledger("made.detente") as ledger:
    results = coding.code_inputs(
        read_path("news.txt", config=Config()), config=Config(), tally=coding.Tally(), ledger=ledger
    )
    events = [event.event for coded in results for event in coded.events]
files = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if os.path.lexists(
    f"/proc/self/fd/{name}")] if os.path.isdir("/proc/self/fd") else []
print(json.dumps({"used": used, "events": events, "sockets": [file for file in files if file.startswith("socket:")]}))
"""
TEXT = (
    "TOKYO, March 17 (Kyodo) - Japan and South Korea met in Tokyo on Thursday, and Seoul promised to lift its export"
    " controls by June. China condemned the United States on Tuesday, the BBC reported.\n"
)


@pytest.fixture(scope="module")
def lock() -> dict[str, Any]:
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))


def licences(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "licences"), *arguments], capture_output=True, text=True, check=False
    )


def test_importing_and_coding_opens_no_socket(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", OFFLINE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"CONSULT", "ACCUSE"} <= set(found["events"])
    assert found["used"] == []
    assert found["sockets"] == []


def test_the_table_of_licences_names_what_is_needed() -> None:
    done = licences("--check", str(DOC))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_table_that_lacks_a_package_is_told(tmp_path: Path) -> None:
    short = tmp_path / "short.md"
    short.write_text(re.sub(r"\| numpy \|.*\n", "", DOC.read_text(encoding="utf-8")), encoding="utf-8")
    done = licences("--check", str(short))
    assert done.returncode == 1
    assert "lacks ['numpy']" in done.stdout


def test_a_licence_that_is_not_allowed_is_refused() -> None:
    allowed = runpy.run_path(str(ROOT / "scripts" / "licences"))["allowed"]
    assert all(map(allowed, ["MIT", "BSD-3-Clause AND Zlib", "GPL-2.0-only OR LGPL-2.1-or-later"]))
    assert not any(map(allowed, ["GPL-3.0-only", "MIT AND GPL-3.0-only", "unknown", ""]))


def test_every_locked_file_is_of_pypi_and_has_its_hash(lock: dict[str, Any]) -> None:
    own, *packages = sorted(lock["package"], key=lambda package: package["name"] != "detente")
    assert own["source"] == {"editable": "."}
    for package in packages:
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        assert files, package["name"]
        for file in files:
            assert file["url"].startswith("https://files.pythonhosted.org/packages/")
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"])


def test_every_dependency_is_locked(lock: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {re.split(r"[\[<>=!~; ]", line)[0].lower() for line in asked}
    locked = {package["name"] for package in lock["package"]}
    again = "run uv lock --default-index https://pypi.org/simple"
    assert names <= locked, f"{sorted(names - locked)} are not in uv.lock; {again}"


def test_every_vendored_file_is_named_with_its_licence() -> None:
    told = DOC.read_text(encoding="utf-8")
    texts = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    for path in VENDOR.iterdir():
        assert f"`{path.name}`" in told
    for name, version in re.findall(r"^== (\S+) (\S+)$", texts, re.MULTILINE):
        assert re.search(rf"\| {re.escape(name)}\b.*\| {re.escape(version)} \|", told)
