"""What reports say differently, on cases of our own: what conflicts, and what only seems to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from detente.accounts import conflicts_of, ledger_conflicts
from detente.conflictlines import conflict_lines
from detente.conflicts import Conflict, claims_in, conflicts, find_conflicts
from detente.errors import LedgerError
from detente.firsts import NEVER, firsts, same_role
from detente.ledger import Ledger, open_ledger
from detente.quantities import quantities
from detente.records import Article, Coded, Event, Location, Speaker
from detente.spellings import spelt_apart, written_names
from detente.statements import Amount, Claim, Days, Label, Written, Years, shown
from tests.factories import make_article, make_event, make_span

CASES = Path(__file__).parent / "cases" / "conflicts.jsonl"


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event of a report; parties are (words, code), `trigger`, `speaker` and `place` words of the text."""

    type: str
    trigger: str
    actors: tuple[tuple[str, str], ...] = ()
    recipients: tuple[tuple[str, str], ...] = ()
    status: str = "actual"
    day: date | None = None
    speaker: str | None = None
    place: str | None = None


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article with its events."""

    text: str
    published: date | None = date(2020, 1, 1)
    publisher: str | None = None
    events: tuple[Act, ...] = ()


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reports and the (kind, verdict) of each conflict in them; `linked` are groups of "report.event" numbers."""

    comment: str
    reports: tuple[Report, ...]
    conflicts: tuple[tuple[str, str], ...]
    linked: tuple[tuple[str, ...], ...] = ()
    independent: bool | None = None


ALL = msgspec.json.Decoder(Case).decode_lines(CASES.read_bytes())


def coded(report: Report, number: int = 0) -> Coded:
    article = msgspec.structs.replace(
        make_article(report.text, id=f"report-{number}", published=report.published), publisher=report.publisher
    )
    return Coded(article, tuple(event_of(article, act, f"{number}.{place}") for place, act in enumerate(report.events)))


def event_of(article: Article, act: Act, id_: str) -> Event:
    made = make_event(
        article,
        event=act.type,
        actors=act.actors,
        recipients=act.recipients,
        trigger=act.trigger,
        status=act.status,
        when=act.day,
    )
    speaker = location = None
    if act.speaker:
        span = make_span(article, act.speaker)
        speaker = Speaker(span.text, span.start, span.end)
    if act.place:
        span = make_span(article, act.place)
        location = Location(span.text, span.start, span.end, name=act.place, level="city")
    return msgspec.structs.replace(made, id=id_, speaker=speaker, location=location)


def found_in(case: Case) -> tuple[Conflict, ...]:
    linked = {id_: str(place) for place, group in enumerate(case.linked) for id_ in group}
    return find_conflicts((coded(report, n) for n, report in enumerate(case.reports)), linked=linked)


@pytest.mark.parametrize("case", ALL, ids=[re.sub(r"\W+", "-", case.comment) for case in ALL])
def test_a_case_conflicts_as_it_should(case: Case) -> None:
    found = found_in(case)
    assert Counter((each.kind, each.verdict) for each in found) == Counter(case.conflicts), found
    if case.independent is not None:
        assert [each.independent for each in found] == [case.independent]


def test_there_are_enough_cases_of_each_sort() -> None:
    assert len({case.comment for case in ALL}) == len(ALL) >= 60
    assert sum(not case.conflicts for case in ALL) >= 25
    kinds = Counter(kind for case in ALL for kind, _ in case.conflicts)
    assert kinds.keys() == {"number", "first", "party", "status", "date", "place", "spelling"}


@pytest.mark.parametrize("case", ALL, ids=[re.sub(r"\W+", "-", case.comment) for case in ALL])
def test_claims_point_at_their_words_and_conflicts_hold_two_answers(case: Case) -> None:
    readings = [coded(report, n) for n, report in enumerate(case.reports)]
    texts = {each.article.id: each.article.text for each in readings}
    for each in readings:
        for claim in claims_in(each.article, each.events):
            text = texts[claim.source.article]
            assert text[claim.words.start : claim.words.end] == claim.words.text
            assert text[claim.sentence.start : claim.sentence.end] == claim.sentence.text
            assert claim.sentence.start <= claim.words.start < claim.words.end <= claim.sentence.end
    for conflict in found_in(case):
        assert len({claim.value for claim in conflict.claims}) > 1
        assert msgspec.json.decode(msgspec.json.encode(conflict), type=Conflict) == conflict


