"""The texts that may train weights, each with an id that is the same on every machine.

| id | text |
|---|---|
| `ce-NNNNNN` | Wikipedia current events up to LAST_DAY, by line of the file (CC-BY-SA-4.0) |
| `re-NNNNN` | Reuters-21578 newswire of 1987, by its own number (research use) |
| `pn-NAME-OUT` | PolNeAR's training articles, by the end of their file name and three letters of the outlet |

Texts are never committed; labels of them are, as offsets (`training.labelled`).
"""

from __future__ import annotations

import gzip
import html
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

LAST_DAY = "2022-12-31"  # gold's development items are of 2023; those of 2024 and later are held out

_CREDIT = re.compile(r"\s*Reuter\s*\x03?\s*$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Source(NamedTuple):
    """A text with its id and day of publication (YYYY-MM-DD)."""

    id: str
    published: str
    text: str


def current_events(data: Path) -> Iterator[Source]:
    """The dated news items of `wp_current_events` up to LAST_DAY."""
    path = data / "wp_current_events" / "wp_current_events_2002_2026.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            item = json.loads(line)
            if item["date"] <= LAST_DAY:
                yield Source(f"ce-{number:06d}", item["date"], item["text"])


def newswire(data: Path) -> Iterator[Source]:
    """The Reuters items that have a body and a date: title, an empty line, and the body's paragraphs."""
    with zipfile.ZipFile(data / "reuters" / "reuters21578_json.zip") as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".json")):
            for item in json.loads(archive.read(name)):
                body = html.unescape(_CREDIT.sub("", item.get("body") or ""))
                body = re.sub(r"\n +", "\n\n", re.sub(r"[ \t]+", " ", body)).strip()
                try:
                    day = datetime.strptime(item["date"].split()[0], "%d-%b-%Y").date()
                except (KeyError, ValueError, IndexError):
                    continue
                if body:
                    title = html.unescape(item["title"]).strip()
                    body = re.sub(r"(?<!\n)\n(?!\n)", " ", body)
                    yield Source(f"re-{int(item['id']):05d}", day.isoformat(), f"{title}\n\n{body}")


def political_articles(data: Path) -> Iterator[Source]:
    """The articles of PolNeAR's train part; each file name tells the day."""
    with zipfile.ZipFile(data / "polnear" / "polnear_train_dev.zip") as archive:
        for name in sorted(n for n in archive.namelist() if n.startswith("data/train/text/") and n.endswith(".txt")):
            stem = Path(name).name.removesuffix(".txt")
            day = _DAY.search(stem)
            if day:
                ending = stem.split("_")[-1][:24].strip(".-")
                yield Source(f"pn-{ending}-{stem[:3]}", day.group(), archive.read(name).decode().strip())


def all_sources(data: Path) -> Iterator[Source]:
    """Every text that may train weights."""
    yield from current_events(data)
    yield from newswire(data)
    yield from political_articles(data)
