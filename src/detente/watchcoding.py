"""What was fetched, and files -> the ledger, one article after the other, each once.

An article waits in what `watchstate` remembers until the ledger has it; one that it has already is known by its
reading, so that nothing is doubled by a process that was killed in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from detente import ingest, memory, pipeline
from detente.coding import State as RunState
from detente.coding import Tally, settings_of
from detente.config import Config
from detente.errors import DetenteError, LedgerError
from detente.ledger import Ledger
from detente.records import Article, Exclusion
from detente.watchfile import Watch
from detente.watchstate import Seen, State

MOST_DEATHS = 3
"""Times that a process may die at one article before that is left out (ours)."""

FILES_AT_ONCE = 4
"""Files that are read before what is new is linked and alerts are looked at (ours)."""

CODED_AT_ONCE = 32
"""Articles that are coded before what is new is linked and alerts are looked at (ours)."""

RUN_SECONDS = 3600.0
"""Seconds after which the ledger gets a new run, so that its list of runs tells when what came in (ours)."""

Tell = Callable[[str], None]


class Coder:
    """Codes what was fetched into the ledger, and files; one run of the ledger an hour."""

    def __init__(
        self, ledger: Ledger, state: State, watched: Watch, config: Config, tell: Tell, stop: threading.Event
    ) -> None:
        self.ledger, self.state, self.tell, self.stop = ledger, state, tell, stop
        self.tally = Tally()
        self._config = config
        self._publishers = {str(folder.path): folder.publisher for folder in watched.folders}
        self._who = pipeline.provenance()
        self._settings, self._run, self._until, self._before = "", 0, 0.0, Tally()

    def code_some(self) -> bool:
        """Code and link some of what waits; whether there was any."""
        before = self.tally.articles + self.tally.excluded, self.tally.events
        waiting, files = self.state.to_code(CODED_AT_ONCE), self.state.to_read(FILES_AT_ONCE)
        for seen, found in waiting:
            if self.stop.is_set():
                return False
            if seen.tries >= MOST_DEATHS:
                found = _killed(seen)
            with self.state.reading(seen):
                outcome, reason = self._keep(found)
                self.state.done(seen, outcome, reason)
        for seen in files:
            self._read_file(seen)
        if waiting or files:
            memory.update(self.ledger)
            inputs = self.tally.articles + self.tally.excluded - before[0]
            self.tell(f"coded {inputs:,} articles, {self.tally.events - before[1]:,} events")
        return bool(waiting or files)

    def is_finished(self) -> bool:
        """Whether nothing waits but what failed, or a host that wants a longer quiet than is waited for."""
        return self.state.is_idle(self._config.fetch_wait)

    def end(self, ended: RunState) -> None:
        """Close the run."""
        if not self._run:
            return
        now, then = self.tally, self._before
        counts = {name: getattr(now, name) - getattr(then, name) for name in ("coded", "empty", "excluded", "skipped")}
        with suppress(LedgerError):  # of a full disk; what was coded is kept
            self.ledger.end_run(self._run, state=ended, **counts)
        self._run = 0

    def _read_file(self, seen: Seen) -> None:
        """Read a file and code all in it; one that is broken off is read again, and its articles are known then."""
        if seen.tries >= MOST_DEATHS:
            self.state.done(seen, *self._keep(_killed(seen)))
            return
        outcomes: dict[str, tuple[str, str] | None] = {}
        with self.state.reading(seen):
            for found in self._articles(seen):
                if self.stop.is_set():
                    return
                outcome, reason = self._keep(found)
                outcomes[outcome] = reason
            outcome = next(each for each in ("coded", "empty", "excluded") if each in outcomes)
            self.state.done(seen, outcome, outcomes.get("excluded"))

    def _articles(self, seen: Seen) -> Iterator[Article | Exclusion]:
        publisher = self._publishers.get(seen.feed)
        try:
            yield from ingest.read_path(Path(seen.key), config=self._config, publisher=publisher)
        except DetenteError:
            raise
        except Exception as error:  # noqa: BLE001 - one file must not end what runs for ever
            yield _failed(seen.key, error)

    def _keep(self, found: Article | Exclusion) -> tuple[str, tuple[str, str] | None]:
        """Code and store an article, or note why there is none; what became of it, and the reason."""
        run = self._open_run()
        if isinstance(found, Article):
            who = msgspec.structs.asdict(self._who)
            if self.ledger.has_reading(found, **who, settings=self._settings):
                self.tally.skipped += 1
                return ("coded" if self.ledger.article_events(found.id) else "empty"), None
            try:
                coded = next(pipeline.code_articles([found], config=self._config))
            except DetenteError:
                raise
            except Exception as error:  # noqa: BLE001 - one article must not end what runs for ever
                found = _failed(found.source, error)
            else:
                self.tally.revised += self.ledger.store(coded, run) == "revised"
                self.tally.events += len(coded.events)
                if coded.events:
                    self.tally.coded += 1
                    return "coded", None
                self.tally.empty += 1
                return "empty", None
        self.ledger.exclude(found, run)
        self.tally.excluded += 1
        return "excluded", (found.reason, found.detail[:500])

    def _open_run(self) -> int:
        """The run of this hour; a new one also where other settings hold, such as changed own actors."""
        settings, now = settings_of(self._config), self.state.clock()
        if self._run and now < self._until and settings == self._settings:
            return self._run
        self.end("done")
        self._settings, self._until, self._before = settings, now + RUN_SECONDS, Tally(**vars(self.tally))
        who = msgspec.structs.asdict(self._who)
        self._run = self.ledger.begin_run(**who, settings=settings, command="detente watch")
        self.state.belongs(first_run(self.ledger))
        return self._run


def _failed(source: str, error: Exception) -> Exclusion:
    return Exclusion(source, "failed", f"{type(error).__name__}: {error}"[:500])


def _killed(seen: Seen) -> Exclusion:
    return Exclusion(seen.link or seen.key, "killed", f"The process that read it died {seen.tries} times at it.")


def first_run(ledger: Ledger) -> str:
    """The moment of a ledger's first run, "" where there has been none."""
    found = ledger.row("SELECT started_at FROM runs ORDER BY id LIMIT 1")
    return str(found[0]) if found else ""
