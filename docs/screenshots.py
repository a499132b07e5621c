"""Make the pictures of the page that the README shows: python docs/screenshots.py LEDGER. Needs chromium."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from detente.page import serve_page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SHOTS = {"dyad.png": "/dyad/JPN-KOR"}


def main(ledger: Path) -> None:
    ready = threading.Event()
    home: list[str] = []

    def served(address: str) -> None:
        home.append(address.rstrip("/"))
        ready.set()

    threading.Thread(target=serve_page, args=(ledger,), kwargs={"port": 0, "ready": served}, daemon=True).start()
    ready.wait(timeout=20)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 860})
        for name, path in SHOTS.items():
            page.goto(home[0] + path)
            page.screenshot(path=str(Path(__file__).with_name(name)))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