# -- quantities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "noun", "outcome"),
    [
        ("At least five soldiers were killed.", 5, None, "", "soldier", "killed"),
        ("Dozens of protesters were arrested.", 24, 99, "", "protester", "arrested"),
        ("About 3,000 people marched.", 2700, 3300, "", "person", ""),
        ("Between 20 and 30 militants died.", 20, 30, "", "militant", "killed"),
        ("Up to ten rockets fell.", 0, 10, "", "rocket", ""),
        ("Two or three missiles hit it.", 2, 3, "", "missile", ""),
        ("2 to 3 million people fled.", 2e6, 3.5e6, "", "person", ""),
        ("half a million refugees", 475_000, 525_000, "", "refugee", ""),
        ("They gave $2.5 billion in aid.", 2.45e9, 2.55e9, "USD", "aid", ""),
        ("He got 12 years in prison.", 12, 12, "years", "prison", ""),
        ("killing 14 Taliban in it", 14, 14, "", "taliban", "killed"),
        ("The death toll rose to 1,204.", 1204, 1204, "", "person", "killed"),
        ("One soldier was killed.", 1, 1, "", "soldier", "killed"),
        ("20 or more people died.", 20, None, "", "person", "killed"),
        ("Nearly 200 people were hurt.", 161.5, 210, "", "person", "injured"),
        ("Russia expels 23 British diplomats.", 23, 23, "", "diplomat", "expelled"),
    ],
)
def test_a_number_is_an_interval_of_what_it_counts(
    text: str, low: float, high: float | None, unit: str, noun: str, outcome: str
) -> None:
    [found] = quantities(text)
    assert found.low == pytest.approx(low)
    assert found.high == (None if high is None else pytest.approx(high))
    assert (found.unit, found.noun, found.outcome) == (unit, noun, outcome)


@pytest.mark.parametrize(
    "text",
    [
        "On 5 March 2011 they met.",
        "The Boeing 757 crashed.",
        "Resolution 1441 was adopted.",
        "They won 6-3.",
        "It lasted 12 years.",
        "The 12-year-old left.",
        "They met at 5 pm.",
        "The 2011 protests ended.",
    ],
)
def test_dates_ages_scores_and_names_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize("text", ["killing 12, including three children", "12 others died", "another 12 people died"])
def test_a_part_of_a_number_is_marked(text: str) -> None:
    assert quantities(text)[-1].partial


# -- firsts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("the first visit since 2011", 2011, 2011),
        ("the first visit since March 2011", 2011, 2011),
        ("the first visit since the 1990s", 1990, 1999),
        ("the first visit since the early 1990s", 1990, 1994),
        ("the first visit in 12 years", 2010, 2012),
        ("the first visit in a century", NEVER, 1933),
        ("the first visit in decades", NEVER, 2003),
        ("the first visit in more than a decade", 2003, 2014),
        ("the first visit since World War II", NEVER, 1945),
        ("the first visit since the revolution of 1979", NEVER, 1979),
        ("the first visit since his father's visit in 1979", 1979, 1979),
        ("the first visit since last year", 2022, 2022),
        ("the first visit since ten years ago", 2012, 2014),
        ("the first-ever visit", NEVER, NEVER),
        ("the first visit in their history", NEVER, NEVER),
    ],
)
def test_a_first_says_when_it_last_happened(text: str, low: int, high: int) -> None:
    [found] = firsts(text, 2023)
    assert (found.low, found.high, found.act) == (low, high, "visit")
    assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    "text", ["the first half of 2011", "at first since 2011", "the first visit", "the twenty-first since"]
)
def test_what_only_looks_like_a_first(text: str) -> None:
    assert firsts(text, 2023) == []


