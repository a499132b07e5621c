"""Feeds and sitemaps: their entries as plain text, days and addresses, whatever the feed."""

from __future__ import annotations

import gzip
import json
import time
from datetime import date

import pytest

from detente.errors import InputError
from detente.feeds import FULL_TEXT, MAX_ENTRIES, MAX_FEED, Entry, Feed, feed_rows, read_feed, web_link
from detente.pubdates import header_day
from detente.rows import Fault, Row

URL = "https://news.example/feeds/world.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Orbit News &amp;amp; more</title><link>https://news.example/</link><language>en-gb</language>
<item>
  <title>Ministers &lt;b&gt;meet&lt;/b&gt;</title><link>/world/oslo?a=1&amp;b=2</link>
  <guid isPermaLink="false">tag:news.example,2023:1</guid>
  <pubDate>Thu, 16 Mar 2023 23:30:00 -0500</pubDate>
  <description>&lt;p&gt;The ministers met.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;
  &lt;p&gt;They agreed.&lt;/p&gt;</description>
</item>
<item>
  <title>Talks</title><link>https://news.example/talks</link><guid>17</guid><dc:date>2023-03-15T08:00:00Z</dc:date>
  <description>Short.</description>
  <content:encoded><![CDATA[<p>The talks went on for nine hours, and nobody said why.</p>
  <img src="x" onerror="y()">]]></content:encoded>
  <source url="https://other.example/feed">Comet</source>
