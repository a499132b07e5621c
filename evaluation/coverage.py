"""Whether every state and its leaders are known: names of states, office holders by name and by title, and speed.

    python -m evaluation.coverage ../shared/data [--failures] [--no-speed]

States are the 193 members of the United Nations, each by five kinds of name. Leaders are the rows of the Factbook's
leaders (1990-2026) and of REIGN (surname mostly, to 2021), on the middle day of their term; ministers those of foreign
affairs and defence in the Wikidata lists. The packaged tables are built from the same sources, so that this measures
whether each is found among 15,000 people and 25,000 places, not whether the sources are right.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from detente.actors import read_actor, resolve
from detente.names import fold
from detente.records import Article, Document, Sentence, Span
from training.tables_leaders import BEGINS, SPELLED, day, factbook_names, read

# Independent in the country codes, but no members of the United Nations.
NO_MEMBERS = frozenset({"VAT", "TWN"})
# Formal names that the country codes lack, and adjectives that the Factbook gives with remarks or not at all.
FORMAL = {"CIV": "Republic of Côte d’Ivoire", "TUR": "Republic of Türkiye"}
ADJECTIVES = {
    "BWA": "Motswana",
    "CAN": "Canadian",
    "SRB": "Serbian",
    "SWZ": "Swazi",
    "SLB": "Solomon Islands",
    "PRK": "North Korean",
    "KOR": "South Korean",
}
# Common names and abbreviations besides those that the sources give (public record).
ALTERNATIVES = {
    code: names.split("|")
    for code, names in (
        line.split("=")
        for line in (
            "USA=U.S.|USA|America;GBR=UK|U.K.|Britain|Great Britain;RUS=Russian Federation;CHN=PRC|P.R.C.;"
            "KOR=ROK|South Korea|S. Korea;PRK=DPRK|North Korea|N. Korea;COD=DRC|DR Congo|Congo-Kinshasa|Zaire;"
            "COG=Congo-Brazzaville;ARE=UAE|U.A.E.|Emirates;SAU=KSA|Saudi;CAF=CAR;PNG=PNG;TUR=Turkey|Türkiye|Turkiye;"
            "MMR=Burma|Myanmar;SWZ=Swaziland|Eswatini;MKD=Macedonia|FYROM;CZE=Czech Republic|Czechia;"
            "CIV=Ivory Coast|Cote d'Ivoire;CPV=Cape Verde|Cabo Verde;TLS=East Timor|Timor Leste;BIH=Bosnia|BiH;"
            "NLD=Holland|The Netherlands;IRN=Islamic Republic|Persia;VNM=Viet Nam;LKA=Ceylon;ZAF=RSA;NZL=N.Z.|NZ;"
            "KNA=St. Kitts and Nevis|St Kitts;LCA=St. Lucia|St Lucia;VCT=St. Vincent and the Grenadines|St Vincent;"
            "ATG=Antigua;TTO=Trinidad;STP=São Tomé and Príncipe;BLR=Belorussia;MDA=Moldavia;KGZ=Kirghizia;"
            "KHM=Kampuchea;GMB=The Gambia;BHS=The Bahamas;FSM=FSM;SYR=Syria;LAO=Laos|Lao PDR;"
            "BRN=Brunei;BOL=Bolivia;VEN=Venezuela;TZA=Tanzania;DEU=Federal Republic of Germany;IRL=Eire|Irish Republic"
        ).split(";")
    )
}
# Short titles before a surname, and the foreign and defence ministers among all offices.
PLAIN_TITLE = re.compile(
    r"((Acting|Interim|Executive) )?(President|Prime Minister|Premier|Chancellor|King|Queen|Emir|Amir|Sultan|"
    r"Taoiseach)$"
)
MINISTER = re.compile(
    r"((Federal )?Minister (of|for) (National |the )?(Foreign|External|Defen[cs]e)( (Affairs|Relations))?|"
    r"Secretary of (State|Defen[cs]e)|Secretary of State for (Defence|Foreign.*))$"
)
# Figures that `main` says are reached or missed.
FLOORS = {
    "short": 0.99,
    "long": 0.99,
    "adjective": 0.99,
    "capital": 0.99,
    "alternative": 0.99,
    "leader by full name": 0.97,
    "leader by title and surname": 0.93,
}
MENTIONS_A_SECOND = 20_000


class Probe(NamedTuple):
    """One question: `text` in `context` on a day, and the country that is right."""

    group: str
    text: str
    code: str
    context: str = ""
    on: date | None = None
    person: bool = False


class Answer(NamedTuple):
    """What was found for a probe; `known` where an entity of its own, not only a country, was found."""

    probe: Probe
    code: str
    sector: str
    known: bool
    why: str

    @property
    def right(self) -> bool:
        return self.code == self.probe.code


# ---- states ------------------------------------------------------------------------------------------------------


class State(NamedTuple):
    """A member of the United Nations, by ISO code and by the code of the Factbook."""

    code: str
    short: str
    formal: str
    capital: str
    names: tuple[str, ...]
    gec: str


def members(data: Path) -> list[State]:
    """The members of the United Nations, from the country codes."""
    found = []
    for row in read(data / "country_codes" / "country-codes.csv"):
        code = row["ISO3166-1-Alpha-3"]
        if row["is_independent"] != "Yes" or code in NO_MEMBERS:
            continue
        columns = ("CLDR display name", "UNTERM English Short", "official_name_en")
        names = tuple(dict.fromkeys(re.sub(r" \(.*", "", row[c]) for c in columns if row[c]))
        formal = FORMAL.get(code, row["UNTERM English Formal"])
        found.append(State(code, names[0], formal, row["Capital"], names, row["FIPS"]))
    return found


def state_probes(data: Path) -> Iterator[Probe]:
    """Each member by short and formal name, adjective, capital as actor, and what else it is called.

    An adjective that two members share ("Congolese") is asked in a text that names the country.
    """
    factbook = {row["gec"]: row for row in read(data / "countries_factbook" / "countries_factbook_2026.csv")}
    states = members(data)
    words = {s.code: ADJECTIVES.get(s.code) or _adjective(factbook[s.gec]["nationality_adj"]) for s in states}
    shared = Counter(words.values())
    for state in states:
        yield Probe("short", state.short, state.code)
        yield Probe("long", state.formal, state.code)
        text = f"{words[state.code]} government"
        context = f"In {state.short}, the {text} fell." if shared[words[state.code]] > 1 else ""
        yield Probe("adjective", text, state.code, context)
        yield Probe("capital", state.capital, state.code)
        for name in dict.fromkeys((*state.names[1:], *ALTERNATIVES.get(state.code, ()))):
            if name != "Congo":  # two members share it
                yield Probe("alternative", name, state.code)


def _adjective(told: str) -> str:
    return re.split(r",|;| or | \(", told)[0].strip()


# ---- people ------------------------------------------------------------------------------------------------------


def middle(start: date, end: date | None) -> date:
    """The middle day of a term; of one without an end, thirty days into it."""
    return start + ((end - start) / 2 if end and end > start else timedelta(days=30))


def _spoken(name: str) -> str:
    """The Factbook's name as it is written elsewhere: LI Teng-hui -> Li Teng-hui.

    >>> _spoken("Sa'ad AL-HARIRI")
    "Sa'ad Al-Hariri"
    """
    return " ".join(
        "-".join(p.capitalize() if p.isupper() and len(p) > 2 else p for p in w.split("-")) for w in name.split()
    )


def factbook_probes(data: Path) -> Iterator[Probe]:
    """Heads of state and of government of sovereign states by full name, and by title and surname.

    Left out are names that lost letters in the source, the British monarch in other realms, and Czechoslovakia's
    leaders under the names of its successors.
    """
    states = read(data / "country_codes" / "country-codes.csv")
    iso3 = {row["ISO3166-1-Alpha-2"]: row["ISO3166-1-Alpha-3"] for row in states}
    asked = set()
    for row in read(data / "leaders_factbook" / "leaders_factbook_1990_2026.csv"):
        start, code = day(row["since"]), iso3.get(row["iso2"], "")
        clean = re.fullmatch(r"[^\W\d_][^\d,;()/]*", row["name"]) and " - " not in row["name"]
        if not (start and code and clean) or row["rank"] != "1" or row["entity_type"] != "sovereign":
            continue
        realm = code != "GBR" and re.match(r"ELIZABETH II|CHARLES III", row["name"])
        if realm or start < BEGINS.get(code, start) or not factbook_names(row["name"]):
            continue
        on = middle(max(start, date(1990, 1, 1)), day(row["until_approx"]) or day(row["last_seen"]))
        if code == "RUS" and on < date(1991, 12, 26):
            code = "SUN"
        name, surname, title = _spoken(row["name"]), _spoken(row["surname"]), row["title"]
        if (key := (code, name, on)) in asked or not PLAIN_TITLE.match(title):
            continue
        asked.add(key)
        if " " in name:
            yield Probe("leader by full name", name, code, "", on, True)
        text = f"{title} {surname or name}"
        context = f"The government of {country_told(row['country'])} said so. {text} spoke on Monday."
        yield Probe("leader by title and surname", text, code, context, on, True)


def country_told(name: str) -> str:
    """A country name in the order in which it is spoken: "Korea, South" -> "South Korea"."""
    return re.sub(r"^(.*?), (.*)$", r"\2 \1", name)


def reign_probes(data: Path) -> Iterator[Probe]:
    """Leaders of REIGN since 1990, who mostly have a surname only, in a text that names the country."""
    cow = {int(float(row["ccode"])): row["statenme"] for row in read(data / "state_lists" / "cow_states.csv")}
    code_of = SPELLED | {fold(name): state.code for state in members(data) for name in state.names}
    for row in read(data / "leaders_reign" / "leaderlist_3_21.csv", encoding="latin-1"):
        country = cow.get(int(row["ccode"]), "")
        code = code_of.get(fold(country.replace("&", "and")), "")
        if not code or row["stateabb"] in ("RUS", "YUG") or not row["sdate"].strip():
            continue
        start = date(int(row["syear"]), int(row["smonth"]), min(int(row["sdate"]), 28))
        last = date(int(row["eyear"]), int(row["emonth"] or 12), 1) if row["eyear"].strip() else date(2021, 3, 1)
        name = re.sub(r"\s*\(.*", "", row["leader"]).strip()
        if last < date(1990, 2, 1) or last <= start + timedelta(days=31):
            continue
        on = middle(max(start, date(1990, 1, 1)), last)
        yield Probe("leader of REIGN", name, code, f"In {country}, {name} spoke on Monday.", on, True)


def minister_probes(data: Path) -> Iterator[Probe]:
    """Ministers of foreign affairs and of defence by full name alone, on the middle day of their term."""
    code_of = SPELLED | {fold(name): state.code for state in members(data) for name in state.names}
    for row in read(data / "ministers_wikidata" / "ministers_wikidata_2000_2023.csv"):
        start, code = day(row["start"]), code_of.get(row["country_repo"].replace("-", " "), "")
        if start and code and MINISTER.match(row["position"]) and " " in row["person"]:
            yield Probe("minister by full name", row["person"], code, "", middle(start, day(row["end"])), True)


# ---- asking ------------------------------------------------------------------------------------------------------


def ask(probes: Iterable[Probe]) -> list[Answer]:
    """Each probe with what `resolve` finds for it."""
    answers = []
    for probe in probes:
        found = resolve(probe.text, context=probe.context, on=probe.on)
        known = bool(found.entity) and not re.fullmatch(r"[A-Z]{3}", found.entity or "")
        answers.append(Answer(probe, found.code, found.sector, known, found.reason))
    return answers


def report(answers: list[Answer], *, failures: bool) -> None:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.probe.group].append(answer)
    for group, each in groups.items():
        right = sum(answer.right for answer in each) / len(each)
        line = f"{group:28} n = {len(each):5}  code {right:.3f}"
        if each[0].probe.person:
            line += f"  person known {sum(a.known for a in each) / len(each):.3f}"
            line += f"  in office {sum(a.sector == 'GOV' for a in each) / len(each):.3f}"
        if floor := FLOORS.get(group):
            line += f"  (wanted {floor:.2f}: {'reached' if right >= floor else 'missed'})"
        print(line)
        for answer in each if failures else ():
            if not answer.right:
                probe = answer.probe
                told = f"{probe.text} | {probe.on or ''}".strip(" |")
                print(f"    {told}: {probe.code} wanted, {answer.code or 'none'} found: {answer.why}")


# ---- speed -------------------------------------------------------------------------------------------------------


def made_documents(probes: list[Probe], size: int = 12) -> list[tuple[Document, list[Span]]]:
    """Documents of `size` sentences, each sentence with one mention; no two documents are alike."""
    made = []
    for first in range(0, len(probes) - size + 1, size):
        text, spans, sentences = "", [], []
        for place, probe in enumerate(probes[first : first + size]):
            start = len(text)
            text += f"On day {first + place} {probe.text} met envoys for talks on trade and the border. "
            at = text.index(probe.text, start)
            spans.append(Span(probe.text, at, at + len(probe.text)))
            sentences.append(Sentence(text[start : len(text) - 1], start, len(text) - 1, place))
        article = Article(id=f"made-{first}", text=text, published=probes[first].on or date(2020, 1, 1))
        made.append((Document(article=article, sentences=tuple(sentences)), spans))
    return made


def speed(probes: list[Probe]) -> tuple[float, float]:
    """Mentions a second of processor time: by `resolve`, each a new phrase, and by `read_actor`, twelve to a new text.

    Texts here are of as many days as mentions are, so that the first look at a day's office holders weighs fully.
    """
    alone = [Probe("", f"{place} envoys of {probe.text}", "") for place, probe in enumerate(probes)]
    began = time.process_time()
    for probe in alone:
        resolve(probe.text)
    resolving = len(alone) / (time.process_time() - began)
    documents = made_documents(probes)
    began = time.process_time()
    for document, spans in documents:
        for span in spans:
            read_actor(span, document=document, on=None, event="CONSULT", role="actor")
    reading = sum(len(spans) for _, spans in documents) / (time.process_time() - began)
    return resolving, reading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with country_codes, leaders_factbook and the rest")
    parser.add_argument("--failures", action="store_true", help="show every wrong answer with its reason")
    parser.add_argument("--no-speed", action="store_true", help="leave the timing out")
    options = parser.parse_args()
    probes = [
        *state_probes(options.data),
        *factbook_probes(options.data),
        *reign_probes(options.data),
        *minister_probes(options.data),
    ]
    report(ask(probes), failures=options.failures)
    if not options.no_speed:
        for name, figure in zip(("resolve", "read_actor"), speed(probes), strict=True):
            reached = "reached" if figure >= MENTIONS_A_SECOND else "missed"
            print(f"{name:28} {figure:,.0f} mentions/s (wanted {MENTIONS_A_SECOND:,}: {reached})")


if __name__ == "__main__":
    main()
