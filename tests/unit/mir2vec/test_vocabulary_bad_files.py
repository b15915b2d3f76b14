"""Text that is no vocabulary, files of no known form, and files that are too large."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from vocabulary_builder import make_small

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec import vocabulary as vocabulary_module
from rl4real_data.mir2vec import vocabulary_file, vocabulary_json, vocabulary_parquet, vocabulary_text
from rl4real_data.mir2vec.vocabulary import MAX_ENTITIES
from rl4real_data.mir2vec.vocabulary_file import MAX_BYTES, read_vocabulary, write_vocabulary
from rl4real_data.mir2vec.vocabulary_json import read_json, write_json
from rl4real_data.mir2vec.vocabulary_text import read_text


@pytest.mark.parametrize(
    ("lines", "culprit"),
    [
        (["ADD:[1, 2],", "SUB:[3, 4"], r":2: not of the form NAME"),
        (["ADD:[1, 2],", "", "SUB:"], r":3: not of the form NAME"),
        (["ADD"], r":1: not of the form NAME"),
        (["ADD [1, 2]"], r":1: not of the form NAME"),
        ([":[1, 2]"], r":1: not of the form NAME"),
        (["ADD:1, 2"], r":1: not of the form NAME"),
        (["[", "]"], r":1: not of the form NAME"),
        (['[{"Opcodes": {"ADD": [1]}}]'], r":1: not of the form NAME"),
        (["ADD:[1, 2],", "SUB:[1, 2, 3],"], r":2: SUB has 3 dimensions, the first entity 2"),
        (["ADD:[1, 2],", "SUB:[3],"], r":2: SUB has 1 dimensions, the first entity 2"),
        (["ADD:[1, 2],", "SUB:[3, ],"], r":2: the vector of SUB holds something that is no number"),
        (["ADD:[]"], r":1: the vector of ADD holds something that is no number"),
        (["ADD:[1, true]"], r":1: the vector of ADD holds something that is no number"),
        (["ADD:[[1], 2]"], r":1: the vector of ADD holds something that is no number"),
        (["ADD:[1, 2]", "SUB:[nan, 1]"], r": the vector of SUB holds a number that is not finite"),
        (["SUB:[1, 2]", "ADD:[1, -Infinity]"], r": the vector of ADD holds a number that is not finite"),
        (["ADD:[1e400, 1]"], r": the vector of ADD holds a number that is not finite"),
        (["ADD:[1, 4e38]"], r": the vector of ADD holds a number that is not finite"),
        (["ADD:[1]", "SUB:[2]", "ADD:[1]"], r": ADD of Opcodes is there twice"),
        (["ADD32rr:[1]", "ADD64rr:[2]"], r": ADD of Opcodes is there twice"),
        (["PHY_REG:[1]", "PHY_REG:[2]"], r": PhyReg_\* of PhysicalRegisters is there twice"),
        (['"": [1]'], r": '' of Opcodes is no name"),
        (["", "  ", ""], r": holds no vectors"),
        ([], r": holds no vectors"),
        (["\0\0\0\0"], r":1: not of the form NAME"),
    ],
)
def test_text_that_is_no_vocabulary(tmp_path: Path, lines: list[str], culprit: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(VocabularyError, match=rf"bad\.txt{culprit}"):
        read_vocabulary(path)


def limit_entities(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    for module in (vocabulary_module, vocabulary_json, vocabulary_parquet, vocabulary_text):
        monkeypatch.setattr(module, "MAX_ENTITIES", limit)


def test_binary_rubbish(tmp_path: Path) -> None:
    rubbish = gzip.compress(b"ADD:[1]", mtime=0)
    for name, data in (("a.bin", rubbish), ("b.bin", b"{" + rubbish), ("c.bin", b"ADD:[1]\n" * 99 + rubbish)):
        (tmp_path / name).write_bytes(data)

        with pytest.raises(VocabularyError, match=rf"{name}: neither Parquet, nor LLVM's JSON, nor the text of seedEm"):
            read_vocabulary(tmp_path / name)


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.touch()

    with pytest.raises(VocabularyError, match=r"empty\.json: holds no vectors"):
        read_vocabulary(path)


def test_folder_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=rf"{tmp_path.name}: cannot be read \(is no regular file but a folder\)"):
        read_vocabulary(tmp_path)
    with pytest.raises(VocabularyError, match=r"none\.json: cannot be read \(No such file or directory\)"):
        read_vocabulary(tmp_path / "none.json")


def test_file_larger_than_any_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.json"
    path.write_text("{", encoding="utf-8")
    with path.open("r+b") as stream:
        stream.truncate(MAX_BYTES + 1)  # sparse: takes no room

    with pytest.raises(VocabularyError, match=r"large\.json: 268 MB is more than any vocabulary has"):
        read_vocabulary(path)

    small = tmp_path / "small.txt"
    small.write_text("ADD:[1]\n", encoding="utf-8")  # eight bytes
    monkeypatch.setattr(vocabulary_file, "MAX_BYTES", 8)
    assert read_vocabulary(small).vectors.tolist() == [[1]]
    monkeypatch.setattr(vocabulary_file, "MAX_BYTES", 7)
    with pytest.raises(VocabularyError, match=r"small\.txt: 0 MB is more"):
        read_vocabulary(small)


def test_as_many_entities_as_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_entities(monkeypatch, 6)
    write_vocabulary(tmp_path / "v.parquet", make_small())
    lines = [f"OPC_{i}:[1]" for i in range(6)]

    assert len(read_vocabulary(tmp_path / "v.parquet").entities) == 6
    assert len(read_json(tmp_path, write_json(make_small())).entities) == 6
    assert len(read_text(tmp_path, lines).entities) == 6


def test_one_entity_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in ("parquet", "json"):
        write_vocabulary(tmp_path / f"v.{suffix}", make_small())
    (tmp_path / "v.txt").write_text("".join(f"OPC_{i}:[1]\n" for i in range(6)), encoding="utf-8")
    limit_entities(monkeypatch, 5)

    for name in ("v.parquet", "v.json", "v.txt"):
        with pytest.raises(VocabularyError, match=rf"{name}: .*entities.* target has"):
            read_vocabulary(tmp_path / name)
    with pytest.raises(VocabularyError, match="a test: 6 entities are more than any target has"):
        make_small()


@pytest.mark.parametrize("suffix", ["parquet", "json"])
def test_too_many_entities_are_found_before_their_vectors_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    write_vocabulary(tmp_path / f"v.{suffix}", make_small())
    limit_entities(monkeypatch, 1)
    monkeypatch.setattr(vocabulary_json, "_check_vector", lambda *_: pytest.fail("looks at a vector"))
    monkeypatch.setattr(vocabulary_parquet, "_from_table", lambda *_: pytest.fail("looks at the rows"))

    with pytest.raises(VocabularyError, match=rf"v\.{suffix}: "):
        read_vocabulary(tmp_path / f"v.{suffix}")


def test_text_of_too_many_entities_is_not_read_whole() -> None:
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        while True:
            assert read < 2 * MAX_ENTITIES, "it reads on and on"
            read += 1
            yield f"OPC_{read}:[1],\n"

    with pytest.raises(VocabularyError, match=r"v\.txt: more than 50,000 entities"):
        read_text(Path("v.txt"), lines())

    assert read == MAX_ENTITIES + 1
