"""Sections of a brief, as sentences that each name the events they rest on.

Where a relation stands, what happened, what is announced or denied, contradictions, and what the reports do not say;
promises and disputes are in modules of their own. A sentence that would have to be guessed is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date, timedelta

from detente.briefcast import Cast, speaking
from detente.briefdeeds import NOUNS, deed, said, told_with_verb
from detente.briefwords import (
    Statement,
    clean_quote,
    count,
    day,
    is_or_are,
    listed,
    month,
    number,
    on_day,
    quoted,
    sentence,
    signed,
)
from detente.conflicts import Conflict
from detente.names import fold, gazetteer
from detente.records import LinkedEvent, Speaker
from detente.relations import Relation, Turn
from detente.resemblance import TOLD

LEAST = 0.6  # confidence from which on an act is told in a sentence of its own (ours)
LATELY = timedelta(days=366)  # before the last act: what happened in it is told first (ours)
RECENT, EARLIER, APART = 8, 6, 4  # acts told one by one: of late, before that, and planned, possible or denied (ours)
A_YEAR = 2  # of one year before that (ours)
TURNS, DRIVERS = 2, 2  # turns told, and acts told with each
CONFLICTS = 4
CITED = 3  # events cited for a figure that rests on many
OLD = timedelta(days=366)  # an act told so long after its day is history, not news (ours)
_LEADER = re.compile(r"\b(?:President|Prime Minister|Premier|Chancellor|King|Supreme Leader)\b")
LOOSE = frozenset("further also later earlier and of the in on".split())  # words at whose place a name is cut off
PRONOUNS = frozenset("he she they it who we i you him her them".split())


def day_of(act: LinkedEvent) -> date | None:
    """The first day of an act, or of its first report where it is not dated."""
    return act.event.date.start if act.event.date else act.first_seen


# -- where it stands -------------------------------------------------------------------------------------------------


def standing(how: Relation, acts: Sequence[LinkedEvent], pair: tuple[str, str], cast: Cast) -> Iterator[Statement]:
    """Level, band, trend, what it rests on, and the last turns."""
    known = [each for each in how.levels if each.level is not None]
    happened = [act for act in acts if act.event.status == "actual" and act.event.date]
    if not known or not happened:
        return
    last = known[-1]
    recent = tuple(act.id for act in happened[-CITED:])
    low, high = last.low80 or 0.0, last.high80 or 0.0
    side = "on the side of cooperation" if low > 0 else "on the side of conflict" if high < 0 else "near the middle"
    yield Statement(
        sentence(
            f"In {month(last.start)}, the last month with a dated act, relations stood {side}: at"
            f" {signed(last.level or 0.0)} on a scale from −10 (conflict) to +10 (cooperation), with a probability of"
            f" 80 % between {signed(low)} and {signed(high)}"
        ),
        recent,
    )
    if how.trend is not None:
        moved = "higher" if how.trend > 0 else "lower"
        sure = "a change larger than chance would explain" if how.sure else "a change that chance alone may explain"
        told = f"the level is {abs(how.trend):.1f} {moved} than twelve months before, {sure}"
        yield Statement(
            sentence(told if abs(how.trend) >= 0.05 else "Over the twelve months before, the level did not move"),
            recent,
        )
    quads = how.series.quads
    friendly, hostile = quads[1] + quads[2], quads[3] + quads[4]
    more = f"{number(friendly)} of cooperation and {number(hostile)} of conflict"
    first = how.series.periods[0].start
    span = f" from {month(first)} on" if first < last.start else ""
    yield Statement(sentence(f"The figures rest on {count(how.series.events, 'act')}{span}, {more}"), recent)
    for turn in how.turns[-TURNS:]:
        yield from _turn(turn, {act.id: act for act in acts}, pair, cast)


def _turn(turn: Turn, by_id: dict[str, LinkedEvent], pair: tuple[str, str], cast: Cast) -> Iterator[Statement]:
    point = turn.point
    ways = {"better": "for the better", "worse": "for the worse", "more": "to more contact", "less": "to less contact"}
    size = f", by {abs(point.size):.1f}" if point.size is not None and "level" in point.what else ""
    spell = f" and back by {month(point.end)}" if point.end else ""
    surely = (
        ""
        if point.earliest == point.latest
        else f" (most likely between {month(point.earliest)} and {month(point.latest)})"
    )
    acts = [by_id[driver.id] for driver in turn.drivers if driver.id in by_id]
    driving = [act for act in acts if act.event.confidence >= LEAST and deed(act.event, Cast(), others=pair)][:DRIVERS]
    cited = tuple(act.id for act in (driving or acts[:DRIVERS]))
    if not cited:
        return
    yield Statement(
        sentence(f"Relations turned {ways[point.direction]} in {month(point.start)}{surely}{size}{spell}"), cited
    )
    told = list(dict.fromkeys(f"{said(act.event, cast, pair) or ''}{_in_brackets(act)}" for act in driving))
    if told:
        yield Statement(sentence(f"What weighs most in that turn: {'; '.join(told)}"), cited)


def _in_brackets(act: LinkedEvent) -> str:
    when = day_of(act)
    return f" ({day(when)})" if when else ""


# -- what happened ---------------------------------------------------------------------------------------------------


def happened(
    acts: Sequence[LinkedEvent], pair: tuple[str, str], cast: Cast, since: date | None
) -> tuple[list[Statement], list[Statement]]:
    """What happened of late, and the weightiest before that, each in order of time; the rest is counted.

    With `since` all of it is of late.
    """
    done = [act for act in acts if act.event.status == "actual" and not _is_history(act)]
    days = [when for act in done if (when := day_of(act)) is not None]
    start = since or (max(days, default=date.min) - LATELY if days else date.min)
    groups = grouped(done, pair)
    late = [group for group in groups if (day_of(group[0]) or date.min) >= start]
    early = [group for group in groups if (day_of(group[0]) or date.min) < start]
    told_early = weightiest(early, EARLIER, pair, yearly=A_YEAR)
    told_late = weightiest(late, RECENT, pair)
    recent = [act_sentence(group, pair, cast) for group in told_late]
    before = [act_sentence(group, pair, cast) for group in told_early]
    told = {act.id for group in (*told_early, *told_late) for act in group}
    before += _rest([act for act in done if act.id not in told and (day_of(act) or date.min) < start], bool(before))
    recent += _rest([act for act in done if act.id not in told and (day_of(act) or date.min) >= start], bool(recent))
    return recent, before


def _is_history(act: LinkedEvent) -> bool:
    when = act.event.date
    return when is not None and act.first_seen is not None and act.first_seen - when.end > OLD


def grouped(acts: Iterable[LinkedEvent], pair: tuple[str, str]) -> list[list[LinkedEvent]]:
    """Acts that can be told, those that one sentence tells or that read alike on one day together, the best first."""
    groups: dict[tuple[object, ...], list[LinkedEvent]] = {}
    of_sentence: dict[tuple[str, int], tuple[object, ...]] = {}
    for act in acts:
        event = act.event
        if event.confidence < LEAST or deed(event, Cast(), others=pair) is None:
            continue
        places = [(report.event.article, report.event.sentence.start) for report in act.reports]
        codes = frozenset(party.code for party in event.actor)
        key = next((of_sentence[place] for place in places if place in of_sentence), (event.event, codes, day_of(act)))
        groups.setdefault(key, []).append(act)
        of_sentence.update(dict.fromkeys(places, key))
    return [sorted(group, key=lambda act: (-_weight(act, pair), act.id)) for group in groups.values()]


def weightiest(
    groups: list[list[LinkedEvent]], most: int, pair: tuple[str, str], *, yearly: int | None = None
) -> list[list[LinkedEvent]]:
    """The weightiest groups in order of time, of one year no more than `yearly`."""
    taken: Counter[int] = Counter()
    best: list[list[LinkedEvent]] = []
    for group in sorted(groups, key=lambda group: (-_weight(group[0], pair), group[0].id)):
        year = (day_of(group[0]) or date.min).year
        if len(best) < most and (yearly is None or taken[year] < yearly):
            taken[year] += 1
            best.append(group)
    return sorted(best, key=lambda group: (day_of(group[0]) or date.min, group[0].id))


def _weight(act: LinkedEvent, pair: tuple[str, str]) -> float:
    """How much an act says: by its scale, sources and confidence; less where its parties or its verb are not clear."""
    event = act.event
    known = all(party.entity for party in (*event.actor, *event.recipient))
    clear = told_with_verb(event, Cast(), pair) is not None
    both = set(pair) <= {party.code for party in (*event.actor, *event.recipient)}
    top = all(
        any(_LEADER.search(p.text) or p.entity == p.code for p in side) for side in (event.actor, event.recipient)
    )
    parts = (1.0 if known else 0.4) * (1.0 if clear else 0.7) * (1.0 if both else 0.3) * (0.5 if event.hedge else 1.0)
    told = min(1.0 + act.independent_sources + 0.5 * len(act.reports), 5.0)
    return (abs(event.scale) + 3.0) * told * event.confidence * parts * (1.25 if top else 1.0)


def act_sentence(group: list[LinkedEvent], pair: tuple[str, str], cast: Cast) -> Statement:
    """What happened in one sentence: when, who did what, on whose word, and on how many sources."""
    act = group[0]
    event = act.event
    told = event.date is not None and event.date.basis in TOLD
    when = f"{on_day(event.date)} " if told else f"Reported on {day(act.first_seen)}: " if act.first_seen else ""
    with_verb = told_with_verb(event, Cast(), pair) is not None
    what = said(event, cast, pair) or ""
    speaker = _speaker(event.speaker, what)
    hedge = event.hedge.text if event.hedge and event.hedge.text not in what else ""
    doubt = f", which the report marks as unconfirmed (“{clean_quote(hedge)}”)" if hedge else ""
    quote = "" if with_verb else f": {quoted(event)}"
    sources = _sources(act)
    return Statement(
        sentence(f"{when}{what}{speaker}{doubt}{sources}{quote}"),
        tuple(dict.fromkeys(report.event.id for each in group for report in each.reports))[: 2 * CITED],
    )


def _sources(act: LinkedEvent) -> str:
    if len(act.reports) < 2:
        return ""
    reports = count(len(act.reports), "report")
    if act.independent_sources == len(act.reports):
        return f" ({count(act.independent_sources, 'independent source')})"
    return f" ({reports}, {count(act.independent_sources, 'independent source')})"


def _speaker(speaker: Speaker | None, what: str) -> str:
    """On whose word it is told; not said where that one is named already or is only a pronoun."""
    if speaker is None or not speaker.text:
        return ""
    name = " ".join((speaker.name or speaker.text).split())
    if name.lower() in PRONOUNS or name in what or len(name) > 60 or name.split()[-1] in LOOSE:
        return ""
    return f", according to {speaking(name)}"


def _rest(acts: Sequence[LinkedEvent], more: bool) -> list[Statement]:
    if not acts:
        return []
    types = Counter(act.event.event for act in acts)
    kinds = listed([count(n, *NOUNS[name]) for name, n in types.most_common(6)])
    others = sum(n for _, n in types.most_common()[6:])
    kinds += f", and {count(others, 'act')} of other kinds" if others else ""
    head = f"{count(len(acts), 'further act')} {is_or_are(len(acts))}" if more else f"{count(len(acts), 'act')} are"
    if len(acts) == 1 and not more:
        head = "One act is"
    return [Statement(sentence(f"{head} on record: {kinds}"), tuple(act.id for act in acts[-CITED:]))]


def apart(acts: Sequence[LinkedEvent], since: date | None) -> Iterator[Statement]:
    """Acts of late that are planned, possible or denied, the latest last, in the words of the reports."""
    words = {"planned": "what is planned", "possible": "what may happen", "denied": "what is denied"}
    start = since or max((act.first_seen for act in acts if act.first_seen), default=date.max) - LATELY
    seen: dict[tuple[str, int, str], list[LinkedEvent]] = {}
    for act in acts:
        event = act.event
        if event.status in words and event.confidence >= LEAST and act.first_seen and act.first_seen >= start:
            seen.setdefault((event.article, event.sentence.start, event.status), []).append(act)
    for group in list(seen.values())[-APART:]:
        act, status = group[0], group[0].event.status
        publisher = next((report.publisher for report in act.reports if report.publisher), None)
        who = publisher or "A report"
        when = day(act.first_seen) if act.first_seen else ""
        head = f"On {when} {who} told of" if publisher else f"{who} of {when} tells of"
        yield Statement(
            sentence(f"{head} {words[status]}: {quoted(act.event)}"), tuple(each.id for each in group[:CITED])
        )


# -- contradictions and silences -------------------------------------------------------------------------------------


def contradictions(found: Iterable[Conflict], known: Container[str]) -> Iterator[Statement]:
    """Contradictions that rest on known events; spellings are left to the list of conflicts."""
    told = 0
    for each in found:
        events = tuple(dict.fromkeys(claim.event for claim in each.claims if claim.event and claim.event in known))
        answers: dict[str, str] = {}
        for claim in each.claims:
            dated = f"a report of {day(claim.published)}" if claim.published else "a report"
            answers.setdefault(clean_quote(claim.words.text), claim.source.publisher or dated)
        if each.verdict != "contradiction" or not events or len(answers) < 2 or told == CONFLICTS:
            continue
        told += 1
        named = [f"{source} has “{words}”" for words, source in list(answers.items())[:3]]
        yield Statement(sentence(f"Reports differ on {_about(each.about)}: {listed(named)}"), events[: 2 * CITED])


def _about(question: str) -> str:
    """A question with the types of acts in words, and what is counted in the plural."""
    if counted := re.match(r"number of ([\w-]+)", question):
        noun = counted[1]
        named = any(m.form in ("adjective", "people") for m in gazetteer().meanings.get(fold(noun), ()))
        shown = noun.capitalize() if named else noun
        plural = "people" if noun == "person" else shown if noun.endswith("s") else f"{shown}s"
        return f"the number of {plural}{question[counted.end() :]}"
    return re.sub(r"\b[A-Z]{3,9}\b", lambda m: f"the {NOUNS[m[0]][0]}" if m[0] in NOUNS else m[0], question)


def silences(acts: Sequence[LinkedEvent], how: Relation, until: date | None) -> Iterator[Statement]:
    """What is not told: days, second sources, months with too few articles, and how long nothing is heard."""
    last = max((when for act in acts if (when := act.last_seen) is not None), default=None)
    if last is not None and until is not None and until - last > timedelta(days=92):
        newest = [act for act in acts if act.last_seen == last]
        yield Statement(
            sentence(
                f"No act between the two is reported after {day(last)}, although the ledger goes on to {day(until)}"
            ),
            tuple(act.id for act in newest[:CITED]),
        )
    undated = [act for act in acts if act.event.date is None]
    if undated:
        what = "the act" if len(acts) == 1 else f"{number(len(undated))} of {number(len(acts))} acts"
        yield Statement(
            sentence(f"The reports do not tell when {what} took place"), tuple(act.id for act in undated[-CITED:])
        )
    single = [act for act in acts if act.independent_sources == 1]
    if single and len(acts) > 1:
        all_ = len(single) == len(acts)
        what = (
            f"All {number(len(acts))} acts rest" if all_ else f"{count(len(single), 'act')} of {number(len(acts))} rest"
        )
        if len(single) == 1:
            what = f"One act of {number(len(acts))} rests"
        yield Statement(sentence(f"{what} on a single source"), tuple(act.id for act in single[-CITED:]))
    thin = [period for period in how.series.periods if period.thin]
    if thin and acts:
        months = f"{number(len(thin))} of {number(len(how.series.periods))} months"
        yield Statement(
            sentence(f"In {months} too few articles were read for silence to mean calm"),
            tuple(act.id for act in acts[-1:]),
        )
