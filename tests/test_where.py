"""Locations of events: hand-written cases, what the stage abstains from, and what its tables must hold."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.codebook import read_table
from detente.names import country_name, fold
from detente.placelinks import facts, weights
from detente.places import nation, places_named
from detente.placewords import mentions
from detente.records import Document, Frame, Location, Sentence, Span
from detente.where import UNRESOLVED, focus_of, link, locate, resolve
from tests.casefiles import as_parameter, read_cases
from tests.factories import make_article

LEVELS = {"country", "province", "city", "site", "region", "sea", UNRESOLVED}


class Case(msgspec.Struct):
    """One line of the cases.

    `kind` resolve: the place that `words` alone mean; link: the words, among those of a sentence, that `trigger`
    belongs to; locate: the location of a frame in an article of the sentences in `words`. None: nothing is found.
    """

    kind: str
    words: str
    comment: str
    context: str = ""
    trigger: str = ""
    event: str = ""
    mode: str | None = None
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    speaker: str | None = None
    pledge: str | None = None
    place: str | None = None
    code: str | None = None
    level: str | None = None
    name: str | None = None
    known_failure: bool = False


CASES = read_cases("where", Case)


def of_kind(kind: str) -> list[object]:
    return [
        as_parameter(case, id=f"{case.words[:50]} ({case.comment})", known_failure=case.known_failure)
        for case in CASES
        if case.kind == kind
    ]


def make_frame(case: Case) -> tuple[Frame, Document]:
    """The frame of a case, in the last of its sentences that holds the event words."""
    parts = [part + "." for part in case.words.rstrip(".").split(". ")]
    starts = [sum(len(part) + 1 for part in parts[:index]) for index in range(len(parts))]
    sentences = tuple(
        Sentence(part, start, start + len(part), index)
        for index, (part, start) in enumerate(zip(parts, starts, strict=True))
    )
    index = max(sentence.index for sentence in sentences if case.trigger in sentence.text)
    frame = Frame(
        event=case.event,
        trigger=make_part(case.words, case.trigger, sentences[index].start),
        sentence=index,
        status="actual",
        mode=case.mode,
        actors=tuple(make_part(case.words, words) for words in case.actors),
        recipients=tuple(make_part(case.words, words) for words in case.recipients),
        speaker=make_part(case.words, case.speaker) if case.speaker else None,
        pledge=make_part(case.words, case.pledge) if case.pledge else None,
    )
    return frame, Document(make_article(case.words), sentences)


def make_part(text: str, words: str, after: int = 0) -> Span:
    start = text.index(words, after)
    return Span(words, start, start + len(words))


def check(found: Location | None, case: Case) -> None:
    if case.level is None:
        assert found is None
        return
    assert found is not None
    assert (found.code, found.level) == (case.code, case.level)
    assert case.name is None or found.name == case.name
    assert case.place is None or found.text == case.place
    assert case.words[found.start : found.end] == found.text


@pytest.mark.parametrize("case", of_kind("resolve"))
def test_words_resolve_as_written_in_the_cases(case: Case) -> None:
    check(resolve(case.words, context=case.context), case)


@pytest.mark.parametrize("case", of_kind("link"))
def test_event_words_are_linked_as_written_in_the_cases(case: Case) -> None:
    event = make_part(case.words, case.trigger)
    found = link(case.words, (0, len(case.words)), (event.start, event.end))
    assert (found.text if found else None) == case.place
    assert found is None or case.words[found.start : found.end] == found.text


@pytest.mark.parametrize("case", of_kind("locate"))
def test_frames_are_located_as_written_in_the_cases(case: Case) -> None:
    frame, document = make_frame(case)
    location, step = locate(frame, document)
    check(location, case)
    assert step.stage == "where"
    assert step.why


def test_most_cases_are_not_known_failures() -> None:
    assert sum(not case.known_failure for case in CASES) >= 60
    assert sum(case.known_failure for case in CASES) <= len(CASES) // 20


def test_offsets_of_a_link_are_those_of_the_whole_text() -> None:
    text = "Nothing happened in Rome. Thousands marched in Lima on Monday."
    start, at = text.index("Thousands"), text.index("marched")
    found = link(text, (start, len(text)), (at, at + len("marched")))
    assert found == Span("Lima", text.index("Lima"), text.index("Lima") + 4)


def test_a_name_is_no_witness_for_itself() -> None:
    assert focus_of("Georgia votes.", "georgia") == {}
    assert focus_of("Georgia and Armenia vote.", "georgia") == {"ARM": 1}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Iran-backed fighters left.", []),
        ("The Paris Agreement was signed.", []),
        ("Charles Taylor spoke to Iraqi and Syrian officials.", []),
        ("The Islamic State of Iraq and Syria claimed it.", []),
        ("They met on Friday in March.", []),
        ("They met at Al-Bab, in Aleppo province.", ["Al-Bab", "Aleppo"]),
        ("Shells fell on Punggye-ri and Khan Younis.", ["Punggye-ri", "Khan Younis"]),
    ],
)
def test_what_names_a_place_in_a_sentence(sentence: str, expected: list[str]) -> None:
    assert [sentence[found.start : found.end] for found in mentions(sentence)] == expected


def test_the_preposition_reaches_over_kinds_parts_and_nests() -> None:
    sentence = "A mine exploded on the outskirts of the town of Manbij, Syria, 80 km north of Aleppo."
    found = {sentence[each.start : each.end]: each for each in mentions(sentence)}
    assert (found["Manbij"].lead, found["Manbij"].kind) == ("on", "town")
    assert found["Syria"].via == "nest"
    assert found["Aleppo"].via == "compass"


def test_candidates_get_facts_and_so_does_none() -> None:
    sentence = "Police fired on protesters in Tunis."
    held = facts(sentence, mentions(sentence), (7, 12))
    assert len(held) == 2
    assert "lead:in" in held[0]
    assert "none" in held[-1]
    assert set(held[0]) & set(weights())


# -- tables ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["places", "spellings", "nations", "special", "links"])
def test_every_row_has_a_source(table: str) -> None:
    rows = read_table("places", table)
    assert len(rows) > 100
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize("table", ["places", "spellings"])
def test_rows_are_in_the_order_that_the_search_needs(table: str) -> None:
    keys = [row["key"] for row in read_table("places", table)]
    assert keys == sorted(keys)
    assert all(key == fold(key) for key in keys[::97])


def test_what_several_states_claim_has_no_country_and_all_names() -> None:
    for one, other in (("dokdo", "takeshima"), ("senkaku", "diaoyu"), ("xisha", "paracel islands")):
        assert places_named(one)[0] == places_named(other)[0]
        assert places_named(one)[0].code == ""


def test_hand_kept_places_have_a_known_level_and_code() -> None:
    for row in read_table("places", "special"):
        assert row["level"] in LEVELS
        assert row["code"] == "" or country_name(row["code"]) or row["code"] == "ESH"


def test_countries_have_coordinates() -> None:
    for code in ("JPN", "KOR", "USA", "KOS", "PSE", "TWN"):
        assert nation(code).latitude is not None
        assert nation(code).level == "country"


# -- limits ------------------------------------------------------------------------------------------------------------


@given(words=st.text(max_size=60), context=st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_any_words_resolve_to_their_own_characters_or_to_nothing(words: str, context: str) -> None:
    found = resolve(words, context=context)
    assert found is None or (words[found.start : found.end] == found.text and found.level in LEVELS)


PARTS = st.sampled_from(
    "in at near of the Paris Lebanon , . - and Homs province village Syrian al Bab said killed Texas 's".split()
)


@given(words=st.lists(PARTS, min_size=1, max_size=14).map(" ".join), at=st.integers(0, 40))
@settings(max_examples=50, deadline=None)
def test_words_in_any_order_are_linked_to_their_own_characters_or_to_nothing(words: str, at: int) -> None:
    found = link(words, (0, len(words)), (min(at, len(words) - 1), len(words)))
    assert found is None or words[found.start : found.end] == found.text


def test_a_very_long_sentence_is_read() -> None:
    sentence = "In Homs, " * 2000 + "troops fired."
    found = link(sentence, (0, len(sentence)), (len(sentence) - 6, len(sentence) - 1))
    assert found is None or found.text == "Homs"
