"""Who held which office when: the rows of `people.csv`, joined from five tables of facts and the hand-kept figures."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from detente.names import fold, skeleton
from detente.nametables import FAMILY_NAME_FIRST
from training.tables_leaders import Office, factbook_offices, head_title, minister_offices, read, reign_offices

FIGURES = Path("training/figures.csv")
PersonRow = tuple[str, str, str, str, str, str]


# ---- people ------------------------------------------------------------------------------------------------------

TITLE_SECTORS = (
    (r"\b(judge|justice|prosecutor|attorney-?general of the)\b|supreme court|chief justice", "JUD"),
    (
        r"speaker|president of the (senate|chamber|national assembly|parliament|legislative|riksdag|storting)|"
        r"leader of the (house|senate)|member of parliament|senator|congress(man|woman)|"
        r"house (majority|minority) leader",
        "LEG",
    ),
    (
        r"chief of (the )?(general|defence|army|air|naval|navy|staff of the)|joint chiefs|commander|chief of staff of",
        "MIL",
    ),
    (r"chief of the national police|commissioner of police|inspector.general of police", "COP"),
    (r"intelligence|security service", "SPY"),
    (r"pope|bishop|patriarch", "REL"),
)


def sector_of(title: str) -> str:
    for pattern, sector in TITLE_SECTORS:
        if re.search(pattern, title, re.IGNORECASE):
            return sector
    return "GOV"


class Holder:
    """One person in the making: every spelling and every term that the sources give."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.surnames: set[str] = set()
        self.guesses: set[str] = set()
        self.entity = ""
        self.terms: list[Office] = []

    def add(self, office: Office) -> None:
        name, _, surname = office.name.partition("\t")
        self.names[name] = None
        if surname:
            self.surnames.add(fold(surname))
        else:
            words = fold(name).split()
            family_first = office.code in FAMILY_NAME_FIRST or (office.code == "HKG" and len(words) > 2)
            self.guesses.add(words[0] if family_first else words[-1])
        self.entity = self.entity or office.entity
        self.terms.append(office)

    def absorb(self, other: Holder) -> None:
        """Take over what another telling of the same person says."""
        self.names |= other.names
        self.surnames |= other.surnames
        self.guesses |= other.guesses
        self.terms += other.terms

    def may_be(self, office: Office) -> bool:
        """Whether this telling, of someone with a like name and a term that began about then, is of this person."""
        words = sounds(office.name.partition("\t")[0])
        for name in self.names:
            shared = words & sounds(name)
            if shared and (len(shared) > 1 or min(len(words), len(sounds(name))) == 1):
                return True
            if shared and any(
                abs((term.start - office.start).days) <= 5
                and rank_of(term) == rank_of(office) < 3
                and (office.title.split()[0] == term.title.split()[0] or office.source == "RE")
                for term in self.terms
            ):
                return True
        return False


def sounds(name: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in fold(name).split() if len(word) > 1)


def rank_of(office: Office) -> int:
    """1 for a head of state or government, 2 for the offices next to it, 3 for the rest."""
    if re.search(r"vice|deputy|former|assistant|under|elect$", office.title, re.IGNORECASE):
        second = r"(first )?(vice.president|deputy prime minister|vice premier)"
        return 2 if re.match(second, office.title, re.IGNORECASE) else 3
    if office.head or head_title(office.title):
        return 1
    near = r"foreign|external|secretary of (state|defen)|defen[cs]e|interior|home"
    return 2 if re.search(near, office.title, re.IGNORECASE) else 3


# Articles before an Arabic surname, which news leaves out as often as not.
ARTICLES = frozenset({"al", "el", "as", "an", "ad", "ash"})
# Parts of a name that many people of a country share.
PARTICLES = frozenset("al el as an ad ash bin bint ibn ben ould da de do dos das del van von der of and the".split())


def name_sounds(name: str) -> list[str]:
    return [skeleton(word) for word in fold(name).split() if len(word) > 1 and word not in PARTICLES]


def alike(one: str, two: str, *, family_first: bool) -> bool:
    """Whether two tellings of a head's name can be one: one is part of the other, or its first and last word agree."""
    first, second = name_sounds(one), name_sounds(two)
    if not first or not second:
        return False
    if min(len(first), len(second)) == 1:
        whole, single = (first, second[0]) if len(second) == 1 else (second, first[0])
        return single in (whole[0] if family_first else whole[-1], whole[-1])
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    if family_first:
        return first[0] == second[0] and len(set(first) & set(second)) > 1
    return first[0] == second[0] and first[-1] == second[-1]


