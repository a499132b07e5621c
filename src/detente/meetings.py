"""Whether a meeting is the one that was promised: by those who are to meet, the day, the way and what it is about.

Promises of meetings have few words of their own: "will visit next month". A meeting of the same two is not yet the one
that was promised; it is surely that only with the same people, on the day that was named, as the visit that was named,
or with telling words in common.
"""

from __future__ import annotations

import re

from detente.fulfilment import (
    DATED_WITHIN,
    ENOUGH,
    GRACE,
    IN_TIME,
    JUST_BELOW,
    KIN_TYPE,
    ON_THE_DAY,
    SAME_TYPE,
    Match,
    Sense,
    is_retold,
    probability,
    reason,
    said_so,
    shared_words,
)
from detente.promises import Deed, Promise
from detente.stems import stem
from detente.wording import Lexicon

# Log odds (ours; set as those of `fulfilment`).
PRIOR = -1.8
PEOPLE, OTHER_PEOPLE = 1.7, -1.3
MORE_PEOPLE = 1.4  # times PEOPLE, where two or more are the same
VISIT, NO_VISIT, WRONG_WAY = 2.5, -1.0, -2.2
CALL, NO_CALL = 1.0, -2.0
NEAR, MEDIUM, FAR, DISTANT = 1.2, 0.7, -0.6, -2.4  # by the days between promise and meeting, as next
NEAR_DAYS, MEDIUM_DAYS, FAR_DAYS = 21, 90, 200
EARLY_DAYS = 2  # days after the due day on which it is still the meeting that was due
TOPIC, RARE = 2.2, 0.5  # times the share of the promise's words that the meeting has; times how telling they are
MISSING, ADDED, MOST_ADDED = -0.8, -0.15, 4  # for each state that was to meet and did not; that met besides, at most
COPIED = 3.0  # two promises in one sentence, or in one and its copy
SAME_DUE, OTHER_DUE = 1.2, -1.5
SAME_WAY, OTHER_WAY, SAME_STATES, OTHER_STATES = 0.3, -0.8, 0.6, -0.6

# Words of any meeting.
_SILENT = frozenset(
    map(
        stem,
        "meet meeting talk talks summit visit visitor dialogue discuss discussion confer conference negotiate"
        " negotiation trip travel tour host attend arrive arrival sit speak conversation consult consultation receive"
        " schedule bilateral trilateral multilateral round gather arrange".split(),
    )
)
_VISITS = re.compile(r"\b(?:visit\w*|trip|travel\w*|tour|come to|go to|fly to|invit\w+|host\w*)\b", re.IGNORECASE)
_CALLS = re.compile(r"\b(?:phone|telephone|call with|video|online|virtual\w*)\b", re.IGNORECASE)
_INVITES = re.compile(r"\b(?:invit\w+|host\w*|receiv\w+|welcom\w+)\b", re.IGNORECASE)
_EACH_OTHER = re.compile(r"\b(?:each other|shuttle|mutual|exchange)\b", re.IGNORECASE)
_TO_COME = re.compile(
    r"\b(?:cancel\w*|call(?:s|ed|ing)? off|scheduled|upcoming|planned|ahead of|will|is set|expected|postpon\w*|possible"
    r"|still on|to be held|before)\b",
    re.IGNORECASE,
)
_CALLED_OFF = re.compile(
    r"\b(?:cancel\w*|call(?:s|ed|ing)? off|scrap\w*|withdr[ae]w\w*|suspend\w*|pull(?:s|ed|ing)? out|boycott\w*"
    r"|abandon\w*)\b",
    re.IGNORECASE,
)
_REACH = 40  # characters after the words of a promise in which it may say how one will meet (ours)


