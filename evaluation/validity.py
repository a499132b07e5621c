"""Whether the scores of dyads agree with what others have recorded: disputes, rivalries and alliances.

    python -m evaluation.validity LEDGER ../shared/data [--least 20] [--first 2003 --last 2014]

Unit: the year of a dyad of two states of the Correlates of War system that has at least `--least` events in the years
compared. Disputes are those of MID 5 (to 2014), hostility their highest level, 0 without one; a rivalry is one of
Thompson, Sakuwa and Suhas that runs in the year; allied are states with a duty to defend (ATOP). Beside our measures
stand plain ones: the number of events, and words of conflict in the items whose text names both states.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from detente.ledger import open_ledger
from detente.names import fold, gazetteer, tokenize
from detente.statespace import local_levels
from evaluation.dyad_months import Array, DyadMonths, Pair, read_months
from evaluation.ranks import auc, interval, spearman

LISTS = Path("state_lists")
DISPUTES_END = 2014  # the last year of MID 5
# Names of the state list that our table of countries does not have, or has for another state.
STATES = {"Yugoslavia": "SRB", "Congo": "COG", "Democratic Republic of the Congo": "COD", "Korea": ""}
# Words of conflict, by how they begin; "war" and "row" only whole.
CONFLICT = re.compile(
    r"\b(?:(?:war|wars|row|army|armed|missiles?|troops|nuclear)\b|(?:attack|kill|bomb|shoot|shell|strike|fight|clash"
    r"|invad|invasion|protest|sanction|threat|condemn|accus|denounc|expel|arrest|detain|seiz|spy|espionage|violen"
    r"|conflict|terror|murder|assassin|hostage|disput|tension|ceasefire|casualt|militar|rocket|artillery)\w*)",
    re.IGNORECASE,
)


_Statistic = Callable[[NDArray[np.int64]], float]


class Records(msgspec.Struct, frozen=True):
    """What others recorded by pair of codes and year: hostility (1..5) of disputes, rivalries, defence pacts."""

    states: frozenset[str]
    hostility: dict[tuple[Pair, int], float]
    rivals: frozenset[tuple[Pair, int]]
    allies: frozenset[tuple[Pair, int]]


class DyadYears(msgspec.Struct, frozen=True, eq=False):
    """N years of dyads: `measures` by name, higher where relations are worse; the others as in `Records`.

    `level` is the mean of the year's smoothed levels, which know what came after; `level so far` is the filtered one of
    December, 0 before the first event. `hostility_next` is that of the following year, NaN where the records end.
    """

    dyads: tuple[Pair, ...]
    years: NDArray[np.int64]
    measures: dict[str, Array]
    hostility: Array
    hostility_next: Array
    rival: NDArray[np.bool_]
    allied: NDArray[np.bool_]


def main() -> None:
    """Print how the measures stand to the records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--least", type=int, default=20, help="events that a dyad needs in these years")
    parser.add_argument("--first", type=int, default=2003, help="the first year")
    parser.add_argument("--last", type=int, default=DISPUTES_END, help="the last year")
    args = parser.parse_args()
    years = range(args.first, min(args.last, DISPUTES_END) + 1)
    months = read_months(args.ledger, date(years[0], 1, 1), date(years[-1] + 1, 1, 1))
    records = read_records(args.data / LISTS, years)
    words = read_words(args.ledger, years)
    print("\n".join(report(dyad_years(months, records, words, years, least=args.least))))


def read_records(folder: Path, years: range) -> Records:
    """The lists of a folder over these years."""
    codes = read_states(folder)
    hostility: dict[tuple[Pair, int], float] = defaultdict(float)
    for row in _rows(folder / "cow_mid_dirdisps.csv.gz"):
        if (found := _pair(row, codes)) and (year := int(float(row["year"]))) in years:
            level = max(float(row["hostlev1"]), float(row["hostlev2"]))
            hostility[found, year] = max(hostility[found, year], level)
    rivals = {
        (found, year)
        for row in _rows(folder / "tss_rivalries.csv")
        if (found := _pair(row, codes))
        for year in years
        if float(row["start"]) <= year <= float(row["end"])
    }
    allies = {
        (found, int(float(row["year"])))
        for row in _rows(folder / "atop_alliance_1945on.csv.gz")
        if float(row["year"]) in years and float(row["atop_defense"] or 0) and (found := _pair(row, codes))
    }
    return Records(frozenset(codes.values()), dict(hostility), frozenset(rivals), frozenset(allies))


