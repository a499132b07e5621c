"""Pledges followed to their end: who promised or threatened what, and whether it was done, undone or taken back.

A promise opens a thread; the same promise made again is a restatement, a changed one supersedes it, and a later act
closes it. What closed it is told with its words and a score. A match that is not sure closes nothing: it is shown as
possible, for a person to judge. The rules are in `fulfilment`, the reading of acts in `promises`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from detente.codebook import HAPPENED
from detente.errors import CodebookError
from detente.fulfilment import GRACE, HURTING, POSSIBLE, SURE, Match, same_promise, weigh
from detente.judgements import PLEDGE_STATES as STATES
from detente.judgements import PledgeState as State
from detente.meetings import same_meeting, weigh_meeting
from detente.promises import DAY, Deed, Promise, promise_of, read_deeds
from detente.records import Actor, Judgement, LinkedEvent, Report, Span, Speaker
from detente.wording import Lexicon, clause

__all__ = ["STATES", "Closing", "PledgeThread", "State", "pledges"]

LONGEST = 4 * 366  # days after which nothing closes a promise without a later due day any more (ours)
LEADING = 0.25  # telling weight of a word from which an act leads to a promise by it (ours)
SHOWN = 3  # acts that may close a promise that are shown for a person to judge (ours)
BEFORE = 30  # characters before the event words in which "not" denies them (ours)
RIVALS = 0.15  # how far below the best a promise may score to be closed by the same act, if its own words say so (ours)


_NOT_DONE = re.compile(r"\b(?:not|never|yet to|fail(?:s|ed)? to|unable to|without|no sign)\b|n['’]t\b", re.IGNORECASE)
_SUPPOSED = re.compile(r"\b(?:if|unless)$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NOT_BEGUN = re.compile(
    r"\b(?:ha(?:s|ve|d) (?:not|n['’]t)(?: yet)?|yet to(?: be)?) (?:begun|begin|started?|taken? place|happen(?:ed)?"
    r"|been held|held|filed?)\b"
)


class Closing(msgspec.Struct, frozen=True):
    """An act that closes a pledge, or may.

    `event` is its id, `article` and `trigger` are where its event words stand, `day` is when it was done. `sense` is
    what it makes of the pledge. `score` is from 0 to 1, `why` the grounds, `words` the stems that both have.
    """

    event: str
    sense: State
    day: date
    score: float
    why: str
    words: tuple[str, ...]
    article: str
    trigger: Span


class PledgeThread(msgspec.Struct, frozen=True):
    """One pledge and what became of it.

    `id` is that of the act that opened it, of the type `event`; `promised` is the type of the promised act, `words` and
    `conditions` are its words in `article`. `refrains`: it was promised not to be done. `speaker` is the one on whose
    word the opening stands, `reports` tell it, `restatements` are the reports of later acts that say it again. `state`
    holds since the day `since`, by the acts in `closings` or by a `judgement`, which wins. `supersedes` and
    `superseded_by` are ids of other threads.
    """

    id: str
    event: str
    promised: str
    words: Span
    article: str
    actor: tuple[Actor, ...]
    recipient: tuple[Actor, ...]
    opened: date
    due: date | None
    conditions: tuple[Span, ...]
    refrains: bool
    speaker: Speaker | None
    reports: tuple[Report, ...]
    restatements: tuple[Report, ...]
    state: State
    since: date
    closings: tuple[Closing, ...] = ()
    judgement: Judgement | None = None
    supersedes: str | None = None
    superseded_by: str | None = None


def pledges(
    linked: Sequence[LinkedEvent], *, on: date | None = None, judgements: Sequence[Judgement] = ()
) -> tuple[PledgeThread, ...]:
    """The pledges among linked acts, in the order in which they were made, with their state on a day.

    With `on`, only reports published up to and with that day count, and what is due is measured against it; None is
    everything known, measured against the last day of publication. Judgements of the kind `pledge`, on the id of any
    act of a thread, win over the rules; of two, the later one.
    """
    deeds, lexicon = read_deeds(linked, on=on)
    deeds.sort(key=lambda d: (d.start, d.known or d.start, d.id))
    today = on or max((d.known for d in deeds if d.known), default=date.min)
    book = _Book(lexicon)
    for deed in deeds:
        book.add(deed)
    judged = {each.subject: each for each in sorted(judgements, key=lambda j: j.recorded_at) if each.kind == "pledge"}
    return tuple(_thread(each, today, judged) for each in book.threads)


# -- keeping the book ------------------------------------------------------------------------------------------------


class _Open:
    """A thread while it is being followed."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.due = promise.due
        self.last = promise.deed.start  # of its last telling
        self.told = [promise]
        self.closings: list[Closing] = []
        self.closed = False
        self.supersedes: str | None = None
        self.superseded_by: str | None = None


