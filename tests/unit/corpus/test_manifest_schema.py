"""The JSON Schema for editors says what the reader of manifests says: the same keys, types and needs.

What the reader knows is taken from its messages: it lists the valid keys when one is unknown, says which are missing,
and of which type a value must be.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import ManifestError
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.catalog import find_manifest_folder
from rl4real_data.corpus.manifest import read_manifest
from rl4real_data.corpus.prepare import STEP_KEYS
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS

FOLDER = find_manifest_folder()
SCHEMA: dict[str, Any] = json.loads((FOLDER / "manifest.schema.json").read_text(encoding="utf-8"))
PROPERTIES: dict[str, Any] = SCHEMA["properties"]
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]

TABLES: dict[str, tuple[str, str, Mapping[str, Any]]] = {
    "": ("", "", SCHEMA),
    "modules": ("[modules]", "", PROPERTIES["modules"]),
    "licenses[0]": ("[[licenses]]", "", PROPERTIES["licenses"]["items"]),
    "benchmarks[0]": ("[[benchmarks]]", "", DEFINITIONS["benchmark"]),
    "benchmarks[0].workloads[0]": ("[[benchmarks]]\n[[benchmarks.workloads]]", "", DEFINITIONS["workload"]),
    "benchmarks[0].workloads[0].prepare": (
        "[[benchmarks]]\n[[benchmarks.workloads]]\n[benchmarks.workloads.prepare]",
        "",
        DEFINITIONS["workload"]["properties"]["prepare"],
    ),
    "expected": ("[expected]", "", PROPERTIES["expected"]),
    "expected.functions": ("[expected.functions]", "", PROPERTIES["expected"]["properties"]["functions"]),
    **{f"modules.{target}": (f"[modules.{target}]", "", DEFINITIONS["target"]) for target in TargetName},
    **{
        f"source {kind}": ("[source]", f'kind = "{kind}"', DEFINITIONS[f"source-{kind}"])
        for kind in (name.removeprefix("source-") for name in DEFINITIONS if name.startswith("source-"))
    },
    **{f"prepare[0] {key}": ("[[prepare]]", f'{key} = "a"', DEFINITIONS[f"step-{key}"]) for key in STEP_KEYS},
}
"""By the reader's name: header of the table, the line that says which of several it is, its schema."""

TYPES = {
    "a string": "string",
    "a whole number": "integer",
    "true or false": "boolean",
    "a table": "object",
    "a list": "array",
}


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "toy.toml"
    path.write_text(text)
    with pytest.raises(ManifestError, match="toml") as raised:
        read_manifest(path)
    return [line.removeprefix(f"{path}: ") for line in str(raised.value).splitlines()]


def found_in(lines: list[str], name: str, pattern: str) -> list[tuple[str, ...]]:
    """The groups of `pattern` in the problems of the table `name` alone."""
    prefix = f"{name.split()[0]}." if name else ""
    matches = [re.fullmatch(re.escape(prefix) + pattern, line) for line in lines]
    return [match.groups() for match in matches if match]


def type_of(schema: Mapping[str, Any]) -> str:
    """The type that the reader asks for first."""
    if "$ref" in schema:
        return type_of(DEFINITIONS[schema["$ref"].rpartition("/")[2]])
    if "oneOf" in schema:
        return type_of(schema["oneOf"][0])
    return str(schema.get("type", "string"))


