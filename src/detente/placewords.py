"""Which words of a sentence name a place, and how each is tied into the sentence.

Known names come from the gazetteer, longest first; capitalised words that no table knows count where the words beside
them say that they are a place ("in Udrigovo", "the village of Arnoun", "Muang district"). Names of bodies and people,
demonyms, months and days are none.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import msgspec

from detente.names import Token, gazetteer, tokenize, word_list
from detente.places import LONGEST, is_place, places_named

# ---- words beside a place -------------------------------------------------------------------------------------------

LOCATIVE = frozenset(
    "in at near outside inside around across throughout within off on along beside behind over above amid aboard "
    "through via between beneath by".split()
)
_NAMING = LOCATIVE - {"by", "behind", "over", "above"} | {"to", "from", "toward", "towards", "into"}
# Verbs whose object is far more often a place than a person.
_ENTERING = frozenset(
    "enter entered entering storm stormed storming reach reached reaching recapture recaptured recapturing liberate "
    "liberated liberating besiege besieged besieging shelled shelling bombed bombing pounded pounding capturing "
    "overran evacuated "
    "occupied surrounding encircled encircling patrolled patrolling leave left visited visiting".split()
)
_OTHER = frozenset(
    "to from toward towards into onto against for with about under of since until after before during like as than "
    "including despite among without per".split()
)
PREPOSITIONS = LOCATIVE | _OTHER
KINDS = frozenset(
    "city town village hamlet province governorate governate region district county state department prefecture "
    "municipality oblast suburb suburbs neighborhood neighbourhood quarter area island islands islet islets peninsula "
    "valley gorge mountain mountains hills hill river lake canal port capital camp airport airbase base crossing "
    "checkpoint square bridge highway road street settlement settlements strait gulf bay sea desert forest farms "
    "countryside township commune parish enclave exclave territory republic ghetto slum stronghold bastion plain "
    "plains pass dam border frontier coast shore waters corridor heights sub-district subdistrict locality "
    "cities towns villages hamlets provinces regions districts areas neighborhoods neighbourhoods camps hometown "
    "prison hospital university stadium barracks church mosque park market hotel railroad junction".split()
)
_COMPASS = frozenset(
    "north south east west northeast northwest southeast southwest northern southern eastern western northeastern "
    "northwestern southeastern southwestern central upper lower mid outside upstream downstream ahead".split()
)
_PARTS = frozenset(
    "outskirts streets center centre part parts edge edges side middle heart vicinity rest all most much areas parts "
    "shores shore coast coasts waters tip suburb suburbs districts neighborhoods towns cities villages provinces "
    "half corner gates entrance west".split()
)
_FILLERS = (
    frozenset(
        "the a an this that its their his her our two three four five several many some other another same nearby "
        "downtown old new restive troubled strategic ancient historic remote besieged contested disputed occupied "
        "divided neighboring neighbouring predominantly mainly largely self-proclaimed rebel held government "
        "controlled "
        "coastal rural suburban mountainous key whole entire greater neutral native capital northernmost southernmost "
        "war torn volatile tense both far also suburban second third largest main port resort mid provincial st "
        "mostly shiite sunni kurdish muslim christian serb".split()
    )
    | KINDS
    | _COMPASS
)
# Capitalised words that are no part of a name.
_NO_NAME = frozenset(
    "the a an in at near on from of for to with by after before when while where meanwhile earlier later outside "
    "inside around across since during until also but and or if as he she it they we i his her their its our this "
    "that these those there here some many most all no not more than both two three four five six seven eight nine ten "
    "police officials troops soldiers according however although though because thousands hundreds dozens people "
    "protesters monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december gmt utc am pm local security human rights another other several each "
    "today yesterday tomorrow last next former president prime minister general colonel captain mr mrs ms dr "
    "king queen prince lt gen col maj sgt sen rep gov off along over through under between within into what who which "
    "why how then now so such even only just about around despite among without against toward towards amid via eight "
    "twelve eleven at least nearly almost jan feb mar apr jun jul aug sept sep oct nov dec jewish islamist islamic "
    "arab muslim christian sunni shiite shia kurdish".split()
)
_LINKS = frozenset("de del la las los da do dos das di du des le el al ar as ash ad an at az ez es et ul the".split())
_ARTICLES = frozenset("al ar as ash ad an at az ez el es".split())
_TITLES = word_list("title")
_UNTITLED = frozenset("general major central state".split())


class Mention(msgspec.Struct, frozen=True):
    """A place named at the tokens `first:last` of a sentence, the characters `start:end` of its text.

    `level` is that of the likeliest place, or "name" where the gazetteer has none. `lead` is the preposition that
    governs it ("" for none), `via` what stands between the two: kind ("city of"), part ("outskirts of"), compass
    ("north of"), nest ("…, Syria"), and ("Homs and …"), or "". `kind` is the noun that says what it is.
    """

    first: int
    last: int
    start: int
    end: int
    key: str
    level: str
    lead: str
    via: str
    kind: str
    possessive: bool = False


@lru_cache(maxsize=256)
def read_tokens(text: str) -> tuple[Token, ...]:
    """The words of a text."""
    return tokenize(text)


@lru_cache(maxsize=256)
def mentions(text: str) -> tuple[Mention, ...]:
    """The places that a sentence names, in order, none overlapping."""
    tokens = read_tokens(text)
    found: list[Mention] = []
    place = 0
    while place < len(tokens):
        last = _body_end(text, tokens, place)
        if last:
            place = last
            continue
        mention, place = _read_at(text, tokens, place, found)
        if mention:
            found.append(mention)
    return tuple(found)


def _read_at(text: str, tokens: tuple[Token, ...], place: int, found: list[Mention]) -> tuple[Mention | None, int]:
    """The mention that begins at a token, if any, and the token to go on from."""
    if last := _whole_name(text, tokens, place):
        return _mention(text, tokens, place, last, known=True, found=found), last
    if not _opens_run(text, tokens, place):
        return None, place + 1
    end = _run_end(text, tokens, place)
    for size in range(end - place, 0, -1):
        for first in range(place, end - size + 1):
            key = _key(tokens, first, first + size)
            if not is_place(key) or not _fits(text, tokens, (place, end), first, first + size):
                continue
            last = first + size
            while last < end and tokens[last].key in KINDS:
                last += 1
            return _mention(text, tokens, first, last, known=True, found=found, size=size), end
    if _titled(tokens, place):
        return None, end
    mention = _mention(text, tokens, place, end, known=False, found=found)
    entered = place > 0 and tokens[place - 1].key in _ENTERING
    said = mention.kind or entered or mention.lead in _NAMING or mention.via in ("kind", "part", "compass")
    return (mention if said else None), end


def _key(tokens: tuple[Token, ...], first: int, last: int) -> str:
    return " ".join(token.key for token in tokens[first:last])


def _joined(text: str, one: Token, two: Token) -> bool:
    return text[one.end : two.start] in _CLOSE and not one.possessive


_CLOSE = frozenset((" ", "-", "‑", "\xa0", "–", ". ", "-‘", "-'", "-’", " ‘", " '", " `"))


def _whole_name(text: str, tokens: tuple[Token, ...], place: int) -> int:
    """Where a known name of several words with small ones in it ends, such as "Strait of Hormuz"; else 0."""
    if not tokens[place].capital:
        return 0
    for last in range(min(place + LONGEST, len(tokens)), place + 2, -1):
        words = tokens[place:last]
        if words[-1].capital and all(_joined(text, one, two) for one, two in pairwise(words)):
            small = any(not word.capital for word in words)
            if small and is_place(_key(tokens, place, last)):
                return last
    return 0


def _body_end(text: str, tokens: tuple[Token, ...], place: int) -> int:
    """Where the name of a body, or of a nation's people, that begins here ends; else 0."""
    table = gazetteer()
    if not tokens[place].capital:
        return 0
    for size in range(min(table.longest.get(tokens[place].key, 0), len(tokens) - place), 0, -1):
        words = tokens[place : place + size]
        if all(_joined(text, one, two) for one, two in pairwise(words)):
            meanings = table.meanings.get(_key(tokens, place, place + size), ())
            if (
                meanings
                and meanings[0].form in ("body", "adjective", "people")
                and not is_place(_key(tokens, place, place + size))
            ):
                return place + size
            if meanings:
                return 0
    return 0


