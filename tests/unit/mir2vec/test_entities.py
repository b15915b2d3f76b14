"""Names of MIR2Vec entities: base names of opcodes, and the section of an operand."""

from __future__ import annotations

import pytest

from rl4real_data.mir2vec.entities import ANY_PHYSICAL, COMMON_OPERANDS, Section, base_opcode, operand_section
from rl4real_data.mir2vec.vocabulary import Entity


@pytest.mark.parametrize(
    ("opcode", "base"),
    [
        ("ADD32rr", "ADD"),
        ("ADD64ri32", "ADD"),
        ("JMP_4", "JMP"),
        ("PEXTRWrr", "PEXTRWrri"),  # LLVM 19
        ("PEXTRWrri", "PEXTRWrri"),
        ("PEXTRWrr_REV", "PEXTRWrri_REV"),
        ("VPINSRBrm", "VPINSRBrmi"),
        ("INSERTPSrr", "INSERTPSrri"),
        ("PINSRWrmk", "PINSRWrmk"),
        ("ADDPDrr", "ADDPDrr"),
        ("CALL64pcrel32", "CALL"),
        ("SOME_INSTR_123", "SOME_INSTR"),
        ("SOME__12", "SOME"),
        ("123ADD", "ADD"),
        ("123", "123"),
        ("", ""),
        ("ARITH_FENCE", "ARITH_FENCE"),
        ("INLINEASM_BR", "INLINEASM_BR"),
        ("G_FADD", "G_FADD"),
        ("ADDXrr", "ADDXrr"),
        ("RET", "RET"),
    ],
)
def test_base_opcode(opcode: str, base: str) -> None:
    assert base_opcode(opcode) == base


@pytest.mark.parametrize(
    ("entity", "section"),
    [
        ("VirtReg_GR32", Section.VIRTUAL_REGISTERS),
        ("VirtReg_", Section.VIRTUAL_REGISTERS),
        ("PhyReg_GR32", Section.PHYSICAL_REGISTERS),
        (ANY_PHYSICAL, Section.PHYSICAL_REGISTERS),
        ("Immediate", Section.COMMON_OPERANDS),
        ("GlobalAddress", Section.COMMON_OPERANDS),
        ("RegisterMask", Section.COMMON_OPERANDS),
        ("MBB", Section.COMMON_OPERANDS),
    ],
)
def test_section_of_an_operand(entity: str, section: Section) -> None:
    assert operand_section(entity) is section


def test_kinds_of_operands_without_a_register_are_twenty_different_ones() -> None:
    assert len(COMMON_OPERANDS) == len(set(COMMON_OPERANDS)) == 20
    assert {operand_section(name) for name in COMMON_OPERANDS} == {Section.COMMON_OPERANDS}


def test_entities_stand_in_the_order_of_llvm() -> None:
    physical, virtual = Section.PHYSICAL_REGISTERS, Section.VIRTUAL_REGISTERS
    listed = [
        Entity(Section.OPCODES, "ADD"),
        Entity(Section.OPCODES, "ZEXT"),
        Entity(Section.COMMON_OPERANDS, "CFIIndex"),  # before the opcodes, by name
        Entity(Section.COMMON_OPERANDS, "MBB"),
        Entity(physical, "PhyReg_GR8"),
        Entity(virtual, "VirtReg_FR32"),
        Entity(virtual, "VirtReg_GR8"),
    ]

    assert [section.value for section in Section] == [
        "Opcodes",
        "CommonOperands",
        "PhysicalRegisters",
        "VirtualRegisters",
    ]
    assert sorted(reversed(listed), key=lambda entity: entity.sort_key) == listed
