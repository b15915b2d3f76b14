"""A run whose state lies in a store, with a fake compiler: the same bytes, whatever happens in between."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cluster_world import run_on_cluster as run
from cluster_world import store_of, this_host
from world import World, write_three

from rl4real_data.cluster import batch_work, driver, host
from rl4real_data.cluster.host_report import read_host_reports
from rl4real_data.cluster.laying_out import begin_run
from rl4real_data.cluster.layout import PLAN, SHARD_LIST
from rl4real_data.cluster.packing import made_shards
from rl4real_data.cluster.run_status import status_of
from rl4real_data.cluster.sharded_work import Share, ShareReport, work_on_share
from rl4real_data.core.errors import HostError, LessThanAsked, StoreError, ToolchainError
from rl4real_data.core.recipe import Recipe, load_recipe
from rl4real_data.core.targets import TargetName
from rl4real_data.engines.engines import EngineName

pytestmark = pytest.mark.large
__all__ = ["this_host"]


def write_some(world: World) -> dict[str, str]:
    """Modules, one of them with a header and one that fails; what their dataset is."""
    write_three(world)
    world.write("h.h", "// function in_a_header nodes=9")
    world.write("d.c", '#include "h.h"', "// function five nodes=6")
    world.write("x.c", "// compiler reject")
    world.run(data_dir=world.folder / "undisturbed")
    return world.digests(world.folder / "undisturbed")


def test_dataset_is_the_same(world: World) -> None:
    expected = write_some(world)
    report = run(world)

    assert world.digests() == expected
    assert (report.compiled, len(report.failed)) == (5, 1)


def test_everything_but_the_store_may_be_lost(world: World) -> None:
    """Another driver on another machine goes on, with parts that nobody makes again."""
    expected = write_some(world)
    run(world)
    shutil.rmtree(world.data_dir)
    shutil.rmtree(world.folder / "cache of the host", ignore_errors=True)
    world.fake.forget()
    run(world)

    assert world.digests() == expected
    assert world.fake.compiled() == ["x.c"]  # whose files are on the driver alone


def test_plugin_of_the_run_is_taken_by_a_driver_who_has_built_another(world: World) -> None:
    expected = write_some(world)
    run(world)
    shutil.rmtree(world.data_dir)
    world.fake.forget()
    (plugin,) = world.fake.cache_dir.glob("plugins/llvm-*/libmlra.so")
    plugin.write_bytes(b"another build")
    plugin.with_name("libmlra.so.sha256").unlink()
    run(world)

    assert world.digests() == expected
    assert world.fake.compiled() == ["x.c"]


def test_module_that_changes_is_the_only_one_that_is_made_again(world: World) -> None:
    write_some(world)
    run(world)
    world.fake.forget()
    world.write("h.h", "// function in_a_header nodes=8")
    run(world)
    world.run(data_dir=world.folder / "undisturbed")

    assert world.digests() == world.digests(world.folder / "undisturbed")
    assert set(world.fake.compiled()) == {"d.c"}


@pytest.mark.parametrize("change", ["cut", "gone"])
def test_damage_in_the_store_costs_a_second_compilation(world: World, change: str) -> None:
    expected = write_some(world)
    run(world)
    shutil.rmtree(world.data_dir)
    for archive in (world.folder / "run" / "parts").glob("*.tar"):
        if change == "gone":
            archive.unlink()
        else:
            archive.write_bytes(bytes(len(archive.read_bytes())))
    if change == "cut":
        shutil.rmtree(world.folder / "run" / "shards")  # else nobody reads an archive
        with pytest.raises(StoreError, match=r"parts/.*\.tar: is damaged") as raised:
            run(world)
        assert raised.value.hint == "the same command goes on, and makes it again"
        assert not (world.data_dir / "dataset.json").exists()
    run(world)

    assert world.digests() == expected


def change_host(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Has `change` happen when the run is laid out and no host has begun."""
    open_engine = driver.open_engine

    def change_and_open(*words: Any, **options: Any) -> Any:
        change()
        return open_engine(*words, **options)

    monkeypatch.setattr(driver, "open_engine", change_and_open)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bin/system-headers", "#define EOF 7", "the system's headers say another thing than the driver's"),
        ("bin/clang", "#!/bin/sh\necho clang version 22.1.8 of somebody else", "clang is .*, not the run's Debian"),
        ("bin/clang", None, "bin/clang does not exist"),
    ],
)
def test_unfit_host_makes_nothing_and_ends_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, content: str | None, message: str
) -> None:
    expected = write_some(world)
    path = world.fake.build_dir / name
    before = path.read_bytes() if path.exists() else None

    def change() -> None:
        if content is None:
            path.unlink()
        else:
            path.write_text(content)

    with monkeypatch.context() as patch:
        change_host(patch, change)
        with pytest.raises(HostError, match=f"no worker is left that is fit; .*{message}") as raised:
            run(world)
    assert raised.value.hint
    assert not (world.data_dir / "dataset.json").exists()
    assert store_of(world).names("parts") == frozenset()
    (told,) = read_host_reports(store_of(world))
    assert told.unfit

    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
        path.chmod(0o755)
    run(world)
    assert world.digests() == expected


