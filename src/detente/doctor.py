"""Whether an installation can read and a ledger can be used: each check says what it found and what to do next.

Checks look and change nothing. Those of a ledger go from the file's surroundings to what it holds; the last of them
reads all of it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.metadata import metadata as metadata_of
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import msgspec

from detente import memory, pipeline
from detente.config import Config, Translate
from detente.errors import ConfigError, LedgerError
from detente.integrity import RESTORE, faults
from detente.ledger import Ledger, open_ledger
from detente.ledgerfile import stamp
from detente.ownactors import beside, read_own_actors
from detente.reader import packaged_folder

State = Literal["ok", "warn", "fail"]
STATES: tuple[State, ...] = ("ok", "warn", "fail")

MODEL_SUMS = "SHA256SUMS"
"""The file of checksums in a model's folder, in the form that `sha256sum -c` reads."""

SENTENCE = "China condemned the United States on Tuesday. Japan and South Korea met in Tokyo on Thursday."
"""What is read end to end, as published on PUBLISHED, and what READ says of it: type, actors, recipients, day."""
PUBLISHED = "2023-03-17"
READ = (("ACCUSE", "CHN", "USA", "2023-03-14"), ("CONSULT", "JPN KOR", "", "2023-03-16"))

MIB = 1024 * 1024
LEAST_ROOM = 64 * MIB
"""Bytes of disk that must be free: room for about 10,000 articles with their events, at 6 kB each as linked ledgers
of news items have them."""

LARGE_WAL = 64 * MIB
"""Bytes from which on a WAL is not at work but stuck. SQLite empties it at 4 MB (https://sqlite.org/wal.html, section
3.2) unless somebody reads all the time."""

