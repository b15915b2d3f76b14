"""A folder in which the whole flow runs with a fake compiler."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from fake_clang import FakeClang

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.flow.preparation import Recording
from rl4real_data.flow.request import CorpusChoice, Destination, FlowRequest
from rl4real_data.flow.run import Console, RunReport, plan_flow, run_flow
from rl4real_data.flow.vocabulary import VocabularyChoice
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits

PREPARED_MANIFEST = """
name = "kept"
summary = "A tree in the cache"
license = "MIT"
license_evidence = "written for this test"
split = "train"
[source]
kind = "folder"
path = "{folder}"
[modules]
globs = ["*.c"]
needs_libc = false
[[prepare]]
write = "made.h"
text = "// function made nodes=7"
"""
"""A folder whose tree in the cache gets one more file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A folder with a fake compiler, a corpus `src` and a DATA_DIR, in which the whole flow runs."""

    folder: Path
    fake: FakeClang

    @property
    def corpus(self) -> Path:
        return self.folder / "src"

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def write(self, name: str, *lines: str) -> Path:
        """A source of the corpus, or of another folder for a name with a slash."""
        path = self.folder / name if "/" in name else self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        return path

    def request(self, **changes: Any) -> FlowRequest:
        """What the world's flow is asked for; `changes` name a value of any of the request's parts."""
        asked: dict[str, Any] = {
            "target": TargetName.X86,
            "model": AllocatorName.MLRA,
            "split": Split.TRAIN,
            "mir": None,
            "corpora": (str(self.corpus),),
            "data_dir": self.data_dir,
            "cache_dir": self.fake.cache_dir,
            "search_path": "",
            "build_dir": self.fake.build_dir,
            "vocab": self.vocabulary(),
            "timeout_s": 30.0,
            "memory_mb": 4096,
            "jobs": 2,
            **changes,
        }

        def said(*names: str) -> dict[str, Any]:
            return {name: asked[name] for name in names if name in asked}

        limits = Limits(timeout_s=asked["timeout_s"], memory_bytes=asked["memory_mb"] << 20)
        return FlowRequest(
            corpora=CorpusChoice(words=asked["corpora"], **said("limit", "licenses")),
            supply=Supply(
                cache=asked["cache_dir"], **said("search_path", "jobs", "mirror", "pypi", "npm", "allow_build", "say")
            ),
            recording=Recording(
                target=TARGETS[asked["target"]],
                allocator=ALLOCATORS[asked["model"]],
                recipe=asked.get("recipe") or load_recipe(asked["target"], mir=asked["mir"]),
                limits=limits,
                **said("verify"),
            ),
            installation=Installation(**said("search_path", "cache_dir", "build_dir", "config_dir")),
            vocabulary=VocabularyChoice(named=asked["vocab"], **said("embed")),
            destination=Destination(**said("data_dir", "split", "replace")),
            **said("jobs", "retry_failed"),
        )

    def vocabulary(self) -> Path:
        """A vocabulary of all that the fake compiler's functions are made of, in the fork's form."""
        path = self.folder / "vocabulary.txt"
        if not path.exists():
            names = ("ADD", "SUB", "MUL", "DIV", "OP", "RARE", "RET", "VIRT_REG_GR32")
            path.write_text("".join(f"{name}:{[i + k / 128 for k in range(100)]}\n" for i, name in enumerate(names)))
        return path

    def run(self, *, say: Callable[[str], None] = lambda _: None, **changes: Any) -> RunReport:
        return run_flow(self.request(say=say, **changes), Console(say=say))

    def plan(self, **changes: Any) -> RunReport:
        """A dry run."""
        return plan_flow(self.request(**changes), Console(say=lambda _: None))

    def index(self, data_dir: Path | None = None) -> DatasetIndex:
        return read_index(data_dir or self.data_dir)

    def episodes(self, split: str = "train") -> list[dict[str, Any]]:
        """All rows of the split's shards, in order."""
        shards = sorted((self.data_dir / "data").glob(f"{split}-*.parquet"))
        return [row for shard in shards for row in pq.read_table(shard).to_pylist()]

    def functions(self, split: str = "train") -> list[str]:
        return [row["function"] for row in self.episodes(split)]

    def modules(self) -> dict[str, dict[str, Any]]:
        """Rows of `modules.parquet` by the module's path."""
        return {row["module"]: row for row in pq.read_table(self.data_dir / "modules.parquet").to_pylist()}

    def digests(self, data_dir: Path | None = None) -> dict[str, str]:
        """sha256 of every file of the dataset but for its working folder."""
        root = data_dir or self.data_dir
        names = sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
        kept = [name for name in names if name.parts[0] != ".work"]
        return {str(name): hashlib.sha256((root / name).read_bytes()).hexdigest() for name in kept}


def write_three(world: World) -> None:
    """Three modules with four functions, all different."""
    world.write("a.c", "// function one nodes=3", "// function two nodes=4")
    world.write("b.c", "// shape SUB32rr", "// function three nodes=3")
    world.write("src/deep/c.cpp", "// function four nodes=5")


def parts_of(world: World, suffix: str) -> list[Path]:
    """The files `*.suffix` of all parts in the DATA_DIR."""
    return sorted((world.data_dir / ".work" / "parts").glob(f"*.{suffix}"))
