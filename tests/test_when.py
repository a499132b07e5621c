"""Dates of events: the hand-written cases, what decides between words, publication and nothing, and the limits."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.records import Document, EventDate, Frame, Sentence, Span
from detente.timehomes import home_of
from detente.timenames import PERIODS, Period
from detente.timewords import Tense
from detente.when import date_event, due_date, resolve, standing
from tests.casefiles import as_parameter, read_cases
from tests.factories import make_article

FRIDAY = date(2023, 3, 17)


class Case(msgspec.Struct):
    """One line of the cases: words read against publication, and the half-open interval they must give."""

    words: str
    published: date | None
    start: date | None
    end: date | None
    granularity: str | None
    comment: str
    context: str = ""
    tense: Tense = "past"
    home: str = ""
    known_failure: bool = False


CASES = read_cases("when", Case)


def parameter(case: Case) -> object:
    return as_parameter(case, id=f"{case.words} ({case.comment})", known_failure=case.known_failure)


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_words_resolve_as_written_in_the_cases(case: Case) -> None:
    found = resolve(case.words, published=case.published, context=case.context, tense=case.tense, home=case.home)
    if case.start is None:
        assert found is None
        return
    assert found is not None
    assert (found.start, found.end, found.granularity) == (case.start, case.end, case.granularity)
    assert found.text == case.words


def test_most_cases_are_not_known_failures() -> None:
    assert len(CASES) >= 300
    assert sum(case.known_failure for case in CASES) <= len(CASES) // 20


@given(words=st.text(max_size=40), published=st.none() | st.dates(), tense=st.sampled_from(["past", "future"]))
def test_any_words_resolve_to_a_forward_interval_or_nothing(words: str, published: date | None, tense: Tense) -> None:
    found = resolve(words, published=published, tense=tense)
    assert found is None or found.start < found.end


PARTS = st.sampled_from(
    [
        *("last", "next", "this", "since", "from", "to", "until", "between", "and", "on", "in", "early", "3", "31"),
        *("1999", "two", "ago", "later", "years", "days", "of", "the", "March", "Monday", "week", "weekend", "year"),
        *("summer", "quarter", "first", "century", "1990s", "before", "after", "end", "-", "10 May", "hours", "past"),
    ]
)


@given(words=st.lists(PARTS, max_size=6).map(" ".join), published=st.none() | st.dates())
def test_time_words_in_any_order_resolve_to_a_forward_interval_or_nothing(words: str, published: date | None) -> None:
    found = resolve(words, published=published, context=f"On 5 May 2001 it was. {words}.")
    assert found is None or found.start < found.end


@pytest.mark.parametrize("words", ["since " * 2000 + "2011", "end of " * 2000 + "2011", "from " * 2000, "3 " * 2000])
def test_endless_words_are_refused(words: str) -> None:
    assert resolve(words, published=FRIDAY, context=words) is None


# -- from frames -------------------------------------------------------------------------------------------------------


def make_document(*sentences: str, published: date | None = FRIDAY, basis: str = "given") -> Document:
    text = " ".join(sentences)
    starts = [sum(len(s) + 1 for s in sentences[:index]) for index in range(len(sentences))]
    parts = tuple(
        Sentence(s, start, start + len(s), i) for i, (s, start) in enumerate(zip(sentences, starts, strict=True))
    )
    article = msgspec.structs.replace(make_article(text, published=published), published_basis=basis)
    return Document(article, parts)


def make_frame(
    document: Document,
    trigger: str,
    *,
    event: str = "CONSULT",
    status: str = "actual",
    when: str | None = None,
    pledge: str | None = None,
) -> Frame:
    found = {words: make_part(document, words) for words in (trigger, when, pledge) if words}
    index = max(s.index for s in document.sentences if s.start <= found[trigger].start)
    return Frame(
        event=event,
        trigger=found[trigger],
        sentence=index,
        status=status,
        when=found[when] if when else None,
        pledge=found[pledge] if pledge else None,
    )


def make_part(document: Document, words: str) -> Span:
    start = document.article.text.index(words)
    return Span(words, start, start + len(words))


def test_time_words_inside_the_event_words_date_the_event() -> None:
    document = make_document("Japan agreed on Thursday to lift the ban.")
    found, _ = date_event(make_frame(document, "agreed on Thursday to lift", event="CONCEDE"), document)
    assert found is not None
    assert (found.start, found.text) == (date(2023, 3, 16), "Thursday")


def test_the_frames_own_words_date_it() -> None:
    document = make_document("The leaders met on Thursday.")
    frame = make_frame(document, "met", when="on Thursday")
    found, step = date_event(frame, document)
    assert (step.field, step.words) == ("date", frame.when)
    assert found == EventDate(date(2023, 3, 16), FRIDAY, "day", "expression", "on Thursday")
    assert (step.stage, step.by) == ("when", "weekday")


def test_what_is_planned_lies_ahead() -> None:
    document = make_document("Exercises start on Tuesday.")
    found, _ = date_event(make_frame(document, "start", status="planned", when="on Tuesday"), document)
    assert found is not None
    assert found.start == date(2023, 3, 21)


def test_words_that_count_from_the_sentence_before_have_basis_anchor() -> None:
    document = make_document("The envoys arrived on March 6.", "They left two days later.")
    found, _ = date_event(make_frame(document, "left", when="two days later"), document)
    assert found is not None
    assert (found.start, found.basis) == (date(2023, 3, 8), "anchor")


def test_words_without_anchor_give_none_and_say_why() -> None:
    document = make_document("The envoys left two days later.")
    found, step = date_event(make_frame(document, "left", when="two days later"), document)
    assert found is None
    assert "another event" in step.why


def test_vague_words_are_not_replaced_by_publication() -> None:
    document = make_document("The leaders met recently.")
    found, step = date_event(make_frame(document, "met", when="recently"), document)
    assert found is None
    assert "“recently”" in step.why


def test_news_without_words_takes_the_publication_date() -> None:
    document = make_document("The leaders met.")
    found, step = date_event(make_frame(document, "met"), document)
    assert found == EventDate(FRIDAY, date(2023, 3, 18), "day", "publication")
    assert step.by == "publication"


def test_a_publication_date_read_from_the_dateline_says_so() -> None:
    document = make_document("The leaders met.", basis="dateline")
    found, _ = date_event(make_frame(document, "met"), document)
    assert found is not None
    assert found.basis == "dateline"


def test_news_without_any_date_is_not_dated() -> None:
    document = make_document("The leaders met.", published=None)
    found, step = date_event(make_frame(document, "met"), document)
    assert found is None
    assert "not known" in step.why


def test_news_without_words_takes_the_date_that_opens_its_clause() -> None:
    document = make_document("On Thursday the envoys met and the two sides signed a pact.")
    found, step = date_event(make_frame(document, "signed", event="COOPERATE"), document)
    assert found == EventDate(date(2023, 3, 16), FRIDAY, "day", "sentence", "Thursday")
    assert (step.by, step.words) == ("sentence", make_part(document, "Thursday"))


def test_news_joined_to_a_dated_clause_takes_its_date() -> None:
    document = make_document("The envoys met on Thursday and signed a pact.")
    found, _ = date_event(make_frame(document, "signed", event="COOPERATE"), document)
    assert found is not None
    assert (found.start, found.basis) == (date(2023, 3, 16), "sentence")


def test_news_without_words_takes_the_day_that_the_report_is_about() -> None:
    document = make_document("The envoys met on Wednesday in Seoul.", "They signed a pact.")
    found, step = date_event(make_frame(document, "signed", event="COOPERATE"), document)
    assert found == EventDate(date(2023, 3, 15), date(2023, 3, 16), "day", "article", "Wednesday")
    assert step.by == "article"


@pytest.mark.parametrize(
    ("sentence", "start"),
    [
        ("In 2005 the envoys signed a pact.", date(2005, 1, 1)),
        ("In the summer of 2019, after a court had ruled, the envoys signed a pact.", date(2019, 6, 1)),
        ("When the court ruled in 2005, the envoys signed a pact.", date(2005, 1, 1)),
        ("It renews a pact that the envoys signed in 2016.", date(2016, 1, 1)),
    ],
)
def test_what_its_sentence_dates_to_long_ago_is_history(sentence: str, start: date) -> None:
    document = make_document(sentence)
    found, _ = date_event(make_frame(document, "signed", event="COOPERATE"), document)
    assert found is not None
    assert (found.start, found.basis) == (start, "sentence")
    status, step = standing("actual", found, document.article.published)
    assert (status, step and step.value) == ("background", "background")


@pytest.mark.parametrize(
    ("status", "day", "becomes"),
    [
        ("actual", date(2023, 2, 14), "background"),
        ("actual", date(2023, 2, 15), "actual"),  # thirty days before the report of 17 March
        ("denied", date(2010, 1, 1), "denied"),
        ("planned", date(2010, 1, 1), "planned"),
    ],
)
def test_only_what_is_reported_as_done_becomes_history(status: str, day: date, becomes: str) -> None:
    days = EventDate(day, day + timedelta(days=1), "day", "expression", "then")
    assert standing(status, days, date(2023, 3, 17))[0] == becomes
    assert standing(status, None, date(2023, 3, 17)) == (status, None)


def test_time_words_that_the_reader_cut_short_are_made_whole() -> None:
    document = make_document("The company told investors on February 3 that it would stay.")
    frame = make_frame(document, "told", event="CONSULT", when="on")
    found, step = date_event(frame, document)
    assert found is not None
    assert (found.start, found.text) == (date(2023, 2, 3), "on February 3")
    assert step.words == make_part(document, "on February 3")


@pytest.mark.parametrize(
    "sentences",
    [
        ("The envoys met on Wednesday in Seoul.", "They signed a pact after talks on Thursday."),  # two days
        ("The UN condemned Wednesday's attack.", "They signed a pact."),  # the day of something else
        ("The minister, who arrived on Wednesday, spoke.", "They signed a pact."),  # in a clause of its own
        ("The talks will start on Friday in Seoul.", "They signed a pact."),  # still to come
        ("A war ended on 3 May 2005 in the south.", "They signed a pact."),  # long past
        ("Since Wednesday the envoys met and signed a pact.",),
        ("The envoys sign a pact on land that they shared in 2005.",),  # told in the present
    ],
)
def test_news_without_words_falls_back_to_publication(sentences: tuple[str, ...]) -> None:
    document = make_document(*sentences)
    words = "signed" if "signed" in " ".join(sentences) else "sign"
    found, step = date_event(make_frame(document, words, event="COOPERATE"), document)
    assert found is not None
    assert (found.basis, step.by) == ("publication", "publication")


HISTORY = st.lists(
    st.sampled_from(
        [
            *("The two states had made peace.", "On Thursday they had made peace.", "They met on Wednesday in Seoul."),
            *("They made peace in 1965.", "They made peace after the war of 1950.", "Talks begin today.", "It rained."),
            *("SEOUL, March 16 (Agency) — The two states had made peace.", "Last week they made peace."),
        ]
    ),
    min_size=1,
    max_size=4,
)


@given(before=HISTORY, published=st.none() | st.just(FRIDAY), basis=st.sampled_from(["given", "dateline", "none"]))
def test_history_without_words_is_undated_or_dated_by_its_sentence(
    before: list[str], published: date | None, basis: str
) -> None:
    document = make_document(*before, published=published, basis=basis)
    words = next((w for w in ("made peace", "met", "begin", "rained") if w in document.article.text), "")
    found, step = date_event(make_frame(document, words, event="SUPPORT", status="background"), document)
    assert (found is None and step.by == "none") or (found is not None and found.basis == "sentence")


@pytest.mark.parametrize(
    ("dateline", "day"), [("WASHINGTON (Agency) — ", date(2023, 3, 18)), ("SEOUL (Agency) — ", date(2023, 3, 11))]
)
def test_a_weekday_far_east_of_the_dateline_may_be_tomorrow(dateline: str, day: date) -> None:
    document = make_document(f"{dateline}The envoys met on Saturday in Seoul.")
    found, _ = date_event(make_frame(document, "met", when="on Saturday"), document)
    assert found is not None
    assert found.start == day


@pytest.mark.parametrize(
    ("text", "url", "home"),
    [
        ("WASHINGTON, March 16 (Agency) — They met.", None, "USA"),
        ("SEOUL — They met.", "https://news.example.co.uk/a", "GBR"),  # the publisher's customs, not the reporter's
        ("SEOUL — They met.", "https://news.example.com/a", "KOR"),
        ("They met in Seoul.", None, ""),
    ],
)
def test_the_home_of_a_report_is_its_publishers_else_its_datelines(text: str, url: str | None, home: str) -> None:
    assert home_of(text, url) == home


@pytest.mark.parametrize("named", PERIODS, ids=lambda named: named.words)
def test_a_named_period_runs_forward_and_has_a_source(named: Period) -> None:
    assert named.first <= named.last
    assert named.source


@pytest.mark.parametrize("status", ["background", "planned", "possible", "denied"])
def test_only_what_happened_as_news_takes_the_publication_date(status: str) -> None:
    document = make_document("The army forced millions of people to work.")
    found, _ = date_event(make_frame(document, "forced", event="COERCE", status=status), document)
    assert found is None


def test_history_takes_the_one_full_date_of_its_sentence() -> None:
    document = make_document("The two states made peace in 1965.")
    found, step = date_event(make_frame(document, "made peace", event="SUPPORT", status="background"), document)
    assert found is not None
    assert (found.start, found.granularity, found.text) == (date(1965, 1, 1), "year", "in 1965")
    assert step.by == "sentence"


@pytest.mark.parametrize(
    "sentence",
    [
        "They made peace in 1965 and fell out in 1998.",
        "It is the first visit since 2011 after they made peace.",
        "They made peace on Thursday.",
    ],
)
def test_history_is_not_dated_by_other_dates(sentence: str) -> None:
    document = make_document(sentence)
    found, _ = date_event(make_frame(document, "made peace", event="SUPPORT", status="background"), document)
    assert found is None


def test_words_within_the_pledge_date_its_fulfilment() -> None:
    document = make_document("Japan agreed to host talks in May.")
    frame = make_frame(document, "agreed", event="AGREE", when="in May", pledge="host talks in May")
    found, step = date_event(frame, document)
    assert found is not None
    assert (found.start, found.basis) == (FRIDAY, "publication")
    assert "not the promise" in step.why
    due, due_step = due_date(frame, document)
    assert due == date(2023, 5, 31)
    assert (due_step.by, due_step.field, due_step.value) == ("due", "pledge.due", "2023-05-31")
    assert due_step.words == frame.when


def test_words_after_publication_do_not_date_a_promise() -> None:
    document = make_document("Japan agreed to talks next week.")
    found, _ = date_event(make_frame(document, "agreed", event="AGREE", when="next week"), document)
    assert found is not None
    assert found.basis == "publication"


def test_words_of_the_promise_itself_date_it() -> None:
    document = make_document("On Monday Japan agreed to host talks by the end of the year.")
    frame = make_frame(document, "agreed", event="AGREE", when="On Monday", pledge="host talks by the end of the year")
    found, _ = date_event(frame, document)
    assert found is not None
    assert found.start == date(2023, 3, 13)
    assert due_date(frame, document)[0] == date(2023, 12, 31)


@pytest.mark.parametrize(
    ("pledge", "why"),
    [
        ("host talks", "no words that say by when"),
        ("host talks in May and in June", "“in May” and “in June” tell no single time"),
        ("honour the treaty of 1965", "“of 1965” had passed when it was reported"),
    ],
)
def test_a_pledge_without_one_day_ahead_has_no_due_date(pledge: str, why: str) -> None:
    document = make_document(f"Japan agreed to {pledge}.")
    due, step = due_date(make_frame(document, "agreed", event="AGREE", pledge=pledge), document)
    assert due is None
    assert step.by == "none"
    assert why in step.why


def test_an_event_without_pledge_is_never_due() -> None:
    document = make_document("The leaders met on Thursday.")
    assert due_date(make_frame(document, "met", when="on Thursday"), document)[0] is None
