"""Terms of office as five tables of facts tell them: the Factbook's leaders, REIGN's, and three Wikidata lists."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from detente.names import fold

# Country names of the Factbook, REIGN and the Wikidata lists that CLDR and ISO write otherwise.
SPELLED = dict(
    pair.strip().split("=")
    for pair in (
        "korea south=KOR, korea north=PRK, burma=MMR, burma myanmar=MMR, kosovo=KOS, holy see vatican city=VAT, holy "
        "see=VAT, congo democratic republic of the=COD, congo republic of the=COG, zaire=COD, cote divoire=CIV, ivory"
        " coast=CIV, cape verde=CPV, swaziland=SWZ, macedonia=MKD, the former yugoslav republic of macedonia=MKD, "
        "czech republic=CZE, the bahamas=BHS, bahamas the=BHS, the gambia=GMB, gambia the=GMB, micronesia federated "
        "states of=FSM, gaza strip=PSE, west bank=PSE, soviet union=SUN, yugoslavia=YUG, german federal republic=DEU,"
        " german democratic republic=DDR, democratic republic of vietnam=VNM, republic of vietnam=VDR, yemen arab "
        "republic=YEM, yemen peoples republic=YMD, czechoslovakia=CSK, turkey=TUR, timor leste=TLS, east timor=TLS, "
        "taiwan=TWN, uae=ARE, us=USA, czech=CZE, united states of america=USA, serbia and montenegro=SCG, taiwan "
        "taiwan=TWN, germany west=DEU, germany east=DDR, germany federal republic of=DEU, yemen sanaa=YEM, yemen "
        "aden=YMD, western samoa=WSM, brunei=BRN, serbia=SRB, russia=RUS, union of soviet socialist republics=SUN, st"
        " kitts and nevis=KNA, st lucia=LCA, st vincent and the grenadines=VCT, sao tome and principe=STP, antigua "
        "barbuda=ATG, vietnam=VNM, laos=LAO, syria=SYR, iran=IRN, moldova=MDA, tanzania=TZA, venezuela=VEN, "
        "bolivia=BOL, federated states of micronesia=FSM, democratic republic of the congo=COD, republic of the "
        "congo=COG, congo=COG, bosnia=BIH, hong kong=HKG, eswatini=SWZ, north macedonia=MKD, cabo verde=CPV, "
        "palestine=PSE, state of palestine=PSE, peoples republic of china=CHN, kyrgyz republic=KGZ, slovak "
        "republic=SVK"
    ).split(",")
)


class Office(NamedTuple):
    """One term as a source tells it, before the tellings of one person are joined.

    `head`: whether the source lists it as a head of state or government, whatever the title.
    """

    code: str
    name: str
    entity: str
    title: str
    start: date
    end: date | None
    source: str
    head: bool = False


def read(path: Path, *, encoding: str = "utf-8-sig") -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as lines:
        yield from csv.DictReader(lines)


DROPPED_TITLES = re.compile(
    r"ambassador to|permanent representative|first lady|lord of the treasury|king's counsel|state secretary$|"
    r"judge of|justice of|solicitor|governor of the central bank|consul|dean|rector|curator|whip|assistant|"
    r"junior|parliamentary secretary|lieutenant governor",
    re.IGNORECASE,
)
HONOURS = re.compile(
    r"^((gen|lt|maj|brig|col|adm|capt|dr|sir|dame|sheikh|shaykh|mr|mrs|ms|hon|field mar|mar|vice adm|air mar|"
    r"sr|chairman|cardinal|vice-admiral|air marshal|marshall?|brigadier|general|president|prince|king|queen|sultan|"
    r"amir|emir|pope|ayatollah|grand duke|princess)\b\.?\s*|"
    r"\(?(ret|retd)\.?\)?\s*)+",
    re.IGNORECASE,
)


HEAD = re.compile(
    r"((acting|interim|transitional|caretaker|executive|federal|provisional) )*(president|prime minister|premier|"
    r"chancellor|king|queen|emir|amir|sultan|emperor|grand duke|supreme leader|leader|chief of state|taoiseach|pope|"
    r"head of (state|government)|chairman of the (presidency|council of ministers)|chief executive|captain regent|"
    r"secretary-general of the united nations)"
    r"( of the (republic|government|council of ministers|swiss confederation|islamic.*)| (?!of |for |in ).*)?$",
    re.IGNORECASE,
)


def head_title(title: str) -> bool:
    """Whether a title is of a head of state or government; "Premier of Ontario" and "Head of Dagestan" are not.

    >>> head_title("Prime Minister"), head_title("Premier of Quebec"), head_title("President of the Supreme Court")
    (True, False, False)
    """
    return bool(HEAD.match(title))


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


# Letters with accents that the Factbook's archive lost: "Luiz In cio", "AR VALO", "Mart nez".
_SMALL_WORDS = (
    "a|abd|abu|ag|al|and|arap|ben|bin|bint|da|das|de|del|della|den|der|di|do|dos|du|e|el|i|ibn|ibni|la|le|of|ould|te|"
    "the|und|van|von|wa|y|za|zu"
)
DAMAGED = re.compile(
    rf"(?:^| )(?!(?:{_SMALL_WORDS})(?= |$))[a-z]{{1,8}}(?= |$)|"
    r"^(?!al-|el-|as-|an-|ad-|d'|bin |ibn |da |de |van |von |do )[a-z]|\b(NDEZ|PEZ|VALO|GUEZ|TE)\b"
)
# What the Factbook says of an office between its title and the name, and remarks after the name.
OFFICE_WORDS = re.compile(
    r"^.*\b(Republic of [A-Z]\S+|Republic|TISA|Council|Confederation|Hural|Assembly|Chamber|National Unity|"
    r"Government|Interior|Development|Parliament|Affairs|Armed Forces|the Army|Leader|presidency:|Tynwald|"
    r"(First )?(Vice )?President|Prime Minister|Crown Prince|Co-Vice President|Chief|in|since [\d\w ]+\d)[,:]? "
    r"(?=[A-Z'][\w'`]+)"
)
REMARK = re.compile(r"(\s[-(\[{;]|,? (aka|formerly|elected|serving|serves|appointed|previously)\b|,(?! also)).*$")
# States of whose first years the Factbook still tells the leaders of the one before.
BEGINS = {"SVK": date(1993, 1, 1), "CZE": date(1993, 1, 1)}


def factbook_names(told: str) -> list[str]:
    """The names in a cell of the Factbook, without office words, honours and remarks; none where letters are lost.

    >>> factbook_names("Republic Ramiz ALIA"), factbook_names("SETTHA Thawisin, also spelled SRETTHA Thavisin")
    (['Ramiz Alia'], ['Settha Thawisin', 'Srettha Thavisin'])
    """
    names = []
    for part in re.split(r"(?:^|,? )also spelled |(?<=[a-z]) or (?=[A-Z]|$)", REMARK.sub("", told)):
        name = _without_honours(OFFICE_WORDS.sub("", _without_honours(part.strip()))).strip(" .,")
        if name and not DAMAGED.search(name) and "***" not in name and "vacant" not in name:
            names.append(" ".join(map(spoken, name.split())))
    return names


def _without_honours(name: str) -> str:
    """Without "Gen." and the like; "Sultan bin Abd al-Aziz" keeps what is a name there."""
    bare = HONOURS.sub("", name)
    return name if bare[:4] in ("bin ", "ibn ") or not bare else bare


def spoken(word: str) -> str:
    """A word of a name with only its first letter, and that after a hyphen, a capital: AL-HARIRI -> Al-Hariri."""
    if re.fullmatch(r"[IVX]{2,}|X", word) and word != "XI":
        return word
    return "-".join(p.capitalize() if p.isupper() and re.search("[AEIOUY]|..[^.]", p) else p for p in word.split("-"))


def factbook_offices(data: Path, code_of: dict[str, str]) -> Iterator[Office]:
    rows = list(read(data / "leaders_factbook" / "leaders_factbook_1990_2026.csv"))
    seen: dict[tuple[str, str, str, str], str] = defaultdict(str)
    for row in rows:
        place = row["country"], row["role"], row["since"], row["rank"]
        seen[place] = max(seen[place], row["last_seen"])
    for row in rows:
        start = day(row["since"]) or day(row["first_seen"])
        code = code_of.get(fold(row["country"]), "")
        names = [name for name in factbook_names(row["name"]) if 1 < len(fold(name)) < 40]
        wanted = ("sovereign", "dissolved", "special_admin", "disputed", "freely_associated", "")
        abroad = row["entity_type"] == "special_admin" and row["role"] == "chief_of_state"
        if not start or not code or not names or row["entity_type"] not in wanted or abroad or "Heir" in row["name"]:
            continue
        if start < BEGINS.get(code, start):
            continue
        until = day_after(row["until_approx"])
        last_seen = seen[row["country"], row["role"], row["since"], row["rank"]]
        if until is None and last_seen < "2026":
            until = max(day(last_seen) or start, start) + timedelta(days=365 if len(last_seen) == 4 else 30)
        if until is not None and until <= start:
            continue
        title = re.sub(r"( Dr\.| Sir| Sheikh| of| of the)+$", "", row["title"]).strip()
        title = title or ("" if row["rank"] == "1" else "deputy ") + row["role"].replace("_", " ")
        if code == "RUS" and start < date(1991, 6, 1):
            code, until = "SUN", until and min(date(1991, 12, 26), until + timedelta(days=198))
        for name in names:
            capitals = [w for w in row["surname"].split() if fold(w) in {fold(x) for x in name.split()}]
            if capitals or not row["surname"]:
                surname = " ".join(map(spoken, capitals))
                yield Office(code, f"{name}\t{surname}", "", title, start, until, "FB", row["rank"] == "1")


def reign_offices(data: Path, code_of: dict[str, str]) -> Iterator[Office]:
    names = {int(float(row["ccode"])): fold(row["statenme"]) for row in read(data / "state_lists" / "cow_states.csv")}
    for row in read(data / "leaders_reign" / "leaderlist_3_21.csv", encoding="latin-1"):
        code = code_of.get(names.get(int(row["ccode"]), ""), "")
        if row["stateabb"] == "RUS" and int(row["syear"]) < 1991:
            code = "SUN"
        if row["stateabb"] == "KOS":
            code = "KOS"
        if row["stateabb"] == "YUG":
            months = int(row["syear"]) * 12 + int(row["smonth"])
            code = "SRB" if months >= 2006 * 12 + 6 else "SCG" if months >= 2003 * 12 + 2 else "YUG"
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
        yield Office(code, f"{name}\t", "", "leader", start, end, "RE", True)


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
            title = re.sub(r" of (?!Government).*$", "", row["positionLabel"])
            name, entity = f"{row['officeholderLabel']}\t", row["officeholder"]
            yield Office(code, name, entity, title, start, end, "WD", head_title(title))
