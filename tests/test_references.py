from __future__ import annotations

from datetime import date
from typing import Any

from detente.config import Config
from detente.document import read_document
from detente.pipeline import code_frames
from detente.records import Article, Coded, Frame, Span


def coded(text: str, *frames: Frame) -> Coded:
    document = read_document(Article(id="a", text=text, published=date(2019, 5, 2)))
    return code_frames(document, frames, config=Config(), model="stub")


def span(text: str, words: str) -> Span:
    return Span(words, text.index(words), text.index(words) + len(words))


def frame(text: str, words: str, sentence: int, *, event: str = "AGREE", **fields: Any) -> Frame:
    trigger = span(text, words)
    return Frame(event=event, trigger=trigger, sentence=sentence, status="actual", confidence=0.9, **fields)


def met_and_agreed(second: str) -> list[str]:
    """Codes of the actors of the second of two events."""
    text = f"The Peruvian foreign minister met Chile's president. {second}"
    parties = (span(text, "Peruvian foreign minister"), span(text, "Chile"))
    first = frame(text, "met", 0, event="CONSULT", actors=parties)
    agreed = frame(text, "agreed", 1, actors=(span(text, "Chile"),))
    return [actor.code for actor in coded(text, first, agreed).events[1].actor]


def test_the_two_leaders_are_those_of_the_event_before() -> None:
    assert met_and_agreed("The two leaders agreed to talk again.") == ["PER", "CHL"]
    assert met_and_agreed("Both sides have now agreed to talk again.") == ["PER", "CHL"]


def test_words_of_another_clause_do_not_count() -> None:
    assert met_and_agreed("After praise for both sides, Chile agreed to talk again.") == ["CHL"]
    assert met_and_agreed("The leaders agreed to talk again.") == ["CHL"]


def test_the_step_says_who_they_are() -> None:
    text = "Peru met Chile. The two countries agreed to talk."
    first = frame(text, "met", 0, event="CONSULT", actors=(span(text, "Peru"), span(text, "Chile")))
    steps = coded(text, first, frame(text, "agreed", 1)).events[1].steps
    assert [step.why for step in steps if step.stage == "references"] == [
        "“The two countries” are Peru and Chile, of the event before"
    ]


def test_without_an_event_before_nobody_is_guessed() -> None:
    text = "The two countries agreed to talk."
    assert coded(text, frame(text, "agreed", 0)).events[0].actor == ()


def test_the_place_of_a_promise_is_no_recipient_beside_another() -> None:
    text = "Peru invited the Chilean president to visit Lima."
    invitation = frame(
        text,
        "invited",
        0,
        event="AGREE",
        actors=(span(text, "Peru"),),
        recipients=(span(text, "Chilean president"), span(text, "Lima")),
        pledge_event="CONSULT",
        pledge=span(text, "visit Lima"),
    )
    assert [r.code for r in coded(text, invitation).events[0].recipient] == ["CHL"]


def visit(text: str, words: str) -> list[str]:
    """Codes of the recipients of a visit for which the reader found none."""
    minister = span(text, "Peruvian foreign minister")
    told = frame(text, words, 0, event="CONSULT", mode="visit", actors=(minister,))
    return [party.code for party in coded(text, told).events[0].recipient]


def test_the_place_of_a_visit_stands_for_the_host() -> None:
    assert visit("The Peruvian foreign minister arrived in Santiago on Monday.", "arrived") == ["CHL"]
    assert visit("The Peruvian foreign minister arrived in Santiago on Monday.", "arrived in") == ["CHL"]
    assert visit("The Peruvian foreign minister visited Chile.", "visited") == ["CHL"]


def test_a_place_at_home_or_an_unknown_name_is_no_host() -> None:
    assert visit("The Peruvian foreign minister arrived in Lima on Monday.", "arrived") == []
    assert visit("The Peruvian foreign minister arrived on Monday.", "arrived") == []


def test_the_body_before_which_one_acts_is_no_recipient_beside_another() -> None:
    text = "Peru sued Chile at the World Trade Organization."
    suit = frame(
        text,
        "sued",
        0,
        event="ACCUSE",
        actors=(span(text, "Peru"),),
        recipients=(span(text, "Chile"), span(text, "World Trade Organization")),
    )
    [event] = coded(text, suit).events
    assert [party.code for party in event.recipient] == ["CHL"]
    assert any(step.by == "forum" for step in event.steps)


