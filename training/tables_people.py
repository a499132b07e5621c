"""Who held which office when: the rows of `people.csv`, joined from five tables of facts and the hand-kept figures."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from detente.names import fold, skeleton

FIGURES = Path("training/figures.csv")
PersonRow = tuple[str, str, str, str, str, str]
FAMILY_NAME_FIRST = {"CHN", "KOR", "PRK", "TWN", "VNM", "KHM"}


class Office(NamedTuple):
    """One term as a source tells it, before the tellings of one person are joined."""

    code: str
    name: str
    entity: str
    title: str
    start: date
    end: date | None
    source: str


def read(path: Path, *, encoding: str = "utf-8-sig") -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as lines:
        yield from csv.DictReader(lines)


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
DROPPED_TITLES = re.compile(
    r"ambassador to|permanent representative|first lady|lord of the treasury|king's counsel|state secretary$|"
    r"judge of|justice of|solicitor|governor of the central bank|consul|dean|rector|curator|whip|assistant|"
    r"junior|parliamentary secretary|lieutenant governor",
    re.IGNORECASE,
)
HONOURS = re.compile(
    r"^((gen|lt|maj|brig|col|adm|capt|dr|sir|dame|sheikh|shaykh|mr|mrs|ms|hon|field mar|mar|vice adm|air mar|"
    r"brigadier|general|president|prince|king|queen|sultan|amir|emir|pope|ayatollah|grand duke|princess)\b\.?\s*|"
    r"\(?(ret|retd)\.?\)?\s*)+",
    re.IGNORECASE,
)


def sector_of(title: str) -> str:
    for pattern, sector in TITLE_SECTORS:
        if re.search(pattern, title, re.IGNORECASE):
            return sector
    return "GOV"


def day(text: str) -> date | None:
    """The first day that a date of day, month or year precision can mean."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    return date(*[*parts, 1, 1][:3]) if parts and parts[0] > 1000 else None