def read_states(folder: Path) -> dict[float, str]:
    """Our codes by Correlates of War code, for states that were in the system in 2003 or later.

    Raises ValueError for a name that is no country's.
    """
    codes = {}
    for row in _rows(folder / "cow_states.csv"):
        if float(row["endyear"]) < 2003:
            continue
        name = row["statenme"]
        nouns = [m.code for m in gazetteer().meanings.get(fold(name), ()) if m.form == "noun"]
        code = STATES.get(name, nouns[0] if nouns else None)
        if code is None:
            raise ValueError(f"{name!r} is the name of no country. Add its code to STATES.")
        codes[float(row["ccode"])] = code
    return codes


def _pair(row: dict[str, str], codes: dict[float, str]) -> Pair | None:
    one, other = codes.get(float(row["ccode1"]), ""), codes.get(float(row["ccode2"]), "")
    return (min(one, other), max(one, other)) if one and other and one != other else None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(io.StringIO(content.decode("utf-8")))


def named_states(text: str) -> frozenset[str]:
    """The codes of the countries whose name, adjective, people or capital stands in the text.

    >>> sorted(named_states("Seoul protests to the Japanese government."))
    ['JPN', 'KOR']
    """
    table, keys, found, at = gazetteer(), [token.key for token in tokenize(text)], set(), 0
    while at < len(keys):
        for size in range(table.longest.get(keys[at], 0), 0, -1):
            meanings = table.meanings.get(" ".join(keys[at : at + size]), ())
            codes = {m.code for m in meanings if m.form in ("noun", "adjective", "people", "capital", "seat")}
            if meanings and at + size <= len(keys):
                found |= codes if len(codes) == 1 else set()
                at += size
                break
        else:
            at += 1
    return frozenset(found - {""})


