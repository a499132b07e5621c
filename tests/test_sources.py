"""Whose words an article stands on: copies, wire stories, excerpts, relays, updates, corrections, and what is none."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.copies import all_words, compare, own_words, sketch
from detente.credits import credit_of, outlet_name
from detente.errors import LedgerError
from detente.imprints import Imprint, canonical_url, imprint, imprint_keys, notice_of, sought_keys
from detente.lineage import Root, graph, roots
from detente.records import Article
from detente.sources import KINDS, Relation, borrowed_from, relate

DAY = date(2023, 3, 16)

TALKS = """The foreign ministers of Arlandia and Borduria agreed on Thursday to reopen the rail crossing at Lake Venn, \
which has been shut since the harvest dispute of 2019, after nine hours of talks in the border town of Kesh.

Trains are to run twice a day from the first week of May, Minister Oskar Halvorsen said. Customs officers of \
both sides will check wagons together in a shed that Borduria is to build on its bank of the river, at a cost of \
14 million crowns.

The two governments did not settle who pays for the signals on the old bridge. A commission of six engineers is \
to report on it before the summer, according to the protocol that was signed in the evening.

Farmers on the Arlandian side had blocked the road to the crossing for most of the winter. Their union called \
the agreement a start and said that it would take down the last barrier on Saturday if the first permits were \
issued.

Borduria's parliament must still approve the protocol. The opposition, which holds 40 of its 99 seats, has not \
said how it will vote."""

OTHER = """Residents of Kesh woke to the sound of hammers on Friday: workmen were taking boards off the windows of the \
customs house by the lake, four years after the last train left it.

Oskar Halvorsen and his counterpart Mira Dost had shaken hands on the steps the night before. Few here expected \
it. Mayor Ilse Brandt said she had ordered flags only in the afternoon, when it became known that the ministers \
had asked for coffee a third time.

The crossing at Lake Venn will be open again in May, with two trains a day. For the sawmills along the river \
that means cheaper freight; the largest of them plans to hire 30 people. Nobody could say yet who is going to \
mend the signals."""

FLOOD = """Rescue teams in the province of Sarn pulled 21 people from the roofs of flooded houses on Monday as the \
river Olm rose above seven metres for the second time this spring, the interior ministry said.

Soldiers laid 40,000 sandbags around the hospital of the provincial capital. Two bridges were swept away, and \
the road to the north was cut in five places. Schools will remain shut until Thursday at least.

The government asked its neighbours for pumps and boats. Arlandia promised to send twelve of each by Tuesday \
evening, the ministry said, and Borduria offered a field hospital with 60 beds. Forecasters expect the water to \
fall from Wednesday on."""


def article(
    text: str,
    *,
    id: str,  # noqa: A002
    publisher: str | None = None,
    days: int = 0,
    url: str | None = None,
    title: str | None = None,
) -> Article:
    """An article published so many days after DAY."""
    day = DAY + timedelta(days=days)
    return Article(id=id, text=text, published=day, publisher=publisher, url=url, title=title)


def related(one: Article, other: Article, relays: tuple[str | None, str | None] = (None, None)) -> Relation | None:
    """How two articles hang together; the same whichever is given first, and they are each other's candidates."""
    marks = imprint(one, relays[0]), imprint(other, relays[1])
    found = relate(marks[0], marks[1], one.text, other.text)
    assert found == relate(marks[1], marks[0], other.text, one.text)
    if found is not None:
        assert not set(imprint_keys(marks[0])).isdisjoint(sought_keys(marks[1]))
        for run in found.runs:
            texts = {one.id: one.text, other.id: other.text}
            here = own_words(texts[found.article][run.start : run.end]).keys
            assert here == own_words(texts[found.on][run.other_start : run.other_end]).keys
    return found


def sure(one: Article, other: Article, relays: tuple[str | None, str | None] = (None, None)) -> Relation:
    found = related(one, other, relays)
    assert found is not None
    return found


def sources(articles: list[Article], relays: dict[str, str] | None = None) -> dict[str, Root]:
    """The roots of articles among which every pair is compared."""
    named = relays or {}
    marks = {each.id: imprint(each, named.get(each.id)) for each in articles}
    pairs = [relate(marks[a.id], marks[b.id], a.text, b.text) for a, b in combinations(articles, 2)]
    return roots(marks.values(), [pair for pair in pairs if pair is not None])


