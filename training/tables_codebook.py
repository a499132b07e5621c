"""Make `src/detente/data/codebook/*.csv` from scores, the CAMEO code list and a CAMEO-PLOVER crosswalk.

    python -m training.tables_codebook ../shared/data

Reads `scales/` in that folder: scores of the PLOVER 2024 manual as printed, CAMEO codes with Goldstein
weights (andybega/icews, MIT) and a crosswalk to an earlier PLOVER (philip-schrodt/mudflat, MIT). Labels that
PLOVER 2024 renamed are translated by the tables below; a code that 2024 reads otherwise is in
`training/tables_cameo.py`. Definitions are in our own words.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from training.tables_cameo import CHOICES, Choice

TARGET = Path(__file__).parents[1] / "src" / "detente" / "data" / "codebook"

MANUAL = "PLOVER manual 2024, scores as printed"
ICEWS = "andybega/icews 3746c72 cameo-codes.csv (name, weight)"
MUDFLAT = "philip-schrodt/mudflat 00bf85a CAMEO2PLOVER.txt (reading)"

# type: quad, modes in the codebook's order, definition
TYPES: dict[str, tuple[int, str, str]] = {
    "AGREE": (1, "", "Promise, plan or arrange to cooperate; settle something in talks, not yet signed"),
    "CONSULT": (
        1,
        "visit third-party multilateral phone",
        "Meet, visit, receive, negotiate or speak by telephone",
    ),
    "SUPPORT": (1, "", "Back in words, recognise, open diplomatic relations, sign or ratify an agreement"),
    "CONCEDE": (1, "", "Yield in words: ease a rule, drop a demand, apologise, pardon, announce a truce"),
    "COOPERATE": (2, "", "Cooperate in deed, to the use of both sides: trade, joint exercises, extradition"),
    "AID": (2, "", "Give what serves the other side: money, arms, relief, asylum, peacekeepers"),
    "RETREAT": (
        2,
        "withdraw release disarm ceasefire access resign",
        "Yield in deed: people, arms or things are moved, freed, laid down or let in",
    ),
    "REQUEST": (3, "assist change yield meet", "Ask, urge, order or demand that another does something"),
    "ACCUSE": (
        3,
        "disapprove allege investigate",
        "Criticise, condemn, complain, blame, sue, charge or investigate",
    ),
    "REJECT": (3, "assist change yield meet", "Refuse, veto, defy, call off a meeting or bar entry"),
    "THREATEN": (
        3,
        "restrict arrest relations expel territory violence",
        "Announce or warn of a coming act to press another",
    ),
    "PROTEST": (
        4,
        "demo riot strike hunger boycott obstruct vandalize",
        "Civilians act together against something",
    ),
    "SANCTION": (
        4,
        "convict expel withdraw discontinue",
        "Reduce ties or punish in law: sanctions, tariffs, expulsion, leaving a body, conviction",
    ),
    "MOBILIZE": (
        4,
        "troops weapons police militia",
        "Move, alert, show or test force without using it on anyone",
    ),
    "COERCE": (
        4,
        "seize restrict censor curfew martial-law arrest deport withhold misinformation cyber",
        "Repress or compel short of bodily violence",
    ),
    "ASSAULT": (
        4,
        "abduct beat torture sexual targeted destroy primitive firearms explosives suicide-attack aerial "
        "drone heavy-weapons crowd-control unconventional",
        "A deliberate act that can gravely harm people or destroy things",
    ),
}

CONTEXTS = """
    military intelligence executive legislative election political_institutions pro_democracy pro_autocracy
    economic legal reparations human_rights rights_freedoms repression human_security gender lgbt
    religion_ethnicity inequality diplomatic territory peacekeeping health asylum migration disasters
    natural_resource environment technology terrorism cbrn cyber misinformation crime corruption illegal_drugs
    trafficking
