"""A sentence in other words may change words and nothing else: what drops, adds or turns facts around is refused."""

from __future__ import annotations

import pytest

from detente.fidelity import refusal

REMOVED = "On 2 August 2019 Japan removed “South Korea from its own list” (two independent sources)."
GOOD = "Japan removed “South Korea from its own list” on 2 August 2019, according to two independent sources."
LEVEL = (
    "In December 2024 relations stood at −1.0 on a scale from −10 (conflict) to +10 (cooperation), with a probability"
    " of 80 % between −2.1 and +0.3."
)
PLEDGE = "On 9 May 2023 Kishida promised Yoon to “visit Seoul” by 31 May 2023; no report tells that it was done."
POSSIBLE = "Japan may sanction South Korea."
ACCUSED = "On 3 May 2020 China accused “the United States of a cold war mentality”, according to Xinhua."


@pytest.mark.parametrize(
    ("original", "proposed"),
    [
        (REMOVED, REMOVED),
        (REMOVED, GOOD),
        (LEVEL, LEVEL.replace("relations stood at", "the relations were standing at")),
        (PLEDGE, "Kishida promised Yoon on 9 May 2023 to “visit Seoul” by 31 May 2023; no report tells it was done."),
        (ACCUSED, "China, according to Xinhua, accused “the United States of a cold war mentality” on 3 May 2020."),
        ("Two acts of 30 rest on a single source.", "Of 30 acts, two rest on a single source."),
    ],
)  # fmt: skip
def test_other_words_are_let_through_where_the_facts_stay(original: str, proposed: str) -> None:
    expected = "numbers" if original.startswith("Two acts") else ""  # numbers that change places are not trusted
    assert refusal(original, proposed).partition(":")[0] == expected


@pytest.mark.parametrize(
    ("original", "proposed", "rule"),
    [
        (REMOVED, REMOVED.replace("Japan", "China"), "names"),
        (REMOVED, REMOVED.replace("Japan", "Tokyo"), "names"),
        (REMOVED, REMOVED.replace("Japan", "Japan and France"), "names"),
        (REMOVED, REMOVED.replace("Japan", "it"), "names"),
        (REMOVED, REMOVED.replace("two", "three"), "numbers"),
        (REMOVED, REMOVED.replace("(two independent sources)", ""), "numbers"),
        (REMOVED, REMOVED.replace("2 August", "3 August"), "dates"),
        (REMOVED, REMOVED.replace("On 2 August 2019", "Then"), "dates"),
        (REMOVED, REMOVED.replace("its own list", "its list"), "quotations"),
        (REMOVED, REMOVED.replace("“", "").replace("”", ""), "quotations"),
        (REMOVED, REMOVED.replace("removed", "did not remove"), "negation"),
        (REMOVED, REMOVED.replace("removed", "reportedly removed"), "status"),
        (REMOVED, REMOVED.replace("removed", "may have removed"), "status"),
        (REMOVED, REMOVED.replace("removed", "was going to be removed by"), "voice"),
        (REMOVED, REMOVED.replace("removed", "restored"), "deeds"),
        (REMOVED, REMOVED.replace("Japan removed", "Japan removed and sanctioned"), "deeds"),
        (REMOVED, REMOVED.replace("removed", "recently removed"), "status"),
        (REMOVED, f"{REMOVED} It was a grave step.", "form"),
        (REMOVED, f"{REMOVED[:-1]} [7].", "form"),
        (REMOVED, f"{REMOVED[:-1]} https://example.org.", "form"),
        (REMOVED, f"<script>{REMOVED}", "form"),
        (REMOVED, "\u202e" + REMOVED, "form"),
        (REMOVED, "", "form"),
        (REMOVED, "I cannot help with that.", "form"),
        (LEVEL, LEVEL.replace("−1.0", "1.0"), "numbers"),
        (LEVEL, LEVEL.replace("80 %", "80"), "numbers"),
        (LEVEL, LEVEL.replace("−2.1 and +0.3", "+0.3 and −2.1"), "numbers"),
        (LEVEL, LEVEL.replace("stood at", "improved to"), "status"),
        (PLEDGE, PLEDGE.replace("no report tells that it was done", "a report tells that it was done"), "negation"),
        (PLEDGE, PLEDGE.replace("Kishida promised Yoon", "Yoon promised Kishida"), "names"),
        (POSSIBLE, "Japan will sanction South Korea.", "status"),
        (POSSIBLE, "Japan sanctioned South Korea.", "status"),
        (POSSIBLE, "Japan may gladly sanction South Korea.", "words"),
        (POSSIBLE, "South Korea may sanction Japan.", "names"),
        (POSSIBLE, "Japan may be sanctioned by South Korea.", "voice"),
        (POSSIBLE, "Japan may sanction South Korea, a dangerous gamble for fragile regional stability.", "form"),
        (ACCUSED, ACCUSED.replace(", according to Xinhua", ""), "names"),
        (ACCUSED, ACCUSED.replace("according to Xinhua", "as Xinhua knows"), "status"),
        ("Relations were calm in that year.", "Relations were chilly throughout that stormy year.", "words"),
    ],
)  # fmt: skip
def test_what_changes_the_facts_is_refused(original: str, proposed: str, rule: str) -> None:
    assert refusal(original, proposed).partition(":")[0] == rule
