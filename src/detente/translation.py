"""Text in a language that the reader cannot read -> English, sentence by sentence, with the way back to the original.

The translator is the user's: a program that reads lines and writes lines, such as `argos-translate`, or a server that
speaks the interface of LibreTranslate (https://docs.libretranslate.com/api/operations/translate/). Nothing is
translated unless the settings name one. What it does not do in time, or not at all, is an InputError whose reason is
`translation`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from detente.config import Translate
from detente.errors import InputError
from detente.formats import clean
from detente.records import Article, Span

if TYPE_CHECKING:
    import httpx2

INTO = "en"
"""The language that the reader reads (ISO 639-1)."""

WINDOW = 5_000
"""Characters given to the sentence splitter at once, which takes quadratic time in quotation marks never closed."""

BATCH = 25
"""Sentences sent to a server at once."""

MOST = 10
"""How many times as long as the original a translation may be, beyond SHORT characters; English is seldom four times
as long as Chinese. What is longer is no translation."""
SHORT = 1_000

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")

Places = tuple[int, int, int, int]


class Translated(msgspec.Struct, frozen=True):
    """A text in English, and where each of its sentences comes from.

    `spans` are (start, end, original_start, original_end): half-open character ranges in `text` and in the original,
    one for each sentence of the original, in order and none overlapping. `language` is that of the original.
    """

    text: str
    spans: tuple[Places, ...]
    language: str


def wanted(language: str, settings: Translate) -> bool:
    """Whether a text in that language is to be translated."""
    return bool(settings.command or settings.endpoint) and (not settings.languages or language in settings.languages)


def translate(article_text: str, language: str, settings: Translate) -> Translated:
    """The text in English, its line breaks kept. `language` is that of the text (ISO 639-1).

    Sentences without a letter stay as they are. Raises InputError with the reason `translation` where the command or
    the server fails, is not there, takes longer than `settings.seconds`, or gives nothing for a sentence.
    """
    ranges = list(sentence_ranges(article_text, language))
    originals = [" ".join(article_text[start:end].split()) for start, end in ranges]
    asked = [sentence for sentence in originals if any(map(str.isalpha, sentence))]
    until = time.monotonic() + settings.seconds
    ask = _ask_command if settings.command else _ask_server
    answers = iter(_checked(asked, ask(asked, language, settings, until) if asked else []))
    english = [next(answers) if any(map(str.isalpha, sentence)) else sentence for sentence in originals]
    return _joined(article_text, ranges, english, language)


def alignment(spans: Sequence[Places]) -> str:
    """Spans as a line of text, which `aligned` reads: "start-end:original_start-original_end" for each, in order.

    >>> alignment([(0, 9, 0, 4), (10, 19, 5, 9)])
    '0-9:0-4 10-19:5-9'
    """
    return " ".join(f"{start}-{end}:{first}-{last}" for start, end, first, last in spans)


def aligned(line: str) -> tuple[Places, ...]:
    """The spans that `alignment` wrote."""
    numbers = ([int(number) for number in re.split("[-:]", each)] for each in line.split())
    return tuple((start, end, first, last) for start, end, first, last in numbers)


def original_range(spans: Sequence[Places], start: int, end: int) -> tuple[int, int] | None:
    """Where the sentences that translated characters [start, end) stand in lie in the original, a half-open range.

    From the first such sentence to the last; None where the characters stand in none.

    >>> original_range([(0, 9, 0, 4), (10, 19, 5, 9)], 12, 14)
    (5, 9)
    """
    found = [(first, last) for at, to, first, last in spans if at < end and start < to]
    return (found[0][0], found[-1][1]) if found else None


def original_words(article: Article, start: int, end: int) -> Span | None:
    """The sentences of an article's original behind characters [start, end) of its text, with their place in it.

    None where the article is no translation.
    """
    found = original_range(aligned(article.alignment or ""), start, end)
    if article.original is None or found is None:
        return None
    return Span(article.original[slice(*found)], *found)


def sentence_ranges(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the sentences of each line of a text, without the whitespace around them."""
    for line in _LINE.finditer(text):
        for start, end in _cut(text, *line.span(), language):
            piece = text[start:end]
            if piece.strip():
                start += len(piece) - len(piece.lstrip())
                yield start, start + len(piece.strip())


