"""The table of clang's options is that of the installed compilers, and what may be passed does no harm."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from rl4real_data.corpus.flags import llvm_options
from rl4real_data.corpus.flags.option_table import CC1, DRIVER, option_table
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .flag_sweep import Bench, passed_lines

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
SWITCH_NUMBER_OR_WORD = re.compile(r"(=<(u?int|u?long|unsigned|number|N|value|float)>)?")


def said_by(tool: Path, *words: str) -> str:
    return subprocess.run([tool, *words], capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("reader", [DRIVER, CC1])
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_all_options_of_the_compiler_are_known(toolchains: Toolchains, major: int, reader: str) -> None:
    asked = {DRIVER: "--autocomplete=-", CC1: "--autocomplete=-cc1,-"}[reader]
    words = {line.split("\t")[0] for line in said_by(toolchains[major][0].path, asked).splitlines()}
    options = {word for word in words if word.startswith("-") and not word.startswith(("-W", "-R"))}
    assert len(options) > 1000
    assert options - {option.word for option in option_table(reader)} == set()


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_what_may_be_set_of_llvm_names_no_file(toolchains: Toolchains, major: int) -> None:
    tools = toolchains[major][0].bin_dir
    found: dict[str, str] = {}
    for tool in ("llc", "opt"):
        lines = re.findall(r"^ +--?([\w-]+)(=<[^>]*>)?", said_by(tools / tool, "--help-hidden"), re.MULTILINE)
        found |= dict(lines)
    said = {name: found.get(name, "?") for name in llvm_options.KNOWN}
    unfit = {name: value for name, value in said.items() if not SWITCH_NUMBER_OR_WORD.fullmatch(value)}
    assert unfit == {}


def test_what_may_be_passed_writes_and_starts_nothing(toolchains: Toolchains, tmp_path: Path) -> None:
    """One of 150 options; tests/soak tries all, with every release."""
    bench = Bench.make(tmp_path / "bench", toolchains[22][0].path)
    assert [problem for line in passed_lines()[::150] if (problem := bench.try_out(line))] == []


def test_the_bench_sees_what_may_not_be_passed(toolchains: Toolchains, tmp_path: Path) -> None:
    bench = Bench.make(tmp_path / "bench", toolchains[22][0].path)
    assert "-fstack-usage writes out/a.su" in bench.try_out(["-fstack-usage"])
    assert "-fno-integrated-as starts" in bench.try_out(["-fno-integrated-as"])
