"""Benchmarks in manifests."""

from __future__ import annotations

import tomllib

from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.benchmark import Benchmark, Invoked, Workload, read_benchmarks
from rl4real_data.corpus.catalog import load_catalog


def read(text: str) -> tuple[tuple[Benchmark, ...], list[str]]:
    problems: list[str] = []
    found = read_benchmarks(Table(values=tomllib.loads(text), problems=problems))
    return found, problems


def test_a_program_and_its_work() -> None:
    found, problems = read(
        """
        [[benchmarks]]
        program = "toy"
        sources = ["*.c"]
        excludes = ["other.c"]
        flags = ["-DTOY"]
        libraries = ["m"]
        files = { "driver.c" = "int main(void) {}", "in.txt" = "words" }

        [[benchmarks.workloads]]
        name = "unpack"
        arguments = ["-d"]
        stdin = "in.packed"
        inputs = ["in.txt"]
        outputs = ["out.txt"]
        prepare = { arguments = ["-c"], stdin = "in.txt", stdout = "in.packed" }
        """
    )

    assert problems == []
    assert found == (
        Benchmark(
            program="toy",
            sources=("*.c",),
            excludes=("other.c",),
            flags=("-DTOY",),
            libraries=("m",),
            files={"driver.c": "int main(void) {}", "in.txt": "words"},
            workloads=(
                Workload(
                    name="unpack",
                    call=Invoked(arguments=("-d",), stdin="in.packed"),
                    inputs=("in.txt",),
                    prepare=Invoked(arguments=("-c",), stdin="in.txt", stdout="in.packed"),
                    outputs=("out.txt",),
                ),
            ),
        ),
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    _, problems = read(
        """
        [[benchmarks]]
        program = ""
        sources = ["../*.c"]
        files = { "/etc/x" = "" }

        [[benchmarks.workloads]]
        stdin = "/dev/zero"
        prepare = { argument = [] }

        [[benchmarks]]
        program = "idle"
        sources = ["a.c"]
        """
    )

    assert [problem.partition(": ")[0] for problem in problems] == [
        "benchmarks[0].files",
        "benchmarks[0].program",
        "benchmarks[0].sources[0]",
        "benchmarks[0].workloads[0].name",
        "benchmarks[0].workloads[0].stdin",
        "benchmarks[0].workloads[0].prepare.argument",
        "benchmarks[1].workloads",
    ]


def test_there_are_enough_programs_for_a_table() -> None:
    benchmarks = [each for manifest in load_catalog().manifests.values() for each in manifest.benchmarks]

    assert len(benchmarks) >= 6
    assert sum(len(each.workloads) for each in benchmarks) >= 8
    names = [(each.program, work.name) for each in benchmarks for work in each.workloads]
    assert len(set(names)) == len(names)
