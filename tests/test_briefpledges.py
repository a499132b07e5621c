"""A pledge in one sentence: grammar follows the words, and words that say nothing give no sentence."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from detente.briefcast import Cast
from detente.briefpledges import fate, pledged, promises
from detente.briefwords import Statement
from detente.records import LinkedEvent, Pledge, Report
from detente.threads import PledgeThread, pledges
from tests.factories import make_article, make_event


def thread(
    text: str, words: str, *, event: str = "AGREE", trigger: str = "said", due: date | None = None, both: bool = False,
    on: date = date(2023, 4, 1),
) -> PledgeThread:  # fmt: skip
    article = make_article(text)
    start = text.index(words)
    actors = (("Japan", "JPN"), ("South Korea", "KOR")) if both else (("Japan", "JPN"),)
    told = make_event(article, event=event, trigger=trigger, actors=actors, recipients=(("South Korea", "KOR"),))
    told = msgspec.structs.replace(told, pledge=Pledge(event, words, start, start + len(words), due=due))
    report = Report(told, article.published, None, None, None, article.id)
    act = LinkedEvent(told.id, told, (report,), 1, {}, article.published, article.published)
    [made] = pledges((act,), on=on)
    return made


@pytest.mark.parametrize(
    ("text", "words", "event", "said"),
    [
        ("Japan said to South Korea it would lift its curbs.", "lift its curbs", "AGREE",
         "Japan promised South Korea to “lift its curbs”"),
        ("Japan said to South Korea it would lift its curbs.", "would lift its curbs", "CONCEDE",
         "Japan offered to “lift its curbs”"),
        ("Japan said to South Korea it would lift its curbs and go.", "lift its curbs and", "THREATEN",
         "Japan threatened to “lift its curbs”"),
        ("Japan said South Korea faced new curbs on trade.", "new curbs on trade", "THREATEN",
         "Japan threatened “new curbs on trade”"),
        ("Japan said South Korea would see talks soon.", "talks", "AGREE", None),
        ("Japan said South Korea should be invited to talks.", "be invited to talks", "AGREE", None),
        ("Japan said it meets South Korea whenever it is there.", "whenever it is", "AGREE", None),
        ("Japan said it agreed with South Korea to the terms.", "to the terms", "AGREE", None),
    ],
)  # fmt: skip
def test_the_words_decide_the_verb(text: str, words: str, event: str, said: str | None) -> None:
    assert pledged(thread(text, words, event=event), Cast()) == said


def test_two_sides_agree() -> None:
    text = "Japan and South Korea said they reached agreement on trade rules, and to hold more talks."
    noun = thread(text, "agreement on trade rules", both=True)
    verb = thread(text, "hold more talks", both=True)
    assert pledged(noun, Cast()) == "Japan and South Korea reached an “agreement on trade rules”"
    assert pledged(verb, Cast()) == "Japan and South Korea agreed to “hold more talks”"


def test_what_is_overdue_says_so_with_its_day() -> None:
    late = thread("Japan said to South Korea it would lift its curbs.", "lift its curbs", due=date(2023, 3, 20))
    assert late.state == "overdue"
    [told] = promises([late], None, Cast())
    assert told == Statement(
        "On 16 March 2023 Japan promised South Korea to “lift its curbs” by 20 March 2023; that day has passed, and no"
        " report tells that it was done.",
        (late.id,),
    )


def test_what_cannot_be_said_is_counted() -> None:
    [told] = promises([thread("Japan said South Korea would see talks soon.", "talks")], None, Cast())
    assert told.text == "Of one promise or threat no report tells what became."


def test_every_state_has_words() -> None:
    made = thread("Japan said to South Korea it would lift its curbs.", "lift its curbs")
    for state in ("open", "kept", "partly-kept", "broken", "withdrawn", "superseded", "overdue", "possibly-kept",
                  "possibly-broken"):  # fmt: skip
        assert fate(msgspec.structs.replace(made, state=state)).startswith(("it ", "the ", "no ", "that ", "another "))
