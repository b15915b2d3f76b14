"""The reference held to the program: what there is stands in docs/, and nothing else does; every link leads somewhere.

The documents are read as Markdown by lines: a section is what stands below its heading, a table is the rows that begin
with a bar.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from reading_dataset import write_episodes

from rl4real_data.commands.app import app
from rl4real_data.core import errors
from rl4real_data.core.environment import OWN_KEYS, RL4REAL_KEYS
from rl4real_data.core.failure import FailureKind
from rl4real_data.episodes.index import CorpusEntry, DatasetIndex, FileEntry, SplitBooks
from rl4real_data.episodes.label_columns import CODE, COSTS
from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.episodes.schema import (
    EPISODES,
    LABELS,
    MODULES,
    REGISTER_CLASSES,
    REGISTER_MASKS,
    REGISTERS,
    TRIALS,
    Outcome,
    instructions_schema,
)
from rl4real_data.export.transition_tables import TRANSITIONS
from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.vocabulary_parquet import vocabulary_schema

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PLUGIN = ROOT / "preprocessing" / "v0" / "mlra"
README_LINES, LINE_LENGTH = 150, 120

LINKED = sorted(
    (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "corpus_manifests" / "README.md", *DOCS.glob("*.md"))
)
IDS = [str(path.relative_to(ROOT)) for path in LINKED]

CLANG_S_OWN = {
    *("-fembed-bitcode", "-flto", "-mavx2", "-march", "-mcpu", "-Xclang", "-cc1", "-fmodule-file", "-fmodule-output"),
    *("-m16", "-m32", "-mx32", "-mabi", "-std", "-w", "-D_FILE_OFFSET_BITS", "-fprofile-generate", "-fprofile-use"),
}
"""Options of clang's that docs/commands.md speaks of."""

FOREIGN = {"mlgo.md": {"--data", "--output", "--gin", "--root"}}
"""Beginnings of MLGO's own options, which have underscores."""

_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


# Markdown


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def without_snippets(text: str) -> str:
    return _FENCED.sub("", text)


def headings(text: str) -> list[tuple[int, str, int, int]]:
    """Level, title, and where the heading begins and ends."""
    return [(len(m[1]), m[2], m.start(), m.end()) for m in _HEADING.finditer(without_snippets(text))]


def section(text: str, title: str) -> str:
    """What stands below the heading, smaller headings included; an AssertionError that names it if there is none."""
    plain, found = without_snippets(text), headings(text)
    places = [i for i, (_, name, _, _) in enumerate(found) if name == title]
    assert len(places) == 1, f"{len(places)} sections are called {title!r}"
    level, _, _, start = found[places[0]]
    ends = [begin for other, _, begin, _ in found[places[0] + 1 :] if other <= level]
    return plain[start : min(ends, default=len(plain))]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of each table, without the heads; `\\|` is no border."""
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("|") and not line.startswith("|---") and not following.startswith("|---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def first_words(text: str) -> list[str]:
    """All words in backticks in the first cells."""
    return [word for cells in rows(text) for word in re.findall(r"`([^`]+)`", cells[0])]


def anchor(title: str) -> str:
    """The id that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def anchors(path: Path) -> list[str]:
    return [anchor(title) for _, title, _, _ in headings(path.read_text(encoding="utf-8"))]


def test_the_markdown_reader_reads() -> None:
    text = "# A\n## `b c`\n| x | y |\n|---|---|\n| `p`, `q` | `r\\|s` |\n### d\nin\n```\n# no\n```\n## e\nout\n"

    assert [title for _, title, _, _ in headings(text)] == ["A", "`b c`", "d", "e"]
    assert "in" in section(text, "`b c`")
    assert "out" not in section(text, "`b c`")
    assert (list(rows(text)), first_words(text)) == ([["`p`, `q`", "`r\\|s`"]], ["p", "q"])
    assert anchor("`vocab/vocabulary.parquet`") == "vocabvocabularyparquet"


# Commands


def commands() -> Iterator[tuple[str, object]]:
    def walk(name: str, command: object) -> Iterator[tuple[str, object]]:
        yield name, command
        for word, inner in getattr(command, "commands", {}).items():
            yield from walk(f"{name} {word}", inner)

    return walk("rl4real-data", typer.main.get_command(app))


COMMANDS = dict(commands())


def params(command: object, kind: str) -> list[typer.core.TyperOption]:
    return [param for param in getattr(command, "params", []) if param.param_type_name == kind and param.name != "help"]


def options(command: object) -> set[str]:
    """Every spelling of every option."""
    return {word for param in params(command, "option") for word in (*param.opts, *param.secondary_opts)}


