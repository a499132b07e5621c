"""One process that watches into a ledger, and each host in its turn, also over restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detente.errors import LedgerError
from detente.politeness import Politeness
from detente.watchstate import LONGEST_QUIET, State, host_worker

MANY_HOSTS = 5_000
"""Hosts whose turns are held in memory before those that are over are let go (ours)."""


def is_watched(ledger: Path) -> bool:
    """Whether a process is watching into this ledger now."""
    lock = _lock_path(ledger)
    if not lock.exists():
        return False
    connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


@contextmanager
def only_one(ledger: Path) -> Iterator[None]:
    """While inside, no other process watches into this ledger; the lock ends with the process, however it ends.

    Raises LedgerError where another one does.
    """
    connection = sqlite3.connect(_lock_path(ledger), timeout=1, isolation_level=None)  # `is_watched` takes it shortly
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise LedgerError(f"Another process watches into {ledger} already; end it first.") from error
        yield
    finally:
        connection.close()


def _lock_path(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".watch-lock")


class RememberedTurns(Politeness):
    """Politeness that outlives the process: when a host may be asked next is written down before it is asked."""

    def __init__(self, state: State, **clocks: Callable[..., Any]) -> None:
        super().__init__(**clocks)
        self._state = state
        now, wall = self.clock(), state.clock()
        self._next = {
            host: now + moment - wall
            for host, moment in state.rows("SELECT host, not_before FROM hosts WHERE not_before > ?", wall)
        }

    def wait(self, host: str, *, delay: float, most: float) -> None:
        super().wait(host, delay=delay, most=most)
        self._keep(host)

    def hold(self, host: str, seconds: float) -> None:
        super().hold(host, min(seconds, LONGEST_QUIET))
        self._keep(host)

    def _keep(self, host: str) -> None:
        with self._lock:
            now = self.clock()
            moment = self._state.clock() + self._next[host] - now
            if len(self._next) > MANY_HOSTS:
                self._next = {name: turn for name, turn in self._next.items() if turn > now}
        self._state.execute(
            "INSERT INTO hosts VALUES (?, ?, ?) ON CONFLICT (host) DO UPDATE SET not_before = excluded.not_before",
            *(host, host_worker(host, self._state.workers), moment),
        )
