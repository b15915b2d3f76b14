"""Callgrind's file of counts, and a machine without valgrind."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.benchmarks.callgrind import Callgrind, Counts
from rl4real_data.core.errors import ToolchainError

FILE = """# callgrind format
events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw
fn=(1) main
16 3 1 0
totals: 1000 300 100 1 2 3 4 5 6
"""


def test_sums_of_a_run() -> None:
    assert Counts.of_file(FILE) == Counts(instructions=1000, reads=300, writes=100)


@pytest.mark.parametrize("text", ["", FILE.partition("totals")[0], FILE.partition("events")[2]])
def test_a_file_without_sums_counts_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="no sums"):
        Counts.of_file(text)


def test_without_valgrind_its_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="no valgrind") as raised:
        Callgrind.found(str(tmp_path))

    assert "apt-get install valgrind" in raised.value.hint
