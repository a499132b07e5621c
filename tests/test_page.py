"""The page shows what the ledger holds, escapes all of it, and answers nobody but this machine."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from detente.errors import ConfigError, LedgerError
from detente.ledger import open_ledger
from detente.memory import update
from detente.page import page_app, serve_page
from detente.pagesafety import HEADERS, refusal
from detente.pagetext import days, in_path, marked, web_address, whole_text
from detente.records import Article, Coded, Event, EventDate, Pledge, Span, Speaker, Step
from tests.factories import MEETING, make_article, make_date, make_event, make_exclusion, make_span
from tests.serving import serve

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202ereversed\u202c Japan met South Korea"


def keep(path: Path, *coded: Coded, link: bool = False) -> Path:
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all(coded, run)
        ledger.end_run(run)
        if link:
            update(ledger)
    return path


def browse(path: Path, *, host: str = "127.0.0.1") -> TestClient:
    return TestClient(page_app(path), base_url=f"http://{host}:8642")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


@pytest.fixture
def meeting() -> Coded:
    article = make_article(id="meeting", text=f"{MEETING} It was agreed to meet again, the BBC said.")
    met = make_event(article)
    speaker, promised = make_span(article, "BBC"), make_span(article, "meet again")
    said = msgspec.structs.replace(
        make_event(article, event="AGREE", trigger="agreed", when=make_date(date(2023, 3, 17), basis="publication")),
        pledge=Pledge("CONSULT", promised.text, promised.start, promised.end),
        speaker=Speaker("BBC", speaker.start, speaker.end, "GBR", "JRN"),
        relayed_from="Kyodo",
        steps=(Step("reader", "events-en.v1", "agreed read as AGREE"), Step("attribution", "said", "BBC says so")),
    )
    return Coded(article, (met, said))


def _is_ours(script: dict[str, str | None]) -> bool:
    """Whether a script is a file of our own, or data that no browser runs."""
    return (script.get("src") or "").startswith("/static/") or script.get("type") == "application/json"


class _Reader(HTMLParser):
    """Collects the tags other than our own scripts, the addresses and the text that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and _is_ours(dict(attrs)):
            return
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


# -- what the pages show


def test_the_first_page_counts_and_links(path: Path, meeting: Coded) -> None:
    keep(path, meeting, Coded(make_article("Nothing here."), ()), link=True)
    with open_ledger(path) as ledger:
        ledger.exclude(make_exclusion(), ledger.begin_run(coder="c", model="m", codebook="b"))
    seen = read(browse(path).get("/").text)
    assert "2 acts from 2 articles, published from 17 Mar 2023 to 17 Mar 2023. 1 input was excluded." in seen.text
    assert "/dyad/JPN-KOR" in seen.links
    assert f"/event/{meeting.events[0].id}" in seen.links


def test_an_empty_ledger_says_what_to_do(path: Path) -> None:
    keep(path)
    answer = browse(path).get("/")
    assert answer.status_code == 200
    assert "detente code ARTICLES --ledger news.detente" in answer.text


