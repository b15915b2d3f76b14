"""Files that are ONNX models by their outer form, and those that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.live.model_file import check_model, model_metadata

VERSION = b"\x08\x0a"  # field 1, a number
GRAPH = b"\x3a\x82\x01" + bytes(130)  # field 7, 130 bytes
METADATA = b"\x72\x00"


@pytest.mark.parametrize("content", [VERSION + GRAPH + METADATA, b"\x3a\x00", b"\x09" + bytes(8) + b"\x3a\x00"])
def test_a_model_has_a_graph(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.onnx").write_bytes(content)

    check_model(tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"rubbish\n", "it is no whole message of ONNX"),
        (b"version https://git-lfs.github.com/spec/v1\n", "it is no whole message of ONNX"),
        (b"\xef\xbb\xbf", "it is no whole message of ONNX"),
        (b"\xff" * 40, "it is no whole message of ONNX"),
        (VERSION, "it has no graph"),
        (b"\x38\x01", "it has no graph"),
        ((VERSION + GRAPH)[:-1], "it is no whole message of ONNX"),
        (VERSION + b"\x3a\x82", "it is no whole message of ONNX"),
        (VERSION + GRAPH + b"\x15\0", "it is no whole message of ONNX"),
    ],
)
def test_what_is_no_model(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "m.onnx").write_bytes(content)

    with pytest.raises(UsageError, match=f"no ONNX model: {reason}"):
        check_model(tmp_path / "m.onnx")


def entry(content: bytes) -> bytes:
    return b"\x72" + bytes([len(content)]) + content


def test_a_model_tells_its_metadata(tmp_path: Path) -> None:
    pairs = entry(b"\x0a\x01k\x12\x02v1") + entry(b"\x12\x03\xc3\xa4\xff\x0a\x01l") + entry(b"\x0a\x01m")
    (tmp_path / "m.onnx").write_bytes(VERSION + pairs + GRAPH + METADATA)

    assert model_metadata(tmp_path / "m.onnx") == {"k": "v1", "l": "ä\ufffd", "m": "", "": ""}


def test_metadata_that_are_cut_off(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(GRAPH + entry(b"\x0a\x05k"))

    with pytest.raises(UsageError, match="no ONNX model: it is no whole message of ONNX"):
        model_metadata(tmp_path / "m.onnx")


def test_a_model_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ONNX model: No such file"):
        check_model(tmp_path / "m.onnx")
