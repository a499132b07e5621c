"""Every decision leaves a step with its words, and the steps give the same record again, without the model."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.cli import main
from detente.codebook import STATUSES
from detente.config import Config
from detente.document import read_document
from detente.errors import ReplayError
from detente.ledger import open_ledger
from detente.nametables import names_with
from detente.ownactors import read_own_actors
from detente.pipeline import code_frames
from detente.records import Article, Coded, Document, Event, Frame, Span, Step
from detente.steps import frame_of, reader_steps
from detente.why import compare, replay, sources

TEXT = (
    "LIMA — Peru's president met Chile's foreign minister on Monday, the Harbour Gazette reported. "
    "The two countries agreed to hold talks in Lima by the end of 2023. "
    "Peru invited the Chilean president to visit Lima. "
    "The Chilean president will arrive in Lima next week. "
    "The Peruvian president returned to Lima on Friday. "
    "Chilean troops seized the port in 1880. "
    "After a visit by Brazil's envoy to Lima, Bolivia criticised Ecuador."
)
ARTICLE = Article(id="one", text=TEXT, published=date(2023, 3, 17), published_basis="given")


def span(words: str, after: str = "") -> Span:
    start = TEXT.index(words, TEXT.index(after))
    return Span(words, start, start + len(words))


def frame(event: str, trigger: Span, sentence: int, **fields: object) -> Frame:
    made = Frame(event=event, trigger=trigger, sentence=sentence, status="actual", confidence=0.8125)
    return msgspec.structs.replace(made, **fields)


FRAMES = {
    "met": frame(
        "CONSULT", span("met"), 0, mode="visit", speaker=span("Harbour Gazette"), when=span("on Monday"),
        actors=(span("Peru's president"),), recipients=(span("Chile's foreign minister"),), context=("diplomatic",),
    ),
    "the two agreed": frame(
        "AGREE", span("agreed"), 1, pledge_event="CONSULT", pledge=span("hold talks in Lima by the end of 2023"),
        actors=(span("The two countries"),), context=("diplomatic", "economic"),
    ),
    "invited": frame(
        "AGREE", span("invited"), 2, actors=(span("Peru", "Peru invited"),), pledge_event="CONSULT",
        recipients=(span("Chilean president"), span("Lima", "to visit")), pledge=span("visit Lima"),
    ),
    "visit abroad": frame(
        "CONSULT", span("arrive"), 3, mode="visit", status="planned", when=span("next week"),
        actors=(span("The Chilean president"),),
    ),
    "visit at home": frame(
        "CONSULT", span("returned"), 4, mode="visit", actors=(span("The Peruvian president"),), when=span("on Friday"),
    ),
    "history": frame("COERCE", span("seized"), 5, status="background", mode="seize", actors=(span("Chilean troops"),)),
    "two apart": frame("ACCUSE", span("criticised"), 6, actors=(span("Brazil's envoy"), span("Bolivia"))),
}  # fmt: skip


def document() -> Document:
    return read_document(ARTICLE)


def coded() -> Coded:
    return code_frames(document(), FRAMES.values(), config=Config(), model="stub.v1")


def event_of(name: str) -> Event:
    return next(event for event in coded().events if event.trigger == FRAMES[name].trigger)


def steps_about(event: Event, field: str, stage: str) -> list[Step]:
    return [step for step in event.steps if (step.field, step.stage) == (field, stage)]


# -- steps


SPANS = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 30)).map(
    lambda at: Span(TEXT[at[0] : at[0] + at[1]], at[0], at[0] + len(TEXT[at[0] : at[0] + at[1]]))
)
PLEDGES = st.none() | st.tuples(st.sampled_from(["AID", "CONSULT"]), SPANS)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    sentence = draw(st.sampled_from(document().sentences))
    start = draw(st.integers(sentence.start, sentence.end - 1))
    pledge = draw(PLEDGES)
    return Frame(
        event=draw(st.sampled_from(["AGREE", "ACCUSE"])),
        trigger=Span(TEXT[start : start + 4], start, min(start + 4, len(TEXT))),
        sentence=sentence.index,
        status=draw(st.sampled_from(STATUSES)),
        mode=draw(st.none() | st.just("visit")),
        actors=tuple(draw(st.lists(SPANS, max_size=3))),
        recipients=tuple(draw(st.lists(SPANS, max_size=3))),
        speaker=draw(st.none() | SPANS),
        when=draw(st.none() | SPANS),
        pledge_event=pledge[0] if pledge else None,
        pledge=pledge[1] if pledge else None,
        context=tuple(draw(st.lists(st.sampled_from(["economic", "military"]), max_size=2, unique=True))),
        confidence=draw(st.floats(0, 1)),
    )


@given(frames())
def test_the_readers_steps_tell_all_that_it_found(found: Frame) -> None:
    assert frame_of(reader_steps(found, model="stub.v1"), document()) == found


def test_what_the_reader_found_is_told_with_its_words() -> None:
    event = event_of("met")
    told = [(step.field, step.value, step.words) for step in event.steps if step.stage == "reader"]
    assert told == [
        ("event", "CONSULT", span("met")),
        ("status", "actual", None),
        ("mode", "visit", None),
        ("actor", "", span("Peru's president")),
        ("recipient", "", span("Chile's foreign minister")),
        ("speaker", "", span("Harbour Gazette")),
        ("date", "", span("on Monday")),
        ("context", "diplomatic", None),
        ("confidence", "0.8125", None),
    ]
    assert {step.by for step in event.steps if step.stage == "reader"} == {"stub.v1"}


def test_each_party_date_and_speaker_has_a_step_with_its_words() -> None:
    event = event_of("met")
    assert [(s.words, s.value) for s in steps_about(event, "actor", "actors")] == [
        (span("Peru's president"), "PER GOV")
    ]
    assert [(s.words, s.value) for s in steps_about(event, "recipient", "actors")] == [
        (span("Chile's foreign minister"), "CHL GOV")
    ]
    [dated] = steps_about(event, "date", "when")
    assert (dated.words, dated.value) == (span("on Monday"), "2023-03-13/2023-03-14")
    assert steps_about(event, "speaker", "attribution")[0].words == span("Harbour Gazette")
    [relay] = steps_about(event, "relayed_from", "attribution")
    assert relay.value == event.relayed_from == "Harbour Gazette"
    assert relay.words is not None
    assert "Harbour Gazette" in relay.words.text


def test_that_nobody_speaks_is_told_too() -> None:
    event = event_of("history")
    assert event.speaker is None
    assert [step.by for step in steps_about(event, "speaker", "attribution")] == ["none"]


def test_the_two_countries_are_told_with_the_words_and_the_mentions() -> None:
    event = event_of("the two agreed")
    [reference] = steps_about(event, "actor", "references")
    assert (reference.by, reference.words) == ("pair", span("The two countries"))
    assert reference.value == "Peru's president and Chile's foreign minister"
    assert [step.words for step in steps_about(event, "actor", "actors")] == [
        span("Peru's president"), span("Chile's foreign minister"),
    ]  # fmt: skip


def test_words_for_two_that_nobody_was_named_for_are_told() -> None:
    alone = code_frames(document(), [FRAMES["the two agreed"]], config=Config(), model="stub.v1").events[0]
    [reference] = steps_about(alone, "actor", "references")
    assert (reference.by, reference.value) == ("none", "")


def test_a_recipient_left_out_of_a_promise_is_told() -> None:
    event = event_of("invited")
    assert [party.code for party in event.recipient] == ["CHL"]
    [left] = steps_about(event, "recipient", "references")
    assert (left.by, left.words) == ("promised-place", span("Lima", "to visit"))
    assert [step.value for step in steps_about(event, "recipient", "actors")] == ["CHL GOV", "PER GOV"]


def test_the_place_of_a_visit_is_told_and_so_is_why_it_does_not_count() -> None:
    abroad, home = event_of("visit abroad"), event_of("visit at home")
    assert [party.code for party in abroad.recipient] == ["PER"]
    assert [step.by for step in steps_about(abroad, "recipient", "references")] == ["host"]
    assert home.recipient == ()
    assert [step.by for step in steps_about(home, "recipient", "references")] == ["host", "not-abroad"]
    assert "at home" in steps_about(home, "recipient", "references")[1].why


def test_a_party_that_stands_apart_and_one_right_behind_are_told() -> None:
    event = event_of("two apart")
    assert ([a.code for a in event.actor], [r.code for r in event.recipient]) == (["BOL"], ["ECU"])
    assert [(s.by, s.words) for s in steps_about(event, "actor", "references")] == [("apart", span("Brazil's envoy"))]
    assert [(s.by, s.words) for s in steps_about(event, "recipient", "references")] == [("behind", span("Ecuador"))]


def test_when_a_pledge_is_due_is_told() -> None:
    pledge = event_of("the two agreed").pledge
    assert pledge is not None
    assert pledge.due == date(2023, 12, 31)
    [due] = steps_about(event_of("the two agreed"), "pledge.due", "when")
    assert due.value == "2023-12-31"
    assert due.words is not None
    assert TEXT[due.words.start : due.words.end] == due.words.text
    assert steps_about(event_of("invited"), "pledge.due", "when")[0].by == "none"


@pytest.mark.parametrize("name", FRAMES)
def test_every_field_has_steps_or_says_what_it_follows_from(name: str) -> None:
    event = event_of(name)
    told = {source.field: source for source in sources(event)}
    assert list(told) == [field for field in Event.__struct_fields__ if field != "steps"]
    for field, source in told.items():
        value = getattr(event, field)
        assert source.steps or source.note or value in (None, (), ""), f"nothing tells of {field}: {value}"
        for number in source.steps:
            words = event.steps[number - 1].words
            assert words is None or TEXT[words.start : words.end] == words.text


# -- replay


@pytest.mark.parametrize("name", FRAMES)
def test_the_steps_give_the_same_record(name: str) -> None:
    event = event_of(name)
    kept = msgspec.json.decode(msgspec.json.encode(event), type=Event)
    assert replay(kept, ARTICLE) == event


def test_a_changed_record_names_the_fields_that_differ() -> None:
    event = event_of("met")
    other = msgspec.structs.replace(event, status="denied", coder="detente 0.0.1")
    found = compare(other, replay(other, ARTICLE))
    assert not found.same
    assert [(d.field, d.recorded, d.now) for d in found.differences] == [("status", "denied", "actual")]
    assert found.coder == event.coder


def test_another_version_alone_makes_no_difference() -> None:
    event = msgspec.structs.replace(event_of("met"), coder="detente 0.0.1")
    assert compare(event, replay(event, ARTICLE)).same


def test_changed_tables_show_in_parties_and_steps(tmp_path: Path) -> None:
    table = tmp_path / "actors.csv"
    table.write_text("name,code,sector,kind\nChilean troops,ARG,REB,body\n", encoding="utf-8")
    event = event_of("history")
    found = compare(event, replay(event, ARTICLE, names=names_with(read_own_actors([str(table)]))))
    assert {"actor", "steps", "id"} <= {difference.field for difference in found.differences}
    [steps] = [difference for difference in found.differences if difference.field == "steps"]
    assert [step.value for step in steps.now] == ["ARG REB"]  # type: ignore[attr-defined]


def test_a_record_of_an_early_version_is_read_but_not_replayed() -> None:
    record = msgspec.to_builtins(event_of("met"))
    record["steps"] = [{"stage": "reader", "by": "events-en.v1", "why": "'met' read as CONSULT"}]
    event = msgspec.convert(record, Event)
    assert event.steps == (Step("reader", "events-en.v1", "'met' read as CONSULT"),)
    assert all(not source.steps for source in sources(event))
    with pytest.raises(ReplayError, match="an earlier version of detente recorded it"):
        replay(event, ARTICLE)


def test_another_text_is_not_taken_for_the_articles() -> None:
    with pytest.raises(ReplayError, match="the text has changed"):
        replay(event_of("met"), msgspec.structs.replace(ARTICLE, text="In short: " + TEXT))


# -- the command


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with the events of ARTICLE, one of them as if other tables had been there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "detente.detente"
    found = coded()
    changed = [msgspec.structs.replace(e, speaker=None) if e.trigger.text == "met" else e for e in found.events]
    with open_ledger(path) as opened:
        run = opened.begin_run(coder="detente test", model="stub.v1", codebook="plover-2024")
        opened.store(Coded(ARTICLE, tuple(changed)), run)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(["why", *arguments])
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


def test_why_shows_the_words_the_steps_and_the_fields(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = event_of("invited")
    code, out, err = run(capsys, event.id[:12], "--ledger", str(ledger))
    assert (code, err) == (0, "")
    assert "“[actor: Peru] [invited] the [recipient: Chilean president] to visit Lima.”" in out
    trigger = event.trigger
    assert f"1 reader      event         AGREE  “invited” {trigger.start}:{trigger.end}  (stub.v1)" in out
    assert "(promised-place: “Lima” is the actor's own country, named only in what is promised; left out)" in out
    assert out.index("steps") < out.index("promised-place") < out.index("fields")
    assert "status        actual  (step 2)" in out
    assert "scale_version plover-2024  (the codebook)" in out


def test_why_as_json(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = event_of("invited")
    found = json.loads(run(capsys, event.id, "--json")[1])
    assert msgspec.convert(found["event"], Event) == event
    assert {"field": "trigger", "steps": [1], "note": ""} in found["sources"]
    assert found["replay"] is None


def test_why_says_whether_the_steps_still_give_the_record(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, event_of("invited").id, "--replay")
    assert code == 0
    assert out.endswith("replay: the steps give the same record\n")
    code, out, _ = run(capsys, event_of("met").id, "--replay")
    assert code == 4
    assert "replay: the record is no longer the same" in out
    tail = out[out.index("replay:") :].splitlines()
    assert tail[1].split() == ["speaker"]
    assert tail[2].split() == ["recorded", "null"]
    assert '"text":"Harbour Gazette"' in tail[3]
    code, out, _ = run(capsys, event_of("met").id, "--replay", "--json")
    assert code == 4
    assert [difference["field"] for difference in json.loads(out)["replay"]["differences"]] == ["speaker"]


def test_why_tells_of_no_event_and_of_several(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "zzz")
    assert (code, out) == (1, "")
    assert err == "error: There is no event 'zzz' in detente.detente; `detente events` shows ids.\n"
    article = msgspec.structs.replace(ARTICLE, id="two")
    events = tuple(msgspec.structs.replace(event_of("met"), id=f"zz{n}", article="two") for n in range(2))
    with open_ledger(ledger) as opened:
        opened.store(Coded(article, events), 1)
    code, out, err = run(capsys, "zz")
    assert (code, out) == (1, "")
    assert err == "error: 'zz' begins several ids: zz0, zz1. Give more of it.\n"


def test_an_event_of_an_older_text_is_replayed_on_that_text(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_ledger(ledger) as opened:
        opened.store(Coded(msgspec.structs.replace(ARTICLE, text="Nothing happened."), ()), 1)
    assert run(capsys, event_of("invited").id, "--replay")[0] == 0


def test_why_shows_nothing_that_a_terminal_would_obey(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step = Step("reader\x1b[2J", "by\x1b", "why\x1b", field="event\x1b", value="\x1b", words=Span("\u202e", 0, 1))
    with open_ledger(ledger) as opened:
        bad = msgspec.structs.replace(event_of("met"), id="bad", article="two", steps=(step,))
        opened.store(Coded(msgspec.structs.replace(ARTICLE, id="two"), (bad,)), 1)
    out = run(capsys, "bad")[1]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert out.count("\ufffd") == 7 - 1
