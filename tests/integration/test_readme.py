"""The blocks of the README, run from top to bottom on what its own first command makes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment

from .conftest import MOST_SECONDS, Sample

pytestmark = pytest.mark.clang

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SNIPPETS = SNIPPET.findall(README)
LINES = re.findall(r"^    (\S.*?)(?:  +#.*)?$", SNIPPET.sub("", README), re.MULTILINE)
PROGRAM = "rl4real-data "


@pytest.fixture
def folder(sample: Sample, tmp_path: Path) -> Path:
    """A working folder in which the first command of the README has run, and a project of the user's."""
    shutil.copytree(sample("x86", "train"), tmp_path / "data/x86-mlra")
    (tmp_path / "preprocessing").symlink_to(ROOT / "preprocessing")
    (tmp_path / "my-project/src").mkdir(parents=True)
    (tmp_path / "my-project/src/a.c").write_text("int f(int x) { return x * 3; }\n")
    return tmp_path


def in_shell(line: str, folder: Path) -> str:
    """What the command prints to stdout, of a user whose home the folder is."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    cache = str(load_environment().cache_dir)
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder), "RL4REAL_DATA_CACHE": cache},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


def test_every_line_is_a_command_or_names_a_file_of_a_dataset(folder: Path) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    others = [line.split()[0] for line in LINES if not line.startswith(PROGRAM)]

    assert "make" in others
    assert [line for line in LINES if line.startswith("make ") and line.split()[1] not in targets] == []
    missing = [name for name in others if name != "make" and not (folder / "data/x86-mlra" / name).exists()]
    assert missing == []


@pytest.mark.usefixtures("corpora")
def test_every_command_runs(folder: Path) -> None:
    """The one that compiles for minutes says what it would do."""
    commands = [line for line in LINES if line.startswith(PROGRAM)]
    told = {line: in_shell(f"{line} --dry-run" if "demo" in line else line, folder) for line in commands}

    assert len(commands) >= 4
    assert ["src/a.c" in told[line] for line in commands if "demo" in line] == [True]


def test_every_snippet_runs(folder: Path) -> None:
    """The episode that is replayed has spills: what the expert did costs something."""
    program = "".join(SNIPPETS) + 'assert info["cost"] == info["expert_cost"] > 0\n'
    (folder / "snippets.py").write_text(program)

    assert len(SNIPPETS) >= 3
    assert in_shell("python snippets.py", folder).split()
