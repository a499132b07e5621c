"""The page of an article."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException

from detente.ledger import Ledger
from detente.pages import Page, Query, only
from detente.records import Article, Event


class ArticlePage(msgspec.Struct, frozen=True):
    """One article with its events in force, in the order of its text."""

    article: Article
    events: tuple[Event, ...]


def article_page(ledger: Ledger, key: str, query: Query) -> ArticlePage:
    """One article by its id, or by the only id that begins so.

    Raises HTTPException 404 where there is none, or several.
    """
    article = only(ledger.article, key)
    if article is None:
        raise HTTPException(
            404, f"There is no article {key!r} in this ledger. It may be excluded, or lie in another ledger."
        )
    return ArticlePage(article, tuple(ledger.article_events(article.id)))


PAGES = (Page("/article/{key:path}", "article.html", article_page, "One article, with its events marked"),)
