"""What was done: in the report's words after its verb where the sentence shows who did it, else by type."""

from __future__ import annotations

import msgspec
import pytest

from detente.briefcast import Cast
from detente.briefdeeds import NOUNS, deed, past_of, told_with_verb, verb_phrase
from detente.codebook import event_types
from detente.records import Event
from tests.factories import make_article, make_event

JPN, KOR = (("Japan", "JPN"),), (("South Korea", "KOR"),)


def told(text: str, trigger: str, *, actors: tuple[tuple[str, str], ...] = JPN) -> str | None:
    event = make_event(make_article(text), trigger=trigger, actors=actors, recipients=KOR, event="SANCTION")
    return told_with_verb(event, Cast(), ("JPN", "KOR"))


@pytest.mark.parametrize(
    ("text", "trigger", "said"),
    [
        ("Japan removed South Korea from its list.", "removed", "Japan removed “South Korea from its list”"),
        ("Japan on Friday removed South Korea from its list.", "removed", "Japan removed “South Korea from its list”"),
        ("Japan sanctions two South Korea firms.", "sanctions", "Japan sanctioned “two South Korea firms”"),
        ("Japan has frozen funds of South Korea.", "frozen", "Japan froze “funds of South Korea”"),
        ("Japan called on South Korea to talk.", "called", "Japan called on “South Korea to talk”"),
        ("Japan struck South Korea off, a step feared for long.", "struck", "Japan struck “South Korea off”"),
        ("Japan barred South Korea on Monday.", "barred", "Japan barred “South Korea”"),
        ("Japan hits South Korea and raises tariffs.", "hits", "Japan hit “South Korea”"),
        ("TOKYO, Japan — Japan cut ties with South Korea.", "cut", None),
        ("Talks between Japan and South Korea failed.", "failed", None),
        ("Officials of Japan criticised South Korea.", "criticised", None),
        ("Japan was criticised by South Korea.", "criticised", None),
        ("Japan criticised by South Korea.", "criticised", None),
        ("Japan said that it and South Korea agreed.", "agreed", None),
        ("Japan imposed a fine on a firm, and South Korea was silent.", "imposed", None),
        ("Japan promised South Korea that", "promised", None),
        ("Japan sanctioning South Korea was news.", "sanctioning", None),
    ],
)
def test_the_verb_of_the_report(text: str, trigger: str, said: str | None) -> None:
    assert told(text, trigger) == said


def test_adjectives_are_no_subjects() -> None:
    event = make_event(
        make_article("Japanese attacks on South Korea."), trigger="attacks", actors=(("Japanese", "JPN"),)
    )
    assert verb_phrase(event) is None


def test_every_quote_stands_in_the_sentence() -> None:
    text = 'Japan accused South Korea of "bad faith" over a pact of 1965 (and kept), after talks broke down.'
    event = make_event(make_article(text), trigger="accused", event="ACCUSE")
    phrase = verb_phrase(event)
    assert phrase is not None
    assert phrase.rest in text


def test_by_type_where_the_sentence_does_not_show_it() -> None:
    text = "The curbs of Japan against South Korea"
    event = make_event(make_article(text), trigger="curbs", event="SANCTION")
    assert deed(event, Cast()) == "Japan took punitive measures against South Korea"
    alone = msgspec.structs.replace(event, recipient=())
    assert deed(alone, Cast()) == "Japan took punitive measures"
    both = msgspec.structs.replace(event, event="CONSULT", actor=event.actor + event.recipient, recipient=event.actor)
    assert deed(both, Cast()) == "Japan and South Korea held talks"


def test_who_fights_whom_is_not_guessed() -> None:
    event = make_event(make_article("Japan fired at South Korea."), event="ASSAULT", trigger="fired")
    both = event.actor + event.recipient
    mutual = msgspec.structs.replace(event, actor=both, recipient=both)
    assert deed(mutual, Cast()) == "Japan and South Korea fought one another"
    assert deed(msgspec.structs.replace(mutual, recipient=()), Cast()) == "Japan and South Korea used force"


def test_third_parties_are_left_out_where_the_two_are_named() -> None:
    text = "Japan and France met South Korea."
    event = make_event(make_article(text), actors=(("Japan", "JPN"), ("France", "FRA")))
    assert deed(event, Cast(), others=("JPN", "KOR")) == "Japan held talks with South Korea"


def test_places_in_the_dateline_do_nothing() -> None:
    text = "PHNOM PENH, Cambodia — Japan met South Korea."
    event = make_event(make_article(text), actors=(("Cambodia", "KHM"), ("Japan", "JPN")))
    assert deed(event, Cast()) == "Japan held talks with South Korea"


def test_every_type_has_words() -> None:
    assert set(NOUNS) == set(event_types())
    for kind in event_types():
        event: Event = make_event(make_article(), event=kind)
        assert deed(event, Cast())


@pytest.mark.parametrize(("base", "past"), [("agree", "agreed"), ("deny", "denied"), ("deploy", "deployed")])
def test_past_tense(base: str, past: str) -> None:
    assert past_of(base) == past
