from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.evaluate import Evaluation
from detente.scoring import Score
from evaluation import gate

GOLD = Path(__file__).parent.parent.parent / "shared" / "gold"
HALF = Evaluation(dict.fromkeys(gate.MEASURES, Score(right=1, predicted=2, gold=2)), {}, 0.05)


def pinned(**floors: float) -> dict[str, dict[str, object]]:
    return {"dev.jsonl": {"sha256": "x", "floors": floors, gate.CEILING: 0.06}}


def test_a_measure_below_its_floor_is_named() -> None:
    told = gate.shortfalls("dev.jsonl", "x", HALF, pinned(type=0.51, roles=0.5))
    assert told == ["dev.jsonl: type is 0.500, below its floor 0.510."]


def test_confidence_further_from_the_truth_than_its_ceiling_is_named() -> None:
    told = gate.shortfalls("dev.jsonl", "x", HALF._replace(calibration_error=0.07), pinned())
    assert told == ["dev.jsonl: calibration error is 0.070, above its ceiling 0.060."]


def test_floors_hold_only_on_the_data_they_were_set_on() -> None:
    assert "not the file that the floors were set on" in gate.shortfalls("dev.jsonl", "y", HALF, pinned())[0]
    assert "has no floors" in gate.shortfalls("other.jsonl", "y", HALF, pinned())[0]


def test_floors_are_raised_and_never_lowered() -> None:
    raised = gate.raised("x", HALF, pinned(type=0.9, roles=0.1)["dev.jsonl"])
    new = raised["floors"]
    assert isinstance(new, dict)
    assert (new["type"], new["roles"], raised[gate.CEILING]) == (0.9, 0.49, 0.06)


def test_the_pinned_floors_are_not_below_what_was_promised() -> None:
    floors = json.loads(gate.FLOORS.read_text(encoding="utf-8"))["dev.jsonl"]["floors"]
    assert floors["type"] >= 0.65
    assert floors["directed"] >= 0.30


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.exists(), reason="the gold files lie beside the repository, not in it")
def test_the_packaged_model_passes_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main([str(GOLD)]) == 0, capsys.readouterr().err
