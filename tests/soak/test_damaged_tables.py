"""Ten thousand damaged tables and indices whose checksums fit."""

from __future__ import annotations

import os

import pytest

from tests.integration.damaged_tables_run import sweep

pytestmark = pytest.mark.soak

DAMAGES = 10_000


@pytest.mark.timeout(7200)
def test_every_damage_is_an_error_of_the_dataset_or_none() -> None:
    assert sweep(0, DAMAGES, jobs=os.cpu_count() or 1) == []
