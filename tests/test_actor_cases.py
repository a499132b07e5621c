"""Who acted: hand-written hard cases, with what is known to fail marked as such."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from detente.actors import resolve

CASES = Path(__file__).parent / "cases" / "actors.jsonl"


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One line of the cases: a phrase, the text around it, the day, and what it must give.

    `code` "" is right where the text does not tell; `sector` None is not judged.
    """

    text: str
    on: date | None
    code: str
    sector: str | None
    note: str
    context: str = ""
    known_failure: bool = False


def read_cases() -> list[Case]:
    return [msgspec.json.decode(line, type=Case) for line in CASES.read_bytes().splitlines()]


def as_parameter(case: Case) -> object:
    marks = [pytest.mark.xfail(strict=True)] if case.known_failure else []
    return pytest.param(case, marks=marks, id=f"{case.text} {case.on} ({case.note})")


@pytest.mark.parametrize("case", [as_parameter(case) for case in read_cases()])
def test_phrases_resolve_as_written_in_the_cases(case: Case) -> None:
    found = resolve(case.text, context=case.context, on=case.on)
    assert found.code == case.code, found.reason
    if case.sector is not None:
        assert found.sector == case.sector, found.reason


def test_most_cases_are_not_known_failures() -> None:
    cases = read_cases()
    assert len(cases) >= 300
    assert sum(case.known_failure for case in cases) <= len(cases) // 10


def test_every_context_holds_its_phrase() -> None:
    assert [case for case in read_cases() if case.context and case.text.casefold() not in case.context.casefold()] == []
