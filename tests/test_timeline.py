"""The list of a dyad's acts: counted, filtered and paged as one would by hand, also as known on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from detente import memory
from detente.dyads import acts_between, side_of
from detente.errors import CodebookError
from detente.ledger import open_ledger
from detente.records import Coded, Event, LinkedEvent
from detente.timeline import ALL, Wanted, in_rows, of_ids, span, tallies, timeline, waiting
from tests.factories import make_article, make_event

SIDES = side_of("JPN"), side_of("KOR")


def _coded() -> list[Coded]:
    """Seven articles: two tell one meeting, the others differ in type, status, direction, day and words."""
    found = []
    told: list[tuple[str, dict[str, object]]] = [
        ("Japan met South Korea in Tokyo on Thursday.", {}),
        ("Japan met South Korea in Tokyo on Thursday, a source said.", {}),
        ("South Korea accused Japan of 100% delay.", {"event": "ACCUSE", "trigger": "accused", "when": date(2023, 4, 2),
         "actors": (("South Korea", "KOR"),), "recipients": (("Japan", "JPN"),)}),
        ("Japan will visit South Korea soon.", {"trigger": "visit", "status": "planned", "when": date(2023, 5, 1)}),
        ("Japan threatened South Korea.", {"event": "THREATEN", "trigger": "threatened", "when": None}),
        ("Japan and South Korea agreed on fish.", {"event": "AGREE", "trigger": "agreed", "when": date(2023, 6, 9),
         "actors": (("Japan", "JPN"), ("South Korea", "KOR")), "recipients": ()}),
        ("Japan met China.", {"recipients": (("China", "CHN"),), "when": date(2023, 6, 10)}),
    ]  # fmt: skip
    for number, (text, given) in enumerate(told):
        article = make_article(text, published=date(2023, 3, 17 + number))
        found.append(Coded(article, (make_event(article, **given),)))  # type: ignore[arg-type]
    return found


@pytest.fixture(params=["linked", "waiting"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    found = tmp_path / "news.detente"
    with open_ledger(found) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all(_coded(), run)
        ledger.end_run(run)
        if request.param == "linked":
            memory.update(ledger)
    return found


def _words(acts: tuple[LinkedEvent, ...]) -> list[str]:
    return [act.event.trigger.text for act in acts]


def test_all_acts_are_listed_newest_first_and_undated_last(path: Path) -> None:
    with open_ledger(path, read_only=True) as ledger:
        found = timeline(ledger, *SIDES, limit=99)
        assert _words(found)[:3] == ["agreed", "visit", "accused"]
        assert _words(found)[-1] == "threatened"
        assert {act.id: act for act in found} == {act.id: act for act in acts_between(ledger, *SIDES)}
        assert sum(each.acts for each in tallies(ledger, *SIDES)) == len(found)
        assert waiting(ledger, *SIDES) == (0 if len(found) == 5 else 6)


def test_pages_hold_every_act_once(path: Path) -> None:
    with open_ledger(path, read_only=True) as ledger:
        whole = timeline(ledger, *SIDES, limit=99)
        parts = [timeline(ledger, *SIDES, limit=2, offset=offset) for offset in range(0, len(whole), 2)]
    assert [act for part in parts for act in part] == list(whole)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(status="planned"), ["visit"]),
        (Wanted(event="ACCUSE"), ["accused"]),
        (Wanted(direction="second"), ["accused"]),
        (Wanted(direction="mutual"), ["agreed"]),
        (Wanted(context="diplomatic", event="AGREE"), ["agreed"]),
        (Wanted(context="economic"), []),
        (Wanted(text="FISH"), ["agreed"]),
        (Wanted(text="100%"), ["accused"]),
        (Wanted(text="0_%"), []),
        (Wanted(text='"fish'), []),
        (Wanted(since=date(2023, 5, 1)), ["agreed", "visit"]),
        (Wanted(since=date(2023, 4, 2), until=date(2023, 4, 3)), ["accused"]),
        (Wanted(until=date(2023, 4, 2), status="planned"), []),
    ],
)
def test_only_what_is_wanted_is_listed(path: Path, wanted: Wanted, words: list[str]) -> None:
    with open_ledger(path, read_only=True) as ledger:
        assert _words(timeline(ledger, *SIDES, wanted, limit=99)) == words
        kept = msgspec.structs.replace(wanted, status=None, event=None)
        assert sum(each.acts for each in tallies(ledger, *SIDES, wanted)) == len(
            timeline(ledger, *SIDES, kept, limit=99)
        )


def test_sources_are_counted_where_reports_are_linked(tmp_path: Path) -> None:
    path = tmp_path / "news.detente"
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all(_coded(), run)
        memory.update(ledger)
        for act in acts_between(ledger, *SIDES):
            shown = timeline(ledger, *SIDES, Wanted(sources=act.independent_sources), limit=99)
            assert act in shown
        assert timeline(ledger, *SIDES, Wanted(sources=9), limit=99) == ()


@pytest.mark.parametrize("day", [date(2023, 3, 16), date(2023, 3, 17), date(2023, 3, 19), date(2023, 12, 1)])
def test_as_known_on_a_day_it_is_what_was_published_by_then(path: Path, day: date) -> None:
    with open_ledger(path, read_only=True) as ledger:
        found = timeline(ledger, *SIDES, limit=99, as_of=day)
        assert {act.id: act for act in found} == {act.id: act for act in acts_between(ledger, *SIDES, as_of=day)}
        assert sum(each.acts for each in tallies(ledger, *SIDES, ALL, as_of=day)) == len(found)


def test_blocs_and_sectors(path: Path) -> None:
    with open_ledger(path, read_only=True) as ledger:
        bloc = side_of("KOR+CHN")
        assert _words(timeline(ledger, side_of("JPN"), bloc, limit=1)) == ["met"]
        assert timeline(ledger, side_of("JPN:MIL"), side_of("KOR"), limit=9) == ()
        everyone = timeline(ledger, side_of("JPN:GOV"), side_of("KOR:GOV"), limit=99)
        assert everyone == timeline(ledger, *SIDES, limit=99)


def test_span_and_ids(path: Path) -> None:
    with open_ledger(path, read_only=True) as ledger:
        assert span(ledger, *SIDES) == (date(2023, 3, 16), date(2023, 6, 9))
        assert span(ledger, side_of("USA"), side_of("KOR")) is None
        acts = timeline(ledger, *SIDES, limit=3)
        assert of_ids(ledger, [act.id for act in acts]) == {act.id: act for act in acts}
        assert of_ids(ledger, []) == {}
        assert in_rows(ledger, []) == ()


def test_unknown_labels_are_refused(path: Path) -> None:
    with open_ledger(path, read_only=True) as ledger:
        for wanted in (Wanted(status="wished"), Wanted(event="HUG"), Wanted(direction="sideways")):
            with pytest.raises(CodebookError, match="Known"):
                timeline(ledger, *SIDES, wanted, limit=1)


def test_hostile_words_are_only_words(path: Path) -> None:
    with open_ledger(path, read_only=True) as ledger:
        for text in ("'; DROP TABLE acts; --", "\u202e", '\\"', "~"):
            assert timeline(ledger, *SIDES, Wanted(text=text), limit=9) == ()
        assert isinstance(timeline(ledger, *SIDES, limit=1)[0].event, Event)
