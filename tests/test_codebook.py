"""The vocabulary tables are complete, agree with one another, and errors name what is allowed."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from detente.codebook import (
    QUAD_NAMES,
    cameo_codes,
    contexts,
    event_type,
    event_types,
    read_table,
    scale_of,
    sectors,
)
from detente.errors import CodebookError

TABLES = ("types", "modes", "contexts", "sectors", "cameo")

MODES = {
    "CONSULT": "visit third-party multilateral phone",
    "RETREAT": "withdraw release disarm ceasefire access resign",
    "REQUEST": "assist change yield meet",
    "ACCUSE": "disapprove allege investigate",
    "REJECT": "assist change yield meet",
    "THREATEN": "restrict arrest relations expel territory violence",
    "PROTEST": "demo riot strike hunger boycott obstruct vandalize",
    "SANCTION": "convict expel withdraw discontinue",
    "MOBILIZE": "troops weapons police militia",
    "COERCE": "seize restrict censor curfew martial-law arrest deport withhold misinformation cyber",
    "ASSAULT": "abduct beat torture sexual targeted destroy primitive firearms explosives suicide-attack "
    "aerial drone heavy-weapons crowd-control unconventional",
}


def test_there_are_sixteen_types_in_the_codebooks_order() -> None:
    assert " ".join(event_types()) == (
        "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT "
        "REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT"
    )


def test_each_type_has_one_quad_code() -> None:
    assert Counter(kind.quad for kind in event_types().values()) == {1: 4, 2: 3, 3: 4, 4: 5}
    assert {kind.quad for kind in event_types().values()} == set(QUAD_NAMES)


def test_choices_of_ours_are_in_force_and_named_as_ours() -> None:
    rows = {row["event"]: row for row in read_table("codebook", "types")}
    assert scale_of("ACCUSE") == -3
    assert rows["ACCUSE"]["source"].startswith("ours")
    assert event_type("SANCTION").quad == 4
    assert "ours" in rows["SANCTION"]["source"]


@pytest.mark.parametrize("event", list(event_types()))
def test_modes_are_the_codebooks(event: str) -> None:
    assert event_type(event).modes == tuple(MODES.get(event, "").split())


def test_a_mode_without_a_printed_score_takes_its_types_and_says_so() -> None:
    (row,) = [row for row in read_table("codebook", "modes") if row["source"].startswith("ours")]
    assert (row["event"], row["mode"]) == ("PROTEST", "vandalize")
    assert scale_of("PROTEST", "vandalize") == scale_of("PROTEST") == -5


def test_scales_lie_within_ten_and_have_the_sign_of_their_quad() -> None:
    for kind in event_types().values():
        for mode in (None, *kind.modes):
            scale = scale_of(kind.name, mode)
            assert -10 <= scale <= 10
            assert scale > 0 if kind.quad <= 2 else scale <= 0.5, (kind.name, mode)


def test_contexts_are_thirty_seven_and_differ() -> None:
    assert len(contexts()) == len(set(contexts())) == 37


def test_sectors_are_in_order_of_preference() -> None:
    order = list(sectors())
    assert order.index("GOV") < order.index("MIL") < order.index("CVL") < order.index("UNK")
    assert order[-1] == "UNK"
    assert all(sectors().values())


@pytest.mark.parametrize("table", TABLES)
def test_each_row_has_a_source_and_a_definition_where_the_table_has_one(table: str) -> None:
    rows = read_table("codebook", table)
    assert all(row["source"].strip() for row in rows)
    assert all(row.get("definition", "-").strip() for row in rows)


def test_crosswalk_reads_only_known_labels() -> None:
    for code in cameo_codes().values():
        assert re.fullmatch(r"(0[1-9]|1\d|20)\d{0,2}", code.code)
        assert set(code.context) <= set(contexts()), code
        if code.event is None:
            assert code.mode is None
        else:
            assert code.mode is None or code.mode in event_type(code.event).modes, code


def test_crosswalk_leaves_only_statements_without_a_type() -> None:
    assert {code.code[:2] for code in cameo_codes().values() if code.event is None} == {"01"}
    assert not any(code.event for code in cameo_codes().values() if code.code.startswith("01"))


def test_crosswalk_is_lossy_exactly_where_it_says_why() -> None:
    assert all(code.lossy == bool(code.note) for code in cameo_codes().values())


def test_codes_that_read_alike_are_lossy() -> None:
    specific = [code for code in cameo_codes().values() if len(code.code) > 2 and code.event]
    readings = Counter((code.event, code.mode, code.context) for code in specific)
    alike = [code for code in specific if readings[code.event, code.mode, code.context] > 1]
    assert len(alike) > 100
    assert all(code.lossy for code in alike)


def test_every_code_has_a_weight_but_the_one_the_code_list_lacks() -> None:
    assert [code.code for code in cameo_codes().values() if code.goldstein is None] == ["1214"]
    assert len(cameo_codes()) == 313


@pytest.mark.parametrize(
    ("code", "event", "mode"),
    [
        ("010", None, None),
        ("020", "REQUEST", None),
        ("0234", "REQUEST", "assist"),
        ("043", "CONSULT", "visit"),
        ("055", "CONCEDE", None),
        ("057", "SUPPORT", None),
        ("0841", "RETREAT", "release"),
        ("0871", "CONCEDE", None),
        ("090", "ACCUSE", "investigate"),
        ("1056", "REQUEST", "yield"),
        ("112", "ACCUSE", "allege"),
        ("116", "SANCTION", "convict"),
        ("163", "SANCTION", "discontinue"),
        ("192", "COERCE", "seize"),
        ("195", "ASSAULT", "aerial"),
        ("2042", "ASSAULT", "unconventional"),
    ],
)
def test_crosswalk_reads_known_codes(code: str, event: str | None, mode: str | None) -> None:
    assert (cameo_codes()[code].event, cameo_codes()[code].mode) == (event, mode)


def test_codes_are_strings_with_their_leading_zero() -> None:
    assert cameo_codes()["043"].goldstein == 2.8
    assert "43" not in cameo_codes()


def test_unknown_type_lists_the_known() -> None:
    with pytest.raises(CodebookError, match=r"'ATTACK' is not a PLOVER event type\. Known: AGREE, CONSULT"):
        event_type("ATTACK")


def test_unknown_mode_lists_the_known() -> None:
    with pytest.raises(CodebookError, match=r"'handshake' is not a mode of CONSULT\. Known: visit, third-party"):
        scale_of("CONSULT", "handshake")
    with pytest.raises(CodebookError, match=r"not a mode of AID\. Known: none"):
        scale_of("AID", "visit")
