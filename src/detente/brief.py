"""The state of a relation in words: where it stands and which way it moves, what happened, what was promised, what is
in dispute, where reports contradict each other, and what they do not say. Every sentence names the events behind it.

Sentences come from typed templates (`detente.briefwords`); what the ledger does not hold is not said, and a sentence
that would have to be guessed is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from detente.accounts import ledger_conflicts
from detente.briefwords import Cast, count, country, day, deed, listed, month, on_day, quoted, sentence, told_as
from detente.conflicts import Conflict
from detente.disputes import Dispute
from detente.dyads import side_of
from detente.errors import CodebookError
from detente.ledger import Ledger
from detente.memory import links
from detente.records import LinkedEvent
from detente.relations import Relation, relation
from detente.resemblance import TOLD
from detente.revisions import Change, changes_between, known
from detente.threads import PledgeThread
from detente.turns import TurningPoint

LEAST = 0.5  # confidence from which on an act is told in a sentence of its own (ours)
ACTS = 12  # acts told one by one; the rest is counted
APART = 6  # acts told that are planned, possible or denied
CONFLICTS = 6
CITED = 5  # events cited for a figure that rests on many
QUIET = {"kept", "withdrawn", "superseded"}  # states of pledges that are told only where they are new


class Statement(msgspec.Struct, frozen=True):
    """One sentence, and the ids of the events that it rests on; each is in the ledger."""

    text: str
    events: tuple[str, ...]


class Section(msgspec.Struct, frozen=True):
    """A heading with its sentences."""

    title: str
    statements: tuple[Statement, ...]


class Citation(msgspec.Struct, frozen=True):
    """An event that a brief cites: its day, who published it, and the words."""

    event: str
    article: str
    published: date | None
    publisher: str | None
    url: str | None
    quote: str


class Brief(msgspec.Struct, frozen=True):
    """The state of relations of two states.

    `since` is the day from which on acts are told, None for all; `as_of` the day at whose end things were known, None
    for now. `citations` are in the order in which the sentences cite them.
    """

    pair: tuple[str, str]
    since: date | None
    as_of: date | None
    title: str
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]


def write_brief(
    ledger: Ledger,
    first: str,
    second: str,
    *,
    since: date | None = None,
    as_of: date | None = None,
    changes_since: date | None = None,
) -> Brief:
    """The brief on two states, given by their codes.

    With `since`, what happened is told from that day on; level, pledges and disputes are those of the whole history.
    With `changes_since`, a section on what is known otherwise than at the end of that day comes first.

    Raises CodebookError for what is no code of one state.
    """
    pair = _state(first), _state(second)
    now = known(ledger, pair, as_of)
    acts = now.acts
    how = relation(ledger, *pair, as_of=as_of)
    told = [act for act in acts if since is None or (_day(act) or date.min) >= since]
    cast = Cast()
    found = ledger_conflicts(ledger, dyad=pair, linked=links(ledger, dyad=pair), as_of=as_of)
    new = changes_between(known(ledger, pair, changes_since), now) if changes_since else ()
    by_id = {report.event.id: act for act in acts for report in act.reports}
    sections = (
        Section(f"What is new since {day(changes_since)}" if changes_since else "", tuple(_news(new))),
        Section("Where it stands", tuple(_standing(how, acts, by_id, cast))),
        Section("What happened", tuple(_happened(told, cast))),
        Section("Announced, feared or denied", tuple(_apart(told, cast))),
        Section("Promises and threats", tuple(_promises(now.pledges, since))),
        Section("Disputes", tuple(_disputes(now.disputes))),
        Section("Where reports contradict each other", tuple(_contradictions(found))),
        Section("What the reports do not say", tuple(_silences(told, now.pledges, how))),
    )
    kept = tuple(section for section in sections if section.statements)
    return Brief(
        pair=pair,
        since=since,
        as_of=as_of,
        title=f"Relations between {country(pair[0])} and {country(pair[1])}",
        sections=kept,
        citations=_citations(kept, by_id),
    )


def _state(text: str) -> str:
    side = side_of(text)
    if len(side.codes) != 1 or side.sectors:
        raise CodebookError(f"{text!r} is not one state; a brief is on two states, such as JPN and KOR.")
    return side.codes[0]


# -- where it stands -------------------------------------------------------------------------------------------------


def _standing(
    how: Relation, acts: Sequence[LinkedEvent], by_id: dict[str, LinkedEvent], cast: Cast
) -> Iterator[Statement]:
    known = [each for each in how.levels if each.level is not None]
    happened = [act for act in acts if act.event.status == "actual" and act.event.date]
    if not known or not happened:
        return
    last = known[-1]
    recent = tuple(act.id for act in happened[-CITED:])
    yield Statement(
        sentence(
            f"In {month(last.start)}, the last month with an act that could be dated, the level of relations stood at"
            f" {last.level:+.1f} on a scale from −10 (conflict) to +10 (cooperation), with a probability of 80 %"
            f" between {last.low80:+.1f} and {last.high80:+.1f}"
        ),
        recent,
    )
    if how.trend is not None:
        moved = "rose" if how.trend > 0 else "fell"
        sure = "more than chance would explain" if how.sure else "no more than chance may explain"
        yield Statement(
            sentence(f"Over the last twelve months it {moved} by {abs(how.trend):.1f}, which is {sure}"), recent
        )
    quads = how.series.quads
    cooperation, conflict = quads[1] + quads[2], quads[3] + quads[4]
    yield Statement(
        sentence(
            f"The reports tell of {count(how.series.events, 'act')} between the two, {cooperation} of cooperation and"
            f" {conflict} of conflict"
        ),
        recent,
    )
    for turn in how.turns[-4:]:
        yield from _turn(turn.point, [driver.id for driver in turn.drivers[:3]], by_id, cast)


def _turn(point: TurningPoint, drivers: list[str], by_id: dict[str, LinkedEvent], cast: Cast) -> Iterator[Statement]:
    ways = {
        "better": "for the better",
        "worse": "for the worse",
        "more": "towards more contact",
        "less": "towards less",
    }
    size = f", by {point.size:+.1f}" if point.size is not None and "level" in point.what else ""
    spell = f" until {month(point.end)}" if point.end else ""
    when = month(point.start)
    span = (
        ""
        if point.earliest == point.latest
        else f" (most likely between {month(point.earliest)} and {month(point.latest)})"
    )
    told = [by_id[id_] for id_ in drivers if id_ in by_id]
    words = [f"{deed(act.event, cast)}" for act in told if deed(act.event, Cast())]
    driven = f"; what drove it most: {'; '.join(dict.fromkeys(words))}" if words else ""
    if told:
        yield Statement(
            sentence(f"It turned {ways[point.direction]} in {when}{span}{spell}{size}{driven}"),
            tuple(act.id for act in told),
        )


# -- what happened ---------------------------------------------------------------------------------------------------


def _happened(acts: list[LinkedEvent], cast: Cast) -> Iterator[Statement]:
    """The weightiest acts one by one, in order of time, and counts of the rest."""
    happened = [act for act in acts if act.event.status == "actual"]
    sayable = [act for act in happened if act.event.confidence >= LEAST and act.event.date and deed(act.event, Cast())]
    chosen = {act.id for act in sorted(sayable, key=_weight)[:ACTS]}
    for act in happened:
        if act.id in chosen:
            yield _act(act, cast)
    rest = [act for act in happened if act.id not in chosen]
    if rest:
        types = Counter(act.event.event for act in rest)
        kinds = listed([f"{number} {name}" for name, number in types.most_common(6)])
        yield Statement(
            sentence(f"Besides, the reports tell of {count(len(rest), 'further act')}: {kinds}"),
            tuple(act.id for act in rest[-CITED:]),
        )


def _weight(act: LinkedEvent) -> tuple[float, str]:
    event = act.event
    return -(abs(event.scale) + 2.0) * (1.0 + act.independent_sources) * event.confidence, act.id


def _act(act: LinkedEvent, cast: Cast) -> Statement:
    event = act.event
    told = event.date is not None and event.date.basis in TOLD
    when = on_day(event.date) if told else f"Reported on {day(act.first_seen)}" if act.first_seen else ""
    what = deed(event, cast)
    sources = f"; {count(act.independent_sources, 'independent source')}" if act.independent_sources > 1 else ""
    said = f", {event.speaker.name or event.speaker.text} said" if event.speaker and event.speaker.text else ""
    return Statement(
        sentence(f"{when}{(', ' if told else ': ') if when else ''}{what}{said} ({quoted(event)}{sources})"),
        tuple(report.event.id for report in act.reports[:CITED]) or (act.id,),
    )


def _apart(acts: list[LinkedEvent], cast: Cast) -> Iterator[Statement]:
    """Acts that are planned, possible or denied, the latest last."""
    apart = [act for act in acts if act.event.status in ("planned", "possible", "denied")]
    sayable = [act for act in apart if act.event.confidence >= LEAST and deed(act.event, Cast())]
    for act in sayable[-APART:]:
        what, reported = deed(act.event, cast), told_as(act.event.status)
        seen = f"reported on {day(act.first_seen)}, " if act.first_seen else ""
        yield Statement(sentence(f"That {what} {reported} ({seen}{quoted(act.event)})"), (act.id,))


# -- promises, disputes, contradictions ------------------------------------------------------------------------------


def _promises(threads: Iterable[PledgeThread], since: date | None) -> Iterator[Statement]:
    for each in threads:
        if each.state in QUIET and since is not None and each.since < since:
            continue
        who = Cast().side(each.actor)
        if who is None:
            continue
        whom = Cast().side([party for party in each.recipient if party.code not in {p.code for p in each.actor}])
        verb = {"THREATEN": "made a threat", "CONCEDE": "announced a concession", "AGREE": "made a promise"}.get(
            each.event, "announced a measure"
        )
        words = f"“{' '.join(each.words.text.split())}”"
        yield Statement(
            sentence(
                f"On {day(each.opened)} {who} {verb}{f' towards {whom}' if whom else ''}: {words}"
                f"{f', due by {day(each.due)}' if each.due else ''}; {_became(each)}"
            ),
            tuple(dict.fromkeys((each.id, *(closing.event for closing in each.closings[-2:])))),
        )


def _became(pledge: PledgeThread) -> str:
    threat = pledge.event not in ("AGREE", "CONCEDE")
    by = f", as {pledge.judgement.who} judged" if pledge.judgement else ""
    words = {
        "open": "nothing tells what became of it",
        "kept": "it was carried out" if threat else "it was kept",
        "partly-kept": "it was carried out in part" if threat else "it was kept in part",
        "broken": "the contrary was done",
        "withdrawn": "it was taken back",
        "superseded": "another took its place",
        "overdue": "it is overdue",
        "possibly-kept": "it may have been carried out" if threat else "it may have been kept",
        "possibly-broken": "the contrary may have been done",
    }
    return words[pledge.state] + (f" on {day(pledge.since)}" if pledge.closings and not by else "") + by


def _disputes(found: Iterable[Dispute]) -> Iterator[Statement]:
    states = {
        "open": "is open", "escalating": "is escalating", "easing": "is easing",
        "settled": "is settled", "dormant": "is dormant",
    }  # fmt: skip
    for each in found:
        standing = each.standing
        yield Statement(
            sentence(
                f"The dispute over “{each.name}”, {count(len(each.moves), 'move')} since {month(each.moves[0].day)},"
                f" {states[standing.state]}: {standing.why}"
            ),
            standing.events or tuple(move.event for move in each.moves[-2:]),
        )
        for side in each.sides:
            for position in side.positions[:1]:
                yield Statement(
                    sentence(f"{country(side.code)} ({position.kind}, {day(position.day)}): “{position.quote}”"),
                    (position.event,),
                )


def _contradictions(found: Iterable[Conflict]) -> Iterator[Statement]:
    """Contradictions that rest on events of the ledger; spellings are left to the list of conflicts."""
    for each in [conflict for conflict in found if conflict.verdict == "contradiction"][:CONFLICTS]:
        events = tuple(dict.fromkeys(claim.event for claim in each.claims if claim.event))
        if not events:
            continue
        told = [
            f"{claim.source.publisher or claim.source.article} has “{' '.join(claim.words.text.split())}”"
            for claim in each.claims[:3]
        ]
        yield Statement(sentence(f"Reports differ on {each.about}: {listed(told)}"), events)


def _silences(acts: list[LinkedEvent], threads: Iterable[PledgeThread], how: Relation) -> Iterator[Statement]:
    undated = [act for act in acts if act.event.date is None]
    if undated:
        yield Statement(
            sentence(f"When {count(len(undated), 'act')} took place is not told"),
            tuple(act.id for act in undated[-CITED:]),
        )
    single = [act for act in acts if act.independent_sources == 1]
    if single and acts:
        yield Statement(
            sentence(f"{count(len(single), 'act')} of {len(acts)} rest on a single source"),
            tuple(act.id for act in single[-CITED:]),
        )
    waiting = [each for each in threads if each.state in ("open", "overdue")]
    if waiting:
        yield Statement(
            sentence(
                f"Nothing tells what became of {count(len(waiting), 'promise or threat', 'promises and threats')}"
            ),
            tuple(each.id for each in waiting[-CITED:]),
        )
    thin = [period for period in how.series.periods if period.thin]
    if thin and acts:
        yield Statement(
            sentence(
                f"In {len(thin)} of {len(how.series.periods)} months too few articles were read"
                " for silence to mean calm"
            ),
            tuple(act.id for act in acts[-1:]),
        )


def _news(found: Iterable[Change]) -> Iterator[Statement]:
    words = {"new": "New", "gone": "No longer held", "changed": "Changed", "more-reports": "Confirmed by more reports"}
    for each in found:
        told = f"{each.before} is now {each.after}" if each.kind == "changed" else each.after or each.before
        yield Statement(sentence(f"{words[each.kind]} ({each.what}): {told}"), each.events)


# -- citations and forms ---------------------------------------------------------------------------------------------


def _day(act: LinkedEvent) -> date | None:
    return act.event.date.start if act.event.date else act.first_seen


def _citations(sections: Iterable[Section], by_id: dict[str, LinkedEvent]) -> tuple[Citation, ...]:
    cited = dict.fromkeys(id_ for section in sections for each in section.statements for id_ in each.events)
    reports = {report.event.id: report for act in by_id.values() for report in act.reports}
    named = {act.id: act.reports[0] for act in by_id.values()} | reports
    return tuple(
        Citation(
            id_, report.event.article, report.published, report.publisher, report.url,
            " ".join(report.event.sentence.text.split()),
        )
        for id_ in cited
        if (report := named.get(id_)) is not None
    )  # fmt: skip


def markdown(brief: Brief) -> str:
    """The brief as Markdown; each sentence ends in the numbers of its events in the list at the end."""
    numbers = {each.event: number for number, each in enumerate(brief.citations, 1)}
    lines = [f"# {brief.title}", ""]
    known = f"As known on {day(brief.as_of)}." if brief.as_of else "As known now."
    lines += [f"{known}{f' What happened is told from {day(brief.since)} on.' if brief.since else ''}", ""]
    if not brief.sections:
        lines += ["The ledger holds no act between the two.", ""]
    for section in brief.sections:
        lines += [f"## {section.title}", ""]
        for each in section.statements:
            marks = ", ".join(str(numbers[id_]) for id_ in each.events if id_ in numbers)
            lines.append(f"- {_escaped(each.text)}{f' [{marks}]' if marks else ''}")
        lines.append("")
    if brief.citations:
        lines += ["## Events cited", ""]
    for number, cited in enumerate(brief.citations, 1):
        source = ", ".join(filter(None, (cited.publisher, str(cited.published or "")))) or cited.article
        lines.append(f"{number}. `{cited.event}` {_escaped(source)}: “{_escaped(cited.quote)}”")
    return "\n".join(lines).rstrip() + "\n"


def _escaped(text: str) -> str:
    """Text with the marks of Markdown and HTML made harmless."""
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return text


def html(brief: Brief) -> str:
    """The brief as one HTML page without scripts; each number leads to the event that is cited."""
    from jinja2 import Environment, PackageLoader, select_autoescape

    environment = Environment(loader=PackageLoader("detente"), autoescape=select_autoescape(default=True))
    numbers = {each.event: number for number, each in enumerate(brief.citations, 1)}
    return environment.get_template("brief.html").render(brief=brief, numbers=numbers, day=day)


def as_json(brief: Brief) -> str:
    """The brief as one line of JSON."""
    return msgspec.json.encode(brief).decode() + "\n"
