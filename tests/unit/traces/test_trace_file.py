"""The plugin's file of a trace, whole, damaged, cut off and without end."""

from __future__ import annotations

import json

import pytest
from plugin_traces import Recorded, header_line, plugin_trace

from rl4real_data.traces.features import EVICTION, PRIORITY, Task
from rl4real_data.traces.trace_file import BadTrace, read_trace_file

PRIORITIES = plugin_trace(
    Task.PRIORITY,
    Recorded(name="f", decisions=(3, 4294967295), defaults=(5, 6), score=2.5),
    Recorded(name="empty"),
    Recorded(name="g", decisions=(7,), failure="no answer"),
)


def test_priorities() -> None:
    first, empty, left = read_trace_file(PRIORITIES, Task.PRIORITY)

    assert (first.context, first.steps, first.score, first.baseline, first.failure) == ("f", 2, 2.5, 2.5, None)
    assert first.columns["decision"].tolist() == [3, 4294967295]
    assert first.columns["default_decision"].tolist() == [5, 6]
    assert [first.columns[spec.name].tolist() for spec in PRIORITY] == [[1, 1], [2, 2], [3, 3]]
    assert (empty.context, empty.steps, dict(empty.columns)) == ("empty", 0, {})
    assert (left.context, left.steps, left.failure) == ("g", 1, "no answer")


def test_evictions_have_their_live_columns_alone() -> None:
    content = plugin_trace(Task.EVICTION, Recorded(name="f", decisions=(3, 32), live=((3, 5, 32), (32,))))
    (found,) = read_trace_file(content, Task.EVICTION)

    assert found.columns["live_count"].tolist() == [3, 1]
    assert found.columns["live_column"].tolist() == [3, 5, 32, 32]
    for number, spec in enumerate(EVICTION):
        assert found.columns[spec.name].tolist() == [number + 1] * (4 if spec.shape else 2), spec.name
    assert found.columns["decision"].tolist() == [3, 32]


def test_a_trace_without_functions_is_whole() -> None:
    assert read_trace_file(plugin_trace(Task.EVICTION), Task.EVICTION) == []


def test_what_is_cut_off_is_no_trace() -> None:
    for length in range(len(PRIORITIES)):
        with pytest.raises(BadTrace, match="the plugin's trace cannot be read"):
            read_trace_file(PRIORITIES[:length], Task.PRIORITY)


OTHER_FEATURES = header_line(Task.PRIORITY).replace(b"li_size", b"li_sice")
OTHER_TYPE = header_line(Task.PRIORITY).replace(b'"weight","type":"float"', b'"weight","type":"int64_t"')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PRIORITIES + b"x", "it holds 3 functions, and counts"),
        (PRIORITIES + b"\n" * 1000, "it holds 3 functions, and counts"),
        (PRIORITIES.replace(b'{"functions": 3}', b'{"functions": 4}'), "it holds 3 functions, and counts"),
        (PRIORITIES.replace(b'"version": 1', b'"version": 2'), "it says .* of itself"),
        (PRIORITIES.replace(header_line(Task.PRIORITY), OTHER_FEATURES), "features are not those of MLGO's priority"),
        (PRIORITIES.replace(header_line(Task.PRIORITY), OTHER_TYPE), "features are not those of MLGO's priority"),
        (PRIORITIES.replace(b'"steps": 2', b'"steps": 1'), "the values of f are not as long as it says"),
        (PRIORITIES.replace(b'"steps": 2', b'"steps": -2'), "cannot be read"),
        (PRIORITIES.replace(b'"steps": 2', b'"steps": 99999999999'), "cannot be read"),
        (PRIORITIES.replace(b'"steps": 2', b'"steps": Infinity'), "cannot be read"),
        (PRIORITIES.replace(b'"steps": 2, ', b""), "cannot be read"),
        (PRIORITIES.replace(b'{"functions": 3}', b"[3]"), "a line that is no object"),
        (b"", "cannot be read"),
        (b"\xff\xfe\n" * 50, "cannot be read"),
        (b'{"version":1,"task":"priority"}\n' + b'{"features":1}\n' * 50, "cannot be read"),
        (b"[" * 100_000 + b"\n", "cannot be read"),
    ],
)
def test_what_is_no_trace(content: bytes, said: str) -> None:
    with pytest.raises(BadTrace, match=said):
        read_trace_file(content, Task.PRIORITY)


def test_a_trace_of_another_task() -> None:
    with pytest.raises(BadTrace, match="it says"):
        read_trace_file(PRIORITIES, Task.EVICTION)


def test_functions_without_end() -> None:
    """Of a compiler that repeats itself until it is killed: all is read, and it is no trace."""
    lines = PRIORITIES.splitlines(keepends=True)
    line = json.dumps({"function": "f", "steps": 0, "live": 0, "score": 0}).encode() + b"\n\n"
    with pytest.raises(BadTrace, match="subsection not found"):
        read_trace_file(lines[0] + line * 5000, Task.PRIORITY)
