"""The files outside Python that come with the package.

They lie beside it in a checkout, inside it in an installed wheel.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def preprocessing_dir() -> Path:
    """The folder of dataset format v0: recipe and plugin sources."""
    installed = _PACKAGE / "_preprocessing" / "v0"
    return installed if installed.is_dir() else _PACKAGE.parent / "preprocessing" / "v0"


def plugin_source_dir() -> Path:
    """The sources of the LLVM plugin."""
    return preprocessing_dir() / "mlra"


def advice_model(target: str) -> Path:
    """The advice model for a target, an ONNX file."""
    return preprocessing_dir() / "advice" / f"{target}.onnx"


def server_source_dir() -> Path:
    """The sources of the library that makes a compiler a server."""
    return preprocessing_dir() / "compiler_server"


def grpc_source_dir() -> Path:
    """The sources of the plugin's library for gRPC."""
    return preprocessing_dir() / "mlrun_grpc"


def proto_dir() -> Path:
    """The .proto files of the services that the plugin speaks."""
    return grpc_source_dir() / "protos"
