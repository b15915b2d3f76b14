"""The whole flow with a compiler that is a script: what a run leaves behind, and the same bytes whatever happens."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from world import World, parts_of, write_three

from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.errors import ToolchainError
from rl4real_data.flow import runner
from rl4real_data.flow.pipeline import FLOW
from rl4real_data.flow.run import Console, plan_flow, run_flow

SILENT = Console(say=lambda _: None)


# What a whole run leaves behind


def test_every_function_becomes_an_episode(world: World) -> None:
    write_three(world)
    report = world.run()

    assert world.functions() == ["one", "two", "three", "four"]
    assert [row["module"] for row in world.episodes()] == ["a.c", "a.c", "b.c", "deep/c.cpp"]
    assert (report.compiled, report.failed, report.was_finished) == (3, (), False)
    assert sorted(world.digests()) == [
        *("README.md", "croissant.json", "data/train-00000-of-00001.parquet", "dataset.json"),
        *("instructions.parquet", "modules.parquet", "registers.parquet", "vocab/vocabulary.parquet"),
    ]


def test_episode_holds_what_the_dump_says(world: World) -> None:
    world.write("a.c", "// function one nodes=2 uses=3")
    world.run()

    (row,) = world.episodes()
    assert {key: row[key] for key in ("corpus", "target", "cpu", "opt_level", "allocator", "llvm_version")} == {
        "corpus": "src",
        "target": "x86",
        "cpu": "core2",
        "opt_level": "O3",
        "allocator": "greedy",
        "llvm_version": "22.1.8",
    }
    assert row["node_spill_weight"] == [float("inf"), 1.5]
    assert row["use_spill_weight"] == [[float("inf"), 1.25, 2.25]] * 2
    assert (row["edge_u"], row["edge_v"], row["node_outcome"]) == ([0], [1], [0, 0])
    assert row["mir"] == "name: one"


def test_instructions_are_numbered_by_opcode(world: World) -> None:
    write_three(world)
    world.run()

    table = pq.read_table(world.data_dir / "instructions.parquet").to_pylist()
    assert [(row["inst_id"], row["opcode"]) for row in table] == [(0, "ADD32rr"), (1, "RET"), (2, "SUB32rr")]
    assert [row["inst"] for row in world.episodes()] == [[0, 0, 1], [0, 0, 1], [2, 2, 1], [0, 0, 1]]


def test_books_balance(world: World) -> None:
    write_three(world)
    world.write("bad.c", "// compiler reject")
    world.run()

    books = world.index().splits["train"]
    assert books.imbalances() == ()
    assert (books.modules, books.modules_done, books.modules_failed, dict(books.failures)) == (4, 3, 1, {"rejected": 1})
    assert (books.functions, books.episodes, books.duplicates, dict(books.filtered)) == (4, 4, 0, {})


def test_index_names_every_file_with_its_digest(world: World) -> None:
    write_three(world)
    world.run()

    digests = world.digests()
    del digests["dataset.json"]
    assert {name: entry.sha256 for name, entry in world.index().files.items()} == digests


def test_nothing_is_left_in_the_working_folders(world: World) -> None:
    write_three(world)
    world.write("bad.c", "// compiler crash")
    world.run()

    work = world.data_dir / ".work"
    assert [path for path in (*(work / "scratch").rglob("*"), *(work / "next").rglob("*")) if path.is_file()] == []
    assert not (work / "publish.json").exists()


def test_without_mir_there_is_no_text(world: World) -> None:
    world.write("a.c", "// function one")
    world.run(mir=False)

    assert [row["mir"] for row in world.episodes()] == [None]
    assert "-mlra-dump-mir" not in world.fake.commands()["a.c"]


def test_module_without_functions(world: World) -> None:
    world.write("a.c", "int global;")
    world.run()

    books = world.index().splits["train"]
    assert (books.modules_done, books.functions, books.episodes) == (1, 0, 0)
    assert world.episodes() == []


# Toolchain


def test_missing_c_headers_stop_the_run_before_work(world: World) -> None:
    world.write("a.c", "// function one")
    world.fake.path.with_name("no-headers").touch()

    with pytest.raises(ToolchainError, match=r"<stdio\.h> is not found for x86") as raised:
        world.run()
    assert raised.value.hint.startswith("apt-get install libc6-dev libstdc++-12-dev;")
    assert world.fake.compiled() == []


def test_llvm_ir_needs_no_headers(world: World) -> None:
    world.write("a.ll", 'target triple = "x86_64-pc-linux-gnu"', "// function one")
    world.fake.path.with_name("no-headers").touch()
    world.run()

    assert world.functions() == ["one"]
    assert "-MD" not in world.fake.commands()["a.ll"]


def test_llvm_ir_for_another_target_is_rejected(world: World) -> None:
    world.write("a.ll", 'target triple = "aarch64-linux-gnu"', "// function one")
    world.run()

    row = world.modules()["a.ll"]
    assert (row["kind"], row["reason"]) == ("rejected", "written for aarch64-linux-gnu, not for x86_64-linux-gnu")
    assert world.fake.compiled() == []


def test_second_model_uses_the_basic_allocator(world: World) -> None:
    world.write("a.c", "// function one")
    world.run(model=AllocatorName.MLBASICRA)

    assert world.episodes()[0]["allocator"] == "basic"
    assert "-regalloc=mlbasicra" in world.fake.commands()["a.c"]


# The fork, which has the flags itself

FORK_DATA = Path(__file__).parents[2] / "data" / "fork"


def install_fork(world: World) -> Path:
    """Makes the compiler the fork; returns its CONFIG_DIR."""
    world.fake.path.with_name("banner").write_text("clang version 10.0.1")
    world.fake.path.with_name("is-fork").touch()
    for name in ("tiny.c_F1.dot", "tiny.c_F2.dot"):
        shutil.copy(FORK_DATA / name, world.fake.path.with_name(name))
    config = world.folder / "config" / "regalloc"
    config.mkdir(parents=True)
    classes = {"GR32": [{"regId": 22, "regName": "EAX"}], "GR64": [{"regId": 55, "regName": "RDI"}]}
    classes |= {"GR64_NOSP": classes["GR64"], "GR64_with_sub_8bit": classes["GR64"]}
    (config / "X86_supported_RegClasses.json").write_text(json.dumps(classes))
    (config / "X86_overlaps_info.json").write_text(json.dumps({"22": [22], "55": [55]}))
    return config.parent


def test_files_of_the_fork_become_episodes(world: World) -> None:
    world.write("tiny.c", "int x;")
    config = install_fork(world)
    world.run(config_dir=config)

    assert world.functions() == ["add", "twice"]
    rows = world.episodes()
    assert [row["inst"] for row in rows] == [None, None]
    assert {row["llvm_version"] for row in rows} == {"10.0.1"}
    assert set(rows[0]["node_class"]) == {0, 2, 3}  # GR32, GR64_NOSP, GR64_with_sub_8bit, numbered by name
    words = world.fake.commands()["tiny.c"]
    assert ["-mllvm", "-regalloc=greedy", "-mllvm", "-mlra-dump-ig-dot", "-mllvm", f"-ml-config-path={config}"] == [
        *words[words.index("-mllvm") :][:6]
    ]
    assert not [word for word in words if word.startswith("-fplugin")]


def test_fork_resumes_too(world: World) -> None:
    world.write("tiny.c", "int x;")
    config = install_fork(world)
    world.run(config_dir=config)
    before = world.digests()
    world.fake.forget()

    assert world.run(config_dir=config).was_finished
    assert (world.fake.compiled(), world.digests()) == ([], before)


def test_broken_file_of_the_fork_costs_its_module(world: World) -> None:
    world.write("tiny.c", "int x;")
    config = install_fork(world)
    world.fake.path.with_name("tiny.c_F2.dot").write_text("graph G {\n")
    world.run(config_dir=config)

    row = world.modules()["tiny.c"]
    assert (row["kind"], row["episodes"]) == ("bad-record", 0)
    assert row["reason"].startswith("the compiler's dump cannot be used: tiny.c_F2.dot")


def test_fork_without_its_configuration_is_refused(world: World) -> None:
    world.write("tiny.c", "int x;")
    install_fork(world)

    with pytest.raises(ToolchainError, match="is the RL4ReAl fork: it needs its configuration") as raised:
        world.run()
    assert "CONFIG_DIR" in raised.value.hint


def test_relative_configuration_of_the_fork_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("tiny.c", "int x;")
    config = install_fork(world)
    monkeypatch.chdir(world.folder)
    world.run(config_dir=Path("config"))

    assert f"-ml-config-path={config}" in world.fake.commands()["tiny.c"]


# The same bytes


def write_many(world: World) -> tuple[str, ...]:
    for number in range(6):
        nodes = number % 4 + 2
        world.write(f"one/m{number}.c", f"// shape OP{number % 3}", f"// function f{number} nodes={nodes}")
        world.write(
            f"two/m{number}.c", f"// function g{number} nodes={nodes + 3}", f"// function h{number} uses={number}"
        )
    world.write("two/x.c", "// compiler reject")
    return str(world.folder / "one"), str(world.folder / "two")


def test_number_of_jobs_changes_no_byte(world: World) -> None:
    corpora = write_many(world)
    world.run(corpora=corpora, jobs=1, data_dir=world.folder / "by-one")
    world.run(corpora=corpora, jobs=4, data_dir=world.folder / "by-four")

    assert world.digests(world.folder / "by-one") == world.digests(world.folder / "by-four")


def test_order_of_the_corpora_changes_no_byte(world: World) -> None:
    corpora = write_many(world)
    world.run(corpora=corpora, data_dir=world.folder / "forth")
    world.run(corpora=corpora[::-1], data_dir=world.folder / "back")

    assert world.digests(world.folder / "forth") == world.digests(world.folder / "back")


def test_order_of_corpora_of_one_name_changes_no_byte(world: World) -> None:
    world.write("one/code/a.c", "// function one nodes=3")
    world.write("two/code/b.c", "// function two nodes=4")
    corpora = str(world.folder / "one" / "code"), str(world.folder / "two" / "code")
    world.run(corpora=corpora, data_dir=world.folder / "forth")
    world.run(corpora=corpora[::-1], data_dir=world.folder / "back")

    assert world.digests(world.folder / "forth") == world.digests(world.folder / "back")


def test_place_of_the_corpus_changes_no_byte(world: World) -> None:
    world.write("one/code/a.c", "// function one nodes=3")
    world.write("one/code/x.c", "// compiler reject")
    world.write("two/code/a.c", "// function one nodes=3")
    world.write("two/code/x.c", "// compiler reject")
    world.run(corpora=(str(world.folder / "one" / "code"),), data_dir=world.folder / "here")
    world.run(corpora=(str(world.folder / "two" / "code"),), data_dir=world.folder / "there")

    assert world.digests(world.folder / "here") == world.digests(world.folder / "there")


@pytest.mark.parametrize("word", ["no-dump", "half-record", "crash-caught", "memory-caught", "quote-places"])
def test_failures_are_the_same_bytes_too(world: World, word: str) -> None:
    world.write("x.c", f"// compiler {word}", "// function lost")
    world.run(data_dir=world.folder / "first")
    world.run(data_dir=world.folder / "second-with-a-longer-name")

    assert world.digests(world.folder / "first") == world.digests(world.folder / "second-with-a-longer-name")


# Relative paths: the compiler runs in the corpus's folder


@pytest.mark.parametrize("name", ["data_dir", "cache_dir", "build_dir", "corpora"])
def test_relative_folders_work(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    world.write("a.c", "// function one")
    monkeypatch.chdir(world.folder)
    relative: dict[str, object] = {
        "data_dir": Path("data"),
        "cache_dir": Path("cache"),
        "build_dir": Path("llvm"),
        "corpora": ("src",),
    }
    world.run(**{name: relative[name]})

    assert world.functions() == ["one"]
    words = " ".join(world.fake.commands()["a.c"])
    assert f"-fplugin={world.folder}/cache" in words
    assert f"-c {world.corpus}" not in words  # it runs in the folder of its corpus


# Progress


def test_progress_counts_modules_and_functions(world: World) -> None:
    write_three(world)
    world.write("x.c", "// compiler reject")
    world.run()
    parts = [entry.part for entry in world.run().failed]
    progress = runner.Progress(total=4)
    progress.add(parts[0])

    assert progress.text().startswith("0 done, 1 failed, 0 functions, ")


def test_run_yields_every_job_with_its_part(world: World) -> None:
    write_three(world)
    seen: set[str] = set()
    run_jobs = runner.run_jobs
    world.run()
    jobs = plan_flow(world.request(verify=True), SILENT).plan.to_compile
    for job, part in run_jobs(jobs, FLOW.modules, workers=2, show_bar=False):
        seen.add(str(job.module.path))
        assert part.key == job.key

    assert seen == {str(job.module.path) for job in jobs}


def test_without_a_terminal_a_line_now_and_then_says_how_far_the_run_is(world: World) -> None:
    write_three(world)
    said: list[str] = []
    run_flow(world.request(), Console(say=said.append))

    assert "compiling 3 modules" in said
    lines = [line for line in said if line.startswith("of 3 modules ")]
    assert [line.split(" function")[0].rsplit(", ", 1)[0] for line in lines] == [
        f"of 3 modules {done} done, 0 failed" for done in (1, 2, 3)
    ]


def test_part_files_hold_no_column_of_the_run(world: World) -> None:
    world.write("a.c", "// function one")
    world.run()

    with pa.memory_map(str(parts_of(world, "arrow")[0])) as source:
        names = pa.ipc.open_file(source).schema.names
    assert {"corpus", "module", "target", "episode_id"} & set(names) == set()
