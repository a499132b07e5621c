"""A watchlist keeps what is written by hand, refuses what is no pair of states, and tells how each dyad stands."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from detente import watchlist
from detente.cli_watchlist import app
from detente.errors import CodebookError, ConfigError
from detente.ledger import open_ledger
from detente.memory import update
from detente.records import Coded, Pledge
from tests.factories import make_article, make_event

DAY = date(2023, 3, 17)
BY_HAND = """# mine
[[dyad]]  # the first
pair = ["JPN", "KOR"]
note = "curbs"

# a comment on the second
[[dyad]]
pair = ["usa", "CHN"]
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "news.detente"


def test_without_a_file_nothing_is_followed(ledger: Path) -> None:
    assert watchlist.read(ledger) == ()
    assert watchlist.remove(ledger, "JPN", "KOR") is False
    assert not watchlist.file_of(ledger).exists()


def test_what_is_added_is_read_and_can_be_removed(ledger: Path) -> None:
    watchlist.add(ledger, "jpn", "KOR", note=' a "quoted"\n note \\', on=DAY)
    watchlist.add(ledger, "USA", "CHN", on=DAY)
    assert watchlist.read(ledger) == (
        watchlist.Watched(("JPN", "KOR"), 'a "quoted" note \\', DAY),
        watchlist.Watched(("USA", "CHN"), "", DAY),
    )
    assert watchlist.remove(ledger, "KOR", "JPN") is True
    assert [each.pair for each in watchlist.read(ledger)] == [("USA", "CHN")]


def test_adding_again_changes_only_the_note(ledger: Path) -> None:
    watchlist.add(ledger, "JPN", "KOR", note="one", on=DAY)
    watchlist.add(ledger, "KOR", "JPN", on=DAY + timedelta(1))
    assert watchlist.add(ledger, "KOR", "JPN", note="two", on=DAY + timedelta(2)).note == "two"
    assert watchlist.read(ledger) == (watchlist.Watched(("JPN", "KOR"), "two", DAY),)


def test_what_was_written_by_hand_stays(ledger: Path) -> None:
    watchlist.file_of(ledger).write_text(BY_HAND, encoding="utf-8")
    watchlist.add(ledger, "IND", "PAK", on=DAY)
    watchlist.remove(ledger, "JPN", "KOR")
    text = watchlist.file_of(ledger).read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert '# a comment on the second\n[[dyad]]\npair = ["usa", "CHN"]' in text
    assert [each.pair for each in watchlist.read(ledger)] == [("USA", "CHN"), ("IND", "PAK")]


def test_a_file_in_another_form_is_understood(ledger: Path) -> None:
    watchlist.file_of(ledger).write_text('dyad = [{pair = ["JPN", "KOR"]}, {pair = ["IND", "PAK"]}]', encoding="utf-8")
    watchlist.remove(ledger, "JPN", "KOR")
    assert watchlist.read(ledger) == (watchlist.Watched(("IND", "PAK")),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[dyad", "correct it by hand"),
        ('dyads = "x"', "unknown key dyads. Known: dyad"),
        ('[[dyad]]\npair = ["JPN", "KOR"]\nnotes = "x"', "notes"),
        ('[[dyad]]\npair = ["JPN"]', "Each \\[\\[dyad\\]\\] has pair, note, added"),
        ('[[dyad]]\npair = ["JPN", "Korea"]', "names no side"),
        ('[[dyad]]\npair = ["JPN", "DEU+FRA"]', "is not one state"),
        ('[[dyad]]\npair = ["JPN", "jpn"]', "one state; a watchlist has two"),
    ],
)
def test_a_broken_file_is_refused_and_left_alone(ledger: Path, text: str, says: str) -> None:
    watchlist.file_of(ledger).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        watchlist.add(ledger, "IND", "PAK")
    assert watchlist.file_of(ledger).read_text(encoding="utf-8") == text


def test_only_states_are_followed_with_short_notes(ledger: Path) -> None:
    with pytest.raises(CodebookError, match="is not one state"):
        watchlist.add(ledger, "RUS:MIL", "UKR")
    with pytest.raises(ConfigError, match="takes 500"):
        watchlist.add(ledger, "RUS", "UKR", note="x" * 501)
    with pytest.raises(ConfigError, match="Cannot write"):
        watchlist.add(ledger.parent / "nowhere" / "news.detente", "RUS", "UKR")
    assert list(ledger.parent.iterdir()) == []


@given(note=st.text(max_size=60))
def test_any_note_comes_back(note: str) -> None:
    held = " ".join(note.encode("utf-8", "ignore").decode().split())
    if not all(character.isprintable() for character in held):
        return
    made = tomllib.loads(watchlist._table(watchlist.Watched(("JPN", "KOR"), held, DAY)))
    assert made["dyad"][0].get("note", "") == held


def fill(path: Path) -> None:
    """Accusations until 12 weeks before the last report, then visits, and one promise that is overdue."""
    with open_ledger(path) as opened:
        run = opened.begin_run(coder="detente test", model="m", codebook="plover-2024")
        for week in range(40):
            day = date(2022, 6, 6) + timedelta(weeks=week)
            kind, verb = ("ACCUSE", "criticised") if week < 34 else ("CONSULT", "met")
            text = f"Japan {verb} South Korea, item {week}."
            article = make_article(text, id=f"r{week}", published=day)
            opened.store(Coded(article, (make_event(article, event=kind, trigger=verb, when=day),)), run)
        words = "lift its export curbs"
        article = make_article(f"Japan promised South Korea to {words}.", id="p", published=date(2022, 7, 1))
        start = article.text.index(words)
        told = make_event(article, event="CONCEDE", trigger="promised", when=date(2022, 7, 1))
        pledge = Pledge("CONCEDE", words, start, start + len(words), due=date(2022, 8, 1))
        opened.store(Coded(article, (msgspec.structs.replace(told, pledge=pledge),)), run)
        update(opened)


def test_a_glance_tells_level_change_newest_act_and_overdue_pledges(ledger: Path) -> None:
    fill(ledger)
    with open_ledger(ledger, read_only=True) as opened:
        seen = watchlist.glance(opened, watchlist.Watched(("JPN", "KOR"), "n"))
        none = watchlist.glance(opened, watchlist.Watched(("FRA", "DEU")))
    assert seen.until == date(2023, 3, 6)
    assert seen.change is not None
    assert seen.change > 0.5
    assert seen.recent == 8
    assert seen.acts == 41
    assert seen.newest is not None
    assert seen.newest.event.date is not None
    assert seen.newest.event.date.start == date(2023, 3, 6)
    assert len(seen.overdue) == 1
    assert (none.level, none.change, none.newest, none.overdue) == (None, None, None, ())


def test_the_commands_add_list_and_remove(ledger: Path) -> None:
    fill(ledger)
    run = CliRunner()
    at = ["--ledger", str(ledger)]
    assert "The watchlist is empty" in run.invoke(app, at).stderr
    assert json.loads(run.invoke(app, [*at, "--json"]).stdout) == []
    assert run.invoke(app, ["add", "jpn", "kor", "--note", "[red]curbs\x1b[31m", *at]).exit_code == 0
    shown = run.invoke(app, at).stdout
    assert "JPN KOR" in shown
    assert "[red]curbs" in shown
    assert "\x1b" not in shown
    assert json.loads(run.invoke(app, ["show", *at, "--json"]).stdout)[0]["pair"] == ["JPN", "KOR"]
    assert "is followed no longer" in run.invoke(app, ["remove", "KOR", "JPN", *at]).stderr
    assert "was not followed" in run.invoke(app, ["remove", "KOR", "JPN", *at]).stderr
