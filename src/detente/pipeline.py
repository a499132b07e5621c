"""The list of stages: article -> document -> frames -> events.

`code` reads one text, `code_articles` any number of articles, in one process or several. A frame becomes an event
in a fixed order: when it happened, then who the parties are (roles depend on the day), then on whose word.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import cache
from importlib.metadata import version
from itertools import islice

import msgspec

from detente import actors, attribution, references, when
from detente.codebook import SCALE_VERSION, event_type, scale_of
from detente.config import Config
from detente.document import read_document
from detente.ingest import content_id
from detente.reader import Reader, packaged_labels
from detente.records import (
    Actor,
    Article,
    Coded,
    Document,
    Event,
    Frame,
    Pledge,
    Span,
    Speaker,
    Step,
)

CHUNK = 16  # articles given to a worker at once, so that handing over costs little


class Provenance(msgspec.Struct, frozen=True):
    """What made a reading: a change in any of the three makes a new one."""

    coder: str
    model: str
    codebook: str


def provenance() -> Provenance:
    """The software, model and codebook that this process codes with."""
    return Provenance(coder(), packaged_labels().name, SCALE_VERSION)


@cache
def coder() -> str:
    """The name and version of this software, as they stand in every record."""
    return f"detente {version('detente')}"


def code(
    text: str,
    *,
    published: date | str | None = None,
    title: str | None = None,
    publisher: str | None = None,
    config: Config | None = None,
) -> Coded:
    """Read one text: who did what to whom, when, whether it happened, on whose word.

    `published` is the day of publication, a date or "YYYY-MM-DD"; without it, relative dates stay unknown.
    Offsets in the result are half-open characters of `text`. A text without events gives no events, not an error.
    Raises ValueError for a `published` that is no such date.
    """
    day = date.fromisoformat(published) if isinstance(published, str) else published
    article = Article(
        id=content_id(text, publisher=publisher),
        text=text,
        published=day,
        published_basis="given" if day else "none",
        title=title,
        publisher=publisher,
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    return next(code_articles([article], config=config or Config()))


def code_articles(articles: Iterable[Article], *, config: Config, jobs: int = 1) -> Iterator[Coded]:
    """Code articles in their order, lazily; with `jobs` over 1, in that many worker processes."""
    if jobs <= 1:
        yield from _code_here(articles, config)
        return
    threads = max(1, (os.cpu_count() or 1) // jobs)
    shared = msgspec.structs.replace(config, threads=config.threads or threads)
    context = multiprocessing.get_context("spawn")  # a forked onnxruntime session hangs
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts) as pool:
        source = iter(articles)
        waiting: list[Future[list[Coded]]] = []
        try:
            while True:
                while len(waiting) < 2 * jobs and (chunk := list(islice(source, CHUNK))):
                    waiting.append(pool.submit(_code_chunk, chunk, shared))
                if not waiting:
                    break
                yield from waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def _leave_interrupts() -> None:
    """Ctrl-C is for the main process, which ends the run in order; workers would only print a traceback each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _code_chunk(articles: list[Article], config: Config) -> list[Coded]:
    return list(_code_here(articles, config))


def _code_here(articles: Iterable[Article], config: Config) -> Iterator[Coded]:
    reader = _reader(config)
    for article in articles:
        document = read_document(article)
        yield code_frames(document, reader.read(document), config=config, model=reader.labels.name)


@cache
def _reader(config: Config) -> Reader:
    return Reader.load(threads=config.threads, batch_windows=config.batch_windows)


# -- from frames to events -------------------------------------------------------------------------------------------


def code_frames(document: Document, frames: Iterable[Frame], *, config: Config, model: str) -> Coded:
    """Identify, date and attribute the frames of one document."""
    least = config.min_confidence or 0.0
    outlet, _, relay_step = attribution.relayed_from(document)
    events: dict[str, Event] = {}
    pair: tuple[Span, ...] = ()
    for frame in frames:
        if frame.confidence >= least:
            event = _event(document, frame, pair=pair, model=model, outlet=outlet, relay_step=relay_step)
            pair = references.pair_of(event.actor, event.recipient) or pair
            events[event.id] = event
    return Coded(document.article, tuple(events.values()))