class _Book:
    """All threads, and by which words and parties an act may concern one of them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.threads: list[_Open] = []
        self._lexicon = lexicon
        self._by_word: defaultdict[tuple[str, str], list[_Open]] = defaultdict(list)
        self._meetings: defaultdict[str, list[_Open]] = defaultdict(list)

    def add(self, deed: Deed) -> None:
        """Take the next act in time: it closes what it closes, then opens or restates what it promises."""
        promise = promise_of(deed)
        if promise is None and (deed.event.status not in HAPPENED or _has_not_begun(deed)):
            return
        concerned = self._concerned(deed)
        later = [thread for thread in concerned if _comes_later(thread, deed)]
        if promise is not None and promise.promised == "CONSULT":
            later = [t for t in later if t.promise.promised == "CONSULT"]  # it takes back no more than another meeting
        self._close(later, deed, only_contrary=promise is not None)
        if promise is not None:
            self._open(concerned, promise)

    def _concerned(self, deed: Deed) -> list[_Open]:
        """Open threads of the doers that share a word with an act, or promise to meet the same."""
        found: dict[int, _Open] = {}
        for code in deed.doers:
            for word in deed.words:
                if threads := self._by_word.get((code, word)):
                    found.update((id(t), t) for t in _still_open(threads, deed.start))
        for code in deed.everyone if deed.event.event in ("CONSULT", "REJECT", "AGREE") else ():
            found.update((id(t), t) for t in _still_open(self._meetings[code], deed.start))
        return list(found.values())

    def _close(self, concerned: Iterable[_Open], deed: Deed, *, only_contrary: bool) -> None:
        """Let an act close the threads that it concerns; words that promise something keep no other promise.

        Of several, it surely closes the best, and others only if they fit nearly as well, by words of their own.
        """
        weighed = ((thread, _best(thread, deed, self._lexicon)) for thread in concerned)
        matches = [(thread, match) for thread, match in weighed if match and match.score >= POSSIBLE]
        if only_contrary:
            matches = [(thread, match) for thread, match in matches if match.sense != "kept"]
        matches.sort(key=lambda pair: (-pair[1].score, -pair[0].last.toordinal()))
        for thread, match in matches:
            first = match is matches[0][1]
            own = match.words or thread.promise.promised != "CONSULT"
            sure = match.score >= SURE and (first or (own and match.score >= matches[0][1].score - RIVALS))
            sense = _state_of(match, sure=bool(sure))
            thread.closings.append(_closing(deed, sense, match))
            thread.closed = sure and sense != "partly-kept"

    def _open(self, concerned: Iterable[_Open], promise: Promise) -> None:
        scored = [(_sameness(t.told[-1], promise, self._lexicon), t) for t in concerned if not t.closed]
        score, before = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if before is None or score < SURE:
            if (past := self._retold(promise)) is not None:
                past.told.append(promise)
            else:
                self._index(_Open(promise))
        elif _changed(before, promise):
            after = _Open(promise)
            after.supersedes, before.superseded_by = before.promise.deed.id, promise.deed.id
            match = Match("kept", score, "the same promise, changed")
            before.closings.append(_closing(promise.deed, "superseded", match))
            before.closed = True
            self._index(after)
        else:
            before.told.append(promise)
            before.last, before.due = promise.deed.start, promise.due or before.due
            self._reach(before, promise)

    def _retold(self, promise: Promise) -> _Open | None:
        """The thread, open or closed, of which history tells without saying when it was promised."""
        deed = promise.deed
        if deed.event.status != "background" or deed.dated:
            return None
        others = ((t, t.promise.deed) for t in self.threads)
        alike = [t for t, made in others if made.doers & deed.doers and made.words.keys() & deed.words.keys()]
        scored = [(_sameness(thread.promise, promise, self._lexicon), thread) for thread in alike]
        score, past = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        return past if score >= SURE else None

    def _index(self, thread: _Open) -> None:
        self.threads.append(thread)
        self._reach(thread, thread.promise)

    def _reach(self, thread: _Open, promise: Promise) -> None:
        """Make a thread known by the words and parties of one of its tellings."""
        for code in promise.deed.doers:
            for word in promise.deed.words:
                if self._lexicon.weight(word) >= LEADING:
                    self._by_word[code, word].append(thread)
            if promise.promised == "CONSULT":
                self._meetings[code].append(thread)


def _still_open(threads: list[_Open], day: date) -> list[_Open]:
    """The threads of a list that an act of that day may still concern; the others are dropped from it."""
    threads[:] = [t for t in threads if not t.closed and max(t.last, t.due or t.last) >= day - LONGEST * DAY]
    return threads


def _comes_later(thread: _Open, deed: Deed) -> bool:
    """Whether an act was done after the promise: on a later day, or on the same as another article tells."""
    made = thread.promise.deed
    if deed.event.status == "background" and not deed.dated:
        years = [int(year) for year in _YEAR.findall(deed.event.sentence.text)]
        if years and max(years) < made.start.year:
            return False
    if deed.start != made.start:
        return deed.start > made.start
    if deed.articles & made.articles:
        return False
    return thread.due == deed.start or bool(deed.known and made.known and deed.known > made.known)


def _has_not_begun(deed: Deed) -> bool:
    """Whether an act is only told of as not done ("the talks have not begun")."""
    event, text = deed.event, deed.event.sentence.text
    if event.event in HURTING:
        return False
    start = event.trigger.start - event.sentence.start
    left, right = clause(text, start, start + len(event.trigger.text))
    undone = _NOT_DONE.search(text, max(left, start - BEFORE), right) or _NOT_BEGUN.search(text)
    return bool(undone or _SUPPOSED.search(text[:left]))


def _best(thread: _Open, deed: Deed, lexicon: Lexicon) -> Match | None:
    """The best match of an act with one of the tellings of a promise."""
    tellings = (thread.told[0], thread.told[-1]) if len(thread.told) > 1 else thread.told
    dated = (msgspec.structs.replace(p, due=thread.due) for p in tellings if deed.start >= p.deed.start)
    found = [match for promise in dated if (match := _weigh(promise, deed, lexicon))]
    return max(found, key=lambda match: match.score, default=None)


def _weigh(promise: Promise, deed: Deed, lexicon: Lexicon) -> Match | None:
    meets = promise.promised == "CONSULT" and deed.event.event in ("CONSULT", "REJECT")
    return (weigh_meeting if meets else weigh)(promise, deed, lexicon)


def _sameness(one: Promise, other: Promise, lexicon: Lexicon) -> float:
    meet = one.promised == other.promised == "CONSULT"
    return (same_meeting if meet else same_promise)(one, other, lexicon)


def _changed(before: _Open, promise: Promise) -> bool:
    """Whether a promise made again is another one now: for another day, or for good instead of for a time."""
    if promise.deed.event.sentence == before.told[-1].deed.event.sentence:
        return False
    if before.due and promise.due and abs((before.due - promise.due).days) > GRACE:
        return True
    was, now = before.told[-1].deed.direction, promise.deed.direction
    return was.known and now.known and was.verb == now.verb == -1 and was.pausing and not now.pausing


def _state_of(match: Match, *, sure: bool) -> State:
    if not sure:
        return "possibly-kept" if match.sense == "kept" else "possibly-broken"
    if match.sense == "kept":
        return "partly-kept" if match.partly else "kept"
    return "broken" if match.sense == "broken" else "withdrawn"


def _closing(deed: Deed, sense: State, match: Match) -> Closing:
    event = deed.event
    return Closing(deed.id, sense, deed.start, match.score, match.why, match.words, event.article, event.trigger)


def _thread(followed: _Open, today: date, judged: dict[str, Judgement]) -> PledgeThread:
    promise, deed = followed.promise, followed.promise.deed
    judgement = _judgement(followed, judged)
    state, since = _state(followed, today)
    if judgement:
        state, since = _judged(judgement)
    here = (told for told in followed.told if told.deed.event.article == deed.event.article)
    return PledgeThread(
        id=deed.id,
        event=deed.event.event,
        promised=promise.promised,
        words=promise.span,
        article=deed.event.article,
        actor=deed.event.actor,
        recipient=deed.event.recipient,
        opened=deed.start,
        due=followed.due,
        conditions=tuple(dict.fromkeys(words for told in here for words in told.conditions)),
        refrains=promise.refrains,
        speaker=deed.event.speaker,
        reports=deed.reports,
        restatements=tuple(report for told in followed.told[1:] for report in told.deed.reports),
        state=state,
        since=since,
        closings=_shown(followed.closings),
        judgement=judgement,
        supersedes=followed.supersedes,
        superseded_by=followed.superseded_by,
    )


def _shown(closings: list[Closing]) -> tuple[Closing, ...]:
    """The sure ones and, of those that are only possible, the best few, in time."""
    possible = sorted((c for c in closings if c.sense.startswith("possibly")), key=lambda c: -c.score)[:SHOWN]
    return tuple(c for c in closings if not c.sense.startswith("possibly") or c in possible)


def _judgement(followed: _Open, judged: dict[str, Judgement]) -> Judgement | None:
    ids = [report.event.id for told in followed.told for report in told.deed.reports]
    found = [judged[each] for each in (*(told.deed.id for told in followed.told), *ids) if each in judged]
    return max(found, key=lambda each: each.recorded_at, default=None)


def _judged(judgement: Judgement) -> tuple[State, date]:
    """The state that a person gave, since the day of the judgement."""
    for state in STATES:
        if state == judgement.value:
            return state, date.fromisoformat(judgement.recorded_at[:10])
    known = ", ".join(STATES)
    raise CodebookError(f"{judgement.value!r} is no state of a pledge, as judged by {judgement.who}. Known: {known}.")


def _state(followed: _Open, today: date) -> tuple[State, date]:
    """What became of a promise by the rules, and since which day."""
    sure = [each for each in followed.closings if not each.sense.startswith("possibly")]
    if sure:
        return sure[-1].sense, sure[-1].day
    if followed.closings:
        best = max(followed.closings, key=lambda each: each.score)
        return best.sense, best.day
    if followed.due and today > followed.due + GRACE * DAY:
        return "overdue", followed.due + (GRACE + 1) * DAY
    return "open", followed.promise.deed.start
