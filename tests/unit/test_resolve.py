"""From the words after `--corpus` to corpora."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.module import Corpus, Language, Split
from rl4real_data.corpus.resolve import Skipped, corpus_of_manifest, resolve, resolve_available
from rl4real_data.corpus.sources.package import PackageSource
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.errors import CacheError, ManifestError, Rl4realError, SourceError, UsageError
from rl4real_data.targets import TargetName

MANIFEST = """
name = "{name}"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "test"
source = {{ kind = "package", folder = "corpus/toy" }}

[modules]
{rules}
"""


class FetchRecorder:
    """Stands in for every source: all manifests get the same folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fetched: list[str] = []


def make_tree(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("int a;\n")
    return root


def make_catalog(folder: Path, groups: str = "", **rules: str) -> Catalog:
    folder.mkdir(parents=True)
    for name, text in rules.items():
        (folder / f"{name}.toml").write_text(MANIFEST.format(name=name, rules=text))
    (folder / "groups.toml").write_text(groups)
    return load_catalog(folder)


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


def paths(modules: tuple[object, ...]) -> list[str]:
    return [str(getattr(module, "path", "")) for module in modules]


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


def test_language_of_the_manifest_wins(tmp_path: Path, source: FetchRecorder) -> None:
    catalog = make_catalog(tmp_path / "m", toy='globs = ["note.txt", "*.c"]\nlanguage = "c++"')
    corpus = corpus_of_manifest(catalog.manifests["toy"], source.root)
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
def test_manifest_that_does_not_fit_its_source(tmp_path: Path, source: FetchRecorder, rules: str, problem: str) -> None:
    catalog = make_catalog(tmp_path / "m", toy=rules)
    with pytest.raises(SourceError, match=problem):
        corpus_of_manifest(catalog.manifests["toy"], source.root)


def test_excludes_are_taken_out(tmp_path: Path, source: FetchRecorder) -> None:
    catalog = make_catalog(tmp_path / "m", toy='globs = ["**/*.c"]\nexcludes = ["b.c"]')
    assert paths(corpus_of_manifest(catalog.manifests["toy"], source.root).modules) == ["sub/c.c"]


def test_same_corpus_by_group_and_name_comes_once(tmp_path: Path, source: FetchRecorder, catalog: Catalog) -> None:
    corpora = resolve(["lua", "both", "zlib"], cache=tmp_path / "cache", catalog=catalog)
    assert [corpus.name for corpus in corpora] == ["lua", "zlib"]
    assert source.fetched == ["lua", "zlib"]


def test_folder_is_a_corpus(tmp_path: Path, catalog: Catalog) -> None:
    names = ["z.c", "a.cc", "b.cpp", "c.cxx", "d.ll", "e.bc", "sub/deep/f.c"]
    others = ["g.h", "h.C", "i.txt", ".hidden/j.c", ".k.c", "sub/.git/l.c"]
    folder = make_tree(tmp_path / "mine", *names, *others)
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    assert (corpus.name, corpus.license, corpus.split) == ("mine", "NOASSERTION", Split.TRAIN)
    assert paths(corpus.modules) == ["a.cc", "b.cpp", "c.cxx", "d.ll", "e.bc", "sub/deep/f.c", "z.c"]
    assert {module.root for module in corpus.modules} == {folder}
    assert {module.language for module in corpus.modules[:3]} == {Language.CXX}
    assert {module.language for module in corpus.modules[3:5]} == {Language.IR}
    assert not (tmp_path / "cache").exists()


def test_links_are_not_followed_out_of_a_folder(tmp_path: Path, catalog: Catalog) -> None:
    outside = make_tree(tmp_path / "outside", "o.c", "deep/p.c")
    folder = make_tree(tmp_path / "mine", "a.c")
    (folder / "link_out.c").symlink_to(outside / "o.c")
    (folder / "link_in.c").symlink_to(folder / "a.c")
    (folder / "deep").symlink_to(outside / "deep")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.c").symlink_to(folder / "nothing.c")
    (corpus,) = resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)
    assert paths(corpus.modules) == ["a.c", "link_in.c"]


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
    suffixes = ".c, .cc, .cpp, .cxx, .ll, .bc"
    assert str(raised.value).splitlines() == [
        '"zlip" is no corpus, no group and no path that exists; did you mean "zlib"?',
        f"{empty} holds no module: no file below it ends with one of {suffixes}",
        '"" is no corpus, no group and no path that exists',
        f"{wrong} is no module: it must be a file whose name ends with one of {suffixes}",
    ]
    assert raised.value.hint == "name a corpus (lua, zlib), a group (both), a manifest's file, a folder or a file"
    assert source.fetched == []