def _cut(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Ranges of the sentences of one line; a window that is not the last may end inside one, which is read again."""
    import sentencex

    while start < end:
        stop = min(start + WINDOW, end)
        pieces = sentencex.segment(language, text[start:stop].encode("utf-8", "replace").decode("utf-8"))
        for piece in pieces[:-1] if stop < end and len(pieces) > 1 else pieces:
            yield start, start + len(piece)
            start += len(piece)


def _checked(asked: Sequence[str], answers: Iterable[str]) -> list[str]:
    english = [" ".join(clean(answer).split()) for answer in answers]
    for sentence, answer in zip(asked, english, strict=True):
        if not answer:
            raise _failure(f"the translator gave nothing for “{_shown(sentence)}”.")
        if len(answer) > SHORT + MOST * len(sentence):
            raise _failure(f"the translator gave {len(answer):,} characters for “{_shown(sentence)}”.")
    return english


def _joined(text: str, ranges: Sequence[tuple[int, int]], english: Sequence[str], language: str) -> Translated:
    """The sentences with a space between them, or with the line breaks that stood there."""
    parts, spans, at, before = list[str](), list[Places](), 0, 0
    for (start, end), sentence in zip(ranges, english, strict=True):
        if parts:
            gap = "\n" * (len(f"{text[before:start]}.".splitlines()) - 1) or " "
            parts.append(gap)
            at += len(gap)
        parts.append(sentence)
        spans.append((at, at + len(sentence), start, end))
        at, before = at + len(sentence), end
    return Translated("".join(parts), tuple(spans), language)


# -- a command -------------------------------------------------------------------------------------------------------


def _ask_command(sentences: Sequence[str], language: str, settings: Translate, until: float) -> list[str]:
    """All sentences at once, one a line; one by one where the command does not keep to lines."""
    named = {"{from}": language, "{to}": INTO}
    command = [re.sub(r"\{(?:from|to)\}", lambda found: named[found[0]], part) for part in settings.command]
    answers = _run(command, "\n".join(sentences), until).rstrip("\r\n").split("\n")
    if len(answers) == len(sentences):
        return answers
    return [_run(command, sentence, until) for sentence in sentences]


def _run(command: Sequence[str], given: str, until: float) -> str:
    """What a command writes for a text; it and what it started are ended when the time is over."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise _failure(
            f"the command {command[0]!r} cannot be run: {error.strerror}. Install it, or name another in [translate]."
        ) from error
    try:
        out, told = process.communicate((given + "\n").encode(), timeout=max(0.0, until - time.monotonic()))
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise _late(f"the command {command[0]!r}") from error
        raise
    if process.returncode:
        lines = told.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        raise _failure(f"the command {command[0]!r} ended with code {process.returncode}: {_shown(last)}")
    try:
        return out.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _failure(f"the command {command[0]!r} wrote something else than UTF-8.") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, with those that it started where the system lets us, and close its pipes."""
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    process.wait()


# -- a server --------------------------------------------------------------------------------------------------------


def _ask_server(sentences: Sequence[str], language: str, settings: Translate, until: float) -> list[str]:
    """The sentences in batches, as LibreTranslate takes them."""
    import httpx2

    address = settings.endpoint.rstrip("/")
    address += "" if address.endswith("/translate") else "/translate"
    answers: list[str] = []
    with httpx2.Client(timeout=httpx2.Timeout(settings.seconds)) as client:
        for at in range(0, len(sentences), BATCH):
            batch = list(sentences[at : at + BATCH])
            wish = {"q": batch, "source": language, "target": INTO, "format": "text"}
            if settings.key_env:
                wish["api_key"] = _key(settings.key_env)
            found = _post(
                client, address, msgspec.json.encode(wish), until, most=SHORT * BATCH + 60 * len("".join(batch))
            )
            if len(found) != len(batch):
                raise _failure(f"{address} gave {len(found)} translations for {len(batch)} sentences.")
            answers += found
    return answers


def _key(variable: str) -> str:
    if not os.environ.get(variable):
        raise _failure(f"the variable {variable} is to hold the server's key and is not set.")
    return os.environ[variable]


class _Answer(msgspec.Struct):
    translatedText: list[str] | str = []  # noqa: N815 - the server's name for it
    error: str = ""


def _post(client: httpx2.Client, address: str, wish: bytes, until: float, *, most: int) -> list[str]:
    """The translations in one answer, which may have `most` bytes and must be there in time."""
    import httpx2

    body, left = bytearray(), until - time.monotonic()
    if left <= 0:
        raise _late(address)
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with client.stream("POST", address, content=wish, headers=headers, timeout=left) as response:
            for part in response.iter_bytes():
                body += part
                if time.monotonic() > until:
                    raise _late(address)
                if len(body) > most:
                    raise _failure(f"{address} gave an answer of over {most:,} bytes.")
            status = response.status_code
    except httpx2.TimeoutException as error:
        raise _late(address) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _failure(f"{address} cannot be asked: {_shown(str(error))}. Is the server running?") from error
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError as error:
        raise _failure(f"{address} answered with status {status} and no JSON of LibreTranslate's.") from error
    if status != 200 or answer.error:
        raise _failure(f"{address} answered with status {status}: {_shown(answer.error or 'no reason given')}")
    return [answer.translatedText] if isinstance(answer.translatedText, str) else answer.translatedText


# -- what goes wrong -------------------------------------------------------------------------------------------------


def _failure(what: str) -> InputError:
    return InputError("translation", f"It was not translated: {what}")


def _late(who: str) -> InputError:
    return _failure(f"{who} took longer than `seconds` of [translate]; allow more.")


def _shown(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "…"
