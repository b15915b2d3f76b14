"""The modules of graphs that exist already.

They take the place of the compile and record stages: files become parts.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.stored_names import stored_name
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Language, Module
from rl4real_data.episodes.registers import class_ids, class_orders
from rl4real_data.rl4real_fork.formats.dot import ForkFormatError, ForkGraph
from rl4real_data.rl4real_fork.formats.folder import READERS, GraphFile, module_names
from rl4real_data.rl4real_fork.formats.graph_table import distinct_vectors, graphs_to_table
from rl4real_data.stages.part import FunctionFacts, Part
from rl4real_data.stages.part_functions import PART_SCHEMA, Shapes, write_functions
from rl4real_data.stages.selection import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where graphs come from: their folder, and what is said of their sources; `command` imports them again."""

    folder: Path
    corpus: str
    license: str
    command: str
    redistributable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkRegisters:
    """What CONFIG_DIR says of the target; `colours` is None where it has no colour map."""

    register_file: Mapping[str, Any]
    colours: Mapping[int, int] | None

    def check(self, graph: ForkGraph, *, name: str) -> None:
        """ForkFormatError for a class that CONFIG_DIR lacks; UsageError for a colour that is not its own."""
        known = {entry["name"] for entry in self.register_file["classes"]}
        for node in graph.nodes:
            if node.class_name not in known:
                raise ForkFormatError(f"{name}: register class {node.class_name} is not in CONFIG_DIR")
        if self.colours is None:
            return
        for register, colour in graph.colours.items():
            if self.colours.get(register) != colour:
                raise UsageError(
                    f"{name}: register {register} has colour {colour}, in CONFIG_DIR {self.colours.get(register)}",
                    hint="name the CONFIG_DIR that the graphs were made with: register numbers are those of its LLVM",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleGraphs:
    """The files that name one module; `module` is None for files that name none."""

    module: str | None
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadModule:
    """A module with its part (None without a whole graph), its broken files, and graphs by number of registers."""

    entry: Entry | None
    broken: tuple[Entry, ...]
    registers: Counter[int]


def group_by_module(files: Sequence[GraphFile]) -> tuple[ModuleGraphs, ...]:
    """The files by module, in the order of the modules' names; those that name none come last."""
    names = module_names({file.source for file in files if file.source is not None})
    groups: defaultdict[str | None, list[Path]] = defaultdict(list)
    for file in files:
        interruption.check()
        groups[None if file.source is None else names[file.source]].append(file.path)
    ordered = sorted(groups.items(), key=lambda group: (group[0] is None, group[0] or ""))
    return tuple(ModuleGraphs(module=name, paths=tuple(paths)) for name, paths in ordered)


def read_module(job: ModuleGraphs, origin: Origin, registers: ForkRegisters, parts: Path) -> ReadModule:
    """Writes the module's part; a file that is no graph becomes a failed module. UsageError as `check`."""
    read: list[tuple[int, str, ForkGraph]] = []
    broken = []
    for path in job.paths:
        interruption.check()
        name = path.relative_to(origin.folder).as_posix()
        said = stored_name(name)
        try:
            graph = READERS[path.suffix](path.read_bytes(), name=said)
            registers.check(graph, name=said)
        except (ForkFormatError, OSError) as error:
            broken.append(_broken(origin, name, str(error)))
        else:
            read.append((graph.function_id, name, graph))
    if job.module is None or not read:
        return ReadModule(entry=None, broken=tuple(broken), registers=Counter())
    read.sort(key=lambda item: item[:2])
    graphs = [graph for _, _, graph in read]
    part = _write(parts, origin, job.module, graphs, registers)
    return ReadModule(
        entry=Entry(module=_module(origin, job.module), part=part, command=origin.command),
        broken=tuple(broken),
        registers=Counter(graph.registers for graph in graphs),
    )


def _write(parts: Path, origin: Origin, module: str, graphs: Sequence[ForkGraph], registers: ForkRegisters) -> Part:
    table = graphs_to_table(
        graphs,
        class_ids=dict(class_ids(registers.register_file)),
        class_orders=dict(class_orders(registers.register_file)),
    )
    key = _key(origin, module)
    hashes = table["content_hash"].to_pylist()
    written = write_functions(parts, key, table.select(PART_SCHEMA.names), Shapes.of_vectors(distinct_vectors(graphs)))
    return Part(
        key=key,
        source_sha256="",  # the source itself is not there
        headers=(),
        functions=tuple(_facts(graph, content) for graph, content in zip(graphs, hashes, strict=True)),
        size=written.size,
        sha256=written.sha256,
        seconds=0.0,
    )


def _facts(graph: ForkGraph, content_hash: str) -> FunctionFacts:
    """A graph does not tell of exception-handling pads, nor whether the function asks not to be optimised."""
    return FunctionFacts(
        content_hash=content_hash,
        nodes=len(graph.nodes),
        max_uses=max((len(node.use_distances) for node in graph.nodes), default=0),
        eh_pads=False,
        optnone=False,
    )


def _broken(origin: Origin, name: str, reason: str) -> Entry:
    failure = Failure(kind=FailureKind.BAD_RECORD, reason=reason.partition("\n")[0][:300])
    part = Part(
        key=_key(origin, name), source_sha256="", headers=(), functions=(), size=0, seconds=0.0, failure=failure
    )
    return Entry(module=_module(origin, name), part=part, command=origin.command)


def _module(origin: Origin, name: str) -> Module:
    path = PurePosixPath(name)
    return Module(
        corpus=origin.corpus,
        path=path,
        root=origin.folder,
        language=LANGUAGE_OF_SUFFIX.get(path.suffix.lower(), Language.C),
        license=origin.license,
        redistributable=origin.redistributable,
    )


def _key(origin: Origin, name: str) -> str:
    return hashlib.sha256(os.fsencode(f"graphs\0{origin.corpus}\0{name}")).hexdigest()[:32]
