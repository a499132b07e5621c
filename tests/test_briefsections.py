"""The sections of a brief: what leads, what is grouped, what is left out, and that each sentence cites its events."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from detente.briefcast import Cast
from detente.briefdisputes import live_disputes
from detente.briefsections import apart, contradictions, happened, silences
from detente.conflicts import find_conflicts
from detente.disputes import Dispute, Position, Side
from detente.dyads import DyadSeries
from detente.records import Coded, Event, EventDate, LinkedEvent, Report, Span, Speaker
from detente.relations import Relation
from detente.standings import Move, Standing, State
from tests.factories import make_article, make_date, make_event

PAIR = ("JPN", "KOR")
QUIET = Relation(DyadSeries(PAIR, False, "month", ("actual",), (), (), 0, {}, 0.0, 0, 0, {}), (), (), None, False)


def act(
    text: str, day: date, *, sources: int = 1, reports: int = 1, seen: date | None = None, **fields: object
) -> LinkedEvent:
    article = make_article(text, published=seen or day)
    event = make_event(article, when=make_date(day), **fields)  # type: ignore[arg-type]
    return linked(event, seen or day, sources=sources, reports=reports)


def linked(
    event: Event, seen: date, *, sources: int = 1, reports: int = 1, publisher: str | None = None
) -> LinkedEvent:
    told = tuple(
        Report(msgspec.structs.replace(event, id=f"{event.id}{n or ''}"), seen, publisher, None, None, f"a{n}")
        for n in range(reports)
    )
    return LinkedEvent(event.id, event, told, sources, {}, seen, seen)


def late(*acts: LinkedEvent) -> list[str]:
    return [each.text for each in happened(acts, PAIR, Cast(), date(2020, 1, 1))[0]]


def test_days_sources_and_speakers_are_told() -> None:
    one = act("Japan sanctions South Korea firms.", date(2023, 3, 16), sources=2, reports=3, trigger="sanctions",
              event="SANCTION")  # fmt: skip
    spoken = Speaker("officials", 0, 9, "JPN", "GOV", "Japanese officials")
    one = msgspec.structs.replace(one, event=msgspec.structs.replace(one.event, speaker=spoken))
    assert late(one) == [
        "On 16 March 2023 Japan sanctioned “South Korea firms”, according to Japanese officials (three reports, two"
        " independent sources)."
    ]


def test_a_day_that_is_not_told_is_not_claimed() -> None:
    one = act("Japan met South Korea in Rome.", date(2023, 3, 16))
    event = msgspec.structs.replace(one.event, date=make_date(date(2023, 3, 16), basis="publication"))
    assert late(msgspec.structs.replace(one, event=event)) == [
        "Reported on 16 March 2023: Japan met “South Korea in Rome”."
    ]


def test_a_hedge_stays() -> None:
    one = act("Japan, it is said, met South Korea in Rome.", date(2023, 3, 16))
    hedged = msgspec.structs.replace(one.event, hedge=Span("it is said", 7, 17))
    assert "which the report marks as unconfirmed (“it is said”)" in late(msgspec.structs.replace(one, event=hedged))[0]


def test_acts_of_one_sentence_are_told_once_and_all_cited() -> None:
    text = "Japan met South Korea in Rome and agreed to talk."
    one, two = act(text, date(2023, 3, 16)), act(text, date(2023, 3, 16), event="AGREE", trigger="agreed")
    [told] = happened([one, two], PAIR, Cast(), date(2020, 1, 1))[0]
    assert set(told.events) == {one.id, two.id}


def test_what_is_not_sure_is_counted_and_does_not_lead() -> None:
    sure = act("Japan met South Korea in Rome.", date(2023, 3, 16))
    unsure = act(
        "Japan attacked South Korea at sea.", date(2023, 3, 17), event="ASSAULT", trigger="attacked", confidence=0.3
    )
    assert late(sure, unsure) == [
        "On 16 March 2023 Japan met “South Korea in Rome”.", "One further act is on record: one attack.",
    ]  # fmt: skip


def test_history_is_no_news() -> None:
    old = act("Japan met South Korea in Rome.", date(1965, 6, 22), seen=date(2023, 3, 16))
    assert happened([old], PAIR, Cast(), None) == ([], [])


def test_of_years_before_at_most_two_acts_a_year_are_told() -> None:
    acts = [act(f"Japan met South Korea in Rome {n} times.", date(2020, n + 1, 1)) for n in range(5)]
    recent, before = happened([*acts, act("Japan met South Korea in Oslo.", date(2023, 3, 16))], PAIR, Cast(), None)
    assert [each.text for each in recent] == ["On 16 March 2023 Japan met “South Korea in Oslo”."]
    assert len(before) == 3
    assert before[-1].text == "Three further acts are on record: three meetings and visits."


@pytest.mark.parametrize(
    ("status", "said"), [("planned", "what is planned"), ("possible", "what may happen"), ("denied", "what is denied")]
)
def test_what_did_not_happen_is_only_quoted(status: str, said: str) -> None:
    event = make_event(
        make_article("Japan will sanction South Korea."), event="SANCTION", trigger="sanction", status=status
    )
    [told] = apart([linked(event, date(2023, 3, 17), publisher="Gazette")], None)
    assert told.text == f"On 17 March 2023 Gazette told of {said}: “Japan will sanction South Korea.”"
    [told] = apart([linked(event, date(2023, 3, 17))], None)
    assert told.text == f"A report of 17 March 2023 tells of {said}: “Japan will sanction South Korea.”"


def dispute(state: State, day: date, *, words: str = "fish", name: str = "fish") -> Dispute:
    moves = tuple(Move(f"m{n}", day, ("JPN",), "measure", "banned", 1) for n in range(2))
    sides = tuple(Side(code, (Position(f"Words on {words}.", f"p{code}", day, "demand"),)) for code in PAIR)
    return Dispute(name, (name,), PAIR, (sides[0], sides[1]), moves, Standing(state, day, state, "why", ("m1",)))


def test_live_disputes_come_with_one_position_for_one_sentence() -> None:
    day = date(2023, 3, 16)
    acts = [act("Japan met South Korea in Rome.", day)]
    told = [
        each.text for each in live_disputes([dispute("escalating", day), dispute("dormant", day, name="radar")], acts)
    ]
    assert told == [
        "The dispute over “fish” (two moves since March 2023) is escalating: no concession has followed the measure of"
        " 16 March 2023.",
        "Japan made a demand on 16 March 2023: “Words on fish.”",
        "Without a move for half a year or more: “radar” (last move 16 March 2023).",
    ]


def test_a_position_of_an_unknown_day_of_a_year_is_told_of_the_year() -> None:
    found = dispute("escalating", date(2023, 1, 1))
    one = act("Japan met South Korea in Rome.", date(2023, 3, 16))
    year = EventDate(date(2023, 1, 1), date(2024, 1, 1), "year", "expression")
    event = msgspec.structs.replace(one.event, id=found.sides[0].positions[0].event, date=year)
    acts = [linked(event, date(2023, 3, 16))]
    told = [each.text for each in live_disputes([found], acts)]
    assert told[1] == "Japan made a demand in 2023: “Words on fish.”"


def test_positions_that_do_not_name_the_matter_and_old_moves_are_left_out() -> None:
    day = date(2023, 3, 16)
    acts = [act("Japan met South Korea in Rome.", day)]
    assert len(list(live_disputes([dispute("open", day, words="rain")], acts))) == 1
    assert list(live_disputes([dispute("open", date(1905, 1, 1))], acts)) == []


def test_contradictions_name_the_question_in_words() -> None:
    coded = []
    for number, (place, paper) in enumerate((("three", "A"), ("seven", "B"))):
        article = make_article(f"A blast in Seoul killed {place} soldiers on Thursday.", id=f"c{number}")
        article = msgspec.structs.replace(article, publisher=paper)
        event = make_event(article, event="ASSAULT", actors=(), recipients=(("soldiers", "KOR"),), trigger="killed")
        coded.append(Coded(article, (event,)))
    events = {each.events[0].id for each in coded}
    found = find_conflicts(coded, linked=dict.fromkeys(events, "act"))
    told = list(contradictions(found, events))
    assert told
    assert all(set(each.events) <= events for each in told)
    assert all("ASSAULT" not in each.text for each in told)
    assert list(contradictions(found, frozenset())) == []


def test_silence_is_told_where_the_ledger_goes_on() -> None:
    one = act("Japan met South Korea in Rome.", date(2023, 3, 16))
    told = [each.text for each in silences([one], QUIET, date(2024, 1, 1))]
    assert told == [
        "No act between the two is reported after 16 March 2023, although the ledger goes on to 1 January 2024."
    ]
    assert list(silences([one], QUIET, date(2023, 4, 1))) == []
