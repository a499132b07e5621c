"""The parties of a brief in words: states, their institutions, bodies and people, in full at the first mention.

A person has role and country at the first mention and the family name after it. What is only described in the report
("two ships") has the country beside it where its words do not tell it. A party that cannot be named has no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from detente.briefwords import NUMBER_WORDS, articled, country, listed, possessive
from detente.names import fold, gazetteer, nouns, tokenize
from detente.records import Actor

LONGEST_TITLE = 5  # words of a title before a name (ours)
LONGEST = 70  # characters of words that name a party; what is longer is a clause (ours)

_SECTORS = {
    "MIL": "armed forces", "COP": "police", "JUD": "courts", "LEG": "parliament", "JRN": "media",
    "SPY": "intelligence services", "BUS": "companies", "OPP": "opposition",
}  # fmt: skip
_WITHIN = {"PTY": "a party", "REB": "armed groups", "UAF": "armed men", "CVL": "people", "SOC": "groups"}
_PARTS = _SECTORS.keys() | _WITHIN.keys()
_OFFICIAL = frozenset({"GOV", "MIL", "COP", "JUD", "LEG", "SPY", "ELI", "UNK", ""})
_ONLY_ONE = re.compile(
    r"(?:government|cabinet|parliament|presidency|military|army|navy|air force|coast guard|police|supreme court"
    r"|(?:foreign|defen[cs]e|finance|trade|interior|justice) ministry|ambassador|embassy|opposition|president"
    r"|prime minister|(?:foreign|defen[cs]e|finance|trade) minister)$",
    re.IGNORECASE,
)
_INSTITUTION = re.compile(
    r"\b(?:Ministr(?:y|ies)|Department|Court|Party|Army|Navy|Air Force|Forces?|Police|Council|Commission|Committee"
    r"|Agency|Office|Embassy|Consulate|Cabinet|Government|Parliament|Congress|Senate|House|Assembly|Bank|Group"
    r"|Corp|Company|University|Administration|Bureau|Authority|Association|Union|Federation|Guard|Marines?|Front"
    r"|Securities|Foundation|Institute|Organi[sz]ation|Service|Kremlin|Pentagon|Knesset|Diet|Treasury|Board|Center"
    r"|Centre|Agency|Inc|Ltd|Airlines?|Airways)\b"
)
_TITLE = re.compile(
    r"\b(?:(?:Vice |Deputy |Acting |Former |former |outgoing |Supreme |(?:Vice|Deputy)[- ])*(?:Prime Minister|President"
    r"|Premier|Chancellor|King|Queen|Emperor|Crown Prince|Prince|Pope|Ayatollah|Secretary(?: of [A-Z]\w+)?|Minister"
    r"(?: (?:of|for) [A-Z]\w+(?: (?:and|of) [A-Z]\w+)?)?|(?:[A-Z]\w+ ){1,2}Minister|Ambassador|Envoy|envoy|leader"
    r"|Leader|Speaker|Senator|General|Admiral|Colonel|Governor|Chairman|Spokes(?:man|woman|person)|spokes(?:man|woman|person)|Judge"
    r"|Mayor|Representative|Congressman|Commissioner|Director|Commander|Chief))\b"
)
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
_DANGLING = re.compile(r"[\s,]+(?:of|in|from|and|or|for|with|to|at|on|the|an?|by)$", re.IGNORECASE)
_ODD = re.compile(r"^[^\w“\"']|[:;()\[\]{}<>|/\\=]| [-–—] |\b[A-Za-z]$|^\W*\w{1,2}$")
_FAMILY_FIRST = frozenset({"CHN", "KOR", "PRK", "TWN", "HKG", "MAC"})  # the family name stands first in these languages
_FAITHS = frozenset("muslim muslims christian christians catholic catholics jew jews hindu hindus sikh sikhs".split())
_PARTICLES = frozenset("al el bin ibn van von der den de da di du del la le ben abu mac st".split())
_SUFFIXES = frozenset("jr sr ii iii iv".split())
_POLITE = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Sir|Lord|Sheikh)\.? ")


class Cast:
    """Who has been named in a brief so far, so that the next mention is short."""

    def __init__(self) -> None:
        self._short: dict[str, str] = {}  # by entity
        self._taken: dict[str, str] = {}  # entity by family name

    def party(self, party: Actor) -> str | None:
        """A party in words, None where neither a name nor a country is known."""
        if party.entity == party.code != "":
            return self._state(party)
        if party.entity and party.name and is_person(party):
            return self._person(party)
        if party.entity and party.name:
            return _body(party)
        return self._described(party)

    def side(self, parties: Iterable[Actor]) -> str | None:
        """Several parties as a list, each named once, a state not beside its own people.

        None where none is there, or where one cannot be named and no other of its country is.
        """
        parties = tuple(parties)
        people = {party.code for party in parties if party.entity and is_person(party)}
        wanted = [p for p in parties if not (p.code in people and p.entity == p.code and p.sector not in _PARTS)]
        named = [(party.code, self.party(party)) for party in wanted]
        codes = {code for code, words in named if words}
        if any(words is None and code not in codes for code, words in named):
            return None
        told = list(dict.fromkeys(words for _, words in named if words))
        return listed(told) if told else None

    def _state(self, party: Actor) -> str:
        if (form := _SECTORS.get(party.sector)) is not None:
            return f"{possessive(party.code)} {form}"
        if (form := _WITHIN.get(party.sector)) is not None:
            return f"{form} in {country(party.code)}"
        return country(party.code)

    def _person(self, party: Actor) -> str:
        entity = party.entity or ""
        if entity in self._short:
            return self._short[entity]
        told = _POLITE.sub("", without_country(_trimmed(party.text), party.code))
        told = re.split(r",\s+| and ", told)[0]
        title = _TITLE.search(told)
        role = title.group() if title else ""
        before, known, _ = told.partition(party.name or "")
        if known and len(before.split()) <= LONGEST_TITLE and _TITLE.search(before):
            role, name = before.strip(" ,"), party.name
        else:
            name = _full_name(party, told[title.end() :].strip(" ,") if title else told, bool(title))
        if name is None:
            return self._described(party) or country(party.code)
        family = family_name(name, party.code)
        if self._taken.setdefault(fold(family), entity) != entity:
            family = name
        self._short[entity] = family
        there = f" of {country(party.code)}" if party.sector in _OFFICIAL and _states(party.code) else ""
        return f"{role} {name}{there}".strip()

    def _described(self, party: Actor) -> str | None:
        if not party.code:
            return None
        words = _clean(party.text)
        if words is None:
            return self._state(party) if party.sector in _OFFICIAL else None
        bare = without_country(words, party.code)
        if not bare:
            return self._state(party)
        place = country(party.code)
        if bare != words:  # the words tell the country themselves
            if words[:1].isupper() and names_country(words.split("'s ")[0].split("’s ")[0], party.code):
                return _with_article(words, party.code)
            return words if words[:1].isupper() else articled(words)
        if _TITLE.search(words) and not _INSTITUTION.search(words) and words[:1].isupper():
            return f"{words} of {place}" if " of " not in words else f"{words}, of {place},"
        if _INSTITUTION.search(words) and words[:1].isupper():
            return f"{possessive(party.code)} {words}"
        if re.search(r"['’]s? ", words):
            return words
        if _ONLY_ONE.search(words.split(" in ")[0]):
            return f"{possessive(party.code)} {words[:1].lower()}{words[1:]}"
        if words[:1].isupper():
            return f"{words} of {place}"
        return f"{articled(words)} {'of' if party.sector in _OFFICIAL and ' of ' not in words else 'in'} {place}"


def is_person(party: Actor) -> bool:
    """Whether an entity is a person of the tables: those have ids of Wikidata, or made ones with a country before them.

    >>> is_person(Actor("Moon", 0, 4, "KOR", "GOV", "Moon Jae-in", "Q21001"))
    True
    """
    return bool(re.match(r"Q\d+$|[A-Z]{3}:|fig:", party.entity or "")) and party.sector != "JRN"


def family_name(name: str, code: str) -> str:
    """The name under which a person is told of from the second mention on.

    >>> family_name("Moon Jae-in", "KOR"), family_name("Fumio Kishida", "JPN"), family_name("Mark van Baal", "NLD")
    ('Moon', 'Kishida', 'van Baal')
    """
    words = name.split()
    while len(words) > 1 and fold(words[-1]) in _SUFFIXES:
        words.pop()
    if code in _FAMILY_FIRST and len(words) <= 3 and words[0].isalpha():
        return words[0]
    start = len(words) - 1
    while start > 1 and fold(words[start - 1]) in _PARTICLES:
        start -= 1
    return " ".join(words[start:])


def without_country(words: str, code: str) -> str:
    """The words without a country's name or adjective at their start, and without "of" and its name at their end.

    >>> without_country("U.S. President Donald Trump", "USA"), without_country("President of China Hu Jintao", "CHN")
    ('President Donald Trump', 'President Hu Jintao')
    """
    while spans := _country_spans(words, code):
        start, end = spans[0]
        before, after = words[:start], words[end:]
        before = re.sub(r"(?:\b(?:of|from|in) )?(?:the )?$", "", before, flags=re.IGNORECASE)
        after = re.sub(r"^['’]s?\b", "", after)
        rest = " ".join(f"{before} {after}".split())
        if rest == words:
            break
        words = rest
    return words.strip(" ,")


def names_country(words: str, code: str) -> bool:
    """Whether a country's name or adjective stands in the words."""
    return bool(_country_spans(words, code))


