"""An article's words are cut at the parts they play, and put together again they are the article."""

from __future__ import annotations

from datetime import date

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from detente.passages import ROLES, Part, passages
from detente.records import Actor, Event, Location, Pledge, Span, Speaker, Step
from tests.factories import make_article, make_date, make_event, make_span

TEXT = "Japan met South Korea in Tokyo on Thursday, Kyodo said, and promised to meet again; it is alleged they ate."


def full_event() -> Event:
    article = make_article(TEXT)

    def at(words: str) -> Span:
        return make_span(article, words)

    place, speaker, pledge, day = at("Tokyo"), at("Kyodo"), at("meet again"), at("on Thursday")
    return msgspec.structs.replace(
        make_event(article, when=make_date(date(2023, 3, 16))),
        location=Location(place.text, place.start, place.end),
        speaker=Speaker(speaker.text, speaker.start, speaker.end),
        pledge=Pledge("CONSULT", pledge.text, pledge.start, pledge.end),
        hedge=at("alleged"),
        mentions=(at("ate"),),
        steps=(Step("reader", "m", field="date", words=day), Step("reader", "m", field="event", words=at("met"))),
    )


def test_each_role_is_marked_where_its_words_stand() -> None:
    found = {part.role: each.text for each in passages(TEXT, 0, [full_event()]) for part in each.parts}
    assert found == {
        "trigger": "met", "actor": "Japan", "recipient": "South Korea", "place": "Tokyo", "date": "on Thursday",
        "speaker": "Kyodo", "pledge": "meet again", "hedge": "alleged", "mention": "ate",
    }  # fmt: skip
    assert set(found) == set(ROLES)


def test_words_in_two_events_have_both_parts_the_event_words_first() -> None:
    article = make_article(TEXT)
    events = [make_event(article), make_event(article, event="ACCUSE", actors=(("South Korea", "KOR"),), recipients=())]
    found = {each.text: each for each in passages(TEXT, 0, events, first=5)}
    assert found["met"].parts == (Part("trigger", 5), Part("trigger", 6))
    assert found["met"].ending == (5, 6)
    assert found["South Korea"].parts == (Part("actor", 6), Part("recipient", 5))


def test_marks_are_cut_off_at_the_ends_of_the_part_shown() -> None:
    part = TEXT[10:24]  # "South Korea in"
    found = passages(part, 10, [make_event(make_article(TEXT), actors=(("Japan met South", "JPN"),))])
    assert [(each.text, [p.role for p in each.parts]) for each in found] == [
        ("South", ["actor", "recipient"]), (" Korea", ["recipient"]), (" in", []),
    ]  # fmt: skip


def test_a_text_without_events_is_one_passage_and_no_text_none() -> None:
    assert [each.text for each in passages("Words.", 3, [])] == ["Words."]
    assert passages("", 0, []) == ()


@given(st.data())
def test_the_passages_are_the_text_again_and_hold_every_mark(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=30))
    start = data.draw(st.integers(0, 10))
    ranges = st.tuples(st.integers(0, 45), st.integers(0, 45)).map(sorted)
    base = make_event(make_article())
    events = [
        msgspec.structs.replace(
            base,
            trigger=Span("", *trigger),
            actor=tuple(Actor("", begin, stop) for begin, stop in parties),
            recipient=(),
        )
        for trigger, parties in data.draw(st.lists(st.tuples(ranges, st.lists(ranges, max_size=3)), max_size=4))
    ]
    found = passages(text, start, events)
    assert "".join(each.text for each in found) == text
    for number, event in enumerate(events, 1):
        words = "".join(each.text for each in found if Part("trigger", number) in each.parts)
        begin, end = (min(max(at - start, 0), len(text)) for at in (event.trigger.start, event.trigger.end))
        assert words == text[begin:end]
        assert sum(number in each.ending for each in found) == (begin < end)
