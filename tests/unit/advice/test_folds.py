"""Parts of examples that share no code."""

from __future__ import annotations

import pytest
from advice_examples import make_example

from rl4real_data.advice.folds import FOLDS, folds_of
from rl4real_data.core.errors import DatasetError

CORPORA = [make_example(seed, corpus="abcde"[seed % 5]) for seed in range(30)]


def test_a_corpus_lies_in_one_part() -> None:
    folds = folds_of(CORPORA, seed=0)
    corpora = [{one.corpus for one in fold} for fold in folds]

    assert len(folds) == FOLDS
    assert set.union(*corpora) == set("abcde")
    assert sum(map(len, corpora)) == 5
    assert sum(map(len, folds)) == len(CORPORA)
    assert min(map(len, folds)) >= 6, "the smallest part gets the next corpus"


def test_parts_follow_from_the_seed() -> None:
    def names(seed: int) -> list[list[str]]:
        return [[one.episode_id for one in fold] for fold in folds_of(CORPORA, seed)]

    assert names(1) == names(1)
    assert any(names(seed) != names(1) for seed in range(2, 9))


def test_fewer_corpora_are_parted_by_module() -> None:
    examples = [make_example(seed, module=f"{seed % 4}.c") for seed in range(12)]
    modules = [{one.module for one in fold} for fold in folds_of(examples, seed=0)]

    assert sorted(map(len, modules)) == [1, 1, 2]


def test_too_few_modules_are_refused() -> None:
    with pytest.raises(DatasetError, match="the trials are of 1 module:"):
        folds_of([make_example(1)], seed=0)
