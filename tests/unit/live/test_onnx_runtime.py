"""Where ONNX Runtime's library lies."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

from rl4real_data.core.errors import MissingExtra
from rl4real_data.live.onnx_runtime import find_onnx_runtime


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of this name at `folder`."""
    spec = importlib.machinery.ModuleSpec("onnxruntime", None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)


def test_library_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    (tmp_path / "capi").mkdir()
    for name in ("libonnxruntime_providers_shared.so", "libonnxruntime.so.1.32.0"):
        (tmp_path / "capi" / name).touch()

    assert find_onnx_runtime() == tmp_path / "capi" / "libonnxruntime.so.1.32.0"


def test_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)

    with pytest.raises(MissingExtra, match="onnxruntime") as raised:
        find_onnx_runtime()
    assert raised.value.hint == "pip install 'rl4real-data[live]'"


def test_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(MissingExtra, match="onnxruntime"):
        find_onnx_runtime()
