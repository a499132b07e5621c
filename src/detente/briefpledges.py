"""Promises and threats in a brief: each in one sentence, and what became of it.

The report's own words stand after a verb of promising: "to" before a verb, "on" or "with" before a noun. Words that are
neither, or too few to say what was promised, give no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from detente.briefcast import Cast
from detente.briefdeeds import is_base, news_parties, past_form
from detente.briefwords import Statement, articled, clean_quote, count, day, number, sentence
from detente.records import Actor
from detente.threads import PledgeThread

TOLD = 4  # pledges told of each kind: overdue, open, and ended (ours)
SINCE = timedelta(days=731)  # before the last one; older pledges are counted (ours)
CITED = 3  # pledges cited for those that are only counted
CLOSED = frozenset({"kept", "partly-kept", "broken", "withdrawn", "superseded", "possibly-kept", "possibly-broken"})
LEAST_WORDS = 3  # words that say what was promised; fewer say too little (ours)
_MODAL = re.compile(r"(?:also|will|would|could|may|might|shall|should|can|to|not|must|is to|are to)\s+", re.IGNORECASE)
_BEFORE_VERB = re.compile(
    r"\b(?:to|will|would|could|may|might|shall|should|can|must|not|jointly|also|to jointly)\s*$", re.IGNORECASE
)
_LOOSE_END = re.compile(
    r"[\s,]+(?:and|or|but|of|in|on|at|to|by|for|from|with|the|an?|its|their|his|her|that|as"
    r"|if|unless|when|until|next|like|than|which|who|whom|whether|during|against|currently|between"
    r"|over|after|before|while|into|about|through|under|within|amid|towards?|regarding)$"
)
_BROKEN_OFF = re.compile(r"\b(?:is|are|was|were|be|been|has|have|had|will|would|whenever|wherever)$")
_AGREEMENT = re.compile(
    r"(?:(?:an?|the) )?(?:[a-z-]+ )?(?:agreement|deal|accord|pact|treaty|truce|ceasefire)\b(?! talks)"
)
_OWN_ARTICLE = re.compile(r"(?:an?|the|its|their|his|her|more|any|all|further|such|on|[a-z]+ing)\b")
_AFTER_HEAD = re.compile(r" (?:of|in|from|on|at|for|with|to|between|against|over|about|by|that|next|this|last)\b")
_MASS = frozenset(
    "cooperation aid support help access assistance action trade relief peace money force retaliation dialogue work"
    " compensation recognition security funding training information".split()
)  # nouns that stand without an article
_PREPOSITION = re.compile(r"(?:to|of|in|at|by|for|from|with|if|as|and|or|but|that|not) ")
_NOUN = re.compile(
    r"(?:an?|the|its|their|his|her|more|new|any|all|further|[\d$€£¥]|[a-z]+ing\b|[a-z-]+ )", re.IGNORECASE
)


def promises(threads: Sequence[PledgeThread], since: date | None, cast: Cast) -> Iterator[Statement]:
    """Overdue pledges, open ones, and what became of others, each the newest; older ones are counted."""
    latest = max((each.opened for each in threads), default=date.min)
    start = since or (latest - SINCE if latest > date.min else latest)
    told: set[str] = set()
    for states in (frozenset({"overdue"}), frozenset({"open"}), CLOSED - {"superseded"}):
        mine = [each for each in threads if each.state in states and max(each.since, each.opened) >= start]
        sayable = [(each, words) for each in mine if (words := pledged(each, Cast())) is not None]
        for each, _ in sayable[-TOLD:]:
            told.add(each.id)
            words = f"{pledged(each, cast)}; {fate(each)}" if fate(each) else pledged(each, cast)
            closing = tuple(c.event for c in each.closings[-1:]) if each.state in CLOSED else ()
            yield Statement(sentence(f"On {day(each.opened)} {words}"), tuple(dict.fromkeys((each.id, *closing))))
    rest = [each for each in threads if each.id not in told and each.state in ("open", "overdue")]
    if rest:
        overdue = sum(each.state == "overdue" for each in rest)
        late = f", {number(overdue)} of them overdue" if 0 < overdue < len(rest) else ", overdue" if overdue else ""
        more = "further " if told else ""
        what = count(len(rest), f"{more}promise or threat", f"{more}promises and threats")
        yield Statement(
            sentence(f"Of {what} no report tells what became{late}"), tuple(each.id for each in rest[-CITED:])
        )


def pledged(thread: PledgeThread, cast: Cast) -> str | None:
    """Who promised or threatened what, by when; None where the words or the parties do not say it clearly."""
    form = _words(thread)
    if form is None:
        return None
    kind, words = form
    promise = thread.event == "AGREE"
    whom = [party for party in thread.recipient if party.code not in {p.code for p in thread.actor}]
    who = cast.side(_makers(thread))
    if who is None:
        return None
    several = len({party.code for party in thread.actor}) > 1 or not whom
    towards = cast.side(whom) if promise and not several else None
    quote = f"“{clean_quote(words)}”"
    refrains = "not " if thread.refrains else ""
    due = f" by {day(thread.due)}" if thread.due else ""
    if kind == "verb":
        verb = {"AGREE": "agreed" if several else "promised", "CONCEDE": "offered", "THREATEN": "threatened"}.get(
            thread.event, "announced plans"
        )
        return f"{who} {verb}{f' {towards}' if towards else ''} {refrains}to {quote}{due}"
    if thread.refrains:
        return None
    agreed = "reached" if _AGREEMENT.match(words) else "agreed" if words.startswith("on ") else "agreed on"
    verb = {"AGREE": agreed if several else "promised", "CONCEDE": "offered", "THREATEN": "threatened"}.get(
        thread.event, "announced"
    )
    return f"{who} {verb}{f' {towards}' if towards else ''} {_article(words)}{quote}{due}"


def _article(words: str) -> str:
    """The article that a noun with its words needs, with a blank after it; "" where it has or needs none."""
    head = _AFTER_HEAD.split(words)[0].split()[-1]
    if not words[:1].islower() or _OWN_ARTICLE.match(words) or head in _MASS:
        return ""
    return articled(words).removesuffix(words)


def fate(thread: PledgeThread) -> str:
    """What became of a pledge, as a clause; "" for an open one, whose end is not told."""
    threat = thread.event not in ("AGREE", "CONCEDE")
    by = f", as {thread.judgement.who} judged" if thread.judgement else ""
    done = "it was carried out" if threat else "it was kept"
    words = {
        "open": "" if by else "no report tells what became of it",
        "kept": done,
        "partly-kept": f"{done} in part",
        "broken": "the contrary was done",
        "withdrawn": "it was taken back",
        "superseded": "another took its place",
        "overdue": "that day has passed, and no report tells that it was done",
        "possibly-kept": "it may have been carried out" if threat else "it may have been kept",
        "possibly-broken": "the contrary may have been done",
    }[thread.state]
    on = f" on {day(thread.since)}" if thread.closings and not by and thread.state not in ("open", "overdue") else ""
    return f"{words}{on}{by}" if words else f"it is open{by}"


def _words(thread: PledgeThread) -> tuple[str, str] | None:
    """Whether the words of a pledge are a verb or a noun, and the words without what hangs over at their ends."""
    words = " ".join(thread.words.text.split()).strip(' ,.;:"“”')
    for _ in range(3):
        words = _LOOSE_END.sub("", words)
    before = _before(thread)
    modal = _MODAL.match(words)
    while modal:
        before, words = modal.group(), words[modal.end() :]
        modal = _MODAL.match(words)
    if (
        _BROKEN_OFF.search(words)
        or words.count('"') % 2
        or words.count("(") != words.count(")")
        or len(words.split()) < LEAST_WORDS
    ):
        return None
    first, _, rest = words.partition(" ")
    if first == "be":  # what is promised is not the doer's own act
        return None
    if is_base(first) or (_BEFORE_VERB.search(before) and first.islower() and past_form(first) is None):
        return None if first.endswith(("ing", "ed")) else ("verb", words)
    if past_form(first) == "announced" and _NOUN.match(rest):
        return ("noun", rest) if len(rest.split()) >= LEAST_WORDS else None
    if past_form(first) is not None or not _NOUN.match(words) or (re.search(r"^\w+ing\b", words) and before):
        return None
    return ("noun", words) if not _PREPOSITION.match(words) else None


def _makers(thread: PledgeThread) -> tuple[Actor, ...]:
    """Those who pledge, without places in the dateline of the report."""
    for report in thread.reports:
        if report.event.id == thread.id:
            named = {(party.text, party.start) for party in news_parties(report.event)}
            return tuple(party for party in thread.actor if (party.text, party.start) in named) or thread.actor
    return thread.actor


def _before(thread: PledgeThread) -> str:
    """The words of the sentence in front of those of the pledge."""
    for report in thread.reports:
        sentence = report.event.sentence
        if report.event.article == thread.article and sentence.start <= thread.words.start < sentence.end:
            return sentence.text[max(0, thread.words.start - sentence.start - 24) : thread.words.start - sentence.start]
    return ""
