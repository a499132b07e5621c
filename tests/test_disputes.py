"""Disputes between two states, in invented news: what is found, what it is called, and how it stands on a day."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from detente.codebook import read_table
from detente.disputes import Dispute, disputes, kind_of
from detente.issuephrases import Reader
from detente.issuewords import Background, claimed_places, packaged_background
from detente.records import Event, LinkedEvent, Pledge, Report
from detente.standings import DORMANT, WINDOW, Kind, Move, standing
from tests.factories import make_article, make_date, make_event

ROOT = Path(__file__).parent.parent
PAIR = ("ISL", "NOR")
NAMES = {"ISL": "Iceland", "NOR": "Norway", "GBR": "Britain"}
START = date(2019, 3, 1)
MACKEREL = (
    ("ACCUSE", "ISL", "NOR", "accused", "Iceland accused Norway of breaking the mackerel quota."),
    ("REJECT", "NOR", "ISL", "rejected", "Norway rejected talks with Iceland on a mackerel quota for the year."),
    (
        "REQUEST",
        "ISL",
        "NOR",
        "urged",
        "Foreign Minister Jonas Falk of Iceland urged Norway to halve its mackerel catch.",
    ),
    (
        "SANCTION",
        "NOR",
        "ISL",
        "closed",
        "Norway closed its ports to Iceland over the mackerel catch, Fjord Post said.",
    ),
)
GRAVEL = (
    ("THREATEN", "NOR", "ISL", "warned", "Norway warned Iceland that it would stop the gravel barges."),
    ("ACCUSE", "ISL", "NOR", "said", "Iceland said Norway had lied about the gravel barges."),
    ("CONSULT", "ISL", "NOR", "met", "Envoys of Iceland met those of Norway about the gravel barges, Fjord Post said."),
)
Telling = tuple[str, str, str, str, str]


def act(
    telling: Telling, number: int, *, day: date | None = None, title: str = "", status: str = "actual"
) -> LinkedEvent:
    """An act of that type by one on another, told in one sentence on a day of its own."""
    kind, actor, recipient, trigger, text = telling
    published = day or START + timedelta(days=number)
    article = make_article(text, id=f"a{number}", published=published)
    event = make_event(
        article,
        event=kind,
        actors=((NAMES[actor], actor),),
        recipients=((NAMES[recipient], recipient),),
        trigger=trigger,
        status=status,
        when=published,
        key=str(number),
    )
    return linked(event, (Report(event, published, "Fjord Post", title or None, None, article.id),))


def linked(event: Event, reports: tuple[Report, ...]) -> LinkedEvent:
    days = [report.published for report in reports if report.published]
    return LinkedEvent(event.id, event, reports, len(reports), {}, min(days, default=None), max(days, default=None))


def acts(*tellings: Telling) -> list[LinkedEvent]:
    return [act(telling, number) for number, telling in enumerate(tellings)]


def named(found: tuple[Dispute, ...], word: str) -> Dispute:
    [dispute] = [each for each in found if any(word in phrase for phrase in each.phrases)]
    return dispute


# -- what is found, and its name ---------------------------------------------------------------------------------------


def test_two_quarrels_are_two_disputes_each_called_by_its_phrase() -> None:
    found = disputes(acts(*MACKEREL, *GRAVEL), PAIR)
    assert {dispute.name for dispute in found} == {"mackerel", "gravel barges"}
    assert [move.kind for move in named(found, "mackerel").moves] == ["accusation", "refusal", "demand", "measure"]
    assert [move.kind for move in named(found, "gravel").moves] == ["threat", "accusation", "talks"]


def test_the_order_of_the_acts_makes_no_difference() -> None:
    told = acts(*MACKEREL, *GRAVEL)
    expected = disputes(told, PAIR)
    for seed in range(6):
        random.Random(seed).shuffle(told)
        assert disputes(told, PAIR) == expected


@pytest.mark.parametrize("word", ["Iceland", "Norway", "Minister", "Falk", "Jonas", "Fjord", "Post", "talks", "Envoys"])
def test_parties_officials_media_and_words_of_any_quarrel_name_none(word: str) -> None:
    found = disputes(acts(*MACKEREL, *GRAVEL), PAIR)
    assert found
    assert not any(word in phrase for dispute in found for phrase in dispute.phrases)


def test_a_place_is_one_whichever_side_names_it() -> None:
    told = [
        act(("ACCUSE", "ISL", "NOR", "said", "Iceland said that Norway must leave Dokdo."), 0),
        act(("REJECT", "NOR", "ISL", "replied", "Norway replied to Iceland that Takeshima was its own."), 1),
    ]
    [dispute] = disputes(told, PAIR)
    assert len(dispute.moves) == 2
    assert claimed_places()["dokdo"] == claimed_places()["takeshima"] != ""


def test_a_name_written_out_is_its_abbreviation() -> None:
    told = [
        act(("SANCTION", "ISL", "NOR", "left", "Iceland left the Pact on Herring and Krill with Norway."), 0),
        act(("ACCUSE", "NOR", "ISL", "called", "Norway called it a breach of the PHK by Iceland."), 1),
    ]
    [dispute] = disputes(told, PAIR)
    assert len(dispute.moves) == 2


def test_what_is_common_in_the_news_names_no_dispute_whatever_it_is() -> None:
    packaged = packaged_background()
    fishy = msgspec.structs.replace(packaged, shares={**packaged.shares, "mackerel": 0.5, "catch": 0.5, "quota": 0.5})
    assert not disputes(acts(*MACKEREL), PAIR, background=fishy)


def test_adjectives_name_a_dispute_only_where_their_nouns_do_not() -> None:
    background = Background({"nuclear": 0.01}, {"nuclear": "a"}, 0.0001)
    reads = Reader(PAIR, background=background).read(["a nuclear program", "a nuclear lighthouse"])
    assert [{word.key for word in read.words if word.tells} for read in reads] == [{"nuclear"}, {"lighthouse"}]


def test_an_act_is_of_one_dispute_only() -> None:
    told = acts(*MACKEREL, *GRAVEL)
    other = act(("ACCUSE", "NOR", "ISL", "said", "Norway said that Iceland hid the gravel barges."), 9)
    between = linked(told[0].event, (*told[0].reports, *other.reports))
    found = disputes([between, *told[1:]], PAIR)
    assert len(found) == 2
    assert sum(between.id in {move.event for move in dispute.moves} for dispute in found) == 1


# -- what is none ------------------------------------------------------------------------------------------------------


def test_one_act_is_a_dispute_only_if_two_reports_tell_it() -> None:
    telling = ("ACCUSE", "ISL", "NOR", "accused", "Iceland accused Norway of breaking the mackerel quota.")
    once = act(telling, 0)
    assert not disputes([once], PAIR)
    again = act((*telling[:4], "Iceland accused Norway on Monday of a breach of the mackerel quota."), 1)
    [dispute] = disputes([linked(once.event, (*once.reports, *again.reports))], PAIR)
    assert [(move.event, move.reports) for move in dispute.moves] == [(once.id, 2)]


def test_friendly_acts_alone_are_no_dispute() -> None:
    told = (
        ("CONSULT", "ISL", "NOR", "met", "Iceland met Norway about the mackerel quota."),
        ("COOPERATE", "NOR", "ISL", "shared", "Norway shared the mackerel quota with Iceland."),
    )
    assert not disputes(acts(*told), PAIR)


def test_force_alone_is_fighting_and_no_dispute() -> None:
    told = [
        ("ASSAULT", "ISL", "NOR", "shelled", f"Iceland shelled Grimsholm in Norway on the {day} night.")
        for day in ("first", "second", "third", "fourth", "fifth", "sixth")
    ]
    condemned = ("ACCUSE", "NOR", "ISL", "condemned", "Norway condemned Iceland for shelling Grimsholm.")
    demanded = ("REQUEST", "NOR", "ISL", "demanded", "Norway demanded of Iceland that it leave Grimsholm.")
    assert not disputes(acts(*told, condemned, demanded), PAIR)
    assert [dispute.name for dispute in disputes(acts(*told[:4], condemned, demanded), PAIR)] == ["Grimsholm"]


def test_acting_as_one_towards_a_third_is_no_move() -> None:
    article = make_article("Iceland and Norway condemned Britain over the mackerel quota.")
    event = make_event(
        article,
        event="ACCUSE",
        actors=(("Iceland", "ISL"), ("Norway", "NOR")),
        recipients=(("Britain", "GBR"),),
        trigger="condemned",
    )
    assert kind_of(event, frozenset(PAIR)) is None
    report = Report(event, START, None, None, None, article.id)
    assert not disputes([linked(event, (report,)), act(GRAVEL[2], 1)], PAIR)


# -- moves -------------------------------------------------------------------------------------------------------------


def made(kind: str, words: str, *, both: bool = False, status: str = "actual", pledge: str = "") -> Event:
    article = make_article(f"Iceland {words} Norway.")
    event = make_event(
        article,
        event=kind,
        actors=(("Iceland", "ISL"), ("Norway", "NOR")) if both else (("Iceland", "ISL"),),
        recipients=() if both else (("Norway", "NOR"),),
        trigger=words,
        status=status,
    )
    promised = Pledge(pledge, words, event.trigger.start, event.trigger.end) if pledge else None
    return msgspec.structs.replace(event, pledge=promised)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (made("REQUEST", "urged"), "demand"),
        (made("COERCE", "detained crews of"), "measure"),
        (made("AID", "paid"), "concession"),
        (made("SANCTION", "will expel envoys of", status="planned"), "measure"),
        (made("CONCEDE", "will free crews of", status="planned"), None),
        (made("THREATEN", "may warn", status="possible"), None),
        (made("SANCTION", "expelled envoys of", status="denied"), None),
        (made("SANCTION", "suspended the expiry of the pact with"), "concession"),
        (made("SANCTION", "suspended the pact with"), "measure"),
        (made("AGREE", "agreed to end the dispute with", both=True), "settlement"),
        (made("AGREE", "agreed to hold talks on an end with", both=True), "talks"),
        (made("AGREE", "agreed to work with", both=True), "talks"),
        (made("AGREE", "promised to lift the ban on"), "concession"),
        (made("AGREE", "invited", pledge="CONSULT"), "talks"),
        (made("SUPPORT", "signed a treaty with", both=True), "settlement"),
        (made("SUPPORT", "praised"), "concession"),
    ],
)
def test_the_kind_of_a_move(event: Event, kind: Kind | None) -> None:
    assert kind_of(event, frozenset(PAIR)) == kind


def test_history_is_placed_on_its_own_day_and_left_out_without_one() -> None:
    told = acts(*MACKEREL)
    old = act(
        ("SANCTION", "NOR", "ISL", "banned", "Norway once banned mackerel trawlers of Iceland."), 9, status="background"
    )
    undated = msgspec.structs.replace(old.event, id="undated", date=None)
    past = msgspec.structs.replace(old.event, id="past", date=make_date(date(1999, 5, 1)))
    history = [linked(event, (msgspec.structs.replace(old.reports[0], event=event),)) for event in (undated, past)]
    [dispute] = disputes([*told, *history], PAIR)
    assert (dispute.moves[0].event, dispute.moves[0].day) == ("past", date(1999, 5, 1))
    assert "undated" not in {move.event for move in dispute.moves}


# -- sides -------------------------------------------------------------------------------------------------------------


def test_a_side_is_quoted_from_its_sentences_the_newest_that_names_the_issue_first() -> None:
    told = acts(*MACKEREL)
    late = act(
        ("ACCUSE", "ISL", "NOR", "called", "Iceland called the conduct of Norway shameful."),
        8,
        title="The mackerel catch",
    )
    dispute = named(disputes([*told, late], PAIR), "mackerel")
    iceland, norway = dispute.sides
    assert [side.code for side in dispute.sides] == ["ISL", "NOR"]
    assert [position.event for position in iceland.positions] == [told[2].id, told[0].id, late.id]
    assert norway.positions[0].kind == "refusal"
    sentences = {each.event.id: each.event.sentence.text for each in [*told, late]}
    for position in (*iceland.positions, *norway.positions):
        assert position.quote in sentences[position.event]


def test_of_a_long_sentence_the_clause_is_quoted() -> None:
    wind = "the wind blew over the harbour and " * 6
    long = f"While {wind}nobody slept, Iceland accused Norway of taking mackerel; all agreed."
    event = act(("ACCUSE", "ISL", "NOR", "accused", long), 0)
    [dispute] = disputes([event, *acts(*MACKEREL)[1:]], PAIR)
    [position] = [each for each in dispute.sides[0].positions if each.event == event.id]
    assert "accused Norway of taking mackerel" in position.quote
    assert "all agreed" not in position.quote


# -- as known on a day -------------------------------------------------------------------------------------------------


def test_only_reports_up_to_the_day_count() -> None:
    told = acts(*MACKEREL, *GRAVEL)
    on = START + timedelta(days=1)
    [dispute] = disputes(told, PAIR, on=on)
    assert dispute == disputes(told[:2], PAIR, on=on)[0]
    assert dispute.name == "mackerel quota"
    assert dispute.standing.day == on
    assert not disputes(told, PAIR, on=START - timedelta(days=1))


def test_an_act_is_read_as_the_reports_of_the_day_told_it() -> None:
    early, later = (
        act(MACKEREL[0], 0),
        act(("SANCTION", "ISL", "NOR", "fined", "Iceland fined Norway for mackerel."), 5),
    )
    both = linked(later.event, (*early.reports, *later.reports))
    second = act(MACKEREL[1], 1)
    [then] = disputes([both, second], PAIR, on=START + timedelta(days=2))
    assert [(move.event, move.kind) for move in then.moves] == [(later.id, "accusation"), (second.id, "refusal")]
    [now] = disputes([both, second], PAIR)
    assert {move.kind for move in now.moves} == {"measure", "refusal"}


def test_a_report_without_a_day_is_known_on_no_day() -> None:
    told = acts(*MACKEREL)
    undated = [
        msgspec.structs.replace(each, reports=(msgspec.structs.replace(each.reports[0], published=None),))
        for each in told
    ]
    assert disputes(undated, PAIR)
    assert not disputes(undated, PAIR, on=date(2030, 1, 1))


def test_headlines_and_texts_tell_what_a_bare_sentence_is_about() -> None:
    told = acts(*MACKEREL)
    bare = ("REQUEST", "NOR", "ISL", "asked", "Norway asked Iceland to answer by Friday.")
    headed = act(bare, 7, title="Mackerel quota: Oslo wants an answer")
    assert headed.id in {move.event for move in named(disputes([*told, headed], PAIR), "mackerel").moves}
    alone = act(bare, 7)
    text = f"{alone.event.sentence.text} The mackerel quota cannot wait."
    found = disputes([*told, alone], PAIR, texts={alone.event.article: text})
    assert alone.id in {move.event for move in named(found, "mackerel").moves}
    assert alone.id not in {move.event for move in named(disputes([*told, alone], PAIR), "mackerel").moves}


# -- how it stands -----------------------------------------------------------------------------------------------------


def moves(*told: tuple[int, str, Kind]) -> list[Move]:
    """Moves so many days after START, by ISL, NOR or both ("")."""
    return [
        Move(f"m{place}", START + timedelta(days=days), (code,) if code else PAIR, kind, "lift the ban", 1)
        for place, (days, code, kind) in enumerate(told)
    ]


@pytest.mark.parametrize(
    ("told", "after", "rule"),
    [
        ([(0, "ISL", "demand")], 0, "open"),
        ([(0, "ISL", "demand")], DORMANT.days, "open"),
        ([(0, "ISL", "demand")], DORMANT.days + 1, "dormant"),
        ([(0, "ISL", "demand"), (5, "NOR", "measure")], 6, "escalating"),
        ([(0, "ISL", "demand"), (5, "NOR", "measure")], 5 + WINDOW.days, "open"),
        ([(0, "ISL", "talks"), (5, "NOR", "measure")], 6, "open"),
        ([(0, "ISL", "demand"), (5, "NOR", "measure"), (6, "NOR", "concession")], 7, "easing"),
        ([(0, "ISL", "demand"), (5, "NOR", "concession"), (6, "NOR", "measure")], 7, "escalating"),
        ([(0, "ISL", "demand"), (5, "NOR", "concession"), (5, "ISL", "measure")], 7, "escalating"),
        ([(5, "NOR", "concession"), (6, "ISL", "demand")], 7, "easing"),
        ([(5, "NOR", "concession"), (6, "ISL", "demand"), (7, "ISL", "accusation")], 7, "open"),
        ([(0, "ISL", "demand"), (5, "", "settlement")], 6, "settled-by-agreement"),
        ([(0, "ISL", "demand"), (5, "", "settlement")], 900, "settled-by-agreement"),
        ([(5, "", "settlement"), (5, "ISL", "accusation")], 6, "settled-by-agreement"),
        ([(5, "", "settlement"), (6, "ISL", "accusation")], 7, "easing"),
        ([(5, "", "settlement"), (6, "ISL", "measure"), (7, "NOR", "measure")], 8, "escalating"),
        ([(0, "ISL", "measure"), (5, "ISL", "concession"), (6, "NOR", "concession")], 400, "settled-by-withdrawal"),
        ([(0, "ISL", "measure"), (5, "ISL", "concession"), (6, "ISL", "concession")], 400, "dormant"),
        ([(0, "ISL", "demand"), (5, "", "settlement")], 3, "open"),
    ],
)
def test_the_rule_that_holds(told: list[tuple[int, str, Kind]], after: int, rule: str) -> None:
    found = standing(moves(*told), PAIR, START + timedelta(days=after))
    assert found.rule == rule
    assert found.state == rule.partition("-")[0]
    assert found.why
    assert set(found.events) <= {f"m{place}" for place in range(len(told))}


def test_concessions_that_end_nothing_do_not_settle() -> None:
    yielding = moves((0, "ISL", "measure"), (5, "ISL", "concession"), (6, "NOR", "concession"))
    polite = [msgspec.structs.replace(move, words="voiced regret") for move in yielding]
    assert standing(polite, PAIR, START + timedelta(days=7)).state == "easing"


# -- tables ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["words", "lists"])
def test_every_row_has_its_source_and_the_table_is_small(table: str) -> None:
    assert all(row["source"] for row in read_table("issues", table))
    path = ROOT / "src" / "detente" / "data" / "issues" / f"{table}.csv"
    assert path.stat().st_size <= 300_000
    keys = [(row.get("list"), row.get("word"), row.get("term")) for row in read_table("issues", table)]
    assert len(keys) == len(set(keys))


def test_the_expected_disputes_are_of_known_facts() -> None:
    expected = json.loads((ROOT / "demo" / "expected_disputes.json").read_text(encoding="utf-8"))
    facts = {row["fact"] for row in json.loads((ROOT / "demo" / "expected.json").read_text(encoding="utf-8"))}
    own = [fact for each in expected["disputes"] for fact in each["facts"]]
    assert set(own) <= facts
    assert len(own) == len(set(own))
    assert all(len(each["states"]) == 3 and each["phrases"] for each in expected["disputes"])
