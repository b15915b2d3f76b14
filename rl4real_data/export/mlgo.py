"""Corpora in the form that MLGO's tools train on.

Bitcode from before optimisation, and clang's arguments.

A module is compiled once, with the recipe's level and processor and with embedded bitcode; what the object file then
holds becomes its `.bc` and `.cmd`. C++20 modules that it imports are compiled before it. Arguments that only find
headers or modules are left out: no path of this machine gets in.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import joblib

from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.elf import find_sections
from rl4real_data.corpus.module import Module
from rl4real_data.corpus.paths.cc1_flags import split_command
from rl4real_data.corpus.paths.embedded_bitcode import ARGUMENTS_SECTION, BITCODE_SECTION
from rl4real_data.corpus.paths.mlgo import DESCRIPTION_NAME, LICENSES_NAME
from rl4real_data.stages.check import check_module
from rl4real_data.stages.compile import source_command
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.process import kill_all, run

_EMBED: Final = "-fembed-bitcode=all"
_DROPPED_WITH_VALUE: Final = frozenset(
    {
        *("-resource-dir", "-internal-isystem", "-internal-externc-isystem", "-isysroot", "-I", "-isystem", "-iquote"),
        *("-idirafter", "-include", "-imacros", "-D", "-U", "-dependency-file", "-MT", "-stack-usage-file"),
        *("-iwithprefix", "-iwithprefixbefore", "-iwithsysroot", "-cxx-isystem", "-c-isystem", "-include-pch"),
        *("-ivfsoverlay", "-vfsoverlay"),
    }
)
_DROPPED_PREFIXES: Final = (
    *("-fdebug-compilation-dir=", "-fcoverage-compilation-dir=", "-fembed-bitcode="),
    *("-fmacro-prefix-map=", "-fdebug-prefix-map=", "-fcoverage-prefix-map=", "-ffile-prefix-map="),
    *("-fmodule-file=", "-fmodule-output=", "-fmodule-map-file=", "-fprebuilt-module-path=", "-fmodules-cache-path="),
)
Progress = Callable[[int, int], object]
"""Called with (modules done, modules in total)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export did: `modules` are in the corpus, `failed` are not, in the order that they were given in."""

    modules: int
    failed: tuple[tuple[Module, Failure], ...]


def export_mlgo(
    modules: Sequence[Module],
    compilation: Compilation,
    folder: Path,
    *,
    jobs: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> Exported:
    """Makes the new `folder` an MLGO corpus of `modules`; it appears whole or not at all.

    Modules that do not compile are left out and reported. DatasetError if the folder holds something, or if no module
    is left.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatasetError(f"{folder}: is there already", hint="name a new folder")
    folder = folder.absolute()
    draft = folder.with_name(f".{folder.name}.{uuid4().hex}")
    try:
        draft.mkdir(parents=True)
        names: list[str] = []
        failed: list[tuple[Module, Failure]] = []
        with tempfile.TemporaryDirectory() as scratch:
            interfaces = Interfaces(modules, Path(scratch))
            results = _compile_all(modules, compilation, interfaces, draft, jobs)
            for done, (module, failure) in enumerate(zip(modules, results, strict=True), 1):
                interruption.check()
                if failure is None:
                    names.append(_name(module))
                else:
                    failed.append((module, failure))
                progress(done, len(modules))
        if not names:
            reason = failed[0][1].reason if failed else "there is none"
            raise DatasetError(f"{folder}: no module can be exported ({reason})")
        _describe(draft, names, modules)
        publish_folder(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Exported(modules=len(names), failed=tuple(failed))


def _compile_all(
    modules: Sequence[Module], compilation: Compilation, interfaces: Interfaces, draft: Path, jobs: int
) -> Iterator[Failure | None]:
    """Writes the files of each module; in their order, None or why there are none."""
    parallel = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator", batch_size=1)
    try:
        yield from parallel(joblib.delayed(_export)(module, compilation, interfaces, draft) for module in modules)
    finally:
        kill_all()


def _export(module: Module, compilation: Compilation, interfaces: Interfaces, draft: Path) -> Failure | None:
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        if failure := check_module(module, compilation):
            return failure
        imported = interfaces.of(module, compilation)
        if isinstance(imported, Failure):
            return imported
        output = scratch / "unit.o"
        plain = (*source_command(compilation, module), *(place.prefix_map for place in module.places))
        command = (*imported.applied_to(plain), "-Xclang", _EMBED, "-o", str(output))
        done = run(command, cwd=module.working_folder, limits=compilation.limits, scratch=scratch, is_confined=True)
        if not done.ok:
            lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            reason = "not done in time" if done.timed_out else (lines or [f"exit code {done.returncode}"])[0][:300]
            kind = FailureKind.TIMEOUT if done.timed_out else FailureKind.REJECTED
            return Failure(kind=kind, reason=reason, stderr=done.stderr_tail)
        sections = find_sections(output.read_bytes(), BITCODE_SECTION, ARGUMENTS_SECTION)
        base = draft / _name(module)
        base.parent.mkdir(parents=True, exist_ok=True)
        base.with_name(f"{base.name}.bc").write_bytes(sections[BITCODE_SECTION])
        arguments = _without_headers(split_command(sections[ARGUMENTS_SECTION]))
        base.with_name(f"{base.name}.cmd").write_bytes("\0".join(arguments).encode(errors="surrogateescape"))
    return None


def _name(module: Module) -> str:
    """The name of the object file that a build would write."""
    return f"{module.corpus}/{module.name}.o"


def _without_headers(arguments: Sequence[str]) -> Iterator[str]:
    words = iter(arguments)
    for word in words:
        if word in _DROPPED_WITH_VALUE:
            next(words, "")
        elif not word.startswith(_DROPPED_PREFIXES):
            yield word


def _describe(draft: Path, names: Sequence[str], modules: Sequence[Module]) -> None:
    """The corpus's own description, and beside it the licences, for which that has no place."""
    description = {"modules": list(names), "has_thinlto": False}
    (draft / DESCRIPTION_NAME).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    exported = set(names)
    licenses = {_name(module): module.license for module in modules if _name(module) in exported}
    (draft / LICENSES_NAME).write_text(json.dumps(licenses, indent=2) + "\n", encoding="utf-8")
