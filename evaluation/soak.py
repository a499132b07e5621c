"""Watch a web that misbehaves, kill the watcher three times, and count what was lost, doubled or asked too often.

    python -m evaluation.soak [--minutes 20] [--feeds 200] [--articles 20000] [--faults 0.08] [--seed 0]

`evaluation.flaky_site` serves feeds on 127.0.0.1 in which articles appear for two thirds of the time; the rest is for
what had to be tried again, and a busy machine has longer. `detente.watch` follows them in a process of its own,
which is killed (SIGKILL) three times and started again, and is ended by SIGTERM when nothing waits any more. Then each
article must be in the ledger once, or be excluded once for the reason that it was made for; each alert must stand once
in its file and have come to the webhook; and no host may have been asked more often than it allows. Exit code 1 where
any of this is not so.

The process is told to ask this machine, which no command and no setting does: it makes its own `Fetcher`, whose names
are those of the sites and no others.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import msgspec

from detente.config import Config
from detente.deliveries import Ways
from detente.fetch import Fetcher
from detente.integrity import faults
from detente.ledger import open_ledger
from detente.watch import watch
from detente.watchfile import AlertSettings, FeedSettings, Watch
from detente.watchstate import State, state_path
from evaluation.flaky_site import KINDS, Site, resolver

KILLS = 3
DELAY = 0.25  # seconds between two requests to one host
WINDOW = 10.0  # seconds in which requests to a host are counted
LATENCY = 0.05  # seconds by which one of them may have been longer on its way than another
PATIENCE = 120.0  # seconds that a busy machine has beyond twice the time
LEAST = 5  # requests that a process has made when it is killed, so that it is killed at work
WARM = 0.3  # share of the last process's life after which its memory counts
CONFIG = Config(fetch_delay=DELAY, fetch_seconds=3.0, fetch_wait=5.0, fetch_tries=2)


class Plan(msgspec.Struct, frozen=True):
    """What the process that watches is told."""

    ledger: str
    watched: Watch


class Result(msgspec.Struct, frozen=True):
    """What a soak found. `lost`, `doubled` and `wrong` (excluded, and should not be, or otherwise) are numbers of
    articles; `rate` is the most requests to a host in WINDOW, divided by what is allowed; memory is in MiB."""

    appeared: int
    coded: int
    excluded: int
    lost: tuple[int, ...]
    doubled: tuple[int, ...]
    wrong: tuple[int, ...]
    faults: tuple[str, ...]
    requests: int
    met: dict[str, int]
    kills: int
    rate: float
    rate_host: str
    alerts: int
    in_file: int
    at_webhook: int
    memory: tuple[float, float]
    seconds: float

    @property
    def is_good(self) -> bool:
        told = self.alerts == self.in_file == self.at_webhook
        return not (self.lost or self.doubled or self.wrong or self.faults) and self.rate <= 1.0 and told


def work(plan: Plan) -> None:
    """Watch until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    watch(
        Path(plan.ledger),
        plan.watched,
        config=CONFIG,
        ways=Ways(print, resolver=resolver, first_pause=1.0),
        stop=stop,
        make_fetcher=lambda config, turns: Fetcher(config, politeness=turns, resolver=resolver, allow_private=True),
    )


def soak(folder: Path, site: Site, *, seconds: float, seed: int = 0) -> Result:
    """Watch a site for so long, and as long again and PATIENCE where something waits still; see the module."""
    ledger, plan = folder / "soak.detente", folder / "plan.json"
    plan.write_bytes(msgspec.json.encode(_plan(folder, site, ledger), enc_hook=str))
    chance, began, kills = random.Random(seed), time.monotonic(), 0
    site.begin()
    last = began + 2 * seconds + PATIENCE
    for part in range(KILLS):
        worker, asked = _start(plan), site.requests()
        end = began + seconds * 0.22 * (part + chance.uniform(0.7, 1.2))
        while worker.poll() is None and time.monotonic() < last:
            time.sleep(chance.uniform(0.02, 0.2))
            if time.monotonic() > end and site.requests() > asked + LEAST:
                break
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            kills += 1
        worker.wait()
    worker, sizes = _start(plan), list[float]()
    while time.monotonic() < last and worker.poll() is None:
        time.sleep(min(2.0, seconds / 20))
        sizes.append(_resident(worker.pid))
        if site.appeared() == site.articles and _is_drained(ledger, site.articles):
            break
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
    return _count(folder, ledger, site, kills, sizes, time.monotonic() - began)


def _plan(folder: Path, site: Site, ledger: Path) -> Plan:
    every = max(1.5, site.feeds / 15)  # with all feeds, fifteen looks a second at most
    feeds = tuple(FeedSettings(site.feed_url(n), every, full_text=not site.own_text(n)) for n in range(site.feeds))
    alert = AlertSettings(
        name="sanctions",
        event=("SANCTION",),
        stdout=False,
        file=folder / "alerts.jsonl",
        webhook=f"http://hook.soak.example:{site.port}/hook",
        allow_private=True,
    )
    return Plan(str(ledger), Watch(feeds, (), (alert,), retry=1.0, tries=10))


