"""The page of a dyad and its parts: what is shown, counted and filtered, escaped, and given as data."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest
from starlette.testclient import TestClient

from detente import memory
from detente.codebook import STATUSES
from detente.dyaddays import SUMS, write_sums
from detente.judgements import judge
from detente.ledger import open_ledger
from detente.page import page_app
from detente.page_dyad import MOST_PERIODS, PAGE
from detente.records import Coded, Event, Pledge, Speaker
from tests.factories import MEETING, make_article, make_date, make_event, make_span

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202ereversed\u202c Japan met South Korea"
PARTS = ("pledges", "disputes", "conflicts", "brief", "series", "share")


def keep(path: Path, *coded: Coded, link: bool = True) -> TestClient:
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all(coded, run)
        ledger.end_run(run)
        if link:
            memory.update(ledger)
    return TestClient(page_app(path), base_url="http://127.0.0.1:8642")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def meetings(number: int) -> list[Coded]:
    """So many meetings, one a month, each in an article of its own, that turn to threats at the end."""
    found = []
    for place in range(number):
        year, month = divmod(place, 12)
        day = date(2020 + year, month + 1, 5)
        bad = place >= number * 2 // 3
        text = f"Japan {'threatened' if bad else 'met'} South Korea over matter {place} in round {place * 7}."
        article = make_article(text, published=day)
        label, trigger = ("THREATEN", "threatened") if bad else ("CONSULT", "met")
        events = (make_event(article, event=label, trigger=trigger, when=make_date(day), key=str(n)) for n in (1, 2))
        found.append(Coded(article, tuple(events)))
    return found


def import_others(folder: Path) -> None:
    """Event data of GDELT that was imported into a folder: one row a year, of what JPN does to KOR."""
    rows = [
        {
            "actor": "JPN", "recipient": "KOR", "day": date(year, 6, 1), "events": 1, "q1": 1, "q2": 0, "q3": 0,
            "q4": 0, "lossy": 0, "weighed": 1, "goldstein": 3.0, "scaled": 1, "scale": float(year - 2018),
        }
        for year in (2020, 2021, 2022)
    ]  # fmt: skip
    (folder / "gdelt").mkdir(parents=True)
    write_sums(pa.Table.from_pylist(rows, schema=SUMS), folder / "gdelt" / "days.parquet")


# -- what is shown


def test_an_act_shows_words_date_basis_speaker_outlet_and_weight(path: Path) -> None:
    article = msgspec.structs.replace(make_article(f"{MEETING} the BBC said."), title="Talks", publisher="Meridian")
    speaker = make_span(article, "BBC")
    event = msgspec.structs.replace(
        make_event(article, when=make_date(date(2023, 3, 17), basis="publication"), confidence=0.87),
        speaker=Speaker("BBC", speaker.start, speaker.end, "GBR", "JRN"),
        relayed_from="Kyodo",
    )
    seen = words(keep(path, Coded(article, (event,))).get("/dyad/JPN-KOR").text)
    assert "Japan – South Korea" in seen
    assert "Japan met South Korea in Tokyo on Thursday." in seen
    for told in ("17 Mar 2023", "day of publication", "said by BBC", "relayed from Kyodo", "in Talks", "Meridian"):
        assert told in seen
    assert "score+2.5conf.0.87reports1sources1" in seen.replace(" ", "")


def test_where_it_stands_is_said_in_words_and_numbers(path: Path) -> None:
    client = keep(path, *meetings(36))
    how = client.get("/dyad/JPN-KOR.json").json()["relation"]
    now = [each for each in how["levels"] if each["level"] is not None][-1]
    html = client.get("/dyad/JPN-KOR").text
    seen = words(html)
    said = {name: f"{now[name]:+.1f}".replace("-", "−") for name in ("level", "low80", "high80", "low95", "high95")}
    assert f"Level {said['level']} on a scale" in seen
    assert f"It lies between {said['low80']} and {said['high80']} with a probability of 80 %" in seen
    assert f"between {said['low95']} and {said['high95']} with one of 95 %" in seen
    assert "fell by" in seen or "rose by" in seen
    assert how["turns"]
    assert html.count('<a href="#turn-') == len(how["turns"])
    driver = how["turns"][0]["drivers"][0]["id"]
    assert driver in client.get("/dyad/JPN-KOR.json").json()["driving"]
    assert f'href="/event/{driver}"' in html


def test_a_dyad_is_the_same_whichever_code_comes_first(path: Path) -> None:
    client = keep(path, *meetings(3))
    one, other = (client.get(f"/dyad/{pair}.json").json() for pair in ("JPN-KOR", "kor-jpn"))
    assert (one["key"], other["key"]) == ("JPN-KOR", "KOR-JPN")
    assert one["acts"] == other["acts"]
    assert one["counts"] == other["counts"]


def test_status_have_tabs_with_their_numbers(path: Path) -> None:
    found = []
    for status in STATUSES:
        for day in (1, 9, 5):
            article = make_article(f"Japan met South Korea. {status} {day}")
            found.append(Coded(article, (make_event(article, status=status, when=date(2023, 3, day)),)))
    client = keep(path, *found, link=False)
    page = client.get("/dyad/JPN-KOR.json").json()
    assert page["counts"] == {status: {"1": 3, "2": 0, "3": 0, "4": 0} for status in STATUSES}
    for status in STATUSES:
        some = client.get(f"/dyad/JPN-KOR.json?status={status}").json()
        assert [act["event"]["date"]["start"][-2:] for act in some["acts"]] == ["09", "05", "01"]
        assert {act["event"]["status"] for act in some["acts"]} == {status}
    html = client.get("/dyad/JPN-KOR?status=denied").text
    assert re.search(r'status=denied#timeline" [^>]*aria-current="true">Denied', html)
    assert html.count('aria-current="true"') == 1


def test_pages_hold_every_act_once(path: Path) -> None:
    article = make_article()
    events = tuple(make_event(article, key=str(number)) for number in range(2 * PAGE + 3))
    client = keep(path, Coded(article, events), link=False)
    found = []
    for number in (1, 2, 3):
        page = client.get(f"/dyad/JPN-KOR.json?status=actual&page={number}").json()
        assert page["paging"] == {"total": len(events), "page": number, "pages": 3}
        found += [act["id"] for act in page["acts"]]
    assert sorted(found) == sorted(event.id for event in events)
    html = client.get("/dyad/JPN-KOR?status=actual&page=2").text
    assert "/dyad/JPN-KOR?status=actual&amp;page=1#timeline" in html
    assert "/dyad/JPN-KOR?status=actual&amp;page=3#timeline" in html


def test_filters_are_kept_in_the_form_and_narrow_the_list(path: Path) -> None:
    client = keep(path, *meetings(12))
    asked = "/dyad/JPN-KOR?type=THREATEN&from=2020-10-01&to=2020-11-05&direction=first&text=matter"
    page = client.get(asked.replace("?", ".json?")).json()
    assert {act["event"]["date"]["start"] for act in page["acts"]} == {"2020-10-05", "2020-11-05"}
    html = client.get(asked).text
    for shown in ('value="2020-10-01"', 'value="2020-11-05"', "<option selected>THREATEN</option>", 'value="matter"'):
        assert shown in html
    none = words(client.get("/dyad/JPN-KOR?direction=mutual").text)
    assert "No act between the two meets all of this." in none


def test_a_day_of_knowing_is_kept_in_every_link(path: Path) -> None:
    client = keep(path, *meetings(12))
    html = client.get("/dyad/JPN-KOR?as_of=2020-06-30").text
    assert client.get("/dyad/JPN-KOR.json?as_of=2020-06-30").json()["events"] == 12
    assert client.get("/dyad/JPN-KOR.json").json()["events"] == 24
    links = re.findall(r'(?:href|action|data-part|data-series)="(/(?:dyad|event|article)[^"]*)"', html)
    assert len(links) > 20
    assert [link for link in links if "as_of=2020-06-30" not in link and "=2020-06-30" not in link] == [
        link for link in links if link in ("/dyad/JPN-KOR", "/dyad/JPN-KOR#timeline")
    ]
    assert '<input type="hidden" name="as_of" value="2020-06-30">' in html
    assert "As the ledger knew it at the end of 2020-06-30" in html


def test_events_that_wait_to_be_linked_are_said_to(path: Path) -> None:
    client = keep(path, *meetings(2), link=False)
    assert "detente link --ledger news.detente" in client.get("/dyad/JPN-KOR").text
    with open_ledger(path) as ledger:
        memory.update(ledger)
    assert "detente link" not in client.get("/dyad/JPN-KOR").text


def test_what_is_kept_is_left_when_the_ledger_changes(path: Path) -> None:
    client = keep(path, *meetings(2))
    before = client.get("/dyad/JPN-KOR.json").json()["events"]
    keep(path, *meetings(3))
    assert client.get("/dyad/JPN-KOR.json").json()["events"] > before


def test_blocs_and_sectors_are_sides(path: Path) -> None:
    china = make_article("Japan met China.")
    client = keep(path, *meetings(2), Coded(china, (make_event(china, recipients=(("China", "CHN"),)),)))
    page = client.get("/dyad/jpn:gov-kor+chn.json").json()
    assert (page["key"], page["states"]) == ("JPN:GOV-KOR+CHN", False)
    assert {party["code"] for act in page["acts"] for party in act["event"]["recipient"]} == {"KOR", "CHN"}
    assert "Japan: GOV" in client.get("/dyad/JPN:GOV-KOR+CHN").text
    assert client.get("/dyad/JPN:GOV-KOR+CHN/pledges").status_code == 200
    assert client.get("/dyad/JPN:GOV-KOR+CHN/disputes").status_code == 404
    html = client.get("/dyad/JPN:GOV-KOR+CHN").text
    assert 'href="/dyad/JPN-CHN"' in html
    assert "/brief" not in html


def test_too_short_a_step_is_refused(path: Path) -> None:
    article = make_article()
    days = (date(1960, 1, 1), date(2023, 3, 1))
    client = keep(path, Coded(article, tuple(make_event(article, when=day) for day in days)), link=False)
    page = client.get("/dyad/JPN-KOR.json").json()
    assert page["step"] == "quarter"
    assert len(page["relation"]["levels"]) <= MOST_PERIODS
    refused = client.get("/dyad/JPN-KOR?step=week")
    assert refused.status_code == 400
    assert "Take one of: quarter, year" in words(refused.text)


# -- what is not there


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ("JPN-XXX", 404, "no event between JPN and XXX in this ledger. It has: JPN-KOR."),
        ("japan", 404, "is not a pair of codes such as JPN-KOR"),
        ("JPN-KOR:XYZ", 404, "'XYZ' is not a sector"),
        ("JPN-KOR?status=wished", 400, "status is 'wished'; known: actual"),
        ("JPN-KOR?type=HUG", 400, "type is 'HUG'"),
        ("JPN-KOR?sources=none", 400, "sources is 'none'; it must be a number from 1 to 99"),
        ("JPN-KOR?size=5000", 400, "size is '5000'; it must be a number from 1 to 1000"),
        ("JPN-KOR?from=yesterday", 400, "from is 'yesterday'; it must be a day"),
        ("JPN-KOR?page=7", 404, "There is no page 7; this list has 1"),
        ("JPN-KOR?to=9999-12-31", 200, "2 acts"),
        ("JPN-KOR/pledges?reach=some", 400, "reach is 'some'"),
        ("JPN-XXX/brief", 404, "no event between"),
    ],
)
def test_bad_addresses_are_refused_with_help(path: Path, asked: str, status: int, says: str) -> None:
    answer = keep(path, *meetings(1), link=False).get(f"/dyad/{asked}")
    assert answer.status_code == status
    assert says in words(answer.text).replace("&#39;", "'")


def test_an_empty_ledger_has_no_dyad(path: Path) -> None:
    answer = keep(path).get("/dyad/JPN-KOR")
    assert answer.status_code == 404
    assert "It holds no pair of states yet." in answer.text


def test_acts_without_days_have_no_chart(path: Path) -> None:
    article = make_article()
    client = keep(path, Coded(article, (make_event(article, when=None), make_event(article, status="denied"))))
    html = client.get("/dyad/JPN-KOR").text
    assert "there is no level" in html
    assert 'id="level"' not in html
    assert "date not known" in html
    for part in PARTS:
        assert client.get(f"/dyad/JPN-KOR/{part}").status_code == 200, part


def test_before_anything_was_known_every_page_says_so(path: Path) -> None:
    client = keep(path, *meetings(3))
    html = client.get("/dyad/JPN-KOR?as_of=2001-01-01").text
    assert "0 acts, whichever of the two acted" in words(html)
    assert "there is no level" in html
    for part in PARTS:
        assert client.get(f"/dyad/JPN-KOR/{part}?as_of=2001-01-01").status_code == 200, part


def test_hostile_words_are_escaped_everywhere(path: Path) -> None:
    article = msgspec.structs.replace(
        make_article(HOSTILE, id="<b>&id"), title=HOSTILE, publisher=HOSTILE, url="javascript:alert(1)"
    )
    events = tuple(make_event(article, key=str(number)) for number in range(2))
    pledged = make_span(article, "<script>alert(1)</script>")
    promise = msgspec.structs.replace(
        make_event(article, event="AGREE"), pledge=Pledge("AID", pledged.text, pledged.start, pledged.end)
    )
    client = keep(path, Coded(article, (*events, promise)))
    for address in ("JPN-KOR", *(f"JPN-KOR/{part}" for part in PARTS), "JPN-KOR?text=<script>alert(1)</script>"):
        html = client.get(f"/dyad/{address}").text
        assert "<script>alert" not in html, address
        assert "<img" not in html
        assert "javascript:" not in html


# -- data


def test_tables_hold_what_the_page_shows(path: Path) -> None:
    client = keep(path, *meetings(36))
    page = client.get("/dyad/JPN-KOR.json?type=THREATEN&size=1000").json()
    answer = client.get("/dyad/JPN-KOR.csv?type=THREATEN&size=1000&table=acts")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["id"] for row in rows] == [act["id"] for act in page["acts"]]
    assert rows[0]["quote"] == page["acts"][0]["event"]["sentence"]["text"]
    periods = list(csv.DictReader(io.StringIO(client.get("/dyad/JPN-KOR/series.csv").text)))
    levels = client.get("/dyad/JPN-KOR/series.json").json()["relation"]["levels"]
    assert [row["start"] for row in periods] == [each["start"] for each in levels]
    assert [float(row["level"]) for row in periods] == [each["level"] for each in levels]
    turns = pyarrow.parquet.read_table(io.BytesIO(client.get("/dyad/JPN-KOR.parquet?table=turns").content))
    assert turns.num_rows == len(page["relation"]["turns"])


def test_pledges_stand_in_the_column_of_their_state(path: Path) -> None:
    article = make_article("Japan promised to send rice to South Korea by 1 May 2023.", published=date(2023, 3, 17))
    words_ = make_span(article, "send rice")
    promise = msgspec.structs.replace(
        make_event(article, event="AGREE", trigger="promised", when=date(2023, 3, 16)),
        pledge=Pledge("AID", words_.text, words_.start, words_.end, date(2023, 5, 1)),
    )
    client = keep(path, Coded(article, (promise,)))
    assert [each["id"] for each in _columns(client)["Open"]] == [promise.id]
    with open_ledger(path) as ledger:
        judge(ledger, "pledge", promise.id, value="kept", who="Kim", why="the ship came")
        memory.update(ledger)
    assert [each["id"] for each in _columns(client)["Kept"]] == [promise.id]
    (row,) = csv.DictReader(io.StringIO(client.get("/dyad/JPN-KOR/pledges.csv").text))
    assert (row["words"], row["state"], row["due"]) == ("send rice", "kept", "2023-05-01")
    html = client.get("/dyad/JPN-KOR/pledges").text
    assert "send rice" in html
    assert "judged kept by" in words(html)


def _columns(client: TestClient) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = client.get("/dyad/JPN-KOR/pledges.json").json()["columns"]
    return found


def test_a_part_says_how_far_it_reached(path: Path) -> None:
    client = keep(path, *meetings(8))
    page = client.get("/dyad/JPN-KOR/pledges.json?reach=3").json()
    assert page["reach"]["acts"] == 3
    assert page["reach"]["total"] > 3
    assert "Read from the newest 3 of" in words(client.get("/dyad/JPN-KOR/pledges?reach=3").text)
    assert client.get("/dyad/JPN-KOR/pledges.json?reach=all").json()["reach"]["since"] is None
    unwritten = client.get("/dyad/JPN-KOR/brief.json?reach=1").json()
    assert (unwritten["brief"], unwritten["text"]) == (None, None)
    assert "Write it now" in client.get("/dyad/JPN-KOR/brief?reach=1").text


def test_each_sentence_of_the_brief_leads_to_its_acts(path: Path) -> None:
    client = keep(path, *meetings(8))
    page = client.get("/dyad/JPN-KOR/brief.json").json()
    html = client.get("/dyad/JPN-KOR/brief").text
    for section in page["brief"]["sections"]:
        for statement in section["statements"]:
            assert statement["events"]
    for cited in page["brief"]["citations"]:
        assert f'href="/event/{cited["event"]}"' in html
    assert page["text"].startswith("# ")
    assert '<textarea id="brief-text" readonly' in html


def test_imported_event_data_stands_beside_ours(path: Path) -> None:
    client = keep(path, *meetings(36))
    assert "/others" not in client.get("/dyad/JPN-KOR").text
    assert "No imported event data lies beside this ledger." in client.get("/dyad/JPN-KOR/others").text
    import_others(path.parent / "others")
    assert 'data-part="/dyad/JPN-KOR/others"' in client.get("/dyad/JPN-KOR").text
    page = client.get("/dyad/JPN-KOR/others.json").json()
    assert [line["name"] for line in page["lines"]] == ["ours", "gdelt"]
    assert [point["value"] for point in page["lines"][1]["points"]] == [2.0, 3.0, 4.0]
    assert [point["start"] for point in page["lines"][0]["points"]] == ["2020-01-01", "2021-01-01", "2022-01-01"]
    assert "gdelt" in client.get("/dyad/JPN-KOR/others.csv").text
    assert "lowest" in client.get("/dyad/JPN-KOR/others").text


def test_one_file_holds_the_dyad_and_leads_nowhere_else(path: Path) -> None:
    html = keep(path, *meetings(36)).get("/dyad/JPN-KOR/share").text
    assert "<script" not in html
    assert "<link" not in html
    assert set(re.findall(r'(?:src|href)="([^"#]*)', html)) <= {""}
    assert "url(" not in html
    assert 'class="band80"' in html
    assert "Japan threatened South Korea over matter 35" in words(html)
    assert ".act {" in html


def test_events_are_data_as_they_are_kept(path: Path) -> None:
    client = keep(path, *meetings(1))
    acts = client.get("/dyad/JPN-KOR.json").json()["acts"]
    with open_ledger(path, read_only=True) as ledger:
        for act in acts:
            assert msgspec.convert(act["event"], Event) == ledger.event(act["id"])
