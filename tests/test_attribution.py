"""Whose word: the constructions the rules know, what they must leave alone, and the outlet an article relays."""

from __future__ import annotations

import msgspec
import pytest

from detente.actors import resolve
from detente.attribution import REACH, hedge_of, relayed_from, speaker_of, stance_of
from detente.claims import MAX_SENTENCE
from detente.codebook import read_table
from detente.config import Config
from detente.pipeline import code_frames
from detente.records import Actor, Document, Event, Frame, Sentence, Span, Speaker
from detente.terminal import event_lines
from tests.casefiles import as_parameter, read_cases
from tests.factories import make_article


def make_document(*sentences: str, publisher: str | None = None) -> Document:
    text = " ".join(sentences)
    starts = [sum(len(s) + 1 for s in sentences[:index]) for index in range(len(sentences))]
    parts = tuple(
        Sentence(s, start, start + len(s), i) for i, (s, start) in enumerate(zip(sentences, starts, strict=True))
    )
    return Document(msgspec.structs.replace(make_article(text), publisher=publisher), parts)


def make_frame(document: Document, trigger: str, *, event: str = "ASSAULT", actor: str | None = None) -> Frame:
    at = make_part(document, trigger)
    index = max(s.index for s in document.sentences if s.start <= at.start)
    actors = (make_part(document, actor),) if actor else ()
    return Frame(event=event, trigger=at, sentence=index, status="actual", actors=actors)


def make_part(document: Document, words: str) -> Span:
    start = document.article.text.index(words)
    return Span(words, start, start + len(words))


def speaker(document: Document, trigger: str, *, event: str = "ASSAULT", actor: str | None = None) -> str | None:
    found, step = speaker_of(make_frame(document, trigger, event=event, actor=actor), document)
    assert step.stage == "attribution"
    if found is None:
        return None
    assert document.article.text[found.start : found.end] == found.text
    return found.text


@pytest.mark.parametrize(
    ("sentence", "trigger", "who"),
    [
        ("According to the Ministry of Defence, drones hit a depot.", "hit", "Ministry of Defence"),
        ("Drones hit a depot, according to the Ministry of Defence.", "hit", "Ministry of Defence"),
        ("Drones hit a depot, according to officials who asked not to be named.", "hit", "officials"),
        ("The Ministry of Defence said that drones hit a depot.", "hit", "Ministry of Defence"),
        ("The ministry said on Monday drones hit a depot.", "hit", "ministry"),
        ("Police say gunmen attacked a convoy.", "attacked", "Police"),
        ("In the north, police say gunmen attacked a convoy.", "attacked", "police"),
        (
            "Foreign Minister Ada Lind later announced that ships shelled the port.",
            "shelled",
            "Foreign Minister Ada Lind",
        ),
        ("Ada Lind, the foreign minister, said the port was shelled.", "shelled", "Ada Lind, the foreign minister"),
        ("Ada Lind, who visited the port, said the port was shelled.", "shelled", "Ada Lind"),
        ("Ships shelled the port, residents said.", "shelled", "residents"),
        ("Ships shelled the port, a navy spokesman said on Tuesday.", "shelled", "navy spokesman"),
        ("“Ships shelled the port,” said Mayor Ola Berg.", "shelled", "Mayor Ola Berg"),
        ("Ships shelled the port, it was announced by the Navy.", "shelled", "Navy"),
        ("Norway accused Denmark of shelling the port.", "shelling", "Norway"),
        ("But the army says rebels burned the bridge.", "burned", "army"),
    ],
)
def test_plain_constructions_show_who_speaks(sentence: str, trigger: str, who: str) -> None:
    assert speaker(make_document(sentence), trigger) == who


@pytest.mark.parametrize(
    ("sentence", "trigger"),
    [
        ("Ships shelled the port.", "shelled"),
        ("Reports of an attack reached the ministry.", "attack"),
        ("The United States attacked a depot.", "attacked"),
        ("The minister said talks would resume after ships shelled the port.", "shelled"),
        ("Norway said the raid, which killed ten, was a crime.", "killed"),
        ("Gunmen attacked a convoy and fled, but said nothing.", "attacked"),
        ("The governor condemned the attack.", "attack"),
        ("The accused men are said to have burned the bridge.", "burned"),
        ("Israel sent troops after reports that gunmen attacked a convoy.", "sent"),
        ("An aid group with alleged links to rebels shelled the port.", "shelled"),
    ],
)
def test_without_a_clear_construction_nobody_speaks(sentence: str, trigger: str) -> None:
    assert speaker(make_document(sentence), trigger) is None


