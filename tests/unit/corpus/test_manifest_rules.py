"""From a source's files to modules, by the rules of its manifest: globs, targets, include folders, licences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from archive_builder import gnu_archive
from bitcode_builder import bitcode, elf, joined_bitcode
from catalog_builder import make_catalog, make_tree, paths

from rl4real_data.core.errors import SourceError
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.module import Corpus, Language
from rl4real_data.corpus.resolve import corpus_of_manifest, resolve
from rl4real_data.corpus.sources.user_folder import FolderSource


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "source", "b.c", "a.cpp", "sub/c.c", "note.txt")


def corpus_for(catalog: Catalog, root: Path, target: TargetName | None = None) -> Corpus:
    return corpus_of_manifest(catalog.manifests["toy"], root, target)


def test_language_of_the_manifest_wins(tmp_path: Path, root: Path) -> None:
    catalog = make_catalog(tmp_path / "m", toy='globs = ["note.txt", "*.c"]\nlanguage = "c++"')
    corpus = corpus_of_manifest(catalog.manifests["toy"], root)
    assert [module.language for module in corpus.modules] == [Language.CXX, Language.CXX]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ('globs = ["*.c", "nothing/*.c"]', r'corpus toy: the glob "nothing/\*\.c" matches no file in'),
        ('globs = ["sub"]', r'the glob "sub" matches no file'),
        ('globs = ["*.c"]\nexcludes = ["typo.c"]', r'the glob "typo\.c" matches no file'),
        ('globs = ["*.c"]\nexcludes = ["b.c"]', "the excludes leave no module"),
        ('globs = ["*"]', r"note\.txt ends with none of \.c, \.cc, \.cpp"),
    ],
)
def test_manifest_that_does_not_fit_its_source(tmp_path: Path, root: Path, rules: str, problem: str) -> None:
    catalog = make_catalog(tmp_path / "m", toy=rules)
    with pytest.raises(SourceError, match=problem):
        corpus_of_manifest(catalog.manifests["toy"], root)


def test_excludes_are_taken_out(tmp_path: Path, root: Path) -> None:
    catalog = make_catalog(tmp_path / "m", toy='globs = ["**/*.c"]\nexcludes = ["b.c"]')
    assert paths(corpus_of_manifest(catalog.manifests["toy"], root).modules) == ["sub/c.c"]


def test_exceptions_of_a_target_are_its_own(tmp_path: Path, root: Path) -> None:
    rules = """