def test_an_event_shows_its_record_and_its_steps_in_order(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    seen = read(browse(path).get(f"/event/{meeting.events[1].id}").text)
    text = re.sub(r"\s+", " ", seen.text)
    assert "verbal cooperation" in text
    assert "CONSULT: “meet again”" in text
    assert "agreed read as AGREE" in text
    assert text.index("agreed read as AGREE") < text.index("BBC says so")
    assert "United Kingdom, JRN" in text
    id_ = meeting.events[1].id
    assert {"/dyad/JPN-KOR", f"/article/meeting?event={id_}#{id_}"} <= set(seen.links)


def test_an_event_that_was_read_again_is_called_history(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    event = meeting.events[0]
    assert browse(path).get(f"/event/{event.id}.json").json()["in_force"] is True
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v2", codebook="plover-2024")
        ledger.store(Coded(meeting.article, ()), run)
    assert browse(path).get(f"/event/{event.id}.json").json()["in_force"] is False
    assert "superseded" in browse(path).get(f"/event/{event.id}").text


def test_an_article_links_each_marked_word_to_its_event(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    html = browse(path).get("/article/meeting").text
    met, agreed = meeting.events
    marks = dict(re.findall(r'<a class="mark \w+ \w+" href="/event/(\w+)"[^>]*>(met|agreed)</a>', html))
    assert marks == {met.id: "met", agreed.id: "agreed"}
    assert re.search(r'<a class="mark as-recipient \w+" href="/event/\w+"[^>]*>South Korea</a>', html)


def test_the_twin_of_each_page_is_its_data(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    client, event = browse(path), meeting.events[0]
    pages = {"/": "/index.json", "/dyad/JPN-KOR": "", f"/event/{event.id}": "", "/article/meeting": ""}
    for page, twin in pages.items():
        twin = twin or f"{page}.json"
        assert twin in read(client.get(page).text).links
        answer = client.get(twin)
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()
    assert msgspec.convert(client.get(f"/event/{event.id}.json").json()["event"], Event) == event
    article = client.get("/article/meeting.json").json()["article"]
    assert msgspec.convert(article, Article) == meeting.article


def test_ids_may_hold_any_character(path: Path) -> None:
    ids = ("2023/03/a b?c#d%e.json", "日本.txt", "report.json", 'quote".html')
    keep(path, *(Coded(found := make_article(id=key), (make_event(found),)) for key in ids))
    client = browse(path)
    for key in ids:
        (event,) = client.get(f"/article/{in_path(key)}.json").json()["events"]
        assert event["article"] == key
        page = client.get(f"/article/{in_path(key)}")
        assert page.headers["content-type"].startswith("text/html")
        links = read(client.get(f"/event/{event['id']}").text).links
        assert f"/article/{in_path(key)}?event={event['id']}#{event['id']}" in links


# -- what is not there


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/dyad/JPN-XXX", 404, "no event between JPN and XXX in this ledger. It has: JPN-KOR."),
        ("/dyad/japan", 404, "is not a pair of codes such as JPN-KOR"),
        ("/event/none", 404, "There is no event 'none' in this ledger"),
        ("/article/none", 404, "There is no article 'none' in this ledger"),
        ("/dyad/JPN-KOR?status=wished", 400, "status is 'wished'; known: actual, background"),
        ("/dyad/JPN-KOR?status=actual&page=two", 400, "page is 'two'; it must be a number from 1 to 1"),
        ("/dyad/JPN-KOR?status=actual&page=2", 404, "There is no page 2; this list has 1"),
        ("/elsewhere", 404, "There is no page at this address"),
        ("/static/../page.py", 404, "There is no page at this address"),
        ("/static/%2e%2e/page.py", 404, "There is no page at this address"),
    ],
)
def test_what_is_not_there_is_refused_with_help(
    path: Path, meeting: Coded, address: str, status: int, says: str
) -> None:
    keep(path, meeting)
    answer = browse(path).get(address)
    seen = read(answer.text)
    assert answer.status_code == status
    assert says in seen.text
    assert "/" in seen.links


def test_a_refused_twin_is_data(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    answer = browse(path).get("/event/none.json")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert "no event 'none'" in answer.json()["error"]


def test_an_ambiguous_beginning_names_the_ids(path: Path) -> None:
    keep(path, Coded(make_article(id="a1"), ()), Coded(make_article(id="a2"), ()))
    answer = browse(path).get("/article/a")
    assert answer.status_code == 404
    assert "a1, a2" in answer.text


def test_a_ledger_that_went_away_is_said_to_be_missing(path: Path, meeting: Coded) -> None:
    client = browse(keep(path, meeting))
    path.unlink()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "There is no ledger at" in answer.text


def test_a_fault_of_ours_keeps_the_headers_and_tells_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(template: str, **values: object) -> str:
        if template != "error.html":
            raise RuntimeError("inner words")
        return "error page"

    monkeypatch.setattr("detente.page.render", broken)
    client = TestClient(page_app(keep(path)), base_url="http://127.0.0.1", raise_server_exceptions=False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "inner words" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]


# -- hostile input


@pytest.fixture
def hostile(path: Path) -> Path:
    article = msgspec.structs.replace(
        make_article(HOSTILE, id="<b>&id"),
        title="</title><script>alert(2)</script>",
        publisher="\"><svg onload='alert(3)'>",
        url="javascript:alert(4)",
        language='en" onclick="alert(5)',
        source="<i>source</i>",
    )
    event = msgspec.structs.replace(
        make_event(article),
        speaker=Speaker("<u>speaker</u>", 0, 0, '"><script>', "GOV"),
        relayed_from="<script>relay</script>",
        context=("<s>context</s>",),
        mode=("<em>mode</em>",),
        pledge=Pledge("<b>CONSULT</b>", "<b>pledge</b>", 0, 0),
        steps=(
            Step("<b>stage</b>", "<b>by</b>", "<b>why</b>", "<b>f</b>", "<b>value</b>", Span("<b>words</b>", 0, 0)),
        ),
        coder="<b>coder</b>",
    )
    return keep(path, Coded(article, (event,)), link=True)


def test_nothing_of_an_article_becomes_markup(hostile: Path) -> None:
    client = browse(hostile)
    (event,) = client.get("/article/%3Cb%3E%26id.json").json()["events"]
    ours = {"p", "a", "bdi", "section", "mark", "svg", "rect", "line", "text", "title", "code", "abbr", "meta", "link"}
    for page in ("/", "/dyad/JPN-KOR", f"/event/{event['id']}", "/article/%3Cb%3E%26id"):
        seen = read(client.get(page).text)
        assert not {"script", "img", "b", "u", "i", "s", "em"} & set(seen.tags), page
        assert ours & set(seen.tags)
        assert not [name for name in seen.attributes if name.startswith("on") or name == "style"], page
        assert "<script>" in seen.text  # there as words
        assert all(re.match("/(?!/)|#[a-z]", link) for link in seen.links), page


def test_only_web_addresses_become_links(path: Path) -> None:
    article = msgspec.structs.replace(make_article(id="a"), url="https://example.org/?a=1&b=\"2'")
    links = read(browse(keep(path, Coded(article, ()))).get("/article/a").text).links
    assert "https://example.org/?a=1&b=\"2'" in links


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JavaScript://x/%0aalert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
     "data:text/html,x", "file:///etc/passwd", "//example.org", "https://", "http://[broken", "", None],
)  # fmt: skip
def test_no_other_address_is_a_web_address(url: str | None) -> None:
    assert web_address(url) is None


def test_every_answer_forbids_scripts_embedding_and_requests(path: Path, meeting: Coded) -> None:
    client = browse(keep(path, meeting))
    for address in ("/", "/index.json", "/static/style.css", "/nowhere", "/dyad/JPN-XXX"):
        headers = client.get(address).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS, address
    assert HEADERS["content-security-policy"].startswith("default-src 'none';")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"])
def test_a_name_of_another_site_is_not_answered(path: Path, meeting: Coded, host: str) -> None:
    keep(path, meeting)
    answer = browse(path, host=host).get("/")
    assert answer.status_code == 400
    assert "Japan" not in answer.text
    assert browse(path, host="localhost").get("/").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_page_is_only_read(path: Path, meeting: Coded, method: str) -> None:
    client = browse(keep(path, meeting))
    for address in ("/", "/dyad/JPN-KOR", "/static/style.css"):
        assert client.request(method, address).status_code == 405
    assert client.head("/dyad/JPN-KOR").status_code == 200


def test_pages_refer_to_nothing_elsewhere(path: Path, meeting: Coded) -> None:
    client = browse(keep(path, meeting))
    for address in ("/", "/dyad/JPN-KOR", "/article/meeting"):
        seen = read(client.get(address).text)
        assert "script" not in seen.tags
        assert "style" not in seen.attributes
        assert not [link for link in seen.links if "//" in link]
    style = client.get("/static/style.css").text
    assert "url(" not in style
    assert "@import" not in style


# -- words and bars


@given(st.data())
def test_marked_pieces_are_the_text_again_with_each_mark_whole(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=30))
    ranges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    event = make_event(make_article())
    events = [
        msgspec.structs.replace(
            event,
            trigger=msgspec.structs.replace(event.trigger, start=start, end=end),
            actor=tuple(msgspec.structs.replace(event.actor[0], start=a, end=b) for a, b in parties),
            recipient=(),
        )
        for (start, end), parties in data.draw(st.lists(st.tuples(ranges, st.lists(ranges, max_size=3)), max_size=4))
    ]
    pieces = marked(whole_text(text), events)
    assert "".join(piece.text for piece in pieces) == text
    for number, each in enumerate(events, 1):
        words = "".join(
            piece.text
            for piece in pieces
            if any(mark.kind == "trigger" and mark.number == number for mark in piece.marks)
        )
        assert words == text[each.trigger.start : each.trigger.end]
        closed = [m for piece in pieces for m in piece.ending if m.kind == "trigger" and m.number == number]
        assert len(closed) == (each.trigger.start < each.trigger.end)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2023-03-16", "2023-03-17", "16 Mar 2023"),
        ("2023-03-01", "2023-04-01", "Mar 2023"),
        ("2023-12-01", "2024-01-01", "Dec 2023"),
        ("2023-01-01", "2023-04-01", "Jan 2023 – Mar 2023"),
        ("2023-01-01", "2024-01-01", "2023"),
        ("2010-01-01", "2020-01-01", "2010 – 2019"),
        ("2023-03-06", "2023-03-13", "6 Mar 2023 – 12 Mar 2023"),
    ],
)
def test_days_are_said_with_the_last_one_included(start: str, end: str, said: str) -> None:
    dated = EventDate(date.fromisoformat(start), date.fromisoformat(end), "interval", "expression")
    assert days(dated) == said


