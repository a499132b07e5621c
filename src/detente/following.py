"""Feeds, sitemaps, folders -> entries; an entry -> its article: by its link where the feed does not hold it whole.

An article that is followed has the id of its address, so that a changed page becomes a new version of it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from detente import ingest
from detente.addresses import check_url
from detente.articles import Origin, article_of_record, content_id
from detente.config import Config
from detente.errors import InputError
from detente.feeds import Entry, Feed, feed_rows, read_feed
from detente.fetch import Fetcher, Validators
from detente.records import Article, Exclusion
from detente.rows import Fault, sha256
from detente.watchfile import FeedSettings
from detente.watchstate import Fresh, Seen, Source

SITEMAP_REACH = 7 * 86_400.0
"""Seconds back from which the pages of a sitemap are taken where its settings do not say (ours)."""

MOST_SITEMAPS = 1_000
"""Sitemaps that are taken of one index (ours)."""

MOST_INSIDE = 20
"""Articles that are looked at in what a link leads to, if it is no page: a feed, an archive (ours)."""

SETTLED = 2.0
"""Seconds for which a file has to lie unchanged before it is read: it may still be being written (ours)."""

NOWHERE = "-"
"""What stands for the host of a link that leads to none; "" is for files."""

_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")
"""Parameters of an address that say where a reader came from, and not which page is meant."""

_ENDED = re.compile(rb"</(?:\w+:)?(?:rss|feed|RDF|channel|urlset|sitemapindex)\s*>", re.I)
"""The end of a feed or sitemap."""

_PARSING = threading.Lock()  # the parsers of feeds and pages set warnings and caches of the whole process


class Looked(msgspec.Struct, frozen=True):
    """What a feed or sitemap said. `children` are other sitemaps, `unchanged` that it is what it was, `address` where
    it has moved for good; `validators` is None where it is not whole, so that it is asked for again."""

    fresh: tuple[Fresh, ...] = ()
    children: tuple[str, ...] = ()
    validators: Validators | None = None
    address: str | None = None
    title: str | None = None
    unchanged: bool = False


def look_at_feed(fetcher: Fetcher, source: Source, settings: FeedSettings) -> Looked:
    """Ask for a feed or sitemap and take it apart. Raises InputError where it cannot be had or is none."""
    fetched = fetcher.fetch(source.address, validators=source.validators)
    if fetched.unchanged:
        return Looked(validators=source.validators, address=fetched.moved, unchanged=True)
    with _PARSING:
        feed = read_feed(fetched.body, fetched.url, latest=fetched.day + timedelta(days=1))
    if feed.kind == "sitemap-index" and source.parent:
        raise InputError("bad-feed", "It is an index of sitemaps within another.")
    if feed.damaged and not _ENDED.search(fetched.body[-200:]):  # the last entry may have been cut off in its middle
        feed = msgspec.structs.replace(feed, entries=feed.entries[:-1])
    validators = None if feed.damaged else fetched.validators
    is_map = feed.kind.startswith("sitemap")
    reach = settings.reach or (SITEMAP_REACH if is_map else None)
    since = fetched.day - timedelta(seconds=reach) if reach is not None else None
    if feed.kind == "sitemap-index":
        children = tuple(islice(_children(feed, source, since), MOST_SITEMAPS))
        return Looked(children=children, validators=validators, address=fetched.moved)
    first = is_map and source.first_success is None
    fresh = {each.key: each for each in (_fresh(entry, source, since, first) for entry in reversed(feed.entries))}
    return Looked(tuple(fresh.values()), (), validators, fetched.moved, feed.title)


def look_at_folder(path: Path, *, before: float) -> Looked:
    """The files in a folder that have not changed since `before`, in seconds since 1970; see `ingest.read_path` for
    which are read. Raises InputError where the folder is gone."""
    if not path.is_dir():
        raise InputError("missing", "There is no such folder.")
    fresh = []
    for found in ingest.files_under(path):
        if isinstance(found, Path):
            with suppress(OSError):  # it is gone already
                about = found.stat()
                if about.st_mtime <= before:
                    fresh.append(Fresh(str(found), None, "", f"{about.st_mtime_ns}:{about.st_size}", None))
    return Looked(tuple(fresh))


def article_of_entry(
    fetcher: Fetcher, seen: Seen, source: Source, settings: FeedSettings, config: Config
) -> tuple[Article | Exclusion, InputError | None]:
    """The article of an entry, or why there is none; with it, why the entry's own text had to do, if it had.

    Raises InputError with `passing` where it may be had later.
    """
    entry = seen.entry or Entry()
    if seen.link is None or entry.is_full or (entry.text and not settings.full_text):
        return own_article(seen, source, settings, config), None
    try:
        found = _followed(fetcher, seen, source, settings, config)
    except InputError as error:
        if error.passing:
            raise
        return given_up(seen, source, settings, config, error), error
    if isinstance(found, Article) or found.reason.startswith("language"):
        return found, None
    why = InputError(found.reason, found.detail)
    return given_up(seen, source, settings, config, why), why


def given_up(
    seen: Seen, source: Source, settings: FeedSettings, config: Config, error: InputError
) -> Article | Exclusion:
    """What is left of an entry whose link leads to nothing: its own text, or else why there is none."""
    if seen.entry and seen.entry.text:
        return own_article(seen, source, settings, config)
    return Exclusion(seen.link or source.key, error.reason, str(error))


def own_article(seen: Seen, source: Source, settings: FeedSettings, config: Config) -> Article | Exclusion:
    """The article that an entry holds itself."""
    feed = Feed("entry", (seen.entry or Entry(),), title=source.title)
    [row] = feed_rows(feed)
    place = seen.link or source.key
    if isinstance(row, Fault):
        return Exclusion(place, row.reason, row.detail)
    origin = Origin(source=place, config=config)
    with _PARSING:
        found = article_of_record(msgspec.structs.replace(row, number=None), origin)
    if isinstance(found, Exclusion):
        return found
    return msgspec.structs.replace(found, id=content_id(seen.key), publisher=settings.publisher or found.publisher)


def plain_link(link: str) -> str:
    """An address without its fragment and without what only says where a reader came from.

    >>> plain_link("https://news.example/oslo?id=3&utm_source=rss#top")
    'https://news.example/oslo?id=3'
    """
    parts = urlsplit(link)
    query = parts.query
    if any(name.startswith(_TRACKING) for name, _ in parse_qsl(query, keep_blank_values=True)):
        kept = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if not n.startswith(_TRACKING)]
        query = urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def host_of(link: str) -> str:
    """The host that a link leads to, as `fetch` knows it; NOWHERE for one that is no address."""
    try:
        return check_url(link, ports=range(1, 65_536), local=True).host or NOWHERE
    except InputError:
        return NOWHERE


def _followed(
    fetcher: Fetcher, seen: Seen, source: Source, settings: FeedSettings, config: Config
) -> Article | Exclusion:
    link, entry = seen.link or "", seen.entry or Entry()
    fetched = fetcher.fetch(link)
    publisher = entry.publisher or source.title
    with _PARSING:
        read = ingest.read_fetched(fetched, source=link, config=config, published=entry.published, publisher=publisher)
        found = list(islice(read, MOST_INSIDE))
    article = next((each for each in found if isinstance(each, Article)), None)
    if article is None:
        excluded = [each for each in found if isinstance(each, Exclusion)]
        return excluded[0] if excluded else Exclusion(link, "no-article", "There is nothing in it.")
    return msgspec.structs.replace(
        article,
        id=content_id(link),
        title=article.title or entry.title,
        publisher=settings.publisher or article.publisher,
    )


def _fresh(entry: Entry, source: Source, since: date | None, first: bool) -> Fresh:
    """An entry as it is to be remembered; at the `first` look at a sitemap, undated pages are old."""
    link = plain_link(entry.link) if entry.link else None
    day = entry.published or entry.updated
    old = day < since if day and since else first and not day
    key = entry.id or link or "text:" + sha256("\x1f".join((entry.title or "", entry.text)).encode())[:32]
    version = entry.updated.isoformat() if entry.updated else ""
    return Fresh(key, link, host_of(link or source.address), version, entry, old)


def _children(feed: Feed, source: Source, since: date | None) -> Iterator[str]:
    """Sitemaps of the same host that an index names, and that changed since a day if it says when."""
    for entry in feed.entries:
        changed = entry.updated is None or since is None or entry.updated >= since
        if entry.link and changed and host_of(entry.link) == host_of(source.address):
            yield entry.link