def served_together(one: Holder, two: Holder) -> bool:
    """Whether two held the first office of one country on the same days, or one right after the other."""
    far, gap = date(2100, 1, 1), timedelta(days=40)
    return any(
        a.code == b.code and max(a.start, b.start) <= min(a.end or far, b.end or far) + gap
        for a in one.terms
        for b in two.terms
        if rank_of(a) == rank_of(b) == 1
    )


def joined_holders(holders: list[Holder]) -> list[Holder]:
    """Without those who are someone else's other spelling; a lone surname that fits two heads is left out."""
    by_code: dict[str, list[Holder]] = defaultdict(list)
    kept = []
    for holder in sorted(holders, key=lambda h: (not h.entity, -max(len(name.split()) for name in h.names))):
        code = holder.terms[0].code
        first = code in FAMILY_NAME_FIRST
        heads = by_code[code] if any(rank_of(term) == 1 for term in holder.terms) else []
        same = [
            other
            for other in heads
            if not (holder.entity and other.entity)
            and served_together(holder, other)
            and any(alike(x, y, family_first=first) for x in holder.names for y in other.names)
        ]
        if len(same) == 1:
            same[0].absorb(holder)
        elif not same or any(len(name_sounds(name)) > 1 for name in holder.names):
            kept.append(holder)
            if any(rank_of(term) == 1 for term in holder.terms):
                by_code[code].append(holder)
    return kept


def people_rows(data: Path, code_of: dict[str, str]) -> list[PersonRow]:
    """(entity, name, keys, surnames, terms, sources): one row a person, spellings of one person joined.

    Two tellings are one person when they share an entity, or country and full folded name, or country, the sound
    of two words of the name (one where a source gives only one) and the start of a term within 40 days.
    """
    holders: list[Holder] = []
    by_entity: dict[str, Holder] = {}
    by_name: dict[tuple[str, str], Holder] = {}
    by_sound: dict[tuple[str, str], list[tuple[date, Holder]]] = defaultdict(list)
    for office in [*minister_offices(data, code_of), *factbook_offices(data, code_of), *reign_offices(data, code_of)]:
        name = office.name.partition("\t")[0]
        if not fold(name):
            continue
        holder = by_entity.get(office.entity) if office.entity else None
        holder = holder or by_name.get((office.code, fold(name)))
        if holder is None:
            near = {
                id(other): other
                for sound in sounds(name)
                for start, other in by_sound[office.code, sound]
                if abs((start - office.start).days) <= 40 and (not other.entity or not office.entity)
            }
            alike = [other for other in near.values() if other.may_be(office)]
            holder = alike[0] if len(alike) == 1 else None
        if holder is None:
            holder = Holder()
            holders.append(holder)
        holder.add(office)
        if office.entity:
            by_entity[office.entity] = holder
        by_name[office.code, fold(name)] = holder
        for sound in sounds(name):
            by_sound[office.code, sound].append((office.start, holder))
    return with_figures(sorted(person_row(holder) for holder in joined_holders(holders)))


def with_figures(rows: list[PersonRow]) -> list[PersonRow]:
    """The rows with the hand-kept figures put in: their terms replace what the sources say of the same person."""
    by_key: dict[tuple[str, str], list[PersonRow]] = defaultdict(list)
    by_code: dict[str, list[PersonRow]] = defaultdict(list)
    for row in rows:
        if " 1 " in row[4]:
            by_code[row[4][:3]].append(row)
        for code in {term[:3] for term in row[4].split(";")}:
            for key in row[2].split("|") if row[2] else row[3].split("|"):
                by_key[code, key].append(row)
    gone: set[PersonRow] = set()
    added: list[PersonRow] = []
    for figure in read(FIGURES):
        terms = figure["terms"].split(";")
        same = {row for term in terms for key in figure["keys"].split("|") for row in by_key[term[:3], key]}
        same |= {
            row
            for term in terms
            for surname in figure["surnames"].split("|")
            for row in by_key[term[:3], surname]
            if not row[2] and any(t[4:8] in (term[4:8], str(int(term[4:8]) + 1)) for t in row[4].split(";"))
        }
        same |= {row for row in by_code[terms[0][:3]] if _spells(row, figure)}
        same -= gone
        gone |= same
        entity = next((row[0] for row in sorted(same) if row[0].startswith("Q")), figure["entity"])
        keys = sorted({*figure["keys"].split("|"), *(key for row in same for key in row[2].split("|"))} - {""})
        surnames = sorted({*figure["surnames"].split("|"), *(s for row in same for s in row[3].split("|"))} - {""})
        added.append((entity, figure["name"], "|".join(keys), "|".join(surnames), figure["terms"], figure["source"]))
    return sorted(with_both_orders(row) for row in [row for row in rows if row not in gone] + added)