</item>
<item><link>javascript:alert(1)</link><pubDate>yesterday</pubDate></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Orbit</title>
<entry><title>One</title><link href="https://news.example/1"/><id>urn:uuid:1</id>
<published>2023-03-16T01:00:00+09:00</published><updated>2023-03-20T00:00:00Z</updated>
<content type="html">&lt;p&gt;First.&lt;/p&gt;</content></entry>
<entry><title>Two</title><link href="2"/><updated>2023-03-18T00:00:00Z</updated><summary>Second.</summary></entry>
</feed>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://news.example/"><title>Orbit</title></channel>
<item rdf:about="https://news.example/1"><title>One</title><link>https://news.example/1</link>
<description>First.</description><dc:date>2023-03-16T22:00:00-07:00</dc:date></item></rdf:RDF>"""

JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Orbit",
        "items": [
            {"id": "https://news.example/1", "url": "/1", "title": "One", "content_html": "<p>First &amp; last.</p>"},
            {
                "id": 2,
                "external_url": "https://other.example/2",
                "content_text": "1 < 2",
                "date_published": "2023-03-16T09:00:00Z",
            },
            "no item",
        ],
    }
)

SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example/1</loc><lastmod>2023-03-17</lastmod><news:news><news:publication><news:name>Orbit</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2023-03-16T08:00:00Z</news:publication_date>
<news:title>One &amp; two</news:title></news:news></url>
<url><loc>https://news.example/2</loc></url></urlset>"""

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example/s1.xml.gz</loc><lastmod>2023-03-17T00:00:00Z</lastmod></sitemap></sitemapindex>"""


def read(text: str | bytes, **options: date) -> Feed:
    return read_feed(text.encode() if isinstance(text, str) else text, URL, **options)


def reason(data: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(data)
    return caught.value.reason


def test_an_rss_feed_gives_plain_text_days_and_absolute_links() -> None:
    feed = read(RSS)
    first, second, third = feed.entries
    assert (feed.kind, feed.title, feed.language, feed.damaged) == ("rss", "Orbit News & more", "en-gb", False)
    assert first == Entry(
        link="https://news.example/world/oslo?a=1&b=2",
        title="Ministers meet",
        published=date(2023, 3, 16),
        summary="The ministers met.\n\nThey agreed.",
        id="tag:news.example,2023:1",
    )
    assert second.text == "The talks went on for nine hours, and nobody said why."
    assert (second.published, second.id, second.publisher) == (date(2023, 3, 15), None, "Comet")
    assert third == Entry()


def test_an_atom_feed_is_dated_by_publication_and_only_without_one_by_the_last_change() -> None:
    feed = read(ATOM)
    assert feed.kind == "atom"
    assert [(entry.published, entry.updated) for entry in feed.entries] == [
        (date(2023, 3, 16), date(2023, 3, 20)),
        (date(2023, 3, 18), date(2023, 3, 18)),
    ]
    assert [(entry.link, entry.text, entry.id) for entry in feed.entries] == [
        ("https://news.example/1", "First.", "urn:uuid:1"),
        ("https://news.example/feeds/2", "Second.", None),
    ]


def test_an_rdf_feed() -> None:
    feed = read(RDF)
    assert (feed.kind, feed.title) == ("rdf", "Orbit")
    (entry,) = feed.entries
    assert (entry.title, entry.published, entry.text) == ("One", date(2023, 3, 16), "First.")


def test_a_json_feed() -> None:
    feed = read(JSON)
    assert (feed.kind, feed.title) == ("json", "Orbit")
    first, second = feed.entries
    assert (first.link, first.text, first.id) == ("https://news.example/1", "First & last.", "https://news.example/1")
    assert (second.link, second.text, second.id) == ("https://other.example/2", "1 < 2", None)
    assert second.published == date(2023, 3, 16)


def test_a_sitemap_of_news() -> None:
    feed = read(SITEMAP)
    assert feed.kind == "sitemap"
    assert feed.entries[0] == Entry(
        link="https://news.example/1",
        title="One & two",
        published=date(2023, 3, 16),
        updated=date(2023, 3, 17),
        publisher="Orbit",
        language="en",
    )
    assert feed.entries[1] == Entry(link="https://news.example/2")


@pytest.mark.parametrize("data", [INDEX.encode(), gzip.compress(INDEX.encode())])
def test_an_index_of_sitemaps_packed_or_not(data: bytes) -> None:
    feed = read(data)
    assert (feed.kind, [entry.link for entry in feed.entries]) == ("sitemap-index", ["https://news.example/s1.xml.gz"])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("<!doctype html><html><body><p>A page.</p></body></html>", "bad-feed"),
        ("Plain words.", "bad-feed"),
        ("", "bad-feed"),
        ("<feedback>No feed.</feedback>", "bad-feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "bad-feed"),
        ('{"version": "https://jsonfeed.org/version/1", ', "bad-json"),
        (gzip.compress(b"words"), "bad-feed"),
        ("<rss>" + " " * MAX_FEED + "</rss>", "too-large"),
        (gzip.compress(b"<rss>" + b" " * MAX_FEED + b"</rss>"), "too-large"),
    ],
)
def test_what_is_no_feed_is_told(data: str | bytes, told: str) -> None:
    assert reason(data) == told


def test_a_feed_that_breaks_off_keeps_what_came_before_and_says_so() -> None:
    feed = read(RSS[: RSS.index("<source")])
    assert feed.damaged
    assert feed.entries[0].title == "Ministers meet"
    assert read(gzip.compress(RSS.encode())[:-20]).damaged
    assert read(SITEMAP[: SITEMAP.index("</url>") + 30]).damaged


def test_text_in_another_encoding_than_declared_is_no_damage() -> None:
    data = RSS.replace("utf-8", "iso-8859-1").replace("They agreed", "Ils étaient d'accord").encode("latin-1")
    assert read(data).entries[0].summary.endswith("Ils étaient d'accord.")


ENTITIES = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "doctype",
    [f'<!DOCTYPE rss [<!ENTITY e0 "ha">{ENTITIES}]>', '<!DOCTYPE rss [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>'],
    ids=["bomb", "file"],
)
@pytest.mark.parametrize("feed", [RSS, ATOM, SITEMAP], ids=["rss", "atom", "sitemap"])
def test_entities_of_its_own_are_neither_opened_nor_blown_up(doctype: str, feed: str) -> None:
    start = time.perf_counter()
    root = feed.index("<rss" if "<rss" in feed else "<feed" if "<feed" in feed else "<urlset")
    data = '<?xml version="1.0"?>' + doctype + feed[root:].replace("One", "&e9;").replace("Talks", "&e9;")
    try:
        texts = [f"{entry.title}{entry.text}" for entry in read(data).entries]
    except InputError:
        texts = []
    assert sum(map(len, texts)) < 100_000
    assert not any("root:" in text for text in texts)
    assert time.perf_counter() - start < 1


def test_bytes_that_are_the_name_of_a_file_are_not_opened() -> None:
    assert reason(__file__) == "bad-feed"


def test_no_more_than_max_entries_are_read() -> None:
    urls = "<url><loc>https://news.example/1</loc></url>" * (MAX_ENTRIES + 5)
    feed = read(f"<urlset>{urls}</urlset>")
    assert (len(feed.entries), feed.truncated) == (MAX_ENTRIES, True)


def test_days_after_the_latest_are_taken_for_mistakes() -> None:
    assert read(RSS, latest=date(2023, 3, 15)).entries[0].published is None
    assert read(RSS, latest=date(2023, 3, 16)).entries[0].published == date(2023, 3, 16)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Thu, 16 Mar 2023 23:30:00 -0500", date(2023, 3, 16)),
        ("16 Mar 2023 00:10 +0900", date(2023, 3, 16)),
        ("16 Mar 23 09:30 GMT", date(2023, 3, 16)),
        ("2023-03-16T23:59:59-11:00", date(2023, 3, 16)),
        ("2023-03-16", date(2023, 3, 16)),
        ("2023-02-30", None),
        ("Thu, 31 Feb 2023 09:30:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("Seg, 24 Set 2018 19:42:40 -0300", None),
        ("1678924800", None),
        ("2023", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (",", None),
        (": : :", None),
    ],
)
def test_the_day_of_a_header_is_the_one_that_is_written(words: str | None, day: date | None) -> None:
    assert header_day(words) == day


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://a.example/b", "https://a.example/b"),
        ("//a.example/b", "https://a.example/b"),
        ("b?c", "https://news.example/feeds/b?c"),
        (" /b ", "https://news.example/b"),
        ("javascript:alert(1)", None),
        ("mailto:a@a.example", None),
        ("data:text/html,x", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_only_links_to_the_web_are_links(link: object, absolute: str | None) -> None:
    assert web_link(link, URL) == absolute


def test_a_link_without_a_base_has_to_be_absolute() -> None:
    assert web_link("/b") is None


def test_a_text_is_full_by_its_length_and_its_end() -> None:
    text = "The ministers met. " * (FULL_TEXT // 10)
    assert Entry(content=text).is_full
    assert not Entry(content=text[: FULL_TEXT - 1]).is_full
    for end in ("…", "[...]", "Continue reading...", "Read more »"):
        assert not Entry(content=text + end).is_full


def test_entries_become_records_with_their_own_text_or_their_title() -> None:
    first, second, third = feed_rows(read(RSS))
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert isinstance(third, Fault)
    assert (first.number, first.values["publisher"], first.values["language"]) == (1, "Orbit News & more", "en-gb")
    assert second.values["publisher"] == "Comet"
    assert third.reason == "no-text"
    (row,) = feed_rows(Feed("rss", (Entry(title="Ministers meet"),)))
    assert isinstance(row, Row)
    assert row.values["text"] == "Ministers meet"