def weigh_meeting(promise: Promise, deed: Deed, lexicon: Lexicon) -> Match | None:
    """How a meeting, or its refusal, stands to a promise to meet; None where it has nothing to do with it."""
    parties, there = promise.deed.everyone, deed.everyone
    if not promise.deed.doers & there or len(parties & there) < min(2, len(parties)) or is_retold(promise.deed, deed):
        return None
    called_off = deed.event.event == "REJECT"
    if called_off and (promise.refrains or not _CALLED_OFF.search(deed.event.sentence.text)):
        return None
    shared = shared_words(promise, deed, lexicon, silent=_SILENT)
    people, day = _people(promise, deed), _day(promise, deed)
    way = 0.0 if called_off else _way(promise, deed)
    odds = PRIOR + TOPIC * shared.cover + RARE * min(shared.told, 2.0) + people + day + way + said_so(deed, kept=True)
    odds += MISSING * len(parties - there) + (
        ADDED * min(MOST_ADDED, len(there - parties)) if len(parties) > 1 else 0.0
    )
    if called_off:
        odds += SAME_TYPE if "meet" in deed.event.mode else KIN_TYPE
    score = probability(odds)
    text = deed.event.sentence.text
    doubtful = not called_off and ((deed.nominal and _TO_COME.search(text)) or _CALLED_OFF.search(text))
    if doubtful or not (people > 0 or shared.told >= ENOUGH or day == ON_THE_DAY or way == VISIT):
        score = min(score, JUST_BELOW)
    sense: Sense = "withdrawn" if called_off else "broken" if promise.refrains else "kept"
    return Match(sense, score, reason(promise, deed, shared.words), shared.words)


def same_meeting(one: Promise, other: Promise, lexicon: Lexicon) -> float:
    """How likely a later promise to meet is the earlier one again, from 0 to 1."""
    if not one.deed.doers & other.deed.doers or one.refrains != other.refrains:
        return 0.0
    there = shared_words(one, other.deed, lexicon, silent=_SILENT)
    back = shared_words(other, one.deed, lexicon, silent=_SILENT)
    days = (other.deed.start - one.deed.start).days
    odds = PRIOR + TOPIC * max(there.cover, back.cover) + (NEAR if days <= NEAR_DAYS else 0.3 if days <= 60 else FAR)
    if one.deed.persons and other.deed.persons:
        odds += PEOPLE if one.deed.persons & other.deed.persons else OTHER_PEOPLE
    if one.due and other.due:
        odds += SAME_DUE if abs((one.due - other.due).days) <= GRACE else OTHER_DUE
    visits = [bool(_VISITS.search(promise.span.text)) for promise in (one, other)]
    odds += SAME_WAY if visits[0] == visits[1] else OTHER_WAY
    odds += SAME_STATES if one.deed.everyone == other.deed.everyone else OTHER_STATES
    return probability(odds + (COPIED if is_retold(one.deed, other.deed) else 0.0))


def _people(promise: Promise, deed: Deed) -> float:
    if not promise.deed.persons or not deed.persons:
        return 0.0
    same = len(promise.deed.persons & deed.persons)
    return PEOPLE * (MORE_PEOPLE if same > 1 else 1.0) if same else OTHER_PEOPLE


def _day(promise: Promise, deed: Deed) -> float:
    days = (deed.start - promise.deed.start).days
    if promise.due is None:
        return NEAR if days <= NEAR_DAYS else MEDIUM if days <= MEDIUM_DAYS else FAR if days <= FAR_DAYS else DISTANT
    late = (deed.start - promise.due).days
    if (promise.due - promise.deed.start).days > DATED_WITHIN:
        return IN_TIME if late <= GRACE else DISTANT
    return ON_THE_DAY if late == 0 else NEAR if late <= EARLY_DAYS else DISTANT


def _way(promise: Promise, deed: Deed) -> float:
    """Whether a visit was promised and made, by the same one to the same other; or a call."""
    event = promise.deed.event
    first = max(0, min(event.trigger.start, promise.span.start) - event.sentence.start)
    said = event.sentence.text[first : promise.span.end - event.sentence.start + _REACH]
    if _CALLS.search(said) or "phone" in deed.event.mode:
        return CALL if _CALLS.search(said) and "phone" in deed.event.mode else NO_CALL
    if not _VISITS.search(said):
        return 0.0
    if "visit" not in deed.event.mode:
        return NO_VISIT
    if _EACH_OTHER.search(said):
        return VISIT
    guests, hosts = promise.deed.doers, promise.deed.others - promise.deed.doers
    if _INVITES.search(f"{event.trigger.text} {promise.span.text}"):
        guests, hosts = hosts, guests
    came, to = deed.doers - deed.others, deed.others - deed.doers
    if not guests or not came or not (hosts or to):
        return 0.0
    if guests & came and (not hosts or not to or hosts & to):
        return VISIT
    return WRONG_WAY if hosts & came or guests & to else NO_VISIT