"""

SECTORS = {
    "IGO": "a body of states that has an international code (UNO, EUR, IGO), and its officials",
    "GOV": "the executive: head of state or government, ministries, embassies; a state that acts",
    "MIL": "armed forces of a state",
    "COP": "police and border guards",
    "JUD": "courts, judges, prosecutors, international courts",
    "LEG": "parliaments and their members",
    "SPY": "intelligence services",
    "PRM": "paramilitary and irregular armed groups on the state's side",
    "PTY": "political parties and candidates",
    "OPP": "opposition without arms",
    "REB": "opposition with arms, insurgents, armed separatists",
    "UAF": "armed people of whom the text does not tell for whom they fight",
    "CRM": "criminals, gangs and suspects",
    "BUS": "companies and business people",
    "JRN": "media and journalists",
    "EDU": "schools, universities, students, scholars",
    "REL": "religious bodies and clergy",
    "LAB": "workers and trade unions",
    "MED": "hospitals, doctors and health workers",
    "REF": "refugees, displaced people and migrants",
    "ELI": "former officials and other influential people without office",
    "SOC": "civil society: associations, campaigners, aid organisations",
    "CVL": "civilians and protesters",
    "PRE": "breakaway territories that act as a state",
    "UNK": "the text does not tell",
}

# Labels of the earlier PLOVER in the crosswalk -> those of 2024.
EVENTS_2024 = {
    "COOPERATION": ("COOPERATE", ""),
    "DISAPPROVE": ("ACCUSE", ""),
    "INVESTIGATE": ("ACCUSE", "investigate"),
    "DEMAND": ("REQUEST", ""),
}
MODES_2024 = {
    "demonstrate": "demo",
    "hunger-strike": "hunger",
    "confiscate": "seize",
    "ban": "restrict",
    "political": "restrict",
    "assassinate": "targeted",
}
CONTEXTS_2024 = {
    "government": "political_institutions",
    "political": "political_institutions",
    "rights": "rights_freedoms",
    "humanitarian": "human_security",
}
NO_LONGER = {
    "INVESTIGATE": "INVESTIGATE is no type of PLOVER 2024: it is a mode of ACCUSE",
    "DEMAND": "PLOVER 2024 does not tell a demand (10) from an appeal (02)",
}


@dataclass(frozen=True)
class Reading:
    """What PLOVER 2024 makes of one CAMEO code: `losses` are what it drops, `source` why it reads so."""

    event: str
    mode: str
    context: tuple[str, ...]
    source: str
    losses: tuple[str, ...] = ()


def main() -> None:
    """Write the five tables; the folder of `scales/` is the only argument."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    scales = Path(sys.argv[1]) / "scales"
    scores = read_scores(scales / "plover_2024_scores.csv")
    write("types", type_rows(scores))
    write("modes", mode_rows(scores))
    write("contexts", [{"context": name, "source": "PLOVER manual 2024, contexts"} for name in CONTEXTS.split()])
    write(
        "sectors",
        [
            {"sector": code, "definition": text, "source": "PLOVER manual 2024, sectors; wording ours"}
            for code, text in SECTORS.items()
        ],
    )
    write("cameo", cameo_rows(scales / "cameo_codes.csv", scales / "CAMEO2PLOVER.txt"))


def write(name: str, rows: list[dict[str, str]]) -> None:
    """Write one table with the columns of its first row."""
    path = TARGET / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(f"{path.name}: {len(rows)} rows")


def read_scores(path: Path) -> dict[tuple[str, str], str]:
    """Printed scores by (type, lower-case mode); the mode is "" for the type itself."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [(row["category_mode"].partition(": "), row["score_as_printed"]) for row in csv.DictReader(lines)]
    return {(event, mode.lower()): score for (event, _, mode), score in rows}


def type_rows(scores: dict[tuple[str, str], str]) -> list[dict[str, str]]:
    """One row a type. ACCUSE's printed +3 and SANCTION's quad code are corrected, and say so."""
    rows = []
    for event, (quad, _, definition) in TYPES.items():
        score, source = scores[event, ""], MANUAL
        if event == "ACCUSE":
            score, source = "-3", "ours: printed as +3, a sign error, since its modes run from -2 to -3.5"
        if event == "SANCTION":
            source += "; quad ours: material as in the manual's summary table, its quad table says verbal"
        rows.append({"event": event, "quad": str(quad), "scale": score, "definition": definition, "source": source})
    return rows


def mode_rows(scores: dict[tuple[str, str], str]) -> list[dict[str, str]]:
    """One row a mode; one that has no printed score takes its type's, and says so."""
    rows = []
    for event, (_, modes, _) in TYPES.items():
        for mode in modes.split():
            printed = scores.get((event, mode))
            source = MANUAL if printed else f"ours: no printed score, so that of {event}"
            rows.append({"event": event, "mode": mode, "scale": printed or scores[event, ""], "source": source})
    return rows


