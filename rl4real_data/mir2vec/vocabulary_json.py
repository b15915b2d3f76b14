"""LLVM's JSON form of a vocabulary.

An object of four sections, each of names and vectors.

`llvm-ir2vec` looks registers up by the bare name of their class (`GR32`). The x86 file that LLVM publishes calls them
`VIRT_REG_GR32`, and has one `PHY_REG` for all physical registers. Both, and the full names of entities, are read; the
bare names are written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec.entities import ANY_PHYSICAL, PHYSICAL_PREFIX, VIRTUAL_PREFIX, Section
from rl4real_data.mir2vec.vocabulary import MAX_ENTITIES, Entity, Vocabulary, make_vocabulary

_PREFIXES: Final = {
    Section.PHYSICAL_REGISTERS: (PHYSICAL_PREFIX, ("PHY_REG_", PHYSICAL_PREFIX)),
    Section.VIRTUAL_REGISTERS: (VIRTUAL_PREFIX, ("VIRT_REG_", VIRTUAL_PREFIX)),
}
_ONE_PHYSICAL: Final = "PHY_REG"


class _Duplicate(ValueError):
    """A key that an object has twice."""


def read_json(path: Path, text: str) -> Vocabulary:
    """VocabularyError for text that is no vocabulary."""
    name = str(path)
    try:
        raw = json.loads(text, object_pairs_hook=_unique, parse_int=float, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        what = error if isinstance(error, _Duplicate) else f"not whole JSON ({error})"
        raise VocabularyError(f"{name}: {what}") from None
    if not isinstance(raw, dict):
        raise VocabularyError(f"{name}: not an object of the sections {', '.join(Section)}")
    unknown = sorted(raw.keys() - {section.value for section in Section})
    if unknown:
        raise VocabularyError(f"{name}: unknown section {unknown[0]!r}; known are {', '.join(Section)}")
    missing = [section.value for section in Section if not raw.get(section.value)]
    if missing:
        raise VocabularyError(f"{name}: the section {missing[0]} is missing or empty")
    entities, vectors = zip(*_entries(name, raw), strict=True)
    return make_vocabulary(name, entities, vectors)


def write_json(vocabulary: Vocabulary) -> str:
    """The form that `llvm-ir2vec --mir2vec-vocab-path` takes. Counts and origin have no place in it.

    VocabularyError if a section would be empty, which LLVM refuses.
    """
    sections: dict[str, dict[str, list[float]]] = {section.value: {} for section in Section}
    for entity, vector in zip(vocabulary.entities, vocabulary.vectors, strict=True):
        sections[entity.section.value][_bare(entity)] = [float(str(value)) for value in vector]
    lines = []
    for section, vectors in sections.items():
        if not vectors:
            raise VocabularyError(
                f"the vocabulary has no {section}: LLVM's form needs all of {', '.join(Section)}",
                hint="write it as .parquet",
            )
        body = ",\n".join(f"    {json.dumps(name)}: {json.dumps(vector)}" for name, vector in vectors.items())
        lines.append(f"  {json.dumps(section)}: {{\n{body}\n  }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise _Duplicate(f"{twice!r} is there twice")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _entries(name: str, raw: dict[str, Any]) -> Iterator[tuple[Entity, Sequence[float]]]:
    dimension: int | None = None
    count = 0
    for section in Section:
        content = raw[section.value]
        if not isinstance(content, dict):
            raise VocabularyError(f"{name}: the section {section} is not an object of names and vectors")
        count += len(content)
        if count > MAX_ENTITIES:
            raise VocabularyError(f"{name}: more than {MAX_ENTITIES:,} entities, which no target has")
        for key, vector in content.items():
            _check_vector(name, key, vector)
            dimension = len(vector) if dimension is None else dimension
            if len(vector) != dimension:
                raise VocabularyError(f"{name}: the vector of {key} has {len(vector)} dimensions, others {dimension}")
            yield Entity(section, _full(section, key)), vector


def _check_vector(name: str, key: str, vector: object) -> None:
    if not isinstance(vector, list) or not vector or not all(type(value) is float for value in vector):
        raise VocabularyError(f"{name}: what {key} has is not a list of numbers")


def _full(section: Section, key: str) -> str:
    """The name of the entity that a key of any style stands for."""
    if section not in _PREFIXES:
        return key
    if section is Section.PHYSICAL_REGISTERS and key in (_ONE_PHYSICAL, ANY_PHYSICAL):
        return ANY_PHYSICAL
    prefix, styles = _PREFIXES[section]
    for style in styles:
        if key.startswith(style):
            return prefix + key.removeprefix(style)
    return prefix + key


def _bare(entity: Entity) -> str:
    if entity.name == ANY_PHYSICAL:
        return _ONE_PHYSICAL
    prefix, _ = _PREFIXES.get(entity.section, ("", ()))
    return entity.name.removeprefix(prefix)
