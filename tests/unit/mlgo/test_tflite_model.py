"""Folders of MLGO's that cannot be served, and what is said then."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import MissingExtra, UsageError
from rl4real_data.mlgo.policies.tflite_model import MODEL, OUTPUTS, TflitePolicy

SPEC = [{"logging_name": "inlining_decision", "tensor_spec": {"name": "S", "port": 0, "type": "int64_t", "shape": [1]}}]


def test_without_its_outputs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"output_spec\.json: no such file"):
        TflitePolicy(tmp_path)


@pytest.mark.parametrize("text", ["[", "[{}]", '[{"logging_name": "a", "tensor_spec": {"name": "b"}}]', "3"])
def test_outputs_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / OUTPUTS).write_text(text)
    with pytest.raises(UsageError, match=r"output_spec\.json: cannot be read"):
        TflitePolicy(tmp_path)


def test_without_the_model(tmp_path: Path) -> None:
    (tmp_path / OUTPUTS).write_text(json.dumps(SPEC))
    with pytest.raises(UsageError, match=r"model\.tflite: no such file"):
        TflitePolicy(tmp_path)


def test_without_an_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / OUTPUTS).write_text(json.dumps(SPEC))
    (tmp_path / MODEL).write_bytes(b"model")

    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra, match="needs an interpreter of TFLite") as caught:
        TflitePolicy(tmp_path)
    assert "rl4real-data[mlgo]" in caught.value.hint
