"""The benchmarks of a corpus, which are programs made of its sources and the work that they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rl4real_data.core.toml_tables import Table, path_problem

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoked:
    """One run of the program: its words, and the files that are its input and output; "" for none."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""
    stdout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What a program is to do, in an empty folder with copies of `inputs` (globs of the corpus).

    `prepare` makes further input there; the program that greedy made runs it. What is compared is the exit code, all
    that it writes on standard output, and the files in `outputs`.
    """

    name: str
    call: Invoked
    inputs: tuple[str, ...] = ()
    prepare: Invoked | None = None
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A program. `sources` are globs of the corpus, compiled as its modules are, and with `flags` besides.

    `files` are written beside the input, and compiled too where they are sources: by their names.
    """

    program: str
    sources: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    workloads: tuple[Workload, ...] = ()


def read_benchmarks(table: Table) -> tuple[Benchmark, ...]:
    """Those of the tables `[[benchmarks]]` of a manifest."""
    return tuple(_read_benchmark(each) for each in table.tables("benchmarks"))


def _read_benchmark(table: Table) -> Benchmark:
    files = table.text_by_text("files") if "files" in table.values else {}
    table.asked.add("files")
    for name in files:
        if problem := path_problem(name):
            table.note("files", f'"{name}" {problem}')
    benchmark = Benchmark(
        program=table.text("program"),
        sources=table.relative_paths("sources", required=True),
        excludes=table.relative_paths("excludes"),
        flags=table.texts("flags"),
        libraries=table.texts("libraries"),
        files=MappingProxyType(files),
        workloads=tuple(_read_workload(each) for each in table.tables("workloads")),
    )
    if not benchmark.workloads:
        table.note("workloads", "are missing")
    table.close()
    return benchmark


def _read_workload(table: Table) -> Workload:
    prepare = table.table("prepare", required=False)
    workload = Workload(
        name=table.text("name"),
        call=_read_call(table),
        inputs=table.relative_paths("inputs"),
        prepare=None if prepare is None else _read_call(prepare),
        outputs=table.relative_paths("outputs"),
    )
    if prepare is not None:
        prepare.close()
    table.close()
    return workload


def _read_call(table: Table) -> Invoked:
    return Invoked(
        arguments=table.texts("arguments"),
        stdin=table.relative_path("stdin") if "stdin" in table.values else _absent(table, "stdin"),
        stdout=table.relative_path("stdout") if "stdout" in table.values else _absent(table, "stdout"),
    )


def _absent(table: Table, key: str) -> str:
    table.asked.add(key)
    return ""
