"""The grammar of a brief: articles, lists, numbers, days and quotations."""

from __future__ import annotations

from datetime import date

import pytest

from detente.briefwords import (
    articled,
    clean_quote,
    count,
    country,
    dateline_end,
    day,
    listed,
    number,
    on_day,
    possessive,
    sentence,
    signed,
)
from tests.factories import make_date


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (listed(["a"]), "a"),
        (listed(["a", "b"]), "a and b"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (number(0), "no"),
        (number(12), "twelve"),
        (number(13), "13"),
        (number(12345), "12,345"),
        (count(0, "act"), "no acts"),
        (count(1, "party", "parties"), "one party"),
        (count(2, "party", "parties"), "two parties"),
        (signed(0.04), "0.0"),
        (signed(-0.04), "0.0"),
        (signed(-2.26), "−2.3"),
        (country("USA"), "the United States"),
        (country("JPN"), "Japan"),
        (country("UNO"), "the United Nations"),
        (possessive("USA"), "the US"),
        (possessive("KOR"), "South Korea's"),
        (possessive("PHL"), "the Philippines'"),
        (day(date(2023, 3, 1)), "1 March 2023"),
        (sentence("it  rained"), "It rained."),
        (sentence("he said “no.”"), "He said “no.”"),
        (sentence("he said “no”"), "He said “no”."),
        (clean_quote('a "b" c “d”'), "a ‘b’ c ‘d’"),
    ],
)
def test_words(made: str, said: str) -> None:
    assert made == said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("envoy", "an envoy"),
        ("warship", "a warship"),
        ("university", "a university"),
        ("uninvited guest", "an uninvited guest"),
        ("Ukrainian tug", "a Ukrainian tug"),
        ("Indian court", "an Indian court"),
        ("US diplomat", "a US diplomat"),
        ("hour", "an hour"),
        ("one civilian", "one civilian"),
        ("two ships", "two ships"),
        ("20 firms", "20 firms"),
        ("officers of the army", "officers of the army"),
        ("bus", "a bus"),
        ("French fishermen", "French fishermen"),
        ("police", "police"),
    ],
)
def test_articles(words: str, told: str) -> None:
    assert articled(words) == told


@pytest.mark.parametrize(
    ("days", "granularity", "told"),
    [
        (1, "day", "On 1 March 2023"),
        (31, "month", "In March 2023"),
        (7, "week", "Between 1 March 2023 and 7 March 2023"),
    ],
)
def test_days_open_a_sentence(days: int, granularity: str, told: str) -> None:
    assert on_day(make_date(date(2023, 3, 1), days=days, granularity=granularity)) == told


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("SEOUL, Oct. 30 — South Korea's court ruled.", "South Korea's court ruled."),
        ("SEOUL (Meridian Wire) — South Korea struck.", "South Korea struck."),
        ("TOKYO/SEOUL, Dec. 4 — Japan said so.", "Japan said so."),
        ("PHNOM PENH, Cambodia — Leaders met.", "Leaders met."),
        ("- Tokyo will suspend entry.", "Tokyo will suspend entry."),
        ("Japan — and nobody else — agreed.", "Japan — and nobody else — agreed."),
        ("NATO said no.", "NATO said no."),
    ],
)
def test_datelines_are_no_part_of_a_sentence(text: str, rest: str) -> None:
    assert text[dateline_end(text) :] == rest
