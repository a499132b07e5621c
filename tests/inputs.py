"""Inputs made for tests: a page, a WARC, a PDF, a Word document, mails."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Ministers meet in Oslo</title>
<meta property="og:site_name" content="Orbit News"><link rel="canonical" href="https://orbit.example/2023/oslo">
<meta property="article:published_time" content="2023-03-16T09:30:00+09:00"></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Ministers meet in Oslo</h1>
<p>The foreign ministers of Northland and Southland met in Oslo on Thursday for the first time in four years.</p>
<p>They agreed to reopen the crossing at the river, which has been shut since the war, and to meet again in May.</p>
<p>“We have much to talk about,” the minister of Northland said after the meeting, which lasted for nine hours.</p>
</article><footer>All rights reserved. Terms. Privacy.</footer></body></html>"""

SPANISH = (
    "Los ministros de Asuntos Exteriores se reunieron el jueves en Oslo por primera vez en cuatro años y acordaron "
    "reabrir el paso fronterizo del río, cerrado desde la guerra, y volver a reunirse en mayo."
)


def http(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    """An answer as it stands in a WARC."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def record(block: bytes, *, kind: str = "response", url: str = "https://orbit.example/2023/oslo") -> bytes:
    """A record of a WARC."""
    media = "application/http; msgtype=response" if kind == "response" else "text/plain"
    lines = [
        *("WARC/1.0", f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", "WARC-Date: 2023-03-20T10:00:00Z"),
        *("WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>", f"Content-Type: {media}"),
        *(f"Content-Length: {len(block)}", "", ""),
    ]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


def warc(*records: bytes, packed: bool = False) -> bytes:
    return b"".join(gzip.compress(each) if packed else each for each in records)


def pdf(pages: Sequence[Sequence[tuple[float, float, float, str]]], *, trailer: str = "", title: str = "") -> bytes:
    """A PDF of lines: where each begins, in points from the lower left corner, the size of its type, and its words."""
    objects = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for page in pages:
        drawn = b"BT\n"
        for x, y, size, words in page:
            shown = words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            drawn += b"/F1 %g Tf 1 0 0 1 %g %g Tm (%s) Tj\n" % (size, x, y, shown)
        drawn += b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    if title:
        objects.append(f"<< /Title ({title}) >>".encode("cp1252"))
        trailer += f" /Info {len(objects)} 0 R"
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF".encode()
    return out + table + end


def column(x: float, top: float, *lines: str, size: float = 11) -> list[tuple[float, float, float, str]]:
    return [(x, top - 14 * number, size, line) for number, line in enumerate(lines)]


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, *, title: str = "", doctype: str = "") -> bytes:
    """A Word document with this content of its w:body."""
    document = f'{doctype}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<?xml version="1.0"?>{document}',
        "word/vbaProject.bin": b"macro",
    }
    if title:
        dc = "http://purl.org/dc/elements/1.1/"
        files["docProps/core.xml"] = f'<cp xmlns:dc="{dc}"><dc:title>{title}</dc:title></cp>'
    return zipped(files)


MAIL = b"""Received: from mail.orbit.example by mx.example; Thu, 16 Mar 2023 10:00:00 +0000
From: =?utf-8?q?Orbit_News_=E2=80=93_Daily?= <daily@orbit.example>
To: reader@example.org
Subject: =?utf-8?b?TWluaXN0ZXJzIG1lZXQg4oCTIGFnYWlu?=
Date: Thu, 16 Mar 2023 23:30:00 -0500
Message-ID: <1@orbit.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary="c"

--c
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The ministers met =E2=80=93 again.

They agreed to meet in May.
--c
Content-Type: text/html; charset=utf-8

<p>The ministers met.</p><script>track()</script><p>In HTML.</p>
--c--
--b
Content-Type: application/pdf; name="report.pdf"
Content-Disposition: attachment; filename="report.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--b--
"""
