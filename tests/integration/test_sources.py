"""The kinds of source against what really serves them: registries, the pool, git, csmith."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.git import GitSource
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS
from rl4real_data.corpus.sources.source import Fetch, Source

PYPI = {
    "kind": "pypi",
    "project": "zstandard",
    "version": "0.25.0",
    "file": "zstandard-0.25.0.tar.gz",
    "size": 711513,
    "sha256": "7713e1179d162cf5c7906da876ec2ccb9c3a9dcbdffef0cc7f70c3667a205f0b",
    "folder": "zstd",
}
NPM = {
    "kind": "npm",
    "package": "better-sqlite3",
    "version": "12.11.1",
    "file": "better-sqlite3-12.11.1.tgz",
    "size": 2660617,
    "sha256": "ebf0ed75a7a59dbcb3b24bbd014ef49d9f15bc328e4adcbf516f2a8fadfa2835",
    "folder": "deps/sqlite3",
}


def read(values: dict[str, object]) -> Source:
    problems: list[str] = []
    table = Table(values=values, problems=problems)
    source = SOURCE_KINDS[table.text("kind")].read(table)
    table.close()
    assert problems == []
    return source


def wanted(cache: Path, *, search_path: str | None = None) -> Fetch:
    environment = load_environment()
    return Fetch(
        corpus="toy",
        cache=Cache(root=cache),
        mirror=environment.mirror,
        pypi=environment.pypi,
        npm=environment.npm,
        search_path=search_path or environment.search_path,
    )


def tool(name: str) -> str:
    """Skips here, fails in CI."""
    found = shutil.which(name)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"there is no {name}")
    return found


@pytest.mark.network
@pytest.mark.parametrize(("values", "file"), [(PYPI, "zstd.c"), (NPM, "sqlite3.c")], ids=["pypi", "npm"])
def test_registry(tmp_path: Path, values: dict[str, object], file: str) -> None:
    if values is NPM and shutil.which("npm") is None:
        pytest.skip("there is no npm, which is too large to install it for one address")
    source = read(values)
    root = source.fetch(wanted(tmp_path))

    assert (root / file).stat().st_size > 1_000_000
    assert source.fetch(wanted(tmp_path, search_path="/nowhere")) == root  # the cache needs no client


@pytest.fixture
def repository(tmp_path: Path) -> tuple[str, list[str]]:
    """The address of a repository and the names of its commits, the first one first."""
    tool("git")
    folder = tmp_path / "upstream"
    (folder / "src").mkdir(parents=True)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    commits = []
    for number in (1, 2):
        (folder / "src/a.c").write_text(f"int a = {number};\r\n")
        (folder / "version.h").write_text("/* $Format:%H$ */\n")
        (folder / ".gitattributes").write_text("src export-ignore\nversion.h export-subst\n*.c text eol=lf\n")
        git("-c", "core.autocrlf=false", "add", ".")
        git("commit", "--quiet", "-m", f"number {number}")
        commits.append(git("rev-parse", "HEAD"))
    return folder.as_uri(), commits


@pytest.mark.parametrize("number", [1, 2])
def test_commit_of_a_repository(tmp_path: Path, repository: tuple[str, list[str]], number: int) -> None:
    """Also a commit that is no tip, and a tree whose attributes would leave files out and fill others in."""
    url, commits = repository
    root = GitSource(url=url, commit=commits[number - 1]).fetch(wanted(tmp_path / "cache"))

    assert (root / "src/a.c").read_text().strip() == f"int a = {number};"
    assert (root / "version.h").read_text() == "/* $Format:%H$ */\n"
    assert sorted(path.name for path in root.iterdir() if not path.name.startswith(".rl4real")) == [
        ".gitattributes",
        "src",
        "version.h",
    ]
    assert [path.name for path in root.parent.iterdir()] == [root.name]


def test_folder_of_a_repository(tmp_path: Path, repository: tuple[str, list[str]]) -> None:
    url, commits = repository
    root = GitSource(url=url, commit=commits[0], folder="src").fetch(wanted(tmp_path / "cache"))
    assert (root / "a.c").is_file()
    assert not (root / "version.h").exists()


def test_commit_that_is_not_there(tmp_path: Path, repository: tuple[str, list[str]]) -> None:
    commit = "0123456789" * 4
    with pytest.raises(SourceError, match=rf"corpus toy: commit {commit} of \S+ cannot be had: \S+"):
        GitSource(url=repository[0], commit=commit).fetch(wanted(tmp_path / "cache"))
    assert list((tmp_path / "cache/corpora").iterdir()) == []


def test_repository_that_is_not_there(tmp_path: Path) -> None:
    tool("git")
    url = (tmp_path / "nothing").as_uri()
    with pytest.raises(SourceError, match=r"cannot be had: .*(does not exist|not appear|exist)"):
        GitSource(url=url, commit="0" * 40).fetch(wanted(tmp_path / "cache"))


def test_csmith_makes_the_same_programs_again(tmp_path: Path) -> None:
    tool("csmith")
    source = CsmithSource(version="2.3.0", seeds=(3, 5))
    digests = []
    for name in ("one", "two"):
        root = source.fetch(wanted(tmp_path / name))
        assert sorted(path.name for path in root.glob("*.c")) == [f"seed-00000{seed}.c" for seed in (3, 4, 5)]
        assert (root / "include/csmith.h").is_file()
        text = (root / "seed-000003.c").read_text()
        assert "Options:" not in text
        assert "Seed:      3" in text
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.glob("*.c"))])
    assert digests[0] == digests[1]
