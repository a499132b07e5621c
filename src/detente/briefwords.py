"""The prose of a brief: who parties are, what they did, when, and lists, in plain English.

Every phrase follows from the labels of a record; where a record does not tell enough for a sentence there is none. The
report's own words stand beside it in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from detente.names import country_name
from detente.records import Actor, Event, EventDate

QUOTE = 180  # characters up to which a sentence is quoted whole, and not only the clause around its event words

# What is done to a recipient, and what is done without one or to one another; {b} is the recipient. By type and mode;
# a mode that is not here is told as the type.
_DEEDS: dict[str, tuple[str, str]] = {
    "AGREE": ("promised cooperation to {b}", "agreed to cooperate"),
    "CONSULT": ("held talks with {b}", "held talks"),
    "CONSULT visit": ("visited {b}", "met on a visit"),
    "CONSULT phone": ("spoke with {b} by telephone", "spoke by telephone"),
    "CONSULT multilateral": ("met {b} at talks of several states", "met at talks of several states"),
    "CONSULT third-party": ("met {b} at talks that others hosted", "met at talks that others hosted"),
    "SUPPORT": ("backed {b}", "signed or backed an agreement"),
    "CONCEDE": ("gave way to {b}", "gave way"),
    "COOPERATE": ("worked together with {b}", "worked together"),
    "AID": ("gave aid to {b}", "gave aid"),
    "RETREAT": ("pulled back from {b}", "pulled back"),
    "RETREAT release": ("released people or property of {b}", "released people or property"),
    "RETREAT access": ("let {b} in", "gave access"),
    "RETREAT ceasefire": ("kept a ceasefire with {b}", "kept a ceasefire"),
    "RETREAT disarm": ("disarmed before {b}", "disarmed"),
    "REQUEST": ("called on {b}", "made a demand"),
    "REQUEST assist": ("asked {b} for help", "asked for help"),
    "REQUEST meet": ("asked {b} for talks", "asked for talks"),
    "ACCUSE": ("criticised {b}", "voiced criticism"),
    "ACCUSE allege": ("accused {b}", "made an accusation"),
    "ACCUSE investigate": ("opened or led an inquiry into {b}", "opened or led an inquiry"),
    "REJECT": ("turned down {b}", "refused"),
    "REJECT meet": ("refused or called off a meeting with {b}", "refused or called off a meeting"),
    "THREATEN": ("threatened {b}", "made a threat"),
    "PROTEST": ("protested against {b}", "protested"),
    "PROTEST boycott": ("boycotted {b}", "took part in a boycott"),
    "PROTEST riot": ("rioted against {b}", "rioted"),
    "SANCTION": ("reduced ties with or penalised {b}", "reduced ties"),
    "SANCTION convict": ("passed judgment against {b}", "passed judgment"),
    "SANCTION expel": ("expelled or dismissed people of {b}", "expelled or dismissed people"),
    "SANCTION withdraw": ("left a body or an agreement shared with {b}", "left a body or an agreement"),
    "MOBILIZE": ("moved or showed forces against {b}", "moved or showed forces"),
    "MOBILIZE weapons": ("tested or showed weapons against {b}", "tested or showed weapons"),
    "COERCE": ("used coercion against {b}", "used coercion"),
    "COERCE seize": ("seized territory or property of {b}", "seized territory or property"),
    "COERCE arrest": ("arrested people of {b}", "arrested people"),
    "COERCE cyber": ("attacked computers of {b}", "attacked computers"),
    "ASSAULT": ("attacked {b}", "fought one another"),
    "ASSAULT aerial": ("attacked {b} from the air", "fought in the air"),
    "ASSAULT heavy-weapons": ("shelled {b} or fired missiles at it", "exchanged heavy fire"),
    "ASSAULT drone": ("attacked {b} with drones", "attacked one another with drones"),
}
_STATUS = {
    "planned": "was reported to be about to happen",
    "possible": "was reported as possible",
    "denied": "was denied",
    "background": "was recalled as history",
}
_SECTORS = {
    "MIL": "armed forces of {}", "COP": "police of {}", "JUD": "courts of {}", "LEG": "parliament of {}",
    "PTY": "a party in {}", "OPP": "the opposition in {}", "REB": "armed groups in {}", "CVL": "people in {}",
    "BUS": "companies of {}", "JRN": "media of {}", "SPY": "intelligence services of {}", "SOC": "groups in {}",
}  # fmt: skip
_BODIES = {"UNO": "United Nations", "EUR": "European Union", "IGO": "international bodies"}
_MONTHS = "January February March April May June July August September October November December".split()


def country(code: str) -> str:
    """The common name of a country or body by its code; the code where the tables have none.

    >>> country("KOR"), country("UNO")
    ('South Korea', 'the United Nations')
    """
    name = _BODIES.get(code) or country_name(code) or code
    return f"the {name}" if re.match(r"United |Netherlands|Philippines|European Union|Czech Republic", name) else name


class Cast:
    """Who has been named in a brief so far: a person has role and country at the first mention, then the name."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    def party(self, party: Actor) -> str | None:
        """A party in words, None where neither a name nor a country is known."""
        if party.entity == party.code != "":
            return self._state(party)
        if not party.text:
            return country(party.code) if party.code else None
        if party.name and party.entity:
            return self._person(party)
        words = " ".join(party.text.split())
        if not party.code:
            return None
        known = country(party.code)
        return words if known.removeprefix("the ") in words else f"{_articled(words)} ({known.removeprefix('the ')})"

    def side(self, parties: Iterable[Actor]) -> str | None:
        """Several parties as a list, each named once; None where one of them cannot be named."""
        named = [self.party(party) for party in parties]
        if not named or None in named:
            return None
        return listed(list(dict.fromkeys(filter(None, named))))

    def _state(self, party: Actor) -> str:
        form = _SECTORS.get(party.sector)
        return form.format(country(party.code)) if form else country(party.code)

    def _person(self, party: Actor) -> str:
        assert party.name is not None
        key = party.entity or party.name
        if key in self._named:
            return party.name
        self._named.add(key)
        words = " ".join(party.text.split())
        told = words if party.name in words and words != party.name else party.name
        if party.code and country(party.code).removeprefix("the ") not in told:
            told += f" of {country(party.code)}"
        return told