@pytest.mark.parametrize("actor", ["Norway", "President Lind"])
def test_the_actor_of_a_speech_act_is_not_its_own_speaker(actor: str) -> None:
    document = make_document(f"{actor} said it agreed to talks.")
    assert speaker(document, "agreed", event="AGREE", actor=actor) is None


def test_an_actor_named_more_fully_before_is_still_the_actor() -> None:
    document = make_document("President Ada Lind arrived.", "Lind said she rejects the plan.")
    assert speaker(document, "rejects", event="REJECT", actor="President Ada Lind") is None


def test_another_one_may_speak_for_a_speech_act() -> None:
    document = make_document("Officials said Norway agreed to talks.")
    assert speaker(document, "agreed", event="AGREE", actor="Norway") == "Officials"


def test_one_who_announces_its_own_deed_is_its_speaker() -> None:
    document = make_document("Norway says it has shelled the port.")
    assert speaker(document, "shelled", actor="Norway") == "Norway"


@pytest.mark.parametrize("event", ["ACCUSE", "REQUEST", "THREATEN"])
def test_demands_and_threats_in_reported_speech_are_the_speakers_own(event: str) -> None:
    document = make_document("The minister said the raid was a crime.")
    assert speaker(document, "crime", event=event) is None


def test_a_pronoun_stands_for_the_last_one_who_spoke() -> None:
    document = make_document("The mayor, Ola Berg, said talks failed.", "He said ships shelled the port.")
    assert speaker(document, "shelled") == "mayor, Ola Berg"


def test_a_pronoun_that_nobody_precedes_names_nobody() -> None:
    assert speaker(make_document("He said ships shelled the port."), "shelled") is None


def test_a_pronoun_does_not_reach_further_than_stated() -> None:
    between = ["It rained."] * REACH
    document = make_document("Ola Berg said talks failed.", *between, "He said ships shelled the port.")
    assert speaker(document, "shelled") is None


def test_a_quotation_over_several_sentences_has_one_speaker() -> None:
    document = make_document("Ola Berg said: “It was night.", "Ships shelled the port.", "We fled.”")
    assert speaker(document, "shelled") == "Ola Berg"


def test_a_quotation_may_name_its_speaker_where_it_closes() -> None:
    document = make_document("“Ships shelled the port.", "We fled,” residents said.")
    assert speaker(document, "shelled") == "residents"


def test_the_readers_speaker_wins_over_the_rules() -> None:
    document = make_document("Officials said the BBC saw ships that shelled the port.")
    frame = msgspec.structs.replace(make_frame(document, "shelled"), speaker=make_part(document, "BBC"))
    found, step = speaker_of(frame, document)
    assert found == make_part(document, "BBC")
    assert step.by == "reader"


# -- the cases ------------------------------------------------------------------------------------------------------


class Case(msgspec.Struct):
    """One line of the cases: an event in sentences of their own, who speaks for it, and what hedges it.

    `outer` must be named in the step; `rule` is the step's, where it is given.
    """

    text: list[str]
    trigger: str
    event: str
    speaker: str | None
    hedge: str | None
    comment: str
    actor: str | None = None
    outer: str | None = None
    rule: str | None = None
    known_failure: bool = False


CASES = read_cases("attribution", Case)


def parameter(case: Case) -> object:
    return as_parameter(case, id=f"{case.comment}: {case.text[-1][:40]}", known_failure=case.known_failure)


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_speaker_and_hedge_are_as_written_in_the_cases(case: Case) -> None:
    document = make_document(*case.text)
    frame = make_frame(document, case.trigger, event=case.event, actor=case.actor)
    found, step = speaker_of(frame, document)
    hedge, hedged = hedge_of(frame, document)
    assert (found and found.text, hedge and hedge.text) == (case.speaker, case.hedge)
    for span in filter(None, (found, hedge)):
        assert document.article.text[span.start : span.end] == span.text
    assert case.outer is None or f"told by “{case.outer}”" in step.why
    assert case.rule is None or step.by == case.rule
    assert hedge is None or (hedged is not None and f"“{hedge.text}”" in hedged.why)


