"""Processors and levels other than the recipe's, and processors that clang does not know."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.processors import refuse_unknown_processor

from .conftest import Run

X86, AARCH64 = TARGETS[TargetName.X86], TARGETS[TargetName.AARCH64]


@pytest.mark.clang
@pytest.mark.parametrize("major", [22, 19])
def test_unknown_processor(major: int, toolchains: dict[int, tuple[Clang, Plugin]]) -> None:
    clang, _ = toolchains[major]

    with pytest.raises(
        UsageError, match=r"^-march=x86-64-v44: no processor .* for x86; did you mean x86-64-v4 or"
    ) as raised:
        refuse_unknown_processor(clang, X86, "x86-64-v44")
    assert f"{clang.path.name} --target=x86_64-linux-gnu --print-supported-cpus" in raised.value.hint
    with pytest.raises(
        UsageError, match=r"^-mcpu=neoverse-v9\+sve2: no processor .* for aarch64; did you mean neoverse-v"
    ):
        refuse_unknown_processor(clang, AARCH64, "neoverse-v9+sve2")


@pytest.mark.clang
def test_known_processor(toolchains: dict[int, tuple[Clang, Plugin]]) -> None:
    clang, _ = toolchains[22]
    for target, cpu in ((X86, "x86-64-v4"), (AARCH64, "neoverse-v2"), (AARCH64, "generic+sme2")):
        refuse_unknown_processor(clang, target, cpu)


@pytest.mark.clang
def test_dataset_for_another_processor_at_another_level(rl4real: Run, tmp_path: Path) -> None:
    """The level decides whether a loop is unrolled, the processor which instructions it is made of."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "sum.c").write_text(
        "int sum(int *v) { int s = 0; for (int i = 0; i < 64; i++) s += v[i]; return s; }\n"
    )
    flow = ("flow", "x86", "train", "mlra", "--corpus", "src", "--no-embed", "--data-dir")
    wide = ("--cpu", "x86-64-v4", "--opt-level", "O3")
    rl4real(*flow, "wide", *wide)
    rl4real(*flow, "small", "--cpu", "x86-64-v4", "--opt-level", "Os")

    (row,) = pq.read_table(tmp_path / "wide" / "data").to_pylist()
    assert (row["cpu"], row["opt_level"]) == ("x86-64-v4", "O3")
    opcodes = set(pq.read_table(tmp_path / "wide" / "instructions.parquet")["opcode"].to_pylist())
    assert any(opcode.startswith("VP") for opcode in opcodes)
    (small,) = pq.read_table(tmp_path / "small" / "data").to_pylist()
    assert (small["opt_level"], len(small["inst"]) < len(row["inst"])) == ("Os", True)

    refused = rl4real(*flow, "wide", check=False)
    assert refused.returncode == 1
    assert "holds a dataset of another recipe: cpu is 'x86-64-v4', not 'core2'" in refused.stderr
    assert "nothing to do" in rl4real(*flow, "wide", *wide).stderr


@pytest.mark.clang
@pytest.mark.parametrize(("target", "cpu"), [("x86", "x86-64-v4"), ("aarch64", "neoverse-v2")])
def test_shipped_vocabularies_know_wide_processors(rl4real: Run, tmp_path: Path, target: str, cpu: str) -> None:
    """They were not learned from the sample."""
    rl4real("flow", target, "test", "mlra", "--corpus", "sample", "--cpu", cpu, "--data-dir", "wide")

    coverage = json.loads((tmp_path / "wide" / "dataset.json").read_text())["vocabulary"]["coverage"]
    assert coverage["instructions"] > 10_000
    assert coverage["incomplete"] <= 0.005 * coverage["instructions"], coverage["missing"]
