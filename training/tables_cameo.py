"""Our choices where PLOVER 2024 reads a CAMEO code otherwise than the older crosswalk, or that is silent.

A key is a CAMEO code or the first digits of several; a longer key is applied after a shorter one. The loss
that holds is that of the longest key, and that of the root (two digits) besides.
"""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """A change to a reading: None keeps what is there, "" empties it; `loss` is the distinction dropped."""

    event: str | None = None
    mode: str | None = None
    context: str | None = None
    why: str = ""
    loss: str = ""


_REQUEST_SCOPE = "mode by what is asked for"
_REJECT_SCOPE = "mode by what is refused"
_EXPEL = "expel and withdraw are two modes"
_SETTLE = "settling a dispute is put with meeting over it"

# What is asked for, demanded (10), or refused (12), by CAMEO's own subdivision of these codes.
_ASKED = {
    "1": "assist",
    "2": "assist",
    "3": "assist",
    "4": "change",
    "5": "yield",
    "6": "meet",
    "7": "meet",
    "8": "meet",
}
_REFUSED = {"1": "assist", "2": "assist", "3": "change", "4": "yield", "5": "meet", "6": "meet", "7": "meet"}
_APPEAL_CONTEXTS = {
    "0211": "economic",
    "0212": "military",
    "0213": "legal",
    "0214": "intelligence",
    "0231": "economic",
    "0232": "military",
    "0233": "human_security",
    "0234": "peacekeeping",
    "0241": "political_institutions",
    "0243": "rights_freedoms",
    "0244": "political_institutions",
    "0252": "rights_freedoms",
    "0253": "legal",
    "0254": "economic",
    "0255": "diplomatic",
    "0256": "military",
}

