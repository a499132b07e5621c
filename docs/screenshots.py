"""Make the pictures of the page that the README shows: python docs/screenshots.py LEDGER. Needs chromium."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from detente.page import serve_page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--disable-gpu", "--disable-background-networking", "--disable-sync")
WIDTH, HEIGHT = 1180, 860
SHOTS = {"dyad.png": "/dyad/JPN-KOR", "home.png": "/", "map.png": "/map?state=JPN&weeks=104"}
MOST = 300_000  # bytes of one picture


def main(ledger: Path) -> None:
    ready = threading.Event()
    home: list[str] = []

    def served(address: str) -> None:
        home.append(address.rstrip("/"))
        ready.set()

    threading.Thread(target=serve_page, args=(ledger,), kwargs={"port": 0, "ready": served}, daemon=True).start()
    if not ready.wait(timeout=20):
        sys.exit("The page did not begin to be served within 20 seconds.")
    with sync_playwright() as playwright:
        flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # as root chromium refuses its sandbox
        browser = playwright.chromium.launch(executable_path=next(filter(None, map(shutil.which, NAMES))), args=flags)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, path in SHOTS.items():
            shoot(page, home[0] + path, Path(__file__).with_name(name))
        browser.close()


def shoot(page: Any, address: str, to: Path) -> None:
    """Save what a window shows of a page. Exits where the picture would be too large for a README."""
    page.goto(address, wait_until="networkidle")
    page.screenshot(path=str(to))
    if to.stat().st_size > MOST:
        sys.exit(f"{to} has {to.stat().st_size:,} bytes; at most {MOST:,} are allowed.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
