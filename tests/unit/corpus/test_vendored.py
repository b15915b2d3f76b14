"""Code that two corpora share is found, whatever the files are called; what only looks alike is not."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from rl4real_data.core.split import Split
from rl4real_data.corpus.module import Corpus, Language, Module
from rl4real_data.corpus.vendored import code_lines, find_shared_code


def function(name: str, lines: int = 40) -> str:
    """A function whose lines are found in no other."""
    body = "".join(f"    total += {name}_{line}(total);\n" for line in range(lines))
    return f"int {name}(int total)\n{{\n{body}    return total;\n}}\n"


def make_corpus(root: Path, files: dict[str, str], *, modules: tuple[str, ...], flags: tuple[str, ...] = ()) -> Corpus:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    found = tuple(
        Module(corpus=root.name, path=PurePosixPath(path), root=root, language=Language.C, license="MIT", flags=flags)
        for path in modules
    )
    return Corpus(name=root.name, license="MIT", root=root, split=Split.TRAIN, modules=found)


def shared(left: Corpus, right: Corpus) -> list[tuple[str, str]]:
    return [(str(pair.left), str(pair.right)) for pair in find_shared_code([left], [right])]


def test_comments_white_space_directives_and_punctuation_do_not_count() -> None:
    text = (
        'int  a; // one\n/* two\n lines */ char *b = "/* no comment */";\n#define X \\\n  long_one\n{\n}\n\tc ( ) ;\n'
    )
    assert code_lines(text) == ["inta;", 'char*b="/*nocomment*/";', "c();"]


def test_renamed_and_reformatted_copy_is_found(tmp_path: Path) -> None:
    copy = "/* vendored */\n" + function("hash").replace("    ", "\t").replace("{\n", "\n{ // begin\n")
    left = make_corpus(tmp_path / "lib", {"hash.c": function("hash")}, modules=("hash.c",))
    right = make_corpus(tmp_path / "app", {"third/h.c": copy}, modules=("third/h.c",))
    (pair,) = find_shared_code([left], [right])
    assert (str(pair.left), str(pair.right)) == ("lib: hash.c", "app: third/h.c")
    assert pair.share == 1.0


def test_other_code_is_not_found(tmp_path: Path) -> None:
    left = make_corpus(tmp_path / "lib", {"a.c": function("a")}, modules=("a.c",))
    right = make_corpus(tmp_path / "app", {"a.c": function("b")}, modules=("a.c",))
    assert shared(left, right) == []


@pytest.mark.parametrize(("name", "is_found"), [("third/big.h", True), ("other.h", False)])
def test_scattered_common_lines_count_only_under_the_same_name(tmp_path: Path, name: str, is_found: bool) -> None:
    """A version that is far away: every fourth line of it is still the same."""
    new = "".join(f"    total += {'old' if line % 4 == 0 else 'new'}_number_{line}(total);\n" for line in range(200))
    left = make_corpus(tmp_path / "lib", {"big.c": function("old_number", 200)}, modules=("big.c",))
    right = make_corpus(tmp_path / "app", {"app.c": f'#include "{name}"\n', name: new}, modules=("app.c",))
    assert bool(shared(left, right)) is is_found


@pytest.mark.parametrize(("lines", "is_found"), [(60, True), (30, False)])
def test_a_small_common_run_does_not_count(tmp_path: Path, lines: int, is_found: bool) -> None:
    """Of 200 lines."""
    common = function("common", lines)
    left = make_corpus(tmp_path / "lib", {"a.c": common + function("a", 200 - lines)}, modules=("a.c",))
    right = make_corpus(tmp_path / "app", {"b.c": common + function("b", 200 - lines)}, modules=("b.c",))
    assert bool(shared(left, right)) is is_found


def test_few_common_lines_do_not_count(tmp_path: Path) -> None:
    left = make_corpus(tmp_path / "lib", {"a.c": function("long_name", 10)}, modules=("a.c",))
    right = make_corpus(tmp_path / "app", {"a.c": function("long_name", 10)}, modules=("a.c",))
    assert shared(left, right) == []


def test_included_files_count_and_others_do_not(tmp_path: Path) -> None:
    lib = {"lib.c": function("lib"), "deep.c": function("deep"), "unused.c": function("unused")}
    left = make_corpus(tmp_path / "lib", lib, modules=tuple(lib))
    files = {
        "src/app.c": '#include "near.h"\n# include <far.h>\n#include <stdio.h>\n' + function("app"),
        "src/near.h": '#include "../deep.h"\n',
        "deep.h": function("deep"),
        "include/far.h": function("lib"),
        "include/unused.h": function("unused"),
    }
    right = make_corpus(tmp_path / "app", files, modules=("src/app.c",), flags=("-Iinclude",))
    assert shared(left, right) == [("lib: deep.c", "app: deep.h"), ("lib: lib.c", "app: include/far.h")]


def test_include_that_leads_out_of_the_tree_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outside.h").write_text(function("lib"))
    left = make_corpus(tmp_path / "lib", {"lib.c": function("lib")}, modules=("lib.c",))
    right = make_corpus(tmp_path / "app", {"app.c": '#include "../outside.h"\n'}, modules=("app.c",))
    assert shared(left, right) == []


def test_a_corpus_is_not_compared_with_itself(tmp_path: Path) -> None:
    files = {"a.c": function("a"), "b.c": function("a")}
    corpus = make_corpus(tmp_path / "lib", files, modules=("a.c", "b.c"))
    assert shared(corpus, corpus) == []
