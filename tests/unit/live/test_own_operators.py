"""The table of operators is the plugin's."""

from __future__ import annotations

import re

from rl4real_data.core.shipped_files import plugin_source_dir
from rl4real_data.live.own_operators import NEWEST_RELEASE, OLDEST_RELEASE, OPERATORS


def test_operators_are_those_of_the_plugin() -> None:
    source = (plugin_source_dir() / "onnx" / "Operator.cpp").read_text(encoding="utf-8")

    assert sorted(OPERATORS) == re.findall(r'^    \{"(\w+)", bind', source, re.MULTILINE)


def test_releases_are_those_of_the_plugin() -> None:
    header = (plugin_source_dir() / "onnx" / "Operator.h").read_text(encoding="utf-8")
    numbers = re.findall(r"OldestOpset = (\d+), NewestOpset = (\d+)", header)

    assert numbers == [(str(OLDEST_RELEASE), str(NEWEST_RELEASE))]
