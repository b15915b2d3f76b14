"""Shell completion: what a shell is offered for corpora, vocabularies and paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rl4real_data.commands.app import app
from rl4real_data.commands.completion import complete_corpora, complete_vocabularies
from rl4real_data.core.errors import ManifestError
from rl4real_data.corpus import catalog
from rl4real_data.corpus.catalog import load_catalog


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "demos").mkdir()
    (tmp_path / "demos" / "a.c").touch()
    (tmp_path / "own.parquet").touch()
    (tmp_path / "own.c").touch()
    (tmp_path / ".hidden").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words(found: list[tuple[str, str]]) -> list[str]:
    return [word for word, _ in found]


def test_corpora_groups_and_paths() -> None:
    assert words(complete_corpora("dem")) == ["demo", "demos/"]
    assert words(complete_corpora("zl")) == ["zlib"]
    assert words(complete_corpora("demos/")) == ["demos/a.c"]
    assert words(complete_corpora("nothing/")) == []
    assert set(load_catalog().names) | {"demos/", "own.c", "own.parquet"} == set(words(complete_corpora("")))


def test_hidden_files_are_offered_when_asked_for() -> None:
    assert words(complete_corpora(".h")) == [".hidden"]


def test_licences_and_sizes_of_groups_stand_beside_the_names() -> None:
    catalog_ = load_catalog()

    assert dict(complete_corpora("zlib"))["zlib"] == catalog_.manifests["zlib"].license
    assert dict(complete_corpora("demo"))["demo"] == f"group of {len(catalog_.groups['demo'])} corpora"


def test_broken_manifests_leave_the_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ManifestError("broken")

    monkeypatch.setattr(catalog, "load_catalog", fail)

    assert words(complete_corpora("own")) == ["own.c", "own.parquet"]


def test_vocabularies() -> None:
    assert words(complete_vocabularies("")) == ["x86", "aarch64", "demos/", "own.parquet"]
    assert words(complete_vocabularies("aa")) == ["aarch64"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flow x86 train mlra --corpus de", ["demo", "demos/"]),
        ("flow x8", ["x86"]),
        ("corpus show zop", ["zopfli"]),
        ("corpus shared zlib --with zop", ["zopfli"]),
        ("path corpus zop", ["zopfli"]),
        ("vocab info own", ["own.parquet"]),
        ("embed data --vocab a", ["aarch64"]),
        ("validate data --re", ["--replay"]),
    ],
)
def test_bash_is_offered(line: str, expected: list[str]) -> None:
    variables = {"COMP_WORDS": f"rl4real-data {line}", "COMP_CWORD": str(len(line.split()))}
    done = CliRunner().invoke(
        app,
        prog_name="rl4real-data",
        env={"_RL4REAL_DATA_COMPLETE": "complete_bash", **variables},
    )

    assert done.stdout.split() == expected
