"""How one person's name is written in a text: the forms of it, and which of them are other spellings.

A person is one whose full name the tables know or a title stands before. Other names in the text are forms of it
where they are some of its words ("Yoon" of "Yoon Suk Yeol": short, not otherwise spelt), or where they sound like
some of them, by `names.skeleton`, and stand as names do: with the same title, or alone before a verb. A form that
could be two persons' is nobody's. Case, accents, hyphens and apostrophes make no other spelling (`names.fold_word`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from detente.names import Token, fold_word, skeleton, tokenize, word_list
from detente.nametables import PACKAGED, Names
from detente.phrases import Hit, find_hits

MIN_LETTERS = 3  # a shorter word is near too many others
MIN_SOUNDS = 2  # letters of a skeleton; "Li" and "Lee" share one and are two names
MAX_EDITS = 2  # letters in which two spellings of one word may differ; one in a word of up to four

_ACTS = re.compile(
    r"['’]s\b| (?:also |later |has |had )?"
    r"(?:was|is|has|had|said|says|will|would|met|told|did|took|made|\w{3,}ed)\b"
)
_LINK = re.compile(r"[ -]|['’]")
_BEFORE_TITLE = frozenset({"prime", "vice", "foreign", "deputy", "defense", "former", "then"})
_ROLES = {"minister": "premier", "premier": "premier"}


class Form(NamedTuple):
    """One way of writing a name: its first place, how often it stands in the text, and what it is a spelling of.

    `short` where it is only some of the words of a fuller form with the same spelling.
    """

    text: str
    start: int
    end: int
    times: int
    short: bool


class WrittenName(NamedTuple):
    """A person and the forms of the name in a text, the fullest first.

    `keys` are what other spellings share: the entity of the tables ("" unknown), then the sounds of each full form.
    """

    keys: tuple[str, ...]
    forms: tuple[Form, ...]


class _Mention(NamedTuple):
    words: tuple[str, ...]  # folded
    start: int
    end: int
    title: str
    country: frozenset[str]
    entity: str | None
    acts: bool


def written_names(text: str, names: Names = PACKAGED) -> list[WrittenName]:
    """The persons of a text whose full name it gives, each with every form of the name, in the order of the text.

    >>> [name] = written_names("President Ana Ruiz met Anna Ruiz's aide; Ruiz left.")
    >>> [(form.text, form.short) for form in name.forms]
    [('Ana Ruiz', False), ('Anna Ruiz', False), ('Ruiz', True)]
    """
    mentions = list(_mentions(text, names))
    known = {token.key for token in tokenize(text) if not token.capital}
    full = sorted((m for m in mentions if len(m.words) > 1 and (m.entity or m.title)), key=lambda m: -len(m.words))
    people: dict[tuple[str, ...], list[_Mention]] = {}
    for mention in full:
        owner = next((words for words, each in people.items() if _same_person(mention, each[0])), mention.words)
        people.setdefault(owner, []).append(mention)
    taken = {id(mention) for each in people.values() for mention in each}
    for mention in mentions:
        if id(mention) in taken or (len(mention.words) == 1 and mention.words[0] in known):
            continue
        owners = [each for each in people.values() if _is_form_of(mention, each)]
        if len(owners) > 1:
            owners = [each for each in owners if any(set(mention.words) <= set(other.words) for other in each)]
        if len(owners) == 1:
            owners[0].append(mention)
    told = sorted(people.values(), key=lambda each: min(mention.start for mention in each))
    return [WrittenName(_keys(each), tuple(_forms(text, each))) for each in told]


def _forms(text: str, mentions: list[_Mention]) -> Iterator[Form]:
    by_words: dict[tuple[str, ...], list[_Mention]] = {}
    for mention in sorted(mentions, key=lambda m: (-len(m.words), m.start)):
        by_words.setdefault(mention.words, []).append(mention)
    for words, each in by_words.items():
        first = min(each, key=lambda m: m.start)
        short = any(len(other) > len(words) and set(words) <= set(other) for other in by_words)
        yield Form(text[first.start : first.end], first.start, first.end, len(each), short)


def _keys(mentions: list[_Mention]) -> tuple[str, ...]:
    known = next((mention.entity for mention in mentions if mention.entity), None)
    full = dict.fromkeys(" ".join(map(skeleton, mention.words)) for mention in mentions if len(mention.words) > 1)
    return (known or "", *full)


# -- who is who


def _same_person(one: _Mention, other: _Mention) -> bool:
    """Whether two full names are one person's: by the tables, or by sound word for word."""
    if one.entity and other.entity:
        return one.entity == other.entity
    if one.country and other.country and not one.country & other.country:
        return False
    if _is_part(one.words, other.words) or _is_part(other.words, one.words):
        return True
    if len(one.words) != len(other.words) or (one.title and other.title and one.title != other.title):
        return False
    return all(map(sounds_alike, one.words, other.words)) and _shares_a_word(one, other)


