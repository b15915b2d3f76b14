"""Faults of the machine: the run stops and says so, no module is blamed, and the same command makes the same bytes."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, parts_of

from rl4real_data.core.errors import HostError
from rl4real_data.flow import run as dataset_run
from rl4real_data.flow import runner
from rl4real_data.stages import host, record


def write_some(world: World) -> dict[str, str]:
    """Modules of which one fails; what their dataset is."""
    for number in range(4):
        world.write(f"m{number}.c", f"// function f{number} nodes={number + 2}")
    world.write("x.c", "// compiler reject")
    world.run(data_dir=world.folder / "undisturbed")
    return world.digests(world.folder / "undisturbed")


def blamed(world: World) -> list[str]:
    """What stands in the parts of modules as their failure, but for the one that fails anyway."""
    texts = [path.read_text() for path in parts_of(world, "json")]
    return [text for text in texts if '"failure":{' in text and "expected ';' after expression" not in text]


def at_the_first_compiler(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Has `change` happen when everything is ready to compile."""

    def change_and_run(*args: object, **options: object) -> object:
        change()
        return runner.run_jobs(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(dataset_run, "run_jobs", change_and_run)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("killed", "the compiler of .* was killed: most likely this machine ran out of memory"),
        ("no-reason", "the compiler of .* ended with exit code 1 and gave no reason"),
        ("not-loaded", r"clang: fails an empty module, too: exit code 127 \(clang: error while loading shared"),
        ("reject", r"clang: fails an empty module, too: exit code 1 \(In file included from"),
        ("no-dump", "clang: fails an empty module, too: the plugin records nothing"),
        ("crash", r"clang: fails an empty module, too: SIGSEGV \(about to die\)"),
    ],
)
def test_compiler_that_fails_whatever_it_is_given(world: World, word: str, message: str) -> None:
    expected = write_some(world)
    world.fake.make_host(word)
    with pytest.raises(HostError, match=message) as raised:
        world.run()
    assert raised.value.hint
    assert not (world.data_dir / "dataset.json").exists()
    assert blamed(world) == []

    world.fake.make_host("")
    world.run()
    assert world.digests() == expected


def test_compiler_that_hangs_whatever_it_is_given(world: World) -> None:
    expected = write_some(world)
    world.fake.make_host("hang")
    with pytest.raises(HostError, match="fails an empty module, too: it hangs"):
        world.run(timeout_s=0.5)
    assert blamed(world) == []

    world.fake.make_host("")
    world.run()
    assert world.digests() == expected


def test_compiler_or_plugin_that_is_gone_or_another_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = write_some(world)
    (plugin,) = world.fake.cache_dir.glob("plugins/*/*.so")
    launcher = world.fake.path.read_text()

    def touch(path: Path) -> None:
        path.write_bytes(path.read_bytes() + b"\n")

    changes: list[tuple[str, Callable[[], object]]] = [
        ("No such file or directory .*clang", world.fake.path.unlink),
        ("clang: is another file since the run began", lambda: touch(world.fake.path)),
        ("libmlra.so: is gone since the run began", plugin.unlink),
        ("libmlra.so: is another file since the run began", lambda: touch(plugin)),
    ]
    for message, change in changes:
        with monkeypatch.context() as patch:
            at_the_first_compiler(patch, change)
            with pytest.raises(HostError, match=message):
                world.run()
        assert parts_of(world, "json") == []
        world.fake.path.write_text(launcher)
        world.fake.path.chmod(0o755)
        plugin.write_bytes(b"")

    world.run()
    assert world.digests() == expected


def test_folder_of_the_corpus_that_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = write_some(world)
    away = world.folder / "away"
    with monkeypatch.context() as patch:
        at_the_first_compiler(patch, lambda: shutil.move(world.corpus, away))
        with pytest.raises(HostError, match="src: the folder of the corpus is gone"):
            world.run()
    assert parts_of(world, "json") == []

    shutil.move(away, world.corpus)
    world.run()
    assert world.digests() == expected


def test_scratch_folder_of_the_run_that_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by somebody who tidies up."""
    expected = write_some(world)
    with monkeypatch.context() as patch:
        at_the_first_compiler(patch, lambda: shutil.rmtree(world.data_dir / ".work" / "scratch"))
        with pytest.raises(HostError, match=r"compiling \w+\.c: No such file or directory \(.*scratch"):
            world.run()
    assert parts_of(world, "json") == []

    world.run()
    assert world.digests() == expected


def test_disk_without_room_when_a_module_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/soak has real ones."""
    expected = write_some(world)

    def full(path: Path, _: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(HostError, match="the scratch folder cannot be written: No space left on device") as raised:
            world.run()
    assert raised.value.hint == "mend that, then run the same command again: it resumes"
    assert blamed(world) == []

    world.run()
    assert world.digests() == expected


def test_system_error_says_which_module_met_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_some(world)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "x.arrow")

    monkeypatch.setattr(record, "write_functions", full)
    with pytest.raises(HostError, match=r"compiling m\d\.c: No space left on device \(x\.arrow\)"):
        world.run()
    assert blamed(world) == []


def test_memory_that_is_used_up_here_is_no_defect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_some(world)

    def exhausted(_: object) -> object:
        raise MemoryError

    monkeypatch.setattr(record, "read_dump", exhausted)
    with pytest.raises(HostError, match=r"compiling m\d\.c: this machine has no memory left"):
        world.run()
    assert blamed(world) == []


def test_module_that_fails_is_asked_about_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The empty module costs 8 ms."""
    asked: list[object] = []
    attempt = host.attempt_empty_module
    monkeypatch.setattr(host, "attempt_empty_module", lambda *words: (asked.append(words), attempt(*words))[1])
    write_some(world)

    assert len(asked) == 1
