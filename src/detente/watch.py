"""Following feeds, sitemaps and folders for ever: what is new is fetched, coded, linked, and told where it was asked.

Threads ask, each its own hosts, one request at a time; the main thread codes what they bring, in the order in which it
came, and looks whether an alert is to be told. All they share is what `watchstate` remembers, so a process that is
killed at any moment goes on where it was.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from detente import memory
from detente.alerts import look_for_facts, set_alerts
from detente.coding import State as RunState
from detente.coding import Tally
from detente.config import Config
from detente.deliveries import Ways, deliver_due
from detente.errors import DetenteError, InputError, LedgerError
from detente.fetch import Fetcher
from detente.following import (
    SETTLED,
    Looked,
    article_of_entry,
    given_up,
    host_of,
    look_at_feed,
    look_at_folder,
)
from detente.ledger import open_ledger
from detente.politeness import ROBOTS_SECONDS, Politeness
from detente.records import Exclusion
from detente.watchcoding import Coder, first_run
from detente.watchfile import FeedSettings, FolderSettings, Watch
from detente.watchstate import Seen, Source, State, state_path
from detente.watchturns import RememberedTurns, only_one

IDLE_SECONDS = 0.5
"""Seconds of sleep where there is nothing to do (ours)."""

TROUBLE_SECONDS = 30.0
"""Seconds until the next try where a file cannot be written, because the disk is full or another has it (ours)."""

ENDING_SECONDS = 5.0
"""Seconds for which an end waits for answers that are on their way; what comes later is asked for again (ours)."""

LONGEST_RETRY = 86_400.0
"""Seconds between two tries of what keeps failing, at most (ours)."""

JITTER = 0.1
"""Share of a time by which it is shortened or lengthened by chance, so that not all comes at once (ours)."""

MakeFetcher = Callable[[Config, Politeness], Fetcher]
Tell = Callable[[str], None]


def watch(
    path: Path,
    watched: Watch,
    *,
    config: Config,
    ways: Ways,
    once: bool = False,
    tell: Tell = lambda line: None,
    stop: threading.Event | None = None,
    make_fetcher: MakeFetcher = lambda config, turns: Fetcher(config, politeness=turns),
) -> Tally:
    """Follow what is `watched` into the ledger at `path` until `stop` is set; gives what was coded.

    With `once`, everything is looked at once, and this ends when all that is new has been coded; what failed waits
    for its next try. `ways` is how alerts are delivered, `tell` gets lines on what happens, `make_fetcher` gives each
    thread what it asks with.

    Raises LedgerError where another process watches into this ledger, ConfigError where settings cannot be used.
    """
    stop = stop or threading.Event()
    with open_ledger(path) as ledger, only_one(path), State(state_path(path)) as state:
        state.belongs(first_run(ledger))
        sources = [(feed.url, "feed", host_of(feed.url)) for feed in watched.feeds]
        state.set_sources(sources + [(str(each.path), "folder", "") for each in watched.folders], watched.workers)
        memory.update(ledger)
        set_alerts(state, ledger, watched.alerts)
        if once:
            state.look_now()
        turns = RememberedTurns(state, sleep=lambda seconds: _sleep(stop, seconds))
        asking = _Asking(state, watched, config, lambda: make_fetcher(config, turns), stop, tell)
        workers = [_Worker(number, asking, 0.0 if once else SETTLED) for number in range(watched.workers)]
        coder = Coder(ledger, state, watched, config, tell, stop)
        for worker in workers:
            worker.start()
        ended: RunState = "failed"
        try:
            while not stop.is_set():
                _raise_failure(workers)
                _step(coder, watched, ways, at_once=once)
                if once and coder.is_finished():
                    break
            ended = "done"
        except KeyboardInterrupt:
            ended = "interrupted"
            raise
        finally:
            stop.set()
            end = time.monotonic() + ENDING_SECONDS
            for worker in workers:
                worker.join(timeout=max(0.0, end - time.monotonic()))
            coder.end(ended)
            ways.close()
    return coder.tally


def _step(coder: Coder, watched: Watch, ways: Ways, *, at_once: bool) -> None:
    """Code some, look for facts and deliver them; or wait a little. What cannot be written is tried again later."""
    try:
        done = coder.code_some()
        look_for_facts(coder.state, coder.ledger, watched.alerts, at_once=at_once)
        done = deliver_due(coder.state, watched.alerts, ways, tell=coder.tell) or done
    except LedgerError as error:
        coder.tell(f"waiting for {TROUBLE_SECONDS:g} s: {error}")
        coder.stop.wait(TROUBLE_SECONDS)
    else:
        if not done:
            coder.stop.wait(IDLE_SECONDS)


def _sleep(stop: threading.Event, seconds: float) -> None:
    if stop.wait(seconds):
        raise InputError("wait", "The watch is being ended.", passing=True)


def _later(seconds: float) -> float:
    """A time with its jitter."""
    return seconds * (1 + JITTER * (2 * random.random() - 1))


def _raise_failure(workers: list[_Worker]) -> None:
    for worker in workers:
        if worker.failed is not None:
            raise worker.failed


# -- asking


class _Asking(msgspec.Struct, frozen=True):
    """What all threads that ask share."""

    state: State
    watched: Watch
    config: Config
    make_fetcher: Callable[[], Fetcher]
    stop: threading.Event
    tell: Tell


class _Worker(threading.Thread):
    """Looks at the feeds of its hosts when they are due, and follows their entries, one request at a time."""

    def __init__(self, number: int, asking: _Asking, settled: float) -> None:
        super().__init__(name=f"watch-{number}", daemon=True)
        self.failed: BaseException | None = None
        self._number, self._asking, self._settled, self._entries_first = number, asking, settled, False
        self._state, self._watched = asking.state, asking.watched
        self._feeds = {feed.url: feed for feed in asking.watched.feeds}
        self._folders = {str(folder.path): folder for folder in asking.watched.folders}

    def run(self) -> None:
        stop, clock = self._asking.stop, self._state.clock
        try:
            while not stop.is_set():
                with self._asking.make_fetcher() as fetcher:  # a new one each day: it holds the rules of every site
                    end = clock() + ROBOTS_SECONDS
                    while not stop.is_set() and clock() < end:
                        if not self._ask(fetcher):
                            stop.wait(IDLE_SECONDS)
        except BaseException as error:  # noqa: BLE001 - raised by the main thread
            self.failed = error

    def _ask(self, fetcher: Fetcher) -> bool:
        """One look or one entry, if there is any; whether there was."""
        try:
            self._entries_first = not self._entries_first  # so that neither keeps a host from the other
            seen = self._state.due_entry(self._number) if self._entries_first else None
            source = None if seen else self._state.due_source(self._number)
            if seen is None and source is None:
                seen = self._state.due_entry(self._number)
            if seen is not None:
                self._follow(fetcher, seen)
            elif source is not None:
                self._look(fetcher, source)
            else:
                return False
        except LedgerError as error:
            if not self._asking.stop.is_set():
                self._asking.tell(f"waiting for {TROUBLE_SECONDS:g} s: {error}")
                self._asking.stop.wait(TROUBLE_SECONDS)
        return True

    def _look(self, fetcher: Fetcher, source: Source) -> None:
        """Ask a feed or a folder what is new."""
        settings = self._settings(source)
        try:
            if isinstance(settings, FolderSettings):
                found = look_at_folder(settings.path, before=self._state.clock() - self._settled)
            else:
                found = look_at_feed(fetcher, source, settings)
        except DetenteError as error:
            if not isinstance(error, InputError):
                raise
            failed = error
        except Exception as error:  # noqa: BLE001 - one feed must not end what runs for ever
            failed = InputError("failed", f"{type(error).__name__}: {error}")
        else:
            self._keep(source, found, settings.every)
            return
        if self._asking.stop.is_set():
            return
        pause = self._pause(source.failures)
        host = host_of(source.key) if source.kind == "feed" else ""
        self._state.poll_failed(source, failed, next_poll=self._state.clock() + pause, host=host)
        self._asking.tell(f"{source.key}: {failed.reason}: {failed}; next look in {pause:,.0f} s")

    def _keep(self, source: Source, found: Looked, every: float) -> None:
        children = [(child, host_of(child)) for child in found.children]
        address = (found.address, host_of(found.address)) if found.address else None
        new = self._state.polled(
            source,
            found.fresh,
            next_poll=self._state.clock() + _later(every),
            children=children,
            address=address,
            validators=found.validators,
            title=found.title,
        )
        if new:
            self._asking.tell(f"{source.key}: {new:,} new")

    def _follow(self, fetcher: Fetcher, seen: Seen) -> None:
        """Get the article of an entry, or note why it is not to be had, now or ever."""
        source = self._state.source(seen.feed)
        settings = self._settings(source)
        assert isinstance(settings, FeedSettings)
        config, now = self._asking.config, self._state.clock
        try:
            found, note = article_of_entry(fetcher, seen, source, settings, config)
        except InputError as error:
            if self._asking.stop.is_set():
                pass  # as if it had not been asked for
            elif error.reason == "wait":  # of its host, or of one that it redirects to; no failure of the entry
                self._state.try_later(seen, error, next_try=now() + self._pause(0), counts=False)
            elif seen.tries + 1 < self._watched.tries:
                self._state.try_later(seen, error, next_try=now() + self._pause(seen.tries))
            else:
                self._state.fetched(seen, given_up(seen, source, settings, config, error), note=error)
            return
        except DetenteError:
            raise
        except Exception as error:  # noqa: BLE001 - one page must not end what runs for ever
            found = Exclusion(seen.link or seen.key, "failed", f"{type(error).__name__}: {error}"[:500])
            note = None
        self._state.fetched(seen, found, note=note)

    def _pause(self, failures: int) -> float:
        """Seconds until the next try, after so many failures before this one."""
        return _later(min(self._watched.retry * 2.0 ** min(failures, 30), LONGEST_RETRY))

    def _settings(self, source: Source) -> FeedSettings | FolderSettings:
        """Those of a feed, of the index that named a sitemap, or, for what is not watched any more, the usual ones."""
        key = source.parent or source.key
        return self._feeds.get(key) or self._folders.get(key) or FeedSettings(key, 900.0)
