"""What llvm-mca is asked, and what is made of its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.toolchain.block_cycles import BlockFigures, MachineCodeAnalyzer, instructions_in
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Completed, Limits

BLOCKS = [["\taddl\t%esi, %eax"], [], ["\tretq"]]
Say = Callable[[str], MachineCodeAnalyzer]


@pytest.fixture
def saying() -> Callable[..., MachineCodeAnalyzer]:
    """An analyzer that answers with a text and ends with an exit code."""

    def analyzer(stdout: str, code: int = 0, stderr: str = "") -> MachineCodeAnalyzer:
        done = Completed(returncode=code, timed_out=False, seconds=0.1, stdout=stdout, stderr=stderr, processor_s=0.1)
        return MachineCodeAnalyzer(
            path=Path("llvm-mca"),
            target=TARGETS[TargetName.AARCH64],
            cpu="cortex-a72",
            limits=Limits(timeout_s=1),
            start=lambda *_words, **_more: done,
        )

    return analyzer


def region(name: str, cycles: int) -> dict[str, object]:
    return {"Name": name, "SummaryView": {"TotalCycles": cycles, "Iterations": 100, "BlockRThroughput": 1.5}}


def test_cycles_of_an_iteration(saying: Callable[..., MachineCodeAnalyzer], tmp_path: Path) -> None:
    answer = json.dumps({"CodeRegions": [region("2", 250), region("0", 130)]})

    assert saying(answer).cycles(BLOCKS, tmp_path) == [1.3, None, 2.5]
    written = (tmp_path / "blocks.s").read_text()
    assert written.startswith("// LLVM-MCA-BEGIN 0\n\taddl\t%esi, %eax\n// LLVM-MCA-END 0\n")


def test_throughput_is_told_beside_cycles(saying: Callable[..., MachineCodeAnalyzer], tmp_path: Path) -> None:
    answer = json.dumps({"CodeRegions": [region("0", 130)]})

    assert saying(answer).figures(BLOCKS[:1], tmp_path) == [BlockFigures(cycles=1.3, throughput=1.5)]


def test_instructions_are_no_labels_and_no_directives() -> None:
    lines = ["f:", "\t.cfi_startproc", "# %bb.0:", "\tmovl\t%edi, %eax", ".LBB0_1:", "\tretq", ""]

    assert instructions_in(lines) == ["\tmovl\t%edi, %eax", "\tretq"]


def test_a_block_that_is_not_known_has_none(saying: Callable[..., MachineCodeAnalyzer], tmp_path: Path) -> None:
    assert saying(json.dumps({"CodeRegions": [region("0", 100)]})).cycles(BLOCKS, tmp_path) == [1.0, None, None]


def test_nothing_to_ask(saying: Callable[..., MachineCodeAnalyzer], tmp_path: Path) -> None:
    assert saying("", code=1).cycles([[], []], tmp_path) == [None, None]


@pytest.mark.parametrize(
    ("stdout", "code", "stderr", "words"),
    [
        ("", 1, "error: unable to find target\n", "unable to find target"),
        ("", 1, "", "exit code 1"),
        ("no JSON", 0, "", "cannot be read"),
        ('{"CodeRegions": [{"Name": "0", "SummaryView": {}}, 5]}', 0, "", "cannot be read"),
    ],
)
def test_an_answer_of_no_use_is_the_hosts_fault(
    saying: Callable[..., MachineCodeAnalyzer], tmp_path: Path, stdout: str, code: int, stderr: str, words: str
) -> None:
    with pytest.raises(HostError, match=words):
        saying(stdout, code, stderr).cycles(BLOCKS, tmp_path)


def test_an_installation_without_it(tmp_path: Path) -> None:
    clang = Clang(path=tmp_path / "clang", version="22.1.8", banner="fake", content="c")

    with pytest.raises(ToolchainError, match="llvm-mca does not exist") as found:
        MachineCodeAnalyzer.of(clang, TARGETS[TargetName.X86], "core2", Limits(timeout_s=1))
    assert found.value.hint == "apt-get install llvm-22"
