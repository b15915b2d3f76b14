"""A compiler that is a script: takes our command lines, writes the plugin's dump, and misbehaves as its source says.

A source is a list of lines; the fake understands four of them and skips the rest:

    // function NAME nodes=3 uses=2 eh     one record; the content hash covers the line without the name
    // shape OPCODE                        the instruction of all functions that follow
    // compiler WORD                       how the compiler behaves (`_behave` of fake_clang_program.py.in); default: ok
    #include "header.h"                    functions of the header, which goes into the dependency file

Every compilation appends its source and its command line to `bin/log/compiled`, so that a test sees what was compiled:
the one place besides its scratch folder that the fixture `world` lets it write to.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.toolchain.kept_files import keep
from rl4real_data.toolchain.plugin import LIBRARY, source_hash

BANNER = "Debian clang version 22.1.8 (1~deb12u1)"

_LAUNCHER = Path(__file__).with_name("fake_clang_launcher.sh").read_text(encoding="utf-8")

_SCRIPT = "\n" + Path(__file__).with_name("fake_clang_program.py.in").read_text(encoding="utf-8")

REGISTERS = {
    "v": 1,
    "triple": "x86_64-unknown-linux-gnu",
    "llvm_version": "22.1.8",
    "registers_total": 5,
    "reserved": [3],
    "registers": [
        {"reg_id": 1, "name": "R1", "units": [0], "aliases": [4]},
        {"reg_id": 2, "name": "R2", "units": [1], "aliases": [4]},
        {"reg_id": 3, "name": "SP", "units": [2], "aliases": []},
        {"reg_id": 4, "name": "R12", "units": [0, 1], "aliases": [1, 2]},
    ],
    "classes": [
        {"class_id": 7, "name": "GR", "order": [2, 1, 3]},
        {"class_id": 9, "name": "PAIR", "order": [4]},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeClang:
    """An installation of the fake below `build_dir`, and a cache folder in which its plugin lies ready."""

    build_dir: Path
    cache_dir: Path

    @property
    def path(self) -> Path:
        return self.build_dir / "bin" / "clang"

    @property
    def plugin_sources(self) -> Path:
        """What the plugin in the cache was made from; the fixture `world` lets the tool look here."""
        return self.build_dir / "plugin-sources"

    @property
    def log_folder(self) -> Path:
        return self.path.with_name("log")

    def compiled(self) -> list[str]:
        """Base names of all sources compiled so far, sorted."""
        return sorted(name for name, _ in self._log())

    def commands(self) -> dict[str, list[str]]:
        """Base name of each source -> the words of its last compilation."""
        return dict(self._log())

    def make_host(self, word: str) -> None:
        """Makes every compilation behave like that, even of nothing; "" lets the sources decide again."""
        self.path.with_name("host").write_text(word)

    def pids(self) -> tuple[int, int]:
        """The child that a compiler started last, and the compiler."""
        child, compiler = map(int, (self.log_folder / "pids").read_text().split())
        return child, compiler

    def forget(self) -> None:
        """Empties the log."""
        self._log_path.unlink(missing_ok=True)

    @property
    def _log_path(self) -> Path:
        return self.log_folder / "compiled"

    def _log(self) -> list[tuple[str, list[str]]]:
        lines = self._log_path.read_text().splitlines() if self._log_path.exists() else []
        return [(name, words) for name, words in map(json.loads, lines)]


def install_fake_clang(folder: Path, *, banner: str = BANNER) -> FakeClang:
    """Writes the fake to `folder`/llvm/bin/clang and an empty plugin into `folder`/cache."""
    fake = FakeClang(build_dir=folder / "llvm", cache_dir=folder / "cache")
    fake.log_folder.mkdir(parents=True)
    fake.path.write_text(_LAUNCHER)
    fake.path.chmod(0o755)
    write_script(fake.path.with_name("fake-clang"), _SCRIPT.replace("@TESTS@", str(Path(__file__).parent)))
    fake.path.with_name("banner").write_text(banner + "\n")
    fake.path.with_name("registers.json").write_text(json.dumps(REGISTERS))
    version = banner.split(" version ")[1].split()[0]
    fake.plugin_sources.mkdir()
    (fake.plugin_sources / "Plugin.cpp").write_text("int plugin;")
    plugin = fake.cache_dir / "plugins" / f"llvm-{version}-{source_hash(fake.plugin_sources)[:16]}" / LIBRARY
    plugin.parent.mkdir(parents=True)
    with keep(plugin) as draft:
        draft.touch()
    return fake


def write_script(path: Path, text: str) -> Path:
    """An executable Python script that starts fast: no site packages."""
    path.write_text(f"#!{Path(sys.executable).resolve()} -IS\n{text}")
    path.chmod(0o755)
    return path