def _event(
    document: Document,
    frame: Frame,
    *,
    pair: tuple[Span, ...],
    model: str,
    outlet: str | None,
    relay_step: Step | None,
) -> Event:
    """`pair` are mentions of the two countries of the last event before this one that was between two."""
    article = document.article
    both = references.pair_words(frame, document)
    referred: tuple[Step, ...] = ()
    if both is not None and pair:
        frame = msgspec.structs.replace(frame, actors=pair)
        why = f"“{both.text}” are {' and '.join(span.text for span in pair)}, of the event before"
        referred = (Step(stage="references", by="pair", why=why),)
    event_date, dated = when.date_event(frame, document)
    day = event_date.start if event_date else article.published
    acting, acting_steps = _parties(frame.actors, document, day, frame.event, "actor")
    host = references.visited_place(frame, document)
    named = (host,) if host else frame.recipients
    received, receiving_steps = _parties(named, document, day, frame.event, "recipient")
    if host and not _is_abroad(received, acting):
        received, receiving_steps = (), []
    receiving = references.without_promised_places(received, acting, frame.pledge)
    speaker, speaker_steps = _speaker(frame, document, day)
    read = Step(stage="reader", by=model, why=f"{frame.trigger.text!r} read as {frame.event}")
    steps = (
        read,
        *referred,
        dated,
        *acting_steps,
        *receiving_steps,
        *speaker_steps,
        *([relay_step] if relay_step else []),
    )
    mode = (frame.mode,) if frame.mode else ()
    return Event(
        id=_event_id(article, frame, acting, receiving),
        article=article.id,
        event=frame.event,
        mode=mode,
        quad=event_type(frame.event).quad,
        scale=scale_of(frame.event, frame.mode),
        scale_version=SCALE_VERSION,
        actor=acting,
        recipient=receiving,
        trigger=frame.trigger,
        sentence=document.sentences[frame.sentence],
        status=frame.status,
        pledge=_pledge(frame, document),
        date=event_date,
        location=None,
        speaker=speaker,
        relayed_from=outlet,
        context=frame.context,
        confidence=frame.confidence,
        steps=steps,
        coder=coder(),
    )


def _is_abroad(parties: Sequence[Actor], acting: Sequence[Actor]) -> bool:
    """Whether every party belongs to a known country that is none of the actors'."""
    own = {actor.code for actor in acting}
    return all(party.code and party.code not in own for party in parties)


def _parties(
    spans: Iterable[Span], document: Document, day: date | None, event: str, role: actors.Role
) -> tuple[tuple[Actor, ...], list[Step]]:
    read = [actors.read_actor(span, document=document, on=day, event=event, role=role) for span in spans]
    return tuple(actor for actor, _ in read), [step for _, step in read]


def _speaker(frame: Frame, document: Document, day: date | None) -> tuple[Speaker | None, list[Step]]:
    span, step = attribution.speaker_of(frame, document)
    if span is None:
        return None, []
    who, identified = actors.read_actor(span, document=document, on=day, event=frame.event, role="speaker")
    speaker = Speaker(span.text, span.start, span.end, code=who.code, sector=who.sector, name=who.name)
    return speaker, [step, identified]


def _pledge(frame: Frame, document: Document) -> Pledge | None:
    words = frame.pledge
    if words is None or frame.pledge_event is None:
        return None
    due = when.due_date(frame, document)
    return Pledge(event=frame.pledge_event, text=words.text, start=words.start, end=words.end, due=due)


def _event_id(article: Article, frame: Frame, acting: tuple[Actor, ...], receiving: tuple[Actor, ...]) -> str:
    """A hash of what is said: the article and its text, the event words and type, and the parties' codes."""
    parties = [[f"{a.start}:{a.end}:{a.code}" for a in side] for side in (acting, receiving)]
    content = [
        article.id,
        article.text,
        frame.trigger.start,
        frame.trigger.end,
        frame.event,
        parties,
        SCALE_VERSION,
    ]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:20]
