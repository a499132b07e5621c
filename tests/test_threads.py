"""Pledges followed to their end, on acts of our own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
import pytest

from detente.codebook import event_types
from detente.errors import CodebookError
from detente.fulfilment import FULFILMENT, SURE
from detente.judgements import PLEDGE_STATES
from detente.records import Event, EventDate, Judgement, LinkedEvent, Pledge, Report
from detente.threads import STATES, Closing, PledgeThread, pledges
from detente.wording import Lexicon, clause, direction_of
from tests.factories import make_article, make_event

CODES = {
    "Freedonia": "FRD", "Sylvania": "SYL", "Osterlich": "OST", "President Teasdale": "FRD",
}  # fmt: skip
PEOPLE = {"President Teasdale": "Q1"}


class Act(msgspec.Struct, frozen=True):
    """One telling: `doers` and `others` are names that stand in the text, `promised` is (type, words)."""

    day: date
    type: str
    doers: tuple[str, ...]
    others: tuple[str, ...]
    trigger: str
    text: str
    promised: tuple[str, str] | None = None
    status: str = "actual"
    mode: str = ""
    due: date | None = None
    published: date | None = None
    dated: bool = True


def event_of(act: Act) -> Event:
    article = make_article(act.text, published=act.published or act.day)
    made = make_event(
        article,
        event=act.type,
        actors=tuple((name, CODES[name]) for name in act.doers),
        recipients=tuple((name, CODES[name]) for name in act.others),
        trigger=act.trigger,
        status=act.status,
        when=EventDate(act.day, act.day + timedelta(1), "day", "expression") if act.dated else None,
    )
    pledge = None
    if act.promised is not None:
        start = act.text.index(act.promised[1])
        pledge = Pledge(act.promised[0], act.promised[1], start, start + len(act.promised[1]), act.due)
    known = {p.text: msgspec.structs.replace(p, entity=PEOPLE.get(p.text, p.code)) for p in made.actor + made.recipient}
    return msgspec.structs.replace(
        made,
        pledge=pledge,
        mode=(act.mode,) if act.mode else (),
        actor=tuple(known[p.text] for p in made.actor),
        recipient=tuple(known[p.text] for p in made.recipient),
    )


def linked(*tellings: Act) -> LinkedEvent:
    """One act with its reports, in the order given."""
    reports = tuple(
        Report(event := event_of(act), act.published or act.day, None, None, None, event.article) for act in tellings
    )
    days = [report.published for report in reports if report.published]
    return LinkedEvent(reports[0].event.id, reports[0].event, reports, 1, {}, min(days), max(days))


def follow(*acts: Act, on: date | None = None, judgements: Sequence[Judgement] = ()) -> tuple[PledgeThread, ...]:
    return pledges([linked(act) for act in acts], on=on, judgements=judgements)


def only(threads: Sequence[PledgeThread]) -> PledgeThread:
    [thread] = threads
    return thread


def judged(subject: str, value: str, recorded_at: str = "2024-05-01T00:00:00+00:00") -> Judgement:
    return Judgement("pledge", subject, "", value, "Ann", "the gazette says so", recorded_at)


START = date(2021, 3, 1)


def later(days: int) -> date:
    return START + timedelta(days)


WILL_LIFT = Act(
    START, "CONCEDE", ("Freedonia",), ("Sylvania",), "will lift",
    "Freedonia will lift its ban on zinc ingots from Sylvania by the end of the year, once the inspections are over.",
    ("CONCEDE", "lift its ban on zinc ingots from Sylvania"),
)  # fmt: skip
LIFTED = Act(
    later(60), "CONCEDE", ("Freedonia",), ("Sylvania",), "removed",
    "Freedonia removed the ban on ingots of zinc from Sylvania on Friday.",
)  # fmt: skip
WILL_VISIT = Act(
    START, "AGREE", ("President Teasdale",), ("Sylvania",), "will visit",
    "President Teasdale will visit Sylvania next month.", ("CONSULT", "visit Sylvania next month"),
)  # fmt: skip
TRUCE = Act(
    START, "CONCEDE", ("Freedonia", "Sylvania"), (), "agreed to",
    "Freedonia and Sylvania agreed to a ceasefire in the Gloomy Valley.",
    ("RETREAT", "a ceasefire in the Gloomy Valley"),
)  # fmt: skip
WILL_TAX = Act(
    START, "THREATEN", ("Freedonia",), ("Sylvania",), "threatened to impose",
    "Freedonia threatened to impose a tariff on orange marmalade from Sylvania.",
    ("SANCTION", "impose a tariff on orange marmalade from Sylvania"),
)  # fmt: skip
WILL_END_PACT = Act(
    START, "SANCTION", ("Freedonia",), ("Sylvania",), "will end",
    "Freedonia will end the Quail Treaty with Sylvania in November.", status="planned",
)  # fmt: skip
WILL_FREE = Act(
    START, "CONCEDE", ("Freedonia",), ("Sylvania",), "will release",
    "Freedonia will release 400 sailors of Sylvania.", ("RETREAT", "release 400 sailors of Sylvania"),
)  # fmt: skip


# -- what a thread says ----------------------------------------------------------------------------------------------


def test_a_promise_says_who_to_whom_what_by_when_and_on_which_condition() -> None:
    thread = only(follow(WILL_LIFT))
    assert [actor.code for actor in thread.actor] == ["FRD"]
    assert [party.code for party in thread.recipient] == ["SYL"]
    assert (thread.event, thread.promised, thread.state) == ("CONCEDE", "CONCEDE", "open")
    assert (thread.opened, thread.since, thread.due) == (START, START, date(2021, 12, 31))
    for words, expected in (
        (thread.words, "lift its ban on zinc ingots from Sylvania"),
        *zip(thread.conditions, ["once the inspections are over"], strict=True),
    ):
        assert WILL_LIFT.text[words.start : words.end] == words.text == expected
    assert [report.event.article for report in thread.reports] == [thread.article]


def test_the_closing_says_which_act_why_with_which_words_and_how_surely() -> None:
    thread = only(follow(WILL_LIFT, LIFTED))
    closing = only_closing(thread)
    assert (thread.state, thread.since) == ("kept", LIFTED.day)
    assert closing.event == linked(LIFTED).id
    assert closing.sense == "kept"
    assert closing.score >= SURE
    assert {"zinc", "ingot"} <= set(closing.words)
    assert "60 days after it" in closing.why
    assert LIFTED.text[closing.trigger.start : closing.trigger.end] == "removed"


def only_closing(thread: PledgeThread) -> Closing:
    [closing] = thread.closings
    return closing


# -- what becomes of it ----------------------------------------------------------------------------------------------

VISIT = Act(
    later(30), "CONSULT", ("President Teasdale",), ("Sylvania",), "arrived", "President Teasdale arrived in Sylvania.",
    mode="visit",
)  # fmt: skip
CASES: list[tuple[str, list[Act], str]] = [
    ("the ban is lifted", [WILL_LIFT, LIFTED], "kept"),
    ("the visit is made", [WILL_VISIT, VISIT], "kept"),
    (
        "the visit is called off",
        [WILL_VISIT, Act(later(9), "REJECT", ("President Teasdale",), ("Sylvania",), "cancelled",
                         "President Teasdale cancelled her trip to Sylvania.", mode="meet")],
        "withdrawn",
    ),
    (
        "the other one came instead",
        [WILL_VISIT, Act(later(30), "CONSULT", ("Sylvania",), ("Freedonia",), "visited",
                         "An envoy of Sylvania visited Freedonia.", mode="visit")],
        "open",
    ),
    (
        "the truce is broken",
        [TRUCE, Act(later(5), "ASSAULT", ("Sylvania",), ("Freedonia",), "shelled",
                    "In breach of the ceasefire Sylvania shelled the Gloomy Valley of Freedonia.")],
        "broken",
    ),
    (
        "the threat is carried out",
        [WILL_TAX, Act(later(20), "SANCTION", ("Freedonia",), ("Sylvania",), "imposed",
                       "Freedonia imposed a tariff of a tenth on orange marmalade from Sylvania.")],
        "kept",
    ),
    (
        "the threat is dropped",
        [WILL_TAX, Act(later(20), "CONCEDE", ("Freedonia",), ("Sylvania",), "dropped",
                       "Freedonia dropped its tariff on orange marmalade from Sylvania.")],
        "withdrawn",
    ),
    (
        "what was announced is itself suspended",
        [WILL_END_PACT, Act(later(50), "SANCTION", ("Freedonia",), ("Sylvania",), "suspended the expiry",
                            "Freedonia suspended the expiry of the Quail Treaty with Sylvania.")],
        "withdrawn",
    ),
    (
        "what was announced takes effect",
        [WILL_END_PACT, Act(later(250), "SANCTION", ("Freedonia",), ("Sylvania",), "terminated",
                            "Freedonia terminated the Quail Treaty with Sylvania.")],
        "kept",
    ),
    (
        "fewer than were promised",
        [WILL_FREE, Act(later(10), "RETREAT", ("Freedonia",), ("Sylvania",), "released",
                        "Freedonia released 150 sailors of Sylvania as promised.")],
        "partly-kept",
    ),
    (
        "as many as were promised",
        [WILL_FREE, Act(later(10), "RETREAT", ("Freedonia",), ("Sylvania",), "released",
                        "Freedonia released 398 sailors of Sylvania.")],
        "kept",
    ),
    (
        "another thing of the same type",
        [WILL_LIFT, Act(later(60), "CONCEDE", ("Freedonia",), ("Sylvania",), "pardoned",
                        "Freedonia pardoned a poet of Sylvania.")],
        "open",
    ),
    (
        "the same thing by another state",
        [WILL_LIFT, Act(later(60), "CONCEDE", ("Osterlich",), ("Sylvania",), "removed",
                        "Osterlich removed its ban on zinc ingots from Sylvania.")],
        "open",
    ),
    (
        "the same thing before it was promised",
        [WILL_LIFT, Act(later(-300), "CONCEDE", ("Freedonia",), ("Sylvania",), "removed",
                        "Freedonia removed its ban on zinc ingots from Sylvania.", status="background",
                        published=later(30))],
        "open",
    ),
    (
        "it is said not to have begun",
        [WILL_LIFT, Act(later(60), "CONCEDE", ("Freedonia",), ("Sylvania",), "lifted",
                        "Freedonia has not lifted its ban on zinc ingots from Sylvania.")],
        "open",
    ),
    (
        "it is only hoped for",
        [WILL_LIFT, Act(later(60), "CONCEDE", ("Freedonia",), ("Sylvania",), "lift",
                        "Freedonia could lift its ban on zinc ingots from Sylvania.", status="possible")],
        "open",
    ),
    (
        "it is put off",
        [WILL_LIFT, Act(later(60), "REJECT", ("Freedonia",), ("Sylvania",), "postponed",
                        "Freedonia postponed the lifting of its ban on zinc ingots from Sylvania.")],
        "possibly-broken",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("acts", "state"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_becomes_of_a_promise(acts: list[Act], state: str) -> None:
    thread = follow(*acts)[0]
    assert thread.state == state


def test_a_promise_that_was_told_as_done_is_none() -> None:
    done = Act(
        START, "AGREE", ("Freedonia",), ("Sylvania",), "approved",
        "Freedonia said that it had approved a shipment of zinc to Sylvania.", ("COOPERATE", "a shipment of zinc"),
    )  # fmt: skip
    assert follow(done) == ()


def test_what_is_only_possible_is_a_promise_on_a_condition_or_none() -> None:
    maybe = msgspec.structs.replace(WILL_VISIT, status="possible")
    assert follow(maybe) == ()
    text = "President Teasdale will visit Sylvania next month if the roads are open."
    assert only(follow(msgspec.structs.replace(maybe, text=text))).conditions[0].text == "if the roads are open"


def test_what_is_promised_not_to_be_done_is_broken_by_doing_it() -> None:
    not_to = Act(
        START, "CONCEDE", ("Freedonia",), ("Sylvania",), "will not impose",
        "Freedonia will not impose a tariff on orange marmalade from Sylvania.",
        ("CONCEDE", "impose a tariff on orange marmalade from Sylvania"),
    )  # fmt: skip
    did = Act(
        later(20), "SANCTION", ("Freedonia",), ("Sylvania",), "imposed",
        "Freedonia imposed a tariff on orange marmalade from Sylvania.",
    )  # fmt: skip
    thread = only(follow(not_to, did))
    assert (thread.refrains, thread.state) == (True, "broken")


def test_a_promise_of_two_kept_by_one_is_kept_in_part_until_the_other_keeps_it() -> None:
    both = Act(
        START, "CONCEDE", ("Freedonia", "Sylvania"), (), "will withdraw",
        "Freedonia and Sylvania will withdraw their howitzers from the Gloomy Valley.",
        ("RETREAT", "withdraw their howitzers from the Gloomy Valley"),
    )  # fmt: skip
    one, other = (
        Act(later(days), "RETREAT", (who,), (), "withdrew", f"{who} withdrew its howitzers from the Gloomy Valley.")
        for days, who in ((5, "Freedonia"), (9, "Sylvania"))
    )
    assert only(follow(both, one)).state == "partly-kept"
    assert [closing.event for closing in only(follow(both, one, other)).closings] == [linked(one).id, linked(other).id]


# -- one promise told twice ------------------------------------------------------------------------------------------


def test_the_same_promise_made_again_is_one_thread_with_restatements() -> None:
    again = msgspec.structs.replace(
        WILL_LIFT, day=later(12), text="Freedonia said again that it will lift its ban on zinc ingots from Sylvania."
    )
    thread = only(follow(WILL_LIFT, again))
    assert [report.event.article for report in thread.restatements] == [event_of(again).article]
    assert thread.due == date(2021, 12, 31)


def test_a_promise_for_another_day_supersedes() -> None:
    sooner = msgspec.structs.replace(
        WILL_LIFT, day=later(12), due=date(2021, 6, 30),
        text="Freedonia will lift its ban on zinc ingots from Sylvania by June, it now says.",
    )  # fmt: skip
    before, after = follow(WILL_LIFT, sooner)
    assert (before.state, before.superseded_by, after.supersedes) == ("superseded", after.id, before.id)
    assert (after.state, after.due) == ("open", date(2021, 6, 30))


def test_a_copy_of_the_report_of_a_promise_does_not_keep_it() -> None:
    copied = Act(
        later(1), "CONCEDE", ("Freedonia",), ("Sylvania",), "lift",
        "Freedonia will lift its ban on zinc ingots from Sylvania by the end of the year, once inspections are over.",
    )  # fmt: skip
    assert follow(WILL_LIFT, copied)[0].state == "open"


def test_all_reports_of_a_linked_promise_are_in_its_thread() -> None:
    other = msgspec.structs.replace(WILL_LIFT, text=WILL_LIFT.text + " ", published=later(2))
    thread = only(pledges([linked(WILL_LIFT, other)]))
    assert len(thread.reports) == 2


# -- one act, several promises ---------------------------------------------------------------------------------------


def test_a_meeting_keeps_the_promise_whose_words_it_has_and_not_the_other() -> None:
    talks = [
        Act(later(days), "AGREE", ("Freedonia", "Sylvania"), (), trigger, text, ("CONSULT", words))
        for days, trigger, text, words in (
            (0, "agreed to hold", "Freedonia and Sylvania agreed to hold quarry talks.", "hold quarry talks"),
            (40, "are to meet", "Freedonia and Sylvania are to meet on the Chicolini railway, it is said.",
             "meet on the Chicolini railway"),
        )
    ]  # fmt: skip
    met = Act(
        later(50), "CONSULT", ("Freedonia", "Sylvania"), (), "held talks",
        "Freedonia and Sylvania held talks about the railway at Chicolini.",
    )  # fmt: skip
    bare = msgspec.structs.replace(met, text="Freedonia and Sylvania held talks.")
    assert [thread.state for thread in follow(*talks, met)] == ["open", "kept"]
    assert "kept" not in [thread.state for thread in follow(*talks, bare)]


# -- as of a day -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "state"),
    [(later(-1), None), (START, "open"), (later(59), "open"), (later(62), "kept"), (date(2023, 1, 1), "kept")],
)
def test_the_state_is_that_of_a_day(on: date, state: str | None) -> None:
    late = msgspec.structs.replace(LIFTED, published=later(62))
    assert [thread.state for thread in follow(WILL_LIFT, late, on=on)] == ([state] if state else [])


def test_a_promise_is_overdue_a_week_after_its_day() -> None:
    assert only(follow(WILL_LIFT, on=date(2022, 1, 7))).state == "open"
    thread = only(follow(WILL_LIFT, on=date(2022, 1, 8)))
    assert (thread.state, thread.since) == ("overdue", date(2022, 1, 8))


def test_a_report_without_a_day_counts_only_where_no_day_is_asked_for() -> None:
    nowhere = msgspec.structs.replace(linked(LIFTED), reports=(msgspec.structs.replace(
        linked(LIFTED).reports[0], published=None),))  # fmt: skip
    told = [linked(WILL_LIFT), nowhere]
    assert only(pledges(told)).state == "kept"
    assert only(pledges(told, on=date(2021, 6, 1))).state == "open"


def test_an_act_without_a_date_has_that_of_its_first_report() -> None:
    undated = msgspec.structs.replace(LIFTED, dated=False, published=later(70))
    assert only(follow(WILL_LIFT, undated)).since == later(70)


# -- judgements ------------------------------------------------------------------------------------------------------


def test_a_judgement_wins_and_is_shown() -> None:
    verdict = judged(linked(WILL_LIFT).id, "broken")
    thread = only(follow(WILL_LIFT, LIFTED, judgements=[verdict]))
    assert (thread.state, thread.judgement, thread.since) == ("broken", verdict, date(2024, 5, 1))
    assert only_closing(thread).sense == "kept"


def test_the_later_of_two_judgements_counts_and_other_kinds_do_not() -> None:
    identity = linked(WILL_LIFT).id
    verdicts = [judged(identity, "kept", "2024-06-01T00:00:00"), judged(identity, "broken")]
    verdicts.append(msgspec.structs.replace(judged(identity, "right"), kind="event"))
    assert only(follow(WILL_LIFT, judgements=verdicts)).state == "kept"


def test_a_judgement_that_is_no_state_says_which_there_are() -> None:
    with pytest.raises(CodebookError, match=r"'nearly' is no state of a pledge, as judged by Ann. Known: open, kept"):
        follow(WILL_LIFT, judgements=[judged(linked(WILL_LIFT).id, "nearly")])


def test_people_can_give_every_state() -> None:
    assert set(STATES) == set(PLEDGE_STATES)


# -- the whole -------------------------------------------------------------------------------------------------------


def test_the_order_of_the_acts_does_not_matter() -> None:
    acts = [linked(act) for _, case, _ in CASES for act in case]
    unique = list({act.id: act for act in acts}.values())
    expected = pledges(unique)
    shuffled = random.Random(7).sample(unique, len(unique))
    assert pledges(shuffled) == expected
    assert [thread.opened for thread in expected] == sorted(thread.opened for thread in expected)


def test_nothing_comes_of_nothing() -> None:
    assert pledges([]) == ()
    assert pledges([linked(LIFTED)], on=date(2030, 1, 1)) == ()


def test_every_type_can_be_promised() -> None:
    types = set(event_types())
    assert set(FULFILMENT) == types
    for row in FULFILMENT.values():
        assert row.fulfils | row.contrary <= types


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "verb", "matter", "known"),
    [
        ("lift the ban on exports", -1, 1, True),
        ("tighten controls on exports", 1, -1, True),
        ("suspended the expiry of the treaty", 1, 1, True),
        ("put Sylvania back on the list", 1, 1, True),
        ("struck Sylvania off the list", -1, -1, True),
        ("will no longer supply gas", -1, -1, True),
        ("extend the START treaty by the end of the year", 1, 1, True),
        ("shuttle diplomacy", 1, 1, False),
        ("release the sailors", 1, 1, False),
    ],
)
def test_words_say_whether_something_begins_or_ends(words: str, verb: int, matter: int, known: bool) -> None:
    direction = direction_of(words)
    assert (direction.verb, direction.matter, direction.known) == (verb, matter, known)


def test_names_written_out_are_their_abbreviation_and_compounds_have_their_last_part() -> None:
    lexicon = Lexicon(
        [
            "The Quail Eggs Agreement binds Freedonia.",
            "Freedonia left the QEA and its blacklist.",
            "Its list is black.",
        ]
    )
    assert next(word for word, _ in lexicon.stems("The Quail Eggs Agreement binds Freedonia.")) == "qea"
    assert "list" in [word for word, _ in lexicon.stems("Freedonia left the QEA and its blacklist.")]
    assert lexicon.weight("qea") > lexicon.weight("list")


def test_a_clause_ends_where_another_begins() -> None:
    text = "Freedonia lifted its ban, while Sylvania, which had sued, withdrew its complaint."
    left, right = clause(text, text.index("lifted"), text.index("lifted") + 6)
    assert text[left:right] == "Freedonia lifted its ban"
