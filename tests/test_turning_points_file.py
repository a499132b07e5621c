"""The list of known turning points: whether its rows can be used."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from detente.names import country_name

FILE = Path(__file__).parent.parent / "evaluation" / "turning_points.csv"
COLUMNS = ["first", "second", "month", "direction", "what", "source"]


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def test_every_row_is_whole() -> None:
    for row in rows():
        assert all(row[column] == row[column].strip() != "" for column in COLUMNS), row
        assert row["what"].endswith("."), row
        assert re.search(r"\d|Treaty|[Ss]tatement", row["source"]), row


def test_codes_are_of_states_and_in_order() -> None:
    for row in rows():
        assert country_name(row["first"]), row
        assert country_name(row["second"]), row
        assert row["first"] < row["second"], row


def test_months_and_directions_are_in_range() -> None:
    for row in rows():
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", row["month"]), row
        assert "2002-01" <= row["month"] <= "2023-12", row
        assert row["direction"] in ("better", "worse"), row


def test_no_turn_is_listed_twice_and_rows_are_sorted() -> None:
    keys = [(row["first"], row["second"], row["month"]) for row in rows()]
    assert keys == sorted(set(keys))


def test_the_list_is_large_and_has_both_directions() -> None:
    directions = [row["direction"] for row in rows()]
    assert len(directions) >= 60
    assert len({(row["first"], row["second"]) for row in rows()}) >= 30
    assert min(directions.count("better"), directions.count("worse")) >= len(directions) / 4
