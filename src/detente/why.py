"""Why a record says what it says: the steps behind each of its fields, and whether they still give the same record.

What the reader found is kept in an event's steps (`steps`), so a record can be made again without the model: the
rules run once more on the article's text, with the tables that are installed now.
"""

from __future__ import annotations

import msgspec

from detente.config import Config
from detente.document import read_document
from detente.errors import ReplayError
from detente.nametables import PACKAGED, Names
from detente.pipeline import code_frames
from detente.records import Article, Event
from detente.steps import READER, frame_of

# Fields that no step sets, because they follow from others.
_FOLLOWS = {
    "id": "a hash of the article, the event words, the type and the parties' places and codes",
    "article": "the input",
    "quad": "the codebook, from the type",
    "scale": "the codebook, from the type and its mode",
    "scale_version": "the codebook",
    "sentence": "the sentence of the article in which the event words stand",
    "coder": "the software that made the record",
}
# Stages that compare an event with others, whose steps are not its own: what they decided is taken over.
_ACROSS = frozenset({"tellings"})
_SAME_STEPS = {"trigger": "event"}  # a field, and the one whose steps tell of it too


class Source(msgspec.Struct, frozen=True):
    """Where a field of a record comes from: the numbers of its steps, counted from 1, or in words."""

    field: str
    steps: tuple[int, ...]
    note: str = ""


class Difference(msgspec.Struct, frozen=True):
    """A field that a record has otherwise when it is made again; of `steps`, only those that are not in both."""

    field: str
    recorded: object
    now: object


class Replay(msgspec.Struct, frozen=True):
    """Whether a record is the same when it is made again. `coder` is the software that did so, which makes no
    difference by itself."""

    same: bool
    coder: str
    differences: tuple[Difference, ...]


def sources(event: Event) -> tuple[Source, ...]:
    """Where each field of an event comes from, in the order of the record."""
    found = []
    for field in Event.__struct_fields__:
        if field == "steps":
            continue
        told = _SAME_STEPS.get(field, field)
        numbers = tuple(n for n, step in enumerate(event.steps, 1) if step.field.partition(".")[0] == told)
        found.append(Source(field, numbers, "" if numbers else _FOLLOWS.get(field, "")))
    return tuple(found)


def replay(event: Event, article: Article, *, names: Names = PACKAGED) -> Event:
    """The record that the rules and tables of this version make of what the reader's steps say.

    `article` is the one that the event was read from; `names` are the tables to identify with, for instance
    `names_with(own)`. With the version that recorded it and the same tables, the record is `event` itself.
    Raises ReplayError where the steps do not tell what the reader found, or tell words that the article lacks.
    """
    document = read_document(article)
    frame = frame_of(event.steps, document)
    if frame is None:
        raise ReplayError(
            f"The steps of event {event.id} do not tell all that the reader found in article {article.id}: an earlier"
            " version of detente recorded it, or the text has changed. Code the article again to have them."
        )
    model = next(step.by for step in event.steps if step.stage == READER)
    # The two that "the two leaders" stands for come from an event before; their mentions are in the actors' steps.
    referred = any((step.stage, step.by) == ("references", "pair") for step in event.steps)
    mentions = (step.words for step in event.steps if (step.stage, step.field) == ("actors", "actor"))
    pair = tuple(words for words in mentions if words is not None) if referred else ()
    [again] = code_frames(document, [frame], config=Config(), model=model, names=names, pair=pair).events
    across = [step for step in event.steps if step.stage in _ACROSS]
    kept = {step.field: getattr(event, step.field) for step in across}
    return msgspec.structs.replace(again, steps=(*again.steps, *across), **kept)


def compare(event: Event, again: Event) -> Replay:
    """What is otherwise in the record that was made again. That another version of the software made it is told by
    `coder` alone."""
    differences = []
    for field in Event.__struct_fields__:
        recorded, now = getattr(event, field), getattr(again, field)
        if recorded == now or field == "coder":
            continue
        if field == "steps":
            alone = [step for step in recorded if step not in now], [step for step in now if step not in recorded]
            recorded, now = alone if any(alone) else (recorded, now)
        differences.append(Difference(field, recorded, now))
    return Replay(not differences, again.coder, tuple(differences))
