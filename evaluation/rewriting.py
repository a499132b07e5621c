"""Whether the rules for a writer let nothing through that changes the facts of a brief, and do let harmless words pass.

    python -m evaluation.rewriting LEDGER [--pairs JPN-KOR USA-CHN …] [--as-of 2022-12-31] [--examples]

Every sentence of the briefs is changed by each rule below, outside of its quotations except where the quotation itself
is changed, and compared with the original. The changes of `KNOWN` were at hand when the rules were written. Those of
`FRESH` were written down afterwards; two sentences passed, in which a party was named twice, and since then names are
counted.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from datetime import date

from detente.brief import write_brief
from detente.fidelity import refusal
from detente.ledger import open_ledger

Change = Callable[[str], str]

_STATES = r"\b(Japan|China|South Korea|Ukraine|Russia|Israel|Iran|India|Pakistan|Greece|Turkey|Armenia)\b"
_DONE = r"\b(removed|met|accused|attacked|agreed|promised|condemned|criticised|imposed|launched)\b"


def _outside(pattern: str, by: str) -> Change:
    """A change of the first place of a pattern outside of quotations."""

    def change(text: str) -> str:
        for part in re.finditer(r"(?:^|”)([^“]*)", text):
            new, times = re.subn(pattern, by, part[1], count=1)
            if times and new != part[1]:
                return text[: part.start(1)] + new + text[part.end(1) :]
        return text

    return change


KNOWN: dict[str, Change] = {
    "another day": _outside(r"\b([12])(\d) (?=[A-Z][a-z]+ \d{4})", r"\g<1>0 "),
    "another month": _outside(r"\b(March|May|August|November|December) (?=\d{4})", "April "),
    "no date": _outside(r"^On \d+ \w+ \d{4} ", ""),
    "another number": _outside(r"\b(two|three|four|five|six|seven)\b", "nine"),
    "no sign": _outside("−", ""),
    "another probability": _outside("80 %", "95 %"),
    "no sources": _outside(r" \([\w, ]+independent sources?\)", ""),
    "another party": _outside(_STATES, "France"),
    "one party more": _outside(_STATES, r"\1 and France"),
    "another role": _outside(r"\b(President|Prime Minister)\b", "Foreign Minister"),
    "another quotation": lambda text: re.sub(r"“(\w+)", r"“never \1", text, count=1),
    "a negation": _outside(_DONE, r"\1 not"),
    "no negation": _outside(r"\bno (report|act|measure|concession)", r"a \1"),
    "as done": _outside(r"\bmay have been\b", "was"),
    "as reported no more": _outside(r"^Reported on (\d+ \w+ \d{4}): ", r"On \1 "),
    "for sure": _outside(_DONE, r"definitely \1"),
    "another deed": _outside(r"\b(accused|criticised|attacked|condemned)\b", "praised"),
    "turned around": _outside(r"\b(accused|criticised|attacked|condemned|arrested)\b", r"was \1 by"),
    "higher for lower": _outside(r"\blower\b", "higher"),
    "worse for better": _outside(r"\bbetter\b", "worse"),
    "another side": _outside("side of conflict", "side of cooperation"),
    "another state": _outside(r"is (escalating|open|easing)", "is dormant"),
    "no speaker": _outside(r", according to [^(.:]+(?=[ .:(])", ""),
    "a place": _outside(r"\.$", " in Geneva."),
    "a judgement": _outside(r"\.$", ", a worrying sign."),
    "an address": _outside(r"\.$", " (see example.com)."),
    "an end": _outside("no report tells what became of it", "it was kept"),
    "the two swapped": lambda text: re.sub(rf"{_STATES}(.*?){_STATES}", r"\3\2\1", text, count=1),
    "several": _outside(r"\b(two|three|four|five|six|seven)\b", "several"),
    "a year": _outside("twelve months", "a year"),
    "no likelihood": _outside("most likely ", ""),
    "the day left out": _outside(r"\b\d+ (?=[A-Z][a-z]+ \d{4})", ""),
    "failed to": _outside(_DONE, r"failed to be \1"),
    "allies": _outside(_STATES, r"\1 and its allies"),
    "a rumour": _outside(r"\.$", ", rumour has it."),
    "a consequence": _outside(r"\.$", ", which led to war."),
    "half": _outside(r"\b(\d+) (acts|moves)", r"half of \1 \2"),
    "only": _outside(r"\b(two|three|four|five) (independent|reports)", r"only \1 \2"),
    "soon": _outside(r"\.$", " soon."),
    "by force": _outside(r"\.$", " by force."),
    "with others": _outside(r"\.$", ", among others."),
}
FRESH: dict[str, Change] = {
    "or for and": _outside(r" and ", " or "),
    "after for by": _outside(r"\bby (?=\d+ [A-Z])", "after "),
    "until": _outside(r"\bon (?=\d+ [A-Z])", "until "),
    "must": _outside(_DONE, r"must have \1"),
    "not independent": _outside(r"\bindependent ", ""),
    "agreed not to": _outside(r"\bagreed to\b", "agreed not to"),
    "if asked": _outside(r"\.$", " if asked."),
    "a war": _outside(r"\.$", " in a war."),
    "its ally": _outside(_STATES, r"an ally of \1"),
    "its army": _outside(_STATES, r"the army of \1"),
    "nobody of it": _outside(_STATES, r"nobody in \1"),
    "no end": lambda text: re.sub(r"; (?!.*;)[^“”]*\.$", ".", text),
    "no last quotation": lambda text: re.sub(r":? “[^”]*”\.?$", ".", text),
    "no first party": _outside(_STATES, "it"),
    "two sentences": _outside(r"\.$", ". It was so."),
    "a question": _outside(r"\.$", "?"),
}
HARMLESS: dict[str, Change] = {
    "it was reported": _outside(r"^Reported on (\d+ \w+ \d{4}): ", r"It was reported on \1 that "),
    "according to a report": _outside(r"^Reported on (\d+ \w+ \d{4}): ", r"According to a report of \1, "),
    "a conjunction": _outside("; no report tells", ", and no report tells"),
    "the date at the end": lambda text: re.sub(r"^On (\d+ \w+ \d{4}) ([^;:(]*)\.$", r"\2 on \1.", text),
}


def sentences(ledger: str, pairs: Iterable[str], as_of: date | None) -> list[str]:
    """The sentences of the briefs on the pairs, each once."""
    told: dict[str, None] = {}
    with open_ledger(ledger, read_only=True) as opened:
        for pair in pairs:
            first, second = pair.split("-")
            for section in write_brief(opened, first, second, as_of=as_of).sections:
                told |= dict.fromkeys(each.text for each in section.statements)
    return list(told)


def measure(name: str, changes: dict[str, Change], told: list[str], *, examples: bool) -> None:
    """Print how many changed sentences are refused, and by which change the others are made."""
    made = refused = 0
    for what, change in changes.items():
        changed = [(text, new) for text in told if (new := change(text)) != text]
        through = [new for text, new in changed if not refusal(text, new)]
        made, refused = made + len(changed), refused + len(changed) - len(through)
        if through or examples:
            print(f"    {what}: {len(changed)} made, {len(through)} let through")
        for new in through[:2] if examples else ():
            print(f"        {new}")
    print(f"{name}: {made} sentences made, {refused} refused, {made - refused} let through")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger")
    parser.add_argument("--pairs", nargs="+", default=["JPN-KOR", "USA-KOR", "CHN-JPN", "JPN-PRK"])
    parser.add_argument("--as-of", type=date.fromisoformat)
    parser.add_argument("--examples", action="store_true")
    options = parser.parse_args()
    told = sentences(options.ledger, options.pairs, options.as_of)
    print(f"{len(told)} sentences of {len(options.pairs)} briefs; refused as they are: "
          f"{sum(bool(refusal(text, text)) for text in told)}")  # fmt: skip
    measure("changes at hand", KNOWN, told, examples=options.examples)
    measure("fresh changes", FRESH, told, examples=options.examples)
    measure("harmless", HARMLESS, told, examples=options.examples)


if __name__ == "__main__":
    main()
