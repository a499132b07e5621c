"""Changes to training windows that leave their labels true: other countries in place of those named, hidden words.

A reader that has seen "Israeli" beside 300 attacks believes that what an Israeli does is an attack. Swapping the
countries of a window for others, each consistently (noun for noun, adjective for adjective), takes that belief away.
"""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
from tokenizers import Tokenizer

from detente.codebook import read_table
from training.gold import Example

FORMS = ("noun", "adjective", "capital")
SHORTEST = 4  # letters; shorter names ("US", "Mali"'s kin) are too often other words


class Augmenter:
    """Swaps countries in a share of windows and hides a share of words, by the chances given (0..1)."""

    def __init__(self, tokenizer: Tokenizer, *, swap: float, hide: float, mask: str = "[MASK]") -> None:
        self.swap = swap
        self.hide = hide
        self.mask_id = tokenizer.token_to_id(mask) if tokenizer.token_to_id(mask) is not None else 0
        self._meaning: dict[int, tuple[str, str]] = {}
        self._names: dict[str, dict[str, int]] = defaultdict(dict)
        for row in read_table("actors", "countries"):
            ids = tokenizer.encode(row["name"], add_special_tokens=False).ids
            known = row["form"] in FORMS and len(row["name"]) >= SHORTEST and len(ids) == 1
            if known and ids[0] not in self._meaning and row["form"] not in self._names[row["code"]]:
                self._meaning[ids[0]] = (row["code"], row["form"])
                self._names[row["code"]][row["form"]] = ids[0]

    def __call__(self, example: Example, chance: random.Random) -> Example:
        ids = example.window.ids.copy()
        if chance.random() < self.swap:
            self._swap(ids, chance)
        if self.hide:
            free = np.flatnonzero(example.trigger == 0)
            hidden = [int(at) for at in free if chance.random() < self.hide]
            ids[hidden] = self.mask_id
        return example._replace(window=example.window._replace(ids=ids))

    def _swap(self, ids: np.ndarray, chance: random.Random) -> None:
        places: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for at, token in enumerate(ids.tolist()):
            if token in self._meaning:
                code, form = self._meaning[token]
                places[code].append((at, form))
        taken = set(places)
        for uses in places.values():
            forms = {form for _, form in uses}
            free = [c for c, names in self._names.items() if c not in taken and forms <= set(names)]
            if free:
                other = chance.choice(free)
                taken.add(other)
                for at, form in uses:
                    ids[at] = self._names[other][form]
