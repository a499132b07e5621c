"""What was done, in words: the verb of the report in the past tense with the report's own words after it, or, where the
sentence is not built so, a phrase for the type of the act beside a quotation.

The verb is taken only where the sentence shows its subject at once: the actors stand right before it, and nothing but
an adverb or a day lies between. Its words after the verb are quoted as they stand.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from detente.briefcast import Cast, names_country
from detente.briefwords import clean_quote, dateline_end
from detente.names import country_name, fold, gazetteer
from detente.records import Actor, Event

REST = 150  # characters of a report's words after the verb that are quoted; longer ones end at an earlier clause (ours)

# Verbs of news about states with their past tense where it is not regular.
_VERBS = (
    "abandon accelerate accept accuse acknowledge acquit address adhere admit/admitted adopt advise affirm agree"
    " aim allege allow annex announce apologise apologize appeal approve arm arrest ask assassinate assert attack"
    " authorise authorize avoid award back ban/banned bar/barred begin/began besiege blame blast block bomb bombard"
    " boost boycott break/broke build/built buy/bought call cancel/cancelled capture cease celebrate censure"
    " challenge charge claim close collaborate commit/committed concede conclude condemn conduct confirm confiscate"
    " congratulate consider consult contact continue contribute convict cooperate coordinate criticise criticize"
    " cross curb cut/cut damage decide declare decline deepen defend delay delist deliver demand demolish denounce"
    " deny deploy deport describe designate destroy detain detect develop disclose discuss dismiss dispatch dispute"
    " donate downgrade ease eject end endorse engage ensure enter establish evacuate examine execute exempt expand"
    " expel/expelled explain explore express extend extradite face facilitate fight/fought file finalise finalize"
    " find/found fire fly/flew follow free freeze/froze fulfil/fulfilled gather give/gave go/went grant greet hail"
    " halt hand hang/hanged help hijack hit/hit hold/held honor honour host implement impose improve include"
    " increase indict infect inform injure inspect intensify intercept invade invest investigate invite issue jail"
    " join keep/kept kidnap/kidnapped kill label/labelled launch lead/led leave/left levy lift list load lodge lower"
    " maintain make/made march meet/met mobilise mobilize monitor mount move murder name negotiate normalise"
    " normalize notify object occupy offer open oppose order oust outlaw overcome/overcame pardon participate pass"
    " pay/paid penalise permit/permitted place plan/planned pledge postpone praise prepare present press prevent"
    " proclaim prohibit promise promote propose protect protest provide publish pull purchase pursue push put/put"
    " question raid raise ratify re-establish reach reaffirm rebuff rebuke recall receive recognise recognize"
    " reconsider reduce refer/referred refrain refuse reimpose reinstate reiterate reject release relocate remain"
    " remove rename renew reopen repatriate repeat replace reply report request require rescue resettle resign"
    " resist resolve respect respond restore restrict resume retaliate retract return reveal review revoke reward"
    " rule sanction say/said seal search seek/sought seize sell/sold send/sent sentence set/set sever share shell"
    " shoot/shot shut/shut sign slam/slammed speak/spoke spend/spent stab/stabbed stabilize stage start state"
    " step/stepped stop/stopped storm strengthen strike/struck strip/stripped submit/submitted sue suggest summon"
    " supply support suspend swap/swapped tackle take/took target tell/told terminate test thank threaten"
    " throw/threw tighten torture trade train transfer/transferred transport travel/travelled try"
    " undertake/undertook unveil uphold/upheld urge use vacate veto violate visit void vote vow warn welcome widen"
    " win/won withdraw/withdrew withhold/withheld witness work wound"
)
_PARTICIPLES = {
    "fly": "flown", "freeze": "frozen", "give": "given", "go": "gone", "speak": "spoken", "take": "taken",
    "throw": "thrown", "withdraw": "withdrawn", "strike": "struck",
}  # fmt: skip
_SAME_IN_THE_PRESENT = frozenset({"cut", "hit", "put", "set", "shut"})
_MODAL = re.compile(
    r"(?:will|would|may|might|could|shall|should|can|to|plans? to|planned to|is to|are to) ", re.IGNORECASE
)
_PERFECT = re.compile(r"(?:has|have|had) ", re.IGNORECASE)
_ADVERB = re.compile(r"(?:also|[a-z]+ly|then|again|later|still|now|soon) ", re.IGNORECASE)
_DAY = (
    r"(?:on |late |early )*(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?"
    r"|yesterday|today|this week|last week"
    r"|(?:on |in )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?(?: \d+)?"
)
_BETWEEN = re.compile(
    rf"(?:,? (?:also|[a-z]+ly|later|again|then|has|have|had|in turn|formally|both|each|all|{_DAY}),?)*\s*$"
)
_NO_SUBJECT = re.compile(
    r"\b(?:of|in|from|by|between|with|against|for|to|at|on|over|about|near|into|and|or|two|both|than|as|after)"
    r"(?: the| a| an)? ?$|['’]s? ?$|[a-z]-$",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"[;:—]|(?<=[a-z]{4})\.\s+(?=[A-Z])|\s[-–]\s|, (?:which|who|whose|where|while|whereas|but|and|as|after|amid"
    r"|following|according|saying|citing|accusing|in (?:what|response|retaliation)|a |an |the (?:first|latest|second)"
    r"|his|her|its|their|(?:days|hours|weeks|months|[a-z]+ (?:days|hours|weeks|months)) (?:after|before))\b"
    r"|,? (?:said|says|officials)\b|, [A-Z][\w.]+ (?:[A-Z][\w-]+ )*(?:said|says)\b"
)
_WEEKDAY = re.compile(rf"^(?:t?here )?(?:{_DAY}),? (?=\S)")
_WEEKDAY_END = re.compile(r" (?:on |late |early )*(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$")
_EARLIER = re.compile(
    r",\s| (?:after|as|while|amid|because|since|following|despite|which|who|in (?:response|retaliation|order)|where)\b"
)
_PARTICLE = re.compile(r"(?:(?:on|off|down|out|up|back|for|to|that|with|against|in|into|at|dead|from)\s+)+(?=\S)")
_LOOSE_END = re.compile(
    r"\b(?:the|an?|of|to|in|and|or|for|with|by|its|their|his|her|from|at|on|it|he|she|they|which|who|that)$"
)
_PRONOUN = re.compile(r"(?:that )?(?:he|she|they|it|we|I)\b")
_BY = re.compile(r"\s*(?:by|dead by)\b")

# What is done to a recipient, and what is done without one; {b} is the recipient, {p} people of it,
# {t} people or property of it. By type and mode; a mode that is not here is told as the type.
_DEEDS: dict[str, tuple[str, str]] = {
    "AGREE": ("made a promise to {b}", "made a promise"),
    "CONSULT": ("held talks with {b}", "held talks"),
    "CONSULT visit": ("paid a visit to {b}", "met on a visit"),
    "CONSULT phone": ("spoke with {b} by telephone", "spoke by telephone"),
    "CONSULT multilateral": ("met {b} at talks of several states", "met at talks of several states"),
    "CONSULT third-party": ("met {b} at talks that others hosted", "met at talks that others hosted"),
    "SUPPORT": ("made a friendly move towards {b}", "made a friendly move"),
    "CONCEDE": ("made a concession to {b}", "made a concession"),
    "COOPERATE": ("worked together with {b}", "worked together"),
    "AID": ("gave aid to {b}", "gave aid"),
    "RETREAT": ("pulled back from {b}", "pulled back"),
    "RETREAT release": ("released {t}", "released people or property"),
    "RETREAT access": ("let {b} in", "gave access"),
    "RETREAT ceasefire": ("kept a ceasefire with {b}", "kept a ceasefire"),
    "RETREAT disarm": ("disarmed before {b}", "disarmed"),
    "REQUEST": ("made a demand on {b}", "made a demand"),
    "REQUEST assist": ("asked {b} for help", "asked for help"),
    "REQUEST meet": ("asked {b} for talks", "asked for talks"),
    "ACCUSE": ("criticised {b}", "voiced criticism"),
    "ACCUSE allege": ("accused {b}", "made an accusation"),
    "ACCUSE investigate": ("held an inquiry into {b}", "held an inquiry"),
    "REJECT": ("turned down {b}", "refused"),
    "REJECT meet": ("refused or called off a meeting with {b}", "refused or called off a meeting"),
    "THREATEN": ("made a threat to {b}", "made a threat"),
    "PROTEST": ("protested against {b}", "protested"),
    "PROTEST boycott": ("boycotted {b}", "took part in a boycott"),
    "PROTEST riot": ("rioted against {b}", "rioted"),
    "SANCTION": ("took punitive measures against {b}", "took punitive measures"),
    "SANCTION convict": ("passed judgment against {b}", "passed judgment"),
    "SANCTION expel": ("expelled or dismissed {p}", "expelled or dismissed people"),
    "SANCTION withdraw": ("left a body or an agreement shared with {b}", "left a body or an agreement"),
    "MOBILIZE": ("moved or showed forces against {b}", "moved or showed forces"),
    "MOBILIZE weapons": ("tested or showed weapons against {b}", "tested or showed weapons"),
    "COERCE": ("took coercive measures against {b}", "took coercive measures"),
    "COERCE seize": ("seized territory or property of {b}", "seized territory or property"),
    "COERCE arrest": ("arrested {p}", "made arrests"),
    "COERCE cyber": ("attacked computers of {b}", "attacked computers"),
    "ASSAULT": ("attacked {b}", "used force"),
    "ASSAULT aerial": ("attacked {b} from the air", "attacked from the air"),
    "ASSAULT heavy-weapons": ("shelled or fired missiles at {b}", "fired heavy weapons"),
    "ASSAULT drone": ("attacked {b} with drones", "attacked with drones"),
}
NOUNS: dict[str, tuple[str, str]] = {
    "AGREE": ("promise of cooperation", "promises of cooperation"),
    "CONSULT": ("meeting or visit", "meetings and visits"),
    "SUPPORT": ("act of support", "acts of support"),
    "CONCEDE": ("concession", "concessions"),
    "COOPERATE": ("act of cooperation", "acts of cooperation"),
    "AID": ("case of aid", "cases of aid"),
    "RETREAT": ("withdrawal or release", "withdrawals and releases"),
    "REQUEST": ("demand", "demands"),
    "ACCUSE": ("accusation", "accusations"),
    "REJECT": ("refusal", "refusals"),
    "THREATEN": ("threat", "threats"),
    "PROTEST": ("protest", "protests"),
    "SANCTION": ("punitive measure", "punitive measures"),
    "MOBILIZE": ("show of force", "shows of force"),
    "COERCE": ("act of coercion", "acts of coercion"),
    "ASSAULT": ("attack", "attacks"),
}


class VerbPhrase(NamedTuple):
    """A verb, in its base form and in the past tense, and the report's words after it, without quotation marks."""

    base: str
    past: str
    rest: str


