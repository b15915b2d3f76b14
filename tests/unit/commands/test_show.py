"""`show` and `stats --html` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import episode_builder as build
import pytest

from rl4real_data.commands.show import show
from rl4real_data.commands.stats import stats


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    build.write_dataset(folder, {"train": [[build.make_episode(1), build.make_spilled_episode(2)]]})
    return folder


def test_text_goes_to_stdout(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(data_dir, "f2")
    said = capsys.readouterr()

    assert said.out.startswith("function    f2\n")
    assert said.err == ""


def test_json_alone_goes_to_stdout_beside_files(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(data_dir, "f2", html=tmp_path / "p.html", svg=tmp_path / "g.svg", as_json=True)
    said = capsys.readouterr()

    assert json.loads(said.out)["function"] == "f2"
    assert said.err.splitlines() == [f"rl4real-data: wrote {tmp_path / name}" for name in ("p.html", "g.svg")]


def test_files_are_written_and_stdout_stays_clean(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(data_dir, "f2", html=tmp_path / "p.html", svg=tmp_path / "g.svg")

    assert capsys.readouterr().out == ""
    assert (tmp_path / "p.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "g.svg").read_text().startswith("<svg ")


def test_the_page_of_the_statistics(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stats(data_dir, html=tmp_path / "stats.html")

    assert "Largest functions" in (tmp_path / "stats.html").read_text()
    assert str(tmp_path / "stats.html") in capsys.readouterr().err


def test_a_folder_gets_the_pages_of_the_functions_too(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stats(data_dir, html=tmp_path / "pages")

    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["functions", "index.html"]
    assert "index.html and 2 pages of the largest functions" in capsys.readouterr().err