CHOICES: dict[str, Choice] = {
    "01": Choice("", "", "", why="no type fits", loss="PLOVER has no type for a statement without a stance"),
    "016": Choice(loss="a denial is the status of the act denied, not an event"),
    "02": Choice("REQUEST", why="the crosswalk begins at 03"),
    **{f"02{digit}": Choice(mode=mode, why=_REQUEST_SCOPE) for digit, mode in _ASKED.items()},
    **{code: Choice(context=context, why="context by the name") for code, context in _APPEAL_CONTEXTS.items()},
    "022": Choice(mode="assist", context="diplomatic", why=_REQUEST_SCOPE),
    "026": Choice(mode="meet", context="diplomatic", why=_REQUEST_SCOPE),
    "027": Choice(mode="meet", context="diplomatic", why=_REQUEST_SCOPE, loss=_SETTLE),
    "028": Choice(mode="meet", context="diplomatic", why=_REQUEST_SCOPE),
    "0314": Choice(context="intelligence", why="2024 has a context for it"),
    "0333": Choice(context="human_security", why="context by the name"),
    "0334": Choice(context="peacekeeping", why="2024 has a context for it"),
    "034": Choice(
        "CONCEDE",
        context="political_institutions",
        why="yielding announced is CONCEDE, also when future",
        loss="announcing and granting (083) are one type",
    ),
    "0342": Choice(context="", why="a policy is no context"),
    "0343": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "035": Choice(
        "CONCEDE",
        why="yielding announced is CONCEDE, also when future",
        loss="announcing and carrying out (08) differ only for people, arms and things moved",
    ),
    "043": Choice(
        mode="visit",
        why="2024 has one mode for visits",
        loss="CAMEO's source is the host, PLOVER's actor the visitor: they change places",
    ),
    "045": Choice(
        mode="third-party",
        context="diplomatic",
        why="mediation is led by another",
        loss="mediating and meeting in a third place are one mode",
    ),
    "055": Choice("CONCEDE", why="2024 puts apologies under CONCEDE"),
    "056": Choice("CONCEDE", why="2024 puts pardons under CONCEDE"),
    "064": Choice(context="intelligence", why="2024 has a context for it"),
    "074": Choice(context="peacekeeping", why="2024 has a context for it"),
    "075": Choice(context="asylum", why="2024 has a context for it"),
    "08": Choice(loss="YIELD is CONCEDE in words and RETREAT in deed"),
    "0811": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "0813": Choice("CONCEDE", why="easing a rule is CONCEDE, also when in force"),
    "0814": Choice("CONCEDE", why="easing a rule is CONCEDE, also when in force"),
    "082": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "0832": Choice(context="", why="a policy is no context"),
    "0833": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "084": Choice(mode="release", why="2024 has a mode for it"),
    "085": Choice("CONCEDE", why="easing a rule is CONCEDE, also when in force"),
    "086": Choice(mode="access", why="2024 has a mode for it"),
    "0861": Choice(context="peacekeeping", why="2024 has a context for it"),
    "0871": Choice(
        "CONCEDE",
        why="a truce declared, not yet kept, is CONCEDE",
        loss="a truce that is kept would be RETREAT ceasefire",
    ),
    "0872": Choice(mode="access", why="2024 has a mode for it"),
    "0873": Choice(mode="disarm", why="2024 has a mode for it"),
    "0874": Choice(mode="withdraw", why="2024 has a mode for it", loss="withdrawing and surrendering are one mode"),
    "091": Choice(context="crime", why="2024 has a context for it", loss="crime and corruption are two contexts"),
    "092": Choice(context="human_rights", why="2024 has a context for it"),
    **{f"10{digit}": Choice(mode=mode, why=_REQUEST_SCOPE) for digit, mode in _ASKED.items()},
    "1014": Choice(context="intelligence", why="2024 has a context for it"),
    "1034": Choice(context="peacekeeping", why="2024 has a context for it"),
    "1042": Choice(context="", why="a policy is no context"),
    "1043": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "105": Choice(mode="yield", context="", why=_REQUEST_SCOPE),
    "1051": Choice(context="", why="context by the name"),
    "1052": Choice(context="rights_freedoms", why="context by the name"),
    "1053": Choice(context="legal", why="context by the name"),
    "1054": Choice(context="economic", why="context by the name"),
    "1055": Choice(context="diplomatic", why="context by the name"),
    "1056": Choice(context="military", why="context by the name"),
    "107": Choice(mode="meet", why=_REQUEST_SCOPE, loss=_SETTLE),
    "111": Choice(mode="disapprove", why="2024 has a mode for it"),
    "112": Choice(mode="allege", why="2024 has a mode for it"),
    "1121": Choice(context="crime", why="2024 has a context for it", loss="crime and corruption are two contexts"),
    "1122": Choice(context="human_rights", why="2024 has a context for it"),
    "113": Choice(mode="disapprove", why="2024 has a mode for it"),
    "114": Choice(mode="disapprove", context="diplomatic", why="a protest by a state is ACCUSE disapprove"),
    "115": Choice(mode="allege", why="a suit or charge is ACCUSE allege"),
    "116": Choice("SANCTION", "convict", why="2024 puts convictions under SANCTION"),
    **{f"12{digit}": Choice(mode=mode, why=_REJECT_SCOPE) for digit, mode in _REFUSED.items()},
    "1214": Choice(context="intelligence", why="2024 has a context for it"),
    "1224": Choice(context="peacekeeping", why="2024 has a context for it"),
    "1232": Choice(context="", why="a policy is no context"),
    "1233": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "1242": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "127": Choice(mode="meet", why=_REJECT_SCOPE, loss=_SETTLE),
    "129": Choice(loss="a veto takes the mode of what is vetoed, which the code does not tell"),
    "1311": Choice(mode="relations", context="economic", why="context by the name"),
    "1321": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "137": Choice(context="repression", why="2024 has a context for it"),
    "139": Choice(loss="an ultimatum's threat, and so its mode, is not in the code"),
    **{f"14{digit}2": Choice(context="", why="a policy is no context") for digit in "12345"},
    "143": Choice(mode="", why="the code does not tell which", loss="strike and boycott are two modes"),
    "161": Choice(mode="discontinue", why="2024 has a mode for it"),
    "162": Choice(mode="discontinue", context="economic", why="2024 has a mode for it"),
    "1622": Choice(context="military", why="context by the name"),
    "1623": Choice(context="human_security", why="context by the name"),
    "163": Choice(mode="discontinue", context="economic", why="2024 has a mode for it"),
    "164": Choice(mode="discontinue", why="2024 has a mode for it"),
    "165": Choice(mode="discontinue", why="2024 has a mode for it"),
    "166": Choice(mode="", why="the code does not tell which", loss=_EXPEL),
    "1661": Choice(context="peacekeeping", why="2024 has a context for it", loss=_EXPEL),
    "1663": Choice(context="human_security", why="context by the name", loss=_EXPEL),
    "171": Choice(loss="seizing is COERCE seize, damaging ASSAULT destroy"),
    "1711": Choice(),
    "1712": Choice("ASSAULT", "destroy", why="2024 puts destruction under ASSAULT"),
    "1721": Choice(context="rights_freedoms", why="2024 has a context for it"),
    "173": Choice(loss="a charge in court is ACCUSE allege"),
    "174": Choice(loss="expelling diplomats or officials is SANCTION expel"),
    "175": Choice(
        mode="",
        context="repression",
        why="2024 has no mode violence",
        loss="the means, and so the mode, is not in the code",
    ),
    "1823": Choice(mode="beat", why="2024 has a mode for it", loss="whether someone died is not in the type"),
    "183": Choice(mode="explosives", context="terrorism", why="a bombing without its means is explosives"),
    "1831": Choice(mode="suicide-attack", why="told that the bomber dies"),
    "184": Choice(loss="a hostage used as a shield is no mode of its own"),
    "185": Choice(
        "ASSAULT",
        "targeted",
        why="an attempt can do grave harm, so it is the act and no threat",
        loss="attempt and killing are one mode",
    ),
    "186": Choice(loss="attempt and killing are one mode"),
    "19": Choice(loss="FIGHT is no type of PLOVER 2024"),
    "191": Choice(loss="a blockade is COERCE restrict"),
    "192": Choice(context="territory", why="2024 has a context for it", loss="occupation is COERCE seize"),
    "195": Choice(mode="aerial", why="2024 has a mode for it", loss="manned aircraft and drones are two modes"),
    "196": Choice(context="military", why="context by the name"),
    "20": Choice(loss="mass violence is no type of PLOVER 2024"),
    "200": Choice(mode="unconventional", why="2024 has a mode for it"),
    "201": Choice("COERCE", "deport", "migration", why="expulsion without told violence is COERCE deport"),
    "202": Choice(context="human_rights", why="context by the name"),
    "203": Choice(context="religion_ethnicity", why="context by the name"),
    "204": Choice(mode="unconventional", why="2024 has a mode for it"),
}
