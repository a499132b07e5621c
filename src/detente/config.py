"""Settings: one frozen record, read from `detente.toml`; an unknown key is an error that lists the known ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from detente.errors import ConfigError

_LOOPBACK = re.compile(r"http://(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/]|$)")


def _check_endpoint(table: str, endpoint: str, key_env: str) -> None:
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise ConfigError(f"{table}.endpoint is {endpoint!r}; it must begin with http:// or https://.")
    if key_env and endpoint.startswith("http://") and not _LOOPBACK.match(endpoint):
        raise ConfigError(f"{table}.key_env would send a key unencrypted; use an endpoint with https://.")


class Translate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who turns articles in languages that are not read into English (`translation`); nobody unless one is named.

    `command`    a program and its arguments, in which {from} and {to} become language codes; it reads lines from its
                 standard input and writes as many.
    `endpoint`   the address of a LibreTranslate server instead. The sentences of articles are sent to it.
    `key_env`    the variable of the environment that holds the key that it asks for; "" for none.
    `languages`  the languages that it is given (ISO 639-1); none at all means every one that is not read.
    `seconds`    longest time for one article; one that takes longer is excluded as `translation`.
    """

    command: tuple[str, ...] = ()
    endpoint: str = ""
    key_env: str = ""
    languages: tuple[str, ...] = ()
    seconds: float = 300.0

    def __post_init__(self) -> None:
        if self.command and self.endpoint:
            raise ConfigError("translate has both a command and an endpoint; name one of them.")
        if self.languages and not (self.command or self.endpoint):
            raise ConfigError("translate has languages, and neither a command nor an endpoint; name one of them.")
        _check_endpoint("translate", self.endpoint, self.key_env)
        if not 0.0 < self.seconds < float("inf"):
            raise ConfigError(f"translate.seconds is {self.seconds}; it must be a number of seconds over 0.")


class Writer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may rephrase a brief (`rewriting`); nobody unless one is named.

    `endpoint`   the address of a server for chat completions, up to its version ("http://127.0.0.1:8080/v1"). The
                 sentences of the brief are sent to it.
    `model`      the model's name there.
    `key_env`    the variable of the environment that holds its key; "" for none.
    `seconds`    longest time for one sentence.
    """

    endpoint: str = ""
    model: str = ""
    key_env: str = ""
    seconds: float = 30.0

    def __post_init__(self) -> None:
        _check_endpoint("writer", self.endpoint, self.key_env)
        if bool(self.endpoint) != bool(self.model):
            raise ConfigError("writer needs both an endpoint and a model; name both or none.")
        if not 0.0 < self.seconds < float("inf"):
            raise ConfigError(f"writer.seconds is {self.seconds}; it must be a number of seconds over 0.")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How articles are coded.

    `min_confidence`  drop events read with less than this probability (0..1). None takes the model's own
                      threshold, which is set where precision and recall balance on the development set.
    `max_bytes`       largest single input that is read; a larger one is excluded as `too-large`.
    `batch_windows`   text windows read by the model at once; more take more memory and are seldom faster.
    `threads`         threads of the model in each process; 0 leaves it to the machine.
    `languages`       languages that are read (ISO 639-1); an article that is surely in none of them is excluded as
                      `language:` and its own. None at all means that every article is read.
    `fetch_seconds`   longest time for one answer from the web, its redirects not counted.
    `fetch_tries`     how often a server in passing trouble is asked.
    `fetch_delay`     seconds between two requests to one host; a robots.txt that asks for more is obeyed.
    `fetch_wait`      longest wait for a host's turn; one that wants more quiet is left out as `wait`.
    `fetch_ports`     ports that may be asked.
    `fetch_contact`   an address or a page where those who are asked can reach you; servers are told.
    `actors`          files of your own actors (`ownactors`), a later one overruling an earlier one; in a settings
                      file, paths are from that file's folder.
    `translate`       who translates articles in other languages; the settings of `Translate`.
    `writer`          who may rephrase a brief; the settings of `Writer`.
    """

    min_confidence: float | None = None
    max_bytes: int = 64 * 1024 * 1024
    batch_windows: int = 8
    threads: int = 0
    languages: tuple[str, ...] = ("en",)
    fetch_seconds: float = 30.0
    fetch_tries: int = 3
    fetch_delay: float = 1.0
    fetch_wait: float = 60.0
    fetch_ports: tuple[int, ...] = (80, 443)
    fetch_contact: str = ""
    actors: tuple[str, ...] = ()
    translate: Translate = Translate()
    writer: Writer = Writer()

    def __post_init__(self) -> None:
        if self.min_confidence is not None and not 0.0 <= self.min_confidence <= 1.0:
            raise ConfigError(f"min_confidence is {self.min_confidence}; it must lie between 0 and 1.")
        for name in ("max_bytes", "batch_windows", "fetch_tries"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be at least 1.")
        if self.threads < 0:
            raise ConfigError(f"threads is {self.threads}; it must be 0 (the machine decides) or more.")
        for name in ("fetch_seconds", "fetch_delay", "fetch_wait"):
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be a number of seconds, 0 or more.")
        if not self.fetch_contact.isprintable() or not self.fetch_contact.isascii():
            raise ConfigError(f"fetch_contact is {self.fetch_contact!r}; it must be printable ASCII, as headers are.")


def read_config(path: Path) -> Config:
    """The settings in a TOML file.

    Raises ConfigError for a file that is not TOML, for an unknown key, and for a value that is not allowed.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Cannot read settings from {path}: {error}") from error
    known = Config.__struct_fields__
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ConfigError(f"{path}: unknown setting {', '.join(unknown)}. Known: {', '.join(known)}.")
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error
    return msgspec.structs.replace(config, actors=tuple(str(path.parent / file) for file in config.actors))
