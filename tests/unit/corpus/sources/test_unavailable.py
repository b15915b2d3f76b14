"""Sources that cannot be had: other candidates, corpora that are skipped, and what ends a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalog_builder import folder_catalog, make_tree, paths

from rl4real_data.core.errors import CacheError, SourceError, UsageError
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.resolve import Skipped, resolve, resolve_available
from rl4real_data.corpus.sources.source import Supply


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
