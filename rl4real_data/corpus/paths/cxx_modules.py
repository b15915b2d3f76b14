"""The C++20 modules of a compilation database, and the entries that their importers need.

Entries tell where a module's interface is compiled to (`-fmodule-output=`) and where an importer looks for it
(`-fmodule-file=`). Where they do not, as with GCC's mapper or a folder of prebuilt ones, the sources themselves say
which module they are and which they import.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.module import Import, Language
from rl4real_data.corpus.paths.compiler_call import Call
from rl4real_data.corpus.paths.path_corpus import FoundModule
from rl4real_data.corpus.paths.path_names import PathNames

_OUTPUT: Final = "-fmodule-output="
_FILE: Final = "-fmodule-file="
_HINTS: Final = (_OUTPUT, _FILE, "-fprebuilt-module-path=", "-fmodule-mapper", "-fmodules-ts", "-fdeps-format=p1689")
_EXPORTED: Final = re.compile(r"^[ \t]*export[ \t]+module[ \t]+([\w.:]+)", re.MULTILINE)
_IMPLEMENTED: Final = re.compile(r"^[ \t]*module[ \t]+([\w.:]+)[ \t]*(?:;|\[)", re.MULTILINE)
_IMPORTED: Final = re.compile(r"^[ \t]*(?:export[ \t]+)?import[ \t]+([\w.:]+)[ \t]*(?:;|\[)", re.MULTILINE)
_MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """A call and the module that it compiles; `names` are those of its paths."""

    call: Call
    module: FoundModule
    names: PathNames


def with_imports(compilations: Sequence[Compilation]) -> tuple[FoundModule, ...]:
    """The modules with what they import, and what is an interface unit as one."""
    if not any(map(_uses_modules, compilations)):
        return tuple(each.module for each in compilations)
    sources = [_read_source(each) for each in compilations]
    units = [_as_unit(each, source) for each, source in zip(compilations, sources, strict=True)]
    providers = _Providers(units, sources)
    linked = [providers.link(each, source) for each, source in zip(units, sources, strict=True)]
    return tuple(_with_identities(linked))


def _uses_modules(each: Compilation) -> bool:
    return each.module.language is Language.CXX_MODULE or any(word.startswith(_HINTS) for word in each.call.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What a source says of modules: the one that it exports, if any, and those that it imports."""

    exported: str = ""
    imported: tuple[str, ...] = ()


def _read_source(each: Compilation) -> _Source:
    interruption.check()
    if each.module.language not in (Language.CXX, Language.CXX_MODULE):
        return _Source()
    try:
        text = read_regular_text(each.call.source, errors="replace", most_bytes=_MOST_BYTES)
    except OSError:
        return _Source()
    exported, implemented = _EXPORTED.search(text), _IMPLEMENTED.search(text)
    own = exported[1] if exported else implemented[1] if implemented else ""
    names = [f"{own.partition(':')[0]}{name}" if name.startswith(":") else name for name in _IMPORTED.findall(text)]
    if implemented and not exported:
        names.insert(0, own)
    return _Source(exported=exported[1] if exported else "", imported=tuple(dict.fromkeys(names)))


def _as_unit(each: Compilation, source: _Source) -> Compilation:
    if source.exported and each.module.language is Language.CXX:
        return replace(each, module=replace(each.module, language=Language.CXX_MODULE))
    return each


class _Providers:
    """The interface units of a database by the file that they are compiled to, and by the module that they are."""

    def __init__(self, units: Sequence[Compilation], sources: Sequence[_Source]) -> None:
        self._by_file: dict[Path, FoundModule] = {}
        self._by_name: dict[str, FoundModule] = {}
        for each, source in zip(units, sources, strict=True):
            for word in each.call.words:
                if word.startswith(_OUTPUT):
                    self._by_file.setdefault(_path(each.call, word.removeprefix(_OUTPUT)), each.module)
            if source.exported:
                self._by_name.setdefault(source.exported, each.module)

    def link(self, each: Compilation, source: _Source) -> FoundModule:
        """The module with its imports; with a reason if it is told to read a file that nobody makes."""
        imports: dict[str, Import] = {}
        refusal = ""
        for word in each.call.words:
            name, equals, file = word.removeprefix(_FILE).partition("=")
            if not word.startswith(_FILE) or not equals:
                continue
            unit = self._by_file.get(_path(each.call, file)) or self._by_name.get(name)
            if unit is not None:
                imports[name] = Import(name=name, unit=unit.name, word=each.names.word(word))
            elif not _path(each.call, file).exists():
                refusal = refusal or f"it imports the module {name}, and no entry says how that is compiled"
        for name in source.imported:
            unit = self._by_name.get(name)
            if name not in imports and unit is not None and unit is not each.module:
                imports[name] = Import(name=name, unit=unit.name)
        return replace(each.module, imports=tuple(imports.values()), refusal=refusal)


def _path(call: Call, file: str) -> Path:
    return Path(os.path.normpath(call.folder / file))


def _with_identities(modules: Iterable[FoundModule]) -> Iterator[FoundModule]:
    """The modules whose imports say how their units are compiled: what changes there changes the importers."""
    by_name = {module.name: module for module in modules}
    for module in by_name.values():
        found = tuple(replace(each, identity=_identity(each.unit, by_name, ())) for each in module.imports)
        yield replace(module, imports=found)


def _identity(name: str, by_name: Mapping[str, FoundModule], above: tuple[str, ...]) -> str:
    unit = by_name[name]
    deeper = [] if name in above else [_identity(each.unit, by_name, (*above, name)) for each in unit.imports]
    return hashlib.sha256(json.dumps([name, str(unit.folder), unit.flags, deeper]).encode()).hexdigest()
