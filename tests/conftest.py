from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow, not wrong: no test is timed.
settings.register_profile("detente", deadline=None)
settings.load_profile("detente")


@pytest.fixture(scope="session")
def demo_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the demonstration corpus from 2022 on, coded once a session. Copy it before you write to it."""
    from detente.cli import main

    ledger = tmp_path_factory.mktemp("demo") / "demo.detente"
    articles = (Path(__file__).parent.parent / "demo" / "articles").glob("202[2-4]-*.txt")
    with pytest.raises(SystemExit) as ended:
        main(["code", *map(str, sorted(articles)), "--ledger", str(ledger)])
    assert ended.value.code == 0
    return ledger
