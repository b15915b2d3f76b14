"""First manifests: which files are tried, where headers lie, which flags are worth it, and the globs that say it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from rl4real_data.corpus.paths.headers import index_headers
from rl4real_data.drafting.build_flags import flag_candidates, version_macros
from rl4real_data.drafting.candidates import find_candidates
from rl4real_data.drafting.glob_cover import GlobCover, cover


def plant(root: Path, **files: str) -> Path:
    """A tree; `__` in a name is a slash and `_dot_` a dot."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def paths(*names: str) -> list[PurePosixPath]:
    return [PurePosixPath(name) for name in names]


# Candidates


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tests/a.c", "in a folder of tests"),
        ("unit-test/deep/a.c", "in a folder of tests"),
        ("lib/ossfuzz/a.c", "in a folder of fuzzing"),
        ("Examples/a.c", "in a folder of examples"),
        ("third_party/zlib/a.c", "in a folder of other projects"),
        ("win32/a.c", "in a folder of other systems"),
        ("src/test_parser.c", "a test, an example or a benchmark"),
        ("src/parser-test.c", "a test, an example or a benchmark"),
        ("bench.c", "a test, an example or a benchmark"),
    ],
)
def test_side_code_is_not_tried(tmp_path: Path, name: str, reason: str) -> None:
    found = find_candidates(touch(tmp_path, "src/a.c", name))

    assert found.paths == (PurePosixPath("src/a.c"),)
    assert found.left_out == ((PurePosixPath(name), reason),)


@pytest.mark.parametrize("name", ["src/latest.c", "src/contest.c", "window/a.c", "src/attestation.c", "document/a.c"])
def test_names_that_only_look_like_side_code(tmp_path: Path, name: str) -> None:
    assert PurePosixPath(name) in find_candidates(touch(tmp_path, "src/a.c", name)).paths


def test_project_of_tests_is_taken_as_it_is(tmp_path: Path) -> None:
    found = find_candidates(touch(tmp_path, "tests/a.c", "tests/b.c"))

    assert found.paths == (PurePosixPath("tests/a.c"), PurePosixPath("tests/b.c"))
    assert found.left_out == ()


def test_llvm_ir_beside_code_is_not_tried(tmp_path: Path) -> None:
    assert find_candidates(touch(tmp_path, "a.c", "a.ll", "b.bc")).paths == (PurePosixPath("a.c"),)


# Globs


def test_whole_folder_is_one_glob() -> None:
    assert cover(paths("src/a.c", "src/b.c"), paths("src/a.c", "src/b.c")) == GlobCover(globs=("src/*.c",), excludes=())


def test_few_that_are_not_wanted_are_excluded() -> None:
    everything = paths("a.c", "b.c", "c.c", "a.cpp", "lib/d.c")
    assert cover(paths("a.c", "b.c"), everything) == GlobCover(globs=("*.c",), excludes=("c.c",))


def test_few_that_are_wanted_are_named() -> None:
    everything = paths("src/a.c", "src/b.c", "src/c.c", "src/d.c", "src/e.c")
    assert cover(paths("src/b.c", "src/d.c"), everything) == GlobCover(globs=("src/b.c", "src/d.c"), excludes=())


def test_names_with_glob_signs_stand_for_themselves(tmp_path: Path) -> None:
    touch(tmp_path, "a[1].c", "a1.c", "b.c", "c.c")
    found = cover(paths("a[1].c"), paths("a[1].c", "a1.c", "b.c", "c.c"))

    assert [path.name for glob in found.globs for path in tmp_path.glob(glob)] == ["a[1].c"]


# Headers


def test_folder_of_a_header_is_what_comes_before_its_name(tmp_path: Path) -> None:
    index = index_headers(touch(tmp_path, "include/toy/a.h", "src/a.c"))

    assert index.folder_of("toy/a.h", wanted_by=paths("src/a.c")) == PurePosixPath("include")
    assert index.folder_of("a.h", wanted_by=paths("src/a.c")) == PurePosixPath("include/toy")
    assert index.folder_of("b.h", wanted_by=paths("src/a.c")) is None


def test_nearest_folder_wins(tmp_path: Path) -> None:
    index = index_headers(touch(tmp_path, "lib/config.h", "tools/config.h", "lib/src/a.c", "tools/src/b.c"))

    assert index.folder_of("config.h", wanted_by=paths("lib/src/a.c")) == PurePosixPath("lib")
    assert index.folder_of("config.h", wanted_by=paths("tools/src/b.c")) == PurePosixPath("tools")


def test_headers_of_other_systems_are_no_help(tmp_path: Path) -> None:
    index = index_headers(touch(tmp_path, "win32/config.h", "a.c"))

    assert index.folder_of("config.h", wanted_by=paths("a.c")) is None


def test_template_of_a_missing_header(tmp_path: Path) -> None:
    index = index_headers(touch(tmp_path, "src/config.h.in", "cmake/toy_config.h.cmake", "a.c"))

    assert index.template_of("config.h") == PurePosixPath("src/config.h.in")
    assert index.template_of("toy/toy_config.h") == PurePosixPath("cmake/toy_config.h.cmake")
    assert index.template_of("other.h") is None


def test_installed_copy_of_an_own_header_is_noticed(tmp_path: Path) -> None:
    index = index_headers(touch(tmp_path, "include/yaml.h", "compat/assert.h", "include/c/toy.h"))

    assert index.shadowed_by(PurePosixPath("/usr/include/yaml.h")) == "yaml.h"
    assert index.shadowed_by(PurePosixPath("/usr/include/c/toy.h")) == "c/toy.h"
    assert index.shadowed_by(PurePosixPath("/usr/include/other/yaml.h")) == ""
    assert index.shadowed_by(PurePosixPath("/usr/include/assert.h")) == ""  # the C library's own
    assert index.shadowed_by(PurePosixPath("/usr/lib/clang/22/include/yaml.h")) == ""


# Flags


def test_macros_of_the_build_files(tmp_path: Path) -> None:
    plant(
        tmp_path,
        Makefile='CFLAGS = -O2 -DTOY_FAST=1 -DNDEBUG -DTOY_TEST "-DTOY_$(X)"\n',
        lib__CMakeLists_dot_txt="target_compile_definitions(toy PRIVATE TOY_FAST=1 TOY_SMALL)\n",
    )
    candidates = list(flag_candidates(tmp_path))

    assert ("-DTOY_FAST=1",) in candidates
    assert ("-DTOY_SMALL",) in candidates
    assert candidates.index(("-DTOY_FAST=1",)) < candidates.index(("-DTOY_SMALL",))  # twice against once
    assert not [flags for flags in candidates if "NDEBUG" in flags[0] or "TEST" in flags[0] or "$" in flags[0]]


def test_version_macros() -> None:
    undeclared = ["TOY_VERSION_STRING", "TOY_VERSION_MAJOR", "TOY_VERSION_PATCH", "PACKAGE_NAME", "VERSION", "OTHER"]

    assert version_macros(undeclared, name="toy", version="1.20.3") == (
        '-DTOY_VERSION_STRING="1.20.3"',
        "-DTOY_VERSION_MAJOR=1",
        "-DTOY_VERSION_PATCH=3",
        '-DPACKAGE_NAME="toy"',
        '-DVERSION="1.20.3"',
    )
    assert version_macros(["VERSION"], name="toy", version="") == ()
    assert version_macros(["TOY_VERSION_PATCH"], name="toy", version="1.2") == ()
