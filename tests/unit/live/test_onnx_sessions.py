"""A model that is asked about the same arrays; the session is a fake that reads and writes where it was told to."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from rl4real_data.live.onnx_sessions import FixedInputs

SHAPE = (1, 3)
SIZE_BYTES = 12


class FakeSession:
    """Adds one to each number; `promised` is what it says of its answer's shape."""

    def __init__(self, promised: list[Any]) -> None:
        self.promised = promised
        self.bound: dict[str, tuple[Any, ...]] = {}
        self.runs = 0

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name="x")]

    def get_outputs(self) -> list[Any]:
        return [SimpleNamespace(name="y", shape=self.promised)]

    def get_modelmeta(self) -> Any:
        return SimpleNamespace(custom_metadata_map={})

    def run(self, output_names: Any, feed: dict[str, Any]) -> list[npt.NDArray[Any]]:
        self.runs += 1
        assert output_names == ["y"]
        return [feed["x"] + np.float32(1)]

    def io_binding(self) -> Any:
        return self

    def bind_input(self, name: str, *place: Any) -> None:
        self.bound[name] = place

    def bind_output(self, name: str, *place: Any) -> None:
        self.bound[name] = place

    def run_with_iobinding(self, iobinding: Any) -> None:
        for name in ("x", "y"):
            assert iobinding.bound[name][:4] == ("cpu", 0, np.float32, SHAPE)
        given = np.frombuffer(ctypes.string_at(self.bound["x"][4], SIZE_BYTES), np.float32)
        ctypes.memmove(self.bound["y"][4], (given + np.float32(1)).tobytes(), SIZE_BYTES)


@pytest.mark.parametrize(("promised", "runs"), [(list(SHAPE), 1), (["n", 3], 3), ([3], 3)])
def test_what_the_arrays_hold_is_asked(promised: list[Any], runs: int) -> None:
    """Where they lie is told once, unless the answer's shape is not the one that was promised."""
    session, array = FakeSession(promised), np.zeros(SHAPE, np.float32)
    model = FixedInputs(session, {"x": array})
    for number in range(3):
        array[0] = (number, 0, 2)
        assert model.ask().tolist() == [[number + 1, 1, 3]]
    assert session.runs == runs