def read_crosswalk(path: Path) -> dict[str, Reading]:
    """The crosswalk's readings in labels of 2024, by CAMEO code.

    Its lines read `code: EVENT, mode, contexts # name`.
    """
    readings = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.match(r"(\d{3,4}): *([A-Z]+) *,([^,#]*),?([^#]*)#", line)
        if found is None:
            continue
        code, event, mode, context = (part.strip() for part in found.groups())
        new_event, new_mode = EVENTS_2024.get(event, (event, ""))
        new_mode = new_mode or MODES_2024.get(mode, mode)
        names = [CONTEXTS_2024.get(name.strip(), name.strip()) for name in context.split(";") if name.strip()]
        renamed = [f"{old} -> {new}" for old, new in ((event, new_event), (mode, new_mode)) if old and old != new]
        source = f"{MUDFLAT}{', labels of 2024: ' + ', '.join(renamed) if renamed else ''}"
        losses = (NO_LONGER[event],) if event in NO_LONGER else ()
        readings[code] = Reading(new_event, new_mode, tuple(names), source, losses)
    return readings


def choose(code: str, crosswalk: dict[str, Reading]) -> Reading:
    """The reading of a code: the crosswalk's, with each of our choices for it or for a code it belongs to.

    A root ("02") reads as its general code ("020"); a choice for "021" also holds for "0211". The loss that
    holds is the longest key's, and the root's besides.
    """
    code = f"{code}0" if len(code) == 2 else code
    reading = crosswalk.get(code, Reading("", "", (), ""))
    keys = [code[:length] for length in range(2, len(code) + 1) if code[:length] in CHOICES]
    changed, whys = reading, []
    for key in keys:
        before, changed = changed, apply(CHOICES[key], changed)
        if changed != before or not reading.source:
            whys.append(CHOICES[key].why)
    losses = [CHOICES[key].loss for key in dict.fromkeys([key for key in keys if len(key) == 2] + keys[-1:])]
    source = reading.source
    if whys or not source:
        source = f"ours{f', after {source}' if source else ''}: {'; '.join(dict.fromkeys(filter(None, whys)))}"
    return replace(changed, source=source, losses=(*reading.losses, *filter(None, losses)))


def apply(choice: Choice, reading: Reading) -> Reading:
    """The reading with what the choice says; None keeps what was there."""
    return replace(
        reading,
        event=reading.event if choice.event is None else choice.event,
        mode=reading.mode if choice.mode is None else choice.mode,
        context=reading.context if choice.context is None else tuple(choice.context.split()),
    )


def cameo_rows(codes: Path, crosswalk_path: Path) -> list[dict[str, str]]:
    """One row a CAMEO code, in code order; lossy where a distinction is gone, and the note says which."""
    with codes.open(encoding="utf-8", newline="") as lines:
        names = {row["code"]: (row["name"], row["goldstein"]) for row in csv.DictReader(lines)}
    # In the crosswalk, not in the code list:
    names.setdefault("1214", ("Reject intelligence cooperation", ""))
    crosswalk = read_crosswalk(crosswalk_path)
    readings = {code: choose(code, crosswalk) for code in names}
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for code in sorted(names):
        if len(code) > 2 and readings[code].event:
            alike[readings[code].event, readings[code].mode, readings[code].context].append(code)
    rows = []
    for code in sorted(names):
        reading = readings[code]
        same = [other for other in alike[reading.event, reading.mode, reading.context] if other != code.ljust(3, "0")]
        losses = list(reading.losses)
        if same:
            losses.append(f"reads like {', '.join(same)}")
        name, weight = names[code]
        label = name[:1].upper() + (name[1:].lower() if name.isupper() else name[1:])
        origin = ICEWS if code != "1214" else f"{MUDFLAT.replace('(reading)', '(name)')}, no weight known"
        rows.append(
            {
                "code": code,
                "name": label,
                "goldstein": weight,
                "event": reading.event,
                "mode": reading.mode,
                "context": " ".join(reading.context),
                "lossy": "yes" if losses else "no",
                "note": "; ".join(losses),
                "source": f"{origin}; {reading.source}",
            }
        )
    return rows


if __name__ == "__main__":
    main()