@lru_cache(maxsize=4096)
def _country_spans(words: str, code: str) -> tuple[tuple[int, int], ...]:
    tokens, found, place = tokenize(words), list[tuple[int, int]](), 0
    known = gazetteer()
    while place < len(tokens):
        longest = min(known.longest.get(tokens[place].key, 0), len(tokens) - place)
        for length in range(longest, 0, -1):
            key = " ".join(token.key for token in tokens[place : place + length])
            if any(m.code == code and m.form in ("noun", "adjective", "people") for m in known.meanings.get(key, ())):
                end = tokens[place + length - 1].end
                found.append((tokens[place].start, end))
                place += length - 1
                break
        place += 1
    return tuple(found)


def _full_name(party: Actor, told: str, titled: bool) -> str | None:
    """The name of a person: that of the report beside a title or where it contradicts the table, else the table's."""
    name = party.name or ""
    if not re.match(r"[A-Z]", told) or _INSTITUTION.search(told):
        told = ""
    known, said = (set(fold(words).replace("-", " ").split()) for words in (name, told))
    if not said or said == known:
        return name or None
    if said <= known and not all(len(word) == 1 for word in known - said):
        return told if titled and len(said) == 1 else name
    return told if titled or len(said) > 1 else name


def _body(party: Actor) -> str:
    """A body by its name; one of a state has the state before it, and a part of it the report's own words."""
    name = party.name or ""
    if party.sector in _OFFICIAL and _states(party.code) and not names_country(name, party.code):
        return f"{possessive(party.code)} {name}"
    return f"the {name}" if re.search(r"\b(?:of|Nations)\b", name) and not name.startswith("the ") else speaking(name)


