"""A clang with the flags built in, as the RL4ReAl fork has them, is driven with its own flags.

The fork itself needs hours to build; a stand-in takes its command line and writes what our plugin's `-mlra-dump-ig-dot`
writes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

STAND_IN = """#!{python}
import os, sys
words = sys.argv[1:]
if words == ["--version"]:
    print("clang version 10.0.1 (stand-in for the fork)")
    sys.exit(0)
if "-fplugin" in " ".join(words) or any(word.startswith("-mlra-dump=") for word in words):
    sys.exit("the stand-in knows the fork's flags only")
config = [word for word in words if word.startswith("-ml-config-path=")]
if config:
    assert os.path.isdir(config[0].partition("=")[2]), config
    position = words.index(config[0])
    del words[position - 1 : position + 1]
words = ["-regalloc=mlra" if word == "-regalloc=greedy" else word for word in words]
os.execv("{clang}", ["{clang}", "-fplugin={plugin}", *words])
"""

SOURCE = """
int scale(int *values, int count, int factor) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        values[i] *= factor;
        sum += values[i];
    }
    return sum;
}
extern double outside(double);
double twice_outside(double x) { return outside(x) + outside(x + 1.0); }
"""


def write_fork_config(folder: Path, plugin: Plugin) -> None:
    """CONFIG_DIR in the fork's form, from what the plugin says of the registers."""
    registers = json.loads(next(plugin.path.parent.glob("registers-x86-*.json")).read_text())
    names = {register["reg_id"]: register["name"] for register in registers["registers"]}
    classes = {
        entry["name"]: [{"regId": number, "regName": names[number]} for number in entry["order"]]
        for entry in registers["classes"]
    }
    overlaps = {str(register["reg_id"]): register["aliases"] for register in registers["registers"]}
    (folder / "regalloc").mkdir(parents=True)
    (folder / "regalloc" / "X86_supported_RegClasses.json").write_text(json.dumps(classes))
    (folder / "regalloc" / "X86_overlaps_info.json").write_text(json.dumps(overlaps))


def test_fork_gives_the_same_graphs(rl4real: Run, tmp_path: Path, toolchains: dict[int, tuple[Clang, Plugin]]) -> None:
    clang, plugin = toolchains[22]
    code = tmp_path / "code"
    code.mkdir()
    (code / "a.c").write_text(SOURCE)
    rl4real("flow", "x86", "test", "mlra", "--corpus", code, "--data-dir", "ours", "--build-dir", "/usr/lib/llvm-22")
    fork = tmp_path / "fork"
    (fork / "bin").mkdir(parents=True)
    text = STAND_IN.format(python=sys.executable, clang=clang.path, plugin=plugin.path)
    (fork / "bin" / "clang").write_text(text)
    (fork / "bin" / "clang").chmod(0o755)
    flow = ("flow", "x86", "test", "mlra", "--corpus", code, "--data-dir", "theirs")

    refused = rl4real(*flow, check=False, BUILD_DIR=str(fork))
    assert refused.returncode == 5
    assert "it needs its configuration" in refused.stderr

    write_fork_config(tmp_path / "config", plugin)
    rl4real(*flow, BUILD_DIR=str(fork), CONFIG_DIR=str(tmp_path / "config"))
    rl4real("validate", "theirs")
    ours, theirs = (
        {row["function"]: row for row in pq.read_table(tmp_path / name / "data").to_pylist()}
        for name in ("ours", "theirs")
    )
    assert sorted(ours) == sorted(theirs) == ["scale", "twice_outside"]
    for name, row in theirs.items():
        for column in ("function_id", "node_vreg", "edge_u", "edge_v", "use_distance", "split_points"):
            assert row[column] == ours[name][column], (name, column)
        assert row["node_forbidden"] == ours[name]["node_forbidden"]
        assert row["node_spill_weight"] == pytest.approx(ours[name]["node_spill_weight"], abs=1e-6)
        assert row["inst"] is row["mir"] is row["node_outcome"] is None
    classes = {
        (place["class_id"], place["name"])
        for register in pq.read_table(tmp_path / "theirs" / "registers.parquet").to_pylist()
        for place in register["classes"]
    }
    assert set(theirs["scale"]["node_class"]) <= {number for number, _ in classes}
