"""The search for include folders and flags, against a compiler that wants what its sources say."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.paths.headers import index_headers
from rl4real_data.drafting.settings_search import CompileSettings, Found, Search
from rl4real_data.drafting.trial import Trial, Verdict
from rl4real_data.toolchain.clang import Clang


class Pretended(Trial):
    """Lines of a source: `#include <x>` must be found below an -I, `needs WORD` in the flags, `hates WORD` not."""

    def _try(self, path: PurePosixPath, flags: tuple[str, ...]) -> Verdict:
        text = (self.root / path).read_text()
        folders = [flag.removeprefix("-I") for flag in flags if flag.startswith("-I")]
        for header in re.findall("#include <(.+)>", text):
            if not any((self.root / folder / header).is_file() for folder in folders):
                return Verdict(problem=f"'{header}' file not found")
        for word in re.findall("needs (.+)", text):
            if not any(flag.startswith(f"-D{word}") for flag in flags):
                return Verdict(problem=f"use of undeclared identifier '{word}'", undeclared=(word,))
        if hated := [word for word in re.findall("hates (.+)", text) if word in flags]:
            return Verdict(problem=f"invalid argument {hated[0]}")
        installed = re.findall("finds (.+)", text)
        return Verdict(foreign_headers=frozenset(PurePosixPath(name) for name in installed if "-Iinclude" not in flags))


def find_settings(root: Path, *, version: str = "") -> Found:
    clang = Clang(path=Path("clang"), version="22.1.8", banner="")
    trial = Pretended(clang=clang, target=TARGETS[TargetName.X86], root=root)
    paths = tuple(sorted(PurePosixPath(path.relative_to(root)) for path in root.rglob("*.c")))
    search = Search(
        trial=trial,
        headers=index_headers(root),
        name="toy",
        version=version,
        candidates=(("-DTOY_SMALL",), ("-DTOY_FAST",), ("-DOTHER",)),
        say=lambda _: None,
    )
    return search.run(paths, CompileSettings())


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_nothing_is_added_that_nobody_needs(tmp_path: Path) -> None:
    found = find_settings(plant(tmp_path, {"a.c": "", "include/x.h": ""}))

    assert found.settings == CompileSettings()
    assert found.verdicts == {PurePosixPath("a.c"): Verdict()}


def test_folders_are_added_one_after_the_other(tmp_path: Path) -> None:
    files = {"src/a.c": "#include <one.h>\n#include <sub/two.h>", "one/one.h": "", "two/sub/two.h": ""}
    found = find_settings(plant(tmp_path, files))

    assert found.settings.words == ("-Ione", "-Itwo")
    assert all(verdict.ok for verdict in found.verdicts.values())


def test_header_that_nobody_has_stays_a_reason(tmp_path: Path) -> None:
    found = find_settings(plant(tmp_path, {"a.c": "#include <gone.h>", "b.c": ""}))

    assert found.settings.words == ()
    assert [verdict.missing_header for verdict in found.verdicts.values()] == ["gone.h", ""]


def test_own_header_is_preferred_to_the_installed_one(tmp_path: Path) -> None:
    found = find_settings(plant(tmp_path, {"src/a.c": "finds /usr/include/toy.h", "include/toy.h": ""}))

    assert found.settings.words == ("-Iinclude",)


def test_version_of_the_package_is_told(tmp_path: Path) -> None:
    found = find_settings(plant(tmp_path, {"a.c": "needs TOY_VERSION_MAJOR\nneeds VERSION"}), version="4.2")

    assert found.settings.words == ("-DTOY_VERSION_MAJOR=4", '-DVERSION="4.2"')


def test_flag_that_mends_is_kept_and_others_are_not(tmp_path: Path) -> None:
    files = {"a.c": "needs TOY_FAST", "b.c": ""}
    found = find_settings(plant(tmp_path, files))

    assert found.settings.words == ("-DTOY_FAST",)
    assert all(verdict.ok for verdict in found.verdicts.values())


def test_flag_that_breaks_another_module_is_not_kept(tmp_path: Path) -> None:
    files = {"a.c": "needs TOY_FAST", "b.c": "hates -DTOY_FAST", "c.c": ""}
    found = find_settings(plant(tmp_path, files))

    assert found.settings.words == ()
    assert [verdict.ok for verdict in found.verdicts.values()] == [False, True, True]
