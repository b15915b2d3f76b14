"""A target is a row and data of its name: what knows targets outside the table knows the same ones."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from rl4real_data.core.shipped_files import preprocessing_dir
from rl4real_data.core.targets import TARGETS, Target
from rl4real_data.corpus.catalog import find_manifest_folder
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary

NAMES = [name.value for name in TARGETS]
LIT_TESTS = Path(__file__).parents[2] / "plugin"


def test_the_recipe_has_a_processor_for_each() -> None:
    recipe = tomllib.loads((preprocessing_dir() / "recipe.toml").read_text(encoding="utf-8"))

    assert sorted(recipe["cpu"]) == sorted(NAMES)


def test_each_has_a_vocabulary_of_its_own() -> None:
    assert sorted(path.stem for path in shipped_vocabulary("x").parent.glob("*.parquet")) == sorted(NAMES)
    assert {name: read_vocabulary(shipped_vocabulary(name)).target for name in NAMES} == {name: name for name in NAMES}


def test_manifests_may_speak_of_each() -> None:
    schema = json.loads((find_manifest_folder() / "manifest.schema.json").read_text(encoding="utf-8"))
    modules = schema["properties"]["modules"]["properties"]

    assert [key for key, value in modules.items() if value == {"$ref": "#/$defs/target"}] == NAMES
    assert list(schema["properties"]["expected"]["properties"]["functions"]["properties"]) == NAMES


def test_each_has_lit_tests() -> None:
    folders = {path.parent.name for path in LIT_TESTS.glob("*/*.mir")}

    assert set(NAMES) <= folders


def test_the_seeds_command_line_names_them() -> None:
    text = (preprocessing_dir() / "flow.sh").read_text(encoding="utf-8")

    assert set(re.findall(r"<([a-z0-9|]+)> <train\|test>", text)) == {"|".join(NAMES)}


def test_columns_are_described_from_the_rows() -> None:
    descriptions = {field.name: (field.metadata or {})[b"description"].decode() for field in EPISODES}

    assert descriptions["target"] == "x86 or aarch64"
    assert descriptions["cpu"].startswith("value of -march (x86) or -mcpu (aarch64);")
    assert descriptions["allocator"] == "the expert: greedy or basic"


@pytest.mark.parametrize("row", TARGETS.values(), ids=NAMES)
def test_the_triple_is_one_of_the_architectures(row: Target) -> None:
    assert row.triple.split("-")[0] in row.architectures
