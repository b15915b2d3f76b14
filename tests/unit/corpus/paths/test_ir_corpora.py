"""Corpora of LLVM IR: MLGO folders, ComPile's Parquet, embedded bitcode, lists of files."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from archive_builder import gnu_archive
from bitcode_builder import bitcode, elf, joined_bitcode

from rl4real_data.core.errors import UsageError
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.module import Corpus, Language
from rl4real_data.corpus.resolve import resolve

EMPTY = Catalog(manifests={}, groups={})
COMMAND = ["-cc1", "-triple", "x86_64-linux", "-O2", "-mrelocation-model", "static", "-mllvm", "-inline-threshold=9"]


def one(word: str | Path, tmp_path: Path) -> Corpus:
    (corpus,) = resolve([str(word)], cache=tmp_path / "cache", catalog=EMPTY)
    return corpus


def write_mlgo(folder: Path, *names: str, **more: object) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.bc").write_bytes(bitcode())
        (folder / f"{name}.cmd").write_bytes("\0".join(COMMAND).encode())
    description = {"modules": names, "has_thinlto": False, **more}
    (folder / "corpus_description.json").write_text(json.dumps(description))
    return folder


@pytest.mark.parametrize("word", ["mlgo", "mlgo/corpus_description.json"])
def test_mlgo_corpus(tmp_path: Path, word: str) -> None:
    folder = write_mlgo(tmp_path / "mlgo", "lib/b.o", "a.o")
    (folder / "stray.c").write_text("int not_named;")
    corpus = one(tmp_path / word, tmp_path)

    assert (corpus.name, corpus.root, corpus.license) == ("mlgo", folder, "NOASSERTION")
    assert [(m.name, m.language) for m in corpus.modules] == [("a.o.bc", Language.IR), ("lib/b.o.bc", Language.IR)]
    assert {m.flags for m in corpus.modules} == {("-fno-pic", "-mllvm", "-inline-threshold=9")}


def test_mlgo_bitcode_of_several_modules_is_each_of_them(tmp_path: Path) -> None:
    folder = write_mlgo(tmp_path / "mlgo", "lib/b.o", "a.o", "gone.o")
    (folder / "lib/b.o.bc").write_bytes(joined_bitcode(one="one.c", two="two.c"))
    (folder / "licenses.json").write_text('{"lib/b.o": "MIT"}')
    (folder / "gone.o.bc").unlink()

    modules = one(folder, tmp_path).modules
    flags = ("-fno-pic", "-mllvm", "-inline-threshold=9")
    assert [(m.name, m.license, m.flags) for m in modules] == [
        ("a.o.bc", "NOASSERTION", flags),
        ("gone.o.bc", "NOASSERTION", flags),  # its reason is said when it is to be compiled
        ("lib/b.o.bc/b.o.0.bc", "MIT", flags),
        ("lib/b.o.bc/b.o.1.bc", "MIT", flags),
    ]
    assert all(m.source.is_file() for m in modules if m.name != "gone.o.bc")


def test_one_command_for_all_modules(tmp_path: Path) -> None:
    override = ["-cc1", "-O2", "-mrelocation-model", "pic", "-pic-level", "2"]
    folder = write_mlgo(tmp_path / "mlgo", "a.o", global_command_override=override)
    (folder / "a.o.cmd").unlink()

    assert one(folder, tmp_path).modules[0].flags == ("-fPIC",)


def test_override_that_nobody_filled_in_says_nothing(tmp_path: Path) -> None:
    folder = write_mlgo(tmp_path / "mlgo", "a.o", global_command_override=["<UNSPECIFIED>"])

    assert one(folder, tmp_path).modules[0].flags == ()


def test_thinlto_modules_are_their_bitcode(tmp_path: Path) -> None:
    folder = write_mlgo(tmp_path / "mlgo", "a.o", has_thinlto=True)
    (folder / "a.o.thinlto.bc").write_bytes(b"summary")

    assert [m.name for m in one(folder, tmp_path).modules] == ["a.o.bc"]


def test_all_problems_of_an_mlgo_corpus(tmp_path: Path) -> None:
    folder = write_mlgo(tmp_path / "mlgo", "a.o")
    names = ["a.o", "/etc/x", "../y", "gone", "a.o"]
    (folder / "corpus_description.json").write_text(json.dumps({"modules": names, "global_command_override": None}))
    with pytest.raises(UsageError, match="climbs out") as raised:
        one(folder, tmp_path)
    lines = [line.partition(".json: ")[2] for line in str(raised.value).splitlines()]

    assert len(lines) == 4
    assert lines[0].startswith('the module "/etc/x" is absolute')
    assert lines[1].startswith('the module "../y" climbs out')
    assert lines[2:] == ['the module "a.o" is named 2 times', '"global_command_override" must be a list of arguments']


def test_missing_command_is_named(tmp_path: Path) -> None:
    folder = write_mlgo(tmp_path / "mlgo", "a.o", "b.o")
    (folder / "b.o.cmd").unlink()
    with pytest.raises(UsageError, match=r"b\.o\.cmd cannot be read: No such file"):
        one(folder, tmp_path)


@pytest.mark.parametrize("text", ["[", "[]", "{}", '{"modules": []}', '{"modules": [1]}'])
def test_description_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "corpus_description.json").write_text(text)
    with pytest.raises(UsageError, match=r'cannot be read|"modules" must be a list of names'):
        one(tmp_path, tmp_path)


def write_parquet(path: Path, **columns: object) -> Path:
    rows = {
        "content": [bitcode(), bitcode(triple="rows-linux"), None],
        "license_expression": ["MIT", "Apache-2.0 OR MIT", "not a licence"],
        "language": ["c", "Rust", None],
        "package_source": ["x", "y", "z"],
    }
    table = {key: value for key, value in {**rows, **columns}.items() if value is not None}
    pq.write_table(pa.table(table), path, row_group_size=2)
    return path


def test_rows_are_modules_with_a_licence_each(tmp_path: Path) -> None:
    corpus = one(write_parquet(tmp_path / "part-1.parquet"), tmp_path)

    assert (corpus.name, corpus.license) == ("part-1", "NOASSERTION")
    assert [(m.name, m.license, m.language.value) for m in corpus.modules] == [
        ("c/0000000.bc", "MIT", "ir"),
        ("rust/0000001.bc", "Apache-2.0 OR MIT", "ir"),
        ("unknown/0000002.bc", "NOASSERTION", "ir"),
    ]
    contents = [m.source.read_bytes() for m in corpus.modules]
    assert contents == [bitcode(), bitcode(triple="rows-linux"), b""]
    assert corpus.root.is_relative_to(tmp_path / "cache")


def test_rows_that_hold_several_modules_are_each_of_them(tmp_path: Path) -> None:
    several = joined_bitcode(one="one.c", two="two.c")
    fat, archive = elf({".llvm.lto": bitcode()}), gnu_archive({b"m.o": bitcode(), b"n.o": bitcode()})
    file = write_parquet(
        tmp_path / "rows.parquet",
        content=[bitcode(), several, fat, archive, b"neither"],
        license_expression=["MIT", "Zlib", "MIT", "ISC", "MIT"],
        language=["c", "rust", "c", "c", "c"],
        package_source=None,
    )

    assert [(m.name, m.license) for m in one(file, tmp_path).modules] == [
        ("c/0000000.bc", "MIT"),
        ("c/0000002.bc", "MIT"),
        ("c/0000003/m.bc", "ISC"),
        ("c/0000003/n.bc", "ISC"),
        ("c/0000004.bc", "MIT"),
        ("rust/0000001.0.bc", "Zlib"),
        ("rust/0000001.1.bc", "Zlib"),
    ]


def test_rows_are_taken_out_once(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "p.parquet")
    first = one(path, tmp_path).modules[0].source.stat()
    again = one(path, tmp_path).modules[0].source.stat()
    assert (again.st_mtime_ns, again.st_ino) == (first.st_mtime_ns, first.st_ino)

    write_parquet(path, content=[b"other", b"", b""])
    assert one(path, tmp_path).modules[0].source.read_bytes() == b"other"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"path": "../../x", "flags": [], "license": "MIT"}\n'])
def test_a_damaged_index_is_made_again(tmp_path: Path, damage: bytes) -> None:
    before = one(write_parquet(tmp_path / "part.parquet"), tmp_path)
    (index,) = (tmp_path / "cache" / "corpora").glob("*/.modules.ndjson")
    index.write_bytes(damage + b" " * (index.stat().st_size - len(damage)))

    assert one(tmp_path / "part.parquet", tmp_path) == before


def test_licence_of_the_corpus_is_that_of_its_rows(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "p.parquet", license_expression=["MIT", "Apache-2.0 OR MIT", "MIT"])
    assert one(path, tmp_path).license == "(Apache-2.0 OR MIT) AND MIT"


@pytest.mark.parametrize("word", ["../../up", "/abs", "C++", ""])
def test_language_cannot_lead_out_of_the_cache(tmp_path: Path, word: str) -> None:
    corpus = one(write_parquet(tmp_path / "p.parquet", language=[word] * 3), tmp_path)
    assert all(m.source.resolve().is_relative_to(corpus.root) and m.source.is_file() for m in corpus.modules)


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"language": None}, r"has no column language \(it has content, license_expression"),
        ({"content": ["a", "b", "c"]}, "must hold bytes, not string"),
    ],
)
def test_other_parquet_is_refused(tmp_path: Path, columns: dict[str, object], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        one(write_parquet(tmp_path / "p.parquet", **columns), tmp_path)


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "p.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UsageError, match="no Parquet file that can be read"):
        one(path, tmp_path)


def test_embedded_bitcode(tmp_path: Path) -> None:
    command = "\0".join(["-cc1", "-O0", "-mrelocation-model", "pic", "-pic-level", "1", "-pic-is-pie", ""]).encode()
    (tmp_path / "unit.o").write_bytes(elf({".text": b"x", ".llvmbc": bitcode(), ".llvmcmd": command}))
    corpus = one(tmp_path / "unit.o", tmp_path)

    assert (corpus.name, [(m.name, m.flags) for m in corpus.modules]) == ("unit.o", [("unit.bc", ("-fpie",))])
    assert corpus.modules[0].source.read_bytes() == bitcode()


def test_object_files_put_together(tmp_path: Path) -> None:
    first, second = bitcode(triple="one-linux"), bitcode(triple="two-linux")
    commands = b"-cc1\0-ffunction-sections\0-cc1\0-mrelocation-model\0static\0"
    (tmp_path / "all.o").write_bytes(elf({".llvmbc": first + bytes(4) + second, ".llvmcmd": commands}))
    modules = one(tmp_path / "all.o", tmp_path).modules

    assert [(m.name, m.flags, m.source.read_bytes()) for m in modules] == [
        ("all.0.bc", ("-ffunction-sections",), first),
        ("all.1.bc", ("-fno-pic",), second),
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (elf({".text": b"x"}), "it has no embedded bitcode"),
        (elf({".llvmbc": b"no bitcode"}), "no bitcode at byte 0"),
        (elf({".llvmbc": bitcode()})[:100], "cut off"),
    ],
)
def test_object_file_without_bitcode(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "unit.o").write_bytes(data)
    with pytest.raises(UsageError, match=problem):
        one(tmp_path / "unit.o", tmp_path)


def test_list_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("p/src/a.c", "p/src/b.cpp", "p/ir/c.ll", "p/ir/raw.o"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bitcode())
    (tmp_path / "p/mine.txt").write_text("# these\nsrc/a.c\n\n  ir/c.ll\nsrc/../src/a.c\nir/raw.o\n")
    monkeypatch.chdir(tmp_path / "p/src")
    corpus = one("@../mine.txt", tmp_path)

    assert (corpus.name, corpus.root) == ("mine", tmp_path / "p")
    assert [(m.name, m.language.value) for m in corpus.modules] == [
        ("ir/c.ll", "ir"),
        ("ir/raw.o", "ir"),
        ("src/a.c", "c"),
    ]


def test_all_problems_of_a_list(tmp_path: Path) -> None:
    (tmp_path / "x.h").write_text("")
    (tmp_path / "l.txt").write_text("gone.c\nx.h\n")
    with pytest.raises(UsageError, match="gone") as raised:
        one(f"@{tmp_path}/l.txt", tmp_path)
    assert [line.partition("l.txt:")[2].partition("ends")[0] for line in str(raised.value).splitlines()] == [
        '1: "gone.c" is no file',
        '2: "x.h" is no module: it is no bitcode and ',
    ]


@pytest.mark.parametrize(
    ("text", "problem"), [("", "names no file"), ("# a\n\n", "names no file"), (None, "cannot be")]
)
def test_list_that_names_nothing(tmp_path: Path, text: str | None, problem: str) -> None:
    if text is not None:
        (tmp_path / "l.txt").write_text(text)
    with pytest.raises(UsageError, match=problem):
        one(f"@{tmp_path}/l.txt", tmp_path)
