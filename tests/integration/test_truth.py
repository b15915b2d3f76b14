"""What the columns say is what the stock compiler does: its text, its remarks, its score and its frames.

Some modules of the sample here, with the newest compiler and the greedy allocator; tests/soak has the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.corpus.module import Corpus
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Sample
from .truth.columns import Dataset, Episode
from .truth.dataset_check import Check
from .truth.findings import Findings
from .truth.scores import build_score_plugin

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]

MODULES = frozenset({"many_arguments.c", "exceptions.cpp", "fft_butterflies.c", "recursion.c", "string_builder.cpp"})
COMPARED = ("operand rows", "operands: virtual, equal", "positions at which the value is there", "fixed_live")


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_columns_are_what_the_stock_compiler_does(
    sample: Sample, toolchains: Toolchains, corpora: Mapping[str, Corpus], tmp_path: Path, target: str
) -> None:
    bin_dir = toolchains[max(toolchains)][0].bin_dir
    check = Check(
        dataset=Dataset(sample(target, "train")),
        roots={name: corpus.modules[0].root for name, corpus in corpora.items()},
        bin_dir=bin_dir,
        allocator="greedy",
        score_plugin=build_score_plugin(bin_dir, tmp_path),
    )
    findings = check.run(MODULES.__contains__)
    assert findings.unexplained == [], findings.report()
    assert min(findings.counts[kind] for kind in COMPARED) >= 400, findings.report()


def changed(column: str, change: Callable[[Any], Any]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """An episode's row with another value in one column."""
    return lambda row: {**row, column: change(row[column])}


def raised(values: list[int]) -> list[int]:
    return [values[0] + 1, *values[1:]]


# Each of these would be a wrong answer or a wrong problem, of which the check must say something.
WRONG = {
    column: changed(column, change)
    for column, change in {
        "operand_flags": lambda flags: [flags[0] ^ 64, *flags[1:]],
        "operand_subreg": lambda indices: [indices[0] ^ 1, *indices[1:]],
        "use_flags": lambda nodes: [[flags[0] ^ 1, *flags[1:]] if flags else flags for flags in nodes],
        "value_def": lambda nodes: [raised(values) if values else values for values in nodes],
        "copy_from": raised,
        "mask_inst": raised,
        "fixed_live": lambda units: [raised(live) for live in units],
        "block_flags": raised,
        "block_last_split": raised,
        "node_assigned": lambda registers: registers[::-1],
        "part_place": lambda places: places[::-1],
        "part_first": lambda firsts: [first + 1 for first in firsts],
        "part_last": lambda lasts: [last - 1 for last in lasts],
        "move_to": lambda places: places[::-1],
        "move_from": lambda places: places[::-1],
        "move_inst": raised,
        "changed_flags": lambda flags: [0] * len(flags),
        "copies": lambda count: count + 1,
        "reloads_cost": lambda cost: cost * 1.001 + 0.001,
        "score_counts": lambda counts: counts[::-1],
        "callee_saved_used": lambda registers: registers[:-1],
    }.items()
}


class WithOneWrongColumn(Dataset):
    """A function with calls and many parts, changed."""

    def __init__(self, folder: Path, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        super().__init__(folder)
        self.__dict__["change"] = change

    def by_module(self) -> Any:
        for module, episodes in super().by_module():
            if module[1] == "recursion.c":
                calling = [episode for episode in episodes if episode["mask_inst"]]
                richest = max(calling, key=lambda episode: len(episode["part_node"]))
                yield module, [Episode(self.__dict__["change"](richest.row), self)]


@pytest.fixture(scope="module")
def stock_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiler is asked once for all wrong columns."""
    return tmp_path_factory.mktemp("stock")


@pytest.mark.parametrize("column", WRONG)
def test_a_wrong_column_is_found(
    sample: Sample,
    toolchains: Toolchains,
    corpora: Mapping[str, Corpus],
    stock_texts: Path,
    column: str,
) -> None:
    bin_dir = toolchains[max(toolchains)][0].bin_dir
    plugin = stock_texts / "score.so"
    check = Check(
        dataset=WithOneWrongColumn(sample("x86", "train"), WRONG[column]),
        roots={name: corpus.modules[0].root for name, corpus in corpora.items()},
        bin_dir=bin_dir,
        allocator="greedy",
        score_plugin=plugin if plugin.exists() else build_score_plugin(bin_dir, stock_texts),
        kept_in=stock_texts,
    )
    findings: Findings = check.run()
    assert findings.unexplained != []


def test_the_unchanged_column_is_not(
    sample: Sample, toolchains: Toolchains, corpora: Mapping[str, Corpus], stock_texts: Path
) -> None:
    """So that what is found above is found for its column's sake."""
    check = Check(
        dataset=WithOneWrongColumn(sample("x86", "train"), lambda row: row),
        roots={name: corpus.modules[0].root for name, corpus in corpora.items()},
        bin_dir=toolchains[max(toolchains)][0].bin_dir,
        allocator="greedy",
        kept_in=stock_texts,
    )
    findings = check.run()
    assert findings.unexplained == []
    assert findings.counts["functions"] == 1
