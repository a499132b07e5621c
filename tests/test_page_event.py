"""The page of an act shows its reports and their sources, and keeps what a person judges."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from detente import memory
from detente.judgements import judgements
from detente.ledger import open_ledger
from detente.page_event import REPORTS, EventPage
from detente.records import Coded, Event, Judgement, Pledge, Span, Step
from tests.factories import make_article, make_date, make_event, make_span
from tests.test_page import browse, keep, read

STORY = (
    "Japan met South Korea in Tokyo on Thursday. The envoys spoke for three hours about fishing grounds in the strait,"
    " shared patrols by their coast guards, a joint panel of historians and the return of a fleet of six trawlers that"
    " had been held in Busan since the spring. They left without a statement, but aides said that the mood had been"
    " friendly, that supper was served late, and that another round would follow in Seoul before the first snow."
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


def coded(
    id_: str, text: str, publisher: str, published: date, *, event: str = "CONSULT", trigger: str = "met"
) -> Coded:
    article = msgspec.structs.replace(
        make_article(text, id=id_, published=published), publisher=publisher, title=f"Talks {id_}"
    )
    return Coded(article, (make_event(article, event=event, trigger=trigger),))


@pytest.fixture
def copied(path: Path) -> list[Event]:
    """One act in two articles, the second a copy of the first, and another act of that day in a third."""
    own = "Japan accused South Korea of fouling the nets of its trawlers off Busan, the Lantern has learned."
    told = (
        coded("a-wire", STORY, "Meridian Wire", date(2023, 3, 16)),
        coded("b-copy", STORY, "Harbour Gazette", date(2023, 3, 17)),
        coded("c-own", own, "The Lantern", date(2023, 3, 18), event="ACCUSE", trigger="accused"),
    )
    link(keep(path, *told))
    return [each.events[0] for each in told]


def link(path: Path) -> None:
    with open_ledger(path) as ledger:
        memory.update(ledger)


def page(client: TestClient, id_: str, **query: str) -> EventPage:
    return msgspec.convert(client.get(f"/event/{id_}.json", params=query).json(), EventPage)


def judge(client: TestClient, id_: str, **fields: str) -> str:
    """Send the form as the page has it; the address that it leads to."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(f"/event/{id_}").text)
    csrf = {"csrf": found[1]} if found else {}
    answer = client.post(
        f"/event/{id_}/judge", data={"who": "Mina", "why": "I read it", **csrf, **fields}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def standing(path: Path) -> tuple[Judgement, ...]:
    with open_ledger(path, read_only=True) as ledger:
        return judgements(ledger)


# -- what it shows


def test_any_report_leads_to_the_act_with_all_its_reports_and_sources(path: Path, copied: list[Event]) -> None:
    client = browse(path)
    judge(client, copied[0].id, deed="merge", other_id=copied[2].id)
    told = [page(client, event.id) for event in copied]
    assert len({each.event.id for each in told}) == 1
    act = told[0].act
    assert act is not None
    assert [report.event.article for report in act.reports] == ["a-wire", "b-copy", "c-own"]
    assert act.independent_sources == 2
    text = read(client.get(f"/event/{copied[1].id}").text).text
    for publisher in ("Meridian Wire", "Harbour Gazette", "The Lantern"):
        assert publisher in text
    assert "2 independent sources" in text


def test_the_chain_of_sources_is_drawn_from_copy_to_root(path: Path, copied: list[Event]) -> None:
    chart = page(browse(path), copied[0].id).chart
    assert chart is not None
    (line,) = chart.lines
    dots = {(dot.x, dot.y): dot for dot in chart.dots}
    assert dots[line.from_x, line.from_y].label == "Meridian Wire"
    assert dots[line.from_x, line.from_y].kind == "root"
    assert dots[line.x, line.y].label == "Harbour Gazette"
    assert line.label == "copy 100%"
    html = browse(path).get(f"/event/{copied[0].id}").text
    assert '<svg class="sources"' in html
    assert html.count("<circle") == 2


def test_the_record_is_told_in_a_sentence_with_parties_and_what_the_scale_means(path: Path) -> None:
    article = make_article(text="Prime Minister Kishida met South Korea in Tokyo on Thursday.")
    event = make_event(article, actors=(("Prime Minister Kishida", "JPN"),))
    person = msgspec.structs.replace(event.actor[0], entity="Q1155", name="Fumio Kishida")
    keep(path, Coded(article, (msgspec.structs.replace(event, actor=(person,), mode=("visit",), scale=4.0),)))
    told = page(browse(path), event.id)
    assert told.sentence is not None
    assert "visit to South Korea" in told.sentence
    assert [party.side for party in told.parties] == ["actor", "recipient"]
    assert told.parties[1].country == "South Korea"
    assert "CONSULT visit" in told.scale_note
    assert not told.linked
    assert "detente link --ledger news.detente" in browse(path).get(f"/event/{event.id}").text


def test_where_reports_differ_each_answer_is_shown_with_how_many_tell_it(path: Path, copied: list[Event]) -> None:
    client = browse(path)
    judge(client, copied[0].id, deed="status", status="denied", subject=copied[0].id)
    told = {each.field: each for each in page(client, copied[1].id).differences}
    assert {answer.value: len(answer.events) for answer in told["status"].answers} == {"denied": 1, "happened": 1}
    assert sum(answer.leading for answer in told["status"].answers) == 1
    assert "Where reports differ" in client.get(f"/event/{copied[1].id}").text


def test_reports_beyond_a_page_are_on_the_next(path: Path) -> None:
    told = [coded(f"a{n:02}", f"{STORY} Edition {n}.", f"Paper {n}", date(2023, 3, 17)) for n in range(REPORTS + 3)]
    link(keep(path, *told))
    client, first = browse(path), told[0].events[0].id
    assert len(page(client, first).act.reports) == REPORTS + 3  # type: ignore[union-attr]
    assert client.get(f"/event/{first}").text.count('class="report ') == REPORTS
    assert client.get(f"/event/{first}?page=2").text.count('class="report ') == 3
    assert client.get(f"/event/{first}?page=3").status_code == 404
    assert page(client, first).chart.left_out == 4  # type: ignore[union-attr]


def test_the_steps_stand_in_order_with_the_fields_they_set(path: Path) -> None:
    article = make_article()
    steps = (Step("reader", "m", field="event", value="CONSULT"), Step("when", "weekday", field="date", value="x"))
    keep(path, Coded(article, (event := msgspec.structs.replace(make_event(article), steps=steps),)))
    origins = {origin.field: origin.steps for origin in page(browse(path), event.id).origins}
    assert origins["event"] == (1,)
    assert origins["date"] == (2,)


def test_its_reports_are_a_table(path: Path, copied: list[Event]) -> None:
    rows = list(csv.DictReader(io.StringIO(browse(path).get(f"/event/{copied[0].id}.csv").text)))
    assert [row["article"] for row in rows] == ["a-wire", "b-copy"]
    assert {row["root"] for row in rows} == {"a-wire"}


# -- what a person judges


@pytest.mark.parametrize(
    ("fields", "about", "value", "shown"),
    [
        ({"deed": "right"}, "", "right", "right"),
        ({"deed": "type", "type": "ACCUSE"}, "type", "ACCUSE", "ACCUSE"),
        ({"deed": "status", "status": "denied"}, "status", "denied", "said not to have happened"),
        ({"deed": "date", "first": "2023-03-15"}, "date", "2023-03-15", "15 Mar 2023"),
        (
            {"deed": "date", "first": "2023-03-01", "last": "2023-03-31"},
            "date", "2023-03-01/2023-04-01", "Mar 2023",
        ),
        ({"deed": "party", "side": "recipient", "party": "chn mil, usa"}, "recipient", "CHN MIL, USA", "China"),
        ({"deed": "party", "side": "recipient", "party": "none"}, "recipient", "", "nobody"),
    ],
)  # fmt: skip
def test_a_judgement_is_kept_shown_and_can_be_withdrawn(
    path: Path, copied: list[Event], fields: dict[str, str], about: str, value: str, shown: str
) -> None:
    client, id_ = browse(path), copied[0].id
    before = page(client, id_).event
    assert judge(client, id_, subject=id_, **fields) == f"/event/{id_}?who=Mina#judged"
    (judged,) = standing(path)
    assert (judged.kind, judged.subject, judged.about, judged.value) == ("event", id_, about, value)
    assert (judged.who, judged.why) == ("Mina", "I read it")
    html = client.get(f"/event/{id_}?who=Mina").text
    assert shown in read(html).text
    assert 'name="who" required maxlength="80" autocomplete="name" value="Mina"' in html
    judge(client, id_, deed=f"withdraw {judged.recorded_at}")
    assert standing(path) == ()
    assert page(client, id_).event == before


def test_what_is_judged_counts_at_once_in_the_tables_of_acts(path: Path, copied: list[Event]) -> None:
    client = browse(path)
    for event in copied[:2]:
        judge(client, event.id, deed="type", type="SANCTION", subject=event.id)
    with open_ledger(path, read_only=True) as ledger:
        acts = dict(ledger.rows("SELECT id, event FROM acts"))
        assert memory.unlinked(ledger) == (0, 0)
    assert acts[page(client, copied[0].id).event.id] == "SANCTION"


def test_no_event_is_shown_as_such_and_comes_back_when_withdrawn(path: Path, copied: list[Event]) -> None:
    client, id_ = browse(path), copied[2].id
    judge(client, id_, deed="not-an-event")
    told = page(client, id_)
    assert told.no_event
    assert told.act is None
    html = client.get(f"/event/{id_}").text
    assert "no event, so it counts nowhere" in html
    (judged,) = standing(path)
    judge(client, id_, deed=f"withdraw {judged.recorded_at}")
    assert page(client, id_).act is not None


def test_acts_are_merged_and_reports_parted(path: Path, copied: list[Event]) -> None:
    client, (one, copy, other) = browse(path), copied
    assert [near.id for near in page(client, one.id).nearby] == [other.id]
    judge(client, one.id, deed="merge", other=other.id)
    assert len(page(client, one.id).act.reports) == 3  # type: ignore[union-attr]
    judge(client, one.id, deed=f"unmerge {copy.id}")
    assert {report.event.id for report in page(client, one.id).act.reports} == {one.id, other.id}  # type: ignore[union-attr]
    assert [report.event.id for report in page(client, copy.id).act.reports] == [copy.id]  # type: ignore[union-attr]
    assert "unmerge" in {judged.kind for judged in page(client, copy.id).judgements}


def test_where_much_waits_a_judgement_is_kept_and_linking_left_to_the_command(
    path: Path, copied: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.page_judge.SOON", 0)
    client = browse(path)
    judge(client, copied[0].id, deed="type", type="AID", subject=copied[0].id)
    assert page(client, copied[0].id).event.event == "AID"  # it shows before it is linked
    with open_ledger(path, read_only=True) as ledger:
        assert memory.unlinked(ledger).events == 1


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"deed": "right", "who": " "}, 400, "needs the name of the one who judges"),
        ({"deed": "type", "type": "WAR"}, 400, "is not a PLOVER event type. Known: AGREE"),
        ({"deed": "status", "status": "maybe"}, 400, "is not a verdict here. Known: actual"),
        ({"deed": "date", "first": "yesterday"}, 400, "it must be a day, YYYY-MM-DD"),
        ({"deed": "date"}, 400, "Give the day of the act"),
        ({"deed": "party", "side": "recipient", "party": ""}, 400, "Write who it was by code and sector"),
        ({"deed": "party", "side": "recipient", "party": "Korea"}, 400, "is no party: write a code"),
        ({"deed": "party", "side": "neither", "party": "KOR"}, 400, "cannot be judged. Known: type"),
        ({"deed": "merge"}, 400, "Choose or write the id of the other act"),
        ({"deed": "merge", "other_id": "none"}, 400, "There is no event &#39;none&#39;"),
        ({"deed": "unmerge c0ffee"}, 400, "stands alone already"),
        ({"deed": "pledge"}, 400, "Choose a pledge"),
        ({"deed": "withdraw 2001-01-01"}, 400, "is not in force any more"),
        ({"deed": "right", "who": "M" * 81}, 400, "who has 81 characters; write 80 at most"),
        ({"deed": "burn"}, 400, "use the form on the page"),
        ({}, 400, "use the form on the page"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_help(
    path: Path, copied: list[Event], fields: dict[str, str], status: int, says: str
) -> None:
    client, id_ = browse(path), copied[0].id
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get(f"/event/{id_}").text)
    assert csrf is not None
    answer = client.post(f"/event/{id_}/judge", data={"who": "Mina", "csrf": csrf[1], **fields})
    assert answer.status_code == status
    assert says in answer.text
    assert standing(path) == ()


