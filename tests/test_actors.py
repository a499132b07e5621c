"""Actors: names to countries, sectors by the codebook, people by name and day, and abstention where two fit."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from detente.actors import Role, explain, identify, read_actor, resolve, role_on
from detente.codebook import read_table, sectors
from detente.names import country_name, fold, gazetteer, skeleton, tokenize
from detente.nametables import PACKAGED
from detente.offices import has_office, offices_of
from detente.phrases import read_phrase
from detente.records import Actor, Article, Document, Sentence, Span, Step

DAY = date(2023, 3, 17)


def document(text: str, published: date = DAY) -> Document:
    sentences: list[Sentence] = []
    start = 0
    for part in text.split(". "):
        end = min(start + len(part) + 1, len(text))
        sentences.append(Sentence(text[start:end], start, end, len(sentences)))
        start = end + 1
    return Document(article=Article(id="a", text=text, published=published), sentences=tuple(sentences))


def span(text: str, words: str, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span(words, start, start + len(words))


def read(
    text: str,
    words: str,
    *,
    event: str = "CONSULT",
    role: Role = "actor",
    nth: int = 0,
    on: date | None = None,
    published: date = DAY,
) -> tuple[Actor, Step]:
    return read_actor(span(text, words, nth), document=document(text, published), on=on, event=event, role=role)


@pytest.mark.parametrize(
    ("phrase", "code", "sector"),
    [
        ("Japan", "JPN", "GOV"),
        ("Tokyo", "JPN", "GOV"),
        ("the Blue House", "KOR", "GOV"),
        ("Kremlin", "RUS", "GOV"),
        ("U.S. State Department", "USA", "GOV"),
        ("Niger", "NER", "GOV"),
        ("Nigerian troops", "NGA", "MIL"),
        ("Guinea-Bissau", "GNB", "GOV"),
        ("Papua New Guinea", "PNG", "GOV"),
        ("Equatorial Guinea", "GNQ", "GOV"),
        ("Democratic Republic of the Congo", "COD", "GOV"),
        ("Taiwan", "TWN", "GOV"),
        ("Republic of China", "TWN", "GOV"),
        ("People's Republic of China", "CHN", "GOV"),
        ("North Korea", "PRK", "GOV"),
        ("Republic of Korea", "KOR", "GOV"),
        ("Türkiye", "TUR", "GOV"),
        ("Côte d’Ivoire", "CIV", "GOV"),
        ("Soviet Union", "SUN", "GOV"),
        ("Kosovo", "KOS", "GOV"),
        ("Greenland", "DNK", "GOV"),
        ("UN Security Council", "UNO", "IGO"),
        ("European Commission", "EUR", "IGO"),
        ("NATO", "IGO", "IGO"),
        ("World Health Organisation", "UNO", "IGO"),
        ("Human Rights Watch", "NGO", "SOC"),
        ("Google", "MNC", "BUS"),
        ("al-Qaeda", "IMG", "REB"),
        ("Al Qaida", "IMG", "REB"),
        ("Hamas militants", "PSE", "REB"),
        ("al-Shabaab fighters", "SOM", "REB"),
        ("Islamic State gunmen", "IMG", "REB"),
        ("Israel Defense Forces", "ISR", "MIL"),
        ("Bundestag", "DEU", "LEG"),
        ("the Diet", "JPN", "LEG"),
        ("FBI", "USA", "COP"),
        ("Mossad", "ISR", "SPY"),
        ("the BBC", "GBR", "JRN"),
        ("two Russian Su-27 fighter jets", "RUS", "MIL"),
        ("Iranian-backed Houthi rebels", "YEM", "REB"),
        ("80,000 French protesters", "FRA", "CVL"),
        ("three Palestinians", "PSE", "CVL"),
        ("former Peruvian president", "PER", "ELI"),
        ("US ambassador to the United Nations", "USA", "GOV"),
        ("French oil company", "FRA", "BUS"),
        ("South Sudanese refugees", "SSD", "REF"),
        ("Ukrainian opposition leader", "UKR", "OPP"),
        ("hundreds of Chilean students", "CHL", "EDU"),
        ("Turkish court", "TUR", "JUD"),
        ("residents of Kharkiv", "UKR", "CVL"),
        ("Aleppo", "SYR", "GOV"),
    ],
)
def test_a_lone_phrase_has_its_country_and_sector(phrase: str, code: str, sector: str) -> None:
    found = resolve(phrase, on=DAY)
    assert (found.code, found.sector) == (code, sector), found.reason


@pytest.mark.parametrize("phrase", ["us", "turkey", "who", "Jordan Pickford", "the president", "migrants", "it"])
def test_what_names_no_country_has_none_and_a_reason(phrase: str) -> None:
    found = resolve(phrase, on=DAY)
    assert found.code == ""
    assert found.reason


def test_two_countries_of_one_name_are_not_chosen_between() -> None:
    found = resolve("Congolese army")
    assert (found.code, found.sector) == ("", "MIL")
    assert "COD" in found.reason
    assert "COG" in found.reason


def test_two_countries_that_share_a_head_are_not_chosen_between() -> None:
    text = "French and British troops landed. France was pleased."
    actor, step = read(text, "French and British troops", event="MOBILIZE")
    assert (actor.code, actor.sector) == ("", "MIL")
    assert step.by == "ambiguous:FRA+GBR"


def test_the_text_around_chooses_between_two_countries_of_one_name() -> None:
    text = "Kinshasa closed the border. Congolese troops were sent east."
    actor, step = read(text, "Congolese troops", event="MOBILIZE")
    assert (actor.code, actor.sector) == ("COD", "MIL")
    assert "only COD" in step.why


def test_resolve_uses_the_context() -> None:
    assert resolve("protesters", context="Police beat protesters in Minsk.").code == "BLR"


def test_an_actor_keeps_its_words_and_place_and_the_step_says_how() -> None:
    text = "Talks ended late. Seoul said it was content."
    actor, step = read(text, "Seoul")
    assert text[actor.start : actor.end] == actor.text == "Seoul"
    assert (actor.name, actor.entity) == ("South Korea", "KOR")
    assert step.stage == "actors"
    assert step.by == "capital:Seoul"


# ---- people ------------------------------------------------------------------------------------------------------


def test_a_person_has_the_role_of_the_day() -> None:
    text = "Tony Blair spoke in Paris."
    roles = {year: read(text, "Tony Blair", on=date(year, 5, 1))[0].sector for year in (2003, 2010)}
    assert roles == {2003: "GOV", 2010: "ELI"}


def test_a_dismissal_reported_a_day_later_is_still_of_the_office() -> None:
    may = PACKAGED.people_named(fold("Theresa May"))
    (last,) = [term for person in may for term in person.terms if term.rank == 1]
    assert last.end is not None
    text = "Theresa May resigned."
    assert read(text, "Theresa May", event="RETREAT", on=last.end)[0].sector == "GOV"


def test_identity_is_time_free_and_role_is_not() -> None:
    text = "South Korean President Yoon Suk Yeol arrived."
    identity = identify(span(text, "Yoon Suk Yeol"), document(text))
    assert identity.person is not None
    assert role_on(identity, date(2023, 3, 16)).sector == "GOV"
    assert role_on(identity, date(2020, 1, 1)).sector == "JUD"
    assert role_on(identity, date(2026, 1, 1)).sector == "ELI"


@pytest.mark.parametrize("words", ["President Yun", "Yul", "President Yoon", "Yoon Suk"])
def test_spellings_of_a_president_are_one_person(words: str) -> None:
    text = (
        "South Korean President Yoon Suk Yeol landed in Tokyo. President Yun dined. Yul slept. President Yoon left. "
        "Yoon Suk was content."
    )
    actor, step = read(text, words)
    full, _ = read(text, "South Korean President Yoon Suk Yeol")
    assert (actor.code, actor.sector, actor.entity) == ("KOR", "GOV", full.entity), step


def test_a_misspelled_name_is_found_by_title_country_and_day() -> None:
    text = "South Korean President Yun Sok Yol landed."
    actor, _ = read(text, "South Korean President Yun Sok Yol")
    assert (actor.code, actor.name) == ("KOR", "Yoon Suk-yeol")


def test_a_surname_is_no_office_holder_when_the_text_names_another_bearer() -> None:
    text = "Bakery owner Marta Merkel sued Austria. Merkel lost."
    actor, _ = read(text, "Merkel", nth=1, published=date(2012, 1, 1))
    assert actor.entity is None
    assert actor.code != "DEU"


def test_another_person_named_through_a_leader_is_not_that_leader() -> None:
    text = "Benjamin Netanyahu's lawyer objected."
    actor, _ = read(text, "Benjamin Netanyahu's lawyer")
    assert (actor.code, actor.sector, actor.entity) == ("ISR", "CVL", None)


def test_the_text_tells_what_an_unknown_person_is() -> None:
    text = "Syrian police arrested a human rights lawyer, Abdallah Testim. Abdallah Testim denies it."
    actor, _ = read(text, "Abdallah Testim", event="COERCE", role="recipient", nth=1)
    assert actor.sector in ("SOC", "CVL")
    text = "Olga Testova, the governor of Perm in Russia, was sacked."
    assert read(text, "Olga Testova", event="SANCTION", role="recipient")[0].sector == "GOV"


@pytest.mark.parametrize(
    "words", ["President Yun", "President Yoon", "President Yul", "Yul", "Yoon Suk", "Yun Suk-yeol", "Yun Sok Yol"]
)
def test_a_title_or_a_day_finds_a_leader_whose_country_nobody_names(words: str) -> None:
    found = resolve(words, context="Tokyo visit", on=DAY)
    assert (found.code, found.sector, found.name) == ("KOR", "GOV", "Yoon Suk-yeol"), found.reason


def test_a_country_without_such_an_office_is_ruled_out() -> None:
    found = resolve("President Testova", context="Tokyo visit", on=DAY)
    assert found.code == ""
    assert "JPN has no president about 2023-03-17" in found.reason
    assert resolve("President Testova", context="Paris visit", on=DAY).code == "FRA"
    assert resolve("the emperor", context="Tokyo visit", on=DAY).code == "JPN"


def test_a_former_president_may_be_of_any_country_that_is_named() -> None:
    assert resolve("former President Testova", context="Tokyo visit", on=DAY).code == "JPN"


def test_a_bare_word_is_no_leader_outside_a_meeting_or_as_a_place() -> None:
    assert resolve("Yul", context="Rain fell in Tokyo.", on=DAY).name is None
    assert resolve("Yul", context="A visit to a farm in Yul, Japan.", on=DAY).name is None


def test_offices_are_those_of_the_country_itself() -> None:
    assert offices_of("King and Prime Minister", "SAU", PACKAGED) == {"king", "prime minister"}
    assert offices_of("Acting President", "KOR", PACKAGED) == {"president"}
    assert offices_of("Prime Minister of Thailand", "THA", PACKAGED) == {"prime minister"}
    assert offices_of("Premier of Ontario", "CAN", PACKAGED) == frozenset()
    assert offices_of("President of the Constitutional Court", "KOR", PACKAGED) == frozenset()


@pytest.mark.parametrize(
    ("code", "office", "has"),
    [
        ("JPN", "president", False),
        ("JPN", "emperor", True),
        ("KOR", "president", True),
        ("GBR", "president", False),
        ("GBR", "king", True),
        ("DEU", "chancellor", True),
        ("FRA", "chancellor", False),
        ("QAT", "emir", True),
    ],
)
def test_which_countries_have_an_office(code: str, office: str, has: bool) -> None:
    assert has_office(PACKAGED, code, office, DAY) is has


# ---- explaining --------------------------------------------------------------------------------------------------


def test_an_explanation_has_the_candidates_the_rule_and_the_role() -> None:
    told = explain("President Yun", context="Tokyo visit", on=DAY)
    assert (told.rule, told.role) == ("person:Yoon Suk-yeol", "President on 2023-03-17")
    chosen, ruled_out = told.candidates
    assert (chosen.name, chosen.code, chosen.sector, chosen.chosen) == ("Yoon Suk-yeol", "KOR", "GOV", True)
    assert chosen.source.startswith("people.csv (")
    assert (ruled_out.name, ruled_out.code, ruled_out.chosen) == ("Japan", "JPN", False)
    assert ruled_out.note == "has no president about 2023-03-17"


def test_an_explanation_shows_every_meaning_where_it_abstains() -> None:
    told = explain("Congolese army")
    assert told.code == ""
    assert told.reason.startswith("can be COD, COG")
    assert {each.code for each in told.candidates if each.source.startswith("aliases.csv")} == {"COD", "COG"}
    assert not any(each.chosen for each in told.candidates)


def test_an_explanation_weighs_the_countries_of_the_text_around() -> None:
    told = explain("protesters", context="Police beat protesters in Minsk.")
    assert told.rule == "context:BLR"
    assert [(each.code, each.source) for each in told.candidates if each.chosen] == [("BLR", "the text around")]
    assert "" in {each.code for each in told.candidates}


def test_resolve_is_the_short_form_of_explain() -> None:
    for words in ("Seoul", "Congolese army", "President Yun"):
        long, short = explain(words, on=DAY), resolve(words, on=DAY)
        assert (short.code, short.sector, short.name, short.entity, short.reason) == (
            long.code,
            long.sector,
            long.name,
            long.entity,
            long.reason,
        )


# ---- the codebook's rulings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "event", "role", "sector"),
    [
        ("Ukraine", "ASSAULT", "actor", "GOV"),
        ("Ukrainian", "ASSAULT", "actor", "MIL"),
        ("Ukrainian", "SUPPORT", "actor", "GOV"),
        ("Kyiv", "ASSAULT", "recipient", "CVL"),
        ("Ukraine", "ASSAULT", "recipient", "GOV"),
        ("Ukrainian soldiers", "ASSAULT", "recipient", "MIL"),
        ("Donetsk", "ASSAULT", "recipient", "CVL"),
        ("Ukrainians", "PROTEST", "actor", "CVL"),
    ],
)
def test_noun_and_adjective_act_differently(words: str, event: str, role: Role, sector: str) -> None:
    actor, _ = read(f"News of {words}.", words, event=event, role=role)
    assert (actor.code, actor.sector) == ("UKR", sector)


def test_an_armed_body_that_talks_is_a_party_and_one_that_governs_a_government() -> None:
    text = "Hamas and the Taliban made statements."
    assert read(text, "Hamas", event="CONSULT")[0].sector == "PTY"
    assert read(text, "Hamas", event="ASSAULT")[0].sector == "REB"
    assert read(text, "Taliban", on=date(2022, 1, 1))[0].sector == "GOV"
    assert read(text, "Taliban", on=date(2015, 1, 1))[0].sector == "REB"


def test_bodies_of_a_former_state_go_over_to_its_successor() -> None:
    text = "The KGB denied it."
    assert read(text, "KGB", on=date(1987, 5, 1))[0].code == "SUN"
    assert read(text, "KGB", on=date(2004, 5, 1))[0].code == "RUS"


def test_unnamed_actors_belong_to_the_country_of_the_text() -> None:
    text = "Police fired tear gas at protesters in Tunis."
    assert read(text, "Police", event="ASSAULT")[0].code == "TUN"
    assert read(text, "protesters", event="ASSAULT", role="recipient")[0].code == "TUN"


def test_the_owner_just_before_the_phrase_decides() -> None:
    text = "Japan spoke of Japan and Japan again, but South Korea's opposition leader did not."
    actor, step = read(text, "opposition leader", event="ACCUSE")
    assert (actor.code, actor.sector) == ("KOR", "OPP")
    assert "directly before" in step.why


def test_a_town_that_is_a_mans_name_in_the_text_is_no_town() -> None:
    assert read("The talks in Davao went on.", "Davao")[0].code == "PHL"
    text = "Mr Davao went home. Davao slept."
    assert read(text, "Davao", nth=1)[0].code != "PHL"


# ---- parts -------------------------------------------------------------------------------------------------------


def test_tokens_point_into_the_text() -> None:
    text = "The U.S. and N'Djamena’s al-Shabaab met Erdoğan."
    tokens = tokenize(text)
    assert [token.key for token in tokens] == ["the", "us", "and", "ndjamena", "al", "shabaab", "met", "erdogan"]
    assert all(fold(text[token.start : token.end]) == token.key for token in tokens)
    assert tokens[3].possessive


@pytest.mark.parametrize(("one", "two"), [("yoon", "yun"), ("zelenskyy", "zelensky"), ("karzai", "qarzay")])
def test_transliterations_sound_alike(one: str, two: str) -> None:
    assert skeleton(one) == skeleton(two)


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("two senior ministers of Chad", "ministers"),
        ("dozens of Syrian government forces", "government forces"),
        ("Roberto Testa, the Italian minister of labour", "minister"),
        ("300 to 500 protesters", "protesters"),
        ("men accused of treason", "men"),
    ],
)
def test_the_head_noun_is_found(phrase: str, head: str) -> None:
    assert read_phrase(phrase).head == head


def test_every_row_of_every_table_has_a_source_and_known_labels() -> None:
    known = set(sectors())
    for resource in files("detente").joinpath("data", "actors").iterdir():
        for row in read_table("actors", resource.name.removesuffix(".csv")):
            assert row["source"], (resource.name, row)
            assert row.get("sector", "GOV") in known, (resource.name, row)


def test_terms_are_readable_and_in_order() -> None:
    for row in read_table("actors", "people"):
        starts = []
        for told in row["terms"].split(";"):
            code, start, end, sector, rank, title = told.split(" ", 5)
            assert len(code) == 3
            assert sector in sectors()
            assert rank in "123"
            assert title
            assert not end or date.fromisoformat(start) <= date.fromisoformat(end), row
            starts.append(start)
        assert starts == sorted(starts), row


def test_no_name_of_a_country_is_lost_to_a_town() -> None:
    meanings = gazetteer().meanings
    for row in read_table("actors", "countries"):
        if row["form"] == "noun":
            assert meanings[fold(row["name"])][0].form in ("noun", "adjective"), row


@pytest.mark.parametrize(
    ("code", "name"),
    [("FRA", "France"), ("CHE", "Switzerland"), ("TCD", "Chad"), ("GBR", "United Kingdom"), ("KOR", "South Korea")],
)
def test_countries_are_shown_by_their_common_english_name(code: str, name: str) -> None:
    assert country_name(code) == name


def test_every_country_has_a_name_to_show() -> None:
    codes = {row["code"] for row in read_table("actors", "countries") if " " not in row["code"]} - {"ATA"}
    assert [code for code in sorted(codes) if not country_name(code)] == []
