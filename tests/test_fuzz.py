"""Whatever comes ends in articles or in exclusions with a reason: no crash, no hang, nothing without an end.

`python -m evaluation.fuzz` does the same with real files, and with many more of them.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.addresses import check_url
from detente.config import Config
from detente.errors import InputError
from detente.feeds import read_feed
from detente.fetch import Fetcher
from detente.ingest import REASONS
from detente.language import foreign_language
from detente.politeness import Politeness, read_rules
from detente.pubdates import dateline_day, header_day
from detente.webpages import plain_text
from evaluation.fuzz import LONGEST, damaged, own_seeds, read
from evaluation.hostile import Input, hostile

SEEDS = own_seeds()
HOSTILE = {made.name: made for made in hostile(share=0.02)}  # small ones: what is just below a limit takes longer
PIECES = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ["<", ">", "&", "]]>", "<!--", '"', "--b\n", "From ", "\0", "\u202e", "\ud800", "\r\n", "{", "[", ","]
        ),
        st.sampled_from(
            ["<rss>", "<item>", "<p>", "<w:p>", "<urlset>", "Subject: ", "WARC/1.0\r\n", "\r\n\r\n", "id,text\n"]
        ),
    ),
    max_size=12,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
STARTS = st.sampled_from([b"", *(seed.content[:60] for seed in SEEDS)])
RELAXED = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def refusing() -> Iterator[None]:
    """What is done may be refused, with a known reason and a message that can be shown."""
    try:
        yield
    except InputError as error:
        refused = error
    else:
        return
    assert refused.reason in REASONS
    str(refused).encode()


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_damaged_input_of_every_format_is_read_as_far_as_it_goes(tmp_path: Path, seed: Input) -> None:
    rng = random.Random(f"1:{seed.name}")
    for number in range(12):
        content = damaged(seed.content, rng)
        outcome = read(Input(f"{seed.name} {number}", seed.suffix, content), tmp_path)
        assert outcome.error == "", (number, content[:200])
        assert outcome.counts
        assert outcome.seconds < LONGEST


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_an_input_that_is_whole_gives_its_articles(tmp_path: Path, seed: Input) -> None:
    outcome = read(seed, tmp_path)
    assert outcome.counts["article"] >= 1
    assert outcome.error == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_input_is_read_in_no_time(tmp_path: Path, name: str) -> None:
    outcome = read(HOSTILE[name], tmp_path)
    assert outcome.error == ""
    assert outcome.counts
    assert outcome.seconds < LONGEST


@RELAXED
@given(start=STARTS, rest=PIECES, suffix=st.sampled_from(["", ".eml", ".xml", ".html", ".csv", ".jsonl", ".mbox"]))
def test_anything_behind_the_beginning_of_a_format_is_read(
    tmp_path: Path, start: bytes, rest: bytes, suffix: str
) -> None:
    outcome = read(Input("made", suffix, start + rest), tmp_path)
    assert outcome.error == ""


@RELAXED
@given(PIECES)
def test_any_bytes_are_a_feed_or_none(content: bytes) -> None:
    with refusing():
        assert len(read_feed(b"<rss version='2.0'><channel>" + content, "https://a.example/").entries) <= 12


@RELAXED
@given(st.text(max_size=200))
def test_any_words_have_a_day_a_language_and_a_text_or_none(words: str) -> None:
    for day in (header_day(words), header_day(f"Thu, {words} 2023"), dateline_day(f"OSLO, {words} --")):
        assert day is None or 1 <= day.year <= 9999
    foreign_language(words * 9)
    plain_text(f"<p>{words}</p><script>{words}</script>").encode()
    read_rules(200, words.encode("utf-8", "surrogatepass"), 0.0).check("https://a.example/robots.txt")


@RELAXED
@given(
    host=st.one_of(
        st.text(max_size=20),
        st.ip_addresses().map(str),
        st.integers(0, 2**32 - 1).map(str),
        st.integers(0, 2**32 - 1).map(hex),
        st.integers(0, 2**32 - 1).map(oct),
    ),
    scheme=st.sampled_from(["http://", "https://", "ftp://", "", "http:/", "HTTP://"]),
    path=st.text(max_size=20),
)
def test_any_address_is_refused_with_a_reason_or_is_one_of_the_public_web(host: str, scheme: str, path: str) -> None:
    for url in (f"{scheme}{host}/{path}", f"{scheme}[{host}]/", f"{scheme}{quote(host, safe='')}:80"):
        with refusing():
            target = check_url(url)
            assert target.scheme in ("http", "https")
            assert target.host.isascii()
            assert "." in target.host or ":" in target.host


HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Content-Length", "Content-Encoding", "Location", "Retry-After", "ETag"]),
    st.one_of(
        st.sampled_from(
            ["text/html; charset=x", "gzip", "br", "deflate", "-1", "99", "/a", "http://[::1]/", "Thu, 99", "a/b"]
        ),
        st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20),
    ),
    max_size=4,
)


@RELAXED
@given(status=st.integers(100, 599), headers=HEADERS, body=st.binary(max_size=60))
def test_any_answer_of_a_server_is_had_or_refused_with_a_reason(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    class Stream(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield body

    def answer(request: httpx2.Request) -> httpx2.Response:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        return httpx2.Response(status, headers=raw, stream=Stream())

    def resolver(host: str, port: int) -> list[str]:
        if host != "a.example":
            raise socket.gaierror(-2, "Name or service not known")
        return ["93.184.216.34"]

    polite = Politeness(clock=lambda: 0.0, sleep=lambda seconds: None)
    made = Fetcher(Config(fetch_tries=2), politeness=polite, transport=httpx2.MockTransport(answer), resolver=resolver)
    with refusing():
        assert made.fetch("https://a.example/b").url.startswith("https://a.example/")
