"""The page of an article marks what its words are, shows long texts in parts, and tells whose words they are."""

from __future__ import annotations

import csv
import io
import time
from datetime import date
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from detente.ledger import open_ledger
from detente.page_article import PART, ArticlePage
from detente.pagetext import in_path
from detente.records import Article, Coded, Event, Exclusion
from tests.factories import make_article, make_event
from tests.test_page import HOSTILE, browse, keep, read
from tests.test_page_event import STORY, coded, judge, link


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


def page(client: TestClient, id_: str, **query: str) -> ArticlePage:
    return msgspec.convert(client.get(f"/article/{in_path(id_)}.json", params=query).json(), ArticlePage)


def long_coded(parts: int, *, at: tuple[int, ...] = ()) -> Coded:
    """An article of that many parts with the event words "met" at those places."""
    text = ("Words and more of them. " * (PART // 24) + "\n") * parts
    for place in at:
        text = f"{text[:place]}met {text[place + 4 :]}"
    article = make_article("Japan South Korea " + text, id="long")
    events = []
    for place in at:
        event = make_event(article, key=str(place))
        words = msgspec.structs.replace(event.trigger, start=place + 18, end=place + 21)
        events.append(msgspec.structs.replace(event, trigger=words))
    return Coded(article, tuple(events))


# -- marks


def test_every_word_of_the_text_is_shown_with_the_parts_it_plays(path: Path) -> None:
    told = coded("a", STORY, "Wire", date(2023, 3, 17))
    keep(path, told)
    shown = page(browse(path), "a")
    assert "".join(passage.text for passage in shown.passages) == STORY
    assert {part.role for passage in shown.passages for part in passage.parts} == {"trigger", "actor", "recipient"}
    html = browse(path).get("/article/a").text
    assert f'href="/event/{told.events[0].id}" title="trigger of CONSULT" data-parts="1:trigger "' in html
    assert f'<sup><a href="#{told.events[0].id}"' in html


def test_a_record_that_a_person_put_right_is_shown_so(path: Path) -> None:
    one, other = coded("a", STORY, "Wire", date(2023, 3, 17)), coded("b", STORY + " Yes.", "Lantern", date(2023, 3, 18))
    link(keep(path, one, other))
    client = browse(path)
    judge(client, one.events[0].id, deed="type", type="ACCUSE", subject=one.events[0].id)
    judge(client, other.events[0].id, deed="not-an-event", subject=other.events[0].id)
    assert [event.event for event in page(client, "a").events] == ["ACCUSE"]
    assert page(client, "b").events == ()


def test_hostile_words_stay_words_in_any_direction(path: Path) -> None:
    article = msgspec.structs.replace(make_article(HOSTILE + "x" * 5000, id="a"), title="\u202etitle", language="ar")
    keep(path, Coded(article, (make_event(article),)))
    html = browse(path).get("/article/a").text
    seen = read(html)
    assert "script" not in seen.tags
    assert '<div class="text words" dir="auto" id="words" lang="ar">' in html
    assert "<h1><bdi>\u202etitle</bdi></h1>" in html
    assert HOSTILE in "".join(passage.text for passage in page(browse(path), "a").passages)


# -- long texts


def test_a_long_text_is_shown_in_parts_that_make_the_whole(path: Path) -> None:
    told = long_coded(3, at=(100, PART + 5000, 2 * PART + 9000))
    keep(path, told)
    client = browse(path)
    pages = page(client, "long").paging.pages
    shown = [page(client, "long", page=str(number)) for number in range(1, pages + 1)]
    assert "".join(each.article.text for each in shown) == told.article.text
    assert [each.start for each in shown] == [sum(len(e.article.text) for e in shown[:n]) for n in range(len(shown))]
    assert [event.id for each in shown for event in each.events] == [event.id for event in told.events]
    assert [each.first for each in shown if each.events] == [1, 2, 3]
    assert {each.event_count for each in shown} == {3}
    assert all(each.article.text[-1] in " \n" for each in shown)
    assert client.get(f"/article/long?page={pages + 1}").status_code == 404


def test_an_event_opens_the_part_that_it_stands_in(path: Path) -> None:
    places = (100, PART - 30, PART + 5000, 2 * PART + 9000)
    keep(path, told := long_coded(3, at=places))
    client = browse(path)
    for event in told.events:
        assert event.id in {shown.id for shown in page(client, "long", event=event.id).events}
    assert page(client, "long", event="none").paging.page == 1


@pytest.mark.slow
def test_a_huge_article_is_a_page_like_any_other(path: Path) -> None:
    article = make_article("Japan met South Korea. " + "Words and more of them, \U0001f600 too. " * 600_000, id="huge")
    assert len(article.text) > 18_000_000
    keep(path, Coded(article, (make_event(article),)))
    client = browse(path)
    client.get("/article/huge?page=300")
    begun = time.perf_counter()
    answer = client.get("/article/huge?page=600")
    assert time.perf_counter() - begun < 2  # 0.1 s on a desk
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    assert "detente conflicts huge" in answer.text


# -- whose words, which version


def test_it_says_on_whose_words_it_stands_and_who_stands_on_it(path: Path) -> None:
    link(keep(path, coded("a", STORY, "Wire", date(2023, 3, 16)), coded("b", STORY, "Gazette", date(2023, 3, 17))))
    client = browse(path)
    (tie,), (back,) = page(client, "b").ties, page(client, "a").ties
    assert (tie.other.id, tie.stands, tie.kind) == ("a", True, "copy")
    assert (back.other.id, back.stands) == ("b", False)
    root = page(client, "b").root
    assert root is not None
    assert root.source == "a"
    assert "It comes from" in read(client.get("/article/b").text).text
    assert "Its own: no earlier article" in read(client.get("/article/a").text).text


def test_an_article_that_is_not_traced_yet_says_so(path: Path) -> None:
    keep(path, coded("a", STORY, "Wire", date(2023, 3, 16)))
    assert "detente link --ledger news.detente" in browse(path).get("/article/a").text


def test_an_earlier_version_can_be_read_with_the_events_it_had(path: Path) -> None:
    old = coded("a", STORY, "Wire", date(2023, 3, 16))
    link(keep(path, old))
    link(keep(path, Coded(make_article("No talks were held.", id="a"), ())))
    client = browse(path)
    now, before = page(client, "a"), page(client, "a", version="1")
    assert (now.version, now.article.text, now.events) == (2, "No talks were held.", ())
    assert (before.version, before.article.text) == (1, STORY)
    assert [event.id for event in before.events] == [old.events[0].id]
    assert "This is version 1 of 2" in client.get("/article/a?version=1").text
    assert client.get("/article/a?version=3").status_code == 404
    assert client.get("/article/a?version=x").status_code == 404


def test_what_was_left_out_is_told(path: Path) -> None:
    keep(path, Coded(make_article(id="a"), ()))
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="c", model="m", codebook="b")
        ledger.exclude(Exclusion("made.txt", "no-text", "The second page holds no text."), run)
        ledger.exclude(Exclusion("scan.pdf", "no-text", "It is a picture."), run)
    assert "The second page holds no text." in browse(path).get("/article/a").text
    assert "It was excluded: no-text. It is a picture." in browse(path).get("/article/scan.pdf").text


def test_a_contradiction_within_an_article_is_shown(path: Path) -> None:
    text = "Twelve people were killed in Busan on Thursday. In all, 40 people were killed in Busan on Thursday."
    keep(path, Coded(make_article(text, id="a"), ()))
    (conflict,) = page(browse(path), "a").conflicts or ()
    assert {answer.answer for answer in conflict.answers} == {"12", "40"}


def test_an_article_without_words_or_events_is_still_a_page(path: Path) -> None:
    keep(path, Coded(make_article("", id="a", published=None), ()))
    answer = browse(path).get("/article/a")
    assert answer.status_code == 200
    assert "None was found" in answer.text
    assert page(browse(path), "a").passages == ()


def test_a_day_before_shows_the_events_known_then(path: Path) -> None:
    link(keep(path, coded("a", STORY, "Wire", date(2023, 3, 16))))
    client = browse(path)
    assert len(page(client, "a", as_of="2023-03-16").events) == 1
    assert page(client, "a", as_of="2023-03-15").events == ()


def test_its_events_are_a_table(path: Path) -> None:
    keep(path, told := coded("a", STORY, "Wire", date(2023, 3, 16)))
    (row,) = csv.DictReader(io.StringIO(browse(path).get("/article/a.csv").text))
    assert (row["event"], row["type"], row["trigger"]) == (told.events[0].id, "CONSULT", "met")


def test_the_twin_holds_the_article(path: Path) -> None:
    keep(path, told := coded("a", STORY, "Wire", date(2023, 3, 16)))
    data = browse(path).get("/article/a.json").json()
    assert msgspec.convert(data["article"], Article) == told.article
    assert msgspec.convert(data["events"], list[Event]) == list(told.events)


def test_a_translation_is_shown_with_its_original(path: Path) -> None:
    told = msgspec.structs.replace(
        make_article(id="a"), original="日本と韓国は木曜日に東京で会談した。<b>", translated_from="ja", alignment="0:0"
    )
    keep(path, Coded(told, (make_event(told),)))
    html = browse(path).get("/article/a").text
    assert "A translation from <bdi>ja</bdi>" in html
    assert 'dir="auto" lang="ja">日本と韓国は木曜日に東京で会談した。&lt;b&gt;</div>' in html