@pytest.mark.parametrize(
    ("headers", "csrf"),
    [
        ({}, None),
        ({}, "guessed"),
        ({"origin": "http://evil.example"}, "right"),
        ({"origin": "null"}, "right"),
        ({"sec-fetch-site": "cross-site"}, "right"),
    ],
)
def test_a_form_of_another_site_or_without_our_secret_judges_nothing(
    path: Path, copied: list[Event], headers: dict[str, str], csrf: str | None
) -> None:
    client, id_ = browse(path), copied[0].id
    right = re.search(r'name="csrf" value="([^"]+)"', client.get(f"/event/{id_}").text)
    assert right is not None
    given = {"csrf": right[1] if csrf == "right" else csrf} if csrf else {}
    fields = {"deed": "right", "who": "Mina", **given}
    assert client.post(f"/event/{id_}/judge", data=fields, headers=headers).status_code == 403
    assert standing(path) == ()


def test_an_event_that_is_not_there_cannot_be_judged(path: Path, copied: list[Event]) -> None:
    client = browse(path)
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get(f"/event/{copied[0].id}").text)
    assert csrf is not None
    answer = client.post("/event/none/judge", data={"deed": "right", "who": "Mina", "csrf": csrf[1]})
    assert answer.status_code == 404


def test_a_name_and_a_reason_are_words_only(path: Path, copied: list[Event]) -> None:
    client, id_ = browse(path), copied[0].id
    hostile = '"><script>alert(1)</script>'
    location = judge(client, id_, deed="right", who=hostile, why=hostile)
    seen = read(client.get(location).text)
    assert "script" not in seen.tags
    assert "<script>alert(1)</script>" in seen.text
    assert location.startswith(f"/event/{id_}?who=%22%3E")


