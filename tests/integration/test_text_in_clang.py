"""An episode's text beside the compilation that it comes from: what greedy and decisions make of both."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from rl4real_data.live.trial import CompilerTool, TrialFunction, trial_of_mir, trial_of_source
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
MOST_SECONDS: Final = 600

SOURCE: Final = """
struct inline_of { long name; struct inline_of *next; int tag; int flags; long value; };
struct lexer { struct inline_of *stack; int size; int length; };
struct document { long kind; struct lexer *lexer; void *allocator; };
struct node { long kind; struct inline_of *tag; long value; int closed; };
void *grow(void *, void *, long);
long copied(void *, long);

/* Leaves early before the first call: shrink wrapping asks what its loads read. */
void push(struct document *doc, struct node *node) {
  struct lexer *lexer = doc->lexer;
  if (node->closed || !node->tag || !(node->tag->flags & 16) || node->tag->tag == 27)
    return;
  if (node->tag->tag != 36)
    for (int i = lexer->length - 1; i >= 0; --i)
      if (lexer->stack[i].next == node->tag)
        return;
  if (lexer->length + 1 > lexer->size) {
    lexer->size = lexer->size ? lexer->size * 2 : 12;
    lexer->stack = grow(doc->allocator, lexer->stack, sizeof(struct inline_of) * lexer->size);
  }
  struct inline_of *top = &lexer->stack[lexer->length];
  top->next = node->tag;
  top->name = copied(doc->allocator, node->value);
  top->value = copied(doc, node->kind);
  ++lexer->length;
}

/* Spill slots among accesses by two pointers: which pairs of loads and stores can be one, is a question of aliases. */
long mixed(long *restrict to, const long *from, long n) {
  long a = from[0], b = from[1], c = from[2], d = from[3], e = from[4], f = from[5], g = from[6], h = from[7];
  long sum = 0;
  for (long i = 0; i < n; ++i) {
    sum += copied(to, a * i);
    to[4 * i] = a + b; to[4 * i + 1] = c - sum; to[4 * i + 2] = d * e; to[4 * i + 3] = f ^ g;
    a += to[4 * i + 7] + h; b ^= from[i + 1]; c += from[i]; d -= b; e += a; f ^= c; g += d; h += from[i + 2];
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ sum;
}

/* Blocks that LLVM numbers otherwise than they lie. */
long walk(struct node *first, long limit) {
  long sum = 0, other = limit, third = 1;
  for (struct node *at = first; at; at = (struct node *)at->value) {
    if (at->kind > limit)
      break;
    for (long i = 0; i < at->kind; ++i) {
      if (copied(at, i + third) == other)
        return sum;
      sum += at->value ^ other;
      third = third * sum + other;
    }
    other += at->closed ? sum : third;
  }
  return sum + other + third;
}
"""
TARGETS: Final = {
    "x86": ("--target=x86_64-linux-gnu", "-march=core2"),
    "aarch64": ("--target=aarch64-linux-gnu", "-mcpu=cortex-a72"),
}


@pytest.fixture(params=SUPPORTED_MAJORS)
def tool(request: pytest.FixtureRequest, toolchains: Toolchains) -> CompilerTool:
    clang, plugin = toolchains[request.param]
    return CompilerTool(clang=clang, plugin=plugin)


@pytest.fixture(params=TARGETS)
def words(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "unit.c").write_text(SOURCE)
    return (*TARGETS[request.param], "-O3", "-c", "unit.c", "-o", "unit.o")


def texts(tool: CompilerTool, words: tuple[str, ...], folder: Path) -> dict[str, str]:
    flags = ("-mlra", "-mlra-dump=records", "-mlra-dump-mir")
    llvm = [word for flag in flags for word in ("-mllvm", flag)]
    command = (str(tool.clang.path), f"-fplugin={tool.plugin.path}", *llvm, *words)
    subprocess.run(command, cwd=folder, check=True, timeout=MOST_SECONDS)
    records = [json.loads(line) for line in (folder / "records").read_text().splitlines()]
    return {record["function"]: record["mir"] for record in records if "mir" in record}


def beside(tool: CompilerTool, words: tuple[str, ...], folder: Path) -> Iterator[tuple[TrialFunction, TrialFunction]]:
    """Each function in clang, and as its text."""
    text_of = texts(tool, words, folder)
    with trial_of_source(tool, words, cwd=folder) as trial:
        for function in trial:
            with trial_of_mir(tool, text_of[function.name]) as other:
                yield function, next(iter(other))


def outcome(function: TrialFunction, decisions: list[list[Any]]) -> tuple[Any, ...]:
    result = function.try_decisions(decisions, until="code")
    return result.score, result.costs, result.final, dict(result.illegal)


def some_decisions(described: dict[str, Any]) -> list[list[list[Any]]]:
    """Each around a loop, and a spill of each node that may be spilled."""
    loops = [[["loop", node["vreg"], block]] for node in described["nodes"] for block in node["loops"]]
    spills = [[["spill", node["vreg"]]] for node in described["nodes"] if node["weight"] is not None and node["points"]]
    return [*loops[:20], *spills[:20]]


def test_greedy_and_decisions_make_the_same_code(tool: CompilerTool, words: tuple[str, ...], tmp_path: Path) -> None:
    tried = 0
    for function, alone in beside(tool, words, tmp_path):
        described = function.describe()
        assert alone.describe() == described, function.name
        for decisions in ([], *some_decisions(described)):
            assert outcome(alone, decisions) == outcome(function, decisions), (function.name, decisions)
            tried += 1
    assert tried > 50


def test_blocks_of_decisions_are_those_of_the_text(
    toolchains: Toolchains, words: tuple[str, ...], tmp_path: Path
) -> None:
    tool = CompilerTool(clang=toolchains[max(toolchains)][0], plugin=toolchains[max(toolchains)][1])
    text_of = texts(tool, words, tmp_path)
    assert any("mlra-block-numbers" in text for text in text_of.values()), "LLVM's own numbers would do as well"

    for function, alone in beside(tool, words, tmp_path):
        blocks = [int(line[5:-1]) for line in text_of[function.name].splitlines() if line.startswith("  bb.")]
        assert [block[0] for block in function.describe()["blocks"]] == blocks
        assert [block[0] for block in alone.describe()["blocks"]] == blocks
