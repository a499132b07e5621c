"""Watching: what is to be watched, what is remembered, and that nothing is lost, doubled or asked too often."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import msgspec
import pytest
import typer.main
from typer.testing import CliRunner

from detente import pipeline, watch, watchhealth
from detente.cli_watch import app
from detente.config import Config
from detente.deliveries import Ways
from detente.errors import ConfigError, InputError, LedgerError
from detente.feeds import Entry
from detente.fetch import Fetcher
from detente.following import look_at_folder, plain_link
from detente.ledger import open_ledger
from detente.politeness import Politeness
from detente.records import Article, Coded
from detente.watchfile import FeedSettings, FolderSettings, Watch, read_watchfile, seconds, watch_of
from detente.watchstate import Fresh, State, state_path
from detente.watchturns import RememberedTurns, is_watched, only_one
from evaluation.flaky_site import Site
from evaluation.soak import print_result, rate_of, soak

FEED = "https://news.example/world.xml"
PAGE = (
    "<html lang='en'><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p>"
    "<p>The harbour lay quiet that evening, and the lanterns on the old bridge were lit one after the other.</p>"
    "</article></body></html>"
)
MEETING = "Japan met South Korea in Oslo on Thursday, and Norway sent two ministers to greet both delegations."


def rss(*items: str, title: str = "The Orbit") -> bytes:
    return f"<rss version='2.0'><channel><title>{title}</title>{''.join(items)}</channel></rss>".encode()


def item(number: int, *, summary: str = "", link: str = "", guid: str = "") -> str:
    where = link or f"https://news.example/a/{number}"
    named = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return (
        f"<item><title>Report {number}</title><link>{where}</link>{named}<description>{summary}</description>"
        "<pubDate>Thu, 16 Mar 2023 10:00:00 GMT</pubDate></item>"
    )


class Web(httpx2.BaseTransport):
    """Answers by address, as (status, body, headers) or a function of the request; it notes what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked: list[httpx2.Request] = []

    def page(self, url: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[url] = status, content, {"Content-Type": "text/html", **named}

    def article(self, number: int, text: str = MEETING) -> None:
        self.page(f"https://news.example/a/{number}", PAGE.format(title=f"Report {number}", text=f"{text} ({number})"))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        status, body, headers = self.pages.get(str(request.url), (404, b"", {}))
        if status == 200 and headers.get("ETag") and request.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        return httpx2.Response(status, headers=headers, content=body)

    def urls(self) -> list[str]:
        return [str(request.url) for request in self.asked if request.url.path != "/robots.txt"]


def public(host: str, port: int) -> list[str]:
    if not host.endswith(".example"):
        raise socket.gaierror(-2, "Name or service not known")
    return ["93.184.216.34"]


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture(autouse=True)
def no_reader(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is coded: the reader is left out, for it takes its time. Gives the titles in their order."""
    read: list[str] = []

    def code_articles(articles: list[Article], *, config: Config) -> object:
        for article in articles:
            if "poison" in article.text:
                raise RuntimeError("a fault of the reader")
            read.append(article.title or "")
            yield Coded(article, ())

    monkeypatch.setattr(pipeline, "code_articles", code_articles)
    monkeypatch.setattr(watch, "IDLE_SECONDS", 0.01)
    return read


Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path, web: Web) -> Run:
    """Look at everything once; gives what was told."""

    def run_once(*feeds: FeedSettings, folders: tuple[FolderSettings, ...] = (), tries: int = 6) -> list[str]:
        told: list[str] = []
        watch.watch(
            tmp_path / "t.detente",
            Watch(feeds, folders, retry=60.0, tries=tries, workers=2),
            config=Config(fetch_delay=0.0, fetch_tries=1),
            ways=Ways(told.append),
            once=True,
            tell=told.append,
            make_fetcher=lambda config, turns: Fetcher(config, politeness=turns, transport=web, resolver=public),
        )
        return told

    return run_once


def inputs(folder: Path) -> tuple[list[str], list[str]]:
    """Titles of articles, and reasons of exclusions, in a ledger; superseded ones too."""
    with open_ledger(folder / "t.detente", read_only=True) as ledger:
        titles = sorted(title or "" for (title,) in ledger.rows("SELECT title FROM articles"))
        return titles, [reason for (reason,) in ledger.rows("SELECT reason FROM exclusions ORDER BY id")]


def health(folder: Path) -> dict[str, object]:
    with State(state_path(folder / "t.detente"), read_only=True) as state:
        [found] = watchhealth.health(state)
    return msgspec.structs.asdict(found)


def hurry(folder: Path) -> None:
    """As if all the time had passed that is waited for."""
    with State(state_path(folder / "t.detente")) as state:
        state.execute("UPDATE feeds SET next_poll = 0")
        state.execute("UPDATE entries SET next_try = 0")
        state.execute("UPDATE hosts SET not_before = 0")


# -- feeds


def test_entries_are_followed_to_their_full_text_once(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(item(1, summary="Short."), item(2)), ETag='"a"')
    web.article(1)
    web.article(2)
    run(FeedSettings(FEED, 900.0, publisher="Orbit"))
    assert inputs(tmp_path) == (["Report 1", "Report 2"], [])
    with open_ledger(tmp_path / "t.detente") as ledger:
        articles = [ledger.article(id_) for (id_,) in ledger.rows("SELECT id FROM articles")]
    assert all(article and MEETING in article.text for article in articles)
    assert {(str(a.published), a.published_basis, a.publisher) for a in articles if a} == {
        ("2023-03-16", "given", "Orbit")
    }
    run(FeedSettings(FEED, 900.0))
    assert web.urls().count("https://news.example/a/1") == 1
    assert web.asked[-1].headers["If-None-Match"] == '"a"'
    assert health(tmp_path)["seen"] == 2


def test_an_entry_is_known_by_its_link_from_another_feed_and_without_what_tells_where_a_reader_came_from(
    tmp_path: Path, web: Web, run: Run
) -> None:
    web.page(FEED, rss(item(1, guid="tag:news.example,2023:1")))
    web.page("https://other.example/feed", rss(item(1, link="https://news.example/a/1?utm_source=other#top")))
    web.article(1)
    run(FeedSettings(FEED, 900.0), FeedSettings("https://other.example/feed", 900.0))
    assert inputs(tmp_path) == (["Report 1"], [])


def test_what_may_not_or_cannot_be_followed_is_taken_from_the_feed(tmp_path: Path, web: Web, run: Run) -> None:
    web.page("https://news.example/robots.txt", "User-agent: *\nDisallow: /a/1", Content_Type="text/plain")
    web.page(FEED, rss(item(1, summary=MEETING), item(2, summary=MEETING + " Two."), item(3)))
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == (["Report 1", "Report 2"], ["http-status"])
    assert "https://news.example/a/1" not in web.urls()
    assert health(tmp_path)["reasons"] == {"http-status": 1}


def test_a_feed_may_be_read_without_following(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(item(1, summary=MEETING)))
    run(FeedSettings(FEED, 900.0, publisher="Orbit", full_text=False))
    assert web.urls() == [FEED]
    with open_ledger(tmp_path / "t.detente") as ledger:
        assert ledger.row("SELECT publisher, text FROM articles") == ("Orbit", MEETING)


def test_what_fails_in_passing_is_tried_again_and_given_up_after_so_many_tries(
    tmp_path: Path, web: Web, run: Run
) -> None:
    web.page(FEED, rss(item(1)))
    web.page("https://news.example/a/1", "", 503)
    for _ in range(2):
        run(FeedSettings(FEED, 900.0), tries=3)
        assert inputs(tmp_path) == ([], [])
        assert health(tmp_path)["waiting"] == 1
        hurry(tmp_path)
    run(FeedSettings(FEED, 900.0), tries=3)
    assert inputs(tmp_path) == ([], ["http-status"])
    assert web.urls().count("https://news.example/a/1") == 3


def test_a_changed_page_is_a_new_version_if_the_feed_says_that_it_changed(tmp_path: Path, web: Web, run: Run) -> None:
    entry = "<url><loc>https://news.example/a/1</loc><lastmod>{}</lastmod></url>"
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400)), time.strftime("%Y-%m-%d", time.gmtime())
    for number, when in enumerate(day):
        web.page(FEED, f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entry.format(when)}</urlset>")
        web.article(1, f"{MEETING} Version {number}.")
        run(FeedSettings(FEED, 900.0))
        hurry(tmp_path)
    with open_ledger(tmp_path / "t.detente") as ledger:
        assert [old is None for (old,) in ledger.rows("SELECT superseded_at FROM articles ORDER BY row")] == [
            False,
            True,
        ]


def test_of_a_sitemap_old_pages_and_at_first_undated_ones_are_only_noted(tmp_path: Path, web: Web, run: Run) -> None:
    head = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    pages = "<url><loc>https://news.example/a/1</loc></url>"
    pages += "<url><loc>https://news.example/a/2</loc><lastmod>2020-01-01</lastmod></url>"
    web.page(FEED, f"{head}{pages}</urlset>")
    web.article(3)
    run(FeedSettings(FEED, 900.0))
    web.page(FEED, f"{head}{pages}<url><loc>https://news.example/a/3</loc></url></urlset>")
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == (["Report 3"], [])
    assert health(tmp_path)["old"] == 2


def test_an_index_leads_to_the_sitemaps_of_its_host(tmp_path: Path, web: Web, run: Run) -> None:
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    day = time.strftime("%Y-%m-%d", time.gmtime())
    links = ("https://news.example/map.xml", "https://other.example/map.xml")
    index = "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
    web.page(FEED, f"<sitemapindex {space}>{index}</sitemapindex>")
    web.page(
        links[0], f"<urlset {space}><url><loc>https://news.example/a/1</loc><lastmod>{day}</lastmod></url></urlset>"
    )
    web.article(1)
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == (["Report 1"], [])
    assert links[1] not in web.urls()


def test_a_feed_that_breaks_off_is_asked_for_again_and_its_last_entry_left_for_then(
    tmp_path: Path, web: Web, run: Run
) -> None:
    whole = rss(item(1, guid="tag:news.example,2023:1"), item(2, guid="tag:news.example,2023:2"))
    for number in (1, 2):
        web.article(number)
    web.page(FEED, whole[: whole.index(b"a/2")], ETag='"a"')
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == (["Report 1"], [])
    web.page(FEED, whole, ETag='"a"')
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == (["Report 1", "Report 2"], [])


def test_a_feed_in_trouble_is_told_with_its_reason_and_left_alone_for_a_while(
    tmp_path: Path, web: Web, run: Run
) -> None:
    web.page(FEED, "no feed")
    told = run(FeedSettings(FEED, 900.0))
    assert any("bad-feed" in line for line in told)
    found = health(tmp_path)
    assert (found["failures"], found["reason"]) == (1, "bad-feed")
    before = len(web.asked)
    run(FeedSettings(FEED, 900.0))
    assert len(web.asked) == before
    hurry(tmp_path)
    web.page(FEED, rss(item(1, summary=MEETING)))
    run(FeedSettings(FEED, 900.0, full_text=False))
    assert (health(tmp_path)["failures"], health(tmp_path)["reason"]) == (0, "bad-feed")


def test_a_feed_that_has_moved_for_good_is_asked_where_it_is_now(web: Web, run: Run) -> None:
    new = "https://other.example/new.xml"
    web.page(FEED, "", 301, Location=new)
    web.page(new, rss())
    run(FeedSettings(FEED, 900.0))
    run(FeedSettings(FEED, 900.0))
    assert web.urls() == [FEED, new, new]


def test_one_article_that_breaks_the_reader_ends_nothing(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(item(1, summary="poison"), item(2, summary=MEETING)))
    run(FeedSettings(FEED, 900.0, full_text=False))
    assert inputs(tmp_path) == (["Report 2"], ["failed"])


def test_private_addresses_are_not_followed(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(item(1, link="http://127.0.0.1/admin"), item(2, link="http://169.254.169.254/latest")))
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == ([], ["private-address", "private-address"])


def test_a_link_to_nowhere_is_no_file(tmp_path: Path, web: Web, run: Run) -> None:
    (tmp_path / "urn:x").write_text("Secret of this machine.")
    web.page(FEED, rss(item(1, link="http://:80/a", guid="urn:x"), item(2, link="https://[::1/a")))
    run(FeedSettings(FEED, 900.0))
    titles, reasons = inputs(tmp_path)
    assert (titles, reasons) == (["Report 2"], ["bad-url"]), "of the second there is no link, and its title is its text"
    with open_ledger(tmp_path / "t.detente") as ledger:
        assert list(ledger.rows("SELECT text FROM articles")) == [("Report 2",)]


# -- folders


def test_new_and_changed_files_of_a_folder_are_read(
    tmp_path: Path, run: Run, no_reader: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "one.txt").write_text(f"---\ntitle: One\n---\n{MEETING}")
    folder = FolderSettings(inbox, 900.0)
    run(folders=(folder,))
    run(folders=(folder,))
    assert no_reader == ["One"]
    (inbox / "one.txt").write_text(f"---\ntitle: One again\n---\n{MEETING} Twice.")
    (inbox / "two.txt").write_text("")
    run(folders=(folder,))
    assert no_reader == ["One", "One again"]
    found = health(tmp_path)
    assert (found["seen"], found["coded"], found["empty"], found["reasons"]) == (2, 0, 1, {"empty": 1})


def test_a_file_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Half a")
    assert not look_at_folder(tmp_path, before=time.time() - 2).fresh
    assert look_at_folder(tmp_path, before=time.time() + 2).fresh


# -- what is remembered


def state_with_feed(path: Path) -> State:
    state = State(path)
    state.set_sources([(FEED, "feed", "news.example")], 1)
    return state


def test_an_article_waits_in_the_state_until_the_ledger_has_it(tmp_path: Path) -> None:
    with state_with_feed(tmp_path / "s") as state:
        source = state.due_source(0)
        assert source is not None
        link = "https://news.example/a/1"
        fresh = [Fresh(link, link, "news.example", "", Entry(link=link, title="Report 1"))]
        assert state.polled(source, fresh, next_poll=time.time() + 60) == 1
        seen = state.due_entry(0)
        assert seen is not None
        article = Article("a1", MEETING)
        state.fetched(seen, article)
        assert state.due_entry(0) is None
    with State(tmp_path / "s") as state:  # another process
        [(again, found)] = state.to_code(10)
        assert (again.key, found) == (link, article)
        state.done(again, "coded")
        assert state.to_code(10) == []
        assert state.row("SELECT fetched FROM entries") == (None,)


def test_an_article_at_which_the_process_dies_is_known(tmp_path: Path) -> None:
    with state_with_feed(tmp_path / "s") as state:
        source = state.source(FEED)
        state.polled(source, [Fresh("k", None, "news.example", "", Entry(title="T"))], next_poll=0)
        seen = state.due_entry(0)
        assert seen is not None
        state.fetched(seen, Article("a1", MEETING))
        with state.reading(seen):
            assert state.to_code(1)[0][0].tries == 1
        assert state.to_code(1)[0][0].tries == 0


def test_an_article_at_which_the_process_died_three_times_is_left_out(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(item(1, summary=MEETING)))
    with state_with_feed(state_path(tmp_path / "t.detente")) as state:
        fresh = [Fresh(f"k{number}", None, "news.example", "", Entry(title="T")) for number in range(2)]
        state.polled(state.source(FEED), fresh, next_poll=0)
        for number in range(2):
            seen = state.due_entry(0)
            assert seen is not None
            state.fetched(seen, Article(f"a{number}", MEETING, title=f"Before {number}"))
        state.execute("UPDATE entries SET tries = 3 WHERE key = 'k0'")
    run(FeedSettings(FEED, 900.0, full_text=False))
    assert inputs(tmp_path) == (["Before 1", "Report 1"], ["killed"])


def test_turns_outlive_the_process(tmp_path: Path) -> None:
    slept: list[float] = []
    with state_with_feed(tmp_path / "s") as state:
        turns = RememberedTurns(state, sleep=slept.append)
        turns.wait("news.example", delay=40.0, most=60.0)
        turns.hold("slow.example", 90.0)
        assert state.due_source(0) is None, "its host has to be left alone"
    with State(tmp_path / "s") as state:
        turns = RememberedTurns(state, sleep=slept.append)
        turns.wait("news.example", delay=1.0, most=60.0)
        assert 39.0 < slept[-1] <= 40.0
        with pytest.raises(InputError, match="wants 90 seconds"):
            turns.wait("slow.example", delay=1.0, most=60.0)


def test_a_host_is_asked_by_one_worker_only(tmp_path: Path) -> None:
    with State(tmp_path / "s") as state:
        state.set_sources([(f"https://n{n}.example/", "feed", f"n{n}.example") for n in range(20)], 3)
        found = [0, 0, 0]
        for worker in range(3):
            while (source := state.due_source(worker)) is not None:
                found[worker] += 1
                state.polled(source, [], next_poll=time.time() + 60)
        assert sum(found) == 20
        assert all(found)


def test_only_one_process_watches_into_a_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "t.detente"
    with only_one(ledger):
        assert is_watched(ledger)
        with pytest.raises(LedgerError, match="Another process"), only_one(ledger):
            pass
    assert not is_watched(ledger)


def test_a_watch_that_is_ended_asks_nothing_more(tmp_path: Path, web: Web) -> None:
    stop, told = threading.Event(), list[str]()
    web.page(FEED, rss(*(item(number) for number in range(50))))

    def make(config: Config, turns: Politeness) -> Fetcher:
        return Fetcher(config, politeness=turns, transport=web, resolver=public)

    def tell(line: str) -> None:
        told.append(line)
        stop.set()

    began = time.monotonic()
    watched, config = Watch((FeedSettings(FEED, 900.0),), workers=1), Config(fetch_delay=0.2)
    watch.watch(
        tmp_path / "t.detente", watched, config=config, ways=Ways(print), tell=tell, stop=stop, make_fetcher=make
    )
    assert time.monotonic() - began < 5
    assert len(web.urls()) < 3
    assert health(tmp_path)["waiting"] == 50


def test_a_later_version_of_what_is_remembered_is_left_alone(tmp_path: Path) -> None:
    with State(tmp_path / "s") as state:
        state.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="later version"):
        State(tmp_path / "s")


def test_what_is_remembered_of_one_ledger_is_not_taken_for_another(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(item(1, summary=MEETING)))
    run(FeedSettings(FEED, 900.0, full_text=False))
    for file in tmp_path.glob("t.detente*"):
        if not file.name.startswith("t.detente.watch"):
            file.unlink()
    with pytest.raises(LedgerError, match="another ledger, which lay here before"):
        run(FeedSettings(FEED, 900.0, full_text=False))


def test_a_link_without_its_fragment_and_tracking() -> None:
    assert plain_link("https://n.example/a?utm_medium=x&id=1&gclid=2#c") == "https://n.example/a?id=1"
    assert plain_link("https://n.example/a?q=%20b") == "https://n.example/a?q=%20b"


# -- settings


def settings(folder: Path, text: str) -> Watch:
    file = folder / "feeds.toml"
    file.write_text(text)
    return read_watchfile(file)


def test_a_file_of_settings_is_read(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        'every = "1h"\nworkers = 3\n[[feed]]\nurl = "https://news.example/a"\n[[feed]]\nurl = "https://news.example/b"\n'
        'every = "5m"\npublisher = "B"\nfull_text = false\nreach = "2d"\n[[folder]]\npath = "inbox"\n'
        '[[alert]]\nname = "s"\nevent = "SANCTION"\nfile = "alerts.jsonl"\n',
    )
    assert found.feeds == (
        FeedSettings("https://news.example/a", 3600.0),
        FeedSettings("https://news.example/b", 300.0, "B", False, 172_800.0),
    )
    assert found.folders == (FolderSettings(tmp_path / "inbox", 3600.0),)
    [alert] = found.alerts
    assert (alert.event, alert.file, alert.stdout) == (("SANCTION",), tmp_path / "alerts.jsonl", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("evry = '1h'", r"unknown evry. Known: every, retry, tries, workers, \[\[feed\]\]"),
        ("every = '1 hour'", "every is '1 hour'; write a time as"),
        ("workers = 0", "workers is 0; it must lie between 1 and 64"),
        ("[feed]\nurl = 'https://a.example/'", r"with two brackets"),
        ("[[feed]]\nurl = 'ftp://a.example/'", r"\[\[feed\]\] 1: url: .*does not begin with http"),
        ("[[feed]]\nurl = 'http://localhost/feed'", "url: 'localhost' is a name of the local network"),
        ("[[feed]]\nlink = 'https://a.example/'", "unknown link. Known: url, every, publisher, full_text, reach"),
        ("[[feed]]\nurl = 3", "Expected `str`, got `int`"),
        ("[[feed]]\nurl = 'https://a.example/'\n[[feed]]\nurl = 'https://a.example/'", "stands there twice"),
        ("[[alert]]\nname = 'a'\non = 'war'", "on is 'war'. Known: event, level, overdue, contradiction"),
        ("[[alert]]\nname = 'a'\nevent = 'WAR'", "'WAR'"),
        ("[[alert]]\nname = 'a'\nstatus = 'done'", "status holds 'done'. Known: actual"),
        ("[[alert]]\nname = 'a'\non = 'level'", "needs a dyad, for instance"),
        ("[[alert]]\nname = 'a'\ndyad = ['Japan', 'KOR']", "dyad holds 'Japan'"),
        ("[[alert]]\nname = 'a'\nmin_change = 2.0", 'min_change is for on = "level" only'),
        ("[[alert]]\nname = '-x'", "name is '-x'"),
        ("[[alert]]\nname = 'a'\nwebhook = 'http://127.0.0.1/x'", "need allow_private = true"),
        ("[[alert]]\nname = 'a'\nallow_private = true", "there is none"),
        ("[[alert]]\nname = 'a'\ncommand = ['say', '{words}']", "Known: {name}, {text}, {id}"),
        ("[[alert]]\nname = 'a'\nmin_confidence = 2.0", "must lie between 0.0 and 1.0"),
    ],
)
def test_what_is_wrong_in_settings_is_told_with_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        settings(tmp_path, text)


def test_the_words_of_the_command_line_are_files_folders_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(f'[[feed]]\nurl = "{FEED}"\n')
    found = watch_of([str(tmp_path / "feeds.toml"), str(tmp_path), "https://n.example/f"], every="2m", publisher="N")
    assert [feed.url for feed in found.feeds] == [FEED, "https://n.example/f"]
    assert found.folders == (FolderSettings(tmp_path, 120.0, "N"),)
    with pytest.raises(ConfigError, match=r"There is no folder .*nowhere"):
        watch_of(["nowhere"])
    (tmp_path / "none.toml").write_text("")
    with pytest.raises(ConfigError, match="names nothing to watch"):
        watch_of([str(tmp_path / "none.toml")])


@pytest.mark.parametrize("text", ["", "15", "0m", "1.5h", "400d", "5 m", "-3m"])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError, match="write a time as"):
        seconds(text, "every")


# -- the command


def test_the_command_looks_once_and_shows_how_feeds_fare(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "one.txt").write_text(MEETING)
    ledger = str(tmp_path / "t.detente")
    runner = CliRunner()
    done = runner.invoke(app, [str(tmp_path / "inbox"), "--once", "--ledger", ledger])
    assert done.exit_code == 0, done.output
    assert "1 articles read, 0 excluded" in done.stderr
    shown = runner.invoke(app, ["--status", "--ledger", ledger])
    assert "1 entries seen: 0 coded, 1 empty" in shown.stdout
    told = msgspec.json.decode(runner.invoke(app, ["--status", "--json", "--ledger", ledger]).stdout)
    assert told["running"] is False
    assert told["feeds"][0]["seen"] == 1
    assert typer.main.get_command(app).name == "watch"


def test_the_command_needs_something_to_watch(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--ledger", str(tmp_path / "t.detente")])
    assert done.exit_code == 2


# -- all of it, against a web that misbehaves


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_and_no_host_asked_too_often_when_the_process_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Site(feeds=6, articles=18, span=5.0, share=0.1, seed=1) as site:
        found = soak(tmp_path, site, seconds=8.0, seed=1)
    print_result(found)
    assert found.is_good, capsys.readouterr().out
    assert found.appeared == 18
    assert found.kills
    assert found.met


def test_a_soak_counts_what_went_wrong(tmp_path: Path) -> None:
    assert rate_of([0.0, 1.0, 2.0], 1.0) < 1
    assert rate_of([0.1 * n for n in range(200)], 1.0) > 5


def test_an_entry_without_a_link_is_its_own_text(tmp_path: Path, web: Web, run: Run) -> None:
    web.page(FEED, rss(f"<item><title>Alone</title><description>{MEETING}</description></item>", "<item></item>"))
    run(FeedSettings(FEED, 900.0))
    assert inputs(tmp_path) == (["Alone"], ["no-text"])
