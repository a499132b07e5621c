"""What is to be watched: `feeds.toml`, read into frozen records; what is not allowed is an error that lists what is.

every = "15m"

[[feed]]
url = "https://news.example/world.xml"

[[folder]]
path = "inbox"

[[alert]]
name = "sanctions"
event = ["SANCTION"]
status = ["actual"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import msgspec

from detente.addresses import check_url
from detente.codebook import STATUSES, event_type
from detente.errors import ConfigError, DetenteError

Kind = Literal["event", "level", "overdue", "contradiction"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What an alert may be about: an act, a change of a level, a pledge past its day, reports that contradict."""

PLACES = ("name", "text", "id")
"""What may stand in braces in a command's arguments."""

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_TIME = re.compile(r"(\d{1,6})([smhd])")
_NAME = re.compile(r"[A-Za-z0-9][^\x00-\x1f\x7f]{0,79}")
_CODE = re.compile(r"[A-Z]{3}")


class FeedSettings(msgspec.Struct, frozen=True):
    """A feed or a sitemap.

    `every`      seconds between two looks at it, give or take a tenth.
    `publisher`  who publishes it, whatever its articles say.
    `full_text`  whether the links of entries that do not hold the whole article are followed.
    `reach`      seconds back from which dated entries are taken; None is all that a feed has, and a week in a sitemap,
                 of whose undated entries those are taken that were not there at the first look.
    """

    url: str
    every: float
    publisher: str | None = None
    full_text: bool = True
    reach: float | None = None


class FolderSettings(msgspec.Struct, frozen=True):
    """A folder whose new and changed files are read; `publisher` is the name for articles that tell none themselves."""

    path: Path
    every: float
    publisher: str | None = None


class AlertSettings(msgspec.Struct, frozen=True):
    """What is to be told, and where.

    `on` is of KINDS. For `event`, an act has to be between `dyad` (from the first to the second, if `directed`), of a
    type in `event`, of a status in `status`, with `min_confidence` and `min_sources`; what is not given is not asked.
    For `level`, the level of the two has to differ by `min_change` from that of `over` months before; `overdue` and
    `contradiction` are about the pledges between the two and the reports on them.
    `stdout` writes a line, `file` gets a line of JSON, `webhook` a POST of JSON, `command` is run with it.
    """

    name: str
    on: Kind = "event"
    dyad: tuple[str, str] | None = None
    directed: bool = False
    event: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    min_confidence: float = 0.0
    min_sources: int = 1
    min_change: float = 1.0
    over: int = 3
    stdout: bool = True
    file: Path | None = None
    webhook: str | None = None
    allow_private: bool = False
    command: tuple[str, ...] = ()


