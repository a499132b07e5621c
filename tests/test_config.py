from __future__ import annotations

from pathlib import Path

import pytest

from detente.config import Config, read_config
from detente.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "detente.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_settings_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "min_confidence = 0.7\nthreads = 2\n")
    assert read_config(path) == Config(min_confidence=0.7, threads=2)


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    assert read_config(write(tmp_path, "")) == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_confidense = 0.7", "unknown setting min_confidense. Known: min_confidence, max_bytes"),
        ("min_confidence = 7.0", "min_confidence is 7.0; it must lie between 0 and 1"),
        ("threads = -1", "threads is -1; it must be 0"),
        ("batch_windows = 0", "batch_windows is 0; it must be at least 1"),
        ("threads = 'two'", "Expected `int`"),
        ("threads = ", "Cannot read settings"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(write(tmp_path, text))
    assert message in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Cannot read settings from"):
        read_config(tmp_path / "none.toml")
