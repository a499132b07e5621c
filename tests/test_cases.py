"""The whole pipeline on hand-written cases: messy input, texts without events, one grammatical phenomenon each.

What is not read rightly yet is in `known_failures.jsonl`, as strict expected failures;
`python -m evaluation.cases --sort` puts every case where it belongs.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente.codebook import STATUSES, event_types
from detente.records import Event
from evaluation.cases import (
    KNOWN_FAILURES,
    ORIGINS,
    Case,
    Expected,
    code_cases,
    describe,
    main,
    passes,
    read_cases,
    sort_cases,
    write_cases,
)
from tests.factories import make_article, make_event

CASES = read_cases()
ALL = [case for rows in CASES.values() for case in rows]


def belonging_to(origin: str) -> list[Case]:
    return [case for name, rows in CASES.items() for case in rows if (case.origin or name) == origin]


def as_parameter(name: str, case: Case) -> Any:
    words = re.sub(r"[^A-Za-z0-9]+", "-", case.text)[:50].strip("-")
    marks = [pytest.mark.xfail(reason=case.comment, raises=AssertionError, strict=True)]
    return pytest.param(case, id=f"{case.origin or name}-{words}", marks=marks if name == KNOWN_FAILURES else [])


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[Event, ...]]:
    """The events of every case, by text, from one pass."""
    return dict(zip((case.text for case in ALL), code_cases(ALL), strict=True))


@pytest.mark.parametrize("case", [as_parameter(name, case) for name, rows in CASES.items() for case in rows])
def test_a_case_is_read_as_the_codebook_asks(case: Case, found: dict[str, tuple[Event, ...]]) -> None:
    events = found[case.text]
    assert passes(case, events), f"{case.comment}\n{case.text}\nfound: {[describe(event) for event in events]}"


# -- the cases themselves --------------------------------------------------------------------------------------------


def test_no_text_occurs_twice() -> None:
    assert [text for text, times in Counter(case.text for case in ALL).items() if times > 1] == []


def test_known_failures_say_where_they_belong_and_no_others_do() -> None:
    for name, rows in CASES.items():
        for case in rows:
            assert case.origin in (ORIGINS if name == KNOWN_FAILURES else (None,)), case.text


def test_negative_cases_have_no_events_and_the_others_do() -> None:
    for origin in ORIGINS:
        for case in belonging_to(origin):
            assert bool(case.events) == (origin != "negative"), case.text


def test_every_type_and_status_is_tested_systematically() -> None:
    wanted = [want for case in belonging_to("synthetic") for want in case.events]
    types, statuses = Counter(want.type for want in wanted), Counter(want.status for want in wanted)
    assert min(types[name] for name in event_types()) >= 5
    assert min(statuses[name] for name in STATUSES) >= 8


def test_there_is_a_sentence_of_a_thousand_words() -> None:
    assert any(len(case.text.split()) >= 1000 and case.text.count(".") == 1 for case in ALL)


# -- what passing means, and sorting ---------------------------------------------------------------------------------


def met(**wanted: Any) -> Expected:
    return Expected("CONSULT", **wanted)


def case_of(*wanted: Expected, text: str = "a", exactly: bool = True, origin: str | None = None) -> Case:
    day = make_article().published
    assert day is not None
    return Case(text, day, wanted, "a case", exactly, origin)


ARTICLE = make_article()
MEETING = make_event(ARTICLE)
AID = make_event(ARTICLE, event="AID", recipients=(("South Korea", ""),), status="planned")


@pytest.mark.parametrize(
    ("case", "right"),
    [
        (case_of(met()), True),
        (case_of(met(actors=frozenset({"JPN"}), recipients=frozenset({"KOR"}), status="actual")), True),
        (case_of(met(actors=frozenset({"KOR"}))), False),
        (case_of(met(recipients=frozenset())), False),
        (case_of(met(status="planned")), False),
        (case_of(Expected("AID")), False),
        (case_of(), False),
        (case_of(exactly=False), True),
        (case_of(met(), met()), False),
        (case_of(met(), met(), exactly=False), False),
    ],
)
def test_a_case_passes_when_every_given_field_agrees(case: Case, right: bool) -> None:
    assert passes(case, [MEETING]) is right


def test_every_expected_event_needs_one_of_its_own() -> None:
    later = make_event(ARTICLE, status="planned", key="later")
    assert passes(case_of(met(), met(status="actual")), [MEETING, later])
    assert passes(case_of(met(status="actual"), met()), [MEETING, later])
    assert not passes(case_of(met(status="actual"), met(status="actual")), [MEETING, later])


def test_no_recipients_means_none_with_a_known_code() -> None:
    assert passes(case_of(Expected("AID", recipients=frozenset())), [AID])


def test_sorting_moves_a_failing_case_and_brings_back_one_that_passes() -> None:
    cases = {
        "synthetic": [case_of(text="fails"), case_of(text="stays")],
        KNOWN_FAILURES: [
            case_of(text="passes now", origin="synthetic"),
            case_of(text="fails still", origin="negative"),
        ],
    }
    done = sort_cases(cases, {"synthetic": [False, True], KNOWN_FAILURES: [True, False]})
    assert [(case.text, case.origin) for case in done["synthetic"]] == [("stays", None), ("passes now", None)]
    assert [(case.text, case.origin) for case in done[KNOWN_FAILURES]] == [
        ("fails still", "negative"),
        ("fails", "synthetic"),
    ]


def test_the_command_counts_and_sorts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = case_of(text="The lake is deep.")
    wrong = case_of(met(), text="The lake is cold.")
    written: dict[str, list[Case]] = {"in_the_wild": [wrong], "negative": [], "synthetic": []}
    write_cases({**written, KNOWN_FAILURES: [msgspec.structs.replace(quiet, origin="negative")]}, tmp_path)
    main([str(tmp_path), "--sort", "--failing"])
    printed = capsys.readouterr().out
    assert re.search(r"in_the_wild +0 of 1 pass\nnegative +1 of 1 pass", printed)
    assert "The lake is cold." in printed
    sorted_now = {"in_the_wild": [], "negative": [quiet], "synthetic": []}
    moved = [msgspec.structs.replace(wrong, origin="in_the_wild")]
    assert read_cases(tmp_path) == {**sorted_now, KNOWN_FAILURES: moved}


def test_a_status_outside_the_codebook_is_refused() -> None:
    with pytest.raises(ValueError, match="none of actual, background"):
        Expected("AID", status="likely")
