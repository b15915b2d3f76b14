"""Sequence examples and TFRecords, read back with a reader of the wire format's own rules."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.mlgo.sequence_example import sequence_example
from rl4real_data.mlgo.tfrecord import write_record
from rl4real_data.mlgo.trace_export import write_trace_file
from rl4real_data.traces.features import Task
from rl4real_data.traces.trajectory import Trajectory

WIDE = np.array([[0, -1, 127], [128, 2**40, -(2**63)]], np.int64)
REAL = np.array([[0.5, -1.0, np.inf], [3e38, 0.1, -0.0]], np.float32)


def trajectory(steps: int = 2) -> Trajectory:
    decision = np.arange(steps, dtype=np.int64) % 2
    features = {"wide": np.resize(WIDE, (steps, 3)), "real": np.resize(REAL, (steps, 3)), "small": decision + 5}
    return Trajectory("f", features, decision, decision, 3.0, 4.0)


def fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message, all of which have a length here: protobuf's encoding guide."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        assert key & 7 == 2
        size, at = varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def integers(data: bytes) -> list[int]:
    at, found = 0, []
    while at < len(data):
        value, at = varint(data, at)
        found.append(value - (1 << 64) if value >> 63 else value)
    return found


def read_example(data: bytes) -> dict[str, list[list[float]]]:
    """tensorflow/core/example: SequenceExample.feature_lists = 2, FeatureLists.feature_list = 1, a map of key 1 to
    FeatureList 2, FeatureList.feature = 1, Feature.float_list = 2 and int64_list = 3, their value = 1.
    """
    ((number, lists),) = fields(data)
    assert number == 2
    found = {}
    for _, entry in fields(lists):
        parts = dict(fields(entry))
        found[parts[1].decode()] = [read_feature(feature) for _, feature in fields(parts[2])]
    return found


def read_feature(data: bytes) -> list[float]:
    ((kind, numbers),) = fields(data)
    ((_, values),) = fields(numbers)
    return list(np.frombuffer(values, "<f4").tolist()) if kind == 2 else list(integers(values))


def test_each_number_comes_back() -> None:
    found = read_example(sequence_example(Task.INLINING, trajectory()))

    assert found["wide"] == WIDE.tolist()
    assert np.array_equal(np.array(found["real"], np.float32), REAL)
    assert found["small"] == [[5], [6]]
    assert found["inlining_decision"] == [[0], [1]]
    assert found["reward"] == [[pytest.approx(1 - 3.01 / 4.01)]] * 2
    assert set(found) == {"wide", "real", "small", "inlining_decision", "reward"}


def test_the_decision_has_the_name_of_its_task() -> None:
    assert "index_to_evict" in read_example(sequence_example(Task.EVICTION, trajectory()))


def test_a_record_has_its_length_and_two_masked_checksums() -> None:
    stream = io.BytesIO()
    write_record(stream, b"123456789")

    data = stream.getvalue()
    assert data[:8] == struct.pack("<Q", 9)
    assert data[12:21] == b"123456789"
    turned = (0xE3069283 >> 15 | 0xE3069283 << 17) & 0xFFFFFFFF
    assert data[21:] == struct.pack("<I", (turned + 0xA282EAD8) & 0xFFFFFFFF)


def test_a_trace_file_counts_what_mlgo_skips(tmp_path: Path) -> None:
    told = write_trace_file(Task.INLINING, [trajectory(3), trajectory(0), trajectory(2)], tmp_path / "trace")

    assert (told.trajectories, told.steps, told.too_short) == (2, 5, 1)
    with pytest.raises(DatasetError, match="is there already"):
        write_trace_file(Task.INLINING, [trajectory()], tmp_path / "trace")


def test_without_a_decision_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no inlining decision"):
        write_trace_file(Task.INLINING, [trajectory(0)], tmp_path / "trace")
    assert list(tmp_path.iterdir()) == []
