"""A dataset of version 0, and a stand-in for llc that records what the MIR text of an episode tells it to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import episode_builder as build

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.answer_columns import DECISIONS
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.registers import register_table
from rl4real_data.flow.replaying import Replayer
from rl4real_data.flow.upgrade_tools import UpgradeTools
from rl4real_data.stages.part_functions import PART_SCHEMA
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Limits

RECIPE = {
    **build.RECIPE,
    **{"cpu": "core2", "opt_level": "O3", "per_shard": 2, "per_row_group": 2, "compression_level": 1},
    **{"opcode_weight": 1.0, "operand_weight": 0.2, "max_missing": 0.01},
}

_FAKE_LLC = """#!{python} -IS
import json, os, signal, sys, time
sys.path.insert(0, {tests!r})
from column_dump_builder import encode
script = json.load(open(next(word for word in sys.argv if word.endswith("x.mir"))))
dump = next(word for word in sys.argv if word.startswith("-mlra-dump-columns=")).split("=", 1)[1]
with open({log!r}, "a") as log:
    log.write(script["name"] + "\\n")
if script["do"] == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
if script["do"] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if script["do"] == "refuse":
    sys.exit("PLEASE note\\nllc: error: x.mir:3:1: unknown register class")
if script["do"] != "no record":
    with open(dump, "wb") as out:
        out.write(encode(script["records"]))
"""


def record_of(episode: build.Row, **changes: Any) -> build.Row:
    """What the plugin records of the episode, with its own order of shapes."""
    of_decisions = {name for name, _, _ in DECISIONS}
    names = [name for name in PART_SCHEMA.names if name not in {"near_hash", "node_inst", "mir", *of_decisions}]
    shapes = build.make_instructions()[::-1]
    return {
        **{name: episode[name] for name in names},
        "eh_pads": False,
        "optnone": False,
        "inst": [3 - i for i in episode["inst"]],
        "shape_opcode": [shape["opcode"] for shape in shapes],
        "shape_operands": [shape["operands"] for shape in shapes],
        **changes,
    }


def scripted(episode: build.Row, *, do: str = "record", **changes: Any) -> build.Row:
    """The episode with a text that tells the stand-in what to do; `changes` go into the record that it writes."""
    script = {"name": episode["function"], "do": do, "records": [record_of(episode, **changes)]}
    return {**episode, "mir": json.dumps(script)}


def write_old_dataset(data_dir: Path, *shards: Sequence[build.Row], **options: Any) -> DatasetIndex:
    """Rows as a dataset of version 0."""
    registers = register_table("x86", register_file()).to_pylist()
    return build.write_dataset(data_dir, {"train": shards}, recipe=RECIPE, version=0, registers=registers, **options)


def make_tools(folder: Path) -> UpgradeTools:
    """The stand-in, which writes the name of each function that it is given into `replayed`."""
    llc = folder / "llc"
    llc.write_text(
        _FAKE_LLC.format(python=sys.executable, tests=str(Path(__file__).parent), log=str(folder / "replayed"))
    )
    llc.chmod(0o755)
    replayer = Replayer(
        clang=Clang(path=folder / "clang", version="22.1.8", banner="clang", content="c"),
        llc=llc,
        plugin=Plugin(path=folder / "libmlra.so", source_hash="new", sha256="s"),
        target=TARGETS[TargetName.X86],
        allocator=ALLOCATORS[AllocatorName.MLRA],
        limits=Limits(timeout_s=30),
    )
    return UpgradeTools(replayer=replayer, registers=register_file())


def register_file() -> dict[str, Any]:
    """What the plugin says of the registers of `episode_builder`."""
    rows = build.make_registers()
    held = {held["class_id"]: held["name"] for row in rows for held in row["classes"]}
    return {
        "reserved": [row["reg_id"] for row in rows if row["reserved"]],
        "registers": [
            {name: row[name] for name in ("reg_id", "name", "units", "aliases", "subregs", "cost")} for row in rows
        ],
        "classes": [
            {
                "class_id": class_id,
                "name": name,
                "order": [row["reg_id"] for row in rows if row["classes"][0]["class_id"] == class_id],
                **{"spill_size": 8, "spill_align": 8, "copy_cost": 1, "priority": 0},
            }
            for class_id, name in held.items()
        ],
        "masks": [{"mask_id": 7, "name": "csr", "preserved": [2, 3]}],
    }


def replayed(folder: Path) -> list[str]:
    """The functions that the stand-in was given so far, sorted."""
    path = folder / "replayed"
    return sorted(path.read_text().split()) if path.exists() else []