def _opens_run(text: str, tokens: tuple[Token, ...], place: int) -> bool:
    token = tokens[place]
    if token.key in _ARTICLES and place + 1 < len(tokens):
        following = tokens[place + 1]
        close = ("-", "‑", " ") if token.key in ("al", "el") else ("-", "‑")
        return following.capital and text[token.end : following.start] in close
    return _is_name(token)


def _is_name(token: Token) -> bool:
    return token.capital and not token.key[:1].isdigit() and token.key not in _NO_NAME and len(token.key) > 1


def _run_end(text: str, tokens: tuple[Token, ...], place: int) -> int:
    """Where the capitalised words that begin here end; small words of names count where another follows."""
    end = place + 1
    while end < len(tokens) and _joined(text, tokens[end - 1], tokens[end]):
        if _is_name(tokens[end]) and not _is_demonym(tokens[end].key):
            end += 1
        elif (
            tokens[end].key in _LINKS
            and end + 1 < len(tokens)
            and _joined(text, tokens[end], tokens[end + 1])
            and _is_name(tokens[end + 1])
        ):
            end += 2
        elif text[tokens[end - 1].end : tokens[end].start] == "-" and not tokens[end].key[:1].isdigit():
            end += 1  # "Punggye-ri", "Makana-led"
        else:
            break
    return end


