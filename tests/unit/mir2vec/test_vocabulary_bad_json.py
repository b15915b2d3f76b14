"""JSON that is no vocabulary: what is wrong with it is said, with the file's name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from vocabulary_builder import JSON, Content, json_with, make_small

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary
from rl4real_data.mir2vec.vocabulary_json import write_json


@pytest.mark.parametrize(
    ("changes", "culprit"),
    [
        ({"Opcodes": {"ADD": [1, 2], "SUB": [1]}}, "vector of SUB has 1 dimensions, others 2"),
        ({"VirtualRegisters": {"GR32": [1, 2, 3]}}, "vector of GR32 has 3 dimensions, others 2"),
        ({"Opcodes": {"ADD": "0.1, 0.2"}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [1, "2"]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [1, True]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [1, None]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [[1, 2]]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": 7}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": []}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": {"0": 1}}}, "ADD has is not a list of numbers"),
        ({"CommonOperands": {"MBB": None}}, "MBB has is not a list of numbers"),
        ({"CommonOperands": {}}, "section CommonOperands is missing or empty"),
        ({"PhysicalRegisters": None}, "section PhysicalRegisters is missing or empty"),
        ({"CommonOperands": [[1, 2]]}, "section CommonOperands is not an object"),
        ({"Opcodes": "ADD"}, "section Opcodes is not an object"),
        ({"Opcodes": 7}, "section Opcodes is not an object"),
        ({"Operands": {}}, "unknown section 'Operands'; known are Opcodes, CommonOperands, Phys"),
        (
            {"VirtualRegisters": {"GR32": [1, 2], "VirtReg_GR32": [3, 4]}},
            "VirtReg_GR32 of VirtualRegisters is there",
        ),
        ({"PhysicalRegisters": {"PHY_REG_A": [1, 2], "A": [3, 4]}}, "PhyReg_A of PhysicalRegisters is there twice"),
        (
            {"PhysicalRegisters": {"PHY_REG": [1, 2], "PhyReg_*": [3, 4]}},
            "PhyReg_* of PhysicalRegisters is there",
        ),
        ({"Opcodes": {"": [1, 2]}}, "'' of Opcodes is no name"),
        ({"Opcodes": {"\ud800": [1, 2]}}, r"'\ud800' of Opcodes is no name"),  # cannot be stored in Parquet
        ({"CommonOperands": {"A\tB": [1, 2]}}, r"'A\tB' of CommonOperands is no name"),  # splits OpenKE's rows
        ({"Opcodes": {"ADD": [1, 3.5e38]}}, "vector of ADD holds a number that is not finite"),
        ({"Opcodes": {"ADD": [1, -(10**39)]}}, "vector of ADD holds a number that is not finite"),
        ({"Opcodes": {"ADD": [1, 10**400]}}, "vector of ADD holds a number that is not finite"),
        ({"Opcodes": {"ADD": [1, -(10**4000)]}}, "vector of ADD holds a number that is not finite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_that_is_no_vocabulary(tmp_path: Path, changes: Content, culprit: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(json_with(**changes)), encoding="utf-8")

    with pytest.raises(VocabularyError, match=rf"^{re.escape(str(path))}: .*{re.escape(culprit)}"):
        read_vocabulary(path)


def test_json_lacks_a_section(tmp_path: Path) -> None:
    for section in Section:
        path = tmp_path / f"{section}.json"
        path.write_text(json.dumps({name: JSON[name] for name in JSON if name != section}), encoding="utf-8")

        with pytest.raises(VocabularyError, match=rf"(?m){path.name}: the section {section} is missing or empty$"):
            read_vocabulary(path)


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ('{"Opcodes": {"ADD": [1, 2], "SUB": [3, 4], "ADD": [1, 2]}}', "'ADD' is there twice"),
        ('{"Opcodes": {"A": [1]}, "Opcodes": {"B": [1]}}', "'Opcodes' is there twice"),
        ('{"Opcodes": {"ADD": [1, NaN]}}', r"not whole JSON \(NaN is no number\)"),
        ('{"Opcodes": {"ADD": [Infinity]}}', r"\(Infinity is no number\)"),
        ('{"Opcodes": {"ADD": [-Infinity]}}', r"\(-Infinity is no number\)"),
        ('{"Opcodes": {"ADD": [1e400, 1]}}', "section CommonOperands is missing"),
        ('{"Opcodes": ' + "[" * 200_000, "not whole JSON"),
        ('{"Opcodes": {"ADD": ' + "[" * 200_000 + "]" * 200_000 + "}}", "not whole JSON"),
        ('{"Opcodes": ' * 100_000, "not whole JSON"),
        ("{}", "section Opcodes is missing or empty"),
        ("{'Opcodes': 1}", "not whole JSON"),
        ('{"Opcodes": {"ADD": [1]}} x', "not whole JSON"),
    ],
    ids=range(12),
)
def test_json_text_that_is_no_vocabulary(tmp_path: Path, text: str, culprit: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(VocabularyError, match=rf"bad\.json: .*{culprit}"):
        read_vocabulary(path)


@pytest.mark.timeout(30)
def test_a_key_that_is_there_twice_is_found_in_little_time(tmp_path: Path) -> None:
    """Looking for each of 150,000 keys among all of them takes minutes."""
    keys = [f'"{number}": 0' for number in range(150_000)]
    path = tmp_path / "bad.json"
    path.write_text('{"Opcodes": {' + ", ".join([*keys, keys[-1]]) + "}}", encoding="utf-8")

    with pytest.raises(VocabularyError, match=r"bad\.json: '149999' is there twice"):
        read_vocabulary(path)


def test_a_number_too_large_for_any_float(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(JSON).replace("1e-30", "1e400"), encoding="utf-8")

    with pytest.raises(VocabularyError, match=r"bad\.json: the vector of Immediate holds a number that is not finite"):
        read_vocabulary(path)


def test_json_cut_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    whole = write_json(make_small()).rstrip()
    for length in range(1, len(whole)):
        path.write_text(whole[:length], encoding="utf-8")

        with pytest.raises(VocabularyError, match=r"cut\.json: not whole JSON"):
            read_vocabulary(path)
