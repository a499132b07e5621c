"""A dyad on one screen: it fits the terminal, shows each part, and obeys nothing that an article says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from detente.cli_relations import app
from detente.disputes import disputes
from detente.ledger import open_ledger
from detente.memory import linked_events, update
from detente.records import Coded, Pledge
from detente.relationlines import Screen
from detente.relations import relation
from detente.threads import pledges
from tests.factories import make_article, make_date, make_event

PAIR = ("JPN", "KOR")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Accusations about export curbs for a year, then visits, a promise and a plan, told with control characters."""
    path = tmp_path / "news.detente"
    with open_ledger(path) as opened:
        run = opened.begin_run(coder="detente test", model="m", codebook="plover-2024")
        for number in range(24):
            day = date(2021 + number // 12, number % 12 + 1, 1)
            kind, verb = ("ACCUSE", "criticised") if number < 12 else ("CONSULT", "met")
            article = make_article(
                f"Japan {verb} South Korea over export curbs, item {number}\x1b[31m.", id=f"r{number}"
            )
            opened.store(Coded(article, (make_event(article, event=kind, trigger=verb, when=make_date(day)),)), run)
        words = "lift its export curbs"
        article = make_article(f"Japan promised South Korea to {words}.", id="p", published=date(2022, 1, 2))
        start = article.text.index(words)
        told = make_event(article, event="CONCEDE", trigger="promised", when=date(2022, 1, 1))
        pledge = Pledge("CONCEDE", words, start, start + len(words), due=date(2022, 3, 1))
        opened.store(Coded(article, (msgspec.structs.replace(told, pledge=pledge),)), run)
        article = make_article("Japan may sanction South Korea.", id="plan")
        opened.store(
            Coded(article, (make_event(article, event="SANCTION", trigger="sanction", status="possible"),)), run
        )
        update(opened)
    return path


def drawn(path: Path, screen: Screen) -> list[str]:
    with open_ledger(path, read_only=True) as opened:
        how = relation(opened, *PAIR)
        acts = linked_events(opened, dyad=PAIR)
        latest = {status: [act for act in reversed(acts) if act.event.status == status][:5] for status in
                  ("actual", "planned", "possible")}  # fmt: skip
        lines = screen.relation(how, {act.id: act for act in acts}, pledges(acts), disputes(acts, PAIR), latest)
    return lines.plain.split("\n")


@pytest.mark.parametrize(("width", "height"), [(80, 40), (80, 60), (140, 50), (40, 40)])
def test_a_screen_fits_the_terminal(ledger: Path, width: int, height: int) -> None:
    lines = drawn(ledger, Screen(width=width, height=height, cut=True))
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)


def test_it_shows_every_part(ledger: Path) -> None:
    text = "\n".join(drawn(ledger, Screen(width=80, height=40, cut=True)))
    for part in ("JPN – KOR  25 actual events", "level +", "▲1", "turns\n▲1 ", "1 overdue", "Japan offered to “lift",
                 "actual, latest first", "possible ", "net score by month"):  # fmt: skip
        assert part in text, part
    assert "\x1b" not in text
    assert "\ufffd" in text


def test_pledges_and_disputes_stand_side_by_side_where_there_is_room(ledger: Path) -> None:
    wide = drawn(ledger, Screen(width=140, height=60, cut=True))
    assert any(line.startswith("pledges") and line.rstrip().endswith("disputes") for line in wide)


def test_what_did_not_happen_is_not_told_as_done(ledger: Path) -> None:
    [line] = [line for line in drawn(ledger, Screen(width=120, height=60, cut=True)) if line.startswith("possible ")]
    assert "“Japan may sanction South Korea.”" in line
    assert "sanctioned" not in line


def test_elsewhere_lines_are_whole_and_the_chart_is_ascii(ledger: Path) -> None:
    shown = CliRunner().invoke(app, ["dyad", "jpn", "kor", "--ledger", str(ledger)]).stdout
    assert "***" in shown
    assert "^1 " in shown
    assert "\u2800" not in shown
    assert "…\n" not in shown


def test_a_plain_console_gets_plain_characters(ledger: Path) -> None:
    lines = drawn(ledger, Screen(width=80, height=40, cut=True, ascii_only=True))
    bars = lines[next(n for n, line in enumerate(lines) if line.startswith("net score")) + 1]
    assert bars.isascii()


def test_json_has_all_of_it(ledger: Path) -> None:
    found = json.loads(CliRunner().invoke(app, ["dyad", *PAIR, "--ledger", str(ledger), "--json"]).stdout)
    assert set(found) == {"relation", "latest", "pledges", "disputes"}
    assert found["pledges"][0]["state"] == "overdue"


def test_a_bloc_has_no_disputes_of_its_own(ledger: Path) -> None:
    shown = CliRunner().invoke(app, ["dyad", "JPN+FRA", "KOR", "--ledger", str(ledger)])
    assert shown.exit_code == 0
    assert "disputes" not in shown.stdout
