"""How fast the web page is on a ledger: time at the server, weight on the wire, and when the browser first paints.

    python -m evaluation.page_speed million.detente [--requests 20] [--paints 3]

Each page is asked for once before it is measured, as its first answer of a day may be worked out then ("first"); p50
and p95 are of the requests after that. "worked" is the median of the processor's time, which other programs on the
machine do not change. Weight is what a browser that comes for the first time is sent, Brotli and gzip as the server
offers them, with all that the page loads by itself. The first contentful paint (https://www.w3.org/TR/paint-timing/) is
the browser's own measure, with nothing in its store; it needs chromium and the extra dev.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from starlette.testclient import TestClient

from detente.ledger import open_ledger
from detente.page import page_app, serve_page
from detente.pagetext import in_path

DYADS = ("USA-CHN", "RUS-UKR", "ISR-PSE", "IRN-USA")
SERVER = 0.080  # seconds, p95: what the page is held to
PAINT = 0.6  # seconds
WEIGHT = 700_000  # bytes
SETTLE = 1500  # milliseconds after the page is loaded in which its scripts may ask for data
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


class Served(NamedTuple):
    """Seconds at the server: of the first request, the median and the 95th centile after it, and of the processor."""

    first: float
    p50: float
    p95: float
    worked: float


class Painted(NamedTuple):
    """Seconds to the first contentful paint, the median of some visits, and the bytes of the first one."""

    paint: float
    weight: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--paints", type=int, default=3, help="visits of each page by a browser; 0 for none")
    parser.add_argument("--only", default="", help="only addresses that begin so")
    given = parser.parse_args()
    addresses = [each for each in addresses_of(given.ledger) if each.startswith(given.only)]
    client = TestClient(page_app(given.ledger), base_url="http://127.0.0.1")
    served = {address: serve(client, address, given.requests) for address in addresses}
    painted = {}
    if given.paints:
        with _site(given.ledger) as site, _browser() as browser:
            painted = {address: paint(browser, site + address, given.paints) for address in addresses}
    print(f"{given.ledger.name}: p95 within {1000 * SERVER:.0f} ms, paint within {PAINT} s, {WEIGHT / 1000:.0f} kB")
    print(f"{'page':<44}{'first':>8}{'p50':>8}{'p95':>8}{'worked':>8}{'kB':>8}{'paint':>8}")
    for address in addresses:
        print(_line(address, served[address], painted.get(address)))


def addresses_of(path: Path) -> list[str]:
    """One address of each kind of page: of the newest act and its article, and of the largest dyads."""
    with open_ledger(path, read_only=True) as ledger:
        act = ledger.row(
            "SELECT acts.id, events.article FROM acts JOIN events ON events.row = acts.row"
            " WHERE acts.status = 'actual' ORDER BY acts.reports DESC, acts.date_start DESC LIMIT 1"
        )
    event, article = act or ("", "")
    own = [f"/event/{in_path(event)}", f"/follow/{in_path(event)}", f"/article/{in_path(article)}"] if act else []
    parts = [f"/dyad/{DYADS[0]}/{part}" for part in ("series.json", "pledges", "disputes", "conflicts", "brief")]
    return [
        "/", *(f"/dyad/{pair}" for pair in DYADS), *parts, *own, "/state/USA", "/actor/USA", "/network", "/map",
        "/map.json", "/search?q=sanctions", "/search?q=talks&dyad=USA-CHN", "/search?q=ceasefire&in=articles",
        "/coverage", "/add", "/api",
    ]  # fmt: skip


def serve(client: TestClient, address: str, requests: int) -> Served:
    """Ask for a page, once and then some times. Raises RuntimeError where it answers with anything but 200."""
    took, worked = [], []
    for _ in range(requests + 1):
        began, used = time.perf_counter(), time.process_time()
        status = client.get(address).status_code
        took.append(time.perf_counter() - began)
        worked.append(time.process_time() - used)
        if status != 200:
            raise RuntimeError(f"{address} answers {status}.")
    return Served(took[0], statistics.median(took[1:]), _centile(took[1:], 0.95), statistics.median(worked[1:]))


def paint(browser: Any, address: str, visits: int) -> Painted:
    """Visit a page, each time with an empty store."""
    paints, weights = [], []
    for _ in range(visits):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        tab = context.new_page()
        session = context.new_cdp_session(tab)
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event, to=received: to.append(event["encodedDataLength"]))
        session.send("Network.enable")
        tab.goto(address, wait_until="load")
        tab.wait_for_timeout(SETTLE)
        paints.append(tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1") / 1000)
        weights.append(sum(received))
        context.close()
    return Painted(statistics.median(paints), int(weights[0]))


def _centile(values: Sequence[float], at: float) -> float:
    """The nearest-rank centile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]


def _line(address: str, served: Served, painted: Painted | None) -> str:
    times = "".join(f"{1000 * seconds:8.0f}" for seconds in served)
    over = ["slow"] if served.p95 > SERVER else []
    shown = " " * 16
    if painted:
        shown = f"{painted.weight / 1000:8.0f}{painted.paint:8.2f}"
        over += ["heavy"] if painted.weight > WEIGHT else []
        over += ["late"] if painted.paint > PAINT else []
    return f"{address[:43]:<44}{times}{shown}  {' '.join(over)}".rstrip()


@contextmanager
def _site(path: Path) -> Iterator[str]:
    """The page, served by a thread that ends with this process; its address without the last slash."""
    addresses: list[str] = []
    begun = threading.Event()

    def ready(address: str) -> None:
        addresses.append(address.removesuffix("/"))
        begun.set()

    threading.Thread(target=serve_page, args=(path,), kwargs={"port": 0, "ready": ready}, daemon=True).start()
    if not begun.wait(30):
        raise RuntimeError("The page did not begin to be served.")
    yield addresses[0]


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    flags = FLAGS if os.geteuid() == 0 else FLAGS[1:]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(flags))
        yield opened
        opened.close()


if __name__ == "__main__":
    main()