# Countries whose names of two words news also gives in the other order.
EITHER_ORDER = FAMILY_NAME_FIRST | {"JPN", "HUN"}


def with_both_orders(row: PersonRow) -> PersonRow:
    """The row of one who led or stood next to a leader, with the family name before and after the given one."""
    codes = {term[:3] for term in row[4].split(";") if term.split(" ", 5)[4] in "12"}
    if not codes & EITHER_ORDER:
        return row
    keys = {key for key in row[2].split("|") if key}
    for words in [key.split() for key in keys]:
        if codes & FAMILY_NAME_FIRST and 2 <= len(words) <= 3 and words[0] in row[3].split("|"):
            keys.add(" ".join([*words[1:], words[0]]))
        elif codes & {"JPN", "HUN"} and len(words) == 2:
            keys.add(f"{words[1]} {words[0]}")
    return row[0], row[1], "|".join(sorted(keys)), row[3], row[4], row[5]


def _spells(row: PersonRow, figure: dict[str, str]) -> bool:
    """Whether a row, of someone with no Wikidata id, is a hand-kept head of state or government spelt otherwise."""
    first = row[4][:3] in FAMILY_NAME_FIRST
    spelt = not row[0].startswith("Q") and any(
        alike(x, y, family_first=first) for x in row[2].split("|") for y in figure["keys"].split("|") if x
    )
    return spelt and _overlap(row[4], figure["terms"])


def _overlap(one: str, two: str) -> bool:
    heads = [[t.split(" ", 5) for t in terms.split(";") if t.split(" ", 5)[4] == "1"] for terms in (one, two)]
    return any(a[0] == b[0] and max(a[1], b[1]) < min(a[2] or "9", b[2] or "9") for a in heads[0] for b in heads[1])


# What a source says where it does not tell which office a head of state or government holds.
UNTOLD = ("leader", "head of government", "chief of state")


def joined_terms(offices: list[Office]) -> list[Office]:
    """Terms in order; those of one country, sector and rank that touch become one, under its first title."""
    exact = [o for o in offices if (o.start.month, o.start.day) != (1, 1)]
    kept = exact + [
        o
        for o in offices
        if o not in exact and not any(e.code == o.code and abs(e.start.year - o.start.year) <= 1 for e in exact)
    ]
    joined: list[Office] = []
    for office in sorted(kept, key=lambda o: (o.start, rank_of(o), o.source)):
        rank, sector = rank_of(office), sector_of(office.title)
        for place, other in enumerate(joined):
            same = (other.code, rank_of(other), sector_of(other.title)) == (office.code, rank, sector)
            if same and (other.end is None or office.start <= other.end + timedelta(days=31)):
                told_together = abs((other.start - office.start).days) <= 40
                ends = [end for end in (other.end, office.end) if end]
                if told_together and len({"RE"} & {other.source, office.source}) == 1 and len(ends) == 2:
                    ends = [end for end in (other.end if office.source == "RE" else office.end,) if end]
                end = max(ends, default=None) if (told_together and rank == 1) or len(ends) == 2 else None
                title = office.title if other.title in UNTOLD else other.title
                joined[place] = other._replace(end=end, title=title)
                break
        else:
            joined.append(office)
    return joined


def short(title: str) -> str:
    return re.sub(r"[;|]", ",", title)[:32].strip()


def person_row(holder: Holder) -> PersonRow:
    told = ";".join(
        f"{t.code} {t.start} {t.end or ''} {sector_of(t.title)} {rank_of(t)} {short(t.title)}"
        for t in joined_terms(holder.terms)
    )
    names = list(holder.names)
    keys = {fold(name) for name in names}
    for name in names:  # "Joseph R. Biden" is also "Joseph Biden"
        words = [word for word in name.split() if not re.fullmatch(r"[A-Z]\.?|Jr\.?|Sr\.?", word)]
        if len(words) >= 2:
            keys.add(fold(" ".join(words)))
    surnames = {name for name in holder.surnames | holder.guesses if len(name) > 1}
    surnames |= {name.partition(" ")[2] for name in surnames if name.partition(" ")[0] in ARTICLES}
    entity = holder.entity or f"{holder.terms[0].code}:{fold(names[0]).replace(' ', '-')}"
    sources = "+".join(sorted({term.source for term in holder.terms}))
    return (
        entity,
        names[0],
        "|".join(sorted(key for key in keys if " " in key)),
        "|".join(sorted(surnames)),
        told,
        sources,
    )