# -- copies and excerpts


def test_a_near_duplicate_of_another_outlet_is_a_copy_of_the_earlier_one() -> None:
    changed = TALKS.replace("nine hours", "eight hours").replace("a start", "a first step")
    found = sure(
        article(TALKS, id="z-first", publisher="Harbour Gazette"),
        article(changed, id="a-later", publisher="Lake Courier", days=1),
    )
    assert (found.article, found.on, found.kind, found.whole) == ("a-later", "z-first", "copy", True)
    assert found.score > 0.9
    assert "published 1 day later" in found.reasons
    assert any("“hours of talks in the border town of Kesh. Trains are to run" in reason for reason in found.reasons)


def test_the_sentences_in_another_order_are_still_a_copy() -> None:
    paragraphs = TALKS.split("\n\n")
    found = sure(article(TALKS, id="a"), article("\n\n".join(reversed(paragraphs)), id="b", days=1))
    assert (found.kind, found.on) == ("copy", "a")


def test_one_day_has_the_cut_text_stand_on_the_whole_one() -> None:
    cut = "\n\n".join(TALKS.split("\n\n")[:2])
    found = sure(article(cut, id="a-cut"), article(TALKS, id="b-whole"))
    assert (found.article, found.on, found.kind, found.firm) == ("a-cut", "b-whole", "copy", False)


def test_equal_texts_of_one_day_have_the_id_decide() -> None:
    found = sure(article(TALKS, id="a"), article(TALKS, id="b"))
    assert (found.article, found.on) == ("b", "a")


def test_a_long_article_that_holds_a_passage_is_an_excerpt_and_has_its_own_root() -> None:
    passage = TALKS.split("\n\n")[1]
    holder = article(f"{FLOOD}\n\n{OTHER}\n\n{passage}", id="holder", publisher="Sarn Mirror", days=2)
    first = article(TALKS, id="first", publisher="Harbour Gazette")
    found = sure(holder, first)
    assert (found.article, found.kind, found.whole) == ("holder", "excerpt", False)
    assert sources([holder, first])["holder"].source == "holder"
    start = holder.text.index(passage)
    assert borrowed_from([found], "holder", start, start + 80) == ("first",)
    assert borrowed_from([found], "holder", 0, 80) == ()


def test_days_later_a_repeated_background_is_no_excerpt() -> None:
    background = TALKS.split("\n\n")[3]
    later = article(f"{FLOOD}\n\n{background}", id="later", publisher="Sarn Mirror", days=9)
    assert related(article(TALKS, id="first", publisher="Harbour Gazette"), later) is None


def test_two_reports_of_one_event_are_not_copies() -> None:
    assert related(article(TALKS, id="a"), article(OTHER, id="b")) is None


QUOTE = (
    "“We have waited four years for this day, and we shall not let a quarrel over signals and sheds keep the trains"
    " from running, whatever our friends in parliament may think of the price that we were asked to pay for it, or of"
    " the road that the farmers kept shut through the whole of a long and bitter winter at the lake,”"
)


def test_a_speech_that_both_quote_is_no_copying() -> None:
    one = article(f"{OTHER}\n\n{QUOTE} Halvorsen said.", id="a")
    other = article(f"{FLOOD}\n\nIn Kesh a minister spoke. {QUOTE} he told the crowd.", id="b")
    assert related(one, other) is None
    bare = [msgspec.structs.replace(each, text=re.sub("[“”]", "", each.text)) for each in (one, other)]
    assert sure(bare[0], bare[1]).kind == "excerpt"


def test_a_term_between_quotation_marks_is_the_texts_own() -> None:
    words = own_words(
        'The so-called "harvest dispute" ended. He said: "It has taken us far too long to get here."'
    ).keys
    assert words == ("the", "so", "called", "harvest", "dispute", "ended", "he", "said")


def test_a_copyright_notice_is_not_shared_text() -> None:
    notice = "Copyright 2023 Lake Courier. All rights reserved. This material may not be published or redistributed."
    assert compare(own_words(f"{OTHER}\n\n{notice}"), own_words(f"{FLOOD}\n\n{notice}")).runs == ()