@given(st.text(min_size=1))
def test_an_id_comes_back_from_its_address(key: str) -> None:
    if key.isprintable():
        assert unquote(in_path(key)) == key
        assert not in_path(key).endswith(".json")
        assert quote(in_path(key), safe="%") == in_path(key)


# -- serving


def test_a_busy_port_is_an_error_with_a_hint(path: Path) -> None:
    keep(path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"Port {port} on 127.0.0.1 is in use.*--port N"):
            serve_page(path, port=port)


def test_the_command_tells_its_address_and_ends_with_the_interrupt(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    command = [sys.executable, "-c", "from detente.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--ledger", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address is not None, line
        with urllib.request.urlopen(address[0], timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_port_that_does_not_exist_is_an_error(path: Path) -> None:
    with pytest.raises(ConfigError, match="port is 70000; it must lie between 0 and 65535"):
        serve_page(keep(path), port=70000)


def test_a_ledger_that_does_not_exist_is_an_error_before_serving(path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger at"):
        serve_page(path)


@pytest.fixture
def served(path: Path, meeting: Coded) -> str:
    keep(path, meeting)
    return serve(path) + "/"


def test_it_is_served_on_the_loopback_address(served: str) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", served)
    with urllib.request.urlopen(f"{served}dyad/JPN-KOR", timeout=10) as answer:
        assert b"South Korea" in answer.read()
        assert "server" not in {name.lower() for name in answer.headers}


# -- who is answered


def test_beyond_this_machine_every_request_needs_the_token(path: Path, meeting: Coded) -> None:
    keep(path, meeting)
    client = TestClient(page_app(path, hosts=("*",), token="secret"), base_url="http://desk.example:8642")
    assert client.get("/").status_code == 401
    assert client.get("/?token=wrong").status_code == 401
    assert client.get("/static/style.css").status_code == 401
    assert client.get("/?token=secret", follow_redirects=False).headers["location"] == "/"
    assert client.get("/dyad/JPN-KOR").status_code == 200  # by the cookie


def test_files_are_compressed_and_kept(path: Path, meeting: Coded) -> None:
    client = browse(keep(path, meeting))
    (style,) = [link for link in read(client.get("/").text).links if link.startswith("/static/style.css")]
    answer = client.get(style, headers={"accept-encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text == client.get(style, headers={"accept-encoding": "identity"}).text
    assert client.get(style, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert client.get("/static/style.css?v=old").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("headers", "field", "obeyed"),
    [
        ({}, "right", True),
        ({"origin": "http://127.0.0.1:8642", "host": "127.0.0.1:8642"}, "right", True),
        ({"origin": "http://evil.example", "host": "127.0.0.1:8642"}, "right", False),
        ({"origin": "null", "host": "127.0.0.1:8642"}, "right", False),
        ({"sec-fetch-site": "cross-site"}, "right", False),
        ({"sec-fetch-site": "same-site"}, "right", False),
        ({}, "wrong", False),
        ({}, None, False),
    ],
)
def test_a_form_is_obeyed_only_from_our_own_pages(headers: dict[str, str], field: str | None, obeyed: bool) -> None:
    assert (refusal(Headers(headers), "right", field) is None) == obeyed
