"""The state of a relation in words: where it stands and which way it moves, what happened, what was promised, what is
in dispute, where reports contradict each other, and what they do not say. Every sentence names the events behind it.

The sentences are made in `briefsections`, `briefpledges` and `briefdisputes`; what the ledger does not hold is not
said, and a sentence that would have to be guessed is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from detente.accounts import ledger_conflicts
from detente.briefcast import Cast
from detente.briefdisputes import live_disputes
from detente.briefnews import news
from detente.briefpledges import promises
from detente.briefsections import (
    apart,
    contradictions,
    day_of,
    happened,
    silences,
    standing,
)
from detente.briefwords import Rephrasing, Statement, count, country, day
from detente.dyads import side_of
from detente.errors import CodebookError
from detente.ledger import Ledger
from detente.memory import links
from detente.records import LinkedEvent
from detente.relations import relation
from detente.revisions import changes_between, known

__all__ = ["Brief", "Citation", "Section", "Statement", "as_json", "html", "markdown", "write_brief"]


class Section(msgspec.Struct, frozen=True):
    """A heading with its sentences, which are a list or, as `prose`, follow one another."""

    title: str
    statements: tuple[Statement, ...]
    prose: bool = False


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
    for now. `citations` are in the order in which the sentences cite them. `rephrasings` are what a writer made of
    sentences (`rewriting`), none where there was none.
    """

    pair: tuple[str, str]
    since: date | None
    as_of: date | None
    title: str
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    rephrasings: tuple[Rephrasing, ...] = ()


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
    how = relation(ledger, *pair, as_of=as_of)
    told = [act for act in now.acts if since is None or (day_of(act) or date.min) >= since]
    cast = Cast()
    found = ledger_conflicts(ledger, dyad=pair, linked=links(ledger, dyad=pair), as_of=as_of)
    new = changes_between(known(ledger, pair, changes_since), now) if changes_since else ()
    by_id = {report.event.id: act for act in now.acts for report in act.reports}
    newly = tuple(each for each in news(new, now, pair, cast) if each.events)
    stands = tuple(standing(how, now.acts, pair, cast))
    recent, earlier = happened(told, pair, cast, since)
    sections = (
        Section(f"What is new since {day(changes_since)}" if changes_since else "", newly),
        Section("Where it stands", stands, prose=True),
        Section("What happened of late" if earlier else "What happened", tuple(recent)),
        Section("What went before", tuple(earlier)),
        Section("Announced, feared or denied", tuple(apart(told, since))),
        Section("Promises and threats", tuple(promises(now.pledges, since, cast))),
        Section("Disputes", tuple(live_disputes(now.disputes, now.acts))),
        Section("Where reports contradict each other", tuple(contradictions(found, by_id))),
        Section("What the reports do not say", tuple(silences(told, how, as_of or _last_day(ledger))), prose=True),
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


# -- citations and forms ---------------------------------------------------------------------------------------------


def _last_day(ledger: Ledger) -> date | None:
    """The last day of publication in the ledger."""
    [last] = ledger.row("SELECT MAX(day) FROM told") or (None,)
    return date.fromisoformat(last) if last else None


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
        told = [f"{_escaped(each.text)}{_marks(each, numbers)}" for each in section.statements]
        lines += [" ".join(told), ""] if section.prose else [*(f"- {each}" for each in told), ""]
    if (said := rephrased(brief)) is not None:
        lines += [f"*{_escaped(said)}*", ""]
    if brief.citations:
        lines += ["## Events cited", ""]
    for number, cited in enumerate(brief.citations, 1):
        source = ", ".join(filter(None, (cited.publisher, str(cited.published or "")))) or cited.article
        lines.append(f"{number}. `{cited.event}` {_escaped(source)}: “{_escaped(cited.quote)}”")
    return "\n".join(lines).rstrip() + "\n"


def _marks(statement: Statement, numbers: dict[str, int]) -> str:
    found = ", ".join(str(numbers[id_]) for id_ in statement.events if id_ in numbers)
    return f" [{found}]" if found else ""


def rephrased(brief: Brief) -> str | None:
    """How many sentences a writer rephrased, and how many of its sentences were refused; None without a writer."""
    if not brief.rephrasings:
        return None
    refused = sum(bool(each.refused) for each in brief.rephrasings)
    used = count(len(brief.rephrasings) - refused, "sentence")
    return (
        f"A writer rephrased {used}; {count(refused, 'rephrasing')} of it {'was' if refused == 1 else 'were'} refused."
    )


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
    return environment.get_template("brief.html").render(
        brief=brief, numbers=numbers, day=day, rephrased=rephrased(brief)
    )


def as_json(brief: Brief) -> str:
    """The brief as one line of JSON."""
    return msgspec.json.encode(brief).decode() + "\n"
