"""From the words after `--corpus` to corpora."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from catalog_builder import MANIFEST, make_catalog, make_tree, paths

from rl4real_data.core.errors import ManifestError, Rl4realError, UsageError
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Language
from rl4real_data.corpus.resolve import resolve
from rl4real_data.corpus.sources.shipped_folder import PackageSource


class FetchRecorder:
    """Stands in for every source: all manifests get the same folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fetched: list[str] = []


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FetchRecorder:
    recorder = FetchRecorder(make_tree(tmp_path / "source", "b.c", "a.cpp", "sub/c.c", "note.txt"))

    def fetch(_self: PackageSource, wanted: object) -> Path:
        recorder.fetched.append(getattr(wanted, "corpus", ""))
        return recorder.root

    monkeypatch.setattr(PackageSource, "fetch", fetch)
    return recorder


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    rules = 'globs = ["*.c"]'
    return make_catalog(tmp_path / "manifests", 'both = ["zlib", "lua"]\n', lua=rules, zlib=rules)


def test_manifest_becomes_sorted_modules(tmp_path: Path, source: FetchRecorder) -> None:
    rules = 'globs = ["**/*.c", "*.cpp", "b.*"]\nflags = ["-DX"]\nneeds_libc = false'
    catalog = make_catalog(tmp_path / "m", toy=rules)
    (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog)
    assert (corpus.name, corpus.license, corpus.split) == ("toy", "MIT", Split.TEST)
    assert corpus.root == source.root
    assert paths(corpus.modules) == ["a.cpp", "b.c", "sub/c.c"]
    assert [module.language for module in corpus.modules] == [Language.CXX, Language.C, Language.C]
    assert {(m.corpus, m.license, m.flags, m.needs_libc) for m in corpus.modules} == {("toy", "MIT", ("-DX",), False)}
    assert corpus.modules[0].source == source.root / "a.cpp"


def test_same_corpus_by_group_and_name_comes_once(tmp_path: Path, source: FetchRecorder, catalog: Catalog) -> None:
    corpora = resolve(["lua", "both", "zlib"], cache=tmp_path / "cache", catalog=catalog)
    assert [corpus.name for corpus in corpora] == ["lua", "zlib"]
    assert source.fetched == ["lua", "zlib"]


def test_folder_is_a_corpus(tmp_path: Path, catalog: Catalog) -> None:
    names = ["z.c", "a.cc", "b.cpp", "c.cxx", "d.ll", "e.bc", "sub/deep/f.c"]
    others = ["g.h", "i.txt", ".hidden/j.c", ".k.c", "sub/.git/l.c"]
    folder = make_tree(tmp_path / "mine", *names, *others)
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    assert (corpus.name, corpus.license, corpus.split) == ("mine", "NOASSERTION", Split.TRAIN)
    assert paths(corpus.modules) == ["a.cc", "b.cpp", "c.cxx", "d.ll", "e.bc", "sub/deep/f.c", "z.c"]
    assert {module.root for module in corpus.modules} == {folder}
    assert {module.language for module in corpus.modules[:3]} == {Language.CXX}
    assert {module.language for module in corpus.modules[3:5]} == {Language.IR}
    assert not (tmp_path / "cache").exists()


def test_linked_files_are_files_of_the_folder(tmp_path: Path, catalog: Catalog) -> None:
    outside = make_tree(tmp_path / "outside", "o.c", "deep/p.c")
    folder = make_tree(tmp_path / "mine", "a.c")
    (folder / "link_out.c").symlink_to(outside / "o.c")
    (folder / "link_in.c").symlink_to(folder / "a.c")
    (folder / "deep").symlink_to(outside / "deep")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.c").symlink_to(folder / "nothing.c")
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    assert {module.name: module.left_out for module in corpus.modules} == {
        "a.c": "",
        "dangling.c": "",
        "deep": "a link to a folder, which is not entered: name that folder itself",
        "link_in.c": "",
        "link_out.c": "",
        "loop": "a link to a folder of the corpus, which is taken where it lies",
    }


def test_folder_of_links_alone(tmp_path: Path, catalog: Catalog) -> None:
    outside = make_tree(tmp_path / "outside", "o.c")
    folder = make_tree(tmp_path / "mine", "readme")
    (folder / "link_out.c").symlink_to(outside / "o.c")
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    assert paths(corpus.modules) == ["link_out.c"]


def test_every_input_of_a_compiler_is_a_module_or_left_out_as_one(tmp_path: Path, catalog: Catalog) -> None:
    """Suffixes as clang's own table has them."""
    names = [
        "a.C",
        "b.CC",
        "c.i",
        "d.ii",
        "e.cppm",
        "f.cu",
        "g.m",
        "h.mm",
        "i.S",
        "j.s",
        "k.f90",
        "l.cl",
        "m.hip",
        "n.o",
    ]
    folder = make_tree(tmp_path / "mine", "plain.c", "no.h", "no.txt", "Makefile", *names)
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    found = {module.name: (str(module.language), module.left_out) for module in corpus.modules}

    def other(language: str) -> tuple[str, str]:
        return language, f"no C, C++ or LLVM IR but {language}"

    assert found == {
        "plain.c": ("c", ""),
        "a.C": ("c++", ""),
        "b.CC": ("c++", ""),
        "c.i": ("c", ""),
        "d.ii": ("c++", ""),
        "e.cppm": ("c++-module", ""),
        "f.cu": other("cuda"),
        "g.m": other("objective-c"),
        "h.mm": other("objective-c++"),
        "i.S": other("assembler-with-cpp"),
        "j.s": other("assembler"),
        "k.f90": other("f95"),
        "l.cl": other("cl"),
        "m.hip": other("hip"),
        "n.o": ("object", "object code without bitcode"),
    }


