"""Settings: one frozen record, read from `detente.toml`; an unknown key is an error that lists the known ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from detente.errors import ConfigError


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How articles are coded.

    `min_confidence`  drop events read with less than this probability (0..1). None takes the model's own
                      threshold, which is set where precision and recall balance on the development set.
    `max_bytes`       largest single input that is read; a larger one is excluded as `too-large`.
    `batch_windows`   text windows read by the model at once; more take more memory and are seldom faster.
    `threads`         threads of the model in each process; 0 leaves it to the machine.
    `actors`          files of your own actors (`ownactors`), a later one overruling an earlier one; in a settings
                      file, paths are from that file's folder.
    """

    min_confidence: float | None = None
    max_bytes: int = 64 * 1024 * 1024
    batch_windows: int = 8
    threads: int = 0
    actors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.min_confidence is not None and not 0.0 <= self.min_confidence <= 1.0:
            raise ConfigError(f"min_confidence is {self.min_confidence}; it must lie between 0 and 1.")
        for name in ("max_bytes", "batch_windows"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be at least 1.")
        if self.threads < 0:
            raise ConfigError(f"threads is {self.threads}; it must be 0 (the machine decides) or more.")


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
