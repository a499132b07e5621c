"""What the words of a noun phrase say by themselves: the names in it, its head noun, and the sector these give.

    "two former ministers of Chad"  ->  head "ministers", sector GOV, former, country TCD (after "of")

`find_hits` finds names in any text, a phrase or a whole article; `read_phrase` reads one phrase. Neither looks at
the text around; `actors.py` does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import msgspec

from detente.names import Meaning, Person, Token, nouns, tokenize, word_list
from detente.nametables import PACKAGED, Names

INTERNATIONAL = frozenset({"UNO", "EUR", "IGO", "NGO", "MNC", "IMG"})

# Words that end the core of a noun phrase. What follows "of", "from" and the like still tells the country.
_BOUNDARIES = word_list("boundary")
# Participles that do so only after a noun: "men accused of", but "accused men".
_PARTICIPLES = word_list("participle")
_OWNING = frozenset({"of", "from", "for", "loyal", "belonging", "as", "including", "representing"})
_PLACING = frozenset({"in", "at", "near", "inside", "across", "around", "on", "within", "aboard", "under", ","})
# Heads that only count or bundle: the real head follows "of".
_COUNTING = word_list("counting")
# After a hyphen, these say that the name before them is not whose the thing is, or only loosely.
_NOT_WHOSE = word_list("not-whose")
_AGAINST = frozenset({"anti", "pro", "non", "counter"})
_FORMER = word_list("former")
# Country words that, in lower case, are common words of English.
_LOWER_CASE_WORDS = word_list("lower-case")
# Country and city names that are also given names: not a country when another capitalised word follows.
_GIVEN_NAMES = word_list("given-name")
# "Mocímboa da Praia" is not Praia.
_NAME_LINKS = frozenset({"da", "de", "do", "del", "di", "du", "dos", "bin", "ibn", "van", "von"})
_LINKED = re.compile(r"\s*[-–]\s*$")


class Hit(msgspec.Struct, frozen=True):
    """A name at the words `first:last` of a text; `loose` where the words say it is not whose the thing is."""

    first: int
    last: int
    meanings: tuple[Meaning, ...]
    people: tuple[Person, ...] = ()
    loose: bool = False

    @property
    def form(self) -> str:
        return self.meanings[0].form if self.meanings else "person"

    @property
    def codes(self) -> frozenset[str]:
        """The codes it can mean; for a body that many countries have ("parliament") none."""
        if self.meanings:
            form = "country" if self.form in _COUNTRY_FORMS else self.form
            return frozenset(
                m.code
                for m in self.meanings
                if m.code and (m.form == self.form or (form == "country" and m.form in _COUNTRY_FORMS))
            )
        return frozenset(code for person in self.people for code in person.codes)

    @property
    def generic(self) -> bool:
        """Whether its kind exists in many countries, so that the one it belongs to must be told elsewhere."""
        return any(m.form == "body" and not m.code for m in self.meanings)


_COUNTRY_FORMS = frozenset({"noun", "adjective", "people", "seat", "capital"})


class Part(msgspec.Struct, frozen=True):
    """A run of words `first:last`, after the word `link` ("" for the core, "," for a comma or bracket)."""

    link: str
    first: int
    last: int


class Phrase(msgspec.Struct, frozen=True):
    """What a noun phrase says by itself.

    `sector` is "" where its words do not tell; `strong` where the head noun decides it whatever else is known.
    `hits` are its names; `owners` those of them that tell whose it is, best first; `places` those that only tell
    where. `head` is the deciding noun, folded. `name_words` are capitalised words that no table knows. `names` are
    the tables it was read with.
    """

    text: str
    tokens: tuple[Token, ...]
    hits: tuple[Hit, ...]
    owners: tuple[Hit, ...]
    places: tuple[Hit, ...]
    sector: str
    strong: bool
    head: str
    former: bool
    name_words: tuple[str, ...]
    whole: Hit | None
    names: Names


def find_hits(text: str, tokens: tuple[Token, ...], names: Names = PACKAGED) -> tuple[Hit, ...]:
    """The names in a text, longest first from the left, none overlapping."""
    hits: list[Hit] = []
    place = 0
    while place < len(tokens):
        first = tokens[place].key
        most = max(names.gazetteer.longest.get(first, 0), names.longest_person_name(first))
        hit = None
        for size in range(min(most, len(tokens) - place), 0, -1):
            if hit := _hit_at(text, tokens, place, place + size, names):
                break
        if hit:
            hits.append(hit)
        place = hit.last if hit else place + 1
    return tuple(_checked(text, tokens, hits))


def _hit_at(text: str, tokens: tuple[Token, ...], first: int, last: int, names: Names) -> Hit | None:
    words = tokens[first:last]
    if not all(_joined(text, one, two) for one, two in pairwise(words)):
        return None
    key = " ".join(token.key for token in words)
    quoted = len(words) > 1 and not _QUOTES.isdisjoint(text[words[0].end : words[-1].start])
    found = () if quoted else names.gazetteer.meanings.get(key, ())
    meanings = tuple(m for m in found if _written_as(m, key, words))
    if meanings:
        return Hit(first, last, meanings, loose=_loose(text, tokens, first, last))
    if len(words) > 1 and words[0].capital and any(w.capital for w in words[1:]):
        people = names.people_named(key)
        return Hit(first, last, (), people) if people else None
    return None


# Marks that may stand within a person's name, around a nickname, and within no other.
_QUOTES = frozenset('"“”')


def _joined(text: str, one: Token, two: Token) -> bool:
    between = text[one.end : two.start]
    return not any(mark in between for mark in ",;:()!?\n") and not (". " in between and len(one.key) > 3)


def _written_as(meaning: Meaning, key: str, words: tuple[Token, ...]) -> bool:
    """Whether the words are written as this name is: "us" is not the US, "turkey" not Turkey."""
    if len(words) == 1 and len(key) <= 5 and _is_acronym(meaning.name, key):
        return words[0].upper or (len(key) > 3 and words[0].capital)
    if any(word.capital for word in words):
        return True
    if meaning.form == "body":
        return meaning.name[0].islower() and " " not in key
    return meaning.form in ("noun", "adjective", "people") and len(key) > 4 and key not in _LOWER_CASE_WORDS


def _is_acronym(name: str, key: str) -> bool:
    """Whether the key is a short name in capitals (the table's own name, or an alias that is no start of it)."""
    bare = name.replace(".", "")
    return bare.isupper() if bare.casefold() == key else not name.casefold().startswith(key[:3])


def _loose(text: str, tokens: tuple[Token, ...], first: int, last: int) -> bool:
    before = tokens[first - 1] if first else None
    if before and before.key in _AGAINST and _LINKED.match(text[before.end : tokens[first].start] or "x"):
        return True
    if last < len(tokens) and tokens[last].key in _NOT_WHOSE:
        return bool(_LINKED.match(text[tokens[last - 1].end : tokens[last].start]))
    return False


def _checked(text: str, tokens: tuple[Token, ...], hits: list[Hit]) -> list[Hit]:
    """Without places and given names that are part of a longer, unknown name ("Jordan Pickford").

    A place that stands for a person once ("President Garcia") is that person's name in the whole text.
    """
    covered = {place for hit in hits for place in range(hit.first, hit.last)}
    names: set[str] = set()
    kept = []
    for hit in hits:
        word = tokens[hit.first].key if hit.last - hit.first == 1 else ""
        given = word in _GIVEN_NAMES and not tokens[hit.first].possessive
        if (hit.form == "place" or given) and _name_goes_on(text, tokens, covered, hit):
            names.add(word)
        elif word and hit.first > 1 and tokens[hit.first - 1].key in _NAME_LINKS and tokens[hit.first - 2].capital:
            continue
        else:
            kept.append(hit)
    return [
        hit for hit in kept if hit.form != "place" or hit.last - hit.first > 1 or tokens[hit.first].key not in names
    ]


def _name_goes_on(text: str, tokens: tuple[Token, ...], covered: set[int], hit: Hit) -> bool:
    """Whether a capitalised word that no table knows stands directly after it, or, for a place, before it."""
    after, before = hit.last, hit.first - 1
    if after < len(tokens) and not tokens[hit.last - 1].possessive:
        between = text[tokens[hit.last - 1].end : tokens[after].start]
        if between in _CLOSE and after not in covered and _unknown_name(tokens[after]):
            return True
    if hit.form != "place" or before < 0 or before in covered:
        return False
    between = text[tokens[before].end : tokens[hit.first].start]
    title = tokens[before].capital and tokens[before].key in _TITLES
    return between in _CLOSE and (title or _unknown_name(tokens[before])) and not tokens[before].possessive


def _unknown_name(token: Token) -> bool:
    return (
        token.capital
        and not token.key.isdigit()
        and not _noun_key(token.key)
        and token.key not in _BOUNDARIES
        and token.key not in _NO_NAMES
    )


_CLOSE = (" ", "-", "‑")
_TITLES = word_list("title")


# ---- one phrase --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def read_phrase(text: str, names: Names = PACKAGED) -> Phrase:
    """What one noun phrase says by itself."""
    tokens = tokenize(text)
    hits = find_hits(text, tokens, names)
    parts = _parts(text, tokens, hits)
    core = _core(tokens, parts)
    inside = [hit for hit in hits if core.first <= hit.first < core.last]
    sector, strong, head = _sector(tokens, core, inside)
    for part in parts:  # "Roberto Maroni, the Italian Minister of the Interior"
        if not head and part.link == "," and part.first > core.first and not any(h.form == "body" for h in inside):
            apposed = [hit for hit in hits if part.first <= hit.first < part.last]
            sector, strong, head = _sector(tokens, part, apposed)
            core = Part("", core.first, part.last) if head else core
    known = {place for hit in hits for place in range(hit.first, hit.last)}
    return Phrase(
        text=text,
        tokens=tokens,
        hits=hits,
        owners=tuple(_owners(hits, parts, core)),
        places=tuple(hit for hit in hits if _link_of(hit, parts) in _PLACING and not hit.loose),
        sector=sector,
        strong=strong,
        head=head,
        former=any(token.key in _FORMER for token in tokens[core.first : core.last]),
        name_words=tuple(
            token.key
            for place, token in enumerate(tokens)
            if place not in known
            and token.capital
            and token.key not in nouns()
            and token.key not in _NO_NAMES
            and not token.key.isdigit()
        ),
        whole=_whole(hits, tokens),
        names=names,
    )


_NO_NAMES = word_list("no-name")


def _whole(hits: tuple[Hit, ...], tokens: tuple[Token, ...]) -> Hit | None:
    """The name that is all there is to the phrase but articles, numbers and words like "northern"."""
    if not hits or any(hit.codes != hits[0].codes or hit.loose for hit in hits):
        return None
    covered = {place for hit in hits for place in range(hit.first, hit.last)}
    rest = [token.key for place, token in enumerate(tokens) if place not in covered]
    return hits[0] if all(word in _FILLERS or word.isdigit() for word in rest) else None


_FILLERS = word_list("filler")


def _parts(text: str, tokens: tuple[Token, ...], hits: tuple[Hit, ...]) -> list[Part]:
    inside = {place for hit in hits for place in range(hit.first + 1, hit.last)}
    parts: list[Part] = []
    link, first = "", 0
    for place, token in enumerate(tokens):
        cut = token.key in _BOUNDARIES and place not in inside and not token.capital and place > first
        cut = cut and not (token.key == "to" and tokens[place - 1].key.isdigit())
        cut = cut or (
            token.key in _PARTICIPLES
            and place > first
            and text[tokens[place - 1].end : token.start] == " "
            and place not in inside
            and not token.capital
            and bool(tokens[place - 1].capital or _noun_key(tokens[place - 1].key))
            and not tokens[place - 1].key.isdigit()
            and not (place + 1 < len(tokens) and _noun_key(f"{token.key} {tokens[place + 1].key}"))
        )
        between = text[tokens[place - 1].end : token.start] if place > first and place not in inside else ""
        comma = any(mark in between for mark in ",(;:") and between != ","
        if cut or comma:
            parts.append(Part(link, first, place))
            link, first = (token.key, place + 1) if cut else (",", place)
        elif token.key in _BOUNDARIES and place == first and place not in inside and not token.capital:
            link, first = token.key, place + 1
    parts.append(Part(link, first, len(tokens)))
    return [part for part in parts if part.first < part.last] or [Part("", 0, len(tokens))]


def _core(tokens: tuple[Token, ...], parts: list[Part]) -> Part:
    """The part with the head noun: the first, or the one after "of" where the first only counts."""
    core = parts[0]
    for following in parts[1:]:
        last = tokens[core.last - 1].key
        counts = last in _COUNTING or last.isdigit()
        if following.link != "of" or not counts:
            break
        core = Part("", following.first, following.last)
    return core


def _link_of(hit: Hit, parts: list[Part]) -> str:
    return next((part.link for part in parts if part.first <= hit.first < part.last), "")


def _owners(hits: tuple[Hit, ...], parts: list[Part], core: Part) -> list[Hit]:
    """Names that tell whose the actor is: first those in the core, then those after "of", "from", "for"."""
    ranked = []
    for place, hit in enumerate(hits):
        link = "" if core.first <= hit.first < core.last else _link_of(hit, parts)
        before_core = hit.first < core.first
        if hit.loose or (link not in _OWNING and link not in _PLACING and link and not before_core):
            continue
        rank = 0 if not link else 1 if link in _OWNING or before_core else 2
        ranked.append((rank, place, hit))
    return [hit for _, _, hit in sorted(ranked, key=lambda each: each[:2])]


def _in_a_name(tokens: tuple[Token, ...], core: Part, place: int, covered: dict[int, Hit]) -> bool:
    """Whether the noun at `place` is the second word of a person's name ("Charlotte Church")."""
    if place - 1 < core.first or not tokens[place].capital or not tokens[place - 1].capital:
        return False
    before = tokens[place - 1]
    return place - 1 not in covered and not before.possessive and not _noun_key(before.key) and not before.key.isdigit()


def _has_type_number(tokens: tuple[Token, ...], core: Part) -> bool:
    """Whether the core names a weapon by type and number ("two Su-27s")."""
    words = [token.key for token in tokens[core.first : core.last]]
    return any(
        len(one) <= 3 and one.isalpha() and two.rstrip("s").isdigit() and tokens[core.first + place].capital
        for place, (one, two) in enumerate(pairwise(words))
    )


@lru_cache(maxsize=16384)
def _noun_key(words: str) -> str:
    """The entry of the noun table for these words in this or the other number; "" for none."""
    table = nouns()
    forms = (
        words,
        words[:-1] if words.endswith("s") else f"{words}s",
        words[:-3] + "y" if words.endswith("ies") else "",
    )
    return next((key for key in forms if key in table), "")


def _sector(tokens: tuple[Token, ...], core: Part, hits: list[Hit]) -> tuple[str, bool, str]:
    """Sector of the head noun: the last noun that decides, else a body's, else a noun that only suggests."""
    table = nouns()
    weak = ("", False, "")
    named: tuple[str, bool, str] | None = None
    covered = {place: hit for hit in hits for place in range(hit.first, hit.last)}
    body = next((m.sector for hit in reversed(hits) if not hit.loose for m in hit.meanings if m.form == "body"), "")
    place = core.last
    while place > core.first:
        size = 0
        for size in range(min(4, place - core.first), 0, -1):
            key = _noun_key(" ".join(token.key for token in tokens[place - size : place]))
            if not key or any(covered.get(at) and covered[at].form != "body" for at in range(place - size, place)):
                continue
            sector, strong = table[key]
            if size == 1 and covered.get(place - 1) is not None:
                continue
            if strong and _in_a_name(tokens, core, place - size, covered):
                named = named or (sector, True, key)
                break
            if strong:
                return ("REB" if sector == "UAF" and body == "REB" else sector), True, key
            if not weak[0]:
                weak = (sector, False, key)
            break
        place -= 1
    if named:
        return named
    if body:
        return body, False, weak[2]
    if not weak[0] and any(hit.form == "people" for hit in hits):
        return "CVL", False, ""
    return weak if weak[0] or not _has_type_number(tokens, core) else ("MIL", False, "aircraft")