def test_folder_of_what_is_not_compiled_says_so(tmp_path: Path, catalog: Catalog) -> None:
    folder = make_tree(tmp_path / "mine", "a.cu", "b.o")
    with pytest.raises(UsageError, match=r"\(only: no C, C\+\+ or LLVM IR but cuda, object code without bitcode\)"):
        resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)


def test_file_is_a_corpus(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_tree(tmp_path / "mine", "one.ll", "two.c"))
    (corpus,) = resolve(["one.ll"], cache=tmp_path / "cache", catalog=catalog)
    assert (corpus.name, corpus.root) == ("one.ll", tmp_path / "mine")
    assert [module.path for module in corpus.modules] == [PurePosixPath("one.ll")]


def test_current_folder_has_its_own_name(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_tree(tmp_path / "mine", "a.c"))
    assert [corpus.name for corpus in resolve(["."], cache=tmp_path / "cache", catalog=catalog)] == ["mine"]


def test_manifest_file_is_a_corpus(
    tmp_path: Path, source: FetchRecorder, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text(MANIFEST.format(name="mine", rules='globs = ["*.cpp"]'))
    monkeypatch.chdir(tmp_path)
    (corpus,) = resolve(["mine.toml", str(tmp_path / "mine.toml")], cache=tmp_path, catalog=catalog)

    assert (corpus.name, corpus.license, corpus.split) == ("mine", "MIT", Split.TEST)
    assert [str(module.path) for module in corpus.modules] == ["a.cpp"]
    assert source.fetched == ["mine"]


def test_manifest_file_with_problems(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "mine.toml").write_text("name = 1\n")
    with pytest.raises(ManifestError, match=r"mine\.toml: name: must be a string, not 1"):
        resolve([str(tmp_path / "mine.toml")], cache=tmp_path, catalog=catalog)


def test_name_of_a_corpus_comes_before_a_folder(
    tmp_path: Path, source: FetchRecorder, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_tree(tmp_path / "zlib", "own.c")
    by_path, by_name = resolve(["./zlib", "zlib"], cache=tmp_path / "cache", catalog=catalog)
    assert source.fetched == ["zlib"]
    assert (by_name.name, paths(by_name.modules)) == ("zlib", ["b.c"])
    assert (by_path.name, paths(by_path.modules)) == ("zlib-2", ["own.c"])
    assert {module.corpus for module in by_path.modules} == {"zlib-2"}


def test_folders_with_the_same_base_name(tmp_path: Path, catalog: Catalog) -> None:
    words = [str(make_tree(tmp_path / top / "src", f"{top}.c")) for top in ("x", "y", "z")]
    corpora = resolve([*words, f"{words[1]}/", words[0]], cache=tmp_path / "cache", catalog=catalog)
    assert [(corpus.name, paths(corpus.modules)) for corpus in corpora] == [
        ("src", ["x.c"]),
        ("src-2", ["y.c"]),
        ("src-3", ["z.c"]),
    ]


def test_all_bad_words_are_reported_before_any_fetch(tmp_path: Path, source: FetchRecorder, catalog: Catalog) -> None:
    empty = make_tree(tmp_path / "empty", "a.h", ".hidden/b.c")
    wrong = make_tree(tmp_path, "a.rs") / "a.rs"
    with pytest.raises(UsageError, match="no corpus") as raised:
        resolve(["zlib", "zlip", str(empty), "", str(wrong)], cache=tmp_path / "cache", catalog=catalog)
    suffixes = ", ".join(LANGUAGE_OF_SUFFIX)
    assert str(raised.value).splitlines() == [
        '"zlip" is no corpus, no group and no path that exists; did you mean "zlib"?',
        f"{empty} holds no module: no file below it ends with one of {suffixes}",
        '"" is no corpus, no group and no path that exists',
        f"{wrong} is no module: it must be a file whose name ends with one of {suffixes}",
    ]
    assert raised.value.hint.startswith("name a corpus or a group (`rl4real-data corpus list` shows all), a manifest")
    assert source.fetched == []


@pytest.mark.parametrize("word", ["x" * 5000, "a\0b", "/dev/null"])
def test_odd_words(tmp_path: Path, catalog: Catalog, word: str) -> None:
    with pytest.raises(UsageError, match=r"no path that exists|is no module"):
        resolve([word], cache=tmp_path / "cache", catalog=catalog)


def test_no_word_at_all(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="no corpus is named"):
        resolve([], cache=tmp_path / "cache", catalog=catalog)


def test_names_that_are_no_utf8(tmp_path: Path, catalog: Catalog) -> None:
    folder = make_tree(tmp_path / "m\udce9", "a.c", "bad\udcff.c", "\udce9/b.c")
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    assert corpus.name == '"m\\E9"'
    assert [module.name for module in corpus.modules] == ["a.c", '"bad\\FF.c"', '"\\E9/b.c"']
    assert all(module.source.is_file() for module in corpus.modules)


def test_bad_mirror_comes_before_any_fetch(tmp_path: Path, source: FetchRecorder, catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="is no address"):
        resolve(["zlib"], cache=tmp_path / "cache", mirror="example.invalid", catalog=catalog)
    assert source.fetched == []


def test_package_folder_that_is_missing(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(Rl4realError, match=r"corpus zlib: the folder .*/rl4real_data/corpus/toy is missing"):
        resolve(["zlib"], cache=tmp_path / "cache", catalog=catalog)


@pytest.mark.usefixtures("source")
def test_target_is_handed_on(tmp_path: Path) -> None:
    catalog = make_catalog(tmp_path / "m", toy='globs = ["*.c", "*.cpp"]\naarch64 = { excludes = ["b.c"] }')
    (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog, target=TargetName.AARCH64)
    assert paths(corpus.modules) == ["a.cpp"]
