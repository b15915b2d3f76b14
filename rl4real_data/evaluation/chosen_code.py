"""The modules and the programs that an evaluation compiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rl4real_data.benchmarks.program import ProgramSources, sources_of
from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import Target
from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.flags.acceptance import Inquiry, accept_corpora
from rl4real_data.corpus.module import Corpus, Module, modules_of
from rl4real_data.corpus.named import manifests_of_word
from rl4real_data.corpus.resolve import Resolution, resolve_available
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.flow.request import CorpusChoice
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.clang import require_headers

_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCode:
    """`modules` to compile; `programs` whose corpora name benchmarks."""

    modules: tuple[Module, ...]
    programs: tuple[ProgramSources, ...]


def find_code(
    choice: CorpusChoice, supply: Supply, compilation: Compilation, *, jobs: int, say: Callable[[str], None]
) -> ChosenCode:
    """What the words stand for, on the disk. Errors are those of `flow`."""
    target, catalog = compilation.target, load_catalog()
    found = resolve_available(choice.words, supply, catalog=catalog, target=target.name)
    for skipped in found.skipped:
        say(f"skipped: {skipped.reason}")
    corpora, notes = accept_corpora(found.corpora, Inquiry(clang=compilation.clang, target=target), jobs=jobs)
    for note in notes:
        say(note)
    found = replace(found, corpora=corpora)
    modules = tuple(module for module in modules_of(corpora) if not module.left_out)[: choice.limit]
    if any(module.needs_libc for module in modules):
        require_headers(compilation.clang, target, cxx=any(module.language.startswith("c++") for module in modules))
    return ChosenCode(modules=modules, programs=_programs(choice.words, found, catalog, target))


def _programs(words: Sequence[str], found: Resolution, catalog: Catalog, target: Target) -> tuple[ProgramSources, ...]:
    here: dict[str, Corpus] = {corpus.name: corpus for corpus in found.corpora}
    manifests = {each.name: each for word in words for each in manifests_of_word(word, catalog)}
    return tuple(
        sources_of(manifest, benchmark, here[name].root, target)
        for name, manifest in sorted(manifests.items())
        if name in here
        for benchmark in manifest.benchmarks
    )


def require_programs(code: ChosenCode) -> tuple[ProgramSources, ...]:
    """UsageError where there is none to run."""
    if not code.programs:
        known = [name for name, manifest in load_catalog().manifests.items() if manifest.benchmarks]
        raise UsageError(
            "--run: none of the corpora names a benchmark",
            hint=f"these do: {', '.join(known[:_SHOWN])}; corpus_manifests/README.md says how",
        )
    return code.programs