@lru_cache(maxsize=1)
def _forms() -> dict[str, tuple[str, str, str]]:
    """Base form, past tense and kind of form (base, present, past) by a form of a verb; the past wins."""
    found: dict[str, tuple[str, str, str]] = {}
    for entry in _VERBS.split():
        base, _, irregular = entry.partition("/")
        past = irregular or past_of(base)
        found.setdefault(base, (base, past, "base"))
        found.setdefault(_third_person(base), (base, past, "present"))
        if base not in _SAME_IN_THE_PRESENT:
            found[past] = (base, past, "past")
        if (participle := _PARTICIPLES.get(base)) is not None:
            found.setdefault(participle, (base, past, "participle"))
    return found


def past_of(base: str) -> str:
    """The past tense of a regular verb.

    >>> past_of("agree"), past_of("deny"), past_of("condemn")
    ('agreed', 'denied', 'condemned')
    """
    if base.endswith("e"):
        return f"{base}d"
    return f"{base[:-1]}ied" if re.search(r"[^aeiou]y$", base) else f"{base}ed"


def _third_person(base: str) -> str:
    if re.search(r"(?:s|sh|ch|x|o)$", base):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeiou]y$", base) else f"{base}s"


def is_base(word: str) -> bool:
    """Whether a word is the base form of a verb that is known here."""
    found = _forms().get(word.lower())
    return found is not None and found[0] == word.lower()


