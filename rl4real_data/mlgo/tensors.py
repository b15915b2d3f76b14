"""Tensors as LLVM's training logs and interactive channel describe them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from rl4real_data.traces.features import ADVICE, FEATURES, FeatureSpec, Task

_NUMPY_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{"float": "float32", "double": "float64", "int8_t": "int8", "uint8_t": "uint8", "int16_t": "int16"},
        **{"uint16_t": "uint16", "int32_t": "int32", "uint32_t": "uint32", "int64_t": "int64", "uint64_t": "uint64"},
    }
)


class FormatError(ValueError):
    """Bytes that are none of the channel's or of a training log."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of a header, with LLVM's name of its type and LLVM's shape: [1] for a number, [1, 33] for columns."""

    name: str
    llvm_type: str
    shape: tuple[int, ...] = (1,)

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Self:
        """FormatError for what describes none."""
        try:
            kind, shape = str(described["type"]), tuple(int(one) for one in described["shape"])
            name = str(described["name"])
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{described!r} describes no tensor") from error
        if kind not in _NUMPY_TYPES:
            raise FormatError(f"the tensor {name} has the unknown type {kind}")
        return cls(name, kind, shape)

    @classmethod
    def like(cls, spec: FeatureSpec) -> Self:
        """As LLVM describes the feature."""
        return cls(spec.name, spec.llvm_type, spec.llvm_shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(_NUMPY_TYPES[self.llvm_type])

    @property
    def size_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def step_shape(self) -> tuple[int, ...]:
        """Without LLVM's leading 1: () for a number."""
        return self.shape[1:] if self.shape[:1] == (1,) else self.shape

    def described(self) -> dict[str, Any]:
        """As LLVM writes it, in its order of keys."""
        return {"name": self.name, "type": self.llvm_type, "port": 0, "shape": list(self.shape)}


@dataclass(frozen=True, slots=True)
class Layout:
    """The tensors of an observation, one after the other without gaps."""

    tensors: tuple[Tensor, ...]

    @property
    def size_bytes(self) -> int:
        return sum(tensor.size_bytes for tensor in self.tensors)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(tensor.name for tensor in self.tensors)

    def offset(self, name: str) -> int:
        """Where a tensor begins. KeyError for one that is not there."""
        at = 0
        for tensor in self.tensors:
            if tensor.name == name:
                return at
            at += tensor.size_bytes
        raise KeyError(name)

    @property
    def row(self) -> np.dtype[Any]:
        """One observation as a structured type of numpy's."""
        return np.dtype([(one.name, one.dtype, one.step_shape) for one in self.tensors])

    def columns(self, observations: Sequence[bytes]) -> dict[str, npt.NDArray[Any]]:
        """The values of each tensor, [steps] or [steps, 33]."""
        rows = np.frombuffer(b"".join(observations), self.row)
        return {name: np.ascontiguousarray(rows[name]) for name in self.names}


@dataclass(frozen=True, slots=True)
class Header:
    """What a channel begins with: the tensors of an observation, and the one of the answer."""

    layout: Layout
    advice: Tensor


def header_of(task: Task) -> Header:
    """What LLVM itself would say of the task."""
    return Header(layout=Layout(tuple(map(Tensor.like, FEATURES[task]))), advice=Tensor.like(ADVICE[task]))


def read_header(line: bytes) -> Header:
    """FormatError for what is no header of the channel."""
    try:
        described = json.loads(line)
        features, advice = described["features"], described["advice"]
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no header of the interactive channel: {line[:80]!r}") from error
    return Header(layout=Layout(tuple(map(Tensor.of, features))), advice=Tensor.of(advice))