def deed(event: Event, cast: Cast) -> str | None:
    """What was done, with who did it to whom; None where a party or the deed cannot be told."""
    actors = cast.side(event.actor)
    if actors is None:
        return None
    mode = next(iter(event.mode), "")
    with_recipient, alone = _DEEDS.get(f"{event.event} {mode}", _DEEDS[event.event])
    if not event.recipient:
        return f"{actors} {alone}"
    recipients = cast.side(event.recipient)
    return None if recipients is None else f"{actors} {with_recipient.format(b=recipients)}"


def told_as(status: str) -> str | None:
    """How an act that is not news of something done is told, None for one that is."""
    return _STATUS.get(status)


def quoted(event: Event) -> str:
    """The sentence of an event in quotation marks, or the clause around its event words where it is long."""
    text, start, end = event.sentence.text, event.sentence.start, event.sentence.end
    if end - start <= QUOTE:
        return f"“{_even(text)}”"
    first, last = event.trigger.start - start, event.trigger.end - start
    room = max(0, (QUOTE - (last - first)) // 2)
    left = max((m.end() for m in re.finditer(r"[;:,]\s|\s", text[: max(0, first - room)])), default=0)
    right = re.search(r"[;:,.]?\s", text[min(len(text), last + room) :])
    stop = min(len(text), last + room) + right.start() if right else len(text)
    return f"“{'…' if left else ''}{_even(text[left:stop])}{'…' if stop < len(text) else ''}”"


def on_day(dated: EventDate | None) -> str:
    """When, as it stands at the head of a sentence: "On 16 March 2023", "In March 2023"; "" where it is not known.

    >>> on_day(EventDate(date(2023, 3, 1), date(2023, 4, 1), "month", "expression"))
    'In March 2023'
    """
    if dated is None:
        return ""
    last = dated.end - timedelta(1)
    if dated.start == last:
        return f"On {day(dated.start)}"
    if dated.granularity == "month":
        return f"In {month(dated.start)}"
    if dated.granularity == "year":
        return f"In {dated.start.year}"
    return f"Between {day(dated.start)} and {day(last)}"


def day(when: date) -> str:
    """A day as it is written in English.

    >>> day(date(2023, 3, 16))
    '16 March 2023'
    """
    return f"{when.day} {month(when)}"


def month(when: date) -> str:
    """A month with its year."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def listed(items: Sequence[str]) -> str:
    """Items as a list in a sentence.

    >>> listed(["Japan", "China", "South Korea"])
    'Japan, China and South Korea'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun; small numbers are words.

    >>> count(1, "report"), count(12, "report"), count(30, "party", "parties")
    ('one report', 'twelve reports', '30 parties')
    """
    words = "no one two three four five six seven eight nine ten eleven twelve".split()
    return f"{words[number] if number < len(words) else number} {noun if number == 1 else plural or noun + 's'}"


def sentence(text: str) -> str:
    """A sentence with a capital and a full stop."""
    text = " ".join(text.split())
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def _articled(words: str) -> str:
    """A common noun with its article; names and plurals stay."""
    first = words.split(" ", 1)[0]
    if first[:1].isupper() or first[:1].isdigit() or words.endswith("s") or (" " in words and first.endswith("s")):
        return words
    return f"{'an' if first[:1] in 'aeiou' else 'a'} {words}"


def _even(text: str) -> str:
    return " ".join(text.split())