def base_form(word: str) -> str | None:
    """The base form of a verb in any form, that in -ing too; None for a word that is none of the known verbs.

    >>> base_form("struck"), base_form("lifting"), base_form("cutting"), base_form("table")
    ('strike', 'lift', 'cut', None)
    """
    word = word.lower()
    if (found := _forms().get(word)) is not None:
        return found[0]
    root = word.removesuffix("ing")
    tries = (root, f"{root}e", root[:-1]) if root != word and root else ()
    return next((each for each in tries if is_base(each)), None)


def past_form(word: str) -> str | None:
    """The past tense of a verb in any form but that in -ing; None for a word that is none of the known verbs."""
    found = _forms().get(word.lower())
    return found[1] if found else None


def verb_phrase(event: Event) -> VerbPhrase | None:
    """The verb of an act with the words after it, where the sentence shows at once that the actors do it."""
    text, start = event.sentence.text, event.sentence.start
    at = event.trigger.start - start
    doers = news_parties(event)
    before = sorted((party for party in doers if start <= party.start < party.end <= event.trigger.start),
                    key=lambda party: party.start)  # fmt: skip
    if not before or len(before) != len(doers) or not 0 <= at < len(text):
        return None
    first, last = before[0], before[-1]
    if not _BETWEEN.fullmatch(text[last.end - start : at]) or _NO_SUBJECT.search(text[: first.start - start]):
        return None
    if _is_adjective(last.text) and not last.text.lower().endswith(("s", "se")):
        return None
    words = text[at:]
    modal = _MODAL.match(words)
    perfect = _PERFECT.match(words)
    had = perfect is not None or re.search(r"\b(?:has|have|had)\b", text[last.end - start : at]) is not None
    words = words[(modal or perfect).end() :] if modal or perfect else words  # type: ignore[union-attr]
    while adverb := _ADVERB.match(words):
        words = words[adverb.end() :]
    head = re.match(r"[A-Za-z-]+", words)
    form = _forms().get(head.group().lower()) if head else None
    if head is None or form is None or not _fits(form[2], bool(modal), had, before):
        return None
    rest = _rest(words[head.end() :])
    return None if rest is None or _BY.match(rest) else VerbPhrase(form[0], form[1], rest)


