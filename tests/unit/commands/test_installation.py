"""`path` and `doctor` as a user meets them."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bitcode_builder import bitcode, elf
from command_line import CommandLine, Said
from world import World

from rl4real_data.toolchain import grpc_library


def test_path_of_the_plugin_is_the_result(call: CommandLine, world: World) -> None:
    (library,) = world.fake.cache_dir.glob("plugins/*/libmlra.so")

    assert call("path", "plugin") == Said(0, f"{library}\n", "")


def test_path_of_the_compiler_is_the_result(call: CommandLine, world: World) -> None:
    clang = world.fake.build_dir / "bin" / "clang"
    assert call("path", "clang") == Said(0, f"{clang}\n", "")

    answer = call("path", "llc")
    assert (answer.code, answer.out) == (5, "")
    assert f"{clang.with_name('llc')} does not exist" in answer.err
    llc = clang.with_name("llc")
    llc.write_text("")
    assert call("path", "llc") == Said(0, f"{llc}\n", "")


def test_path_of_the_grpc_library_is_the_result(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies beside the plugin, whatever release that is for."""
    (plugin,) = world.fake.cache_dir.glob("plugins/*/libmlra.so")
    built = world.fake.cache_dir / "plugins" / "grpc-0123" / "libmlrun-grpc.so"
    built.parent.mkdir()
    built.write_text("built")
    monkeypatch.setattr(grpc_library, "build_grpc_library", lambda *_, **__: built)
    library = plugin.with_name("libmlrun-grpc.so")

    assert call("path", "grpc") == Said(0, f"{library}\n", "")
    assert library.read_text() == "built"