def test_most_cases_are_not_known_failures() -> None:
    assert len(CASES) >= 80
    assert sum(case.known_failure for case in CASES) <= len(CASES) // 10


# -- stance ---------------------------------------------------------------------------------------------------------


def make_party(text: str, code: str, sector: str, start: int = 0) -> Actor:
    return Actor(text, start, start + len(text), code, sector)


NORLAND = make_party("Norland", "NOR", "GOV", 100)
SUDRIA = make_party("Sudria", "SDN", "GOV", 200)


@pytest.mark.parametrize(
    ("speaker", "stance"),
    [
        (("Norland", "NOR", "GOV"), "own"),
        (("Defence Ministry", "NOR", "MIL"), "own"),
        (("Sudria", "SDN", "GOV"), "opponent"),
        (("Sudria’s army", "SDN", "MIL"), "opponent"),
        (("BBC", "GBR", "JRN"), "outlet"),
        (("Harbour Gazette", "", "UNK"), "outlet"),
        (("state television", "NOR", "GOV"), "outlet"),
        (("United Nations", "UNO", "IGO"), "third"),
        (("witnesses", "SDN", "CVL"), "third"),
        (("opposition party", "NOR", "OPP"), "third"),
        (("officials", "", "GOV"), "third"),
    ],
)
def test_stance_tells_whose_side_a_speaker_is_on(speaker: tuple[str, str, str], stance: str) -> None:
    text, code, sector = speaker
    found, step = stance_of(Speaker(text, 0, len(text), code, sector), (NORLAND,), (SUDRIA,))
    assert found == stance
    assert f"“{text}”" in step.why


def test_a_government_speaks_for_its_people_that_were_hit() -> None:
    speaker = Speaker("Sudria", 0, 6, "SDN", "GOV")
    assert stance_of(speaker, (NORLAND,), (make_party("villagers", "SDN", "CVL", 200),))[0] == "opponent"


def test_a_government_does_not_speak_for_rebels_of_its_country() -> None:
    rebels = make_party("rebels", "SDN", "REB", 100)
    assert stance_of(Speaker("Sudria", 0, 6, "SDN", "GOV"), (rebels,), ())[0] == "third"
    assert stance_of(Speaker("rebel commander", 0, 15, "SDN", "REB"), (rebels,), ())[0] == "own"


def test_the_pipeline_puts_stance_and_hedge_into_the_record() -> None:
    document = make_document("Norway claimed that Denmark shelled the port.")
    frame = make_frame(document, "shelled", actor="Denmark")
    [event] = code_frames(document, [frame], config=Config(), model="test").events
    assert event.speaker is not None
    assert (event.speaker.text, event.speaker.stance) == ("Norway", "third")
    assert event.hedge == make_part(document, "claimed")
    told = {step.field: step.why for step in event.steps if step.stage == "attribution"}
    assert {"speaker", "speaker.stance", "hedge"} <= set(told)


def test_events_of_older_ledgers_have_neither_stance_nor_hedge() -> None:
    document = make_document("Norway claimed that Denmark shelled the port.")
    [event] = code_frames(document, [make_frame(document, "shelled")], config=Config(), model="test").events
    record = msgspec.json.decode(msgspec.json.encode(event))
    del record["hedge"], record["speaker"]["stance"]
    old = msgspec.json.decode(msgspec.json.encode(record), type=Event)
    assert old.hedge is None
    assert old.speaker is not None
    assert old.speaker.stance is None


def test_the_terminal_shows_whose_side_speaks_and_the_hedge() -> None:
    document = make_document("Norway claimed that Denmark shelled the port.")
    frame = make_frame(document, "shelled", actor="Norway")
    [event] = code_frames(document, [frame], config=Config(), model="test").events
    assert "[says Norway (own); hedged: claimed]" in event_lines(event).plain


# -- outlets --------------------------------------------------------------------------------------------------------


