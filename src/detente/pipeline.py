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
from typing import NamedTuple

import msgspec

from detente import actors, attribution, references, when, where
from detente.codebook import SCALE_VERSION, event_type, scale_of
from detente.config import Config
from detente.document import read_document
from detente.ingest import content_id
from detente.nametables import PACKAGED, Names, names_with
from detente.ownactors import OwnActors, read_own_actors
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
from detente.steps import reader_steps
from detente.tellings import together

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
        digest=text_digest(text),
    )
    return next(code_articles([article], config=config or Config()))


def text_digest(text: str) -> str:
    """The SHA-256 of a text, lone surrogates included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def code_articles(articles: Iterable[Article], *, config: Config, jobs: int = 1) -> Iterator[Coded]:
    """Code articles in their order, lazily; with `jobs` over 1, in that many worker processes.

    The files of `config.actors` are read once, at the start: all articles are read with the same actors, in every
    process. Raises ConfigError where they cannot be.
    """
    own = read_own_actors(config.actors)
    if jobs <= 1:
        yield from _code_here(articles, config, own)
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
                    waiting.append(pool.submit(_code_chunk, chunk, shared, own))
                if not waiting:
                    break
                yield from waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def _leave_interrupts() -> None:
    """Ctrl-C is for the main process, which ends the run in order; workers would only print a traceback each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _code_chunk(articles: list[Article], config: Config, own: OwnActors) -> list[Coded]:
    return list(_code_here(articles, config, own))


def _code_here(articles: Iterable[Article], config: Config, own: OwnActors) -> Iterator[Coded]:
    reader, names = _reader(config.threads, config.batch_windows), names_with(own)
    for article in articles:
        document = read_document(article)
        yield code_frames(document, reader.read(document), config=config, model=reader.labels.name, names=names)


@cache
def _reader(threads: int, batch_windows: int) -> Reader:
    return Reader.load(threads=threads, batch_windows=batch_windows)


# -- from frames to events -------------------------------------------------------------------------------------------


class _Telling(NamedTuple):
    """What is the same for all events of a document: `digest` is its text's, `relay` tells of the outlet.

    `names` are the tables to identify with.
    """

    document: Document
    names: Names
    digest: str
    model: str
    outlet: str | None
    relay: tuple[Step, ...]


def code_frames(
    document: Document,
    frames: Iterable[Frame],
    *,
    config: Config,
    model: str,
    pair: tuple[Span, ...] = (),
    names: Names = PACKAGED,
) -> Coded:
    """Identify, date and attribute the frames of one document.

    `pair` are mentions of the two countries of an event told before the first frame, for "the two leaders"; `names`
    are the tables to identify with.
    """
    least = config.min_confidence or 0.0
    outlet, words, step = attribution.relayed_from(document)
    relay = (_about(step, "relayed_from", words, outlet or ""),) if step else ()
    telling = _Telling(document, names, text_digest(document.article.text), model, outlet, relay)
    events: dict[str, Event] = {}
    told: list[tuple[Span, ...]] = [pair] if pair else []
    for frame in frames:
        if frame.confidence >= least:
            event = _event(telling, frame, told)
            told += filter(None, [references.pair_of(event.actor, event.recipient)])
            events[event.id] = event
    return Coded(document.article, together(events.values()))


