"""Inputs that are not compiled, and names that are no UTF-8: rows with a reason, in books that balance."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from world import World

from rl4real_data.commands.flow_summary import summary
from rl4real_data.validation.whole_dataset import validate

CUDA = "no C, C++ or LLVM IR but cuda"


def outcomes(world: World) -> dict[str, tuple[str, str | None, str | None]]:
    return {name: (row["status"], row["kind"], row["reason"]) for name, row in world.modules().items()}


def findings(world: World) -> list[str]:
    """What is wrong beside the episodes, which the fake compiler makes up."""
    return [str(finding) for finding in validate(world.data_dir) if not finding.file.startswith("data/")]


def test_folder(world: World) -> None:
    world.write("a.c", "// function one")
    outside = world.write("elsewhere/b.c", "// function two nodes=3")
    for name in ("k.cu", "m.cppm", "plain.o"):
        world.write(name, "")
    (world.corpus / "link.c").symlink_to(outside)
    (world.corpus / "dead.c").symlink_to("nothing.c")
    (world.corpus / "loop.c").symlink_to("loop.c")
    (world.corpus / "libs").symlink_to(outside.parent)
    report = world.run()

    assert outcomes(world) == {
        "a.c": ("done", None, None),
        "link.c": ("done", None, None),
        "dead.c": ("failed", "source", "dead.c: a link to a file that is not there"),
        "loop.c": ("failed", "source", "loop.c: a link that leads back to itself"),
        "k.cu": ("filtered", None, CUDA),
        "m.cppm": ("done", None, None),
        "plain.o": ("filtered", None, "object code without bitcode"),
        "libs": ("filtered", None, "a link to a folder, which is not entered: name that folder itself"),
    }
    has_command = {name for name, row in world.modules().items() if row["command"]}
    assert has_command == {"a.c", "link.c", "dead.c", "loop.c", "m.cppm"}
    books = world.index().splits["train"]
    assert (books.modules, books.modules_done, books.modules_failed, books.modules_filtered[CUDA]) == (8, 3, 2, 1)
    assert world.functions() == ["one", "two"]
    assert not findings(world)
    text = summary(world.request().destination, report, seconds=1.0)
    assert "8: 3 done, 2 failed, 3 left out\n" in text
    assert f"  1 {CUDA}\n" in text

    assert world.run().was_finished
    (world.corpus / "dead.c").unlink()
    world.write("dead.c", "// function three nodes=4")
    world.run()
    assert outcomes(world)["dead.c"][0] == "done"


def test_compilation_database(world: World) -> None:
    for name in ("a.c", "k.cu", "m.cppm"):
        world.write(name, "// function one")
    folder = str(world.corpus)
    entries = [
        {"directory": folder, "file": path.name, "command": f"cc -c {path.name}"} for path in world.corpus.iterdir()
    ]
    path = world.corpus / "compile_commands.json"
    path.write_text(json.dumps(entries))
    world.run(corpora=(str(path),))

    assert outcomes(world) == {
        "a.c": ("done", None, None),
        "k.cu": ("filtered", None, CUDA),
        "m.cppm": ("done", None, None),
    }
    assert {row["language"] for row in world.modules().values()} == {"c", "cuda", "c++-module"}


def test_share_of_failed_modules_is_one_of_those_to_compile(world: World) -> None:
    world.write("a.c", "// function one")
    world.write("k.cu", "")
    plan = world.plan().plan
    assert (len(plan.jobs), len(plan.left_out), len(plan.to_compile)) == (2, 1, 1)


@pytest.mark.parametrize("folder", ["src", "s\udce9c"])
def test_names_that_are_no_utf8(world: World, folder: str) -> None:
    root = world.folder / folder
    (root / "d\udcff").mkdir(parents=True)
    (root / "a.c").write_text("// function one\n")
    (root / "d\udcff/caf\udce9's.c").write_text(
        '#include "h\udcfe.h"\n// function two nodes=3\n', errors="surrogateescape"
    )
    (root / "d\udcff/h\udcfe.h").write_text("// a header\n")
    (root / '"quoted".c').write_text("// function three nodes=4\n")
    (root / "bad\udce9.c").write_text("// compiler reject\n")
    (root / "dead\udce9.c").symlink_to("nothing")
    world.run(corpora=(str(root),))

    found = outcomes(world)
    assert {name: status for name, (status, _, _) in found.items()} == {
        "a.c": "done",
        '"d\\FF/caf\\E9\'s.c"': "done",
        '"\\22quoted\\22.c"': "done",
        '"bad\\E9.c"': "failed",
        '"dead\\E9.c"': "failed",
    }
    assert found['"bad\\E9.c"'][2] == "bad\\xe9.c:1:2: error: expected ';' after expression"
    assert found['"dead\\E9.c"'][2] == '"dead\\E9.c": a link to a file that is not there'
    assert {row["module"] for row in world.episodes()} == {"a.c", '"d\\FF/caf\\E9\'s.c"', '"\\22quoted\\22.c"'}
    assert {row["corpus"] for row in world.episodes()} == {"src" if folder == "src" else '"s\\E9c"'}
    assert not findings(world)
    assert world.run(corpora=(str(root),)).was_finished


def test_command_of_a_name_that_is_no_utf8(world: World) -> None:
    """bash takes it."""
    world.write("a.c", "// function one")
    (world.corpus / "caf\udce9 1's.c").write_text("// function two nodes=3\n")
    world.run()
    table = pq.read_table(world.data_dir / "modules.parquet", columns=["command"]).to_pylist()
    words = [word for row in table for word in row["command"].split(" -c ")[1:]]
    assert any(word.startswith("$'caf\\351 1\\047s.c' ") for word in words)


def test_machine_path_that_is_no_utf8_stays_out(world: World) -> None:
    root = world.folder / "s\udce9c"
    root.mkdir()
    (root / "a.c").write_text("// function one\n")
    (root / "bad.c").write_text("// compiler reject\n")
    world.run(corpora=(str(root),))
    row = world.modules()["bad.c"]
    assert row["status"] == "failed"
    assert str(world.folder) not in row["reason"] + row["stderr"]
