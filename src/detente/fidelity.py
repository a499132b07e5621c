"""Whether a sentence in other words says what the original says: the rules by which a rephrasing is refused.

What may not change: quotations, dates, numbers, names and their order, negations, marks of status and doubt, the voice,
and the deeds; and no word may come in that says something new. They are strict, and refuse harmless sentences too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from detente.briefdeeds import base_form
from detente.names import fold_word, tokenize
from detente.stems import stem

LONGER, SHORTER = 1.6, 0.5  # how much longer and shorter, in characters, a sentence may become (ours)

QUOTATION = re.compile(r"“[^”]*”")
_HELD = "\ue000"  # stands for a quotation while sentences are compared
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(name.capitalize() for name in _MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}}) )?(?P<month>{_MONTH})(?: (?P<american>\d{{1,2}})(?!\d)(?=,| \d{{4}}))?"
    r"(?:,? (?P<year>\d{4}))?\b"
)
_NUMBER = re.compile(r"(?<![\w.])([+−-]?)(\d+(?:,\d{3})*(?:\.\d+)?)\s*(%|per ?cent\b)?")
_NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"dozen": 12.0, "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "half": 0.5, "both": 2.0,
     "twice": 2.0, "pair": 2.0, "couple": 2.0, "dozens": 24.0, "hundreds": 200.0, "thousands": 2e3,
     "first": 1.5, "second": 2.5, "third": 3.5, "several": 3.1, "once": 1.1}  # fmt: skip
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot|hardly|scarcely|barely|lack\w*|fail\w*|unable"
    r"|absent|absence)\b|n['’]t\b",
    re.IGNORECASE,
)
_TELLING = (
    r"report(?:ed|s|edly)?|accord(?:ing|s)?|said|says|told|tells?|claim(?:s|ed)?|alleg(?:ed|edly|es)?|unconfirmed"
    r"|apparently|believed|suspected|purported(?:ly)?|supposed(?:ly)?|sources?"
)
# Words that must be there in both sentences or in neither, by what they say.
_MARKS = {
    "planned": r"plan(?:s|ned|ning)?|intend\w*|will|would|due|scheduled|about to|announced",
    "possible": r"may|might|could|can|possib\w+|perhaps|probab\w+|likely|potential\w*",
    "denied": r"den(?:y|ies|ied|ial)|rejects? reports|refut\w+",
    "as reported": _TELLING,
    "report": r"report(?:ed|s)?",
    "further": r"further|another|additional|other|others|more|else|besides",
    "larger": r"larger|greater|bigger|smaller|exceed\w*|more than",
    "alone": r"alone|solely",
    "or": r"or|either|whether",
    "if": r"if|unless|except|instead|rather|despite|otherwise",
    "before": r"before|until|till|prior|ahead",
    "after": r"after|since|following|once",
    "against": r"against|towards?|behalf",
    "must": r"must|should|shall|ought|needs? to|ha(?:s|ve) to",
    "unconfirmed": r"unconfirmed|alleg\w+|reportedly|apparently|purported\w*|supposed\w*",
    "sure": r"confirm\w*|certain\w*|definite\w*|clear(?:ly)?|undoubted\w*|prove[nds]?|fact|surely|obvious\w*",
    "most likely": r"most likely|chance",
    "at least": r"at least|more than|over|no fewer than|as many as|up to|about|around|some|nearly|almost|roughly"
    r"|approximately|less than|fewer than|only|just|merely|even",
    "higher": r"higher|rose|risen|rises?|rising|up|above|increas\w+|gain\w*|grew",
    "lower": r"lower|fell|fallen|falls?|falling|down|below|decreas\w+|drop\w*|declin\w+|slip\w*",
    "better": r"better|improv\w+|warm\w*|friendl\w+",
    "worse": r"worse\w*|deteriorat\w+|sour\w*|cool\w*|hostil\w+",
    "cooperation": r"cooperat\w+|co-operat\w+",
    "conflict": r"conflict\w*",
    "escalating": r"escalat\w+",
    "easing": r"eas(?:e|es|ed|ing)",
    "open": r"open",
    "settled": r"settle[ds]?|resolved|solved|ended",
    "dormant": r"dormant|quiet|inactive",
    "overdue": r"overdue|passed|late|missed|lapsed|expired",
    "kept": r"kept|honou?red|fulfilled|carried out|met its|done",
    "broken": r"contrary|broke|broken|violated|breached",
    "all": r"all|every|each|always|entire\w*|whole",
    "independent": r"independent\w*",
    "now": r"now|today|yesterday|tomorrow|currently|recent\w*|this (?:week|month|year)|last (?:week|month|year)|ago",
    "cause": r"because|therefore|thus|hence|so that|due to|thanks to|caus\w+|led to|result\w*|in response",
}
# Marks of which there may be neither fewer nor more.
_COUNTED = frozenset({"report", "further", "or"})
_MARK = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _MARKS.items()}
# Words for the two ends of a scale, which must come in one order.
_ENDS = re.compile(
    r"\b(?:(?P<friendly>cooperat\w+|co-operat\w+)|(?P<hostile>conflict\w*)|(?P<up>higher|rose|above|better)"
    r"|(?P<down>lower|fell|below|worse))\b",
    re.IGNORECASE,
)
# Words that a writer may put in: they join, point and report, and say nothing of the matter.
_FUNCTION = frozenset(
    "a about according accordingly also although am among an and are as at be been being but came come comes did"
    " do does during each for had has have having here in into is it its itself made makes making marked of on"
    " over own place report reported reporting reports said same saying says so some sources such taken takes than"
    " that the their them then there these they this those through to took under upon very was were what when"
    " where which while who whom whose with within yet".split()
)
_DOMAIN = re.compile(r"\b[\w-]+\.[a-z]{2,}\b")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|by|from|got|gets)\b", re.IGNORECASE)
# Verbs that say nothing of a deed: a writer may put in and leave out these.
_NEUTRAL = frozenset(
    "report say state tell hold make take go move lead follow face include set come stand give put use place call name"
    " continue rest record open close ease raise present issue view point rule begin start end describe begin note mark"
    " remain read list question test plan face file fire project account supply support order target load post move"
    .split()
)  # fmt: skip
_OPENERS = frozenset(
    "on in at the a an that this it no of over what without between all one reported relations reports nothing after"
    " since for from as by with when there they their its during until among further another according for".split()
)
_HOSTILE = re.compile(
    r"https?:|www\.|[<>`\[\]{}|\\]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
)


def refusal(original: str, proposed: str) -> str:
    """Why a rephrasing is refused, "" where it says what the original says.

    >>> refusal("Japan may lift two curbs.", "Japan may lift three curbs.")
    'numbers: 2 is gone, 3 is new'
    >>> refusal("On 2 May 2023 Japan lifted two curbs.", "Japan lifted two curbs on 2 May 2023.")
    ''
    """
    for rule in (_form, _quotations, _dates, _numbers, _names, _negations, _marks, _voice, _deeds, _new_words):
        if why := rule(original, proposed):
            return why
    return ""


def _form(original: str, proposed: str) -> str:
    if not proposed:
        return "form: nothing was answered"
    if _HOSTILE.search(proposed):
        return "form: it holds markup, an address or a control character"
    if len(proposed) > LONGER * len(original) + 20 or len(proposed) < SHORTER * len(original):
        return f"form: it has {len(proposed)} characters, the original {len(original)}"
    outside = _outside(proposed)
    if outside.count("(") > original.count("(") or set(_DOMAIN.findall(outside)) - set(_DOMAIN.findall(original)):
        return "form: it holds an aside or an address that was not there"
    if not proposed.rstrip("”’").endswith(".") or len(re.findall(r"[.!?](?:\s|$)", outside)) > max(
        1, len(re.findall(r"[.!?](?:\s|$)", _outside(original)))
    ):
        return "form: it is not one sentence"
    return ""


def _quotations(original: str, proposed: str) -> str:
    if '"' in proposed or proposed.count("“") != proposed.count("”"):
        return "quotations: the marks do not match"
    before, after = ([q.rstrip("”").rstrip(".,") for q in QUOTATION.findall(text)] for text in (original, proposed))
    return "" if before == after else "quotations: one is changed, gone, new or out of order"


def _dates(original: str, proposed: str) -> str:
    return _difference("dates", list(_dates_in(original)), list(_dates_in(proposed)), ordered=True)


def _dates_in(text: str) -> Iterator[str]:
    for match in _DATE.finditer(_outside(text)):
        day = match["day"] or match["american"]
        if match["month"] == "May" and not day and not match["year"]:
            continue  # the verb at the head of a sentence
        yield " ".join(filter(None, (day.lstrip("0") if day else None, match["month"], match["year"])))


def _numbers(original: str, proposed: str) -> str:
    return _difference("numbers", list(_numbers_in(original)), list(_numbers_in(proposed)), ordered=True)


def _numbers_in(text: str) -> Iterator[str]:
    """Numbers outside of dates, in order, those in words among them."""
    bare = _DATE.sub(" ", _outside(text))
    found: list[tuple[int, str]] = []
    for match in _NUMBER.finditer(bare):
        value = float(match[2].replace(",", ""))
        sign = "-" if match[1] in ("−", "-") else match[1]
        found.append((match.start(), f"{sign}{value:g}{' %' if match[3] else ''}"))
    for match in re.finditer(r"[A-Za-z]+", bare):
        if (word := _NUMBER_WORDS.get(match.group().lower())) is not None:
            found.append((match.start(), f"{word:g}"))
    yield from (told for _, told in sorted(found))


def _names(original: str, proposed: str) -> str:
    """Capitalised words: the same ones in the same order of their first mention, so that nobody changes places."""
    low = {word.lower() for text in (original, proposed) for word in re.findall(r"\b[a-z]+\b", _outside(text))}
    before, after = list(_names_in(original, low)), list(_names_in(proposed, low))
    if why := _difference("names", before, after, ordered=False):
        return why
    if list(dict.fromkeys(before)) != list(dict.fromkeys(after)):
        return "names: their order changes"
    return ""


def _names_in(text: str, low: set[str]) -> Iterator[str]:
    bare = _DATE.sub(" ", _outside(text)).strip()
    for place, token in enumerate(tokenize(bare)):
        word = bare[token.start : token.end]
        if not word[:1].isupper():
            continue
        opens = place == 0 or bare[: token.start].rstrip().endswith((":", ";"))
        if opens and (word.lower() in low or word.lower() in _OPENERS or word.lower() in _NUMBER_WORDS):
            continue
        yield fold_word(word)


def _negations(original: str, proposed: str) -> str:
    before, after = (len(_NEGATION.findall(_outside(text))) for text in (original, proposed))
    return "" if before == after else f"negation: there were {before}, there are {after}"


def _marks(original: str, proposed: str) -> str:
    """Marks of status, doubt, direction and outcome: in both or in neither."""
    one, other = (_DATE.sub(" ", _outside(text)) for text in (original, proposed))
    ends = [[match.lastgroup for match in _ENDS.finditer(text)] for text in (one, other)]
    if ends[0] != ends[1]:
        return "status: cooperation and conflict, better and worse, or higher and lower change"
    for name, pattern in _MARK.items():
        before, after = len(pattern.findall(one)), len(pattern.findall(other))
        if bool(before) != bool(after) or (name in _COUNTED and after != before):
            return f"status: “{name}” is {'new' if after > before else 'gone'}"
    return ""


def _voice(original: str, proposed: str) -> str:
    """Words that turn an act around ("was accused by", "received from")."""
    before, after = (Counter(m.lower() for m in _PASSIVE.findall(_outside(text))) for text in (original, proposed))
    more = after - before
    turned = set(more) & {"by", "from"} or set(before - after) & {"by", "from"}
    if turned or sum(after.values()) > sum(before.values()) + 1:
        return "voice: who does it to whom may be turned around"
    return ""


def _deeds(original: str, proposed: str) -> str:
    before, after = (set(_deeds_in(text)) for text in (original, proposed))
    return _difference("deeds", sorted(before), sorted(after), ordered=False)


def _deeds_in(text: str) -> Iterator[str]:
    for word in re.findall(r"\b[a-z-]+\b", _outside(text)):
        base = base_form(word)
        if base is not None and base not in _NEUTRAL:
            yield base


def _new_words(original: str, proposed: str) -> str:
    """Words that the original has in no form and that are no function words."""
    known = {stem(word) for word in re.findall(r"[a-z]+", _outside(original).lower())}
    said = dict.fromkeys(re.findall(r"[a-z]+", _DATE.sub(" ", _outside(proposed)).lower()))
    new = [word for word in said if stem(word) not in known and word not in _FUNCTION]
    return f"words: {', '.join(new[:5])} {'is' if len(new) == 1 else 'are'} new" if new else ""


def _difference(what: str, before: list[str], after: list[str], *, ordered: bool) -> str:
    gone, new = Counter(before) - Counter(after), Counter(after) - Counter(before)
    told = [f"{each} is gone" for each in gone] + [f"{each} is new" for each in new]
    if told:
        return f"{what}: {', '.join(told[:4])}"
    return f"{what}: their order changes" if ordered and before != after else ""


def _outside(text: str) -> str:
    """A sentence without its quotations."""
    return QUOTATION.sub(_HELD, text)
