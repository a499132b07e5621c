"""A newcomer reads the modules downward once: each imports only names above it, and no stage imports another."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "detente"
ORDER = (
    "errors config records codebook"  # vocabulary
    # stages, each after the modules that only it uses
    " formats rows pubdates webpages addresses connections politeness fetch language translation articles feeds"
    " warcs mails pdfs"
    " archives ingest document windows decoding reader"
    " ownactors names nametables offices phrases belonging namesakes identity rulings actors"
    " timewords timehomes timedates timenames timecounts timereading timeevents timeparts timephrases when"
    " places placewords placelinks where outlets claims hedges attribution references"
    # composition and memory
    " steps tellings pipeline why ledgerfile selection ledger judgements"
    " stems copies credits imprints sources lineage quantities likeness resemblance link acts memory coding"
    " evidence integrity upkeep doctor firsts spellings scenes statements conflicts accounts"
    " wording promises fulfilment meetings threads issuewords issuephrases issues standings disputes revisions"
    " kalman statespace eventcosts changepoints onsets turns knownacts dyads timeline relations"
    " pairdays windowsums comparison changes similarity dyadtables plots watchlist"
    " briefwords briefcast briefdeeds briefpledges briefdisputes briefsections briefnews brief fidelity rewriting"
    # faces
    " crosswalk dyadrows eventtables flatevents ploverjson rdf interchange"
    " eventfiles eventcolumns eventrows cameoorigins otherorigins eventids dyaddays eventshards imports"
    " importedseries storage division shardtables shards shardledger cluster shardrollup"
    " scoring evaluate pageassets drawings pagetext pages pagesafety sourcechart passages pagekept page_home"
    " page_dyad page_dyadparts page_dyadothers page_follow page_event page_judge page_article page_states"
    " page_search page_coverage page_add page_network page_api"
    " page"
    " terminal conflictlines memorylines levelchart relationlines comparisonlines wikidata"
    " watchfile watchstate watchturns watchhealth following alerts deliveries watchcoding watch"
    " options cli_watch cli_memory cli_ledger cli_relations cli_watchlist cli_compare cli_interchange cli_actors"
    " cli_doctor cli_cluster cli"
).split()
# A stage with the modules that only it may use.
STAGES = {
    "ingest": (
        *(
            "formats",
            "rows",
            "pubdates",
            "webpages",
            "addresses",
            "connections",
            "politeness",
            "fetch",
            "language",
            "translation",
        ),
        *("articles", "feeds", "warcs", "mails", "pdfs", "archives"),
    ),
    "document": (),
    "reader": ("windows", "decoding"),
    "actors": ("offices", "phrases", "belonging", "namesakes", "identity", "rulings"),
    "when": (
        *("timewords", "timehomes", "timedates", "timenames", "timecounts"),
        *("timereading", "timeevents", "timeparts", "timephrases"),
    ),
    "where": ("places", "placewords", "placelinks"),
    "attribution": ("outlets", "claims", "hedges"),
    "references": (),
}


def imported(module: str) -> set[str]:
    """Modules of detente that a module imports anywhere in it."""
    tree = ast.parse((SOURCE / f"{module}.py").read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "detente":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("detente."):
            names.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("detente.")}
    return names - {"__version__"}


def test_every_module_has_its_place() -> None:
    assert {path.stem for path in SOURCE.glob("*.py")} - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_what_stands_above_it(module: str) -> None:
    above = set(ORDER[: ORDER.index(module)])
    assert imported(module) <= above, f"{module} imports {imported(module) - above}, which stand below it"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_no_other_stage(stage: str) -> None:
    own = {stage, *STAGES[stage]}
    others = {name for other, parts in STAGES.items() if other != stage for name in (other, *parts)}
    for module in own:
        assert not imported(module) & others