def test_full_disk_of_a_host_is_no_fault_of_a_module(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = write_some(world)

    def full(*_: object) -> object:
        raise OSError(28, "No space left on device", "parts")

    with monkeypatch.context() as patch:
        patch.setattr(batch_work, "process_module", full)
        with pytest.raises(HostError, match=r"no worker is left that is fit; .*No space left on device"):
            run(world)
    assert not (world.data_dir / "dataset.json").exists()

    run(world)
    assert world.digests() == expected


def test_header_with_two_contents_is_found_when_parts_are_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header of the system that is in no probe, on a host that has another release of it."""
    header = world.write("usr/include/rare.h", "// function rare nodes=9")
    world.write("a.c", f'#include "{header}"', "// function one")
    world.run(data_dir=world.folder / "undisturbed")
    monkeypatch.setattr("rl4real_data.cluster.laying_out.is_pinned", lambda _: True)
    monkeypatch.setattr(host.Host, "root_of", lambda *_: world.corpus)
    process_module = batch_work.process_module

    def process_elsewhere(*words: Any) -> Any:
        text = header.read_text()
        header.write_text("// function rare nodes=4")
        try:
            return process_module(*words)
        finally:
            header.write_text(text)

    with monkeypatch.context() as patch:
        patch.setattr(batch_work, "process_module", process_elsewhere)
        with pytest.raises(HostError, match=r"src/a\.c reads another .*rare\.h there than the driver has"):
            run(world)
    assert not (world.data_dir / "dataset.json").exists()

    run(world)
    assert world.digests() == world.digests(world.folder / "undisturbed")


def test_source_that_is_another_one_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = write_some(world)
    monkeypatch.setattr("rl4real_data.cluster.laying_out.is_pinned", lambda _: True)
    monkeypatch.setattr(host.Host, "root_of", lambda *_: world.folder / "there")
    shutil.copytree(world.corpus, world.folder / "there")
    (world.folder / "there" / "a.c").write_text("// function of_an_older_release nodes=3\n")
    with pytest.raises(HostError, match=r"src/a\.c: is not the source that the driver has"):
        run(world)

    shutil.copyfile(world.corpus / "a.c", world.folder / "there" / "a.c")
    run(world)
    assert world.digests() == expected


def test_shares_of_a_batch_system(world: World) -> None:
    expected = write_some(world)
    with pytest.raises(LessThanAsked, match="are still to be made; there is no dataset yet") as raised:
        run(world, engine=EngineName.BATCH)
    assert "work --shard I/N" in raised.value.hint
    assert not (world.data_dir / "dataset.json").exists()

    found = []
    for index in (1, 2, 3, 1):
        report = work_on_share(
            str(world.folder / "run"), Share(index=index, count=3), jobs=2, say=lambda _: None, show=lambda *_: None
        )
        found.append(report.found)
    assert found[:3] == [0, 0, 0]
    assert found[3] > 0
    run(world, engine=EngineName.BATCH)
    assert world.digests() == expected


def work(world: World, index: int, count: int) -> ShareReport:
    return work_on_share(
        str(world.folder / "run"), Share(index=index, count=count), jobs=2, say=lambda _: None, show=lambda *_: None
    )


def compile_for_shards(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A run of which only the shards are missing, which the driver leaves to others; how it is asked for."""
    monkeypatch.setattr(made_shards, "FEW_SHARDS", 1)
    monkeypatch.setattr(made_shards, "open_engine", lambda *_, **__: pytest.fail("the driver writes shards"))
    asked = {"recipe": replace(load_recipe(TargetName.X86), per_shard=1, per_row_group=1)}
    write_three(world)
    world.run(data_dir=world.folder / "undisturbed", **asked)
    with pytest.raises(LessThanAsked, match="are still to be made"):
        run(world, engine=EngineName.BATCH, **asked)
    assert work(world, 1, 1).shards == 0
    with pytest.raises(LessThanAsked, match="shards of the dataset are still to be written") as raised:
        run(world, engine=EngineName.BATCH, **asked)
    assert "work --shard I/N" in raised.value.hint
    assert not (world.data_dir / "dataset.json").exists()
    return asked


def test_jobs_of_a_batch_system_write_the_shards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = compile_for_shards(world, monkeypatch)
    expected = world.digests(world.folder / "undisturbed")
    shards = sum(name.endswith(".parquet") and name.startswith("data/") for name in expected)
    assert shards > 2
    assert f"shards     0 of {shards} of the dataset" in status_of(store_of(world).url).text()

    reports = [work(world, *share) for share in ((1, 2), (2, 2), (1, 2))]

    assert reports[0].shards + reports[1].shards == shards
    assert [report.shards_found for report in reports] == [0, 0, reports[0].shards]
    assert f"shards     {shards} of {shards} of the dataset" in status_of(store_of(world).url).text()
    run(world, engine=EngineName.BATCH, **asked)
    assert world.digests() == expected


def test_shards_of_an_earlier_run_are_not_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = compile_for_shards(world, monkeypatch)
    world.write("a.c", "// function of_a_later_day nodes=3")
    with pytest.raises(LessThanAsked, match="are still to be made"):
        run(world, engine=EngineName.BATCH, **asked)

    assert work(world, 1, 1).shards == 0


def test_shards_of_a_damaged_archive_are_written_by_another_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = compile_for_shards(world, monkeypatch)
    for archive in (world.folder / "run" / "parts").glob("*.tar"):
        archive.write_bytes(bytes(len(archive.read_bytes())))
    with pytest.raises(StoreError, match=r"parts/.*\.tar: is damaged"):
        work(world, 1, 1)

    assert work(world, 1, 1).shards_found == 0
    run(world, engine=EngineName.BATCH, **asked)
    assert world.digests() == world.digests(world.folder / "undisturbed")


@pytest.mark.parametrize("listed", [b"", b"[{}]", b'{"packing": "x"}'])
def test_list_of_shards_that_cannot_be_read_is_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch, listed: bytes
) -> None:
    asked = compile_for_shards(world, monkeypatch)
    store_of(world).write(SHARD_LIST, listed)
    assert work(world, 1, 1).shards == 0
    with pytest.raises(LessThanAsked, match="are still to be written"):
        run(world, engine=EngineName.BATCH, **asked)
    assert work(world, 1, 1).shards > 0