def day_after(text: str) -> date | None:
    """The day on which a date is over: the day itself where it is exact, else the first of the next month or year."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    if not parts or parts[0] <= 1000:
        return None
    if len(parts) == 2:
        return date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
    return date(*parts[:3]) if len(parts) > 2 else date(parts[0] + 1, 1, 1)


def factbook_offices(data: Path, code_of: dict[str, str]) -> Iterator[Office]:
    rows = list(read(data / "leaders_factbook" / "leaders_factbook_1990_2026.csv"))
    seen: dict[tuple[str, str, str, str], str] = defaultdict(str)
    for row in rows:
        place = row["country"], row["role"], row["since"], row["rank"]
        seen[place] = max(seen[place], row["last_seen"])
    for row in rows:
        start = day(row["since"]) or day(row["first_seen"])
        code = code_of.get(fold(row["country"]), "")
        name = re.split(r"\s[-(,;]|, ", row["name"])[0].strip()
        if (
            not start
            or not code
            or not 1 < len(fold(name)) < 40
            or row["entity_type"]
            not in ("sovereign", "dissolved", "special_admin", "disputed", "freely_associated", "")
        ):
            continue
        until = day_after(row["until_approx"])
        last_seen = seen[row["country"], row["role"], row["since"], row["rank"]]
        if until is None and last_seen < "2026":
            until = max(day(last_seen) or start, start) + timedelta(days=365 if len(last_seen) == 4 else 30)
        name = HONOURS.sub("", name)
        spoken = " ".join(w.capitalize() if w.isupper() and len(w) > 2 else w for w in name.split())
        title = re.sub(r"( Dr\.| Sir| Sheikh| of| of the)+$", "", row["title"]).strip() or row["role"].replace("_", " ")
        if (
            "Heir" in row["name"]
            or not spoken
            or (row["entity_type"] == "special_admin" and row["role"] == "chief_of_state")
        ):
            continue
        if until is not None and until <= start:
            continue
        if code == "RUS" and start < date(1991, 6, 1):
            code, until = "SUN", until and min(date(1991, 12, 26), until + timedelta(days=198))
        yield Office(code, f"{spoken}\t{row['surname'].title()}", "", title, start, until, "FB")


def reign_offices(data: Path, code_of: dict[str, str]) -> Iterator[Office]:
    names = {int(float(row["ccode"])): fold(row["statenme"]) for row in read(data / "state_lists" / "cow_states.csv")}
    for row in read(data / "leaders_reign" / "leaderlist_3_21.csv", encoding="latin-1"):
        code = code_of.get(names.get(int(row["ccode"]), ""), "")
        if row["stateabb"] == "RUS" and int(row["syear"]) < 1991:
            code = "SUN"
        if row["stateabb"] == "KOS":
            code = "KOS"
        if not code or int(row["syear"]) < 1970 or not row["sdate"].strip():
            continue
        start = date(int(row["syear"]), int(row["smonth"]), min(int(row["sdate"]), 28))
        end = None
        if row["eyear"].strip():
            year, month = int(row["eyear"]), int(row["emonth"] or 12)
            end = date(year + month // 12, month % 12 + 1, 1)
        elif code in {"SUN"}:
            end = date(1991, 12, 26)
        name = HONOURS.sub("", row["leader"].strip())
        yield Office(code, f"{name}\t", "", "leader", start, end, "RE")


def minister_offices(data: Path, code_of: dict[str, str]) -> Iterator[Office]:
    rows = list(read(data / "ministers_wikidata" / "ministers_wikidata_2000_2023.csv"))
    nexts: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in rows:
        if started := day(row["start"]):
            nexts[row["country_repo"], row["position"]].append(started)
    for row in rows:
        title, start = row["position"], day(row["start"])
        code = {"world": "UNO"}.get(row["country_repo"]) or code_of.get(row["country_repo"].replace("-", " "), "")
        if not start or not code or DROPPED_TITLES.search(title) or (code == "UNO" and "United Nations" not in title):
            continue
        end = day_after(row["end"])
        if end is not None and end <= start:
            continue
        if end is None:
            later = [other for other in nexts[row["country_repo"], title] if other > start]
            end = min(later, default=None)
        yield Office(code, f"{row['person']}\t", row["wikidata_id"], title, start, end, "WD")
    for row in read(data / "ministers_wikidata" / "foreign_ministers_worldwide_2023-01.csv"):
        code, start = code_of.get(fold(row["countryLabel"]), ""), day(row["start"]) or date(2022, 1, 1)
        if code and row["name"]:
            yield Office(code, f"{row['name']}\t", row["person"], row["positionLabel"], start, None, "WD")
    for row in read(data / "ministers_wikidata" / "world_leaders_2021_2022_wikidata.csv"):
        code, start = code_of.get(fold(row["country"]), ""), day(row["start_year"])
        if code and start:
            end = date(int(row["end_year"]) + 1, 1, 1) if row["end_year"].isdigit() else None
            yield Office(
                code, f"{row['officeholderLabel']}\t", row["officeholder"], row["positionLabel"], start, end, "WD"
            )


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

    def may_be(self, office: Office) -> bool:
        """Whether this telling, of someone with a like name and a term that began about then, is of this person."""
        words = sounds(office.name.partition("\t")[0])
        for name in self.names:
            shared = words & sounds(name)
            if shared and (len(shared) > 1 or min(len(words), len(sounds(name))) == 1):
                return True
            if shared and any(
                abs((term.start - office.start).days) <= 5
                and head_of(term.title) == head_of(office.title) < 3
                and (office.title.split()[0] == term.title.split()[0] or office.source == "RE")
                for term in self.terms
            ):
                return True
        return False


def sounds(name: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in fold(name).split() if len(word) > 1)


def head_of(title: str) -> int:
    """1 for a head of state or government, 2 for the offices next to it, 3 for the rest."""
    if re.search(
        r"vice|deputy|former|assistant|under|of the (senate|chamber|council|court|national)", title, re.IGNORECASE
    ):
        return (
            2 if re.match(r"(first )?(vice.president|deputy prime minister|vice premier)", title, re.IGNORECASE) else 3
        )
    if re.match(
        r"((acting|interim|transitional|caretaker|executive|federal) )*(president|prime minister|premier|chancellor$|"
        r"king|queen|emir|amir|sultan|emperor|supreme|leader|chief of state|head of|pope|chairman of the presidency|"
        r"taoiseach|secretary-general of the united nations|chief executive|captain regent|federal chancellor)",
        title,
        re.IGNORECASE,
    ):
        return 1
    return (
        2
        if re.search(r"foreign|external|secretary of (state|defen)|defen[cs]e|interior|home", title, re.IGNORECASE)
        else 3
    )


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
    return with_figures(sorted(person_row(holder) for holder in holders))


def with_figures(rows: list[PersonRow]) -> list[PersonRow]:
    """The rows with the hand-kept figures put in: their terms replace what the sources say of the same person."""
    by_key: dict[tuple[str, str], list[PersonRow]] = defaultdict(list)
    for row in rows:
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
        same -= gone
        gone |= same
        entity = next((row[0] for row in sorted(same) if row[0].startswith("Q")), figure["entity"])
        keys = sorted({*figure["keys"].split("|"), *(key for row in same for key in row[2].split("|"))} - {""})
        surnames = sorted({*figure["surnames"].split("|"), *(s for row in same for s in row[3].split("|"))} - {""})
        added.append((entity, figure["name"], "|".join(keys), "|".join(surnames), figure["terms"], figure["source"]))
    return sorted([row for row in rows if row not in gone] + added)


def joined_terms(offices: list[Office]) -> list[Office]:
    """Terms in order; those of one country, sector and rank that touch become one, under its first title."""
    exact = [o for o in offices if (o.start.month, o.start.day) != (1, 1)]
    kept = exact + [
        o
        for o in offices
        if o not in exact and not any(e.code == o.code and abs(e.start.year - o.start.year) <= 1 for e in exact)
    ]
    joined: list[Office] = []
    for office in sorted(kept, key=lambda o: (o.start, head_of(o.title), o.source)):
        rank, sector = head_of(office.title), sector_of(office.title)
        for place, other in enumerate(joined):
            same = (other.code, head_of(other.title), sector_of(other.title)) == (office.code, rank, sector)
            if same and (other.end is None or office.start <= other.end + timedelta(days=31)):
                told_together = abs((other.start - office.start).days) <= 40
                ends = [end for end in (other.end, office.end) if end]
                if told_together and len({"RE"} & {other.source, office.source}) == 1 and len(ends) == 2:
                    ends = [end for end in (other.end if office.source == "RE" else office.end,) if end]
                end = max(ends, default=None) if (told_together and rank == 1) or len(ends) == 2 else None
                joined[place] = other._replace(end=end)
                break
        else:
            joined.append(office)
    return joined


def short(title: str) -> str:
    return re.sub(r"[;|]", ",", title)[:32].strip()


def person_row(holder: Holder) -> PersonRow:
    told = ";".join(
        f"{t.code} {t.start} {t.end or ''} {sector_of(t.title)} {head_of(t.title)} {short(t.title)}"
        for t in joined_terms(holder.terms)
    )
    names = list(holder.names)
    keys = {fold(name) for name in names}
    for name in names:  # "Joseph R. Biden" is also "Joseph Biden"
        words = [word for word in name.split() if not re.fullmatch(r"[A-Z]\.?|Jr\.?|Sr\.?", word)]
        if len(words) >= 2:
            keys.add(fold(" ".join(words)))
    surnames = {name for name in holder.surnames | holder.guesses if len(name) > 1}
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
