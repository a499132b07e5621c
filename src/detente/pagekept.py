"""Answers that take long, kept between requests: an old one is given at once while a new one is being worked out.

An answer belongs to a state of the ledger's file. Where the file has changed since, the old answer is given for up to
STALE seconds more, and a thread works out the new one; so a page that is asked for often never waits for it twice. What
must never be old is asked for with `stale=0`.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from detente.ledger import Ledger, open_ledger

STALE = 300.0
MOST = 256  # answers that are kept, the latest asked for

_Answer = TypeVar("_Answer")


class _Kept(NamedTuple):
    state: tuple[int, ...]
    made: float
    answer: Any


_answers: OrderedDict[Hashable, _Kept] = OrderedDict()
_working: set[Hashable] = set()
_lock = threading.Lock()


def kept(ledger: Ledger, question: Hashable, work: Callable[[Ledger], _Answer], *, stale: float = STALE) -> _Answer:
    """The answer to a question about a ledger; `work` finds it, and has to find the same for the same question.

    An answer from before the ledger changed is given for `stale` seconds at most.
    """
    path = ledger.path.absolute()
    name, state = (path, question), _state(path)
    with _lock:
        found = _answers.get(name)
        if found is not None:
            _answers.move_to_end(name)
        fresh = found is not None and found.state == state
        usable = found is not None and (fresh or time.monotonic() - found.made < stale)
        begin = usable and not fresh and name not in _working
        if begin:
            _working.add(name)
    if begin:
        threading.Thread(target=_renew, args=(path, name, work), daemon=True).start()
    if usable and found is not None:
        return cast(_Answer, found.answer)
    return _keep(name, state, work(ledger))


def _renew(path: Path, name: Hashable, work: Callable[[Ledger], object]) -> None:
    try:
        state = _state(path)
        with open_ledger(path, read_only=True) as ledger:
            _keep(name, state, work(ledger))
    finally:
        with _lock:
            _working.discard(name)


def _keep(name: Hashable, state: tuple[int, ...], answer: _Answer) -> _Answer:
    with _lock:
        _answers[name] = _Kept(state, time.monotonic(), answer)
        _answers.move_to_end(name)
        while len(_answers) > MOST:
            _answers.popitem(last=False)
    return answer


def _state(path: Path) -> tuple[int, ...]:
    """What changes whenever the ledger is written: sizes and times of its file and of its log where there is anything
    in it; who only reads may make an empty one."""
    found: list[int] = []
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists() and (status := file.stat()).st_size:
            found += [status.st_mtime_ns, status.st_size]
    return tuple(found)