FORM = """{} Corp said on Thursday that it is raising {} million crowns by an issue of bonds due {} paying {} percent, \
according to lead manager {}. The bonds are available in denominations of one thousand and ten thousand crowns \
and will be listed in the capital. The selling concession is {} percent, while management and underwriting \
together cost half of it. The issue has no call before maturity and is guaranteed by {}, and the date of payment \
will be fixed next week."""


def test_two_fillings_of_one_form_are_not_copies() -> None:
    one = FORM.format("Halvorsen Steel", 150, 2031, 4.25, "Venn Bank", 1.5, "the Olm Valley Trust")
    other = FORM.format("Dostal Paper", 220, 2028, 3.75, "Sarn Capital", 1.25, "Brandt Holding")
    overlap = compare(own_words(one), own_words(other))
    assert max(overlap.one, overlap.other) > 0.2
    assert overlap.signs >= 2
    assert related(article(one, id="a"), article(other, id="b")) is None


SHORT = "Arlandia and Borduria agree to reopen the rail crossing at Lake Venn after nine hours of talks in Kesh."


def test_short_items_are_copies_only_where_nearly_equal() -> None:
    one = article(SHORT, id="a", publisher="Harbour Gazette")
    other = article(SHORT.replace("talks", "negotiations"), id="b", publisher="Lake Courier", days=1)
    assert sure(one, other).kind == "copy"
    for text in (
        SHORT.replace("nine", "ten"),
        SHORT.replace("Borduria", "Sarnia"),
        "Arlandia and Borduria agree to reopen the rail crossing at Lake Venn, but not the road bridge by it, in May.",
    ):
        assert related(one, article(text, id="b", publisher="Lake Courier")) is None


def test_short_items_days_apart_or_of_a_few_words_are_not_copies() -> None:
    one = article(SHORT, id="a", publisher="Harbour Gazette")
    assert related(one, article(SHORT, id="b", publisher="Lake Courier", days=30)) is None
    heading = "War in the valley of the Olm"
    assert related(article(heading, id="a"), article(heading, id="b", days=1)) is None


def test_short_items_with_titles_about_different_things_are_not_copies() -> None:
    text = "The quarterly dividend is five crowns as before, payable on 15 July to holders on record on 30 June."
    one, other = (
        article(text, id=id_, title=title) for id_, title in (("a", "Venn Bank pays"), ("b", "Olm Steel Works"))
    )
    assert related(one, other) is None


# -- agencies and relays


@pytest.mark.parametrize(
    ("text", "outlet", "part"),
    [
        ("TOKYO, March 16 (Kyodo) -- The leaders met.", "Kyodo", "dateline"),
        ("(Reuters) - The leaders met.", "Reuters", "dateline"),
        ("[AFP] The leaders met.", "Agence France-Presse", "dateline"),
        ("AFP - The leaders met.", "Agence France-Presse", "dateline"),
        ("KESH (Northern Press Agency) — The leaders met.", "Northern Press Agency", "dateline"),
        ("By Anna Berg, Associated Press\n\nKESH - The leaders met.", "Associated Press", "byline"),
        ("By Reuters Staff\n\nThe leaders met.", "Reuters", "byline"),
        ("Associated Press\n\nThe leaders met.", "Associated Press", "byline"),
        ("The leaders met. — Yonhap", "Yonhap", "credit"),
        ("The leaders met. (Xinhua)\n\nThe Harbour Gazette adds: it rained.", "Xinhua", "credit"),
        ("The leaders met.\n\nCopyright 2023 The Associated Press. All rights reserved.", "Associated Press", "credit"),
        ("This story was first published by Kyodo News. The leaders met.", "Kyodo", "credit"),
        ("The leaders met. (Kyodo News contributed to this report.)", "Kyodo", "contributed"),
        ("The leaders met. With inputs from PTI", "Press Trust of India", "contributed"),
    ],
)
def test_credits_are_found_where_they_stand(text: str, outlet: str, part: str) -> None:
    credit = credit_of(text, "Harbour Gazette")
    assert credit is not None
    assert (credit.outlet, credit.part) == (outlet, part)
    assert text[credit.start : credit.end] == credit.words


@pytest.mark.parametrize(
    "text",
    [
        "The leaders met, Kyodo News reported.",
        "It was made by the British Broadcasting Corporation (BBC).",
        "LONDON: the leaders met.",
        "Time - so much of it - was lost.",
        "The General Assembly (UN) met.\nThe Observer\nwas there.",
    ],
)
def test_what_is_no_credit(text: str) -> None:
    assert credit_of(text) is None


