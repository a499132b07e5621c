"""The vocabulary: PLOVER event types, modes, contexts, sectors, quad codes and scales, and the CAMEO crosswalk.

Definitions follow the PLOVER manual of 2024 (Open Event Data Alliance), with our choices where it contradicts
itself; each row of `data/codebook/*.csv` names its source. The tables are read once, on first use.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files

import msgspec

from detente.errors import CodebookError

SCALE_VERSION = "plover-2024"
STATUSES = ("actual", "background", "planned", "possible", "denied")
HAPPENED = frozenset({"actual", "background"})  # statuses of what was done, as news or as history
PLEDGING = ("AGREE", "CONCEDE", "THREATEN")  # types that announce an act (our codebook, section 5)
QUAD_NAMES = {
    1: "verbal cooperation",
    2: "material cooperation",
    3: "verbal conflict",
    4: "material conflict",
}


class EventType(msgspec.Struct, frozen=True):
    """One of the sixteen PLOVER types. `quad` is 1..4 as in QUAD_NAMES; `scale` runs from -10 to +10."""

    name: str
    quad: int
    scale: float
    modes: tuple[str, ...]
    definition: str


class CameoCode(msgspec.Struct, frozen=True):
    """A CAMEO code (a string: "010" is not 10) with its Goldstein weight and its PLOVER reading.

    `event` is None where PLOVER has no type for it; `lossy` says that the mapping drops a distinction, `note` which.
    """

    code: str
    name: str
    goldstein: float | None
    event: str | None
    mode: str | None
    context: tuple[str, ...]
    lossy: bool
    note: str


def read_table(folder: str, name: str) -> list[dict[str, str]]:
    """The rows of a packaged reference table, `data/{folder}/{name}.csv`, as strings by column."""
    resource = files("detente").joinpath("data", folder, f"{name}.csv")
    return list(csv.DictReader(io.StringIO(resource.read_text(encoding="utf-8"), newline="")))


@cache
def event_types() -> dict[str, EventType]:
    """The sixteen types by name, in the codebook's order."""
    modes: dict[str, list[str]] = {}
    for row in read_table("codebook", "modes"):
        modes.setdefault(row["event"], []).append(row["mode"])
    return {
        row["event"]: EventType(
            name=row["event"],
            quad=int(row["quad"]),
            scale=float(row["scale"]),
            modes=tuple(modes.get(row["event"], ())),
            definition=row["definition"],
        )
        for row in read_table("codebook", "types")
    }


@cache
def contexts() -> tuple[str, ...]:
    """The 37 context labels, in the codebook's order."""
    return tuple(row["context"] for row in read_table("codebook", "contexts"))


@cache
def sectors() -> dict[str, str]:
    """Sector codes of actors, each with what it covers, in order of preference."""
    return {row["sector"]: row["definition"] for row in read_table("codebook", "sectors")}


@cache
def _mode_scales() -> dict[tuple[str, str], float]:
    return {(row["event"], row["mode"]): float(row["scale"]) for row in read_table("codebook", "modes")}


def event_type(name: str) -> EventType:
    """The type of that name.

    >>> event_type("SANCTION").quad
    4

    Raises CodebookError, with the known names, where there is none.
    """
    types = event_types()
    if name not in types:
        raise CodebookError(f"{name!r} is not a PLOVER event type. Known: {', '.join(types)}.")
    return types[name]


def scale_of(event: str, mode: str | None = None) -> float:
    """The PLOVER-2024 score, -10 (conflict) to +10 (cooperation), of a type or of one of its modes.

    >>> scale_of("CONSULT"), scale_of("CONSULT", "visit")
    (2.5, 4.0)

    Raises CodebookError for a type or mode that does not exist.
    """
    kind = event_type(event)
    if mode is None:
        return kind.scale
    if mode not in kind.modes:
        raise CodebookError(f"{mode!r} is not a mode of {event}. Known: {', '.join(kind.modes) or 'none'}.")
    return _mode_scales()[event, mode]


@cache
def cameo_codes() -> dict[str, CameoCode]:
    """CAMEO codes with Goldstein weight and crosswalk, by code."""
    return {
        row["code"]: CameoCode(
            code=row["code"],
            name=row["name"],
            goldstein=float(row["goldstein"]) if row["goldstein"] else None,
            event=row["event"] or None,
            mode=row["mode"] or None,
            context=tuple(row["context"].split()),
            lossy=row["lossy"] == "yes",
            note=row["note"],
        )
        for row in read_table("codebook", "cameo")
    }


@cache
def goldstein_of(event: str, mode: str | None = None) -> float:
    """The Goldstein weight of a type and mode, -10 to +10, by way of CAMEO.

    It is the mean over the CAMEO codes that the crosswalk reads as this type and mode or, where no code has the mode,
    over the type's codes. Raises CodebookError for a type that does not exist.

    >>> goldstein_of("CONSULT", "visit") > 0 > goldstein_of("ASSAULT")
    True
    """
    event_type(event)
    codes = [code for code in cameo_codes().values() if code.event == event and code.goldstein is not None]
    exact = [code for code in codes if code.mode == mode]
    weights = [code.goldstein for code in exact or codes if code.goldstein is not None]
    return sum(weights) / len(weights) if weights else 0.0