def test_without_a_day_of_publication_only_named_years_count() -> None:
    assert firsts("the first visit in 12 years", None) == []
    assert firsts("the first visit since 2011", None)[0].low == 2011


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("leader", "president", True),
        ("", "minister", True),
        ("leader", "minister", False),
        ("president", "premier", False),
    ],
)
def test_a_leader_is_any_head(one: str, other: str, same: bool) -> None:
    assert same_role(one, other) is same_role(other, one) is same


# -- spellings -------------------------------------------------------------------------------------------------------


def test_forms_are_counted_and_short_ones_marked() -> None:
    text = "South Korean President Yoon Suk Yeol spoke. Yun was calm. Yoon left. Yoon said so."
    [name] = written_names(text)
    assert [(form.text, form.times, form.short) for form in name.forms] == [
        ("Yoon Suk Yeol", 1, False),
        ("Yun", 1, False),
        ("Yoon", 2, True),
    ]
    assert all(text[form.start : form.end] == form.text for form in name.forms)


def test_another_order_or_another_name_is_no_other_spelling() -> None:
    assert not spelt_apart(("shinzo", "abe"), ("abe", "shinzo"))
    assert not spelt_apart(("abu", "mazen"), ("mahmoud", "abbas"))
    assert spelt_apart(("rafik", "hariri"), ("rafic", "hariri"))


# -- updates, sources, order -----------------------------------------------------------------------------------------


def test_conflicts_of_three_tolls_are_one_with_three_claims() -> None:
    text = "A blast in Karsa killed {} people."
    readings = [
        coded(Report(text.format(n), date(2020, 1, 1), p), i)
        for i, (n, p) in enumerate(zip((5, 9, 12), "abc", strict=True))
    ]
    made = [
        Coded(each.article, (event_of(each.article, Act("ASSAULT", "blast"), f"{n}.0"),))
        for n, each in enumerate(readings)
    ]
    [found] = find_conflicts(made, linked={"0.0": "it", "1.0": "it", "2.0": "it"})
    assert [shown(claim.value) for claim in found.claims] == ["5", "9", "12"]
    assert found.independent


def test_claims_may_come_in_any_order() -> None:
    case = next(case for case in ALL if case.comment == "a toll that grew by the next day")
    claims = [
        c for n, report in enumerate(case.reports) for c in claims_in(coded(report, n).article, coded(report, n).events)
    ]
    assert [each.verdict for each in conflicts(reversed(claims))] == ["update"]


def test_one_source_that_two_reports_relay_is_not_two() -> None:
    texts = ("The attack left 80 people dead.", "The attack left 165 people dead.")
    readings = [
        coded(Report(t, date(2016, 7, 4), p, (Act("ASSAULT", "attack"),)), n)
        for n, (t, p) in enumerate(zip(texts, "ab", strict=True))
    ]
    relayed = [
        Coded(r.article, tuple(msgspec.structs.replace(e, relayed_from="BBC") for e in r.events)) for r in readings
    ]
    linked = {"0.0": "it", "1.0": "it"}
    assert [each.independent for each in find_conflicts(readings, linked=linked)] == [True]
    assert [each.independent for each in find_conflicts(relayed, linked=linked)] == [False]


# -- a ledger, lines, the command ------------------------------------------------------------------------------------

EXPELLED = Act("SANCTION", "expelled", (("Russia", "RUS"),), (("British diplomats", "GBR"),), day=date(2018, 3, 17))
FIRST = Report("Russia expelled 23 British diplomats.", date(2018, 3, 17), "Alpha News", (EXPELLED,))
SECOND = Report("Russia expelled 50 British diplomats.", date(2018, 3, 17), "Beta Post", (EXPELLED,))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        run = opened.begin_run(coder="test", model="none", codebook="plover-2024")
        opened.store_all([coded(FIRST, 1), coded(SECOND, 2), coded(Report("Japan met nobody."), 3)], run)
        yield opened


def test_a_ledger_is_searched_whole_by_dyad_and_by_event(ledger: Ledger) -> None:
    whole = ledger_conflicts(ledger)
    assert [each.kind for each in whole] == ["number"]
    assert ledger_conflicts(ledger, dyad=("GBR", "RUS")) == whole
    assert ledger_conflicts(ledger, dyad=("JPN", "RUS")) == ()
    assert conflicts_of(ledger, ["1.0"]) == whole
    assert conflicts_of(ledger, ["report-1", "report-2"]) == whole
    assert conflicts_of(ledger, ["report-1"]) == ()


