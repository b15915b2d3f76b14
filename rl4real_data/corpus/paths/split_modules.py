"""Modules that turn out to be files with modules inside.

What names a file as one module (a manifest's glob, the description of an MLGO corpus) knows its name alone. Where the
content is an object file, an archive or bitcode of several modules, those inside take its place, with what was said of
it: the same whatever named the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from rl4real_data.core import interruption
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import Corpus, Language, Module
from rl4real_data.corpus.paths.contained_modules import Content, contained_modules, content_of
from rl4real_data.corpus.paths.path_corpus import FoundModule


def split_found(modules: Iterable[FoundModule], root: Path, cache: Cache) -> Iterator[FoundModule]:
    """The modules of `root`, and for each that holds others those."""
    for module in modules:
        interruption.check()
        if not _holds_others(root / module.path, module.language):
            yield module
            continue
        for inside in contained_modules(root, module.path, cache):
            yield replace(inside, flags=(*inside.flags, *module.flags), license=module.license)


def split_corpus(corpus: Corpus, cache: Cache) -> Corpus:
    """The corpus with the modules inside of those that hold others, in their order."""
    return replace(corpus, modules=tuple(_split_all(corpus.modules, cache)))


def _split_all(modules: Iterable[Module], cache: Cache) -> Iterator[Module]:
    for module in modules:
        interruption.check()
        if not _holds_others(module.source, module.language):
            yield module
            continue
        for inside in sorted(contained_modules(module.root, module.path, cache), key=lambda each: each.path):
            yield replace(
                module,
                path=inside.path,
                root=inside.root or module.root,
                language=inside.language,
                flags=(*module.flags, *inside.flags),
                refusal=inside.refusal,
                left_out=inside.left_out,
            )


def _holds_others(source: Path, language: object) -> bool:
    """Sources are not looked into. A file that cannot be read says so when it is to be compiled."""
    if language is not Language.IR:
        return False
    try:
        return content_of(source) is Content.CONTAINER
    except OSError:
        return False