def test_the_table_of_outlets_is_sound() -> None:
    rows = read_table("actors", "outlets")
    assert len(rows) >= 250
    known = {row["code"] for row in read_table("actors", "countries")}
    kinds = {"agency", "broadcaster", "newspaper", "magazine", "online"}
    assert [row["name"] for row in rows if row["code"] not in known or row["kind"] not in kinds] == []
    assert all(row["source"] for row in rows)
    names = [(name, row["code"]) for row in rows for name in (row["name"], *row["aliases"].split("|")) if name]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("words", "country"),
    [("Yonhap", "KOR"), ("the Coast Guard", None), ("Agence France-Presse", "FRA"), ("Hindustan Times", "IND")],
)
def test_an_outlet_is_an_actor_of_its_country(words: str, country: str | None) -> None:
    found = resolve(words)
    assert (found.sector == "JRN") == (country is not None)
    assert country is None or found.code == country


def test_an_outlet_listed_with_its_article_is_not_read_without_it() -> None:
    assert relayed_from(make_document("The Hill reported that the leaders met."))[0] == "Hill"
    assert relayed_from(make_document("Senator Hill said that the leaders met.")) == (None, None, None)


# -- limits ---------------------------------------------------------------------------------------------------------


def test_a_sentence_too_long_to_be_one_is_left_alone() -> None:
    document = make_document("Police say " + "a, " * MAX_SENTENCE + "gunmen attacked a convoy.")
    assert speaker(document, "attacked") is None


# -- relays --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentences", "outlet", "words"),
    [
        (["According to the BBC, the leaders met."], "BBC", "According to the BBC"),
        (["BBC reported that the leaders met."], "BBC", "BBC reported"),
        (["The leaders met, the Harbour Gazette reported."], "Harbour Gazette", "the Harbour Gazette reported"),
        (["Meridian Wire reported that the leaders met."], "Meridian Wire", "Meridian Wire reported"),
        (["The leaders met.", "They signed.", "They left.", "It rained. (Reuters)"], "Reuters", "(Reuters)"),
        (["The leaders met.", "They signed.", "They left.", "Yonhap contributed to this report."], None, None),
        (["The leaders met, as reported by the newspaper Coast Herald."], "Coast Herald", None),
        (["The leaders met.", "They left.", "Source: Xinhua"], "Xinhua", "Source: Xinhua"),
    ],
)
def test_an_outlet_that_is_said_to_report_is_relayed(
    sentences: list[str], outlet: str | None, words: str | None
) -> None:
    document = make_document(*sentences)
    name, span, step = relayed_from(document)
    assert name == outlet
    assert (span is None) == (step is None) == (outlet is None)
    if span is not None:
        assert document.article.text[span.start : span.end] == span.text
        assert words is None or span.text == words


@pytest.mark.parametrize(
    "sentences",
    [
        ["The leaders met in Tokyo."],
        ["The minister told the BBC that talks failed."],
        ["The Foreign Ministry reported progress.", "The International Atomic Energy Agency said so too."],
        ["The BBC reported a meeting.", "Reuters said it was brief."],
        ["The leaders met.", "It rained.", "They left.", "Reuters reported a delay.", "The talks ended."],
        [],
    ],
)
def test_an_article_that_speaks_for_itself_or_weighs_several_relays_none(sentences: list[str]) -> None:
    assert relayed_from(make_document(*sentences)) == (None, None, None)


def test_the_outlet_named_far_more_often_is_relayed() -> None:
    document = make_document(
        "BBC reported a meeting.",
        "Reuters said it was brief.",
        "The BBC said it went well.",
        "According to the BBC, it ended.",
    )
    name, _, step = relayed_from(document)
    assert name == "BBC"
    assert step is not None
    assert "3 times" in step.why


def test_the_ways_to_write_one_outlet_count_together() -> None:
    document = make_document(
        "A meeting was held.", "It rained.", "It ended.", "BBC News reported rain.", "The BBC said so."
    )
    assert relayed_from(document)[0] == "BBC News"


def test_the_articles_own_publisher_is_not_relayed() -> None:
    document = make_document("The BBC reported a meeting.", publisher="BBC News")
    assert relayed_from(document) == (None, None, None)
