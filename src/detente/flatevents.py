"""An act as one flat row: the columns of the CSV and Parquet exports, and the properties of a GeoJSON feature."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from detente.dyadrows import Act


class FlatAct(msgspec.Struct, frozen=True):
    """The columns in order. Days are half-open: [date_start, date_end).

    Lists of one side are in the same order: the n-th name is that of the n-th code. Other fields are those of
    `records.Event` and of the report whose record it is; `articles` and `sources` count all reports of the act.
    """

    id: str
    event: str
    mode: list[str]
    quad: int
    scale: float
    scale_version: str
    status: str
    actor_text: list[str]
    actor_code: list[str]
    actor_sector: list[str]
    actor_name: list[str]
    actor_entity: list[str]
    recipient_text: list[str]
    recipient_code: list[str]
    recipient_sector: list[str]
    recipient_name: list[str]
    recipient_entity: list[str]
    date_start: date | None
    date_end: date | None
    granularity: str | None
    date_basis: str | None
    place: str | None
    place_text: str | None
    place_code: str | None
    place_level: str | None
    latitude: float | None
    longitude: float | None
    gazetteer: str | None
    pledge_event: str | None
    pledge_text: str | None
    pledge_due: date | None
    speaker: str | None
    speaker_code: str | None
    speaker_stance: str | None
    relayed_from: str | None
    hedge: str | None
    context: list[str]
    confidence: float
    trigger: str
    trigger_start: int
    trigger_end: int
    sentence: str
    sentence_index: int
    article: str
    published: date | None
    publisher: str | None
    title: str | None
    url: str | None
    articles: int
    sources: int
    coder: str


def arrow_schema() -> Any:
    """The columns as a `pyarrow.Schema`."""
    import pyarrow

    types = {
        "str": pyarrow.string(),
        "int": pyarrow.int64(),
        "float": pyarrow.float64(),
        "date": pyarrow.date32(),
        "list[str]": pyarrow.list_(pyarrow.string()),
    }
    told = FlatAct.__annotations__.items()
    return pyarrow.schema([(name, types[kind.removesuffix(" | None")]) for name, kind in told])


def flat(act: Act) -> FlatAct:
    """The act's row."""
    event, article = act.event, act.article
    dated, place, pledge, speaker = event.date, event.location, event.pledge, event.speaker
    return FlatAct(
        id=event.id,
        event=event.event,
        mode=list(event.mode),
        quad=event.quad,
        scale=event.scale,
        scale_version=event.scale_version,
        status=event.status,
        actor_text=[each.text for each in event.actor],
        actor_code=[each.code for each in event.actor],
        actor_sector=[each.sector for each in event.actor],
        actor_name=[each.name or each.text for each in event.actor],
        actor_entity=[each.entity or "" for each in event.actor],
        recipient_text=[each.text for each in event.recipient],
        recipient_code=[each.code for each in event.recipient],
        recipient_sector=[each.sector for each in event.recipient],
        recipient_name=[each.name or each.text for each in event.recipient],
        recipient_entity=[each.entity or "" for each in event.recipient],
        date_start=dated.start if dated else None,
        date_end=dated.end if dated else None,
        granularity=dated.granularity if dated else None,
        date_basis=dated.basis if dated else None,
        place=place.name or place.text if place else None,
        place_text=place.text if place else None,
        place_code=place.code if place else None,
        place_level=place.level if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        gazetteer=place.gazetteer if place else None,
        pledge_event=pledge.event if pledge else None,
        pledge_text=pledge.text if pledge else None,
        pledge_due=pledge.due if pledge else None,
        speaker=speaker.name or speaker.text if speaker else None,
        speaker_code=speaker.code if speaker else None,
        speaker_stance=speaker.stance if speaker else None,
        relayed_from=event.relayed_from,
        hedge=event.hedge.text if event.hedge else None,
        context=list(event.context),
        confidence=event.confidence,
        trigger=event.trigger.text,
        trigger_start=event.trigger.start,
        trigger_end=event.trigger.end,
        sentence=event.sentence.text,
        sentence_index=event.sentence.index,
        article=event.article,
        published=article.published,
        publisher=article.publisher,
        title=article.title,
        url=article.url,
        articles=act.articles,
        sources=act.sources,
        coder=event.coder,
    )


def cells(row: FlatAct) -> list[str]:
    """The row as text for a CSV: lists joined by "; ", nothing for None. A ";" within a value of a list becomes ","."""
    return [_cell(value) for value in msgspec.structs.astuple(row)]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(each.replace(";", ",") for each in value)
    return "" if value is None else str(value)
