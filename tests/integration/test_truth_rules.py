"""What the check against the stock compiler's text holds for right, and what it must not, on texts made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .truth.columns import Dataset, Episode, Registers
from .truth.costs import check_sums
from .truth.findings import Findings
from .truth.folding import check_folding
from .truth.liveness import Effect, live_positions
from .truth.machine_text import Instruction, read_functions
from .truth.merges import merging_blocks
from .truth.opcodes import becomes_plain_access, is_compared_with_zero, is_copy, is_plain_access
from .truth.places import Places
from .truth.repeated import Repeated

ARGUMENT = "MOV32rm %fixed-stack.0, 1, $noreg, 0, $noreg :: (load (s32) from %fixed-stack.0, align 16)"
BITS = "MOV64mr %stack.0, 1, $noreg, 0, $noreg, killed renamable $rax :: (store (s64) into %stack.0)"


def read(*lines: str) -> tuple[Instruction, ...]:
    text = "\n---\nname: f\nbody: |\n  bb.0:\n" + "\n".join(f"    {line}" for line in lines)
    return read_functions(text)["f"].blocks[0].instructions


def episode(**columns: Any) -> Episode:
    return Episode({"corpus": "c", "module": "m.c", "function": "f", **columns}, Dataset(Path()))


# A load of an argument, a copy of it as a wider node, and where the argument changes.
PROBLEM = read(
    f"%7:gr32 = {ARGUMENT}",
    "undef %8.sub_32bit:gr64 = MOV32rr %7",
    "%7:gr32 = DEC32r %7, implicit-def dead $eflags",
)
REPEATED = Repeated(episode(value_def=[[0, 2], [1]], node_vreg=[7, 8]), PROBLEM)


@pytest.mark.parametrize(
    ("text", "is_folded"),
    [
        (
            "renamable $eax = SUB32rm renamable $eax, %fixed-stack.0, 1, $noreg, 0, $noreg, implicit-def dead $eflags",
            True,
        ),
        ("PUSH64rmm %fixed-stack.0, 1, $noreg, 0, $noreg, implicit-def $rsp, implicit $rsp", True),
        ("renamable $eax = SUB32rm renamable $eax, %fixed-stack.1, 1, $noreg, 0, $noreg", False),
        ("renamable $eax = SUB32rm renamable $eax, %fixed-stack.0, 1, $noreg, 4, $noreg", False),
        ("renamable $eax = SUB32rr renamable $eax, renamable $ecx", False),
    ],
)
def test_a_folded_definition_is_the_one_of_the_node(text: str, is_folded: bool) -> None:
    (found,) = read(text)
    assert REPEATED.is_folded(0, found) == is_folded
    assert REPEATED.is_folded(1, found) == is_folded  # which is a copy of it


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        (f"renamable $eax = {ARGUMENT}", True),
        ("renamable $eax = MOV32rm %fixed-stack.1, 1, $noreg, 0, $noreg, implicit-def $rax", False),
        ("renamable $rax = MOV64rm %fixed-stack.0, 1, $noreg, 0, $noreg", False),
        ("renamable $eax = ADD32rm renamable $eax, %fixed-stack.0, 1, $noreg, 0, $noreg", False),
    ],
)
def test_a_definition_may_have_been_folded_before_it_was_repeated(text: str, is_same: bool) -> None:
    (found,) = read(text)
    assert REPEATED.is_folded_before(PROBLEM[1], found) == is_same


@pytest.mark.parametrize(
    ("original", "text", "is_same"),
    [
        ("TEST64rr %0, %0, implicit-def $eflags", "CMP64ri32 killed renamable $rax, 0, implicit-def $eflags", True),
        ("TEST64rr %0, %0, implicit-def $eflags", "CMP64ri32 killed renamable $rax, 1, implicit-def $eflags", False),
        ("TEST64rr %0, %1, implicit-def $eflags", "CMP64ri32 killed renamable $rax, 0, implicit-def $eflags", False),
        ("CMP64rr %0, %0, implicit-def $eflags", "CMP64ri32 killed renamable $rax, 0, implicit-def $eflags", False),
    ],
)
def test_a_test_of_one_register_may_become_a_comparison_with_zero(original: str, text: str, is_same: bool) -> None:
    assert is_compared_with_zero(read(original)[0], read(text)[0]) == is_same


@pytest.mark.parametrize(
    "opcode", ["MOV64mr", "MOV8rm_NOREX", "MOVSDrm_alt", "VMOVSSZrm", "MOVAPSmr", "VMOVDQU64Z256rm"]
)
def test_plain_accesses(opcode: str) -> None:
    assert is_plain_access(read(BITS.replace("MOV64mr", opcode))[0])


@pytest.mark.parametrize("opcode", ["MOVQI2PQIrm", "MOVZX32rm8", "MOV64mi32", "ADD64mr", "CMOV64rm", "MOVDDUPrm"])
def test_what_does_more_than_store_or_load_is_no_plain_access(opcode: str) -> None:
    assert not is_plain_access(read(BITS.replace("MOV64mr", opcode))[0])


@pytest.mark.parametrize(("source", "is_plain"), [("%3", True), ("%3.sub_32bit", False)])
def test_a_store_of_a_part_is_folded_for_llvm(source: str, is_plain: bool) -> None:
    original, found = read(f"%4:vr128 = MOVDI2PDIrr {source}", BITS.replace("MOV64mr", "MOV32mr"))
    assert becomes_plain_access(original, found) is is_plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%1:gr32 = COPY %2", True),
        ("%1:gr32 = MOV32rr %2", True),
        ("%1.sub_32bit:gr64 = MOV32rr %2", True),
        ("undef %1.sub_32bit:gr64 = MOV32rr %2", False),
        ("undef %1.sub_32bit:gr64 = COPY %2", True),
        ("%1:vr128 = MOVAPSrr %2", True),
        ("%1:gr32 = MOV32ri 2", False),
        ("%1:vr128 = MOVDI2PDIrr %2", False),
        ("%1:gr64 = MOVSX64rr32 %2", False),
        ("%1:gpr64 = ORRXrs $xzr, %2, 0", True),
        ("%1:gpr64 = ORRXrs $xzr, %2, 3", False),
    ],
)
def test_what_llvm_calls_a_copy(text: str, expected: bool) -> None:
    assert is_copy(read(text)[0]) is expected


@pytest.mark.parametrize(("accesses", "kinds"), [({0}, 0), (set(), 2)])
def test_a_move_between_register_files_that_becomes_a_store_is_a_spill(accesses: set[int], kinds: int) -> None:
    sums = {
        f"{kind}{what}": 0
        for kind in ("spills", "reloads", "folded_spills", "folded_reloads")
        for what in ("", "_cost")
    }
    sums |= {f"{kind}{what}": 0 for kind in ("cheap_remats", "dear_remats") for what in ("", "_cost")}
    row = sums | {"spills": 1, "spills_cost": 0.5, "spill_cost": 0.5, "block_freq": [0.5], "block_start": [0]}
    row |= {"move_kind": [], "move_block": [], "move_to": [], "changed_inst": [0], "changed_flags": [4], "inst": [0]}
    found = Findings()
    one = episode(**row, operand_inst=[0], operand_index=[0], operand_subreg=[0])
    one.__dict__["opcodes"] = ["MOV64toSDrr"]
    check_sums(one, set(), accesses, found)
    assert len(found.unexplained) == kinds, found.report()


def test_what_a_landing_pad_gets_in_vain_takes_its_entry_alone() -> None:
    nothing: frozenset[int] = frozenset()
    effects = [Effect(nothing, nothing, nothing), Effect(frozenset({10}), nothing, nothing)]
    one = episode(block_start=[0, 1], block_succ=[[1], []], inst=[0, 0])
    entering = [nothing, frozenset({10, 20})]
    assert live_positions(one, effects, entering) == {10: [(2, 3)], 20: [(2, 3)]}
    assert live_positions(one, effects) == {10: [(0, 3)]}


def test_values_meet_where_two_definitions_reach_and_no_further() -> None:
    """A loop with two entries: by itself it merges nothing."""
    successors, everywhere = [[1, 2], [2], [1, 3], []], [frozenset({7})] * 4
    assert merging_blocks(successors, {7: {0}}, everywhere) == {7: []}
    assert merging_blocks(successors, {7: {0, 1}}, everywhere) == {7: [1, 2]}
    assert merging_blocks(successors, {7: {0, 3}}, everywhere) == {7: []}
    assert merging_blocks(successors, {7: {0, 1}}, [*everywhere[:2], frozenset(), frozenset()]) == {7: [1]}


@pytest.mark.parametrize(("touched", "unexplained"), [(1, 0), (2, 1)])
def test_only_what_an_instruction_writes_is_written_to_its_slot(touched: int, unexplained: int) -> None:
    """Both nodes lie in a slot behind the instruction; one is stored there by it, the other was before, and is read."""
    found = Findings()
    parts = {"part_node": [0, 1], "part_first": [0, 1], "part_last": [4, 4], "part_place": [-1, -2]}
    uses = {"use_inst": [[0], [0]], "use_flags": [[touched], [2 | 128]], "node_fate": [2, 2], "node_vreg": [7, 8]}
    operands = {"operand_inst": [0, 0], "operand_node": [1, 0], "operand_flags": [2, touched]}
    moves = {"move_kind": [], "move_inst": [], "move_node": [], "choice_operand": [], "choice_place": []}
    copies = {"copy_inst": [], "copy_to": [], "copy_from": [], "node_class": [0, 0]}
    one = episode(changed_inst=[0], changed_flags=[4], inst=[0], **parts, **uses, **operands, **moves, **copies)
    one.__dict__["opcodes"] = ["MOVPDI2DIrr"]
    one.dataset.__dict__["registers"] = Registers({}, {}, {}, {}, {})
    check_folding(one, Places(one), found)
    assert len(found.unexplained) == unexplained, found.report()
    assert found.counts["folded and foldable"] == 1
