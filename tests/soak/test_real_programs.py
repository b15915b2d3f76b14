"""Real programs execute fewer instructions with the best decisions, and do what they did."""

from __future__ import annotations

import statistics

import pytest

from .real_programs import measured

pytestmark = [pytest.mark.clang, pytest.mark.soak]

CORPORA = ("bzip2", "zlib", "lua5.4", "libzstd", "lz4", "sqlite")


@pytest.mark.timeout(14400)
def test_real_programs_execute_less() -> None:
    found = []
    for one in measured(CORPORA, functions=100, candidates=400):  # hours: what is known is told at once
        print(one, flush=True)
        found.append(one)

    assert len(found) >= 8
    assert statistics.geometric_mean(one.instructions for one in found) <= 0.985
    assert max(one.instructions for one in found) <= 1.002
