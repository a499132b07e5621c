"""Hand-written cases, a JSON object a line in `tests/cases`, and their known failures as strict xfails."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

FOLDER = Path(__file__).parent / "cases"
CaseT = TypeVar("CaseT")


def read_cases(name: str, kind: type[CaseT]) -> list[CaseT]:
    """The cases of `cases/<name>.jsonl`, in order."""
    return [msgspec.json.decode(line, type=kind) for line in (FOLDER / f"{name}.jsonl").read_bytes().splitlines()]


def as_parameter(case: object, *, id: str, known_failure: bool) -> object:  # noqa: A002
    """A case as a parameter of a test, which must fail where it is known to."""
    return pytest.param(case, marks=[pytest.mark.xfail(strict=True)] if known_failure else [], id=id)