def _fits(kind: str, modal: bool, perfect: bool, actors: list[Actor]) -> bool:
    """Whether a form of a verb agrees with what stands before it."""
    several = len(actors) > 1 or actors[-1].text.rstrip().endswith("s") or " and " in actors[-1].text
    if modal:
        return kind == "base"
    if perfect:
        return kind in ("past", "participle")
    if kind == "base":
        return several or actors[-1].text.lower().endswith(("people", "police", "men", "troops"))
    if kind == "present":
        return len(actors) == 1 and not _is_adjective(actors[-1].text)
    return kind == "past"


def _is_adjective(words: str) -> bool:
    """Whether words are only the adjective of a country, so that what follows is a noun ("Israeli attacks")."""
    last = fold(words.split()[-1]) if words.split() else ""
    meanings = [m for key in (fold(words), last) for m in gazetteer().meanings.get(key, ())]
    return any(m.form == "adjective" for m in meanings) and not any(m.form == "noun" for m in meanings)


def _rest(text: str) -> str | None:
    """The words after a verb up to the end of their clause; None where they would not end well."""
    stop = _STOPS.search(text)
    rest = text[: stop.start()] if stop else text.rstrip().rstrip(".!?")
    while len(rest) > REST:
        cuts = [match.start() for match in _EARLIER.finditer(rest, 12) if match.start() <= REST]
        if not cuts:
            return None
        rest = rest[: cuts[-1]]
    rest = _WEEKDAY_END.sub("", _WEEKDAY.sub("", " ".join(rest.split()).strip(" ,")))
    for match in re.finditer(r" and ([a-z-]+)", rest):
        if (form := _forms().get(match[1])) is not None and form[2] == "present":
            rest = rest[: match.start()]  # a second verb, which stands in the present
            break
    if not rest or rest.count("(") != rest.count(")") or rest.count('"') % 2 or rest.count("“") != rest.count("”"):
        return None
    return None if _LOOSE_END.search(rest) or _PRONOUN.match(rest) else rest