globs = ["**/*.c", "a.cpp"]
flags = ["-DALL"]
includes = [".", "sub"]
x86 = { flags = ["-mavx2"], excludes = ["sub/*.c"] }
aarch64 = { excludes = ["b.c", "a.cpp"] }
"""
    catalog = make_catalog(tmp_path / "m", toy=rules)
    found = {target: corpus_for(catalog, root, target) for target in (None, *TargetName)}
    assert {target: paths(corpus.modules) for target, corpus in found.items()} == {
        None: ["a.cpp", "b.c", "sub/c.c"],
        TargetName.X86: ["a.cpp", "b.c"],
        TargetName.AARCH64: ["sub/c.c"],
    }
    assert {target: corpus.modules[0].flags for target, corpus in found.items()} == {
        None: ("-I.", "-Isub", "-DALL"),
        TargetName.X86: ("-I.", "-Isub", "-DALL", "-mavx2"),
        TargetName.AARCH64: ("-I.", "-Isub", "-DALL"),
    }


def test_licences_of_files_are_over_that_of_the_corpus(tmp_path: Path, root: Path) -> None:
    rules = 'globs = ["**/*.c", "a.cpp"]\n[[licenses]]\nglobs = ["sub/*"]\nlicense = "Zlib"\n'
    rules += '[[licenses]]\nglobs = ["**/*.c"]\nlicense = "ISC"'
    catalog = make_catalog(tmp_path / "m", toy=rules)
    modules = corpus_for(catalog, root).modules
    assert {str(module.path): module.license for module in modules} == {"a.cpp": "MIT", "b.c": "ISC", "sub/c.c": "Zlib"}


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ('globs = ["*.c"]\nincludes = ["typo"]', 'the include folder "typo" is not in'),
        ('globs = ["*.c"]\nx86 = { excludes = ["typo.c"] }', r'the glob "typo\.c" matches no file'),
        ('globs = ["*.c"]\nx86 = { excludes = ["*.c"] }', "the excludes leave no module"),
        ('globs = ["*.c"]\n[[licenses]]\nglobs = ["typo.c"]\nlicense = "ISC"', r'the glob "typo\.c" matches no file'),
    ],
)
def test_rules_that_do_not_fit_the_source(tmp_path: Path, root: Path, rules: str, problem: str) -> None:
    catalog = make_catalog(tmp_path / "m", toy=rules)
    with pytest.raises(SourceError, match=rf"corpus toy: {problem}"):
        corpus_for(catalog, root, TargetName.X86)


def test_rules_may_say_that_files_can_be_missing(tmp_path: Path, root: Path) -> None:
    rules = 'globs = ["*.c", "typo/*.c"]\nexcludes = ["typo.c"]\nincludes = ["typo"]\nallow_fewer = true'
    assert paths(corpus_for(make_catalog(tmp_path / "m", toy=rules), root).modules) == ["b.c"]
    none = make_catalog(tmp_path / "n", toy='globs = ["typo.c"]\nallow_fewer = true')
    with pytest.raises(SourceError, match="leave no module"):
        corpus_for(none, root)


@pytest.mark.parametrize("rules", ['globs = ["*.c"]', 'globs = ["b.c", "dead.c", "caf?.c", "linked.c"]'])
def test_links_and_names_that_are_no_utf8(tmp_path: Path, root: Path, rules: str) -> None:
    make_tree(root, "caf\udce9.c")
    (root / "dead.c").symlink_to("nothing")
    (root / "linked.c").symlink_to("sub/c.c")
    catalog = make_catalog(tmp_path / "m", toy=rules)
    modules = corpus_of_manifest(catalog.manifests["toy"], root).modules
    assert [module.name for module in modules] == ["b.c", '"caf\\E9.c"', "dead.c", "linked.c"]


def test_dead_link_can_be_excluded(tmp_path: Path, root: Path) -> None:
    (root / "dead.c").symlink_to("nothing")
    catalog = make_catalog(tmp_path / "m", toy='globs = ["*.c"]\nexcludes = ["dead.c"]')
    assert paths(corpus_of_manifest(catalog.manifests["toy"], root).modules) == ["b.c"]


def test_files_that_hold_modules_are_told_by_content(tmp_path: Path) -> None:
    root = make_tree(tmp_path / "source", "a.c")
    files = {
        "lto.o": bitcode(triple="raw-linux"),
        "fat.o": elf({".llvm.lto": bitcode(triple="fat-linux")}),
        "plain.o": elf({".text": b"\xc3"}),
        "two.bc": joined_bitcode(one="one.c", two="two.c"),
        "lib.a": gnu_archive({b"m.o": bitcode(triple="member-linux"), b"readme": b"text"}),
    }
    for name, content in files.items():
        (root / name).write_bytes(content)
    rules = 'globs = ["*.o", "*.bc", "*.a"]\n[[licenses]]\nglobs = ["lib.a"]\nlicense = "Zlib"'
    catalog = make_catalog(tmp_path / "m", toy=rules)
    manifest = replace(catalog.manifests["toy"], sources=(FolderSource(path=str(root)),))
    catalog = replace(catalog, manifests={"toy": manifest})
    (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog)

    assert {module.name: (module.left_out, module.license) for module in corpus.modules} == {
        "fat.o/fat.bc": ("", "MIT"),
        "lib.a/m.bc": ("", "Zlib"),
        "lib.a/readme": ("no C, C++ or LLVM IR", "Zlib"),
        "lto.o": ("", "MIT"),
        "plain.o": ("object code without bitcode", "MIT"),
        "two.bc/two.0.bc": ("", "MIT"),
        "two.bc/two.1.bc": ("", "MIT"),
    }
    assert all(module.left_out or module.source.is_file() for module in corpus.modules)
