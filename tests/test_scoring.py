from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from detente.scoring import (
    Party,
    Reading,
    Score,
    calibration_error,
    gold_readings,
    match,
    outcomes,
    parse_interval,
    score,
    score_pairs,
    score_types,
)


def reading(event: str, actors: str = "", recipients: str = "", **fields: Any) -> Reading:
    """Parties are written "Japan=JPN, Seoul=KOR"."""

    def parties(text: str) -> tuple[Party, ...]:
        return tuple(Party(*part.strip().split("=")) for part in text.split(",") if part.strip())

    values: dict[str, Any] = {
        "start": 0, "end": 4, "status": "actual", "mode": None, "pledge": None, "speaker": None, "when": None,
        "date": None, "context": frozenset(),
    } | fields  # fmt: skip
    return Reading(event=event, actors=parties(actors), recipients=parties(recipients), **values)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023", date(2023, 1, 1), date(2024, 1, 1)),
        ("2023-12", date(2023, 12, 1), date(2024, 1, 1)),
        ("2024-02-28", date(2024, 2, 28), date(2024, 2, 29)),
        ("2023-03-06/2023-03-13", date(2023, 3, 6), date(2023, 3, 13)),
        ("1910/1945", date(1910, 1, 1), date(1945, 1, 1)),
    ],
)
def test_gold_dates_are_half_open(text: str, start: date, end: date) -> None:
    assert parse_interval(text) == (start, end)


def test_an_event_found_twice_is_right_once() -> None:
    gold = [[reading("CONSULT", "Japan=JPN, Seoul=KOR")]]
    scores = score(gold, [gold[0] * 2])
    assert scores["directed"] == Score(right=1, predicted=2, gold=1)
    assert scores["type"].precision == 0.5
    assert scores["type"].recall == 1.0


def test_direction_counts_but_order_within_a_side_does_not() -> None:
    gold = [[reading("ACCUSE", "Japan=JPN, US=USA", "Seoul=KOR")]]
    turned = [[reading("ACCUSE", "Seoul=KOR", "Japan=JPN, US=USA")]]
    swapped = [[reading("ACCUSE", "US=USA, Japan=JPN", "Seoul=KOR")]]
    assert score(gold, turned)["directed"].right == 0
    assert score(gold, swapped)["directed"].right == 1
    assert score(gold, turned)["type"].right == 1


def test_cross_border_leaves_domestic_and_unknown_events_out() -> None:
    gold = [[reading("COERCE", "police=KOR", "crowd=KOR"), reading("AID", "Tokyo=JPN", "people=")]]
    assert score(gold, gold)["cross-border"] == Score(0, 0, 0)
    assert score(gold, gold)["directed"] == Score(2, 2, 2)


def test_roles_need_the_same_number_and_a_shared_word() -> None:
    gold = [[reading("ACCUSE", "President of Japan=JPN", "Seoul=KOR")]]
    near = [[reading("ACCUSE", "Japan=", "in Seoul=")]]
    more = [[reading("ACCUSE", "Japan=, Tokyo=", "Seoul=")]]
    filler = [[reading("ACCUSE", "King of Spain=", "Seoul=")]]
    assert score(gold, near)["roles"].right == 1
    assert score(gold, more)["roles"].right == 0
    assert score(gold, filler)["roles"].right == 0


def test_events_are_matched_by_their_words_before_their_place() -> None:
    gold = [reading("ACCUSE", "Japan=JPN", start=0, end=5), reading("ACCUSE", "Seoul=KOR", start=50, end=55)]
    found = [reading("ACCUSE", "Seoul=KOR", start=50, end=55), reading("ACCUSE", "Japan=JPN", start=0, end=5)]
    assert match(gold, found) == [(gold[0], found[1]), (gold[1], found[0])]


def test_labels_are_measured_on_matched_events_only() -> None:
    gold = [[
        reading("ACCUSE", "Japan=JPN", status="background", mode="allege", when="in 2011"),
        reading("AID", "US=USA"),
    ]]  # fmt: skip
    found = [[reading("ACCUSE", "Japan=JPN", status="actual", mode="allege", when="2011"), reading("AGREE")]]
    scores = score(gold, found)
    assert scores["status"] == Score(0, 1, 1)
    assert scores["status background recall"] == Score(0, 1, 1)
    assert scores["mode"] == Score(1, 1, 1)
    assert scores["when"] == Score(1, 1, 1)
    assert scores["date"] == Score(0, 0, 0)


def test_each_type_has_its_own_score() -> None:
    scores = score_types([[reading("AID"), reading("AID")]], [[reading("AID"), reading("AGREE")]])
    assert scores == {"AGREE": Score(0, 1, 0), "AID": Score(1, 1, 2)}


def test_nothing_found_in_nothing_is_no_division() -> None:
    assert score([[]], [[]])["type"].f1 == 0.0


def test_gold_items_are_read_whole() -> None:
    item = {
        "events": [
            {
                "type": "CONCEDE", "mode": None, "trigger": {"text": "agreed", "span": [6, 12]},
                "actors": [{"text": "Japan", "code": "JPN", "sector": "GOV", "span": [0, 5]}], "recipients": [],
                "status": "actual", "pledge": {"type": "AID", "text": "pay", "span": [16, 19]},
                "when": None, "date": "2023-03", "speaker": {"text": "BBC", "span": [30, 33]}, "contexts": ["legal"],
            }
        ]
    }  # fmt: skip
    [read] = gold_readings(item)
    assert (read.pledge, read.speaker, read.actors) == ("AID", "BBC", (Party("Japan", "JPN"),))
    assert read.date == (date(2023, 3, 1), date(2023, 4, 1))


def test_pairs_count_concede_and_retreat_as_one_root() -> None:
    found = [{"CONCEDE": 0.3, "RETREAT": 0.3, "ACCUSE": 0.4}, {"ACCUSE": 0.9, "AID": 0.1}]
    results = score_pairs(["YIELD", "AID"], found)
    assert results["root accuracy"] == 0.5
    assert results["binary accuracy"] == 0.5
    assert results["root macro-F1"] == 0.5


def test_confidence_is_held_against_the_share_that_is_right() -> None:
    assert calibration_error([(0.8, True)] * 4 + [(0.8, False)]) == pytest.approx(0.0)
    assert calibration_error([(0.95, False), (0.95, True), (0.25, False), (0.25, False)]) == pytest.approx(0.35)
    assert calibration_error([(1.0, True)]) == 0.0
    assert calibration_error([]) == 0.0


def test_an_event_is_right_where_gold_has_one_of_its_type_left() -> None:
    gold = [[reading("ACCUSE"), reading("AID")], []]
    found = [[reading("ACCUSE", confidence=0.9), reading("ACCUSE", confidence=0.6)], [reading("AID", confidence=0.7)]]
    assert sorted(outcomes(gold, found)) == [(0.6, False), (0.7, False), (0.9, True)]
