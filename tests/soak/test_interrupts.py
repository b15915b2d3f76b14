"""Fifty interruptions of a real `flow` at random moments from its start to its end."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from interrupted_flow import after, check_interrupted, finished_flow, interrupted_flow

pytestmark = [pytest.mark.clang, pytest.mark.soak]

INTERRUPTIONS = 50
MOST_LATE = 25  # runs take longer and shorter: those that end before their moment are replaced


@pytest.mark.timeout(3600)
def test_fifty_interruptions_at_random_moments(tmp_path: Path) -> None:
    expected = finished_flow(tmp_path / "first")  # which may have to build the plugin
    begin = time.monotonic()
    assert finished_flow(tmp_path / "undisturbed") == expected
    duration = time.monotonic() - begin
    moments = random.Random(50)
    data_dir = tmp_path / "interrupted"
    interrupted = late = 0
    while interrupted < INTERRUPTIONS:
        ended = interrupted_flow(data_dir, after(moments.uniform(0, duration)))
        if ended.was_late and ended.code == 0:
            late += 1
        else:
            interrupted += 1
            check_interrupted(ended, data_dir)
            print(f"{interrupted}: {ended.code} after {ended.seconds:.3f} s")
        assert finished_flow(data_dir) == expected
        shutil.rmtree(data_dir)
        assert late <= MOST_LATE