# -- days before


def test_an_earlier_day_shows_what_was_known_then_and_offers_nothing_to_judge(path: Path, copied: list[Event]) -> None:
    client = browse(path)
    yesterday = (date.today() - timedelta(1)).isoformat()
    html = client.get(f"/event/{copied[0].id}?as_of={yesterday}").text
    assert "As the ledger knew it" in html
    assert "<form id=" not in html
    assert len(page(client, copied[0].id, as_of="2023-03-16").act.reports) == 1  # type: ignore[union-attr]
    assert client.get(f"/event/{copied[0].id}?as_of=2023-03-01").status_code == 404
    assert client.get(f"/event/{copied[0].id}?as_of=soon").status_code == 400


# -- pledges and conflicts


def test_a_pledge_and_what_kept_it_are_followed_and_can_be_judged(path: Path) -> None:
    vow = make_article("Japan promised South Korea to lift the export ban.", id="vow", published=date(2023, 3, 2))
    words = make_span(vow, "lift the export ban")
    promised = msgspec.structs.replace(
        make_event(vow, event="AGREE", trigger="promised", when=date(2023, 3, 1)),
        pledge=Pledge("CONCEDE", words.text, words.start, words.end),
    )
    done = make_article("Japan lifted the export ban against South Korea.", id="done", published=date(2023, 4, 2))
    lifted = make_event(done, event="CONCEDE", trigger="lifted", when=date(2023, 4, 1))
    link(keep(path, Coded(vow, (promised,)), Coded(done, (lifted,))))
    client = browse(path)
    (thread,) = client.get(f"/follow/{promised.id}.json").json()["pledges"]
    assert thread["state"] in ("kept", "possibly-kept")
    assert client.get(f"/follow/{lifted.id}.json").json()["pledges"][0]["id"] == thread["id"]
    html = client.get(f"/follow/{promised.id}").text
    assert f'action="/event/{promised.id}/judge"' in html
    judge(client, promised.id, deed="pledge", pledge=promised.id, state="broken")
    (thread,) = client.get(f"/follow/{promised.id}.json").json()["pledges"]
    assert thread["state"] == "broken"
    assert thread["judgement"]["who"] == "Mina"