def _event(telling: _Telling, read: Frame, told: Sequence[tuple[Span, ...]]) -> Event:
    """`told` are mentions of the two countries of each event before this one that was between two."""
    document = telling.document
    frame, apart = references.actors_together(read, document)
    frame, behind = references.named_behind(frame, document)
    frame, paired = references.resolve_pair(frame, document, told[-1] if told else ())
    event_date, dated = when.date_event(frame, document)
    status, aged = when.standing(frame.status, event_date, document.article.published)
    day = event_date.start if event_date else document.article.published
    acting, acting_steps = _parties(telling, frame.actors, day, frame.event, "actor")
    frame, theirs = references.people_of_pair(frame, document, acting, told)
    if theirs:
        acting, acting_steps = _parties(telling, frame.actors, day, frame.event, "actor")
    frame, hosted = references.visited_place(frame, document)
    receiving, receiving_steps = _parties(telling, frame.recipients, day, frame.event, "recipient")
    receiving, at_home = references.abroad(receiving, acting) if hosted else (receiving, ())
    receiving, promised = references.without_promised_places(receiving, acting, frame.pledge)
    receiving, elsewhere = references.without_forums(receiving, document.article.text)
    receiving, scattered = references.recipients_together(receiving, frame, document)
    pledge, due = _pledge(frame, document)
    speaker, speaker_steps = _speaker(telling, frame, day, acting, receiving)
    hedge, hedged = attribution.hedge_of(frame, document)
    location, located = where.locate(frame, document)
    return Event(
        id=event_id(
            document.article.id,
            telling.digest,
            trigger=frame.trigger,
            event=frame.event,
            sides=(acting, receiving),
        ),
        article=document.article.id,
        event=frame.event,
        mode=(frame.mode,) if frame.mode else (),
        quad=event_type(frame.event).quad,
        scale=scale_of(frame.event, frame.mode),
        scale_version=SCALE_VERSION,
        actor=acting,
        recipient=receiving,
        trigger=frame.trigger,
        sentence=document.sentences[frame.sentence],
        status=status,
        pledge=pledge,
        date=event_date,
        location=location,
        speaker=speaker,
        relayed_from=telling.outlet,
        context=frame.context,
        confidence=frame.confidence,
        steps=(
            *reader_steps(read, model=telling.model),
            *apart,
            *behind,
            *paired,
            *theirs,
            dated,
            *([aged] if aged else []),
            *acting_steps,
            *hosted,
            *receiving_steps,
            *at_home,
            *promised,
            *elsewhere,
            *scattered,
            *due,
            _about(located, "location", Span(location.text, location.start, location.end) if location else None),
            *speaker_steps,
            *([_about(hedged, "hedge", hedge)] if hedged else []),
            *telling.relay,
        ),
        coder=coder(),
        hedge=hedge,
    )


def _about(step: Step, field: str, words: Span | None, value: str = "") -> Step:
    """A stage's step with what it is about."""
    return msgspec.structs.replace(step, field=field, words=words, value=value)


def _parties(
    telling: _Telling, spans: Iterable[Span], day: date | None, event: str, role: actors.Role
) -> tuple[tuple[Actor, ...], list[Step]]:
    read = [_party(telling, span, day, event, role) for span in spans]
    return tuple(actor for actor, _ in read), [step for _, step in read]


def _party(telling: _Telling, span: Span, day: date | None, event: str, role: actors.Role) -> tuple[Actor, Step]:
    actor, step = actors.read_actor(
        span, document=telling.document, on=day, event=event, role=role, names=telling.names
    )
    return actor, _about(step, role, span, f"{actor.code or '---'} {actor.sector}")


def _speaker(
    telling: _Telling, frame: Frame, day: date | None, acting: tuple[Actor, ...], receiving: tuple[Actor, ...]
) -> tuple[Speaker | None, list[Step]]:
    span, step = attribution.speaker_of(frame, telling.document)
    step = _about(step, "speaker", span)
    if span is None:
        return None, [step]
    who, identified = _party(telling, span, day, frame.event, "speaker")
    speaker = Speaker(span.text, span.start, span.end, code=who.code, sector=who.sector, name=who.name)
    stance, stands = attribution.stance_of(speaker, acting, receiving)
    speaker = msgspec.structs.replace(speaker, stance=stance)
    return speaker, [step, identified, _about(stands, "speaker.stance", span, stance)]


def _pledge(frame: Frame, document: Document) -> tuple[Pledge | None, tuple[Step, ...]]:
    words = frame.pledge
    if words is None or frame.pledge_event is None:
        return None, ()
    due, step = when.due_date(frame, document)
    return Pledge(event=frame.pledge_event, text=words.text, start=words.start, end=words.end, due=due), (step,)


def event_id(
    article: str,
    digest: str,
    *,
    trigger: Span,
    event: str,
    sides: tuple[tuple[Actor, ...], tuple[Actor, ...]],
    scale_version: str = SCALE_VERSION,
) -> str:
    """A hash of what is said: the article and its text, the event words and type, and the parties' codes.

    `article` is its id, `digest` `text_digest` of its text; `sides` are actors and recipients.
    """
    parties = [[f"{a.start}:{a.end}:{a.code}" for a in side] for side in sides]
    content = [article, digest, trigger.start, trigger.end, event, parties, scale_version]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:20]
