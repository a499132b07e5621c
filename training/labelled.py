"""Labels of real texts, kept as offsets without the texts, and joined with them again for training.

    python -m training label OUT.jsonl… --into training/labels/items.jsonl      gold form -> labels
    python -m evaluation.labels ../shared/gold                                  how well they agree with gold

A label line is `{"id", "text": the first twelve hex digits of the text's SHA-256, "events"}`. Its events are gold's
with every `{"text", "span": [start, end]}` written [start, end], parties as [start, end, code, sector], a pledge as
[type, start, end], and what is null, empty or `actual` left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


def pack(item: dict[str, Any]) -> dict[str, Any]:
    """The label line of an item in gold form."""
    events = [_pack_event(event) for event in item["events"]]
    return {"id": item["id"], "text": fingerprint(item["text"]), "events": events}


def unpack(line: dict[str, Any], *, text: str, published: str) -> dict[str, Any]:
    """The item in gold form that a label line and its text make; ValueError where the text is another."""
    if fingerprint(text) != line["text"]:
        raise ValueError(f"The text of {line['id']} is not the one that was labelled; fetch the data again.")
    events = [_unpack_event(event, text) for event in line["events"]]
    return {"id": line["id"], "published": published, "text": text, "events": events}


def read_labelled(paths: Iterable[Path], texts: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """The items of label files, joined with `texts`: id -> (published, text). KeyError for a text that is missing."""
    for path in paths:
        for raw in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(raw)
            published, text = texts[line["id"]]
            yield unpack(line, text=text, published=published)


def fingerprint(text: str) -> str:
    """Twelve hex digits that tell a text from any other of the same id."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _pack_event(event: dict[str, Any]) -> dict[str, Any]:
    def parties(key: str) -> list[list[Any]]:
        return [[*p["span"], p["code"], p["sector"]] for p in event[key]]

    def span(key: str) -> list[int] | None:
        return event[key]["span"] if event[key] else None

    pledge = event["pledge"]
    packed = {
        "type": event["type"],
        "mode": event["mode"],
        "trigger": span("trigger"),
        "actors": parties("actors"),
        "recipients": parties("recipients"),
        "status": None if event["status"] == "actual" else event["status"],
        "pledge": [pledge["type"], *pledge["span"]] if pledge else None,
        "when": span("when"),
        "date": event["date"],
        "speaker": span("speaker"),
        "contexts": event["contexts"],
    }
    return {key: value for key, value in packed.items() if value}


def _unpack_event(event: dict[str, Any], text: str) -> dict[str, Any]:
    def words(span: list[int] | None) -> dict[str, Any] | None:
        return {"text": text[span[0] : span[1]], "span": list(span)} if span else None

    def parties(key: str) -> list[dict[str, Any]]:
        return [
            {"text": text[start:end], "code": code, "sector": sector, "span": [start, end]}
            for start, end, code, sector in event.get(key, [])
        ]

    pledge = event.get("pledge")
    return {
        "type": event["type"],
        "mode": event.get("mode"),
        "trigger": words(event["trigger"]),
        "actors": parties("actors"),
        "recipients": parties("recipients"),
        "status": event.get("status", "actual"),
        "pledge": {"type": pledge[0], "text": text[pledge[1] : pledge[2]], "span": pledge[1:]} if pledge else None,
        "when": words(event.get("when")),
        "date": event.get("date"),
        "speaker": words(event.get("speaker")),
        "contexts": event.get("contexts", []),
    }
