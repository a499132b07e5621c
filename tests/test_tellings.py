from __future__ import annotations

from datetime import date

import msgspec
import pytest

from detente.records import Event
from detente.tellings import is_same_act, together
from tests.factories import make_article, make_event

TEXT = (
    "JAPAN WARNS SOUTH KOREA. Japan warned South Korea on Thursday that it would act. The warning to South Korea "
    "came late. Japan met South Korea in May. The talks of Japan and South Korea ended. Japan visited South Korea. "
    "China met Japan."
)
ARTICLE = make_article(TEXT)
BOTH = (("Japan", "JPN"), ("South Korea", "KOR"))


def warning(trigger: str, **fields: object) -> Event:
    return make_event(ARTICLE, event="THREATEN", trigger=trigger, **fields)  # type: ignore[arg-type]


def meeting(trigger: str, **fields: object) -> Event:
    return make_event(ARTICLE, event="CONSULT", actors=BOTH, recipients=(), trigger=trigger, **fields)  # type: ignore[arg-type]


def test_an_act_told_three_times_is_one_event_with_two_mentions() -> None:
    full = warning("warned")
    [event] = together([warning("WARNS", recipients=()), full, warning("warning", actors=())])
    assert event.id == full.id
    assert [words.text for words in event.mentions] == ["WARNS", "warning"]
    assert event.steps[-1].stage == "tellings"
    assert event.steps[-1].field == "mentions"


def test_an_event_told_once_is_left_as_it_is() -> None:
    events = [warning("warned"), meeting("met")]
    assert together(events) == tuple(events)


def test_meetings_of_the_same_two_need_no_common_stem() -> None:
    assert is_same_act(meeting("met"), meeting("talks"))
    assert not is_same_act(warning("warned"), warning("came"))


@pytest.mark.parametrize(
    "other",
    [
        warning("WARNS", status="denied"),
        warning("WARNS", when=date(2023, 1, 2)),
        warning("WARNS", actors=(("China", "CHN"),)),
        make_event(ARTICLE, event="ACCUSE", trigger="WARNS"),
        warning("WARNS", actors=(), recipients=()),
    ],
    ids=["another standing", "another day", "another actor", "another type", "nobody in common"],
)
def test_what_parts_two_acts(other: Event) -> None:
    assert not is_same_act(warning("warned"), other)


def test_a_visit_and_the_meeting_on_it_are_two_acts() -> None:
    visit = msgspec.structs.replace(meeting("visited"), mode=("visit",))
    assert not is_same_act(visit, meeting("met"))


def test_background_and_news_may_tell_one_act() -> None:
    assert is_same_act(warning("warned"), warning("WARNS", status="background"))
