"""What a shell makes of the command of a module, word for word."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest

from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.places import Place
from rl4real_data.corpus.whereabouts import Whereabouts
from rl4real_data.stages import pasted_command
from rl4real_data.stages.pasted_command import pasteable_command

ROOT = Place(name=".", path=Path("/home/me/p"))
LIBRARY = Place(name="/elsewhere/lib", path=Path("/home/me/my lib"))
HERE = Whereabouts(word=".", is_here=True)


@pytest.fixture(autouse=True)
def _plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of the compilation alone, without the target's and the plugin's."""
    monkeypatch.setattr(pasted_command, "recorded_command", lambda _, module: ("clang", *module.flags, module.argument))
    monkeypatch.setattr(pasted_command, "dump_flags", lambda *_, plugin, **__: (f"-fplugin={plugin}",))


def command(**fields: Any) -> str:
    told: dict[str, Any] = {"path": PurePosixPath("a.c"), "root": ROOT.path, "whereabouts": HERE, **fields}
    module = Module(corpus="p", language=Language.C, license="MIT", **told)
    line = pasteable_command(SimpleNamespace(decider=None), module)  # type: ignore[arg-type]
    return line.replace('"$(rl4real-data path clang)"', "CLANG").replace(
        ' -fplugin="$(rl4real-data path plugin)" -o /dev/null', ""
    )


def test_folder_of_the_readers_is_where_the_line_begins() -> None:
    assert command() == '(cd "${CORPUS:-.}" && CLANG a.c)'
    assert command(path=PurePosixPath("-it's $x.c")) == "(cd \"${CORPUS:-.}\" && CLANG './-it'\"'\"'s $x.c')"


def test_shipped_corpus_is_found_from_everywhere() -> None:
    assert command(whereabouts=Whereabouts(word="zlib", is_shipped=True)) == (
        'cd "$(rl4real-data path corpus zlib)" && CLANG a.c'
    )


def test_module_out_of_a_file_is_asked_for_by_its_name() -> None:
    apart = Whereabouts(word="@./my list", within="-lib.a/x.bc")
    assert command(whereabouts=apart) == (
        '(cd "${CORPUS:-.}" && cd "$(rl4real-data path corpus -- \'@./my list\' -lib.a/x.bc)" && CLANG a.c)'
    )


def test_built_folder_is_built_again() -> None:
    assert 'cd "$(rl4real-data path corpus --allow-build .)"' in command(
        whereabouts=Whereabouts(word=".", is_built=True)
    )


def test_places_are_asked_for_before_the_line_goes_on() -> None:
    found = command(
        places=(ROOT, LIBRARY),
        folder=PurePosixPath("build"),
        flags=("-I/elsewhere/lib/in c", '-DX="/elsewhere/lib"'),
        whereabouts=Whereabouts(word="./compile_commands.json"),
    )
    assert found == (
        '(cd "${CORPUS:-.}" && ROOT="$(rl4real-data path corpus ./compile_commands.json)"'
        ' && ELSEWHERE1="$(rl4real-data path corpus ./compile_commands.json /elsewhere/lib)"'
        ' && cd "$ROOT" && cd build && CLANG -I"$ELSEWHERE1"\'/in c\' \'-DX="\'"$ELSEWHERE1"\'"\' ../a.c'
        ' -ffile-prefix-map="$ROOT"=. -ffile-prefix-map="$ELSEWHERE1"=/elsewhere/lib)'
    )


def test_folder_elsewhere_has_the_project_under_a_name() -> None:
    project = Place(name="/project", path=ROOT.path)
    found = command(places=(project, LIBRARY), folder=PurePosixPath("/elsewhere/lib/src"))
    assert ' && cd "$ROOT" && cd "$ELSEWHERE1"/src && CLANG "$ROOT"/a.c ' in found
    assert ' -ffile-prefix-map="$ROOT"=/project ' in found


def test_module_of_nowhere_is_compiled_where_the_reader_is() -> None:
    assert command(whereabouts=None, places=(ROOT, LIBRARY), flags=("-I/elsewhere/lib",)) == (
        "CLANG -I/elsewhere/lib a.c"
    )