def test_what_reports_say_differently_is_set_side_by_side(path: Path) -> None:
    told = []
    for id_, number, publisher in (("one", "12", "Meridian Wire"), ("two", "40", "The Lantern")):
        text = f"Japan attacked South Korea in Tokyo on Thursday, and {number} people were killed in Tokyo."
        article = msgspec.structs.replace(make_article(text, id=id_), publisher=publisher)
        told.append(Coded(article, (make_event(article, event="ASSAULT", trigger="attacked"),)))
    link(keep(path, *told))
    client, (one, two) = browse(path), (each.events[0].id for each in told)
    judge(client, one, deed="merge", other_id=two)
    conflicts = client.get(f"/follow/{one}.json").json()["conflicts"]
    assert [{answer["answer"] for answer in each["answers"]} for each in conflicts] == [{"12", "40"}]
    text = read(client.get(f"/follow/{one}").text).text
    assert "Contradiction" in text
    assert "The Lantern" in text


def test_a_long_article_is_not_searched_for_conflicts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.page_follow.LONGEST", 20)
    keep(path, told := coded("long", STORY, "Wire", date(2023, 3, 17)))
    assert browse(path).get(f"/follow/{told.events[0].id}.json").json()["unread"] == 1


def test_between_two_with_many_acts_only_the_nearest_are_followed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.page_follow.WHOLE", 3)
    monkeypatch.setattr("detente.page_follow.NEAREST", 2)
    told = []
    for number in range(8):
        article = make_article(f"Japan met South Korea in town {number} of {'x' * (number + 2)}.", id=f"a{number}")
        told.append(Coded(article, (make_event(article, event="AGREE", when=date(2020, 1 + number, 5)),)))
    link(keep(path, *told))
    found = browse(path).get(f"/follow/{told[4].events[0].id}.json").json()
    assert found["between"] == 8
    assert found["followed"] < 8
    assert "nearest in time" in browse(path).get(f"/follow/{told[4].events[0].id}").text


# -- odd data


def test_an_event_without_anything_is_still_a_page(path: Path) -> None:
    article = make_article(text="Talks.", published=None)
    event = msgspec.structs.replace(
        make_event(article, actors=(), recipients=(), trigger="Talks", when=None), context=(), location=None
    )
    link(keep(path, Coded(article, (event,))))
    told = page(browse(path), event.id)
    assert (told.sentence, told.parties, told.dyads, told.nearby, told.chart) == (None, (), (), (), None)
    text = read(browse(path).get(f"/event/{event.id}").text).text
    assert "The text does not say who." in text
    assert "date not known" in text


def test_marks_stay_within_their_sentence(path: Path) -> None:
    article = make_article("Japan met South Korea. Seoul agreed.")
    event = msgspec.structs.replace(
        make_event(article, when=make_date(date(2023, 3, 16))), trigger=Span("Korea. Seoul", 16, 28)
    )
    keep(path, Coded(article, (event,)))
    assert browse(path).get(f"/event/{event.id}").status_code == 200
