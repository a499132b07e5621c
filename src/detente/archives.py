"""Zip archives: the files in one, and the text of a Word document, which is one.

Nothing is written to disk, so that no name in an archive can lead out of it. How much is unpacked is bounded: by
`limit` for each file and by MAX_RATIO for all of them together.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from detente.formats import clean
from detente.rows import Fault, Row, sha256, too_large

MAX_RATIO = 200
"""How many times its own size an archive may unpack to in all. Texts reach twenty; deflate itself ends at 1,032."""

MAX_WORD = 8 * 1024 * 1024
"""Bytes of the largest Word document, unpacked: the text of some thousand pages with its markup."""

MAX_DIRECTORY = 16 * 1024 * 1024
"""Bytes of the largest table of contents that is read: some two hundred thousand files."""

MAX_PROPERTIES = 64 * 1024
"""Bytes of the largest part that tells of a document's title; others are passed over."""

_END = b"PK\x05\x06"  # PKWARE's APPNOTE.TXT, section 4.3.16
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError, KeyError)
_WORD = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"


class Member(NamedTuple):
    """A file in an archive: its name as it can be shown, and a stream of its bytes, to be read before the next."""

    name: str
    stream: io.BufferedIOBase


def zip_members(file: BinaryIO, limit: int) -> Iterator[Member | Fault]:
    """The files of an archive in their order, without folders, hidden files and those of macOS.

    `limit` times one, or MAX_RATIO times the archive's own size if that is more, is unpacked of all files together.
    Faults are numbered by the name of the file that they are about.
    """
    archive = _opened(file)
    if isinstance(archive, Fault):
        yield archive
        return
    left = max(limit, MAX_RATIO * file.seek(0, io.SEEK_END))
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
        if not entries:
            yield Fault("empty", "There are no files in this archive; hidden ones are not read.")
        for number, entry in enumerate(entries):
            name = _shown(entry.filename)
            if entry.flag_bits & 1:
                yield Fault("encrypted", "It is locked with a password.", number=name)
                continue
            try:
                stream = archive.open(entry)
            except _BROKEN as error:
                yield Fault("broken-zip", f"It cannot be unpacked: {clean(str(error))[:200]}.", number=name)
                continue
            with stream:
                counted = _Counted(stream, left)
                yield Member(name, io.BufferedReader(counted))
                if counted.broken:
                    detail = f"It breaks off: {counted.broken}. What came before it was read."
                    yield Fault("broken-zip", detail, number=name)
            left -= counted.size
            if left <= 0:
                yield Fault("too-large", f"It unpacks to too much; {len(entries) - number} files were not read whole.")
                return


def _opened(file: BinaryIO) -> zipfile.ZipFile | Fault:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))  # the end's record and the longest comment behind it
    tail = file.read()
    end = tail.rfind(_END)
    if end >= 0 and int.from_bytes(tail[end + 12 : end + 16], "little") > MAX_DIRECTORY:
        return too_large(MAX_DIRECTORY)
    try:
        return zipfile.ZipFile(file)
    except _BROKEN as error:
        return Fault("broken-zip", f"It is no zip archive that can be read: {clean(str(error))[:200]}.")


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part not in (".", "..") for part in parts)


def _shown(name: str) -> str:
    """A name without control characters, as it is told with an article."""
    return "".join(character if character.isprintable() else "\ufffd" for character in clean(name))[:200]


class _Counted(io.RawIOBase):
    """A member's bytes, at most `most` of them, which ends where the member breaks off; `broken` says how."""

    def __init__(self, stream: Any, most: int) -> None:
        super().__init__()
        self._stream, self._most = stream, most
        self.size, self.broken = 0, ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece: bytes = self._stream.read(min(len(buffer), self._most - self.size))
        except _BROKEN as error:
            self.broken = clean(str(error))[:200] or type(error).__name__
            return 0
        buffer[: len(piece)] = piece
        self.size += len(piece)
        return len(piece)


# -- Word documents, ECMA-376 part 1, section 17


def office_kind(file: BinaryIO) -> str:
    """docx for a Word document, the name of another kind of office document or book, "" for any other archive."""
    archive = _opened(file)
    if isinstance(archive, Fault):
        return ""
    with archive:
        names = set(archive.namelist())
    if _WORD in names and "[Content_Types].xml" in names:
        return "docx"
    if "[Content_Types].xml" in names:
        return "an office document other than a Word text"
    return "an OpenDocument file or an e-book" if "mimetype" in names and "META-INF/manifest.xml" in names else ""


def docx_rows(file: BinaryIO, limit: int) -> Iterator[Row | Fault]:
    """One record with the text and the title of a Word document. Macros, comments, pictures and what was deleted are
    not read; the dates in it are those of the file, not of publication, so they are not taken."""
    from lxml.etree import LxmlError

    file.seek(0)
    digest = sha256(file.read(limit + 1))
    archive = _opened(file)
    if isinstance(archive, Fault):
        yield archive
        return
    with archive:
        try:
            document = _part(archive, _WORD, min(limit, MAX_WORD))
            properties = _part(archive, "docProps/core.xml", MAX_PROPERTIES)
            if document is None:
                yield too_large(min(limit, MAX_WORD))
                return
            text, title = clean(_text(document)), _title(properties)
        except (*_BROKEN, LxmlError) as error:
            yield Fault("broken-zip", f"The document cannot be read: {clean(str(error))[:200]}.", digest)
            return
    if text:
        yield Row({"text": text, "title": title}, digest)
    else:
        yield Fault("empty", "The document has no text.", digest)


def _part(archive: zipfile.ZipFile, name: str, limit: int) -> bytes | None:
    """The bytes of a part, b"" if it is not there, None if it is larger than `limit`."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as stream:
        data = stream.read(limit + 1)
    return data if len(data) <= limit else None


def _parsed(data: bytes) -> Iterator[tuple[str, Any]]:
    from lxml.etree import iterparse

    yield from iterparse(
        io.BytesIO(data), events=("end",), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )


def _text(data: bytes) -> str:
    """The text, paragraphs a blank line apart; cells of a row are parted by tabs."""
    paragraphs: list[str] = []
    pieces: list[str] = []
    for _, element in _parsed(data):
        if element.tag == f"{_W}t":
            pieces.append(element.text or "")
        elif element.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            pieces.append("\t" if element.tag == f"{_W}tab" else "\n")
        elif element.tag == f"{_W}p":
            paragraphs.append("".join(pieces).strip())
            pieces = []
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _title(data: bytes | None) -> str | None:
    titles = [element.text for _, element in _parsed(data or b"<x/>") if element.tag == f"{_DC}title"]
    return " ".join((titles[0] or "").split())[:1000] or None if titles else None
