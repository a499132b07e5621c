"""Files on disk or in a store such as S3: what lies under a path, and files that are there as a whole or not at all.

A path with a scheme (`s3://`, `gs://`, `memory://`) is opened by fsspec, if that and its package for the scheme are
installed; every other path is one on disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from detente.articles import excluded
from detente.errors import InputError
from detente.ingest import files_under
from detente.records import Exclusion

MISSING = "missing"
"""The stamp of a file that is not there."""

STALE = 3600
"""Seconds after which a file with a temporary name is no one's: rows are written to it every few hundred articles."""

# What a store tells of a file that changes with its content, the surest first.
_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "updated", "created")


class Listed(msgspec.Struct, frozen=True):
    """A file: its path as inputs are named, its size, and a stamp that is another one when it was written again."""

    path: str
    bytes: int
    stamp: str


def is_remote(path: str) -> bool:
    """Whether a path is one of fsspec's."""
    return "://" in path


def listed(path: str) -> Iterator[Listed | Exclusion]:
    """The files under a path, in the order in which `ingest.read_path` reads them, and what is left out of a folder.

    Raises InputError for standard input and for addresses of the web, which cannot be divided, and for a scheme that
    cannot be opened here.
    """
    if path == "-" or path.lower().startswith(("http://", "https://")):
        what = "standard input" if path == "-" else path
        detail = f"Shards are made of files, not of {what}. Use `detente code`, or save it to a file first."
        raise InputError("unsupported", detail)
    if is_remote(path):
        yield from _remote(path)
        return
    for found in files_under(path):
        if isinstance(found, Exclusion):
            yield found
        elif (name := os.fsencode(found).decode("utf-8", "replace")) != str(found):
            yield excluded(name, "unreadable", "Its name is not UTF-8. Rename it, or read it with `detente code`.")
        else:
            yield _stat(found)


def stamp_of(path: str) -> str:
    """The stamp that a file has now."""
    if not is_remote(path):
        return _stat(Path(path)).stamp
    system, place = file_system(path)
    try:
        return _told(system.info(place))
    except FileNotFoundError:
        return MISSING


def open_input(path: str) -> io.BufferedReader:
    """A file that can be read and sought in.

    Raises OSError where there is none, or where it cannot be opened.
    """
    if not is_remote(path):
        return Path(path).open("rb")
    system, place = file_system(path)
    return io.BufferedReader(cast(io.RawIOBase, system.open(place, "rb")))


def file_system(path: str) -> tuple[Any, str]:
    """fsspec's file system for a path, and the path in it.

    Raises InputError where fsspec, or its package for the scheme, is missing.
    """
    try:
        from fsspec.core import url_to_fs

        system, place = url_to_fs(path)
    except (ImportError, ValueError) as error:
        detail = (
            f"{path} cannot be opened: {error}. Run: pip install 'detente[cluster]', and the package of the store:"
            " s3fs for s3://, gcsfs for gs://, adlfs for az://."
        )
        raise InputError("unsupported", detail) from error
    return system, str(place)


def _stat(path: Path) -> Listed:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return Listed(str(path), 0, MISSING)
    return Listed(str(path), found.st_size, f"{found.st_size}-{found.st_mtime_ns}")


def _remote(path: str) -> Iterator[Listed | Exclusion]:
    system, place = file_system(path)
    try:
        found = {place: system.info(place)}
    except FileNotFoundError:
        yield Listed(path, 0, MISSING)
        return
    if found[place]["type"] == "directory":
        found = system.find(place, detail=True)
    shown = {name: tuple(name.removeprefix(place).strip("/").split("/")) for name in found}
    names = [name for name in found if not any(part.startswith(".") for part in shown[name])]
    for name in sorted(names, key=shown.__getitem__):
        yield Listed(system.unstrip_protocol(name), int(found[name]["size"] or 0), _told(found[name]))
    if not names:
        yield excluded(path, "empty", "No files in this folder; hidden ones are not read.")


def _told(info: dict[str, Any]) -> str:
    """The stamp of what a store tells of a file: some tell a time as a number in lists, and as a datetime elsewhere."""
    told = next((info[name] for name in _STAMPS if info.get(name)), "")
    told = f"{told.timestamp() if isinstance(told, datetime) else told}".strip('"')
    return f"{info.get('size')}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


class Store:
    """A folder to write to, on disk or in a store. Names in it are relative, with slashes."""

    def __init__(self, path: str) -> None:
        self.path = path.rstrip("/") or "/"
        self.system: Any = None
        self._place = self.path
        if is_remote(self.path):
            self.system, self._place = file_system(self.path)

    def address(self, name: str) -> str:
        """Where a file of that name is, for programs that open it themselves."""
        return f"{self.path}/{name}"

    def names(self, folder: str) -> set[str]:
        """The names of the files in a folder of it, without those that are being written."""
        try:
            found = os.listdir(self._at(folder)) if self.system is None else self.system.ls(self._at(folder), False)
        except FileNotFoundError:
            return set()
        return {str(name).rpartition("/")[2] for name in found if not str(name).endswith(".part")}

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None where there is none."""
        try:
            return Path(self._at(name)).read_bytes() if self.system is None else self.system.cat_file(self._at(name))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write a small file."""
        with self.writing(name) as part:
            part.write_bytes(content)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A file on disk to be filled, which gets its name in the folder when the block ends without an error.

        Two writers of one name do not disturb each other; the last one's file stays.
        """
        at = self._at(name)
        if self.system is None:
            Path(at).parent.mkdir(parents=True, exist_ok=True)
            part = Path(f"{at}.{socket.gethostname()}.{os.getpid()}.part")
            try:
                yield part
                part.replace(at)
            finally:
                part.unlink(missing_ok=True)
            return
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "part"
            yield part
            self.system.makedirs(at.rpartition("/")[0], exist_ok=True)
            self.system.put_file(str(part), f"{at}.{part.parent.name}.part")
            self.system.mv(f"{at}.{part.parent.name}.part", at)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            Path(self._at(name)).unlink() if self.system is None else self.system.rm_file(self._at(name))
        except FileNotFoundError:
            return

    def tidy(self) -> None:
        """Remove what writers that were killed have left: files on disk that nobody has been writing for STALE seconds.

        In a store nothing is removed; set it to forget unfinished uploads.
        """
        for part in Path(self._place).glob("*/*.part") if self.system is None else ():
            with suppress(FileNotFoundError):  # another worker tidies too
                if time.time() - part.stat().st_mtime > STALE:
                    part.unlink()

    def _at(self, name: str) -> str:
        return f"{self._place.rstrip('/')}/{name}"