def _shares_a_word(one: _Mention, other: _Mention) -> bool:
    """Two names that differ in every word are two persons' unless the same title stands before both."""
    return bool(set(one.words) & set(other.words)) or (bool(one.title) and one.title == other.title)


def _is_form_of(mention: _Mention, person: list[_Mention]) -> bool:
    """Whether a mention without a full name of its own is one of a person with these."""
    whole = person[0]
    if mention.entity and whole.entity and mention.entity != whole.entity:
        return False
    if mention.country and whole.country and not mention.country & whole.country:
        return False
    if any(_is_part(mention.words, other.words) for other in person):
        return True
    if len(mention.words) > 1:
        return _same_person(mention, whole)
    (word,) = mention.words
    titled = bool(mention.title) and any(mention.title == other.title for other in person)
    if mention.title and not titled:
        return False
    return (titled or mention.acts) and any(sounds_alike(word, part) for part in whole.words)


def _is_part(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[place : place + len(words)] == words for place in range(len(whole)))


def sounds_alike(one: str, other: str) -> bool:
    """Whether two folded words can be spellings of one: the same letter first, the same consonants, few edits."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < MIN_LETTERS or one[0] != other[0]:
        return False
    alike = skeleton(one) == skeleton(other) and len(skeleton(one)) >= MIN_SOUNDS
    edits = _edits(one, other)
    return (alike and edits <= MAX_EDITS) or (len(short) >= 6 and edits == 1 and long[-1] == short[-1])


def spelt_apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a word of one name is another spelling of a word of the other: not "Abu Mazen" of "Mahmoud Abbas".

    >>> spelt_apart(("sergei", "lavrov"), ("sergey", "lavrov")), spelt_apart(("shinzo", "abe"), ("abe", "shinzo"))
    (True, False)
    """
    mine, theirs = set(one) - set(other), set(other) - set(one)
    return any(sounds_alike(word, another) for word in mine for another in theirs)


def _edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


# -- names where they stand


def _mentions(text: str, names: Names) -> Iterator[_Mention]:
    """Runs of capitalised words that are no country, body or place, without the titles before them."""
    tokens = tokenize(text)
    hits = find_hits(text, tokens, names)
    at = {place: hit for hit in hits for place in range(hit.first, hit.last)}
    titles = word_list("title") | word_list("before-surname")
    place = 0
    while place < len(tokens):
        hit = at.get(place)
        if hit is not None and not hit.people:
            place = hit.last
            continue
        if not _opens_name(tokens, place, titles, hit):
            place += 1
            continue
        last = hit.last if hit is not None else place + 1
        while hit is None and last < len(tokens) and last not in at and _goes_on(text, tokens, last, titles):
            last += 1
        yield _mention(text, tokens, place, last, hit, at)
        place = last


def _opens_name(tokens: tuple[Token, ...], place: int, titles: frozenset[str], hit: Hit | None) -> bool:
    token = tokens[place]
    return hit is not None or (token.capital and token.key.isalpha() and not token.upper and token.key not in titles)


def _goes_on(text: str, tokens: tuple[Token, ...], place: int, titles: frozenset[str]) -> bool:
    before, token = tokens[place - 1], tokens[place]
    between = text[before.end : token.start]
    if before.possessive or token.key in titles or not _LINK.fullmatch(between):
        return False
    return (token.capital and token.key.isalpha()) or between == "-"


def _mention(
    text: str, tokens: tuple[Token, ...], first: int, last: int, hit: Hit | None, at: dict[int, Hit]
) -> _Mention:
    person = hit.people[0] if hit is not None and len(hit.people) == 1 else None
    start, end = tokens[first].start, tokens[last - 1].end
    end -= len(re.search(r"(?:['’]s)?$", text[start:end])[0])  # type: ignore[index]
    title, country = _title_before(text, tokens, first, at)
    return _Mention(
        words=tuple(fold_word(token.key) for token in tokens[first:last]),
        start=start,
        end=end,
        title=title,
        country=frozenset(person.codes) if person else country,
        entity=person.entity if person else None,
        acts=bool(_ACTS.match(text, end)),
    )


def _title_before(text: str, tokens: tuple[Token, ...], first: int, at: dict[int, Hit]) -> tuple[str, frozenset[str]]:
    """The title that stands directly before a name, in lower case, with the country named before that."""
    titles = word_list("title")
    place = first - 1
    if place < 0 or tokens[place].key not in titles or text[tokens[place].end : tokens[first].start] not in (" ", ". "):
        return "", frozenset()
    title = _ROLES.get(tokens[place].key, tokens[place].key)
    while place > 0 and place not in at and (tokens[place].key in titles or tokens[place].key in _BEFORE_TITLE):
        if tokens[place].key in _BEFORE_TITLE - {"prime"}:
            title = f"{tokens[place].key} {title}"
        place -= 1
    hit = at.get(place)
    return title, hit.codes if hit is not None and not hit.people and not hit.generic else frozenset()
