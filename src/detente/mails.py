"""E-mails -> text, sender, subject and day: single ones (.eml) and mailboxes (mbox), as newsletters come.

The text is the plain one where there is one, else that of the HTML. What is attached is not read, but counted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from itertools import count

from detente.formats import Peeked, clean, decode
from detente.pubdates import header_day
from detente.rows import Fault, Row, sha256, too_large
from detente.webpages import is_too_large, plain_text

MAX_PARTS = 1_000
"""Parts read of one mail."""

_FROM = b"From "
_DAMAGE = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)  # what email raises on it
_TIME = re.compile(rb"\b\d{1,2}:\d{2}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.M)
_ADDRESS = re.compile(r"https?://\S+")


def mail_rows(stream: Peeked, limit: int) -> Iterator[Row | Fault]:
    """One record for each mail, numbered from 1 in a mailbox, and a Fault that names what was attached.

    `limit` bounds each mail. A mail without a text that can be read is a Fault.
    """
    if not stream.head.lstrip(b"\r\n").startswith(_FROM):
        data = stream.read(limit + 1)
        yield from _mail_rows(data, None) if len(data) <= limit else [too_large(limit)]
        return
    numbers = count(1)
    for mail in _mailbox(stream, limit):
        number = next(numbers)
        yield from _mail_rows(mail, number) if mail is not None else [too_large(limit, number)]


def _mailbox(stream: Peeked, limit: int) -> Iterator[bytes | None]:
    """The mails of an mbox (RFC 4155): each behind a line with From and a space that follows a blank line.

    Where the first of these lines tells a time, as they should, only those that do count: in a text, a sentence may
    begin with From as well. None for a mail that is larger than `limit`.
    """
    mail: io.BytesIO | None = None
    timed = bool(_TIME.search(stream.head.lstrip(b"\r\n").partition(b"\n")[0]))
    large, blank = False, True
    while line := stream.readline(limit + 1):
        if blank and line.startswith(_FROM) and (not timed or _TIME.search(line)):
            if mail is not None:
                yield None if large else mail.getvalue()
            mail, large = io.BytesIO(), False
        elif mail is not None and not large:
            mail.write(line)
            large = mail.tell() > limit
            mail = io.BytesIO() if large else mail
        blank = not line.strip()
    if mail is not None:
        yield None if large else mail.getvalue()


def _mail_rows(data: bytes, number: int | None) -> Iterator[Row | Fault]:
    digest = sha256(data)
    unquoted = data if number is None else _QUOTED_FROM.sub(rb"\1", data)
    try:
        rows = list(_rows(BytesParser(policy=policy.compat32).parsebytes(unquoted), digest, number))
    except _DAMAGE as error:
        rows = [Fault("broken-mail", f"It is no mail that can be read ({type(error).__name__}).", digest, number)]
    yield from rows


def _rows(mail: Message, digest: str, number: int | None) -> Iterator[Row | Fault]:
    parts = _leaves(mail)
    text = _text_of(parts, "text/plain") or _text_of(parts, "text/html")
    if text:
        sender, address = parseaddr(_header(mail, "From") or "")
        values = {
            "text": text,
            "title": _header(mail, "Subject"),
            "published": header_day(_header(mail, "Date")),
            "publisher": sender.strip() or address.strip() or None,
            "language": _header(mail, "Content-Language"),
        }
        yield Row(values, digest, number)
    else:
        yield Fault("no-text", "The mail has no text, plain or HTML.", digest, number)
    if attached := [_name(part) for part in parts if not _is_text(part)]:
        names = ", ".join(attached[:10]) + (" and others" if len(attached) > 10 else "")
        yield Fault("attachment", f"Attached and not read: {len(attached)} ({names}).", digest, number)


def _leaves(mail: Message) -> list[Message]:
    """The parts of a mail that have content, at most MAX_PARTS."""
    found: list[Message] = []
    waiting = [mail]
    while waiting and len(found) < MAX_PARTS:
        part = waiting.pop()
        content = part.get_payload()
        if isinstance(content, list):
            waiting.extend(inner for inner in reversed(content) if isinstance(inner, Message))
        else:
            found.append(part)
    return found


def _is_text(part: Message) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"


def _text_of(parts: list[Message], kind: str) -> str:
    """The texts of one kind, a blank line apart; "" where there is hardly a word besides addresses."""
    texts = [_decoded(part) for part in parts if _is_text(part) and part.get_content_type() == kind]
    if kind == "text/html":
        texts = [plain_text(html) for html in texts if not is_too_large(html)]
    text = "\n\n".join(text.strip() for text in texts if text.strip())
    return text if re.search(r"\w", _ADDRESS.sub("", text)) else ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    return clean(decode(data, part.get_content_charset()) or "")


def _header(mail: Message, name: str) -> str | None:
    """A field of the head in one line, its encoded words resolved; None where there is none or it is damaged."""
    value = mail.get(name)
    if value is None:
        return None
    try:
        told = str(make_header(decode_header(str(value)[:2000])))
    except _DAMAGE:
        told = str(value)[:2000]
    return " ".join(clean(told).split()) or None


def _name(part: Message) -> str:
    try:
        name = part.get_filename()
    except _DAMAGE:
        name = None
    return clean(" ".join((name or part.get_content_type()).split()))[:60]