NETWORK_FILE_SYSTEMS = frozenset("9p afs ceph cifs fuse.sshfs glusterfs lustre ncpfs nfs nfs4 smb2 smb3 smbfs".split())
"""File systems that processes on several machines share; a WAL needs memory that they share as well
(https://sqlite.org/wal.html, section 1)."""


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at. `advice` says what to do next; "" where nothing is to be done."""

    name: str
    state: State
    found: str
    advice: str = ""


def worst(checks: Iterable[Check]) -> State:
    """The worst state among checks; ok where there are none."""
    return max((check.state for check in checks), key=STATES.index, default="ok")


# -- the installation ------------------------------------------------------------------------------------------------


def check_installation(config: Config) -> Iterator[Check]:
    """Python, packages, settings, translator, model, threads, and a sentence read end to end."""
    yield check_python()
    yield check_packages()
    yield check_extras()
    yield check_settings(config)
    yield check_translator(config.translate)
    yield check_model(packaged_folder())
    yield check_threads(config.threads, cores=usable_cores(), quota=_quota())
    yield check_reading(config)


def check_python(running: str = sys.version.split()[0]) -> Check:
    """Whether this Python is one that the package asks for."""
    from packaging.specifiers import SpecifierSet

    asked = metadata_of("detente")["Requires-Python"] or ""
    if SpecifierSet(asked).contains(running, prereleases=True):
        return Check("python", "ok", f"Python {running}; detente asks for {asked}")
    return Check(
        "python", "fail", f"Python {running}; detente asks for {asked}", "Install detente under such a Python."
    )


def check_packages(installed: Callable[[str], str] = version) -> Check:
    """Whether each package that detente needs is there, in a version that it asks for."""
    wrong = [told for _, asked in _requirements("") if (told := _unmet(asked, installed))]
    if wrong:
        return Check("packages", "fail", "; ".join(wrong), "Run `pip install --upgrade detente` in this environment.")
    return Check("packages", "ok", f"{len(_requirements(''))} packages as asked for, detente {installed('detente')}")


def check_extras(installed: Callable[[str], str] = version) -> Check:
    """Which extras are installed; an old version of one is a warning, none is not."""
    there, old = [], []
    for extra in metadata_of("detente").get_all("Provides-Extra") or ():
        missing = [told for _, asked in _requirements(extra) if (told := _unmet(asked, installed))]
        if not missing:
            there.append(extra)
        old += [f"{extra}: {told}" for told in missing if "is not installed" not in told]
    told = f"installed: {', '.join(there) or 'none'}"
    if old:
        names = sorted({each.partition(":")[0] for each in old})
        advice = f'Run `pip install --upgrade "detente[{",".join(names)}]"`, or leave them if you do not use them.'
        return Check("extras", "warn", f"{told}; {'; '.join(old)}", advice)
    return Check("extras", "ok", told)


def _requirements(extra: str) -> list[tuple[str, str]]:
    """Name and requirement of each package that counts on this machine: of an extra, or "" of detente itself."""
    from packaging.requirements import Requirement

    found = []
    for line in requires("detente") or ():
        asked = Requirement(line)
        always = asked.marker is None or asked.marker.evaluate({"extra": ""})
        if always != bool(extra) and (asked.marker is None or asked.marker.evaluate({"extra": extra})):
            found.append((asked.name, f"{asked.name}{asked.specifier}"))
    return found


def _unmet(asked: str, installed: Callable[[str], str]) -> str:
    """What is wrong with a package that is asked for as in "numpy>=2", "" for nothing."""
    from packaging.requirements import Requirement

    wanted = Requirement(asked)
    try:
        there = installed(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is not installed, {asked} is asked for"
    fits = wanted.specifier.contains(there, prereleases=True)
    return "" if fits else f"{wanted.name} is {there}, {asked} is asked for"


def check_settings(config: Config) -> Check:
    """Whether the files of own actors that the settings name can be read."""
    try:
        own = read_own_actors(config.actors)
    except ConfigError as error:
        return Check("settings", "fail", str(error), "Correct the file, or leave it out of `actors` in the settings.")
    told = f"; {len(config.actors)} files of own actors, {own.key}" if config.actors else ""
    return Check("settings", "ok", f"readable{told}")


def check_translator(settings: Translate) -> Check:
    """Whether the command that translates is there; a server is not asked."""
    if settings.command and shutil.which(settings.command[0]) is None:
        advice = "Install it, name another in [translate] of the settings, or leave that out."
        return Check("translator", "fail", f"there is no command {settings.command[0]!r}", advice)
    return Check("translator", "ok", " ".join(settings.command) or settings.endpoint or "none")


def check_model(folder: Path) -> Check:
    """Whether the files of a model are those that its checksums tell of."""
    advice = "Install detente again: `pip install --force-reinstall --no-deps detente`."
    try:
        recorded = _recorded_sums(folder)
    except OSError as error:
        return Check("model", "fail", f"no checksums in {folder}: {error.strerror}", advice)
    wrong = [
        f"{name} is missing" if not (folder / name).is_file() else f"{name} has other bytes than were released"
        for name, digest in recorded.items()
        if not (folder / name).is_file() or _sha256(folder / name) != digest
    ]
    if wrong or not recorded:
        return Check("model", "fail", "; ".join(wrong) or f"{MODEL_SUMS} is empty", advice)
    return Check("model", "ok", f"{pipeline.provenance().model}, {len(recorded)} files as released")


def write_checksums(folder: Path) -> None:
    """Note the SHA-256 of each file in a model's folder in its MODEL_SUMS, for `check_model`."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != MODEL_SUMS)
    lines = "".join(f"{_sha256(folder / name)}  {name}\n" for name in names)
    (folder / MODEL_SUMS).write_text(lines, encoding="ascii")


