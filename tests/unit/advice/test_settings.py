"""Settings of the preset: defaults, a file, flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.advice.settings import AdviceSettings, read_settings
from rl4real_data.core.errors import UsageError


def write(folder: Path, text: str) -> Path:
    (folder / "advice.toml").write_text(text, encoding="utf-8")
    return folder / "advice.toml"


def test_flags_go_before_the_file_and_that_before_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, "epochs = 5\nothers = 0\nlearning_rate = 0.01\n")

    assert read_settings(None, {}) == AdviceSettings()
    assert read_settings(path, {"epochs": 7}) == AdviceSettings(epochs=7, others=0, learning_rate=0.01)
    assert read_settings(path, {}).learning().learning_rate == 0.01


def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, 'epochs = "many"\nwidht = 3\n')

    with pytest.raises(UsageError, match=r"(?s)epochs.*widht.*width|widht.*width.*epochs"):
        read_settings(path, {})


@pytest.mark.parametrize("key", ["networks", "epochs", "parts", "batch", "width", "rounds"])
def test_none_of_what_is_needed_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError, match=key):
        read_settings(write(tmp_path, f"{key} = 0\n"), {})


@pytest.mark.parametrize("text", ["epochs = ", "[" * 9000])
def test_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="is no TOML file of settings"):
        read_settings(write(tmp_path, text), {})


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_settings(tmp_path / "none.toml", {})
