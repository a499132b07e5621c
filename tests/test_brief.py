"""A brief says only what the ledger holds, in sentences that each name their events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from detente.brief import Brief, as_json, html, markdown, write_brief
from detente.briefwords import quoted
from detente.errors import CodebookError
from detente.ledger import Ledger, open_ledger
from detente.memory import linked_events, update
from detente.records import Coded, Event, Pledge
from detente.relations import relation
from tests.factories import make_article, make_date, make_event

MONTHS = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(18)]


def report(name: str, text: str, **fields: object) -> Coded:
    article = make_article(text, id=name)
    return Coded(article, (make_event(article, **fields),))  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    promised = "Japan promised South Korea on Thursday to lift its export curbs."
    article = make_article(promised, id="promise")
    words = "lift its export curbs"
    start = promised.index(words)
    told = make_event(article, event="CONCEDE", trigger="promised")
    told = msgspec.structs.replace(told, pledge=Pledge("CONCEDE", words, start, start + len(words)))
    with open_ledger(tmp_path / "news.detente") as opened:
        run = opened.begin_run(coder="detente test", model="m", codebook="plover-2024")
        opened.store(Coded(article, (told,)), run)
        for number, month in enumerate(MONTHS):
            kind, verb = ("ACCUSE", "criticised") if number < 9 else ("CONSULT", "met")
            opened.store(
                report(f"r{number}", f"Japan {verb} South Korea, item {number} <b>.", event=kind, trigger=verb,
                       when=make_date(month)), run,
            )  # fmt: skip
        opened.store(
            report(
                "plan", "Japan may sanction South Korea next.", event="SANCTION", trigger="sanction", status="possible"
            ),
            run,
        )
        update(opened)
        yield opened


def sentences(brief: Brief) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.text, each.events) for section in brief.sections for each in section.statements]


def test_every_sentence_cites_events_of_the_ledger(ledger: Ledger) -> None:
    told = sentences(write_brief(ledger, "JPN", "KOR"))
    known = {report.event.id for act in linked_events(ledger) for report in act.reports}
    assert len(told) > 12
    assert all(events and set(events) <= known for _, events in told)


def test_it_tells_level_acts_plans_and_promises(ledger: Ledger) -> None:
    brief = write_brief(ledger, "jpn", "KOR")
    titles = [section.title for section in brief.sections]
    assert titles[:5] == [
        "Where it stands", "What happened of late", "What went before", "Announced, feared or denied",
        "Promises and threats",
    ]  # fmt: skip
    text = markdown(brief)
    assert re.search(r"On 1 \w+ 2022 Japan criticised “South Korea, item \d", text)
    assert "On 16 March 2023 Japan offered to “lift its export curbs”; no report tells what became of it" in text
    assert "A report of 17 March 2023 tells of what may happen: “Japan may sanction South Korea next.”" in text


def test_what_hostile_text_says_is_shown_and_not_obeyed(ledger: Ledger) -> None:
    brief = write_brief(ledger, "JPN", "KOR")
    assert "<b>" not in html(brief)
    assert "&lt;b&gt;" in html(brief)
    assert "<b>" not in markdown(brief)


def test_since_tells_later_acts_only_and_as_of_knows_no_later_ones(ledger: Ledger) -> None:
    late = markdown(write_brief(ledger, "JPN", "KOR", since=date(2023, 1, 1)))
    assert "On 1 January 2022" not in late
    assert sentences(write_brief(ledger, "JPN", "KOR", as_of=date(2020, 1, 1))) == []


def test_changes_since_come_first(ledger: Ledger) -> None:
    brief = write_brief(ledger, "JPN", "KOR", changes_since=date(2020, 1, 1))
    assert brief.sections[0].title == "What is new since 1 January 2020"
    told = [each.text for each in brief.sections[0].statements]
    assert told[0].startswith("On 1 ")
    assert "New is a report of what may happen: “Japan may sanction South Korea next.”" in told
    offered = "New: on 16 March 2023 Japan offered to “lift its export curbs”; no report tells what became of it."
    assert offered in told


def test_it_is_json_and_an_empty_dyad_says_so(ledger: Ledger) -> None:
    assert msgspec.json.decode(as_json(write_brief(ledger, "JPN", "KOR")), type=Brief).pair == ("JPN", "KOR")
    assert "holds no act between the two" in markdown(write_brief(ledger, "FRA", "DEU"))
    with pytest.raises(CodebookError, match="is not one state"):
        write_brief(ledger, "DEU+FRA", "KOR")


def test_a_relation_has_levels_and_the_turn_with_its_acts(ledger: Ledger) -> None:
    how = relation(ledger, "JPN", "KOR")
    assert len(how.levels) == len(how.series.periods)
    known = [each for each in how.levels if each.level is not None]
    assert all(each.low95 <= each.low80 <= each.level <= each.high80 <= each.high95 for each in known)  # type: ignore[operator]
    assert known[-1].level > known[0].level  # type: ignore[operator]
    ids = {act.id for act in linked_events(ledger)}
    assert all(driver.id in ids for turn in how.turns for driver in turn.drivers)


def test_long_sentences_are_quoted_around_the_event_words() -> None:
    text = "In a hall, " + "where rain fell on the roof, " * 8 + "Japan met South Korea, " + "and it rained, " * 9
    event = bare(text)
    said = quoted(event)
    assert "met" in said
    assert len(said) < 230
    assert said.startswith("“…")
    assert said.endswith("…”")


def bare(text: str) -> Event:
    words = (("Japan", "JPN"),) if "Japan" in text else ()
    other = (("South Korea", "KOR"),) if "South Korea," in text else ()
    return make_event(make_article(text), actors=words, recipients=other)
