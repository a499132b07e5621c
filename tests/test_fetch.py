"""Fetching: which addresses may be asked, how politely, within which limits; every refusal with its reason.

No test needs a network. Names are resolved by a table, and answers come from a table as well, but for the tests of
connections, which talk to a server on this machine's loopback.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import brotli
import httpcore2
import httpx2
import pytest

from detente.addresses import check_address, check_url
from detente.config import Config
from detente.connections import PinnedTransport
from detente.errors import InputError
from detente.fetch import MAX_REDIRECTS, Fetched, Fetcher, Validators
from detente.politeness import Politeness, read_rules, user_agent

PUBLIC = "93.184.216.34"
URL = "https://news.example/world/oslo"
DAY = date(2023, 3, 16)
HTML = {"Content-Type": "text/html; charset=utf-8"}

Answer = Callable[[httpx2.Request], httpx2.Response]


class Clock:
    """Time that passes only by sleeping, or by a step at each look."""

    def __init__(self) -> None:
        self.now, self.slept, self.step = 1000.0, [0.0], 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Stream(httpx2.SyncByteStream):
    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces


def reply(body: bytes = b"<p>Hello.</p>", status: int = 200, headers: dict[str, str] | None = None) -> httpx2.Response:
    pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    return httpx2.Response(status, headers=headers or HTML, stream=Stream(pieces))


class Web(httpx2.BaseTransport):
    """A web of these answers, by address; what is not there is 404. It remembers what it was asked."""

    def __init__(self, answers: dict[str, httpx2.Response | list[httpx2.Response | Exception]]) -> None:
        self.answers, self.asked = answers, list[httpx2.Request]()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.get(str(request.url), httpx2.Response(404, stream=Stream([])))
        found = answer.pop(0) if isinstance(answer, list) else answer
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def urls(self) -> list[str]:
        """What was asked for besides robots.txt."""
        return [str(request.url) for request in self.asked if request.url.path != "/robots.txt"]


def fetcher(
    web: httpx2.BaseTransport | None,
    *,
    config: Config | None = None,
    names: dict[str, list[str]] | None = None,
    clock: Clock | None = None,
    allow_private: bool = False,
) -> Fetcher:
    clock = clock or Clock()

    def resolver(host: str, port: int) -> list[str]:
        found = {"news.example": [PUBLIC], "other.example": [PUBLIC], **(names or {})}.get(host)
        if found is None:
            raise socket.gaierror(-2, "Name or service not known")
        return found

    return Fetcher(
        config or Config(),
        politeness=Politeness(clock=clock, sleep=clock.sleep),
        transport=web,
        resolver=resolver,
        jitter=lambda: 1.0,
        today=lambda: DAY,
        allow_private=allow_private,
    )


def refusal(made: Fetcher, url: str = URL, validators: Validators | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        made.fetch(url, validators=validators)
    return caught.value


# -- addresses


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.1.1",
        ),
        *("100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "no address"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(InputError) as caught:
        check_address(address)
    assert caught.value.reason == "private-address"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_a_public_address_is_not(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://news.example/", "bad-url"),
        ("file:///etc/passwd", "bad-url"),
        ("javascript:alert(1)", "bad-url"),
        ("//news.example/", "bad-url"),
        ("http:///path", "bad-url"),
        ("http://user:secret@news.example/", "bad-url"),
        ("http://news.example\\@127.0.0.1/", "bad-url"),
        ("http://news.example:8080/", "bad-url"),
        ("http://news.example:0/", "bad-url"),
        ("http://a..b/", "bad-url"),
        ("http://ne\tws.example/", "bad-url"),
        ("http://news.example/\0", "bad-url"),
        ("http://\ud800.example/", "bad-url"),
        ("http://news.example/" + "a" * 9000, "bad-url"),
        ("http://2130706433/", "private-address"),
        ("http://0x7f000001/", "private-address"),
        ("http://0x7f.1/", "private-address"),
        ("http://017700000001/", "private-address"),
        ("http://127.1/", "private-address"),
        ("http://127.0.0.1./", "private-address"),
        ("http://10.1.2.3/", "private-address"),
        ("http://[::1]/", "private-address"),
        ("http://[::ffff:127.0.0.1]/", "private-address"),
        ("http://localhost/", "private-address"),
        ("http://printer/", "private-address"),
        ("http://a.local./", "private-address"),
        ("http://metadata.google.internal/", "private-address"),
    ],
)
def test_an_address_that_is_not_of_the_public_web_is_refused_as_it_is_written(url: str, reason: str) -> None:
    made = fetcher(Web({}))
    assert refusal(made, url).reason == reason


@pytest.mark.parametrize("url", ["http://0300.0250.0.1/", "http://１２７.0.0.1/", "http://①②⑦.0.0.1/"])
def test_numbers_in_other_writings_are_refused(url: str) -> None:
    assert refusal(fetcher(Web({})), url).reason in ("bad-url", "private-address")


def test_an_address_is_put_in_one_form() -> None:
    target = check_url("HTTPS://News.EXAMPLE.:443/a b?q=ö#part")
    assert (target.url, target.host, target.port) == ("https://news.example/a%20b?q=%C3%B6", "news.example", 443)
    assert target.origin == "https://news.example"
    assert check_url("http://news.example:443/").origin == "http://news.example:443"
    assert check_url("https://münchen.example/").host == "xn--mnchen-3ya.example"
    assert check_url("http://[2606:2800:220:1::1]/").origin == "http://[2606:2800:220:1::1]"


def test_a_password_is_not_repeated_in_the_message() -> None:
    assert "secret" not in str(refusal(fetcher(Web({})), "http://user:secret@news.example/"))


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1"], ["169.254.169.254"], ["fe80::1%2"]]
)
def test_a_name_that_stands_for_a_local_address_is_refused_before_anything_is_asked(addresses: list[str]) -> None:
    web = Web({URL: reply()})
    assert refusal(fetcher(web, names={"news.example": addresses})).reason == "private-address"
    assert web.asked == []


@pytest.mark.parametrize("names", [{}, {"none.example": []}])
def test_a_name_without_an_address_is_unreachable(names: dict[str, list[str]]) -> None:
    assert refusal(fetcher(Web({}), names=names), "https://none.example/").reason == "unreachable"


def test_other_ports_can_be_allowed() -> None:
    url = "http://news.example:8080/a"
    made = fetcher(Web({url: reply()}), config=Config(fetch_ports=(80, 8080)))
    assert made.fetch(url).url == url


# -- answers


def test_a_page_is_fetched_with_what_its_server_says_of_it() -> None:
    headers = {**HTML, "ETag": '"a1"', "Last-Modified": "Thu, 16 Mar 2023 09:00:00 GMT"}
    web = Web({URL: reply("<p>Çédille.</p>".encode(), headers=headers)})
    found = fetcher(web, config=Config(fetch_contact="press@institute.example")).fetch(f"{URL}#part")
    assert found == Fetched(
        url=URL,
        body="<p>Çédille.</p>".encode(),
        content_type="text/html",
        charset="utf-8",
        day=DAY,
        validators=Validators(URL, '"a1"', "Thu, 16 Mar 2023 09:00:00 GMT"),
    )
    sent = web.asked[-1].headers
    assert sent["User-Agent"] == user_agent("press@institute.example")
    assert sent["User-Agent"].startswith("detente/")
    assert "press@institute.example" in sent["User-Agent"]
    assert sent["Host"] == "news.example"
    assert not {"Cookie", "Authorization", "Referer"} & set(sent)


def test_what_has_not_changed_is_not_sent_again() -> None:
    web = Web({URL: httpx2.Response(304, stream=Stream([]))})
    known = Validators(URL, '"a1"', "Thu, 16 Mar 2023 09:00:00 GMT")
    found = fetcher(web).fetch(URL, validators=known)
    assert (found.unchanged, found.body, found.validators) == (True, b"", known)
    assert web.asked[-1].headers["If-None-Match"] == '"a1"'
    assert web.asked[-1].headers["If-Modified-Since"] == "Thu, 16 Mar 2023 09:00:00 GMT"


def test_validators_are_for_the_address_that_gave_them() -> None:
    web = Web({URL: reply()})
    fetcher(web).fetch(URL, validators=Validators("https://other.example/", '"b"', None))
    assert "If-None-Match" not in web.asked[-1].headers


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410, 451])
def test_an_answer_that_is_no_page_is_told_with_its_status(status: int) -> None:
    error = refusal(fetcher(Web({URL: reply(status=status)})))
    assert (error.reason, str(status) in str(error)) == ("http-status", True)


@pytest.mark.parametrize("kind", ["image/png", "Video/mp4", "text/css", "font/woff2"])
def test_what_can_hold_no_article_is_not_taken(kind: str) -> None:
    assert refusal(fetcher(Web({URL: reply(headers={"Content-Type": kind})}))).reason == "content-type"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("text/html", ("text/html", None)),
        ('TEXT/HTML; Charset="ISO-8859-1"', ("text/html", "iso-8859-1")),
        ("application/rss+xml; charset=utf-8; x=y", ("application/rss+xml", "utf-8")),
        ("nonsense", ("text/plain", None)),
        ("", ("", None)),
    ],
)
def test_type_and_charset_are_taken_from_the_header(header: str, told: tuple[str, str | None]) -> None:
    found = fetcher(Web({URL: reply(headers={"Content-Type": header})})).fetch(URL)
    assert (found.content_type, found.charset) == told


# -- redirects


def moved(to: str, status: int = 302) -> httpx2.Response:
    return httpx2.Response(status, headers={"Location": to}, stream=Stream([]))


def test_redirects_are_followed_and_what_moved_for_good_is_told() -> None:
    web = Web(
        {
            URL: moved("/world/2", 301),
            "https://news.example/world/2": moved("http://other.example/3#x", 308),
            "http://other.example/3": moved("http://other.example/4", 302),
            "http://other.example/4": reply(),
        }
    )
    found = fetcher(web).fetch(URL)
    assert (found.url, found.moved) == ("http://other.example/4", "http://other.example/3#x")


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://127.0.0.1/admin", "private-address"),
        ("http://inside.example/", "private-address"),
        ("http://169.254.169.254/latest/meta-data/", "private-address"),
        ("file:///etc/passwd", "bad-url"),
        ("http://a:b@other.example/", "bad-url"),
        ("http://other.example:22/", "bad-url"),
        ("http://[::1", "redirects"),
        ("", "redirects"),
    ],
)
def test_each_redirect_is_checked_like_the_first_address(to: str, reason: str) -> None:
    web = Web({URL: moved(to)})
    assert refusal(fetcher(web, names={"inside.example": ["192.168.0.1"]})).reason == reason
    assert web.urls == [URL]


def test_redirects_end_somewhere() -> None:
    web = Web({f"https://news.example/{n}": moved(f"/{n + 1}") for n in range(20)})
    assert refusal(fetcher(web), "https://news.example/0").reason == "redirects"
    assert len(web.urls) == MAX_REDIRECTS + 1


# -- limits


def packed(body: bytes, packing: str) -> httpx2.Response:
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": brotli.compress,
    }
    return reply(pack[packing](body), headers={**HTML, "Content-Encoding": packing})


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br"])
def test_packed_answers_are_unpacked(packing: str) -> None:
    assert fetcher(Web({URL: packed(b"<p>Hello.</p>" * 100, packing)})).fetch(URL).body == b"<p>Hello.</p>" * 100


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br"])
def test_a_bomb_is_given_up_early(packing: str) -> None:
    error = refusal(fetcher(Web({URL: packed(bytes(4_000_000), packing)})))
    assert error.reason == "over-packed"


def test_an_answer_larger_than_max_bytes_is_given_up_whether_it_says_so_or_not() -> None:
    config = Config(max_bytes=1000)
    for headers in (HTML, {**HTML, "Content-Length": "2000"}):
        assert refusal(fetcher(Web({URL: reply(b"a" * 2000, headers=headers)}), config=config)).reason == "too-large"
    assert fetcher(Web({URL: reply(b"a" * 1000)}), config=config).fetch(URL).body == b"a" * 1000


@pytest.mark.parametrize("packing", ["zstd", "compress", "gzip, gzip, gzip", "nonsense"])
def test_other_packings_are_not_read(packing: str) -> None:
    answer = reply(headers={**HTML, "Content-Encoding": packing})
    assert refusal(fetcher(Web({URL: answer}))).reason == "broken-body"


def test_an_answer_that_is_not_packed_as_it_says_is_broken() -> None:
    answer = reply(headers={**HTML, "Content-Encoding": "gzip"})
    assert refusal(fetcher(Web({URL: answer}))).reason == "broken-body"


def test_an_answer_that_trickles_is_given_up() -> None:
    clock = Clock()
    web = Web({URL: reply(b"a" * 65_536 * 40)})
    made = fetcher(web, clock=clock)
    clock.step = 1.0
    assert refusal(made).reason == "too-slow"


# -- passing trouble


def test_a_server_in_trouble_is_asked_again_after_pauses_that_grow() -> None:
    clock = Clock()
    web = Web({URL: [reply(status=503), httpx2.ReadError("reset"), reply()]})
    assert fetcher(web, clock=clock, config=Config(fetch_delay=0.0)).fetch(URL).body == b"<p>Hello.</p>"
    assert clock.slept[-2:] == [1.0, 2.0]


@pytest.mark.parametrize(("answer", "reason"), [(httpx2.ConnectError("refused"), "unreachable"), (None, "http-status")])
def test_it_is_given_up_after_fetch_tries(answer: Exception | None, reason: str) -> None:
    web = Web({URL: [answer or reply(status=500) for _ in range(9)]})
    assert refusal(fetcher(web, config=Config(fetch_tries=2))).reason == reason
    assert len(web.urls) == 2


def test_a_wrong_certificate_is_not_tried_again() -> None:
    web = Web({URL: [httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")]})
    assert refusal(fetcher(web)).reason == "unreachable"
    assert len(web.urls) == 1


@pytest.mark.parametrize("form", ["seconds", "moment"])
def test_retry_after_is_kept(form: str) -> None:
    clock = Clock()
    value = "20" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    web = Web({URL: [reply(status=429, headers={"Retry-After": value}), reply()]})
    assert fetcher(web, clock=clock).fetch(URL).body
    assert 18 < clock.slept[-1] <= 20


def test_a_server_that_wants_a_long_rest_is_left_out_and_left_alone() -> None:
    web = Web({URL: [reply(status=429, headers={"Retry-After": "3600"}), reply()]})
    made = fetcher(web)
    assert refusal(made).reason == "wait"
    assert refusal(made).reason == "wait"
    assert len(web.urls) == 1


@pytest.mark.parametrize("value", ["soon", "-5", "", "1" * 40, "Thu, 99 Foo"])
def test_a_retry_after_that_says_nothing_is_passed_over(value: str) -> None:
    web = Web({URL: [reply(status=503, headers={"Retry-After": value}), reply()]})
    assert fetcher(web).fetch(URL).body


# -- robots.txt and turns


def robots(text: str, status: int = 200) -> httpx2.Response:
    return reply(text.encode(), status=status, headers={"Content-Type": "text/plain"})


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: detente\nDisallow: /world", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: detente\nAllow: /world", True),
        ("User-agent: *\nDisallow: /*oslo$", False),
        ("\ufeffUser-agent: *\nDisallow: /world", False),
        ("<html>no rules</html>", True),
        ("", True),
    ],
)
def test_robots_txt_is_obeyed(text: str, allowed: bool) -> None:
    web = Web({"https://news.example/robots.txt": robots(text), URL: reply()})
    if allowed:
        assert fetcher(web).fetch(URL).body
    else:
        assert refusal(fetcher(web)).reason == "robots"
        assert web.urls == []


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (410, True), (429, False), (500, False)])
def test_a_site_whose_robots_txt_cannot_be_had_is_left_alone_and_one_without_is_not(status: int, allowed: bool) -> None:
    rules = read_rules(status, b"", 0.0)
    if allowed:
        rules.check(URL)
    else:
        with pytest.raises(InputError, match="cannot be had"):
            rules.check(URL)


def test_a_robots_txt_that_times_out_forbids_for_a_while() -> None:
    clock = Clock()
    web = Web({"https://news.example/robots.txt": [httpx2.ReadTimeout(""), robots("")], URL: reply()})
    made = fetcher(web, clock=clock)
    assert refusal(made).reason == "robots"
    assert refusal(made).reason == "robots"
    clock.now += 601
    assert made.fetch(URL).body


def test_robots_txt_is_asked_for_once_a_day_and_site() -> None:
    clock = Clock()
    web = Web({"https://news.example/robots.txt": [robots("") for _ in range(3)]})
    made = fetcher(web, clock=clock)
    for count in (1, 1, 2):
        web.answers[URL] = reply()
        made.fetch(URL)
        assert len(web.asked) - len(web.urls) == count
        clock.now += 86_401 * (len(web.urls) > 1)


def test_a_robots_txt_that_redirects_inside_forbids() -> None:
    web = Web({"https://news.example/robots.txt": moved("http://127.0.0.1/"), URL: reply()})
    assert refusal(fetcher(web)).reason == "robots"


def test_each_host_is_asked_in_its_turn() -> None:
    clock = Clock()
    web = Web({})
    made = fetcher(web, clock=clock, config=Config(fetch_delay=2.0))
    for url in (URL, "https://other.example/a", URL, URL):  # the third time, enough time has passed
        web.answers[url] = reply()
        made.fetch(url)
    assert clock.slept[1:] == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(("rule", "seconds"), [("Crawl-delay: 7", 7.0), ("Request-rate: 1/9", 9.0), ("", 1.0)])
def test_a_crawl_delay_is_kept(rule: str, seconds: float) -> None:
    clock = Clock()
    web = Web({"https://news.example/robots.txt": robots(f"User-agent: *\n{rule}\nDisallow: /x")})
    made = fetcher(web, clock=clock)
    for _ in range(2):
        web.answers[URL] = reply()
        made.fetch(URL)
    assert clock.slept[-1] == seconds


def test_a_crawl_delay_longer_than_fetch_wait_is_not_waited_for() -> None:
    web = Web({"https://news.example/robots.txt": robots("User-agent: *\nCrawl-delay: 900"), URL: reply()})
    made = fetcher(web)
    made.fetch(URL)
    error = refusal(made)
    assert (error.reason, "900" in str(error)) == ("wait", True)


def test_turns_are_kept_between_threads() -> None:
    politeness = Politeness()
    times: list[float] = []

    def ask() -> None:
        politeness.wait("news.example", delay=0.03, most=9.0)
        times.append(time.monotonic())

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    assert all(later - earlier > 0.02 for earlier, later in pairwise(times))


# -- connections


class Wire(httpcore2.NetworkBackend):
    """Records what is connected to, and answers each connection with the same bytes."""

    def __init__(self, answer: bytes, refused: Sequence[str] = ()) -> None:
        self.answer, self.refused = answer, refused
        self.connected: list[tuple[str, int]] = []
        self.named: list[str | None] = []
        self.sent = b""

    def connect_tcp(
        self, host: str, port: int, timeout: Any = None, local_address: Any = None, socket_options: Any = None
    ) -> httpcore2.NetworkStream:
        self.connected.append((host, port))
        if host in self.refused:
            raise httpcore2.ConnectError("refused")
        wire = self

        class Recorded(httpcore2.MockStream):
            def start_tls(
                self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
            ) -> httpcore2.NetworkStream:
                wire.named.append(server_hostname)
                return self

            def write(self, buffer: bytes, timeout: float | None = None) -> None:
                wire.sent += buffer

        return Recorded([self.answer])


PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n\r\nHello"


def test_what_is_connected_to_is_the_address_that_was_checked_under_its_own_name() -> None:
    wire = Wire(PAGE)
    looked_up: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:  # a public address first, then this machine
        looked_up.append(host)
        return [PUBLIC] if len(looked_up) == 1 else ["127.0.0.1"]

    with PinnedTransport(backend=wire) as transport:
        made = Fetcher(Config(fetch_delay=0.0), transport=transport, resolver=rebinding, today=lambda: DAY)
        assert made.fetch(URL).body == b"Hello"
        assert looked_up == ["news.example"]  # once for robots.txt and the page
        assert refusal(made).reason == "private-address"
    assert wire.connected == [(PUBLIC, 443), (PUBLIC, 443)]
    assert wire.named == ["news.example", "news.example"]
    assert b"Host: news.example\r\n" in wire.sent


def test_the_addresses_of_a_name_are_tried_in_turn() -> None:
    wire = Wire(PAGE, refused=["8.8.8.8"])
    with PinnedTransport(backend=wire) as transport:
        transport.pin("news.example", ["8.8.8.8", PUBLIC])
        response = transport.handle_request(httpx2.Request("GET", URL))
        assert response.status_code == 200
        response.close()
    assert wire.connected == [("8.8.8.8", 443), (PUBLIC, 443)]


def test_a_host_that_was_not_checked_is_not_connected_to() -> None:
    wire = Wire(PAGE)
    with PinnedTransport(backend=wire) as transport, pytest.raises(httpx2.ReadError, match="not checked"):
        transport.handle_request(httpx2.Request("GET", URL))
    assert wire.connected == []


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self.send_error(404)
            else:
                answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://localhost:{made.server_address[1]}/page"
        finally:
            made.shutdown()


def local(**settings: Any) -> Fetcher:
    return Fetcher(Config(fetch_delay=0.0, fetch_tries=1, **settings), today=lambda: DAY, allow_private=True)


def test_a_page_of_a_server_on_this_machine_is_fetched_only_where_that_is_allowed() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.end_headers()
        request.wfile.write(gzip.compress(b"<p>From here.</p>"))

    with server(answer) as url, local() as made:
        assert made.fetch(url).body == b"<p>From here.</p>"
        assert refusal(Fetcher(Config(fetch_ports=tuple(range(65_536)))), url).reason == "private-address"


def test_a_server_that_trickles_its_head_is_given_up_in_time() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        for _ in range(100):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.02)

    with server(answer) as url, local(fetch_seconds=0.2) as made:
        start = time.monotonic()
        assert refusal(made, url).reason == "too-slow"
        assert time.monotonic() - start < 1.5


def test_an_answer_that_breaks_off_is_unreachable() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"short")

    with server(answer) as url, local() as made:
        assert refusal(made, url).reason == "unreachable"
