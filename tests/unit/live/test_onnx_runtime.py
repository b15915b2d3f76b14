"""Where ONNX Runtime's library lies."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

from rl4real_data.core.errors import MissingExtra
from rl4real_data.live.onnx_runtime import find_onnx_runtime, onnx_runtime_for


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


def model(path: Path, operator: bytes, *, release: int = 17, domain: bytes = b"") -> Path:
    """A graph of one node, as Protocol Buffers write it."""

    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    node = field(4, operator) + (field(7, domain) if domain else b"")
    path.write_bytes(field(7, field(1, node)) + field(8, field(1, b"") + bytes([2 << 3, release])))
    return path


def test_a_model_that_the_plugin_runs_needs_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    assert onnx_runtime_for([model(tmp_path / "m.onnx", b"Relu")]) is None


@pytest.mark.parametrize(
    ("operator", "release", "domain", "reason"),
    [
        (b"Loop", 17, b"", "the operator Loop"),
        (b"Relu", 17, b"com.example", "the operator com.example.Relu"),
        (b"Relu", 99, b"", "operators of release 99"),
    ],
)
def test_a_model_that_the_plugin_does_not_run_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operator: bytes, release: int, domain: bytes, reason: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(MissingExtra, match=f"m.onnx: {reason}, for which") as raised:
        onnx_runtime_for([model(tmp_path / "m.onnx", operator, release=release, domain=domain)])
    assert raised.value.hint == "pip install 'rl4real-data[live]'"


def test_the_installed_library_is_named_whatever_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    (tmp_path / "capi").mkdir()
    (tmp_path / "capi" / "libonnxruntime.so.1").touch()

    assert onnx_runtime_for([tmp_path / "nothing.onnx"]) == tmp_path / "capi" / "libonnxruntime.so.1"
