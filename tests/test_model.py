"""The packaged model on real text: what it must find, what it must not, and that every word is where it says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detente
from detente.config import Config
from detente.evaluate import evaluate_pairs
from detente.ingest import read_path
from detente.pipeline import code_articles
from detente.reader import MODEL_FOLDER, Reader
from detente.records import Article, Coded, Event, Span
from detente.scoring import Party, Reading, event_reading, score
from detente.why import replay, sources

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "demo" / "articles"
SEED = ROOT.parent / "shared" / "seed"


def spans_of(event: Event) -> list[Any]:
    parts = [event.trigger, event.sentence, event.speaker, event.pledge, event.location, *event.actor, *event.recipient]
    return [part for part in parts if part is not None]


def demo_articles() -> list[Article]:
    return [found for found in read_path(DEMO, config=Config()) if isinstance(found, Article)]


@pytest.fixture(scope="module")
def demo() -> list[Coded]:
    return list(code_articles(demo_articles(), config=Config()))


def test_every_word_of_every_event_is_where_it_says(demo: list[Coded]) -> None:
    events = [(coded.article.text, event) for coded in demo for event in coded.events]
    assert len(events) > 300
    for text, event in events:
        for part in spans_of(event):
            assert text[part.start : part.end] == part.text
        if event.date is not None:
            assert event.date.start < event.date.end
        assert 0.0 <= event.confidence <= 1.0
        assert event.quad in (1, 2, 3, 4)


def test_history_in_the_demonstration_corpus_is_not_dated_to_publication(demo: list[Coded]) -> None:
    for coded in demo:
        for event in coded.events:
            if event.status == "background" and event.date is not None:
                assert event.date.basis != "publication"


def test_every_decision_left_a_step_with_its_words(demo: list[Coded]) -> None:
    for coded in demo:
        for event in coded.events:
            for step in event.steps:
                assert step.stage
                assert step.by
                assert step.field
                assert step.words is None or coded.article.text[step.words.start : step.words.end] == step.words.text
            told = {step.field for step in event.steps if step.stage != "reader"}
            assert {"date", "speaker"} <= told
            identified = {step.words for step in event.steps if step.stage == "actors"}
            assert {
                Span(party.text, party.start, party.end) for party in (*event.actor, *event.recipient)
            } <= identified
            for source in sources(event):
                assert source.steps or source.note or getattr(event, source.field) in (None, (), "")


def test_the_steps_of_an_event_give_the_same_record(demo: list[Coded]) -> None:
    for coded in demo:
        for event in coded.events[::2]:
            assert replay(event, coded.article) == event


def test_two_processes_read_what_one_reads(demo: list[Coded]) -> None:
    assert list(code_articles(demo_articles()[:20], config=Config(), jobs=2)) == demo[:20]


def test_what_an_article_says_does_not_depend_on_its_neighbours(demo: list[Coded]) -> None:
    for index in (0, 17, 40):
        assert list(code_articles([demo[index].article], config=Config())) == [demo[index]]


def test_ids_are_unique_across_the_corpus(demo: list[Coded]) -> None:
    ids = [event.id for coded in demo for event in coded.events]
    assert len(ids) == len(set(ids))


@settings(max_examples=25)
@given(
    st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(list(" .\n\"'“”’")))).map(
        lambda noise: f"{noise}Japan accused South Korea{noise} of lying on Monday, Seoul said. {noise}"
    )
)
def test_spans_hold_in_any_text(text: str) -> None:
    for event in detente.code(text, published="2023-03-17").events:
        for part in spans_of(event):
            assert text[part.start : part.end] == part.text


@pytest.mark.parametrize("text", ["", " \n", "…", "The concert was a delight, and the soup was warm."])
def test_text_without_events_gives_none(text: str) -> None:
    assert detente.code(text, published="2023-03-17").events == ()


def test_a_plain_accusation_is_read_whole() -> None:
    [event] = detente.code("China condemned the United States on Tuesday.", published="2023-03-17").events
    assert (event.event, event.status, event.quad) == ("ACCUSE", "actual", 3)
    assert [a.code for a in event.actor] == ["CHN"]
    assert [a.code for a in event.recipient] == ["USA"]
    assert event.date is not None
    assert event.date.start == date(2023, 3, 14)


def test_the_package_model_is_small() -> None:
    folder = ROOT / "src" / "detente" / "model" / MODEL_FOLDER
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 40_000_000


def test_given_parties_are_related_by_what_the_text_says(tmp_path: Path) -> None:
    rows = [
        ("<s>Japan</s> condemned <t>North Korea</t> for its missile launch.", "ACCUSE"),
        ("<s>Russia</s> imposed sanctions on <t>Canada</t>.", "SANCTION"),
        ("The president of <s>France</s> met <t>Ukraine</t>'s president in Paris.", "CONSULT"),
    ]
    path = tmp_path / "pairs.tsv"
    path.write_text("marked_sentence\tgold_root\n" + "\n".join("\t".join(r) for r in rows) + "\n", encoding="utf-8")
    count, figures = evaluate_pairs(path)
    assert count == 3
    assert figures["binary accuracy"] == 1.0
    assert figures["root accuracy"] >= 2 / 3


def test_relations_are_probabilities_over_the_sixteen_types() -> None:
    [relation] = Reader.load().relate([("Japan met Russia.", (0, 5), (10, 16))])
    assert len(relation) == 16
    assert sum(relation.values()) == pytest.approx(1.0, abs=1e-5)


# -- the article that detente began with


def seed_gold() -> list[Reading]:
    gold = json.loads((SEED / "gold.json").read_text(encoding="utf-8"))

    def parties(entities: list[dict[str, str]]) -> tuple[Party, ...]:
        return tuple(Party(e["text"], e["code"]) for e in entities)

    readings = []
    for event in gold["events"]:
        start = gold["text"].index(event["quote"])
        readings.append(
            Reading(
                event=event["type"],
                actors=parties(event["actors"]),
                recipients=parties(event["recipients"]),
                start=start,
                end=start + len(event["quote"]),
                status=event["status"],
                mode=event["mode"],
                pledge=event["pledge"]["type"] if event["pledge"] else None,
                speaker=event["speaker"],
                when=event["when"],
                date=None,
                context=frozenset(event["contexts"]),
            )
        )
    return readings


@pytest.mark.skipif(not SEED.exists(), reason="the seed article lies beside the repository, not in it")
def test_the_seed_article_is_read() -> None:
    text = (SEED / "article.txt").read_text(encoding="utf-8")
    coded = detente.code(text, published="2023-03-18")
    scores = score([seed_gold()], [[event_reading(event) for event in coded.events]])
    assert scores["directed"].right >= 9
    history = ("forced millions", "kept Korean women")
    for event in coded.events:
        if any(words in event.sentence.text for words in history):
            assert event.status == "background"
    assert {event.relayed_from for event in coded.events} == {"BBC"}
    assert msgspec.json.decode(msgspec.json.encode(coded.events[0]))["coder"].startswith("detente ")
