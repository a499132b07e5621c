"""A browser for the tests, installed from Debian in CI where it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import sites
from tests.browser.sites import Site

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. CI installs it from Debian; elsewhere the tests are skipped where it is missing."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI") == "true" and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", NAMES[0]]):
            subprocess.run(command, check=True, env=environment, capture_output=True)
        found = shutil.which(NAMES[0])
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed (apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: dev)")
    flags = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # as root chromium refuses its sandbox
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Some relations, served; tests that change something take a ledger of their own."""
    return sites.news(tmp_path_factory.mktemp("news") / "news.detente")


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Hostile and broken data, served."""
    return sites.odd(tmp_path_factory.mktemp("odd") / "odd.detente")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A ledger with nothing in it, served."""
    return sites.empty(tmp_path_factory.mktemp("empty") / "empty.detente")
