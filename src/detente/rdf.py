"""Events as RDF, in N-Triples, which every reader of Turtle reads as well.

What others have words for is said in theirs: SEM (Simple Event Model), PROV-O, Dublin Core, WGS84 positions. What is
ours is said under `urn:x-detente:ns:`; docs/formats.md has the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from detente.dyadrows import Act
from detente.records import Actor, Event, Location

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SEM = "http://semanticweb.cs.vu.nl/2009/11/sem/"
PROV = "http://www.w3.org/ns/prov#"
DCT = "http://purl.org/dc/terms/"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OURS = "urn:x-detente:ns:"

_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\0": "\ufffd"}
)


def triples(act: Act) -> Iterator[str]:
    """The statements about an act, one a line, each ending in " .".

    Half-open dates become the first and the last day, both `xsd:date`.
    """
    event, this = act.event, name("event", act.event.id)
    yield _link(this, f"{RDF}type", f"{SEM}Event")
    yield _link(this, f"{SEM}eventType", f"{OURS}type:{event.event}")
    for mode in event.mode:
        yield _link(this, f"{OURS}mode", f"{OURS}mode:{mode}")
    for context in event.context:
        yield _link(this, f"{DCT}subject", f"{OURS}context:{context}")
    yield _value(this, f"{OURS}quad", str(event.quad), "integer")
    yield _value(this, f"{OURS}scale", f"{event.scale:.10g}", "decimal")
    yield _value(this, f"{OURS}status", event.status)
    yield _value(this, f"{OURS}confidence", f"{event.confidence:.10g}", "decimal")
    yield _value(this, f"{OURS}trigger", event.trigger.text)
    if event.date:
        yield _value(this, f"{SEM}hasBeginTimeStamp", event.date.start.isoformat(), "date")
        yield _value(this, f"{SEM}hasEndTimeStamp", (event.date.end - timedelta(days=1)).isoformat(), "date")
        yield _value(this, f"{OURS}dateBasis", event.date.basis)
    yield from _parties(this, event)
    if event.location:
        yield from _place(this, f"{this}:place", event.location)
    if event.pledge:
        yield _link(this, f"{OURS}pledges", f"{OURS}type:{event.pledge.event}")
        yield _value(this, f"{OURS}pledgeText", event.pledge.text)
        if event.pledge.due:
            yield _value(this, f"{OURS}pledgeDue", event.pledge.due.isoformat(), "date")
    if event.speaker:
        yield _value(this, f"{OURS}speaker", event.speaker.name or event.speaker.text)
    yield _value(this, f"{OURS}coder", event.coder)
    yield from _article(this, act)


def _parties(this: str, event: Event) -> Iterator[str]:
    for side, parties in (("actor", event.actor), ("recipient", event.recipient)):
        for place, party in enumerate(parties):
            node = f"{this}:{side}:{place}"
            yield _link(this, f"{SEM}hasActor", node)
            yield _link(this, f"{OURS}{side}", node)
            yield from _party(node, party)


def _party(node: str, party: Actor) -> Iterator[str]:
    yield _link(node, f"{RDF}type", f"{SEM}Actor")
    yield _value(node, f"{RDFS}label", party.name or party.text)
    yield _value(node, f"{OURS}words", party.text)
    yield _value(node, f"{OURS}sector", party.sector)
    if party.code:
        yield _value(node, f"{OURS}code", party.code)
    if party.entity:
        yield _link(node, f"{OURS}entity", name("entity", party.entity))


def _place(this: str, node: str, place: Location) -> Iterator[str]:
    yield _link(this, f"{SEM}hasPlace", node)
    yield _link(node, f"{RDF}type", f"{SEM}Place")
    yield _value(node, f"{RDFS}label", place.name or place.text)
    yield _value(node, f"{OURS}level", place.level)
    if place.code:
        yield _value(node, f"{OURS}code", place.code)
    if place.latitude is not None and place.longitude is not None:
        yield _value(node, f"{GEO}lat", f"{place.latitude:.10g}", "decimal")
        yield _value(node, f"{GEO}long", f"{place.longitude:.10g}", "decimal")


def _article(this: str, act: Act) -> Iterator[str]:
    node, article = name("article", act.event.article), act.article
    yield _link(this, f"{PROV}wasDerivedFrom", node)
    yield _link(node, f"{RDF}type", f"{PROV}Entity")
    if article.title:
        yield _value(node, f"{DCT}title", article.title)
    if article.publisher:
        yield _value(node, f"{DCT}publisher", article.publisher)
    if article.published:
        yield _value(node, f"{DCT}issued", article.published.isoformat(), "date")
    if article.url:
        yield _value(node, f"{DCT}identifier", article.url)


def name(kind: str, key: str) -> str:
    """The IRI of a thing of ours.

    >>> name("article", "a b")
    'urn:x-detente:article:a%20b'
    """
    return f"urn:x-detente:{kind}:{quote(key, safe='')}"


def _link(subject: str, predicate: str, target: str) -> str:
    return f"<{subject}> <{predicate}> <{target}> ."


def _value(subject: str, predicate: str, value: str, kind: str = "") -> str:
    literal = f'"{value.translate(_ESCAPES)}"' + (f"^^<{XSD}{kind}>" if kind else "")
    return f"<{subject}> <{predicate}> {literal} ."
