"""Hundreds of SIGKILLs, before every change of a name and at random moments."""

from __future__ import annotations

from pathlib import Path

import pytest
from older_format import copy_as_version_0

from tests.integration.dataset_bytes import dataset_bytes
from tests.integration.killed_often import check_kills
from tests.integration.warm_program import warm_program

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("target", "limit", "kills"), [("x86", "4", 300), ("aarch64", "12", 200)])
def test_the_same_command_gives_the_same_bytes(tmp_path: Path, target: str, limit: str, kills: int) -> None:
    words = ("flow", target, "train", "mlra", "--limit", limit, "--data-dir", "d")
    with warm_program() as program:
        check_kills(program, tmp_path, *words, kills=kills, seed=kills)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_upgrade_gives_the_same_bytes(tmp_path: Path, jobs: str) -> None:
    """Those of a dataset made anew, whatever the kills interrupt: replays, shards, publication, the log's end."""
    made, old, kills = tmp_path / "made", tmp_path / "old", tmp_path / "kills"
    for folder in (made, kills):
        folder.mkdir()
    with warm_program() as program:
        flow = ("flow", "x86", "train", "mlra", "--corpus", "sample", "--limit", "2", "--data-dir", "d")
        assert program.run(made, *flow).code == 0
        copy_as_version_0(made / "d", old)
        check_kills(program, kills, "upgrade", "d", "--jobs", jobs, kills=40, seed=int(jobs), start=old)
        upgraded = tmp_path / "upgraded"
        upgraded.mkdir()
        old.rename(upgraded / "d")
        assert program.run(upgraded, "upgrade", "d", "--jobs", jobs).code == 0
    assert dataset_bytes(upgraded / "d") == dataset_bytes(made / "d")


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_search_gives_the_same_bytes(tmp_path: Path, jobs: str) -> None:
    """Whatever the kills interrupt: candidates, the log, the publication of the labels."""
    kills = tmp_path / "kills"
    kills.mkdir()
    with warm_program() as program:
        flow = ("flow", "x86", "train", "mlra", "--corpus", "sample", "--no-embed", "--data-dir", "d")
        assert program.run(tmp_path, *flow).code == 0
        words = ("improve", "d", "--limit", "8", "--candidates", "80", "--jobs", jobs)
        check_kills(program, kills, *words, kills=10, seed=int(jobs), start=tmp_path / "d")


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_proofs_give_the_same_bytes(tmp_path: Path, jobs: str) -> None:
    """Whatever the kills interrupt: the solver, the compiler that carries out, the log, the publication."""
    kills = tmp_path / "kills"
    kills.mkdir()
    with warm_program() as program:
        flow = ("flow", "x86", "train", "mlra", "--corpus", "sample", "--no-embed", "--data-dir", "d")
        assert program.run(tmp_path, *flow).code == 0
        words = ("label", "d", "--model", "split", "--nodes", "12", "--seconds", "1", "--limit", "40", "--jobs", jobs)
        check_kills(program, kills, *words, kills=10, seed=int(jobs), start=tmp_path / "d")