def test_an_outlet_does_not_credit_itself() -> None:
    assert credit_of("TOKYO (Kyodo) -- The leaders met.", "Kyodo News") is None
    assert outlet_name("Kyodo News") == outlet_name("the Kyodo")


def wire(id_: str, publisher: str, *, days: int = 0, text: str = TALKS) -> Article:
    return article(f"KESH (Northern Press Agency) — {text}", id=id_, publisher=publisher, days=days)


def test_a_wire_story_stands_on_the_agency_whatever_the_days_say() -> None:
    own = article(TALKS, id="z-agency", publisher="Northern Press Agency", days=1)
    found = sure(wire("a-paper", "Harbour Gazette"), own)
    assert (found.article, found.on, found.kind, found.firm) == ("a-paper", "z-agency", "wire", True)
    assert "a-paper credits Northern Press Agency: “KESH (Northern Press Agency) —” at 0" in found.reasons


def test_an_agency_story_in_five_papers_has_one_root() -> None:
    papers = [wire(f"paper-{n}", f"Town {n} Gazette", days=n % 3) for n in range(1, 6)]
    assert {root.source for root in sources(papers).values()} == {"outlet:Northern Press Agency"}
    own = article(TALKS, id="agency", publisher="Northern Press Agency", days=1)
    found = sources([*papers, own])
    assert {root.source for root in found.values()} == {"agency"}
    assert found["paper-1"].kind == "wire"
    assert found["agency"].kind == "own"


def test_a_paper_without_credit_has_the_agency_of_the_one_with_credit() -> None:
    bare = article(TALKS, id="bare", publisher="Lake Courier")
    found = sources([bare, wire("credited", "Harbour Gazette", days=1)])
    assert found["bare"].source == "outlet:Northern Press Agency"
    assert [link.on for link in found["bare"].chain] == ["credited", "outlet:Northern Press Agency"]
    assert found["bare"].outlet == "Northern Press Agency"


def test_an_early_paper_reaches_the_agencys_own_article_by_way_of_a_later_one() -> None:
    cut = "\n\n".join(TALKS.split("\n\n")[:2])
    marks = [
        imprint(each, None)
        for each in (
            wire("early", "Town Gazette", text=cut),
            wire("late", "Lake Courier", days=1),
            article(TALKS, id="agency", publisher="Northern Press Agency", days=1),
        )
    ]
    relations = [
        Relation("late", "early", "wire", 0.5, 0.9, ("printed a day later",), whole=True),
        Relation("late", "agency", "wire", 0.9, 0.9, ("it names the agency",), whole=True, firm=True),
    ]
    assert {root.source for root in roots(marks, relations).values()} == {"agency"}


RELAY = (
    "Arlandia and Borduria have agreed to reopen the rail crossing at Lake Venn, which the harvest dispute had shut,"
    f" the Harbour Gazette reported. Borduria is to build a shed for customs officers of both sides.\n\n{OTHER}"
)


def test_a_relay_stands_on_the_report_of_close_days_about_the_same() -> None:
    relay = article(RELAY, id="a-relay", publisher="Lake Courier", days=1)
    report = article(TALKS, id="report", publisher="Harbour Gazette")
    found = sure(relay, report, ("Harbour Gazette", None))
    assert (found.article, found.on, found.kind, found.whole) == ("a-relay", "report", "relay", True)
    assert sources([relay, report], {"a-relay": "Harbour Gazette"})["a-relay"].source == "report"


@pytest.mark.parametrize(("days", "text"), [(-8, TALKS), (3, TALKS), (0, FLOOD)])
def test_a_relay_of_something_else_stands_on_the_outlet(days: int, text: str) -> None:
    relay = article(RELAY, id="relay", publisher="Lake Courier", days=1)
    report = article(text, id="report", publisher="Harbour Gazette", days=days)
    assert related(relay, report, ("Harbour Gazette", None)) is None
    root = sources([relay, report], {"relay": "Harbour Gazette"})["relay"]
    assert (root.source, root.outlet, root.kind) == ("outlet:Harbour Gazette", "Harbour Gazette", "relay")