def _recorded_sums(folder: Path) -> dict[str, str]:
    lines = (folder / MODEL_SUMS).read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def usable_cores() -> int:
    """Processor cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quota(file: Path = Path("/sys/fs/cgroup/cpu.max")) -> float | None:
    """Cores' worth of time that a container gives this process, None for no limit.

    The file's form: https://docs.kernel.org/admin-guide/cgroup-v2.html, cpu.max.
    """
    try:
        share, period = file.read_text(encoding="ascii").split()
        return None if share == "max" else int(share) / int(period)
    except (OSError, ValueError):
        return None


def check_threads(threads: int, *, cores: int, quota: float | None) -> Check:
    """Whether the model has as many threads as there are cores for; 0 threads leaves it to onnxruntime."""
    told = f"{cores} cores" + (f", of which this container may use {quota:g}" if quota is not None else "")
    usable = max(1, min(cores, int(quota))) if quota is not None else cores
    set_them = f"Set `threads = {usable}` in the settings."
    if threads > usable:
        return Check("threads", "warn", f"{told}; the settings ask for {threads} threads", set_them)
    if not threads and usable < cores:
        return Check("threads", "warn", f"{told}; the model starts a thread for each core", set_them)
    return Check("threads", "ok", f"{told}; {threads or 'as many threads as cores'}")


def check_reading(config: Config) -> Check:
    """Whether SENTENCE is read, and as the released model reads it."""
    started = time.perf_counter()
    plain = Config(threads=config.threads, batch_windows=config.batch_windows)
    try:
        events = pipeline.code(SENTENCE, published=PUBLISHED, config=plain).events
    except Exception as error:  # noqa: BLE001 - whatever stops the reading is what is to be told
        found = f"“{SENTENCE}” cannot be read: {type(error).__name__}: {error}"
        return Check("reading", "fail", found, "Install detente again, and report this if it stays.")
    read = tuple(
        (
            event.event,
            " ".join(party.code for party in event.actor),
            " ".join(party.code for party in event.recipient),
            event.date.start.isoformat() if event.date else "",
        )
        for event in events
    )
    told = "; ".join(" ".join(filter(None, each)) for each in read) or "no events"
    if read != READ:
        should = "; ".join(" ".join(filter(None, each)) for each in READ)
        found = f"“{SENTENCE}” is read as {told}, and should be as {should}"
        return Check("reading", "fail", found, "Install detente again, and report this with your processor's name.")
    return Check("reading", "ok", f"“{SENTENCE}”: {told} ({time.perf_counter() - started:.1f} s with loading)")


# -- a ledger --------------------------------------------------------------------------------------------------------


def check_ledger(path: Path, *, now: datetime | None = None) -> Iterator[Check]:
    """The file, its disk, its WAL, who may write, its rows' days, what waits, and whether it is whole."""
    moment = now or datetime.now(UTC)
    try:
        opened = open_ledger(path, read_only=True)
    except LedgerError as error:
        yield Check("file", "fail", str(error), "Name the ledger with --ledger, or restore it from a backup.")
        return
    with opened as ledger:
        try:
            yield from _ledger_checks(ledger, moment)
        except LedgerError as error:  # a damaged page
            yield Check("whole", "fail", str(error), RESTORE)


def _ledger_checks(ledger: Ledger, now: datetime) -> Iterator[Check]:
    path = ledger.path.resolve()  # beside which SQLite puts its files
    files = beside(ledger.path)
    told = f"{path}, {path.stat().st_size / MIB:,.1f} MiB"
    yield Check("file", "ok", told + (f", own actors beside it: {', '.join(files)}" if files else ""))
    yield check_file_system(path)
    yield check_room(path, free=shutil.disk_usage(path.parent).free)
    yield check_wal(path)
    yield check_writable(path)
    yield check_clock(ledger, now)
    yield check_publication(ledger, now)
    yield check_runs(ledger)
    yield check_links(ledger)
    yield check_whole(ledger)


def check_file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> Check:
    """Whether the ledger lies on this machine's own disk, as far as the system tells."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return Check("file system", "ok", "the system does not tell its kind")
    at = path.resolve()
    under = [(point.replace("\\040", " "), kind) for _, point, kind, *_ in lines]
    here = [(len(point), kind) for point, kind in under if at.is_relative_to(point)]
    kind = max(here, key=lambda each: each[0], default=(0, "unknown"))[1]
    if kind in NETWORK_FILE_SYSTEMS:
        advice = "Move the ledger to a local disk: SQLite's WAL does not work over network file systems."
        return Check("file system", "fail", f"{kind}, shared over a network", advice)
    return Check("file system", "ok", kind)


def check_room(path: Path, *, free: int) -> Check:
    """Whether the disk has room for more articles, and for a copy of the ledger."""
    size = path.stat().st_size
    told = f"{free / MIB:,.0f} MiB free beside a ledger of {size / MIB:,.1f} MiB"
    if free < LEAST_ROOM:
        return Check("disk", "fail", told, "Free some space before you go on; a full disk stops a run.")
    if free < 2 * size:
        return Check("disk", "warn", told, "`detente ledger compact` needs twice the ledger's size; free some space.")
    return Check("disk", "ok", told)


def check_wal(path: Path) -> Check:
    """Whether what was written comes to lie in the ledger's file itself."""
    wal = path.with_name(path.name + "-wal")
    size = wal.stat().st_size if wal.exists() else 0
    if size >= LARGE_WAL:
        advice = "End processes that read the ledger all the time, then run `detente ledger compact`."
        return Check("WAL", "warn", f"{wal.name} has {size / MIB:,.0f} MiB", advice)
    return Check("WAL", "ok", f"{size / MIB:,.1f} MiB" if size else "empty")


