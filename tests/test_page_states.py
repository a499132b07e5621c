"""The pages of a state and of an actor count acts with each other party and lead to them."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from detente.ledger import open_ledger
from detente.page_states import ACTS, YEARS, StandingPage
from detente.records import Coded
from tests.factories import make_article, make_event
from tests.test_page import browse, keep, read
from tests.test_page_event import judge, link

NAMES = {"JPN": "Japan", "KOR": "South Korea", "CHN": "China", "USA": "Washington", "Q22686": "Donald Trump"}
TEXT = "Japan, South Korea, China, Washington and Donald Trump: they met, agreed and accused one another on day {}."


def act(
    number: int,
    actors: str,
    recipients: str,
    *,
    event: str = "CONSULT",
    day: date | None = None,
    status: str = "actual",
) -> Coded:
    """An article of its own with one act between codes, as in act(1, "JPN", "KOR CHN")."""
    article = make_article(TEXT.format(number), id=f"a{number:03}")
    parties = [tuple((NAMES[code], code) for code in side.split()) for side in (actors, recipients)]
    when = day or date(2020, 1, 1 + number % 28)
    return Coded(
        article,
        (make_event(article, event=event, actors=parties[0], recipients=parties[1], status=status, when=when),),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


@pytest.fixture
def world(path: Path) -> Path:
    told = [
        act(1, "JPN", "KOR", day=date(2019, 2, 1)),
        act(2, "JPN", "KOR", event="ACCUSE", day=date(2020, 2, 1)),
        act(3, "KOR", "JPN", event="SANCTION", day=date(2021, 3, 1)),
        act(4, "JPN KOR", "", event="COOPERATE", day=date(2021, 5, 1)),
        act(5, "CHN", "JPN USA", event="ACCUSE", day=date(2022, 5, 1)),
        act(6, "JPN", "KOR", event="AID", status="planned", day=date(2023, 5, 1)),
        act(7, "JPN", "JPN", event="COERCE", day=date(2022, 7, 1)),
    ]
    link(keep(path, *told))
    return path


def page(client: TestClient, address: str, **query: str) -> StandingPage:
    return msgspec.convert(client.get(f"{address}.json", params=query).json(), StandingPage)


def test_partners_are_ranked_with_volume_conflict_mean_and_years(world: Path) -> None:
    shown = page(browse(world), "/state/JPN")
    told = [(partner.code, partner.acts, partner.conflict, partner.mean) for partner in shown.partners]
    assert told == [("KOR", 4, 0.5, pytest.approx((2.5 - 3 - 6 + 9.5) / 4, abs=1e-3)), ("CHN", 1, 1.0, -3.0)]
    assert [(year.year, year.acts, year.conflict) for year in shown.partners[0].years] == [
        (2019, 1, 0), (2020, 1, 1), (2021, 2, 1),
    ]  # fmt: skip
    assert (shown.acts, shown.within, shown.first_year, shown.last_year) == (5, 1, 2019, 2022)
    text = read(browse(world).get("/state/jpn").text).text
    assert "South Korea" in text
    assert "50 %" in text


def test_what_it_did_and_what_was_done_to_it_are_apart(world: Path) -> None:
    ways = {way.name: way.quads for way in page(browse(world), "/state/JPN").ways}
    assert ways == {
        "it did": (1, 0, 1, 0),
        "done to it": (0, 0, 1, 1),
        "both did": (0, 1, 0, 0),
    }
    other = {way.name: way.quads for way in page(browse(world), "/state/KOR").ways}
    assert other["it did"] == (0, 0, 0, 1)
    assert other["done to it"] == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("sort", "codes"),
    [("acts", ["KOR", "CHN"]), ("conflict", ["CHN", "KOR"]), ("mean", ["CHN", "KOR"]), ("name", ["CHN", "KOR"])],
)
def test_partners_are_ordered_as_asked(world: Path, sort: str, codes: list[str]) -> None:
    assert [partner.code for partner in page(browse(world), "/state/JPN", sort=sort).partners] == codes


def test_acts_are_listed_the_latest_first_of_any_or_one_status(world: Path) -> None:
    client = browse(world)
    days = [str(each.event.date and each.event.date.start) for each in page(client, "/state/JPN").listed]
    assert days == ["2023-05-01", "2022-05-01", "2021-05-01", "2021-03-01", "2020-02-01", "2019-02-01"]
    planned = page(client, "/state/JPN", status="planned").listed
    assert [each.event.event for each in planned] == ["AID"]
    assert client.get("/state/JPN?status=wished").status_code == 400
    assert client.get("/state/JPN?sort=size").status_code == 400


def test_the_pages_of_acts_hold_each_once(path: Path) -> None:
    link(keep(path, *(act(number, "JPN", "KOR CHN", day=date(2000 + number, 1, 1)) for number in range(ACTS + 3))))
    client = browse(path)
    one, two = page(client, "/state/JPN"), page(client, "/state/JPN", page="2")
    assert (len(one.listed), one.more, len(two.listed), two.more) == (ACTS, True, 3, False)
    assert len({each.id for each in (*one.listed, *two.listed)}) == ACTS + 3
    assert client.get("/state/JPN?page=3").status_code == 404
    assert "/state/JPN?page=2" in read(client.get("/state/JPN").text).links


def test_an_act_in_which_each_acts_on_the_other_counts_once(path: Path) -> None:
    link(keep(path, act(1, "JPN KOR", "JPN KOR", event="ACCUSE")))
    for code in ("JPN", "KOR"):
        shown = page(browse(path), f"/state/{code}")
        assert [(partner.acts, partner.mean) for partner in shown.partners] == [(1, -3.0)]
        assert len(shown.listed) == 1
        assert [sum(way.quads) for way in shown.ways] == [1, 1, 0]


def test_sums_as_they_are_now_are_those_of_a_day_to_come(world: Path) -> None:
    now, then = (page(browse(world), "/state/JPN", **query) for query in ({}, {"as_of": "2999-01-01"}))
    assert now == then


def test_a_day_before_leaves_out_what_no_report_had_told(world: Path) -> None:
    before = page(browse(world), "/state/JPN", as_of="2023-03-16")  # each report is of 17 March
    assert (before.partners, before.listed) == ((), ())
    assert page(browse(world), "/state/JPN", as_of="2023-03-17").acts == 5


def test_what_a_person_judged_counts(world: Path) -> None:
    client = browse(world)
    id_ = page(client, "/state/CHN").listed[0].id
    judge(client, id_, deed="party", side="recipient", party="KOR GOV", subject=id_)
    assert [partner.code for partner in page(client, "/state/CHN").partners] == ["KOR"]


def test_those_who_led_a_state_are_shown_by_the_tables(world: Path) -> None:
    offices = page(browse(world), "/state/USA").offices
    assert "Donald Trump" in {held.name for held in offices if held.rank == 1}
    assert {held.code for held in offices} == {"USA"}
    ranks = [held.rank for held in offices]
    assert ranks == sorted(ranks)


def test_an_actor_has_spellings_codes_roles_and_partners(path: Path) -> None:
    told = []
    for number, words in enumerate(("Donald Trump", "Washington", "Donald Trump")):
        coded = act(number, "USA", "KOR", event="ACCUSE", day=date(2019, 1 + number, 1))
        at = coded.article.text.index(words)
        party = msgspec.structs.replace(
            coded.events[0].actor[0], text=words, start=at, end=at + len(words), entity="Q22686", name="Donald Trump"
        )
        told.append(Coded(coded.article, (msgspec.structs.replace(coded.events[0], actor=(party,)),)))
    link(keep(path, *told))
    shown = page(browse(path), "/actor/Q22686")
    assert shown.name == "Donald Trump"
    assert [(each.text, each.times) for each in shown.spellings] == [("Donald Trump", 2), ("Washington", 1)]
    assert [(each.text, each.times) for each in shown.roles] == [("USA GOV", 3)]
    assert [(partner.code, partner.acts, partner.conflict) for partner in shown.partners] == [("KOR", 3, 1.0)]
    assert [way.quads for way in shown.ways] == [(0, 0, 3, 0), (0, 0, 0, 0), (0, 0, 0, 0)]
    assert len(shown.listed) == 3
    assert "President" in {held.title for held in shown.offices} | {held.title.split(" ")[0] for held in shown.offices}
    assert {"/state/USA", "/dyad/USA-KOR"} <= set(read(browse(path).get("/actor/Q22686").text).links)


def test_a_hostile_actor_stays_words(path: Path) -> None:
    coded = act(1, "USA", "KOR")
    party = msgspec.structs.replace(
        coded.events[0].actor[0], text="<script>x</script>", entity="<b>/?#.json", name="<i>name</i>", sector="<u>"
    )
    link(keep(path, Coded(coded.article, (msgspec.structs.replace(coded.events[0], actor=(party,)),))))
    client = browse(path)
    address = next(link for link in read(client.get(f"/event/{coded.events[0].id}").text).links if "/actor/%3C" in link)
    seen = read(client.get(address).text)
    assert not {"script", "b", "i", "u"} & set(seen.tags)
    assert "<script>x</script>" in seen.text


def test_years_long_past_are_not_drawn(path: Path) -> None:
    link(keep(path, act(1, "JPN", "KOR", day=date(1592, 5, 23)), act(2, "JPN", "KOR", day=date(2020, 1, 1))))
    shown = page(browse(path), "/state/JPN")
    assert (shown.first_year, shown.last_year) == (2020 - YEARS + 1, 2020)
    assert browse(path).get("/state/JPN").text.count("<path") == 2


def test_partners_and_years_are_tables(world: Path) -> None:
    client = browse(world)
    rows = list(csv.DictReader(io.StringIO(client.get("/state/JPN.csv").text)))
    assert [(row["code"], row["acts"]) for row in rows] == [("KOR", "4"), ("CHN", "1")]
    years = list(csv.DictReader(io.StringIO(client.get("/state/JPN.csv?table=years").text)))
    assert ("KOR", "2021", "2", "1") in [tuple(row.values()) for row in years]


def test_an_empty_ledger_has_states_and_no_actors(path: Path) -> None:
    keep(path)
    client = browse(path)
    assert "No act with another took place" in client.get("/state/KOR").text
    assert client.get("/state/XXX").status_code == 404
    assert client.get("/actor/nobody").status_code == 404
    assert client.get("/state/").status_code == 404


def test_events_that_are_not_linked_are_told_of(path: Path) -> None:
    keep(path, act(1, "JPN", "KOR"))
    assert "1 event is not linked yet" in browse(path).get("/state/KOR").text
    with open_ledger(path, read_only=True) as ledger:
        assert ledger.row("SELECT COUNT(*) FROM acts") == (0,)
