"""Gold items -> windows with their labels as token tags."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from tokenizers import Tokenizer

from detente.codebook import STATUSES, contexts, event_types
from detente.decoding import ROLES
from detente.document import read_document
from detente.reader import Labels
from detente.records import Article
from detente.windows import CONTEXT_TOKENS, CORE_TOKENS, Ints, Window, make_windows

IGNORE = -100  # tokens and labels that the loss leaves out


class EventLabels(NamedTuple):
    """One gold event in a window: its tokens [first, last), role tags (tokens, roles), and label indexes."""

    first: int
    last: int
    roles: Ints
    event: int
    mode: int
    status: int
    pledge: int
    context: np.ndarray


class Example(NamedTuple):
    """A window with its trigger tags, shape (tokens,), and the gold events whose words lie in its core."""

    window: Window
    trigger: Ints
    events: list[EventLabels]


def make_labels(name: str) -> Labels:
    """The label lists of the codebook, in its order."""
    types = event_types()
    modes = {event: kind.modes for event, kind in types.items()}
    names = tuple(sorted({mode for own in modes.values() for mode in own}))
    return Labels(name=name, events=tuple(types), modes=modes, mode_names=names, statuses=STATUSES, contexts=contexts())


def examples_of(
    items: Iterable[dict[str, Any]],
    tokenizer: Tokenizer,
    labels: Labels,
    *,
    core: int = CORE_TOKENS,
    context: int = CONTEXT_TOKENS,
) -> list[Example]:
    """Windows with labels for every item; an event belongs to the window in whose core its words begin."""
    examples = []
    for item in items:
        document = read_document(Article(id=item["id"], text=item["text"]))
        windows = make_windows(document, tokenizer, core=core, context=context)
        examples += [_example(window, item["events"], labels) for window in windows]
    return examples


def joined(items: Sequence[dict[str, Any]], *, share: float, seed: int) -> list[dict[str, Any]]:
    """Items of which a `share` are two unrelated ones put together, so that roles are not taken from a neighbour."""
    chance = random.Random(seed)
    shuffled = chance.sample(items, len(items))
    out: list[dict[str, Any]] = []
    while shuffled:
        first = shuffled.pop()
        if shuffled and chance.random() < share / 2:
            out.append(_join(first, shuffled.pop()))
        else:
            out.append(first)
    return out


def _join(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    shift = len(first["text"]) + 1

    def move(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: [p + shift for p in v] if k == "span" else move(v) for k, v in value.items()}
        return [move(v) for v in value] if isinstance(value, list) else value

    return {
        "id": f"{first['id']}+{second['id']}",
        "text": f"{first['text']} {second['text']}",
        "events": [*first["events"], *move(second["events"])],
    }


def _example(window: Window, events: list[dict[str, Any]], labels: Labels) -> Example:
    trigger = np.zeros(len(window.ids), dtype=np.int64)
    core = (window.starts >= window.core_start) & (window.starts < window.core_end) & (window.ends > window.starts)
    trigger[~core] = IGNORE
    found = []
    for event in sorted(events, key=lambda e: e["trigger"]["span"]):
        tokens = tokens_of(window, event["trigger"]["span"])
        tokens = tokens[core[tokens]]
        if len(tokens) == 0 or not window.core_start <= event["trigger"]["span"][0] < window.core_end:
            continue
        trigger[tokens] = 1
        trigger[tokens[0]] = 2 + labels.events.index(event["type"])
        found.append(_event_labels(window, tokens, event, labels))
    return Example(window, trigger, found)


def _event_labels(window: Window, tokens: Ints, event: dict[str, Any], labels: Labels) -> EventLabels:
    modes = labels.modes[event["type"]]
    mode = event["mode"]
    return EventLabels(
        first=int(tokens[0]),
        last=int(tokens[-1]) + 1,
        roles=role_tags(window, event),
        event=labels.events.index(event["type"]),
        mode=1 + labels.mode_names.index(mode) if mode in modes else 0,
        status=labels.statuses.index(event["status"]),
        pledge=1 + labels.events.index(event["pledge"]["type"]) if event["pledge"] else 0,
        context=np.array([float(c in event["contexts"]) for c in labels.contexts], dtype=np.float32),
    )


def role_tags(window: Window, event: dict[str, Any]) -> Ints:
    """Tags of the words that play a role in an event, shape (tokens, roles): 0 outside, 1 begins, 2 inside."""
    roles = np.zeros((len(window.ids), len(ROLES)), dtype=np.int64)
    spans = {
        "actor": event["actors"],
        "recipient": event["recipients"],
        "speaker": [event["speaker"]] if event["speaker"] else [],
        "when": [event["when"]] if event["when"] else [],
        "pledge": [event["pledge"]] if event.get("pledge") else [],
    }
    for column, role in enumerate(ROLES):
        for entity in spans[role]:
            inside = tokens_of(window, entity["span"])
            if len(inside):
                roles[inside, column] = 2
                roles[inside[0], column] = 1
    return roles


def tokens_of(window: Window, span: Sequence[int]) -> Ints:
    start, end = span
    inside: Ints = np.flatnonzero((window.starts < end) & (window.ends > start) & (window.ends > window.starts))
    return inside
