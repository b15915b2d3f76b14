"""The facts of a batch.

As much of its parts as a driver must know to choose among their functions: hashes, why the filters of train leave one
out, the instruction shapes that each uses, and where in the archive a part lies. A driver reads these and no archive.

One row is one part. What the parts of a batch have in common (headers, shapes, reasons) stands once, in the metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core.errors import StoreError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.recipe import Filters
from rl4real_data.stages.part import DistantPart, Part
from rl4real_data.stages.part_functions import Shapes
from rl4real_data.stages.selection import filter_reason
from rl4real_data.stages.shape_uses import ShapeUses

_COMMON: Final = b"rl4real_data.common"
_SCHEMA: Final = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
        pa.field("failure", pa.string()),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("headers", pa.list_(pa.int32()), nullable=False),
        pa.field("high", pa.list_(pa.uint64()), nullable=False),  # halves of the functions' content hashes
        pa.field("low", pa.list_(pa.uint64()), nullable=False),
        pa.field("reason", pa.list_(pa.int16()), nullable=False),  # of the filters of train; 0: none
        pa.field("uses", pa.list_(pa.list_(pa.int32())), nullable=False),  # of the batch's shapes
    ]
)
_ONE_WORD: Final = (",", ":")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePart:
    """A part that was just made, with what its functions use; None for a module that failed."""

    part: Part
    shapes: tuple[Shapes, ShapeUses] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """`parts` (the schema above) with what their numbers mean; `reasons` and `headers` begin at 1 and at 0."""

    parts: pa.RecordBatch
    shapes: Shapes
    headers: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]

    def to_bytes(self) -> bytes:
        common = {
            "headers": self.headers,
            "opcodes": self.shapes.opcodes,
            "operands": self.shapes.operands,
            "reasons": self.reasons,
        }
        schema = _SCHEMA.with_metadata({_COMMON: json.dumps(common, separators=_ONE_WORD).encode()})
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
        with pa.ipc.new_file(sink, schema, options=options) as writer:
            writer.write_batch(pa.record_batch(self.parts.columns, schema=schema))
        return bytes(sink.getvalue())

    @classmethod
    def of_bytes(cls, data: bytes, *, name: str) -> BatchFacts:
        """StoreError for what is none."""
        try:
            with pa.ipc.open_file(pa.BufferReader(data), options=pa.ipc.IpcReadOptions(use_threads=False)) as reader:
                if not reader.schema.equals(_SCHEMA):
                    raise ValueError("other columns")
                common: dict[str, Any] = json.loads(reader.schema.metadata[_COMMON])
                return cls(
                    parts=reader.get_batch(0),
                    shapes=Shapes(opcodes=tuple(common["opcodes"]), operands=tuple(map(tuple, common["operands"]))),
                    headers=tuple((path, digest) for path, digest in common["headers"]),
                    reasons=tuple(common["reasons"]),
                )
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{name}: holds no facts of a batch ({error})") from error

    def distant_parts(self, known: dict[tuple[str, str], tuple[str, str]]) -> list[DistantPart]:
        """The parts without their functions. `known`: the headers of the batches before, of which each is kept once."""
        pairs = [known.setdefault(pair, pair) for pair in self.headers]
        columns = ("key", "source_sha256", "failure", "size", "sha256", "headers", "reason")
        rows = zip(*(self.parts[name].to_pylist() for name in columns), strict=True)
        return [
            DistantPart(
                key=key,
                source_sha256=source,
                headers=tuple(pairs[number] for number in headers),
                functions=(),
                size=size,
                sha256=sha256,
                seconds=0.0,
                failure=_failure_of(failure),
                distant_functions=len(reasons),
            )
            for key, source, failure, size, sha256, headers, reasons in rows
        ]


def facts_of(made: Sequence[MadePart], offsets: Mapping[str, int], filters: Filters) -> BatchFacts:
    """Of the parts of one batch; `offsets`, by key: where their Arrow files begin in the archive."""
    headers, reasons, shapes = _Numbers(), _Numbers(), _Numbers()
    rows = [_row(each, offsets, filters, headers, reasons, shapes) for each in made]
    columns = [pa.array([row[field.name] for row in rows], field.type) for field in _SCHEMA]
    return BatchFacts(
        parts=pa.record_batch(columns, schema=_SCHEMA),
        shapes=Shapes(
            opcodes=tuple(opcode for opcode, _ in shapes.known), operands=tuple(words for _, words in shapes.known)
        ),
        headers=tuple(headers.known),
        reasons=tuple(reasons.known),
    )


class _Numbers:
    """Values in the order in which they came, each with a number from 0."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def of(self, values: Iterable[Any]) -> npt.NDArray[np.int32]:
        return np.array([self.known.setdefault(value, len(self.known)) for value in values], np.int32)


def _row(
    made: MadePart, offsets: Mapping[str, int], filters: Filters, headers: _Numbers, reasons: _Numbers, shapes: _Numbers
) -> dict[str, Any]:
    part = made.part
    whys = [filter_reason(facts, filters) for facts in part.functions]
    hashes = hash_halves([facts.content_hash for facts in part.functions])
    return {
        "key": part.key,
        "source_sha256": part.source_sha256,
        "failure": None if part.failure is None else _failure_text(part.failure),
        "offset": offsets.get(part.key, 0),
        "size": part.size,
        "sha256": part.sha256,
        "headers": headers.of(part.headers),
        "high": hashes[:, 0],
        "low": hashes[:, 1],
        "reason": [0 if why is None else int(reasons.of([why])[0]) + 1 for why in whys],
        "uses": _uses(made.shapes, len(part.functions), shapes),
    }


def _uses(told: tuple[Shapes, ShapeUses] | None, functions: int, numbers: _Numbers) -> list[npt.NDArray[np.int32]]:
    """The shapes of each function by their numbers in the batch."""
    if told is None:
        return []
    shapes, uses = told
    known = numbers.of(zip(shapes.opcodes, shapes.operands, strict=True))
    return np.split(known[uses.shapes], np.searchsorted(uses.functions, np.arange(1, functions)))[:functions]


def hash_halves(hashes: Sequence[str]) -> npt.NDArray[np.uint64]:
    """(hashes, 2) uint64, which sort as the 32 digits of the hashes do. ValueError for one of another length."""
    if any(len(each) != 32 for each in hashes):
        raise ValueError("a content hash that has not 32 digits")
    return np.frombuffer(bytes.fromhex("".join(hashes)), ">u8").astype(np.uint64).reshape(-1, 2)


def hash_texts(high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64]) -> list[str]:
    """What `hash_halves` was given."""
    text = np.stack([high, low], axis=1).astype(">u8").tobytes().hex()
    return [text[begin : begin + 32] for begin in range(0, len(text), 32)]


def _failure_text(failure: Failure) -> str:
    return json.dumps({name: getattr(failure, name) for name in failure.__slots__}, separators=_ONE_WORD)


def _failure_of(text: str | None) -> Failure | None:
    if text is None:
        return None
    raw = json.loads(text)
    return Failure(**{**raw, "kind": FailureKind(raw["kind"])})