def read_words(path: Path, years: range) -> dict[tuple[Pair, int], tuple[int, int, int]]:
    """By pair and year of publication: items that name both states, those with a word of conflict, and such words."""
    found: dict[tuple[Pair, int], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    query = "SELECT text, published FROM articles WHERE superseded_at IS NULL AND published >= ? AND published < ?"
    with open_ledger(path, read_only=True) as ledger:
        for text, published in ledger.rows(query, (f"{years[0]}-01-01", f"{years[-1] + 1}-01-01")):
            words = len(CONFLICT.findall(text))
            named = sorted(named_states(text))
            for place, one in enumerate(named):
                for other in named[place + 1 :]:
                    key = (one, other), int(published[:4])
                    items, hits, total = found[key]
                    found[key] = items + 1, hits + bool(words), total + words
    return dict(found)


def dyad_years(
    months: DyadMonths,
    records: Records,
    words: dict[tuple[Pair, int], tuple[int, int, int]],
    years: range,
    *,
    least: int,
) -> DyadYears:
    """The years of all dyads of states with enough events; `months` begins with the first year."""
    enough = months.events.sum(axis=1) >= least
    known = np.array([one in records.states and other in records.states for one, other in months.dyads], dtype=bool)
    rows = np.flatnonzero(enough & known)
    count = months.events[rows]
    levels = local_levels(np.nan_to_num(months.mean()[rows]), count, exposure=months.articles)
    keys = [(months.dyads[row], year) for row in rows for year in years]
    told = np.array([words.get(key, (0, 0, 0)) for key in keys], dtype=float).reshape(-1, 3)

    def by_year(values: Array) -> Array:
        return values.reshape(len(rows), len(years), 12)

    conflict = months.quads[rows][:, :, 2:].sum(axis=2)
    measures = {
        "level": -by_year(levels.smoothed).mean(axis=2).ravel(),
        "level so far": -np.nan_to_num(by_year(levels.filtered)[:, :, -1]).ravel(),
        "net score": -by_year(months.score[rows]).sum(axis=2).ravel(),
        "net Goldstein": -by_year(months.goldstein[rows]).sum(axis=2).ravel(),
        "conflict events": by_year(conflict).sum(axis=2).ravel(),
        "events": by_year(count).sum(axis=2).ravel(),
        "conflict words": told[:, 2],
        "items with such": told[:, 1] / np.maximum(told[:, 0], 1),
    }
    following = [records.hostility.get((pair, year + 1), 0.0) if year < years[-1] else np.nan for pair, year in keys]
    return DyadYears(
        dyads=tuple(pair for pair, _ in keys),
        years=np.array([year for _, year in keys]),
        measures=measures,
        hostility=np.array([records.hostility.get(key, 0.0) for key in keys]),
        hostility_next=np.array(following),
        rival=np.array([key in records.rivals for key in keys]),
        allied=np.array([key in records.allies for key in keys]),
    )


def report(data: DyadYears, *, samples: int = 500) -> Iterator[str]:
    """The lines of the report: sizes, mean levels in points of the scale, then one line for each measure.

    Intervals are of so many `samples`.
    """
    disputed, following = data.hostility > 0, data.hostility_next > 0
    known = ~np.isnan(data.hostility_next)
    quiet = known & ~disputed
    yield (
        f"{len(set(data.dyads))} dyads, {len(data.dyads)} dyad-years, {data.years.min()}-{data.years.max()}:"
        f" {int(disputed.sum())} with a dispute, {int(data.rival.sum())} of rivals, {int(data.allied.sum())} of allies"
    )
    yield (
        f"with a next year on record: {int(known.sum())} dyad-years, {int(following[known].sum())} of them followed by"
        f" a dispute; of {int(quiet.sum())} without a dispute now, {int(following[quiet].sum())}"
    )
    for name, chosen in (("disputes", disputed), ("rivals", data.rival), ("allies", data.allied)):
        level = -data.measures["level"]
        yield f"mean level: {name} {level[chosen].mean():+.2f}, others {level[~chosen].mean():+.2f}"
    yield "Higher is worse in each measure. rho: Spearman with hostility (0..5); within: without each dyad's mean."
    yield "AUC now: a dispute in the year; next: in the following one; onset: that, where there is none now."
    yield "rivals, allies: mean difference from the others in standard deviations. In brackets: 95 %, dyads redrawn."
    yield "".join(f"{head:>20}" for head in ("", "rho", "within", "AUC now", "next", "onset", "rivals", "allies"))
    for name in data.measures:
        yield f"{name:>20}" + "".join(f"{cell:>20}" for cell in _cells(data, name, known, quiet, samples))


def _cells(
    data: DyadYears, name: str, known: NDArray[np.bool_], quiet: NDArray[np.bool_], samples: int
) -> Iterator[str]:
    """A measure's seven figures with their intervals; "-" for a forecast by what knows the following year."""
    values, groups = data.measures[name], np.array(["-".join(pair) for pair in data.dyads])
    everything = np.ones_like(known)
    tests: tuple[tuple[_Statistic, NDArray[np.bool_]], ...] = (
        (lambda i: spearman(values[i], data.hostility[i]), everything),
        (lambda i: within(values, data.hostility, groups, i), everything),
        (lambda i: auc(values[i], data.hostility[i] > 0), everything),
        (lambda i: auc(values[i], data.hostility_next[i] > 0), known),
        (lambda i: auc(values[i], data.hostility_next[i] > 0), quiet),
        (lambda i: difference(values[i], data.rival[i]), everything),
        (lambda i: difference(values[i], data.allied[i]), everything),
    )
    for place, (statistic, chosen) in enumerate(tests):
        if name == "level" and place in (3, 4):
            yield "-"
            continue
        rows = np.flatnonzero(chosen)
        low, high = interval(_of_rows(statistic, rows), groups[rows], samples=samples)
        yield f"{statistic(rows):.2f} [{low:.2f}, {high:.2f}]"


def _of_rows(statistic: _Statistic, rows: NDArray[np.int64]) -> _Statistic:
    return lambda drawn: statistic(rows[drawn])


def within(first: Array, second: Array, groups: NDArray[np.str_], rows: NDArray[np.int64]) -> float:
    """Spearman's correlation of the chosen rows after each group's mean over all its rows is taken off both."""
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(group)
    means = [np.bincount(group, weights=values) / sizes for values in (first, second)]
    return spearman((first - means[0][group])[rows], (second - means[1][group])[rows])


def difference(values: Array, chosen: NDArray[np.bool_]) -> float:
    """The mean of the chosen minus that of the others, in standard deviations of all; NaN without either."""
    if chosen.all() or not chosen.any() or not values.std():
        return float("nan")
    return float((values[chosen].mean() - values[~chosen].mean()) / values.std())


if __name__ == "__main__":
    main()