def _start(plan: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "evaluation.soak", "--worker", str(plan)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def _resident(process: int) -> float:
    """MiB that a process has in memory, 0 where that cannot be told."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _is_drained(ledger: Path, articles: int) -> bool:
    """Whether all articles have been seen, nothing waits, and no alert is on its way."""
    if not state_path(ledger).exists():
        return False
    with State(state_path(ledger), read_only=True) as state:
        [(seen, waiting)] = state.rows(
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE state IN ('waiting', 'fetched')) FROM entries"
        )
        [(open_,)] = state.rows("SELECT COUNT(*) FROM deliveries WHERE state = 'open'")
    return bool(seen >= articles and not waiting and not open_)


def _count(folder: Path, ledger: Path, site: Site, kills: int, sizes: list[float], seconds: float) -> Result:
    """Set what is in the ledger against what appeared."""
    appeared = site.appeared()
    with open_ledger(ledger, read_only=True) as opened:
        # superseded versions count too: no article was changed
        coded = Counter(_number(url or source) for url, source in opened.rows("SELECT url, source FROM articles"))
        reasons = [(_number(source), reason) for source, reason in opened.rows("SELECT source, reason FROM exclusions")]
        broken = tuple(str(fault) for fault in faults(opened))
    excluded = Counter(number for number, _ in reasons)
    both = coded + excluded
    wrong = {number for number, reason in reasons if site.expected(number) != reason}
    wrong |= {number for number in coded if site.expected(number) != "coded"}
    with State(state_path(ledger), read_only=True) as state:
        [(alerts,)] = state.rows("SELECT COUNT(*) FROM facts")
    file = folder / "alerts.jsonl"
    lines = [msgspec.json.decode(line)["id"] for line in file.read_bytes().splitlines()] if file.exists() else []
    rate, host = max((rate_of(times, site.delay(host, DELAY)), host) for host, times in _times(site).items())
    warm = sizes[int(len(sizes) * WARM) :] or [0.0]
    return Result(
        appeared=appeared,
        coded=len(coded),
        excluded=len(excluded),
        lost=tuple(sorted(set(range(appeared)) - set(both))),
        doubled=tuple(sorted(number for number, times in both.items() if times > 1)),
        wrong=tuple(sorted(wrong)),
        faults=broken,
        requests=sum(len(times) for times in site.asked.values()),
        met=dict(site.met),
        kills=kills,
        rate=rate,
        rate_host=host,
        alerts=alerts,
        in_file=len(lines) if len(lines) == len(set(lines)) else -len(lines),
        at_webhook=len(site.posts),
        memory=(warm[0], max(warm[-5:])),
        seconds=seconds,
    )


def _times(site: Site) -> dict[str, list[float]]:
    """When each host was asked for anything but robots.txt."""
    return {
        host: [moment for moment, path in asked if path != "/robots.txt"]
        for host, asked in site.asked.items()
        if not host.startswith("hook.")
    }


def rate_of(times: list[float], delay: float) -> float:
    """The most requests in WINDOW, divided by those that the delay allows."""
    most, start = 0, 0
    for end, moment in enumerate(times):
        while moment - times[start] > WINDOW - LATENCY:
            start += 1
        most = max(most, end - start + 1)
    return most / (int(WINDOW / delay) + 1)


def _number(address: str) -> int:
    found = re.search(r"/(?:a|forbidden)/(\d+)", address)
    return int(found[1]) if found else -1


def print_result(found: Result) -> None:
    """The result in lines for people."""
    met = ", ".join(f"{number:,} {name}" for name, number in sorted(found.met.items()))
    print(f"{found.appeared:,} articles appeared; {found.requests:,} requests in {found.seconds:,.0f} s")
    print(f"faults met: {met or 'none'}; killed {found.kills} times")
    print(f"coded {found.coded:,}, excluded {found.excluded:,} (as they were made to be)")
    for name in ("lost", "doubled", "wrong"):
        numbers = getattr(found, name)
        print(f"{name}: {len(numbers)}{f' ({numbers[:10]})' if numbers else ''}")
    print(f"faults of the ledger: {'; '.join(found.faults) or 'none'}")
    print(f"alerts: {found.alerts:,} found, {found.in_file:,} in the file, {found.at_webhook:,} at the webhook")
    before, after = found.memory
    print(f"memory of the last process: {before:,.0f} MiB when warm, {after:,.0f} MiB at the end")
    print(f"highest rate of a host: {found.rate:.2f} of what is allowed ({found.rate_host})")
    print("good" if found.is_good else "NOT good")


def main() -> None:
    """Run a soak and print what it found."""
    if sys.argv[1:2] == ["--worker"]:
        work(msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Plan, dec_hook=lambda kind, value: kind(value)))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--faults", type=float, default=0.08)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    seconds = args.minutes * 60
    if args.feeds < len(KINDS):
        parser.error(f"--feeds is {args.feeds}; it must be at least {len(KINDS)}, one of each kind.")
    with (
        tempfile.TemporaryDirectory() as folder,
        Site(feeds=args.feeds, articles=args.articles, span=seconds * 2 / 3, share=args.faults, seed=args.seed) as site,
    ):
        found = soak(Path(folder), site, seconds=seconds, seed=args.seed)
    print_result(found)
    raise SystemExit(0 if found.is_good else 1)


if __name__ == "__main__":
    main()