def own_section(name: str) -> str:
    """The section of a command, without those of its subcommands."""
    text = section(read("commands.md"), f"`{name}`")
    inner = re.search(r"^#+ `rl4real-data ", text, re.MULTILINE)
    return text[: inner.start()] if inner else text


@pytest.mark.parametrize("name", COMMANDS)
def test_options_of_each_command_are_those_of_its_tables(name: str) -> None:
    described = {word for word in first_words(own_section(name)) if word.startswith("-")}

    assert described == options(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_arguments_of_each_command_are_in_its_section(name: str) -> None:
    metavars = [param.metavar for param in params(COMMANDS[name], "argument")]

    assert [word for word in metavars if not word or word not in own_section(name)] == []


def test_commands_that_are_described_are_there() -> None:
    described = re.findall(r"^#+ `(rl4real-data\b[^`]*)`$", read("commands.md"), re.MULTILINE)

    assert sorted(described) == sorted(COMMANDS)


@pytest.mark.parametrize("path", [*DOCS.glob("*.md"), ROOT / "README.md"], ids=lambda path: path.name)
def test_no_document_names_an_option_that_is_none(path: Path) -> None:
    known = set().union(*map(options, COMMANDS.values())) | {"--help"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", path.read_text(encoding="utf-8")))

    assert named - known - FOREIGN.get(path.name, set()) == set()


def test_no_short_option_is_named_that_is_none() -> None:
    known = set().union(*map(options, COMMANDS.values()))
    named = set(re.findall(r"[`( ](-[A-Za-z][\w-]*)", read("commands.md")))
    own = {"-O3", "-O0", "-c", "-S", "-x", "-mlra-inference"}

    assert {word for word in named if word not in CLANG_S_OWN | own and word not in known} == set()


def test_exit_codes_are_those_of_the_errors() -> None:
    codes = {value.exit_code for _, value in inspect.getmembers(errors, inspect.isclass) if hasattr(value, "exit_code")}
    described = [int(cells[0]) for cells in rows(section(read("commands.md"), "Exit codes"))]

    assert described == sorted({0, *codes})


def test_settings_are_those_that_are_read() -> None:
    assert first_words(section(read("commands.md"), "Settings")) == [*RL4REAL_KEYS, *OWN_KEYS]


# Dataset


def arrow_name(kind: pa.DataType) -> str:
    """A type as the documents spell it: Arrow's name, without the names of inner fields; D for any dimension.

    The structs of labels have names of their own and a section.
    """
    if kind in (COSTS, CODE):
        return "costs" if kind == COSTS else "code"
    if pa.types.is_fixed_size_list(kind):
        return f"list<{arrow_name(kind.value_type)}>[D]"
    if pa.types.is_list(kind):
        return f"list<{arrow_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'{field.name}: {arrow_name(field.type)}' for field in kind)}>"
    return str(kind)


TABLES = {
    "Episodes": EPISODES,
    "`instructions.parquet`": instructions_schema(7),
    "`registers.parquet`": REGISTERS,
    "`register_classes.parquet`": REGISTER_CLASSES,
    "`register_masks.parquet`": REGISTER_MASKS,
    "`modules.parquet`": MODULES,
    "`labels.parquet`": LABELS,
    "`trials.parquet`": TRIALS,
    "`vocab/vocabulary.parquet`": vocabulary_schema(7),
}


@pytest.mark.parametrize("title", TABLES)
def test_columns_of_each_table_are_those_of_its_schema(title: str) -> None:
    described = [(cells[0], cells[1]) for cells in rows(section(read("dataset.md"), title)) if len(cells) == 3]

    assert described == [(f"`{field.name}`", f"`{arrow_name(field.type)}`") for field in TABLES[title]]


@pytest.mark.parametrize("kind", [COSTS, CODE])
def test_members_of_figures_of_labels_are_described(kind: pa.StructType) -> None:
    words = re.findall(r"`(\w+)`", section(read("dataset.md"), "Costs and code of labels"))
    counted = [field.name for field in kind if not field.name.endswith("_cost")]

    assert [name for name in counted if name not in words] == []


def test_words_of_labels_are_described() -> None:
    text = section(read("dataset.md"), "`labels.parquet`") + section(read("dataset.md"), "`trials.parquet`")

    assert [
        one for kind in (LabelSource, Objective, LabelStatus, Effect) for one in kind if f"`{one}`" not in text
    ] == []


def test_outcomes_are_those_of_the_schema() -> None:
    (meaning,) = (cells[2] for cells in rows(read("dataset.md")) if cells[0] == "`node_outcome`")

    assert re.findall(r"(\d) (\w+)", meaning) == [(str(value.value), value.name.lower()) for value in Outcome]


def test_kinds_of_failure_are_those_of_modules() -> None:
    assert first_words(section(read("dataset.md"), "Kinds of failure")) == [kind.value for kind in FailureKind]


def test_keys_of_the_index_are_described() -> None:
    text = section(read("dataset.md"), "`dataset.json`")
    top, books = text.split("The books of a split", 1)
    names = {kind: {field.name for field in dataclasses.fields(kind)} for kind in (DatasetIndex, SplitBooks)}

    assert set(first_words(top)) == {"format", "sha256", *names[DatasetIndex]}
    assert set(first_words(books)) == names[SplitBooks]
    for kind in (FileEntry, CorpusEntry):
        assert [field.name for field in dataclasses.fields(kind) if f"`{field.name}`" not in text] == []


def test_sections_of_a_vocabulary_are_described() -> None:
    assert first_words(section(read("vocabularies.md"), "Entities")) == [name.value for name in Section]


def test_columns_of_transitions_are_described() -> None:
    text = section(read("training.md"), "Transitions for RLlib")

    assert [name for name in TRANSITIONS.names if f"`{name}`" not in text] == []


# Plugin


def plugin_sources() -> str:
    paths = [path for path in sorted(PLUGIN.rglob("*")) if path.suffix in {".cpp", ".h"}]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_flags_of_the_plugin_are_those_that_it_registers() -> None:
    sources = plugin_sources()
    registered = re.findall(r'cl::opt<[^;(]*\(\s*"([^"]+)"', sources)
    allocators = re.findall(r'RegisterRegAlloc \w+\("([^"]+)"', sources)
    flags = {word.partition("=")[0] for word in first_words(section(read("plugin.md"), "Flags"))} - {"-regalloc"}
    values = re.findall(r"`-regalloc=(\w+)`", section(read("plugin.md"), "Flags"))

    assert len(registered) > 5
    assert flags == {f"-{name}" for name in registered}
    assert sorted(values) == sorted(allocators) == ["mlbasicra", "mlra"]


@pytest.mark.parametrize("path", [*DOCS.glob("*.md"), ROOT / "README.md"], ids=lambda path: path.name)
def test_no_document_names_a_flag_that_is_none(path: Path) -> None:
    registered = set(re.findall(r'cl::opt<[^;(]*\(\s*"([^"]+)"', plugin_sources()))
    named = set(re.findall(r"(?<![\w-])-(mlra-\w[\w-]*)", path.read_text(encoding="utf-8")))

    assert named - registered == set()


def test_attributes_of_the_stub_are_those_of_the_sources() -> None:
    attributes = re.findall(r'constexpr char \w+Attribute\[\] = "([^"]+)"', plugin_sources())

    assert sorted(first_words(read("plugin.md").split("| attribute |")[1])[: len(attributes)]) == sorted(attributes)


def test_members_of_a_record_are_columns_or_described() -> None:
    writers = (*PLUGIN.rglob("*Members.cpp"), *PLUGIN.rglob("RecordWriter.cpp"))
    written = "".join(path.read_text(encoding="utf-8") for path in writers)
    members = set(re.findall(r'(?:J\.member|J\.array|nestedArray)\((?:J, )?"(\w+)"', written))
    described = set(first_words(section(read("plugin.md"), "Records")))

    assert len(members) > 30
    assert described == members - set(EPISODES.names)


def test_rooms_of_the_plugin_are_described() -> None:
    rooms = {f"{path.name}/" for path in PLUGIN.iterdir() if path.is_dir() and list(path.glob("*.cpp"))}

    assert set(first_words(section(read("plugin.md"), "Rooms of the sources"))) == rooms


# Documents


def test_readme_is_read_in_five_minutes() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= README_LINES
    assert [line for line in lines if len(line) > LINE_LENGTH] == []


@pytest.mark.parametrize("path", LINKED, ids=IDS)
def test_links_lead_somewhere(path: Path) -> None:
    text = without_snippets(path.read_text(encoding="utf-8"))
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, fragment = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = path.parent / name if name else path
        if not target.exists() or (fragment and fragment not in anchors(target)):
            dead.append(link)

    assert dead == []


def test_every_page_is_in_the_index() -> None:
    index = read("README.md")

    assert [path.name for path in DOCS.glob("*.md") if path.name != "README.md" and f"({path.name})" not in index] == []


# what other packages call at their import: PyG torch.jit.script, rdflib (behind datasets) its own old names
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.large
@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")  # more workers than cores
def test_snippets_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the README run on a real dataset: `tests/integration/test_readme.py`."""
    path = DOCS / "training.md"
    write_episodes(tmp_path / "data" / "x86-mlra", [7, 5])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    names: dict[str, object] = {}
    snippets = re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

    assert snippets
    for code in snippets:
        exec(compile(code, path.name, "exec"), names)
