"""The dyads that a user follows, in a small file beside the ledger, and how each stands at a glance.

The file `watchlist.toml` has one table for each dyad and may be edited by hand; comments and the order stay when a
dyad is added or removed here:

    [[dyad]]
    pair = ["JPN", "KOR"]
    note = "export curbs"
    added = 2023-03-17
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from detente.dyads import dyad_series, side_of
from detente.errors import CodebookError, ConfigError
from detente.judgements import judgements
from detente.ledger import Ledger
from detente.memory import linked_events
from detente.records import LinkedEvent
from detente.relations import levels_of
from detente.threads import pledges

FILE = "watchlist.toml"
WEEKS = 8  # the change of a level is told over so many weeks (ours)
HEAD = "# Dyads that are followed; `detente watchlist` tells how each stands.\n"
LONGEST_NOTE = 500  # characters
_TABLE = re.compile(r"^\[\[dyad\]\][ \t]*(?:#.*)?$", re.MULTILINE)


class Watched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dyad that is followed: two codes of states, in the order given, why, and since when."""

    pair: tuple[str, str]
    note: str = ""
    added: date | None = None


class Glance(msgspec.Struct, frozen=True):
    """How a watched dyad stands.

    `level` is that of the last week with an act (−10 to +10), None where nothing could be dated; `low80` to `high80`
    holds it with a probability of 0.8. `change` is how far it moved over the last WEEKS weeks of the ledger, which end
    with `until`, the last day of publication; None where none of the `recent` acts that happened then moves it. `acts`
    are all acts between the two; `newest` is the latest that happened, `overdue` are the ids of overdue pledges.
    """

    pair: tuple[str, str]
    note: str
    level: float | None
    low80: float | None
    high80: float | None
    change: float | None
    recent: int
    acts: int
    newest: LinkedEvent | None
    overdue: tuple[str, ...]
    until: date | None


def file_of(ledger: Path) -> Path:
    """The watchlist that lies in the folder of a ledger; it need not exist."""
    return ledger.parent / FILE


def read(ledger: Path) -> tuple[Watched, ...]:
    """The dyads that are followed, in the order of the file; none where there is no file.

    Raises ConfigError for a file that cannot be read, for an unknown key, and for what is no pair of states.
    """
    return _parse(_text(file_of(ledger)), file_of(ledger))


def add(ledger: Path, first: str, second: str, *, note: str = "", on: date | None = None) -> Watched:
    """Follow a dyad from `on` (today) on; one that is followed already keeps its day and gets the note, if any.

    Raises CodebookError for what is no code of a state, ConfigError for a note that is too long, and for a file that
    cannot be read or written.
    """
    pair = _pair((first, second))
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise ConfigError(f"The note has {len(note)} characters; a watchlist takes {LONGEST_NOTE}. Shorten it.")
    file = file_of(ledger)
    text = _text(file)
    known = _parse(text, file)
    before = next((each for each in known if set(each.pair) == set(pair)), None)
    if before is not None and note in ("", before.note):
        return before
    new = Watched(before.pair if before else pair, note, before.added if before else on or date.today())
    rest = text if before is None else _without(text, known.index(before))
    _write(file, f"{rest.rstrip()}\n\n{_table(new)}" if rest.strip() else HEAD + "\n" + _table(new))
    return new


def remove(ledger: Path, first: str, second: str) -> bool:
    """Follow a dyad no longer; False where it was not followed.

    Raises CodebookError for what is no code of a state, ConfigError for a file that cannot be read or written.
    """
    pair = _pair((first, second))
    file = file_of(ledger)
    text = _text(file)
    places = [place for place, each in enumerate(_parse(text, file)) if set(each.pair) == set(pair)]
    for place in places:
        _write(file, _without(text, place))
    return bool(places)


