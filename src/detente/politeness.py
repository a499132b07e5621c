"""How a site wants to be asked: its robots.txt, and the time between two requests.

The rules are RFC 9309's, read by Protego. A site whose robots.txt cannot be had because it is in trouble is not
asked; one that has none may be.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import msgspec

from detente.errors import InputError

AGENT = "detente"
"""The name by which a robots.txt speaks to this program (the product token of RFC 9309, section 2.2.1)."""

ROBOTS_BYTES = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309, section 2.5, asks for at least 500 kibibytes."""

ROBOTS_SECONDS = 24 * 3600.0
"""How long a robots.txt is good for (RFC 9309, section 2.4)."""

TROUBLE_SECONDS = 600.0
"""How long a site that is in trouble is left alone before its robots.txt is asked for again."""


def user_agent(contact: str = "") -> str:
    """What a server is told: name and version, and where its owner can complain, if the user gave that."""
    about = "; ".join(["event data from news", *([contact] if contact else [])])
    return f"{AGENT}/{version('detente')} ({about})"


class Rules(msgspec.Struct, frozen=True):
    """What one site allows, until the clock shows `until`. `parsed` is its robots.txt, None for one that allows or,
    with `trouble`, forbids all."""

    until: float
    parsed: Any = None
    trouble: str = ""

    def check(self, url: str) -> None:
        """Raises InputError with `robots` for an address that is not allowed."""
        if self.trouble:
            detail = f"Its robots.txt cannot be had ({self.trouble}), so nothing is asked."
            raise InputError("robots", detail, passing=True)
        if self.parsed is not None and not self.parsed.can_fetch(url, AGENT):
            raise InputError("robots", f"The site's robots.txt forbids it to {AGENT}.")

    @property
    def delay(self) -> float:
        """Seconds that the site wants between two requests; 0 where it says nothing."""
        if self.parsed is None:
            return 0.0
        rate = self.parsed.request_rate(AGENT)
        return max(self.parsed.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)


def read_rules(status: int, body: bytes, now: float) -> Rules:
    """The rules in the answer to a request for robots.txt: 4xx means that there are none, but for 429."""
    from protego import Protego

    if 200 <= status < 300:
        text = body[:ROBOTS_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
        return Rules(now + ROBOTS_SECONDS, Protego.parse(text))
    if 400 <= status < 500 and status != 429:
        return Rules(now + ROBOTS_SECONDS)
    return Rules(now + TROUBLE_SECONDS, trouble=f"status {status}")


class Politeness:
    """When each host may be asked next. One object can serve several threads, and should serve all of a process.

    `clock` and `sleep` are those of `time`; a test gives its own.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.clock, self.sleep = clock, sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, *, delay: float, most: float) -> None:
        """Wait until the host may be asked, and book the time after it: it is asked again no sooner than in `delay`.

        Raises InputError with `wait` where that would take longer than `most`; nothing is booked then.
        """
        with self._lock:
            now = self.clock()
            turn = max(now, self._next.get(host, now))
            if turn - now > most:
                detail = f"{host} wants {turn - now:,.0f} seconds of quiet; the longest wait is {most:g}"
                raise InputError("wait", f"{detail} (fetch_wait). Ask again later.", passing=True)
            self._next[host] = turn + delay
        if turn > now:
            self.sleep(turn - now)

    def hold(self, host: str, seconds: float) -> None:
        """The host asked not to be asked for so long."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), self.clock() + seconds)
