"""Settings from outside: the recipe, the environment, `.env`, and the tables of targets and models."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import Environment, load_environment
from rl4real_data.core.errors import UsageError
from rl4real_data.core.recipe import Filters, OptLevel, Recipe, Weights, load_recipe
from rl4real_data.core.targets import TARGETS, TargetName

RECIPE = """
opt_level = "O2"
[cpu]
x86 = "skylake"
aarch64 = "apple-m1"
[filters]
max_nodes = 1
max_uses = 2
needs_nodes = false
eh_pads = true
optnone = true
[episodes]
mir = false
per_shard = 3
per_row_group = 4
compression_level = 5
[embedding]
dimension = 6
opcode_weight = 2.0
operand_weight = 0.5
max_missing = 0.25
"""


def write_recipe(folder: Path, text: str = RECIPE) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


def test_recipe_is_read_for_its_target(tmp_path: Path) -> None:
    expected = Recipe(
        opt_level="O2",
        cpu="skylake",
        filters=Filters(max_nodes=1, max_uses=2, needs_nodes=False, eh_pads=True, optnone=True),
        mir=False,
        per_shard=3,
        per_row_group=4,
        compression_level=5,
        dimension=6,
        opcode_weight=2.0,
        operand_weight=0.5,
        max_missing=0.25,
    )

    assert load_recipe(TargetName.X86, path=write_recipe(tmp_path)) == expected
    assert load_recipe(TargetName.AARCH64, path=write_recipe(tmp_path)).cpu == "apple-m1"


@pytest.mark.parametrize(("flag", "expected"), [(None, False), (True, True), (False, False)])
def test_flag_for_the_text_is_over_the_recipe(tmp_path: Path, flag: bool | None, expected: bool) -> None:
    assert load_recipe(TargetName.X86, mir=flag, path=write_recipe(tmp_path)).mir is expected


@pytest.mark.parametrize("target", list(TargetName))
def test_recipe_of_this_release_filters_as_the_fork_does(target: TargetName) -> None:
    recipe = load_recipe(target)

    assert recipe.filters == Filters(max_nodes=1000, max_uses=200, needs_nodes=True, eh_pads=False, optnone=False)
    assert (recipe.opt_level, recipe.mir) == ("O3", True)
    assert (recipe.weights, recipe.dimension) == (Weights(opcode=1.0, operand=0.2), 100)
    assert recipe.cpu == {"x86": "core2", "aarch64": "cortex-a72"}[target.value]


def test_recipe_as_a_dictionary_is_flat_but_for_the_filters(tmp_path: Path) -> None:
    raw = load_recipe(TargetName.X86, path=write_recipe(tmp_path)).as_dict()

    assert raw["filters"] == {"max_nodes": 1, "max_uses": 2, "needs_nodes": False, "eh_pads": True, "optnone": True}
    assert raw["per_shard"] == 3


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("opt_level =", ["is no recipe: Invalid value (at end of document)"]),
        (RECIPE.replace('opt_level = "O2"', ""), ["opt_level: is missing"]),
        (RECIPE.replace('"O2"', '"O0"'), ['opt_level: "O0" is none of O1, O2, O3, Os, Oz']),
        (RECIPE.replace('x86 = "skylake"', ""), ["cpu.x86: is missing"]),
        (RECIPE.replace("aarch64 =", "arm64 ="), ['cpu.arm64: unknown key; did you mean "aarch64"?']),
        (RECIPE.replace("max_uses = 2", ""), ["filters.max_uses: is missing"]),
        (
            RECIPE.replace("max_uses", "max_usages"),
            ["filters.max_uses: is missing", 'filters.max_usages: unknown key; did you mean "max_uses"?'],
        ),
        (RECIPE.replace("mir = false", "mir = 0"), ["episodes.mir: must be true or false, not 0"]),
        (RECIPE.replace("per_shard = 3", "per_shard = 0"), ["episodes.per_shard: must be above zero, not 0"]),
        (RECIPE.replace("2.0", '"much"'), ["embedding.opcode_weight: must be a number, not 'much'"]),
        (RECIPE.replace("2.0", "true"), ["embedding.opcode_weight: must be a number, not True"]),
        (RECIPE.replace("0.5", "-1"), ["embedding.operand_weight: must be from 0 on, not -1"]),
        (RECIPE.replace("0.25", "25"), ["embedding.max_missing: must be from 0 to 1, not 25"]),
        (
            "episodes = 5\n" + RECIPE.replace("[episodes]", "[shards]"),
            ["episodes: must be a table, not 5", "shards: un"],
        ),
    ],
)
def test_broken_recipe_is_refused_with_all_its_problems(tmp_path: Path, text: str, problems: list[str]) -> None:
    path = write_recipe(tmp_path, text)

    with pytest.raises(UsageError) as raised:
        load_recipe(TargetName.X86, path=path)
    said = str(raised.value).splitlines()
    assert len(said) == len(problems)
    assert all(line.startswith(f"{path}: {problem}") for line, problem in zip(said, problems, strict=True))
    assert raised.value.hint.endswith("recipe.toml")


def test_whole_number_is_a_number(tmp_path: Path) -> None:
    assert load_recipe(TargetName.X86, path=write_recipe(tmp_path, RECIPE.replace("2.0", "2"))).opcode_weight == 2.0


def test_recipe_needs_the_processor_of_its_target_alone(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, RECIPE.replace('aarch64 = "apple-m1"', ""))

    assert load_recipe(TargetName.X86, path=path).cpu == "skylake"
    with pytest.raises(UsageError, match=r"cpu\.aarch64: is missing"):
        load_recipe(TargetName.AARCH64, path=path)


def test_processor_and_level_over_the_recipe(tmp_path: Path) -> None:
    recipe = load_recipe(TargetName.X86, path=write_recipe(tmp_path), cpu="x86-64-v4", opt_level=OptLevel.OZ)

    assert (recipe.cpu, recipe.opt_level, recipe.per_shard) == ("x86-64-v4", "Oz", 3)
    with pytest.raises(UsageError, match="another one on every machine"):
        load_recipe(TargetName.X86, cpu="native")


def test_missing_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.toml: cannot be read: No such file or directory"):
        load_recipe(TargetName.X86, path=tmp_path / "absent.toml")


def test_recipe_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match="is no recipe"):
        load_recipe(TargetName.X86, path=path)


# The environment


def load(folder: Path, dotenv: str | None = None, **environ: str) -> Environment:
    path = folder / ".env"
    if dotenv is not None:
        path.write_text(dotenv)
    return load_environment({"HOME": str(folder), **environ}, dotenv=path)


def test_nothing_said_is_none(tmp_path: Path) -> None:
    found = load(tmp_path, XDG_CACHE_HOME="/cache")

    assert [found.data_dir, found.build_dir, found.config_dir, found.model_dir, found.model_path] == [None] * 5
    assert (found.mirror, found.cache_dir) == (None, Path("/cache/rl4real-data"))
    assert found.jobs >= 1


def test_keys_of_rl4real_are_read_from_the_file(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        'MODEL_DIR=/m\nBUILD_DIR="/b dir"\nMODEL_PATH=/p\nCONFIG_DIR=/c\nDATA_DIR=/d\n# nothing\n'
        "RL4REAL_DATA_CACHE=/k\nRL4REAL_DATA_MIRROR=http://mirror\nRL4REAL_DATA_JOBS=3\n"
        "RL4REAL_DATA_PYPI=http://index\nRL4REAL_DATA_NPM=http://npm\n",
    )

    assert [found.model_dir, found.build_dir, found.model_path] == [Path("/m"), Path("/b dir"), Path("/p")]
    assert [found.config_dir, found.data_dir, found.cache_dir] == [Path("/c"), Path("/d"), Path("/k")]
    assert (found.mirror, found.jobs) == ("http://mirror", 3)
    assert (found.pypi, found.npm) == ("http://index", "http://npm")


def test_index_of_pip_may_be_set_for_us_alone(tmp_path: Path) -> None:
    assert load(tmp_path, PIP_INDEX_URL="http://pip").pypi == "http://pip"
    assert load(tmp_path, PIP_INDEX_URL="http://pip", RL4REAL_DATA_PYPI="http://own").pypi == "http://own"


def test_environment_is_over_the_file(tmp_path: Path) -> None:
    found = load(tmp_path, "DATA_DIR=/file\nBUILD_DIR=/file\n", DATA_DIR="/environment")

    assert (found.data_dir, found.build_dir) == (Path("/environment"), Path("/file"))


def test_empty_value_says_nothing(tmp_path: Path) -> None:
    found = load(tmp_path, "DATA_DIR=/file\nBUILD_DIR=\n", DATA_DIR="")

    assert (found.data_dir, found.build_dir) == (Path("/file"), None)


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")

    assert load(tmp_path, DATA_DIR="~/data").data_dir == Path("/home/me/data")


def test_file_of_the_working_folder_and_the_process_are_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUILD_DIR", "/process")
    monkeypatch.delenv("DATA_DIR", raising=False)
    (tmp_path / ".env").write_text("DATA_DIR=/file\nBUILD_DIR=/file\n")

    found = load_environment()
    assert (found.data_dir, found.build_dir) == (Path("/file"), Path("/process"))


def test_search_path_is_the_process_s(tmp_path: Path) -> None:
    assert load(tmp_path, PATH="/one:/two").search_path == "/one:/two"


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "²"])
def test_jobs_that_are_no_number_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=rf"(?m)^RL4REAL_DATA_JOBS={text}: not a number of jobs$") as raised:
        load(tmp_path, RL4REAL_DATA_JOBS=text)
    assert raised.value.hint == "set it to 1 or more, or unset it"


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DATA_DIR=/caf\xe9\n")

    with pytest.raises(UsageError, match=r"\.env"):
        load(tmp_path)


# The tables


def test_every_target_and_model_has_a_row() -> None:
    assert set(TARGETS) == set(TargetName)
    assert set(ALLOCATORS) == set(AllocatorName)
    assert [row.name for row in TARGETS.values()] == list(TARGETS)
    assert [row.name for row in ALLOCATORS.values()] == list(ALLOCATORS)


def test_models_are_the_experts_of_the_fork() -> None:
    rows = {row.name.value: (row.llvm_name, row.plugin_name, row.recording_flag) for row in ALLOCATORS.values()}

    assert rows == {"mlra": ("greedy", "mlra", "-mlra"), "mlbasicra": ("basic", "mlbasicra", "-regalloc=mlbasicra")}


@pytest.mark.parametrize("target", list(TargetName))
def test_clang_is_told_the_triple(target: TargetName) -> None:
    assert f"--target={TARGETS[target].triple}" in TARGETS[target].clang_flags
