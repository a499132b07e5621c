"""Who acted: hand-written hard cases, with what is known to fail marked as such."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from detente.actors import resolve
from tests.casefiles import as_parameter, read_cases


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


CASES = read_cases("actors", Case)


def parameter(case: Case) -> object:
    return as_parameter(case, id=f"{case.text} {case.on} ({case.note})", known_failure=case.known_failure)


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_phrases_resolve_as_written_in_the_cases(case: Case) -> None:
    found = resolve(case.text, context=case.context, on=case.on)
    assert found.code == case.code, found.reason
    if case.sector is not None:
        assert found.sector == case.sector, found.reason


def test_most_cases_are_not_known_failures() -> None:
    assert len(CASES) >= 300
    assert sum(case.known_failure for case in CASES) <= len(CASES) // 10


def test_every_context_holds_its_phrase() -> None:
    assert [case for case in CASES if case.context and case.text.casefold() not in case.context.casefold()] == []