def test_a_host_that_stands_within_the_words_of_the_visit_is_found() -> None:
    text = "Peru's president arrived in Santiago."
    visit = frame(
        text,
        "arrived in Santiago",
        0,
        event="CONSULT",
        mode="visit",
        actors=(span(text, "Peru's president"),),
    )
    [event] = coded(text, visit).events
    assert [party.code for party in event.recipient] == ["CHL"]


def test_the_officials_of_the_two_countries_belong_to_those_of_the_event_before() -> None:
    text = "Peru met Chile. The officials of the two countries will hold talks."
    first = frame(text, "met", 0, event="CONSULT", actors=(span(text, "Peru"), span(text, "Chile")))
    talks = frame(text, "will hold talks", 1, actors=(span(text, "officials"),))
    assert [actor.code for actor in coded(text, first, talks).events[1].actor] == ["PER", "CHL"]


def sides(text: str, words: str, event: str, actors: list[str], recipients: list[str]) -> tuple[list[str], list[str]]:
    """Words of both sides of an event for which the reader found these."""
    found = {"actors": [span(text, a) for a in actors], "recipients": [span(text, r) for r in recipients]}
    [told] = coded(text, frame(text, words, 0, event=event, **{k: tuple(v) for k, v in found.items()})).events
    return [a.text for a in told.actor], [r.text for r in told.recipient]


def test_of_recipients_that_stand_apart_the_first_behind_the_event_words_stays() -> None:
    text = "Peru's envoy, back from Bolivia, accused Chile of a plot against Ecuador."
    assert sides(text, "accused", "ACCUSE", ["Peru's envoy"], ["Bolivia", "Chile", "Ecuador"])[1] == ["Chile"]
    assert sides(text, "plot", "ACCUSE", ["Peru's envoy"], ["Bolivia", "Chile"])[1] == ["Chile"]


def test_recipients_in_one_list_stay_together() -> None:
    text = "Peru accused Chile, its ally Bolivia and the Ecuadorian army of a plot against Brazil."
    found = ["Chile", "Bolivia", "Ecuadorian army", "Brazil"]
    assert sides(text, "accused", "ACCUSE", ["Peru"], found)[1] == ["Chile"]
    text = "Peru accused Chile, Bolivia and the Ecuadorian army of a plot against Brazil."
    assert sides(text, "accused", "ACCUSE", ["Peru"], found)[1] == ["Chile", "Bolivia", "Ecuadorian army"]


def test_of_actors_that_stand_apart_the_last_before_the_event_words_stays() -> None:
    text = "After a protest by Bolivia, Peru and Chile condemned the attack on Quito."
    assert sides(text, "condemned", "ACCUSE", ["Bolivia", "Chile"], [])[0] == ["Chile"]
    assert sides(text, "protest", "ACCUSE", ["Peru", "Chile"], [])[0] == ["Peru", "Chile"]
    text = "The envoy of Peru met in Lima for an hour with Chile's president."
    assert sides(text, "met", "CONSULT", ["Peru", "Chile"], [])[0] == ["Peru", "Chile"]


def test_a_party_left_out_for_standing_apart_is_told() -> None:
    text = "Peru accused Chile of a plot against Ecuador."
    found = frame(text, "accused", 0, event="ACCUSE", recipients=(span(text, "Chile"), span(text, "Ecuador")))
    [step] = [step for step in coded(text, found).events[0].steps if step.stage == "references"]
    assert (step.by, step.field, step.words) == ("apart", "recipient", span(text, "Ecuador"))
    assert step.why == "“Ecuador” stands apart from “Chile”, which is nearer; left out"


def test_the_name_right_behind_the_event_words_is_the_recipient_where_none_was_found() -> None:
    text = "Peru criticised the Republic of Chile's army on Monday."
    assert sides(text, "criticised", "ACCUSE", ["Peru"], [])[1] == ["Republic of Chile"]
    assert sides("Peru appealed to Chile.", "appealed", "REQUEST", ["Peru"], [])[1] == ["Chile"]
    assert sides("Peru criticised, said Chile, nobody.", "criticised", "ACCUSE", ["Peru"], [])[1] == []


def test_a_day_an_actor_and_a_partner_are_no_recipient_behind() -> None:
    assert sides("Peru protested on Monday.", "protested", "ACCUSE", ["Peru"], [])[1] == []
    assert sides("An appeal of Peru came late.", "appeal", "REQUEST", ["Peru"], [])[1] == []
    assert sides("Peru met Chile.", "met", "CONSULT", ["Peru", "Chile"], [])[1] == []
    assert sides("Peru asked Chile for help.", "asked", "REQUEST", ["Peru"], ["help"])[1] == ["help"]