def deed(event: Event, cast: Cast, *, others: tuple[str, ...] = ()) -> str | None:
    """What was done, by whom and to whom, in the words of the type; None where a party or the deed cannot be told.

    Of the parties, those with a code among `others` are told where there are any (`within`).
    """
    actors = cast.side(within(news_parties(event), others))
    if actors is None:
        return None
    mode = next(iter(event.mode), "")
    with_recipient, alone = _DEEDS.get(f"{event.event} {mode}", _DEEDS[event.event])
    recipients = within(event.recipient, others)
    told = {party.code for party in event.actor}
    apart = tuple(party for party in recipients if party.code not in told)
    if not apart and recipients and event.event == "ASSAULT" and len(told) > 1:
        return f"{actors} fought one another"
    if not apart:
        return f"{actors} {alone}"
    named = cast.side(apart)
    if named is None:
        return None
    states = all(party.entity == party.code for party in apart)
    people, property_ = (f"people of {named}", f"people or property of {named}") if states else (named, named)
    return f"{actors} {with_recipient.format(b=named, p=people, t=property_)}"


def news_parties(event: Event) -> tuple[Actor, ...]:
    """The actors of an event without places that stand in the dateline of its report."""
    end = event.sentence.start + dateline_end(event.sentence.text)
    return tuple(p for p in event.actor if not event.sentence.start <= p.start < end) or event.actor


def within(parties: tuple[Actor, ...], codes: tuple[str, ...]) -> tuple[Actor, ...]:
    """The parties of those countries, or all where none is."""
    return tuple(party for party in parties if party.code in codes) or parties


def told_with_verb(event: Event, cast: Cast, pair: tuple[str, str]) -> str | None:
    """What was done, in the words of the report after its verb; None where that does not name the other side."""
    phrase = verb_phrase(event)
    if phrase is None:
        return None
    doing = {party.code for party in event.actor}
    other = [code for code in pair if code not in doing]
    names = [party.text for party in event.recipient if party.text and party.code in other]
    if other and not any(name in phrase.rest for name in names) and not names_country(phrase.rest, other[0]):
        capital = _capitals(other[0])
        if not any(re.search(rf"\b{re.escape(name)}\b", phrase.rest) for name in capital):
            return None
    if len(phrase.rest.split()) < 2 and fold(phrase.rest) != fold(country_name(other[0]) or "" if other else ""):
        return None
    actors = cast.side(news_parties(event))
    particle = _PARTICLE.match(phrase.rest)
    held = f"{particle.group()}“{clean_quote(phrase.rest[particle.end() :])}”" if particle else None
    return f"{actors} {phrase.past} {held or f'“{clean_quote(phrase.rest)}”'}" if actors else None


def said(event: Event, cast: Cast, pair: tuple[str, str]) -> str | None:
    """What was done in the words of the report, or else in those of the type; None where a party cannot be told."""
    return told_with_verb(event, cast, pair) or deed(event, cast, others=pair)


@lru_cache(maxsize=256)
def _capitals(code: str) -> tuple[str, ...]:
    return tuple(
        m.name for ms in gazetteer().meanings.values() for m in ms if m.code == code and m.form in ("capital", "seat")
    )
