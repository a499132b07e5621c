"""In which language a text is, so that no text is coded that the reader cannot read.

The detector is py3langid. Asked for one text among 140 languages it always names one, so it is only believed where
there are enough letters, where it is nearly sure that the text is in none of the languages that are read, and where
it is so in each part of the text: what is short, mixed or doubtful is read. `python -m evaluation.language` measures
how often English is turned away and other languages are let through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

ENOUGH = 100
"""Letters, counted in the UTF-8 bytes that the detector sees, from which on a part of a text tells its language: a
hundred letters of Latin script, fifty of Arabic, thirty-four of Chinese."""

DOUBT = 0.02
"""Greatest probability of a language that is read, at which a part still counts as being in none of them."""

PART = 400
"""Characters of a part at most. A text is looked at in three: at its beginning, in its middle and at its end."""

LEAST = 150
"""Characters of a part at least; a shorter text has fewer parts."""

_NONE = "zxx"  # what is no language, such as code and numbers (ISO 639-3)


def foreign_language(text: str, *, read: Sequence[str] = ("en",)) -> str | None:
    """The language of a text (ISO 639-1) if it is surely none of those that are `read`, else None.

    >>> foreign_language("Los dos ministros se reunieron el jueves en Oslo y acordaron reabrir el paso fronterizo, "
    ...                  "cerrado desde la guerra, y volver a reunirse en mayo.")
    'es'
    >>> foreign_language("Los dos ministros") is None  # too short to tell
    True
    """
    told = [_language(part, tuple(read)) for part in _parts(text)]
    return Counter(told).most_common(1)[0][0] if told and None not in told else None


def _parts(text: str) -> list[str]:
    """The parts of a text that have enough letters."""
    count = min(3, max(1, len(text) // LEAST))
    size = min(PART, -(-len(text) // count))
    starts = [round(number * (len(text) - size) / max(1, count - 1)) for number in range(count)]
    parts = [text[start : start + size] for start in starts]
    return [part for part in parts if _letters(part) >= ENOUGH]


def _letters(part: str) -> int:
    return len("".join(filter(str.isalpha, part)).encode("utf-8", "replace"))


def _language(part: str, read: tuple[str, ...]) -> str | None:
    """The language of a part, None where it is or may be one of those that are read."""
    ranked: list[tuple[str, float]] = _detector().rank(part)
    chances = dict(ranked)
    likeliest = ranked[0][0]
    if likeliest in (*read, _NONE) or max((chances.get(language, 0.0) for language in read), default=0.0) >= DOUBT:
        return None
    return likeliest


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