@pytest.mark.parametrize("word", ["x" * 5000, "a\0b", "/dev/null"])
def test_odd_words(tmp_path: Path, catalog: Catalog, word: str) -> None:
    with pytest.raises(UsageError, match=r"no path that exists|is no module"):
        resolve([word], cache=tmp_path / "cache", catalog=catalog)


def test_no_word_at_all(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="no corpus is named"):
        resolve([], cache=tmp_path / "cache", catalog=catalog)


def test_file_name_that_cannot_be_stored(tmp_path: Path, catalog: Catalog) -> None:
    folder = make_tree(tmp_path / "mine", "a.c", "bad\udcff.c")
    with pytest.raises(UsageError, match=r"'bad\\udcff\.c' is no valid UTF-8"):
        resolve([str(folder)], cache=tmp_path / "cache", catalog=catalog)


def test_bad_mirror_comes_before_any_fetch(tmp_path: Path, source: FetchRecorder, catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="is no address"):
        resolve(["zlib"], cache=tmp_path / "cache", mirror="example.invalid", catalog=catalog)
    assert source.fetched == []


def test_package_folder_that_is_missing(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(Rl4realError, match=r"corpus zlib: the folder .*/rl4real_data/corpus/toy is missing"):
        resolve(["zlib"], cache=tmp_path / "cache", catalog=catalog)


# Rules of manifests: targets, include folders, licences


def corpus_for(catalog: Catalog, source: FetchRecorder, target: TargetName | None = None) -> Corpus:
    return corpus_of_manifest(catalog.manifests["toy"], source.root, target)


def test_exceptions_of_a_target_are_its_own(tmp_path: Path, source: FetchRecorder) -> None:
    rules = """
globs = ["**/*.c", "a.cpp"]
flags = ["-DALL"]
includes = [".", "sub"]
x86 = { flags = ["-mavx2"], excludes = ["sub/*.c"] }
aarch64 = { excludes = ["b.c", "a.cpp"] }
"""
    catalog = make_catalog(tmp_path / "m", toy=rules)
    found = {target: corpus_for(catalog, source, target) for target in (None, *TargetName)}
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


@pytest.mark.usefixtures("source")
def test_target_is_handed_on(tmp_path: Path) -> None:
    catalog = make_catalog(tmp_path / "m", toy='globs = ["*.c", "*.cpp"]\naarch64 = { excludes = ["b.c"] }')
    (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog, target=TargetName.AARCH64)
    assert paths(corpus.modules) == ["a.cpp"]


def test_licences_of_files_are_over_that_of_the_corpus(tmp_path: Path, source: FetchRecorder) -> None:
    rules = 'globs = ["**/*.c", "a.cpp"]\n[[licenses]]\nglobs = ["sub/*"]\nlicense = "Zlib"\n'
    rules += '[[licenses]]\nglobs = ["**/*.c"]\nlicense = "ISC"'
    catalog = make_catalog(tmp_path / "m", toy=rules)
    modules = corpus_for(catalog, source).modules
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
def test_rules_that_do_not_fit_the_source(tmp_path: Path, source: FetchRecorder, rules: str, problem: str) -> None:
    catalog = make_catalog(tmp_path / "m", toy=rules)
    with pytest.raises(SourceError, match=rf"corpus toy: {problem}"):
        corpus_for(catalog, source, TargetName.X86)


def test_rules_may_say_that_files_can_be_missing(tmp_path: Path, source: FetchRecorder) -> None:
    rules = 'globs = ["*.c", "typo/*.c"]\nexcludes = ["typo.c"]\nincludes = ["typo"]\nallow_fewer = true'
    assert paths(corpus_for(make_catalog(tmp_path / "m", toy=rules), source).modules) == ["b.c"]
    none = make_catalog(tmp_path / "n", toy='globs = ["typo.c"]\nallow_fewer = true')
    with pytest.raises(SourceError, match="leave no module"):
        corpus_for(none, source)


# Sources that cannot be had


FOLDERS = """
name = "{name}"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "train"

{sources}
[modules]
globs = ["*.c"]
{rules}
"""


def folder_catalog(folder: Path, groups: str = "", rules: str = "", **candidates: list[Path]) -> Catalog:
    """Corpora whose sources are the folders `candidates`."""
    folder.mkdir()
    for name, paths in candidates.items():
        sources = "".join(f'[[source]]\nkind = "folder"\npath = "{path}"\n\n' for path in paths)
        (folder / f"{name}.toml").write_text(FOLDERS.format(name=name, sources=sources, rules=rules))
    (folder / "groups.toml").write_text(groups)
    return load_catalog(folder)


def test_first_candidate_that_can_be_had_is_taken(tmp_path: Path) -> None:
    gone, there, last = tmp_path / "gone", make_tree(tmp_path / "there", "a.c"), make_tree(tmp_path / "last", "b.c")
    catalog = folder_catalog(tmp_path / "m", toy=[gone, there, last])
    said: list[str] = []
    supply = Supply(cache=tmp_path / "cache", say=said.append)
    (corpus,) = resolve_available(["toy"], supply, catalog=catalog).corpora
    assert corpus.root == there
    assert said == [f"corpus toy: there is no folder {gone}\n  trying the next source of toy (folder)"]


def test_folder_may_be_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tree(tmp_path / "suite", "a.c")
    monkeypatch.setenv("HOME", str(tmp_path))
    catalog = folder_catalog(tmp_path / "m", toy=[Path("~/suite")])
    (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog)
    assert corpus.root == tmp_path / "suite"


def test_words_of_all_candidates_are_shown(tmp_path: Path) -> None:
    catalog = folder_catalog(tmp_path / "m", toy=[tmp_path / "one", tmp_path / "two"])
    with pytest.raises(SourceError, match="corpus toy") as raised:
        resolve(["toy"], cache=tmp_path / "cache", catalog=catalog)
    assert str(raised.value).splitlines() == [
        f"corpus toy: there is no folder {tmp_path / 'one'}",
        f"corpus toy: there is no folder {tmp_path / 'two'}",
    ]


def test_steps_are_carried_out_in_a_copy(tmp_path: Path) -> None:
    mine = make_tree(tmp_path / "mine", "a.c")
    rules = '[[prepare]]\nwrite = "made.c"\ntext = "int made;"'
    catalog = folder_catalog(tmp_path / "m", rules=rules, toy=[mine])
    (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog)
    assert paths(corpus.modules) == ["a.c", "made.c"]
    assert sorted(path.name for path in mine.iterdir()) == ["a.c"]
    (mine / "b.c").write_text("int b;")
    (again,) = resolve(["toy"], cache=tmp_path / "cache", catalog=catalog)
    assert paths(again.modules) == ["a.c", "b.c", "made.c"]


def test_of_several_corpora_the_missing_ones_are_skipped(tmp_path: Path) -> None:
    there = make_tree(tmp_path / "there", "a.c")
    catalog = folder_catalog(
        tmp_path / "m", 'all = ["gone", "here"]\n', gone=[tmp_path / "gone"], here=[there], late=[there]
    )
    found = resolve_available(["all", "late"], Supply(cache=tmp_path / "cache"), catalog=catalog)
    assert [corpus.name for corpus in found.corpora] == ["here", "late"]
    reason = f"corpus gone: there is no folder {tmp_path / 'gone'}"
    assert found.skipped == (Skipped(corpus="gone", reason=reason),)
    with pytest.raises(SourceError, match=reason):
        resolve(["all", "late"], cache=tmp_path / "cache", catalog=catalog)


def test_nothing_but_missing_corpora_is_an_error(tmp_path: Path) -> None:
    catalog = folder_catalog(tmp_path / "m", one=[tmp_path / "one"], two=[tmp_path / "two"])
    with pytest.raises(SourceError, match="corpus one: ") as raised:
        resolve_available(["one", "two"], Supply(cache=tmp_path / "cache"), catalog=catalog)
    assert "corpus two: " in str(raised.value)
    assert "correct `path`" in raised.value.hint


def test_corpus_that_does_not_fit_its_source_is_never_skipped(tmp_path: Path) -> None:
    there, other = make_tree(tmp_path / "there", "a.c"), make_tree(tmp_path / "other", "a.txt")
    catalog = folder_catalog(tmp_path / "m", good=[there], wrong=[other])
    with pytest.raises(SourceError, match="corpus wrong: the glob"):
        resolve_available(["good", "wrong"], Supply(cache=tmp_path / "cache"), catalog=catalog)


def test_cache_that_cannot_be_used_ends_the_run(tmp_path: Path) -> None:
    there = make_tree(tmp_path / "there", "a.c")
    catalog = folder_catalog(tmp_path / "m", one=[there, there], two=[there])
    text = (tmp_path / "m/one.toml").read_text() + '[[prepare]]\nwrite = "made.c"\ntext = ""'
    (tmp_path / "m/one.toml").write_text(text)
    (tmp_path / "cache").write_text("in the way")
    assert resolve(["two"], cache=tmp_path / "cache", catalog=catalog)
    with pytest.raises(CacheError, match=r"the cache .* cannot be used"):
        resolve_available(["one", "two"], Supply(cache=tmp_path / "cache"), catalog=load_catalog(tmp_path / "m"))


def test_corpus_without_modules_for_the_target(tmp_path: Path) -> None:
    there = make_tree(tmp_path / "there", "a.c")
    catalog = folder_catalog(tmp_path / "m", rules='aarch64 = { skip = "needs AVX" }', toy=[there])
    supply = Supply(cache=tmp_path / "cache")
    reason = "corpus toy has no modules for aarch64: needs AVX"
    found = resolve_available(["toy", str(there)], supply, catalog=catalog, target=TargetName.AARCH64)
    assert [corpus.name for corpus in found.corpora] == ["there"]
    assert found.skipped == (Skipped(corpus="toy", reason=reason, is_declared=True),)
    assert resolve(["toy", str(there)], cache=supply.cache, catalog=catalog, target=TargetName.AARCH64) == found.corpora
    with pytest.raises(UsageError, match=reason):
        resolve_available(["toy"], supply, catalog=catalog, target=TargetName.AARCH64)
    assert resolve_available(["toy"], supply, catalog=catalog, target=TargetName.X86).skipped == ()


def test_source_that_may_not_be_shared_marks_its_modules(tmp_path: Path) -> None:
    mine = make_tree(tmp_path / "mine", "a.c")
    catalog = folder_catalog(tmp_path / "m", toy=[mine])
    text = (tmp_path / "m/toy.toml").read_text().replace('kind = "folder"', 'kind = "folder"\nredistributable = false')
    (tmp_path / "m/toy.toml").write_text(text)
    for marked, expected in ((load_catalog(tmp_path / "m"), False), (catalog, True)):
        (corpus,) = resolve(["toy"], cache=tmp_path / "cache", catalog=marked)
        assert [module.redistributable for module in corpus.modules] == [expected]
