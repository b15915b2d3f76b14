"""The shipped vocabularies over packages that they were not learned from, for the recipe's processors and wide ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Run

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("target", "cpu", "most"),
    [
        ("x86", "core2", 0.00001),
        ("x86", "x86-64-v2", 0.005),
        ("x86", "x86-64-v3", 0.005),
        ("x86", "x86-64-v4", 0.005),
        ("aarch64", "cortex-a72", 0.00002),
        ("aarch64", "neoverse-v2", 0.005),
    ],
)
def test_held_out_packages(rl4real: Run, tmp_path: Path, target: str, cpu: str, most: float) -> None:
    rl4real("flow", target, "test", "mlra", "--corpus", "eval", "--cpu", cpu, "--data-dir", "d")

    coverage = json.loads((tmp_path / "d" / "dataset.json").read_text())["vocabulary"]["coverage"]
    assert coverage["instructions"] > 700_000
    assert coverage["incomplete"] <= most * coverage["instructions"], coverage["missing"]
