"""A DATA_DIR of release 0.1.0, made from `legacy`: read, validated, embedded and resumed by this one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

MADE = Path(__file__).parents[1] / "data" / "made_by_0.1.0"
SHARD = "data/train-00000-of-00001.parquet"
FUNCTIONS = ["add", "dot", "gcd"]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    shutil.copytree(MADE / "legacy", tmp_path / "legacy")
    shutil.copytree(MADE / "dataset", tmp_path / "old")
    return tmp_path / "old"


def test_it_is_read_as_it_was(old: Path) -> None:
    dataset = EpisodeDataset(old, split="train")

    assert [episode.function for episode in dataset] == FUNCTIONS
    table = pq.read_table(old / SHARD)
    for number, episode in enumerate(dataset):
        pairs = zip(table["edge_u"][number].as_py(), table["edge_v"][number].as_py(), strict=True)
        assert episode.edges.tolist() == [list(pair) for pair in pairs]
        assert len(episode.node_vectors()) == len(table["node_vreg"][number])
    assert {episode.target for episode in dataset} == {"x86"}


def test_it_is_sound_and_shown(rl4real: Run, old: Path) -> None:
    assert rl4real("validate", old).stdout == f"{old}: sound\n"
    found = json.loads(rl4real("stats", old, "--json").stdout)
    assert found["splits"]["train"]["episodes"] == 3
    assert "gcd" in rl4real("show", old, "gcd").stdout


def test_it_is_embedded(rl4real: Run, old: Path) -> None:
    before = pq.read_table(old / "instructions.parquet")
    (own,) = (old / "vocab").iterdir()
    shutil.copy(own, old.with_name("then.parquet"))
    rl4real("embed", old, "--vocab", "x86")
    assert rl4real("validate", old).stdout == f"{old}: sound\n"
    assert not pq.read_table(old / "instructions.parquet").equals(before)
    rl4real("embed", old, "--vocab", "then.parquet")

    assert pq.read_table(old / "instructions.parquet").equals(before)
    assert rl4real("validate", old).stdout == f"{old}: sound\n"


def problems(shard: pa.Table) -> list[str]:
    """The machine IR without what it tells of addresses since then."""
    texts = [text[text.index("\n---\n") :] for text in shard["mir"].to_pylist()]
    return [re.sub(r" (from|into|on) %ir\.\w+", "", text) for text in texts]


@pytest.mark.clang
def test_the_same_command_resumes_it(rl4real: Run, old: Path, toolchains: dict[int, tuple[Clang, Plugin]]) -> None:
    before = pq.read_table(old / SHARD)
    clang, plugin = toolchains[22]
    index = json.loads((old / "dataset.json").read_text())
    is_same_tool = index["toolchain"] == {
        "clang": clang.banner,
        "llvm_version": clang.version,
        "plugin": plugin.source_hash,
    }
    words = ("flow", "x86", "train", "mlra", "--corpus", "legacy", "--data-dir", "old", "--max-failed", "1")
    said = rl4real(*words).stderr
    assert ("3 from an earlier run" in said) is is_same_tool  # its parts are still good
    after = pq.read_table(old / SHARD)

    columns = [name for name in before.column_names if name not in ("llvm_version", "episode_id", "mir")]
    assert after.select(columns).equals(before.select(columns))
    assert problems(after) == problems(before)
    assert json.loads((old / "dataset.json").read_text())["splits"]["train"]["modules_failed"] == 1
    assert "nothing to do: the dataset was finished before" in rl4real(*words).stderr
    assert rl4real("validate", old).stdout == f"{old}: sound\n"