def check_writable(path: Path) -> Check:
    """Whether the file can be written, and whether somebody does so now."""
    advice = "It can be read. To write, change the permissions of the file and its folder, or copy it."
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return Check("writing", "warn", "the file or its folder is read-only", advice)
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True, timeout=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return Check("writing", "ok", "another process is writing now; writers take turns")
        return Check("writing", "warn", f"not possible: {error}", advice)
    return Check("writing", "ok", "possible")


def check_clock(ledger: Ledger, now: datetime) -> Check:
    """Whether rows say that they were written before now."""
    queries = ("MAX(recorded_at) FROM readings", "MAX(recorded_at) FROM exclusions", "MAX(started_at) FROM runs")
    last = max((row[0] for query in queries if (row := ledger.row(f"SELECT {query}")) and row[0]), default="")
    if last > stamp(now):
        found = f"it is {stamp(now)}, and the ledger was written at {last}"
        advice = "Set this machine's clock: what was known on a day is told by these times."
        return Check("clock", "fail", found, advice)
    return Check("clock", "ok", f"last written {last or 'never'}")


def check_publication(ledger: Ledger, now: datetime) -> Check:
    """Whether articles are dated later than tomorrow, which is today somewhere."""
    tomorrow = (now.date() + timedelta(1)).isoformat()
    rows = list(
        ledger.rows(
            "SELECT id, published FROM articles WHERE published > ? AND superseded_at IS NULL ORDER BY published DESC",
            (tomorrow,),
        )
    )
    if not rows:
        return Check("publication", "ok", "no article is of the future")
    shown = ", ".join(f"{article} ({day})" for article, day in rows[:3])
    advice = "Correct the dates in the inputs and code them again, or set this machine's clock."
    return Check("publication", "warn", f"{len(rows)} articles are dated later than {tomorrow}: {shown}", advice)


def check_runs(ledger: Ledger) -> Check:
    """Whether each run came to its end."""
    rows = list(ledger.rows("SELECT id, started_at, command FROM runs WHERE state = 'running' ORDER BY id DESC"))
    (runs,) = next(ledger.rows("SELECT COUNT(*) FROM runs"))
    if not rows:
        return Check("runs", "ok", f"{runs}, all ended")
    last, started, command = rows[0]
    found = f"{len(rows)} of {runs} have no end, the last is {last} of {started}: {command}"
    return Check("runs", "warn", found, "If it does not run any more, give the same command again: it goes on.")


def check_links(ledger: Ledger) -> Check:
    """Whether reports of one act have been linked."""
    waiting = memory.unlinked(ledger)
    if waiting.articles or waiting.events:
        found = f"{waiting.articles} articles and {waiting.events} events wait"
        return Check("links", "warn", found, f"Run `detente link --ledger {ledger.path}`.")
    return Check("links", "ok", "nothing waits")


def check_whole(ledger: Ledger) -> Check:
    """Whether every rule holds that must hold of a ledger (`integrity`)."""
    found = faults(ledger)
    if found:
        told = "; ".join(f"{fault.what} ({fault.times}): {', '.join(fault.examples)}" for fault in found)
        return Check("whole", "fail", told, f"Run `detente ledger verify {ledger.path}`; it says what to do for each.")
    audit = ledger.audit()
    return Check("whole", "ok", f"every rule holds: {audit.inputs} inputs, {audit.events} events in force")