def speaking(name: str) -> str:
    """A speaker's name as it stands after "according to".

    >>> speaking("Department of State"), speaking("Reuters"), speaking("Russia's Defence Ministry")
    ('the Department of State', 'Reuters', "Russia's Defence Ministry")
    """
    return f"the {name}" if _INSTITUTION.search(name) and not re.match(r"[Tt]he |.*['’]s? ", name) else name


def _states(code: str) -> bool:
    """Whether a code is that of a state, and not of a kind of body."""
    return code in gazetteer().country_names


def _clean(text: str) -> str | None:
    """The words that name a party without what hangs over at their ends; None for what is no name."""
    words = _trimmed(text)
    words = _POLITE.sub("", _ARTICLE.sub("", words, count=1) if _ARTICLE.match(words) else words)
    first, _, second = words.partition(" ")
    noun = (fold(first) in nouns() or first == "Armed") and not first.isupper() and not second[:1].isupper()
    noun = noun and fold(first) not in _FAITHS
    if (noun or fold(first) in NUMBER_WORDS) and not _INSTITUTION.match(words) and not _TITLE.match(words):
        words = words[:1].lower() + words[1:]
    return None if not words or _is_odd(words) else words


def _is_odd(words: str) -> bool:
    return len(words) > LONGEST or bool(_ODD.search(words)) or words.lower() in ("former", "current", "other", "others")


def _with_article(words: str, code: str) -> str:
    """Words that begin with a country's name or adjective, with the article that they need."""
    if re.match(r"[\w.’' ]+?['’]s? [A-Za-z]", words):  # "South Korea's Supreme Court"
        return f"the {words}" if country(code).startswith("the ") and not words.startswith(("U.S", "US ")) else words
    head = words.split(" of ")[0].split(" in ")[0].split()[-1]
    bare = without_country(words, code)
    named = re.search(r"[a-z]+ [A-Z][\w'’-]+ [A-Z][\w'’-]+$", bare) or (
        _TITLE.search(words) and len(bare.split()) > 1 and bare.split()[-1].istitle()
    )
    if named and not _INSTITUTION.search(words):
        return f"{bare} of {country(code)}"
    if words.startswith(("U.S.", "US ")) and _INSTITUTION.search(words):
        return f"the {words}"
    if words.startswith("people") or head.endswith("s") or bare[:1].isdigit() or fold(head) in ("people", "police"):
        return words
    if _INSTITUTION.search(words) or _ONLY_ONE.search(bare):
        return f"the {words}"
    return articled(words)


def _trimmed(text: str) -> str:
    words = " ".join(text.split()).strip("\"“”'’ ,")
    for _ in range(3):
        words = _DANGLING.sub("", words)
    return words
