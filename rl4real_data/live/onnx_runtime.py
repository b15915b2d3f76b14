"""The library of the installed ONNX Runtime, which the plugin loads into the compiler."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from rl4real_data.core.errors import MissingExtra
from rl4real_data.core.extras import install_command
from rl4real_data.live.own_operators import why_not_alone


def find_onnx_runtime() -> Path:
    """The path of `libonnxruntime.so` in the `onnxruntime` package, which is not imported: that takes a second.

    MissingExtra if it is not installed, or has no such library.
    """
    found = _installed_library()
    if found is None:
        raise MissingExtra("the plugin needs onnxruntime, which is not installed", hint=install_command("live"))
    return found


def onnx_runtime_for(models: Iterable[Path]) -> Path | None:
    """The library with which the plugin runs these models; None where it runs them alone, and there is none.

    MissingExtra if it cannot run one of them, and onnxruntime is not installed.
    """
    found = _installed_library()
    if found is not None:
        return found
    for model in models:
        reason = why_not_alone(model)
        if reason:
            raise MissingExtra(
                f"{model}: {reason}, for which the plugin needs onnxruntime, which is not installed",
                hint=install_command("live"),
            )
    return None


def _installed_library() -> Path | None:
    found = importlib.util.find_spec("onnxruntime")
    folders = [] if found is None else [Path(place) / "capi" for place in found.submodule_search_locations or ()]
    return next(iter(sorted(path for folder in folders for path in folder.glob("libonnxruntime.so*"))), None)