def test_a_part_that_an_agency_contributed_does_not_make_the_article_its() -> None:
    own = article(f"{OTHER}\n\n(Northern Press Agency contributed to this report.)", id="a", publisher="Lake Courier")
    assert sources([own])["a"].source == "a"


# -- updates and corrections


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.gazette.example/news/venn-1/", "http://m.gazette.example/news/venn-1?utm_source=mail#top"),
        ("https://gazette.example/news/amp/venn-1", "https://amp.gazette.example/news/venn-1/index.html"),
        ("https://gazette.example/story?id=7&fbclid=x", "https://GAZETTE.example/story?id=7"),
    ],
)
def test_addresses_of_one_page_are_one(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other) is not None


def test_addresses_of_two_pages_are_two() -> None:
    assert canonical_url("https://gazette.example/story.asp?7") != canonical_url("https://gazette.example/story.asp?8")
    for address in ("https://gazette.example/", "ftp://gazette.example/a", "made.txt", "https://[broken/a", "", None):
        assert canonical_url(address) is None


def test_a_later_text_at_the_same_address_is_an_update_whatever_it_says() -> None:
    first = article(TALKS, id="z", publisher="Harbour Gazette", url="https://gazette.example/venn")
    later = article(FLOOD, id="a", publisher="Harbour Gazette", url="https://www.gazette.example/venn/", days=40)
    found = sure(first, later)
    assert (found.article, found.on, found.kind) == ("a", "z", "update")
    assert (found.corrects, found.retracts) == (False, False)
    assert sources([first, later])["a"].source == "z"


def test_a_later_version_by_the_same_outlet_is_an_update() -> None:
    later = TALKS.replace("a start", "a first step") + f"\n\n{FLOOD.split(chr(10))[0]}"
    found = sure(
        article(TALKS, id="z", publisher="BBC"), article(later, id="a", publisher="BBC News", days=1),
    )  # fmt: skip
    assert (found.article, found.kind) == ("a", "update")
    assert related(article(TALKS, id="z", publisher="BBC"), article(later, id="a", publisher="BBC", days=9)) is None


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("CORRECTED - Ministers reopen crossing", TALKS, "corrects"),
        ("UPDATE 1-CORRECTED-Ministers reopen crossing", TALKS, "corrects"),
        ("Correction: Ministers reopen crossing", TALKS, "corrects"),
        (None, f"{TALKS}\n\nThis article has been corrected: the talks took nine hours.", "corrects"),
        (None, f"{TALKS}\n\nAn earlier version of this story misstated the cost.", "corrects"),
        (None, f"(Corrects cost in second paragraph) {TALKS}", "corrects"),
        ("RETRACTED: Ministers reopen crossing", TALKS, "retracts"),
        (None, "This story has been withdrawn. We could not confirm it.", "retracts"),
        (None, "Withdrawn by publisher.", "retracts"),
    ],
)
def test_a_correction_or_retraction_at_the_same_address_is_flagged(title: str | None, text: str, kind: str) -> None:
    url = "https://gazette.example/venn"
    first = article(TALKS, id="z", publisher="Harbour Gazette", url=url)
    found = sure(first, article(text, id="a", publisher="Harbour Gazette", url=url, title=title))
    assert (found.article, found.on, found.kind, found.firm) == ("a", "z", "update", True)
    assert (found.corrects, found.retracts) == (kind == "corrects", kind == "retracts")


@pytest.mark.parametrize("title", ["Ministry corrects toll of flood", "Agency retracts report on Sado ceremony", None])
def test_news_of_corrections_is_no_notice(title: str | None) -> None:
    assert notice_of(title, f"The report was withdrawn by the minister, who said it was correct.\n\n{FLOOD}") is None


# -- what is stored


def test_a_sketch_is_the_same_on_every_machine() -> None:
    assert sketch(own_words(SHORT)) == (
        17694527597359, 37631269299824, 46244960416017, 73668173033404,
    )  # fmt: skip
    assert sketch(own_words("")) == ()
    assert len(sketch(own_words("Borduria agrees"))) == 1


def test_an_imprint_is_small_and_survives_json() -> None:
    mark = imprint(wire("a", "Harbour Gazette", text="\n\n".join((TALKS, OTHER, FLOOD))), "BBC News")
    packed = msgspec.json.encode(mark)
    assert len(packed) < 2048
    assert msgspec.json.decode(packed, type=Imprint) == mark
    assert (mark.relays, mark.outlet) == ("BBC", "Harbour Gazette")


