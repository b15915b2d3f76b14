"""The command `corpus export`."""

from __future__ import annotations

import pytest
from command_line import CommandLine
from world import World

from rl4real_data.export import mlgo


def test_what_is_no_module_is_left_out_and_said(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("a.c", "// function one")
    world.write("k.cu", "")
    exported: list[str] = []

    def export(modules: tuple[mlgo.Module, ...], *_args: object, **_settings: object) -> mlgo.Exported:
        exported.extend(module.name for module in modules)
        return mlgo.Exported(modules=len(modules), failed=())

    monkeypatch.setattr(mlgo, "export_mlgo", export)
    said = call("corpus", "export", world.corpus, "--output", "out")

    assert said.code == 0
    assert exported == ["a.c"]
    assert "left out: 1 module: no C, C++ or LLVM IR but cuda\n" in said.err
    assert "1 module, 0 failed\n" in said.err
