"""`export --to onnx`: which checkpoint, and where to."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import CommandLine

from rl4real_data.commands import export


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Path]]:
    """From where, and to where."""
    found: list[tuple[Path, Path]] = []

    def take(checkpoint: Path, output: Path, *, split: object) -> str:
        assert split is None
        found.append((checkpoint, output))
        return ""

    monkeypatch.setattr(export, "_export_onnx", take)
    return found


def test_rl4real_s_settings_name_what_the_command_line_does_not(
    call: CommandLine, exported: list[tuple[Path, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_PATH", "run")
    monkeypatch.setenv("MODEL_DIR", "models")

    for words in ((), ("other",), ("other", "there")):
        assert call("export", *words, "--to", "onnx").code == 0
    assert exported == [
        (Path("run"), Path("models")),
        (Path("other"), Path("models")),
        (Path("other"), Path("there")),
    ]


@pytest.mark.parametrize(
    ("words", "settings", "message"),
    [
        (("--to", "onnx"), (), "DATA_DIR is missing, nor is MODEL_PATH set"),
        (("--to", "onnx"), ("MODEL_PATH",), "OUT is missing, nor is MODEL_DIR set"),
        (("--to", "onnx", "run"), (), "OUT is missing, nor is MODEL_DIR set"),
        (("--to", "rllib"), ("MODEL_PATH", "MODEL_DIR"), "DATA_DIR is missing"),
        (("--to", "rl4real", "d"), ("MODEL_PATH", "MODEL_DIR"), "OUT is missing"),
    ],
)
def test_what_nothing_names_is_a_usage_error(
    call: CommandLine,
    exported: list[tuple[Path, Path]],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    settings: tuple[str, ...],
    message: str,
) -> None:
    for key in settings:
        monkeypatch.setenv(key, "x")
    answer = call("export", *words)

    assert (answer.code, exported) == (2, [])
    assert message in answer.err
