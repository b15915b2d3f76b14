"""Which folder is the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.corpus.paths.elsewhere import places_elsewhere
from rl4real_data.corpus.paths.project_folder import project_folder


def guess(top: Path, beside: str, *sources: str) -> str:
    """Names are relative to `top`, or absolute."""
    for name in (beside, *(str(Path(source).parent) for source in sources if not source.startswith("/"))):
        (top / name).mkdir(parents=True, exist_ok=True)
    found = project_folder(top / beside, [top / source for source in sources])
    return str(found.relative_to(top)) if found.is_relative_to(top) else str(found)


@pytest.mark.parametrize(
    ("beside", "sources", "project"),
    [
        ("p", ("p/a.c", "p/src/b.c"), "p"),
        ("p/build", ("p/a.c", "p/src/b.c"), "p"),
        ("p/build/release", ("p/src/a.c",), "p"),
        ("p/build", ("p/a.c", "p/build/made.c", "p/build/_deps/g/g.cc", "p/build/_deps/g/h.cc"), "p"),
        ("p/cmake-build-debug", ("p/a.c", "p/cmake-build-debug/made.c"), "p"),
        ("p/build", ("p/src/a.c", "other/b.c", "other/c.c"), "p"),
        ("p/build", ("p/src/a.c", "/usr/src/googletest/src/all.cc"), "p"),
        ("dbs/x", ("p/src/a.c", "p/src/b.c"), "."),
        ("p/build", ("/usr/src/g/all.cc", "/usr/src/g/src/main.cc"), "/usr/src/g"),
        ("p/build", ("/usr/src/g/all.cc", "/opt/h/main.cc"), "p/build"),
    ],
)
def test_the_project_is_what_holds_a_fair_share_of_the_sources(
    tmp_path: Path, beside: str, sources: tuple[str, ...], project: str
) -> None:
    assert guess(tmp_path / "deep" / "user", beside, *sources) == project


def test_a_history_says_where_a_project_begins(tmp_path: Path) -> None:
    (tmp_path / "p" / ".git").mkdir(parents=True)
    assert guess(tmp_path, "p/src/tools", "p/src/tools/a.c", "p/lib/b.c", "other/c.c") == "p"


def test_a_build_in_the_sources_is_the_project(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for name in ("CMakeCache.txt", "CMakeLists.txt"):
        (tmp_path / "p" / name).touch()
    assert guess(tmp_path, "p", "p/a.c") == "p"


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        (("/p/src",), []),
        (("/x/src", "/x/include"), ["/elsewhere/x=/x"]),
        (("/x/g/src", "/x/g", "/x/g/include/deep"), ["/elsewhere/g=/x/g"]),
        (("/usr/src/g/src", "/y/g"), ["/elsewhere/src=/usr/src/g/src", "/elsewhere/g=/y/g"]),
        (("/y/g", "/x/g"), ["/elsewhere/g=/y/g", "/elsewhere/g-2=/x/g"]),
        (("/home/u", "/home/v"), ["/elsewhere/u=/home/u", "/elsewhere/v=/home/v"]),
    ],
)
def test_places_elsewhere(folders: tuple[str, ...], names: list[str]) -> None:
    places = places_elsewhere(Path("/p"), map(Path, folders))
    assert [f"{place.name}={place.path}" for place in places] == names