def test_path_of_onnx_runtime_is_the_result(call: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.machinery.ModuleSpec("onnxruntime", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "onnxruntime" else find(name))
    library = tmp_path / "capi" / "libonnxruntime.so.1.32.0"
    library.parent.mkdir()

    answer = call("path", "onnxruntime")
    assert (answer.code, answer.out) == (5, "")
    assert "pip install 'rl4real-data[live]'" in answer.err
    library.touch()
    assert call("path", "onnxruntime") == Said(0, f"{library}\n", "")


def test_path_of_a_corpus_is_the_result(call: CommandLine) -> None:
    answer = call("path", "corpus", "sample")

    assert (answer.code, answer.err) == (0, "")
    assert Path(answer.out.rstrip("\n")).is_dir()


def test_path_of_an_unknown_corpus(call: CommandLine) -> None:
    answer = call("path", "corpus", "smaple")

    assert (answer.code, answer.out) == (2, "")
    assert "sample" in answer.err


def test_path_of_a_group_is_none(call: CommandLine) -> None:
    answer = call("path", "corpus", "demo")

    assert (answer.code, answer.out) == (2, "")
    assert '"demo" is a group of 5 corpora: lua5.4, ' in answer.err
    assert "next: name one of them" in answer.err


def test_doctor_without_clang(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILD_DIR")
    monkeypatch.setenv("PATH", "")
    answer = call("doctor", "--json")

    assert answer.code == 5
    checks = {check["name"]: check for check in json.loads(answer.out)}
    assert checks["clang"]["ok"] is False
    assert "apt-get install clang-22" in answer.err


def test_doctor_with_everything(call: CommandLine) -> None:
    answer = call("doctor")

    assert answer.code == 0
    assert "ok       clang " in answer.out
    assert "absent   compiler server  its library does not build: " in answer.out  # the fake is no C compiler
    assert "without a server each module costs 15 ms more" in answer.out


@pytest.mark.parametrize(
    ("setting", "value", "detail"),
    [
        ("RL4REAL_DATA_CACHE", "/proc/x", "the cache /proc/x cannot be used: No such file or directory"),
        ("RL4REAL_DATA_CACHE", "/dev/null", "the cache /dev/null cannot be used: File exists"),
        ("DATA_DIR", "/dev/null/x", "/dev/null/x cannot be written: /dev/null is no folder"),
        ("DATA_DIR", "/proc/x", "/proc/x cannot be written: /proc cannot be written to"),
        ("CONFIG_DIR", "/nowhere", "/nowhere is no folder"),
        ("RL4REAL_DATA_MIRROR", "nonsense", "no address that begins with http:, https:, file:"),
        ("RL4REAL_DATA_PYPI", "pypi.example.invalid", "no address that begins with http:, https:, file:"),
        ("RL4REAL_DATA_NPM", "http://[", "no address that begins with http:, https:, file:"),
    ],
)
def test_doctor_names_the_setting_that_is_wrong(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, detail: str
) -> None:
    monkeypatch.setenv(setting, value)
    told = call("doctor", "--json")
    (wrong,) = [check for check in json.loads(told.out) if check["name"] == setting]

    assert told.code == 5
    assert (wrong["ok"], wrong["detail"]) == (False, detail)
    assert setting in wrong["remedy"]
    assert f"missing or wrong: {setting}" in told.err
    assert "next: " in told.err


def test_doctor_names_the_setting_that_the_cache_comes_from(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RL4REAL_DATA_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")

    assert "WRONG    XDG_CACHE_HOME   the cache /dev/null/rl4real-data cannot be used: " in call("doctor").out


@pytest.mark.parametrize("words", [("path", "plugin"), ("flow", "x86", "train", "mlra"), ("corpus", "fetch", "lz4")])
def test_every_command_names_the_setting_of_a_cache_that_cannot_be_used(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("RL4REAL_DATA_CACHE", "/proc/x")
    told = call(*words)

    assert told.code == 1
    assert "the cache /proc/x cannot be used: " in told.err
    assert "set RL4REAL_DATA_CACHE to another folder" in told.err


def test_path_of_what_a_file_holds_is_where_its_modules_lie(call: CommandLine, world: World) -> None:
    """The commands in `modules.parquet` of a file's modules, which lie in the cache, ask for it."""
    (world.folder / "far").mkdir()
    (world.folder / "far/unit.o").write_bytes(elf({".llvmbc": bitcode(), ".llvmcmd": b"-cc1\0"}))
    call("flow", "x86", "train", "mlra", "--corpus", "far/unit.o", "--data-dir", "data", "--max-failed", "1")
    (command,) = pq.read_table(world.folder / "data/modules.parquet")["command"].to_pylist()
    told = call("path", "corpus", "far/unit.o")

    to_folder = '(cd "${CORPUS:-.}" && cd "$(rl4real-data path corpus ./unit.o)" && '
    assert command.startswith(f'{to_folder}"$(rl4real-data path clang)" ')
    assert (told.code, told.err) == (0, "")
    assert [path.name for path in Path(told.out.rstrip("\n")).glob("*.bc")] == ["unit.bc"]


def test_path_of_rows_behind_a_url_is_where_their_modules_lie(call: CommandLine, world: World) -> None:
    columns = {"content": [bitcode(), bitcode()], "license_expression": ["MIT"] * 2, "language": ["c"] * 2}
    pq.write_table(pa.table(columns), world.folder / "train.parquet")
    url = f"file://{world.folder}/train.parquet#rows=1:"
    call("flow", "x86", "train", "mlra", "--corpus", url, "--data-dir", "data", "--max-failed", "1")
    (command,) = pq.read_table(world.folder / "data/modules.parquet")["command"].to_pylist()
    told = call("path", "corpus", url)

    assert command.startswith(f'cd "$(rl4real-data path corpus \'{url}\')" && "$(rl4real-data path clang)" ')
    assert told.code == 0
    assert [path.name for path in Path(told.out.rstrip("\n")).rglob("*.bc")] == ["0000001.bc"]


def test_path_of_a_folder_is_that_folder(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    (world.folder / "list.txt").write_text("src/a.c\n")

    assert call("path", "corpus", "src") == Said(0, f"{world.corpus}\n", "")
    assert call("path", "corpus", "@list.txt") == Said(0, f"{world.corpus}\n", "")
    assert call("path", "corpus", "src", "a.c") == Said(0, f"{world.corpus}\n", "")
    told = call("path", "corpus", "src", "b.c")
    assert told.code == 2
    assert 'the corpus src has no module and no place b.c; did you mean "a.c"?' in told.err


def test_path_of_a_module_out_of_a_file_is_not_its_corpus(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    (world.corpus / "unit.o").write_bytes(elf({".llvmbc": bitcode(), ".llvmcmd": b"-cc1\0"}))
    call("flow", "x86", "train", "mlra", "--corpus", "src", "--data-dir", "data", "--max-failed", "1")
    table = pq.read_table(world.data_dir / "modules.parquet")
    commands = dict(zip(table["module"].to_pylist(), table["command"].to_pylist(), strict=True))
    told = call("path", "corpus", "src", "unit.o/unit.bc")

    to_folder = '(cd "${CORPUS:-.}" && '
    assert commands["a.c"].startswith(f'{to_folder}"$(rl4real-data path clang)" ')
    assert commands["unit.o/unit.bc"].startswith(f'{to_folder}cd "$(rl4real-data path corpus . unit.o/unit.bc)" && ')
    assert (Path(told.out.rstrip("\n")) / "unit.o/unit.bc").is_file()


def test_path_of_what_lies_outside_of_a_project(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    (world.folder / "far/lib").mkdir(parents=True)
    entry = {"directory": str(world.corpus), "file": "a.c", "command": f"cc -I{world.folder}/far/lib -c a.c"}
    (world.corpus / "compile_commands.json").write_text(json.dumps([entry]))

    told = call("path", "corpus", "src/compile_commands.json", "/elsewhere/lib")
    assert told == Said(0, f"{world.folder}/far/lib\n", "")