def test_the_schema_has_every_kind() -> None:
    kinds = {name.removeprefix("source-") for name in DEFINITIONS if name.startswith("source-")}
    assert kinds == set(SOURCE_KINDS)
    assert {reference["$ref"] for reference in DEFINITIONS["source"]["oneOf"]} == {f"#/$defs/source-{k}" for k in kinds}
    assert {name.removeprefix("step-") for name in DEFINITIONS if name.startswith("step-")} == set(STEP_KEYS)
    assert all(DEFINITIONS[f"source-{kind}"]["properties"]["kind"]["const"] == kind for kind in kinds)


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_those_of_the_reader(tmp_path: Path, name: str) -> None:
    header, line, schema = TABLES[name]
    lines = problems(tmp_path, f"{header}\n{line}\nzzzzzzzz = 1\n")
    ((valid,),) = found_in(lines, name, "zzzzzzzz: unknown key; valid here: (.+)")
    others = set(STEP_KEYS) - set(schema["properties"]) if name.startswith("prepare") else set()
    assert set(schema["properties"]) == set(valid.split(", ")) - others
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", TABLES)
def test_needs_are_those_of_the_reader(tmp_path: Path, name: str) -> None:
    header, line, schema = TABLES[name]
    missing = {key for (key,) in found_in(problems(tmp_path, f"{header}\n{line}\n"), name, r"(\w+): is missing")}
    given = {line.split()[0]} if line else set()
    assert set(schema["required"]) == missing | given


@pytest.mark.parametrize("name", TABLES)
def test_types_are_those_of_the_reader(tmp_path: Path, name: str) -> None:
    header, line, schema = TABLES[name]
    given = line.split()[0] if line else ""
    keys = [key for key in schema["properties"] if key != given]
    lines = problems(tmp_path, "\n".join([header, line, *(f"{key} = 3.5" for key in keys)]))
    types = {key: TYPES[what] for key, what in found_in(lines, name, r"(\w+): must be (.+), not 3\.5")}
    assert types == {key: type_of(schema["properties"][key]) for key in keys}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_own_manifests_fit_the_schema(path: Path) -> None:
    if path.name != "groups.toml":
        assert list(violations(tomllib.loads(path.read_text(encoding="utf-8")), SCHEMA)) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('name = "zlib"', 'name = "Zlib"', "name"),
        ('split = "train"', 'split = "trian"', "split"),
        ('kind = "debian"', 'kind = "debain"', "source"),
        ("size =", "sise =", "source"),
        ("globs = [", "globs = [3, ", "modules.globs"),
        ("[expected]", "[expectations]", ""),
    ],
)
def test_schema_refuses_what_the_reader_refuses(tmp_path: Path, old: str, new: str, where: str) -> None:
    text = (FOLDER / "zlib.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    assert problems(tmp_path, text.replace(old, new))
    assert set(violations(tomllib.loads(text.replace(old, new)), SCHEMA)) == {where}


def violations(value: Any, schema: Mapping[str, Any], where: str = "") -> list[str]:
    """Where `value` violates `schema`, as far as the keywords go that this schema uses."""
    if "$ref" in schema:
        return violations(value, DEFINITIONS[schema["$ref"].rpartition("/")[2]], where)
    if "oneOf" in schema:
        return [] if sum(not violations(value, each, where) for each in schema["oneOf"]) == 1 else [where]
    python = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list}.get(schema.get("type", ""))
    if python and (not isinstance(value, python) or (python is int and isinstance(value, bool))):
        return [where]
    bad = (
        value != schema.get("const", value)
        or value not in schema.get("enum", [value])
        or (isinstance(value, str) and not re.search(schema.get("pattern", ""), value))
        or (isinstance(value, str | list) and len(value) < schema.get("minLength", schema.get("minItems", 0)))
        or (isinstance(value, list) and len(value) > schema.get("maxItems", len(value)))
        or (isinstance(value, int) and value < schema.get("minimum", value))
    )
    found = [where] if bad else []
    if isinstance(value, list):
        return found + [where for item in value if violations(item, schema.get("items", {}), where)][:1]
    return found + (_table_violations(value, schema, where) if isinstance(value, dict) else [])


def _table_violations(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> list[str]:
    known = schema.get("properties", {})
    more = schema.get("additionalProperties", {})
    found = (
        [where] if set(schema.get("required", ())) - set(value) or (more is False and set(value) - set(known)) else []
    )
    for key, item in value.items():
        below = known.get(key, more if isinstance(more, dict) else {})
        found += violations(item, below, f"{where}.{key}".lstrip("."))
    return found
