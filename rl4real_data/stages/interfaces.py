"""The interfaces of C++20 modules, compiled for whoever imports them.

A build compiles an interface unit to a file that importers read. Such a file is of use to the compiler that wrote it
alone, so the units are compiled again: by ours, with their own flags, each once a run and before its first importer.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.module import Import, Module
from rl4real_data.stages.compile import first_error, headers_of, refuse_host_fault, source_command
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.completed import tail_of
from rl4real_data.toolchain.process import run

_INTERFACE_NAME: Final = "interface.pcm"
_DEPENDENCIES_NAME: Final = "interface.d"
_FILE: Final = "-fmodule-file="


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A compiled interface: the file, and all that it was made of, relative to the corpus where it lies in it."""

    file: Path
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The interfaces that one module reads."""

    interfaces: Mapping[Import, Interface]

    def sources(self, headers: Iterable[str]) -> tuple[str, ...]:
        """The headers of what reads them, and all that they were made of in the place of themselves; sorted."""
        files = {str(made.file) for made in self.interfaces.values()}
        deeper = (source for made in self.interfaces.values() for source in made.sources)
        return tuple(sorted({*headers, *deeper} - files))

    def applied_to(self, command: Iterable[str]) -> tuple[str, ...]:
        """The command with our files in the place of the build's."""
        words = [f"{_FILE}{each.name}={made.file}" for each, made in self.interfaces.items()]
        said = {each.word for each in self.interfaces if each.word}
        first, *rest = (word for word in command if word not in said)
        return (first, *words, *rest)


class Interfaces:
    """Those of a run's modules. What is compiled lies in `folder`, which is the run's own."""

    def __init__(self, modules: Iterable[Module], folder: Path) -> None:
        self._units: Mapping[tuple[str, str], Module] = {(module.corpus, module.name): module for module in modules}
        self._folder = folder
        self._made: dict[tuple[str, str], Interface | Failure] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, module: Module, compilation: Compilation) -> Imported | Failure:
        """What the module imports, and what that imports in turn; why it cannot be compiled if one of these cannot."""
        found: dict[Import, Interface] = {}
        for each in self._all_imports(module, ()):
            made = self._make(module.corpus, each, compilation)
            if isinstance(made, Failure):
                return made
            found[each] = made
        return Imported(interfaces=found)

    def _all_imports(self, module: Module, above: tuple[str, ...]) -> Iterator[Import]:
        """Each module once, those that a flag names first."""
        found = {each.name: each for each in module.imports}
        for each in module.imports:
            unit = self._units.get((module.corpus, each.unit))
            if unit is None or unit.name in above:
                continue
            for deeper in self._all_imports(unit, (*above, unit.name)):
                found.setdefault(deeper.name, Import(name=deeper.name, unit=deeper.unit))
        yield from found.values()

    def _imports_itself(self, unit: Module) -> bool:
        """True for modules that import each other in a ring: that is no C++, but somebody may write it all the same."""
        return any(each.unit == unit.name for each in self._all_imports(unit, ()))

    def _make(self, corpus: str, wanted: Import, compilation: Compilation) -> Interface | Failure:
        key = corpus, wanted.unit
        unit = self._units.get(key)
        if unit is None or unit.refusal:
            reason = f"the module {wanted.name}, which it imports, is not compiled"
            return Failure(kind=FailureKind.REJECTED, reason=f"{reason}: {unit.refusal}" if unit else reason)
        if self._imports_itself(unit):
            return Failure(kind=FailureKind.REJECTED, reason=f"the module {wanted.name} imports itself")
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                self._made[key] = self._compile(unit, wanted.name, compilation)
            return self._made[key]

    def _compile(self, unit: Module, name: str, compilation: Compilation) -> Interface | Failure:
        """Its own imports come first, which are others, so no two threads wait for each other."""
        imported = self.of(unit, compilation)
        if isinstance(imported, Failure):
            return imported
        self._folder.mkdir(parents=True, exist_ok=True)
        number = hashlib.sha256(f"{unit.corpus}/{unit.name}".encode(errors="surrogateescape")).hexdigest()[:16]
        folder = Path(tempfile.mkdtemp(prefix=f"interface-{number}-", dir=self._folder))
        file, dependencies = folder / _INTERFACE_NAME, folder / _DEPENDENCIES_NAME
        command = (
            *imported.applied_to(source_command(compilation, unit)),
            *(place.prefix_map for place in unit.places),
            *("--precompile", "-o", str(file), "-MD", "-MF", str(dependencies), "-fno-crash-diagnostics"),
        )
        done = run(command, cwd=unit.working_folder, limits=compilation.limits, scratch=folder, is_confined=True)
        if not done.ok:
            refuse_host_fault(done, unit)
            said = done.stderr.replace(f"{unit.root}/", "")
            reason = f"the module {name}, which it imports, does not compile: {first_error(said) or done.returncode}"
            return Failure(kind=FailureKind.REJECTED, reason=reason[:300], stderr=tail_of(said))
        rule = dependencies.read_text(errors="surrogateescape")
        own = (str(unit.source).removeprefix(f"{unit.root}/"), *headers_of(rule, unit))
        return Interface(file=file, sources=imported.sources(own))
