"""Every episode of the demo, and of the sample corpus, from its MIR text alone."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import Run

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.parametrize(("target", "corpus"), [("x86", "demo"), ("aarch64", "demo"), ("x86", "sample")])
def test_replay_gives_the_same(rl4real: Run, target: str, corpus: str) -> None:
    rl4real("flow", target, "train", "mlra", "--corpus", corpus, "--data-dir", "d")
    report = json.loads(rl4real("validate", "d", "--replay", "--json", check=False).stdout)["replay"]
    assert report["total"] >= (2000 if corpus == "demo" else 400)
    assert report["refused"] == []
    assert report["equal"] / report["total"] >= 0.99
