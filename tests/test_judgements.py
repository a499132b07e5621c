"""What people decide is kept with who, when and why, wins over what was read, and can be withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from detente.errors import CodebookError, LedgerError
from detente.judgements import corrected, judge, judgements, withdraw
from detente.ledger import Ledger, open_ledger
from detente.records import Event, Judgement
from tests.factories import make_article, make_coded, make_event


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        run = opened.begin_run(coder="detente test", model="m", codebook="plover-2024")
        opened.store(make_coded(events=2), run)
        yield opened


def ids(ledger: Ledger) -> list[str]:
    return [event.id for event in ledger.events()]


def judged(event: Event, field: str, value: str) -> Judgement:
    return Judgement("event", event.id, field, value, "ann", "read it", "2023-04-01")


def test_a_judgement_is_kept_with_who_and_why(ledger: Ledger) -> None:
    one, _ = ids(ledger)
    judge(ledger, "event", one[:8], value="not-an-event", who="ann", why="a rehearsal")
    (found,) = judgements(ledger)
    assert (found.subject, found.value, found.who, found.why) == (one, "not-an-event", "ann", "a rehearsal")


def test_the_same_again_changes_nothing_and_another_supersedes(ledger: Ledger) -> None:
    one, _ = ids(ledger)
    first = judge(ledger, "event", one, value="right", who="ann")
    assert judge(ledger, "event", one, value="right", who="ann") == first
    judge(ledger, "event", one, value="not-an-event", who="ben")
    assert [each.who for each in judgements(ledger)] == ["ben"]
    assert [row[0] for row in ledger.rows("SELECT who FROM judgements ORDER BY id")] == ["ann", "ben"]


def test_a_merge_ends_the_parting_of_the_same_two_in_either_order(ledger: Ledger) -> None:
    one, other = ids(ledger)
    judge(ledger, "unmerge", one, other, who="ann")
    judge(ledger, "merge", other, one, who="ben")
    assert [(each.kind, each.who) for each in judgements(ledger)] == [("merge", "ben")]


def test_a_withdrawn_judgement_no_longer_counts(ledger: Ledger) -> None:
    one, _ = ids(ledger)
    made = judge(ledger, "pledge", one, value="kept", who="ann")
    assert withdraw(ledger, made)
    assert judgements(ledger) == ()
    assert not withdraw(ledger, made)


def test_judged_events_wait_to_be_linked_again(ledger: Ledger) -> None:
    one, other = ids(ledger)
    with ledger.transaction():
        ledger.execute("DELETE FROM unlinked_events")
    judge(ledger, "merge", one, other, who="ann")
    assert len(list(ledger.rows("SELECT event FROM unlinked_events"))) == 2


def test_as_of_a_day_before_it_was_made_there_is_none(ledger: Ledger) -> None:
    one, _ = ids(ledger)
    judge(ledger, "event", one, value="right", who="ann")
    assert judgements(ledger, as_of=date(2020, 1, 1)) == ()
    assert len(judgements(ledger, as_of=date(2100, 1, 1))) == 1


@pytest.mark.parametrize(
    ("kind", "field", "value", "message"),
    [
        ("event", "", "wrong", "'wrong' is not a verdict here. Known: right, not-an-event"),
        ("event", "type", "MEET", "'MEET' is not a PLOVER event type"),
        ("event", "status", "maybe", "'maybe' is not a verdict here. Known: actual"),
        ("event", "date", "2023-02-30", "is no date"),
        ("event", "date", "2023-03-02/2023-03-01", "is no date"),
        ("event", "actor", "Japan", "is no party"),
        ("event", "place", "Tokyo", "'place' cannot be judged"),
        ("pledge", "", "done", "'done' is not a verdict here. Known: open, kept"),
        ("guess", "", "", "'guess' is no kind of judgement"),
    ],
)
def test_what_is_not_allowed_is_told(ledger: Ledger, kind: str, field: str, value: str, message: str) -> None:
    with pytest.raises(CodebookError, match=message):
        judge(ledger, kind, ids(ledger)[0], field, value, who="ann")
    assert judgements(ledger) == ()


def test_ids_that_are_none_and_a_nameless_judge_are_refused(ledger: Ledger) -> None:
    one, _ = ids(ledger)
    with pytest.raises(LedgerError, match="There is no event 'zzz'"):
        judge(ledger, "event", "zzz", value="right", who="ann")
    with pytest.raises(LedgerError, match="is one event; name two to merge"):
        judge(ledger, "merge", one, one, who="ann")
    with pytest.raises(LedgerError, match="needs the name"):
        judge(ledger, "event", one, value="right", who=" ")


def test_corrections_change_the_field_and_leave_a_step() -> None:
    event = make_event(make_article(), event="CONSULT")
    right = corrected(
        event,
        [
            judged(event, "type", "ASSAULT"),
            judged(event, "status", "denied"),
            judged(event, "date", "2023-03-15"),
            judged(event, "actor", "CHN MIL, RUS"),
        ],
    )
    assert right is not None
    assert (right.event, right.quad, right.scale, right.status) == ("ASSAULT", 4, -9.0, "denied")
    assert right.date is not None
    assert (right.date.start, right.date.basis) == (date(2023, 3, 15), "judgement")
    assert [(party.code, party.sector) for party in right.actor] == [("CHN", "MIL"), ("RUS", "GOV")]
    assert [step.field for step in right.steps] == ["type", "status", "date", "actor"]
    assert right.steps[0].by == "ann"
    assert right.id == event.id


def test_what_is_judged_no_event_is_none_and_others_stay() -> None:
    event = make_event(make_article())
    assert corrected(event, [judged(event, "", "not-an-event")]) is None
    assert corrected(event, [of_another(judged(event, "", "not-an-event"))]) == event


def of_another(each: Judgement) -> Judgement:
    return Judgement(each.kind, "another", each.about, each.value, each.who, each.why, each.recorded_at)
