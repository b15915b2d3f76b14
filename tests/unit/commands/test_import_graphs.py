"""`export --to rl4real` and `import --from rl4real` as commands: what they find out, say, and end with."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from episode_builder import make_episode, write_dataset
from typer.testing import CliRunner, Result

from rl4real_data import collect_stats, validate
from rl4real_data.commands.export import export_dataset
from rl4real_data.commands.import_graphs import import_dataset
from rl4real_data.core.errors import TooManyFailures, UsageError
from rl4real_data.episodes.index import read_index
from rl4real_data.export.rl4real import parse_sources

app = typer.Typer()
app.command("export")(export_dataset)
app.command("import")(import_dataset)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONFIG_DIR", raising=False)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def export() -> Result:
    write_dataset(Path("data"), {"train": [[make_episode(1), make_episode(2, node_spill_weight=[0.5, 1.0, 2.0])]]})
    return run("export", "--to", "rl4real", "data", "out")


def test_there_and_back() -> None:
    result = export()
    assert result.exit_code == 0
    assert result.stdout == "out\n"
    assert "out: 2 graphs of train in graphs/IG/json, CONFIG_DIR is out/config" in result.stderr
    assert "the dataset has no vectors" in result.stderr
    assert "exporting: 1 of 2 functions" in result.stderr

    result = run("import", "--from", "rl4real", "out", "again", "--license", "MIT", "-j", "1")
    assert result.exit_code == 0
    assert result.stdout == "again\n"
    assert "again: 2 episodes in train from 2 files" in result.stderr
    assert "reading: 2 of 2 files" in result.stderr
    index = read_index(Path("again"))
    assert (index.target, index.splits["train"].corpora[0].name) == ("x86", "out")
    assert index.toolchain["llvm_version"] == "22.1.8"


def test_release_of_the_compiler_is_not_made_up() -> None:
    """The graphs are of LLVM 22, and say so nowhere: a folder of the fork's has no such file."""
    export()
    Path("out/config/llvm_version").unlink()
    for data_dir, words, version in (("again", (), None), ("third", ("--llvm-version", "22.1.8"), "22.1.8")):
        assert run("import", "--from", "rl4real", "out", data_dir, "-j", "1", *words).exit_code == 0
        told = pq.read_table(Path(data_dir) / "data", columns=["llvm_version"])["llvm_version"].to_pylist()
        assert told == [version, version]
        assert validate(Path(data_dir)) == ()
        assert collect_stats(Path(data_dir)).llvm_version == (version or "")


def test_too_many_broken_files_end_with_an_error_but_the_rest_is_there() -> None:
    export()
    Path("out/graphs/IG/json/broken.json").write_text("{")

    result = run("import", "--from", "rl4real", "out", "again", "-j", "1")
    assert isinstance(result.exception, TooManyFailures)
    assert "1 of 3 files are no graphs (33.3%), more than 1.0%" in str(result.exception)
    assert read_index(Path("again")).splits["train"].episodes == 2
    assert run("import", "--from", "rl4real", "out", "third", "-j", "1", "--max-failed", "0.4").exit_code == 0


def test_config_dir_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    export()
    Path("out/config").rename("elsewhere")
    result = run("import", "--from", "rl4real", "out", "again", "-j", "1")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == "out/config: is no configuration folder of the fork"

    monkeypatch.setenv("CONFIG_DIR", "elsewhere")
    assert run("import", "--from", "rl4real", "out", "again", "-j", "1").exit_code == 0

    for name in ("supported_RegClasses", "overlaps_info"):
        Path(f"elsewhere/regalloc/AArch64_{name}.json").write_text(json.dumps({}))
    result = run("import", "--from", "rl4real", "out", "third", "-j", "1")
    assert str(result.exception) == "elsewhere: describes several targets"
    assert run("import", "--from", "rl4real", "out", "third", "-j", "1", "--target", "x86").exit_code == 0


def test_sources(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    assert parse_sources([f"lua={tmp_path / 'a'}", str(tmp_path)]) == {"lua": tmp_path / "a", "": tmp_path}
    with pytest.raises(UsageError, match=r"--sources lua=/no/where: /no/where is no folder"):
        parse_sources(["lua=/no/where"])
