"""The corpus whose modules tell how they are found again, and what is found by that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rl4real_data.core.errors import UsageError
from rl4real_data.core.toml_tables import nearest
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.whereabouts import Whereabouts


def with_whereabouts(corpus: Corpus, whereabouts: Whereabouts) -> Corpus:
    """The corpus, each of whose modules has `whereabouts`; one that lies apart is asked for by its name."""
    apart = (module.name if module.root != corpus.root else "" for module in corpus.modules)
    modules = (
        replace(module, whereabouts=replace(whereabouts, within=name, is_here=whereabouts.is_here and not name))
        for module, name in zip(corpus.modules, apart, strict=True)
    )
    return replace(corpus, modules=tuple(modules))


def folder_within(corpus: Corpus, name: str) -> Path:
    """Where the module `name` lies, or what stands under a name such as `/elsewhere/lib`. UsageError for neither."""
    folders = {module.name: module.root for module in corpus.modules}
    folders |= {place.name: place.path for module in corpus.modules for place in module.places}
    if name not in folders:
        raise UsageError(f"the corpus {corpus.name} has no module and no place {name}{nearest(name, folders)}")
    return folders[name]
