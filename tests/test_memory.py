"""What a ledger remembers: the same for the same articles in any order, after any interruption, and as people judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente import memory
from detente.evidence import evidence_of
from detente.integrity import faults
from detente.judgements import judge, judgements, withdraw
from detente.ledger import Ledger, open_ledger
from detente.records import Article, Coded
from tests.factories import make_article, make_event

MET = "Japan met South Korea in Tokyo on Thursday to talk about export controls on semiconductor materials, {}."
PARTED = "Norway accused Russia on Thursday of jamming satellite signals along their northern border, {}."


def report(name: str, text: str, day: int, *, publisher: str | None = None) -> Coded:
    """An article of that name with one event, published so many days after 16 March 2023."""
    article = make_article(text, id=name, published=date(2023, 3, 16) + timedelta(day))
    article = msgspec.structs.replace(article, publisher=publisher)
    if "met" in text:
        return Coded(article, (make_event(article),))
    told = make_event(
        article, event="ACCUSE", actors=(("Norway", "NOR"),), recipients=(("Russia", "RUS"),), trigger="accused"
    )
    return Coded(article, (told,))


REPORTS = (
    report("a", MET.format("the Gazette said"), 0, publisher="Gazette"),
    report("b", MET.format("officials in both capitals said"), 1, publisher="Courier"),
    report("c", PARTED.format("the Gazette said"), 1, publisher="Gazette"),
    report("d", PARTED.format("officials in Oslo said"), 2),
    report("e", MET.format("a spokesman told reporters"), 2),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        yield opened


def fill(ledger: Ledger, reports: Sequence[Coded], *, every: int = 100, model: str = "m") -> None:
    """Store reports, and bring the memory up to date after `every` of them and at the end."""
    run = ledger.begin_run(coder="detente test", model=model, codebook="plover-2024")
    for number, each in enumerate(reports, 1):
        ledger.store(each, run)
        if number % every == 0:
            memory.update(ledger)
    memory.update(ledger)


def acts(ledger: Ledger) -> set[frozenset[str]]:
    """The articles of each act."""
    return {frozenset(each.event.article for each in act.reports) for act in memory.linked_events(ledger)}


def test_reports_of_one_act_are_one_linked_event(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    assert acts(ledger) == {frozenset("abe"), frozenset("cd")}
    met = memory.linked_events(ledger, dyad=("KOR", "JPN"))
    assert [(len(act.reports), act.first_seen, act.last_seen) for act in met] == [
        (3, date(2023, 3, 16), date(2023, 3, 18))
    ]
    assert faults(ledger) == ()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(REPORTS), every=st.integers(1, 5))
def test_the_order_of_arrival_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: list[Coded], every: int
) -> None:
    with open_ledger(tmp_path_factory.mktemp("order") / "news.detente") as ledger:
        fill(ledger, order, every=every)
        told = [msgspec.json.encode(act) for act in memory.linked_events(ledger)]
        counts = sorted(ledger.rows("SELECT id, event, reports, sources, agreement, first_seen FROM acts"))
    with open_ledger(tmp_path_factory.mktemp("whole") / "news.detente") as ledger:
        fill(ledger, REPORTS)
        assert told == [msgspec.json.encode(act) for act in memory.linked_events(ledger)]
        assert counts == sorted(ledger.rows("SELECT id, event, reports, sources, agreement, first_seen FROM acts"))


def test_any_report_leads_to_its_act(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    found = [memory.linked_event_of(ledger, each.events[0].id) for each in REPORTS if "met" in each.article.text]
    assert len(found) == 3
    assert found[0] is not None
    assert found == [found[0]] * 3


def test_what_is_not_linked_yet_is_an_act_of_its_own(ledger: Ledger) -> None:
    run = ledger.begin_run(coder="detente test", model="m", codebook="plover-2024")
    for each in REPORTS:
        ledger.store(each, run)
    assert memory.unlinked(ledger) == (5, 5)
    assert len(acts(ledger)) == 5
    assert faults(ledger) == ()


def test_a_corrected_article_takes_its_report_along(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    fill(ledger, [report("e", PARTED.format("the spokesman now says"), 2)])
    assert acts(ledger) == {frozenset("ab"), frozenset("cde")}
    assert faults(ledger) == ()


def test_people_part_and_merge_and_win_over_the_rules(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    a, b, c, _, e = (each.events[0].id for each in REPORTS)
    for other in (a, e):
        judge(ledger, "unmerge", b, other, who="ann")
    made = judge(ledger, "merge", a, c, who="ann")
    memory.update(ledger)
    assert acts(ledger) == {frozenset("acde"), frozenset("b")}
    memory.relink(ledger)
    memory.update(ledger)
    assert acts(ledger) == {frozenset("acde"), frozenset("b")}
    withdraw(ledger, made)
    for each in judgements(ledger):
        withdraw(ledger, each)
    memory.update(ledger)
    assert acts(ledger) == {frozenset("abe"), frozenset("cd")}
    assert faults(ledger) == ()


def test_what_is_judged_no_event_is_in_no_act_and_a_corrected_type_counts(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    judge(ledger, "event", REPORTS[3].events[0].id, value="not-an-event", who="ann")
    judge(ledger, "event", REPORTS[2].events[0].id, "type", "THREATEN", who="ann")
    memory.update(ledger)
    assert acts(ledger) == {frozenset("abe"), frozenset("c")}
    assert [act.event.event for act in memory.linked_events(ledger, dyad=("NOR", "RUS"))] == ["THREATEN"]
    assert faults(ledger) == ()


def test_as_of_a_day_acts_have_the_reports_of_then(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    known = memory.linked_events(ledger, as_of=date(2023, 3, 17))
    assert sorted(sorted(each.event.article for each in act.reports) for act in known) == [["a", "b"], ["c"]]


def test_copies_of_one_article_are_one_source(ledger: Ledger) -> None:
    body = (
        MET.format("the Meridian Wire reported")
        + " "
        + " ".join(
            f"In the {place} hall, delegates spoke for {minutes} minutes about {matter} and left without a statement."
            for place, minutes, matter in (
                ("eastern", 40, "photoresist shipments"),
                ("western", 25, "the whitelist of trusted buyers"),
                ("northern", 55, "wartime labour rulings"),
                ("southern", 15, "the fishing quota"),
            )
        )
    )
    copies = [report(f"copy-{name}", body, day, publisher=name) for day, name in enumerate(("Wire", "Post", "Star"))]
    fill(ledger, [*copies, report("own", MET.format("the Courier learnt from two diplomats"), 1, publisher="Courier")])
    (act,) = memory.linked_events(ledger)
    assert (len(act.reports), act.independent_sources) == (4, 2)
    evidence = evidence_of(ledger, act.id)
    assert evidence is not None
    assert sorted(len(root.chain) > 0 for root in evidence.roots).count(True) >= 2
    assert len(evidence.joints) == 3


def test_a_reader_of_an_older_article_finds_the_queue_after_a_kill(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, REPORTS[:2])
    run = ledger.begin_run(coder="detente test", model="m", codebook="plover-2024")
    for each in REPORTS[2:]:
        ledger.store(each, run)
    copy = tmp_path / "killed.detente"
    target = sqlite3.connect(copy)
    ledger._connection.backup(target)  # what a killed process leaves
    target.close()
    with open_ledger(copy) as again:
        assert faults(again) == ()
        memory.update(again)
        assert acts(again) == {frozenset("abe"), frozenset("cd")}


def test_article_of_the_memory_are_those_in_force(ledger: Ledger) -> None:
    fill(ledger, REPORTS)
    newer = msgspec.structs.replace(REPORTS[0].article, title="Changed")
    fill(ledger, [Coded(newer, REPORTS[0].events)])
    assert isinstance(ledger.article("a"), Article)
    assert faults(ledger) == ()
    assert len(list(ledger.rows("SELECT article FROM imprints"))) == len(REPORTS)
