"""Which ids of rows have been seen, for a hundred million rows in a few hundred megabytes.

Numbers of up to ten digits, as GDELT, ICEWS and UCDP have them, are bits; other ids are 64 bits of a hash, sorted.
Two ids of one hash would be taken for one: among 30 million ids that happens with a chance of 1 in 40,000.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as compute

_NUMBER = r"^(0|[1-9]\d{0,9})$"  # longer ones are hashed: they would take too many pages of bits
_PAGE = 1 << 20  # bytes, for 8 million numbers


class SeenIds:
    """A set of ids that grows by columns."""

    def __init__(self) -> None:
        self._pages: dict[int, Any] = {}
        self._sorted: list[Any] = []  # of hashes, each at most half as long as the one before

    def add(self, ids: Any) -> Any:
        """Add a column of ids; where one was not there before, nor earlier in the column, as a numpy array."""
        new = np.zeros(len(ids), dtype=bool)
        numeric = np.asarray(compute.match_substring_regex(ids, _NUMBER))
        where = np.flatnonzero(numeric)
        if len(where):
            numbers = ids if len(where) == len(ids) else ids.take(where)
            new[where] = self._add_numbers(numbers.cast("int64").to_numpy())
        where = np.flatnonzero(~numeric)
        if len(where):
            hashes = np.fromiter(map(hash, ids.take(where).to_pylist()), dtype=np.int64, count=len(where))
            new[where] = self._add_hashes(hashes)
        return new

    def _add_numbers(self, numbers: Any) -> Any:
        new = _first_of_each(numbers)
        for page in np.unique(numbers >> 23):
            bits = self._pages.setdefault(int(page), np.zeros(_PAGE, dtype=np.uint8))
            here = np.flatnonzero(numbers >> 23 == page)
            byte, bit = (numbers[here] & 0x7FFFFF) >> 3, np.left_shift(1, numbers[here] & 7).astype(np.uint8)
            new[here] &= bits[byte] & bit == 0
            np.bitwise_or.at(bits, byte, bit)
        return new

    def _add_hashes(self, hashes: Any) -> Any:
        new = _first_of_each(hashes)
        for known in self._sorted:
            place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            new &= known[place] != hashes
        added = np.sort(hashes[new])
        if len(added):
            while self._sorted and len(self._sorted[-1]) < 2 * len(added):
                added = np.sort(np.concatenate([self._sorted.pop(), added]), kind="stable")
            self._sorted.append(added)
        return new


def _first_of_each(values: Any) -> Any:
    """Where a value stands for the first time."""
    first = np.zeros(len(values), dtype=bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first
