"""Files of decisions for a whole build: each call takes the lines of its own sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.live.build_decisions import decisions_of_call, require_no_source
from rl4real_data.live.decisions_file import decisions_line, read_decisions

SPILL, KEEP, LAST = [["spill", 7]], [["keep", 4]], [["last", 2]]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """`static int work` of two sources, and one function of any source."""
    file = tmp_path / "build.ndjson"
    lines = (
        decisions_line("work", SPILL, source="src/one.c"),
        decisions_line("work", KEEP, source="src/two.c"),
        decisions_line("main", LAST),
    )
    file.write_text("".join(lines))
    return file


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/home/me/lua/src/one.c", {"work": SPILL, "main": LAST}),
        ("/home/me/lua/src/two.c", {"work": KEEP, "main": LAST}),
        ("/home/me/lua/src/three.c", {"main": LAST}),
        ("/home/me/lua/other/one.c", {"main": LAST}),
        ("/home/me/lua/osrc/one.c", {"main": LAST}),
        ("/src/one.c", {"work": SPILL, "main": LAST}),
    ],
)
def test_call_takes_what_is_said_of_its_source(build: Path, source: str, expected: object) -> None:
    with decisions_of_call(build, [Path(source)]) as own:
        assert read_decisions(own) == expected
    assert not own.exists()


def test_file_that_names_no_source_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "any"
    file.write_text(decisions_line("f", SPILL))
    with decisions_of_call(file, [Path("/a.c")]) as own:
        assert own == file
    assert file.exists()


def test_two_sources_at_once_with_one_name(build: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"decisions for work of src/one\.c and of src/two\.c") as caught,
        decisions_of_call(build, [Path("/src/one.c"), Path("/src/two.c")]),
    ):
        pass
    assert caught.value.hint == "compile these sources one by one"


@pytest.mark.parametrize("source", ["7", '""', '"/"', '"."', "[]"])
def test_source_that_is_none(tmp_path: Path, source: str) -> None:
    file = tmp_path / "bad"
    file.write_text(f'{{"source": {source}, "function": "f", "decisions": []}}')
    with pytest.raises(UsageError, match=r'bad:1: "source" is no path of a source'):
        read_decisions(file)


def test_dataset_refuses_what_is_of_single_sources(build: Path, tmp_path: Path) -> None:
    """Its modules are all given the same file."""
    with pytest.raises(UsageError, match=r"its lines are of single sources \(src/one.c\)"):
        require_no_source(build)
    (tmp_path / "any").write_text(decisions_line("f", SPILL))
    require_no_source(tmp_path / "any")
