"""Events as PLOVER JSON, one record a line, in the names of the manual of 2024 (Open Event Data Alliance).

`actor` is what the tables of the manual still call `source`, and what PLOVER of 2018 called so with `target` for
`recipient`. The manual welcomes named fields beyond its own: ours are `status`, `confidence`, `granularity`, `pledge`,
`speaker` and `relayed_from`. Its `text` is for those who have rights in the text, so it is left out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from detente.dyadrows import Act
from detente.records import Actor, Location

CODEBOOK = "plover-2024"


def plover(act: Act) -> dict[str, Any]:
    """The record of an act that has a date. `date` and `enddate` are its first and last day; empty fields are left out.

    An event's `link` is its own id where several articles tell it, as the manual has related records share one.
    """
    event, date = act.event, act.event.date
    assert date is not None
    last = date.end - timedelta(days=1)
    record = {
        "id": event.id,
        "has_event": True,
        "date": date.start.isoformat(),
        "enddate": last.isoformat() if last != date.start else None,
        "granularity": date.granularity,
        "actor": [_actor(each) for each in event.actor],
        "recipient": [_actor(each) for each in event.recipient],
        "event": [event.event],
        "mode": list(event.mode),
        "context": list(event.context),
        "event_text": [event.trigger.text],
        "event_loc": _place(event.location) if event.location else None,
        "quad_code": event.quad,
        "event_scale": event.scale,
        "status": event.status,
        "confidence": event.confidence,
        "pledge": _pledge(act),
        "speaker": event.speaker and _filled({"text": event.speaker.text, "code": event.speaker.code}),
        "relayed_from": event.relayed_from,
        "link": event.id if act.articles > 1 else None,
        "text_info": {
            "sequence": event.sentence.index,
            "start": event.sentence.start,
            "end": event.sentence.end,
        },
        "cite_info": _cited(act),
        "coder": event.coder,
    }
    kept = ("actor", "recipient", "mode", "context")  # lists stay, also where they are empty
    return {name: value for name, value in record.items() if name in kept or value not in (None, [], {})}


def _actor(party: Actor) -> dict[str, str]:
    return _filled(
        {
            "code": party.code,
            "sector": party.sector,
            "actor_text": party.text,
            "identifier_id": party.entity,
            "identifier_text": party.name,
        }
    )


def _place(place: Location) -> dict[str, Any]:
    """A location object, whose names are GeoNames' own."""
    number = (place.gazetteer or "").removeprefix("geonames:")
    return _filled(
        {
            "geonameid": int(number) if number.isdigit() else None,
            "name": place.name or place.text,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "cc3": place.code,
            "level": place.level,
        }
    )


def _pledge(act: Act) -> dict[str, str] | None:
    pledge = act.event.pledge
    if pledge is None:
        return None
    due = pledge.due.isoformat() if pledge.due else None
    return _filled({"event": pledge.event, "event_text": pledge.text, "due": due})


def _cited(act: Act) -> dict[str, str]:
    article = act.article
    return _filled(
        {
            "citation": act.event.article,
            "url": article.url,
            "title": article.title,
            "publication": article.publisher,
            "date": article.published.isoformat() if article.published else None,
            "codebook": CODEBOOK,
        }
    )


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, "")}
