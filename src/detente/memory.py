"""What a ledger remembers beyond the single article: whose words an article stands on, and which reports tell one act.

Articles, events and judgements decide it alone, in whatever order they came; it is kept in tables beside them and
brought up to date by what is new (`update`). Each batch is one transaction: a process that is killed leaves what it had
not linked yet in the queue, and the next update goes on there. What is not linked yet is read as an act of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

import msgspec

from detente.acts import linked_event
from detente.imprints import Imprint, imprint, imprint_keys, sought_keys
from detente.judgements import corrected, judgements
from detente.ledger import Ledger
from detente.likeness import Telling
from detente.lineage import Root, roots
from detente.link import LEAST, LINK, cluster
from detente.records import Event, EventDate, Judgement, LinkedEvent, Report
from detente.resemblance import keys, likeness, telling, window
from detente.selection import Selection, pairs_of
from detente.sources import Relation, relate

BATCH = 64  # articles and events linked in one transaction: a few at a time, so that others can write in between
LONGEST = 400  # days that the window of a telling may span, for the search by its start
_MANY = 500  # values in one statement
_T = TypeVar("_T")
Verdicts = Mapping[str, Sequence[Judgement]]


class Linked(NamedTuple):
    """What an update did: articles traced, events linked, and how many of each wait still."""

    articles: int
    events: int


# -- bringing it up to date ------------------------------------------------------------------------------------------


def update(ledger: Ledger, *, batch: int = BATCH) -> Linked:
    """Trace the sources of new articles and link their events; nothing to do is done at once."""
    articles = events = 0
    while found := _trace_some(ledger, batch):
        articles += found
    while found := _link_some(ledger, batch):
        events += found
    return Linked(articles, events)


def relink(ledger: Ledger) -> None:
    """Put everything in force back into the queue, for a new version of the rules."""
    with ledger.transaction():
        ledger.execute("INSERT OR IGNORE INTO unlinked_articles SELECT row FROM articles WHERE superseded_at IS NULL")
        ledger.execute("INSERT OR IGNORE INTO unlinked_events SELECT row FROM events WHERE superseded_at IS NULL")


def unlinked(ledger: Ledger) -> Linked:
    """How many articles and events wait to be linked."""
    (articles,) = next(ledger.rows("SELECT COUNT(*) FROM unlinked_articles"))
    (events,) = next(ledger.rows("SELECT COUNT(*) FROM unlinked_events"))
    return Linked(articles, events)


# -- articles: whose words -------------------------------------------------------------------------------------------


def _trace_some(ledger: Ledger, batch: int) -> int:
    with ledger.transaction():
        rows = _column(ledger, "SELECT article FROM unlinked_articles ORDER BY article LIMIT ?", batch)
        touched: set[int] = set()
        for row in rows:
            touched |= _forget_article(ledger, row)
            touched |= _trace(ledger, row)
        _find_roots(ledger, touched)
        ledger.execute(f"DELETE FROM unlinked_articles WHERE article IN ({_marks(rows)})", tuple(rows))
    return len(rows)


def _forget_article(ledger: Ledger, row: int) -> set[int]:
    """Take an article out; gives those that stood in relation to it."""
    near = {
        other if one == row else one
        for one, other in ledger.rows("SELECT one, other FROM relations WHERE one = ? OR other = ?", (row, row))
    }
    ledger.execute("DELETE FROM relations WHERE one = ? OR other = ?", (row, row))
    ledger.execute("DELETE FROM told WHERE article = ?", (row,))
    ledger.execute("DELETE FROM imprint_keys WHERE article = ?", (row,))
    ledger.execute("DELETE FROM imprints WHERE article = ?", (row,))
    return near


def _trace(ledger: Ledger, row: int) -> set[int]:
    """Find what an article in force stands in relation to."""
    article = ledger.article_at(row)
    if article is None:
        return set()
    relayed = ledger.row("SELECT record FROM events WHERE article = ? AND superseded_at IS NULL", (article.id,))
    own = imprint(article, msgspec.json.decode(relayed[0], type=Event).relayed_from if relayed else None)
    near = _gather(ledger, "SELECT article FROM imprint_keys WHERE key IN ({})", sorted(sought_keys(own)))
    ledger.execute("INSERT INTO imprints (article, imprint) VALUES (?, ?)", (row, _json(own)))
    ledger.execute(
        "INSERT OR IGNORE INTO told SELECT code, published, ? FROM events JOIN parties ON parties.event = events.row"
        " WHERE article = ? AND superseded_at IS NULL AND code <> '' AND published IS NOT NULL",
        (row, article.id),
    )
    for key in imprint_keys(own):
        ledger.execute("INSERT INTO imprint_keys VALUES (?, ?)", (key, row))
    for other in near:
        ((record,),) = ledger.rows("SELECT imprint FROM imprints WHERE article = ?", (other,))
        theirs = ledger.article_at(other)
        assert theirs is not None
        relation = relate(own, msgspec.json.decode(record, type=Imprint), article.text, theirs.text)
        if relation is not None:
            ledger.execute("INSERT INTO relations VALUES (?, ?, ?)", (*sorted((row, other)), _json(relation)))
    return {row}


def _find_roots(ledger: Ledger, touched: Iterable[int]) -> None:
    """Find the roots of articles and of all that hang together with them; events of those that changed are linked
    again, since the number of their sources may change."""
    done: set[int] = set()
    for start in sorted(touched):
        if start in done:
            continue
        rows, relations = _related(ledger, start)
        done |= rows
        marks = {
            row: (msgspec.json.decode(record, type=Imprint), root)
            for row in sorted(rows)
            for record, root in ledger.rows("SELECT imprint, root FROM imprints WHERE article = ?", (row,))
        }
        found = roots([mark for mark, _ in marks.values()], relations)
        for row, (mark, before) in marks.items():
            after = _json(found[mark.article])
            if after != before:
                ledger.execute("UPDATE imprints SET root = ? WHERE article = ?", (after, row))
                ledger.execute(
                    "INSERT OR IGNORE INTO unlinked_events SELECT row FROM events"
                    " WHERE article = ? AND superseded_at IS NULL",
                    (mark.article,),
                )


def _related(ledger: Ledger, start: int) -> tuple[set[int], list[Relation]]:
    """All articles that hang together with one by relations, and those relations."""
    rows, waiting = {start}, [start]
    relations: dict[tuple[int, int], Relation] = {}
    while waiting:
        row = waiting.pop()
        for one, other, record in ledger.rows("SELECT * FROM relations WHERE one = ? OR other = ?", (row, row)):
            relations[one, other] = msgspec.json.decode(record, type=Relation)
            new = {one, other} - rows
            rows |= new
            waiting += new
    return rows, [relations[pair] for pair in sorted(relations)]


# -- events: which tell one act --------------------------------------------------------------------------------------


def _link_some(ledger: Ledger, batch: int) -> int:
    with ledger.transaction():
        rows = _column(ledger, "SELECT event FROM unlinked_events ORDER BY event LIMIT ?", batch)
        judged = judgements(ledger) if rows else ()
        verdicts = _verdicts(judged)
        touched: set[int] = set()
        for row in rows:
            touched |= _forget_event(ledger, row)
            touched |= _compare(ledger, row, verdicts)
        _find_acts(ledger, touched, judged, verdicts)
        ledger.execute(f"DELETE FROM unlinked_events WHERE event IN ({_marks(rows)})", tuple(rows))
    return len(rows)


def _forget_event(ledger: Ledger, row: int) -> set[int]:
    """Take an event out of the comparison; gives those that were one act with it or like it."""
    act = ledger.row("SELECT act FROM tellings WHERE event = ?", (row,))
    near = {
        other if one == row else one
        for one, other in ledger.rows("SELECT one, other FROM likenesses WHERE one = ? OR other = ?", (row, row))
    }
    if act is not None and act[0] is not None:
        near |= set(_column(ledger, "SELECT event FROM tellings WHERE act = ?", act[0]))
        _forget_act(ledger, act[0])
    ledger.execute("DELETE FROM likenesses WHERE one = ? OR other = ?", (row, row))
    ledger.execute("DELETE FROM telling_keys WHERE event = ?", (row,))
    ledger.execute("DELETE FROM tellings WHERE event = ?", (row,))
    return near - {row}


def _compare(ledger: Ledger, row: int, verdicts: Verdicts) -> set[int]:
    """Keep an event in force with what it is like; an event that a person judged to be none is left out."""
    record = ledger.row(
        "SELECT record, articles.published, text FROM events JOIN readings ON readings.id = events.reading"
        " JOIN articles ON articles.row = readings.article WHERE events.row = ? AND events.superseded_at IS NULL",
        (row,),
    )
    event = record and _right(record[0], verdicts)
    if not record or not event:
        return set()
    own = telling(event, date.fromisoformat(record[1]) if record[1] else None, record[2])
    start, end = window(own)
    start = max(start, end - LONGEST)
    candidates: dict[int, str] = {}
    shared = keys(own)
    for key in shared:
        candidates |= ledger.rows(
            "SELECT tellings.event, telling FROM telling_keys JOIN tellings ON tellings.event = telling_keys.event"
            ' WHERE key = ? AND start >= ? AND start < ? AND "end" > ?',
            (key, start - LONGEST, end, start),
        )
    ledger.execute("INSERT INTO tellings (event, telling) VALUES (?, ?)", (row, _json(own)))
    for key in shared:
        ledger.execute("INSERT INTO telling_keys VALUES (?, ?, ?, ?)", (key, start, row, end))
    for other in sorted(candidates):
        found = likeness(own, msgspec.json.decode(candidates[other], type=Telling))
        if found.score >= LEAST:
            pair = sorted((row, other))
            ledger.execute("INSERT INTO likenesses VALUES (?, ?, ?, ?)", (*pair, found.score, _json(found.reasons)))
    return {row}


def _find_acts(ledger: Ledger, touched: Iterable[int], judged: Sequence[Judgement], verdicts: Verdicts) -> None:
    """Cluster the events and all that hang together with them, and keep the acts that come out."""
    decided = _Decided(ledger, judged)
    done: set[int] = set()
    for start in sorted(touched):
        if start in done or not ledger.row("SELECT 1 FROM tellings WHERE event = ?", (start,)):
            continue
        rows, edges = _alike(ledger, start, decided)
        done |= rows
        reports = dict(_reports(ledger, rows, verdicts))
        names = {row: report.event.id for row, report in reports.items()}
        named = {name: row for row, name in names.items()}
        acts = "SELECT act FROM tellings WHERE event IN ({}) AND act IS NOT NULL"
        for act in _gather(ledger, acts, sorted(rows)):
            _forget_act(ledger, act)
        clusters = cluster(
            sorted(named),
            [(names[one], names[other], score) for (one, other), score in sorted(edges.items())],
            must=[pair for pair in decided.merged if named.keys() >= set(pair)],
            cannot=[pair for pair in decided.parted if named.keys() >= set(pair)],
        )
        for members in clusters:
            _keep_act(ledger, linked_event(reports[named[name]] for name in members), named, members)


class _Decided:
    """The pairs of events that people have merged or parted, by id and by row."""

    def __init__(self, ledger: Ledger, judged: Sequence[Judgement]) -> None:
        self.merged = [(each.subject, each.about) for each in judged if each.kind == "merge"]
        self.parted = [(each.subject, each.about) for each in judged if each.kind == "unmerge"]
        self.near: dict[int, set[int]] = {}
        for pair in self.merged:
            rows = [
                row
                for id_ in pair
                for (row,) in ledger.rows(
                    "SELECT tellings.event FROM events JOIN tellings ON tellings.event = events.row WHERE id = ?",
                    (id_,),
                )
            ]
            for row in rows:
                self.near.setdefault(row, set()).update(rows)


def _alike(ledger: Ledger, start: int, decided: _Decided) -> tuple[set[int], dict[tuple[int, int], float]]:
    """All events that hang together with one by likenesses of LINK or by judgements, and all likenesses among them."""
    rows, waiting = {start}, [start]
    while waiting:
        row = waiting.pop()
        new = set(decided.near.get(row, ()))
        new.update(_column(ledger, "SELECT other FROM likenesses WHERE one = ? AND score >= ?", row, LINK))
        new.update(_column(ledger, "SELECT one FROM likenesses WHERE other = ? AND score >= ?", row, LINK))
        new -= rows
        rows |= new
        waiting += new
    edges = {
        (row, other): score
        for row in rows
        for other, score in ledger.rows("SELECT other, score FROM likenesses WHERE one = ?", (row,))
        if other in rows
    }
    return rows, edges


def _forget_act(ledger: Ledger, act: int) -> None:
    ledger.execute("UPDATE tellings SET act = NULL WHERE act = ?", (act,))
    ledger.execute("DELETE FROM act_pairs WHERE act = ?", (act,))
    ledger.execute("DELETE FROM acts WHERE row = ?", (act,))


def _keep_act(ledger: Ledger, linked: LinkedEvent, named: dict[str, int], members: Iterable[str]) -> None:
    event = linked.event
    act = named[event.id]
    day, end = (event.date.start.isoformat(), event.date.end.isoformat()) if event.date else (None, None)
    ledger.execute(
        "INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            act, linked.id, event.event, next(iter(event.mode), None), event.quad, event.status, event.scale,
            event.confidence, day, end,
            len(linked.reports), linked.independent_sources, _json(linked.agreement),
            linked.first_seen and linked.first_seen.isoformat(), linked.last_seen and linked.last_seen.isoformat(),
        ),
    )  # fmt: skip
    for first, second, direction in pairs_of(event):
        ledger.execute("INSERT INTO act_pairs VALUES (?, ?, ?, ?, ?)", (first, second, day or "", act, direction))
    for name in members:
        ledger.execute("UPDATE tellings SET act = ? WHERE event = ?", (act, named[name]))


def _verdicts(judged: Iterable[Judgement]) -> Verdicts:
    """What people judged of single events, by id."""
    found: dict[str, list[Judgement]] = {}
    for each in judged:
        if each.kind == "event":
            found.setdefault(each.subject, []).append(each)
    return found


def _right(record: str, verdicts: Verdicts) -> Event | None:
    """An event as people put it right, None where they judged it to be none."""
    event = msgspec.json.decode(record, type=Event)
    return corrected(event, verdicts.get(event.id, ()))


def _reports(ledger: Ledger, rows: Iterable[int], verdicts: Verdicts) -> Iterator[tuple[int, Report]]:
    """Events as reports, by row; those that people judged to be none are left out."""
    for some in _slices(sorted(rows)):
        found = ledger.rows(
            "SELECT events.row, record, articles.published, publisher, title, url, articles.id, imprints.root"
            " FROM events JOIN readings ON readings.id = events.reading"
            " JOIN articles ON articles.row = readings.article"
            f" LEFT JOIN imprints ON imprints.article = articles.row WHERE events.row IN ({_marks(some)})",
            tuple(some),
        )
        for row, record, published, publisher, title, url, article, root in found:
            right = _right(record, verdicts)
            if right is not None:
                day = date.fromisoformat(published) if published else None
                source = msgspec.json.decode(root, type=Root).source if root else article
                yield row, Report(right, day, publisher, title, url, source)


# -- reading ---------------------------------------------------------------------------------------------------------


def linked_events(
    ledger: Ledger,
    *,
    dyad: tuple[str, str] | None = None,
    directed: bool = False,
    status: str | tuple[str, ...] | None = None,
    event: str | tuple[str, ...] | None = None,
    since: date | None = None,
    until: date | None = None,
    min_confidence: float | None = None,
    as_of: date | None = None,
) -> list[LinkedEvent]:
    """Acts, each with all its reports, by the day of the act; undated ones by their first report, the rest last.

    The conditions are those of `Ledger.events` and hold for the act as its leading report tells it. With `as_of`, acts
    have only the reports that were known at the end of that day. What is not linked yet is an act of its own.
    """
    where = ledger.selection(as_of=as_of)
    if dyad is not None:
        where.dyad(dyad, directed=directed)
    judged = judgements(ledger, as_of=as_of)
    acts: dict[int, list[Report]] = {}
    for act, report in _reports_of(ledger, where, judged, as_of):
        acts.setdefault(act, []).append(report)
    found = [linked_event(reports) for reports in acts.values()]
    wanted = _Wanted(dyad, directed, status, event, since, until, min_confidence)
    return sorted((act for act in found if wanted(act)), key=_in_time)


def acts_known(ledger: Ledger, rows: Iterable[int], *, as_of: date | None = None) -> list[LinkedEvent]:
    """The acts that the events of these rows of the table report, in no order; with `as_of`, of those known by then
    and with the reports known by then."""
    where = ledger.selection(as_of=as_of)
    where.add("row IN (SELECT value FROM json_each(?))", _json(sorted(rows)))
    acts: dict[int, list[Report]] = {}
    for act, report in _reports_of(ledger, where, judgements(ledger, as_of=as_of), as_of):
        acts.setdefault(act, []).append(report)
    return [linked_event(reports) for reports in acts.values()]


def linked_event_of(ledger: Ledger, event_id: str, *, as_of: date | None = None) -> LinkedEvent | None:
    """The act that the event of this id, or of the only id that begins so, is a report of; None where there is none.

    Raises LedgerError where several ids begin so.
    """
    event = ledger.event(event_id)
    if event is None:
        return None
    where = ledger.selection(as_of=as_of)
    where.add("id = ?", event.id)
    reports = [report for _, report in _reports_of(ledger, where, judgements(ledger, as_of=as_of), as_of)]
    return linked_event(reports) if reports else None


def texts_of(ledger: Ledger, linked: Iterable[LinkedEvent]) -> dict[str, str]:
    """The texts of the articles that report the acts, by id, each as it is in force."""
    ids = sorted({report.event.article for act in linked for report in act.reports})
    found: dict[str, str] = {}
    for some in _slices(ids):
        query = f"SELECT id, text FROM articles WHERE superseded_at IS NULL AND id IN ({_marks(some)})"
        found.update(ledger.rows(query, tuple(some)))
    return found


def links(ledger: Ledger, *, dyad: tuple[str, str] | None = None) -> dict[str, str]:
    """The id of each linked event with the id of the act that it is a report of.

    With `dyad`, only events of the articles that tell of the two.
    """
    query = (
        "SELECT events.id, acts.id FROM events JOIN tellings ON tellings.event = events.row"
        " JOIN acts ON acts.row = tellings.act"
    )
    if dyad is None:
        return dict(ledger.rows(query))
    where = Selection()
    where.dyad(dyad, directed=False)
    return dict(
        ledger.rows(f"{query} WHERE events.article IN (SELECT article FROM events WHERE {where})", tuple(where.values))
    )


def why_linked(ledger: Ledger, one: str, other: str) -> tuple[float, tuple[str, ...]] | None:
    """How alike two events of these ids were found, and why; None where nothing much joins them."""
    rows = [row for id_ in (one, other) for (row,) in ledger.rows("SELECT row FROM events WHERE id = ?", (id_,))]
    marks = _marks(rows)
    query = f"SELECT score, reasons FROM likenesses WHERE one IN ({marks}) AND other IN ({marks})"
    found = ledger.row(query, (*rows, *rows))
    return (float(found[0]), tuple(msgspec.json.decode(found[1]))) if found else None


def _reports_of(
    ledger: Ledger, where: Selection, judged: Sequence[Judgement], as_of: date | None
) -> Iterator[tuple[int, Report]]:
    """The reports of all acts with a report that meets the condition, each with a number of its act."""
    chosen = dict(
        ledger.rows(
            f"SELECT row, ifnull(act, row) FROM (SELECT * FROM events WHERE {where}) events"
            " LEFT JOIN tellings ON tellings.event = events.row",
            tuple(where.values),
        )
    )
    members = dict(chosen)
    known = ledger.selection(as_of=as_of)
    for some in _slices(sorted(set(chosen.values()))):
        members |= ledger.rows(
            f"SELECT row, act FROM (SELECT * FROM events WHERE {known}) events"
            f" JOIN tellings ON tellings.event = events.row WHERE act IN ({_marks(some)})",
            (*known.values, *some),
        )
    for row, report in _reports(ledger, members, _verdicts(judged)):
        yield members[row], report


class _Wanted(NamedTuple):
    """Whether an act, as its leading report tells it, meets the conditions."""

    dyad: tuple[str, str] | None
    directed: bool
    status: str | tuple[str, ...] | None
    event: str | tuple[str, ...] | None
    since: date | None
    until: date | None
    min_confidence: float | None

    def __call__(self, linked: LinkedEvent) -> bool:
        told = linked.event
        if not self._on_days(told.date) or (self.min_confidence or 0.0) > told.confidence:
            return False
        for wanted, value in ((self.status, told.status), (self.event, told.event)):
            if wanted is not None and value not in ((wanted,) if isinstance(wanted, str) else wanted):
                return False
        if self.dyad is None:
            return True
        first, second = sorted(self.dyad)
        ways = {0, 1 if self.dyad[0] <= self.dyad[1] else -1} if self.directed else {-1, 0, 1}
        return any((first, second, way) in pairs_of(told) for way in ways)

    def _on_days(self, days: EventDate | None) -> bool:
        """Whether the days overlap [since, until); undated acts overlap none."""
        if days is None:
            return self.since is None and self.until is None
        return (self.since is None or days.end > self.since) and (self.until is None or days.start < self.until)


def _in_time(linked: LinkedEvent) -> tuple[bool, date, str]:
    day = linked.event.date.start if linked.event.date else linked.first_seen
    return day is None, day or date.max, linked.id


def _column(ledger: Ledger, query: str, *values: Any) -> list[int]:
    return [row[0] for row in ledger.rows(query, values)]


def _gather(ledger: Ledger, query: str, values: Sequence[Any]) -> list[int]:
    """The first column of a query whose `{}` takes many values, each row once, in order."""
    found: set[int] = set()
    for some in _slices(values):
        found.update(_column(ledger, query.format(_marks(some)), *some))
    return sorted(found)


def _slices(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
