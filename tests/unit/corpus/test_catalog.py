"""A folder of manifests and its groups: what is read, and the problems of all files at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from manifest_builder import GOOD, write_manifest

from rl4real_data.core.errors import ManifestError
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.manifest import read_groups


def test_groups_are_read(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, 'demo = ["b", "a"]\n', "groups.toml")
    assert read_groups(path, {"a": 1, "b": 2}) == {"demo": ("b", "a")}


def test_all_problems_of_groups_are_reported_at_once(tmp_path: Path) -> None:
    text = 'demo = ["zlip"]\nempty = []\nzlib = ["zlib"]\ntwice = ["zlib", "zlib"]\n'
    path = write_manifest(tmp_path, text, "groups.toml")
    with pytest.raises(ManifestError, match=r"groups\.toml") as raised:
        read_groups(path, {"zlib": 1})
    assert str(raised.value).splitlines() == [
        f"{path}: empty: is empty",
        f'{path}: demo: "zlip" is no corpus; did you mean "zlib"?',
        f"{path}: zlib: is the name of a corpus already",
        f"{path}: twice: names a corpus twice",
    ]


def test_catalog_reports_the_problems_of_all_files(tmp_path: Path) -> None:
    write_manifest(tmp_path, GOOD.replace("size = 1234", ""))
    write_manifest(tmp_path, GOOD.replace("toy", "ball").replace('split = "test"', ""), "ball.toml")
    with pytest.raises(ManifestError, match="toml") as raised:
        load_catalog(tmp_path)
    assert str(raised.value).splitlines() == [
        f"{tmp_path / 'ball.toml'}: split: is missing",
        f"{tmp_path / 'toy.toml'}: source.size: is missing",
    ]
