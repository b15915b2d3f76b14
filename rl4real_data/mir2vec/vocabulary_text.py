"""The RL4ReAl fork's form of a vocabulary (`seedEmbedding_*.txt`).

A line an entity, `NAME:[v, v, …],`.

The fork names virtual registers `VIRT_REG_<class>`, all physical ones `PHY_REG`, and opcodes either by name or as
`OPC_<number>`, the opcode's number in its LLVM 10. Such numbers are kept as names: they mean nothing to another LLVM.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec.entities import ANY_PHYSICAL, COMMON_OPERANDS, VIRTUAL_PREFIX, Section, base_opcode
from rl4real_data.mir2vec.vocabulary import MAX_ENTITIES, Entity, Vocabulary, make_vocabulary

_VIRTUAL: Final = "VIRT_REG_"
_PHYSICAL: Final = "PHY_REG"
_NUMBERED: Final = "OPC_"


def read_text(path: Path, lines: Iterable[str]) -> Vocabulary:
    """VocabularyError for a line that is no entity, or that has another number of dimensions than the first."""
    entities: list[Entity] = []
    vectors: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        key, vector = _parse(where, line)
        if vectors and len(vector) != len(vectors[0]):
            raise VocabularyError(f"{where}: {key} has {len(vector)} dimensions, the first entity {len(vectors[0])}")
        entities.append(_entity(key))
        vectors.append(vector)
        if len(entities) > MAX_ENTITIES:
            raise VocabularyError(f"{path}: more than {MAX_ENTITIES:,} entities, which no target has")
    return make_vocabulary(str(path), entities, vectors)


def _parse(where: str, line: str) -> tuple[str, list[float]]:
    key, colon, rest = line.strip().rstrip(",").partition(":")
    rest = rest.strip()
    if not colon or not key or not (rest.startswith("[") and rest.endswith("]")):
        raise VocabularyError(f"{where}: not of the form NAME:[v, v, …]")
    try:
        return key.strip().strip("\"'"), [float(word) for word in rest[1:-1].split(",")]
    except ValueError:
        raise VocabularyError(f"{where}: the vector of {key} holds something that is no number") from None


def _entity(key: str) -> Entity:
    if key == _PHYSICAL:
        return Entity(Section.PHYSICAL_REGISTERS, ANY_PHYSICAL)
    if key.startswith(_VIRTUAL):
        return Entity(Section.VIRTUAL_REGISTERS, VIRTUAL_PREFIX + key.removeprefix(_VIRTUAL))
    if key in COMMON_OPERANDS or key == "UNKNOWN":
        return Entity(Section.COMMON_OPERANDS, key)
    return Entity(Section.OPCODES, key if key.startswith(_NUMBERED) else base_opcode(key))
