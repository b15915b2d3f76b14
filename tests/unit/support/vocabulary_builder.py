"""A vocabulary of six entities, the same as LLVM's JSON, and how two vocabularies are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.vocabulary import Entity, Vocabulary, make_vocabulary

OPCODES, COMMON = Section.OPCODES, Section.COMMON_OPERANDS
PHYSICAL, VIRTUAL = Section.PHYSICAL_REGISTERS, Section.VIRTUAL_REGISTERS
ENTITIES = (
    Entity(OPCODES, "ADD"),
    Entity(OPCODES, "MOV"),
    Entity(COMMON, "Immediate"),
    Entity(PHYSICAL, "PhyReg_GR32"),
    Entity(VIRTUAL, "VirtReg_FR64"),
    Entity(VIRTUAL, "VirtReg_GR32"),
)
ROWS = [[0.5, -1.0], [0.1, 3.0], [0.0, 1e-30], [2.5, 2.5], [7.0, 8.0], [1.0, 1.0 / 3.0]]
JSON: Mapping[str, Mapping[str, Sequence[float]]] = {
    "Opcodes": {"MOV": [0.1, 3], "ADD": [0.5, -1]},
    "CommonOperands": {"Immediate": [0, 1e-30]},
    "PhysicalRegisters": {"GR32": [2.5, 2.5]},
    "VirtualRegisters": {"GR32": [1, 0.3333333333333333], "FR64": [7, 8]},
}
Content = dict[str, Any]


def make_small(**changes: Any) -> Vocabulary:
    """The vocabulary of ENTITIES and ROWS, with other fields where a test wants them."""
    return replace(make_vocabulary("a test", ENTITIES, ROWS), **changes)


def same_content(first: Vocabulary, second: Vocabulary) -> bool:
    """Entities and the bits of their vectors."""
    same_bits = first.vectors.tobytes() == second.vectors.tobytes()
    return first.entities == second.entities and first.vectors.dtype == second.vectors.dtype == np.float32 and same_bits


def json_with(**sections: Any) -> Content:
    """LLVM's JSON with sections replaced."""
    return {**JSON, **sections}
