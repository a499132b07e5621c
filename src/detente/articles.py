"""Records and pages -> Article, or Exclusion where there is none in them.

What a record, a page or a text says of itself is kept; the caller's word fills in where it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from detente.config import Config
from detente.errors import InputError
from detente.formats import COLUMNS, clean, declared_encoding, decode, preset_of
from detente.language import foreign_language
from detente.pubdates import DATE_FORMS, dateline_day, record_day
from detente.records import Article, Exclusion
from detente.rows import Page, Row, sha256, too_large
from detente.translation import INTO, Translated, alignment, translate, wanted
from detente.webpages import MAX_PAGE, MAX_TAGS, is_too_large, main_text

NO_ENCODING = "Its encoding cannot be told; save it as UTF-8."


class Origin(msgspec.Struct, frozen=True):
    """Where an input comes from, and what the caller says about it.

    `published` and `publisher` fill in where the input itself says nothing. `suffix` is the end of the file's name.
    `url`, `charset` and `fetched` are the address that it was fetched from, the encoding that its server named, and
    the day; None for what lay on disk. `depth` counts the archives that it lies in.
    """

    source: str
    config: Config
    suffix: str = ""
    published: date | None = None
    publisher: str | None = None
    url: str | None = None
    charset: str | None = None
    fetched: date | None = None
    depth: int = 0


def excluded(source: str, reason: str, detail: str, digest: str = "") -> Exclusion:
    """An exclusion whose detail can be stored and shown."""
    return Exclusion(source=source, reason=reason, detail=clean(detail), digest=digest)


def content_id(text: str, *, publisher: str | None = None, url: str | None = None) -> str:
    """The id of an article that brings none: "a" and 16 hex digits of the SHA-256 of its text, outlet and address.

    So one text in two outlets is two articles, and a text that is read again with another date is a new version.
    """
    parts = [text, *(part for part in (publisher, url) if part)]
    return "a" + sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))[:16]


def article_of_record(row: Row, origin: Origin) -> Article | Exclusion:
    """The article in a record whose fields go by the names in COLUMNS, or in one of PRESETS."""
    source = place_in(origin.source, row.number)
    fields = _fields(row.values)
    text = fields["text"]
    if not isinstance(text, str) or not text.strip():
        names = ", ".join(str(name) for name in row.values)[:200]
        detail = f"No text. Its fields: {names}; the text is taken from {', '.join(COLUMNS['text'])}."
        return excluded(source, "no-text", detail, row.digest)
    if len(text) > origin.config.max_bytes:
        return excluded(source, "too-large", too_large(origin.config.max_bytes).detail, row.digest)
    try:
        day = record_day(fields["published"])
    except ValueError:
        detail = f"The publication date is {str(fields['published'])[:60]!r}; allowed: {DATE_FORMS}."
        return excluded(source, "bad-date", detail, row.digest)
    return _article(clean(text), fields, day, "record", source=source, digest=row.digest, origin=origin)


def article_of_page(page: Page, origin: Origin) -> Article | Exclusion:
    """The article in a web page."""
    source = place_in(origin.source, page.number)
    html = decode(page.html, page.charset or declared_encoding(page.html))
    if html is None:
        return excluded(source, "encoding", NO_ENCODING, page.digest)
    if is_too_large(html):
        detail = f"Larger than any article's page: over {MAX_PAGE:,} characters or {MAX_TAGS:,} tags."
        return excluded(source, "too-large", detail, page.digest)
    found = main_text(html, url=page.url, crawled=page.crawled)
    if found is None:
        return excluded(source, "no-article", "No article was found in this page.", page.digest)
    fields = {
        "title": found.title,
        "url": _same_site(found.url, page.url),
        "publisher": found.publisher,
        "language": found.language,
    }
    return _article(found.text, fields, found.published, "page", source=source, digest=page.digest, origin=origin)


def place_in(source: str, number: int | str | None) -> str:
    """The source of a record: that of its input, and behind a colon its line, position or name in it."""
    return source if number is None else f"{source}:{number}"


def _same_site(told: str | None, fetched: str | None) -> str | None:
    """The address that a page gives itself, unless it was fetched from another site, whose address then counts."""
    from urllib.parse import urlsplit

    if not fetched:
        return told
    try:
        same = bool(told) and urlsplit(told).hostname == urlsplit(fetched).hostname
    except ValueError:
        same = False
    return told if same else fetched


def _fields(row: Mapping[Any, object]) -> dict[str, object]:
    """The values of a record by field; None where no column of that field is filled."""
    lowered = {str(name).strip().lower(): value for name, value in row.items() if not _is_missing(value)}
    fields = {
        field: next((lowered[name] for name in names if name in lowered), None) for field, names in COLUMNS.items()
    }
    preset = preset_of(str(name).strip().lower() for name in row)
    if preset:
        texts = [text for name in preset.text if isinstance(text := lowered.get(name), str)]
        fields["text"] = max(map(_without_rest, texts), key=len, default=fields["text"])
    return fields


def _without_rest(text: str) -> str:
    """NewsAPI's excerpt without the count of what is missing, "… [+1234 chars]"."""
    excerpt, mark, rest = text.rpartition("[+")
    return excerpt.rstrip() if mark and rest.endswith(" chars]") else text


def _is_missing(value: object) -> bool:
    """None, NaN, or a string of nothing but whitespace."""
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _article(
    text: str,
    fields: Mapping[str, object],
    day: date | None,
    basis: str,
    *,
    source: str,
    digest: str,
    origin: Origin,
) -> Article | Exclusion:
    """The article: what its record says, else what the caller says, else what its page or its text tells.

    Its id is made of the text as it came in, so that another translation is another version of the same article.
    """
    try:
        translated = _translated(text, origin.config)
    except InputError as error:
        return excluded(source, error.reason, str(error), digest)
    read = translated.text if translated else text
    if basis != "record" or day is None:
        if origin.published:
            day, basis = origin.published, "given"
        elif day is None:
            day, basis = dateline_day(read), "dateline"
    publisher, url = label(fields.get("publisher")) or origin.publisher, label(fields.get("url")) or origin.url
    return Article(
        id=label(fields.get("id")) or content_id(text, publisher=publisher, url=url),
        text=read,
        published=day,
        published_basis=basis if day else "none",
        title=label(fields.get("title")),
        url=url,
        publisher=publisher,
        language=INTO if translated else label(fields.get("language")),
        digest=digest,
        source=source,
        original=text if translated else None,
        translated_from=translated.language if translated else None,
        alignment=alignment(translated.spans) if translated else None,
    )


def _translated(text: str, config: Config) -> Translated | None:
    """The translation of a text in a language that is not read; None for one that is read as it is.

    Raises InputError where there is no translation: the reason is `language:` or `translation:` and the language.
    """
    language = foreign_language(text, read=config.languages) if config.languages else None
    if language is None:
        return None
    if not wanted(language, config.translate):
        known = ", ".join(config.languages)
        detail = f"It is in another language ({language}) than those that are read ({known})."
        raise InputError(f"language:{language}", detail)
    try:
        return translate(text, language, config.translate)
    except InputError as error:
        raise InputError(f"{error.reason}:{language}", str(error)) from error


def label(value: object) -> str | None:
    """A short field as text: a string, a number, or the name of an object; another value in its place says nothing."""
    if isinstance(value, Mapping):
        value = value.get("name")
    return clean(str(value)).strip() or None if isinstance(value, str | int | float) else None
