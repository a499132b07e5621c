"""What reports say differently: numbers, firsts, who to whom, whether it happened, dates, places, spellings.

`claims_in` reads the claims of each article; `conflicts` sets them against each other. Two claims conflict where they
answer the same question about the same thing and no answer fits both. What is the same thing is told by `linked`,
which gives linked events one name; where it is silent, the scenes of the claims must agree (`_same_scene`), and what
only a link can tell (that two dates or two places are of one event) is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Literal, NamedTuple

import msgspec

from detente.firsts import NEVER, same_role
from detente.names import fold
from detente.records import Coded
from detente.spellings import spelt_apart
from detente.statements import BESIDE, Amount, Claim, Days, Kind, Label, Written, Years, claims_in, near

__all__ = ["Claim", "Conflict", "claims_in", "conflicts", "find_conflicts"]

Verdict = Literal["contradiction", "update", "variants"]

NUMBER_DAYS = 1  # days between reports of one event that nobody linked (ours)
FIRST_DAYS = 30  # and between reports that call one thing the first (ours)
UPDATE_DAYS = 4  # how long a toll may grow (ours)
STEM = 4  # letters by which event words are found to be of one stem: "bombed", "bombing"
LEAST_TOPIC = 3  # telling words that two reports of one act share at least, and half of the fewer
GROWING = frozenset({"killed", "injured", "missing", "arrested", "displaced", "abducted", "released", "expelled"})
CASUALTIES = frozenset({"killed", "injured", "missing"})  # of which a day has many: only a place joins two reports
_MUTUAL = frozenset("retali recipr mutual tit respon counte exchan turn".split())
Linked = Mapping[str, str]


class Conflict(msgspec.Struct, frozen=True):
    """Claims that cannot all be right, one for each answer, in the order of publication and text.

    `verdict`: contradiction; update, where a later report has a number that grew; variants, for spellings of a name.
    `rule` names the comparison, `why` says in words what decided it. `independent`: whether two of the claims stand on
    different words, None where it is not known.
    """

    kind: Kind
    about: str
    claims: tuple[Claim, ...]
    verdict: Verdict
    rule: str
    why: str
    independent: bool | None


class _Found(NamedTuple):
    one: Claim
    other: Claim
    verdict: Verdict
    rule: str
    why: str


def find_conflicts(readings: Iterable[Coded], *, linked: Linked | None = None) -> tuple[Conflict, ...]:
    """The conflicts within and between articles; see `conflicts` for `linked`."""
    return conflicts((claim for coded in readings for claim in claims_in(coded.article, coded.events)), linked=linked)


def conflicts(claims: Iterable[Claim], *, linked: Linked | None = None) -> tuple[Conflict, ...]:
    """The conflicts among claims, of one article or of many, in the order of their first claims.

    `linked` maps ids of events to the name of the event that they report: claims on events of one name are about one
    thing, on events of two names about two; for others, the words decide.
    """
    links = linked or {}
    groups: dict[tuple[str, ...], list[Claim]] = {}
    articles: dict[str, int] = {}
    for claim in claims:
        articles.setdefault(claim.source.article, len(articles))
        groups.setdefault((claim.kind, *_question(claim)), []).append(claim)
    found: list[Conflict] = []
    for (kind, *_), group in groups.items():
        if kind == "spelling":
            found += [each for name in _by_name(group) for each in _spellings(name)]
        else:
            found += _joined(list(_pairs(group, links)))
    return tuple(sorted(found, key=lambda each: (articles[each.claims[0].source.article], each.claims[0].words.start)))


def _question(claim: Claim) -> tuple[str, ...]:
    """What claims must share to be compared at all; whose name it is is told later."""
    return {"first": claim.key[:2], "spelling": ()}.get(claim.kind, claim.key)


def _pairs(group: list[Claim], linked: Linked) -> Iterator[_Found]:
    """Pairs that conflict."""
    compare = _COMPARISONS[group[0].kind]
    for one, other in _worth_comparing(sorted(group, key=_order), linked):
        same = _same_event(one, other, linked)
        if same is not False and (found := compare(one, other, bool(same))):
            yield found


def _worth_comparing(ordered: list[Claim], linked: Linked) -> Iterator[tuple[Claim, Claim]]:
    """Pairs of claims published within FIRST_DAYS, and of linked events whenever; each once, the earlier first."""
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if _far(one, other):
                break
            yield one, other
    by_name: dict[str, list[Claim]] = {}
    for claim in ordered:
        if claim.event in linked:
            by_name.setdefault(linked[claim.event or ""], []).append(claim)
    for claims in by_name.values():
        yield from ((one, other) for one, other in combinations(claims, 2) if _far(one, other))


def _far(one: Claim, other: Claim) -> bool:
    if one.published is None or other.published is None:
        return False
    return (other.published - one.published).days > FIRST_DAYS


def _same_event(one: Claim, other: Claim, linked: Linked) -> bool | None:
    """Whether two claims are about one event: as linked, True for the same id, None where no one has said."""
    if one.event is None or other.event is None:
        return None
    if one.event == other.event:
        return True
    names = linked.get(one.event), linked.get(other.event)
    return None if None in names else names[0] == names[1]


# -- comparisons: each gives what it found, or None ------------------------------------------------------------------


def _numbers(one: Claim, other: Claim, same: bool) -> _Found | None:
    low, high = sorted((one, other), key=_least)
    if _fit(one.value, other.value) or (_one_sentence(one, other) and not one.scene.disputed):
        return None
    grows = one.key[0] in GROWING
    if not same and BESIDE in one.key:
        return None
    if not same and not _same_scene(one, other, days=UPDATE_DAYS if grows else NUMBER_DAYS):
        return None
    told = f"{low.words.text!r} against {high.words.text!r}"
    if _same_article(one, other) and not _one_sentence(one, other) and (low.scene.updated or high.scene.updated):
        return _Found(one, other, "update", "number-grew", f"{told}: told as not final") if grows else None
    if grows and _later(high, low):
        return _Found(one, other, "update", "number-grew", f"{told}: the larger is the later")
    if not same and not near(one, other, days=NUMBER_DAYS):
        return None
    return _Found(one, other, "contradiction", "numbers-apart", f"{told}: no number is both")


def _firsts(one: Claim, other: Claim, same: bool) -> _Found | None:
    if _fit(one.value, other.value) or _one_sentence(one, other) or one.key[3] != other.key[3]:
        return None
    if not same_role(one.key[2], other.key[2]) or not near(one, other, days=FIRST_DAYS):
        return None
    goals = set(one.key[4:]), set(other.key[4:])
    countries = set(one.scene.countries), set(other.scene.countries)
    if not same and ((all(goals) and not goals[0] & goals[1]) or not all(countries)):
        return None
    if not same and not (countries[0] <= countries[1] or countries[1] <= countries[0]):
        return None
    if not same and not _same_article(one, other) and countries[0] != countries[1]:
        return None
    why = f"the last was {_years(one.value)} by the one, {_years(other.value)} by the other"
    return _Found(one, other, "contradiction", "last-time-apart", why)


def _parties(one: Claim, other: Claim, same: bool) -> _Found | None:
    if one.value == other.value or one.scene.apart or other.scene.apart:
        return None
    shared = set(one.scene.topic) & set(other.scene.topic)
    if one.key[0] == "exports":
        known = one.scene.topic and other.scene.topic
        if (known and not shared) or not near(one, other, days=FIRST_DAYS):
            return None
    elif not same and (_same_article(one, other) or not _one_telling(one, other)):
        return None
    if _one_sentence(one, other) or _MUTUAL & {*one.scene.topic, *other.scene.topic}:
        return None
    return _Found(one, other, "contradiction", "sides-exchanged", "the same act with the two sides exchanged")


def _statuses(one: Claim, other: Claim, same: bool) -> _Found | None:
    if one.value == other.value or not one.scene.parties[0] or not other.scene.parties[0]:
        return None
    if not same and not (_parties_agree(one, other) and _about_one_thing(one, other)):
        return None
    return _Found(one, other, "contradiction", "happened-denied", "the one tells it as done, the other as denied")


def _only_linked(one: Claim, other: Claim, same: bool) -> _Found | None:
    """Dates and places, which tell two events apart as long as no one has linked them."""
    if not same or one.event == other.event or _fit(one.value, other.value):
        return None
    rule = "dates-apart" if one.kind == "date" else "places-apart"
    return _Found(one, other, "contradiction", rule, f"{one.words.text!r} against {other.words.text!r}")


_COMPARISONS: dict[str, Callable[[Claim, Claim, bool], _Found | None]] = {
    "number": _numbers,
    "first": _firsts,
    "party": _parties,
    "status": _statuses,
    "date": _only_linked,
    "place": _only_linked,
}


def _fit(one: object, other: object) -> bool:
    """Whether one answer can be both."""
    match one, other:
        case Amount(), Amount():
            return (one.high is None or other.low <= one.high) and (other.high is None or one.low <= other.high)
        case Years(), Years():
            spans = [(year.low or NEVER, year.high or NEVER) for year in (one, other)]
            return spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]
        case Days(), Days():
            return one.start < other.end and other.start < one.end
        case Label(), Label():
            names = fold(one.name), fold(other.name)
            return names[0] in names[1] or names[1] in names[0]
    return one == other


def _least(claim: Claim) -> float:
    return claim.value.low if isinstance(claim.value, Amount) else 0.0


def _years(value: object) -> str:
    assert isinstance(value, Years)
    if value.high is None:
        return "never"
    if value.low is None:
        return f"in {value.high} or before"
    return f"in {value.low}" if value.low == value.high else f"between {value.low} and {value.high}"


# -- one thing or two ------------------------------------------------------------------------------------------------


def _same_scene(one: Claim, other: Claim, *, days: int) -> bool:
    """Whether nothing in the two sentences parts their scenes, and, between articles, enough joins them."""
    a, b = one.scene, other.scene
    if a.apart or b.apart or a.years != b.years or "disease" in (*a.incident, *b.incident):
        return False
    if not near(one, other, days=days):
        return False
    parting = ((a.places, b.places), (a.spot, b.spot), (a.incident, b.incident), (a.countries, b.countries))
    for left, right in parting:
        if left and right and not set(left) & set(right):
            return False
    if not _parties_agree(one, other):
        return False
    counted = one.key[0] in GROWING
    if a.event and b.event and a.event != b.event and not counted:
        return False
    if _same_article(one, other):
        return True
    if set(a.places) & set(b.places):
        return bool(set(a.incident) & set(b.incident)) or _one_act(one, other)
    return not a.places and not b.places and one.key[0] not in CASUALTIES and _one_act(one, other)


def _one_act(one: Claim, other: Claim) -> bool:
    """Whether two claims are about events of one type between the same known parties."""
    a, b = one.scene, other.scene
    return a.event == b.event != "" and a.parties == b.parties and any(a.parties)


def _parties_agree(one: Claim, other: Claim) -> bool:
    return all(
        set(left) <= set(right) or set(right) <= set(left)
        for left, right in zip(one.scene.parties, other.scene.parties, strict=True)
    )


def _one_telling(one: Claim, other: Claim) -> bool:
    """Whether two sentences of the same days share so many telling words that they tell one act."""
    left, right = set(one.scene.topic), set(other.scene.topic)
    return near(one, other, days=NUMBER_DAYS) and len(left & right) >= max(LEAST_TOPIC, min(len(left), len(right)) / 2)


def _about_one_thing(one: Claim, other: Claim) -> bool:
    """Whether a denial is of what the other tells: event words of one stem, and a place or two words in common."""
    if not near(one, other, days=NUMBER_DAYS):
        return False
    stems, others = ({word[:STEM] for word in re.findall(r"[a-z]{4,}", c.words.text.lower())} for c in (one, other))
    topic = {word for word in set(one.scene.topic) & set(other.scene.topic) if word[:STEM] not in stems}
    place = bool(set(one.scene.places) & set(other.scene.places))
    return bool(stems & others) and (place or len(topic) >= 2 or _same_article(one, other))


def _same_article(one: Claim, other: Claim) -> bool:
    return one.source.article == other.source.article


def _one_sentence(one: Claim, other: Claim) -> bool:
    return _same_article(one, other) and one.sentence.start == other.sentence.start


def _later(one: Claim, other: Claim) -> bool:
    if one.published is None or other.published is None or one.published == other.published:
        return not _same_article(one, other) and (one.scene.updated or other.scene.updated)
    return one.published > other.published


def _independent(claims: Iterable[Claim]) -> bool | None:
    """Whether two of the claims stand on different words: two speakers, or two publishers that relay no one source."""
    known: list[bool | None] = []
    for one, other in combinations([claim.source for claim in claims], 2):
        if one.speaker and other.speaker:
            known.append(fold(one.speaker) != fold(other.speaker))
        elif one.article == other.article or (one.relayed_from and one.relayed_from == other.relayed_from):
            known.append(False)
        elif one.publisher and other.publisher:
            known.append(fold(one.publisher) != fold(other.publisher))
        else:
            known.append(None)
    return True if True in known else None if None in known else False


# -- from pairs to conflicts -----------------------------------------------------------------------------------------


def _joined(pairs: list[_Found]) -> Iterator[Conflict]:
    """One conflict for claims that hang together by pairs of one verdict; each answer of a source once."""
    for verdict in ("contradiction", "update"):
        of = [pair for pair in pairs if pair.verdict == verdict]
        sets: list[set[Claim]] = []
        for pair in of:
            both = {pair.one, pair.other}
            touching = [each for each in sets if each & both]
            sets = [each for each in sets if not each & both] + [both.union(*touching)]
        for each in sets:
            first = next(pair for pair in of if pair.one in each)
            answers: dict[object, Claim] = {}
            for claim in sorted(each, key=_order):
                answers.setdefault((claim.value, claim.source.article, claim.source.speaker), claim)
            claims = tuple(answers.values())
            yield Conflict(
                claims[0].kind, claims[0].about, claims, first.verdict, first.rule, first.why, _independent(claims)
            )


def _order(claim: Claim) -> tuple[str, str, int]:
    return str(claim.published or ""), claim.source.article, claim.words.start


def _by_name(group: list[Claim]) -> list[list[Claim]]:
    """The claims on names, person by person: by the entity of the tables, else by sound and a country in common."""
    people: dict[str, list[Claim]] = {}
    by_sound: dict[str, list[str]] = {}
    for claim in sorted(group, key=lambda claim: not claim.key[0]):  # those with an entity first
        entity, *sounds = claim.key
        alike = dict.fromkeys(person for sound in sounds for person in by_sound.get(sound, ()))
        near_by = [person for person in alike if not entity and _share_country(people[person], claim)]
        person = entity or (near_by[0] if len(near_by) == 1 else f"{claim.source.article} {' '.join(sounds)}")
        people.setdefault(person, []).append(claim)
        for sound in sounds:
            if person not in by_sound.setdefault(sound, []):
                by_sound[sound].append(person)
    return list(people.values())


def _share_country(claims: list[Claim], claim: Claim) -> bool:
    return any(
        claim.source.article == other.source.article or set(claim.scene.countries) & set(other.scene.countries)
        for other in claims
    )


def _spellings(group: list[Claim]) -> Iterator[Conflict]:
    """One conflict for a name with two spellings or more: every form, the most frequent article's first."""
    forms: dict[tuple[str, ...], Claim] = {}
    for claim in group:
        assert isinstance(claim.value, Written)
        forms.setdefault(tuple(fold(claim.value.text).split()), claim)
    whole = [words for words in forms if not _is_short(words, forms)]
    spelt = [words for words in whole if any(spelt_apart(words, other) for other in whole)]
    if not spelt:
        return
    times = {words: sum(_times(c) for c in group if tuple(fold(c.words.text).split()) == words) for words in forms}
    claims = []
    for words, claim in forms.items():
        value = Written(claim.words.text, times[words], _is_short(words, forms))
        claims.append(msgspec.structs.replace(claim, value=value))
    told = ", ".join(f"{forms[words].words.text} ({times[words]})" for words in spelt)
    why = f"one name, spelt {told}"
    yield Conflict("spelling", claims[0].about, tuple(claims), "variants", "spelt-apart", why, _independent(claims))


def _times(claim: Claim) -> int:
    return claim.value.times if isinstance(claim.value, Written) else 0


def _is_short(words: tuple[str, ...], forms: Iterable[tuple[str, ...]]) -> bool:
    """Whether a form is only some of the words of another."""
    return any(len(other) > len(words) and set(words) <= set(other) for other in forms)
