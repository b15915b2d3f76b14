"""Where pip and npm say that they fetch packages from."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.sources import clients
from rl4real_data.corpus.sources.clients import npm_registry, python_index

HELP = """
Package Index Options:
  -i, --index-url <url>       Base URL of the Python Package Index (default
                              {index}). This should point to a
                              repository compliant with PEP 503.
  --extra-index-url <url>     Extra URLs (default http://extra.example.invalid/).
"""


def install(folder: Path, name: str, text: str) -> str:
    """A program that says `text`; the folder as a search path."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(text)
    (folder / name).write_text('#!/bin/sh\necho "$@" >"$0.words"\n/bin/cat "$0.txt"\n')
    (folder / name).chmod(0o755)
    return str(folder)


@pytest.fixture(autouse=True)
def _no_pip_beside_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(clients.sys, "executable", str(python))  # type: ignore[attr-defined]


def test_index_of_pip(tmp_path: Path) -> None:
    search_path = install(tmp_path / "bin", "pip", HELP.format(index="https://index.example.invalid/simple"))
    assert python_index(search_path) == "https://index.example.invalid/simple"
    assert (tmp_path / "bin/pip.words").read_text() == "download --help\n"


def test_pip_of_this_python_comes_first(tmp_path: Path) -> None:
    path = install(tmp_path / "bin", "pip", HELP.format(index="https://other.example.invalid/simple"))
    install(tmp_path, "python", HELP.format(index="https://own.example.invalid/simple"))
    assert python_index(path) == "https://own.example.invalid/simple"


@pytest.mark.parametrize("index", ["", "nothing", "https://me:****@index.example.invalid/simple"])
def test_pip_that_names_no_usable_index(tmp_path: Path, index: str) -> None:
    """pip hides a password; an address without it would be refused."""
    with pytest.raises(SourceError, match="no Python package index is known") as raised:
        python_index(install(tmp_path / "bin", "pip", HELP.format(index=index)))
    assert "RL4REAL_DATA_PYPI" in raised.value.hint


def test_registry_of_npm(tmp_path: Path) -> None:
    search_path = install(tmp_path / "bin", "npm", "https://npm.example.invalid/\n")
    assert npm_registry(search_path) == "https://npm.example.invalid/"
    assert (tmp_path / "bin/npm.words").read_text() == "config get registry\n"


def test_no_npm(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no npm on the PATH"):
        npm_registry(str(tmp_path))
    with pytest.raises(SourceError, match="npm does not name one"):
        npm_registry(install(tmp_path / "bin", "npm", "undefined\n"))
