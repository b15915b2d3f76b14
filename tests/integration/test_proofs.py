"""Proofs with the real solver and compilers: what is proven is carried out, and a real expert's answer is recounted."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.answer_costs import COST_WEIGHTS
from rl4real_data.episodes.label_values import LabelSource, LabelStatus
from rl4real_data.labels.files import read_labels
from rl4real_data.proof.label_rows import expert_costs
from rl4real_data.proof.recorded_answer import recorded_answer
from rl4real_data.proof.recount import costs_of, weighted
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

SOURCE: Final = """
extern int other(int);
extern double half(double);
int over_a_call(int a, int b) { return other(a) + b; }
int over_two(int a, int b, int c) { int d = other(a) * b; return other(d + c) + d * b; }
double floats(double x, double y) { return half(x) * y + x; }
int rare(int a, int b) { if (__builtin_expect(a == 7, 0)) b += other(b) * a; return a * b; }
int constant(void) { return other(1234567); }
"""


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_what_is_proven_costs_in_the_compiler_what_the_model_says(
    toolchains: dict[int, tuple[Clang, Plugin]], rl4real: Run, tmp_path: Path, major: int
) -> None:
    build_dir = str(toolchains[major][0].bin_dir.parent)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "unit.c").write_text(SOURCE)
    rl4real("flow", "x86", "train", "mlra", "--corpus", "src", "--no-embed", "--data-dir", "d", BUILD_DIR=build_dir)
    for model in LabelSource.SPLIT, LabelSource.STATIC:
        rl4real("label", "d", "--model", model.value, "--jobs", "2", BUILD_DIR=build_dir)

    labels = read_labels(tmp_path / "d")
    split = [label for label in labels if label.source is LabelSource.SPLIT]
    assert len(split) == len(labels) - len(split) == 4  # one has no virtual register
    assert {label.status for label in labels} == {LabelStatus.OPTIMAL}
    values = {label.episode_id: label.value for label in split}
    assert all(label.value is not None and label.value >= (values[label.episode_id] or 0) - 1e-6 for label in labels)
    assert all(label.value is not None and label.value <= (label.greedy_value or 0) + 1e-6 for label in split)
    carried = [weighted(label.costs, COST_WEIGHTS) for label in split if label.costs is not None]
    assert carried == pytest.approx([label.value for label in split], abs=1e-4)


def test_the_experts_costs_come_out_of_its_parts(sample_dataset: Path) -> None:
    """Of a node that LLVM folds in a way that the columns do not tell there are few."""
    edited = [one for one in EpisodeDataset(sample_dataset) if one.n_nodes <= 60 and np.any(one.node_fate)]
    assert len(edited) > 5
    kinds = [f"{kind}_cost" for kind in COST_WEIGHTS]

    same = [
        [getattr(costs_of(one, recorded_answer(one)), kind) for kind in kinds]
        == pytest.approx([getattr(expert_costs(one.outcome), kind) for kind in kinds], rel=1e-4, abs=1e-4)
        for one in edited
    ]

    assert np.mean(same) >= 0.9
