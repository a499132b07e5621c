"""Frames become events: dated, identified, attributed, with ids that depend on content alone."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec
import pytest

from detente.config import Config
from detente.document import read_document
from detente.pipeline import code, code_frames
from detente.records import Article, Coded, Document, Event, Frame, Span

TEXT = (
    "TOKYO — Japan agreed to lift curbs on exports to South Korea on Thursday, the Harbour Gazette reported. "
    "Japanese troops seized the port in 1905."
)


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(words, start, start + len(words))


def document(published: date | None = date(2023, 3, 17)) -> Document:
    return read_document(Article(id="one", text=TEXT, published=published))


def concession(**fields: object) -> Frame:
    frame = Frame(
        event="CONCEDE",
        trigger=span("agreed to lift"),
        sentence=0,
        status="actual",
        actors=(span("Japan"),),
        recipients=(span("South Korea"),),
        speaker=span("Harbour Gazette"),
        when=span("on Thursday"),
        pledge_event="CONCEDE",
        pledge=span("lift curbs on exports to South Korea"),
        context=("economic",),
        confidence=0.9,
    )
    return msgspec.structs.replace(frame, **fields)


def seizure() -> Frame:
    return Frame(
        event="COERCE",
        trigger=span("seized"),
        sentence=1,
        status="background",
        mode="seize",
        actors=(span("Japanese troops"),),
        when=span("in 1905"),
        confidence=0.6,
    )


def coded(*frames: Frame, config: Config | None = None, published: date | None = date(2023, 3, 17)) -> Coded:
    return code_frames(document(published), frames, config=config or Config(), model="stub.v1")


def only(result: Coded) -> Event:
    [event] = result.events
    return event


def test_an_event_says_who_did_what_to_whom_and_when() -> None:
    event = only(coded(concession()))
    assert [(a.code, a.sector) for a in event.actor] == [("JPN", "GOV")]
    assert [(a.code, a.sector) for a in event.recipient] == [("KOR", "GOV")]
    assert (event.event, event.quad, event.scale, event.scale_version) == ("CONCEDE", 1, 4.5, "plover-2024")
    assert event.date is not None
    assert (event.date.start, event.date.end) == (date(2023, 3, 16), date(2023, 3, 17))
    assert (event.date.basis, event.date.text) == ("expression", "on Thursday")
    assert event.speaker is not None
    assert event.speaker.text == "Harbour Gazette"
    assert event.pledge is not None
    assert event.pledge.text == "lift curbs on exports to South Korea"


def test_every_span_of_an_event_is_its_words() -> None:
    for event in coded(concession(), seizure()).events:
        spans = [event.trigger, event.sentence, event.speaker, event.pledge, *event.actor, *event.recipient]
        for part in spans:
            assert part is None or TEXT[part.start : part.end] == part.text


def test_every_decision_leaves_a_step() -> None:
    steps = only(coded(concession())).steps
    assert steps[0].by == "stub.v1"
    assert {"reader", "when", "actors", "attribution"} <= {step.stage for step in steps}
    assert all(step.by for step in steps)


def test_history_is_never_dated_to_publication() -> None:
    event = only(coded(seizure()))
    assert event.date is not None
    assert (event.date.start, event.date.end) == (date(1905, 1, 1), date(1906, 1, 1))
    undated = only(coded(msgspec.structs.replace(seizure(), when=None)))
    assert undated.date is None or undated.date.basis != "publication"


def test_without_a_publication_day_relative_words_stay_unresolved() -> None:
    event = only(coded(concession(), published=None))
    assert event.date is None
    assert any(step.stage == "when" and step.why for step in event.steps)


def test_a_mode_sets_the_scale() -> None:
    event = only(coded(seizure()))
    assert (event.mode, event.quad, event.scale) == (("seize",), 4, -7.0)


def test_events_under_the_least_confidence_are_left_out() -> None:
    assert [e.event for e in coded(concession(), seizure(), config=Config(min_confidence=0.8)).events] == ["CONCEDE"]


def test_ids_depend_on_content_alone() -> None:
    first, again = only(coded(concession())), only(coded(concession()))
    other = only(coded(concession(event="AGREE")))
    assert first.id == again.id
    assert first == again
    assert first.id != other.id


def test_ids_are_the_same_in_every_run_and_differ_between_articles() -> None:
    assert only(coded(concession())).id == "996ee7983e6b5b3382fc"
    ids = {
        only(code_frames(read_document(article), [concession()], config=Config(), model="stub.v1")).id
        for article in (Article(id="one", text=TEXT), Article(id="two", text=TEXT), Article(id="one", text=f"{TEXT} ."))
    }
    assert len(ids) == 3


def test_the_text_of_an_article_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    long, hashed, real = TEXT + " And so on." * 1000, list[int](), hashlib.sha256

    def counting(data: bytes) -> object:
        hashed.append(len(data))
        return real(data)

    monkeypatch.setattr(hashlib, "sha256", counting)
    found = read_document(Article(id="one", text=long))
    assert len(code_frames(found, [concession(), seizure()], config=Config(), model="stub.v1").events) == 2
    assert len([size for size in hashed if size >= len(long)]) == 1


def test_the_same_act_read_twice_is_one_event() -> None:
    assert len(coded(concession(), concession()).events) == 1


def test_the_record_has_the_fields_that_other_tools_rely_on() -> None:
    record = msgspec.json.decode(msgspec.json.encode(only(coded(concession()))))
    assert list(record) == [
        "id", "article", "event", "mode", "quad", "scale", "scale_version", "actor", "recipient", "trigger",
        "sentence", "status", "pledge", "date", "location", "speaker", "relayed_from", "context", "confidence",
        "steps", "coder", "hedge", "mentions",
    ]  # fmt: skip
    assert set(record["actor"][0]) == {"text", "start", "end", "code", "sector", "name", "entity"}
    assert set(record["speaker"]) == {"text", "start", "end", "code", "sector", "name", "stance"}
    assert record["date"] == {
        "start": "2023-03-16", "end": "2023-03-17", "granularity": "day", "basis": "expression", "text": "on Thursday",
    }  # fmt: skip
    assert set(record["pledge"]) == {"event", "text", "start", "end", "due"}
    assert msgspec.convert(record, Event) == only(coded(concession()))


def test_a_wrong_publication_day_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        code(TEXT, published="17 March")
