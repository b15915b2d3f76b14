"""What an index may say, and its checksum of itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import is_listed_name
from rl4real_data.episodes.index import DatasetIndex, parse_index
from rl4real_data.episodes.index_values import canonical_text, own_sha256

MADE = Path(__file__).parents[2] / "data" / "made_by_0.1.0" / "dataset" / "dataset.json"
SHARD = "data/train-00000-of-00001.parquet"


def old() -> Any:
    """The index of release 0.1.0, without a checksum, parsed."""
    return json.loads(MADE.read_text())


def parse(raw: Any) -> DatasetIndex:
    return parse_index(raw if isinstance(raw, str) else json.dumps(raw), path="dataset.json")


def test_index_of_the_first_release_is_read() -> None:
    index = parse(old())

    assert (index.fingerprint, sorted(index.files)[0]) == (None, "README.md")
    assert parse(index.to_json()) == index


def test_every_bit_of_an_index_counts() -> None:
    text = parse(old()).to_json()
    content = text.encode()
    expected = parse(text)
    wrong = []
    for place in range(0, len(content), 3):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        try:
            if parse(changed.decode()) != expected:
                wrong.append((place, bytes(changed[place - 20 : place + 20])))
        except (DatasetError, UnicodeDecodeError):
            continue
    assert wrong == []


def test_checksum_knows_nothing_of_the_form() -> None:
    raw = json.loads(parse(old()).to_json())

    assert parse(json.dumps(raw)) == parse(old())
    assert canonical_text(raw) == parse(old()).to_json()
    with pytest.raises(DatasetError, match="its sha256 is not the one that it names itself"):
        parse({**raw, "generator": "somebody"})


def test_key_of_a_later_version_is_no_damage() -> None:
    """With a checksum it is known to be meant; without one it may be what a bit has made of ours."""
    raw = {**json.loads(parse(old()).to_json()), "later": 1}
    assert parse({**raw, "sha256": own_sha256(raw)}).target == "x86"
    with pytest.raises(DatasetError, match="it has a key 'later' and no sha256"):
        parse({**old(), "later": 1})


Change = Callable[[Any], object]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: raw["files"].update({"../x.parquet": raw["files"][SHARD]}), "which is no file of a dataset"),
        (lambda raw: raw["files"].update({"dataset.json": raw["files"][SHARD]}), "which is no file of a dataset"),
        (lambda raw: raw["splits"].update(valid=raw["splits"]["train"]), "a split 'valid'"),
        (lambda raw: raw["files"][SHARD].update(rows=-1), "rows is -1, not a count"),
        (lambda raw: raw["files"][SHARD].update(rows=True), "rows is True, not a count"),
        (lambda raw: raw["files"][SHARD].update(rows=10**6), r"1,000,000 rows in 26,690 bytes"),
        (lambda raw: raw["files"][SHARD].update(size=2**63), "not a count"),
        (lambda raw: raw["files"][SHARD].update(sha256="0" * 63), "not 64 hexadecimal digits"),
        (lambda raw: raw["files"].update({SHARD: []}), "not an object"),
        (lambda raw: raw["splits"]["train"].update(episodes="3"), "episodes is '3', not a count"),
        (lambda raw: raw["splits"]["train"].update(failures={"x": -1}), "not a count"),
        (lambda raw: raw["splits"]["train"].update(skipped=[1]), "skipped is 1, not a text"),
        (lambda raw: raw["splits"]["train"].update(more=1), "its books have a key 'more'"),
        (lambda raw: raw["recipe"].update(dimension=0), "recipe.dimension is 0"),
        (lambda raw: raw["recipe"].update(opcode_weight="1"), "recipe.opcode_weight is '1', not a number"),
        (lambda raw: raw["recipe"].update(filters=[]), "recipe.filters is"),
        (lambda raw: raw["recipe"].update(deep={"a": {}}), "not a plain value"),
        (lambda raw: raw["vocabulary"].update(dimension=None), "vocabulary.dimension is None"),
        (lambda raw: raw["vocabulary"]["coverage"].pop("missing"), "'missing'"),
        (lambda raw: raw["toolchain"].update(clang=None), "is None, not a text"),
        (lambda raw: raw.update(fingerprint="x"), "fingerprint is 'x'"),
        (lambda raw: raw.update(target=["x86"]), "target is"),
        (lambda raw: raw.update(schema_version=True), "schema_version is True"),
        (lambda raw: raw.pop("recipe"), "'recipe'"),
    ],
)
def test_value_that_cannot_be(change: Change, reason: str) -> None:
    raw = copy.deepcopy(old())
    change(raw)

    with pytest.raises(DatasetError, match=rf"^dataset\.json: damaged index \(.*{reason}"):
        parse(raw)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "it is nested too deeply"),
        ('{"a":' * 100_000, "it is nested too deeply"),
        ('{"format": NaN}', "NaN is no number"),
        ('{"format": "\\ud800"}', "surrogates not allowed"),
        ("[]", "the index is"),
        ("1" * 5000, "digits"),
    ],
)
def test_text_that_is_no_index(text: str, reason: str) -> None:
    with pytest.raises(DatasetError, match=rf"damaged index \(.*{reason}"):
        parse(text)


@pytest.mark.parametrize(
    "name", [SHARD, "data/test-7-of-9.parquet", "modules.parquet", "vocab/x_1.parquet", "README.md"]
)
def test_names_of_a_dataset(name: str) -> None:
    assert is_listed_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "/etc/passwd", "data/../x.parquet", "data//train-0-of-1.parquet", f"/{SHARD}", f"{SHARD}\n"),
        *(
            f"./{SHARD}",
            "DATA/train-0-of-1.parquet",
            "data/valid-0-of-1.parquet",
            "vocab/../x.parquet",
            "vocab/.x.parquet",
        ),
        *(
            "vocab/.x.parquet",
            "vocab/a/b.parquet",
            "dataset.json",
            ".work/train.state",
            "data/train-٠-of-١.parquet",
            "readme.md",
        ),
    ],
)
def test_names_that_no_dataset_has(name: str) -> None:
    assert not is_listed_name(name)
