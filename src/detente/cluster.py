"""Many shards at once: in processes of this machine, or on a Dask cluster.

Nothing that is kept depends on who makes a shard, or on what dies: `shards` sees to that. Here a piece whose process
died is given out again, and one that fails for another reason is told.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

import msgspec

from detente import pipeline
from detente.division import Piece
from detente.errors import ConfigError, DetenteError
from detente.shards import DEATHS, Job, Receipt, make_shard
from detente.storage import Store

TRIES = 5 * (DEATHS + 1)
"""Times that a piece is given out while its process dies: enough for several articles that each kill DEATHS times."""

LOCAL = "local"
_SCHEMES = ("dask://", "tcp://", "tls://")


class Failure(msgspec.Struct, frozen=True):
    """A piece of which no shard could be made, and why; its inputs are not in any shard."""

    shard: str
    source: str
    detail: str


def own_share(pieces: Sequence[Piece], share: str) -> list[Piece]:
    """The pieces of the i-th of n workers that share nothing but a folder, for a share written "i/n", i from 1.

    Raises ConfigError for anything else.

    >>> [piece.name for piece in own_share([Piece(name, ()) for name in "abcde"], "2/3")]
    ['b', 'e']
    """
    first, slash, last = share.partition("/")
    if not (slash and first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        raise ConfigError(f"{share!r} is no share of the work; write i/n with i from 1 to n, for instance 3/20.")
    return list(pieces[int(first) - 1 :: int(last)])


def make_shards(
    pieces: Sequence[Piece], job: Job, *, jobs: int = 1, cluster: str | None = None
) -> Iterator[Receipt | Failure]:
    """Make the shards of these pieces, in `jobs` processes or on a cluster; they come as they are done, in any order.

    `cluster` is "local", for a Dask cluster of `jobs` processes on this machine, or the address of a Dask scheduler,
    `dask://HOST:PORT`. With `jobs` 0 they are made in this process. Shards that are whole already come at once.

    Raises ConfigError where Dask is missing, or the scheduler does not answer or goes away.
    """
    job = msgspec.structs.replace(job, who=pipeline.provenance())
    Store(job.folder).tidy()
    if cluster is not None:
        yield from _on_cluster(pieces, job, cluster, max(1, jobs))
    elif jobs:
        yield from _in_processes(pieces, job, jobs)
    else:
        for piece in pieces:
            yield _made(piece, job)


def _made(piece: Piece, job: Job) -> Receipt | Failure:
    try:
        return make_shard(piece, job)
    except (DetenteError, OSError, MemoryError) as error:
        return _failure(piece, f"{type(error).__name__}: {error}")


def _failure(piece: Piece, detail: str) -> Failure:
    parts = piece.parts
    more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
    return Failure(piece.name, f"{parts[0].path}{more}" if parts else "a folder's list", detail)


def _died(piece: Piece) -> Failure:
    return _failure(piece, f"The process that made it died {TRIES} times. Run the command again, with fewer processes.")


# -- processes


def _in_processes(pieces: Sequence[Piece], job: Job, jobs: int) -> Iterator[Receipt | Failure]:
    """Each process has an executor of its own, so that one that dies takes no other piece with it."""
    threads = job.config.threads or max(1, (os.cpu_count() or 1) // jobs)
    job = msgspec.structs.replace(job, config=msgspec.structs.replace(job.config, threads=threads))
    waiting, tries = deque(pieces), Counter[str]()
    idle = [_process() for _ in range(min(jobs, len(pieces)))]
    busy: dict[Future[Receipt | Failure], tuple[Piece, ProcessPoolExecutor]] = {}
    try:
        while waiting or busy:
            while idle and waiting:
                piece, process = waiting.popleft(), idle.pop()
                busy[process.submit(_made_interruptibly, piece, job)] = piece, process
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                piece, process = busy.pop(future)
                error = future.exception()
                if not isinstance(error, BrokenProcessPool):
                    idle.append(process)
                    yield future.result()
                    continue
                process.shutdown()
                idle.append(_process())
                tries[piece.name] += 1
                if tries[piece.name] < TRIES:
                    waiting.appendleft(piece)
                else:
                    yield _died(piece)
    finally:
        for process in [*idle, *(process for _, process in busy.values())]:
            process.shutdown(cancel_futures=True)


def _process() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a forked onnxruntime session hangs
    return ProcessPoolExecutor(1, mp_context=context, initializer=_begin)


def _begin() -> None:
    """Leave Ctrl-C to the main process, and end with it, whatever ends it: else it would wait for ever."""
    _leave_interrupts()
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _made_interruptibly(piece: Piece, job: Job) -> Receipt | Failure:
    """Ctrl-C, which reaches every process, ends a shard that is being made; a process that waits needs no telling."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _made(piece, job)
    finally:
        _leave_interrupts()


# -- Dask


def _on_cluster(pieces: Sequence[Piece], job: Job, address: str, jobs: int) -> Iterator[Receipt | Failure]:
    with _client(address, jobs) as client:
        dask = _dask()
        tries: Counter[str] = Counter()
        given = {_given(client, piece, job, 0): piece for piece in pieces}
        done = dask.as_completed(list(given))
        for future in done:
            piece = given.pop(future)
            if future.status == "finished":
                yield future.result()
            elif future.status == "error" and isinstance(future.exception(), dask.KilledWorker):
                tries[piece.name] += 1  # each stands for several deaths
                if tries[piece.name] < TRIES:
                    again = _given(client, piece, job, tries[piece.name])
                    given[again] = piece
                    done.add(again)
                else:
                    yield _died(piece)
            elif future.status == "error":
                yield _failure(piece, f"{type(future.exception()).__name__}: {future.exception()}")
            else:
                raise ConfigError(
                    f"The scheduler at {address} went away; {len(given) + 1} shards are not made. Start it, and run the"
                    " same command again: what is whole is not made again."
                )


def _given(client: Any, piece: Piece, job: Job, tried: int) -> Any:
    return client.submit(_made_on_worker, piece, job, key=f"detente-{piece.name}-{tried}", pure=False)


def _made_on_worker(piece: Piece, job: Job) -> Receipt | Failure:
    """The model gets as many threads as the worker, unless the settings tell how many."""
    threads = job.config.threads or int(_dask().get_worker().state.nthreads)
    return _made(piece, msgspec.structs.replace(job, config=msgspec.structs.replace(job.config, threads=threads)))


def _dask() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            "A cluster needs Dask, which is not installed. Run: pip install 'detente[cluster]'"
        ) from error
    return distributed


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Any]:
    """A client of the scheduler at an address, or of a cluster on this machine that ends with the block."""
    dask = _dask()
    if address == LOCAL:
        with (
            dask.LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0") as made,
            dask.Client(made) as client,
        ):
            yield client
        return
    if not address.startswith(_SCHEMES):
        allowed = f"{LOCAL}, {', '.join(f'{scheme}HOST:PORT' for scheme in _SCHEMES)}"
        raise ConfigError(f"{address!r} is no cluster. Allowed: {allowed}.")
    try:
        client = dask.Client(address.replace("dask://", "tcp://"))
    except OSError as error:
        raise ConfigError(
            f"The scheduler at {address} does not answer: {error}. Is `dask scheduler` running there?"
        ) from error
    with client:
        yield client
