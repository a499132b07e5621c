"""What is known of two states that was not known on an earlier day, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from detente.briefcast import Cast
from detente.briefpledges import fate, pledged
from detente.briefsections import act_sentence, grouped, weightiest
from detente.briefwords import Statement, clean_quote, count, day, is_or_are, quoted, sentence
from detente.records import LinkedEvent
from detente.revisions import Change, Known

ACTS = 6  # new acts told one by one, the weightiest; the rest is counted (ours)
CITED = 3  # events cited for those that are only counted
APART = {"planned": "what is planned", "possible": "what may happen", "denied": "what is denied"}


def news(found: Sequence[Change], now: Known, pair: tuple[str, str], cast: Cast) -> Iterator[Statement]:
    """New acts, then what else changed: acts told otherwise, pledges, disputes. `now` is what is known now."""
    acts = {act.id: act for act in now.acts}
    yield from _new_acts([acts[each.id] for each in found if _is_new_act(each) and each.id in acts], pair, cast)
    yield from _other_acts([each for each in found if each.what == "act" and not _is_new_act(each)], acts)
    threads = {each.id: each for each in now.pledges}
    for each in found:
        if each.what == "pledge" and (thread := threads.get(each.id)) is not None:
            told = pledged(thread, Cast())
            if told is not None and (each.kind == "new" or thread.state != "open"):
                head = "New" if each.kind == "new" else "Changed"
                yield Statement(
                    sentence(f"{head}: on {day(thread.opened)} {pledged(thread, cast)}; {fate(thread)}"), each.events
                )
        elif each.what == "dispute":
            yield Statement(sentence(_dispute(each)), each.events or _moves(now, each.id))


def _is_new_act(change: Change) -> bool:
    return change.what == "act" and change.kind == "new"


def _new_acts(acts: Sequence[LinkedEvent], pair: tuple[str, str], cast: Cast) -> Iterator[Statement]:
    groups = grouped([act for act in acts if act.event.status == "actual"], pair)
    best = weightiest(groups, ACTS, pair)
    for group in best:
        yield act_sentence(group, pair, cast)
    told = {act.id for group in best for act in group}
    for status, words in APART.items():
        apart = [act for act in acts if act.event.status == status]
        if apart:
            told.add(apart[-1].id)
            yield Statement(sentence(f"New is a report of {words}: {quoted(apart[-1].event)}"), (apart[-1].id,))
    rest = [act for act in acts if act.id not in told]
    if rest:
        more = "further act" if told else "act"
        yield Statement(
            sentence(f"{count(len(rest), more)} {is_or_are(len(rest))} new in the ledger"),
            tuple(act.id for act in rest[-CITED:]),
        )


def _other_acts(found: Iterable[Change], acts: dict[str, LinkedEvent]) -> Iterator[Statement]:
    """Acts that are told otherwise, by more reports, or not any more."""
    for each in found:
        act = acts.get(each.id)
        quote = f": {quoted(act.event)}" if act else ""
        if each.kind == "more-reports" and act:
            reports = count(len(act.reports), "report")
            sources = count(act.independent_sources, "independent source")
            yield Statement(sentence(f"An act now rests on {reports}, {sources}{quote}"), each.events)
        elif each.kind == "changed":
            yield Statement(
                sentence(f"The record of an act has changed from “{each.before}” to “{each.after}”"), each.events
            )


def _dispute(change: Change) -> str:
    """How a dispute changed; `before` and `after` are its state and name."""
    was, now = (words.partition(": ")[0] for words in (change.before, change.after))
    name = clean_quote(change.id)
    if change.kind == "new":
        return f"A dispute over “{name}” has come up; it is {now}"
    if change.kind == "gone":
        return f"“{name}” is no longer found to be a dispute of its own"
    return f"The dispute over “{name}” is now {now}; it was {was}"


def _moves(now: Known, name: str) -> tuple[str, ...]:
    return tuple(move.event for each in now.disputes if each.name == name for move in each.moves[-1:])
