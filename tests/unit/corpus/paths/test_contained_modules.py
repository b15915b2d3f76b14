"""Modules inside of other files: object files, archives, several in one."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from archive_builder import bsd_archive, gnu_archive
from bitcode_builder import bitcode, elf, joined_bitcode

from rl4real_data.core.errors import UsageError
from rl4real_data.corpus.bitcode import read_head
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import resolve

EMPTY = Catalog(manifests={}, groups={})
PLAIN = elf({".text": b"\xc3"})
EMBEDDED = elf({".llvmbc": bitcode(triple="embedded-linux"), ".llvmcmd": b"-cc1\0-mrelocation-model\0static\0"})
FAT = elf({".text": b"\xc3", ".llvm.lto": bitcode(triple="fat-linux")})
NO_BITCODE = "object code without bitcode"


def one(word: str | Path, tmp_path: Path) -> Corpus:
    (corpus,) = resolve([str(word)], cache=tmp_path / "cache", catalog=EMPTY)
    return corpus


def triples(corpus: Corpus) -> dict[str, str]:
    """What each module holds, or why it holds nothing."""
    return {
        module.name: module.refusal or module.left_out or read_head(module.source.read_bytes()).triple
        for module in corpus.modules
    }


def write(tmp_path: Path, **files: bytes) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", ["unit_o", "unit_obj", "unit_bc", "unit", "unit_ll", "unit_c"])
def test_bitcode_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, **{name: bitcode(triple="raw-linux")})
    if name != "unit_c":  # a folder's .c is C
        assert list(triples(one(folder, tmp_path)).values()) == ["raw-linux"]
    corpus = one(folder / name.replace("_", "."), tmp_path)
    assert [str(module.language) for module in corpus.modules] == ["ir" if name != "unit_c" else "c"]
    assert corpus.modules[0].source == folder / name.replace("_", ".")


def test_object_made_for_both_kinds_of_linking(tmp_path: Path) -> None:
    assert triples(one(write(tmp_path, fat_o=FAT) / "fat.o", tmp_path)) == {"fat.bc": "fat-linux"}


def test_embedded_bitcode_comes_before_that_of_the_linker(tmp_path: Path) -> None:
    both = elf({".llvmbc": bitcode(triple="embedded-linux"), ".llvm.lto": bitcode(triple="fat-linux")})
    assert triples(one(write(tmp_path, both_o=both) / "both.o", tmp_path)) == {"both.bc": "embedded-linux"}


def test_object_files_of_a_folder(tmp_path: Path) -> None:
    folder = write(tmp_path, a_c=b"int a;", a_o=PLAIN, b_o=FAT, c_o=EMBEDDED, d_o=bitcode(triple="raw-linux"))
    (folder / "sub").mkdir()
    (folder / "sub/e.lo").write_bytes(EMBEDDED + b"")
    corpus = one(folder, tmp_path)
    found = {module.name: module for module in corpus.modules}

    assert found.pop("a.c").left_out == ""
    assert {name: module.left_out or module.flags for name, module in found.items()} == {
        "a.o": NO_BITCODE,
        "b.o/b.bc": (),
        "c.o/c.bc": ("-fno-pic",),
        "d.o": (),
        "sub/e.lo/e.bc": ("-fno-pic",),
    }
    assert all(module.left_out or module.source.is_file() for module in corpus.modules)


@pytest.mark.parametrize("make", [gnu_archive, bsd_archive])
def test_archive(tmp_path: Path, make: type[gnu_archive]) -> None:  # type: ignore[valid-type]
    members = {
        b"raw.o": bitcode(triple="raw-linux"),
        b"fat.o": FAT,
        b"a name that is longer than sixteen.o": EMBEDDED,
        b"plain.o": PLAIN,
        b"lib.rmeta": b"metadata",
        b"caf\xe9.o": bitcode(triple="bytes-linux"),
        b"broken.o": FAT[:100],
    }
    expected = {
        "raw.bc": "raw-linux",
        "fat.bc": "fat-linux",
        "a name that is longer than sixteen.bc": "embedded-linux",
        "plain.o": NO_BITCODE,
        "lib.rmeta": "no C, C++ or LLVM IR",
        '"caf\\E9.bc"': "bytes-linux",
        "broken.bc": "broken.o: the object file is cut off",
    }
    folder = write(tmp_path, lib_a=make(members))  # type: ignore[call-arg]
    assert triples(one(folder / "lib.a", tmp_path)) == expected
    below = {f'"lib.a/{name[1:]}' if name[0] == '"' else f"lib.a/{name}": what for name, what in expected.items()}
    assert triples(one(folder, tmp_path)) == below


def test_members_of_one_name(tmp_path: Path) -> None:
    first, second = gnu_archive({b"a.o": bitcode(triple="first")}), gnu_archive({b"a.o": bitcode(triple="second")})
    folder = write(tmp_path, lib_a=first + second[len(b"!<arch>\n") :])
    assert triples(one(folder / "lib.a", tmp_path)) == {"a.bc": "first", "a-2.bc": "second"}


def test_thin_archive(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/elsewhere.o").write_bytes(bitcode(triple="elsewhere"))
    folder = write(tmp_path, raw_o=bitcode(triple="raw-linux"), plain_o=PLAIN)
    (folder / "lib").mkdir()
    names = (
        b"raw.o",
        b"lib/gone.o",
        b"plain.o",
        str(tmp_path / "secret/elsewhere.o").encode(),
        b"../secret/..",
        b"lib",
    )
    (folder / "thin.a").write_bytes(gnu_archive(dict.fromkeys(names, b"1234"), is_thin=True))
    found = triples(one(folder / "thin.a", tmp_path))

    assert found == {
        "raw.bc": "raw-linux",
        "lib/gone.bc": "lib/gone.o: No such file or directory",
        "plain.o": NO_BITCODE,
        "elsewhere.bc": "elsewhere",
        "unnamed.bc": "unnamed: is no regular file but a folder",
        "lib.bc": "lib: is no regular file but a folder",
    }
    (folder / "raw.o").write_bytes(bitcode(triple="another"))
    assert triples(one(folder / "thin.a", tmp_path))["raw.bc"] == "another"


@pytest.mark.parametrize("is_thin", [False, True])
def test_names_that_no_file_can_have(tmp_path: Path, is_thin: bool) -> None:
    names = [b"x" * 300 + b".o", b"y/" * 3000 + b"z.o", b"nul\0in.o", b"..", b".", b"", b"/"]
    archive = gnu_archive(dict.fromkeys(names, bitcode(triple="first")), is_thin=is_thin)
    folder = write(tmp_path, a_c=b"int a;", lib_a=archive)
    modules = {module.name: module for module in one(folder, tmp_path).modules if module.name != "a.c"}
    assert len(modules) == 5  # two of them are tables' names, or the same folder
    assert all(bool(module.refusal) is is_thin for module in modules.values())
    assert all(len(part) <= 110 for name in modules for part in name.split("/"))


def test_archive_that_is_cut_off(tmp_path: Path) -> None:
    archive = gnu_archive({b"a.o": bitcode(triple="first"), b"b.o": bitcode(triple="second")})
    folder = write(tmp_path, lib_a=archive[:-20])
    assert triples(one(folder / "lib.a", tmp_path)) == {"a.bc": "first", "lib.a.bc": "the archive is cut off"}


def test_archives_without_bitcode(tmp_path: Path) -> None:
    folder = write(tmp_path, a_c=b"int a;", lib_a=gnu_archive({b"a.o": PLAIN}), pkg_deb=gnu_archive({b"x": b"y"}))
    with pytest.raises(UsageError, match=r"lib\.a holds no module: it has no embedded bitcode"):
        one(folder / "lib.a", tmp_path)
    found = {module.name: module.left_out for module in one(folder, tmp_path).modules}
    assert found == {"a.c": "", "lib.a": NO_BITCODE}


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_several_modules_in_one_file(tmp_path: Path, is_wrapped: bool) -> None:
    """As `llvm-cat` writes them, as `cat` puts them together, and behind zeros."""
    data = joined_bitcode(first="a.c", second="b.c") + bitcode(triple="third") + bytes(12) + bitcode(triple="fourth")
    if is_wrapped:
        data = struct.pack("<5I", 0x0B17C0DE, 0, 20, len(data), 7) + data
    folder = write(tmp_path, unit_bc=data)
    names = ["first", "second", "third", "fourth"]

    assert triples(one(folder / "unit.bc", tmp_path)) == {f"unit.{n}.bc": name for n, name in enumerate(names)}
    assert triples(one(folder, tmp_path)) == {f"unit.bc/unit.{n}.bc": name for n, name in enumerate(names)}


def test_modules_of_one_source_are_one(tmp_path: Path) -> None:
    """As `-fsplit-lto-unit` divides them: clang links them again."""
    folder = write(tmp_path, unit_bc=joined_bitcode(first="a.cpp", second="a.cpp"))
    (folder / "fat.o").write_bytes(elf({".llvm.lto": joined_bitcode(first="a.cpp", second="a.cpp")}))
    found = one(folder, tmp_path).modules
    assert [module.name for module in found] == ["fat.o/fat.bc", "unit.bc"]
    assert {module.source.read_bytes() for module in found} == {(folder / "unit.bc").read_bytes()}


def test_list_of_containers(tmp_path: Path) -> None:
    folder = write(tmp_path, fat_o=FAT, k_cu=b"", lib_a=gnu_archive({b"a.o": bitcode(triple="first")}))
    (folder / "gone.c").symlink_to("nowhere.c")
    (folder / "l.txt").write_bytes(b"fat.o\nlib.a\nk.cu\ngone.c\n")
    found = {module.name: module.left_out for module in one(f"@{folder}/l.txt", tmp_path).modules}
    assert found == {"fat.o/fat.bc": "", "lib.a/a.bc": "", "k.cu": "no C, C++ or LLVM IR but cuda", "gone.c": ""}


def test_list_of_names_that_are_no_utf8(tmp_path: Path) -> None:
    folder = write(tmp_path, **{"caf\udce9_c": b"int a;"})
    (folder / "l.txt").write_bytes(b"caf\xe9.c\n")
    assert [module.name for module in one(f"@{folder}/l.txt", tmp_path).modules] == ['"caf\\E9.c"']