def test_a_relation_survives_json() -> None:
    found = sure(article(TALKS, id="a"), article(TALKS, id="b", days=1))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Relation) == found


# -- roots


IDS = "abcdef"


def made_relations(draw: st.DrawFn) -> list[Relation]:
    pairs = draw(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=12, unique=True))
    return [
        Relation(
            article, on, draw(st.sampled_from(KINDS)), draw(st.sampled_from((0.2, 0.5, 0.9))),
            draw(st.sampled_from((0.1, 0.9))), (f"{article} on {on}",),
            whole=draw(st.booleans()), firm=draw(st.booleans()),
        )
        for article, on in pairs
        if article != on
    ]  # fmt: skip


RELATIONS = st.composite(made_relations)()
MARKS = st.fixed_dictionaries(
    {
        id_: st.builds(Imprint, st.just(id_), st.none() | st.just(DAY), relays=st.sampled_from((None, "BBC")))
        for id_ in IDS
    }
)


@settings(deadline=None)
@given(MARKS, RELATIONS, st.randoms(use_true_random=False))
def test_roots_do_not_depend_on_the_order_of_what_is_given(
    marks: dict[str, Imprint], relations: list[Relation], chance: random.Random
) -> None:
    found = roots(marks.values(), relations)
    mixed, shuffled = list(marks.values()), list(relations)
    chance.shuffle(mixed)
    chance.shuffle(shuffled)
    assert roots(mixed, shuffled) == found
    assert graph(found, relations) == graph(roots(mixed, shuffled), shuffled)


@settings(deadline=None)
@given(MARKS, RELATIONS)
def test_chains_end_and_all_on_a_chain_have_its_root(marks: dict[str, Imprint], relations: list[Relation]) -> None:
    found = roots(marks.values(), relations)
    assert set(found) == set(IDS)
    for root in found.values():
        steps = [link.article for link in root.chain]
        assert len(set(steps)) == len(steps)
        assert root.source == (root.chain[-1].on if root.chain else root.article)
        for link in root.chain:
            assert found[link.article].source == root.source


def test_a_relation_of_an_unknown_article_is_an_error() -> None:
    relation = Relation("a", "gone", "copy", 0.9, 0.9, (), whole=True)
    with pytest.raises(LedgerError, match="'gone', of which there is no imprint"):
        roots([Imprint("a")], [relation])


def test_a_graph_has_articles_media_and_what_is_chosen() -> None:
    first, later = wire("a", "Town Gazette"), wire("b", "Lake Courier", days=1)
    marks = [imprint(each, None) for each in (first, later)]
    relations = [sure(first, later)]
    drawn = graph(roots(marks, relations), relations)
    assert [(node.id, node.kind) for node in drawn.nodes] == [
        ("a", "article"), ("b", "article"), ("outlet:Northern Press Agency", "outlet"),
    ]  # fmt: skip
    assert [(edge.start, edge.end, edge.chosen) for edge in drawn.edges] == [
        ("a", "outlet:Northern Press Agency", True), ("b", "a", True),
    ]  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(drawn))["nodes"][0]["root"] == "outlet:Northern Press Agency"


# -- what two texts share

WORDS = st.lists(st.sampled_from("the ministers of Arlandia met by lake Venn on 16 May".split()), max_size=60)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_comparing_is_symmetric_and_runs_do_not_overlap(one: list[str], other: list[str]) -> None:
    first, second = all_words(" ".join(one)), all_words(" ".join(other))
    there, back = compare(first, second), compare(second, first)
    assert (there.signs > 0) == (back.signs > 0)
    for overlap in (there, back):
        assert 0 <= overlap.one <= 1
        assert 0 <= overlap.other <= 1
    assert all(a.end < b.start for a, b in pairwise(there.runs))
    ends = sorted((run.other_start, run.other_end) for run in there.runs)
    assert all(a[1] < b[0] for a, b in pairwise(ends))


def test_the_python_in_the_docs_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parent.parent / "docs" / "sources.md"
    [code] = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    exec(code, {})
    assert "".join(f"# {line}\n" for line in capsys.readouterr().out.splitlines()) in code


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_traced(one: str, other: str) -> None:
    related(article(one, id="a", title=other, url=other), article(other, id="b", title=one, url=one))
