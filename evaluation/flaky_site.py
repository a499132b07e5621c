"""A web of feeds and articles on this machine that misbehaves: for `evaluation.soak` and its tests.

`Site` has `feeds` feeds (RSS, Atom, JSON Feed, sitemaps) on half as many hosts `site-N.soak.example`, in which
`articles` articles appear one after the other while it runs. A share of the requests meets a passing fault; some
articles are never to be had. All names lead to 127.0.0.1, by `resolver`, and no other name does. Texts are made of
templates and word lists of our own.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

DOMAIN = ".soak.example"
SHOWN = 40  # entries that a feed shows, the newest
STRICT = 10  # every so many hosts asks for STRICT_DELAY in its robots.txt
STRICT_DELAY = 1.0
FAULTS = ("429", "500", "503", "reset", "silence", "loris", "short", "cut-feed")
KINDS = ("rss", "atom", "json", "sitemap")

Fate = Literal["coded", "loop", "gone", "forbidden"]

_STATES = (
    "Japan France Brazil India Egypt Kenya Norway Peru Chile Turkey Greece Poland Spain Italy Mexico Nigeria Vietnam"
    " Thailand Malaysia Indonesia Australia Canada Germany Sweden Finland Denmark Austria Hungary Romania Bulgaria"
    " Morocco Algeria Tunisia Ethiopia Uganda Ghana Senegal Argentina Colombia Ecuador"
).split()
_ACTS = (
    "{a} imposed sanctions on {b} over {n} {things}.",
    "The foreign minister of {a} met the foreign minister of {b} to talk about {n} {things}.",
    "{a} accused {b} of hiding {n} {things}.",
    "{a} and {b} signed an agreement on {n} {things}.",
    "{a} sent {n} {things} as aid to {b}.",
    "{a} rejected a demand by {b} to return {n} {things}.",
    "{a} expelled {n} diplomats of {b} after a quarrel about {things}.",
)
_NOUNS = (
    "harbour lantern orchard tunnel meadow ferry granary valley mill quarry bridge viaduct cannery depot reservoir"
    " archive terrace pavilion foundry vineyard causeway lighthouse sawmill brewery observatory nursery barge wharf"
).split()
_THINGS = "tractors turbines containers vessels engines parcels barrels cables generators wagons crates pumps".split()
_VERBS = "passed beside crossed overlooked bordered faced skirted reached circled followed".split()
_ADJECTIVES = "old narrow painted quiet northern crowded stony leafy distant empty bright windy low wooden".split()


def resolver(host: str, port: int) -> Sequence[str]:
    """Names of these sites are this machine; there are no others."""
    if not host.endswith(DOMAIN):
        raise OSError(f"{host} is no host of the soak")
    return ["127.0.0.1"]


def text_of(number: int) -> list[str]:
    """The paragraphs of an article: what happened, and what else there was to see."""
    chance = random.Random(number)
    one, other = chance.sample(_STATES, 2)
    act = chance.choice(_ACTS).format(a=one, b=other, n=chance.randint(11, 9999), things=chance.choice(_THINGS))
    return [act, _scenery(chance, 1), _scenery(chance, 1) + f" This was report {number}."]


def _scenery(chance: random.Random, sentences: int) -> str:
    def thing() -> str:
        return f"the {chance.choice(_ADJECTIVES)} {chance.choice(_NOUNS)}"

    return " ".join(
        f"{thing().capitalize()} {chance.choice(_VERBS)} {thing()} and {chance.choice(_VERBS)} {thing()}"
        f" near {thing()} {chance.randint(100, 999)}."
        for _ in range(sentences)
    )


class Site:
    """The sites; a context manager that serves while inside. `share` of requests meet a fault, drawn with `seed`.

    Articles appear over `span` seconds from `begin` on. What was asked of each host, and when, is in `asked`.
    """

    def __init__(self, *, feeds: int, articles: int, span: float, share: float, seed: int = 0) -> None:
        self.feeds, self.articles, self.span, self.share = feeds, articles, span, share
        self.hosts = max(1, feeds // 2)
        self.asked: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        self.met: Counter[str] = Counter()
        self.posts: Counter[str] = Counter()
        self.began = float("inf")
        self.lock, self.chance = threading.Lock(), random.Random(seed)
        self.ending = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Site:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    def begin(self) -> None:
        """From now on articles appear."""
        self.began = time.monotonic()

    def appeared(self) -> int:
        """How many articles have appeared; they are numbered in their order."""
        share = max(0.0, time.monotonic() - self.began) / self.span
        return min(self.articles, int(self.articles * share))

    def requests(self) -> int:
        """How many there have been."""
        with self.lock:
            return sum(map(len, self.asked.values()))

    def host_of(self, feed: int) -> str:
        return f"site-{feed % self.hosts}{DOMAIN}"

    def feed_url(self, feed: int) -> str:
        return f"http://{self.host_of(feed)}:{self.port}/feed/{feed}"

    def own_text(self, feed: int) -> bool:
        """Whether the feed is set not to be followed: its entries' own texts are coded."""
        return feed % 9 == 4 and KINDS[feed % 4] != "sitemap"

    def delay(self, host: str, usual: float) -> float:
        """Seconds between two requests that a host allows."""
        return STRICT_DELAY if self._is_strict(host) else usual

    def fate(self, number: int) -> Fate:
        """What is to become of an article's page."""
        fates: dict[int, Fate] = {3: "loop", 9: "gone", 15: "forbidden"}
        return fates.get(number % 60, "coded")

    def expected(self, number: int) -> str:
        """coded, or the reason for which it is excluded; feeds have the summary of what cannot be had."""
        fate, feed = self.fate(number), number % self.feeds
        if fate == "coded" or KINDS[feed % 4] != "sitemap":
            return "coded"
        return {"loop": "redirects", "gone": "http-status", "forbidden": "robots"}[fate]

    def _is_strict(self, host: str) -> bool:
        return int(host.removeprefix("site-").removesuffix(DOMAIN)) % STRICT == 3

    # -- what is served

    def fault(self) -> str | None:
        """The fault that a request meets, if any."""
        with self.lock:
            if self.chance.random() >= self.share:
                return None
            return self.chance.choice(FAULTS)

    def robots(self, host: str) -> bytes:
        wanted = f"Crawl-delay: {STRICT_DELAY:g}\n" if self._is_strict(host) else ""
        return f"User-agent: *\nDisallow: /forbidden/\n{wanted}".encode()

    def link(self, number: int) -> str:
        path = "forbidden" if self.fate(number) == "forbidden" else "a"
        return f"http://{self.host_of(number % self.feeds)}:{self.port}/{path}/{number}"

    def feed(self, feed: int) -> tuple[bytes, str, str]:
        """A feed as it is now, its type and its ETag."""
        newest = range(feed, self.appeared(), self.feeds)[-SHOWN:]
        numbers = list(reversed(newest))
        kind = KINDS[feed % 4]
        body = {"rss": self._rss, "atom": self._atom, "json": self._json, "sitemap": self._sitemap}[kind](feed, numbers)
        media = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
        return body.encode(), media.get(kind, "application/xml"), f'"{feed}-{numbers[0] if numbers else "none"}"'

    def _rss(self, feed: int, numbers: Sequence[int]) -> str:
        day = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><title>Report {n}</title><link>{self.link(n)}</link><pubDate>{day}</pubDate>"
            f"<guid isPermaLink='false'>tag:soak.example,2026:{n}</guid>"
            f"<description>{' '.join(text_of(n))}</description></item>"
            for n in numbers
        )
        return f"<rss version='2.0'><channel><title>Soak {feed}</title>{items}</channel></rss>"

    def _atom(self, feed: int, numbers: Sequence[int]) -> str:
        day = datetime.now(UTC).date()
        entries = "".join(
            f"<entry><title>Report {n}</title><link href='{self.link(n)}'/><id>tag:soak.example,2026:{n}</id>"
            f"<published>{day}T00:00:00Z</published><summary>{' '.join(text_of(n))}</summary></entry>"
            for n in numbers
        )
        return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Soak {feed}</title>{entries}</feed>"

    def _json(self, feed: int, numbers: Sequence[int]) -> str:
        items = [
            {"id": f"{n}", "url": self.link(n), "title": f"Report {n}", "summary": " ".join(text_of(n))}
            for n in numbers
        ]
        version = "https://jsonfeed.org/version/1.1"
        return json.dumps({"version": version, "title": f"Soak {feed}", "items": items})

    def _sitemap(self, feed: int, numbers: Sequence[int]) -> str:
        day = datetime.now(UTC).date()
        urls = "".join(f"<url><loc>{self.link(n)}</loc><lastmod>{day}</lastmod></url>" for n in numbers)
        return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"

    def page(self, number: int) -> bytes:
        paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text_of(number))
        return (
            f"<!DOCTYPE html><html lang='en'><head><title>Report {number}</title></head><body><article>"
            f"<h1>Report {number}</h1>{paragraphs}</article></body></html>"
        ).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break off are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 70
    server: _Server

    def do_GET(self) -> None:
        site, host = self.server.site, self.headers.get("Host", "").partition(":")[0]
        with site.lock:
            site.asked[host].append((time.monotonic(), self.path))
        if self.path == "/robots.txt":
            self._answer(site.robots(host), "text/plain")
            return
        fault = site.fault()
        if fault == "cut-feed" and not self.path.startswith("/feed/"):
            fault = None
        if fault is not None:
            with site.lock:
                site.met[fault] += 1
            self._misbehave(fault)
            return
        number = int(re.sub(r"\D", "", self.path) or 0)
        if self.path.startswith("/feed/"):
            body, media, etag = site.feed(number)
            if self.headers.get("If-None-Match") == etag:
                self._answer(b"", media, status=304, ETag=etag)
            else:
                self._answer(body, media, ETag=etag)
        elif site.fate(number) == "loop":
            self._answer(b"", "text/html", status=302, Location=self.path)
        elif site.fate(number) == "gone":
            self._answer(b"", "text/html", status=404)
        else:
            self._answer(site.page(number), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        site = self.server.site
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with site.lock:
            fails = site.chance.random() < 0.2
            if not fails:
                site.posts[self.headers.get("Idempotency-Key", "")] += 1
        self._answer(b"", "text/plain", status=503 if fails else 204)

    def _answer(self, body: bytes, media: str, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _misbehave(self, fault: str) -> None:
        """One of FAULTS; the connection ends with it."""
        self.close_connection = True
        if fault in ("429", "500", "503"):
            wait = {"Retry_After": "2"} if fault != "500" else {}
            self._answer(b"", "text/plain", status=int(fault), **{k.replace("_", "-"): v for k, v in wait.items()})
        elif fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault == "silence":
            self._hang()
        elif fault == "loris":
            self._head("text/html", 5000)
            with suppress(OSError):
                while not self.server.site.ending.wait(0.5):
                    self.wfile.write(b"<")
                    self.wfile.flush()
        elif fault == "short":
            self._head("text/html", 5000)
            self.wfile.write(b"<html><body><p>It breaks off")
        else:  # a feed that ends in the middle, with a length that says it is whole
            body, media, etag = self.server.site.feed(int(re.sub(r"\D", "", self.path)))
            self._answer(body[: len(body) * 2 // 3], media, ETag=etag)

    def _head(self, media: str, length: int) -> None:
        self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\r\n".encode())
        self.wfile.flush()

    def _hang(self) -> None:
        """Say nothing until the other side gives up."""
        self.connection.settimeout(60)
        with suppress(OSError):
            self.connection.recv(1)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is printed."""