def glance(ledger: Ledger, watched: Watched) -> Glance:
    """How a dyad stands, by weeks, by all that the ledger holds."""
    linked = linked_events(ledger, dyad=watched.pair)
    [last] = ledger.row("SELECT MAX(day) FROM told") or (None,)
    until = date.fromisoformat(last) if last else None
    since = until - timedelta(weeks=WEEKS) if until else date.max
    series = dyad_series(ledger, *watched.pair, step="week")
    levels = levels_of(series) if series.periods else ()
    happened = [act for act in linked if act.event.status == "actual" and (until is None or _day(act) <= until)]
    now = levels[-1] if levels else None
    earlier = [each.level for each in levels if each.start <= since and each.level is not None]
    recent = [act for act in happened if _day(act) > since]
    moved = now is not None and now.end > since and now.level is not None and earlier
    threads = pledges(linked, judgements=judgements(ledger))
    return Glance(
        pair=watched.pair,
        note=watched.note,
        level=now.level if now else None,
        low80=now.low80 if now else None,
        high80=now.high80 if now else None,
        change=round(now.level - earlier[-1], 2) + 0.0 if moved and now and now.level is not None else None,
        recent=len(recent),
        acts=len(linked),
        newest=max(happened, key=_day, default=None),
        overdue=tuple(each.id for each in threads if each.state == "overdue"),
        until=until,
    )


def _day(act: LinkedEvent) -> date:
    return (act.event.date.start if act.event.date else act.first_seen) or date.min


# -- the file --------------------------------------------------------------------------------------------------------


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read the watchlist {file}: {error}. Repair or remove the file.") from error


def _parse(text: str, file: Path) -> tuple[Watched, ...]:
    try:
        table: dict[str, Any] = tomllib.loads(text)
        unknown = sorted(set(table) - {"dyad"})
        if unknown:
            raise ConfigError(f"{file}: unknown key {', '.join(unknown)}. Known: dyad.")
        found = msgspec.convert(table.get("dyad", []), tuple[Watched, ...])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{file}: {error}. Each [[dyad]] has pair, note, added; correct it by hand.") from error
    try:
        return tuple(msgspec.structs.replace(each, pair=_pair(each.pair)) for each in found)
    except CodebookError as error:
        raise ConfigError(f"{file}: {error}") from error


def _pair(codes: tuple[str, str]) -> tuple[str, str]:
    """Two codes of states. Raises CodebookError for anything else."""
    sides = side_of(codes[0]), side_of(codes[1])
    for side in sides:
        if len(side.codes) != 1 or side.sectors:
            raise CodebookError(f"{str(side)!r} is not one state; a watchlist has two states, such as JPN and KOR.")
    if sides[0] == sides[1]:
        raise CodebookError(f"{sides[0]} and {sides[1]} are one state; a watchlist has two, such as JPN and KOR.")
    return sides[0].codes[0], sides[1].codes[0]


def _table(watched: Watched) -> str:
    lines = ["[[dyad]]", f'pair = ["{watched.pair[0]}", "{watched.pair[1]}"]']
    if watched.note:  # a JSON string without characters beyond the basic plane escaped is a TOML string
        lines.append(f"note = {json.dumps(watched.note, ensure_ascii=False)}".replace("\x7f", "\\u007f"))
    if watched.added:
        lines.append(f"added = {watched.added}")
    return "\n".join(lines) + "\n"


def _without(text: str, place: int) -> str:
    """The text without the table at that place; all other lines stay, the comments in front of other tables too."""
    starts = [match.start() for match in _TABLE.finditer(text)]
    before = _parse(text, Path(FILE))
    left = before[:place] + before[place + 1 :]
    if len(starts) == len(before):
        end = starts[place + 1] if place + 1 < len(starts) else len(text)
        lines = text[starts[place] : end].splitlines(keepends=True)
        while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            lines.pop()  # blank lines and comments at the end stand before what follows
        made = text[: starts[place]] + text[starts[place] + len("".join(lines)) :]
        made = re.sub(r"\n{3,}", "\n\n", made)
        if _parse(made, Path(FILE)) == left:
            return made
    return HEAD + "".join("\n" + _table(each) for each in left)  # written in a form that is not taken apart by lines


def _write(file: Path, text: str) -> None:
    """Put the text in the place of the file at once: who reads it sees the old or the new one."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=f".{FILE}.", delete=False
        ) as part:
            temporary = Path(part.name)
            part.write(text)
            part.flush()
            os.fsync(part.fileno())
        temporary.chmod(0o644)
        temporary.replace(file)
    except OSError as error:
        raise ConfigError(f"Cannot write the watchlist {file}: {error.strerror}. Make its folder writable.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