@lru_cache(maxsize=16384)
def _is_demonym(key: str) -> bool:
    meanings = gazetteer().meanings.get(key, ())
    return bool(meanings) and meanings[0].form in ("adjective", "people") and not is_place(key)


_RIGHT = KINDS | frozenset("international city county street road square".split())


def _fits(text: str, tokens: tuple[Token, ...], run: tuple[int, int], first: int, last: int) -> bool:
    """Whether the words of a run around a known name leave it the name of a place."""
    before, after = tokens[run[0] : first], tokens[last : run[1]]
    if any(not (t.key in _COMPASS or t.key in KINDS or _is_demonym(t.key) or t.key in _ARTICLES) for t in before):
        return False
    if after and text[tokens[last - 1].end : after[0].start] == "-":
        return False  # "Iran-backed", "Gaza-bound"
    return all(token.key in _RIGHT or token.key in _COMPASS for token in after)


def _titled(tokens: tuple[Token, ...], place: int) -> bool:
    before = tokens[place - 1].key if place else ""
    return before in _TITLES and before not in KINDS and before not in _UNTITLED


def _mention(
    text: str,
    tokens: tuple[Token, ...],
    first: int,
    last: int,
    *,
    known: bool,
    found: list[Mention],
    size: int | None = None,
) -> Mention:
    key = _key(tokens, first, first + size if size else last)
    level = places_named(key)[0].level if known else "name"
    lead, via, kind = _lead(text, tokens, first, found)
    after = tokens[last].key if last < len(tokens) and text[tokens[last - 1].end : tokens[last].start] == " " else ""
    if last - first > (size or last - first):
        kind = tokens[last - 1].key
    elif after in KINDS:
        kind = after
    elif not known and tokens[last - 1].key in KINDS:
        kind = tokens[last - 1].key
    end = tokens[last - 1].end
    return Mention(first, last, tokens[first].start, end, key, level, lead, via, kind, tokens[last - 1].possessive)


def _lead(text: str, tokens: tuple[Token, ...], first: int, found: list[Mention]) -> tuple[str, str, str]:
    """The governing preposition, what stands between, and the noun that says what the place is."""
    if found and (tied := _tied(text, tokens, first, found[-1])):
        return found[-1].lead, tied, found[-1].kind if tied == "and" else ""
    place, via, kind = first - 1, "", ""
    skipped = 0
    while place >= 0 and not any(mark in text[tokens[place].end : tokens[place + 1].start] for mark in ',;:.()"“”—'):
        word = tokens[place].key
        if word == "of" and place:
            noun = tokens[place - 1].key
            via = "kind" if noun in KINDS and noun not in _PARTS else "compass" if noun in _COMPASS else "part"
            if noun in KINDS:
                kind = kind or noun
            if noun not in KINDS and noun not in _COMPASS and noun not in _PARTS:
                return "of", via if via != "part" else "", kind
            place -= 2
            continue
        if word in PREPOSITIONS:
            return word, via, kind
        if word in KINDS and not via:
            kind, via = word, via or "kind"
        if word not in _FILLERS and not _is_demonym(word):
            skipped += 1
            if skipped > 1 or tokens[place].key[-2:] in ("ed", "ng") or tokens[place].capital:
                return "", via, kind
        place -= 1
    return "", via, kind


def _tied(text: str, tokens: tuple[Token, ...], first: int, before: Mention) -> str:
    """How a mention hangs on the one before: "Homs, Syria" is a nest, "Homs and Hama" a list."""
    between = text[before.end : tokens[first].start]
    words = [token.key for token in tokens[before.last : first]]
    if between.strip() == "," or (between.startswith(",") and words == ["the"]):
        return "nest"
    if words and words[-1] in ("and", "or") and len(words) <= 3 and set(words[:-1]) <= _FILLERS:
        return "and"
    return ""
