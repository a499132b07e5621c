"""A frame as the steps of the reader, one for each thing it found, and the frame that such steps tell of.

The steps are kept with the event, so that its record can be made again from them and the article's text, without
the model: `frame_of(reader_steps(frame, model=model), document) == frame`.
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.records import Document, Frame, Span, Step

READER = "reader"


def reader_steps(frame: Frame, *, model: str) -> tuple[Step, ...]:
    """What the reader found, in the order in which it decides: the event, its labels, the words of each role."""

    def step(field: str, value: str = "", words: Span | None = None) -> Step:
        return Step(READER, model, field=field, value=value, words=words)

    steps = [step("event", frame.event, frame.trigger), step("status", frame.status)]
    if frame.mode:
        steps.append(step("mode", frame.mode))
    steps += [step("actor", words=span) for span in frame.actors]
    steps += [step("recipient", words=span) for span in frame.recipients]
    if frame.speaker:
        steps.append(step("speaker", words=frame.speaker))
    if frame.when:
        steps.append(step("date", words=frame.when))
    if frame.pledge:
        steps.append(step("pledge", frame.pledge_event or "", frame.pledge))
    steps += [step("context", label) for label in frame.context]
    steps.append(step("confidence", repr(frame.confidence)))
    return tuple(steps)


def frame_of(steps: Sequence[Step], document: Document) -> Frame | None:
    """The frame that the reader's steps tell of, in the sentence of the document that has its event words.

    None where they do not tell all of it, as those of an early version, or where the document does not have the
    words at their place.
    """
    read = [step for step in steps if step.stage == READER]
    text = document.article.text
    if not all(step.words is None or text[step.words.start : step.words.end] == step.words.text for step in read):
        return None
    values = {step.field: step.value for step in read}
    words = {field: _words(read, field) for field in ("event", "actor", "recipient", "speaker", "date", "pledge")}
    if not (words["event"] and values.get("status") and values.get("confidence")):
        return None
    trigger = words["event"][0]
    sentence = next((s.index for s in document.sentences if s.start <= trigger.start < s.end), None)
    if sentence is None:
        return None
    return Frame(
        event=values["event"],
        trigger=trigger,
        sentence=sentence,
        status=values["status"],
        mode=values.get("mode"),
        actors=words["actor"],
        recipients=words["recipient"],
        speaker=next(iter(words["speaker"]), None),
        when=next(iter(words["date"]), None),
        pledge_event=values.get("pledge") or None,
        pledge=next(iter(words["pledge"]), None),
        context=tuple(step.value for step in read if step.field == "context"),
        confidence=float(values["confidence"]),
    )


def _words(steps: Sequence[Step], field: str) -> tuple[Span, ...]:
    return tuple(step.words for step in steps if step.field == field and step.words is not None)
