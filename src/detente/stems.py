"""Which words are one word for the comparison of reports, and how much a word in common tells.

"killed", "killings" and "killer" have one stem. It is that of the English stemmer of Snowball (M. Porter, "Snowball: a
language for stemming algorithms", 2001), after irregular forms and nouns of verbs have been traced to their verb by
`data/likeness/forms.csv`. A stem that many reports have tells little: its weight is the logarithm of how few have it
(K. Sparck Jones, "A statistical interpretation of term specificity", 1972), as counted in `data/likeness/words.csv`.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from threading import Lock

import snowballstemmer

from detente.codebook import read_table

LEAST = 30
"""Reports that have a stem, for it to be in the table: fewer tell nothing surer than that it is rare."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one folded word (`detente.names.fold_word`).

    >>> stem("killings"), stem("met"), stem("explosion") == stem("exploded")
    ('kill', 'meet', True)
    """
    base = _forms().get(word, word)
    with _STEMMING:
        return str(_stemmer().stemWord(base))


def weight(stem: str) -> int:
    """How much it tells that two reports have this stem in common: hundredths, 0 for a word that all have.

    >>> weight("say") < weight("missil") < weight("hokkaido")
    True
    """
    return _weights().get(stem) or rarest()


def kin(one: str, other: str) -> float:
    """How near two stems are in meaning, 0..1."""
    return _kin().get((one, other), 0.0)


@cache
def rarest() -> int:
    """The weight of stems that are in no table."""
    return max(_weights().values())


@cache
def _kin() -> dict[tuple[str, str], float]:
    found = {}
    for row in read_table("likeness", "kin"):
        found[row["one"], row["other"]] = found[row["other"], row["one"]] = float(row["nearness"])
    return found


@cache
def _weights() -> dict[str, int]:
    rows = read_table("likeness", "words")
    counts = {row["stem"]: int(row["reports"]) for row in rows}
    total = counts.pop("")  # the row of the empty stem counts all reports
    return {word: round(100 * math.log(total / count)) for word, count in counts.items()}


@cache
def _forms() -> dict[str, str]:
    return {row["form"]: row["base"] for row in read_table("likeness", "forms")}


_STEMMING = Lock()  # a stemmer keeps the word that it works on


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")
