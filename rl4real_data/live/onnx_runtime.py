"""The library of the installed ONNX Runtime, which the plugin loads into the compiler."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rl4real_data.core.errors import MissingExtra
from rl4real_data.core.extras import install_command


def find_onnx_runtime() -> Path:
    """The path of `libonnxruntime.so` in the `onnxruntime` package, which is not imported: that takes a second.

    MissingExtra if it is not installed, or has no such library.
    """
    found = importlib.util.find_spec("onnxruntime")
    folders = [] if found is None else [Path(place) / "capi" for place in found.submodule_search_locations or ()]
    libraries = sorted(path for folder in folders for path in folder.glob("libonnxruntime.so*"))
    if not libraries:
        raise MissingExtra("the plugin needs onnxruntime, which is not installed", hint=install_command("live"))
    return libraries[0]