def test_there_is_nothing_to_work_on(world: World) -> None:
    with pytest.raises(StoreError, match="run: no run was begun there"):
        work_on_share(
            str(world.folder / "run"), Share(index=1, count=1), jobs=1, say=lambda _: None, show=lambda *_: None
        )


@pytest.mark.parametrize("plan", [None, b"", b"[{}]"])
def test_run_that_is_not_laid_out_yet_is_not_done(world: World, plan: bytes | None) -> None:
    """A job that began too early would end with exit code 0, and nobody would start it again."""
    write_three(world)
    run(world)
    store = store_of(world)
    store.remove(PLAN)
    if plan is not None:
        store.write(PLAN, plan)
    with pytest.raises(StoreError, match=r"the run is not laid out yet: there is no plan\.json") as raised:
        work_on_share(store.url, Share(index=1, count=1), jobs=1, say=lambda _: None, show=lambda *_: None)
    assert "--engine batch --run RUN" in raised.value.hint
    assert "run: it is not laid out yet\n" in status_of(store.url).text()
    run(world)
    assert "run: 3 of 3 batches done\n" in status_of(store.url).text()


def stricter(recipe: Recipe) -> Recipe:
    return replace(recipe, filters=replace(recipe.filters, max_nodes=7))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verify": True}, r"verify \(false, not true\)$"),
        ({"recipe": replace(load_recipe(TargetName.X86), opt_level="O1")}, r"recipe opt level \(O3, not O1\)$"),
        ({"recipe": stricter(load_recipe(TargetName.X86))}, r"recipe filters max nodes \(.*, not 7\)$"),
    ],
)
def test_store_holds_one_kind_of_parts(world: World, change: dict[str, Any], message: str) -> None:
    write_three(world)
    run(world)
    with pytest.raises(StoreError) as raised:
        run(world, data_dir=world.folder / "other", **change)
    assert re.search(f"its parts are made with another {message}", raised.value.args[0])


def test_run_of_another_version(world: World) -> None:
    write_three(world)
    run(world)
    path = world.folder / "run" / "run.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "program": "0.0.1"}))
    with pytest.raises(StoreError, match=r"another program \(0\.0\.1, not "):
        run(world, data_dir=world.folder / "other")
    path.write_text(json.dumps({**record, "format": 2}))
    with pytest.raises(StoreError, match="a run of format 2; this program has 1") as raised:
        run(world, data_dir=world.folder / "other")
    assert raised.value.hint == "choose another --run"
    path.write_text("{}")
    with pytest.raises(StoreError, match=r"run\.json is no record of a run"):
        run(world, data_dir=world.folder / "other")


def test_fork_is_refused(world: World) -> None:
    """Its files name paths of one machine."""
    compilation: Any = SimpleNamespace(plugin=None, clang=SimpleNamespace(path=Path("/fork/clang")))
    with pytest.raises(ToolchainError, match="the RL4ReAl fork, which does not work for a run on several hosts"):
        begin_run(store_of(world), compilation)


def test_failed_modules_are_made_again_if_asked(world: World) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// compiler reject")
    run(world)
    world.fake.forget()
    run(world, is_new=True, retry_failed=True)

    assert world.fake.compiled() == ["x.c", "x.c"]  # there, and since it was shipped, here


def test_hosts_tell_what_they_did(world: World) -> None:
    write_three(world)
    run(world)
    (told,) = read_host_reports(store_of(world))

    assert (told.modules, told.functions, told.unfit, dict(told.failures)) == (3, 4, "", {})
    status = status_of(str(world.folder / "run"))
    assert (status.batches_done, status.modules, status.modules_done, status.left_s) == (status.batches, 3, 3, None)
    assert "  modules    3 of 3\n  functions  4\n" in status.text()