def test_two_events_given_together_are_taken_as_one(ledger: Ledger) -> None:
    apart = msgspec.structs.replace(SECOND, published=date(2019, 1, 1), text="Russia expelled 7 British diplomats.")
    act = msgspec.structs.replace(EXPELLED, day=date(2019, 1, 1))
    run = ledger.begin_run(coder="test", model="none", codebook="plover-2024")
    ledger.store(coded(msgspec.structs.replace(apart, events=(act,)), 9), run)
    assert {each.kind for each in conflicts_of(ledger, ["1.0", "9.0"])} == {"number", "date"}


def test_an_unknown_id_is_an_error_that_says_what_to_do(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="detente events"):
        conflicts_of(ledger, ["nothing"])


def test_lines_show_each_claim_with_its_words_marked(ledger: Ledger) -> None:
    [found] = ledger_conflicts(ledger)
    lines = conflict_lines(found).plain
    assert "contradiction  number: number of diplomat expelled  [numbers-apart; independent sources]" in lines
    assert "“Russia expelled [23 British diplomats].”  Alpha News  2018-03-17 in report-1" in lines


def test_lines_hold_nothing_that_a_terminal_obeys() -> None:
    texts = ("The \x1b[31mattack left 80 people dead.", "The attack left 165 people dead.")
    readings = [coded(Report(t, events=(Act("ASSAULT", "attack"),)), n) for n, t in enumerate(texts)]
    [found] = find_conflicts(readings, linked={"0.0": "it", "1.0": "it"})
    assert "\x1b" not in conflict_lines(found).plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Amount(5, None), "5 or more"),
        (Amount(12, 12, "years"), "12 years"),
        (Years(None, None), "never"),
        (Years(None, 1945), "until 1945"),
        (Years(1990, 1999), "1990–1999"),
        (Days(date(2020, 1, 1), date(2020, 1, 2)), "2020-01-01/2020-01-02"),
        (Written("Yun", 3), "Yun (3)"),
        (Label("denied"), "denied"),
    ],
)
def test_an_answer_is_shown_in_few_words(value: Amount | Years | Days | Written | Label, text: str) -> None:
    assert shown(value) == text


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    from detente.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("DETENTE_LEDGER", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main(["conflicts", *arguments])
        out, err = capsys.readouterr()
        return int(exit_.value.code or 0), out, err

    return call


def test_the_command_prints_conflicts_as_lines_and_as_json(ledger: Ledger, run: Run) -> None:
    code, out, err = run("--ledger", str(ledger.path), "--dyad", "gbr", "rus")
    assert (code, err) == (0, "")
    assert "[50 British diplomats]" in out
    code, out, _ = run("--ledger", str(ledger.path), "1.0", "--json")
    assert [claim.value for claim in msgspec.json.decode(out, type=Conflict).claims] == [Amount(23, 23), Amount(50, 50)]


def test_the_command_says_on_stderr_that_there_is_nothing(ledger: Ledger, run: Run) -> None:
    assert run("--ledger", str(ledger.path), "report-1") == (0, "", "No conflicts.\n")


def test_the_command_refuses_ids_with_a_dyad_and_unknown_ids(ledger: Ledger, run: Run) -> None:
    assert run("--ledger", str(ledger.path), "report-1", "--dyad", "GBR", "RUS")[0] == 2
    code, out, err = run("--ledger", str(ledger.path), "nothing")
    assert (code, out) == (1, "")
    assert err.startswith("error: 'nothing' is no file")


def test_a_claim_keeps_its_event_and_its_source() -> None:
    reading = coded(FIRST, 1)
    claims: list[Claim] = [c for c in claims_in(reading.article, reading.events) if c.kind == "number"]
    [claim] = claims
    assert (claim.event, claim.source.article, claim.source.publisher) == ("1.0", "report-1", "Alpha News")
    assert claim.scene.parties == (("RUS",), ("GBR",))
