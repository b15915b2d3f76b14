"""The grouping of modules into batches."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rl4real_data.cluster import grouping
from rl4real_data.cluster.grouping import MOST_MODULES, group_jobs
from rl4real_data.corpus.module import Language, Module
from rl4real_data.stages.job import ModuleJob


def job(number: int) -> ModuleJob:
    module = Module(
        corpus="c", path=PurePosixPath(f"{number}.c"), root=Path("/none"), language=Language.C, license="MIT"
    )
    nothing: Any = None
    return ModuleJob(
        module=module, key=f"{number:032x}", source_sha256="", compilation=nothing, parts=Path(), scratch=Path()
    )


def keys(groups: list[tuple[ModuleJob, ...]]) -> list[list[str]]:
    return [[each.key for each in group] for group in groups]


@settings(max_examples=20)
@given(st.integers(0, 400))
def test_every_job_is_in_one_batch_and_none_is_too_large(count: int) -> None:
    groups = keys(group_jobs([job(number) for number in range(count)]))

    assert sorted(key for group in groups for key in group) == [f"{number:032x}" for number in range(count)]
    assert all(0 < len(group) <= MOST_MODULES for group in groups)


def test_batches_do_not_depend_on_the_order_of_the_jobs() -> None:
    jobs = [job(number) for number in range(200)]

    assert keys(group_jobs(jobs)) == keys(group_jobs(jobs[::-1]))


def test_long_modules_do_not_meet_in_one_batch(monkeypatch: Any) -> None:
    monkeypatch.setattr(grouping, "_seconds", lambda each: 30.0 if int(each.key, 16) < 4 else 0.1)
    groups = keys(group_jobs([job(number) for number in range(60)]))

    assert max(sum(int(key, 16) < 4 for key in group) for group in groups) == 1


def test_batch_of_the_run_before_stays_if_all_of_it_is_wanted() -> None:
    jobs = [job(number) for number in range(40)]
    first, *others = keys(group_jobs(jobs))
    left = [each for each in jobs if each.key not in first]
    again = keys(group_jobs(left, [first, *others]))

    assert sorted(map(sorted, again)) == sorted(map(sorted, others))