class Watch(msgspec.Struct, frozen=True):
    """All that is watched. `retry` is the seconds before the second try of what failed, twice as long before each
    further one; after `tries` an entry is given up, a feed never. `workers` are the threads that ask."""

    feeds: tuple[FeedSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    alerts: tuple[AlertSettings, ...] = ()
    retry: float = 300.0
    tries: int = 6
    workers: int = 8


class _General(msgspec.Struct, frozen=True):
    """The settings at the head of the file, as they are written."""

    every: str = "15m"
    retry: str = "5m"
    tries: int = 6
    workers: int = 8


class _Feed(msgspec.Struct, frozen=True):
    """A `[[feed]]` as it is written."""

    url: str
    every: str | None = None
    publisher: str | None = None
    full_text: bool = True
    reach: str | None = None


class _Folder(msgspec.Struct, frozen=True):
    """A `[[folder]]` as it is written."""

    path: str
    every: str | None = None
    publisher: str | None = None


class _Alert(msgspec.Struct, frozen=True):
    """An `[[alert]]` as it is written."""

    name: str
    on: str = "event"
    dyad: tuple[str, str] | None = None
    directed: bool = False
    event: tuple[str, ...] | str = ()
    status: tuple[str, ...] | str = ()
    min_confidence: float = 0.0
    min_sources: int = 1
    min_change: float = 1.0
    over: int = 3
    stdout: bool | None = None
    file: str | None = None
    webhook: str | None = None
    allow_private: bool = False
    command: tuple[str, ...] = ()


_T = TypeVar("_T", bound=msgspec.Struct)
_TABLES: dict[str, type[msgspec.Struct]] = {"feed": _Feed, "folder": _Folder, "alert": _Alert}
_ONLY: dict[str, tuple[str, ...]] = {
    "directed": ("event",), "event": ("event",), "status": ("event",), "min_confidence": ("event",),
    "min_sources": ("event",), "min_change": ("level",), "over": ("level",),
}  # fmt: skip


def read_watchfile(path: Path) -> Watch:
    """The settings in a TOML file; paths in it are from its folder.

    Raises ConfigError for a file that is not TOML, an unknown key, a value that is not allowed and what comes twice.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Cannot read what to watch from {path}: {error}") from error
    general = {key: value for key, value in table.items() if key not in _TABLES}
    head = _convert(general, _General, f"{path}", more=tuple(f"[[{name}]]" for name in _TABLES))
    every = seconds(head.every, f"{path}: every")
    feeds, folders, alerts = [], [], []
    for where, row in _rows(table, "feed", path):
        feeds.append(_feed(_convert(row, _Feed, where), every, where))
    for where, row in _rows(table, "folder", path):
        folder = _convert(row, _Folder, where)
        folders.append(
            FolderSettings((path.parent / folder.path).absolute(), _every(folder.every, every, where), folder.publisher)
        )
    for where, row in _rows(table, "alert", path):
        alerts.append(_alert(_convert(row, _Alert, where), row, path, where))
    _check_once("url", [feed.url for feed in feeds], path)
    _check_once("path", [str(folder.path) for folder in folders], path)
    _check_once("name", [alert.name for alert in alerts], path)
    for name, value, most in (("tries", head.tries, 100), ("workers", head.workers, 64)):
        if not 1 <= value <= most:
            raise ConfigError(f"{path}: {name} is {value}; it must lie between 1 and {most}.")
    retry = seconds(head.retry, f"{path}: retry")
    return Watch(tuple(feeds), tuple(folders), tuple(alerts), retry, head.tries, head.workers)


def watch_of(
    sources: Sequence[str], *, every: str = "15m", publisher: str | None = None, full_text: bool = True
) -> Watch:
    """What the words of a command line name: one file of settings, addresses of feeds, and folders.

    The other settings are for the addresses and folders. Raises ConfigError as `read_watchfile` does, and for what is
    neither an address nor a folder.
    """
    files = [Path(source) for source in sources if source.endswith(".toml") and "://" not in source]
    if len(files) > 1:
        raise ConfigError(f"{' and '.join(map(str, files))} are two files of settings; give one.")
    watch = read_watchfile(files[0]) if files else Watch()
    often = seconds(every, "--every")
    feeds, folders = list(watch.feeds), list(watch.folders)
    for source in sources:
        if "://" in source:
            feeds.append(_feed(_Feed(source, every, publisher, full_text), often, source))
        elif Path(source) not in files:
            folders.append(FolderSettings(Path(source).absolute(), often, publisher))
    for folder in folders:
        if not folder.path.is_dir():
            raise ConfigError(f"There is no folder {folder.path}. What is watched is a .toml file, a folder or a URL.")
    if not feeds and not folders:
        raise ConfigError(f"{files[0] if files else 'The command'} names nothing to watch: no [[feed]], no [[folder]].")
    _check_once("url", [feed.url for feed in feeds], "What is watched")
    return msgspec.structs.replace(watch, feeds=tuple(feeds), folders=tuple(folders))


def seconds(text: str, where: str) -> float:
    """A time as it is written in settings.

    >>> seconds("15m", "every")
    900.0
    """
    found = _TIME.fullmatch(text.strip())
    value = int(found[1]) * UNITS[found[2]] if found else 0.0
    if not 1.0 <= value <= 366 * UNITS["d"]:
        raise ConfigError(f'{where} is {text!r}; write a time as "90s", "15m", "2h" or "1d", from 1s to 366d.')
    return value


# -- from tables to records


def _rows(table: Mapping[str, Any], name: str, path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    rows = table.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{path}: {name} is no list of tables; write each as [[{name}]], with two brackets.")
    return [(f"{path}: [[{name}]] {number}", row) for number, row in enumerate(rows, 1)]


def _convert(row: Mapping[str, Any], kind: type[_T], where: str, more: tuple[str, ...] = ()) -> _T:
    known = kind.__struct_fields__
    unknown = sorted(set(row) - set(known))
    if unknown:
        raise ConfigError(f"{where}: unknown {', '.join(unknown)}. Known: {', '.join((*known, *more))}.")
    try:
        return msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}. Known: {', '.join(known)}.") from error


def _every(text: str | None, usual: float, where: str) -> float:
    return usual if text is None else seconds(text, f"{where}: every")


def _feed(feed: _Feed, usual: float, where: str) -> FeedSettings:
    try:
        check_url(feed.url, ports=range(1, 65_536))
    except DetenteError as error:
        raise ConfigError(f"{where}: url: {error}") from error
    reach = None if feed.reach is None else seconds(feed.reach, f"{where}: reach")
    return FeedSettings(feed.url, _every(feed.every, usual, where), feed.publisher, feed.full_text, reach)


def _alert(alert: _Alert, row: Mapping[str, Any], path: Path, where: str) -> AlertSettings:
    events, statuses = (((x,) if isinstance(x, str) else x) for x in (alert.event, alert.status))
    _check_alert(alert, row, events, statuses, where)
    return AlertSettings(
        name=alert.name,
        on=next(kind for kind in KINDS if kind == alert.on),
        dyad=alert.dyad,
        directed=alert.directed,
        event=events,
        status=statuses,
        min_confidence=alert.min_confidence,
        min_sources=alert.min_sources,
        min_change=alert.min_change,
        over=alert.over,
        stdout=alert.stdout if alert.stdout is not None else not (alert.file or alert.webhook or alert.command),
        file=path.parent / alert.file if alert.file else None,
        webhook=alert.webhook,
        allow_private=alert.allow_private,
        command=alert.command,
    )


def _check_alert(
    alert: _Alert, row: Mapping[str, Any], events: Sequence[str], statuses: Sequence[str], where: str
) -> None:
    if not _NAME.fullmatch(alert.name):
        raise ConfigError(
            f"{where}: name is {alert.name!r}; it begins with a letter or digit, has 80 characters at most."
        )
    if alert.on not in KINDS:
        raise ConfigError(f"{where}: on is {alert.on!r}. Known: {', '.join(KINDS)}.")
    for key in row:
        if alert.on not in _ONLY.get(key, KINDS):
            raise ConfigError(f'{where}: {key} is for on = "{_ONLY[key][0]}" only; this alert is on {alert.on!r}.')
    if alert.dyad is None and alert.on != "event":
        raise ConfigError(f'{where}: on = "{alert.on}" needs a dyad, for instance dyad = ["JPN", "KOR"].')
    for code in alert.dyad or ():
        if not _CODE.fullmatch(code):
            raise ConfigError(f"{where}: dyad holds {code!r}; write two codes of three capital letters, as in JPN.")
    try:
        for label in events:
            event_type(label)
    except DetenteError as error:
        raise ConfigError(f"{where}: event: {error}") from error
    for status in statuses:
        if status not in STATUSES:
            raise ConfigError(f"{where}: status holds {status!r}. Known: {', '.join(STATUSES)}.")
    bounds = (("min_confidence", 0.0, 1.0), ("min_sources", 1, 1000), ("min_change", 0.01, 20.0), ("over", 1, 120))
    for name, least, most in bounds:
        if not least <= getattr(alert, name) <= most:
            raise ConfigError(f"{where}: {name} is {getattr(alert, name)}; it must lie between {least} and {most}.")
    _check_deliveries(alert, where)


def _check_deliveries(alert: _Alert, where: str) -> None:
    if alert.webhook is not None:
        try:
            check_url(alert.webhook, ports=range(1, 65_536), local=alert.allow_private)
        except DetenteError as error:
            raise ConfigError(f"{where}: webhook: {error} Private ones need allow_private = true.") from error
    elif alert.allow_private:
        raise ConfigError(f"{where}: allow_private is for a webhook, and there is none.")
    for argument in alert.command:
        for place in re.findall(r"\{(\w*)\}", argument):
            if place not in PLACES:
                raise ConfigError(
                    f"{where}: command holds {{{place}}}. Known: {', '.join(f'{{{p}}}' for p in PLACES)}."
                )


def _check_once(key: str, values: Sequence[str], where: object) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ConfigError(f"{where}: {key} {', '.join(twice)} stands there twice.")
