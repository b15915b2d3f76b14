"""The examples: what they say of themselves, what they use, and how they end when something is missing."""

from __future__ import annotations

import ast
import importlib
import re
import runpy
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.examples import duckdb_queries, parts_figure, polars_queries, pressure_figure

REPOSITORY = Path(__file__).parents[3]
FOLDER = REPOSITORY / "rl4real_data" / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
PACKAGES = {
    "behaviour_cloning": ("ray", "rllib"),
    "duckdb_queries": ("duckdb", "examples"),
    "node_outcome_gnn": ("torch_geometric", "pyg"),
    "parts_figure": ("matplotlib", "examples"),
    "polars_queries": ("polars", "examples"),
    "pressure_figure": ("matplotlib", "examples"),
}
ARGUMENTS = {"parts_figure": ("figure.svg",), "pressure_figure": ("figure.svg",)}
IN_THIS_PROCESS = [name for name in NAMES if name != "behaviour_cloning"]  # Ray leaves threads and warnings behind


def run(name: str, *words: str | Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """`python -m rl4real_data.examples.NAME …` in this process; the exit code."""
    module = f"rl4real_data.examples.{name}"
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, words)])
    monkeypatch.delitem(sys.modules, module, raising=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # PyG 2.8 calls torch.jit.script when it is imported
            runpy.run_module(module, run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Twelve episodes of three nodes; in the fifth and the tenth one was spilled."""
    write_episodes(tmp_path / "set", [5, 7])
    return tmp_path / "set"


def test_there_are_examples() -> None:
    assert set(NAMES) == set(PACKAGES)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_how_it_is_run(name: str) -> None:
    text = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""
    package = importlib.import_module("rl4real_data.examples").__doc__ or ""

    assert f"python -m rl4real_data.examples.{name} DATA_DIR" in text
    assert f"extra `{PACKAGES[name][1]}`" in text
    assert re.search(rf"^    {name} +\w", package, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_uses_the_public_api_alone(name: str) -> None:
    public = set(re.findall(r"^## `([\w.]+)`$", (REPOSITORY / "docs" / "api.md").read_text(), re.MULTILINE))
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = {str(node.module): [alias.name for alias in node.names] for node in imports}
    ours = {module: names for module, names in ours.items() if module.startswith("rl4real_data")}

    assert ours.pop("rl4real_data.examples") == ["plain_errors"]
    assert set(ours) <= public


@pytest.mark.parametrize("name", NAMES)
def test_an_example_ends_plainly(name: str) -> None:
    """Also where none of the tests below can run it."""
    last = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8")).body[-1]

    assert ast.unparse(last) == "if __name__ == '__main__':\n    with plain_errors():\n        main()"


@pytest.mark.parametrize("name", IN_THIS_PROCESS)
def test_help(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "--help", monkeypatch=monkeypatch) == 0
    assert "DATA_DIR" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_without_its_package(
    name: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package, extra = PACKAGES[name]
    for module in [*sys.modules, package]:
        if module == package or module.startswith(f"{package}."):
            monkeypatch.setitem(sys.modules, module, None)
    code = run(name, data_dir, *ARGUMENTS.get(name, ()), monkeypatch=monkeypatch)

    assert code == 5
    assert capsys.readouterr().err == (
        f"error: this example needs {package}, which is not installed\n  next: pip install 'rl4real-data[{extra}]'\n"
    )


@pytest.mark.parametrize("name", IN_THIS_PROCESS)
def test_without_a_dataset(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(name, tmp_path / "absent", *ARGUMENTS.get(name, ()), monkeypatch=monkeypatch)
    said = capsys.readouterr()

    assert (code, said.out) == (1, "")
    assert said.err.startswith(f"error: {tmp_path}/absent: does not exist (dataset.json is missing)\n  next: make one")


def test_one_module_is_too_few_to_learn_from(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("node_outcome_gnn", data_dir, monkeypatch=monkeypatch) == 1
    assert capsys.readouterr().err.startswith(f"error: {data_dir}: no graph to train on is left\n  next: ")


# What they answer


def test_sql(data_dir: Path) -> None:
    database = duckdb_queries.connect(data_dir, "train")
    answers = {question: database.sql(query).fetchall() for question, query in duckdb_queries.QUERIES.items()}

    assert answers["what LLVM did with the virtual registers"] == [("assigned", 34, 94.4), ("spilled", 2, 5.6)]
    assert answers["the functions whose spills cost most"][1] == ("f10", "a.c", 3, 2, 1, 1, 2.0)
    assert answers["spilled registers by register class"] == [("gr", 36, 2)]
    assert answers["the opcodes that occur most"] == [("ADD", 24), ("MOV", 24), ("JCC", 12), ("RET", 12)]
    assert [row[0] for row in answers["modules and what they gave"]] == ["tiny"]


def test_data_frames(data_dir: Path) -> None:
    episodes = polars_queries.scan(data_dir, "train")

    assert polars_queries.outcomes(episodes).collect().rows() == [("assigned", 34, 94.4), ("spilled", 2, 5.6)]
    assert polars_queries.spilling_functions(episodes).collect()["function"].sort().to_list() == ["f10", "f5"]
    # two of the three pairs of nodes interfere
    assert polars_queries.density(episodes).collect().rows() == [("3 to 3", 12, 0.67, 0.17)]


def test_pressure(data_dir: Path) -> None:
    dataset = EpisodeDataset(data_dir)
    banks = pressure_figure.banks_of(dataset.registers)
    dots = [dot for episode in dataset for dot in pressure_figure.dots_of(episode, banks)]

    assert banks == {0: 0, 1: 0}, "r1r2 shares the units of r1 and r2"
    # two of the nodes are live at once, three registers are not reserved
    assert {(dot.bank, round(dot.pressure, 3), round(dot.spilled, 3), dot.nodes) for dot in dots} == {
        (0, 0.667, 0.0, 3),
        (0, 0.667, 0.333, 3),
    }
    assert pressure_figure.names_of(banks, dataset) == {0: "gr"}


def test_where_values_lie(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spilled = EpisodeDataset(data_dir)[4]
    time, moves = parts_figure.time_by_depth(spilled)

    # 14.5 positions of entries: node 0 in [1, 9), node 1 in [3, 7) of which [4, 6) in its slot, node 2 in [7, 11)
    assert time.tolist() == [[7.5 + 2 + 1 + 1.5, 2, 0]]
    assert moves.tolist() == [2]
    assert run("parts_figure", data_dir, tmp_path / "parts.svg", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("spill slot       ")
    assert (tmp_path / "parts.svg").read_text().startswith("<?xml")


def test_peak_of_ranges_with_holes() -> None:
    ranges = [np.array(each, np.int32) for each in ([0, 2, 5, 9], [2, 5], [4, 6], [])]

    assert pressure_figure.peak(ranges) == 2
    assert pressure_figure.peak(ranges[3:]) == 0
