"""The files beside the code that others build on: licence, citation, changes, metadata, and whether they agree."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from rl4real_data import __version__
from rl4real_data.core.shipped_files import advice_model
from rl4real_data.core.targets import TargetName
from rl4real_data.live.model_file import model_metadata
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS

REPOSITORY = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
PAPER = "10.1145/3578360.3580273"


def test_the_version_stands_in_one_place() -> None:
    hatch = PROJECT["tool"]["hatch"]["version"]
    text = (REPOSITORY / hatch["path"]).read_text(encoding="utf-8")

    assert "version" not in PROJECT["project"]
    assert re.findall(hatch["pattern"], text) == [__version__]
    assert re.findall(r"^## \[([\d.]+)\]", CHANGELOG, re.MULTILINE)[0] == __version__


@pytest.mark.parametrize("target", list(TargetName))
def test_the_advice_models_say_what_they_are(target: TargetName) -> None:
    path = advice_model(target)
    told = model_metadata(path)

    assert path.stat().st_size < 2 << 20
    assert (told["mlra.kind"], told["mlra.target"]) == ("advice", target)
    assert int(told["mlra.llvm"]) in SUPPORTED_MAJORS
    assert told["mlra.command"].startswith(f"rl4real-data train {target} --preset advice")
    assert json.loads(told["mlra.held_out"])["edited_worse"] < 0.05


def test_citation() -> None:
    """What the Citation File Format 1.2 requires, and what ours must say."""
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    (paper,) = citation["references"]

    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == __version__
    assert citation["authors"] == PROJECT["project"]["authors"]
    assert {"type", "title", "authors"} <= set(paper)
    assert paper["doi"] == PAPER


def test_licence_is_the_one_that_is_declared() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")

    assert PROJECT["project"]["license"] == "Apache-2.0 WITH LLVM-exception"
    assert PROJECT["project"]["license-files"] == ["LICENSE"]
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "LLVM Exceptions to the Apache 2.0 License" in text


def moved() -> list[tuple[str, str]]:
    """(old, new) of each row of 0.2.0's table."""
    section = CHANGELOG.partition("## [0.2.0]")[2].partition("\n## ")[0]
    return re.findall(r"\| `(rl4real_data[\w.]+)` \| `(rl4real_data[\w.]+)` \|", section)


def exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is gone
        return False


@pytest.mark.parametrize(("old", "new"), moved())
def test_old_import_paths_are_gone(old: str, new: str) -> None:
    assert not exists(old)
    assert exists(new)


def test_moves_are_told() -> None:
    assert len(moved()) > 30


def test_contributing_names_files_that_exist() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:rl4real_data|preprocessing|corpus_manifests|tests|docs)/[\w./-]*)`", text)

    assert len(paths) > 20
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []
