"""Reading many inputs into a ledger, once each: a rerun goes on where the last one stopped.

Articles that the ledger has a reading of by the same coder, model, codebook and settings are not read again;
their events are taken from it. Each article is stored in a transaction of its own, so whatever stops the run
loses at most one. Every so many articles, and at the end, what is new is linked (`detente.memory`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Literal

from detente import memory, pipeline
from detente.config import Config
from detente.errors import LedgerError
from detente.ledger import Ledger
from detente.ownactors import read_own_actors
from detente.records import Article, Coded, Exclusion

State = Literal["done", "interrupted", "failed"]


@dataclass
class Tally:
    """What a run did so far. `skipped` articles were read by an earlier run; `events` counts theirs too;
    `revised` articles, among those coded or empty, replaced an older version or reading."""

    coded: int = 0
    empty: int = 0
    excluded: int = 0
    skipped: int = 0
    revised: int = 0
    events: int = 0

    @property
    def articles(self) -> int:
        """Articles that were read, now or before."""
        return self.coded + self.empty + self.skipped


def code_inputs(
    inputs: Iterable[Article | Exclusion],
    *,
    config: Config,
    tally: Tally,
    jobs: int = 1,
    ledger: Ledger | None = None,
    command: str = "",
) -> Generator[Coded | Exclusion, None, None]:
    """Code inputs and keep them in the ledger, if there is one; what comes out has the order of the inputs.

    `tally` is brought up to date as the results come. The run in the ledger is closed as done, or as
    interrupted or failed where this ends early.
    """
    if ledger is None:
        yield from _Coding(config, tally, None, 0, "").results(inputs, jobs)
        return
    who, settings = pipeline.provenance(), settings_of(config)
    run = ledger.begin_run(coder=who.coder, model=who.model, codebook=who.codebook, settings=settings, command=command)
    state: State = "failed"
    try:
        yield from _Coding(config, tally, ledger, run, settings).results(inputs, jobs)
        state = "done"
    except (KeyboardInterrupt, GeneratorExit):
        state = "interrupted"
        raise
    finally:
        with suppress(LedgerError) if state == "failed" else nullcontext():  # the first error is the one to tell
            ledger.end_run(
                run,
                state=state,
                coded=tally.coded,
                empty=tally.empty,
                excluded=tally.excluded,
                skipped=tally.skipped,
            )


def settings_of(config: Config) -> str:
    """The settings that change what is read from an article, as they are noted with a reading.

    Own actors are noted by a hash of their files' content, so that a changed file makes a new reading.
    Raises ConfigError for files that cannot be read.
    """
    own = read_own_actors(config.actors)
    told = [f"min_confidence={config.min_confidence}"] * (config.min_confidence is not None)
    return " ".join([*told, *[f"actors={own.key}"] * bool(own.key)])


class _Coding:
    """One pass over inputs. `_waiting` holds, in input order, what is done already and a None for each article
    that the pipeline still has."""

    def __init__(self, config: Config, tally: Tally, ledger: Ledger | None, run: int, settings: str) -> None:
        self._config = config
        self._tally = tally
        self._ledger = ledger
        self._run = run
        self._settings = settings
        self._waiting: deque[Article | Exclusion | None] = deque()
        self._who = pipeline.provenance()
        self._stored = 0

    def results(self, inputs: Iterable[Article | Exclusion], jobs: int) -> Iterator[Coded | Exclusion]:
        for coded in pipeline.code_articles(self._to_code(inputs), config=self._config, jobs=jobs):
            yield from self._ready()
            self._waiting.popleft()
            self._store(coded)
            yield coded
        yield from self._ready()
        if self._ledger is not None:
            memory.update(self._ledger)

    def _to_code(self, inputs: Iterable[Article | Exclusion]) -> Iterator[Article]:
        """The articles to be read; everything else is put where it belongs in the order."""
        for found in inputs:
            if isinstance(found, Exclusion):
                self._exclude(found)
            elif self._is_read(found):
                self._tally.skipped += 1
                self._waiting.append(found)
            else:
                self._waiting.append(None)
                yield found

    def _ready(self) -> Iterator[Coded | Exclusion]:
        """What need not wait for the pipeline."""
        while self._waiting and (item := self._waiting[0]) is not None:
            self._waiting.popleft()
            if isinstance(item, Exclusion):
                yield item
            elif self._ledger is not None:
                events = self._ledger.article_events(item.id)
                self._tally.events += len(events)
                yield Coded(item, tuple(events))

    def _exclude(self, exclusion: Exclusion) -> None:
        self._tally.excluded += 1
        self._waiting.append(exclusion)
        if self._ledger is not None:
            self._ledger.exclude(exclusion, self._run)

    def _is_read(self, article: Article) -> bool:
        return self._ledger is not None and self._ledger.has_reading(
            article,
            coder=self._who.coder,
            model=self._who.model,
            codebook=self._who.codebook,
            settings=self._settings,
        )

    def _store(self, coded: Coded) -> None:
        stored = self._ledger.store(coded, self._run) if self._ledger is not None else "new"
        self._stored += 1
        if self._ledger is not None and self._stored % memory.BATCH == 0:
            memory.update(self._ledger)
        self._tally.events += len(coded.events)
        self._tally.revised += stored == "revised"
        if stored == "unchanged":  # the same article came twice
            self._tally.skipped += 1
        elif coded.events:
            self._tally.coded += 1
        else:
            self._tally.empty += 1
