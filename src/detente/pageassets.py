"""The page's own files: style sheets, scripts, the map. Compressed once, and kept by the browser for good.

An address carries a hash of the file (`asset`), so a browser that has it never asks again.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import brotli
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOREVER = "public, max-age=31536000, immutable"
BROTLI_QUALITY = 9  # of 11: the map takes 0.2 s, once
SMALL = 1024  # bytes below which compression does not pay


class Asset(NamedTuple):
    """A file's bytes, its media type, and a short hash of it."""

    content: bytes
    media_type: str
    mark: str


@cache
def _asset(name: str) -> Asset | None:
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        return None
    file = files("detente").joinpath("static", *parts)
    if not file.is_file():
        return None
    content = file.read_bytes()
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:12])


@cache
def _compressed(name: str, coding: str) -> bytes:
    found = _asset(name)
    if found is None or len(found.content) < SMALL:
        return b""
    if coding == "br":
        return bytes(brotli.compress(found.content, quality=BROTLI_QUALITY))
    return gzip.compress(found.content, mtime=0)


def asset(name: str) -> str:
    """The address of a file under static/, with its hash. Raises KeyError where there is none."""
    found = _asset(name)
    if found is None:
        raise KeyError(name)
    return f"/static/{name}?v={found.mark}"


def content_of(name: str) -> str:
    """The text of a file under static/, for a page that has to stand alone. Raises KeyError where there is none."""
    found = _asset(name)
    if found is None:
        raise KeyError(name)
    return found.content.decode()


def serve_asset(request: Request) -> Response:
    """The file that a request asks for, as small as its browser can read it."""
    name = request.path_params["name"]
    found = _asset(name)
    if found is None:
        raise HTTPException(404)
    forever = request.query_params.get("v") == found.mark
    headers = {
        "etag": f'"{found.mark}"',
        "vary": "accept-encoding",
        "cache-control": FOREVER if forever else "no-cache",
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    accepted = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    for coding in ("br", "gzip"):
        if coding in accepted and (small := _compressed(name, coding)):
            return Response(small, headers={**headers, "content-encoding": coding}, media_type=found.media_type)
    return Response(found.content, headers=headers, media_type=found.media_type)
