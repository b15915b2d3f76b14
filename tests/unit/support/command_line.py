"""The program as a user starts it, but in this process: what it says and how it ends."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rl4real_data.commands.main import main
from rl4real_data.core.environment import OWN_KEYS, RL4REAL_KEYS


@dataclass(frozen=True, slots=True)
class Said:
    """The exit code of a command, and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands in a folder; of our keys the environment has only those that a test sets after making this."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for key in (*RL4REAL_KEYS, *OWN_KEYS):
            monkeypatch.delenv(key, raising=False)
        monkeypatch.chdir(folder)

    def __call__(self, *words: str | Path) -> Said:
        self._monkeypatch.setattr(sys, "argv", ["rl4real-data", *map(str, words)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit, match=r"^\d+$") as done:
            main()
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err, said.err
        return Said(int(str(done.value)), said.out, said.err)
