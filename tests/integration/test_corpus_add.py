"""`corpus add` on a real package of the distribution: what it writes must run as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Run

pytestmark = [pytest.mark.clang, pytest.mark.network]


def test_source_package_without_a_manifest(rl4real: Run, tmp_path: Path) -> None:
    added = rl4real("corpus", "add", "cjson")
    assert added.returncode == 0, added.stderr
    manifest = Path(added.stdout.strip())
    shown = json.loads(rl4real("corpus", "show", str(manifest), "--json").stdout)
    assert (shown["license"], shown["split"]) == ("MIT", "train")
    assert {"cJSON.c", "cJSON_Utils.c"} <= set(shown["files"])

    flow = rl4real("flow", "x86", "train", "mlra", "--corpus", str(manifest), "--data-dir", str(tmp_path / "data"))
    assert flow.returncode == 0, flow.stderr
    assert "2: 2 done, 0 failed" in flow.stderr

    update = rl4real("corpus", "update", str(manifest))
    assert update.stdout == "source 1 (debian): what is pinned is what is served\n"
