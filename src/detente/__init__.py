"""detente: an accountable ledger of relations between states, read from news.

    >>> import detente
    >>> coded = detente.code("Japan summoned the Russian ambassador on Monday.", published="2023-03-17")
    >>> with detente.open_ledger("my.detente") as ledger:  # doctest: +SKIP
    ...     list(ledger.events(dyad=("JPN", "KOR")))

The public names are those in `__all__`: two functions, the records, and the root of the errors. They are imported
on first use, so that `import detente` and `detente --help` stay quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.config import Config
    from detente.errors import DetenteError
    from detente.ledger import Ledger, open_ledger
    from detente.pipeline import code
    from detente.records import (
        Actor,
        Article,
        Coded,
        Document,
        Dyad,
        Event,
        EventDate,
        Exclusion,
        Frame,
        Location,
        Pledge,
        Sentence,
        Span,
        Speaker,
        Step,
    )

__all__ = [
    "Actor",
    "Article",
    "Coded",
    "Config",
    "DetenteError",
    "Document",
    "Dyad",
    "Event",
    "EventDate",
    "Exclusion",
    "Frame",
    "Ledger",
    "Location",
    "Pledge",
    "Sentence",
    "Span",
    "Speaker",
    "Step",
    "code",
    "open_ledger",
]

_HOMES = {"Config": "config", "DetenteError": "errors", "Ledger": "ledger", "open_ledger": "ledger", "code": "pipeline"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'detente' has no attribute {name!r}. Public names: {', '.join(__all__)}.")
    return getattr(import_module(f"detente.{_HOMES.get(name, 'records')}"), name)
