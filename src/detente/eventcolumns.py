"""Columns of text from a block of rows, and what they are turned into, whole columns at a time.

A column holds few different values, so a value is read once for each block it is in, not for each row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import pyarrow
import pyarrow.compute as compute
from pyarrow import csv as arrow_csv

from detente.eventfiles import BadRow, Block, repaired

MISSING = frozenset({"", "NA", "N/A", "NULL", "None", "nan", "NaN", "--", "---"})
"""What stands for no value in the files of ICEWS, POLECAT, ACLED, UCDP and Phoenix."""


class Layout(msgspec.Struct, frozen=True):
    """How the rows of a file are cut: names of the columns in order, as `canonical` has them, and which are read."""

    names: tuple[str, ...]
    wanted: tuple[str, ...]
    delimiter: str
    quoted: bool


class Rows(msgspec.Struct, frozen=True):
    """The rows of a block: columns of strings by name, the line of each row, rows that do not fit the header.

    `western` counts lines that were not UTF-8 and were read as windows-1252.
    """

    columns: Any
    lines: Any
    bad: tuple[BadRow, ...]
    western: int

    def column(self, *names: str) -> Any:
        """The first of the columns that the file has, else one of empty strings."""
        for name in names:
            if name in self.columns.column_names:
                return self.columns[name].combine_chunks()
        return pyarrow.array([""], pyarrow.string()).take(pyarrow.array(np.zeros(len(self.columns), np.int32)))


def canonical(name: str) -> str:
    """A column's name in lower case, letters and digits only: "Event ID", "event_id" and "Event.ID" are one.

    >>> canonical("CAMEO Code"), canonical("\ufeffevent_id_cnty")
    ('cameocode', 'eventidcnty')
    """
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line, with or without quotes; none where it cannot be cut into cells."""
    try:
        return next(csv.reader([line.replace("\r", " ")], delimiter=delimiter), [])
    except csv.Error:
        return []


def read_rows(block: Block, layout: Layout) -> Rows:
    """The rows of a block. A row with another number of cells than the layout has is bad (`columns`)."""
    data, western = _plain_breaks(block.data), 0
    if not _is_utf8(data):  # pyarrow would drop a row that is neither UTF-8 nor fits, without a word
        data, western = repaired(data)
    table, refused = _parsed(data, layout)
    lines, bad = _lines(Block(data, block.line), layout, table, refused)
    return Rows(table, lines, tuple(bad), western)


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8, without making text of them."""
    ends = pyarrow.py_buffer(np.array([0, len(data)], dtype=np.int64))
    whole = pyarrow.Array.from_buffers(pyarrow.large_binary(), 1, [None, ends, pyarrow.py_buffer(data)])
    try:
        whole.cast(pyarrow.large_string())
    except pyarrow.ArrowInvalid:
        return False
    return True


def _plain_breaks(data: bytes) -> bytes:
    """Every line break as "\\n": a carriage return alone would be taken for one, so it becomes a space."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b" ") if b"\r" in data else data


def _parsed(data: bytes, layout: Layout) -> tuple[Any, list[tuple[int, int, str]]]:
    """The table, and of each row that did not fit its number among the rows, from 0, its cells, and its text."""
    refused: list[tuple[int, int, str]] = []

    def refuse(row: Any) -> str:
        refused.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    kept = layout.names if layout.quoted else layout.wanted  # in quotes, a line break can be in any column
    table = arrow_csv.read_csv(
        pyarrow.BufferReader(data),
        read_options=arrow_csv.ReadOptions(
            column_names=list(layout.names), use_threads=False, block_size=len(data) + 1
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if layout.quoted else False,
            double_quote=layout.quoted,
            newlines_in_values=layout.quoted,
            ignore_empty_lines=False,
            invalid_row_handler=refuse,
        ),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=list(kept),
            column_types=dict.fromkeys(kept, pyarrow.string()),
            strings_can_be_null=False,
        ),
    )
    return table, refused


def _lines(block: Block, layout: Layout, table: Any, refused: list[tuple[int, int, str]]) -> tuple[Any, list[BadRow]]:
    """The line of each row of the table, and the refused rows with theirs; blank lines are no rows."""
    total = len(table) + len(refused)
    heights = np.ones(total, dtype=np.int64)  # lines that a row takes
    numbers = np.array([number for number, _, _ in refused], dtype=np.int64)
    whole = np.delete(np.arange(total), numbers)
    if layout.quoted and block.data.count(b"\n") > total:
        for column in table.columns:
            breaks = compute.count_substring(column, "\n").to_numpy()
            heights[whole] += breaks
        heights[numbers] += np.array([text.count("\n") for _, _, text in refused], dtype=np.int64)
    starts = block.line + np.cumsum(heights) - heights
    bad = [
        BadRow(int(starts[number]), "columns", f"{cells} cells for {len(layout.names)} columns: {text[:160]}")
        for number, cells, text in refused
        if text.strip()
    ]
    return pyarrow.array(starts[whole]), bad


class Distinct:
    """A column by its distinct values, each of which is read once."""

    def __init__(self, column: Any) -> None:
        encoded = column.dictionary_encode()
        self._codes = encoded.indices.to_numpy()
        self.values: list[str] = encoded.dictionary.to_pylist()

    def words(self, read: Callable[[str], str]) -> Any:
        """A dictionary column of what the values are read as."""
        return self.told([read(value) for value in self.values])

    def told(self, words: Iterable[str]) -> Any:
        """A dictionary column, of one word for each value in order."""
        places: dict[str, int] = {}
        moved = np.array([places.setdefault(word, len(places)) for word in words], dtype=np.int32)
        codes = pyarrow.array(moved[self._codes] if len(moved) else self._codes)
        return pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(list(places), pyarrow.string()))

    def numbers(self, read: Callable[[str], float | None], kind: Any = None) -> Any:
        """A column of numbers, or of what `kind` says, with None as null."""
        values = pyarrow.array([read(value) for value in self.values], kind or pyarrow.float64())
        return values.take(pyarrow.array(self._codes))

    def flags(self, read: Callable[[str], bool]) -> Any:
        """True or False for each row, as a numpy array."""
        return np.array([read(value) for value in self.values], dtype=bool)[self._codes]

    @cached_property
    def given(self) -> Any:
        """Where there is a value, as a numpy array."""
        return self.flags(lambda value: value not in MISSING)


def decimals(column: Any) -> Any:
    """Numbers of a column of text, null where it holds none.

    >>> decimals(pyarrow.array(["1.5", "", "NA", "2"])).to_pylist()
    [1.5, None, None, 2.0]
    """
    empty = compute.equal(column, "")
    filled = compute.if_else(empty, pyarrow.scalar(None, pyarrow.string()), column)
    try:
        return filled.cast(pyarrow.float64())
    except pyarrow.ArrowInvalid:
        number = compute.match_substring_regex(column, r"^\s*[-+]?\d+(\.\d*)?([eE][-+]?\d+)?\s*$")
        kept = compute.if_else(number, compute.utf8_trim_whitespace(column), pyarrow.scalar(None, pyarrow.string()))
        return kept.cast(pyarrow.float64())
