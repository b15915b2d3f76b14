"""What a model that advises is told in the compiler, beside what a dataset has of the same functions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus, Module
from rl4real_data.episodes.schema import EPISODES, PROBLEM, VERSION_0
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .advice_models import FLOAT, WHOLE, checksum
from .conftest import MOST_SECONDS, Run

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
Arrays = dict[str, np.ndarray[Any, Any]]

_NO_PROBLEM: Final = frozenset({"inst", "node_inst", "node_outcome", "node_assigned"})
"""Lists that are no numbers of the compiler's, or an answer."""


def columns() -> list[str]:
    """The columns that a model may ask for, by the dataset's schema alone."""
    names = [name for name, *_ in (*VERSION_0, *PROBLEM)]
    return [name for name in names if pa.types.is_list(EPISODES.field(name).type) and name not in _NO_PROBLEM]


def inputs() -> dict[str, int]:
    """Name and type of each input."""
    found: dict[str, int] = {}
    for name in columns():
        kind = EPISODES.field(name).type.value_type
        is_nested = pa.types.is_list(kind)
        found[name] = FLOAT if pa.types.is_floating(kind.value_type if is_nested else kind) else WHOLE
        if is_nested:
            found[f"{name}_offsets"] = WHOLE
    return found


def feed(row: dict[str, Any]) -> Arrays:
    """The inputs of one episode."""
    arrays: Arrays = {}
    for name, kind in inputs().items():
        if name.endswith("_offsets"):
            lengths = [len(one) for one in row[name.removesuffix("_offsets")]]
            arrays[name] = np.cumsum([0, *lengths], dtype=np.int64)
            continue
        values = row[name]
        if f"{name}_offsets" in inputs():
            values = [value for one in values for value in one]
        arrays[name] = np.array(values, np.float32 if kind == FLOAT else np.int64)
    return arrays


def episodes(data_dir: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((data_dir / "data").glob("*.parquet")):
        yield from pq.read_table(path, columns=["module", "function", *columns()]).to_pylist()


def advise(toolchain: tuple[Clang, Plugin], module: Module, target: TargetName, folder: Path) -> dict[str, Any]:
    """Compiles a module with the model; by function what the model was told, if it was, and what it answered."""
    clang, plugin = toolchain
    flags = (
        *(f"-mlra-onnxruntime={find_onnx_runtime()}", f"-mlra-policy={folder / 'model.onnx'}"),
        *(f"-mlra-report={folder / 'report'}", "-mlra-report-before=false", f"-mlra-dump-features={folder / 'told'}"),
    )
    row = TARGETS[target]
    command = (
        *(str(clang.path), *row.clang_flags, "-x", module.language.value, *module.flags),
        *(f"{row.cpu_flag}{load_recipe(target).cpu}", "-O3", "-w", f"-fplugin={plugin.path}"),
        *(word for flag in flags for word in ("-mllvm", flag)),
        *("-c", str(module.path), "-o", str(folder / "unit.o")),
    )
    done = subprocess.run(command, cwd=module.root, capture_output=True, text=True, timeout=MOST_SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    told = {row.pop("function"): row for row in map(json.loads, (folder / "told").read_text().splitlines())}
    reports = [json.loads(line) for line in (folder / "report").read_text().splitlines()[:-1]]
    return {row["function"]: (told.get(row["function"]), row) for row in reports}


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
@pytest.mark.parametrize("target", list(TargetName))
def test_a_model_is_told_what_the_dataset_has(
    toolchains: Toolchains, corpora: dict[str, Corpus], rl4real: Run, tmp_path: Path, target: TargetName, major: int
) -> None:
    build = toolchains[major][0].bin_dir.parent
    rl4real("flow", target, "test", "mlra", "--no-embed", "--build-dir", build, "--data-dir", "data")
    model = checksum(tmp_path / "model.onnx", inputs())
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    seen = {
        (module.name, function): told
        for module in corpora["sample"].modules
        for function, told in advise(toolchains[major], module, target, tmp_path).items()
    }

    count = 0
    for episode in episodes(tmp_path / "data"):
        told, report = seen[episode["module"], episode["function"]]
        if not episode["node_vreg"]:
            assert told is None, "nothing is to be decided"
            continue
        expected = feed(episode)
        assert told.keys() == expected.keys()
        for name, array in expected.items():
            assert np.array_equal(np.array(told[name]["values"], array.dtype), array), (episode["function"], name)
        (score,) = session.run(["set"], expected)[0]
        assert report["predicted"] == float(score), episode["function"]
        assert report["made"] == {"set": 1}
        count += 1
    assert count > 30
