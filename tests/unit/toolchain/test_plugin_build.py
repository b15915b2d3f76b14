"""The plugin's build, with a CMake that is a script: once, whole or not at all, and again when the sources change."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fake_clang import BANNER, REGISTERS, FakeClang, install_fake_clang

from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.shipped_files import plugin_source_dir
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.toolchain import plugin as plugin_module
from rl4real_data.toolchain import plugin_build
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import (
    RECORD_VERSION,
    SAME_RECORDS,
    Plugin,
    ensure_plugin,
    register_file,
    source_hash,
)

X86, AARCH64 = TARGETS[TargetName.X86], TARGETS[TargetName.AARCH64]

CMAKE = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
  --build) sleep 0.1; printf built > "$2/libmlra.so" ;;
esac
"""


class Workshop:
    """Plugin sources, a fake LLVM and a fake CMake on the PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cache = folder / "cache"
        self.log = folder / "cmake.log"
        self.sources = folder / "sources"
        self.sources.mkdir()
        (self.sources / "Plugin.cpp").write_text("int plugin;")
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("clang", "llvm-config", "g++"):
            self.script(name, "#!/bin/sh\n")
        self.script("cmake", CMAKE.format(log=self.log))
        self.clang = Clang(path=self.bin / "clang", version="22.1.8", banner=BANNER)
        self.said: list[str] = []
        # The tools that the scripts call; `g++` of the machine must not be found through it.
        monkeypatch.setenv("PATH", str(self.bin))
        for name in ("sleep", "printf"):
            self.script(name, f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n')
        monkeypatch.setattr(plugin_module, "plugin_source_dir", lambda: self.sources)

    def script(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def ensure(self) -> Plugin:
        return ensure_plugin(self.clang, cache_dir=self.cache, announce=self.said.append)

    def builds(self) -> int:
        return self.log.read_text().count("--build") if self.log.exists() else 0


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch)


def test_first_use_builds_into_the_cache(workshop: Workshop) -> None:
    plugin = workshop.ensure()

    digest = source_hash(workshop.sources)
    assert plugin == Plugin(
        path=workshop.cache / "plugins" / f"llvm-22.1.8-{digest[:16]}" / "libmlra.so",
        source_hash=digest,
        sha256=hashlib.sha256(b"built").hexdigest(),
    )
    assert plugin.path.read_text() == "built"
    assert workshop.said == ["building the plugin for LLVM 22.1.8, once: 1 file of C++"]
    configure, build = workshop.log.read_text().splitlines()
    assert configure.startswith(f"-S {workshop.sources} -B ")
    assert configure.endswith(f" -DMLRA_LLVM_CONFIG={workshop.bin}/llvm-config")
    assert build.startswith("--build ")


def test_second_use_builds_nothing(workshop: Workshop) -> None:
    first = workshop.ensure()
    (lock,) = (workshop.cache / "plugins").glob(".*.lock")
    lock.unlink()

    assert workshop.ensure() == first
    assert (workshop.builds(), len(workshop.said)) == (1, 1)
    assert not lock.exists()  # nothing is written, so that a cache may be read-only


@pytest.mark.parametrize("damage", [b"", b"buil", b"bui1t", b"built and more"])
def test_a_damaged_plugin_is_built_again(workshop: Workshop, damage: bytes) -> None:
    first = workshop.ensure()
    first.path.write_bytes(damage)

    assert workshop.ensure() == first
    assert first.path.read_text() == "built"
    assert f"{first.path} is not what was built: it is built again" in workshop.said
    assert workshop.builds() == 2


def test_a_damaged_checksum_costs_a_build(workshop: Workshop) -> None:
    first = workshop.ensure()
    (checksum,) = first.path.parent.glob("*.sha256")
    checksum.write_bytes(b"\xff")

    assert workshop.ensure() == first
    assert workshop.builds() == 2


RECORDS = """#!/bin/sh
for word; do case "$word" in -mlra-dump-columns=*) echo probe > "${word#*=}" ;; esac; done
"""


@pytest.mark.parametrize(("script", "builds"), [(RECORDS, 1), ("#!/bin/sh\n", 2), ("#!/bin/sh\nexit 1\n", 2)])
def test_a_plugin_without_a_checksum_is_tried(workshop: Workshop, script: str, builds: int) -> None:
    """One that an earlier release built."""
    first = workshop.ensure()
    (checksum,) = first.path.parent.glob("*.sha256")
    checksum.unlink()
    workshop.script("clang", script)

    assert workshop.ensure() == first
    assert workshop.builds() == builds
    assert checksum.is_file()


def test_whoever_waits_hears_how_far_it_is(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin_build, "SAY_EVERY_S", 0.01)
    (workshop.sources / "Other.cpp").write_text("int other;")
    objects = '> "$2/Plugin.cpp.o"; until [ -e {go} ]; do sleep 0.01; done'.format(go=workshop.cache.parent / "go")
    workshop.script("cmake", CMAKE.format(log=workshop.log).replace("sleep 0.1", objects))

    def say(text: str) -> None:
        workshop.said.append(text)
        if "1 of 2 files" in text:
            (workshop.cache.parent / "go").touch()

    ensure_plugin(workshop.clang, cache_dir=workshop.cache, announce=say)
    assert workshop.said[0] == "building the plugin for LLVM 22.1.8, once: 2 files of C++"
    assert re.fullmatch(r"building the plugin for LLVM 22\.1\.8: 1 of 2 files compiled, \d+ s", workshop.said[-1])


def test_what_a_killed_build_left_is_removed(workshop: Workshop) -> None:
    first = workshop.ensure()
    left = workshop.cache / "plugins" / f".build-{first.path.parent.name}-0123abcd"
    left.mkdir()
    (left / "half.o").touch()
    first.path.unlink()
    workshop.ensure()

    assert [path.name for path in (workshop.cache / "plugins").iterdir() if path.name.startswith(".build")] == []


def test_changed_sources_build_again(workshop: Workshop) -> None:
    first = workshop.ensure()
    (workshop.sources / "Plugin.cpp").write_text("int other;")
    second = workshop.ensure()

    assert workshop.builds() == 2
    assert first.path != second.path
    assert first.path.is_file()


def test_two_runs_at_once_build_once(workshop: Workshop) -> None:
    threads = [threading.Thread(target=workshop.ensure) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert workshop.builds() == 1


def test_failed_build_says_why_and_leaves_nothing(workshop: Workshop) -> None:
    workshop.script("cmake", "#!/bin/sh\necho 'Plugin.cpp:1: error: no such thing' >&2\nexit 2\n")

    with pytest.raises(
        ToolchainError, match=r"the plugin for LLVM 22\.1\.8 does not build: .*cmake -S(.|\n)*no such thing"
    ) as raised:
        workshop.ensure()
    assert raised.value.hint.startswith("apt-get install llvm-22-dev cmake g++ make")
    assert [path.name for path in (workshop.cache / "plugins").rglob("*") if path.suffix == ".so"] == []


def test_build_that_fails_on_stdout_says_why(workshop: Workshop) -> None:
    workshop.script("cmake", "#!/bin/sh\necho 'make: *** stop'\nexit 2\n")

    with pytest.raises(ToolchainError, match=r"make: \*\*\* stop"):
        workshop.ensure()


def test_missing_llvm_headers_have_their_package(workshop: Workshop) -> None:
    (workshop.bin / "llvm-config").unlink()

    with pytest.raises(
        ToolchainError, match=r"llvm-config does not exist: the headers of LLVM 22 are missing"
    ) as raised:
        workshop.ensure()
    assert raised.value.hint == "apt-get install llvm-22-dev"


@pytest.mark.parametrize("tool", ["cmake", "g++"])
def test_missing_build_tools_have_their_packages(workshop: Workshop, tool: str) -> None:
    (workshop.bin / tool).unlink()

    with pytest.raises(ToolchainError, match=r"needs CMake and a C\+\+ compiler") as raised:
        workshop.ensure()
    assert raised.value.hint == "apt-get install cmake g++ make"


def test_the_records_are_of_the_version_that_is_read() -> None:
    header = (plugin_source_dir() / "write" / "RecordWriter.h").read_text(encoding="utf-8")
    assert re.findall(r"RecordVersion = (\d+);", header) == [str(RECORD_VERSION)]


def test_sources_that_write_the_same_as_earlier_ones_go_on_under_their_hash(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = source_hash(workshop.sources)
    monkeypatch.setattr(plugin_module, "SAME_RECORDS", {digest: "e" * 64})
    plugin = workshop.ensure()

    assert plugin.source_hash == "e" * 64
    assert digest[:16] in str(plugin.path)  # built for itself all the same


def test_no_hash_leads_to_another_one_that_leads_on() -> None:
    assert not SAME_RECORDS.keys() & set(SAME_RECORDS.values())


def test_source_hash_covers_names_and_bytes(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        for path in tmp_path.iterdir():
            path.unlink()
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text)
        return source_hash(tmp_path)

    plain = digest(a_cpp="x", b_h="y", CMakeLists_txt="z")
    assert plain == digest(CMakeLists_txt="z", b_h="y", a_cpp="x")
    assert plain == digest(a_cpp="x", b_h="y", CMakeLists_txt="z", a_o="object")
    others = [
        digest(a_cpp="X", b_h="y", CMakeLists_txt="z"),
        digest(c_cpp="x", b_h="y", CMakeLists_txt="z"),
        digest(a_cpp="xy", b_h="", CMakeLists_txt="z"),
        digest(a_cpp="x", b_h="y"),
    ]
    assert len({plain, *others}) == 5


@pytest.fixture
def ready(tmp_path: Path) -> tuple[FakeClang, Clang, Plugin]:
    """A fake clang with its plugin in place."""
    fake = install_fake_clang(tmp_path)
    (library,) = fake.cache_dir.glob("plugins/*/libmlra.so")
    clang = Clang(path=fake.path, version="22.1.8", banner=BANNER)
    return fake, clang, Plugin(path=library, source_hash="0" * 64)


def test_register_file_is_asked_once_and_kept(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    assert register_file(clang, plugin, X86, "core2") == REGISTERS
    fake.path.with_name("registers.json").write_text("no JSON any more")

    assert register_file(clang, plugin, X86, "core2") == REGISTERS


def test_register_file_is_kept_by_target_and_cpu(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    register_file(clang, plugin, X86, "core2")
    fake.path.with_name("registers.json").write_text(json.dumps({"v": 2}))

    assert register_file(clang, plugin, X86, "skylake") == {"v": 2}
    assert register_file(clang, plugin, AARCH64, "cortex-a72") == {"v": 2}
    assert register_file(clang, plugin, X86, "core2") == REGISTERS


def test_plugin_that_does_not_load_is_an_error(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    fake.path.write_text("#!/bin/sh\necho 'error: unable to load plugin' >&2\nexit 1\n")

    with pytest.raises(ToolchainError, match=r"does not work with the plugin: (.|\n)*unable to load plugin") as raised:
        register_file(clang, plugin, X86, "core2")
    assert raised.value.hint == f"delete {plugin.path.parent} and run again; it rebuilds the plugin"


def test_compiler_that_ignores_the_plugin_is_an_error(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    fake.path.write_text("#!/bin/sh\n")

    with pytest.raises(ToolchainError, match="does not work with the plugin"):
        register_file(clang, plugin, X86, "core2")
    assert sorted(path.name for path in plugin.path.parent.iterdir()) == ["libmlra.so", "libmlra.so.sha256"]


def test_plugin_that_records_nothing_is_an_error(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    fake.path.write_text("#!/bin/sh\necho '{}' > registers.json\n")

    with pytest.raises(ToolchainError, match="the function is not recorded"):
        register_file(clang, plugin, X86, "core2")


@pytest.mark.parametrize("damage", [b"", b"no JSON", b'{"v": 1}', b"\xff\xfe"], ids=["empty", "text", "other", "bytes"])
def test_a_damaged_register_file_is_asked_again(ready: tuple[FakeClang, Clang, Plugin], damage: bytes) -> None:
    _, clang, plugin = ready
    register_file(clang, plugin, X86, "core2")
    (kept,) = plugin.path.parent.glob("registers-*.json")
    kept.write_bytes(damage)

    assert register_file(clang, plugin, X86, "core2") == REGISTERS
    assert json.loads(kept.read_text()) == REGISTERS


def test_a_register_file_of_another_target_is_none(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    register_file(clang, plugin, X86, "core2")
    fake.path.with_name("registers.json").write_text(json.dumps({"v": 2}))
    register_file(clang, plugin, AARCH64, "cortex-a72")
    (first,), (second,) = (plugin.path.parent.glob(f"registers-{name}-*.json") for name in ("x86", "aarch64"))
    for suffix in ("", ".sha256"):
        first.with_name(first.name + suffix).write_bytes(second.with_name(second.name + suffix).read_bytes())

    assert register_file(clang, plugin, X86, "core2") == {"v": 2}  # asked again
    assert first.with_name(first.name + ".sha256").read_text().endswith(f"  {first.name}\n")


def test_a_register_file_is_that_of_one_plugin(ready: tuple[FakeClang, Clang, Plugin]) -> None:
    fake, clang, plugin = ready
    register_file(clang, plugin, X86, "core2")
    fake.path.with_name("registers.json").write_text(json.dumps({"v": 2}))

    assert register_file(clang, replace(plugin, sha256="e" * 64), X86, "core2") == {"v": 2}
